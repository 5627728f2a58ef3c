"""Checks for the exercises of chapter 3, 03-forgetting."""

import torch

from .engine import Exercise, Wrong, copy, expect_tensor, show


# ---------------------------------------------------------------- 3.1 receptive_field
def receptive_field(kernel_size, dilations):
    reach = (kernel_size - 1) * dilations
    return 1 + reach.cumsum(0)


def steps_back(kernel_size, dilations):
    """For each layer, the set of all distances back that an output of this layer sees: the definition."""
    seen, sets = {0}, []
    for dilation in dilations.tolist():
        seen = {back + j * dilation for back in seen for j in range(kernel_size)}
        sets.append(seen)
    return sets


def positions_without_holes(kernel_size, dilations):
    return torch.tensor([len(seen) for seen in steps_back(kernel_size, dilations)])


def field_cases(rng):
    def draw(length, high):
        return torch.randint(1, high, (length,), generator=rng)

    return [
        (2, torch.tensor([1])),
        (2, torch.tensor([1, 2])),
        (3, torch.tensor([2])),
        (3, torch.tensor([1, 2, 4])),
        (1, torch.tensor([1, 2])),
        (2, torch.tensor([1, 2, 4, 8, 1, 2])),
        (5, torch.tensor([7, 1, 3])),
        (3, draw(5, 11)),
        (2, draw(7, 13)),
    ]


def field_grows_by_one_layer(call, rng):
    """One more layer on top moves the last entry by the reach of its own farthest tap, whatever is below."""
    below = torch.tensor([3, 1, 5])
    for kernel_size, dilation in ((2, 1), (2, 11), (4, 11)):
        dilations = torch.cat([below, torch.tensor([dilation])])
        field = expect_tensor(call(kernel_size, dilations), (4,))
        grew = (field[-1] - field[-2]).item()
        if grew != (kernel_size - 1) * dilation:
            example = f"receptive_field({kernel_size}, {show(dilations)}) = {show(field)}"
            raise Wrong("one more layer", example, kernel_size=kernel_size, dilation=dilation, grew=f"{grew:g}")


