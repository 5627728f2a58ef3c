"""What every tool needs to know about the repository: its notebooks, their order, how to read and write them."""

import contextlib
import hashlib
import io
import os
import re
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent


def chapters():
    """The chapters' notebooks, in the order of the book."""
    return sorted((ROOT / "notebooks").glob("*.ipynb"))


def solutions():
    """The notebooks with exercises and their answers, in the order of the book."""
    return sorted((ROOT / "solutions").glob("*/*.ipynb"))


def korean(path):
    """The path of the Korean twin of an English file."""
    return ROOT / "ko" / path.relative_to(ROOT)


def read(path):
    return nbformat.read(path, as_version=4)


def write_text(path, text):
    """Write a file whole or not at all, and only if its text is new."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, path)


def write(path, notebook):
    write_text(path, nbformat.writes(notebook) + "\n")


def digest(text):
    """A short fingerprint of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def code(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def definitions(path, last, changed=("", "")):
    """What a notebook has defined when the cell `last` has run, in silence; changed: a text, and one to put for it."""
    names = {"__name__": path.stem}
    for cell in read(path).cells:
        if cell.cell_type == "code":
            with contextlib.redirect_stdout(io.StringIO()):
                exec(cell.source.replace(*changed), names)
        if cell.id == last:
            return names
    raise ValueError(f"{path.name} has no cell {last}")


def exported(notebook):
    """The code that a chapter gives to the package byhand."""
    return [source for source in code(notebook) if re.search(r"^#\|\s*export", source, re.M)]


def execution_key(path):
    """A fingerprint of all code that the outputs of a notebook depend on: outputs that carry another are old."""
    parts = code(read(path))
    for chapter in chapters():
        if chapter.stem < path.stem or (chapter.stem == path.stem and chapter != path):
            parts += exported(read(chapter))
    if path in solutions():
        parts += [module.read_text(encoding="utf-8") for module in sorted((ROOT / "checks").glob("*.py"))]
    return digest("\n".join(parts))
