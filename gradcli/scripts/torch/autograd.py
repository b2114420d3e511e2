"""``torch.autograd`` of a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.autodiff.torch_tape.engine import gradients
from gradcli.scripts.python.interpreter import Interpreter
from gradcli.scripts.python.source import UnknownError
from gradcli.scripts.python.values import Raised
from gradcli.scripts.torch.create import alike
from gradcli.scripts.torch.tensor_members import METHODS
from gradcli.scripts.torch.tensors import Session, Tensor


def _grad(machine: Interpreter, session: Session, outputs: Any, inputs: Any, grad_outputs: Any = None, retain_graph: Any = None,
          create_graph: Any = False, allow_unused: Any = None, materialize_grads: Any = False) -> tuple[Any, ...]:  # fmt: skip
    if isinstance(outputs, list | tuple):
        if len(outputs) != 1:
            raise UnknownError("torch.autograd.grad takes one output here", hint="add the outputs up")
        outputs = outputs[0]
        grad_outputs = grad_outputs[0] if isinstance(grad_outputs, list | tuple) else grad_outputs
    wanted = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
    if not all(isinstance(one, Tensor) for one in (outputs, *wanted)):
        raise Raised("TypeError", "torch.autograd.grad takes tensors")
    zeros = machine.truth(materialize_grads)
    found = gradients(
        session.tape,
        outputs.node,
        [one.node for one in wanted],
        None if grad_outputs is None else session.node(machine, grad_outputs),
        retain_graph=None if retain_graph is None else machine.truth(retain_graph),
        create_graph=machine.truth(create_graph),
        allow_unused=zeros or machine.truth(allow_unused),
        span=machine.span,
    )
    results = [None if node is None else session.tensor(node) for node in found]
    if zeros:
        results = [
            alike(0.0)(machine, session, one) if result is None else result for one, result in zip(wanted, results, strict=True)
        ]
    return tuple(results)


def _backward(machine: Interpreter, session: Session, tensors: Any, grad_tensors: Any = None, **keywords: Any) -> None:
    for index, one in enumerate(tensors if isinstance(tensors, list | tuple) else [tensors]):
        gradient = grad_tensors[index] if isinstance(grad_tensors, list | tuple) else grad_tensors
        METHODS["backward"](machine, one, gradient, **keywords)


def _variable(machine: Interpreter, session: Session, data: Tensor, requires_grad: Any = False) -> Tensor:
    return session.leaf(machine, data.value, data.dtype, machine.truth(requires_grad))


def anomaly(machine: Interpreter, mode: Any = True, check_nan: Any = True) -> None:
    """Nothing: errors of a backward pass say where they come from anyhow."""


AUTOGRAD: dict[str, Callable[..., Any]] = {"grad": _grad, "backward": _backward, "Variable": _variable}
