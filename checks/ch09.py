"""Checks for the exercises of chapter 9, 09-alignment."""

import torch

from byhand.attention import masked_softmax

from .engine import Exercise, Wrong, expect_tensor, expect_tensors, same, show


# ---------------------------------------------------------------- 9.1 alignment_accuracy
def alignment_accuracy(weights, positions):
    peaks = weights.argmax(-1)  # (B, T)
    right = peaks == positions
    return right.to(weights.dtype).mean()


def accuracy_cases(rng):
    def draw(B, T, S, sharp):
        """Some peaks at the right position, some beside it, some anywhere."""
        positions = torch.randint(S, (B, T), generator=rng)
        kind, anywhere = torch.rand(B, T, generator=rng), torch.randint(S, (B, T), generator=rng)
        beside = torch.where(positions > 0, positions - 1, positions + 1)
        peak = torch.where(kind < 0.5, positions, torch.where(kind < 0.7, beside, anywhere))
        if B > 2:
            peak[1] = positions[1]  # a sequence without a mistake
        scores = torch.rand(B, T, S, generator=rng)
        scores.scatter_(2, peak[..., None], 1 + sharp)
        return scores.softmax(-1), positions

    one = [[0.3, 0.25, 0.45], [0.4, 0.35, 0.25], [0.6, 0.3, 0.1]]
    other = [[0.1, 0.3, 0.6], [0.3, 0.4, 0.3], [0.45, 0.15, 0.4]]
    return [
        (torch.tensor([[[0.1, 0.7, 0.2]]]), torch.tensor([[1]])),
        (torch.tensor([[[0.1, 0.2, 0.7], [0.2, 0.5, 0.3]]]), torch.tensor([[2, 2]])),
        (torch.tensor([one, other]), torch.tensor([[2, 0, 1], [2, 1, 0]])),
        *[draw(3, 7, 7, 0.2), draw(5, 7, 11, 1.0), draw(7, 5, 3, 0.1), draw(3, 13, 5, 2.0), draw(11, 3, 13, 4.0)],
    ]


def accuracy_stays(call, rng):
    """Shuffle the source and sharpen the weights: the peaks move along, and the accuracy does not change."""
    weights, positions = accuracy_cases(rng)[4]
    before = expect_tensor(call(weights, positions), ())
    order = torch.randperm(weights.shape[-1], generator=rng)
    sharper = weights**2 / (weights**2).sum(-1, keepdim=True)
    for key, *args in (
        ("shuffled", weights[..., order], order.argsort()[positions]),
        ("sharper", sharper, positions),
        ("doubled", torch.cat([weights, weights]), torch.cat([positions, positions])),
    ):
        after = expect_tensor(call(*args), ())
        if not abs(after - before) < 1e-5:
            raise Wrong(key, "", after, before=show(before), after=show(after))


