"""Checks for the exercises of chapter 6, 06-soft-lookup."""

import math

import torch

from .engine import TOLERANCE, Exercise, Wrong, compare, difference, expect_tensor, same, show


# ---------------------------------------------------------------- 6.1 lookup
def lookup(query, keys, values, temperature):
    scores = keys @ query / temperature
    weights = torch.softmax(scores, dim=0)
    return weights @ values


def lookup_cases(rng):
    def draw(S, D, E, temperature, dtype=torch.float32):
        def normal(*shape):
            return torch.randn(shape, generator=rng, dtype=dtype)

        return normal(D), normal(S, D), normal(S, E) + 1, temperature

    query, keys = torch.tensor([1.0, 0.0]), torch.tensor([[1.0, 1.0], [0.0, 2.0]])
    return [
        (query, keys, torch.tensor([[10.0], [20.0]]), 1.0),
        (query, keys, torch.tensor([[10.0], [20.0]]), 0.5),
        (2 * query, keys, torch.tensor([[1.0, 0.0, 4.0], [0.0, 1.0, 4.0]]), 4.0),
        (
            torch.tensor([10.0, -20.0]),
            torch.tensor([[2.0, 1.0], [3.0, -4.0], [1.0, -5.0]]),
            torch.tensor([[1.0, 7.0], [2.0, 5.0], [3.0, 3.0]]),
            0.25,
        ),  # scores of 0, 440 and 440
        (  # scores of 1001, 1000, -998, 903
            torch.tensor([1.0, 1.0]),
            torch.tensor([[1000.0, 1.0], [1000.0, 0.0], [-1000.0, 2.0], [900.0, 3.0]]),
            torch.tensor([[1.0, 7.0], [2.0, 5.0], [3.0, 3.0], [4.0, 1.0]]),
            1.0,
        ),
        (query, torch.tensor([[-900.0, 1.0], [-901.0, 2.0]]), torch.tensor([[10.0], [20.0]]), 1.0),  # all far below 0
        (
            query,
            torch.tensor([[1.0, 1.0], [0.875, 2.0], [1 - 2**-10, 0.0]]),
            torch.tensor([[1.0], [5.0], [9.0]]),
            2**-10,
        ),
        draw(5, 3, 7, 1.0),
        draw(7, 5, 3, 0.3),
        draw(11, 5, 5, 3.0),
        draw(1, 3, 2, 2.0),
        draw(13, 7, 5, 1.7, torch.float64),
    ]


def lookup_shares(call, rng):
    """With the identity for values the answer is the weights: shares, in the ratio that the scores say."""
    query, keys = torch.randn(5, generator=rng), torch.randn(7, 5, generator=rng)
    for temperature in (0.5, 1.0, 2.0, 7.0):
        weights = expect_tensor(call(query, keys, torch.eye(7), temperature), (7,))
        if not (weights.min() >= 0 and abs(weights.sum().item() - 1) < 1e-4):
            raise Wrong("no shares", f"weights {show(weights)}", weights, total=f"{weights.sum().item():.3f}")
        scores = keys @ query
        best, worst = scores.argmax(), scores.argmin()
        gap, ratio = (scores[best] - scores[worst]).item(), (weights[best] / weights[worst]).log().item()
        want = gap / temperature
        if not abs(ratio - want) < 1e-2:
            facts = dict(gap=f"{gap:.3f}", temperature=temperature, want=f"{want:.3f}", ratio=f"{ratio:.3f}")
            raise Wrong("another ratio", "", weights, **facts)
    for scores in ([1001.0, 1000.0, 0.0], [-1001.0, -1000.0, -999.0]):
        weights = call(torch.ones(1), torch.tensor(scores)[:, None], torch.eye(3), 1.0)
        if abs(weights[0] - weights[1]) < 1e-3:
            raise Wrong("clamped", f"scores {scores}\nweights {show(weights)}", weights)


