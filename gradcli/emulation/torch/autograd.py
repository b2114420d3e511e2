"""``torch.autograd`` of a script."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gradcli.autodiff.torch_tape.engine import backward, gradients
from gradcli.autodiff.torch_tape.functions import function_name
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.values import Raised, type_name
from gradcli.emulation.torch.results import Mode
from gradcli.emulation.torch.tensor.tensors import Session, Tensor
from gradcli.ops.catalogue import STACK
from gradcli.typing import Any


def _tensors(given: Any) -> list[Tensor]:
    """The tensors of an argument that is one or several.

    Raises:
        Raised: There is something else among them.
    """
    if isinstance(given, Tensor):
        return [given]
    if not isinstance(given, list | tuple):
        raise Raised("TypeError", f"'{type_name(given)}' object is not iterable")
    for one in given:
        if not isinstance(one, Tensor):
            raise Raised("AssertionError", "Expected output to be a torch.Tensor")
    return list(given)


def _seeds(given: Any, outputs: Sequence[Tensor]) -> list[int | None]:
    """The nodes of the adjoints of outputs; None stands for 1.

    Raises:
        Raised: They are not as many as the outputs.
    """
    if given is None:
        return [None] * len(outputs)
    if not isinstance(given, Tensor | list | tuple):
        raise Raised("TypeError", f"'{type_name(given)}' object is not iterable")
    seeds = [given] if isinstance(given, Tensor) else list(given)
    if len(seeds) != len(outputs):
        raise Raised("RuntimeError", f"got {len(outputs)} tensors and {len(seeds)} gradients")
    for seed in seeds:
        if seed is not None and not isinstance(seed, Tensor):
            raise Raised("TypeError", f"gradients can be either Tensors or None, but got {type_name(seed)}")
    return [None if seed is None else seed.node for seed in seeds]


def run_backward(
    machine: Interpreter,
    session: Session,
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: Any = None,
    create_graph: Any = False,
    inputs: Any = None,
) -> None:
    """``torch.autograd.backward``, and ``.backward()`` of one tensor.

    Raises:
        Raised: The arguments do not fit.
        TapeError: PyTorch refuses.
    """
    outputs = _tensors(tensors)
    asked = None if inputs is None else [one.node for one in _tensors(inputs)]
    if asked == []:
        raise Raised("RuntimeError", "`inputs` argument to `backward()` cannot be empty.")
    seeds = _seeds(grad_tensors, outputs)
    keep = None if retain_graph is None else machine.truth(retain_graph)
    if outputs:
        nodes, create = [one.node for one in outputs], machine.truth(create_graph)
        backward(session.tape, nodes, seeds, retain_graph=keep, create_graph=create, inputs=asked, span=machine.span)
        _tell_nan(machine, session)


def _grad(machine: Interpreter, session: Session, outputs: Any, inputs: Any, grad_outputs: Any = None, retain_graph: Any = None,
          create_graph: Any = False, allow_unused: Any = None, is_grads_batched: Any = False,
          materialize_grads: Any = False) -> tuple[Any, ...]:  # fmt: skip
    roots, wanted = _tensors(outputs), _tensors(inputs)
    if machine.truth(is_grads_batched):
        batch, more = _tensors(grad_outputs), (create_graph, allow_unused, False, materialize_grads)
        last = batch[0].length(machine) - 1
        rows = [
            _grad(machine, session, roots, wanted, [one.item(machine, at) for one in batch], at < last or retain_graph, *more)
            for at in range(last + 1)
        ]
        parts = [[row[at] for row in rows] for at in range(len(wanted))]
        return tuple([None if None in part else session.operate(machine, STACK, part, (("axis", 0),)) for part in parts])
    if not wanted:
        raise Raised("RuntimeError", "`inputs` argument to `grad()` cannot be empty.")
    seeds = _seeds(grad_outputs, roots)
    zeros = machine.truth(materialize_grads)
    found = gradients(
        session.tape,
        [one.node for one in roots],
        [one.node for one in wanted],
        seeds,
        retain_graph=None if retain_graph is None else machine.truth(retain_graph),
        create_graph=machine.truth(create_graph),
        allow_unused=zeros or machine.truth(allow_unused),
        span=machine.span,
    )
    _tell_nan(machine, session)
    results: list[Any] = [None if node is None else session.tensor(node) for node in found]
    if zeros:
        import numpy

        pairs = zip(wanted, results, strict=True)
        results = [session.leaf(machine, numpy.zeros(one.shape), one.dtype) if got is None else got for one, got in pairs]
    return tuple(results)


def _tell_nan(machine: Interpreter, session: Session) -> None:
    """Say of which operation nan came into the last backward pass, if it did."""
    tape = session.tape
    if tape.nan is not None:
        id, input = tape.nan
        session.tell_nan(machine, f"the backward pass through {function_name(tape, id)}", [input], tape.graph.spans[id])


def _variable(machine: Interpreter, session: Session, data: Tensor, requires_grad: Any = False) -> Tensor:
    return session.leaf(machine, data.value, data.dtype, machine.truth(requires_grad))


def _anomaly(machine: Interpreter, session: Session, mode: Any = True, check_nan: Any = True) -> Mode:
    """Anomaly detection: a function that hands back nan in a backward pass is an error."""
    return Mode(session, "check_nan", machine.truth(mode) and machine.truth(check_nan), at_once=True)


def _detected(machine: Interpreter, session: Session, check_nan: Any = True) -> Mode:
    machine.warn(
        "UserWarning: Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for "
        "debugging."
    )
    return Mode(session, "check_nan", machine.truth(check_nan))


AUTOGRAD: dict[str, Callable[..., Any]] = {
    "grad": _grad,
    "backward": run_backward,
    "Variable": _variable,
    "set_detect_anomaly": _anomaly,
    "detect_anomaly": _detected,
}
"""Functions of ``torch.autograd``."""
