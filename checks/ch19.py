"""Checks for the exercises of chapter 19, 19-summaries."""

import torch
import torch.nn.functional as F

from .engine import Exercise, Wrong, expect_tensor, show


# ---------------------------------------------------------------- 19.1 extended_ids
def extended_ids(words, vocabulary, num_extra):
    numbers = {word: i for i, word in enumerate(vocabulary)}
    strangers = [word for word in dict.fromkeys(words) if word not in numbers]
    for k, word in enumerate(strangers[:num_extra]):
        numbers[word] = len(vocabulary) + k
    return torch.tensor([numbers.get(word, 1) for word in words], dtype=torch.int64)


def ids_cases(rng):
    base = ["<pad>", "<unk>", "fire", "in", ".", "near", "and"]
    names = [f"{a}{b}" for a in ("la", "mo", "su") for b in ("re", "di", "no", "wu")]

    def draw(length, words, num_extra, vocabulary=base):
        return [words[i] for i in torch.randint(len(words), (length,), generator=rng).tolist()], vocabulary, num_extra

    return [
        ("fire in lare .".split(), base, 1),
        ("in lare fire".split(), base[:4], 3),
        ("fire in lare near sudi .".split(), base, 2),
        ("lare near sudi and lare".split(), base, 5),
        ("sudi near lare and mono".split(), base, 2),
        ("lare sudi lare mono sudi".split(), base, 1),
        ("fire <unk> lare".split(), base, 3),
        ("lare".split(), base, 0),
        *[draw(11, base + names, 3), draw(23, names, 5), draw(31, names + base[2:], 13), draw(17, base, 2)],
        draw(29, base + names, 7, base + names[:5]),
    ]


def ids_stay_known(call, rng):
    """Words of the vocabulary keep their numbers, whatever else is in the text."""
    vocabulary = ["<pad>", "<unk>", *"abcdefg"]
    words = [vocabulary[i] for i in torch.randint(2, 9, (13,), generator=rng).tolist()]
    mixed = [text for word in words for text in (word, word + "x")]
    got = expect_tensor(call(mixed, vocabulary, 7), (26,))
    if got[::2].tolist() != [vocabulary.index(word) for word in words]:
        raise Wrong("known", f"{show(mixed)}\n{show(got)}", got)


