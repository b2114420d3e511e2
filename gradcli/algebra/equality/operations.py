"""Single operations at high precision, of operands that are numbers of mpmath."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

from mpmath import mp

from gradcli.algebra.equality.high_precision import Numeric
from gradcli.algebra.equality.pair import PrimitiveBuilder, pair_in
from gradcli.algebra.equality.precise import applied, function_at
from gradcli.graph.graph import Graph
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.symbol import Symbol
from gradcli.typing import Any

Computed = Callable[[Sequence[Any]], Any]


@functools.lru_cache(maxsize=1024)
def at_high_precision(name: str, count: int) -> Computed:
    """The value of an operation as a function of its operands, at the precision of mpmath that is set when it is called.

    A value is a number of mpmath where it is defined, and else a float; so are operands, see
    :class:`~gradcli.algebra.equality.high_precision.Numeric`.

    Args:
        name: The name of an elementwise operation.
        count: How many operands it has.
    """
    if OPERATIONS[name].definition is None:
        function = function_at(name, count, tests_itself=False)
        return lambda operands: applied(function, operands)
    builder = PrimitiveBuilder(Graph())
    names = [f"x{index}" for index in range(count)]
    operands = [Symbol(builder, builder.variable(name, (0, 0))) for name in names]
    output = builder.operation(name, tuple([operand.id for operand in operands]))
    pair = pair_in(builder.graph, [(output, output)])
    numeric = Numeric(pair.steps, pair.ends)

    def compute(values: Sequence[Any]) -> Any:
        if any(type(value) is float for value in values):
            return float("nan")
        return numeric.values(dict(zip(names, values, strict=True)), mp.dps)[pair.ends[0][0]]

    return compute
