"""Dead units and saturation: functions that are flat where they are evaluated."""

from __future__ import annotations

import math

from gradcli.autodiff.passes.tape import Tape
from gradcli.frozen import Frozen
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.facts import KINK
from gradcli.ops.declaration.operation import Operation
from gradcli.typing import Any

DEAD, SATURATED = "dead", "saturated"

_NEAR = 1e-3
"""How near to the end of its range a value is where a function is saturated, beside the length of the range."""


class Unit(Frozen):
    """A node that lets hardly any gradient through.

    Attributes:
        kind: ``dead`` for a derivative of exactly 0, ``saturated`` near an end of the range.
        node: The node.
        elements: How many of its elements are so.
        size: How many it has.
        columns: Of an array with a first axis of samples how many of the units behind it are so for every sample; else 0.
        units: How many units there are; 0 likewise.
    """

    kind: str
    node: int
    elements: int
    size: int
    columns: int = 0
    units: int = 0


def idle_units(tape: Tape) -> list[Unit]:
    """The nodes that are dead or saturated in some element, and through which a gradient flows."""
    found: list[Unit] = []
    kinds: dict[str, str] = {}
    for id, name in enumerate(tape.graph.operations):
        operation = OPERATIONS.get(name)
        if operation is None or not tape.requires_grad[id] or tape.adjoints[id] is None:
            continue
        kind = kinds.get(name)
        if kind is None:
            kind = kinds[name] = _may_be(operation)
        if kind:
            unit = _unit(tape, id, kind, operation)
            found += [unit] if unit else []
    return found


def _may_be(operation: Operation) -> str:
    """What an operation of one operand may become; empty for nothing. A periodic one comes back from the ends of its range."""
    facts = operation.facts
    if operation.required != 1 or operation.variadic or not operation.derivable(0) or (not facts.specials and facts.half_turn):
        return ""
    if facts.specials and all(special.kind == KINK for special in facts.specials):
        far = [(at, *operation.defaults) for at in (-100.0, 100.0)]
        wanted = [True, *[False] * len(operation.defaults)]
        return DEAD if any(operation.local_derivatives(operation(*one), one, wanted)[0] == 0 for one in far) else ""
    return SATURATED if all(map(math.isfinite, facts.range)) and not facts.half_turn and not facts.specials else ""


def _unit(tape: Tape, id: int, kind: str, operation: Operation) -> Unit | None:
    value: Any = tape.values[id]
    if kind == DEAD:
        local: Any = tape.local_values(id)[0]
        flat: Any = None if local is None else local == 0
    else:
        low, high = operation.facts.range
        flat = (value - low < _NEAR * (high - low)) | (high - value < _NEAR * (high - low))
    if flat is None:
        return None
    if not hasattr(value, "size"):
        return Unit(kind, id, 1, 1) if flat else None
    import numpy

    flat = numpy.broadcast_to(flat, value.shape)
    if not flat.any():
        return None
    columns = flat.all(axis=0) if value.ndim > 1 else None
    idle, units = (0, 0) if columns is None else (int(columns.sum()), int(columns.size))
    return Unit(kind, id, int(flat.sum()), int(value.size), idle, units)
