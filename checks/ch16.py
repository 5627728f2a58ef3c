"""Checks for the exercises of chapter 16, 16-gpt."""
import torch

from .engine import Exercise, Wrong, expect_tensor, show


# ---------------------------------------------------------------- 16.1 top_k
def top_k_by_sort(logits, k, temperature):
    lowest = logits.sort(-1, descending=True).values[..., k - 1:k]
    return (logits / temperature).masked_fill(logits < lowest, -torch.inf).softmax(-1)


def top_k_by_powers(logits, k, temperature):
    values, places = logits.topk(k, -1)
    powers = ((values - values[..., :1]) / temperature).exp()
    return torch.zeros_like(logits).scatter(-1, places, powers / powers.sum(-1, keepdim=True))


def top_k_behind(logits, k, temperature):
    """The filter behind the softmax is fine, if what is left is divided by its sum."""
    chances = torch.softmax(logits / temperature, -1)
    chances = chances * (logits >= logits.topk(k, -1).values[..., -1:])
    return chances / chances.sum(-1, keepdim=True)


def top_k_by_counting(logits, k, temperature):
    larger = (logits[..., None, :] > logits[..., None]).sum(-1)
    return (logits / temperature).masked_fill(larger >= k, -torch.inf).softmax(-1)


def top_k_variant(scale=lambda logits, t: logits / t, count=lambda k: k, largest=True, fill=-torch.inf, axis=-1):
    """Wrong answers: the temperature, how many, which ones, what the others become or the axis exchanged."""
    def top_k(logits, k, temperature):
        k = min(max(count(k), 1), logits.shape[-1])
        bound = logits.topk(k, -1, largest=largest).values[..., -1:]
        out = logits < bound if largest else logits > bound
        return scale(logits, temperature).masked_fill(out, fill).softmax(axis)
    return top_k


def top_k_not_again(logits, k, temperature):
    chances = (logits / temperature).softmax(-1)
    return chances.masked_fill(logits < logits.topk(k, -1).values[..., -1:], 0)


def top_k_cases(rng):
    def draw(*shape, k, temperature=1.0, dtype=torch.float32):
        return torch.randn(*shape, generator=rng, dtype=dtype), k, temperature
    three = torch.tensor([1.0, 4.0, 2.0]).log()
    return [
        (three, 2, 1.0), (three, 3, 0.5), (three, 2, 0.5), (three, 1, 2.0),
        draw(5, k=3, temperature=2.0), draw(3, 7, k=2, temperature=0.5), draw(2, 3, 5, k=4, temperature=1.5),
        draw(11, 7, k=5, temperature=0.7, dtype=torch.float64),
    ]


def top_k_counts(call, rng):
    """k tokens stay, and their ratios are those of the model raised to 1 / temperature."""
    logits = torch.randn(3, 7, generator=rng, dtype=torch.float64)
    got = call(logits, 3, 0.5)
    expect_tensor(got, (3, 7))
    for row in got:
        if (row > 0).sum() != 3:
            raise Wrong("how many", show(row), got, n=int((row > 0).sum()))


