"""`gradcli simplify`: an expression in a shorter form with the same value."""

from __future__ import annotations

from gradcli.cli.commands.diff import ASSUME, AT, SYMBOLIC_FORMAT, point
from gradcli.cli.framework.command import EXPRESSION, EXPRESSION_OPTIONS, JSON, MAX_ELEMENTS, MAX_NODES, SHAPE, Arguments, Command
from gradcli.cli.inputs.variables import expression_text

HELP = """\
The expression with like terms and powers collected and constants computed, never longer than it was.

\b
  gradcli simplify "(w + 1) + (x + w)"           2*w + x + 1
  gradcli simplify "sin(x)^2 + cos(x)^2 + 2x/4"
  gradcli simplify "sqrt(x^2)"                   abs(x)
  gradcli simplify "sqrt(x^2)" --assume positive
  gradcli simplify "(A @ B).T" --shape A=2,3 --shape B=3,4      B.T @ A.T
  gradcli simplify "det([x, y; z, w])"

Numbers are exact. No step changes the value where the original is defined: x/x stays as it is, since it has no value at 0.
"""

OPTIONS = (
    *(option for option in EXPRESSION_OPTIONS if option.name != "wrt"),
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

    from gradcli.algebra.derivatives import Simplifier
    from gradcli.cli.inputs.symbolic import static_graph, write_derivatives
    from gradcli.graph.names import RESULT
    from gradcli.output.reports.derivatives import Derivatives

    graph = static_graph(text, where, values, arguments)
    simplifier = Simplifier(graph, graph.outputs, positive=arguments.text("assume") == "positive")
    found = Derivatives(RESULT, [() for _ in graph.outputs], simplifier.together(graph.outputs))
    write_derivatives(found, arguments, text, graph, graph, graph.outputs, values)


COMMAND = Command("simplify", HELP, EXPRESSION, OPTIONS, run, takes_variables=True)
