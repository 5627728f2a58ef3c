"""Checks for the exercises of chapter 10, 10-self-attention."""

import math

import torch

from byhand.attention import masked_softmax

from .engine import Exercise, Wrong, expect_tensor, show


# ---------------------------------------------------------------- 10.1 unshuffle
def unshuffle(outputs, order):
    return outputs[order.argsort()]


def unshuffle_cases(rng):
    def draw(T, D, dtype=torch.float32):
        return torch.randn(T, D, generator=rng, dtype=dtype), torch.randperm(T, generator=rng)

    return [
        (torch.tensor([[10.0], [20.0], [30.0]]), torch.tensor([1, 2, 0])),
        (torch.tensor([[10.0], [20.0], [30.0], [40.0]]), torch.tensor([2, 0, 3, 1])),
        (torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([1, 0])),
        (torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), torch.tensor([0, 1, 2])),
        *[draw(7, 3), draw(11, 5), draw(13, 2, torch.float64)],
    ]


def unshuffle_undoes(call, rng):
    """For any x: shuffle, restore, and x is back."""
    for T in (5, 11):
        x, order = torch.randn(T, 3, generator=rng, dtype=torch.float64), torch.randperm(T, generator=rng)
        got = expect_tensor(call(x[order], order), (T, 3))
        if not torch.equal(got.sort(0).values, x.sort(0).values):
            raise Wrong("other rows", f"order {show(order)}", got)
        if not torch.equal(got, x):
            raise Wrong("not back", f"order {show(order)}", got)


