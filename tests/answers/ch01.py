"""Chapter 1: further right answers, further wrong ones, and changes of a solution that change nothing."""

import torch

from byhand_checks.ch01 import is_palindrome
from byhand_checks.engine import seeded


def bag_by_equality(tokens, vocab_size):
    words = torch.arange(vocab_size)
    return (tokens.unsqueeze(-1) == words).float().sum(dim=-2)


def bag_by_scatter(tokens, vocab_size):
    counts = torch.zeros(*tokens.shape[:-1], vocab_size)
    return counts.scatter_add(-1, tokens, torch.ones(tokens.shape))


def bag_by_loop(tokens, vocab_size):
    sentences = tokens.reshape(-1, tokens.shape[-1])
    counts = [[float(row.count(word)) for word in range(vocab_size)] for row in sentences.tolist()]
    return torch.tensor(counts).reshape(*tokens.shape[:-1], vocab_size)


def split_by_dictionary(tokens, test_fraction, generator):
    rows_of = {}
    for index, row in enumerate(tokens.tolist()):
        rows_of.setdefault(tuple(row), []).append(index)
    groups = list(rows_of.values())
    order = torch.randperm(len(groups), generator=generator).tolist()
    size = round(test_fraction * len(groups))
    test = [index for g in order[:size] for index in groups[g]]
    train = [index for g in order[size:] for index in groups[g]]
    return torch.tensor(train, dtype=torch.long), torch.tensor(test, dtype=torch.long)


def split_by_noise(tokens, test_fraction, generator):
    same = (tokens[:, None] == tokens[None]).all(-1)  # (N, N)
    leader = same.int().argmax(1)  # the first row with the same content
    leaders = leader.unique()
    noise = torch.rand(len(tokens), generator=generator)[leaders]
    chosen = leaders[noise.argsort()[: round(test_fraction * len(leaders))]]
    in_test = (leader[:, None] == chosen).any(1)
    return [(~in_test).nonzero().flatten(), in_test.nonzero().flatten()]


def split_shuffled_rows(tokens, test_fraction, generator):
    order = torch.randperm(len(tokens), generator=generator)
    size = round(test_fraction * len(tokens))
    return order[size:], order[:size]


def split_minus_copies(tokens, test_fraction, generator):
    train, test = split_shuffled_rows(tokens, test_fraction, generator)
    seen = set(map(tuple, tokens[test].tolist()))
    return torch.tensor([i for i in train.tolist() if tuple(tokens[i].tolist()) not in seen], dtype=torch.long), test


def mirror(half, length):
    return torch.cat([half, half[..., : length // 2].flip(-1)], -1)


def refuse(length, vocab_size):
    if length < 3:
        raise ValueError(f"length {length}: no other order of a palindrome's tokens exists")
    if vocab_size < 2:
        raise ValueError(f"vocab_size {vocab_size}: with one word every sequence is a palindrome")


def palindromes_at_once(batch, length, generator, vocab_size=8):
    refuse(length, vocab_size)
    tokens = torch.zeros(batch, length, dtype=torch.long)
    while (again := (tokens == tokens[:, :1]).all(1)).any():
        half = torch.randint(vocab_size, (int(again.sum()), (length + 1) // 2), generator=generator)
        tokens[again] = mirror(half, length)
    labels = (
        torch.randperm(batch, generator=generator) % 2
        if batch % 2 == 0
        else (torch.randperm(batch, generator=generator) < batch // 2).long()
    )
    while (again := is_palindrome(tokens) & (labels == 0)).any():
        order = torch.rand(int(again.sum()), length, generator=generator).argsort(1)
        tokens[again] = tokens[again].gather(1, order)
    return tokens, labels


def palindromes_by_swap(batch, length, generator, vocab_size=8):
    """The other order comes from swapping two unlike tokens next to each other, on the left of the middle."""
    refuse(length, vocab_size)
    examples = []
    for number in range(batch):
        row = torch.zeros(length, dtype=torch.long)
        while (row == row[0]).all():
            row = mirror(torch.randint(vocab_size, ((length + 1) // 2,), generator=generator), length)
        row = row.tolist()
        if number % 2 == 0:
            unlike = [i for i in range((length - 1) // 2 + (length % 2 == 0)) if row[i] != row[i + 1]]
            i = unlike[torch.randint(len(unlike), (1,), generator=generator).item()]
            row[i], row[i + 1] = row[i + 1], row[i]
        examples.append((row, number % 2))
    rows, labels = zip(*examples)
    return torch.tensor(rows), torch.tensor(labels)


RIGHT = {
    "bag_of_words": [bag_by_equality, bag_by_scatter, bag_by_loop],
    "split_without_leak": [split_by_dictionary, split_by_noise],
    "palindromes": [palindromes_at_once, palindromes_by_swap],
}
SEED = "generator = torch.Generator().manual_seed({})\n    "
WRONG = {
    "bag_of_words": {
        "width": ["one_hot(tokens, vocab_size) -> one_hot(tokens, vocab_size * 2)"],
        "hard-coded": ["one_hot(tokens, vocab_size) -> one_hot(tokens, 1000)"],
        "largest word": ["one_hot(tokens, vocab_size) -> one_hot(tokens, int(tokens.max()) + 1)"],
    },
    "split_without_leak": {
        "constant": [
            "torch.randperm(len(distinct), generator=generator) -> torch.arange(len(distinct))",
            lambda tokens, test_fraction, generator: split_by_dictionary(tokens, test_fraction, seeded(0)),
        ],
        "global": ["generator=generator -> generator=None"],
        "frozen": ["generator=generator -> generator=seeded(generator.initial_seed())"],
        "lost": [split_minus_copies],
        "leak": [
            split_shuffled_rows,
            lambda tokens, test_fraction, generator: split_shuffled_rows(tokens, test_fraction, None),
        ],
    },
    "palindromes": {
        "global": ["half.shape, generator=generator -> half.shape", "(length, generator=generator) -> (length)"],
        "constant": ["rows, labels = [] -> " + SEED.format(0) + "rows, labels = []"],
        "frozen": ["rows, labels = [] -> " + SEED.format("generator.initial_seed()") + "rows, labels = []"],
        "bag": [
            (
                "row = torch.cat( -> other = torch.randint(vocab_size, (length,), generator=generator)\n"
                "        row = other if not label else torch.cat(",
                "while not label -> while False",
            )
        ],
    },
}
EQUIVALENT = {
    "split_without_leak": {
        ")[0], → )[-1],": "torch.where of a 1-D mask gives one tensor: the first is the last",
        ")[0]) → )[-1])": "torch.where of a 1-D mask gives one tensor: the first is the last",
        "len(distinct)) → len(order))": "order has one number for each distinct row",
    },
    "palindromes": {
        "2, dtype=torch.long) → 2)": "this value is drawn anew before anything reads it",
        "torch.zeros(( → torch.ones((": "this value is drawn anew before anything reads it",
        "torch.long) → torch.float)": "this value is drawn anew before anything reads it",
        "flip(0)) → flip(-1))": "there is one axis: the first is the last",
        "flip(0)] → flip(-1)]": "there is one axis: the first is the last",
        "torch.equal(row, row.flip(0)) → torch.equal(row.flip(0), row)": "equal is equal both ways",
        "half[0]) → half[1])": "all equal to one entry: any entry will do",
        "half[0]) → half[-1])": "all equal to one entry: any entry will do",
    },
}
