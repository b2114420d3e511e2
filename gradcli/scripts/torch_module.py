"""The modules ``torch``, ``torch.nn.functional``, ``torch.autograd`` and ``torch.optim`` of a script."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gradcli.autodiff.dtypes import FLOATS, rounded
from gradcli.autodiff.engine import gradients
from gradcli.errors import ExitCode, GradcliError
from gradcli.graph.graph import Shape
from gradcli.scripts.builtin import math_module
from gradcli.scripts.source import UnknownError
from gradcli.scripts.tensor_members import DTYPES, METHODS, dtype_of, dtype_word
from gradcli.scripts.tensors import Session, Tensor, tensor_from
from gradcli.scripts.torch_calls import caller, names_of, spellings
from gradcli.scripts.torch_results import Mode, Sgd
from gradcli.scripts.values import Namespace, Native, Raised, Size, Type, Word

if TYPE_CHECKING:
    from gradcli.scripts.machine import Machine

VERSION = "2.13.0+cpu"
"""The version of PyTorch that is followed."""

_RANDOM = "random numbers are not known here, since PyTorch's generator cannot be followed"
_REFUSED = {
    **dict.fromkeys(("rand", "randn", "randint", "normal", "rand_like", "randn_like", "randperm", "manual_seed", "bernoulli"),
                    (_RANDOM, "write the numbers: torch.tensor([...])")),
    **dict.fromkeys(("load", "save", "compile", "jit", "hub", "utils", "from_numpy", "multiprocessing"),
                    ("it is not known here, since it reads files or runs code", "write the numbers: torch.tensor([...])")),
    **dict.fromkeys(("float16", "half", "bfloat16", "int32", "int16", "int8", "uint8", "complex64"),
                    ("this dtype is not known here", "float32, float64, int64 and bool are")),
    "einsum": ("it is not known here", "write matmul, outer, sum and transpose"),
    **dict.fromkeys(("cuda", "backends"), ("tensors are on the CPU here", "leave it out")),
}  # fmt: skip


def modules(session: Session) -> dict[str, Namespace]:
    """The modules that a script for PyTorch may import, by name."""
    known = spellings()

    def functions(module: str) -> dict[str, Any]:
        return {name: Native(name, caller(session, name, known[name])) for name in names_of(module)}

    def bound(table: dict[str, Callable[..., Any]]) -> dict[str, Any]:
        return {name: Native(name, _with(session, function)) for name, function in table.items()}

    functional = _Module("torch.nn.functional", {**functions("torch.nn.functional"), **bound(_FUNCTIONAL)})
    network = _Module("torch.nn", {"functional": functional})
    autograd = _Module("torch.autograd", {**bound(_AUTOGRAD), "set_detect_anomaly": Native("set_detect_anomaly", _anomaly)})
    optimisers = _Module("torch.optim", bound({"SGD": _sgd}))
    names = {
        **functions("torch"),
        **bound(_TORCH),
        **{name: dtype_word(dtype) for name, dtype in DTYPES.items()},
        "nn": network,
        "autograd": autograd,
        "optim": optimisers,
        "special": _Module("torch.special", functions("torch.special")),
        "linalg": _Module("torch.linalg", functions("torch.linalg")),
        "Tensor": Type("torch.Tensor", _no_call, ("Tensor",)),
        "Size": Type("torch.Size", lambda machine, sizes: Size(machine.listed(sizes)), (Size,)),
        "__version__": VERSION,
        "pi": math.pi,
        "e": math.e,
        "inf": math.inf,
        "nan": math.nan,
    }
    return {
        "torch": _Module("torch", names),
        "torch.nn": network,
        "torch.nn.functional": functional,
        "torch.autograd": autograd,
        "torch.optim": optimisers,
        "math": math_module(),
    }


class _Module(Namespace):
    def attribute(self, machine: Machine, name: str) -> Any:
        if name not in self.names and name in _REFUSED:
            message, hint = _REFUSED[name]
            raise UnknownError(f"{self.name}.{name}: {message}", hint=hint)
        if name not in self.names and self.name == "torch.nn" and name[:1].isupper():
            raise UnknownError(
                f"torch.nn.{name} is not known here", hint="write its formula, with torch.nn.functional where it helps"
            )
        return super().attribute(machine, name)


def _with(session: Session, function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda machine, *arguments, **keywords: function(machine, session, *arguments, **keywords)


def _no_call(machine: Machine, *arguments: Any) -> Any:
    raise UnknownError("torch.Tensor is not called here", hint="write torch.tensor([...])")


# ---- making tensors ----


def _tensor(machine: Machine, session: Session, data: Any, *, dtype: Any = None, requires_grad: Any = False,
            device: Any = None) -> Tensor:  # fmt: skip
    if isinstance(data, Tensor):
        machine.warn(
            "UserWarning: To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
            "sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor)."
        )
    return tensor_from(machine, session, data, dtype_of(dtype), machine.truth(requires_grad))


def _as_tensor(machine: Machine, session: Session, data: Any, dtype: Any = None) -> Tensor:
    if isinstance(data, Tensor):
        return data if dtype is None else data.cast(machine, dtype_of(dtype) or data.dtype)
    return tensor_from(machine, session, data, dtype_of(dtype), False)


def _shape(machine: Machine, session: Session, sizes: tuple[Any, ...]) -> Shape:
    """A shape given as several numbers or as one list.

    Raises:
        Raised: A size is no whole number, or negative.
        GradcliError: There would be too many elements (exit code 4).
    """
    if len(sizes) == 1 and isinstance(sizes[0], list | tuple):
        sizes = tuple(sizes[0])
    for size in sizes:
        if not isinstance(size, int):
            raise Raised("TypeError", f"a size is a whole number, not {machine.representation(size)[:40]}")
        if size < 0:
            raise Raised("RuntimeError", f"Trying to create tensor with negative dimension {size}: {list(sizes)}")
    _check_count(session, math.prod(sizes))
    return tuple(sizes)


def _check_count(session: Session, count: int) -> None:
    most = session.tape.graph.max_elements
    if count > most:
        raise GradcliError(
            f"a tensor would have more than {most:,} elements",
            hint="raise the limit with --max-elements N",
            exit_code=ExitCode.LIMIT,
        )


def _filled(machine: Machine, session: Session, shape: Shape, value: Any, dtype: Any, requires_grad: Any) -> Tensor:
    import numpy

    name = dtype_of(dtype) or session.tape.dtype
    values = rounded(numpy.full(shape, float(value)) if shape else float(value), name)
    return session.leaf(machine, values, name, machine.truth(requires_grad))


def _constants(value: float) -> Callable[..., Any]:
    def make(machine: Machine, session: Session, *size: Any, dtype: Any = None, requires_grad: Any = False,
             device: Any = None) -> Tensor:  # fmt: skip
        return _filled(machine, session, _shape(machine, session, size), value, dtype, requires_grad)

    return make


def _alike(value: float) -> Callable[..., Any]:
    def make(machine: Machine, session: Session, input: Tensor, *, dtype: Any = None, requires_grad: Any = False) -> Tensor:
        return _filled(machine, session, input.shape, value, dtype or dtype_word(input.dtype), requires_grad)

    return make


def _full(
    machine: Machine, session: Session, size: Any, fill_value: Any, *, dtype: Any = None, requires_grad: Any = False
) -> Tensor:
    number = fill_value.number(machine) if isinstance(fill_value, Tensor) else fill_value
    found = "bool" if isinstance(number, bool) else "int64" if isinstance(number, int) else session.tape.dtype
    return _filled(machine, session, _shape(machine, session, (size,)), number, dtype or dtype_word(found), requires_grad)


def _full_like(machine: Machine, session: Session, input: Tensor, fill_value: Any, *, requires_grad: Any = False) -> Tensor:
    return _filled(machine, session, input.shape, fill_value, dtype_word(input.dtype), requires_grad)


def _eye(machine: Machine, session: Session, n: Any, m: Any = None, *, dtype: Any = None, requires_grad: Any = False) -> Tensor:
    import numpy

    rows, columns = _shape(machine, session, (n, n if m is None else m))
    name = dtype_of(dtype) or session.tape.dtype
    return session.leaf(machine, rounded(numpy.eye(rows, columns), name), name, machine.truth(requires_grad))


def _arange(machine: Machine, session: Session, start: Any, end: Any = None, step: Any = 1, *, dtype: Any = None,
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


def _linspace(machine: Machine, session: Session, start: Any, end: Any, steps: Any, *, dtype: Any = None,
              requires_grad: Any = False) -> Tensor:  # fmt: skip
    import numpy

    (count,) = _shape(machine, session, (steps,))
    name = dtype_of(dtype) or session.tape.dtype
    values = numpy.linspace(float(start), float(end), count, dtype=name)
    return session.leaf(machine, rounded(values, name), name, machine.truth(requires_grad))


# ---- modes, questions ----


def _default_dtype(machine: Machine, session: Session, d: Any) -> None:
    name = dtype_of(d)
    if name not in FLOATS:
        raise Raised("TypeError", "only floating-point types are supported as the default type")
    session.tape.dtype = name


def _printing(machine: Machine, session: Session, precision: Any = None, threshold: Any = None, edgeitems: Any = None,
              linewidth: Any = None, profile: Any = None, sci_mode: Any = None) -> None:  # fmt: skip
    given = {"precision": precision, "threshold": threshold, "edge": edgeitems, "width": linewidth}
    found = {key: value for key, value in given.items() if value is not None}
    if not all(isinstance(value, int) and 0 <= value <= 10_000 for value in found.values()):
        raise Raised("TypeError", "set_printoptions() takes whole numbers up to 10,000")
    session.options = session.options._replace(**found)
    if sci_mode is not None:
        session.options = session.options._replace(scientific=machine.truth(sci_mode))


def _equal(machine: Machine, session: Session, a: Tensor, b: Tensor) -> bool:
    import numpy

    return a.shape == b.shape and bool(numpy.array_equal(a.value, b.value))


def _allclose(machine: Machine, session: Session, a: Tensor, b: Tensor, rtol: float = 1e-05, atol: float = 1e-08,
              equal_nan: Any = False) -> bool:  # fmt: skip
    import numpy

    return bool(numpy.allclose(a.value, b.value, rtol, atol, equal_nan=machine.truth(equal_nan)))


def _where_true(name: str) -> Callable[..., Any]:
    def decide(machine: Machine, session: Session, input: Tensor) -> Tensor:
        import numpy

        found = numpy.asarray(getattr(numpy, name)(input.value), "float64")  # isnan, isinf or isfinite
        return session.leaf(machine, found if found.ndim else float(found), "bool")

    return decide


def _method(name: str) -> Callable[..., Any]:
    return lambda machine, session, tensor, *arguments, **keywords: METHODS[name](machine, tensor, *arguments, **keywords)


_TORCH: dict[str, Callable[..., Any]] = {
    "tensor": _tensor,
    "as_tensor": _as_tensor,
    "zeros": _constants(0.0),
    "ones": _constants(1.0),
    "zeros_like": _alike(0.0),
    "ones_like": _alike(1.0),
    "full": _full,
    "full_like": _full_like,
    "eye": _eye,
    "arange": _arange,
    "linspace": _linspace,
    "no_grad": lambda machine, session: Mode(session, False),
    "inference_mode": lambda machine, session: Mode(session, False),
    "enable_grad": lambda machine, session: Mode(session, True),
    "set_grad_enabled": lambda machine, session, mode: _set_grad(session, machine.truth(mode)),
    "is_grad_enabled": lambda machine, session: session.tape.enabled,
    "set_default_dtype": _default_dtype,
    "get_default_dtype": lambda machine, session: dtype_word(session.tape.dtype),
    "set_printoptions": _printing,
    "is_tensor": lambda machine, session, obj: isinstance(obj, Tensor),
    "numel": _method("numel"),
    "t": _method("t"),
    "equal": _equal,
    "allclose": _allclose,
    "isnan": _where_true("isnan"),
    "isinf": _where_true("isinf"),
    "isfinite": _where_true("isfinite"),
    "all": _method("all"),
    "any": _method("any"),
    "device": lambda machine, session, name: Word("cpu"),
    "scalar_tensor": _tensor,
}
"""Functions of ``torch`` that are no operations."""


def _set_grad(session: Session, enabled: bool) -> Mode:
    mode = Mode(session, enabled)
    mode.before.append(session.tape.enabled)
    session.tape.enabled = enabled
    return _Set(session, enabled, mode.before)


class _Set(Mode):
    """``torch.set_grad_enabled`` works at once, and in a ``with`` statement until its end."""

    def __init__(self, session: Session, enabled: bool, before: list[bool]) -> None:
        super().__init__(session, enabled)
        self.before = before

    def enter(self, machine: Machine) -> Any:
        self.session.tape.enabled = self.enabled


def _linear(machine: Machine, session: Session, input: Tensor, weight: Tensor, bias: Any = None) -> Tensor:
    turned = METHODS["t"](machine, weight)
    result = session.operate(machine, "matmul", (input, turned))
    if bias is None:
        return result
    total = session.operate(machine, "add", (result, bias))
    if total.requires_grad:
        session.tape.functions[total.node] = "AddmmBackward0" if len(input.shape) == 2 else "ViewBackward0"
    return total


_FUNCTIONAL: dict[str, Callable[..., Any]] = {"linear": _linear}


# ---- autograd ----


def _grad(machine: Machine, session: Session, outputs: Any, inputs: Any, grad_outputs: Any = None, retain_graph: Any = None,
          create_graph: Any = False, allow_unused: Any = None, materialize_grads: Any = False) -> tuple[Any, ...]:  # fmt: skip
    if isinstance(outputs, list | tuple):
        if len(outputs) != 1:
            raise UnknownError("torch.autograd.grad takes one output here", hint="add the outputs up")
        outputs = outputs[0]
        grad_outputs = grad_outputs[0] if isinstance(grad_outputs, list | tuple) else grad_outputs
    wanted = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
    if not all(isinstance(one, Tensor) for one in (outputs, *wanted)):
        raise Raised("TypeError", "torch.autograd.grad takes tensors")
    zeros = machine.truth(materialize_grads)
    found = gradients(
        session.tape,
        outputs.node,
        [one.node for one in wanted],
        None if grad_outputs is None else session.node(machine, grad_outputs),
        retain_graph=None if retain_graph is None else machine.truth(retain_graph),
        create_graph=machine.truth(create_graph),
        allow_unused=zeros or machine.truth(allow_unused),
        span=machine.span,
    )
    results = [None if node is None else session.tensor(node) for node in found]
    if zeros:
        results = [
            _alike(0.0)(machine, session, one) if result is None else result for one, result in zip(wanted, results, strict=True)
        ]
    return tuple(results)


def _backward(machine: Machine, session: Session, tensors: Any, grad_tensors: Any = None, **keywords: Any) -> None:
    for index, one in enumerate(tensors if isinstance(tensors, list | tuple) else [tensors]):
        gradient = grad_tensors[index] if isinstance(grad_tensors, list | tuple) else grad_tensors
        METHODS["backward"](machine, one, gradient, **keywords)


def _variable(machine: Machine, session: Session, data: Tensor, requires_grad: Any = False) -> Tensor:
    return session.leaf(machine, data.value, data.dtype, machine.truth(requires_grad))


def _anomaly(machine: Machine, mode: Any = True, check_nan: Any = True) -> None:
    """Nothing: errors of a backward pass say where they come from anyhow."""


_AUTOGRAD: dict[str, Callable[..., Any]] = {"grad": _grad, "backward": _backward, "Variable": _variable}


def _sgd(machine: Machine, session: Session, params: Any, lr: Any = 0.001, momentum: Any = 0.0) -> Sgd:
    parameters = machine.listed(params)
    if not all(isinstance(parameter, Tensor) for parameter in parameters):
        raise Raised("TypeError", "optimizer can only optimize Tensors")
    return Sgd(session, parameters, float(lr), float(momentum))
