"""The checks are checked: right answers pass, wrong answers fail, and each is told what is wrong with it.

Every exercise in every module checks/chNN.py is found by itself. `pytest tests/test_checks.py -s` prints the figures.
"""
import ast
import builtins
import copy
import importlib
import json
import re
import sys
import warnings
from pathlib import Path

import pytest
import torch
from nbformat import from_dict
from nbgrader.utils import determine_grade

from checks import ch01, ch02, ch03, ch06, engine
from checks.engine import Exercise

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted(p.stem for p in (ROOT / "checks").glob("ch[0-9][0-9].py"))
EXERCISES = {
    f"{module}.{name.removeprefix('check_')}": exercise
    for module in MODULES
    for name, exercise in vars(importlib.import_module(f"checks.{module}")).items() if isinstance(exercise, Exercise)
}
FIGURES = dict(right=0, false_rejects=0, wrong=0, false_accepts=0, messages=0, wrong_messages=0,
               mechanical=0, equivalent=0)

# Mechanical changes of a solution that change nothing a check could or should see, and why.
SPLIT_LAST = "torch.where of a 1-D mask gives one tensor: the first is the last"
START = "this value is drawn anew before anything reads it"
SYMMETRIC = "the operation is symmetric in its two arguments"
ONE_AXIS = "there is one axis: the first is the last"
TWO_AXES = "there are two axes: the second is the last"
ONE_DTYPE = "keys, values and question have one dtype"
SAME_DTYPE = "only the dtype counts here, and all have the same"
LAST_AXIS = "there are two axes: 1 is the last"
ONE_LONG = "this axis has length 1: the first is the last"
N_ROWS = "all of them have N rows"
HARMLESS = "any finite score will do in a row whose weights become 0"
TRANSPOSE = "two names of the same transpose"
SQUARE = "queries and keys are the same places"
WEIGHTLESS = "a key whose weights are all 0 adds nothing, whatever finite values it has"
AHEAD = "keys ahead of the query are hidden: any entry of the table will do"
S_ROWS = "keys and values have S rows"
SAME_D = "queries and keys have D components"
FOUR_AXES = "there are four axes: 2 is the last but one"
ALL_ALIKE = "every count begins with the same number, so their order stays"
K_BEAMS = "all of them have a row for each of K beams"
EQUIVALENT = {
    "ch01.split_without_leak": {
        "return (torch.where(~in_test)[0], torch.where(in_test)[0]) → "
        "return (torch.where(~in_test)[-1], torch.where(in_test)[0])": SPLIT_LAST,
        "return (torch.where(~in_test)[0], torch.where(in_test)[0]) → "
        "return (torch.where(~in_test)[0], torch.where(in_test)[-1])": SPLIT_LAST,
        "test_kinds = order[:round(test_fraction * len(distinct))] → "
        "test_kinds = order[:round(len(distinct) * test_fraction)]": SYMMETRIC,
        "test_kinds = order[:round(test_fraction * len(distinct))] → "
        "test_kinds = order[:round(test_fraction * len(order))]": "order has one number for each distinct row",
    },
    "ch01.palindromes": {
        "half = torch.zeros((length + 1) // 2, dtype=torch.long) → half = torch.zeros((length + 1) // 2)": START,
        "half = torch.zeros((length + 1) // 2, dtype=torch.long) → "
        "half = torch.ones((length + 1) // 2, dtype=torch.long)": START,
        "half = torch.zeros((length + 1) // 2, dtype=torch.long) → "
        "half = torch.zeros((length + 1) // 2, dtype=torch.float)": START,
        "half = torch.zeros((length + 1) // 2, dtype=torch.long) → "
        "half = torch.zeros((1 + length) // 2, dtype=torch.long)": SYMMETRIC,
        "while number >= batch // 2 and torch.equal(row, row.flip(0)): → "
        "while number >= batch // 2 and torch.equal(row.flip(0), row):": SYMMETRIC,
        "while number >= batch // 2 and torch.equal(row, row.flip(0)): → "
        "while number >= batch // 2 and torch.equal(row, row.flip(-1)):": ONE_AXIS,
        "row = torch.cat([half, half[:length // 2].flip(0)]) → "
        "row = torch.cat([half, half[:length // 2].flip(-1)])": ONE_AXIS,
        "while (half == half[0]).all(): → while (half == half[1]).all():": "all equal to one entry: any entry will do",
        "while (half == half[0]).all(): → while (half == half[-1]).all():": "all equal to one entry: any entry will do",
    },
    "ch02.clip_gradients": {
        "scale = max_norm / norm if norm > max_norm else 1.0 → scale = max_norm / norm if norm >= max_norm else 1.0":
            "at equality the factor is 1 either way, and norm = 0 is below any max_norm",
        "return [gradient * scale for gradient in gradients] → return [scale * gradient for gradient in gradients]":
            SYMMETRIC,
    },
    "ch02.weight_gradient": {
        "before_tanh = gradient * (1 - states[t] ** 2) → before_tanh = (1 - states[t] ** 2) * gradient": SYMMETRIC,
        "total = total + torch.outer(states[t - 1], before_tanh) → "
        "total = torch.outer(states[t - 1], before_tanh) + total": SYMMETRIC,
        "total, gradient = (torch.zeros_like(W_h), last_gradient) → "
        "total, gradient = (torch.zeros_like(last_gradient), last_gradient)": "zeros that the first sum broadcasts",
        "gradient = before_tanh @ W_h.T → gradient = before_tanh @ W_h.mT": "two names of the same transpose",
    },
    "ch03.receptive_field": {
        "steps = (kernel_size - 1) * dilations → steps = dilations * (kernel_size - 1)": SYMMETRIC,
        "return 1 + steps.cumsum(0) → return steps.cumsum(0) + 1": SYMMETRIC,
        "return 1 + steps.cumsum(0) → return 1 + steps.cumsum(-1)": ONE_AXIS,
    },
    "ch03.causal_conv": {"shift = j * dilation → shift = dilation * j": SYMMETRIC},
    "ch03.recall_from_matrix": {
        "memory = memory + torch.outer(key, error) → memory = torch.outer(key, error) + memory": SYMMETRIC,
        "memory = keys.new_zeros(keys.shape[1], values.shape[1]) → "
        "memory = question.new_zeros(keys.shape[1], values.shape[1])": ONE_DTYPE,
        "memory = keys.new_zeros(keys.shape[1], values.shape[1]) → "
        "memory = values.new_zeros(keys.shape[1], values.shape[1])": ONE_DTYPE,
        "memory = keys.new_zeros(keys.shape[1], values.shape[1]) → "
        "memory = keys.new_zeros(keys.shape[-1], values.shape[1])": TWO_AXES,
        "memory = keys.new_zeros(keys.shape[1], values.shape[1]) → "
        "memory = keys.new_zeros(keys.shape[1], values.shape[-1])": TWO_AXES,
    },
    "ch04.depths": {
        "longest.append(1 + max(before, default=0)) → longest.append(max(before, default=0) + 1)": SYMMETRIC,
    },
    "ch04.crossover": {
        "meets = torch.where(gap >= 0)[0] → meets = torch.where(gap >= 0)[-1]": SPLIT_LAST,
        "return torch.exp(x[i - 1] + part * (x[i] - x[i - 1])) → "
        "return torch.exp(part * (x[i] - x[i - 1]) + x[i - 1])": SYMMETRIC,
        "return torch.exp(x[i - 1] + part * (x[i] - x[i - 1])) → "
        "return torch.exp(x[i - 1] + (x[i] - x[i - 1]) * part)": SYMMETRIC,
        "return lengths.new_tensor(math.inf) → return gap.new_tensor(math.inf)": SAME_DTYPE,
        "return lengths.new_tensor(math.inf) → return times_a.new_tensor(math.inf)": SAME_DTYPE,
        "return lengths.new_tensor(math.inf) → return times_b.new_tensor(math.inf)": SAME_DTYPE,
    },
    "ch04.scan": {
        "while width < len(b): → while width <= len(b):": "one more round joins nothing to anything",
        "while width < len(b): → while width < len(a):": "a and b have the same shape",
        "nothing = torch.zeros_like(b[:width]) → nothing = torch.zeros_like(a[:width])": "a and b have the same shape",
        "b = a * before_b + b → b = b + a * before_b": SYMMETRIC,
        "b = a * before_b + b → b = before_b * a + b": SYMMETRIC,
        "a = a * before_a → a = before_a * a": SYMMETRIC,
        "width = 2 * width → width = width * 2": SYMMETRIC,
    },
    "ch05.numbers_needed": {
        "bits_needed = lengths.double() * math.log2(vocab_size) → "
        "bits_needed = math.log2(vocab_size) * lengths.double()": SYMMETRIC,
    },
    "ch05.exact_match": {
        "in_order = (predicted == targets) | after → in_order = after | (predicted == targets)": SYMMETRIC,
        "is_end = targets == end → is_end = predicted == end":
            "if one ends before the other, that place is a mistake which counts either way",
        "after = is_end.cumsum(1) > is_end → after = is_end.cumsum(-1) > is_end": LAST_AXIS,
        "return in_order.all(1).float().mean() → return in_order.all(-1).float().mean()": LAST_AXIS,
    },
    "ch05.greedy": {
        "following = table[token].argmax(-1) → following = table[token].argmax(+1)": LAST_AXIS,
        "following = table[token].argmax(-1) → following = table[token].argmax(--1)": LAST_AXIS,
        "return torch.stack(written, dim=1) → return torch.stack(written, dim=-1)": LAST_AXIS,
        "token = torch.where(token == end, end, following) → token = torch.where(token == end, token, following)":
            "where the token is the end, the two are one",
    },
    "ch06.lookup": {
        "weights = torch.softmax(scores, dim=0) → weights = torch.softmax(scores, dim=-1)": ONE_AXIS,
    },
    "ch06.leave_one_out": {
        "gaps = places[:, None] - places → gaps = places - places[:, None]": "the gaps are squared",
        "scores = -gaps ** 2 / (2 * width ** 2) → scores = -gaps ** 2 / (width ** 2 * 2)": SYMMETRIC,
        "itself = torch.eye(len(places), dtype=torch.bool) → itself = torch.eye(len(gaps), dtype=torch.bool)": N_ROWS,
        "itself = torch.eye(len(places), dtype=torch.bool) → "
        "itself = torch.eye(len(heights), dtype=torch.bool)": N_ROWS,
        "itself = torch.eye(len(places), dtype=torch.bool) → itself = torch.eye(len(scores), dtype=torch.bool)": N_ROWS,
        "weights = scores.masked_fill(itself, -math.inf).softmax(dim=1) → "
        "weights = scores.masked_fill(itself, -math.inf).softmax(dim=-1)": LAST_AXIS,
        "return ((weights @ heights - heights) ** 2).mean() → return ((heights - weights @ heights) ** 2).mean()":
            "the error is squared",
    },
    "ch06.attention_with_mask": {
        "scores = scores.masked_fill(~mask, -math.inf).masked_fill(empty, 0) → "
        "scores = scores.masked_fill(~mask, -math.inf).masked_fill(empty, 1)": HARMLESS,
        "scores = scores.masked_fill(~mask, -math.inf).masked_fill(empty, 0) → "
        "scores = scores.masked_fill(~mask, -math.inf).masked_fill(empty, -1)": HARMLESS,
        "scores = query @ key.mT / query.shape[-1] ** 0.5 → scores = query @ key.mT / key.shape[-1] ** 0.5":
            "queries and keys have one size",
    },
    "ch07.unit_scale": {
        "variance = d * std_query ** 2 * std_key ** 2 → variance = std_key ** 2 * (d * std_query ** 2)": SYMMETRIC,
        "variance = d * std_query ** 2 * std_key ** 2 → variance = std_query ** 2 * d * std_key ** 2": SYMMETRIC,
    },
    "ch07.additive_scores": {
        "from_query = (query @ W.T).unsqueeze(-2) → from_query = (query @ W.mT).unsqueeze(-2)": TRANSPOSE,
        "from_key = (key @ U.T).unsqueeze(-3) → from_key = (key @ U.mT).unsqueeze(-3)": TRANSPOSE,
        "return (from_query + from_key).tanh() @ v → return (from_key + from_query).tanh() @ v": SYMMETRIC,
    },
    "ch07.softmax_gradient": {
        "return weights * (upstream - mean) → return (upstream - mean) * weights": SYMMETRIC,
        "mean = (weights * upstream).sum(-1, keepdim=True) → mean = (upstream * weights).sum(-1, keepdim=True)":
            SYMMETRIC,
    },
    "ch08.visible_keys": {
        "up_to_here = torch.arange(size) + 1 → up_to_here = 1 + torch.arange(size)": SYMMETRIC,
    },
    "ch08.window_weights": {
        "may = (back >= 0) & (back < window) → may = (back < window) & (back >= 0)": SYMMETRIC,
        "places = torch.arange(scores.shape[-1]) → places = torch.arange(scores.shape[-2])": SQUARE,
    },
    "ch08.masked_average": {
        "safe = scores.masked_fill(~mask, -torch.inf).masked_fill(empty, 0) → "
        "safe = scores.masked_fill(~mask, -torch.inf).masked_fill(empty, 1)": HARMLESS,
        "safe = scores.masked_fill(~mask, -torch.inf).masked_fill(empty, 0) → "
        "safe = scores.masked_fill(~mask, -torch.inf).masked_fill(empty, -1)": HARMLESS,
        "empty = ~mask.any(1, keepdim=True) → empty = ~mask.any(-1, keepdim=True)": LAST_AXIS,
        "weights = safe.softmax(1).masked_fill(empty, 0) → weights = safe.softmax(-1).masked_fill(empty, 0)": LAST_AXIS,
        "return weights @ values.masked_fill(padding[:, None], 0) → "
        "return weights @ values.masked_fill(padding[:, None], 1)": WEIGHTLESS,
        "return weights @ values.masked_fill(padding[:, None], 0) → "
        "return weights @ values.masked_fill(padding[:, None], -1)": WEIGHTLESS,
        "padding = ~mask.any(0) → padding = ~weights.any(0)": WEIGHTLESS,
    },
    "ch09.look_back": {
        "weights = scores.masked_fill(~real, -math.inf).softmax(1) → "
        "weights = scores.masked_fill(~real, -math.inf).softmax(-1)": LAST_AXIS,
        "scores = (memory @ query[:, :, None])[:, :, 0] → scores = (memory @ query[:, :, None])[:, :, -1]": ONE_LONG,
        "context = (weights[:, None] @ memory)[:, 0] → context = (weights[:, None] @ memory)[:, -1]": ONE_LONG,
    },
    "ch10.self_attend": {
        "query, key, value = (x @ W_q.T, x @ W_k.T, x @ W_v.T) → "
        "query, key, value = (x @ W_q.mT, x @ W_k.T, x @ W_v.T)": TRANSPOSE,
        "query, key, value = (x @ W_q.T, x @ W_k.T, x @ W_v.T) → "
        "query, key, value = (x @ W_q.T, x @ W_k.mT, x @ W_v.T)": TRANSPOSE,
        "query, key, value = (x @ W_q.T, x @ W_k.T, x @ W_v.T) → "
        "query, key, value = (x @ W_q.T, x @ W_k.T, x @ W_v.mT)": TRANSPOSE,
        "scores = query @ key.mT / W_q.shape[0] ** 0.5 → "
        "scores = query @ key.mT / W_k.shape[0] ** 0.5": "queries and keys are equally long",
    },
    "ch10.steps_back": {
        "turn = -back * angles → turn = angles * -back": SYMMETRIC,
        "return sharpness * torch.block_diag(*hands) → return torch.block_diag(*hands) * sharpness": SYMMETRIC,
        "hands = torch.stack([cos, -sin, sin, cos], -1).view(-1, 2, 2) → "
        "hands = torch.stack([cos, -sin, sin, cos], +1).view(-1, 2, 2)": LAST_AXIS,
        "hands = torch.stack([cos, -sin, sin, cos], -1).view(-1, 2, 2) → "
        "hands = torch.stack([cos, -sin, sin, cos], --1).view(-1, 2, 2)": LAST_AXIS,
    },
    "ch11.cost": {
        "parameters = 4 * d_model ** 2 → parameters = d_model ** 2 * 4": SYMMETRIC,
        "multiplications = T * S * d_model → multiplications = d_model * (T * S)": SYMMETRIC,
        "multiplications = T * S * d_model → multiplications = S * T * d_model": SYMMETRIC,
        "weights = num_heads * T * S → weights = S * (num_heads * T)": SYMMETRIC,
        "weights = num_heads * T * S → weights = T * num_heads * S": SYMMETRIC,
    },
    "ch11.split_and_join": {
        "heads = cut.transpose(1, 2) → heads = cut.transpose(2, 1)": SYMMETRIC,
        "heads = cut.transpose(1, 2) → heads = cut.transpose(1, -2)": FOUR_AXES,
        "joined = results.transpose(1, 2).flatten(2) → joined = results.transpose(2, 1).flatten(2)": SYMMETRIC,
        "joined = results.transpose(1, 2).flatten(2) → joined = results.transpose(1, -2).flatten(2)": FOUR_AXES,
        "joined = results.transpose(1, 2).flatten(2) → joined = results.transpose(1, 2).flatten(-2)": FOUR_AXES,
    },
    "ch11.multi_head": {
        "query, key, value = (rows.unflatten(-1, (num_heads, -1)).transpose(1, 2) for rows in "
        "(x @ W_q.mT, memory @ W_k.mT, memory @ W_v.mT)) → "
        "query, key, value = (rows.unflatten(-1, (num_heads, -1)).transpose(2, 1) for rows in "
        "(x @ W_q.mT, memory @ W_k.mT, memory @ W_v.mT))": SYMMETRIC,
        "query, key, value = (rows.unflatten(-1, (num_heads, -1)).transpose(1, 2) for rows in "
        "(x @ W_q.mT, memory @ W_k.mT, memory @ W_v.mT)) → "
        "query, key, value = (rows.unflatten(-1, (num_heads, -1)).transpose(1, -2) for rows in "
        "(x @ W_q.mT, memory @ W_k.mT, memory @ W_v.mT))": FOUR_AXES,
        "scores = query @ key.mT / query.shape[-1] ** 0.5 → scores = query @ key.mT / key.shape[-1] ** 0.5":
            "queries and keys have one size",
        "scores = query @ key.mT / query.shape[-1] ** 0.5 → scores = query @ key.mT / value.shape[-1] ** 0.5":
            "queries and values of a head have one size",
        "return each.transpose(1, 2).flatten(2) @ W_o.mT → return each.transpose(2, 1).flatten(2) @ W_o.mT": SYMMETRIC,
        "return each.transpose(1, 2).flatten(2) @ W_o.mT → return each.transpose(1, -2).flatten(2) @ W_o.mT": FOUR_AXES,
        "return each.transpose(1, 2).flatten(2) @ W_o.mT → return each.transpose(1, 2).flatten(-2) @ W_o.mT": FOUR_AXES,
    },
    "ch12.full_turns": {
        "return 2 * math.pi * base ** exponents → return base ** exponents * (2 * math.pi)": SYMMETRIC,
        "return 2 * math.pi * base ** exponents → return math.pi * 2 * base ** exponents": SYMMETRIC,
    },
    "ch12.turn_some": {
        "angles = places[:, None] * rates → angles = rates * places[:, None]": SYMMETRIC,
        "turned = (first * cos - second * sin, first * sin + second * cos) → "
        "turned = (first * cos - second * sin, second * cos + first * sin)": SYMMETRIC,
        "turned = (first * cos - second * sin, first * sin + second * cos) → "
        "turned = (cos * first - second * sin, first * sin + second * cos)": SYMMETRIC,
        "turned = (first * cos - second * sin, first * sin + second * cos) → "
        "turned = (first * cos - sin * second, first * sin + second * cos)": SYMMETRIC,
        "turned = (first * cos - second * sin, first * sin + second * cos) → "
        "turned = (first * cos - second * sin, sin * first + second * cos)": SYMMETRIC,
        "turned = (first * cos - second * sin, first * sin + second * cos) → "
        "turned = (first * cos - second * sin, first * sin + cos * second)": SYMMETRIC,
        "first, second, rest = (x[..., :R], x[..., R:2 * R], x[..., 2 * R:]) → "
        "first, second, rest = (x[..., :R], x[..., R:R * 2], x[..., 2 * R:])": SYMMETRIC,
        "first, second, rest = (x[..., :R], x[..., R:2 * R], x[..., 2 * R:]) → "
        "first, second, rest = (x[..., :R], x[..., R:2 * R], x[..., R * 2:])": SYMMETRIC,
    },
    "ch12.attend_by_offset": {
        "scores = query @ key.mT / query.shape[-1] ** 0.5 + bias → "
        "scores = bias + query @ key.mT / query.shape[-1] ** 0.5": SYMMETRIC,
        "T, S = (query.shape[1], key.shape[1]) → T, S = (query.shape[1], value.shape[1])": S_ROWS,
        "bias = table[:, back.clamp(0, table.shape[1] - 1)] → "
        "bias = table[:, back.clamp(-1, table.shape[1] - 1)]": AHEAD,
        "bias = table[:, back.clamp(0, table.shape[1] - 1)] → "
        "bias = table[:, back.clamp(0, table.shape[-1] - 1)]": TWO_AXES,
        "scores = query @ key.mT / query.shape[-1] ** 0.5 + bias → "
        "scores = query @ key.mT / key.shape[-1] ** 0.5 + bias": SAME_D,
    },
    "ch13.rms_norm": {
        "return x / (mean_square + eps).sqrt() * scale → return scale * (x / (mean_square + eps).sqrt())": SYMMETRIC,
        "return x / (mean_square + eps).sqrt() * scale → return x / (eps + mean_square).sqrt() * scale": SYMMETRIC,
    },
    "ch13.through_sublayers": {
        "x = x + (norm(x, size) @ W).relu() → x = (norm(x, size) @ W).relu() + x": SYMMETRIC,
        "x = norm(x + (x @ W).relu(), size) → x = norm((x @ W).relu() + x, size)": SYMMETRIC,
    },
    "ch13.layer_norm_gradient": {
        "centred = x - x.mean(-1, keepdim=True) → centred = x.mean(-1, keepdim=True) - x":
            "squared in the root, and y counts twice: the signs cancel",
        "through_root = y * (y * upstream).mean(-1, keepdim=True) → "
        "through_root = (y * upstream).mean(-1, keepdim=True) * y": SYMMETRIC,
        "through_root = y * (y * upstream).mean(-1, keepdim=True) → "
        "through_root = y * (upstream * y).mean(-1, keepdim=True)": SYMMETRIC,
        "root = (centred.square().mean(-1, keepdim=True) + eps).sqrt() → "
        "root = (eps + centred.square().mean(-1, keepdim=True)).sqrt()": SYMMETRIC,
    },
    "ch15.merge_pair": {
        "if torch.equal(ids[i:i + 2], pair): → if torch.equal(pair, ids[i:i + 2]):": SYMMETRIC,
        "if torch.equal(ids[i:i + 2], pair): → if torch.equal(ids[i:2 + i], pair):": SYMMETRIC,
    },
    "ch15.most_frequent_pair": {
        "counts[pair] = counts.get(pair, 0) + n → counts[pair] = n + counts.get(pair, 0)": SYMMETRIC,
        "counts[pair] = counts.get(pair, 0) + n → counts[pair] = counts.get(pair, 1) + n": ALL_ALIKE,
        "counts[pair] = counts.get(pair, 0) + n → counts[pair] = counts.get(pair, -1) + n": ALL_ALIKE,
    },
    "ch15.encode_word": {
        "if torch.equal(ids[i:i + 2], pair): → if torch.equal(pair, ids[i:i + 2]):": SYMMETRIC,
        "if torch.equal(ids[i:i + 2], pair): → if torch.equal(ids[i:2 + i], pair):": SYMMETRIC,
    },
    "ch14.takes_eu": {
        "return ((final != 0) & (final != 8)).long() → return ((final != 8) & (final != 0)).long()": SYMMETRIC,
    },
    "ch14.smoothed_gradient": {
        "return (logits.softmax(-1) - wanted) * real[:, None] / real.sum() → "
        "return real[:, None] * (logits.softmax(-1) - wanted) / real.sum()": SYMMETRIC,
        "return (logits.softmax(-1) - wanted) * real[:, None] / real.sum() → "
        "return (logits.softmax(+1) - wanted) * real[:, None] / real.sum()": LAST_AXIS,
        "return (logits.softmax(-1) - wanted) * real[:, None] / real.sum() → "
        "return (logits.softmax(--1) - wanted) * real[:, None] / real.sum()": LAST_AXIS,
    },
    "ch14.beam_step": {
        "total = scores[:, None] + log_p → total = log_p + scores[:, None]": SYMMETRIC,
        "V = log_p.shape[1] → V = log_p.shape[-1]": TWO_AXES,
        "V = log_p.shape[1] → V = total.shape[1]": "the table has the shape of log_p",
        "best, flat = total.flatten().topk(len(scores)) → best, flat = total.flatten().topk(len(ended))": K_BEAMS,
        "best, flat = total.flatten().topk(len(scores)) → best, flat = total.flatten().topk(len(log_p))": K_BEAMS,
        "best, flat = total.flatten().topk(len(scores)) → best, flat = total.flatten().topk(len(total))": K_BEAMS,
    },
    "ch16.nucleus": {
        "order = probabilities.argsort(dim=-1, descending=True, stable=True) → "
        "order = probabilities.argsort(descending=True, stable=True)": "the last axis is the default",
        "order = probabilities.argsort(dim=-1, descending=True, stable=True) → "
        "order = probabilities.argsort(dim=-1, descending=True)": "on a CPU torch sorts stably in any case",
        "return torch.zeros_like(kept).scatter(-1, order, kept) → "
        "return torch.ones_like(kept).scatter(-1, order, kept)": "every place is written to",
        **{"return torch.zeros_like(kept).scatter(-1, order, kept) → "
           f"return torch.zeros_like({name}).scatter(-1, order, kept)": "all of one shape and dtype"
           for name in ("before", "ordered", "probabilities")},
    },
    "ch16.read_on": {
        "scores = query @ keys.T / query.shape[1] ** 0.5 - slope * back → "
        "scores = query @ keys.T / query.shape[1] ** 0.5 - back * slope": SYMMETRIC,
        "scores = query @ keys.T / query.shape[1] ** 0.5 - slope * back → "
        "scores = query @ keys.mT / query.shape[1] ** 0.5 - slope * back": "two names of the same transpose",
        "scores = query @ keys.T / query.shape[1] ** 0.5 - slope * back → "
        "scores = query @ keys.T / query.shape[-1] ** 0.5 - slope * back": "two axes: 1 is the last",
        "weights = scores.masked_fill(back < 0, -torch.inf).softmax(1) → "
        "weights = scores.masked_fill(back < 0, -torch.inf).softmax(-1)": "two axes: 1 is the last",
        "places = torch.arange(len(keys)) → places = torch.arange(len(values))": "as many values as keys",
        "back = places[len(past_keys):, None] - places → back = places[len(past_values):, None] - places":
            "as many values as keys",
        **{"scores = query @ keys.T / query.shape[1] ** 0.5 - slope * back → "
           f"scores = query @ keys.T / {name}.shape[1] ** 0.5 - slope * back": "all have D features"
           for name in ("key", "keys", "past_keys")},
    },
    "ch17.hide_words": {
        "asked = (chance < rate) & (tokens >= first) → asked = (tokens >= first) & (chance < rate)": SYMMETRIC,
    },
    "ch17.fill_blank": {
        "known = same[:, :place].all(1) → known = same[:, :place].all(-1)": TWO_AXES,
        "known &= same[:, place + 1:].all(1) → known &= same[:, place + 1:].all(-1)": TWO_AXES,
        "known &= same[:, place + 1:].all(1) → known &= same[:, 1 + place:].all(1)": SYMMETRIC,
        "result.index_add_(0, sentences[known, place], chances[known]) → "
        "result.index_add_(-1, sentences[known, place], chances[known])": ONE_AXIS,
    },
    "ch17.all_blanks": {
        "e = embedding[tokens] * real[..., None] → e = real[..., None] * embedding[tokens]": SYMMETRIC,
        "return -right / math.log(2) * real → return real * (-right / math.log(2))": SYMMETRIC,
        "right = log_p.gather(-1, tokens[..., None])[..., 0] → right = log_p.gather(-1, tokens[..., None])[..., -1]":
            ONE_LONG,
        "log_p = (others @ answer.T).log_softmax(-1) → log_p = (others @ answer.mT).log_softmax(-1)": TRANSPOSE,
        "number = (real.sum(1) - 1).clamp(min=1) → number = (real.sum(-1) - 1).clamp(min=1)": TWO_AXES,
    },
}


