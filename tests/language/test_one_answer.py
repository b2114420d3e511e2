"""The same program has the same answer in every mode, by every way in, and a wrong one is refused in all of them."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from commandline import command

MODES = (("--mode", "dynamic"), *[("--mode", "static", "--optimize", level) for level in "012"])

# Expected: IEEE arithmetic, or the value and the derivative by hand; in the order of the text.
ANSWERS = [
    ("1 if 0 < 1e-400 else x", {"x": 3}, [3, 1]),
    ("1 if 0.1 + 0.2 == 0.3 else x", {"x": 3}, [3, 1]),
    ("0/x", {"x": 0}, [math.nan, math.nan]),
    ("0*x", {"x": math.inf}, [math.nan, 0]),
    ("1e400/1e400*x", {"x": 1}, [math.nan, math.nan]),
    ("1 and x", {"x": 5}, [1, 0]),
    ("0 or x", {"x": 5}, [1, 0]),
    ("sqrt(x) if x > 0 else x", {"x": -4}, [-4, 1]),
    ("2*(sqrt(x) if x > 0 else (log(-x) if x < -1 else x))", {"x": -4}, [2 * math.log(4), -0.5]),
    ("f(u) = 1/u if u != 0 else 3*u; f(x)", {"x": 0}, [0, 3]),
    ("x if 7 < 1 else w/x", {"x": 2, "w": 3}, [1.5, -0.75, 0.5]),
    ("if x > 0 { a = 1 } else { a = z }; w*z", {"x": 2, "w": 5, "z": 3}, [15, 0, 5, 3]),
    ("for i in 0..x { a = z }; w*z", {"x": 0, "w": 5, "z": 3}, [15, 0, 5, 3]),
    ("while x > 9 { x = z }; w*z", {"x": 2, "w": 5, "z": 3}, [15, 0, 5, 3]),
    ("i1*gamma", {"i1": 2, "gamma": 3}, [6, 3, 2]),
    ("x*1e4001", {"x": 1}, [math.inf, math.inf]),
    ("x + 123e-10000000", {"x": 1}, [1, 1]),
    ("x/(1e-10000000*-(1e-10000000))", {"x": 1}, [-math.inf, -math.inf]),
    ("output (x)^2, 3", {"x": 2}, [4, 4]),
    ("x*3e−2", {"x": 1}, [0.03, 0.03]),
]


@pytest.mark.parametrize(("text", "values", "expected"), ANSWERS, ids=[text for text, *_ in ANSWERS])
@pytest.mark.parametrize("mode", MODES, ids=" ".join)
def test_modes_and_optimisation_change_no_answer(
    text: str, values: dict[str, float], expected: list[float], mode: tuple[str, ...]
) -> None:
    given = [word for name, value in values.items() for word in (f"--{name}", str(value))]
    code, out, _ = command(["eval", text, *given, "-q", *mode])
    assert code == 0
    assert [float(line) for line in out.split()] == pytest.approx(expected, rel=1e-15, nan_ok=True)


REFUSED = [
    ("3e-.5", "'3e-.5' is not a number"),
    ("33.5e.5", "'33.5e.5' is not a number"),
    ("f(u) = f(u); f(1)", "f calls itself"),
    ("f(u) = f(u + 1); f(1)", "f calls itself"),
    ("f(u) = g(u + 1); g(u) = f(u); f(1)", "f calls itself"),
    ("f(u) = f(u) if u > 0 else 1; f(1)", "f calls itself"),
    ("x if x > 0 else silu(x, x, x)", "silu takes 1 argument, not 3"),
    ("x if x > 0 else undefined(x)", "there is no function undefined"),
    ("if x > 0 { y = x } else { y = silu(x, x, x) }; y", "silu takes 1 argument, not 3"),
    ("xcos(x)", "for a product write x*cos(x)"),
    ("xy(x + 1)", "for a product write x*y*(x + 1)"),
    ("max(x;2)", "between the arguments of a function write ','"),
    ("lim(x)", "a limit is the first term of gradcli taylor"),
    ("integrate(x)", "there are derivatives here, and no integrals"),
    ("grad(x^2)", "the gradient is given beside the value"),
    ("1" * 4001, "a number has at most 4,000 digits"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[text[:40] for text, _ in REFUSED])
@pytest.mark.parametrize("mode", ["dynamic", "static"])
def test_what_is_wrong_is_refused_in_both_modes(text: str, message: str, mode: str) -> None:
    given = ["--x", "1"] if "x" in text.replace("max", "") else []
    code, out, err = command(["eval", text, *given, "-q", "--mode", mode])
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize("mode", ["dynamic", "static"])
def test_constants_are_no_variables_of_rows(mode: str, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("x\n1\n2\n", "utf-8")
    code, out, _ = command(["run", "-e", "x*pi*e*tau", "--feed", str(rows), "--mode", mode])
    factor = math.pi * math.e * math.tau
    assert code == 0
    head, *lines = out.splitlines()
    assert head == "row,y,grad_x,error"
    found = [[float(cell) for cell in line.split(",")[1:3]] for line in lines]
    assert found == [pytest.approx([factor * row, factor], rel=1e-15) for row in (1, 2)]


@pytest.mark.parametrize("mode", ["dynamic", "static"])
def test_rows_do_not_compute_the_value_not_taken(mode: str, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("x\n-4\n4\n", "utf-8")
    code, out, _ = command(["run", "-e", "sqrt(x) if x > 0 else x", "--feed", str(rows), "--mode", mode])
    assert (code, out.splitlines()[1:]) == (0, ["1,-4.0,1.0,", "2,2.0,0.25,"])


def test_a_program_is_read_from_a_file_by_an_option_too(tmp_path: Path) -> None:
    file = tmp_path / "square.grad"
    file.write_text("x^2", "utf-8")
    assert command(["run", "-f", str(file), "--x", "3", "-q"]) == command(["run", str(file), "--x", "3", "-q"])


def test_modes_are_compared_only_with_every_value() -> None:
    code, _, err = command(["compare-modes", "-e", "if z > 5 { a = x } else { a = 1 }; a*z", "--z", "3"])
    assert code == 2
    assert "no value for x" in err


@pytest.mark.parametrize(("text", "printed"), [("print -s; s", "-s = -2\n"), ("output -s, s", ""), ("print - s", "")])
def test_what_is_printed_may_begin_with_a_sign(text: str, printed: str) -> None:
    code, out, _ = command(["run", "-e", text, "--s", "2", *(["--print", "1"] if "- " in text else [])])
    assert code == 0
    assert out.startswith(printed)


def test_a_long_chain_of_products_of_matrices_has_a_value() -> None:
    code, out, _ = command(["eval", f"sum({' @ '.join(['A'] * 256)})", "--A", "[[.1,.2],[.3,.4]]", "-q"])
    assert code == 0
    assert float(out.split()[0]) == pytest.approx(1.5580124881988975e-69, rel=1e-12)  # NumPy: numpy.linalg.matrix_power


WARNED = [
    *(("x\n+1", True), ("x\n-1 + x", True), ("(x\n+1)", False), ("a = x\n-a", False), ("a = x  # less 1\n\n  - 1*x", True)),
    *(("a = 2*x\n  + 1\na", True), ("f(u) = {\nb = u\n+ 1\nb\n}\nf(x)", True), ("x; -x", False)),
]


@pytest.mark.parametrize(("text", "warned"), WARNED)
def test_a_line_that_begins_with_a_sign_warns(text: str, warned: bool) -> None:
    for arguments in (["eval", text, "--x", "1", "-q"], ["diff", text, "--wrt", "x"], ["run", "-e", text, "--x", "1"]):
        code, _, err = command(arguments)
        assert (code, ": the next begins with" in err) == (0, warned)


@pytest.mark.parametrize("read", ["strict", "lenient", "latex", "mathml"])
@pytest.mark.parametrize("text", ["x\ud800", "<math><mi>x\ud800</mi></math>"])
def test_half_a_sign_is_refused_in_every_reading(text: str, read: str) -> None:
    code, _, err = command(["diff", text, "--read", read])
    assert code == 2
    assert "internal error" not in err
