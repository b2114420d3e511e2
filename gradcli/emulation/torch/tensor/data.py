"""Tensors of numbers and of nested lists of numbers."""

from __future__ import annotations

from gradcli.autodiff.torch_tape.dtypes import WORDS, rounded
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.values import Raised
from gradcli.emulation.torch.arrays import Array
from gradcli.emulation.torch.tensor.tensors import Session, Tensor
from gradcli.lowering.builders.builder import Value
from gradcli.typing import Any


def tensor_from(machine: Interpreter, session: Session, data: Any, dtype: str | None, requires_grad: bool) -> Tensor:
    """The tensor of numbers, or of nested lists of numbers.

    Raises:
        Raised: The lists are of different lengths, or hold what is no number.
    """
    value, found = (data.value, data.dtype) if isinstance(data, Tensor) else numbers_of(machine, data, session.tape.dtype, dtype)
    found = dtype or found
    return session.leaf(machine, rounded(value, found), found, requires_grad)


def numbers_of(machine: Interpreter, data: Any, decimal: str, wanted: str | None = None) -> tuple[Value, str]:
    """The value and the dtype of numbers, or of nested lists of numbers.

    Args:
        machine: The machine.
        data: The numbers.
        decimal: The dtype of decimal numbers.
        wanted: The dtype that the script asks for, which messages name.

    Raises:
        Raised: The lists are of different lengths, or hold what is no number.
    """
    import numpy

    if isinstance(data, Array):
        found, name = data.array, str(data.array.dtype)
        value = found.astype("float64")
        return value if found.ndim else float(value), name if name in WORDS else "int64" if found.dtype.kind in "iu" else decimal
    sizes: list[int] = []
    level = [data]
    while any(isinstance(item, list | tuple) for item in level):
        if len(sizes) > 31:
            raise Raised("ValueError", "too many dimensions")
        size = len(next(item for item in level if isinstance(item, list | tuple)))
        for item in level:
            if not isinstance(item, list | tuple):
                raise Raised("TypeError", f"expected a sequence of numbers (got {machine.representation(item)[:20]})")
            if len(item) != size:
                raise Raised("ValueError", f"expected sequence of length {size} at dim {len(sizes)} (got {len(item)})")
        sizes.append(size)
        level = [inner for item in level for inner in item]
        machine.charge(len(level) // 8)
        if not level:
            break
    numbers = [item.number(machine) if isinstance(item, Tensor) else item for item in level]
    for number in numbers:
        if not isinstance(number, bool | int | float):
            raise Raised(
                "TypeError", f"new(): data must be numbers or lists of numbers, not {machine.representation(number)[:40]}"
            )
    kinds = {type(number) for number in numbers}
    dtype = decimal if float in kinds or not kinds else "int64" if int in kinds else "bool"
    if any(isinstance(item, Tensor) and item.dtype == "float64" for item in level):
        dtype = "float64"
    try:
        values = numpy.array([float(number) for number in numbers]).reshape(sizes)
    except OverflowError as error:
        raise Raised("RuntimeError", f"value cannot be converted to type {wanted or dtype} without overflow") from error
    return values if sizes else float(values), dtype
