"""The modules ``torch``, ``torch.nn.functional``, ``torch.autograd`` and ``torch.optim`` of a script."""

from __future__ import annotations

import math
from collections.abc import Callable

from gradcli.autodiff.torch_tape.dtypes import FLOATS
from gradcli.emulation.python.builtin import SIZE
from gradcli.emulation.python.classes import Class
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.library import math_module, random_module, time_module
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Namespace, Native, Raised, Type, checked
from gradcli.emulation.torch.autograd import AUTOGRAD
from gradcli.emulation.torch.calls import caller, foreign_names, functions, not_a_tensor
from gradcli.emulation.torch.copies import copy_module, saving
from gradcli.emulation.torch.create import CREATIONS, on_cpu
from gradcli.emulation.torch.custom import function_class
from gradcli.emulation.torch.functional import FUNCTIONAL, gradcheck
from gradcli.emulation.torch.nn.data import DataLoader, Subset, TensorDataset, random_split
from gradcli.emulation.torch.nn.layers import network
from gradcli.emulation.torch.nn.optim import OPTIMISERS
from gradcli.emulation.torch.nn.schedules import INIT, SCHEDULES, UTILS
from gradcli.emulation.torch.numpy import numpy_module
from gradcli.emulation.torch.parts import PARTS, einsum
from gradcli.emulation.torch.random import RANDOM, Generator, dropout
from gradcli.emulation.torch.results import Mode, check_device
from gradcli.emulation.torch.tensor.data import tensor_from
from gradcli.emulation.torch.tensor.members import DTYPES, METHODS, dtype_of, dtype_word
from gradcli.emulation.torch.tensor.tensors import Session, Tensor
from gradcli.emulation.torch.transforms import TRANSFORMS
from gradcli.emulation.torch.unknown_members import is_member
from gradcli.typing import Any

VERSION = "2.13.0+cpu"
"""The version of PyTorch that is followed."""

_REFUSED = {
    "poisson": ("it is not known here", "draw with torch.rand"),
    **dict.fromkeys(("compile", "jit", "hub", "multiprocessing"),
                    ("it is not known here, since it reads files or runs code", "write the numbers: torch.tensor([...])")),
    **dict.fromkeys(("float16", "half", "bfloat16", "int16", "int8", "uint8", "complex64"),
                    ("this dtype is not known here", "float32, float64, int32, int64 and bool are")),
    "batch_norm": ("it is not known here", "write its formula"),
    "backends": ("tensors are on the CPU here", "leave it out"),
}  # fmt: skip


def modules(session: Session) -> dict[str, Namespace]:
    """The modules that a script for PyTorch may import, by name."""

    def operations(module: str) -> dict[str, Any]:
        return {name: Native(name, caller(session, name, meant)) for name, meant in functions(module).items()}

    def bound(table: dict[str, Callable[..., Any]]) -> dict[str, Any]:
        return {name: Native(name, checked(name, function, session)) for name, function in table.items()}

    functional = _Module("torch.nn.functional", {**operations("torch.nn.functional"), **bound(_FUNCTIONAL)})
    schedules = _Module("torch.optim.lr_scheduler", bound(SCHEDULES))
    derivatives = _Module("torch.autograd.functional", bound(FUNCTIONAL))
    layers = _Module("torch.nn", {**network(session, _linear), "functional": functional})
    data = _Module(
        "torch.utils.data",
        {
            "TensorDataset": Native("TensorDataset", TensorDataset),
            "Subset": Native("Subset", checked("Subset", Subset)),
            **bound({"DataLoader": DataLoader, "random_split": random_split}),
            "Dataset": Class("torch.utils.data.dataset.Dataset"),
        },
    )
    layers.names |= {"utils": _Module("torch.nn.utils", bound(UTILS)), "init": _Module("torch.nn.init", bound(INIT))}
    autograd = _Module("torch.autograd", {**bound(AUTOGRAD), "Function": function_class(session)})
    autograd.names |= {"functional": derivatives, "gradcheck": bound({"gradcheck": gradcheck})["gradcheck"]}
    optimisers = _Module("torch.optim", bound(OPTIMISERS))
    optimisers.names["lr_scheduler"] = schedules
    transforms = _Module("torch.func", bound(TRANSFORMS))
    names = {
        **operations("torch"),
        **bound(_TORCH),
        **saving(),
        **{name: Native(name, _of_tensor(name, function)) for name, function in PARTS.items()},
        **{name: dtype_word(dtype) for name, dtype in DTYPES.items()},
        "nn": layers,
        "utils": _Module("torch.utils", {"data": data}),
        "cuda": Namespace("torch.cuda", {"is_available": Native("is_available", lambda machine: False)}),
        "autograd": autograd,
        "func": transforms,
        "vmap": transforms.names["vmap"],
        "optim": optimisers,
        "special": _Module("torch.special", operations("torch.special")),
        "linalg": _Module("torch.linalg", operations("torch.linalg")),
        "Tensor": Type("torch.Tensor", lambda machine, data=(): _of_list(machine, session, data), ("Tensor", "Parameter")),
        "Size": SIZE,
        "Generator": Native("Generator", lambda machine: Generator()),
        "__version__": VERSION,
        "pi": math.pi,
        "e": math.e,
        "inf": math.inf,
        "nan": math.nan,
    }
    return {
        "torch": _Module("torch", names),
        "torch.nn": layers,
        "torch.nn.functional": functional,
        "torch.nn.utils": layers.names["utils"],
        "torch.utils": names["utils"],
        "torch.utils.data": data,
        "torch.nn.init": layers.names["init"],
        "torch.autograd.functional": derivatives,
        "torch.optim.lr_scheduler": schedules,
        "torch.autograd": autograd,
        "torch.func": transforms,
        "torch.optim": optimisers,
        "math": math_module(),
        "random": random_module(),
        "time": time_module(),
        "copy": copy_module(),
        "numpy": numpy_module(),
    }


