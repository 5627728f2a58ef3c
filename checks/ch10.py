"""Checks for the exercises of chapter 10, 10-self-attention."""
import math

import torch

from .engine import Exercise, Wrong, expect_tensor, show


# ---------------------------------------------------------------- 10.1 unshuffle
def unshuffle_by_argsort(outputs, order):
    return outputs[torch.argsort(order)]


def unshuffle_by_writing(outputs, order):
    restored = torch.empty_like(outputs)
    restored[order] = outputs
    return restored


def unshuffle_by_matrix(outputs, order):
    P = torch.eye(len(order), dtype=outputs.dtype)[order]      # P x = x[order], and its inverse is its transpose
    return P.T @ outputs


def unshuffle_by_loop(outputs, order):
    places = order.tolist()
    return torch.stack([outputs[places.index(token)] for token in range(len(places))])


def unshuffle_in_place(outputs, order):
    outputs[order] = outputs.clone()
    return outputs


def unshuffle_cases(rng):
    def draw(T, D, dtype=torch.float32):
        return torch.randn(T, D, generator=rng, dtype=dtype), torch.randperm(T, generator=rng)
    return [
        (torch.tensor([[10.0], [20.0], [30.0]]), torch.tensor([1, 2, 0])),
        (torch.tensor([[10.0], [20.0], [30.0], [40.0]]), torch.tensor([2, 0, 3, 1])),
        (torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([1, 0])),
        (torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), torch.tensor([0, 1, 2])),
        draw(7, 3), draw(11, 5), draw(13, 2, torch.float64)]


def unshuffle_undoes(call, rng):
    """For any x: shuffle, restore, and x is back."""
    for T in (5, 11):
        x, order = torch.randn(T, 3, generator=rng, dtype=torch.float64), torch.randperm(T, generator=rng)
        got = call(x[order], order)
        expect_tensor(got, (T, 3))
        if not torch.equal(got.sort(0).values, x.sort(0).values):
            raise Wrong("other rows", f"order {show(order)}", got)
        if not torch.equal(got, x):
            raise Wrong("not back", f"order {show(order)}", got)


check_unshuffle = Exercise(
    name="unshuffle", points=1, cases=unshuffle_cases, laws=(unshuffle_undoes,),
    right=[unshuffle_by_argsort, unshuffle_by_writing, unshuffle_by_matrix, unshuffle_by_loop],
    mutants={
        "again": lambda outputs, order: outputs[order],
        "nothing": lambda outputs, order: outputs.clone(),
        "flip": lambda outputs, order: outputs.flip(0),
        "flipped order": lambda outputs, order: outputs[order.flip(0)],
        "sort rows": lambda outputs, order: outputs.sort(0).values,
        "modified": unshuffle_in_place,
    },
    messages={
        "again": ("You shuffle a second time. Which token does row 0 of the outputs belong to?",
                  "한 번 더 섞었어요. 출력의 0번 행은 어느 토큰의 것인가요?"),
        "nothing": ("Your outputs are still in the shuffled order.", "출력이 아직 섞인 순서 그대로예요."),
        "flip": ("You read the rows backwards. Where does `order` come in?",
                 "행을 거꾸로 읽었어요. `order`는 어디에 쓰이나요?"),
        "flipped order": ("An order read backwards does not undo it. Try three tokens and order 1, 2, 0.",
                          "순서를 거꾸로 읽는다고 되돌아가지 않아요. 토큰 세 개와 순서 1, 2, 0으로 해 보세요."),
        "sort rows": ("You sort the outputs by their values. They should go back to the places of their tokens.",
                      "출력을 값의 크기에 따라 정렬했어요. 토큰의 원래 자리로 돌아가야 해요."),
        "other rows": ("The rows you return are not the ones that came in. Restoring an order only moves rows.",
                       "돌려준 행이 받은 행과 달라요. 순서를 되돌릴 때는 행을 옮기기만 해요."),
        "not back": ("Shuffled with this order and restored by you, the rows are not back at their places.",
                     "이 순서로 섞었다가 되돌렸는데 행이 제자리에 없어요."),
    },
)


# ---------------------------------------------------------------- 10.2 self_attend
def attend_by_matmul(x, W_q, W_k, W_v, causal):
    query, key, value = x @ W_q.T, x @ W_k.T, x @ W_v.T
    scores = query @ key.mT / math.sqrt(len(W_q))
    if causal:
        future = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
        scores = scores.masked_fill(future, -torch.inf)
    return scores.softmax(-1) @ value


