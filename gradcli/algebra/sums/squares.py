"""Sums of squares that are 1: k·sin(x)² + k·cos(x)² is k, and (sin(x) + cos(x))² is 1 + 2·sin(x)·cos(x)."""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.algebra.sums.generators import expanded, polynomial_root
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.terms import Rational, divided
from gradcli.ops.catalogue import OPERATIONS

SQUARES: dict[str, tuple[str, Rational]] = {
    name: (partner, 1 if sign == "+" else -1)  # sin(x)^2 + cos(x)^2 = 1, cosh(x)^2 - sinh(x)^2 = 1
    for name, operation in OPERATIONS.items()
    for partner, _, sign in [operation.facts.squares.partition(" ")]
    if partner
}
"""Sums of squares that are 1 for every x: the first function, the second one, and the sign between them."""

PARTNERS: dict[str, tuple[str, Rational, Rational]] = {first: (second, sign, 1) for first, (second, sign) in SQUARES.items()}
PARTNERS |= {second: (first, 1, sign) for first, (second, sign) in SQUARES.items()}
"""For either function of such a sum the other one, its sign, and the own sign."""


def collected_squares(algebra: Algebra, form: int) -> int:
    """k·sin(x)² + k·cos(x)² is k, and the like, wherever a sum or a factor of its terms has such a pair.

    Beside a sine of x also k - k·cos(x)² is k·sin(x)²; a factor may be older than the sine beside it.
    """
    found = _with_squares_joined(algebra, form)
    for monomial, coefficient in algebra.forms[found]:
        for atom, exponent in monomial:
            kind, content = algebra.atoms[atom]
            if kind != "form" or not isinstance(content, tuple):
                continue
            inner = _with_squares_joined(algebra, content[0])
            if inner != content[0]:
                if atom in algebra.nonzero:
                    algebra.nonzero.update(factor for factor, _ in algebra.as_term(inner)[0])
                term = algebra.form({monomial: coefficient})
                changed = algebra.form({divided(monomial, {atom: exponent}): coefficient})
                rest = algebra.add([found, algebra.scale(term, -1)])
                return algebra.add([rest, algebra.multiply(changed, algebra.power(inner, exponent))])
    return found


def _with_squares_joined(algebra: Algebra, form: int) -> int:
    terms = dict(algebra.forms[form])
    for monomial, coefficient in algebra.forms[form]:
        for atom, exponent in monomial:
            kind, content = algebra.atoms[atom]
            if kind not in PARTNERS or not isinstance(content, tuple) or not algebra.has_atom(PARTNERS[kind][0], content):
                continue
            if exponent < 2 or not isinstance(exponent, int) or monomial not in terms:
                continue
            other_kind, sign, own = PARTNERS[kind]
            rest = tuple((a, e - 2 * (a == atom)) for a, e in monomial if a != atom or e != 2)
            other = algebra.joined(rest, ((algebra.atom(other_kind, content), 2),))
            whole = coefficient * own  # own·k·kind² + sign·k·other² = k
            if terms.get(other) == sign * whole:
                del terms[monomial], terms[other]
                terms[rest] = terms.get(rest, 0) + whole
            elif terms.get(rest) == -whole:
                del terms[monomial], terms[rest]
                terms[other] = terms.get(other, 0) - sign * whole
    return algebra.form(terms)


def through_squares(algebra: Algebra, form: int) -> Iterator[int]:
    """The form with the square of a sum of such functions multiplied out, or itself as one, and squares collected."""
    for monomial, _ in algebra.forms[form]:
        for atom, exponent in monomial:
            if exponent == 2 and algebra.atoms[atom].kind == "form" and _has_pair(algebra, algebra.arguments(atom)[0]):
                yield collected_squares(algebra, expanded(algebra, form))
                return
    root = polynomial_root(algebra, form) if _has_pair(algebra, form) else None
    if root is not None:
        yield algebra.power(collected_squares(algebra, root), 2)


def _has_pair(algebra: Algebra, form: int) -> bool:
    """Whether both functions of a sum of squares are factors in a form."""
    kinds = algebra.kinds(form)
    return any(kind in kinds and PARTNERS[kind][0] in kinds for kind in kinds & PARTNERS.keys())