class _Module(Namespace):
    def attribute(self, machine: Interpreter, name: str) -> Any:
        if name not in self.names and name in _REFUSED:
            message, hint = _REFUSED[name]
            raise UnknownError(f"{self.name}.{name}: {message}", hint=hint)
        if name not in self.names and self.name == "torch.nn" and name[:1].isupper():
            raise UnknownError(
                f"torch.nn.{name} is not known here", hint="write its formula, with torch.nn.functional where it helps"
            )
        if name not in self.names and name in foreign_names() and not is_member(name):
            raise Raised("AttributeError", f"module '{self.name}' has no attribute '{name}'")
        return super().attribute(machine, name)


def _of_list(machine: Interpreter, session: Session, data: Any) -> Tensor:
    """``torch.Tensor([1, 2])``; of a size its numbers would be whatever the memory holds."""
    if not isinstance(data, list | tuple):
        raise UnknownError(
            "torch.Tensor is called with a list of numbers here", hint="write torch.tensor([...]) or torch.zeros(...)"
        )
    return tensor_from(machine, session, data, session.tape.dtype, False)


# ---- modes, questions ----


def _default_dtype(machine: Interpreter, session: Session, d: Any) -> None:
    name = dtype_of(d)
    if name not in FLOATS:
        raise Raised("TypeError", "only floating-point types are supported as the default type")
    session.tape.dtype = name


def _printing(machine: Interpreter, session: Session, precision: Any = None, threshold: Any = None, edgeitems: Any = None,
              linewidth: Any = None, profile: Any = None, sci_mode: Any = None) -> None:  # fmt: skip
    given = {"precision": precision, "threshold": threshold, "edge": edgeitems, "width": linewidth}
    found = {key: value for key, value in given.items() if value is not None}
    if not all(isinstance(value, int) and 0 <= value <= 10_000 for value in found.values()):
        raise Raised("TypeError", "set_printoptions() takes whole numbers up to 10,000")
    session.options = session.options._replace(**found)
    if sci_mode is not None:
        session.options = session.options._replace(scientific=machine.truth(sci_mode))


def _of_tensor(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A method as a function, whose first argument may be called ``input``."""

    def call(machine: Interpreter, *arguments: Any, **keywords: Any) -> Any:
        given = (keywords.pop("input"), *arguments) if "input" in keywords else arguments
        if not given or not isinstance(given[0], Tensor):
            raise not_a_tensor(name, "input", 1, given[0] if given else None)
        return checked(name, function, given[0])(machine, *given[1:], **keywords)

    return call


_TORCH: dict[str, Callable[..., Any]] = {
    **{name: on_cpu(name, function) for name, function in (CREATIONS | RANDOM).items()},
    "no_grad": lambda machine, session: Mode(session, "enabled", False),
    "inference_mode": lambda machine, session: Mode(session, "enabled", False),
    "enable_grad": lambda machine, session: Mode(session, "enabled", True),
    "set_grad_enabled": lambda machine, session, mode: Mode(session, "enabled", machine.truth(mode), at_once=True),
    "is_grad_enabled": lambda machine, session: session.tape.enabled,
    "set_default_dtype": _default_dtype,
    "get_default_dtype": lambda machine, session: dtype_word(session.tape.dtype),
    "set_printoptions": _printing,
    "is_tensor": lambda machine, session, obj: isinstance(obj, Tensor),
    "einsum": einsum,
    "device": lambda machine, session, name, index=None: check_device(name),
}
"""Functions of ``torch`` that are no operations."""


def _linear(machine: Interpreter, session: Session, input: Tensor, weight: Tensor, bias: Any = None) -> Tensor:
    turned = METHODS["t"](machine, weight)
    result = session.operate(machine, "matmul", (input, turned))
    if bias is None:
        return result
    total = session.operate(machine, "add", (result, bias))
    if total.requires_grad:
        session.tape.functions[total.node] = "AddmmBackward0" if len(input.shape) == 2 else "ViewBackward0"
    return total


_FUNCTIONAL: dict[str, Callable[..., Any]] = {"linear": _linear, "dropout": dropout}