def attend_by_einsum(x, W_q, W_k, W_v, causal):
    scores = torch.einsum("...td,hd,he,...se->...ts", x, W_q, W_k, x) * len(W_k) ** -0.5
    if causal:
        seen = torch.ones_like(scores).tril() == 1
        scores = torch.where(seen, scores, -torch.inf)
    powers = (scores - scores.amax(-1, keepdim=True)).exp()
    return torch.einsum("...ts,...sd,vd->...tv", powers / powers.sum(-1, keepdim=True), x, W_v)


def attend_by_loop(x, W_q, W_k, W_v, causal):
    T, rows = x.shape[-2], []
    for t in range(T):
        seen = x[..., :t + 1, :] if causal else x                              # (..., S, d_model)
        query = (W_q @ x[..., t, :, None]).mT                                  # (..., 1, d_head)
        weights = (query @ W_k @ seen.mT / W_q.shape[0] ** 0.5).softmax(-1)    # (..., 1, S)
        rows.append((weights @ seen @ W_v.T)[..., 0, :])
    return torch.stack(rows, -2)


def attend_variant(project=lambda x, W_q, W_k, W_v: (x @ W_q.T, x @ W_k.T, x @ W_v.T),
                   scale=lambda W_q, x: len(W_q) ** 0.5, future=torch.logical_not, fill=-torch.inf, axis=-1,
                   behind=False):
    """Wrong answers: the projections, the scale, what is hidden, how, or the axis of the softmax exchanged."""
    def self_attend(x, W_q, W_k, W_v, causal):
        query, key, value = project(x, W_q, W_k, W_v)
        scores = query @ key.mT / scale(W_q, x)
        hidden = future(torch.ones_like(scores).tril().bool())
        hidden = hidden if causal else hidden & False
        if behind:
            return scores.softmax(axis).masked_fill(hidden, 0) @ value
        return scores.masked_fill(hidden, fill).softmax(axis) @ value
    return self_attend


def attend_cases(rng):
    def draw(*shape, d_head, d_value, causal, dtype=torch.float32):
        x = torch.randn(*shape, generator=rng, dtype=dtype)
        W_q, W_k, W_v = (torch.randn(d, shape[-1], generator=rng, dtype=dtype) for d in (d_head, d_head, d_value))
        return x, W_q, W_k, W_v, causal
    x, W_q = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), torch.tensor([[2.0, 0.0], [0.0, 2.0]])
    W_k, W_v = torch.tensor([[1.0, 1.0], [0.0, 1.0]]), torch.tensor([[1.0, 1.0], [1.0, -1.0]])
    return [
        (x, W_q, W_k, W_v, False), (x, W_q, W_k, W_v, True), (x[:1], W_q, W_k, W_v, False),
        draw(5, 3, d_head=3, d_value=3, causal=False), draw(5, 3, d_head=3, d_value=3, causal=True),
        draw(7, 3, d_head=5, d_value=2, causal=False), draw(7, 3, d_head=5, d_value=2, causal=True),
        draw(2, 5, 7, d_head=3, d_value=11, causal=True),
        draw(3, 2, 11, 5, d_head=2, d_value=3, causal=False, dtype=torch.float64)]


def attend_shuffled(call, rng):
    """Not causal: shuffled tokens give shuffled outputs."""
    x = torch.randn(5, 3, generator=rng, dtype=torch.float64)
    W_q, W_k, W_v = (torch.randn(d, 3, generator=rng, dtype=torch.float64) for d in (2, 2, 7))
    order = torch.tensor([3, 0, 4, 1, 2])
    got = call(x[order], W_q, W_k, W_v, False)
    expect_tensor(got, (5, 7))
    if not torch.allclose(got, call(x, W_q, W_k, W_v, False)[order], atol=1e-9):
        raise Wrong("order matters", f"order {show(order)}", got)


def attend_future(call, rng):
    """Causal: exchange the last token, and no output before it may move."""
    x = torch.randn(5, 3, generator=rng, dtype=torch.float64)
    W_q, W_k, W_v = (torch.randn(d, 3, generator=rng, dtype=torch.float64) for d in (2, 2, 7))
    before = call(x, W_q, W_k, W_v, True)
    expect_tensor(before, (5, 7))
    changed = x.clone()
    changed[4] += 1
    after = call(changed, W_q, W_k, W_v, True)
    expect_tensor(after, (5, 7))
    if not torch.allclose(before[:4], after[:4], atol=1e-9):
        raise Wrong("future", "", after)


