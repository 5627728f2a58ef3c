"""Chapter 18: further right answers, further wrong ones, and changes of a solution that change nothing."""

import math
from collections import Counter

import torch


def nearest_by_loop(queries, cards):
    weights = [math.log(len(cards) / sum(float(card[r]) > 0 for card in cards)) for r in range(cards.shape[1])]
    found = []
    for query in queries.tolist():
        best, most = 0, -1.0
        for m, card in enumerate(cards.tolist()):
            dot = sum(q * c * w * w for q, c, w in zip(query, card, weights))
            norm = math.sqrt(sum((c * w) ** 2 for c, w in zip(card, weights)))
            cosine = dot / norm if norm else 0.0
            if cosine > most + 1e-12:
                best, most = m, cosine
        found.append(best)
    return torch.tensor(found)


def nearest_by_cosine(queries, cards):
    weights = (cards.shape[0] / cards.bool().sum(0)).log()
    a, b = queries * weights, cards * weights
    similarity = torch.nn.functional.cosine_similarity(a[:, None], b[None], dim=-1)
    return similarity.argmax(dim=-1)


def shared_by_removing(translation, reference, n):
    def runs(sequence):
        return [sequence[i : i + n].tolist() for i in range(len(sequence) + 1 - n)]

    got, left = runs(translation), runs(reference)
    total, matches = len(left), 0
    for run in got:
        if run in left:
            left.remove(run)
            matches += 1
    return torch.tensor([matches / len(got) if got else 0.0, matches / total if total else 0.0])


def shared_by_comparing(translation, reference, n):
    if len(translation) < n or len(reference) < n:
        return torch.zeros(2)
    got, right = translation.unfold(0, n, 1), reference.unfold(0, n, 1)
    kinds, which = torch.unique(torch.cat([got, right]), dim=0, return_inverse=True)
    counts = [torch.bincount(part, minlength=len(kinds)) for part in (which[: len(got)], which[len(got) :])]
    matches = torch.minimum(*counts).sum()
    return torch.stack([matches / len(got), matches / len(right)])


def bleu_by_tables(translations, references, longest):
    sizes = torch.tensor([[len(t), len(r)] for t, r in zip(translations, references)]).sum(0).double()
    precisions = []
    for n in range(1, longest + 1):
        matches = total = 0
        for t, r in zip(translations, references):
            got = [tuple(t[i : i + n].tolist()) for i in range(max(0, len(t) - n + 1))]
            left = [tuple(r[i : i + n].tolist()) for i in range(max(0, len(r) - n + 1))]
            total += len(got)
            for run in got:
                if run in left:
                    left.remove(run)
                    matches += 1
        precisions.append(matches / total if total else 0.0)
    if min(precisions) == 0:
        return torch.zeros(())
    penalty = torch.exp(1 - sizes[1] / sizes[0]) if sizes[0] < sizes[1] else 1.0
    return penalty * torch.tensor(precisions, dtype=torch.float64).prod() ** (1 / longest)


def bleu_by_products(translations, references, longest):
    product = 1.0
    for n in range(1, longest + 1):
        pairs = [
            [Counter(zip(*(s.tolist()[k:] for k in range(n)))) for s in both] for both in zip(translations, references)
        ]
        total = sum(sum(got.values()) for got, _ in pairs)
        product *= sum(sum((got & right).values()) for got, right in pairs) / max(1, total)
    c, r = (len(torch.cat(texts)) for texts in (translations, references))
    return torch.tensor(product ** (1 / longest) * (math.exp(min(0, 1 - r / c)) if c else 0.0))


RIGHT = {
    "nearest_card": [nearest_by_loop, nearest_by_cosine],
    "shared_ngrams": [shared_by_removing, shared_by_comparing],
    "corpus_bleu": [bleu_by_tables, bleu_by_products],
}
WRONG = {}
EQUIVALENT = {
    "nearest_card": {
        "len(cards) / (cards > 0).sum(0) → (cards > 0).sum(0) / len(cards)": "all weights change sign: no cosine does",
        "argmax(1) → argmax(-1)": "there are two axes: 1 is the last",
        "dim=1 → dim=-1": "there are two axes: 1 is the last",
    },
    "shared_ngrams": {
        "counts[1] → counts[-1]": "there are two: 1 is the last",
        "max(1, count.total()) → max(count.total(), 1)": "the larger of two, either way",
    },
    "corpus_bleu": {
        "0.0, 1 - wanted / written → 1 - wanted / written, 0.0": "the smaller of two, either way",
        "/ longest → / n": "after the loop n is `longest`",
    },
}
