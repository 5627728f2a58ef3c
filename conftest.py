"""Where the time of the notebooks went, when nbval has run them."""

from collections import Counter


def pytest_terminal_summary(terminalreporter):
    """Print the seconds of each notebook, the longest first."""
    seconds = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            path = getattr(report, "nodeid", "").split("::")[0]
            if path.endswith(".ipynb"):
                seconds[path] += getattr(report, "duration", 0)
    if seconds:
        terminalreporter.section("seconds of each notebook")
        for path, spent in seconds.most_common():
            terminalreporter.line(f"{spent:7.1f}  {path}")
        terminalreporter.line(f"{seconds.total():7.1f}  all {len(seconds)}")
