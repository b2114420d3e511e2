"""What the readings know of the text around a formula: names, brackets, signs of relations, and words that lead to a remark."""

from __future__ import annotations

from collections.abc import Iterator

NAME = r"[^\W\d_]\w*"
NAMES = rf"{NAME}(?:\s*,\s*{NAME})*"
RELATION = r"≠|!=|<|>|≤|≥|∈|\\(?:neq?|[lg]eq?|in|not|lt|gt)(?![a-zA-Z])"
"""Between the sides of a condition."""

_FOLLOWS = (
    "because since for where with when whenever provided given assuming using pour où avec für wenn falls mit wobei "
    "para donde con per dove при где для если"
)
FOLLOWS = tuple(_FOLLOWS.split())
"""Words behind a formula that a condition or a reason follows."""

OPENING, _CLOSING = "([{⟨", ")]}⟩"


def depths(text: str) -> Iterator[tuple[int, int]]:
    """Each place of a text with the number of brackets around it."""
    depth = 0
    for at, sign in enumerate(text):
        depth -= depth > 0 and sign in _CLOSING
        yield at, depth
        depth += sign in OPENING


def outside(text: str) -> str:
    """A text with what is in brackets hidden."""
    return "".join("\0" if depth else text[at] for at, depth in depths(text))


def pieces(text: str, signs: str = ",;\n") -> list[str]:
    """The parts of a text between signs that stand outside of all brackets."""
    cuts = [at for at, depth in depths(text) if depth == 0 and text[at] in signs]
    return [text[start:end].strip() for start, end in zip([0, *[at + 1 for at in cuts]], [*cuts, len(text)], strict=True)]
