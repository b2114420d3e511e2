"""Implicit differentiation as a document and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gradcli.derivation.calculus.implicit import Implicit, ImplicitDerivation
from gradcli.derivation.notation.prose import Equal, Piece, listed
from gradcli.derivation.notation.steps import Step, brief
from gradcli.language.ast import Name, Number, Partial
from gradcli.language.numbers import is_short
from gradcli.language.text import to_text
from gradcli.output.documents.document import Equations, Heading, Paragraph, Part, chain_rows
from gradcli.output.json import document as json_document
from gradcli.output.json import encoder, json_number, json_numbers, list_json
from gradcli.output.records.nodes import step_record

if TYPE_CHECKING:
    from gradcli.output.schemas.symbolic import ExplainDocument, ExplainStep


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


def implicit_json(
    found: Implicit, expression: str, detail: str, warnings: Sequence[str], *, ascii: bool = False
) -> Iterator[str]:
    """The document of `gradcli explain --implicit --json`: the steps stand where those by the rules of calculus do."""
    values = {derivation.variable: derivation.value for derivation in found.derivations}
    parts: ExplainDocument = {
        "expression": expression,
        "by": "rules",
        "steps": detail,
        "mode": "static",
        "bindings": json_numbers(found.bindings) if found.bindings else None,
        "wrt": list(values),
        "output": found.variable,
        "value": json_number(found.bindings[found.variable]) if found.bindings else None,
        "grad": json_numbers(values) if found.bindings else None,
        "derivative": {derivation.variable: to_text(derivation.derivative) for derivation in found.derivations},
        "nodes": None,
        "equations": None,
        "paths": None,
        "costs": None,
        "definitions": None,
        "rules": [
            {"variable": one.variable, "applications": [], "result": list(map(_step, shown(one.steps, detail)))}
            for one in found.derivations
        ],
        "conditions": list(map(to_text, found.conditions)),
        "warnings": list(warnings),
    }
    rules = list_json(map(encoder(ascii), parts["rules"] or []))
    return json_document("explain", {**parts, "rules": rules}, ascii=ascii)


def _step(step: Step) -> ExplainStep:
    return {**step_record(step), "simplification": step.simplification}
