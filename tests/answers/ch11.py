"""Chapter 11: further right answers, further wrong ones, and changes of a solution that change nothing."""

import math

import torch

from byhand_checks.ch11 import cut


def cost_by_heads(d_model, num_heads, T, S):
    """Head by head: four small matrices, a small product and a table for each."""
    total, d_head = torch.zeros(3, dtype=torch.long), d_model // num_heads
    for _ in range(num_heads):
        total += torch.tensor([4 * d_model * d_head, T * S * d_head, T * S])
    return total


def cost_by_counting(d_model, num_heads, T, S):
    """Builds the things and counts what they hold."""
    d_head = d_model // num_heads
    matrices = [torch.empty(3 * d_model, d_model), torch.empty(d_model, d_model)]
    weights = torch.empty(num_heads, T, S)
    products = torch.empty(num_heads, T, S, d_head)
    return torch.tensor([sum(m.numel() for m in matrices), products.numel(), weights.numel()])


def heads_by_slices(x, num_heads, results):
    d_head = x.shape[-1] // num_heads
    heads = [x[..., h * d_head : (h + 1) * d_head] for h in range(num_heads)]
    return [torch.stack(heads, 1), torch.cat([results[:, h] for h in range(num_heads)], -1)]


def heads_by_views(x, num_heads, results):
    B, T, d_model = x.shape
    heads = x.view(B, T, num_heads, d_model // num_heads).permute(0, 2, 1, 3)
    return [heads, results.permute(0, 2, 1, 3).reshape(B, T, d_model)]


def heads_by_chunks(x, num_heads, results):
    return torch.stack(x.chunk(num_heads, -1), 1), torch.cat(results.unbind(1), -1)


def multi_by_heads(x, memory, W_qkv, W_o, num_heads, mask):
    """The chapter's definition: heads with their own matrices, which meet in a sum."""
    W_q, W_k, W_v = W_qkv.unflatten(0, (3, num_heads, -1))
    output = 0
    for q, k, v, o in zip(W_q, W_k, W_v, W_o.chunk(num_heads, 1)):
        scores = (x @ q.mT) @ (memory @ k.mT).mT * len(q) ** -0.5
        weights = torch.where(mask, scores, -math.inf).softmax(2)
        output = output + weights @ memory @ v.mT @ o.mT
    return output


def multi_by_kernel(x, memory, W_qkv, W_o, num_heads, mask):
    (B, T, d_model), S, linear = x.shape, memory.shape[1], torch.nn.functional.linear
    query = linear(x, W_qkv[:d_model]).view(B, T, num_heads, -1).permute(0, 2, 1, 3)
    key, value = linear(memory, W_qkv[d_model:]).view(B, S, 2, num_heads, -1).permute(2, 0, 3, 1, 4)
    each = torch.nn.functional.scaled_dot_product_attention(query, key, value, mask.unsqueeze(1))
    return linear(each.permute(0, 2, 1, 3).reshape(B, T, d_model), W_o)


def multi_by_loops(x, memory, W_qkv, W_o, num_heads, mask):
    """Query by query; a hidden key is left out."""
    d_model, sentences = x.shape[-1], []
    d_head = d_model // num_heads
    for tokens, entries, may in zip(x, memory, mask):
        query = tokens @ W_qkv[:d_model].T
        key, value = entries @ W_qkv[d_model : 2 * d_model].T, entries @ W_qkv[2 * d_model :].T
        outputs = []
        for q, seen in zip(query, may):
            parts = [slice(first, first + d_head) for first in range(0, d_model, d_head)]
            heads = [torch.softmax(key[seen][:, p] @ q[p] / math.sqrt(d_head), 0) @ value[seen][:, p] for p in parts]
            outputs.append(torch.cat(heads) @ W_o.T)
        sentences.append(torch.stack(outputs))
    return torch.stack(sentences)


def ready_made(x, memory, W_qkv, W_o, num_heads, mask):
    return torch.nn.functional.multi_head_attention_forward(
        *(a.transpose(0, 1) for a in (x, memory, memory)), x.shape[-1], num_heads, W_qkv, None, None, None, False,
        0.0, W_o, None, attn_mask=~mask.repeat_interleave(num_heads, 0)
    )[0].transpose(0, 1)  # fmt: skip


def join(results):
    return results.transpose(1, 2).flatten(2)


SOFT = "masked_softmax(scores, mask) ->"
RIGHT = {
    "cost": [cost_by_heads, cost_by_counting],
    "split_and_join": [heads_by_slices, heads_by_views, heads_by_chunks],
    "multi_head": [multi_by_heads, multi_by_kernel, multi_by_loops],
}
WRONG = {
    "cost": {
        "parameters": [("4 * d_model**2 -> 2 * d_model**2", "num_heads * T * S -> T * S")],
        "products": [("T * S * d_model -> T * S * d_model**2", "num_heads * T * S -> T * S")],
        "tables": ["num_heads * T * S -> num_heads * (T + S)"],
        "more parameters": [
            ("4 * d_model**2 -> (3 + num_heads) * d_model**2", "T * S * d_model -> num_heads * T * S * d_model")
        ],
        "more products": [("T * S * d_model -> T * S * (d_model + num_heads - 1)", "num_heads * T * S -> T * S")],
        "same tables": ["num_heads * T * S -> T * S * num_heads**2"],
    },
    "split_and_join": {
        "reshape": [lambda x, H, results: [x.reshape(results.shape), results.reshape(x.shape)]],
        "every": [
            lambda x, H, results: [x.unflatten(-1, (-1, H)).permute(0, 3, 1, 2), results.permute(0, 2, 3, 1).flatten(2)]
        ],
        "tokens mixed": [lambda x, H, results: [cut(x.roll(1, 1), H), join(results)]],
        "tokens joined": [lambda x, H, results: [cut(x, H), join(results.flip(2))]],
        "other numbers": [lambda x, H, results: [cut(x.flip(2), H), join(results)]],
        "other order": [lambda x, H, results: [cut(x, H), join(results.flip(1))]],
    },
    "multi_head": {
        "x is looked at": ["memory @ W_v.mT -> (memory + 0.1 * x[:, :1]) @ W_v.mT"],
        "x does not ask": ["x @ W_q -> 0 * x @ W_q"],
        "not the mean": ["@ W_o.mT -> @ W_o.mT + 0.1"],
        "no distribution": [f"{SOFT} masked_softmax(scores, mask).square() * scores.shape[-1]"],
        "factor": ["query.shape[-1] ** 0.5 -> 3", "query.shape[-1] ** 0.5 -> 8"],
        "hidden but seen": [f"{SOFT} scores.masked_fill(~mask, -3).softmax(-1)"],
        "finite": [
            f"{SOFT} scores.masked_fill(~mask, -1e4).softmax(-1)",
            f"{SOFT} (scores - 1000 * ~mask).softmax(-1)",
        ],
        "heads meet": [(f"{SOFT} masked_softmax(scores + scores.roll(1, 1), mask)", "** 0.5 -> ** 0.5 / 0.8")],
        "inverted": [lambda x, memory, W_qkv, W_o, H, mask: multi_by_kernel(x, memory, W_qkv, W_o, H, ~mask)],
        "forbidden": [ready_made],
    },
}
EQUIVALENT = {
    "split_and_join": {
        "transpose(1, 2) → transpose(2, 1)": "a swap is symmetric",
        "transpose(1, 2) → transpose(1, -2)": "there are four axes: 2 is the last but one",
        "flatten(2) → flatten(-2)": "there are four axes: 2 is the last but one",
    },
    "multi_head": {
        "transpose(1, 2) → transpose(2, 1)": "a swap is symmetric",
        "transpose(1, 2) → transpose(1, -2)": "there are four axes: 2 is the last but one",
        "flatten(2) → flatten(-2)": "there are four axes: 2 is the last but one",
        "/ query.shape → / key.shape": "queries and keys have one size",
        "/ query.shape → / value.shape": "queries and values of a head have one size",
    },
}
