"""What the tests of the built pages share: one browser, one server, new tabs."""

import functools
import http.server
import shutil
import threading

import pytest
from browsing import SITE, watch
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
