"""How many steps work on many elements counts as, so that a limit on steps is a limit on time as well."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from gradcli.emulation.python.interpreter import Interpreter
from gradcli.graph.graph import Shape
from gradcli.ops.catalogue import operation_named
from gradcli.typing import Any

_ELEMENTS = 1_000
"""Elements that are one step."""

_PRODUCTS = 30_000
"""Products of matrix elements that are one step."""


def steps_of(operation: str, shapes: Sequence[Shape]) -> int:
    """The steps that an operation on tensors counts as.

    Args:
        operation: Its name.
        shapes: The shapes of its operands.
    """
    cost = operation_named(operation).facts.cost
    return sum(map(prod, shapes)) // _ELEMENTS + (cost(*shapes) // _PRODUCTS if cost else 0)


def charge_key(machine: Interpreter, value: Any) -> Any:
    """A value that is looked up in a dictionary or set, every element of which counts.

    Raises:
        GradcliError: They are too many (exit code 4).
    """
    charge_nested(machine, value)
    return value


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
