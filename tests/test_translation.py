"""Scores equal sacrebleu's, whatever the texts; corpora are read, and refused in words."""

import random

import pytest
import sacrebleu
import torch

from byhand.batches import length_batches, padded
from byhand.corpus import language_pack, read_pairs
from byhand.metrics import bleu, chrf

WORDS = "모든 셀의 출력을 지우기 the king drinks tea . new 파일 a".split()


def texts(seed, number, longest=12):
    draw = random.Random(seed)
    references = [" ".join(draw.choices(WORDS, k=draw.randint(1, longest))) for _ in range(number)]
    kept = [[w if draw.random() < 0.8 else draw.choice(WORDS) for w in text.split()] for text in references]
    return [" ".join(words[: draw.randint(0, longest)]) for words in kept], references


@pytest.mark.parametrize("seed, number", [(0, 1), (1, 2), (2, 3), (3, 7), (4, 50), (5, 200), (6, 5), (7, 1), (8, 1)])
def test_chrf_and_bleu_equal_sacrebleu(seed, number):
    ours, references = texts(seed, number)
    assert chrf(ours, references) == pytest.approx(sacrebleu.corpus_chrf(ours, [references]).score / 100, abs=1e-9)
    theirs = sacrebleu.corpus_bleu(ours, [references], tokenize="none", smooth_method="none", force=True)
    assert bleu(ours, references) == pytest.approx(theirs.score / 100, abs=1e-9)


@pytest.mark.parametrize("score", [chrf, bleu])
def test_scores_at_their_ends(score):
    same = ["the king drinks tea today", "셀의 출력을 지우기 a new"]
    assert score(same, same) == pytest.approx(1) and score(["", "x"], same) == 0
    for wrong in ([], same[:1]):
        with pytest.raises(ValueError, match="translations for 2 references|0 translations"):
            score(wrong, same)


def test_language_pack():
    pairs = language_pack("ko-KR")
    assert len(pairs) > 2000 and ("Notebook", "노트북") in pairs
    assert not any("\x04" in message or not message for message, _ in pairs)
    with pytest.raises(ValueError, match="pip install jupyterlab-language-pack-xx-XX"):
        language_pack("xx-XX")


@pytest.mark.parametrize("content", ["good\t좋은\n\n a \t b \n", "\ufeffgood\t좋은\r\na\tb"])
def test_read_pairs(tmp_path, content):
    path = tmp_path / "pairs.tsv"
    path.write_bytes(content.encode())
    assert read_pairs(path) == [("good", "좋은"), ("a", "b")]


@pytest.mark.parametrize(
    "content, said",
    [
        (b"good\tfine\nno tab\n", "line 2"),
        (b"a\tb\tc\n", "line 1"),
        (b"a\t\n", "line 1"),
        (b"\n \n", "no pairs"),
        ("good\t좋은".encode("utf-16"), "UTF-8"),
    ],
)
def test_what_holds_no_pairs_is_refused_in_words(tmp_path, content, said):
    path = tmp_path / "pairs.tsv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=said):
        read_pairs(path)


def test_batches_of_about_one_length():
    assert padded([[1, 2, 3], torch.tensor([4])], padding=9).tolist() == [[1, 2, 3], [4, 9, 9]]
    lengths = torch.randint(1, 50, (203,), generator=torch.Generator().manual_seed(0))
    batches = length_batches(lengths, 16, torch.Generator().manual_seed(1))
    assert sorted(torch.cat(batches).tolist()) == list(range(203))
    assert all(len(batch) <= 16 and lengths[batch].max() - lengths[batch].min() < 10 for batch in batches)
    again = length_batches(lengths, 16, torch.Generator().manual_seed(1))
    assert all(torch.equal(a, b) for a, b in zip(batches, again))
    assert len({int(lengths[batch].float().mean()) for batch in batches[:5]}) > 2  # not sorted by length
