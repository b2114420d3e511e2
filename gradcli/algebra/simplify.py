"""From graphs to normal forms: the form of each node, and what is known to be different from 0."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from gradcli.algebra.normal import Algebra
from gradcli.algebra.rules import apply_operation
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph
from gradcli.language.ast import NOWHERE

_NOT_OF_0 = ("reciprocal", "rsqrt", "log", "log2", "log10")
"""Functions that have no value at 0."""

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
            guard = generic and operation == "where" and graph.spans[inputs[0]] == NOWHERE  # no condition that the user wrote
            form = TOO_LONG if TOO_LONG in operands else apply_operation(algebra, operation, operands, generic=guard)
            if form != TOO_LONG and algebra.size(form) > limit:
                form = TOO_LONG
        forms.append(form)
    return forms


def assume_defined(graph: Graph, algebra: Algebra, forms: Sequence[int]) -> None:
    """Note what is different from 0 wherever all nodes of a graph are defined: divisors, and arguments of logarithms."""
    for operation, inputs in zip(graph.operations, graph.inputs, strict=True):
        divisor = TOO_LONG
        if operation == "div":
            divisor = forms[inputs[1]]
        elif operation in _NOT_OF_0 or (operation == "pow" and _is_negative(algebra, forms[inputs[1]])):
            divisor = forms[inputs[0]]
        if divisor != TOO_LONG:
            algebra.nonzero.update(atom for atom, _ in algebra.as_term(divisor)[0])


def _is_negative(algebra: Algebra, form: int) -> bool:
    value = None if form == TOO_LONG else algebra.rational(form)
    return value is not None and value < 0
