"""SVG, PNG, PDF and TikZ: well formed, nothing overlaps, every text is there and escaped."""

from __future__ import annotations

import math
import random
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from diagrams import HOSTILE, GivenPart
from support import run

from gradcli.autodiff.runs.program_run import outline
from gradcli.errors import GradcliError
from gradcli.language.parser import parse
from gradcli.language.statements import free_names
from gradcli.output.diagrams import graphviz_layout, svg, theme
from gradcli.output.diagrams.diagram import Arrow, Box, Diagram, Kind, Line
from gradcli.output.diagrams.layout import folded, lay_out
from gradcli.output.diagrams.of_run import diagram, layered
from gradcli.output.diagrams.places import Measures, Placed, Point, Routed, Sheet
from gradcli.output.diagrams.raster import converted
from gradcli.output.diagrams.tikz import escaped, tikz

SVG = "{http://www.w3.org/2000/svg}"


def picture(program: str, point: Mapping[str, float], view: str = "forward", direction: str = "LR") -> Diagram:
    """The diagram of a run; of a static graph where there are no values."""
    tape = run(program, point) if point else outline(parse(program))
    return diagram(tape, title=program, view=view, direction=direction)


def random_program(seed: int, size: int) -> tuple[str, dict[str, float]]:
    """A program of one operation a statement, each on earlier results."""
    chance = random.Random(seed)
    names = [f"x{i}" for i in range(4)]
    lines: list[str] = []
    for index in range(size):
        a, b = chance.choice(names[-8:]), chance.choice(names[-8:])
        lines.append(f"n{index} = " + chance.choice([f"{a}*{b}", f"{a} + {b}", f"sin({a})", f"{a} - 2*{b}", f"tanh({a}/3)"]))
        names.append(f"n{index}")
    text = "; ".join(lines)
    return text, {name: 0.5 for name in names[:4] if re.search(rf"\b{name}\b", text)}


WORKED = ("(x+w)*(w+1)", {"x": 2.0, "w": 1.0})
PICTURES = [
    WORKED, ("x*x", {"x": 3.0}), ("x", {"x": 1.0}), ("2", {}), ("tanh(w*x + b)", {}), ("max(a, b, c)*d", {}),
    random_program(1, 12), random_program(2, 30), random_program(3, 36),
]  # fmt: skip


def texts(document: str) -> list[str]:
    """Every text of an SVG document that is drawn."""
    root = ElementTree.fromstring(document)
    return ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]


# ---- the layout ----


def overlap(a: Placed, b: Placed) -> bool:
    return abs(a.x - b.x) < (a.width + b.width) / 2 - 0.01 and abs(a.y - b.y) < (a.height + b.height) / 2 - 0.01


Rectangle = tuple[float, float, float, float]


def meets(start: Point, end: Point, rectangle: Rectangle) -> bool:
    """Whether a line goes through a rectangle (Liang and Barsky)."""
    (x, y), (left, top, right, bottom) = start, rectangle
    dx, dy = end[0] - x, end[1] - y
    enters, leaves = 0.0, 1.0
    for step, room in ((-dx, x - left), (dx, right - x), (-dy, y - top), (dy, bottom - y)):
        if step == 0 and room <= 0:
            return False
        if step < 0:
            enters = max(enters, room / step)
        elif step > 0:
            leaves = min(leaves, room / step)
    return leaves - enters > 1e-6


def around(x: float, y: float, width: float, height: float, slack: float = 1) -> Rectangle:
    """A rectangle by its middle, smaller by some slack on each side."""
    return x - width / 2 + slack, y - height / 2 + slack, x + width / 2 - slack, y + height / 2 - slack


def check_ways(sheet: Sheet) -> None:
    """No arrow goes through a box, be it a corner of its own, nor under the label of another one; no label lies on a box."""
    boxes = {box.box.id: around(box.x, box.y, box.width, box.height) for box in sheet.boxes}
    own = dict(boxes)
    for box in sheet.boxes:
        inwards = min(box.width, box.height) / 2 if box.box.kind is Kind.VARIABLE else 2  # an ellipse lies within its box
        own[box.box.id] = around(box.x, box.y, box.width, box.height, inwards)
    size = MEASURES.label(Arrow("", ""))
    labels = {at: around(*routed.label, *size) for at, routed in enumerate(sheet.arrows) if routed.label is not None}
    for at, routed in enumerate(sheet.arrows):
        ends = (routed.arrow.source, routed.arrow.target)
        inside = [own[id] if id in ends else boxes[id] for id in boxes] + [labels[other] for other in labels if other != at]
        for start, end in pairwise(routed.points):
            assert not any(meets(start, end, one) for one in inside)
    for left, top, right, bottom in labels.values():
        middle = (top + bottom) / 2
        assert not any(meets((left, middle), (right, middle), box) for box in boxes.values())


