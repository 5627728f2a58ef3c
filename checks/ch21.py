"""Checks for the exercises of chapter 21, 21-speech."""

import math

import torch

from .engine import Exercise, Wrong, expect_tensor, show


# ---------------------------------------------------------------- 21.1 windowed_frames
def windowed_frames(samples, window, hop):
    n = torch.arange(window, dtype=samples.dtype)
    hann = 0.5 - 0.5 * torch.cos(2 * math.pi * n / window)  # (window,)
    return samples.unfold(-1, window, hop) * hann  # (..., F, window)


def frame_cases(rng):
    def draw(*shape, dtype=torch.float32, times=1.0):
        return times * torch.randn(*shape, generator=rng, dtype=dtype)

    return [
        (torch.ones(4), 4, 4),
        (torch.arange(1.0, 9.0), 4, 2),
        (torch.arange(1.0, 8.0), 4, 2),
        (draw(5), 5, 3),
        (draw(23), 7, 3),
        (draw(3, 19), 5, 2),
        (draw(2, 3, 31, times=1000.0), 11, 5),
        (draw(29, dtype=torch.float64), 3, 7),
        (torch.tensor([0.0, 5000.0, -3.0, 0.25, 700.0, 0.0, 1.0, -900.0, 2.0, 4.0, 8.0]), 5, 1),
        (draw(2, 13, dtype=torch.float64), 6, 5),
    ]


