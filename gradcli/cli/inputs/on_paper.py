"""What `gradcli explain` works on paper: the options of a call in, the derivation out."""

from __future__ import annotations

from gradcli.cli.framework.options import ExplainedOptions
from gradcli.cli.inputs.combined import field_sums, totals
from gradcli.cli.inputs.relations import implicit_graph
from gradcli.cli.inputs.source import expression_text
from gradcli.cli.inputs.symbolic import assumed, graph_of
from gradcli.cli.inputs.variables import bindings_of, exact_point
from gradcli.errors import GradcliError, located
from gradcli.frozen import replace
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.derivation.calculus.worked import Worked


def worked(options: ExplainedOptions, kind: str, order: int) -> tuple[Worked, str]:
    """The derivation that a call asks for, and the text of what it is about.

    Args:
        options: The options of the call.
        kind: ``implicit``, ``depends``, ``tangent``, ``taylor``, ``stationary``, or which sum of derivatives.
        order: The order of the derivatives, or of the polynomial.

    Raises:
        GradcliError: The options or the expression do not fit, or there is no derivative at the point.
    """
    from gradcli.algebra.at_point import not_smooth
    from gradcli.derivation.calculus.combined import (
        explain_stationary,
        explain_sums,
        explain_tangent,
        explain_taylor,
        explain_totals,
    )

    values, _ = bindings_of(options)
    if kind == "implicit":
        return _implicit(options, order)
    if kind == "depends":
        if values:
            raise GradcliError("a total derivative has no value where what depends has only a name", hint="leave the values out")
        asked = totals(options)
        with located(asked.text, asked.where):
            assume = assumed(options, asked.graph, {})
            return explain_totals(asked.graph, asked.wrt, order, asked.dependences, assume), asked.text
    if kind in ("tangent", "taylor", "stationary"):
        text, where = expression_text(options)
        if not values and kind != "stationary":
            what = "a tangent has a point" if kind == "tangent" else "a Taylor polynomial has a point"
            raise GradcliError(what, hint="give a value to each variable: --x 2")
        if values and kind == "stationary":
            raise GradcliError("stationary points are found, and not given", hint="leave the values out")
        graph = graph_of(text, where, values, options)
        if graph.shapes:
            raise GradcliError("this is of numbers, and here are arrays", hint="leave them out")
        if kind != "tangent" and len(graph.variables) != 1:
            raise GradcliError("this is of functions in one variable", hint="put numbers in for the others")
        with located(text, where):
            if kind == "stationary":
                return explain_stationary(graph, next(iter(graph.variables))), text
            if why := not_smooth(graph, [(name,) for name in graph.variables], values):
                if kind == "tangent":
                    raise GradcliError(f"there is no tangent: {why}", hint="choose another point")
                hint = "choose another point; gradcli taylor continues quotients such as sin(x)/x"
                raise GradcliError(f"there is no Taylor polynomial: {why}", hint=hint)
            place = exact_point(options, list(graph.variables))
            return (explain_tangent(graph, place) if kind == "tangent" else explain_taylor(graph, place, order)), text
    sums = field_sums(options, values)
    with located(sums.text, sums.where):
        assume = assumed(options, sums.field, values)
        found = explain_sums(sums.field, sums.rows, kind, sums.names, values, assume)
        terms = [(wrt, (sums.field.outputs[at], 0)) for row in sums.rows for _, at, wrt in row]
        if values and (why := not_smooth(sums.field, [wrt for wrt, _ in terms], values, [of for _, of in terms])):
            found = replace(found, warnings=(*found.warnings, why))
    return found, sums.text


def _implicit(options: ExplainedOptions, order: int) -> tuple[Worked, str]:
    """Derivatives of what an equation gives."""
    from gradcli.derivation.calculus.implicit import explain_implicit

    values, variable = bindings_of(options)[0], options.implicit or ""
    equation, where, graph, wrt, why = implicit_graph(options, variable, values)
    with located(equation.text, where):
        assume = assumed(options, graph, values)
        found = explain_implicit(equation, graph, variable, wrt, order, {} if why else values, assume)
    return replace(found, warnings=(*found.warnings, *([why] if why else []))), equation.text
