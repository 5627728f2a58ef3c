"""Files that hold a whole model, or what they held before."""

__all__ = ['options_of', 'replacing', 'fingerprint', 'save_model', 'load_model']

# %% ../notebooks/14-encoder-decoder.ipynb #save
import hashlib
import os
import pickle
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch


def options_of(arguments):
    """The arguments of an __init__, by name, from its locals()."""
    return {
        name: value
        for name, value in arguments.items()
        if name not in ("self", "__class__")
    }


@contextmanager
def replacing(path):
    """A path to write to; when all is written, it takes the place of the file `path`."""
    unfinished = Path(f"{path}.unfinished")
    try:
        yield unfinished
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def fingerprint(kind, options, weights):
    """SHA-256 of the name of a class, of options, and of named weights, bit by bit."""
    content = hashlib.sha256(repr((kind, options)).encode())
    for name, weight in weights.items():
        content.update(f"{name} {weight.dtype} {tuple(weight.shape)}".encode())
        content.update(weight.cpu().contiguous().flatten().view(torch.uint8).numpy())
    return content.hexdigest()


def save_model(model, path):
    """Write a model to a file: the name of its class, its options, its weights.

    model.options: the arguments it was made with, by name; plain values only.
    Raises ValueError, and leaves the file as it was, if `load_model` would not give
    back the same model, bit by bit.
    """
    model = getattr(model, "_orig_mod", model)  # what torch.compile has wrapped
    options = {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in model.options.items()
    }
    content = type(model).__name__, options, model.state_dict()
    with replacing(path) as unfinished:
        torch.save(
            {"content": content, "fingerprint": fingerprint(*content)}, unfinished
        )
        with torch.random.fork_rng(devices=[]):
            load_model(type(model), unfinished)


def load_model(kind, path):
    """The model of class `kind` that was saved, on the CPU, in evaluation mode.

    Raises ValueError if the file is damaged or holds something else.
    """
    with open(path, "rb") as file:
        try:
            saved = torch.load(file, map_location="cpu", weights_only=True)
            name, options, weights = content = saved["content"]
            if saved["fingerprint"] != fingerprint(*content):
                raise ValueError("a part of it is damaged")
            if name != kind.__name__:
                raise ValueError(f"it holds a {name}")
            model = kind(**options)
            for weight in filter(torch.is_floating_point, weights.values()):
                model.to(weight.dtype)
            model.load_state_dict(weights)
            if fingerprint(name, options, model.state_dict()) != saved["fingerprint"]:
                raise ValueError("not all of its weights have one dtype")
        except (
            RuntimeError,
            OSError,
            EOFError,
            pickle.UnpicklingError,
            LookupError,
            TypeError,
            ValueError,
            AttributeError,
            AssertionError,
        ) as error:
            raise ValueError(
                f"{path} holds no saved {kind.__name__}: {error}"
            ) from None
    return model.eval()