"""Checks for the exercises of chapter 17, 17-bert."""

import math

import torch

from .engine import Exercise, Wrong, expect_tensor, expect_tensors, show


# ---------------------------------------------------------------- 17.1 mask_tokens
def mask_tokens(tokens, chance, fate, drawn, masking_rate, mask, first):
    asked = (chance < masking_rate) & (tokens >= first)  # (B, T)
    shown = torch.where(fate < 0.9, drawn, tokens)
    hidden = torch.where(fate < 0.8, mask, shown)
    inputs = torch.where(asked, hidden, tokens)
    targets = torch.where(asked, tokens, -100)
    return [inputs, targets]


def mask_cases(rng):
    def draw(B, T, V, rate, first=2, mask=1):
        tokens = torch.randint(V, (B, T), generator=rng)
        chance, fate = torch.rand(2, B, T, generator=rng)
        return tokens, chance, fate, torch.randint(first, V, (B, T), generator=rng), rate, mask, first

    words = torch.tensor([[5, 6, 7, 8, 0]])
    low, fate = torch.full((1, 5), 0.1), torch.tensor([[0.5, 0.85, 0.95, 0.2, 0.3]])
    chance = torch.tensor([[0.1, 0.1, 0.1, 0.7, 0.1]])
    drawn = torch.full((1, 5), 9)
    edge = torch.tensor([[[0.25, 0.1, 0.1, 0.1, 0.1]], [[0.5, 0.8, 0.9, 0.25, 0.8]]], dtype=torch.float64)
    return [
        (words[:, :1], low[:, :1], fate[:, :1], drawn[:, :1], 0.15, 1, 2),
        (words, chance, fate, drawn, 0.15, 1, 2),
        (words, low, fate, drawn, 0.05, 1, 2),
        (words, low, fate, drawn, 0.5, 3, 4),
        (words, *edge, drawn, 0.25, 1, 2),
        *[draw(3, 7, 11, 0.3), draw(5, 3, 23, 0.5), draw(7, 13, 17, 0.15), draw(11, 5, 13, 0.4, 5, 2)],
        *[draw(17, 19, 31, 0.2, 3, 0), draw(2, 29, 7, 0.9)],
    ]


def rest_is_left(call, rng):
    """What is not asked for stays as it is, and asks nothing."""
    tokens = torch.randint(2, 19, (7, 11), generator=rng)
    chance, fate = torch.rand(2, 7, 11, generator=rng)
    drawn = torch.randint(2, 19, (7, 11), generator=rng)
    got = expect_tensors(call(tokens, chance, fate, drawn, 0.3, 1, 2), (7, 11), (7, 11), kind="list")
    quiet = chance >= 0.3
    if not torch.equal(got[0][quiet], tokens[quiet]):
        raise Wrong("touched", "", got)
    if not (got[1][quiet] == -100).all():
        raise Wrong("asks more", f"targets {show(got[1][0])}", got)
    if not torch.equal(got[1][~quiet], tokens[~quiet]):
        raise Wrong("asks otherwise", f"tokens  {show(tokens[0])}\ntargets {show(got[1][0])}", got)


