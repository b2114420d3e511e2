"""Functions of PyTorch that make tensors of numbers."""

from __future__ import annotations

import math
from collections.abc import Callable

from gradcli.autodiff.torch_tape.dtypes import FLOATS, LARGEST, rounded
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Raised, checked, type_name
from gradcli.emulation.torch.arrays import Array
from gradcli.emulation.torch.results import check_device
from gradcli.emulation.torch.tensor.data import tensor_from
from gradcli.emulation.torch.tensor.members import dtype_of, dtype_word, memory
from gradcli.emulation.torch.tensor.tensors import Session, Tensor
from gradcli.errors import ExitCode, GradcliError
from gradcli.graph.graph import Shape
from gradcli.typing import Any


def _tensor(machine: Interpreter, session: Session, data: Any, *, dtype: Any = None, requires_grad: Any = False) -> Tensor:
    if isinstance(data, Tensor):
        machine.warn(
            "UserWarning: To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
            "sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor)."
        )
    return tensor_from(machine, session, data, dtype_of(dtype), machine.truth(requires_grad))


def _as_tensor(machine: Interpreter, session: Session, data: Any, dtype: Any = None) -> Tensor:
    if isinstance(data, Tensor):
        return data if dtype is None else data.cast(machine, dtype_of(dtype) or data.dtype)
    return tensor_from(machine, session, data, dtype_of(dtype), False)


def new_shape(machine: Interpreter, session: Session, sizes: tuple[Any, ...], title: str = "") -> Shape:
    """A shape given as several numbers or as one list.

    Raises:
        Raised: A size is no whole number, or negative.
        GradcliError: There would be too many elements (exit code 4).
    """
    if -1 in sizes and title == "zeros":
        raise Raised("RuntimeError", "zeros: Dimension size must be non-negative.")
    if len(sizes) == 1 and isinstance(sizes[0], list | tuple):
        sizes = tuple(sizes[0])
    for size in sizes:
        if not isinstance(size, int):
            raise Raised("TypeError", f"a size is a whole number, not {machine.representation(size)[:40]}")
        if size < 0:
            raise Raised("RuntimeError", f"Trying to create tensor with negative dimension {size}: {list(sizes)}")
    _check_count(session, math.prod(sizes))
    return tuple(sizes)


