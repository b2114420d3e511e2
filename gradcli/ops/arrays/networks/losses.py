"""Losses of arrays: the mean of the losses of their elements, which PyTorch has as one function."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import prod

from gradcli.graph.shapes import broadcast
from gradcli.ops.arrays.networks.nn import reduce_losses, reduced_loss, reduced_losses, share_of
from gradcli.ops.arrays.shape import spread, summed_to
from gradcli.ops.declaration.operation import Operation
from gradcli.ops.declaration.structural import Setting, Shape, shape_of, structural
from gradcli.ops.elementwise.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    huber_loss,
    kl_div,
    l1_loss,
    mse_loss,
    smooth_l1_loss,
)
from gradcli.typing import Any

_OF_ELEMENTS = (
    mse_loss,
    l1_loss,
    smooth_l1_loss,
    huber_loss,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    kl_div,
)
LOSSES = tuple([loss.name for loss in _OF_ELEMENTS])
"""The names of the operations on numbers that are losses."""


def _declare(loss: Operation) -> None:
    name = loss.name

    def forward(numpy: Any, *arguments: Any, reduction: Setting) -> Any:
        losses = loss.array_value(*loss.complete(arguments))
        return reduce_losses(numpy, losses, losses.size, reduction)

    def pullback(g: Any, y: Any, *arguments: Any, reduction: Setting) -> Sequence[Any]:
        shape = broadcast(*map(shape_of, arguments))
        share = spread(share_of(g, prod(shape), reduction), shape, None if reduction is not None else ())
        value = loss(*arguments)

        def of(at: int) -> Any:
            slope = loss.local_derivatives(value, arguments, [place == at for place in range(len(arguments))])[at]
            return summed_to(share * slope, shape_of(arguments[at]))

        return [partial(of, at) for at in range(len(arguments))]

    def definition(*arguments: Any, reduction: Setting) -> Any:
        return reduced_losses(loss(*loss.complete(arguments)), reduction)

    def template(*shapes: Shape, reduction: Setting) -> str:
        function = loss.grad_fn.get("") or loss.grad_fn["tt"]
        inner = function.removeprefix("MeanBackward0(")
        if inner == function or reduction == "mean":
            return function
        return inner[:-1] if reduction is None else f"SumBackward0({inner}"

    structural(
        f"mean_{name}({', '.join(loss.parameters)}, reduction=mean)",
        forward,
        lambda *shapes, reduction: reduced_loss(broadcast(*shapes), reduction),
        pullback,
        grad_fn=template,
        spellings=(name,),
        optional=len(loss.defaults),
        range=loss.facts.range,
        torch=loss.facts.torch,
        definition=definition,
        doc=f"The mean over all elements of {name}, or their sum, or with reduction=none all of them.",
    )


for _loss in _OF_ELEMENTS:
    _declare(_loss)