check_mask_tokens = Exercise(
    name="mask_tokens", points=1, cases=mask_cases, laws=(rest_is_left,), answer=mask_tokens,
    mistakes={
        "all masked": ("fate < 0.8 -> fate < 2",
            "Every word that is asked for becomes the mask. Which of them, by its fate, does not?",
            "물어보는 단어가 모두 마스크가 돼요. 운명에 따라 그렇지 않은 것은 어느 것인가요?"),
        "not hidden": ("asked, hidden, tokens -> asked, tokens, tokens",
            "You ask for words and leave all of them in the input. What can be learned from that?",
            "물어보는 단어를 모두 입력에 그대로 두었어요. 그러면 무엇을 배울까요?"),
        "two ways": ("fate < 0.9 -> fate < 2",
            "A word that is asked for is masked or replaced in your function. There is a third fate.",
            "물어보는 단어가 가려지거나 바뀌기만 해요. 운명이 하나 더 있어요."),
        "no other word": ("drawn, tokens) -> tokens, tokens)",
            "No word is replaced by another one. What does `drawn` do?",
            "다른 단어로 바뀌는 것이 없어요. `drawn`은 무엇에 쓰나요?"),
        "mask and word swapped": (("0.9, drawn, -> 0.9, mask,", "0.8, mask, -> 0.8, drawn,"),
            "You have swapped the mask and the random word: which of the two happens in eight cases of ten?",
            "마스크와 다른 단어가 뒤바뀌었어요. 열에 여덟 번 일어나는 것은 어느 쪽인가요?"),
        "last two swapped": ("0.9, drawn, tokens -> 0.9, tokens, drawn",
            "The last two fates are swapped. What becomes of a word with a fate from 0.8 to 0.9?",
            "마지막 두 운명이 뒤바뀌었어요. 운명이 0.8 이상 0.9 미만인 단어는 무엇이 되나요?"),
        "no mask left": ("fate < 0.8 -> fate < 0",
            "Nothing becomes the mask. Does your second step write over what the first one masked?",
            "마스크가 된 것이 하나도 없어요. 앞에서 가린 것을 다음 단계가 덮어쓰지 않나요?"),
        "at the edge": (("fate < 0.8 -> fate <= 0.8", "fate < 0.9 -> fate <= 0.9"),
            "A fate of exactly 0.8 or 0.9: does it belong below or above?",
            "운명이 정확히 0.8이나 0.9이면 아래쪽인가요, 위쪽인가요?"),
        "edge left out": ("fate < 0.9 -> (fate > 0.8) & (fate < 0.9)",
            "A fate of exactly 0.8 belongs to nothing in your function.",
            "운명이 정확히 0.8인 단어가 빠져 있어요."),
        "chance at the edge": ("chance < masking_rate -> chance <= masking_rate",
            "A chance that is exactly the masking rate: is it below the rate?",
            "`chance`가 마스킹 비율과 정확히 같으면, 비율보다 작은 것인가요?"),
        "fate chooses": ("chance < masking_rate -> fate < masking_rate",
            "You choose the words by their fate. Which number says whether a word is asked for?",
            "운명을 보고 단어를 골랐어요. 물을지 말지는 어느 수가 정하나요?"),
        "chance decides": (("fate < 0.8 -> chance < 0.8 * masking_rate", "fate < 0.9 -> chance < 0.9 * masking_rate"),
            "You let `chance` decide the fate as well. There is a number of its own for that.",
            "`chance`로 운명까지 정했어요. 운명에는 따로 수가 있어요."),
        "asks all": ("torch.where(asked, tokens, -100) -> tokens",
            "You ask for every word. How many of 20 words are asked for at a masking rate of 15 %?",
            "모든 단어를 물어봐요. 마스킹 비율이 15 %이면 단어 20개 가운데 몇 개를 묻나요?"),
        "asks masked": ("asked, tokens, -100 -> asked & (fate < 0.8), tokens, -100",
            "You ask only where the mask is. What about the words that were chosen, and look like any other?",
            "마스크가 있는 곳만 물어봐요. 골랐지만 보통 단어처럼 보이는 것은 어떻게 하나요?"),
        "asks changed": ("asked, tokens, -100 -> asked & (fate < 0.9), tokens, -100",
            "A chosen word that stays as it is asks nothing in your function. Why was it chosen then?",
            "골랐지만 그대로 둔 단어를 묻지 않아요. 그러면 왜 골랐을까요?"),
        "asks where it shows": ("asked, tokens, -100 -> asked & (hidden != tokens), tokens, -100",
            "You ask only where the input differs from the word. Can a chosen word look the same as before?",
            "입력이 원래 단어와 다른 곳만 물어봐요. 골랐는데도 그대로인 단어는 없나요?"),
        "asks for the input": ("asked, tokens, -100 -> asked, hidden, -100",
            "Your targets are what the input shows. What should the model find behind the mask?",
            "입력에 보이는 것을 목표로 삼았어요. 마스크 뒤에서 무엇을 찾아야 하나요?"),
        "zero": ("-100 -> 0",
            "0 is the id of a token. Which number does the loss leave out?",
            "0은 어떤 토큰의 번호예요. 손실이 빼놓는 수는 무엇인가요?"),
        "inverted": ("tokens, -100 -> -100, tokens",
            "Your targets are where nothing is asked.",
            "묻지 않는 곳에 목표가 있어요."),
        "hidden by -100": ("asked, hidden, tokens -> asked, -100, tokens",
            "-100 belongs into the targets. What does the input show where a word is hidden?",
            "-100은 목표에 쓰는 수예요. 단어를 가린 곳에서 입력은 무엇을 보여 주나요?"),
        "targets first": ("[inputs, targets] -> [targets, inputs]",
            "You return the targets first. The inputs come first.",
            "목표가 먼저 나와요. 입력이 먼저예요."),
        "specials": ("& (tokens >= first) -> ",
            "You also choose tokens that are no words. From which id on do words begin?",
            "단어가 아닌 토큰까지 골랐어요. 단어는 몇 번부터인가요?"),
        "specials only": ("tokens >= first -> tokens > first",
            "The word with the smallest id is never chosen. Is `first` a word?",
            "번호가 가장 작은 단어는 고르지 않아요. `first`는 단어인가요?"),
        "mask and 0 only": ("(tokens >= first) -> (tokens != mask) & (tokens != 0)",
            "You leave out the mask and token 0. Which other tokens are no words here?",
            "마스크와 0번 토큰만 뺐어요. 여기서 단어가 아닌 토큰은 또 무엇인가요?"),
        "specials masked": ("asked, hidden, tokens -> chance < masking_rate, hidden, tokens",
            "You do not ask for tokens that are no words, but your inputs mask them.",
            "단어가 아닌 토큰을 묻지는 않지만, 입력에서는 가렸어요."),
        "rate": ("chance < masking_rate -> chance >= masking_rate",
            "You ask where `chance` is large. With a masking rate of 15 %, how many words is that?",
            "`chance`가 큰 곳을 물어봐요. 마스킹 비율이 15 %일 때 그런 단어는 얼마나 되나요?"),
        "touched": ("asked, hidden, tokens -> tokens >= first, hidden, tokens",
            "A word that nobody asks for has changed in the input.",
            "묻지도 않는 단어가 입력에서 바뀌었어요."),
        "asks more": (None,
            "Something that was not chosen has a target.",
            "고르지 않은 것에 목표가 있어요."),
        "asks otherwise": (None,
            "A chosen word has another target than itself.",
            "고른 단어의 목표가 그 단어와 달라요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 17.2 fill_blank
def fill_blank(sentences, probs, sentence, position, both, vocab_size):
    same = sentences == sentence  # (N, T)
    known = same[:, :position].all(1)  # (N,)
    if both:
        known &= same[:, position + 1 :].all(1)
    result = torch.zeros(vocab_size, dtype=probs.dtype)
    words = sentences[known, position]
    result.index_add_(0, words, probs[known])
    return result / result.sum()


def fill_cases(rng):
    def draw(N, T, V, position, both, dtype=torch.float32):
        sentences = torch.randint(1, V, (4 * N, T), generator=rng).unique(dim=0)
        sentences = sentences[torch.randperm(len(sentences), generator=rng)][:N]
        probs = torch.rand(len(sentences), generator=rng, dtype=dtype) + 0.1
        sentence = sentences[int(torch.randint(len(sentences), (1,), generator=rng))].clone()
        sentence[position] = 0
        return sentences, probs / probs.sum(), sentence, position, both, V

    four = torch.tensor([[1, 3], [1, 4], [2, 5], [2, 6]])
    even, odd = torch.full((4,), 0.25), torch.tensor([0.5, 0.125, 0.25, 0.125])
    rare = torch.tensor([0.75, 0.25, 3e-20, 1e-20])
    return [
        (four, even, torch.tensor([0, 3]), 0, True, 7),
        (four, even, torch.tensor([0, 3]), 0, False, 7),
        (four, odd, torch.tensor([1, 0]), 1, True, 7),
        (four, odd, torch.tensor([2, 0]), 1, False, 7),
        (four, rare, torch.tensor([2, 0]), 1, False, 7),
        *[draw(31, 3, 5, 1, True), draw(31, 3, 5, 1, False), draw(97, 5, 3, 2, True), draw(61, 4, 3, 2, False)],
        *[draw(53, 3, 4, 0, True), draw(53, 3, 4, 0, False), draw(47, 3, 4, 2, False), draw(23, 2, 11, 1, True)],
        *[draw(71, 4, 3, 1, False, torch.float64), draw(79, 4, 3, 1, True, torch.float64)],
    ]


def fill_adds_up(call, rng):
    """The probabilities of a blank add up to 1, also for a sentence that is very rare; words that never come have 0."""
    sentences = torch.cartesian_prod(*[torch.arange(1, 4)] * 3)
    probs = torch.rand(27, generator=rng, dtype=torch.float64)
    got = expect_tensor(call(sentences, probs / probs.sum(), torch.tensor([2, 0, 3]), 1, False, 5), (5,))
    if abs(got.sum().item() - 1) > 1e-6:
        raise Wrong("sum", f"{show(got)}", got)
    if got[[0, 4]].abs().max() > 1e-9:
        raise Wrong("never", f"{show(got)}", got)
    rare = torch.tensor([1.0, 3e-20, 1e-20], dtype=torch.float64)
    got = expect_tensor(call(torch.tensor([[1, 3], [2, 3], [2, 4]]), rare, torch.tensor([2, 0]), 1, True, 5), (5,))
    if not abs(got.sum().item() - 1) < 1e-6:
        raise Wrong("rare", f"{show(got)}", got)


check_fill_blank = Exercise(
    name="fill_blank", points=2, cases=fill_cases, laws=(fill_adds_up,), answer=fill_blank,
    mistakes={
        "always both": ("if both -> if True",
            "You look at the words to the right although `both` is False.",
            "`both`가 False인데도 오른쪽 단어를 봤어요."),
        "always left": ("if both -> if False",
            "You look left only, whatever `both` says.",
            "`both`가 무엇이든 왼쪽만 봤어요."),
        "right": (
            "same[:, :position].all(1) -> (same[:, :position].all(1) "
            "if both else same[:, position + 1 :].all(1))",
            "With one side only, which side is it: what has been said, or what comes?",
            "한쪽만 볼 때, 그것은 이미 나온 쪽인가요, 앞으로 나올 쪽인가요?"),
        "either": ("same[:, :position].all(1) -> (same[:, :position].all(1) if not both else True)",
            "With `both` you look at the right side only. What happened to the left one?",
            "`both`일 때 오른쪽만 봤어요. 왼쪽은 어디로 갔나요?"),
        "inverted": ("if both -> if not both",
            "You look at both sides when `both` is False, and to the left when it is True.",
            "`both`가 False일 때 양쪽을 보고, True일 때 왼쪽만 봤어요."),
        "blank": (("same[:, :position].all(1) -> same[:, : position + 1].all(1)",),
            "You ask the sentences to have a blank where this one has it. Which sentence has?",
            "이 문장의 빈칸 위치에 다른 문장도 빈칸이기를 바랐어요. 그런 문장이 있나요?"),
        "blank on the right": ("same[:, position + 1 :].all(1) -> same[:, position:].all(1)",
            "To the right you begin with the blank itself, and no sentence has a blank there.",
            "오른쪽을 빈칸부터 보았어요. 거기가 빈칸인 문장은 없어요."),
        "neighbors": (
            ("same[:, :position].all(1) -> same[:, max(position - 1, 0) : position].all(1)",
             "same[:, position + 1 :].all(1) -> same[:, position + 1 : position + 2].all(1)"),
            "You look at the neighbors only. What about the words further away?",
            "바로 옆 단어만 봤어요. 더 먼 단어는 어떻게 하나요?"),
        "no context": ("known = same[:, :position].all(1) -> known = same[:, :position].all(1) | True; both = False",
            "You answer the same for every sentence. Which ones does this sentence rule out?",
            "어느 문장에나 같은 답이에요. 이 문장이 빼놓는 문장은 어느 것인가요?"),
        "any": (
            "known = same[:, :position].all(1) -> known = (same[:, torch.arange(same.shape[1]) "
            "!= position] if both else same[:, :position]).any(1); both = False",
            "A sentence counts for you if one word agrees. How many of those you look at have to?",
            "단어 하나만 같아도 문장을 셌어요. 보는 단어 가운데 몇 개가 같아야 하나요?"),
        "counts": ("probs[known] -> torch.ones_like(probs[known])",
            "You count sentences. Are all of them equally likely?",
            "문장의 수를 셌어요. 모든 문장의 확률이 같은가요?"),
        "each word once": ("result / result.sum() -> (result > 0) / (result > 0).sum()",
            "All words that are possible get the same probability. How probable are their sentences?",
            "가능한 단어의 확률이 모두 같아요. 그 단어가 든 문장의 확률은 얼마인가요?"),
        "sum": ("result / result.sum() -> result",
            "Your probabilities do not add up to 1: they are those of context *and* word.",
            "확률의 합이 1이 아니에요. 문맥과 단어가 *함께* 나올 확률이에요."),
        "over sentences": ("result / result.sum() -> result / known.sum()",
            "You divide by the number of sentences that are left. What do their probabilities add up to?",
            "남은 문장의 수로 나눴어요. 그 확률들을 더하면 얼마인가요?"),
        "rare": ("result / result.sum() -> result / (result.sum() + 1e-8)",
            "For a sentence that is very rare your probabilities do "
            "not add up to 1. What did you add to the denominator?",
            "아주 드문 문장에서는 확률의 합이 1이 아니에요. 분모에 무엇을 더했나요?"),
        "best": ("result / result.sum() -> (result == result.max()).to(result.dtype)",
            "You return the best guess alone. What are the probabilities of the others?",
            "가장 좋은 짐작만 돌려줬어요. 나머지의 확률은 얼마인가요?"),
        "largest": ("index_add_(0, words, probs[known]) -> index_reduce_(0, words, probs[known], 'amax')",
            "Several sentences may have the same word here. What happens to their probabilities?",
            "여기에 같은 단어가 오는 문장이 여럿일 수 있어요. 그 확률들은 어떻게 되나요?"),
        "mean": (
            "index_add_(0, words, probs[known]) -> index_reduce_(0, "
            "words, probs[known], 'mean', include_self=False)",
            "You average the probabilities of the sentences that have the "
            "same word here. Together they are more probable than each alone.",
            "여기에 같은 단어가 오는 문장들의 확률을 평균 냈어요. 합치면 하나하나보다 확률이 커져요."),
        "last wins": ("result.index_add_(0, words, probs[known]) -> result[words] = probs[known]",
            "Where several sentences have the same word here, you keep the probability "
            "of one. An index with `=` or `+=` writes each of them over the last.",
            "여기에 같은 단어가 오는 문장이 여럿이면 하나의 확률만 "
            "남아요. 인덱스에 `=`나 `+=`를 쓰면 앞의 것을 덮어써요."),
        "softmax": ("result / result.sum() -> result.softmax(0)",
            "These are probabilities already. What does an exponential do to a word with probability 0?",
            "이미 확률이에요. 확률이 0인 단어에 지수 함수를 취하면 어떻게 되나요?"),
        "never": (None,
            "A word that no sentence has here gets some probability.",
            "여기에 그 단어가 오는 문장이 없는데도 확률이 있어요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 17.3 all_blanks
def all_blanks(tokens, embedding, lm_head, padding):
    words = tokens != padding  # (B, T)
    e = embedding[tokens] * words[..., None]  # (B, T, D)
    number = (words.sum(1) - 1).clamp(min=1)  # (B,)
    others = (e.sum(1, keepdim=True) - e) / number[:, None, None]
    log_p = (others @ lm_head.T).log_softmax(-1)  # (B, T, V)
    right = log_p.gather(-1, tokens[..., None])[..., 0]  # (B, T)
    return -right / math.log(2) * words


def blanks_cases(rng):
    def draw(B, T, V, D, padding=0, dtype=torch.float32, times=2.0):
        tokens = torch.randint(V - 1, (B, T), generator=rng)
        tokens = tokens + (tokens >= padding)
        for row, n in zip(tokens, torch.randint(1, T + 1, (B,), generator=rng).tolist()):
            row[n:] = padding
        tokens[0, :] = torch.where(tokens[0] == padding, (padding + 1) % V, tokens[0])
        embedding, lm_head = torch.randn(2, V, D, generator=rng, dtype=dtype)
        return tokens, embedding, times * lm_head, padding

    eye = torch.eye(3)
    return [
        (torch.tensor([[1]]), eye, eye, 0),
        (torch.tensor([[1, 2]]), eye, 2 * eye, 0),
        (torch.tensor([[1, 2, 0]]), eye + 1, 2 * eye.flip(0), 0),
        (torch.tensor([[1, 1, 2]]), eye, 3 * eye.flip(0), 0),
        (torch.tensor([[1, 2, 2]]), eye, torch.tensor([[0.0, 0.0, 0.0], [0.0, 500.0, 0.0], [0.0, -300.0, 700.0]]), 0),
        *[draw(3, 5, 7, 2), draw(5, 7, 11, 3), draw(7, 3, 5, 13, 2), draw(2, 11, 17, 5, 16), draw(13, 2, 3, 7)],
        *[draw(5, 13, 7, 3, 4, torch.float64), draw(3, 4, 23, 11, 0, torch.float64)],
        draw(3, 5, 7, 2, 0, torch.float64, times=1000.0),
    ]


def blanks_know_nothing(call, rng):
    """If all rows of lm_head are alike, nothing is known: each word costs log2 V bits."""
    tokens = torch.randint(1, 8, (3, 5), generator=rng)
    embedding = torch.randn(8, 3, generator=rng, dtype=torch.float64)
    got = expect_tensor(call(tokens, embedding, torch.ones(8, 3, dtype=torch.float64), 0), (3, 5))
    if (got - 3).abs().max() > 1e-6:
        raise Wrong("uniform", f"{show(got)}", got)


check_all_blanks = Exercise(
    name="all_blanks", points=3, cases=blanks_cases, laws=(blanks_know_nothing,), answer=all_blanks,
    mistakes={
        "itself": (
            ("(e.sum(1, keepdim=True) - e) -> e.sum(1, keepdim=True).expand(e.shape)",
             "(words.sum(1) - 1) -> words.sum(1)"),
            "Each word sees itself in its own mean. What would a model learn from that?",
            "단어마다 자기 평균 속에서 자기를 봐요. 그러면 무엇을 배우게 될까요?"),
        "itself in the sum": ("(e.sum(1, keepdim=True) - e) -> e.sum(1, keepdim=True).expand(e.shape)",
            "Each word is in its own sum. Your denominator knows that it should not be.",
            "단어마다 자기가 합에 들어 있어요. 나누는 수는 자기를 뺀 개수예요."),
        "left": (
            ("(e.sum(1, keepdim=True) - e) -> (e.cumsum(1) - e)",
             "(words.sum(1) - 1).clamp(min=1) -> (words.cumsum(1) - 1).clamp(min=1)",
             "number[:, None, None] -> number[..., None]"),
            "You look left only. Which words are on the other side of the blank?",
            "왼쪽만 봤어요. 빈칸의 다른 쪽에는 어떤 단어가 있나요?"),
        "padding": (("* words[..., None] -> ", "(words.sum(1) - 1) -> (torch.ones_like(words).sum(1) - 1)"),
            "Padding has entered the mean, as if it were a word.",
            "패딩이 단어인 것처럼 평균에 들어갔어요."),
        "padding in the sum": ("* words[..., None] -> ",
            "The embedding of the padding has entered the sum.",
            "패딩의 임베딩이 합에 들어갔어요."),
        "padding counts": ("(words.sum(1) - 1) -> (torch.ones_like(words).sum(1) - 1)",
            "The sum is right. By how many words do you divide it, in a sentence with padding?",
            "합은 맞아요. 패딩이 있는 문장에서는 몇 단어로 나누나요?"),
        "one too many": ("(words.sum(1) - 1) -> words.sum(1)",
            "You divide by the number of all words. How many of them went into the sum?",
            "모든 단어의 수로 나눴어요. 합에는 몇 개가 들어갔나요?"),
        "by length": ("(words.sum(1) - 1).clamp(min=1) -> torch.full((len(tokens),), tokens.shape[1])",
            "You divide by the number of all positions. How many words went into the sum?",
            "모든 위치의 수로 나눴어요. 합에는 단어가 몇 개 들어갔나요?"),
        "sum": ("/ number[:, None, None] -> ",
            "You take the sum of the others, not their mean.",
            "다른 단어들의 평균이 아니라 합이에요."),
        "alone": (".clamp(min=1) -> ",
            "A sentence of one word: you divide 0 by 0. What does the text say about its mean?",
            "단어가 하나뿐인 문장에서 0을 0으로 나눴어요. 그때 평균은 얼마라고 했나요?"),
        "tied": ("others @ lm_head.T -> others @ embedding.T",
            "You compare with the embeddings. Which table gives the logits?",
            "임베딩과 비교했어요. 로짓을 내는 것은 어느 표인가요?"),
        "nats": ("-right / math.log(2) -> -right",
            "Right, but in nats. Which logarithm counts bits?",
            "맞지만 단위가 내트(nat)예요. 비트는 어느 로그로 세나요?"),
        "sign": ("-right / -> right /",
            "A probability is at most 1. Which sign has its logarithm, and which sign should bits have?",
            "확률은 1보다 클 수 없어요. 그 로그의 부호는 무엇이고, 비트의 부호는 무엇이어야 하나요?"),
        "probability": ("-right / math.log(2) -> right.exp()",
            "You return probabilities. How many bits are in a word with probability 1/8?",
            "확률을 돌려줬어요. 확률이 1/8인 단어는 몇 비트인가요?"),
        "logits": (".log_softmax(-1) -> ",
            "These are logits with another sign. What makes probabilities of them?",
            "부호만 바뀐 로짓이에요. 무엇이 로짓을 확률로 바꾸나요?"),
        "underflow": (".log_softmax(-1) -> .softmax(-1).log()",
            "A word can be so improbable that its probability is 0 as a float, and the "
            "log of 0 is infinite. Which function takes the log of a softmax safely?",
            "확률이 너무 작으면 부동소수점에서 0이 되고, 0의 로그는 무한이에요. "
            "소프트맥스의 로그를 안전하게 구하는 함수는 무엇인가요?"),
        "floor": (".log_softmax(-1) -> .softmax(-1).clamp(min=1e-9).log()",
            "You let no probability fall below a floor, so no word has more than 30 bits. Some have.",
            "확률에 바닥을 두어서 30비트를 넘는 단어가 없어요. 넘는 단어도 있는데요."),
        "axis": ("log_softmax(-1) -> log_softmax(1)",
            "Your softmax runs over the positions. Among what is one to be chosen?",
            "소프트맥스가 위치들을 따라 가요. 무엇 가운데 하나를 고르나요?"),
        "padding asked": ("math.log(2) * words -> math.log(2)",
            "Padding has bits in your answer. Nobody asks for it.",
            "패딩에도 비트가 있어요. 아무도 패딩을 묻지 않아요."),
        "uniform": (None,
            "If all logits are the same, nothing is known. How many bits is one of V words then?",
            "로짓이 모두 같으면 아는 것이 없어요. 그때 단어 V개 가운데 하나는 몇 비트인가요?"),
    },
)  # fmt: skip
