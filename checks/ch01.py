"""Checks for the exercises of chapter 1, 01-sequences."""

import math

import torch

from .engine import Exercise, Wrong, expect_tensors, random_law, seeded, show


# ---------------------------------------------------------------- 1.1 bag_of_words
def bag_of_words(tokens, vocab_size):
    return torch.nn.functional.one_hot(tokens, vocab_size).sum(-2).float()


def bag_cases(rng):
    def draw(*shape, below):
        return torch.randint(below, shape, generator=rng)

    return [
        (torch.tensor([2, 0, 2]), 3),
        (torch.tensor([[1, 1, 0, 1], [0, 1, 2, 0]]), 3),
        (torch.tensor([[0, 1, 0, 0, 1]]), 5),  # a batch of one; three words never occur
        (draw(3, 5, below=7), 7),
        (draw(5, 11, below=3), 13),  # the largest words never occur
        (draw(2, 3, 7, below=5), 5),  # two leading axes
    ]


def bag_width(call, rng):
    """The last axis follows vocab_size."""
    tokens = torch.randint(3, (2, 5), generator=rng)
    widths = [call(tokens, vocab_size) for vocab_size in (3, 5, 11)]
    widths = [w.shape[-1] if isinstance(w, torch.Tensor) and w.dim() else None for w in widths]
    if widths[0] is not None and len(set(widths)) == 1:
        raise Wrong("hard-coded", f"vocab_size = 3, 5, 11 → {widths[0]}, {widths[1]}, {widths[2]}")
    if widths != [3, 5, 11]:
        raise Wrong("width", f"vocab_size = 3, 5, 11 → {widths[0]}, {widths[1]}, {widths[2]}")


