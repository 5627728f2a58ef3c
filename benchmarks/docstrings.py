"""What does a minute of training buy? Bits per byte on modules that were held out.

    python benchmarks/docstrings.py [seconds]

Runs the code of chapter 16 as it is there, with more time for each model (60 seconds of
computing on one thread, if nothing else is said): the first and the last of its recipes,
the n-gram, and the last recipe together with it (a quarter and three quarters), on three ways
to hold modules out.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))
from books import definitions  # noqa: E402


def main(seconds=60, seeds=range(3)):
    names = definitions(ROOT / "notebooks" / "16-gpt.ipynb", "ladder")
    names["SECONDS"] = seconds  # its functions read it when they are called
    print(f"{seconds} seconds of computing for each model; bits per byte")
    ends = []
    for seed in seeds:
        ends.append(names["ends_of"](seed, share=0.25))
        if len(ends) == 1:
            print("split", *(f"{name:>12}" for name in ends[0]))
        print(f"{seed:5}", *(f"{bits:12.2f}" for bits in ends[-1].values()), flush=True)
    print(" mean", *(f"{sum(end[name] for end in ends) / len(ends):12.2f}" for name in ends[0]))
    return ends


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
