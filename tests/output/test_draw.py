"""Drawings of characters, read back: from each box along the signs of its wires to the boxes that they lead to."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator

import pytest
from commandline import command
from diagrams import GivenPart
from hypothesis import given, note
from hypothesis import strategies as st
from searches import examples

from gradcli.errors import columns
from gradcli.output.box_drawing.canvas import ASCII_DASHED, ASCII_SOLID, DASHED, DOWN, HEAVY, LEFT, LIGHT, RIGHT, UP, Segment
from gradcli.output.box_drawing.channels import Trunk, Wire, route
from gradcli.output.box_drawing.draw import cropped, drawn, drawn_text, drawn_width, rich_drawing
from gradcli.output.box_drawing.draw_part import PartDrawing
from gradcli.output.diagrams.diagram import Arrow, Box, Diagram, Kind, Line

STEPS = {UP: (-1, 0), RIGHT: (0, 1), DOWN: (1, 0), LEFT: (0, -1)}
BACK = {UP: DOWN, DOWN: UP, LEFT: RIGHT, RIGHT: LEFT}
BITS = {sign: bits for signs in (LIGHT, HEAVY, DASHED) for bits, sign in enumerate(signs)}

Cell = tuple[int, int]


@st.composite
def parts(draw: st.DrawFn) -> GivenPart:
    """Any graph whose arrows lead from earlier boxes to later ones."""
    count = draw(st.integers(1, 14))
    labelled, asked = draw(st.booleans()), draw(st.booleans())
    arrows: list[Arrow] = []
    kinds: list[Kind] = []
    for target in range(count):
        sources = draw(st.lists(st.integers(0, target - 1), max_size=4)) if target else []
        kinds.append(draw(st.sampled_from([kind for kind in Kind if not sources or kind is not Kind.CONSTANT])))
        for source in sources:
            label = draw(st.sampled_from(["", "1", "∂y/∂a = b", f"label {len(arrows)}"])) if labelled else ""
            flows = draw(st.booleans()) if asked and kinds[source] is not Kind.CONSTANT else False if asked else None
            arrows.append(Arrow(f"b{source}", f"b{target}", label, flows))
    boxes = []
    for number, kind in enumerate(kinds):
        texts = draw(st.lists(st.sampled_from(["value 3", "变", "a = x + w", "∂y/∂a = 0.125"]), max_size=3))
        lines = [Line("title", f"t{number}"), *(Line("value", text) for text in texts)]
        boxes.append(Box(f"b{number}", kind, tuple(lines[:1] if kind is Kind.CONSTANT else lines)))
    return GivenPart(boxes, arrows)


class Picture:
    """The signs of a drawing by row and column, and which of them belong to boxes and labels."""

    def __init__(self, part: GivenPart, direction: str) -> None:
        self.drawing = PartDrawing(part, direction, False)
        self.signs: dict[Cell, str] = {}
        for row, line in enumerate(drawn_text(Diagram("", [part], direction), legend=False)):
            column = 0
            for sign in line:
                self.signs[row, column] = sign
                column += columns(sign)
        self.owners: dict[Cell, int] = {}
        self.right = direction == "LR"
        for number, item in enumerate(self.drawing.items):
            for along in range(self.drawing.begins[number], self.drawing.begins[number] + item.along):
                for across in range(item.at, item.at + item.across):
                    cell = self.drawing.cell(along, across)
                    assert cell not in self.owners, "two in one place"
                    self.owners[cell] = number

    def text(self, row: int, column: int, width: int) -> str:
        """What stands in a row from a column on."""
        return "".join(self.signs.get((row, at), "") for at in range(column, column + width))

    def ends(self, number: int) -> Counter[tuple[str, int]]:
        """The boxes to which the wires of a box lead, with the labels that they pass."""
        found: Counter[tuple[str, int]] = Counter()
        item = self.drawing.items[number]
        ahead = RIGHT if self.right else DOWN
        last = self.drawing.begins[number] + item.along - 1
        ways = [(self.drawing.cell(last, place), ahead, "") for place in item.exits.values()]
        for way in ways:
            cell, direction, label = way
            cell = (cell[0] + STEPS[direction][0], cell[1] + STEPS[direction][1])
            while self.owners.get(cell) is not None:
                other = self.owners[cell]
                if self.drawing.items[other].box is not None:
                    found[label, other] += 1
                    break
                label = self.drawing.items[other].label
                cell = (cell[0] + STEPS[direction][0], cell[1] + STEPS[direction][1])
            else:
                sign = self.signs.get(cell, " ")
                if sign in "▶▼▷▽":
                    ways.append((cell, direction, label))
                    continue
                bits = BITS[sign]
                assert bits, "a wire ends in a blank"
                if not bits & BACK[direction]:
                    assert bits == UP | DOWN, "a wire meets another without crossing it"
                    ways.append((cell, direction, label))
                else:
                    ways += [(cell, out, label) for out in STEPS if bits & out and out != BACK[direction]]
        return found


@pytest.mark.parametrize("direction", ["LR", "TB"])
@examples(36)
@given(parts())
def test_a_drawing_can_be_read_back(direction: str, part: GivenPart) -> None:
    note("\n".join(drawn_text(Diagram("", [part], direction), legend=False)))
    note(str([(arrow.source, arrow.target, arrow.label, arrow.flows) for arrow in part.given_arrows]))
    picture = Picture(part, direction)
    names = {box.id: number for number, box in enumerate(part.given_boxes)}
    expected: dict[int, Counter[tuple[str, int]]] = {number: Counter() for number in names.values()}
    for arrow in part.given_arrows:
        expected[names[arrow.source]][arrow.label, names[arrow.target]] += 1
    for number in names.values():
        assert picture.ends(number) == expected[number]


@pytest.mark.parametrize("direction", ["LR", "TB"])
@examples(30)
@given(parts())
def test_boxes_and_labels_stand_whole(direction: str, part: GivenPart) -> None:
    picture = Picture(part, direction)
    for number, item in enumerate(picture.drawing.items):
        row, column = picture.drawing.cell(picture.drawing.begins[number], item.at)
        if item.box is not None:
            width, height = (item.along, item.across) if picture.right else (item.across, item.along)
            inside = [picture.text(row + line, column, width) for line in range(height)]
            for _, text in picture.drawing.written(item.box):
                assert any(text == line.strip() or text == line[1:-1].strip() for line in inside)
            if item.box.kind is not Kind.CONSTANT:
                border = picture.drawing.borders[item.box.kind]
                corners = [picture.signs[row + y, column + x] for y in (0, height - 1) for x in (0, width - 1)]
                assert "".join(corners) == border.corners
        elif item.label:
            assert picture.text(row, column, item.along if picture.right else item.across).strip() == item.label


@pytest.mark.parametrize("direction", ["LR", "TB"])
@examples(30)
@given(parts())
def test_ascii_has_the_same_places(direction: str, part: GivenPart) -> None:
    lines = list(drawn_text(Diagram("", [part], direction), ascii=True))
    own = "".join(lines).replace("变", "")
    assert own.isascii()
    assert [len(line.replace("变", "..")) for line in drawn_text(Diagram("", [part], direction), legend=False)] == [
        len(line.replace("变", "..")) for line in drawn_text(Diagram("", [part], direction), ascii=True, legend=False)
    ]


def test_the_sets_of_signs_agree() -> None:
    straight = (UP | DOWN, LEFT | RIGHT)
    for bits in range(1, 16):
        corner = bits not in straight and bits not in STEPS
        assert (DASHED[bits] == LIGHT[bits]) == (bits not in straight)
        assert (ASCII_SOLID[bits] == "+") == (ASCII_DASHED[bits] == "+") == corner


# ---- channels ----


@st.composite
def wires(draw: st.DrawFn) -> list[Wire]:
    """Any wires, no two of them with a common column above, nor below."""
    count = draw(st.integers(1, 7))
    tops = draw(st.lists(st.integers(0, 15), min_size=count, max_size=count, unique=True))
    below = draw(st.lists(st.integers(0, 15), min_size=count, max_size=16, unique=True))
    shares = [below[number::count] for number in range(count)]
    return [Wire(top, tuple(sorted(share))) for top, share in zip(tops, shares, strict=True)]


@examples(240)
@given(wires())
def test_no_wire_lies_on_another(given: list[Wire]) -> None:
    trunks = route(given)
    depth = 2 + max((trunk.track for trunk in trunks), default=0)
    across: dict[tuple[int, int], int] = {}
    down: dict[tuple[int, int], int] = {}

    def take(taken: dict[tuple[int, int], int], cells: Iterator[tuple[int, int]], wire: int) -> None:
        for cell in cells:
            assert taken.setdefault(cell, wire) == wire

    for number, wire in enumerate(given):
        own = [trunk for trunk in trunks if trunk.wire == number]
        if not own:
            take(down, ((row, wire.top) for row in range(-1, depth)), number)
        for trunk in own:
            take(across, ((trunk.track, column) for column in range(trunk.first, trunk.last + 1)), number)
            start = -1 if trunk.above is None else trunk.above.track
            assert start < trunk.track
            take(down, ((row, trunk.top) for row in range(start, trunk.track + 1)), number)
            for column in trunk.bottoms:
                end = _under(own, trunk, column, depth)
                take(down, ((row, column) for row in range(trunk.track, end)), number)


def _under(own: list[Trunk], trunk: Trunk, column: int, depth: int) -> int:
    """Where a wire ends that leaves a trunk: at the trunk that hangs on it, or below the channel."""
    hanging = [other for other in own if other.above is trunk and other.top == column]
    return hanging[0].track + 1 if hanging else depth


# ---- the rest ----


def test_rich_shows_the_same_text_in_colours() -> None:
    boxes = [Box("a", Kind.VARIABLE, (Line("title", "[red]x"),)), Box("b", Kind.OUTPUT, (Line("title", "y" * 100),))]
    found = Diagram("", [GivenPart(boxes, [Arrow("a", "b", "", True)])], "LR")
    shown = rich_drawing(drawn(found), io.StringIO())
    plain = list(drawn_text(found))
    for sequence in {piece.split("m")[0] for piece in shown.split("\x1b[")[1:]}:
        shown = shown.replace(f"\x1b[{sequence}m", "")
    assert shown.splitlines() == plain


def test_the_width_counts_columns() -> None:
    found = Diagram("", [GivenPart([Box("a", Kind.VARIABLE, (Line("title", "变量"),))], [])])
    assert drawn_width(drawn(found, legend=False)) == 8
    assert drawn_width([]) == 0


def test_parts_stand_below_each_other_with_what_is_left_out() -> None:
    first, second = (GivenPart([Box("a", Kind.VARIABLE, (Line("title", "x"),))], []) for _ in range(2))
    first.title, second.title, second.total = "One", "Two", 5000
    assert list(drawn_text(Diagram("", [first, second]), legend=False)) == [
        "One",
        "",
        "╭───╮",
        "│ x │",
        "╰───╯",
        "",
        "Two",
        "",
        "╭───╮",
        "│ x │",
        "╰───╯",
        "1 of 5,000 nodes",
    ]


@given(st.lists(st.text("ab┃值", max_size=9), max_size=6), st.integers(2, 20))
def test_the_left_part_of_a_drawing_is_what_fits(texts: list[str], width: int) -> None:
    """A sign of two columns that is cut through is left out."""
    whole = "".join(texts)
    [line] = cropped([[Segment(text, "line") for text in texts]], width)
    shown = "".join(segment.text for segment in line)
    if columns(whole) <= width:
        assert shown == whole
    else:
        assert shown.endswith("›")
        assert whole.startswith(shown[:-1])
        assert width - 1 <= columns(shown) <= width


def test_what_is_written_of_branches_in_branches_grows_as_their_number() -> None:
    sizes = []
    for depth in (50, 100, 200):
        program = "(1 if x > 0 else " * depth + "x" + ")" * depth
        dot = command(["graph", program, "--format", "dot", "--all"])[1]
        sizes.append((len(dot), len(command(["compare-modes", "-e", program, "--x", "-1"])[1])))
    for once, twice, four in zip(*sizes, strict=True):
        assert four - twice < 2.2 * (twice - once)
