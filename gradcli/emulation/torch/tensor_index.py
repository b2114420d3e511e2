"""Indices of tensors: numbers, slices, masks and lists of places, to read and to assign to."""

from __future__ import annotations

from math import inf

from gradcli.autodiff.torch_tape.dtypes import LARGEST, rounded
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Raised, type_name
from gradcli.emulation.torch.tensor_members import METHODS
from gradcli.emulation.torch.tensors import Tensor
from gradcli.ops.arrays.torch_messages import expanded
from gradcli.ops.catalogue import STACK
from gradcli.typing import Any


def at_index(machine: Interpreter, tensor: Tensor, index: Any) -> Tensor:
    """The part of a tensor at an index.

    Raises:
        Raised: The index does not fit.
    """
    if isinstance(index, list) or (isinstance(index, Tensor) and (index.shape or index.dtype == "bool")):
        return _gathered(machine, tensor, index)
    return tensor.part(machine, _entries(machine, tensor, index))


def set_index(machine: Interpreter, tensor: Tensor, index: Any, value: Any) -> None:
    """Assign to a part of a tensor.

    Raises:
        Raised: The tensor is a leaf that requires a gradient, or the index or the value do not fit.
        UnknownError: The assignment would be part of a backward pass.
    """
    import numpy

    session = tensor.session
    through = tensor.requires_grad or (isinstance(value, Tensor) and value.requires_grad)
    if through and session.tape.enabled:
        if not isinstance(index, list | Tensor):
            METHODS["copy_"](machine, tensor.part(machine, _entries(machine, tensor, index)), value)
            return
        tensor.check_change(machine)
        raise UnknownError(
            "assignment to chosen places of a tensor in a graph is not known here",
            hint="make the tensor by torch.where, or of its parts: torch.stack([...])",
        )
    if isinstance(index, list | Tensor):
        tensor.check_change(machine)
    else:
        part = tensor.part(machine, _entries(machine, tensor, index))
        part.check_change(machine)
        found = value.shape if isinstance(value, Tensor) else ()
        wrong = expanded(list(_trimmed(found, len(part.shape))), list(part.shape))
        if wrong:
            raise Raised("RuntimeError", wrong)
    places = _places(machine, tensor, index)
    new = numpy.array(tensor.value)
    given = value.value if isinstance(value, Tensor) else value
    if not isinstance(value, Tensor | int | float):
        raise Raised("TypeError", f"can't assign a {type(value).__name__} to a torch.{tensor.dtype} tensor")
    if tensor.dtype == "float32" and isinstance(given, int | float) and LARGEST < abs(given) < inf:
        raise Raised("RuntimeError", "value cannot be converted to type float without overflow")
    try:
        with numpy.errstate(over="ignore"):  # what is too large becomes infinite
            new[places] = given
    except (IndexError, ValueError) as error:
        raise Raised("IndexError" if isinstance(error, IndexError) else "RuntimeError", str(error)) from None
    result = session.leaf(machine, rounded(new if new.ndim else float(new), tensor.dtype), tensor.dtype)
    tensor.become(machine, result)


def _trimmed(shape: tuple[int, ...], rank: int) -> tuple[int, ...]:
    """A shape without the axes of size 1 in front that go beyond a number of axes."""
    while len(shape) > rank and shape[0] == 1:
        shape = shape[1:]
    return shape


def _entries(machine: Interpreter, tensor: Tensor, index: Any) -> tuple[Any, ...]:
    """An index as the operation ``index`` has it."""
    entries: list[Any] = []
    shape = tensor.shape
    axis = 0
    given = index if isinstance(index, tuple) else (index,)
    if sum(entry is not None and entry is not ... for entry in given) > len(shape):
        if not shape:
            raise Raised(
                "IndexError",
                "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim "
                "tensor to a number",
            )
        raise Raised("IndexError", f"too many indices for tensor of dimension {len(shape)}")
    for entry in given:
        entry = entry.number(machine) if isinstance(entry, Tensor) and not entry.shape else entry
        if isinstance(entry, float):
            raise Raised(
                "IndexError",
                "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got float)",
            )
        if isinstance(entry, slice):
            if isinstance(entry.step, int) and entry.step < 1:
                raise Raised("ValueError", "step must be greater than zero")
            entries.append(("slice", entry.start, entry.stop, entry.step))
        elif entry is None:
            entries.append(None)
            continue
        elif entry is ...:
            entries.append("...")
            axis += len(shape) - sum(item is not None and item is not ... for item in given)
            continue
        elif isinstance(entry, int) and not isinstance(entry, bool):
            if not -shape[axis] <= entry < shape[axis]:
                raise Raised("IndexError", f"index {entry} is out of bounds for dimension {axis} with size {shape[axis]}")
            entries.append(entry)
        elif isinstance(entry, Tensor | list):
            raise UnknownError("a list among several indices is not known here", hint="index one axis after the other")
        else:
            raise Raised(
                "TypeError", f"only integers, slices, ellipsis, None and tensors are valid indices, not {type_name(entry)}"
            )
        axis += 1
    return tuple(entries)


def _places(machine: Interpreter, tensor: Tensor, index: Any) -> Any:
    """An index as NumPy has it."""
    import numpy

    if isinstance(index, Tensor) and (index.shape or index.dtype == "bool"):
        return numpy.asarray(index.value, bool if index.dtype == "bool" else int)
    if isinstance(index, list):
        return numpy.array(index, int)
    found: list[Any] = []
    for entry in _entries(machine, tensor, index):
        found.append(slice(*entry[1:]) if isinstance(entry, tuple) else ... if entry == "..." else entry)
    return tuple(found)


def _gathered(machine: Interpreter, tensor: Tensor, index: Any) -> Tensor:
    """The rows of a tensor at a list of places, or where a mask is true."""
    import numpy

    mask = isinstance(index, Tensor) and index.dtype == "bool"
    places = _places(machine, tensor, index)
    if mask:
        if places.shape != tensor.shape[: places.ndim]:
            raise Raised(
                "IndexError",
                f"The shape of the mask {list(places.shape)} at index 0 does not match the shape of the indexed tensor "
                f"{list(tensor.shape)} at index 0",
            )
        places = numpy.argwhere(places)
    elif places.ndim == 1:
        places = places[:, None]
    else:
        raise UnknownError("an index of more than one axis is not known here", hint="index by a list of places")
    machine.charge(len(places) * 4)
    if not len(places):
        rest = tensor.shape[places.shape[1] :]
        return tensor.session.leaf(machine, numpy.zeros((0, *rest)), tensor.dtype)
    rows = [tensor.part(machine, _entries(machine, tensor, tuple(map(int, place)))) for place in places]
    result = tensor.session.operate(machine, STACK, rows, (("axis", 0),))
    tensor.session.tape.functions[result.node] = "IndexBackward0"
    return result
