"""The gamma function and what is made of it, and exponential integrals."""

from __future__ import annotations

import math
from fractions import Fraction

from gradcli.ops.declaration import ieee, rational
from gradcli.ops.declaration.constants import SQRT_PI
from gradcli.ops.declaration.facts import POLE, special
from gradcli.ops.declaration.operation import EACH, Operation, Undefined, operation
from gradcli.ops.declaration.symbol import Exact, Symbol
from gradcli.ops.elementwise.exponential import POSITIVE, exp
from gradcli.ops.elementwise.special import POLES_OF_GAMMA, by_mpmath, digamma, polygamma
from gradcli.typing import Any

LARGEST_HALF = 100
"""Γ is written with the root of π for halves of odd numbers up to here."""

_SHORT_PRODUCT = 1000
"""Factors of n(n-1)···(n-k+1) that are multiplied one by one."""

_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)
"""lnΓ(x) = (x - 1/2)·ln x - x + ln(2π)/2 + Σ of these over x, x^3, x^5, ... (Abramowitz and Stegun, 6.1.40)."""

_logarithm = ieee.guarded(math.lgamma, ieee.overflow)
BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)
"""The Bernoulli numbers B2, B4, ..., B16."""

MOST_ORDER = 20
"""The largest order of a difference of polygamma functions."""

FARTHEST = -10_000
"""Where on the negative side these differences end."""

_value = ieee.guarded(math.gamma, lambda x: math.copysign(math.inf, x) if x > -1 else math.nan)


def _at_halves(x: Any) -> Exact | None:
    """Γ(n + 1/2) = √π·(1/2)·(3/2)···(n - 1/2), and so on downwards."""
    if not isinstance(x, Fraction) or x.denominator != 2 or abs(x) > LARGEST_HALF:
        return None
    factor, at = Fraction(1), Fraction(1, 2)
    while at < x:
        factor, at = factor * at, at + 1
    while at > x:
        at -= 1
        factor /= at
    return Exact(float(factor) * SQRT_PI, "mul", factor, SQRT_PI)


def _growth(b: float, d: float) -> tuple[float, float]:
    """Γ(b + d)/Γ(b) for b, b + d > 0 as a factor and the exponent of exp, without the digits that lnΓ(b + d) - lnΓ(b) loses."""
    factor = 1.0
    while b < 10 or b + d < 10:
        factor *= b / (b + d)
        b += 1
    a = b + d
    tail = sum(c * (a ** (-1 - 2 * j) - b ** (-1 - 2 * j)) for j, c in enumerate(_STIRLING))
    return factor, (a - 0.5) * math.log1p(d / b) + d * math.log(b) - d + tail


def _over(b: float, d: float, c: float) -> float:
    """Γ(b + d)/(Γ(b)·Γ(c))."""
    factor, exponent = _growth(b, d)
    if abs(exponent) < 700 and c < 170:
        return factor * math.exp(exponent) / _value(c)
    return factor * ieee.exp(exponent - _logarithm(c))


def _binomial(n: float, k: float) -> float:
    """C(n, k) = Γ(n+1)/(Γ(k+1)·Γ(n-k+1)), and its limit at fixed whole k."""
    if not (math.isfinite(n) and math.isfinite(k)):
        return 1.0 if k == 0 and n == n else math.inf if n > 0 and k > 0 and float(k).is_integer() else math.nan
    if float(k).is_integer():
        if k < 0 or (float(n).is_integer() and 0 <= n < k):
            return 0.0
        if float(n).is_integer():
            upper = n if n >= 0 else k - n - 1
            size = _whole_binomial(upper, min(k, upper - k))
            return -size if n < 0 and k % 2 else size
        if k <= _SHORT_PRODUCT:
            product = 1.0
            for at in range(int(k)):
                product *= (n - at) / (at + 1)
            return product
    c = n - k + 1
    if c <= 0 and float(c).is_integer():
        return math.nan if n < 0 and float(n).is_integer() else 0.0
    if n < 0 and float(n).is_integer():
        return math.nan
    if n > -1 and c > 0 and k > -1 and n < 169:
        return _value(n + 1) / _value(k + 1) / _value(c)
    if n > -1 and c > 0:  # of the two below, that which is nearer to n
        return _over(c, k, k + 1) if abs(k) <= abs(c - 1) else _over(k + 1, c - 1, c)
    if k > -1 and c < 0:  # 1/Γ(c) = Γ(1-c)·sin(πc)/π
        factor, exponent = _growth(k + 1, -n - 1)
        return factor * ieee.exp(exponent) * _value(n + 1) * _sine(c) / math.pi
    # k <= -1, and 1/Γ(k+1) = Γ(-k)·sin(π(k+1))/π
    if c > 0:
        factor, exponent = _growth(c, -n - 1)
        return factor * ieee.exp(exponent) * _value(n + 1) * _sine(k + 1) / math.pi
    return _value(n + 1) / _value(k + 1) / _value(c)


