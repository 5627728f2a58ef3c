"""Checks for the exercises of chapter 14, 14-encoder-decoder."""

import math

import torch

from .engine import AUTOGRAD, Exercise, Wrong, expect_tensor, expect_tensors, show


# ---------------------------------------------------------------- 14.1 shift_target
def shift_target(source, target, padding):
    inputs, labels = target[:, :-1], target[:, 1:]  # (B, T) each
    T = inputs.shape[1]
    causal = torch.ones(T, T, dtype=torch.bool).tril()
    source_mask = (source != padding)[:, None]  # (B, 1, S)
    target_mask = (inputs != padding)[:, None] & causal  # (B, T, T)
    return [inputs, labels, source_mask, target_mask]


def shift_cases(rng):
    def draw(B, S, T, padding, start=1, end=2, V=23):
        """B sentences of up to S and T - 2 words; no word is the padding, the start or the end."""
        words = torch.tensor([word for word in range(V) if word not in (padding, start, end)])

        def sentences(length, fewest):
            sizes = torch.randint(fewest, length + 1, (B, 1), generator=rng)
            sizes[0], sizes[-1] = fewest, length
            drawn = words[torch.randint(len(words), (B, length), generator=rng)]
            return torch.where(torch.arange(length) < sizes, drawn, padding), sizes

        (source, _), (target, sizes) = sentences(S, 1), sentences(T, 3)
        target[:, 0] = start
        target[torch.arange(B), sizes[:, 0] - 1] = end
        return source, target, padding

    return [
        (torch.tensor([[5, 6]]), torch.tensor([[1, 7, 2]]), 0),
        (torch.tensor([[5, 6, 0]]), torch.tensor([[1, 7, 2, 0]]), 0),
        (torch.tensor([[5, 6], [6, 9]]), torch.tensor([[1, 7, 8, 2], [1, 5, 2, 9]]), 9),
        *[draw(3, 5, 7, 0), draw(5, 3, 11, 4), draw(2, 7, 5, 22), draw(7, 11, 3, 0)],
        draw(3, 2, 13, 17, start=18, end=19),
    ]


def masks_hide(call, rng):
    """No query attends to a token that is still to be written, nor to padding."""
    source, target, padding = shift_cases(rng)[3]
    B, S, T = len(source), source.shape[1], target.shape[1] - 1
    inputs, labels, source_mask, target_mask = expect_tensors(
        call(source, target, padding), (B, T), (B, T), (B, 1, S), (B, T, T), kind="list"
    )
    if (source_mask.bool() & (source == padding)[:, None]).any():
        raise Wrong("source padding", f"source_mask[0] {show(source_mask[0].long())}", source_mask)
    if target_mask.bool().triu(1).any():
        raise Wrong("future", f"target_mask[0] {show(target_mask[0].long())}", target_mask)
    if (target_mask.bool() & (target[:, None, :-1] == padding)).any():
        raise Wrong("target padding", f"target_mask[0] {show(target_mask[0].long())}", target_mask)


