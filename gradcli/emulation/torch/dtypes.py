"""What PyTorch says where the dtypes of operands do not fit an operation."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.autodiff.torch_tape.dtypes import FLOATS, WHOLES, WORDS
from gradcli.emulation.python.values import Raised
from gradcli.graph.graph import Settings, Shape
from gradcli.lowering.builders.builder import Value
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL, operation_named
from gradcli.ops.declaration.facts import DECIMALS, INVERTING
from gradcli.ops.elementwise.arithmetic import pow, sub
from gradcli.ops.elementwise.logic import where
from gradcli.ops.elementwise.rounding import floor_divide, fmod, remainder
from gradcli.typing import Any, Protocol

_IN_C = {"float32": "float", "float64": "double", "int32": "int", "int64": "long int", "bool": "bool"}

_DIVISIONS = (floor_divide.name, remainder.name, fmod.name)
"""Those whose result is a whole number where the operands are."""

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
    facts = operation_named(operation).facts
    if operation == sub.name:
        _check_truths(operands)
    elif operation in _DIVISIONS:
        _check_divisor(operands, tensors)
    elif operation == pow.name and isinstance(operands[1], int) and operands[1] < 0 and first.dtype not in FLOATS:
        raise Raised("RuntimeError", "Integers to negative integer powers are not allowed.")
    elif operation == where.name and operands[0] is first and first.dtype != "bool":
        word = WORDS[first.dtype]
        raise Raised("RuntimeError", f"where expected condition to be a boolean tensor, but got a tensor with dtype {word}")
    elif not facts.promotes and operation in OPERATIONS and len(tensors) > 1 and tensors[1].dtype != first.dtype:
        end, start = _IN_C[tensors[1].dtype], _IN_C[first.dtype]
        raise Raised("RuntimeError", f"expected dtype {start} for `end` but got dtype {end}")
    elif not facts.promotes and operation in STRUCTURAL and len(tensors) > 1:
        _check_product(*tensors[-2:])
    taken, said = facts.takes
    if first.dtype == "bool" or (first.dtype in WHOLES and taken == DECIMALS):
        _refuse(said, first, settings)


def _refuse(said: str, first: _Tensor, settings: Settings) -> None:
    """Raise what PyTorch says of a dtype that an operation does not take; nothing where it says nothing."""
    last = "lastdim_" if dict(settings).get("axis") in (-1, len(first.shape) - 1) else ""
    if said:
        kind = "NotImplementedError" if "not implemented" in said else "RuntimeError"
        raise Raised(kind, said.format(WORDS[first.dtype], last=last))


def _check_truths(operands: Sequence[Any]) -> None:
    truths = [isinstance(operand, bool) or getattr(operand, "dtype", "") == "bool" for operand in operands]
    if all(truths):
        raise Raised("RuntimeError", _TWO)
    if any(truths):
        raise Raised("RuntimeError", f"Subtraction, the `-` operator, with a bool tensor{INVERTING}")


def _check_divisor(operands: Sequence[Any], tensors: Sequence[_Tensor]) -> None:
    import numpy

    if any(isinstance(operand, float) for operand in operands) or any(tensor.dtype in FLOATS for tensor in tensors):
        return
    divisor = operands[-1]
    if not numpy.all(divisor if isinstance(divisor, int) else divisor.value):
        raise Raised("RuntimeError", "ZeroDivisionError")


def _check_product(a: _Tensor, b: _Tensor) -> None:
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
    elif min(ranks) > 2:
        message = f"expected scalar type {first} but found {second}"
    else:
        message = f"expected m1 and m2 to have the same dtype, but got: {_IN_C[a.dtype]} != {_IN_C[b.dtype]}"
    raise Raised("RuntimeError", message)