def _sine(x: float) -> float:
    """sin(πx)."""
    rest = math.fmod(x, 2)
    near = rest - round(rest)  # exact, so that it is accurate near its zeros
    return math.sin(math.pi * near) * (-1 if round(rest) % 2 else 1)


def _whole_binomial(n: float, k: float) -> float:
    if k > _SHORT_PRODUCT or not math.isfinite(n):
        return math.inf  # C(2k, k) > 2^k, and n >= 2k
    try:
        return float(math.comb(int(n), int(k)))
    except OverflowError:
        return math.inf


def _precise_binomial(mp: Any, n: Any, k: Any) -> Any:
    if mp.isint(k) and k < 0:
        return mp.zero
    if not mp.isint(k) and mp.isint(n) and n < 0:
        return mp.nan
    return mp.binomial(n, k)


def _precise_growth(mp: Any, n: Any, x: Any, d: Any) -> Any:
    if not (mp.isint(n) and 0 <= n <= MOST_ORDER) or not min(x, x + d) > FARTHEST:
        return mp.nan
    with mp.workprec(2 * mp.prec + 2 * abs(min(0, mp.mag(d) if d else 0))):
        return mp.psi(int(n), x + d) - mp.psi(int(n), x)


def _digamma(x: Any) -> Any:
    return digamma(x) if isinstance(x, Symbol) else Exact(digamma(float(x)), digamma.name, x)


def _written_growth(n: Any, x: Any, d: Any) -> Any:
    """For n = 0 the difference as textbooks write it, and for whole d and a number x the sum of 1/(x + k)."""
    if n != 0 or isinstance(n, Symbol):
        return None
    if isinstance(x, Symbol) or isinstance(d, Symbol):
        return _digamma(x + d) - _digamma(x)
    if isinstance(d, int) and abs(d) <= LARGEST_HALF and min(x, x + d) > 0:
        start = x if d > 0 else x + d
        return sum(Fraction(1) / (start + k) for k in range(abs(d))) * (1 if d > 0 else -1)
    return None


def _low_binomial(n: Any, k: Any) -> Any:
    """The polynomial n(n-1)···(n-k+1)/k! where that is short."""
    return (1, n)[k] if isinstance(k, int) and 0 <= k <= 1 else None


def _beta(a: float, b: float) -> float:
    """Γ(a)Γ(b)/Γ(a+b)."""
    if not (math.isfinite(a) and math.isfinite(b)):
        return 0.0 if a > 0 and b > 0 else math.nan
    low, high = min(a, b), max(a, b)
    if low > 0 and low + high < 170 and low * high > 1e-290:
        return _value(low) * _value(high) / _value(low + high)
    if high > 0 and low + high > 0:
        factor, exponent = _growth(high, low)
        if abs(exponent) < 700 and low < 170:
            return _value(low) / (factor * math.exp(exponent))
        return ieee.exp(_logarithm(low) - exponent) / factor if low > 0 else math.nan
    if float(low + high).is_integer() and not (float(low).is_integer() or float(high).is_integer()):
        return 0.0
    return ieee.divide(_value(low) * _value(high), _value(low + high))


