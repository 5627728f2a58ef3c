"""Chapter 16: further right answers, further wrong ones, and changes of a solution that change nothing."""

import torch

from byhand_checks.ch16 import read_on


def top_k_by_scatter(logits, k, temperature):
    values, ids = logits.topk(k, -1)
    powers = ((values - values[..., :1]) / temperature).exp()
    return torch.zeros_like(logits).scatter(-1, ids, powers / powers.sum(-1, keepdim=True))


def top_k_by_fill(logits, k, temperature):
    lowest = logits.sort(-1, descending=True).values[..., k - 1 : k]
    return (logits / temperature).masked_fill(logits < lowest, -torch.inf).softmax(-1)


def top_k_by_counting(logits, k, temperature):
    larger = (logits[..., None, :] > logits[..., None]).sum(-1)
    return (logits / temperature).masked_fill(larger >= k, -torch.inf).softmax(-1)


def top_k_behind(logits, k, temperature):
    """The filter behind the softmax is fine, if what is left is divided by its sum: the largest always stays."""
    probs = torch.softmax(logits / temperature, -1)
    probs = probs * (logits >= logits.topk(k, -1).values[..., -1:])
    return probs / probs.sum(-1, keepdim=True)


def nucleus_by_loop(probabilities, p):
    result = torch.zeros_like(probabilities)
    for row, out in zip(probabilities.reshape(-1, probabilities.shape[-1]), result.view(-1, result.shape[-1])):
        mass = 0.0
        for i in sorted(range(len(row)), key=lambda i: (-row[i].item(), i)):
            if mass >= p:
                break
            out[i] = row[i]
            mass += row[i].item()
        out /= out.sum()
    return result


def nucleus_by_counting(probabilities, p):
    """The mass of all that come before a token: larger ones, and equal ones with smaller ids."""
    ids = torch.arange(probabilities.shape[-1])
    mine, other = probabilities[..., :, None], probabilities[..., None, :]
    first = (other > mine) | ((other == mine) & (ids < ids[:, None]))
    kept = torch.where((other * first).sum(-1) < p, probabilities, 0)
    return kept / kept.sum(-1, keepdim=True)


def read_on_one_by_one(query, key, value, past_keys, past_values, slope):
    keys, values, outputs = past_keys, past_values, []
    for q, k, v in zip(query, key, value):
        keys, values = torch.cat([keys, k[None]]), torch.cat([values, v[None]])
        scores = keys @ q / len(q) ** 0.5 + slope * torch.arange(len(keys))
        outputs.append(scores.softmax(0) @ values)
    return [torch.stack(outputs), keys, values]


def read_on_preallocated(query, key, value, past_keys, past_values, slope):
    P, T = len(past_keys), len(key)
    keys, values = key.new_empty(P + T, key.shape[1]), value.new_empty(P + T, value.shape[1])
    keys[:P], keys[P:], values[:P], values[P:] = past_keys, key, past_values, value
    may = torch.ones(T, P + T, dtype=torch.bool).tril(P)
    scores = query @ keys.mT * query.shape[1] ** -0.5 + slope * torch.arange(P + T)
    return [torch.where(may, scores, -torch.inf).softmax(1) @ values, keys, values]


def forgets_the_first(query, key, value, past_keys, past_values, slope):
    return read_on(query, key, value, past_keys[1:], past_values[1:], slope)


SOFT = "masked_softmax(scaled, stays) ->"
RSOFT = "masked_softmax(scores, back >= 0) ->"
RIGHT = {
    "top_k": [top_k_by_scatter, top_k_by_fill, top_k_behind, top_k_by_counting],
    "nucleus": [nucleus_by_loop, nucleus_by_counting],
    "read_on": [read_on_one_by_one, read_on_preallocated],
}
WRONG = {
    "top_k": {
        "finite": [f"{SOFT} scaled.masked_fill(~stays, -1e6).softmax(-1)"],
        "how many": [
            f"{SOFT} scaled.masked_fill(~stays, -99).softmax(-1)",
            "logits.sort(-1, descending=True).values[..., k - 1, None] -> logits.topk(k + 1).values[..., -1:]",
        ],
    },
    "nucleus": {"too little": ["before >= p -> before >= p - 0.1"], "too much": ["before >= p -> before >= p + 0.2"]},
    "read_on": {
        "finite": [
            f"{RSOFT} scores.masked_fill(back < 0, -1e4).softmax(-1)",
            f"{RSOFT} (scores - 1000 * (back < 0)).softmax(-1)",
        ],
        "kept": [forgets_the_first],
        "pieces": ["slope * back -> slope * back * (1 + len(past_keys))"],
    },
}
EQUIVALENT = {
    "nucleus": {
        "dim=-1, descending → descending": "the last axis is the default",
        "zeros_like → ones_like": "every entry is written to",
        "zeros_like(kept) → zeros_like(before)": "all of one shape and dtype",
        "zeros_like(kept) → zeros_like(ordered)": "all of one shape and dtype",
        "zeros_like(kept) → zeros_like(probabilities)": "all of one shape and dtype",
    },
    "read_on": {
        "len(keys) → len(values)": "as many values as keys",
        "len(past_keys) → len(past_values)": "as many values as keys",
        "shape[1] → shape[-1]": "there are two axes: 1 is the last",
        "/ query.shape → / key.shape": "queries and keys have one size",
        "/ query.shape → / keys.shape": "queries and keys have one size",
        "/ query.shape → / past_keys.shape": "queries and keys have one size",
    },
}
