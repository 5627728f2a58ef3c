"""What the package promises and no chapter shows: plain words for bad input, and nothing changed behind one's back."""

import random

import pytest
import torch

from byhand.encoder_decoder import Transformer, load_model, save_model
from byhand.gpt import GPT, Merged, generate


def small_gpt():
    return GPT(11, 12, 3, 20, 2, length=8).eval()


@pytest.mark.parametrize("cached", [True, False])
def test_writing_beyond_the_length_says_so(cached):
    with pytest.raises(ValueError, match="a row of 9 tokens, and there are 8 places"):
        generate(small_gpt(), torch.zeros(1, 4, dtype=torch.long), 6, cached=cached)


def test_merging_leaves_the_model_in_its_mode():
    model = small_gpt()
    generate(Merged(model), torch.zeros(1, 4, dtype=torch.long), 2)
    assert not model.training
    model.train()
    generate(Merged(model), torch.zeros(1, 4, dtype=torch.long), 2)
    assert model.training


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