def sizes_of(sizes: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    """The sizes of a new tensor, which may be given as ``size=`` as well.

    Raises:
        UnknownError: Another argument is.
    """
    wrong = next((name for name in named if name != "size"), "")
    if wrong:
        raise UnknownError(f"the argument {wrong} is not known here", hint="size, dtype, requires_grad and device are")
    return (*sizes, *named.values())


def _check_count(session: Session, count: int) -> None:
    most = session.tape.graph.max_elements
    if count > most:
        raise GradcliError(
            f"a tensor would have more than {most:,} elements",
            hint="raise the limit with --max-elements N",
            exit_code=ExitCode.LIMIT,
        )


def _filled(machine: Interpreter, session: Session, shape: Shape, value: Any, dtype: Any, requires_grad: Any) -> Tensor:
    import numpy

    name = dtype_of(dtype) or session.tape.dtype
    if name == "float32" and isinstance(value, int | float) and LARGEST < abs(value) < math.inf:
        raise Raised("RuntimeError", "value cannot be converted to type float without overflow")
    values = rounded(numpy.full(shape, float(value)) if shape else float(value), name)
    return session.leaf(machine, values, name, machine.truth(requires_grad))


def _constants(value: float, title: str) -> Callable[..., Any]:
    def make(machine: Interpreter, session: Session, *size: Any, dtype: Any = None, requires_grad: Any = False,
             device: Any = None, **named: Any) -> Tensor:  # fmt: skip
        return _filled(machine, session, new_shape(machine, session, sizes_of(size, named), title), value, dtype, requires_grad)

    return make


def alike(value: float) -> Callable[..., Any]:
    """The function that makes a tensor of one value in the shape of another."""

    def make(machine: Interpreter, session: Session, input: Tensor, *, dtype: Any = None, requires_grad: Any = False) -> Tensor:
        return _filled(machine, session, input.shape, value, dtype or dtype_word(input.dtype), requires_grad)

    return make


def _full(
    machine: Interpreter, session: Session, size: Any, fill_value: Any, *, dtype: Any = None, requires_grad: Any = False
) -> Tensor:
    number = fill_value.number(machine) if isinstance(fill_value, Tensor) else fill_value
    found = "bool" if isinstance(number, bool) else "int64" if isinstance(number, int) else session.tape.dtype
    return _filled(machine, session, new_shape(machine, session, (size,)), number, dtype or dtype_word(found), requires_grad)


def _full_like(machine: Interpreter, session: Session, input: Tensor, fill_value: Any, *, requires_grad: Any = False) -> Tensor:
    return _filled(machine, session, input.shape, fill_value, dtype_word(input.dtype), requires_grad)


def _eye(
    machine: Interpreter, session: Session, n: Any, m: Any = None, *, dtype: Any = None, requires_grad: Any = False
) -> Tensor:
    import numpy

    rows, columns = new_shape(machine, session, (n, n if m is None else m))
    name = dtype_of(dtype) or session.tape.dtype
    return session.leaf(machine, rounded(numpy.eye(rows, columns), name), name, machine.truth(requires_grad))


def _arange(machine: Interpreter, session: Session, start: Any, end: Any = None, step: Any = 1, *, dtype: Any = None,
            requires_grad: Any = False) -> Tensor:  # fmt: skip
    import numpy

    first, last = (0, start) if end is None else (start, end)
    bounds = [value.number(machine) if isinstance(value, Tensor) else value for value in (first, last, step)]
    if not all(isinstance(bound, int | float) for bound in bounds):
        raise Raised("TypeError", "arange() takes numbers")
    if not bounds[2] or (bounds[1] - bounds[0]) * bounds[2] < 0:
        raise Raised(
            "RuntimeError", "upper bound and lower bound inconsistent with step sign" if bounds[2] else "step must be nonzero"
        )
    count = (bounds[1] - bounds[0]) / bounds[2]
    _check_count(session, math.ceil(count) if math.isfinite(count) else 10**18)
    name = dtype_of(dtype) or ("int64" if all(isinstance(bound, int) for bound in bounds) else session.tape.dtype)
    values = bounds[0] + bounds[2] * numpy.arange(math.ceil(count), dtype="float64")
    return session.leaf(machine, rounded(values, name), name, machine.truth(requires_grad))


def _linspace(machine: Interpreter, session: Session, start: Any, end: Any, steps: Any, *, dtype: Any = None,
              requires_grad: Any = False) -> Tensor:  # fmt: skip
    (count,) = new_shape(machine, session, (steps,))
    name = dtype_of(dtype) or session.tape.dtype
    values = _between(float(start), float(end), count, name)
    return session.leaf(machine, rounded(values, name), name, machine.truth(requires_grad))


def _logspace(
    machine: Interpreter, session: Session, start: Any, end: Any, steps: Any, base: float = 10.0, **named: Any
) -> Tensor:
    found: Tensor = machine.binary("**", float(base), _linspace(machine, session, start, end, steps, **named))
    return found


def _between(start: float, end: float, count: int, dtype: str) -> Any:
    """So many numbers with equal distances, in PyTorch's way: the first half from the start on, the second from the end back."""
    import numpy

    kind = dtype if dtype in FLOATS else "float64"
    with numpy.errstate(all="ignore"):
        first, last = numpy.asarray(start, kind), numpy.asarray(end, kind)
        if count == 1:
            return numpy.asarray([first])
        step = (last - first) / numpy.asarray(max(count - 1, 1), kind)
        places = numpy.arange(count).astype("float64")
        half = count // 2
        ahead = first.astype("float64") + step.astype("float64") * places[:half]
        back = last.astype("float64") - step.astype("float64") * (count - 1 - places[half:])
        return numpy.concatenate([ahead, back])


def _from_numpy(machine: Interpreter, session: Session, ndarray: Any) -> Tensor:
    if not isinstance(ndarray, Array):
        raise Raised("TypeError", f"expected np.ndarray (got {type_name(ndarray)})")
    tensor = tensor_from(machine, session, ndarray, None, False)
    ndarray.share(*memory(tensor))
    return tensor


def on_cpu(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that makes a tensor, and is told on which device."""

    def make(machine: Interpreter, session: Session, *arguments: Any, device: Any = None, **keywords: Any) -> Any:
        check_device(device)
        return checked(name, function, session)(machine, *arguments, **keywords)

    return make


CREATIONS: dict[str, Callable[..., Any]] = {
    "tensor": _tensor,
    "as_tensor": _as_tensor,
    "from_numpy": _from_numpy,
    "zeros": _constants(0.0, "zeros"),
    "empty": _constants(0.0, "empty"),  # whose numbers PyTorch leaves to what the memory holds
    "empty_like": alike(0.0),
    "ones": _constants(1.0, "ones"),
    "zeros_like": alike(0.0),
    "ones_like": alike(1.0),
    "full": _full,
    "full_like": _full_like,
    "eye": _eye,
    "arange": _arange,
    "linspace": _linspace,
    "logspace": _logspace,
    "scalar_tensor": _tensor,
}
"""Functions of ``torch`` that make tensors."""
