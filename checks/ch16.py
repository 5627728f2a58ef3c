"""Checks for the exercises of chapter 16, 16-gpt."""

import torch

from byhand.attention import masked_softmax

from .engine import Exercise, Wrong, expect_tensor, expect_tensors, show


# ---------------------------------------------------------------- 16.1 top_k
def top_k(logits, k, temperature):
    lowest = logits.sort(-1, descending=True).values[..., k - 1, None]  # (..., 1)
    scaled, stays = logits / temperature, logits >= lowest
    return masked_softmax(scaled, stays)


def top_k_cases(rng):
    def draw(*shape, k, temperature=1.0, dtype=torch.float32, times=1.0):
        return times * torch.randn(*shape, generator=rng, dtype=dtype), k, temperature

    three = torch.tensor([1.0, 4.0, 2.0]).log()
    return [
        (three, 2, 1.0),
        (three, 3, 0.5),
        (three, 2, 0.5),
        (three, 1, 2.0),
        (torch.tensor([100.0, 103.0, 102.0, -100.0]), 3, 1.0),
        (torch.tensor([-300.0, -301.0, -303.0]), 2, 0.5),
        (torch.tensor([1.0, 1.005, 1.002, 0.996]), 3, 0.001),
        (torch.tensor([300.0, 100.0, 200.0]), 2, 100.0),
        *[draw(5, k=3, temperature=2.0), draw(3, 7, k=2, temperature=0.5), draw(2, 3, 5, k=4, temperature=1.5)],
        draw(11, 7, k=5, temperature=0.7, dtype=torch.float64),
        draw(3, 7, k=5, temperature=0.01, dtype=torch.float64, times=100.0),
        far_below(),
    ]


def far_below():
    """The logits that stay are far below any number that one might put in place of the others."""
    return torch.tensor([-3e30, -2e30, -1e30, -4e30]), 2, 1.0


def top_k_counts(call, rng):
    """k tokens stay."""
    logits = torch.randn(3, 7, generator=rng, dtype=torch.float64)
    got = expect_tensor(call(logits, 3, 0.5), (3, 7))
    for row in got:
        if (row > 0).sum() != 3:
            raise Wrong("how many", show(row), got, n=int((row > 0).sum()))


def no_number_is_low_enough(call, rng):
    """What has left has no probability, however low the logits are."""
    got = expect_tensor(call(*far_below()), (4,))
    if got[1:3].abs().max() < 1e-3:  # the others have it all
        raise Wrong("finite", show(got), got)


