"""What does a minute of training buy? Bits per byte on modules that were held out.

    python benchmarks/docstrings.py [seconds]

Runs the code of chapter 16 as it stands there, with more time for each model (60 seconds of
computing on one thread, if nothing else is said): the first and the last rung of its ladder,
the n-gram, and the last rung together with it (a quarter and three quarters), on three ways
to hold modules out.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))
from books import definitions  # noqa: E402


def main(seconds=60, seeds=range(3)):
    given = "SECONDS, LENGTH = 10, 64", f"SECONDS, LENGTH = {seconds}, 64"
    names = definitions(ROOT / "notebooks" / "16-gpt.ipynb", "ladder", given)
    assert names["SECONDS"] == seconds
    print(f"{seconds} seconds of computing for each model; bits per byte")
    heads = names["FIRST"], names["LAST"], "n-gram", "together"
    print("split", *(f"{head:>12}" for head in heads))
    rows = []
    for seed in seeds:
        rows.append(names["ends_of"](seed, share=0.25))
        print(f"{seed:5}", *(f"{bits:12.2f}" for bits in rows[-1]), flush=True)
    print(" mean", *(f"{sum(column) / len(rows):12.2f}" for column in zip(*rows)))
    return rows


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
