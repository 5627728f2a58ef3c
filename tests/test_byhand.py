"""What the package promises and no chapter shows: plain words for bad input, and nothing changed behind one's back."""

import io
import itertools
import json
import random
import re
import resource
import signal
import sys

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from byhand import heads
from byhand.attention import attention, naive_attention
from byhand.bert import BERT, mask_tokens
from byhand.checkpoints import load_model, save_model
from byhand.gpt import GPT, KVCache, generate, probabilities
from byhand.heads import MultiHeadAttention
from byhand.masks import causal_mask, padding_mask
from byhand.positions import ALiBi, RoPE
from byhand.recurrence import GRUCell, LSTMCell, RNNCell, unroll
from byhand.scores import dot
from byhand.self_attention import SelfAttention
from byhand.seq2seq import AttentionSeq2Seq, Seq2Seq, beam_search, greedy_decode, shift_right
from byhand.tokenizer import PairIndex, Tokenizer
from byhand.training import exact_match, held_out, label_smoothed, over_seeds, progress, train, warmup_schedule
from byhand.transformer import Transformer
from byhand.view import AttentionView

START = torch.zeros(1, 4, dtype=torch.long)
CLOSE = {"atol": 1e-12, "rtol": 0}


def small_gpt(**options):
    return GPT(11, 12, 3, 20, 2, context_length=8, **options).eval()


def encoder_decoders():
    return [
        Seq2Seq(11, 12, d_embedding=5),
        AttentionSeq2Seq(11, 12, dot, d_embedding=5),
        AttentionSeq2Seq(11, 12, dot, d_embedding=5, both_ways=False),
        Transformer(11, 11, 12, 3, 20, 1),
    ]


# Sizes and kinds of input


@pytest.mark.parametrize("cell", [RNNCell, LSTMCell, GRUCell])
def test_cells_read_float64(cell):
    assert unroll(cell(3, 5).double(), torch.randn(2, 7, 3).double()).dtype == torch.float64


@pytest.mark.parametrize("num_heads", [1, 3])
def test_heads_read_one_sequence_alone(num_heads):
    layer, sequences = MultiHeadAttention(12, num_heads).double(), torch.randn(2, 7, 12).double()
    alone = torch.stack([layer(sequence, mask=causal_mask(7)) for sequence in sequences])
    torch.testing.assert_close(alone, layer(sequences, causal=True), **CLOSE)


def test_learned_positions_need_no_even_heads():
    assert GPT(11, 15, 3, 20, 1, 8, positions="learned")(START).shape == (1, 4, 11)


@pytest.mark.parametrize("lengths", [[5], [-1], [2.5]])
def test_impossible_lengths_are_refused(lengths):
    with pytest.raises(ValueError, match="each must be a whole number from 0 to 4"):
        padding_mask(lengths, 4)


def test_sequences_are_compared_with_sequences_of_their_length():
    with pytest.raises(ValueError, match="must have one shape"):
        exact_match(torch.ones(3, 1), torch.ones(3, 5))


@pytest.mark.parametrize("how", [{"top_k": 0}, {"top_p": 0.0}, {"top_p": float("nan")}])
def test_a_cut_that_leaves_nothing_is_refused(how):
    with pytest.raises(ValueError, match="no token would be left"):
        probabilities(torch.randn(11), **how)


@pytest.mark.parametrize("temperature", [-1.0, float("nan"), float("inf")])
def test_a_temperature_that_makes_no_sense_is_refused(temperature):
    with pytest.raises(ValueError, match="it must be 0 or more"):
        probabilities(torch.tensor([30.0, 1.0, 2.0]), temperature, top_k=2)


@pytest.mark.parametrize("dtype, temperature", [(torch.float16, 1e-4), (torch.float32, 1e-45), (torch.bfloat16, 1e-9)])
def test_a_very_small_temperature_takes_the_largest(dtype, temperature):
    got = probabilities(torch.tensor([30.0, 1.0, 2.0], dtype=dtype), temperature)
    assert torch.equal(got, torch.tensor([1, 0, 0], dtype=dtype))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32])
