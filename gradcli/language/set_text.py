"""A set, ``{1, x + 1}``, where two are compared: elsewhere braces are no part of an expression."""

from __future__ import annotations

import itertools

from gradcli.errors import GradcliError
from gradcli.language.equation import CLOSING, OPENING
from gradcli.language.parser import ReadText

_PLAIN = ("{", "}")
_LATEX = ((r"\left\{", r"\right\}"), (r"\{", r"\}"))
"""In LaTeX plain braces are no sign, they group."""


def elements_of(text: str) -> list[str] | None:
    """The texts of the elements of a set, each behind as many blanks as place it in the whole; None of what is no set.

    Commas part the elements; semicolons do where there are any, as where commas are decimal.

    Raises:
        GradcliError: Nothing stands between two of them.
    """
    whole = text.strip()
    known = _LATEX if "\\" in text else (_PLAIN,)
    braces = next(((left, right) for left, right in known if whole.startswith(left) and whole.endswith(right)), None)
    if braces is None:
        return None
    start, end = text.index(braces[0]) + len(braces[0]), text.rindex(braces[1])
    if not text[start:end].strip():
        return []
    places: dict[str, list[int]] = {",": [], ";": []}
    depth = 0
    for place in range(start, end):
        sign = text[place]
        depth += (sign in OPENING) - (sign in CLOSING)
        if depth < 0:
            return None
        if depth == 0 and sign in places:
            places[sign].append(place)
    parts = list(itertools.pairwise([start - 1, *(places[";"] or places[","]), end]))
    if len(parts) > 1 and not text[parts[-1][0] + 1 : end].strip():  # a comma may stand behind the last element, as in a list
        parts.pop()
    for a, b in parts:
        if not text[a + 1 : b].strip():
            raise GradcliError("an element of the set is missing", (b, b + 1), "write it, or leave its comma out").located(
                text, "set"
            )
    return [" " * (a + 1) + text[a + 1 : b] for a, b in parts]


def whole_set(text: str, elements: list[str]) -> str:
    """The text of a set, with what its elements were read as where that is not strictly."""
    read = [element for element in elements if isinstance(element, ReadText)]
    if not read or len(read) < len(elements):
        return text
    whole = ReadText(text)
    whole.read_as = "{" + ", ".join(element.read_as for element in read) + "}"
    whole.notes = tuple(dict.fromkeys(note for element in read for note in element.notes))
    return whole
