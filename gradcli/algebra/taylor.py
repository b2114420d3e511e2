"""Taylor polynomials with exact coefficients, by arithmetic of truncated power series."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradcli.algebra.series import Series
from gradcli.algebra.simplify import normal_forms
from gradcli.algebra.sums.declared import number_form
from gradcli.algebra.sums.expressions import written
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.rules import apply_operation
from gradcli.algebra.sums.spellings import shortest
from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph
from gradcli.language.ast import Expression, Group, Name, Number, Operator
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.symbol import Symbol
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.algebra.assumptions.facts import Assumptions


class Taylor(Frozen):
    """A Taylor polynomial.

    Attributes:
        variable: The variable.
        about: Where it is developed.
        coefficients: The coefficients of the powers of variable - about, from 0 on.
        values: Their values; None where they depend on other variables.
        polynomial: The polynomial as an expression.
    """

    variable: str
    about: Expression
    coefficients: tuple[Expression, ...]
    values: tuple[float | None, ...]
    polynomial: Expression


def taylor(graph: Graph, variable: str, about: Graph, order: int, assume: Assumptions | None = None) -> Taylor:
    """The Taylor polynomial of a graph's output.

    Args:
        graph: A static graph of numbers.
        variable: The variable; the others are parameters.
        about: The graph of the place, a constant or an expression in other variables.
        order: The largest power.
        assume: What is assumed of parameters; None for nothing.

    Raises:
        GradcliError: The output has no Taylor polynomial there, or a coefficient is too large to write.
    """
    algebra = Algebra(assume)
    place = normal_forms(about, algebra)[about.output]
    value = algebra.value(place)
    if value is not None and not math.isfinite(value):
        raise GradcliError("the place has no finite value", about.spans[about.output], "choose another place with --about")
    series = Series(algebra, variable, place)
    at: list[Symbol] = []
    names = {id: name for name, id in graph.variables.items()}
    kept = graph.ancestors(graph.output)
    for node in graph:
        if node.operation == VARIABLE:
            at.append(series.variable(names[node.id]))
        elif node.operation == CONSTANT or not kept[node.id]:
            constant = graph.constants.get(node.id, 0) if kept[node.id] else 0
            at.append(series.constant(number_form(algebra, constant, apply_operation)))
        elif node.operation in OPERATIONS:
            at.append(series.apply(node.operation, [at[input] for input in node.inputs]))
        else:
            hint = f"{node.operation} is an operation on arrays"
            raise GradcliError("Taylor polynomials are of numbers", graph.spans[node.id], hint)
    forms = [shortest(algebra, form) for form in series.coefficients(at[graph.output].id, order)]
    where = written(algebra, place)
    coefficients = tuple([written(algebra, form) for form in forms])
    return Taylor(variable, where, coefficients, tuple(map(algebra.value, forms)), _polynomial(algebra, variable, place, forms))


def _polynomial(algebra: Algebra, variable: str, place: int, forms: Sequence[int]) -> Expression:
    """The sum of the terms, by ascending powers."""
    where = written(algebra, algebra.scale(place, -1))
    x: Expression = Name(variable)
    if algebra.forms[place]:
        shifted = algebra.add([algebra.of_atom(algebra.atom("variable", variable)), algebra.scale(place, -1)])
        x = Group(written(algebra, shifted)) if where != Number(0) else x
    total: Expression | None = None
    for k, form in enumerate(forms):
        if not algebra.forms[form]:
            continue
        negative = all(coefficient < 0 for _, coefficient in algebra.forms[form]) and total is not None
        size = algebra.scale(form, -1) if negative else form
        term = _term(algebra, size, x, k)
        total = term if total is None else Operator("-" if negative else "+", (total, term))
    return Number(0) if total is None else total


def _term(algebra: Algebra, form: int, x: Expression, k: int) -> Expression:
    power = x if k == 1 else Operator("^", (x, Number(k)))
    value = algebra.rational(form)
    if k == 0:
        return written(algebra, form)
    if value is not None:
        top, bottom = abs(value.numerator), value.denominator
        term = power if top == 1 else Operator("*", (Number(top), power))
        term = term if bottom == 1 else Operator("/", (term, Number(bottom)))
        return Operator("-", (term,)) if value < 0 else term
    factor = written(algebra, form)
    return Operator("*", (Group(factor) if len(algebra.forms[form]) > 1 else factor, power))
