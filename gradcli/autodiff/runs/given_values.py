"""Values that people write: numbers, constant expressions, nested lists of numbers."""

from __future__ import annotations

import json

from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.program_run import recorded
from gradcli.errors import GradcliError, Span, located
from gradcli.graph.graph import MOST_AXES
from gradcli.language.ast import Output
from gradcli.language.parser import parse
from gradcli.language.statements import free_names
from gradcli.ops.declaration.constants import is_constant
from gradcli.typing import Any

SPECIAL = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
"""What stands in JSON for the numbers that it lacks."""


def constant(text: str, where: str, **limits: Any) -> Any:
    """The value of a constant expression, such as ``1e-3``, ``pi/2`` or ``[1, 2]``.

    Args:
        text: The text.
        where: What messages call it.
        limits: Those of a request that hold for it.

    Raises:
        GradcliError: It is not one, or it has variables.
    """
    if text.startswith("["):
        listed = _listed(text, where)
        if listed is not None:
            return listed
    if not text.strip():
        raise GradcliError(f"{where} needs a value", hint="write a number or a constant expression such as pi/2")
    program = parse(text, where)
    if len(program.statements) > 1 or not isinstance(program.statements[0], Output):  # it would run outside of the call's limits
        first, *later = program.statements
        place = later[0] if later and isinstance(first, Output) else first
        hint = "write a number or a constant expression such as pi/2"
        raise GradcliError("the value must be one expression, not a program", place.span, hint).located(text, where)
    names: dict[str, Span] = free_names(program)
    variables = [name for name in names if not is_constant(name)]
    if variables:
        raise GradcliError(
            f"the value must be a number, and it has the variable {variables[0]}",
            names[variables[0]],
            "write a number or a constant expression such as pi/2",
        ).located(text, where)
    with located(text, where):
        return recorded(program, Request(**limits)).value


def _listed(text: str, where: str) -> Any:
    """The array of nested lists of plain numbers, which are read at once; None for anything else in brackets."""
    try:
        data = json.loads(text, parse_int=float)
    except (ValueError, RecursionError):
        return None
    return array_of(data, where)


def array_of(data: object, where: str) -> Any:
    """The number, or the array of float64, that nested lists of JSON hold.

    Raises:
        GradcliError: Something in them is not a number, or the lists of one level differ in length.
    """
    if not isinstance(data, list):
        return _number(data, where)
    import numpy

    shape = _shape(data, where)
    flat: list[Any] = data
    for _ in shape[1:]:
        flat = [item for row in flat for item in row]
    return numpy.array([_number(item, where) for item in flat], dtype=float).reshape(shape)


def _shape(data: list[Any], where: str) -> tuple[int, ...]:
    """The shape of nested lists, level by level."""
    sizes: list[int] = []
    level: list[Any] = [data]
    while level and all(isinstance(item, list) for item in level):
        lengths = {len(item) for item in level}
        if len(lengths) > 1:
            raise GradcliError(f"{where}: the rows have different lengths: {', '.join(map(str, sorted(lengths)))}")
        sizes.append(lengths.pop())
        level = [inner for item in level for inner in item]
        if len(sizes) > MOST_AXES:
            raise GradcliError(f"{where}: an array has at most {MOST_AXES} axes")
    if any(isinstance(item, list) for item in level):
        raise GradcliError(f"{where}: numbers and lists stand side by side")
    return tuple(sizes)


def _number(item: object, where: str) -> float:
    if isinstance(item, str) and item in SPECIAL:
        return SPECIAL[item]
    if isinstance(item, bool) or not isinstance(item, int | float):
        raise GradcliError(f"{where}: {item!r:.40} is not a number")
    try:
        return float(item)
    except OverflowError:
        return float("inf") if item > 0 else float("-inf")