def _power_growth(m: float, b: float, d: float) -> float:
    """(b + d)^-m - b^-m, without the digits that the difference loses."""
    a = b + d
    if (a > 0) != (b > 0):
        return ieee.power(a, -m) - ieee.power(b, -m)
    if b < 0:
        return _power_growth(m, -b, -d) * (-1 if m % 2 else 1)
    return ieee.power(b, -m) * ieee.expm1(-m * _logarithmic_growth(b, d))


def _logarithmic_growth(b: float, d: float) -> float:
    """ln(b + d) - ln(b) for b, b + d > 0."""
    return math.log1p(d / b) if b + d > b / 2 else math.log((b + d) / b)


def _polygamma_growth(n: float, x: float, d: float) -> float:
    """The difference term by term: up to 10 + n by ψ(x) = ψ(x + 1) - 1/x, from there by Stirling's series."""
    order = int(n) if 0 <= n <= MOST_ORDER else -1
    if order < 0 or order != n or not (FARTHEST < x < math.inf and x + d > FARTHEST):
        return math.nan
    if any(at <= 0 and float(at).is_integer() for at in (x, x + d)):
        return math.nan
    factorial = float(math.factorial(order))
    b, total = x, 0.0
    while b < 10 + order or b + d < 10 + order:
        total += factorial * _power_growth(order + 1, b, d)
        b += 1
    total += factorial / order * _power_growth(order, b, d) if order else -_logarithmic_growth(b, d)
    total += factorial / 2 * _power_growth(order + 1, b, d)
    rising = factorial * (order + 1) / 2  # (2j + n - 1)!/(2j)!
    for j, bernoulli in enumerate(BERNOULLI, 1):
        total += bernoulli * rising * _power_growth(order + 2 * j, b, d)
        rising *= (2 * j + order) * (2 * j + order + 1) / ((2 * j + 1) * (2 * j + 2))
    return total if order % 2 else -total


def _by_mpmath(name: str, x: float) -> float:
    from mpmath import mp

    try:
        return float(getattr(mp, name)(x))
    except OverflowError:
        return math.inf


def _ei(x: float) -> float:
    if x == 0 or not math.isfinite(x):
        return -math.inf if x == 0 else 0.0 if x < 0 else x
    return _by_mpmath("ei", x)


def _e1(x: float) -> float:
    if not 0 < x < math.inf:
        return math.inf if x == 0 else 0.0 if x > 0 else math.nan
    return _by_mpmath("e1", x)


