"""Checks for the exercises of chapter 13, 13-block."""

import torch
import torch.nn.functional as F

from .engine import AUTOGRAD, Exercise, Wrong, expect_tensor


# ---------------------------------------------------------------- 13.1 rms_norm
def rms_norm(x, scale, eps):
    mean_square = x.square().mean(-1, keepdim=True)  # (..., 1)
    return x / (mean_square + eps).sqrt() * scale


def rms_cases(rng):
    def draw(*shape, eps=1e-5, dtype=torch.float32, times=1.0):
        x = times * torch.randn(*shape, generator=rng, dtype=dtype)
        return x, torch.randn(shape[-1], generator=rng, dtype=dtype), eps

    return [
        (torch.tensor([[1.0, 7.0]]), torch.tensor([1.0, 1.0]), 0.0),
        (torch.tensor([[1.0, 7.0], [7.0, -1.0]]), torch.tensor([2.0, 10.0]), 0.0),
        (torch.tensor([[1.0, 7.0]]), torch.tensor([1.0, 1.0]), 11.0),
        (torch.tensor([[0.0, 0.0, 0.0], [1.0, 2.0, 2.0]]), torch.tensor([1.0, 2.0, 3.0]), 1.0),
        *[draw(7), draw(5, 3), draw(3, 3, eps=0.5), draw(2, 5, 7), draw(2, 3, 5, 11, times=100.0)],
        *[draw(7, 5, times=0.01), draw(5, 3, times=1e-6, eps=0.0), draw(3, 5, times=1e6)],
        draw(5, 13, eps=0.25, dtype=torch.float64),
    ]


def rms_promises(call, rng):
    """Mean square 1 for every token."""
    x = 3 * torch.randn(3, 7, generator=rng, dtype=torch.float64) + 2
    got = expect_tensor(call(x, torch.ones(7, dtype=torch.float64), 0.0), (3, 7))
    size = got.square().mean(-1)
    if (size - 1).abs().max() > 1e-6:
        raise Wrong("size", f"{[round(s, 3) for s in size.tolist()]}", got)


