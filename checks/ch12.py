"""Checks for the exercises of chapter 12, 12-positions."""

import math

import torch

from byhand.attention import masked_softmax

from .engine import Exercise, Wrong, expect_tensor, show


# ---------------------------------------------------------------- 12.1 wavelengths
def wavelengths(d, base):
    exponents = torch.arange(0, d, 2, dtype=torch.float64) / d  # (d / 2,)
    return 2 * math.pi * base**exponents


def wavelengths_cases(rng):
    return [(2, 10_000), (4, 100), (4, 10_000), (6, 1000), (10, 10_000), (14, 500_000), (22, 7), (128, 10_000)]


def wavelengths_geometric(call, rng):
    """The first hand is the same for every base; the ratio of neighbors is base ** (2 / d)."""
    for d, base in ((6, 125), (10, 1024)):
        got = expect_tensor(call(d, base), (d // 2,))
        if abs(got[0].item() - 2 * math.pi) > 1e-3:
            raise Wrong("first hand", f"wavelengths({d}, {base})[0] = {got[0].item():.4g}", got)
        ratios = got[1:] / got[:-1]
        if (ratios / base ** (2 / d) - 1).abs().max() > 1e-3:
            raise Wrong("ratio", f"wavelengths({d}, {base}) = {show(got)}", got)


check_wavelengths = Exercise(
    name="wavelengths", points=1, cases=wavelengths_cases, laws=(wavelengths_geometric,), answer=wavelengths,
    mistakes={
        "angles": ("2 * math.pi * base**exponents -> base**-exponents",
            "These are the angles for one position. How many of them make a full turn?",
            "한 위치에 움직이는 각도를 구했어요. 그 각도가 몇 개 모여야 한 바퀴인가요?"),
        "no circle": ("2 * math.pi * base**exponents -> base**exponents",
            "Your hands stop after one radian. How many radians are a full turn?",
            "바늘이 1라디안에서 멈춰요. 한 바퀴는 몇 라디안인가요?"),
        "half circle": ("2 * math.pi * base**exponents -> math.pi * base**exponents",
            "Your hands point the other way when they stop. How far is all the way round?",
            "멈췄을 때 바늘이 반대쪽을 가리켜요. 한 바퀴를 다 돌려면 얼마나 가야 하나요?"),
        "degrees": ("2 * math.pi * base**exponents -> 360 * base**exponents",
            "You measure the full turn in degrees. In what unit is the angle of a hand?",
            "한 바퀴를 도 단위로 쟀어요. 바늘의 각도는 어떤 단위인가요?"),
        "faster": ("2 * math.pi * base**exponents -> 2 * math.pi * base**-exponents",
            "Your later hands come round sooner. Do they move faster or more slowly than the first?",
            "뒤의 바늘일수록 더 빨리 한 바퀴를 돌아요. 뒤의 바늘은 첫 바늘보다 빠른가요, 느린가요?"),
        "single": ("/ d -> / (2 * d)",
            "Your hands are too close to each other: the step in the exponent is "
            "half of what it should be. How many hands share the d components?",
            "바늘끼리 너무 비슷해요. 지수가 절반씩만 커져요. 성분 d개를 바늘 몇 개가 나누어 가지나요?"),
        "from one": ("torch.arange(0, d, 2, -> torch.arange(2, d + 2, 2,",
            "Your hands count from 1. How far does the first hand of the chapter move at each position?",
            "바늘을 1부터 셌어요. 이 장에서 첫 바늘은 위치가 하나 늘 때 얼마나 움직이나요?"),
        "slow first": ("2 * math.pi * base**exponents -> (2 * math.pi * base**exponents).flip(0)",
            "Right numbers, the other way round. Which hand comes first, the fast or the slow one?",
            "수는 맞는데 순서가 거꾸로예요. 빠른 바늘과 느린 바늘 가운데 누가 먼저인가요?"),
        "to the base": ("/ d -> / max(d - 2, 1)",
            "Your slowest hand takes exactly base times as long as "
            "the fastest. In the chapter, what is 2 i divided by?",
            "가장 느린 바늘이 가장 빠른 바늘의 딱 base배 걸려요. 이 장의 식에서는 2i를 무엇으로 나누나요?"),
        "components": ("2 * math.pi * base**exponents -> (2 * math.pi * base**exponents).repeat_interleave(2)",
            "You give one number for each component. Two components share one hand.",
            "성분마다 수를 하나씩 냈어요. 성분 두 개가 바늘 하나를 같이 써요."),
        "first hand": (None,
            "Hand 0 moves by one radian at each position, whatever the base is.",
            "0번 바늘은 base가 무엇이든 위치가 하나 늘 때마다 1라디안씩 움직여요."),
        "ratio": (None,
            "From one hand to the next the turn gets longer by the same factor. Which power of the base is it?",
            "다음 바늘로 갈 때마다 한 바퀴가 같은 배수만큼 길어져요. base의 몇 제곱일까요?"),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 12.2 rotate_some
def rotate_some(x, positions, frequencies):
    R = len(frequencies)
    angles = positions[:, None] * frequencies  # (T, R)
    cos, sin = angles.cos(), angles.sin()
    first, second, rest = x[..., :R], x[..., R : 2 * R], x[..., 2 * R :]
    rotated = first * cos - second * sin, first * sin + second * cos
    return torch.cat([*rotated, rest], -1)


def partner_half_of_all_away(x, positions, frequencies):
    R, half = len(frequencies), x.shape[-1] // 2
    angles = positions[:, None] * frequencies
    first, second, rotated = x[..., :R], x[..., half : half + R], x.clone()
    rotated[..., :R] = first * angles.cos() - second * angles.sin()
    rotated[..., half : half + R] = first * angles.sin() + second * angles.cos()
    return rotated


def some_cases(rng):
    def draw(*shape, R, positions=None, dtype=torch.float32):
        T = shape[-2]
        x = torch.randn(*shape, generator=rng, dtype=dtype)
        positions = torch.randint(50, (T,), generator=rng) if positions is None else torch.tensor(positions)
        return x, positions, torch.rand(R, generator=rng, dtype=dtype)

    quarter = torch.tensor([math.pi / 2])
    return [
        (torch.tensor([[1.0, 0.0]]), torch.tensor([1]), quarter),
        (torch.tensor([[1.0, 2.0], [1.0, 2.0]]), torch.tensor([0, 2]), quarter),
        (torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([1]), quarter),
        (torch.tensor([[1.0, 2.0, 3.0, 4.0, 5.0]]), torch.tensor([1]), torch.tensor([math.pi / 2, 0.0])),
        *[draw(5, 6, R=3), draw(3, 7, R=2, positions=[4, 4, 9]), draw(2, 3, 5, 11, R=3), draw(7, 4, R=1)],
        draw(2, 5, 10, R=5, dtype=torch.float64),
        draw(3, 13, R=4, positions=[0, 1000, 131_072], dtype=torch.float64),
    ]


def some_promises(call, rng):
    """Norms stay; scores depend on the difference of the positions only."""
    x = torch.randn(2, 1, 7, generator=rng, dtype=torch.float64)
    frequencies = torch.tensor([1.0, 0.1], dtype=torch.float64)

    def rotated(*positions):
        return [expect_tensor(call(v, torch.tensor([at]), frequencies), (1, 7)) for v, at in zip(x, positions)]

    query, key = rotated(9, 4)
    if (query.norm() - x[0].norm()).abs() > 1e-6:
        raise Wrong("longer", f"{x[0].norm().item():.4f} → {query.norm().item():.4f}", query)
    later, key_later = rotated(30, 25)
    if ((query * key).sum() - (later * key_later).sum()).abs() > 1e-6:
        raise Wrong("offset", "positions 9, 4 → 30, 25", later)


check_rotate_some = Exercise(
    name="rotate_some", points=2, cases=some_cases, laws=(some_promises,), answer=rotate_some,
    mistakes={
        "neighbors": (
            ("x[..., :R], x[..., R : 2 * R], x[..., 2 * R :] -> x[..., "
             ": 2 * R : 2], x[..., 1 : 2 * R : 2], x[..., 2 * R :]",
             "[*rotated, rest] -> [torch.stack(rotated, -1).flatten(-2), rest]"),
            "You pair neighbors, as `byhand.positions` does. Which component is the partner of 0 here?",
            "`byhand.positions`처럼 이웃끼리 쌍으로 묶었어요. 여기서 0번 성분과 쌍이 되는 것은 몇 번인가요?"),
        "half of all": (partner_half_of_all_away,
            "You look for the partner half of *all* components away. How many take part in the rotation?",
            "*모든* 성분의 절반만큼 떨어진 곳에서 쌍을 찾았어요. 회전하는 성분은 몇 개인가요?"),
        "last ones": (
            ("x[..., :R], x[..., R : 2 * R], x[..., 2 * R :] -> "
             "x[..., -2 * R : -R], x[..., -R:], x[..., : -2 * R]",
             "[*rotated, rest] -> [rest, *rotated]"),
            "You rotate the last components. Which ones does the docstring name?",
            "마지막 성분들을 돌렸어요. docstring은 어느 성분이라고 하나요?"),
        "back": ("cos, sin = angles.cos(), angles.sin() -> cos, sin = angles.cos(), -angles.sin()",
            "You rotate the other way. Where does (1, 0) point after a quarter turn?",
            "반대 방향으로 돌렸어요. (1, 0)을 4분의 1바퀴 돌리면 어디를 가리키나요?"),
        "swapped": ("cos, sin = angles.cos(), -> sin, cos = angles.cos(),",
            "At position 0 nothing should move. What are the cosine and the sine of 0?",
            "0번 위치에서는 아무것도 움직이지 않아야 해요. 0의 코사인과 사인은 얼마인가요?"),
        "mirror": ("cos - second -> cos + second",
            "Your pairs change their norm. Which of the four products has a minus?",
            "쌍의 노름이 변해요. 네 곱 가운데 어느 것에 빼기가 붙나요?"),
        "one after another": (
            "rotated = first * cos - second * sin, first * sin -> first "
            "= first * cos - second * sin; rotated = first, first * sin",
            "The second of a pair is computed from the *new* first. Which one does it need?",
            "쌍의 둘째를 *새* 첫째로 계산했어요. 어느 첫째가 필요한가요?"),
        "counted": ("positions[:, None] -> torch.arange(len(positions))[:, None]",
            "You count the rows. Where each row is in its sequence has been handed in.",
            "행의 번호를 셌어요. 행이 어느 위치에 있는지는 따로 주어져 있어요."),
        "float32": (
            "positions[:, None] * frequencies -> (positions.float()[:, "
            "None] * frequencies.float()).to(x.dtype)",
            "Your angles are float32 even if the rest is float64. "
            "Far out, at position 100,000, that is no longer exact.",
            "나머지는 float64인데 각도는 float32예요. 10만 번 위치처럼 먼 곳에서는 더 이상 정확하지 않아요."),
        "from the first": ("positions[:, None] -> (positions - positions[0])[:, None]",
            "You count from the position of the first row. At which position is it itself?",
            "첫 행의 위치부터 셌어요. 첫 행 자신은 몇 번 위치에 있나요?"),
        "no positions": ("positions[:, None] * frequencies -> frequencies.expand(len(positions), -1)",
            "All rows are rotated by the same angle. What has the position to do with it?",
            "모든 행을 같은 각도로 돌렸어요. 위치는 어디에 쓰이나요?"),
        "rest gone": ("[*rotated, rest] -> [*rotated, 0 * rest]",
            "What is not rotated is 0 in your answer. What should it be?",
            "돌지 않는 성분이 0이 되었어요. 무엇이어야 할까요?"),
        "rest lost": ("[*rotated, rest] -> rotated",
            "The components that are not rotated are missing from your answer.",
            "돌지 않는 성분이 답에서 빠졌어요."),
        "rest first": ("[*rotated, rest] -> [rest, *rotated]",
            "The rotated components come last in your answer. Where were they before?",
            "돌린 성분이 답의 뒤쪽에 있어요. 원래는 어디에 있었나요?"),
        "longer": (None,
            "A rotation does not change the norm of a vector. Yours does.",
            "회전해도 벡터의 노름은 변하지 않아요. 그런데 노름이 변했어요."),
        "offset": (None,
            "Query and key have both moved on by 21 positions, and their score has changed.",
            "쿼리와 키를 똑같이 21만큼 옮겼는데 점수가 달라졌어요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 12.3 attend_by_offset
def attend_by_offset(query, key, value, table):
    T, S = query.shape[1], key.shape[1]
    back = torch.arange(S - T, S)[:, None] - torch.arange(S)  # (T, S)
    bias = table[:, back.clamp(0, table.shape[1] - 1)]  # (H, T, S)
    scores = query @ key.mT / query.shape[-1] ** 0.5 + bias
    return masked_softmax(scores, back >= 0) @ value


def offset_cases(rng):
    def draw(H, T, S, D, E, R, dtype=torch.float32):
        shapes = (H, T, D), (H, S, D), (H, S, E), (H, R)
        return tuple(torch.randn(*shape, generator=rng, dtype=dtype) for shape in shapes)

    zeros, values = torch.zeros(1, 2, 1), torch.tensor([[[4.0], [8.0]]])
    return [
        (zeros[:, :1], zeros, values, torch.tensor([[1.0, 3.0]]).log()),
        (zeros, zeros, values, torch.tensor([[1.0, 3.0]]).log()),
        (zeros[:, :1], torch.zeros(1, 3, 1), torch.tensor([[[5.0], [10.0], [20.0]]]), torch.tensor([[2.0, 1.0]]).log()),
        (zeros[:, :1], zeros, values, torch.tensor([[200.0, -300.0]])),
        *[draw(2, 5, 5, 3, 4, 3), draw(3, 2, 7, 5, 2, 4), draw(2, 1, 11, 3, 5, 5), draw(2, 7, 7, 2, 3, 1)],
        *[draw(3, 3, 5, 7, 2, 11), draw(2, 5, 7, 3, 2, 3, dtype=torch.float64)],
        far_below(),
    ]


def far_below():
    """The first query scores itself far below any number that one might hide with, and the key ahead far above."""
    values, table = torch.tensor([[[4.0], [8.0]]]), torch.tensor([[1.0, 3.0]]).log()
    return torch.full((1, 2, 1), 1e16), torch.tensor([[[-1e16], [1e16]]]), values, table


def offset_weights(call, rng):
    """With queries of 0 and values = identity the output is the weights, and they show the table."""
    table = torch.randn(2, 4, generator=rng, dtype=torch.float64)
    query, key = torch.zeros(2, 2, 3, dtype=torch.float64), torch.randn(2, 6, 3, generator=rng, dtype=torch.float64)
    got = expect_tensor(call(query, key, torch.eye(6, dtype=torch.float64).expand(2, 6, 6), table), (2, 2, 6))
    if got[:, 0, 5].abs().max() > 1e-9:
        raise Wrong("ahead", f"weights = {show(got[0, 0])}", got)
    if (got.sum(-1) - 1).abs().max() > 1e-6:
        raise Wrong("sum", f"weights = {show(got[0, 0])}", got)
    shown = (got[:, 1, :].clamp(min=1e-30).log() - got[:, 1, 5:].clamp(min=1e-30).log()).flip(-1)  # by offset
    if (shown[:, :4] - (table - table[:, :1])).abs().max() > 1e-6:
        raise Wrong("bias", f"weights of the last query = {show(got[0, 1])}", got)
    if (shown[:, 4:] - shown[:, 3:4]).abs().max() > 1e-6:
        raise Wrong("far", f"weights of the last query = {show(got[0, 1])}", got)


def no_number_is_low_enough(call, rng):
    """The first query sees itself alone, however low its own score is."""
    got = expect_tensor(call(*far_below()), (1, 2, 1))
    if abs(got[0, 0, 0] - 8) < 1e-3:  # the key ahead has come in
        raise Wrong("finite", f"outputs {show(got)}", got)


check_attend_by_offset = Exercise(
    name="attend_by_offset", points=3, cases=offset_cases, laws=(offset_weights, no_number_is_low_enough),
    answer=attend_by_offset,
    mistakes={
        "first positions": ("torch.arange(S - T, S) -> torch.arange(T)",
            "Your queries are at the first positions. With one query and many keys, where is the query?",
            "쿼리를 맨 앞 위치들에 놓았어요. 쿼리가 하나이고 키가 여럿이면 쿼리는 어디에 있나요?"),
        "seen ahead": ("masked_softmax(scores, back >= 0) -> scores.softmax(-1)",
            "Your queries see keys that come after them. What is their offset?",
            "쿼리가 자기보다 뒤의 키를 봐요. 그런 키의 거리는 어떤 수인가요?"),
        "not itself": ("back >= 0 -> back > 0",
            "Your queries do not see their own position. Offset 0 has an entry in the table, too.",
            "쿼리가 자기 위치를 보지 못해요. 거리 0의 값도 표에 있어요."),
        "nothing seen": ("masked_softmax(scores, back >= 0) -> scores.masked_fill(back <= 0, -torch.inf).softmax(-1)",
            "Your first query attends to nothing, not even to itself, and a softmax over nothing is nan.",
            "첫 쿼리가 자신조차 보지 못해요. 볼 것이 없는 소프트맥스는 nan이에요."),
        "window": ("back >= 0 -> (back >= 0) & (back < table.shape[1])",
            "You hide keys that are further away than the table is long. What should they get instead?",
            "표의 길이보다 멀리 있는 키를 가렸어요. 그런 키는 표의 어느 값을 받아야 할까요?"),
        "again": ("back.clamp(0, table.shape[1] - 1) -> back % table.shape[1]",
            "Beyond the end of the table you begin again at its front. Is a far key like a near one?",
            "표의 끝을 넘으면 다시 앞에서부터 읽어요. 먼 키가 가까운 키와 같은가요?"),
        "far for free": (
            "table[:, back.clamp(0, table.shape[1] - 1)] -> torch.cat([table, "
            "0 * table[:, :1]], 1)[:, back.clamp(0, table.shape[1])]",
            "Keys beyond the table get 0 in your answer. Which entry is meant for them?",
            "표를 벗어난 키가 0을 받아요. 표의 어느 값을 받아야 할까요?"),
        "reversed": ("back.clamp(0, table.shape[1] - 1) -> table.shape[1] - 1 - back.clamp(0, table.shape[1] - 1)",
            "You read the table from its end. For which offset is its first entry?",
            "표를 뒤에서부터 읽었어요. 첫 값은 거리가 얼마일 때의 값인가요?"),
        "one off": ("back.clamp -> (back - 1).clamp",
            "Your table is shifted by one. Which entry belongs to the query's own position?",
            "표가 하나 밀렸어요. 쿼리 자신의 위치는 몇 번 값인가요?"),
        "by key": (
            "table[:, back.clamp(0, table.shape[1] - 1)] -> table[:, "
            "torch.arange(S).clamp(max=table.shape[1] - 1)][:, None]",
            "You read the table by the number of the key. It counts how far back a key lies.",
            "키의 번호로 표를 읽었어요. 표는 키가 얼마나 뒤쪽에 있는지를 세요."),
        "one head": ("table[:, back -> table[:1, back",
            "All heads read the first row of the table. Whose row is it?",
            "모든 헤드가 표의 첫 행을 읽어요. 그 행은 어느 헤드의 것인가요?"),
        "minus": ("0.5 + bias -> 0.5 - bias",
            "You subtract the entries. A large entry should make a key more likely.",
            "표의 값을 뺐어요. 값이 크면 그 키를 더 많이 봐야 해요."),
        "all divided": (
            "query @ key.mT / query.shape[-1] ** 0.5 + bias -> "
            "(query @ key.mT + bias) / query.shape[-1] ** 0.5",
            "You divide the entries by the root as well. What was the root there for?",
            "표의 값까지 제곱근으로 나눴어요. 그 제곱근은 무엇을 위한 것이었나요?"),
        "no root": ("key.mT / query.shape[-1] ** 0.5 -> key.mT",
            "Your dot products are not scaled. What grows with the number of components?",
            "내적의 크기를 맞추지 않았어요. 성분의 수가 늘면 무엇이 커지나요?"),
        "finite": ("masked_softmax(scores, back >= 0) -> scores.masked_fill(back < 0, -1e9).softmax(-1)",
            "You hide what is ahead behind a finite number. A score "
            "can be lower still: what is lower than any number?",
            "앞의 키를 유한한 수로 가렸어요. 점수가 그보다 더 낮을 수도 있어요. 어떤 수보다도 낮은 것은 무엇인가요?"),
        "behind": ("masked_softmax(scores, back >= 0) -> (scores.softmax(-1) * (back >= 0))",
            "Your mask comes after the softmax: what is ahead is still in the denominator.",
            "마스크가 소프트맥스 뒤에 있어요. 앞의 키가 아직 분모에 들어 있어요."),
        "overflow": (
            "return masked_softmax(scores, back >= 0) @ -> powers = scores.exp() "
            "* (back >= 0); return powers / powers.sum(-1, keepdim=True) @",
            "exp of a large score is more than a float can hold.",
            "큰 점수를 지수에 올리면 부동소수점에 담기지 않아요."),
        "ahead": (None,
            "The key after the query has a weight that is not 0.",
            "쿼리보다 뒤에 있는 키의 가중치가 0이 아니에요."),
        "sum": (None,
            "The weights of a query should add up to 1.",
            "쿼리 하나의 가중치는 더해서 1이어야 해요."),
        "bias": (None,
            "With queries of 0 only the table decides. The logarithms of your weights do not show its entries.",
            "쿼리가 0이면 표만이 가중치를 정해요. 그런데 가중치의 로그에 표의 값이 보이지 않아요."),
        "far": (None,
            "All keys beyond the end of the table should be treated alike.",
            "표의 끝을 넘어선 키는 모두 똑같이 다뤄야 해요."),
    },
)  # fmt: skip
