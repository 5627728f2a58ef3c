"""Checks for the exercises of chapter 9, 09-alignment."""
import math

import torch

from .engine import Exercise, Wrong, expect_tensor, same, show


# ---------------------------------------------------------------- 9.1 peaks_in_place
def peaks_by_argmax(weights, places):
    return (weights.argmax(-1) == places).float().mean()


def peaks_by_gather(weights, places):
    there = weights.gather(2, places[:, :, None])[:, :, 0]
    return (there >= weights.max(2).values).to(weights.dtype).mean()


def peaks_by_loops(weights, places):
    right = [float(row.topk(1).indices.item() == place)
             for rows, right in zip(weights, places.tolist()) for row, place in zip(rows, right)]
    return weights.new_tensor(right).mean()


def peaks_by_misses(weights, places):
    off = torch.sort(weights, dim=-1, descending=True).indices[..., 0] - places
    return 1 - off.count_nonzero() / off.numel()


def peaks_variant(peak=lambda w: w.argmax(-1), right=lambda peak, places, w: peak == places,
                  fraction=lambda right: right.float().mean()):
    """Wrong answers: where the peak is, when it is right, or the average exchanged."""
    def peaks_in_place(weights, places):
        return fraction(right(peak(weights), places, weights))
    return peaks_in_place


def weight_there(weights, places):
    return weights.gather(2, places[:, :, None])[:, :, 0]


def average_place(weights):
    return (weights @ torch.arange(weights.shape[-1]).to(weights.dtype)).round().long()


def peaks_cases(rng):
    def draw(B, T, S, sharp):
        """Some peaks in place, some beside it, some anywhere."""
        places = torch.randint(S, (B, T), generator=rng)
        kind, anywhere = torch.rand(B, T, generator=rng), torch.randint(S, (B, T), generator=rng)
        beside = torch.where(places > 0, places - 1, places + 1)
        peak = torch.where(kind < 0.5, places, torch.where(kind < 0.7, beside, anywhere))
        if B > 2:
            peak[1] = places[1]                                   # a row without a mistake
        scores = torch.rand(B, T, S, generator=rng)
        scores.scatter_(2, peak[..., None], 1 + sharp)
        return scores.softmax(-1), places
    return [
        (torch.tensor([[[0.1, 0.7, 0.2]]]), torch.tensor([[1]])),
        (torch.tensor([[[0.1, 0.2, 0.7], [0.2, 0.5, 0.3]]]), torch.tensor([[2, 2]])),
        (torch.tensor([[[0.3, 0.25, 0.45], [0.4, 0.35, 0.25], [0.6, 0.3, 0.1]],
                       [[0.1, 0.3, 0.6], [0.3, 0.4, 0.3], [0.45, 0.15, 0.4]]]),
         torch.tensor([[2, 0, 1], [2, 1, 0]])),
        draw(3, 7, 7, 0.2), draw(5, 7, 11, 1.0), draw(7, 5, 3, 0.1), draw(3, 13, 5, 2.0), draw(11, 3, 13, 4.0),
    ]


def peaks_stay(call, rng):
    """Shuffle the source and sharpen the weights: the peaks move along, and their share does not change."""
    weights, places = peaks_cases(rng)[4]
    share = call(weights, places)
    expect_tensor(share, ())
    order = torch.randperm(weights.shape[-1], generator=rng)
    sharper = weights**2 / (weights**2).sum(-1, keepdim=True)
    for key, *args in (("shuffled", weights[..., order], order.argsort()[places]), ("sharper", sharper, places),
                       ("doubled", torch.cat([weights, weights]), torch.cat([places, places]))):
        other = call(*args)
        expect_tensor(other, ())
        if not abs(other - share) < 1e-5:
            raise Wrong(key, "", other, before=show(share), after=show(other))


