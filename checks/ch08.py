"""Checks for the exercises of chapter 8, 08-masks."""

import math

import torch

from .engine import Exercise, Wrong, expect_tensor, show


# ---------------------------------------------------------------- 8.1 visible_keys
def visible_keys(lengths, size):
    padding = size - lengths[:, None]
    up_to_here = torch.arange(size) + 1
    return (up_to_here - padding).clamp(min=0)


def visible_cases(rng):
    def draw(B, size):
        return torch.randint(size + 1, (B,), generator=rng), size

    return [
        (torch.tensor([3]), 3),
        (torch.tensor([2]), 4),
        (torch.tensor([3, 1, 4]), 4),
        (torch.tensor([0, 5]), 5),
        draw(5, 7),
        draw(11, 3),
        draw(7, 13),
    ]


def visible_counts_up(call, rng):
    """The last n queries of a row see 1, 2, …, n keys: themselves and the tokens before."""
    lengths = torch.tensor([4, 2, 6])
    got = expect_tensor(call(lengths, 6), (3, 6))
    for row, n in zip(got, lengths.tolist()):
        if row[6 - n :].tolist() != list(range(1, n + 1)):
            raise Wrong("tokens", "", got, n=n, row=show(row))
        if row[: 6 - n].any():
            raise Wrong("padding sees", "", got, n=n, row=show(row))