check_alignment_accuracy = Exercise(
    name="alignment_accuracy", points=1, cases=accuracy_cases, laws=(accuracy_stays,), answer=alignment_accuracy,
    mistakes={
        "over steps": ("argmax(-1) -> argmax(1)",
            "You look for the largest weight among the written tokens. Which axis holds the source?",
            "쓴 토큰들 사이에서 가장 큰 가중치를 찾았어요. 원문은 어느 축인가요?"),
        "weight": ("peaks == positions -> weights.gather(2, positions[:, :, None])[:, :, 0]",
            "You average the weight at the right position. A peak counts as one, be it 0.4 or 0.9 high.",
            "맞는 위치의 가중치를 평균 냈어요. 꼭대기는 높이가 0.4든 0.9든 하나로 세어요."),
        "over half": ("peaks == positions -> weights.gather(2, positions[:, :, None])[:, :, 0] > 0.5",
            "You ask for more than half of the weight. Can the largest of many weights be below a half?",
            "가중치가 절반을 넘는지 물었어요. 여럿 가운데 가장 큰 가중치가 절반보다 작을 수는 없나요?"),
        "above average": (
            "peaks == positions -> weights.gather(2, positions[:, :, None])[:, :, 0] > 1 / weights.shape[-1]",
            "You count a position when its weight is above average. Several can be: which one is the peak?",
            "가중치가 평균보다 크면 맞다고 셌어요. 그런 위치는 여럿일 수 있어요. 꼭대기는 어느 것인가요?"),
        "whole sequences": ("right.to -> right.all(1).to",
            "One peak at the wrong position, and you drop the whole sequence. What is counted here?",
            "하나만 어긋나도 시퀀스 전체를 버렸어요. 여기서 세는 것은 무엇인가요?"),
        "any": ("right.to -> right.any(1).to",
            "One peak at the right position is enough for you to accept the whole sequence.",
            "하나만 맞아도 시퀀스 전체를 맞다고 했어요."),
        "diagonal": ("== positions -> == torch.arange(weights.shape[1])",
            "You expect the peaks on the diagonal. What does `positions` say?",
            "꼭대기가 대각선에 있다고 보았어요. `positions`는 뭐라고 하나요?"),
        "anti-diagonal": ("== positions -> == weights.shape[2] - 1 - torch.arange(weights.shape[1])",
            "You expect the peaks of a reversal. What does `positions` say?",
            "뒤집기의 꼭대기를 기대했어요. `positions`는 뭐라고 하나요?"),
        "neighbors": ("peaks == positions -> (peaks - positions).abs() <= 1",
            "You also count a peak beside the right position.",
            "맞는 위치 바로 옆의 꼭대기까지 셌어요."),
        "average position": (
            "weights.argmax(-1) -> (weights @ "
            "torch.arange(weights.shape[-1]).to(weights.dtype)).round().long()",
            "You take the average position. Two high weights far apart average to a position between them.",
            "위치의 평균을 구했어요. 멀리 떨어진 큰 가중치 둘의 평균은 그 사이의 위치예요."),
        "least": ("argmax -> argmin",
            "You look for the smallest weight.",
            "가장 작은 가중치를 찾았어요."),
        "count": ("mean() -> sum()",
            "You return how many peaks are right. What fraction of all written tokens is that?",
            "맞은 개수를 돌려줘요. 쓴 토큰 전체 가운데 얼마만큼인가요?"),
        "per step": ("mean() -> sum() / len(right)",
            "You divide by the number of sequences. How many written tokens are there in all?",
            "시퀀스의 수로 나누었어요. 쓴 토큰은 모두 몇 개인가요?"),
        "misses": ("peaks == positions -> peaks != positions",
            "You return the fraction that is *not* right.",
            "맞지 *않은* 것의 비율을 돌려줘요."),
        "distance": ("peaks == positions -> (peaks - positions).abs()",
            "You average how far off the peaks are. Far or near, a miss is a miss.",
            "꼭대기가 얼마나 멀리 있는지 평균을 냈어요. 멀든 가깝든 빗나간 것은 빗나간 것이에요."),
        "last step": ("right.to -> right[:, -1].to",
            "You look at the last written token only.",
            "마지막에 쓴 토큰만 보았어요."),
        "first sequence": ("right.to -> right[0].to",
            "You look at the first sequence of the batch only.",
            "배치의 첫 시퀀스만 보았어요."),
        "shuffled": (None,
            "Shuffle the source, and the right positions with it: your accuracy goes from "
            "{before} to {after}. What does the number of a position say about its neighbors?",
            "원문을 섞고 맞는 위치도 함께 옮겼더니 정확도가 달라졌어요({before} "
            "→ {after}). 위치의 번호가 이웃에 대해 무엇을 말해 주나요?"),
        "sharper": (None,
            "Sharpen all weights, and the peaks stay where they are. Your accuracy goes from {before} to {after}.",
            "가중치를 모두 더 뾰족하게 해도 꼭대기는 그대로 있어요. 그런데 정확도가 달라졌어요({before} → {after})."),
        "doubled": (None,
            "Put the same batch in twice: {before} becomes {after}. What do you divide by?",
            "같은 배치를 두 번 이어 넣었더니 정확도가 달라졌어요({before} → {after}). 무엇으로 나누었나요?"),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 9.2 look_back
def look_back(state, memory, W, source_mask):
    query = state @ W  # (B, E)
    scores = (memory @ query[:, :, None])[:, :, 0]  # (B, S)
    weights = masked_softmax(scores, source_mask)
    context = (weights[:, None] @ memory)[:, 0]  # (B, E)
    return [context, weights]


def look_cases(rng):
    def draw(B, S, D, E, dtype=torch.float32):
        def normal(*shape):
            return torch.randn(shape, generator=rng, dtype=dtype)

        lengths = torch.randint(2, S + 1, (B, 1), generator=rng)
        lengths[0], lengths[-1] = S - 1, S
        memory = normal(B, S, E)
        return normal(B, D), memory, normal(D, E) * 0.7, torch.arange(S) < lengths

    one, memory = torch.tensor([[1.0, 0.0]]), torch.tensor([[[2.0, 0.0], [0.0, 4.0], [5.0, 5.0]]])
    two = torch.tensor([[[1.0, 3.0], [2.0, -8.0]], [[7.0, 2.0], [1.0, 5.0]]])
    return [
        (one, memory, torch.eye(2), torch.tensor([[True, True, True]])),
        (one, memory, torch.eye(2), torch.tensor([[True, True, False]])),
        (one, memory, torch.tensor([[0.0, 0.5], [1.0, 0.0]]), torch.ones(1, 3).bool()),
        (torch.tensor([[20.0], [-20.0]]), two, torch.tensor([[4.0, 1.0]]), torch.tensor([[True, True], [True, False]])),
        *[draw(3, 5, 7, 7), draw(5, 3, 2, 11), draw(7, 11, 5, 3), draw(3, 7, 3, 5, torch.float64)],
        far_below(),
    ]


def far_below():
    """The scores of the tokens are far below any number that one might hide with, those of the padding far above."""
    memory = torch.tensor([[[-2.0, 1.0], [-1.0, 2.0], [3.0, 3.0], [1.0, 5.0]]])
    return torch.tensor([[1e33]]), memory, torch.tensor([[1.0, 0.0]]), torch.tensor([[True, True, False, False]])


def look_is_honest(call, rng):
    """The context is made with the weights, of the tokens only, and each sentence is on its own."""
    state, memory, W, mask = look_cases(rng)[6]
    shapes = (len(state), memory.shape[-1]), mask.shape
    context, weights = expect_tensors(call(state, memory, W, mask), *shapes)
    row = f"source_mask {mask[0].long().tolist()}\nweights     {show(weights[0])}"
    if weights.masked_fill(mask, 0).abs().max() > 1e-6:
        raise Wrong("padding weighs", row, weights)
    if not (weights.sum(1) - 1).abs().max() < 1e-4:
        raise Wrong("no distribution", row, weights)
    if not ((weights[:, :, None] * memory).sum(1) - context).abs().max() < 1e-4:
        raise Wrong("two stories", "", context)
    alone = expect_tensors(call(state[:1], memory[:1], W, mask[:1]), (1, memory.shape[-1]), mask[:1].shape)
    if not (alone[1] - weights[:1]).abs().max() < 1e-4:
        raise Wrong("not alone", f"in a batch {show(weights[0])}\nalone      {show(alone[1][0])}", weights)
    again = expect_tensors(call(state, memory.flip(1), W, mask.flip(1)), *shapes)
    if not (again[1].flip(1) - weights).abs().max() < 1e-4:
        raise Wrong("order counts", "", weights)


def look_through_W(call, rng):
    """Where both sizes are equal, no shape tells whether W was transposed, or forgotten."""
    state, memory, W, mask = look_cases(rng)[4]
    got = expect_tensors(call(state, memory, W, mask), (len(state), memory.shape[-1]), mask.shape)
    for key, other in (("W transposed", W.T), ("no W", torch.eye(len(W)))):
        if same(got[1], look_back(state, memory, other, mask)[1]):
            raise Wrong(key, "", got)


def no_number_is_low_enough(call, rng):
    """The padding weighs nothing, however low the other scores are."""
    args = far_below()
    weights = expect_tensors(call(*args), (1, 2), (1, 4))[1]
    if not weights[0, 2:].abs().max() < 1e-3:
        raise Wrong("finite", f"weights {show(weights[0])}", weights)


check_look_back = Exercise(
    name="look_back", points=2, cases=look_cases, laws=(look_through_W, look_is_honest, no_number_is_low_enough),
    answer=look_back,
    mistakes={
        "padding": ("masked_softmax(scores, source_mask) -> scores.softmax(1)",
            "The padding gets weight, too, and the more of it, the "
            "shorter a sentence is. What does `source_mask` say?",
            "패딩에도 가중치가 가요. 문장이 짧을수록 더 많이요. `source_mask`는 뭐라고 하나요?"),
        "not renormalized": ("masked_softmax(scores, source_mask) -> scores.softmax(1) * source_mask",
            "You take the weight of the padding away after the softmax. What do the other weights sum to?",
            "소프트맥스 다음에 패딩의 가중치를 뺐어요. 나머지 가중치의 합은 얼마인가요?"),
        "zero score": ("masked_softmax(scores, source_mask) -> (scores * source_mask).softmax(1)",
            "You give the padding a score of 0. Some tokens have less.",
            "패딩에 점수 0을 주었어요. 그보다 점수가 낮은 토큰도 있어요."),
        "finite": ("masked_softmax(scores, source_mask) -> scores.masked_fill(~source_mask, -1e9).softmax(1)",
            "You hide the padding behind a finite number. A score can be lower still: what is lower than any number?",
            "패딩을 유한한 수로 가렸어요. 점수가 그보다 더 낮을 수도 있어요. 어떤 수보다도 낮은 것은 무엇인가요?"),
        "inverted": ("scores, source_mask -> scores, ~source_mask",
            "You attend to the padding and hide the sentence. What does True mean in `source_mask`?",
            "패딩을 보고 문장을 가렸어요. `source_mask`에서 True는 무슨 뜻인가요?"),
        "sentence hidden": (
            "masked_softmax(scores, source_mask) -> scores.masked_fill(source_mask, -torch.inf).softmax(1)",
            "You hide the sentence, and where there is no padding nothing is "
            "left: that softmax is nan. What does True mean in `source_mask`?",
            "문장을 가렸어요. 패딩이 없으면 남는 것이 없어서 소프트맥스가 "
            "nan이에요. `source_mask`에서 True는 무슨 뜻인가요?"),
        "over batch": (
            "masked_softmax(scores, source_mask) -> scores.masked_fill(~source_mask, -torch.inf).softmax(0)",
            "Your weights sum to 1 over the batch. Do sentences compete with each other?",
            "가중치의 합이 배치를 따라 1이에요. 문장끼리 겨루나요?"),
        "overflow": (
            ("masked_softmax(scores, source_mask) -> scores.masked_fill(~source_mask, -torch.inf).exp()",
             "context = -> weights = weights / weights.sum(1, keepdim=True); context ="),
            "exp of a large score is more than a float can hold.",
            "큰 점수를 지수에 올리면 부동소수점에 담기지 않아요."),
        "hidden largest": (
            "masked_softmax(scores, source_mask) -> (scores - scores.amax(1, keepdim=True)).exp() "
            "* source_mask; weights = weights / weights.sum(1, keepdim=True)",
            "You subtract the largest score of all, the padding included. If "
            "that is far above the rest, nothing is left of the sentence.",
            "패딩까지 넣어 가장 큰 점수를 뺐어요. 그것이 나머지보다 훨씬 크면 문장에 남는 것이 없어요."),
        "clamped": ("masked_softmax(scores, source_mask) -> masked_softmax(scores.clamp(-80, 80), source_mask)",
            "You cut large scores off: two of them beyond the limit then weigh the same.",
            "큰 점수를 잘라 냈어요. 한계를 넘은 두 점수의 가중치가 같아져요."),
        "W transposed": ("state @ W -> state @ W.T",
            "When both sizes are equal, the shapes do not tell which way round "
            "W goes. Look at the docstring: which index belongs to the state?",
            "두 크기가 같으면 모양만 보고는 W의 방향을 알 수 없어요. "
            "docstring을 보세요. 상태의 인덱스는 어느 쪽인가요?"),
        "no W": ("state @ W -> state",
            "You compare the state with the memory directly, without W.",
            "W 없이 상태와 기억을 바로 비교했어요."),
        "scaled": ("[:, :, 0] -> [:, :, 0] / memory.shape[-1] ** 0.5",
            "You divide the scores by the root of the size of the memory. The "
            "formula of this exercise does not: W can learn its own scale.",
            "점수를 기억 크기의 제곱근으로 나누었어요. 이 문제의 식에는 그런 것이 없어요. 크기는 W가 배울 수 있어요."),
        "scaled by state": ("[:, :, 0] -> [:, :, 0] / state.shape[-1] ** 0.5",
            "You divide the scores by the root of the size of the state. The formula of this exercise does not.",
            "점수를 상태 크기의 제곱근으로 나누었어요. 이 문제의 식에는 그런 것이 없어요."),
        "first state": ("state @ W -> state[:1] @ W",
            "You query every sentence with the state of the first one.",
            "모든 문장에 첫 문장의 상태로 물었어요."),
        "plain mean": ("[:, :, 0] -> [:, :, 0] * 0",
            "All tokens weigh the same. Where does the state come in?",
            "토큰의 가중치가 모두 같아요. 상태는 어디에서 쓰이나요?"),
        "last token": (
            "masked_softmax(scores, source_mask) -> torch.eye(scores.shape[1], "
            "dtype=scores.dtype)[source_mask.sum(1) - 1]",
            "You look at the last token only. That was the bottleneck of chapter 5.",
            "마지막 토큰만 보았어요. 그것이 5장의 병목이었어요."),
        "best token": ("(weights[:, None] @ memory)[:, 0] -> memory[torch.arange(len(memory)), weights.argmax(1)]",
            "Your context is the memory of the best token alone, and your weights say otherwise.",
            "가중치는 여럿인데 문맥은 가장 잘 맞는 토큰의 기억 하나예요."),
        "memory through W": ("@ memory)[:, 0] -> @ memory @ W.T)[:, 0]",
            "Your context is a mixture of something that has gone through W. Which vectors are the values?",
            "W를 통과한 것을 섞어 문맥을 만들었어요. 값은 어느 벡터인가요?"),
        "mean context": ("@ memory)[:, 0] -> @ memory)[:, 0] / memory.shape[1]",
            "You divide the weighted sum by the number of tokens. The weights sum to 1 already.",
            "가중합을 토큰 수로 나누었어요. 가중치의 합은 이미 1이에요."),
        "scores": ("masked_softmax(scores, source_mask) -> scores.masked_fill(~source_mask, 0)",
            "Your weights are the scores themselves. What do they sum to?",
            "점수를 그대로 가중치로 썼어요. 더하면 얼마인가요?"),
        "swapped": ("[context, weights] -> [weights, context]",
            "You return the weights first. The context comes first.",
            "가중치가 먼저 나와요. 문맥이 먼저예요."),
        "padding weighs": (None,
            "A position of the padding has some weight.",
            "패딩인 위치에 가중치가 있어요."),
        "no distribution": (None,
            "The weights of a sentence should sum to 1.",
            "문장 하나의 가중치를 더하면 1이어야 해요."),
        "two stories": (None,
            "Mix the memory with the weights that you return, and what comes out is not your context.",
            "돌려준 가중치로 기억을 섞었더니, 돌려준 문맥과 다른 것이 나와요."),
        "not alone": (None,
            "A sentence gets other weights in a batch than alone. Along which axis do you mix?",
            "배치 안에 있을 때와 혼자일 때 문장의 가중치가 달라요. 어느 축을 따라 섞었나요?"),
        "order counts": (None,
            "Flip memory and `source_mask`, and the weights should only be flipped with them.",
            "기억과 `source_mask`를 거꾸로 하면 가중치도 거꾸로 될 뿐이어야 해요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 9.3 copy_table
def copy_table(weights, sources, vocab_size):
    table = weights.new_zeros(*weights.shape[:2], vocab_size)  # (B, T, V)
    for b, tokens in enumerate(sources.tolist()):
        for s, token in enumerate(tokens):
            table[b, :, token] += weights[b, :, s]
    return table


def copy_cases(rng):
    def draw(B, T, S, V, dtype=torch.float32):
        sources = torch.randint(V, (B, S), generator=rng)
        sources[:, S // 2] = sources[:, 0]  # at least one token comes twice
        sources[0, 1] = 0
        return (2 * torch.randn(B, T, S, generator=rng, dtype=dtype)).softmax(-1), sources, V

    two = [[[0.5, 0.25, 0.25], [0.0, 0.125, 0.875]], [[1.0, 0.0, 0.0], [0.25, 0.5, 0.25]]]
    return [
        (torch.tensor([[[0.25, 0.75]]]), torch.tensor([[2, 1]]), 4),
        (torch.tensor([[[0.5, 0.125, 0.375]]]), torch.tensor([[2, 1, 2]]), 4),
        (torch.tensor(two), torch.tensor([[0, 3, 0], [1, 1, 2]]), 5),
        *[draw(3, 5, 7, 11), draw(5, 3, 11, 7), draw(2, 7, 5, 13), draw(3, 3, 3, 3), draw(3, 2, 13, 5, torch.float64)],
    ]


def copy_keeps_the_weight(call, rng):
    """All the weight arrives, in whatever order the source is and whatever ids its tokens have."""
    weights, sources, V = copy_cases(rng)[3]
    table = expect_tensor(call(weights, sources, V), (*weights.shape[:2], V))
    if not (table.sum(-1) - 1).abs().max() < 1e-4:
        raise Wrong("lost weight", f"sums {show(table.sum(-1)[0])}", table)
    order, names = torch.arange(sources.shape[1]).flip(0), torch.randperm(V, generator=rng)
    for key, other in (
        ("order counts", call(weights[..., order], sources[:, order], V)),
        ("names count", call(weights, names[sources], V)[..., names]),
    ):
        expect_tensor(other, table.shape)
        if not (other - table).abs().max() < 1e-4:
            raise Wrong(key, "", table)


check_copy_table = Exercise(
    name="copy_table", points=3, cases=copy_cases, laws=(copy_keeps_the_weight,), answer=copy_table,
    mistakes={
        "last wins": ("+= -> =",
            "A token that is twice in the source keeps only its last weight. You write over the first.",
            "원문에 두 번 나온 토큰에 마지막 가중치만 남아요. 앞의 것 위에 덮어썼어요."),
        "largest wins": ("+= weights[b, :, s] -> = torch.maximum(table[b, :, token], weights[b, :, s])",
            "A token that comes twice keeps only its larger weight. What if it has many small ones?",
            "두 번 나온 토큰에 더 큰 가중치만 남아요. 작은 가중치가 여럿이면 어떻게 될까요?"),
        "first wins": (("enumerate(tokens) -> reversed(list(enumerate(tokens)))", "+= -> ="),
            "A token that comes twice keeps only its first weight.",
            "두 번 나온 토큰에 첫 가중치만 남아요."),
        "mean": (
            "return table -> return table / torch.nn.functional.one_hot(sources, "
            "vocab_size).sum(1)[:, None].clamp(min=1)",
            "You average over the positions of a token. Is a token that comes twice half as likely?",
            "토큰이 있는 위치들의 가중치를 평균 냈어요. 두 번 나온 토큰은 나올 확률이 절반인가요?"),
        "subtracted": ("+= -> -=",
            "Your probabilities are negative.",
            "확률이 음수예요."),
        "positions": (("enumerate(tokens) -> enumerate(tokens[:vocab_size])", "token] -> s]"),
            "Column 3 holds the weight of position 3. Which token is column 3 for?",
            "3번 열에 3번 위치의 가중치가 있어요. 3번 열은 어떤 토큰의 것인가요?"),
        "counts": ("+= weights[b, :, s] -> += 1 / weights.shape[2]",
            "You count how often each token is in the source. Where do the weights come in?",
            "토큰이 원문에 몇 번 나오는지 셌어요. 가중치는 어디에서 쓰이나요?"),
        "present": ("+= weights[b, :, s] -> = 1",
            "You mark which tokens are in the source. How likely is each of them?",
            "원문에 어떤 토큰이 있는지 표시했어요. 각각 확률은 얼마인가요?"),
        "peak only": (
            "table = weights.new -> weights = (weights == weights.amax(-1, "
            "keepdim=True)).to(weights.dtype); table = weights.new",
            "You copy the token at the peak, for certain. What becomes of the other weights?",
            "꼭대기의 토큰을 확률 1로 베꼈어요. 나머지 가중치는 어디로 갔나요?"),
        "softmax again": ("return table -> return table.softmax(-1)",
            "The weights have been through a softmax already. After a "
            "second one, tokens that are not in the source become possible.",
            "가중치는 이미 소프트맥스를 거쳤어요. 한 번 더 하면 원문에 없는 토큰까지 나올 수 있게 돼요."),
        "normalized again": (("+= -> =", "return table -> return table / table.sum(-1, keepdim=True)"),
            "You lose the weight of repeated tokens, and hide it by "
            "normalizing. What are the sums before the division?",
            "되풀이된 토큰의 가중치를 잃고, 다시 정규화해서 감췄어요. 나누기 전의 합은 얼마인가요?"),
        "first sentence": ("sources.tolist() -> [sources[0].tolist()] * len(sources)",
            "Every sequence of the batch copies from the source of the first.",
            "배치의 모든 시퀀스가 첫 시퀀스의 원문에서 베껴요."),
        "first step": ("weights[b, :, s] -> weights[b, 0, s]",
            "Every step copies with the weights of the first step.",
            "모든 스텝이 첫 스텝의 가중치로 베껴요."),
        "one step": ("table[b, :, token] += weights[b, :, s] -> table[b, 0, token] += weights[b, 0, s]",
            "Only the first step gets anything. How many steps does your index have?",
            "첫 스텝만 무언가를 받았어요. 인덱스에는 스텝이 몇 개 있나요?"),
        "mean step": ("weights[b, :, s] -> weights[b, :, s].mean()",
            "All steps of a sequence give the same distribution. Each has its own weights.",
            "한 시퀀스의 모든 스텝이 같은 분포를 내요. 스텝마다 자기 가중치가 있어요."),
        "running sum": ("weights[b, :, s] -> weights[b, :, s].cumsum(0)",
            "Your weights pile up from step to step.",
            "가중치가 스텝마다 쌓여 가요."),
        "backwards": ("sources.tolist() -> sources.flip(1).tolist()",
            "You read the source from behind. Weight s belongs to source token s.",
            "원문을 뒤에서부터 읽었어요. s번 가중치는 s번 원문 토큰의 것이에요."),
        "no zero": ("return table -> table[..., 0] = 0; return table",
            "Token 0 never gets any weight. Here it is a token like any other.",
            "0번 토큰은 가중치를 받지 못해요. 여기서는 0도 다른 것과 같은 토큰이에요."),
        "lost weight": (None,
            "The weights of each step sum to 1, and your probabilities "
            "do not. Where has some got lost, or been counted twice?",
            "스텝마다 가중치의 합은 1인데 확률의 합은 달라요. 어디서 잃어버렸거나 두 번 세었을까요?"),
        "order counts": (None,
            "Put the source in another order, and the weights with it: your table should not change.",
            "원문과 가중치의 순서를 함께 바꾸어도 표는 그대로여야 해요."),
        "names count": (None,
            "Give the tokens other ids: the columns of your table should be swapped, and nothing else.",
            "토큰의 번호를 바꾸면 열의 순서만 바뀌고 다른 것은 그대로여야 해요."),
    },
)  # fmt: skip
