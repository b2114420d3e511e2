"""What PyTorch says where an axis is out of range, or parts do not fit together; and its exceptions' classes."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.emulation.python.values import Raised
from gradcli.graph.graph import Settings, Shape
from gradcli.graph.shapes import shape_text
from gradcli.lowering.builders.shape_mismatch import MismatchError
from gradcli.ops.catalogue import operation_named

_AXES = ("axis", "axis0", "axis1", "start_axis", "end_axis", "source", "destination", "axes")
"""The settings that name axes."""


def check_axes(operation: str, shapes: Sequence[Shape], settings: Settings) -> None:
    """Check that the axes that an operation names are there.

    Raises:
        Raised: One is not.
    """
    if not shapes:
        return
    rank = max(len(shapes[0]) + operation_named(operation).facts.adds_axis, 1)
    for name, value in settings:
        if name not in _AXES:
            continue
        for axis in value if isinstance(value, tuple) else (value,):
            if isinstance(axis, int) and not -rank <= axis < rank:
                message = f"Dimension out of range (expected to be in range of [{-rank}, {rank - 1}], but got {axis})"
                raise Raised("IndexError", message)


def mismatch(error: MismatchError, shapes: Sequence[Shape], settings: Settings) -> Raised:
    """The exception of PyTorch for operands that do not fit: in its words where they are known, else with their shapes."""
    said = operation_named(error.operation).facts.torch_message
    message = None if said is None else said([list(shape) for shape in shapes], dict(settings))
    if message is None:
        listed = " and ".join(filter(None, [", ".join(map(shape_text, shapes[:-1])), *map(shape_text, shapes[-1:])]))
        several = "the operands have the shapes" if len(shapes) > 1 else "the operand has the shape"
        message = f"{error.operation}: {error.reason}; {several} {listed}"
    kind = "ValueError" if message.startswith("Expected input batch_size") else "RuntimeError"
    found = Raised(kind, message)
    found.span = error.span
    return found
