"""What this book adds to Jupyter Book.

Korean search, links to the same page in the other edition, plain HTML anchors as link targets,
captions, a description for every page, and repository buttons where a deployment asks for them.
"""

import gettext
import html
import os
import posixpath
import re
import textwrap
import unicodedata

import sphinx.search
from docutils import nodes
from sphinx.project import Project
from sphinx.search.en import SearchEnglish

# What the theme says that its own Korean translation leaves in English.
KOREAN = {
    "Skip to main content": "본문으로 건너뛰기",
    "Back to top": "맨 위로",
    "Color mode": "밝은 화면, 어두운 화면",
    "Site navigation": "책의 차례",
    "previous page": "앞 쪽",
    "next page": "다음 쪽",
    "Link to this heading": "이 제목으로 오는 링크",
    "Link to this table": "이 표로 오는 링크",
    "Link to this image": "이 그림으로 오는 링크",
    "Version warning": "판 안내",
}


class KoreanSearch(SearchEnglish):
    """English search that also finds a Korean noun written with a particle: 행렬 finds 행렬을.

    A change of script ends a word, in the text and in the query: "RNN은" is "RNN" and "은". Letters that came apart, as
    in a file's name from macOS, are put together first.
    """

    lang = "ko"
    language_name = "Korean"
    _word_re = re.compile(r"[가-힣]+|[^\W가-힣]+")
    js_splitter_code = r"""
function splitQuery(query) {
  return query.normalize("NFC").match(/[가-힣]+|(?:(?![가-힣])[\p{L}\p{N}_])+/gu) || [];
}
"""

    def split(self, input):
        """The words of a text, and every prefix of two syllables or more of its Korean words."""
        words = []
        for word in super().split(unicodedata.normalize("NFC", input)):
            shortest = min(2, len(word)) if "가" <= word[0] <= "힣" else len(word)
            words += [word[:end] for end in range(shortest, len(word) + 1)]
        return words


def accept_html_anchors(app, doctree):
    """Let a link such as glossary.md#query lead to <a id="query"></a>, as it does on GitHub and in JupyterLab."""
    slugs = app.env.metadata[app.env.docname].setdefault("myst_slugs", {})
    for node in doctree.findall(nodes.raw):
        for anchor in re.findall(r'<a id="([^"]+)">', node.astext()):
            slugs.setdefault(anchor, (node.line, anchor, anchor))


def mark_captions(app, doctree):
    """A paragraph wholly in italics is the caption of the figure above it."""
    for paragraph in doctree.findall(nodes.paragraph):
        if [type(child) for child in paragraph.children] == [nodes.emphasis]:
            paragraph["classes"].append("figure-caption")


def link_other_edition(app, pagename, templatename, context, doctree):
    """Tell the templates where the same page lies in the other edition; the link also works from file://."""
    if doctree is None and pagename != "search":
        return  # generated pages such as the index have no twin worth a link
    other = app.config.other_edition
    here = posixpath.join("/", app.config.edition_path, posixpath.dirname(pagename))
    there = posixpath.join("/", other["path"], pagename + ".html")
    url = posixpath.relpath(there, here)
    context["other_edition"] = other
    context["other_edition_url"] = url
    context["metatags"] = context.get("metatags", "") + (
        f'<link rel="alternate" hreflang="{other["language"]}" href="{url}" />\n'
    )


def describe_page(app, pagename, templatename, context, doctree):
    """Give the page a description for search engines: its first plain paragraph, or else its title."""
    if doctree is None:
        return
    paragraphs = [p.astext() for p in doctree.findall(nodes.paragraph) if not list(p.findall(nodes.math))]
    text = next((text for text in paragraphs if len(text) >= 30), context["title"])
    text = textwrap.shorten(text, 160, placeholder=" …")
    context["metatags"] += f'<meta name="description" content="{html.escape(text)}" />\n'


LIVE = {  # what a page must load for a figure of this class
    "instrument": ["maths.js", "instruments.js"],
    "translator": ["maths.js", "generated/attn-view.js", "transformer.js", "generated/attn-view.css"],
    "digits": ["maths.js", "transformer.js", "vision.js"],
}


def load_what_moves(app, pagename, templatename, context, doctree):
    """Load the scripts and styles of figures that move, on the pages that have such figures."""
    for kind, files in LIVE.items():
        if f'<figure class="{kind}"' in context.get("body", ""):
            for name in files:  # styles after custom.css, whose rules for tables they refine
                (app.add_js_file if name.endswith(".js") else app.add_css_file)(name, priority=900)


class KoreanFallback(gettext.NullTranslations):
    """Answer with KOREAN where the theme has no translation."""

    def gettext(self, message):
        return KOREAN.get(message, message)


def finish_translation(app):
    """Put our Korean words behind the theme's own."""
    if app.config.language == "ko":
        app.translator.add_fallback(KoreanFallback())


def show_repository(app, config):
    """Show the repository, edit and issue buttons where the deployment says which repository it is."""
    url = os.environ.get("BOOK_REPOSITORY_URL")
    if url:
        config.html_theme_options |= {
            "repository_url": url,
            "repository_branch": os.environ.get("BOOK_REPOSITORY_BRANCH", "main"),
            "path_to_docs": config.edition_path,
            "use_repository_button": True,
            "use_edit_page_button": True,
            "use_issues_button": True,
        }


def spare_brackets():
    """Sphinx takes the folder of a theme for a pattern of pages to leave out; [2026-1] in its path would stop it."""
    discover = Project.discover

    def discover_inside(self, exclude_paths=(), include_paths=("**",)):
        return discover(self, [path for path in exclude_paths if not os.path.isabs(path)], include_paths)

    Project.discover = discover_inside


def setup(app):
    """Register the extension with Sphinx."""
    sphinx.search.languages["ko"] = KoreanSearch
    spare_brackets()
    app.add_config_value("edition_path", "", "html")
    app.add_config_value("other_edition", {}, "html")
    app.connect("config-inited", show_repository)
    app.connect("builder-inited", finish_translation)
    app.connect("doctree-read", accept_html_anchors)
    app.connect("doctree-read", mark_captions)
    app.connect("html-page-context", link_other_edition)
    app.connect("html-page-context", describe_page)
    app.connect("html-page-context", load_what_moves)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
