"""A descent as charts, as numbers, and as a document."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from gradcli.analysis.descent.methods import Step
from gradcli.analysis.descent.objective import Objective
from gradcli.analysis.descent.verdict import CONVERGED, DIVERGES, OSCILLATES, SLOW, STUCK, UNBOUNDED, Verdict
from gradcli.analysis.sampling.curves import Curves, margin_around, sampled
from gradcli.analysis.sampling.fields import Field, field
from gradcli.errors import GradcliError, said
from gradcli.frozen import Frozen, replace
from gradcli.graph.graph import Graph
from gradcli.language.numbers import short_text
from gradcli.output.json import document, json_number, json_numbers
from gradcli.output.plots.chart import COLOURS, CURVE, PATH, Chart, Dot, Range, Stroke, coloured
from gradcli.output.plots.of_curves import chart_of_curves
from gradcli.output.plots.of_fields import chart_of_field
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.output.schemas.plots import DescendDocument

_HOW = {
    CONVERGED: "converged: {reason}",
    DIVERGES: "diverges: {reason}",
    OSCILLATES: "oscillates: {reason}",
    UNBOUNDED: "unbounded: {reason}",
    SLOW: "descends: {reason}",
    STUCK: "stopped: {reason}",
}
"""What is said of a descent, by the kind of its verdict."""

ROWS = 12
"""Steps that a table for people has of each descent."""

_NAMED = 4
"""Parameters that are named where a descent ended."""

_PATHS = (1, 3, 4, 5)
"""The colours of paths, which are not those of contours and arrows."""

_WIDE = 100.0
"""Largest over smallest value from which on heights are logarithms."""

_HIGH = 4.0
"""Steps whose value is so many times that at the start, or less, are on the picture of a path."""


class Run(Frozen, eq=False):
    """A descent.

    Attributes:
        optimizer: The optimiser.
        lr: Its learning rate; None for one that has none.
        steps: Its steps, the start first.
        verdict: How it went.
        labels: What its parameters are called.
    """

    optimizer: str
    lr: float | None
    steps: Sequence[Step]
    verdict: Verdict
    labels: Sequence[str] = ()

    @property
    def label(self) -> str:
        """What it is called: ``gd, lr = 0.1``."""
        return self.optimizer if self.lr is None else f"{self.optimizer}, lr = {short_text(self.lr)}"

    @property
    def how(self) -> str:
        """How it went and why."""
        return _HOW[self.verdict.kind].format(reason=self.verdict.reason).removesuffix(": ")

    @property
    def end(self) -> str:
        """Where it ended: ``x = 3, w = -1, value 0 at step 100``; of many parameters the first ones."""
        last = self.steps[-1]
        places = [f"{name} = {short_text(float(value))}" for name, value in zip(self.labels, last.point, strict=False)]
        shown = ", ".join(places[:_NAMED]) + ", ..." * (len(places) > _NAMED)
        return f"{shown}, value {short_text(last.value)} at step {len(self.steps) - 1}"


def loss_chart(runs: Sequence[Run], name: str, *, ends: bool = True) -> Chart:
    """The value at each step.

    Args:
        runs: The descents.
        name: The function.
        ends: Whether it is said where each ended, which the last row of a table says as well.
    """
    import numpy

    values = [[step.value for step in run.steps if math.isfinite(step.value)] for run in runs]
    everything = [value for each in values for value in each]
    low, high = (min(everything), max(everything)) if everything else (0.0, 0.0)
    logarithmic = low >= 0 and high > _WIDE * min((value for value in everything if value > 0), default=high)
    strokes = []
    for number, (run, each) in enumerate(zip(runs, values, strict=True)):
        places = numpy.arange(len(each), dtype=float)
        heights = numpy.array(each)
        if logarithmic:
            places, heights = places[heights > 0], numpy.log10(heights[heights > 0])
        strokes.append(Stroke(CURVE, [(places, heights)] if len(places) else [], *coloured(number), run.label))
    sides = [float(end) for stroke in strokes for _, heights in stroke.pieces for end in (heights.min(), heights.max())]
    shown = margin_around(min(sides), max(sides)) if sides else (0.0, 1.0)
    last = max(1.0, *[float(len(each) - 1) for each in values])
    axes = said("step"), said("value")
    notes = _notes(runs) if ends else [said(f"{run.label}: {run.how}") for run in runs]
    return Chart(name, axes, (0.0, last), shown, strokes, (), notes, (), logarithmic)


def _notes(runs: Sequence[Run]) -> list[str]:
    """Where each descent ended and why; the legend names a single one."""
    own = len(runs) == 1
    return [line if own else said(f"{run.label}: {line}") for run in runs for line in (run.end, run.how)]


def path_chart(runs: Sequence[Run], graph: Graph, objective: Objective, name: str) -> tuple[Chart, Curves | Field | None]:
    """The way over the function: over its curve where there is one parameter, over its contours where there are two.

    Args:
        runs: The descents.
        graph: The static graph of the function; of arrays, or of more parameters, the values are drawn.
        objective: What was made small.
        name: The function.

    Returns:
        The chart, and the curve or the contours; None where it is of values.
    """
    import numpy

    parameters = objective.names
    if len(objective.labels) > 2 or any(objective.shapes.values()) or not set(parameters) <= set(graph.variables) or graph.shapes:
        return loss_chart(runs, name), None
    highest = abs(runs[0].steps[0].value) * _HIGH + 1e-9
    shown = [[step for step in run.steps if abs(step.value) <= highest and numpy.isfinite(step.point).all()] for run in runs]
    ends = [_around([float(step.point[at]) for each in shown for step in each]) for at in range(len(parameters))]
    strokes: list[Stroke] = []
    dots: list[Dot] = []
    for number, (run, each) in enumerate(zip(runs, shown, strict=True)):
        colour = _PATHS[number % len(_PATHS)]
        points = numpy.array([step.point for step in each]) if each else numpy.empty((0, len(parameters)))
        values = numpy.array([step.value for step in each])
        across, upwards = (points[:, 0], points[:, 1]) if len(parameters) == 2 else (points[:, 0], values)
        strokes.append(Stroke(PATH, [(across, upwards)], colour, number % COLOURS, run.label))
        for at, (x, y) in enumerate(zip(across.tolist(), upwards.tolist(), strict=True)):
            dots.append(Dot(x, y, colour, at > 0, said(f"step {at}: {short_text(each[at].value)}")))
    if len(parameters) == 2:
        found = field(graph, (parameters[0], parameters[1]), ends, objective.fixed, steps=100)
        return chart_of_field(found, name, strokes, dots, _notes(runs)), found
    curve = sampled(graph, parameters[0], ends[0], objective.fixed, [0], points=400)
    chart = chart_of_curves(curve, [name])
    notes = [*chart.notes, *_notes(runs)]
    return replace(chart, strokes=[*chart.strokes, *strokes], dots=[*chart.dots, *dots], notes=notes), curve


def _around(values: Sequence[float]) -> Range:
    """A range with room around values."""
    if not values:
        raise GradcliError("there is no step to draw: the value at the start is not finite", hint="start elsewhere")
    low, high = min(values), max(values)
    room = 0.25 * (high - low) or abs(low) * 0.5 or 1.0
    return low - room, high + room


def descent_columns(objective: Objective, runs: Sequence[Run]) -> list[str]:
    """The heading of each column."""
    return [*(["lr"] if len(runs) > 1 else []), "step", *objective.labels, "value", "|gradient|"]


def descent_rows(runs: Sequence[Run], most: int | None = None) -> Iterator[list[float]]:
    """A row for each step of each descent, or for some of them, closer at the beginning."""
    import numpy

    for run in runs:
        count = len(run.steps)
        chosen = [*range(count)]
        if most is not None and count > most:
            chosen = sorted({*numpy.geomspace(1, count, most).round().astype(int) - 1, count - 1})
        for at in chosen:
            step = run.steps[at]
            rate = [run.lr] if len(runs) > 1 and run.lr is not None else []
            yield [*rate, float(step.number), *map(float, step.point), step.value, float(numpy.linalg.norm(step.gradient))]


def descent_json(objective: Objective, runs: Sequence[Run], name: str, numbers: Mapping[str, Any]) -> Iterator[str]:
    """The document of `gradcli descend --json`."""
    import numpy

    parts: DescendDocument = {
        "expression": name,
        "bindings": json_numbers(objective.fixed),
        "parameters": objective.labels,
        "optimizer": runs[0].optimizer,
        "numbers": {key: list(value) if isinstance(value, tuple) else value for key, value in numbers.items()},
        "runs": [
            {
                "lr": run.lr,
                "verdict": run.verdict.kind,
                "reason": run.verdict.reason,
                "limit": run.verdict.limit,
                "curvatures": None if run.verdict.curvatures is None else list(run.verdict.curvatures),
                "steps": [
                    {
                        "step": step.number,
                        "point": json_number(step.point),
                        "value": json_number(step.value),
                        "gradient_norm": json_number(float(numpy.linalg.norm(step.gradient))),
                    }
                    for step in run.steps
                ],
            }
            for run in runs
        ],
    }
    return document("descend", parts)
