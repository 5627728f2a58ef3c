"""Checks for the exercises of chapter 17, 17-bert."""
import math

import torch

from .engine import Exercise, Wrong, expect_tensor, show


# ---------------------------------------------------------------- 17.1 hide_words
def hide_by_where(tokens, chance, fate, drawn, rate, mask, first):
    asked = (chance < rate) & (tokens >= first)
    inputs = torch.where(asked & (fate < 0.8), mask, tokens)
    inputs = torch.where(asked & (fate >= 0.8) & (fate < 0.9), drawn, inputs)
    return [inputs, torch.where(asked, tokens, -100)]


def hide_by_loop(tokens, chance, fate, drawn, rate, mask, first):
    inputs, targets = tokens.clone(), torch.full_like(tokens, -100)
    for b in range(tokens.shape[0]):
        for t in range(tokens.shape[1]):
            if chance[b, t] < rate and tokens[b, t] >= first:
                targets[b, t] = tokens[b, t]
                if fate[b, t] < 0.8:
                    inputs[b, t] = mask
                elif fate[b, t] < 0.9:
                    inputs[b, t] = drawn[b, t]
    return [inputs, targets]


def hide_by_index(tokens, chance, fate, drawn, rate, mask, first):
    inputs, targets = tokens.clone(), tokens.clone()
    unasked = (chance >= rate) | (tokens < first)
    targets[unasked] = -100
    for chosen, new in ((fate < 0.9, drawn), (fate < 0.8, torch.full_like(tokens, mask))):
        chosen = chosen & ~unasked
        inputs[chosen] = new[chosen]
    return [inputs, targets]


def hide_variant(asked=lambda chance, rate, tokens, first: (chance < rate) & (tokens >= first),
                 inputs=None, targets=lambda asked, tokens, fate: torch.where(asked, tokens, -100), all_places=False):
    """Wrong answers: who is asked, what becomes of them, or what is asked exchanged."""
    inputs = inputs or (lambda tokens, fate, drawn, mask: torch.where(fate < 0.8, mask, torch.where(
        fate < 0.9, drawn, tokens)))

    def hide_words(tokens, chance, fate, drawn, rate, mask, first):
        who = asked(chance, rate, tokens, first)
        changed = inputs(tokens, fate, drawn, mask)
        return [torch.where((tokens >= first) if all_places else who, changed, tokens), targets(who, tokens, fate)]
    return hide_words


def hide_cases(rng):
    def draw(B, T, V, rate, first=2, mask=1):
        tokens = torch.randint(V, (B, T), generator=rng)
        chance, fate = torch.rand(2, B, T, generator=rng)
        return tokens, chance, fate, torch.randint(first, V, (B, T), generator=rng), rate, mask, first
    row = torch.tensor([[5, 6, 7, 8, 0]])
    low, fate = torch.full((1, 5), 0.1), torch.tensor([[0.5, 0.85, 0.95, 0.2, 0.3]])
    chance = torch.tensor([[0.1, 0.1, 0.1, 0.7, 0.1]])
    drawn = torch.full((1, 5), 9)
    edge = torch.tensor([[[0.25, 0.1, 0.1, 0.1, 0.1]], [[0.5, 0.8, 0.9, 0.25, 0.8]]], dtype=torch.float64)
    return [(row[:, :1], low[:, :1], fate[:, :1], drawn[:, :1], 0.15, 1, 2), (row, chance, fate, drawn, 0.15, 1, 2),
            (row, low, fate, drawn, 0.05, 1, 2), (row, low, fate, drawn, 0.5, 3, 4), (row, *edge, drawn, 0.25, 1, 2),
            draw(3, 7, 11, 0.3),
            draw(5, 3, 23, 0.5), draw(7, 13, 17, 0.15), draw(11, 5, 13, 0.4, 5, 2), draw(17, 19, 31, 0.2, 3, 0),
            draw(2, 29, 7, 0.9)]


