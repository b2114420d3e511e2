"""Running a script for PyTorch."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.autodiff.torch_tape.eager import Eager
from gradcli.autodiff.torch_tape.events import Notify
from gradcli.emulation.python.interpret import MAX_STEPS, interpret
from gradcli.emulation.python.values import Namespace
from gradcli.emulation.torch.module import modules
from gradcli.emulation.torch.tensor.index import at_index, set_index
from gradcli.emulation.torch.tensor.members import member
from gradcli.emulation.torch.tensor.tensors import Access, Session
from gradcli.graph.graph import DEFAULT_MAX_ELEMENTS, DEFAULT_MAX_NODES

_ACCESS = Access(member, at_index, set_index)


def known_modules() -> dict[str, Namespace]:
    """The modules that a script may import, by name."""
    return modules(Session(Eager(), _ACCESS))


def run_torch(
    text: str,
    where: str,
    write: Callable[[str], None],
    warn: Callable[[str], None],
    *,
    max_steps: int = MAX_STEPS,
    max_nodes: int = DEFAULT_MAX_NODES,
    max_elements: int = DEFAULT_MAX_ELEMENTS,
    notify: Notify | None = None,
) -> Eager:
    """Interpret a script for PyTorch; none of it is executed.

    Args:
        text: The script.
        where: What messages call it.
        write: Writes what it prints.
        warn: Writes a warning.
        max_steps: Steps after which it is stopped.
        max_nodes: The limit on the size of the graph.
        max_elements: The limit on the size of a tensor.
        notify: Is told what happens on the tape.

    Returns:
        The tape with everything that was recorded.

    Raises:
        GradcliError: The script raises an exception or uses what is not known here; exit code 4 where a limit is reached.
    """
    tape = Eager(dtype="float32", max_nodes=max_nodes, max_elements=max_elements, notify=notify)
    interpret(text, where, modules(Session(tape, _ACCESS)), write, warn, max_steps)
    return tape