check_top_k = Exercise(
    name="top_k", points=1, cases=top_k_cases, laws=(top_k_counts,),
    right=[top_k_by_sort, top_k_by_powers, top_k_behind, top_k_by_counting],
    mutants={
        "not again": top_k_not_again,
        "multiplied": top_k_variant(lambda logits, t: logits * t),
        "no temperature": top_k_variant(lambda logits, t: logits),
        "no filter": top_k_variant(count=lambda k: 10 ** 6),
        "one more": top_k_variant(count=lambda k: k + 1),
        "one fewer": top_k_variant(count=lambda k: k - 1),
        "smallest": top_k_variant(largest=False),
        "zeros": top_k_variant(fill=0.0),
        "rows": top_k_variant(axis=0),
    },
    messages={
        "not again": ("Your probabilities do not add up to 1. Who gets the share of those that have left?",
                      "확률을 모두 더해도 1이 안 돼요. 빠진 토큰의 몫은 누구에게 가나요?"),
        "multiplied": ("A low temperature makes your distribution flatter. Which way should it go?",
                       "온도를 낮추니 분포가 더 평평해져요. 어느 쪽으로 가야 할까요?"),
        "no temperature": ("The temperature changes nothing in your answer. Where does it act: on logits or on ids?",
                           "온도를 바꿔도 답이 그대로예요. 온도는 무엇에 작용하나요?"),
        "no filter": ("All tokens keep some probability. How many may stay?",
                      "모든 토큰에 확률이 남아 있어요. 몇 개가 남아야 하나요?"),
        "one more": ("One token too many stays. With k = 1, how many should there be?",
                     "토큰이 하나 더 남았어요. k가 1이면 몇 개여야 하나요?"),
        "one fewer": ("One token is missing. What is the index of the k-th largest, counted from 0?",
                      "토큰이 하나 모자라요. 0부터 세면 k번째로 큰 것의 번호는 몇인가요?"),
        "smallest": ("You keep the least probable ones. In which order does your sort put them?",
                     "확률이 가장 작은 것들을 남겼어요. 정렬이 어떤 순서로 되어 있나요?"),
        "zeros": ("You write 0 into the logits that should leave. What power of e is that?",
                  "빼야 할 로짓 자리에 0을 썼어요. e를 그만큼 거듭제곱하면 얼마인가요?"),
        "rows": ("Your softmax runs over another axis than the tokens. Which one is the vocabulary?",
                 "소프트맥스가 토큰이 아닌 축을 따라 돌아요. 어휘는 어느 축인가요?"),
        "how many": ("With k = 3, {n} tokens have a probability above 0.",
                     "k가 3인데 확률이 0보다 큰 토큰이 {n}개예요."),
    },
)


# ---------------------------------------------------------------- 16.2 nucleus
def nucleus_by_sum_before(probabilities, p):
    order = probabilities.argsort(dim=-1, descending=True, stable=True)
    ordered = probabilities.gather(-1, order)
    before = ordered.cumsum(-1) - ordered
    kept = ordered.masked_fill(before >= p, 0)
    return torch.zeros_like(kept).scatter(-1, order, kept / kept.sum(-1, keepdim=True))


def nucleus_by_loop(probabilities, p):
    result = torch.zeros_like(probabilities)
    for row, out in zip(probabilities.reshape(-1, probabilities.shape[-1]), result.view(-1, result.shape[-1])):
        mass = 0.0
        for i in sorted(range(len(row)), key=lambda i: (-row[i].item(), i)):
            if mass >= p:
                break
            out[i] = row[i]
            mass += row[i].item()
        out /= out.sum()
    return result


def nucleus_by_counting(probabilities, p):
    """The mass of all that come before a token: larger ones, and equal ones with smaller ids."""
    ids = torch.arange(probabilities.shape[-1])
    mine, other = probabilities[..., :, None], probabilities[..., None, :]
    first = (other > mine) | ((other == mine) & (ids < ids[:, None]))
    kept = torch.where((other * first).sum(-1) < p, probabilities, 0)
    return kept / kept.sum(-1, keepdim=True)


def nucleus_variant(keep=lambda after, before, p: before < p, descending=True, again=True, back=True):
    """Wrong answers: which stay (by the mass with and without themselves), the order, the sum, the way back."""
    def nucleus(probabilities, p):
        order = probabilities.argsort(dim=-1, descending=descending, stable=True)
        ordered = probabilities.gather(-1, order)
        after = ordered.cumsum(-1)
        kept = torch.where(keep(after, after - ordered, p), ordered, 0)
        if again:
            kept = kept / kept.sum(-1, keepdim=True)
        return torch.zeros_like(kept).scatter(-1, order, kept) if back else kept
    return nucleus


def nucleus_all_equals(probabilities, p):
    """Keeps all that are as probable as the last one that stays."""
    kept = nucleus_by_sum_before(probabilities, p)
    least = torch.where(kept > 0, probabilities, 2).amin(-1, keepdim=True)
    kept = probabilities * (probabilities >= least)
    return kept / kept.sum(-1, keepdim=True)


def nucleus_by_size(probabilities, p):
    kept = torch.where(probabilities >= 1 - p, probabilities, 0)
    return kept / kept.sum(-1, keepdim=True).clamp(min=1e-9)


def nucleus_unsorted(probabilities, p):
    kept = torch.where(probabilities.cumsum(-1) - probabilities < p, probabilities, 0)
    return kept / kept.sum(-1, keepdim=True)


