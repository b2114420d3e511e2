"""Implicit differentiation as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.derivation.calculus.implicit import Implicit, ImplicitDerivation
from gradcli.derivation.notation.prose import Equal, Piece, listed
from gradcli.derivation.notation.steps import Step, brief
from gradcli.language.ast import Name, Number, Partial
from gradcli.language.numbers import is_short
from gradcli.output.documents.document import Equations, Heading, Paragraph, Part, chain_rows


def implicit_document(found: Implicit, detail: str) -> Iterator[Part]:
    """The parts of a derivation, in the order of reading.

    Args:
        found: The derivation.
        detail: ``brief``, ``normal`` or ``full``.
    """
    equation = Equal(found.equation.left, found.equation.right)
    names = [derivation.variable for derivation in found.derivations]
    said: list[Piece] = [equation, " makes ", Name(found.variable), " a function of ", *listed([Name(name) for name in names])]
    said += [" where ", *listed(list(found.conditions))] if found.conditions else []
    yield Paragraph(tuple(said), important=True)
    for derivation in found.derivations:
        by: tuple[Piece, ...] = ("by ", Name(derivation.variable), ": ") if len(found.derivations) > 1 else ()
        yield Paragraph((*by, _result(found, derivation)), important=True)
    for derivation in found.derivations:
        prime: Name | Partial = Name(found.variable + "'" * found.order)
        if len(found.derivations) > 1 and found.order == 1:
            prime = Partial(found.variable, derivation.variable)
        yield Heading((prime, " by implicit differentiation"))
        others = [name for name in found.equation_names if name not in (found.variable, derivation.variable)]
        fixed: list[Piece] = [
            "; ",
            *listed([Name(name) for name in others]),
            " " + ("is a constant" if len(others) == 1 else "are constants"),
        ]
        yield Paragraph(("A prime is the derivative by ", Name(derivation.variable), *(fixed if others else []), "."))
        yield Equations(chain_rows(shown(derivation.steps, detail)))


def shown(steps: Sequence[Step], detail: str) -> Sequence[Step]:
    """The steps that are shown."""
    return brief(steps) if detail == "brief" else steps


def _result(found: Implicit, derivation: ImplicitDerivation) -> Equal:
    prime = Name(found.variable + "'" * found.order)
    equal = Equal(prime, derivation.derivative)
    if derivation.value is None or isinstance(derivation.derivative, Number):
        return equal
    return Equal(equal, Number(derivation.value), not is_short(derivation.value))
