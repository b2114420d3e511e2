"""Special functions. Those that Python has not are computed by mpmath, which is loaded on first use."""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable
from fractions import Fraction

from gradcli.ops.declaration import ieee, rational
from gradcli.ops.declaration.constants import PI, SQRT_PI
from gradcli.ops.declaration.facts import EVEN, ODD, POLE, special
from gradcli.ops.declaration.operation import Operation, Undefined, operation
from gradcli.ops.declaration.symbol import Exact, Symbol
from gradcli.ops.elementwise.exponential import exp
from gradcli.typing import Any

ANYWHERE = (-2.0, 2.0)
POSITIVE = (0.3, 2.5)

POLES = (special(POLE, lambda x: x - 1, 1), special(POLE, lambda x: x + 1, -1))
POLES_OF_GAMMA = (special(POLE, lambda x: x, 0), special(POLE, lambda x: x + 1, -1))

MOST_ORDER = 1000
"""The largest order of polygamma that mpmath is asked for; it computes the factorial."""

_LEFT, _REFLECTED = 20, 200
"""How far left the reflection formula is used, and up to which order."""


BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)
"""The Bernoulli numbers of even index (DLMF 24.2.1)."""

_SERIES = 14
"""From where on, beside the order, the terms of the series that are left out are below the last digit."""

_IN_FLOATS = 12
"""The largest order that floats are enough for."""

_CANCELS = 0.5
"""Below that the terms of digamma cancel, and more digits are needed."""


def _polygamma(order: float, x: float) -> float:
    if x != x or not float(order).is_integer() or order < 0:
        return math.nan
    if math.isinf(x):
        return math.nan if x < 0 else math.inf if order == 0 else 0.0
    if x <= 0 and float(x).is_integer():
        return math.nan if order % 2 == 0 else math.inf
    if order > MOST_ORDER:
        return _high_polygamma(order, x)
    try:
        if x > 0 and order <= _IN_FLOATS:
            found = _in_floats(int(order), x)
            if order or abs(found) > _CANCELS:
                return found
        from mpmath import mp

        return float(_psi(mp, int(order), mp.mpf(x)).real)
    except OverflowError:
        return math.inf if order % 2 else -math.inf


def _in_floats(n: int, x: float) -> float:
    """Digamma, or its n-th derivative, on the right: by recurrence (DLMF 5.5.2, 5.15.5) to a short series (5.11.2, 5.15.8).

    All terms of a derivative have one sign; those of digamma cancel where it is small.
    """
    steps = max(0, math.ceil(_SERIES + n - x))
    y = x + steps
    r = 1 / y
    passed = [1 / (x + k) if n == 0 else (x + k) ** -(n + 1) for k in range(steps)]
    if n == 0:
        tail = [-b / (2 * j) * r ** (2 * j) for j, b in enumerate(BERNOULLI, 1)]
        return math.fsum([math.log(y), -0.5 * r, *tail, *[-one for one in passed]])
    tail = [b * math.perm(2 * j + n - 1, n - 1) / math.factorial(n) * r ** (2 * j + n) for j, b in enumerate(BERNOULLI, 1)]
    scaled = [r**n / n, 0.5 * r ** (n + 1), *tail, *passed]
    return math.copysign(math.factorial(n) * math.fsum(scaled), 1 if n % 2 else -1)


def _high_polygamma(n: float, x: float) -> float:
    """(-1)^(n+1)·n!·Σ 1/(x + k)^(n+1) for large n: the terms around the pole that is nearest are all that matters."""
    nearest = max(0, builtins.round(-x))
    distances = [x + k for k in range(max(0, nearest - 100), nearest + 100)]
    least = min(map(abs, distances))
    total = sum((1 if d > 0 or n % 2 else -1) * (least / abs(d)) ** (n + 1) for d in distances)
    size = n / math.e - least if n > 1e300 else math.lgamma(n + 1) - (n + 1) * math.log(least)
    return math.copysign(ieee.exp(size), total if n % 2 else -total) * (abs(total) if size < 700 else 1)


