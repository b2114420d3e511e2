"""The gamma function and what is made of it."""

from __future__ import annotations

import math
from fractions import Fraction

from gradcli.ops.declaration import ieee, rational
from gradcli.ops.declaration.constants import SQRT_PI
from gradcli.ops.declaration.facts import POLE, special
from gradcli.ops.declaration.operation import EACH, Operation, Undefined, operation
from gradcli.ops.declaration.symbol import Exact, Symbol
from gradcli.ops.elementwise.exponential import POSITIVE
from gradcli.ops.elementwise.special import BERNOULLI, POLES_OF_GAMMA, by_mpmath, digamma, polygamma
from gradcli.typing import Any

LARGEST_HALF = 100
"""Γ is written with the root of π for halves of odd numbers up to here."""

_EXACT = 20
"""Γ is put in up to here; from here on the rounding of sums like n + 1 costs digits of Γ, which quotients of Γ need not lose."""

_SHORT = 20
"""Up to here (n - 1)! is a number that is written out."""

_SHORT_PRODUCT = 1000
"""Factors of n(n-1)···(n-k+1) that are multiplied one by one."""

_STIRLING = [b / (2 * j * (2 * j - 1)) for j, b in enumerate(BERNOULLI, 1)]
"""lnΓ(x) = (x - 1/2)·ln x - x + ln(2π)/2 + Σ of these over x, x^3, x^5, ... (Abramowitz and Stegun, 6.1.40)."""

_logarithm = ieee.guarded(math.lgamma, ieee.overflow)
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


def _at_whole_numbers(x: Any) -> Exact | None:
    """lnΓ(n) = ln((n - 1)!)."""
    value = None if isinstance(x, Symbol) or x > _SHORT else rational.factorial(x - 1)
    return None if value is None else Exact(_logarithm(x), "log", value)


def _growth(b: float, d: float) -> tuple[float, float]:
    """Γ(b + d)/Γ(b) for b, b + d > 0 as a factor and the exponent of exp, without the digits that lnΓ(b + d) - lnΓ(b) loses."""
    factor = 1.0
    while b < 10 or b + d < 10:
        factor *= b / (b + d)
        b += 1
    a = b + d
    tail = sum(c * _power_growth(1 + 2 * j, b, d) for j, c in enumerate(_STIRLING))
    return factor, (a - 0.5) * math.log1p(d / b) + d * math.log(b) - d + tail


def _log_gamma(x: float) -> float:
    """ln|Γ(x)|; near its zeros 1 and 2 by what it grows from them, without the digits that the logarithm of nearly 1 loses."""
    zero = 1 if x < 1.5 else 2
    d = x - zero
    if not 0.5 < x < 2.5:
        return _logarithm(x)
    return math.fsum([_growth(11.0, d)[1], *(-math.log1p(d / m) for m in range(zero, 11))])


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
    if n > -1 and c > 0 and k > -1:
        if n < _EXACT:
            return _value(n + 1) / _value(k + 1) / _value(c)
        # of the two below, that which is nearer to n
        return _over(c, k, k + 1) if abs(k) <= abs(c - 1) else _over(k + 1, c - 1, c)
    if k > -1 and n > -1:  # 1/Γ(c) = Γ(1-c)·sin(πc)/π
        return _beta(n + 1, k - n) * (_sine(n, -k) / -math.pi)
    if k > -1:  # Γ(n+1)/Γ(c) = Γ(1-c)·sin(πc)/(Γ(-n)·sin(π(n+1)))
        return _over(-n, k, k + 1) * (_sine(n, -k) / _sine(n))
    if c > 0 and n > -1:  # 1/Γ(k+1) = Γ(-k)·sin(π(k+1))/π
        return _beta(n + 1, -k) * (_sine(k) / -math.pi)
    if c > 0:
        return _over(-n, c - 1, c) * (_sine(k) / _sine(n))
    return _value(n + 1) / _value(k + 1) / _value(c)