gamma: Operation = operation(
    "gamma(x)",
    _value,
    (lambda y, x: y * digamma(x),),
    spellings=("Gamma", "Γ"),
    exact=lambda x: rational.factorial(x - 1),
    latex=r"\Gamma\left({0}\right)",
    javascript="gamma({0})",
    domain="x > 0, or x not an integer",
    samples=(POSITIVE,),
    precise=by_mpmath(lambda mp, x: mp.gamma(x)),
    closed=_at_halves,
    step=lambda x: x,
    specials=POLES_OF_GAMMA,
    sympy="gamma",
    course="convex from 0",
    doc="The gamma function, (x - 1)! for whole x.",
)
factorial = operation(
    "factorial(x)",
    lambda x: _value(x + 1),
    (lambda y, x: y * digamma(x + 1),),
    exact=rational.factorial,
    latex="{0}!",
    javascript="gamma({0} + 1)",
    array=EACH,
    domain="x > -1, or x not an integer",
    samples=(POSITIVE,),
    definition=lambda x: gamma(x + 1),
    step=lambda x: x + 1,
    specials=(special(POLE, lambda x: x + 1, -1), special(POLE, lambda x: x + 2, -2)),
    sympy="factorial",
    doc="1·2·3···x, and between whole numbers gamma(x + 1).",
)
polygamma_growth: Operation = operation(
    "polygamma_growth(n, x, d)",
    _polygamma_growth,
    (
        Undefined("polygamma_growth", "n"),
        lambda y, n, x, d: polygamma_growth(n + 1, x, d),
        lambda y, n, x, d: polygamma(n + 1, x + d),
    ),
    grad_fn="PolygammaGrowthBackward0(1, 2)",
    latex=r"\left(\psi^{{({0})}}\left({1} + {2}\right) - \psi^{{({0})}}\left({1}\right)\right)",
    javascript="polygammaGrowth({0}, {1}, {2})",
    domain="n = 0, 1, ..., 20; x > 0 and x + d > 0, or they are not integers",
    samples=((1.0, 1.0), POSITIVE, POSITIVE),
    precise=by_mpmath(_precise_growth),
    closed=_written_growth,
    specials=(special(POLE, lambda n, x, d: x, 1, 0, 1), special(POLE, lambda n, x, d: x + d, 1, 1, -1)),
    sympy="(polygamma({0}, {1} + {2}) - polygamma({0}, {1}))",
    doc="polygamma(n, x + d) - polygamma(n, x), where n = 0 means digamma, accurate for small d.",
)
binomial: Operation = operation(
    "binomial(n, k)",
    _binomial,
    (
        lambda y, n, k: y * polygamma_growth(0, n - k + 1, k),
        lambda y, n, k: y * polygamma_growth(0, k + 1, n - 2 * k),
    ),
    spellings=("choose", "comb"),
    exact=rational.binomial,
    latex=r"\binom{{{0}}}{{{1}}}",
    javascript="binomial({0}, {1})",
    domain="n > -1 and -1 < k < n + 1",
    samples=((3.1, 4.9), (0.3, 2.5)),
    precise=by_mpmath(_precise_binomial),
    closed=_low_binomial,
    specials=(special(POLE, lambda n, k: n + 1, -1, 0.5),),
    sympy="binomial",
    doc="The binomial coefficient n over k, by gamma functions between whole numbers, and 0 for whole k < 0.",
)
beta = operation(
    "beta(a, b)",
    _beta,
    (
        lambda y, a, b: -(y * polygamma_growth(0, a, b)),
        lambda y, a, b: -(y * polygamma_growth(0, b, a)),
    ),
    spellings=("Beta",),
    exact=rational.beta,
    latex=r"B\left({0}, {1}\right)",
    javascript="beta({0}, {1})",
    array=EACH,
    domain="a > 0 and b > 0",
    samples=(POSITIVE, POSITIVE),
    definition=lambda a, b: gamma(a) * gamma(b) / gamma(a + b),
    specials=(special(POLE, lambda a, b: a, 0, 1), special(POLE, lambda a, b: b, 1, 0)),
    sympy="beta",
    doc="Euler's beta function, gamma(a)·gamma(b)/gamma(a + b).",
)
ei = operation(
    "ei(x)",
    _ei,
    (lambda y, x: exp(x) / x,),
    spellings=("Ei", "expi"),
    latex=r"\operatorname{{Ei}}\left({0}\right)",
    javascript="ei({0})",
    domain="x ≠ 0",
    samples=((0.5, 2.5),),
    precise=by_mpmath(lambda mp, x: mp.ei(x)),
    specials=(special(POLE, lambda x: x, 0),),
    sympy="Ei",
    doc="Exponential integral: the antiderivative of exp(x)/x that is -∞ at 0 and 0 at -∞.",
)
expint = operation(
    "expint(x)",
    _e1,
    (lambda y, x: -exp(-x) / x,),
    spellings=("exp1",),
    latex=r"E_{{1}}\left({0}\right)",
    javascript="expint({0})",
    domain="x > 0",
    samples=(POSITIVE,),
    precise=by_mpmath(lambda mp, x: mp.e1(x)),
    range=(0, math.inf),
    specials=(special(POLE, lambda x: x, 0),),
    sympy="expint(1, {0})",
    doc="The exponential integral E1, the integral of exp(-t)/t from x to ∞.",
)
