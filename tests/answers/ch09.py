"""Further answers to the exercises of chapter 9, for the tests of the checks alone."""

import torch

from byhand_checks.ch09 import copy_table, look_back


def accuracy_by_gather(weights, positions):
    there = weights.gather(2, positions[:, :, None])[:, :, 0]
    return (there >= weights.max(2).values).to(weights.dtype).mean()


def accuracy_by_loops(weights, positions):
    right = [
        float(row.topk(1).indices.item() == position)
        for rows, right in zip(weights, positions.tolist())
        for row, position in zip(rows, right)
    ]
    return weights.new_tensor(right).mean()


def accuracy_by_misses(weights, positions):
    off = torch.sort(weights, dim=-1, descending=True).indices[..., 0] - positions
    return 1 - off.count_nonzero() / off.numel()


def look_by_einsum(state, memory, W, source_mask):
    scores = torch.einsum("bd,de,bse->bs", state, W, memory)
    scores = torch.where(source_mask, scores, -torch.inf)
    weights = (scores - scores.logsumexp(1, keepdim=True)).exp()
    return torch.einsum("bs,bse->be", weights, memory), weights


def look_by_loop(state, memory, W, source_mask):
    contexts, weights = [], torch.zeros(source_mask.shape, dtype=state.dtype)
    for b, words in enumerate(memory):
        mask = source_mask[b]
        weights[b, mask] = torch.softmax(words[mask] @ W.T @ state[b], 0)
        contexts.append(weights[b] @ words)
    return torch.stack(contexts), weights


def look_by_sums(state, memory, W, source_mask):
    """The memory goes through W instead of the state, and both sums are written out."""
    scores = ((memory @ W.mT) * state[:, None]).sum(-1)
    hidden = torch.zeros_like(scores).masked_fill(source_mask.logical_not(), -torch.inf)
    weights = torch.softmax(scores + hidden, dim=-1)
    return [(weights.unsqueeze(-1) * memory).sum(1), weights]


def copy_by_scatter(weights, sources, vocab_size):
    table = weights.new_zeros(*weights.shape[:2], vocab_size)
    return table.scatter_add(2, sources[:, None].expand(weights.shape), weights)


def copy_by_one_hot(weights, sources, vocab_size):
    return weights @ torch.nn.functional.one_hot(sources, vocab_size).to(weights.dtype)


def copy_by_comparing(weights, sources, vocab_size):
    return torch.stack([(weights * (sources == token)[:, None]).sum(-1) for token in range(vocab_size)], -1)


def copy_new_tokens_only(weights, sources, vocab_size):
    """A token that was there before counts as token 0."""
    seen = [(sources[:, :s] != sources[:, s : s + 1]).all(1) for s in range(sources.shape[1])]
    return copy_table(weights, sources * torch.stack(seen, 1), vocab_size)


RIGHT = {
    "alignment_accuracy": [accuracy_by_gather, accuracy_by_loops, accuracy_by_misses],
    "look_back": [look_by_einsum, look_by_loop, look_by_sums],
    "copy_table": [copy_by_scatter, copy_by_one_hot, copy_by_comparing],
}
HIDE = "masked_softmax(scores, source_mask) ->"
WRONG = {
    "alignment_accuracy": {
        "sharper": ["peaks == positions -> weights.gather(2, positions[:, :, None])[:, :, 0] > 0.3"],
        "shuffled": ["peaks == positions -> (peaks - positions).abs() <= 2"],
        "doubled": ["mean() -> sum() / (right.numel() + 1)"],
    },
    "look_back": {
        "padding weighs": [f"{HIDE} scores.masked_fill(~source_mask, -2.5).softmax(1)"],
        "finite": [
            f"{HIDE} scores.masked_fill(~source_mask, -1e4).softmax(1)",
            f"{HIDE} scores.masked_fill(~source_mask, -100).softmax(1)",
            f"{HIDE} (scores - 1000 * ~source_mask).softmax(1)",
        ],
        "W transposed": ["state @ W -> torch.einsum('bd,ed->be', state, W)"],
        "no W": [lambda state, memory, W, mask: look_back(state, memory, torch.eye(state.shape[1]), mask)],
        "no distribution": [f"{HIDE} scores.masked_fill(~source_mask, -torch.inf).sigmoid()"],
        "two stories": ["@ memory)[:, 0] -> @ memory)[:, 0] + 1"],
        "not alone": ["state @ W -> (state - state.mean(0)) @ W"],
        "order counts": ["[:, :, 0] -> [:, :, 0] + torch.arange(memory.shape[1])"],
    },
    "copy_table": {
        "lost weight": ["+= weights[b, :, s] -> += weights[b, :, s] ** 2"],
        "order counts": [copy_new_tokens_only],
        "names count": ["sources.tolist() -> ((sources + (sources == 3)) % vocab_size).tolist()"],
    },
}
EQUIVALENT = {
    "look_back": {
        "[:, :, 0] → [:, :, -1]": "this axis has length 1: the first is the last",
        "memory)[:, 0] → memory)[:, -1]": "this axis has length 1: the first is the last",
    }
}