check_windowed_frames = Exercise(
    name="windowed_frames", points=1, cases=frame_cases, answer=windowed_frames,
    mistakes={
        "no window": (" * hann -> ",
            "The frames are right, but nothing fades them out. Where does the window come in?",
            "프레임은 맞는데 끝이 흐려지지 않아요. 창은 어디에 쓰나요?"),
        "symmetric": ("n / window -> n / (window - 1)",
            "Your window is 0 at both ends. The formula divides by the whole length: where would its next 0 be?",
            "창의 양 끝이 모두 0이에요. 식은 길이 전체로 나눠요. 다음 0은 어디에 있을까요?"),
        "half a sample": ("n / window -> (n + 0.5) / window",
            "Your window begins half a sample late. At which n does the formula begin?",
            "창이 반 샘플 늦게 시작해요. 식의 n은 몇부터인가요?"),
        "from 1": ("n / window -> (n + 1) / window",
            "Your window begins with n = 1. What is its first value with n = 0?",
            "창이 n = 1에서 시작해요. n = 0이면 첫 값은 얼마인가요?"),
        "upside down": ("0.5 - 0.5 -> 0.5 + 0.5",
            "Your window is largest at the ends. What should happen to the ends of a frame?",
            "창이 양 끝에서 가장 커요. 프레임의 끝은 어떻게 되어야 하나요?"),
        "half a wave": ("2 * math.pi -> math.pi",
            "Your window only rises. How far does a cosine go in one whole wave?",
            "창이 올라가기만 해요. 코사인이 한 바퀴를 다 돌려면 얼마나 가야 하나요?"),
        "Hamming": ("0.5 - 0.5 -> 0.54 - 0.46",
            "These are the numbers of the Hamming window. What are those of Hann's?",
            "해밍 창의 수예요. 한(Hann) 창의 수는 무엇인가요?"),
        "sine": ("0.5 - 0.5 * torch.cos(2 * math.pi * n / window) -> torch.sin(math.pi * n / window)",
            "This is the square root of the Hann window.",
            "한 창의 제곱근이에요."),
        "only the first": ("window, hop) * hann -> window, samples.shape[-1]) * hann",
            "You return one frame. When does the next one begin?",
            "프레임을 하나만 돌려줘요. 다음 프레임은 언제 시작하나요?"),
        "no overlap": ("window, hop) * -> window, window) *",
            "Each of your frames begins where the last one ends. What does `hop` say?",
            "프레임마다 앞 프레임이 끝난 곳에서 시작해요. `hop`은 무엇을 말하나요?"),
        "every sample": ("window, hop) * -> window, 1) *",
            "A frame begins at every sample. What does `hop` say?",
            "샘플마다 프레임이 시작해요. `hop`은 무엇을 말하나요?"),
        "swapped": ("window, hop) * hann -> window, hop).mT * hann[:, None]",
            "Your last two axes are swapped: frames come first, then the samples of each.",
            "마지막 두 축이 바뀌었어요. 프레임이 먼저, 그 안의 샘플이 나중이에요."),
        "one too few": ("window, hop) * hann -> window, hop)[..., :-1, :] * hann",
            "The last full frame is missing. N = 8, window 4, hop 2: where do frames begin?",
            "꽉 찬 마지막 프레임이 빠졌어요. N = 8, window 4, hop 2이면 프레임은 어디에서 시작하나요?"),
        "filled up": (
            "samples.unfold -> torch.nn.functional.pad(samples, (0, -(samples.shape[-1] - window) % hop)).unfold",
            "You fill the last frame up with zeros. What does the text say about a rest that is too short?",
            "마지막 프레임을 0으로 채웠어요. 남은 것이 짧으면 어떻게 하라고 했나요?"),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 21.2 one_vector
def one_vector(memory, lengths, strides):
    for stride in strides:
        lengths = (lengths + stride - 1) // stride  # (B,)
    mask = torch.arange(memory.shape[1]) < lengths[:, None]  # (B, S)
    total = memory.masked_fill(~mask[..., None], 0).sum(1)  # (B, D)
    return total / lengths[:, None]


def vector_cases(rng):
    def draw(size, strides, batch, D, dtype=torch.float32, times=1.0, behind=None):
        S = size
        for stride in strides:
            S = -(-S // stride)
        lengths = torch.randint(1, size + 1, (batch,), generator=rng)
        memory = times * (0.1 + torch.randn(batch, S, D, generator=rng, dtype=dtype))
        if behind is not None:
            for row, n in zip(memory, lengths.tolist()):
                for stride in strides:
                    n = -(-n // stride)
                row[n:] = behind
        return memory, lengths, strides

    steps = torch.tensor([[[1.0], [2.0], [4.0]], [[8.0], [16.0], [32.0]]])
    return [
        (steps, torch.tensor([3, 5]), [2]),
        (steps, torch.tensor([4, 1]), [2]),
        (steps[:, :2], torch.tensor([5, 2]), [2, 2]),
        (steps, torch.tensor([2, 3]), []),
        (torch.arange(12.0).reshape(3, 4, 1) + 1, torch.tensor([6, 7, 10]), [3]),
        draw(13, [2, 3], 11, 2),
        draw(29, [5, 2], 3, 7),
        draw(31, [2, 2, 2], 7, 3, torch.float64),
        draw(37, [3, 5], 5, 2, times=1000.0),
        draw(41, [2, 2], 5, 3, behind=torch.inf),
        draw(1009, [7, 3], 2, 5, torch.float64, behind=torch.nan),
    ]


def same_vectors(call, rng):
    """The mean of vectors that are all alike is that vector, whatever the lengths."""
    memory = torch.full((5, 4, 3), 2.5, dtype=torch.float64)
    got = expect_tensor(call(memory, torch.tensor([23, 1, 6, 7, 12]), [2, 3]), (5, 3))
    if (got - 2.5).abs().max() > 1e-6:
        raise Wrong("not a mean", show(got), got)


check_one_vector = Exercise(
    name="one_vector", points=2, cases=vector_cases, laws=(same_vectors,), answer=one_vector,
    mistakes={
        "rounded down": ("(lengths + stride - 1) // stride -> lengths // stride",
            "You round down. Of 3 frames, frames 0 and 2 are taken with stride 2: how many are left?",
            "내림했어요. 프레임이 3개이고 보폭이 2이면 프레임 0과 2를 보는데, 몇 개가 남나요?"),
        "for 2 only": ("(lengths + stride - 1) -> (lengths + 1)",
            "Adding 1 rounds up for stride 2. What has to be added for stride 3?",
            "1을 더하면 보폭 2에서는 올림이 돼요. 보폭 3에서는 얼마를 더해야 하나요?"),
        "length + 1": ("(lengths + stride - 1) // stride -> lengths // stride + 1",
            "You always add one. What if the length is a multiple of the stride?",
            "언제나 1을 더했어요. 길이가 보폭의 배수이면 어떻게 되나요?"),
        "nothing shrunk": ("in strides -> in []",
            "Your lengths still count the frames that went in. How many vectors are left of them?",
            "길이가 아직 들어간 프레임을 세고 있어요. 벡터는 몇 개가 남나요?"),
        "first only": ("in strides -> in strides[:1]",
            "You apply the first stride only. There may be several convolutions.",
            "첫 보폭만 썼어요. 합성곱이 여럿일 수 있어요."),
        "last only": ("in strides -> in strides[-1:]",
            "You apply the last stride only. There may be several convolutions.",
            "마지막 보폭만 썼어요. 합성곱이 여럿일 수 있어요."),
        "added up": ("in strides -> in ([sum(strides)] if strides else [])",
            "You add the strides up. Two convolutions with stride 2 leave one vector of how many frames?",
            "보폭을 더했어요. 보폭이 2인 합성곱 둘은 프레임 몇 개에서 벡터 하나를 남기나요?"),
        "all": (("~mask[..., None], 0 -> ~mask[..., None] & False, 0", "/ lengths[:, None] -> / memory.shape[1]"),
            "This is the mean of all positions. Which of them are padding?",
            "모든 위치의 평균이에요. 패딩은 어느 것인가요?"),
        "padding in the sum": ("~mask[..., None], 0 -> ~mask[..., None] & False, 0",
            "What lies behind the end has entered the sum.",
            "끝 뒤에 있는 것이 합에 들어갔어요."),
        "divided by all": ("/ lengths[:, None] -> / memory.shape[1]",
            "The sum is right. By how many vectors do you divide it?",
            "합은 맞아요. 벡터 몇 개로 나누나요?"),
        "sum": ("total / lengths[:, None] -> total",
            "This is the sum. The one vector is a mean.",
            "합이에요. 벡터 하나는 평균이에요."),
        "times 0": ("memory.masked_fill(~mask[..., None], 0) -> (memory * mask[..., None])",
            "You multiply the padding by 0. What is 0 times infinity?",
            "패딩에 0을 곱했어요. 0 곱하기 무한은 얼마인가요?"),
        "inverted": ("masked_fill(~mask[..., None] -> masked_fill(mask[..., None]",
            "You set the sound to 0 and add the padding up.",
            "소리를 0으로 두고 패딩을 더했어요."),
        "one too far": ("< lengths[:, None]  -> <= lengths[:, None]  ",
            "One position of padding is in your sum. Positions are counted from 0.",
            "패딩 한 자리가 합에 들어갔어요. 위치는 0부터 세요."),
        "one too few": ("< lengths[:, None]  -> < lengths[:, None] - 1  ",
            "The last vector of the sound is missing.",
            "소리의 마지막 벡터가 빠졌어요."),
        "last": (
            ("memory.masked_fill(~mask[..., None], 0).sum(1) -> memory[torch.arange(len(lengths)), lengths - 1]",
             "total / lengths[:, None] -> total"),
            "You return the last vector of each sound. All of them should be in the mean.",
            "소리마다 마지막 벡터를 돌려줬어요. 모두 평균에 들어가야 해요."),
        "largest": (
            ("0).sum(1) -> -torch.inf).amax(1)", "total / lengths[:, None] -> total"),
            "You take the largest number of each feature, not the mean.",
            "특징마다 가장 큰 수예요. 평균이 아니에요."),
        "not a mean": (None,
            "All vectors of a sound are the same, and your mean is another one.",
            "소리의 벡터가 모두 같은데, 평균이 그것과 달라요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 21.3 word_error_rate
def word_error_rate(said, heard, padding):
    errors = words = 0
    for a, b in zip(said.tolist(), heard.tolist()):
        a = [word for word in a if word != padding]
        b = [other for other in b if other != padding]
        row = list(range(len(b) + 1))
        for i, word in enumerate(a, 1):
            before, row = row, [i]
            for j, other in enumerate(b, 1):
                replaced = before[j - 1] + (word != other)
                row.append(min(replaced, before[j] + 1, row[-1] + 1))
        errors += row[-1]
        words += len(a)
    return torch.tensor(errors / words)


def by_position(said, heard, padding):
    wrong = words = 0
    for a, b in zip(said.tolist(), heard.tolist()):
        a = [word for word in a if word != padding]
        b = [word for word in b if word != padding]
        wrong += sum(x != y for x, y in zip(a, b)) + abs(len(a) - len(b))
        words += len(a)
    return torch.tensor(wrong / words)


def as_bags(said, heard, padding):
    wrong = words = 0
    for a, b in zip(said.tolist(), heard.tolist()):
        a = [word for word in a if word != padding]
        b = [word for word in b if word != padding]
        common = sum(min(a.count(word), b.count(word)) for word in set(a))
        wrong += max(len(a), len(b)) - common
        words += len(a)
    return torch.tensor(wrong / words)


def as_sentences(said, heard, padding):
    wrong = 0
    for a, b in zip(said.tolist(), heard.tolist()):
        wrong += [word for word in a if word != padding] != [word for word in b if word != padding]
    return torch.tensor(wrong / len(said))


def rate_cases(rng):
    def table(*rows, padding=0):
        size = max(map(len, rows))
        return torch.tensor([list(row) + [padding] * (size - len(row)) for row in rows])

    def draw(batch, longest, vocab, padding=0):
        sizes = torch.randint(1, longest + 1, (batch, 2), generator=rng).tolist()
        rows = [[torch.randint(1, vocab, (n,), generator=rng).tolist() for n in pair] for pair in sizes]
        rows = [[[padding + word for word in row] for row in pair] for pair in rows]
        return table(*(a for a, _ in rows), padding=padding), table(*(b for _, b in rows), padding=padding), padding

    return [
        (table([2, 9, 9, 5]), table([2, 9, 4]), 0),
        (table([1, 2, 3]), table([2, 3, 3]), 0),
        (table([1, 2, 3, 4]), table([2, 3, 4]), 0),
        (table([2, 3, 4]), table([1, 2, 3, 4]), 0),
        (table([1, 2]), table([1, 3, 2]), 0),
        (table([7]), table([1, 2, 3, 7, 5]), 0),
        (table([3, 1]), table([1, 3]), 0),
        (table([1, 2, 3, 4], [5]), table([1, 2, 3, 4], [6]), 0),
        (table([1, 2, 3], [4, 5]), table([1, 2, 3, 1, 1], []), 0),
        (table([5, 0, 6], [7, 7, 8], padding=9), table([5, 0], [7, 8, 8, 8], padding=9), 9),
        *[draw(3, 7, 4), draw(5, 11, 3), draw(7, 5, 11), draw(2, 31, 3), draw(11, 13, 5, 100)],
    ]


def right_is_zero(call, rng):
    """What is heard as it was said costs nothing."""
    said = torch.randint(1, 6, (3, 7), generator=rng)
    got = expect_tensor(call(said, said.clone(), 0), ())
    if got != 0:
        raise Wrong("right costs", f"{show(said[0])}\n{show(got)}", got)


check_word_error_rate = Exercise(
    name="word_error_rate", points=3, cases=rate_cases, laws=(right_is_zero,), answer=word_error_rate,
    mistakes={
        "mean of rates": (("errors += row[-1] -> errors += row[-1] / len(a)", "words += len(a) -> words += 1"),
            "You average the rates of the strings, so a word in a short string counts for more. All errors, divided "
            "by all words.",
            "시퀀스마다 비율을 내어 평균했어요. 그러면 짧은 것의 단어를 더 크게 세는 셈이에요. "
            "틀린 수 전부를 단어 수 전부로 나눠요."),
        "by strings": ("words += len(a) -> words += 1",
            "You divide by the number of strings. The rate is per word.",
            "시퀀스의 수로 나눴어요. 단어마다 얼마나 틀리는지예요."),
        "by heard": ("words += len(a) -> words += len(b)",
            "You divide by the number of words heard. A listener who writes too much would look better.",
            "들은 단어의 수로 나눴어요. 그러면 많이 쓸수록 좋아 보여요."),
        "by the longer": ("words += len(a) -> words += max(len(a), len(b))",
            "You divide by the longer of the two. The rate may be larger than 1.",
            "둘 가운데 긴 쪽으로 나눴어요. 비율은 1보다 클 수 있어요."),
        "at most 1": ("errors / words -> min(errors / words, 1.0)",
            "You let the rate stop at 1. Said one word, heard five: how many errors are that?",
            "비율을 1에서 멈췄어요. 한 단어를 말했는데 다섯 단어를 들었으면 몇 개가 틀린 건가요?"),
        "count": ("errors / words -> float(errors)",
            "This is the number of errors. Divide it by the number of words said.",
            "틀린 수예요. 말한 단어의 수로 나눠요."),
        "percent": ("errors / words -> 100 * errors / words",
            "You return percent.",
            "퍼센트로 돌려줬어요."),
        "accuracy": ("errors / words -> 1 - errors / words",
            "You return what is left of 1. How large is the rate if everything is right?",
            "1에서 뺀 것을 돌려줬어요. 모두 맞으면 비율은 얼마인가요?"),
        "replacing costs 2": ("(word != other) -> 2 * (word != other)",
            "Replacing a word costs 2 in your table, as if it were deleted and inserted. It is one error.",
            "단어 하나를 바꾸는 데 2가 들어요. 지우고 넣은 것처럼요. 바꾸기는 한 번이에요."),
        "replacing is free": ("before[j - 1] + (word != other) -> before[j - 1]",
            "In your table, replacing a word by another costs nothing.",
            "단어를 다른 단어로 바꾸는 데 아무것도 들지 않아요."),
        "always replaced": ("(word != other) -> 1",
            "In your table, even two equal words cost 1.",
            "같은 단어끼리도 1이 들어요."),
        "no insertion": (", row[-1] + 1)) -> ))",
            "Your table never steps from one word heard to the next. What of a word that nobody said?",
            "들은 단어에서 다음 들은 단어로 가는 걸음이 없어요. 말하지 않은 단어는 어떻게 하나요?"),
        "no deletion": ("before[j] + 1, row[-1] -> row[-1]",
            "Your table never steps from one word said to the next. What of a word that was not heard?",
            "말한 단어에서 다음 말한 단어로 가는 걸음이 없어요. 듣지 못한 단어는 어떻게 하나요?"),
        "free start, heard": ("list(range(len(b) + 1)) -> [0] * (len(b) + 1)",
            "Words heard before the first word said cost nothing in your first row.",
            "첫 행에서, 첫 단어보다 먼저 들은 단어들이 공짜예요."),
        "free start, said": ("before, row = row, [i] -> before, row = row, [0]",
            "Words that were missed at the beginning cost nothing in your first column.",
            "첫 열에서, 앞에서 놓친 단어들이 공짜예요."),
        "last string": (("errors += row[-1] -> errors = row[-1]", "words += len(a) -> words = len(a)"),
            "Only the last string counts. Add up.",
            "마지막 시퀀스만 세었어요. 모두 더해요."),
        "padding": (
            ("[word for word in a if word != padding] -> a", "[other for other in b if other != padding] -> b"),
            "Padding counts as a word. Nobody said it.",
            "패딩을 단어로 셌어요. 아무도 말하지 않았는데요."),
        "padding in said": ("[word for word in a if word != padding] -> a",
            "Padding of what was said counts as words.",
            "말한 쪽의 패딩을 단어로 셌어요."),
        "padding in heard": ("[other for other in b if other != padding] -> b",
            "Padding of what was heard counts as words.",
            "들은 쪽의 패딩을 단어로 셌어요."),
        "by position": (by_position,
            "You compare position by position. One word missed at the beginning, and everything after it is wrong.",
            "위치마다 견주었어요. 앞에서 하나를 놓치면 그 뒤가 모두 틀려요."),
        "bags": (as_bags,
            "You compare which words occur, not their order.",
            "어떤 단어가 있는지만 견주고 순서는 보지 않았어요."),
        "strings": (as_sentences,
            "This is the share of strings with any error. The rate counts words.",
            "틀린 데가 있는 시퀀스의 비율이에요. 여기서는 단어를 세요."),
        "right costs": (None,
            "Something that was heard exactly as it was said has errors for you.",
            "말한 그대로 들었는데도 틀린 것이 있다고 해요."),
    },
)  # fmt: skip
