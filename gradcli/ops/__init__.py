"""The primitive operations, each by one declaration."""

from gradcli.ops import (
    activations,
    arithmetic,
    constants,
    exponential,
    extremes,
    identity,
    logic,
    losses,
    reductions,
    special,
    trigonometric,
)
from gradcli.ops.operation import OPERATIONS, NotDifferentiableError, Operation, function_names, spelled
from gradcli.ops.symbol import Ieee, Symbol

__all__ = [
    "OPERATIONS",
    "Ieee",
    "NotDifferentiableError",
    "Operation",
    "Symbol",
    "activations",
    "arithmetic",
    "constants",
    "exponential",
    "extremes",
    "function_names",
    "identity",
    "logic",
    "losses",
    "reductions",
    "special",
    "spelled",
    "trigonometric",
]
