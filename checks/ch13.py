"""Checks for the exercises of chapter 13, 13-block."""
import torch
import torch.nn.functional as F

from .engine import AUTOGRAD, Exercise, Wrong, expect_tensor


# ---------------------------------------------------------------- 13.1 rms_norm
def rms_by_formula(x, scale, eps):
    return x / (x.square().mean(-1, keepdim=True) + eps).sqrt() * scale


def rms_by_norm(x, scale, eps):
    length = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
    return x * scale * torch.rsqrt(length ** 2 / x.shape[-1] + eps)


def rms_by_einsum(x, scale, eps):
    squares = torch.einsum("...d,...d->...", x, x)
    return torch.einsum("...d,...,d->...d", x, (squares / scale.numel() + eps) ** -0.5, scale)


def rms_variant(below=lambda x, eps: (x.square().mean(-1, keepdim=True) + eps).sqrt(), above=lambda x: x,
                after=lambda y, scale: y * scale):
    """Wrong answers: what is divided, by what, or the last step exchanged."""
    return lambda x, scale, eps: after(above(x) / below(x, eps), scale)


def minus_mean(x):
    return x - x.mean(-1, keepdim=True)


def rms_cases(rng):
    def draw(*shape, eps=1e-5, dtype=torch.float32, times=1.0):
        x = times * torch.randn(*shape, generator=rng, dtype=dtype)
        return x, torch.randn(shape[-1], generator=rng, dtype=dtype), eps
    return [
        (torch.tensor([[1.0, 7.0]]), torch.tensor([1.0, 1.0]), 0.0),
        (torch.tensor([[1.0, 7.0], [7.0, -1.0]]), torch.tensor([2.0, 10.0]), 0.0),
        (torch.tensor([[1.0, 7.0]]), torch.tensor([1.0, 1.0]), 11.0),
        (torch.tensor([[0.0, 0.0, 0.0], [1.0, 2.0, 2.0]]), torch.tensor([1.0, 2.0, 3.0]), 1.0),
        draw(7), draw(5, 3), draw(3, 3, eps=0.5), draw(2, 5, 7), draw(2, 3, 5, 11, times=100.0),
        draw(7, 5, times=0.01), draw(5, 13, eps=0.25, dtype=torch.float64),
    ]


def rms_promises(call, rng):
    """Mean square 1 for every token; one token does not feel another."""
    x = 3 * torch.randn(3, 7, generator=rng, dtype=torch.float64) + 2
    ones = torch.ones(7, dtype=torch.float64)
    got = call(x, ones, 0.0)
    expect_tensor(got, (3, 7))
    size = got.square().mean(-1)
    if (size - 1).abs().max() > 1e-6:
        raise Wrong("size", f"{[round(s, 3) for s in size.tolist()]}", got)


