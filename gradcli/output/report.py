"""What `gradcli eval` tells a person, as data: blocks that the text and the Rich view print alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gradcli.autodiff.tape import Tape
from gradcli.derivation.local import Labels
from gradcli.derivation.steps import Derivation, Step
from gradcli.graph.graph import CONSTANT, VARIABLE
from gradcli.graph.names import is_operation
from gradcli.language.ast import Number, postorder
from gradcli.language.numbers import is_short, number_text, short_text
from gradcli.language.parser import parse
from gradcli.language.text import to_text
from gradcli.lowering.raising import written_out, written_sizes

TABLE_ROWS = 40
"""Rows of a table that are shown of a large graph."""

WRITTEN_NODES = 40
"""Nodes of an expression up to which the result line repeats it."""

_ASCII = str.maketrans({"∂": "d", "·": "*", "→": ">", "≈": "~", "…": "...", "−": "-", "—": "-"})


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of text; the important ones are shown in bold."""

    lines: Sequence[str]
    important: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        title: What it shows.
        columns: The heading of each column; those in ``numeric`` are aligned to the right, those in ``wide`` may take several
            lines.
        rows: The cells.
        faint: The rows that matter less: constants.
        note: A line below, such as how many rows are left out.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: frozenset[str] = frozenset()
    wide: frozenset[str] = frozenset({"is"})
    faint: frozenset[int] = frozenset()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Equations:
    """A derivation: for each line what is derived (empty where it is the same as above), a sign, an expression, a note.

    Attributes:
        title: What stands above it; empty for nothing.
        rows: The lines.
        results: The lines that all others lead to.
        depth: How far it is indented.
    """

    title: str
    rows: Sequence[tuple[str, str, str, str]]
    results: frozenset[int] = field(default_factory=frozenset)
    depth: int = 0


Block = Lines | Table | Equations


class Style:
    """How expressions and signs are written.

    Args:
        ascii: Without signs beyond ASCII.
    """

    def __init__(self, ascii: bool = False) -> None:
        self.ascii = ascii

    def text(self, text: str) -> str:
        """A text of the tool's own, in the signs that may be used."""
        return text.replace("→", "->").translate(_ASCII) if self.ascii else text

    def expression(self, plain: str) -> str:
        """An expression in plain text, as on a board."""
        if self.ascii:
            return plain
        statement = parse(plain).statements[0]
        return to_text(statement.value, pretty=True) if hasattr(statement, "value") else plain


def eval_report(tape: Tape, derivation: Derivation | None, *, style: Style, show_all: bool = False) -> Iterator[Block]:
    """The blocks of `gradcli eval`.

    Args:
        tape: The run.
        derivation: Its derivation; None where it is left out.
        style: How expressions and signs are written.
        show_all: Whether tables show every row.
    """
    labels = Labels(tape)
    yield from _results(tape, style, show_all)
    yield _nodes(tape, labels, style, show_all)
    edges = _edges(tape, labels, style, show_all)
    if edges.rows:
        yield edges
    if derivation is not None and derivation.equations:
        yield from _derivations(tape, derivation, style)


def _results(tape: Tape, style: Style, show_all: bool) -> Iterator[Lines]:
    output = tape.names[tape.output]
    head = f"{output} = {number_text(tape.value)}"
    if written_sizes(tape.graph)[tape.output] <= WRITTEN_NODES and is_operation(tape.graph, tape.output):
        whole = to_text(written_out(tape.graph, tape.output, tape.names), pretty=not style.ascii)
        point = ", ".join(f"{name} = {short_text(value)}" for name, value in tape.bindings.items())
        head = f"{output} = {whole} = {number_text(tape.value)}" + (f"   at {point}" if point else "")
    gradient = list(tape.gradient.items())
    shown = gradient if show_all else gradient[:TABLE_ROWS]
    yield Lines([head, *[_derivative(tape, style, name, value) for name, value in shown]], important=True)
    if len(shown) < len(gradient):
        yield Lines([_left_out(len(gradient) - len(shown), "derivatives")])


