"""Chapter 14: further right answers, further wrong ones, and changes of a solution that change nothing."""

import torch

from byhand_checks.ch14 import shift_target


def shift_by_loops(source, target, padding):
    inputs = torch.stack([sentence[:-1] for sentence in target])
    labels = torch.stack([sentence[1:] for sentence in target])
    T = inputs.shape[1]
    target_mask = [[[s <= t and row[s] != padding for s in range(T)] for t in range(T)] for row in inputs.tolist()]
    source_mask = [[[token != padding for token in row]] for row in source.tolist()]
    return inputs, labels, torch.tensor(source_mask), torch.tensor(target_mask)


def shift_by_comparing(source, target, padding):
    B, T = len(target), target.shape[1] - 1
    inputs, labels = target.narrow(1, 0, T), target.narrow(1, 1, T)
    at = torch.arange(T)
    ahead = at[None, :] > at[:, None]
    hidden = inputs.eq(padding).unsqueeze(1).expand(B, T, T) | ahead
    return [inputs, labels, source.ne(padding).unsqueeze(1), hidden.logical_not()]


def gradient_by_loop(logits, targets, smoothing, padding):
    V, rows = logits.shape[-1], []
    number = sum(target != padding for target in targets.tolist())
    for row, target in zip(logits, targets.tolist()):
        p = torch.exp(row - torch.logsumexp(row, -1))
        for i in range(V):
            p[i] = p[i] - smoothing / V - (1 - smoothing) * (i == target)
        rows.append(p / number if target != padding else torch.zeros_like(p))
    return torch.stack(rows)


def gradient_by_one_hot(logits, targets, smoothing, padding):
    V = logits.shape[-1]
    one_hot = torch.nn.functional.one_hot(targets, V).to(logits.dtype)
    gradient = torch.log_softmax(logits, -1).exp() - torch.lerp(one_hot, torch.ones_like(one_hot) / V, smoothing)
    gradient[targets == padding] = 0
    return gradient / (targets != padding).sum()


def gradient_by_autograd(logits, targets, smoothing, padding):
    with torch.enable_grad():
        logits = logits.clone().requires_grad_()
        loss = torch.nn.functional.cross_entropy(logits, targets, ignore_index=padding, label_smoothing=smoothing)
        return torch.autograd.grad(loss, logits)[0]


def beam_by_sorting(scores, ended, log_p, end):
    candidates = []
    for k in range(len(scores)):
        if ended[k]:
            candidates.append((scores[k].item(), k, end))
        else:
            candidates += [((scores[k] + log_p[k, v]).item(), k, v) for v in range(log_p.shape[1])]
    best = sorted(candidates, reverse=True)[: len(scores)]
    values, parents, tokens = zip(*best)
    return [torch.tensor(parents), torch.tensor(tokens), torch.tensor(values, dtype=scores.dtype)]


def beam_by_masking(scores, ended, log_p, end):
    log_p = log_p.clone()
    log_p[ended] = -torch.inf
    log_p[ended, end] = 0
    total = (log_p + scores.unsqueeze(1)).reshape(-1)
    order = total.argsort(descending=True)[: len(scores)]
    return [torch.div(order, log_p.shape[1], rounding_mode="floor"), order.remainder(log_p.shape[1]), total[order]]


def sees_one_ahead(source, target, padding):
    inputs, labels, source_mask, target_mask = shift_target(source, target, padding)
    T = inputs.shape[1]
    return [inputs, labels, source_mask, (inputs != padding)[:, None] & torch.ones(T, T).tril(1).bool()]


def first_padding_seen(source, target, padding):
    """The first position of the padding is taken for the end."""
    inputs, labels, source_mask, target_mask = shift_target(source, target, padding)
    return [inputs, labels, source_mask | source_mask.roll(1, 2), target_mask]


def first_target_padding_seen(source, target, padding):
    inputs, labels, source_mask, target_mask = shift_target(source, target, padding)
    return [inputs, labels, source_mask, (target_mask | target_mask.roll(1, 2)).tril()]


RIGHT = {
    "shift_target": [shift_by_loops, shift_by_comparing],
    "smoothed_gradient": [gradient_by_loop, gradient_by_one_hot],
    "beam_step": [beam_by_sorting, beam_by_masking],
}
WRONG = {
    "shift_target": {
        "dtype": ["source_mask, target_mask] -> source_mask, target_mask.float()]"],
        "not shifted": ["target[:, :-1], target[:, 1:] -> target[:, 1:], target[:, :-1]"],
        "source inverted": [("source != padding -> source == padding", "inputs != padding -> inputs == padding")],
        "future": [sees_one_ahead],
        "source padding": [first_padding_seen],
        "target padding": [first_target_padding_seen],
    },
    "smoothed_gradient": {
        "sums": [
            "wanted[torch.arange(N), targets] += 1 - smoothing -> wanted[torch.arange(N), targets] += 0.9 - smoothing"
        ],
        "forbidden": [gradient_by_autograd],
    },
    "beam_step": {
        "finite": ["-torch.inf -> -1e4", "-torch.inf -> -100"],
        "order": ["[flat // V, flat % V, best] -> [flat.flip(0) // V, flat.flip(0) % V, best.flip(0)]"],
        "ended": ["stay[:, end] = scores -> stay[:, end] = scores - 0.5"],
    },
}
EQUIVALENT = {
    "shift_target": {
        "inputs.shape[1] → inputs.shape[-1]": "there are two axes: 1 is the last",
        "inputs.shape → labels.shape": "inputs and labels have one shape",
    },
    "smoothed_gradient": {
        "softmax(-1) → softmax(+1)": "there are two axes: 1 is the last",
        "softmax(-1) → softmax(--1)": "there are two axes: 1 is the last",
    },
    "beam_step": {
        "log_p.shape[1] → log_p.shape[-1]": "there are two axes: 1 is the last",
        "log_p.shape → total.shape": "the table has the shape of log_p",
        "len(scores) → len(ended)": "all of them have a row for each of K beams",
        "len(scores) → len(log_p)": "all of them have a row for each of K beams",
        "len(scores) → len(total)": "all of them have a row for each of K beams",
    },
}