check_rms_norm = Exercise(
    name="rms_norm", points=1, cases=rms_cases, laws=(rms_promises,), forbidden=("rms_norm", "layer_norm"),
    right=[rms_by_formula, rms_by_norm, rms_by_einsum],
    mutants={
        "layer norm": rms_variant(above=minus_mean, below=lambda x, eps: (
            minus_mean(x).square().mean(-1, keepdim=True) + eps).sqrt()),
        "centred": rms_variant(above=minus_mean),
        "spread": rms_variant(below=lambda x, eps: (x.var(-1, keepdim=True, correction=0) + eps).sqrt()),
        "outside": rms_variant(below=lambda x, eps: x.square().mean(-1, keepdim=True).sqrt() + eps),
        "no eps": rms_variant(below=lambda x, eps: x.square().mean(-1, keepdim=True).sqrt()),
        "vector length": rms_variant(below=lambda x, eps: (x.square().sum(-1, keepdim=True) + eps).sqrt()),
        "one less": rms_variant(below=lambda x, eps: (
            x.square().sum(-1, keepdim=True) / max(x.shape[-1] - 1, 1) + eps).sqrt()),
        "no root": rms_variant(below=lambda x, eps: x.square().mean(-1, keepdim=True) + eps),
        "over tokens": rms_variant(below=lambda x, eps: (x.square().mean(0, keepdim=True) + eps).sqrt()),
        "over all": rms_variant(below=lambda x, eps: (x.square().mean() + eps).sqrt()),
        "no scale": rms_variant(after=lambda y, scale: y),
    },
    messages={
        "layer norm": ("This is LayerNorm. Which of its two steps does RMSNorm leave out?",
                       "LayerNorm을 만들었어요. RMSNorm은 그 두 단계 가운데 어느 것을 빼나요?"),
        "centred": ("You subtract the mean. What does RMSNorm do to (3, 3)?",
                    "평균을 뺐어요. RMSNorm은 (3, 3)을 어떻게 하나요?"),
        "spread": ("You divide by the spread around the mean. What is squared in RMSNorm, the numbers or their "
                   "distances from the mean?",
                   "평균에서 퍼진 정도로 나눴어요. RMSNorm에서 제곱하는 것은 수 자체인가요, 평균과의 거리인가요?"),
        "outside": ("Your eps is added after the root. Where does it stand in the formula?",
                    "제곱근을 구한 뒤에 eps를 더했어요. 식에서 eps는 어디에 있나요?"),
        "no eps": ("What comes out for a token of zeros? And where is eps?",
                   "0만 있는 토큰에서는 무엇이 나오나요? eps는 어디에 있죠?"),
        "vector length": ("You divide by the length of the token. *Root mean square*: which of the three words is "
                          "missing?",
                   "토큰의 길이로 나눴어요. *root mean square*의 세 단어 가운데 무엇이 빠졌나요?"),
        "one less": ("You divide the sum of squares by one less than there are numbers. How many squares are there?",
                     "제곱의 합을 수의 개수보다 하나 적은 수로 나눴어요. 제곱이 몇 개인가요?"),
        "no root": ("Make a token twice as large. Your result becomes half as large. What is missing?",
                    "토큰을 두 배로 키우면 결과가 절반이 돼요. 무엇이 빠졌을까요?"),
        "over tokens": ("Your mean runs over the tokens. A token must not feel what the others are.",
                        "평균이 토큰들을 가로질러요. 토큰은 다른 토큰이 무엇인지 느끼면 안 돼요."),
        "over all": ("You take one mean for the whole tensor. How many should there be for a tensor (2, 3, 5)?",
                     "텐서 전체에서 평균 하나를 냈어요. (2, 3, 5) 텐서라면 평균이 몇 개여야 하나요?"),
        "no scale": ("The norm is right. What is `scale` for?", "정규화는 맞아요. `scale`은 어디에 쓰나요?"),
        "size": ("With scale 1 and eps 0, every token should have mean square 1. Yours have:",
                 "배율이 1이고 eps가 0이면 모든 토큰의 제곱 평균이 1이어야 해요. 지금은 이래요."),
    },
)


# ---------------------------------------------------------------- 13.2 through_sublayers
def plain_norm(x):
    return F.layer_norm(x, x.shape[-1:])


def through_by_loop(x, matrices, pre_norm):
    for W in matrices:
        if pre_norm:
            x = x + (plain_norm(x) @ W).relu()
        else:
            x = plain_norm(x + (x @ W).relu())
    return plain_norm(x) if pre_norm else x


def through_by_recursion(x, matrices, pre_norm):
    if not matrices:
        return plain_norm(x) if pre_norm else x
    said = torch.clamp(torch.matmul(plain_norm(x) if pre_norm else x, matrices[0]), min=0)
    following = torch.add(x, said)
    return through_by_recursion(following if pre_norm else plain_norm(following), matrices[1:], pre_norm)


