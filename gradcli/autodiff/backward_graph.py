"""PyTorch's backward graph: the functions that ``.grad_fn`` and ``.next_functions`` lead to."""

from __future__ import annotations

from gradcli.autodiff.passes.tape import ACCUMULATE_GRAD, Tape, template_parts
from gradcli.frozen import Frozen


class Function(Frozen):
    """A function of the backward pass.

    Attributes:
        id: Its place in the order in which the functions run.
        name: PyTorch's name: ``MulBackward0``; ``AccumulateGrad`` for the function that fills ``.grad`` of a leaf.
        node: The id of the node of the tape that it belongs to.
        next: Its ``next_functions`` by their ids; None where no gradient goes on, as to a number.
    """

    id: int
    name: str
    node: int
    next: tuple[int | None, ...]


def backward_graph(tape: Tape) -> list[Function]:
    """The functions that a backward pass from the output runs, in that order: the newest node first, the leaves last.

    A node whose function PyTorch composes of several (1/x is MulBackward0 over ReciprocalBackward0) has one for each.
    """
    outer = _reached(tape)
    leaves = [id for id in outer if tape.is_leaf(id)]
    keys: dict[tuple[int, str], int] = {}
    for id in outer:
        if not tape.is_leaf(id):
            for part in _composed(tape, id):
                keys[id, part] = len(keys)
    for id in leaves:
        keys[id, ""] = len(keys)

    def target(id: int, part: str) -> int | None:
        if part == "None":
            return None
        if not part.isdigit():
            return keys[id, part]
        input = tape.graph.inputs[id][int(part)]
        if not tape.requires_grad[input]:
            return None
        return keys[input, tape.template(input) or ""]

    functions: list[Function] = []
    for (id, part), number in keys.items():
        if part:
            parts = template_parts(len(tape.graph.inputs[id]), part)
            functions.append(Function(number, part.partition("(")[0], id, tuple([target(id, inner) for inner in parts])))
        else:
            functions.append(Function(number, ACCUMULATE_GRAD, id, ()))
    return functions


def _reached(tape: Tape) -> list[int]:
    """The nodes that a gradient arrives at, the newest first."""
    reached = [False] * len(tape.graph)
    reached[tape.output] = tape.requires_grad[tape.output]
    order: list[int] = []
    for id in range(tape.output, -1, -1):
        if reached[id]:
            order.append(id)
            template = tape.template(id)
            work = [] if template is None else [template]
            while work:
                for part in template_parts(len(tape.graph.inputs[id]), work.pop()):
                    if part.isdigit():
                        input = tape.graph.inputs[id][int(part)]
                        reached[input] = reached[input] or tape.requires_grad[input]
                    elif part != "None":
                        work.append(part)
    return order


def _composed(tape: Tape, id: int) -> list[str]:
    """The function of a node, and those that it is composed of, each with its inputs."""
    found: list[str] = []
    work = [tape.template(id) or ""]
    while work:
        part = work.pop()
        found.append(part)
        inner = template_parts(len(tape.graph.inputs[id]), part)
        work.extend(reversed([piece for piece in inner if piece != "None" and not piece.isdigit()]))
    return found
