"""Derivatives inside expressions, ``diff(x*e^x, x)``: each is written out before the program is lowered."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gradcli.autodiff.passes.reverse import gradient_graph
from gradcli.errors import ExitCode, GradcliError
from gradcli.graph.graph import Graph
from gradcli.language.ast import Assignment, Call, Definition, Expression, Name, Number, Output, Program, Statement, postorder
from gradcli.language.rewrite import mapped
from gradcli.language.statements import assigned_names, blocks, expressions, free_names
from gradcli.lowering.builders.compaction import compacted
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.node_expressions import written_out, written_sizes
from gradcli.lowering.programs.lower import lower

DERIVATIVE = "diff"
"""The name of the function."""

LONGEST = 5_000
"""Operations of a derivative up to which it is written out."""

HIGHEST = 20
"""The highest order."""

_USAGE = "write diff(x^2, x), or diff(x^2, x, 2) for the second derivative"


_Plain = Callable[[Graph, Sequence[int]], tuple[Graph, list[int]]]


def with_derivatives(program: Program, plain: _Plain | None = None) -> Program:
    """The program with each derivative in it written out.

    An own function of this name is that function. Names that the program assigned before are written out as well, so that the
    derivative is a total one.

    Args:
        program: The program.
        plain: What makes the graph of a derivative a plainer one; None to write it out as the rules give it.

    Raises:
        GradcliError: A derivative stands where it cannot be written out, or is not one by a variable.
    """
    if not program.may_differentiate or not any(map(_has_derivative, program.statements)):
        return program
    if any(isinstance(statement, Definition) and statement.name == DERIVATIVE for statement in program.statements):
        return program
    done: list[Statement] = []
    for statement in program.statements:
        done.append(_expanded(statement, done, plain))
    return Program(tuple(done), program.may_use_tape, False)


def _has_derivative(statement: Statement) -> bool:
    return derivative_in(statement) is not None


def derivative_in(statement: Statement) -> Call | None:
    """A derivative that stands in a statement, or in its blocks; None where there is none."""
    work: list[Statement] = [statement]
    while work:
        one = work.pop()
        values = (one.body,) if isinstance(one, Definition) and isinstance(one.body, Expression) else expressions(one)
        for value in values:
            for node in postorder(value):
                if isinstance(node, Call) and node.function == DERIVATIVE:
                    return node
        work += [inner for block in blocks(one) for inner in block]
        work += one.body if isinstance(one, Definition) and isinstance(one.body, tuple) else ()
    return None


def _expanded(statement: Statement, before: Sequence[Statement], plain: _Plain | None) -> Statement:
    found = derivative_in(statement)
    if found is None:
        return statement
    if isinstance(statement, Output):
        return Output(_written(statement.value, before, (), plain), statement.span)
    if isinstance(statement, Assignment):
        return Assignment(statement.name, _written(statement.value, before, (), plain), statement.span)
    if isinstance(statement, Definition) and isinstance(statement.body, Expression):
        functions = [one for one in before if isinstance(one, Definition)]
        body = _written(statement.body, functions, statement.parameters, plain)
        return Definition(statement.name, statement.parameters, body, statement.span)
    raise GradcliError("a derivative stands inside a block", found.span, "take it before, into a name, or write its formula")


def _written(expression: Expression, before: Sequence[Statement], parameters: Sequence[str], plain: _Plain | None) -> Expression:
    def change(node: Expression) -> Expression:
        if isinstance(node, Call) and node.function == DERIVATIVE:
            return _derivative(node, before, parameters, plain)
        return node

    return mapped(expression, change)


def _derivative(call: Call, before: Sequence[Statement], parameters: Sequence[str], plain: _Plain | None) -> Expression:
    """A derivative as an expression."""
    if call.keywords or len(call.arguments) not in (2, 3):
        raise GradcliError("diff takes an expression and a variable", call.span, _USAGE)
    content, variable = call.arguments[:2]
    order = call.arguments[2] if len(call.arguments) == 3 else Number(1)
    if not isinstance(variable, Name):
        raise GradcliError("a derivative is by a variable", variable.span, _USAGE)
    if not (isinstance(order, Number) and isinstance(order.value, int) and 1 <= order.value <= HIGHEST):
        raise GradcliError(f"the order of a derivative is a whole number from 1 to {HIGHEST}", order.span, _USAGE)
    given = [one for one in before if isinstance(one, Assignment | Definition)]
    used = free_names(Program((Output(content),)))
    for statement in before:
        inside = {name for block in blocks(statement) for name in assigned_names(block)} & used.keys()
        if inside:
            raise GradcliError(f"{min(inside)} gets its value inside a block", used[min(inside)], "write its formula")
    if any(isinstance(one, Assignment) and one.name == variable.name for one in given):
        hint = "a derivative is by a variable; rename one of the two"
        raise GradcliError(f"{variable.name} is assigned before", variable.span, hint)
    graph = lower(Program((*given, Output(content))), StaticBuilder(Graph()), [variable.name, *parameters])
    if graph.shapes or graph.blocks:
        raise GradcliError("diff is of numbers, without arrays, branches and loops", content.span, "write its formula")
    for _ in range(order.value):
        if variable.name not in graph.variables:
            return Number(0, call.span)
        graph, [id] = gradient_graph(compacted(graph), [compacted(graph).variables[variable.name]])
        if id is None:
            return Number(0, call.span)
        if plain is not None:
            graph, [id] = plain(graph, [id])
        graph.outputs, graph.output = [id], id
        if len(graph) > LONGEST or written_sizes(graph)[id] > LONGEST:
            raise GradcliError(
                f"the derivative takes more than {LONGEST:,} operations",
                call.span,
                "gradcli diff has it",
                exit_code=ExitCode.LIMIT,
            )
    names = {at: name for name, at in graph.variables.items()}
    return written_out(graph, graph.output, [names.get(at, "") for at in range(len(graph))])
