"""Every rule of simplification: it holds where it says so, it is applied, and nothing is done where it would not hold."""

from __future__ import annotations

import json
import math
import random
from fractions import Fraction

import mpmath
import pytest
import sympy_oracle as oracle
from commandline import command
from support import run

import gradcli
from gradcli.algebra.assumptions.reader import assumptions_of
from gradcli.algebra.derivatives import simplify
from gradcli.algebra.simplified import Simplifier
from gradcli.algebra.sums.identities import IDENTITIES, Identity
from gradcli.algebra.sums.rules import RULES, TRIANGLES, Rule
from gradcli.algebra.sums.squares import SQUARES
from gradcli.graph.graph import Graph
from gradcli.language.ast import Expression, Name, Number, Operator, Output, Program
from gradcli.language.parser import parse
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower

DOMAINS = {
    "every x": (-3, 3),
    "x > 0": (0.01, 3),
    "x > -1": (-0.99, 3),
    "x > 1": (1.01, 4),
    "-1 < x < 1": (-0.99, 0.99),
    "0 < x < 1": (0.01, 0.99),
    "x ≠ π/2 + kπ": (-3, 3),
    "x ≠ kπ": (0.1, 3),
    "x ≠ 0": (-3, -0.01),
    "x < -1 or x > 1": (1.01, 4),
}
"""An interval of each domain that a rule names."""


def simplified(text: str, assume: str = "") -> str:
    """What `gradcli simplify` prints."""
    graph = lower(parse(text), StaticBuilder(Graph()))
    found = Simplifier(graph, [graph.output], assume=assumptions_of(assume, graph.variables)).together([graph.output])
    return to_text(found.expressions[0])


def value(text: str, x: float) -> float:
    """The value with 30 digits, by SymPy's functions and mpmath."""
    numbers = oracle.values([oracle.in_sympy(parse(text))], [{"x": x}])[0]
    return math.nan if numbers[0] is None else numbers[0]


def expression(text: str) -> Expression:
    [statement] = parse(text).statements
    assert isinstance(statement, Output)
    return statement.value


# ---- the table ----


@pytest.mark.parametrize("rule", [*RULES, *TRIANGLES], ids=lambda rule: rule.pattern)
def test_a_rule_holds_on_its_domain(rule: Rule) -> None:
    low, high = DOMAINS[rule.holds]
    source = random.Random(rule.pattern)
    for x in [source.uniform(low, high) for _ in range(20)]:
        left, right = value(rule.pattern, x), value(rule.result, x)
        assert abs(left - right) <= mpmath.mpf(10) ** -15 * (1 + abs(right)), x


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.pattern)
def test_a_rule_says_where_it_holds(rule: Rule) -> None:
    """Where it names a domain, the pattern has no value somewhere outside; else it has one everywhere."""
    places = (-3.5, -1.5, -0.5, 0.0, 0.5, 1.5, 3.5)
    undefined = [x for x in places if not math.isfinite(run(rule.pattern, {"x": x}).value)]
    if "≠" in rule.holds:  # rounding misses single points, or infinities lead back from them
        return
    assert bool(undefined) == (rule.holds != "every x")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.pattern)
@pytest.mark.parametrize("inner", ["x", "w*x + 1", "sin(x)*w"])
def test_a_rule_is_applied(rule: Rule, inner: str) -> None:
    def put_in(text: str) -> str:
        change = mapped(
            expression(text), lambda node: expression(inner) if node == Name("x", getattr(node, "span", (0, 0))) else node
        )
        return to_text(change)

    assert simplified(put_in(rule.pattern)) == simplified(put_in(rule.result))
    assert simplified(put_in(rule.pattern)) != put_in(rule.pattern)


@pytest.mark.parametrize("rule", TRIANGLES, ids=lambda rule: rule.pattern)
def test_a_function_of_an_inverse_is_a_root(rule: Rule) -> None:
    assert simplified(rule.pattern) == rule.result


