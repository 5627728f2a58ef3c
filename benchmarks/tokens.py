"""How fast is our tokenizer? Times as multiples of byhand's, on the docstrings of the standard library.

    python benchmarks/tokens.py

Training is compared with the naive definition, which counts all pairs again for each merge, and
with the library `tokenizers`, if it is installed. All take turns in one process, so that a slow
moment of the machine meets them all; of the rounds the fastest counts. Below 1 is faster than byhand.
"""

import os
from collections import Counter

from byhand.corpus import standard_library_texts
from byhand.measure import time_ratios
from byhand.tokenizer import Tokenizer, merge, split_words

os.environ["RAYON_NUM_THREADS"] = "1"  # one core for everybody
try:
    import tokenizers as library
except ImportError:
    library = None

WORDS = r" ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+"  # byhand's rule, for the library
SIZES = {10: (276, 356), 3: (356, 756), 1: (2048, 8192)}  # one part in n of the text: vocab_sizes
NAIVE_WORK = 3_000_000  # words looked at, at most


def naive(text, vocab_size):
    """The definition: all pairs of all words are counted again for each merge."""
    words = [(list(word.encode()), n) for word, n in Counter(split_words(text)).items()]
    merges = []
    for new in range(256, vocab_size):
        counts = Counter()
        for ids, n in words:
            for pair in zip(ids, ids[1:]):
                counts[pair] += n
        merges.append(min(counts, key=lambda pair: (-counts[pair], pair)))
        words = [(merge(ids, merges[-1], new), n) for ids, n in words]
    return merges


def theirs(text, vocab_size):
    """The same from the library `tokenizers`, with our rule for words."""
    made = library.Tokenizer(library.models.BPE())
    made.pre_tokenizer = library.pre_tokenizers.Sequence(
        [
            library.pre_tokenizers.Split(library.Regex(WORDS), "isolated"),
            library.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.decoder = library.decoders.ByteLevel()
    made.train_from_iterator(
        [text],
        library.trainers.BpeTrainer(
            vocab_size=vocab_size, show_progress=False, initial_alphabet=library.pre_tokenizers.ByteLevel.alphabet()
        ),
    )
    return made


def as_bytes(name):
    """The bytes of a token from its name in the library, in which invisible bytes have other signs."""
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in visible]
    sign = {chr(byte): byte for byte in visible} | {chr(256 + n): byte for n, byte in enumerate(others)}
    return bytes(sign[character] for character in name)


def training(text):
    """One line for each part of the text and each vocab_size."""
    print("training, times as multiples of byhand")
    print(f"{'kB':>6} {'words':>6} {'vocab_size':>10} {'naive':>8} {'tokenizers':>11}")
    for share, sizes in SIZES.items():
        part = text[: len(text) // share]
        words = len(set(split_words(part)))
        for vocab_size in sizes:
            run = {"byhand": lambda: Tokenizer.train(part, vocab_size)}
            if words * (vocab_size - 256) <= NAIVE_WORK:
                run["naive"] = lambda: naive(part, vocab_size)
                assert naive(part, vocab_size) == Tokenizer.train(part, vocab_size).merges
            if library:
                run["tokenizers"] = lambda: theirs(part, vocab_size)
            ratios = dict(zip(run, time_ratios(list(run.values()), 2)))
            columns = [f"{ratios[name]:.2f}" if name in ratios else "—" for name in ("naive", "tokenizers")]
            print(f"{len(part.encode()) // 1000:6} {words:6} {vocab_size:10} {columns[0]:>8} {columns[1]:>11}")


def encoding(text, vocab_size=4096):
    """Reading the whole text: with words remembered, with none, and by the library."""
    ours = Tokenizer.train(text, vocab_size)

    def forgetful():
        ours.cache.clear()
        return ours.encode(text)

    run = {"words remembered": lambda: ours.encode(text), "first time": forgetful}
    if library:
        other = theirs(text, vocab_size)
        run["tokenizers"] = lambda: other.encode(text).ids
        assert other.decode(other.encode(text).ids) == text == ours.decode(ours.encode(text))
    print(f"\nencoding {len(text.encode()) // 1000} kB, vocab_size {vocab_size}, as multiples of the first")
    for name, ratio in zip(run, time_ratios(list(run.values()), 3)):
        print(f"{name:17}{ratio:6.2f}{len(text.encode()) / len(run[name]()):8.3f} bytes per token")
    if library:
        their_bytes = {id: as_bytes(name) for name, id in other.get_vocab().items()}
        common = len(set(ours.bytes) & set(their_bytes.values()))
        alike = [ours.bytes[id] for id in ours.encode(text)] == [their_bytes[id] for id in other.encode(text).ids]
        print(f"tokens in both tables: {common} of {vocab_size}; the text is cut {'alike' if alike else 'differently'}")


if __name__ == "__main__":
    everything = "\n\n".join(text for text in standard_library_texts().values() if text.isascii())
    if not library:
        print("The library `tokenizers` is not installed: its columns stay empty.\n")
    training(everything)
    encoding(everything)
