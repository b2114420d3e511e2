"""Simplification, derivatives at points and equality where care is needed, with what is right by mpmath (50 digits) and SymPy."""

from __future__ import annotations

import math

import pytest
from commandline import command

from gradcli import equal, simplify
from gradcli.algebra.derivatives import derivative_graph
from gradcli.algebra.equality.verdict import Verdict
from gradcli.algebra.simplified import Simplifier
from gradcli.graph.graph import Graph
from gradcli.language.parser import parse
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower
from gradcli.ops.catalogue import OPERATIONS


def simplified(text: str) -> str:
    """What `gradcli simplify` prints of one output."""
    return to_text(simplify(parse(text)).expressions[0])


# ---- simplification ----


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("2^(n+1) - 2*2^n", "0"),
        ("3^(n+1) - 3*3^n + x", "x"),
        ("4^n - 2^(2*n)", "0"),
        ("(1/2)^n - 2^(-n)", "0"),
        ("6^n - 2^n*3^n", "0"),
        ("exp(x + 1) - e*exp(x)", "0"),
        ("exp2(n + 1) - 2*2^n", "0"),
        ("2^(n+1) + 2^n", "3*2^n"),
    ],
)
def test_powers_of_numbers_are_collected(text: str, right: str) -> None:
    assert simplified(text) == right or simplified(f"({text}) - ({right})") == "0"


@pytest.mark.parametrize(
    "text",
    [
        "cos(acos(-20))",
        "sin(asin(2))",
        "exp(log(-3))",
        "cosh(acosh(0))",
        "tanh(atanh(2))",
        "sqrt(-4)^2",
        "sqrt(-2)*sqrt(-2)",
        "log(-1) - log(-1)",
        "1/0 - 1/0",
        "0*log(-1)",
        "inf - inf",
        "inf/inf",
        "0*inf",
        "asin(-4) - asin(-4)",
    ],
)
def test_what_has_no_value_gets_none(text: str) -> None:
    code, out, _ = command(["eval", "-q", simplified(text)])
    assert code == 0
    assert math.isnan(float(out))


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("sin(pi/6)", "0.5"),
        ("cos(pi/3)", "0.5"),
        ("sin(pi/3)", "sqrt(3)/2"),
        ("tan(pi/4)", "1"),
        ("tan(2*pi/3)", "-sqrt(3)"),
        ("asin(sqrt(3)/2)", "pi/3"),
        ("asin(1/sqrt(2))", "pi/4"),
        ("asin(-1/2)", "-pi/6"),
        ("acos(-1/2)", "2*pi/3"),
        ("atan(sqrt(3))", "pi/3"),
        ("log2(8)", "3"),
        ("log10(1/1000)", "-3"),
        ("cbrt(-27/8)", "-1.5"),
        ("log2(6)", "log2(6)"),
    ],
)
def test_exact_values(text: str, right: str) -> None:
    assert simplified(text) == right


@pytest.mark.parametrize("numerator", range(-30, 31))
@pytest.mark.parametrize("function", ["sin", "cos", "tan", "asin", "acos", "atan"])
def test_exact_values_are_the_values(function: str, numerator: int) -> None:
    text = f"{function}({numerator}*pi/12)" if not function.startswith("a") else f"{function}({numerator}/20*sqrt(3))"
    values = [float(command(["eval", "-q", one])[1]) for one in (text, simplified(text))]
    if not abs(values[0]) > 1e12:  # tan at a pole
        assert values[1] == pytest.approx(values[0], abs=1e-12, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("sqrt(x^2 + 2x + 1)", "abs(x + 1)"),
        ("sqrt(x^2 - 2*x*y + y^2)", "abs(x - y)"),
        ("sqrt(4x^2 + 8x + 4)", "2*abs(x + 1)"),
        ("sqrt(x^4 + 2x^2 + 1)", "x^2 + 1"),
        ("(x^2 + 2x + 1)^(3/2)", "abs(x + 1)^3"),
        ("sqrt(x^2 + 2x + 2)", "sqrt(x^2 + 2*x + 2)"),
        ("sign(x)/abs(x)", "1/x"),
    ],
)
def test_squares_under_roots(text: str, right: str) -> None:
    assert simplified(text) == right


# ---- derivatives ----


@pytest.mark.parametrize(
    ("text", "right"),
    [("log(abs(x))", "1/x"), ("log(abs(x^2 - 1))", "2*x/(x^2 - 1)"), ("log(abs(sin(x)))", "cot(x)")],
)
def test_the_derivative_of_the_logarithm_of_a_magnitude(text: str, right: str) -> None:
    assert command(["diff", text])[1] == right + "\n"


