"""What PyTorch says where the dtypes of operands do not fit an operation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from gradcli.autodiff.torch_tape.dtypes import FLOATS
from gradcli.graph.graph import Settings, Shape
from gradcli.lowering.builders.builder import Value
from gradcli.scripts.python.values import Raised

WORDS = {"float32": "Float", "float64": "Double", "int64": "Long", "bool": "Bool"}
_IN_C = {"float32": "float", "float64": "double", "int64": "long int", "bool": "bool"}

_KERNELS = {
    "silu": "silu_cpu", "leaky_relu": "leaky_relu_cpu", "gelu": "GeluKernelImpl", "lerp": "lerp_kernel_scalar",
}  # fmt: skip
"""Functions of decimal numbers alone, and what PyTorch calls them inside."""

_TRUTH_KERNELS = {
    "abs": "abs_cpu", "floor": "floor_vml_cpu", "reduce_median": "median_cpu",
}  # fmt: skip
"""Functions that take numbers, but no truth values."""

_FLOATING = {
    "reduce_mean": "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: {}",
    "mean": "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: {}",
    "reduce_std": "std and var only support floating point and complex dtypes",
    "reduce_var": "std and var only support floating point and complex dtypes",
    "reduce_norm": "linalg.vector_norm: Expected a floating point or complex tensor as input. Got {}",
    "dist": "norm(): input dtype should be either floating point or complex. Got {} instead.",
    "det": "linalg.det: Expected a floating point or complex tensor as input. Got {}",
    "inv": "linalg.inv: Expected a floating point or complex tensor as input. Got {}",
}
"""Operations on decimal numbers alone, and what PyTorch says of others."""

_INVERTING = " is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead."
_TWO = "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead."


class _Tensor(Protocol):
    """What is asked here of tensors."""

    @property
    def dtype(self) -> str: ...
    @property
    def shape(self) -> Shape: ...
    @property
    def value(self) -> Value: ...


def check_dtypes(operation: str, operands: Sequence[Any], settings: Settings) -> None:
    """Check the dtypes of operands, tensors or numbers.

    Raises:
        Raised: PyTorch refuses them.
    """
    tensors: list[_Tensor] = [operand for operand in operands if not isinstance(operand, bool | int | float)]
    if not tensors:
        return
    first = tensors[0]
    if operation in ("sub", "neg"):
        _check_truths(operation, operands, tensors)
    elif operation in ("floor_divide", "remainder", "fmod"):
        _check_divisor(operands, tensors)
    elif operation == "pow" and isinstance(operands[1], int) and operands[1] < 0 and first.dtype in ("int64", "bool"):
        raise Raised("RuntimeError", "Integers to negative integer powers are not allowed.")
    elif operation == "where" and operands[0] is first and first.dtype != "bool":
        word = WORDS[first.dtype]
        raise Raised("RuntimeError", f"where expected condition to be a boolean tensor, but got a tensor with dtype {word}")
    elif operation in ("matmul", "dot", "bmm", "addmm", "linear", "vdot", "inner") and len(tensors) > 1:
        _check_product(operation, *tensors[-2:])
    elif operation == "lerp" and len(tensors) > 1 and tensors[1].dtype != first.dtype:
        end, start = _IN_C[tensors[1].dtype], _IN_C[first.dtype]
        raise Raised("RuntimeError", f"expected dtype {start} for `end` but got dtype {end}")
    if first.dtype in WORDS and first.dtype not in FLOATS:
        _check_whole(operation, first, settings)


def _check_whole(operation: str, first: _Tensor, settings: Settings) -> None:
    word = WORDS[first.dtype]
    if operation in _FLOATING:
        raise Raised("RuntimeError", _FLOATING[operation].format(word))
    if operation in ("softmax", "log_softmax"):
        axis, rank = dict(settings)["axis"], len(first.shape)
        last = "lastdim_" if axis in (-1, rank - 1) else ""
        raise Raised("NotImplementedError", f"\"{operation}_{last}kernel_impl\" not implemented for '{word}'")
    if operation in _KERNELS or (operation in _TRUTH_KERNELS and first.dtype == "bool"):
        kernel = _KERNELS.get(operation) or _TRUTH_KERNELS[operation]
        raise Raised("NotImplementedError", f"\"{kernel}\" not implemented for '{word}'")
    if first.dtype == "bool" and operation in ("argmax", "argmin"):
        raise Raised("RuntimeError", f"{operation}(): does not support bool input")
    if first.dtype == "bool" and operation == "relu":
        raise Raised("RuntimeError", "Boolean inputs not supported for relu")


def _check_truths(operation: str, operands: Sequence[Any], tensors: Sequence[_Tensor]) -> None:
    if operation == "neg":
        if tensors[0].dtype == "bool":
            raise Raised("RuntimeError", f"Negation, the `-` operator, on a bool tensor{_INVERTING}")
        return
    truths = [isinstance(operand, bool) or getattr(operand, "dtype", "") == "bool" for operand in operands]
    if all(truths):
        raise Raised("RuntimeError", _TWO)
    if any(truths):
        raise Raised("RuntimeError", f"Subtraction, the `-` operator, with a bool tensor{_INVERTING}")


def _check_divisor(operands: Sequence[Any], tensors: Sequence[_Tensor]) -> None:
    import numpy

    if any(isinstance(operand, float) for operand in operands) or any(tensor.dtype in FLOATS for tensor in tensors):
        return
    divisor = operands[-1]
    if not numpy.all(divisor if isinstance(divisor, int) else divisor.value):
        raise Raised("RuntimeError", "ZeroDivisionError")


def _check_product(operation: str, a: _Tensor, b: _Tensor) -> None:
    ranks = (len(a.shape), len(b.shape))
    if a.dtype == b.dtype == "bool" and ranks == (1, 1):
        raise Raised("NotImplementedError", "\"dot\" not implemented for 'Bool'")
    if a.dtype == b.dtype:
        return
    first, second = WORDS[a.dtype], WORDS[b.dtype]
    if ranks == (1, 1):
        message = f"dot : expected both vectors to have same dtype, but found {first} and {second}"
    elif ranks == (2, 1):
        message = f"addmv input tensors must have the same dtype, but got {second}, {first}, and {second}"
    elif operation == "bmm" or min(ranks) > 2:
        message = f"expected scalar type {first} but found {second}"
    else:
        message = f"expected m1 and m2 to have the same dtype, but got: {_IN_C[a.dtype]} != {_IN_C[b.dtype]}"
    raise Raised("RuntimeError", message)
