"""How many products of elements operations compute, from the shapes of their operands."""

from __future__ import annotations

from math import prod

from gradcli.ops.declaration.structural import Shape


def product_cost(a: Shape, b: Shape) -> int:
    """Of a product of matrices or vectors, and of stacks of them."""
    return prod(a) * (b[-1] if len(b) > 1 else 1) * max(prod(b[:-2]) // max(prod(a[:-2]), 1), 1)


def weighted_cost(input: Shape, weight: Shape, *bias: Shape) -> int:
    """Of a layer or a convolution: each element of the input meets every weight of its channel."""
    return prod(input) * prod(weight) // max(weight[1] if len(weight) > 1 else 1, 1)


def cubic_cost(a: Shape, *others: Shape) -> int:
    """Of what eliminates in a square matrix, or in a stack of them."""
    return prod(a) * a[-1] if a else 0
