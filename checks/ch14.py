"""Checks for the exercises of chapter 14, 14-encoder-decoder."""
import math

import torch

from .engine import AUTOGRAD, Exercise, Wrong, expect_tensor, show


# ---------------------------------------------------------------- 14.1 takes_eu
def eu_by_remainder(last):
    final = (last - 0xAC00) % 28
    return ((final != 0) & (final != 8)).long()


def eu_by_loop(last):
    finals = [(code - ord("가")) % 28 for code in last.tolist()]
    return torch.tensor([int(final not in (0, 8)) for final in finals])


def eu_by_table(last):
    table = torch.ones(28, dtype=torch.long)
    table[[0, ord("갈") - ord("가")]] = 0
    return table[torch.fmod(last - 44032, 28)]


def eu_variant(final=lambda last: (last - 0xAC00) % 28, takes=lambda final: (final != 0) & (final != 8)):
    """Wrong answers: the number of the final consonant, or what follows from it, exchanged."""
    return lambda last: takes(final(last)).long()


def codes(text):
    return torch.tensor([ord(syllable) for syllable in text])


def eu_cases(rng):
    def draw(number):
        return torch.randint(0xAC00, 0xD7A4, (number,), generator=rng)
    every = 0xAC00 + 28 * torch.randint(399, (1,), generator=rng) + torch.arange(28)
    return [(codes(text),) for text in ("집", "교", "울", "책", "집교울", "산강길물차", "가갈갓긓힣")] + [
        (draw(7),), (draw(61),), (every,), (draw(2000),)]


def eu_follows_the_final(call, rng):
    """What matters is the final consonant: any other beginning gives the same."""
    last = torch.randint(0xAC00, 0xAC00 + 28 * 398, (83,), generator=rng)
    one, other = call(last), call(last + 28)
    expect_tensor(one, (83,))
    expect_tensor(other, (83,))
    if not torch.equal(one, other):
        at = int((one != other).nonzero()[0])
        raise Wrong("beginning", f"{chr(int(last[at]))}, {chr(int(last[at]) + 28)}: "
                    f"{one[at].item()}, {other[at].item()}", one)


