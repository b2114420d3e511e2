"""`gradcli taylor`: the Taylor polynomial at a point."""

from __future__ import annotations

import math
import re

from gradcli.cli.framework.choices import chosen_format
from gradcli.cli.framework.command import Command, text, texts, whole
from gradcli.cli.framework.options import EXPRESSION, AssumeOptions, DerivativeOptions
from gradcli.cli.framework.streams import remark_said, write, write_json
from gradcli.cli.inputs.ranges import range_and_name
from gradcli.cli.inputs.run import warn_of_others
from gradcli.cli.inputs.source import expression_text
from gradcli.cli.inputs.variables import point
from gradcli.errors import GradcliError, UnknownVariableError, located
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.algebra.taylor import Taylor
    from gradcli.analysis.properties.remainder import Remainder
    from gradcli.graph.graph import Graph

HELP = """\
The Taylor polynomial of an expression. Its coefficients are exact.

\b
  gradcli taylor "sin(x)"                            x - x^3/6 + x^5/120
  gradcli taylor "log(x)" --about x=1 --order 3      (x - 1) - (x - 1)^2/2 + (x - 1)^3/3
  gradcli taylor "sin(x)/x" --order 6
  gradcli taylor "sin(x)" --x -1:1                   and how far it is from sin(x) there, at most
  gradcli taylor "exp(a*x)" --wrt x --order 3        a stays as it is
  gradcli taylor "cos(x)" --about x=pi/3 --json

It is developed about 0 where --about is left out. Where the expression has a kink, a jump, a pole or an end there is none, which
is an error; quotients such as sin(x)/x are continued where numerator and denominator are 0.
"""


_ANOTHER = r",(?=\s*[^\W\d]\w*\s*=)"
"""Where a second place begins: x=1,y=2."""


class TaylorOptions(DerivativeOptions, AssumeOptions):
    """What a call may ask for."""

    wrt = text("The variable; that of --about, or the only one, where left out.", "NAME")
    about = texts("Where: x=0, x=pi/4, or x=a for a place that has no number; 0 where there is one variable.", "NAME=PLACE")
    order = whole("The largest power, up to 1000.", 5, maximum=1_000)


def run(options: TaylorOptions) -> None:
    """Run the command."""
    source, where = expression_text(options)
    ranged = any(":" in given.text for given in options.variables)
    if not ranged and (values := point(options)):
        name, typed = next(iter(values)), {given.name: given.text for given in options.variables}
        hint = f"the place is given by --about {name}={typed.get(name, 'PLACE')}"
        raise GradcliError("a Taylor polynomial is not of a number", hint=hint)
    range = range_and_name(options) if ranged else None

    from gradcli.cli.inputs.symbolic import assumed, graph_of
    from gradcli.graph.graph import Graph
    from gradcli.language.parser import parse
    from gradcli.lowering.builders.static import StaticBuilder
    from gradcli.lowering.programs.lower import lower

    graph = graph_of(source, where, {}, options)
    warn_of_others(graph, options)
    variable, place = _place(options, graph)
    with located(place, "--about"):
        about = lower(parse(place, "--about"), StaticBuilder(Graph()))
        if variable in about.variables:
            raise GradcliError(f"the place must not depend on {variable}", hint=f"for example --about {variable}=0")

    from gradcli.algebra.taylor import taylor
    from gradcli.output.reports.calculus.taylor import taylor_json, taylor_line

    with located(source, where):
        found = taylor(graph, variable, about, options.order, assumed(options, graph, {}))
        error = None if range is None else _remainder(graph, found, about, *range)
    format = chosen_format(options) or "text"
    if format == "json":
        write_json(taylor_json(found, source, error))
    else:
        write([remark_said(taylor_line(found, format, None if options.quiet else error)) + "\n"])


def _remainder(graph: Graph, found: Taylor, about: Graph, name: str, ends: tuple[float, float]) -> Remainder:
    """How far the polynomial is from the function on a range of its variable."""
    from gradcli.algebra.taylor import taylor
    from gradcli.analysis.properties.remainder import remainder
    from gradcli.autodiff.passes.forward import evaluate
    from gradcli.language.ast import Number

    others = [other for other in (*graph.variables, *about.variables) if other != found.variable]
    if name != found.variable or others:
        raise GradcliError(
            f"the remainder is bounded in {found.variable} alone", hint=f"leave --{name} out, or put numbers in for the others"
        )
    place, order = float(evaluate(about, {})[about.output]), len(found.coefficients) - 1
    bound = remainder(graph, name, place, order, *ends)
    if taylor(graph, name, about, order + 1).coefficients[-1] != Number(0):
        return bound
    later = remainder(graph, name, place, order + 1, *ends)  # the polynomial of the next order is the same one
    return min(bound, later, key=lambda one: math.inf if one.bound is None else one.bound)


def _place(options: TaylorOptions, graph: Graph) -> tuple[str, str]:
    """The variable, and where to develop about."""
    given = options.about[0] if options.about else ""
    if len(options.about) > 1 or re.search(_ANOTHER, given):
        first = re.split(_ANOTHER, given)[0]
        hint = f"write --about {first}: a Taylor polynomial has one variable, and the others stay as they are"
        raise GradcliError("--about names several variables", hint=hint)
    name, equals, place = (part.strip() for part in given.partition("="))
    if not equals:  # of the variable that --wrt names, or of the only one
        name, place = "", given
    if equals and not (name and place):
        raise GradcliError(f"--about takes NAME=PLACE, not '{given}'", hint="for example --about x=0")
    wanted = [one for one in dict.fromkeys((options.wrt, name)) if one]
    if len(wanted) > 1:
        raise GradcliError(f"--wrt {wanted[0]} and --about {given} name two variables", hint="leave --wrt out")
    if not wanted and len(graph.variables) != 1:
        known = ", ".join(graph.variables)
        has = f"has the variables {known}" if known else "has no variable"
        raise GradcliError(f"the expression {has}", hint="say which one by --about NAME=PLACE or --wrt NAME")
    variable = wanted[0] if wanted else next(iter(graph.variables))
    if graph.variables and variable not in graph.variables:
        raise UnknownVariableError(variable, list(graph.variables), f"--{'wrt' if options.wrt else 'about'} {variable}: ")
    return variable, place or "0"


COMMAND = Command(HELP, EXPRESSION, TaylorOptions, run, takes_variables=True, uses_values=False, work="computing coefficients")