@pytest.mark.parametrize(
    ("arguments", "value", "says"),
    [
        (["where(x > 0, sqrt(x), x)", "--at", "x=-4"], 1, ""),
        (["x^2 if x < 0 else sqrt(x)", "--at", "x=-2"], -4, ""),
        (["x*sqrt(x)", "--at", "x=0"], 0, "the limit"),
        (["log(1+exp(x))", "--order", "2", "--at", "x=37.42994775023705"], 5.5511151231257765e-17, ""),
        (["0 if x == 0 else x", "--at", "x=0"], 1, "of the branch"),
        (["sin(x)/x if x != 0 else 1", "--order", "2", "--at", "x=0"], -1 / 3, "of the branch"),
        (["sinc(t)", "--order", "2", "--at", "t=0"], -(math.pi**2) / 3, ""),
        (["sigmoid(x)", "--at", "x=40"], 4.248354255291589e-18, ""),
        (["tanh(x)", "--at", "x=20"], 1.6993417021166355e-17, ""),
        (["max(x, 1)", "--at", "x=1"], 0.5, "0 from the left and 1 from the right"),
        (["abs(x)", "--order", "2", "--at", "x=0"], 0, "of order 1 is -1 from the left and 1 from the right"),
        (["floor(x)", "--at", "x=2"], 0, "jumps"),
        (["cbrt(x)", "--at", "x=0"], math.inf, ""),
        (["x^2 + x", "--at", "x=inf"], math.inf, ""),
        (["(x^2-1)/(x-1)", "--at", "x=1"], 1, "the limit"),
        (["(1-cos(x))/x^2", "--order", "2", "--at", "x=0"], -1 / 12, "the limit"),
        (["(1-cos(x))/x^2", "--order", "4", "--at", "x=0"], 1 / 30, "the limit"),
        (["1/24 if x == 0 else (cos(x)-1+x^2/2)/x^4", "--order", "2", "--at", "x=0"], -1 / 360, "the limit"),
        (["x^2*sin(y)", "--wrt", "x", "--at", "x=3,y=1/2"], 6 * math.sin(0.5), ""),
        # no derivative, whatever the formula gives
        (["sqrt(x) if x > 0 else 0", "--at", "x=0"], 0, "it is 0 from the left and inf from the right"),
        (["x^(1/3) if x > 0 else 0", "--at", "x=0"], 0, "it is 0 from the left and inf from the right"),
        (["x*log(x) if x > 0 else 0", "--at", "x=0"], 0, "it is 0 from the left and -inf from the right"),
        (["x*sin(1/x) if x != 0 else 0", "--at", "x=0"], 0, "settle on no number"),
        (["x^2*sin(1/x) if x != 0 else 0", "--at", "x=0"], 0, ""),
        (["exp(-1/x^2) if x != 0 else 0", "--at", "x=0"], 0, ""),
        (["sqrt(abs(x))", "--at", "x=0"], math.nan, "it is -inf from the left and inf from the right"),
        (["cbrt(x) if x != 0 else 0", "--at", "x=0"], math.inf, "that of the formula is 0"),
        # the function has no value, or ends
        (["log(x)", "--at", "x=-1"], -1, "no real value there"),
        (["log(x)", "--at", "x=-1", "--order", "2"], -1, "no real value there"),
        (["atanh(x)", "--at", "x=2"], -1 / 3, "no real value there"),
        (["asin(x)", "--at", "x=2"], math.nan, "no real value there"),
        (["1/x", "--at", "x=0"], -math.inf, "no real value there"),
        (["x^x", "--at", "x=-1"], math.nan, "no real value beside the point"),
        (["x^2*log(x)", "--at", "x=0"], 0, "the limit from the right"),
        (["x*log(x)", "--at", "x=0"], -math.inf, "the limit from the right"),
        (["x^1.5*log(x)", "--at", "x=0"], 0, "the limit from the right"),
        (["abs(x)^1.01 - 2*x", "--at", "x=0"], -2, ""),
        (["log(exp(x) + exp(2*x))", "--at", "x=1e16"], 2, ""),
        (["sin(exp(x))", "--at", "x=1e9"], math.nan, "too large to be computed"),
        (["sqrt(x)", "--at", "x=0"], math.inf, "the limit from the right"),
    ],
)
def test_a_number_beside_a_formula_is_its_value(arguments: list[str], value: float, says: str) -> None:
    code, out, err = command(["diff", *arguments])
    assert code == 0, err
    _, _, remark = out.partition("  # ")
    condition, _, beside = remark.partition("; ")
    number, _, rest = (beside if " != " in condition else remark).partition(" at ")
    assert float(number) == pytest.approx(value, rel=1e-13, abs=1e-17, nan_ok=True)
    assert (says in rest) if says else "(" not in rest


