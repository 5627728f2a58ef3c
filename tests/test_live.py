"""The figures that move: what they compute is what byhand computes, and everybody can use them."""

import gzip
import sys

import numpy as np
import pytest
import torch
from browsing import AXE, ROOT, RUN_AXE, SITE, load

from byhand.attention import masked_softmax
from byhand.corpus import combinations, sentences
from byhand.gpt import probabilities
from byhand.positions import rope_angles, rotate, rotations
from byhand.seq2seq import greedy_decode, shift_right

sys.path.insert(0, str(ROOT / "tools"))
import live_model
from books import execution_key

INSTRUMENTS = {
    "lookup": "06-soft-lookup",
    "temperature": "06-soft-lookup",
    "root": "07-scores",
    "mask": "08-masks",
    "turns": "12-positions",
    "sampling": "16-gpt",
}
HOMES = ["", "ko/"]


@pytest.fixture
def chapter(new_page):
    """A function that opens a page of the site and looks at it for trouble at the end."""
    tabs = []

    def open_chapter(name):
        tab = new_page(SITE.as_uri())
        load(tab, (SITE / f"{name}.html").as_uri())
        tabs.append(tab)
        return tab

    yield open_chapter
    assert [tab.trouble for tab in tabs] == [[] for _ in tabs]


def axe(tab):
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    return tab.evaluate(RUN_AXE)


# --- The mathematics ---


