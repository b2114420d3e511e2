"""Sums and products of functions of several arguments that are one: log(x) + log(y), gamma(x + 1)/gamma(x), log(8)/log(2)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from gradcli.algebra.sums.declared import declared_step
from gradcli.algebra.sums.generators import expanded
from gradcli.algebra.sums.logarithms import LOGARITHMS, natural_logarithm
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.terms import ONE, Monomial, Rational, divided
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.facts import ODD
from gradcli.ops.elementwise.exponential import log
from gradcli.ops.elementwise.trigonometric import cos, cosh, sin, sinh

_MULTIPLES = range(1, 17)
"""The k of k·log(a) that is written log(a^k) beside another logarithm."""

_STEPS = 8
"""How far apart the arguments of two functions may be that differ by a product: gamma(x + 8)/gamma(x)."""

_PAIRS = ((sin.name, cos.name, -1), (sinh.name, cosh.name, 1))
"""Functions with s(a + b) = s(a)·c(b) + c(a)·s(b), and c(a + b) = c(a)·c(b) ± s(a)·s(b)."""

_WITH_STEPS = frozenset(name for name, one in OPERATIONS.items() if one.facts.step is not None)

COMBINED = LOGARITHMS | _WITH_STEPS | frozenset(name for *pair, _ in _PAIRS for name in pair)
"""The functions that this is about."""


def combined_functions(algebra: Algebra, form: int) -> int:
    """The form with some of its functions combined, where that makes it shorter."""
    size, kinds = algebra.size(form), algebra.kinds(form)
    if not kinds.isdisjoint(LOGARITHMS):
        for candidate in (_collected_logarithms(algebra, form), _quotients_of_logarithms(algebra, form)):
            if algebra.size(candidate) < size:
                return candidate
    if algebra.states_domains and not kinds.isdisjoint(_WITH_STEPS):
        for candidate, least in _stepped(algebra, form):
            if algebra.size(candidate) < size:
                algebra.positive.add(least)
                return candidate
    shorter = (candidate for candidate in _of_sums(algebra, form) if algebra.size(candidate) < size)
    return next(shorter, form)


# ---- logarithms ----


def _collected_logarithms(algebra: Algebra, form: int) -> int:
    """log(a) + log(b) is log(a·b), and log(a) - 2·log(b) is log(a/b^2), for positive a and b; else that is a condition."""
    inside: list[tuple[int, int]] = []
    left: dict[Monomial, Rational] = {}
    for monomial, coefficient in algebra.forms[form]:
        atom = monomial[0][0] if len(monomial) == 1 and monomial[0][1] == 1 and abs(coefficient) in _MULTIPLES else None
        if atom is not None and algebra.atoms[atom].kind == log.name:
            [argument] = algebra.arguments(atom)
            if algebra.states_domains or algebra.is_positive_form(argument):
                inside.append((argument, int(coefficient)))
                continue
        left[monomial] = coefficient
    if len(inside) < 2:
        return form
    sign = 1 if any(c > 0 for _, c in inside) else -1
    product = algebra.form({ONE: 1})
    for one, c in inside:
        product = algebra.multiply(product, algebra.power(one, c * sign))
    product = min(product, expanded(algebra, product), key=algebra.size)
    together = algebra.number(0) if algebra.rational(product) == 1 else algebra.of(log.name, product)
    return algebra.add([algebra.form(left), algebra.scale(together, sign)])


def _quotients_of_logarithms(algebra: Algebra, form: int) -> int:
    """Logarithms to a base by natural ones, and those of powers of one number by one: log(8)/log(2) is 3."""
    parts: list[int] = []
    for monomial, coefficient in algebra.forms[form]:
        atoms = [(atom, e) for atom, e in monomial if algebra.atoms[atom].kind in LOGARITHMS and isinstance(e, int)]
        if len(atoms) < 2:
            parts.append(algebra.form({monomial: coefficient}))
            continue
        product = algebra.form({divided(monomial, dict(atoms)): coefficient})
        for atom, exponent in atoms:
            product = algebra.multiply(product, algebra.power(natural_logarithm(algebra, atom), exponent))
        parts.append(product)
    return algebra.add(parts)


# ---- functions one step apart ----


def _stepped(algebra: Algebra, form: int) -> Iterator[tuple[int, int]]:
    """Forms with f(u + k)/f(u) as the product that it is, and the u that is to be positive: (n + 1)!/n! is n + 1."""
    for monomial, coefficient in algebra.forms[form]:
        functions = [(atom, e) for atom, e in monomial if algebra.atoms[atom].kind in _WITH_STEPS]
        for high, above in functions:
            for low, below in functions:
                kind, steps = algebra.atoms[high].kind, _steps(algebra, high, low)
                if steps is None or kind != algebra.atoms[low].kind or (above > 0) == (below > 0):
                    continue
                times = min(abs(Fraction(above)), abs(Fraction(below))) * (1 if above > 0 else -1)
                product = algebra.number(1)
                for step in range(steps):
                    argument = algebra.add([*algebra.arguments(low), algebra.number(step)])
                    product = algebra.multiply(product, declared_step(algebra, kind, argument))
                left = divided(monomial, {high: times, low: -times})
                others = algebra.add([form, algebra.form({monomial: -coefficient})])
                term = algebra.multiply(algebra.form({left: coefficient}), algebra.power(product, times))
                yield algebra.add([others, term]), declared_step(algebra, kind, *algebra.arguments(low))


def _steps(algebra: Algebra, high: int, low: int) -> int | None:
    """The positive integer that the argument of one function is more than that of another."""
    between = algebra.add([*algebra.arguments(high), algebra.scale(algebra.arguments(low)[0], -1)])
    steps = algebra.rational(between)
    return steps if isinstance(steps, int) and 0 < steps <= _STEPS else None


# ---- functions of sums ----


def _of_sums(algebra: Algebra, form: int) -> Iterator[int]:
    """Forms with a function of a sum or a difference for its products: sin(x)·cos(y) + cos(x)·sin(y) is sin(x + y)."""
    terms = dict(algebra.forms[form])
    for monomial, coefficient in algebra.forms[form]:
        for s, c, sign in _PAIRS:
            firsts = [atom for atom, e in monomial if algebra.atoms[atom].kind in (s, c) and e == 1]
            for one in firsts:
                for other in firsts:
                    (a,), (b,) = algebra.arguments(one), algebra.arguments(other)
                    if algebra.atoms[other].kind != c or a == b:
                        continue
                    kind = algebra.atoms[one].kind  # s(a)·c(b) with c(a)·s(b), or c(a)·c(b) with s(a)·s(b)
                    turned = [algebra.atom(c if kind == s else s, (a,)), algebra.atom(s, (b,))]
                    rest = divided(monomial, {one: 1, other: 1})
                    partner = algebra.joined(rest, tuple(sorted((atom, 1) for atom in turned)))
                    if abs(terms.get(partner, 0)) != abs(coefficient):
                        continue
                    same = terms[partner] == coefficient * (1 if kind == s else sign)
                    inside = algebra.add([a, b if same else algebra.scale(b, -1)])
                    together = algebra.multiply(algebra.form({rest: coefficient}), _function(algebra, kind, inside))
                    left = algebra.form({m: k for m, k in terms.items() if m not in (monomial, partner)})
                    yield algebra.add([left, together])


def _function(algebra: Algebra, kind: str, form: int) -> int:
    """An even or odd function of a form: sin(-x) is -sin(x)."""
    if any(coefficient > 0 for _, coefficient in algebra.forms[form]):
        return algebra.of(kind, form)
    turned = algebra.of(kind, algebra.scale(form, -1))
    return algebra.scale(turned, -1) if OPERATIONS[kind].facts.parity == ODD else turned
