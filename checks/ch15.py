"""Checks for the exercises of chapter 15, 15-tokens."""
import torch

from .engine import Exercise, Wrong, expect_tensor, show


def integers(values):
    return torch.tensor(values, dtype=torch.long)


def joined(ids, pair, new):
    """A list of ids with `new` for each pair, from left to right."""
    done = []
    for id in ids:
        if done and [done[-1], id] == pair:
            done[-1] = new
        else:
            done.append(id)
    return done


def expect_integers(got, shape):
    expect_tensor(got, shape)
    if got.is_floating_point():
        raise Wrong("dtype", show(got), got, got=got.dtype, want=torch.int64)


def nothing_stays_nothing(*others):
    """A law: an empty row gives an empty row of integers."""
    def law(call, rng):
        expect_integers(call(integers([]), *others), (0,))
    return law


def random_ids(rng, length, letters=3):
    return 97 + torch.randint(letters, (length,), generator=rng)


# ---------------------------------------------------------------- 15.1 merge_pair
def merge_by_steps(ids, pair, new):
    merged, i = [], 0
    while i < len(ids):
        here = ids[i:i + 2].tolist() == pair.tolist()
        merged.append(new if here else int(ids[i]))
        i += 2 if here else 1
    return integers(merged)


def merge_by_looking_back(ids, pair, new):
    return integers(joined(ids.tolist(), pair.tolist(), new))


def merge_by_marks(ids, pair, new):
    """Which places begin a pair, not counting those that the one before has used up?"""
    starts = torch.zeros(len(ids) + 1, dtype=torch.bool)
    for i in range(len(ids) - 1):
        starts[i] = bool((ids[i:i + 2] == pair).all()) and not (i and starts[i - 1])
    used = torch.cat([torch.zeros(1, dtype=torch.bool), starts[:-1]])[:len(ids)]
    return torch.where(starts[:len(ids)], new, ids)[~used]


def merge_by_recursion(ids, pair, new):
    if len(ids) < 2:
        return ids.clone()
    here = torch.equal(ids[:2], pair)
    first = integers([new]) if here else ids[:1]
    return torch.cat([first, merge_by_recursion(ids[2 if here else 1:], pair, new)])


def merge_variant(step=2, write=lambda pair, new: [new], fits=lambda two, pair: two == pair, end=0, once=False):
    """Wrong answers: how far to go on, what to write, what fits, where to stop, how often."""
    def merge_pair(ids, pair, new):
        ids, pair, merged, i, left = ids.tolist(), pair.tolist(), [], 0, True
        while i < len(ids) - end:
            if left and i + 1 < len(ids) and fits(ids[i:i + 2], pair):
                merged, i, left = merged + write(pair, new), i + step, not once
            else:
                merged, i = merged + [ids[i]], i + 1
        return integers(merged)
    return merge_pair


def merge_everywhere(ids, pair, new):
    """Overlapping pairs as well: each place that begins a pair, whatever was used before."""
    ids, pair, merged = ids.tolist(), pair.tolist(), []
    starts = [ids[i:i + 2] == pair for i in range(len(ids))]
    for i, id in enumerate(ids):
        if starts[i]:
            merged.append(new)
        elif not (i and starts[i - 1]):
            merged.append(id)
    return integers(merged)


def merge_from_the_right(ids, pair, new):
    return merge_by_steps(ids.flip(0), pair.flip(0), new).flip(0)


def merge_in_blocks(ids, pair, new):
    ids, pair = ids.tolist(), pair.tolist()
    blocks = [ids[i:i + 2] for i in range(0, len(ids), 2)]
    return integers([id for block in blocks for id in ([new] if block == pair else block)])


def merge_cases(rng):
    def draw(length, pair, letters=2):
        return random_ids(rng, length, letters), integers(pair), 300
    return [
        (integers([97, 98]), integers([97, 98]), 256), (integers([98, 97]), integers([97, 98]), 256),
        (integers([99, 97, 98, 99]), integers([97, 98]), 256), (integers([97, 97, 97]), integers([97, 97]), 256),
        (integers([97, 98, 97, 98, 97]), integers([97, 98]), 257), (integers([97]), integers([97, 97]), 256),
        (integers([256, 97, 256, 97]), integers([256, 97]), 258),
        draw(13, [97, 98]), draw(17, [97, 97]), draw(23, [98, 97]), draw(29, [98, 98]), draw(31, [97, 99], 3),
    ]