def each(table):
    """Parametrise over a list of (name, ...) tuples, named readably."""
    ids = ["-".join(str(x) for x in row if isinstance(x, (str, int))) for row in table]
    return pytest.mark.parametrize("case", table, ids=ids)


def cells(path):
    return [c | {"source": "".join(c["source"])} for c in json.loads(path.read_text(encoding="utf-8"))["cells"]]


def notebook_of(name, folder="solutions"):
    number = name.split(".")[0].removeprefix("ch")
    return next((ROOT / folder).glob(f"{number}-*/{number}-*.ipynb"), None)


def cell_of(name, kind, folder="solutions"):
    """The cell with the answer ("answer") or with the check ("check") of an exercise, and its metadata."""
    module, function = name.split(".")
    pattern = rf"^def {function}\(" if kind == "answer" else rf"\A{module}\.check_{function}\({function}\)\Z"
    found = [c for c in cells(notebook_of(name, folder))
             if c["cell_type"] == "code" and re.search(pattern, c["source"], re.M)]
    assert len(found) == 1, (name, kind, len(found))
    return found[0]["source"], found[0]["metadata"]["nbgrader"]


def define(source, function):
    """Run a cell's source, with the imports of the exercise notebook, and return its function."""
    space = {"torch": torch, "math": __import__("math")}
    exec(compile(source, "<answer>", "exec"), space)
    return space[function]


