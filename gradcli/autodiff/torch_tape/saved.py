"""What a function saves for the backward pass: the operands, and the result, that its derivative reads.

PyTorch declares this for each operation. Here it follows from the derivative rule, which is called with symbols once.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.autodiff.passes.reverse import carries
from gradcli.autodiff.torch_tape.dtypes import WORDS
from gradcli.autodiff.torch_tape.eager import Eager
from gradcli.autodiff.torch_tape.functions import function_name
from gradcli.autodiff.torch_tape.refusals import SECOND_PASS, changed_value
from gradcli.autodiff.torch_tape.storage import TapeError
from gradcli.errors import Span
from gradcli.graph.graph import UNLIMITED, Graph, Settings, Shape
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.ops import vjp
from gradcli.ops.catalogue import STRUCTURAL
from gradcli.ops.declaration.symbol import Symbol

SECOND_TIME = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). "
    "Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if "
    "you need to backward through the graph a second time or if you need to access saved tensors after calling backward."
)
_CHANGED = (
    "one of the variables needed for gradient computation has been modified by an inplace operation: [torch.{}Tensor {}]{} "
    "is at version {}; expected version {} instead. Hint: enable anomaly detection to find the operation that failed to compute "
    "its gradient, with torch.autograd.set_detect_anomaly(True, check_nan=False)."
)

RESULT = -1
"""Stands for the result among the operands that are saved."""


def reads(operation: str, wanted: Sequence[bool], shapes: Sequence[Shape], shape: Shape, settings: Settings) -> frozenset[int]:
    """The operands, by index, and the result, -1, that the derivative of an operation reads.

    Args:
        operation: Its name.
        wanted: For each operand whether its adjoint is wanted.
        shapes: The shapes of the operands.
        shape: The shape of the result.
        settings: The settings of the operation.
    """
    declared = STRUCTURAL.get(operation)
    if declared is not None and declared.facts.moves and not declared.whole(*shapes):  # their places follow from the shapes
        return frozenset()
    graph = Graph(max_elements=UNLIMITED)
    builder = StaticBuilder(graph)
    builder.shapes = {"g": shape, "y": shape, **{f"x{index}": of for index, of in enumerate(shapes)}}
    g, y, *operands = [Symbol(builder, builder.variable(name)) for name in builder.shapes]
    handed = vjp.product(operation, tuple(wanted))(g, y, operands, shapes, settings)
    ends = [item.id for _, item in handed if isinstance(item, Symbol)]
    reached = graph.ancestors(*ends)
    return frozenset(index for index, symbol in enumerate((y, *operands), RESULT) if reached[symbol.id])


def check_saved(tape: Eager, id: int, span: Span) -> None:
    """Check that what the function of a node has saved is still there, and still what it was.

    Raises:
        TapeError: A backward pass freed it, or it was changed in place.
    """
    if id in tape.customs:
        if id in tape.freed and tape.customs[id].saves:
            raise TapeError(SECOND_TIME, span, SECOND_PASS)
        return
    graph = tape.graph
    inputs = graph.inputs[id]
    wanted = [tape.requires_grad[input] and carries(graph, id, index) for index, input in enumerate(inputs)]
    shapes = [graph.shape(input) for input in inputs]
    nodes = (id, *inputs)
    changed = [
        index
        for index, node in enumerate(nodes, RESULT)
        if node in tape.held
        and not (index == 0 and id in tape.in_place)
        and _version(tape, node) not in (None, tape.held[node][1])
    ]
    if id not in tape.freed and not changed:
        return
    saved = reads(graph.operations[id], wanted, shapes, graph.shape(id), graph.settings.get(id, ()))
    if id in tape.freed and saved:
        raise TapeError(SECOND_TIME, span, SECOND_PASS)
    for index in changed:
        if index in saved:
            node = id if index == RESULT else inputs[index]
            version = tape.held[node][1]
            raise TapeError(changed_text(tape, node, _version(tape, node), version), span, changed_value(tape, id, node))


def changed_text(tape: Eager, node: int, found: int | None, version: int) -> str:
    """What PyTorch says of a saved tensor that was changed in place: its version, and that when it was saved."""
    function = function_name(tape, node)
    if function and node in tape.counts:  # a view of what has changed
        function = "AsStridedBackward0"
    output = f", which is output 0 of {function.partition('Backward')[0]}," if function else ""
    return _CHANGED.format(WORDS[tape.dtypes[node]], list(tape.graph.shape(node)), output, found, version)


def _version(tape: Eager, node: int) -> int | None:
    """How often the tensor of a node was changed; None where there is no tensor, nor one of the same memory, any more."""
    found = tape.held[node][0]()
    if found is None:
        return tape.counts[node][0] if node in tape.counts else None
    return found.version
