"""Checks for the exercises of chapter 7, 07-scores."""

import torch

from .engine import AUTOGRAD, Exercise, Wrong, expect_tensor


# ---------------------------------------------------------------- 7.1 unit_scale
def unit_scale(std_query, std_key, d):
    variance = d * std_query**2 * std_key**2
    return variance**-0.5


def scale_cases(rng):
    def stds(n):
        return 0.2 + 3 * torch.rand(n, generator=rng)

    return [
        (torch.tensor([2.0]), torch.tensor([0.25]), 9),
        (torch.tensor([1.0, 2.0, 0.5]), torch.tensor([3.0, 1.0, 0.2]), 4),
        (torch.tensor([1.5, 1.5]), torch.tensor([1.5, 0.7]), 1),
        (torch.tensor([1e-3, 300.0]), torch.tensor([1e-2, 2e-3]), 7),
        (stds(5), stds(5), 7),
        (stds(7), stds(7), 64),
        (stds(3).double(), stds(3).double(), 1000),
    ]


def scale_gives_unit_scores(call, rng):
    """Draw such queries and keys, scale their dot products, and measure."""
    for std_query, std_key, d in ((1.0, 1.0, 23), (3.0, 0.5, 11), (0.25, 1.0, 5), (1.0, 7.0, 2)):
        query = std_query * torch.randn(20_000, d, generator=rng)
        key = std_key * torch.randn(20_000, d, generator=rng)
        got = expect_tensor(call(torch.tensor([std_query]), torch.tensor([std_key]), d), (1,))
        measured = ((query * key).sum(1) * got).std().item()
        if not 0.95 < measured < 1.05:
            raise Wrong("not unit", value=got, q=std_query, k=std_key, d=d, measured=f"{measured:.3g}")


check_unit_scale = Exercise(
    name="unit_scale", points=1, cases=scale_cases, laws=(scale_gives_unit_scores,), answer=unit_scale,
    mistakes={
        "only root": ("std_query**2 * std_key**2 -> torch.ones_like(std_query)",
            "Right if both have standard deviation 1. What if the query's components are twice as large?",
            "둘 다 표준편차가 1이면 맞아요. 쿼리의 성분이 두 배로 크면 어떻게 될까요?"),
        "without d": ("d * std_query -> std_query",
            "You treat the score as one product. How many products does it add up?",
            "점수를 곱 하나로 보았어요. 곱을 몇 개나 더하나요?"),
        "divided by d": ("d * std_query -> d**2 * std_query",
            "You let the standard deviation grow like `d`. What adds up over "
            "independent terms: the standard deviations or the variances?",
            "표준편차가 `d`에 비례해 커진다고 보았어요. 독립인 항을 "
            "더할 때 더해지는 것은 표준편차일까요, 분산일까요?"),
        "std for variance": ("std_query**2 * std_key**2 -> std_query * std_key",
            "Under your root there are standard deviations together with `d`. Which power of them is a variance?",
            "루트 안에 표준편차가 `d`와 나란히 있어요. 분산은 표준편차의 몇 제곱일까요?"),
        "variance for std": ("std_query**2 * std_key**2 -> std_query**4 * std_key**4",
            "You square once too often: the arguments are standard deviations, and the root undoes one square only.",
            "제곱을 한 번 더 했어요. 인자는 표준편차이고, 루트는 제곱을 한 번만 되돌려요."),
        "query only": ("std_query**2 * std_key**2 -> std_query**2",
            "Your answer does not depend on the keys. Make them ten times as large: what do the scores do?",
            "답이 키와 상관없어요. 키를 열 배로 키우면 점수는 어떻게 될까요?"),
        "key only": ("std_query**2 * std_key**2 -> std_key**2",
            "Your answer does not depend on the queries. Make them ten times as large: what do the scores do?",
            "답이 쿼리와 상관없어요. 쿼리를 열 배로 키우면 점수는 어떻게 될까요?"),
        "added": ("std_query**2 * std_key**2 -> (std_query**2 + std_key**2)",
            "You add the two variances, as for a sum of query and key. Here they are multiplied.",
            "쿼리와 키를 더할 때처럼 두 분산을 더했어요. 여기서는 둘을 곱해요."),
        "the std": ("variance**-0.5 -> variance**0.5",
            "That is how large the scores are. By what must you multiply to make it 1?",
            "그것은 점수가 얼마나 큰지예요. 무엇을 곱해야 1이 될까요?"),
        "of the variance": ("variance**-0.5 -> 1 / variance",
            "You divide by the variance. If all scores are multiplied by c, what happens to their variance?",
            "분산으로 나누었어요. 점수에 모두 c를 곱하면 분산은 몇 배가 될까요?"),
        "to the std": ("return variance**-0.5 -> return std_query * std_key / d**0.5",
            "Larger components make your scale larger, too. Should it not work against them?",
            "성분이 커지면 배율도 커져요. 거꾸로 움직여야 하지 않을까요?"),
        "not unit": (None,
            "Queries with standard deviation {q:g}, keys with {k:g}, d = {d}: "
            "scaled by your number, the scores have standard deviation {measured}.",
            "쿼리의 표준편차가 {q:g}, 키의 표준편차가 {k:g}, d = {d}일 "
            "때 그 수를 곱하면 점수의 표준편차가 {measured}예요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 7.2 additive_scores
def additive_scores(query, key, W, U, v):
    from_query = (query @ W.T).unsqueeze(-2)
    from_key = (key @ U.T).unsqueeze(-3)
    return (from_query + from_key).tanh() @ v


def additive_cases(rng):
    def draw(lead, T, S, d_query, d_key, d_hidden, size=1):
        def normal(*sizes):
            return torch.randn(*sizes, generator=rng)

        return (
            size * normal(*lead, T, d_query),
            size * normal(*lead, S, d_key),
            normal(d_hidden, d_query),
            normal(d_hidden, d_key),
            normal(d_hidden),
        )

    eye = torch.eye(2)
    return [
        (torch.tensor([[1.0, 0.5]]), torch.tensor([[-0.5, 0.25]]), eye, eye, torch.tensor([1.0, 2.0])),
        (
            torch.tensor([[0.5, 1.0], [1.0, -1.0]]),
            torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.5]]),
            eye,
            2 * eye,
            torch.tensor([1.0, -1.0]),
        ),
        draw((), 3, 5, 7, 11, 13),
        draw((), 5, 1, 3, 2, 7),
        draw((2,), 3, 5, 5, 5, 7),
        draw((), 3, 5, 7, 2, 3, size=100),  # every tanh is 1 or -1
        draw((3,), 7, 2, 11, 3, 5),
        draw((2, 3), 5, 7, 3, 2, 11),
        tuple(x.double() for x in draw((5,), 2, 3, 7, 5, 3)),
    ]


