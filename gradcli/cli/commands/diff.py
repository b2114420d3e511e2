"""`gradcli diff`: exact derivatives of any order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from gradcli.cli.framework.choices import split_names
from gradcli.cli.framework.command import (
    EXPRESSION,
    EXPRESSION_OPTIONS,
    JSON,
    MAX_ELEMENTS,
    MAX_NODES,
    SHAPE,
    Arguments,
    Command,
    Given,
    Option,
)
from gradcli.cli.inputs.variables import bindings, expression_text
from gradcli.errors import GradcliError

if TYPE_CHECKING:
    from gradcli.algebra.jacobian import Rows
    from gradcli.graph.graph import Graph

HELP = """\
Exact derivatives, simplified: expressions alone, which can be fed back in.

\b
  gradcli diff "(x+w)*(w+1)" --wrt w             2*w + x + 1
  gradcli diff "x^3*sin(x)" --wrt x --order 2
  gradcli diff "x^2*y^3" --partial x,x,y
  gradcli diff "x^2*y" --hessian --at x=2,y=3
  gradcli diff "x*y; x + y" --jacobian
  gradcli diff "tanh(x)" --format latex
  gradcli diff "sum((A @ x - b)^2)" --shape A=3,4 --shape x=4 --shape b=3 --wrt x
  gradcli diff "A @ x" --shape A=2,3 --shape x=3 --jacobian

Without --wrt the derivatives are those by every variable, one a line, in the order of first use. A derivative that would be much
longer than its graph is written in lines of its own, t1 = ..., which the last lines use. Variables are numbers but for those with
a --shape or values that are arrays; --jacobian, --gradient and --hessian give derivatives of arrays element by element.
"""

SYMBOLIC_FORMAT = Option(
    "format", "How to write it; as text where left out.", "FORMAT", choices=("text", "unicode", "latex", "sympy", "json")
)
ASSUME = Option("assume", "What may be assumed of every variable.", "WHAT", choices=("positive", "nothing"), default="nothing")
AT = Option("at", "Give values as well, at a point: x=2,w=1.", "NAME=VALUE,...", repeated=True)

_AT_COMMAS = re.compile(r",(?=[^\],]*=)")
"""Commas between the assignments of --at, not those of [1, 2]."""

OPTIONS = (
    *EXPRESSION_OPTIONS,
    Option("order", "The order of the derivatives, up to 100.", "N", default=1, minimum=1, maximum=100),
    Option("partial", "One mixed partial derivative, by these variables one after the other.", "NAMES"),
    Option("gradient", "The derivatives by all variables as a vector."),
    Option("hessian", "The second derivatives as a matrix."),
    Option("jacobian", "The derivatives of every output as a matrix; an expression that is a statement is an output."),
    AT,
    SYMBOLIC_FORMAT,
    JSON,
    ASSUME,
    SHAPE,
    MAX_NODES,
    MAX_ELEMENTS,
)


def run(arguments: Arguments, command: Command) -> None:
    """Run the command."""
    text, where = expression_text(arguments, command)
    values = point(arguments)

    from gradcli.cli.inputs.symbolic import static_graph, write_derivatives
    from gradcli.graph.names import RESULT
    from gradcli.output.reports.derivatives import Derivatives

    graph = static_graph(text, where, values, arguments)
    wrt = _variables(graph, split_names("--wrt", arguments.texts("wrt")), where)
    requests, rows = _requests(arguments, graph, wrt, where)
    positive = arguments.text("assume") == "positive"
    output = graph.given_names.get(graph.output, RESULT if RESULT not in graph.variables else "f")
    try:
        if rows and graph.shapes:
            table, by = _element_rows(arguments, graph, wrt, positive=positive)
            found = Derivatives(output, by, table.simplified, len(table.names))
            derivatives, ids = table.graph, table.ids
        else:
            from gradcli.algebra.derivatives import Simplifier, derivative_graph

            derivatives, ids = derivative_graph(graph, requests)
            simplifier = Simplifier(derivatives, ids, generic=True, positive=positive)
            found = Derivatives(output, [variables for _, variables in requests], simplifier.together(ids), rows)
    except GradcliError as error:
        raise error.located(text, where) from None
    write_derivatives(found, arguments, text, graph, derivatives, ids, values)


def _element_rows(
    arguments: Arguments, graph: Graph, wrt: Sequence[str], *, positive: bool
) -> tuple[Rows, list[tuple[str, ...]]]:
    """The derivatives of arrays, or by arrays, as rows of elements, and by what each of them is."""
    from gradcli.algebra.jacobian import hessian, jacobian

    if arguments.flag("hessian"):
        table = hessian(graph, graph.output, wrt, positive=positive)
        return table, list(product(table.names, repeat=2))
    outputs = graph.outputs if arguments.flag("jacobian") else [graph.output]
    table = jacobian(graph, outputs, wrt, positive=positive)
    row: list[tuple[str, ...]] = [(name,) for name in table.names]
    return table, row * (len(table.simplified.expressions) // max(len(row), 1))


def point(arguments: Arguments) -> dict[str, Any]:
    """The values of --at, --set, --bindings and of variables given as options."""
    given = [*arguments.variables]
    for assignment in [part for text in arguments.texts("at") for part in _AT_COMMAS.split(text)]:
        name, equals, value = assignment.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise GradcliError(f"--at takes NAME=VALUE, not '{assignment}'", hint="for example --at x=2,w=1")
        given.append(Given(name.strip(), value, f"--at {name.strip()}"))
    return bindings(given, arguments.texts("set"), arguments.text("bindings"))[0]


def _variables(graph: Graph, asked: Sequence[str], where: str, option: str = "--wrt") -> list[str]:
    from gradcli.autodiff.runs.names_asked import UnknownVariableError

    for name in asked:
        if name not in graph.variables:
            raise UnknownVariableError(name, list(graph.variables), f"{option} {name}: ")
    if not asked and not graph.variables:
        raise GradcliError(f"the {where} has no variable to differentiate by")
    return list(dict.fromkeys(asked)) or list(graph.variables)


def _requests(
    arguments: Arguments, graph: Graph, wrt: Sequence[str], where: str
) -> tuple[list[tuple[int, tuple[str, ...]]], int]:
    """What to differentiate by what, and how many of the results stand in a row."""
    shapes = [name for name in ("partial", "gradient", "hessian", "jacobian") if arguments.flag(name)]
    order = arguments.integer("order")
    others = ["--order"] * (order > 1) + ["--wrt"] * ("partial" in shapes and bool(arguments.texts("wrt")))
    if len(shapes) > 1 or (shapes and others):
        asked = [f"--{name}" for name in shapes] + others
        raise GradcliError(f"{' and '.join(asked)} do not go together", hint="leave one out")
    if arguments.flag("partial"):
        names = split_names("--partial", [arguments.text("partial") or ""])
        return [(graph.output, tuple(_variables(graph, [name], where, "--partial")[0] for name in names))], 0
    if arguments.flag("hessian"):
        return [(graph.output, pair) for pair in product(wrt, repeat=2)], len(wrt)
    if arguments.flag("jacobian"):
        return [(output, (name,)) for output in graph.outputs for name in wrt], len(wrt)
    if arguments.flag("gradient"):
        return [(graph.output, (name,)) for name in wrt], len(wrt)
    return [(graph.output, (name,) * order) for name in wrt], 0


COMMAND = Command("diff", HELP, EXPRESSION, OPTIONS, run, takes_variables=True)