def burn(answer, numbers):
    """The same answer on another stream of chance: some numbers of the generator are used up first."""
    def burned(*args):
        for generator in args:
            if isinstance(generator, torch.Generator):
                torch.rand(numbers, generator=generator)
        return answer(*args)
    return burned


RIGHT = [(name, number, answer) for name, e in EXERCISES.items() for number, answer in enumerate(e.right)]
WRONG = [(name, key, number, answer) for name, e in EXERCISES.items()
         for key, answers in [*((k, [m]) for k, m in e.mutants.items()), *e.also_wrong.items()]
         for number, answer in enumerate(answers)]


@each(RIGHT)
def test_right_answers_pass(case):
    name, number, answer = case
    exercise = EXERCISES[name]
    assert len(exercise.right) >= 3
    for seed in range(5):
        for answer_now in [answer] + [burn(answer, k) for k in (1, 7)] * (not exercise.cases):
            result = exercise(answer_now, seed)
            FIGURES["right"] += 1
            FIGURES["false_rejects"] += result.key is not None
            assert result.key is None and result.points == exercise.points, str(result)


@pytest.mark.parametrize("name", [name for name, e in EXERCISES.items() if e.cases])
def test_one_percent_off_is_wrong_on_every_input(name):
    """Guards the tolerances: no single case may be so lax that only its neighbours catch a near miss."""
    exercise = EXERCISES[name]

    def off(value):
        if isinstance(value, (list, tuple)):
            return [off(v) for v in value]
        return value * 1.01 if value.is_floating_point() else value + 1

    near = exercise.outcomes(lambda *args: off(exercise.right[0](*args)))
    for args, outcome in zip(exercise.cases(engine.seeded(0)), near):
        answer = exercise.right[0](*args)
        parts = answer if isinstance(answer, (list, tuple)) else [answer]
        assert outcome.key == "value" or all(part.abs().max() < 1e-6 for part in parts), engine.show(args)