def hide_leaves_the_rest(call, rng):
    """A place that is not asked for stays as it is, and asks nothing."""
    tokens = torch.randint(2, 19, (7, 11), generator=rng)
    chance, fate = torch.rand(2, 7, 11, generator=rng)
    drawn = torch.randint(2, 19, (7, 11), generator=rng)
    got = call(tokens, chance, fate, drawn, 0.3, 1, 2)
    if not isinstance(got, (list, tuple)) or len(got) != 2:
        raise Wrong("length", got=len(got) if isinstance(got, (list, tuple)) else 1, want=2)
    for part in got:
        expect_tensor(part, (7, 11))
    quiet = chance >= 0.3
    if not torch.equal(got[0][quiet], tokens[quiet]):
        raise Wrong("touched", "", got)


check_hide_words = Exercise(
    name="hide_words", points=1, cases=hide_cases, laws=(hide_leaves_the_rest,),
    right=[hide_by_where, hide_by_loop, hide_by_index],
    mutants={
        "all masked": hide_variant(inputs=lambda tokens, fate, drawn, mask: torch.full_like(tokens, mask)),
        "not hidden": hide_variant(inputs=lambda tokens, fate, drawn, mask: tokens),
        "two ways": hide_variant(inputs=lambda tokens, fate, drawn, mask: torch.where(fate < 0.8, mask, drawn)),
        "no other word": hide_variant(inputs=lambda tokens, fate, drawn, mask: torch.where(fate < 0.8, mask, tokens)),
        "exchanged": hide_variant(inputs=lambda tokens, fate, drawn, mask: torch.where(
            fate < 0.8, drawn, torch.where(fate < 0.9, mask, tokens))),
        "asks all": hide_variant(targets=lambda asked, tokens, fate: tokens),
        "asks masked": hide_variant(targets=lambda asked, tokens, fate: torch.where(
            asked & (fate < 0.8), tokens, -100)),
        "asks changed": hide_variant(targets=lambda asked, tokens, fate: torch.where(
            asked & (fate < 0.9), tokens, -100)),
        "zero": hide_variant(targets=lambda asked, tokens, fate: torch.where(asked, tokens, 0)),
        "inverted": hide_variant(targets=lambda asked, tokens, fate: torch.where(asked, -100, tokens)),
        "specials": hide_variant(lambda chance, rate, tokens, first: chance < rate),
        "specials only": hide_variant(lambda chance, rate, tokens, first: (chance < rate) & (tokens > first)),
        "rate": hide_variant(lambda chance, rate, tokens, first: (chance >= rate) & (tokens >= first)),
        "touched": hide_variant(all_places=True),
    },
    messages={
        "all masked": ("Every asked word becomes the mask. Which of them, by its fate, does not?",
                       "물어보는 단어가 모두 마스크가 돼요. 운명에 따라 그렇지 않은 것은 어느 것인가요?"),
        "not hidden": ("You ask for words and leave all of them in the input. What can be learned from that?",
                       "물어보는 단어를 모두 입력에 그대로 두었어요. 그러면 무엇을 배울까요?"),
        "two ways": ("An asked word is masked or exchanged in your function. There is a third fate.",
                     "물어보는 단어가 가려지거나 바뀌기만 해요. 운명이 하나 더 있어요."),
        "no other word": ("No asked word is exchanged for another one. What does `drawn` do?",
                          "다른 단어로 바뀌는 것이 없어요. `drawn`은 무엇에 쓰나요?"),
        "exchanged": ("Mask and random word have changed places: which of the two happens in eight cases of ten?",
                      "마스크와 다른 단어가 뒤바뀌었어요. 열에 여덟 번 일어나는 것은 어느 쪽인가요?"),
        "asks all": ("You ask for every word. How many questions does a row of 20 words ask at a rate of 15 %?",
                     "모든 단어를 물어봐요. 비율이 15 %이면 단어 20개에 질문이 몇 개인가요?"),
        "asks masked": ("You ask only where the mask stands. What about the words that were chosen, and look like any "
                        "other?",
                        "마스크가 있는 곳만 물어봐요. 골랐지만 보통 단어처럼 보이는 것은 어떻게 하나요?"),
        "asks changed": ("A chosen word that stays as it is asks nothing in your function. Why was it chosen then?",
                         "골랐지만 그대로 둔 단어를 묻지 않아요. 그러면 왜 골랐을까요?"),
        "zero": ("0 is the id of a token. Which number does the loss leave out?",
                 "0은 어떤 토큰의 번호예요. 손실이 빼놓는 수는 무엇인가요?"),
        "inverted": ("The targets stand where nothing is asked.", "묻지 않는 곳에 목표가 있어요."),
        "specials": ("You also choose tokens that are no words. From which id on do words begin?",
                     "단어가 아닌 토큰까지 골랐어요. 단어는 몇 번부터인가요?"),
        "specials only": ("The word with the smallest id is never chosen. Is `first` a word?",
                          "번호가 가장 작은 단어는 고르지 않아요. `first`는 단어인가요?"),
        "rate": ("You ask where `chance` is large. With a rate of 15 %, how many words is that?",
                 "`chance`가 큰 곳을 물어봐요. 비율이 15 %일 때 그런 단어는 얼마나 되나요?"),
        "touched": ("A word that nobody asks for has changed in the input.",
                    "묻지도 않는 단어가 입력에서 바뀌었어요."),
    },
)


