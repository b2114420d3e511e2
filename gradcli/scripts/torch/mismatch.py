"""What PyTorch says where an axis is out of range, or parts do not fit together; and its exceptions' classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradcli.graph.graph import Settings, Shape
from gradcli.graph.shapes import shape_text
from gradcli.lowering.builders.mismatch import MismatchError
from gradcli.scripts.python.values import Raised

_AXES = ("axis", "axis0", "axis1", "start_axis", "end_axis", "source", "destination", "axes")
"""The settings that name axes."""

_ONE_MORE = frozenset(("unsqueeze", "stack"))
"""Operations whose axis is one of the result, which has one more."""


def check_axes(operation: str, shapes: Sequence[Shape], settings: Settings) -> None:
    """Check that the axes that an operation names are there.

    Raises:
        Raised: One is not.
    """
    if not shapes:
        return
    rank = max(len(shapes[0]) + (operation in _ONE_MORE), 1)
    for name, value in settings:
        if name not in _AXES:
            continue
        for axis in value if isinstance(value, tuple) else (value,):
            if isinstance(axis, int) and not -rank <= axis < rank:
                message = f"Dimension out of range (expected to be in range of [{-rank}, {rank - 1}], but got {axis})"
                raise Raised("IndexError", message)


def mismatch(error: MismatchError, shapes: Sequence[Shape], settings: Settings) -> Raised:
    """The exception of PyTorch for operands that do not fit: in its words where they are known, else with their shapes."""
    message = _words(error.operation, [list(shape) for shape in shapes], dict(settings))
    if message is None:
        listed = " and ".join(filter(None, [", ".join(map(shape_text, shapes[:-1])), *map(shape_text, shapes[-1:])]))
        several = "the operands have the shapes" if len(shapes) > 1 else "the operand has the shape"
        message = f"{error.operation}: {error.reason}; {several} {listed}"
    kind = "ValueError" if message.startswith("Expected input batch_size") else "RuntimeError"
    found = Raised(kind, message)
    found.span = error.span
    return found


def _words(operation: str, shapes: list[list[int]], settings: dict[str, Any]) -> str | None:
    a = shapes[0] if shapes else []
    b = shapes[1] if len(shapes) > 1 else []
    match operation:
        case "stack":
            at = next((at for at, shape in enumerate(shapes) if shape != a), 0)
            return f"stack expects each tensor to be equal size, but got {a} at entry 0 and {shapes[at]} at entry {at}"
        case "cat" | "vstack" | "hstack":
            return _joined(shapes, settings.get("axis", int(operation == "hstack")))
        case "expand":
            return expanded(a, list(settings["shape"]))
        case "permute":
            axes = settings["axes"] if isinstance(settings["axes"], tuple) else (settings["axes"],)
            if len(axes) == len(a):
                return "permute(): duplicate dims are not allowed."
            return (
                "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering "
                f"of dimensions i.e. input.dim() = {len(a)} is not equal to len(dims) = {len(axes)}"
            )
        case "conv1d" | "conv2d":
            return _convolved(operation, a, b, settings)
        case "bmm":
            return f"Expected size for first two dimensions of batch2 tensor to be: [{a[0]}, {a[2]}] but got: [{b[0]}, {b[1]}]."
        case "det" | "matrix_power" if len(a) > 1:
            return f"linalg.{operation}: A must be batches of square matrices, but they are {a[-2]} by {a[-1]} matrices"
        case "trace":
            return f"trace: expected a matrix, but got tensor with dim {len(a)}"
        case "outer":
            name, rank = ("self", len(a)) if len(a) != 1 else ("vec2", len(b))
            return f"outer: Expected 1-D argument {name}, but got {rank}-D"
        case "diag":
            return f"diag(): Supports 1D or 2D tensors. Got {len(a)}D"
        case "tril" | "triu":
            return f"{operation}: input tensor must have at least 2 dimensions"
        case "cross_entropy" | "nll_loss" if len(a) == 2 and len(b) == 1:
            return f"Expected input batch_size ({a[0]}) to match target batch_size ({b[0]})."
    return None


def _joined(shapes: list[list[int]], axis: int) -> str | None:
    a = shapes[0]
    for at, shape in enumerate(shapes):
        if len(shape) != len(a):
            return f"Tensors must have same number of dimensions: got {len(a)} and {len(shape)}"
        for place, (wanted, found) in enumerate(zip(a, shape, strict=True)):
            if wanted != found and place != axis % len(a):
                return (
                    f"Sizes of tensors must match except in dimension {axis % len(a)}. "
                    f"Expected size {wanted} but got size {found} for tensor number {at} in the list."
                )
    return None


def expanded(a: list[int], target: list[int]) -> str | None:
    """What PyTorch says where a shape does not expand to another; None where it does."""
    if len(target) < len(a):
        count = f"the number of sizes provided ({len(target)}) must be greater or equal to the number of dimensions in the tensor"
        return f"expand(torch.FloatTensor{{{a}}}, size={target}): {count} ({len(a)})"
    padded = [1] * (len(target) - len(a)) + a
    for at in reversed(range(len(target))):
        if padded[at] not in (1, target[at]):
            return (
                f"The expanded size of the tensor ({target[at]}) must match the existing size ({padded[at]}) at non-singleton "
                f"dimension {at}.  Target sizes: {target}.  Tensor sizes: {a}"
            )
    return None


def _convolved(operation: str, a: list[int], b: list[int], settings: dict[str, Any]) -> str | None:
    axes = 1 if operation == "conv1d" else 2
    if len(a) not in (axes + 1, axes + 2):
        return f"Expected {axes + 1}D (unbatched) or {axes + 2}D (batched) input to {operation}, but got input of size: {a}"
    groups, padding = settings.get("groups", 1), settings.get("padding", 0)
    if len(b) == axes + 2 and a[-axes - 1] != b[1] * groups:
        return (
            f"Given groups={groups}, weight of size {b}, expected input{a} to have {b[1] * groups} channels, "
            f"but got {a[-axes - 1]} channels instead"
        )
    if isinstance(padding, int) and settings.get("dilation", 1) == 1:
        sizes, kernel = [size + 2 * padding for size in a[-axes:]], b[-axes:]
        if any(size < one for size, one in zip(sizes, kernel, strict=True)):
            return (
                f"Calculated padded input size per channel: ({' x '.join(map(str, sizes))}). Kernel size: "
                f"({' x '.join(map(str, kernel))}). Kernel size can't be greater than actual input size"
            )
    return None
