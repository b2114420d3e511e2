"""Characters that a line of text, or XML 1.0, cannot hold, as characters that can be seen."""

from __future__ import annotations

import re

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Control characters, separators of lines and paragraphs, changes of direction, surrogates, and what is no character at all."""

_REPLACEMENT = "\ufffd"


def visible(text: str) -> str:
    """The text in one line: ␊ for a line feed and the like for each control character, U+FFFD for what has no such picture."""
    return text if text.isascii() and text.isprintable() else _UNSEEN.sub(_picture, text)


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "␤" if code in (0x85, 0x2028, 0x2029) else _REPLACEMENT


def visible_lines(text: str) -> list[str]:
    """The lines of the text, each as :func:`visible` has it."""
    return [visible(line) for line in text.split("\n")]
