"""A graph to look at from Python: in a notebook, as text in any format, in a file."""

from __future__ import annotations

import os

from gradcli.autodiff.passes.tape import Tape
from gradcli.errors import GradcliError, nearest
from gradcli.frozen import Frozen
from gradcli.graph.names import is_operation
from gradcli.language.text import to_text
from gradcli.lowering.node_expressions import written_out, written_sizes
from gradcli.output.diagrams.diagram import Diagram
from gradcli.output.diagrams.of_run import diagram
from gradcli.output.files import write_file
from gradcli.output.formats import GRAPHS, MOST_SHOWN, format_of_file

_LONGEST = 40
"""Nodes of an expression up to which it is the title of its graph."""


class Drawing(Frozen):
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
        known = {name: found for name, found in GRAPHS.items() if found.writer}
        if format not in known:
            near = nearest(format, known)
            hint = f"did you mean {near}?" if near else f"the formats are {', '.join(known)}"
            raise GradcliError(f"there is no text format {format}", hint=hint)
        return "".join(known[format].written(self.diagram))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the drawing to a file, whole or not at all; the end of its name says the format: ``graph.svg``.

        Raises:
            GradcliError: The name does not tell a format of drawings, or the file cannot be written.
        """
        name = os.fspath(path)
        format = format_of_file(name, {name: found for name, found in GRAPHS.items() if found.is_document or found.binary})
        if format.binary:
            from gradcli.output.diagrams.raster import converted

            svg = "".join(GRAPHS["svg"].written(self.diagram, theme="light"))
            write_file(name, converted(svg, format.name, title=self.diagram.title))
        else:
            write_file(name, format.written(self.diagram))

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
        title: What the drawing is called; where left out what the output is, or its name where that is long.
        view: ``forward``: the graph of the function; ``backward``: PyTorch's backward graph and the gradient graph; ``both``.
        direction: ``LR`` from left to right, ``TB`` from top to bottom.
        depth: How far from the output nodes may be, in edges; None for any distance.
        most: How many nodes a graph may have; of more those nearest to the output are drawn. None for all.

    Raises:
        GradcliError: An operation on the way has no derivative by the argument that is asked for.
    """
    shown = diagram(tape, title=title or _title(tape), view=view, direction=direction, depth=depth, most=most)
    return Drawing(shown)


def _title(tape: Tape) -> str:
    """The output as an expression of the variables; its name where that is long."""
    graph, output = tape.graph, tape.output
    if not is_operation(graph, output) or written_sizes(graph)[output] > _LONGEST:
        return tape.names[output]
    return to_text(written_out(graph, output, tape.names))
