"""`gradcli plot`: functions and their derivatives as curves, and functions of two variables as contours."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial

from gradcli.cli.framework.choices import refuse
from gradcli.cli.framework.command import Command, flag, text, texts, whole
from gradcli.cli.framework.options import ExpressionOptions, SizeLimits
from gradcli.cli.framework.streams import write_to
from gradcli.cli.inputs.ranges import range_of, ranges_and_values
from gradcli.cli.inputs.source import expression_texts
from gradcli.cli.inputs.variables import assignment, number
from gradcli.cli.views.show_chart import ChartOptions, chart_format, in_ascii, write_chart
from gradcli.errors import GradcliError, UnknownVariableError, located
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.graph.graph import Graph
    from gradcli.language.ast import Program
    from gradcli.output.formats import Format
    from gradcli.output.plots.chart import Range

HELP = """\
Draw functions and their derivatives. In the terminal, or as a picture; in a pipe it is a table of points.

\b
  gradcli plot "x^3 - 3x" --x -3:3                         in the terminal; --format draw also in a pipe
  gradcli plot "x^3 - 3x" --x -3:3 --derivatives 1,2       with both derivatives
  gradcli plot "x^2" --x -3:3 --tangent-at x=1             with a tangent
  gradcli plot "sin(x)" "x - x^3/6" --x -pi:pi             several functions
  gradcli plot "a*x^2" --x -1:1 --a 3                      the others have values
  gradcli plot "x^2 + x*y^2" --x -2:2 --y -2:2             contours, and the gradient as arrows
  gradcli plot "relu(x)" --x -2:2 -o relu.svg              also .png .pdf .html .csv .json .txt
  gradcli plot "tan(x)" --x -5:5 --format csv > tan.csv

Kinks, jumps, gaps, poles and ends of the domain are found from the expression, marked, and never joined; points lie closer
where a curve bends. Where no range is given, zeros, extrema and breaks tell it; two variables go from -5 to 5 each.
"""

_ORDERS = 6

FIELD_STEPS = 4
"""Of so many steps of a curve a grid has one in each direction."""


class PlotOptions(ChartOptions, ExpressionOptions, SizeLimits):
    """What a call may ask for."""

    derivatives = text("Draw these derivatives as well: 1,2.", "ORDERS")
    tangent_at = texts("Draw the tangent of each function at a place: x=1.", "NAME=PLACE")
    window = text("What is shown from bottom to top; where left out, all, but beside poles what most places have.", "LOW:HIGH")
    quiet = flag("The numbers alone, as CSV without a heading: a place of the variables, then the values there.", short="-q")
    points = whole("Steps to begin with; between them are more, where a curve bends.", 400, minimum=2, maximum=1_000_000)


def run(options: PlotOptions) -> None:
    """Run the command."""
    format = chart_format(options)
    sources = expression_texts(options)

    from gradcli.analysis.sampling.functions import together
    from gradcli.autodiff.runs.static_graphs import build
    from gradcli.cli.inputs.run import request_of
    from gradcli.language.parser import parse
    from gradcli.language.program_text import program_text
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

    def plain(program: Program) -> str:
        """What is drawn, with the signs of programs."""
        return program_text(program).rpartition("\n")[2]

    graph = together(graphs)
    ranges, values = ranges_and_values(options, list(graph.variables))
    names = [source.strip().rpartition("\n")[2] for source, _ in sources]
    if in_ascii(options) and format.name != "json":
        names = [own if own.isascii() else plain(parse(text)) for own, (text, _) in zip(names, sources, strict=True)]
    if len(ranges) > 1:
        _plot_field(graph, names, ranges, values, options, format)
    else:
        _plot_curves(graph, names, ranges, values, options, format)


def _plot_curves(
    graph: Graph,
    names: Sequence[str],
    ranges: Mapping[str, Range],
    values: Mapping[str, float],
    options: PlotOptions,
    format: Format,
) -> None:
    from gradcli.analysis.sampling.curves import sampled
    from gradcli.analysis.sampling.ranges import DEFAULT, range_to_show
    from gradcli.output.plots.of_curves import chart_of_curves, tangents_at
    from gradcli.output.plots.records import curve_columns, curve_rows, curves_json

    [(variable, ends)] = ranges.items()
    if ends is DEFAULT:
        ends = range_to_show(graph, variable, values)
    places = _places(options.tangent_at, variable)
    orders = _orders(options.derivatives)
    window = None if options.window is None else range_of(options.window, "--window")
    found = sampled(graph, variable, ends, values, orders, points=options.points, window=window)
    touching = [one for place in places for one in tangents_at(graph, values, found, place, names)]
    chart = chart_of_curves(found, names, touching)
    if format.name == "html":
        from gradcli.output.plots.page import curves_page

        page = curves_page(found, graph, names, values, chart, theme=options.theme or "auto")
        write_to(options.output, page, ascii=in_ascii(options), html=True)
        return
    columns, json = curve_columns(found, names), partial(curves_json, found, names, values, touching)
    write_chart(chart, format, options, lambda: curve_rows(found), columns, json)


def _plot_field(
    graph: Graph,
    names: Sequence[str],
    ranges: Mapping[str, Range],
    values: Mapping[str, float],
    options: PlotOptions,
    format: Format,
) -> None:
    from gradcli.analysis.sampling.fields import field
    from gradcli.output.plots.of_fields import chart_of_field, field_columns, field_json, field_rows

    if len(names) > 1:
        raise GradcliError("contours are of one expression", hint="give one variable a value, or leave the others out")
    refuse(options, ("derivatives", "tangent-at", "window"), "is for one variable, and two have ranges")
    first, second = ranges
    steps = max(2, options.points // FIELD_STEPS)
    found = field(graph, (first, second), list(ranges.values()), values, steps=steps)
    chart, [name] = chart_of_field(found, names[0]), names
    if format.name == "html":
        from gradcli.output.plots.page import field_page

        page = field_page(found, graph, name, values, chart, theme=options.theme or "auto")
        write_to(options.output, page, ascii=in_ascii(options), html=True)
        return
    json = partial(field_json, found, name, values)
    write_chart(chart, format, options, lambda: field_rows(found), field_columns(found, name), json)


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
    HELP,
    ("EXPRESSIONS", "The expressions or programs; - is standard input."),
    PlotOptions,
    run,
    takes_variables=True,
    over_ranges=True,
    work="computing points",
)
