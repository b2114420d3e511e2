"""Plots and descents as a notebook calls them: ``plot("x^3 - 3x", x=(-3, 3))``, ``descend("(x-3)^2", x=0)``."""

from __future__ import annotations

import os
from collections.abc import Sequence

from gradcli.analysis.descent import methods
from gradcli.analysis.descent.methods import OPTIMISERS, Step
from gradcli.analysis.descent.objective import Objective
from gradcli.analysis.descent.verdict import verdict
from gradcli.analysis.sampling.curves import sampled
from gradcli.analysis.sampling.fields import field
from gradcli.analysis.sampling.functions import together
from gradcli.analysis.sampling.ranges import DEFAULT, range_to_show
from gradcli.api import Source, reading
from gradcli.autodiff.given import Names, Values, names_of, values_of
from gradcli.autodiff.passes.reverse import quiet
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.static_graphs import build
from gradcli.errors import GradcliError, UnknownVariableError
from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph
from gradcli.language.ast import Program
from gradcli.language.program_text import one_line, program_text
from gradcli.output.files import write_file
from gradcli.output.formats import PLOTS, format_of_file
from gradcli.output.plots.chart import Chart
from gradcli.output.plots.of_curves import chart_of_curves
from gradcli.output.plots.of_descent import Run, path_chart
from gradcli.output.plots.of_fields import chart_of_field
from gradcli.output.plots.svg import chart_svg
from gradcli.typing import Any

_DRAWN = {name: format for name, format in PLOTS.items() if name in ("svg", "png", "pdf")}


class Plot(Frozen, eq=False):
    """A plot to look at. A notebook shows it as a picture.

    Attributes:
        chart: What is drawn.
    """

    chart: Chart

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the plot to a file; the end of its name says the format: ``.svg``, ``.png``, ``.pdf``.

        Raises:
            GradcliError: The name does not tell one of these, or the file cannot be written.
        """
        name = os.fspath(path)
        format = format_of_file(name, _DRAWN)
        if format.binary:
            from gradcli.output.diagrams.raster import converted

            svg = "".join(chart_svg(self.chart, theme="light"))
            write_file(name, converted(svg, format.name, title=self.chart.title))
        else:
            write_file(name, chart_svg(self.chart))

    def _repr_svg_(self) -> str:
        return "".join(chart_svg(self.chart))

    def __repr__(self) -> str:
        return f"{type(self).__name__} of {self.chart.title}"


class Descent(Plot, eq=False):
    """A descent.

    Attributes:
        steps: Its steps, the start first: each has ``point``, a vector, ``value`` and ``gradient``.
        labels: What the elements of a point are called.
        kind: How it went, in a word: ``converged``, ``diverges``, ``oscillates`` and others.
        reason: Why, a sentence.
    """

    steps: Sequence[Step]
    labels: Sequence[str]
    kind: str
    reason: str

    @property
    def value(self) -> float:
        """The value at the end."""
        return self.steps[-1].value

    @property
    def point(self) -> dict[str, float]:
        """Where it ended, by name."""
        return dict(zip(self.labels, map(float, self.steps[-1].point), strict=True))


def plot(*sources: Source, derivatives: Sequence[int] = (), points: int = 400, **named: Any) -> Plot:
    """Draw functions of one variable, or the contours and the gradient of one of two: ``plot("a*x^2", x=(-1, 1), a=3)``.

    Args:
        sources: The functions, programs or their texts.
        derivatives: The orders of derivatives that are drawn as well, of functions of one variable.
        points: The steps to begin with; between them are more, where a curve bends.
        named: For each variable a range ``(low, high)``, or a value; one that is left out goes where something happens.

    Raises:
        GradcliError: A program is wrong, its output is no number, or not one or two variables have ranges.
    """
    read = [_graph(source, Request(steered=False, wrt=None)) for source in sources]
    if not read:
        raise GradcliError("there is no function to draw", hint='for example plot("x^2")')
    graph, titles = together([one for one, _ in read]), [title for _, title in read]
    for name in named:
        if name not in graph.variables:
            raise UnknownVariableError(name, list(graph.variables), "plot: ")
    given = {name: named.get(name, DEFAULT) for name in graph.variables}
    ranges = {name: (float(one[0]), float(one[1])) for name, one in given.items() if isinstance(one, tuple | list)}
    values = values_of({name: one for name, one in given.items() if name not in ranges})
    if len(ranges) == 2 and len(sources) == 1:
        first, second = ranges
        return Plot(chart_of_field(field(graph, (first, second), list(ranges.values()), values, steps=points // 4), titles[0]))
    if len(ranges) != 1:
        raise GradcliError(f"{len(ranges)} variables have ranges", hint="give the others values: a=2")
    [(name, ends)] = ranges.items()
    if name not in named:
        ends = range_to_show(graph, name, values)
    found = sampled(graph, name, ends, values, [0, *derivatives], points=points)
    return Plot(chart_of_curves(found, titles))


def descend(
    source: Source,
    bindings: Values | None = None,
    wrt: Names | None = None,
    *,
    optimizer: str = "gd",
    lr: float | None = None,
    steps: int = 100,
    **named: Any,
) -> Descent:
    """Gradient descent: ``descend("(x-3)^2 + y^2", x=0, y=1, lr=0.1).point``.

    Args:
        source: The program that is made small, or its text.
        bindings: The value of each variable to start from; so are those by name.
        wrt: The variables that move; None for all.
        optimizer: ``gd``, ``momentum``, ``nesterov``, ``adam``, ``rmsprop``, ``newton``, ``bfgs`` or ``line-search``.
        lr: The learning rate; None for that of the optimiser.
        steps: The most steps.
        named: Further values by name.

    Raises:
        GradcliError: There is no such optimiser, the program is wrong, or its output is no number.
    """
    if optimizer not in OPTIMISERS:
        raise GradcliError(f"there is no optimizer {optimizer}", hint=f"one of {', '.join(OPTIMISERS)}")
    rate = OPTIMISERS[optimizer].lr if lr is None else lr
    asked = Request(values_of({**(bindings or {}), **named}), names_of(wrt))
    with reading(source) as program, quiet():
        objective = Objective(program, asked)
        taken = list(methods.steps(objective, optimizer, rate, steps))
        found = verdict(objective, taken, optimizer, rate, steps)
        shapes = {**objective.shapes, **{name: getattr(value, "shape", ()) for name, value in objective.fixed.items()}}
        graph = build(program, Request(shapes=shapes, steered=False))
        run = Run(optimizer, rate, taken, found, objective.labels)
        chart, _ = path_chart([run], graph, objective, _title(source, program))
    return Descent(chart, taken, objective.labels, found.kind, found.reason)


def _graph(source: Source, asked: Request) -> tuple[Graph, str]:
    """The static graph of a function, and what it is called."""
    with reading(source) as program:
        graph = build(program, asked, inexact=False)
        if graph.shapes:
            raise GradcliError("a plot is of numbers, and here are arrays", hint="take one of their elements, or their sum")
        return graph, _title(source, program)


def _title(source: Source, program: Program) -> str:
    return source if isinstance(source, str) else one_line(program_text(program))
