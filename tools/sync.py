"""Make every generated file anew from what is written by hand.

    python tools/sync.py                      generate
    python tools/sync.py --check              generate, and fail if anything was out of date
    python tools/sync.py --translated FILE    mark the Korean FILE as a translation of the English text of now

byhand/            from the cells of notebooks/ that begin with #| export
ko/ code, outputs  from the English notebooks, cell by cell
exercises/         from solutions/, in both editions
book/claims.md     from the outputs of the claims, in both editions
book/map.md        from the head of each chapter: what it begins with, and the chapters that it needs
book/_static/      what pages outside the notebooks show: figures from the chapters' outputs, chapter 9's attn-view
"""

import argparse
import base64
import copy
import re
import sys
import tempfile
import warnings
from html import escape
from pathlib import Path

from books import ROOT, chapters, digest, korean, read, solutions, write, write_text
from nbdev.export import nb_export
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveCells
from traitlets.config import Config

EDITIONS = [ROOT, ROOT / "ko"]
PACKAGE = ROOT / "byhand"
GENERATED_PAGES = ("claims.md", "map.md")
PAGES = [path for path in sorted((ROOT / "book").glob("**/*.md")) if path.name not in GENERATED_PAGES]


class Stale(Exception):
    """The Korean edition does not say what the English one says."""


# What several chapters write together; every other module belongs to the chapter that begins it.
SHARED_MODULES = {
    "tasks": "What the small models are trained on.",
    "claims": "A claim: rows of what was measured, and the bound that every seed keeps.",
    "plots": "Figures in the style of the book.",
    "corpus": "Texts to learn from: Korean sentences with their English, docstrings of the standard library.",
    "checkpoints": "Files that hold a whole model, or what they held before.",
}


def export_package():
    """Write byhand/*.py from the exported cells of the chapters; what was there stays until all is written."""
    with tempfile.TemporaryDirectory(dir=ROOT, prefix=".byhand-") as folder:
        package = Path(folder)
        texts = {"__init__": "GENERATED from notebooks/ by make sync: what the chapters build.", **SHARED_MODULES}
        for name, text in texts.items():
            (package / f"{name}.py").write_text(f'"""{text}"""\n\n__all__ = []\n', encoding="utf-8")
        for chapter in chapters():
            try:
                nb_export(str(chapter), lib_path=folder)
            except Exception as error:
                sys.exit(f"{chapter.relative_to(ROOT)} cannot be read, byhand/ is as before: {error}")
        for module in package.glob("*.py"):
            write_text(PACKAGE / module.name, module.read_text(encoding="utf-8").replace("from byhand.", "from ."))
        for module in PACKAGE.glob("*.py"):
            if not (package / module.name).exists():
                module.unlink()


# The Korean edition

def prose(cell):
    """What a translator translates: the text of a Markdown cell, the alt text of a figure's cell."""
    if cell.cell_type == "markdown":
        return cell.source
    return cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")


def korean_notebook(english, twin):
    """The Korean notebook: code and outputs of the English one, prose of its twin. Raises Stale with a list."""
    theirs = {cell.id: cell for cell in twin.cells}
    problems = [f"cell {id} does not exist in English" for id in theirs if id not in {c.id for c in english.cells}]
    cells = []
    for cell in english.cells:
        cell, text = copy.deepcopy(cell), prose(cell)
        if text and cell.id not in theirs:
            problems.append(f"cell {cell.id} is missing")
        elif text:
            translation = theirs[cell.id]
            if translation.metadata.get("en") != digest(text):
                problems.append(f"cell {cell.id} was written from another English text")
            cell.metadata["en"] = translation.metadata.get("en", "")
            if cell.cell_type == "markdown":
                cell.source = translation.source
            else:
                cell.metadata["mystnb"]["image"]["alt"] = prose(translation)
        cells.append(cell)
    if problems:
        raise Stale(problems)
    return {**english, "cells": cells}


def page_digest(page):
    """The fingerprint that the Korean twin of a page carries in its first line."""
    return f"<!-- en: {digest(page.read_text(encoding='utf-8'))} -->"


def sync_korean():
    """Copy code and outputs into the Korean notebooks; return what is missing or stale, one line each."""
    problems = []
    for path in chapters() + solutions():
        twin = korean(path)
        name = twin.relative_to(ROOT)
        if not twin.exists():
            problems.append(f"{name}: the page is missing")
            continue
        try:
            write(twin, type(read(path))(korean_notebook(read(path), read(twin))))
        except Stale as stale:
            problems += [f"{name}: {problem}" for problem in stale.args[0]]
    for page in PAGES:
        twin = korean(page)
        if not twin.exists():
            problems.append(f"{twin.relative_to(ROOT)}: the page is missing")
        elif twin.read_text(encoding="utf-8").split("\n")[0] != page_digest(page):
            problems.append(f"{twin.relative_to(ROOT)}: it was written from another English text")
    english = {path.relative_to(ROOT) for path in chapters() + solutions() + PAGES}
    for twin in [p for folder in ("notebooks", "solutions", "book") for p in (ROOT / "ko" / folder).rglob("*")]:
        written = twin.suffix in (".ipynb", ".md") and twin.name not in GENERATED_PAGES
        if written and ".ipynb_checkpoints" not in twin.parts:
            if twin.relative_to(ROOT / "ko") not in english:
                problems.append(f"{twin.relative_to(ROOT)}: there is no English page of this name")
    return problems


