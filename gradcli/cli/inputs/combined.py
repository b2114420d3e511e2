"""What is made of several derivatives: along a direction, divergence, curl, Laplacian, and total derivatives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradcli.cli.framework.choices import split_names
from gradcli.cli.framework.options import CombinedOptions
from gradcli.cli.inputs.relations import dependences_of
from gradcli.cli.inputs.source import expression_text
from gradcli.cli.inputs.symbolic import graph_of
from gradcli.cli.inputs.variables import directions
from gradcli.errors import GradcliError, UnknownVariableError, located
from gradcli.frozen import Frozen
from gradcli.language.ast import NOWHERE, Expression
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.algebra.total_derivative import Dependences
    from gradcli.algebra.vector_fields import Term
    from gradcli.graph.graph import Graph

COMBINED = ("direction", "divergence", "curl", "laplacian")
"""Options that ask for sums of derivatives of a field; one at a time."""


class FieldSums(Frozen):
    """Sums of derivatives of a number, or of the components of a vector.

    Attributes:
        text: The expression as it was typed.
        where: What messages call it.
        field: The graph whose outputs are the components.
        kind: Which of :data:`COMBINED` it is.
        names: The coordinates.
        rows: The terms of each sum.
        direction: The vector along which it is taken; empty for no such.
    """

    text: str
    where: str
    field: Graph
    kind: str
    names: Sequence[str]
    rows: Sequence[Sequence[Term]]
    direction: Mapping[str, Expression]


class Totals(Frozen):
    """Total derivatives of an expression.

    Attributes:
        text: The expression as it was typed.
        where: What messages call it.
        graph: Its graph.
        dependences: Which variables depend on which.
        known: What may be differentiated by.
        wrt: What is differentiated by.
    """

    text: str
    where: str
    graph: Graph
    dependences: Dependences
    known: Sequence[str]
    wrt: Sequence[str]


def field_sums(options: CombinedOptions, values: Mapping[str, Any], others: Sequence[str] = ()) -> FieldSums:
    """What one of the options of sums of derivatives asks for.

    Args:
        options: The options of the call.
        values: The values of variables; empty where they have none.
        others: Options beside which none of these may stand.

    Raises:
        GradcliError: The options or the expression do not fit.
    """
    from gradcli.algebra import vector_fields

    text, where = expression_text(options)
    kind = _only(options, others)
    graph = graph_of(text, where, values, options)
    direction: Mapping[str, Expression] = {}
    with located(text, where):
        field = vector_fields.components(graph)
        count = len(field.outputs)
        if options.direction:
            if graph.shapes:
                raise GradcliError("a derivative along a vector is of a number, and here is an array", hint="take one element")
            direction = directions(options.direction)
            for name in direction:
                variables_asked(graph, [name], where, "--direction")
            names = list(direction)
            rows = vector_fields.direction(direction)
        else:
            names = _coordinates(options, graph, count)
            rows = (
                vector_fields.laplacian(names, count)
                if options.laplacian
                else (vector_fields.curl if options.curl else vector_fields.divergence)(names)
            )
    return FieldSums(text, where, field, kind, names, rows, direction)


def totals(options: CombinedOptions, asked: Sequence[str] = ()) -> Totals:
    """What ``--depends`` asks for.

    Args:
        options: The options of the call.
        asked: What else is differentiated by, from another option.

    Raises:
        GradcliError: The options or the expression do not fit.
    """
    text, where = expression_text(options)
    graph = graph_of(text, where, {}, options)
    if graph.shapes:
        raise GradcliError("--depends is for numbers, and here are arrays", hint="leave --shape out")
    dependences = dependences_of(options.depends, graph)
    free = [name for name in graph.variables if name not in dependences.arguments]
    known = list(dict.fromkeys([*dependences.independent, *free]))
    given = split_names("--wrt", options.wrt)
    for name in given or asked:
        if name not in known and name not in dependences.arguments:
            raise UnknownVariableError(name, known, f"{'--wrt' if given else '--partial'} {name}: ")
    return Totals(text, where, graph, dependences, known, list(dict.fromkeys(given)) or known)


def variables_asked(graph: Graph, asked: Sequence[str], where: str, option: str = "--wrt") -> list[str]:
    """The variables that an option names, each once; all where it names none.

    Raises:
        GradcliError: One is no variable, or there is none at all.
    """
    if not graph.variables:  # the derivative of a constant by anything is 0
        for name in asked:
            graph.variable(name, NOWHERE)
    for name in asked:
        if name not in graph.variables:
            raise UnknownVariableError(name, list(graph.variables), f"{option} {name}: ")
    if not asked and not graph.variables:
        raise GradcliError(f"the {where} has no variable to differentiate by")
    return list(dict.fromkeys(asked)) or list(graph.variables)


_USUAL = "xyz"
"""Coordinates where some of them do not occur."""


def _only(options: CombinedOptions, others: Sequence[str]) -> str:
    """The one of the options that was given."""
    asked = [f"--{name}" for name in (*COMBINED, *others) if name in options.given]
    if options.direction and options.wrt:
        asked.append("--wrt")
    if len(asked) > 1:
        raise GradcliError(f"{' and '.join(asked[:2])} do not go together", hint="leave one out")
    return asked[0].removeprefix("--")


def _coordinates(options: CombinedOptions, graph: Graph, count: int) -> list[str]:
    """The coordinates, in their order: those of --wrt, or all variables by their names.

    Raises:
        GradcliError: They are not as many as the components.
    """
    given = split_names("--wrt", options.wrt)
    names = variables_asked(graph, given, "expression") if given or graph.variables else []
    names = names if given else sorted(names)
    what = "--curl" if options.curl else "--divergence" if options.divergence else ""
    if what and not given and len(names) < count and set(names) <= set(_USUAL[:count]):  # [-y, x, 0]
        names = list(_USUAL[:count])
    if options.curl and count not in (2, 3):
        raise GradcliError(f"--curl is of a vector of three, or two, and this has {count}", hint='for example "[-y, x, z]"')
    if what and len(names) != count:
        raise GradcliError(
            f"{what} takes a coordinate for each component: there are {count} components and the variables {', '.join(names)}",
            hint="a coordinate that does not occur is written 0*z"
            if len(names) < count and not given
            else "--wrt x,y,z names the coordinates in their order",
        )
    return names
