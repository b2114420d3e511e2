"""What `gradcli eval` tells a person, as data: blocks that the text and the Rich view print alike."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from gradcli.autodiff.passes.tape import Tape
from gradcli.derivation.notation.steps import Derivation, Equation
from gradcli.graph.names import is_operation
from gradcli.language.numbers import is_short, number_text, short_text
from gradcli.language.text import to_text
from gradcli.lowering.node_expressions import written_out, written_sizes
from gradcli.output.reports.blocks import ANSWER, EDGES, NODES, PARTS, WHY, Block, Equations, Lines, Style, left_out
from gradcli.output.reports.equations import equation_rows
from gradcli.output.reports.tables import TABLE_ROWS, graph_tables
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.output.jacobians import Jacobians

WRITTEN_NODES = 40
"""Nodes of an expression up to which the result line repeats it."""


def eval_report(
    tape: Tape,
    derivation: Derivation | None,
    *,
    style: Style,
    show_all: bool = False,
    jacobians: Jacobians | None = None,
    parts: Collection[str] = PARTS,
) -> Iterator[Block]:
    """The blocks of `gradcli eval`: what was asked for, why it is so, and the graph.

    Args:
        tape: The run.
        derivation: Its derivation; None where it is left out.
        style: How expressions and signs are written.
        show_all: Whether tables show every row.
        jacobians: What is shown beyond value and gradient, None for nothing; a forward pass takes the place of the backward pass.
        parts: Which parts of it.
    """
    tangents = None if jacobians is None else jacobians.tangents
    if ANSWER in parts:
        yield from _results(tape, style, show_all)
        if jacobians is not None:
            from gradcli.output.reports.runs.jacobians import jacobian_blocks

            yield from jacobian_blocks(tape, jacobians, style, show_all=show_all)
    if WHY in parts and jacobians is not None and tangents is not None:
        from gradcli.output.reports.runs.jacobians import forward_pass

        yield from forward_pass(tape, jacobians, style)
    elif WHY in parts and derivation is not None and derivation.equations:
        yield from _derivations(tape, derivation, style)
    if NODES in parts or EDGES in parts:
        moving = None if tangents is None else tangents.nodes
        tables = graph_tables(tape, style, range(len(tape.graph)), rows=None if show_all else TABLE_ROWS, tangents=moving)
        yield from (table for table in tables if table.part in parts)


def _results(tape: Tape, style: Style, show_all: bool) -> Iterator[Lines]:
    output = tape.names[tape.output]
    value = number_text(tape.value)
    head = value if output == value else f"{output} = {value}"  # a constant is named by its number
    if written_sizes(tape.graph)[tape.output] <= WRITTEN_NODES and is_operation(tape.graph, tape.output):
        whole = to_text(written_out(tape.graph, tape.output, tape.names), pretty=not style.ascii)
        point = ", ".join(f"{name} {_sign(value, style)} {short_text(value)}" for name, value in tape.bindings.items())
        head = f"{output} = {whole} = {value}" + (f"   at {point}" if point else "")
    known = tape.adjoints[tape.output] is not None or not tape.requires_grad[tape.output]  # an array needs a cotangent
    gradient = list(tape.gradient.items()) if known else []
    shown = gradient if show_all else gradient[:TABLE_ROWS]
    yield Lines([head, *[_derivative(tape, style, name, value) for name, value in shown]], important=True)
    if len(shown) < len(gradient):
        yield Lines([left_out(len(gradient) - len(shown), "derivatives")])


def _sign(value: Any, style: Style) -> str:
    """What stands before a number in six digits."""
    return "=" if is_short(value) else style.text("≈")


def _derivative(tape: Tape, style: Style, name: str, value: float | None) -> str:
    output = tape.names[tape.output]
    left = style.text(to_text(tape.derivative(name), pretty=True))
    if value is not None:
        return f"{left} = {number_text(value)}"
    if not tape.requires_grad[tape.output]:
        return f"{left}: none, {output} carries no gradient"
    if tape.depends_on(name):
        return f"{left}: none, no gradient flows from {output} to {name}"
    return f"{left}: none, {output} does not depend on {name}"


def _derivations(tape: Tape, derivation: Derivation, style: Style) -> Iterator[Equations]:
    variables = {tape.graph.variables[name] for name in tape.wrt}
    output = tape.names[tape.output]
    inner = [equation for id, equation in derivation.equations.items() if id not in variables]
    if inner:
        title = style.text(f"Backward pass, from {output} back to the variables")
        yield Equations(title, [row for equation in inner for row in _equation(equation, style)])
    for name in tape.wrt:
        found = derivation.equations.get(tape.graph.variables[name])
        if found is not None:
            rows = list(_equation(found, style))
            value = tape.gradient[name]
            title = style.text(f"Why {to_text(tape.derivative(name), pretty=True)}")
            if not tape.graph.shape(tape.graph.variables[name]):
                title += f" {_sign(value, style)} {short_text(value)}"
            end = derivation.ends.get(name)
            if end is not None and end.value != value and end.value == end.value:
                title += f", and {short_text(end.value)} by its formula"
            yield Equations(title, rows, frozenset({len(rows) - 1}))


def _equation(equation: Equation, style: Style) -> Iterator[tuple[str, str, str, str]]:
    """The lines of an equation; before them what they use."""
    for edge in equation.edges:
        yield from equation_rows([edge], style)
    yield from equation_rows(equation.steps, style)
