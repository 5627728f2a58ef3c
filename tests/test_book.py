"""What must be true of the sources: fresh outputs, honest imports, exercises that wait to be solved, cited papers."""

import ast
import re
import sys

import pytest
from books import ROOT, chapters, code, is_fresh, korean, parse, read, solutions
from run import as_on_screen, execute

from byhand_checks import engine

PAGES = [page for page in sorted((ROOT / "book").rglob("*.md")) + sorted((ROOT / "ko" / "book").rglob("*.md"))]
NOTEBOOKS = [twin for path in chapters() + solutions() for twin in (path, korean(path))]
EXERCISES = sorted(ROOT.glob("exercises/*/*.ipynb"))


def name(path):
    return str(path.relative_to(ROOT))


def prose(path):
    """The Markdown of a page or of a notebook."""
    if path.suffix == ".md":
        return path.read_text(encoding="utf-8")
    return "\n\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")


def test_there_is_a_book():
    assert len(chapters()) >= 2 and len(solutions()) == len(chapters()) == len(EXERCISES)


@pytest.mark.parametrize("path", chapters() + solutions(), ids=name)
def test_outputs_belong_to_the_code(path):
    assert is_fresh(path), "the code has changed since the notebook was executed: make run, then make sync"


@pytest.mark.parametrize("path", chapters() + solutions(), ids=name)
def test_imports_only_what_the_reader_built(path):
    """Chapters import the standard library, numpy, torch, matplotlib and byhand; exercises also byhand_checks."""
    source = "\n".join(re.sub(r"^%.*$", "", cell, flags=re.M) for cell in code(read(path)))
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.Import, ast.ImportFrom))]
    modules = {alias.name for node in imports if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module for node in imports if isinstance(node, ast.ImportFrom)}
    allowed = sys.stdlib_module_names | {"numpy", "torch", "matplotlib", "byhand"}
    if path in solutions():
        allowed |= {"byhand_checks"}
    assert {module.split(".")[0] for module in modules} <= allowed


@pytest.mark.parametrize("path", chapters(), ids=name)
def test_every_notebook_shows_no_error_and_no_warning(path):
    for cell in read(path).cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error" and output.get("name") != "stderr", cell.id


@pytest.mark.parametrize("path", chapters(), ids=name)
def test_a_chapter_has_its_parts(path):
    text, of_part_5 = prose(path), int(path.stem[:2]) > 17
    for part in (
        "## Predict first",
        "> **Claim ",
        "## Check against ",
        "## What breaks",
        "## Summary",
        "## Quiz",
        "<details>",
        "**Sources.**",
        f"../exercises/{path.stem}/{path.stem}.ipynb",
        *["## What this does not show", "## In papers and code", "## What our assistant can do now"] * of_part_5,
    ):
        assert part in text, f"{path.name} lacks {part!r}"
    visible = [
        cell.source
        for cell in read(path).cells
        if cell.cell_type == "code" and "hide-input" not in cell.metadata.get("tags", [])
    ]
    lines = [line for source in visible for line in source.splitlines() if line.strip()]
    assert max(map(len, lines)) <= 88, "a page shows 88 columns"
    assert len(lines) <= (200 if of_part_5 else 350)


@pytest.mark.parametrize("path", [*EXERCISES, korean(EXERCISES[0])], ids=name)
def test_an_untouched_exercise_says_so_and_nothing_stops(path):
    """Run All goes through, and each check says in the language of the notebook that nothing is written yet."""
    words = engine.WORDS["unwritten"]["ko" in path.relative_to(ROOT).parts]
    said = {}
    for cell in execute(path).cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            (shown,) = cell.outputs
            said[cell.id] = shown.data["text/plain"], words in shown.data["text/html"].replace("&#x27;", "'")
    assert len(said) >= 3 and set(said.values()) == {("0", True)}


# Names that were used for what the field calls otherwise, and that would mislead those who know it.
FORMER = set(
    """place place_angles placed turns turns_of TokensAndPlaces ByPlace state_and_memory real_tokens around
    forced hide spell evaluating warm_up Cache Merged guessing_line descend chances opponent ladder rung for_heads
    check_exchange exchange""".split()
)


def identifiers(tree):
    """Every name that the code of a tree gives or uses."""
    for node in ast.walk(tree):
        for field in ("id", "attr", "arg", "asname", "name"):
            if isinstance(getattr(node, field, None), str):
                yield getattr(node, field)


@pytest.mark.parametrize(
    "path",
    [
        *chapters(),
        *solutions(),
        *sorted(p for f in ("checks", "tests", "benchmarks") for p in (ROOT / f).rglob("*.py")),
    ],
    ids=name,
)
def test_code_speaks_the_words_of_the_field(path):
    sources = code(read(path)) if path.suffix == ".ipynb" else [path.read_text(encoding="utf-8")]
    assert not FORMER & {word for source in sources for word in identifiers(parse(source))}


@pytest.mark.parametrize("path", NOTEBOOKS + PAGES, ids=name)
def test_every_cited_paper_is_in_the_references(path):
    references = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    cited = re.findall(r"\[[^\]]*\(?\d{4}\)?\]\(https?://(?:doi\.org/)?([^)\s]+)\)", prose(path))
    missing = [address for address in cited if address not in references]
    assert not missing


@pytest.mark.parametrize("path", [path for path in NOTEBOOKS + PAGES if "ko" in path.relative_to(ROOT).parts], ids=name)
def test_korean_bold_ends_before_a_particle(path):
    """CommonMark does not see the end of **단어(word)**은; write **단어**(word)은."""
    assert not re.findall(r".*[)\]\"'.%$!?]\*{1,2}[가-힣].*", prose(path))


@pytest.mark.parametrize("text, shown", [("\r█░\r██\r  \r", ""), ("a\nb", "a\nb"), ("\r██\r  \rdone\n", "done\n")])
def test_progress_bars_leave_nothing_behind(text, shown):
    assert as_on_screen(text) == shown


def test_the_benchmark_of_the_attention_layer_runs(capsys):
    import attention_layer

    attention_layer.layers({8: 1})
    attention_layer.kernels({8: 1})
    assert capsys.readouterr().out.count("\n") == 2 + 4 + 2 + 1