check_bag_of_words = Exercise(
    name="bag_of_words", points=1, cases=bag_cases, laws=(bag_width,), answer=bag_of_words,
    mistakes={
        "presence": (".sum(-2) -> .amax(-2)",
            "You say whether a word is there. What should happen when it is there twice?",
            "단어가 있는지 없는지만 알려 줘요. 같은 단어가 두 번 나오면 어떻게 되어야 할까요?"),
        "mean": (".float() -> .float() / tokens.shape[-1]",
            "Your numbers are fractions of the sentence. A sentence said twice should have twice the counts.",
            "문장에서 차지하는 비율을 돌려줘요. 같은 문장을 두 번 이으면 개수도 두 배가 되어야 해요."),
        "batch": ("one_hot(tokens, -> one_hot(tokens.flatten(),",
            "You put all the sentences into one bag. How many bags should a batch of five sentences give?",
            "모든 문장을 가방 하나에 담았어요. 문장이 다섯 개인 배치라면 가방은 몇 개여야 할까요?"),
        "batch spread": (
            ("one_hot(tokens, -> one_hot(tokens.flatten(),",
             ".float() -> .float().expand(*tokens.shape[:-1], vocab_size)"),
            "Every sentence gets the same bag, filled by the whole batch. "
            "Would the first bag change if the second sentence did?",
            "배치 전체로 채운 가방을 문장마다 똑같이 돌려줘요. 두 번째 문장이 바뀌면 첫 번째 가방도 바뀌어야 할까요?"),
        "over sentences": (".sum(-2) -> .sum(0)",
            "You sum over the first axis. Which axis runs along the words of one sentence, however many axes lead?",
            "첫 번째 축으로 더했어요. 앞에 축이 몇 개가 있든, 한 문장의 단어를 따라가는 축은 어느 것일까요?"),
        "second axis": (".sum(-2) -> .sum(1)",
            "You sum over axis 1. For one batch of sentences that is the axis of the "
            "words. For a single sentence, or a batch of batches, which axis is it?",
            "축 1로 더했어요. 문장의 배치 하나라면 그것이 단어를 따라가는 "
            "축이에요. 문장 하나라면, 배치의 배치라면 어느 축일까요?"),
        "over words": (".sum(-2) -> .sum(-1)",
            "You sum over the vocabulary, so every position counts "
            "1. Which axis should disappear, and which should stay?",
            "어휘 축으로 더해서 위치마다 1이 되었어요. 어느 축이 사라지고 어느 축이 남아야 할까요?"),
        "kinds": (".sum(-2) -> .amax(-2).sum(-1)",
            "You count how many different words a sentence has. The bag should say which ones, and how often.",
            "문장에 서로 다른 단어가 몇 가지인지 셌어요. 가방은 어떤 단어가 몇 번 나왔는지 말해야 해요."),
        "uncounted": (".sum(-2) -> ",
            "Your answer still knows which word was at which position. A bag forgets the positions.",
            "어떤 단어가 어느 위치에 있었는지가 아직 남아 있어요. 가방은 위치를 잊어요."),
        "largest word": ("one_hot(tokens, vocab_size) -> one_hot(tokens)",
            "The width of your bag depends on the words that happen "
            "to occur. Two batches must give bags of the same width.",
            "가방의 폭이 우연히 나온 단어에 따라 달라져요. 배치가 달라도 폭은 같아야 해요."),
        "hard-coded": ("one_hot(tokens, vocab_size) -> one_hot(tokens, 13)",
            "The width of your bag is the same whatever `vocab_size` is. Where is a number written in?",
            "`vocab_size`를 바꿔도 가방의 폭이 그대로예요. 숫자를 직접 써 넣은 곳이 있나요?"),
        "from one": ("one_hot(tokens, vocab_size) -> one_hot(tokens, vocab_size + 1)[..., 1:]",
            "Word 0 is never counted, so every other count comes one position "
            "too early. What is the number of the first word of a vocabulary?",
            "0번 단어를 세지 않아서 나머지 개수가 한 칸씩 앞으로 밀렸어요. 어휘의 첫 단어는 몇 번일까요?"),
        "last position": ("one_hot(tokens, vocab_size) -> one_hot(tokens[..., :-1], vocab_size)",
            "One word of each sentence is missing from its bag. Have a look at the end of the sentence.",
            "문장마다 단어 하나가 가방에서 빠졌어요. 문장의 끝을 살펴보세요."),
        "first position": ("one_hot(tokens, vocab_size) -> one_hot(tokens[..., 1:], vocab_size)",
            "One word of each sentence is missing from its bag. Have a look at the start of the sentence.",
            "문장마다 단어 하나가 가방에서 빠졌어요. 문장의 시작을 살펴보세요."),
        "word numbers": (".float() -> .float() * torch.arange(vocab_size)",
            "Your counts are multiplied by the numbers of the words. A word's number is a name, not an amount.",
            "개수에 단어 번호가 곱해졌어요. 단어 번호는 이름일 뿐, 크기가 아니에요."),
        "integers": (".float() -> ",
            "The counts are right, but they are integers. The next step "
            "multiplies them by weights: which dtype does that need?",
            "개수는 맞는데 정수예요. 다음 단계에서 가중치와 곱해야 하는데, 어떤 dtype이 필요할까요?"),
        "width": (None,
            "The last axis should have one entry for each word of the vocabulary.",
            "마지막 축에는 어휘의 단어마다 칸이 하나씩 있어야 해요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 1.2 split_without_leak
def split_without_leak(tokens, test_fraction, generator):
    distinct, kind = torch.unique(tokens, dim=0, return_inverse=True)
    order = torch.randperm(len(distinct), generator=generator)
    in_test = torch.isin(kind, order[: round(test_fraction * len(distinct))])
    train, test = torch.where(~in_test)[0], torch.where(in_test)[0]
    return train, test


def rows_with_copies(rng, copies, width=3):
    """len(copies) distinct rows, row k repeated copies[k] times, in a shuffled order."""
    codes = torch.randperm(5**width, generator=rng)[: len(copies)]
    distinct = torch.stack([codes // 5**position % 5 for position in range(width)], 1)
    rows = distinct.repeat_interleave(torch.tensor(copies), 0)
    return rows[torch.randperm(len(rows), generator=rng)]


def draw_split(call, tokens, test_fraction, generator):
    """Call the answer, and raise Wrong unless it is a pair of 1-D tensors of row numbers."""
    pair = expect_tensors(call(tokens, test_fraction, generator), None, None)
    for part in pair:
        if part.dtype in (torch.bool, torch.uint8):  # indexing takes both for masks
            raise Wrong("mask")
        if part.dim() != 1:
            raise Wrong("rows", str(tuple(part.shape)))
        if part.is_floating_point() or part.is_complex():
            raise Wrong("dtype", got=part.dtype, want=torch.int64)
        if len(part) and not 0 <= part.min() <= part.max() < len(tokens):
            raise Wrong("outside", show(part))
    return pair


def split_uses_every_row(call, rng):
    for copies, fraction in (([1, 2], 0.5), ([3, 1, 2, 1, 4], 0.4), ([1] * 11, 0.3)):
        tokens = rows_with_copies(rng, copies)
        used = torch.cat(tuple(draw_split(call, tokens, fraction, seeded(3)))).bincount(minlength=len(tokens))
        example = f"split_without_leak({show(tokens)}, {fraction}, generator)"
        if (used == 0).any():
            raise Wrong("lost", example, rows=show(torch.where(used == 0)[0]))
        if (used > 1).any():
            raise Wrong("twice", example, rows=show(torch.where(used > 1)[0]))


def split_has_no_leak(call, rng):
    for seed in range(3):
        tokens = rows_with_copies(rng, [3, 1, 2, 1, 4, 2, 2])
        train, test = draw_split(call, tokens, 0.3, seeded(seed))
        for i in train.tolist():
            for j in test.tolist():
                if torch.equal(tokens[i], tokens[j]):
                    raise Wrong("leak", f"train {i}: {show(tokens[i])}\ntest {j}: {show(tokens[j])}")


def split_has_the_right_size(call, rng):
    seen = []
    for copies, fraction in (([2] * 7, 0.25), ([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 1], 0.3), ([5, 1, 1, 1, 1], 0.4)):
        tokens = rows_with_copies(rng, copies)
        train, test = draw_split(call, tokens, fraction, seeded(3))
        got, other = (len(tokens[part].unique(dim=0)) for part in (test, train))
        seen.append((got, other, fraction * len(copies), fraction * len(tokens), len(tokens), len(copies), fraction))
    excuses = {  # a key is said only if it explains all three
        "swapped": lambda got, other, exact, of_rows: other == round(exact),
        "of rows": lambda got, other, exact, of_rows: got in (int(of_rows), round(of_rows)),
        "floor": lambda got, other, exact, of_rows: got == int(exact),
        "ceil": lambda got, other, exact, of_rows: got == math.ceil(exact),
    }
    for row in seen:
        got, _, exact, _, rows, distinct, fraction = row
        if got != round(exact):
            key = next((k for k, explains in excuses.items() if all(explains(*r[:4]) for r in seen)), "size")
            raise Wrong(key, rows=rows, distinct=distinct, fraction=fraction, exact=f"{exact:g}", got=got)


def split_is_fair(call, rng):
    """Each distinct row is equally likely to be in the test part, however often it occurs."""
    copies = [9, 1, 1, 1, 1]
    tokens = rows_with_copies(rng, copies)
    common = tokens.unique(dim=0, return_counts=True)
    common = common[0][common[1].argmax()]
    hits = 0
    for seed in range(200):
        hits += bool((tokens[draw_split(call, tokens, 0.4, seeded(1000 + seed))[1]] == common).all(-1).any())
    if not 45 <= hits <= 115:  # 80 expected, 5 standard deviations
        raise Wrong("unfair", fraction=f"{hits / 200:.2f}")


def split_can_be_empty(call, rng):
    tokens = rows_with_copies(rng, [2, 1, 1])
    for fraction in (0.0, 1.0):
        sizes = [len(part) for part in draw_split(call, tokens, fraction, seeded(3))]
        if sizes != ([4, 0] if fraction == 0 else [0, 4]):
            raise Wrong("extreme", fraction=fraction, sizes=sizes)


def draw_for_luck(call, generator):
    tokens = rows_with_copies(seeded(0), [1, 2, 1, 3, 1, 2, 1, 1, 2, 1, 1])
    return [part.clone() for part in draw_split(call, tokens, 0.3, generator)]


check_split_without_leak = Exercise(
    name="split_without_leak", points=2,
    laws=(split_uses_every_row, split_has_no_leak, split_has_the_right_size, split_can_be_empty,
        random_law(draw_for_luck), split_is_fair), answer=split_without_leak,
    mistakes={
        "leak": ("torch.unique(tokens, dim=0, return_inverse=True) -> tokens, torch.arange(len(tokens))",
            "The same content is in both parts. Could a model that only memorizes get this test row right?",
            "같은 내용이 양쪽에 다 있어요. 외우기만 하는 모델도 이 테스트 행을 맞히지 않을까요?"),
        "lost": ("isin(kind, -> isin(torch.arange(len(distinct)),",
            "These rows are in neither part: {rows}. Repeated rows belong to the data too.",
            "어느 쪽에도 없는 행이 있어요: {rows}. 반복되는 행도 데이터의 일부예요."),
        "twice": ("torch.where(~in_test)[0] -> torch.arange(len(tokens))",
            "These rows are used more than once: {rows}. How often should each row number appear in all?",
            "두 번 이상 쓰인 행이 있어요: {rows}. 행 번호는 모두 합해서 몇 번씩 나와야 할까요?"),
        "swapped": ("return train, test -> return test, train",
            "Your sizes fit, the other way round. In which order does the docstring name the two parts?",
            "크기가 서로 바뀌어 있어요. docstring은 두 부분을 어떤 순서로 말하나요?"),
        "of rows": ("test_fraction * len(distinct) -> test_fraction * len(tokens)",
            "Of {rows} rows, {distinct} distinct, you put {got} distinct "
            "rows into the test part. Of what is `test_fraction` a fraction?",
            "행 {rows}개 가운데 서로 다른 행은 {distinct}개인데, 테스트 쪽에 서로 "
            "다른 행 {got}개를 넣었어요. `test_fraction`은 무엇에 대한 비율인가요?"),
        "floor": ("round( -> int(",
            "{fraction} of {distinct} distinct rows is {exact}, and you took {got}. How does the docstring round?",
            "서로 다른 행 {distinct}개의 {fraction}배는 {exact}인데, "
            "{got}개를 골랐어요. docstring에서는 어떻게 반올림하나요?"),
        "ceil": ("round( -> math.ceil(",
            "You took {got} distinct rows where the exact number is {exact} "
            "({fraction} of {distinct}). You always round up: is that the nearest?",
            "정확한 수는 {exact}({distinct}개의 {fraction}배)인데 {got}개를 "
            "골랐어요. 늘 올림하는데, 그것이 가장 가까운 수일까요?"),
        "unfair": (
            "torch.randperm(len(distinct), generator=generator) -> kind[torch.randperm(len(kind), "
            "generator=generator)]\n    order = torch.tensor(list(dict.fromkeys(order.tolist())))",
            "A row that occurs nine times was in the test part in {fraction} of the splits, "
            "where 0.40 was asked for. Does a row get a better chance for each copy?",
            "아홉 번 나오는 행이 테스트 쪽에 들어간 비율이 {fraction}예요. "
            "0.40이어야 해요. 사본이 많을수록 뽑힐 기회가 늘어나나요?"),
        "mask": ("return train, test -> return ~in_test, in_test",
            "You return True and False for each row. The docstring asks for row numbers.",
            "행마다 True와 False를 돌려줘요. docstring은 행 번호를 돌려달라고 해요."),
        "rows": ("return train, test -> return tokens[~in_test], tokens[in_test]",
            "You return something with more axes than a list of row numbers has. Is it the rows themselves?",
            "돌려준 값의 축이 행 번호 목록의 축과 달라요. 혹시 행 자체를 돌려주고 있나요?"),
        "size": ("torch.unique(tokens, -> torch.unique(tokens.sum(-1, keepdim=True),",
            "{fraction} of {distinct} distinct rows is {exact}, and your test "
            "part has {got}. Which rows does your function take for the same?",
            "서로 다른 행 {distinct}개의 {fraction}배는 {exact}인데, 테스트 "
            "쪽에는 {got}개가 있어요. 함수가 어떤 행들을 같다고 보고 있나요?"),
        "extreme": ("round(test_fraction * -> round(min(max(test_fraction, 0.2), 0.8) *",
            "With test_fraction = {fraction} your parts have {sizes} "
            "rows. One part should be empty here, and that is fine.",
            "test_fraction = {fraction}일 때 두 부분의 행 수가 "
            "{sizes}예요. 여기서는 한쪽이 비어야 하고, 비어도 괜찮아요."),
        "outside": ("return train, test -> return train + 1, test + 1",
            "Some of your row numbers do not exist. What are the numbers of the first and of the last row?",
            "없는 행 번호가 있어요. 첫 행과 마지막 행은 몇 번일까요?"),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 1.3 palindromes
def is_palindrome(tokens):
    return (tokens == tokens.flip(-1)).all(-1)


def palindromes(batch, length, generator, vocab_size=8):
    if length < 3 or vocab_size < 2:
        raise ValueError("these tokens have only one order: use length >= 3 and vocab_size >= 2")
    rows, labels = [], torch.arange(batch) < batch // 2
    for label in labels:
        half = torch.zeros((length + 1) // 2, dtype=torch.long)
        while (half == half[0]).all():  # never one token repeated
            half = torch.randint(vocab_size, half.shape, generator=generator)
        row = torch.cat([half, half[: length // 2].flip(0)])
        while not label and torch.equal(row, row.flip(0)):
            row = row[torch.randperm(length, generator=generator)]
        rows.append(row)
    return torch.stack(rows), labels.long()


def draw_palindromes(call, batch, length, vocab_size, seed=3, generator=None, odd=False):
    """Call the answer, and raise Wrong unless it is (batch, length) tokens and (batch,) labels."""
    pair = call(batch, length, generator or seeded(seed), vocab_size)
    try:
        expect_tensors(pair, (batch, length), (batch,))
    except Wrong as wrong:
        if odd and wrong.key == "shape":
            wrong.key, wrong.example = "odd", f"palindromes({batch}, {length}, generator, {vocab_size})"
        raise
    for part in pair:
        if part.dtype != torch.int64:
            raise Wrong("dtype", got=part.dtype, want=torch.int64)
    return pair


def first_row(key, tokens, which):
    """Raise Wrong with the first row where `which` is true."""
    if which.any():
        raise Wrong(key, show(tokens[which][0]))


def palindromes_have_shapes(call, rng):
    draw_palindromes(call, 6, 4, 5)
    draw_palindromes(call, 1, 6, 8)


def palindromes_can_be_odd(call, rng):
    draw_palindromes(call, 6, 4, 5)
    for length in (3, 5, 11):
        draw_palindromes(call, 5, length, 7, odd=True)


def palindromes_use_the_vocabulary(call, rng):
    for vocab_size in (3, 8, 13):
        tokens, _ = draw_palindromes(call, 150, 7, vocab_size)
        used = sorted(set(tokens.flatten().tolist()))
        if used != list(range(vocab_size)):
            raise Wrong("vocabulary", f"vocab_size = {vocab_size}: {used}")


def palindromes_are_half(call, rng):
    for batch, seed in ((10, 1), (10, 2), (10, 3), (11, 1), (7, 2), (2, 1), (12, 5)):
        _, labels = draw_palindromes(call, batch, 6, 8, seed)
        if not set(labels.tolist()) <= {0, 1} or labels.sum() != batch // 2:
            raise Wrong("half", show(labels), batch=batch, want=batch // 2, got=int((labels == 1).sum()))


def palindromes_are_palindromes(call, rng):
    tokens, labels = draw_palindromes(call, 40, 6, 8)
    mirrored = is_palindrome(tokens)
    if (labels == 0).any() and mirrored[labels == 0].float().mean() > 0.9 and not mirrored[labels == 1].all():
        raise Wrong("inverted", show(tokens[labels == 0][0]))
    for length, vocab_size in ((6, 8), (7, 3)):
        tokens, labels = draw_palindromes(call, 40, length, vocab_size)
        first_row("not palindrome", tokens, (labels == 1) & ~is_palindrome(tokens))


def others_have_paired_tokens(call, rng):
    for length, vocab_size in ((4, 5), (6, 8), (7, 3)):
        tokens, labels = draw_palindromes(call, 60, length, vocab_size)
        single = torch.nn.functional.one_hot(tokens, max(vocab_size, int(tokens.max()) + 1)).sum(1) % 2
        first_row("bag", tokens, (labels == 0) & (single.sum(1) != length % 2))


def others_are_not_palindromes(call, rng):
    for length, vocab_size in ((3, 2), (4, 2), (4, 3), (5, 2)):
        tokens, labels = draw_palindromes(call, 100, length, vocab_size)
        first_row("accident", tokens, (labels == 0) & is_palindrome(tokens))


def no_row_is_one_token(call, rng):
    for length, vocab_size in ((3, 2), (4, 2), (5, 3)):
        tokens, _ = draw_palindromes(call, 100, length, vocab_size)
        first_row("one token", tokens, (tokens == tokens[:, :1]).all(1))


def kinds_do_not_tell(call, rng):
    """Over many rows, both labels have as many kinds of tokens."""
    tokens, labels = draw_palindromes(call, 1000, 6, 4)
    kinds = (torch.nn.functional.one_hot(tokens, max(4, int(tokens.max()) + 1)).sum(1) > 0).sum(1).float()
    ones, zeros = kinds[labels == 1], kinds[labels == 0]
    if min(len(ones), len(zeros)) < 2:
        raise Wrong("half", show(labels[:24]), batch=1000, want=500, got=len(ones))
    noise = (ones.var() / len(ones) + zeros.var() / len(zeros)).sqrt()
    if (ones.mean() - zeros.mean()).abs() > 5 * noise + 1e-6:
        raise Wrong("kinds", one=f"{ones.mean():.2f}", zero=f"{zeros.mean():.2f}")


def palindromes_vary(call, rng):
    tokens, labels = draw_palindromes(call, 60, 11, 8)
    for label in (0, 1):
        rows = tokens[labels == label]
        if len(rows) and len(rows.unique(dim=0)) < 0.8 * len(rows):
            raise Wrong("repeats", label=label, rows=len(rows), distinct=len(rows.unique(dim=0)))


def impossible_is_refused(call, rng):
    for length, vocab_size in ((2, 8), (1, 8), (5, 1)):
        example = f"palindromes(4, {length}, generator, {vocab_size})"
        try:
            call(4, length, seeded(3), vocab_size, patience=20_000)
        except Wrong as wrong:
            if wrong.key != "error" or not str(wrong.value).startswith("ValueError"):
                raise Wrong("impossible", example) from None
            if len(str(wrong.value)) < len("ValueError: ") + 8:
                raise Wrong("no reason", example) from None
        else:
            raise Wrong("impossible", example)


check_palindromes = Exercise(
    name="palindromes", points=3,
    laws=(palindromes_have_shapes, palindromes_can_be_odd, palindromes_vary, palindromes_use_the_vocabulary,
        palindromes_are_palindromes, palindromes_are_half, others_have_paired_tokens,
        others_are_not_palindromes, no_row_is_one_token, kinds_do_not_tell, impossible_is_refused,
        random_law(lambda call, generator: list(draw_palindromes(call, 5, 6, 8, generator=generator)))),
    answer=palindromes,
    mistakes={
        "odd": ("rows, labels = [] -> length = max(length // 2 * 2, 4)\n    rows, labels = []",
            "Even lengths work. What happens to the token in the middle when the length is odd?",
            "짝수 길이는 잘 돼요. 길이가 홀수이면 가운데 토큰은 어떻게 되나요?"),
        "vocabulary": ("randint(vocab_size, -> randint(min(vocab_size, 8),",
            "Over many examples, your tokens should be exactly 0 … vocab_size − 1.",
            "예가 많으면 토큰은 정확히 0부터 vocab_size − 1까지 나와야 해요."),
        "half": ("torch.arange(batch) < batch // 2 -> torch.rand(batch, generator=generator) < 0.5",
            "In a batch of {batch}, {got} have label 1. It should be exactly {want}, every time.",
            "{batch}개짜리 배치에서 레이블 1이 {got}개예요. 매번 정확히 {want}개여야 해요."),
        "inverted": ("labels.long() -> 1 - labels.long()",
            "This palindrome has label 0. Which label is for palindromes?",
            "이 회문의 레이블이 0이에요. 회문의 레이블은 무엇인가요?"),
        "not palindrome": ("half[: length // 2].flip(0) -> half[: length // 2]",
            "This row has label 1. Does it read the same from the end?",
            "이 행의 레이블이 1이에요. 끝에서부터 읽어도 같은가요?"),
        "bag": (
            "row[torch.randperm(length, generator=generator)] -> "
            "torch.randint(vocab_size, (length,), generator=generator)",
            "This row has label 0. Count each of its tokens: could they be laid "
            "out as a palindrome? If not, a bag of words already knows the label.",
            "이 행의 레이블은 0이에요. 토큰을 종류별로 세어 보세요. 이 토큰들로 "
            "회문을 만들 수 있나요? 만들 수 없다면 단어 가방은 레이블을 이미 알아요."),
        "accident": ("while not label and torch.equal(row, row.flip(0)): -> if not label:",
            "This row has label 0, yet it reads the same from the end. Rare with many words, common with two.",
            "이 행의 레이블은 0인데, 끝에서부터 읽어도 같아요. 단어가 많으면 드물지만 두 개뿐이면 흔해요."),
        "one token": (
            ("torch.zeros((length + 1) // 2, dtype=torch.long) -> "
             "torch.randint(vocab_size, ((length + 1) // 2,), generator=generator)",
             "while (half -> while not label and (half"),
            "This row is one token repeated. Can such a bag ever have label 0? Then what does it give away?",
            "이 행은 토큰 하나를 되풀이한 것이에요. 이런 가방의 "
            "레이블이 0일 수 있을까요? 그렇다면 무엇이 새어 나갈까요?"),
        "kinds": (
            "row = torch.cat( -> varied = [torch.randperm(vocab_size, generator=generator)] * length\n        "
            "half = half if label else torch.cat(varied)[: len(half)]\n        row = torch.cat(",
            "Rows with label 1 have {one} kinds of tokens on average, rows with label 0 "
            "{zero}. A bag of words sees that. Are both made from the same palindromes?",
            "레이블 1인 행에는 토큰이 평균 {one}종류, 레이블 0인 행에는 {zero}종류가 있어요. "
            "단어 가방은 이 차이를 봐요. 둘 다 같은 방식으로 뽑은 회문에서 시작하나요?"),
        "repeats": ("torch.stack(rows) -> torch.stack([rows[0 if label else -1] for label in labels])",
            "Of {rows} rows with label {label}, only {distinct} are different. Draw each example separately.",
            "레이블 {label}인 행 {rows}개 가운데 서로 다른 것은 "
            "{distinct}개뿐이에요. 예를 하나하나 따로 뽑아야 해요."),
        "impossible": ("if length < 3 or vocab_size < 2: -> if False:",
            "This cannot be done: no tokens can be laid out both as a palindrome "
            "and as something else. What should your function do then?",
            "이것은 만들 수 없어요. 회문으로도, 회문이 아니게도 놓을 "
            "수 있는 토큰이 없거든요. 이때 함수는 무엇을 해야 할까요?"),
        "no reason": (
            'ValueError("these tokens have only one order: use length >= 3 and vocab_size >= 2") -> ValueError',
            "A ValueError, good. Tell the caller in words why it cannot be done.",
            "ValueError를 낸 것은 좋아요. 왜 만들 수 없는지 부른 사람에게 말로 알려 주세요."),
    },
)  # fmt: skip
