"""A diagram as a Mermaid flowchart, which Markdown viewers draw.

Mermaid reads labels as HTML and Markdown, looks for directives anywhere in the text, and has a limit to both its length and the
number of edges. So labels hold references to all characters that mean something to it, and nothing is said twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice

from gradcli.errors import said
from gradcli.output.diagrams.diagram import Arrow, Box, Diagram, Kind, Line, shortened
from gradcli.output.diagrams.theme import LIGHT
from gradcli.output.visible import visible, visible_lines

MOST_EDGES = 500
MOST_CHARACTERS = 50_000
"""What Mermaid draws where its settings ``maxEdges`` and ``maxTextSize`` are left alone; a text cannot change them itself."""

_TITLE_COLUMNS = 120
_GRADIENT = LIGHT.flow

_SHAPES = {
    Kind.VARIABLE: ('(["', '"])'),
    Kind.CONSTANT: ('(("', '"))'),
    Kind.OPERATION: ('("', '")'),
    Kind.OUTPUT: ('[["', '"]]'),
    Kind.FUNCTION: ('{{"', '"}}'),
    Kind.ACCUMULATE: ('[("', '")]'),
    Kind.BROKEN: ('>"', '"]'),
    Kind.OMITTED: ('["', '"]'),
}
"""What stands around the label of each kind: a stadium, a circle, a rounded and a double box, a hexagon, a cylinder, a flag."""

_FILLS = LIGHT.fills


def mermaid(diagram: Diagram) -> Iterator[str]:
    """The pieces of the text, a line each.

    Args:
        diagram: What is drawn.
    """
    title = visible(shortened(diagram.title, _TITLE_COLUMNS))
    yield f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\n---\nflowchart {diagram.direction}\n"
    used: dict[str, None] = {}
    flowing: list[int] = []
    broken: list[int] = []
    edges = 0
    # Mermaid draws the last subgraph first.
    for number, part in enumerate(reversed(diagram.parts), 1):
        if len(diagram.parts) > 1:
            yield f'  subgraph part{number}["{_label(said(part.title))}"]\n  direction {diagram.direction}\n'
        for box in part.boxes():
            used[_class(box)] = None
            yield _node(box)
        for arrow in part.arrows():
            if arrow.flows and edges < MOST_EDGES:
                flowing.append(edges)
            if arrow.broken and edges < MOST_EDGES:
                broken.append(edges)
            edges += 1
            yield _edge(arrow)
        if len(diagram.parts) > 1:
            yield "  end\n"
    yield from (_class_definition(name) for name in used)
    # Edges get their colour by number, all in one line. Beyond what Mermaid draws it would only be long; arrows have their width.
    if flowing and edges <= MOST_EDGES:
        yield f"  linkStyle {','.join(map(str, flowing))} stroke:{_GRADIENT}\n"
    if broken:
        yield f"  linkStyle {','.join(map(str, broken))} stroke:{LIGHT.error},stroke-width:2px\n"


def mermaid_warning(diagram: Diagram) -> str | None:
    """A sentence that says why Mermaid would not draw the text; None where it would."""
    arrows = (arrow for part in diagram.parts for arrow in part.arrows())
    if sum(1 for _ in islice(arrows, MOST_EDGES + 1)) > MOST_EDGES:
        return f"Mermaid draws at most {MOST_EDGES} edges unless its setting maxEdges is raised, and this has more"
    length = 0
    for piece in mermaid(diagram):
        length += len(piece)
        if length > MOST_CHARACTERS:
            limit = f"{MOST_CHARACTERS:,} characters"
            return f"Mermaid reads at most {limit} unless its setting maxTextSize is raised, and this is longer"
    return None


def _class(box: Box) -> str:
    return f"{box.kind.value}Flows" if box.flows else box.kind.value


def _class_definition(name: str) -> str:
    """Light fills with dark text, which can be read on light and on dark pages."""
    kind = Kind(name.removesuffix("Flows"))
    if kind is Kind.OMITTED:
        return f"  classDef {name} fill:transparent,stroke:#8b949e,stroke-dasharray:3 3\n"
    if kind is Kind.BROKEN:
        return f"  classDef {name} fill:{_FILLS[kind]},color:#1f2937,stroke:{LIGHT.error},stroke-width:3px,stroke-dasharray:6 3\n"
    border = f"stroke:{_GRADIENT},stroke-width:3px" if name.endswith("Flows") else "stroke:#6b7280"
    small = ",font-size:12px" if kind is Kind.CONSTANT else ""
    return f"  classDef {name} fill:{_FILLS[kind]},color:#1f2937,{border}{small}\n"


def _node(box: Box) -> str:
    opening, closing = _SHAPES[box.kind]
    return f"  {box.id}{opening}{'<br/>'.join(map(_line, box.lines))}{closing}:::{_class(box)}\n"


def _line(line: Line) -> str:
    text = _label(line.text)
    return f"<b>{text}</b>" if line.role == "title" else f"<i>{text}</i>" if line.role == "adjoint" else text


def _edge(arrow: Arrow) -> str:
    stroke = "-.-x" if arrow.broken else "==>" if arrow.flows else "-->" if arrow.flows is None else "-.->"
    label = f'|"{_label(arrow.label)}"|' if arrow.label else ""
    return f"  {arrow.source} {stroke}{label} {arrow.target}\n"


_MEANT = re.compile(r"[^\w .,=+/()'·∂…√²³⁻¹-]|(?<![^\W_])_|_(?![^\W_])")
"""What is not written as itself: Markdown, HTML, parts of arrows, directives and addresses."""

_BEGINNING = re.compile(r"[^\w\s(·∂…√]|\d+[.)]")
"""What Markdown would read as a list, a quotation, a rule or a heading at the beginning of a line."""

_JOINED = re.compile(r"(?<=\\)(?=n)|(?<=\$)(?=\$)|(?<=:)(?=fa-)")
"""Where Mermaid finds a line break, a formula or an icon, even between references: an invisible word joiner keeps them apart."""


def _label(text: str) -> str:
    """Text in a label: ``#60;`` for <, and the like."""
    return "<br/>".join(_label_line(_JOINED.sub("\u2060", line.strip())) for line in visible_lines(text))


def _label_line(line: str) -> str:
    beginning = _BEGINNING.match(line)
    if beginning is None:
        return _MEANT.sub(_reference, line)
    end = beginning.end()
    return f"{line[: end - 1]}#{ord(line[end - 1])};{_MEANT.sub(_reference, line[end:])}"


def _reference(match: re.Match[str]) -> str:
    return f"#{ord(match[0])};"