def merge_can_be_undone(call, rng):
    """Written out again, the new id gives the old row, and no pair is left."""
    ids, pair = random_ids(rng, 19, 2), integers([97, 98])
    got = call(ids, pair, 256)
    expect_integers(got, (len(merge_by_steps(ids, pair, 256)),))
    back = [x for id in got.tolist() for x in (pair.tolist() if id == 256 else [id])]
    if back != ids.tolist():
        raise Wrong("another text", f"{show(ids)}\n→ {show(got)}", got)


check_merge_pair = Exercise(
    name="merge_pair", points=1, cases=merge_cases,
    laws=(merge_can_be_undone, nothing_stays_nothing(integers([97, 98]), 256)),
    right=[merge_by_steps, merge_by_looking_back, merge_by_marks, merge_by_recursion],
    mutants={
        "overlap": merge_everywhere,
        "from the right": merge_from_the_right,
        "blocks": merge_in_blocks,
        "one step": merge_variant(step=1),
        "only the first": merge_variant(once=True),
        "both orders": merge_variant(fits=lambda two, pair: two in (pair, pair[::-1])),
        "backwards": merge_variant(fits=lambda two, pair: two == pair[::-1]),
        "half a pair": merge_variant(fits=lambda two, pair: two[0] == pair[0]),
        "lost end": merge_variant(end=1),
        "twice": merge_variant(write=lambda pair, new: [new, new]),
        "removed": merge_variant(write=lambda pair, new: []),
    },
    messages={
        "overlap": ("In `aaa` you merge the middle `a` twice. Once it is part of a new token, can it be part of "
                    "another?",
                    "`aaa`에서 가운데 `a`를 두 번 합쳤어요. 이미 새 토큰의 일부가 된 것이 다른 토큰에도 들어갈 수 "
                    "있나요?"),
        "from the right": ("You merge from the right. What should become of `aaa`?",
                           "오른쪽부터 합쳤어요. `aaa`는 무엇이 되어야 하나요?"),
        "blocks": ("You look at places 0 and 1, then 2 and 3, and so on. Can a pair begin at place 1?",
                   "0번과 1번, 2번과 3번, 이렇게 둘씩 끊어서 봤어요. 1번 자리에서 시작하는 짝도 있지 않나요?"),
        "one step": ("After a merge you go on by one place. Which id do you then read a second time?",
                     "합친 다음에 한 자리만 나아갔어요. 그러면 두 번 읽게 되는 id는 어느 것인가요?"),
        "only the first": ("You merge the first pair only. What if there are more?",
                           "첫 번째 짝만 합쳤어요. 짝이 더 있으면 어떻게 하나요?"),
        "both orders": ("You merge `b`+`a` as well as `a`+`b`. Is the order of a text of no importance?",
                        "`a`+`b`뿐 아니라 `b`+`a`도 합쳤어요. 글에서 순서는 상관없나요?"),
        "backwards": ("You merge `b`+`a` when `a`+`b` was asked for.", "`a`+`b`를 합쳐야 하는데 `b`+`a`를 합쳤어요."),
        "half a pair": ("You merge where only the first id fits. What stands behind it?",
                        "앞의 id만 맞아도 합쳤어요. 그 뒤에는 무엇이 있나요?"),
        "lost end": ("The last id of the row is lost. Up to where does your loop go?",
                     "줄의 마지막 id가 사라졌어요. 반복문이 어디까지 가나요?"),
        "twice": ("You write the new id once for each half of the pair. How many tokens should a pair become?",
                  "짝의 반쪽마다 새 id를 하나씩 썼어요. 짝 하나는 토큰 몇 개가 되어야 하나요?"),
        "removed": ("The pairs are gone, and nothing stands in their place.", "짝이 사라지고 그 자리에 아무것도 "
                                                                              "없어요."),
        "another text": ("Written out, your row is another text than before.",
                         "새 id를 풀어 쓰면 처음과 다른 글이 돼요."),
    },
)