def through_by_hand(x, matrices, pre_norm):
    def norm(x):
        centred = x - x.mean(-1, keepdim=True)
        return centred / (centred.pow(2).mean(-1, keepdim=True) + 1e-5).sqrt()
    before, after, end = (norm, lambda x: x, norm) if pre_norm else (lambda x: x, norm, lambda x: x)
    road = x.clone()
    for W in matrices:
        road = after(road + torch.einsum("...d,de->...e", before(road), W).clamp(min=0))
    return end(road)


def through_variant(pre=None, post=None, end=plain_norm, end_post=lambda x: x, order=lambda matrices: matrices):
    """Wrong answers: a step pre(x, W, first) or post(x, W, first), or what happens at the end exchanged."""
    def through_sublayers(x, matrices, pre_norm):
        first = x
        for W in order(matrices):
            if pre_norm:
                x = pre(x, W, first) if pre else x + (plain_norm(x) @ W).relu()
            else:
                x = post(x, W, first) if post else plain_norm(x + (x @ W).relu())
        return end(x) if pre_norm else end_post(x)
    return through_sublayers


def through_cases(rng):
    def draw(*shape, layers, pre_norm, dtype=torch.float32):
        D = shape[-1]
        matrices = [torch.randn(D, D, generator=rng, dtype=dtype) for _ in range(layers)]
        return 2 * torch.randn(*shape, generator=rng, dtype=dtype) + 1, matrices, pre_norm
    turn = torch.tensor([[0.0, 2.0], [4.0, 0.0]])
    return [
        (torch.tensor([[1.0, 3.0]]), [turn], False), (torch.tensor([[1.0, 3.0]]), [turn], True),
        draw(3, layers=1, pre_norm=False), draw(3, layers=1, pre_norm=True),
        draw(3, 5, layers=2, pre_norm=False), draw(3, 5, layers=2, pre_norm=True),
        draw(2, 5, 7, layers=3, pre_norm=False), draw(2, 5, 7, layers=3, pre_norm=True),
        draw(2, 3, layers=0, pre_norm=False), draw(2, 3, layers=0, pre_norm=True),
        draw(3, 2, 5, 11, layers=5, pre_norm=True, dtype=torch.float64),
        draw(3, 2, 5, 11, layers=5, pre_norm=False, dtype=torch.float64),
    ]


def through_road(call, rng):
    """Sublayers that say nothing: in pre-norm the end is the norm of the beginning."""
    x = torch.randn(3, 5, generator=rng, dtype=torch.float64)
    silent = [torch.zeros(5, 5, dtype=torch.float64)] * 4
    got = call(x, silent, True)
    expect_tensor(got, (3, 5))
    if (got - plain_norm(x)).abs().max() > 1e-4:
        raise Wrong("silent", value=got)