check_peaks_in_place = Exercise(
    name="peaks_in_place", points=1, cases=peaks_cases, laws=(peaks_stay,),
    right=[peaks_by_argmax, peaks_by_gather, peaks_by_loops, peaks_by_misses],
    mutants={
        "over steps": peaks_variant(lambda w: w.argmax(1)),
        "weight": lambda weights, places: weight_there(weights, places).mean(),
        "over half": peaks_variant(right=lambda peak, places, w: weight_there(w, places) > 0.5),
        "above average": peaks_variant(right=lambda peak, places, w: weight_there(w, places) > 1 / w.shape[-1]),
        "whole rows": peaks_variant(fraction=lambda right: right.all(1).float().mean()),
        "any": peaks_variant(fraction=lambda right: right.any(1).float().mean()),
        "diagonal": peaks_variant(right=lambda peak, places, w: peak == torch.arange(w.shape[1])),
        "anti-diagonal": peaks_variant(right=lambda peak, places, w: peak == w.shape[2] - 1 - torch.arange(w.shape[1])),
        "neighbours": peaks_variant(right=lambda peak, places, w: (peak - places).abs() <= 1),
        "average place": peaks_variant(average_place),
        "least": peaks_variant(lambda w: w.argmin(-1)),
        "count": peaks_variant(fraction=lambda right: right.float().sum()),
        "per step": peaks_variant(fraction=lambda right: right.float().sum() / len(right)),
        "misses": peaks_variant(fraction=lambda right: 1 - right.float().mean()),
        "distance": peaks_variant(right=lambda peak, places, w: (peak - places).abs()),
        "last step": peaks_variant(fraction=lambda right: right[:, -1].float().mean()),
        "first row": peaks_variant(fraction=lambda right: right[0].float().mean()),
    },
    also_wrong={
        "sharper": [peaks_variant(right=lambda peak, places, w: weight_there(w, places) > 0.3)],
        "shuffled": [peaks_variant(right=lambda peak, places, w: (peak - places).abs() <= 2)],
        "doubled": [peaks_variant(fraction=lambda right: right.float().sum() / (right.numel() + 1))],
    },
    messages={
        "over steps": ("You look for the largest weight among the written tokens. Which axis holds the source?",
                       "쓴 토큰들 사이에서 가장 큰 가중치를 찾았어요. 원문은 어느 축인가요?"),
        "weight": ("You average the weight at the right place. A peak counts whole, be it 0.4 or 0.9 high.",
                   "맞는 자리의 가중치를 평균했어요. 꼭대기는 높이가 0.4든 0.9든 하나로 세어요."),
        "over half": ("You ask for more than half of the weight. Can the largest of many weights be below a half?",
                      "가중치가 절반을 넘는지 물었어요. 여럿 가운데 가장 큰 가중치가 절반보다 작을 수는 없나요?"),
        "above average": ("You count places with more than an equal share. Several can have that: which is the peak?",
                          "똑같이 나눈 몫보다 큰 자리를 셌어요. 그런 자리는 여럿일 수 있어요. 꼭대기는 어느 것인가요?"),
        "whole rows": ("One peak out of place, and you drop the whole row. What is counted here?",
                       "하나만 어긋나도 줄 전체를 버렸어요. 여기서 세는 것은 무엇인가요?"),
        "any": ("One peak in place is enough for you to accept the whole row.",
                "하나만 제자리에 있어도 줄 전체를 맞다고 했어요."),
        "diagonal": ("You expect the peaks on the diagonal. What does `places` say?",
                     "꼭대기가 대각선에 있다고 보았어요. `places`는 뭐라고 하나요?"),
        "anti-diagonal": ("You expect the peaks of a reversal. What does `places` say?",
                          "뒤집기의 꼭대기를 기대했어요. `places`는 뭐라고 하나요?"),
        "neighbours": ("You also count a peak beside the right place.",
                       "맞는 자리 바로 옆의 꼭대기까지 셌어요."),
        "average place": ("You take the average place. Two high weights far apart average to a place between them.",
                          "자리의 평균을 구했어요. 멀리 떨어진 큰 가중치 둘을 평균하면 그 사이의 자리가 나와요."),
        "least": ("You look for the smallest weight.",
                  "가장 작은 가중치를 찾았어요."),
        "count": ("You return how many are in place. What share of all written tokens is that?",
                  "제자리인 개수를 돌려줘요. 쓴 토큰 전체 가운데 얼마만큼인가요?"),
        "per step": ("You divide by the number of rows. How many written tokens are there in all?",
                     "줄 수로 나누었어요. 쓴 토큰은 모두 몇 개인가요?"),
        "misses": ("You return the share that is *not* in place.",
                   "제자리가 *아닌* 것의 비율을 돌려줘요."),
        "distance": ("You average how far off the peaks are. Far or near, a miss is a miss.",
                     "꼭대기가 얼마나 멀리 있는지 평균했어요. 멀든 가깝든 빗나간 것은 빗나간 것이에요."),
        "last step": ("You look at the last written token only.",
                      "마지막에 쓴 토큰만 보았어요."),
        "first row": ("You look at the first row of the batch only.",
                      "배치의 첫 줄만 보았어요."),
        "shuffled": ("Shuffle the source, and the right places with it: your share goes from {before} to {after}. What "
                     "does a place's number say about its neighbours?",
                     "원문을 섞고 맞는 자리도 함께 옮겼더니 {before}에서 {after}. 자리의 번호가 이웃에 대해 무엇을 "
                     "말해 주나요?"),
        "sharper": ("Make every weight sharper, and all peaks stay where they are. Your share goes from {before} to "
                    "{after}.",
                    "가중치를 모두 더 뾰족하게 해도 꼭대기는 그대로 있어요. 그런데 {before}에서 {after}."),
        "doubled": ("Put the same batch in twice: {before} becomes {after}. What do you divide by?",
                    "같은 배치를 두 번 이어 넣었더니 {before}에서 {after}. 무엇으로 나누었나요?"),
    },
)


