"""Checks for the exercises of chapter 11, 11-heads."""

import torch

from byhand.attention import masked_softmax

from .engine import Exercise, Wrong, expect_tensor, expect_tensors, same, show


# ---------------------------------------------------------------- 11.1 cost
def cost(d_model, num_heads, T, S):
    parameters = 4 * d_model**2
    multiplications = T * S * d_model
    weights = num_heads * T * S
    return torch.tensor([parameters, multiplications, weights])


def cost_cases(rng):
    return [(2, 1, 3, 5), (6, 2, 5, 7), (6, 3, 5, 7), (15, 5, 2, 11), (77, 7, 13, 3), (512, 8, 20, 20)]


def cost_of_one_head(call, rng):
    """With one head nothing is split: three counts that anyone can do on paper."""
    got = expect_tensor(call(3, 1, 5, 7), (3,))
    for key, one, want in zip(("parameters", "products", "tables"), got.tolist(), (36, 105, 35)):
        if one != want:
            raise Wrong(key, "", got, got=f"{one:g}")
    return got


def cost_of_more_heads(call, rng):
    """Twice as many heads of half the width: only the tables grow."""
    few, many = (expect_tensor(call(24, num_heads, 5, 7), (3,)) for num_heads in (3, 6))
    keys, ratios = ("more parameters", "more products", "same tables"), (1, 1, 2)
    for key, a, b, ratio in zip(keys, few.tolist(), many.tolist(), ratios):
        if b != ratio * a:
            raise Wrong(key, "", many, few=f"{a:g}", many=f"{b:g}")
    return many


