"""Derivatives and quotients end as the one fraction that textbooks print, and say where it is the original."""

from __future__ import annotations

import pytest
from commandline import command

DERIVATIVES = """
atan((1+x)/(1-x))                     1/(x^2 + 1)
atan(1/x)                             -1/(x^2 + 1)
atan(x/sqrt(1-x^2))                   1/sqrt(1 - x^2)
log(x+sqrt(x^2+1))                    1/sqrt(x^2 + 1)
log(x+sqrt(x^2-1))                    1/sqrt(x^2 - 1)
log((1+x)/(1-x))/2                    1/(1 - x^2)
x*sqrt(x^2+1)+log(x+sqrt(x^2+1))      2*sqrt(x^2 + 1)
log((sqrt(x^2+1)-1)/(sqrt(x^2+1)+1))  2/(x*sqrt(x^2 + 1))
sin(x)/(1+cos(x))                     1/(cos(x) + 1)
cos(x)/(1+sin(x))                     -1/(sin(x) + 1)
(x-1)/(sqrt(x)+1)                     1/(2*sqrt(x))
1/(1+1/x)                             1/(x + 1)^2
atan(x)+atan(1/x)                     0
log(sec(x)+tan(x))                    sec(x)
log(csc(x)-cot(x))                    csc(x)
cos(x)^3/3-cos(x)                     sin(x)^3
sin(x)/sqrt(1-cos(x)^2)               0
acos(sin(x))                          -cos(x)/abs(cos(x))
x/abs(x)                              0
"""

SIMPLIFIED = """
1/(1 + 1/x)            x/(x + 1)  # x != 0
1/(1 + x/(x + 1))      (x + 1)/(2*x + 1)  # x != -1
1/(1/a + 1/b)          a*b/(a + b)  # a != 0, b != 0
1/(1 + 1/(1 + 1/x))    (x + 1)/(2*x + 1)  # x != -1, x != 0
1/(sin(x) + 1/sin(x))  sin(x)/(sin(x)^2 + 1)  # sin(x) != 0
(1/x + 1)/(x + 1)      1/x  # x != -1
x + 1/x                x + 1/x
a/b + c/d              a/b + c/d
x/abs(x)               x/abs(x)
sign(x)/x              1/abs(x)
x^2/abs(x)^2           1  # x != 0
(1/w + 1/x)*(1/0)^2    (1/0)^2*(1/w + 1/x)
1 + tan(x)^2           sec(x)^2
1 - tanh(x)^2          sech(x)^2
"""


def _rows(table: str) -> list[list[str]]:
    return [[part.strip() for part in row.split("  ", 1)] for row in table.strip().splitlines()]


@pytest.mark.parametrize(("function", "derivative"), _rows(DERIVATIVES))
def test_a_derivative_is_one_fraction(function: str, derivative: str) -> None:
    code, out, err = command(["diff", function])
    assert (code, out.split("  #")[0].strip(), err) == (0, derivative, "")


@pytest.mark.parametrize(("expression", "simplified"), _rows(SIMPLIFIED))
def test_a_fraction_in_a_fraction_is_one(expression: str, simplified: str) -> None:
    code, out, err = command(["simplify", expression])
    assert (code, out.strip(), err) == (0, simplified, "")


def test_what_divides_by_0_in_a_product_of_sums_is_written_as_it_stands() -> None:
    code, _, err = command(["simplify", "((w^2)^(-1) + (3/w)/(x*3))*((3-3)^(-1))^2"])
    assert (code, err) == (0, "")
