"""Chapter 13: further right answers, further wrong ones, and changes of a solution that change nothing."""

import torch
import torch.nn.functional as F


def rms_by_norm(x, scale, eps):
    norm = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
    return x * scale * torch.rsqrt(norm**2 / x.shape[-1] + eps)


def rms_by_einsum(x, scale, eps):
    squares = torch.einsum("...d,...d->...", x, x)
    return torch.einsum("...d,...,d->...d", x, (squares / scale.numel() + eps) ** -0.5, scale)


def plain_norm(x):
    return F.layer_norm(x, x.shape[-1:])


def through_by_recursion(x, matrices, pre_norm):
    if not matrices:
        return plain_norm(x) if pre_norm else x
    said = torch.clamp(torch.matmul(plain_norm(x) if pre_norm else x, matrices[0]), min=0)
    following = torch.add(x, said)
    return through_by_recursion(following if pre_norm else plain_norm(following), matrices[1:], pre_norm)


def through_by_hand(x, matrices, pre_norm):
    def norm(x):
        centered = x - x.mean(-1, keepdim=True)
        return centered / (centered.pow(2).mean(-1, keepdim=True) + 1e-5).sqrt()

    before, after, end = (norm, lambda x: x, norm) if pre_norm else (lambda x: x, norm, lambda x: x)
    stream = x.clone()
    for W in matrices:
        stream = after(stream + torch.einsum("...d,de->...e", before(stream), W).clamp(min=0))
    return end(stream)


def norm_gradient_by_jacobian(x, upstream, eps):
    D = x.shape[-1]
    root = (x.var(-1, keepdim=True, correction=0) + eps).sqrt()
    y = (x - x.mean(-1, keepdim=True)) / root
    jacobian = torch.eye(D, dtype=x.dtype) - 1 / D - y.unsqueeze(-1) * y.unsqueeze(-2) / D
    return (jacobian @ upstream.unsqueeze(-1)).squeeze(-1) / root


def norm_gradient_by_chain(x, upstream, eps):
    """One step of the chain rule after the other, backwards."""
    D = x.shape[-1]
    centered = x - x.sum(-1, keepdim=True) / D
    variance = (centered**2).sum(-1, keepdim=True) / D + eps
    from_root = -0.5 * (upstream * centered).sum(-1, keepdim=True) * variance**-1.5
    from_centered = upstream * variance**-0.5 + from_root * 2 * centered / D
    return from_centered - from_centered.sum(-1, keepdim=True) / D


def norm_gradient_by_autograd(x, upstream, eps):
    with torch.enable_grad():
        x = x.clone().requires_grad_()
        return torch.autograd.grad(F.layer_norm(x, x.shape[-1:], eps=eps), x, upstream)[0]


RIGHT = {
    "rms_norm": [rms_by_norm, rms_by_einsum],
    "through_sublayers": [through_by_recursion, through_by_hand],
    "layer_norm_gradient": [norm_gradient_by_jacobian, norm_gradient_by_chain],
}
ALL = "(upstream - through_mean - through_root) / root ->"
WRONG = {
    "rms_norm": {
        "size": ["(mean_square + eps).sqrt() -> x.abs().mean(-1, keepdim=True).add(eps)"],
        "forbidden": [lambda x, scale, eps: F.rms_norm(x, scale.shape, scale, eps)],
    },
    "through_sublayers": {"silent": ["(norm(x, size) @ W).relu() -> (norm(x, size) @ W + norm(x, size) ** 2).relu()"]},
    "layer_norm_gradient": {
        "shift": [f"{ALL} (upstream - 2 * through_mean - through_root) / root"],
        "stretch": [f"{ALL} (upstream - through_mean - 2 * through_root) / root"],
        "forbidden": [norm_gradient_by_autograd],
    },
}
EQUIVALENT = {
    "layer_norm_gradient": {
        "x - x.mean(-1, keepdim=True) → x.mean(-1, keepdim=True) - x": "squared in the root, and twice in the product"
    }
}