check_self_attend = Exercise(
    name="self_attend", points=2, cases=attend_cases, laws=(attend_shuffled, attend_future),
    right=[attend_by_matmul, attend_by_einsum, attend_by_loop], forbidden=("scaled_dot_product_attention",),
    mutants={
        "no scale": attend_variant(scale=lambda W_q, x: 1),
        "d_model": attend_variant(scale=lambda W_q, x: x.shape[-1] ** 0.5),
        "no root": attend_variant(scale=lambda W_q, x: len(W_q)),
        "keys ask": attend_variant(lambda x, W_q, W_k, W_v: (x @ W_k.T, x @ W_q.T, x @ W_v.T)),
        "queries twice": attend_variant(lambda x, W_q, W_k, W_v: (x @ W_q.T, x @ W_q.T, x @ W_v.T)),
        "keys twice": attend_variant(lambda x, W_q, W_k, W_v: (x @ W_k.T, x @ W_k.T, x @ W_v.T)),
        "keys as values": attend_variant(lambda x, W_q, W_k, W_v: (x @ W_q.T, x @ W_k.T, x @ W_k.T)),
        "raw values": attend_variant(lambda x, W_q, W_k, W_v: (x @ W_q.T, x @ W_k.T, x)),
        "not transposed": attend_variant(lambda x, W_q, W_k, W_v: (x @ W_q, x @ W_k, x @ W_v)),
        "queries share": attend_variant(axis=-2),
        "never causal": attend_variant(future=lambda may: may & False),
        "inverted": attend_variant(future=lambda may: may),
        "past hidden": attend_variant(future=lambda may: ~may.mT),
        "not itself": attend_variant(future=lambda may: ~may.tril(-1)),
        "zeros": attend_variant(fill=0.0),
        "behind": attend_variant(behind=True),
    },
    messages={
        "no scale": ("Your scores are not divided by anything. By what did chapter 6 divide them?",
                     "점수를 아무것으로도 나누지 않았어요. 6장에서는 무엇으로 나눴나요?"),
        "d_model": ("You divide by the root of d_model. How many products does one score add up?",
                    "d_model의 제곱근으로 나눴어요. 점수 하나는 곱 몇 개를 더한 것인가요?"),
        "no root": ("You divide by d_head itself. Something is missing.", "d_head 그대로 나눴어요. 빠진 것이 있어요."),
        "keys ask": ("Your queries are made by W_k and your keys by W_q. Who asks whom?",
                     "쿼리를 W_k로, 키를 W_q로 만들었어요. 누가 누구에게 묻나요?"),
        "queries twice": ("Your queries and keys are made by one matrix, W_q. The chapter shows what goes wrong then.",
                          "쿼리와 키를 모두 W_q로 만들었어요. 그러면 무엇이 잘못되는지 이 장에서 봤어요."),
        "keys twice": ("Your queries and keys are made by one matrix, W_k. Which one makes the queries?",
                       "쿼리와 키를 모두 W_k로 만들었어요. 쿼리를 만드는 행렬은 어느 것인가요?"),
        "keys as values": ("What you average are the keys. What does a token hand out?",
                           "키를 평균했어요. 토큰이 내주는 것은 무엇인가요?"),
        "raw values": ("What you average are the tokens themselves. What does a token hand out?",
                       "토큰 자체를 평균했어요. 토큰이 내주는 것은 무엇인가요?"),
        "not transposed": ("The matrices act on columns, and your tokens are rows. What is W x, written with rows?",
                           "행렬은 열에 작용하는데 토큰은 행이에요. W x를 행으로 쓰면 어떻게 되나요?"),
        "queries share": ("Your weights add up to 1 over the queries. Among what does one query share out its weight?",
                          "가중치를 쿼리 축으로 더하면 1이에요. 쿼리 하나는 무엇에 가중치를 나눠 주나요?"),
        "never causal": ("With causal=True your tokens still see what comes after them.",
                         "causal=True인데도 토큰이 뒤에 오는 것을 봐요."),
        "inverted": ("Causal, you hide what may be seen, and show the rest.",
                     "인과일 때 봐도 되는 것을 가리고 나머지를 보여 줬어요."),
        "past hidden": ("Causal, your tokens see themselves and what comes *after* them. Rows are queries.",
                        "인과일 때 토큰이 자신과 *뒤에* 오는 것을 봐요. 행이 쿼리예요."),
        "not itself": ("Causal, your tokens do not see themselves. And what does the first one see?",
                       "인과일 때 토큰이 자신을 보지 못해요. 그러면 첫 토큰은 무엇을 보나요?"),
        "zeros": ("You write 0 into the scores of the future. What power of e is that?",
                  "미래의 점수 자리에 0을 썼어요. e를 그만큼 거듭제곱하면 얼마인가요?"),
        "behind": ("The mask comes after the softmax: the future is still in the denominator.",
                   "마스크가 소프트맥스 뒤에 있어요. 미래가 아직 분모에 들어 있어요."),
        "order matters": ("Not causal, and yet shuffled tokens do not give shuffled outputs. Where do places come in?",
                          "인과가 아닌데도 토큰을 섞으면 출력이 섞인 그대로 나오지 않아요. 자리가 어디에 끼어드나요?"),
        "future": ("Causal, and yet outputs move when only the last token is exchanged.",
                   "인과인데도 마지막 토큰만 바꾸면 앞의 출력이 달라져요."),
    },
)


