"""Comparison of arrays element by element, in numbers: there exact arithmetic and high precision apply."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod

from gradcli.algebra.equality.numbers import decided
from gradcli.algebra.equality.pair import PrimitiveBuilder, pair_in
from gradcli.algebra.equality.verdict import Equality, Method, Witness
from gradcli.errors import GradcliError
from gradcli.frozen import replace
from gradcli.graph.graph import Graph, Shape
from gradcli.language.numbers import SHOWN_ELEMENTS, short_text
from gradcli.lowering.elements.expansion import ElementBuilder, expanded_outputs
from gradcli.typing import Any

_NODES = 20_000
"""The largest graph of numbers that is compared."""


class PrimitiveElements(ElementBuilder, PrimitiveBuilder):
    """Elements of primitive operations."""


def equal_elements(graph: Graph, outputs: tuple[int, int], start: Equality, same_form: Callable[[], bool]) -> Equality | None:
    """Compare two nodes of one shape.

    Args:
        graph: The graph of both.
        outputs: The nodes.
        start: What is known already.
        same_form: Tells whether both have one normal form.

    Returns:
        What is found; None where they cannot be written in numbers, or are too large to be compared so.
    """
    builder = PrimitiveElements(Graph(_NODES))
    try:
        (first, second), names = expanded_outputs(graph, outputs, builder)
        if first == second:
            return replace(start, method=Method.IDENTICAL, proof=True)
        found = decided(pair_in(builder.graph, list(zip(first, second, strict=True))), start, same_form)
    except GradcliError:
        return None
    shapes = {name: graph.shape(graph.variables[name]) for name in names}
    shape = graph.shape(outputs[0])
    shown = [None if one is None else _in_arrays(one, names, shapes, shape) for one in (found.counterexample, *found.domain)]
    return replace(found, counterexample=shown[0], domain=tuple(filter(None, shown[1:])), variables=start.variables)


def _in_arrays(witness: Witness, names: Mapping[str, Sequence[str]], shapes: Mapping[str, Shape], shape: Shape) -> Witness:
    """A point of elements as one of arrays."""
    point = {name: _array([witness.point.get(one, 0) for one in ones], shapes[name]) for name, ones in names.items()}
    if not shape:
        return replace(witness, point=point)
    values = [value if isinstance(value, tuple) or value is None else (value,) for value in (witness.first, witness.second)]
    first, second = [None if value is None else _array(value, shape) for value in values]
    texts = ["undefined" if array is None else short_text(array) for array in (first, second)]
    if first is not None and second is not None and (texts[0] == texts[1] or prod(shape) > SHOWN_ELEMENTS):
        place = ", ".join(map(str, _place(witness.at, shape)))
        texts = [f"{text} at [{place}]" for text in (witness.first_text, witness.second_text)]
    return Witness(point, first, second, texts[0], texts[1], witness.at)


def _place(at: int, shape: Shape) -> list[int]:
    """The index of an element, from its place in the order of the array."""
    index: list[int] = []
    for size in reversed(shape):
        at, one = divmod(at, size)
        index.append(one)
    return index[::-1]


def _array(items: Sequence[Any], shape: Shape) -> Any:
    import numpy

    return numpy.array([float(item) for item in items]).reshape(shape) if shape else items[0]
