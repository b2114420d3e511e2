"""The statements that lines of work make, and the sides of their equals signs: let u = x^2, v = sin x."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from gradcli.language.readings.around import pieces
from gradcli.language.readings.read import half_width
from gradcli.teaching.reading.forms import without_head

_EQUALS = re.compile(r"(?<![<>=!])=(?!=)")
_PIECES = ",;，；"


def statements(text: str) -> Iterator[tuple[int, str]]:
    """The statements of a text, each with the number of its line: lines that are not blank and no comment, and what stands in
    them between commas where each part has an equals sign.

    Args:
        text: What somebody wrote.
    """
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if line and not line.startswith(("#", "%", r"\begin", r"\end")):
            parts = pieces(line, _PIECES)
            alone = len(parts) < 2 or not all(_EQUALS.search(half_width(part)) for part in parts)
            for part in [line] if alone else parts:
                yield number, part


def sides(statement: str) -> list[str]:
    """What stands between the equals signs of a statement, without the signs of LaTeX for lines; "" before one that begins it."""
    text = re.sub(r"\\(?:partial\b|mathrm\{d\})\s*", lambda sign: "∂" if "partial" in sign[0] else "d", statement)
    text = text.replace("&", " ").strip().removesuffix("\\\\").strip(" $")
    return [side.strip() for side in _EQUALS.split(text)]


def named_side(side: str, names: Collection[str]) -> str:
    """The first side of an equation without the words before it: u of "let u".

    Args:
        side: The side.
        names: The names that there are, which are no words.
    """
    rest, said = without_head(side, frozenset(names))
    return rest if said else side
