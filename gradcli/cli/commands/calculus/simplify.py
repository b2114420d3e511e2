"""`gradcli simplify`: an expression in a shorter form with the same value."""

from __future__ import annotations

from gradcli.cli.framework.command import Command, text
from gradcli.cli.framework.options import EXPRESSION, AssumeOptions, DerivativeOptions
from gradcli.cli.inputs.source import expression_text
from gradcli.cli.inputs.variables import point

HELP = """\
A shorter form of an expression. Like terms and powers are collected and constants computed; it is never longer than it was.

\b
  gradcli simplify "(w + 1) + (x + w)"           2*w + x + 1
  gradcli simplify "sin(x)^2 + cos(x)^2 + 2x/4"
  gradcli simplify "sqrt(x^2)"                   abs(x)
  gradcli simplify "sqrt(x^2)" --assume "x>0"    x
  gradcli simplify "cos(2pi*n)" --assume "n integer"
  gradcli simplify "(x^2 - 1)/(x - 1)"           x + 1  # x != 1
  gradcli simplify "1/(x^2 - 1)" --form apart    1/(2*(x - 1)) - 1/(2*(x + 1))
  gradcli simplify "(A @ B).T" --shape A=2,3 --shape B=3,4      B.T @ A.T
  gradcli simplify "det([x, y; z, w])"

Numbers are exact. No step changes the value where the original is defined. Where something is cancelled, so that the result has
a value where the original has none, the condition stands behind it.
"""


class SimplifyOptions(DerivativeOptions, AssumeOptions):
    """What a call may ask for."""

    form = text(
        "Multiplied out, in factors, as one fraction, or in partial fractions, be it longer than the shortest.",
        "SHAPE",
        choices=("expanded", "factored", "together", "apart"),
    )


def run(options: SimplifyOptions) -> None:
    """Run the command."""
    source, where = expression_text(options)
    values = point(options)

    from gradcli.algebra.simplified import simplified_outputs
    from gradcli.cli.inputs.symbolic import assumed, graph_of, write_derivatives
    from gradcli.graph.names import RESULT
    from gradcli.output.reports.calculus.derivatives import Derivatives

    graph = graph_of(source, where, values, options)
    simplified = simplified_outputs(graph, assume=assumed(options, graph, values), shape=options.form or "")
    found = Derivatives(RESULT, [() for _ in graph.outputs], simplified)
    write_derivatives(found, options, source, graph, graph, graph.outputs, values)


COMMAND = Command(HELP, EXPRESSION, SimplifyOptions, run, takes_variables=True, work="simplifying the expression")