def mark_translated(twin):
    """Write into a Korean file the fingerprints of the English text as it is now."""
    twin = twin.resolve()
    page = ROOT / twin.relative_to(ROOT / "ko")
    if twin.suffix == ".md":
        text = re.sub(r"\A<!-- en: \w* -->\n", "", twin.read_text(encoding="utf-8"))
        return write_text(twin, page_digest(page) + "\n" + text)
    english, notebook = {cell.id: cell for cell in read(page).cells}, read(twin)
    for cell in notebook.cells:
        if cell.id in english and prose(english[cell.id]):
            cell.metadata["en"] = digest(prose(english[cell.id]))
    write(twin, notebook)


# Exercises

def generate_exercises(edition):
    """Write edition/exercises/ from edition/solutions/ with nbgrader."""
    config = Config()
    config.CourseDirectory.root = str(edition)
    config.CourseDirectory.source_directory = "solutions"
    config.CourseDirectory.release_directory = "exercises"
    for source in sorted((edition / "solutions").glob("*/*.ipynb")):
        course = CourseDirectory(config=config, assignment_id=source.stem)
        generator = GenerateAssignment(coursedir=course, no_database=True, force=True, config=config)
        generator.preprocessors = [p for p in generator.preprocessors if p is not SaveCells]
        generator.log.setLevel("ERROR")
        generator.start()
        target = edition / "exercises" / source.stem / source.name
        notebook = read(target)
        notebook.metadata.pop("byhand", None)
        first = notebook.cells[0]
        first.source = f"<!-- GENERATED from {source.relative_to(ROOT)} by make sync -->\n\n{first.source}"
        write(target, notebook)


# The ledger

LEDGER = {
    ROOT: ("Claim", """# The ledger of claims

Every claim of the book in one place, written by `make sync` from what the notebooks printed. ± is the standard
deviation over seeds, and every single seed keeps the bound: if one did not, the notebook would stop with an error.
[How to use this book](how-to-use.md) says how to try all claims on seeds of your own.""",
           ("measured", "mean ± sd", "seeds", "asserted")),
    ROOT / "ko": ("주장", """# 주장 원장

이 책의 모든 주장을 한곳에 모았어요. 노트북이 출력한 값에서 `make sync`가 만들어요. ±는 시드 사이의 표준편차이고,
시드 하나하나가 모두 한계를 지켜요. 하나라도 어기면 노트북이 오류를 내며 멈춰요.
원하는 시드로 모든 주장을 다시 시험하는 방법은 [이 책을 쓰는 법](how-to-use.md)에 있어요.""",
                  ("측정한 것", "평균 ± 표준편차", "시드", "조건")),
}


def claim_sentences(notebook, word):
    """{number: sentence} of the blockquotes that state a claim."""
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    found = re.findall(rf"^> \*\*{word} ([\d.]+)\.\*\* (.+(?:\n> .+)*)", text, re.M)
    return {number: sentence.replace("\n> ", " ") for number, sentence in found}


def measured_claims(notebook):
    """{number: rows} of what the claim cells printed."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    printed = [output.metadata["claim"] for output in outputs if "claim" in output.get("metadata", {})]
    return {claim["number"]: claim["rows"] for claim in printed}


def html_row(cells, tag):
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"


def write_ledger(edition):
    """Write edition/book/claims.md; return what does not fit together, one line each."""
    word, head, columns = LEDGER[edition]
    lines, problems = [f"<!-- GENERATED by make sync -->\n{head}\n"], []
    for path in sorted((edition / "notebooks").glob("*.ipynb")):
        notebook = read(path)
        sentences, claims = claim_sentences(notebook, word), measured_claims(notebook)
        for number in sentences.keys() ^ claims.keys():
            problems.append(f"{path.relative_to(ROOT)}: claim {number} needs a sentence and a measurement")
        title = re.search(r"^# (.+)", notebook.cells[0].source, re.M)[1]
        lines.append(f"## [{title}](../notebooks/{path.name})\n")
        for number in sorted(sentences.keys() & claims.keys(), key=lambda n: [int(part) for part in n.split(".")]):
            head, *rows = [html_row(row, tag) for row, tag in [(columns, "th"), *((r, "td") for r in claims[number])]]
            lines += [f"> **{word} {number}.** {sentences[number]}\n",
                      f'<table class="byhand-claim"><thead>{head}</thead><tbody>', *rows, "</tbody></table>\n"]
    write_text(edition / "book" / "claims.md", "\n".join(lines))
    return problems


# The map

MAP = {
    ROOT: ("""# The map

