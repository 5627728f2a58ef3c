"""What tests share: one browser, one server, new tabs, copies of the repository, and the option --changed."""

import functools
import http.server
import re
import shutil
import subprocess
import threading

import pytest
from books import chapters
from browsing import ROOT, SITE, watch
from playwright.sync_api import sync_playwright


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.fail("The page tests need Chromium: run .ci/run as root, or install your system's chromium package.")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        flags.append("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")  # the outside fails at once
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server():
    """The address of a local server of the built site."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=SITE))
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()


@pytest.fixture
def new_page(browser):
    """A function that opens an empty tab, whose `trouble` and `requests` fill while pages load in it."""
    contexts = []

    def open_tab(home):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        contexts.append(context)
        return watch(context.new_page(), home)

    yield open_tab
    for context in contexts:
        context.close()


# Copies of the repository, to be spoiled


def git(*arguments):
    """What a git command prints, in the repository; nothing where there is no git."""
    result = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    return result.stdout


@pytest.fixture(scope="session")
def clean_copy(tmp_path_factory):
    """The repository as it would be committed now, as a git checkout of its own."""
    folder = tmp_path_factory.mktemp("clean") / "book"
    for file in git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        if file and (ROOT / file).is_file():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / file, folder / file)
    who = ["-c", "user.name=a test", "-c", "user.email=test@localhost"]
    for command in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "as it is"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


@pytest.fixture
def book(clean_copy, tmp_path):
    """A copy of the repository that a test may spoil."""
    return shutil.copytree(clean_copy, tmp_path / "book", symlinks=True)


# make check: the tests of what changed


def pytest_addoption(parser):
    parser.addoption("--changed", action="store_true", help="of the tests of a chapter, only those of changed chapters")


def changed_files():
    """Files that differ from those on main."""
    base = git("merge-base", "HEAD", "origin/main").strip() or "HEAD"
    return git("diff", "--name-only", base).splitlines() + git("ls-files", "-o", "--exclude-standard").splitlines()


def wanted(item, files):
    """Is a test about something that has changed? Tests of no chapter in particular always are."""
    if item.path.name == "test_house.py":  # long, and about the tools alone
        return any(
            re.match(r"tools/|tests/(test_house|conftest)|Makefile|pyproject|requirements|\.git", file)
            for file in files
        )
    of_file = [path.stem[:2] for path in chapters() if item.path.stem == f"test_{path.stem[3:]}"]
    in_name = re.search(r"\[.*?(?:ch|/|^)(\d\d)[-.]", item.name)
    chapter = of_file or (in_name and [in_name[1]])
    shared = any(re.match(r"checks/(engine|__init__)|tests/(conftest|test_checks)|tools/", file) for file in files)
    return shared or not chapter or any(re.search(rf"(^|/)(ch)?{chapter[0]}[-./]", file) for file in files)


def pytest_collection_modifyitems(config, items):
    if config.getoption("--changed"):
        files = changed_files()
        items[:] = [item for item in items if wanted(item, files)]