# ---------------------------------------------------------------- 10.3 steps_back
def back_by_blocks(angles, back, sharpness):
    cos, sin = (back * angles).cos(), (back * angles).sin()
    return sharpness * torch.block_diag(*(torch.stack([c, s, -s, c]).view(2, 2) for c, s in zip(cos, sin)))


def back_by_loop(angles, back, sharpness):
    W = torch.zeros(2 * len(angles), 2 * len(angles), dtype=angles.dtype)
    for i, angle in enumerate(angles.tolist()):
        c, s = sharpness * math.cos(angle * back), sharpness * math.sin(angle * back)
        W[2 * i, 2 * i] = W[2 * i + 1, 2 * i + 1] = c
        W[2 * i, 2 * i + 1], W[2 * i + 1, 2 * i] = s, -s
    return W


def back_by_slices(angles, back, sharpness):
    W = angles.new_zeros(2 * len(angles), 2 * len(angles))
    W[::2, ::2] = W[1::2, 1::2] = torch.diag(torch.cos(angles * back))
    W[::2, 1::2] = torch.diag(torch.sin(angles * back))
    return sharpness * (W - W.T * (1 - torch.eye(len(W), dtype=W.dtype)))


def back_by_exponential(angles, back, sharpness):
    quarter = torch.tensor([[0.0, 1.0], [-1.0, 0.0]], dtype=angles.dtype)       # a quarter turn back
    return sharpness * torch.linalg.matrix_exp(torch.kron(torch.diag(back * angles), quarter))


def back_variant(turn=lambda angles, back: -back * angles, factor=lambda sharpness: sharpness, mirror=False,
                 halves=False, after=lambda W: W):
    """Wrong answers: the turn, the factor, a mirror for a rotation, or the order of the numbers exchanged."""
    def steps_back(angles, back, sharpness):
        K, cos, sin = len(angles), turn(angles, back).cos(), turn(angles, back).sin()
        rows = [cos, sin, sin, -cos] if mirror else [cos, -sin, sin, cos]
        W = torch.block_diag(*torch.stack(rows, -1).view(-1, 2, 2))
        if halves:
            order = torch.arange(2 * K).view(2, K).T.flatten().argsort()        # all cosines first, then all sines
            W = W[order][:, order]
        return after(factor(sharpness) * W)
    return steps_back


def back_cases(rng):
    def draw(K, back, sharpness, dtype=torch.float32):
        return 0.1 + 2 * torch.rand(K, generator=rng, dtype=dtype), back, sharpness
    right_angle = torch.tensor([math.pi / 2])
    return [
        (right_angle, 1, 1.0), (right_angle, 0, 3.0), (torch.tensor([math.pi / 6]), 2, 2.0),
        (torch.tensor([math.pi / 2, math.pi / 3]), 1, 5.0),
        draw(3, 1, 2.0), draw(5, 7, 0.5), draw(2, 3, 11.0), draw(7, 2, 3.0, torch.float64)]


def hands(angles, T):
    """The vectors of places 0 … T - 1, (T, 2 K)."""
    at = torch.arange(T, dtype=angles.dtype)[:, None] * angles
    return torch.stack([at.cos(), at.sin()], -1).flatten(1)


