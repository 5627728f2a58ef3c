"""Checks for the exercises of chapter 5, 05-bottleneck."""

import math

import torch

from .engine import Exercise, Wrong, expect_tensor, show


# ---------------------------------------------------------------- 5.1 numbers_needed
def bits_of(length, vocab_size):
    """The smallest whole number of bits that tells vocab_size ** length sequences apart, exactly."""
    return (vocab_size**length - 1).bit_length()


def numbers_needed(lengths, vocab_size, bits):
    bits_needed = lengths.double() * math.log2(vocab_size)
    return torch.ceil(bits_needed / bits).long()


def number_of_sequences(lengths, vocab_size, bits):
    return torch.tensor([min(-(-(vocab_size**n) // bits), 2**62) for n in lengths.tolist()])


def numbers_cases(rng):
    def draw(below, size):
        return torch.randint(1, below, (size,), generator=rng)

    return [
        (torch.tensor([1]), 10, 4),
        (torch.tensor([1, 2, 3, 4, 5]), 10, 4),
        (torch.tensor([5, 0, 1]), 3, 1),  # a row without tokens; numbers of one bit
        (torch.tensor([1, 3, 8]), 16, 4),  # a token fills a number exactly
        (torch.tensor([3, 4, 6, 16, 17]), 4, 8),  # four tokens fill one
        (torch.tensor([2, 7, 12, 1000]), 50_257, 32),
        (draw(60, 7), 29, 3),
        (draw(60, 11), 7, 5),
        (draw(300, 13), 11_172, 16),
    ]


def numbers_by_counting(call, rng):
    """As many numbers as it takes, and no more: sequences against states."""
    for vocab_size, bits in ((10, 3), (26, 7), (8, 3)):
        lengths = torch.tensor([1, 2, 5, 11])
        got = expect_tensor(call(lengths, vocab_size, bits), (4,))
        if not got.isfinite().all():
            raise Wrong("nan", value=got)
        for length, count in zip(lengths.tolist(), got.tolist()):
            facts = dict(
                count=f"{count:g}",
                bits=bits,
                states=f"{count * bits:g}",
                vocab=vocab_size,
                length=length,
                rows=f"{length * math.log2(vocab_size):.1f}",
            )
            if count * bits < bits_of(length, vocab_size):
                raise Wrong("too few", value=got, **facts)
            if (count - 1) * bits >= bits_of(length, vocab_size):
                raise Wrong("too many", value=got, **facts)


check_numbers_needed = Exercise(
    name="numbers_needed", points=1, cases=numbers_cases, laws=(numbers_by_counting,), answer=numbers_needed,
    mistakes={
        "floor": ("torch.ceil -> torch.floor",
            "You round down. What happens to the sequences for which there is no state left?",
            "아래로 내렸어요. 남은 상태가 없는 시퀀스는 어떻게 될까요?"),
        "round": ("torch.ceil -> torch.round",
            "You round to the nearest number. Is a quarter of a number ever to be had?",
            "가까운 쪽으로 반올림했어요. 수 하나의 사분의 일만 가질 수 있나요?"),
        "floor plus one": ("torch.ceil(bits_needed / bits) -> (torch.floor(bits_needed / bits) + 1)",
            "Right as a rule, but one too many when the sequences fill the states exactly.",
            "대개는 맞지만, 시퀀스가 상태를 꼭 채울 때는 하나가 남아요."),
        "one more": ("torch.ceil(bits_needed / bits) -> (torch.ceil(bits_needed / bits) + 1)",
            "You always return one number too many. Which two counts do you compare?",
            "늘 하나씩 많아요. 어떤 두 개수를 비교했나요?"),
        "natural": ("math.log2 -> math.log",
            "A bit is a choice between two. To which base is your logarithm?",
            "비트는 둘 중 하나를 고르는 일이에요. 로그의 밑이 무엇인가요?"),
        "base ten": ("math.log2 -> math.log10",
            "You count decimal digits. How many bits does the choice between ten take?",
            "십진 숫자의 개수를 셌어요. 열 가운데 하나를 고르려면 몇 비트가 필요할까요?"),
        "no log": ("math.log2(vocab_size) -> vocab_size",
            "You count `vocab_size` bits for each token. How many yes–no questions find one token out of 16?",
            "토큰마다 `vocab_size`비트를 셌어요. 16개 가운데 하나를 찾으려면 예·아니요 질문 몇 개면 될까요?"),
        "in bits": (" / bits -> ",
            "You return the number of bits. How many of them does one number of the state hold?",
            "비트 수를 돌려줘요. 상태의 수 하나에는 몇 비트가 들어가나요?"),
        "one token": ("lengths.double() -> lengths.double() ** 0",
            "Your answer is the same for every length. How many sequences of two tokens are there, and of three?",
            "길이와 상관없이 답이 같아요. 토큰 두 개짜리 시퀀스는 몇 가지이고, 세 개짜리는 몇 가지인가요?"),
        "each token": ("bits_needed / bits -> lengths * math.ceil(math.log2(vocab_size) / bits)",
            "You give each token numbers of its own and round up every time. May two tokens share a number?",
            "토큰마다 수를 따로 주고 그때마다 올림했어요. 두 토큰이 수 하나를 나누어 쓰면 안 될까요?"),
        "states of a number": ("/ bits -> / 2**bits",
            "You divide by 2 ** bits. You compare bits with bits: how many does one number hold?",
            "2 ** bits로 나누었어요. 비트는 비트와 비교해요. 수 하나에 몇 비트가 들어가나요?"),
        "sequences": (number_of_sequences,
            "You divide the number of different sequences by the bits. How many states do `bits` bits make?",
            "서로 다른 시퀀스의 수를 비트 수로 나누었어요. `bits`비트로는 상태를 몇 가지 만들 수 있나요?"),
        "overflow": ("lengths.double() * math.log2(vocab_size) -> torch.log2(float(vocab_size) ** lengths.double())",
            "50257 ** 1000 is more than a float can hold. What is the logarithm of a power?",
            "50257 ** 1000은 부동소수점에 담을 수 없을 만큼 커요. 거듭제곱의 로그는 무엇과 같을까요?"),
        "token by token": ("torch.ceil(bits_needed / bits).long() -> lengths.clone()",
            "You give every token one number. Does a number hold one token, or more, or less?",
            "토큰마다 수를 하나씩 주었어요. 수 하나에 들어가는 토큰이 꼭 하나인가요?"),
        "too few": (None,
            "{count} numbers of {bits} bits have 2^{states} states. There are "
            "{vocab}^{length}, about 2^{rows}, sequences: two of them must share a state.",
            "{bits}비트짜리 수 {count}개의 상태는 2^{states}가지예요. 시퀀스는 "
            "{vocab}^{length}, 약 2^{rows}가지예요. 두 시퀀스가 상태 하나를 함께 써야 해요."),
        "too many": (None,
            "There are {vocab}^{length}, about 2^{rows}, sequences. {count} numbers "
            "of {bits} bits tell them apart, but one fewer would do as well.",
            "시퀀스는 {vocab}^{length}, 약 2^{rows}가지예요. {bits}비트짜리 "
            "수 {count}개면 구별되지만, 하나 적어도 구별돼요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 5.2 exact_match
def exact_match(predicted, targets, end):
    is_end = targets == end
    after = is_end.cumsum(1) > is_end
    right = (predicted == targets) | after
    return right.all(1).float().mean()


def match_of_ends(predicted, targets, end):
    first = [torch.where(x == end, torch.arange(x.shape[1]), x.shape[1]).min(1).values for x in (predicted, targets)]
    return (first[0] == first[1]).float().mean()


def match_of_sets(predicted, targets, end):
    keep = (is_end := targets == end).cumsum(1) <= is_end  # up to the first end
    return torch.stack(
        [
            torch.equal(p[k].sort().values, t[k].sort().values) * torch.ones(())
            for p, t, k in zip(predicted, targets, keep)
        ]
    ).mean()


def match_cases(rng):
    def draw(B, T, vocab_size, end):
        """Targets with no, one or two ends; predictions wrong before, at or behind the end, or right."""
        words = torch.tensor([v for v in range(2, vocab_size) if v != end])  # 0 and 1 look like False and True

        def word(*shape):
            return words[torch.randint(len(words), shape, generator=rng)]

        def other(token):
            return next(w for w in word(50).tolist() if w != token)

        targets, predicted = word(B, T), None
        ends = torch.randint(1, T - 2, (B,), generator=rng).tolist()
        for row, position in enumerate(ends):
            if row % 7 != 6:
                targets[row, position] = end
            if row % 3 == 1:
                targets[row, T - 1] = end
        predicted = targets.clone()
        for row, position in enumerate(ends):
            kind, p = row % 9, predicted[row]
            if kind in (1, 2, 5):
                p[position + 1] = other(int(p[position + 1]))  # behind the end
            if kind == 3:
                p[position] = other(end)  # goes on where it should end
            if kind in (4, 5):
                p[position - 1] = other(int(p[position - 1]))  # before the end
            if kind == 6:
                p[position - 1] = end  # ends too early
            if kind == 7:
                p[:position] = p[:position].flip(0)  # another order
            if kind == 8:
                p[T - 1] = other(int(p[T - 1]))
        return predicted, targets, end

    return [
        (torch.tensor([[1, 2, 0, 7]]), torch.tensor([[1, 2, 0, 0]]), 0),
        (torch.tensor([[1, 0, 0], [1, 2, 0]]), torch.tensor([[1, 2, 0], [1, 2, 0]]), 0),
        (torch.tensor([[3, 2, 0], [2, 3, 2]]), torch.tensor([[3, 2, 0], [2, 3, 2]]), 0),  # all right
        (torch.tensor([[3, 1, 9], [3, 9, 1], [1, 3, 9]]), torch.tensor([[3, 9, 1], [3, 9, 9], [1, 3, 2]]), 9),
        (torch.tensor([[1, 2, 3], [2, 2, 2], [3, 1, 1]]), torch.tensor([[1, 2, 3], [2, 2, 1], [3, 1, 1]]), 0),
        draw(11, 7, 5, 0),
        draw(13, 11, 7, 3),
        draw(29, 5, 13, 12),
        draw(37, 7, 5, 4),
    ]


def match_sees_what_counts(call, rng):
    targets = torch.tensor([[3, 1, 0, 2, 0], [0, 1, 2, 3, 1], [2, 2, 1, 3, 0], [1, 3, 1, 2, 3], [3, 3, 0, 0, 1]])
    lengths = (3, 1, 5, 5, 3)  # up to and with the first 0
    for row in range(5):
        for position in range(5):
            predicted = targets.clone()
            predicted[row, position] = 4
            got = expect_tensor(call(predicted, targets, 0), ())
            counts = position < lengths[row]
            if not abs(got.item() - (0.8 if counts else 1.0)) < 1e-4:
                example = f"predicted {show(predicted[row])}, target {show(targets[row])}, end 0"
                key = "must count" if counts else "must not count"
                raise Wrong(key, example, got, position=position, got=show(got))


check_exact_match = Exercise(
    name="exact_match", points=2, cases=match_cases, laws=(match_sees_what_counts,), answer=exact_match,
    mistakes={
        "tokens": ((" | after -> ", ".all(1) -> "),
            "You count tokens. One wrong token makes a whole sequence wrong.",
            "토큰을 셌어요. 토큰 하나만 틀려도 시퀀스 전체가 틀린 것이에요."),
        "tokens up to end": ("return right.all(1).float().mean() -> return (right & ~after).sum() / (~after).sum()",
            "You stop at the end, and count tokens. When is a *sequence* right?",
            "끝에서 멈추기는 했지만 토큰을 셌어요. *시퀀스*는 언제 맞은 것인가요?"),
        "everything": (" | after -> ",
            "You also compare what comes after the end. Would a reader see it?",
            "끝난 뒤에 오는 것까지 비교했어요. 읽는 사람이 그것을 볼까요?"),
        "own end": (("targets == end -> predicted == end", "> is_end -> > 0"),
            "You stop just before the prediction ends. What if it ends too early?",
            "예측이 끝나기 바로 앞에서 멈췄어요. 예측이 너무 일찍 끝나면 어떻게 될까요?"),
        "either end": (("targets == end -> (predicted == end) | (targets == end)", "> is_end -> > 0"),
            "You stop just before the first end of either sequence. Is “I” a right translation of “I am”?",
            "둘 중 하나가 끝나기 바로 앞에서 멈췄어요. “나는 학생”이 정답일 때 “나는”만 써도 맞을까요?"),
        "without the end": ("> is_end -> > 0",
            "You leave out the end token itself. What if the prediction goes on there?",
            "끝 토큰 자체를 빼고 비교했어요. 예측이 거기서 끝나지 않고 이어지면 어떻게 될까요?"),
        "skips ends": ("is_end.cumsum(1) > is_end -> is_end",
            "You skip the end tokens and compare all the rest. From where on does nothing count?",
            "끝 토큰만 빼고 나머지를 모두 비교했어요. 어디부터 세지 않아야 하나요?"),
        "last token": ((" | after -> ", ".all(1) -> [:, -1]"),
            "You look at the last position only.",
            "마지막 위치만 보았어요."),
        "any token": ((" | after -> ", ".all(1) -> .any(1)"),
            "One right token is enough for you. How many must be right?",
            "토큰 하나만 맞으면 맞다고 했어요. 몇 개가 맞아야 하나요?"),
        "last end": (
            "is_end.cumsum(1) > is_end -> (is_end.cumsum(1) == is_end.sum(1, "
            "keepdim=True)) & ~is_end & is_end.any(1, keepdim=True)",
            "Some targets contain `end` twice. You read on to the last one.",
            "`end`가 두 번 나오는 정답이 있어요. 마지막 것까지 읽었어요."),
        "positions of the ends": (match_of_ends,
            "You compare where the sequences end. What about the words before?",
            "어디서 끝나는지만 비교했어요. 그 앞의 단어들은요?"),
        "no end, no match": ("right.all(1) -> (right.all(1) & is_end.any(1))",
            "A target without `end` can be right, too: if every token agrees.",
            "`end`가 없는 정답도 맞힐 수 있어요. 모든 토큰이 같으면요."),
        "any order": (match_of_sets,
            "You compare which tokens there are. Do “dog bites man” and “man bites dog” match?",
            "어떤 토큰이 있는지만 비교했어요. “개가 사람을”과 “사람을 개가”는 같은가요?"),
        "count": (".mean() -> .sum()",
            "You return how many are right. What fraction of all sequences is that?",
            "맞은 개수를 돌려줘요. 전체 시퀀스 가운데 얼마만큼인가요?"),
        "all or none": (".float().mean() -> .all().float()",
            "One wrong sequence makes your answer 0 for the whole batch.",
            "시퀀스 하나만 틀려도 배치 전체의 답이 0이 돼요."),
        "wrong ones": ("return right -> return 1 - right",
            "You return the fraction of wrong sequences.",
            "틀린 시퀀스의 비율을 돌려줘요."),
        "nothing": ("return right.all(1).float().mean() -> return torch.zeros(())",
            "Your answer is 0 for every batch, also where each token is right.",
            "토큰이 모두 맞은 배치에서도 답이 늘 0이에요."),
        "must count": (None,
            "One of five sequences has a mistake at position {position}, and it counts there. You return {got}.",
            "시퀀스 다섯 개 가운데 하나가 위치 {position}에서 틀렸고, 세어야 하는 위치예요. 나온 값: {got}."),
        "must not count": (None,
            "Only position {position} differs, after the first end of the target. You return {got}.",
            "정답의 첫 끝보다 뒤인 위치 {position}만 달라요. 나온 값: {got}."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 5.3 greedy
def greedy(table, start, end, max_new_tokens):
    token, written = start, []
    for _ in range(max_new_tokens):
        following = table[token].argmax(-1)
        token = torch.where(token == end, end, following)
        written.append(token)
    return torch.stack(written, dim=1)


def greedy_cases(rng):
    def road(V, B, max_new_tokens):
        """A ring through all tokens: some sequences reach the end and some do not."""
        ring = torch.randperm(V, generator=rng)
        table = torch.randn(V, V, generator=rng)
        table[ring, ring.roll(-1)] += 6
        table[ring, ring.roll(-2)] += 2  # the second choice
        return table, ring[torch.randperm(V - 1, generator=rng)[:B]], int(ring[-1]), max_new_tokens

    def free(V, B, max_new_tokens, dtype=torch.float32, scale=1):
        table = scale * torch.randn(V, V, generator=rng, dtype=dtype)
        end = int(table[0].argmax())  # what token 0 says next
        starts = [v for v in range(V) if v != end]
        return table, torch.tensor([starts[i % len(starts)] for i in range(B)]), end, max_new_tokens

    small = torch.tensor([[0.0, 3.0, 1.0], [1.0, 0.0, 2.0], [5.0, 4.0, 0.0]])  # 0 → 1 → 2 → 0
    return [
        (small, torch.tensor([0]), 2, 2),
        (small, torch.tensor([0, 1]), 2, 4),
        (small, torch.tensor([1, 2, 2]), 0, 3),
        road(5, 3, 4),
        road(7, 5, 5),
        road(13, 7, 11),
        free(5, 7, 3),
        free(11, 3, 7),
        free(7, 5, 1),
        free(7, 11, 3, scale=1e4),  # exp would overflow
        free(13, 11, 5, torch.float64),
    ]


def greedy_leaves_nothing_to_chance(call, rng):
    table, start = torch.randn(7, 7, generator=rng), torch.tensor([0, 1, 2, 3, 4])
    with torch.random.fork_rng(devices=[]):
        answers = []
        for seed in range(4):
            torch.manual_seed(seed)
            answers.append(call(table, start, 6, 5))
            expect_tensor(answers[-1], (5, 5))
    if not all(torch.equal(answers[0], other) for other in answers):
        raise Wrong("samples")


def greedy_each_alone(call, rng):
    """A sequence writes the same alone as in a batch, and a longer one begins like a shorter one."""
    table, start, end, length = greedy_cases(rng)[5]
    together = expect_tensor(call(table, start, end, length), (len(start), length))
    for row, token in enumerate(start):
        alone = expect_tensor(call(table, token[None], end, length), (1, length))
        if not torch.equal(alone[0], together[row]):
            raise Wrong("not alone", "", together, alone=show(alone[0]), batch=show(together[row]), token=int(token))
    shorter = expect_tensor(call(table, start, end, length - 4), (len(start), length - 4))
    if not torch.equal(shorter, together[:, :-4]):
        raise Wrong("another beginning", "", together, short=show(shorter[0]), long=show(together[0]))


check_greedy = Exercise(
    name="greedy", points=3, cases=greedy_cases, laws=(greedy_leaves_nothing_to_chance, greedy_each_alone),
    answer=greedy,
    mistakes={
        "includes start": (
            ("written = start, [] -> written = start, [start]",
             "range(max_new_tokens) -> range(max_new_tokens - 1)"),
            "Your first column is what you were given. Return only what is written.",
            "첫 열이 받은 토큰이에요. 새로 쓴 것만 돌려주세요."),
        "not frozen": ("torch.where(token == end, end, following) -> following",
            "A sequence goes on after it has said `end`. What should it say from then on?",
            "`end`라고 한 시퀀스가 계속 이어져요. 그 뒤로는 무엇이라고 해야 하나요?"),
        "one stops all": ("token == end, -> (token == end).any(),",
            "As soon as one sequence says `end`, all fall silent. Who is finished?",
            "시퀀스 하나가 `end`라고 하자 모두 말을 멈췄어요. 끝난 것은 누구인가요?"),
        "padded": ("token == end, end, -> torch.stack([start, *written]).eq(end).any(0), 0,",
            "After its end a sequence says 0. The docstring asks for another token; 0 may be a word.",
            "끝난 시퀀스가 0이라고 해요. docstring이 말하는 토큰은 달라요. 0은 단어일 수도 있어요."),
        "drops the end": ("token == end, end, -> following == end, token,",
            "Your sequences never say `end`; they repeat their last "
            "word. How does a reader know that they are finished?",
            "시퀀스가 `end`라고 하지 않고 마지막 단어를 되풀이해요. 끝난 줄을 어떻게 알 수 있을까요?"),
        "columns": ("table[token].argmax(-1) -> table[:, token].argmax(0)",
            "You read the table the wrong way round. Which axis is the token that has been said?",
            "표를 반대로 읽었어요. 이미 말한 토큰은 어느 축인가요?"),
        "no feedback": ("table[token] -> table[start]",
            "Every step reads the start token. What should the second step read?",
            "스텝마다 시작 토큰을 읽어요. 두 번째 스텝은 무엇을 읽어야 하나요?"),
        "least likely": ("argmax -> argmin",
            "You take the smallest logit. Which token does a large logit stand for?",
            "가장 작은 로짓을 골랐어요. 로짓이 크면 어떤 토큰인가요?"),
        "second": (".argmax(-1) -> .topk(2).indices[:, 1]",
            "You take the second best token.",
            "두 번째로 그럴듯한 토큰을 골랐어요."),
        "whole table": ("table[token].argmax(-1) -> table.argmax(-1).max().expand(token.shape)",
            "Your next token does not depend on the one before.",
            "다음 토큰이 앞 토큰과 상관없이 정해져요."),
        "summed": (".argmax(-1) -> .sum(0).argmax().expand(token.shape)",
            "All sequences vote for one next token. Each should look at its own row of the table.",
            "모든 시퀀스가 함께 다음 토큰 하나를 정해요. 각각 표에서 자기 행을 보아야 해요."),
        "first sequence": ("table[token].argmax(-1) -> table[token[:1]].argmax(-1).expand(token.shape)",
            "All sequences follow the first one of the batch.",
            "모든 시퀀스가 배치의 첫 시퀀스를 따라가요."),
        "last end": (
            "torch.stack(written, dim=1) -> torch.stack([*written[:-1], torch.full_like(start, end)], dim=1)",
            "You write `end` at the last position, whatever the model says. It may not be finished yet.",
            "모델이 무엇이라고 하든 마지막 위치에 `end`를 적었어요. 아직 끝나지 않았을 수도 있어요."),
        "samples": (None,
            "Two calls give two answers: somewhere you draw by lot. What does *greedy* take?",
            "두 번 불렀더니 답이 달라요. 어디선가 제비를 뽑고 있어요. *탐욕적* 디코딩은 무엇을 고르나요?"),
        "not alone": (None,
            "From token {token}, your function writes {alone} alone and "
            "{batch} in a batch. What do the sequences have in common?",
            "토큰 {token}에서 시작하면 혼자서는 {alone}, 배치에서는 {batch}. 시퀀스들이 무엇을 함께 쓰고 있나요?"),
        "another beginning": (None,
            "With a larger `max_new_tokens` a sequence begins differently. The first one: {short}, then {long}.",
            "`max_new_tokens`를 늘렸더니 앞부분이 달라진 시퀀스가 있어요. 첫 시퀀스: {short}, 늘린 뒤 {long}."),
    },
)  # fmt: skip