@pytest.mark.parametrize(("first", "second", "sign"), [(a, b, sign) for a, (b, sign) in SQUARES.items()])
def test_squares_are_collected(first: str, second: str, sign: int) -> None:
    operator = "+" if sign > 0 else "-"
    for inner in ("x", "w*x + 1"):
        square = f"{first}({inner})^2 {operator} {second}({inner})^2"
        assert simplified(square) == "1"
        assert simplified(f"3*x*({square}) + w") in ("3*x + w", "w + 3*x")
        assert simplified(f"5*{first}({inner})^2 + w {operator} 5*{second}({inner})^2") == "w + 5"
        assert simplified(f"{second}({inner})*x - {first}({inner})^2*{second}({inner})*x") == simplified(
            f"{'' if sign > 0 else '-'}x*{second}({inner})^3"
        )
    for x in (-2.5, -0.3, 0.0, 1.7):
        found = value(f"{first}(x)^2 {operator} {second}(x)^2", x)
        assert abs(found - 1) < 1e-20 or (math.isnan(found) and x == 0)


# ---- everything else that is done, by example ----

APPLIED = {
    # like terms and like factors
    "(w + 1) + (x + w)": "2*w + x + 1",
    "x + x + x": "3*x",
    "x*x*x": "x^3",
    "x^2*x^3": "x^5",
    "2*x/4": "x/2",
    "x - x": "0",
    "1/x + 1/x": "2/x",
    "x*w + w*x": "2*w*x",
    "(x + 1)*(x - 1) + 1": "x^2",
    "x*sin(x) + w*sin(x)": "sin(x)*(w + x)",
    "-(x - w)/v": "(w - x)/v",
    # numbers
    "1/2 + 1/3": "5/6",
    "0.1 + 0.2": "0.3",
    "sqrt(4)": "2",
    "sqrt(8) + sqrt(2)": "3*sqrt(2)",
    "8^(1/3)*x": "2*x",
    "sqrt(2)*sqrt(2)*x": "2*x",
    "sin(0) + cos(0) + exp(0) + log(1)": "2",
    "sin(pi)*x + cos(pi)": "-1",
    "sin(pi/2)*x": "x",
    "log(e)*x": "x",
    # powers
    "(x*w)^2*w": "w^3*x^2",
    "sqrt(x)*sqrt(x)": "x",
    "sqrt(x)^3": "x^(3/2)",
    "sqrt(sqrt(x))": "x^(1/4)",
    "x^w*x": "x^(w + 1)",
    "x^w*x^v": "x^(v + w)",
    "(x^w)^2": "x^(2*w)",
    "2^x*2^x": "2^(2*x)",
    "w*x^x + v*x^(x - 1)": "x^(x - 1)*(w*x + v)",
    "1^x": "1",
    "x^0": "1",
    "x^1": "x",
    # exponentials and logarithms
    "exp(x)*exp(w)": "exp(w + x)",
    "exp(x)*exp(-x)": "1",
    "exp(2*log(x))": "x^2",
    "exp(w*log(x))": "x^w",
    "log(x^3)": "3*log(x)",
    "log(1/x)": "-log(x)",
    "log(sqrt(x))": "log(x)/2",
    "log(exp(x))": "x",
    "e^x*e^-x": "1",
    "log(2^x)": "x*log(2)",
    "4^x/2^x": "2^x",
    "2^x*3^x": "6^x",
    "8^x/2^x": "4^x",
    "2^x/4^x": "2^-x",
    "sqrt(exp(2*x))": "exp(x)",
    "(exp(x) + exp(-x))/2": "cosh(x)",
    "(exp(x) - exp(-x))/(exp(x) + exp(-x))": "tanh(x)",
    "w*exp(-2*x) - w*exp(2*x)": "-2*w*sinh(2*x)",
    "(1 - cos(2*x))/2": "sin(x)^2",
    # absolute values and signs
    "sqrt(x^2)": "abs(x)",
    "(x^2)^(1/2)": "abs(x)",
    "(x^4)^(1/2)": "x^2",
    "abs(x)^2": "x^2",
    "abs(x^2 + 1)": "x^2 + 1",
    "abs(-3*x)": "3*abs(x)",
    "sign(x^2 + 1)": "1",
    "sign(-2*x)": "-sign(x)",
    "x*sign(x)": "abs(x)",
    "(x^2 + 1)/(x^2 + 1)": "1",
    "sqrt((x^2 + 1)^2)": "x^2 + 1",
    "exp(x)/exp(x)": "1",
    # choices
    "where(x > 0, w, w)": "w",
    "where(x > 0, 1, 0)*w": "where(x > 0, w, 0)",
    "where(x > 0, 1, 0) + where(x > 0, 0, 1)": "1",
    "2*where(x > 0, x, 0) + where(x > 0, 0, 3)": "where(x > 0, 2*x, 3)",
    "where(x > 0, where(x > 0, 1, w), v)": "where(x > 0, 1, v)",
    "where(x < x, 1, w)": "w",
    "max(x, x)": "x",
    "x <= inf": "1",
}


