"""Runs written as programs again, with some nodes replaced: text that can be pasted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from gradcli.autodiff.passes.tape import Tape
from gradcli.graph.graph import CONSTANT, Graph
from gradcli.language.ast import Assignment, Call, Expression, Name, Operator, Output, Program, Statement, postorder
from gradcli.language.parser import is_name
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.lowering.node_expressions import constant_expression, operation_expression, written_out, written_sizes
from gradcli.ops.declaration.constants import VALUES
from gradcli.ops.elementwise.arithmetic import detach

_SHORT = 25
"""Nodes up to which an expression is written out."""

_INLINE = 4
"""Nodes up to which an expression that is used twice is written twice."""


def node_text(tape: Tape, node: int) -> str:
    return to_text(_shown(tape, Name(f"#{node}")))


def new_text(tape: Tape, expression: Expression) -> str:
    return to_text(_shown(tape, expression))


def _shown(tape: Tape, expression: Expression) -> Expression:
    """An expression for people: nodes written out where that is short, by their names where it is not."""
    sizes = written_sizes(tape.graph)

    def put(part: Expression) -> Expression:
        if not isinstance(part, Name) or not part.name.startswith("#"):
            return _without_signs(part)
        id = int(part.name[1:])
        if id in tape.graph.given_names or sizes[id] > _SHORT:
            return Name(tape.names[id]) if id != tape.output and sizes[id] > _SHORT else written_out(tape.graph, id, tape.names)
        return written_out(tape.graph, id, tape.names)

    return mapped(expression, put)


def rewritten(tape: Tape, replaced: Mapping[int, Expression]) -> Program | None:
    """The program of a run with new expressions for some nodes; what is used twice is a line with a name of its own.

    None where a new expression needs what is computed from it.
    """
    graph = tape.graph
    order = _operands_first(graph, replaced)
    if order is None:
        return None
    uses = Counter([graph.output, *[input for id in order for input in _below(graph, id, replaced)]])
    taken = {*graph.variables, *VALUES}
    fresh = (name for number in range(1, len(graph) + len(taken) + 2) if (name := f"t{number}") not in taken)
    sizes = written_sizes(graph)
    statements: list[Statement] = []
    made: dict[int, Expression] = {}

    def put(part: Expression) -> Expression:
        return made[int(part.name[1:])] if isinstance(part, Name) and part.name.startswith("#") else _without_signs(part)

    names = {id: name for name, id in graph.variables.items()}
    for id in order:
        if id in names:
            made[id] = Name(names[id])
            continue
        if graph.operations[id] == CONSTANT:
            made[id] = constant_expression(graph.constants[id])
            continue
        if id in replaced:
            expression = mapped(replaced[id], put)
        else:
            expression = operation_expression(graph, id, [made[input] for input in graph.inputs[id]])
        if id in graph.detached:
            expression = Call(detach.name, (expression,))
        if uses[id] > 1 and (sizes[id] > _INLINE or id in graph.given_names):
            given = graph.given_names.get(id, "")
            name = given if given and given not in taken and is_name(given) else next(fresh)
            taken.add(name)
            statements.append(Assignment(name, expression))
            expression = Name(name)
        made[id] = expression
    return Program((*statements, Output(made[graph.output])))


def _without_signs(part: Expression) -> Expression:
    """An operation on a negative written with one sign: a + -b as a - b, --a as a."""
    if not isinstance(part, Operator) or part.symbol not in ("+", "-"):
        return part
    *first, last = part.operands
    if not isinstance(last, Operator) or last.symbol != "-" or len(last.operands) != 1:
        return part
    if not first:
        return last.operands[0]
    return Operator("-" if part.symbol == "+" else "+", (*first, *last.operands))


def _operands_first(graph: Graph, replaced: Mapping[int, Expression]) -> list[int] | None:
    """The nodes of the program, each behind those that it needs; a new expression may need a node behind the one it stands for.

    None where there is no such order.
    """
    order: list[int] = []
    done: dict[int, bool] = {}  # False while what a node needs is being put in order
    work = [graph.output]
    while work:
        id = work[-1]
        if id in done:
            work.pop()
            if not done[id]:
                done[id] = True
                order.append(id)
            continue
        done[id] = False
        needed = [input for input in _below(graph, id, replaced) if not done.get(input)]
        if any(input in done for input in needed):
            return None
        work += needed
    return order


def _below(graph: Graph, id: int, replaced: Mapping[int, Expression]) -> list[int]:
    """The nodes that the expression of a node has, each as often as it has it."""
    if id not in replaced:
        return list(graph.inputs[id])
    return [int(part.name[1:]) for part in postorder(replaced[id]) if isinstance(part, Name) and part.name[:1] == "#"]