def _precise_polygamma(mp: Any, order: Any, x: Any) -> Any:
    if order < 0 or not mp.isint(order):
        return mp.nan
    if order > MOST_ORDER:
        raise OverflowError
    return _psi(mp, int(order), x)


def _psi(mp: Any, n: int, x: Any) -> Any:
    """The n-th derivative of digamma; on the left, where mpmath adds a term for each pole that is passed, by reflection.

    ψⁿ(x) = (-1)ⁿ·ψⁿ(1 - x) - π·dⁿ/dxⁿ cot(πx) (DLMF 5.15.6); the derivatives of the cotangent are polynomials in it, from
    cot' = -(1 + cot²).
    """
    if x > -_LEFT or n > _REFLECTED:
        return mp.psi(n, x)
    if mp.isint(x):
        raise ValueError("a pole")
    with mp.workprec(mp.prec + 20 + 8 * n):
        coefficients = [0, 1]
        for _ in range(n):
            slopes = [k * c for k, c in enumerate(coefficients)][1:]
            coefficients = [-(a + b) for a, b in zip([*slopes, 0, 0], [0, 0, *slopes], strict=True)]
        cotangent = mp.cospi(x) / mp.sinpi(x)
        value = (-1) ** n * mp.psi(n, 1 - x) - mp.pi ** (n + 1) * mp.polyval(coefficients[::-1], cotangent)
    return +value


def _erfinv(x: float) -> float:
    if not -1 <= x <= 1:
        return math.nan
    if x in (-1, 1):
        return math.copysign(math.inf, x)
    from mpmath import mp

    return float(mp.erfinv(x))


def _bessel_i(order: int, x: float) -> float:
    if not math.isfinite(x):
        return abs(x) if order == 0 else x
    from mpmath import mp

    return float(mp.besseli(order, x))


def _integral_order(n: Any, least: int = 0) -> bool:
    """Whether a derivative or a Bessel function of this order is computed."""
    return bool(n == n and least <= n <= MOST_ORDER and n == int(n))


def _whole_bessel(order: float, x: float) -> float:
    if x != x or not _integral_order(order, -MOST_ORDER):
        return math.nan
    if math.isinf(x):
        return x if order % 2 else math.inf
    from mpmath import mp

    try:
        return float(mp.besseli(abs(int(order)), x))
    except OverflowError:
        return math.inf


def _moment(order: int, z: Any, scale: Any, sin: Callable[[Any], Any], cos: Callable[[Any], Any], least: float) -> Any:
    """A factor times ∫ tⁿ·cos(z·t + n·π/2) dt from 0 to 1, which is the n-th derivative of sin(z)/z.

    For large z by parts, Iₙ = (sin(z + n·π/2) - n·Iₙ₋₁)/z; else the series of the cosine, integrated.
    """
    if abs(z) > order + 1:
        s, c = sin(z), cos(z)
        value = s / z
        for k in range(1, order + 1):
            value = ((c, -s, -c, s)[(k - 1) % 4] - k * value) / z
        return scale * value
    at = order % 2
    term = scale * z if at else scale  # and divided afterwards: π²/3 is rounded once more than π²
    total = z * 0
    while True:
        total += (term if (order + at) % 4 == 0 else -term) / (order + at + 1)
        at += 2
        term = term * z * z / (at * (at - 1))
        if abs(term) < least:
            return total


def _precise_sinc_derivative(mp: Any, order: Any, x: Any) -> Any:
    if not _integral_order(order):
        return mp.nan
    precision = mp.prec
    with mp.workprec(precision + 4 * int(order) + 20):
        z = mp.pi * x
        return _moment(int(order), z, mp.pi ** int(order), mp.sin, mp.cos, mp.ldexp(1, -2 * mp.prec))