# ---------------------------------------------------------------- 15.2 most_frequent_pair
def pairs_of(words, times):
    """(pair, how often its word occurs), one after the other."""
    for word, n in zip(words, times.tolist()):
        ids = word.tolist()
        for pair in zip(ids, ids[1:]):
            yield pair, n


def frequent_by_dict(words, times):
    counts = {}
    for pair, n in pairs_of(words, times):
        counts[pair] = counts.get(pair, 0) + n
    return integers(min(counts, key=lambda pair: (-counts[pair], pair)))


def frequent_by_table(words, times):
    """A square of counts; the first of the largest, row by row."""
    size = 1 + max(int(word.max()) for word in words if len(word))
    counts = torch.zeros(size, size, dtype=torch.long)
    for (a, b), n in pairs_of(words, times):
        counts[a, b] += n
    return (counts == counts.max()).nonzero()[0]


def frequent_by_unique(words, times):
    pairs = torch.cat([torch.stack([word[:-1], word[1:]], 1) for word in words if len(word) > 1])
    weights = torch.cat([times[i].expand(len(word) - 1) for i, word in enumerate(words) if len(word) > 1])
    kinds, number = torch.unique(pairs, dim=0, return_inverse=True)
    counts = torch.zeros(len(kinds), dtype=torch.long).index_add(0, number, weights)
    return kinds[counts == counts.max()][0]


def frequent_by_sorting(words, times):
    pairs = sorted(pair for pair, n in pairs_of(words, times) for _ in range(n))
    return integers(max(pairs, key=pairs.count))               # of equals max takes the first


def frequent_variant(source=pairs_of, add=lambda old, n: old + n, key=lambda count, pair, place: (-count, pair),
                     change=lambda pair: pair):
    """Wrong answers: which pairs, how they are counted, which is the best, what becomes of a pair."""
    def most_frequent_pair(words, times):
        counts = {}
        for pair, n in source(words, times):
            counts[change(pair)] = add(counts.get(change(pair), 0), n)
        places = {pair: place for place, pair in enumerate(counts)}
        return integers(min(counts, key=lambda pair: key(counts[pair], pair, places[pair])))
    return most_frequent_pair


def across(words, times):
    """As if the words stood in one row."""
    return pairs_of([torch.cat([w for w, n in zip(words, times.tolist()) for _ in range(n)])], integers([1]))


def once_a_word(words, times):
    for word, n in zip(words, times):
        yield from dict(pairs_of([word], n[None])).items()


def without_overlap(words, times):
    for word, n in zip(words, times.tolist()):
        ids, last = word.tolist(), {}
        for i, pair in enumerate(zip(ids, ids[1:])):
            if last.get(pair) != i - 1 or pair[0] != pair[1]:
                last[pair] = i
                yield pair, n


def two_most_frequent(words, times):
    counts = {}
    for word, n in zip(words, times.tolist()):
        for id in word.tolist():
            counts[id] = counts.get(id, 0) + n
    best = sorted(counts, key=lambda id: (-counts[id], id))
    return integers((best * 2)[:2])


def frequent_cases(rng):
    def draw(n, letters, most):
        lengths = torch.randint(2, 8, (n,), generator=rng).tolist()
        return [random_ids(rng, k, letters) for k in lengths], torch.randint(1, most, (n,), generator=rng)
    a, b, c, d = 97, 98, 99, 100
    return [
        ([integers([a, b])], integers([3])), ([integers([b, a]), integers([a, b, c])], integers([3, 2])),
        ([integers([b, c]), integers([a, b]), integers([c, b])], integers([2, 2, 2])),
        ([integers([b, a]), integers([d]), integers([a, c])], integers([1, 9, 1])),
        ([integers([a, a, a]), integers([b, c])], integers([2, 3])),
        ([integers([a, b, a, b]), integers([c, d])], integers([2, 3])),
        ([integers([c, a, b]), integers([b, c]), integers([d, b, c])], integers([5, 3, 3])),
        draw(5, 3, 5), draw(7, 2, 4), draw(11, 4, 7), draw(13, 5, 3), draw(17, 6, 9),
    ]


