"""Chapter 20: further right answers, further wrong ones, and changes of a solution that change nothing."""

import torch
import torch.nn.functional as F


def cut_by_loop(images, size):
    B, H, W, C = images.shape
    tokens = []
    for row in range(0, H, size):
        for column in range(0, W, size):
            tokens.append(images[:, row : row + size, column : column + size].reshape(B, -1))
    return torch.stack(tokens, 1)


def cut_by_unfold(images, size):
    x = images.unfold(1, size, size).unfold(2, size, size)  # (B, rows, columns, C, size, size)
    return x.movedim(3, -1).flatten(3).flatten(1, 2)


def cut_by_split(images, size):
    rows = torch.stack(images.split(size, 1), 1)  # (B, rows, size, W, C)
    x = torch.stack(rows.split(size, 3), 2)  # (B, rows, columns, size, size, C)
    return x.reshape(len(images), -1, size * size * images.shape[-1])


def rollout_backwards(weights, residual):
    B, H, T, _ = weights[0].shape
    row = torch.zeros(B, 1, T, dtype=weights[0].dtype)
    row[:, 0, 0] = 1
    for each in reversed(weights):
        row = residual * row + (1 - residual) * row @ each.mean(dim=1)
    found = row[:, 0, 1:]
    return found / found.sum(1, keepdim=True)


def rollout_by_loop(weights, residual):
    B, H, T, _ = weights[0].shape
    results = []
    for b in range(B):
        flow = torch.eye(T, dtype=weights[0].dtype)
        for each in weights:
            step = (1 - residual) * sum(each[b]) / H
            step.diagonal().add_(residual)
            flow = torch.einsum("ts,su->tu", step, flow)
        results.append(flow[0, 1:] / sum(flow[0, 1:]))
    return torch.stack(results)


def mixture(old, new, dtype):
    """How much of each old center is in each new one, along one axis: (new, old)"""
    where = ((torch.arange(new, dtype=dtype) + 0.5) * old / new - 0.5).clamp(0, old - 1)
    return (1 - (where[:, None] - torch.arange(old, dtype=dtype)).abs()).clamp(min=0)


def resize_by_matrices(table, old, new):
    down, right = (mixture(a, b, table.dtype) for a, b in zip(old, new))
    grid = table[1:].view(*old, -1)
    return torch.cat([table[:1], torch.einsum("ah,bw,hwd->abd", down, right, grid).flatten(0, 1)])


def resize_by_loop(table, old, new):
    (H, W), (height, width) = old, new
    rows = [table[0]]
    for i in range(height):
        for j in range(width):
            y = min(max((i + 0.5) * H / height - 0.5, 0), H - 1)
            x = min(max((j + 0.5) * W / width - 0.5, 0), W - 1)
            top, left = int(y), int(x)
            below, beside = min(top + 1, H - 1), min(left + 1, W - 1)
            corner = lambda r, c: table[1 + r * W + c]  # noqa: E731
            above = (1 - x + left) * corner(top, left) + (x - left) * corner(top, beside)
            under = (1 - x + left) * corner(below, left) + (x - left) * corner(below, beside)
            rows.append((1 - y + top) * above + (y - top) * under)
    return torch.stack(rows)


def resize_by_grids(table, old, new):
    grid = table[1:].unflatten(0, old).permute(2, 0, 1)
    grid = F.interpolate(grid.unsqueeze(0), size=new, mode="bilinear").squeeze(0)
    return torch.cat([table[:1], grid.permute(1, 2, 0).reshape(-1, table.shape[1])])


RIGHT = {
    "cut": [cut_by_loop, cut_by_unfold, cut_by_split],
    "rollout": [rollout_backwards, rollout_by_loop],
    "resize_positions": [resize_by_matrices, resize_by_loop, resize_by_grids],
}
WRONG = {}
EQUIVALENT = {
    "cut": {
        "1, 3, 2 → 1, -3, 2": "of six axes the fourth is the third from the end",
        "flatten(1, 2) → flatten(1, -2)": "of four axes the third is the last but one",
        "flatten(3) → flatten(-3)": "of six axes the fourth is the third from the end",
    },
    "rollout": {
        "patches.sum(-1 → patches.sum(+1": "there are two axes: 1 is the last",
        "patches.sum(-1 → patches.sum(--1": "there are two axes: 1 is the last",
        "shape[-1] → shape[-2]": "queries and keys are the same tokens: the table is square",
        "eye(weights[0] → eye(weights[-1]": "all blocks have tables of one size",
        "dtype=weights[0] → dtype=weights[-1]": "all blocks have tables of one dtype",
    },
    "resize_positions": {"grid[0].flatten → grid[-1].flatten": "this axis has length 1: the first is the last"},
}
