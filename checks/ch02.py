"""Checks for the exercises of chapter 2, 02-recurrence."""

import math

import torch

from .engine import AUTOGRAD, Exercise, Wrong, expect_tensor, expect_tensors, show


# ---------------------------------------------------------------- 2.1 forget_bias
def forget_bias(distance, keep):
    gate = keep ** (1 / distance)
    return torch.log(gate / (1 - gate))


def bias_cases(rng):
    def draw(low, high, *shape, dtype=torch.float32):
        return low + (high - low) * torch.rand(shape, generator=rng, dtype=dtype)

    return [
        (torch.tensor(1.0), torch.tensor(0.75)),
        (torch.tensor(2.0), torch.tensor(0.25)),
        (torch.tensor(3.0), torch.tensor(0.5)),
        (torch.tensor([1.0, 10.0, 100.0]), torch.tensor(0.5)),
        (torch.tensor([[5.0], [20.0]]), torch.tensor([0.1, 0.5, 0.9])),
        (torch.tensor([[1e3], [1e6]], dtype=torch.float64), torch.tensor([1e-9, 0.5, 0.9999], dtype=torch.float64)),
        (draw(1, 300, 7, 1, dtype=torch.float64), draw(0.05, 0.95, 5, dtype=torch.float64)),
    ]


def bias_keeps_what_was_asked(call, rng):
    """Put the bias into a gate, let a signal pass `distance` gates, and see what is left."""
    for distance, keep in ((1, 0.5), (4, 0.5), (4, 0.1), (50, 0.5), (100_000, 0.5)):
        bias = expect_tensor(call(torch.tensor(float(distance)).double(), torch.tensor(keep).double()))
        left = (torch.sigmoid(bias.double()) ** distance).mean().item()
        if not abs(left - keep) < 1e-3:
            example = f"forget_bias({distance}, {keep}) = {show(bias)}"
            raise Wrong("kept", example, distance=distance, keep=keep, left=f"{left:.4f}")