def check(sheet: Sheet) -> None:
    """Boxes lie apart; each arrow runs from the border of its source to that of its target; everything is on the sheet."""
    for a, b in combinations(sheet.boxes, 2):
        assert not overlap(a, b)
    places = {placed.box.id: placed for placed in sheet.boxes}
    for routed in sheet.arrows:
        for (x, y), id in ((routed.points[0], routed.arrow.source), (routed.points[-1], routed.arrow.target)):
            placed = places[id]
            across, along = abs(x - placed.x) / placed.width * 2, abs(y - placed.y) / placed.height * 2
            assert max(across, along) <= 1.02
            assert max(across, along) >= 0.65  # an ellipse lies within its box
    for x, y in [(p.x, p.y) for p in sheet.boxes] + [point for routed in sheet.arrows for point in routed.points]:
        assert -0.01 <= x <= sheet.width + 0.01
        assert y >= sheet.y - 0.01


MEASURES = Measures(
    box=lambda box: (120, 60), label=lambda arrow: (80, 14), layer_gap=50, node_gap=20, lane=10, title=20, part_gap=20
)


@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize("view", ["forward", "both"])
@pytest.mark.parametrize(("program", "point"), PICTURES)
def test_boxes_lie_apart_and_arrows_join_them(program: str, point: dict[str, float], view: str, direction: str) -> None:
    sheets = lay_out(picture(program, point, view, direction), MEASURES, "graphlay")
    for sheet in sheets:
        check(sheet)
        check_ways(sheet)
    assert [sheet.y for sheet in sheets] == sorted(sheet.y for sheet in sheets)


VARIED = [
    "max(x, w) + abs(x*w)", "x^2*sin(x) + exp(-x^2/2)", "x*y*z + x*y + y*z + x*z", "1/(1 + exp(-(w*x + b)))", "x^x",
    "(x - y)^2 + (x + y)^2", "sqrt(x^2 + y^2)", "ln(x)/x + ln(y)/y", "where(x > 0, x^2, w*x)", "sin(cos(tan(x)))*x",
    "a*b + b*c + c*d + d*a", "h1 = tanh(a*x + b); h2 = tanh(c*x + d); v*h1 + w*h2",
    "h1 = relu(a*x + b*z); h2 = relu(c*x + d*z); (v*h1 + w*h2 - t)^2", "x/(x^2 + 1) - w/(w^2 + x)", "exp(x)*exp(-x) + x",
    "min(x, y, z)*max(x, y, z)", "(x + 1)*(x + 2)*(x + 3)*(x + 4)", "s = sigmoid(x); s*(1 - s)*w", "atan2(y, x) + hypot(x, y)",
    "f = x*y; g = f + x; h = g*f; h + g + f", "x^3 - 3*x*y^2 + 3*x^2*y - y^3", "ln(exp(x) + exp(y) + exp(z))",
    "-(p*ln(q) + (1 - p)*ln(1 - q))", "x*w + abs(x - w) + max(x, w)", "clamp(x, -1, 1)*w", "sin(x)*cos(y) - cos(x)*sin(y)",
    "(x + y)/(x - y) + (x - y)/(x + y)", "x % 3 + floor(y)*x", "detach(x*w)*x + w", "x^2 + y^2 + z^2 + w^2 + u^2",
    "a*(b + c*(d + x*(f + g*h)))", "1 + 2*x + 3*x^2 + 4*x^3", "(x*u + a)*(x*v + b)*(x*w + c)",
]  # fmt: skip
CORNER = 4
"""How far from a corner of its box an arrow begins and ends at least, in pixels; the corners are rounded off by 5."""


