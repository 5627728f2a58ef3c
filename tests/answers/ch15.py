"""Chapter 15: further right answers, further wrong ones, and changes of a solution that change nothing."""

import torch

from byhand_checks.ch15 import integers, merge_pair, merged_by_choice


def joined(ids, pair, new):
    """A list of ids with `new` for each pair, from left to right."""
    done = []
    for id in ids:
        if done and [done[-1], id] == pair:
            done[-1] = new
        else:
            done.append(id)
    return done


def merge_by_looking_back(ids, pair, new):
    return integers(joined(ids.tolist(), pair.tolist(), new))


def merge_by_marks(ids, pair, new):
    """Which positions begin a pair, not counting those that the one before has used up?"""
    starts = torch.zeros(len(ids) + 1, dtype=torch.bool)
    for i in range(len(ids) - 1):
        starts[i] = bool((ids[i : i + 2] == pair).all()) and not (i and starts[i - 1])
    used = torch.cat([torch.zeros(1, dtype=torch.bool), starts[:-1]])[: len(ids)]
    return torch.where(starts[: len(ids)], new, ids)[~used]


def merge_by_recursion(ids, pair, new):
    if len(ids) < 2:
        return ids.clone()
    here = torch.equal(ids[:2], pair)
    first = integers([new]) if here else ids[:1]
    return torch.cat([first, merge_by_recursion(ids[2 if here else 1 :], pair, new)])


def pairs_of(words, times):
    """(pair, how often its word occurs), one after the other."""
    for word, n in zip(words, times.tolist()):
        ids = word.tolist()
        for pair in zip(ids, ids[1:]):
            yield pair, n


def frequent_by_sorting(words, times):
    pairs = sorted(pair for pair, n in pairs_of(words, times) for _ in range(n))
    return integers(max(pairs, key=pairs.count))  # of equals max takes the first


def frequent_by_table(words, times):
    """A square of counts; the first of the largest, row by row."""
    size = 1 + max(int(word.max()) for word in words if len(word))
    counts = torch.zeros(size, size, dtype=torch.long)
    for (a, b), n in pairs_of(words, times):
        counts[a, b] += n
    return (counts == counts.max()).nonzero()[0]


def frequent_by_unique(words, times):
    pairs = torch.cat([torch.stack([word[:-1], word[1:]], 1) for word in words if len(word) > 1])
    weights = torch.cat([times[i].expand(len(word) - 1) for i, word in enumerate(words) if len(word) > 1])
    kinds, number = torch.unique(pairs, dim=0, return_inverse=True)
    counts = torch.zeros(len(kinds), dtype=torch.long).index_add(0, number, weights)
    return kinds[counts == counts.max()][0]


def encode_by_rank(ids, merges):
    ids, rank = ids.tolist(), {tuple(pair): new for new, pair in enumerate(merges.tolist(), 256)}
    while known := [pair for pair in zip(ids, ids[1:]) if pair in rank]:
        best = min(known, key=rank.get)
        ids = joined(ids, list(best), rank[best])
    return integers(ids)


def encode_one_at_a_time(ids, merges):
    """The leftmost of the oldest merges, and look again."""
    return merged_by_choice(ids, merges, min)


RIGHT = {
    "merge_pair": [merge_by_looking_back, merge_by_marks, merge_by_recursion],
    "most_frequent_pair": [frequent_by_table, frequent_by_unique, frequent_by_sorting],
    "encode_word": [encode_by_rank, encode_one_at_a_time],
}
WRONG = {
    "merge_pair": {
        "another text": ["merged.append(int(ids[i])) -> merged.append(int(ids[i]) + 1)"],
        "dtype": [lambda ids, pair, new: torch.tensor(merge_pair(ids, pair, new).tolist())],
    },
    "most_frequent_pair": {
        "spread": ["(-counts[pair], pair) -> (-counts[pair] if times.max() > 1 else counts[pair], pair)"]
    },
    "encode_word": {
        "no token": ["return ids -> return ids + 1000"],
        "another word": ["return ids -> return ids.flip(0)"],
    },
}
EQUIVALENT = {
    "merge_pair": {"ids[i:i + 2], pair → pair, ids[i:i + 2]": "equality is symmetric"},
    "most_frequent_pair": {
        "(pair, 0) → (pair, 1)": "every count begins with the same number, so their order stays",
        "(pair, 0) → (pair, -1)": "every count begins with the same number, so their order stays",
    },
    "encode_word": {"ids[i:i + 2], pair → pair, ids[i:i + 2]": "equality is symmetric"},
}