def test_a_cut_counts_exactly_in_16_bits(dtype):
    logits = torch.randn(50_257, generator=torch.Generator().manual_seed(0)).to(dtype)
    assert (probabilities(logits, top_p=1.0) > 0).all()
    assert torch.equal(probabilities(logits[:100], top_p=1e-8), probabilities(logits[:100], temperature=0))


@pytest.mark.parametrize("cached", [True, False])
def test_writing_beyond_the_context_says_so(cached):
    with pytest.raises(ValueError, match="a sequence of 9 tokens, and there are 8 positions"):
        generate(small_gpt(), START, 6, cached=cached)


@pytest.mark.parametrize("part", ["positions", "norm", "feed_forward"])
def test_unknown_parts_of_a_gpt_are_refused(part):
    with pytest.raises(ValueError, match=f"{part} is 'better': it must be one of"):
        small_gpt(**{part: "better"})


# Two views of one function


def masks_that_broadcast(shape):
    """Masks of every shape that broadcasts to `shape` (..., T, S)."""
    for number in range(1, len(shape) + 1):
        for keep in itertools.product([True, False], repeat=number):
            yield torch.rand([n if kept else 1 for n, kept in zip(shape[-number:], keep)]) < 0.6


@pytest.mark.parametrize("leading", [(), (2,), (2, 3)])
@pytest.mark.parametrize("T, S", [(3, 5), (1, 4), (4, 1), (3, 0), (0, 3), (0, 0)])
def test_fused_and_naive_attention_take_the_same_masks(leading, T, S):
    query, key, value = (torch.randn(*leading, *size).double() for size in ((T, 7), (S, 7), (S, 11)))
    for mask in (None, *masks_that_broadcast((*leading, T, S))):
        ours, (theirs, weights) = attention(query, key, value, mask), naive_attention(query, key, value, mask)
        torch.testing.assert_close(ours, theirs, **CLOSE)
        assert weights.shape == (*leading, T, S)


@pytest.mark.parametrize("T, S", [(1, 1), (1, 6), (4, 6), (6, 6)])
def test_causal_queries_are_the_last(T, S):
    whole = torch.randn(3, 2, 6, 5).double()  # query, key, value (B, S, D)
    query, key, value = whole[0, :, :S], whole[1, :, :S], whole[2, :, :S]
    some = attention(query[:, S - T :], key, value, causal=True)
    torch.testing.assert_close(some, attention(query, key, value, causal=True)[:, S - T :], **CLOSE)


@pytest.mark.parametrize("positions", [None, RoPE(8), ALiBi(2)])
def test_new_tokens_of_a_causal_layer_are_the_last(positions):
    layer, x = MultiHeadAttention(16, 2, positions=positions).double(), torch.randn(1, 6, 16).double()
    torch.testing.assert_close(layer(x[:, -2:], x, causal=True), layer(x, causal=True)[:, -2:], **CLOSE)


@pytest.mark.parametrize("positions", [None, RoPE(6), ALiBi(3)], ids=["none", "RoPE", "ALiBi"])
def test_a_cache_changes_nothing(positions):
    """Read in pieces, with a mask of padding or without: the same as at once."""
    layer, x = MultiHeadAttention(18, 3, positions=positions).double(), torch.randn(2, 9, 18).double()
    for mask in (causal_mask(9), causal_mask(9) & padding_mask([9, 6], 9)):
        d_key = 7 if isinstance(positions, ALiBi) else 6
        cache = KVCache(torch.zeros(2, 3, 9, d_key).double(), torch.zeros(2, 3, 9, 6).double())
        pieces, start = [], 0
        for piece in x.split([4, 1, 3, 1], 1):
            end = start + piece.shape[1]
            pieces.append(layer(piece, mask=mask[..., start:end, :end], cache=cache))
            start = end
        torch.testing.assert_close(torch.cat(pieces, 1), layer(x, mask=mask), **CLOSE)