check_receptive_field = Exercise(
    name="receptive_field", points=1, cases=field_cases, laws=(field_grows_by_one_layer,), answer=receptive_field,
    mistakes={
        "not itself": ("1 + reach -> reach",
            "With kernel size 1 your output sees nothing at all. What does it see?",
            "커널 크기가 1이면 출력이 아무것도 보지 못하는 셈이에요. 정말 아무것도 보지 못하나요?"),
        "kernel size": ("(kernel_size - 1) -> kernel_size",
            "A kernel of size 2 has two taps. How many steps lie between the first tap and the last?",
            "크기가 2인 커널에는 탭이 둘 있어요. 첫 탭에서 마지막 탭까지는 몇 걸음일까요?"),
        "kernel size, not itself": (("(kernel_size - 1) -> kernel_size", "1 + reach -> reach"),
            "This fits one layer with dilation 1. Two layers of kernel "
            "size 2 and dilation 1: draw the lines and count the inputs.",
            "팽창이 1인 층 하나에는 맞아요. 커널 크기 2, 팽창 1인 층을 둘 쌓고, 선을 그어 입력을 세어 보세요."),
        "product": ("1 + reach.cumsum(0) -> (1 + reach).cumprod(0)",
            "You multiply the layers. Each layer takes some steps back from where "
            "the layer before stopped: what do steps do, one after the other?",
            "층을 곱했어요. 층마다 앞 층이 멈춘 데서 몇 걸음 더 거슬러 가요. 이어서 걸은 걸음은 어떻게 셈하나요?"),
        "dilations multiplied": (("* dilations -> * dilations.cumprod(0)", "reach.cumsum(0) -> reach"),
            "You multiply the dilations. Two layers of dilation 1 see more than one layer of dilation 1. Do yours?",
            "팽창을 서로 곱했어요. 팽창이 1인 층 둘은 하나보다 더 멀리 봐요. 여러분의 함수에서도 그런가요?"),
        "this layer": (".cumsum(0) -> ",
            "You count what each layer sees of the layer below. How far could that one see already?",
            "층마다 바로 아래층을 얼마나 보는지만 셌어요. 그 아래층은 이미 어디까지 봤을까요?"),
        "no dilation": ("* dilations -> * torch.ones_like(dilations)",
            "Your answer is right when every dilation is 1. What do the others change?",
            "팽창이 모두 1이면 맞는 답이에요. 팽창이 더 크면 무엇이 달라질까요?"),
        "one layer off": ("reach.cumsum(0) -> reach.cumsum(0) - reach",
            "Your first entry is what the input sees of itself. The docstring begins after the first layer.",
            "첫 값이 층을 하나도 지나지 않았을 때의 것이에요. docstring은 첫 층을 지난 뒤부터 물어요."),
        "whole stack": ("reach.cumsum(0) -> reach.sum().expand(len(reach))",
            "Every entry is the field of the whole stack. What does an output of the first layer see?",
            "모든 값이 층을 다 쌓았을 때의 것이에요. 첫 층의 출력은 어디까지 볼까요?"),
        "one number": ("reach.cumsum(0) -> reach.sum()",
            "You return one number for the whole stack. There should be one for each layer.",
            "층을 다 쌓았을 때의 수 하나만 돌려줘요. 층마다 하나씩 있어야 해요."),
        "doubles": ("* dilations -> * 2 ** torch.arange(len(dilations))",
            "Your dilations double from layer to layer, whatever `dilations` says.",
            "`dilations`가 무엇이든 팽창이 층마다 두 배가 된다고 보았어요."),
        "kernel of two": ("(kernel_size - 1) * -> ",
            "Right for kernel size 2. With more taps, how far away is the last one?",
            "커널 크기가 2일 때는 맞아요. 탭이 더 많으면 마지막 탭은 얼마나 멀리 있을까요?"),
        "itself again": ("1 + reach.cumsum(0) -> (1 + reach).cumsum(0)",
            "You count the own position once for every layer. How often is it there?",
            "제 위치를 층마다 한 번씩 셌어요. 제 위치는 몇 번 있을까요?"),
        "both sides": ("(kernel_size - 1) -> 2 * (kernel_size - 1)",
            "You count as many positions after the output as before it. May a causal layer look there?",
            "출력보다 앞선 위치와 나중 위치를 똑같이 셌어요. 인과적인 층이 나중 위치를 봐도 될까요?"),
        "farthest layer": ("reach.cumsum(0) -> reach.cummax(0).values",
            "Only the layer with the largest dilation counts in "
            "your answer. The others carry the signal further, too.",
            "팽창이 가장 큰 층만 셌어요. 다른 층들도 신호를 더 멀리 옮겨요."),
        "holes": (positions_without_holes,
            "You leave out the positions that are skipped on the way. The "
            "docstring asks how long the stretch is, from end to end.",
            "중간에 건너뛴 위치를 빼고 셌어요. docstring은 구간의 끝에서 끝까지의 길이를 물어요."),
        "one more layer": (None,
            "A layer with kernel size {kernel_size} and dilation {dilation} on "
            "top: your field grows by {grew}. How far back is its farthest tap?",
            "커널 크기 {kernel_size}, 팽창 {dilation}인 층을 위에 얹었더니 "
            "{grew}만큼 늘었어요. 그 층의 가장 먼 탭은 몇 스텝 전을 보나요?"),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 3.2 causal_conv
def causal_conv(x, weight, dilation):
    T, K = x.shape[-2], len(weight)
    total = 0
    for j in range(K):
        shift = j * dilation
        past = torch.nn.functional.pad(x, (0, 0, shift, 0))[..., :T, :]
        total = total + past @ weight[j]
    return total


def conv_cases(rng):
    def draw(*shape, dtype=torch.float32):
        return torch.randn(shape, generator=rng, dtype=dtype)

    column = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
    return [
        (column, torch.tensor([[[1.0]], [[10.0]]]), 1),
        (column, torch.tensor([[[1.0]], [[10.0]], [[100.0]]]), 1),
        (column, torch.tensor([[[1.0]], [[10.0]]]), 2),
        (draw(3, 2), draw(1, 2, 5), 2),  # one tap
        (draw(2, 3), draw(3, 3, 2), 5),  # reaches beyond the start
        (draw(11, 3), draw(3, 3, 5), 2),
        (draw(5, 7, 2), draw(2, 2, 3), 3),  # one leading axis
        (draw(2, 3, 13, 5, dtype=torch.float64), draw(5, 5, 7, dtype=torch.float64), 2),
    ]


def conv_does_not_leak(call, rng):
    """Change the last input: no output before it may change."""
    x = torch.randn(11, 2, generator=rng)
    changed = copy(x)
    changed[-1] += 1
    for K, dilation in ((2, 1), (3, 2)):
        weight = torch.randn(K, 2, 3, generator=rng)
        before, after = call(x, weight, dilation), call(changed, weight, dilation)
        for got in (before, after):
            expect_tensor(got, (11, 3))
        leak = (before != after).any(-1)[:-1].nonzero().flatten()
        if len(leak):
            raise Wrong("leak", f"kernel size {K}, dilation {dilation}", position=leak[0].item())


def conv_echoes_where_it_should(call, rng):
    """One 1 among zeros comes out once for each tap, and nowhere else."""
    for K, dilation in ((2, 1), (3, 1), (2, 4), (3, 4)):
        x = torch.zeros(13, 1)
        x[2] = 1
        got = expect_tensor(call(x, torch.arange(1.0, K + 1).view(K, 1, 1), dilation), (13, 1))
        seen = got.flatten().nonzero().flatten().tolist()
        if seen != [2 + j * dilation for j in range(K)]:
            example = f"causal_conv(…, {K} × 1 × 1, {dilation}) = {show(got.flatten())}"
            raise Wrong("echo", example, K=K, dilation=dilation, seen=seen)


check_causal_conv = Exercise(
    name="causal_conv", points=2, cases=conv_cases, laws=(conv_does_not_leak, conv_echoes_where_it_should),
    forbidden=("conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d",
        "convolution", "_convolution", "unfold", "as_strided"), answer=causal_conv,
    mistakes={
        "future": ("(0, 0, shift, 0))[..., :T, :] -> (0, 0, 0, shift))[..., shift:, :]",
            "Your taps look ahead. weight[1] belongs to what came before, so which way does the sequence move?",
            "탭이 앞날을 봐요. weight[1]은 지나간 것에 곱해져요. 그렇다면 시퀀스는 어느 쪽으로 움직일까요?"),
        "centred": (
            ("shift = j * dilation -> shift, middle = j * dilation, K // 2 * dilation",
             "(0, 0, shift, 0))[..., :T, :] -> (0, 0, shift, middle))[..., middle : middle + T, :]"),
            "Your kernel sits around the position, half of it in the future. Which tap belongs to the present?",
            "커널이 위치를 가운데 두고 놓여서 절반은 앞날에 있어요. 현재에 놓이는 탭은 어느 것인가요?"),
        "flipped": ("weight[j] -> weight[K - 1 - j]",
            "Your first weight meets the oldest input. Which input does weight[0] belong to?",
            "첫 가중치가 가장 오래된 입력을 만나요. weight[0]은 어느 입력의 것인가요?"),
        "no dilation": ("j * dilation -> j",
            "Your taps are next to each other. How far apart does `dilation` put them?",
            "탭들이 바짝 붙어 있어요. `dilation`은 탭을 얼마나 떨어뜨려 놓나요?"),
        "gap": ("j * dilation -> j * (dilation + 1)",
            "You skip `dilation` positions between two taps. With dilation 1 the taps are neighbors.",
            "두 탭 사이에서 `dilation`개의 위치를 건너뛰었어요. 팽창이 1이면 탭들은 이웃이에요."),
        "wraps": ("torch.nn.functional.pad(x, (0, 0, shift, 0))[..., :T, :] -> x.roll(shift, -2)",
            "At the start, vectors from the end of the sequence come in. What is there before the first one?",
            "시작 부분에 시퀀스 끝의 벡터가 들어와요. 첫 벡터 앞에는 무엇이 있어야 하나요?"),
        "first row again": (
            "torch.nn.functional.pad(x, (0, 0, shift, 0))[..., :T, "
            ":] -> x[..., (torch.arange(T) - shift).clamp(min=0), :]",
            "Before the start you repeat the first vector. What does the docstring put there?",
            "시작보다 앞에서 첫 벡터를 되풀이했어요. docstring은 거기에 무엇을 두나요?"),
        "late": ("j * dilation -> j * dilation + 1",
            "Everything arrives one step late. Output 0 should already see input 0.",
            "모든 것이 한 스텝 늦게 도착해요. 0번 출력은 0번 입력을 이미 보아야 해요."),
        "short": ("return total -> return total[..., (K - 1) * dilation :, :]",
            "The first outputs are missing. Position 0 has an output too, made of what is there.",
            "처음 출력들이 빠졌어요. 0번 위치에도 출력이 있고, 있는 것만으로 만들어져요."),
        "long": ("(0, 0, shift, 0))[..., :T, :] -> (0, 0, shift, (K - 1) * dilation - shift))",
            "You have more outputs than inputs. Which of them belong to no input position?",
            "출력이 입력보다 많아요. 어느 입력 위치에도 속하지 않는 출력은 어느 것일까요?"),
        "empty start": ("return total -> return total * (torch.arange(T) >= (K - 1) * dilation)[:, None]",
            "Outputs whose kernel sticks out over the start are zero "
            "in your answer. Some of their taps do meet inputs.",
            "커널이 시작 밖으로 삐져나온 출력을 모두 0으로 두었어요. 그 탭 가운데 몇은 실제 입력을 만나요."),
        "mean": ("return total -> return total / K",
            "You take the mean over the taps. The docstring asks for their sum.",
            "탭들의 평균을 냈어요. docstring이 말하는 것은 합이에요."),
        "one weight": ("weight[j] -> weight[0]",
            "Every tap uses the same weight matrix. Which one belongs to tap j?",
            "탭마다 같은 가중치 행렬을 썼어요. j번 탭의 행렬은 어느 것인가요?"),
        "last tap": ("total + past -> past",
            "Only the last tap is left in your answer. What happens to the others in your loop?",
            "마지막 탭만 남았어요. 반복문에서 다른 탭들은 어떻게 되나요?"),
        "no present": (("total = 0 -> total = 0 * (x @ weight[0])", "range(K) -> range(1, K)"),
            "The present position is missing. How far back is tap 0?",
            "현재 위치가 빠졌어요. 0번 탭은 몇 스텝 전을 보나요?"),
        "first axis": (
            ("T, K = -> x = x.transpose(0, -2)\n    T, K =", "return total -> return total.transpose(0, -2)"),
            "Right without a batch. With one, you walk along the first axis: which axis is time?",
            "배치가 없으면 맞아요. 배치가 있으면 첫 축을 따라 움직여요. 시간은 어느 축인가요?"),
        "leak": (None,
            "The future leaks: only the last input was changed, and your output at position {position} changed too.",
            "앞날이 새어 들어와요. 마지막 입력만 바꿨는데 {position}번 출력이 달라졌어요."),
        "echo": (None,
            "A single 1 at position 2, kernel size {K}, dilation {dilation}: "
            "it comes out at {seen}. Where should each tap put it?",
            "2번 위치에만 1을 두었더니(커널 크기 {K}, 팽창 {dilation}) "
            "{seen} 위치에서 나왔어요. 탭마다 어디에 놓아야 할까요?"),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 3.3 recall_from_matrix
def recall_from_matrix(keys, values, question):
    matrix = keys.new_zeros(keys.shape[1], values.shape[1])
    for key, value in zip(keys, values):
        error = value - key @ matrix
        matrix = matrix + torch.outer(key, error)
    return question @ matrix


def recall_corrected_at_the_end(keys, values, question):
    matrix = keys.mT @ values
    return question @ (matrix + keys.mT @ (values - keys @ matrix))


def unit(rows):
    return rows / rows.norm(dim=-1, keepdim=True)


def recall_cases(rng):
    def draw(N, D, D_v, dtype=torch.float32, again=()):
        def normal(*shape):
            return torch.randn(shape, generator=rng, dtype=dtype)

        keys = unit(normal(N, D))
        for first, second in again:
            keys[second] = keys[first]
        return keys, normal(N, D_v), unit(normal(D))

    square = torch.linalg.qr(torch.randn(5, 5, generator=rng, dtype=torch.float64))[0]
    return [
        (torch.tensor([[1.0, 0.0]]), torch.tensor([[3.0]]), torch.tensor([1.0, 0.0])),
        (torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([[3.0], [5.0]]), torch.tensor([0.0, 1.0])),
        (torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([[3.0], [5.0]]), torch.tensor([1.0, 0.0])),
        (torch.tensor([[1.0, 0.0], [0.6, 0.8]]), torch.tensor([[10.0], [0.0]]), torch.tensor([1.0, 0.0])),
        (
            torch.tensor([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]),
            torch.tensor([[1.0], [2.0], [4.0]]),
            torch.tensor([0.0, 1.0]),
        ),
        draw(7, 3, 5),
        draw(5, 11, 2),
        draw(11, 5, 3, again=((2, 7), (0, 10))),
        (square, torch.randn(5, 3, generator=rng, dtype=torch.float64), square[2]),
        draw(13, 7, 3, torch.float64, again=((5, 6),)),
    ]


def orthogonal_keys_come_back(call, rng):
    """As many keys at right angles as the matrix has rows: every value is recalled."""
    keys = torch.linalg.qr(torch.randn(7, 7, generator=rng))[0]
    values = torch.randn(7, 2, generator=rng)
    for number in range(7):
        got = expect_tensor(call(keys, values, keys[number]), (2,))
        if not torch.allclose(got.float(), values[number], atol=1e-3):
            raise Wrong("right angles", number=number, got=show(got), want=show(values[number]))


def the_last_word_counts(call, rng):
    """The pair that was written last comes back, also if its key was told before with another value."""
    keys, values = unit(torch.randn(6, 3, generator=rng)), torch.randn(6, 2, generator=rng)
    keys[5] = keys[1]
    got = expect_tensor(call(keys, values, keys[5]), (2,))
    if not torch.allclose(got.float(), values[5], atol=1e-3):
        raise Wrong("last word", first=show(values[1]), last=show(values[5]), got=show(got))


check_recall_from_matrix = Exercise(
    name="recall_from_matrix", points=3, cases=recall_cases, laws=(orthogonal_keys_come_back, the_last_word_counts),
    answer=recall_from_matrix,
    mistakes={
        "adds up": ("value - key @ matrix -> value",
            "You add every pair to the matrix and look at nothing that is "
            "in it. Tell one key twice, with 3 and with 5: what comes back?",
            "행렬에 든 것을 보지 않고 쌍을 모두 더했어요. 같은 키에 3을, 다시 5를 말해 주면 무엇이 나올까요?"),
        "mean": (
            ("value - key @ matrix -> value",
             "return question @ matrix -> return question @ matrix / len(keys)"),
            "You divide by the number of pairs. A second pair at a right angle should not touch the first.",
            "쌍의 개수로 나눴어요. 직각인 두 번째 쌍은 첫 번째 쌍을 건드리지 않아야 해요."),
        "overwritten": (("value - key @ matrix -> value", "matrix + torch -> torch"),
            "Each pair replaces the whole matrix, so only the last is left.",
            "쌍마다 행렬을 통째로 갈아 끼워서 마지막 쌍만 남았어요."),
        "reversed": ("zip(keys, values) -> zip(keys.flip(0), values.flip(0))",
            "You read from the last pair to the first. Which of two values for the same key should win?",
            "마지막 쌍부터 거꾸로 읽었어요. 같은 키에 값이 둘이면 어느 쪽이 이겨야 하나요?"),
        "sign": ("value - key -> value + key",
            "What the matrix says already is added once more. How far is it from what it should say?",
            "행렬이 이미 말하는 것을 한 번 더 더했어요. 말해야 할 값까지는 얼마나 모자라나요?"),
        "every row": ("torch.outer(key, error) -> torch.outer(key, value) - key @ matrix",
            "You take the old answer away from every row of the matrix. In which direction was it stored?",
            "옛 답을 행렬의 모든 행에서 뺐어요. 그 답은 어느 방향을 따라 저장되어 있었나요?"),
        "at the end": (recall_corrected_at_the_end,
            "You add up all pairs first and correct once at the end. "
            "What should be known when the second pair is written?",
            "쌍을 모두 더한 뒤 끝에 한 번만 고쳤어요. 두 번째 쌍을 쓸 때는 무엇을 알고 있어야 할까요?"),
        "all at once": ("return question @ matrix -> return question @ torch.linalg.pinv(keys) @ values",
            "You look for the matrix that suits all pairs together. "
            "This matrix reads them one by one and cannot go back.",
            "모든 쌍에 함께 맞는 행렬을 찾았어요. 이 행렬은 하나씩 읽고, 되돌아갈 수 없어요."),
        "half": ("torch.outer(key, error) -> torch.outer(key, error) / 2",
            "Only half of the error is mended at each pair. Ask for a key right after writing it: what comes back?",
            "쌍마다 오차의 절반만 고쳤어요. 쓰자마자 그 키를 물으면 무엇이 나오나요?"),
        "decay": ("matrix + torch -> 0.9 * matrix + torch",
            "The matrix fades a little at every pair. Pairs at right angles should stay as they are.",
            "쌍을 쓸 때마다 행렬이 조금씩 옅어져요. 직각인 쌍들은 그대로 남아야 해요."),
        "one short": ("zip(keys, values) -> zip(keys[:-1], values[:-1])",
            "The last pair never reaches the matrix.",
            "마지막 쌍이 행렬에 들어가지 않아요."),
        "normalized": ("return question @ matrix -> return torch.nn.functional.normalize(question @ matrix, dim=0)",
            "Your answer always has length 1. Values may have any length.",
            "답의 길이가 늘 1이에요. 값의 길이는 얼마든 될 수 있어요."),
        "attention": ("return question @ matrix -> return torch.softmax(keys @ question, 0) @ values",
            "You keep all pairs and spread weights over them: that is a "
            "store that grows. Here everything has to fit into one matrix.",
            "쌍을 모두 갖고 있다가 가중치를 나눠 줬어요. 그것은 점점 "
            "커지는 저장소예요. 여기서는 모두 행렬 하나에 들어가야 해요."),
        "nearest": ("return question @ matrix -> return values[(keys @ question).argmax()]",
            "You look up the key that is most similar to the question. A "
            "matrix blends: what does it say halfway between two keys?",
            "질문과 가장 비슷한 키를 찾아봤어요. 행렬은 섞어요. 두 키의 한가운데를 물으면 무엇이 나올까요?"),
        "right angles": (None,
            "Seven keys at right angles fit into seven rows. Key {number} gives {got} instead of {want}.",
            "서로 직각인 키 일곱 개는 일곱 행에 다 들어가요. {number}번 "
            "키에 {got} 값이 나왔는데, {want} 값이어야 해요."),
        "last word": (None,
            "One key was told twice, first with {first}, at the very end with {last}. Your matrix says {got}.",
            "같은 키를 두 번 말했어요. 처음에는 {first}, 맨 끝에는 {last} 값이었어요. 행렬은 {got} 값을 내놓아요."),
    },
)  # fmt: skip
