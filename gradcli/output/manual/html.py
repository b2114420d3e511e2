"""Pages of the manual as one page of HTML: no scripts, nothing from the network, light and dark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from gradcli.errors import said
from gradcli.output.documents.html import STYLE
from gradcli.output.manual.pages import page, reader, referred, summaries

_STYLE = """\
pre { overflow-x: auto; padding: .6rem .8rem; border: 1px solid var(--line); border-radius: .3rem; font-size: .85rem; }
pre, code { font-family: ui-monospace, monospace; } td code { overflow-wrap: anywhere; } nav td { padding: .1rem .9rem .1rem 0; }
section { border-top: 1px solid var(--line); margin-top: 3rem; } h1 { margin-top: 2rem; } a { color: var(--head); }
section td { border-bottom: 1px solid var(--line); } .scroll > table { min-width: 60%; }
"""


def manual_html(topics: Sequence[str], language: str = "en") -> Iterator[str]:
    """The pieces of a page of HTML that has the pages of some topics, in a language, with a table of contents."""
    markdown = reader()
    markdown.add_render_rule("code_inline", lambda self, tokens, at, options, env: _code(tokens[at].content, topics))
    markdown.add_render_rule("table_open", lambda *_: "<div class=scroll><table>\n")
    markdown.add_render_rule("table_close", lambda *_: "</table></div>\n")
    title = said("The manual of gradcli")
    yield '<!DOCTYPE html>\n<html lang="' + language + '">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{title}</title>\n<style>\n{STYLE}{_STYLE}</style>\n</head>\n<body>\n"
    if len(topics) > 1:
        yield f"<h1>{title}</h1>\n<nav><table>\n"
        for topic in topics:
            about = markdown.renderInline(summaries(language)[topic])
            yield f'<tr><td><a href="#{topic}">{topic}</a></td><td>{about}</td></tr>\n'
        yield "</table></nav>\n"
    for topic in topics:
        yield f'<section id="{topic}">\n{markdown.render(page(topic, language))}</section>\n'
    yield "</body>\n</html>\n"


def _code(content: str, topics: Sequence[str]) -> str:
    """A piece of code; one that names a page leads there."""
    topic = referred(content)
    shown = f"<code>{escape(content, quote=False)}</code>"
    return f'<a href="#{topic}">{shown}</a>' if topic in topics else shown
