"""What every tool needs to know about the repository: its notebooks, their order, how to read and write them."""

import ast
import contextlib
import functools
import hashlib
import io
import os
import re
import tempfile
from pathlib import Path

import nbformat
import yaml

ROOT = Path(__file__).resolve().parent.parent
KO = ROOT / "ko"
PACKAGE, CHECKS = ROOT / "byhand", ROOT / "checks"


class Unreadable(Exception):
    """A file that a tool needs is missing or damaged: a sentence that says which and what to do."""


def name(path):
    """A path as the repository writes it, whatever folder we are in and whatever system this is."""
    return path.relative_to(ROOT).as_posix()


# The notebooks


@functools.cache
def table_of_contents():
    """[(caption, [file, ...]), ...] of _toc.yml, each file followed by its sections."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return [
        (part["caption"], [f["file"] for c in part["chapters"] for f in (c, *c.get("sections", []))])
        for part in toc["parts"]
    ]


def chapters():
    """The chapters' notebooks, in the order of _toc.yml."""
    files = [file for _, files in table_of_contents() for file in files if file.startswith("notebooks/")]
    return [ROOT / f"{file}.ipynb" for file in files]


def solutions():
    """The notebooks with exercises and their answers, in the order of the book."""
    return [ROOT / "solutions" / path.stem / path.name for path in chapters()]


def strangers():
    """A sentence for each notebook in our folders that is not one of the book's; they are left alone."""
    folders = [edition / kind for edition in (ROOT, KO) for kind in ("notebooks", "solutions", "exercises")]
    found = {
        path
        for folder in folders
        for path in folder.rglob("*.ipynb")
        if ".ipynb_checkpoints" not in path.parts and ".yours" not in path.name
    }
    ours = {twin for path in chapters() for twin in (path, korean(path))}
    for path in solutions():
        exercise = ROOT / "exercises" / path.stem / path.name
        ours |= {path, korean(path), exercise, korean(exercise)}
    return [f"{name(path)} is no chapter of _toc.yml: it is left alone" for path in sorted(found - ours)]


def korean(path):
    """The path of the Korean twin of an English file."""
    return KO / path.relative_to(ROOT)


def read(path):
    """A notebook. Raises Unreadable if it is missing or is none."""
    try:
        return nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    except FileNotFoundError:
        raise Unreadable(f"{name(path)} is missing. `git checkout -- '{name(path)}'` brings it back.") from None
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, UnicodeDecodeError, AttributeError, KeyError):
        text = path.read_bytes()
        why = "it has marks of a merge conflict" if b"<<<<<<< " in text else "it is no notebook"
        raise Unreadable(f"{name(path)} cannot be read: {why}. Mend it first; nothing was changed.") from None


def notebook_text(notebook):
    return nbformat.writes(notebook) + "\n"


def write_bytes(path, content):
    """Write a file whole or not at all, and only if its content is new."""
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.write(content)
            file.close()
            os.chmod(file.name, path.stat().st_mode if path.exists() else 0o644)
            os.replace(file.name, path)
        except BaseException:
            file.close()
            os.unlink(file.name)
            raise


def write(path, notebook):
    write_bytes(path, notebook_text(notebook).encode())


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


# What the outputs of a notebook depend on


def parse(source):
    """The syntax tree of a cell or module, without magics, comments and docstrings."""
    tree = ast.parse(re.sub(r"^[%!].*$", "", source, flags=re.M))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if (
            isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
            and body
            and ast.get_docstring(node) is not None
        ):
            body[0] = ast.Pass()
    return tree


def meaning(node):
    """A text for a syntax tree, the same however the code was laid out and in every version of Python."""
    if isinstance(node, ast.AST):
        fields = [f"{field}={meaning(value)}" for field, value in ast.iter_fields(node) if value not in (None, [])]
        return f"{type(node).__name__}({', '.join(fields)})"
    return f"[{', '.join(map(meaning, node))}]" if isinstance(node, list) else repr(node)


def names_in(tree):
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def imported(tree, package):
    """{local name: (module, name)} of all `from package.module import name` in a tree, relative ones included."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            path = f"{package}.{node.module or ''}" if node.level else node.module or ""
            if path.startswith(f"{package}."):
                found |= {a.asname or a.name: (path.removeprefix(f"{package}."), a.name) for a in node.names}
    return found


@functools.cache
def module_parts(folder, module):
    """({name: (meaning, names it uses)} of the definitions of folder/module.py, {name: (module, name)} it imports)."""
    path = ROOT / folder / f"{module}.py"
    if not path.exists():
        raise Unreadable(f"{folder}/{module}.py is missing, and a notebook imports it: make sync")
    tree, parts = parse(path.read_text(encoding="utf-8")), {}
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            targets = [node.name]
        else:
            targets = [t.id for t in ast.walk(node) if isinstance(t, ast.Name) and isinstance(t.ctx, ast.Store)]
        for target in targets:
            text, used = parts.get(target, ("", set()))
            parts[target] = text + meaning(node), used | names_in(node)
    return parts, imported(tree, folder)


def exported_code(wanted):
    """The meaning of the definitions of byhand that (module, name) pairs need, transitively, in a fixed order."""
    found, waiting = {}, sorted(wanted)
    while waiting:
        module, target = waiting.pop()
        parts, imports = module_parts("byhand", module)
        if (module, target) in found or target not in parts:
            continue
        text, used = found[module, target] = parts[target]
        waiting += [imports[name] if name in imports else (module, name) for name in used]
    return [found[key][0] for key in sorted(found)]


def execution_key(path):
    """A fingerprint of the code that the outputs of a notebook depend on: outputs that carry another are old.

    Its own cells, what they import from byhand and all that this needs, and for a notebook with exercises the engine
    of the checks and the chapter's own module. Comments, docstrings and layout do not count.
    """
    trees = [parse(source) for source in code(read(path))]
    texts = [meaning(tree) for tree in trees]
    for tree in trees:
        texts += exported_code(imported(tree, "byhand").values())
    if path in solutions():
        modules = [CHECKS / "engine.py", CHECKS / f"ch{path.stem[:2]}.py"]
        texts += [meaning(parse(module.read_text(encoding="utf-8"))) for module in modules]
    return digest("\n".join(texts))


def executed_key(path):
    """The key that the notebook's outputs carry."""
    return read(path).metadata.get("byhand", {}).get("executed")


def is_fresh(path):
    return executed_key(path) == execution_key(path)


# The words of the course


@functools.cache
def course():
    """What book/course.yml says of the parts and chapters, in both languages."""
    return yaml.safe_load((ROOT / "book" / "course.yml").read_text(encoding="utf-8"))