@pytest.mark.parametrize("text", APPLIED)
def test_what_is_simplified(text: str) -> None:
    assert simplified(text) == APPLIED[text]


LEFT_ALONE = {
    "x/x": "x/x",
    "x^2/x": "x^2/x",
    "w*x/x": "w*x/x",
    "(x + 1)/(x + 1)": "(x + 1)/(x + 1)",
    "sqrt(x^2*y)": "sqrt(x^2*y)",
    "sqrt(x*y)": "sqrt(x*y)",
    "log(x^2)": "log(x^2)",
    "log(x*y)": "log(x*y)",
    "log(x^w)": "log(x^w)",
    "(x^3)^(1/3)": "(x^3)^(1/3)",
    "(x^w)^v": "(x^w)^v",
    "(x^2)^w": "(x^2)^w",
    "0^x": "0^x",
    "x^x/x^x": "x^x/x^x",
    "asin(sin(x))": "asin(sin(x))",
    "acos(cos(x))": "acos(cos(x))",
    "atan(tan(x))": "atan(tan(x))",
    "sqrt(x - 1)*sqrt(x + 1)": "sqrt(x + 1)*sqrt(x - 1)",
    "abs(x)*abs(w)": "abs(w)*abs(x)",
    "abs(x + 1)": "abs(x + 1)",
    "sign(x)^2": "sign(x)^2",
    "sign(x^2)": "sign(x^2)",
    "softplus(x, -1)/softplus(x, -1)": "softplus(x, -1)/softplus(x, -1)",
    "where(x == 0, 0, w/x)": "where(x == 0, 0, w/x)",
}
"""What would have another value, or a value where there was none."""


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_is_left_alone(text: str) -> None:
    assert simplified(text) == LEFT_ALONE[text]


POSITIVE = {
    "x/x": "1",
    "w*x/x": "w",
    "(x + 1)/(x + 1)": "1",
    "sqrt(x^2)": "x",
    "sqrt(x^2*y)": "x*sqrt(y)",
    "(x^3)^(1/3)": "x",
    "log(x^2)": "2*log(x)",
    "log(x^w)": "w*log(x)",
    "abs(x)": "x",
    "abs(x + w)": "w + x",
    "sign(x)": "1",
    "x^x/x^x": "1",
    "abs(x - w)": "abs(x - w)",
    "sqrt((x - 1)^2)": "abs(x - 1)",
    "1/x - 1/x": "0",
}


@pytest.mark.parametrize("text", POSITIVE)
def test_what_positive_variables_allow(text: str) -> None:
    assert simplified(text, "positive") == POSITIVE[text]


@pytest.mark.parametrize("text", [*APPLIED, *LEFT_ALONE])
@pytest.mark.parametrize("assume", ["", "positive"])
def test_the_value_stays(text: str, assume: str) -> None:
    source = random.Random(text)
    result = simplified(text, assume)
    names = sorted(lower(parse(text), StaticBuilder(Graph())).variables)
    points = [{name: source.uniform(0 if assume else -2, 2) for name in names} for _ in range(30)]
    pair = [oracle.in_sympy(parse(text)), oracle.in_sympy(parse(result))]
    for before, after in oracle.values(pair, points):
        assert before is None or (after is not None and abs(before - after) <= 1e-20 * (1 + abs(before))), result


