"""Products of matrices and vectors, and transposes: associative, not commutative.

A product is one atom ``matmul`` with all of its factors, of which only the first and the last may be vectors; numbers stand
before it, identities and neighbours that are inverse to each other fall away.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

from gradcli.algebra.sums.normal import Algebra
from gradcli.graph.graph import Settings
from gradcli.ops.catalogue import STRUCTURAL, TURN

_TRANSPOSE: Settings = (("axes", None),)


def single(algebra: Algebra, form: int) -> tuple[str, tuple[int, ...]]:
    """The operation and the operands of a form that is one atom; an empty name for any other form."""
    atom = algebra.single_atom(form)
    if atom is None:
        return "", ()
    kind, content = algebra.atoms[atom]
    return (kind, content) if isinstance(content, tuple) else ("", ())


def is_transpose(algebra: Algebra, form: int) -> bool:
    """Whether a form is A.T."""
    atom = algebra.single_atom(form)
    return atom is not None and algebra.atoms[atom].kind == TURN and algebra.settings[atom] == _TRANSPOSE


def rank(algebra: Algebra, form: int) -> int:
    """The number of axes of a form."""
    return len(algebra.shape(form))


DEEP = 16
"""Rules on what rules gave, on what rules gave, ... beyond which nothing more is simplified."""


def transposed(algebra: Algebra, form: int) -> int:
    """A.T of a matrix without a factor that is a number."""
    if algebra.depth >= DEEP:
        return _atom_of_transpose(algebra, form)
    algebra.depth += 1
    try:
        return _transposed(algebra, form)
    finally:
        algebra.depth -= 1


def _atom_of_transpose(algebra: Algebra, form: int) -> int:
    return algebra.of_atom(algebra.atom(TURN, (form,), _TRANSPOSE, algebra.shape(form)[::-1]))


def _transposed(algebra: Algebra, form: int) -> int:
    kind, content = single(algebra, form)
    match kind:
        case "permute" if is_transpose(algebra, form):  # A.T.T = A
            return content[0]
        case "matmul":  # (A @ B).T = B.T @ A.T
            return product(algebra, [transposed(algebra, factor) for factor in content[::-1]])
        case "outer":  # outer(u, v).T = outer(v, u)
            return _atom(algebra, "outer", content[::-1])
        case "eye":
            rows, columns = algebra.shape(form)
            return identity(algebra, columns, rows)
        case "diag" if rank(algebra, content[0]) == 1 and _offset(algebra, form) == 0:  # diag(x).T = diag(x)
            return form
        case "inv" if transposed(algebra, content[0]) == content[0]:  # the inverse of a symmetric matrix is symmetric
            return form
    whole = _atom_of_transpose(algebra, form)
    parts = _by_parts(algebra, form)
    if parts is None or algebra.size(parts) > algebra.size(whole):
        return whole
    return parts if _transposes(algebra, parts) <= _transposes(algebra, form) else whole


def _transposes(algebra: Algebra, form: int) -> int:
    """How many atoms of a form are transposes."""
    return sum(algebra.atoms[atom].kind == TURN for monomial, _ in algebra.forms[form] for atom, _ in monomial)


def _by_parts(algebra: Algebra, form: int) -> int | None:
    """(A + B).T = A.T + B.T, (A*B).T = A.T*B.T; None where a part is broadcast, or there is only one."""
    shape = algebra.shape(form)
    atoms = {atom for monomial, _ in algebra.forms[form] for atom, _ in monomial if atom in algebra.shapes}
    if any(algebra.shapes[atom] != shape for atom in atoms) or algebra.single_atom(form) is not None:
        return None
    new = {atom: _plain_transpose(algebra, atom) for atom in atoms}
    total: list[int] = []
    for monomial, coefficient in algebra.forms[form]:
        term = algebra.number(coefficient)
        for atom, exponent in monomial:
            factor = algebra.of_atom(atom, exponent) if atom not in new else algebra.power(new[atom], exponent)
            term = algebra.multiply(term, factor)
        total.append(term)
    return algebra.add(total)


def _plain_transpose(algebra: Algebra, atom: int) -> int:
    form = algebra.of_atom(atom)
    return _atom_of_transpose(algebra, form) if algebra.atoms[atom].kind in ("form", "power") else transposed(algebra, form)


def identity(algebra: Algebra, rows: int, columns: int) -> int:
    """The form of eye(rows, columns)."""
    settings: Settings = (("rows", rows), ("columns", None if rows == columns else columns))
    return algebra.of_atom(algebra.atom("eye", (), settings, (rows, columns)))


def product(algebra: Algebra, operands: Sequence[int]) -> int:
    """The product of matrices and vectors that have no factors that are numbers."""
    if all(rank(algebra, operand) == 2 for operand in operands):
        return _chain(algebra, [factor for operand in operands for factor in _column(algebra, operand)])
    result = operands[0]
    for operand in operands[1:]:
        result = _two(algebra, result, operand)
    return result


def _two(algebra: Algebra, left: int, right: int) -> int:
    ranks = rank(algebra, left), rank(algebra, right)
    if max(ranks) > 2:  # stacks of matrices
        return _atom(algebra, "matmul", (left, right))
    if ranks[0] == 1 and single(algebra, left)[0] == "matmul":
        if ranks[1] == 2 and rank(algebra, single(algebra, left)[1][-1]) == 1:  # (A @ v) @ B = B.T @ A @ v
            left, right, ranks = transposed(algebra, right), left, (2, 1)
        elif ranks[1] == 1:  # (A @ v) @ w = v @ A.T @ w
            return _chain(algebra, [*_row(algebra, left), *_column(algebra, right)])
    return _chain(algebra, [*_row(algebra, left), *_column(algebra, right)])


def _column(algebra: Algebra, form: int) -> Sequence[int]:
    """The factors of what stands on the right, a vector last: v @ A is A.T @ v."""
    kind, content = single(algebra, form)
    if kind != "matmul" or rank(algebra, form) > 2:
        return (form,)
    if rank(algebra, content[0]) == 1:
        return [*[transposed(algebra, factor) for factor in content[:0:-1]], content[0]]
    return content


def _row(algebra: Algebra, form: int) -> Sequence[int]:
    """The factors of what stands on the left, a vector first: A @ v is v @ A.T."""
    kind, content = single(algebra, form)
    if kind != "matmul" or rank(algebra, form) > 2:
        return (form,)
    if rank(algebra, content[-1]) == 1:
        return [content[-1], *[transposed(algebra, factor) for factor in content[-2::-1]]]
    return content


def _chain(algebra: Algebra, factors: list[int]) -> int:
    kept: list[int] = []
    if not any(map(functools.partial(_may_fall_away, algebra), factors)):
        kept, factors = factors, []
    for factor in factors:
        rows = algebra.shape(factor)[0]
        if kept and is_identity(algebra, kept[-1]):  # eye(n) @ A = A
            kept[-1] = factor
        elif kept and is_identity(algebra, factor):  # A @ eye(n) = A
            continue
        elif kept and algebra.invertible and _are_inverse(algebra, kept[-1], factor):  # inv(A) @ A = eye(n)
            kept[-1] = identity(algebra, rows, rows)
            if len(kept) > 1:
                kept.pop()
        else:
            kept.append(factor)
    if len(kept) == 1:
        return kept[0]
    for at, factor in enumerate(kept):
        kind, content = single(algebra, factor)
        if kind == "outer" and at + 1 < len(kept) and rank(algebra, kept[at + 1]) == 1:  # outer(u, v) @ w = u*(v @ w)
            number = _chain(algebra, [content[1], kept[at + 1]])
            return algebra.multiply(number, _chain(algebra, [*kept[:at], content[0]]))
        if kind == "outer" and at and rank(algebra, kept[at - 1]) == 1:  # w @ outer(u, v) = (w @ u)*v
            number = _chain(algebra, [kept[at - 1], content[0]])
            return algebra.multiply(number, _chain(algebra, [content[1], *kept[at + 1 :]]))
        if kind == "outer" and len(kept) > 1:  # A @ outer(u, v) @ B = outer(A @ u, v @ B)
            left = _column(algebra, _chain(algebra, [*kept[:at], content[0]]))
            right = _column(algebra, _chain(algebra, [content[1], *kept[at + 1 :]]))
            return _outer(algebra, _chain(algebra, list(left)), _chain(algebra, list(right)))
    if rank(algebra, kept[0]) == rank(algebra, kept[-1]) == 1:  # u @ A @ v = v @ A.T @ u
        turned = [transposed(algebra, f) if rank(algebra, f) == 2 else f for f in kept[::-1]]
        kept = min(kept, turned, key=lambda chain: (sum(map(algebra.size, chain)), chain))
    return _atom(algebra, "matmul", tuple(kept))


def _may_fall_away(algebra: Algebra, factor: int) -> bool:
    """Whether a factor is an identity or an inverse, or the transpose of one."""
    return is_identity(algebra, factor) or bool(_inverted(algebra, _turned(algebra, factor)))


def least_rotation(algebra: Algebra, chain: int) -> int:
    """The first in the order of forms of the products that have one trace: trace(A @ B) = trace(B @ A) = trace(A.T @ B.T)."""
    _, factors = single(algebra, chain)
    turned = tuple(transposed(algebra, factor) for factor in factors[::-1])
    rotations = [(*row[at:], *row[:at]) for row in (factors, turned) for at in range(len(row))]
    return product(algebra, min(rotations, key=lambda row: (sum(is_transpose(algebra, factor) for factor in row), row)))


def is_identity(algebra: Algebra, form: int) -> bool:
    """Whether a form is eye(n)."""
    return single(algebra, form)[0] == "eye" and len(set(algebra.shape(form))) == 1


def _are_inverse(algebra: Algebra, left: int, right: int) -> bool:
    return _is_inverse(algebra, left, right) or _is_inverse(algebra, right, left)


def _is_inverse(algebra: Algebra, inverse: int, form: int) -> bool:
    if is_transpose(algebra, inverse) and is_transpose(algebra, form):
        inverse, form = _turned(algebra, inverse), _turned(algebra, form)
    return _inverted(algebra, inverse) == (form,)


def _turned(algebra: Algebra, form: int) -> int:
    """A of A.T; any other form itself."""
    return single(algebra, form)[1][0] if is_transpose(algebra, form) else form


def _inverted(algebra: Algebra, form: int) -> tuple[int, ...]:
    """A of inv(A); nothing of any other form."""
    kind, content = single(algebra, form)
    return content if kind == "inv" else ()


def _outer(algebra: Algebra, left: int, right: int) -> int:
    """The outer product of two forms, numbers before it."""
    (a, first), (b, second) = numbers_apart(algebra, left), numbers_apart(algebra, right)
    return algebra.multiply(algebra.multiply(a, b), _atom(algebra, "outer", (first, second)))


def numbers_apart(algebra: Algebra, form: int) -> tuple[int, int]:
    """A form as a factor that is a number, and the rest: 2·A and 2·A + 2·B are 2 times A and times A + B."""
    monomial, coefficient = algebra.as_factor(form)
    arrays = tuple((atom, exponent) for atom, exponent in monomial if atom in algebra.shapes)
    numbers = tuple((atom, exponent) for atom, exponent in monomial if atom not in algebra.shapes)
    rest = algebra.form({arrays: 1})
    kind, content = single(algebra, rest)
    return algebra.form({numbers: coefficient}), content[0] if kind == "form" else rest


def _offset(algebra: Algebra, form: int) -> int:
    atom = algebra.single_atom(form)
    return 0 if atom is None else int(dict(algebra.settings[atom])["offset"] or 0)  # type: ignore[arg-type]


def _atom(algebra: Algebra, operation: str, operands: tuple[int, ...]) -> int:
    shape = algebra.shape(operands[0])
    for operand in operands[1:]:
        shape = STRUCTURAL[operation].shape(shape, algebra.shape(operand))
    return algebra.of_atom(algebra.atom(operation, operands, (), shape))
