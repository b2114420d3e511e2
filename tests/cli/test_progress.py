"""What is said of work that takes long."""

from __future__ import annotations

import io
import os
import pty
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from gradcli.cli.framework import progress
from gradcli.cli.framework.streams import write, write_note
from gradcli.cli.framework.table import command_named, command_names
from gradcli.errors import GradcliError


class Terminal(io.TextIOWrapper):
    """A stream that is a terminal 60 columns wide; what is written to it is kept."""

    def __init__(self) -> None:
        self.master, slave = pty.openpty()
        super().__init__(os.fdopen(slave, "wb"), encoding="utf-8", write_through=True)

    def until(self, text: bytes) -> bytes:
        """What has been written since it was last asked, as soon as a text is in it."""
        written = os.read(self.master, 10_000)
        while text not in written:
            written += os.read(self.master, 10_000)
        return written


@contextmanager
def standard_error() -> Iterator[Terminal]:
    """A terminal in the place of standard error, on which nobody waits."""
    stream = Terminal()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", stream)
        patch.setattr(progress, "PATIENCE", 0.01)
        patch.setattr(progress, "_PAUSE", 0.01)
        yield stream
    stream.close()
    os.close(stream.master)


def test_the_line_says_what_is_done_and_how_much_and_is_gone_in_the_end() -> None:
    with standard_error() as terminal:

        def work() -> int:
            terminal.until(b"waiting")
            progress.doing("counting", 1, 4)
            terminal.until(b"counting  25%")
            progress.doing("rows", 3, 4, rows=3_000)
            terminal.until(b"3,000 rows, ")
            return 7

        assert progress.watched(work, "waiting") == 7
        assert terminal.until(b"").endswith(b"\r\x1b[K")
        write_note("done")
        assert terminal.until(b"done") == b"done\r\n"


def test_the_line_gives_way_to_what_is_written() -> None:
    with standard_error() as terminal, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", terminal)

        def work() -> bytes:
            terminal.until(b"waiting")
            write(["6\n"])
            return terminal.until(b"6")

        assert progress.watched(work, "waiting").endswith(b"\r\x1b[K6\r\n")


def test_a_failure_takes_the_line_away() -> None:
    with standard_error() as terminal:

        def fails() -> None:
            terminal.until(b"waiting")
            raise GradcliError("it fails")

        with pytest.raises(GradcliError, match="it fails"):
            progress.watched(fails, "waiting")
        assert terminal.until(b"").endswith(b"\r\x1b[K")


def test_every_command_but_those_that_converse_says_what_it_does() -> None:
    silent = {name for name in command_names() if not command_named(name).work}
    assert silent == {"practice", "predict", "repl"}
