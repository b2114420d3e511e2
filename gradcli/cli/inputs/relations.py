"""How the variables of a call hang together: by an equation, or as it is declared."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gradcli.cli.framework.options import EquationOptions, ExpressionOptions
from gradcli.cli.inputs.source import expression_as_written, say_reading, side_as_read
from gradcli.errors import GradcliError, UnknownVariableError, located
from gradcli.frozen import replace
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.algebra.total_derivative import Dependences
    from gradcli.graph.graph import Graph
    from gradcli.language.equation import Equation


_DECLARED = re.compile(r"\s*([^\W\d]\w*)\s*\(\s*([^\W\d]\w*(?:\s*,\s*[^\W\d]\w*)*)\s*\)\s*(?:[,;]|$)")
"""A dependence: y(x), or z(x, t)."""

CLOSE = 1e-6
"""How far the sides of an equation may be apart, beside what they are made of, at a point that is given in decimals."""


def equation_of(options: ExpressionOptions) -> tuple[Equation, str]:
    """The equation of a call, read as the call says, and what messages call it.

    Raises:
        GradcliError: There is none.
    """
    from gradcli.language.equation import equation

    text, where = expression_as_written(options)
    found = equation(text, where, lambda side: side_as_read(side, text, where, options))
    say_reading(found.text, options)
    return found, where


def dependences_of(given: Sequence[str], graph: Graph) -> Dependences:
    """What ``--depends "y(x), z(x, t)"`` says.

    Raises:
        GradcliError: It is written otherwise, or is about no variable of the expression.
    """
    from gradcli.algebra.total_derivative import Dependences
    from gradcli.language.builder import identifier

    found: dict[str, tuple[str, ...]] = {}
    for text in given:
        place = 0
        while place < len(text):
            match = _DECLARED.match(text, place)
            if match is None:
                raise GradcliError(f"--depends takes NAME(NAMES), not '{text}'", hint='for example --depends "y(x), z(x, t)"')
            name, arguments = identifier(match[1]), [identifier(one.strip()) for one in match[2].split(",")]
            if name in found:
                raise GradcliError(f"--depends says twice what {name} depends on", hint="leave one out")
            if len(set(arguments)) < len(arguments):
                raise GradcliError(f"--depends names an argument of {name} twice", hint="leave one out")
            found[name] = tuple(arguments)
            place = match.end()
    for name in found:
        if name not in graph.variables and not any(name in arguments for arguments in found.values()):
            raise UnknownVariableError(name, list(graph.variables), f"--depends {name}: ")
    return Dependences(found)


def implicit_graph(
    options: EquationOptions, variable: str, values: Mapping[str, Any]
) -> tuple[Equation, str, Graph, list[str], str]:
    """What ``--implicit`` asks for.

    Args:
        options: The options of the call.
        variable: The variable that the equation gives.
        values: The values of the variables; empty where they have none.

    Returns:
        The equation, what messages call it, the graph of the difference of its sides, what to differentiate by, and why there
        is no derivative at the point; empty where there is one, or no point.

    Raises:
        GradcliError: There is no equation, a name is none of its variables, or the values do not satisfy it.
    """
    from gradcli.algebra.total_derivative import without_powers
    from gradcli.cli.framework.choices import split_names
    from gradcli.cli.framework.streams import write_note
    from gradcli.cli.inputs.symbolic import graph_of
    from gradcli.language.ast import Number
    from gradcli.language.text import to_text

    equation, where = equation_of(options)
    graph = graph_of(equation.text, where, values, options, equation.difference)
    if graph.shapes:
        raise GradcliError("--implicit is for numbers, and here are arrays", hint="leave --shape out")
    if variable not in graph.variables:
        raise UnknownVariableError(variable, list(graph.variables), f"--implicit {variable}: ")
    if (simple := without_powers(graph, variable)) is not None:
        write_note(f"note: the equation is taken as {to_text(simple)} = 0; a power of it is 0 there with its derivative")
        equation = replace(equation, left=simple, right=Number(0), before=())
        graph = graph_of(equation.text, where, values, options, equation.difference)
    others = [name for name in graph.variables if name != variable]
    if not others:
        raise GradcliError(f"the equation has no variable but {variable}", hint="an equation gives a function of the others")
    given = split_names("--wrt", options.wrt)
    asked = given or split_names("--partial", [partial] if (partial := options.given.get("partial")) else [])
    if variable in asked:
        raise GradcliError(
            f"the equation gives {variable}, which is not differentiated by itself", hint=f"differentiate by {', '.join(others)}"
        )
    for name in asked:
        if name not in others:
            raise UnknownVariableError(name, others, f"{'--wrt' if given else '--partial'} {name}: ")
    wrt = list(dict.fromkeys(given)) or others
    why = ""
    if values:
        with located(equation.text, where):
            check_holds(graph, equation, values)
            why = _no_derivative(graph, variable, asked or wrt, values)
    return equation, where, graph, wrt, why


def check_holds(graph: Graph, equation: Equation, values: Mapping[str, Any]) -> None:
    """Check that a point satisfies an equation, but for the rounding of decimals.

    Raises:
        GradcliError: It does not.
    """
    from gradcli.autodiff.passes.forward import evaluate
    from gradcli.language.numbers import short_text
    from gradcli.lowering.builders.static import StaticBuilder
    from gradcli.lowering.programs.lower import lower

    sides: list[float] = []
    for right in (False, True):
        side = lower(equation.side(right), StaticBuilder(type(graph)()), graph.variables)
        sides.append(float(evaluate(side, {name: values[name] for name in side.variables})[side.output]))
    a, b = sides
    if not abs(a - b) <= CLOSE * max(1.0, abs(a), abs(b)):
        point = ", ".join(f"{name} = {short_text(value)}" for name, value in values.items())
        raise GradcliError(
            f"the equation does not hold at {point}: its sides are {short_text(a)} and {short_text(b)}",
            hint="give a point that satisfies it",
        )


def _no_derivative(graph: Graph, variable: str, wrt: Sequence[str], values: Mapping[str, Any]) -> str:
    """Why an equation has no derivative at a point: a kink there, or a derivative that is 0; empty where it has one."""
    from gradcli.algebra.at_point import not_smooth, values_at
    from gradcli.algebra.derivatives import differentiate
    from gradcli.algebra.total_derivative import conditions_of
    from gradcli.language.text import to_text

    if not_smooth(graph, [(name,) for name in dict.fromkeys((variable, *wrt))], values):
        return "no derivative: the equation is not smooth there"
    at_point = values_at(graph, differentiate(graph, [(graph.output, (variable,))]), [(variable,)], values)
    if at_point is not None and at_point[0].value == 0:
        return "no derivative: " + " or ".join(map(to_text, conditions_of(graph, variable))) + " does not hold there"
    return ""