def kept_by_hand(logits, temperature, top_k, top_p):
    """The definition of `probabilities`, token by token."""
    probs = (logits / temperature).softmax(-1)
    order = sorted(range(len(probs)), key=lambda token: -probs[token])[:top_k]
    total, kept, before = probs[order].sum(), torch.zeros_like(probs), 0.0
    for token in order:
        if top_p is None or before < top_p:
            kept[token] = probs[token]
        before += probs[token] / total
    return kept / kept.sum()


@pytest.mark.parametrize("top_k", [None, 1, 3, 50])
@pytest.mark.parametrize("top_p", [None, 0.1, 0.5, 0.9, 1.0])
def test_first_top_k_then_top_p_of_what_is_left(top_k, top_p):
    logits = torch.randn(5, 11, generator=torch.Generator().manual_seed(0)).double()
    want = torch.stack([kept_by_hand(row, 0.7, top_k, top_p) for row in logits])
    torch.testing.assert_close(probabilities(logits, 0.7, top_k, top_p), want, **CLOSE)


def test_more_causal_queries_than_keys_are_refused():
    with pytest.raises(ValueError, match="3 queries cannot be the last of 2 positions"):
        attention(torch.ones(3, 4), torch.ones(2, 4), torch.ones(2, 4), causal=True)


@pytest.mark.parametrize(
    "rules", [{}, {"causal": True}, {"with_weights": True}, {"causal": True, "with_weights": True}]
)
def test_a_mask_of_numbers_is_refused_everywhere(rules):
    with pytest.raises(TypeError, match="a mask must be boolean"):
        SelfAttention(4)(torch.ones(2, 3, 4), torch.ones(3, 3), **rules)


@pytest.mark.parametrize("model", encoder_decoders(), ids=lambda model: type(model).__name__)
def test_encoder_decoders_are_called_in_one_way(model):
    model, sources, mask = model.double(), torch.randint(11, (3, 7)), padding_mask([7, 4, 1], 7)
    with torch.no_grad():
        written = greedy_decode(model, sources, mask, max_new_tokens=5)
        previous = shift_right(written, model.start)
        logits = model(sources, previous, mask)
        assert torch.equal(logits.argmax(-1), written)
        torch.testing.assert_close(logits, model.decode(previous, model.encode(sources, mask), mask), **CLOSE)
        assert beam_search(model, sources[0], 1, max_new_tokens=5, end=-1)[0] == written[0].tolist()


WEIGHTS = {
    "nan": torch.tensor([[float("nan"), float("nan")], [0.3, 0.7]]),
    "boolean": causal_mask(2),
    "whole numbers": torch.tensor([[0, 1], [2, -1]]),
    "bfloat16": torch.rand(2, 2).bfloat16(),
    "float16": torch.rand(3, 2, 2).half(),
    "with a gradient": torch.rand(2, 2, requires_grad=True),
    "NumPy": np.eye(2),
}


@pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS)
@pytest.mark.parametrize("labels", ["ab", ["$$", "$\\x$"], [1, 2]])
def test_a_map_is_shown_in_every_form(weights, labels):
    view = AttentionView(weights, labels, labels)
    assert view._repr_png_().startswith(b"\x89PNG")
    data = re.search(r'application/json">(.*?)</script>', view._repr_html_(), re.S)[1]
    shown = json.loads(data, parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))
    assert len(shown["weights"][0][0]) == 2


# Where tensors live


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
@pytest.mark.parametrize("positions", ["rope", "learned"])
def test_a_gpt_works_in_each_dtype(dtype, positions):
    model = small_gpt(positions=positions).to(dtype)
    assert model(START).dtype == dtype
    assert generate(model, START, 4).shape == (1, 8)


@pytest.mark.parametrize("layer", [RoPE(6), ALiBi(2)], ids=["RoPE", "ALiBi"])
def test_positions_keep_dtype_and_device(layer):
    for like in (torch.ones(2, 3, 6, dtype=torch.bfloat16), torch.ones(2, 3, 6, device="meta")):
        query, key = layer.to(like.device)(like, like)
        assert (query.dtype, query.device) == (key.dtype, key.device) == (like.dtype, like.device)


