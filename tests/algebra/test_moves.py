"""Operations that only move elements, by their declarations: what they do to numbers and to variables is known exactly."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy
import pytest
from structural_cases import CASES, Case

from gradcli.algebra.jacobian import MOST_ENTRIES, jacobian
from gradcli.algebra.simplified import Simplifier
from gradcli.graph.graph import Graph
from gradcli.language.ast import NOWHERE, Array, Number, postorder
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.ops.catalogue import STRUCTURAL
from gradcli.ops.declaration.symbol import Symbol

FEW = 64


def operands_of(case: Case) -> list[Any]:
    """The operands as arrays, of whole numbers where the case leaves them open."""
    return [
        numpy.arange(1.0, prod(one) + 1).reshape(one) if isinstance(one, tuple) else numpy.array(one, float) for one in case[1]
    ]


def is_small(case: Case) -> bool:
    """Whether it is written element by element; a number that is spread is written k*ones(...)."""
    shapes = [operand.shape for operand in operands_of(case)]
    result = STRUCTURAL[case[0]].shape(*shapes, **STRUCTURAL[case[0]].complete(case[2]))
    sizes = list(map(prod, (*shapes, result)))
    return () not in shapes and all(0 < size <= FEW for size in sizes) and max(sizes[:-1]) * sizes[-1] <= MOST_ENTRIES


MOVES = [case for case in CASES if STRUCTURAL[case[0]].facts.moves and is_small(case)]


def settings_of(case: Case) -> tuple[tuple[str, Any], ...]:
    return tuple(STRUCTURAL[case[0]].complete(case[2]).items())


def name_of(case: Case) -> str:
    return f"{case[0]}-{'-'.join(str(numpy.shape(one)) for one in operands_of(case))}-{case[2]}"


def literal(builder: StaticBuilder, value: Any) -> Symbol:
    def rows(part: Any) -> Any:
        return tuple([rows(row) for row in part]) if part.ndim else int(part)

    return Symbol(builder, builder.constant(rows(value)))


def test_every_operation_that_moves_elements_has_cases() -> None:
    declared = {name for name, operation in STRUCTURAL.items() if operation.facts.moves}
    assert declared == {case[0] for case in MOVES}


@pytest.mark.parametrize("case", MOVES, ids=name_of)
def test_of_numbers_they_are_numbers(case: Case) -> None:
    operands = operands_of(case)
    builder = StaticBuilder(Graph())
    y = builder.apply(case[0], [literal(builder, operand) for operand in operands], settings_of(case))
    found = Simplifier(builder.graph, [y.id]).together([y.id])
    assert not found.definitions
    nodes = list(postorder(found.expressions[0]))
    assert all(isinstance(node, Number | Array) for node in nodes), found.expressions[0]
    numbers = [float(node.value) for node in nodes if isinstance(node, Number)]
    assert numbers == numpy.ravel(STRUCTURAL[case[0]](*operands, **case[2])).tolist()


@pytest.mark.parametrize("case", MOVES, ids=name_of)
def test_their_jacobians_are_numbers(case: Case) -> None:
    """By finite differences, which are exact: the operation is affine."""
    operands = operands_of(case)
    whole = STRUCTURAL[case[0]].whole(*[operand.shape for operand in operands])
    by = next(at for at in range(len(operands)) if at not in whole)
    builder = StaticBuilder(Graph(), shapes={"A": operands[by].shape})
    symbols = [literal(builder, operand) for operand in operands]
    symbols[by] = Symbol(builder, builder.variable("A", NOWHERE))
    y = builder.apply(case[0], symbols, settings_of(case))
    found = jacobian(builder.graph, [y.id], ["A"]).simplified
    assert not found.definitions
    assert all(isinstance(node, Number) for node in found.expressions)
    base = numpy.ravel(STRUCTURAL[case[0]](*operands, **case[2]))
    columns = []
    for place in numpy.ndindex(operands[by].shape):
        moved = [operand.copy() for operand in operands]
        moved[by][place] += 1
        columns.append(numpy.ravel(STRUCTURAL[case[0]](*moved, **case[2])) - base)
    numbers = [float(node.value) for node in found.expressions if isinstance(node, Number)]
    assert numbers == numpy.stack(columns, 1).ravel().tolist()
