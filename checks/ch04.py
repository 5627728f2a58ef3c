"""Checks for the exercises of chapter 4, 04-waiting."""

import math

import torch

from .engine import Exercise, Wrong, compare, expect_tensor, show


# ---------------------------------------------------------------- 4.1 depths
def depths(parents):
    longest = []
    for waits_for in parents:
        before = [longest[i] for i in waits_for]
        longest.append(1 + max(before, default=0))
    return torch.tensor(longest)


def number_of_ancestors(parents):
    before = []
    for waits_for in parents:
        before.append(set(waits_for).union(*(before[i] for i in waits_for)))
    return torch.tensor([len(b) + 1 for b in before])


def random_graph(rng, size):
    """Parents for `size` operations: none, one or several earlier ones, in mixed order."""
    graph = []
    for number in range(size):
        count = int(torch.randint(4, (1,), generator=rng))
        graph.append(torch.randperm(number, generator=rng)[:count].tolist())
    return graph


def depths_cases(rng):
    return [
        ([[]],),
        ([[], [0]],),
        ([[], [0], [1], [0]],),  # the last waits for the first only
        ([[], [], [0, 1], [], [2, 3], [3, 2]],),  # a long road and a short one, in both orders
        ([[], [0, 0], [1, 1]],),  # doubling: the same operation twice
        ([[], [], [], [], [0, 1], [2, 3], [4, 5]],),  # in pairs
        ([[], [0], [1], [0, 1, 2], [], [4, 3], [4]],),
        (random_graph(rng, 11),),
        (random_graph(rng, 13),),
        (random_graph(rng, 17),),
    ]


def depths_wait(call, rng):
    """Deeper than everything it waits for, and by exactly one than the deepest of them."""
    graph = random_graph(rng, 19)
    got = expect_tensor(call(graph), (19,))
    for number, waits_for in enumerate(graph):
        for i in waits_for:
            if not got[number] > got[i]:
                facts = dict(number=number, parent=i, depth=show(got[number]), other=show(got[i]))
                raise Wrong("not deeper", f"parents[{number}] = {waits_for}", got, **facts)
        if waits_for and not any(got[number] == got[i] + 1 for i in waits_for):
            example = f"parents[{number}] = {waits_for}: {show(got[waits_for])}"
            raise Wrong("gap", example, got, number=number, depth=show(got[number]))


