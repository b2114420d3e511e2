"""How large the gradient is along the way to a variable, layer by layer: where it vanishes or explodes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

from gradcli.autodiff.passes.contributions import contributions
from gradcli.autodiff.passes.tape import Tape
from gradcli.derivation.paths import largest_path
from gradcli.frozen import Frozen

LAYERS = 16
"""Layers into which a long path is divided."""

FAR = 1e4
"""So many times larger or smaller the product along a path becomes where it is said to explode or vanish."""

VANISHES, EXPLODES = "vanishes", "explodes"


class Layer(Frozen):
    """A part of a path, seen from the output.

    Attributes:
        start: The node at its end nearer to the output.
        end: The node at its end nearer to the variable.
        edges: How many edges it has.
        factor: The product of the local derivatives along it; of arrays by how much the largest element of the adjoint grows.
        product: The same from the output to its end.
    """

    start: int
    end: int
    edges: int
    factor: float
    product: float


class Course(Frozen):
    """The course of the gradient along the largest path from the output to a variable.

    Attributes:
        variable: The variable.
        kind: ``vanishes`` or ``explodes``.
        layers: The layers, from the output on.
        count: How many edges the path has.
    """

    variable: str
    kind: str
    layers: tuple[Layer, ...]
    count: int


def course_of(tape: Tape, variable: str) -> Course | None:
    """The course of the gradient to a variable; None where the product along the path keeps its size, and where there is none."""
    path = _by_adjoints(tape, variable) if tape.graph.shapes else largest_path(tape, variable)[::-1]
    if len(path) < 3:
        return None
    # on the way down from the output the factor that leads to a node stands with that node
    factors = [factor for _, factor in path[:-1]]
    nodes = [id for id, _ in path]
    total = _product(factors)
    far = total == 0 or not math.isfinite(total) or not 1 / FAR < abs(total) < FAR
    if not far or 0 in factors:  # one factor 0 is no course, and said elsewhere
        return None
    size = max(1, math.ceil(len(factors) / LAYERS))
    layers: list[Layer] = []
    for at in range(0, len(factors), size):
        part = factors[at : at + size]
        product = _product(factors[: at + len(part)])
        layers.append(Layer(nodes[at], nodes[at + len(part)], len(part), _product(part), product))
    return Course(variable, VANISHES if abs(total) < 1 else EXPLODES, tuple(layers), len(factors))


def _product(factors: Sequence[float]) -> float:
    return math.prod(factors)


def _by_adjoints(tape: Tape, variable: str) -> list[tuple[int, float]]:
    """The nodes from the output to a variable along the largest contributions, each with the growth of its adjoint on from it."""
    best: dict[int, tuple[float, int]] = {}
    for one in contributions(tape):
        size = _largest(one.value)
        if one.source not in best or size > best[one.source][0]:
            best[one.source] = size, one.target
    nodes = [tape.graph.variables[variable]]
    while nodes[-1] in best:
        nodes.append(best[nodes[-1]][1])
    nodes.reverse()
    sizes = [_largest(tape.adjoints[id]) for id in nodes]
    growth = [after / before if before else 0.0 for before, after in itertools.pairwise(sizes)]
    return list(zip(nodes, [*growth, 1.0], strict=True))


def _largest(value: Any) -> float:
    """The largest magnitude of an element; nan counts as infinite."""
    if not hasattr(value, "size"):
        return abs(value) if value == value else math.inf
    import numpy

    found = float(numpy.abs(value).max(initial=0.0))
    return found if found == found else math.inf
