"""Chapter 6: further right answers, further wrong ones, and changes of a solution that change nothing."""

import math

import torch

from checks.ch06 import attention_with_mask, leave_one_out


def lookup_by_loop(query, keys, values, temperature):
    scores = [torch.dot(key, query) / temperature for key in keys]
    largest = max(scores)
    powers = [torch.exp(score - largest) for score in scores]
    return sum(power * value for power, value in zip(powers, values)) / sum(powers)


def lookup_by_einsum(query, keys, values, temperature):
    scores = torch.einsum("d,sd->s", query, keys).div(temperature)
    return torch.einsum("s,se->e", (scores - scores.logsumexp(0)).exp(), values)


def lookup_by_rows(query, keys, values, temperature):
    """Everything as a matrix: one query, one row of weights."""
    return (((query[None] / temperature) @ keys.T).softmax(-1) @ values)[0]


def loo_by_loop(positions, heights, width):
    total = 0
    for i in range(len(positions)):
        x, y = (torch.cat([a[:i], a[i + 1 :]]) for a in (positions, heights))
        weights = torch.softmax(-0.5 * ((x - positions[i]) / width) ** 2, 0)
        total = total + (torch.dot(weights, y) - heights[i]) ** 2
    return total / len(positions)


def loo_by_rows(positions, heights, width):
    """Row i of `others` holds the numbers of all points but i."""
    N = len(positions)
    others = torch.arange(N).repeat(N, 1)[~torch.eye(N, dtype=torch.bool)].view(N, N - 1)
    gaps = (positions[others] - positions[:, None]) / width
    powers = torch.exp((gaps.square().amin(1, keepdim=True) - gaps.square()) / 2)
    predicted = (powers * heights[others]).sum(1) / powers.sum(1)
    return torch.nn.functional.mse_loss(predicted, heights)


def loo_in_place(positions, heights, width):
    scores = torch.cdist(positions[:, None], positions[:, None]).div(width).pow(2).div(-2)
    scores.fill_diagonal_(-math.inf)
    return (torch.softmax(scores, -1).mv(heights) - heights).pow(2).sum() / heights.numel()


def attention_by_hand(query, key, value, mask):
    """The chapter's: nothing overflows, and an empty row divides 0 by 1."""
    scores = torch.einsum("...td,...sd->...ts", query, key) * query.size(-1) ** -0.5
    scores = torch.where(mask, scores, -math.inf)
    powers = (scores - scores.amax(-1, True).clamp(min=torch.finfo(scores.dtype).min)).exp()
    return torch.einsum("...ts,...se->...te", powers / powers.sum(-1, keepdim=True).clamp(min=1), value)


def attention_by_bias(query, key, value, mask):
    bias = torch.zeros(mask.shape, dtype=query.dtype).masked_fill(mask.logical_not(), -math.inf)
    weights = torch.softmax((query / math.sqrt(query.shape[-1])) @ key.transpose(-2, -1) + bias, dim=-1)
    return torch.matmul(torch.nan_to_num(weights), value)


def attention_by_loops(query, key, value, mask):
    (*lead, T, D), S, E = query.shape, key.shape[-2], value.shape[-1]
    output = query.new_zeros(*lead, T, E)
    flat = [x.reshape(-1, *x.shape[-2:]) for x in (query, key, value, mask.expand(*lead, T, S), output)]
    for q, k, v, m, out in zip(*flat):
        for t in range(T):
            if m[t].any():
                out[t] = torch.softmax(k[m[t]] @ q[t] / D**0.5, 0) @ v[m[t]]
    return flat[-1].view(*lead, T, E)