@pytest.mark.parametrize(("view", "direction", "room"), [("forward", "LR", 0), ("forward", "TB", 16), ("both", "LR", 0)])
def test_no_arrow_of_varied_graphs_is_at_a_corner_or_under_a_label(view: str, direction: str, room: int) -> None:
    measures = svg.measures(room)
    for program in VARIED:
        point = {name: 0.1 + 0.07 * at for at, name in enumerate(sorted(free_names(parse(program))))}
        for sheet in lay_out(picture(program, point, view, direction), measures, "graphlay"):
            boxes = {placed.box.id: placed for placed in sheet.boxes}
            labels = [(arrow, measures.label(arrow.arrow)) for arrow in sheet.arrows if arrow.label is not None]
            for arrow in sheet.arrows:
                own = (arrow.arrow.source, arrow.arrow.target)
                for end, id in zip((arrow.points[0], arrow.points[-1]), own, strict=True):
                    box = boxes[id]
                    if box.box.kind not in (Kind.VARIABLE, Kind.CONSTANT):  # these are round
                        along, across = box.width / 2 - abs(end[0] - box.x), box.height / 2 - abs(end[1] - box.y)
                        assert max(along, across) >= CORNER, f"{program}: {own}"
                others = [around(box.x, box.y, box.width, box.height) for id, box in boxes.items() if id not in own]
                others += [around(*other.label, *size) for other, size in labels if other is not arrow and other.label]
                assert not any(meets(*piece, one) for piece in pairwise(arrow.points) for one in others), f"{program}: {own}"
            for arrow, (width, height) in labels:
                assert arrow.label is not None
                x, y = arrow.label
                assert width / 2 <= x + 0.01
                assert x + width / 2 <= sheet.width + 0.01
                assert sheet.y + height / 2 <= y + 0.01


def test_a_local_derivative_that_is_long_leaves_its_place_to_its_number() -> None:
    (part,) = picture("max(x, w) + abs(x*w)", {"x": 3.0, "w": 1.0}).parts
    assert {arrow.label for arrow in part.arrows()} >= {"∂a/∂x = 1", "∂a/∂w = 0", "∂b/∂x = w = 1", "∂c/∂b = sign(b) = 1"}


@pytest.mark.parametrize("rows", [2, 3])
@pytest.mark.parametrize(("program", "point"), PICTURES)
def test_a_drawing_in_rows_has_all_that_the_long_one_has(program: str, point: dict[str, float], rows: int) -> None:
    (long,) = lay_out(picture(program, point), MEASURES, "graphlay")
    sheet = folded(long, rows, MEASURES)
    if sheet is None:
        assert len(long.boxes) < 30
        return
    assert [box.box for box in sheet.boxes] == sorted([box.box for box in long.boxes], key=[b.box for b in sheet.boxes].index)
    assert not any(overlap(a, b) for a, b in combinations(sheet.boxes, 2))
    check_ways(sheet)
    assert sheet.width < long.width
    for arrow in long.arrows:
        pieces = [piece for piece in sheet.arrows if piece.arrow == arrow.arrow]
        assert [sum(piece.begins for piece in pieces), sum(piece.ends for piece in pieces)] == [1, 1]
        assert sum(piece.label is not None for piece in pieces) == (arrow.label is not None)
        assert sum(map(length, pieces)) == pytest.approx(length(arrow))
    for x, y in [point for piece in sheet.arrows for point in piece.points]:
        assert 0 <= x <= sheet.width
        assert 0 <= y <= sheet.height


def length(arrow: Routed) -> float:
    return sum(math.dist(*ends) for ends in pairwise(arrow.points))


def test_a_picture_of_some_shape_fills_it_better_in_rows() -> None:
    program, point = random_program(2, 30)
    drawing = picture(program, point)
    areas = []
    for turns in (False, True):
        head = next(iter(svg.svg(drawing, size=svg.Size(16, 9, exact=False, turns=turns))))
        width, height = map(int, re.findall(r' (?:width|height)="(\d+)"', head))
        assert width / height == pytest.approx(16 / 9, abs=0.01)
        areas.append(width * height)
    assert areas[1] < areas[0] / 2


