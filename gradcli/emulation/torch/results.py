"""What PyTorch's functions give that is no tensor: pairs of values and places, modes."""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Foreign, Function, Raised, Size, Word, type_name
from gradcli.emulation.torch.tensor.tensors import Session, Tensor
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
        if function.code.yields:
            raise UnknownError("a generator that is decorated is not known here", hint="write with inside of it")
        inside = Function(function.code, function.defaults, function.scope)
        inside.managers = [*function.managers, self]
        return inside

    def leave(self, machine: Interpreter) -> None:
        setattr(self.tape, self.flag, self.before.pop())


def size(tensor: Tensor) -> Size:
    """The shape of a tensor as a value."""
    return Size(tensor.shape)


DEVICE = Word("cpu")
"""The device of every tensor."""


def check_device(device: Any) -> Word:
    """Check that an argument names the CPU, which is where tensors are.

    Raises:
        UnknownError: It names another device.
    """
    name = device.name if isinstance(device, Word) else device
    if name not in (None, "cpu", "cpu:0"):
        raise UnknownError(f"the device {name} is not known here", hint="tensors are on the CPU here; leave it out")
    return DEVICE
