"""What documents are made of: headings, paragraphs, tables and chains of equations, which each format writes in its own way."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.derivation.notation.prose import Words
from gradcli.derivation.notation.steps import Step
from gradcli.frozen import Frozen
from gradcli.language.ast import Expression, Number, postorder
from gradcli.language.numbers import is_short


class Heading(Frozen):
    """A heading."""

    words: Words


class Paragraph(Frozen):
    """A sentence or two; an important one is a result."""

    words: Words
    important: bool = False


class Row(Frozen):
    """A line of a chain of equations.

    Attributes:
        left: The left side; None where it is that of the line before.
        right: The right side.
        note: Why.
        result: Whether this is what all the others lead to.
        simplification: Whether the line only rewrites the one before.
    """

    left: Expression | None
    right: Expression
    note: Words = ()
    result: bool = False
    simplification: bool = False

    @property
    def rounded(self) -> bool:
        """Whether a number of the right side is shown with fewer digits than it has."""
        return rounded(self.right)


class Equations(Frozen):
    """A chain of equations.

    Attributes:
        rows: Its lines.
        title: What stands above it.
        number: Its number, such as 1.2.
        depth: How deep it is nested.
    """

    rows: tuple[Row, ...]
    title: Words = ()
    number: str = ""
    depth: int = 0


class Grid(Frozen):
    """A table.

    Attributes:
        columns: The heading of each column.
        rows: The cells.
        numeric: The columns with numbers.
        note: A line below.
    """

    columns: tuple[Words, ...]
    rows: tuple[tuple[Words, ...], ...]
    numeric: frozenset[int] = frozenset()
    note: Words = ()


Part = Heading | Paragraph | Equations | Grid


def rounded(expression: Expression) -> bool:
    """Whether a number of an expression is shown with fewer digits than it has."""
    """Whether a number is shown with fewer digits than it has."""
    return any(isinstance(node, Number) and not is_short(node.value) for node in postorder(expression))


def chain_rows(steps: Sequence[Step], *, ends: bool = True) -> tuple[Row, ...]:
    """The lines of a chain of steps; of the same left side it is written once."""
    rows: list[Row] = []
    for index, step in enumerate(steps):
        left = step.left if index == 0 or step.left != steps[index - 1].left else None
        rows.append(Row(left, step.right, step.words, ends and index == len(steps) - 1, step.simplification))
    return tuple(rows)