def frequent_counts_weights(call, rng):
    """A word that occurs n times is n words that occur once."""
    words, times = [random_ids(rng, k, 4) for k in (5, 3, 7, 2)], integers([4, 1, 2, 3])
    spread = [word for word, n in zip(words, times.tolist()) for _ in range(n)]
    short, long = call(words, times), call(spread, torch.ones(len(spread), dtype=torch.long))
    for got in (short, long):
        expect_tensor(got, (2,))
    if not torch.equal(short, long):
        raise Wrong("spread", f"{show(short)} / {show(long)}", short)


check_most_frequent_pair = Exercise(
    name="most_frequent_pair", points=2, cases=frequent_cases, laws=(frequent_counts_weights,),
    right=[frequent_by_dict, frequent_by_table, frequent_by_unique, frequent_by_sorting],
    mutants={
        "unweighted": frequent_variant(add=lambda old, n: old + 1),
        "largest word": frequent_variant(add=max),
        "last word": frequent_variant(add=lambda old, n: n),
        "larger ids": frequent_variant(key=lambda count, pair, place: (-count, -pair[0], -pair[1])),
        "first met": frequent_variant(key=lambda count, pair, place: (-count, place)),
        "last met": frequent_variant(key=lambda count, pair, place: (-count, -place)),
        "second id": frequent_variant(key=lambda count, pair, place: (-count, pair[::-1])),
        "across": frequent_variant(across),
        "once a word": frequent_variant(once_a_word),
        "no overlap": frequent_variant(without_overlap),
        "any order": frequent_variant(change=lambda pair: tuple(sorted(pair))),
        "rarest": frequent_variant(key=lambda count, pair, place: (count, pair)),
        "two ids": two_most_frequent,
    },
    messages={
        "unweighted": ("You count each word once. How often does it occur in the text?",
                       "단어마다 한 번씩만 셌어요. 그 단어는 글에 몇 번 나오나요?"),
        "largest word": ("You take the most frequent word that has the pair. What about the other words that have it?",
                         "그 짝이 든 단어 가운데 가장 잦은 것만 셌어요. 그 짝이 든 다른 단어들은요?"),
        "last word": ("A count is overwritten by the next word that has the pair.",
                      "같은 짝이 든 다음 단어가 나오면 센 값이 덮어써져요."),
        "larger ids": ("Of equally frequent pairs you take the one with the larger ids.",
                       "똑같이 잦은 짝 가운데 id가 큰 쪽을 골랐어요."),
        "first met": ("Of equally frequent pairs you take the one you met first. If the words come in another order, "
                      "is your answer the same?",
                      "똑같이 잦은 짝 가운데 먼저 만난 것을 골랐어요. 단어의 순서가 바뀌어도 답이 같을까요?"),
        "last met": ("Of equally frequent pairs you take the one you met last. If the words come in another order, "
                     "is your answer the same?",
                     "똑같이 잦은 짝 가운데 나중에 만난 것을 골랐어요. 단어의 순서가 바뀌어도 답이 같을까요?"),
        "second id": ("Of equally frequent pairs you compare the second ids before the first ones.",
                      "똑같이 잦은 짝끼리 견줄 때 두 번째 id를 첫 번째보다 먼저 봤어요."),
        "across": ("You count pairs of the end of one word and the beginning of the next. May a merge join two words?",
                   "한 단어의 끝과 다음 단어의 처음도 짝으로 셌어요. 두 단어를 합쳐도 되나요?"),
        "once a word": ("You count a pair once a word, even if it stands there several times.",
                        "한 단어에 여러 번 나오는 짝도 한 번만 셌어요."),
        "no overlap": ("In `aaa` you count the pair `a`+`a` once. How many neighbours are there?",
                       "`aaa`에서 `a`+`a`를 한 번만 셌어요. 이웃한 쌍은 몇 개인가요?"),
        "any order": ("`a`+`b` and `b`+`a` are one and the same to you.", "`a`+`b`와 `b`+`a`를 같은 것으로 셌어요."),
        "rarest": ("This is the rarest pair.", "가장 드문 짝을 골랐어요."),
        "two ids": ("These are the two most frequent ids. Do they stand next to each other?",
                    "가장 잦은 id 두 개를 골랐어요. 둘이 서로 이웃해 있나요?"),
        "spread": ("Your answer changes when a word with `times` = 3 is written as three words with `times` = 1.",
                   "`times`가 3인 단어를 `times`가 1인 단어 셋으로 풀어 쓰면 답이 달라져요."),
    },
)