def _sinc_derivative(order: float, x: float) -> float:
    if not math.isfinite(math.pi * x) or not _integral_order(order):
        return math.nan
    if order <= 8:
        return float(_moment(int(order), math.pi * x, math.pi**order, math.sin, math.cos, 1e-18))
    from mpmath import mp

    value = _precise_sinc_derivative(mp, order, mp.mpf(x))
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _sinc_derivative_at_0(order: Any, x: Any) -> Exact | int | None:
    """∫ πⁿ·tⁿ·cos(n·π/2) dt from 0 to 1."""
    if not isinstance(order, int) or not 0 <= order <= MOST_ORDER or isinstance(x, Symbol) or x != 0:
        return None
    if order % 2:
        return 0
    factor = Fraction((-1) ** (order // 2), order + 1)
    return Exact(_sinc_derivative(order, 0.0), "mul", factor, Exact(ieee.power(math.pi, order), "pow", PI, order))


def by_mpmath(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of numbers of mpmath that is given the context of mpmath first; nan where an argument is not finite."""

    def value(*arguments: Any) -> Any:
        from mpmath import mp

        if not all(map(mp.isfinite, arguments)):
            return math.nan
        if any(mp.mag(argument) > 4096 for argument in arguments):
            raise OverflowError
        return function(mp, *arguments)

    return value


def _from_mpmath(name: str, x: float) -> float:
    from mpmath import mp

    try:
        return float(getattr(mp, name)(x))
    except OverflowError:
        return math.inf


def _ei(x: float) -> float:
    if x == 0 or not math.isfinite(x):
        return -math.inf if x == 0 else 0.0 if x < 0 else x
    return _from_mpmath("ei", x)


def _e1(x: float) -> float:
    if not 0 < x < math.inf:
        return math.inf if x == 0 else 0.0 if x > 0 else math.nan
    return _from_mpmath("e1", x)


erf = operation(
    "erf(x)",
    math.erf,
    (lambda y, x: 2 * exp(-x * x) / SQRT_PI,),
    exact=rational.only(0, 0),
    javascript="erf({0})",
    precise="erf",
    parity=ODD,
    inverse="erfinv",
    range=(-1, 1),
    torch="erf: torch Tensor special",
    tensorflow="erf Erf: tf",
    sympy="erf",
    course="rises; convex to 0; concave from 0",
    doc="Error function.",
)
erfc = operation(
    "erfc(x)",
    math.erfc,
    (lambda y, x: -2 * exp(-x * x) / SQRT_PI,),
    exact=rational.only(0, 1),
    javascript="erfc({0})",
    precise="erfc",
    range=(0, 2),
    torch="erfc: torch Tensor special",
    sympy="erfc",
    course="falls; concave to 0; convex from 0",
    doc="1 - erf(x), accurate for large x.",
)
erfinv = operation(
    "erfinv(x)",
    _erfinv,
    (lambda y, x: exp(y * y) * SQRT_PI / 2,),
    exact=rational.only(0, 0),
    javascript="erfinv({0})",
    domain="-1 < x < 1",
    samples=((-0.8, 0.8),),
    precise="erfinv",
    parity=ODD,
    inverse="erf",
    specials=POLES,
    torch="erfinv: torch Tensor special",
    sympy="erfinv",
    course="rises; defined from -1 to 1; concave to 0; convex from 0",
    doc="Inverse of the error function.",
)
digamma: Operation = operation(
    "digamma(x)",
    lambda x: -math.copysign(math.inf, x) if x == 0 else _polygamma(0, x),
    (lambda y, x: polygamma(1, x),),
    latex=r"\psi\left({0}\right)",
    javascript="digamma({0})",
    domain="x > 0, or x not an integer",
    samples=(POSITIVE,),
    precise="digamma",
    specials=POLES_OF_GAMMA,
    torch="digamma: torch Tensor special",
    sympy="digamma",
    course="rises concave from 0",
    doc="Derivative of the logarithm of the gamma function.",
)
polygamma: Operation = operation(
    "polygamma(n, x)",
    _polygamma,
    (Undefined("polygamma", "n"), lambda y, n, x: polygamma(n + 1, x)),
    grad_fn="PolygammaBackward0(1)",
    latex=r"\psi^{{({0})}}\left({1}\right)",
    javascript="polygamma({0}, {1})",
    domain="n = 0, 1, 2, ...; x > 0, or x not an integer",
    samples=((1.0, 1.0), POSITIVE),
    precise=by_mpmath(_precise_polygamma),
    specials=(special(POLE, lambda n, x: x, 1, 0), special(POLE, lambda n, x: x + 1, 1, -1)),
    torch="polygamma: torch Tensor",
    sympy="polygamma",
    course=lambda n, x: "" if not n or n[0] != n[1] else "falls convex from 0" if n[0] % 2 else "rises concave from 0",
    doc="The n-th derivative of digamma.",
)
i0 = operation(
    "i0(x)",
    lambda x: _bessel_i(0, x),
    (lambda y, x: i1(x),),
    exact=rational.only(0, 1),
    latex=r"I_{{0}}\left({0}\right)",
    javascript="besselI(0, {0})",
    samples=(POSITIVE,),
    precise=by_mpmath(lambda mp, x: mp.besseli(0, x)),
    parity=EVEN,
    range=(1, math.inf),
    torch="i0: torch Tensor",
    sympy="besseli(0, {0})",
    course="convex; falls to 0; rises from 0",
    doc="Modified Bessel function of the first kind, order 0.",
)
i1: Operation = operation(
    "i1(x)",
    lambda x: _bessel_i(1, x),
    (lambda y, x: (i0(x) + iv(2, x)) / 2,),
    exact=rational.only(0, 0),
    grad_fn="SpecialI1Backward0",
    latex=r"I_{{1}}\left({0}\right)",
    javascript="besselI(1, {0})",
    samples=(POSITIVE,),
    precise=by_mpmath(lambda mp, x: mp.besseli(1, x)),
    parity=ODD,
    torch="i1: special",
    course="rises; concave to 0; convex from 0",
    sympy="besseli(1, {0})",
    doc="Modified Bessel function of the first kind, order 1.",
)
iv: Operation = operation(
    "iv(n, x)",
    _whole_bessel,
    (Undefined("iv", "n"), lambda y, n, x: (iv(n - 1, x) + iv(n + 1, x)) / 2),
    exact=lambda n, x: int(n == 0) if x == 0 and Fraction(n).denominator == 1 else None,
    grad_fn="BesselIBackward0(1)",
    latex=r"I_{{{0}}}\left({1}\right)",
    javascript="besselI({0}, {1})",
    samples=((2.0, 2.0), POSITIVE),
    precise=by_mpmath(lambda mp, n, x: mp.besseli(abs(int(n)), x) if _integral_order(n, -MOST_ORDER) else mp.nan),
    sympy="besseli",
    course=lambda n, x: "rises convex from 0" if n else "",
    doc="Modified Bessel function of the first kind, of a whole order n.",
)
sinc_derivative: Operation = operation(
    "sinc_derivative(n, x)",
    _sinc_derivative,
    (Undefined("sinc_derivative", "n"), lambda y, n, x: sinc_derivative(n + 1, x)),
    grad_fn="SincDerivativeBackward0(1)",
    latex=r"\operatorname{{sinc}}^{{({0})}}\left({1}\right)",
    javascript="sincDerivative({0}, {1})",
    samples=((1.0, 1.0), ANYWHERE),
    precise=by_mpmath(_precise_sinc_derivative),
    closed=_sinc_derivative_at_0,
    sympy="(pi**{0}*Integral(u_**{0}*cos(pi*({1})*u_ + pi*{0}/2), (u_, 0, 1)))",
    doc="The n-th derivative of sinc, accurate near 0.",
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
    course="falls concave to 0; rises from 0; concave from 0 to 1; convex from 1",
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
    course="convex falls; defined from 0",
    doc="The exponential integral E1, the integral of exp(-t)/t from x to ∞.",
)
