"""Derivations as they are worked on paper, as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.derivation.calculus.worked import Result, Worked
from gradcli.derivation.notation.prose import Equal, Piece
from gradcli.derivation.notation.steps import Step, brief
from gradcli.language.ast import Name, Number
from gradcli.language.numbers import is_short
from gradcli.language.text import to_text
from gradcli.output.documents.parts import Equations, Heading, Paragraph, Part, chain_rows


def worked_document(found: Worked, detail: str) -> Iterator[Part]:
    """The parts of a derivation, in the order of reading.

    Args:
        found: The derivation.
        detail: ``brief``, ``normal`` or ``full``.
    """
    if found.said:
        yield Paragraph(found.said, important=True)
    alike = len({to_text(result.left) for result in found.results}) < len(found.results)
    for result in found.results:
        by: tuple[Piece, ...] = ("by ", Name(result.key), ": ") if alike else ()
        yield Paragraph((*by, _equal(result)), important=True)
    for result in found.results:
        yield Heading(result.heading)
        if result.remark:
            yield Paragraph(result.remark)
        yield Equations(chain_rows(shown(result.steps, detail)))


def shown(steps: Sequence[Step], detail: str) -> Sequence[Step]:
    """The steps that are shown."""
    return brief(steps) if detail == "brief" else steps


def _equal(result: Result) -> Equal:
    equal = Equal(result.left, result.right)
    if result.value is None or isinstance(result.right, Number):
        return equal
    return Equal(equal, Number(result.value), not is_short(result.value))