def test_the_hessian_of_a_squared_norm_at_0() -> None:
    assert command(["diff", "norm(a)^2", "--shape", "a=2", "--hessian", "--at", "a=[0,0]"])[1] == (
        "[2, 0]  # [2, 0] at a = [0, 0]\n[0, 2]  # [0, 2] at a = [0, 0]\n"
    )


def test_of_arrays_kinks_are_named_as_well() -> None:
    out = command(["diff", "norm(a)", "--shape", "a=2", "--at", "a=[0,0]"])[1]
    assert "[0, 0] at a = [0, 0] (a convention, PyTorch's: the derivative is -1 from the left and 1 from the right)" in out
    out = command(["diff", "sum(relu(a))", "--shape", "a=2", "--at", "a=[0,1]"])[1]
    assert "[0, 1] at a = [0, 1] (a convention, PyTorch's" in out


def test_of_each_element_of_a_jacobian_its_own_function_tells() -> None:
    """sin(v)/v is 1 - v^2/6 + ... around 0; of several outputs each has its own kinks."""
    first, second = command(["diff", "sin(v)/v", "--jacobian", "--at", "v=[0,1]"])[1].splitlines()
    assert first.endswith("# [0, 0] at v = [0, 1] (the limit, as the function has no value there)")
    assert second.endswith(", -0.3011686789397568] at v = [0, 1]")
    first, second = command(["diff", "abs(x); x^2", "--jacobian", "--at", "x=0"])[1].splitlines()
    assert "-1 from the left and 1 from the right" in first
    assert second == "[2*x]  # [0] at x = 0"


def test_an_empty_jacobian() -> None:
    assert command(["diff", "A - A", "--shape", "A=0", "--jacobian"])[:2] == (0, "")


# ---- equality ----


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("abs(x-400)", "400-x"),
        ("max(0,x-500)", "0"),
        ("relu(x-1e7)", "0"),
        ("1 if t>200 and t<200.01 else 0", "0"),
        ("1 if t>200 and t<200+1e-20 else 0", "0"),
        ("max(0,1-1000*abs(x-pi))", "0"),
        ("max(0,1-1e20*abs(x-pi))", "0"),
        ("1 if (x-33.3)^2<1e-12 else 0", "0"),
        ("clamp(x, -1e5, 1e5)", "x"),
        ("x*y + max(0, x + y - 700)", "x*y"),
        ("floor(x/1000)*relu(x)", "0"),
        ("x*(1+1e-50)", "x"),
        ("sin(x)*(1+1e-50)", "sin(x)"),
        ("x + 1e-60*max(0,x-1e6)", "x"),
        # less than the digits of the first calculation show
        ("1", "1-exp(-700)"),
        ("x", "x*(1+exp(-300))"),
        ("x^2", "x^2+1/gamma(300)"),
        # at single points, and between the jumps of a part
        ("where(exp(x)==7,1,0)", "0"),
        ("where(floor(exp(x))==12345,1,0)", "0"),
        ("where(floor(x/3)==99999,1,0)", "0"),
        ("1 if floor(x)==5 and x>5.999 else 0", "0"),
        ("v", "v - kron(v,10)"),
        ("flip(w*w)", "tanh(w)"),
    ],
)
def test_what_differs_is_found_to_differ(first: str, second: str) -> None:
    found = equal(first, second)
    assert found.verdict is Verdict.DIFFERENT
    assert found.counterexample is not None
    assert found.counterexample.first_text != found.counterexample.second_text


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ("2*2^n", "2^(n+1)", Verdict.EQUAL),
        ("2*log(x-1000)", "log((x-1000)^2)", Verdict.WHERE_DEFINED),
        ("sqrt(-x^2)", "sin(x)", Verdict.ISOLATED),
        ("sqrt(-(x-3)^2)", "x-3", Verdict.ISOLATED),
        ("log(exp(exp(exp(10))))", "exp(exp(10))", Verdict.EQUAL),
        ("ones_like(y)", "1", Verdict.EQUAL),
        ("max(x,y)", "(x+y+abs(x-y))/2", Verdict.EQUAL),
        ("softplus(x)", "log(1+exp(x))", Verdict.BELOW_THRESHOLD),
        ("softplus(x)", "log(2+exp(x))", Verdict.DIFFERENT),
    ],
)
def test_verdicts(first: str, second: str, verdict: Verdict) -> None:
    assert equal(first, second).verdict is verdict


