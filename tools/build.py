"""Build the book, both editions.

python tools/build.py           as web pages in _build/site, the Korean edition at ko/ in the English one
python tools/build.py pdf       as PDF, with xelatex and latexmk of your system
python tools/build.py links     build nothing, and check the links that lead out of the book
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from books import KO, ROOT, table_of_contents

BUILD = ROOT / "_build"
SITE = BUILD / "site"
EDITIONS = {"en": ROOT, "ko": KO}
PDF_NEEDS = "texlive-xetex texlive-latex-extra texlive-fonts-recommended latexmk fonts-noto-cjk fonts-dejavu-core"


def jupyter_book(folder, target, *options):
    """Start Jupyter Book for the edition in a folder."""
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", folder]
    return subprocess.Popen([*command, "-q", "--path-output", target, *options])


def build(kind, *options):
    """Build both editions side by side, from scratch, so that no cache hides a warning; {edition: its folder}.

    From a copy of the sources in a folder with a plain name: Sphinx takes the path of its sources for a pattern.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy, results = Path(folder, "book"), {edition: BUILD / kind / edition for edition in EDITIONS}
        for part in ("book", "notebooks", "exercises", "ko"):
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        for file in ("_config.yml", "_toc.yml"):
            shutil.copy(ROOT / file, copy / file)
        started = [
            jupyter_book(copy / path.relative_to(ROOT), copy / "_build" / edition, *options)
            for edition, path in EDITIONS.items()
        ]
        if any([process.wait() for process in started]):
            sys.exit("The book was not built: see above. What was built before is still there.")
        shutil.rmtree(BUILD / kind, ignore_errors=True)
        for edition, result in results.items():
            shutil.move(copy / "_build" / edition / "_build", result)
    return results


def fingerprint():
    """A fingerprint of all that the pages are made of."""
    listed = [ROOT / "_toc.yml", ROOT / "_config.yml", KO / "_toc.yml", KO / "_config.yml", ROOT / "requirements.lock"]
    files = [file for _, files in table_of_contents() for file in files if not file.startswith("book/")]
    listed += [edition / f"{file}.ipynb" for edition in EDITIONS.values() for file in files]
    listed += [path for book in (ROOT / "book", KO / "book") for path in sorted(book.rglob("*")) if path.is_file()]
    total = hashlib.sha256(os.environ.get("BOOK_REPOSITORY_URL", "").encode())
    for path in listed:
        if "__pycache__" not in path.parts:
            total.update(str(path.relative_to(ROOT)).encode() + (path.read_bytes() if path.exists() else b""))
    return total.hexdigest()


def pages():
    """Build the site if anything has changed, and say where it is."""
    stamp = SITE / ".built"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != (now := fingerprint()):
        now = fingerprint()
        built = build("pages", "--all", "-W", "--keep-going", "-n")
        os.replace(built["ko"] / "html", built["en"] / "html" / "ko")
        (built["en"] / "html" / ".built").write_text(now, encoding="utf-8")
        if SITE.exists():  # the old site stays until the new one stands
            os.replace(SITE, built["en"] / "old")
        os.replace(built["en"] / "html", SITE)
        shutil.rmtree(BUILD / "pages")
    print(f"English:  {SITE / 'index.html'}\n한국어:   {SITE / 'ko' / 'index.html'}")


def pdf():
    """Build both editions as PDF."""
    tools = [tool for tool in ("xelatex", "latexmk", "fc-list") if not shutil.which(tool)]
    fonts = subprocess.run(["fc-list"], capture_output=True, text=True).stdout if "fc-list" not in tools else ""
    lacking = tools + [font for font in ("Noto Serif CJK", "DejaVu Sans") if font not in fonts]
    if lacking:
        sys.exit(f"A PDF needs {', '.join(lacking)}. On Debian or Ubuntu:\n  apt-get install {PDF_NEEDS}")
    for edition, folder in build("pdf", "--builder", "latex").items():
        command = [
            "latexmk",
            "-xelatex",
            "-interaction=nonstopmode",
            "-halt-on-error",
            "-quiet",
            "attention-by-hand.tex",
        ]
        subprocess.run(command, cwd=folder / "latex", check=True)
        target = BUILD / f"attention-by-hand-{edition}.pdf"
        os.replace(folder / "latex" / "attention-by-hand.pdf", target)
        print(target)


def links():
    """Check the links that lead out of the book."""
    build("links", "--builder", "linkcheck")


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")
    kinds = {"pages": pages, "pdf": pdf, "links": links}
    kind = sys.argv[1] if len(sys.argv) > 1 else "pages"
    if kind not in kinds:
        sys.exit(f"{kind} can not be built: {', '.join(kinds)}")
    kinds[kind]()
