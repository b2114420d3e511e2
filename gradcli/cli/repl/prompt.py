"""Where lines come from: prompt_toolkit on a terminal, Python's own line editing where that is missing, else standard input."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Callable, Iterator

from gradcli.cli.framework.streams import read_text, write
from gradcli.cli.repl.session import Session
from gradcli.errors import said
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import TextIO

PROMPT, MORE = "> ", ". "
WELCOME = "An expression, (x+w)*(w+1), then x = 2; w = 1. :help lists more, :quit ends."
"""What a session begins with on a terminal."""

_BRACKET = re.compile(r"[()\[\]{}]|#[^\n]*")
_WORD = re.compile(r"[\w-]*:?")
"""What Tab completes, as it is searched for: from its end to its beginning, which may be a colon."""
_COLOUR = re.compile(r"\x1b\[[\d;]*m")


def is_open(text: str) -> bool:
    """Whether a bracket is still open, so that the next line belongs to this one."""
    depth = 0
    for found in _BRACKET.findall(text):
        depth += (found in "([{") - (found in ")]}")
    return depth > 0 and not text.startswith(":")


def lines_of(session: Session) -> Iterator[str]:
    """The lines of a session, each whole: one with an open bracket goes on."""
    if sys.stdin is None or not sys.stdin.isatty() or not sys.stdout.isatty():
        yield from _whole(_piped().__next__)
        return
    write([f"{said(WELCOME)}\n"])
    with contextlib.suppress(ImportError):
        if os.environ.get("TERM") != "dumb":
            yield from _edited(session)
            return
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  input() then has history and keys
    prompts = iter([PROMPT])
    yield from _whole(lambda: input(next(prompts, PROMPT)))


def _piped() -> Iterator[str]:
    text, _ = read_text("-")
    yield from text.splitlines()


def _whole(line: Callable[[], str]) -> Iterator[str]:
    """Lines from a function that ends by an exception; empty ones are left out."""
    text = ""
    while True:
        try:
            text += line()
        except KeyboardInterrupt:
            text = ""
            write(["\n"])
            continue
        except (EOFError, StopIteration):
            if text.strip():
                yield text.strip()
            return
        if is_open(text):
            text += "\n"
            continue
        if text.strip() and not text.lstrip().startswith("#"):
            yield text.strip()
        text = ""


def _edited(session: Session) -> Iterator[str]:
    """Lines with history, completion, and what they give below them while they are typed."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import WordCompleter
    from prompt_toolkit.filters import Condition
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    path = _history()
    prompt: Any = PromptSession(history=FileHistory(path) if path else InMemoryHistory())
    completer = WordCompleter(lambda: session.completions(prompt.default_buffer.document.text_before_cursor), pattern=_WORD)

    def ask() -> str:
        found: str = prompt.prompt(
            PROMPT,
            completer=completer,
            complete_while_typing=False,
            multiline=Condition(lambda: is_open(prompt.default_buffer.text)),
            prompt_continuation=MORE,
            bottom_toolbar=lambda: session.ahead(prompt.default_buffer.text),
        )
        return found

    yield from _whole(ask)


def _history() -> str | None:
    """The file of the history; None where there is no place for it."""
    folder = os.path.join(os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state"), "gradcli")
    try:
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "history"), "a", encoding="utf-8") as file:
            return file.name
    except OSError:
        return None


class Copied:
    """A stream of which everything is written to a file as well, without colours.

    Args:
        stream: The stream.
        file: The file.
    """

    def __init__(self, stream: TextIO, file: TextIO) -> None:
        self._stream, self._file = stream, file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        self._file.write(_COLOUR.sub("", text))
        return self._stream.write(text)

    def writelines(self, pieces: Any) -> None:
        for piece in pieces:
            self.write(piece)
