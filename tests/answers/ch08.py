"""Chapter 8: further right answers, further wrong ones, and changes of a solution that change nothing."""

import torch

from checks.ch08 import distances


def visible_by_masks(lengths, size):
    causal = torch.ones(size, size, dtype=torch.bool).tril()
    padding_mask = torch.arange(size) >= size - lengths[:, None]
    return (causal & padding_mask[:, None]).sum(-1)


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


def average_by_late_where(scores, values, mask):
    """Padding is left out of the sum, but on the way back its nan meets the 0."""
    empty = ~mask.any(1, keepdim=True)
    weights = scores.masked_fill(~mask, -torch.inf).masked_fill(empty, 0).softmax(1)
    return torch.where(mask[..., None], weights[..., None] * values, 0).sum(1)


RIGHT = {
    "visible_keys": [visible_by_masks, visible_by_cumsum, visible_by_lists],
    "window_weights": [window_by_triangles, window_by_loop, window_by_powers],
    "masked_average": [average_by_powers, average_by_loop, average_by_pairs],
}
WRONG = {
    "visible_keys": {
        "tokens": ["torch.arange(size) + 1 -> 2 * torch.arange(size)"],
        "padding sees": ["(up_to_here - padding).clamp(min=0) -> (up_to_here - padding).abs()"],
    },
    "window_weights": {
        "modified": [window_in_place],
        "not lowest": [f"-torch.inf -> {low}" for low in (-30, -100, -1e4, -1e9)],
        "subtracted": [f"scores.masked_fill(~may, -torch.inf) -> (scores - {much} * ~may)" for much in (500, 1e9)],
        "felt": ["softmax(-1) -> softmax(-1) * (1 + 0.1 * scores.sum().tanh())"],
    },
    "masked_average": {
        "gradient": [average_by_late_where],
        "not lowest": ["-torch.inf -> -1e4", ("-torch.inf -> -1e9", "weights @ -> weights * mask @")],
        "subtracted": ["scores.masked_fill(~mask, -torch.inf) -> (scores - 1e9 * ~mask)"],
        "forbidden learns": ["return weights @ -> return 1e-20 * scores.sum() + weights @"],
        "a billion": [
            (
                "-torch.inf).masked_fill(empty, 0) -> torch.finfo(scores.dtype).min)",
                "softmax(1).masked_fill(empty, 0) -> softmax(1)",
            )
        ],
    },
}
EQUIVALENT = {
    "window_weights": {"[-1]) → [-2])": "queries and keys are the same positions"},
    "masked_average": {
        ", 0) → , 1)": "any finite number will do where the weights become 0",
        ", 0) → , -1)": "any finite number will do where the weights become 0",
        "any(1, → any(-1,": "there are two axes: 1 is the last",
        "softmax(1) → softmax(-1)": "there are two axes: 1 is the last",
        "~mask.any → ~weights.any": "a key whose weights are all 0 adds nothing, whatever finite values it has",
    },
}