def test_layers_are_what_the_program_assigns() -> None:
    program = "h = tanh(w1*x + b1); skip = detach(exp(x + 1)); z = h*w2 + sin(skip*h); z^2 + 1"
    (part,) = layered(picture(program, {"x": 1.0, "w1": 0.5, "b1": 0.1, "w2": 2.0})).parts
    boxes = {box.id: box for box in part.boxes()}
    titles = {box.lines[0].text for box in boxes.values()}
    assert titles == {
        "x", "w1", "b1", "w2", "h = tanh(w1·x + b1)", "skip = detach(exp(x + 1))", "z = h·w2 + sin(skip·h)", "y = z² + 1"
    }  # fmt: skip
    flows = {(boxes[arrow.source].name, boxes[arrow.target].name): arrow.flows for arrow in part.arrows()}
    dead = {("x", "skip"), ("skip", "z")}
    into = {"h": ("x", "w1", "b1"), "skip": ("x",), "z": ("h", "skip", "w2"), "y": ("z",)}
    assert flows == {(a, b): (a, b) not in dead for b, sources in into.items() for a in sources}


def test_a_layer_that_would_be_long_says_how_large_it_is() -> None:
    doubled = "a0 = x*x; " + "; ".join(f"a{i + 1} = a{i}*a{i}" for i in range(60))
    text = "(" * 70 + "x" + ")^1.5" * 70
    (part,) = layered(picture(text, {"x": 1.0})).parts
    assert [box.lines[0].text for box in part.boxes()] == ["x", "y = 70 operations"]
    (part,) = layered(picture(doubled, {"x": 1.0})).parts
    assert sum(1 for _ in part.boxes()) == 62


def test_layers_follow_the_direction() -> None:
    for direction, at in (("LR", 0), ("TB", 1)):
        (sheet,) = lay_out(picture(*WORKED, direction=direction), MEASURES, "graphlay")
        places = {placed.box.id: (placed.x, placed.y)[at] for placed in sheet.boxes}
        assert all(places[routed.arrow.source] < places[routed.arrow.target] for routed in sheet.arrows)


def test_graphviz_is_an_engine_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    if graphviz_layout.program() is None:
        with pytest.raises(GradcliError, match="Graphviz is not installed"):
            lay_out(picture(*WORKED), MEASURES, "graphviz")
        return
    for program, point in PICTURES:
        for sheet in lay_out(picture(program, point, "both"), MEASURES, "graphviz"):
            check(sheet)
    monkeypatch.setattr(graphviz_layout, "program", lambda: None)
    with pytest.raises(GradcliError, match="Graphviz is not installed"):
        graphviz_layout.graphviz_layout({"nodes": [], "edges": []}, "LR", 50, 20)


# ---- SVG ----


@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize("view", ["forward", "backward", "both"])
@pytest.mark.parametrize(("program", "point"), PICTURES)
def test_an_svg_says_all_that_the_diagram_does(program: str, point: dict[str, float], view: str, direction: str) -> None:
    drawn = picture(program, point, view, direction)
    found = texts("".join(svg.svg(drawn)))
    for part in drawn.parts:
        for box in part.boxes():
            assert all(line.text in found for line in box.lines)
        for arrow in part.arrows():
            assert not arrow.label or arrow.label in found


def test_the_worked_example_has_its_numbers() -> None:
    found = texts("".join(svg.svg(picture(*WORKED))))
    for text in ("a = x + w", "y = a·b", "value 6", "∂y/∂w = 5", "∂y/∂x = 2", "∂y/∂a = b = 2", "MulBackward0"):
        assert text in found
    assert found.count("leaf, requires_grad") == 2


def test_no_number_is_shown_where_there_are_none() -> None:
    found = texts("".join(svg.svg(picture("(x+w)*(w+1)", {}))))
    assert "∂y/∂a = b" in found
    assert not any(text.startswith(("value", "∂y/∂y")) for text in found)


def test_kinds_differ_by_shape_and_not_by_colour_alone() -> None:
    boxes = [Box(f"n{number}", kind, (Line("title", "t"),)) for number, kind in enumerate(Kind)]
    root = ElementTree.fromstring("".join(svg.svg(Diagram("", [GivenPart(boxes)]), legend=False)))
    shapes: set[tuple[object, ...]] = set()
    for group in root.iter(f"{SVG}g"):
        if group.get("id"):
            outline = next(child for child in group if child.get("class") == "shape")
            places = [[float(number) for number in point.split(",")] for point in (outline.get("points") or "").split()]
            corners = tuple((round(x - places[0][0]), round(y - places[0][1])) for x, y in places)
            inner = any(child.get("class") == "inner" for child in group)
            dashed = "omitted" in group.get("class", "")
            shapes.add((outline.tag, outline.get("rx"), corners, inner, dashed))
    assert len(shapes) == len(Kind)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_cannot_become_markup(text: str) -> None:
    box = Box("n0", Kind.OPERATION, (Line("title", text), Line("value", text)), tooltip=(text,))
    other = Box("n1", Kind.OUTPUT, (Line("title", "y"),))
    document = "".join(svg.svg(Diagram(text, [GivenPart([box, other], [Arrow("n0", "n1", text, True)], text)])))
    tags = {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(document).iter()}
    assert tags <= {"svg", "title", "style", "rect", "g", "text", "path", "polygon", "ellipse"}
    assert document.encode("utf-8")