check_shift_target = Exercise(
    name="shift_target", points=1, cases=shift_cases, laws=(masks_hide,), answer=shift_target,
    mistakes={
        "not shifted": ("target[:, :-1] -> target[:, 1:]",
            "Your decoder reads the very token that it should write. "
            "What has it read before it writes the first word?",
            "디코더가 지금 써야 할 바로 그 토큰을 읽어요. 첫 단어를 쓰기 전에는 무엇을 읽었나요?"),
        "labels not shifted": ("target[:, 1:] -> target[:, :-1]",
            "Your decoder should write what it reads. At the start token, what comes next?",
            "디코더가 읽은 것을 그대로 쓰게 했어요. 시작 토큰 다음에는 무엇이 와야 하나요?"),
        "-100": ("return [inputs, labels, -> return [inputs, labels.masked_fill(labels == padding, -100),",
            "You write -100 for the padding, as PyTorch's loss likes it. Here the labels keep the id of the padding.",
            "PyTorch의 손실이 바라는 대로 패딩을 -100으로 바꿨어요. 여기서는 레이블에 패딩의 번호를 그대로 둬요."),
        "not causal": ("(inputs != padding)[:, None] & causal -> (inputs != padding)[:, None].expand(-1, T, T)",
            "Your target mask hides the padding only. What may position 0 know of position 1 before it is written?",
            "목표 마스크가 패딩만 가려요. 1번 위치를 쓰기 전에 0번 위치가 그것을 알아도 되나요?"),
        "causal only": ("(inputs != padding)[:, None] & causal -> causal.expand(len(inputs), T, T)",
            "Your target mask hides the future only. What is behind the end of a short sentence?",
            "목표 마스크가 미래만 가려요. 짧은 문장의 끝 뒤에는 무엇이 있나요?"),
        "one for all": ("(inputs != padding)[:, None] & causal -> causal",
            "You give one target mask for all sentences. Does each end at the same position?",
            "모든 문장에 목표 마스크가 하나예요. 문장이 모두 같은 위치에서 끝나나요?"),
        "past hidden": ("tril() -> triu()",
            "Each position attends to itself and to what comes *after* it. Rows are queries.",
            "위치마다 자신과 *뒤에* 오는 것을 봐요. 행이 쿼리예요."),
        "not itself": ("tril() -> tril(-1)",
            "No position attends to itself, and the first one to nothing. "
            "The token at its own position has been written already.",
            "자기 위치를 보지 못하고, 첫 위치는 아무것도 보지 못해요. 자기 위치에서 읽는 토큰은 이미 쓴 것이에요."),
        "queries hidden": ("(inputs != padding)[:, None] & causal -> (inputs != padding)[:, :, None] & causal",
            "A query at the padding attends to nothing in your mask, and a softmax "
            "over nothing is nan. Hide keys; nobody reads the answers there.",
            "패딩인 쿼리가 아무것도 보지 못해요. 볼 것이 없는 소프트맥스는 "
            "nan이에요. 키만 가리세요. 패딩의 답은 아무도 읽지 않아요."),
        "source inverted": ("source != padding -> source == padding",
            "Your source mask shows the padding and hides the words. In this book True means: may attend.",
            "원문 마스크가 패딩을 보여 주고 단어를 가려요. 이 책에서 True는 봐도 된다는 뜻이에요."),
        "target inverted": ("inputs != padding -> inputs == padding",
            "Your target mask shows the padding and hides the words. In this book True means: may attend.",
            "목표 마스크가 패딩을 보여 주고 단어를 가려요. 이 책에서 True는 봐도 된다는 뜻이에요."),
        "mask of the labels": ("inputs != padding -> labels != padding",
            "Your target mask looks at the labels. Which tokens does the decoder read?",
            "목표 마스크가 레이블을 보고 만들어졌어요. 디코더가 읽는 것은 어느 토큰인가요?"),
        "source seen": ("source != padding -> source == source",
            "Your source mask shows everything, the padding as well.",
            "원문 마스크가 패딩까지 모두 보여 줘요."),
        "zero": (("source != padding -> source != 0", "inputs != padding -> inputs != 0"),
            "You take 0 for the padding. Which token is it here?",
            "0을 패딩으로 보았어요. 여기서 패딩은 어느 토큰인가요?"),
        "no axis": ("(source != padding)[:, None] -> (source != padding)",
            "Your source mask is right, and one axis short: a mask has one for the queries, here of length 1.",
            "원문 마스크의 값은 맞는데 축이 하나 모자라요. 마스크에는 쿼리 축이 있어요. 여기서는 길이가 1이에요."),
        "keys in the middle": ("(source != padding)[:, None] -> (source != padding)[:, :, None]",
            "In your source mask the keys are in the middle. Rows are queries, columns are keys.",
            "원문 마스크에서 키가 가운데 축에 있어요. 행이 쿼리이고 열이 키예요."),
        "future": (None,
            "A position attends to a token that has not been written yet.",
            "어떤 위치가 아직 쓰지 않은 토큰을 봐요."),
        "source padding": (None,
            "A position of the padding can be attended to in the source.",
            "원문에서 패딩인 위치를 볼 수 있어요."),
        "target padding": (None,
            "A position of the padding can be attended to in the target.",
            "목표에서 패딩인 위치를 볼 수 있어요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 14.2 smoothed_gradient
def smoothed_gradient(logits, targets, smoothing, padding):
    N, V = logits.shape
    wanted = torch.full_like(logits, smoothing / V)
    wanted[torch.arange(N), targets] += 1 - smoothing
    counts = targets != padding  # (N,)
    return (logits.softmax(-1) - wanted) * counts[:, None] / counts.sum()


def gradient_cases(rng):
    def draw(N, V, smoothing, padding=0, dtype=torch.float32):
        targets = torch.randint(V, (N,), generator=rng)
        targets[0], targets[1:2] = (padding + 1) % V, padding
        return 2 * torch.randn(N, V, generator=rng, dtype=dtype), targets, smoothing, padding

    zeros = torch.zeros(1, 4)
    large = torch.tensor([[1000.0, 990.0, -2000.0], [-800.0, 300.0, 299.0], [-900.0, -901.0, -2000.0]])
    return [
        (zeros, torch.tensor([1]), 0.0, 0),
        (zeros, torch.tensor([1]), 0.4, 0),
        (torch.zeros(2, 4), torch.tensor([3, 0]), 0.2, 0),
        (torch.tensor([[0.0, 0.0, math.log(2)]]), torch.tensor([2]), 0.3, 0),
        (large, torch.tensor([2, 1, 0]), 0.25, 7),
        *[draw(3, 5, 0.1), draw(7, 3, 0.2), draw(5, 11, 0.05, 4), draw(13, 7, 0.5, 6), draw(2, 17, 0.0)],
        *[draw(11, 6, 0.1, 5, torch.float64), draw(6, 4, 0.9, 0, torch.float64)],
    ]


def gradient_sums_to_zero(call, rng):
    """Adding one number to all logits of a row changes nothing: each row of the gradient sums to 0."""
    logits, targets = torch.randn(5, 7, generator=rng, dtype=torch.float64), torch.tensor([1, 0, 3, 6, 2])
    got = expect_tensor(call(logits, targets, 0.2, 0), (5, 7))
    if got.sum(1).abs().max() > 1e-6:
        raise Wrong("sums", show(got.sum(1)), got)


check_smoothed_gradient = Exercise(
    name="smoothed_gradient", points=2, cases=gradient_cases, laws=(gradient_sums_to_zero,), forbidden=AUTOGRAD,
    answer=smoothed_gradient,
    mistakes={
        "hard": (("smoothing / V -> 0", "1 - smoothing -> 1"),
            "This is the gradient without smoothing: your target is 1 in one place.",
            "부드럽게 하지 않은 그래디언트예요. 목표가 한 곳에서 1이에요."),
        "others only": (("smoothing / V -> smoothing / (V - 1)", "+= 1 - smoothing -> = 1 - smoothing"),
            "You spread ε over the wrong tokens only. Over how many tokens does the chapter spread it?",
            "ε을 틀린 토큰들에만 나눠 줬어요. 이 장에서는 토큰 몇 개에 나눠 주나요?"),
        "right without its part": ("+= 1 - smoothing -> = 1 - smoothing",
            "Your target does not add up to 1. Does the right token get its part of ε, too?",
            "목표의 합이 1이 아니에요. 맞는 토큰도 ε의 제 몫을 받나요?"),
        "each whole": (("smoothing / V -> smoothing", "+= 1 - smoothing -> = 1 - smoothing"),
            "Each token gets all of ε in your target. What do all parts together have to make?",
            "토큰마다 ε을 통째로 받았어요. 몫을 모두 더하면 얼마여야 하나요?"),
        "not softened": ("+= 1 - smoothing -> = 1",
            "The others got their part of ε, and the right token gave nothing away.",
            "다른 토큰은 ε의 몫을 받았는데, 맞는 토큰은 내놓은 것이 없어요."),
        "uphill": ("(logits.softmax(-1) - wanted) -> (wanted - logits.softmax(-1))",
            "This points the other way. If the right token has too little, is its gradient positive or negative?",
            "방향이 반대예요. 맞는 토큰의 확률이 모자라면 그래디언트는 양수인가요, 음수인가요?"),
        "sum": ("counts[:, None] / counts.sum() -> counts[:, None]",
            "This is the gradient of a sum. The loss is a mean.",
            "합의 그래디언트예요. 손실은 평균이에요."),
        "all rows": ("counts.sum() -> N",
            "You divide by all rows. How many of them does the mean run over?",
            "모든 행의 수로 나눴어요. 평균은 몇 행에 대해 내나요?"),
        "padding": ("* counts[:, None] / -> /",
            "Padding still pulls at the logits: its rows should be left in peace.",
            "패딩이 아직 로짓을 당겨요. 그 행은 건드리지 말아야 해요."),
        "padding, all": ("* counts[:, None] / counts.sum() -> / N",
            "Padding is treated like any other token. What does the loss do with it?",
            "패딩을 다른 토큰처럼 다뤘어요. 손실은 패딩을 어떻게 하나요?"),
        "axis": ("softmax(-1) -> softmax(0)",
            "Your softmax runs over the rows. Which numbers are to add up to 1?",
            "소프트맥스가 행들을 따라 가요. 어떤 수들의 합이 1이 되어야 하나요?"),
        "logits": ("logits.softmax(-1) -> logits",
            "You subtract the target from the logits. What must be made of them first?",
            "로짓에서 목표를 뺐어요. 먼저 로짓을 무엇으로 바꿔야 하나요?"),
        "overflow": ("logits.softmax(-1) -> logits.exp() / logits.exp().sum(-1, keepdim=True)",
            "exp of a large logit is more than a float can hold, and exp of a very negative one is 0.",
            "큰 로짓을 지수에 올리면 부동소수점에 담기지 않고, 아주 작은 로짓을 올리면 0이 돼요."),
        "clamped": ("logits.softmax(-1) -> logits.clamp(-80, 80).softmax(-1)",
            "You cut large logits off: two of them beyond the limit then are equally probable.",
            "큰 로짓을 잘라 냈어요. 한계를 넘은 두 로짓의 확률이 같아져요."),
        "sums": (None,
            "A row of your gradient does not sum to 0. What happens to the loss if all logits of a row grow by 1?",
            "그래디언트 한 행의 합이 0이 아니에요. 한 행의 로짓이 모두 1씩 커지면 손실은 어떻게 되나요?"),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 14.3 beam_step
def beam_step(scores, ended, log_p, end):
    K, V = log_p.shape
    total = scores[:, None] + log_p  # (K, V)
    stay = torch.full_like(total, -torch.inf)
    stay[:, end] = scores
    total = torch.where(ended[:, None], stay, total)
    best, flat = total.flatten().topk(K)
    return [flat // V, flat % V, best]


def beam_cases(rng):
    def draw(K, V, ended, end=1, dtype=torch.float32):
        scores = -3 * torch.rand(K, generator=rng, dtype=dtype) - 0.5
        log_p = (2 * torch.randn(K, V, generator=rng, dtype=dtype)).log_softmax(1)
        stopped = torch.zeros(K, dtype=torch.bool)
        stopped[ended] = True
        return scores, stopped, log_p, end

    halves = torch.tensor([[0.5, 0.125, 0.25, 0.125], [0.0625, 0.0625, 0.0625, 0.8125]]).log()
    no, yes = torch.tensor([False, False]), torch.tensor([True, False])
    return [
        (torch.tensor([0.0]), no[:1], halves[:1], 1),
        (torch.tensor([-1.0]), yes[:1], halves[:1], 1),
        (torch.tensor([-1.0, -1.25]), no, halves, 1),
        (torch.tensor([-0.5, -3.0]), yes, halves, 1),
        (torch.tensor([-2.0, -0.5]), yes, halves, 2),
        *[draw(3, 7, []), draw(3, 7, [1]), draw(5, 11, [0, 3], 4), draw(4, 5, [0, 1, 2, 3], 0), draw(7, 3, [2, 4, 5])],
        *[draw(2, 23, [0], 22), draw(6, 13, [1, 4], 7, torch.float64), draw(5, 4, [0, 1, 3], 3, torch.float64)],
        draw(11, 17, [6], 2, torch.float64),
        impossible(),
        far_below(),
    ]


def impossible():
    """Some tokens cannot come next: their log probability is minus infinity, also behind a beam that has ended."""
    log_p = torch.tensor([[0.0, 0.5, 0.5], [0.625, 0.375, 0.0], [0.25, 0.0, 0.75]]).log()
    return torch.tensor([-1.0, -1.5, -2.0]), torch.tensor([True, False, False]), log_p, 0


def far_below():
    """The living beam is far less likely than any number that one might write beside an ended one."""
    scores, ended = torch.tensor([-3e30, -2e30]), torch.tensor([True, False])
    return scores, ended, torch.tensor([[-1.0, -2.0, -3.0, -4.0], [-4e30, -1e30, -3e30, -2e30]]), 1


def beam_never_loses(call, rng):
    """Best first; an ended beam that is better than all others comes back as it was."""
    scores = torch.tensor([-4.0, -0.1, -3.0], dtype=torch.float64)
    log_p = torch.randn(3, 5, generator=rng, dtype=torch.float64).log_softmax(1)
    got = expect_tensors(call(scores, torch.tensor([False, True, False]), log_p, 2), (3,), (3,), (3,), kind="list")
    if (got[2].diff() > 0).any():
        raise Wrong("order", f"{show(got[2])}", got)
    if int(got[0][0]) != 1 or int(got[1][0]) != 2 or abs(got[2][0].item() + 0.1) > 1e-6:
        raise Wrong("ended", f"{show([part[0] for part in got])}", got)


def no_number_is_low_enough(call, rng):
    """An ended beam comes back once, however unlikely the others are."""
    got = expect_tensors(call(*far_below()), (2,), (2,), (2,), kind="list")
    if got[0].tolist() == [0, 0]:  # the ended beam, twice
        raise Wrong("finite", show(got), got)


check_beam_step = Exercise(
    name="beam_step", points=3, cases=beam_cases, laws=(beam_never_loses, no_number_is_low_enough), answer=beam_step,
    mistakes={
        "grow": ("torch.where(ended[:, None], stay, total) -> total",
            "A beam that has ended goes on writing in your answer.",
            "끝난 빔이 계속 써 나가요."),
        "pay": ("stay[:, end] = scores -> stay[:, end] = total[:, end]",
            "A beam that has ended pays for a second end token: its score should stay.",
            "끝난 빔이 끝 토큰을 또 쓰고 값을 치러요. 점수는 그대로여야 해요."),
        "copies": ("torch.where(ended[:, None], stay, total) -> torch.where(ended[:, None], scores[:, None], total)",
            "An ended beam comes back several times. In how many ways can it go on?",
            "끝난 빔 하나가 여러 번 나와요. 그 빔이 이어질 길은 몇 가지인가요?"),
        "gone": ("stay[:, end] = scores -> stay[:, end] = scores if ended.all() else -torch.inf",
            "Beams that have ended are lost. What if one of them is the best?",
            "끝난 빔이 사라졌어요. 그 가운데 하나가 가장 좋다면요?"),
        "each": (
            "best, flat = total.flatten().topk(K) -> best, token = total.max(1); best, "
            "order = best.sort(descending=True); flat = order * V + token[order]",
            "You keep the best of each beam. May two of the new beams come from the same one?",
            "빔마다 가장 좋은 것을 하나씩 남겼어요. 새 빔 둘이 같은 빔에서 나와도 되나요?"),
        "this step": ("scores[:, None] + log_p -> log_p",
            "Only this step counts in your choice. What about the tokens before it?",
            "이번 스텝만 보고 골랐어요. 그 앞의 토큰들은요?"),
        "never ends": (
            "torch.where(ended[:, None], stay, total) -> torch.where(ended[:, "
            "None], stay, total.index_fill(1, torch.tensor([end]), -torch.inf))",
            "A living beam never writes the end token in your function.",
            "살아 있는 빔이 끝 토큰을 쓰지 못해요."),
        "product": ("scores[:, None] + log_p -> scores[:, None] * log_p",
            "Probabilities are multiplied. What is done with their logarithms?",
            "확률은 곱해요. 확률의 로그는 어떻게 하나요?"),
        "probabilities": ("+ log_p -> + log_p.exp()",
            "You add probabilities to logarithms.",
            "로그에 확률을 더했어요."),
        "worst": (("-torch.inf -> torch.inf", "topk(K) -> topk(K, largest=False)"),
            "You keep the least likely ones. Is −1 or −5 the better score?",
            "가장 덜 그럴듯한 것을 남겼어요. −1과 −5 가운데 어느 쪽이 좋은 점수인가요?"),
        "split by beams": ("flat // V, flat % V -> flat % K, flat // K",
            "Number n of the flattened table: how long is one row of it?",
            "펼친 표의 n번째 수예요. 표의 한 행은 길이가 얼마인가요?"),
        "divided by K": ("flat // V, flat % V -> flat // K, flat % K",
            "You divide by the number of beams. How many numbers are in one row of the table?",
            "빔의 수로 나눴어요. 표의 한 행에는 수가 몇 개 있나요?"),
        "tokens first": ("flat // V, flat % V -> flat % V, flat // V",
            "You return the tokens first. The parents come first: which beam, then which token.",
            "토큰이 먼저 나와요. 어느 빔인지가 먼저이고, 어느 토큰인지가 그다음이에요."),
        "for nothing": ("stay[:, end] = scores -> stay[:, end] = 0",
            "A beam that has ended gets the score 0, and no beam is better than that. What was its score?",
            "끝난 빔이 점수 0을 받아요. 그보다 좋은 빔은 없어요. 원래 점수는 얼마였나요?"),
        "token 0": ("stay[:, end] -> stay[:, 0]",
            "Your ended beams come back with token 0. Which token do they end with?",
            "끝난 빔이 0번 토큰을 가지고 나와요. 그 빔의 마지막은 어느 토큰인가요?"),
        "all ended": (
            "torch.where(ended[:, None], stay, total) -> "
            "torch.where(ended[:, None] | ended.any(), stay, total)",
            "One beam has ended, and you let none of the others go on.",
            "빔 하나가 끝났는데 다른 빔까지 모두 멈췄어요."),
        "others stay": ("torch.where(ended[:, None], stay, total) -> torch.where(ended[:, None], total, stay)",
            "You let the ended beams go on and hold the living ones. What does True mean in `ended`?",
            "끝난 빔이 이어지고 살아 있는 빔이 멈췄어요. `ended`에서 True는 무슨 뜻인가요?"),
        "finite": ("-torch.inf -> -1e9",
            "Beside an ended beam you write a finite number. A score "
            "can be lower still: what is lower than any number?",
            "끝난 빔의 나머지를 유한한 수로 채웠어요. 점수가 그보다 "
            "더 낮을 수도 있어요. 어떤 수보다도 낮은 것은 무엇인가요?"),
        "exp": ("flat % V, best -> flat % V, best.exp()",
            "The scores are to remain logarithms: the next step adds to them.",
            "점수는 로그로 남아야 해요. 다음 스텝에서 거기에 더해요."),
        "order": (None,
            "The best beam should come first.",
            "가장 좋은 빔이 맨 앞에 와야 해요."),
        "ended": (None,
            "The best beam has ended before this step. It should "
            "come back first, with the end token and its old score.",
            "가장 좋은 빔은 이미 끝났어요. 끝 토큰과 원래 점수를 가지고 맨 앞에 나와야 해요."),
    },
)  # fmt: skip