def back_looks_back(call, rng):
    """The scores of twelve places: they depend on the distance alone, and are largest `back` places before."""
    angles, T = torch.tensor([0.3, 0.71, 1.9], dtype=torch.float64), 12
    places = hands(angles, T)
    for back in (1, 4):
        W = call(angles, back, 2.0)
        expect_tensor(W, (6, 6))
        scores = places @ W.double().T @ places.T                               # (T, T)
        spread = max((d := scores.diagonal(k)).amax() - d.amin() for k in range(-T + 1, T))
        if spread > 1e-5:
            raise Wrong("not the distance", f"back {back}", W)
        looked = (torch.arange(T) - scores.argmax(1))[back:T - back]
        if (looked != back).any():
            raise Wrong("elsewhere", f"back {back}", W, got=show(looked.unique()), back=back)


check_steps_back = Exercise(
    name="steps_back", points=3, cases=back_cases, laws=(back_looks_back,),
    right=[back_by_blocks, back_by_loop, back_by_slices, back_by_exponential],
    mutants={
        "ahead": back_variant(lambda angles, back: back * angles),
        "always one": back_variant(lambda angles, back: -angles),
        "no turn": back_variant(lambda angles, back: 0 * angles),
        "degrees": back_variant(lambda angles, back: torch.deg2rad(-back * angles)),
        "by steps": back_variant(lambda angles, back: -back + 0 * angles),
        "mirror": back_variant(mirror=True),
        "halves": back_variant(halves=True),
        "not sharp": back_variant(factor=lambda sharpness: 1),
        "sharp twice": back_variant(factor=lambda sharpness: sharpness ** 2),
        "first hand": back_variant(lambda angles, back: -back * angles[0].expand(len(angles))),
        "divided": back_variant(after=lambda W: W / len(W) ** 0.5),
    },
    messages={
        "ahead": ("Your queries look as far *ahead* as they should look back. Which way must a hand be turned?",
                  "뒤돌아볼 만큼 *앞을* 내다봐요. 바늘을 어느 쪽으로 돌려야 하나요?"),
        "always one": ("You look one place back whatever `back` is.", "`back`이 얼마든 한 자리 뒤만 봐요."),
        "no turn": ("Your queries look at their own place. How do they come to look further back?",
                    "쿼리가 제자리를 봐요. 더 뒤를 보게 하려면 어떻게 할까요?"),
        "degrees": ("The angles are radians already.", "각은 이미 라디안이에요."),
        "by steps": ("You turn every hand by the same angle, `back` radians. How far does a hand go in `back` places?",
                     "모든 바늘을 똑같이 `back` 라디안만큼 돌렸어요. 바늘은 `back` 자리 동안 얼마나 움직이나요?"),
        "mirror": ("Your little matrices mirror the hands. They should turn them: what is the determinant?",
                   "작은 행렬이 바늘을 거울에 비춰요. 돌려야 해요. 행렬식이 얼마인가요?"),
        "halves": ("You expect all cosines first and then all sines. How are the numbers of a place laid out here?",
                   "코사인이 모두 앞에, 사인이 모두 뒤에 있다고 봤어요. 여기서는 자리의 수가 어떤 순서로 놓여 있나요?"),
        "not sharp": ("Your scores are at most the number of hands. Where does `sharpness` come in?",
                      "점수가 기껏해야 바늘의 개수예요. `sharpness`는 어디에 쓰이나요?"),
        "sharp twice": ("`sharpness` comes in twice. Queries carry it, keys do not.",
                        "`sharpness`를 두 번 곱했어요. 쿼리에만 있고 키에는 없어요."),
        "first hand": ("You turn all hands by the angle of the first. Each has its own.",
                       "모든 바늘을 첫 바늘의 각만큼 돌렸어요. 바늘마다 자기 각이 있어요."),
        "divided": ("Your scores are divided by a root. The score asked for here has no such factor.",
                    "점수를 제곱근으로 나눴어요. 여기서 바라는 점수에는 그런 인수가 없어요."),
        "not the distance": ("The score of two places should depend only on their distance, and yours does not. "
                             "What do you do to a hand, other than turning it?",
                             "두 자리의 점수는 서로 얼마나 떨어져 있는지에만 달려야 하는데 그렇지 않아요. 바늘을 "
                             "돌리는 것 말고 무엇을 더 했나요?"),
        "elsewhere": ("With back = {back} every place should look {back} back. Yours look back by {got}.",
                      "back = {back}이면 모든 자리가 {back}만큼 뒤를 봐야 해요. 나온 것은 {got}이에요."),
    },
)