RIGHT = {
    "lookup": [lookup_by_loop, lookup_by_einsum, lookup_by_rows],
    "leave_one_out": [loo_by_loop, loo_by_rows, loo_in_place],
    "attention_with_mask": [attention_by_hand, attention_by_bias, attention_by_loops],
}
WRONG = {
    "lookup": {
        "no shares": ["torch.softmax(scores, dim=0) -> torch.sigmoid(scores)"],
        "another ratio": [
            "softmax(scores, -> softmax(scores * math.log(2),",
            "/ temperature -> / (temperature + 1e-3)",
        ],
        "clamped": [
            "softmax(scores, -> softmax(scores.clamp(max=88),",
            "softmax(scores, -> softmax(scores.clamp(-50, 50),",
        ],
        "value": ["/ temperature -> / max(temperature, 0.01)"],
    },
    "leave_one_out": {
        "raised": [".mean() -> .mean() + (heights.mean() - 0.3) ** 2"],
        "moved": ["gaps = -> positions = positions * positions\n    gaps ="],
        "not squared": [".mean() -> .mean() ** 0.75"],
        "too good": [
            "-math.inf -> -100",
            "-math.inf -> -1e4",
            "-math.inf -> -1e9",
            lambda x, y, width: leave_one_out(torch.cat([x, x]), torch.cat([y, y]), width),
        ],
        "value": [".softmax(dim=1) -> .clamp(min=-100).softmax(dim=1)"],
    },
    "attention_with_mask": {
        "dtype": [lambda q, k, v, mask: attention_with_mask(q.float(), k.float(), v.float(), mask)],
        "modified": ["scores = query -> query /= query.shape[-1] ** 0.5\n    scores = query"],
        "forbidden": [lambda q, k, v, mask: torch.nn.functional.scaled_dot_product_attention(q, k, v, mask)],
        "factor": ["query.shape[-1] ** 0.5 -> 8.0", "query.shape[-1] ** 0.5 -> 2**0.5"],
        "no one factor": ["query @ key.mT -> -(torch.cdist(query, key) ** 2)"],
        "sums": ["torch.softmax(scores, dim=-1) -> torch.sigmoid(scores)"],
        "inverted": [lambda q, k, v, mask: (q @ k.mT / 3).masked_fill(mask, -1e9).softmax(-1) @ v],
        "hidden largest": [
            lambda q, k, v, mask: (lambda w: w / (w.sum(-1, keepdim=True) + 1e-9) @ v)(
                (q @ k.mT / q.shape[-1] ** 0.5).softmax(-1) * mask
            )
        ],
        "not lowest": [
            "-math.inf -> -30",
            "-math.inf -> -100",
            "-math.inf -> -1e9",
            ("-math.inf -> -1e9", "weights @ value -> weights * mask @ value"),
            "scores.masked_fill(~mask, -math.inf).masked_fill(empty, 0) -> scores - 1000 * ~mask",
        ],
        "clamped": ["scores = scores.masked_fill -> scores = scores.clamp(-50, 50).masked_fill"],
        "not nothing": [
            "scores = query -> mask = mask | (~mask.any(-1, keepdim=True) & (torch.arange(key.shape[-2]) == 0))\n"
            "    scores = query"
        ],
        "all are punished": ["weights @ value -> weights @ value * mask.any(-1).all()"],
        "seen": ["-math.inf -> -3"],
        "no scores": [lambda q, k, v, mask: (mask * torch.ones_like(q @ k.mT)).softmax(-1) @ v],
        "negative": [
            (
                "scores.masked_fill(~mask, -math.inf).masked_fill(empty, 0) -> scores",
                "torch.softmax(scores, dim=-1) -> scores.tanh()",
            )
        ],
    },
}
EQUIVALENT = {
    "lookup": {"dim=0) → dim=-1)": "there is one axis: the first is the last"},
    "leave_one_out": {
        "positions[:, None] - positions → positions - positions[:, None]": "the gaps are squared",
        "len(positions), → len(gaps),": "all of them have N rows",
        "len(positions), → len(heights),": "all of them have N rows",
        "len(positions), → len(scores),": "all of them have N rows",
        "dim=1) → dim=-1)": "there are two axes: 1 is the last",
        "weights @ heights - heights → heights - weights @ heights": "the error is squared",
    },
    "attention_with_mask": {
        ", 0) → , 1)": "any finite score will do in a row whose weights become 0",
        ", 0) → , -1)": "any finite score will do in a row whose weights become 0",
        "/ query.shape → / key.shape": "queries and keys have one size",
    },
}