# ---------------------------------------------------------------- 17.2 fill_blank
def fill_by_agreement(sentences, chances, row, place, both, vocab_size):
    agree = sentences == row
    agree[:, place] = True
    if not both:
        agree[:, place:] = True
    sums = torch.zeros(vocab_size, dtype=chances.dtype).index_add(0, sentences[:, place], chances * agree.all(1))
    return sums / sums.sum()


def fill_by_loop(sentences, chances, row, place, both, vocab_size):
    result = [0.0] * vocab_size
    wanted = row.tolist()
    for sentence, chance in zip(sentences.tolist(), chances.tolist()):
        same = sentence[:place] == wanted[:place]
        if same and (not both or sentence[place + 1:] == wanted[place + 1:]):
            result[sentence[place]] += chance
    return torch.tensor([value / sum(result) for value in result], dtype=chances.dtype)


def fill_by_one_hot(sentences, chances, row, place, both, vocab_size):
    here = torch.arange(len(row))
    looked_at = (here != place) if both else (here < place)
    known = ((sentences != row) & looked_at).sum(1) == 0
    weights = chances[known] / chances[known].sum()
    return weights @ torch.nn.functional.one_hot(sentences[known, place], vocab_size).to(chances.dtype)


def fill_variant(looked_at=lambda here, place, both: (here != place) if both else (here < place), weight=None,
                 known=lambda same, looked_at: (same | ~looked_at).all(1), finish=lambda sums: sums / sums.sum(),
                 reduce="sum"):
    """Wrong answers: which places are compared, how sentences are weighed, or the end exchanged."""
    def fill_blank(sentences, chances, row, place, both, vocab_size):
        here = torch.arange(len(row))
        chosen = known(sentences == row, looked_at(here, place, both))
        weights = (torch.ones_like(chances) if weight else chances) * chosen
        sums = torch.zeros(vocab_size, dtype=chances.dtype)
        if reduce == "max":
            sums = sums.scatter_reduce(0, sentences[:, place], weights, "amax")
        else:
            sums = sums.index_add(0, sentences[:, place], weights)
        return finish(sums)
    return fill_blank


def fill_cases(rng):
    def draw(N, T, V, place, both, dtype=torch.float32):
        sentences = torch.randint(1, V, (4 * N, T), generator=rng).unique(dim=0)
        sentences = sentences[torch.randperm(len(sentences), generator=rng)][:N]
        chances = torch.rand(len(sentences), generator=rng, dtype=dtype) + 0.1
        row = sentences[int(torch.randint(len(sentences), (1,), generator=rng))].clone()
        row[place] = 0
        return sentences, chances / chances.sum(), row, place, both, V
    four = torch.tensor([[1, 3], [1, 4], [2, 5], [2, 5 + 1]])
    even, odd = torch.full((4,), 0.25), torch.tensor([0.5, 0.125, 0.25, 0.125])
    return [(four, even, torch.tensor([0, 3]), 0, True, 7), (four, even, torch.tensor([0, 3]), 0, False, 7),
            (four, odd, torch.tensor([1, 0]), 1, True, 7), (four, odd, torch.tensor([2, 0]), 1, False, 7),
            draw(31, 3, 5, 1, True), draw(31, 3, 5, 1, False), draw(97, 5, 3, 2, True), draw(61, 4, 3, 2, False),
            draw(53, 3, 4, 0, True), draw(53, 3, 4, 0, False), draw(47, 3, 4, 2, False), draw(23, 2, 11, 1, True),
            draw(71, 4, 3, 1, False, torch.float64), draw(79, 4, 3, 1, True, torch.float64)]