def test_an_array_of_one_element_has_a_counterexample() -> None:
    found = equal("x", "x*2", shapes={"x": (1,)})
    assert found.verdict is Verdict.DIFFERENT
    assert found.counterexample is not None


def test_the_report_says_how_it_was_sought_and_what_a_threshold_is() -> None:
    assert "places where one of them changes" in command(["equal", "max(x,y)", "(x+y+abs(x-y))/2"])[1]
    code, out, _ = command(["equal", "softplus(x)", "log(1+exp(x))"])
    assert code == 0
    assert "beyond its threshold, 20" in out
    code, out, _ = command(["equal", "sqrt(-x^2)", "sin(x)"])
    assert code == 1
    assert "They agree at x = 0, and near it not both have a value." in out


KINKS = [operation for operation in OPERATIONS.values() if any(s.kind in ("kink", "jump") for s in operation.facts.specials)]


@pytest.mark.parametrize("operation", KINKS, ids=lambda operation: operation.name)
def test_kinks_far_out_are_found_from_the_declarations(operation: object) -> None:
    """Something added only where x is beyond a kink, moved out to 12345, is found."""
    name = getattr(operation, "name", "")
    special = next(s for s in OPERATIONS[name].facts.specials if s.kind in ("kink", "jump"))
    first, *others = special.at
    text = f"{name}({', '.join([f'(x - 12345 + {first})', *map(str, others)])})"
    bump = f"{text} + (x - 12345)*(1 if x > 12345 else 0)"
    assert equal(text, bump).verdict is Verdict.DIFFERENT


# ---- products ----


def work_of(text: str) -> int:
    """The factors in all normal forms that the derivatives of an expression by all its variables take."""
    graph = lower(parse(text), StaticBuilder(Graph()))
    derivatives, ids = derivative_graph(graph, [(graph.output, (name,)) for name in graph.variables])
    simplifier = Simplifier(derivatives, ids, generic=True)
    simplifier.together(ids)
    return sum(len(monomial) for terms in simplifier.algebra.forms for monomial, _ in terms)


def test_the_derivatives_of_a_product_take_work_that_grows_as_its_factors_do() -> None:
    works = [work_of("*".join(f"x{at}" for at in range(count))) for count in (300, 600, 1200)]
    assert works[1] < 2.5 * works[0]
    assert works[2] < 2.5 * works[1]


def test_the_derivative_of_a_power_written_as_a_product() -> None:
    works = [work_of("*".join(["x"] * count)) for count in (200, 400, 800)]
    assert works[2] - works[1] <= 2.1 * (works[1] - works[0])
    assert command(["diff", "*".join(["x"] * 3000)])[1] == "3000*x^2999\n"


def test_orders_are_bounded_by_their_work() -> None:
    code, out, err = command(["diff", "x^x^x^x", "--order", "10"])
    assert (code, out) == (4, "")
    assert "--max-nodes" in err
    assert command(["diff", "x^x^x^x", "--order", "4"])[0] == 0


def test_the_derivative_of_a_constant() -> None:
    assert command(["diff", "5", "--wrt", "x"])[:2] == (0, "0\n")


@pytest.mark.parametrize(
    ("text", "at", "right"),  # by series: (1/x - 1)' of sin(x)/x and the like are odd, so that they are 0
    [
        ("sin(pi*x)/(1 - x)", "1", 0.0),
        ("cos(pi*x/2)/(x - 1)", "1", 0.0),
        ("tanh(x - 3)/(x - 3)", "3", 0.0),
        ("(1 - cos(x - 1))/(x - 1)^2", "1", 0.0),
        ("(x - 1)/log(x)", "1", 0.5),
        ("sin(pi*x)/(1 - x^2)", "1", -math.pi / 4),
        ("sin(x + 7)/(x + 7) + x", "-7", 1.0),
    ],
)
def test_a_limit_is_found_wherever_it_lies(text: str, at: str, right: float) -> None:
    _, out, _ = command(["diff", text, "--at", f"x={at}"])
    shown, said = out.split("# ")[1].split(f" at x = {at} ")
    assert float(shown) == pytest.approx(right, abs=1e-15)
    assert "the limit" in said