check_extended_ids = Exercise(
    name="extended_ids", points=1, cases=ids_cases, laws=(ids_stay_known,), answer=extended_ids,
    mistakes={
        "each time": (
            "dict.fromkeys(words) -> words",
            "A word that comes twice takes up two places in your list of strangers. How many different ones are there?",
            "두 번 나온 단어가 낯선 단어 목록에서 자리를 둘 차지해요. 서로 다른 것은 몇 개인가요?"),
        "alphabet": ("dict.fromkeys(words) -> sorted(set(words))",
            "You number the strangers by the alphabet. By what order does the docstring?",
            "낯선 단어를 알파벳순으로 세었어요. docstring은 어떤 순서라고 하나요?"),
        "backward": ("dict.fromkeys(words) -> dict.fromkeys(words[::-1])",
            "You number the strangers from the end of the text.",
            "낯선 단어를 글의 끝에서부터 세었어요."),
        "from one": ("len(vocabulary) + k -> len(vocabulary) + k + 1",
            "Your first stranger leaves a number free. What is the last number of the vocabulary?",
            "첫 번째 낯선 단어가 번호 하나를 건너뛰었어요. 어휘의 마지막 번호는 몇인가요?"),
        "collides": ("len(vocabulary) + k -> len(vocabulary) + k - 1",
            "Your first stranger has the number of the last word of the vocabulary.",
            "첫 번째 낯선 단어의 번호가 어휘의 마지막 단어와 같아요."),
        "one for all": ("len(vocabulary) + k -> len(vocabulary)",
            "All strangers have one number. How would a copier know which of them is meant?",
            "낯선 단어의 번호가 모두 같아요. 어느 것을 베껴야 하는지 어떻게 알까요?"),
        "no limit": ("strangers[:num_extra] -> strangers",
            "You hand out more numbers than `num_extra`. What does a model do with a number beyond its output?",
            "번호를 `num_extra`개보다 많이 나눠 줬어요. 출력에 없는 번호를 받으면 모델은 어떻게 되나요?"),
        "one less": ("strangers[:num_extra] -> strangers[: max(num_extra - 1, 0)]",
            "You hand out one number less than `num_extra` allows.",
            "`num_extra`보다 번호를 하나 덜 나눠 줬어요."),
        "the last wins": ("strangers[:num_extra] -> strangers[max(len(strangers) - num_extra, 0) :]",
            "When there are too many strangers, you drop the first ones. Which ones get a number?",
            "낯선 단어가 너무 많을 때 앞의 것을 버렸어요. 번호를 받는 것은 어느 쪽인가요?"),
        "clipped": (
            ("strangers[:num_extra] -> strangers",
             "len(vocabulary) + k -> (len(vocabulary) + min(k, num_extra - 1) if num_extra else 1)"),
            "Strangers beyond `num_extra` share the number of the last one. They should be `<unk>`.",
            "`num_extra`를 넘는 낯선 단어가 마지막 것과 번호를 함께 써요. `<unk>`여야 해요."),
        "padding": ("numbers.get(word, 1) -> numbers.get(word, 0)",
            "Strangers without a number become 0. That is padding.",
            "번호를 받지 못한 낯선 단어가 0이 됐어요. 0은 패딩이에요."),
        "nothing new": ("strangers[:num_extra] -> []",
            "Every stranger is `<unk>`. Which numbers come after those of the vocabulary?",
            "낯선 단어가 모두 `<unk>`예요. 어휘 다음에 오는 번호는 무엇인가요?"),
        "dropped": ("numbers.get(word, 1) for word in words -> numbers[word] for word in words if word in numbers",
            "Words without a number are missing from your answer. The positions behind them have moved.",
            "번호 없는 단어가 답에서 빠졌어요. 그 뒤의 위치가 모두 당겨졌어요."),
        "floats": ("dtype=torch.int64 -> dtype=torch.float32",
            "Your numbers are floats. Ids have to be whole numbers.",
            "번호가 실수예요. 번호는 정수여야 해요."),
        "known": (None,
            "A word of the vocabulary has lost its number.",
            "어휘에 있는 단어의 번호가 달라졌어요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 19.2 rouge_l
def rouge_l(candidate, reference):
    C, R = len(candidate), len(reference)
    longest = torch.zeros(C + 1, R + 1, dtype=torch.int64)
    for i in range(C):
        for j in range(R):
            if candidate[i] == reference[j]:
                longest[i + 1, j + 1] = longest[i, j] + 1
            else:
                longest[i + 1, j + 1] = torch.maximum(longest[i, j + 1], longest[i + 1, j])
    common = longest[C, R].item()
    p, r = common / max(C, 1), common / max(R, 1)
    return torch.tensor([p, r, 2 * p * r / (p + r) if common else 0.0])


def common_block(candidate, reference):
    """The longest run of neighbors in common: no gaps allowed."""
    a, b, best = candidate.tolist(), reference.tolist(), 0
    for i in range(len(a)):
        for j in range(len(b)):
            size = 0
            while i + size < len(a) and j + size < len(b) and a[i + size] == b[j + size]:
                size += 1
            best = max(best, size)
    return scores_of(best, len(a), len(b))


def common_bag(candidate, reference):
    """Words in common, in any order, each as often as in both."""
    rest, found = reference.tolist(), 0
    for word in candidate.tolist():
        if word in rest:
            rest.remove(word)
            found += 1
    return scores_of(found, len(candidate), len(reference))


def common_greedy(candidate, reference):
    """Each word of the candidate takes the next equal word of the reference, for good."""
    rest, found = reference.tolist(), 0
    for word in candidate.tolist():
        if word in rest:
            rest = rest[rest.index(word) + 1 :]
            found += 1
    return scores_of(found, len(candidate), len(reference))


def same_position(candidate, reference):
    """Words that stand at the same position in both."""
    found = sum(a == b for a, b in zip(candidate.tolist(), reference.tolist()))
    return scores_of(found, len(candidate), len(reference))


def scores_of(common, C, R):
    p, r = common / max(C, 1), common / max(R, 1)
    return torch.tensor([p, r, 2 * p * r / (p + r) if common else 0.0])


def lcs_cases(rng):
    def draw(C, R, V):
        return torch.randint(V, (C,), generator=rng), torch.randint(V, (R,), generator=rng)

    def of(*texts):
        return tuple(torch.tensor(text, dtype=torch.int64) for text in texts)

    return [
        of([1, 2], [1, 2, 3]),
        of([1, 2, 3], [1, 2]),
        of([1, 2, 3], [1, 9, 3, 9, 9]),
        of([3, 2, 1], [1, 2, 3]),
        of([4, 1, 2, 3], [1, 2, 3, 4]),
        of([7, 7, 7], [7]),
        of([1, 2], [3, 4, 5]),
        of([], [1, 2]),
        of([1], []),
        of([10**12, 5, 10**12 + 1], [10**12 + 1, 10**12]),
        *[draw(5, 7, 3), draw(11, 7, 3), draw(13, 17, 5), draw(23, 19, 2), draw(31, 29, 7), draw(3, 37, 4)],
        draw(41, 43, 11),
    ]


def lcs_is_fair(call, rng):
    """A text against itself is perfect; exchanging the two exchanges precision and the other."""
    for C, R in ((13, 7), (5, 11), (3, 2), (17, 13), (7, 19), (2, 5), (11, 3), (4, 23)):
        a, b = torch.randint(4, (C,), generator=rng), torch.randint(4, (R,), generator=rng)
        got = expect_tensor(call(a, a.clone()), (3,))
        if (got - 1).abs().max() > 1e-5:
            raise Wrong("perfect", f"{show(a)}\n{show(got)}", got)
        one, other = expect_tensor(call(a, b), (3,)), expect_tensor(call(b, a), (3,))
        if (one[[1, 0, 2]] - other).abs().max() > 1e-5:
            raise Wrong("sides", f"{show(a)}\n{show(b)}\n{show(one)}\n{show(other)}", one)


check_rouge_l = Exercise(
    name="rouge_l", points=2, cases=lcs_cases, laws=(lcs_is_fair,), answer=rouge_l,
    mistakes={
        "block": (common_block,
            "You count a run of neighbors. May a common subsequence have gaps?",
            "바로 이어진 구간을 세었어요. 공통 부분 수열에는 빈틈이 있어도 되나요?"),
        "bag": (common_bag,
            "You count words in any order. That is ROUGE-1.",
            "순서를 보지 않고 단어를 세었어요. 그것은 ROUGE-1이에요."),
        "greedy": (common_greedy,
            "You take each match as soon as it comes. Try 4 1 2 3 against 1 2 3 4: what does the 4 cost you?",
            "짝이 나오자마자 잡았어요. 4 1 2 3과 1 2 3 4로 해 보세요. 4를 잡으면 무엇을 잃나요?"),
        "same position": (same_position,
            "You compare position by position. What happens if one word is put in front?",
            "같은 위치끼리만 견줬어요. 앞에 단어 하나를 끼워 넣으면 어떻게 되나요?"),
        "swapped": ("[p, r, -> [r, p,",
            "Precision and recall have changed places. Which of them is divided by the candidate's length?",
            "정밀도와 재현율이 바뀌었어요. 후보의 길이로 나누는 것은 어느 쪽인가요?"),
        "mean": ("2 * p * r / (p + r) if common else 0.0 -> (p + r) / 2",
            "F is the harmonic mean, not the arithmetic one.",
            "F는 산술평균이 아니라 조화평균이에요."),
        "without the 2": ("2 * p * r -> p * r",
            "Your F of a perfect match is one half.",
            "완전히 같을 때도 F가 2분의 1이에요."),
        "no overlap": (("2 * p * r / (p + r) if common else 0.0 -> "
            "(torch.tensor(2 * p * r) / torch.tensor(p + r)).item()",),
            "With nothing in common F is 0 divided by 0. What does the docstring say?",
            "공통된 것이 없으면 F에서 0을 0으로 나누게 돼요. docstring은 뭐라고 하나요?"),
        "counts": ("[p, r, 2 * p * r / (p + r) if common else 0.0] -> [float(common)] * 3",
            "You return the length that the two have in common. By what is it to be divided?",
            "공통된 길이를 돌려줬어요. 무엇으로 나눠야 하나요?"),
        "longest forgotten": ("longest[i + 1, j + 1] = torch.maximum(longest[i, j + 1], longest[i + 1, j]) -> pass",
            "Where two words differ, your table says 0. What was the best so far?",
            "두 단어가 다르면 표에 0이 남아요. 그때까지 가장 긴 것은 얼마였나요?"),
        "one side": ("torch.maximum(longest[i, j + 1], longest[i + 1, j]) -> longest[i, j + 1]",
            "Where two words differ, you only leave out the candidate's. What if the reference's word is left out?",
            "두 단어가 다를 때 후보의 단어만 빼 보았어요. 기준의 단어를 빼면 어떤가요?"),
        "other side": ("torch.maximum(longest[i, j + 1], longest[i + 1, j]) -> longest[i + 1, j]",
            "Where two words differ, you only leave out the reference's. What if the candidate's word is left out?",
            "두 단어가 다를 때 기준의 단어만 빼 보았어요. 후보의 단어를 빼면 어떤가요?"),
        "repeats": ("longest[i, j] + 1 -> torch.maximum(longest[i, j + 1], longest[i + 1, j]) + 1",
            "One word of the reference is matched by several words of the candidate. Try 7 7 7 against 7.",
            "기준의 단어 하나에 후보의 단어 여러 개가 짝지어졌어요. 7 7 7과 7로 해 보세요."),
        "always divided": (("C, R = len(candidate), len(reference) -> C = R = max(len(candidate), len(reference))",
            "range(C) -> range(len(candidate))", "range(R) -> range(len(reference))",
            "longest[C, R] -> longest[len(candidate), len(reference)]"),
            "You divide by the longer of the two each time.",
            "언제나 둘 가운데 긴 쪽으로 나눴어요."),
        "perfect": (None,
            "A text compared with itself should get 1 three times.",
            "글을 자기 자신과 견주면 세 수가 모두 1이어야 해요."),
        "sides": (None,
            "If candidate and reference change places, precision and recall do, too, and F stays. Yours do not.",
            "후보와 기준을 맞바꾸면 정밀도와 재현율도 맞바뀌고 F는 그대로여야 하는데, 그렇지 않아요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 19.3 copy_loss
def copy_loss(logits, scores, gate, sources, mask, targets):
    V = logits.shape[-1]
    log_p = logits.log_softmax(-1).gather(-1, targets.clamp(max=V - 1)[..., None])[..., 0]
    written = log_p.masked_fill(targets >= V, -torch.inf)  # (B, T)
    weights = scores.masked_fill(~mask[:, None], -torch.inf).log_softmax(-1)  # (B, T, S)
    match = sources[:, None] == targets[..., None]  # (B, T, S)
    copied = weights.masked_fill(~match, -torch.inf).logsumexp(-1)  # (B, T)
    return -torch.logaddexp(F.logsigmoid(-gate) + written, F.logsigmoid(gate) + copied)


def in_probabilities(logits, scores, gate, sources, mask, targets):
    """Right as long as no number is extreme: probabilities first, the logarithm last."""
    V = logits.shape[-1]
    probs = logits.softmax(-1).gather(-1, targets.clamp(max=V - 1)[..., None])[..., 0] * (targets < V)
    weights = scores.masked_fill(~mask[:, None], -torch.inf).softmax(-1)
    copied = (weights * (sources[:, None] == targets[..., None])).sum(-1)
    g = gate.sigmoid()
    return -((1 - g) * probs + g * copied).log()


def with_a_floor(logits, scores, gate, sources, mask, targets):
    return -((-in_probabilities(logits, scores, gate, sources, mask, targets)).exp() + 1e-9).log()


def first_only(logits, scores, gate, sources, mask, targets):
    """A word that stands twice in the source counts once."""
    seen = sources[:, :, None] == sources[:, None]  # (B, S, S)
    again = (seen & torch.ones_like(seen).tril(-1)).any(-1)
    V = logits.shape[-1]
    hidden = torch.where(again, V + 10**6, sources)
    return copy_loss(logits, scores, gate, hidden, mask, targets)


def loss_cases(rng):
    def draw(B, T, S, V, E, times=1.0, gates=1.0, dtype=torch.float32):
        logits = times * torch.randn(B, T, V, generator=rng, dtype=dtype)
        scores = times * torch.randn(B, T, S, generator=rng, dtype=dtype)
        gate = gates * torch.randn(B, T, generator=rng, dtype=dtype)
        sources = torch.randint(V + E, (B, S), generator=rng)
        lengths = torch.randint(1, S + 1, (B,), generator=rng)
        lengths[0] = S
        mask = torch.arange(S) < lengths[:, None]
        sources = torch.where(mask, sources, 0)
        chosen = (torch.rand(B, T, generator=rng) * lengths[:, None]).long()
        copied = sources.gather(1, chosen)
        targets = torch.where(torch.rand(B, T, generator=rng) < 0.6, copied, torch.randint(V, (B, T), generator=rng))
        return logits, scores, gate, sources, mask, targets

    def one(logits, scores, gate, sources, target, mask=None):
        sources = torch.tensor([sources])
        mask = torch.ones_like(sources, dtype=torch.bool) if mask is None else torch.tensor([mask])
        return (
            torch.tensor([[logits]]),
            torch.tensor([[scores]]),
            torch.tensor([[gate]]),
            sources,
            mask,
            torch.tensor([[target]]),
        )

    two = [0.0, 1.0]
    return [
        one(two, [0.0, 0.0], 0.0, [1, 2], 1),
        one(two, [0.0, 1.0], 0.5, [1, 2], 2),
        one(two, [0.0, 1.0], -0.5, [1, 1], 0),
        one(two, [0.0, 1.0, 2.0], 0.5, [2, 1, 2], 2),
        one(two, [0.0, 1.0, 5.0], 0.5, [2, 3, 0], 2, [True, True, False]),
        one(two, [0.0, 1.0, 5.0], 0.5, [2, 3, 0], 0, [True, True, False]),
        draw(2, 3, 5, 7, 3),
        draw(3, 2, 7, 5, 4),
        draw(5, 7, 3, 11, 2),
        draw(2, 5, 13, 3, 6),
        draw(3, 5, 7, 11, 5, dtype=torch.float64),
        one(two, [0.0, 1.0], -150.0, [2, 3], 3),
        one(two, [0.0, 1.0], 150.0, [2, 3], 1),
        one([0.0, 300.0], [0.0, 1.0], 0.0, [2, 3], 0),
        one(two, [400.0, 0.0], 0.0, [2, 3], 3),
        one(two, [0.0, 0.0, 900.0], 0.0, [2, 3, 0], 3, [True, True, False]),
        one(two, [-300.0, -299.0, 0.0], 0.0, [2, 3, 0], 3, [True, True, False]),
        draw(3, 5, 7, 11, 5, times=60.0, gates=90.0),
        draw(2, 3, 11, 5, 7, times=300.0, gates=500.0, dtype=torch.float64),
    ]


def loss_is_of_probabilities(call, rng):
    """Over all words that can come, the probabilities add up to 1."""
    B, S, V, E = 2, 5, 3, 4
    words = V + E
    logits = torch.randn(B, 1, V, generator=rng, dtype=torch.float64).expand(B, words, V).clone()
    scores = torch.randn(B, 1, S, generator=rng, dtype=torch.float64).expand(B, words, S).clone()
    gate = torch.randn(B, 1, generator=rng, dtype=torch.float64).expand(B, words).clone()
    sources = torch.tensor([[3, 4, 5, 6, 3], [6, 5, 4, 3, 1]])
    targets = torch.arange(words).expand(B, words).clone()
    mask = torch.ones(B, S, dtype=torch.bool)
    got = expect_tensor(call(logits, scores, gate, sources, mask, targets), (B, words))
    total = (-got).exp().sum(-1)
    if (total - 1).abs().max() > 1e-4:
        raise Wrong("adds up", show(total), got)


check_copy_loss = Exercise(
    name="copy_loss", points=3, cases=loss_cases, laws=(loss_is_of_probabilities,), answer=copy_loss,
    mistakes={
        "underflow": (in_probabilities,
            "The formula is right, but extreme numbers break it: a probability becomes 0 as a float before you take "
            "its logarithm. Can you stay with logarithms all the way?",
            "식은 맞지만 극단적인 수에서 깨져요. 로그를 취하기 전에 확률이 부동소수점에서 0이 돼요. "
            "처음부터 끝까지 로그로 계산할 수 있을까요?"),
        "floor": (with_a_floor,
            "You add something to the probability before the logarithm, so no loss gets above about 21. Some are.",
            "로그를 취하기 전에 확률에 무언가를 더해서, 손실이 21쯤을 넘지 못해요. 넘는 것도 있는데요."),
        "once": (first_only,
            "A word occurs twice in the source, and you count only one of the two weights.",
            "원문에 단어가 두 번 나오는데 가중치를 하나만 세었어요."),
        "gate turned": (("F.logsigmoid(-gate) + written -> F.logsigmoid(gate) + written",
             "F.logsigmoid(gate) + copied -> F.logsigmoid(-gate) + copied"),
            "Your gate is turned round: large should mean pointing.",
            "게이트가 거꾸로예요. 클수록 가리킨다는 뜻이어야 해요."),
        "padding": (".masked_fill(~mask[:, None], -torch.inf) -> ",
            "Padding takes a share of the pointer's weight.",
            "패딩이 포인터의 가중치를 나눠 가졌어요."),
        "mask after": (
            (".masked_fill(~mask[:, None], -torch.inf).log_softmax(-1) -> "
             ".log_softmax(-1).masked_fill(~mask[:, None], -torch.inf)",),
            "You hide the padding after the softmax. The weights that are left no longer add up to 1.",
            "소프트맥스 다음에 패딩을 가렸어요. 남은 가중치를 더하면 1이 안 돼요."),
        "small hiding": ("scores.masked_fill(~mask[:, None], -torch.inf) -> scores.masked_fill(~mask[:, None], -100.0)",
            "You hide padding with a large negative number. A score can lie further away than that.",
            "큰 음수로 패딩을 가렸어요. 점수가 그보다 더 멀리 떨어져 있을 수도 있어요."),
        "subtracted": (
            ("scores.masked_fill(~mask[:, None], -torch.inf) -> (scores - 100.0 * ~mask[:, None])",),
            "You subtract a number from the scores of the padding. One of them may be larger than that.",
            "패딩의 점수에서 수를 뺐어요. 그보다 큰 점수도 있을 수 있어요."),
        "last word": (".masked_fill(targets >= V, -torch.inf) -> ",
            "For a target that the vocabulary does not have, you count the probability of its last word.",
            "어휘에 없는 목표인데 어휘 마지막 단어의 확률을 세었어요."),
        "copy only": ("torch.logaddexp(F.logsigmoid(-gate) + written, F.logsigmoid(gate) + copied) -> "
            "torch.where(match.any(-1), F.logsigmoid(gate) + copied, F.logsigmoid(-gate) + written)",
            "A word that is in the source *and* in the vocabulary can be said in two ways. Their probabilities add.",
            "원문에도 어휘에도 있는 단어는 두 가지로 말할 수 있어요. 두 확률을 더해야 해요."),
        "write first": ("torch.logaddexp(F.logsigmoid(-gate) + written, F.logsigmoid(gate) + copied) -> "
            "torch.where(targets < V, F.logsigmoid(-gate) + written, F.logsigmoid(gate) + copied)",
            "You copy only words that the vocabulary does not have. The others can be copied, too.",
            "어휘에 없는 단어만 베꼈어요. 다른 단어도 베낄 수 있어요."),
        "maximum": ("torch.logaddexp( -> torch.maximum(",
            "You keep the larger of the two ways. What is the probability of a word that can be said in both?",
            "둘 가운데 큰 쪽만 남겼어요. 두 가지로 말할 수 있는 단어의 확률은 얼마인가요?"),
        "largest weight": ("logsumexp(-1) -> amax(-1)",
            "Of a word that occurs several times you keep the largest weight. They add.",
            "여러 번 나온 단어에서 가장 큰 가중치만 남겼어요. 모두 더해야 해요."),
        "logs added": ("-torch.logaddexp(F.logsigmoid(-gate) + written, F.logsigmoid(gate) + copied) -> "
            "-(gate.sigmoid() * copied + (1 - gate.sigmoid()) * written)",
            "You mix logarithms. The formula mixes probabilities, and takes the logarithm then.",
            "로그를 섞었어요. 식은 확률을 섞은 다음 로그를 취해요."),
        "no gate": (("F.logsigmoid(-gate) + written -> written", "F.logsigmoid(gate) + copied -> copied"),
            "Both ways count in full. Where is the gate?",
            "두 길을 모두 온전히 세었어요. 게이트는 어디 있나요?"),
        "gate twice": (("F.logsigmoid(-gate) + written -> F.logsigmoid(-gate.sigmoid()) + written",
             "F.logsigmoid(gate) + copied -> F.logsigmoid(gate.sigmoid()) + copied"),
            "Your gate has gone through the sigmoid twice.",
            "게이트가 시그모이드를 두 번 지났어요."),
        "gate is probability": (("F.logsigmoid(-gate) + written -> (1 - gate).clamp(min=1e-30).log() + written",
             "F.logsigmoid(gate) + copied -> gate.clamp(min=1e-30).log() + copied"),
            "`gate` is a logit. What makes a number between 0 and 1 of it?",
            "`gate`는 로짓이에요. 무엇이 이것을 0과 1 사이의 수로 만드나요?"),
        "sign": ("return -torch -> return torch",
            "You return log-probabilities. A loss has the other sign.",
            "로그 확률을 돌려줬어요. 손실은 부호가 반대예요."),
        "raw logits": ("logits.log_softmax(-1) -> logits",
            "The logits are no log-probabilities yet.",
            "로짓은 아직 로그 확률이 아니에요."),
        "raw scores": ("-torch.inf).log_softmax(-1)  # (B, T, S) -> -torch.inf)  # (B, T, S)",
            "The pointer's scores have not been through a softmax.",
            "포인터의 점수가 소프트맥스를 지나지 않았어요."),
        "mean": ("F.logsigmoid(gate) + copied) -> F.logsigmoid(gate) + copied).mean()",
            "You return one number. The docstring asks for a loss at each position.",
            "수 하나를 돌려줬어요. docstring은 위치마다 손실을 달라고 해요."),
        "adds up": (None,
            "The probabilities of all words that can come should add up to 1. Yours give this:",
            "나올 수 있는 모든 단어의 확률을 더하면 1이어야 해요. 지금은 이렇게 돼요."),
    },
)  # fmt: skip
