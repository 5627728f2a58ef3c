"""The sheet of paper of chapter 20: the page computes what PyTorch computes, and everybody can draw."""

import gzip
import sys

import pytest
import torch
from browsing import AXE, ROOT, RUN_AXE, SITE, load

from byhand.corpus import data_file

sys.path.insert(0, str(ROOT / "tools"))
import live_digits
from books import execution_key

PAGE = "notebooks/20-images"
HOMES = ["", "ko/"]
INK = (
    "canvas => canvas.getContext('2d').getImageData(0, 0, 320, 320).data.filter((x, i) => i % 4 == 0 && x < 99).length"
)


@pytest.fixture
def page(new_page):
    """A function that opens the chapter's page and looks at it for trouble at the end."""
    tabs = []

    def open_page(home=""):
        tab = new_page(SITE.as_uri())
        load(tab, (SITE / f"{home}{PAGE}.html").as_uri())
        tabs.append(tab)
        return tab

    yield open_page
    assert [tab.trouble for tab in tabs] == [[] for _ in tabs]


def examples():
    """The pictures of the file, and some that are no digits: (15, 8, 8)"""
    rows = [[int(pixel, 17) / 16 for pixel in row] for row in live_digits.saved_file()["examples"]]
    noise = torch.rand(5, 8, 8, generator=torch.Generator().manual_seed(0))
    return torch.cat([torch.tensor(rows).view(-1, 8, 8), noise])


def test_the_model_is_the_chapters():
    """It was trained by the code of now, and reads nearly all of the digits."""
    import numpy as np

    message = "chapter 20 has changed: run tools/live_digits.py and commit book/_live/digits.js"
    assert live_digits.saved_file()["key"] == execution_key(live_digits.CHAPTER), message
    with np.load(data_file("digits.npz")) as file:
        images, labels = torch.from_numpy(file["images"] / np.float32(16)), torch.from_numpy(file["labels"])
    with torch.no_grad():
        assert (live_digits.load()(images).argmax(1) == labels).float().mean() > 0.95
    assert live_digits.TARGET.stat().st_size <= 80_000


def test_the_page_computes_what_pytorch_computes(page):
    model, images = live_digits.load(), examples()
    script = (
        "async images => { const model = await byhandLoadDigits(); return images.map(image => model.read(image)); }"
    )
    got = page().evaluate(script, images.flatten(1).tolist())
    flow = past = torch.eye(17)
    for each in model.weights(images):
        flow = (each.mean(1) + past) / 2 @ flow
    with torch.no_grad():
        torch.testing.assert_close(torch.tensor([one["logits"] for one in got]), model(images), atol=1e-3, rtol=0)
    torch.testing.assert_close(torch.tensor([one["rollout"] for one in got]), flow[:, 0, 1:], atol=1e-5, rtol=0)


@pytest.mark.parametrize("home", HOMES)
def test_a_visitor_draws_with_the_mouse_and_with_the_keys(home, page):
    tab = page(home)
    figure = tab.locator("figure.digits")
    canvas, status, buttons = figure.locator("canvas"), figure.locator("[role=status]"), figure.locator("button")
    assert figure.locator(".still").count() == 0
    assert not any("digits.js" in url for url in tab.requests), "the weights come before they are wanted"
    empty = status.text_content()
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    at = [
        (box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in ((0.5, 0.05), (0.5, 0.5), (0.5, 0.95))
    ]
    tab.mouse.move(*at[0])
    tab.mouse.down()
    for point in at[1:]:
        tab.mouse.move(*point)
    tab.mouse.up()
    tab.wait_for_function("empty => document.querySelector('.digits [role=status]').textContent !== empty", arg=empty)
    assert "%" in status.text_content() and canvas.evaluate(INK) > 3000
    assert sum(map(int, figure.locator("td").all_text_contents())) == pytest.approx(100, abs=8)
    buttons.last.click()
    assert status.text_content() == empty and canvas.evaluate(INK) < 3000
    canvas.focus()
    for key in ("ArrowDown", "ArrowRight", "Space"):
        tab.keyboard.press(key)
    tab.wait_for_function("() => document.querySelector('.digits [role=status]').textContent.includes('%')")
    tab.keyboard.press("Space")
    assert status.text_content() == empty


@pytest.mark.parametrize("home", HOMES)
def test_somebodys_digits_are_read_and_anybody_can_see_them(home, page):
    tab = page(home)
    figure = tab.locator("figure.digits")
    with torch.no_grad():
        wanted = live_digits.load()(examples()).argmax(1).tolist()[:3]
    tab.set_viewport_size({"width": 390, "height": 800})
    for digit in wanted:
        figure.locator("button").first.click()
        tab.wait_for_function(
            "start => document.querySelector('.digits [role=status]').textContent.startsWith(start)",
            arg=str(digit) if home else f"This is {'an' if digit == 8 else 'a'} {digit}",
        )
    strongest = "cells => Math.max(...cells.map(cell => cell.style.getPropertyValue('--w')))"
    assert figure.locator("td").evaluate_all(strongest) > 0.5
    colors = figure.locator("td").evaluate_all("cells => cells.map(cell => getComputedStyle(cell).backgroundColor)")
    assert len(set(colors)) > 4, "the table has no colors"
    for theme in ("light", "dark"):
        tab.emulate_media(color_scheme=theme)
        tab.wait_for_function(f"document.documentElement.dataset.theme === '{theme}'")
        tab.evaluate(AXE.read_text(encoding="utf-8"))
        assert tab.evaluate(RUN_AXE) == []
    assert tab.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


def test_the_page_loads_little(page):
    names = {url.split("?")[0].rsplit("/", 1)[1] for url in page().requests if "/_static/" in url}
    ours = [path for path in (ROOT / "book" / "_static").glob("*.*s") if path.name in names]
    assert "vision.js" in {path.name for path in ours}
    assert sum(len(gzip.compress(path.read_bytes())) for path in ours) <= 16_000


@pytest.mark.parametrize("home", HOMES)
def test_without_javascript_a_sentence_stays(home, browser):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto((SITE / f"{home}{PAGE}.html").as_uri())
    assert tab.locator("figure.digits .still").text_content().strip()
    context.close()
