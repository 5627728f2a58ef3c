"""Chapter 12: further right answers, further wrong ones, and changes of a solution that change nothing."""

import math

import torch

from byhand_checks.ch12 import rotate_some


def wavelengths_by_angles(d, base):
    angles = torch.tensor([base ** (-2 * i / d) for i in range(d // 2)], dtype=torch.float64)
    return 2 * math.pi / angles


def wavelengths_by_logs(d, base):
    return torch.exp(math.log(2 * math.pi) + torch.arange(d // 2).double() * (2 * math.log(base) / d))


def some_by_complex(x, positions, frequencies):
    R = len(frequencies)
    angles = torch.outer(positions.to(frequencies.dtype), frequencies)
    rotated = torch.complex(x[..., :R], x[..., R : 2 * R]) * torch.exp(1j * angles)
    return torch.cat((rotated.real, rotated.imag, x[..., 2 * R :]), -1).to(x.dtype)


def some_by_half(x, positions, frequencies):
    """The way much code writes it: x cos + rotate_half(x) sin."""
    R = len(frequencies)
    angles = torch.einsum("t,r->tr", positions.to(frequencies.dtype), frequencies).repeat(1, 2)
    part = x[..., : 2 * R]
    quarter = torch.cat([-part[..., R:], part[..., :R]], -1)
    out = x.clone()
    out[..., : 2 * R] = part * torch.cos(angles) + quarter * torch.sin(angles)
    return out


def some_in_place(x, positions, frequencies):
    x[...] = rotate_some(x.clone(), positions, frequencies)
    return x


def offset_by_loops(query, key, value, table):
    H, T, D = query.shape
    S, R = key.shape[1], table.shape[1]
    heads = []
    for h in range(H):
        outputs = []
        for t in range(S - T, S):
            bias = torch.stack([table[h, min(t - s, R - 1)] for s in range(t + 1)])
            weights = torch.softmax(key[h, : t + 1] @ query[h, t - S + T] / math.sqrt(D) + bias, 0)
            outputs.append(weights @ value[h, : t + 1])
        heads.append(torch.stack(outputs))
    return torch.stack(heads)


def offset_by_library(query, key, value, table):
    T, S = query.shape[1], key.shape[1]
    back = torch.arange(S - T, S).unsqueeze(1) - torch.arange(S)
    bias = table[:, back.clamp(min=0, max=table.shape[1] - 1)].masked_fill(back < 0, -math.inf)
    return torch.nn.functional.scaled_dot_product_attention(query[None], key[None], value[None], bias[None])[0]


SOFT = "masked_softmax(scores, back >= 0) ->"
RIGHT = {
    "wavelengths": [wavelengths_by_angles, wavelengths_by_logs],
    "rotate_some": [some_by_complex, some_by_half],
    "attend_by_offset": [offset_by_loops, offset_by_library],
}
WRONG = {
    "wavelengths": {
        "first hand": ["2 * math.pi * base**exponents -> math.tau * base**exponents + 1"],
        "ratio": ["base**exponents -> (1 + (base - 1) * exponents)"],
    },
    "rotate_some": {
        "modified": [some_in_place],
        "longer": ["[*rotated, rest] -> [*rotated, 2 * rest]"],
        "offset": ["positions[:, None] * -> positions[:, None] ** 2 *"],
    },
    "attend_by_offset": {
        "finite": [
            f"{SOFT} scores.masked_fill(back < 0, -1e4).softmax(-1)",
            f"{SOFT} (scores - 1000 * (back < 0)).softmax(-1)",
        ],
        "ahead": [f"{SOFT} scores.masked_fill(back < 0, -4).softmax(-1)"],
        "sum": [f"{SOFT} masked_softmax(scores, back >= 0) ** 2"],
        "bias": ["0.5 + bias -> 0.5 + 2 * bias"],
        "far": ["0.5 + bias -> 0.5 + bias - 0.1 * (back - table.shape[1] + 1).clamp(min=0)"],
    },
}
EQUIVALENT = {
    "attend_by_offset": {
        "key.shape[1] → value.shape[1]": "keys and values have S rows",
        "clamp(0, → clamp(-1,": "keys ahead of the query are hidden: any entry of the table will do",
        "table.shape[1] → table.shape[-1]": "there are two axes: 1 is the last",
        "/ query.shape → / key.shape": "queries and keys have one size",
    }
}
