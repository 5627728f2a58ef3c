"""Set up .venv with what the book needs, pinned, or find that it is ready.

    python tools/environment.py          .venv in the folder of the book
    python tools/environment.py --here   the environment of this very Python (a container, Binder)
    python tools/environment.py --lock   write requirements.lock anew, for every system and Python 3.11 to 3.13

It looks every time: a moved folder, an upgraded Python, another version of a package are noticed and mended. On Linux,
where PyPI's PyTorch brings gigabytes of CUDA, it takes the CPU build. It needs nothing but Python's standard library,
for it runs before anything is installed.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS, LOCK = ROOT / "requirements.txt", ROOT / "requirements.lock"
BROKEN = "its Python does not run any more"
LOOK = """
import importlib.metadata as metadata, json, sys
found = {}
for name in json.load(sys.stdin):
    try:
        found[name] = metadata.version(name)
    except metadata.PackageNotFoundError:
        found[name] = None
try:
    origin = json.loads(metadata.distribution("byhand").read_text("direct_url.json"))["url"]
except metadata.PackageNotFoundError:
    origin = None
print(json.dumps([found, origin]))
"""


def pinned():
    """{package: version} of requirements.txt."""
    return dict(re.findall(r"^([\w.-]+)==([\w.]+)", REQUIREMENTS.read_text(encoding="utf-8"), re.M))


def asked():
    """The fingerprint of all that says what is to be installed."""
    files = (REQUIREMENTS, LOCK, ROOT / "pyproject.toml")
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def missing(python, stamp):
    """Why an environment is not ready, in words, or None if it is."""
    if not python.exists():
        return "there is no environment yet"
    try:
        subprocess.run([python, "-I", "-c", ""], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return BROKEN
    wanted = json.dumps(list(pinned()))
    look = subprocess.run([python, "-I", "-c", LOOK], input=wanted, capture_output=True, text=True, check=True)
    found, origin = json.loads(look.stdout)
    if origin != ROOT.as_uri():
        return "the folder was moved, or the set-up did not come to its end"
    for name, version in pinned().items():
        if (found[name] or "").split("+")[0] != version:
            return f"{name} is {found[name] or 'missing'} and must be {version}"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != asked():
        return "what it must hold has changed"
    return None


def pip(python, *arguments, **options):
    return subprocess.run([python, "-m", "pip", "--disable-pip-version-check", *arguments], check=True, **options)


def install_torch(python):
    """PyTorch without CUDA: pip's choice where that is the CPU build, else uv's, which knows where PyTorch has it."""
    torch = f"torch=={pinned()['torch']}"
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        pip(python, "install", "--quiet", "--dry-run", "--report", report, "-c", LOCK, torch, stderr=subprocess.DEVNULL)
        chosen = json.loads(report.read_text(encoding="utf-8"))["install"]
    if any(package["metadata"]["name"].startswith("nvidia") for package in chosen):
        try:
            pip(python, "install", "--quiet", "uv")
            backend = ["--torch-backend", "cpu", "--constraint", LOCK]
            subprocess.run(
                [python, "-m", "uv", "pip", "install", "--quiet", "--python", python, *backend, torch], check=True
            )
        except subprocess.CalledProcessError:
            print("PyTorch's CPU build cannot be reached; pip takes the one with CUDA, which is large.", flush=True)


def set_up(python, stamp):
    """Install everything; the stamp is written last."""
    stamp.unlink(missing_ok=True)
    install_torch(python)
    pip(python, "install", "--quiet", "-r", REQUIREMENTS, "-c", LOCK, cwd=ROOT)
    stamp.write_text(asked(), encoding="utf-8")


def lock():
    """Write requirements.lock: a version of every package that may be installed, without those of CUDA."""
    python, head = (
        ROOT / ".venv" / "bin" / "python",
        "# Every package, pinned, as constraints for pip: see requirements.txt",
    )
    pip(python, "install", "--quiet", "uv")
    wanted = "\n".join(f"{name}=={version}" for name, version in pinned().items())
    command = [
        python,
        "-m",
        "uv",
        "pip",
        "compile",
        "-",
        "--universal",
        "--python-version",
        "3.11",
        "--no-annotate",
        "--no-header",
    ]
    listed = subprocess.run(command, input=wanted, capture_output=True, text=True, check=True).stdout.splitlines()
    lines = [line for line in listed if not re.match(r"nvidia-|cuda-|triton==", line)]
    LOCK.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")


def main():
    if sys.argv[1:] == ["--lock"]:
        return lock()
    if sys.version_info < (3, 11):
        sys.exit(
            f"This book needs Python 3.11 or newer, and this is {sys.version.split()[0]}. Try: make PYTHON=python3.12"
        )
    here = sys.argv[1:] == ["--here"]
    folder = Path(sys.prefix) if here else ROOT / ".venv"
    python = Path(sys.executable) if here else folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = folder / "byhand-installed"
    reason = missing(python, stamp)
    if not reason:
        return
    if os.pathsep in str(folder):
        sys.exit(f"Python cannot make an environment in {folder}: a folder's name must not contain '{os.pathsep}'.")
    print(f"Setting up {folder}: {reason}. This takes some minutes.", flush=True)
    try:
        if not here:
            venv.create(folder, with_pip=True, clear=reason == BROKEN, symlinks=os.name != "nt")
        set_up(python, stamp)
    except subprocess.CalledProcessError as error:
        sys.exit(f"The set-up stopped: {error}. Nothing else was changed; the same command goes on from here.")


if __name__ == "__main__":
    main()