check_through_sublayers = Exercise(
    name="through_sublayers", points=2, cases=through_cases, laws=(through_road,),
    right=[through_by_loop, through_by_recursion, through_by_hand],
    mutants={
        "exchanged": lambda x, matrices, pre_norm: through_by_loop(x, matrices, not pre_norm),
        "always post": lambda x, matrices, pre_norm: through_by_loop(x, matrices, False),
        "always pre": lambda x, matrices, pre_norm: through_by_loop(x, matrices, True),
        "no end": through_variant(end=lambda x: x),
        "no residual": through_variant(pre=lambda x, W, first: (plain_norm(x) @ W).relu(),
                                       post=lambda x, W, first: plain_norm((x @ W).relu())),
        "normed road": through_variant(pre=lambda x, W, first: plain_norm(x) + (plain_norm(x) @ W).relu()),
        "from the start": through_variant(pre=lambda x, W, first: first + (plain_norm(x) @ W).relu(),
                                          post=lambda x, W, first: plain_norm(first + (x @ W).relu())),
        "side by side": through_variant(pre=lambda x, W, first: x + (plain_norm(first) @ W).relu(),
                                        post=lambda x, W, first: plain_norm(x + (first @ W).relu())),
        "inside only": through_variant(post=lambda x, W, first: x + plain_norm((x @ W).relu())),
        "relu on the sum": through_variant(pre=lambda x, W, first: (x + plain_norm(x) @ W).relu(),
                                           post=lambda x, W, first: plain_norm((x + x @ W).relu())),
        "no relu": through_variant(pre=lambda x, W, first: x + plain_norm(x) @ W,
                                   post=lambda x, W, first: plain_norm(x + x @ W)),
        "transposed": through_variant(pre=lambda x, W, first: x + (plain_norm(x) @ W.T).relu(),
                                      post=lambda x, W, first: plain_norm(x + (x @ W.T).relu())),
        "backwards": through_variant(order=lambda matrices: matrices[::-1]),
    },
    messages={
        "exchanged": ("The two orders are exchanged. In which does the norm come *before* the sublayer?",
                      "두 순서가 서로 바뀌었어요. 정규화가 하위 층 *앞에* 오는 것은 어느 쪽인가요?"),
        "always post": ("Your function computes post-norm, whatever `pre_norm` says.",
                        "`pre_norm`이 무엇이든 post-norm을 계산해요."),
        "always pre": ("Your function computes pre-norm, whatever `pre_norm` says.",
                       "`pre_norm`이 무엇이든 pre-norm을 계산해요."),
        "no end": ("In pre-norm the road is never normalised on the way. What does the chapter put at its end?",
                   "pre-norm에서는 가는 길 내내 정규화가 없어요. 이 장은 길 끝에 무엇을 두나요?"),
        "no residual": ("A sublayer of zeros would wipe out everything. What becomes of x itself?",
                        "하위 층이 0만 말하면 모든 것이 지워져요. x 자신은 어떻게 되나요?"),
        "normed road": ("In pre-norm you add to the *normalised* x. What should the sublayer's words be added to?",
                        "pre-norm에서 *정규화한* x에 더했어요. 하위 층의 말은 무엇에 더해야 할까요?"),
        "from the start": ("Each sublayer adds to the very first x, and what the earlier ones said is lost.",
                           "하위 층마다 맨 처음 x에 더해서, 앞선 층들이 한 말이 사라져요."),
        "side by side": ("All your sublayers read the first x. What should the second one read?",
                         "모든 하위 층이 맨 처음 x를 읽어요. 둘째 층은 무엇을 읽어야 할까요?"),
        "inside only": ("In post-norm you normalise what the sublayer says. What else belongs inside the norm?",
                        "post-norm에서 하위 층이 한 말만 정규화했어요. 정규화 안에 무엇이 더 있어야 하나요?"),
        "relu on the sum": ("Your max(0, ·) also cuts off the negative numbers of x. Around what does it belong?",
                            "max(0, ·)가 x의 음수까지 잘라 버려요. 무엇을 감싸야 할까요?"),
        "no relu": ("Your sublayers are linear. Which part of f is missing?",
                    "하위 층이 선형이에요. f에서 무엇이 빠졌나요?"),
        "transposed": ("Your matrices are transposed. Vectors are rows: which side of W are they on?",
                       "행렬이 전치됐어요. 벡터는 행이에요. W의 어느 쪽에 있나요?"),
        "backwards": ("You begin with the last matrix.", "마지막 행렬부터 시작했어요."),
        "silent": ("If every sublayer says 0, pre-norm should return the norm of x. Yours does not.",
                   "모든 하위 층이 0을 말하면 pre-norm은 x를 정규화한 값을 돌려줘야 하는데, 그렇지 않아요."),
    },
)


# ---------------------------------------------------------------- 13.3 layer_norm_gradient
def norm_gradient_by_formula(x, upstream, eps):
    centred = x - x.mean(-1, keepdim=True)
    root = (centred.square().mean(-1, keepdim=True) + eps).sqrt()
    y = centred / root
    return (upstream - upstream.mean(-1, keepdim=True) - y * (y * upstream).mean(-1, keepdim=True)) / root