# ---------------------------------------------------------------- 9.2 look_back
def look_by_matmul(state, memory, W, real):
    scores = (memory @ (state @ W)[:, :, None])[:, :, 0]
    weights = scores.masked_fill(~real, -math.inf).softmax(1)
    return (weights[:, None] @ memory)[:, 0], weights


def look_by_einsum(state, memory, W, real):
    scores = torch.einsum("bd,de,bse->bs", state, W, memory)
    scores = torch.where(real, scores, -math.inf)
    weights = (scores - scores.logsumexp(1, keepdim=True)).exp()
    return torch.einsum("bs,bse->be", weights, memory), weights


def look_by_loop(state, memory, W, real):
    contexts, weights = [], torch.zeros(real.shape, dtype=state.dtype)
    for b, words in enumerate(memory):
        weights[b, real[b]] = torch.softmax(words[real[b]] @ W.T @ state[b], 0)
        contexts.append(weights[b] @ words)
    return torch.stack(contexts), weights


def look_by_sums(state, memory, W, real):
    """The memory goes through W instead of the state, and both sums are written out."""
    scores = ((memory @ W.mT) * state[:, None]).sum(-1)
    weights = torch.softmax(scores + torch.zeros_like(scores).masked_fill(real.logical_not(), -math.inf), dim=-1)
    return [(weights.unsqueeze(-1) * memory).sum(1), weights]


def look_variant(score=lambda state, memory, W: torch.einsum("bd,de,bse->bs", state, W, memory),
                 hide=lambda scores, real: scores.masked_fill(~real, -math.inf),
                 weigh=lambda scores, real: scores.softmax(1),
                 mix=lambda weights, memory, state, W: (weights[:, None] @ memory)[:, 0],
                 give=lambda context, weights: (context, weights)):
    """Wrong answers: one part exchanged."""
    def look_back(state, memory, W, real):
        weights = weigh(hide(score(state, memory, W), real), real)
        return give(mix(weights, memory, state, W), weights)
    return look_back


def general(state, memory, W):
    return torch.einsum("bd,de,bse->bs", state, W, memory)


def last_real(weights, real):
    last = torch.where(real, torch.arange(real.shape[1]), -1).argmax(1)
    return torch.nn.functional.one_hot(last, real.shape[1]).to(weights.dtype)


