"""Functions of the backward graph as values of a script: ``grad_fn`` and ``next_functions``."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.autodiff.torch_tape.functions import Function
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Foreign, Native, address
from gradcli.typing import Any


class GradFunction(Foreign):
    """A function of the backward graph as a value.

    Args:
        function: The function.
        following: The values of those that it hands gradients to.
        variable: The tensor of a leaf's node.
    """

    def __init__(
        self,
        function: Function,
        following: Callable[[Function], list[GradFunction | None]],
        variable: Callable[[int], Foreign],
    ) -> None:
        self.function = function
        self.following = following
        self.variable = variable
        self.kind = function.name
        of_script = function.name.endswith("Backward")  # without a number: a subclass of autograd.Function
        self.full_kind = f"torch.autograd.function.{function.name}" if of_script else function.name

    def attribute(self, machine: Interpreter, name: str) -> Any:
        if name == "next_functions":
            return tuple([(one, 0) for one in self.following(self.function)])
        if name == "name":
            label = self.kind if self.function.part else "torch::autograd::AccumulateGrad"
            return Native("name", lambda machine: label)
        if name == "variable" and not self.function.part:
            return self.variable(self.function.node)
        raise UnknownError(f"the attribute {name} of a function is not known here", hint="name() and next_functions are")

    def text(self, machine: Interpreter) -> str:
        return f"<{self.full_kind} object at {address(self)}>"