check_lookup = Exercise(
    name="lookup", points=1, cases=lookup_cases, laws=(lookup_shares,), answer=lookup,
    mistakes={
        "multiplied": ("/ temperature -> * temperature",
            "You multiply by the temperature. A hot dictionary should mix more, not less.",
            "온도를 곱했어요. 뜨거운 사전은 덜 섞지 않고 더 섞어야 해요."),
        "no temperature": (" / temperature -> ",
            "Your answer is the same at every temperature.",
            "온도를 바꾸어도 답이 그대로예요."),
        "squared temperature": ("/ temperature -> / temperature**2",
            "You divide by the temperature twice, or by its square.",
            "온도로 두 번 나누었거나, 온도의 제곱으로 나누었어요."),
        "root": ("/ temperature -> / temperature / len(query) ** 0.5",
            "You also divide by the root of the size. Here the temperature alone says how soft the answer is.",
            "크기의 제곱근으로도 나누었어요. 여기서는 얼마나 부드러울지를 온도 혼자 정해요."),
        "too late": ((" / temperature -> ", "weights @ values -> weights / temperature @ values"),
            "You divide by the temperature after the softmax. Do your weights still sum to 1?",
            "소프트맥스 다음에 온도로 나누었어요. 가중치를 더하면 아직 1인가요?"),
        "raw scores": ("torch.softmax(scores, dim=0) -> scores",
            "You weigh with the scores themselves. They can be negative, and what do they sum to?",
            "점수를 그대로 가중치로 썼어요. 점수는 음수일 수도 있고, 더하면 얼마인가요?"),
        "no exp": ("torch.softmax(scores, dim=0) -> scores / scores.sum()",
            "You divide the scores by their sum. What if some are negative, or the sum is almost 0?",
            "점수를 점수의 합으로 나누었어요. 음수가 있거나 합이 0에 가까우면 어떻게 될까요?"),
        "not shared out": ("torch.softmax(scores, dim=0) -> scores.exp()",
            "Your weights are positive, but what do they sum to?",
            "가중치가 양수이기는 해요. 그런데 더하면 얼마인가요?"),
        "overflow": ("torch.softmax(scores, dim=0) -> scores.exp() / scores.exp().sum()",
            "The power of a large score is more than a float can hold. What "
            "may you subtract from all scores without changing the weights?",
            "큰 점수를 지수에 올리면 부동소수점에 담기지 않아요. "
            "가중치를 바꾸지 않으면서 모든 점수에서 무엇을 빼도 될까요?"),
        "clamped": ("softmax(scores, -> softmax(scores.clamp(-80, 80),",
            "You clamp the scores, so beyond the limit all keys look the same. Two large "
            "scores can still differ. What may you subtract from all of them instead?",
            "점수를 일정한 범위로 잘라서, 범위를 벗어난 키가 모두 같아 보여요. 큰 "
            "점수끼리도 차이가 나요. 자르는 대신 모든 점수에서 무엇을 빼면 될까요?"),
        "wrong axis": ("torch.softmax(scores, dim=0) -> torch.softmax(scores[:, None], dim=1)[:, 0]",
            "Each of your weights is 1. Over which axis does your softmax go, and how long is it?",
            "가중치가 모두 1이에요. 소프트맥스를 어느 축으로 했고, 그 축의 길이는 얼마인가요?"),
        "hard": ("weights @ values -> values[weights.argmax()]",
            "You return the value of the best key alone. That is a hard dictionary: what do the others add?",
            "가장 잘 맞는 키의 값만 돌려줘요. 그것은 딱딱한 사전이에요. 나머지는 무엇을 보태야 하나요?"),
        "keys mixed": ("weights @ values -> weights @ keys",
            "You mix the keys. A key says where to look; what do you want to find there?",
            "키를 섞었어요. 키는 어디를 볼지 말해 줘요. 거기서 무엇을 얻으려고 하나요?"),
        "only weights": ("weights @ values -> weights",
            "You return the weights. What do you do with them?",
            "가중치를 돌려줘요. 그 가중치로 무엇을 해야 하나요?"),
        "least alike": ("keys @ query -> -keys @ query",
            "The key that is *least* similar to the query gets the largest weight.",
            "쿼리와 *가장 덜* 비슷한 키의 가중치가 가장 커요."),
        "distances": ("keys @ query -> -((keys - query) ** 2).sum(1) / 2",
            "You score by distance. The docstring asks for another similarity.",
            "거리로 점수를 매겼어요. docstring이 말하는 유사도는 달라요."),
        "angles": ("keys @ query -> torch.cosine_similarity(keys, query[None])",
            "Your scores do not depend on how long the vectors are. Does a dot product?",
            "벡터가 얼마나 길든 점수가 같아요. 내적도 그런가요?"),
        "mean": ("weights @ values -> values.mean(0)",
            "Your answer is the plain mean of the values, whatever is asked.",
            "무엇을 물어도 값들의 평균을 돌려줘요."),
        "no shares": (None,
            "With the identity for values, your answer is the weights. None "
            "should be negative, and their sum should be 1. Yours sum to {total}.",
            "값 자리에 단위행렬을 넣으면 답이 곧 가중치예요. 음수가 없고 "
            "합이 1이어야 하는데, 합이 {total}. 어디가 어긋났을까요?"),
        "another ratio": (None,
            "Two scores differ by {gap} and the temperature is {temperature}, so the "
            "logs of their weights should differ by {want}. Yours differ by {ratio}.",
            "두 점수의 차이가 {gap}, 온도가 {temperature}일 때 두 가중치의 "
            "로그는 {want}만큼 달라야 해요. 나온 차이는 {ratio}예요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 6.2 leave_one_out
def leave_one_out(positions, heights, width):
    gaps = positions[:, None] - positions
    scores = -(gaps**2) / (2 * width**2)
    itself = torch.eye(len(positions), dtype=torch.bool)
    weights = scores.masked_fill(itself, -math.inf).softmax(dim=1)
    return ((weights @ heights - heights) ** 2).mean()


def loo_cases(rng):
    def draw(N, width, dtype=torch.float32, twin=False):
        positions = torch.rand(N, generator=rng, dtype=dtype) * 5
        if twin:
            positions[N // 2] = positions[0]
        heights = torch.sin(positions) + 0.5 * torch.randn(N, generator=rng, dtype=dtype)
        return positions, heights, width

    line = torch.tensor([0.0, 1.0, 3.0])
    return [
        (torch.tensor([0.0, 1.0]), torch.tensor([2.0, 5.0]), 1.0),
        (line, torch.tensor([0.0, 3.0, 6.0]), 1.0),
        (line, torch.tensor([0.0, 3.0, 6.0]), 2.0),
        (torch.tensor([0.0, 1.0, 1.0, 3.0]), torch.tensor([4.0, 1.0, 3.0, 0.0]), 1.0),  # two at one position
        (torch.tensor([0.0, 1.0, 3.0, 8.0]), torch.tensor([1.0, 2.0, 4.0, 0.0]), 0.05),  # far apart for the width
        (line, torch.tensor([0.0, 3.0, 6.0]), 1e-5),
        (
            torch.tensor([0.0, 4.0, 4 + 2**-6, -4 - 2**-5]),
            torch.tensor([0.0, 3.0, 5.0, 9.0]),
            0.25,
        ),  # from 0, all are far
        draw(7, 0.5),
        draw(11, 0.3, twin=True),
        draw(13, 1.5),
        draw(5, 100.0),
        draw(17, 0.7, torch.float64),
    ]


def loo_is_no_trap(call, rng):
    """The smallest width must not look perfect; neither the origin counts, nor where heights start."""
    positions, heights = torch.arange(11.0), torch.randn(11, generator=rng)
    for width in (0.1, 0.01, 1e-5):
        error = expect_tensor(call(positions, heights, width), ())
        if not error.abs() > 1e-3:
            raise Wrong("too good", "", error, width=width, error=show(error))
    positions = torch.rand(11, generator=rng) * 4
    error, moved, raised, twice = (
        call(positions + a, heights * b + c, 0.6) for a, b, c in ((0, 1, 0), (3, 1, 0), (0, 1, 5), (0, 2, 0))
    )
    for key, other, want in (("moved", moved, error), ("raised", raised, error), ("not squared", twice, 4 * error)):
        expect_tensor(other, ())
        if not abs(other - want) < 1e-3 * (1 + abs(want)):
            raise Wrong(key, "", other, before=show(error), after=show(other))


check_leave_one_out = Exercise(
    name="leave_one_out", points=2, cases=loo_cases, laws=(loo_is_no_trap,), answer=leave_one_out,
    mistakes={
        "itself": (".masked_fill(itself, -math.inf) -> ",
            "Each point helps to predict itself. Then the smallest width wins, and learns nothing.",
            "점마다 자기 자신을 예측하는 데 끼어들어요. 그러면 배운 것이 없어도 가장 좁은 너비가 이겨요."),
        "not renewed": (
            "scores.masked_fill(itself, -math.inf).softmax(dim=1) "
            "-> scores.softmax(dim=1).masked_fill(itself, 0)",
            "You take a point's own weight away, but do not share it out again. What do the others sum to?",
            "자기 가중치를 빼기만 하고 다시 나누지 않았어요. 나머지를 더하면 얼마인가요?"),
        "twins": ("torch.eye(len(positions), dtype=torch.bool) -> gaps == 0",
            "You leave out every point at the same position. Another point may be there, too.",
            "같은 위치에 있는 점을 모두 뺐어요. 그 위치에 다른 점이 또 있을 수 있어요."),
        "width": ("2 * width**2 -> 2 * width",
            "You divide by the width, not by its square. What unit is left in the exponent?",
            "너비의 제곱이 아니라 너비로 나누었어요. 지수에 어떤 단위가 남나요?"),
        "two": ("(2 * width**2) -> width**2",
            "The Gaussian's exponent has a factor that you left out: your width is smaller than asked for.",
            "가우스 함수의 지수에서 상수 하나를 빠뜨렸어요. 그래서 너비가 요청한 것보다 좁아요."),
        "no square": ("gaps**2 -> gaps.abs()",
            "Your exponent grows with the distance. In a Gaussian it grows faster.",
            "지수가 거리에 비례해요. 가우스 함수에서는 더 빨리 커져요."),
        "exponential": ("-(gaps**2) / (2 * width**2) -> -gaps.abs() / width",
            "Your kernel is exp(−distance / width). That one has a peak at 0; a Gaussian is round there.",
            "커널이 exp(−거리 / 너비)예요. 이것은 0에서 뾰족하고, 가우스 함수는 둥글어요."),
        "sign": ("-(gaps**2) -> gaps**2",
            "Your far points get the largest weights.",
            "멀리 있는 점의 가중치가 가장 커요."),
        "signed": ("-(gaps**2) -> -gaps",
            "A point to the left and one to the right, equally far, get different weights.",
            "같은 거리인데도 왼쪽 점과 오른쪽 점의 가중치가 달라요."),
        "underflow": (
            "scores.masked_fill(itself, -math.inf).softmax(dim=1) -> scores.exp().masked_fill(itself, "
            "0)\n    weights = weights / weights.sum(1, keepdim=True)",
            "With a small width every power becomes 0, and then you divide 0 by 0. Does a softmax do that?",
            "너비가 좁으면 지수 함수가 모두 0이 되고, 0을 0으로 나누게 돼요. 소프트맥스도 그런가요?"),
        "columns": ("dim=1 -> dim=0",
            "Your weights sum to 1 for each point that helps, not for each point that is predicted.",
            "가중치의 합이 예측되는 점마다 1인 것이 아니라, 돕는 점마다 1이에요."),
        "nearest": ("-(gaps**2) / (2 * width**2) -> -1e4 * gaps**2",
            "You take the nearest other point alone, at every width.",
            "너비와 상관없이 가장 가까운 점 하나만 썼어요."),
        "mean": ("-(gaps**2) / (2 * width**2) -> 0 * gaps",
            "All other points count the same, near or far.",
            "가깝든 멀든 나머지 점이 모두 똑같이 들어가요."),
        "absolute": ("((weights @ heights - heights) ** 2) -> (weights @ heights - heights).abs()",
            "You average the sizes of the errors. The docstring asks for something that punishes large ones.",
            "오차의 크기를 평균했어요. docstring이 말하는 것은 큰 오차에 더 엄해요."),
        "median": (".mean() -> .median()",
            "You take the error in the middle. One point far off should be felt.",
            "가운데 오차를 골랐어요. 크게 빗나간 점 하나도 느껴져야 해요."),
        "root": (".mean() -> .mean().sqrt()",
            "You take the root of the mean at the end. It was not asked for here.",
            "마지막에 제곱근을 취했어요. 여기서 물은 것은 그 앞이에요."),
        "sum": (".mean() -> .sum()",
            "Your error grows with the number of points.",
            "점이 많아질수록 오차가 커져요."),
        "one fewer": (".mean() -> .sum() / (len(heights) - 1)",
            "How many predictions do you average? You divide by one fewer.",
            "예측 몇 개를 평균하나요? 그보다 하나 적은 수로 나누었어요."),
        "too good": (None,
            "11 points at random heights, and with a width of {width} your error is {error}. Who told the answer?",
            "높이가 아무렇게나인 점 11개를 너비 {width}로 예측한 오차가 "
            "{error}예요. 너무 작은데, 누가 답을 알려 주었을까요?"),
        "moved": (None,
            "Move all points by 3 to the right: {before} becomes {after}. Only distances should count.",
            "모든 점을 오른쪽으로 3만큼 옮겼더니 {before}에서 {after}. 거리만 중요해야 해요."),
        "raised": (None,
            "Raise all heights by 5: {before} becomes {after}. Do your weights sum to 1?",
            "모든 높이를 5만큼 올렸더니 {before}에서 {after}. 가중치를 더하면 1인가요?"),
        "not squared": (None,
            "Double all heights: your error goes from {before} to {after}. What does a squared error do?",
            "모든 높이를 두 배로 했더니 {before}에서 {after}. 제곱 오차라면 몇 배가 되나요?"),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 6.3 attention_with_mask
def attention_with_mask(query, key, value, mask):
    scores = query @ key.mT / query.shape[-1] ** 0.5
    empty = ~mask.any(-1, keepdim=True)
    scores = scores.masked_fill(~mask, -math.inf).masked_fill(empty, 0)
    weights = torch.softmax(scores, dim=-1).masked_fill(empty, 0)
    return weights @ value


def attention_cases(rng):
    def draw(lead, T, S, D, E, mask_shape=None, dtype=torch.float32):
        query, key, value = (
            torch.randn(*lead, *size, generator=rng, dtype=dtype) * 1.5 for size in ((T, D), (S, D), (S, E))
        )
        mask = torch.rand(mask_shape or (*lead, T, S), generator=rng) < 0.6
        mask[..., 1] = True  # nobody's row is empty yet
        mask[..., 0, 0] = False
        return query, key, value + 1, mask

    key, value = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), torch.tensor([[3.0], [6.0], [30.0]])
    query, some = torch.tensor([[2.0, 1.0], [0.0, 3.0]]), torch.tensor([[True, True, False], [False, True, True]])
    large, hidden = torch.tensor([[200.0], [-10.0]]), torch.tensor([[False, True, True], [True, True, True]])
    two_empty = draw((), 5, 3, 7, 2)
    two_empty[3][1::2] = False
    one_empty = draw((3,), 5, 7, 11, 3)
    one_empty[3][1, 2] = False  # in one item of the batch only
    return [
        (query, key, value, torch.ones(2, 3, dtype=torch.bool)),
        (query, key, value, some),
        (query, key, value, torch.tensor([[True, True, False], [False, False, False]])),
        (large, torch.tensor([[1.0], [0.9], [-3.0]]), value, torch.tensor([True, True, True])),  # exp(200)
        (large, torch.tensor([[10.0], [-130.0], [-131.0]]), value, hidden),  # the largest is hidden
        (query[:1], key[:1], value[:1], torch.tensor([[True]])),  # one key
        draw((), 5, 7, 3, 11),
        draw((), 5, 5, 3, 2),
        two_empty,
        one_empty,
        draw((2, 3), 5, 7, 11, 13, mask_shape=(2, 1, 1, 7)),
        draw((2, 3), 7, 5, 3, 2, mask_shape=(7, 5)),
        draw((3,), 2, 11, 5, 7, dtype=torch.float64),
    ]


def weights_of(call, query, key, mask):
    """With the identity for values the answer *is* the weights."""
    S = key.shape[-2]
    weights = expect_tensor(call(query, key, torch.eye(S).expand(*key.shape[:-2], S, S), mask), (*query.shape[:-1], S))
    if weights.min() < -1e-6:
        raise Wrong("negative", row_of(weights, weights < -1e-6), weights)
    return weights


def row_of(weights, wrong, mask=None):
    """The first row with something wrong: its mask, if there is one, and its weights."""
    at = tuple(wrong.flatten(2).any(-1).nonzero()[0].tolist())
    hidden = "" if mask is None else f"mask    {mask[at].long().tolist()}\n"
    return f"{hidden}weights {show(weights[at])}"


def attention_shares(call, rng):
    """Nothing is hidden: each row sums to 1, and the logs of the weights tell what the scores were divided by."""
    for D in (5, 11, 23):
        query, key = torch.randn(2, 3, D, generator=rng), torch.randn(2, 7, D, generator=rng)
        weights = weights_of(call, query, key, torch.ones(2, 3, 7, dtype=torch.bool))
        off = ~((weights.sum(-1, keepdim=True) - 1).abs() < 1e-4)
        if off.any():
            queries = (weights.sum(-2) - 1).abs().max() < 1e-4
            raise Wrong("over queries" if queries else "sums", row_of(weights, off), weights)
        if same(weights, torch.full_like(weights, 1 / 7)):
            blank = weights_of(call, query, key, torch.zeros(2, 3, 7, dtype=torch.bool))
            raise Wrong("no scores" if same(weights, blank) else "inverted", "", weights)
        scores, logs = (query @ key.mT)[0, :, :2], weights[0, :, :2].log()
        factor = ((scores[:, 0] - scores[:, 1]) / (logs[:, 0] - logs[:, 1])).tolist()
        if not all(abs(f / D**0.5 - 1) < 1e-2 for f in factor):
            if max(factor) - min(factor) < 0.01 * abs(factor[0]):
                raise Wrong("factor", "", weights, factor=f"{factor[0]:.3f}", D=D)
            raise Wrong("no one factor", "", weights, D=D, factors=", ".join(f"{f:.2f}" for f in factor))


def attention_hides(call, rng):
    """A hidden key has no weight, however large its score, and the others share out all."""
    query, key = torch.randn(2, 3, 5, generator=rng), torch.randn(2, 7, 5, generator=rng)
    mask = torch.rand(2, 3, 7, generator=rng) < 0.5
    mask[..., 1], mask[..., 4] = True, False
    weights = weights_of(call, query, key, mask)
    seen, off = ~(weights.masked_fill(mask, 0).abs() < 1e-6), ~((weights.sum(-1, keepdim=True) - 1).abs() < 1e-4)
    if seen.any():
        key = "seen" if weights.masked_fill(~mask, 0).any() else "inverted"
        raise Wrong(key, row_of(weights, seen, mask), weights)
    if off.any():
        raise Wrong("sums", row_of(weights, off, mask), weights)
    query, key, mask = torch.tensor([[[20.0]]]), torch.tensor([[[10.0], [-3.0], [-4.0]]]), torch.arange(3)[None] > 0
    weights = weights_of(call, query, key, mask)
    if not abs(weights.sum() - 1) < 1e-4:
        raise Wrong("hidden largest", f"scores 200, -60, -80; 200 is hidden\nweights {show(weights[0, 0])}", weights)
    weights = weights_of(call, torch.tensor([[[3e5]]]), torch.tensor([[[1.0], [-1e4], [-1e4]]]), mask)
    if not (weights[0, 0, 0] == 0 and abs(weights.sum() - 1) < 1e-4):
        raise Wrong("not lowest", f"scores 3e5, -3e9, -3e9; 3e5 is hidden\nweights {show(weights[0, 0])}", weights)


def attention_to_nothing(call, rng):
    query, key = torch.randn(2, 3, 5, generator=rng), torch.randn(2, 7, 5, generator=rng)
    mask = torch.ones(2, 3, 7, dtype=torch.bool)
    mask[1, 2] = False
    weights = weights_of(call, query, key, mask)
    if not (weights[1, 2] == 0).all():
        mean = same(weights[1, 2], torch.full((7,), 1 / 7))
        key = "empty" if weights[1, 2].isnan().any() else "uniform" if mean else "not nothing"
        raise Wrong(key, f"its weights: {show(weights[1, 2])}", weights)
    if not (weights.sum(-1) - mask.any(-1).float()).abs().max() < 1e-4:
        raise Wrong("all are punished", "", weights)


def attention_in_every_dtype(call, rng):
    """Small integers are exact in every dtype; the scores are large, one query has no key."""
    query, key, value = (torch.randint(-3, 4, size, generator=rng) for size in ((2, 3, 16), (2, 5, 16), (2, 5, 7)))
    mask = torch.rand(2, 3, 5, generator=rng) < 0.7
    mask[..., 2], mask[1, 0] = True, False
    want = attention_with_mask(query.double(), key.double(), value.double(), mask)
    for dtype in (torch.float32, torch.float64, torch.bfloat16, torch.float16):
        args = query.to(dtype), key.to(dtype), value.to(dtype), mask
        got = call(*args)
        try:
            compare(got, want, dtype)
        except Wrong as wrong:
            wrong.example = f"with {dtype}, query (2, 3, 16), key (2, 5, 16), value (2, 5, 7)"
            if wrong.key in ("value", "nan"):
                wrong.example += f"\n{difference(got, want, TOLERANCE[dtype])}"
            raise
    return got


check_attention_with_mask = Exercise(
    name="attention_with_mask", points=3, cases=attention_cases,
    laws=(attention_shares, attention_hides, attention_to_nothing, attention_in_every_dtype),
    forbidden=("scaled_dot_product_attention", "multi_head_attention_forward", "_native_multi_head_attention"),
    answer=attention_with_mask,
    mistakes={
        "no scale": (" / query.shape[-1] ** 0.5 -> ",
            "You do not scale the scores. How large is a typical dot product of D numbers?",
            "점수의 크기를 조절하지 않았어요. 수 D개짜리 벡터의 내적은 보통 얼마나 큰가요?"),
        "by D": ("query.shape[-1] ** 0.5 -> query.shape[-1]",
            "You divide by the size of the vectors, or twice by its root. How fast does a typical score grow?",
            "벡터의 크기로 나누었거나, 그 제곱근으로 두 번 나누었어요. 점수는 보통 얼마나 빨리 커지나요?"),
        "root of T": ("query.shape[-1] -> query.shape[-2]",
            "You divide by the root of the number of queries. Over which axis does a dot product sum?",
            "쿼리 개수의 제곱근으로 나누었어요. 내적은 어느 축을 따라 더하나요?"),
        "root of S": ("query.shape[-1] -> key.shape[-2]",
            "You divide by the root of the number of keys. Over which axis does a dot product sum?",
            "키 개수의 제곱근으로 나누었어요. 내적은 어느 축을 따라 더하나요?"),
        "multiplied": ("/ query.shape -> * query.shape",
            "You multiply by the root. Should long vectors give larger scores, or not?",
            "제곱근을 곱했어요. 벡터가 길수록 점수가 커져야 하나요?"),
        "overflow": ("torch.softmax(scores, dim=-1) -> (scores.exp() / scores.exp().sum(-1, keepdim=True))",
            "exp(200) is more than a float can hold. What may you subtract from a row of scores first?",
            "exp(200)은 부동소수점에 담기지 않아요. 점수 한 행에서 먼저 무엇을 빼도 될까요?"),
        "clamped": ("scores = scores.masked_fill -> scores = scores.clamp(-80, 80).masked_fill",
            "You clamp the scores, so beyond the limit all keys look the same. "
            "What may you subtract from a row of scores instead?",
            "점수를 일정한 범위로 잘라서, 범위를 벗어난 키가 모두 같아 보여요. "
            "자르는 대신 점수 한 행에서 무엇을 빼도 될까요?"),
        "hidden largest": (
            ("scores.masked_fill(~mask, -math.inf).masked_fill(empty, 0) "
             "-> (scores - scores.amax(-1, keepdim=True)).exp() * mask",
             "torch.softmax(scores, dim=-1) -> (scores / scores.sum(-1, keepdim=True))"),
            "The largest score is hidden, and yet it decides: beside "
            "it, what may be seen becomes 0. When do you hide?",
            "가장 큰 점수가 가려졌는데도 영향을 줘요. 그 곁에서 보이는 것들이 모두 0이 되거든요. 언제 가려야 할까요?"),
        "empty": (("-math.inf).masked_fill(empty, 0) -> -math.inf)", "dim=-1).masked_fill(empty, 0) -> dim=-1)"),
            "A query that may attend to nothing has only scores of −inf, and you divide 0 by 0. What should it get?",
            "아무것도 볼 수 없는 쿼리는 점수가 모두 −inf라서 0을 0으로 나누게 돼요. 그 쿼리는 무엇을 받아야 하나요?"),
        "uniform": (("-math.inf).masked_fill(empty, 0) -> -1e9)", "dim=-1).masked_fill(empty, 0) -> dim=-1)"),
            "A query that may attend to nothing gets the mean of "
            "everything: beside each other, all very low scores are equal.",
            "아무것도 볼 수 없는 쿼리가 모든 값의 평균을 받아요. 아주 낮은 점수도 다 같으면 서로 비겨요."),
        "not lowest": ("-math.inf -> -1e4",
            "You hide a key with a low score, and here all that may "
            "be seen are lower still. Which score is lower than any?",
            "가려진 키에 낮은 점수를 주었는데, 여기서는 보이는 점수가 "
            "모두 그보다 낮아요. 무엇보다도 낮은 점수는 무엇인가요?"),
        "inverted": ("scores = query -> mask = ~mask\n    scores = query",
            "You hide what may be seen, and see what is hidden. What does True mean here?",
            "볼 수 있는 것을 가리고, 가린 것을 보았어요. 여기서 True는 무슨 뜻인가요?"),
        "blind": ("scores = query -> mask = torch.ones_like(mask)\n    scores = query",
            "Your answer does not depend on the mask.",
            "마스크가 달라도 답이 같아요."),
        "after softmax": (
            ("scores.masked_fill(~mask, -math.inf).masked_fill(empty, 0) -> scores",
             "dim=-1).masked_fill(empty, 0) -> dim=-1) * mask"),
            "You hide after the softmax. What do the weights that are left sum to?",
            "소프트맥스 다음에 가렸어요. 남은 가중치를 더하면 얼마인가요?"),
        "zero score": ("scores.masked_fill(~mask, -math.inf).masked_fill(empty, 0) -> scores * mask",
            "You give hidden keys a score of 0. Is that low? Some scores are negative.",
            "가려진 키에 점수 0을 주었어요. 그 점수가 낮은가요? 음수인 점수도 있어요."),
        "zero score everywhere": (
            ("scores.masked_fill(~mask, -math.inf).masked_fill(empty, 0) -> scores * mask",
             "dim=-1).masked_fill(empty, 0) -> dim=-1)"),
            "You give hidden keys a score of 0, and a query without keys sees everything. What does exp(0) weigh?",
            "가려진 키의 점수가 0이고, 볼 키가 없는 쿼리가 모든 것을 봐요. exp(0)의 무게는 얼마인가요?"),
        "added": (
            ("scores.masked_fill(~mask, -math.inf).masked_fill(empty, 0) -> scores + mask",
             "dim=-1).masked_fill(empty, 0) -> dim=-1)"),
            "You add the mask to the scores, as 1 and 0. Is a key hidden when its score is lower by one?",
            "마스크를 1과 0으로 보고 점수에 더했어요. 점수가 1만큼 낮으면 키가 가려지나요?"),
        "over queries": (
            ("-math.inf).masked_fill(empty, 0) -> -math.inf)",
             "torch.softmax(scores, dim=-1) -> torch.softmax(scores, dim=-2).nan_to_num()"),
            "Your weights sum to 1 over the queries. Who divides one unit of attention among whom?",
            "가중치의 합이 쿼리를 따라 1이에요. 누가 어텐션 1을 누구에게 나누어 주나요?"),
        "not transposed": ("key.mT -> key.reshape(*key.shape[:-2], key.shape[-1], -1)",
            "You reshape the keys into the form that fits. Are the numbers of one key still together?",
            "키의 모양을 억지로 맞추었어요. 키 하나의 수들이 아직 함께 있나요?"),
        "weights": (" @ value -> ",
            "You return the weights. What do you do with them?",
            "가중치를 돌려줘요. 그 가중치로 무엇을 해야 하나요?"),
        "best key": (
            "weights @ value -> ((weights == weights.amax(-1, "
            "keepdim=True)) & (weights > 0)).to(value) @ value",
            "Each query gets the value of its best key alone. What became of the other weights?",
            "쿼리마다 가장 잘 맞는 키의 값만 받아요. 나머지 가중치는 어디로 갔나요?"),
        "no softmax": (
            ("scores.masked_fill(~mask, -math.inf).masked_fill(empty, 0) -> scores * mask",
             "torch.softmax(scores, dim=-1) -> scores"),
            "You weigh with the scores themselves. What do they sum to?",
            "점수를 그대로 가중치로 썼어요. 더하면 얼마인가요?"),
        "factor": (None,
            "Measured from outside: for vectors of {D} numbers you "
            "divide the scores by {factor}. What should it depend on?",
            "밖에서 재 보니, 수가 {D}개인 벡터에서 점수를 {factor}로 나누었어요. 무엇에 따라 달라져야 하나요?"),
        "no one factor": (None,
            "For vectors of {D} numbers, your log-weights are not in proportion "
            "to the dot products: the queries of one batch divide by {factors}.",
            "수가 {D}개인 벡터에서 가중치의 로그가 내적에 비례하지 않아요. 한 배치의 쿼리들이 나눈 수: {factors}."),
        "sums": (None,
            "With the identity for values your answer is the weights. Do those of one query sum to 1?",
            "값 자리에 단위행렬을 넣으면 답이 곧 가중치예요. 쿼리 하나의 가중치를 더하면 1인가요?"),
        "not nothing": (None,
            "A query that may attend to nothing still gives weight to some keys.",
            "아무것도 볼 수 없는 쿼리가 그래도 어떤 키에 가중치를 줘요."),
        "all are punished": (None,
            "One query may attend to nothing, and others lose their answer, too.",
            "쿼리 하나가 아무것도 볼 수 없다고 다른 쿼리까지 답을 잃었어요."),
        "seen": (None,
            "With the identity for values your answer is the weights. A hidden key has some: is it hidden?",
            "값 자리에 단위행렬을 넣으면 답이 곧 가중치예요. 가려진 키에도 가중치가 있는데, 가려진 것이 맞나요?"),
        "no scores": (None,
            "Nothing is hidden, and each key gets the same weight. Where do the queries come in?",
            "아무것도 가리지 않았는데 키마다 가중치가 같아요. 쿼리는 어디에서 쓰이나요?"),
        "negative": (None,
            "With the identity for values your answer is the weights, and some are negative.",
            "값 자리에 단위행렬을 넣으면 답이 곧 가중치인데, 음수가 있어요."),
    },
)  # fmt: skip
