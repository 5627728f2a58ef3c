"""Chapter 21: further right answers, further wrong ones, and changes of a solution that change nothing."""

import math
from functools import cache

import torch


def frames_by_loop(samples, window, hop):
    faded = [0.5 - 0.5 * math.cos(2 * math.pi * n / window) for n in range(window)]
    hann = torch.tensor(faded, dtype=samples.dtype)
    begins = range(0, samples.shape[-1] - window + 1, hop)
    return torch.stack([samples[..., begin : begin + window] * hann for begin in begins], -2)


def frames_by_index(samples, window, hop):
    begins = torch.arange(0, samples.shape[-1] - window + 1, hop)
    frames = samples[..., begins[:, None] + torch.arange(window)]
    return frames * torch.sin(math.pi * torch.arange(window).double() / window).square().to(samples.dtype)


def frames_by_library(samples, window, hop):
    return samples.unfold(-1, window, hop) * torch.hann_window(window, dtype=torch.float64).to(samples.dtype)


def vector_by_loop(memory, lengths, strides):
    means = []
    for x, n in zip(memory, lengths.tolist()):
        for stride in strides:
            n = math.ceil(n / stride)
        means.append(x[:n].mean(0))
    return torch.stack(means)


def vector_by_product(memory, lengths, strides):
    step = math.prod(strides)  # where each position begins: 0, step, 2 step, …
    sound = torch.arange(memory.shape[1]) * step < lengths[:, None]
    kept = torch.where(sound[..., None], memory, torch.zeros_like(memory))
    return kept.sum(1) / sound.sum(1, keepdim=True)


def rate_by_recursion(said, heard, padding):
    total = 0
    for a, b in zip(said.tolist(), heard.tolist()):
        a, b = (tuple(word for word in words if word != padding) for words in (a, b))

        @cache
        def distance(i, j):
            if not i or not j:
                return i + j
            if a[i - 1] == b[j - 1]:
                return distance(i - 1, j - 1)
            return 1 + min(distance(i - 1, j - 1), distance(i - 1, j), distance(i, j - 1))

        total += distance(len(a), len(b))
    return torch.tensor(total) / (said != padding).sum()


def rate_by_table(said, heard, padding):
    errors = torch.tensor(0)
    for a, b in zip(said, heard):
        a, b = a[a != padding], b[b != padding]
        table = torch.zeros(len(a) + 1, len(b) + 1, dtype=torch.long)
        table[:, 0], table[0] = torch.arange(len(a) + 1), torch.arange(len(b) + 1)
        for i in range(len(a)):
            for j in range(len(b)):
                steps = table[i, j] + (a[i] != b[j]), table[i, j + 1] + 1, table[i + 1, j] + 1
                table[i + 1, j + 1] = min(steps)
        errors = errors + table[-1, -1]
    return errors / (said != padding).sum()


RIGHT = {
    "windowed_frames": [frames_by_loop, frames_by_index, frames_by_library],
    "one_vector": [vector_by_loop, vector_by_product],
    "word_error_rate": [rate_by_recursion, rate_by_table],
}
WRONG = {}
EQUIVALENT = {
    "windowed_frames": {
        "cos(2 → cos(-2": "the cosine of an angle and of minus the angle are the same",
        "window, dtype=samples.dtype → window": "whole numbers become floats in the product",
    },
    "word_error_rate": {
        "len(b) + 1 → len(b) + 2": "a longer first row: what is too much is never looked at",
        "replaced, before[j] + 1, row[-1] + 1 → row[-1] + 1, before[j] + 1, replaced": "the smallest of three",
    },
}
