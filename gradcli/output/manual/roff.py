"""Pages of the manual as a page for ``man``, in roff."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from gradcli.errors import said
from gradcli.output.manual.pages import summaries, tokens

_MARKS = {"strong_open": "\\fB", "em_open": "\\fI", "strong_close": "\\fR", "em_close": "\\fR", "softbreak": "\n"}


def manual_roff(topics: Sequence[str], version: str, language: str = "en") -> Iterator[str]:
    """The pieces of a man page of that version of gradcli: gradcli(1) has all topics, gradcli-TOPIC(7) a single one."""
    name, section = ("gradcli", 1) if len(topics) > 1 else (f"gradcli-{topics[0]}", 7)
    about = said("computation graphs, gradients, and the chain rule that leads to them")
    if len(topics) == 1:
        about = summaries(language)[topics[0]]
    yield f'.TH {name} {section} "" "gradcli {version}" "{said("The manual of gradcli")}"\n.nh\n.ad l\n'
    yield f".SH {said('NAME')}\n{name} \\- {_escaped(about.replace('`', ''))}\n"
    for topic in topics:
        yield from _page(tokens(topic, language))


def _page(tokens: Iterator[Token]) -> Iterator[str]:
    """The pieces of a topic: a row of a table is a term with what it means."""
    before = ""  # what is to be written before the next text
    in_row = False
    for token in tokens:
        kind = token.type
        if kind == "heading_open":
            before = ".SH\n" if token.tag == "h1" else ".SS\n"
        elif kind == "list_item_open":
            before = ".IP \\(bu 2\n"
        elif kind == "paragraph_open":
            before = before or ".PP\n"
        elif kind == "tr_open":
            in_row = False
        elif kind in ("fence", "code_block"):
            yield f".PP\n.RS 4\n.nf\n{_guarded(_escaped(token.content))}.fi\n.RE\n"
        elif kind == "inline" and token.content:
            in_table = not before and not in_row
            yield f"{'.TP' + chr(10) if in_table else before}{_guarded(_inline(token.children or []))}\n"
            before, in_row = "", True


def _inline(tokens: Sequence[Token]) -> str:
    """Text with its marks; code is bold."""
    pieces = []
    for token in tokens:
        if token.type == "code_inline":
            pieces.append(f"\\fB{_escaped(token.content)}\\fR")
        elif token.type in ("text", "image"):
            pieces.append(_escaped(token.content))
        else:
            pieces.append(_MARKS.get(token.type, ""))
    return "".join(pieces)


def _escaped(text: str) -> str:
    """Text in which nothing is meant for roff."""
    return text.replace("\\", "\\e").replace("-", "\\-")


def _guarded(text: str) -> str:
    """Lines none of which begins a request."""
    return "\n".join(f"\\&{line}" if line[:1] in (".", "'") else line for line in text.split("\n"))