check_forget_bias = Exercise(
    name="forget_bias", points=1, cases=bias_cases, laws=(bias_keeps_what_was_asked,), answer=forget_bias,
    mistakes={
        "no distance": ("keep ** (1 / distance) -> keep + 0 * distance",
            "Your bias is right for one step. The signal passes `distance` gates, one after the other.",
            "한 스텝에는 맞는 편향이에요. 신호는 게이트를 하나씩, `distance`번 지나가요."),
        "divided": ("keep ** (1 / distance) -> keep / distance",
            "You divide what is kept by the number of steps. If "
            "each of two gates lets half through, how much is left?",
            "남는 양을 스텝 수로 나눴어요. 게이트 두 개가 각각 절반을 통과시키면 얼마가 남을까요?"),
        "loss divided": ("keep ** (1 / distance) -> 1 - (1 - keep) / distance",
            "You spread the loss equally: the same amount is lost at "
            "every step. A gate takes a fraction of what is still there.",
            "잃는 양을 스텝마다 똑같이 나눴어요. 게이트는 그때까지 남아 있는 것의 일정한 비율을 가져가요."),
        "log only": ("torch.log(gate / (1 - gate)) -> torch.log(gate)",
            "You found the log of the gate. The gate is a sigmoid of the bias: what undoes a sigmoid?",
            "게이트의 로그를 구했어요. 게이트는 편향의 시그모이드예요. 시그모이드를 되돌리는 것은 무엇일까요?"),
        "sign": ("return torch -> return -torch",
            "The size is right. Does a larger bias open the forget gate or close it?",
            "크기는 맞아요. 편향이 커지면 망각 게이트가 열릴까요, 닫힐까요?"),
        "gate": ("torch.log(gate / (1 - gate)) -> gate",
            "You return how open the gate should be. Which bias makes a sigmoid that open?",
            "게이트가 얼마나 열려야 하는지를 돌려줘요. 시그모이드를 그만큼 열어 주는 편향은 얼마일까요?"),
        "power": ("(1 / distance) -> distance",
            "Your gate closes more and more with the distance. To keep the "
            "same after more steps, should each gate be more open or less?",
            "거리가 멀수록 게이트가 더 닫혀요. 더 많이 걷고도 같은 양이 "
            "남으려면 게이트는 더 열려야 할까요, 덜 열려야 할까요?"),
        "bias divided": (("keep ** (1 / distance) -> keep", "(1 - gate)) -> (1 - gate)) / distance"),
            "You divide the bias by the distance. It is the gates that multiply, and they come after the sigmoid.",
            "편향을 거리로 나눴어요. 곱해지는 것은 게이트이고, 게이트는 시그모이드를 지난 뒤의 값이에요."),
        "bias multiplied": (("keep ** (1 / distance) -> keep", "(1 - gate)) -> (1 - gate)) * distance"),
            "You multiply the bias by the distance. Check with numbers: is sigmoid(2b) the same as sigmoid(b) twice?",
            "편향에 거리를 곱했어요. 숫자로 확인해 보세요. sigmoid(2b)는 sigmoid(b)를 두 번 곱한 것과 같을까요?"),
        "sigmoid": ("torch.log(gate / (1 - gate)) -> torch.sigmoid(gate)",
            "You apply the sigmoid to the gate. The layer will do that to your bias; you need the way back.",
            "게이트에 시그모이드를 취했어요. 그 일은 층이 편향에 해 줄 거예요. 필요한 것은 거꾸로 가는 길이에요."),
        "tanh": ("torch.log(gate / (1 - gate)) -> torch.atanh(gate)",
            "You undo a tanh. Which function makes the gates of an LSTM?",
            "tanh를 되돌렸어요. LSTM의 게이트를 만드는 함수는 무엇인가요?"),
        "forgotten": ("keep ** -> (1 - keep) **",
            "With your bias a fraction of `keep` is forgotten. How much should be left?",
            "이 편향이면 `keep`만큼을 잊어요. 남아야 하는 것은 얼마인가요?"),
        "base ten": ("torch.log( -> torch.log10(",
            "Right up to a constant factor. The sigmoid is made with e: which logarithm undoes it?",
            "일정한 배수만큼 달라요. 시그모이드는 e로 만들어요. 어떤 로그가 그것을 되돌릴까요?"),
        "kept": (None,
            "With your bias, {left} of a signal is left at a distance of {distance}. It should be {keep}.",
            "이 편향이면 {distance}스텝 뒤에 신호의 {left}만큼이 남아요. {keep}만큼 남아야 해요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 2.2 clip_gradients
def clip_gradients(gradients, max_norm):
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    scale = max_norm / norm if norm > max_norm else 1.0
    return [g * scale for g in gradients]


def clip_cases(rng):
    def draw(*shape, dtype=torch.float32):
        return torch.randn(shape, generator=rng, dtype=dtype)

    return [
        ([torch.tensor([3.0, 4.0])], 2.0),
        ([torch.tensor([3.0, 0.0]), torch.tensor([0.0, -4.0])], 2.0),
        ([torch.tensor([0.3]), torch.tensor([[0.4, 0.0]])], 2.0),  # already short: unchanged
        ([torch.tensor([0.5, -0.5]), torch.tensor(0.5)], 0.9),  # norm 0.87, sum of sizes 1.5
        ([torch.zeros(2), torch.zeros(3)], 1.0),  # nothing to scale
        ([torch.tensor([1.0, 2.0]), torch.tensor([2.0])], 3.0),  # exactly at the limit
        ([0.1 * draw(5), 7 * draw(3, 2), draw(2, 3, 5)], 0.5),  # mixed shapes and sizes
        ([1e12 * draw(3), draw(5, 2)], 50.0),
        ([draw(7, 11, dtype=torch.float64), draw(dtype=torch.float64), draw(13, dtype=torch.float64)], 3.0),
    ]


def clip_keeps_the_direction(call, rng):
    gradients = [torch.randn(5, generator=rng), 20 * torch.randn(3, 2, generator=rng)]
    clipped = expect_tensors(call(gradients, 1.0), (5,), (3, 2), kind="list")
    before, after = (torch.cat([g.flatten() for g in gs]) for gs in (gradients, clipped))
    cosine = torch.cosine_similarity(before, after, dim=0).item()
    if not cosine > 0.9999:
        raise Wrong("direction", cosine=f"{cosine:.3f}")
    if not abs(after.norm().item() - 1) < 1e-3:
        raise Wrong("norm", norm=f"{after.norm():.3f}")


check_clip_gradients = Exercise(
    name="clip_gradients", points=2, cases=clip_cases, laws=(clip_keeps_the_direction,), answer=clip_gradients,
    mistakes={
        "each": ("g * scale -> g * (max_norm / g.norm() if g.norm() > max_norm else 1.0)",
            "You clip each tensor by itself. Take two tensors of norm 3 and 4: what is the norm of both together?",
            "텐서마다 따로 잘랐어요. 노름이 3과 4인 두 텐서를 함께 보면 노름은 얼마일까요?"),
        "by value": ("g * scale -> g.clamp(-max_norm, max_norm)",
            "You clip each number by itself, and the gradient now points "
            "elsewhere. How do you make an arrow shorter without turning it?",
            "숫자마다 따로 잘라서 그래디언트의 방향이 바뀌었어요. "
            "화살표를 돌리지 않고 짧게 하려면 어떻게 해야 할까요?"),
        "always": ("norm > max_norm -> norm > 0",
            "You also stretch gradients that were short. Clipping sets a limit, not a target.",
            "짧았던 그래디언트까지 늘렸어요. 클리핑은 한계를 정할 뿐, 목표를 정하지 않아요."),
        "no root": (".norm() -> .square().sum()",
            "You compare the squared length with `max_norm`. One step is missing between squares and a length.",
            "길이의 제곱을 `max_norm`과 비교했어요. 제곱에서 길이로 가는 데 한 단계가 빠졌어요."),
        "sum of sizes": (".norm() -> .abs().sum()",
            "You add up absolute values. How long is the straight line to the point (3, 4)?",
            "절댓값을 더했어요. 점 (3, 4)까지 곧은 선의 길이는 얼마일까요?"),
        "largest": (".norm() -> .abs().max()",
            "You measure the gradient by its largest number. The others add to its length too.",
            "가장 큰 숫자로 그래디언트를 쟀어요. 나머지 숫자도 길이에 보태져요."),
        "mean square": (".norm() -> .square().mean().sqrt()",
            "Your length is an average, so it does not grow with the number of parameters. Should it?",
            "길이를 평균으로 재서, 매개변수 수가 늘어도 길이가 늘지 않아요. 늘어야 하지 않을까요?"),
        "signed sum": (".norm() -> .sum()",
            "You add numbers with their signs, so +3 and −3 cancel. Is the arrow (3, −3) of length 0?",
            "부호를 둔 채 더해서 +3과 −3이 서로 지워져요. 화살표 (3, −3)의 길이가 0일까요?"),
        "sum of norms": ("torch.cat([g.flatten() for g in gradients]).norm() -> sum(g.norm() for g in gradients)",
            "You add the norms of the tensors. Put them end to end at a right angle: is the way straight?",
            "텐서들의 노름을 더했어요. 직각으로 이어 놓은 두 선은 곧은 길일까요?"),
        "first only": ("torch.cat([g.flatten() for g in gradients]).norm() -> gradients[0].norm()",
            "Only the first tensor decides how much you scale. What if the large numbers are in the second?",
            "첫 번째 텐서만 보고 얼마나 줄일지 정했어요. 큰 숫자가 두 번째 텐서에 있다면 어떻게 될까요?"),
        "to one": ("max_norm / norm -> 1 / norm",
            "When it clips, your result has norm 1 whatever `max_norm` is.",
            "잘라 낸 결과의 노름이 `max_norm`과 상관없이 늘 1이에요."),
        "upside down": ("max_norm / norm -> norm / max_norm",
            "Long gradients become longer. Is your fraction upside down?",
            "긴 그래디언트가 더 길어졌어요. 분수의 위아래가 맞나요?"),
        "zero": ("max_norm / norm if norm > max_norm else 1.0 -> norm.clamp(max=max_norm) / norm",
            "If all gradients are zero, you divide zero by zero. What should come out?",
            "그래디언트가 모두 0이면 0을 0으로 나누게 돼요. 무엇이 나와야 할까요?"),
        "nothing": ("g * scale -> g.clone()",
            "Your gradients come back unchanged, also when they are too long.",
            "그래디언트가 너무 길어도 그대로 돌려줘요."),
        "dropped": ("max_norm / norm if -> 0.0 if",
            "You throw a long gradient away. Its direction is still worth knowing.",
            "긴 그래디언트를 버렸어요. 그 방향은 여전히 쓸모가 있어요."),
        "direction": (None,
            "Your result does not point the way the gradients did: the cosine "
            "between them is {cosine}. Is every number scaled by the same factor?",
            "결과의 방향이 원래 그래디언트와 달라요. 둘 사이의 "
            "코사인이 {cosine}이에요. 모든 숫자에 같은 수를 곱했나요?"),
        "norm": (None,
            "With max_norm = 1, a long gradient should come out with norm 1. Yours has {norm}.",
            "max_norm = 1이면 긴 그래디언트의 노름은 1이 되어야 해요. 지금은 {norm}이에요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 2.3 weight_gradient
def weight_gradient(states, W_h, last_gradient):
    total, gradient = torch.zeros_like(W_h), last_gradient
    for t in range(len(states) - 1, 0, -1):
        before_tanh = gradient * (1 - states[t] ** 2)
        total = total + torch.outer(states[t - 1], before_tanh)
        gradient = before_tanh @ W_h.T
    return total


def weight_cases(rng):
    def draw(T, d_model, dtype=torch.float32):
        def normal(*shape):
            return torch.randn(shape, generator=rng, dtype=dtype)

        return torch.tanh(normal(T + 1, d_model)), normal(d_model, d_model) / d_model**0.5, normal(d_model)

    from_zero = draw(3, 3)
    from_zero[0][0] = 0  # where a real RNN starts
    return [
        (torch.tensor([[0.5], [0.6]]), torch.tensor([[2.0]]), torch.tensor([1.0])),
        (torch.tensor([[0.5, -0.5], [0.0, 0.6]]), torch.tensor([[1.0, 2.0], [0.0, 1.0]]), torch.tensor([1.0, 2.0])),
        draw(2, 2),
        from_zero,
        draw(7, 3),
        draw(5, 7),
        draw(11, 5, torch.float64),
        draw(41, 3, torch.float64),
    ]


def weight_gradient_adds_up(call, rng):
    """With one unit and W_h = 0, only the last step counts; with W_h = 1 each step adds its own term."""
    states = torch.tensor([[0.2], [0.4], [0.6], [0.5]])
    terms = [0.6 * 0.75, 0.4 * 0.75 * 0.64, 0.2 * 0.75 * 0.64 * 0.84]
    got = [expect_tensor(call(states, torch.full((1, 1), w), torch.ones(1)), (1, 1)) for w in (0.0, 1.0)]
    if not math.isclose(got[0].item(), terms[0], abs_tol=1e-4):
        raise Wrong("last term", f"weight_gradient({show(states)}, [[0.0]], [1.0]) = {show(got[0])}")
    if not math.isclose(got[1].item(), sum(terms), abs_tol=1e-4):
        raise Wrong("earlier terms", f"weight_gradient({show(states)}, [[1.0]], [1.0]) = {show(got[1])}")


check_weight_gradient = Exercise(
    name="weight_gradient", points=3, cases=weight_cases, laws=(weight_gradient_adds_up,), forbidden=AUTOGRAD,
    answer=weight_gradient,
    mistakes={
        "no slope": (" * (1 - states[t] ** 2) -> ",
            "The gradient goes back through the tanh as if it were "
            "not there. How steep is tanh, seen from its output?",
            "그래디언트가 tanh를 없는 듯 지나가요. 출력에서 볼 때 tanh의 기울기는 얼마일까요?"),
        "slope on the way": ("gradient = before_tanh @ -> gradient = gradient @",
            "Each term has its tanh, but on the way to the step before the "
            "tanh is skipped. Which of your two gradients should travel on?",
            "항마다 tanh가 있지만, 앞 스텝으로 건너갈 때는 빠졌어요. 두 그래디언트 가운데 어느 것이 건너가야 할까요?"),
        "slope of before": ("1 - states[t] ** 2 -> 1 - states[t - 1] ** 2",
            "Your slope of tanh belongs to a neighboring step. Which state came out of this tanh?",
            "tanh의 기울기가 옆 스텝의 것이에요. 이 tanh에서 나온 상태는 어느 것인가요?"),
        "slope of a sigmoid": ("(1 - states[t] ** 2) -> states[t] * (1 - states[t])",
            "s (1 − s) is the slope of a sigmoid. This RNN squashes with tanh.",
            "s (1 − s)는 시그모이드의 기울기예요. 이 RNN은 tanh를 써요."),
        "tanh twice": ("states[t] ** 2 -> torch.tanh(states[t]) ** 2",
            "A state has already been through the tanh. You send it through a second time.",
            "상태는 이미 tanh를 지난 값이에요. 한 번 더 지나게 했어요."),
        "slope without square": (" ** 2 -> ",
            "For a negative state your slope is more than 1. tanh "
            "is symmetric: is your slope the same at s and at −s?",
            "상태가 음수일 때 기울기가 1보다 커요. tanh는 대칭이에요. s와 −s에서 기울기가 같나요?"),
        "state of now": ("outer(states[t - 1], -> outer(states[t],",
            "You multiply by the state that comes out of the step. What did W_h multiply in the forward pass?",
            "스텝에서 나온 상태를 곱했어요. 순방향에서 W_h가 곱해진 것은 무엇이었나요?"),
        "last step": ("gradient = before_tanh @ W_h.T -> break",
            "Only the last step is in your sum. W_h was used in the steps before, too.",
            "마지막 스텝만 더했어요. W_h는 그 앞 스텝들에서도 쓰였어요."),
        "first step": ("total + torch -> torch",
            "Each step writes over the one before, so only the first step "
            "of the sequence is left. What should happen to the terms?",
            "스텝마다 앞의 것을 덮어써서 시퀀스의 첫 스텝만 남았어요. 항들을 어떻게 해야 할까요?"),
        "one short": ("1, 0, -1 -> 1, 1, -1",
            "The first step of the sequence is missing. W_h is used there as well, on states[0].",
            "시퀀스의 첫 스텝이 빠졌어요. 거기서도 W_h를 states[0]에 곱해요."),
        "transpose": ("W_h.T -> W_h",
            "The gradient goes back through W_h as if it went forward. "
            "Forward, entry (i, j) leads from unit i to unit j.",
            "그래디언트가 W_h를 앞으로 가듯 지나가요. 앞으로 갈 때 (i, j) 성분은 i번에서 j번으로 이어져요."),
        "outer": ("(states[t - 1], before_tanh) -> (before_tanh, states[t - 1])",
            "Rows and columns are swapped. Entry (i, j) of W_h joins unit i of which state to unit j of which?",
            "행과 열이 바뀌었어요. W_h의 (i, j) 성분은 어느 상태의 i번과 어느 상태의 j번을 이을까요?"),
        "no weights": (" @ W_h.T -> ",
            "On the way back to the step before, the gradient does not pass W_h.",
            "앞 스텝으로 건너갈 때 그래디언트가 W_h를 지나지 않아요."),
        "not passed on": ("gradient = before_tanh @ W_h.T -> ",
            "Every step gets the gradient of the last state. What is left of it after going back one step?",
            "스텝마다 마지막 상태의 그래디언트를 그대로 받아요. 한 스텝 뒤로 가면 무엇이 남을까요?"),
        "loss everywhere": ("@ W_h.T -> @ W_h.T + last_gradient",
            "You add `last_gradient` at every step. How many states does the loss look at?",
            "스텝마다 `last_gradient`를 더했어요. 손실은 상태를 몇 개 보나요?"),
        "mean": ("return total -> return total / (len(states) - 1)",
            "You divide by the number of steps. Nobody took a mean in the forward pass.",
            "스텝 수로 나눴어요. 순방향에서는 평균을 낸 적이 없어요."),
        "minus": ("total + torch -> total - torch",
            "The right size, pointing the other way. A gradient says "
            "where the loss grows; going down is the optimizer's part.",
            "크기는 맞는데 방향이 반대예요. 그래디언트는 손실이 커지는 "
            "쪽을 말해요. 내려가는 것은 옵티마이저가 할 일이에요."),
        "last term": (None,
            "With W_h = 0 nothing travels back, and only the last step counts. Start with that term.",
            "W_h = 0이면 아무것도 뒤로 가지 않고 마지막 스텝만 남아요. 그 항부터 맞춰 보세요."),
        "earlier terms": (None,
            "The last step is right, the steps before it are not. Here "
            "is one unit, three steps: write down all terms by hand.",
            "마지막 스텝은 맞지만 그 앞 스텝들이 맞지 않아요. 유닛 "
            "하나, 세 스텝짜리 예예요. 모든 항을 손으로 적어 보세요."),
    },
)  # fmt: skip