@each(WRONG)
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_wrong_answers_fail_with_their_own_message(case, lang, monkeypatch):
    name, key, _, answer = case
    exercise = EXERCISES[name]
    monkeypatch.setenv("BYHAND_LANG", lang)
    for seed in (0, 1):
        result = exercise(answer, seed)
        FIGURES["wrong"] += 1
        FIGURES["false_accepts"] += result.points >= exercise.points
        assert result.points < exercise.points
        FIGURES["messages"] += 1
        FIGURES["wrong_messages"] += result.key != key
        assert result.key == key, f"meant {key}, said {result}"
    template = (exercise.messages.get(key) or engine.WORDS[key])[lang == "ko"]
    pattern = re.sub(r"\\{\w+\\}", ".*", re.escape(template))
    assert re.fullmatch(pattern, str(result).split("\n")[1]), str(result)


@pytest.mark.parametrize("name", EXERCISES)
def test_messages_differ_and_exist_in_both_languages(name):
    exercise = EXERCISES[name]
    assert not set(exercise.messages) & set(engine.WORDS)
    assert set(exercise.mutants) <= set(exercise.messages) | set(engine.WORDS)
    for lang in (0, 1):
        said = [pair[lang].strip() for pair in [*exercise.messages.values(), *engine.WORDS.values()]]
        assert all(said) and len(set(said)) == len(said)
    for english, korean in exercise.messages.values():
        assert re.search("[가-힣]", korean) and not re.search("[가-힣]", english)
        assert set(re.findall(r"{\w+}", english)) >= set(re.findall(r"{\w+}", korean))
        assert not re.search(r"[)\]\"'.%$!?]\*{1,2}[가-힣]", korean)


