"""How much faster does the cache write? Tokens per second, with it (also merged) and without.

    python benchmarks/generate.py

Both loops run in one process and take turns, so that a slow moment of the machine meets
both; of the rounds the fastest counts. The texts must be the same, token by token.
"""

import time

import torch

from byhand.gpt import GPT, Merged, generate

PROMPT = 16
LENGTHS = {60: 5, 240: 3, 1000: 1}  # new tokens: rounds


def measure(model, length, rounds):
    """Print one line; return tokens per second with the cache, and merged, over those without."""
    prompt = torch.zeros(1, PROMPT, dtype=torch.long)
    merged = Merged(model)
    ways = {"merged": (merged, True), "with cache": (model, True), "without": (model, False)}
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        written = []
        for way, (writer, cached) in ways.items():
            begin = time.process_time()
            written.append(generate(writer, prompt, length, temperature=0, cached=cached))
            best[way] = min(best[way], time.process_time() - begin)
        assert all(torch.equal(text, written[-1]) for text in written)
    ratios = [best["without"] / best[way] for way in ("with cache", "merged")]
    print(f"{length:6}", *(f"{length / seconds:12.0f}" for seconds in best.values()),
          *(f"{ratio:12.1f}" for ratio in ratios))
    return ratios


def main(lengths=LENGTHS, d_model=128, num_layers=4):
    torch.manual_seed(0)
    model = GPT(256, d_model, 4, 8 * d_model // 3, num_layers, PROMPT + max(lengths)).eval()
    print(f"{num_layers} layers, d_model {d_model}, a prompt of {PROMPT}, one row")
    print("tokens a second, three ways; and how many times as many as without a cache")
    heads = "merged", "with cache", "without", "with cache", "merged"
    print("   new", *(f"{head:>12}" for head in heads))
    return [measure(model, length, rounds) for length, rounds in lengths.items()]


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