def test_models_and_tasks_work_off_the_cpu():
    """On PyTorch's device without numbers: a tensor that was made on the CPU would not fit."""
    tokens = torch.zeros(2, 7, dtype=torch.long, device="meta")
    inputs, targets = mask_tokens(tokens, 0.5, 1, range(2, 9), torch.Generator().manual_seed(0))
    assert inputs.device == targets.device == tokens.device
    mask = torch.ones(2, 1, 7, dtype=torch.bool, device="meta")
    assert BERT(11, 12, 3, 20, 1, 7).to("meta")(tokens, mask).is_meta
    assert BERT(11, 12, 3, 20, 1, 7).to("meta")(tokens, causal=True).is_meta
    gpt = GPT(11, 12, 3, 20, 1, 7).to("meta")
    assert gpt(tokens).is_meta and gpt(tokens[:, :3], gpt.new_cache(2)).is_meta
    for model in encoder_decoders():
        assert model.to("meta")(tokens, tokens[:, :4], mask).is_meta


@pytest.mark.parametrize("tied", [True, False])
def test_new_weights_and_types_reach_all_of_a_gpt(tied):
    first, second = small_gpt(tied=tied), small_gpt(tied=tied)
    first.load_state_dict(second.state_dict())
    assert torch.equal(generate(first, START, 4, temperature=0), generate(second, START, 4, temperature=0))
    torch.testing.assert_close(first.double()(START), second.double()(START), **CLOSE)


# Nothing is built twice, nothing changes behind one's back


def test_a_gpt_builds_one_attention_for_each_layer(monkeypatch):
    built = []
    monkeypatch.setattr(
        heads.MultiHeadAttention,
        "__init__",
        lambda self, *args, _init=heads.MultiHeadAttention.__init__, **options: (
            built.append(self),
            _init(self, *args, **options),
        )[1],
    )
    GPT(11, 12, 3, 20, num_layers=3, context_length=8)
    assert len(built) == 3


def test_an_encoder_decoder_builds_no_gru_in_vain(monkeypatch):
    built, init = [], nn.GRU.__init__

    def counted(self, *args, **options):
        built.append(self)
        init(self, *args, **options)

    monkeypatch.setattr(nn.GRU, "__init__", counted)
    AttentionSeq2Seq(11, 12, dot)
    assert len(built) == 2


def test_looking_at_the_best_pair_does_not_take_it():
    index = PairIndex({"ab": 2, "bc": 1})
    assert index.best() == index.best() == (97, 98)


@pytest.mark.parametrize("training_mode", [True, False])
def test_writing_leaves_a_model_in_its_mode(training_mode):
    model = small_gpt(dropout=0.5).train(training_mode)
    generate(model, START, 2)
    with pytest.raises(ValueError):
        generate(model, START, 6)
    assert model.training == training_mode


def test_translating_is_without_dropout_and_leaves_the_mode():
    torch.manual_seed(0)
    model, sources = Transformer(11, 13, 12, 3, 20, 1, dropout=0.5), torch.arange(7)[None]
    written = [greedy_decode(model, sources, max_new_tokens=9, end=1) for _ in range(5)]
    found = [beam_search(model, sources[0], 3, max_new_tokens=9) for _ in range(5)]
    assert all(torch.equal(written[0], other) for other in written) and found == found[:1] * 5
    assert model.training


def test_nothing_follows_an_end_token_but_end_tokens():
    model = Transformer(11, 4, 12, 3, 20, 1)
    with torch.no_grad():
        model.output.bias[2] = 100.0  # it ends at once
    assert greedy_decode(model, torch.arange(7)[None], max_new_tokens=9, end=2).tolist() == [[2]]
    assert greedy_decode(model, torch.arange(7)[None], max_new_tokens=3).tolist() == [[2, 2, 2]]


def test_what_was_written_can_be_trained_on():
    model = small_gpt()
    written = generate(model, START, 3)
    F.cross_entropy(model(written[:, :-1]).mT, written[:, 1:]).backward()


