"""How many steps work on many elements counts as, so that a limit on steps is a limit on time as well."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from gradcli.graph.graph import Shape
from gradcli.scripts.python.interpreter import Interpreter

_ELEMENTS = 1_000
"""Elements that are one step."""

_PRODUCTS = 30_000
"""Products of matrix elements that are one step."""

_CUBIC = frozenset(("det", "inv", "solve", "logdet", "matrix_exp", "matrix_power"))


def steps_of(operation: str, shapes: Sequence[Shape]) -> int:
    """The steps that an operation on tensors counts as.

    Args:
        operation: Its name.
        shapes: The shapes of its operands.
    """
    steps = sum(map(prod, shapes)) // _ELEMENTS
    if len(shapes) > 1 and shapes[0] and shapes[1]:
        a, b = shapes[0], shapes[1]
        if operation in ("matmul", "bmm", "inner", "addmm"):
            a, b = (shapes[1], shapes[2]) if operation == "addmm" and len(shapes) > 2 else (a, b)
            steps += prod(a) * (b[-1] if len(b) > 1 else 1) * max(prod(b[:-2]) // max(prod(a[:-2]), 1), 1) // _PRODUCTS
        elif operation in ("linear", "conv1d", "conv2d"):
            steps += prod(a) * prod(b) // max(b[1] if len(b) > 1 else 1, 1) // _PRODUCTS
    if operation in _CUBIC and shapes[0]:
        steps += prod(shapes[0]) * shapes[0][-1] // _PRODUCTS
    return steps


def charge_nested(machine: Interpreter, value: Any) -> None:
    """Count every element of a list, tuple or dictionary, also of those in it: as often as Python would come to it.

    Raises:
        GradcliError: They are too many (exit code 4).
    """
    work = [value]
    while work:
        item = work.pop()
        if isinstance(item, list | tuple | dict):
            machine.charge(1 + len(item) // 8)
            work += [
                inner for inner in (item.values() if isinstance(item, dict) else item) if isinstance(inner, list | tuple | dict)
            ]
