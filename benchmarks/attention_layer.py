"""How fast is our attention? Times as multiples of a plain layer on PyTorch's fused kernel.

    python benchmarks/attention_layer.py

All candidates run in one process and take turns, so that a slow moment of the machine
meets them all; of the rounds the fastest counts. Below 1 is faster than the plain layer.
"""

from functools import cache

import torch
import torch.nn.functional as F
from torch import nn

from byhand.attention import attention, naive_attention
from byhand.heads import MultiHeadAttention
from byhand.masks import causal_mask
from byhand.measure import time_ratios

BATCH, D_MODEL, NUM_HEADS = 4, 256, 8
ROUNDS = {64: 200, 256: 60, 1024: 12}  # T: how many


@cache
def may_attend(T):
    """The causal mask (T, T), made once: making it is not what is timed."""
    return causal_mask(T)


@cache
def forbidden(T):
    """The same in the convention of nn.MultiheadAttention: True = may not."""
    return ~causal_mask(T)


class Plain(nn.Module):
    """The least that a layer on scaled_dot_product_attention can do: x (B, T, D) -> (B, T, D)."""

    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(D_MODEL, 3 * D_MODEL, bias=False)
        self.out = nn.Linear(D_MODEL, D_MODEL, bias=False)

    def forward(self, x, causal):
        B, T, _ = x.shape
        query, key, value = (part.view(B, T, NUM_HEADS, -1).transpose(1, 2) for part in self.qkv(x).split(D_MODEL, -1))
        each = F.scaled_dot_product_attention(query, key, value, is_causal=causal)  # (B, H, T, d_head)
        return self.out(each.transpose(1, 2).reshape(B, T, D_MODEL))


class Ours(MultiHeadAttention):
    """byhand's layer, called like the others."""

    def __init__(self):
        super().__init__(D_MODEL, NUM_HEADS)

    def forward(self, x, causal):
        return super().forward(x, causal=causal)


class Naive(Ours):
    """The same weights with the tables of attention written out."""

    def forward(self, x, causal):
        mask = may_attend(x.shape[1]) if causal else None
        each, _ = naive_attention(*self.project(x), mask)
        return self.out(each.transpose(1, 2).flatten(2))


class Torch(nn.MultiheadAttention):
    """PyTorch's layer, asked for no weights, which is its fastest way."""

    def __init__(self):
        super().__init__(D_MODEL, NUM_HEADS, bias=False, batch_first=True)

    def forward(self, x, causal):
        mask = forbidden(x.shape[1]) if causal else None
        return super().forward(x, x, x, attn_mask=mask, is_causal=causal, need_weights=False)[0]


def forward(layer, x, causal):
    with torch.no_grad():
        layer(x, causal)


def forward_backward(layer, x, causal):
    layer(x, causal).sum().backward()


def layers(lengths=ROUNDS):
    """One line for each length, mask and direction; lengths: T -> rounds."""
    candidates = {"plain": Plain(), "byhand": Ours(), "nn.MultiheadAttention": Torch(), "naive": Naive()}
    print(f"layers, batch {BATCH}, d_model {D_MODEL}, {NUM_HEADS} heads")
    print(f"{'T':>5} {'mask':7} {'direction':17}" + "".join(f"{name:>22}" for name in candidates))
    for T, rounds in lengths.items():
        for causal in (False, True):
            for direction in (forward, forward_backward):
                x = torch.randn(BATCH, T, D_MODEL, requires_grad=direction is forward_backward)
                ratios = time_ratios(
                    [lambda layer=layer: direction(layer, x, causal) for layer in candidates.values()], rounds
                )
                print(
                    f"{T:5} {'causal' if causal else 'none':7} {direction.__name__:17}"
                    + "".join(f"{ratio:22.2f}" for ratio in ratios)
                )


def kernels(lengths=ROUNDS):
    """The function `attention` against the direct call, by mask; lengths: T -> rounds."""
    print("\nkernel: attention / F.scaled_dot_product_attention")
    for T, rounds in lengths.items():
        inputs = torch.randn(3, BATCH, NUM_HEADS, T, D_MODEL // NUM_HEADS)
        mask = causal_mask(T)
        pairs = {
            "none": (lambda: F.scaled_dot_product_attention(*inputs), lambda: attention(*inputs)),
            "mask": (lambda: F.scaled_dot_product_attention(*inputs, mask), lambda: attention(*inputs, mask)),
            "causal": (
                lambda: F.scaled_dot_product_attention(*inputs, is_causal=True),
                lambda: attention(*inputs, causal=True),
            ),
        }
        with torch.no_grad():
            print(f"{T:5} " + "  ".join(f"{name} {time_ratios(pair, rounds)[1]:.2f}" for name, pair in pairs.items()))


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.manual_seed(0)
    layers()
    kernels()
