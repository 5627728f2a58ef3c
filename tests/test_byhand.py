"""What the package promises and no chapter shows: plain words for bad input, and nothing changed behind one's back."""

import random

import pytest
import torch

from byhand.bottleneck import exact_match
from byhand.encoder_decoder import Transformer, beam_search, greedy, load_model, save_model
from byhand.gpt import GPT, Merged, generate, probabilities
from byhand.heads import MultiHeadAttention
from byhand.masks import causal_mask, padding_mask
from byhand.recurrence import GRUCell, LSTMCell, RNNCell, unroll
from byhand.tokens import PairIndex

START = torch.zeros(1, 4, dtype=torch.long)


def small_gpt(**options):
    return GPT(11, 12, 3, 20, 2, length=8, **options).eval()


# Sizes and kinds of input


@pytest.mark.parametrize("cell", [RNNCell, LSTMCell, GRUCell])
def test_cells_read_float64(cell):
    assert unroll(cell(3, 5).double(), torch.randn(2, 7, 3).double()).dtype == torch.float64


@pytest.mark.parametrize("num_heads", [1, 3])
def test_heads_read_one_row_alone(num_heads):
    layer, rows = MultiHeadAttention(12, num_heads).double(), torch.randn(2, 7, 12).double()
    alone = torch.stack([layer(row, mask=causal_mask(7)) for row in rows])
    torch.testing.assert_close(alone, layer(rows, causal=True), atol=1e-12, rtol=0)


def test_learned_places_need_no_even_heads():
    assert GPT(11, 15, 3, 20, 1, 8, positions="learned")(START).shape == (1, 4, 11)


@pytest.mark.parametrize("lengths", [[5], [-1], [2.5]])
def test_impossible_lengths_are_refused(lengths):
    with pytest.raises(ValueError, match="each must be a whole number from 0 to 4"):
        padding_mask(lengths, 4)


def test_rows_are_compared_with_rows_of_their_length():
    with pytest.raises(ValueError, match="must have one shape"):
        exact_match(torch.ones(3, 1), torch.ones(3, 5))


@pytest.mark.parametrize("how", [{"top_k": 0}, {"top_p": 0.0}])
def test_a_cut_that_leaves_nothing_is_refused(how):
    with pytest.raises(ValueError, match="no token would be left"):
        probabilities(torch.randn(11), **how)


@pytest.mark.parametrize("cached", [True, False])
def test_writing_beyond_the_length_says_so(cached):
    with pytest.raises(ValueError, match="a row of 9 tokens, and there are 8 places"):
        generate(small_gpt(), START, 6, cached=cached)


# Nothing changes behind one's back


def test_looking_at_the_best_pair_does_not_take_it():
    index = PairIndex({"ab": 2, "bc": 1})
    assert index.best() == index.best() == (97, 98)


@pytest.mark.parametrize("training", [True, False])
def test_writing_leaves_a_model_in_its_mode(training):
    model = small_gpt(dropout=0.5).train(training)
    generate(Merged(model), START, 2)
    with pytest.raises(ValueError):
        generate(model, START, 6)
    assert model.training == training


def test_translating_is_without_dropout_and_leaves_the_mode():
    torch.manual_seed(0)
    model, sources = Transformer(11, 13, 12, 3, 20, 1, dropout=0.5), torch.arange(7)[None]
    written = [greedy(model, sources, length=9) for _ in range(5)]
    found = [beam_search(model, sources[0], 3, length=9) for _ in range(5)]
    assert all(torch.equal(written[0], other) for other in written) and found == found[:1] * 5
    assert model.training


def test_what_was_written_can_be_trained_on():
    model = small_gpt()
    written = generate(model, START, 3)
    torch.nn.functional.cross_entropy(model(written[:, :-1]).mT, written[:, 1:]).backward()


# Files


def test_a_wrong_bit_is_noticed_or_does_no_harm(tmp_path):
    """300 files with one bit changed: each is refused, or what is loaded is what was saved."""
    path = tmp_path / "model.pt"
    model = Transformer(11, 13, 12, 3, 20, 1)
    save_model(model, path)
    whole, choose, refused = path.read_bytes(), random.Random(0), 0
    for _ in range(300):
        damaged = bytearray(whole)
        damaged[choose.randrange(len(whole))] ^= 1 << choose.randrange(8)
        path.write_bytes(damaged)
        try:
            loaded = load_model(Transformer, path).state_dict()
        except ValueError:
            refused += 1
        else:
            assert all(torch.equal(loaded[name], weight) for name, weight in model.state_dict().items())
    assert refused > 150


def test_a_model_of_another_class_is_refused(tmp_path):
    path = tmp_path / "model.pt"
    save_model(small_gpt(), path)
    with pytest.raises(ValueError, match="holds no saved Transformer: it holds a GPT"):
        load_model(Transformer, path)


def test_a_model_without_weights(tmp_path):
    class Nothing(torch.nn.Module):
        options = {}

    save_model(Nothing(), tmp_path / "model.pt")
    assert isinstance(load_model(Nothing, tmp_path / "model.pt"), Nothing)