def norm_gradient_by_jacobian(x, upstream, eps):
    D = x.shape[-1]
    root = (x.var(-1, keepdim=True, correction=0) + eps).sqrt()
    y = (x - x.mean(-1, keepdim=True)) / root
    jacobian = torch.eye(D, dtype=x.dtype) - 1 / D - y.unsqueeze(-1) * y.unsqueeze(-2) / D
    return (jacobian @ upstream.unsqueeze(-1)).squeeze(-1) / root


def norm_gradient_by_chain(x, upstream, eps):
    """One step of the chain rule after the other, backwards."""
    D = x.shape[-1]
    centred = x - x.sum(-1, keepdim=True) / D
    variance = (centred ** 2).sum(-1, keepdim=True) / D + eps
    from_root = -0.5 * (upstream * centred).sum(-1, keepdim=True) * variance ** -1.5
    from_centred = upstream * variance ** -0.5 + from_root * 2 * centred / D
    return from_centred - from_centred.sum(-1, keepdim=True) / D


def norm_gradient_variant(mean=lambda t: t.mean(-1, keepdim=True), first=1.0, second=1.0, correction=0, use_eps=True,
                          after=lambda t, root: t / root, middle=minus_mean):
    """Wrong answers: the mean, how often each part is subtracted, the division, or the norm itself exchanged."""
    def layer_norm_gradient(x, upstream, eps):
        centred = minus_mean(x)
        count = max(x.shape[-1] - correction, 1)
        root = (centred.square().sum(-1, keepdim=True) / count + eps * use_eps).sqrt()
        y = middle(x) / root
        return after(upstream - first * mean(upstream) - second * y * mean(y * upstream), root)
    return layer_norm_gradient


def norm_gradient_cases(rng):
    def draw(*shape, eps=1e-5, dtype=torch.float32):
        x = 2 * torch.randn(*shape, generator=rng, dtype=dtype) + 1
        return x, torch.randn(*shape, generator=rng, dtype=dtype), eps
    return [
        (torch.tensor([2.0, 4.0, 4.0, 6.0]), torch.tensor([2.0, 0.0, 0.0, 0.0]), 2.0),
        (torch.tensor([0.0, 0.0, 6.0, 6.0]), torch.tensor([1.0, 3.0, 5.0, 3.0]), 0.0),
        (torch.tensor([[5.0, 5.0, 5.0], [1.0, 2.0, 3.0]]), torch.tensor([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0]]), 0.25),
        draw(7), draw(3, 5, eps=0.5), draw(5, 5), draw(2, 7, 3, eps=0.1), draw(2, 3, 5, 11),
        draw(3, 13, eps=0.5, dtype=torch.float64),
    ]


def norm_gradient_knows_norm(call, rng):
    """What a norm forgets has no gradient: along 1, and with eps = 0 along x."""
    x = torch.randn(3, 7, generator=rng, dtype=torch.float64) + 2
    upstream = torch.randn(3, 7, generator=rng, dtype=torch.float64)
    got = call(x, upstream, 0.0)
    expect_tensor(got, (3, 7))
    if got.sum(-1).abs().max() > 1e-6:
        raise Wrong("shift", f"{[round(s, 3) for s in got.sum(-1).tolist()]}", got)
    if (got * x).sum(-1).abs().max() > 1e-6:
        raise Wrong("stretch", f"{[round(s, 3) for s in (got * x).sum(-1).tolist()]}", got)


