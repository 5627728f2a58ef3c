"""What the small models are trained on."""

__all__ = ['precedence', 'associative_recall', 'reversal', 'MONTHS', 'DATE_CHARACTERS', 'up_to_12', 'written_date', 'dates', 'detokenize']

# %% ../notebooks/01-sequences.ipynb #precedence
import torch


def precedence(batch, length, generator, positions=None, vocab_size=10):
    """Does token 0 come before token 1?

    Returns tokens (batch, length) and labels (batch,): 1 if token 0 comes first, or 0.
    Tokens 0 and 1 are at two random positions in range(*positions), by default
    anywhere; all other positions hold filler, tokens 2 … vocab_size - 1.
    Raises ValueError if there are no two positions.
    """
    start, stop = positions or (0, length)  # anywhere, if no positions are given
    if not 0 <= start <= stop - 2 <= length - 2:
        raise ValueError(
            f"no two positions in {start} to {stop} of a sequence of {length} tokens"
        )
    tokens = torch.randint(2, vocab_size, (batch, length), generator=generator)
    shuffled = torch.rand(batch, stop - start, generator=generator).argsort(-1) + start
    first, second = shuffled[:, 0], shuffled[:, 1]  # (B,) each
    sequences = torch.arange(batch)
    tokens[sequences, first], tokens[sequences, second] = 0, 1
    return tokens, (first < second).long()

# %% ../notebooks/01-sequences.ipynb #recall-reversal
def associative_recall(batch, num_pairs, generator, num_keys=64, num_values=16):
    """Pairs of key and value, then one of the keys: which value went with it?

    Returns pairs (batch, num_pairs + 1, 2) of (key, value); answers (batch,).
    The keys of one example all differ; in the last pair num_values means "?".
    Blind guessing is right 1 time in num_values; to name one of the told values is
    right more often.
    Raises ValueError if num_pairs is below 1 or above num_keys.
    """
    if not 1 <= num_pairs <= num_keys:
        raise ValueError(
            f"num_pairs is {num_pairs}: it must be 1 to {num_keys}, the number of keys"
        )
    shuffled = torch.rand(batch, num_keys, generator=generator).argsort(-1)
    keys = shuffled[:, :num_pairs]  # (B, N)
    values = torch.randint(
        num_values, (batch, num_pairs), generator=generator
    )  # (B, N)
    asked = torch.randint(num_pairs, (batch, 1), generator=generator)  # (B, 1)
    pairs = torch.stack([keys, values], -1)  # (B, N, 2)
    question = pairs.take_along_dim(asked[..., None], 1)  # (B, 1, 2), key and answer
    answers = question[:, 0, 1].clone()  # (B,)
    question[..., 1] = num_values
    return torch.cat([pairs, question], 1), answers


def reversal(batch, length, generator, vocab_size=10):
    """tokens (batch, length) and targets (batch, length), the same backwards."""
    tokens = torch.randint(vocab_size, (batch, length), generator=generator)
    return tokens, tokens.flip(-1)

# %% ../notebooks/05-bottleneck.ipynb #up-to-12
from .seq2seq import teacher_forcing


def up_to_12(generator):
    """32 sequences of 1 to 12 digits, all of one length, to be written backwards."""
    n = int(torch.randint(1, 13, (1,), generator=generator))
    return teacher_forcing(*reversal(32, n, generator), start=10)

# %% ../notebooks/05-bottleneck.ipynb #dates
import datetime

MONTHS = (
    "January February March April May June July "
    "August September October November December"
).split()


def written_date(day, style):
    """A datetime.date as people write it: style 0 and 1 in English, 2 in Korean."""
    month = MONTHS[day.month - 1]
    return (
        f"{month} {day.day}, {day.year}",
        f"{day.day} {month[:3]} {day.year}",
        f"{day.year}년 {day.month}월 {day.day}일",
    )[style]


DATE_CHARACTERS = " " + "".join(sorted(set("".join(MONTHS) + "0123456789,-년월일")))


def dates(batch, generator):
    """Dates from 1900 to 2099: sources (B, 18), targets (B, 10) such as 2024-03-05.

    Tokens are positions in DATE_CHARACTERS. Sources are filled up on the *left*, so
    that the last token is the last one that was written.
    """
    first = datetime.date(1900, 1, 1).toordinal()
    after = datetime.date(2100, 1, 1).toordinal()
    numbers = torch.randint(first, after, (batch,), generator=generator)
    styles = torch.randint(3, (batch,), generator=generator)
    days = [datetime.date.fromordinal(n) for n in numbers.tolist()]
    sources = [written_date(d, s).rjust(18) for d, s in zip(days, styles.tolist())]
    ids = {character: i for i, character in enumerate(DATE_CHARACTERS)}
    targets = [day.isoformat() for day in days]
    return tuple(
        torch.tensor([[ids[character] for character in text] for text in texts])
        for texts in (sources, targets)
    )


def detokenize(tokens):
    """The text of the tokens (T,) of a date."""
    return "".join(DATE_CHARACTERS[token] for token in tokens).strip()