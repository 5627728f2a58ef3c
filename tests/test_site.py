"""The built pages, as a reader's browser sees them: both editions, light and dark, desktop and phone.

Every page is visited once from file:// and once over http; the tests then read what the visits noted.
"""

import functools
import io
import re
import unicodedata
from types import SimpleNamespace
from urllib.parse import quote, unquote, urlsplit

import matplotlib.image
import pytest
import yaml
from browsing import AXE, ROOT, RUN_AXE, SITE, load, watch

WIDTHS = (1280, 390)
THEMES = ("light", "dark")
LOOKS = {1280: "light", 390: "dark"}  # the two of four in which axe looks: each width and each theme once
# The two index.html are only redirections to the first page; _static holds templates, not pages.
PAGES = sorted(
    path.relative_to(SITE).as_posix()
    for path in SITE.rglob("*.html")
    if path.name != "index.html" or path.parent not in (SITE, SITE / "ko")
    if "_static" not in path.parts
)
HANGUL = re.compile("[가-힣]")


def edition(page):
    """The language that a page must be in."""
    return "ko" if page.startswith("ko/") else "en"


def twin(page):
    """The same page in the other edition."""
    return page.removeprefix("ko/") if edition(page) == "ko" else "ko/" + page


def toc_pages(edition_folder):
    """The pages that a table of contents lists, in order."""
    toc = yaml.safe_load((edition_folder / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [chapter for part in toc["parts"] for chapter in part["chapters"]]
    files = [toc["root"]]
    for chapter in chapters:
        files += [chapter["file"], *(section["file"] for section in chapter.get("sections", []))]
    return files


# --- The visits ---

READ_PAGE = """() => {
  const plain = document.querySelector("main").cloneNode(true);
  plain.querySelectorAll("code, pre, script, style, mjx-container").forEach(node => node.remove());
  const urls = [...document.querySelectorAll("[href], [src]")]
    .map(node => node.getAttribute("href") ?? node.getAttribute("src"));
  const link = document.querySelector("a.language-switch");
  return {
    lang: document.documentElement.lang,
    title: document.title,
    description: document.querySelector("meta[name=description]")?.content ?? "",
    text: plain.textContent,
    formulas: document.querySelectorAll(".math").length,
    set: document.querySelectorAll(".math mjx-container:not(:has([data-mjx-error]))").length,
    urls: urls,
    switch: link && {href: link.getAttribute("href"), lang: link.lang, hreflang: link.hreflang, text: link.textContent},
    alternate: document.querySelector("link[rel=alternate][hreflang]")?.getAttribute("href"),
    images: [...document.images].map(img =>
      ({src: img.getAttribute("src"), alt: img.alt, inArticle: !!img.closest("article")})),
  };
}"""

TOO_WIDE = """() => {
  const scrolls = node => node.matches("article") ? false
    : ["auto", "scroll", "hidden"].includes(getComputedStyle(node).overflowX) || scrolls(node.parentElement);
  const wide = [...document.querySelectorAll("article *")]
    .filter(node => node.getBoundingClientRect().right > innerWidth + 1 && !scrolls(node))
    .map(node => node.tagName + ": " + node.textContent.slice(0, 40));
  if (document.scrollingElement.scrollWidth > innerWidth) wide.push("the page itself scrolls sideways");
  return wide;
}"""


@pytest.fixture(scope="session")
def visits(browser, server):
    """What a browser notes on every page, by page."""
    axe = AXE.read_text(encoding="utf-8")
    noted = {}
    context = browser.new_context(reduced_motion="reduce")
    for page in PAGES:
        online = watch(context.new_page(), server)
        load(online, f"{server}/{page}")
        online.close()
        tab = watch(context.new_page(), SITE.as_uri())
        tab.set_viewport_size({"width": WIDTHS[0], "height": 900})
        load(tab, (SITE / page).as_uri())
        note = SimpleNamespace(**tab.evaluate(READ_PAGE), too_wide={}, violations={})
        tab.evaluate(axe)
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": 900})
            tab.evaluate("() => new Promise(requestAnimationFrame)")  # let the page answer to its new size
            note.too_wide[width] = tab.evaluate(TOO_WIDE)
            theme = LOOKS[width]
            tab.emulate_media(color_scheme=theme)
            tab.wait_for_function(f"document.documentElement.dataset.theme === '{theme}'")
            note.violations[width, theme] = tab.evaluate(RUN_AXE)
        note.trouble = online.trouble + tab.trouble
        note.requests = tab.requests
        noted[page] = note
        tab.close()
    context.close()
    return noted


# --- The two editions ---


def test_both_editions_have_every_page():
    assert len(PAGES) > 4, "build the site first: make book"
    for folder in (SITE, SITE / "ko"):
        for name in toc_pages(ROOT):
            assert (folder / f"{name}.html").is_file(), f"{folder.name} has no {name}"


@pytest.mark.parametrize("home", ["", "ko/"])
def test_front_door(home, new_page):
    tab = new_page(SITE.as_uri())
    tab.goto((SITE / home / "index.html").as_uri())
    tab.wait_for_url(f"**/{home}book/index.html", timeout=5_000)


@pytest.mark.parametrize("page", PAGES)
def test_language_and_switch(page, visits):
    note = visits[page]
    assert note.lang == edition(page)
    assert note.title and (note.description or page.endswith("search.html"))
    assert note.switch, "no link to the other edition"
    other = edition(twin(page))
    assert (note.switch["lang"], note.switch["hreflang"]) == (other, other)
    assert note.switch["text"] == {"ko": "한국어", "en": "English"}[other]
    for href in (note.switch["href"], note.alternate):
        assert (SITE / page).parent.joinpath(href).resolve() == SITE / twin(page)
    assert twin(page) in PAGES


# --- Every page ---


@pytest.mark.parametrize("page", PAGES)
def test_loads_quietly(page, visits):
    """No error, no failed request, and nothing asked of the outside, from a file and over http."""
    assert visits[page].trouble == []
    assert sum("tex-svg-full" in url for url in visits[page].requests) <= 1


@pytest.mark.parametrize("page", PAGES)
def test_fits_the_screen(page, visits):
    assert visits[page].too_wide == {width: [] for width in WIDTHS}


@pytest.mark.parametrize("page", PAGES)
def test_images_say_what_is_seen(page, visits):
    for image in visits[page].images:
        if image["inArticle"]:
            assert len(image["alt"]) > 10, f"no alternative text: {image['src']}"
            assert edition(page) == "en" or HANGUL.search(image["alt"]), f"not in Korean: {image['alt']}"
        else:  # the logo stands beside the title, which says it
            assert "logo" in image["src"]


@pytest.mark.parametrize("page", PAGES)
def test_formulas_are_set(page, visits):
    note = visits[page]
    assert note.set == note.formulas
    assert not re.search(r"\$[^\s$][^$]*\$|\\(frac|sqrt|mathbb|mathrm|text|top|sum|begin)\b", note.text)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page, visits):
    for url in visits[page].urls:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "mailto", "data"):
            continue
        target = (SITE / page).parent.joinpath(unquote(parts.path)).resolve() if parts.path else SITE / page
        assert target.is_file(), f"{url}: no such file"
        name = target.relative_to(SITE).as_posix()
        if parts.fragment and name in PAGES:
            assert unquote(parts.fragment) in ids(name), f"{url}: no such place in {name}"