@pytest.mark.parametrize("name", EXERCISES)
def test_notebook_agrees_with_the_check(name):
    exercise = EXERCISES[name]
    source, answer = cell_of(name, "answer")
    _, check = cell_of(name, "check")
    assert (answer["solution"], answer["grade"], answer["locked"]) == (True, False, False)
    assert (check["solution"], check["grade"], check["locked"]) == (False, True, True)
    assert check["points"] == exercise.points and exercise.name == name.split(".")[1]
    text = "\n".join(c["source"] for c in cells(notebook_of(name)))
    before = text[: text.index(f"def {exercise.name}(")]             # the last dots before the function are its own
    assert re.findall("●+○*", before)[-1].count("●") == exercise.points
    result = exercise(define(source, exercise.name))
    assert result.key is None and repr(result) == f"{exercise.points:g}", str(result)


@pytest.mark.parametrize("name", EXERCISES)
def test_untouched_stub_says_not_implemented(name):
    source, _ = cell_of(name, "answer")
    stub = re.sub(r"### BEGIN SOLUTION.*### END SOLUTION", "raise NotImplementedError()", source, flags=re.S)
    assert stub != source
    stubs = [stub]
    if notebook_of(name, "exercises"):
        stubs.append(cell_of(name, "answer", "exercises")[0])
    for stub in stubs:
        assert "raise NotImplementedError()" in stub and "SOLUTION" not in stub
        with pytest.raises(NotImplementedError):
            EXERCISES[name](define(stub, name.split(".")[1]))