# ---------------------------------------------------------------- 15.3 encode_word
def encode_in_order(ids, merges):
    ids = ids.tolist()
    for new, pair in enumerate(merges.tolist(), 256):
        ids = joined(ids, pair, new)
    return integers(ids)


def encode_by_rank(ids, merges):
    ids, rank = ids.tolist(), {tuple(pair): new for new, pair in enumerate(merges.tolist(), 256)}
    while known := [pair for pair in zip(ids, ids[1:]) if pair in rank]:
        best = min(known, key=rank.get)
        ids = joined(ids, list(best), rank[best])
    return integers(ids)


def encode_one_at_a_time(ids, merges):
    """The leftmost of the oldest merges, and look again."""
    ids, merges = ids.tolist(), merges.tolist()
    while fits := [(merges.index(ids[i:i + 2]), i) for i in range(len(ids) - 1) if ids[i:i + 2] in merges]:
        rank, i = min(fits)
        ids[i:i + 2] = [256 + rank]
    return integers(ids)


def encode_variant(choose=min, first_id=256, rounds=10**6, turn=False):
    """Wrong answers: choose among the fits (rank, place), the number of merge 0, how many rounds, which order."""
    def encode_word(ids, merges):
        ids, merges = ids.tolist(), [pair[::-1] if turn else pair for pair in merges.tolist()]
        for _ in range(rounds):
            fits = [(merges.index(ids[i:i + 2]), i) for i in range(len(ids) - 1) if ids[i:i + 2] in merges]
            if not fits:
                break
            rank, i = choose(fits)
            ids = joined(ids, merges[rank], 256 + rank) if rounds == 1 else ids[:i] + [256 + rank] + ids[i + 2:]
        return integers([id if id < 256 else id - 256 + first_id for id in ids])
    return encode_word


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
        i = next((i for i in range(len(ids) - 1) if ids[i:i + 2] == pair), None)
        if i is not None:
            ids[i:i + 2] = [new]
    return integers(ids)


def encode_backwards_list(ids, merges):
    """One pass through the list, from its end."""
    ids = ids.tolist()
    for k in reversed(range(len(merges))):
        ids = joined(ids, merges[k].tolist(), 256 + k)
    return integers(ids)


def encode_from_the_right(ids, merges):
    ids = ids.tolist()
    for new, pair in enumerate(merges.tolist(), 256):
        ids = joined(ids[::-1], pair[::-1], new)[::-1]
    return integers(ids)


def encode_by_letters(ids, merges):
    """Only merges of two bytes: what is made by a merge is not merged again."""
    return encode_in_order(ids, torch.where((merges < 256).all(1, keepdim=True), merges, -1))


def learned(rng, how_many, letters=3):
    """Merges (how_many, 2) as a training on random words makes them."""
    words, merges = [random_ids(rng, 9, letters) for _ in range(8)], []
    for new in range(256, 256 + how_many):
        best = frequent_by_dict(words, torch.ones(len(words), dtype=torch.long))
        merges.append(best)
        words = [merge_by_looking_back(word, best, new) for word in words]
    return torch.stack(merges)


def encode_cases(rng):
    def draw(length, how_many, letters=3):
        return random_ids(rng, length, letters), learned(rng, how_many, letters)
    a, b, c, d = 97, 98, 99, 100
    return [
        (integers([a, b]), integers([[a, b]])), (integers([a, b, c]), integers([[b, c], [a, b]])),
        (integers([a, b, c]), integers([[a, b], [256, c]])), (integers([b, a]), integers([[a, b]])),
        (integers([a, a, a]), integers([[a, a]])), (integers([a, b, a, b]), integers([[a, b], [256, 256]])),
        (integers([a, b, c, d]), integers([[c, d], [a, b], [b, 256]])),
        (integers([d]), integers([[a, b]])),
        draw(11, 5), draw(17, 7, 2), draw(13, 11), draw(23, 13), draw(29, 17, 4), draw(31, 19, 2),
    ]