def look_cases(rng):
    def draw(B, S, D, E, dtype=torch.float32):
        def normal(*shape):
            return torch.randn(shape, generator=rng, dtype=dtype)
        lengths = torch.randint(2, S + 1, (B, 1), generator=rng)
        lengths[0], lengths[-1] = S - 1, S
        memory = normal(B, S, E)
        return normal(B, D), memory, normal(D, E) * 0.7, torch.arange(S) < lengths
    memory = torch.tensor([[[2.0, 0.0], [0.0, 4.0], [5.0, 5.0]]])
    return [
        (torch.tensor([[1.0, 0.0]]), memory, torch.eye(2), torch.tensor([[True, True, True]])),
        (torch.tensor([[1.0, 0.0]]), memory, torch.eye(2), torch.tensor([[True, True, False]])),
        (torch.tensor([[1.0, 0.0]]), memory, torch.tensor([[0.0, 0.5], [1.0, 0.0]]), torch.ones(1, 3).bool()),
        (torch.tensor([[20.0], [-20.0]]), torch.tensor([[[1.0, 3.0], [2.0, -8.0]], [[7.0, 2.0], [1.0, 5.0]]]),
         torch.tensor([[4.0, 1.0]]), torch.tensor([[True, True], [True, False]])),                  # scores up to 140
        draw(3, 5, 7, 7), draw(5, 3, 2, 11), draw(7, 11, 5, 3), draw(3, 7, 3, 5, torch.float64),
    ]


def context_and_weights(call, state, memory, W, real):
    got = call(state, memory, W, real)
    if got is None:
        raise Wrong("none")
    if not isinstance(got, (list, tuple)):
        raise Wrong("type", value=got, got=type(got).__name__, want="list")
    if len(got) != 2:
        raise Wrong("length", value=got, got=len(got), want=2)
    expect_tensor(got[0], (len(state), memory.shape[-1]))
    expect_tensor(got[1], real.shape)
    return got


def look_is_honest(call, rng):
    """The context is made with the weights, of the real tokens only, and each sentence stands alone."""
    state, memory, W, real = look_cases(rng)[6]
    context, weights = context_and_weights(call, state, memory, W, real)
    row = f"real    {real[0].long().tolist()}\nweights {show(weights[0])}"
    if weights.masked_fill(real, 0).abs().max() > 1e-6:
        raise Wrong("padding weighs", row, weights)
    if not (weights.sum(1) - 1).abs().max() < 1e-4:
        raise Wrong("no shares", row, weights)
    if not ((weights[:, :, None] * memory).sum(1) - context).abs().max() < 1e-4:
        raise Wrong("two stories", "", context)
    alone = context_and_weights(call, state[:1], memory[:1], W, real[:1])
    if not (alone[1] - weights[:1]).abs().max() < 1e-4:
        raise Wrong("not alone", f"in a batch {show(weights[0])}\nalone      {show(alone[1][0])}", weights)
    turned = [x.flip(1) for x in (memory, real)]
    again = context_and_weights(call, state, turned[0], W, turned[1])
    if not (again[1].flip(1) - weights).abs().max() < 1e-4:
        raise Wrong("order counts", "", weights)


def look_through_W(call, rng):
    """Where both sizes are equal, no shape tells whether W was turned around, or forgotten."""
    state, memory, W, real = look_cases(rng)[4]
    got = context_and_weights(call, state, memory, W, real)
    for key, other in (("W turned", W.T), ("no W", torch.eye(len(W)))):
        if same(got[1], look_by_matmul(state, memory, other, real)[1]):
            raise Wrong(key, "", got)


