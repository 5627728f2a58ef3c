"""Chapter 19: further right answers, further wrong ones, and changes of a solution that change nothing."""

import torch


def ids_by_loop(words, vocabulary, num_extra):
    strangers, numbers = [], []
    for word in words:
        if word in vocabulary:
            numbers.append(vocabulary.index(word))
            continue
        if word not in strangers and len(strangers) < num_extra:
            strangers.append(word)
        numbers.append(len(vocabulary) + strangers.index(word) if word in strangers else 1)
    return torch.tensor(numbers)


def ids_by_longer_vocabulary(words, vocabulary, num_extra):
    new = list(dict.fromkeys(word for word in words if word not in vocabulary))[:num_extra]
    longer = vocabulary + new
    return torch.tensor([longer.index(word) if word in longer else 1 for word in words])


def lcs_by_row(candidate, reference):
    row = [0] * (len(reference) + 1)
    for word in candidate.tolist():
        new = [0]
        for j, other in enumerate(reference.tolist()):
            new.append(row[j] + 1 if word == other else max(new[j], row[j + 1]))
        row = new
    if not row[-1]:
        return torch.zeros(3)
    precision, part = row[-1] / len(candidate), row[-1] / len(reference)
    return torch.tensor([precision, part, 2 / (1 / precision + 1 / part)])


def lcs_by_memory(candidate, reference):
    a, b, known = candidate.tolist(), reference.tolist(), {}

    def longest(i, j):
        if i == len(a) or j == len(b):
            return 0
        if (i, j) not in known:
            if a[i] == b[j]:
                known[i, j] = 1 + longest(i + 1, j + 1)
            else:
                known[i, j] = max(longest(i + 1, j), longest(i, j + 1))
        return known[i, j]

    common = longest(0, 0)
    scores = [common / max(len(a), 1), common / max(len(b), 1), 2 * common / max(len(a) + len(b), 1)]
    return torch.tensor(scores, dtype=torch.float64)


def loss_by_loop(logits, scores, gate, sources, mask, targets):
    B, T, V = logits.shape
    loss = torch.zeros(B, T, dtype=logits.dtype)
    for b in range(B):
        for t in range(T):
            ways = []
            if targets[b, t] < V:
                log_p = logits[b, t, targets[b, t]] - logits[b, t].logsumexp(0)
                ways.append(log_p + torch.nn.functional.logsigmoid(-gate[b, t]))
            total = scores[b, t][mask[b]].logsumexp(0)
            for s in range(sources.shape[1]):
                if mask[b, s] and sources[b, s] == targets[b, t]:
                    ways.append(scores[b, t, s] - total + torch.nn.functional.logsigmoid(gate[b, t]))
            loss[b, t] = -torch.stack(ways).logsumexp(0)
    return loss


def loss_by_one_softmax(logits, scores, gate, sources, mask, targets):
    """Both ways in one list of V + S log-probabilities; those that say the target are summed."""
    V = logits.shape[-1]
    pointed = torch.where(mask[:, None], scores, -torch.inf).log_softmax(-1)
    gates = torch.stack([torch.zeros_like(gate), gate], -1).log_softmax(-1)
    ways = torch.cat([logits.log_softmax(-1) + gates[..., :1], pointed + gates[..., 1:]], -1)
    words = torch.cat([torch.arange(V).expand(len(sources), V), sources], 1)
    said = words[:, None] == targets[..., None]
    return -torch.where(said, ways, -torch.inf).logsumexp(-1)


RIGHT = {
    "extended_ids": [ids_by_loop, ids_by_longer_vocabulary],
    "rouge_l": [lcs_by_row, lcs_by_memory],
    "copy_loss": [loss_by_loop, loss_by_one_softmax],
}
WRONG = {
    "extended_ids": {"known": ["word: i for -> word: i + 1 for"]},
    "rouge_l": {
        "perfect": ["common / max(C, 1) -> common / (C + 1)"],
        "sides": ["2 * p * r / (p + r) if common else 0.0 -> p"],
    },
    "copy_loss": {"adds up": ["F.logsigmoid(gate) + copied -> copied"]},
}
EQUIVALENT = {
    "extended_ids": {"not in numbers → not in vocabulary": "at this moment the numbers are those of the vocabulary"},
    "rouge_l": {
        "(len(reference) + 1) → (len(reference) + 2)": "every later row has the right length, and this is 0",
        "row[-1] / len(candidate) → new[-1] / len(candidate)": "the last new row is the row",
        "row[-1] / len(reference) → new[-1] / len(reference)": "the last new row is the row",
        "max(new[j], row[j + 1]) → max(row[j + 1], new[j])": "the larger of two, in any order",
    },
    "copy_loss": {
        "(logsigmoid(-gate) + written, logsigmoid(gate) + copied) → "
        "(logsigmoid(gate) + copied, logsigmoid(-gate) + written)": "a sum, in any order",
        "[..., 0] → [..., -1]": "this axis has length 1: the first is the last",
    },
}
