"""What PyTorch's functions give that is no tensor: pairs of values and places, arrays of NumPy, optimisers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.operators import combined, formatted
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Foreign, Function, Native, Raised, Size, type_name
from gradcli.emulation.torch.tensors import Session, Tensor
from gradcli.typing import Any


class Pair(Foreign):
    """Values and where they stand: what ``torch.max(x, dim)`` gives.

    Args:
        kind: What it is called.
        values: The values.
        indices: Their places.
    """

    def __init__(self, kind: str, values: Tensor, indices: Tensor) -> None:
        self.kind = kind
        self.full_kind = kind
        self.parts = (values, indices)

    def attribute(self, machine: Interpreter, name: str) -> Any:
        if name in ("values", "indices"):
            return self.parts[name == "indices"]
        return super().attribute(machine, name)

    def item(self, machine: Interpreter, index: Any) -> Any:
        if index not in (0, 1, -1, -2):
            raise Raised("IndexError", "tuple index out of range")
        return self.parts[index]

    def iterate(self, machine: Interpreter) -> Iterator[Any]:
        return iter(self.parts)

    def length(self, machine: Interpreter) -> int:
        return 2

    def text(self, machine: Interpreter) -> str:
        values, indices = [part.text(machine) for part in self.parts]
        return f"{self.kind}(\nvalues={values},\nindices={indices})"


class Array(Foreign):
    """An array of NumPy: what ``.numpy()`` gives, to be printed and looked into.

    Args:
        array: The array, or a scalar of NumPy.
    """

    kind = "ndarray"
    full_kind = "numpy.ndarray"

    def __init__(self, array: Any) -> None:
        self._array = array

    @property
    def array(self) -> Any:
        """The array as it is now."""
        return self._array

    def attribute(self, machine: Interpreter, name: str) -> Any:
        if name == "shape":
            return tuple(self.array.shape)
        if name in ("ndim", "size"):
            return int(self.array.ndim if name == "ndim" else self.array.size)
        if name == "dtype":
            return str(self.array.dtype)
        if name in ("tolist", "item"):
            found = self.array.tolist() if name == "tolist" or self.array.size == 1 else None
            return Native(name, lambda machine: found)
        if name in ("sum", "mean", "max", "min", "copy", "round"):
            return Native(name, lambda machine, *arguments: wrapped(_REDUCTIONS[name](self.array, *arguments)))
        raise UnknownError(f"the attribute {name} of an array is not known here", hint="compute with tensors")

    def item(self, machine: Interpreter, index: Any) -> Any:
        try:
            found = self.array[index]
            basic = not isinstance(index, list) and isinstance(self, SharedArray) and getattr(found, "ndim", False)
            return SharedArray(lambda: self.array[index]) if basic else wrapped(found)
        except (IndexError, TypeError) as error:
            raise Raised("IndexError", str(error)) from None

    def set_item(self, machine: Interpreter, index: Any, value: Any) -> None:
        raise UnknownError("assignment to a part of an array is not known here", hint="assign to a part of the tensor")

    def change(self, machine: Interpreter, operator: str, other: Any) -> Any:
        if self.array.ndim:
            raise UnknownError("arithmetic of arrays is not known here", hint="compute with tensors")
        return NotImplemented

    def iterate(self, machine: Interpreter) -> Iterator[Any]:
        if not self.array.ndim:
            raise Raised("TypeError", "iteration over a 0-d array")
        return (self.item(machine, at) for at in range(len(self.array)))

    def length(self, machine: Interpreter) -> int:
        if not self.array.ndim:
            raise Raised("TypeError", "len() of unsized object")
        return len(self.array)

    def number(self, machine: Interpreter) -> Any:
        if self.array.size != 1:
            raise Raised("TypeError", "only length-1 arrays can be converted to Python scalars")
        return self.array.item()

    def binary(self, machine: Interpreter, operator: str, other: Any, *, reflected: bool) -> Any:
        if not isinstance(other, int | float | Array):
            return NotImplemented
        if self.array.size == 1 and isinstance(other, int | float) and not self.array.ndim:
            own = float(self.array)
            return combined(machine, operator, *((other, own) if reflected else (own, other)))
        raise UnknownError("arithmetic of arrays is not known here", hint="compute with tensors")

    def text(self, machine: Interpreter) -> str:
        machine.charge(64)
        return str(self.array)

    def representation(self, machine: Interpreter) -> str:
        machine.charge(64)
        return repr(self.array) if self.array.ndim else str(self.array)

    def format(self, machine: Interpreter, spec: str) -> str:
        if spec and self.array.ndim == 0:
            return formatted(machine, self.array.item(), spec)
        return super().format(machine, spec)


class SharedArray(Array):
    """An array that shares its memory with a tensor.

    Args:
        make: Gives the array; asked at each use, since the memory may have changed.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        super().__init__(None)
        self._make = make

    @property
    def array(self) -> Any:
        """The array as it is now."""
        return self._make()


_REDUCTIONS: dict[str, Callable[..., Any]] = {
    "sum": lambda array: array.sum(),
    "mean": lambda array: array.mean(),
    "max": lambda array: array.max(),
    "min": lambda array: array.min(),
    "copy": lambda array: array.copy(),
    "round": lambda array, decimals=0: array.round(int(decimals)),
}


def wrapped(value: Any) -> Any:
    """A value of NumPy as one of the script."""
    return Array(value) if hasattr(value, "ndim") else value


class Mode(Foreign):
    """What ``torch.no_grad()`` and its like give: a flag of the tape for a ``with`` statement.

    Args:
        session: The session.
        flag: The flag: ``enabled`` for whether operations are recorded, or ``check_nan``.
        value: Its value inside.
        at_once: Whether it is set where it is made, as ``torch.set_grad_enabled`` does, and not only in the statement.
    """

    kind = "no_grad"

    def __init__(self, session: Session, flag: str, value: bool, *, at_once: bool = False) -> None:
        self.tape = session.tape
        self.flag = flag
        self.value = value
        self.before: list[bool] = []
        self._set = False
        if at_once:
            self.enter()
            self._set = True

    def enter(self, machine: Interpreter | None = None) -> Any:
        if not self._set:
            self.before.append(getattr(self.tape, self.flag))
        self._set = False
        setattr(self.tape, self.flag, self.value)

    def call(self, machine: Interpreter, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        """It as a decorator: the function, which runs inside it."""
        (function,) = arguments
        if not isinstance(function, Function):
            raise Raised("TypeError", f"'{type_name(function)}' object is not callable")
        inside = Function(function.code, function.defaults, function.scope)
        inside.managers = [*function.managers, self]
        return inside

    def leave(self, machine: Interpreter) -> None:
        setattr(self.tape, self.flag, self.before.pop())


def size(tensor: Tensor) -> Size:
    """The shape of a tensor as a value."""
    return Size(tensor.shape)
