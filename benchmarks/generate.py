"""How much faster does the cache write? Tokens per second, with it and without.

    python benchmarks/generate.py

Both loops run in one process and take turns, so that a slow moment of the machine meets
both; of the rounds the fastest counts. The texts must be the same, token by token.
"""

import time

import torch

from byhand.gpt import GPT, generate

PROMPT = 16
MAX_NEW_TOKENS = {60: 5, 240: 3, 1000: 1}  # how many: rounds


def measure(model, max_new_tokens, rounds):
    """Print one line; return tokens per second with the cache over those without."""
    prompt = torch.zeros(1, PROMPT, dtype=torch.long)
    best = {True: float("inf"), False: float("inf")}  # cached?
    for _ in range(rounds):
        written = []
        for cached in best:
            begin = time.process_time()
            written.append(generate(model, prompt, max_new_tokens, temperature=0, cached=cached))
            best[cached] = min(best[cached], time.process_time() - begin)
        assert torch.equal(*written)
    ratio = best[False] / best[True]
    print(f"{max_new_tokens:6}", *(f"{max_new_tokens / seconds:12.0f}" for seconds in best.values()), f"{ratio:12.1f}")
    return ratio


def main(max_new_tokens=MAX_NEW_TOKENS, d_model=128, num_layers=4):
    torch.manual_seed(0)
    model = GPT(256, d_model, 4, 8 * d_model // 3, num_layers, context_length=PROMPT + max(max_new_tokens)).eval()
    print(f"{num_layers} layers, d_model {d_model}, a prompt of {PROMPT}, one sequence")
    print("tokens a second, with a cache and without; and how many times as many with it")
    print("   new", *(f"{head:>12}" for head in ("with cache", "without", "ratio")))
    return [measure(model, number, rounds) for number, rounds in max_new_tokens.items()]


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
