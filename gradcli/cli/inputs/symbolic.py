"""What the commands without values have in common: a static graph in, simplified expressions out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

from gradcli.algebra.assumptions.facts import NOTHING, Assumptions
from gradcli.algebra.assumptions.reader import read_assumptions
from gradcli.algebra.derivatives import without_derivatives
from gradcli.autodiff.passes.forward import evaluate
from gradcli.autodiff.runs.static_graphs import build
from gradcli.cli.framework.choices import chosen_format
from gradcli.cli.framework.options import AssumeOptions, DerivativeOptions, ShapeOptions
from gradcli.cli.framework.streams import can_print_signs, remark_said, wants_rich, write, write_json, write_warning
from gradcli.cli.inputs.run import request_of
from gradcli.cli.inputs.variables import shapes_of
from gradcli.errors import GradcliError, UnknownVariableError, located, no_value
from gradcli.frozen import replace
from gradcli.graph.graph import Graph
from gradcli.language.ast import NOWHERE, Program
from gradcli.language.numbers import short_text
from gradcli.language.parser import parse
from gradcli.language.statements import check_exact
from gradcli.lowering.programs.calls import run_together
from gradcli.ops.declaration.structural import shape_of
from gradcli.output.reports.calculus.derivatives import Derivatives, derivatives_json, has_elements_only, lines
from gradcli.typing import Any

_MANY_NODES = 4_000
"""Nodes beyond which values at a point are computed in float64 alone."""


def graph_of(text: str, where: str, values: Mapping[str, Any], options: ShapeOptions, program: Program | None = None) -> Graph:
    """The graph of a program, built before any value is known; exact constants fold.

    Args:
        text: What was typed.
        where: What messages call it.
        values: The values of its variables; empty where they have none.
        options: The options of the call.
        program: The program, where that is not the text itself.

    Raises:
        GradcliError: The text is not a program, or some of its variables have values and others have none.
    """
    program = parse(text, where) if program is None else program
    shapes = shapes_of(options.shape)
    for name, value in values.items():
        shape = shape_of(value)
        if shapes.setdefault(name, shape) != shape:
            raise GradcliError(f"{name} has the shape {shape} and not that of --shape", hint="leave --shape out")
    asked = request_of(options, shapes=shapes, steered=False)
    with located(text, where):
        check_exact(program)
        graph = build(without_derivatives(program), asked, inexact=False)
        if not graph.variables:  # a constant is a function of whatever has a value
            for name in values:
                graph.variable(name, NOWHERE)
        for name in shapes:
            if name not in graph.variables:
                raise UnknownVariableError(name, list(graph.variables))
        missing = [name for name in graph.variables if values and name not in values]
        if missing:
            raise no_value(missing, hint=f"add {missing[0]}=VALUE to --at, or leave all out")
    for name in graph.variables:
        call = run_together(name, graph.variables)
        if call and name not in values:
            write_warning(f"{name} is taken as a variable; for the function write {call}")
    return graph


def assumed(options: AssumeOptions, graph: Graph, values: Mapping[str, Any]) -> Assumptions:
    """What the call assumes of the variables of a graph.

    Raises:
        GradcliError: It cannot be read, or a value is another than what is assumed.
    """
    found = read_assumptions(", ".join(options.assume), graph.variables) if options.assume else NOTHING
    for name, value in values.items():
        elements = _flat(value) if shape_of(value) else [value]
        if not all(found.of(name).has(Fraction(element)) for element in elements if math.isfinite(element)):
            raise GradcliError(f"{name} = {short_text(value)} is not as assumed: {found.text}", hint="leave one of them out")
    return found


def write_derivatives(
    found: Derivatives,
    options: DerivativeOptions,
    text: str,
    function: Graph,
    graph: Graph,
    ids: Sequence[int],
    values: Mapping[str, float],
    *,
    apart: bool = False,
    undefined: str = "",
) -> None:
    """Write what was found in the format asked for, with values where there are any.

    Args:
        found: The expressions.
        options: The options of the call.
        text: The source of the expression.
        function: The graph of the function.
        graph: A graph that computes the expressions.
        ids: The node of each.
        values: The value of each variable; empty where they have none.
        apart: Whether they are no derivatives of the function itself: then their own values are all that is known at kinks.
        undefined: Why they have no value there; empty where they have.
    """
    if undefined:
        count = len(found.requests)
        found = replace(found, values=[math.nan] * count, bindings=dict(values), notes=[undefined] * count)
    elif values:
        found = _with_values(found, function, graph, ids, values, apart)
    format = chosen_format(options) or "text"
    arrays = {name for name, id in graph.variables.items() if graph.shape(id)}
    if format == "sympy" and not has_elements_only(found.simplified, arrays):
        raise GradcliError("SymPy's format has no arrays", hint="choose text, unicode, latex or json")
    if format == "json":
        write_json(derivatives_json(found, text))
    else:
        write(
            f"{remark_said(line)}\n"
            for line in lines(found, format, alone=options.quiet, of_what=wants_rich() and can_print_signs())
        )


def _with_values(
    found: Derivatives, function: Graph, graph: Graph, ids: Sequence[int], values: Mapping[str, float], apart: bool
) -> Derivatives:
    """The values of the expressions at a point; of large ones those that their graph computes in float64."""
    if len(function) + len(graph) <= _MANY_NODES:
        from gradcli.algebra.at_point import values_at

        requests = [()] * len(found.requests) if apart else found.requests
        at_point = values_at(function, found.simplified, requests, values, found.of)
        if at_point is not None:
            notes = [one.note for one in at_point]
            return replace(found, values=[one.value for one in at_point], bindings=dict(values), notes=notes)
    computed = evaluate(graph, values)
    results = [computed[id] for id in ids]
    if len(found.requests) > len(ids):  # element by element
        results = [element for value in results for element in _flat(value)]
    return replace(found, values=results, bindings=dict(values))


def _flat(value: Any) -> list[float]:
    """The elements of a value in their order."""
    return [value] if isinstance(value, float) else [float(element) for element in value.ravel()]
