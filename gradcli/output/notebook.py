"""What a notebook shows of records: text, formulas in LaTeX, pictures, and the page in a cell."""

from __future__ import annotations

import os
from collections.abc import Iterable
from html import escape

from gradcli.autodiff.passes.tape import Tape
from gradcli.derivation.explain import Explanation
from gradcli.derivation.notation.prose import Words
from gradcli.derivation.notation.steps import Derivation
from gradcli.frozen import Frozen
from gradcli.language.ast import Assignment, Expression, Name, Output, Program
from gradcli.language.program_text import program_text
from gradcli.language.text import to_text
from gradcli.output.diagrams.drawing import Drawing, draw
from gradcli.output.documents.document import document
from gradcli.output.documents.markdown import markdown as markdown_of
from gradcli.output.documents.parts import Row, chain_rows
from gradcli.output.formulas.worded import formula, worded

_TEXT = str.maketrans({character: f"\\{character}" for character in "{}#$%&_"} | {"\\": r"\backslash "})


class Page(Frozen):
    """A run as a page that works by itself: its passes step by step, and inputs to change. A notebook shows it in the cell.

    Attributes:
        drawing: What is on it.
        height: Its height in a notebook, in pixels.
    """

    drawing: Drawing
    height: int = 640

    @property
    def html(self) -> str:
        """The page as one file of HTML."""
        return self.drawing.text("html")

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page to a file; see :meth:`Drawing.save`."""
        self.drawing.save(path)

    def __repr__(self) -> str:
        return f"Page of {self.drawing.diagram.title}"

    def _repr_html_(self) -> str:
        """The page in a frame of its own, whole within the cell: no file and no server are needed, so any notebook shows it."""
        frame = f'width="100%" height="{self.height}" style="border:0" sandbox="allow-scripts"'
        return f'<iframe {frame} title="{escape(repr(self))}" srcdoc="{escape(self.html)}"></iframe>'


def text(record: object) -> str | None:
    """An expression or a program as text."""
    if isinstance(record, Program):
        return program_text(record)
    return to_text(record) if isinstance(record, Expression) else None


def latex(record: object) -> str | None:
    """Formulas as Jupyter and VS Code set them; None where a program has more than assignments and outputs."""
    if isinstance(record, Expression):
        return rf"$\displaystyle {formula(record)}$"
    if isinstance(record, Derivation):
        steps = [step for equation in record.equations.values() for step in (*equation.edges, *equation.steps)]
        return _aligned(chain_rows(steps))
    program = record if isinstance(record, Program) else None
    if program is None:
        definitions, results = getattr(record, "definitions", ()), getattr(record, "expressions", ())
        program = Program((*definitions, *map(Output, results)))
    rows: list[Row | Expression] = []
    for statement in program.statements:
        if isinstance(statement, Assignment):
            rows.append(Row(Name(statement.name), statement.value))
        elif isinstance(statement, Output):
            rows.append(statement.value)
        else:
            return None
    if len(rows) == 1 and isinstance(rows[0], Expression):
        return latex(rows[0])
    return _aligned(rows)


def _aligned(rows: Iterable[Row | Expression]) -> str:
    """Equations below each other, each with its note."""
    lines = " \\\\\n".join(map(_line, rows))
    return f"$\\displaystyle \\begin{{aligned}}\n{lines}\n\\end{{aligned}}$"


def _line(row: Row | Expression) -> str:
    if isinstance(row, Expression):
        return f"&{formula(row)}"
    left, sign = "" if row.left is None else formula(row.left), r"\approx" if row.rounded else "="
    note = rf" && {_note(row.note)}" if row.note else ""
    return f"{left} &{sign} {formula(row.right)}{note}"


def _note(words: Words) -> str:
    return worded(words, lambda said: rf"\text{{{said.translate(_TEXT)}}}", lambda mathematics: mathematics)


def svg(record: object) -> str | None:
    """The graph of a run."""
    return draw(record).text("svg") if isinstance(record, Tape) else None


def markdown(record: object) -> str | None:
    """An explanation as Markdown."""
    return "".join(markdown_of(document(record))) if isinstance(record, Explanation) else None
