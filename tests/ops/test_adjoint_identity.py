"""⟨g, J·v⟩ = ⟨Jᵀ·g, v⟩ for every operation on arrays: J·v by forward mode and by finite differences, Jᵀ·g by reverse mode.

The calls are those of ``structural_cases.py``, on random elements, and others on random shapes, which are found by asking the
operation which of them fit; so a new operation that can be called without settings is tested without being listed.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any

import numpy
import pytest
from structural_cases import CASES

from gradcli.autodiff.passes.forward import evaluate
from gradcli.autodiff.passes.reverse import backward, carries, quiet, requires_grad
from gradcli.autodiff.passes.tangent import pushforward
from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph, Shape
from gradcli.graph.shapes import ShapeError
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.ops.catalogue import STRUCTURAL
from gradcli.ops.declaration.structural import Structural
from gradcli.ops.declaration.symbol import Symbol

PATTERNS = ("n", "mn", "nn", "kmn", "knn", "bkmn", "km", "nm", "k", "m", "b", "")
"""Shapes of operands; the same letter is the same size."""

FOUND = 3
"""How many of the calls that fit are tried."""

Call = tuple[tuple[Shape, ...], dict[str, Any]]

CARRYING = [operation for operation in STRUCTURAL.values() if operation.pullback is not None]


def fitting(operation: Structural, source: random.Random) -> Iterator[Call]:
    """Random shapes that the operation takes, with its settings as they are by default."""
    settings = operation.complete({})
    counts = range(max(operation.required, 1), min(operation.most, operation.required + 1, 3) + 1)
    for count in counts:
        patterns = list(itertools.product(PATTERNS, repeat=count))
        source.shuffle(patterns)
        for pattern in patterns:
            sizes = dict(zip("bkmn", source.sample(range(1, 6), 4), strict=True))
            shapes = tuple([tuple([sizes[letter] for letter in word]) for word in pattern])
            try:
                operation.shape(*shapes, **settings)
            except (ShapeError, TypeError, IndexError, ValueError):
                continue
            yield shapes, settings


def calls(operation: Structural) -> Iterator[Call]:
    """What the operation is tried with."""
    for name, operands, settings, _ in CASES:
        if name == operation.name:
            shapes = tuple([given if isinstance(given, tuple) else numpy.shape(given) for given in operands])
            yield shapes, operation.complete(settings)
    yield from itertools.islice(fitting(operation, random.Random(operation.name)), FOUND)


def elements(shape: Shape, whole: bool, source: Any, inside: bool = False) -> Any:
    """Random elements, or such between 0 and 1; a square matrix is far from singular, and of whole numbers it is the first."""
    if whole:
        return numpy.zeros(shape) if shape else 0.0
    values = source.uniform(0.1, 0.9, shape) if inside else source.normal(size=shape)
    if len(shape) > 1 and shape[-1] == shape[-2]:
        values = 0.3 * values + 2 * numpy.eye(shape[-1])
    return values if shape else float(values)


@pytest.mark.parametrize("operation", CARRYING, ids=lambda operation: operation.name)
def test_the_adjoint_identity(operation: Structural) -> None:
    tried = 0
    for (shapes, settings), inside in itertools.product(calls(operation), (False, True)):
        source = numpy.random.default_rng(tried + 1)
        whole = operation.whole(*shapes)
        values = [elements(shape, at in whole, source, inside) for at, shape in enumerate(shapes)]
        bindings = {f"x{at}": value for at, value in enumerate(values)}
        builder = StaticBuilder(Graph(), shapes={name: numpy.shape(value) for name, value in bindings.items()})
        operands = [Symbol(builder, builder.variable(name)) for name in bindings]
        graph = builder.graph
        graph.output = operation(*operands, **settings).id
        ids = [operand.id for at, operand in enumerate(operands) if carries(graph, graph.output, at)]
        directions = {id: elements(graph.shape(id), False, source) for id in ids}
        g = source.normal(size=graph.shape(graph.output))
        with quiet():
            try:
                known = evaluate(graph, bindings)
            except GradcliError:  # what has no value: a target out of range
                continue
            if not numpy.all(numpy.isfinite(known[graph.output])) or not ids:
                continue
            adjoints = backward(graph, known, requires_grad(graph, ids), g if g.ndim else float(g))
            tangent = pushforward(graph, known, directions)[graph.output]
            ahead, behind = [evaluate(graph, moved(bindings, directions, step))[graph.output] for step in (1e-6, -1e-6)]
        given = sum(numpy.sum(adjoints[id] * directions[id]) for id in ids if adjoints[id] is not None)
        taken = 0.0 if tangent is None else numpy.sum(g * tangent)
        scale = max(1.0, float(numpy.sum(numpy.abs(g * (0.0 if tangent is None else tangent)))))
        assert abs(given - taken) <= 1e-10 * scale, (shapes, settings)
        assert abs(numpy.sum(g * (ahead - behind)) / 2e-6 - given) <= 1e-6 * scale, (shapes, settings)
        tried += 1
    assert tried, "no call was found: give structural_cases.py one, with settings or shapes that fit"


def moved(bindings: dict[str, Any], directions: dict[int, Any], step: float) -> dict[str, Any]:
    """The operands, a step further in their directions."""
    return {
        name: value + step * directions[id] if id in directions else value for id, (name, value) in enumerate(bindings.items())
    }
