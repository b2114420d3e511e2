"""`gradcli plot`: functions and their derivatives as curves."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence

from gradcli.cli.framework.command import Command, text, texts, whole
from gradcli.cli.framework.options import ExpressionOptions, SizeLimits
from gradcli.cli.framework.streams import can_print_signs
from gradcli.cli.inputs.ranges import ranges_and_values
from gradcli.cli.inputs.source import expression_texts
from gradcli.cli.inputs.variables import assignment, number
from gradcli.cli.views.show_chart import ChartOptions, chart_format, window_of, write_chart
from gradcli.errors import GradcliError, UnknownVariableError, located

HELP = """\
Draw functions and their derivatives: in the terminal, or as a picture; in a pipe it is a table of points.

\b
  gradcli plot "x^3 - 3x" --x -3:3                         in the terminal; --format draw also in a pipe
  gradcli plot "x^3 - 3x" --x -3:3 --derivatives 1,2       with both derivatives
  gradcli plot "x^2" --x -3:3 --tangent-at x=1             with a tangent
  gradcli plot "sin(x)" "x - x^3/6" --x -pi:pi             several functions
  gradcli plot "a*x^2" --x -1:1 --a 3                      the others have values
  gradcli plot "relu(x)" --x -2:2 -o relu.svg              also .png .pdf .csv .json .txt
  gradcli plot "tan(x)" --x -5:5 --format csv > tan.csv

Kinks, jumps, gaps, poles and ends of the domain are found from the expression, marked, and never joined; points lie closer
where a curve bends. A variable without a range or a value goes from -5 to 5. Below its curve a function is named with its marks.
"""

_ORDERS = 6


class PlotOptions(ChartOptions, ExpressionOptions, SizeLimits):
    """What a call may ask for."""

    derivatives = text("Draw these derivatives as well: 1,2.", "ORDERS")
    tangent_at = texts("Draw the tangent of each function at a place: x=1.", "NAME=PLACE")
    points = whole("Steps to begin with; between them are more, where a curve bends.", 400, minimum=2, maximum=1_000_000)


def run(options: PlotOptions) -> None:
    """Run the command."""
    format = chart_format(options)
    sources = expression_texts(options)

    from gradcli.analysis.sampling.functions import together
    from gradcli.autodiff.runs.static_graphs import build
    from gradcli.cli.inputs.run import request_of
    from gradcli.language.parser import parse
    from gradcli.language.statements import check_exact

    asked = request_of(options, shapes={}, steered=False)
    graphs = []
    for source, where in sources:
        with located(source, where):
            program = parse(source, where)
            check_exact(program)
            graph = build(program, asked, inexact=False)
            if graph.shapes:
                raise GradcliError("a plot is of numbers, and here are arrays", hint="take one of their elements, or their sum")
            graphs.append(graph)
    graph = together(graphs)
    ranges, values = ranges_and_values(options, list(graph.variables))
    names = [source for source, _ in sources]
    if len(ranges) > 1:
        raise GradcliError("two variables have ranges", hint="give one of them a value")
    [(variable, ends)] = ranges.items()

    from gradcli.analysis.sampling.curves import sampled
    from gradcli.output.plots import records
    from gradcli.output.plots.of_curves import chart_of_curves, tangents_at

    places = _places(options.tangent_at, variable)
    orders = _orders(options.derivatives)
    found = sampled(graph, variable, ends, values, orders, points=options.points, window=window_of(options))
    touching = [one for place in places for one in tangents_at(graph, values, found, place, names)]
    columns = records.curve_columns(found, names)
    ascii = options.ascii or not can_print_signs(sys.stdout)

    def table() -> Sequence[str]:
        from gradcli.output.reports.plain import plain_lines

        notes = chart_of_curves(found, names, touching).notes
        return [f"{line}\n" for line in plain_lines(records.number_table(columns, records.curve_rows(found), notes))]

    others = {
        "csv": lambda: records.csv_lines(columns, records.curve_rows(found)),
        "json": lambda: records.curves_json(found, names, values, touching, ascii=ascii),
        "table": table,
    }
    write_chart(lambda: chart_of_curves(found, names, touching), format, options, others)


def _orders(text: str | None) -> list[int]:
    """The orders of derivatives, the function first."""
    parts = [] if text is None else [part.strip() for part in text.split(",")]
    for part in parts:
        if not (part.isascii() and part.isdigit() and 0 < len(part) < 3 and 1 <= int(part) <= _ORDERS):
            raise GradcliError(
                f"--derivatives takes orders from 1 to {_ORDERS}, not '{part}'", hint="for example --derivatives 1,2"
            )
    return list(dict.fromkeys([0, *map(int, parts)]))


def _places(given: Sequence[str], variable: str) -> list[float]:
    """Where tangents are asked for."""
    found: dict[float, None] = {}
    for part in ",".join(given).split(",") if given else ():
        name, value = assignment("--tangent-at", part, f"{variable}=1")
        if name != variable:
            raise UnknownVariableError(name, [variable], f"--tangent-at {name}: ")
        place = number(value, "--tangent-at")
        if not isinstance(place, float) or not math.isfinite(place):
            raise GradcliError(f"--tangent-at takes a finite number, not '{value}'")
        found[place] = None
    return list(found)


COMMAND = Command(
    HELP, ("EXPRESSIONS", "The expressions or programs; - is standard input."), PlotOptions, run, takes_variables=True
)
