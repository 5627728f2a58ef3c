"""Chapter 17: further right answers, further wrong ones, and changes of a solution that change nothing."""

import math

import torch


def mask_by_loop(tokens, chance, fate, drawn, masking_rate, mask, first):
    inputs, targets = tokens.clone(), torch.full_like(tokens, -100)
    for b in range(tokens.shape[0]):
        for t in range(tokens.shape[1]):
            if chance[b, t] < masking_rate and tokens[b, t] >= first:
                targets[b, t] = tokens[b, t]
                if fate[b, t] < 0.8:
                    inputs[b, t] = mask
                elif fate[b, t] < 0.9:
                    inputs[b, t] = drawn[b, t]
    return [inputs, targets]


def mask_by_index(tokens, chance, fate, drawn, masking_rate, mask, first):
    inputs, targets = tokens.clone(), tokens.clone()
    unasked = (chance >= masking_rate) | (tokens < first)
    targets[unasked] = -100
    for chosen, new in ((fate < 0.9, drawn), (fate < 0.8, torch.full_like(tokens, mask))):
        chosen = chosen & ~unasked
        inputs[chosen] = new[chosen]
    return [inputs, targets]


def fill_by_agreement(sentences, probs, sentence, position, both, vocab_size):
    agree = sentences == sentence
    agree[:, position] = True
    if not both:
        agree[:, position:] = True
    sums = torch.zeros(vocab_size, dtype=probs.dtype).index_add(0, sentences[:, position], probs * agree.all(1))
    return sums / sums.sum()


def fill_by_loop(sentences, probs, sentence, position, both, vocab_size):
    result = [0.0] * vocab_size
    wanted = sentence.tolist()
    for words, p in zip(sentences.tolist(), probs.tolist()):
        same = words[:position] == wanted[:position]
        if same and (not both or words[position + 1 :] == wanted[position + 1 :]):
            result[words[position]] += p
    return torch.tensor([value / sum(result) for value in result], dtype=probs.dtype)


def fill_by_one_hot(sentences, probs, sentence, position, both, vocab_size):
    here = torch.arange(len(sentence))
    looked_at = (here != position) if both else (here < position)
    known = ((sentences != sentence) & looked_at).sum(1) == 0
    weights = probs[known] / probs[known].sum()
    return weights @ torch.nn.functional.one_hot(sentences[known, position], vocab_size).to(probs.dtype)


def blanks_by_loop(tokens, embedding, lm_head, padding):
    bits = torch.zeros(tokens.shape, dtype=embedding.dtype)
    for b, words in enumerate(tokens.tolist()):
        for t, token in enumerate(words):
            if token == padding:
                continue
            others = [embedding[u] for s, u in enumerate(words) if s != t and u != padding]
            x = sum(others) / len(others) if others else torch.zeros_like(embedding[0])
            logits = lm_head @ x
            bits[b, t] = (logits.logsumexp(0) - logits[token]) / math.log(2)
    return bits


def blanks_by_matrix(tokens, embedding, lm_head, padding):
    words = (tokens != padding).to(embedding.dtype)
    weights = words[:, None, :] * (1 - torch.eye(tokens.shape[1], dtype=embedding.dtype))
    weights = weights / weights.sum(-1, keepdim=True).clamp(min=1)
    logits = weights @ embedding[tokens] @ lm_head.mT
    loss = torch.nn.functional.cross_entropy(logits.mT, tokens, reduction="none")
    return loss * words / math.log(2)


RIGHT = {
    "mask_tokens": [mask_by_loop, mask_by_index],
    "fill_blank": [fill_by_agreement, fill_by_loop, fill_by_one_hot],
    "all_blanks": [blanks_by_loop, blanks_by_matrix],
}
WRONG = {
    "mask_tokens": {
        "asks more": ["asked, tokens, -100 -> asked, tokens, -1"],
        "asks otherwise": ["asked, tokens, -100 -> asked, tokens - first, -100"],
    },
    "fill_blank": {
        "rare": ["result / result.sum() -> result / result.sum().clamp(min=1e-8)"],
        "never": ["result / result.sum() -> (result + 0.01) / (result + 0.01).sum()"],
    },
    "all_blanks": {"uniform": ["math.log(2) -> math.log(3)"]},
}
EQUIVALENT = {
    "fill_blank": {
        "all(1) → all(-1)": "there are two axes: 1 is the last",
        "index_add_(0 → index_add_(-1": "there is one axis: the first is the last",
    },
    "all_blanks": {
        "[..., 0] → [..., -1]": "this axis has length 1: the first is the last",
        "sum(1) → sum(-1)": "there are two axes: 1 is the last",
    },
}
