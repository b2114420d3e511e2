"""The guard of derivations: a step that is wrong is found, whichever function made it, and no line is lost without a word.

Each function that makes or rewrites a step is broken in turn: a sign is dropped, a factor is lost, a term is swapped.
"""

from __future__ import annotations

import inspect
import itertools
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from corpus import Example
from step_values import check_every_step

from gradcli.derivation.calculus import table
from gradcli.derivation.explain import VIEWS, explain
from gradcli.derivation.nodes import chain
from gradcli.derivation.nodes.chain import CHECK_STEPS, Chain, WrongStepError
from gradcli.derivation.nodes.chain_rule import _Deriving
from gradcli.derivation.nodes.local import Labels
from gradcli.derivation.nodes.workings import Workings
from gradcli.derivation.notation import expressions, products, tidy
from gradcli.language.ast import Expression, Number, Operator
from gradcli.language.rewrite import mapped

BOARD = [
    "(x+w)*(w+1)",
    "(x - 3*w)/(w - x^2)",
    "a = x - w; b = w*x; a*b - a/b",
    "-(x*w)^3/2 - 2*x - (-w)*x - 5/3",
    "-3*sin(2*x - w) + 2^x - x^(1/2)",
    "x^x - (x + w)^(2*w)",
    "x*(-2)*w - (x/w)/w",
    "x*w*w/(x - 2*w) - x^2*sin(x)*cos(x)",
    "x - 2*w - (3 - (x - w))",
    "x^3/(w - 2)^2/(w - 2) + log((1 + w)/(1 - w))",
]
"""Expressions that take every step between them."""


# ---- ways to break an expression ----


def _first(expression: Expression, symbols: str, change: Callable[[Operator], Expression]) -> Expression:
    """The expression with the first operator of some symbols changed."""
    done = False

    def change_first(node: Expression) -> Expression:
        nonlocal done
        if done or not isinstance(node, Operator) or node.symbol not in symbols:
            return node
        changed = change(node)
        done = changed is not node
        return changed

    return mapped(expression, change_first)


def dropped_sign(expression: Expression) -> Expression:
    """A plus for a minus; of a negative number its size."""
    found = _first(expression, "-", lambda node: Operator("+", node.operands) if len(node.operands) > 1 else node.operands[0])
    if found == expression and isinstance(expression, Number):
        return Number(-expression.value)
    return found


def lost_factor(expression: Expression) -> Expression:
    """The first product without its last factor."""
    return _first(expression, "*", lambda node: node.operands[0])


def swapped_term(expression: Expression) -> Expression:
    """b - a for a - b, b/a for a/b, b^a for a^b."""
    return _first(expression, "-/^", lambda node: Operator(node.symbol, node.operands[::-1]) if len(node.operands) > 1 else node)


BREAKS = (dropped_sign, lost_factor, swapped_term)


def broken(result: Any, how: Callable[[Expression], Expression]) -> Any:
    """A result of a function with the first expression in it broken that can be."""
    if isinstance(result, Expression):
        return how(result)
    if isinstance(result, list | tuple) and type(result) in (list, tuple):
        for at, part in enumerate(result):
            other = broken(part, how)
            if other is not part and other != part:
                return type(result)([*result[:at], other, *result[at + 1 :]])
    return result


# ---- the functions that make steps ----


def _makers(module: ModuleType) -> list[tuple[Any, str]]:
    """The public functions of a module that give an expression."""
    return [
        (module, name)
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and str(function.__annotations__.get("return", "")).startswith("Expression")
        and not name.startswith("_")
    ]


MAKERS: list[tuple[Any, str]] = [
    *_makers(expressions),
    *_makers(tidy),
    *_makers(table),
    *_makers(chain),
    *_makers(products),
    (Labels, "derivatives"),
    (Chain, "simplify"),
    (Chain, "_computed"),
    (Workings, "write_out"),
    (Workings, "put_numbers"),
    (_Deriving, "product"),
    (_Deriving, "factors"),
    (_Deriving, "local"),
]


def _patched(patch: pytest.MonkeyPatch, owner: Any, name: str, replacement: Callable[..., Any]) -> None:
    """Put a function in the place of another one, wherever it was imported."""
    original = getattr(owner, name)
    patch.setattr(owner, name, replacement)
    if isinstance(owner, ModuleType):
        for module in [m for key, m in sys.modules.items() if key.startswith("gradcli.derivation") and m is not owner]:
            if getattr(module, name, None) is original:
                patch.setattr(module, name, replacement)


def _is_found(applied: Callable[[], int]) -> bool:
    """Whether the invariants of this suite fail for an expression of the board.

    Args:
        applied: How many results were broken so far: where an explanation has none, its steps are not looked at.
    """
    for text in BOARD:
        for by in VIEWS:
            before = applied()
            try:
                explain(text, {"x": 0.7, "w": 1.3}, by=by, steps="full")
                if applied() > before:
                    check_every_step(Example(text, {}), by)
            except AssertionError:  # a wrong step is one as well
                return True
    return False


@pytest.mark.parametrize("how", BREAKS, ids=lambda how: how.__name__)
@pytest.mark.parametrize(("owner", "name"), MAKERS, ids=[f"{owner.__name__.rpartition('.')[2]}.{name}" for owner, name in MAKERS])
def test_a_broken_step_is_found(owner: Any, name: str, how: Callable[[Expression], Expression]) -> None:
    original = getattr(owner, name)
    applied = 0

    def breaking(*arguments: Any, **more: Any) -> Any:
        nonlocal applied
        result = original(*arguments, **more)
        changed = broken(result, how)
        applied += changed != result
        return changed

    with pytest.MonkeyPatch.context() as patch:
        _patched(patch, owner, name, breaking)
        found = _is_found(lambda: applied)
    assert found or not applied, f"{applied} broken results of {name} went unnoticed"


def test_nothing_is_found_where_nothing_is_broken() -> None:
    assert not _is_found(itertools.count().__next__)


# ---- what a wrong step does ----


def _with_wrong_sign(patch: pytest.MonkeyPatch) -> None:
    original = expressions.without_trivial

    def wrong(factors: list[Expression]) -> Expression | None:
        found = original(factors)
        return None if found is None else Operator("-", (found,))

    _patched(patch, expressions, "without_trivial", wrong)


def test_a_wrong_step_says_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    _with_wrong_sign(monkeypatch)
    with pytest.raises(WrongStepError) as caught:
        explain("x*sin(x)", {"x": 1.0})
    error = caught.value
    assert error.rule == "trivial factors dropped"
    assert "dy/dx = -" in str(error)
    assert repr(error.expected) in str(error)
    assert repr(error.found) in str(error)


def test_without_the_switch_a_wrong_line_is_left_out_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    _with_wrong_sign(monkeypatch)
    monkeypatch.delenv(CHECK_STEPS)
    for by in ("nodes", "paths"):
        explanation = explain("x*sin(x)", {"x": 1.0}, by=by)
        assert explanation.warnings
        assert all("left out" in warning for warning in explanation.warnings)
        assert explanation.value("x") == pytest.approx(1.3817732906760363)


def test_every_line_of_the_board_is_shown() -> None:
    for text in BOARD:
        for by in VIEWS:
            assert not explain(text, {"x": 0.7, "w": 1.3}, by=by, steps="full").warnings