check_layer_norm_gradient = Exercise(
    name="layer_norm_gradient", points=3, cases=norm_gradient_cases, laws=(norm_gradient_knows_norm,),
    forbidden=(*AUTOGRAD, "vjp", "jvp", "jacobian", "native_layer_norm_backward"),
    right=[norm_gradient_by_formula, norm_gradient_by_jacobian, norm_gradient_by_chain],
    mutants={
        "the norm": lambda x, upstream, eps: F.layer_norm(x, x.shape[-1:], eps=eps),
        "only divided": norm_gradient_variant(first=0, second=0),
        "no mean": norm_gradient_variant(first=0),
        "no variance": norm_gradient_variant(second=0),
        "sign": norm_gradient_variant(second=-1.0),
        "sums": norm_gradient_variant(mean=lambda t: t.sum(-1, keepdim=True)),
        "multiplied": norm_gradient_variant(after=lambda t, root: t * root),
        "no root": norm_gradient_variant(after=lambda t, root: t / root ** 2),
        "not divided": norm_gradient_variant(after=lambda t, root: t),
        "one less": norm_gradient_variant(correction=1),
        "no eps": norm_gradient_variant(use_eps=False),
        "RMSNorm": norm_gradient_variant(middle=lambda x: x),
        "over all": norm_gradient_variant(mean=lambda t: t.mean()),
    },
    messages={
        "the norm": ("This is LayerNorm itself. What is asked for is how the loss moves when x moves.",
                     "LayerNorm 자체를 계산했어요. 묻는 것은 x가 움직일 때 손실이 얼마나 움직이느냐예요."),
        "only divided": ("You treat the mean and the root as constants. What happens to them when one x moves?",
                         "평균과 제곱근을 상수로 다뤘어요. x 하나가 움직이면 그 둘은 어떻게 되나요?"),
        "no mean": ("If one number grows, the mean grows and all others move. Where is that in your gradient?",
                    "수 하나가 커지면 평균이 커지고 나머지도 모두 움직여요. 그래디언트 어디에 그것이 있나요?"),
        "no variance": ("If one number moves away from the mean, the root grows and all get smaller. Where is that?",
                        "수 하나가 평균에서 멀어지면 제곱근이 커지고 모두 작아져요. 그것은 어디에 있나요?"),
        "sign": ("A number that moves away from the mean makes the root larger. Does that enlarge the results?",
                 "평균에서 멀어지는 수는 제곱근을 키워요. 그러면 결과가 커지나요?"),
        "sums": ("How much does the mean move when one of D numbers moves by 1?",
                 "수 D개 가운데 하나가 1만큼 움직이면 평균은 얼마나 움직이나요?"),
        "multiplied": ("Make x ten times as large. Do the results now move more or less when x moves by 1?",
                       "x를 열 배로 키워 보세요. x가 1만큼 움직일 때 결과는 더 움직이나요, 덜 움직이나요?"),
        "no root": ("Something is divided by the variance where the root of it belongs.",
                    "제곱근으로 나눌 곳에서 분산으로 나눈 것이 있어요."),
        "not divided": ("Make x ten times as large: the results stay. What should become of the gradient?",
                        "x를 열 배로 키워도 결과는 그대로예요. 그래디언트는 어떻게 되어야 할까요?"),
        "one less": ("The variance of LayerNorm: by how many is the sum of squares divided?",
                     "LayerNorm의 분산에서 제곱의 합을 몇으로 나누나요?"),
        "no eps": ("Where is eps? Look at a token whose numbers are all the same.",
                   "eps는 어디에 있나요? 수가 모두 같은 토큰을 보세요."),
        "RMSNorm": ("You take x itself where the normalised x, with its mean subtracted, belongs.",
                    "평균을 빼고 정규화한 x가 들어갈 자리에 x를 그대로 넣었어요."),
        "over all": ("One mean for the whole tensor? Each token is normalised by itself.",
                     "텐서 전체에서 평균을 하나 냈나요? 토큰은 저마다 따로 정규화돼요."),
        "shift": ("Adding the same to all numbers of a token changes nothing. So its gradient sums to 0. Yours:",
                  "토큰의 모든 수에 같은 값을 더해도 달라지는 것이 없어요. 그러니 그래디언트의 합은 0이에요. 지금은 "
                  "이래요."),
        "stretch": ("With eps = 0, making a token longer changes nothing. So x · gradient is 0. Yours:",
                    "eps가 0이면 토큰을 늘려도 달라지는 것이 없어요. 그러니 x · 그래디언트는 0이에요. 지금은 이래요."),
    },
)
