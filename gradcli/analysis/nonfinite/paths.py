"""How large the gradient is along the way to a variable, layer by layer: where it vanishes or explodes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from gradcli.autodiff.passes.contributions import contributions
from gradcli.autodiff.passes.tape import Tape
from gradcli.derivation.paths import largest_paths
from gradcli.frozen import Frozen
from gradcli.typing import Any

LAYERS = 16
"""Layers into which a long path is divided."""

FAR = 4
"""By so many decimal orders the product along a path grows or shrinks where it is said to explode or vanish."""

VANISHES, EXPLODES = "vanishes", "explodes"


class Layer(Frozen):
    """A part of a path, seen from the output.

    Attributes:
        start: The node at its end nearer to the output.
        end: The node at its end nearer to the variable.
        edges: How many edges it has.
        factor: The decimal logarithm of the size of the product of the local derivatives along it; of arrays of the growth of the
            largest element of the adjoint. It has no range that it could leave.
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


def courses_of(tape: Tape, variables: Sequence[str]) -> list[Course]:
    """The courses of the gradient to variables, of those for which the product along the path does not keep its size."""
    if tape.graph.shapes:
        paths = {name: _by_adjoints(tape, name) for name in variables}
    else:
        paths = {name: path[::-1] for name, path in largest_paths(tape, variables).items()}
    return [course for name, path in paths.items() if (course := _course(name, path)) is not None]


def _course(variable: str, path: Sequence[tuple[int, float]]) -> Course | None:
    """The course along a path from the output on; None where it is short, keeps its size, or has a factor 0 or inf."""
    # on the way down from the output the factor that leads to a node stands with that node
    factors = [abs(factor) for _, factor in path[:-1]]
    if len(factors) < 2 or not all(map(math.isfinite, factors)) or 0 in factors:
        return None
    logs = [math.log10(factor) for factor in factors]
    total = math.fsum(logs)
    if abs(total) < FAR:
        return None
    nodes = [id for id, _ in path]
    size = math.ceil(len(logs) / LAYERS)
    layers: list[Layer] = []
    product = 0.0
    for at in range(0, len(logs), size):
        part = logs[at : at + size]
        product += math.fsum(part)
        layers.append(Layer(nodes[at], nodes[at + len(part)], len(part), math.fsum(part), product))
    return Course(variable, VANISHES if total < 0 else EXPLODES, tuple(layers), len(logs))


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
