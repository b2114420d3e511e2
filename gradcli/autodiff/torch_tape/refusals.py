"""Why PyTorch refuses a backward pass or a change in place, and what to write instead: what its messages leave to the reader."""

from __future__ import annotations

from gradcli.autodiff.passes.reverse import carries
from gradcli.autodiff.torch_tape.eager import Eager
from gradcli.ops.catalogue import spelling

SECOND_PASS = (
    "a backward pass frees what its graph has saved, and this one needs some of it again. Compute the result anew in each turn "
    "of a loop, detach() what is carried over from the turn before, or keep the graph by backward(retain_graph=True)"
)


def no_gradient(tape: Eager, root: int) -> str:
    """Why a node that a backward pass is to begin with requires no gradient.

    Args:
        tape: The tape.
        root: The node.
    """
    name = tape.names.get(root, "it")
    work, seen = [root], {root}
    while work:
        id = work.pop()
        inputs = () if tape.is_made(id) else tape.graph.inputs[id]
        cut = next((at for at, input in enumerate(inputs) if tape.requires_grad[input]), None)
        if cut is not None:
            what = spelling(tape.graph.operations[id])
            wanted = tape.names.get(inputs[cut], "an operand of it")
            if carries(tape.graph, id, cut):
                return f"{wanted} requires a gradient, but {what} ran on it under no_grad, or on a detached copy: leave that out"
            return f"{wanted} requires a gradient, but {what} has no derivative by it: leave it out of the way to the loss"
        for input in inputs:
            if input not in seen:
                seen.add(input)
                work.append(input)
    return f"no tensor that {name} was computed from requires a gradient. Make what is to be learned with requires_grad=True"


def changed_value(tape: Eager, id: int, node: int) -> str:
    """Why a value that was changed in place is missed.

    Args:
        tape: The tape.
        id: The node whose derivative needs the value.
        node: The node that had it.
    """
    called = f"its result {tape.names[node]}" if node == id and node in tape.names else tape.names.get(node, "that value")
    return (
        f"the derivative of {spelling(tape.graph.operations[id])} needs {called} as it was computed, which has changed in place. "
        "Make a new tensor, x = x + 1 for x += 1 and relu for relu_, or change a clone()"
    )
