"""Checks for the exercises of chapter 15, 15-tokens."""

import torch

from .engine import Exercise, Wrong, expect_tensor, show


def integers(values):
    return torch.tensor(values, dtype=torch.long)


def expect_integers(got, shape=None):
    expect_tensor(got, shape)
    if got.is_floating_point() or got.is_complex():
        raise Wrong("dtype", value=got, got=got.dtype, want=torch.int64)


def nothing_stays_nothing(*others):
    """A law: an empty sequence gives an empty sequence of integers."""

    def law(call, rng):
        expect_integers(call(integers([]), *others), (0,))

    return law


def random_ids(rng, length, letters=3):
    return 97 + torch.randint(letters, (length,), generator=rng)


# ---------------------------------------------------------------- 15.1 merge_pair
def merge_pair(ids, pair, new):
    merged, i = [], 0
    while i < len(ids):
        if torch.equal(ids[i : i + 2], pair):
            merged.append(new)
            i += 2
        else:
            merged.append(int(ids[i]))
            i += 1
    return torch.tensor(merged, dtype=torch.long)


def merge_everywhere(ids, pair, new):
    """Overlapping pairs as well: each position that begins a pair, whatever was used before."""
    starts = [torch.equal(ids[i : i + 2], pair) for i in range(len(ids))]
    kept = [(i, new if start else int(ids[i])) for i, start in enumerate(starts)]
    return integers([id for i, id in kept if starts[i] or not (i and starts[i - 1])])


def merge_cases(rng):
    def draw(length, pair, letters=2):
        return random_ids(rng, length, letters), integers(pair), 300

    return [
        (integers([97, 98]), integers([97, 98]), 256),
        (integers([98, 97]), integers([97, 98]), 256),
        (integers([99, 97, 98, 99]), integers([97, 98]), 256),
        (integers([97, 97, 97]), integers([97, 97]), 256),
        (integers([97, 98, 97, 98, 97]), integers([97, 98]), 257),
        (integers([97]), integers([97, 97]), 256),
        (integers([256, 97, 256, 97]), integers([256, 97]), 258),
        *[draw(13, [97, 98]), draw(17, [97, 97]), draw(23, [98, 97]), draw(29, [98, 98]), draw(31, [97, 99], 3)],
    ]


def merge_can_be_undone(call, rng):
    """Written out again, the new id gives the old sequence, and no pair is left."""
    ids, pair = random_ids(rng, 19, 2), integers([97, 98])
    got = call(ids, pair, 256)
    expect_integers(got)
    back = [x for id in got.tolist() for x in (pair.tolist() if id == 256 else [id])]
    if back != ids.tolist():
        raise Wrong("another text", f"{show(ids)}\n→ {show(got)}", got)