def additive_is_bounded_and_separate(call, rng):
    """Never above Σ|v|; one key changes one column only; v multiplies; a tanh is odd."""
    query, key = torch.randn(3, 7, generator=rng), torch.randn(5, 2, generator=rng)
    W, U, v = (torch.randn(*sizes, generator=rng) for sizes in ((11, 7), (11, 2), (11,)))
    got = expect_tensor(call(query, key, W, U, v), (3, 5))
    large = expect_tensor(call(1000 * query, 1000 * key, W, U, v), (3, 5))
    if (large.abs() > v.abs().sum() * 1.001).any():
        raise Wrong("unbounded", value=large, got=f"{large.abs().max():.3g}", limit=f"{v.abs().sum():.3g}")
    other = key.clone()
    other[3] += 1
    change = (call(query, other, W, U, v) - got).abs().amax(0) > 1e-5
    if change.tolist() != [False, False, False, True, False]:
        raise Wrong("other keys", value=got, columns=change.nonzero().flatten().tolist())
    if not torch.allclose(call(-query, -key, W, U, v), -got, atol=1e-4):
        raise Wrong("not odd", value=got)


check_additive_scores = Exercise(
    name="additive_scores", points=2, cases=additive_cases, laws=(additive_is_bounded_and_separate,),
    answer=additive_scores,
    mistakes={
        "no tanh": (".tanh() -> ",
            "Your score is a part for the query plus a part for the key. "
            "Softmax over the keys: what does the query's part change?",
            "점수가 쿼리 부분 더하기 키 부분이에요. 키에 대해 소프트맥스를 하면 쿼리 부분은 무엇을 바꿀까요?"),
        "tanh last": ("(from_query + from_key).tanh() @ v -> ((from_query + from_key) @ v).tanh()",
            "You squash the score. Where does the formula have the tanh: around the vector, or around the number?",
            "점수를 눌렀어요. 식에서 tanh는 벡터를 감싸나요, 수를 감싸나요?"),
        "tanh apart": ("(from_query + from_key).tanh() -> (from_query.tanh() + from_key.tanh())",
            "You squash query and key separately. Then they never meet: the score is a sum of two parts.",
            "쿼리와 키를 따로 눌렀어요. 그러면 둘이 만나지 못하고, 점수는 두 부분의 합이 돼요."),
        "product": ("from_query + from_key -> from_query * from_key",
            "You multiply the two projected vectors. Why is this score called additive?",
            "투영한 두 벡터를 곱했어요. 이 점수를 왜 덧셈 점수라고 부를까요?"),
        "difference": ("from_query + from_key -> from_query - from_key",
            "You subtract the key's part. Look at the sign in the formula.",
            "키 부분을 뺐어요. 식의 부호를 다시 보세요."),
        "sigmoid": ("tanh -> sigmoid",
            "You squash to the range from 0 to 1. What does the formula's function do with 0?",
            "0에서 1 사이로 눌렀어요. 식에 있는 함수는 0을 어디로 보내나요?"),
        "relu": ("tanh -> relu",
            "You cut off at 0, and large entries stay large. Which function does the formula have?",
            "0 아래를 잘라 냈고, 큰 성분은 그대로 커요. 식에는 어떤 함수가 있나요?"),
        "no v": (" @ v -> .sum(-1)",
            "All hidden entries count the same in your score. Who says which of them matter?",
            "숨은 성분이 모두 똑같이 쳐져요. 어느 것이 중요한지는 무엇이 정하나요?"),
        "mean": (" @ v -> .mul(v).mean(-1)",
            "You take a mean over the hidden entries. What does a dot product with `v` do?",
            "숨은 성분을 평균했어요. `v`와의 내적은 무엇을 하나요?"),
        "softmax": ("(from_query + from_key).tanh() @ v -> ((from_query + from_key).tanh() @ v).softmax(-1)",
            "You return weights. The scores come before the softmax.",
            "가중치를 돌려줘요. 점수는 소프트맥스를 하기 전의 값이에요."),
        "keys down": ("(from_query + from_key).tanh() @ v -> ((from_query + from_key).tanh() @ v).mT",
            "Queries should go down and keys across. Which axis of your answer belongs to which?",
            "쿼리가 세로, 키가 가로여야 해요. 답의 두 축은 각각 누구의 것인가요?"),
        "key forgotten": ("from_query + from_key -> from_query + 0 * from_key",
            "Every key gets the same score from you. Where does the key come in?",
            "모든 키의 점수가 같아요. 키는 어디에 들어가나요?"),
        "unbounded": (None,
            "With large queries and keys your scores reach {got}. The formula cannot get past {limit}: why not?",
            "쿼리와 키가 크면 점수가 {got}까지 가요. 식으로는 {limit}까지만 갈 수 있어요. 왜 그럴까요?"),
        "other keys": (None,
            "Only key 3 was changed, and the scores of the keys "
            "{columns} changed. A score is about one query and one key.",
            "키 3만 바꾸었는데 키 {columns}의 점수가 바뀌었어요. 점수 하나는 쿼리 하나와 키 하나의 일이에요."),
        "not odd": (None,
            "Flip the signs of all queries and keys: the sign of each "
            "score should flip, too. Which of your steps does not?",
            "쿼리와 키의 부호를 모두 뒤집으면 점수의 부호도 뒤집혀야 해요. 어느 단계가 그렇지 않나요?"),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 7.3 softmax_gradient
def softmax_gradient(weights, upstream):
    mean = (weights * upstream).sum(-1, keepdim=True)
    return weights * (upstream - mean)


def gradient_cases(rng):
    def draw(*sizes, sharp=1.0, size=1.0, dtype=torch.float32):
        scores = sharp * torch.randn(*sizes, generator=rng, dtype=dtype)
        return scores.softmax(-1), size * torch.randn(*sizes, generator=rng, dtype=dtype)

    return [
        (torch.tensor([0.75, 0.25]), torch.tensor([2.0, -2.0])),
        (torch.tensor([0.5, 0.25, 0.25]), torch.tensor([1.0, 2.0, 4.0])),
        (torch.tensor([[0.125, 0.875, 0.0], [0.25, 0.25, 0.5]]), torch.tensor([[2.0, 1.0, 5.0], [0.0, -3.0, 1.0]])),
        draw(7),
        draw(3, 5),
        draw(5, 5),
        draw(2, 7, 3),
        draw(2, 3, 5, 11, sharp=2.0),
        draw(5, 7, sharp=30.0, size=1000.0, dtype=torch.float64),
        draw(13, 2, dtype=torch.float64),
    ]


def gradient_knows_softmax(call, rng):
    """Adding one number to all scores changes no weight; so the gradient sums to 0, and a constant gives 0."""
    weights = torch.randn(3, 7, generator=rng).softmax(-1)
    upstream = torch.randn(3, 7, generator=rng)
    got = expect_tensor(call(weights, upstream), (3, 7))
    if not (total := got.sum(-1)).abs().max() < 1e-5:
        raise Wrong("total", value=got, got=f"{total[total.abs().argmax()]:.3g}")
    if not call(weights, torch.full_like(upstream, 3.0)).abs().max() < 1e-5:
        raise Wrong("constant gradient", value=got)
    one_hot = torch.eye(7)[:3]
    if not call(one_hot, upstream).abs().max() < 1e-5:
        raise Wrong("one-hot", value=got)


check_softmax_gradient = Exercise(
    name="softmax_gradient", points=3, cases=gradient_cases, laws=(gradient_knows_softmax,),
    forbidden=(*AUTOGRAD, "vjp", "jvp", "jacobian", "_softmax_backward_data"), answer=softmax_gradient,
    mistakes={
        "unchanged": ("return weights * (upstream - mean) -> return upstream.clone()",
            "You hand the gradient on as it is. How much does a weight move when its score moves a little?",
            "그래디언트를 그대로 넘겼어요. 점수가 조금 움직일 때 가중치는 얼마나 움직이나요?"),
        "diagonal": ("return weights * (upstream - mean) -> return weights * (1 - weights) * upstream",
            "You look at each weight and its own score only. If one score grows, what do the other weights do?",
            "가중치마다 자기 점수만 보았어요. 점수 하나가 커지면 다른 가중치는 어떻게 되나요?"),
        "weights only": ("return weights * (upstream - mean) -> return weights * upstream",
            "Suppose the upstream gradient is the same for all keys. The weights "
            "always sum to 1: what can the scores change about the loss?",
            "위에서 온 그래디언트가 모든 키에서 같다고 해 봐요. "
            "가중치의 합은 늘 1이에요. 점수가 손실을 바꿀 수 있을까요?"),
        "plain mean": ("(weights * upstream).sum(-1 -> upstream.mean(-1",
            "You subtract a mean in which all keys count the same. Does a key without weight pull at the others?",
            "모든 키를 똑같이 친 평균을 뺐어요. 가중치가 없는 키가 다른 키를 끌어당길까요?"),
        "no weight outside": ("return weights * (upstream - mean) -> return upstream - mean",
            "You subtract the right number, but a key with weight 0 still receives a gradient.",
            "맞는 수를 뺐지만, 가중치가 0인 키도 그래디언트를 받아요."),
        "not weighted": ("return weights * (upstream - mean) -> return weights * upstream - mean",
            "Every key gives up the same amount. How is it distributed in the formula?",
            "모든 키가 똑같은 양을 내놓아요. 식에서는 그 양을 어떻게 나누나요?"),
        "log-softmax": (
            "return weights * (upstream - mean) -> return upstream - weights * upstream.sum(-1, keepdim=True)",
            "This is the way back through the *logarithm* of a softmax. "
            "Here the upstream gradient is that of the weights themselves.",
            "소프트맥스의 *로그*를 거슬러 가는 길이에요. 여기서 위에서 온 것은 가중치 자신의 그래디언트예요."),
        "cross-entropy": ("return weights * (upstream - mean) -> return weights - upstream",
            "That is softmax and cross-entropy together, for targets. Here `upstream` is a gradient, not a target.",
            "소프트맥스와 교차 엔트로피를 합친 것이고, 거기에는 정답이 "
            "들어가요. 여기서 `upstream`은 정답이 아니라 그래디언트예요."),
        "sign": ("return weights -> return -weights",
            "All signs are flipped. If the loss grows with one weight, does it grow or fall with that weight's score?",
            "부호가 모두 뒤집혔어요. 손실이 어떤 가중치와 함께 커진다면, 그 점수가 커질 때 손실은 커질까요, 줄까요?"),
        "plus": ("upstream - mean -> upstream + mean",
            "The part of the other keys has the wrong sign. If one weight grows, where does it take from?",
            "다른 키에서 오는 부분의 부호가 틀렸어요. 가중치 하나가 커지면 그만큼을 어디에서 가져오나요?"),
        "softmax again": ("mean = -> weights = weights.softmax(-1)\n    mean =",
            "You take a softmax of the weights. They have been through it already.",
            "가중치에 소프트맥스를 또 했어요. 이미 한 번 지나온 값이에요."),
        "whole tensor": (".sum(-1, keepdim=True) -> .sum()",
            "You sum over all queries. Each row of weights is a softmax of its own.",
            "모든 쿼리에 걸쳐 더했어요. 가중치의 행마다 따로 소프트맥스를 한 거예요."),
        "total": (None,
            "The gradients of one query's scores sum to {got} in your answer. "
            "Add one number to all scores: how much does the loss change?",
            "쿼리 하나의 점수들이 받는 그래디언트의 합이 {got}이에요. "
            "모든 점수에 같은 수를 더하면 손실은 얼마나 달라지나요?"),
        "constant gradient": (None,
            "The same gradient for every key should leave the scores alone, since the weights always sum to 1.",
            "가중치의 합은 늘 1이니까, 모든 키의 그래디언트가 같으면 점수는 아무것도 받지 않아야 해요."),
        "one-hot": (None,
            "With weights of 0 and 1 the softmax has decided. Your scores still receive a gradient.",
            "가중치가 0과 1이면 소프트맥스는 이미 결정을 끝냈어요. 그런데도 점수가 그래디언트를 받아요."),
    },
)  # fmt: skip
