"""Double angles and quotients of functions that cancel, and numbers with roots below; the results are by hand."""

from __future__ import annotations

import pytest

from gradcli.algebra.derivatives import simplify
from gradcli.algebra.equality.equal import equal
from gradcli.language.parser import parse
from gradcli.language.text import to_text

ROWS = [
    ("sin(2x)/sin(x)", "2*cos(x)", "sin(x) != 0"),
    ("sin(2x)/cos(x)", "2*sin(x)", "cos(x) != 0"),
    ("sin(2x)/(2sin(x))", "cos(x)", "sin(x) != 0"),
    ("sin(4x)/sin(2x)", "2*cos(2*x)", "sin(2*x) != 0"),
    ("sin(2x)^2/cos(x)^2", "4*sin(x)^2", "cos(x) != 0"),
    ("x*sin(2x)/sin(x) + 1", "2*x*cos(x) + 1", "sin(x) != 0"),
    ("sinh(2x)/cosh(x)", "2*sinh(x)", ""),  # cosh(x) is nowhere 0
    ("tan(x)*cos(x)", "sin(x)", "cos(x) != 0"),
    ("tan(x)^2*cos(x)^2", "sin(x)^2", "cos(x) != 0"),
    ("tanh(x)*cosh(x)", "sinh(x)", ""),
    ("sin(2x)", "sin(2*x)", ""),
    ("sin(2x)*sin(x)", "sin(x)*sin(2*x)", ""),
    ("sin(3x)/sin(x)", "sin(3*x)/sin(x)", ""),
    ("1/(1 + sqrt(2))", "sqrt(2) - 1", ""),
    ("1/(sqrt(3) - sqrt(2))", "sqrt(2) + sqrt(3)", ""),
    ("1/(2 + sqrt(3))", "2 - sqrt(3)", ""),
    ("1/(sqrt(x) + 1)", "1/(sqrt(x) + 1)", ""),
    ("1/(1 + 2^(1/3))", "1/(cbrt(2) + 1)", ""),
]


@pytest.mark.parametrize(("text", "expected", "condition"), ROWS)
def test_what_cancels_is_taken_apart_under_its_condition(text: str, expected: str, condition: str) -> None:
    found = simplify(parse(text))
    assert to_text(found.expressions[0]) == expected
    assert ", ".join(to_text(one) for one in (found.conditions or ((),))[0]) == condition
    assert equal(text, expected)
