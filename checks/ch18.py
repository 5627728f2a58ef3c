"""Checks for the exercises of chapter 18, 18-translation."""

import math
from collections import Counter

import torch

from .engine import Exercise


def ids(*values):
    return torch.tensor(values, dtype=torch.long)


# ---------------------------------------------------------------- 18.1 nearest_card
def nearest_card(queries, cards):
    idf = torch.log(len(cards) / (cards > 0).sum(0))  # (R,)
    keys = cards * idf  # (M, R)
    keys = keys / keys.norm(dim=1, keepdim=True).clamp(min=1e-12)
    similarity = (queries * idf) @ keys.T  # (N, M)
    return similarity.argmax(1)


def dot_product(queries, cards):
    idf = torch.log(len(cards) / (cards > 0).sum(0))
    return ((queries * idf) @ (cards * idf).T).argmax(1)


def norm_first(queries, cards):
    idf = torch.log(len(cards) / (cards > 0).sum(0))
    keys = cards / cards.norm(dim=1, keepdim=True).clamp(min=1e-12) * idf
    return ((queries * idf) @ keys.T).argmax(1)


def smallest_distance(queries, cards):
    idf = torch.log(len(cards) / (cards > 0).sum(0))
    return torch.cdist(queries * idf, cards * idf).argmin(1)


def card_cases(rng):
    def draw(N, M, R, most=4, share=0.4):
        def counts(rows):
            here = torch.rand(rows, R, generator=rng, dtype=torch.float64) < share
            return here * torch.randint(1, most, (rows, R), generator=rng).double()

        cards = counts(M)
        for run in range(R):  # each run is on a card, and no two cards are alike
            cards[run % M, run] += 1
        return counts(N) + torch.eye(N, R, dtype=torch.float64), cards

    def floats(*rows):
        return torch.tensor(rows, dtype=torch.float64)

    return [
        (floats([1, 0, 0]), floats([1, 0, 0], [0, 1, 0], [0, 0, 1])),
        (floats([0, 1, 0], [0, 0, 2]), floats([1, 0, 0], [0, 1, 0], [0, 0, 1])),
        (floats([1, 1, 0]), floats([5, 0, 9], [1, 1, 0], [0, 0, 1])),
        (floats([1, 0, 1]), floats([1, 0, 0], [1, 2, 1], [1, 1, 0], [0, 1, 0])),
        (floats([1, 1, 0]), floats([1, 0, 0], [1, 1, 7], [1, 0, 1])),  # the first run is on all cards
        (floats([3, 1, 0, 1], [0, 2, 1, 0]), floats([3, 0, 0, 0], [9, 1, 0, 1], [8, 0, 2, 0], [7, 1, 1, 0])),
        (floats([0, 1, 1]), floats([1, 0.2, 0.1], [1, 3, 0], [1, 0, 0])),  # a short vector, and near
        *[draw(5, 7, 11), draw(7, 13, 17), draw(3, 23, 29, 3, 0.2), draw(11, 5, 13, 1000)],
        *[draw(13, 31, 19, 9, 0.6), draw(17, 37, 41, 30, 0.3)],
    ]