def nucleus_cases(rng):
    def draw(*shape, p, dtype=torch.float32):
        return torch.randn(*shape, generator=rng, dtype=dtype).softmax(-1), p
    four = torch.tensor([0.125, 0.5, 0.125, 0.25])
    return [
        (four, 0.6), (four, 0.75), (four, 0.8), (four, 0.1), (four, 1.0), (four, 0.5),
        (torch.tensor([[0.25, 0.25, 0.25, 0.25], [0.0, 1.0, 0.0, 0.0]]), 0.5),
        draw(5, p=0.7), draw(3, 7, p=0.55), draw(2, 3, 5, p=0.9), draw(7, 11, p=0.3, dtype=torch.float64),
        (torch.ones(3, 8) / 8, 0.3),
    ]


def nucleus_smallest(call, rng):
    """What stays reaches p, and without its least probable token it does not."""
    probabilities, p = torch.randn(5, 7, generator=rng, dtype=torch.float64).softmax(-1), 0.62
    got = call(probabilities, p)
    expect_tensor(got, (5, 7))
    for row, chance in zip(got, probabilities):
        stay = chance[row > 0]
        if not stay.sum() >= p:
            raise Wrong("too little", show(row), got, mass=f"{stay.sum():.2f}")
        if stay.sum() - stay.min() >= p:
            raise Wrong("too much", show(row), got, mass=f"{stay.sum() - stay.min():.2f}")


check_nucleus = Exercise(
    name="nucleus", points=2, cases=nucleus_cases, laws=(nucleus_smallest,),
    right=[nucleus_by_sum_before, nucleus_by_loop, nucleus_by_counting],
    mutants={
        "short": nucleus_variant(lambda after, before, p: (after <= p) | (before == 0)),
        "may be empty": nucleus_variant(lambda after, before, p: after <= p, again=False),
        "one more": nucleus_variant(lambda after, before, p: before <= p),
        "ascending": nucleus_variant(descending=False),
        "unsorted": nucleus_unsorted,
        "not again": nucleus_variant(again=False),
        "not back": nucleus_variant(back=False),
        "equals": nucleus_all_equals,
        "each by itself": nucleus_by_size,
        "everything": nucleus_variant(lambda after, before, p: before < 2),
    },
    messages={
        "short": ("Your set stops before it reaches p. Look at the token that crosses the line: is it in?",
                  "집합이 p에 닿기 전에 멈춰요. 선을 넘게 하는 바로 그 토큰은 들어 있나요?"),
        "may be empty": ("Your set stops before p, can be empty, and its probabilities do not add up to 1.",
                         "집합이 p 앞에서 멈추고, 비어 있을 수도 있고, 확률을 더해도 1이 안 돼요."),
        "one more": ("When p has been reached exactly, you take one token more. Is it still the smallest set?",
                     "p에 정확히 닿았는데도 토큰을 하나 더 넣었어요. 그래도 가장 작은 집합인가요?"),
        "ascending": ("You collect from the least probable end. Which tokens reach p soonest?",
                      "확률이 작은 쪽부터 모았어요. 어떤 토큰부터 모으면 p에 가장 빨리 닿나요?"),
        "unsorted": ("You collect in the order of the ids. Which set is the smallest?",
                     "토큰 번호 순서대로 모았어요. 가장 작은 집합은 어떤 것인가요?"),
        "not again": ("Your probabilities do not add up to 1. What is left has to be shared out anew.",
                      "확률을 모두 더해도 1이 안 돼요. 남은 것끼리 다시 나눠야 해요."),
        "not back": ("Your probabilities are sorted. Which token does each belong to?",
                     "확률이 크기순으로 늘어서 있어요. 각각 어느 토큰의 것인가요?"),
        "equals": ("Tokens that are equally probable all stay. Would fewer of them be enough?",
                   "확률이 같은 토큰을 모두 남겼어요. 더 적어도 충분하지 않을까요?"),
        "each by itself": ("You judge every token by its own probability. What has to reach p?",
                           "토큰을 저마다의 확률로만 판단했어요. p에 닿아야 하는 것은 무엇인가요?"),
        "everything": ("All tokens stay. Where does p come in?",
                       "모든 토큰이 남았어요. p는 어디에 쓰이나요?"),
        "too little": ("p is 0.62, and the tokens that stay have {mass} together.",
                       "p는 0.62인데, 남은 토큰의 확률을 더하면 {mass}예요."),
        "too much": ("p is 0.62, and without the least probable of those that stay there would still be {mass}.",
                     "p는 0.62인데, 남은 것 가운데 가장 작은 것을 빼도 아직 {mass}예요."),
    },
)