# Mechanical mutation: change one thing in the solution, and see whether the check notices

SWAPS = {
    ast.Add: [ast.Sub], ast.Sub: [ast.Add], ast.Mult: [ast.Div, ast.Add], ast.Div: [ast.Mult, ast.Sub],
    ast.Pow: [ast.Mult], ast.FloorDiv: [ast.Mult], ast.Mod: [ast.FloorDiv], ast.MatMult: [ast.Mult],
    ast.Lt: [ast.LtE, ast.Gt], ast.LtE: [ast.Lt], ast.Gt: [ast.GtE, ast.Lt], ast.GtE: [ast.Gt, ast.Lt],
    ast.Eq: [ast.NotEq], ast.And: [ast.Or], ast.Or: [ast.And],
}
METHODS = {"all": "any", "any": "all", "sum": "mean", "norm": "sum", "zeros": "ones", "zeros_like": "ones_like",
           "log": "exp", "where": "argwhere", "float": "long", "long": "float", "round": "int", "T": "mT"}


def changes(tree):
    """Every single change of a function, as functions (node in a copy) -> None, with the node's place in ast.walk."""
    nodes = list(ast.walk(tree))
    names = sorted({n.id for n in nodes if isinstance(n, ast.Name) and n.id not in dir(builtins) + ["torch"]}
                   | {a.arg for n in nodes if isinstance(n, ast.arguments) for a in n.args})
    for place, node in enumerate(nodes):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
            yield from ((place, lambda n, new=new: setattr(n, "id", new)) for new in names if new != node.id)
        if isinstance(node, ast.Name) and node.id in METHODS:
            yield place, lambda n: setattr(n, "id", METHODS[n.id])
        if isinstance(node, ast.Attribute) and node.attr in METHODS:
            yield place, lambda n: setattr(n, "attr", METHODS[n.attr])
        if isinstance(node, (ast.BinOp, ast.BoolOp)):
            yield from ((place, lambda n, new=new: setattr(n, "op", new())) for new in SWAPS.get(type(node.op), []))
            if isinstance(node, ast.BinOp):
                yield place, lambda n: n.__dict__.update(left=n.right, right=n.left)
        if isinstance(node, ast.Compare):
            others = SWAPS.get(type(node.ops[0]), [])
            yield from ((place, lambda n, new=new: setattr(n, "ops", [new()])) for new in others)
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
            others = {node.value + 1, node.value - 1, -node.value} - {node.value}
            yield from ((place, lambda n, new=new: setattr(n, "value", new)) for new in others)
        if isinstance(node, ast.UnaryOp):
            yield place, lambda n: setattr(n, "op", ast.UAdd())
        if isinstance(node, ast.Call) and len(node.args) > 1:
            yield place, lambda n: n.args.reverse()
        if isinstance(node, ast.Call):
            yield from ((place, lambda n, i=i: n.keywords.pop(i)) for i in range(len(node.keywords)))
        if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load):
            yield place, lambda n: n.elts.reverse()
        if isinstance(node, ast.Slice):
            ends = [end for end in ("lower", "upper") if getattr(node, end)]
            yield from ((place, lambda n, end=end: setattr(n, end, None)) for end in ends)
        if isinstance(node, (ast.IfExp, ast.If, ast.While)):
            yield place, lambda n: setattr(n, "test", ast.UnaryOp(ast.Not(), n.test))
        for body in ("body", "orelse"):
            if isinstance(node, (ast.FunctionDef, ast.For, ast.While, ast.If)) and hasattr(node, body):
                yield from ((place, lambda n, body=body, i=i: getattr(n, body).__setitem__(i, ast.Pass()))
                            for i in range(len(getattr(node, body))))


