"""How many turns the loops of a program may take."""

from __future__ import annotations

from gradcli.errors import ExitCode, GradcliError, Span

DEFAULT_MAX_STEPS = 100_000
"""How many turns the loops of a run may take, all together."""


def too_many_steps(limit: int, span: Span) -> GradcliError:
    """The error for loops that take too many turns."""
    hint = "a condition must end it; --max-steps N raises the limit"
    return GradcliError(f"the loops of the program take more than {limit:,} turns", span, hint, exit_code=ExitCode.LIMIT)
