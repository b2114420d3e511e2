"""Simplification of a graph: each node to its normal form, and the form to an expression in the order that people write."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from gradcli.algebra.normal import Algebra, Monomial, Rational
from gradcli.autodiff.reverse import gradient_graph
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph
from gradcli.language.ast import Call, Expression, Name, Number, Operator
from gradcli.lowering.raising import applied
from gradcli.ops.operation import OPERATIONS

_POWERS: dict[str, Rational] = {"sqrt": Fraction(1, 2), "rsqrt": Fraction(-1, 2), "square": 2, "reciprocal": -1}
"""Operations that are powers: sqrt(x) is x^(1/2)."""


TOO_LONG = -1
"""Stands for the form of a node that would be longer than the limit."""


def normal_forms(
    graph: Graph,
    algebra: Algebra,
    needed: Sequence[bool] | None = None,
    *,
    limit: int = 1_000_000,
    generic: bool = False,
) -> list[int]:
    """The normal form of each node.

    Args:
        graph: The graph.
        algebra: Where atoms and forms are interned.
        needed: For each node whether its form is needed; None for all.
        limit: The number of operations beyond which a form is not followed up.
        generic: Whether the guards of derivative rules fall away that matter only at single points:
            ``where(b == 0, 0, u)`` is u.

    Returns:
        For each node its form; ``TOO_LONG`` where it would be longer than the limit, or is not needed.
    """
    forms: list[int] = []
    names = {id: name for name, id in graph.variables.items()}
    for id, (operation, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
        if needed is not None and not needed[id]:
            form = TOO_LONG
        elif operation == VARIABLE:
            form = algebra.of_atom(algebra.atom("variable", names[id]))
        elif operation == CONSTANT:
            value = graph.constants[id]
            if isinstance(value, int | Fraction):
                form = algebra.number(value)
            else:
                form = algebra.of_atom(algebra.atom("constant" if isinstance(value, str) else "number", value))
        else:
            operands = [forms[input] for input in inputs]
            form = TOO_LONG if TOO_LONG in operands else _apply(algebra, operation, operands, generic)
            if form != TOO_LONG and algebra.size(form) > limit:
                form = TOO_LONG
        forms.append(form)
    return forms


def _apply(algebra: Algebra, operation: str, operands: Sequence[int], generic: bool) -> int:
    """The normal form of an operation on forms. Each case has its algebra beside it."""
    values = [algebra.rational(operand) for operand in operands]
    match operation:
        case "add":
            return algebra.add(operands)
        case "sub":  # a - b = a + (-1)·b
            return algebra.add([operands[0], algebra.scale(operands[1], -1)])
        case "neg":  # -a = (-1)·a
            return algebra.scale(operands[0], -1)
        case "mul":
            return algebra.multiply(*operands)
        case "div" if values[1] != 0:  # a/b = a·b^-1
            return algebra.multiply(operands[0], algebra.power(operands[1], -1))
        case "pow" if values[1] is not None and not (values[0] == 0 and values[1] < 0):  # a^n for a number n
            return algebra.power(operands[0], values[1])
        case "reciprocal" | "rsqrt" if values[0] == 0:
            pass
        case _ if operation in _POWERS:
            return algebra.power(operands[0], _POWERS[operation])
        case "where" if values[0] is not None:  # a if 1 else b = a
            return operands[1] if values[0] else operands[2]
        case "where" if operands[1] == operands[2]:  # a if c else a = a
            return operands[1]
        case "where" if generic and values[1] == 0 and _at_single_points(algebra, operands[0]):
            return operands[2]
    exact = OPERATIONS[operation].exact
    if exact is not None and None not in values and len(values) >= len(OPERATIONS[operation].parameters):
        folded = exact(*values)
        if folded is not None:
            return algebra.number(folded)
    return algebra.of_atom(algebra.atom(operation, tuple(operands)))


def _at_single_points(algebra: Algebra, condition: int) -> bool:
    """Whether a condition asks for an equality, so that it holds at single points only."""
    terms = algebra.forms[condition]
    if len(terms) != 1 or len(terms[0][0]) != 1:
        return False
    kind, content = algebra.atoms[terms[0][0][0][0]]
    if kind == "logical_and" and isinstance(content, tuple):
        return any(_at_single_points(algebra, part) for part in content)
    return kind == "eq"


def assume_defined(graph: Graph, algebra: Algebra, forms: Sequence[int]) -> None:
    """Note what is different from 0 wherever all nodes of a graph are defined: divisors, and arguments of logarithms."""
    for operation, inputs in zip(graph.operations, graph.inputs, strict=True):
        if operation == "div":
            divisor = forms[inputs[1]]
        elif operation in ("reciprocal", "rsqrt", "log", "log2", "log10"):
            divisor = forms[inputs[0]]
        else:
            continue
        if divisor == TOO_LONG:
            continue
        if len(algebra.forms[divisor]) == 1:
            algebra.nonzero.update(atom for atom, _ in algebra.forms[divisor][0][0])
        else:
            algebra.nonzero.add(algebra.atom("form", (divisor,)))


# ---- forms to expressions ----


def written(algebra: Algebra, form: int) -> Expression:
    """A form as an expression in the order that people write: by degree, then by name, ``2*w + x + 1``."""
    expressions: dict[int, Expression] = {}
    work = [form]
    while work:
        at = work[-1]
        below = [inner for inner in algebra.inner(at) if inner not in expressions]
        if below:
            work.extend(below)
            continue
        work.pop()
        expressions[at] = _sum(algebra, at, expressions)
    return expressions[form]


def _sum(algebra: Algebra, form: int, expressions: dict[int, Expression]) -> Expression:
    terms = sorted(algebra.forms[form], key=lambda term: _term_key(algebra, term[0]))
    total: Expression | None = None
    if len(terms) > 1 and terms[0][1] < 0:  # 1 - x rather than -x + 1
        first = next((index for index, term in enumerate(terms) if term[1] > 0), 0)
        terms.insert(0, terms.pop(first))
    for monomial, coefficient in terms:
        if total is None:
            total = _term(algebra, monomial, coefficient, expressions)
        else:
            sign, size = ("-", -coefficient) if coefficient < 0 else ("+", coefficient)
            total = Operator(sign, (total, _term(algebra, monomial, size, expressions)))
    return Number(0) if total is None else total


def _term_key(algebra: Algebra, monomial: Monomial) -> tuple[Any, ...]:
    degree = sum(exponent for _, exponent in monomial)
    return (not monomial, -degree, sorted(_atom_key(algebra, atom) for atom, _ in monomial))


def _atom_key(algebra: Algebra, atom: int) -> tuple[int, str, int]:
    """Constants before variables before functions before sums; among equals by name."""
    kind, content = algebra.atoms[atom]
    rank = {"constant": 0, "number": 0, "variable": 1, "form": 3, "power": 4}.get(kind, 2)
    return (rank, str(content) if rank < 2 else kind, atom)


def _term(algebra: Algebra, monomial: Monomial, coefficient: Rational, expressions: dict[int, Expression]) -> Expression:
    if not monomial:
        return Number(coefficient)
    above: list[Expression] = []
    below: list[Expression] = []
    for atom, exponent in sorted(monomial, key=lambda pair: _atom_key(algebra, pair[0])):
        base = _atom(algebra, atom, expressions)
        (above if exponent > 0 else below).append(_power(base, exponent if exponent > 0 else -exponent))
    size = abs(Fraction(coefficient))
    if size.numerator != 1 or not above:
        above.insert(0, Number(size.numerator))
    if size.denominator != 1:
        below.insert(0, Number(size.denominator))
    if coefficient < 0:
        head = above[0]
        above[0] = Operator("-", (head,))
    product = _product(above)
    if not below:
        return product
    return Operator("/", (product, _product(below)))


def _product(factors: Sequence[Expression]) -> Expression:
    product = factors[0]
    for factor in factors[1:]:
        product = Operator("*", (product, factor))
    return product


def _power(base: Expression, exponent: Rational) -> Expression:
    if exponent == 1:
        return base
    if exponent == Fraction(1, 2):
        return Call("sqrt", (base,))
    return Operator("^", (base, Number(exponent)))


def _atom(algebra: Algebra, atom: int, expressions: dict[int, Expression]) -> Expression:
    kind, content = algebra.atoms[atom]
    if kind in ("variable", "constant"):
        assert isinstance(content, str)
        return Name(content)
    if kind == "number":
        assert isinstance(content, float)
        return Number(content)
    assert isinstance(content, tuple)
    if kind in ("form", "power"):
        return expressions[content[0]]
    return applied(kind, [expressions[inner] for inner in content])


def derivatives(graph: Graph, wrt: Sequence[int], limit: int = 200) -> list[Expression | None]:
    """The derivatives of a graph's output as simplified expressions in its variables.

    Args:
        graph: The function.
        wrt: The ids of the nodes to differentiate by.
        limit: The number of operations beyond which an expression is not written out.

    Returns:
        For each of ``wrt`` the expression; the number 0 where the output does not depend on it, None where it would be
        longer than the limit.
    """
    gradient, ids = gradient_graph(graph, wrt)
    needed = gradient.ancestors(*[id for id in ids if id is not None])
    algebra = Algebra()
    # Where the function is defined its divisors are not 0; knowing that beforehand, the second walk can cancel them.
    assume_defined(gradient, algebra, normal_forms(gradient, algebra, needed, limit=4 * limit, generic=True))
    forms = normal_forms(gradient, algebra, needed, limit=4 * limit, generic=True)
    expressions: list[Expression | None] = []
    for id in ids:
        if id is None:
            expressions.append(Number(0))
        elif forms[id] == TOO_LONG:
            expressions.append(None)
        else:
            form = algebra.shortest(forms[id])
            expressions.append(written(algebra, form) if algebra.size(form) <= limit else None)
    return expressions