check_look_back = Exercise(
    name="look_back", points=2, cases=look_cases, laws=(look_through_W, look_is_honest),
    right=[look_by_matmul, look_by_einsum, look_by_loop, look_by_sums],
    mutants={
        "padding": look_variant(hide=lambda scores, real: scores),
        "not renewed": look_variant(hide=lambda scores, real: scores,
                                    weigh=lambda scores, real: scores.softmax(1) * real),
        "zero score": look_variant(hide=lambda scores, real: scores * real),
        "inverted": look_variant(hide=lambda scores, real: scores.masked_fill(real, -math.inf)),
        "over batch": look_variant(weigh=lambda scores, real: scores.softmax(0)),
        "overflow": look_variant(weigh=lambda scores, real: scores.exp() / scores.exp().sum(1, keepdim=True)),
        "W turned": look_variant(lambda state, memory, W: general(state, memory, W.T)),
        "no W": look_variant(lambda state, memory, W: torch.einsum("bd,bsd->bs", state, memory)),
        "scaled": look_variant(lambda state, memory, W: general(state, memory, W) / memory.shape[-1] ** 0.5),
        "scaled by state": look_variant(lambda state, memory, W: general(state, memory, W) / state.shape[-1] ** 0.5),
        "first state": look_variant(lambda state, memory, W: general(state[:1].expand_as(state), memory, W)),
        "plain mean": look_variant(lambda state, memory, W: 0 * general(state, memory, W)),
        "last token": look_variant(weigh=lambda scores, real: last_real(scores, real)),
        "best token": look_variant(mix=lambda weights, memory, state, W: memory[
            torch.arange(len(memory)), weights.argmax(1)]),
        "memory through W": look_variant(mix=lambda weights, memory, state, W: (weights[:, None] @ memory @ W.T)[:, 0]),
        "mean context": look_variant(mix=lambda weights, memory, state, W: (weights[:, :, None] * memory).mean(1)),
        "scores": look_variant(weigh=lambda scores, real: scores.masked_fill(~real, 0)),
        "swapped": look_variant(give=lambda context, weights: (weights, context)),
    },
    also_wrong={
        "padding weighs": [look_variant(hide=lambda scores, real: scores.masked_fill(~real, -2.5))],
        "W turned": [lambda state, memory, W, real: look_by_matmul(state, memory, W.T, real)],
        "no W": [lambda state, memory, W, real: look_by_matmul(state, memory, torch.eye(state.shape[1]), real)],
        "no shares": [look_variant(weigh=lambda scores, real: scores.sigmoid())],
        "two stories": [look_variant(mix=lambda weights, memory, state, W: (weights[:, None] @ memory)[:, 0] + 1)],
        "not alone": [look_variant(lambda state, memory, W: general(state - state.mean(0), memory, W))],
        "order counts": [look_variant(lambda state, memory, W: general(state, memory, W) + torch.arange(
            memory.shape[1]))],
    },
    messages={
        "padding": ("Padding gets weight, too: the shorter a sentence, the more of it. What does `real` say?",
                    "패딩에도 가중치가 가요. 문장이 짧을수록 더 많이요. `real`은 뭐라고 하나요?"),
        "not renewed": ("You take the padding's weight away after the softmax. What do the real tokens sum to?",
                        "소프트맥스 다음에 패딩의 가중치를 뺐어요. 진짜 토큰들의 합은 얼마인가요?"),
        "zero score": ("You give padding a score of 0. Some real tokens have less.",
                       "패딩에 점수 0을 주었어요. 그보다 점수가 낮은 진짜 토큰도 있어요."),
        "inverted": ("You look at the padding and hide the sentence. What does True mean in `real`?",
                     "패딩을 보고 문장을 가렸어요. `real`에서 True는 무슨 뜻인가요?"),
        "over batch": ("Your weights sum to 1 over the batch. Do sentences share out attention among each other?",
                       "가중치의 합이 배치를 따라 1이에요. 문장들이 서로 어텐션을 나누어 갖나요?"),
        "overflow": ("exp of a large score is more than a float can hold.",
                     "큰 점수를 지수에 올리면 부동소수점에 담기지 않아요."),
        "W turned": ("When both sizes are equal, the shapes do not tell which way round W goes. Look at the docstring: "
                     "which index belongs to the state?",
                     "두 크기가 같으면 모양만 보고는 W의 방향을 알 수 없어요. docstring을 보세요. 상태의 인덱스는 "
                     "어느 쪽인가요?"),
        "no W": ("You compare the state with the memory directly, without W.",
                 "W 없이 상태와 기억을 바로 견주었어요."),
        "scaled": ("You divide the scores by the root of the memory's size. The formula of this exercise does not: W "
                   "can learn its own scale.",
                   "점수를 기억 크기의 제곱근으로 나누었어요. 이 문제의 식에는 그런 것이 없어요. 크기는 W가 배울 수 "
                   "있어요."),
        "scaled by state": ("You divide the scores by the root of the state's size. The formula of this exercise does "
                            "not.",
                            "점수를 상태 크기의 제곱근으로 나누었어요. 이 문제의 식에는 그런 것이 없어요."),
        "first state": ("Every sentence is asked with the first sentence's state.",
                        "모든 문장에 첫 문장의 상태로 물었어요."),
        "plain mean": ("All real tokens weigh the same. Where does the state come in?",
                       "진짜 토큰의 가중치가 모두 같아요. 상태는 어디에서 쓰이나요?"),
        "last token": ("You look at the last real token only. That was the bottleneck of chapter 5.",
                       "마지막 진짜 토큰만 보았어요. 그것이 5장의 병목이었어요."),
        "best token": ("Your context is the memory of the best token alone, and your weights say otherwise.",
                       "가중치는 여럿인데 문맥은 가장 잘 맞는 토큰의 기억 하나예요."),
        "memory through W": ("Your context is a mixture of something that has gone through W. Which vectors are the "
                             "values?",
                             "W를 통과한 것을 섞어 문맥을 만들었어요. 값은 어느 벡터인가요?"),
        "mean context": ("You divide the weighted sum by the number of tokens. The weights sum to 1 already.",
                         "가중합을 토큰 수로 나누었어요. 가중치가 이미 하나를 나누어 가졌어요."),
        "scores": ("Your weights are the scores themselves. What do they sum to?",
                   "점수를 그대로 가중치로 썼어요. 더하면 얼마인가요?"),
        "swapped": ("You return the weights first. The context comes first.",
                    "가중치가 먼저 나와요. 문맥이 먼저예요."),
        "padding weighs": ("A place without a real token has some weight.",
                           "진짜 토큰이 없는 자리에 가중치가 있어요."),
        "no shares": ("The weights of a sentence should sum to 1.",
                      "문장 하나의 가중치를 더하면 1이어야 해요."),
        "two stories": ("Mix the memory with the weights that you return, and what comes out is not your context.",
                        "돌려준 가중치로 기억을 섞었더니, 돌려준 문맥과 다른 것이 나와요."),
        "not alone": ("A sentence gets other weights in a batch than alone. Along which axis do you mix?",
                      "배치 안에 있을 때와 혼자일 때 문장의 가중치가 달라요. 어느 축을 따라 섞었나요?"),
        "order counts": ("Turn memory and `real` around, and the weights should only turn around with them.",
                         "기억과 `real`을 거꾸로 하면 가중치도 거꾸로 될 뿐이어야 해요."),
    },
)


