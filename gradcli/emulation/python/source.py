"""Reading a script: its syntax tree, and where in the text each part of it stands."""

from __future__ import annotations

import ast
import warnings

from gradcli.errors import ExitCode, GradcliError, Span

MOST_CHARACTERS = 1_000_000
"""The longest script."""


class UnknownError(GradcliError):
    """The script uses what the interpreter does not know; no ``except`` of the script catches it."""


class Source:
    """The text of a script.

    Args:
        text: The text.
        where: What messages call it.
    """

    def __init__(self, text: str, where: str) -> None:
        self.text = text
        self.where = where
        self._starts = [0]
        for line in text.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def tree(self) -> ast.Module:
        """The syntax tree.

        Raises:
            GradcliError: The text is no Python.
        """
        if len(self.text) > MOST_CHARACTERS:
            raise GradcliError(
                f"{self.where} has more than {MOST_CHARACTERS:,} characters", exit_code=ExitCode.LIMIT, hint="split the script"
            )
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of odd escapes in strings: they are the script's own affair
                return ast.parse(self.text)
        except SyntaxError as error:
            raise self._syntax_error(error) from None
        except (ValueError, RecursionError, MemoryError) as error:
            deep = isinstance(error, RecursionError | MemoryError)
            message = "the script nests its parts too deeply" if deep else f"SyntaxError: {error}"
            raise GradcliError(message, hint="write it in several statements" if deep else "") from None

    def span(self, node: ast.AST) -> Span:
        """The place of a node in the text."""
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        start = self._at(line, column)
        end_line = getattr(node, "end_lineno", None) or line
        if end_line > line and isinstance(node, ast.stmt):  # of a compound statement its first line
            end = self._at(line, 1 << 30)
        else:
            end = self._at(end_line, getattr(node, "end_col_offset", None) or column)
        return start, max(end, start)

    def _at(self, line: int, column: int) -> int:
        """The place of a line, from 1, and a column in bytes of UTF-8."""
        if line >= len(self._starts):
            return len(self.text)
        start = self._starts[line - 1]
        text = self.text[start : self._starts[line]].rstrip("\n")
        if not text.isascii():
            column = len(text.encode()[:column].decode(errors="ignore"))
        return start + min(column, len(text))

    def _syntax_error(self, error: SyntaxError) -> GradcliError:
        line = min(error.lineno or 1, len(self._starts))
        column = max((error.offset or 1) - 1, 0)
        start = self._starts[line - 1]
        at = min(start + column, len(self.text))
        message = (error.msg or "invalid syntax").splitlines()[0]
        if "nested" in message or "overflow" in message:
            return GradcliError("the script nests its parts too deeply", (at, at + 1), "write it in several statements")
        return GradcliError(f"SyntaxError: {message}", (at, at + 1))
