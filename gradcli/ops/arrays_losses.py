"""Losses of arrays: the mean of the losses of their elements, which PyTorch has as one function."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from gradcli.ops.arrays_shape import spread
from gradcli.ops.operation import OPERATIONS
from gradcli.ops.structural import STRUCTURAL, Shape, broadcast, shape_of, structural

LOSSES = (
    "mse_loss",
    "l1_loss",
    "smooth_l1_loss",
    "huber_loss",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
)
"""The operations on numbers that are losses."""


def _fit(contribution: Any, shape: Shape) -> Any:
    return contribution if shape_of(contribution) == shape else STRUCTURAL["sum_to"](contribution, shape=shape)


def _declare(name: str) -> None:
    loss = OPERATIONS[name]

    def pullback(g: Any, y: Any, *arguments: Any) -> Sequence[Any]:
        shape = broadcast(*map(shape_of, arguments))
        share = spread(g / prod(shape), shape, None)
        partials = loss.local_derivatives(loss(*arguments), arguments, [True] * len(arguments))
        return [_fit(share * partial, shape_of(argument)) for partial, argument in zip(partials, arguments, strict=True)]

    def mean_shape(*shapes: Shape) -> Shape:
        broadcast(*shapes)
        return ()

    structural(
        f"mean_{name}({', '.join(loss.parameters)})",
        lambda numpy, *arguments: loss.array_value(*loss.complete(arguments)).mean(),
        mean_shape,
        pullback,
        grad_fn=lambda *shapes: loss.grad_fn.get("") or loss.grad_fn["tt"],
        optional=len(loss.defaults),
        doc=f"The mean over all elements of {name}.",
    )


for _loss in LOSSES:
    _declare(_loss)
