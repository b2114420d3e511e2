"""Answers that are typed behind their questions, or come from a pipe, a line each."""

from __future__ import annotations

import sys

from gradcli.cli.framework.streams import write, write_note
from gradcli.errors import GradcliError, said

_LONGEST = 10_000

LEAVING = ("quit", "exit", ":q", ":quit")
"""Lines by which people leave, as the end of the input does."""


class Typed:
    """The lines of standard input, each asked for where somebody types them.

    Args:
        aside: Whether questions go to standard error, since standard output is for a document.
    """

    def __init__(self, *, aside: bool) -> None:
        self.aside = aside
        self.ended = sys.stdin is None
        self.talks = not self.ended and sys.stdin.isatty()

    def line(self, question: str) -> str | None:
        """The next line; None where there is none, or one by which somebody leaves.

        Raises:
            GradcliError: Standard input cannot be read.
        """
        if self.ended:
            return None
        if self.talks and self.aside:
            write_note(question)
        elif self.talks:
            write([f"{said(question)} "])
        try:
            line = sys.stdin.buffer.readline(_LONGEST)
        except (OSError, ValueError) as error:
            raise GradcliError(f"cannot read standard input: {error}") from None
        text = line.decode("utf-8", "replace").strip()
        self.ended = not line or text in LEAVING
        return None if self.ended else text
