"""Checks for the exercises of chapter 12, 12-positions."""
import math

import torch

from .engine import Exercise, Wrong, expect_tensor, show


# ---------------------------------------------------------------- 12.1 full_turns
def turns_by_powers(d, base):
    return 2 * math.pi * float(base) ** (torch.arange(0, d, 2, dtype=torch.float64) / d)


def turns_by_rates(d, base):
    rates = torch.tensor([base ** (-2 * i / d) for i in range(d // 2)], dtype=torch.float64)
    return 2 * math.pi / rates


def turns_by_logs(d, base):
    return torch.exp(math.log(2 * math.pi) + torch.arange(d // 2).double() * (2 * math.log(base) / d))


def turns_variant(exponent=lambda i, d: 2 * i / d, circle=2 * math.pi, after=lambda turns: turns):
    """Wrong answers: the exponent of hand i, the angle of a full turn, or the last step exchanged."""
    def full_turns(d, base):
        i = torch.arange(d // 2, dtype=torch.float64)
        return after(circle * float(base) ** exponent(i, d))
    return full_turns


def turns_cases(rng):
    return [(2, 10_000), (4, 100), (4, 10_000), (6, 1000), (10, 10_000), (14, 500_000), (22, 7)]


def turns_geometric(call, rng):
    """The first hand is the same for every base; the ratio of neighbours is base ** (2 / d)."""
    for d, base in ((6, 125), (10, 1024)):
        got = call(d, base)
        expect_tensor(got, (d // 2,))
        if abs(got[0].item() - 2 * math.pi) > 1e-3:
            raise Wrong("first hand", f"full_turns({d}, {base})[0] = {got[0].item():.4g}", got)
        ratios = got[1:] / got[:-1]
        if (ratios / base ** (2 / d) - 1).abs().max() > 1e-3:
            raise Wrong("ratio", f"full_turns({d}, {base}) = {show(got)}", got)


check_full_turns = Exercise(
    name="full_turns", points=1, cases=turns_cases, laws=(turns_geometric,),
    right=[turns_by_powers, turns_by_rates, turns_by_logs],
    mutants={
        "rates": turns_variant(lambda i, d: -2 * i / d, circle=1),
        "no circle": turns_variant(circle=1),
        "half circle": turns_variant(circle=math.pi),
        "degrees": turns_variant(circle=360),
        "faster": turns_variant(lambda i, d: -2 * i / d),
        "single": turns_variant(lambda i, d: i / d),
        "from one": turns_variant(lambda i, d: 2 * (i + 1) / d),
        "slow first": turns_variant(after=lambda turns: turns.flip(0)),
        "to the base": turns_variant(lambda i, d: i / max(d // 2 - 1, 1)),
        "components": turns_variant(after=lambda turns: turns.repeat_interleave(2)),
    },
    messages={
        "rates": ("These are the angles for one place. How many of them make a full turn?",
                  "한 자리에 움직이는 각도를 구했어요. 그 각도가 몇 개 모여야 한 바퀴인가요?"),
        "no circle": ("Your hands stop after one radian. How many radians are a full turn?",
                      "바늘이 1라디안에서 멈춰요. 한 바퀴는 몇 라디안인가요?"),
        "half circle": ("Your hands point the other way when they stop. How far is all the way round?",
                        "멈췄을 때 바늘이 반대쪽을 가리켜요. 한 바퀴를 다 돌려면 얼마나 가야 하나요?"),
        "degrees": ("You measure the full turn in degrees. In what unit is the angle of a hand?",
                    "한 바퀴를 도 단위로 쟀어요. 바늘의 각도는 어떤 단위인가요?"),
        "faster": ("Your later hands come round sooner. Do they move faster or more slowly than the first?",
                   "뒤의 바늘일수록 더 빨리 한 바퀴를 돌아요. 뒤의 바늘은 첫 바늘보다 빠른가요, 느린가요?"),
        "single": ("Your hands are too close to each other: the step in the exponent is half of what it should be. "
                   "How many hands share the d components?",
                   "바늘끼리 너무 비슷해요. 지수가 절반씩만 커져요. 성분 d개를 바늘 몇 개가 나눠 갖나요?"),
        "from one": ("Your hands count from 1. How far does the first hand of the chapter move at each place?",
                     "바늘을 1부터 셌어요. 이 장에서 첫 바늘은 한 자리에 얼마나 움직이나요?"),
        "slow first": ("Right numbers, the other way round. Which hand comes first, the fast or the slow one?",
                       "수는 맞는데 순서가 거꾸로예요. 빠른 바늘과 느린 바늘 가운데 누가 먼저인가요?"),
        "to the base": ("Your slowest hand takes exactly base times as long as the fastest. In the chapter, what is "
                        "2 i divided by?",
                        "가장 느린 바늘이 가장 빠른 바늘의 딱 base배 걸려요. 이 장의 식에서는 2i를 무엇으로 나누나요?"),
        "components": ("You give one number for each component. Two components share one hand.",
                       "성분마다 수를 하나씩 냈어요. 성분 두 개가 바늘 하나를 같이 써요."),
        "first hand": ("Hand 0 moves by one radian at each place, whatever the base is.",
                       "0번 바늘은 base가 무엇이든 한 자리에 1라디안씩 움직여요."),
        "ratio": ("From one hand to the next the turn gets longer by the same factor. Which power of the base is it?",
                  "다음 바늘로 갈 때마다 한 바퀴가 같은 배수만큼 길어져요. base의 몇 제곱일까요?"),
    },
)


# ---------------------------------------------------------------- 12.2 turn_some
def some_by_chunks(x, places, rates):
    angles = places[:, None] * rates
    cos, sin, R = angles.cos(), angles.sin(), len(rates)
    first, second, rest = x[..., :R], x[..., R:2 * R], x[..., 2 * R:]
    return torch.cat([first * cos - second * sin, first * sin + second * cos, rest], -1)


def some_by_complex(x, places, rates):
    R = len(rates)
    turned = torch.complex(x[..., :R], x[..., R:2 * R]) * torch.exp(1j * torch.outer(places.to(rates.dtype), rates))
    return torch.cat((turned.real, turned.imag, x[..., 2 * R:]), -1).to(x.dtype)


def some_by_half(x, places, rates):
    """The way much code writes it: x cos + turned x sin."""
    R = len(rates)
    angles = torch.einsum("t,r->tr", places.to(rates.dtype), rates).repeat(1, 2)
    part = x[..., :2 * R]
    quarter = torch.cat([-part[..., R:], part[..., :R]], -1)
    out = x.clone()
    out[..., :2 * R] = part * torch.cos(angles) + quarter * torch.sin(angles)
    return out


def some_variant(angles=lambda places, rates: places[:, None] * rates, turn=None, pairs=None, rest=lambda rest: rest):
    """Wrong answers: the angles, the turn of a pair, which components form a pair, or the rest exchanged."""
    turn = turn or (lambda a, b, cos, sin: (a * cos - b * sin, a * sin + b * cos))
    pairs = pairs or (lambda R, D: (torch.arange(R), torch.arange(R, 2 * R)))

    def turn_some(x, places, rates):
        R, D = len(rates), x.shape[-1]
        angle = angles(places, rates)
        first, second = pairs(R, D)
        out = x.clone()
        left = [c for c in range(D) if c not in (*first.tolist(), *second.tolist())]
        out[..., left] = rest(x[..., left])
        out[..., first], out[..., second] = turn(x[..., first], x[..., second], angle.cos(), angle.sin())
        return out
    return turn_some


def some_one_after_another(a, b, cos, sin):
    a = a * cos - b * sin
    return a, a * sin + b * cos


def some_in_place(x, places, rates):
    x[...] = some_by_chunks(x.clone(), places, rates)
    return x


def some_cases(rng):
    def draw(*shape, R, places=None, dtype=torch.float32):
        T = shape[-2]
        x = torch.randn(*shape, generator=rng, dtype=dtype)
        places = torch.randint(50, (T,), generator=rng) if places is None else torch.tensor(places)
        return x, places, torch.rand(R, generator=rng, dtype=dtype)
    quarter = torch.tensor([math.pi / 2])
    return [
        (torch.tensor([[1.0, 0.0]]), torch.tensor([1]), quarter),
        (torch.tensor([[1.0, 2.0], [1.0, 2.0]]), torch.tensor([0, 2]), quarter),
        (torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([1]), quarter),
        (torch.tensor([[1.0, 2.0, 3.0, 4.0, 5.0]]), torch.tensor([1]), torch.tensor([math.pi / 2, 0.0])),
        draw(5, 6, R=3), draw(3, 7, R=2, places=[4, 4, 9]), draw(2, 3, 5, 11, R=3), draw(7, 4, R=1),
        draw(2, 5, 10, R=5, dtype=torch.float64), draw(3, 13, R=4, places=[0, 1000, 2000], dtype=torch.float64),
    ]


def some_promises(call, rng):
    """Lengths stay; scores depend on the difference of the places only."""
    x = torch.randn(2, 1, 7, generator=rng, dtype=torch.float64)
    rates = torch.tensor([1.0, 0.1], dtype=torch.float64)
    query, key = (call(row, torch.tensor([place]), rates) for row, place in zip(x, (9, 4)))
    expect_tensor(query, (1, 7))
    expect_tensor(key, (1, 7))
    if (query.norm() - x[0].norm()).abs() > 1e-6:
        raise Wrong("longer", f"{x[0].norm().item():.4f} → {query.norm().item():.4f}", query)
    later, key_later = (call(row, torch.tensor([place]), rates) for row, place in zip(x, (30, 25)))
    if ((query * key).sum() - (later * key_later).sum()).abs() > 1e-6:
        raise Wrong("offset", "places 9, 4 → 30, 25", later)


check_turn_some = Exercise(
    name="turn_some", points=2, cases=some_cases, laws=(some_promises,),
    right=[some_by_chunks, some_by_complex, some_by_half],
    mutants={
        "neighbours": some_variant(pairs=lambda R, D: (torch.arange(0, 2 * R, 2), torch.arange(1, 2 * R, 2))),
        "half of all": some_variant(pairs=lambda R, D: (torch.arange(R), torch.arange(R) + D // 2)),
        "last ones": some_variant(pairs=lambda R, D: (torch.arange(R) + D - 2 * R, torch.arange(R) + D - R)),
        "back": some_variant(turn=lambda a, b, cos, sin: (a * cos + b * sin, b * cos - a * sin)),
        "swapped": some_variant(turn=lambda a, b, cos, sin: (a * sin - b * cos, a * cos + b * sin)),
        "mirror": some_variant(turn=lambda a, b, cos, sin: (a * cos + b * sin, a * sin + b * cos)),
        "one after another": some_variant(turn=some_one_after_another),
        "counted": some_variant(angles=lambda places, rates: torch.arange(len(places))[:, None] * rates),
        "no places": some_variant(angles=lambda places, rates: rates.expand(len(places), -1)),
        "rest gone": some_variant(rest=torch.zeros_like),
        "modified": some_in_place,
    },
    messages={
        "neighbours": ("You pair neighbours, as `byhand.positions` does. Which component is the partner of 0 here?",
                       "`byhand.positions`처럼 이웃끼리 짝지었어요. 여기서 0번 성분의 짝은 몇 번인가요?"),
        "half of all": ("You look for the partner half of *all* components away. How many take part in the turning?",
                        "*모든* 성분의 절반만큼 떨어진 곳에서 짝을 찾았어요. 도는 데 참여하는 성분은 몇 개인가요?"),
        "last ones": ("You turn the last components. Which ones does the docstring name?",
                      "마지막 성분들을 돌렸어요. docstring은 어느 성분이라고 하나요?"),
        "back": ("You turn the other way. Where does (1, 0) point after a quarter turn?",
                 "반대 방향으로 돌렸어요. (1, 0)을 4분의 1바퀴 돌리면 어디를 가리키나요?"),
        "swapped": ("At place 0 nothing should move. What are the cosine and the sine of 0?",
                    "0번 자리에서는 아무것도 움직이지 않아야 해요. 0의 코사인과 사인은 얼마인가요?"),
        "mirror": ("Your pairs change their length. Which of the four products has a minus?",
                   "짝의 길이가 변해요. 네 곱 가운데 어느 것에 빼기가 붙나요?"),
        "one after another": ("The second of a pair is computed from the *new* first. Which one does it need?",
                              "짝의 둘째를 *새* 첫째로 계산했어요. 어느 첫째가 필요한가요?"),
        "counted": ("You count the rows. A row says itself where it stands.",
                    "행의 번호를 셌어요. 행이 어느 자리에 있는지는 따로 주어져 있어요."),
        "no places": ("All rows are turned by the same angle. What has the place to do with it?",
                      "모든 행을 같은 각도로 돌렸어요. 자리는 어디에 쓰이나요?"),
        "rest gone": ("What is not turned is 0 in your answer. What should it be?",
                      "돌지 않는 성분이 0이 되었어요. 무엇이어야 할까요?"),
        "longer": ("A turn does not change the length of a vector. Yours does.",
                   "돌려도 벡터의 길이는 변하지 않아요. 그런데 길이가 변했어요."),
        "offset": ("Query and key have both moved on by 21 places, and their score has changed.",
                   "쿼리와 키를 똑같이 21자리 옮겼는데 점수가 달라졌어요."),
    },
)


# ---------------------------------------------------------------- 12.3 attend_by_offset
def offsets(T, S):
    """(T, S): how many places key s lies before query t, which is one of the last T of S."""
    return torch.arange(S - T, S)[:, None] - torch.arange(S)


def offset_by_index(query, key, value, table):
    back = offsets(query.shape[1], key.shape[1])
    scores = query @ key.mT / query.shape[-1] ** 0.5 + table[:, back.clamp(0, table.shape[1] - 1)]
    return scores.masked_fill(back < 0, -torch.inf).softmax(-1) @ value


def offset_by_loops(query, key, value, table):
    H, T, D = query.shape
    S, R = key.shape[1], table.shape[1]
    heads = []
    for h in range(H):
        rows = []
        for t in range(T):
            place = S - T + t
            bias = torch.stack([table[h, min(place - s, R - 1)] for s in range(place + 1)])
            weights = torch.softmax(key[h, :place + 1] @ query[h, t] / math.sqrt(D) + bias, 0)
            rows.append(weights @ value[h, :place + 1])
        heads.append(torch.stack(rows))
    return torch.stack(heads)


def offset_by_library(query, key, value, table):
    back = offsets(query.shape[1], key.shape[1])
    bias = table[:, back.clamp(min=0, max=table.shape[1] - 1)].masked_fill(back < 0, -math.inf)
    return torch.nn.functional.scaled_dot_product_attention(query[None], key[None], value[None], bias[None])[0]


def offset_variant(back=offsets, index=lambda back, R: back.clamp(0, R - 1), hide=lambda back, R: back < 0,
                   score=lambda dots, bias, D: dots / D ** 0.5 + bias, read=lambda table, i: table[:, i]):
    """Wrong answers: the offsets, the entry of the table, what is hidden, or the score exchanged."""
    def attend_by_offset(query, key, value, table):
        away, R = back(query.shape[1], key.shape[1]), table.shape[1]
        scores = score(query @ key.mT, read(table, index(away, R)), query.shape[-1])
        weights = scores.masked_fill(hide(away, R), -torch.inf).softmax(-1)
        return weights.nan_to_num(0) @ value
    return attend_by_offset


def offset_cases(rng):
    def draw(H, T, S, D, E, R, dtype=torch.float32):
        return tuple(torch.randn(*shape, generator=rng, dtype=dtype)
                     for shape in ((H, T, D), (H, S, D), (H, S, E), (H, R)))
    zeros, values = torch.zeros(1, 2, 1), torch.tensor([[[4.0], [8.0]]])
    return [
        (zeros[:, :1], zeros, values, torch.tensor([[1.0, 3.0]]).log()),
        (zeros, zeros, values, torch.tensor([[1.0, 3.0]]).log()),
        (zeros[:, :1], torch.zeros(1, 3, 1), torch.tensor([[[5.0], [10.0], [20.0]]]), torch.tensor([[2.0, 1.0]]).log()),
        draw(2, 5, 5, 3, 4, 3), draw(3, 2, 7, 5, 2, 4), draw(2, 1, 11, 3, 5, 5), draw(2, 7, 7, 2, 3, 1),
        draw(3, 3, 5, 7, 2, 11), draw(2, 5, 7, 3, 2, 3, dtype=torch.float64),
    ]


def offset_weights(call, rng):
    """With queries of 0 and values = identity the output is the weights, and they show the table."""
    table = torch.randn(2, 4, generator=rng, dtype=torch.float64)
    query, key = torch.zeros(2, 2, 3, dtype=torch.float64), torch.randn(2, 6, 3, generator=rng, dtype=torch.float64)
    got = call(query, key, torch.eye(6, dtype=torch.float64).expand(2, 6, 6), table)
    expect_tensor(got, (2, 2, 6))
    if got[:, 0, 5].abs().max() > 1e-9:
        raise Wrong("ahead", f"weights = {show(got[0, 0])}", got)
    if (got.sum(-1) - 1).abs().max() > 1e-6:
        raise Wrong("sum", f"weights = {show(got[0, 0])}", got)
    shown = (got[:, 1, :].clamp(min=1e-30).log() - got[:, 1, 5:].clamp(min=1e-30).log()).flip(-1)      # by offset
    if (shown[:, :4] - (table - table[:, :1])).abs().max() > 1e-6:
        raise Wrong("bias", f"weights of the last query = {show(got[0, 1])}", got)
    if (shown[:, 4:] - shown[:, 3:4]).abs().max() > 1e-6:
        raise Wrong("far", f"weights of the last query = {show(got[0, 1])}", got)


check_attend_by_offset = Exercise(
    name="attend_by_offset", points=3, cases=offset_cases, laws=(offset_weights,),
    right=[offset_by_index, offset_by_loops, offset_by_library],
    mutants={
        "first places": offset_variant(lambda T, S: torch.arange(T)[:, None] - torch.arange(S)),
        "seen ahead": offset_variant(hide=lambda back, R: back < -10**6),
        "not itself": offset_variant(hide=lambda back, R: back <= 0),
        "window": offset_variant(hide=lambda back, R: (back < 0) | (back >= R)),
        "again": offset_variant(index=lambda back, R: back % R),
        "far for free": offset_variant(read=lambda table, i: torch.cat([table, 0 * table[:, :1]], 1)[:, i],
                                       index=lambda back, R: back.clamp(0, R)),
        "reversed": offset_variant(index=lambda back, R: R - 1 - back.clamp(0, R - 1)),
        "one off": offset_variant(index=lambda back, R: (back - 1).clamp(0, R - 1)),
        "by key": offset_variant(read=lambda table, i: table[:, torch.arange(i.shape[1]).clamp(max=table.shape[1] - 1)]
                                 [:, None]),
        "one head": offset_variant(read=lambda table, i: table[:1, i]),
        "minus": offset_variant(score=lambda dots, bias, D: dots / D ** 0.5 - bias),
        "all divided": offset_variant(score=lambda dots, bias, D: (dots + bias) / D ** 0.5),
        "no root": offset_variant(score=lambda dots, bias, D: dots + bias),
    },
    messages={
        "first places": ("Your queries stand at the first places. With one query and many keys, where is the query?",
                         "쿼리를 맨 앞자리들에 놓았어요. 쿼리가 하나이고 키가 여럿이면 쿼리는 어디에 있나요?"),
        "seen ahead": ("Your queries see keys that come after them. What is their offset?",
                       "쿼리에서 자기보다 뒤의 키를 봐요. 그런 키의 거리는 어떤 수인가요?"),
        "not itself": ("Your queries do not see their own place. Offset 0 has an entry in the table, too.",
                       "쿼리에서 자기 자리를 보지 못해요. 거리 0의 칸도 표에 있어요."),
        "window": ("You hide keys that are further away than the table is long. What should they get instead?",
                   "표의 길이보다 멀리 있는 키를 가렸어요. 그런 키는 어느 칸의 값을 받아야 할까요?"),
        "again": ("Beyond the end of the table you begin again at its front. Is a far key like a near one?",
                  "표의 끝을 넘으면 다시 앞에서부터 읽어요. 먼 키가 가까운 키와 같은가요?"),
        "far for free": ("Keys beyond the table get 0 in your answer. Which entry stands for them?",
                         "표를 벗어난 키가 0을 받아요. 어느 칸의 값을 받아야 할까요?"),
        "reversed": ("You read the table from its end. For which offset is its first entry?",
                     "표를 뒤에서부터 읽었어요. 첫 칸은 거리가 얼마일 때의 값인가요?"),
        "one off": ("Your table is shifted by one. Which entry belongs to the query's own place?",
                    "표가 한 칸 밀렸어요. 쿼리 자신의 자리는 몇 번 칸인가요?"),
        "by key": ("You read the table by the number of the key. It counts how far back a key lies.",
                   "키의 번호로 표를 읽었어요. 표는 키가 얼마나 뒤쪽에 있는지를 세요."),
        "one head": ("All heads read the first row of the table. Whose row is it?",
                     "모든 헤드가 표의 첫 행을 읽어요. 그 행은 어느 헤드의 것인가요?"),
        "minus": ("You subtract the entries. A large entry should make a key more likely.",
                  "칸의 값을 뺐어요. 값이 크면 그 키를 더 많이 봐야 해요."),
        "all divided": ("You divide the entries by the root as well. What was the root there for?",
                        "칸의 값까지 제곱근으로 나눴어요. 그 제곱근은 무엇을 위한 것이었나요?"),
        "no root": ("Your dot products are not scaled. What grows with the number of components?",
                    "내적의 크기를 맞추지 않았어요. 성분의 수가 늘면 무엇이 커지나요?"),
        "ahead": ("The key after the query has a weight that is not 0.",
                  "쿼리보다 뒤에 있는 키의 가중치가 0이 아니에요."),
        "sum": ("The weights of a query should add up to 1.", "쿼리 하나의 가중치는 더해서 1이어야 해요."),
        "bias": ("With queries of 0 only the table decides. The logarithms of your weights do not show its entries.",
                 "쿼리가 0이면 표만이 가중치를 정해요. 그런데 가중치의 로그에 표의 값이 보이지 않아요."),
        "far": ("All keys beyond the end of the table should be treated alike.",
                "표의 끝을 넘어선 키는 모두 똑같이 다뤄야 해요."),
    },
)
