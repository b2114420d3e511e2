"""An explanation as a document, part by part.

Everything that is mathematics is an expression here; a format never sees it as text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.derivation.calculus.applications import Application, Rules
from gradcli.derivation.explain import Explanation
from gradcli.derivation.nodes.path_listing import Path
from gradcli.derivation.notation.arrays import array_expression, raised
from gradcli.derivation.notation.prose import Equal, Piece, Words, about_primes, listed
from gradcli.derivation.notation.steps import Derivation, Equation
from gradcli.derivation.paths import Cost, Paths, PathSum
from gradcli.graph.names import is_operation
from gradcli.graph.shapes import shape_text
from gradcli.language.ast import Expression, Name, Number, postorder
from gradcli.language.text import to_text
from gradcli.lowering.builders.builder import Value, has_arrays
from gradcli.lowering.node_expressions import Raised, node_expression, written_out, written_sizes
from gradcli.output.documents.parts import Equations, Grid, Heading, Paragraph, Part, Row, chain_rows, rounded

WRITTEN_NODES = 60
"""Nodes of an expression up to which the first line repeats it."""

DERIVATIVE_NODES = 150
"""Nodes of a derivative up to which the first lines have it."""


def document(explanation: Explanation) -> Iterator[Part]:
    """The parts of an explanation, in the order of reading."""
    yield from _head(explanation)
    content = explanation.content
    if isinstance(content, Paths):
        yield from _paths(explanation, content)
    elif isinstance(content, Rules):
        yield from _rules(explanation, content)
    else:
        yield from _nodes(explanation, content)


def _head(explanation: Explanation) -> Iterator[Part]:
    tape = explanation.tape
    output, graph = Name(tape.names[tape.output]), tape.graph
    words: list[Piece] = []
    equation: Expression | Equal = output
    if is_operation(graph, tape.output) and written_sizes(graph)[tape.output] <= WRITTEN_NODES:
        equation = Equal(output, written_out(graph, tape.output, tape.names, raised=_raised(explanation)))
        words = [equation]
    if not tape.symbolic:
        valued = _valued(equation, tape.value)
        words = [valued if output.name != to_text(valued.right) else output]  # a constant is named by its number
        point = [Equal(Name(name), array_expression(value)) for name, value in list(tape.bindings.items())[:12]]
        if point:
            more = len(tape.bindings) - len(point)
            words += [" at ", *listed(point, ", "), *([f", and {more:,} more values"] if more else [])]
    if words:
        yield Paragraph(tuple(words), important=True)
    for name in tape.wrt:
        yield Paragraph(tuple(_derivative(explanation, name)), important=True)


def _raised(explanation: Explanation) -> Raised | None:
    """How operations are written: on arrays as derivations write them."""
    return raised if has_arrays(explanation.tape.graph) else None


def _derivative(explanation: Explanation, name: str) -> Iterator[Piece]:
    tape = explanation.tape
    left = tape.derivative(name)
    value = explanation.value(name)
    if value is None:
        yield left
        output = Name(tape.names[tape.output])
        if not tape.requires_grad[tape.output]:
            yield from (": none, ", output, " carries no gradient")
        elif tape.depends_on(name):
            yield from (": none, no gradient flows from ", output, " to ", Name(name))
        else:
            yield from (": none, ", output, " does not depend on ", Name(name))
        return
    short = explanation.formula(name)
    if short is not None and sum(1 for _ in postorder(short)) > DERIVATIVE_NODES:
        short = None
    equation: Expression | Equal = left
    if has_arrays(tape.graph) and tape.symbolic:
        short = _in_matrix_form(explanation, name)
    if short is not None and (tape.symbolic or not (isinstance(short, Number) or _has_none(tape.value, value))):
        equation = Equal(left, short)
    yield equation if tape.symbolic else _valued(equation, value)
    if tape.graph.shape(tape.graph.variables[name]):
        yield f", of shape {shape_text(tape.graph.shape(tape.graph.variables[name]))}"
    if tape.symbolic and short is None and not has_arrays(tape.graph):
        yield ": too long for one line; gradcli diff has it in named lines"


def _in_matrix_form(explanation: Explanation, name: str) -> Expression | None:
    """What the derivative by an array is in terms of other adjoints; None where its parts have lines of their own."""
    assert isinstance(explanation.content, Derivation)
    found = explanation.content.equations.get(explanation.tape.graph.variables[name])
    return None if found is None or any(isinstance(edge.left, Name) for edge in found.edges) else found.steps[0].right


def _has_none(value: Value, derivative: Value) -> bool:
    """Whether a derivative is nan because its function has no value, whatever the formula has."""
    return isinstance(value, float) and isinstance(derivative, float) and value != value and derivative != derivative


def _valued(left: Expression | Equal, value: Value) -> Equal:
    right = array_expression(value)
    return Equal(left, right, rounded(right))


# ---- by nodes ----


def _nodes(explanation: Explanation, derivation: Derivation) -> Iterator[Part]:
    tape = explanation.tape
    graph, names = tape.graph, tape.names
    output = Name(names[tape.output])
    computed = [id for id in range(len(graph)) if is_operation(graph, id)]
    if computed:
        yield Heading(("Forward: the nodes in the order of evaluation",))
        rows: list[tuple[Words, ...]] = []
        for id in computed:
            row: list[Words] = [(Name(names[id]),), (node_expression(graph, id, names, raised=_raised(explanation)),)]
            row += [(shape_text(graph.shape(id)) if graph.shape(id) else "",)] if graph.shapes else []
            rows.append(tuple(row if tape.symbolic else [*row, (array_expression(tape.values[id]),)]))
        columns: list[Words] = [("node",), ("is",), *([("shape",)] if graph.shapes else [])]
        numeric = frozenset() if tape.symbolic or graph.shapes else frozenset({2})
        yield Grid(tuple(columns if tape.symbolic else [*columns, ("value",)]), tuple(rows), numeric)
    variables = {graph.variables[name] for name in tape.wrt}
    inner = [equation for id, equation in derivation.equations.items() if id not in variables]
    if inner:
        yield Heading(("Backward: from ", output, " to the variables, an equation for each node"))
        yield from _equations(explanation, inner, ends=False)
    for name in tape.wrt:
        found = derivation.equations.get(graph.variables[name])
        if found is not None:
            yield Heading((tape.derivative(name), " by the chain rule"))
            yield from _equations(explanation, [found], ends=True)


def _equations(explanation: Explanation, equations: Sequence[Equation], *, ends: bool) -> Iterator[Equations]:
    for equation in equations:
        edges = tuple(Row(step.left, step.right, step.words) for step in equation.edges)
        yield Equations(edges + chain_rows(explanation.shown(equation.steps), ends=ends))


# ---- by paths ----


def _paths(explanation: Explanation, paths: Paths) -> Iterator[Part]:
    tape = explanation.tape
    for found in paths.sums:
        if found.count:
            yield Heading((_paths_title(found), " from ", Name(found.variable), " to ", Name(tape.names[tape.output])))
            yield _path_table(explanation, found)
            if found.steps:
                yield Heading(
                    (
                        tape.derivative(found.variable),
                        " is the sum over the paths" if found.count > 1 else " is the product along the path",
                    )
                )
                yield Equations(chain_rows(explanation.shown(found.steps)))
    if any(found.count for found in paths.sums):
        yield Heading(("What it costs",))
        yield _cost_table(explanation, paths)
        yield Paragraph((_WHY,))


_WHY = (
    "Reverse mode multiplies once for each edge, however many variables there are; forward mode walks through the graph again "
    "for each variable, and path by path what paths share is multiplied again for each. So with many variables and one output "
    "reverse mode wins."
)


def count_digits(count: int) -> str:
    """The digits of a whole number of any length; Python itself refuses to write more than some thousands."""
    from decimal import Decimal

    return str(Decimal(count))


def count_text(count: int) -> str:
    """A whole number as people read it: its digits, or of a very long one the first and how many there are."""
    if count < 10**18:
        return f"{count:,}"
    digits = count_digits(count)
    return f"{digits[0]}.{digits[1:5]}e{len(digits) - 1}"


def _paths_title(found: PathSum) -> str:
    paths = f"{count_text(found.count)} path{'s' * (found.count != 1)}"
    if len(found.paths) == found.count:
        return paths
    return f"The {len(found.paths)} largest of {paths}"


def _path_table(explanation: Explanation, found: PathSum) -> Grid:
    symbolic = explanation.tape.symbolic
    columns: list[Words] = [("path",), ("product of the local derivatives",), ("is",)]
    brief = explanation.detail == "brief"
    rows: list[tuple[Words, ...]] = []
    for path in found.paths:
        row: list[Words] = [_way(path, found), _product(path), () if path.product is None else (path.product,)]
        if brief:
            del row[1]
        rows.append(tuple(row if symbolic else [*row, (Number(path.value),)]))
    if brief:
        del columns[1]
    if not symbolic:
        columns.append(("value",))
    note: Words = ()
    left_out = found.count - len(found.paths)
    if left_out:
        note = (f"and {count_text(left_out)} more paths",)
        if not symbolic:
            note = (*note, ", which add up to ", Number(found.rest))
    return Grid(tuple(columns), tuple(rows), frozenset() if symbolic else frozenset({len(columns) - 1}), note)


def _way(path: Path, found: PathSum) -> Words:
    """The path; where another one passes the same nodes by other arguments also these."""
    same = sum(1 for other in found.paths[:40] if other.nodes == path.nodes)
    if same > 1 and len(path.arguments) <= 8:
        return (path.way, f" by argument{'s' * (len(path.arguments) > 1)} ", ", ".join(str(a + 1) for a in path.arguments))
    return (path.way,)


def _product(path: Path) -> Words:
    if path.partials is None or path.factors is None:
        return (f"{len(path.arguments):,} factors",) if path.arguments else ("1",)
    return (Equal(path.partials, path.factors),)


def _cost_table(explanation: Explanation, paths: Paths) -> Grid:
    tape = explanation.tape
    partials: list[Piece] = [tape.derivative(name) for name in tape.wrt[:4]]
    asked = listed(partials, ", ") + ([", …"] if len(tape.wrt) > 4 else [])
    columns: list[Words] = [("method",), ("multiplications for ", *asked)]
    others = len(tape.wrt) < paths.variables
    if others:
        columns.append((f"for all {paths.variables:,} variables",))
    columns.append(("passes",))

    def row(cost: Cost) -> tuple[Words, ...]:
        cells: list[Words] = [(cost.method,), (_count(cost.multiplications),)]
        if others:
            cells.append((_count(cost.for_all),))
        passes = "one product for each path" if cost.passes is None else f"{cost.passes:,} through the graph"
        if cost.passes is not None and others and cost.passes_for_all != cost.passes:
            passes += f", {cost.passes_for_all:,} for all"
        return (*cells, (passes,))

    numeric = frozenset({1, 2}) if others else frozenset({1})
    return Grid(
        tuple(columns),
        tuple(map(row, paths.costs)),
        numeric,
        ("multiplications by the 1 that a pass begins with are not counted",),
    )


def _count(count: int | None) -> str:
    return "not counted" if count is None else count_text(count)


# ---- by rules ----


def _rules(explanation: Explanation, rules: Rules) -> Iterator[Part]:
    tape = explanation.tape
    if rules.definitions:
        yield Heading(("Parts with a name",))
        yield Equations(tuple(Row(name, expression) for name, expression in rules.definitions))
    for derivation in rules.derivations:
        name = derivation.variable
        if tape.gradient[name] is None:
            continue
        yield Heading((tape.derivative(name), " by the rules of calculus"))
        yield Paragraph(about_primes(name, [other for other in tape.graph.variables if other != name]))
        for application in derivation.applications:
            yield Equations(
                chain_rows(explanation.shown(application.steps), ends=False),
                tuple(_application_title(application)),
                application.number,
                application.depth,
            )
        yield Heading(("Put together",))
        yield Equations(chain_rows(explanation.shown(derivation.steps)))


def _application_title(application: Application) -> Iterator[Piece]:
    yield application.rule + ": "
    yield application.statement
    if application.letters:
        yield " with "
        yield from listed(list(application.letters), ", ")
