"""Chapter 5: further right answers, further wrong ones, and changes of a solution that change nothing."""

import torch

from byhand_checks.ch05 import bits_of, greedy


def numbers_by_integers(lengths, vocab_size, bits):
    return torch.tensor([-(-bits_of(n, vocab_size) // bits) for n in lengths.tolist()])


def numbers_by_single_precision(lengths, vocab_size, bits):
    return (lengths * torch.log2(torch.tensor(float(vocab_size))) / bits).ceil().to(torch.int64)


def numbers_by_trying(lengths, vocab_size, bits):
    needed = []
    for length in lengths.tolist():
        count = 0
        while 2 ** (bits * count) < vocab_size**length:
            count += 1
        needed.append(count)
    return torch.tensor(needed)


def match_by_loops(predicted, targets, end):
    right = []
    for row, target in zip(predicted.tolist(), targets.tolist()):
        length = target.index(end) + 1 if end in target else len(target)
        right.append(row[:length] == target[:length])
    return torch.tensor(right, dtype=torch.float32).mean()


def match_by_positions(predicted, targets, end):
    """The first mistake comes after the first end."""
    T = targets.shape[1]
    positions = torch.arange(T)
    first_end = torch.where(targets == end, positions, T).min(1).values
    first_mistake = torch.where(predicted != targets, positions, T + 1).min(1).values
    return (first_mistake > first_end).double().mean()


def match_by_filling(predicted, targets, end):
    """What comes after the target's end is written over in both."""
    over = torch.cat([torch.zeros_like(targets[:, :1]), (targets == end).long().cummax(1).values[:, :-1]], 1).bool()
    return 1 - (predicted.masked_fill(over, end) != targets.masked_fill(over, end)).any(1).float().mean()


def match_by_own_end(predicted, targets, end):
    """Behind the *prediction's* first end: the same, because an end too early or too late is a mistake by itself."""
    is_end = predicted == end
    return ((predicted == targets) | (is_end.cumsum(1) > is_end)).all(1).float().mean()


def greedy_by_mask(table, start, end, max_new_tokens):
    tokens = torch.full((len(start), max_new_tokens), end)
    token, done = start, torch.zeros_like(start, dtype=torch.bool)
    for t in range(max_new_tokens):
        token = torch.max(torch.softmax(table[token], 1), 1).indices
        tokens[:, t] = token.masked_fill(done, end)
        done = done | (token == end)
        if done.all():
            break
    return tokens


def greedy_by_map(table, start, end, max_new_tokens):
    following = table.argmax(1)
    following[end] = end
    columns = [start]
    while len(columns) <= max_new_tokens:
        columns.append(following[columns[-1]])
    return torch.stack(columns[1:]).T


def greedy_by_lists(table, start, end, max_new_tokens):
    rows = []
    for token in start.tolist():
        row = []
        while len(row) < max_new_tokens:
            row.append(token := end if token == end else max(range(len(table)), key=table[token].tolist().__getitem__))
        rows.append(row)
    return torch.tensor(rows)


def greedy_in_place(table, start, end, max_new_tokens):
    table[end] = float("-inf")
    table[end, end] = 0
    return greedy(table, start, end, max_new_tokens)


RIGHT = {
    "numbers_needed": [numbers_by_integers, numbers_by_single_precision, numbers_by_trying],
    "exact_match": [match_by_loops, match_by_positions, match_by_filling, match_by_own_end],
    "greedy": [greedy_by_mask, greedy_by_map, greedy_by_lists],
}
WRONG = {
    "numbers_needed": {
        "too few": ["bits_needed / bits -> bits_needed / bits - 0.4"],
        "too many": ["bits_needed / bits -> bits_needed / bits + 0.4"],
    },
    "exact_match": {
        "must count": [".all(1).float() -> .float().mean(1)"],
        "must not count": ["is_end.cumsum(1) > is_end -> torch.cat([is_end[:, :1] & False, is_end[:, :-1]], 1)"],
    },
    "greedy": {
        "modified": [greedy_in_place],
        "samples": [".argmax(-1) -> .softmax(-1).multinomial(1)[:, 0]"],
        "not alone": ["table[token] -> (table[token] - 2 * table[token].mean(0))"],
        "another beginning": [
            "following = -> token = start if len(written) == max_new_tokens // 2 else token\n        following ="
        ],
    },
}
EQUIVALENT = {
    "exact_match": {
        "targets == end → predicted == end": "an end too early or too late is a mistake in any case",
        "cumsum(1) → cumsum(-1)": "there are two axes: 1 is the last",
        "all(1) → all(-1)": "there are two axes: 1 is the last",
    },
    "greedy": {
        "argmax(-1) → argmax(+1)": "there are two axes: 1 is the last",
        "(-1) → (--1)": "there are two axes: 1 is the last",
        "dim=1) → dim=-1)": "there are two axes: 1 is the last",
        ", end,  → , token, ": "where the token is the end, the two are one",
    },
}
