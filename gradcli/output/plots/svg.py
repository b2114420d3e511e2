"""Charts as SVG: one picture for paper and screens, light and dark, with what is marked as tooltips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from gradcli.errors import columns
from gradcli.frozen import Frozen
from gradcli.output.diagrams.svg import CHARACTER, FONT, LINE_SIZE, SMALL_SIZE
from gradcli.output.diagrams.theme import DARK, LIGHT, Theme
from gradcli.output.plots.chart import ARROW, Chart, Range, Stroke, folded, tick_text, ticks
from gradcli.output.visible import visible
from gradcli.typing import Any

WIDTH, HEIGHT = 640, 400
"""The size of the plot itself, in pixels."""

ROW = 18.0
"""What a line of the legend takes."""

_MARGIN = 16.0
_COLOURS = {
    "light": ("#1f5fbf", "#b3361b", "#1b7a43", "#7a3fa0", "#8a6100", "#00798a"),
    "dark": ("#7db4ff", "#ff9b7a", "#6fd39b", "#cfa2f0", "#e6c25c", "#5fd3e0"),
}
DASHES = ("", "8 5", "2 4", "12 4 2 4", "16 4", "6 3 2 3 2 3")
_NOTE = 98
"""Characters of a line below the plot, but for a legend, which is one line."""

_FAR = 4.0
"""How many heights beyond the plot lines are followed."""


class Frame(Frozen):
    """Where the plot stands in the picture.

    Attributes:
        x: The range from left to right.
        y: The range upwards.
        left: Where it begins.
        top: Where it begins.
    """

    x: Range
    y: Range
    left: float
    top: float

    def across(self, x: float) -> float:
        """The pixel of a value from left to right."""
        return self.left + (x - self.x[0]) / (self.x[1] - self.x[0]) * WIDTH

    def down(self, y: float) -> float:
        """The pixel of a value upwards."""
        share = (self.y[1] - y) / (self.y[1] - self.y[0])
        return self.top + min(_FAR, max(-_FAR, share)) * HEIGHT


def frame_of(chart: Chart) -> Frame:
    """Where the plot of a chart stands: right of the numbers beside it."""
    widest = max([columns(tick_text(value, logarithmic=chart.logarithmic)) for value in ticks(chart.y, 8)], default=1)
    return Frame(chart.x, chart.y, _MARGIN + widest * CHARACTER * LINE_SIZE + 8, _MARGIN + 20)


def chart_svg(chart: Chart, *, theme: str = "auto", notes: bool = True) -> Iterator[str]:
    """The pieces of an SVG document.

    Args:
        chart: What to draw.
        theme: ``light``, ``dark``, or ``auto``, which follows the viewer.
        notes: Whether legend and notes stand below.
    """
    frame = frame_of(chart)
    below: list[Stroke | str] = [*chart.legend, *folded(chart.notes, _NOTE)] if notes else []
    bottom = frame.top + HEIGHT + 40
    texts = [one.label if isinstance(one, Stroke) else one for one in below]
    width = max([frame.left + WIDTH + _MARGIN, *[frame.left + 40 + columns(text) * CHARACTER * SMALL_SIZE for text in texts]])
    height = bottom + len(below) * ROW + (8 if below else 0)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" font-family="{escape(FONT)}" font-size="{SMALL_SIZE:g}">\n'
    )
    yield f"<title>{_text(chart.title)}</title>\n<style>\n{chart_style(theme)}</style>\n"
    yield f'<rect class="paper" width="{width:.0f}" height="{height:.0f}"/>\n'
    yield f'<clipPath id="plot"><rect x="{frame.left:.1f}" y="{frame.top:.1f}" width="{WIDTH}" height="{HEIGHT}"/></clipPath>\n'
    yield from _axes(chart, frame)
    yield '<g clip-path="url(#plot)">\n'
    for stroke in chart.strokes:
        yield f'<path class="{stroke.kind} colour{stroke.colour}"{_dash(stroke)} d="{path(stroke.pieces, frame)}"/>\n'
        if stroke.kind == ARROW:
            yield from _heads(stroke, frame)
    for x, y, label in chart.labels:
        place = f'x="{frame.across(x):.1f}" y="{frame.down(y) + 3.5:.1f}"'
        yield f'<text class="level" {place} text-anchor="middle">{_text(label)}</text>\n'
    yield "</g>\n"
    for dot in chart.dots:
        if not (chart.x[0] <= dot.x <= chart.x[1] and chart.y[0] <= dot.y <= chart.y[1]):
            continue
        kind = "filled" if dot.filled else "open"
        place = f'cx="{frame.across(dot.x):.1f}" cy="{frame.down(dot.y):.1f}"'
        yield f'<circle class="{kind} colour{dot.colour}" {place} r="3.5"><title>{_text(dot.label)}</title></circle>\n'
    for number, (one, text) in enumerate(zip(below, texts, strict=True)):
        y = bottom + number * ROW + 12
        if isinstance(one, Stroke):
            x = frame.left
            yield f'<path class="{one.kind} colour{one.colour}"{_dash(one)} d="M{x:.1f} {y - 4:.1f}h26"/>\n'
        yield f'<text x="{frame.left + 36:.1f}" y="{y:.1f}">{_text(text)}</text>\n'
    yield "</svg>\n"


def chart_style(theme: str = "auto") -> str:
    """The style sheet of a chart; see :func:`chart_svg`."""
    shapes = (
        ".chart path { fill: none; stroke-width: 2; stroke-linejoin: round } .chart .grid, .chart .contour { stroke-width: 1 }\n"
        ".chart .axis { stroke-width: 1.2 } .chart .pole { stroke-width: 1 } .chart .arrow { stroke-width: 1.2 }\n"
        ".chart circle { stroke-width: 2 } .chart .tangent { stroke-width: 1.6 }\n"
    )
    media = "@media (prefers-color-scheme: dark) {\n" + _colours(DARK, "dark") + "}\n" if theme == "auto" else ""
    return shapes + _colours(DARK if theme == "dark" else LIGHT, "dark" if theme == "dark" else "light") + media


def _colours(theme: Theme, name: str) -> str:
    lines = [
        f".chart .paper, .chart .open {{ fill: {theme.paper} }} .chart text {{ fill: {theme.ink} }}",
        f".chart .level {{ stroke: {theme.paper}; stroke-width: 4; paint-order: stroke; stroke-linejoin: round }}",
        f".chart .grid {{ stroke: {theme.ink}; stroke-opacity: 0.12 }} .chart .axis {{ stroke: {theme.faint} }}",
    ]
    for number, colour in enumerate(_COLOURS[name]):
        lines.append(f".chart .colour{number} {{ stroke: {colour} }} .chart .filled.colour{number} {{ fill: {colour} }}")
    lines.append(f".chart .pole {{ stroke: {theme.faint} }}")
    return "\n".join(lines) + "\n"


def path(pieces: Sequence[tuple[Any, Any]], frame: Frame) -> str:
    """Connected lines as the data of a path."""
    found: list[str] = []
    for xs, ys in pieces:
        places = [(frame.across(x), frame.down(y)) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
        found.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places))
    return "".join(found)


def _axes(chart: Chart, frame: Frame) -> Iterator[str]:
    """Numbers beside and below the plot, a line at each, and the axes where they can be seen."""
    left, top, right, bottom = frame.left, frame.top, frame.left + WIDTH, frame.top + HEIGHT
    for value in ticks(chart.x, 8):
        x = frame.across(value)
        kind = "axis" if value == 0 else "grid"
        yield f'<path class="{kind}" d="M{x:.1f} {top:.1f}V{bottom:.1f}"/>'
        yield f'<text x="{x:.1f}" y="{bottom + 14:.1f}" text-anchor="middle">{tick_text(value)}</text>\n'
    for value in ticks(chart.y, 8):
        y = frame.down(value)
        kind = "axis" if value == 0 and not chart.logarithmic else "grid"
        yield f'<path class="{kind}" d="M{left:.1f} {y:.1f}H{right:.1f}"/>'
        text = tick_text(value, logarithmic=chart.logarithmic)
        yield f'<text x="{left - 6:.1f}" y="{y + 3.5:.1f}" text-anchor="end">{text}</text>\n'
    yield f'<path class="grid" d="M{left:.1f} {top:.1f}H{right:.1f}V{bottom:.1f}H{left:.1f}Z"/>\n'
    across, upwards = map(_text, chart.names)
    yield f'<text x="{right:.1f}" y="{bottom + 30:.1f}" text-anchor="end" font-size="{LINE_SIZE:g}">{across}</text>\n'
    if upwards:
        yield f'<text x="{left:.1f}" y="{top - 8:.1f}" font-size="{LINE_SIZE:g}">{upwards}</text>\n'


def _heads(stroke: Stroke, frame: Frame) -> Iterator[str]:
    """The heads of arrows, which end where their lines do."""
    for xs, ys in stroke.pieces:
        (x, y), (to_x, to_y) = ((frame.across(float(a)), frame.down(float(b))) for a, b in zip(xs, ys, strict=True))
        length = ((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5
        if length:
            along = (to_x - x) / length * 4, (to_y - y) / length * 4
            sides = [(to_x - along[0] - sign * along[1] / 2, to_y - along[1] + sign * along[0] / 2) for sign in (1, -1)]
            ends = "L".join(f"{a:.1f} {b:.1f}" for a, b in (sides[0], (to_x, to_y), sides[1]))
            yield f'<path class="arrow colour{stroke.colour}" d="M{ends}"/>\n'


def _dash(stroke: Stroke) -> str:
    return f' stroke-dasharray="{DASHES[stroke.dash]}"' if stroke.dash else ""


def _text(text: str) -> str:
    return escape(visible(text))
