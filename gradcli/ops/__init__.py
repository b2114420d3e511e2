"""The primitive operations, each by one declaration."""

from gradcli.ops.declaration import constants
from gradcli.ops.declaration.operation import OPERATIONS, NotDifferentiableError, Operation, function_names, spelled
from gradcli.ops.declaration.symbol import Ieee, Symbol
from gradcli.ops.elementwise import (
    activations,
    arithmetic,
    exponential,
    extremes,
    identity,
    logic,
    losses,
    reductions,
    special,
    trigonometric,
)

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
