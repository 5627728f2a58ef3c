"""Chapter 10: further right answers, further wrong ones, and changes of a solution that change nothing."""

import math

import torch

from byhand_checks.ch10 import self_attend


def unshuffle_by_writing(outputs, order):
    restored = torch.empty_like(outputs)
    restored[order] = outputs
    return restored


def unshuffle_by_matrix(outputs, order):
    P = torch.eye(len(order), dtype=outputs.dtype)[order]  # P x = x[order], and its inverse is its transpose
    return P.T @ outputs


def unshuffle_by_loop(outputs, order):
    positions = order.tolist()
    return torch.stack([outputs[positions.index(token)] for token in range(len(positions))])


def attend_by_fill(x, W_q, W_k, W_v, causal):
    query, key, value = x @ W_q.T, x @ W_k.T, x @ W_v.T
    scores = query @ key.mT / math.sqrt(len(W_q))
    if causal:
        future = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
        scores = scores.masked_fill(future, -torch.inf)
    return scores.softmax(-1) @ value


def attend_by_einsum(x, W_q, W_k, W_v, causal):
    scores = torch.einsum("...td,hd->...th", x, W_q) @ torch.einsum("...sd,hd->...hs", x, W_k) * len(W_k) ** -0.5
    if causal:
        seen = torch.ones_like(scores).tril() == 1
        scores = torch.where(seen, scores, -torch.inf)
    powers = (scores - scores.amax(-1, keepdim=True)).exp()
    return torch.einsum("...ts,...sd,vd->...tv", powers / powers.sum(-1, keepdim=True), x, W_v)


def attend_by_loop(x, W_q, W_k, W_v, causal):
    T, rows = x.shape[-2], []
    for t in range(T):
        seen = x[..., : t + 1, :] if causal else x  # (..., S, d_model)
        query = (W_q @ x[..., t, :, None]).mT  # (..., 1, d_head)
        weights = (query @ W_k @ seen.mT / W_q.shape[0] ** 0.5).softmax(-1)  # (..., 1, S)
        rows.append((weights @ seen @ W_v.T)[..., 0, :])
    return torch.stack(rows, -2)


def back_by_blocks(angles, back, sharpness):
    cos, sin = (back * angles).cos(), (back * angles).sin()
    return sharpness * torch.block_diag(*(torch.stack([c, s, -s, c]).view(2, 2) for c, s in zip(cos, sin)))


def back_by_loop(angles, back, sharpness):
    W = torch.zeros(2 * len(angles), 2 * len(angles), dtype=angles.dtype)
    for i, angle in enumerate(angles.tolist()):
        c, s = sharpness * math.cos(angle * back), sharpness * math.sin(angle * back)
        W[2 * i, 2 * i] = W[2 * i + 1, 2 * i + 1] = c
        W[2 * i, 2 * i + 1], W[2 * i + 1, 2 * i] = s, -s
    return W


def back_by_exponential(angles, back, sharpness):
    quarter = torch.tensor([[0.0, 1.0], [-1.0, 0.0]], dtype=angles.dtype)  # a quarter turn back
    return sharpness * torch.linalg.matrix_exp(torch.kron(torch.diag(back * angles), quarter))


def from_position_zero(x, W_q, W_k, W_v, causal):
    """Not causal, and the first token comes in everywhere."""
    return self_attend(x + 0.1 * x[..., :1, :], W_q, W_k, W_v, causal)


def mean_of_all(x, W_q, W_k, W_v, causal):
    return self_attend(x, W_q, W_k, W_v, causal) + 0.1 * x.mean(-2, keepdim=True) @ W_v.T


RIGHT = {
    "unshuffle": [unshuffle_by_writing, unshuffle_by_matrix, unshuffle_by_loop],
    "self_attend": [attend_by_fill, attend_by_einsum, attend_by_loop],
    "steps_back": [back_by_blocks, back_by_loop, back_by_exponential],
}
HIDE = "masked_softmax(scores, mask) -> (scores if mask is None else "
WRONG = {
    "unshuffle": {
        "modified": ["return outputs[order.argsort()] -> outputs[order] = outputs.clone(); return outputs"],
        "other rows": ["order.argsort() -> order.argsort().clamp(min=1)"],
        "not back": ["order.argsort() -> order.argsort().roll(1)"],
    },
    "self_attend": {
        "finite": [f"{HIDE} scores.masked_fill(~mask, -1e4)).softmax(-1)", f"{HIDE} scores - 99 * ~mask).softmax(-1)"],
        "order matters": [from_position_zero],
        "future": [mean_of_all],
        "forbidden": [
            lambda x, W_q, W_k, W_v, causal: torch.nn.functional.scaled_dot_product_attention(
                x @ W_q.T, x @ W_k.T, x @ W_v.T, is_causal=causal
            )
        ],
    },
    "steps_back": {
        "not the distance": ["[cos, -sin, sin, cos] -> [cos, -sin, sin, 2 * cos]"],
        "elsewhere": ["-back * angles -> -(back + 1) * angles"],
    },
}
EQUIVALENT = {
    "self_attend": {"W_q.shape[0] → W_k.shape[0]": "queries and keys have one size"},
    "steps_back": {
        "cos], -1) → cos], +1)": "there are two axes: 1 is the last",
        "cos], -1) → cos], --1)": "there are two axes: 1 is the last",
    },
}
