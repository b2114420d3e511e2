"""An operation whose operands do not fit: what is said of it, and the graph until then."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gradcli.errors import GradcliError, Span
from gradcli.graph.graph import VARIABLE, Graph, Settings, Shape
from gradcli.graph.names import constant_text
from gradcli.graph.shapes import ShapeError, shape_text
from gradcli.language.ast import Name
from gradcli.language.text import to_text
from gradcli.lowering.node_expressions import applied, applied_to_arrays, written_out, written_sizes
from gradcli.ops.catalogue import STRUCTURAL, operation_named

WRITTEN_NODES = 12
"""Nodes of an operand without a name up to which a message writes it out."""

NAMED_OPERANDS = 4
"""Operands of which a message gives the shapes."""

_ORDINALS = ("first", "second", "third", "fourth")


class MismatchError(GradcliError):
    """The shapes of the operands of an operation do not fit.

    Args:
        graph: The graph until then; it is right.
        operation: The operation that could not be appended.
        inputs: The ids of its operands.
        settings: Its settings.
        span: Its place in the source text.
        reason: Why they do not fit, as one sentence without a full stop.

    Attributes:
        breaking: The places of the arguments that do not fit.
        variables: The shapes of the variables that are arrays and that the operands depend on, by name.
    """

    def __init__(self, graph: Graph, operation: str, inputs: Sequence[int], settings: Settings, span: Span, reason: str) -> None:
        self.graph = graph
        self.operation = operation
        self.inputs = tuple(inputs)
        self.settings = settings
        self.reason = reason
        self.breaking = _breaking(operation, [graph.shape(input) for input in inputs], settings)
        needed = graph.ancestors(*inputs)
        self.variables = {name: graph.shape(id) for name, id in graph.variables.items() if needed[id] and graph.shape(id)}
        known = ", ".join(f"{name} has the shape {shape_text(shape)}" for name, shape in self.variables.items())
        super().__init__(f"{_described(self)}: {reason}", span, known if len(self.variables) <= NAMED_OPERANDS else "")


def _described(error: MismatchError) -> str:
    """The operation in its operands with their shapes: ``A of shape (2, 3) @ x of shape (4,)``."""
    graph = error.graph
    words = [operand_text(graph, input, place) for place, input in enumerate(error.inputs)]
    shaped = [f"{word} of shape {shape_text(graph.shape(input))}" for word, input in zip(words, error.inputs, strict=True)]
    symbol = operation_named(error.operation).symbol
    if symbol and len(words) == 2:
        return f" {symbol} ".join(shaped)
    written = _written(error.operation, words, error.settings)
    different = list(dict.fromkeys(shaped))
    if len(different) > NAMED_OPERANDS:
        different[NAMED_OPERANDS - 1 :] = [f"{len(different) - NAMED_OPERANDS + 1} more"]
    listed = " and ".join(filter(None, [", ".join(different[:-1]), *different[-1:]]))
    return f"{written} with {listed}" if listed else written


def _written(operation: str, words: Sequence[str], settings: Settings) -> str:
    """An operation in words for its operands: ``softmax(A, axis=0)``."""
    operands = [Name(word) for word in words]
    return to_text(applied_to_arrays(operation, operands, settings) if operation in STRUCTURAL else applied(operation, operands))


def undefined(error: GradcliError, graph: Graph, id: int) -> GradcliError:
    """The error for a node that has no value, with the node and its place."""
    words = [operand_text(graph, input, place, argument=True) for place, input in enumerate(graph.inputs[id])]
    text = _written(graph.operations[id], words, graph.settings.get(id, ()))
    return GradcliError(f"{text}: {error.message}", graph.spans[id], error.hint, exit_code=error.exit_code)


def operand_text(graph: Graph, id: int, place: int, *, argument: bool = False) -> str:
    """How a message refers to an operand: its name, or what computes it where that is short; an argument takes no parentheses."""
    for name, variable in graph.variables.items():
        if variable == id:
            return name
    if id in graph.given_names:
        return graph.given_names[id]
    ordinal = f"the {_ORDINALS[place]} operand" if place < len(_ORDINALS) else f"operand {place + 1}"
    if id in graph.constants:
        text = constant_text(graph.constants[id])
        return text if len(text) <= 2 * WRITTEN_NODES else ordinal
    if written_sizes(graph)[id] > WRITTEN_NODES:
        return ordinal
    names = [""] * len(graph)
    for name, variable in graph.variables.items():
        names[variable] = name
    text = to_text(written_out(graph, id, names))
    if not text.strip():  # a variable without a name
        return ordinal
    alone = argument or graph.operations[id] == VARIABLE or " " not in text or text.endswith((")", "]"))
    return text if alone else f"({text})"


def _breaking(operation: str, shapes: Sequence[Shape], settings: Settings) -> tuple[int, ...]:
    """The arguments without which the others would fit; where that is said of none or of two, all that are arrays."""
    arrays = tuple([place for place, shape in enumerate(shapes) if shape])
    structural = STRUCTURAL.get(operation)
    if len(arrays) < 3 or (structural is not None and not structural.variadic):
        return arrays or tuple(range(len(shapes)))
    rule = operation_named(operation).shape
    found = [place for place in arrays if _fits(rule, [*shapes[:place], *shapes[place + 1 :]], settings)]
    return tuple(found) or arrays


def _fits(rule: Callable[..., Shape], shapes: Sequence[Shape], settings: Settings) -> bool:
    try:
        rule(*shapes, **dict(settings))
    except ShapeError:
        return False
    return True