check_depths = Exercise(
    name="depths", points=1, cases=depths_cases, laws=(depths_wait,), answer=depths,
    mistakes={
        "counts parents": ("max(before, default=0) -> len(before)",
            "You count what an operation waits for directly. What did those have to wait for?",
            "연산이 바로 기다리는 것만 세었어요. 그것들은 또 무엇을 기다렸을까요?"),
        "shortest": ("max(before -> min(before",
            "You follow the shortest chain. Can an operation start when the first of its inputs is there?",
            "가장 짧은 사슬을 따라갔어요. 입력 하나만 먼저 오면 연산을 시작할 수 있을까요?"),
        "sum": ("max(before, default=0) -> sum(before)",
            "You add up the chains of all parents. Do two parents that wait for nothing have to wait for each other?",
            "부모들의 사슬 길이를 모두 더했어요. 아무것도 기다리지 않는 두 부모가 서로를 기다려야 할까요?"),
        "roads": ("1 + max(before, default=0) -> sum(before) or 1",
            "You count how many roads lead to an operation. How long is the longest of them?",
            "연산에 이르는 길이 몇 갈래인지 세었어요. 그 가운데 가장 긴 길은 얼마나 길까요?"),
        "last parent": ("max(before, default=0) -> (before[-1] if before else 0)",
            "Only the last parent in the list counts in your answer. What if another one takes longer?",
            "목록의 마지막 부모만 보았어요. 다른 부모가 더 오래 걸리면 어떻게 될까요?"),
        "first parent": ("max(before, default=0) -> (before[0] if before else 0)",
            "Only the first parent in the list counts in your answer. What if another one takes longer?",
            "목록의 첫 번째 부모만 보았어요. 다른 부모가 더 오래 걸리면 어떻게 될까요?"),
        "from zero": ("default=0 -> default=-1",
            "All chains are one too short. How many operations are in a chain of one?",
            "사슬이 모두 하나씩 짧아요. 연산 하나로 된 사슬에는 연산이 몇 개인가요?"),
        "ancestors": (number_of_ancestors,
            "You count everything that has to come before: that is the work. Which of it can run side by side?",
            "먼저 끝나야 하는 연산을 모두 세었어요. 그것은 일의 "
            "양이에요. 그 가운데 나란히 할 수 있는 것은 무엇일까요?"),
        "position": ("torch.tensor(longest) -> torch.arange(1, len(parents) + 1)",
            "You line up all operations in the order of the list. Operation 3 may not need operation 2.",
            "모든 연산을 목록 순서대로 한 줄로 세웠어요. 3번 연산에 2번이 필요 없을 수도 있어요."),
        "running": ("torch.tensor(longest) -> torch.tensor(longest).cummax(0).values",
            "Your depths never become smaller again. An operation late in the list can still start at once.",
            "깊이가 한 번 커지면 다시 작아지지 않아요. 목록 뒤쪽의 연산도 곧바로 시작할 수 있어요."),
        "one chain": ("torch.tensor(longest) -> torch.tensor([max(longest)] * len(parents))",
            "You give every operation the longest chain of the whole graph. Which chain ends in this one?",
            "모든 연산에 그래프 전체에서 가장 긴 사슬을 적었어요. 이 연산에서 끝나는 사슬은 어느 것인가요?"),
        "flag": ("max(before, default=0) -> bool(before)",
            "You tell waiting from not waiting. A parent may have waited, too: for how long?",
            "기다리는지 아닌지만 나누었어요. 부모도 기다렸을 수 있어요. 얼마나 기다렸을까요?"),
        "not deeper": (None,
            "Operation {number} waits for operation {parent}, and "
            "yet your chains for them are {depth} and {other} long.",
            "{number}번 연산은 {parent}번을 기다리는데, 나온 사슬 길이: {depth}, {other}."),
        "gap": (None,
            "Your chain to operation {number} has {depth} operations. Below it are "
            "the chains of all that it waits for: which one does yours continue?",
            "{number}번 연산까지의 사슬에 연산이 {depth}개예요. 아래는 그 연산이 "
            "기다리는 것들의 사슬 길이예요. 그 가운데 어느 것을 이은 사슬인가요?"),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 4.2 crossover
def crossover(lengths, times_a, times_b):
    gap = torch.log(times_a / times_b)
    meets = torch.where(gap >= 0)[0]
    if len(meets) == 0:
        return lengths.new_tensor(math.inf)
    i, x = meets[0], torch.log(lengths)
    part = gap[i - 1] / (gap[i - 1] - gap[i])
    return torch.exp(x[i - 1] + part * (x[i] - x[i - 1]))


def crossover_cases(rng):
    def draw(size, dtype=torch.float32):
        steps = 0.3 + torch.rand(size, generator=rng, dtype=dtype)
        gap = 0.8 * torch.randn(size, generator=rng, dtype=dtype)
        gap[0], gap[1], gap[-2], gap[-1] = -1.3, -0.4, -0.7, 0.6  # meets at least once, late
        b = torch.exp(torch.randn(size, generator=rng, dtype=dtype))
        return torch.exp(steps.cumsum(0)), b * torch.exp(gap), b

    def case(*rows):
        return tuple(torch.tensor(row, dtype=torch.float32) for row in rows)

    up_and_down = [-1, -1, 1, 1, -1, -1, 2]
    return [
        case([4, 16], [1, 16], [4, 4]),  # half way on log axes
        case([1, 2, 4, 8], [1, 1, 1, 8], [2, 2, 2, 2]),  # only the last interval
        case([1, 3, 9, 27], [1, 5, 2, 9], [2, 5, 3, 3]),  # touches at 3, and goes back
        case([2, 4, 8, 16, 32, 64, 128], [3 * 2.0**g for g in up_and_down], [3] * 7),
        case([5, 7, 11, 13, 17], [1, 2, 3, 4, 1], [6, 6, 2, 2, 9]),  # b is slower again at the end
        draw(5),
        draw(7),
        case([1, 1e2, 1e4, 1e6], [1e-6, 1e-3, 10, 1e5], [0.01, 0.02, 0.03, 0.04]),  # from microseconds to a day
        draw(11, torch.float64),
    ]


def crossover_of_power_laws(call, rng):
    lengths = 2.0 ** torch.arange(2, 9)
    for c in (5.0, 24.0, 64.0, 100.0):  # on the grid and off
        got = expect_tensor(call(lengths, lengths**2 / c, lengths), ())
        if not abs(got.item() / c - 1) < 1e-3:
            raise Wrong("power law", f"lengths = {show(lengths)}", got, c=f"{c:g}", got=show(got))


def crossover_in_any_unit(call, rng):
    """In seconds or in milliseconds, the curves cross at the same length."""
    lengths, a, b = torch.tensor([[3.0, 5.0, 8.0, 13.0], [0.2, 0.3, 0.9, 1.2], [0.4, 0.4, 0.5, 0.6]])
    first, second = call(lengths, a, b), call(lengths, 1000 * a, 1000 * b)
    for got in (first, second):
        expect_tensor(got, ())
    if not (first == second or abs(second.item() / first.item() - 1) < 1e-3):
        raise Wrong("unit", "", torch.stack([first, second]).double(), first=show(first), second=show(second))


def crossover_never(call, rng):
    """Curves that do not meet within the measured lengths: one comes closer, the other runs away."""
    lengths, b = torch.tensor([2.0, 4.0, 8.0]), torch.tensor([8.0, 8.0, 8.0])
    for a in (torch.tensor([1.0, 2.0, 6.0]), torch.tensor([4.0, 2.0, 1.0])):
        got = expect_tensor(call(lengths, a, b), ())
        if not got.double() == math.inf:
            raise Wrong("never", f"crossover({show(lengths)}, {show(a)}, {show(b)})", got, got=show(got))


check_crossover = Exercise(
    name="crossover", points=2, cases=crossover_cases,
    laws=(crossover_of_power_laws, crossover_in_any_unit, crossover_never), answer=crossover,
    mistakes={
        "linear": (
            ("torch.log(times_a / times_b) -> times_a - times_b",
             "torch.log(lengths) -> lengths",
             "torch.exp( -> ("),
            "You join the points by straight lines on ordinary axes. Which axes does the docstring ask for?",
            "보통 축에서 점들을 직선으로 이었어요. docstring은 어떤 축을 말하나요?"),
        "length not log": (("torch.log(lengths) -> lengths", "torch.exp( -> ("),
            "Your times are on a log axis, your lengths are not.",
            "시간은 로그 축에 있는데, 길이는 아니에요."),
        "times not log": ("torch.log(times_a / times_b) -> times_a - times_b",
            "Your lengths are on a log axis, your times are not.",
            "길이는 로그 축에 있는데, 시간은 아니에요."),
        "log of length": ("torch.exp( -> (",
            "You found the position on the log axis. Which length is written there?",
            "로그 축 위의 위치를 찾았어요. 그 위치에 적힌 길이는 얼마인가요?"),
        "after": ("torch.exp(x[i - 1] + part * (x[i] - x[i - 1])) -> lengths[i]",
            "You return the first measured length at which b is no slower. Did the curves meet only there?",
            "잰 길이 가운데 b가 더 느리지 않은 첫 길이를 돌려줘요. 두 곡선이 꼭 거기서 만났을까요?"),
        "before": ("torch.exp(x[i - 1] + part * (x[i] - x[i - 1])) -> lengths[i - 1]",
            "You return the last measured length before the curves meet. How much further is it?",
            "두 곡선이 만나기 바로 앞의 잰 길이를 돌려줘요. 거기서 얼마나 더 가야 할까요?"),
        "middle": ("torch.exp(x[i - 1] + part * (x[i] - x[i - 1])) -> (lengths[i - 1] * lengths[i]).sqrt()",
            "You return the middle of the interval. Are the curves always equally far apart at its two ends?",
            "구간의 가운데를 돌려줘요. 구간의 양 끝에서 두 곡선이 늘 똑같이 떨어져 있나요?"),
        "nearest": ("meets = -> return lengths[gap.abs().argmin()]\n    meets =",
            "You return the measured length at which the curves are closest. They may meet in between, and earlier.",
            "잰 길이 가운데 두 곡선이 가장 가까운 곳을 돌려줘요. 그 사이에서, 더 일찍 만날 수도 있어요."),
        "last": ("meets[0] -> meets[-1]",
            "These curves meet more than once. You return the last time.",
            "이 두 곡선은 여러 번 만나요. 지금은 마지막으로 만나는 곳을 돌려줘요."),
        "index": ("torch.exp(x[i - 1] + part * (x[i] - x[i - 1])) -> lengths.new_tensor(i)",
            "You return the position in the list. Which length is that?",
            "목록에서 몇 번째인지를 돌려줘요. 그 길이는 얼마인가요?"),
        "wrong end": ("gap[i - 1] / (gap[i - 1] - gap[i]) -> gap[i] / (gap[i] - gap[i - 1])",
            "You walk the right fraction of the interval, from the wrong end. Where is the gap small?",
            "구간에서 걸을 비율은 맞는데 반대쪽 끝에서 출발했어요. 차이가 작은 쪽은 어디인가요?"),
        "touch": ("gap >= 0 -> gap > 0",
            "At one measured length both times are equal, and you walk past it. Do the curves meet there?",
            "두 시간이 똑같은 길이가 있는데 그냥 지나쳤어요. 거기서 두 곡선이 만나지 않나요?"),
        "ends only": (
            "gap = -> lengths, times_a, times_b = (x[[0, -1]] for x in (lengths, times_a, times_b))\n    gap =",
            "You draw one line from the first point to the last. The points between were measured, too.",
            "첫 점에서 마지막 점까지 직선 하나를 그었어요. 그 사이의 점들도 잰 값이에요."),
        "unknown": ("math.inf -> math.nan",
            "The curves never meet, and you return nan. The docstring has a number for this.",
            "두 곡선이 만나지 않을 때 nan을 돌려줘요. docstring에 이때 쓸 수가 있어요."),
        "longest": ("lengths.new_tensor(math.inf) -> lengths[-1]",
            "The curves never meet, and you return the longest length. That says they meet there.",
            "두 곡선이 만나지 않을 때 가장 긴 길이를 돌려줘요. 그러면 거기서 만난다는 말이 돼요."),
        "extrapolated": ("return lengths.new_tensor(math.inf) -> meets = [len(gap) - 1]",
            "You prolong the lines beyond what was measured. Did the curves meet where you looked?",
            "잰 범위 너머까지 선을 늘였어요. 실제로 본 범위 안에서 두 곡선이 만났나요?"),
        "power law": (None,
            "With times T² / {c} and T the curves are straight on log–log "
            "axes, and both times are {c} at T = {c}. You find {got}.",
            "시간이 T² / {c}, T이면 두 곡선은 양쪽 로그 축에서 직선이고, T = {c}에서 같아요. 나온 값: {got}."),
        "unit": (None,
            "Measured in milliseconds instead of seconds, your curves cross at {second} instead of {first}.",
            "초 대신 밀리초로 재면, 만나는 곳이 바뀌어요. 초: {first}, 밀리초: {second}."),
        "never": (None,
            "Here the curves do not meet at any measured length. You return {got}.",
            "여기서는 잰 범위에서 두 곡선이 만나지 않아요. 나온 값: {got}."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 4.3 scan
def scan(a, b):
    width = 1
    while width < len(b):
        nothing = torch.zeros_like(b[:width])
        before_a = torch.cat([nothing, a[:-width]])
        before_b = torch.cat([nothing, b[:-width]])
        b = a * before_b + b
        a = a * before_a
        width = 2 * width
    return b


def scan_by_loop(a, b):
    states = [b[0]]
    for t in range(1, len(b)):
        states.append(a[t] * states[-1] + b[t])
    return torch.stack(states)


def scan_by_dividing(a, b):
    product, width = torch.cat([torch.ones_like(a[:1]), a[1:]]), 1
    while width < len(b):
        product = product * torch.cat([torch.ones_like(b[:width]), product[:-width]])
        width = 2 * width
    return product * scan(torch.ones_like(b), b / product)


def scan_cases(rng):
    def draw(T, D, dtype=torch.float32):
        a, b = 2 * torch.rand(2, T, D, generator=rng, dtype=dtype) - 1
        return 1.5 * a, b

    zeros, fades = draw(7, 3), draw(61, 2)
    fades[0].mul_(0.02)  # the product of all a is too small for a float
    zeros[0][3, 1] = zeros[0][5, 2] = 0  # the state is forgotten here
    return [
        (torch.tensor([[3.0]]), torch.tensor([[2.0]])),
        (torch.tensor([[3.0], [5.0]]), torch.tensor([[2.0], [7.0]])),
        (torch.tensor([[2.0], [3.0], [5.0], [7.0]]), torch.tensor([[1.0], [1.0], [2.0], [1.0]])),
        draw(3, 2),
        zeros,
        draw(5, 7),
        draw(8, 1),
        draw(17, 3),
        fades,
        draw(13, 5, torch.float64),
    ]


def scan_of_one_input(call, rng):
    """One input, then zeros: the states show what it is multiplied by, and that nothing comes early."""
    a = torch.tensor([[2.0], [3.0], [5.0], [7.0], [11.0]])
    for position in (0, 2):
        b = torch.zeros(5, 1)
        b[position] = 1.0
        got = expect_tensor(call(a, b), (5, 1))
        if (got[:position] != 0).any():
            raise Wrong("too early", f"scan({show(a)}, {show(b)}) = {show(got)}", got)
        if not torch.allclose(got.double(), scan_by_loop(a, b).double()):
            raise Wrong("one input", f"scan({show(a)}, {show(b)}) = {show(got)}", got, position=position)


ROUNDS_T, ROUNDS_CALLS = 521, 400


def scan_does_not_queue(call, rng):
    a, b = torch.rand(2, ROUNDS_T, 2, generator=rng)
    try:
        got = call(a, b, patience=ROUNDS_CALLS)
    except Wrong as wrong:
        if wrong.key != "endless":
            raise
        raise Wrong("too many steps", T=ROUNDS_T, calls=ROUNDS_CALLS) from None
    compare(got, scan_by_loop(a.double(), b.double()))


check_scan = Exercise(
    name="scan", points=3, cases=scan_cases, laws=(scan_of_one_input, scan_does_not_queue),
    forbidden=("cumsum", "cumsum_", "cumprod", "cumprod_", "logcumsumexp", "tolist", "numpy", "item",
        "linalg_solve", "linalg_solve_triangular", "linalg_inv", "inverse"), answer=scan,
    mistakes={
        "too many steps": (scan_by_loop,
            "This is still a queue: for T = {T} you need more than {calls} torch "
            "calls. How many inputs could each state cover after one round, after two?",
            "아직 한 줄로 서서 기다려요. T = {T}일 때 torch를 {calls}번 넘게 불러요. 한 "
            "라운드 뒤에, 두 라운드 뒤에 상태 하나가 입력을 몇 개까지 담을 수 있을까요?"),
        "wraps": (
            ("torch.cat([nothing, a[:-width]]) -> a.roll(width, 0)",
             "torch.cat([nothing, b[:-width]]) -> b.roll(width, 0)"),
            "The end of the sequence comes in again at its beginning. What comes before the first input?",
            "시퀀스의 끝이 처음으로 다시 들어와요. 첫 입력 앞에는 무엇이 있나요?"),
        "a not updated": ("a = a * before_a -> ",
            "Your window grows, but `a` stays that of one step. What happens to a state on its way through two steps?",
            "창은 넓어지는데 `a`는 한 스텝짜리 그대로예요. 상태가 두 스텝을 지나면 어떻게 되나요?"),
        "a squared": ("a * before_a -> a * a",
            "You multiply each `a` by itself. Through which two steps does a state have to pass here?",
            "`a`를 자기 자신과 곱했어요. 여기서 상태가 지나야 하는 두 스텝은 어느 것인가요?"),
        "order": ("b = a * before_b + b\n        a = a * before_a -> a = a * before_a\n        b = a * before_b + b",
            "`b` is made with an `a` that already covers the doubled window. Which of the two is needed first?",
            "`b`를 만들 때 이미 두 배로 넓어진 `a`를 썼어요. 둘 가운데 어느 것이 먼저 필요한가요?"),
        "swapped": ("width = 1 -> width, a, b = 1, b, a",
            "`a` and `b` are swapped. Which one multiplies the state?",
            "`a`와 `b`가 바뀌었어요. 상태에 곱해지는 것은 어느 쪽인가요?"),
        "one round short": ("while width -> while 2 * width",
            "The last states do not know the first inputs. When may you stop doubling?",
            "마지막 상태들이 첫 입력들을 몰라요. 두 배씩 늘리기를 언제 멈춰도 될까요?"),
        "one round": ("width = 2 * width -> break",
            "After one round each state knows two inputs. And after the next?",
            "한 라운드 뒤에는 상태마다 입력 두 개를 알아요. 그다음 라운드 뒤에는요?"),
        "step by one": ("2 * width -> width + 1",
            "Your steps grow by one. After the first round each position covers "
            "two inputs: how far away is the window that ends just before it?",
            "보폭이 하나씩 늘어요. 첫 라운드 뒤에는 위치마다 입력 두 "
            "개를 담아요. 바로 앞에서 끝나는 창은 몇 칸 떨어져 있나요?"),
        "a of before": ("width = 1 -> width, a = 1, torch.cat([0 * a[:1], a[:-1]])",
            "You multiply by the `a` of the step before. In step t, the old state meets a_t.",
            "앞 스텝의 `a`를 곱했어요. t번째 스텝에서 옛 상태는 a_t를 만나요."),
        "plain sum": ("width = 1 -> width, a = 1, torch.ones_like(a)",
            "You add up all inputs. Where does `a` come in?",
            "입력을 모두 더하기만 했어요. `a`는 어디에서 들어오나요?"),
        "all multiplied": ("width = 1 -> width, b = 1, a * b",
            "You multiply the new input by `a`, too. In the formula, what does a_t multiply?",
            "새 입력에도 `a`를 곱했어요. 식을 보세요. a_t는 무엇에 곱해지나요?"),
        "mean": ("width = 1 -> width, b = 1, (1 - a) * b",
            "You mix old and new by `a` and 1 − `a`, like the gate of a GRU. This recurrence adds b_t as it is.",
            "GRU의 게이트처럼 `a`와 1 − `a`로 옛것과 새것을 섞었어요. 이 점화식은 b_t를 그대로 더해요."),
        "one late": ("return b -> return torch.cat([0 * b[:1], b[:-1]])",
            "Each of your states is the one before. Does state t know input t?",
            "상태가 모두 하나씩 늦어요. t번째 상태는 t번째 입력을 알고 있나요?"),
        "divide": (scan_by_dividing,
            "You divide by a product of the `a`s. What if one of them is 0, or the product becomes too small?",
            "`a`들의 곱으로 나누었어요. 그 가운데 하나가 0이거나 곱이 너무 작아지면 어떻게 될까요?"),
        "too early": (None,
            "Here a state is not zero before the first input that is not zero. Who told it?",
            "0이 아닌 첫 입력이 오기도 전에 상태가 0이 아니에요. 누가 알려 주었을까요?"),
        "one input": (None,
            "All inputs are 0 except the one at position {position}, which "
            "is 1. Follow it by hand: by what is it multiplied on its way?",
            "위치 {position}의 입력만 1이고 나머지는 0이에요. 손으로 따라가 보세요. 가는 길에 무엇이 곱해지나요?"),
    },
)  # fmt: skip