def test_numbers_stay_exact() -> None:
    total = Program((Output(Operator("+", (Number(Fraction(1, 3)), Number(Fraction(1, 7))))),))
    graph = lower(total, StaticBuilder(Graph()))
    assert Simplifier(graph, [graph.output]).together([graph.output]).expressions == (Number(Fraction(10, 21)),)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("2*abs(x)*sign(x)", "2*x"),
        ("abs(x - 1)*sign(1 - x)", "1 - x"),
        ("abs(x)^3*sign(x)", "x*abs(x)^2"),
        ("x + 0.1234567890123 + x", "2*x + 0.1234567890123"),
        ("x + 1/3^40 + x", "2*x + 1/12157665459056928801"),
        ("x^2*(5e-324 - 1)", "x^2*(5e-324 - 1)"),
    ],
)
def test_magnitudes_with_signs_and_long_numbers(text: str, right: str) -> None:
    assert gradcli.equal(text, right)
    assert gradcli.equal(simplified(text), right)
    assert len(simplified(text)) <= len(right)


def test_a_derivative_has_no_fraction_of_hundreds_of_digits() -> None:
    assert command(["diff", "x^2*(5e-324-1)"])[1] == "2*x*(5e-324 - 1)\n"
    assert command(["diff", "abs(x)^2"])[1] == "2*x\n"


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("(x^2-2x+1)/(x-1)^2", "1  # x != 1"),
        ("(x^2-1)/(x-1)", "x + 1  # x != 1"),
        ("x^3/x^2", "x  # x != 0"),
        ("x/x", "1  # x != 0"),
        ("x/x + y/y", "2  # x != 0, y != 0"),
        ("1/(1/x)", "x  # x != 0"),
        ("x^2/x^3", "1/x"),
        ("(x-1)/(x^2-1)", "1/(x + 1)  # x != 1"),
        ("(x^2-3x+2)/(x^2-1)", "(x - 2)/(x + 1)  # x != 1"),
        ("(x^2-y^2)/(x-y)", "x + y  # x != y"),
        ("(2x-4)/(3x-6)", "2/3  # x != 2"),
        ("(x^2-1)/(x-1)*(x-1)/(x^2-1)", "1  # x != -1, x != 1"),
        ("(sin(x)^2-1)/(sin(x)-1)", "sin(x) + 1  # sin(x) != 1"),
        ("sin((x^2-1)/(x-1))", "sin(x + 1)  # x != 1"),
        ("abs(x)/abs(x)", "1  # x != 0"),
        ("exp(x)/exp(x)", "1"),
        ("(x^2+1)/(x^2+1)", "1"),
        ("x/0", "x/0"),
        ("where(x > 0, x/x, 5)", "where(x > 0, x/x, 5)"),
        ("(x^2 - 1)/(w - 1)", "(x^2 - 1)/(w - 1)"),
    ],
)
def test_what_is_cancelled_states_its_condition(text: str, right: str) -> None:
    """SymPy's cancel gives the same quotients; its answer has no condition."""
    code, out, _ = command(["simplify", text])
    assert (code, out) == (0, right + "\n")
    shown, _, condition = right.partition("  # ")
    assert command(["simplify", shown])[1] == shown + "\n"
    document = json.loads(command(["simplify", text, "--json"])[1])
    assert document["derivatives"][0]["conditions"] == list(filter(None, condition.split(", ")))


@pytest.mark.parametrize("seed", range(40))
def test_quotients_of_polynomials_keep_their_values(seed: int) -> None:
    """Exactly, at whole numbers where the original has a value; conditions fail only where it has none."""
    source = random.Random(seed)

    def factor() -> str:
        return source.choice(["x", "(x - 1)", "(x + 2)", "(2*x - 3)", "(x^2 + 1)", "(x*w - 1)", "(x - w)", "3"])

    above, below = (" * ".join(factor() for _ in range(source.randint(1, 3))) for _ in range(2))
    text = f"({above})/({below})"
    found = simplify(parse(text))
    short = to_text(found.expressions[0])
    for x in range(-3, 4):
        for w in range(-3, 4):
            point = {"x": float(x), "w": float(w)}
            before, after = (gradcli.record(parse(t + " + 0*x + 0*w"), point).value for t in (text, short))
            if math.isfinite(before):
                assert after == pytest.approx(before, rel=1e-12)
                for condition in found.conditions[0] if found.conditions else ():
                    assert gradcli.record(parse(to_text(condition) + " + 0*x + 0*w"), point).value == 1
    assert to_text(simplify(parse(short)).expressions[0]) == short


