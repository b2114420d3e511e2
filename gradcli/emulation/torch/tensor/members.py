"""The attributes and methods of tensors."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite, prod

from gradcli.autodiff.torch_tape.dtypes import FLOATS, LARGEST, WORDS, rounded
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Native, Raised, Word, checked, type_name
from gradcli.emulation.torch.arrays import Array
from gradcli.emulation.torch.autograd import run_backward
from gradcli.emulation.torch.calls import caller, functions
from gradcli.emulation.torch.custom import register_hook
from gradcli.emulation.torch.results import DEVICE, check_device, size
from gradcli.emulation.torch.shapes import check_ranks
from gradcli.emulation.torch.tensor.memory_layout import NOT_COMPATIBLE, is_contiguous, shares
from gradcli.emulation.torch.tensor.tensors import Tensor
from gradcli.emulation.torch.unknown_members import is_member
from gradcli.errors import nearest
from gradcli.ops.catalogue import CHOICE, OPERATIONS, TURN
from gradcli.ops.elementwise.arithmetic import clone, detach
from gradcli.typing import Any

DTYPES = {
    "float": "float32", "double": "float64", "long": "int64", "int64": "int64", "int": "int32", "int32": "int32", "bool": "bool",
    "float32": "float32", "float64": "float64",
}  # fmt: skip
"""The dtypes that a script may name."""


def dtype_word(dtype: str) -> Word:
    """A dtype as a value: ``torch.float32``."""
    return Word(f"torch.{dtype}")


def dtype_of(word: Any) -> str | None:
    """The dtype that an argument names; None for None."""
    if word is None:
        return None
    if isinstance(word, Word) and word.name.removeprefix("torch.") in DTYPES:
        return word.name.removeprefix("torch.")
    raise Raised("TypeError", "dtype must be a torch.dtype, such as torch.float32")


def member(machine: Interpreter, tensor: Tensor, name: str) -> Any:
    """An attribute or method of a tensor.

    Raises:
        Raised: PyTorch's tensors have none of that name.
        UnknownError: They may, and it is not known here.
    """
    if name in PROPERTIES:
        return PROPERTIES[name](machine, tensor)
    if name in METHODS:
        function = METHODS[name]
        return Native(name, checked(name, function, tensor))
    known = functions("Tensor")
    if name in known:
        call = caller(tensor.session, name, known[name])
        return Native(name, lambda machine, *arguments, **keywords: call(machine, tensor, *arguments, **keywords))
    base = name.removesuffix("_")
    if name.endswith("_") and base in known and base in OPERATIONS:
        return Native(name, _changing(tensor, caller(tensor.session, base, known[base])))
    if name in _REFUSED:
        raise UnknownError(f"{name} of tensors is not known here", hint=_REFUSED[name])
    if is_member(name) or (name.endswith("_") and (base in known or base in METHODS)):
        hint = "compute it from operations that gradcli torch --list shows"
        raise UnknownError(f"{name} of tensors is not known here", hint=hint)
    near = nearest(name, [*PROPERTIES, *METHODS, *known])
    hint = f"did you mean {near}?" if near else "gradcli torch --list shows what is known of tensors"
    raise Raised("AttributeError", f"'Tensor' object has no attribute '{name}'", hint)


def _changing(tensor: Tensor, call: Callable[..., Any]) -> Callable[..., Any]:
    """A method that changes the tensor in place."""

    def change(machine: Interpreter, *arguments: Any, **keywords: Any) -> Tensor:
        tensor.check_change(machine)
        return tensor.become(machine, call(machine, tensor, *arguments, **keywords))

    return change


def _alias(name: str) -> Callable[[Interpreter, Tensor], Tensor]:
    return lambda machine, tensor: tensor.shared(name)


def _transposed(machine: Interpreter, tensor: Tensor) -> Tensor:
    return tensor.session.operate(machine, TURN, (tensor,), (("axes", None),))


def _grad_fn(machine: Interpreter, tensor: Tensor) -> Any:
    return tensor.function()


PROPERTIES: dict[str, Callable[[Interpreter, Tensor], Any]] = {
    "grad": lambda machine, tensor: tensor.grad(machine),
    "grad_fn": _grad_fn,
    "is_leaf": lambda machine, tensor: tensor.session.tape.is_leaf(tensor.node),
    "requires_grad": lambda machine, tensor: tensor.requires_grad,
    "retains_grad": lambda machine, tensor: (
        not tensor.session.tape.is_leaf(tensor.node) and tensor.node in tensor.session.tape.slots
    ),
    "shape": lambda machine, tensor: size(tensor),
    "ndim": lambda machine, tensor: len(tensor.shape),
    "dtype": lambda machine, tensor: dtype_word(tensor.dtype),
    "device": lambda machine, tensor: DEVICE,
    "data": _alias("data"),
    "T": _transposed,
    "mT": lambda machine, tensor: tensor.session.operate(machine, "transpose", (tensor,), (("axis0", -2), ("axis1", -1))),
    "_version": lambda machine, tensor: tensor.cell.version,
}
"""Attributes that are no methods."""


# ---- methods ----


def _backward(machine: Interpreter, tensor: Tensor, gradient: Any = None, retain_graph: Any = None, create_graph: Any = False,
              inputs: Any = None) -> None:  # fmt: skip
    run_backward(machine, tensor.session, tensor, gradient, retain_graph, create_graph, inputs)


def _item(machine: Interpreter, tensor: Tensor) -> Any:
    return tensor.number(machine)


def _tolist(machine: Interpreter, tensor: Tensor) -> Any:
    machine.charge(prod(tensor.shape) // 8)
    return tensor.lists()


def _numpy(machine: Interpreter, tensor: Tensor) -> Any:
    if tensor.requires_grad:
        raise Raised("RuntimeError", "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
    return Array(None, *memory(tensor))


def memory(tensor: Tensor) -> tuple[Callable[[], Any], Callable[[Interpreter, Any], None]]:
    """The array in the memory of a tensor: what gives it as it is, and what changes it."""

    def get() -> Any:
        import numpy

        return numpy.array(tensor.value, numpy.dtype(tensor.dtype))

    def put(machine: Interpreter, array: Any) -> None:
        with tensor.tape.no_grad():
            value = tensor.session.leaf(machine, rounded(array.astype("float64"), tensor.dtype), tensor.dtype)
            tensor.become(machine, value)

    return get, put


def _size(machine: Interpreter, tensor: Tensor, dim: Any = None) -> Any:
    if dim is None:
        return size(tensor)
    rank = len(tensor.shape)
    if not -rank <= dim < rank:
        raise Raised("IndexError", f"Dimension out of range (expected to be in range of [{-rank}, {rank - 1}], but got {dim})")
    return tensor.shape[dim]


def _requires_grad_(machine: Interpreter, tensor: Tensor, requires_grad: Any = True) -> Tensor:
    if not isinstance(requires_grad, bool):
        found = type_name(requires_grad)
        raise Raised("TypeError", f"requires_grad_(): argument 'requires_grad' (position 1) must be bool, not {found}")
    tensor.require_grad(machine, requires_grad)
    return tensor


def _retain_grad(machine: Interpreter, tensor: Tensor) -> None:
    if not (tensor.requires_grad and tensor.session.tape.is_leaf(tensor.node)):
        tensor.session.tape.retain_grad(tensor.node, machine.span)


def _detach_(machine: Interpreter, tensor: Tensor) -> Tensor:
    if tensor.parent is not None and not tensor.alias:
        raise Raised("RuntimeError", NO_DETACHED_VIEW)
    if tensor.session.tape.is_made(tensor.node):
        tensor.session.tape.set_requires_grad(tensor.node, False)
    else:
        tensor.session.tape.detach_in_place(tensor.cell)
    return tensor


def _zero_(machine: Interpreter, tensor: Tensor) -> Tensor:
    return _filled(machine, tensor, 0.0, "ZeroBackward0(1)")


def _fill_(machine: Interpreter, tensor: Tensor, value: Any) -> Tensor:
    if isinstance(value, Tensor):
        tensor.check_change(machine, overlapping=True)
        return _overwritten(machine, tensor, value, "FillBackward3(1, 2)")
    return _filled(machine, tensor, value, "FillBackward2(1)")


def _filled(machine: Interpreter, tensor: Tensor, number: Any, function: str) -> Tensor:
    tensor.check_change(machine, overlapping=True)
    if not isinstance(number, bool | int | float):
        raise Raised("TypeError", f"fill_() received an invalid combination of arguments - got ({type_name(number)})")
    if tensor.dtype == "float32" and abs(number) > LARGEST and isfinite(number):
        raise Raised("RuntimeError", "value cannot be converted to type float without overflow")
    value = tensor.session.leaf(machine, rounded(float(number), tensor.dtype), tensor.dtype)
    return _overwritten(machine, tensor, value, function)


def _copy_(machine: Interpreter, tensor: Tensor, other: Any) -> Tensor:
    tensor.check_change(machine)
    source = other if isinstance(other, Tensor) else tensor.session.tensor(tensor.session.node(machine, other))
    return _overwritten(machine, tensor, source, "CopyBackwards(1, 2)")


def _overwritten(machine: Interpreter, tensor: Tensor, value: Tensor, function: str) -> Tensor:
    """A tensor whose elements take a value in place; no gradient flows to those that it had before."""
    session = tensor.session
    value = value.cast(machine, tensor.dtype)
    recorded = session.tape.enabled and (tensor.requires_grad or value.requires_grad)
    if value.shape != tensor.shape and (value.shape or not recorded):
        value = session.operate(machine, "expand", (value,), (("shape", tensor.shape),))
    if recorded:
        nowhere = session.leaf(machine, 0.0, "bool")
        value = session.operate(machine, CHOICE, (nowhere, tensor, value))
        session.tape.functions[value.node] = function
    return tensor.become(machine, value)


def _to(machine: Interpreter, tensor: Tensor, *given: Any, device: Any = None, dtype: Any = None, copy: Any = False,
        non_blocking: Any = False) -> Tensor:  # fmt: skip
    for one in given:
        if isinstance(one, Tensor):
            dtype = dtype_word(one.dtype)
        elif isinstance(one, Word) and one.name.startswith("torch."):
            dtype = one
        elif isinstance(one, str | Word):
            device = one
        else:
            raise Raised("TypeError", f"to() received an invalid combination of arguments - got ({type_name(one)})")
    check_device(device)
    return tensor.cast(machine, dtype_of(dtype) or tensor.dtype)


def _type(machine: Interpreter, tensor: Tensor, dtype: Any = None) -> Any:
    return f"torch.{WORDS[tensor.dtype]}Tensor" if dtype is None else _to(machine, tensor, dtype)


def _conversion(dtype: str) -> Callable[[Interpreter, Tensor], Tensor]:
    return lambda machine, tensor: tensor.cast(machine, dtype)


def _t(machine: Interpreter, tensor: Tensor) -> Tensor:
    check_ranks("t", [tensor.shape])
    if len(tensor.shape) < 2:
        return tensor
    result = tensor.session.operate(machine, "transpose", (tensor,), (("axis0", 0), ("axis1", 1)))
    if result.requires_grad:
        tensor.session.tape.functions[result.node] = "TBackward0"
    return result


def _itself(machine: Interpreter, tensor: Tensor) -> Tensor:
    return tensor


def _contiguous(machine: Interpreter, tensor: Tensor) -> Tensor:
    return tensor if is_contiguous(tensor) else tensor.session.operate(machine, clone.name, (tensor,))


def _count(machine: Interpreter, tensor: Tensor) -> int:
    return prod(tensor.shape)


def _truths(name: str) -> Callable[..., Any]:
    def decide(machine: Interpreter, tensor: Tensor) -> Tensor:
        import numpy

        return tensor.session.leaf(machine, float(getattr(numpy, name)(tensor.value)), "bool")  # all or any

    return decide


def _view_as(machine: Interpreter, tensor: Tensor, other: Tensor) -> Tensor:
    if not shares(tensor, "reshape", other.shape):
        raise Raised("RuntimeError", NOT_COMPATIBLE)
    return tensor.session.operate(machine, "reshape", (tensor,), (("shape", other.shape),))


METHODS: dict[str, Callable[..., Any]] = {
    "backward": _backward,
    "item": _item,
    "tolist": _tolist,
    "numpy": _numpy,
    "size": _size,
    "dim": lambda machine, tensor: len(tensor.shape),
    "numel": _count,
    "nelement": _count,
    "requires_grad_": _requires_grad_,
    "retain_grad": _retain_grad,
    "register_hook": register_hook,
    detach.name: _alias(detach.name),
    "detach_": _detach_,
    "zero_": _zero_,
    "fill_": _fill_,
    "copy_": _copy_,
    "to": _to,
    "type": _type,
    "float": _conversion("float32"),
    "double": _conversion("float64"),
    "long": _conversion("int64"),
    "int": _conversion("int32"),
    "bool": _conversion("bool"),
    "t": _t,
    "cpu": _itself,
    "is_floating_point": lambda machine, tensor: tensor.dtype in FLOATS,
    "contiguous": _contiguous,
    "is_contiguous": lambda machine, tensor: is_contiguous(tensor),
    "all": _truths("all"),
    "any": _truths("any"),
    "view_as": _view_as,
    "reshape_as": _view_as,
}  # fmt: skip
"""Methods that are no operations, or more than one."""

NO_DETACHED_VIEW = (
    "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for training, and "
    "gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence detach_() cannot be called on these "
    "gradients. To fix this error, please refer to the Optimizer.zero_grad() function in torch/optim/optimizer.py as the "
    "solution."
)

_REFUSED = {
    "cuda": "tensors are on the CPU here; leave it out",
    "half": "float32 and float64 are known",
    "random_": "write torch.randint",
    "register_post_accumulate_grad_hook": "register_hook has the gradient before it is added; .grad is there after backward()",
}
"""Methods of PyTorch's tensors that are not known here, and what to write instead."""
