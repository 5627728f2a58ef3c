"""Make the spoken digits in data/, once; the book only reads them.

    apt install espeak-ng flite asterisk-core-sounds-en-wav    # Debian 12: 1.51, 2.2, 1.6.1
    python tools/make_speech.py

writes digits-en.npz and digits-ko.npz (48 voices of espeak-ng, ten digits each), flite-en.npz (four voices of another
synthesizer) and person-en.npz (the recordings of a real person, Allison Smith). data/README.md says under which
licenses. Each file holds 8,000 samples a second in mu-law bytes:

    sounds (N,) uint8, all clips one after the other; clip i is sounds[offsets[i] : offsets[i + 1]]
    offsets (clips + 1,) int32; digits, voices (clips,) uint8; names: what was called, one for each voice; rate: 8000

Nothing is drawn by chance but accent, speed and pitch of the 48 voices, with a fixed seed; the same versions of the
programs make the same bytes. Silence is cut off: a clip begins 20 ms before its energy first comes within 36 dB of its
loudest, and ends 20 ms after it last does.
"""

import io
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
RATE = 8000
WORDS = {
    "en": "zero one two three four five six seven eight nine".split(),
    "ko": "영 일 이 삼 사 오 육 칠 팔 구".split(),
}
ACCENTS = {"en": "en-us en-gb en-gb-scotland en-gb-x-rp en-029".split(), "ko": ["ko"]}
VARIANTS = """f1 f2 f3 f4 f5 m1 m2 m3 m4 m5 m6 m7 m8 Alex Alicia Andrea Andy Annie Denis Diogo Gene Henrique Hugo Jacky
    Lee Marco Mario Michael Mike Nguyen adam anika antonio belinda benjamin boris david edward grandma grandpa linda
    marcelo michel miguel pablo paul steph zac""".split()
FLITE = "kal awb rms slt".split()
PERSON = Path("/usr/share/asterisk/sounds/en_US_f_Allison/digits")


def read_wave(data):
    """The samples of a WAV file given as bytes, -1 to 1, at 8,000 a second."""
    with wave.open(io.BytesIO(data)) as file:
        rate, frames = file.getframerate(), file.readframes(file.getnframes())
    return resampled(np.frombuffer(frames[: len(frames) // 2 * 2], "<i2") / 32768, rate)


def resampled(samples, rate):
    """Through the spectrum: all frequencies that do not fit are left out. rate -> RATE."""
    if rate == RATE:
        return samples
    number = round(len(samples) * RATE / rate)
    spectrum = np.fft.rfft(samples)[: number // 2 + 1]
    return np.fft.irfft(spectrum, number) * number / len(samples)


def trimmed(samples, threshold=-36, margin=0.020, frame=80):
    """Without the silence before and after; energies are of 10 ms each."""
    energy = (samples[: len(samples) // frame * frame].reshape(-1, frame) ** 2).mean(1)
    loud = np.flatnonzero(energy > energy.max() * 10 ** (threshold / 10))
    margin = round(margin * RATE)
    return samples[max(loud[0] * frame - margin, 0) : (loud[-1] + 1) * frame + margin]


def mu_law(samples, mu=255):
    """Samples -1 to 1 -> bytes: the logarithm of the size in 127 steps, with the sign (ITU-T G.711's curve)."""
    compressed = np.sign(samples) * np.log1p(mu * np.abs(np.clip(samples, -1, 1))) / np.log1p(mu)
    return np.round((compressed + 1) / 2 * mu).astype(np.uint8)


def said(*command):
    """What a program writes into the file named by its last argument."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "said.wav"
        subprocess.run([*command, str(file)], check=True, capture_output=True)
        return read_wave(file.read_bytes())


def espeak_voices(language):
    """(name of the voice, its options) for each of the 48."""
    rng = np.random.default_rng(21)
    for variant in VARIANTS:
        accent = ACCENTS[language][rng.integers(5) % len(ACCENTS[language])]
        speed, pitch = rng.integers(140, 211), rng.integers(25, 76)
        yield ["-v", f"{accent}+{variant}", "-s", str(speed), "-p", str(pitch)]


def save(name, clips, voices):
    """clips: (samples, digit, voice) each. Loudness: every clip has a peak of 0.5."""
    sounds = [mu_law(cut * 0.5 / np.abs(cut).max()) for cut in (trimmed(samples) for samples, _, _ in clips)]
    np.savez_compressed(
        ROOT / "data" / name,
        sounds=np.concatenate(sounds),
        offsets=np.cumsum([0, *map(len, sounds)]).astype(np.int32),
        digits=np.array([digit for _, digit, _ in clips], np.uint8),
        voices=np.array([voice for _, _, voice in clips], np.uint8),
        names=np.array(voices),
        rate=RATE,
    )
    size = (ROOT / "data" / name).stat().st_size
    print(f"{name}: {len(clips)} clips, {sum(map(len, sounds)) / RATE:.0f} s, {size / 1e6:.3f} MB")


def main():
    for language, words in WORDS.items():
        voices = list(espeak_voices(language))
        clips = [
            (said("espeak-ng", *voice, word, "-w"), digit, i)
            for i, voice in enumerate(voices)
            for digit, word in enumerate(words)
        ]
        save(f"digits-{language}.npz", clips, [" ".join(["espeak-ng", *voice]) for voice in voices])
    clips = [
        (said("flite", "-voice", voice, "-t", word, "-o"), digit, i)
        for i, voice in enumerate(FLITE)
        for digit, word in enumerate(WORDS["en"])
    ]
    save("flite-en.npz", clips, [f"flite -voice {voice}" for voice in FLITE])
    clips = [(read_wave((PERSON / f"{digit}.wav").read_bytes()), digit, 0) for digit in range(10)]
    save("person-en.npz", clips, ["Allison Smith"])


if __name__ == "__main__":
    sys.exit(main())