check_nearest_card = Exercise(
    name="nearest_card", points=1, cases=card_cases, answer=nearest_card,
    mistakes={
        "dot product": (dot_product,
            "A card with many runs wins too often: your similarity grows with the length of the card's vector. "
            "What turns a dot product into a cosine?",
            "글자가 많은 카드가 너무 자주 이겨요. 유사도가 카드 벡터의 길이만큼 커지기 때문이에요. "
            "내적을 코사인으로 바꾸려면 무엇이 필요할까요?"),
        "no idf": ("torch.log(len(cards) / (cards > 0).sum(0)) -> torch.ones_like(cards[0])",
            "All runs count the same in your function. A run that is on every card says nothing about any of them.",
            "모든 조각을 똑같이 세었어요. 모든 카드에 있는 조각은 어느 카드에 대해서도 알려 주는 것이 없어요."),
        "no logarithm": ("torch.log(len(cards) / (cards > 0).sum(0)) -> len(cards) / (cards > 0).sum(0)",
            "The weight of a run is a logarithm. What weight should a run on all cards have?",
            "조각의 가중치는 로그예요. 모든 카드에 있는 조각의 가중치는 얼마여야 할까요?"),
        "how often": ("(cards > 0).sum(0) -> cards.sum(0)",
            "You count how often a run occurs, over all cards. What is asked is on how many cards it occurs.",
            "조각이 모두 몇 번 나오는지 세었어요. 필요한 것은 그 조각이 있는 카드의 수예요."),
        "weights on one side": ("(queries * idf) @ -> queries @",
            "Only the cards carry the weights. Queries and cards must be weighted alike.",
            "카드에만 가중치를 곱했어요. 쿼리와 카드에 똑같이 곱해야 해요."),
        "norm first": (norm_first,
            "You divide by the norm first and put the weights on afterwards; then the vectors no longer have norm 1.",
            "노름으로 먼저 나누고 가중치를 나중에 곱했어요. 그러면 벡터의 노름이 1이 아니게 돼요."),
        "columns": ("dim=1, keepdim -> dim=0, keepdim",
            "You divide by the norms of the columns. Which vector belongs to one card?",
            "열의 노름으로 나누었어요. 카드 한 장에 해당하는 벡터는 어느 쪽인가요?"),
        "norm 0": (".clamp(min=1e-12) -> ",
            "A card all of whose runs are on every card has norm 0, and 0/0 is nan, which wins the argmax.",
            "모든 카드에 있는 조각만 있는 카드는 노름이 0이고, 0/0은 nan이라서 argmax에서 이겨 버려요."),
        "least similar": ("argmax -> argmin",
            "You return the card that is least similar.",
            "가장 덜 비슷한 카드를 돌려주었어요."),
        "distance": (smallest_distance,
            "You take the smallest distance. A long card with the same mix of runs is far away, and its cosine is 1.",
            "거리가 가장 가까운 카드를 골랐어요. 조각의 비율이 같아도 긴 카드는 멀리 있지만 코사인은 1이에요."),
        "for each card": ("argmax(1) -> argmax(0)",
            "You return the best query for each card. What is asked is the best card for each query.",
            "카드마다 가장 비슷한 쿼리를 돌려주었어요. 필요한 것은 쿼리마다 가장 비슷한 카드예요."),
        "how similar": ("similarity.argmax(1) -> similarity.amax(1)",
            "You return how similar the best card is. Return which one it is.",
            "가장 비슷한 카드의 유사도를 돌려주었어요. 그 카드의 번호를 돌려주세요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 18.2 shared_ngrams
def shared_ngrams(translation, reference, n):
    counts = []
    for sequence in (translation, reference):
        runs = [tuple(sequence[i : i + n].tolist()) for i in range(len(sequence) - n + 1)]
        counts.append(Counter(runs))
    got, right = counts
    matches = sum(min(times, right[run]) for run, times in got.items())
    return torch.tensor([matches / max(1, sum(count.values())) for count in (got, right)])


def same_positions(translation, reference, n):
    got, right = ([tuple(s[i : i + n].tolist()) for i in range(len(s) - n + 1)] for s in (translation, reference))
    matches = sum(a == b for a, b in zip(got, right))
    return torch.tensor([matches / max(1, len(runs)) for runs in (got, right)])


def as_sets(translation, reference, n):
    got, right = ({tuple(s[i : i + n].tolist()) for i in range(len(s) - n + 1)} for s in (translation, reference))
    return torch.tensor([len(got & right) / max(1, len(runs)) for runs in (got, right)])


def bags(translation, reference, n):
    """Runs without their order."""
    got, right = (
        Counter(tuple(sorted(s[i : i + n].tolist())) for i in range(len(s) - n + 1)) for s in (translation, reference)
    )
    matches = sum((got & right).values())
    return torch.tensor([matches / max(1, sum(count.values())) for count in (got, right)])


def cut_up(translation, reference, n):
    """Runs that do not overlap."""
    got, right = (
        Counter(tuple(s[i : i + n].tolist()) for i in range(0, len(s) - n + 1, n)) for s in (translation, reference)
    )
    matches = sum((got & right).values())
    return torch.tensor([matches / max(1, sum(count.values())) for count in (got, right)])


def ngram_cases(rng):
    def draw(T, S, n, letters=3):
        return (torch.randint(letters, (T,), generator=rng), torch.randint(letters, (S,), generator=rng), n)

    return [
        (ids(5, 6), ids(5, 6), 1),
        (ids(5, 7), ids(5, 6, 8), 1),
        (ids(5), ids(5, 6, 7), 1),
        (ids(6, 5, 7), ids(5), 1),
        (ids(5, 5, 5), ids(5, 6), 1),
        (ids(5, 6, 7), ids(6, 5, 7), 2),
        (ids(5, 6, 7), ids(9, 5, 6, 7), 2),
        (ids(5), ids(5, 6, 7), 2),
        (ids(5, 6, 7), ids(5), 2),
        (ids(), ids(5), 1),
        (ids(5, 6, 5, 6, 5), ids(6, 5, 6, 7), 2),
        (ids(1, 2, 3, 4, 5), ids(1, 2, 3, 5, 4), 3),
        *[draw(7, 11, 1), draw(13, 5, 2), draw(11, 17, 3, 2), draw(23, 19, 2), draw(3, 29, 1), draw(31, 37, 4, 2)],
    ]


check_shared_ngrams = Exercise(
    name="shared_ngrams", points=2, cases=ngram_cases, answer=shared_ngrams,
    mistakes={
        "not clipped": ("min(times, right[run]) -> times * (run in right)",
            "A run that the translation repeats is counted each time, though the reference has it once. "
            "What should *the the the* get against *the cat*?",
            "번역이 되풀이한 조각을 그때마다 맞았다고 세었어요. 정답에는 한 번뿐인데도요. "
            "*the cat*에 대한 *the the the*의 정밀도는 얼마여야 할까요?"),
        "clipped to one": ("min(times, right[run]) -> min(1, times, right[run])",
            "Each run counts once at most in your matches. One that occurs twice on both sides is two matches.",
            "조각마다 많아야 한 번만 세었어요. 양쪽에 두 번씩 나오면 두 번 맞은 거예요."),
        "sets": (as_sets,
            "You compare sets: how often a run occurs is lost.",
            "집합을 비교했어요. 그러면 조각이 몇 번 나오는지 알 수 없어요."),
        "swapped": ("(got, right)]) -> (right, got)])",
            "Precision and recall are swapped. Which of them divides by the runs of the translation?",
            "정밀도와 재현율이 뒤바뀌었어요. 번역의 조각 수로 나누는 것은 어느 쪽인가요?"),
        "one short": ("len(sequence) - n + 1 -> len(sequence) - n",
            "The last run of each sequence is missing. How many runs of 2 are in a sequence of 3?",
            "시퀀스의 마지막 조각이 빠졌어요. 길이 3인 시퀀스에 길이 2인 조각은 몇 개인가요?"),
        "beyond the end": ("len(sequence) - n + 1 -> len(sequence)",
            "Your last runs are shorter than n: they hang over the end.",
            "끝을 넘어가서 n보다 짧은 조각이 섞였어요."),
        "positions": (same_positions,
            "You compare runs at the same position. One word more at the beginning, and nothing matches.",
            "같은 위치에 있는 조각끼리 비교했어요. 앞에 단어가 하나만 늘어도 아무것도 맞지 않게 돼요."),
        "order lost": (bags,
            "The order inside a run is lost: *king the* is not *the king*.",
            "조각 안의 순서가 사라졌어요. *king the*와 *the king*은 달라요."),
        "do not overlap": (cut_up,
            "You cut the sequences into pieces that do not overlap. A run begins at every position.",
            "시퀀스를 겹치지 않게 잘랐어요. 조각은 모든 위치에서 시작해요."),
        "divided by tokens": ("sum(count.values()) -> sum(count.values()) + n - 1",
            "You divide by the number of tokens. By how many runs should it be?",
            "토큰 수로 나누었어요. 조각의 수로 나누어야 해요."),
        "different runs": ("max(1, sum(count.values())) -> max(1, len(count))",
            "You divide by the number of different runs. Repeated ones count, too.",
            "서로 다른 조각의 수로 나누었어요. 되풀이된 것도 세어야 해요."),
    },
)  # fmt: skip


# ---------------------------------------------------------------- 18.3 corpus_bleu
def corpus_bleu(translations, references, longest):
    written = sum(len(translation) for translation in translations)
    wanted = sum(len(reference) for reference in references)
    logs = []
    for n in range(1, longest + 1):
        matches = total = 0
        for translation, reference in zip(translations, references):
            got = Counter(tuple(translation[i : i + n].tolist()) for i in range(len(translation) - n + 1))
            right = Counter(tuple(reference[i : i + n].tolist()) for i in range(len(reference) - n + 1))
            matches += sum((got & right).values())
            total += sum(got.values())
        if matches == 0:
            return torch.tensor(0.0)
        logs.append(math.log(matches / total))
    brevity = min(0.0, 1 - wanted / written)
    return torch.tensor(math.exp(brevity + sum(logs) / longest))


def mean_of_sentences(translations, references, longest):
    return torch.stack([corpus_bleu([t], [r], longest) for t, r in zip(translations, references)]).mean()


def brevity_each(translations, references, longest):
    """The penalty of each sentence, averaged, instead of that of the corpus."""
    whole = corpus_bleu(translations, references, longest)
    written, wanted = (sum(map(len, texts)) for texts in (translations, references))
    if not whole:
        return whole
    each = [min(0.0, 1 - len(r) / max(1, len(t))) for t, r in zip(translations, references)]
    return whole * math.exp(sum(each) / len(each) - min(0.0, 1 - wanted / written))


def pooled(translations, references, longest):
    """Clipped once for the whole corpus: a run may be matched by another sentence."""

    def runs(texts, n):
        return Counter(tuple(t[i : i + n].tolist()) for t in texts for i in range(len(t) - n + 1))

    written, wanted = (sum(map(len, texts)) for texts in (translations, references))
    logs = []
    for n in range(1, longest + 1):
        got, right = runs(translations, n), runs(references, n)
        matches = sum((got & right).values())
        if not matches:
            return torch.tensor(0.0)
        logs.append(math.log(matches / sum(got.values())))
    return torch.tensor(math.exp(min(0.0, 1 - wanted / written) + sum(logs) / longest))


def mean_precisions(translations, references, longest):
    """Arithmetic instead of geometric mean."""
    written, wanted = (sum(map(len, texts)) for texts in (translations, references))
    values = []
    for n in range(1, longest + 1):
        matches = total = 0
        for t, r in zip(translations, references):
            got, right = (Counter(tuple(s[i : i + n].tolist()) for i in range(len(s) - n + 1)) for s in (t, r))
            matches, total = matches + sum((got & right).values()), total + sum(got.values())
        values.append(matches / max(1, total))
    penalty = math.exp(min(0.0, 1 - wanted / max(1, written)))
    return torch.tensor(penalty * sum(values) / longest)


def bleu_cases(rng):
    def draw(N, low, high, letters, longest, keep=0.7):
        pairs = []
        for _ in range(N):
            S = int(torch.randint(low, high, (1,), generator=rng))
            reference = torch.randint(letters, (S,), generator=rng)
            noise = torch.randint(letters, (S,), generator=rng)
            mixed = torch.where(torch.rand(S, generator=rng) < keep, reference, noise)
            cut = int(torch.randint(-3, 3, (1,), generator=rng))
            pairs.append((torch.cat([mixed, noise[: max(0, cut)]])[: S + cut], reference))
        return *map(list, zip(*pairs)), longest

    same = [ids(1, 2, 3, 4, 5), ids(6, 7, 8, 9)]
    return [
        (same, same, 1),
        ([ids(1, 2)], [ids(1, 2, 3, 4)], 1),
        ([ids(1, 2, 3, 4)], [ids(1, 2)], 1),
        ([ids(1, 1, 1)], [ids(1, 2, 3)], 1),
        (same, same, 4),
        ([ids(1, 2, 3)], [ids(3, 2, 1)], 2),
        ([ids(), ids(1, 2)], [ids(1), ids(1, 2)], 2),
        ([ids(1, 2, 3, 9), ids(4, 5)], [ids(1, 2, 3, 4), ids(4, 5, 6)], 2),
        ([ids(1, 2, 3, 4, 5, 6), ids(7)], [ids(1, 2, 3), ids(7, 8, 9, 10)], 2),
        ([ids(1, 2), ids(3, 4)], [ids(3, 4), ids(1, 2)], 1),
        ([ids(1, 2), ids(3, 4, 9)], [ids(3, 4, 1), ids(1, 2, 3)], 1),
        *[draw(5, 5, 13, 7, 2), draw(7, 3, 11, 5, 3), draw(11, 5, 17, 3, 4), draw(13, 7, 19, 11, 4, 0.9)],
        *[draw(3, 11, 23, 5, 4, 0.8), draw(17, 2, 7, 2, 2)],
    ]


check_corpus_bleu = Exercise(
    name="corpus_bleu", points=3, cases=bleu_cases, answer=corpus_bleu,
    mistakes={
        "mean of sentences": (mean_of_sentences,
            "You average the BLEU of the sentences. The counts of all sentences are added first, then divided once.",
            "문장마다 BLEU를 구해서 평균을 냈어요. 모든 문장의 개수를 먼저 더하고 한 번만 나누어야 해요."),
        "no penalty": ("min(0.0, 1 - wanted / written) -> 0.0",
            "A translation that leaves out half of the text loses nothing. Where is the brevity penalty?",
            "절반을 빼먹은 번역이 아무 손해도 보지 않아요. 짧은 번역에 주는 벌점은 어디 있나요?"),
        "reward for length": ("min(0.0, 1 - wanted / written) -> 1 - wanted / written",
            "Long translations get more than 1 as their factor. A penalty must never be a reward.",
            "긴 번역은 1보다 큰 값을 곱해 받게 돼요. 벌점이 상이 되면 안 돼요."),
        "upside down": ("wanted / written -> written / wanted",
            "The ratio in the brevity penalty is upside down: now long translations are punished.",
            "벌점의 비율이 뒤집혔어요. 그러면 긴 번역이 벌점을 받아요."),
        "plain ratio": ("min(0.0, 1 - wanted / written) -> min(0.0, math.log(written / wanted))",
            "Your penalty is the ratio of the lengths itself. What does the formula do with 1 - r/c?",
            "길이의 비를 그대로 벌점으로 썼어요. 식에서는 1 - r/c로 무엇을 하나요?"),
        "penalty of each": (brevity_each,
            "You take the penalty of each sentence. One that is too long may make up for one that is too short.",
            "문장마다 벌점을 매겼어요. 짧은 문장은 긴 문장이 메워 줄 수 있어요. 길이는 모두 더해서 비교해요."),
        "arithmetic": (mean_precisions,
            "You take the plain mean of the precisions. BLEU takes the geometric one: one that is 0 makes all 0.",
            "정밀도의 산술 평균을 냈어요. BLEU는 기하 평균이라서 하나라도 0이면 전체가 0이에요."),
        "not clipped": ("sum((got & right).values()) -> sum(times for run, times in got.items() if run in right)",
            "A run that the translation repeats is matched each time. How often may it count?",
            "번역이 되풀이한 조각을 그때마다 맞았다고 세었어요. 몇 번까지 셀 수 있나요?"),
        "pooled": (pooled,
            "You count the runs of the whole corpus together, so a run can match one of another sentence.",
            "말뭉치 전체의 조각을 한데 모아 세었어요. 그러면 다른 문장의 조각과도 맞아 버려요."),
        "sum of logarithms": ("sum(logs) / longest -> sum(logs)",
            "You add the logarithms. Their mean is wanted: each n weighs 1/longest.",
            "로그를 더하기만 했어요. 필요한 것은 평균이에요. n마다 가중치가 1/longest예요."),
        "recall": ("total += sum(got.values()) -> total += sum(right.values())",
            "You divide by the runs of the references: that is recall. BLEU has precisions.",
            "정답의 조각 수로 나누었어요. 그것은 재현율이에요. BLEU에는 정밀도가 들어가요."),
        "one n missing": ("range(1, longest + 1) -> range(1, longest) if longest > 1 else [1]",
            "The longest runs are missing: n goes up to `longest`, itself included.",
            "가장 긴 조각이 빠졌어요. n은 `longest`까지, 그 수도 들어가요."),
        "longest only": ("range(1, longest + 1) -> [longest] * longest",
            "You count only the longest runs. All n from 1 on have a precision.",
            "가장 긴 조각만 세었어요. 1부터 모든 n에 정밀도가 있어요."),
    },
)  # fmt: skip
