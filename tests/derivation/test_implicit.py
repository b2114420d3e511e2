"""The steps of implicit differentiation hold along the curve that mpmath finds, and a wrong one is found out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from mpmath import mp

from gradcli.derivation.calculus import implicit
from gradcli.derivation.calculus.implicit import explain_implicit
from gradcli.derivation.nodes.chain import CHECK_STEPS, WrongStepError
from gradcli.graph.graph import Graph
from gradcli.language.ast import Call, Expression, Name, Number, Operator, Prime, children, postorder
from gradcli.language.equation import equation
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower

CURVES = {
    "x^2 + y^2 = 25": 4, "x^3 + y^3 = 6*x*y": 3, "x*y = 1": 1, "sin(x*y) + y = x": 1, "exp(y) + x*y = 4": 1, "y^5 + y = x": 1,
    "a = x*y; a^2 + y = 3": 1, "y*log(y) = x - y": 2, "x/y + y/x = 3": 2, "3 = x - y*exp(-x) - 7*y": 0,
}  # fmt: skip
"""Equations, each with about the y that belongs to x = 1.3."""

FUNCTIONS = {"sin": mp.sin, "cos": mp.cos, "exp": mp.exp, "log": mp.log, "ln": mp.log, "sqrt": mp.sqrt}


def value(expression: Expression, names: Mapping[str, Any]) -> Any:
    """The value of an expression without primes of expressions, by mpmath."""
    found: list[Any] = []
    for node in postorder(expression):
        below = len(children(node))
        operands = found[len(found) - below :]
        del found[len(found) - below :]
        if isinstance(node, Number):
            found.append(
                mp.mpf(node.value)
                if not hasattr(node.value, "numerator")
                else mp.mpf(node.value.numerator) / node.value.denominator
            )
        elif isinstance(node, Name):
            found.append(names[node.name])
        elif isinstance(node, Call):
            found.append(FUNCTIONS[node.function](*operands))
        elif isinstance(node, Operator) and below == 2:
            a, b = operands
            found.append(
                {"+": a + b, "-": a - b, "*": a * b}.get(node.symbol)
                if node.symbol in "+-*"
                else a / b
                if node.symbol == "/"
                else a**b
            )
        else:
            found.append(-operands[0] if isinstance(node, Operator) else operands[0])
    return found[0]


def side(expression: Expression, names: Any, x: Any) -> Any:
    """The value of a side of a step: a prime of an expression is its derivative along the curve."""
    if isinstance(expression, Prime):
        return mp.diff(lambda t: value(expression.content, names(t)), x)
    return value(expression, names(x))


@pytest.mark.parametrize("text", CURVES)
def test_every_step_holds_along_the_curve(text: str) -> None:
    read = equation(text)
    graph = lower(read.difference, StaticBuilder(Graph()))
    found = explain_implicit(read, graph, "y", ["x"], 2, {})
    with mp.workdps(40):
        parts = {statement.name: statement.value for statement in read.before}  # type: ignore[attr-defined]

        def at(x: Any, y: Any) -> dict[str, Any]:
            names = {"x": x, "y": y}
            for name, part in parts.items():
                names[name] = value(part, names)
            return names

        def along(x: Any) -> Any:
            return mp.findroot(lambda y: value(read.left, at(x, y)) - value(read.right, at(x, y)), CURVES[text] or mp.mpf(-1) / 4)

        def names(x: Any) -> dict[str, Any]:
            primes = {"y'": mp.diff(along, x), "y''": mp.diff(along, x, 2)} if x == start else {}
            if x != start:  # inside a derivative only y' may stand, of which the second derivative is made
                primes = {"y'": mp.diff(along, x)}
            return at(x, along(x)) | primes

        start = mp.mpf("1.3")
        [derivation] = found.results
        assert not found.warnings
        assert [step.rule for step in derivation.steps if step.rule in ("both sides differentiated", "differentiated again")]
        for step in derivation.steps:
            left, right = side(step.left, names, start), side(step.right, names, start)
            assert abs(left - right) < mp.mpf("1e-8") * (1 + abs(left)), (step.rule, left, right)


@pytest.mark.parametrize("broken", ["_with_prime", "_simple", "sum_of", "tidy"])
def test_a_wrong_step_is_found(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = getattr(implicit, broken)
    monkeypatch.setattr(implicit, broken, lambda *given: Operator("+", (right(*given), Number(1))))
    monkeypatch.setenv(CHECK_STEPS, "1")
    read = equation("x^2 + y^2 = 25")
    with pytest.raises(WrongStepError):
        explain_implicit(read, lower(read.difference, StaticBuilder(Graph())), "y", ["x"], 2, {})
