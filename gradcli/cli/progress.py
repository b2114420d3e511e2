"""A progress bar on standard error for long work, where that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LONG = 100_000
"""Characters of an expression from which on its work takes noticeable time."""


@contextmanager
def progress(size: int) -> Iterator[Callable[[str], None]]:
    """Show what is being done.

    Args:
        size: The length of the expression in characters.

    Yields:
        A function to call with the name of each step as it begins.
    """
    if size < LONG or not sys.stderr.isatty():
        yield lambda name: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    with Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda name: bar.update(task, description=name)