def fill_adds_up(call, rng):
    """The probabilities of a blank are positive or 0 and add up to 1."""
    sentences = torch.cartesian_prod(*[torch.arange(1, 4)] * 3)
    chances = torch.rand(27, generator=rng, dtype=torch.float64)
    got = call(sentences, chances / chances.sum(), torch.tensor([2, 0, 3]), 1, False, 5)
    expect_tensor(got, (5,))
    if abs(got.sum().item() - 1) > 1e-6:
        raise Wrong("sum", f"{show(got)}", got)


check_fill_blank = Exercise(
    name="fill_blank", points=2, cases=fill_cases, laws=(fill_adds_up,),
    right=[fill_by_agreement, fill_by_loop, fill_by_one_hot],
    mutants={
        "always both": fill_variant(lambda here, place, both: here != place),
        "always left": fill_variant(lambda here, place, both: here < place),
        "right": fill_variant(lambda here, place, both: (here != place) if both else (here > place)),
        "either": fill_variant(lambda here, place, both: (here > place) if both else (here < place)),
        "blank": fill_variant(lambda here, place, both: (here >= 0) if both else (here <= place)),
        "neighbours": fill_variant(lambda here, place, both: (here == place - 1) | (here == place + 1) & bool(both)),
        "no context": fill_variant(lambda here, place, both: here < 0),
        "any": fill_variant(known=lambda same, looked_at: (same & looked_at).any(1)),
        "counts": fill_variant(weight=True),
        "sum": fill_variant(finish=lambda sums: sums),
        "best": fill_variant(finish=lambda sums: (sums == sums.max()).to(sums.dtype)),
        "largest": fill_variant(reduce="max"),
        "softmax": fill_variant(finish=lambda sums: sums.softmax(0)),
    },
    messages={
        "always both": ("You look at the words to the right although `both` is False.",
                        "`both`가 False인데도 오른쪽 단어를 봤어요."),
        "always left": ("You look left only, whatever `both` says.", "`both`가 무엇이든 왼쪽만 봤어요."),
        "right": ("With one side only, which side is it: what has been said, or what comes?",
                  "한쪽만 볼 때, 그것은 이미 나온 쪽인가요, 앞으로 나올 쪽인가요?"),
        "either": ("With `both` you look at the right side only. What happened to the left one?",
                   "`both`일 때 오른쪽만 봤어요. 왼쪽은 어디로 갔나요?"),
        "blank": ("You ask the sentences to have a blank where the row has one. Which sentence has?",
                  "줄의 빈칸 자리에 문장도 빈칸이기를 바랐어요. 그런 문장이 있나요?"),
        "neighbours": ("You look at the neighbours only. What about the words further away?",
                       "바로 옆 단어만 봤어요. 더 먼 단어는 어떻게 하나요?"),
        "no context": ("You answer the same for every row. Which sentences does the row rule out?",
                       "어느 줄에나 같은 답이에요. 이 줄이 빼놓는 문장은 어느 것인가요?"),
        "any": ("A sentence counts for you if one word agrees. How many of those you look at have to?",
                "단어 하나만 같아도 문장을 셌어요. 보는 단어 가운데 몇 개가 같아야 하나요?"),
        "counts": ("You count sentences. Are all of them equally likely?",
                   "문장의 수를 셌어요. 모든 문장의 확률이 같은가요?"),
        "sum": ("Your probabilities do not add up to 1: they are those of context *and* word.",
                "확률의 합이 1이 아니에요. 문맥과 단어가 *함께* 나올 확률이에요."),
        "best": ("You return the best guess alone. What are the chances of the others?",
                 "가장 좋은 짐작만 돌려줬어요. 나머지의 확률은 얼마인가요?"),
        "largest": ("Several sentences may have the same word here. What happens to their chances?",
                    "여기에 같은 단어가 오는 문장이 여럿일 수 있어요. 그 확률들은 어떻게 되나요?"),
        "softmax": ("These are probabilities already. What does an exponential do to a word with chance 0?",
                    "이미 확률이에요. 확률이 0인 단어에 지수 함수를 취하면 어떻게 되나요?"),
    },
)


