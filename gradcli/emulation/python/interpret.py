"""Running a script: read, compiled, and interpreted with the modules that it may import; none of it is executed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gradcli.emulation.python.builtin import builtins
from gradcli.emulation.python.compiler import compiled
from gradcli.emulation.python.instructions import HANDLERS
from gradcli.emulation.python.machine import Machine
from gradcli.emulation.python.source import Source
from gradcli.emulation.python.values import Namespace

MAX_STEPS = 3_000_000
"""Steps after which a script is stopped."""


def interpret(
    text: str,
    where: str,
    modules: Mapping[str, Namespace],
    write: Callable[[str], None],
    warn: Callable[[str], None],
    max_steps: int,
) -> None:
    """Interpret a script.

    Args:
        text: The script.
        where: What messages call it.
        modules: The modules that it may import, by name.
        write: Writes what it prints.
        warn: Writes a warning.
        max_steps: Steps after which it is stopped.

    Raises:
        GradcliError: The script raises an exception or uses what is not known here; exit code 4 where a limit is reached.
    """
    source = Source(text, where)
    names = builtins()
    Machine(source, names, modules, write, warn, max_steps, HANDLERS).run(compiled(source, names))
