"""Indices of tensors: numbers, slices, masks and lists of places, to read and to assign to."""

from __future__ import annotations

import re
from math import inf

from gradcli.autodiff.torch_tape.dtypes import FLOATS, LARGEST, rounded
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Raised, type_name
from gradcli.emulation.torch.tensor.members import METHODS
from gradcli.emulation.torch.tensor.tensors import Tensor
from gradcli.ops.arrays.select import scatter_add, take
from gradcli.ops.arrays.shape import expand, reshape
from gradcli.ops.arrays.torch_messages import expanded
from gradcli.ops.catalogue import CHOICE
from gradcli.typing import Any


def at_index(machine: Interpreter, tensor: Tensor, index: Any) -> Tensor:
    """The part of a tensor at an index.

    Raises:
        Raised: The index does not fit.
    """
    if _is_advanced(index):
        result = of_places(machine, tensor, _places(machine, tensor, index))
        tensor.session.tape.functions[result.node] = "IndexBackward0(0)"
        return result
    return tensor.part(machine, _entries(machine, tensor, index))


def set_index(machine: Interpreter, tensor: Tensor, index: Any, value: Any) -> None:
    """Assign to a part of a tensor.

    Raises:
        Raised: The tensor is a leaf that requires a gradient, or the index or the value do not fit.
        UnknownError: The assignment would be part of a backward pass, and comes to a place twice.
    """
    import numpy

    session = tensor.session
    through = tensor.requires_grad or (isinstance(value, Tensor) and value.requires_grad)
    if through and session.tape.enabled:
        if not _is_advanced(index):
            METHODS["copy_"](machine, tensor.part(machine, _entries(machine, tensor, index)), value)
            return
        tensor.check_change(machine)
        tensor.become(machine, _overwritten(machine, tensor, _places(machine, tensor, index), value))
        return
    if _is_advanced(index):
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
            new.flat[numpy.ravel(places)] = numpy.ravel(numpy.broadcast_to(given, numpy.shape(places)))
    except ValueError:
        shapes = f"{list(numpy.shape(given))} cannot be broadcast to indexing result of shape {list(numpy.shape(places))}"
        raise Raised("RuntimeError", f"shape mismatch: value tensor of shape {shapes}") from None
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
        else:
            raise Raised(
                "TypeError", f"only integers, slices, ellipsis, None and tensors are valid indices, not {type_name(entry)}"
            )
        axis += 1
    return tuple(entries)


def _is_advanced(index: Any) -> bool:
    """Whether an index chooses by lists or tensors of places, or by masks."""
    entries = index if isinstance(index, tuple) else (index,)
    return any(isinstance(one, list) or (isinstance(one, Tensor) and (one.shape or one.dtype == "bool")) for one in entries)


def _places(machine: Interpreter, tensor: Tensor, index: Any) -> Any:
    """The places of an index, counted through all rows, in the shape of the part."""
    import numpy

    entries = index if isinstance(index, tuple) else (index,)
    found = [_of_numpy(machine, entry) for entry in entries] if _is_advanced(index) else _entries(machine, tensor, index)
    places = numpy.arange(numpy.size(tensor.value)).reshape(tensor.shape)
    axis = 0
    for at, entry in enumerate(found):
        if _is_mask(entry) and entry.shape != tensor.shape[axis : axis + entry.ndim]:
            raise Raised(
                "IndexError",
                f"The shape of the mask {list(entry.shape)} at index {at} does not match the shape of the indexed tensor "
                f"{list(tensor.shape)} at index {at}",
            )
        axis += entry.ndim if _is_mask(entry) else entry is not None
    machine.charge(places.size // 64)
    basic = [slice(*entry[1:]) if isinstance(entry, tuple) else ... if isinstance(entry, str) else entry for entry in found]
    try:
        return places[tuple(basic)]
    except IndexError as error:
        text = str(error).replace("for axis", "for dimension").replace("indexing arrays", "indexing tensors")
        for shape in re.findall(r"\(([\d, ]*)\)", text):
            text = text.replace(f"({shape})", str([int(size) for size in shape.split(",") if size.strip()]))
        raise Raised("IndexError", text.replace("] [", "], [").strip()) from None


def _is_mask(entry: Any) -> bool:
    return str(getattr(entry, "dtype", "")) == "bool"


def _of_numpy(machine: Interpreter, entry: Any) -> Any:
    """A part of an index as NumPy has it."""
    import numpy

    if isinstance(entry, list):
        found = numpy.array([machine.truth(one) if isinstance(one, bool) else one for one in entry])
        return found if found.dtype == bool else found.astype(int)
    if not isinstance(entry, Tensor):
        return entry
    if entry.dtype in FLOATS:
        raise Raised("IndexError", "tensors used as indices must be long, int, byte or bool tensors")
    if not entry.shape and entry.dtype != "bool":
        return int(entry.number(machine))
    return numpy.asarray(entry.value, bool if entry.dtype == "bool" else int)


def of_places(machine: Interpreter, tensor: Tensor, places: Any) -> Tensor:
    """The elements of a tensor at places, which are counted through all rows."""
    session = tensor.session
    chosen = session.leaf(machine, places.astype("float64"), "int64")
    return session.operate(machine, take.name, (tensor, chosen))


def _overwritten(machine: Interpreter, tensor: Tensor, places: Any, value: Any) -> Tensor:
    """A tensor with values at places, as a result that is recorded."""
    import numpy

    session, shape = tensor.session, tensor.shape
    source = value if isinstance(value, Tensor) else session.leaf(machine, float(value), tensor.dtype)
    source = session.operate(machine, expand.name, (source.cast(machine, tensor.dtype),), (("shape", places.shape),))
    if numpy.unique(places).size != places.size:
        raise UnknownError("assignment to one place twice in a graph is not known here", hint="add with index_add, or loop")
    mask = numpy.ones(shape)
    mask.flat[places.ravel()] = 0
    flat = session.operate(machine, reshape.name, (source,), (("shape", (places.size,)),))
    chosen = session.leaf(machine, places.ravel().astype("float64"), "int64")
    put = session.operate(machine, scatter_add.name, (flat, chosen), (("shape", (mask.size,)), ("axis", 0)))
    filled = session.operate(machine, reshape.name, (put,), (("shape", shape),))
    result = session.operate(machine, CHOICE, (session.leaf(machine, mask, "bool"), tensor, filled))
    session.tape.functions[result.node] = "IndexPutBackward0(1, 2)"
    return result
