"""Expressions that overflow, cancel or divide by 0, and what equals them and does not: algebra in a table, with the reason.

Nothing here is believed: what a row makes of an expression is offered where high precision confirms it at and around the point.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from gradcli.frozen import Frozen
from gradcli.language.ast import Call, Expression, Operator
from gradcli.language.parser import parse_expression
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.facts import END, POLE

MARGIN = "1e-7"
"""How far from the end of a domain an argument is kept, where nothing else helps."""


class Rewrite(Frozen):
    """A row of the table; letters stand for any expressions, of numbers or arrays.

    Attributes:
        pattern: What it applies to.
        result: What that equals, be it for some values of the letters only.
        reason: Why the one goes wrong and the other does not.
        same: Whether it is the same function; else it is another one near by.
        alone: Whether it is told where the original has no value at any point near, so that nothing can be compared.
    """

    pattern: str
    result: str
    reason: str
    same: bool = True
    alone: bool = False


OVERFLOW = "the exponential overflows although the result is an ordinary number"
UNDERFLOW = "the exponential rounds to 0, and its logarithm is lost"
LENGTH = "the square root has an infinite slope at 0; a norm knows that it is 0 times that"
SQUARES = "the squares overflow or round to 0, and the length does not"
CANCELS = "the difference cancels near 0"
REMOVABLE = "0/0, where there is a limit: near it the series is computed, and the quotient not at 0"
LOGS = "a product over- or underflows where the sum of logarithms does not"
DIRECTION = "0/0: a vector without a length has no direction; it gets 0"
EQUAL = "0/0: numbers that are all equal, or all 0, have nothing to be divided by; they get 0"
INVERSE = "one function undoes the other, and its slope is infinite, or its value lost, on the way"
ROOT = "a power with a fractional exponent is not real for a negative base, and an odd root is"
TAIL = "where the argument is large exp overflows and erfc rounds to 0; there an asymptotic series is computed"
OTHERS = "the probability rounds to 1; what is left of it is the sum over all others"
GIVEN = "of numbers that are all minus infinity, or one of them infinity, it is 0/0; large finite ones hide as well"
STEEP = "the slope at 0 is infinite; smoothed within 1e-7 of 0 it is finite, and the function differs by little"
SINGLE = "one number has no other to vary from: it is divided by 1 - 1; with correction=0 by the count"
BRANCH = "a choice hides the value of the other branch, and not its slope: 0 times infinity is nan"


def _continued(pattern: str, factor: str, u: str, near: str, series: str, quotient: str) -> Rewrite:
    """A quotient by its series where a number is near 0; the quotient is computed away from 0."""
    away = quotient.replace("u", f"where(abs({u}) < {near}, 1, {u})")
    return Rewrite(pattern, f"{factor}where(abs({u}) < {near}, {series.replace('u', u)}, {away})", REMOVABLE)


def _tail(pattern: str, result: str) -> Rewrite:
    """What is made of erfc(a), by its asymptotic series S where a is large; else as it stands."""
    series, factor = "1", 1
    for power in range(1, 7):
        factor *= 2 * power - 1
        series += f" {'-+'[power % 2 == 0]} {factor}/({2**power}*a^{2 * power})"
    plain = re.sub(r"\ba\b", "min(a, 20)", pattern)
    return Rewrite(pattern, f"where(a > 20, {result.replace('S', f'({series})/(a*sqrt(pi))')}, {plain})", TAIL)


def _poles(function: str, near: str, series: str) -> Iterator[Rewrite]:
    """The difference of 1/f(a) and 1/a, by its series near 0, either way round."""
    for pattern, sign in ((f"1/{function} - 1/a", ""), (f"1/a - 1/{function}", "-")):
        yield _continued(pattern, "", "a", near, f"{sign}({series})", re.sub(r"\ba\b", "u", pattern))


EXP = "1 + u/2 + u^2/6 + u^3/24"
DECAY = "1 - u/2 + u^2/6 - u^3/24"
LOG = "1 - u/2 + u^2/3 - u^3/4"
"""Series of (e^u - 1)/u, of (1 - e^-u)/u, and of log(1 + u)/u, up to 1e-4 as near as floats are."""

ALL_BUT = "logsumexp(where(cumsum(v*0 + 1) == cumsum(v*0 + 1)[i], -1e300, v)) - logsumexp(v)"
"""The logarithm of the sum of all probabilities but one, by its place."""

REWRITES = (
    # logarithms of exponentials
    Rewrite("log(exp(a))", "a", UNDERFLOW),
    Rewrite("log(1 + exp(a))", "logaddexp(0, a)", OVERFLOW),
    Rewrite("log(1 - exp(a))", "log(-expm1(a))", CANCELS),
    Rewrite("log(exp(a) - 1)", "a + log(-expm1(-a))", OVERFLOW),
    Rewrite("log(exp(a) + exp(b))", "logaddexp(a, b)", OVERFLOW),
    Rewrite("log(a + exp(b))", "logaddexp(log(a), b)", OVERFLOW),
    Rewrite("log(sum(exp(v)))", "logsumexp(v)", OVERFLOW),
    Rewrite("log(sum(v*exp(w)))", "logsumexp(log(v) + w)", OVERFLOW),
    Rewrite("log(mean(exp(v)))", "logsumexp(v) - log(sum(v*0 + 1))", OVERFLOW),
    Rewrite("log(softmax(v))", "log_softmax(v)", UNDERFLOW),
    Rewrite("log(softmax(v)[i])", "log_softmax(v)[i]", UNDERFLOW),
    Rewrite("log(1 - softmax(v)[i])", ALL_BUT, OTHERS),
    Rewrite("log(1 - (exp(v)/sum(exp(v)))[i])", ALL_BUT, OTHERS),
    Rewrite("log(exp(v)/sum(exp(v)))", "log_softmax(v)", OVERFLOW),
    Rewrite("log(sigmoid(a))", "logsigmoid(a)", UNDERFLOW),
    Rewrite("log(1 - sigmoid(a))", "logsigmoid(-a)", UNDERFLOW),
    Rewrite("log(1/(1 + exp(-a)))", "logsigmoid(a)", OVERFLOW),
    Rewrite("log(1 - 1/(1 + exp(-a)))", "logsigmoid(-a)", OVERFLOW),
    Rewrite("log(cosh(a))", "logaddexp(a, -a) - log(2)", OVERFLOW),
    Rewrite("log((exp(a) + exp(-a))/2)", "logaddexp(a, -a) - log(2)", OVERFLOW),
    Rewrite("log(1 - tanh(a)^2)", "2*(log(2) - logaddexp(a, -a))", CANCELS),
    Rewrite("log(1 - erf(a))", "log(erfc(a))", CANCELS),
    Rewrite("log(1 + erf(a))", "log(erfc(-a))", CANCELS),
    _tail("log(erfc(a))", "log(S) - a^2"),
    Rewrite("log(sinh(a))", "a + log(-expm1(-2*a)) - log(2)", OVERFLOW),
    Rewrite("log(a + sqrt(a^2 + 1))", "asinh(a)", CANCELS),
    Rewrite("log(a + sqrt(a^2 - 1))", "acosh(a)", OVERFLOW),
    Rewrite("log(a^2 + b^2)", "2*log(hypot(a, b))", SQUARES),
    Rewrite("log(det(v))", "logdet(v)", LOGS),
    Rewrite("log(abs(det(v)))", "logabsdet(v)", LOGS),
    Rewrite("lgamma(a + 1) - lgamma(a)", "log(a)", CANCELS),
    Rewrite("lgamma(a) - lgamma(a - 1)", "log(a - 1)", CANCELS),
    Rewrite("log(exp(a)*b)", "a + log(b)", UNDERFLOW),
    Rewrite("log(exp(a)/b)", "a - log(b)", UNDERFLOW),
    Rewrite("log(b/exp(a))", "log(b) - a", OVERFLOW),
    Rewrite("log(prod(v))", "sum(log(v))", LOGS),
    Rewrite("log(a^n)", "n*log(a)", LOGS),
    Rewrite("log(sqrt(a))", "log(a)/2", LOGS),
    Rewrite("log(a*b)", "log(a) + log(b)", LOGS),
    Rewrite("log(a/b)", "log(a) - log(b)", LOGS),
    Rewrite("log(1 + a)", "log1p(a)", CANCELS),
    # quotients of exponentials
    Rewrite("exp(v)/sum(exp(v))", "softmax(v)", OVERFLOW),
    Rewrite("sum(v*exp(w))/sum(exp(w))", "sum(v*softmax(w))", OVERFLOW),
    Rewrite("1/(1 + exp(-a))", "sigmoid(a)", OVERFLOW),
    Rewrite("1/(1 + exp(a))", "sigmoid(-a)", OVERFLOW),
    Rewrite("exp(a)/(1 + exp(a))", "sigmoid(a)", OVERFLOW),
    Rewrite("exp(a)/(exp(a) + 1)", "sigmoid(a)", OVERFLOW),
    Rewrite("exp(a)/(exp(a) + exp(b))", "sigmoid(a - b)", OVERFLOW),
    Rewrite("exp(-a)/(1 + exp(-a))^2", "sigmoid(a)*sigmoid(-a)", OVERFLOW),
    Rewrite("(exp(a) - exp(-a))/(exp(a) + exp(-a))", "tanh(a)", OVERFLOW),
    Rewrite("(exp(2*a) - 1)/(exp(2*a) + 1)", "tanh(a)", OVERFLOW),
    Rewrite("sinh(a)/cosh(a)", "tanh(a)", OVERFLOW),
    Rewrite("a/(1 + exp(-a))", "silu(a)", OVERFLOW),
    Rewrite("exp(a)/exp(b)", "exp(a - b)", "infinity over infinity: each exponential overflows, and their quotient does not"),
    Rewrite("exp(a)*exp(b)", "exp(a + b)", "one exponential overflows or rounds to 0, and their product does not"),
    Rewrite("exp(a)/b", "exp(a - log(b))", OVERFLOW),
    _tail("exp(a^2)*erfc(a)", "S"),
    _tail("exp(-a^2)/erfc(a)", "1/S"),
    # powers and products with logarithms
    Rewrite("exp(log(a))", "a", INVERSE),
    Rewrite("atanh(tanh(a))", "a", INVERSE),
    Rewrite("sqrt(a)^2", "a", INVERSE),
    Rewrite("cbrt(a)^3", "a", INVERSE),
    Rewrite("(a^b)^c", "a^(b*c)", INVERSE),
    Rewrite("a^b*log(c)", "where(a == 0, 0, where(a == 0, 1, a)^b*log(c))", "0 times infinity, where the limit is 0"),
    Rewrite("exp(b/a^2)", "where(a == 0, 0, exp(b/where(a == 0, 1, a)^2))", "a slope of infinity times 0, where the limit is 0"),
    Rewrite("exp(a*log(b))", "b^a", "a logarithm of 0 on the way to a power that is an ordinary number"),
    Rewrite("a*log(a)", "where(a == 0, 0, a*log(where(a == 0, 1, a)))", "0 times minus infinity, where the limit is 0"),
    Rewrite("a*log(b)", "xlogy(a, b)", "0 times infinity, where 0 is meant"),
    Rewrite("a*log(b)", "where(a == 0, 0, a*log(where(a == 0, 1, b)))", "0 times infinity, where 0 is meant"),
    Rewrite("a^(1/3)", "cbrt(a)", ROOT),
    Rewrite("a^(1/n)", "root(a, n)", ROOT),
    Rewrite("a^(m/n)", "root(a, n)^m", ROOT),
    Rewrite(
        "a^b", "a^detach(b)", "the derivative by the exponent is a logarithm of the base: without it none of a negative is taken"
    ),
    # lengths
    Rewrite("sqrt(a^2)", "abs(a)", LENGTH),
    Rewrite("sqrt(a^2 + b^2)", "hypot(a, b)", SQUARES),
    Rewrite("sqrt(a^2 + b^2)", "norm([a, b])", LENGTH),
    Rewrite("hypot(a, b)", "norm([a, b])", "its slope is 0/0 at 0; a norm takes 0 there"),
    Rewrite("sqrt(a^2 + b^2 + c^2)", "norm([a, b, c])", LENGTH),
    Rewrite("sqrt(sum(v^2))", "norm(v)", LENGTH),
    Rewrite("sqrt(sum(v^2))", "max(abs(v))*norm(v/max(abs(v)))", SQUARES),
    Rewrite("sqrt(v @ v)", "norm(v)", LENGTH),
    Rewrite("sqrt(mean(v^2))", "norm(v)/sqrt(sum(v*0 + 1))", LENGTH),
    Rewrite("sqrt(var(v))", "std(v)", "the square root has an infinite slope where the variance is 0; a deviation takes 0 there"),
    Rewrite("sqrt(mean((v - mean(v))^2))", "std(v, correction=0)", LENGTH),
    Rewrite("sqrt(mean(v^2) - mean(v)^2)", "std(v, correction=0)", "the difference of two squares cancels to 0 or below"),
    Rewrite("mean(v^2) - mean(v)^2", "var(v, correction=0)", "the difference of two squares cancels to 0 or below"),
    Rewrite("sqrt(a)/b", "sqrt(a/b)/sqrt(b)", LENGTH),
    # quotients with a limit
    Rewrite("sin(a)/a", "usinc(a)", REMOVABLE),
    Rewrite("sin(a*b)/a", "b*usinc(a*b)", REMOVABLE),
    Rewrite("(1 - cos(a))/a^2", "usinc(a/2)^2/2", REMOVABLE),
    Rewrite("(1 - cos(a))/a", "usinc(a/2)*sin(a/2)", REMOVABLE),
    *[
        _continued(*row)
        for row in (
            ("(exp(a) - 1)/a", "", "a", "1e-4", EXP, "expm1(u)/u"),
            ("expm1(a)/a", "", "a", "1e-4", EXP, "expm1(u)/u"),
            ("(1 - exp(-a))/a", "", "a", "1e-4", DECAY, "-expm1(-u)/u"),
            ("log(1 + a)/a", "", "a", "1e-4", LOG, "log1p(u)/u"),
            ("log1p(a)/a", "", "a", "1e-4", LOG, "log1p(u)/u"),
            ("(exp(a*b) - 1)/a", "b*", "(a*b)", "1e-4", EXP, "expm1(u)/u"),
            ("expm1(a*b)/a", "b*", "(a*b)", "1e-4", EXP, "expm1(u)/u"),
            ("(1 - exp(-a*b))/a", "b*", "(a*b)", "1e-4", DECAY, "-expm1(-u)/u"),
            ("(1 - exp(-b*a))/a", "b*", "(b*a)", "1e-4", DECAY, "-expm1(-u)/u"),
            ("(1 - exp(b*a))/a", "-b*", "(b*a)", "1e-4", EXP, "expm1(u)/u"),
            ("(1 - exp(-a/b))/(1/b)", "a*", "(a/b)", "1e-4", DECAY, "-expm1(-u)/u"),
            ("(1 - exp(-a/b))*b", "a*", "(a/b)", "1e-4", DECAY, "-expm1(-u)/u"),
            ("(1 - exp(a/b))/(1/b)", "-a*", "(a/b)", "1e-4", EXP, "expm1(u)/u"),
            ("(1 - exp(a/b))*b", "-a*", "(a/b)", "1e-4", EXP, "expm1(u)/u"),
            ("(exp(a/b) - 1)*b", "a*", "(a/b)", "1e-4", EXP, "expm1(u)/u"),
            ("log(1 + a*b)/a", "b*", "(a*b)", "1e-4", LOG, "log1p(u)/u"),
            ("log1p(a*b)/a", "b*", "(a*b)", "1e-4", LOG, "log1p(u)/u"),
            ("(a^b - 1)/b", "log(a)*", "(b*log(a))", "1e-4", EXP, "expm1(u)/u"),
            ("log(a)/(a - 1)", "", "(a - 1)", "1e-4", LOG, "log1p(u)/u"),
            ("a/(exp(a) - 1)", "", "a", "1e-4", "1 - u/2 + u^2/12", "u/expm1(u)"),
            ("a/expm1(a)", "", "a", "1e-4", "1 - u/2 + u^2/12", "u/expm1(u)"),
            ("sinh(a)/a", "", "a", "1e-3", "1 + u^2/6 + u^4/120", "sinh(u)/u"),
            ("tanh(a)/a", "", "a", "1e-3", "1 - u^2/3 + 2*u^4/15", "tanh(u)/u"),
            ("tan(a)/a", "", "a", "1e-3", "1 + u^2/3 + 2*u^4/15", "tan(u)/u"),
            ("atan(a)/a", "", "a", "1e-3", "1 - u^2/3 + u^4/5", "atan(u)/u"),
            (
                "(a - sin(a))/a^3",
                "",
                "a",
                "0.3",
                "1/6 - u^2/120 + u^4/5040 - u^6/362880 + u^8/39916800 - u^10/6227020800",
                "(u - sin(u))/u^3",
            ),
        )
    ],
    # differences that cancel
    *_poles("sin(a)", "0.1", "u/6 + 7*u^3/360 + 31*u^5/15120 + 127*u^7/604800 + 73*u^9/3421440"),
    *_poles("sinh(a)", "0.1", "-u/6 + 7*u^3/360 - 31*u^5/15120 + 127*u^7/604800 - 73*u^9/3421440"),
    *_poles("tan(a)", "0.1", "-u/3 - u^3/45 - 2*u^5/945 - u^7/4725 - 2*u^9/93555"),
    *_poles("tanh(a)", "0.1", "u/3 - u^3/45 + 2*u^5/945 - u^7/4725 + 2*u^9/93555"),
    *_poles("(exp(a) - 1)", "0.1", "-1/2 + u/12 - u^3/720 + u^5/30240 - u^7/1209600 + u^9/47900160"),
    *_poles("expm1(a)", "0.1", "-1/2 + u/12 - u^3/720 + u^5/30240 - u^7/1209600 + u^9/47900160"),
    *_poles("log(1 + a)", "1e-4", "1/2 - u/12 + u^2/24 - 19*u^3/720"),
    *_poles("log1p(a)", "1e-4", "1/2 - u/12 + u^2/24 - 19*u^3/720"),
    Rewrite("1 - cos(a)", "2*sin(a/2)^2", CANCELS),
    Rewrite("cosh(a) - 1", "2*sinh(a/2)^2", CANCELS),
    Rewrite("exp(a) - 1", "expm1(a)", CANCELS),
    Rewrite("1 - exp(a)", "-expm1(a)", CANCELS),
    Rewrite("1 - sigmoid(a)", "sigmoid(-a)", CANCELS),
    Rewrite("1 - tanh(a)^2", "4*sigmoid(2*a)*sigmoid(-2*a)", CANCELS),
    Rewrite("1 - erf(a)", "erfc(a)", CANCELS),
    Rewrite("sqrt(1 + a) - 1", "a/(sqrt(1 + a) + 1)", CANCELS),
    Rewrite("sqrt(a) - sqrt(b)", "(a - b)/(sqrt(a) + sqrt(b))", CANCELS),
    Rewrite("sqrt(a + b) - sqrt(a)", "b/(sqrt(a + b) + sqrt(a))", CANCELS),
    Rewrite("1/a - 1/b", "(b - a)/(a*b)", CANCELS),
    Rewrite("log(a) - log(b)", "log1p((a - b)/b)", CANCELS),
    Rewrite("log(a + b) - log(a)", "log1p(b/a)", CANCELS),
    Rewrite("(a + b) - a", "b", CANCELS),
    Rewrite("a/a", "1 + 0*a", "0/0, where the quotient is 1"),
    Rewrite("a^2/a", "a", "0/0, where the factor cancels"),
    Rewrite("a/abs(a)", "sign(a)", "0/0, where the sign is 0"),
    Rewrite("a/sqrt(a^2)", "sign(a)", "0/0, where the sign is 0"),
    Rewrite("a/hypot(a, b)", "cos(atan2(b, a))", "0/0, where a direction is taken"),
    # directions
    *[
        Rewrite(
            cosine.format(product),
            f"where(norm(v)*norm(w) == 0, 0, ({product})/where(norm(v)*norm(w) == 0, 1, norm(v)*norm(w)))",
            DIRECTION,
        )
        for product in ("v @ w", "dot(v, w)", "sum(v*w)")
        for cosine in (
            "({})/(norm(v)*norm(w))",
            "({})/norm(v)/norm(w)",
            "({})/sqrt(sum(v^2)*sum(w^2))",
            "({})/(sqrt(sum(v^2))*sqrt(sum(w^2)))",
        )
    ],
    Rewrite("v/norm(v)", "where(norm(v) == 0, 0, v/where(norm(v) == 0, 1, norm(v)))", DIRECTION),
    *[
        Rewrite(f"({part})/({whole})", f"where({whole} == 0, 0, ({part})/where({whole} == 0, 1, {whole}))", EQUAL)
        for part, whole in (
            ("v - mean(v)", "std(v)"),
            ("v - mean(v)", "std(v, correction=0)"),
            ("v - min(v)", "max(v) - min(v)"),
            ("v", "sum(v)"),
        )
    ],
    # what is given is infinite
    Rewrite("softmax(v)", "softmax(clamp(v, -1e30, 1e30))", GIVEN),
    Rewrite("log_softmax(v)", "log_softmax(clamp(v, -1e30, 1e30))", GIVEN),
    Rewrite("logsumexp(v)", "logsumexp(clamp(v, -1e30, 1e30))", GIVEN),
    # other functions
    Rewrite("std(v)", "std(v, correction=0)", SINGLE, same=False, alone=True),
    Rewrite("var(v)", "var(v, correction=0)", SINGLE, same=False, alone=True),
    *[
        Rewrite(root, f"a/(a^2 + 1e-14)^((1 - {power})/2)", STEEP, same=False)
        for root, power in (("cbrt(a)", "1/3"), ("root(a, n)", "1/n"), ("a^b", "b"))
    ],
)


Head = tuple[str, int]


class Compiled(Frozen):
    """A row as expressions, with the head of its pattern: the operator or function that is its whole, and its operands."""

    rule: Rewrite
    pattern: Expression
    result: Expression
    head: Head


@functools.cache
def compiled() -> tuple[Compiled, ...]:
    """The rows of the table, and those that follow from what operations declare, in the order in which they are tried."""
    rows: list[Compiled] = []
    for rule in (*REWRITES, *_within_domains()):
        pattern = parse_expression(rule.pattern)
        rows.append(Compiled(rule, pattern, parse_expression(rule.result), head_of(pattern)))
    return tuple(rows)


def head_of(whole: Expression) -> Head:
    """The operator or function that is the whole of an expression, and how many operands it has, without named ones."""
    if isinstance(whole, Operator):
        return whole.symbol, len(whole.operands)
    if isinstance(whole, Call):
        return whole.function, len(whole.arguments) - len(whole.keywords)
    return type(whole).__name__, 0


def _within_domains() -> Iterator[Rewrite]:
    """Arguments kept within the domain of each operation that declares where that ends: another function, close to it."""
    for name, operation in OPERATIONS.items():
        if operation.required != 1 or operation.variadic or operation.defaults:
            continue
        ends = sorted({special.at[0] for special in operation.facts.specials if special.kind in (END, POLE)})
        outside = [end for end in ends if operation(end - 0.01) != operation(end - 0.01)]
        above = [end for end in ends if operation(end + 0.01) != operation(end + 0.01)]
        if not (outside or above) or (outside and above and outside[0] > above[-1]):
            continue
        low = _sum(outside[0], "+") if outside else ""
        high = _sum(above[-1], "-") if above else ""
        kept = ", ".join(filter(None, ("a", low, high and (high if low else f"max={high}"))))
        reason = (
            f"{name} ends there with an infinite slope or value; kept within its domain it has neither, and differs by little"
        )
        yield Rewrite(f"{name}(a)", f"{name}(clamp({kept}))", reason, same=False)


def _sum(end: float, sign: str) -> str:
    """A number a little within the domain."""
    return f"{end:g} {sign} {MARGIN}" if end else MARGIN if sign == "+" else f"-{MARGIN}"
