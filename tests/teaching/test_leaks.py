"""Messages below level 4 do not tell the answer, nor what a wrong one lacks of it: each formula in them is read by SymPy and
compared with these."""

from __future__ import annotations

import re

import pytest
import sympy
from teaching_rows import ROWS

from gradcli.teaching.exercises.exercise_sets import Wanted, exercises
from gradcli.teaching.marking.marking import Marker
from gradcli.teaching.marking.verdicts import Verdict
from gradcli.teaching.marking.words import feedback

_FORMULA = re.compile(r"= ([^,;=]+?)(?=\)?(?:,|;|$|\) ))")


def _read(text: str) -> sympy.Expr | None:
    try:
        found = sympy.sympify(text.replace("^", "**").replace("·", "*"), locals={"e": sympy.E})
    except (sympy.SympifyError, SyntaxError, TypeError, AttributeError):
        return None
    return found if isinstance(found, sympy.Expr) else None


def _same(found: sympy.Expr, right: sympy.Expr) -> bool:
    """Whether two expressions have the same value at three points, and SymPy finds them equal."""
    difference = found - right
    for at in (0.7231, 1.3817, 2.1193):
        point = {symbol: at + 0.1234 * place for place, symbol in enumerate(sorted(difference.free_symbols, key=str))}
        value = difference.subs(point).evalf()
        if value.is_number and abs(complex(value)) > 1e-9:
            return False
    return bool(sympy.simplify(difference) == 0)


@pytest.mark.parametrize(("question", "wrt", "answer", "kind"), [row for row in ROWS if ";" not in row[0]])
def test_no_message_tells_the_answer(question: str, wrt: str, answer: str, kind: str) -> None:
    marker = Marker(question, wrt)
    marked = marker.mark(answer)
    text = re.sub(r"(\d)([a-z(])", r"\1*\2", question)
    right = sympy.diff(_read(text), sympy.Symbol(wrt))
    own = None if marked.read_as is None else _read(marked.read_as)
    untold = [right] if own is None or own == 0 else [right, right / own, right - own]
    for level in range(4):
        for line in feedback(marker.question, marked, level):
            for formula in _FORMULA.findall(line):
                found = _read(formula)
                if found is None or not found.free_symbols or "'" in formula or "∂" in formula:
                    continue
                assert not any(_same(found, one) for one in untold), line


def test_levels_tell_more_and_more() -> None:
    marker = Marker("sin(x^3)", "x")
    marked = marker.mark("cos(x^3)")
    lines = [feedback(marker.question, marked, level) for level in range(6)]
    assert lines[0] == []
    assert lines[1] == ["the inner derivative is missing"]
    assert lines[2] == ["the inner derivative is missing (y = sin(a), a = x^3)"]
    assert lines[3][1:] == ["chain rule: for y = f(a), dy/dx = f'(a)·da/dx"]
    assert lines[4][-1] == "dy/dx = 3*x^2*cos(x^3)"


def test_a_place_that_is_the_answer_is_named_only() -> None:
    marker = Marker("e^x", "x")
    marked = marker.mark("x*e^(x - 1)")
    assert feedback(marker.question, marked, 2) == ["the power rule is used where the exponent varies (y)"]


def test_without_a_reason_a_student_hears_where_it_differs_and_not_how() -> None:
    marker = Marker("x^2", "x")
    marked = marker.mark("37*x^5 + 1")
    (said,) = feedback(marker.question, marked, 2)
    assert said == "no known mistake gives this: at x = 1 it has another value than the right answer"
    assert feedback(marker.question, marked, 4)[0] == "no known mistake gives this: at x = 1 it is 38, and 2 is right"


@pytest.mark.parametrize("question", ["sin(x^2)", "log(x)", "x*w + w^3", "sqrt(x - 1)", "asin(x)"])
def test_the_point_at_which_an_answer_differs_is_simple(question: str) -> None:
    marker = Marker(question, "x")
    for answer in ("0", "x^7 - 300", "exp(x) - exp(1)", "17.3", "-2*x^3"):
        marked = marker.mark(answer)
        assert marked.verdict is Verdict.WRONG
        said = " ".join(feedback(marker.question, marked, 2))
        assert not re.search("too large|too small|wrong sign", said) or marked.reasons
        if not marked.reasons and marked.values is not None and question != "asin(x)":
            assert marked.point is not None
            assert all(value in (1, 2, 3) for value in marked.point.values())
            own, right = marked.values
            assert abs(own - right) > 1e-7


_NUMBERS = {"x": 0.37, "w": 0.58, "t": 0.71}


def _values(text: str) -> list[float] | None:
    """The numbers of a formula at two points; None for what is no formula in variables."""
    found = _read(text)
    if found is None or not found.free_symbols or not {str(name) for name in found.free_symbols} <= set(_NUMBERS):
        return None
    points = [{name: value + shift for name, value in _NUMBERS.items()} for shift in (0, 0.19)]
    return [float(sympy.re(sympy.N(found.subs(point)))) for point in points]


@pytest.mark.parametrize("seed", range(3))
def test_no_message_about_an_exercise_tells_its_answer(seed: int) -> None:
    seen = 0
    for one in exercises(seed, 3, Wanted(2, 3, ("add", "mul", "div", "sin", "cos", "log"), ("x", "w"))):
        right = _values(one.answer)
        marker = Marker(one.expression, one.wrt)
        for wrong in [*[own.answer for own in one.distractors], f"{one.answer} + 37*x^5"]:
            marked = marker.mark(wrong)
            for level in range(4):
                for line in feedback(marker.question, marked, level):
                    for formula in _FORMULA.findall(line):
                        if "'" in formula or "∂" in formula or (found := _values(formula)) is None:
                            continue
                        seen += 1
                        assert right is None or max(abs(a - b) for a, b in zip(found, right, strict=True)) > 1e-9, line
    assert seen > 3