check_unshuffle = Exercise(
    name="unshuffle", points=1, cases=unshuffle_cases, laws=(unshuffle_undoes,), answer=unshuffle,
    mistakes={
        "again": ("order.argsort() -> order",
            "You shuffle a second time. Which token does row 0 of the outputs belong to?",
            "한 번 더 섞었어요. 출력의 0번 행은 어느 토큰의 것인가요?"),
        "nothing": ("outputs[order.argsort()] -> outputs.clone()",
            "Your outputs are still in the shuffled order.",
            "출력이 아직 섞인 순서 그대로예요."),
        "flip": ("outputs[order.argsort()] -> outputs.flip(0)",
            "You read the rows backwards. Where does `order` come in?",
            "행을 거꾸로 읽었어요. `order`는 어디에 쓰이나요?"),
        "flipped order": ("order.argsort() -> order.flip(0)",
            "An order read backwards does not undo it. Try three tokens and order 1, 2, 0.",
            "순서를 거꾸로 읽는다고 되돌아가지 않아요. 토큰 세 개와 순서 1, 2, 0으로 해 보세요."),
        "sorted rows": ("outputs[order.argsort()] -> outputs.sort(0).values",
            "You sort the outputs by their values. They should go back to the positions of their tokens.",
            "출력을 값의 크기에 따라 정렬했어요. 토큰의 원래 위치로 돌아가야 해요."),
        "descending": ("argsort() -> argsort(descending=True)",
            "You sort from large to small: the outputs come back in reverse.",
            "큰 것부터 정렬해서, 출력이 거꾸로 돌아왔어요."),
        "other rows": (None,
            "The rows you return are not the ones that came in. Restoring an order only moves rows.",
            "돌려준 행이 받은 행과 달라요. 순서를 되돌릴 때는 행을 옮기기만 해요."),
        "not back": (None,
            "Shuffled with this order and restored by you, the rows are not back where they were.",
            "이 순서로 섞었다가 되돌렸는데 행이 원래 위치에 없어요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 10.2 self_attend
def self_attend(x, W_q, W_k, W_v, causal):
    query, key, value = x @ W_q.T, x @ W_k.T, x @ W_v.T
    scores = query @ key.mT / len(W_q) ** 0.5  # (..., T, T)
    mask = torch.ones_like(scores).tril().bool() if causal else None
    return masked_softmax(scores, mask) @ value


def attend_cases(rng):
    def draw(*shape, d_head, d_value, causal, dtype=torch.float32):
        x = torch.randn(*shape, generator=rng, dtype=dtype)
        W_q, W_k, W_v = (torch.randn(d, shape[-1], generator=rng, dtype=dtype) for d in (d_head, d_head, d_value))
        return x, W_q, W_k, W_v, causal

    x, W_q = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), torch.tensor([[2.0, 0.0], [0.0, 2.0]])
    W_k, W_v = torch.tensor([[1.0, 1.0], [0.0, 1.0]]), torch.tensor([[1.0, 1.0], [1.0, -1.0]])
    return [
        (x, W_q, W_k, W_v, False),
        (x, W_q, W_k, W_v, True),
        (x[:1], W_q, W_k, W_v, False),
        (20 * x, W_q, W_k, W_v, False),
        *[draw(5, 3, d_head=3, d_value=3, causal=False), draw(5, 3, d_head=3, d_value=3, causal=True)],
        *[draw(7, 3, d_head=5, d_value=2, causal=False), draw(7, 3, d_head=5, d_value=2, causal=True)],
        draw(2, 5, 7, d_head=3, d_value=11, causal=True),
        draw(3, 2, 11, 5, d_head=2, d_value=3, causal=False, dtype=torch.float64),
        far_below(),
    ]


def far_below():
    """The first token scores itself far below any number that one might hide with, and the hidden ones far above."""
    x = torch.tensor([[1.0], [-1.0], [-2.0]])
    return x, torch.tensor([[1e16]]), torch.tensor([[-1e16]]), torch.tensor([[1.0]]), True


def attend_shuffled(call, rng):
    """Not causal: shuffled tokens give shuffled outputs."""
    x = torch.randn(5, 3, generator=rng, dtype=torch.float64)
    W_q, W_k, W_v = (torch.randn(d, 3, generator=rng, dtype=torch.float64) for d in (2, 2, 7))
    order = torch.tensor([3, 0, 4, 1, 2])
    got = expect_tensor(call(x[order], W_q, W_k, W_v, False), (5, 7))
    if not torch.allclose(got, call(x, W_q, W_k, W_v, False)[order], atol=1e-9):
        raise Wrong("order matters", f"order {show(order)}", got)


def attend_future(call, rng):
    """Causal: replace the last token, and no output before it may move."""
    x = torch.randn(5, 3, generator=rng, dtype=torch.float64)
    W_q, W_k, W_v = (torch.randn(d, 3, generator=rng, dtype=torch.float64) for d in (2, 2, 7))
    before = expect_tensor(call(x, W_q, W_k, W_v, True), (5, 7))
    changed = x.clone()
    changed[4] += 1
    after = expect_tensor(call(changed, W_q, W_k, W_v, True), (5, 7))
    if not torch.allclose(before[:4], after[:4], atol=1e-9):
        raise Wrong("future", "", after)


def no_number_is_low_enough(call, rng):
    """Causal: the first token sees itself alone, however low its own score is."""
    args = far_below()
    got = expect_tensor(call(*args), (3, 1))
    if got[0, 0] < -0.9:  # what is hidden has come in
        raise Wrong("finite", f"outputs {show(got)}", got)


check_self_attend = Exercise(
    name="self_attend", points=2, cases=attend_cases, laws=(attend_shuffled, attend_future, no_number_is_low_enough),
    forbidden=("scaled_dot_product_attention",), answer=self_attend,
    mistakes={
        "no scale": ("key.mT / len(W_q) ** 0.5 -> key.mT",
            "Your scores are not divided by anything. By what did chapter 6 divide them?",
            "점수를 아무것으로도 나누지 않았어요. 6장에서는 무엇으로 나눴나요?"),
        "d_model": ("len(W_q) -> x.shape[-1]",
            "You divide by the root of d_model. How many products does one score add up?",
            "d_model의 제곱근으로 나눴어요. 점수 하나는 곱 몇 개를 더한 것인가요?"),
        "by tokens": ("len(W_q) -> x.shape[-2]",
            "You divide by the root of the number of tokens. How many numbers does a query have?",
            "토큰 수의 제곱근으로 나눴어요. 쿼리 하나는 수 몇 개인가요?"),
        "d_value": ("len(W_q) -> len(W_v)",
            "You divide by the root of the size of a value. How many products does one score add up?",
            "값의 크기의 제곱근으로 나눴어요. 점수 하나는 곱 몇 개를 더한 것인가요?"),
        "no root": ("len(W_q) ** 0.5 -> len(W_q)",
            "You divide by d_head itself. Something is missing.",
            "d_head 그대로 나눴어요. 빠진 것이 있어요."),
        "keys ask": ("x @ W_q.T, x @ W_k.T -> x @ W_k.T, x @ W_q.T",
            "Your queries are made by W_k and your keys by W_q. Who asks whom?",
            "쿼리를 W_k로, 키를 W_q로 만들었어요. 누가 누구에게 묻나요?"),
        "queries twice": ("x @ W_k.T -> x @ W_q.T",
            "Your queries and keys are made by one matrix, W_q. The chapter shows what goes wrong then.",
            "쿼리와 키를 모두 W_q로 만들었어요. 그러면 무엇이 잘못되는지 이 장에서 봤어요."),
        "keys twice": ("x @ W_q.T -> x @ W_k.T",
            "Your queries and keys are made by one matrix, W_k. Which one makes the queries?",
            "쿼리와 키를 모두 W_k로 만들었어요. 쿼리를 만드는 행렬은 어느 것인가요?"),
        "keys as values": ("x @ W_v.T -> x @ W_k.T",
            "What you average are the keys. What does a token hand out?",
            "키를 평균 냈어요. 토큰이 내주는 것은 무엇인가요?"),
        "raw values": ("x @ W_v.T -> x",
            "What you average are the tokens themselves. What does a token hand out?",
            "토큰 자체를 평균 냈어요. 토큰이 내주는 것은 무엇인가요?"),
        "not transposed": ("x @ W_q.T, x @ W_k.T, x @ W_v.T -> x @ W_q, x @ W_k, x @ W_v",
            "The matrices act on columns, and your tokens are rows. What is W x, written with rows?",
            "행렬은 열에 작용하는데 토큰은 행이에요. W x를 행으로 쓰면 어떻게 되나요?"),
        "over queries": (
            "masked_softmax(scores, mask) -> masked_softmax(scores.mT, None if mask is None else mask.mT).mT",
            "Your weights sum to 1 over the queries. Over what should the weights of one query sum to 1?",
            "가중치를 쿼리 축으로 더하면 1이에요. 쿼리 하나의 가중치는 무엇에 대해 더해서 1이어야 하나요?"),
        "never causal": ("tril().bool() if causal else None -> bool()",
            "With causal=True your tokens still attend to what comes after them.",
            "causal=True인데도 토큰이 뒤에 오는 것을 봐요."),
        "always causal": ("if causal else None -> ",
            "With causal=False your tokens do not attend to what comes after them.",
            "causal=False인데도 토큰이 뒤에 오는 것을 보지 못해요."),
        "inverted": ("tril() -> triu(1)",
            "Causal, you hide what a token may attend to, and show the rest.",
            "인과일 때 봐도 되는 것을 가리고 나머지를 보여 줬어요."),
        "past hidden": ("tril() -> triu()",
            "Causal, your tokens see themselves and what comes *after* them. Rows are queries.",
            "인과일 때 토큰이 자신과 *뒤에* 오는 것을 봐요. 행이 쿼리예요."),
        "not itself": ("tril() -> tril(-1)",
            "Causal, your tokens do not see themselves. And what does the first one see?",
            "인과일 때 토큰이 자신을 보지 못해요. 그러면 첫 토큰은 무엇을 보나요?"),
        "nothing seen": (
            ("tril() -> tril(-1)",
             "masked_softmax(scores, mask) -> (scores if mask is None "
             "else scores.masked_fill(~mask, -torch.inf)).softmax(-1)"),
            "Causal, your first token attends to nothing, not even to itself, and a softmax over nothing is nan.",
            "인과일 때 첫 토큰이 자신조차 보지 못해요. 볼 것이 없는 소프트맥스는 nan이에요."),
        "zeros": (
            "masked_softmax(scores, mask) -> (scores if mask is "
            "None else scores.masked_fill(~mask, 0)).softmax(-1)",
            "You write 0 into the scores of the future. What power of e is that?",
            "미래의 점수에 0을 썼어요. e를 그만큼 거듭제곱하면 얼마인가요?"),
        "finite": (
            "masked_softmax(scores, mask) -> (scores if mask is "
            "None else scores.masked_fill(~mask, -1e9)).softmax(-1)",
            "You hide the future behind a finite number. A score can be lower still: what is lower than any number?",
            "미래를 유한한 수로 가렸어요. 점수가 그보다 더 낮을 수도 있어요. 어떤 수보다도 낮은 것은 무엇인가요?"),
        "behind": ("masked_softmax(scores, mask) -> scores.softmax(-1) * (1 if mask is None else mask)",
            "The mask comes after the softmax: the future is still in the denominator.",
            "마스크가 소프트맥스 뒤에 있어요. 미래가 아직 분모에 들어 있어요."),
        "overflow": (
            ("return masked_softmax(scores, mask) -> powers = scores.exp() * (1 if "
             "mask is None else mask); return powers / powers.sum(-1, keepdim=True)"),
            "exp of a large score is more than a float can hold.",
            "큰 점수를 지수에 올리면 부동소수점에 담기지 않아요."),
        "clamped": ("masked_softmax(scores, mask) -> masked_softmax(scores.clamp(-80, 80), mask)",
            "You cut large scores off: two of them beyond the limit then weigh the same.",
            "큰 점수를 잘라 냈어요. 한계를 넘은 두 점수의 가중치가 같아져요."),
        "order matters": (None,
            "Not causal, and yet shuffled tokens do not give shuffled outputs. Where do positions come in?",
            "인과가 아닌데도 토큰을 섞으면 출력이 섞인 그대로 나오지 않아요. 위치가 어디에 끼어드나요?"),
        "future": (None,
            "Causal, and yet outputs move when only the last token is replaced.",
            "인과인데도 마지막 토큰만 바꾸면 앞의 출력이 달라져요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 10.3 steps_back
def steps_back(angles, back, sharpness):
    angle = -back * angles  # (K,)
    cos, sin = angle.cos(), angle.sin()
    rotations = torch.stack([cos, -sin, sin, cos], -1).view(-1, 2, 2)
    return sharpness * torch.block_diag(*rotations)  # (2 K, 2 K)


def back_cases(rng):
    def draw(K, back, sharpness, dtype=torch.float32):
        return 0.1 + 2 * torch.rand(K, generator=rng, dtype=dtype), back, sharpness

    right_angle = torch.tensor([math.pi / 2])
    return [
        (right_angle, 1, 1.0),
        (right_angle, 0, 3.0),
        (torch.tensor([math.pi / 6]), 2, 2.0),
        (torch.tensor([math.pi / 2, math.pi / 3]), 1, 5.0),
        *[draw(3, 1, 2.0), draw(5, 7, 0.5), draw(2, 3, 11.0), draw(7, 2, 3.0, torch.float64)],
        draw(5, 1009, 100.0, torch.float64),
    ]


def vectors(angles, T):
    """The vectors of the positions 0 … T - 1, (T, 2 K)."""
    at = torch.arange(T, dtype=angles.dtype)[:, None] * angles
    return torch.stack([at.cos(), at.sin()], -1).flatten(1)


def back_looks_back(call, rng):
    """The scores of twelve positions: they depend on the distance alone, and are largest `back` positions before."""
    angles, T = torch.tensor([0.3, 0.71, 1.9], dtype=torch.float64), 12
    keys = vectors(angles, T)
    for back in (1, 4):
        W = expect_tensor(call(angles, back, 2.0), (6, 6))
        scores = keys @ W.double().T @ keys.T  # (T, T)
        spread = max((d := scores.diagonal(k)).amax() - d.amin() for k in range(-T + 1, T))
        if spread > 1e-5:
            raise Wrong("not the distance", f"back {back}", W)
        looked = (torch.arange(T) - scores.argmax(1))[back : T - back]
        if (looked != back).any():
            raise Wrong("elsewhere", f"back {back}", W, got=show(looked.unique()), back=back)


check_steps_back = Exercise(
    name="steps_back", points=3, cases=back_cases, laws=(back_looks_back,), answer=steps_back,
    mistakes={
        "ahead": ("-back * angles -> back * angles",
            "Your queries look as far *ahead* as they should look back. Which way must a hand be rotated?",
            "뒤돌아볼 만큼 *앞을* 내다봐요. 바늘을 어느 쪽으로 돌려야 하나요?"),
        "always one": ("-back * angles -> -angles",
            "You look one position back whatever `back` is.",
            "`back`이 얼마든 한 위치 뒤만 봐요."),
        "no rotation": ("-back * angles -> 0 * angles",
            "Your queries look at their own position. How do they come to look further back?",
            "쿼리가 자기 위치를 봐요. 더 뒤를 보게 하려면 어떻게 할까요?"),
        "degrees": ("-back * angles -> torch.deg2rad(-back * angles)",
            "The angles are radians already.",
            "각은 이미 라디안이에요."),
        "by steps": ("-back * angles -> -back + 0 * angles",
            "You rotate every hand by the same angle, `back` radians. How far does a hand go in `back` positions?",
            "모든 바늘을 똑같이 `back` 라디안만큼 돌렸어요. 위치가 `back`만큼 바뀌는 동안 바늘은 얼마나 움직이나요?"),
        "mirror": ("[cos, -sin, sin, cos] -> [cos, sin, sin, -cos]",
            "Your little matrices mirror the hands. They should rotate them: what is the determinant?",
            "작은 행렬이 바늘을 거울에 비춰요. 돌려야 해요. 행렬식이 얼마인가요?"),
        "halves": (
            "torch.block_diag(*rotations) -> torch.cat([torch.cat([cos.diag(), "
            "-sin.diag()], 1), torch.cat([sin.diag(), cos.diag()], 1)])",
            "You expect all cosines first and then all sines. How are the numbers of a position laid out here?",
            "코사인이 모두 앞에, 사인이 모두 뒤에 있다고 봤어요. 여기서는 한 위치의 수가 어떤 순서로 놓여 있나요?"),
        "not sharp": ("return sharpness * torch -> return torch",
            "Your scores are at most the number of hands. Where does `sharpness` come in?",
            "점수가 기껏해야 바늘의 개수예요. `sharpness`는 어디에 쓰이나요?"),
        "sharp twice": ("return sharpness * -> return sharpness**2 *",
            "`sharpness` comes in twice. Queries carry it, keys do not.",
            "`sharpness`를 두 번 곱했어요. 쿼리에만 있고 키에는 없어요."),
        "first hand": ("-back * angles -> -back * angles[0].expand(len(angles))",
            "You rotate all hands by the angle of the first. Each has its own.",
            "모든 바늘을 첫 바늘의 각만큼 돌렸어요. 바늘마다 자기 각이 있어요."),
        "divided": ("block_diag(*rotations) -> block_diag(*rotations) / (2 * len(angles)) ** 0.5",
            "Your scores are divided by a root. The score asked for here has no such factor.",
            "점수를 제곱근으로 나눴어요. 여기서 바라는 점수에는 그런 인수가 없어요."),
        "not the distance": (None,
            "The score of two positions should depend only on their distance, and "
            "yours does not. What do you do to a hand, other than rotating it?",
            "두 위치의 점수는 서로 얼마나 떨어져 있는지에만 달려야 하는데 "
            "그렇지 않아요. 바늘을 돌리는 것 말고 무엇을 더 했나요?"),
        "elsewhere": (None,
            "With back = {back} every position should look {back} back. Yours look back by {got}.",
            "`back`이 {back}일 때 모든 위치가 {back}만큼 뒤를 봐야 해요. 그런데 {got}만큼 뒤를 봐요."),
    },
)  # fmt: skip
