"""`--watch FILE`: a command that runs again each time its file changes."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable, Sequence

from gradcli.cli.framework.command import Options
from gradcli.cli.framework.streams import STDIN, write, write_note
from gradcli.errors import ExitCode, GradcliError

_PAUSE = 0.2
"""Seconds between two looks at the file."""
_GONE = 5.0
"""Seconds after which a file that is not there is gone; editors take it away for a moment when they save it."""
_CLEAR = "\x1b[H\x1b[2J\x1b[3J"


def without_watching(words: Sequence[str]) -> list[str]:
    """The words of a call without `--watch FILE`; those behind `--` stay."""
    end = words.index("--") if "--" in words else len(words)
    kept: list[str] = []
    at = 0
    while at < end:
        if words[at] == "--watch":
            at += 1
        elif not words[at].startswith("--watch="):
            kept.append(words[at])
        at += 1
    return [*kept, *words[end:]]


def reading(options: Options) -> list[str]:
    """The words by which a call that does not name it otherwise reads the file that is watched.

    Raises:
        GradcliError: It reads something else.
    """
    path, command = options.given["watch"], options.command
    read = {name: value for name, value in options.given.items() if name != "watch"}
    if path in options.positional or any(value == path or (isinstance(value, list) and path in value) for value in read.values()):
        return []
    if options.positional or not read.keys().isdisjoint(("file", "expression")):
        hint = f"leave one out, or name {path} where it is read as well, as in --bindings {path}"
        raise GradcliError(f"--watch reads {path}, and there is another expression", hint=hint)
    return ["-f", path] if "-f" in command.by_flag else [path]


def watch(path: str, run: Callable[[], int]) -> ExitCode | None:
    """Run, and run again whenever a file changes, until the user interrupts it or nobody reads what is written.

    Args:
        path: The file.
        run: Runs once, and gives the exit code; it writes its own errors.

    Raises:
        GradcliError: There is no such file, or no longer.
    """
    if path == STDIN:
        raise GradcliError("standard input does not change", hint="--watch takes the name of a file")
    seen: tuple[int, ...] | None = None
    looked = time.monotonic()
    while True:
        state = _state(path)
        if state is not None:
            looked = time.monotonic()
        elif seen is None or time.monotonic() - looked > _GONE:
            raise GradcliError(f"there is no file {path}" if seen is None else f"{path} is gone")
        if state is not None and state != seen:
            seen = state
            if sys.stdout is not None and sys.stdout.isatty():
                write([_CLEAR])
            code = run()
            if code == ExitCode.INTERRUPTED or not write(()):
                return ExitCode.INTERRUPTED if code == ExitCode.INTERRUPTED else None
            if sys.stderr is not None and sys.stderr.isatty():
                write_note(f"watching {path}; Ctrl-C ends")
            gc.collect()
        time.sleep(_PAUSE)


def _state(path: str) -> tuple[int, ...] | None:
    """What changes when a file does; None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
