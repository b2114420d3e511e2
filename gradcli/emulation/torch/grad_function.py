"""Functions of the backward graph as values of a script: ``grad_fn`` and ``next_functions``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradcli.autodiff.torch_tape.functions import Function, next_functions
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Foreign, Native, address

if TYPE_CHECKING:
    from gradcli.emulation.torch.tensors import Session


class GradFunction(Foreign):
    """A function of the backward graph as a value.

    Args:
        session: The session of its tensor.
        function: The function.
    """

    def __init__(self, session: Session, function: Function) -> None:
        self.session = session
        self.function = function
        self.kind = function.name
        self.full_kind = function.name

    def attribute(self, machine: Interpreter, name: str) -> Any:
        if name == "next_functions":
            found = next_functions(self.session.tape, self.function)
            return tuple([(self.session.function(one), 0) for one in found])
        if name == "name":
            label = self.kind if self.function.part else "torch::autograd::AccumulateGrad"
            return Native("name", lambda machine: label)
        if name == "variable" and not self.function.part:
            held = self.session.tape.held.get(self.function.node)
            cell = None if held is None else held[0]()
            return self.session.tensor(self.function.node) if cell is None else self.session.of_cell(cell)
        raise UnknownError(f"the attribute {name} of a function is not known here", hint="name() and next_functions are")

    def text(self, machine: Interpreter) -> str:
        return f"<{self.kind} object at {address(self)}>"