# ---------------------------------------------------------------- 17.3 all_blanks
def blanks_by_difference(tokens, embedding, answer, padding):
    real = tokens != padding
    e = embedding[tokens] * real[..., None]
    number = (real.sum(1, keepdim=True) - 1).clamp(min=1)
    x = (e.sum(1, keepdim=True) - e) / number[..., None]
    log_p = (x @ answer.T).log_softmax(-1)
    return -log_p.gather(-1, tokens[..., None])[..., 0] / math.log(2) * real


def blanks_by_loop(tokens, embedding, answer, padding):
    bits = torch.zeros(tokens.shape, dtype=embedding.dtype)
    for b, row in enumerate(tokens.tolist()):
        for t, token in enumerate(row):
            if token == padding:
                continue
            others = [embedding[u] for s, u in enumerate(row) if s != t and u != padding]
            x = sum(others) / len(others) if others else torch.zeros_like(embedding[0])
            bits[b, t] = -torch.log2((answer @ x).softmax(0)[token])
    return bits


def blanks_by_matrix(tokens, embedding, answer, padding):
    real = (tokens != padding).to(embedding.dtype)
    weights = real[:, None, :] * (1 - torch.eye(tokens.shape[1], dtype=embedding.dtype))
    weights = weights / weights.sum(-1, keepdim=True).clamp(min=1)
    logits = weights @ embedding[tokens] @ answer.mT
    loss = torch.nn.functional.cross_entropy(logits.mT, tokens, reduction="none")
    return loss * real / math.log(2)


def blanks_variant(weigh=lambda real: real[:, None, :] * (1 - torch.eye(real.shape[1], dtype=real.dtype)),
                   number=lambda weights, real: weights.sum(-1, keepdim=True).clamp(min=1), tied=False, axis=-1,
                   finish=lambda log_p: -log_p / math.log(2), keep=False, log=True):
    """Wrong answers: who is looked at, the mean, the answer or the unit exchanged."""
    def all_blanks(tokens, embedding, answer, padding):
        real = (tokens != padding).to(embedding.dtype)
        weights = weigh(real)
        x = weights @ embedding[tokens] / number(weights, real)
        logits = x @ (embedding if tied else answer).mT
        log_p = logits.log_softmax(axis) if log else logits
        bits = finish(log_p.gather(-1, tokens[..., None])[..., 0])
        return bits if keep else bits * real
    return all_blanks


def no_self(real):
    return 1 - torch.eye(real.shape[1], dtype=real.dtype)


def blanks_cases(rng):
    def draw(B, T, V, D, padding=0, dtype=torch.float32):
        tokens = torch.randint(V - 1, (B, T), generator=rng)
        tokens = tokens + (tokens >= padding)
        for row, n in zip(tokens, torch.randint(1, T + 1, (B,), generator=rng).tolist()):
            row[n:] = padding
        tokens[0, :] = torch.where(tokens[0] == padding, (padding + 1) % V, tokens[0])
        embedding, answer = torch.randn(2, V, D, generator=rng, dtype=dtype)
        return tokens, embedding, 2 * answer, padding
    eye = torch.eye(3)
    return [(torch.tensor([[1]]), eye, eye, 0), (torch.tensor([[1, 2]]), eye, 2 * eye, 0),
            (torch.tensor([[1, 2, 0]]), eye + 1, 2 * eye.flip(0), 0),
            (torch.tensor([[1, 1, 2]]), eye, 3 * eye.flip(0), 0),
            draw(3, 5, 7, 2), draw(5, 7, 11, 3), draw(7, 3, 5, 13, 2), draw(2, 11, 17, 5, 16), draw(13, 2, 3, 7),
            draw(5, 13, 7, 3, 4, torch.float64), draw(3, 4, 23, 11, 0, torch.float64)]


