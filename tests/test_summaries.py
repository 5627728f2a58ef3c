"""What chapter 19 exports: ROUGE against Google's rouge-score, the copy gate against its formula."""

import itertools
import random

import pytest
import torch
from books import ROOT, read
from rouge_score import rouge_scorer, scoring

from byhand.checkpoints import load_model, save_model
from byhand.masks import leaks
from byhand.metrics import rouge_l, rouge_n, simple_words
from byhand.pointer import CopyGate, PointerTransformer, copy_mixture, extended_ids
from byhand.seq2seq import greedy_decode, shift_right

SCORER = rouge_scorer.RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=False)


def ours(candidate, reference):
    a, b = simple_words(candidate), simple_words(reference)
    return [*rouge_n(a, b), *rouge_n(a, b, 2), *rouge_l(a, b)]


def theirs(candidate, reference):
    scores = SCORER.score(reference, candidate)
    assert scoring.Score._fields[0] == "precision" and scoring.Score._fields[2] == "fmeasure"
    return [value for name in ("rouge1", "rouge2", "rougeL") for value in scores[name]]


def random_texts(number):
    chance = random.Random(0)
    words = "Fire fire, in In. lare-2 24 x_y the a ( ) 왕이 차를 é naïve".split()
    return [" ".join(chance.choices(words, k=chance.randrange(13))) for _ in range(number)]


def test_rouge_is_that_of_rouge_score():
    for candidate, reference in itertools.pairwise(random_texts(301)):
        assert ours(candidate, reference) == pytest.approx(theirs(candidate, reference), abs=1e-12)


def test_the_table_of_the_chapter_is_that_of_rouge_score():
    notebook = read(ROOT / "notebooks" / "19-summaries.ipynb")
    (printed,) = (cell.outputs[0].text for cell in notebook.cells if cell.id == "rouge-run")
    rows = printed.splitlines()[1:]
    assert len(rows) == 6
    for row in rows:
        text, *numbers = row[:43].strip(), *map(float, row[43:].split())
        values = theirs(text, "fire in lare : six hurt on monday")
        assert numbers == pytest.approx([*values[:3], values[5], values[8]], abs=6e-4)


def test_rouge_takes_lists_in_any_language():
    korean = "왕이 차를 마셔요".split()
    assert rouge_n(korean, korean) == rouge_l(korean, korean) == (1, 1, 1)
    assert rouge_n([], korean) == rouge_l(korean, []) == (0, 0, 0)
    assert simple_words("왕이 차를 마셔요") == []


def test_extended_ids_number_the_strangers():
    ids = {"<pad>": 0, "<unk>": 1, "fire": 2}
    assert extended_ids("fire lare sudi lare mono".split(), ids, ["lare", "sudi"]) == [2, 3, 4, 3, 1]
    assert extended_ids(["fire"], ids, ["fire"]) == [3]  # a known word can be hidden


def test_a_word_that_comes_twice_collects_both_weights():
    weights, sources = torch.tensor([[[0.3, 0.4, 0.3]]]), torch.tensor([[2, 0, 2]])
    mixed = copy_mixture(torch.tensor([[[0.9, 0.1]]]), weights, torch.tensor([[[0.5]]]), sources, 3)
    assert torch.allclose(mixed, torch.tensor([[[0.65, 0.05, 0.3, 0.0, 0.0]]]))


def test_the_gate_ignores_padding_and_adds_up():
    torch.manual_seed(0)
    gate = CopyGate(8, 3).double()
    states, memory = torch.randn(2, 5, 8).double(), torch.randn(2, 7, 8).double()
    logits, sources = torch.randn(2, 5, 11).double(), torch.randint(14, (2, 7))
    mask = torch.arange(7)[None, None] < torch.tensor([7, 4])[:, None, None]
    log_p = gate(states, logits, memory, sources, mask)
    assert torch.allclose(log_p.exp().sum(-1), torch.ones(2, 5).double(), atol=1e-7)
    memory[1, 4:], sources[1, 4:] = 9, 0
    assert torch.allclose(gate(states, logits, memory, sources, mask), log_p)
    assert (gate.look(states, memory, mask)[1, :, 4:] == 0).all()


def a_model():
    torch.manual_seed(0)
    return PointerTransformer(11, 3, 8, 2, 16, 1)


def test_the_decoder_looks_left_only():
    model, sources = a_model().eval(), torch.randint(14, (2, 7))

    class Decoder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, previous):
            return self.model(sources, previous)

    previous = torch.randint(2, 11, (2, 5))
    assert leaks(Decoder(), previous, (previous + 1) % 11) == []


def test_it_learns_to_say_a_number_that_it_has_no_row_for():
    model = a_model()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    generator = torch.Generator().manual_seed(0)
    for _ in range(150):  # the target is the stranger of the source
        sources = torch.randint(2, 11, (32, 5), generator=generator)
        at, number = (torch.randint(n, (32,), generator=generator) for n in (5, 3))
        sources[torch.arange(32), at] = 11 + number
        targets = (11 + number)[:, None]
        loss = torch.nn.functional.cross_entropy(model(sources, shift_right(targets, model.start))[:, 0], targets[:, 0])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    written = greedy_decode(model, sources, max_new_tokens=1)
    assert (written == targets).float().mean() > 0.9


def test_it_can_be_saved(tmp_path):
    model = a_model().eval()
    save_model(model, tmp_path / "model.pt")
    other = load_model(PointerTransformer, tmp_path / "model.pt").eval()
    sources, previous = torch.randint(14, (2, 7)), torch.randint(14, (2, 5))
    assert torch.equal(model(sources, previous), other(sources, previous))
