"""The functions of an eager tape: PyTorch's ``grad_fn`` and ``next_functions``."""

from __future__ import annotations

from gradcli.autodiff.passes.tape import ACCUMULATE_GRAD, function_of, template_parts
from gradcli.autodiff.torch_tape.dtypes import NUMBER
from gradcli.autodiff.torch_tape.eager import Eager
from gradcli.typing import NamedTuple


class Function(NamedTuple):
    """A function of the backward graph; one operation may be several functions in PyTorch.

    Attributes:
        node: The node that it belongs to.
        part: Which of its functions it is, as a template; empty for the function that adds to ``.grad`` of a leaf.
    """

    node: int
    part: str

    @property
    def name(self) -> str:
        """Its name: ``MulBackward0``."""
        return self.part.partition("(")[0] or ACCUMULATE_GRAD


def grad_fn(tape: Eager, id: int) -> Function | None:
    """The function of a node; None for leaves."""
    id = tape.stands_for.get(id, id)
    template = _template(tape, id)
    return None if template is None else Function(id, template)


def function_name(tape: Eager, id: int) -> str | None:
    """The name of the function of a node; None for leaves."""
    template = _template(tape, tape.stands_for.get(id, id))
    return None if template is None else template.partition("(")[0]


def handed_place(tape: Eager, id: int, index: int) -> int:
    """Which of the outputs of the function of a node goes to one of its operands: PyTorch may take them in another order."""
    template = _template(tape, tape.stands_for.get(id, id)) or ""
    parts = template_parts(len(tape.inputs_of(id)), template)
    return parts.index(str(index)) if str(index) in parts else 0


def next_functions(tape: Eager, function: Function) -> list[Function | None]:
    """Where the backward pass goes from a function; None stands for an operand without a gradient."""
    if not function.part:
        return []
    inputs = tape.inputs_of(function.node)
    following: list[Function | None] = []
    for part in template_parts(len(inputs), function.part):
        if not part.isdigit():
            following.append(None if part == "None" else Function(function.node, part))
            continue
        input = inputs[int(part)]
        if not tape.requires_grad[input]:
            following.append(None)
        elif tape.is_made(input):
            following.append(Function(input, ""))
        else:
            following.append(grad_fn(tape, input))
    return following


def _template(tape: Eager, id: int) -> str | None:
    if tape.is_leaf(id):
        return None
    graph = tape.graph
    inputs = tape.inputs_of(id)
    if id in tape.functions:
        function = tape.functions[id]
        return function if "(" in function else f"{function}({', '.join(map(str, range(len(inputs))))})"
    return function_of(graph, id, "".join(["n" if tape.dtypes[input] == NUMBER else "t" for input in inputs]))
