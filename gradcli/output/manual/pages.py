"""The pages of the manual: Markdown in the package, in the order of its table of contents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from markdown_it import MarkdownIt
from markdown_it.token import Token

from gradcli.typing import Any

_ROW = re.compile(r"^\| \[(\w+)\]\((?:\.\./)?\1\.md\) \| (.+) \|$", re.MULTILINE)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_REFERENCE = re.compile(r"gradcli help (\w+)")


@cache
def summaries(language: str = "en") -> dict[str, str]:
    """The topics, each with what it is about, from the ``contents.md`` of a language."""
    return dict(_ROW.findall(_text("contents", language)))


def page(topic: str, language: str = "en") -> str:
    """The page of a topic, in Markdown; in English where the language has none.

    Raises:
        KeyError: There is none.
    """
    if topic not in summaries():
        raise KeyError(topic)
    return _text(topic, language if has_page(topic, language) else "en")


def has_page(topic: str, language: str) -> bool:
    """Whether a topic has a page in a language."""
    return bool(_file(topic, language).is_file())


def headings_with(word: str) -> dict[str, str]:
    """The topics with a heading that has a word, each with the first such; else those whose text has it, with their title."""
    word = word.lower()
    in_headings: dict[str, str] = {}
    in_texts: dict[str, str] = {}
    for topic in summaries():
        text = page(topic)
        found = _HEADING.findall(text)
        fits = [heading for heading in found if word in heading.lower()]
        if fits:
            in_headings[topic] = fits[0]
        elif found and word in text.lower():
            in_texts[topic] = found[0]
    return in_headings or in_texts


def referred(code: str) -> str | None:
    """The topic that a piece of code refers to, ``gradcli help TOPIC``; None for none."""
    found = _REFERENCE.fullmatch(code)
    return found[1] if found and found[1] in summaries() else None


def reader() -> MarkdownIt:
    """What reads the pages: CommonMark with tables."""
    return MarkdownIt("commonmark").enable("table")


def tokens(topic: str, language: str = "en") -> Iterator[Token]:
    """The page of a topic as Markdown's tokens."""
    yield from reader().parse(page(topic, language))


def _text(topic: str, language: str) -> str:
    return str(_file(topic, language).read_text("utf-8"))


def _file(topic: str, language: str) -> Any:
    folder = files("gradcli") / "manual"
    return (folder if language == "en" else folder / language) / f"{topic}.md"
