"""Chapter 3: further right answers, further wrong ones, and changes of a solution that change nothing."""

import torch

from byhand_checks.ch03 import causal_conv, steps_back


def field_by_loop(kernel_size, dilations):
    fields, field = [], 1
    for dilation in dilations.tolist():
        field += (kernel_size - 1) * dilation
        fields.append(field)
    return torch.tensor(fields)


def field_by_triangle(kernel_size, dilations):
    below = torch.ones(len(dilations), len(dilations), dtype=torch.long).tril()
    return (below * dilations).sum(1) * (kernel_size - 1) + 1


def field_by_sets(kernel_size, dilations):
    return torch.tensor([1 + max(seen) for seen in steps_back(kernel_size, dilations)])


def conv_by_adding(x, weight, dilation):
    total = x @ weight[0]
    for j in range(1, len(weight)):
        shift = j * dilation
        total[..., shift:, :] += x[..., :-shift, :] @ weight[j]
    return total


def conv_by_padding(x, weight, dilation):
    T, reach = x.shape[-2], (len(weight) - 1) * dilation
    padded = torch.nn.functional.pad(x, (0, 0, reach, 0))
    starts = [reach - j * dilation for j in range(len(weight))]
    return sum(padded[..., start : start + T, :] @ tap for start, tap in zip(starts, weight))


def conv_by_loops(x, weight, dilation):
    rows = []
    for t in range(x.shape[-2]):
        row = torch.zeros_like(x[..., 0, :] @ weight[0])
        for j in range(len(weight)):
            if t - j * dilation >= 0:
                row = row + torch.einsum("...i,io->...o", x[..., t - j * dilation, :], weight[j])
        rows.append(row)
    return torch.stack(rows, dim=-2)


def conv_by_index(x, weight, dilation):
    T, K = x.shape[-2], len(weight)
    source = torch.arange(T)[:, None] - dilation * torch.arange(K)  # (T, K)
    taken = torch.where(source[..., None] >= 0, x[..., source.clamp(min=0), :], 0)  # (..., T, K, d_input)
    return taken.flatten(-2) @ weight.flatten(0, 1)


def conv_in_place(x, weight, dilation):
    total = causal_conv(x, weight, dilation)
    x[..., : (len(weight) - 1) * dilation, :] = 0
    return total


def conv_by_library(x, weight, dilation, convolve=torch.nn.functional.conv1d):
    rows = x.reshape(-1, *x.shape[-2:]).mT
    rows = torch.nn.functional.pad(rows, ((len(weight) - 1) * dilation, 0))
    return convolve(rows, weight.flip(0).permute(2, 1, 0), dilation=dilation).mT.reshape(*x.shape[:-1], -1)


def conv_by_unfold(x, weight, dilation):
    reach = (len(weight) - 1) * dilation
    windows = torch.nn.functional.pad(x, (0, 0, reach, 0)).unfold(-2, reach + 1, 1)[..., ::dilation].flip(-1)
    return torch.einsum("...tik,kio->...to", windows, weight)


def recall_by_erasing(keys, values, question):
    memory = torch.zeros_like(keys.mT @ values)
    eye = torch.eye(keys.shape[1], dtype=keys.dtype)
    for i in range(len(keys)):
        k = keys[i : i + 1]
        memory = (eye - k.mT @ k) @ memory + torch.einsum("d,v->dv", keys[i], values[i])
    return torch.mv(memory.mT, question)


def recall_backwards(keys, values, question):
    """Read back to front, with no matrix: what the question still asks for after each pair."""
    answer, left = torch.zeros_like(values[0]), question
    for key, value in zip(keys.flip(0), values.flip(0)):
        share = left @ key
        answer, left = answer + share * value, left - share * key
    return answer


def recall_by_solving(keys, values, question):
    """All writes at once: each write is its value less the shares of the writes before it."""
    earlier = torch.eye(len(keys), dtype=keys.dtype) + (keys @ keys.mT).tril(-1)
    return (keys @ question) @ torch.linalg.solve_triangular(earlier, values, upper=False)


def recall_in_place(keys, values, question):
    memory = torch.zeros_like(keys.mT @ values)
    for key, value in zip(keys, values):
        value -= key @ memory
        memory = memory + torch.outer(key, value)
    return question @ memory


RIGHT = {
    "receptive_field": [field_by_loop, field_by_triangle, field_by_sets],
    "causal_conv": [conv_by_adding, conv_by_padding, conv_by_loops, conv_by_index],
    "recall_from_matrix": [recall_by_erasing, recall_backwards, recall_by_solving],
}
WRONG = {
    "receptive_field": {"one more layer": ["* dilations -> * dilations.clamp(max=7)"]},
    "causal_conv": {
        "leak": ["return total -> return total + 0.1 * x.mean()"],
        "echo": ["j * dilation -> j * dilation**2"],
        "modified": [conv_in_place],
        "forbidden": [conv_by_library, conv_by_unfold],
    },
    "recall_from_matrix": {
        "right angles": ["torch.outer(key, error) -> torch.outer(key, error) * 0.9"],
        "last word": ["value - key @ matrix -> value - key @ matrix / 2"],
        "modified": [recall_in_place],
    },
}
EQUIVALENT = {
    "receptive_field": {"cumsum(0) → cumsum(-1)": "there is one axis: the first is the last"},
    "recall_from_matrix": {
        "keys.new_zeros → question.new_zeros": "keys, values and question have one dtype",
        "keys.new_zeros → values.new_zeros": "keys, values and question have one dtype",
        "shape[1] → shape[-1]": "there are two axes: the second is the last",
    },
}
