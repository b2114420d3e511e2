"""A progress bar on standard error for long work, where that is a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gradcli.typing import Any

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
def rows_progress(size: int | None) -> Iterator[Callable[[int, int], None]]:
    """Show how far the rows of a table have been read, where that takes long and standard output is not the terminal itself.

    Args:
        size: How much there is to read, in any units; None where that is not known.

    Yields:
        A function to call with how much of it has been read, and the rows that have run.
    """
    begun = time.monotonic()
    bar: Any = None
    task: Any = None

    def advance(read: int, rows: int) -> None:
        nonlocal bar, task
        passed = time.monotonic() - begun
        if bar is None:
            if passed < PATIENCE:
                return
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            parts = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
            console = Console(stderr=True)
            bar = Progress(*parts, console=console, transient=True, redirect_stdout=False, redirect_stderr=False)
            task = bar.add_task("", total=size)
            bar.start()
        bar.update(task, completed=read, description=f"{rows:,} rows, {rows / max(passed, 1e-9):,.0f}/s")

    if not sys.stderr or not sys.stderr.isatty() or (sys.stdout and sys.stdout.isatty()):
        yield lambda read, rows: None
        return
    try:
        yield advance
    finally:
        if bar is not None:
            bar.stop()