def test_softmax_in_the_page_is_that_of_the_book(chapter):
    tab = chapter("notebooks/06-soft-lookup")
    scores = torch.randn(7, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 30
    for temperature in (0.1, 1, 10):
        got = tab.evaluate("([s, t]) => byhandMath.softmax(s, t)", [scores.tolist(), temperature])
        torch.testing.assert_close(torch.tensor(got, dtype=torch.float64), (scores / temperature).softmax(-1))
    for mask in ([True, False, True, True, False, False, True], [False] * 7):
        got = tab.evaluate("([s, m]) => byhandMath.maskedSoftmax(s, m)", [scores.tolist(), mask])
        torch.testing.assert_close(torch.tensor(got, dtype=torch.float64), masked_softmax(scores, torch.tensor(mask)))


def test_sampling_in_the_page_is_that_of_the_book(chapter):
    tab = chapter("notebooks/16-gpt")
    logits = torch.randn(8, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    for temperature, top_k, top_p in [(1, 8, 1), (0.5, 3, 1), (2, 8, 0.6), (1.3, 4, 0.75), (1, 1, 0.05)]:
        how = [logits.tolist(), temperature, top_k, top_p]
        got = tab.evaluate("how => byhandMath.sampling(...how)", how)
        want = probabilities(logits, temperature, top_k, top_p)
        torch.testing.assert_close(torch.tensor(got, dtype=torch.float64), want)


def test_the_rotated_score_is_that_of_rope(chapter):
    speeds = rope_angles(2, 8)[1]
    tab = chapter("notebooks/12-positions")
    one = torch.tensor([1.0, 0, 1, 0, 1, 0, 1, 0], dtype=torch.float64)
    for t, s in [(0, 0), (7, 3), (40, 39)]:
        got = tab.evaluate("([t, s, r]) => byhandMath.rotatedScore(t, s, r)", [t, s, speeds.tolist()])
        query, key = (rotate(one[None], rotations(position * speeds[None])) for position in (t, s))
        assert got == pytest.approx((query @ key.T).item())


def test_the_translator_in_the_page_is_pytorchs(chapter):
    """The same text, token by token, and the same cross-attention, in both directions."""
    model, tokens = live_model.load()
    ids = {token: i for i, token in enumerate(tokens)}
    pairs = sentences(12, torch.Generator().manual_seed(5), combinations())
    tab = chapter("book/index")
    for source in [ko for ko, _ in pairs] + [en for _, en in pairs]:
        got = tab.evaluate(
            """async text => {
              const model = await byhandLoad(), {ids} = byhandRead(text, model.tokens);
              let step;
              for (step of model.translate(ids));
              return {ids, ...step};
            }""",
            source,
        )
        hangul = any("가" <= letter <= "힣" for letter in source)
        parts = ["to English", *source] if hangul else ["to Korean", *source.split()]
        assert got["ids"] == [ids[part] for part in parts]
        sources = torch.tensor([got["ids"]])
        written = greedy_decode(model, sources, end=tokens.index("end"))
        assert got["written"] == written[0].tolist()
        cross, seen = model.decoder[-1].cross, []
        handle = cross.register_forward_hook(lambda layer, called, _: seen.append(layer.weights(*called)[0]))
        with torch.no_grad():
            model(sources, shift_right(written, model.start))
        handle.remove()
        np.testing.assert_allclose(np.array(got["maps"][0]), seen[0].numpy(), atol=1e-5)


def test_the_translator_is_the_chapters():
    """It was trained by the code of now, and translates nearly all sentences of the kind that it was trained on."""
    message = "chapter 14 has changed: run tools/live_model.py and commit book/_live/translator.js"
    assert live_model.saved_file()["key"] == execution_key(live_model.CHAPTER), message
    model, tokens = live_model.load()
    ids = {token: i for i, token in enumerate(tokens)}
    learned = [c for c in combinations() if c[2][1] not in {"king", "doctor", "farmer", "soldier"}]
    right = 0
    for korean, english in sentences(60, torch.Generator().manual_seed(9), learned):
        sources = torch.tensor([[ids["to English"], *(ids[syllable] for syllable in korean)]])
        written = [tokens[token] for token in greedy_decode(model, sources, end=ids["end"])[0].tolist()]
        right += written == [*english.split(), tokens[1]]
    assert right >= 54


# --- The readers ---


@pytest.mark.parametrize("home", HOMES)
@pytest.mark.parametrize("name, notebook", INSTRUMENTS.items())
def test_each_instrument_answers_to_the_keyboard(name, notebook, home, chapter):
    tab = chapter(f"{home}notebooks/{notebook}")
    figure = tab.locator(f"[data-instrument={name}]")
    assert figure.locator(".still").count() == 0
    controls = figure.locator("input").all()
    assert controls
    said = figure.locator("[role=status]")
    answers = {said.text_content()}
    for control in controls[:6]:
        control.focus()
        tab.keyboard.press("Space" if control.get_attribute("type") == "checkbox" else "ArrowLeft")
        answers.add(said.text_content())
    assert len(answers) > 1
    for button in figure.locator("button").all():
        button.press("Enter")
    assert said.text_content()
    korean = any("가" <= letter <= "힣" for letter in figure.text_content())
    assert korean == (home == "ko/")


@pytest.mark.parametrize("home, looks", [("", "looks at"), ("ko/", "→")])
def test_a_map_is_read_with_the_arrow_keys(home, looks, chapter):
    tab = chapter(f"{home}notebooks/14-encoder-decoder")
    view = tab.locator("attn-view").first
    rows, status = view.locator("tbody tr"), view.locator("[role=status]")
    view.locator("tbody button").first.focus()
    said = [status.text_content()]
    for _ in range(2):
        tab.keyboard.press("ArrowDown")
        said.append(status.text_content())
    assert len(set(said)) == 3 and all(looks in words and "%" in words for words in said)
    assert rows.nth(2).get_attribute("class") == "asks"
    tab.keyboard.press("End")
    assert rows.last.get_attribute("class") == "asks"
    assert view.locator("button[tabindex='0']").count() == 1
    mean = rows.first.text_content()
    view.locator("select").last.select_option(index=2)
    assert rows.first.text_content() != mean
    assert axe(tab) == []


@pytest.mark.parametrize("home", HOMES)
@pytest.mark.parametrize("online", [False, True])
def test_a_visitor_translates_and_sees_where_it_looked(home, online, new_page, server):
    where = server if online else SITE.as_uri()
    tab = new_page(where)
    load(tab, f"{where}/{home}book/index.html")
    figure = tab.locator("figure.translator")
    answer = figure.locator(".answer")
    first = answer.text_content()
    assert not any("translator.js" in url for url in tab.requests), "the weights come before they are wanted"
    figure.locator("form button").click()
    figure.locator("attn-view table").wait_for()
    assert answer.text_content() == first, "the answer that stands there is the model's"
    assert strongest(figure.locator("attn-view table")) not in ("rgba(0, 0, 0, 0)", "transparent")
    tab.set_viewport_size({"width": 390, "height": 800})
    for theme in ("light", "dark"):
        tab.emulate_media(color_scheme=theme)
        tab.wait_for_function(f"document.documentElement.dataset.theme === '{theme}'")
        assert axe(tab) == []
    refused = {"": ("Write", "써"), "a zebra": ("zebra", "zebra"), "the " * 40: ("long", "길어")}
    for text, wanted in (refused | {"z" * 200: ("zzz", "zzz")}).items():
        figure.locator("input").fill(text)
        figure.locator("input").press("Enter")
        tab.wait_for_function(
            "word => document.querySelector('.answer').textContent.includes(word)", arg=wanted[home == "ko/"]
        )
        assert tab.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
        assert figure.locator("attn-view table").count() == 0, "the map of another sentence stands under the answer"
    assert tab.trouble == []


@pytest.mark.parametrize("notebook", ["09-alignment", "10-self-attention", "11-heads", "14-encoder-decoder"])
def test_every_map_is_there_and_has_its_colors(notebook, chapter):
    """In both editions: a table for each map, and its largest weight is not transparent."""
    counts = []
    for home in HOMES:
        tab = chapter(f"{home}notebooks/{notebook}")
        maps = tab.locator("attn-view table").all()
        counts.append(len(maps))
        for table in maps:
            assert strongest(table) not in ("rgba(0, 0, 0, 0)", "transparent")
    assert counts[0] == counts[1] > 0


def strongest(table):
    """The background of the cell with the largest weight."""
    return table.evaluate("""table => {
      const cells = [...table.querySelectorAll("tbody td")];
      const weight = cell => Number(cell.style.getPropertyValue("--w"));
      const largest = cells.reduce((a, b) => weight(a) > weight(b) ? a : b);
      return getComputedStyle(largest).backgroundColor;
    }""")


@pytest.mark.parametrize("home", HOMES)
def test_the_list_of_words_is_what_the_model_knows(home, chapter):
    tab = chapter(f"{home}book/index")
    _, tokens = live_model.load()
    text = " ".join(tab.locator("figure.translator details p").all_text_contents()[1:-1])
    listed = {word for word in text.replace("/", " ").replace(",", " ").replace(":", " ").split()}
    known = {token for token in tokens[4:] if token.isascii() and token.strip()}
    assert known - {"a", "the"} <= listed


@pytest.mark.parametrize("home", HOMES)
def test_without_javascript_a_table_and_a_sentence_stay(home, browser):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto((SITE / f"{home}notebooks/09-alignment.html").as_uri())
    cells = tab.locator("attn-view table td").all_text_contents()
    assert len(cells) > 100 and sum(float(cell) for cell in cells[1:11]) == pytest.approx(1, abs=0.06)
    tab.goto((SITE / f"{home}notebooks/06-soft-lookup.html").as_uri())
    assert tab.locator("figure.instrument .still").count() == 2
    tab.goto((SITE / f"{home}book/index.html").as_uri())
    assert "→" in tab.locator("figure.translator .still").text_content()
    context.close()


@pytest.mark.parametrize("page", ["book/index", "notebooks/06-soft-lookup", "notebooks/14-encoder-decoder"])
def test_a_page_loads_little(page, chapter):
    """At most 15 kB of scripts and styles of ours, compressed, and 500 kB for the model."""
    tab = chapter(page)
    names = {url.split("?")[0].rsplit("/", 1)[1] for url in tab.requests if "/_static/" in url}
    ours = [path for path in (ROOT / "book" / "_static").glob("*.*s") if path.name in names]
    assert {"site.js", "custom.css"} <= {path.name for path in ours}
    written = tab.locator("article script:not([src])").evaluate_all("nodes => nodes.map(node => node.text).join('')")
    size = sum(len(gzip.compress(path.read_bytes())) for path in ours) + len(gzip.compress(written.encode()))
    assert size <= 15_000
    assert (SITE / "translator.js").stat().st_size <= 500_000