# ---------------------------------------------------------------- 9.3 copy_table
def copy_by_scatter(weights, sources, vocab_size):
    table = weights.new_zeros(*weights.shape[:2], vocab_size)
    return table.scatter_add(2, sources[:, None].expand(weights.shape), weights)


def copy_by_one_hot(weights, sources, vocab_size):
    return weights @ torch.nn.functional.one_hot(sources, vocab_size).to(weights.dtype)


def copy_by_comparing(weights, sources, vocab_size):
    return torch.stack([(weights * (sources == token)[:, None]).sum(-1) for token in range(vocab_size)], -1)


def copy_by_loops(weights, sources, vocab_size):
    table = torch.zeros(*weights.shape[:2], vocab_size, dtype=weights.dtype)
    for b, row in enumerate(sources.tolist()):
        for s, token in enumerate(row):
            table[b, :, token] += weights[b, :, s]
    return table


def copy_variant(put=lambda old, new: old + new, weigh=lambda weights: weights, read=lambda sources: sources,
                 give=lambda table, counts: table):
    """Wrong answers: the loop over the source with one part exchanged."""
    def copy_table(weights, sources, vocab_size):
        used, sources = weigh(weights), read(sources)
        table = torch.zeros(*used.shape[:2], vocab_size, dtype=weights.dtype)
        for s, tokens in enumerate(sources.T.tolist()):
            for b, token in enumerate(tokens):
                table[b, :, token] = put(table[b, :, token], used[b, :, s])
        return give(table, torch.nn.functional.one_hot(sources, vocab_size).sum(1)[:, None])
    return copy_table


def hard(weights):
    return torch.nn.functional.one_hot(weights.argmax(-1), weights.shape[-1]).to(weights.dtype)


def without_zero(weights, sources, vocab_size):
    table = copy_by_scatter(weights, sources, vocab_size)
    table[..., 0] = 0
    return table