def blanks_know_nothing(call, rng):
    """If all rows of the answer are alike, nothing is known: each real word costs log2 V bits."""
    tokens = torch.randint(1, 8, (3, 5), generator=rng)
    embedding = torch.randn(8, 3, generator=rng, dtype=torch.float64)
    got = call(tokens, embedding, torch.ones(8, 3, dtype=torch.float64), 0)
    expect_tensor(got, (3, 5))
    if (got - 3).abs().max() > 1e-6:
        raise Wrong("uniform", f"{show(got)}", got)


check_all_blanks = Exercise(
    name="all_blanks", points=3, cases=blanks_cases, laws=(blanks_know_nothing,),
    right=[blanks_by_difference, blanks_by_loop, blanks_by_matrix],
    mutants={
        "itself": blanks_variant(lambda real: real[:, None, :].expand(-1, real.shape[1], -1)),
        "left": blanks_variant(lambda real: real[:, None, :] * torch.ones_like(no_self(real)).tril(-1)),
        "padding": blanks_variant(lambda real: no_self(real).expand(len(real), -1, -1)),
        "padding counts": blanks_variant(number=lambda weights, real: max(real.shape[1] - 1, 1)),
        "one too many": blanks_variant(number=lambda weights, real: real.sum(1)[:, None, None]),
        "sum": blanks_variant(number=lambda weights, real: 1),
        "tied": blanks_variant(tied=True),
        "nats": blanks_variant(finish=lambda log_p: -log_p),
        "sign": blanks_variant(finish=lambda log_p: log_p / math.log(2)),
        "probability": blanks_variant(finish=lambda log_p: log_p.exp()),
        "logits": blanks_variant(log=False),
        "axis": blanks_variant(axis=1),
        "padding asked": blanks_variant(keep=True),
    },
    messages={
        "itself": ("Each word sees itself in its own mean. What would a reader learn from that?",
                   "단어마다 제 평균 속에서 자기를 봐요. 그러면 무엇을 배우게 될까요?"),
        "left": ("You look left only. Which words stand on the other side of the blank?",
                 "왼쪽만 봤어요. 빈칸의 다른 쪽에는 어떤 단어가 있나요?"),
        "padding": ("Padding has entered the mean, as if it were a word.", "패딩이 단어인 것처럼 평균에 들어갔어요."),
        "padding counts": ("The sum is right. By how many words do you divide it, in a row with padding?",
                           "합은 맞아요. 패딩이 있는 줄에서는 몇 단어로 나누나요?"),
        "one too many": ("You divide by all real words. How many of them went into the sum?",
                         "진짜 단어의 수로 나눴어요. 합에는 몇 개가 들어갔나요?"),
        "sum": ("You take the sum of the others, not their mean.", "다른 단어들의 평균이 아니라 합이에요."),
        "tied": ("You compare with the embeddings. Which table gives the logits?",
                 "임베딩과 견줬어요. 로짓을 내는 것은 어느 표인가요?"),
        "nats": ("Right, but in nats. Which logarithm counts bits?",
                 "맞지만 단위가 내트(nat)예요. 비트는 어느 로그로 세나요?"),
        "sign": ("A probability is at most 1. Which sign has its logarithm, and which sign should bits have?",
                 "확률은 1보다 클 수 없어요. 그 로그의 부호는 무엇이고, 비트의 부호는 무엇이어야 하나요?"),
        "probability": ("You return probabilities. How many bits has a word with probability 1/8?",
                        "확률을 돌려줬어요. 확률이 1/8인 단어는 몇 비트인가요?"),
        "logits": ("These are logits with another sign. What makes probabilities of them?",
                   "부호만 바뀐 로짓이에요. 무엇이 로짓을 확률로 바꾸나요?"),
        "axis": ("Your softmax runs over the places. Among what is one to be chosen?",
                 "소프트맥스가 자리들을 따라 가요. 무엇 가운데 하나를 고르나요?"),
        "padding asked": ("Padding has bits in your answer. Nobody asks for it.",
                          "패딩에도 비트가 있어요. 아무도 패딩을 묻지 않아요."),
        "uniform": ("If all logits are the same, nothing is known. How many bits is one of V words then?",
                    "로짓이 모두 같으면 아는 것이 없어요. 그때 단어 V개 가운데 하나는 몇 비트인가요?"),
    },
)