check_visible_keys = Exercise(
    name="visible_keys", points=1, cases=visible_cases, laws=(visible_counts_up,), answer=visible_keys,
    mistakes={
        "right": ("(up_to_here - padding).clamp(min=0) -> torch.minimum(up_to_here, lengths[:, None])",
            "You count as if the padding were on the right. On which side are the tokens of a sequence here?",
            "패딩이 오른쪽에 있는 것처럼 셌어요. 여기서는 토큰이 시퀀스의 어느 쪽에 있나요?"),
        "no padding": ("(up_to_here - padding).clamp(min=0) -> up_to_here.expand(len(lengths), size)",
            "You count all keys up to the query. Which of them are padding?",
            "쿼리까지의 키를 모두 셌어요. 그 가운데 패딩은 어느 것인가요?"),
        "not causal": ("(up_to_here - padding).clamp(min=0) -> lengths[:, None].expand(len(lengths), size)",
            "You count all tokens of the sequence. Which of them come after the query?",
            "시퀀스에 있는 토큰을 모두 셌어요. 그 가운데 쿼리보다 뒤에 있는 것은 어느 것인가요?"),
        "not itself": ("torch.arange(size) + 1 -> torch.arange(size)",
            "Your query does not see its own position. What does the diagonal of the causal mask say?",
            "쿼리가 자기 위치를 보지 못해요. 인과 마스크의 대각선에는 뭐라고 적혀 있나요?"),
        "itself at least": ("min=0 -> min=1",
            "Every query of yours sees a key, even one in the padding. What is before it?",
            "패딩에 있는 쿼리도 키를 하나 봐요. 그 위치까지 토큰이 있나요?"),
        "negative": (".clamp(min=0) -> ",
            "Some of your counts are below zero. How many keys does a query in the padding see?",
            "0보다 작은 개수가 있어요. 패딩에 있는 쿼리는 키를 몇 개 볼까요?"),
        "future": (
            "(up_to_here - padding).clamp(min=0) -> torch.minimum(size - torch.arange(size), lengths[:, None])",
            "You count what comes from the query on. To which side does a causal query look?",
            "쿼리부터 뒤쪽을 셌어요. 인과 마스크에서 쿼리는 어느 쪽을 볼까요?"),
        "hidden ones": ("return (up_to_here -> return size - (up_to_here",
            "You count the keys that are hidden. In this book True means *may attend*.",
            "가려진 키를 셌어요. 이 책에서 True는 *봐도 된다*는 뜻이에요."),
        "padding blind": (
            "(up_to_here - padding).clamp(min=0) -> torch.where(up_to_here <= padding, 0, lengths[:, None])",
            "Queries in the padding are right. The others see tokens that come after them.",
            "패딩에 있는 쿼리는 맞아요. 나머지 쿼리는 자기보다 뒤의 토큰까지 보고 있어요."),
        "tokens": (None,
            "A sequence of {n} tokens: its last {n} queries should see "
            "more and more keys, starting with one. Your row: {row}.",
            "토큰이 {n}개인 시퀀스예요. 마지막 쿼리 {n}개는 하나부터 "
            "시작해 점점 많은 키를 봐야 해요. 나온 행: {row}."),
        "padding sees": (None,
            "A sequence of {n} tokens on the right: before them there is nothing to see. Your row: {row}.",
            "오른쪽에 토큰 {n}개가 있는 시퀀스예요. 그 앞에는 볼 것이 없어요. 나온 행: {row}."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 8.2 window_weights
def distances(T):
    """(T, T): how far back key s lies from query t."""
    return torch.arange(T)[:, None] - torch.arange(T)


def window_weights(scores, window):
    T = scores.shape[-1]
    back = torch.arange(T)[:, None] - torch.arange(T)
    may = (back >= 0) & (back < window)
    return scores.masked_fill(~may, -torch.inf).softmax(-1)


def window_cases(rng):
    def draw(*shape, window, dtype=torch.float32, far=0.0, high=0.0):
        scores = torch.randn(*shape, shape[-1], generator=rng, dtype=dtype)
        back = distances(shape[-1])
        return high + scores + far * ((back < 0) | (back >= window)), window  # `far`: what forbidden keys would like

    return [
        (torch.zeros(3, 3), 2),
        (torch.tensor([[1.0, 1.0, 2.0], [3.0, 3.0, 1.0], [2.0, 1.0, 1.0]]).log(), 2),
        draw(5, window=3),
        draw(3, 5, window=2),
        draw(2, 3, 7, window=2),
        draw(4, window=1),
        draw(3, window=7),
        draw(2, 7, window=3, dtype=torch.float64),
        draw(11, window=5, dtype=torch.float64),
        draw(3, window=2, far=300.0),
        draw(5, window=2, far=1e10),
        draw(5, window=3, high=-1e10, dtype=torch.float64),
    ]


def window_feels_nothing(call, rng):
    """Change one forbidden score: no weight may move."""
    scores, window = torch.randn(5, 5, generator=rng, dtype=torch.float64), 3
    before = expect_tensor(call(scores, window), (5, 5))
    for t, s in ((0, 1), (0, 4), (3, 4), (3, 0), (4, 1)):
        changed = scores.clone()
        changed[t, s] += 2
        after = expect_tensor(call(changed, window), (5, 5))
        if not torch.allclose(before, after, atol=1e-9):
            example = f"window 3, query {t}: {show(before[t])} → {show(after[t])}"
            raise Wrong("felt", example, after, query=t, hidden=s)


check_window_weights = Exercise(
    name="window_weights", points=2, cases=window_cases, laws=(window_feels_nothing,), answer=window_weights,
    mistakes={
        "behind": ("scores.masked_fill(~may, -torch.inf).softmax(-1) -> scores.softmax(-1) * may",
            "Your weights of the allowed keys do not add up to 1. Who else is in the denominator?",
            "봐도 되는 키의 가중치를 모두 더해도 1이 안 돼요. 분모에 누가 더 들어 있나요?"),
        "renormalized": (
            "return scores.masked_fill(~may, -torch.inf).softmax(-1) -> weights = "
            "scores.softmax(-1) * may\n    return weights / weights.sum(-1, keepdim=True)",
            "On paper this is right. But a forbidden score that is large pushes all allowed "
            "weights to 0, and then you divide 0 by 0. When should the mask come in?",
            "종이 위에서는 맞아요. 하지만 금지된 점수가 크면 허용된 가중치가 모두 "
            "0이 되고, 그러면 0을 0으로 나눠요. 마스크는 언제 들어와야 할까요?"),
        "one more": ("back < window -> back <= window",
            "Your window holds one key too many. With `window` = 1, what does a query see?",
            "창에 키가 하나 더 들어갔어요. `window`가 1이면 쿼리는 무엇을 보나요?"),
        "both sides": ("(back >= 0) & (back < window) -> back.abs() < window",
            "Your window reaches to both sides. What lies on the right of the diagonal?",
            "창이 양쪽으로 뻗어 있어요. 대각선 오른쪽에는 무엇이 있나요?"),
        "ahead": ("(back >= 0) & (back < window) -> (back <= 0) & (back > -window)",
            "Your window lies ahead of the query. Which of `t - s` and `s - t` is the way back?",
            "창이 쿼리 앞쪽, 미래에 있어요. `t - s`와 `s - t` 가운데 뒤돌아보는 거리는 어느 것인가요?"),
        "no window": (" & (back < window) -> ",
            "You hide the future, and nothing else. How far back may a query look?",
            "미래만 가렸어요. 쿼리는 얼마나 뒤까지 돌아볼 수 있나요?"),
        "or": ("& -> |",
            "Your two rules are joined by *or*, and together they hide nothing. Which keys pass both?",
            "두 규칙을 *또는*으로 이어서 아무것도 가려지지 않아요. 둘 다 지키는 키는 어느 것인가요?"),
        "inverted": ("~may -> may",
            "You hide what is allowed. What does `masked_fill` fill: where its mask is True, or False?",
            "봐도 되는 키를 가렸어요. `masked_fill`은 마스크가 True인 곳을 채우나요, False인 곳을 채우나요?"),
        "first keys": ("back < window -> torch.arange(T) < window",
            "Your window stays at the first keys. It should slide along with the query.",
            "창이 첫 키들에 머물러 있어요. 창은 쿼리를 따라 미끄러져야 해요."),
        "zeros": ("-torch.inf -> 0.0",
            "You write 0 into the forbidden scores. What power of e is that?",
            "금지된 점수 자리에 0을 썼어요. e를 그만큼 거듭제곱하면 얼마인가요?"),
        "not lowest": ("-torch.inf -> -1e9",
            "You give forbidden keys a low score, and here all allowed "
            "ones are lower still. Which score is lower than any?",
            "금지된 키에 낮은 점수를 주었는데, 여기서는 허용된 점수가 "
            "모두 그보다 낮아요. 무엇보다도 낮은 점수는 무엇인가요?"),
        "subtracted": ("scores.masked_fill(~may, -torch.inf) -> (scores - 1000 * ~may)",
            "You subtract a fixed number from forbidden scores. What "
            "if one is larger than the others by more than that?",
            "금지된 점수에서 일정한 수를 뺐어요. 그 수를 빼도 여전히 가장 큰 점수라면 어떻게 될까요?"),
        "queries": ("softmax(-1) -> softmax(-2)",
            "Your columns add up to 1. Over which axis does a query divide its weight?",
            "열의 합이 1이에요. 쿼리가 가중치를 나눠 주는 축은 어느 것인가요?"),
        "felt": (None,
            "Query {query} must not see key {hidden}, and yet the weights move when its score changes.",
            "쿼리 {query}에서는 키 {hidden}번을 볼 수 없는데, 그 점수를 바꾸니 가중치가 달라져요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 8.3 masked_average
def masked_average(scores, values, mask):
    empty = ~mask.any(1, keepdim=True)
    safe = scores.masked_fill(~mask, -torch.inf).masked_fill(empty, 0)
    weights = safe.softmax(1).masked_fill(empty, 0)
    padding = ~mask.any(0)
    return weights @ values.masked_fill(padding[:, None], 0)


def average_cases(rng):
    def draw(T, S, D, empty=(), padding=(), high=0.0, wild=0.0, dtype=torch.float32):
        """`high` is added to all scores, `wild` to forbidden ones; padding holds nan and inf."""
        scores = high + torch.randn(T, S, generator=rng, dtype=dtype)
        values = 1 + torch.randn(S, D, generator=rng, dtype=dtype)
        mask = torch.rand(T, S, generator=rng) < 0.6
        mask[torch.arange(T), torch.arange(T) % (S - len(padding))] = True  # empty only where we say so
        mask[list(empty)] = False
        mask[:, list(padding)] = False
        for number, key in enumerate(padding):
            values[key] = (math.nan, math.inf)[number % 2]
        return scores + wild * ~mask, values, mask

    yes, no = True, False
    return [
        (torch.tensor([[1.0, 3.0]]).log(), torch.tensor([[4.0], [8.0]]), torch.tensor([[yes, yes]])),
        (torch.zeros(1, 3), torch.tensor([[2.0], [4.0], [9.0]]), torch.tensor([[yes, yes, no]])),
        (torch.zeros(2, 2), torch.tensor([[3.0], [6.0]]), torch.tensor([[no, no], [yes, yes]])),
        (torch.zeros(1, 3), torch.tensor([[2.0], [4.0], [math.nan]]), torch.tensor([[yes, yes, no]])),
        draw(5, 7, 3),
        draw(7, 3, 2, empty=(0, 4)),
        draw(3, 5, 2, padding=(4,)),
        draw(5, 3, 2, high=500.0),
        draw(2, 7, 3, wild=400.0),
        draw(3, 7, 2, wild=1e10),
        draw(5, 7, 2, high=-1e10, dtype=torch.float64),
        draw(11, 7, 5, empty=(3,), padding=(5, 6)),
        draw(7, 5, 3, empty=(2, 6), padding=(4, 3), high=900.0, wild=900.0, dtype=torch.float64),
    ]


def average_can_learn(call, rng):
    """An empty row, and padding with numbers or with nan: the gradients are finite, and none at forbidden scores."""
    low = torch.tensor([[-1e10, -2e10, 0.0]], dtype=torch.float64), torch.tensor([[3.0], [5.0], [7.0]]).double()
    got = expect_tensor(call(*low, torch.tensor([[True, True, False]])), (1, 1))
    if got.item() in (0, 7):
        raise Wrong("not lowest", f"scores -1e10, -2e10, 0; 0 is hidden\nvalues 3, 5, 7 → {show(got)}")
    mask = torch.tensor([[True, True, False], [False, False, False], [True, True, False]])
    for padding in (1.0, math.nan):
        scores = torch.randn(3, 3, generator=rng, dtype=torch.float64).requires_grad_()
        values = torch.randn(3, 2, generator=rng, dtype=torch.float64)
        values[2] = padding
        output = expect_tensor(call(scores, values.requires_grad_(), mask), (3, 2))
        if not output.requires_grad:
            raise Wrong("cut")
        if (output[1].abs() > 1e-6).any():
            raise Wrong("a billion", f"mask {show(mask.long())}: {show(output)}", output.detach())
        gradients = torch.autograd.grad((output**2).sum(), (scores, values), allow_unused=True)
        for name, gradient in zip(("scores", "values"), gradients):
            if gradient is None:
                raise Wrong("cut")
            if not gradient.isfinite().all():
                example = f"mask {show(mask.long())}, values {show(values)}: {name}, {show(gradient)}"
                raise Wrong("gradient", example, name=name)
        if gradients[0][~mask].any():
            raise Wrong("forbidden learns", show(gradients[0]))


check_masked_average = Exercise(
    name="masked_average", points=3, cases=average_cases, laws=(average_can_learn,), answer=masked_average,
    mistakes={
        "plain": (
            ".masked_fill(empty, 0)\n    weights = safe.softmax(1).masked_fill(empty, "
            "0) -> \n    weights = safe.softmax(1)",
            "An empty row gives nan: a softmax over nothing divides 0 by 0. What should such a query get?",
            "빈 행에서 nan이 나와요. 아무것도 없는 소프트맥스는 0을 0으로 나눠요. 그런 쿼리는 무엇을 받아야 하나요?"),
        "a billion": (
            "-torch.inf).masked_fill(empty, 0)\n    weights = "
            "safe.softmax(1).masked_fill(empty, 0) -> -1e9)\n    weights = safe.softmax(1)",
            "An empty row of yours averages exactly the keys it must not "
            "see: if all scores are equally low, their weights are equal.",
            "빈 행이 보면 안 되는 키들만 골라 평균해요. 점수가 모두 똑같이 낮으면 가중치도 모두 같아요."),
        "zero times nan": ("values.masked_fill(padding[:, None], 0) -> values",
            "Your weights are right. But padding may hold nan, and what is 0 times nan?",
            "가중치는 맞아요. 그런데 패딩에는 nan이 있을 수 있어요. 0 곱하기 nan은 얼마인가요?"),
        "gradient": (
            (".masked_fill(empty, 0)\n    weights = safe.softmax(1).masked_fill(empty, "
             "0) -> \n    weights = safe.softmax(1)",
             "return weights @ values.masked_fill(padding[:, None], 0) -> return "
             "torch.where(empty, 0, weights @ values.masked_fill(padding[:, None], 0))"),
            "The output is right, and a gradient is nan. It is repaired too late: "
            "on the way back, 0 meets the nan that was there before the repair.",
            "출력은 맞는데 그래디언트가 nan이에요. 너무 늦게 고쳤어요. "
            "거꾸로 가는 길에 0이, 고치기 전에 있던 nan과 곱해져요."),
        "cut": ("return weights @ values -> return weights.detach() @ values.detach()",
            "No gradient comes back to the scores and values. Where is the graph cut?",
            "점수와 값으로 그래디언트가 돌아오지 않아요. 그래프가 어디에서 끊겼나요?"),
        "overflow": (
            "weights = safe.softmax(1).masked_fill(empty, 0) -> powers = safe.exp().masked_fill(empty, "
            "0)\n    weights = powers / powers.sum(1, keepdim=True).masked_fill(empty, 1)",
            "A large score has an infinite power. What may you subtract from all scores of a row?",
            "점수가 크면 거듭제곱이 무한대가 돼요. 한 행의 점수 모두에서 무엇을 빼도 괜찮을까요?"),
        "largest of all": (
            "weights = safe.softmax(1).masked_fill(empty, 0) -> powers = (scores - scores.amax(1, "
            "keepdim=True)).exp() * mask\n    weights = powers / powers.sum(1, keepdim=True).clamp(min=1e-30)",
            "You subtract the largest score of the row, also if it is "
            "forbidden. What if it is larger than all others by 400?",
            "금지된 점수까지 넣어 가장 큰 점수를 뺐어요. 그것이 나머지보다 400만큼 크면 어떻게 될까요?"),
        "not lowest": ("-torch.inf -> -1e9",
            "You give forbidden keys a low score, and here all allowed "
            "ones are lower still. Which score is lower than any?",
            "금지된 키에 낮은 점수를 주었는데, 여기서는 허용된 점수가 "
            "모두 그보다 낮아요. 무엇보다도 낮은 점수는 무엇인가요?"),
        "subtracted": ("scores.masked_fill(~mask, -torch.inf) -> (scores - 1000 * ~mask)",
            "You subtract a fixed number from forbidden scores. What "
            "if one is larger than the others by more than that?",
            "금지된 점수에서 일정한 수를 뺐어요. 그 수를 빼도 여전히 가장 큰 점수라면 어떻게 될까요?"),
        "behind": ("weights = safe.softmax(1).masked_fill(empty, 0) -> weights = scores.softmax(1) * mask",
            "The weights of the allowed keys do not add up to 1: the forbidden ones are in the denominator.",
            "허용된 키의 가중치를 더해도 1이 안 돼요. 금지된 키가 분모에 들어 있어요."),
        "inverted": (("~mask.any(1 -> mask.all(1", "~mask, -torch -> mask, -torch"),
            "You average what must not be seen. In this book True means *may attend*.",
            "보면 안 되는 것을 평균했어요. 이 책에서 True는 *봐도 된다*는 뜻이에요."),
        "queries": (("~mask.any(1 -> ~mask.any(0", "softmax(1) -> softmax(0)"),
            "Your softmax runs over the queries. Among what does one query divide its weight?",
            "소프트맥스가 쿼리 축을 따라 돌아요. 쿼리 하나는 무엇에 가중치를 나눠 주나요?"),
        "mean": (
            "weights = safe.softmax(1).masked_fill(empty, 0) -> weights = "
            "mask / mask.sum(1, keepdim=True).clamp(min=1).to(scores.dtype)",
            "Every allowed key counts the same for you. Where do the scores come in?",
            "허용된 키를 모두 똑같이 셌어요. 점수는 어디에 쓰이나요?"),
        "forbidden learns": (None,
            "A forbidden score gets a gradient, so it has a say in the output.",
            "금지된 점수에도 그래디언트가 있어요. 출력에 영향을 준다는 뜻이에요."),
    },
)  # fmt: skip
