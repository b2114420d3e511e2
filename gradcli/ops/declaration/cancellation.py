"""Division of an adjoint by a value that it was multiplied by.

A norm hands back g·x/y, and where it is 0 nothing can be said of the second derivative of that: it is 0/0. But of what a norm is
squared in, the adjoint is g = 2·y, and 2·y·x/y is 2·x, which has derivatives at 0 as anywhere else. Symbols know what they are
made of, so there the factor can be taken out instead of being divided by.
"""

from __future__ import annotations

from gradcli.ops.declaration.symbol import Symbol
from gradcli.typing import Any

_MOST = 64
"""Nodes of an adjoint that are looked at; a longer one is divided."""


def without_factor(g: Any, y: Any) -> Any | None:
    """g/y where y is a factor of every term of g, and y is not divided by; None where it is not, or where they are numbers.

    Args:
        g: An adjoint.
        y: The value of the node that it is the adjoint of, of the same shape.
    """
    if not (isinstance(g, Symbol) and isinstance(y, Symbol) and getattr(g.builder, "identities", False)):
        return None
    graph: Any = g.builder.graph  # type: ignore[attr-defined]
    quotients: dict[int, Any] = {}
    work = [g.id]
    for _ in range(_MOST):
        if not work:
            return quotients[g.id]
        id = work[-1]
        found = _known(graph, id, y)
        if found is None:
            parts = _parts(graph, id, y)
            missing = [part for part in parts if part not in quotients]
            if not parts or missing:
                if not parts:
                    return None
                work += missing
                continue
            found = _joined(g, graph, id, parts, quotients)
        quotients[id] = found
        work.pop()
    return None


def _known(graph: Any, id: int, y: Symbol) -> Any | None:
    """The quotient of y itself, of a power of it, and of its sine."""
    if id == y.id:
        return 1
    if graph.operations[id] == "sin" and graph.inputs[id] == (y.id,):
        return y.builder.apply("usinc", (y,))
    if graph.operations[id] == "square" and graph.inputs[id] == (y.id,):
        return y
    if graph.operations[id] == "pow" and graph.inputs[id][0] == y.id:
        exponent = graph.constants.get(graph.inputs[id][1])
        if exponent is not None and not isinstance(exponent, str | tuple) and exponent >= 1:
            return y ** (exponent - 1)
    return None


def _parts(graph: Any, id: int, y: Symbol) -> list[int]:
    """The operands that y must be a factor of, so that it is one of the node."""
    operation, inputs = graph.operations[id], graph.inputs[id]
    if any(graph.shape(input) not in ((), graph.shape(y.id)) for input in inputs):
        return []
    if operation in ("add", "sub"):
        return list(dict.fromkeys(inputs))
    if operation == "neg" or operation == "div":
        return [inputs[0]]
    if operation == "mul":
        return [input for input in inputs if _has(graph, input, y)][:1]
    return []


def _has(graph: Any, id: int, y: Symbol) -> bool:
    """Whether y is a factor of a node by products alone."""
    work, seen = [id], 0
    while work and seen < _MOST:
        id, seen = work.pop(), seen + 1
        if _known(graph, id, y) is not None:
            return True
        if graph.operations[id] in ("mul", "neg", "div", "add", "sub"):
            inputs = graph.inputs[id]
            work += inputs if graph.operations[id] == "mul" else inputs[:1]
    return False


def _joined(g: Symbol, graph: Any, id: int, parts: list[int], quotients: dict[int, Any]) -> Any:
    """The quotient of a node, from those of its parts."""
    builder = g.builder
    operation, inputs = graph.operations[id], graph.inputs[id]
    if operation in ("add", "sub"):
        first, second = (quotients[input] for input in inputs)
        return builder.apply(operation, (first, second))
    if operation == "neg":
        return builder.apply("neg", (quotients[inputs[0]],))
    at = inputs.index(parts[0])
    operands = [quotients[input] if place == at else Symbol(builder, input) for place, input in enumerate(inputs)]
    return builder.apply(operation, operands)
