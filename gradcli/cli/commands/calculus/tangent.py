"""`gradcli tangent`: the tangent line or plane at a point, which is the linear approximation."""

from __future__ import annotations

from gradcli.cli.framework.choices import chosen_format
from gradcli.cli.framework.command import Command
from gradcli.cli.framework.options import EXPRESSION, DerivativeOptions
from gradcli.cli.framework.streams import remark_said, write, write_json
from gradcli.cli.inputs.run import warn_of_others
from gradcli.cli.inputs.source import expression_as_written, expression_text
from gradcli.cli.inputs.variables import exact_point, given_at, point
from gradcli.errors import GradcliError, located
from gradcli.language.ast import Name, Number, postorder
from gradcli.language.text import to_text

HELP = """\
The tangent of a function at a point. It is the linear approximation there, with exact coefficients.

\b
  gradcli tangent "x^2" --at x=3                     9 + 6*(x - 3), which is 6*x - 9
  gradcli tangent "(x+w)*(w+1)" --at x=2,w=1         6 + 2*(x - 2) + 5*(w - 1), a plane
  gradcli tangent "sin(x)" --at x=pi/3
  gradcli tangent "x^2 + y^2 = 25" --at x=3,y=4      6*(x - 3) + 8*(y - 4) = 0, of a curve

Every variable has a place. Of an equation it is the tangent to the curve or surface; the point has to satisfy it. Where there
is no derivative there is no tangent, which is an error.
"""


class TangentOptions(DerivativeOptions):
    """What a call may ask for."""


def run(options: TangentOptions) -> None:
    """Run the command."""
    from gradcli.algebra.at_point import not_smooth
    from gradcli.cli.inputs.relations import check_holds, equation_of
    from gradcli.cli.inputs.symbolic import graph_of
    from gradcli.language.equation import is_equation
    from gradcli.language.parser import parse_expression

    written, where = expression_as_written(options)
    values = point(options)
    if not values:
        raise GradcliError("a tangent has a point", hint="add --at x=2, with a value for each variable")
    relation = None
    if is_equation(written):
        relation, where = equation_of(options)
        graph, text = graph_of(relation.text, where, values, options, relation.difference), relation.text
    else:
        text, where = expression_text(options)
        graph = graph_of(text, where, values, options)
        warn_of_others(graph, options)
    if graph.shapes:
        raise GradcliError("a tangent is of numbers, and here are arrays", hint="leave --shape out")

    from gradcli.algebra.vector_fields import exact_at, tangent
    from gradcli.output.reports.calculus.tangent import tangent_json, tangent_line

    with located(text, where):
        if relation is not None:
            check_holds(graph, relation, values)
        if why := not_smooth(graph, [(name,) for name in graph.variables], values):
            raise GradcliError(f"there is no tangent: {why}", hint="choose another point")
        place = exact_point(options, list(graph.variables), given_at(options.at, options))
        if any(isinstance(node, Name) and node.name in ("inf", "nan") for value in place.values() for node in postorder(value)):
            raise GradcliError("the place has no finite value", hint="choose another point")
        found = tangent(graph, place, level=relation is not None)
        if relation is not None and all(slope == Number(0) for slope in found.slopes):
            raise GradcliError("there is no tangent: all derivatives of the equation are 0 there", hint="choose another point")
    format = chosen_format(options) or "text"
    if format == "json":
        write_json(tangent_json(found, text, level=relation is not None))
    else:
        line = tangent_line(found, format, level=relation is not None)
        if format == "text" and relation is None and not options.quiet:
            shorter = to_text(exact_at(parse_expression(line), {}))  # as it is written: of e, and not of exp(1)
            line += f"  # {shorter}" * (len(shorter) < len(line))
        write([remark_said(line) + "\n"])


COMMAND = Command(HELP, EXPRESSION, TangentOptions, run, takes_variables=True, work="taking derivatives")