def mechanical_mutants(source):
    """(the changed line, the changed source) for every single change; doubles and unchanged ones are left out."""
    tree = ast.parse(source)
    function = tree.body[0]
    function.body = function.body[1:]                      # without the docstring
    function.args.defaults = []                            # a default is no part of what is checked
    before, seen = ast.unparse(tree).split("\n"), set()
    for place, change in changes(tree):
        changed = copy.deepcopy(tree)
        change(list(ast.walk(changed))[place])
        text = ast.unparse(ast.fix_missing_locations(changed))
        after = text.split("\n")
        if text not in seen and after != before:
            seen.add(text)
            line = next((i for i, (a, b) in enumerate(zip(before, after)) if a != b), len(before) - 1)
            yield f"{before[line].strip()} → {after[line].strip()}", text


@pytest.mark.parametrize("name", EXERCISES)
def test_mechanical_changes_of_the_solution_are_noticed(name):
    exercise, excused = EXERCISES[name], dict(EQUIVALENT.get(name, {}))
    survived, wrongly_named = [], []
    for line, text in mechanical_mutants(cell_of(name, "answer")[0]):
        FIGURES["mechanical"] += 1
        try:
            result = exercise(define(text, exercise.name))
        except NotImplementedError:
            continue
        if result.key is None:
            if line not in excused:
                survived.append(line)
            excused.pop(line, None)
            FIGURES["equivalent"] += 1
        elif exercise.cases and result.key in exercise.mutants:
            again = exercise(define(text, exercise.name), 7).key       # the same diagnosis on other inputs?
            FIGURES["messages"] += 1
            if again != result.key:
                wrongly_named.append(f"{line}: {result.key}, then {again}")
    FIGURES["false_accepts"] += len(survived)
    FIGURES["wrong_messages"] += len(wrongly_named)
    assert not survived, "accepted, and not in EQUIVALENT:\n" + "\n".join(survived)
    assert not wrongly_named, "\n".join(wrongly_named)
    assert not excused, f"in EQUIVALENT, but rejected: {list(excused)}"


# The engine

ANSWERS = {  # what any learner may hand in by accident -> the words for it
    "none": lambda gradients, max_norm: None,
    "type": lambda gradients, max_norm: 1.0,
    "length": lambda gradients, max_norm: gradients + gradients,
    "shape": lambda gradients, max_norm: [g[None] for g in gradients],
    "dtype": lambda gradients, max_norm: [g.half() for g in gradients],
    "nan": lambda gradients, max_norm: [g * float("nan") for g in gradients],
    "value": lambda gradients, max_norm: ch02.clip_by_squares(gradients, min(max_norm, 1.0)),
    "error": lambda gradients, max_norm: gradients[7],
    "function": [torch.ones(2)],
}


@pytest.mark.parametrize("key", ANSWERS)
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_plain_words_for_plain_mistakes(key, lang, monkeypatch):
    monkeypatch.setenv("BYHAND_LANG", lang)
    result = ch02.check_clip_gradients(ANSWERS[key])
    assert result.key == key and result.message and "{" not in result.message
    assert bool(re.search("[가-힣]", result.message)) == (lang == "ko")


