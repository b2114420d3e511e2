"""Operations on arrays in terms of more primitive ones, for comparisons: a softmax is exp(x)/sum(exp(x))."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from gradcli.graph.graph import Setting
from gradcli.ops.arrays.axes import count
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.constants import fraction
from gradcli.ops.declaration.structural import shape_of
from gradcli.ops.elementwise.arithmetic import abs
from gradcli.ops.elementwise.exponential import exp, log, sqrt
from gradcli.ops.elementwise.logic import ne

LOSS = "mean_"
"""What the name of the mean of a loss begins with."""


def _total(a: Any, axis: Setting = None, keepdims: Setting = False) -> Any:
    return STRUCTURAL["reduce_sum"](a, axis=axis, keepdims=keepdims)


def _mean(a: Any, axis: Setting = None, keepdims: Setting = False) -> Any:
    return _total(a, axis, keepdims) / max(count(shape_of(a), axis), 1)


def _variance(a: Any, axis: Setting, correction: Any, keepdims: Setting) -> Any:
    deviations = a - _mean(a, axis, True)
    return _total(deviations * deviations, axis, keepdims) / (count(shape_of(a), axis) - correction)


def _reduced(losses: Any, reduction: Setting) -> Any:
    return losses if reduction is None else _mean(losses) if reduction == "mean" else _total(losses)


def _norm(a: Any, axis: Setting, keepdims: Setting, ord: Any) -> Any:
    if ord == 2:
        return sqrt(_total(a * a, axis, keepdims))
    if ord in ("inf", "-inf"):
        return STRUCTURAL["reduce_amax" if ord == "inf" else "reduce_amin"](abs(a), axis=axis, keepdims=keepdims)
    if ord == 0:
        return _total(ne(a, 0), axis, keepdims)
    order = Fraction(ord)
    return _total(abs(a) ** ord, axis, keepdims) ** fraction(order.denominator, order.numerator)


def _softmax(a: Any, axis: Setting) -> Any:
    return exp(a) / _total(exp(a), axis, True)


def _log_softmax(a: Any, axis: Setting) -> Any:
    return a - log(_total(exp(a), axis, True))


DEFINITIONS: dict[str, Callable[..., Any]] = {
    "reduce_mean": _mean,
    "reduce_norm": _norm,
    "reduce_var": _variance,
    "reduce_std": lambda a, **settings: sqrt(_variance(a, **settings)),
    "reduce_logsumexp": lambda a, axis, keepdims: log(_total(exp(a), axis, keepdims)),
    "softmax": _softmax,
    "log_softmax": _log_softmax,
}
"""From the operand and the settings of an operation its value in terms of others."""


def definition_of(operation: str) -> Callable[..., Any] | None:
    """The definition of an operation on arrays; None of a primitive one."""
    if operation.startswith(LOSS) and operation.removeprefix(LOSS) in OPERATIONS:
        loss = OPERATIONS[operation.removeprefix(LOSS)]
        return lambda *arguments, reduction: _reduced(loss(*loss.complete(arguments)), reduction)
    return DEFINITIONS.get(operation)
