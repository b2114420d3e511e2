"""What a command says of values that are not finite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradcli.errors import ExitCode, GradcliError

if TYPE_CHECKING:
    from gradcli.autodiff.passes.tape import Tape

_SHOWN = 5
"""Values that are named."""


def not_finite_warnings(tape: Tape, strict: bool) -> list[str]:
    """Warnings for what is not finite.

    Raises:
        GradcliError: There is such a value, and ``strict`` is asked for (exit code 3).
    """
    found = tape.not_finite()
    if strict and found:
        message, id = found[0]
        span = None if id is None or tape.graph.spans[id] == (0, 0) else tape.graph.spans[id]
        raise GradcliError(message, span, exit_code=ExitCode.NOT_FINITE)
    more = [f"and {len(found) - _SHOWN} more values that are not finite"] if len(found) > _SHOWN else []
    return [message for message, _ in found[:_SHOWN]] + more
