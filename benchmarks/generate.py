"""How much faster does the cache write? Tokens per second, with it and without.

    python benchmarks/generate.py

Both loops run in one process and take turns, so that a slow moment of the machine meets
both; of the rounds the fastest counts. The texts must be the same, token by token.
"""

import time

import torch

from byhand.gpt import GPT, generate

PROMPT = 16
LENGTHS = {60: 5, 240: 3, 1000: 1}  # new tokens: rounds


def measure(model, length, rounds):
    """Print one line; return tokens per second with the cache over those without."""
    prompt = torch.zeros(1, PROMPT, dtype=torch.long)
    best = {True: float("inf"), False: float("inf")}
    for _ in range(rounds):
        written = {}
        for cached in best:
            begin = time.process_time()
            written[cached] = generate(model, prompt, length, temperature=0, cached=cached)
            best[cached] = min(best[cached], time.process_time() - begin)
        assert torch.equal(*written.values())
    ratio = best[False] / best[True]
    print(f"{length:6} {length / best[True]:12.0f} {length / best[False]:12.0f} {ratio:7.1f}")
    return ratio


def main(lengths=LENGTHS, d_model=128, num_layers=4):
    torch.manual_seed(0)
    model = GPT(256, d_model, 4, 8 * d_model // 3, num_layers, PROMPT + max(lengths)).eval()
    print(f"{num_layers} layers, d_model {d_model}, a prompt of {PROMPT}, one row; tokens a second")
    print(f"{'new':>6} {'with cache':>12} {'without':>12} {'ratio':>7}")
    return [measure(model, length, rounds) for length, rounds in lengths.items()]


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
