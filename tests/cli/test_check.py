"""`gradcli check` as a command: exit codes, the document, the picture."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import jsonschema
import pytest
from commandline import command

from gradcli.frozen import replace
from gradcli.ops import vjp
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL, spelling
from gradcli.output.schemas import SCHEMAS


@pytest.mark.parametrize(
    "call",
    [
        ["(x+w)*(w+1)", "--x", "2", "--w", "1"],
        ["abs(x)*w", "--x", "0", "--w", "3"],
        ["floor(x)", "--x", "1"],
        ["log(x)*w", "--points", "3", "--assume", "0<x<1"],
        ["sum(tanh(A @ x)^2)", "--shape", "A=3,4", "--shape", "x=4", "--points", "2"],
        ["A*2", "--shape", "A=3"],
        ["s = 1; repeat 3 { s = (s + x/s)/2 }; s", "--x", "2", "--order", "2"],
        ["sum(A*A*A)", "--shape", "A=2,2", "--order", "2", "--points", "1"],
        ["x*w", "--x", "2", "--w", "1e-300", "--dtype", "float32"],
        ["1/x", "--x", "1e-200"],
    ],
)
def test_the_document_is_as_its_schema_says(call: list[str]) -> None:
    code, out, err = command(["check", *call, "--json"])
    document = json.loads(out)
    jsonschema.validate(document, SCHEMAS["check"])
    assert (code, err) == (0, "")
    assert document["passed"]


def test_a_wrong_rule_is_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPERATIONS, "sin", replace(OPERATIONS["sin"], partials=(lambda y, x: -y,)))
    vjp.product.cache_clear()
    code, out, err = command(["check", "sin(x*w)*w", "--x", "2", "--w", "1"])
    vjp.product.cache_clear()
    assert (code, err) == (1, "")
    assert "wrong at b = sin(a): its derivative by a is given as -0.9092974268, and its values have -0.4161468365" in out


def test_the_error_against_the_step_is_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "v.svg"
    assert command(["check", "x*sin(x)", "--x", "1", "-o", str(path)]) == (0, "", "")
    root = ElementTree.parse(path).getroot()
    circles = [one for one in root.iter() if one.tag.endswith("circle")]
    assert len(circles) == 13
    assert sum(one.get("r") == "5" for one in circles) == 1
    assert command(["check", "floor(x)", "--x", "1", "--format", "svg"])[0] == 2  # there are no differences to draw


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (["log(x)", "--x=-1"], "the value is not finite there, so there is no gradient to check"),
        (["log(x)", "--assume", "x<0", "--points", "2"], "at none of 60 random points is there a value to check"),
        (["x", "--x", "1", "--points", "2"], "--points is for variables without a value"),
        (["A*2", "--A", "ones(3)", "--shape", "A=3"], "A has a value and, by --shape, none"),
        (["x^2", "--shape", "w=3"], "the expression has no variable w"),
        (["y = x^2; backward y; x.grad", "--x", "1"], "the program runs backward itself"),
        (["[x, x]", "--x", "1", "--order", "2"], "second derivatives are those of a number"),
    ],
)
def test_what_cannot_be_checked_is_refused(call: list[str], message: str) -> None:
    code, out, err = command(["check", *call])
    assert (code, out) == (2, "")
    assert message in err


def test_somebody_elses_gradient_is_checked(tmp_path: Path) -> None:
    call = ["check", "(x+w)*(w+1)", "--x", "2", "--w", "1"]
    code, out, err = command([*call, "--gradient", "w: 2w+x", "--gradient", "x: w + 1"])
    assert (code, err) == (1, "")
    assert "by w: the answer differs from the right one by a constant" in out
    path = tmp_path / "g.csv"
    path.write_text("2,5.00001\n")
    assert command([*call, "--gradient", str(path)])[0] == 1
    assert command([*call, "--gradient", str(path), "--tol", "1e-4"])[0] == 0
    path.write_text("2\n")
    assert "--gradient has 1 numbers, and the variables x, w have 2" in command([*call, "--gradient", str(path)])[2]
    code, out, _ = command(["check", "sum(A*A)", "--A", "[1, 2]", "--gradient", "A: [2, 5]", "--json"])
    assert code == 1
    assert json.loads(out)["stated"] == [{"by": "A[1]", "given": 5.0, "right": 4.0, "agrees": False, "reasons": []}]


def test_a_gradient_is_read_as_other_commands_write_it(tmp_path: Path) -> None:
    """By name, from the document of eval, an object, and a table with a header; arrays as columns."""
    call = ["(x+w)*(w+1)", "--x", "2", "--w", "1"]
    (tmp_path / "eval.json").write_text(command(["eval", *call, "--json"])[1])
    (tmp_path / "g.json").write_text('{"w": 5, "x": 2}')
    (tmp_path / "g.csv").write_text("w,x\n5,2\n")
    for name in ("eval.json", "g.json", "g.csv"):
        assert command(["check", *call, "--gradient", str(tmp_path / name)])[0] == 0, name
    (tmp_path / "g.json").write_text('{"w": 2, "x": 5}')
    assert command(["check", *call, "--gradient", str(tmp_path / "g.json")])[0] == 1
    (tmp_path / "a.csv").write_text("A\n2\n4\n")
    assert command(["check", "sum(A*A)", "--A", "[1, 2]", "--gradient", str(tmp_path / "a.csv")])[0] == 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("2x", "hint: for example --gradient 'x: 2x'"),
        ("x: 2, w: 2w+x", "hint: repeat it: --gradient 'x: 2' --gradient 'w: 2w+x'"),
        ("x: 2; w: 5", "hint: repeat it: --gradient 'x: 2' --gradient 'w: 5'"),
    ],
)
def test_a_gradient_that_is_given_otherwise_gets_a_hint(given: str, message: str) -> None:
    code, out, err = command(["check", "(x+w)*(w+1)", "--x", "2", "--w", "1", "--gradient", given])
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize("given", ["12.01", "2w + 0.01", "w*w*w + x"])
def test_a_given_derivative_is_told_wrong_at_the_point_that_is_asked_alone(given: str) -> None:
    out = command(["check", "(x+w)*(w+1)", "--x", "2", "--w", "1", "--gradient", f"x: {given}"])[1]
    assert re.findall("at x = [^,\n]*", out) == ["at x = 2"]


@pytest.mark.parametrize(
    ("call", "given", "code"),
    [
        (["abs(x)", "--points", "20"], "x: 1", 1),
        (["relu(x)", "--points", "20"], "x: 1", 1),
        (["x*w", "--points", "20"], "x: abs(w)", 1),
        (["abs(x)", "--points", "20"], "x: sign(x)", 0),
        (["1e-20*x", "--x", "2"], "x: 2e-20", 1),
        (["1e-20*x", "--x", "2"], "x: 0", 1),
        (["1e-20*x", "--x", "2"], "x: 1e-20", 0),
        (["sin(x)", "--x", "pi/2"], "x: 0", 0),
        (["x*w + x", "--x", "2", "--w", "1"], "x: 2w", 1),
        (["sum(A^2)", "--A", "[1, 2]"], "A: A^2 + [1, 0]", 1),
        (["sum(A^2)", "--A", "[1, 2]"], "A: 2A", 0),
        (["x^2 if x > 1 else x", "--x", "1"], "x: cos(x - 1)", 1),
        (["x^2 if x > 1 else x", "--x", "1"], "x: x/x", 0),
        (["abs(x)", "--x", "0"], "x: sign(x)", 0),
    ],
)
def test_it_is_checked_at_every_point_and_to_its_size(call: list[str], given: str, code: int) -> None:
    assert command(["check", *call, "--gradient", given])[0] == code


def test_an_expression_is_right_beside_the_point_too() -> None:
    """2w is w + 1 at w = 1 alone; a condition that turns round beside the point is another function."""
    code, out, _ = command(["check", "x*w + x", "--x", "2", "--w", "1", "--gradient", "x: 2w"])
    assert code == 1
    assert re.search(r"by x: right at the point, wrong beside it: at x = [12]\.\d+, w = [01]\.\d+\n", out)


def test_numbers_are_a_gradient_at_one_point() -> None:
    code, _, errors = command(["check", "sum(A*A)", "--shape", "A=2", "--gradient", "A: [2, 4]"])
    assert code == 2
    assert "which hold at one point" in errors


@pytest.mark.parametrize("loop", ["y = x; while y < 10 { y = y*2 }; y", "while x < 10 { x = x*2 }; x"])
def test_differences_follow_what_a_loop_looks_at(loop: str) -> None:
    rows = json.loads(command(["check", loop, "--x", "1.3", "--json"])[1])
    assert rows["derivatives"][0]["difference"] == pytest.approx(8)


def test_what_other_libraries_give_at_a_kink_is_told() -> None:
    from gradcli.ops.declaration.elsewhere import elsewhere

    measured = elsewhere()
    declared = {
        (name, ", ".join(f"{one:g}" for one in special.at))
        for name, operation in [*OPERATIONS.items(), *STRUCTURAL.items()]
        for special in operation.facts.specials
    }
    rows = {(name, at): row for name, by_point in measured["derivatives"].items() for at, row in by_point.items()}
    assert rows.keys() <= declared
    assert all(row and row.keys() <= measured["versions"].keys() for row in rows.values())
    assert len(rows) > 50
    out = command(["check", "abs(x)*w", "--x", "0", "--w", "3", "--kinks"])[1]
    assert re.search(r"a = abs\(x\)  kink  +0  +1  +0  +0  +0  +0\n", out)  # JAX alone has 1
    assert "no kink is met" in command(["check", "x*w", "--x", "0", "--w", "3", "--kinks"])[1]
    for x, own in (("-1", {"PyTorch": "1", "JAX": "0.5"}), ("2", {"PyTorch": "1", "autograd": "0"})):
        [met] = json.loads(command(["check", "clamp(x, -1, 2)", f"--x={x}", "--json"])[1])["special_points"]
        assert met["elsewhere"].items() >= own.items()


@pytest.mark.parametrize("name", sorted(name for name, one in STRUCTURAL.items() if one.facts.specials))
def test_ours_is_what_pytorch_gives_at_an_array_with_equal_elements(name: str) -> None:
    from gradcli.ops.declaration.elsewhere import elsewhere

    for at, row in elsewhere()["derivatives"][name].items():
        for several, text in ((False, spelling(name) + "(x)"), (True, f"sum({spelling(name)}(x)*[1, 2, 3])")):
            out = json.loads(command(["check", text, "--x", f"[{at}]", "--json"])[1])
            assert [one["elsewhere"] for one in out["special_points"] if one["elsewhere"].items() >= row.items()], (text, at)
            if several == (not name.startswith("reduce_")):
                own = json.loads(command(["eval", text, "--x", f"[{at}]", "--json"])[1])["grad"]["x"]
                assert " ".join(f"{one:g}" for one in own) == row["PyTorch"]
        shown = command(["check", text, "--x", f"[{at}]", "--kinks"])[1]
        assert row["PyTorch"] in shown
    apart = command(["check", text, "--x", "[3, 1.5, 7]", "--kinks"])[1]
    assert "no kink is met" in apart


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_ours_is_what_pytorch_gives_at_a_kink(name: str) -> None:
    from gradcli.ops.declaration.elsewhere import elsewhere

    for at, row in elsewhere()["derivatives"].get(name, {}).items():
        point = dict(zip("xwv", at.split(", "), strict=False))
        call = ["eval", f"{name}({', '.join(point)})", *[f"--{letter}={value}" for letter, value in point.items()], "--wrt", "x"]
        grad = float(json.loads(command([*call, "--json"])[1])["grad"]["x"])
        if "PyTorch" in row:
            assert f"{grad:g}" == row["PyTorch"], at


def test_a_given_number_is_held_against_high_precision_where_the_run_lost_its_digits() -> None:
    """The derivative of sin(x)/x at 1e-9 is -3.33e-10 (mpmath), of which double precision keeps nothing."""
    formulas = (("cos(x)/x - sin(x)/x^2", True), ("cos(x)/x - sin(x)/x^2 + 1e-12", False), ("-x/3", True))
    for given, right in (("0", False), ("-3.3333333333e-10", True), *formulas):
        out = json.loads(command(["check", "sin(x)/x", "--x", "1e-9", "--gradient", f"x: {given}", "--json"])[1])
        assert [one["agrees"] for one in out["stated"]] == [right], given
    call = ["check", "sum(sin(x)/x)", "--x", "[1, 1e-9]", "--json", "--gradient"]
    for given, right in (("[-0.30116867893975674, 0]", False), ("[-0.30116867893975674, -3.3333333333e-10]", True)):
        assert [one["agrees"] for one in json.loads(command([*call, f"x: {given}"])[1])["stated"]] == [right], given


def test_a_small_element_beside_a_large_one_is_no_wrong_rule() -> None:
    """A step for the large one would carry the small one over the pole of the quotient."""
    for text in ("sum(sin(x)/x)", "sum(1/x)", "sum(log(x)/x^2)"):
        for x in ("[1, 1e-9]", "[1e-7, 300, 2]"):
            assert json.loads(command(["check", text, "--x", x, "--json"])[1])["faults"] == [], (text, x)
