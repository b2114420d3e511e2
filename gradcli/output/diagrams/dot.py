"""A diagram in Graphviz's language: ``dot -Tsvg`` draws it.

The kinds of boxes differ in shape as well as in colour, and the way of the gradient in the width of its lines, so that a drawing
can be printed in black and white.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.errors import said
from gradcli.language.numbers import number_text
from gradcli.output.diagrams.diagram import Arrow, Box, Diagram, Kind, Line, Part, shortened
from gradcli.output.diagrams.theme import LIGHT
from gradcli.output.visible import visible_lines

_FONTS = "Helvetica,Arial,sans-serif"
_INK, _FAINT, _GRADIENT, _ERROR = LIGHT.ink, LIGHT.faint, LIGHT.flow, LIGHT.error

_SHAPES = {
    Kind.VARIABLE: ("ellipse", "", LIGHT.fills[Kind.VARIABLE], ', margin="0.02,0.02"'),
    Kind.CONSTANT: ("circle", "", LIGHT.fills[Kind.CONSTANT], ", fontsize=10, width=0.3, margin=0.02"),
    Kind.OPERATION: ("box", "rounded,", LIGHT.fills[Kind.OPERATION], ""),
    Kind.OUTPUT: ("box", "rounded,", LIGHT.fills[Kind.OUTPUT], ", peripheries=2"),
    Kind.FUNCTION: ("hexagon", "", LIGHT.fills[Kind.FUNCTION], ', margin="0.02,0.04"'),
    Kind.ACCUMULATE: ("folder", "", LIGHT.fills[Kind.ACCUMULATE], ""),
    Kind.BROKEN: ("octagon", "dashed,", LIGHT.fills[Kind.BROKEN], ', margin="0.02,0.02"'),
}
"""For each kind its shape, what its style begins with, its colour, and what else is special about it."""

_ROLES = {
    "title": "<b>{}</b>",
    "value": "{}",
    "adjoint": f'<font color="{_GRADIENT}">{{}}</font>',
    "fact": f'<font color="{_FAINT}" point-size="9">{{}}</font>',
    "error": f'<font color="{_ERROR}">{{}}</font>',
}
"""How each line of a box is written."""

_TITLE_COLUMNS = 120
_CAPTION = "Thick lines: a gradient flows. Numbers at edges: local derivatives."


def dot(diagram: Diagram) -> Iterator[str]:
    """The pieces of the text, at most a few lines each.

    Args:
        diagram: What is drawn.
    """
    yield "digraph gradcli {\n"
    yield f'  graph [rankdir={diagram.direction}, fontname="{_FONTS}", fontsize=14, fontcolor="{_INK}", bgcolor="white",\n'
    yield f"    pad=0.2, nodesep=0.3, ranksep=0.5, labelloc=t, tooltip={_tooltip([diagram.title])},\n"
    yield f"    label={_heading(diagram)}]\n"
    yield f'  node [fontname="{_FONTS}", fontsize=12, fontcolor="{_INK}", margin="0.12,0.06"]\n'
    yield f'  edge [fontname="{_FONTS}", fontsize=10, fontcolor="{_INK}", arrowsize=0.7]\n'
    if len(diagram.parts) == 1:
        yield from _part(diagram.parts[0])
    else:
        # From left to right, Graphviz draws the first cluster at the bottom.
        for number, part in enumerate(diagram.parts if diagram.direction == "TB" else reversed(diagram.parts), 1):
            yield f"  subgraph cluster_{number} {{\n"
            yield f'  graph [style=rounded, color="#9ca3af", margin=14, tooltip={_tooltip([said(part.title)])},\n'
            yield f"    label={_quoted(' - '.join(said(piece) for piece in (part.title, _count(part)) if piece))}]\n"
            yield from _part(part)
            yield "  }\n"
    yield "}\n"


def _heading(diagram: Diagram) -> str:
    alone = diagram.parts[0] if len(diagram.parts) == 1 else None
    caption = said(_CAPTION) if alone is None or not (shown := _count(alone)) else said(f"{_CAPTION} {shown} are drawn.")
    title = _markup(shortened(diagram.title, _TITLE_COLUMNS))
    return f'<<b>{title}</b><br/><font color="{_FAINT}" point-size="10">{_markup(caption)}</font><br/> >'


def _count(part: Part) -> str:
    return f"{part.shown:,} of {part.total:,} nodes" if part.shown < part.total else ""


def _part(part: Part) -> Iterator[str]:
    yield from map(_box, part.boxes())
    yield from map(_arrow, part.arrows())


def _box(box: Box) -> str:
    if box.kind is Kind.OMITTED:
        omitted = _tooltip([said("not drawn")])
        label = _quoted("\n".join(line.text for line in box.lines))
        return f'  {_quoted(box.id)} [shape=plaintext, fontcolor="{_FAINT}", label={label}, tooltip={omitted}]\n'
    shape, style, fill, more = _SHAPES[box.kind]
    border = f'color="{_GRADIENT}", penwidth=2' if box.flows else f'color="{_FAINT}"'
    if box.kind is Kind.BROKEN:
        border = f'color="{_ERROR}", penwidth=2'
    label = "<br/>".join(map(_line, box.lines)) or "&#160;"
    return (
        f'  {_quoted(box.id)} [shape={shape}, style="{style}filled", fillcolor="{fill}", {border}{more},\n'
        f"    label=<{label}>, tooltip={_tooltip(box.tooltip)}]\n"
    )


def _line(line: Line) -> str:
    return _ROLES[line.role].format(_markup(line.text))


def _arrow(arrow: Arrow) -> str:
    attributes = [f'color="{_GRADIENT}", penwidth=1.8' if arrow.flows else f'color="{_FAINT}"']
    if arrow.broken:
        attributes = [f'color="{_ERROR}", fontcolor="{_ERROR}", penwidth=1.8, arrowhead=tee']
    if arrow.flows is False:
        attributes.append("style=dashed")
    if arrow.label:
        attributes.append(f"label={_quoted(f' {arrow.label} ')}")
    facts = list(_facts(arrow))
    if facts:
        attributes.append(f"tooltip={_tooltip(facts)}")
    return f"  {_quoted(arrow.source)} -> {_quoted(arrow.target)} [{', '.join(attributes)}]\n"


def _facts(arrow: Arrow) -> Iterator[str]:
    """What is known of an edge."""
    if arrow.label:
        yield arrow.label
    if arrow.link is not None:
        yield said(f"argument {arrow.link.argument}")
        if arrow.broken:
            yield said("its shape does not fit")
        if arrow.link.derivative is not None:
            yield said(f"local derivative {arrow.link.derivative}")
        if arrow.link.value is not None:
            value = arrow.link.value
            yield said(f"value {value!r}" if isinstance(value, float) else f"value {number_text(value)}")


_QUOTED = str.maketrans({"\\": r"\\", '"': r"\"", "&": "&amp;"})
_MARKUP = str.maketrans({"\\": r"\\", "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
_TOOLTIP = str.maketrans({"\\": "\u29f5", '"': r"\"", "&": "&amp;"})


def _quoted(text: str) -> str:
    r"""A quoted string: a backslash would begin an escape sequence such as ``\N``, and Graphviz reads entities in labels."""
    return f'"{_lines(text.translate(_QUOTED))}"'


def _tooltip(lines: list[str] | tuple[str, ...]) -> str:
    """A tooltip: a sign like a backslash stands for one, since Graphviz replaces escapes in tooltips once or twice by version."""
    return f'"{_lines(chr(10).join(lines).translate(_TOOLTIP))}"'


def _lines(text: str) -> str:
    return r"\n".join(visible_lines(text))


def _markup(text: str) -> str:
    """Text between tags of a label, where Graphviz replaces escape sequences too, and which must not be empty."""
    return "<br/>".join(visible_lines(text.translate(_MARKUP))) or "&#160;"