What each chapter begins with, and the earlier chapters whose work it uses. You can read along any path
that visits these first; small tools of other chapters, such as the timer of chapter 4, lie ready in the
package. (A chapter that needs nothing needs only Python.)""",
           ("Chapter", "It begins with", "Needs")),
    ROOT / "ko": ("""# 지도

장마다 어떤 말로 시작하는지, 앞의 어느 장에서 만든 것을 쓰는지 모았어요.
그 장들을 먼저 들르기만 하면 어느 길로 읽어도 돼요. 다른 장의 작은 도구(이를테면 4장의 시계)는 패키지에 들어 있어요.
(필요한 장이 없으면 파이썬만 알면 돼요.)""",
                  ("장", "시작하는 말", "필요한 장")),
}


def write_map(edition):
    """Write edition/book/map.md: a table of the chapters, from the first cell of each."""
    intro, columns = MAP[edition]
    lines = [f"<!-- GENERATED by make sync -->\n{intro}\n", f"| {' | '.join(columns)} |", "|---|---|---|"]
    for path in sorted((edition / "notebooks").glob("*.ipynb")):
        head = read(path).cells[0].source
        title, question = re.search(r"^# (.+)", head, re.M)[1], re.search(r"^\*\*(.+?)\*\*", head, re.M)[1]
        needed = re.findall(r"\((\d\d)(-[\w-]+\.ipynb)\)", head)
        links = ", ".join(f"[{int(number)}](../notebooks/{number}{rest})" for number, rest in needed)
        lines.append(f"| [{title}](../notebooks/{path.name}) | {question} | {links or '–'} |")
    write_text(edition / "book" / "map.md", "\n".join(lines) + "\n")


FIGURES = {
    "fading.png": ("02-recurrence", "fading-figure"),
    "recall.png": ("03-forgetting", "race-figure"),
    "waiting.png": ("04-waiting", "chain-figure"),
    "bottleneck.png": ("05-bottleneck", "reversal-figure"),
    "soft.png": ("06-soft-lookup", "temperature-figure"),
    "alignment.png": ("09-alignment", "race-figure"),
    "lengths.png": ("12-positions", "length-figure"),
    "ladder.png": ("16-gpt", "ladder-figure"),
    "shapes.png": ("17-bert", "shapes-figure"),
}


def extract_figures():
    """Write book/_static/NAME for each figure that a page outside the notebooks shows."""
    for name, (chapter, cell_id) in FIGURES.items():
        cell = next(cell for cell in read(ROOT / "notebooks" / f"{chapter}.ipynb").cells if cell.id == cell_id)
        pictures = [o.data["image/png"] for o in cell.outputs if "image/png" in o.get("data", {})]
        if pictures:
            (ROOT / "book" / "_static" / name).write_bytes(base64.b64decode(pictures[0]))


def extract_view():
    """Write chapter 9's <attn-view> to files, for pages that no output brings it to."""
    cell = next(cell for cell in read(ROOT / "notebooks" / "09-alignment.ipynb").cells if cell.id == "view-script")
    texts = {}
    exec(cell.source, texts)
    for name, text, head in (("attn-view.js", "VIEW_SCRIPT", "// {}"), ("attn-view.css", "VIEW_STYLE", "/* {} */")):
        head = head.format("GENERATED from notebooks/09-alignment.ipynb by make sync")
        write_text(ROOT / "book" / "_static" / name, head + texts[text])


def generated():
    """{path: content} of all files that sync writes."""
    patterns = ["byhand/*.py", "ko/notebooks/*.ipynb", "ko/solutions/*/*.ipynb", "exercises/*/*.ipynb",
                "ko/exercises/*/*.ipynb", "book/claims.md", "ko/book/claims.md",
                "book/map.md", "ko/book/map.md",
                "book/_static/attn-view.*", *(f"book/_static/{name}" for name in FIGURES)]
    return {path: path.read_bytes() for pattern in patterns for path in ROOT.glob(pattern)}


def sync():
    """Generate everything; return what only a person can mend, one line each."""
    export_package()
    extract_figures()
    extract_view()
    problems = sync_korean()
    for edition in EDITIONS:
        generate_exercises(edition)
        problems += write_ledger(edition)
        write_map(edition)
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--translated", nargs="+", type=Path, metavar="FILE")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    for path in options.translated or []:
        mark_translated(path)
    before = generated()
    problems = sync()
    after = generated()
    changed = [p.relative_to(ROOT) for p in sorted(before.keys() | after.keys()) if before.get(p) != after.get(p)]
    if options.check:
        problems += [f"{path}: it was out of date; run make sync and commit" for path in changed]
    else:
        print("\n".join(f"written: {path}" for path in changed) or "everything was up to date")
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(len(problems) > 0)


if __name__ == "__main__":
    main()
