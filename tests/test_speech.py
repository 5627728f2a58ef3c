"""Chapter 21: sound, log-mel spectrograms (against torch.stft), the listener, the data in data/."""

import base64
import io
import re
import wave
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from byhand.audio import (
    FILTERS,
    HOP,
    NUM_BANDS,
    WINDOW,
    Sound,
    from_mu_law,
    log_mel,
    log_scale,
    mel_filters,
    mel_power,
    mu_law,
)
from byhand.seq2seq import shift_right
from byhand.speech import Listener, SpokenDigits, Strings, transcribe, word_errors

DATA = Path(__file__).resolve().parents[1] / "data"
FILES = {"digits-en": (48, 1.5e6), "digits-ko": (48, 1.5e6), "flite-en": (4, 0.2e6), "person-en": (1, 0.1e6)}


@pytest.fixture(scope="module")
def english():
    return SpokenDigits(DATA / "digits-en.npz")


@pytest.fixture(scope="module")
def strings(english):
    return Strings([english, SpokenDigits(DATA / "digits-ko.npz")])


def noise(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


# ---------------------------------------------------------------- sound
def test_mu_law_goes_there_and_back():
    codes = np.arange(256, dtype=np.uint8)
    assert (mu_law(from_mu_law(codes)) == codes).all()
    x = np.linspace(-1, 1, 1001)
    assert np.abs(from_mu_law(mu_law(x)) - x).max() < 0.025  # a step is widest at the ends
    quiet = x[np.abs(x) < 0.01]
    assert np.abs(from_mu_law(mu_law(quiet)) - quiet).max() < 0.0005
    assert mu_law(np.array([-3.0, 3.0])).tolist() == [0, 255]


def test_mu_law_is_a_logarithm_of_the_size():
    """What mu-law loses is a fixed share of a loud sample, whatever its size."""
    x = np.geomspace(0.03, 1, 500)
    assert np.abs(from_mu_law(mu_law(x)) / x - 1).max() < 0.03


def test_a_sound_is_a_wav_file_in_the_page():
    samples = np.array([0, 0.5, -0.5, 1, -1, 7, -7])
    html = Sound(samples, 8000, 'a "loud" <click>')._repr_html_()
    assert 'aria-label="a &quot;loud&quot; &lt;click&gt;"' in html and html.startswith("<audio controls ")
    data = re.search(r'src="data:audio/wav;base64,([^"]+)"', html)[1]
    with wave.open(io.BytesIO(base64.b64decode(data))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        back = np.frombuffer(file.readframes(100), "<i2") / 32767
    assert np.allclose(back, samples.clip(-1, 1), atol=1e-4)
    assert repr(Sound(np.zeros(12_000), label="silence")) == "Sound: silence, 1.5 s"


# ---------------------------------------------------------------- log-mel
@pytest.mark.parametrize("number", [256, 257, 415, 416, 4001])
def test_power_is_that_of_torch_stft(number):
    x = noise(number)
    hann = torch.hann_window(WINDOW, dtype=torch.float64)
    stft = torch.stft(torch.from_numpy(x), WINDOW, HOP, window=hann, center=False, return_complex=True)
    wanted = stft.abs().square().T.numpy() @ FILTERS.T
    assert mel_power(x).shape == (1 + (number - WINDOW) // HOP, NUM_BANDS)
    assert np.allclose(mel_power(x), wanted, rtol=1e-10, atol=1e-10)
    assert np.allclose(log_mel(x), (np.log(wanted + 1e-4) + 2) / 3)


# librosa.filters.mel(sr=8000, n_fft=256, n_mels=24, fmin=100, fmax=3800, htk=True, norm=None) of librosa 0.11.0:
# the sum of each band, and the mean number of its frequencies
LIBROSA_SUMS = """
    1.926 2.057 2.190 2.293 2.519 2.649 2.889 3.098 3.281 3.531 3.779 4.067 4.317 4.692 4.965 5.373 5.712 6.137
    6.585 7.037 7.566 8.074 8.684 9.304
"""
LIBROSA_MEANS = """
    5.036 7.058 9.193 11.419 13.829 16.395 19.162 22.178 25.368 28.774 32.421 36.349 40.535 45.045 49.881 55.054
    60.602 66.519 72.886 79.697 87.003 94.823 103.203 112.213
"""


def test_bands_are_those_of_librosa():
    sums = FILTERS.sum(1)
    assert np.allclose(sums, np.array(LIBROSA_SUMS.split(), float), atol=6e-4)
    assert np.allclose(FILTERS @ np.arange(129) / sums, np.array(LIBROSA_MEANS.split(), float), atol=6e-4)


def test_too_short_a_sound_is_refused():
    with pytest.raises(ValueError):
        mel_power(np.zeros(WINDOW - 1))


def test_filters_are_triangles_equally_far_apart_in_mel():
    fine = mel_filters(7, window=80_000, rate=8000, low=200, high=3000)  # 0.1 Hz apart
    assert fine.shape == (7, 40_001) and (fine >= 0).all() and np.abs(fine.max(1) - 1).max() < 1e-2
    tops = 2595 * np.log10(1 + fine.argmax(1) * 0.1 / 700)
    ends = 2595 * np.log10(1 + np.array([200, 3000]) / 700)
    assert np.allclose(tops, np.linspace(*ends, 9)[1:-1], atol=0.2)
    inside = fine[:, 10_000 : int(fine[-1].argmax())]  # neighbors share each frequency out, from the first top on
    start = fine[0].argmax()
    assert np.allclose(fine[:, start : fine[-1].argmax()].sum(0), 1, atol=1e-6) and inside.size


def test_powers_of_independent_sounds_add():
    a, b = noise(80_000), noise(80_000, seed=1) * 2
    together, apart = mel_power(a + b).mean(0), (mel_power(a) + mel_power(b)).mean(0)
    assert np.abs(together / apart - 1).max() < 0.15


# ---------------------------------------------------------------- data
@pytest.mark.parametrize("name", FILES)
def test_the_files_hold_ten_digits_of_each_voice(name):
    voices, size = FILES[name]
    path = DATA / f"{name}.npz"
    assert path.stat().st_size <= size
    digits = SpokenDigits(path)
    assert sorted(digits.clips) == [(v, d) for v in range(voices) for d in range(10)]
    assert len(digits.names) == voices
    for clip in digits.clips.values():
        assert 0.1 < len(clip) / 8000 < 1.2 and 0.45 < np.abs(clip).max() < 0.55
    assert not set(digits.trained) & set(digits.held_out)
    assert len(digits.trained) + len(digits.held_out) == voices
    with np.load(path) as file:
        assert file["rate"] == 8000


def test_every_file_is_named_with_its_license():
    text = (DATA / "README.md").read_text(encoding="utf-8")
    assert all(f"`{name}.npz`" in text for name in FILES) and "CC BY-SA 3.0" in text and "GPL" in text
    assert "Allison Smith" in (DATA / "person-en.LICENSE").read_text(encoding="utf-8")


def test_say_returns_where_the_words_are(english):
    samples, spans = english.say(5, [2, 9, 9], np.random.default_rng(0), decibels=200)
    assert spans.shape == (3, 2) and (np.diff(spans.ravel()) > 0).all() and spans[-1, 1] < len(samples)
    for (begin, end), digit in zip(spans, (2, 9, 9)):
        assert np.allclose(samples[begin:end], english.clips[5, digit], atol=1e-6)
        assert np.abs(samples[begin - 240 : begin]).max() < 1e-6
    again, _ = english.say(5, [2, 9, 9], np.random.default_rng(0), decibels=200)
    assert np.array_equal(samples, again)


def test_noise_is_as_loud_as_it_says(english):
    loud, spans = english.say(5, [1, 2], np.random.default_rng(0), decibels=10)
    still, _ = english.say(5, [1, 2], np.random.default_rng(0), decibels=300)
    words = np.concatenate([still[begin:end] for begin, end in spans])
    ratio = np.mean(words**2) / np.mean((loud - still) ** 2)
    assert abs(10 * np.log10(ratio) - 10) < 0.2


def test_strings_hold_voices_of_training_only(strings, english):
    assert {v for i, v in strings.voices if i == 0} == set(english.trained)
    features, lengths, words = strings.batch(7, 3, np.random.default_rng(0))
    assert features.shape == (7, lengths.max(), NUM_BANDS) and features.dtype == torch.float32
    assert words.shape == (7, 3) and ((words // 10) == (words[:, :1] // 10)).all()  # one language a string
    assert features.isfinite().all()
    again = strings.batch(7, 3, np.random.default_rng(0))
    assert all(torch.equal(one, other) for one, other in zip((features, lengths, words), again))


def test_strings_sound_like_what_is_said(strings, english):
    """Without noise, filter and speed, the table of a clip is the log-mel of the clip."""
    piece = strings.faster(mel_power(english.clips[1, 7]), 1.0)
    assert np.allclose(log_scale(piece), log_mel(english.clips[1, 7]))
    assert len(strings.faster(piece, 1.15)) == round(len(piece) / 1.15)


# ---------------------------------------------------------------- the listener
@pytest.mark.parametrize("one_vector", [False, True])
def test_padding_changes_nothing(one_vector):
    torch.manual_seed(0)
    model, lengths = Listener(7, d_model=32, one_vector=one_vector), torch.tensor([5, 23, 17, 1])
    features, previous = torch.randn(4, 31, NUM_BANDS), torch.randint(7, (4, 3))
    together = model(features, lengths, previous)
    assert together.shape == (4, 3, 8)
    for i, n in enumerate(lengths):
        alone = model(features[i : i + 1, :n], lengths[i : i + 1], previous[i : i + 1])[0]
        assert torch.allclose(together[i], alone, atol=1e-5)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 29])
def test_memory_has_one_vector_for_four_frames(size):
    memory, mask = Listener(3).encode(torch.randn(2, size, NUM_BANDS), torch.tensor([size, 1]))
    assert memory.shape == (2, -(-size // 4), 64) and mask.shape == (2, 1, -(-size // 4))
    assert mask[0].all() and mask[1].sum() == 1


def test_one_vector_is_the_mean_and_has_the_same_weights():
    torch.manual_seed(0)
    model, mean = Listener(3), Listener(3, one_vector=True)
    mean.load_state_dict(model.state_dict())
    features, lengths = torch.randn(2, 23, NUM_BANDS), torch.tensor([23, 9])
    memory, _ = model.encode(features, lengths)
    one, mask = mean.encode(features, lengths)
    assert one.shape == (2, 1, 64) and mask.shape == (2, 1, 1) and mask.all()
    assert torch.allclose(one[0, 0], memory[0].mean(0), atol=1e-6)
    assert torch.allclose(one[1, 0], memory[1, :3].mean(0), atol=1e-6)


def test_the_decoder_does_not_see_what_comes():
    torch.manual_seed(0)
    model, previous = Listener(5), torch.randint(5, (1, 6))
    sound = torch.randn(1, 20, NUM_BANDS), torch.tensor([20])
    changed = previous.clone()
    changed[:, 4] = (changed[:, 4] + 1) % 5
    assert torch.allclose(model(*sound, previous)[:, :4], model(*sound, changed)[:, :4], atol=1e-6)


def test_transcribe_is_greedy_and_stops():
    torch.manual_seed(0)
    model = Listener(5)
    features, lengths = torch.randn(3, 40, NUM_BANDS), torch.tensor([40, 13, 27])
    tokens = transcribe(model, features, lengths, 6)
    assert model.training and tokens.shape[1] <= 6
    with torch.no_grad():
        best = model(features, lengths, shift_right(tokens, model.start)).argmax(-1)
    for row, other in zip(tokens.tolist(), best.tolist()):
        end = row.index(model.end) + 1 if model.end in row else len(row)
        assert row[:end] == other[:end] and set(row[end:]) <= {model.end}
    nn.init.zeros_(model.output.weight)
    model.output.bias.data = torch.arange(6.0)  # the end is the likeliest token
    assert transcribe(model, features, lengths, 6).tolist() == [[5]] * 3


def test_a_few_steps_teach_something(strings):
    torch.manual_seed(0)
    model, rng = Listener(20), np.random.default_rng(0)
    optimizer, losses = torch.optim.Adam(model.parameters(), 3e-3), []
    for _ in range(40):
        features, lengths, words = strings.batch(32, 1, rng)
        logits = model(features, lengths, shift_right(words, model.start))
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), words.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert np.mean(losses[-5:]) < 0.8 * losses[0]


@pytest.mark.parametrize(
    "said, heard, errors",
    [
        ([2, 9, 9, 5], [2, 9, 4], 2),
        ([1, 2, 3], [2, 3, 3], 2),
        ([], [1, 2], 2),
        ([1, 2], [], 2),
        ([1, 2, 3], [1, 2, 3], 0),
        ("kitten", "sitting", 3),
    ],
)
def test_word_errors(said, heard, errors):
    assert word_errors(said, heard) == word_errors(heard, said) == errors