def test_an_exception_shows_the_learners_own_line(tmp_path):
    file = tmp_path / "answer.py"
    lines = ["import torch", "", "def bag_of_words(tokens, vocab_size):", "    return torch.zeros(2) @ torch.zeros(3)"]
    file.write_text("\n".join(lines) + "\n")
    space = {}
    exec(compile(file.read_text(), str(file), "exec"), space)
    text = str(ch01.check_bag_of_words(space["bag_of_words"]))
    assert "RuntimeError" in text and "line 4: return torch.zeros(2) @ torch.zeros(3)" in text


def test_two_misconceptions_side_by_side():
    def always_and_nan(gradients, max_norm):
        norm = torch.cat([g.flatten() for g in gradients]).norm()
        return [g * max_norm / norm for g in gradients]
    assert ch02.check_clip_gradients(always_and_nan).key == "always"      # the first of the two that shows


def test_an_endless_loop_of_torch_calls_is_stopped():
    def endless(batch, length, generator, vocab_size):
        while True:
            torch.rand(1, generator=generator)
    result = ch01.check_palindromes(endless)
    assert result.key == "endless" and result.points == 0


def test_an_answer_cannot_swallow_what_the_check_raises():
    def tries(states, W_h, last_gradient):
        try:
            return torch.autograd.grad((W_h.requires_grad_() * 1).sum(), W_h)[0]
        except Exception:
            return W_h
    assert ch02.check_weight_gradient(tries).key == "forbidden"


def test_a_missing_piece_in_torch_is_not_an_untouched_stub():
    def uses_what_is_missing(tokens, vocab_size):
        return torch.zeros(2, device="meta").item()
    assert ch01.check_bag_of_words(uses_what_is_missing).key == "error"


def test_noise_costs_no_points(capsys):
    def noisy(distance, keep):
        warnings.warn("an answer may warn")
        print("an answer may print")
        print("on both streams", file=sys.stderr)
        return torch.logit(keep ** (1 / distance))
    assert ch02.check_forget_bias(noisy).key is None
    assert capsys.readouterr().err == ""                 # nbgrader gives 0 points for anything here


def graded(result, points):
    """What nbgrader makes of a check cell that shows this result."""
    data = {"text/plain": repr(result), "text/html": result._repr_html_()}
    return determine_grade(from_dict({
        "cell_type": "code", "source": "", "outputs": [{"output_type": "execute_result", "data": data}],
        "metadata": {"nbgrader": {"grade": True, "solution": False, "points": points, "grade_id": "x"}}}))


@pytest.mark.parametrize("name", EXERCISES)
def test_nbgrader_reads_the_points(name):
    exercise = EXERCISES[name]
    assert graded(exercise(exercise.right[0]), exercise.points) == (exercise.points, exercise.points)
    assert graded(exercise(lambda *args: None), exercise.points) == (0, exercise.points)
    for mutant in list(exercise.mutants.values())[:3]:
        got, most = graded(exercise(mutant), exercise.points)
        assert 0 <= got < most


def test_the_result_shows_its_message_escaped():
    result = engine.Result("f", 1, 3, 1, "x", "is a < b?")
    assert "a &lt; b" in result._repr_html_() and repr(result) == "0.33" and str(result) == "✗ f 1/3\nis a < b?"


def test_language_follows_the_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("BYHAND_LANG", raising=False)
    (tmp_path / "ko" / "exercises").mkdir(parents=True)
    monkeypatch.setattr(engine, "ROOT", tmp_path.resolve())
    for folder, language in ((tmp_path, "en"), (tmp_path / "ko" / "exercises", "ko")):
        monkeypatch.chdir(folder)
        assert engine.language() == language
    monkeypatch.setenv("BYHAND_LANG", "en")
    assert engine.language() == "en"


def test_references_against_the_world():
    """What the checks take for right, from PyTorch's autograd and by counting."""
    generator = torch.Generator().manual_seed(0)
    for args in ch02.weight_cases(generator):
        args = [a.double() for a in args]
        torch.testing.assert_close(ch02.backward_by_outer(*args), ch02.backward_by_autograd(*args))
    for distance, keep in ch02.bias_cases(generator):
        bias = ch02.bias_by_logit(distance.double(), keep.double())
        torch.testing.assert_close(torch.sigmoid(bias) ** distance, keep.double().expand(bias.shape))
    for args in ch03.conv_cases(generator):
        torch.testing.assert_close(ch03.conv_by_adding(*args), ch03.conv_by_library(*args), atol=1e-4, rtol=1e-4)
    for tokens, vocab_size in ch01.bag_cases(generator):
        torch.testing.assert_close(ch01.bag_by_one_hot(tokens, vocab_size), ch01.bag_by_loop(tokens, vocab_size))
    for query, key, value, mask in ch06.attention_cases(generator):
        mask = mask.expand(*query.shape[:-1], key.shape[-2])
        fused = torch.nn.functional.scaled_dot_product_attention(query, key, value, mask)
        torch.testing.assert_close(ch06.attention_by_fill(query, key, value, mask), fused, atol=1e-4, rtol=1e-4)


def test_every_chapter_has_all_difficulties_and_an_open_question():
    for module in MODULES:
        points = [e.points for name, e in EXERCISES.items() if name.startswith(module)]
        assert {1, 2, 3} <= set(points)
        notebook = notebook_of(f"{module}.x")
        assert notebook, f"no solutions notebook for {module}"
        ids = [c["metadata"]["nbgrader"]["grade_id"] for c in cells(notebook) if "nbgrader" in c["metadata"]]
        assert len(set(ids)) == len(ids) == 2 * len(points)
        assert "question without a check" in notebook.read_text(encoding="utf-8")


def test_figures():
    """Printed last. The zeros are asserted where they are counted; this is the summary."""
    print("\n" + "  ".join(f"{key.replace('_', ' ')} {value}" for key, value in FIGURES.items()))
    assert FIGURES["false_accepts"] == FIGURES["false_rejects"] == FIGURES["wrong_messages"] == 0
