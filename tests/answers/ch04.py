"""Chapter 4: further right answers, further wrong ones, and changes of a solution that change nothing."""

import math

import torch


def depths_by_tensor(parents):
    longest = torch.ones(len(parents), dtype=torch.long)
    for number, waits_for in enumerate(parents):
        for i in waits_for:
            longest[number] = torch.maximum(longest[number], longest[i] + 1)
    return longest


def depths_by_rounds(parents):
    """Let the operations run in rounds: each as soon as all that it waits for have run."""
    done, rounds = {}, 0
    while len(done) < len(parents):
        rounds += 1
        ready = [n for n, waits_for in enumerate(parents) if n not in done and done.keys() >= set(waits_for)]
        done.update(dict.fromkeys(ready, rounds))
    return torch.tensor([done[n] for n in range(len(parents))])


def depths_by_recursion(parents):
    def depth(number):
        return max((depth(i) for i in parents[number]), default=0) + 1

    return torch.tensor([depth(number) for number in range(len(parents))])


def cross_by_loop(lengths, times_a, times_b):
    x, a, b = lengths.log2(), times_a.log2(), times_b.log2()
    for i in range(1, len(x)):
        if a[i] >= b[i]:
            width = x[i] - x[i - 1]
            slope_a, slope_b = (a[i] - a[i - 1]) / width, (b[i] - b[i - 1]) / width
            return 2 ** (x[i - 1] + (b[i - 1] - a[i - 1]) / (slope_a - slope_b))
    return torch.full_like(x[0], math.inf)


def cross_by_weights(lengths, times_a, times_b):
    """All intervals at once: a weighted geometric mean of the two lengths, then the smallest."""
    left, right = (times_b / times_a).log()[:-1], (times_b / times_a).log()[1:]
    inside = lengths[:-1] ** (-right / (left - right)) * lengths[1:] ** (left / (left - right))
    return torch.where((left > 0) & (right <= 0), inside, math.inf).min()


def scan_by_slices(a, b):
    a, b = a.clone(), b.clone()
    for k in range((len(b) - 1).bit_length()):
        b[2**k :] += a[2**k :] * b[: -(2**k)]
        a[2**k :] *= a[: -(2**k)].clone()
    return b


def scan_by_neighbors(a, b):
    """Join neighbors, scan the half-long sequence, fill in every other state (Blelloch, 1990)."""
    if len(b) == 1:
        return b.clone()
    odd = scan_by_neighbors(a[1::2] * a[:-1:2], torch.addcmul(b[1::2], a[1::2], b[:-1:2]))
    states = b.clone()
    states[1::2] = odd
    states[2::2] += a[2::2] * odd[: len(b[2::2])]
    return states


def scan_by_matrices(a, b):
    """(I - N)^-1 = (I + N)(I + N^2)(I + N^4)..., where N carries each state one place on."""
    N = torch.diag_embed(a[1:].T, offset=-1)  # (D, T, T)
    states = b.T.unsqueeze(-1)  # (D, T, 1)
    for _ in range(len(b).bit_length()):
        states, N = states + N @ states, N @ N
    return states.squeeze(-1).T


def scan_in_place(a, b):
    step = 1
    while step < len(b):
        b[step:] += a[step:] * b[:-step]
        a[step:] *= a[:-step].clone()
        step *= 2
    return b


RIGHT = {
    "depths": [depths_by_tensor, depths_by_rounds, depths_by_recursion],
    "crossover": [cross_by_loop, cross_by_weights],
    "scan": [scan_by_slices, scan_by_neighbors, scan_by_matrices],
}
WRONG = {
    "depths": {"not deeper": ["max(before, default=0) -> len(set(before))"], "gap": ["1 + max -> 1 + 2 * max"]},
    "crossover": {
        "power law": ["part * (x -> part**2 * (x"],
        "unit": ["gap >= 0 -> times_a - times_b > -0.15"],
        "never": ["math.inf -> 0.0"],
    },
    "scan": {
        "too early": [("width = 1 -> width, ahead = 1, torch.cat([b[1:], 0 * b[:1]])", "return b -> return b + ahead")],
        "one input": ["2 * width -> 3 * width"],
        "modified": [scan_in_place],
        "forbidden": [
            lambda a, b: a.cumprod(0) * (b / a.cumprod(0)).cumsum(0),
            lambda a, b: torch.tensor(a.tolist()) + b,
            lambda a, b: (
                torch.linalg.solve(torch.eye(len(b), dtype=b.dtype) - torch.diag_embed(a[1:].T, offset=-1), b.T).T
            ),
        ],
        "too many steps": [
            lambda a, b: torch.stack([s := b[0]] + [s := torch.addcmul(y, x, s) for x, y in zip(a[1:], b[1:])])
        ],
    },
}
EQUIVALENT = {
    "crossover": {
        ")[0] → )[-1]": "torch.where of a 1-D mask gives one tensor: the first is the last",
        "return lengths.new_tensor → return gap.new_tensor": "only the dtype counts here, and all have the same",
        "return lengths.new_tensor → return times_a.new_tensor": "only the dtype counts here, and all have the same",
        "return lengths.new_tensor → return times_b.new_tensor": "only the dtype counts here, and all have the same",
    },
    "scan": {
        "< len → <= len": "one more round joins nothing to anything",
        "len(b): → len(a):": "a and b have the same shape",
        "zeros_like(b[: → zeros_like(a[:": "a and b have the same shape",
    },
}