def by_place(weights, sources, vocab_size):
    """The weight of place s stands in column s, whatever token is there."""
    table = weights.new_zeros(*weights.shape[:2], vocab_size)
    table[:, :, :weights.shape[-1]] = weights[:, :, :vocab_size]
    return table


def copy_cases(rng):
    def draw(B, T, S, V, dtype=torch.float32):
        sources = torch.randint(V, (B, S), generator=rng)
        sources[:, S // 2] = sources[:, 0]                         # at least one token comes twice
        sources[0, 1] = 0
        return (2 * torch.randn(B, T, S, generator=rng, dtype=dtype)).softmax(-1), sources, V
    return [
        (torch.tensor([[[0.25, 0.75]]]), torch.tensor([[2, 1]]), 4),
        (torch.tensor([[[0.5, 0.125, 0.375]]]), torch.tensor([[2, 1, 2]]), 4),
        (torch.tensor([[[0.5, 0.25, 0.25], [0.0, 0.125, 0.875]], [[1.0, 0.0, 0.0], [0.25, 0.5, 0.25]]]),
         torch.tensor([[0, 3, 0], [1, 1, 2]]), 5),
        draw(3, 5, 7, 11), draw(5, 3, 11, 7), draw(2, 7, 5, 13), draw(3, 3, 3, 3), draw(3, 2, 13, 5, torch.float64),
    ]


def copy_keeps_the_weight(call, rng):
    """All the weight arrives; in whichever order the source stands; and under whichever names its tokens go."""
    weights, sources, V = copy_cases(rng)[3]
    table = call(weights, sources, V)
    expect_tensor(table, (*weights.shape[:2], V))
    if not (table.sum(-1) - 1).abs().max() < 1e-4:
        raise Wrong("lost weight", f"row sums {show(table.sum(-1)[0])}", table)
    order, names = torch.arange(sources.shape[1]).flip(0), torch.randperm(V, generator=rng)
    for key, other in (("order counts", call(weights[..., order], sources[:, order], V)),
                       ("names count", call(weights, names[sources], V)[..., names])):
        expect_tensor(other, table.shape)
        if not (other - table).abs().max() < 1e-4:
            raise Wrong(key, "", table)


check_copy_table = Exercise(
    name="copy_table", points=3, cases=copy_cases, laws=(copy_keeps_the_weight,),
    right=[copy_by_scatter, copy_by_one_hot, copy_by_comparing, copy_by_loops],
    mutants={
        "last wins": copy_variant(put=lambda old, new: new),
        "largest wins": copy_variant(put=torch.maximum),
        "first wins": copy_variant(put=lambda old, new: torch.where(old == 0, new, old)),
        "mean": copy_variant(give=lambda table, counts: table / counts.clamp(min=1)),
        "subtracted": copy_variant(put=lambda old, new: old - new),
        "places": by_place,
        "counts": copy_variant(weigh=lambda w: torch.full_like(w, 1 / w.shape[-1])),
        "present": copy_variant(put=lambda old, new: torch.ones_like(old)),
        "peak only": copy_variant(weigh=hard),
        "softmax again": copy_variant(give=lambda table, counts: table.softmax(-1)),
        "shared anew": copy_variant(put=lambda old, new: new, give=lambda table, counts: table / table.sum(-1, True)),
        "first sentence": copy_variant(read=lambda sources: sources[:1].expand_as(sources)),
        "first step": copy_variant(weigh=lambda w: w[:, :1].expand_as(w)),
        "one step": lambda weights, sources, V: weights.new_zeros(*weights.shape[:2], V).scatter_add(
            2, sources[:, None], weights),
        "mean step": copy_variant(weigh=lambda w: w.mean(1, keepdim=True).expand_as(w)),
        "running sum": copy_variant(weigh=lambda w: w.cumsum(1)),
        "backwards": copy_variant(read=lambda sources: sources.flip(1)),
        "no zero": without_zero,
    },
    also_wrong={
        "lost weight": [copy_variant(put=lambda old, new: old + new**2)],
        "order counts": [lambda w, sources, V: copy_by_scatter(w, sources * torch.stack(
            [(sources[:, :s] != sources[:, s:s + 1]).all(1) for s in range(sources.shape[1])], 1), V)],
        "names count": [lambda w, sources, V: copy_by_scatter(w, (sources + (sources == 3)) % V, V)],
    },
    messages={
        "last wins": ("A token that stands twice in the source keeps only its last weight. You write over the first.",
                      "원문에 두 번 나온 토큰에 마지막 가중치만 남아요. 앞의 것 위에 덮어썼어요."),
        "largest wins": ("A token that stands twice keeps only its larger weight. What if it wins by small shares?",
                         "두 번 나온 토큰에 더 큰 가중치만 남아요. 작은 몫이 여럿이면 어떻게 될까요?"),
        "first wins": ("A token that stands twice keeps only its first weight.",
                       "두 번 나온 토큰에 첫 가중치만 남아요."),
        "mean": ("You average over the places of a token. Is a token that stands twice half as likely?",
                 "토큰이 있는 자리들의 가중치를 평균했어요. 두 번 나온 토큰은 나올 확률이 절반인가요?"),
        "subtracted": ("Your probabilities are negative.",
                       "확률이 음수예요."),
        "places": ("Column 3 holds the weight of place 3. Which token is column 3 for?",
                   "3번 열에 3번 자리의 가중치가 있어요. 3번 열은 어떤 토큰의 것인가요?"),
        "counts": ("You count how often each token stands in the source. Where do the weights come in?",
                   "토큰이 원문에 몇 번 나오는지 셌어요. 가중치는 어디에서 쓰이나요?"),
        "present": ("You mark which tokens stand in the source. How likely is each of them?",
                    "원문에 어떤 토큰이 있는지 표시했어요. 저마다 확률은 얼마인가요?"),
        "peak only": ("You copy the token at the peak, for certain. What becomes of the other weights?",
                      "꼭대기의 토큰을 확률 1로 베꼈어요. 나머지 가중치는 어디로 갔나요?"),
        "softmax again": ("The weights have been through a softmax already. After a second one, tokens "
                          "that do not stand in the source become possible.",
                          "가중치는 이미 소프트맥스를 거쳤어요. 한 번 더 하면 원문에 없는 토큰까지 나올 수 있게 돼요."),
        "shared anew": ("You lose the weight of repeated tokens, and hide it by sharing out anew. Do your rows sum "
                        "to 1 without the division?",
                        "되풀이된 토큰의 가중치를 잃고, 다시 나누어서 감췄어요. 나누지 않아도 합이 1인가요?"),
        "first sentence": ("Every row of the batch copies from the first row's source.",
                           "배치의 모든 줄이 첫 줄의 원문에서 베껴요."),
        "first step": ("Every step copies with the weights of the first step.",
                       "모든 스텝이 첫 스텝의 가중치로 베껴요."),
        "one step": ("Only the first step gets anything. How many steps does your index have?",
                     "첫 스텝만 무언가를 받았어요. 인덱스에는 스텝이 몇 개 있나요?"),
        "mean step": ("All steps of a row give the same distribution. Each has its own weights.",
                      "한 줄의 모든 스텝이 같은 분포를 내요. 스텝마다 제 가중치가 있어요."),
        "running sum": ("Your weights pile up from step to step.",
                        "가중치가 스텝마다 쌓여 가요."),
        "backwards": ("You read the source from behind. Weight s belongs to source token s.",
                      "원문을 뒤에서부터 읽었어요. s번 가중치는 s번 원문 토큰의 것이에요."),
        "no zero": ("Token 0 never gets any weight. Here it is a token like any other.",
                    "0번 토큰은 가중치를 받지 못해요. 여기서는 0도 다른 것과 같은 토큰이에요."),
        "lost weight": ("The weights of each step sum to 1, and your probabilities do not. Where has some got lost, or "
                        "been counted twice?",
                        "스텝마다 가중치의 합은 1인데 확률의 합은 달라요. 어디서 잃어버렸거나 두 번 세었을까요?"),
        "order counts": ("Put the source in another order, and the weights with it: your table should not change.",
                         "원문과 가중치의 순서를 함께 바꾸어도 표는 그대로여야 해요."),
        "names count": ("Give the tokens other numbers: your columns should change places, and nothing else.",
                        "토큰의 번호를 바꾸면 열의 자리만 바뀌고 다른 것은 그대로여야 해요."),
    },
)
