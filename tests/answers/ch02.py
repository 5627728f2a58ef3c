"""Chapter 2: further right answers, further wrong ones, and changes of a solution that change nothing."""

import torch

from byhand_checks.ch02 import clip_gradients, weight_gradient


def bias_by_logs(distance, keep):
    gate = torch.exp(torch.log(keep) / distance)
    return torch.log(gate) - torch.log(1 - gate)


def bias_by_odds(distance, keep):
    gate = torch.pow(keep, distance.reciprocal())
    return torch.log(gate / (1 - gate))


def bias_stable(distance, keep):
    return -torch.log(torch.expm1(-torch.log(keep) / distance))


def clip_by_squares(gradients, max_norm):
    norm = sum((g**2).sum() for g in gradients).sqrt()
    scale = torch.clamp(max_norm / norm, max=1.0)
    return [scale * g for g in gradients]


def clip_by_norm_of_norms(gradients, max_norm):
    norm = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(g) for g in gradients]))
    return [g / max(norm / max_norm, torch.ones_like(norm)) for g in gradients]


def clip_by_library(gradients, max_norm):
    holders = [torch.nn.Parameter(torch.zeros_like(g)) for g in gradients]
    for holder, gradient in zip(holders, gradients):
        holder.grad = gradient.clone()
    torch.nn.utils.clip_grad_norm_(holders, max_norm)
    return [holder.grad for holder in holders]


def clip_in_place(gradients, max_norm):
    for gradient, clipped in zip(gradients, clip_gradients(gradients, max_norm)):
        gradient.copy_(clipped)
    return gradients


def backward_by_einsum(states, W_h, last_gradient):
    signals = []
    for state in reversed(states[1:]):
        signals.append(last_gradient * (1 - state.square()))
        last_gradient = torch.einsum("ij,j->i", W_h, signals[-1])
    return torch.einsum("ti,tj->ij", states[:-1], torch.stack(signals[::-1]))


def backward_by_recursion(states, W_h, last_gradient):
    if len(states) == 1:
        return 0 * W_h
    signal = (last_gradient - last_gradient * states[-1] * states[-1])[:, None]
    return states[-2][:, None] @ signal.T + backward_by_recursion(states[:-1], W_h, (W_h @ signal).squeeze(1))


def backward_by_jacobians(states, W_h, last_gradient):
    """The definition: for every weight, a product of Jacobians, one for each step."""
    T = len(states) - 1
    result = torch.zeros_like(W_h)
    for t in range(1, T + 1):
        gradient = last_gradient
        for s in range(T, t, -1):  # d state_s / d state_(s-1), as a matrix (from, to)
            gradient = (W_h * (1 - states[s] ** 2)) @ gradient
        result += states[t - 1].unsqueeze(1) * (gradient * (1 - states[t] ** 2)).unsqueeze(0)
    return result


def backward_in_place(states, W_h, last_gradient):
    total = weight_gradient(states, W_h, last_gradient)
    for t in range(len(states) - 1, 0, -1):
        last_gradient.copy_(W_h @ (last_gradient * (1 - states[t] ** 2)))
    return total


def backward_by_autograd(states, W_h, last_gradient):
    W_x_part = torch.atanh(states[1:]) - states[:-1] @ W_h
    W_h = W_h.clone().requires_grad_()
    state = states[0]
    for drive in W_x_part:
        state = torch.tanh(drive + state @ W_h)
    return torch.autograd.grad(state @ last_gradient, W_h)[0]


RIGHT = {
    "forget_bias": [bias_by_logs, bias_by_odds, bias_stable],
    "clip_gradients": [clip_by_squares, clip_by_norm_of_norms, clip_by_library],
    "weight_gradient": [backward_by_einsum, backward_by_recursion, backward_by_jacobians],
}
WRONG = {
    "forget_bias": {
        "kept": ["keep ** (1 / distance) -> (keep ** (1 / distance)).clamp(max=0.9999)", "1 - gate -> 1 - gate + 1e-5"]
    },
    "clip_gradients": {
        "direction": ["[g * scale for g in gradients] -> [gradients[0] * scale, *gradients[1:]]"],
        "norm": ["if norm > max_norm -> / 2 if norm > max_norm"],
        "modified": [clip_in_place],
        "zero": [
            (
                "scale = max_norm / norm if norm > max_norm else 1.0 -> most = norm.clamp(max=max_norm)",
                "* scale -> / norm * most",
            )
        ],
    },
    "weight_gradient": {
        "last term": ["1 - states[t] ** 2 -> 1 - states[t] ** 4"],
        "earlier terms": ["@ W_h.T -> @ W_h.T * 0.5"],
        "modified": [backward_in_place],
        "forbidden": [
            backward_by_autograd,
            lambda states, W_h, last_gradient: torch.func.grad(
                lambda W: (torch.tanh(states[0] @ W) * last_gradient).sum()
            )(W_h),
            lambda states, W_h, last_gradient: torch.func.jacfwd(
                lambda W: (torch.tanh(states[0] @ W) * last_gradient).sum()
            )(W_h),
            lambda states, W_h, last_gradient: ((W := W_h.clone().requires_grad_()).sum().backward(), W.grad)[1],
        ],
    },
}
EQUIVALENT = {
    "clip_gradients": {
        "> max_norm → >= max_norm": "at equality the factor is 1 either way, and norm = 0 is below any max_norm"
    },
    "weight_gradient": {"zeros_like(W_h), → zeros_like(last_gradient),": "zeros that the first sum broadcasts"},
}
