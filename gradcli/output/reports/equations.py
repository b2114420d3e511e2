"""The lines of a chain of equations, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.derivation.notation.prose import words_text
from gradcli.derivation.notation.steps import Step
from gradcli.language.ast import Number, postorder
from gradcli.language.numbers import is_short, short_text
from gradcli.language.text import to_text
from gradcli.output.reports.blocks import Style


def equation_rows(steps: Sequence[Step], style: Style) -> Iterator[tuple[str, str, str, str]]:
    """The lines of a chain of equations: what is derived, a sign, what it equals, and why."""
    for index, step in enumerate(steps):
        rounded = any(not is_short(n.value) for n in postorder(step.right) if isinstance(n, Number))
        left = to_text(step.left, pretty=not style.ascii) if index == 0 else ""
        right = to_text(step.right, pretty=not style.ascii, number=short_text)
        yield left, style.text("≈") if rounded else "=", right, style.text(words_text(step.words, pretty=not style.ascii))