# ---------------------------------------------------------------- 16.3 read_on
def read_on_by_places(query, key, value, past_keys, past_values, slope):
    keys, values = torch.cat([past_keys, key]), torch.cat([past_values, value])
    places = torch.arange(len(keys))
    back = places[len(past_keys):, None] - places
    scores = query @ keys.T / query.shape[-1] ** 0.5 - slope * back
    return [scores.masked_fill(back < 0, -torch.inf).softmax(-1) @ values, keys, values]


def read_on_one_by_one(query, key, value, past_keys, past_values, slope):
    keys, values, rows = past_keys, past_values, []
    for q, k, v in zip(query, key, value):
        keys, values = torch.cat([keys, k[None]]), torch.cat([values, v[None]])
        scores = keys @ q / len(q) ** 0.5 + slope * torch.arange(len(keys))
        rows.append(scores.softmax(0) @ values)
    return [torch.stack(rows), keys, values]


def read_on_preallocated(query, key, value, past_keys, past_values, slope):
    P, T = len(past_keys), len(key)
    keys, values = key.new_empty(P + T, key.shape[1]), value.new_empty(P + T, value.shape[1])
    keys[:P], keys[P:], values[:P], values[P:] = past_keys, key, past_values, value
    may = torch.ones(T, P + T, dtype=torch.bool).tril(P)
    scores = query @ keys.mT * query.shape[1] ** -0.5 + slope * torch.arange(P + T)
    return [torch.where(may, scores, -torch.inf).softmax(1) @ values, keys, values]


def read_on_variant(may=lambda t, s, P: s <= P + t, bias=lambda t, s, P: s - P - t, scale=True,
                    join=lambda past, new: torch.cat([past, new]), keep=lambda past, all_: all_):
    """Wrong answers: what may be seen, how far it lies, the scale, the joining or what is handed on exchanged."""
    def read_on(query, key, value, past_keys, past_values, slope):
        keys, values = join(past_keys, key), join(past_values, value)
        P, t, s = len(past_keys), torch.arange(len(key))[:, None], torch.arange(len(keys))
        scores = query @ keys.T / (query.shape[1] ** 0.5 if scale else 1) + slope * bias(t, s, P)
        output = scores.masked_fill(~may(t, s, P), -torch.inf).softmax(-1) @ values
        return [output, keep(past_keys, keys), keep(past_values, values)]
    return read_on


def read_on_cases(rng):
    def draw(T, P, D, E, slope=0.5, dtype=torch.float32):
        shapes = (T, D), (T, D), (T, E), (P, D), (P, E)
        return *(torch.randn(shape, generator=rng, dtype=dtype) for shape in shapes), slope
    one = torch.ones(1, 1)
    return [
        (one, 0 * one, 8 * one, 0 * one, 4 * one, 0.0),
        (one, 0 * one, 9 * one, torch.zeros(2, 1), torch.tensor([[3.0], [6.0]]), 1.0),
        draw(2, 0, 3, 1, 0.0), draw(3, 2, 2, 1, 0.0), draw(1, 5, 3, 2), draw(5, 3, 2, 7), draw(3, 7, 5, 2, 2.0),
        draw(2, 11, 3, 5, 0.25, torch.float64), draw(7, 0, 3, 2, 1.0),
    ]