def test_a_dark_picture_is_dark_and_an_automatic_one_both() -> None:
    light, dark, auto = ("".join(svg.svg(picture(*WORKED), theme=name)) for name in ("light", "dark", "auto"))
    assert theme.DARK.paper not in light
    assert theme.LIGHT.paper not in dark
    assert "prefers-color-scheme: dark" in auto
    assert theme.LIGHT.paper in auto
    assert theme.DARK.paper in auto


def contrast(a: str, b: str) -> float:
    """The contrast ratio of two colours (WCAG 2.1, success criterion 1.4.3)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(a), luminance(b)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_every_text_can_be_read_on_its_box(colours: theme.Theme) -> None:
    for paper in (colours.paper, *colours.fills.values()):
        for ink in (colours.ink, colours.faint, colours.flow):
            assert contrast(ink, paper) >= 4.5


# ---- PNG and PDF ----


def test_png_and_pdf_are_that_and_have_the_size_of_the_drawing() -> None:
    document = "".join(svg.svg(picture(*WORKED), theme="light"))
    size = re.search(r'width="(\d+)" height="(\d+)"', document)
    assert size is not None
    png = converted(document, "png", title="worked example")
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))
    assert abs(width - 2 * int(size[1])) <= 2
    assert abs(height - 2 * int(size[2])) <= 2
    pdf = converted(document, "pdf", title="worked example")
    assert pdf.startswith(b"%PDF-")
    assert pdf == converted(document, "pdf", title="worked example")


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_can_be_drawn(text: str) -> None:
    box = Box("n0", Kind.OPERATION, (Line("title", text),))
    document = "".join(svg.svg(Diagram(text, [GivenPart([box])]), theme="light"))
    assert converted(document, "png", title=text).startswith(b"\x89PNG")


# ---- TikZ ----


def test_tikz_escapes_what_tex_reads_as_commands() -> None:
    assert escaped("a_1 & 50% #2 {x} $y$ ~ ^ \\input") == (
        r"a\_1 \& 50\% \#2 \{x\} \$y\$ \textasciitilde{} \textasciicircum{} \textbackslash{}input"
    )
    assert escaped("∂y/∂θ = a·b") == r"$\partial$y/$\partial$$\theta$ = a$\cdot$b"
    assert escaped("重") == r"\ifPDFTeX(U+91CD)\else 重\fi{}"
    assert "\n" not in escaped("a\nb")


@pytest.mark.parametrize("view", ["forward", "both"])
@pytest.mark.parametrize(("program", "point"), PICTURES)
def test_tikz_has_each_box_and_arrow(program: str, point: dict[str, float], view: str) -> None:
    drawn = picture(program, point, view)
    document = "".join(tikz(drawn))
    for part in drawn.parts:
        assert all(f"({box.id}) at (" in document for box in part.boxes())
    assert document.count("\\draw[") == sum(len(list(part.arrows())) for part in drawn.parts)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_tex_takes_it(tmp_path: Path) -> None:
    if subprocess.run(["kpsewhich", "tikz.sty"], capture_output=True, check=False).returncode:
        pytest.skip("TikZ is not installed")
    boxes = [Box(f"n{number}", Kind.OPERATION, (Line("title", text[:40]),)) for number, text in enumerate(HOSTILE)]
    arrows = [Arrow("n0", f"n{number}", text[:20], True) for number, text in enumerate(HOSTILE) if number]
    for name, drawn in (("worked", picture(*WORKED, "both")), ("hostile", Diagram("hostile", [GivenPart(boxes, arrows)]))):
        (tmp_path / f"{name}.tex").write_text("".join(tikz(drawn)), "utf-8")
        call = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"{name}.tex"]
        done = subprocess.run(call, cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout.decode("latin-1")[-2000:]
        assert b"(1 page" in done.stdout