def _turn(x: float) -> tuple[float, float]:
    """sin(πx) and cos(πx)."""
    rest = math.fmod(x, 2)
    near = rest - round(rest)  # exact, so that the sine is accurate near its zeros
    sign = -1 if round(rest) % 2 else 1
    return math.sin(math.pi * near) * sign, math.cos(math.pi * near) * sign


def _sine(a: float, b: float = 0.0) -> float:
    """sin(π(a + b)), whatever digits a + b would lose."""
    (sine_a, cosine_a), (sine_b, cosine_b) = _turn(a), _turn(b)
    return sine_a * cosine_b + cosine_a * sine_b


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
    if low > 0 and low + high < _EXACT and low * high > 1e-290:
        return _value(low) * _value(high) / _value(low + high)
    if high > 0 and low + high > 0:
        if low < 0 and float(low).is_integer():  # a pole of Γ alone, between values of both signs
            return math.nan
        factor, exponent = _growth(high, low)
        if abs(exponent) < 700 and -1 < low < 170:
            return _value(low) / (factor * math.exp(exponent))
        if low > 0:
            return ieee.exp(_logarithm(low) - exponent) / factor
        return ieee.divide(math.pi, _sine(low)) * _binomial(high - 1, -low)  # Γ(low) = π/(sin(π·low)·Γ(1-low))
    if float(low + high).is_integer() and not (float(low).is_integer() or float(high).is_integer()):
        return 0.0
    if float(low).is_integer() or float(high).is_integer():
        return ieee.divide(_value(low) * _value(high), _value(low + high))
    reflected = _sine(low, high) / _sine(low)  # of Γ(low)/Γ(low + high)
    if high > 0:
        return reflected * _beta(high, 1 - low - high)
    return reflected / _sine(high) * math.pi / ((1 - low - high) * _beta(1 - low, 1 - high))


def _power_growth(m: float, b: float, d: float) -> float:
    """(b + d)^-m - b^-m, without the digits that the difference loses."""
    a = b + d
    if not 0.5 < a / b < 2:  # they are no near neighbours, and the difference loses nothing
        return ieee.power(a, -m) - ieee.power(b, -m)
    return ieee.power(b, -m) * ieee.expm1(-m * math.log1p(d / b))


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
    total += (
        factorial / order * _power_growth(order, b, d)
        if order
        else -(math.log1p(d / b) if b + d > b / 2 else math.log((b + d) / b))
    )
    total += factorial / 2 * _power_growth(order + 1, b, d)
    rising = factorial * (order + 1) / 2  # (2j + n - 1)!/(2j)!
    for j, bernoulli in enumerate(BERNOULLI, 1):
        total += bernoulli * rising * _power_growth(order + 2 * j, b, d)
        rising *= (2 * j + order) * (2 * j + order + 1) / ((2 * j + 1) * (2 * j + 2))
    return total if order % 2 else -total


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
    course="convex from 0; falls from 0 to 1.461632; rises from 1.461633",
    doc="The gamma function, (x - 1)! for whole x.",
)
factorial = operation(
    "factorial(x)",
    lambda x: x * _value(x) if x > 1 and x % 1 else _value(x + 1),  # a rounded x + 1 costs digits of Γ
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
lgamma = operation(
    "lgamma(x)",
    _log_gamma,
    (lambda y, x: digamma(x),),
    latex=r"\ln\left(\left|\Gamma\left({0}\right)\right|\right)",
    javascript="lgamma({0})",
    domain="x > 0, or x not an integer",
    samples=(POSITIVE,),
    precise=by_mpmath(lambda mp, x: mp.re(mp.loggamma(x))),
    specials=POLES_OF_GAMMA,
    closed=_at_whole_numbers,
    torch="lgamma: torch Tensor",
    sympy="log(Abs(gamma({0})))",
    course="convex from 0; falls from 0 to 1.461632; rises from 1.461633",
    doc="Logarithm of the absolute value of the gamma function.",
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
