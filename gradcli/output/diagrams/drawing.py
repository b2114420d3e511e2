"""A graph to look at from Python: in a notebook, as text in any format, in a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module

from gradcli.autodiff.passes.tape import Tape
from gradcli.errors import GradcliError, nearest
from gradcli.output.diagrams.diagram import Diagram
from gradcli.output.diagrams.of_run import diagram
from gradcli.output.files import write_file

MOST_SHOWN = 120
"""Nodes up to which a picture shows a whole graph without being asked."""

SUFFIXES = {
    ".svg": "svg",
    ".png": "png",
    ".pdf": "pdf",
    ".html": "html",
    ".htm": "html",
    ".tex": "tikz",
    ".tikz": "tikz",
    ".dot": "dot",
    ".gv": "dot",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".graphml": "graphml",
    ".json": "json",
}
"""The format of a file by the end of its name."""

BINARY = ("png", "pdf")

_WRITERS = {
    "list": "gradcli.output.diagrams.listing_text:graph_list",
    "tree": "gradcli.output.diagrams.listing_text:graph_tree",
    "dot": "gradcli.output.diagrams.dot:dot",
    "mermaid": "gradcli.output.diagrams.mermaid:mermaid",
    "graphml": "gradcli.output.diagrams.graphml:graphml",
    "svg": "gradcli.output.diagrams.svg:svg",
    "tikz": "gradcli.output.diagrams.tikz:tikz",
    "html": "gradcli.output.page.page:graph_page",
}
"""The function that writes a diagram in a format; its module is loaded where it is needed."""


def writer(format: str) -> Callable[..., Iterable[str]]:
    """The function that gives the pieces of a diagram in a text format.

    Args:
        format: ``list``, ``tree``, ``dot``, ``mermaid``, ``graphml``, ``svg``, ``tikz`` or ``html``.
    """
    module, _, name = _WRITERS[format].partition(":")
    found: Callable[..., Iterable[str]] = getattr(import_module(module), name)
    return found


@dataclass(frozen=True, repr=False)
class Drawing:
    """A graph to look at. A notebook shows it as a picture.

    Attributes:
        diagram: What is drawn.
    """

    diagram: Diagram

    def text(self, format: str) -> str:
        """The drawing in a text format.

        Args:
            format: ``svg``, ``html``, ``tikz``, ``dot``, ``mermaid``, ``graphml``, ``list`` or ``tree``.

        Raises:
            GradcliError: There is no such format.
        """
        if format not in _WRITERS:
            near = nearest(format, _WRITERS)
            hint = f"did you mean {near}?" if near else f"the formats are {', '.join(_WRITERS)}"
            raise GradcliError(f"there is no text format {format}", hint=hint)
        return "".join(writer(format)(self.diagram))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the drawing to a file, whole or not at all; the end of its name says the format: ``graph.svg``.

        Raises:
            GradcliError: The name does not tell a format of drawings, or the file cannot be written.
        """
        name = os.fspath(path)
        format = SUFFIXES.get(os.path.splitext(name)[1].lower(), "")
        if format in BINARY:
            from gradcli.output.diagrams.raster import converted

            write_file(name, converted("".join(writer("svg")(self.diagram, theme="light")), format, title=self.diagram.title))
        elif format in _WRITERS:
            write_file(name, writer(format)(self.diagram))
        else:
            known = [suffix for suffix, format in SUFFIXES.items() if format in _WRITERS or format in BINARY]
            raise GradcliError(f"the name {name} does not tell its format", hint=f"end it in {', '.join(known)}")

    def _repr_svg_(self) -> str:
        return self.text("svg")

    def __repr__(self) -> str:
        return f"Drawing of {self.diagram.title}"


def draw(
    tape: Tape,
    *,
    title: str = "",
    view: str = "forward",
    direction: str = "LR",
    depth: int | None = None,
    most: int | None = MOST_SHOWN,
) -> Drawing:
    """Draw the graph of a run.

    Args:
        tape: The run; one whose variables have no values is drawn without numbers.
        title: What the drawing is called; where left out the name of the output.
        view: ``forward``: the graph of the function; ``backward``: PyTorch's backward graph and the gradient graph; ``both``.
        direction: ``LR`` from left to right, ``TB`` from top to bottom.
        depth: How far from the output nodes may be, in edges; None for any distance.
        most: How many nodes a graph may have; of more those nearest to the output are drawn. None for all.

    Raises:
        GradcliError: An operation on the way has no derivative by the argument that is asked for.
    """
    shown = diagram(tape, title=title or tape.names[tape.output], view=view, direction=direction, depth=depth, most=most)
    return Drawing(shown)
