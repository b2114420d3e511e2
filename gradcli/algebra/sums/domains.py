"""Where expressions have a value: sqrt(x)^2 is x where x is at least 0, exp(log(x)) is x where x is positive.

Operations declare between which numbers they are defined; powers that are no whole numbers are of what is not negative. What a
form still says by its own operations, and what follows from signs, is not said again.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from gradcli.algebra.sums.generators import expanded, polynomial_root
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.terms import ONE, Rational, Terms, content_of, whole
from gradcli.graph.graph import Graph
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.course import EVERYWHERE, course
from gradcli.ops.elementwise.arithmetic import pow

_ROOM = 2_000
"""Terms that are multiplied out to see what follows from what."""

Sign = tuple[int, bool]
"""A form, and whether it has to be more than 0, or may be 0 as well."""


def needed(graph: Graph, algebra: Algebra, forms: Sequence[int], ids: Iterable[int], form: int) -> list[Sign]:
    """What has to be positive, or not negative, for nodes of a graph to have a value; of x^a, unless a form has such a power.

    Args:
        graph: The graph, of numbers.
        algebra: The algebra.
        forms: The form of each node.
        ids: The nodes.
        form: The form that is written.
    """
    found: dict[Sign, None] = {}
    powers = [algebra.arguments(atom) for atom, _ in _factors(algebra, form) if algebra.atoms[atom].kind == pow.name]
    kept = {sign for power in powers for sign in _of_any_power(algebra, *power)}
    for id in ids:
        inputs = graph.inputs[id]
        if not inputs or min(inputs) < 0 or any(forms[one] < 0 for one in inputs):
            continue
        exponent = algebra.rational(forms[inputs[1]]) if graph.operations[id] == pow.name else None
        if exponent is not None:
            found.update(dict.fromkeys(_of_power(algebra, forms[inputs[0]], exponent)))
        elif graph.operations[id] == pow.name:
            signs = _of_any_power(algebra, forms[inputs[0]], forms[inputs[1]])
            found.update(dict.fromkeys(sign for sign in signs if sign not in kept))
        elif len(inputs) == 1:
            found.update(dict.fromkeys(_of_operation(algebra, graph.operations[id], forms[inputs[0]])))
    return list(found)


def stated(algebra: Algebra, form: int) -> set[Sign]:
    """What has to be positive, or not negative, for a form to have a value; x^a has one at many x that are negative."""
    found: set[Sign] = set()
    for atom, exponent in _factors(algebra, form):
        kind, arguments = algebra.atoms[atom].kind, algebra.arguments(atom)
        found.update(_of_power(algebra, arguments[0] if kind == "form" else algebra.of_atom(atom), exponent))
        if len(arguments) == 1:
            found.update(_of_operation(algebra, kind, arguments[0]))
    return found


def _factors(algebra: Algebra, form: int) -> Iterator[tuple[int, Rational]]:
    """The atoms of a form with their exponents, those inside them as well."""
    work, seen = [form], {form}
    while work:
        at = work.pop()
        for monomial, _ in algebra.forms[at]:
            yield from algebra.factors(monomial)
        inner = [one for one in algebra.inner(at) if one not in seen]
        seen.update(inner)
        work += inner


def lost(algebra: Algebra, wanted: Sequence[Sign], form: int) -> list[Sign]:
    """What an expression needed for a value that a form does not need, and that is not so by itself."""
    own = stated(algebra, form)
    if own.issuperset(wanted):
        return []
    algebra.room = _ROOM
    strict = {one for one, more in (*wanted, *own) if more}
    found = []
    for one, more in wanted:  # 1 - x^2 >= 0 is x <= 1 and x >= -1
        for other, _ in wanted:
            product = of_sign(algebra, expanded(algebra, algebra.multiply(one, other)))
            if (algebra.rational(algebra.add([one, other])) or 0) > 0 and (product, more) in own:
                own.add((one, more))
    for one, more in _strongest(algebra, [(_beside(algebra, one, strict), more) for one, more in wanted]):
        said = (one, True) in own or ((one, False) in own and not more) or (one in strict and not more)
        said = said or (not more and _is_product_of(algebra, one, {other for other, _ in (*own, *wanted)}))
        root = square_root_of(algebra, one) if more and not said else None
        if root is not None:  # x^2 where x is positive
            said = any(of_sign(algebra, algebra.scale(root, sign)) in strict for sign in (1, -1))
        if not said and algebra.value(one) is None and not _is_true(algebra, one, more):  # of a number it is known
            found.append((one, more))
    return found


def _beside(algebra: Algebra, form: int, positive: Container[int]) -> int:
    """What is left of the sign of a product beside factors that are positive: x of x·y where y > 0."""
    terms = algebra.forms[form]
    if len(terms) != 1 or len(terms[0][0]) == 1:
        return form
    left = tuple([(atom, e) for atom, e in terms[0][0] if algebra.of_atom(atom) not in positive])
    return of_sign(algebra, algebra.form({left: terms[0][1]}))


def _is_product_of(algebra: Algebra, form: int, others: Container[int]) -> bool:
    """Whether a form is a product of several others: x·y of x and y."""
    terms = algebra.forms[form]
    alone = [algebra.of_atom(atom) for atom, _ in terms[0][0]] if len(terms) == 1 and terms[0][1] > 0 else []
    return len(alone) > 1 and all(one in others for one in alone)


def _strongest(algebra: Algebra, wanted: Sequence[Sign]) -> list[Sign]:
    """What has to be so without what follows from the rest: x > 0 without x > -1."""
    bounds: dict[Terms, tuple[Rational, bool]] = {}
    apart: list[tuple[Sign, Terms, tuple[Rational, bool]]] = []
    for one, more in wanted:
        terms = dict(algebra.forms[one])
        number = terms.pop(ONE, 0)
        size = content_of(tuple(terms.items())) if terms else Fraction(1)
        rest = algebra.forms[algebra.scale(algebra.form(terms), 1 / abs(size))]
        bound = whole(-Fraction(number) / abs(size)), more  # rest > bound
        apart.append(((one, more), rest, bound))
        bounds[rest] = max(bounds.get(rest, bound), bound)
    return [sign for sign, rest, bound in apart if bounds[rest] == bound]


def square_root_of(algebra: Algebra, form: int) -> int | None:
    """What a form is the square of; None where it is none: x - 1 of x^2 - 2·x + 1, x·y^2 of x^2·y^4."""
    terms = algebra.forms[form]
    if len(terms) == 1 and terms[0][1] == 1 and all(exponent % 2 == 0 for _, exponent in terms[0][0]):
        return algebra.form({tuple([(atom, whole(Fraction(exponent) / 2)) for atom, exponent in terms[0][0]]): 1})
    return polynomial_root(algebra, expanded(algebra, form))


def _is_true(algebra: Algebra, form: int, more: bool) -> bool:
    """Whether a form is known to be positive, or not to be negative, as it stands or multiplied out."""
    wide = expanded(algebra, form)
    if more:
        return any(map(algebra.is_positive_form, (form, wide)))
    return any(map(algebra.is_not_negative, (form, wide))) or polynomial_root(algebra, wide) is not None


def _of_power(algebra: Algebra, base: int, exponent: Rational) -> Iterator[Sign]:
    if Fraction(exponent).denominator != 1:
        yield of_sign(algebra, base), exponent < 0


def _of_any_power(algebra: Algebra, base: int, exponent: int) -> Iterator[Sign]:
    """Of x^a, which has a value for every a where x is positive."""
    if not algebra.is_integer_form(exponent):
        yield of_sign(algebra, base), True


def _of_operation(algebra: Algebra, name: str, form: int) -> Iterator[Sign]:
    declared = OPERATIONS.get(name)
    if declared is None or len(declared.samples) != 1:
        return
    between = course(declared.facts.course).defined
    if between == EVERYWHERE:
        return
    for end, sign in zip(between, (1, -1), strict=True):
        if math.isfinite(end):
            beyond = algebra.add([algebra.scale(form, sign), algebra.number(-sign * Fraction(end))])
            yield of_sign(algebra, beyond), not math.isfinite(declared(end))


def is_power_of(algebra: Algebra, atom: int, positive: Container[int]) -> bool:
    """Whether an atom is a power, as x^a, of what is positive."""
    return algebra.atoms[atom].kind == pow.name and of_sign(algebra, algebra.arguments(atom)[0]) in positive


def of_sign(algebra: Algebra, form: int) -> int:
    """A form of the same sign with coprime integers as coefficients, without factors that are positive."""
    terms = algebra.forms[form]
    if len(terms) == 1:
        monomial, coefficient = terms[0]
        even = {atom for atom, exponent in monomial if exponent % 2 == 0 and algebra.is_nonzero(atom)}
        left = tuple((atom, exponent) for atom, exponent in monomial if atom not in even and not algebra.is_positive(atom))
        if len(left) == 1 and (left[0][1] % 2 == 1 or Fraction(left[0][1]).denominator % 2 == 0):  # sqrt(x), x^3 and 1/x for x
            left = ((left[0][0], 1),)
        if not left and coefficient < 0:  # -x where x > 0, which is never positive
            left = monomial
        form = algebra.add([algebra.form({left: 1 if coefficient > 0 else -1})])
        terms = algebra.forms[form]
    return algebra.scale(form, 1 / abs(content_of(terms))) if terms else form


def is_between(algebra: Algebra, left: int, right: int, signs: Mapping[int, bool]) -> bool:
    """Whether two forms are known to be different by what is positive, or not negative: x and -1 where x > 0."""
    apart = algebra.add([left, algebra.scale(right, -1)])
    for one, strict in signs.items():
        beyond = [algebra.rational(algebra.add([one, algebra.scale(apart, sign)])) for sign in (1, -1)]
        if any(number is not None and (number < 0 or (number == 0 and strict)) for number in beyond):
            return True
    return False


def differences(algebra: Algebra, left: int, right: int) -> tuple[int, int]:
    """Both differences of two forms, as :func:`lost` gives forms: where one of them is positive they are different."""
    one = algebra.add([left, algebra.scale(right, -1)])
    return of_sign(algebra, one), of_sign(algebra, algebra.scale(one, -1))


def sides(algebra: Algebra, form: int) -> tuple[int, int, bool]:
    """A form that is more than 0 as one side that is more than another: x and 1 for x - 1; or less: x and 1 for 1 - x."""
    terms = dict(algebra.forms[form])
    number = terms.pop(ONE, 0)
    if len(terms) == 1:
        [(monomial, factor)] = terms.items()
        return algebra.form({monomial: 1}), algebra.number(-Fraction(number) / factor), factor > 0
    if len(terms) == 2 and not number and sorted(terms.values()) == [-1, 1]:
        left, right = sorted(terms, key=terms.__getitem__, reverse=True)
        return algebra.form({left: 1}), algebra.form({right: 1}), True
    return form, algebra.number(0), True
