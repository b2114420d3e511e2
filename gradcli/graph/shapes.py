"""Shapes: how they are broadcast together, how they are written, and what is raised where they do not fit."""

from __future__ import annotations

from gradcli.graph.graph import Shape


class ShapeError(Exception):
    """The shapes of the arguments do not fit; the message names them."""


def broadcast(*shapes: Shape) -> Shape:
    """The shape to which shapes are broadcast, as NumPy does it.

    Raises:
        ShapeError: They do not fit.
    """
    rank = max(map(len, shapes), default=0)
    padded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    result: list[int] = []
    for sizes in zip(*padded, strict=True):
        wider = {size for size in sizes if size != 1}
        if len(wider) > 1:
            raise ShapeError(f"the shapes {' and '.join(map(shape_text, shapes))} do not broadcast")
        result.append(wider.pop() if wider else 1)
    return tuple(result)


def shape_text(shape: Shape) -> str:
    """A shape as Python writes it: ``(2, 3)``."""
    return str(tuple(shape))
