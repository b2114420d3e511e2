"""Every operation, by name: those on numbers, which are also applied to arrays element by element, and those on arrays.

The catalogue loads itself. The operations on arrays are loaded by the first question that they may answer, so that programs on
numbers do without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from gradcli.graph.graph import CONSTANT, CONTROL, VARIABLE
from gradcli.ops.declaration.operation import OPERATIONS as OPERATIONS
from gradcli.ops.declaration.operation import Operation, function_names, spelled
from gradcli.ops.declaration.structural import DECLARED, Structural
from gradcli.ops.elementwise import (  # each declares its operations as it is loaded
    activations,
    arithmetic,
    exponential,
    extremes,
    gamma,
    logic,
    losses,
    reciprocal,
    reductions,
    rounding,
    special,
    trigonometric,
)

ELEMENTWISE = (
    activations, arithmetic, exponential, extremes, gamma, logic, losses, reciprocal, reductions, rounding,
    special, trigonometric,
)  # fmt: skip
"""The modules of the operations on numbers."""


INDEX, STACK, TURN, CHOICE = "index", "stack", "permute", "where"
"""The operations that syntax other than operators builds: ``a[0]``, ``[a, b]``, ``A.T``, ``a if c else b``."""

_NO_OPERATIONS = frozenset((VARIABLE, CONSTANT, *CONTROL))
"""What nodes are that apply no operation, so that nothing needs to be loaded to say so."""


class _OnArrays(Mapping[str, Structural]):
    """The operations on arrays, by name."""

    def __init__(self) -> None:
        self._known: dict[str, Structural] = {}

    def _loaded(self) -> dict[str, Structural]:
        if not self._known:
            from gradcli.ops.arrays import create, extremes, index, rearrange, reduce, scan, select, shape  # noqa: F401
            from gradcli.ops.arrays.matrices import matmul, matrix, powers, products  # noqa: F401
            from gradcli.ops.arrays.networks import conv, losses, nn, normal, pool  # noqa: F401

            self._known = DECLARED
        return self._known

    def get(self, name: str) -> Structural | None:  # type: ignore[override]
        """The operation of a name; None where it is none on arrays."""
        if name in OPERATIONS or name in _NO_OPERATIONS:
            return None
        return self._loaded().get(name)

    def __contains__(self, name: object) -> bool:
        return name not in OPERATIONS and name not in _NO_OPERATIONS and name in self._loaded()

    def __getitem__(self, name: str) -> Structural:
        return self._loaded()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._loaded())

    def __len__(self) -> int:
        return len(self._loaded())


STRUCTURAL = _OnArrays()


def declared(name: str) -> Operation | Structural | None:
    """The operation of a name; None where there is none."""
    known = OPERATIONS.get(name)
    if known is not None:
        return known
    return STRUCTURAL.get(name)


def operation_named(name: str) -> Operation | Structural:
    """The operation of a name that a node has.

    Raises:
        KeyError: There is none.
    """
    return OPERATIONS.get(name) or STRUCTURAL[name]


def structural_named(name: str) -> Structural | None:
    """The operation on arrays that a function name means; None where it is none of these."""
    return next((operation for operation in STRUCTURAL.values() if name in operation.spellings), None)


@cache
def of_operator(symbol: str, count: int) -> str:
    """The operation that an operator means between so many operands.

    Raises:
        StopIteration: There is none.
    """
    known = next((o.name for o in spelled(symbol) if o.accepts(count) and o.symbol == symbol), "")
    return known or next(o.name for o in STRUCTURAL.values() if o.symbol == symbol)


def spelling(operation: str) -> str:
    """What expressions call an operation, for messages: ``sum`` for ``reduce_sum``."""
    declared = STRUCTURAL.get(operation)
    if declared is None:
        return operation
    return declared.spellings[0] if declared.spellings else operation.removeprefix("mean_")


__all__ = [
    "ELEMENTWISE", "OPERATIONS", "STRUCTURAL", "declared", "function_names", "of_operator", "operation_named",
    "spelled", "spelling", "structural_named",
]  # fmt: skip