check_top_k = Exercise(
    name="top_k", points=1, cases=top_k_cases, laws=(top_k_counts, no_number_is_low_enough), answer=top_k,
    mistakes={
        "not again": ("masked_softmax(scaled, stays) -> scaled.softmax(-1) * stays",
            "Your probabilities do not add up to 1. Where does the probability of those that have left go?",
            "확률을 모두 더해도 1이 안 돼요. 빠진 토큰의 확률은 어디로 가나요?"),
        "multiplied": ("logits / temperature -> logits * temperature",
            "A low temperature makes your distribution flatter. Which way should it go?",
            "온도를 낮추니 분포가 더 평평해져요. 어느 쪽으로 가야 할까요?"),
        "no temperature": ("logits / temperature -> logits",
            "The temperature changes nothing in your answer. Where does it act: on logits or on ids?",
            "온도를 바꿔도 답이 그대로예요. 온도는 무엇에 작용하나요?"),
        "divided behind": ("masked_softmax(scaled, stays) -> masked_softmax(logits, stays) / temperature",
            "You divide probabilities by the temperature, and they no longer add up to 1. Where does it act?",
            "확률을 온도로 나눠서 더해도 1이 안 돼요. 온도는 어디에 작용하나요?"),
        "no filter": ("masked_softmax(scaled, stays) -> scaled.softmax(-1)",
            "All tokens keep some probability. How many may stay?",
            "모든 토큰에 확률이 남아 있어요. 몇 개가 남아야 하나요?"),
        "one more": ("[..., k - 1, None] -> [..., min(k, logits.shape[-1] - 1), None]",
            "One token too many stays. With k = 1, how many should there be?",
            "토큰이 하나 더 남았어요. k가 1이면 몇 개여야 하나요?"),
        "one fewer": ("[..., k - 1, None] -> [..., max(k - 2, 0), None]",
            "One token is missing. What is the index of the k-th largest, counted from 0?",
            "토큰이 하나 모자라요. 0부터 세면 k번째로 큰 것의 번호는 몇인가요?"),
        "smallest": (("descending=True -> descending=False", ">= lowest -> <= lowest"),
            "You keep the least probable ones. In which order does your sort put them?",
            "확률이 가장 작은 것들을 남겼어요. 정렬이 어떤 순서로 되어 있나요?"),
        "zeros": ("masked_softmax(scaled, stays) -> scaled.masked_fill(~stays, 0).softmax(-1)",
            "You write 0 into the logits that should leave. What power of e is that?",
            "빼야 할 로짓을 0으로 바꿨어요. e를 그만큼 거듭제곱하면 얼마인가요?"),
        "finite": ("masked_softmax(scaled, stays) -> scaled.masked_fill(~stays, -1e9).softmax(-1)",
            "You write a finite number into the logits that should leave. "
            "A logit can be lower still: what is lower than any number?",
            "빼야 할 로짓을 유한한 수로 바꿨어요. 로짓이 그보다 더 "
            "낮을 수도 있어요. 어떤 수보다도 낮은 것은 무엇인가요?"),
        "overflow": (
            "return masked_softmax(scaled, stays) -> powers = scaled.exp() "
            "* stays; return powers / powers.sum(-1, keepdim=True)",
            "exp of a large logit is more than a float can hold, and exp of "
            "a very negative one is 0. What does softmax subtract first?",
            "큰 로짓을 지수에 올리면 부동소수점에 담기지 않고, 아주 작은 "
            "로짓을 올리면 0이 돼요. 소프트맥스는 먼저 무엇을 빼나요?"),
        "clamped": ("masked_softmax(scaled, stays) -> masked_softmax(scaled.clamp(-80, 80), stays)",
            "You cut large logits off: two of them beyond the limit then are equally probable.",
            "큰 로짓을 잘라 냈어요. 한계를 넘은 두 로짓의 확률이 같아져요."),
        "powers": (
            "return masked_softmax(scaled, stays) -> powers = logits.exp() ** (1 "
            "/ temperature) * stays; return powers / powers.sum(-1, keepdim=True)",
            "You raise exp of the logits to a power: right on paper, and more than "
            "a float can hold when a logit is large or the temperature small.",
            "로짓을 지수에 올린 뒤 거듭제곱했어요. 종이에서는 맞지만, "
            "로짓이 크거나 온도가 낮으면 부동소수점에 담기지 않아요."),
        "axis": ("masked_softmax(scaled, stays) -> scaled.masked_fill(~stays, -torch.inf).softmax(0)",
            "Your softmax runs over another axis than the tokens. Which one is the vocabulary?",
            "소프트맥스가 토큰이 아닌 축을 따라 돌아요. 어휘는 어느 축인가요?"),
        "how many": (None,
            "With k = 3, {n} tokens have a probability above 0.",
            "k가 3인데 확률이 0보다 큰 토큰이 {n}개예요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 16.2 nucleus
def nucleus(probabilities, p):
    order = probabilities.argsort(dim=-1, descending=True, stable=True)  # (..., V)
    ordered = probabilities.gather(-1, order)
    before = ordered.cumsum(-1) - ordered
    kept = ordered.masked_fill(before >= p, 0)
    kept = kept / kept.sum(-1, keepdim=True)
    return torch.zeros_like(kept).scatter(-1, order, kept)


def nucleus_by_size(probabilities, p):
    kept = torch.where(probabilities >= 1 - p, probabilities, 0)
    return kept / kept.sum(-1, keepdim=True).clamp(min=1e-9)


def nucleus_cases(rng):
    def draw(*shape, p, dtype=torch.float32, times=1.0):
        return (times * torch.randn(*shape, generator=rng, dtype=dtype)).softmax(-1), p

    four = torch.tensor([0.125, 0.5, 0.125, 0.25])
    return [
        (four, 0.6),
        (four, 0.75),
        (four, 0.8),
        (four, 0.1),
        (four, 1.0),
        (four, 0.5),
        (torch.tensor([[0.25, 0.25, 0.25, 0.25], [0.0, 1.0, 0.0, 0.0]]), 0.5),
        (four, 1e-6),
        (torch.tensor([2.0**-20, 0.5 - 2.0**-20, 0.5]), 1 - 2.0**-21),
        *[draw(5, p=0.7), draw(3, 7, p=0.55), draw(2, 3, 5, p=0.9), draw(7, 11, p=0.3, dtype=torch.float64)],
        draw(5, 7, p=0.95, dtype=torch.float64, times=30.0),
        (torch.ones(3, 8) / 8, 0.3),
        (torch.ones(64) / 64, 0.25),
    ]


def nucleus_smallest(call, rng):
    """What stays reaches p, and without its least probable token it does not."""
    probabilities, p = torch.randn(5, 7, generator=rng, dtype=torch.float64).softmax(-1), 0.62
    got = expect_tensor(call(probabilities, p), (5, 7))
    for row, before in zip(got, probabilities):
        stay = before[row > 0]
        if not stay.sum() >= p:
            raise Wrong("too little", show(row), got, mass=f"{stay.sum():.2f}")
        if stay.sum() - stay.min() >= p:
            raise Wrong("too much", show(row), got, mass=f"{stay.sum() - stay.min():.2f}")


check_nucleus = Exercise(
    name="nucleus", points=2, cases=nucleus_cases, laws=(nucleus_smallest,), answer=nucleus,
    mistakes={
        "short": ("before >= p -> (before + ordered > p) & (before > 0)",
            "Your set stops before it reaches p. Look at the token that crosses the line: is it in?",
            "집합이 p에 닿기 전에 멈춰요. 선을 넘게 하는 바로 그 토큰은 들어 있나요?"),
        "may be empty": (("before >= p -> before + ordered > p", "kept / kept.sum(-1, keepdim=True) -> kept"),
            "Your set stops before p, can be empty, and its probabilities do not add up to 1.",
            "집합이 p 앞에서 멈추고, 비어 있을 수도 있고, 확률을 더해도 1이 안 돼요."),
        "one more": ("before >= p -> before > p",
            "When p has been reached exactly, you take one token more. Is it still the smallest set?",
            "p에 정확히 닿았는데도 토큰을 하나 더 넣었어요. 그래도 가장 작은 집합인가요?"),
        "ascending": ("descending=True -> descending=False",
            "You collect from the least probable end. Which tokens reach p soonest?",
            "확률이 작은 쪽부터 모았어요. 어떤 토큰부터 모으면 p에 가장 빨리 닿나요?"),
        "unsorted": (
            "probabilities.argsort(dim=-1, descending=True, stable=True) -> "
            "torch.arange(probabilities.shape[-1]).expand(probabilities.shape)",
            "You collect in the order of the ids. Which set is the smallest?",
            "토큰 번호 순서대로 모았어요. 가장 작은 집합은 어떤 것인가요?"),
        "not again": ("kept / kept.sum(-1, keepdim=True) -> kept",
            "Your probabilities do not add up to 1. What is left has to be normalized again.",
            "확률을 모두 더해도 1이 안 돼요. 남은 것을 다시 정규화해야 해요."),
        "one sum": ("kept / kept.sum(-1, keepdim=True) -> kept / kept.sum()",
            "You divide by the sum of all rows. Each row is a distribution of its own.",
            "모든 행의 합으로 나눴어요. 행마다 따로 하나의 분포예요."),
        "softmax again": ("kept / kept.sum(-1, keepdim=True) -> kept.softmax(-1)",
            "These are probabilities already. After a softmax the tokens that have left are back.",
            "이미 확률이에요. 소프트맥스를 하면 빠진 토큰이 돌아와요."),
        "not back": ("torch.zeros_like(kept).scatter(-1, order, kept) -> kept",
            "Your probabilities are sorted. Which token does each belong to?",
            "확률이 크기순으로 놓여 있어요. 각각 어느 토큰의 것인가요?"),
        "equals": (
            "return torch.zeros_like(kept).scatter(-1, order, kept) -> least = "
            "ordered.masked_fill(before >= p, 2).amin(-1, keepdim=True); kept = probabilities "
            "* (probabilities >= least); return kept / kept.sum(-1, keepdim=True)",
            "Tokens that are equally probable all stay. Would fewer of them be enough?",
            "확률이 같은 토큰을 모두 남겼어요. 더 적어도 충분하지 않을까요?"),
        "each by itself": (nucleus_by_size,
            "You judge every token by its own probability. What has to reach p?",
            "토큰을 그 하나의 확률로만 판단했어요. p에 닿아야 하는 것은 무엇인가요?"),
        "everything": ("before >= p -> before > 2",
            "All tokens stay. Where does p come in?",
            "모든 토큰이 남았어요. p는 어디에 쓰이나요?"),
        "too little": (None,
            "p is 0.62, and the tokens that stay have {mass} together.",
            "p는 0.62인데, 남은 토큰의 확률을 더해도 그보다 작아요({mass})."),
        "too much": (None,
            "p is 0.62, and without the least probable of those that stay there would still be {mass}.",
            "p는 0.62인데, 남은 것 가운데 확률이 가장 작은 것을 빼도 p에 닿아요({mass})."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 16.3 read_on
def read_on(query, key, value, past_keys, past_values, slope):
    keys, values = torch.cat([past_keys, key]), torch.cat([past_values, value])  # (S, D) and (S, E)
    positions = torch.arange(len(keys))
    back = positions[len(past_keys) :, None] - positions  # (T, S)
    scores = query @ keys.T / query.shape[1] ** 0.5 - slope * back
    weights = masked_softmax(scores, back >= 0)
    return [weights @ values, keys, values]


def read_on_cases(rng):
    def draw(T, P, D, E, slope=0.5, dtype=torch.float32):
        shapes = (T, D), (T, D), (T, E), (P, D), (P, E)
        return *(torch.randn(shape, generator=rng, dtype=dtype) for shape in shapes), slope

    one = torch.ones(1, 1)
    return [
        (one, 0 * one, 8 * one, 0 * one, 4 * one, 0.0),
        (one, 0 * one, 9 * one, torch.zeros(2, 1), torch.tensor([[3.0], [6.0]]), 1.0),
        (one, 100 * one, 8 * one, torch.tensor([[200.0], [101.0]]), torch.tensor([[4.0], [2.0]]), 1.0),
        *[draw(2, 0, 3, 1, 0.0), draw(3, 2, 2, 1, 0.0), draw(1, 5, 3, 2), draw(5, 3, 2, 7), draw(3, 7, 5, 2, 2.0)],
        *[draw(2, 11, 3, 5, 0.25, torch.float64), draw(7, 0, 3, 2, 1.0), draw(3, 2003, 2, 3, 2.0, torch.float64)],
        read_far_below(),
    ]


def read_far_below():
    """The first new query scores itself far below any number that one might hide with, and the next far above."""
    query, key, past = torch.full((2, 1), 1e16), torch.tensor([[-1e16], [1e16]]), torch.tensor([[-2e16]])
    return query, key, torch.tensor([[4.0], [8.0]]), past, torch.tensor([[1.0]]), 0.5


def read_on_in_pieces(call, rng):
    """A sequence read in pieces gives what it gives when it is read at once."""
    query, key, value = torch.randn(3, 7, 3, generator=rng, dtype=torch.float64)
    whole = expect_tensors(call(query, key, value, key[:0], value[:0], 0.5), (7, 3), None, None, kind="list")
    keys, values, outputs = key[:0], value[:0], []
    for a, b in ((0, 3), (3, 4), (4, 7)):
        got = call(query[a:b], key[a:b], value[a:b], keys, values, 0.5)
        output, keys, values = expect_tensors(got, (b - a, 3), None, None, kind="list")
        outputs.append(output)
    if keys.shape != key.shape:
        raise Wrong("kept", n=len(keys))
    if not torch.allclose(torch.cat(outputs), whole[0], atol=1e-9):
        raise Wrong("pieces", f"{show(torch.cat(outputs)[3])} / {show(whole[0][3])}")


def hidden_is_hidden(call, rng):
    """The first new query sees nothing ahead, however low its own score is."""
    got = expect_tensors(call(*read_far_below()), (2, 1), (3, 1), (3, 1), kind="list")
    if abs(got[0][0, 0] - 8) < 1e-3:  # the key ahead has come in
        raise Wrong("finite", f"outputs {show(got[0])}", got)


check_read_on = Exercise(
    name="read_on", points=3, cases=read_on_cases, laws=(read_on_in_pieces, hidden_is_hidden), answer=read_on,
    mistakes={
        "position 0": ("masked_softmax(scores, back >= 0) -> masked_softmax(scores, back >= len(past_keys))",
            "Your mask counts the new queries from position 0. How many tokens are before them?",
            "마스크가 새 쿼리를 0번 위치부터 세요. 그 앞에 토큰이 몇 개 있나요?"),
        "no mask": ("masked_softmax(scores, back >= 0) -> scores.softmax(-1)",
            "If several tokens come at once, your first one sees those after it.",
            "토큰 여러 개가 한꺼번에 오면 첫 토큰이 뒤의 토큰까지 봐요."),
        "behind": ("masked_softmax(scores, back >= 0) -> scores.softmax(-1) * (back >= 0)",
            "Your mask comes after the softmax: what is ahead is still in the denominator.",
            "마스크가 소프트맥스 뒤에 있어요. 앞의 키가 아직 분모에 들어 있어요."),
        "not itself": ("back >= 0 -> back > 0",
            "Your new token does not see itself. Is its own key among the keys already?",
            "새 토큰이 자기 자신을 보지 못해요. 자기 키는 이미 키들 가운데 있나요?"),
        "nothing seen": ("masked_softmax(scores, back >= 0) -> scores.masked_fill(back <= 0, -torch.inf).softmax(-1)",
            "With an empty cache your first token attends to nothing, "
            "not even to itself, and a softmax over nothing is nan.",
            "캐시가 비어 있으면 첫 토큰이 자신조차 보지 못해요. 볼 것이 없는 소프트맥스는 nan이에요."),
        "past only": ("back >= 0 -> (back == 0) | (positions < len(past_keys))",
            "A new token sees the past and itself. And the new tokens before it?",
            "새 토큰이 과거와 자기 자신만 봐요. 함께 온 앞의 토큰들은요?"),
        "new only": ("back >= 0 -> (back >= 0) & (positions >= len(past_keys))",
            "Your queries see the new tokens only. What was the cache for?",
            "쿼리가 새 토큰만 봐요. 캐시는 무엇에 쓰려던 것인가요?"),
        "farther is better": ("0.5 - slope -> 0.5 + slope",
            "In your scores a far key gains. In which direction does the slope go?",
            "멀리 있는 키의 점수가 올라가요. 기울기는 어느 방향인가요?"),
        "no slope": ("0.5 - slope * back -> 0.5",
            "The slope changes nothing in your answer. How far away is a key?",
            "기울기를 바꿔도 답이 그대로예요. 키는 얼마나 멀리 있나요?"),
        "from position 0": ("slope * back -> slope * (back - len(past_keys)).abs()",
            "Your distances count the queries from position 0. At "
            "which position of the whole sequence is the new token?",
            "거리를 잴 때 쿼리를 0번 위치부터 셌어요. 새 토큰은 시퀀스 전체에서 몇 번째 위치에 있나요?"),
        "no scale": ("keys.T / query.shape[1] ** 0.5 -> keys.T",
            "The scores are not divided by the root of D.",
            "점수를 D의 제곱근으로 나누지 않았어요."),
        "all divided": (
            "query @ keys.T / query.shape[1] ** 0.5 - slope * back -> "
            "(query @ keys.T - slope * back) / query.shape[1] ** 0.5",
            "You divide the distance by the root of D as well. What was the root there for?",
            "거리까지 D의 제곱근으로 나눴어요. 그 제곱근은 무엇을 위한 것이었나요?"),
        "new first": (("[past_keys, key] -> [key, past_keys]", "[past_values, value] -> [value, past_values]"),
            "Your new keys come before the old ones. In which order was the sequence read?",
            "새 키가 옛 키보다 앞에 있어요. 시퀀스는 어떤 순서로 읽었나요?"),
        "not kept": ("values, keys, values] -> values, past_keys, past_values]",
            "You hand on the old cache. What will the next token look at?",
            "옛 캐시를 그대로 넘겼어요. 다음 토큰은 무엇을 보게 될까요?"),
        "new kept": ("values, keys, values] -> values, key, value]",
            "You hand on the new tokens alone. What becomes of those before them?",
            "새 토큰만 넘겼어요. 그 앞의 토큰들은 어떻게 되나요?"),
        "finite": ("masked_softmax(scores, back >= 0) -> scores.masked_fill(back < 0, -1e9).softmax(-1)",
            "You hide what is ahead behind a finite number. A score "
            "can be lower still: what is lower than any number?",
            "앞의 키를 유한한 수로 가렸어요. 점수가 그보다 더 낮을 수도 있어요. 어떤 수보다도 낮은 것은 무엇인가요?"),
        "overflow": (
            ("masked_softmax(scores, back >= 0) -> scores.exp() * (back >= 0)",
             "[weights @ -> [weights / weights.sum(-1, keepdim=True) @"),
            "exp of a large score is more than a float can hold.",
            "큰 점수를 지수에 올리면 부동소수점에 담기지 않아요."),
        "kept": (None,
            "After a sequence of 7 tokens in three pieces your cache holds {n} keys.",
            "토큰 7개를 세 조각으로 읽었는데 캐시에 키가 {n}개 있어요."),
        "pieces": (None,
            "Read in pieces, token 3 of a sequence of 7 gets another output than read at once.",
            "조각으로 읽으니, 토큰 7개짜리 시퀀스의 토큰 3의 출력이 한꺼번에 읽을 때와 달라요."),
    },
)  # fmt: skip
