"""`gradcli stationary`: the stationary points of a rational function, or one times an exponential."""

from __future__ import annotations

from gradcli.cli.framework.choices import chosen_format
from gradcli.cli.framework.command import Command
from gradcli.cli.framework.options import EXPRESSION, DerivativeOptions
from gradcli.cli.framework.streams import write_json, write_lines, write_note
from gradcli.cli.inputs.source import expression_text
from gradcli.cli.inputs.variables import point
from gradcli.errors import GradcliError, located

HELP = """\
The stationary points of a function in one variable. The function is a polynomial or a quotient of polynomials, which may be
multiplied by the exponential of such a function, also one of log(x) and powers of x, and any function whose derivative is a
quotient of polynomials: where its derivative is 0, and of which kind.

\b
  gradcli stationary "x^3 - 3x"                   local maximum at x = -1: 2, local minimum at x = 1: -2
  gradcli stationary "x^3"                        inflection at x = 0: 0
  gradcli stationary "(x^2 + 1)/(x - 1)"          exact roots, 1 - sqrt(2) and 1 + sqrt(2)
  gradcli stationary "x*exp(-x)"                  local maximum at x = 1: exp(-1)
  gradcli stationary "log(x)/x"                   local maximum at x = e: exp(-1)
  gradcli stationary "x^5 - x - x^2" --json       roots that have no formula, with an interval for each

An inflection is here a point where the derivative is 0 and keeps its sign. The zeros of the derivative are told apart by Sturm's
theorem, so that none is missed; they are exact where they are rational or roots of a quadratic equation.
"""


class StationaryOptions(DerivativeOptions):
    """What a call may ask for."""


def run(options: StationaryOptions) -> None:
    """Run the command."""
    source, where = expression_text(options)
    if point(options):
        raise GradcliError("stationary points are found, and not given", hint="leave the values out")

    from gradcli.algebra.stationary import stationary_points
    from gradcli.cli.inputs.symbolic import graph_of
    from gradcli.output.reports.calculus.stationary import stationary_json, stationary_lines

    graph = graph_of(source, where, {}, options)
    if len(graph.variables) != 1 or graph.shapes:
        known = ", ".join(graph.variables)
        has = f"has the variables {known}" if len(graph.variables) > 1 else "is of arrays" if graph.shapes else "has no variable"
        raise GradcliError(f"the function {has}, and stationary points are found of functions of one number")
    [variable] = graph.variables
    with located(source, where):
        found = stationary_points(graph, variable)
    format = chosen_format(options) or "text"
    if format == "json":
        write_json(stationary_json(found, variable, source))
        return
    if not found:
        write_note("there is no stationary point")
    write_lines(stationary_lines(found, variable, format, alone=options.quiet))


COMMAND = Command(
    HELP, EXPRESSION, StationaryOptions, run, takes_variables=True, uses_values=False, work="looking for stationary points"
)
