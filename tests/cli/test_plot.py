"""Plots from the command line: documents, pictures, drawings, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from commandline import command
from jsonschema import Draft202012Validator

CALLS = [
    ["x^2", "--x", "-3:3"],
    ["1/x", "abs(x)", "--x", "-3:3", "--derivatives", "1,2", "--tangent-at", "x=1"],
    ["log(x)*a", "--a", "2", "--x", "-1:1"],
    ["θ < 1 and θ > 0", "--θ", "0:2"],
    ["x^0.5*1e300*1e300", "--x", "0:1"],
]


def document(*call: str) -> dict[str, Any]:
    code, out, _ = command(["plot", *call, "--json"])
    assert code == 0
    found = dict(json.loads(out))
    Draft202012Validator(json.loads(command(["schema", "plot"])[1])).validate(found)
    return found


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_each_format_has_the_same_points(call: list[str]) -> None:
    found = document(*call)
    code, out, _ = command(["plot", *call, "--format", "csv"])
    assert code == 0
    heading, *rows = csv.reader(io.StringIO(out))
    assert heading == [found["variable"], *[curve["name"] for curve in found["curves"]]]
    assert [float(row[0]) for row in rows] == found["places"]
    for at, curve in enumerate(found["curves"], start=1):
        written = [{"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}.get(v, v) for v in curve["values"]]
        assert [repr(float(row[at])) for row in rows] == list(map(repr, written))


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_a_picture_is_whole_and_within_its_bounds(call: list[str], theme: str) -> None:
    code, out, _ = command(["plot", *call, "--format", "svg", "--theme", theme])
    assert code == 0
    assert "nan" not in out
    assert "inf " not in out.replace("from", "")[: out.index("<text")]
    root = ElementTree.fromstring(out)
    kinds = [element.get("class", "").split()[0] for element in root.iter() if element.get("class")]
    assert kinds.count("curve") >= len(document(*call)["curves"])
    assert ("prefers-color-scheme" in out) == (theme == "auto")


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
@pytest.mark.parametrize("more", [[], ["--ascii"]])
def test_a_drawing_fits_eighty_columns(call: list[str], more: list[str]) -> None:
    code, out, _ = command(["plot", *call, "--format", "draw", *more])
    assert code == 0
    plot = out.splitlines()[:22]
    assert max(map(len, plot)) <= 80
    assert not more or "".join(plot).isascii()


def test_two_variables_are_drawn_as_contours() -> None:
    call = ["plot", "x^2 + a*y^2", "--x", "-1:1", "--y", "0:1", "--a", "3"]
    found = json.loads(command([*call, "--json"])[1])
    Draft202012Validator(json.loads(command(["schema", "field"])[1])).validate(found)
    _, out, _ = command([*call, "--format", "csv"])
    heading, *rows = csv.reader(io.StringIO(out))
    assert heading == ["x", "y", "x^2 + a*y^2", "d/dx (x^2 + a*y^2)", "d/dy (x^2 + a*y^2)"]
    x, y, value, by_x, by_y = map(float, rows[1234])
    assert [value, by_x, by_y] == pytest.approx([x * x + 3 * y * y, 2 * x, 6 * y])
    for format in ("svg", "draw", "table"):
        assert command([*call, "--format", format])[0] == 0
    for option in (["--derivatives", "1"], ["--tangent-at", "x=1"], ["--window", "0:1"]):
        assert command([*call, *option])[0] == 2


def test_a_drawing_joins_nothing_across_a_pole() -> None:
    _, out, _ = command(["plot", "1/x", "--x", "-1:1", "--format", "draw", "--ascii"])
    rows = [line[line.index("|" if "|" in line[:8] else "+") + 1 :] for line in out.splitlines()[:20]]
    middle = rows[0].index("|")  # the axis
    assert all("*" not in row[middle + 1 :] for row in rows[11:])
    assert all("*" not in row[: middle - 1] for row in rows[:9])


def test_tangents_are_those_of_calculus(tmp_path: Path) -> None:
    found = document("x^3 - 3x", "--tangent-at", "x=2,x=0")
    assert [(one["place"], one["value"], one["slope"]) for one in found["tangents"]] == [(2, 2, 9), (0, 0, -3)]
    file = tmp_path / "a.svg"
    assert command(["plot", "x^2", "--tangent-at", "x=1", "-o", str(file)])[0] == 0
    assert "tangent at x = 1: 1 + 2*(x - 1)" in file.read_text("utf-8")


REFUSED = [
    (["x^2", "--x", "3:1"], "has nothing in it"),
    (["x^2", "--x", "1:1.0000000000001"], "too narrow"),
    (["x^2", "--x", "0:inf"], "the ends of a range are numbers"),
    (["x*w", "--x", "0:1"], "no value for w"),
    (["x*w*v"], "3 variables have no value"),
    (["x*w*v", "--x", "0:1", "--w", "0:1", "--v", "0:1"], "3 variables have ranges"),
    (["x", "--x", "2"], "no variable has a range"),
    (["x", "--x", "0:1", "--set", "x=0:2"], "given twice"),
    (["abs(x)", "--tangent-at", "x=0"], "a kink is there"),
    (["sqrt(x)", "--tangent-at", "x=-1"], "no finite derivative"),
    (["x", "--derivatives", "7"], "orders from 1 to 6"),
    (["[x, x]"], "here are arrays"),
    (["x", "--w", "2"], "no variable w"),
    (["x", "--theme", "dark"], "--theme is for svg"),
    (["x^2", "-x", "3"], "no option -x"),
    (["x^2", "-x", "-3:3"], "no option -x"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED, ids=lambda part: " ".join(part) if isinstance(part, list) else "")
def test_what_cannot_be_drawn_is_refused_in_a_line(call: list[str], message: str) -> None:
    code, out, err = command(["plot", *call])
    assert (code, out) == (2, "")
    assert message in err.splitlines()[0]


def test_several_curves_are_told_apart_without_colours() -> None:
    code, drawn, _ = command(["plot", "x", "x^2", "--x", "0:1", "--tangent-at", "x=1", "--format", "draw"])
    assert code == 0
    rows = [row.partition("│")[2] for row in drawn.splitlines() if "│" in row]
    named = [line.split(" ")[2][-1] for line in drawn.splitlines() if line.startswith("  ⠤")]
    assert named == ["A", "B", "C", "D"]
    assert set(named) <= set("".join(rows))
    _, svg, _ = command(["plot", *(f"x+{at}" for at in range(7)), "--x", "0:1", "--format", "svg"])
    strokes = re.findall(r'class="curve (colour\d)"( stroke-dasharray="[^"]*")? d="M[^h"]*"', svg)
    assert len(set(strokes)) == len(strokes) == 7


def test_a_name_without_signs_beyond_ascii_is_the_one_of_a_program() -> None:
    _, out, _ = command(["plot", "√(x) + x²", "--x", "0:1", "--points", "2", "--ascii", "--format", "csv"])
    assert out.startswith("x,sqrt(x) + x^2\n")