# Training


def linear_task(generator):
    return torch.randn(8, 3, generator=generator), torch.randint(2, (8,), generator=generator)


def test_a_schedule_and_an_iterable_of_steps_are_obeyed():
    rates = []

    def schedule(step):
        rates.append(step / 10)
        return step / 10

    losses = train(nn.Linear(3, 2), linear_task, iter([3, 5]), schedule=schedule)
    assert len(losses) == 2 and rates == [0.3, 0.5]


def test_several_inputs_are_given_as_several():
    class Sum(nn.Linear):
        def forward(self, a, b):
            return super().forward(a + b)

    def task(generator):
        inputs, targets = linear_task(generator)
        return (inputs, inputs), targets

    assert len(train(Sum(3, 2), task, steps=2)) == 2


def test_label_smoothing_skips_the_padding_it_is_told():
    generator = torch.Generator().manual_seed(0)
    _, targets = mask_tokens(torch.randint(5, 20, (4, 9), generator=generator), 0.5, 3, range(5, 20), generator)
    logits = torch.randn(4, 9, 20, generator=generator)
    want = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), label_smoothing=0.1)
    torch.testing.assert_close(label_smoothed(logits, targets, 0.1, padding=-100), want)


def test_a_forbidden_token_costs_nothing_without_smoothing():
    logits = torch.randn(4, 9, 20)
    logits[..., 0] = -torch.inf
    right = torch.randint(1, 20, (4, 9))
    want = F.cross_entropy(logits.flatten(0, 1), right.flatten())
    torch.testing.assert_close(label_smoothed(logits, right, 0.0, padding=-1), want)


def test_the_warmup_works_in_pytorchs_scheduler():
    optimizer = torch.optim.Adam(nn.Linear(2, 2).parameters(), lr=1.0)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: warmup_schedule(step, 64, 100))
    rates = [scheduler.get_last_lr()[0]]
    for _ in range(3):
        optimizer.step()
        scheduler.step()
        rates += scheduler.get_last_lr()
    assert rates == [0.0, *(warmup_schedule(step, 64, 100) for step in (1, 2, 3))]


def test_results_keep_their_names():
    results = over_seeds(
        lambda seed: {"loss": [seed, 2.0], "GRU": {"accuracy": 0.5}, "model": nn.Linear(1, 1)}, seeds=3
    )
    assert results["loss"].shape == (3, 2) and results["GRU"]["accuracy"].tolist() == [0.5] * 3
    assert [type(model) for model in results["model"]] == [nn.Linear] * 3
    assert over_seeds(lambda seed: "text", seeds=2) == ["text", "text"]
    assert over_seeds(lambda seed, model: model, models=[5, 6, 7]).tolist() == [5, 6, 7]


def test_models_with_a_length_stay_models():
    models = over_seeds(lambda seed: nn.Sequential(nn.Linear(1, 1), nn.ReLU()), seeds=2)
    assert [type(model) for model in models] == [nn.Sequential] * 2


def test_held_out_draws_are_not_those_of_training():
    assert not torch.equal(*(torch.rand(9, generator=g) for g in (held_out(0), torch.Generator().manual_seed(0))))


class Terminal(io.TextIOWrapper):
    def isatty(self):
        return True


@pytest.mark.parametrize("encoding, bar", [("ascii", "#"), ("cp949", "#"), ("utf-8", "█")])
def test_a_bar_never_stops_the_work(encoding, bar, monkeypatch):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", Terminal(written, encoding=encoding, write_through=True))
    assert list(progress(range(50))) == list(range(50))
    assert bar in written.getvalue().decode(encoding)


