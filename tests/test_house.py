"""Nobody loses anything, and a small change stays small: the commands of the book, in copies of the repository."""

import json
import os
import re
import shutil
import subprocess
import sys
import types
from pathlib import Path

import books
import environment
import nbformat
import pytest
import sync

ROOT = Path(__file__).parents[1]


def tool(book, name, *arguments, cwd=None, **settings):
    """Run a tool of a copy, as the environment of .venv would."""
    settings = {"PYTHONPATH": str(book), "PYTHONDONTWRITEBYTECODE": "1", **settings}
    command = [sys.executable, book / "tools" / f"{name}.py", *arguments]
    return subprocess.run(command, cwd=cwd or book, capture_output=True, text=True, env={**os.environ, **settings})


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def add_code(path, line):
    """What a learner does: a line more in the first code cell that is longer than an import."""
    notebook = nbformat.read(path, 4)
    next(c for c in notebook.cells if c.cell_type == "code" and "def " in c.source).source += f"\n{line}"
    nbformat.write(notebook, path)


def files(folder):
    """{file: its bytes} of a folder, without git's own."""
    inside = [path for path in folder.rglob("*") if path.is_file() and ".git" not in path.relative_to(folder).parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in inside}


EXERCISE = "exercises/01-sequences/01-sequences.ipynb"
KOREAN = "ko/notebooks/02-recurrence.ipynb"


# A check writes nothing


def test_a_check_writes_nothing(book):
    add_code(book / EXERCISE, "# what I worked out this evening")
    add_code(book / KOREAN, "# an experiment")
    (book / EXERCISE).with_name("notes.txt").write_text("my notes")
    (book / "byhand" / "mine.py").write_text("x = 1\n")
    before = files(book)
    checked = tool(book, "sync", "--check")
    assert checked.returncode == 1 and EXERCISE in checked.stderr and KOREAN in checked.stderr
    assert files(book) == before


def test_a_check_of_a_clean_copy_finds_nothing(book):
    before = files(book)
    checked = tool(book, "sync", "--check", "--whole")
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    assert files(book) == before


# What a person changed is set aside


