"""Chapter 7: further right answers, further wrong ones, and changes of a solution that change nothing."""

import math

import torch


def scale_by_std(std_query, std_key, d):
    return 1 / (math.sqrt(d) * std_query * std_key)


def scale_by_factors(std_query, std_key, d):
    """Make each of the two a unit first, then the sum of d terms."""
    return std_query.reciprocal() * std_key.reciprocal() * d**-0.5


def additive_by_loops(query, key, W, U, v):
    scores = query.new_empty(*query.shape[:-1], key.shape[-2])
    for t in range(query.shape[-2]):
        for s in range(key.shape[-2]):
            scores[..., t, s] = torch.tanh(query[..., t, :] @ W.T + key[..., s, :] @ U.T) @ v
    return scores


def additive_by_einsum(query, key, W, U, v):
    q, k = torch.einsum("...td,hd->...th", query, W), torch.einsum("...sd,hd->...sh", key, U)
    return torch.einsum("...tsh,h->...ts", torch.tanh(q[..., :, None, :] + k[..., None, :, :]), v)


def additive_by_concat(query, key, W, U, v):
    """One matrix on joined vectors."""
    T, S = query.shape[-2], key.shape[-2]
    shape = (*query.shape[:-2], T, S)
    joined = torch.cat([query.unsqueeze(-2).expand(*shape, -1), key.unsqueeze(-3).expand(*shape, -1)], -1)
    return ((joined @ torch.cat([W, U], 1).T).tanh() * v).sum(-1)


def gradient_by_jacobian(weights, upstream):
    jacobian = torch.diag_embed(weights) - weights.unsqueeze(-1) * weights.unsqueeze(-2)
    return (jacobian @ upstream.unsqueeze(-1)).squeeze(-1)


def gradient_by_einsum(weights, upstream):
    return weights * upstream - torch.einsum("...i,...j,...j->...i", weights, weights, upstream)


def gradient_by_loops(weights, upstream):
    gradient = torch.zeros_like(weights)
    for i in range(weights.shape[-1]):
        for j in range(weights.shape[-1]):
            gradient[..., i] += upstream[..., j] * weights[..., j] * (float(i == j) - weights[..., i])
    return gradient


RIGHT = {
    "unit_scale": [scale_by_std, scale_by_factors],
    "additive_scores": [additive_by_loops, additive_by_einsum, additive_by_concat],
    "softmax_gradient": [gradient_by_jacobian, gradient_by_einsum, gradient_by_loops],
}
WRONG = {
    "unit_scale": {"not unit": ["d * std_query -> (d + 1) * std_query"]},
    "additive_scores": {
        "unbounded": ["tanh -> asinh"],
        "other keys": ["(from_query + from_key) -> (from_query + from_key - from_key.mean(-2, keepdim=True))"],
        "not odd": ["tanh -> cos"],
    },
    "softmax_gradient": {
        "total": ["return weights -> return weights**2"],
        "constant gradient": [
            "(upstream - mean) -> (upstream - mean) + upstream.mean(-1, keepdim=True) "
            "* (weights - 1 / weights.shape[-1])"
        ],
        "one-hot": ["return weights * (upstream - mean) -> return upstream - upstream.mean(-1, keepdim=True)"],
    },
}
EQUIVALENT = {}
