"""A progress bar on standard error for long work, where that is a terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

LONG = 100_000
"""Characters of an expression from which on its work takes noticeable time."""

PATIENCE = 1.0
"""Seconds after which the progress of rows is shown."""


@contextmanager
def progress(size: int) -> Iterator[Callable[[str], None]]:
    """Show what is being done.

    Args:
        size: The length of the expression in characters.

    Yields:
        A function to call with the name of each step as it begins.
    """
    if size < LONG or not sys.stderr or not sys.stderr.isatty():
        yield lambda name: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    with Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda name: bar.update(task, description=name)


@contextmanager
def rows_progress(path: str) -> Iterator[Callable[[int, int], None]]:
    """Show how far the rows of a file have been read, where that takes long and standard output is not the terminal itself.

    Args:
        path: The file; ``-`` is standard input, whose length is not known.

    Yields:
        A function to call with the bytes that have been read and the rows that have run.
    """
    begun = time.monotonic()
    bar: Any = None
    task: Any = None

    def advance(read: int, rows: int) -> None:
        nonlocal bar, task
        if bar is None:
            if time.monotonic() - begun < PATIENCE:
                return
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            parts = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
            console = Console(stderr=True)
            bar = Progress(*parts, console=console, transient=True, redirect_stdout=False, redirect_stderr=False)
            task = bar.add_task("", total=os.path.getsize(path) if os.path.isfile(path) else None)
            bar.start()
        bar.update(task, completed=read, description=f"{rows:,} rows")

    if not sys.stderr or not sys.stderr.isatty() or (sys.stdout and sys.stdout.isatty()):
        yield lambda read, rows: None
        return
    try:
        yield advance
    finally:
        if bar is not None:
            bar.stop()
