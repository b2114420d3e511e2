"""A page of the manual on a terminal, by Rich."""

from __future__ import annotations

from rich.console import Console
from rich.markdown import Markdown

from gradcli.output.manual.pages import page
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import IO

MOST_COLUMNS = 110
"""How wide the text of a page becomes, however wide the terminal is: lines that are longer are hard to read."""


def page_on_terminal(topic: str, stream: IO[str], language: str = "en") -> str:
    """The page of a topic as a terminal shows it, with its colours and in its width.

    Args:
        topic: The topic.
        stream: The stream that it will be written to; Rich asks it for its abilities.
        language: The language.
    """
    force = None if stream.isatty() else True
    console = Console(file=stream, force_terminal=force, highlight=False, emoji=False)
    console.width = min(console.width, MOST_COLUMNS)
    with console.capture() as capture:
        console.print(Markdown(page(topic, language), code_theme="ansi_dark", hyperlinks=False))
    return capture.get()