def encode_keeps_the_text(call, rng):
    """The bytes of the tokens are the bytes of the word."""
    merges = learned(rng, 9)
    tokens = written_out(merges)
    for length in (7, 13):
        ids = random_ids(rng, length)
        got = call(ids, merges)
        expect_integers(got, (len(encode_in_order(ids, merges)),))
        if any(not 0 <= id < len(tokens) for id in got.tolist()):
            raise Wrong("no token", show(got), got)
        if [byte for id in got.tolist() for byte in tokens[id]] != ids.tolist():
            raise Wrong("another word", f"{show(ids)} → {show(got)}", got)


check_encode_word = Exercise(
    name="encode_word", points=3, cases=encode_cases,
    laws=(encode_keeps_the_text, nothing_stays_nothing(integers([[97, 98]]))),
    right=[encode_in_order, encode_by_rank, encode_one_at_a_time],
    mutants={
        "left to right": encode_variant(lambda fits: min(fits, key=lambda fit: fit[1])),
        "right to left": encode_variant(lambda fits: max(fits, key=lambda fit: fit[1])),
        "longest": encode_by_longest,
        "youngest": encode_variant(max),
        "from the end": encode_backwards_list,
        "one merge": encode_variant(rounds=1),
        "each once": encode_each_once,
        "only bytes": encode_by_letters,
        "overlap": encode_from_the_right,
        "turned": encode_variant(turn=True),
        "from 0": encode_variant(first_id=0),
        "from 257": encode_variant(first_id=257),
    },
    messages={
        "left to right": ("You merge the first pair from the left that is in the list. Which pair was merged first "
                          "when "
                          "the list was made?",
                          "왼쪽부터 보아 목록에 있는 첫 짝을 합쳤어요. 목록을 만들 때 먼저 합쳐진 짝은 어느 것인가요?"),
        "right to left": ("You merge the last pair in the word that is in the list. Which pair was merged first when "
                          "the "
                          "list was made?",
                          "단어의 오른쪽 끝에서부터 목록에 있는 짝을 합쳤어요. 목록을 만들 때 먼저 합쳐진 짝은 어느 "
                          "것인가요?"),
        "longest": ("You look for the longest token from the left. That is another way to cut. Did the training go by "
                    "length?",
                    "왼쪽부터 가장 긴 토큰을 찾았어요. 그것은 다르게 자르는 방법이에요. 학습할 때 길이를 보고 "
                    "합쳤나요?"),
        "youngest": ("Of the merges that fit you take the latest in the list.",
                     "들어맞는 것 가운데 목록에서 가장 나중 것을 골랐어요."),
        "from the end": ("You go through the list from its end. What can a late merge join before the early ones are "
                         "done?",
                         "목록을 끝에서부터 훑었어요. 앞의 것을 합치기 전에 뒤의 것이 합칠 짝이 있나요?"),
        "one merge": ("You stop after one merge. Does another one fit now?",
                      "한 가지만 합치고 멈췄어요. 이제 들어맞는 것이 또 있지 않나요?"),
        "each once": ("You use each merge at one place only. Can a pair stand in a word twice?",
                      "합치기마다 한 자리에만 썼어요. 한 단어에 같은 짝이 두 번 나올 수도 있지 않나요?"),
        "only bytes": ("What a merge has made is not merged again. Which ids stand in the later rows of the list?",
                       "한 번 합쳐진 것은 다시 합치지 않았어요. 목록의 뒤쪽 줄에는 어떤 id가 들어 있나요?"),
        "overlap": ("In `aaa` you merge the second pair. From which side does the training merge?",
                    "`aaa`에서 두 번째 짝을 합쳤어요. 학습할 때는 어느 쪽부터 합쳤나요?"),
        "turned": ("You read the pairs of the list backwards.", "목록의 짝을 거꾸로 읽었어요."),
        "from 0": ("You write the number of the merge in the list. Which ids are taken by the bytes?",
                   "목록에서 몇 번째인지를 그대로 썼어요. 바이트가 이미 쓰고 있는 id는 어느 것인가요?"),
        "from 257": ("Your new ids are one too large. Which id does merge 0 make?",
                     "새 id가 하나씩 커요. 0번 합치기가 만드는 id는 무엇인가요?"),
        "no token": ("Your answer has an id that no token has.", "답에 어떤 토큰의 것도 아닌 id가 있어요."),
        "another word": ("Written out in bytes, your tokens are another word.",
                         "토큰을 바이트로 풀어 쓰면 다른 단어가 돼요."),
    },
)
