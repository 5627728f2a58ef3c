"""What does a minute of training buy? Bits per byte on modules that were held out.

    python benchmarks/docstrings.py [seconds]

Runs the code of chapter 16 as it stands there, with more time for each model (60 seconds of
computing on one thread, if nothing else is said): the first and the last rung of its ladder
and the n-gram, on three ways to hold modules out.
"""

import contextlib
import io
import sys
from pathlib import Path

import nbformat

CHAPTER = Path(__file__).parents[1] / "notebooks" / "16-gpt.ipynb"


def chapter(seconds):
    """The names that chapter 16 has defined when its ladder stands, with this many seconds for a model."""
    names = {"__name__": "chapter"}
    for cell in nbformat.read(CHAPTER, as_version=4).cells:
        if cell.cell_type == "code":
            with contextlib.redirect_stdout(io.StringIO()):
                exec(cell.source.replace("SECONDS, LENGTH = 10, 64", f"SECONDS, LENGTH = {seconds}, 64"), names)
        if cell.id == "ladder":
            return names


def main(seconds=60, seeds=range(3)):
    names = chapter(seconds)
    assert names["SECONDS"] == seconds
    print(f"{seconds} seconds of computing for each model; bits per byte")
    print(f"{'split':>5} {names['FIRST']:>12} {names['LAST']:>12} {'n-gram':>12}")
    rows = []
    for seed in seeds:
        ends = [names["bits_of"](names[end], seed) for end in ("FIRST", "LAST")]
        rows.append([*ends, names["ngram_bits"](seed)])
        print(f"{seed:5}", *(f"{bits:12.2f}" for bits in rows[-1]), flush=True)
    print(" mean", *(f"{sum(column) / len(rows):12.2f}" for column in zip(*rows)))
    return rows


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