def test_a_bar_is_not_drawn_into_a_file(monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    assert list(progress(range(5))) == list(range(5)) and capsys.readouterr().out == ""


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
    class Nothing(nn.Module):
        options = {}

    save_model(Nothing(), tmp_path / "model.pt")
    assert isinstance(load_model(Nothing, tmp_path / "model.pt"), Nothing)


MODELS = {
    "plain": lambda: small_gpt(),
    "tied": lambda: small_gpt(tied=True),
    "dropout from np.linspace": lambda: small_gpt(dropout=np.linspace(0, 0.2, 3)[1]),
    "vocab_size from np.max": lambda: GPT(np.array([3, 49]).max() + 1, 12, 3, 20, 1, 8),
    "compiled": lambda: torch.compile(small_gpt()),
    "bfloat16": lambda: small_gpt().bfloat16(),
    "float64": lambda: small_gpt().double(),
    "BERT": lambda: BERT(11, 12, 3, 20, 1, 8),
}


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_what_is_saved_is_loaded_bit_by_bit(make, tmp_path):
    model, path = make(), tmp_path / "model.pt"
    before = torch.random.get_rng_state()
    save_model(model, path)
    assert torch.equal(torch.random.get_rng_state(), before), "saving drew random numbers"
    model = getattr(model, "_orig_mod", model)
    loaded = load_model(type(model), path)
    assert loaded.options == model.options
    for name, weight in model.state_dict().items():
        again = loaded.state_dict()[name]
        assert torch.equal(again, weight) and again.dtype == weight.dtype


def test_what_could_not_be_loaded_is_not_saved(tmp_path):
    path = tmp_path / "model.pt"
    save_model(small_gpt(), path)
    before = path.read_bytes()
    mixed = small_gpt()
    mixed.lm_head.half()
    odd = small_gpt()
    odd.options["dropout"] = torch.optim.Adam
    for model in (mixed, odd):
        with pytest.raises(ValueError):
            save_model(model, path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kind", ["model", "tokenizer"])
def test_a_full_disk_leaves_the_old_file(kind, tmp_path):
    path = tmp_path / kind
    save = {
        "model": lambda size: save_model(GPT(50, 16 * size, 2, 32, 1, 20), path),
        "tokenizer": lambda size: Tokenizer([(i, i) for i in range(250 * size)]).save(path),
    }[kind]
    save(1)
    before = path.read_bytes()
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limit[1]))
    try:
        with pytest.raises((OSError, RuntimeError)):
            save(2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


# Bad input, in words


def test_a_cache_belongs_to_its_batch():
    model = small_gpt()
    with pytest.raises(ValueError, match="a batch of 1 for a cache of 2 sequences"):
        model(START, model.new_cache(2, 8))


@pytest.mark.parametrize("prompt", [torch.zeros(1, 0, dtype=torch.long), torch.zeros(4, dtype=torch.long)])
def test_writing_begins_with_a_prompt(prompt):
    with pytest.raises(ValueError, match="at least one token"):
        generate(small_gpt(), prompt, 2)


def test_heads_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match="10 cannot be shared by 3 heads"):
        GPT(11, 10, 3, 20, 1, 8)


def test_a_search_without_beginnings_is_refused():
    with pytest.raises(ValueError, match="size is 0"):
        beam_search(Transformer(11, 13, 12, 3, 20, 1), torch.arange(5), 0)


def test_weights_of_one_sequence_alone_keep_their_axes():
    layer, x = MultiHeadAttention(12, 3).double(), torch.randn(7, 12).double()
    for mask in (None, causal_mask(7), causal_mask(7).expand(3, 7, 7)):
        weights = layer.weights(x, mask=mask)
        assert weights.shape == (3, 7, 7)
        assert (weights.triu(1) == 0).all() == (mask is not None)


def test_what_is_no_number_comes_back_as_it_is():
    kept = over_seeds(lambda seed: {"model": torch.ones(2, requires_grad=True), "loss": float(seed)})
    assert len(kept["model"]) == 3 and kept["loss"].shape == (3,)


def test_top_k_can_be_differentiated():
    logits = torch.randn(11, requires_grad=True)
    probabilities(logits, top_k=3)[logits.argmax()].backward()
    wanted = logits.detach().clone().requires_grad_()
    wanted.topk(3).values.softmax(-1)[0].backward()
    torch.testing.assert_close(logits.grad, wanted.grad, atol=1e-6, rtol=0)
