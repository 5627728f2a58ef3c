"""Run every benchmark once, one after the other, and write benchmarks/README.md.

python benchmarks/all.py
"""

import datetime
import platform
import subprocess
import sys
from pathlib import Path

import torch

HERE = Path(__file__).parent
SCRIPTS = {
    "attention_layer.py": "The time of our attention and layers, as multiples of PyTorch's. Below 1 is faster.",
    "tokens.py": "The tokenizer of chapter 15: how long it trains and encodes, against the naive way and the library.",
    "generate.py": "The KV cache of chapter 16: tokens a second, with it and without.",
    "docstrings.py": "Chapter 16's recipes after a minute: bits per byte on modules that were held out.",
}


def processor():
    """What the machine calls itself."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def main():
    today = datetime.date.today()
    parts = [
        f"""# Benchmarks

One run of all scripts in this folder, one after the other, written by `make benchmarks` on {today}.
{processor()}, Python {platform.python_version()}, PyTorch {torch.__version__}, one thread.
Look at the ratios: times differ from machine to machine, and on a busy one from minute to minute.
"""
    ]
    for script, about in SCRIPTS.items():
        print(script, flush=True)
        run = subprocess.run([sys.executable, HERE / script], capture_output=True, text=True, check=True)
        parts.append(f"## `{script}`\n\n{about}\n\n```\n{run.stdout.rstrip()}\n```\n")
    (HERE / "README.md").write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
