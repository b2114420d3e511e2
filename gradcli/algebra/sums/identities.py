"""Identities of functions that make a sum or a product shorter: sin(x)/cos(x) is tan(x), 1 - sin(x)^2 is cos(x)^2.

Each holds for every x for which its left side is defined. They are used by simplification alone: a derivative keeps the functions
that its rules give.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from gradcli.algebra.sums.combined import COMBINED, combined_functions
from gradcli.algebra.sums.exponentials import merged_powers
from gradcli.algebra.sums.interned import POW
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.squares import PARTNERS, through_squares
from gradcli.algebra.sums.terms import ONE, Monomial, Rational, divided
from gradcli.language.ast import Call, Number, Operator, children, postorder
from gradcli.language.parser import parse_expression
from gradcli.ops.elementwise.exponential import exp
from gradcli.ops.elementwise.trigonometric import cosh, sinh
from gradcli.typing import NamedTuple


class Identity(NamedTuple):
    """A sum of one or two products of functions of x that is something shorter.

    Attributes:
        pattern: The sum; a product with functions stands first.
        result: What it is.
    """

    pattern: str
    result: str


_INVERSE = ("cot(x)*tan(x)", "sec(x)*cos(x)", "csc(x)*sin(x)", "coth(x)*tanh(x)", "sech(x)*cosh(x)", "csch(x)*sinh(x)")
"""Products that are 1."""

IDENTITIES = (
    Identity("sin(x)/cos(x)", "tan(x)"),
    Identity("sinh(x)/cosh(x)", "tanh(x)"),
    Identity("cos(x)/sin(x)", "cot(x)"),
    Identity("cosh(x)/sinh(x)", "coth(x)"),
    Identity("2*sin(x)*cos(x)", "sin(2*x)"),
    Identity("2*sinh(x)*cosh(x)", "sinh(2*x)"),
    Identity("cos(x)^2 - sin(x)^2", "cos(2*x)"),
    Identity("2*cos(x)^2 - 1", "cos(2*x)"),
    Identity("-2*sin(x)^2 + 1", "cos(2*x)"),
    Identity("cosh(x)^2 + sinh(x)^2", "cosh(2*x)"),
    Identity("2*cosh(x)^2 - 1", "cosh(2*x)"),
    Identity("2*sinh(x)^2 + 1", "cosh(2*x)"),
    Identity("-1/2*cos(x) + 1/2", "sin(1/2*x)^2"),
    Identity("1/2*cos(x) + 1/2", "cos(1/2*x)^2"),
    Identity("-sin(x)^2 + 1", "cos(x)^2"),
    Identity("-cos(x)^2 + 1", "sin(x)^2"),
    Identity("cosh(x)^2 - 1", "sinh(x)^2"),
    Identity("sinh(x)^2 + 1", "cosh(x)^2"),
    Identity("tan(x)^2 + 1", "sec(x)^2"),
    Identity("cot(x)^2 + 1", "csc(x)^2"),
    Identity("-tanh(x)^2 + 1", "sech(x)^2"),
    Identity("coth(x)^2 - 1", "csch(x)^2"),
    Identity("sec(x)^2 - 1", "tan(x)^2"),
    Identity("csc(x)^2 - 1", "cot(x)^2"),
    Identity("-sech(x)^2 + 1", "tanh(x)^2"),
    Identity("csch(x)^2 + 1", "coth(x)^2"),
    Identity("1/cos(x)^2 - 1", "tan(x)^2"),
    Identity("1/sin(x)^2 - 1", "cot(x)^2"),
    Identity("-1/cosh(x)^2 + 1", "tanh(x)^2"),
    Identity("1/sec(x)", "cos(x)"),
    Identity("1/csc(x)", "sin(x)"),
    Identity("1/sech(x)", "cosh(x)"),
    Identity("1/csch(x)", "sinh(x)"),
    *[Identity(product, "1") for product in _INVERSE],
    *[
        Identity(product.replace("*", "/"), f"{product.partition('*')[0]}^2")
        for product in (*_INVERSE, "tan(x)*cot(x)", "tanh(x)*coth(x)")
    ],
    Identity("sec(x)*sin(x)", "tan(x)"),
    Identity("csc(x)*cos(x)", "cot(x)"),
    Identity("cot(x)*sin(x)", "cos(x)"),
    Identity("tan(x)*cos(x)", "sin(x)"),
    Identity("csc(x)*tan(x)", "sec(x)"),
    Identity("sec(x)*cot(x)", "csc(x)"),
    Identity("sech(x)*sinh(x)", "tanh(x)"),
    Identity("csch(x)*cosh(x)", "coth(x)"),
    Identity("coth(x)*sinh(x)", "cosh(x)"),
    Identity("tanh(x)*cosh(x)", "sinh(x)"),
    Identity("csch(x)*tanh(x)", "sech(x)"),
    Identity("sech(x)*coth(x)", "csch(x)"),
    Identity("cosh(x) + sinh(x)", "exp(x)"),
    Identity("cosh(x) - sinh(x)", "exp(-1*x)"),
    Identity("cos(x)^4 - sin(x)^4", "cos(2*x)"),
    Identity("4*cos(x)^3 - 3*cos(x)", "cos(3*x)"),
    Identity("-4*sin(x)^3 + 3*sin(x)", "sin(3*x)"),
)

_Term = tuple[Rational, dict[str, Rational]]


class _Pattern(NamedTuple):
    """The terms of an identity, each a coefficient and the exponents of functions, and those of its result."""

    terms: list[_Term]
    result: _Term
    factor: Rational


@functools.cache
def _patterns() -> tuple[_Pattern, ...]:
    patterns: list[_Pattern] = []
    for pattern, result in IDENTITIES:
        terms, _ = _terms(pattern)
        [only], factor = _terms(result)
        patterns.append(_Pattern(sorted(terms, key=lambda term: not term[1]), only, factor))
    return tuple(patterns)


def _terms(text: str) -> tuple[list[_Term], Rational]:
    """The terms of a sum of products of functions of x, or of a multiple of x, and that multiple."""
    values: list[dict[Monomial, Rational]] = []  # with the place of a function in the list of all for its atom
    functions: list[str] = []
    factor: Rational = 1
    for node in postorder(parse_expression(text)):
        count = len(children(node))
        operands = values[len(values) - count :]
        del values[len(values) - count :]
        if isinstance(node, Number):
            values.append({ONE: Fraction(node.value)})
        elif isinstance(node, Call):
            functions.append(node.function)
            [factor] = operands[0].values()
            values.append({((len(functions) - 1, 1),): 1})
        elif isinstance(node, Operator):
            values.append(_combined(node.symbol, operands))
        else:
            values.append({ONE: 1})
    return [(c, {functions[place]: e for place, e in monomial}) for monomial, c in values[0].items()], factor


def _combined(symbol: str, operands: Sequence[dict[Monomial, Rational]]) -> dict[Monomial, Rational]:
    """A sum, or an operation on single terms."""
    if symbol in "+-" and len(operands) == 2:
        sign = 1 if symbol == "+" else -1
        return {**operands[0], **{monomial: sign * c for monomial, c in operands[1].items()}}
    (left, a), (right, b) = next(iter(operands[0].items())), next(iter(operands[-1].items()))
    if len(operands) == 1:
        return {left: -a}
    if symbol == "^":
        return {tuple((place, e * int(b)) for place, e in left): Fraction(a) ** int(b)}
    sign = -1 if symbol == "/" else 1
    return {(*left, *[(place, sign * e) for place, e in right]): Fraction(a) / b if sign < 0 else a * b}


_KINDS = frozenset(kind for one in IDENTITIES for kind in re.findall(r"[a-z]\w*(?=\()", one.pattern + one.result)) | {exp.name}
"""The functions that identities know."""


def with_quotients(algebra: Algebra, form: int) -> int:
    """The form with a quotient of functions as one, where that makes it shorter: cot(x) for cos(x)/sin(x)."""
    for pattern in _quotients():
        for found in _candidates(algebra, form, [pattern]):
            if algebra.size(found) < algebra.size(form) and algebra.kinds(found).isdisjoint(pattern.terms[0][1]):
                return found
    return form


def with_identities(algebra: Algebra, form: int) -> int:
    """The form with one identity used, where that makes it shorter."""
    kinds = algebra.kinds(form)
    if POW in kinds and (merged := merged_powers(algebra, form)) != form:
        return merged
    if not kinds.isdisjoint(COMBINED) and (combined := combined_functions(algebra, form)) != form:
        return combined
    if "form" in kinds or kinds & PARTNERS.keys():
        for candidate in through_squares(algebra, form):
            if algebra.size(found := _with_one(algebra, candidate)) < algebra.size(form):
                return found
    return form if kinds.isdisjoint(_KINDS) else _with_one(algebra, form)


def _with_one(algebra: Algebra, form: int) -> int:
    size = algebra.size(form)
    for candidate in itertools.chain(
        _candidates(algebra, form, _patterns()), _taken_apart(algebra, form), _of_exponentials(algebra, form)
    ):
        algebra.room -= len(algebra.forms[candidate])
        if algebra.size(candidate) < size:
            return candidate
        if algebra.room < 0:
            break
    return form


def _candidates(algebra: Algebra, form: int, patterns: Iterable[_Pattern]) -> Iterator[int]:
    """The form with one identity used, in all ways."""
    terms, kinds = dict(algebra.forms[form]), algebra.kinds(form)
    for pattern in patterns:
        (number, functions), *others = pattern.terms
        if not functions.keys() <= kinds:
            continue
        for monomial, coefficient in algebra.forms[form]:
            for argument in _arguments(algebra, monomial, functions):
                rest = _without(algebra, monomial, functions, argument)
                if rest is None:
                    continue
                if not others:  # 1/sec(x)^2 is cos(x)^2
                    yield _replaced(algebra, form, (monomial, coefficient), pattern, argument)
                    continue
                times = Fraction(coefficient) / number
                used = [(monomial, coefficient)]
                for other, below in others:
                    partner = _with(algebra, rest, below, argument)
                    if partner == monomial or (below and terms.get(partner) != times * other):
                        break
                    used.append((partner, times * other))
                else:
                    found = _instance(algebra, pattern, rest, times, argument)
                    if all(terms.get(m) == c for m, c in used) or algebra.forms[found][0][0] in terms:  # 2*sin(x)^2 + cos(2*x)
                        yield algebra.add([form, algebra.scale(algebra.form(dict(used)), -1), found])


def _of_exponentials(algebra: Algebra, form: int) -> Iterator[int]:
    """The form with exp(u) + exp(-u) as 2·cosh(u), and exp(u) - exp(-u) as 2·sinh(u)."""
    terms = dict(algebra.forms[form])
    found: dict[tuple[Monomial, int], Monomial] = {}
    for monomial in terms:
        powers = {atom: power for atom, power in monomial if algebra.atoms[atom].kind == exp.name}
        if len(powers) != 1:
            continue
        [(atom, power)] = powers.items()
        rest, argument = divided(monomial, powers), algebra.scale(algebra.arguments(atom)[0], power)
        other = found.get((rest, algebra.scale(argument, -1)))
        found[rest, argument] = monomial
        if other is None or abs(terms[other]) != abs(terms[monomial]):
            continue
        if all(c < 0 for _, c in algebra.forms[argument]):
            argument, monomial, other = algebra.scale(argument, -1), other, monomial
        kind, first = (cosh if terms[other] == terms[monomial] else sinh), terms[monomial]
        function = algebra.atom(kind.name, (argument,))
        left = algebra.form({m: c for m, c in terms.items() if m not in (monomial, other)})
        yield algebra.add([left, algebra.settled(algebra.joined(rest, ((function, 1),)), 2 * first)])


def _taken_apart(algebra: Algebra, form: int) -> Iterator[int]:
    """The form with a function as the product that it is, where a factor of that cancels: sin(2x)/sin(x) is 2·cos(x)."""
    terms, kinds = dict(algebra.forms[form]), algebra.kinds(form)
    for pattern in _products():
        number, functions = pattern.terms[0]
        [(whole, _)] = pattern.result[1].items()
        if whole not in kinds or kinds.isdisjoint(functions):
            continue
        for monomial, coefficient in algebra.forms[form]:
            powers = dict(monomial)
            for atom, exponent in monomial:
                if algebra.atoms[atom].kind != whole or not isinstance(exponent, int) or exponent < 1:
                    continue
                inside = algebra.scale(algebra.arguments(atom)[0], 1 / Fraction(pattern.factor))
                parts = [(algebra.atom(kind, (inside,)), power) for kind, power in functions.items()]
                if any(powers.get(part, 0) * power < 0 for part, power in parts):
                    rest = divided(monomial, {atom: exponent})
                    factors = tuple(sorted((part, power * exponent) for part, power in parts))
                    left = algebra.form({m: c for m, c in terms.items() if m != monomial})
                    scale = coefficient * Fraction(number) ** exponent
                    yield algebra.add([left, algebra.settled(algebra.joined(rest, factors), scale)])


@functools.cache
def _quotients() -> tuple[_Pattern, ...]:
    """The identities of a quotient of two functions that is one of the same argument."""
    return tuple([one for one in _products() if min(one.terms[0][1].values()) < 0])


@functools.cache
def _products() -> tuple[_Pattern, ...]:
    """The identities of a product of two functions that is one."""
    single = (pattern for pattern in _patterns() if len(pattern.terms) == 1 and list(pattern.result[1].values()) == [1])
    return tuple([pattern for pattern in single if len(pattern.terms[0][1]) == 2])


@functools.cache
def divisors_of(operation: str) -> tuple[str, ...]:
    """The functions that a function is a quotient by, so that it has no value where one of them is 0: cos for tan."""
    found = [pattern.terms[0][1] for pattern in _products() if operation in pattern.result[1] and pattern.factor == 1]
    return tuple(kind for functions in found for kind, power in functions.items() if power < 0)


def _arguments(algebra: Algebra, monomial: Monomial, functions: dict[str, Rational]) -> list[int]:
    """What the first of some functions is taken of in a product."""
    first = next(iter(functions))
    return [algebra.arguments(atom)[0] for atom, _ in monomial if algebra.atoms[atom].kind == first]


def _without(algebra: Algebra, monomial: Monomial, functions: dict[str, Rational], argument: int) -> Monomial | None:
    """A product without functions of an argument; None where it does not have them all."""
    powers: dict[int, Rational] = dict(monomial)
    taken: dict[int, Rational] = {}
    for kind, exponent in functions.items():
        if not algebra.has_atom(kind, (argument,)):
            return None
        atom = algebra.atom(kind, (argument,))
        own: Rational = powers.get(atom, 0)
        if Fraction(own).denominator != 1 or own * exponent <= 0 or abs(Fraction(own)) < abs(Fraction(exponent)):
            return None
        taken[atom] = exponent
    return divided(monomial, taken)


def _with(algebra: Algebra, rest: Monomial, functions: dict[str, Rational], argument: int) -> Monomial:
    """A product with functions of an argument."""
    if not functions:
        return rest
    powers = {algebra.atom(kind, (argument,)): exponent for kind, exponent in functions.items()}
    return algebra.joined(rest, tuple([(atom, powers[atom]) for atom in sorted(powers)]))


def _replaced(algebra: Algebra, form: int, term: tuple[Monomial, Rational], pattern: _Pattern, argument: int) -> int:
    """A form with a product of functions in one of its terms replaced as often as it stands there."""
    (number, functions), (monomial, coefficient) = pattern.terms[0], term
    found, rest = algebra.number(1), monomial
    while (left := _without(algebra, rest, functions, argument)) is not None:
        rest = left
        found = algebra.multiply(found, _instance(algebra, pattern, ONE, 1 / Fraction(number), argument))
    others = algebra.add([form, algebra.form({monomial: -coefficient})])
    return algebra.add([others, algebra.multiply(algebra.form({rest: coefficient}), found)])


def _instance(algebra: Algebra, pattern: _Pattern, rest: Monomial, times: Rational, argument: int) -> int:
    number, functions = pattern.result
    inside = algebra.scale(argument, pattern.factor)
    product = _with(algebra, rest, functions, inside)
    return algebra.settled(product, times * number)
