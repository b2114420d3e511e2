"""How far a Taylor polynomial is from its function, at most, on an interval.

Lagrange's form of the remainder: f(x) - p(x) = f⁽ⁿ⁺¹⁾(ξ)/(n+1)!·(x - a)ⁿ⁺¹ for some ξ between a and x. The derivative is
bounded by interval arithmetic on pieces of the interval, where the function has no kink, no jump and no pole.
"""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Sequence
from fractions import Fraction

from gradcli.algebra.assumptions.facts import Assumptions, Fact
from gradcli.algebra.derivatives import differentiate
from gradcli.algebra.equality.thresholds import is_whole_power
from gradcli.analysis.properties.bounds import bounds_of, touches_special
from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph
from gradcli.language.ast import Output, Program
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.facts import TRUTH

PIECES = 64
"""Into how many pieces an interval is taken apart: bounds on a piece are narrower than on the whole."""


class Remainder(Frozen):
    """A bound of the distance of a Taylor polynomial from its function.

    Attributes:
        low: Where the interval begins.
        high: Where it ends.
        order: The order of the derivative that it follows from.
        derivative: What that derivative is at most, in absolute value; None where no bound was found.
        bound: What the distance is at most; None where no bound was found.
    """

    low: float
    high: float
    order: int
    derivative: float | None
    bound: float | None


def remainder(graph: Graph, variable: str, about: float, order: int, low: float, high: float) -> Remainder:
    """Bound the remainder of a Taylor polynomial.

    Args:
        graph: The graph of the function, in one variable.
        variable: The variable.
        about: Where the polynomial is developed.
        order: Its order.
        low: Where the interval begins.
        high: Where it ends.

    Raises:
        GradcliError: The derivative of the next order is too large.
    """
    found = differentiate(graph, [(graph.output, (variable,) * (order + 1))])
    program = Program((*found.definitions, *map(Output, found.expressions)))
    derivative = lower(program, StaticBuilder(Graph(graph.max_nodes)), graph.variables)
    first, last = min(low, about), max(high, about)
    ends = [first + (last - first) * at / PIECES for at in range(PIECES)] + [last]
    largest = 0.0
    for start, end in itertools.pairwise(ends):
        assumed = Assumptions(each=((variable, Fact(Fraction(start), Fraction(end))),))
        bounds = bounds_of(derivative, assumed)[derivative.output]
        largest = max(largest, *map(abs, bounds))
        if not math.isfinite(largest) or not _is_smooth(graph, bounds_of(graph, assumed)):
            return Remainder(low, high, order + 1, None, None)
    away = max(abs(low - about), abs(high - about))
    bound = largest
    for factor in range(1, order + 2):  # in this order neither power nor factorial overflows
        bound *= away / factor
    if largest and away:
        bound = max(bound, sys.float_info.min)  # what is less has lost its digits, or is 0
    return Remainder(low, high, order + 1, largest, bound * (1 + 1e-9) if math.isfinite(bound) else None)


def _is_smooth(graph: Graph, bounds: Sequence[tuple[float, float]]) -> bool:
    """Whether no operation comes to a point where it is not smooth."""
    kept = graph.ancestors(graph.output)
    for node in graph:
        declared = OPERATIONS.get(node.operation)
        if not kept[node.id] or not node.inputs or is_whole_power(graph, node.id):
            continue
        if declared is None:
            return False
        arguments = [bounds[input] for input in node.inputs]
        if declared.facts.result == TRUTH and bounds[node.id][0] != bounds[node.id][1]:
            return False
        if touches_special(declared, arguments):
            return False
    return True
