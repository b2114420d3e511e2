"""Program to graph, through a builder: the same walk records a dynamic graph and builds a static one."""

from __future__ import annotations

from collections.abc import Callable, Collection

from gradcli.errors import GradcliError, Span
from gradcli.graph.graph import Graph
from gradcli.language.ast import Assignment, Attribute, Definition, Name, Output, Program, Statement
from gradcli.language.program_text import statement_text
from gradcli.language.statements import Action, Break, For, Outputs, Print, Repeat, While, blocks, free_names
from gradcli.language.text import to_text
from gradcli.lowering.builders.builder import DEFAULT_MAX_STEPS, GraphBuilder
from gradcli.lowering.programs.blocks import Blocks
from gradcli.lowering.programs.expressions import UnboundVariableError as UnboundVariableError
from gradcli.lowering.programs.own_calls import RESULT


def lower(
    program: Program,
    builder: GraphBuilder,
    bound: Collection[str] = (),
    *,
    max_steps: int = DEFAULT_MAX_STEPS,
    assigned: dict[str, int] | None = None,
    on_statement: Callable[[Statement], None] | None = None,
) -> Graph:
    """Lower a program.

    Args:
        program: The program; its last statement is the output.
        builder: What makes nodes; a :class:`~gradcli.lowering.builders.dynamic.DynamicBuilder` knows values and records only
            the branch that a condition selects, a :class:`~gradcli.lowering.builders.static.StaticBuilder` builds both.
        bound: Names that have a value: they are variables even where they also name a constant, such as ``e``.
        max_steps: How many turns the loops that are run or unrolled may take, all together.
        assigned: Gets the node that each assigned name means at the end; None where nobody asks.
        on_statement: Is told each statement before it is lowered.

    Returns:
        The builder's graph, with its output set.

    Raises:
        GradcliError: A name or a function is unknown or wrongly used; the error names the place.
    """
    _check(program)
    walk = Blocks(program, builder, bound, max_steps)
    walk.check_statements(tuple(s for s in program.statements if isinstance(s, Definition) or blocks(s)))
    if on_statement is not None:
        walk.tell(on_statement)
    try:
        _run(program, builder, walk)
    finally:
        walk.handlers.clear()  # they are its own methods: a cycle would keep each run of a feed until a collection
    if assigned is not None:
        assigned.update(walk.assigned)
    if walk.calls or walk.conditionals or any(map(blocks, program.statements)):  # what is not run meets no variable
        sort_variables(builder.graph, program)
    return builder.graph


def check_calls(program: Program, builder: GraphBuilder, bound: Collection[str]) -> None:
    """Check the calls of a program before it runs: a wrong call is wrong wherever it stands.

    Args:
        program: The program.
        builder: What would make its nodes.
        bound: Names that have a value.

    Raises:
        GradcliError: A function is unknown, or gets arguments that it does not take.
    """
    Blocks(program, builder, bound, 0).check_statements(program.statements)


def _run(program: Program, builder: GraphBuilder, walk: Blocks) -> None:
    """Walk over the statements, and say which nodes are the outputs."""
    graph, last = builder.graph, last_statement(program)
    declared: list[int] = []
    for statement in program.statements:
        walk.work.append(statement)
        walk.drive()
        if isinstance(statement, Outputs):
            declared = graph.outputs
        elif isinstance(statement, Output) and not isinstance(statement.value, Attribute):
            graph.output = walk.assigned[RESULT]
            graph.outputs.append(graph.output)
        elif isinstance(statement, Assignment):
            graph.output = walk.assigned[statement.name]
    if declared:
        graph.outputs = declared
        graph.output = declared[0]
    elif isinstance(last, Assignment):
        if last.name not in walk.assigned and last.name not in walk.bound:
            raise _no_output(last.span, f"nothing was assigned to {last.name}")
        graph.output = walk.name(Name(last.name, last.span))
        graph.outputs.append(graph.output)
    elif RESULT not in walk.assigned:
        what = "did" if builder.knows_values else "may"
        hint = "give a value in every branch, or behind the blocks: end the program with an expression, or with output NAME"
        raise _no_output(last.span, f"what gives the output {what} not run", hint)
    elif last is not program.statements[-1]:
        graph.output = walk.assigned[RESULT]
        graph.outputs.append(graph.output)


def sort_variables(graph: Graph, program: Program) -> None:
    """Bring the variables of a graph into the order of the text, whatever was evaluated first."""
    order = {name: place for place, name in enumerate(free_names(program))}
    graph.variables = dict(sorted(graph.variables.items(), key=lambda item: order.get(item[0], len(order))))


def last_statement(program: Program) -> Statement:
    """The statement that gives the output: the last one that gives a value, also at the end of a block.

    Raises:
        GradcliError: There is none.
    """
    block = program.statements
    if isinstance(block[-1], Definition):
        at = block[-1]
        hint = f"add a last statement that uses {at.name}, such as {at.name}({', '.join(at.parameters)})"
        raise _no_output(at.span, "the program ends without an output", hint)
    while True:
        valued = [s for s in block if not isinstance(s, Print | Action | Break | Definition) and not is_fact(s)]
        if not valued:
            place = block[-1] if block else program.statements[-1]
            raise _no_output(place.span, "the program ends without an output")
        last = valued[-1]
        if not blocks(last):
            return last
        block = next((inner for inner in blocks(last) if inner), ())


def is_fact(statement: Statement) -> bool:
    """Whether a statement only shows what the tape knows of a node, such as ``w.grad``."""
    return isinstance(statement, Output) and isinstance(statement.value, Attribute)


def _no_output(span: Span, message: str, hint: str = "") -> GradcliError:
    return GradcliError(message, span, hint or "end the program with an expression, or with output NAME")


def _check(program: Program) -> None:
    """Check that results are given once, ``break`` stands in a loop, and functions are defined outside of blocks.

    Raises:
        GradcliError: It does not, or they are not.
    """
    declared = [statement for statement in program.statements if isinstance(statement, Outputs)]
    bare = [s for s in program.statements if isinstance(s, Output) and not is_fact(s)]
    for again in [*declared[1:], *(bare if declared else [])]:
        hint = (
            f"write {statement_text(declared[0])}, {to_text(again.value)}"
            if isinstance(again, Output)
            else "list all in one output"
        )
        raise GradcliError("there is an output statement, and here is another result", again.span, hint)
    work: list[tuple[Statement, bool, bool]] = [(statement, False, False) for statement in program.statements]
    while work:
        statement, in_block, in_loop = work.pop()
        if isinstance(statement, Break) and not in_loop:
            raise GradcliError("break stands outside of a loop", statement.span, "it leaves the loop around it")
        if isinstance(statement, Definition):
            if in_block:
                raise GradcliError(
                    "a function is defined outside of blocks", statement.span, "move it to the beginning of the program"
                )
            if isinstance(statement.body, tuple):
                work.extend((inner, True, False) for inner in statement.body)
        if isinstance(statement, Outputs) and in_block:
            raise GradcliError("output stands outside of blocks", statement.span, "move it to the end of the program")
        loops = in_loop or isinstance(statement, For | While | Repeat)
        for block in blocks(statement):
            work.extend((inner, True, loops) for inner in block)