# ---- identities ----


@pytest.mark.parametrize("identity", IDENTITIES, ids=lambda identity: identity.pattern)
def test_an_identity_holds_and_is_used(identity: Identity) -> None:
    source = random.Random(identity.pattern)
    for x in (source.uniform(-3, 3) for _ in range(5)):
        assert value(identity.pattern, x) == pytest.approx(value(identity.result, x), rel=1e-12)
    halves = ("x*2", "(x*w*2 + 2)") if "1/2*x" in identity.result else ("x", "(x*w + 1)", "exp(w)")
    for inner in halves:
        pattern, result = (text.replace("(x)", f"({inner})").replace("*x)", f"*{inner})") for text in identity)
        for text in (pattern, f"w + 7*({pattern})"):
            found = simplified(text)
            assert simplified(found) == found
            assert inner != "exp(w)" or gradcli.equal(text, found)  # of two variables it takes a hundred times as long
        assert simplified(pattern) == simplified(result)


@pytest.mark.parametrize(
    ("text", "short", "where"),
    [
        ("sec(x)*cos(x)", "1", ["cos(x) != 0"]),
        ("cot(x)*sin(x)", "cos(x)", ["sin(x) != 0"]),
        ("(sin(x) + cos(x))^2", "sin(2*x) + 1", []),
        ("sin(x)^4 + 2*sin(x)^2*cos(x)^2 + cos(x)^4", "1", []),
        ("sign(exp(acos(12/pi)))", "sign(exp(acos(12/pi)))", []),  # acos has no value there, and sign of nan is 0
        ("exp(x)*x/(1/(1 - x))", "x*exp(x)*(1 - x)", ["x != 1"]),
        ("1/(1/log(x))", "log(x)", ["x != 1"]),
        ("1/(1/acos(x))", "acos(x)", ["x != 1"]),
        ("cot(x)*tan(x)", "1", ["cos(x) != 0", "sin(x) != 0"]),
        ("tan(x)/sec(x)", "sin(x)", ["cos(x) != 0"]),
        ("sec(x)*sin(x)", "tan(x)", []),
        ("coth(x)*sinh(x)", "cosh(x)", ["x != 0"]),
        ("0*csc(x)", "0", ["sin(x) != 0"]),
    ],
)
def test_poles_that_an_identity_takes_away_are_conditions(text: str, short: str, where: list[str]) -> None:
    code, out, errors = command(["simplify", text])
    assert (code, errors) == (0, "")
    assert out == (f"{short}  # {', '.join(where)}\n" if where else f"{short}\n")


def test_identities_are_of_simplification_alone() -> None:
    assert command(["diff", "sin(x)^2"])[1] == "2*cos(x)*sin(x)\n"
    assert simplified("3*x*sin(x)*cos(x) - x*sin(x)^2/cos(x)") != ""


@pytest.mark.parametrize(
    ("text", "right", "assume"),
    [
        ("log(x) + log(y) - log(z)", "log(x*y/z)", "positive"),
        ("log(x) + log(y)", "log(x) + log(y)", ""),  # they have no value where both are negative
        ("log(x^2 + 1) + log(w^2 + 1)", "log((w^2 + 1)*(x^2 + 1))", ""),
        ("-log(x) - log(y)", "-log(x*y)", "positive"),
    ],
)
def test_logarithms_are_collected_where_all_are_of_positive_numbers(text: str, right: str, assume: str) -> None:
    assert simplified(text, assume) == right
    assert gradcli.equal(text, right, assume=assume)