def read_on_in_pieces(call, rng):
    """A row read in pieces gives what it gives when it is read at once."""
    query, key, value = torch.randn(3, 7, 3, generator=rng, dtype=torch.float64)
    whole = call(query, key, value, key[:0], value[:0], 0.5)
    if not isinstance(whole, (list, tuple)) or len(whole) != 3:
        expect_tensor(whole, (7, 3))                     # says what is wrong with None or a number
        raise Wrong("kept", n=0)
    keys, values, rows = key[:0], value[:0], []
    for a, b in ((0, 3), (3, 4), (4, 7)):
        output, keys, values = call(query[a:b], key[a:b], value[a:b], keys, values, 0.5)
        expect_tensor(output, (b - a, 3))
        rows.append(output)
    if keys.shape != key.shape:
        raise Wrong("kept", n=len(keys))
    if not torch.allclose(torch.cat(rows), whole[0], atol=1e-9):
        raise Wrong("pieces", f"{show(torch.cat(rows)[3])} / {show(whole[0][3])}")


check_read_on = Exercise(
    name="read_on", points=3, cases=read_on_cases, laws=(read_on_in_pieces,),
    right=[read_on_by_places, read_on_one_by_one, read_on_preallocated],
    mutants={
        "place 0": read_on_variant(lambda t, s, P: s <= t),
        "no mask": read_on_variant(lambda t, s, P: s >= 0),
        "not itself": read_on_variant(lambda t, s, P: (s < P + t) | (P + t == 0)),
        "past only": read_on_variant(lambda t, s, P: (s < P) | (s == P + t)),
        "new only": read_on_variant(lambda t, s, P: (s >= P) & (s <= P + t)),
        "farther is better": read_on_variant(bias=lambda t, s, P: t + P - s),
        "no slope": read_on_variant(bias=lambda t, s, P: 0),
        "from place 0": read_on_variant(bias=lambda t, s, P: -(t - s).abs()),
        "no scale": read_on_variant(scale=False),
        "new first": read_on_variant(join=lambda past, new: torch.cat([new, past])),
        "not kept": read_on_variant(keep=lambda past, all_: past),
    },
    messages={
        "place 0": ("Your mask counts the new queries from place 0. How many tokens are before them?",
                    "마스크가 새 쿼리를 자리 0부터 세요. 그 앞에 토큰이 몇 개 있나요?"),
        "no mask": ("If several tokens come at once, your first one sees those after it.",
                    "토큰 여러 개가 한꺼번에 오면 첫 토큰이 뒤의 토큰까지 봐요."),
        "not itself": ("Your new token does not see itself. Is its own key in the row already?",
                       "새 토큰이 자기 자신을 보지 못해요. 자기 키는 이미 줄에 들어 있나요?"),
        "past only": ("A new token sees the past and itself. And the new tokens before it?",
                      "새 토큰이 과거와 자기 자신만 봐요. 함께 온 앞의 토큰들은요?"),
        "new only": ("Your queries see the new tokens only. What was the cache for?",
                     "쿼리가 새 토큰만 봐요. 캐시는 무엇에 쓰려던 것인가요?"),
        "farther is better": ("In your scores a far key gains. In which direction does the slope go?",
                              "멀리 있는 키의 점수가 올라가요. 기울기는 어느 방향인가요?"),
        "no slope": ("The slope changes nothing in your answer. How far away is a key?",
                     "기울기를 바꿔도 답이 그대로예요. 키는 얼마나 멀리 있나요?"),
        "from place 0": ("Your distances count the queries from place 0. Where does the new token stand in the row?",
                         "거리를 잴 때 쿼리를 자리 0부터 셌어요. 새 토큰은 줄의 몇 번째 자리에 있나요?"),
        "no scale": ("The scores are not divided by the root of D.",
                     "점수를 D의 제곱근으로 나누지 않았어요."),
        "new first": ("Your new keys stand before the old ones. In which order was the row read?",
                      "새 키가 옛 키보다 앞에 있어요. 줄은 어떤 순서로 읽었나요?"),
        "not kept": ("You hand on the old cache. What will the next token look at?",
                     "옛 캐시를 그대로 넘겼어요. 다음 토큰은 무엇을 보게 될까요?"),
        "kept": ("After a row of 7 tokens in three pieces your cache holds {n} keys.",
                 "토큰 7개를 세 조각으로 읽었는데 캐시에 키가 {n}개 있어요."),
        "pieces": ("Read in pieces, token 3 of a row of 7 gets another output than read at once.",
                   "조각으로 읽으니, 토큰 7개짜리 줄의 토큰 3의 출력이 한꺼번에 읽을 때와 달라요."),
    },
)
