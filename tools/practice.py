"""Fill practice/ with chapters and exercises of your own, which no command of the book ever writes over.

    python tools/practice.py [en|ko]     without a language: that of your system

Only what is not there yet is copied, so your work stays as it is. To begin a notebook again, delete or rename your
copy.
"""

import os
import re
import sys
from pathlib import Path

from books import KO, ROOT, chapters, korean, read, write

PRACTICE = ROOT / "practice"


def language():
    """The language that was asked for, or that of the system."""
    if len(sys.argv) > 1 and sys.argv[1]:
        return sys.argv[1]
    setting = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "ko" if setting.startswith("ko") else "en"


def copy(source, target, edition):
    """Copy a notebook of an edition; its links into the book lead there from the new place, too."""
    copied = {edition / "notebooks", edition / "exercises"}

    def moved(link):
        path, hash, anchor = link[1].partition("#")
        inside = (source.parent / path).resolve()
        other = target.parent / path if copied.intersection(inside.parents) else inside
        return f"]({Path(os.path.relpath(other, target.parent)).as_posix()}{hash}{anchor})"

    notebook = read(source)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"\]\((\.\.?/[^)\s]*)\)", moved, cell.source)
    write(target, notebook)


def fill(edition):
    """Copy what is missing; return the folder and how many notebooks were copied."""
    folder, copied = (PRACTICE / "ko" if edition == KO else PRACTICE), 0
    for chapter in chapters():
        for path in (chapter, ROOT / "exercises" / chapter.stem / chapter.name):
            source = korean(path) if edition == KO else path
            target = folder / path.relative_to(ROOT)
            if not target.exists() and source.exists():
                copy(source, target, edition)
                copied += 1
    return folder, copied


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")
    editions = {"en": ROOT, "ko": KO}
    if language() not in editions:
        sys.exit(f"{language()}: the book is in English (en) and in Korean (ko)")
    folder, copied = fill(editions[language()])
    words = {
        "en": "Your notebooks are in {}, {} of them new. No command writes over them.",
        "ko": "여러분의 노트북은 {}에 있어요. 새로 넣은 것은 {}개예요. 어떤 명령도 덮어쓰지 않아요.",
    }
    print(words[language()].format(folder, copied))
