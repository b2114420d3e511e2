"""`gradcli simplify`: an expression in a shorter form with the same value."""

from __future__ import annotations

from gradcli.cli.framework.command import Command
from gradcli.cli.framework.options import EXPRESSION, DerivativeOptions
from gradcli.cli.inputs.source import expression_text
from gradcli.cli.inputs.variables import point

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


def run(options: DerivativeOptions) -> None:
    """Run the command."""
    text, where = expression_text(options)
    values = point(options)

    from gradcli.algebra.derivatives import Simplifier
    from gradcli.cli.inputs.symbolic import static_graph, write_derivatives
    from gradcli.graph.names import RESULT
    from gradcli.output.reports.derivatives import Derivatives

    graph = static_graph(text, where, values, options)
    simplifier = Simplifier(graph, graph.outputs, positive=options.assume == "positive")
    found = Derivatives(RESULT, [() for _ in graph.outputs], simplifier.together(graph.outputs))
    write_derivatives(found, options, text, graph, graph, graph.outputs, values)


COMMAND = Command(HELP, EXPRESSION, DerivativeOptions, run, takes_variables=True)
