"""Chapter 20: patches, the Vision Transformer, and the file of digits."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from byhand.checkpoints import load_model, save_model
from byhand.corpus import data_file
from byhand.vision import ViT, from_patches, patches

CLOSE = {"atol": 1e-12, "rtol": 0}


def small_vit(**options):
    return ViT(6, 2, 7, 12, 3, 20, 2, **options).double().eval()


# The file


def test_the_digits_are_there():
    with np.load(data_file("digits.npz")) as file:
        images, labels = file["images"], file["labels"]
    assert images.shape == (1797, 8, 8) and images.dtype == labels.dtype == np.uint8
    assert images.max() == 16 and set(labels) == set(range(10))
    assert data_file("digits.npz").stat().st_size < 60_000


def test_a_file_is_found_from_below_and_here_and_from_elsewhere(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine.txt").touch()
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    for folder in (tmp_path, below):
        monkeypatch.chdir(folder)
        assert data_file("mine.txt") == tmp_path.resolve() / "data" / "mine.txt"
        assert data_file("digits.npz").exists()
    with pytest.raises(FileNotFoundError, match="comes with the course"):
        data_file("no such file")


# Patches


@pytest.mark.parametrize("channels, size, grid", [(1, 3, (2, 5)), (3, 2, (7, 3)), (5, 1, (2, 3)), (2, 7, (1, 1))])
def test_patches_are_those_of_pytorch_and_come_back(channels, size, grid):
    images = torch.randn(3, channels, grid[0] * size, grid[1] * size)
    tokens = patches(images, size)
    assert torch.equal(tokens, F.unfold(images, size, stride=size).mT)
    assert torch.equal(from_patches(tokens, size, images.shape[1:]), images)
    assert torch.equal(patches(images[:, 0], size), patches(images[:, :1], size))
    assert torch.equal(from_patches(patches(images[:, 0], size), size, images.shape[2:]), images[:, 0])


def test_patches_keep_whole_numbers_and_odd_layouts():
    images = torch.arange(2 * 6 * 4, dtype=torch.uint8).view(2, 6, 4)
    assert patches(images, 2).dtype == torch.uint8
    assert torch.equal(patches(images.mT, 2), patches(images.mT.contiguous(), 2))


def test_what_cannot_be_cut_says_so():
    for shape in ((1, 8, 9), (1, 9, 8), (1, 3, 9, 8)):
        with pytest.raises(ValueError, match="cannot be cut into squares of 2"):
            patches(torch.zeros(shape), 2)
    with pytest.raises(ValueError, match="7 pixels are no patches of 2"):
        ViT(image_size=7)


# The model


@pytest.mark.parametrize("channels", [1, 3])
def test_vit_is_pytorchs_encoder_behind_a_convolution(channels):
    ours = small_vit(channels=channels)
    layer = nn.TransformerEncoderLayer(12, 3, 20, 0.0, "gelu", batch_first=True, norm_first=True)
    theirs = nn.TransformerEncoder(layer, 2, nn.LayerNorm(12), enable_nested_tensor=False).double()
    with torch.no_grad():
        for mine, other in zip([*ours.blocks.parameters(), *ours.norm.parameters()], theirs.parameters(), strict=True):
            mine.copy_(other.normal_(std=0.3))
    images = torch.randn(5, channels, 6, 6).double()
    weight = ours.embedding.weight.view(12, channels, 2, 2)
    x = F.conv2d(images, weight, ours.embedding.bias, stride=2).flatten(2).mT
    x = torch.cat([ours.class_token.expand(5, 1, -1), x], 1) + ours.positions
    keep = torch.rand(5, 9) < 0.6
    hidden = F.pad(~keep, (1, 0), value=False)
    torch.testing.assert_close(ours(images), ours.output(theirs(x)[:, 0]), **CLOSE)
    torch.testing.assert_close(ours(images, keep), ours.output(theirs(x, src_key_padding_mask=hidden)[:, 0]), **CLOSE)


def test_dropped_patches_change_nothing():
    model, images, keep = small_vit(), torch.randn(5, 6, 6).double(), torch.rand(5, 9) < 0.5
    noise = patches(torch.randn(5, 6, 6).double(), 2)
    other = from_patches(torch.where(keep[..., None], patches(images, 2), noise), 2, (6, 6))
    torch.testing.assert_close(model(images, keep), model(other, keep), **CLOSE)
    assert (model(images) - model(other)).abs().max() > 1e-3
    nothing = torch.zeros(5, 9, dtype=torch.bool)
    torch.testing.assert_close(model(images, nothing), model(other, nothing), **CLOSE)


def test_without_positions_a_picture_is_a_bag():
    images, order = torch.randn(5, 6, 6).double(), torch.randperm(9)
    mixed = from_patches(patches(images, 2)[:, order], 2, (6, 6))
    bag, model = small_vit(positions=False), small_vit()
    torch.testing.assert_close(bag(images), bag(mixed), **CLOSE)
    with torch.no_grad():
        model.positions.normal_()
        before = model(images)
        assert (model(mixed) - before).abs().max() > 1e-3
        model.positions[1:] = model.positions[1:][order]
        torch.testing.assert_close(model(mixed), before, **CLOSE)


def test_weights_are_those_the_model_uses():
    model, images = small_vit(), torch.randn(5, 6, 6).double()
    weights = model.weights(images)
    assert [tuple(each.shape) for each in weights] == [(5, 3, 10, 10)] * 2
    for each in weights:
        torch.testing.assert_close(each.sum(-1), torch.ones(5, 3, 10).double(), **CLOSE)
    block = model.blocks[0]
    x = block.residuals[0].norm(model.embed(images))
    value = block.attention.project(x)[2]
    heads = (weights[0] @ value).transpose(1, 2).flatten(2)
    torch.testing.assert_close(block.attention.out(heads), block.attention(x), **CLOSE)


@pytest.mark.parametrize("options", [{}, {"channels": 3}, {"positions": False}, {"patch_size": 4, "num_classes": 3}])
def test_a_vit_is_saved_and_loaded(options, tmp_path):
    model = ViT(**options).eval()
    save_model(model, tmp_path / "vit.pt")
    loaded, images = load_model(ViT, tmp_path / "vit.pt"), torch.randn(3, options.get("channels", 1), 8, 8)
    assert torch.equal(loaded(images), model(images)) and loaded.options == model.options


def test_half_of_the_bits():
    model, images = ViT().to(torch.bfloat16).eval(), torch.rand(3, 8, 8).to(torch.bfloat16)
    assert model(images).dtype == torch.bfloat16 and model(images).isfinite().all()


def test_gradients_reach_every_weight():
    model = small_vit()
    model(torch.randn(5, 6, 6).double()).square().sum().backward()
    assert all(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in model.parameters())