@functools.cache
def ids(page):
    """The places in a page that a link can lead to."""
    return set(re.findall(r'\bid="([^"]+)"', (SITE / page).read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", PAGES)
def test_accessible(page, visits):
    assert {where: found for where, found in visits[page].violations.items() if found} == {}


# --- What a reader does ---


def results(tab, home, folder, query):
    """The pages that the search page lists for a query."""
    tab.goto(f"{home}/{folder}search.html?q={query}")
    tab.wait_for_function("document.querySelector('.search-summary')?.textContent.trim()")  # written when all is listed
    tab.wait_for_timeout(300)  # the excerpts arrive after the list
    links = tab.eval_on_selector_all("#search-results li a", "nodes => nodes.map(node => node.getAttribute('href'))")
    assert tab.trouble == []
    return {folder + urlsplit(link).path for link in links}


def noun_with_particle():
    """A Korean page and a noun of two syllables there that stands bare on no page: 행렬, where all write 행렬을."""
    texts = {
        page: re.sub(r"<[^>]+>", " ", (SITE / page).read_text(encoding="utf-8").split("<article", 1)[1])
        for page in PAGES
        if edition(page) == "ko" and not page.endswith("search.html")
    }
    bare = {word for text in texts.values() for word in re.findall("[가-힣]+", text)}
    for page, text in texts.items():
        for noun in re.findall(r"(?<![가-힣])([가-힣]{2})[을를](?![가-힣])", text):
            if noun not in bare:
                return page, noun
    raise AssertionError("no Korean page has such a noun")


def test_korean_words_for_the_index():
    from book_site import KoreanSearch

    words = ["그", "행렬", "행렬을", "RNN", "은"]
    assert KoreanSearch({}).split("그 행렬을 RNN은") == words
    assert KoreanSearch({}).split(unicodedata.normalize("NFD", "그 행렬을 RNN은")) == words


@pytest.mark.parametrize("how", ["file", "http"])
def test_search(how, new_page, server):
    home = SITE.as_uri() if how == "file" else server
    tab = new_page(home)
    assert "notebooks/02-recurrence.html" in results(tab, home, "", "recurrence")
    assert results(tab, home, "", "xyzzyx") == set()
    page, noun = noun_with_particle()
    for form in ("NFC", "NFD"):
        assert page in results(tab, home, "ko/", quote(unicodedata.normalize(form, noun)))
    assert "ko/notebooks/02-recurrence.html" in results(tab, home, "ko/", "RNN")
    assert results(tab, home, "ko/", "쀍쀍") == set()


@pytest.mark.parametrize("folder", ["", "ko/"])
def test_theme_switch(folder, new_page):
    """The button goes through the modes, the colors follow, and the next page remembers."""
    tab = new_page(SITE.as_uri())
    tab.emulate_media(color_scheme="light", reduced_motion="reduce")
    tab.goto((SITE / folder / "book/index.html").as_uri())
    colors = {}
    for _ in range(3):
        tab.click(".theme-switch-button")
        mode = tab.evaluate("document.documentElement.dataset.mode")
        colors[mode] = tab.evaluate("getComputedStyle(document.body).backgroundColor")
        if mode == "dark":
            tab.goto((SITE / folder / "book/notation.html").as_uri())
            assert tab.evaluate("document.documentElement.dataset.theme") == "dark"
    assert set(colors) == {"light", "dark", "auto"}
    assert colors["light"] == colors["auto"] != colors["dark"]


def test_figures_melt_into_the_page(new_page):
    """The corner of a figure has the color of the page beside it, in light and in dark."""
    tab = new_page(SITE.as_uri())
    page = next(page for page in PAGES if '<img alt="' in (SITE / page).read_text(encoding="utf-8"))
    tab.goto((SITE / page).as_uri())
    figure = tab.locator("article img").first
    figure.scroll_into_view_if_needed()
    for theme in THEMES:
        tab.emulate_media(color_scheme=theme, reduced_motion="reduce")
        tab.wait_for_timeout(300)
        box = figure.bounding_box()
        strip = {"x": box["x"] - 4, "y": box["y"] + 2, "width": 8, "height": 2}
        pixels = matplotlib.image.imread(io.BytesIO(tab.screenshot(clip=strip)))[..., :3]
        assert abs(pixels - pixels[0, 0]).max() < 0.01, theme


def test_prints_on_white(new_page):
    """A page read in dark is printed in light, and stays dark on the screen."""
    tab = new_page(SITE.as_uri())
    tab.emulate_media(color_scheme="dark")
    tab.goto((SITE / "book/index.html").as_uri())
    theme = "document.documentElement.dataset.theme"
    tab.evaluate(f"addEventListener('beforeprint', () => window.printed = {theme})")
    tab.pdf()
    assert (tab.evaluate("window.printed"), tab.evaluate(theme)) == ("light", "dark")


def test_keyboard_focus_is_seen(new_page):
    tab = new_page(SITE.as_uri())
    tab.goto((SITE / "book/index.html").as_uri())
    for _ in range(4):
        tab.keyboard.press("Tab")
        style = tab.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style == "solid", tab.evaluate("document.activeElement.outerHTML.slice(0, 80)")