check_cost = Exercise(
    name="cost", points=1, cases=cost_cases, laws=(cost_of_one_head, cost_of_more_heads), answer=cost,
    mistakes={
        "parameters per head": ("4 * d_model**2 -> 4 * d_model**2 * num_heads",
            "Your parameters grow with the number of heads. How wide is the query of one head?",
            "헤드가 늘면 매개변수도 늘어요. 헤드 하나의 쿼리는 수 몇 개짜리인가요?"),
        "no output": ("4 * d_model**2 -> 3 * d_model**2",
            "You count the matrices that make queries, keys and values. What happens after the heads?",
            "쿼리, 키, 값을 만드는 행렬을 세었어요. 헤드들이 끝난 다음에는 무슨 일이 일어나나요?"),
        "small output": ("4 * d_model**2 -> 3 * d_model**2 + d_model * (d_model // num_heads)",
            "Your last matrix reads the result of one head. How many numbers does it read in all?",
            "마지막 행렬이 헤드 하나의 결과만 읽어요. 모두 합쳐 수 몇 개를 읽나요?"),
        "one head's parameters": ("4 * d_model**2 -> 4 * d_model * (d_model // num_heads)",
            "That is what one head has. How many heads are there?",
            "헤드 하나가 가진 것만 세었어요. 헤드가 몇 개인가요?"),
        "biases": ("4 * d_model**2 -> 4 * (d_model**2 + d_model)",
            "You count biases. This layer has none.",
            "편향까지 세었어요. 이 층에는 편향이 없어요."),
        "full width": ("T * S * d_model -> num_heads * T * S * d_model",
            "Your heads compare vectors of d_model numbers. How many has a query of one head?",
            "헤드마다 수 d_model개짜리 벡터를 비교했어요. 헤드 하나의 쿼리는 수 몇 개짜리인가요?"),
        "one head's products": ("T * S * d_model -> T * S * (d_model // num_heads)",
            "That is what the scores of one head cost. How many heads are there?",
            "헤드 하나의 점수에 드는 곱셈만 세었어요. 헤드가 몇 개인가요?"),
        "one for each score": ("T * S * d_model -> num_heads * T * S",
            "You count the scores. How many multiplications does one dot product take?",
            "점수의 개수를 세었어요. 내적 하나에는 곱셈이 몇 번 드나요?"),
        "additions": ("T * S * d_model -> 2 * T * S * d_model",
            "You count additions, too. Only multiplications are asked for.",
            "덧셈까지 세었어요. 물어본 것은 곱셈뿐이에요."),
        "one table": ("num_heads * T * S -> T * S",
            "You count one table of weights. Do all heads attend to the same positions?",
            "가중치 표를 하나만 세었어요. 모든 헤드가 같은 곳을 보나요?"),
        "features in tables": ("num_heads * T * S -> T * S * d_model",
            "Your tables grow with d_model. How many numbers say how much a query attends to a key?",
            "표가 d_model에 따라 커져요. 쿼리 하나가 키 하나를 얼마나 보는지는 수 몇 개로 적나요?"),
        "results": ("num_heads * T * S -> T * d_model",
            "You count what the heads return. The tables of weights say where they look.",
            "헤드가 돌려주는 것을 세었어요. 어디를 보는지는 가중치 표에 적혀 있어요."),
        "square": (("T * S * d_model -> T * T * d_model", "num_heads * T * S -> num_heads * T * T"),
            "You take as many keys as queries. What is S for?",
            "키가 쿼리만큼 있다고 보았어요. S는 무엇일까요?"),
        "parameters": (None,
            "One head, d_model 3: you count {got} parameters. How "
            "many matrices are there, and what is the shape of each?",
            "헤드 하나, d_model 3에서 센 매개변수가 {got}개예요. 행렬이 몇 개이고, 모양이 각각 어떤가요?"),
        "products": (None,
            "One head, 5 queries, 7 keys, 3 numbers each: you count {got} "
            "multiplications. How many scores are there, and what does one take?",
            "헤드 하나, 쿼리 5개, 키 7개, 벡터마다 수 3개에서 센 곱셈이 "
            "{got}번이에요. 점수가 몇 개이고, 하나에 곱셈이 몇 번 드나요?"),
        "tables": (None,
            "One head, 5 queries, 7 keys: you count {got} weights. Draw the table.",
            "헤드 하나, 쿼리 5개, 키 7개에서 센 가중치가 {got}개예요. 표를 그려 보세요."),
        "more parameters": (None,
            "d_model 24: 3 heads have {few} parameters and 6 heads {many}. How wide are the heads in each case?",
            "d_model 24에서 헤드가 3개일 때 매개변수가 {few}개, 6개일 "
            "때 {many}개예요. 두 경우에 헤드의 너비는 각각 얼마인가요?"),
        "more products": (None,
            "d_model 24: the scores of 3 heads take {few} multiplications, "
            "those of 6 heads {many}. How wide are the heads in each case?",
            "d_model 24에서 헤드가 3개일 때 점수에 곱셈이 {few}번, 6개일 "
            "때 {many}번 들어요. 두 경우에 헤드의 너비는 각각 얼마인가요?"),
        "same tables": (None,
            "From 3 heads to 6, your tables go from {few} numbers to {many}. How many tables are there?",
            "헤드를 3개에서 6개로 늘렸더니 표의 수가 {few}개에서 {many}개가 됐어요. 표는 몇 장인가요?"),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 11.2 split_and_join
def split_and_join(x, num_heads, results):
    heads = x.unflatten(-1, (num_heads, -1)).transpose(1, 2)  # (B, H, T, d_head)
    joined = results.transpose(1, 2).flatten(2)  # (B, T, d_model)
    return [heads, joined]


def heads_cases(rng):
    def draw(B, H, T, d_head, dtype=torch.float32):
        x = torch.randn(B, T, H * d_head, generator=rng, dtype=dtype)
        return x, H, torch.randn(B, H, T, d_head, generator=rng, dtype=dtype)

    x = torch.tensor([[[11.0, 12.0, 13.0, 14.0], [21.0, 22.0, 23.0, 24.0], [31.0, 32.0, 33.0, 34.0]]])
    results = torch.tensor([[[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[10.0, 20.0], [30.0, 40.0], [50.0, 60.0]]]])
    return [
        (x, 2, results),
        *[draw(1, 2, 1, 3), draw(2, 3, 5, 7), draw(3, 5, 2, 3), draw(5, 7, 11, 2), draw(2, 1, 3, 5), draw(3, 5, 7, 1)],
        draw(2, 3, 13, 5, torch.float64),
    ]


def heads_hold_one_token(call, rng):
    """Numbers that say which token they come from, then numbers that say which feature, or head, they are."""
    B, H, T, d_head = 2, 3, 5, 7
    token, feature = torch.arange(T).float(), torch.arange(H * d_head).float()
    for keys, x, results in (
        (
            ("tokens mixed", "tokens joined"),
            token[:, None].expand(B, T, H * d_head),
            token[:, None].expand(B, H, T, d_head),
        ),
        (
            ("other numbers", "other order"),
            feature.expand(B, T, -1),
            feature.view(H, 1, d_head).expand(B, H, T, d_head),
        ),
    ):
        heads, joined = expect_tensors(call(x, H, results), results.shape, x.shape, kind="list")
        if not same(heads, results):
            raise Wrong(keys[0], "", heads, row=show(heads[0, 0, 1]))
        if not same(joined, x):
            raise Wrong(keys[1], "", joined, row=show(joined[0, 1]))


check_split_and_join = Exercise(
    name="split_and_join", points=2, cases=heads_cases, laws=(heads_hold_one_token,), answer=split_and_join,
    mistakes={
        "reshape": (".unflatten(-1, (num_heads, -1)).transpose(1, 2) -> .reshape(results.shape)",
            "Your heads have the right shape. But the first head got the first tokens, chopped "
            "up: a reshape reads number after number. Which axis is cut, and which only moves?",
            "헤드의 모양은 맞아요. 그런데 첫 헤드가 앞쪽 토큰들을 토막 내어 가져갔어요. "
            "reshape는 수를 차례대로 읽거든요. 어느 축을 자르고, 어느 축은 옮기기만 하나요?"),
        "every": ("(num_heads, -1)).transpose(1, 2) -> (-1, num_heads)).permute(0, 3, 1, 2)",
            "Head 0 got numbers that are far apart in the vector, "
            "one from each block. The docstring asks for neighbors.",
            "헤드 0이 벡터에서 띄엄띄엄 떨어진 수를 가져갔어요. docstring이 말하는 것은 이웃한 수들이에요."),
        "features first": ("-1)).transpose(1, 2) -> -1)).permute(0, 2, 3, 1).reshape(results.shape)",
            "In each head, tokens and numbers have been swapped once too "
            "often, under the right shape. What is in the row of a token?",
            "모양은 맞는데, 헤드 안에서 토큰과 수가 한 번 더 뒤바뀌었어요. 토큰의 행에는 무엇이 있나요?"),
        "not swapped": ("-1)).transpose(1, 2) -> -1))",
            "Each token is cut well. Which axis should come first, that of heads or that of tokens?",
            "토큰마다 잘 잘랐어요. 헤드 축과 토큰 축 가운데 어느 것이 앞에 와야 하나요?"),
        "sizes": ("(num_heads, -1) -> (-1, num_heads)",
            "You have swapped the number of heads and the size of a head.",
            "헤드의 개수와 헤드의 크기가 뒤바뀌었어요."),
        "heads in front": ("x.unflatten(-1, (num_heads, -1)).transpose(1, 2) -> torch.stack(x.chunk(num_heads, -1))",
            "Your heads come before the sentences. What is the first axis of the answer?",
            "헤드 축이 문장 축보다 앞에 있어요. 답의 첫 축은 무엇인가요?"),
        "backwards": ("-1)).transpose(1, 2) -> -1)).transpose(1, 2).flip(1)",
            "Your first head got the last numbers of each token.",
            "첫 헤드가 토큰마다 마지막 수들을 가져갔어요."),
        "join reshape": ("results.transpose(1, 2).flatten(2) -> results.reshape(x.shape)",
            "You split well. On the way back you join without moving "
            "the axes: a row then holds several tokens of one head.",
            "자르기는 맞아요. 되돌릴 때는 축을 옮기지 않고 이어 붙여서, 한 행에 같은 헤드의 토큰 여럿이 들어가요."),
        "join every": ("results.transpose(1, 2).flatten(2) -> results.permute(0, 2, 3, 1).flatten(2)",
            "You split well. In your joined rows the heads alternate, "
            "number by number. Where should the results of one head be?",
            "자르기는 맞아요. 이어 붙인 행에서는 헤드가 수마다 번갈아 나와요. 한 헤드의 결과는 어디에 있어야 하나요?"),
        "join features first": ("results.transpose(1, 2).flatten(2) -> results.mT.reshape(x.shape)",
            "You split well. On the way back the wrong pair of axes is swapped.",
            "자르기는 맞아요. 되돌릴 때 엉뚱한 두 축을 바꿨어요."),
        "join below": ("results.transpose(1, 2).flatten(2) -> results.flatten(1, 2)",
            "You put the heads one below the other. They should be concatenated along the features.",
            "헤드를 위아래로 이어 붙였어요. 특징 축을 따라 이어 붙여야 해요."),
        "added up": ("results.transpose(1, 2).flatten(2) -> results.sum(1)",
            "You add the heads up. Can you still tell them apart?",
            "헤드를 더해 버렸어요. 아직 서로 구별할 수 있나요?"),
        "averaged": ("results.transpose(1, 2).flatten(2) -> results.mean(1)",
            "You average the heads. Can you still tell them apart?",
            "헤드를 평균 냈어요. 아직 서로 구별할 수 있나요?"),
        "not joined": ("results.transpose(1, 2).flatten(2) -> results.transpose(1, 2)",
            "The axes are in order. There is still one axis too many.",
            "축의 순서는 맞아요. 아직 축이 하나 많아요."),
        "x again": ("[heads, joined] -> [heads, x]",
            "You give x back as you were given it. What is to be joined here?",
            "받은 x를 그대로 돌려주었어요. 여기서 이어 붙일 것은 무엇인가요?"),
        "swapped": ("[heads, joined] -> [joined, heads]",
            "You return both, but in which order?",
            "둘 다 돌려주었어요. 순서는 어떤가요?"),
        "tokens mixed": (None,
            "If every number says which token it comes from, the row of token 1 in head 0 is {row}.",
            "수마다 자기 토큰의 번호를 적어 두었더니, 헤드 0에서 토큰 1의 행이 이래요: {row}"),
        "tokens joined": (None,
            "If every result says which token it belongs to, your joined row of token 1 is {row}.",
            "결과마다 자기 토큰의 번호를 적어 두었더니, 이어 붙인 토큰 1의 행이 이래요: {row}"),
        "other numbers": (None,
            "The numbers 0 to 20 of each token go to 3 heads. Head 0 of yours got {row}.",
            "토큰마다 0부터 20까지의 수를 헤드 3개가 나누어 가져요. 그런데 헤드 0이 가져간 것은 이래요: {row}"),
        "other order": (None,
            "Head 0 returns 0 to 6, head 1 returns 7 to 13, head 2 returns 14 to 20. Joined by you: {row}.",
            "헤드 0은 0부터 6, 헤드 1은 7부터 13, 헤드 2는 14부터 20을 돌려줘요. 이어 붙인 결과는 이래요: {row}"),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 11.3 multi_head
def multi_head(x, memory, W_qkv, W_o, num_heads, mask):
    W_q, W_k, W_v = W_qkv.chunk(3)  # (d_model, d_model) each
    query, key, value = (
        rows.unflatten(-1, (num_heads, -1)).transpose(1, 2) for rows in (x @ W_q.mT, memory @ W_k.mT, memory @ W_v.mT)
    )  # (B, H, T or S, d_head)
    scores = query @ key.mT / query.shape[-1] ** 0.5  # (B, H, T, S)
    mask = mask[:, None]  # (B, 1, T, S)
    weights = masked_softmax(scores, mask)
    each = weights @ value  # (B, H, T, d_head)
    return each.transpose(1, 2).flatten(2) @ W_o.mT


def multi_cases(rng):
    def draw(B, H, d_head, T, S, dtype=torch.float32):
        def normal(*shape):
            return torch.randn(shape, generator=rng, dtype=dtype)

        d_model = H * d_head
        mask = torch.rand(B, T, S, generator=rng) < 0.6
        mask[..., 1], mask[..., 0, 0] = True, False  # every query may attend to something
        W_qkv, W_o = 1.5 * normal(3 * d_model, d_model) / d_model**0.5, normal(d_model, d_model) / d_model**0.5
        return normal(B, T, d_model), normal(B, S, d_model) + 0.5, W_qkv, W_o, H, mask

    x, memory = torch.tensor([[[2.0, 0.0], [1.0, 3.0]]]), torch.tensor([[[1.0, 0.0], [0.0, 1.0]]])
    one, all_seen = torch.eye(2), torch.ones(1, 2, 2, dtype=torch.bool)
    mixing, some = torch.tensor([[1.0, 1.0], [0.0, 2.0]]), torch.tensor([[[True, True], [False, True]]])
    W_qkv = torch.cat([one, torch.tensor([[1.0, 0.0], [1.0, 1.0]]), torch.tensor([[10.0, 20.0], [30.0, 50.0]])])
    return [
        (x, memory, torch.cat([one, one, 10 * one]), one, 2, all_seen),
        (x, memory, W_qkv, mixing, 1, some),
        (x, memory, W_qkv, mixing, 2, some),
        (100 * x, memory, torch.cat([one, one, 10 * one]), one, 2, all_seen),  # scores of 0, 100, 200 and 300
        *[draw(2, 2, 3, 5, 5), draw(1, 3, 5, 3, 3), draw(1, 3, 5, 2, 7), draw(3, 2, 7, 5, 11), draw(2, 5, 3, 7, 3)],
        *[draw(3, 1, 5, 2, 7), draw(2, 7, 1, 3, 5), draw(5, 3, 2, 3, 7, torch.float64)],
        far_below(),
    ]


def far_below():
    """The scores of what is seen are far below any number that one might hide with, that of the rest far above."""
    x, memory = torch.tensor([[[1e16, 0.0]]]), torch.tensor([[[-2e16, 1.0], [-1e16, 2.0], [1e16, 5.0]]])
    W_v = torch.tensor([[0.0, 1.0], [0.0, 1.0]])
    return (
        x,
        memory,
        torch.cat([torch.eye(2), torch.eye(2), W_v]),
        torch.eye(2),
        1,
        torch.tensor([[[True, True, False]]]),
    )


def roles(call, rng):
    """Queries of 0 see all keys alike: the answer is a mean over the memory. Otherwise x decides."""
    B, T, H, d_model = 2, 5, 2, 6
    x, other, memory = torch.randn(3, B, T, d_model, generator=rng)
    W_q, W_k, W_v, W_o = torch.randn(4, d_model, d_model, generator=rng)
    mask, W_qkv = torch.ones(B, T, T, dtype=torch.bool), torch.cat([0 * W_q, W_k, W_v])
    got, again = (expect_tensor(call(z, memory, W_qkv, W_o, H, mask), x.shape) for z in (x, other))
    if not got.any() or got.isnan().any():  # nothing was seen where everything may be
        raise Wrong("inverted", "", got)
    if not same(got, again, 1e-4):
        raise Wrong("x is looked at", "", got)
    if not same(got, (memory.mean(1, keepdim=True) @ W_v.T @ W_o.T).expand(B, T, -1), 1e-3):
        raise Wrong("not the mean", "", got)
    W_qkv = torch.cat([W_q, W_k, W_v])
    if same(*(call(z, memory, W_qkv, W_o, H, mask) for z in (x, other))):
        raise Wrong("x does not ask", "", got)


def heads_apart(call, rng):
    """Before W_o no head knows of another: new queries for head 0 change its numbers only."""
    B, T, S, H, d_head = 2, 3, 5, 3, 4
    x, memory = torch.randn(B, T, 12, generator=rng), torch.randn(B, S, 12, generator=rng)
    W_qkv, mask = torch.randn(36, 12, generator=rng) / 3, torch.ones(B, T, S, dtype=torch.bool)
    other = torch.cat([torch.randn(d_head, 12, generator=rng), W_qkv[d_head:]])
    before, after = (expect_tensor(call(x, memory, W, torch.eye(12), H, mask), x.shape) for W in (W_qkv, other))
    changed = (before - after).abs().amax((0, 1)) > 1e-5  # (d_model,)
    if changed[d_head:].any() or not changed[:d_head].all():
        raise Wrong("heads meet", "", after, where=show(changed.nonzero()[:, 0]))


def cut(x, num_heads):
    return x.unflatten(-1, (num_heads, -1)).transpose(1, 2)


def tables_of(call, x, memory, W_q, W_k, num_heads, mask):
    """Values that are the identity in each head, and nothing behind: the answer *is* the weights. (B, H, T, S)

    memory (1, S, d_model) with S = d_head."""
    S, d_model = memory.shape[1:]
    W_v = (torch.linalg.pinv(memory[0].double()) @ torch.eye(S).double().repeat(1, num_heads)).T.float()
    memory = memory.expand(len(x), -1, -1).contiguous()
    got = call(x, memory, torch.cat([W_q, W_k, W_v]), torch.eye(d_model), num_heads, mask)
    return cut(expect_tensor(got, x.shape), num_heads)


def weights_of_each_head(call, rng):
    """The weights of each head sum to 1, and their logs tell what the scores were divided by."""
    for H, d_head in ((2, 3), (3, 5), (2, 11)):
        d_model, seen = H * d_head, torch.ones(2, 3, d_head, dtype=torch.bool)
        x, memory = torch.randn(2, 3, d_model, generator=rng), torch.randn(1, d_head, d_model, generator=rng)
        W_q, W_k = torch.randn(2, d_model, d_model, generator=rng) / d_model**0.5
        weights = tables_of(call, x, memory, W_q, W_k, H, seen)
        if not (weights.min() > -1e-3 and (weights.sum(-1) - 1).abs().max() < 1e-3):
            raise Wrong("no distribution", "", weights, row=show(weights[0, 0, 0]))
        scores = cut(x @ W_q.T, H) @ cut(memory @ W_k.T, H).mT
        pick = weights.amin(-1) > 1e-2  # the logs of tiny weights are not exact
        if pick.any():
            scores, logs = scores[pick], weights[pick].log()
            factor = (scores - scores.mean(-1, True)).norm() / (logs - logs.mean(-1, True)).norm()
            if not abs(factor / d_head**0.5 - 1) < 2e-2:
                raise Wrong("factor", "", weights, factor=f"{factor:.2f}", H=H, d_model=d_model)


def mask_of_each_sentence(call, rng):
    """What is hidden from a query in its sentence has no weight in any head."""
    x, memory = torch.randn(2, 3, 10, generator=rng), torch.randn(1, 5, 10, generator=rng)
    W_q, W_k = torch.randn(2, 10, 10, generator=rng) / 3
    mask = torch.rand(2, 3, 5, generator=rng) < 0.5
    mask[0, :, 1], mask[0, :, 3], mask[1, :, 1], mask[1, :, 3] = True, False, False, True
    weights = tables_of(call, x, memory, W_q, W_k, 2, mask)
    if weights.isnan().any():
        raise Wrong("nan", value=weights)
    hidden = weights.masked_fill(mask[:, None], 0).abs()
    if not hidden.max() < 1e-3:
        sentence, head, query, _ = hidden.gt(1e-3).nonzero()[0].tolist()
        row = f"mask    {mask[sentence, query].long().tolist()}\nweights {show(weights[sentence, head, query])}"
        raise Wrong("hidden but seen", row, weights)


def no_number_is_low_enough(call, rng):
    """What is hidden is not seen, however low the scores of the rest are."""
    got = expect_tensor(call(*far_below()), (1, 1, 2))
    if (got - 5).abs().max() < 1e-3:  # what is hidden has come in
        raise Wrong("finite", f"output {show(got)}", got)


check_multi_head = Exercise(
    name="multi_head", points=3, cases=multi_cases,
    laws=(roles, heads_apart, weights_of_each_head, mask_of_each_sentence, no_number_is_low_enough),
    forbidden=("multi_head_attention_forward", "_native_multi_head_attention"), answer=multi_head,
    mistakes={
        "by d_model": ("query.shape -> x.shape",
            "You divide by the root of d_model. Over how many numbers does a dot product of one head sum?",
            "d_model의 제곱근으로 나누었어요. 헤드 하나의 내적은 수 몇 개를 더하나요?"),
        "no scale": ("key.mT / query.shape[-1] ** 0.5 -> key.mT",
            "You do not scale the scores.",
            "점수의 크기를 조절하지 않았어요."),
        "no root": ("query.shape[-1] ** 0.5 -> query.shape[-1]",
            "You divide by the size of a head, or twice by its root.",
            "헤드의 크기로 나누었거나, 그 제곱근으로 두 번 나누었어요."),
        "by keys": ("query.shape[-1] ** 0.5 -> key.shape[-2] ** 0.5",
            "You divide by the root of the number of keys. Over how many numbers does a dot product sum?",
            "키 개수의 제곱근으로 나누었어요. 내적 하나는 수 몇 개를 더하나요?"),
        "memory asks": ("x @ W_q -> memory @ W_q",
            "Your queries come from the memory. Which side asks here, and which is attended to?",
            "쿼리를 기억에서 만들었어요. 여기서 묻는 쪽은 누구이고, 무엇을 들여다보나요?"),
        "keys from x": ("memory @ W_k -> x @ W_k",
            "Your keys come from x, your values from the memory. What does a key belong to?",
            "키는 x에서, 값은 기억에서 만들었어요. 키는 무엇에 딸린 것인가요?"),
        "values from x": ("memory @ W_v -> x @ W_v",
            "Your keys come from the memory, your values from x. What does a value belong to?",
            "키는 기억에서, 값은 x에서 만들었어요. 값은 무엇에 딸린 것인가요?"),
        "x alone": (("memory @ W_k -> x @ W_k", "memory @ W_v -> x @ W_v"),
            "Your x attends to itself. What is the memory for?",
            "x가 자기 자신을 들여다봐요. 기억은 무엇에 쓰나요?"),
        "sides swapped": (("x @ W_q -> memory @ W_q", "memory @ W_k -> x @ W_k", "memory @ W_v -> x @ W_v"),
            "In your function the memory asks, and x is attended to.",
            "기억이 묻고 x를 들여다보고 있어요."),
        "query and key": ("W_q, W_k, W_v = -> W_k, W_q, W_v =",
            "You take the first rows of W_qkv for the keys. In which order are the three?",
            "W_qkv의 첫 행들을 키에 썼어요. 셋이 어떤 순서로 놓여 있나요?"),
        "key and value": ("W_q, W_k, W_v = -> W_q, W_v, W_k =",
            "You compare with what should be fetched, and fetch what "
            "should be compared. In which order are the three in W_qkv?",
            "꺼내 올 것으로 비교하고, 비교할 것을 꺼내 왔어요. W_qkv에 셋이 어떤 순서로 놓여 있나요?"),
        "query and value": ("W_q, W_k, W_v = -> W_v, W_k, W_q =",
            "You take the last rows of W_qkv for the queries. In which order do the three come?",
            "W_qkv의 마지막 행들을 쿼리에 썼어요. 셋이 어떤 순서로 놓여 있나요?"),
        "head by head": (
            "W_qkv.chunk(3) -> (part.flatten(0, 1) for part in "
            "W_qkv.unflatten(0, (num_heads, 3, -1)).unbind(1))",
            "You read W_qkv head by head, with query, key and value "
            "of each. What comes first in it: three parts, or heads?",
            "W_qkv를 헤드마다 쿼리, 키, 값이 붙어 있는 것으로 읽었어요. 먼저 나뉘는 것은 셋인가요, 헤드인가요?"),
        "W_qkv transposed": (("W_q.mT -> W_q", "W_k.mT -> W_k", "W_v.mT -> W_v"),
            "The rows of W_qkv belong to what comes out. Along which axis does x meet it?",
            "W_qkv의 행은 나오는 쪽이에요. x는 어느 축과 만나야 하나요?"),
        "W_o transposed": ("W_o.mT -> W_o",
            "W_o is laid out as in nn.Linear: (out, in). Which of its axes meets the heads?",
            "W_o는 nn.Linear처럼 (나오는 쪽, 들어가는 쪽)으로 놓여 있어요. 헤드는 어느 축과 만나야 하나요?"),
        "both transposed": (("W_q.mT -> W_q", "W_k.mT -> W_k", "W_v.mT -> W_v", "W_o.mT -> W_o"),
            "Neither matrix is used as nn.Linear uses it. What does nn.Linear compute from its weight?",
            "두 행렬 모두 nn.Linear와 다르게 썼어요. nn.Linear는 가중치로 무엇을 계산하나요?"),
        "no W_o": ("flatten(2) @ W_o.mT -> flatten(2)",
            "You concatenate the heads and stop. Where do they meet?",
            "헤드를 이어 붙이고 멈추었어요. 헤드들은 어디에서 만나나요?"),
        "one head": ("(num_heads, -1) -> (1, -1)",
            "You attend once, at full width. num_heads changes nothing in your answer.",
            "전체 너비로 한 번만 들여다봐요. num_heads가 달라도 답이 그대로예요."),
        "reshape": (
            ".unflatten(-1, (num_heads, -1)).transpose(1, 2) -> .reshape(len(x), num_heads, rows.shape[1], -1)",
            "You ask for the shape of the heads at once. The shape is "
            "right, and the first head gets the first tokens. See 11.2.",
            "헤드의 모양을 한 번에 만들었어요. 모양은 맞지만 첫 헤드가 앞쪽 토큰들을 가져가요. 11.2를 보세요."),
        "reshape twice": (
            (".unflatten(-1, (num_heads, -1)).transpose(1, 2) "
             "-> .reshape(len(x), num_heads, rows.shape[1], -1)",
             "each.transpose(1, 2).flatten(2) -> each.reshape(x.shape)"),
            "You reshape to the heads and back, and both shapes are right. But a position of a head holds "
            "pieces of several tokens: give one token another value in 11.2, and see where it turns up.",
            "헤드로 갈 때도 돌아올 때도 reshape만 했고, 모양은 둘 다 맞아요. 그런데 헤드의 한 위치에 여러 "
            "토큰의 조각이 들어 있어요. 11.2에서 토큰 하나의 값을 바꾸고 그 값이 어디에 나타나는지 보세요."),
        "every": ("(num_heads, -1)).transpose(1, 2) -> (-1, num_heads)).permute(0, 3, 1, 2)",
            "Your heads take numbers that are far apart in the "
            "vector, and you join them as if they had been neighbors.",
            "헤드가 벡터에서 띄엄띄엄 떨어진 수를 가져가고, 이웃한 수였던 것처럼 이어 붙였어요."),
        "every and back": (
            ("(num_heads, -1)).transpose(1, 2) -> (-1, num_heads)).permute(0, 3, 1, 2)",
             "each.transpose(1, 2).flatten(2) -> each.permute(0, 2, 3, 1).flatten(2)"),
            "Your heads take numbers that are far apart in the vector, and you put them back just as "
            "they were. That is a layer, too, but these matrices were made for heads of neighbors.",
            "헤드가 벡터에서 띄엄띄엄 떨어진 수를 가져가고, 그대로 되돌려 놓았어요. 그것도 "
            "하나의 층이지만, 이 행렬들은 이웃한 수끼리 한 헤드일 때에 맞춰져 있어요."),
        "join reshape": ("each.transpose(1, 2).flatten(2) -> each.reshape(x.shape)",
            "On the way back you join without moving the axes: a row then holds several tokens of one head. See 11.2.",
            "되돌릴 때 축을 옮기지 않고 이어 붙여서, 한 행에 같은 헤드의 토큰 여럿이 들어가요. 11.2를 보세요."),
        "join every": ("each.transpose(1, 2).flatten(2) -> each.permute(0, 2, 3, 1).flatten(2)",
            "In your joined rows the heads alternate, number by number. W_o expects one after the other.",
            "이어 붙인 행에서 헤드가 수마다 번갈아 나와요. W_o는 헤드가 차례로 오기를 기다려요."),
        "mask meets heads": ("mask[:, None] -> mask",
            "Your scores have an axis of heads, the mask has none. Counted from "
            "the right, the axis of sentences in the mask meets that of the heads.",
            "점수에는 헤드 축이 있고 마스크에는 없어요. 오른쪽부터 맞추면 마스크의 문장 축이 헤드 축과 만나요."),
        "one mask": ("mask[:, None] -> mask[:1, None]",
            "You use the mask of the first sentence for all.",
            "첫 문장의 마스크를 모든 문장에 썼어요."),
        "inverted": ("mask[:, None] -> ~mask[:, None]",
            "You hide what a query may attend to, and show what is hidden. What does True mean here?",
            "봐도 되는 것을 가리고, 가린 것을 보았어요. 여기서 True는 무슨 뜻인가요?"),
        "all hidden": ("masked_softmax(scores, mask) -> scores.masked_fill(mask, -torch.inf).softmax(-1)",
            "You hide what a query may attend to; where it may attend "
            "to everything, nothing is left, and that softmax is nan.",
            "쿼리가 봐도 되는 것을 가렸어요. 모두 봐도 되는 쿼리에는 남는 것이 없어서 소프트맥스가 nan이에요."),
        "blind": ("masked_softmax(scores, mask) -> scores.softmax(-1)",
            "Your answer does not depend on the mask.",
            "마스크가 달라도 답이 같아요."),
        "behind": ("masked_softmax(scores, mask) -> scores.softmax(-1) * mask",
            "Your mask comes after the softmax: what is hidden is still in the denominator.",
            "마스크가 소프트맥스 뒤에 있어요. 가린 것이 아직 분모에 들어 있어요."),
        "finite": ("masked_softmax(scores, mask) -> scores.masked_fill(~mask, -1e9).softmax(-1)",
            "You hide behind a finite number. A score can be lower still: what is lower than any number?",
            "유한한 수로 가렸어요. 점수가 그보다 더 낮을 수도 있어요. 어떤 수보다도 낮은 것은 무엇인가요?"),
        "overflow": (
            ("masked_softmax(scores, mask) -> scores.masked_fill(~mask, -torch.inf).exp()",
             "each = weights -> each = weights / weights.sum(-1, keepdim=True)"),
            "exp of a large score is more than a float can hold.",
            "큰 점수를 지수에 올리면 부동소수점에 담기지 않아요."),
        "over queries": ("masked_softmax(scores, mask) -> scores.masked_fill(~mask, -torch.inf).softmax(-2)",
            "Your weights sum to 1 over the queries. Over what should the weights of one query sum to 1?",
            "쿼리를 따라 더한 가중치가 1이에요. 쿼리 하나의 가중치는 무엇을 따라 더해서 1이어야 하나요?"),
        "over heads": ("masked_softmax(scores, mask) -> scores.masked_fill(~mask, -torch.inf).softmax(1)",
            "Your weights sum to 1 over the heads. Should heads compete with each other?",
            "헤드를 따라 더한 가중치가 1이에요. 헤드끼리 겨루어야 하나요?"),
        "one table": ("masked_softmax(scores, mask) -> masked_softmax(scores, mask).mean(1, keepdim=True)",
            "All your heads fetch by the same weights, the average of theirs. What are several heads for?",
            "헤드들의 가중치를 평균해서 모두 함께 썼어요. 헤드는 왜 여럿인가요?"),
        "averaged": ("each.transpose(1, 2).flatten(2) -> each.mean(1).repeat(1, 1, num_heads)",
            "You average what the heads found. What are several heads for?",
            "헤드들이 찾은 것을 평균 냈어요. 헤드는 왜 여럿인가요?"),
        "x is looked at": (None,
            "With queries of 0, all keys count the same, and only the "
            "memory should be felt. Yet another x gives another answer.",
            "쿼리가 0이면 모든 키가 똑같이 들어가니 기억만 느껴져야 해요. 그런데 x를 바꾸었더니 답도 바뀌었어요."),
        "not the mean": (None,
            "With queries of 0 every head returns the mean of its values. Follow this mean "
            "by hand, from the last rows of W_qkv through W_o: your answer is another.",
            "쿼리가 0이면 헤드마다 자기 값들의 평균을 돌려줘요. 그 평균을 W_qkv의 "
            "마지막 행들부터 W_o까지 손으로 따라가 보세요. 나온 답이 그와 달라요."),
        "x does not ask": (None,
            "Two different x get the same answer. Which side asks?",
            "서로 다른 두 x가 같은 답을 받아요. 누가 묻고 있나요?"),
        "no distribution": (None,
            "With the identity for the values of each head, your answer is the weights. "
            "Each row should sum to 1, without negative numbers. One of yours: {row}.",
            "헤드마다 값 대신 단위행렬을 넣으면 답이 곧 가중치예요. 행마다 "
            "음수 없이 더해서 1이어야 하는데, 어떤 행은 이래요: {row}"),
        "factor": (None,
            "d_model is {d_model} and there are {H} heads. The weights say that you divided the scores by {factor}.",
            "d_model이 {d_model}, 헤드가 {H}개예요. 가중치를 보니 점수를 나눈 수가 이래요: {factor}"),
        "hidden but seen": (None,
            "Something hidden has got a weight. Is the mask of each "
            "sentence used, in each head, and does it leave exactly 0?",
            "가려진 것이 가중치를 받았어요. 문장마다 자기 마스크를 헤드마다 쓰고, 정확히 0이 남나요?"),
        "heads meet": (None,
            "3 heads of 4 numbers, and W_o changes nothing. New queries "
            "for head 0 alone changed the numbers {where} of the answer.",
            "헤드 3개에 수가 4개씩이고, W_o는 아무것도 바꾸지 않아요. "
            "헤드 0의 쿼리만 바꾸었더니 답에서 {where}번 수가 바뀌었어요."),
    },
)  # fmt: skip
