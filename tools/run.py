"""Execute the notebooks.

python tools/run.py                         those whose code has changed, in place
python tools/run.py FILE ...                these, in place
python tools/run.py --list                  write nothing, list those whose code has changed
python tools/run.py --validate              write nothing, fail where an output is no longer what nbval finds
python tools/run.py --claims --offset 1000  all chapters (or FILE ...) on other seeds; writes nothing, lists claims
"""

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from books import ROOT, Unreadable, chapters, execution_key, is_fresh, name, read, solutions, write
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from sync import apply, export_package


def as_on_screen(text):
    """What a terminal shows of a text in which a progress bar rewrites its line."""
    lines = [line.rstrip("\r").rsplit("\r", 1)[-1].rstrip() for line in text.split("\n")]
    return "\n".join(lines)


def tidy(notebook):
    """Leave in the outputs only what is the same in every run: no progress bars, no run times."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                output.text = as_on_screen(output.text)
        if "outputs" in cell:
            cell.outputs = [o for o in cell.outputs if o.output_type != "stream" or o.text.strip()]


def execute(path, **options):
    """Execute one notebook in its own folder and return it."""
    notebook = read(path)
    NotebookClient(
        notebook,
        timeout=900,
        record_timing=False,
        coalesce_streams=True,
        extra_arguments=["--Application.log_level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
        **options,
    ).execute()
    tidy(notebook)
    return notebook


def run(paths):
    """Execute notebooks in place; a notebook that fails keeps its old outputs. Returns the number of failures."""
    failures = 0
    for path in paths:
        key, start = execution_key(path), time.perf_counter()
        try:
            notebook = execute(path)
        except CellExecutionError as error:
            failures += 1
            print(f"{name(path)} failed, its outputs are as before:\n{error}", file=sys.stderr)
            continue
        outputs = {cell.id: cell for cell in notebook.cells if cell.cell_type == "code"}
        notebook = read(path)  # again, because its text may have been edited meanwhile
        for cell in notebook.cells:
            if cell.id in outputs:
                cell.outputs, cell.execution_count = outputs[cell.id].outputs, outputs[cell.id].execution_count
        notebook.metadata["byhand"] = {"executed": key}
        write(path, notebook)
        print(f"{time.perf_counter() - start:6.1f} s  {name(path)}", flush=True)
    return failures


def claims(offset, paths):
    """Run chapters on shifted seeds, write nothing, print each claim; returns the number that do not hold."""
    os.environ["BYHAND_SEED_OFFSET"] = str(offset)
    failures = 0
    for path in paths:
        notebook = execute(path, allow_errors=True)
        for cell in notebook.cells:
            number = re.search(r"^claim\(\s*\"([\d.]+)\"", cell.source, re.M) if cell.cell_type == "code" else None
            errors = [f"{o.ename}: {o.evalue}" for o in cell.get("outputs", []) if o.output_type == "error"]
            shown = [o.data["text/plain"] for o in cell.get("outputs", []) if "text/plain" in o.get("data", {})]
            if number and not errors:
                print(f"{path.stem}  holds  " + "; ".join(shown).replace("\n", "\n    "))
            for error in errors:
                failures += 1
                print(f"{path.stem}  FAILS  cell {cell.id}: {error}")
    print(f"offset {offset}: {failures or 'no'} failures")
    return failures


def validate(paths):
    """Let nbval execute notebooks, two at a time; returns its exit status."""
    options = ["-n", "2", "--dist", "loadfile", "--nbval-lax", "--nbval-current-env"]
    return subprocess.run([sys.executable, "-m", "pytest", *options, *map(name, paths)], cwd=ROOT).returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--validate", action="store_true")
    parser.add_argument("--claims", action="store_true")
    parser.add_argument("--offset", type=int, default=0, help="added to every seed (with --claims)")
    options = parser.parse_args()
    paths = [path.resolve() for path in options.files]
    unknown = [str(path) for path in paths if path not in chapters() + solutions()]
    if unknown:
        parser.error(f"not a notebook of the book: {', '.join(unknown)}. Korean outputs are copied by tools/sync.py.")
    if options.validate:
        sys.exit(validate(paths or chapters() + solutions()))
    if options.list:
        print(*(name(path) for path in chapters() + solutions() if not is_fresh(path)), sep="\n")
        return
    apply(export_package())
    if options.claims:
        sys.exit(claims(options.offset, paths or chapters()) > 0)
    sys.exit(run(paths or [path for path in chapters() + solutions() if not is_fresh(path)]) > 0)


if __name__ == "__main__":
    try:
        main()
    except Unreadable as problem:
        sys.exit(str(problem))
