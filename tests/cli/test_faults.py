"""Calls at special points, with hostile numbers and on strange shapes: what is right is mpmath's, PyTorch's, or plain."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commandline import command

RIGHT: list[tuple[list[str], str]] = [
    # a number beside a formula is the value of that formula
    (["diff", "where(x > 0, sqrt(x), x)", "--at", "x=-4"], "# 1 at x = -4\n"),
    (["diff", "x^2 if x < 0 else sqrt(x)", "--at", "x=-2"], "# -4 at x = -2\n"),
    (["diff", "norm(a)^2", "--shape", "a=2", "--hessian", "--at", "a=[0,0]"], "# [2, 0] at a = [0, 0]\n[0, 2]"),
    (["diff", "x*sqrt(x)", "--at", "x=0"], "# 0 at x = 0 (the limit"),
    (["diff", "log(1+exp(x))", "--order", "2", "--at", "x=37.42994775023705"], "# 5.55111512312577"),
    (["explain", "where(x > 0, sqrt(x), x)", "--x", "-4"], "else 1) = 1\n"),
    (["diff", "xlogy(x,x)", "--at", "x=0"], "# -inf at x = 0"),
    (["eval", "xlogy(x,x)", "--x", "0", "-q"], "0\nnan\n"),  # PyTorch's, and the full output says what the formula has
    (["eval", "xlogy(x,x)", "--x", "0"], "Why dy/dx = nan, and -inf by its formula"),
    (
        ["eval", "x*log(x) - x", "--x", "0"],
        "the limit from the right, as the function ends there; the backward pass, as PyTorch's, gives nan",
    ),
    (["explain", "sin(x)/x", "--x", "0"], "dy/dx = cos(x)/x - sin(x)/x² = 0\n"),
    (["explain", "abs(x)/x", "--x", "0"], "no derivative: the function jumps there"),
    (
        ["diff", "logsumexp([x,x])", "--at", "x=1e16"],
        "1 at x = 1e+16 (exact; the backward pass, which rounds as PyTorch does, gives 2)",
    ),
    (["explain", "max(x,1)", "--by", "rules", "--x", "1"], "convention"),
    (["explain", "log(x)/log(5)", "--by", "rules"], "= 1/(x·log(5))\n"),
    (["explain", "sqrt(1-x^2)/x", "--by", "rules"], "common denominator"),
    (["explain", "fmax(-y + max(y, y), (y*0)^-1)", "--by", "rules"], "df/dy"),
    (["explain", "sqrt(floor(x))", "--by", "rules"], "dy/dx = 0"),
    # points apart, removable singularities, limits
    (["diff", "0 if x == 0 else x", "--at", "x=0"], "# 1 at x = 0 (the function's"),
    (["diff", "sin(x)/x if x != 0 else 1", "--order", "2", "--at", "x=0"], "-0.333333333333333"),
    (["diff", "sinc(t)", "--order", "2", "--at", "t=0"], "# -3.28986813369645"),
    (["diff", "sigmoid(x)", "--at", "x=40"], "# 4.2483542552915"),
    (["diff", "tanh(x)", "--at", "x=20"], "# 1.6993417021166"),
    (["diff", "log(abs(x))"], "1/x\n"),
    (["diff", "5", "--wrt", "x"], "0\n"),
    (["diff", "A - A", "--shape", "A=0", "--jacobian"], ""),
    (["diff", "sigmoid(w1*i1+w2*i2+b1)", "--wrt", "w1"], "i1*sigmoid("),
    (["eval", "sinc(x)", "--x", "1e-9", "--hessian", "-q"], "1\n-3.289868133696453\n"),
    (["eval", "norm(x)^2", "--x", "[0,0]", "--hessian", "-q"], "0\n[[2, 0], [0, 2]]\n"),
    (
        ["eval", "exp(-norm(a-b)^2)", "--a", "[0.3,0.5]", "--b", "[0.3,0.5]", "--wrt", "a", "--hessian", "-q"],
        "[[-2, 0], [0, -2]]",
    ),
    (["eval", "logsigmoid(x)", "--x=-37.42994775023705", "--hessian", "-q"], "-37.42994775023705\n-5.5511151231257"),
    (["eval", "logsigmoid(x)", "--x=37.42994775023705", "--hessian", "-q"], "\n-5.5511151231257"),
    (["eval", "abs(x)^2", "--x=0", "--hessian", "-q"], "0\n2\n"),
    (["eval", "elu(x)", "--x=800", "--hessian", "-q"], "800\n0\n"),
    (["eval", "celu(x, 2)", "--x=1500", "--hessian", "-q"], "1500\n0\n"),
    (["eval", "sum(selu(x))", "--x=[800,-1]", "--hessian", "-q"], "[[0, 0], [0, 0.6467686030348"),
    (["eval", "logaddexp(a,b)", "--a", "-800", "--b", "1600", "--hessian", "-q"], "1600\n0\n0\n0\n0\n"),
    # masks
    (["eval", "sqrt(relu(x))", "--x=-1", "--wrt", "x", "-q"], "0\n0\n"),
    (["eval", "log(relu(x))", "--x=-1", "--wrt", "x", "-q"], "-inf\n0\n"),
    # equality
    (["equal", "softplus(x)", "log(1+exp(x))"], "threshold"),
    (["equal", "2*2^n", "2^(n+1)"], "equal\n"),
    (["equal", "2*log(x-1000)", "log((x-1000)^2)"], "equal where both are defined"),
    (["equal", "log(exp(exp(exp(10))))", "exp(exp(10))"], "equal\n"),
    (["equal", "ones_like(y)", "1"], "equal\n"),
    # algebra
    (["simplify", "2^(n+1)-2*2^n"], "0\n"),
    (["simplify", "x+0.123456789012345678+x"], "2*x + 0.123456789012345678\n"),
    (["simplify", "x*2^-60"], "1/1152921504606846976*x\n"),
    (["simplify", "(x+1)^1000", "--form", "expanded"], "x^1000 + 1000*x^999 + 499500*x^998"),
    (["tangent", "x^x", "--at", "x=1e400"], "1e400^1e400 + "),
    (["simplify", "cos(acos(-20))"], "cos(acos(-20))\n"),
    (["simplify", "asin(sqrt(3)/2)"], "pi/3\n"),
    (["eval", "gamma(5)", "-q"], "24\n"),
    (["eval", "coth(1)", "-q"], "1.31303528549933"),
    # numbers beyond the range
    (["eval", "-q", "1e4001"], "inf\n"),
    (["eval", "-q", "123e-10000000"], "0\n"),
    (["eval", "sinc(y*y)^-2", "--y=1e308"], ""),
    (["eval", "y*y*x", "--x", "1", "--y", "1e308"], "= inf"),
    (["trace", "-e", "x*y", "--x", "1/0", "--y", "1", "--json"], '"decisions": {"0": "Infinity"'),
    (["eval", "requires_grad x; y", "--x", "-1", "--set", "y=-inf", "--json"], '"decisions": {"0": "-Infinity"}'),
    (["graph", "requires_grad x; y*y", "--x", "-1", "--set", "y=nan", "--format", "html"], '"NaN"'),
    (["graph", "requires_grad x; y*y", "--x", "-1", "--set", "y=nan", "--json"], '"NaN"'),
    # one program, one answer
    (["eval", "x if 7 < 1 else w/x", "--x", "3", "--w", "1.3", "-q"], "0.43333333333333335\n-0.1444444444444444"),
    (["eval", "1 if 0 < 1e-400 else x", "--x", "3", "-q"], "3\n1\n"),
    (["eval", "1 if 0 < 1e-400 else x", "--x", "3", "-q", "--mode", "static"], "3\n1\n"),
    (["eval", "0/x", "--x", "0", "-q", "--mode", "static", "--optimize", "2"], "nan\n"),
    (["compare-modes", "-e", "if z > 5 { a = x } else { a = 1 }; a*z", "--z", "3", "--x", "1"], ""),
    (["compare-modes", "-e", "s = w; for i in n..n { print -s; s = s + 1 }; s", "--w", "1", "--n", "1.5"], ""),
    (["eval", "sum(" + " @ ".join("A" * 256) + ")", "--A", "[[.1,.2],[.3,.4]]", "-q"], ""),
]

DIFFERENT: list[tuple[list[str], str]] = [
    (["abs(x-400)", "400-x"], "x = 500"),
    (["max(0,x-500)", "0"], "x = 600"),
    (["1 if t>200 and t<200.01 else 0", "0"], "t = 200.005"),
    (["max(0,1-1000*abs(x-pi))", "0"], "x = 3.14"),
    (["x*(1+1e-50)", "x"], "1.00000000000000000000000000000000000000000000000001"),
    (["v", "v - kron(v, 10)"], "v = 1"),
    (["flip(w*w)", "tanh(w)"], "w = 1"),
    (["x", "x*2", "--shape", "x=1"], "x = [1]"),
]

REFUSED: list[tuple[list[str], str]] = [
    (["eval", "-q", "3e-.5"], "'3e-.5' is not a number"),
    (["equal", "-q", "2x", "--help"], "--help stands beside other arguments"),
    (["eval", "f(u) = f(u); f(1)"], "calls itself with the same arguments"),
    (["eval", "x if x > 0 else silu(x, x, x)", "--x", "1", "-q"], "silu takes 1 argument, not 3"),
    (["eval", "x if x > 0 else silu(x, x, x)", "--x", "1", "-q", "--mode", "static"], "silu takes 1 argument, not 3"),
    (["compare-modes", "-e", "if z > 5 { a = x } else { a = 1 }; a*z", "--z", "3"], "no value for x"),
    (["tangent", "x^x^x^x^x", "--at", "x=1e400"], "too long for a tangent in one line"),
]

FED: list[tuple[list[str], str, list[list[float]]]] = [
    (["-e", "sqrt(x) if x > 0 else x"], "x\n-4\n", [[-4, 1]]),
    (["-e", "x*pi"], "x\n1\n2\n", [[3.141592653589793, 3.141592653589793], [6.283185307179586, 3.141592653589793]]),
    (["-e", "x*tau*e^0"], "x\n1\n", [[6.283185307179586, 6.283185307179586]]),
]


def shown(row: tuple[list[str], str]) -> str:
    return " ".join(row[0])[:90]


@pytest.mark.parametrize("row", RIGHT, ids=shown)
def test_a_call_gives_what_is_right(row: tuple[list[str], str]) -> None:
    code, out, err = command(row[0])
    assert code == 0, err
    assert row[1] in out


@pytest.mark.parametrize("row", DIFFERENT, ids=shown)
def test_what_differs_somewhere_is_different_there(row: tuple[list[str], str]) -> None:
    code, out, _ = command(["equal", *row[0]])
    assert (code, out.startswith("different: ")) == (1, True)
    assert row[1] in out


def test_one_common_point_is_no_verdict() -> None:
    code, out, _ = command(["equal", "sqrt(-x^2)", "sin(x)"])
    assert (code, out.startswith("no verdict")) == (1, True)


@pytest.mark.parametrize("row", REFUSED, ids=shown)
def test_what_cannot_be_is_refused(row: tuple[list[str], str]) -> None:
    code, out, err = command(row[0])
    assert (code, out) == (2, "")
    assert row[1] in err


@pytest.mark.parametrize("row", FED, ids=lambda row: row[0][1])
@pytest.mark.parametrize("mode", ["dynamic", "static"])
def test_rows_have_the_values_of_the_branch_that_is_taken(row: tuple[list[str], str, list[list[float]]], mode: str) -> None:
    code, out, err = command(["run", *row[0], "--feed", "-", "--mode", mode, "--format", "jsonl"], stdin=row[1].encode())
    assert code == 0, err
    records = [json.loads(line) for line in out.splitlines()]
    assert [[*record["values"].values(), *record["grad"].values()] for record in records] == row[2]


def test_a_line_without_effect_is_said() -> None:
    code, out, err = command(["eval", "-q", "--x", "0.7", "x\n+1"])
    assert (code, out) == (0, "1\n0\n")
    assert "x has no effect" in err


LIMITED: list[tuple[list[str], str]] = [
    (["simplify", "(2*x)^(10^9) + 1", "--form", "together"], "very long numbers"),
    (["simplify", "(x+1)^(10^9)", "--form", "expanded"], "more than 2,000 terms"),
    (["simplify", "1/(x^5000+1) + 1", "--form", "apart"], "partial fractions"),
    (["simplify", "x^2000/(x-1)", "--form", "apart"], "partial fractions"),
]


@pytest.mark.parametrize("row", LIMITED, ids=shown)
def test_what_would_take_too_long_is_refused(row: tuple[list[str], str]) -> None:
    code, out, err = command(row[0])
    assert (code, out) == (4, "")
    assert row[1] in err


@pytest.mark.parametrize("name", ["eval", "explain", "diff", "graph", "trace", "compare-modes", "run", "tangent", "taylor"])
@pytest.mark.parametrize("way", [["--x"], ["--set", "x"]])
def test_values_of_variables_are_bound_by_the_limits_of_the_call(name: str, way: list[str]) -> None:
    expression = ["-e", "sum(x)"] if name in ("trace", "compare-modes", "run") else ["sum(x)"]
    given = [*way[:-1], f"{way[-1]}=ones(30, 20)"]
    code, _, err = command([name, *expression, *given, "--max-elements", "500"])
    assert code == 4, err
    assert "an array of shape (30, 20) has more than 500 elements" in err
    assert way[0] in err


SCRIPTS: list[tuple[str, str]] = [
    ("import torch\nx=torch.tensor([1,2,3])\nprint(torch.flip(x, [0]))\n", "tensor([3, 2, 1])\n"),
    (
        "import torch\nx=torch.ones(2, requires_grad=True)\ny=x*2\ny.requires_grad = True\n",
        "RuntimeError: you can only change requires_grad flags of leaf variables.",
    ),
    (
        "import torch\ntorch.autograd.set_detect_anomaly(True)\nx=torch.tensor(-4., requires_grad=True)\n"
        "y=torch.where(x > 0, torch.sqrt(x), x)\ny.backward()\n",
        "RuntimeError: Function 'SqrtBackward0' returned nan values in its 0th output.",
    ),
]


@pytest.mark.parametrize(("text", "said"), SCRIPTS, ids=lambda part: part[-30:])
def test_a_script_says_what_pytorch_says(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "script.py"
    path.write_text(text)
    _, out, err = command(["torch", str(path)])
    assert said in out + err


def test_a_wrong_call_of_tensorflow_is_an_error_of_the_script(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_text("import tensorflow as tf\ni = tf.constant()\n")
    code, _, err = command(["tf1", str(path)])
    assert code == 2
    assert "TypeError: constant()" in err
    assert "line 2" in err


HUGE = ("x^2 - 1e400*x", "(x - 10^200)*(x - 10^300)*(x - 10^400)", "max(x, 1e400)", "beta(1e400, x)", "2^(1/1e400)*x",
        "2^(10^12)*x + x", "x^(10^400) + x", "softplus(1e400 - x)", "where(x > 1e400, x, 2)")  # fmt: skip
EVERYWHERE = (
    ("stationary",), ("simplify", "--form", "factored"), ("taylor",), ("diff",), ("facts",), ("mistakes", "--wrt", "x"),
    ("check", "--x", "2"), ("why", "--x", "2"), ("plot", "--x", "-3:3", "--format", "csv"), ("tangent", "--x", "2"),
    ("explain", "--x", "2"), ("export", "--to", "c"),
)  # fmt: skip


@pytest.mark.parametrize("words", EVERYWHERE, ids=lambda words: words[0])
def test_numbers_beyond_the_range_of_floats_are_numbers_to_every_command(words: tuple[str, ...]) -> None:
    name, *rest = words
    for text in HUGE:
        code, _, err = command([name, text, *rest])
        assert code in (0, 1, 2, 4), (text, err)


UNUSED = "a = softplus(θ^2)\nsum([x, 2, 1])*x"


@pytest.mark.parametrize("language", ["python", "numpy", "sympy", "c", "javascript", "sql", "onnx", "torch", "tensorflow"])
def test_a_variable_that_nothing_needs_is_an_argument_of_exported_code(language: str) -> None:
    for content in ("value", "gradient"):
        code, out, err = command(["export", UNUSED, "--to", language, "--content", content])
        assert code == 0, err
        assert "theta" in out or "θ" in out


@pytest.mark.parametrize("name", ["mistakes", "grade", "tangent"])
def test_a_question_may_compute_what_it_does_not_need(name: str) -> None:
    """By a variable on which the output does not depend there is nothing to get wrong."""
    text = "a = x*x*2; w^2 + max(pi, 1)*3"
    rest = {"grade": ["--wrt", "x", "--ask", "tangent", "--at", "x=1,w=1", "2x-1"], "mistakes": ["--wrt", "x"]}
    code, _, err = command([name, text, *rest.get(name, ["--x", "1", "--w", "1"])])
    assert code in (0, 1), err


def test_a_tangent_by_some_variables_leaves_the_others_where_they_are() -> None:
    question = ["grade", "3*w + x^2", "--wrt", "x", "--ask", "tangent"]
    assert command([*question, "--at", "x=1,w=1", "2x+2"])[0] == 0
    assert command([*question, "--at", "x=1,w=1", "2x-1"])[0] == 1
    code, _, err = command([*question, "--at", "x=1", "2x+2"])
    assert code == 2
    assert "no value for w" in err
