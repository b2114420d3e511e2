"""What PyTorch says of operands that do not fit, where it has words of its own: functions of their shapes and the settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradcli.typing import Any

Shapes = Sequence[list[int]]
Settings = Mapping[str, Any]


def stacked(shapes: Shapes, settings: Settings) -> str:
    """Of arrays of several shapes that are stacked."""
    at = next((at for at, shape in enumerate(shapes) if shape != shapes[0]), 0)
    return f"stack expects each tensor to be equal size, but got {shapes[0]} at entry 0 and {shapes[at]} at entry {at}"


def joined(shapes: Shapes, axis: int) -> str | None:
    """Of arrays that are joined along an axis."""
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


def permuted(shapes: Shapes, settings: Settings) -> str:
    """Of an order of axes that is none of those of the array."""
    axes = settings["axes"] if isinstance(settings["axes"], tuple) else (settings["axes"],)
    if len(axes) == len(shapes[0]):
        return "permute(): duplicate dims are not allowed."
    return (
        "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering "
        f"of dimensions i.e. input.dim() = {len(shapes[0])} is not equal to len(dims) = {len(axes)}"
    )


def convolved(shapes: Shapes, settings: Settings, axes: int) -> str | None:
    """Of an input that does not fit the weight of a convolution over so many axes."""
    a, b = shapes[:2]
    if len(a) not in (axes + 1, axes + 2):
        return f"Expected {axes + 1}D (unbatched) or {axes + 2}D (batched) input to conv{axes}d, but got input of size: {a}"
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


def batches(shapes: Shapes, settings: Settings) -> str:
    """Of stacks of matrices that cannot be multiplied."""
    a, b = shapes
    return f"Expected size for first two dimensions of batch2 tensor to be: [{a[0]}, {a[2]}] but got: [{b[0]}, {b[1]}]."


def square(name: str) -> Any:
    """What PyTorch's function of this name says of matrices that are not square."""

    def said(shapes: Shapes, settings: Settings) -> str | None:
        a = shapes[0]
        if len(a) < 2:
            return None
        return f"linalg.{name}: A must be batches of square matrices, but they are {a[-2]} by {a[-1]} matrices"

    return said


def vectors(shapes: Shapes, settings: Settings) -> str:
    """Of operands of an outer product."""
    name, rank = ("self", len(shapes[0])) if len(shapes[0]) != 1 else ("vec2", len(shapes[1]))
    return f"outer: Expected 1-D argument {name}, but got {rank}-D"


def classes(shapes: Shapes, settings: Settings) -> str | None:
    """Of scores and classes of different numbers."""
    a, b = shapes[:2]
    if len(a) != 2 or len(b) != 1:
        return None
    return f"Expected input batch_size ({a[0]}) to match target batch_size ({b[0]})."