check_rms_norm = Exercise(
    name="rms_norm", points=1, cases=rms_cases, laws=(rms_promises,), forbidden=("rms_norm", "layer_norm"),
    answer=rms_norm,
    mistakes={
        "layer norm": ("mean_square = -> x = x - x.mean(-1, keepdim=True); mean_square =",
            "This is LayerNorm. Which of its two steps does RMSNorm leave out?",
            "LayerNorm을 만들었어요. RMSNorm은 그 두 단계 가운데 어느 것을 빼나요?"),
        "centered": ("return x / -> return (x - x.mean(-1, keepdim=True)) /",
            "You subtract the mean. What does RMSNorm do to (3, 3)?",
            "평균을 뺐어요. RMSNorm은 (3, 3)을 어떻게 하나요?"),
        "spread": ("x.square().mean(-1, keepdim=True) -> x.var(-1, keepdim=True, correction=0)",
            "You divide by the spread around the mean. What is squared "
            "in RMSNorm, the numbers or their distances from the mean?",
            "평균에서 퍼진 정도로 나눴어요. RMSNorm에서 제곱하는 것은 수 자체인가요, 평균과의 거리인가요?"),
        "outside": ("(mean_square + eps).sqrt() -> (mean_square.sqrt() + eps)",
            "Your eps is added after the root. Where is it in the formula?",
            "제곱근을 구한 뒤에 eps를 더했어요. 식에서 eps는 어디에 있나요?"),
        "no eps": ("mean_square + eps -> mean_square",
            "What comes out for a token of zeros? And where is eps?",
            "0만 있는 토큰에서는 무엇이 나오나요? eps는 어디에 있죠?"),
        "larger of both": ("(mean_square + eps).sqrt() -> mean_square.sqrt().clamp(min=eps)",
            "You divide by the root or by eps, whichever is larger. In the formula they are added.",
            "제곱근과 eps 가운데 큰 쪽으로 나눴어요. 식에서는 더해요."),
        "fixed eps": ("mean_square + eps -> mean_square + 1e-5",
            "Your eps is always 0.00001, whatever is handed in.",
            "무엇을 받든 eps가 늘 0.00001이에요."),
        "norm of the vector": ("x.square().mean(-1, keepdim=True) -> x.square().sum(-1, keepdim=True)",
            "You divide by the norm of the token. *Root mean square*: which of the three words is missing?",
            "토큰의 노름(길이)으로 나눴어요. *root mean square*의 세 단어 가운데 무엇이 빠졌나요?"),
        "one less": (
            "x.square().mean(-1, keepdim=True) -> x.square().sum(-1, keepdim=True) / max(x.shape[-1] - 1, 1)",
            "You divide the sum of squares by one less than there are numbers. How many squares are there?",
            "제곱의 합을 수의 개수보다 하나 적은 수로 나눴어요. 제곱이 몇 개인가요?"),
        "no root": ("(mean_square + eps).sqrt() -> (mean_square + eps)",
            "Make a token twice as large. Your result becomes half as large. What is missing?",
            "토큰을 두 배로 키우면 결과가 절반이 돼요. 무엇이 빠졌을까요?"),
        "over tokens": ("mean(-1, -> mean(0,",
            "Your mean runs over the tokens. A token must not feel what the others are.",
            "평균이 토큰들을 가로질러요. 토큰은 다른 토큰이 무엇인지 느끼면 안 돼요."),
        "over all": ("mean(-1, keepdim=True) -> mean()",
            "You take one mean for the whole tensor. How many should there be for a tensor (2, 3, 5)?",
            "텐서 전체에서 평균 하나를 냈어요. (2, 3, 5) 텐서라면 평균이 몇 개여야 하나요?"),
        "no scale": (".sqrt() * scale -> .sqrt()",
            "The norm is right. What is `scale` for?",
            "정규화는 맞아요. `scale`은 어디에 쓰나요?"),
        "size": (None,
            "With scale 1 and eps 0, every token should have mean square 1. Yours have:",
            "배율이 1이고 eps가 0이면 모든 토큰의 제곱 평균이 1이어야 해요. 지금은 이래요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 13.2 through_sublayers
def through_sublayers(x, matrices, pre_norm):
    norm, size = F.layer_norm, x.shape[-1:]
    for W in matrices:
        if pre_norm:
            x = x + (norm(x, size) @ W).relu()
        else:
            x = norm(x + (x @ W).relu(), size)
    return norm(x, size) if pre_norm else x


def through_cases(rng):
    def draw(*shape, layers, pre_norm, dtype=torch.float32):
        D = shape[-1]
        matrices = [torch.randn(D, D, generator=rng, dtype=dtype) for _ in range(layers)]
        return 2 * torch.randn(*shape, generator=rng, dtype=dtype) + 1, matrices, pre_norm

    swap = torch.tensor([[0.0, 2.0], [4.0, 0.0]])
    return [
        (torch.tensor([[1.0, 3.0]]), [swap], False),
        (torch.tensor([[1.0, 3.0]]), [swap], True),
        *[draw(3, layers=1, pre_norm=False), draw(3, layers=1, pre_norm=True), draw(3, 5, layers=2, pre_norm=False)],
        *[draw(3, 5, layers=2, pre_norm=True), draw(2, 5, 7, layers=3, pre_norm=False)],
        *[draw(2, 5, 7, layers=3, pre_norm=True), draw(2, 3, layers=0, pre_norm=False)],
        *[draw(2, 3, layers=0, pre_norm=True), draw(3, 2, 5, 11, layers=5, pre_norm=True, dtype=torch.float64)],
        draw(3, 2, 5, 11, layers=5, pre_norm=False, dtype=torch.float64),
    ]


def through_residuals(call, rng):
    """Sublayers that say nothing: in pre-norm the end is the norm of the beginning."""
    x = torch.randn(3, 5, generator=rng, dtype=torch.float64)
    got = expect_tensor(call(x, [torch.zeros(5, 5, dtype=torch.float64)] * 4, True), (3, 5))
    if (got - F.layer_norm(x, (5,))).abs().max() > 1e-4:
        raise Wrong("silent", value=got)


check_through_sublayers = Exercise(
    name="through_sublayers", points=2, cases=through_cases, laws=(through_residuals,), answer=through_sublayers,
    mistakes={
        "swapped": ("norm, size = -> pre_norm = not pre_norm; norm, size =",
            "The two orders are swapped. In which does the norm come *before* the sublayer?",
            "두 순서가 서로 바뀌었어요. 정규화가 하위 층 *앞에* 오는 것은 어느 쪽인가요?"),
        "always post": ("norm, size = -> pre_norm = False; norm, size =",
            "Your function computes post-norm, whatever `pre_norm` says.",
            "`pre_norm`이 무엇이든 post-norm을 계산해요."),
        "always pre": ("norm, size = -> pre_norm = True; norm, size =",
            "Your function computes pre-norm, whatever `pre_norm` says.",
            "`pre_norm`이 무엇이든 pre-norm을 계산해요."),
        "no end": ("norm(x, size) if pre_norm else x -> x",
            "In pre-norm the residual stream is never normalized on the way. What does the chapter put at its end?",
            "pre-norm에서는 잔차 스트림을 도중에 한 번도 정규화하지 않아요. 이 장은 그 끝에 무엇을 두나요?"),
        "end always": ("norm(x, size) if pre_norm else x -> norm(x, size)",
            "Your function ends with a norm in post-norm, too. What should come out if there are no sublayers?",
            "post-norm에서도 마지막에 정규화를 했어요. 하위 층이 하나도 없으면 무엇이 나와야 하나요?"),
        "both norms": (
            ("x + (norm(x, size) @ W).relu() -> norm(x + (norm(x, size) @ W).relu(), size)",
             "norm(x, size) if pre_norm else x -> x"),
            "In pre-norm you also normalize after each sublayer, and then there is none left for the end.",
            "pre-norm인데 하위 층 뒤에서도 매번 정규화했어요. 그러면 마지막 정규화가 따로 없어요."),
        "no residual": (
            ("x + (norm(x, size) @ W).relu() -> (norm(x, size) @ W).relu()",
             "norm(x + (x @ W).relu(), size) -> norm((x @ W).relu(), size)"),
            "A sublayer of zeros would wipe out everything. What becomes of x itself?",
            "하위 층이 0만 말하면 모든 것이 지워져요. x 자신은 어떻게 되나요?"),
        "normed stream": ("x + (norm(x, size) @ W).relu() -> norm(x, size) + (norm(x, size) @ W).relu()",
            "In pre-norm you add to the *normalized* x. What should the words of the sublayer be added to?",
            "pre-norm에서 *정규화한* x에 더했어요. 하위 층의 말은 무엇에 더해야 할까요?"),
        "from the start": (
            ("norm, size = -> start = x; norm, size =",
             "x + (norm(x, size) @ W).relu() -> start + (norm(x, size) @ W).relu()",
             "norm(x + (x @ W).relu(), size) -> norm(start + (x @ W).relu(), size)"),
            "Each sublayer adds to the very first x, and what the earlier ones said is lost.",
            "하위 층마다 맨 처음 x에 더해서, 앞선 층들이 한 말이 사라져요."),
        "side by side": (
            ("norm, size = -> start = x; norm, size =",
             "x + (norm(x, size) @ W).relu() -> x + (norm(start, size) @ W).relu()",
             "norm(x + (x @ W).relu(), size) -> norm(x + (start @ W).relu(), size)"),
            "All your sublayers read the first x. What should the second one read?",
            "모든 하위 층이 맨 처음 x를 읽어요. 둘째 층은 무엇을 읽어야 할까요?"),
        "inside only": ("norm(x + (x @ W).relu(), size) -> x + norm((x @ W).relu(), size)",
            "In post-norm you normalize what the sublayer says. What else belongs inside the norm?",
            "post-norm에서 하위 층이 한 말만 정규화했어요. 정규화 안에 무엇이 더 있어야 하나요?"),
        "relu on the sum": (
            ("x + (norm(x, size) @ W).relu() -> (x + norm(x, size) @ W).relu()",
             "norm(x + (x @ W).relu(), size) -> norm((x + x @ W).relu(), size)"),
            "Your max(0, ·) also cuts off the negative numbers of x. Around what does it belong?",
            "max(0, ·)가 x의 음수까지 잘라 버려요. 무엇을 감싸야 할까요?"),
        "no relu": (
            ("x + (norm(x, size) @ W).relu() -> x + norm(x, size) @ W",
             "norm(x + (x @ W).relu(), size) -> norm(x + x @ W, size)"),
            "Your sublayers are linear. Which part of f is missing?",
            "하위 층이 선형이에요. f에서 무엇이 빠졌나요?"),
        "transposed": (
            ("x + (norm(x, size) @ W).relu() -> x + (norm(x, size) @ W.T).relu()",
             "norm(x + (x @ W).relu(), size) -> norm(x + (x @ W.T).relu(), size)"),
            "Your matrices are transposed. Vectors are rows: which side of W are they on?",
            "행렬이 전치됐어요. 벡터는 행이에요. W의 어느 쪽에 있나요?"),
        "backwards": ("in matrices -> in matrices[::-1]",
            "You begin with the last matrix.",
            "마지막 행렬부터 시작했어요."),
        "one less": (
            "norm, size = F.layer_norm, -> norm, size = (lambda x, size: "
            "(x - x.mean(-1, keepdim=True)) / x.std(-1, keepdim=True)),",
            "Your norm divides the sum of squares by one less than there are numbers. LayerNorm does not.",
            "정규화할 때 제곱의 합을 수의 개수보다 하나 적은 수로 나눴어요. LayerNorm은 그러지 않아요."),
        "silent": (None,
            "If every sublayer says 0, pre-norm should return the norm of x. Yours does not.",
            "모든 하위 층이 0을 말하면 pre-norm은 x를 정규화한 값을 돌려줘야 하는데, 그렇지 않아요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 13.3 layer_norm_gradient
def layer_norm_gradient(x, upstream, eps):
    centered = x - x.mean(-1, keepdim=True)  # (..., D)
    root = (centered.square().mean(-1, keepdim=True) + eps).sqrt()  # (..., 1)
    y = centered / root
    through_mean = upstream.mean(-1, keepdim=True)
    through_root = y * (y * upstream).mean(-1, keepdim=True)
    return (upstream - through_mean - through_root) / root


def norm_gradient_cases(rng):
    def draw(*shape, eps=1e-5, dtype=torch.float32, times=2.0):
        x = times * torch.randn(*shape, generator=rng, dtype=dtype) + 1
        return x, torch.randn(*shape, generator=rng, dtype=dtype), eps

    return [
        (torch.tensor([2.0, 4.0, 4.0, 6.0]), torch.tensor([2.0, 0.0, 0.0, 0.0]), 2.0),
        (torch.tensor([0.0, 0.0, 6.0, 6.0]), torch.tensor([1.0, 3.0, 5.0, 3.0]), 0.0),
        (torch.tensor([[5.0, 5.0, 5.0], [1.0, 2.0, 3.0]]), torch.tensor([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0]]), 0.25),
        *[draw(7), draw(3, 5, eps=0.5), draw(5, 5), draw(2, 7, 3, eps=0.1), draw(2, 3, 5, 11)],
        *[draw(3, 13, eps=0.5, dtype=torch.float64), draw(5, 7, eps=0.0, dtype=torch.float64, times=0.01)],
    ]


def norm_gradient_knows_norm(call, rng):
    """What a norm forgets has no gradient: along 1, and with eps = 0 along x."""
    x = torch.randn(3, 7, generator=rng, dtype=torch.float64) + 2
    upstream = torch.randn(3, 7, generator=rng, dtype=torch.float64)
    got = expect_tensor(call(x, upstream, 0.0), (3, 7))
    for key, along in (("shift", got.sum(-1)), ("stretch", (got * x).sum(-1))):
        if along.abs().max() > 1e-6:
            raise Wrong(key, f"{[round(s, 3) for s in along.tolist()]}", got)


check_layer_norm_gradient = Exercise(
    name="layer_norm_gradient", points=3, cases=norm_gradient_cases, laws=(norm_gradient_knows_norm,),
    forbidden=(*AUTOGRAD, "vjp", "jvp", "jacobian", "native_layer_norm_backward"), answer=layer_norm_gradient,
    mistakes={
        "the norm": ("(upstream - through_mean - through_root) / root -> y",
            "This is LayerNorm itself. What is asked for is how the loss moves when x moves.",
            "LayerNorm 자체를 계산했어요. 묻는 것은 x가 움직일 때 손실이 얼마나 움직이느냐예요."),
        "only divided": ("(upstream - through_mean - through_root) / root -> upstream / root",
            "You treat the mean and the root as constants. What happens to them when one x moves?",
            "평균과 제곱근을 상수로 다뤘어요. x 하나가 움직이면 그 둘은 어떻게 되나요?"),
        "no mean": ("(upstream - through_mean - through_root) / root -> (upstream - through_root) / root",
            "If one number grows, the mean grows and all others move. Where is that in your gradient?",
            "수 하나가 커지면 평균이 커지고 나머지도 모두 움직여요. 그래디언트 어디에 그것이 있나요?"),
        "no variance": ("(upstream - through_mean - through_root) / root -> (upstream - through_mean) / root",
            "If one number moves away from the mean, the root grows and all get smaller. Where is that?",
            "수 하나가 평균에서 멀어지면 제곱근이 커지고 모두 작아져요. 그것은 어디에 있나요?"),
        "sign": (
            "(upstream - through_mean - through_root) / root -> "
            "(upstream - through_mean + through_root) / root",
            "A number that moves away from the mean makes the root larger. Does that enlarge the results?",
            "평균에서 멀어지는 수는 제곱근을 키워요. 그러면 결과가 커지나요?"),
        "sums": (("upstream.mean( -> upstream.sum(", "(y * upstream).mean( -> (y * upstream).sum("),
            "How much does the mean move when one of D numbers moves by 1?",
            "수 D개 가운데 하나가 1만큼 움직이면 평균은 얼마나 움직이나요?"),
        "multiplied": (
            "(upstream - through_mean - through_root) / root -> "
            "(upstream - through_mean - through_root) * root",
            "Make x ten times as large. Do the results now move more or less when x moves by 1?",
            "x를 열 배로 키워 보세요. x가 1만큼 움직일 때 결과는 더 움직이나요, 덜 움직이나요?"),
        "no root": (
            "(upstream - through_mean - through_root) / root -> "
            "(upstream - through_mean - through_root) / root**2",
            "Something is divided by the variance where the root of it belongs.",
            "제곱근으로 나눌 곳에서 분산으로 나눈 것이 있어요."),
        "not divided": ("(upstream - through_mean - through_root) / root -> upstream - through_mean - through_root",
            "Make x ten times as large: the results stay. What should become of the gradient?",
            "x를 열 배로 키워도 결과는 그대로예요. 그래디언트는 어떻게 되어야 할까요?"),
        "one less": (
            "centered.square().mean(-1, keepdim=True) -> "
            "centered.square().sum(-1, keepdim=True) / max(x.shape[-1] - 1, 1)",
            "The variance of LayerNorm: by how many is the sum of squares divided?",
            "LayerNorm의 분산에서 제곱의 합을 몇으로 나누나요?"),
        "no eps": ("keepdim=True) + eps) -> keepdim=True))",
            "Where is eps? Look at a token whose numbers are all the same.",
            "eps는 어디에 있나요? 수가 모두 같은 토큰을 보세요."),
        "RMSNorm": ("y = centered / root -> y = x / root",
            "You take x itself where the normalized x, with its mean subtracted, belongs.",
            "평균을 빼고 정규화한 x가 들어갈 곳에 x를 그대로 넣었어요."),
        "over all": (
            ("upstream.mean(-1, keepdim=True) -> upstream.mean()",
             "(y * upstream).mean(-1, keepdim=True) -> (y * upstream).mean()"),
            "One mean for the whole tensor? Each token is normalized by itself.",
            "텐서 전체에서 평균을 하나 냈나요? 토큰은 하나씩 따로 정규화돼요."),
        "shift": (None,
            "Adding the same to all numbers of a token changes nothing. So its gradient sums to 0. Yours:",
            "토큰의 모든 수에 같은 값을 더해도 달라지는 것이 없어요. "
            "그러니 그래디언트의 합은 0이에요. 지금은 이래요."),
        "stretch": (None,
            "With eps = 0, making a token longer changes nothing. So x · gradient is 0. Yours:",
            "eps가 0이면 토큰을 늘려도 달라지는 것이 없어요. 그러니 x · 그래디언트는 0이에요. 지금은 이래요."),
    },
)  # fmt: skip