def _derivative(tape: Tape, style: Style, name: str, value: float | None) -> str:
    output = tape.names[tape.output]
    left = style.text("∂") + output + "/" + style.text("∂") + name
    if value is not None:
        return f"{left} = {number_text(value)}"
    if not tape.requires_grad[tape.output]:
        return f"{left}: none, {output} carries no gradient"
    return f"{left}: none, {output} does not depend on {name}"


def _nodes(tape: Tape, labels: Labels, style: Style, show_all: bool) -> Table:
    graph = tape.graph
    shown = len(graph) if show_all else min(len(graph), TABLE_ROWS)
    rows: list[list[str]] = []
    faint: list[int] = []
    output = tape.names[tape.output]
    for id in range(shown):
        operation = graph.operations[id]
        if operation == CONSTANT:
            faint.append(id)
        computed = operation if operation in (VARIABLE, CONSTANT) else style.expression(labels.expression(id))
        adjoint, grad = tape.adjoints[id], tape.grad(id)
        rows.append(
            [
                str(id),
                tape.names[id],
                computed,
                short_text(tape.values[id]),
                str(tape.is_leaf(id)),
                str(tape.requires_grad[id]),
                tape.grad_fn(id) or "None",
                "None" if grad is None else short_text(grad),
                "" if adjoint is None else short_text(adjoint),
            ]
        )
    columns = ["id", "node", "is", "value", "is_leaf", "requires_grad", "grad_fn", ".grad", style.text(f"∂{output}/∂node")]
    return Table(
        f"Nodes, in the order of evaluation ({tape.mode} graph)",
        columns,
        rows,
        numeric=frozenset({"id", "value", ".grad", columns[-1]}),
        faint=frozenset(faint),
        note=_left_out(len(graph) - shown, "nodes"),
    )


def _edges(tape: Tape, labels: Labels, style: Style, show_all: bool) -> Table:
    graph, names = tape.graph, tape.names
    rows: list[list[str]] = []
    needs = tape.requires_grad
    total = sum(sum(needs[input] for input in inputs) for id, inputs in enumerate(graph.inputs) if needs[id])
    for id in range(len(graph)):
        if not show_all and len(rows) >= TABLE_ROWS:
            break
        if not needs[id] or not graph.inputs[id]:
            continue
        values = tape.local_values(id)
        for input, text, value in zip(graph.inputs[id], labels.edges(id), values, strict=True):
            if text is not None and value is not None:
                d = style.text("∂")
                edge = f"{names[input]} {style.text('→')} {names[id]}"
                rows.append([edge, f"{d}{names[id]}/{d}{names[input]}", style.expression(text), short_text(value)])
    return Table(
        "Edges, with the local derivative along each",
        ["edge", "local derivative", "is", "value"],
        rows,
        numeric=frozenset({"value"}),
        note=_left_out(total - len(rows), "edges"),
    )


def _left_out(count: int, what: str) -> str:
    return f"... {count:,} more {what}; --all shows them, --json has them" if count > 0 else ""


def _derivations(tape: Tape, derivation: Derivation, style: Style) -> Iterator[Equations]:
    variables = {tape.graph.variables[name] for name in tape.wrt}
    output = tape.names[tape.output]
    inner = [equation for id, equation in derivation.equations.items() if id not in variables]
    if inner:
        title = style.text(f"Backward pass, from {output} back to the variables")
        yield Equations(title, [row for equation in inner for row in _rows(equation.steps, style)])
    for name in tape.wrt:
        found = derivation.equations.get(tape.graph.variables[name])
        if found is not None:
            rows = list(_rows(found.steps, style))
            title = style.text(f"Why ∂{output}/∂{name} = {short_text(tape.gradient[name] or 0.0)}")
            yield Equations(title, rows, frozenset({len(rows) - 1}))


def _rows(steps: Sequence[Step], style: Style) -> Iterator[tuple[str, str, str, str]]:
    for index, step in enumerate(steps):
        rounded = any(not is_short(n.value) for n in postorder(step.right) if isinstance(n, Number))
        left = to_text(step.left, pretty=not style.ascii) if index == 0 else ""
        right = to_text(step.right, pretty=not style.ascii, number=short_text)
        yield left, style.text("≈") if rounded else "=", right, style.text(step.note)