check_merge_pair = Exercise(
    name="merge_pair", points=1, cases=merge_cases,
    laws=(merge_can_be_undone, nothing_stays_nothing(integers([97, 98]), 256)), answer=merge_pair,
    mistakes={
        "overlap": (merge_everywhere,
            "In `aaa` you merge the middle `a` twice. Once it is part of a new token, can it be part of another?",
            "`aaa`에서 가운데 `a`를 두 번 합쳤어요. 이미 새 토큰의 일부가 된 것이 다른 토큰에도 들어갈 수 있나요?"),
        "from the right": (lambda ids, pair, new: merge_pair(ids.flip(0), pair.flip(0), new).flip(0),
            "You merge from the right. What should become of `aaa`?",
            "오른쪽부터 합쳤어요. `aaa`는 무엇이 되어야 하나요?"),
        "blocks": (("merged.append(int(ids[i])) -> merged.extend(ids[i : i + 2].tolist())", "i += 1 -> i += 2"),
            "You look at positions 0 and 1, then 2 and 3, and so on. Can a pair begin at position 1?",
            "0번과 1번, 2번과 3번, 이렇게 둘씩 끊어서 봤어요. 1번 위치에서 시작하는 쌍도 있지 않나요?"),
        "one step": ("i += 2 -> i += 1",
            "After a merge you go on by one position. Which id do you then read a second time?",
            "합친 다음에 한 위치만 나아갔어요. 그러면 두 번 읽게 되는 id는 어느 것인가요?"),
        "only the first": (
            "torch.equal(ids[i : i + 2], pair) -> new not in merged and torch.equal(ids[i : i + 2], pair)",
            "You merge the first pair only. What if there are more?",
            "첫 번째 쌍만 합쳤어요. 쌍이 더 있으면 어떻게 하나요?"),
        "both orders": (
            "torch.equal(ids[i : i + 2], pair) -> torch.equal(ids[i "
            ": i + 2].sort().values, pair.sort().values)",
            "You merge `b`+`a` as well as `a`+`b`. Is the order of a text of no importance?",
            "`a`+`b`뿐 아니라 `b`+`a`도 합쳤어요. 글에서 순서는 상관없나요?"),
        "backwards": ("torch.equal(ids[i : i + 2], pair) -> torch.equal(ids[i : i + 2], pair.flip(0))",
            "You merge `b`+`a` when `a`+`b` was asked for.",
            "`a`+`b`를 합쳐야 하는데 `b`+`a`를 합쳤어요."),
        "half a pair": ("torch.equal(ids[i : i + 2], pair) -> len(ids) > i + 1 and ids[i] == pair[0]",
            "You merge where only the first id fits. What comes after it?",
            "앞의 id만 맞아도 합쳤어요. 그 뒤에는 무엇이 있나요?"),
        "lost end": ("while i < len(ids) -> while i < len(ids) - 1",
            "The last id of the sequence is lost. Up to where does your loop go?",
            "시퀀스의 마지막 id가 사라졌어요. 반복문이 어디까지 가나요?"),
        "twice": ("merged.append(new) -> merged.extend([new, new])",
            "You write the new id once for each half of the pair. How many tokens should a pair become?",
            "쌍의 반쪽마다 새 id를 하나씩 썼어요. 쌍 하나는 토큰 몇 개가 되어야 하나요?"),
        "removed": ("merged.append(new) -> pass",
            "The pairs are gone, and you put nothing there.",
            "쌍이 사라지고 그곳에 아무것도 쓰지 않았어요."),
        "another text": (None,
            "Written out, your sequence is another text than before.",
            "새 id를 풀어 쓰면 처음과 다른 글이 돼요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 15.2 most_frequent_pair
def most_frequent_pair(words, times):
    counts = {}
    for word, n in zip(words, times.tolist()):
        ids = word.tolist()
        for pair in zip(ids, ids[1:]):
            counts[pair] = counts.get(pair, 0) + n
    return torch.tensor(min(counts, key=lambda pair: (-counts[pair], pair)))


def pairs_without_overlap(ids):
    """The pairs of a word, but of `a a a` the pair `a`+`a` once."""
    last = {}
    for i, pair in enumerate(zip(ids, ids[1:])):
        if last.get(pair) != i - 1 or pair[0] != pair[1]:
            last[pair] = i
            yield pair


def frequent_cases(rng):
    def draw(n, letters, most):
        lengths = torch.randint(2, 8, (n,), generator=rng).tolist()
        return [random_ids(rng, k, letters) for k in lengths], torch.randint(1, most, (n,), generator=rng)

    a, b, c, d = 97, 98, 99, 100
    return [
        ([integers([a, b])], integers([3])),
        ([integers([b, a]), integers([a, b, c])], integers([3, 2])),
        ([integers([b, c]), integers([a, b]), integers([c, b])], integers([2, 2, 2])),
        ([integers([b, a]), integers([d]), integers([a, c])], integers([1, 9, 1])),
        ([integers([a, a, a]), integers([b, c])], integers([2, 3])),
        ([integers([a, b, a, b]), integers([c, d])], integers([2, 3])),
        ([integers([c, a, b]), integers([b, c]), integers([d, b, c])], integers([5, 3, 3])),
        ([integers([b, a]), integers([a, 300])], integers([7, 8])),
        *[draw(5, 3, 5), draw(7, 2, 4), draw(11, 4, 7), draw(13, 5, 3), draw(17, 6, 9)],
    ]


def frequent_counts_weights(call, rng):
    """A word that occurs n times is n words that occur once."""
    words, times = [random_ids(rng, k, 4) for k in (5, 3, 7, 2)], integers([4, 1, 2, 3])
    spread = [word for word, n in zip(words, times.tolist()) for _ in range(n)]
    short = expect_tensor(call(words, times), (2,))
    long = expect_tensor(call(spread, torch.ones(len(spread), dtype=torch.long)), (2,))
    if not torch.equal(short, long):
        raise Wrong("spread", f"{show(short)} / {show(long)}", short)


check_most_frequent_pair = Exercise(
    name="most_frequent_pair", points=2, cases=frequent_cases, laws=(frequent_counts_weights,),
    answer=most_frequent_pair,
    mistakes={
        "unweighted": ("0) + n -> 0) + 1",
            "You count each word once. How often does it occur in the text?",
            "단어마다 한 번씩만 셌어요. 그 단어는 글에 몇 번 나오나요?"),
        "largest word": ("counts.get(pair, 0) + n -> max(counts.get(pair, 0), n)",
            "You take the most frequent word that has the pair. What about the other words "
            "that have it? (Two tensors with the same content are two different keys.)",
            "그 쌍이 든 단어 가운데 가장 잦은 것만 셌어요. 그 쌍이 든 다른 "
            "단어들은요? (내용이 같은 텐서라도 둘이면 서로 다른 키예요.)"),
        "last word": ("counts.get(pair, 0) + n -> n",
            "A count is overwritten by the next word that has the pair.",
            "같은 쌍이 든 다음 단어가 나오면 센 값이 덮어써져요."),
        "larger ids": ("(-counts[pair], pair) -> (-counts[pair], -pair[0], -pair[1])",
            "Of equally frequent pairs you take the one with the larger ids.",
            "똑같이 잦은 쌍 가운데 id가 큰 쪽을 골랐어요."),
        "first met": ("(-counts[pair], pair) -> -counts[pair]",
            "Of equally frequent pairs you take the one you met first. If "
            "the words come in another order, is your answer the same?",
            "똑같이 잦은 쌍 가운데 먼저 만난 것을 골랐어요. 단어의 순서가 바뀌어도 답이 같을까요?"),
        "last met": ("min(counts, key=lambda pair: (-counts[pair], pair)) -> max(reversed(counts), key=counts.get)",
            "Of equally frequent pairs you take the one you met last. If "
            "the words come in another order, is your answer the same?",
            "똑같이 잦은 쌍 가운데 나중에 만난 것을 골랐어요. 단어의 순서가 바뀌어도 답이 같을까요?"),
        "second id": ("(-counts[pair], pair) -> (-counts[pair], pair[::-1])",
            "Of equally frequent pairs you compare the second ids before the first ones.",
            "똑같이 잦은 쌍끼리 비교할 때 두 번째 id를 첫 번째보다 먼저 봤어요."),
        "across": ("zip(words, times.tolist()) -> [(torch.cat([w.repeat(1) for w in words]), 1)]",
            "You count pairs of the end of one word and the beginning of the next. May a merge join two words?",
            "한 단어의 끝과 다음 단어의 처음도 쌍으로 셌어요. 두 단어를 합쳐도 되나요?"),
        "once a word": ("in zip(ids, ids[1:]) -> in set(zip(ids, ids[1:]))",
            "You count a pair once a word, even if the word has it several times.",
            "한 단어에 여러 번 나오는 쌍도 한 번만 셌어요."),
        "no overlap": ("in zip(ids, ids[1:]) -> in pairs_without_overlap(ids)",
            "In `aaa` you count the pair `a`+`a` once. How many neighbors are there?",
            "`aaa`에서 `a`+`a`를 한 번만 셌어요. 이웃한 쌍은 몇 개인가요?"),
        "every second": ("in zip(ids, ids[1:]) -> in zip(ids[::2], ids[1::2])",
            "You look at ids 0 and 1, then 2 and 3. Are 1 and 2 not neighbors?",
            "0번과 1번, 2번과 3번을 봤어요. 1번과 2번은 이웃이 아닌가요?"),
        "any order": ("in zip(ids, ids[1:]) -> in (tuple(sorted(two)) for two in zip(ids, ids[1:]))",
            "`a`+`b` and `b`+`a` are one and the same to you.",
            "`a`+`b`와 `b`+`a`를 같은 것으로 셌어요."),
        "rarest": ("(-counts[pair], pair) -> (counts[pair], pair)",
            "This is the rarest pair.",
            "가장 드문 쌍을 골랐어요."),
        "two ids": (
            ("in zip(ids, ids[1:]) -> in ids",
             "min(counts, key=lambda pair: (-counts[pair], pair)) -> "
             "(sorted(counts, key=lambda id: (-counts[id], id)) * 2)[:2]"),
            "These are the two most frequent ids. Are they neighbors?",
            "가장 잦은 id 두 개를 골랐어요. 둘이 서로 이웃해 있나요?"),
        "spread": (None,
            "Your answer changes when a word with `times` = 3 is written as three words with `times` = 1.",
            "`times`가 3인 단어를 `times`가 1인 단어 셋으로 풀어 쓰면 답이 달라져요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 15.3 encode_word
def encode_word(ids, merges):
    for new, pair in enumerate(merges, 256):
        ids = merge_pair(ids, pair, new)
    return ids


def merged_by_choice(ids, merges, choose):
    """One merge at a time, chosen among those that fit: pairs of rank and position."""
    ids, merges = ids.tolist(), merges.tolist()
    while fits := [(merges.index(ids[i : i + 2]), i) for i in range(len(ids) - 1) if ids[i : i + 2] in merges]:
        rank, i = choose(fits)
        ids[i : i + 2] = [256 + rank]
    return integers(ids)


def from_the_left(ids, merges):
    return merged_by_choice(ids, merges, lambda fits: min(fits, key=lambda fit: fit[1]))


def from_the_right(ids, merges):
    return merged_by_choice(ids, merges, lambda fits: max(fits, key=lambda fit: fit[1]))


def youngest_first(ids, merges):
    return merged_by_choice(ids, merges, max)


def written_out(merges):
    """Each token as a tuple of bytes."""
    tokens = [(byte,) for byte in range(256)]
    for a, b in merges.tolist():
        tokens.append(tokens[a] + tokens[b])
    return tokens


def encode_by_longest(ids, merges):
    """From left to right the longest token that fits."""
    number, ids, done, i = {token: id for id, token in enumerate(written_out(merges))}, tuple(ids.tolist()), [], 0
    while i < len(ids):
        end = max(j for j in range(i + 1, len(ids) + 1) if ids[i:j] in number)
        done, i = done + [number[ids[i:end]]], end
    return integers(done)


def encode_each_once(ids, merges):
    """One merge for each entry of the list, not everywhere."""
    ids = ids.tolist()
    for new, pair in enumerate(merges.tolist(), 256):
        i = next((i for i in range(len(ids) - 1) if ids[i : i + 2] == pair), None)
        if i is not None:
            ids[i : i + 2] = [new]
    return integers(ids)


def learned(rng, how_many, letters=3):
    """Merges (how_many, 2) as a training on random words makes them."""
    words, merges = [random_ids(rng, 9, letters) for _ in range(8)], []
    for new in range(256, 256 + how_many):
        best = most_frequent_pair(words, torch.ones(len(words), dtype=torch.long))
        merges.append(best)
        words = [merge_pair(word, best, new) for word in words]
    return torch.stack(merges)


def encode_cases(rng):
    def draw(length, how_many, letters=3):
        return random_ids(rng, length, letters), learned(rng, how_many, letters)

    a, b, c, d = 97, 98, 99, 100
    return [
        (integers([a, b]), integers([[a, b]])),
        (integers([a, b, c]), integers([[b, c], [a, b]])),
        (integers([a, b, c]), integers([[a, b], [256, c]])),
        (integers([b, a]), integers([[a, b]])),
        (integers([a, a, a]), integers([[a, a]])),
        (integers([a, b, a, b]), integers([[a, b], [256, 256]])),
        (integers([a, b, c, d]), integers([[c, d], [a, b], [b, 256]])),
        (integers([d]), integers([[a, b]])),
        *[draw(11, 5), draw(17, 7, 2), draw(13, 11), draw(23, 13), draw(29, 17, 4), draw(31, 19, 2)],
    ]


def encode_keeps_the_text(call, rng):
    """The bytes of the tokens are the bytes of the word."""
    merges = learned(rng, 9)
    tokens = written_out(merges)
    for length in (7, 13):
        ids = random_ids(rng, length)
        got = call(ids, merges)
        expect_integers(got)
        if any(not 0 <= id < len(tokens) for id in got.tolist()):
            raise Wrong("no token", show(got), got)
        if [byte for id in got.tolist() for byte in tokens[id]] != ids.tolist():
            raise Wrong("another word", f"{show(ids)} → {show(got)}", got)


check_encode_word = Exercise(
    name="encode_word", points=3, cases=encode_cases,
    laws=(encode_keeps_the_text, nothing_stays_nothing(integers([[97, 98]]))), answer=encode_word,
    mistakes={
        "left to right": (from_the_left,
            "You merge the first pair from the left that is in the "
            "list. Which pair was merged first when the list was made?",
            "왼쪽부터 보아 목록에 있는 첫 쌍을 합쳤어요. 목록을 만들 때 먼저 합쳐진 쌍은 어느 것인가요?"),
        "right to left": (from_the_right,
            "You merge the last pair in the word that is in the list. "
            "Which pair was merged first when the list was made?",
            "단어의 오른쪽 끝에서부터 목록에 있는 쌍을 합쳤어요. 목록을 만들 때 먼저 합쳐진 쌍은 어느 것인가요?"),
        "longest": (encode_by_longest,
            "You look for the longest token from the left. That is another way to cut. Did the training go by length?",
            "왼쪽부터 가장 긴 토큰을 찾았어요. 그것은 다르게 자르는 방법이에요. 학습할 때 길이를 보고 합쳤나요?"),
        "youngest": (youngest_first,
            "Of the merges that fit you take the latest in the list.",
            "들어맞는 것 가운데 목록에서 가장 나중 것을 골랐어요."),
        "from the end": ("in enumerate(merges, 256) -> in reversed(list(enumerate(merges, 256)))",
            "You go through the list from its end. What can a late merge join before the early ones are done?",
            "목록을 끝에서부터 훑었어요. 앞의 것을 합치기 전에 뒤의 것이 합칠 쌍이 있나요?"),
        "one merge": (
            "ids = merge_pair(ids, pair, new) -> if len(merged := "
            "merge_pair(ids, pair, new)) < len(ids): return merged",
            "You stop after one merge. Does another one fit now?",
            "한 가지만 합치고 멈췄어요. 이제 들어맞는 것이 또 있지 않나요?"),
        "each once": (encode_each_once,
            "You use each merge once only. Can a pair come twice in a word?",
            "합치기마다 한 번만 썼어요. 한 단어에 같은 쌍이 두 번 나올 수도 있지 않나요?"),
        "only bytes": (
            "in enumerate(merges, 256) -> in [(new, pair) for new, "
            "pair in enumerate(merges, 256) if (pair < 256).all()]",
            "What a merge has made is not merged again. Which ids are in the later rows of the list?",
            "한 번 합쳐진 것은 다시 합치지 않았어요. 목록의 뒤쪽 행에는 어떤 id가 들어 있나요?"),
        "overlap": ("merge_pair(ids, pair, new) -> merge_pair(ids.flip(0), pair.flip(0), new).flip(0)",
            "In `aaa` you merge the second pair. From which side does the training merge?",
            "`aaa`에서 두 번째 쌍을 합쳤어요. 학습할 때는 어느 쪽부터 합쳤나요?"),
        "backwards": ("(ids, pair, new) -> (ids, pair.flip(0), new)",
            "You read the pairs of the list backwards.",
            "목록의 쌍을 거꾸로 읽었어요."),
        "from 0": ("enumerate(merges, 256) -> enumerate(merges)",
            "You write the number of the merge in the list. Which ids are taken by the bytes?",
            "목록에서 몇 번째인지를 그대로 썼어요. 바이트가 이미 쓰고 있는 id는 어느 것인가요?"),
        "from 257": ("enumerate(merges, 256) -> enumerate(merges, 257)",
            "Your new ids are one too large. Which id does merge 0 make?",
            "새 id가 하나씩 커요. 0번 합치기가 만드는 id는 무엇인가요?"),
        "no token": (None,
            "Your answer has an id that no token has.",
            "답에 어떤 토큰의 것도 아닌 id가 있어요."),
        "another word": (None,
            "Written out in bytes, your tokens are another word.",
            "토큰을 바이트로 풀어 쓰면 다른 단어가 돼요."),
    },
)  # fmt: skip
