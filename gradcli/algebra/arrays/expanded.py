"""Forms with operations on arrays multiplied out: A @ (x + z) as A @ x + A @ z, sum(x + z) as sum(x) + sum(z).

What cancels or is collected only then makes a form shorter; and two forms that are equal as polynomials of their arrays have one
form then, which proves that they are.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from math import prod

from gradcli.algebra.arrays.forms import array_form, fitted
from gradcli.algebra.arrays.literals import elementwise
from gradcli.algebra.arrays.products import product, rank, single, transposed
from gradcli.algebra.arrays.rules import linear_operands
from gradcli.algebra.sums.generators import MANY_TERMS, expanded
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.rules import apply_operation
from gradcli.algebra.sums.spellings import shortest
from gradcli.algebra.sums.terms import Rational
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL

_LARGE = 300
"""Operations beyond which a form is left as it is."""


def shortest_array(algebra: Algebra, form: int) -> int:
    """The shortest of the shapes of a form with arrays, that with its products of matrices multiplied out among them."""
    best = shortest(algebra, form)
    if algebra.size(best) > _LARGE:
        return best
    best = _outer_products(algebra, _inverses(algebra, best))
    open_form = shortest(algebra, multiplied_out(algebra, best))
    return elementwise(algebra, open_form if algebra.size(open_form) < algebra.size(best) else best)


def _inverses(algebra: Algebra, form: int) -> int:
    """cofactor(A)/det(A) as inv(A).T, wherever a term has both."""
    total: list[int] = []
    for monomial, coefficient in algebra.forms[form]:
        powers = dict(monomial)
        inverses: list[int] = []
        for atom, exponent in monomial:
            kind, content = algebra.atoms[atom]
            if kind == "cofactor" and isinstance(content, tuple) and exponent == 1 and rank(algebra, content[0]) == 2:
                determinant = algebra.single_atom(array_form(algebra, "det", content, (), ()))
                if determinant is not None and powers.get(determinant, 0) <= -1:
                    inverses.append(array_form(algebra, "inv", content, (), algebra.shape(content[0])))
                    powers[determinant] += 1
                    del powers[atom]
        rest = algebra.form({tuple(sorted((atom, e) for atom, e in powers.items() if e)): coefficient})
        for inverse in inverses:
            rest = algebra.multiply(rest, transposed(algebra, inverse))
        total.append(rest)
    return algebra.add(total)


def _outer_products(algebra: Algebra, form: int) -> int:
    """A column times a row, of vectors that are reshaped, as outer(u, v)."""
    total: list[int] = []
    for monomial, coefficient in algebra.forms[form]:
        columns = [atom for atom, exponent in monomial if exponent == 1 and _is_line(algebra, atom, 0)]
        rows = [atom for atom, exponent in monomial if exponent == 1 and _is_line(algebra, atom, 1)]
        rest = tuple(pair for pair in monomial if pair[0] not in (*columns[:1], *rows[:1]))
        if columns and rows and columns[0] != rows[0]:
            u, v = (algebra.arguments(line[0])[0] for line in (columns, rows))
            outer = array_form(algebra, "outer", [u, v], (), algebra.shape(u) + algebra.shape(v))
            total.append(algebra.multiply(algebra.form({rest: coefficient}), outer))
        else:
            total.append(algebra.form({monomial: coefficient}))
    return algebra.add(total)


def _is_line(algebra: Algebra, atom: int, axis: int) -> bool:
    """Whether an atom is a vector reshaped to a column (axis 0) or a row (axis 1)."""
    if algebra.atoms[atom].kind != "reshape":
        return False
    (inner,) = algebra.arguments(atom)
    size = algebra.shape(inner)
    return len(size) == 1 and algebra.shapes[atom] == ((*size, 1) if axis == 0 else (1, *size))


def multiplied_out(algebra: Algebra, form: int, *, proof: bool = False) -> int:
    """A form with sums taken out of every operation that is linear, those inside first.

    Args:
        algebra: The algebra of the form.
        form: The form.
        proof: Whether operations are written in one way where there are several, sum(x*z) as x @ z, even if that is longer.
    """
    found: dict[int, int] = {}
    for at in algebra.inside_out(form, found):
        found[at] = _sum(algebra, at, found, proof=proof)
    return found[form]


def _sum(algebra: Algebra, form: int, found: dict[int, int], *, proof: bool) -> int:
    total: list[int] = []
    for monomial, coefficient in algebra.forms[form]:
        term = algebra.number(coefficient)
        for atom, exponent in monomial:
            new = _atom(algebra, atom, found, proof=proof)
            factor = algebra.of_atom(atom, exponent) if new is None else algebra.power(new, exponent)
            term = algebra.multiply(term, factor)
        total.append(term)
    return expanded(algebra, algebra.add(total))


def _atom(algebra: Algebra, atom: int, found: dict[int, int], *, proof: bool) -> int | None:
    """The new form of an atom; None where it stays."""
    kind, content = algebra.atoms[atom]
    if not isinstance(content, tuple):
        return None
    new = [found[inner] for inner in content]
    if kind in STRUCTURAL:
        return _structural(algebra, atom, new, proof=proof)
    if new == list(content):
        return None
    if kind in ("form", "power"):
        return new[0]
    return apply_operation(algebra, kind, new) if kind in OPERATIONS else None


def _structural(algebra: Algebra, atom: int, operands: Sequence[int], *, proof: bool) -> int | None:
    kind, content = algebra.atoms[atom]
    assert isinstance(content, tuple)
    settings, shape = algebra.settings.get(atom, ()), algebra.shapes.get(atom, ())
    shapes = [algebra.shape(inner) for inner in content]
    terms = [[operand] for operand in operands]
    for at in range(len(operands)) if kind == "matmul" else linear_operands(kind, settings):
        terms[at] = _terms(algebra, operands[at])
    few = prod(map(len, terms))
    if few > MANY_TERMS or (few == 1 and not proof and list(operands) == list(content)):
        return None
    total: list[int] = []
    for chosen in itertools.product(*terms):
        whole = [fitted(algebra, one, shape) for one, shape in zip(chosen, shapes, strict=True)]
        if kind == "matmul" and len(whole) > 2:
            total.append(_chain(algebra, whole))
        else:
            total.append(array_form(algebra, kind, whole, settings, shape))
            if proof:
                total[-1] = _in_one_way(algebra, total[-1])
    return algebra.add(total)


def _in_one_way(algebra: Algebra, form: int) -> int:
    """sum(x*z) as x @ z, mean(x) as sum(x)/n."""
    terms = algebra.forms[form]
    if len(terms) != 1:
        return form
    (monomial, coefficient) = terms[0]
    result = algebra.number(coefficient)
    for atom, exponent in monomial:
        factor = algebra.of_atom(atom)
        kind, content = single(algebra, factor)
        if kind == "reduce_mean":
            shape = algebra.shapes.get(atom, ())
            total = array_form(algebra, "reduce_sum", content, algebra.settings[atom], shape)
            factor = algebra.scale(_in_one_way(algebra, total), Fraction(max(prod(shape), 1), prod(algebra.shape(content[0]))))
        elif kind == "reduce_sum" and atom not in algebra.shapes:
            factor = _as_product(algebra, factor, content[0])
        result = algebra.multiply(result, algebra.power(factor, exponent))
    return result


def _as_product(algebra: Algebra, whole: int, summed: int) -> int:
    """sum(x*z) of vectors as x @ z; the sum itself where there are not two factors."""
    terms = algebra.forms[summed]
    if rank(algebra, summed) != 1 or len(terms) != 1 or terms[0][1] != 1:
        return whole
    factors = [algebra.of_atom(atom) for atom, exponent in terms[0][0] for _ in range(_times(exponent))]
    if len(factors) != 2 or any(algebra.shape(factor) != algebra.shape(summed) for factor in factors):
        return whole
    return product(algebra, factors)


def _times(exponent: Rational) -> int:
    return exponent if isinstance(exponent, int) and exponent > 0 else 3


def _chain(algebra: Algebra, factors: Sequence[int]) -> int:
    """A product of several factors, its numbers taken out two by two."""
    result = factors[0]
    for factor in factors[1:]:
        whole = [result, factor]
        shape = STRUCTURAL["matmul"].shape(*map(algebra.shape, whole))
        result = fitted(algebra, array_form(algebra, "matmul", whole, (), shape), shape)
    return result


def _terms(algebra: Algebra, form: int) -> list[int]:
    """The terms of a sum as forms of their own."""
    terms = algebra.forms[form]
    return [algebra.form({monomial: coefficient}) for monomial, coefficient in terms] or [form]