check_takes_eu = Exercise(
    name="takes_eu", points=1, cases=eu_cases, laws=(eu_follows_the_final,),
    right=[eu_by_remainder, eu_by_loop, eu_by_table],
    mutants={
        "no exception": eu_variant(takes=lambda final: final != 0),
        "open": eu_variant(takes=lambda final: final == 0),
        "the other": eu_variant(takes=lambda final: (final == 0) | (final == 8)),
        "only l": eu_variant(takes=lambda final: final != 8),
        "is l": eu_variant(takes=lambda final: final == 8),
        "offset": eu_variant(lambda last: last % 28),
        "27": eu_variant(lambda last: (last - 0xAC00) % 27),
        "beginning": eu_variant(lambda last: (last - 0xAC00) // 28),
        "l before": eu_variant(takes=lambda final: (final != 0) & (final != 7)),
    },
    messages={
        "no exception": ("Seoul ends in a consonant, and still it goes with ro. Which final is it?",
                         "'서울'의 '울'은 받침이 있는데도 '서울로'라고 해요. 어떤 받침인가요?"),
        "open": ("You say 1 for open syllables. Hakgyo, school, ends in an open one: with eu or without?",
                 "받침이 없을 때 1이에요. '학교'는 받침이 없어요. '학교로'인가요, '학교으로'인가요?"),
        "the other": ("Right split, wrong way round: 1 means that eu comes in between.",
                      "나누기는 맞는데 거꾸로예요. 1은 '으'가 들어간다는 뜻이에요."),
        "only l": ("Nouns without a final consonant get eu, too. Say hakgyo, school, with it.",
                   "받침이 없는 말에도 '으'가 붙어요. '학교'에 붙여서 소리 내 보세요."),
        "is l": ("You say 1 exactly for ㄹ. Is it the final that takes eu, or the one that does without?",
                 "ㄹ 받침일 때만 1이에요. ㄹ은 '으'가 붙는 받침인가요, 안 붙는 받침인가요?"),
        "offset": ("The remainder depends on where you begin to count. Where do the Korean syllables begin?",
                   "나머지는 어디서부터 세느냐에 달렸어요. 한글 음절은 어디에서 시작하나요?"),
        "27": ("27 final consonants, but how many syllables in a row share one beginning?",
               "받침은 27가지지만, 첫소리와 가운뎃소리가 같은 음절은 몇 개씩 이어지나요?"),
        "beginning": ("The quotient numbers consonant and vowel at the beginning. Which operation leaves the final?",
                      "몫은 첫소리와 가운뎃소리의 번호예요. 받침만 남기는 연산은 무엇인가요?"),
        "l before": ("ㄹ stands one further: subtract the code of ga from that of gal.",
                     "ㄹ은 하나 더 뒤에 있어요. '갈'에서 '가'를 빼 보세요."),
    },
)


# ---------------------------------------------------------------- 14.2 smoothed_gradient
def gradient_by_difference(logits, targets, smoothing, padding):
    V = logits.shape[1]
    wanted = torch.full_like(logits, smoothing / V)
    wanted[torch.arange(len(targets)), targets] += 1 - smoothing
    real = targets != padding
    return (logits.softmax(1) - wanted) * real[:, None] / real.sum()


def gradient_by_loop(logits, targets, smoothing, padding):
    V, rows = logits.shape[-1], []
    number = sum(target != padding for target in targets.tolist())
    for row, target in zip(logits, targets.tolist()):
        p = torch.exp(row - torch.logsumexp(row, -1))
        for i in range(V):
            p[i] = p[i] - smoothing / V - (1 - smoothing) * (i == target)
        rows.append(p / number if target != padding else torch.zeros_like(p))
    return torch.stack(rows)


def gradient_by_one_hot(logits, targets, smoothing, padding):
    V = logits.shape[-1]
    one_hot = torch.nn.functional.one_hot(targets, V).to(logits.dtype)
    gradient = torch.log_softmax(logits, -1).exp() - torch.lerp(one_hot, torch.ones_like(one_hot) / V, smoothing)
    gradient[targets == padding] = 0
    return gradient / (targets != padding).sum()


def gradient_by_autograd(logits, targets, smoothing, padding):
    with torch.enable_grad():
        logits = logits.clone().requires_grad_()
        loss = torch.nn.functional.cross_entropy(logits, targets, ignore_index=padding, label_smoothing=smoothing)
        return torch.autograd.grad(loss, logits)[0]


def gradient_variant(right=lambda e, V: 1 - e + e / V, other=lambda e, V: e / V, axis=-1, sign=1, keep=False,
                     number=lambda real: real.sum(), p=None):
    """Wrong answers: the softened target, the softmax, the padding or the mean exchanged."""
    p = p or (lambda logits: logits.softmax(axis))

    def smoothed_gradient(logits, targets, smoothing, padding):
        N, V = logits.shape
        wanted = torch.full_like(logits, other(smoothing, V))
        wanted[torch.arange(N), targets] = right(smoothing, V)
        real = targets != padding
        gradient = sign * (p(logits) - wanted)
        return (gradient if keep else gradient * real[:, None]) / number(real)
    return smoothed_gradient


def gradient_cases(rng):
    def draw(N, V, smoothing, padding=0, dtype=torch.float32):
        targets = torch.randint(V, (N,), generator=rng)
        targets[0], targets[1:2] = (padding + 1) % V, padding
        return 2 * torch.randn(N, V, generator=rng, dtype=dtype), targets, smoothing, padding
    zeros = torch.zeros(1, 4)
    return [
        (zeros, torch.tensor([1]), 0.0, 0), (zeros, torch.tensor([1]), 0.4, 0),
        (torch.zeros(2, 4), torch.tensor([3, 0]), 0.2, 0), (torch.tensor([[0.0, 0.0, math.log(2)]]),
                                                            torch.tensor([2]), 0.3, 0),
        draw(3, 5, 0.1), draw(7, 3, 0.2), draw(5, 11, 0.05, 4), draw(13, 7, 0.5, 6), draw(2, 17, 0.0),
        draw(11, 6, 0.1, 5, torch.float64), draw(6, 4, 0.9, 0, torch.float64),
    ]


def gradient_sums_to_zero(call, rng):
    """Adding one number to all logits of a row changes nothing: each row of the gradient sums to 0."""
    logits, targets = torch.randn(5, 7, generator=rng, dtype=torch.float64), torch.tensor([1, 0, 3, 6, 2])
    got = call(logits, targets, 0.2, 0)
    expect_tensor(got, (5, 7))
    sums = got.sum(1)
    if sums.abs().max() > 1e-6:
        raise Wrong("sums", f"{show(sums)}", got)


check_smoothed_gradient = Exercise(
    name="smoothed_gradient", points=2, cases=gradient_cases, laws=(gradient_sums_to_zero,), forbidden=AUTOGRAD,
    right=[gradient_by_difference, gradient_by_loop, gradient_by_one_hot],
    mutants={
        "hard": gradient_variant(lambda e, V: 1, lambda e, V: 0),
        "others only": gradient_variant(lambda e, V: 1 - e, lambda e, V: e / (V - 1)),
        "right without share": gradient_variant(lambda e, V: 1 - e),
        "each whole": gradient_variant(lambda e, V: 1 - e, lambda e, V: e),
        "not softened": gradient_variant(lambda e, V: 1),
        "uphill": gradient_variant(sign=-1),
        "sum": gradient_variant(number=lambda real: 1),
        "all rows": gradient_variant(number=len),
        "padding": gradient_variant(keep=True),
        "padding, all": gradient_variant(keep=True, number=len),
        "axis": gradient_variant(axis=0),
        "logits": gradient_variant(p=lambda logits: logits),
        "forbidden": gradient_by_autograd,
    },
    messages={
        "hard": ("This is the gradient without smoothing: your target is 1 in one place.",
                 "부드럽게 하지 않은 그래디언트예요. 목표가 한 곳에서 1이에요."),
        "others only": ("You spread ε over the wrong tokens only. Over how many tokens does the chapter spread it?",
                        "ε을 틀린 토큰들에만 나눠 줬어요. 이 장에서는 토큰 몇 개에 나눠 주나요?"),
        "right without share": ("Your target does not add up to 1. Does the right token get its share of ε, too?",
                                "목표의 합이 1이 아니에요. 맞는 토큰도 ε의 제 몫을 받나요?"),
        "each whole": ("Each token gets all of ε in your target. What do all shares together have to make?",
                       "토큰마다 ε을 통째로 받았어요. 몫을 모두 더하면 얼마여야 하나요?"),
        "not softened": ("The others got their share of ε, and the right token gave nothing away.",
                         "다른 토큰은 ε의 몫을 받았는데, 맞는 토큰은 내놓은 것이 없어요."),
        "uphill": ("This points the other way. If the right token has too little, is its gradient positive or "
                   "negative?",
                   "방향이 반대예요. 맞는 토큰의 확률이 모자라면 그래디언트는 양수인가요, 음수인가요?"),
        "sum": ("This is the gradient of a sum. The loss is a mean.", "합의 그래디언트예요. 손실은 평균이에요."),
        "all rows": ("You divide by all rows. How many of them does the mean run over?",
                     "모든 줄의 수로 나눴어요. 평균은 몇 줄에 대해 내나요?"),
        "padding": ("Padding still pulls at the logits: its rows should be left in peace.",
                    "패딩이 아직 로짓을 당겨요. 그 줄은 건드리지 말아야 해요."),
        "padding, all": ("Padding is treated like any other token. What does the loss do with it?",
                         "패딩을 다른 토큰처럼 다뤘어요. 손실은 패딩을 어떻게 하나요?"),
        "axis": ("Your softmax runs over the rows. Which numbers are to add up to 1?",
                 "소프트맥스가 줄들을 따라 가요. 어떤 수들의 합이 1이 되어야 하나요?"),
        "logits": ("You subtract the target from the logits. What must be made of them first?",
                   "로짓에서 목표를 뺐어요. 먼저 로짓을 무엇으로 바꿔야 하나요?"),
        "sums": ("A row of your gradient does not sum to 0. What happens to the loss if all logits of a row grow by 1?",
                 "그래디언트 한 줄의 합이 0이 아니에요. 한 줄의 로짓이 모두 1씩 커지면 손실은 어떻게 되나요?"),
    },
)


# ---------------------------------------------------------------- 14.3 beam_step
def beam_by_flat(scores, ended, log_p, end):
    V = log_p.shape[1]
    total = scores[:, None] + log_p
    stay = torch.full_like(total, -torch.inf)
    stay[:, end] = scores
    total = torch.where(ended[:, None], stay, total)
    values, flat = total.flatten().topk(len(scores))
    return [flat // V, flat % V, values]


def beam_by_sorting(scores, ended, log_p, end):
    candidates = []
    for k in range(len(scores)):
        if ended[k]:
            candidates.append((scores[k].item(), k, end))
        else:
            candidates += [((scores[k] + log_p[k, v]).item(), k, v) for v in range(log_p.shape[1])]
    best = sorted(candidates, reverse=True)[:len(scores)]
    values, parents, tokens = zip(*best)
    return [torch.tensor(parents), torch.tensor(tokens), torch.tensor(values, dtype=scores.dtype)]


def beam_by_masking(scores, ended, log_p, end):
    log_p = log_p.clone()
    log_p[ended] = -torch.inf
    log_p[ended, end] = 0
    total = (log_p + scores.unsqueeze(1)).reshape(-1)
    order = total.argsort(descending=True)[:len(scores)]
    return [torch.div(order, log_p.shape[1], rounding_mode="floor"), order.remainder(log_p.shape[1]), total[order]]


def beam_variant(total=lambda scores, log_p: scores[:, None] + log_p, stay="once", largest=True, split=None,
                 each=False, values=None):
    """Wrong answers: how scores grow, what becomes of ended beams, or what is chosen exchanged."""
    def beam_step(scores, ended, log_p, end):
        K, V = log_p.shape
        table = total(scores, log_p)
        once = torch.full_like(table, -torch.inf if largest else torch.inf)
        if stay != "gone":
            once[:, end] = scores
        kept = {"once": once, "gone": once, "copies": scores[:, None].expand(K, V), "grow": table}.get(stay)
        if kept is None:
            once[:, end] = table[:, end]
            kept = once
        table = torch.where(ended[:, None], kept, table)
        if each:
            best, tokens = table.max(1)
            best, parents = best.sort(descending=True)
            return [parents, tokens[parents], best]
        best, flat = table.flatten().topk(K, largest=largest)
        parents, tokens = split(flat, K, V) if split else (flat // V, flat % V)
        return [parents, tokens, values(best) if values else best]
    return beam_step


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
        (torch.tensor([0.0]), no[:1], halves[:1], 1), (torch.tensor([-1.0]), yes[:1], halves[:1], 1),
        (torch.tensor([-1.0, -1.25]), no, halves, 1), (torch.tensor([-0.5, -3.0]), yes, halves, 1),
        (torch.tensor([-2.0, -0.5]), yes, halves, 2),
        draw(3, 7, []), draw(3, 7, [1]), draw(5, 11, [0, 3], 4), draw(4, 5, [0, 1, 2, 3], 0),
        draw(7, 3, [2, 4, 5]), draw(2, 23, [0], 22), draw(6, 13, [1, 4], 7, torch.float64),
        draw(5, 4, [0, 1, 3], 3, torch.float64), draw(11, 17, [6], 2, torch.float64),
    ]


def beam_never_loses(call, rng):
    """Best first; an ended beam that is better than all others comes back as it was."""
    scores = torch.tensor([-4.0, -0.1, -3.0], dtype=torch.float64)
    log_p = torch.randn(3, 5, generator=rng, dtype=torch.float64).log_softmax(1)
    got = call(scores, torch.tensor([False, True, False]), log_p, 2)
    if not isinstance(got, (list, tuple)) or len(got) != 3:
        raise Wrong("length", got=len(got) if isinstance(got, (list, tuple)) else 1, want=3)
    for part in got:
        expect_tensor(part, (3,))
    if (got[2].diff() > 0).any():
        raise Wrong("order", f"{show(got[2])}", got)
    if int(got[0][0]) != 1 or int(got[1][0]) != 2 or abs(got[2][0].item() + 0.1) > 1e-6:
        raise Wrong("ended", f"{show([part[0] for part in got])}", got)


check_beam_step = Exercise(
    name="beam_step", points=3, cases=beam_cases, laws=(beam_never_loses,),
    right=[beam_by_flat, beam_by_sorting, beam_by_masking],
    mutants={
        "grow": beam_variant(stay="grow"),
        "pay": beam_variant(stay="pay"),
        "copies": beam_variant(stay="copies"),
        "gone": lambda scores, ended, log_p, end:
            beam_variant(stay="once" if ended.all() else "gone")(scores, ended, log_p, end),
        "each": beam_variant(each=True),
        "this step": beam_variant(lambda scores, log_p: log_p),
        "product": beam_variant(lambda scores, log_p: scores[:, None] * log_p),
        "probabilities": beam_variant(lambda scores, log_p: scores[:, None] + log_p.exp()),
        "worst": beam_variant(largest=False),
        "split by beams": beam_variant(split=lambda flat, K, V: (flat % K, flat // K)),
        "exp": beam_variant(values=torch.exp),
    },
    messages={
        "grow": ("A beam that has ended goes on writing in your answer.", "끝난 빔이 계속 써 나가요."),
        "pay": ("A beam that has ended pays for a second end token: its score should stay.",
                "끝난 빔이 끝 토큰을 또 쓰고 값을 치러요. 점수는 그대로여야 해요."),
        "copies": ("An ended beam takes up several places. In how many ways can it go on?",
                   "끝난 빔 하나가 여러 자리를 차지해요. 그 빔이 이어질 길은 몇 가지인가요?"),
        "gone": ("Beams that have ended are lost. What if one of them is the best?",
                 "끝난 빔이 사라졌어요. 그 가운데 하나가 가장 좋다면요?"),
        "each": ("You keep the best of each beam. May two of the new beams come from the same one?",
                 "빔마다 가장 좋은 것을 하나씩 남겼어요. 새 빔 둘이 같은 빔에서 나와도 되나요?"),
        "this step": ("Only this step counts in your choice. What about the tokens before it?",
                      "이번 걸음만 보고 골랐어요. 그 앞의 토큰들은요?"),
        "product": ("Probabilities are multiplied. What is done with their logarithms?",
                    "확률은 곱해요. 확률의 로그는 어떻게 하나요?"),
        "probabilities": ("You add probabilities to logarithms.", "로그에 확률을 더했어요."),
        "worst": ("You keep the least likely ones. Is −1 or −5 the better score?",
                  "가장 덜 그럴듯한 것을 남겼어요. −1과 −5 가운데 어느 쪽이 좋은 점수인가요?"),
        "split by beams": ("Place n of the flattened table: how long is one row of it?",
                           "펼친 표의 n번째 자리예요. 표의 한 줄은 길이가 얼마인가요?"),
        "exp": ("The scores are to remain logarithms: the next step adds to them.",
                "점수는 로그로 남아야 해요. 다음 걸음에서 거기에 더해요."),
        "order": ("The best beam should come first.", "가장 좋은 빔이 맨 앞에 와야 해요."),
        "ended": ("The best beam has ended before this step. It should come back first, with the end token and "
                  "its old score.",
                  "가장 좋은 빔은 이미 끝났어요. 끝 토큰과 원래 점수를 가지고 맨 앞에 나와야 해요."),
    },
)
