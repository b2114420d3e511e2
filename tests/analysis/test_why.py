"""Why numbers are not finite: the place, the cause, and a rewrite whose value and gradient are those of mpmath."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from random import Random
from typing import Any, NamedTuple

import mpmath
import numpy
import pytest
from commandline import command
from fuzz_programs import VARIABLES, Programs
from random_programs import RandomProgram

from gradcli.analysis.nonfinite import origins
from gradcli.analysis.nonfinite.origins import INPUT, Origin, element
from gradcli.analysis.nonfinite.rewrites import REWRITES, compiled
from gradcli.analysis.nonfinite.why import Why, why_of
from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.names_asked import variables_among
from gradcli.autodiff.runs.program_run import recorded
from gradcli.derivation.paths import largest_paths
from gradcli.errors import GradcliError
from gradcli.language.parser import parse
from gradcli.language.statements import free_names
from gradcli.ops.catalogue import OPERATIONS, spelling
from gradcli.output.reports.blocks import Style
from gradcli.output.reports.runs.why import sentences


def run_of(text: str, **bindings: Any) -> Tape:
    values = {
        name: float(value) if isinstance(value, int | float) else numpy.array(value, float) for name, value in bindings.items()
    }
    return recorded(parse(text), Request(bindings=values))


def why(text: str, **bindings: Any) -> Why:
    return why_of(run_of(text, **bindings))


def origin_of(found: Why) -> Origin:
    if found.forward is not None:
        return found.forward.origin
    return next(iter(found.backward.values())).origin


class Report(NamedTuple):
    """A report of nan, as people file it.

    Attributes:
        text: The expression.
        at: The values.
        operation: Where it begins.
        kind: How.
        mended: What is offered.
        value: Its value, and the gradient, of mpmath in 50 digits; at kinks PyTorch's, or 0.
        gradient: Likewise.
        grade: What the gradient is there.
    """

    text: str
    at: dict[str, Any]
    operation: str
    kind: str
    mended: str
    value: float
    gradient: Sequence[Any]
    grade: str = "derivative"


TWELVE = (
    Report(
        "where(x > 0, sqrt(x), 0)",
        {"x": 0},
        "sqrt",
        "zero times infinity",
        "where(x > 0, sqrt(where(x > 0, x, 1)), 0)",
        0,
        [0],
        "kink",
    ),
    Report("sqrt(sum(v^2))", {"v": [0, 0]}, "sqrt", "infinite slope", "norm(v)", 0, [[0, 0]], "kink"),
    Report("log(softmax(v))[0]", {"v": [-1000, 0]}, "log", "pole", "log_softmax(v)[0]", -1000, [[1, -1]]),
    Report(
        "atan(x/w)*w", {"x": 0, "w": 0}, "div", "pole", "", math.nan, []
    ),  # what atan2 is for: there is no rewrite for all signs
    Report("x*log(x)", {"x": 0}, "log", "pole", "where(x == 0, 0, x*log(where(x == 0, 1, x)))", 0, [0], "end"),
    Report("exp(w*log(x))", {"w": 0, "x": 0}, "log", "pole", "x^w", 1, [0, 0], "jump"),
    Report("sqrt(var(v))", {"v": [1, 1, 1]}, "sqrt", "infinite slope", "std(v)", 0, [[0, 0, 0]], "kink"),
    Report("1/(1 + exp(-x))", {"x": -1000}, "exp", "zero times infinity", "sigmoid(x)", 0, [0]),
    Report(
        "v @ w/(norm(v)*norm(w))",
        {"v": [0, 0], "w": [1, 2]},
        "div",
        "pole",
        "where(norm(v)*norm(w) == 0, 0, v @ w/where(norm(v)*norm(w) == 0, 1, norm(v)*norm(w)))",
        0,
        [[0, 0], [0, 0]],
        "jump",
    ),
    Report("acos(x)", {"x": 1}, "acos", "infinite slope", "acos(clamp(x, -1 + 1e-07, 1 - 1e-07))", 0.00044721359, [0], "end"),
    Report("x^(1/3)", {"x": -8}, "pow", "domain", "cbrt(x)", -2, [1 / 12]),
    Report("exp(a)/exp(b)", {"a": 1000, "b": 999}, "exp", "overflow", "exp(a - b)", math.e, [math.e, -math.e]),
)
SIBLINGS = (
    Report(
        "where(x > 0, log(x), 0)",
        {"x": 0},
        "log",
        "zero times infinity",
        "where(x > 0, log(where(x > 0, x, 1)), 0)",
        0,
        [0],
        "jump",
    ),
    Report("sqrt(x^2 + y^2)", {"x": 0, "y": 0}, "sqrt", "infinite slope", "norm([x, y])", 0, [0, 0], "kink"),
    Report("sqrt(x^2 + w^2)", {"x": 3e200, "w": 4e200}, "pow", "overflow", "hypot(x, w)", 5e200, [0.6, 0.8]),
    Report("sqrt(x^2)", {"x": 0}, "sqrt", "infinite slope", "abs(x)", 0, [0], "kink"),
    Report("log(1 - exp(x))", {"x": -1e-20}, "log", "pole", "log(-expm1(x))", -46.051701859880914, [-1e20]),
    Report("log(sigmoid(x))", {"x": -1000}, "log", "pole", "logsigmoid(x)", -1000, [1]),
    Report("log(1 + exp(x))", {"x": 1000}, "exp", "overflow", "logaddexp(0, x)", 1000, [1]),
    Report("log(cosh(x))", {"x": 1000}, "cosh", "overflow", "logaddexp(x, -x) - log(2)", 999.306852819440055, [1]),
    Report("(1 - cos(x))/x^2", {"x": 0}, "div", "pole", "usinc(x/2)^2/2", 0.5, [0]),
    Report("sin(x)/x", {"x": 0}, "div", "pole", "usinc(x)", 1, [0]),
    Report("x/abs(x)", {"x": 0}, "div", "pole", "sign(x)", 0, [0], "jump"),
    Report("exp(x)/(1 + exp(x))", {"x": 1000}, "exp", "overflow", "sigmoid(x)", 1, [0]),
    Report(
        "log(exp(-(x - m)^2/(2*s^2))/(s*sqrt(2*pi)))",
        {"x": 100, "m": 0, "s": 1},
        "log",
        "pole",
        "-(x - m)^2/(2*s^2) - log(s*sqrt(2*pi))",
        -5000.9189385332047,
        [-100, 100, 9999],
    ),
    Report(
        "log(exp(a) + exp(b) + exp(c))",
        {"a": 1000, "b": 999, "c": 0},
        "exp",
        "overflow",
        "logaddexp(logaddexp(a, b), c)",
        1000.3132616875182228,
        [0.73105857863000487925, 0.26894142136999512075, 0],
    ),
    Report(
        "exp(a)/(exp(a) + exp(b) + exp(c))",
        {"a": 1000, "b": 999, "c": 0},
        "exp",
        "overflow",
        "exp(a - logaddexp(logaddexp(a, b), c))",
        0.73105857863000487925,
        [0.19661193324148185254, -0.19661193324148185254, 0],
    ),
    Report(
        "-(t*log(sigmoid(x)) + (1 - t)*log(1 - sigmoid(x)))",
        {"t": 1, "x": 1000},
        "log",
        "pole",
        "-(t*log(sigmoid(x)) + (1 - t)*logsigmoid(-x))",
        0,
        [-1000, 0],
    ),
    Report("x^w", {"x": -2, "w": 3}, "pow", "undefined slope", "x^detach(w)", -8, [12, None], "end"),
    Report("x^0.5", {"x": -4}, "pow", "domain", "", 0, []),
    Report("log(prod(v))", {"v": [1e-200, 1e-200]}, "log", "pole", "sum(log(v))", -921.03403719761827, [[1e200, 1e200]]),
    Report("(x*x)^0.5", {"x": 0}, "pow", "infinite slope", "abs(x)", 0, [0], "kink"),
    Report("sqrt(x)^2", {"x": 0}, "sqrt", "zero times infinity", "x", 0, [1]),
    Report("exp(-1/x^2)", {"x": 0}, "div", "zero times infinity", "where(x == 0, 0, exp(-1/where(x == 0, 1, x)^2))", 0, [0]),
    Report("log(x + sqrt(x^2 + 1))", {"x": -1e9}, "log", "pole", "asinh(x)", -21.416413017506354, [1e-9]),
    Report("sqrt(sum(v^2))", {"v": [3e200, 4e200]}, "pow", "overflow", "max(abs(v))*norm(v/max(abs(v)))", 5e200, [[0.6, 0.8]]),
    Report(
        "(1 - p)^g*log(p)",
        {"p": 1, "g": 0.5},
        "pow",
        "zero times infinity",
        "where(1 - p == 0, 0, where(1 - p == 0, 1, 1 - p)^g*log(p))",
        0,
        [0, 0],
    ),
    Report(
        "((v - mean(v))/std(v))[0]",
        {"v": [1, 1]},
        "div",
        "pole",
        "where(std(v) == 0, 0, (v - mean(v))/where(std(v) == 0, 1, std(v)))[0]",
        0,
        [[0, 0]],
        "jump",
    ),
    Report(
        "log(sum(w*exp(-(x - m)^2/2)))",
        {"x": 100, "m": [0, 1], "w": [0.5, 0.5]},
        "log",
        "pole",
        "logsumexp(log(w) + -(x - m)^2/2)",
        -4901.1931471805599453,
        [[1.2266736780572171e-43, 2], -99, [6.1333683902860856e-42, 99]],
    ),
    Report(
        "(x^l - 1)/l",
        {"x": 3, "l": 0},
        "div",
        "pole",
        "log(x)*where(abs(l*log(x)) < 0.0001, 1 + l*log(x)/2 + (l*log(x))^2/6 + (l*log(x))^3/24,"
        " expm1(where(abs(l*log(x)) < 0.0001, 1, l*log(x)))/where(abs(l*log(x)) < 0.0001, 1, l*log(x)))",
        math.log(3),
        [1 / 3, math.log(3) ** 2 / 2],
    ),
    Report("log(sum(exp(v)))", {"v": [1000, 0]}, "exp", "overflow", "logsumexp(v)", 1000, [[1, 0]]),
    Report(
        "log(1 - softmax(v)[0])",
        {"v": [1000, 0, 3]},
        "log",
        "pole",
        "logsumexp(where(cumsum(v*0 + 1) == cumsum(v*0 + 1)[0], -1e300, v)) - logsumexp(v)",
        -996.9514126484362,
        [[-1, 0.04742587317756678, 0.95257412682243322]],
    ),
)


@pytest.mark.parametrize("report", [*TWELVE, *SIBLINGS], ids=lambda report: report.text)
def test_reports_of_nan_are_placed_and_mended(report: Report) -> None:
    found = why(report.text, **report.at)
    origin = origin_of(found)
    assert (spelling(found.tape.graph.operations[origin.node]), origin.kind) == (report.operation, report.kind)
    if not report.mended:
        assert found.mend is None
        return
    assert found.mend is not None
    assert found.mend.text == report.mended
    assert found.mend.proof.grade == report.grade
    assert found.mend.value == pytest.approx(report.value, rel=1e-12, abs=1e-9)
    for known, slope in zip(report.gradient, found.mend.gradient.values(), strict=True):
        assert slope is None if known is None else slope == pytest.approx(known, rel=1e-9, abs=1e-12)
    again = run_of(found.mend.text, **{name: value for name, value in report.at.items() if name in found.tape.bindings})
    assert again.value == found.mend.value  # what is offered can be pasted back


@pytest.mark.parametrize("text", ["dot(v, w)/(norm(v)*norm(w))", "v @ w/norm(v)/norm(w)", "sum(v*w)/sqrt(sum(v^2)*sum(w^2))"])
def test_the_cosine_of_two_zeros_jumps_along_no_axis(text: str) -> None:
    """Each derivative by one number is 0 there, and along (1, 1) the cosine is 1: there is no gradient."""
    found = why(text, v=[0, 0], w=[0, 0])
    assert found.mend is not None
    assert found.mend.value == 0
    assert found.mend.proof.grade == "jump"


def test_each_row_of_a_large_argument_has_the_value_of_mpmath() -> None:
    with mpmath.workdps(2000):
        x, root = mpmath.mpf(40), mpmath.sqrt(2)
        rows = [
            ("exp(x^2)*erfc(x)", 40.0, mpmath.exp(x * x) * mpmath.erfc(x)),
            ("log(erfc(x))", 40.0, mpmath.log(mpmath.erfc(x))),
            ("exp(-x^2)/erfc(x)", 40.0, mpmath.exp(-x * x) / mpmath.erfc(x)),
            ("log((1 + erf(x/sqrt(2)))/2)", -40.0, mpmath.log(mpmath.erfc(x / root) / 2)),
        ]
    for text, at, value in rows:
        mend = why(text, x=at).mend
        assert mend is not None, text
        assert mend.proof.grade == "derivative", text
        assert mend.value == pytest.approx(float(value), rel=1e-12), text


REMOVABLE = (
    ("1/x - 1/sin(x)", 0, -1 / 6),
    ("1/sinh(x) - 1/x", 0, -1 / 6),
    ("1/x - 1/tan(x)", 0, 1 / 3),
    ("1/tanh(x) - 1/x", 0, 1 / 3),
    ("1/expm1(x) - 1/x", -1 / 2, 1 / 12),
    ("1/log1p(x) - 1/x", 1 / 2, -1 / 12),
    ("(1 - exp(-2*x))/x", 2, -2),
    ("(exp(x) - 1)/x", 1, 1 / 2),
    ("log(1 + x)/x", 1, -1 / 2),
    ("x/(exp(x) - 1)", 1, -1 / 2),
    ("tanh(x)/x", 1, 0),
    ("tan(x)/x", 1, 0),
    ("(1 - cos(x))/x", 0, 1 / 2),
)


@pytest.mark.parametrize(("text", "limit", "slope"), REMOVABLE, ids=lambda row: str(row))
def test_a_quotient_with_a_limit_gets_the_limit_and_the_slope_there(text: str, limit: float, slope: float) -> None:
    mend = why(text, x=0).mend
    assert mend is not None
    assert mend.proof.grade == "derivative"
    assert (mend.value, mend.gradient["x"]) == (pytest.approx(limit), pytest.approx(slope))


def test_atan2_at_0_has_the_gradient_of_pytorch_and_is_no_nan() -> None:
    found = why("atan2(x, w)", x=0, w=0)
    assert found.finite
    assert found.mend is None


@pytest.mark.parametrize("row", compiled(), ids=lambda row: row.rule.pattern)
def test_a_row_of_the_table_is_an_expression_of_the_same_letters(row: Any) -> None:
    pattern, result = (set(variables_among(free_names(parse(side)), {})) for side in (row.rule.pattern, row.rule.result))
    assert result <= pattern


NUMBERS = {"a": 1.3, "b": 0.7, "c": 1.9, "m": 2.0, "n": 3.0}
ROWS_OF_NUMBERS = [rule for rule in REWRITES if set(free_names(parse(rule.pattern))) <= NUMBERS.keys()]


@pytest.mark.parametrize("rule", ROWS_OF_NUMBERS, ids=lambda rule: f"{rule.pattern} > {rule.result}")
def test_a_row_of_numbers_has_one_value_where_both_sides_are_defined(rule: Any) -> None:
    values = {**NUMBERS, "a": -1.3} if "log(1 - exp" in rule.pattern else NUMBERS
    used = {name: values[name] for name in free_names(parse(rule.pattern))}
    sides = [recorded(parse(text), Request(bindings=used, spare=tuple(used))).value for text in (rule.pattern, rule.result)]
    assert sides[0] == pytest.approx(sides[1], rel=1e-12)


# ---- any program ----


def check(found: Why) -> None:
    """A place where numbers stop being finite has operands that are finite, or is an input."""
    tape = found.tape
    if found.forward is not None:
        origin = found.forward.origin
        assert not math.isfinite(origin.value)
        assert found.forward.nodes[-1] == tape.output
        operands = [element(tape.values[input], origin.place) for input in tape.graph.inputs[origin.node]]
        elementwise = tape.graph.operations[origin.node] in OPERATIONS
        assert origin.kind == INPUT or not elementwise or all(map(math.isfinite, operands))
    for name, way in found.backward.items():
        assert way.nodes[-1] == tape.graph.variables[name]
        assert not math.isfinite(way.origin.value)
        if way.origin.kind != "sum":
            assert math.isfinite(way.origin.operands[0] or 0.0)
    if found.mend is not None:
        assert numpy.isfinite(found.mend.value).all()


@pytest.mark.parametrize("seed", range(12))
def test_of_random_programs_a_place_is_named(seed: int) -> None:
    random = Random(seed)
    makers = [Programs(seed).program(), RandomProgram(random).text()]
    for text in makers:
        for numbers in ((0.0, 0.0, 0.0), (1e200, -1e200, 800.0), (-1.0, 1.0, 0.5)):
            at = {**dict(zip(VARIABLES, numbers, strict=True)), "n": 2.0, "v": numpy.array([0.0, 1e3, -1.0])}
            try:
                tape = recorded(parse(text), Request(bindings=at, spare=tuple(at), max_nodes=3000))
            except GradcliError:
                continue
            check(why_of(tape))


# ---- where gradients end ----

ENDS = (
    ("floor(x)*3", {"x": 0.5}, "x", "step"),
    ("relu(x)*2", {"x": -1}, "x", "flat"),
    ("clamp(x, -1, 1)", {"x": 3}, "x", "flat"),
    ("x*w", {"x": 2, "w": 0}, "x", "factor"),
    ("sigmoid(x)", {"x": 1000}, "x", "rounded"),
    ("x^2", {"x": 0}, "x", "level"),
    ("detach(x)*w", {"x": 2, "w": 1}, "x", "detached"),
    ("(x > 0)*w", {"x": 2, "w": 1}, "x", "no derivative"),
    ("where(x > 0, w, 2*a)", {"x": 3, "w": 1, "a": 1}, "a", "not chosen"),
    ("max(x, w)", {"x": 1, "w": 2}, "x", "not chosen"),
    ("x - x + w", {"x": 1, "w": 1}, "x", "cancels"),
)


@pytest.mark.parametrize(("text", "at", "name", "kind"), ENDS, ids=lambda row: str(row))
def test_a_gradient_that_ends_has_its_reason(text: str, at: dict[str, float], name: str, kind: str) -> None:
    assert why(text, **at).missing[name].kind == kind


def test_a_gradient_that_vanishes_or_explodes_is_followed_layer_by_layer() -> None:
    deep = "h = x; for i in 0..50 { h = w*h }; h"
    vanishing, exploding = (why(deep, x=1, w=w).courses[0] for w in (0.5, 2.0))
    assert (vanishing.kind, exploding.kind) == ("vanishes", "explodes")
    assert vanishing.layers[-1].product == pytest.approx(50 * math.log10(0.5))
    assert math.fsum(layer.factor for layer in exploding.layers) == pytest.approx(50 * math.log10(2))
    assert not why(deep, x=1, w=1.01).courses


def test_dead_and_saturated_units_are_counted() -> None:
    units = why("sum(relu(A))", A=[[-1, 2], [-2, -3]]).units
    assert [(unit.kind, unit.elements, unit.columns) for unit in units] == [("dead", 3, 1)]
    assert [unit.kind for unit in why("sigmoid(x) + sin(w)", x=20, w=math.pi / 2).units] == ["saturated"]


# ---- large graphs ----


def test_a_large_graph_is_mended_by_what_is_replaced_alone() -> None:
    terms = " + ".join(f"log(1 + exp({at % 7}*x))" for at in range(1_500))
    found = why(terms, x=1000)
    assert found.mend is not None
    assert not found.mend.whole
    assert found.mend.proof.near
    assert found.mend.value == pytest.approx(sum(1000.0 * (at % 7) if at % 7 else math.log(2) for at in range(1_500)))


def test_what_a_run_does_is_linear_in_its_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = [0]
    real = origins.element

    def counting(value: Any, place: Any) -> float:
        counted[0] += 1
        return real(value, place)

    monkeypatch.setattr(origins, "element", counting)
    work = []
    for size in (500, 1000):
        counted[0] = 0
        origins.forward_way((tape := run_of(" + ".join(f"log(x*{at})" for at in range(1, size)), x=0)), tape.output)
        work.append(counted[0])
    assert work[1] <= 2.1 * work[0]


# ---- the command ----


def test_the_document_says_the_same() -> None:
    code, out, err = command(["why", "log(1 + exp(x))", "--x", "1000", "--json"])
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert found["forward"]["origin"]["kind"] == "overflow"
    assert found["exact_value"] == 1000
    assert found["rewrite"]["expression"] == "logaddexp(0, x)"


@pytest.mark.parametrize(
    ("kind", "text", "name"),
    [("dynamic", "log(1 + exp(x))", "x"), ("static", "log(1 + exp(x))", "x"), ("dynamic", "v*log(v)", "v")],
)
def test_it_works_in_both_modes_and_without_a_cotangent(kind: str, text: str, name: str) -> None:
    value = "1000" if name == "x" else "[0, 1]"
    code, out, _ = command(["why", text, f"--{name}", value, "--mode", kind, "--ascii"])
    assert code == 0
    assert "What mends it" in out


# ---- scripts of PyTorch ----

SCRIPT = """\
import torch
x = torch.tensor([0.0, 4.0], requires_grad=True)
y = torch.where(x > 0, torch.sqrt(x), torch.zeros_like(x)).sum()
y.backward()
"""


def test_a_script_is_told_where_its_nan_comes_from() -> None:
    code, out, _ = command(["torch", "-", "--why"], SCRIPT.encode())
    assert code == 0
    assert "∂y/∂b·∂b/∂x = 0·inf = nan" in out
    assert "sqrt(where(x > 0, x, 1))" in out


ERRORS = (
    ("x = torch.tensor(1.0)\n(x * 2).backward()", "requires_grad=True"),
    ("x = torch.tensor(1.0, requires_grad=True)\ny = (x > 0).float() * 2\ny.backward()", "gt has no derivative"),
    ("x = torch.tensor(1.0, requires_grad=True)\nwith torch.no_grad():\n    y = x * 2\ny.backward()", "no_grad"),
    ("x = torch.tensor(1.0, requires_grad=True)\ny = x * x\ny.backward()\ny.backward()", "retain_graph=True)"),
    ("x = torch.tensor(1.0, requires_grad=True)\nx += 1", "torch.no_grad()"),
    ("x = torch.tensor(1.0, requires_grad=True)\nh = torch.exp(x)\nh += 1\nh.backward()", "exp needs its result h"),
)


@pytest.mark.parametrize(("script", "told"), ERRORS, ids=lambda one: one[-20:])
def test_the_errors_of_autograd_say_why(script: str, told: str) -> None:
    code, _, err = command(["torch", "-"], f"import torch\n{script}\n".encode())
    assert code == 2
    assert told in err.partition("hint: ")[2]


def test_a_derivative_that_is_a_careful_number_multiplies_an_array() -> None:
    run = run_of("v @ w/(norm(v)*norm(w))", v=[0, 0], w=[1, 2])
    assert math.isnan(run.value)
    assert numpy.isnan(run.gradient["w"]).all()


def test_a_path_that_ends_in_a_condition_is_none() -> None:
    run = run_of("where(pi - w/x > 0, 0.4/w^0.5, 2)", w=1, x=-1)
    path = largest_paths(run, ["w"])["w"]
    assert path[-1][0] == run.output
    assert math.prod(factor for _, factor in path) == pytest.approx(-0.2)


# ---- digits that cancel ----

CANCELLING = [
    ("(1 - cos(x))/x^2", 1e-4), ("log(1 + x)/x", 1e-9), ("sin(x)/x", 1e-9), ("(exp(x) - 1)/x", 1e-9), ("(x - sin(x))/x^3", 1e-4),
    ("1 - cos(x)", 1e-7), ("cosh(x) - 1", 1e-7), ("exp(x) - 1", 1e-12), ("1 - exp(x)", 1e-12), ("sqrt(1 + x) - 1", 1e-13),
    ("sqrt(x + 3) - sqrt(x)", 1e13), ("1/x - 1/(x + 1)", 1e13), ("log(x + 1) - log(x)", 1e13), ("1 - tanh(x)^2", 17.0),
    ("1 - erf(x)", 5.8), ("log(1 + x)", 1e-12), ("3*(1 - cos(x))/x^2 + x", 1e-7),
    ("(1 - exp(-2/x))/(1/x)", 1e20), ("x*(1 - exp(-2/x))", 1e20),
]  # fmt: skip


@pytest.mark.parametrize(("text", "x"), CANCELLING)
def test_what_cancels_is_named_and_mended(text: str, x: float) -> None:
    """Value and derivative of what is offered, against mpmath."""
    found = why(text, x=x)
    assert found.finite
    assert found.lost is not None
    assert found.lost.is_lossy
    assert any(found.lost.lossy)
    assert found.mend is not None
    with mpmath.workdps(100):
        names = {name: getattr(mpmath, name) for name in ("sin", "cos", "cosh", "tanh", "log", "exp", "sqrt", "erf")}
        code = text.replace("^", "**")

        def exact(at: Any) -> Any:
            return eval(code, {**names, "x": at})

        value, slope = float(exact(mpmath.mpf(x))), float(mpmath.diff(exact, mpmath.mpf(x), h=mpmath.mpf(10) ** -40))
    near = 1e-7 if "3*" in text else 1e-11  # a factor within is in none of the rows: the best that is found loses half
    assert found.mend.value == pytest.approx(value, rel=near, abs=0)
    assert found.mend.gradient["x"] == pytest.approx(slope, rel=near, abs=0)


@pytest.mark.parametrize(
    ("text", "x"), [("x^3/3 - 2*x", 2**0.5), ("x^2 - 2", 2**0.5), ("x*x", 0.0), ("sin(x)^2 + cos(x)^2", 0.7), ("x^3", 0.0)]
)
def test_what_is_right_but_for_roundings_of_its_variables_has_lost_nothing(text: str, x: float) -> None:
    assert why(text, x=x).lost is None


def test_a_convention_at_an_end_is_called_one_and_each_reason_is_given_once() -> None:
    found = why("x^x", x=0)
    lines = sentences(found, Style())
    assert found.lost is not None
    assert found.lost.ends["x"][1] == -math.inf
    assert any("is a convention: no slope on the left, slope -inf on the right" in line for line in lines)
    assert all(line.count("has the derivative 0") <= 1 for line in lines)
    assert not any("exact arithmetic" in line for line in sentences(why("mean(x)", x=[]), Style()))


def test_a_rewrite_may_need_a_node_that_was_computed_later() -> None:
    """The condition by which both sides of a choice are guarded stands behind what the choice takes."""
    code, out, err = command(["why", "a = x^2/(1e-400/pi); 2*where(pi + pi > 0, a/1, 2)", "--x", "0.75", "--json"])
    assert code == 0, err
    assert json.loads(out)["sentences"]


def test_a_limit_that_no_row_continues_is_told() -> None:
    """(x cos x - sin x)/x³ comes to -1/3, x sin(1/x) to 0, 1/x and x·sin(1/x)/|x| to nothing."""
    for text, limit in (("(x*cos(x) - sin(x))/x^3", "-0.333333"), ("x*sin(1/x)", "0"), ("1/x", ""), ("x*sin(1/x)/abs(x)", "")):
        found = why(text, x=0)
        assert found.mend is None
        lines = sentences(found, Style())
        assert any(f"a limit, {limit}:" in line for line in lines) == bool(limit), text


def test_where_there_is_no_derivative_it_is_not_said_to_be_0_as_well() -> None:
    out = command(["why", "x^x", "--x", "0"])[1]
    assert "has no value there" in out
    assert "has the derivative 0" not in out


@pytest.mark.parametrize(("text", "power"), [("cbrt(x)", 1 / 3), ("x^(1/3)", 1 / 3), ("root(x, 5)", 1 / 5), ("x^0.3", 0.3)])
def test_a_root_at_0_is_smoothed(text: str, power: float) -> None:
    """To x/(x^2 + e^2)^((1 - p)/2), whose slope at 0 is e^(p - 1), and which is the root beside 0."""
    mend = why(text, x=0.0).mend
    assert mend is not None
    assert not mend.same
    assert (mend.value, mend.gradient["x"]) == (0, pytest.approx(1e-7 ** (power - 1)))
    assert run_of(mend.text, x=0.5).value == pytest.approx(0.5**power, rel=1e-12)


def test_what_is_given_as_infinite_is_kept_finite_where_only_differences_matter() -> None:
    """A row of a mask that hides all: PyTorch's softmax of it is nan; of equal numbers it is the same for each."""
    found = why("sum(softmax(v)*w)", v=[-math.inf, -math.inf], w=[1.0, 2.0])
    assert found.mend is not None
    assert found.mend.text == "sum(softmax(clamp(v, -1e30, 1e30))*w)"
    assert (found.mend.value, found.mend.proof.near) == (1.5, 0)
    assert found.mend.proof.far > 0
    assert why("sum(softmax(v))", v=[math.nan, 1.0]).mend is None
    assert why("log(x)", x=math.inf).mend is None


def test_the_deviation_of_one_number_is_another_function() -> None:
    found = why("std(v)", v=[3.0])
    assert found.mend is not None
    assert (found.mend.text, found.mend.value, found.mend.same) == ("std(v, correction=0)", 0, False)
    assert why("std(v)", v=[3.0, 4.0]).mend is None
