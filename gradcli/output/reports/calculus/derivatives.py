"""Simplified expressions and derivatives as lines of text, for people, for LaTeX, for SymPy, and as JSON."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from gradcli.algebra.simplified import Simplified
from gradcli.frozen import Frozen
from gradcli.language.ast import Array, Expression, Index, Name, Number, Transposed, Tuple, postorder
from gradcli.language.numbers import number_text, short_text
from gradcli.language.text import to_text
from gradcli.output.json import document, encoder, json_number, json_numbers, list_json
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.output.schemas.symbolic import DefinitionRecord, DerivativeRecord


FORMATS = ("text", "unicode", "latex", "sympy", "json")

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Derivatives(Frozen):
    """What `gradcli diff` and `gradcli simplify` found.

    Attributes:
        output: What the function is called.
        requests: For each expression the variables that it is differentiated by, one after the other; none for the function
            itself.
        simplified: The expressions.
        rows: How many of them stand in a row: more than one in a gradient, a Jacobian or a Hessian.
        values: The value of each where the variables have values; None where they have none.
        bindings: The values of the variables.
        of: For each expression the output, and the place of its element, that it is a derivative of; the function's where empty.
        notes: What each value is where it is not simply that of its expression; empty texts, or nothing, elsewhere.
        total: Whether it is a function of one number alone: d in place of ∂.
    """

    output: str
    requests: Sequence[tuple[str, ...]]
    simplified: Simplified
    rows: int = 0
    values: Sequence[float] | None = None
    bindings: dict[str, float] | None = None
    of: Sequence[tuple[int, int]] = ()
    notes: Sequence[str] = ()
    total: bool = False


def lines(found: Derivatives, format: str, *, alone: bool = False, of_what: bool = False) -> Iterator[str]:
    """The lines of a format other than JSON.

    ``text`` and ``sympy`` are expressions alone, which can be fed back in; ``unicode`` and ``latex`` say of what. A value stands
    behind its expression as a remark.

    Args:
        found: What to write.
        format: The format.
        alone: Whether nothing is remarked; where there are values, they stand in place of the expressions.
        of_what: Whether each of several expressions of ``text`` says in its remark what it is the derivative of.
    """
    if alone and found.values is not None:
        numbers = list(map(number_text, found.values))
        rows = range(0, len(numbers), found.rows) if found.rows else ()
        yield from [_row(numbers[start : start + found.rows], "text") for start in rows] or numbers
        return
    for definition in found.simplified.definitions:
        yield f"{_name(definition.name, format)} = {expression_text(definition.value, format)}"
    texts = [expression_text(expression, format) for expression in found.simplified.expressions]
    numbers = [] if found.values is None else list(map(number_text, found.values))
    point = "" if not found.bindings else " at " + ", ".join(f"{name} = {short_text(v)}" for name, v in found.bindings.items())
    remark = "  % " if format == "latex" else "  # "
    conditions = found.simplified.conditions or [()] * len(texts)
    if found.rows:
        starts = range(0, len(texts), found.rows)
        for start in starts:
            notes = [note for note in dict.fromkeys(found.notes[start : start + found.rows]) if note]
            value = _row(numbers[start : start + found.rows], "text") + point if numbers else ""
            value += f" ({'; '.join(notes)})" if notes else ""
            needed = dict.fromkeys(to_text(one) for each in conditions[start : start + found.rows] for one in each)
            said = [] if alone else [one for one in (", ".join(needed), value) if one]
            yield _row(texts[start : start + found.rows], format) + (remark + "; ".join(said) if said else "")
        return
    holds = [", ".join(to_text(condition) for condition in each) for each in conditions]
    notes = [f" ({note})" if note else "" for note in found.notes] or [""] * len(texts)
    remarks = [number + point + note for number, note in zip(numbers, notes, strict=False)] or [""] * len(texts)
    own = [_left(found, request, "unicode").removesuffix(" = ") for request in found.requests]
    wholes = own if of_what and format == "text" and len(texts) > 1 else [""] * len(texts)
    values = [remark + "; ".join(filter(None, all)) if any(all) else "" for all in zip(wholes, holds, remarks, strict=True)]
    for request, text, value in zip(found.requests, texts, values, strict=True):
        yield _left(found, request, format) + text + ("" if alone else value)


def has_elements_only(simplified: Simplified, arrays: Collection[str]) -> bool:
    """Whether expressions are of numbers alone: of arrays they have elements such as ``A[0, 1]``."""
    roots = [*(definition.value for definition in simplified.definitions), *simplified.expressions]
    for root in roots:
        nodes = list(postorder(root))
        elements = sum(is_element(node) for node in nodes)
        if sum(isinstance(node, Name) and node.name in arrays for node in nodes) > elements:
            return False
        if any(isinstance(node, Array | Transposed | Tuple | Index) and not is_element(node) for node in nodes):
            return False
    return True


def is_element(node: Expression) -> bool:
    """Whether a node is an element of a variable: ``A[0, 1]``."""
    numbers = isinstance(node, Index) and all(isinstance(item, Number) for item in node.items)
    return numbers and isinstance(node, Index) and isinstance(node.target, Name)


def _row(texts: Sequence[str], format: str) -> str:
    return " & ".join(texts) + r" \\" if format == "latex" else f"[{', '.join(texts)}]"


def _name(name: str, format: str) -> str:
    if format != "latex":
        return name
    from gradcli.output.formulas.latex import name_latex

    return name_latex(name)


def expression_text(expression: Expression, format: str) -> str:
    """An expression in a format other than JSON."""
    if format == "latex":
        from gradcli.output.formulas.latex import to_latex

        return to_latex(expression)
    if format == "sympy":
        from gradcli.output.formulas.sympy import to_sympy

        return to_sympy(expression)
    return to_text(expression, pretty=format == "unicode")


def _left(found: Derivatives, request: tuple[str, ...], format: str) -> str:
    """What an expression is the derivative of, where the format says so: ``∂²y/∂x∂w = ``."""
    if format not in ("unicode", "latex") or not request:
        return ""
    output = found.output
    counted = [(name, request.count(name)) for name in dict.fromkeys(request)]
    if format == "unicode":
        d = "d" if found.total else "∂"
        below = "".join(f"{d}{name}{_power(times)}" for name, times in counted)
        return f"{d}{_power(len(request))}{output}/{below} = "
    from gradcli.output.formulas.latex import name_latex

    total = f"^{{{len(request)}}}" if len(request) > 1 else ""
    d = r"\mathrm{d}" if found.total else r"\partial"
    powers = [rf"{d} {name_latex(name)}" + (f"^{{{times}}}" if times > 1 else "") for name, times in counted]
    below = r" \, ".join(powers)
    return rf"\frac{{{d}{total} {name_latex(output)}}}{{{below}}} = "


def _power(times: int) -> str:
    return str(times).translate(_SUPERSCRIPTS) if times > 1 else ""


def derivatives_json(found: Derivatives, expression: str) -> Iterator[str]:
    """The document of `gradcli diff --format json` and `gradcli simplify --format json`."""
    encode, simplified = encoder(), found.simplified
    definitions: Iterator[DefinitionRecord] = ({"name": d.name, "expression": to_text(d.value)} for d in simplified.definitions)
    values = [None] * len(simplified.expressions) if found.values is None else list(map(json_number, found.values))
    notes = found.notes or [""] * len(simplified.expressions)
    conditions = simplified.conditions or [()] * len(simplified.expressions)
    derivatives: Iterator[DerivativeRecord] = (
        {
            "wrt": list(request),
            "expression": to_text(text),
            "conditions": list(map(to_text, needed)),
            "value": value,
            "note": note or None,
        }
        for request, text, needed, value, note in zip(
            found.requests, simplified.expressions, conditions, values, notes, strict=True
        )
    )
    parts = {
        "expression": expression,
        "output": found.output,
        "bindings": None if found.bindings is None else json_numbers(found.bindings),
        "definitions": list_json(map(encode, definitions)),
        "derivatives": list_json(map(encode, derivatives)),
    }
    return document("diff", parts)
