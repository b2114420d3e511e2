"""A diagram as SVG: one picture that reads well on paper and on a screen, light and dark, with tooltips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from gradcli.errors import columns, said
from gradcli.frozen import replace
from gradcli.output.diagrams.diagram import MEANINGS, Arrow, Box, Diagram, Kind
from gradcli.output.diagrams.layout import extent, folded, lay_out
from gradcli.output.diagrams.places import Measures, Placed, Point, Routed, Sheet
from gradcli.output.diagrams.svg_shapes import arrow_paths, on_border, shape_of_kind
from gradcli.output.diagrams.theme import DARK, LIGHT, Theme
from gradcli.output.visible import visible_lines
from gradcli.typing import NamedTuple

FONT = "'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace"
CHARACTER = 0.602
"""Width of a character over the size of the type."""

TITLE_SIZE = 14.0
LINE_SIZE = 12.0
LABEL_SIZE = 11.0
SMALL_SIZE = 10.0
HEADING_SIZE = 15.0
LINE_HEIGHT = 1.35
MARGIN = 18.0
LEGEND_WIDTH = 360.0
LEGEND_ROW = 24.0


class Size(NamedTuple):
    """The shape of a picture, or its size in pixels.

    Attributes:
        width: Its width, as a share of its height where it is a shape.
        height: Its height.
        exact: Whether these are pixels.
        turns: Whether a graph that does not suit the shape may be drawn from top to bottom, or in rows.
        filled: Whether the picture has the shape, or is only drawn to suit it.
    """

    width: float
    height: float
    exact: bool
    turns: bool = False
    filled: bool = True


_SIZES = {"title": TITLE_SIZE, "value": LINE_SIZE, "adjoint": LINE_SIZE, "fact": SMALL_SIZE, "error": LINE_SIZE}


def svg(
    diagram: Diagram,
    *,
    theme: str = "auto",
    layout: str = "auto",
    legend: bool = True,
    room: int = 0,
    scale: float = 1.0,
    size: Size | None = None,
) -> Iterator[str]:
    """The pieces of an SVG document.

    Args:
        diagram: What to draw.
        theme: ``light``, ``dark``, or ``auto``, which follows the viewer.
        layout: What lays it out, see :func:`~gradcli.output.diagrams.layout.lay_out`.
        legend: Whether a line at the end says what shapes and lines mean.
        room: Characters that a line with a number has room for at least, where numbers may change.
        scale: How many times as large it is.
        size: The shape or size of the picture, in whose middle the drawing stands; None for that of the drawing.
    """
    sizes = measures(room)
    sheets = _laid_out(diagram, sizes, layout, size)
    width, height = extent(sheets, sizes)
    width = max([width, *(columns(sheet.title) * CHARACTER * HEADING_SIZE for sheet in sheets)])
    rows = _rows(_legend(diagram), max(width, LEGEND_WIDTH)) if legend else []
    width = max([width, *(sum(sign_width for _, sign_width in row) for row in rows)]) + 2 * MARGIN
    bottom = height + 2 * MARGIN
    height = bottom + len(rows) * LEGEND_ROW + (8 if rows else 0)
    x, y, wide, high = _canvas(width, height, size if size is not None and size.filled else None)
    shown = (wide * scale, high * scale) if size is None or not size.exact else (size.width, size.height)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="graph" width="{shown[0]:.0f}" height="{shown[1]:.0f}" '
        f'viewBox="{x:.0f} {y:.0f} {wide:.0f} {high:.0f}" role="img" font-family="{escape(FONT)}">\n'
    )
    yield f"<title>{_text(diagram.title)}</title>\n"
    yield f"<style>\n{style(theme)}</style>\n"
    yield f'<rect class="paper" x="{x:.0f}" y="{y:.0f}" width="{wide:.0f}" height="{high:.0f}"/>\n'
    yield f'<g transform="translate({MARGIN:g} {MARGIN:g})">\n'
    for sheet in sheets:
        yield from _sheet(sheet)
    yield "</g>\n"
    for number, row in enumerate(rows):
        left = MARGIN
        for sign, sign_width in row:
            yield f'<g class="legend" transform="translate({left:.1f} {bottom + number * LEGEND_ROW:.1f})">{sign}</g>\n'
            left += sign_width
    yield "</svg>\n"


_GAIN = 1.25
"""How many times as large the canvas has to be for another way to be taken."""

_MOST_ROWS = 6
"""Rows in which a graph is drawn at most."""


def _laid_out(diagram: Diagram, measures: Measures, layout: str, size: Size | None) -> list[Sheet]:
    """The places of boxes and arrows, in the way that needs the smallest canvas."""
    sheets = lay_out(diagram, measures, layout)
    if size is None or not size.turns:
        return sheets
    ways = [sheets, lay_out(replace(diagram, direction="TB"), measures, layout)]
    if len(sheets) == 1:
        ways += [[found] for rows in range(2, _MOST_ROWS + 1) if (found := folded(sheets[0], rows, measures)) is not None]

    def area(way: list[Sheet]) -> float:
        _, _, wide, high = _canvas(*extent(way, measures), size)
        return wide * high

    best = min(ways, key=area)
    return best if area(best) * _GAIN < area(sheets) else sheets


def _canvas(width: float, height: float, size: Size | None) -> tuple[float, float, float, float]:
    """The corner and the size of a canvas of some shape around a drawing."""
    if size is None:
        return 0.0, 0.0, width, height
    wide, high = max(width, height * size.width / size.height), max(height, width * size.height / size.width)
    return (width - wide) / 2, (height - high) / 2, wide, high


def style(theme: str = "auto") -> str:
    """The style sheet of a drawing; see :func:`svg`."""
    rules = _colours(DARK if theme == "dark" else LIGHT)
    shapes = (
        ".box .shape { stroke-width: 1.2 } .box.flows .shape { stroke-width: 2.2 }\n"
        ".omitted .shape { stroke-dasharray: 3 3 } .broken .shape { stroke-dasharray: 7 4; stroke-width: 2 }\n"
        ".edge path { fill: none; stroke-width: 1.2 }\n"
        ".edge.still path { stroke-dasharray: 5 4 }\n"
        ".edge.flows path, .edge.breaks path { stroke-width: 2 } .edge polygon { stroke: none }\n"
        ".title { font-weight: bold } .heading { font-weight: bold }\n"
    )
    media = "@media (prefers-color-scheme: dark) {\n" + _colours(DARK) + "}\n" if theme == "auto" else ""
    return shapes + rules + media


def _colours(theme: Theme) -> str:
    lines = [
        f".paper, .edge rect {{ fill: {theme.paper} }} text {{ fill: {theme.ink} }} .shape {{ stroke: {theme.ink} }}",
        f".fact, .legend text {{ fill: {theme.faint} }} .edge path {{ stroke: {theme.faint} }}",
        f".edge polygon {{ fill: {theme.faint} }} .inner {{ fill: none; stroke: {theme.ink} }}",
        f".flows .shape, .flows .inner {{ stroke: {theme.flow} }} .edge.flows path {{ stroke: {theme.flow} }}",
        f".edge.flows polygon, .adjoint, .label {{ fill: {theme.flow} }}",
        f".broken .shape, .edge.breaks path {{ stroke: {theme.error} }} .edge.breaks .label, .error {{ fill: {theme.error} }}",
        f".edge.breaks polygon {{ fill: none; stroke: {theme.error}; stroke-width: 2 }}",
    ]
    lines += [f".{kind.value} .shape {{ fill: {fill} }}" for kind, fill in theme.fills.items()]
    return "\n".join(lines) + "\n"


# ---- sizes ----


def measures(room: int) -> Measures:
    """How much room things take in pixels, with `room` characters at least for numbers that may change."""
    return Measures(
        box=lambda box: _box_size(box, room),
        label=lambda arrow: _label_size(arrow, room),
        layer_gap=58,
        node_gap=26,
        lane=12,
        title=HEADING_SIZE * 2.4,
        part_gap=30,
        round=frozenset({Kind.VARIABLE}),
    )


def _label_size(arrow: Arrow, room: int) -> tuple[float, float]:
    constant = arrow.link is not None and not (arrow.link.derivative or "x").strip("-/.0123456789")
    characters = max(columns(arrow.label), 0 if constant else room)
    return characters * CHARACTER * LABEL_SIZE + 8, LABEL_SIZE * LINE_HEIGHT


def _box_size(box: Box, room: int) -> tuple[float, float]:
    sizes = _line_sizes(box)
    if room and box.flows and not any(line.role == "adjoint" for line in box.lines):
        sizes.append(("adjoint", LINE_SIZE))
    widths = [
        max(columns(line.text), room if line.role in ("value", "adjoint") else 0) * CHARACTER * size
        for line, (_, size) in zip(box.lines, sizes, strict=False)
    ]
    height = sum(size for _, size in sizes) * LINE_HEIGHT
    if box.kind is Kind.VARIABLE:
        return _ellipse(widths, [size for _, size in sizes], height)
    if box.kind is Kind.CONSTANT:
        return max(28.0, widths[0] + 18), 28.0
    around = {Kind.FUNCTION: 40, Kind.ACCUMULATE: 44}.get(box.kind, 24)
    return max(widths) + around, height + 14


def _line_sizes(box: Box) -> list[tuple[str, float]]:
    """For each line its role and the size of its type."""
    return [(line.role, LINE_SIZE if box.kind is Kind.CONSTANT else _SIZES[line.role]) for line in box.lines]


def _ellipse(widths: Sequence[float], sizes: Sequence[float], height: float) -> tuple[float, float]:
    """The size of an ellipse that has room for centred lines of text."""
    whole = height * 1.3 + 10
    half, at = 0.0, -height / 2
    for width, size in zip(widths, sizes, strict=False):
        away = max(abs(at), abs(at + size * LINE_HEIGHT)) / (whole / 2)
        half = max(half, width / 2 / (1 - away**2) ** 0.5)
        at += size * LINE_HEIGHT
    return max(2 * half + 16, whole * 1.2), whole


# ---- boxes ----


def _sheet(sheet: Sheet) -> Iterator[str]:
    if sheet.title:
        place = f'x="0" y="{sheet.y + HEADING_SIZE:.1f}" font-size="{HEADING_SIZE:g}"'
        yield f'<text class="heading" {place}>{_text(sheet.title)}</text>\n'
    places = {placed.box.id: placed for placed in sheet.boxes}
    for routed in sheet.arrows:
        points = list(routed.points)
        if routed.begins:
            points[0] = on_border(points[0], places[routed.arrow.source])
        else:
            place = f'x="{points[0][0] - 4:.1f}" y="{points[0][1] + 3.5:.1f}" font-size="{SMALL_SIZE:g}" text-anchor="end"'
            yield f'<text class="fact" {place}>{_text(places[routed.arrow.source].box.name)}</text>\n'
        if routed.ends:
            points[-1] = on_border(points[-1], places[routed.arrow.target])
        yield _line(routed, points)
    for placed in sheet.boxes:
        yield _box(placed)
    for routed in sheet.arrows:
        if routed.label is not None:
            yield _label(routed)


def _box(placed: Placed) -> str:
    box, x, y = placed.box, placed.x, placed.y
    classes = f"box {box.kind.value}" + (" flows" if box.flows else "")
    node = f' data-node="{box.node}"' if box.node >= 0 else ""
    tooltip = f"<title>{_text(chr(10).join(box.tooltip))}</title>" if box.tooltip else ""
    lines = "".join(_lines(box, x, y))
    shape = shape_of_kind(box.kind, x - placed.width / 2, y - placed.height / 2, placed.width, placed.height)
    return f'<g class="{classes}" id="{box.id}"{node}>{tooltip}{shape}{lines}</g>\n'


def _lines(box: Box, x: float, y: float) -> Iterator[str]:
    sizes = [size for _, size in _line_sizes(box)]
    at = y - sum(sizes) * LINE_HEIGHT / 2
    for line, size in zip(box.lines, sizes, strict=True):
        baseline = at + size * (LINE_HEIGHT / 2 + 0.35)
        at += size * LINE_HEIGHT
        yield (
            f'<text class="{line.role}" x="{x:.1f}" y="{baseline:.1f}" font-size="{size:g}" text-anchor="middle">'
            f"{_text(line.text)}</text>"
        )


# ---- arrows ----


def _line(routed: Routed, points: Sequence[Point]) -> str:
    arrow = routed.arrow
    data = ""
    if arrow.link is not None:
        data = f' data-source="{arrow.link.source}" data-target="{arrow.link.target}" data-argument="{arrow.link.argument}"'
    flows = {True: " flows", False: " still", None: ""}[arrow.flows] + " breaks" * arrow.broken
    shaft, head = arrow_paths(points)
    return f'<g class="edge{flows}"{data}><path d="{shaft}"/><polygon points="{head}"/></g>\n'


def _label(routed: Routed) -> str:
    arrow = routed.arrow
    assert routed.label is not None
    x, y = routed.label
    width = columns(arrow.label) * CHARACTER * LABEL_SIZE + 6
    height = LABEL_SIZE * LINE_HEIGHT
    classes = "edge text" + " breaks" * arrow.broken
    data = ""
    if arrow.link is not None:
        data = f' data-source="{arrow.link.source}" data-target="{arrow.link.target}" data-argument="{arrow.link.argument}"'
    return (
        f'<g class="{classes}"{data}><rect x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" width="{width:.1f}" '
        f'height="{height:.1f}" rx="3"/><text class="label" x="{x:.1f}" y="{y + LABEL_SIZE * 0.36:.1f}" '
        f'font-size="{LABEL_SIZE:g}" text-anchor="middle">{_text(arrow.label)}</text></g>\n'
    )


# ---- legend ----


def _legend(diagram: Diagram) -> list[tuple[str, float]]:
    """The signs of the legend, each with its width."""
    signs: list[tuple[str, float]] = []
    for kind in diagram.kinds:
        if kind is not Kind.OMITTED:
            shape = f'<g class="{kind.value}">{shape_of_kind(kind, 0, 0, 26, 16)}</g>'
            signs.append(_sign(shape, 26, said(MEANINGS[kind])))
    arrows = [arrow for part in diagram.parts for arrow in part.arrows()]
    if any(arrow.flows for arrow in arrows):
        signs.append(_sign('<g class="edge flows"><path d="M0 8L26 8"/></g>', 26, said("a gradient flows")))
    if any(arrow.broken for arrow in arrows):
        signs.append(_sign('<g class="edge still breaks"><path d="M0 8L26 8"/></g>', 26, said("does not fit")))
    if any(arrow.flows is False and not arrow.broken for arrow in arrows):
        signs.append(_sign('<g class="edge still"><path d="M0 8L26 8"/></g>', 26, said("no gradient")))
    return signs


def _rows(signs: Sequence[tuple[str, float]], width: float) -> list[list[tuple[str, float]]]:
    """The signs in rows that are no wider than a width, each with one sign at least."""
    rows: list[list[tuple[str, float]]] = []
    left = width
    for sign in signs:
        if left + sign[1] > width:
            rows.append([])
            left = 0.0
        rows[-1].append(sign)
        left += sign[1]
    return rows


def _sign(sign: str, width: float, meaning: str) -> tuple[str, float]:
    text = f'<text x="{width + 6:.1f}" y="12" font-size="{SMALL_SIZE:g}">{_text(meaning)}</text>'
    return sign + text, width + 6 + columns(meaning) * CHARACTER * SMALL_SIZE + 18


def _text(text: str) -> str:
    """Text for XML, which has no place for most control characters."""
    return escape("\n".join(visible_lines(text)))