def test_sync_sets_aside_what_a_person_changed(book):
    changes = {
        EXERCISE: "# what I worked out this evening",
        KOREAN: "# an experiment",
        "byhand/attention.py": "# a note in the package",
        "book/map.md": "a line in the table",
        "ko/_toc.yml": "# a note on the pages",
    }
    for file, line in changes.items():
        if file.endswith(".ipynb"):
            add_code(book / file, line)
        elif file.endswith(".md"):
            edit(book / file, "<!-- end", f"{line}\n<!-- end")
        else:
            (book / file).write_text((book / file).read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    pictures = book / "book" / "_static" / "generated" / "fading.png"
    pictures.write_bytes(pictures.read_bytes() + b"mine")
    (book / EXERCISE).with_name("notes.txt").write_text("my notes")
    (book / "byhand" / "mine.py").write_text("x = 1\n")
    done = tool(book, "sync")
    assert done.returncode == 0
    for file, line in changes.items():
        aside = Path(file).with_name(f"{Path(file).stem}.yours{Path(file).suffix}")
        assert line in (book / aside).read_text(encoding="utf-8")
        assert f"{file} had changes of yours, which are in {aside.as_posix()} now" in done.stdout
        assert line not in (book / file).read_text(encoding="utf-8")
    assert pictures.with_name("fading.yours.png").read_bytes().endswith(b"mine")
    assert (book / EXERCISE).with_name("notes.txt").read_text() == "my notes"
    assert (book / "byhand" / "mine.py").read_text() == "x = 1\n"
    (book / "byhand" / "mine.py").unlink()
    assert tool(book, "sync", "--check").returncode == 0


def test_a_second_change_gets_a_second_name(book):
    for round in (1, 2):
        add_code(book / EXERCISE, f"# evening {round}")
        assert tool(book, "sync").returncode == 0
    kept = [(book / EXERCISE).with_name(f"01-sequences.yours{number}.ipynb").read_text() for number in ("", "1")]
    assert "# evening 1" in kept[0] and "# evening 2" in kept[1]


def test_a_changed_source_is_written_without_ado(book):
    add_code(book / "solutions/01-sequences/01-sequences.ipynb", "# a comment more")
    done = tool(book, "sync")
    assert "set aside" not in done.stdout and f"written: {EXERCISE}" in done.stdout


# Notebooks that are missing, damaged, or somebody's own


def spoiled(book, how):
    chapter = book / "notebooks" / "05-bottleneck.ipynb"
    if how == "merge marks":
        chapter.write_text("<<<<<<< HEAD\n" + chapter.read_text(encoding="utf-8"), encoding="utf-8")
    elif how == "missing":
        chapter.unlink()
    elif how == "no notebook":
        chapter.write_text("[1, 2]")
    elif how == "half":
        chapter.write_text(chapter.read_text(encoding="utf-8")[:1000], encoding="utf-8")
    return chapter


def test_damaged_stamps_of_figures_are_named(book):
    stamps = book / "book" / "_static" / "generated" / "stamps.json"
    stamps.write_text("<<<<<<< HEAD\n" + stamps.read_text(encoding="utf-8"), encoding="utf-8")
    before, done = files(book), tool(book, "sync")
    assert done.returncode and "stamps.json is damaged" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr and files(book) == before


@pytest.mark.parametrize(
    "how, command",
    [
        ("merge marks", ["sync"]),
        ("missing", ["sync", "--check"]),
        ("no notebook", ["sync"]),
        ("half", ["sync"]),
        ("merge marks", ["run", "notebooks/04-waiting.ipynb"]),
    ],
)
def test_a_spoiled_chapter_is_named_and_costs_nothing(book, how, command):
    spoiled(book, how)
    before = files(book)
    done = tool(book, *command)
    assert done.returncode == 1 and "notebooks/05-bottleneck.ipynb" in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert files(book) == before


def test_notebooks_of_ones_own_are_named_and_left_alone(book):
    for other in ("Untitled.ipynb", "05-bottleneck-Copy1.ipynb", "99-mine.ipynb"):
        shutil.copy(book / "notebooks" / "05-bottleneck.ipynb", book / "notebooks" / other)
    done = tool(book, "sync", "--check")
    assert done.returncode == 0
    assert {line.split(" is ")[0] for line in done.stdout.splitlines()} == {
        "notebooks/Untitled.ipynb",
        "notebooks/05-bottleneck-Copy1.ipynb",
        "notebooks/99-mine.ipynb",
    }


@pytest.mark.parametrize("folder", ["notebooks", "/"])
def test_tools_work_from_any_folder(book, folder):
    before = files(book)
    here = book / folder
    assert tool(book, "sync", "--check", cwd=here).returncode == 0
    refused = tool(book, "run", "no-such-chapter.ipynb", cwd=here)
    assert refused.returncode == 2 and "not a notebook of the book" in refused.stderr
    assert files(book) == before


# Folders with names that somebody chose


@pytest.mark.parametrize("folder", ["[2026-1] 딥러닝", "100% it's (1) *?", "notebooks a:b"])
def test_any_name_of_a_folder_will_do(clean_copy, tmp_path, folder):
    book = shutil.copytree(clean_copy, tmp_path / folder / "book")
    edit(book / "notebooks" / "08-masks.ipynb", "import torch", "import  torch")
    assert tool(book, "sync").returncode == 0 and tool(book, "sync", "--check").returncode == 0
    assert tool(book, "practice", "ko").returncode == 0
    if os.pathsep not in folder:  # Python's own environments refuse that one
        done = tool(book, "run", "--validate", "solutions/08-masks/08-masks.ipynb")
        assert done.returncode == 0 and "passed" in done.stdout, done.stdout


def test_a_clone_of_git_for_windows(clean_copy, tmp_path):
    subprocess.run(["git", "clone", "-q", "-c", "core.autocrlf=true", clean_copy, tmp_path / "book"], check=True)
    assert not [
        name
        for name, content in files(tmp_path / "book").items()
        if b"\r\n" in content and not name.endswith((".png", ".npz"))
    ]
    assert tool(tmp_path / "book", "sync", "--check", "--whole").returncode == 0


# The Makefile and the environment


def test_make_starts_commands_by_path():
    """macOS's make looks a bare command up in its own PATH, not in one that a Makefile exports."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipes = [line.strip("\t@") for line in text.splitlines() if line.startswith("\t")]
    assert len(recipes) > 10
    assert {line.split()[0] for line in recipes} <= {"$(PY)", "$(PYTHON)", "awk", "rm"}
    assert "PY := .venv/bin/python\n" in text and "export PATH" not in text


def test_an_environment_is_ready_only_if_it_is(monkeypatch, tmp_path):
    """This very environment is ready; what is moved, other, or broken is noticed."""
    python, stamp = Path(sys.executable), tmp_path / "stamp"
    stamp.write_text(environment.asked(), encoding="utf-8")
    assert environment.missing(python, stamp) is None
    assert environment.missing(tmp_path / "python", stamp) == "there is no environment yet"
    assert environment.missing(python, tmp_path / "none") == "what it must hold has changed"
    broken = tmp_path / "broken"
    broken.write_text("#!/no/such/python\n")
    broken.chmod(0o755)
    assert environment.missing(broken, stamp) == environment.BROKEN
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    assert "moved" in environment.missing(python, stamp)
    monkeypatch.undo()
    monkeypatch.setattr(environment, "pinned", lambda: {"numpy": "0.1", "torch": "2.13.0"})
    assert re.fullmatch(r"numpy is [\d.]+ and must be 0\.1", environment.missing(python, stamp))


@pytest.mark.parametrize(
    "chosen, commands", [(["torch", "numpy"], []), (["torch", "nvidia-cublas"], ["pip install uv", "uv"])]
)
def test_torch_comes_without_cuda(monkeypatch, tmp_path, chosen, commands):
    """Where pip would take CUDA, uv is asked for the CPU build; where pip takes the CPU build, nothing more is done."""
    ran = []

    def run(command, **options):
        command = [str(part) for part in command]
        if "--report" in command:
            report = {"install": [{"metadata": {"name": package}} for package in chosen]}
            Path(command[command.index("--report") + 1]).write_text(json.dumps(report))
        elif command[-1] == "uv":
            ran.append("pip install uv")
        else:
            ran.append(command[2])
            assert command[command.index("--torch-backend") + 1] == "cpu" and command[-1] == "torch==2.13.0"
        return types.SimpleNamespace(returncode=0)

    monkeypatch.setattr(environment.subprocess, "run", run)
    environment.install_torch(Path("python"))
    assert ran == commands


def test_the_lock_has_every_package_that_is_installed():
    """Pinned packages agree with requirements.txt, and none of CUDA's is among them."""
    lines = environment.LOCK.read_text(encoding="utf-8").splitlines()[1:]
    locked = dict(re.match(r"([\w.-]+)==([\w.]+)", line).groups() for line in lines)
    normal = {name.lower().replace("_", "-"): version for name, version in environment.pinned().items()}
    assert normal.items() <= locked.items() and len(locked) > 150
    assert not [name for name in locked if name.startswith(("nvidia", "cuda", "triton"))]


# A place of one's own


def test_practice_is_filled_once_and_never_again(book):
    assert tool(book, "practice", "en").returncode == 0
    mine = book / "practice" / EXERCISE
    add_code(mine, "# mine")
    other = book / "practice" / "notebooks" / "01-sequences.ipynb"
    other.write_text("thrown away on purpose")
    (book / "practice" / "notebooks" / "03-forgetting.ipynb").unlink()
    before = files(book / "practice")
    for command in (["practice", "en"], ["sync"], ["sync", "--check"], ["practice", "ko"]):
        assert tool(book, *command).returncode == 0
    after = files(book / "practice")
    assert before.items() <= after.items() and "notebooks/03-forgetting.ipynb" in after
    assert "가" <= re.search("[가-힣]", after["ko/notebooks/01-sequences.ipynb"].decode())[0] <= "힣"
    ignored = subprocess.run(["git", "status", "--porcelain", "practice"], cwd=book, capture_output=True, text=True)
    assert ignored.stdout == ""


@pytest.mark.parametrize("edition", ["en", "ko"])
def test_links_in_practice_lead_somewhere(book, edition):
    tool(book, "practice", edition)
    links = 0
    for path in (book / "practice").rglob("*.ipynb"):
        for link in re.findall(r"\]\((\.\.?/[^)#\s]*)", path.read_text(encoding="utf-8")):
            assert (path.parent / link).exists(), f"{path}: {link}"
            links += 1
    assert links > 100


@pytest.mark.parametrize("setting, language", [("ko_KR.UTF-8", "ko"), ("en_US.UTF-8", "en"), ("C", "en")])
def test_practice_speaks_the_language_of_the_system(book, setting, language):
    said = tool(book, "practice", LC_ALL=setting, PYTHONUTF8="1").stdout
    assert (book / "practice" / "ko").exists() == (language == "ko")
    assert bool(re.search("[가-힣]", said)) == (language == "ko")
    refused = tool(book, "practice", "fr")
    assert refused.returncode == 1 and "English (en)" in refused.stderr


def test_a_narrow_encoding_stops_nothing(book):
    for command in (["practice", "ko"], ["sync", "--check"]):
        assert tool(book, *command, PYTHONIOENCODING="ascii", PYTHONUTF8="0").returncode == 0


# A small change stays small


def stale(book):
    return set(tool(book, "run", "--list").stdout.split())


def test_a_comment_reruns_nothing(book):
    edit(book / "notebooks" / "01-sequences.ipynb", "def progress", '# a comment\\n",\n    "def progress')
    assert tool(book, "sync").returncode == 0
    assert stale(book) == set()


def test_a_word_in_a_check_touches_two_notebooks(book):
    """And at most four files."""
    edit(book / "checks" / "ch11.py", "How many heads are there?", "How many of the heads are there?")
    assert stale(book) == {"solutions/11-heads/11-heads.ipynb"}
    done = tool(book, "run")
    assert done.returncode == 0 and tool(book, "sync").returncode == 0, done.stderr
    changed = subprocess.run(["git", "status", "--porcelain"], cwd=book, capture_output=True, text=True).stdout
    assert len(changed.splitlines()) <= 4 and tool(book, "sync", "--check").returncode == 0


def test_code_that_is_imported_matters_and_other_code_does_not(book):
    """A change in the attention view reruns the chapters that show one, and nothing that never imports it."""
    module = next(path for path in (book / "byhand").glob("*.py") if "class AttentionView" in path.read_text("utf-8"))
    edit(module, "self.queries", "self.questions")
    found = stale(book)
    users = {
        f"notebooks/{path.name}"
        for path in (book / "notebooks").glob("*.ipynb")
        if "import" in path.read_text("utf-8") and re.search(r"import .*AttentionView", path.read_text("utf-8"))
    }
    assert users and users <= found
    assert "notebooks/01-sequences.ipynb" not in found and "notebooks/15-tokens.ipynb" not in found


def test_meaning_knows_no_layout():
    same = ["def f(x):\n    '''words'''\n    return x+1", "def f(x):  # a comment\n\n    return (x + 1)"]
    one, two = (books.meaning(books.parse(source).body[0].body[-1]) for source in same)
    assert one == two != books.meaning(books.parse("def f(x):\n    return x + 2").body[0].body[-1])


# English may be ahead


def test_english_may_be_ahead_and_says_where(book):
    edit(book / "book" / "glossary.md", "plain language", "plain words")
    edit(book / "notebooks" / "01-sequences.ipynb", "## Predict first", "## First predict")
    lenient, strict = tool(book, "sync", "--check"), tool(book, "sync", "--check", "--whole")
    assert (lenient.returncode, strict.returncode) == (0, 1)
    for said in (lenient.stderr, strict.stderr):
        assert "ko/book/glossary.md: section 0" in said and "ko/notebooks/01-sequences.ipynb: cell predict" in said
        assert "2 places" in said


def test_one_part_is_marked_and_not_the_others(book):
    edit(book / "book" / "faq.md", "# Questions", "# The questions")
    text = (book / "book" / "faq.md").read_text(encoding="utf-8")
    (book / "book" / "faq.md").write_text(text + "\nOne more sentence.\n", encoding="utf-8")
    first = tool(book, "sync", "--translated", "ko/book/faq.md", "0")
    lags = [line for line in first.stderr.splitlines() if "section" in line]
    assert len(lags) == 1 and "section 0" not in lags[0]
    last = re.search(r"section (\d+)", lags[0])[1]
    assert "lags" not in tool(book, "sync", "--translated", "ko/book/faq.md", last).stderr
    assert tool(book, "sync", "--check", "--whole").returncode == 0
    before = files(book)
    refused = tool(book, "sync", "--translated", "ko/book/faq.md", "no-such-part")
    assert refused.returncode == 1 and "has no part no-such-part" in refused.stderr and files(book) == before


def test_a_korean_cell_without_an_english_one_is_kept(book):
    notebook = nbformat.read(book / KOREAN, 4)
    notebook.cells.append(nbformat.v4.new_markdown_cell("제가 쓴 글", id="mine"))
    nbformat.write(notebook, book / KOREAN)
    done = tool(book, "sync")
    assert "cell mine does not exist in English" in done.stderr
    assert "제가 쓴 글" in (book / KOREAN).read_text(encoding="utf-8")


def test_sections_are_those_of_the_headings():
    page = "<!-- en: abc -->\n# A\ntext\n\n```\n# no heading\n```\n<!-- en: def -->\n## B\nmore\n"
    assert sync.sections(page) == [["abc", "# A\ntext\n\n```\n# no heading\n```"], ["def", "## B\nmore"]]
