"""Chapter 8: further right answers, further wrong ones, and changes of a solution that change nothing."""

import torch

from checks.ch08 import distances


def visible_by_masks(lengths, size):
    causal = torch.ones(size, size, dtype=torch.bool).tril()
    real = torch.arange(size) >= size - lengths[:, None]
    return (causal & real[:, None]).sum(-1)


def visible_by_cumsum(lengths, size):
    return (torch.arange(size) >= size - lengths[:, None]).cumsum(1)


def visible_by_lists(lengths, size):
    return torch.tensor([[0] * (size - n) + list(range(1, n + 1)) for n in lengths.tolist()])


def window_by_triangles(scores, window):
    may = torch.ones(scores.shape[-2:], dtype=torch.bool).tril().triu(1 - window)
    return torch.where(may, scores, torch.tensor(-torch.inf, dtype=scores.dtype)).softmax(-1)


def window_by_loop(scores, window):
    weights = torch.zeros_like(scores)
    for t in range(scores.shape[-1]):
        first = max(0, t - window + 1)
        weights[..., t, first : t + 1] = torch.softmax(scores[..., t, first : t + 1], -1)
    return weights


def window_by_powers(scores, window):
    back = distances(scores.shape[-1])
    masked = scores.masked_fill((back < 0) | (back >= window), -torch.inf)
    powers = torch.exp(masked - masked.max(-1, keepdim=True).values)
    return powers / powers.sum(-1, keepdim=True)


def window_in_place(scores, window):
    back = distances(scores.shape[-1])
    return scores.masked_fill_((back < 0) | (back >= window), -torch.inf).softmax(-1)


def average_by_powers(scores, values, mask):
    masked = scores.masked_fill(~mask, -torch.inf)
    largest = masked.amax(-1, keepdim=True).clamp(min=torch.finfo(scores.dtype).min).detach()
    powers = torch.exp(masked - largest)
    weights = powers / powers.sum(-1, keepdim=True).clamp(min=1)
    return weights @ torch.where(mask.any(-2)[:, None], values, 0)


def average_by_loop(scores, values, mask):
    rows = []
    for row, may in zip(scores, mask):
        rows.append(torch.softmax(row[may], 0) @ values[may])  # over no keys: the empty sum, 0
    return torch.stack(rows)


def average_by_pairs(scores, values, mask):
    """Every product by itself, and forbidden ones left out of the sum."""
    lowest = torch.finfo(scores.dtype).min
    weights = torch.where(mask, scores, lowest).softmax(-1)
    products = torch.where(mask[..., None], weights[..., None] * torch.where(mask.any(0)[:, None], values, 0), 0)
    return products.sum(1)


RIGHT = {
    "visible_keys": [visible_by_masks, visible_by_cumsum, visible_by_lists],
    "window_weights": [window_by_triangles, window_by_loop, window_by_powers],
    "masked_average": [average_by_powers, average_by_loop, average_by_pairs],
}
WRONG = {"window_weights": {"modified": [window_in_place]}}
EQUIVALENT = {
    "visible_keys": {},
    "window_weights": {"[-1]) → [-2])": "queries and keys are the same places"},
    "masked_average": {
        ", 0) → , 1)": "any finite score will do in a row whose weights become 0",
        ", 0) → , -1)": "any finite score will do in a row whose weights become 0",
        "any(1, → any(-1,": "there are two axes: 1 is the last",
        "softmax(1) → softmax(-1)": "there are two axes: 1 is the last",
        ", 0) → , 1)": "a key whose weights are all 0 adds nothing, whatever finite values it has",
        ", 0) → , -1)": "a key whose weights are all 0 adds nothing, whatever finite values it has",
        "~mask.any → ~weights.any": "a key whose weights are all 0 adds nothing, whatever finite values it has",
    },
}
