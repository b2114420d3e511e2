"""Running a program: forward and backward, onto a tape."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from math import prod

from gradcli.autodiff.passes.forward import evaluate
from gradcli.autodiff.passes.reverse import backward, requires_grad, whole_numbers
from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.names_asked import check_used, chosen_variables, missing, no_variable, retained_nodes, unrecorded
from gradcli.autodiff.runs.static_graphs import build, is_steered, static_tape
from gradcli.errors import GradcliError, UnknownVariableError
from gradcli.frozen import replace
from gradcli.graph.graph import DEFAULT_MAX_NODES, Graph, Shape
from gradcli.graph.names import node_names
from gradcli.graph.shapes import shape_text
from gradcli.language.ast import NOWHERE, Program, Statement
from gradcli.language.numbers import number_text
from gradcli.language.statements import free_names, uses_tape
from gradcli.language.text import to_text
from gradcli.lowering.builders.builder import Shown, Value
from gradcli.lowering.builders.dynamic import DynamicBuilder
from gradcli.lowering.builders.static import Removed
from gradcli.lowering.node_expressions import node_expression
from gradcli.lowering.programs.expressions import UnboundVariableError
from gradcli.lowering.programs.lower import lower, sort_variables
from gradcli.ops.declaration.constants import VALUES
from gradcli.ops.declaration.structural import shape_of
from gradcli.typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from typing import Concatenate, ParamSpec

    from gradcli.autodiff.torch_tape.events import Notify
    from gradcli.autodiff.torch_tape.program_tape import ProgramTape

    P = ParamSpec("P")


def recorded(program: Program, asked: Request) -> Tape:
    """Run a program forward and backward.

    Args:
        program: The program.
        asked: What is asked for, with the value of each variable.

    Raises:
        GradcliError: A variable has no value, a binding or a name is not used, or the program is wrong; exit code 4 where
            the graph would exceed a limit.
    """
    if program.may_differentiate:
        from gradcli.autodiff.inner_derivatives import with_derivatives

        written = with_derivatives(program)
        if written is not program:  # a variable may be in what is differentiated alone
            asked = replace(asked, spare={*asked.spare, *free_names(program)})
            program = written
    if asked.mode == "dynamic" and uses_tape(program):
        return _on_eager_tape(program, asked)
    point = asked.point()
    printed: list[Shown] = []
    builder = _dynamic_builder(asked, point, printed)
    graph = builder.graph
    values: list[Value] | None = builder.values
    static: tuple[Graph, dict[int, int]] | None = None
    removed: list[Removed] = []
    try:
        if asked.mode == "static":
            built = build(program, asked, removed if asked.note_removed else None)
            if is_steered(built):
                if not built.variables.keys() <= point.keys():
                    raise missing(program, point, asked.spare)
                from gradcli.lowering.builders.execute import execute

                static = built, execute(built, builder, max_steps=asked.max_steps)
            else:
                graph, values = built, None
        else:
            assigned: dict[str, int] = {}
            lower(program, builder, point, max_steps=asked.max_steps, assigned=assigned)
            if asked.fetch:
                from gradcli.lowering.programs.outputs import select_outputs

                select_outputs(graph, asked.fetch, assigned)
    except UnboundVariableError:
        raise missing(program, point, asked.spare) from None
    if graph.variables.keys() != point.keys():
        for name in unrecorded(program, graph, point, asked.spare):
            graph.variable(name, (0, 0), shape_of(point[name]))
            if values is not None:
                values.append(point[name])
        sort_variables(graph, program)
    if values is None:
        values = evaluate(graph, point, asked.cast)
    tape = _with_adjoints(forward_tape(graph, asked, point, values), asked)
    return replace(
        tape,
        static=None if static is None else static_tape(*static, tape),
        printed=printed,
        removed=removed,
    )


def _dynamic_builder(asked: Request, point: Mapping[str, Value], printed: list[Shown]) -> DynamicBuilder:
    builder = DynamicBuilder(Graph(asked.max_nodes, asked.max_elements), point, asked.cast)
    builder.on_print = printed.append if asked.on_print is None else asked.on_print
    return builder


def _on_eager_tape(program: Program, asked: Request) -> Tape:
    """The run of a program that acts on its tape."""
    if asked.fetch:
        hint = f"leave out --fetch, and end the program with output {', '.join(asked.fetch)}"
        raise GradcliError("--fetch takes nodes of a graph, and this program acts on its tape", hint=hint)
    printed: list[Shown] = []
    warnings: list[str] = []
    tape = run_on_tape(program, eager_tape(asked, asked.on_print or printed.append, warnings), asked)
    return replace(tape, printed=printed, warnings=warnings)


def eager_tape(
    asked: Request, on_print: Callable[[Shown], None], warnings: list[str], notify: Notify | None = None
) -> ProgramTape:
    """An empty tape as PyTorch has it.

    Args:
        asked: What is asked for, with the value of each variable.
        on_print: Gets what the program prints.
        warnings: Gets what the program does that is hardly meant.
        notify: Is told each event.
    """
    from gradcli.autodiff.torch_tape.program_tape import ProgramTape

    return ProgramTape(
        asked.point(),
        asked.wrt,
        dtype=asked.dtype,
        max_nodes=asked.max_nodes,
        max_elements=asked.max_elements,
        notify=notify,
        on_print=on_print,
        warn=warnings.append,
    )


def run_on_tape(
    program: Program, tape: ProgramTape, asked: Request, on_statement: Callable[[Statement], None] | None = None
) -> Tape:
    """Run a program on an eager tape, as one that acts on the tape itself needs it.

    Args:
        program: The program.
        tape: The tape, with the values of the variables.
        asked: What is asked for.
        on_statement: Is told each statement before it runs.

    Returns:
        What leads to the output, as a tape for views.

    Raises:
        GradcliError: As :func:`recorded`; also what PyTorch refuses to do.
    """
    from gradcli.autodiff.torch_tape.as_tape import tape_of
    from gradcli.autodiff.torch_tape.program_tape import run_program
    from gradcli.lowering.programs.outputs import output_ids

    check_used(free_names(program), tape.bindings, asked.spare)
    try:
        output = run_program(program, tape, max_steps=asked.max_steps, on_statement=on_statement)
    except UnboundVariableError:
        raise missing(program, tape.bindings, asked.spare) from None
    for name in tape.wrt or ():
        if name not in tape.graph.variables:
            raise no_variable(name, tape.graph)
    found = tape_of(tape, output, output_ids(program, tape.graph), differentiated=True)
    for name, id in found.graph.variables.items():  # what the program did with the tape is no part of the graph
        if not found.graph.shape(id):
            found.graph.decisions[id] = found.bindings[name]
    return found


def outlined(program: Program, asked: Request) -> Tape:
    """The tape of a program whose variables have no values: a static graph in which only exact constants fold.

    The values on it are those at some point in the domain of most functions, so that the steps of a derivation can be checked.

    Args:
        program: The program.
        asked: What is asked for.

    Raises:
        GradcliError: As :func:`recorded`, or a shape is of no variable.
    """
    removed: list[Removed] = []
    graph = build(program, asked, removed if asked.note_removed else None, inexact=False)
    if not graph.variables:  # the derivative of a constant by anything is 0
        for name in asked.wrt or ():
            graph.variable(name, NOWHERE)
    for name in asked.shapes:
        if name not in graph.variables:
            raise UnknownVariableError(name, list(graph.variables), "--shape: ")
    asked = replace(asked, mode="static", bindings=None)
    if is_steered(graph):
        unknown: list[Any] = [None] * len(graph)
        tape = forward_tape(graph, asked, dict.fromkeys(graph.variables, math.nan), unknown)
        leads = graph.ancestors(graph.output)
        arrives: list[Any] = [math.nan if need and lead else None for need, lead in zip(tape.requires_grad, leads, strict=True)]
        return replace(tape, adjoints=arrives, removed=removed)
    return replace(graph_run(graph, asked), removed=removed)


def graph_run(graph: Graph, asked: Request) -> Tape:
    """Run a graph that exists already, forward and backward.

    Args:
        graph: The graph.
        asked: What is asked for; where the variables have no values: see :func:`outlined`.

    Raises:
        GradcliError: A condition that chose what was recorded has another outcome at these values, a name is not used, or a
            value has not the shape of its variable.
    """
    if asked.bindings is None:
        golden = 0.6180339887498949
        numbers = {name: 0.3 + golden * (index + 1) % 1 / 2 for index, name in enumerate(graph.variables)}
        whole = whole_numbers(graph)
        numbers |= {name: 0.0 for name, id in graph.variables.items() if id in whole}
        point = {name: _filled(value, graph.shape(graph.variables[name])) for name, value in numbers.items()}
    else:
        point = asked.point()
        _check_shapes(graph, point)
    values = evaluate(graph, point, asked.cast)
    for id, taken in graph.decisions.items():
        now = bool(values[id]) if isinstance(taken, bool) else values[id]
        if asked.bindings is not None and now != taken and (now == now or taken == taken):
            raise _not_recorded(graph, id, taken, now)
    return _with_adjoints(forward_tape(graph, asked, point, values), asked)


def static_run(built: Graph, asked: Request) -> Tape:
    """Run a static graph that :func:`build` made, which may have branches and loops, forward and backward.

    Args:
        built: The graph.
        asked: What is asked for, with the value of each variable of the graph; those of others are not looked at.

    Raises:
        GradcliError: A loop does not end, or a name is not used.
    """
    given = {**(asked.bindings or {}), **asked.feed}
    asked = replace(asked, bindings={name: given[name] for name in built.variables}, feed={}, mode="static")
    if not is_steered(built):
        return graph_run(built, asked)
    printed: list[Shown] = []
    point = asked.point()
    from gradcli.lowering.builders.execute import execute

    builder = _dynamic_builder(asked, point, printed)
    execute(built, builder, max_steps=asked.max_steps)
    tape = forward_tape(builder.graph, asked, point, builder.values)
    return replace(_with_adjoints(tape, asked), printed=printed)


S = TypeVar("S")


def _with_fields(run: Callable[[S, Request], Tape], request: Callable[P, Request]) -> Callable[Concatenate[S, P], Tape]:
    """The same function with what is asked for as arguments: the fields of :class:`Request`, the first ones by place."""

    def called(source: S, /, *fields: P.args, **named: P.kwargs) -> Tape:
        return run(source, request(*fields, **named))

    functools.update_wrapper(called, run)
    return called


record = _with_fields(recorded, Request)
run_graph = _with_fields(graph_run, Request)


def outline(
    program: Program,
    wrt: Sequence[str] | None = None,
    *,
    shapes: Mapping[str, Shape] | None = None,
    cotangent: Value | None = None,
    max_nodes: int = DEFAULT_MAX_NODES,
) -> Tape:
    """As :func:`outlined`, as one expression without nodes for branches; the arguments are fields of :class:`Request`."""
    return outlined(program, Request(None, wrt, shapes=shapes or {}, cotangent=cotangent, max_nodes=max_nodes, steered=False))


def _check_shapes(graph: Graph, point: Mapping[str, Value]) -> None:
    """Check that each value has the shape of its variable: the shapes of a graph that exists are fixed.

    Raises:
        GradcliError: One has another shape.
    """
    for name, id in graph.variables.items():
        shape, given = graph.shape(id), shape_of(point[name])
        if shape != given:
            found = f"an array of the shape {shape_text(given)}" if given else "a number"
            what = f"an array of the shape {shape_text(shape)}" if shape else "a number"
            hint = f"give {name} {what}; for other shapes build the graph anew, from its expression"
            raise GradcliError(f"{name} is {what} in the graph, and its value is {found}", hint=hint)


def _filled(value: float, shape: Shape) -> Value:
    """A number, or an array of some numbers between 0 and 1 of which square parts have an inverse; 0 stays 0."""
    if not shape:
        return value
    import numpy

    if value == 0:
        return numpy.zeros(shape)
    count = numpy.arange(1, numpy.prod(shape, dtype=int) + 1).reshape(shape)
    filled = value + 0.15 * (0.6180339887498949 * (count % 10_007) ** 2 % 1)
    if len(shape) > 1 and shape[-1] == shape[-2] > 1:  # a dominant diagonal
        filled = numpy.where(numpy.eye(shape[-1], dtype=bool), filled, filled / (3 * shape[-1]))
    return filled


def _not_recorded(graph: Graph, id: int, taken: bool | float, now: Value) -> GradcliError:
    names = node_names(graph, frozenset(VALUES))
    condition = to_text(node_expression(graph, id, names))
    was, is_now = (str(value).lower() if isinstance(value, bool) else number_text(value) for value in (taken, now))
    return GradcliError(
        f"the graph was recorded where {condition} is {was}, and with these values it is {is_now}",
        hint="record it again from the expression, at these values",
    )


def forward_tape(graph: Graph, asked: Request, point: Mapping[str, Value], values: list[Value]) -> Tape:
    """The tape of a graph that has run forward alone.

    Args:
        graph: The graph.
        asked: What is asked for.
        point: The value of each variable; empty where they have none.
        values: The value of each node.
    """
    chosen = chosen_variables(graph, asked.wrt)
    needs = requires_grad(graph, [graph.variables[name] for name in chosen])
    return Tape(
        graph=graph,
        mode=asked.mode,
        dtype=asked.dtype,
        bindings={name: point[name] for name in graph.variables if name in point},
        wrt=chosen,
        values=values,
        requires_grad=needs,
        adjoints=[None] * len(graph),
        retained=retained_nodes(asked.retain_grad, graph, needs),
        symbolic=asked.bindings is None,
    )


def _with_adjoints(tape: Tape, asked: Request) -> Tape:
    """The tape after its backward pass."""
    seed = _seed(tape.graph, asked.cotangent, asked=bool(asked.wrt) and asked.needs_cotangent)
    if seed is None:
        return tape
    return replace(tape, adjoints=backward(tape.graph, tape.values, tape.requires_grad, seed, asked.cast))


def _seed(graph: Graph, cotangent: Value | None, *, asked: bool) -> Value | None:
    """The adjoint of the output that the backward pass begins with; None where there is none, since it is an array."""
    shape = graph.shape(graph.output)
    if cotangent is not None:
        if shape_of(cotangent) != shape:
            raise GradcliError(
                f"the cotangent has the shape {shape_of(cotangent)}, and the output {shape}",
                hint="give it the shape of the output",
            )
        return cotangent
    if not shape:
        return 1.0
    if prod(shape) == 1:
        import numpy

        return numpy.ones(shape)
    if asked:
        raise GradcliError(
            f"the output has the shape {shape}: grad can be implicitly created only for scalar outputs",
            graph.spans[graph.output],
            "add --cotangent VALUE of that shape, or --jacobian to `gradcli eval`, or make it a number, for example by sum(...)",
        )
    return None
