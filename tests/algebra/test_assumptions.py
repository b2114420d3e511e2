"""What is assumed of variables: how it is read, what follows from it, and that no value changes."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
import sympy_oracle as oracle

import gradcli
from gradcli.algebra.assumptions.facts import ANY, NOTHING, POSITIVE, Fact
from gradcli.algebra.assumptions.reader import WORDS, read_assumptions
from gradcli.algebra.derivatives import simplify
from gradcli.algebra.equality.verdict import Verdict
from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph
from gradcli.language.parser import parse
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower

SIMPLER = {
    ("sqrt(x^2)", "x>0"): "x",
    ("sqrt(x^2)", "x<=0"): "-x",
    ("abs(x - 1)", "0<x<1"): "1 - x",
    ("abs(x^3)", "x<0"): "-x^3",
    ("sqrt((x - 1)^2)", "x>=1"): "x - 1",
    ("abs(x*y)", "x<0, y<0"): "x*y",
    ("(x^a)^b", "x>0"): "x^(a*b)",
    ("(x^a)^b", "a>0"): "(x^a)^b",
    ("(x^2)^n", "n integer"): "x^(2*n)",
    ("(x^2)^n", "n>0"): "(x^2)^n",
    ("(-1)^(2*n)", "n integer"): "1",
    ("(-1)^(2*n + 1)", "n integer"): "-1",
    ("(-1)^(3*n)*(-1)^n", "n integer"): "1",
    ("(-1)^(2*n)", ""): "(-1)^(2*n)",
    ("log(x^a)", "x>0"): "a*log(x)",
    ("log(x^2)", "x>0"): "2*log(x)",
    ("log(x^2*y^2)", "positive"): "2*log(x*y)",
    ("log(x*y) - log(x) - log(y)", "x>0, y>0"): "0",
    ("log(x) + 2*log(y)", "positive"): "log(x*y^2)",
    ("log(x*exp(y))", ""): "y + log(x)",
    ("exp(a*log(x) + log(y))", ""): "y*x^a",
    ("exp(x)^w", ""): "exp(w*x)",
    ("a/a", "a!=0"): "1",
    ("(x^2 - 1)/(x - 1)", "x!=1"): "x + 1",
    ("sin(n*pi)", "n integer"): "0",
    ("cos(n*pi)", "n integer"): "(-1)^n",
    ("cos(x + 2*pi*n)", "n integer"): "cos(x)",
    ("tan(x + pi*n)", "n integer"): "tan(x)",
    ("floor(n + 1)", "n integer"): "n + 1",
    ("relu(x)", "x>0"): "x",
    ("max(x, 0)", "x>=0"): "x",
    ("x if x > 0 else -x", "x>1"): "x",
    ("sign(x)", "x<0"): "-1",
    ("sign(x)", "x<=0"): "sign(x)",
}


@pytest.mark.parametrize(("text", "assume"), SIMPLER)
def test_what_assumptions_allow(text: str, assume: str) -> None:
    program = parse(text)
    found = simplify(program, assume=assume)
    result = to_text(found.expressions[0])
    assert result == SIMPLER[text, assume]
    stated = [to_text(one) for one in (found.conditions or ((),))[0]]
    assert not [one for one in stated if "!=" in one]  # nothing is cancelled
    assert bool(stated) == (text == "exp(a*log(x) + log(y))")  # which has a value where both are positive
    assert to_text(simplify(parse(result), assume=_without_unused(assume, result)).expressions[0]) == result
    graph = lower(program, StaticBuilder(Graph()))
    facts = read_assumptions(assume or "nothing", graph.variables)
    source = random.Random(text)
    points = [
        {name: float(facts.of(name).fitted(Fraction(source.randint(-400, 400), 64)) or 1) for name in graph.variables}
        for _ in range(12)
    ]
    for before, after in oracle.values([oracle.in_sympy(program), oracle.in_sympy(parse(result))], points):
        assert before is None or (after is not None and abs(before - after) <= 1e-12 * (1 + abs(before)))
    assert gradcli.equal(text, result, assume=_without_unused(assume, text))


def _without_unused(assume: str, text: str) -> str:
    names = lower(parse(text), StaticBuilder(Graph())).variables
    parts = [part for part in assume.split(",") if part.strip() in WORDS or any(name in part for name in names)]
    return ", ".join(parts) if names else ""


@pytest.mark.parametrize(
    ("first", "second", "assume"), [("abs(x)", "x", "x>0"), ("sin(pi*n)", "0", "n integer"), ("x^2", "x*abs(x)", "x>=0")]
)
def test_equal_compares_at_such_values_alone(first: str, second: str, assume: str) -> None:
    assert gradcli.equal(first, second, assume=assume).verdict is Verdict.EQUAL
    found = gradcli.equal(first, second + " + 1", assume=assume)
    assert found.verdict is Verdict.DIFFERENT
    assert found.counterexample is not None
    [(name, value)] = found.counterexample.point.items()
    assert read_assumptions(assume, [name]).of(name).has(Fraction(float(value)))
    assert gradcli.equal(first, second).verdict is Verdict.DIFFERENT


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("x>0", Fact(0, open_low=True)),
        ("0<x", Fact(0, open_low=True)),
        ("0 < x <= 1/2", Fact(0, Fraction(1, 2), True, False)),
        ("x>0, x>=2, x<5, x!=3", Fact(2, 5, False, True, (3,))),
        ("x>=0, x!=0", Fact(0, open_low=True)),
        ("x integer, x>1/2", Fact(1, integer=True)),
        ("integer, x>-1, x!=0", Fact(1, integer=True)),
        ("x is nonzero, x>1", Fact(1, open_low=True)),
        ("x real", ANY),
    ],
)
def test_what_is_said_is_one_record(text: str, fact: Fact) -> None:
    assert read_assumptions(text, ["x"]).of("x") == fact


def test_positive_of_every_variable_is_such_a_record() -> None:
    assert read_assumptions("positive", ["x"]) == POSITIVE
    assert read_assumptions("nothing", ["x"]) == NOTHING


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x>0, x<0", "x cannot be all of that"),
        ("x>1, negative", "x cannot be all of that"),
        ("1/3<x<2/3, x integer", "x cannot be all of that"),
        ("x>=1, x<=1", "x can be 1 alone"),
        ("n integer", "no variable 'n'|has no variable|n"),
        ("x prime", "takes comparisons with numbers and words, not 'x prime'"),
        ("complex", "not 'complex'"),
        ("x>0,", "here is nothing"),
        ("x>w", "a variable and a rational number"),
        ("x>pi", "a variable and a rational number"),
        ("1>0", "a variable and a rational number"),
        ("x=1", "is no comparison"),
        ("x==1", "a variable and a rational number"),
        ("x+1>0", "a variable and a rational number"),
        ("x>", "expression"),
    ],
)
def test_what_cannot_be_assumed_is_refused(text: str, message: str) -> None:
    with pytest.raises(GradcliError, match=message):
        read_assumptions(text, ["x", "w"])


@pytest.mark.parametrize(
    "text", ["", "x>0", "x<-1", "x>=0, x!=1", "0<x<1", "x<0, x integer", "x integer", "x>=3, x integer", "x!=0"]
)
def test_numbers_that_are_found_are_such_numbers(text: str) -> None:
    fact = read_assumptions(text or "nothing", ["x"]).of("x")
    for value in (0, 1, -1, Fraction(5, 2), Fraction(-17, 64), 100):
        fitted = fact.fitted(value)
        assert fitted is None or fact.has(fitted)
    numbers = [fact.nth(number) for number in range(1, 30)]
    assert len(set(numbers)) == len(numbers)
    assert all(fact.both(Fact(without=fact.without)).has(number) or number in (0, 1) for number in numbers)
