"""What is going on, in one line on standard error, where that is a terminal and the work takes more than a second."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

from gradcli.errors import columns, said
from gradcli.typing import TypeVar

T = TypeVar("T")

PATIENCE = 1.0
"""Seconds after which it is said what is going on."""
_PAUSE = 0.1
"""Seconds between two looks."""
_SPINNER = "|/-\\"
_ERASE = "\r\x1b[K"


class _Line:
    """The line, written anew by a thread of its own, since work does not stop to say where it is.

    Args:
        word: What is being done at first.

    Attributes:
        first: What was said to be done at first.
        word: What is being done.
        done: How much of it has been done, in any units.
        whole: How much there is; None where that is not known.
        rows: How many rows have run; None where it is not about rows.
    """

    def __init__(self, word: str) -> None:
        from threading import Event, Lock, Thread

        self.first, self.word, self.done = word, word, 0
        self.whole: int | None = None
        self.rows: int | None = None
        self.begun = time.monotonic()
        self.ended, self.lock, self.stands = Event(), Lock(), False
        self.thread = Thread(target=self._watch, daemon=True)
        self.thread.start()

    def _watch(self) -> None:
        turn = 0
        pause = PATIENCE
        while not self.ended.wait(pause):
            pause = _PAUSE
            turn += 1
            with self.lock:
                if not self.ended.is_set():
                    self.stands = True
                    _to_terminal(f"{_ERASE}{_SPINNER[turn % len(_SPINNER)]} {self.text()}")

    def text(self) -> str:
        """What it says, as wide as the terminal at most."""
        passed = time.monotonic() - self.begun
        parts = [said(self.word) if self.rows is None else f"{self.rows:,} rows, {self.rows / passed:,.0f}/s"]
        if self.whole:
            parts.append(f"{min(self.done / self.whole, 1):.0%}")
        text = "  ".join([*parts, f"{passed:.0f} s"])
        import shutil

        most = shutil.get_terminal_size().columns - 4
        while text and columns(text) > most:
            text = text[:-1]
        return text

    def erase(self) -> None:
        """Take it away; where the work goes on it comes again."""
        with self.lock:
            if self.stands:
                self.stands = False
                _to_terminal(_ERASE)

    def end(self) -> None:
        """Take it away for good."""
        self.ended.set()
        self.erase()
        self.thread.join()


_lines: list[_Line] = []
"""The line of this call; none before it begins, and where standard error is no terminal."""


def watched(work: Callable[[], T], word: str) -> T:
    """Do some work, and say what is going on where it takes long."""
    line = _Line(word)
    _lines.append(line)
    try:
        return work()
    finally:
        _lines.remove(line)
        line.end()


def doing(word: str = "", done: int = 0, whole: int | None = None, rows: int | None = None) -> None:
    """Say what is being done from now on: a word on it, or rows, and how much of how much; without a word what was at first."""
    if _lines:
        line = _lines[-1]
        line.word, line.done, line.whole, line.rows = word or line.first, done, whole, rows


def erased(*, for_good: bool) -> None:
    """Take the line away before something else is written to the terminal."""
    for line in _lines:
        if for_good:
            line.end()
        else:
            line.erase()


def _to_terminal(text: str) -> None:
    encoding = sys.stderr.encoding or "ascii"
    try:
        sys.stderr.write(text.encode(encoding, "replace").decode(encoding))
        sys.stderr.flush()
    except (OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
