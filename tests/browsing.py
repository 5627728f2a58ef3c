"""Where the built site lies, and how the tests open its pages."""

from pathlib import Path

from playwright.sync_api import TimeoutError

ROOT = Path(__file__).parents[1]
SITE = ROOT / "_build" / "site"
AXE = ROOT / "tests" / "vendor" / "axe.min.js"


def watch(tab, home):
    """Note everything that goes wrong in a tab, and each request that leaves `home`."""
    tab.trouble, tab.requests = [], []

    def note_request(request):
        tab.requests.append(request.url)
        if not request.url.startswith((home, "data:", "blob:")):
            tab.trouble.append(f"asks the outside: {request.url}")

    tab.on("request", note_request)
    tab.on("console", lambda m: m.type == "error" and tab.trouble.append(f"console: {m.text}"))
    tab.on("pageerror", lambda error: tab.trouble.append(f"error: {error}"))
    tab.on("requestfailed", lambda r: tab.trouble.append(f"failed: {r.url}"))
    tab.on("response", lambda r: r.status >= 400 and tab.trouble.append(f"status {r.status}: {r.url}"))
    return tab


def load(tab, url):
    """Open a page and wait until its formulas are set."""
    tab.goto(url)
    try:
        tab.wait_for_function("() => !window.MathJax || MathJax.startup?.promise.then(() => true)", timeout=20_000)
    except TimeoutError:
        tab.trouble.append("the formulas are never set")


RUN_AXE = """async () => {
  const {violations} = await axe.run(document, {resultTypes: ["violations"], preload: false});
  return violations.map(rule => `${rule.impact}: ${rule.id}: `
    + rule.nodes.slice(0, 3).map(node => `${node.target} ${node.any[0]?.message ?? ""}`).join(" | "));
}"""
