"""Running a program: forward and backward, onto a tape."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from gradcli.autodiff.passes.forward import evaluate
from gradcli.autodiff.passes.reverse import backward, requires_grad, whole_numbers
from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.runs.names_asked import check_used, chosen_variables, missing, no_variable, retained_nodes, unrecorded
from gradcli.autodiff.runs.static_graphs import DEFAULT_OPTIMIZE, build, is_steered, static_tape
from gradcli.errors import GradcliError
from gradcli.frozen import replace
from gradcli.graph.graph import DEFAULT_MAX_ELEMENTS, DEFAULT_MAX_NODES, Graph, Shape
from gradcli.graph.names import node_names
from gradcli.graph.shapes import shape_text
from gradcli.language.ast import Program, Statement
from gradcli.language.free_names import free_names
from gradcli.language.numbers import number_text
from gradcli.language.statements import uses_tape
from gradcli.language.text import to_text
from gradcli.lowering.builders.builder import Shown, Value, float32
from gradcli.lowering.builders.execute import execute
from gradcli.lowering.builders.recorder import Recorder
from gradcli.lowering.builders.static import Removed
from gradcli.lowering.limits import DEFAULT_MAX_STEPS
from gradcli.lowering.node_expressions import node_expression
from gradcli.lowering.programs.expressions import UnboundVariableError
from gradcli.lowering.programs.lower import lower
from gradcli.lowering.programs.outputs import output_ids, select_outputs
from gradcli.ops.declaration.constants import VALUES
from gradcli.ops.declaration.structural import shape_of

if TYPE_CHECKING:
    from gradcli.autodiff.torch_tape.program_tape import ProgramTape


def record(
    program: Program,
    bindings: Mapping[str, Value],
    wrt: Sequence[str] | None = None,
    *,
    mode: str = "dynamic",
    dtype: str = "float64",
    retain_grad: Sequence[str] | None = (),
    max_nodes: int = DEFAULT_MAX_NODES,
    max_elements: int = DEFAULT_MAX_ELEMENTS,
    max_steps: int = DEFAULT_MAX_STEPS,
    optimize: int = DEFAULT_OPTIMIZE,
    cotangent: Value | None = None,
    needs_cotangent: bool = True,
    spare: Collection[str] = (),
    on_print: Callable[[Shown], None] | None = None,
    fetch: Sequence[str] = (),
    note_removed: bool = False,
) -> Tape:
    """Run a program forward and backward.

    Args:
        program: The program.
        bindings: The value of each variable: a float, or an array of float64.
        wrt: The variables that require gradients; None for all.
        mode: ``dynamic`` records each operation as it runs; ``static`` builds the graph first, shared and folded.
        dtype: ``float64``, or ``float32``, to which every value is rounded.
        retain_grad: Names of nodes that keep ``.grad``; None for all.
        max_nodes: The limit on the size of the graph.
        max_elements: The limit on the number of elements of all arrays together.
        max_steps: The limit on the turns of loops.
        optimize: What building a static graph leaves out: 0 nothing; 1 shares common subexpressions, folds constants and drops
            nodes without a name that no output needs; 2 also drops those that have one, and x·1, x + 0 and their like.
        cotangent: The adjoint of the output, of its shape; None for 1, for an output that is a number.
        needs_cotangent: Whether an output that is an array must have one where ``wrt`` is given; else it has no gradient.
        spare: Names among the bindings that the program need not use.
        on_print: Gets what the program prints while it runs; None to keep it on the tape alone.
        fetch: Of a dynamic graph the nodes to take as outputs instead of the program's own, by name; the first is differentiated.
        note_removed: Whether the tape tells what building a static graph left out.

    Raises:
        GradcliError: A variable has no value, a binding or a name is not used, or the program is wrong; exit code 4 where
            the graph would exceed ``max_nodes``.
    """
    cast = float32 if dtype == "float32" else None
    bindings = {name: cast(value) if cast else value for name, value in bindings.items()}
    if mode == "dynamic" and uses_tape(program):
        from gradcli.autodiff.torch_tape.program_tape import ProgramTape

        if fetch:
            hint = f"leave out --fetch, and end the program with output {', '.join(fetch)}"
            raise GradcliError("--fetch takes nodes of a graph, and this program acts on its tape", hint=hint)
        told: list[Shown] = []
        warnings: list[str] = []
        eager = ProgramTape(
            bindings,
            wrt,
            dtype=dtype,
            max_nodes=max_nodes,
            max_elements=max_elements,
            on_print=on_print or told.append,
            warn=warnings.append,
        )
        tape = run_on_tape(program, eager, spare=spare, max_steps=max_steps)
        return replace(tape, printed=told, warnings=warnings)
    static: tuple[Graph, dict[int, int]] | None = None
    removed: list[Removed] = []
    recorder = Recorder(Graph(max_nodes, max_elements), bindings, cast)
    printed: list[Shown] = []
    recorder.on_print = printed.append if on_print is None else on_print
    graph = recorder.graph
    values: list[Value] | None = recorder.values
    try:
        if mode == "static":
            shapes = {name: shape_of(value) for name, value in bindings.items()}
            noted = removed if note_removed else None
            built = build(program, bindings, shapes, optimize, noted, max_nodes, max_elements, max_steps)
            if is_steered(built):
                if not built.variables.keys() <= bindings.keys():
                    raise missing(program, bindings, spare)
                static = built, execute(built, recorder, max_steps=max_steps)
            else:
                graph, values = built, None
        else:
            assigned: dict[str, int] = {}
            lower(program, recorder, bindings, max_steps=max_steps, assigned=assigned)
            if fetch:
                select_outputs(graph, fetch, assigned)
    except UnboundVariableError:
        raise missing(program, bindings, spare) from None
    if graph.variables.keys() != bindings.keys():
        for name in unrecorded(program, graph, bindings, spare):
            graph.variable(name, (0, 0), shape_of(bindings[name]))
            if values is not None:
                values.append(bindings[name])
    if values is None:
        values = evaluate(graph, bindings, cast)
    seed = _seed(graph, cotangent, asked=bool(wrt) and needs_cotangent)
    tape = _tape(graph, mode, dtype, bindings, values, wrt, retain_grad, seed)
    return replace(tape, static=None if static is None else static_tape(*static, tape), printed=printed, removed=removed)


def run_on_tape(
    program: Program,
    tape: ProgramTape,
    *,
    spare: Collection[str] = (),
    max_steps: int,
    on_statement: Callable[[Statement], None] | None = None,
) -> Tape:
    """Run a program on an eager tape, as one that acts on the tape itself needs it.

    Args:
        program: The program.
        tape: The tape, with the values of the variables.
        spare: Names among the values that the program need not use.
        max_steps: The limit on the turns of loops.
        on_statement: Is told each statement before it runs.

    Returns:
        What leads to the output, as a tape for views.

    Raises:
        GradcliError: As :func:`record`; also what PyTorch refuses to do.
    """
    from gradcli.autodiff.torch_tape.as_tape import tape_of
    from gradcli.autodiff.torch_tape.program_tape import run_program

    check_used(free_names(program), tape.bindings, spare)
    try:
        output = run_program(program, tape, max_steps=max_steps, on_statement=on_statement)
    except UnboundVariableError:
        raise missing(program, tape.bindings, spare) from None
    for name in tape.wrt or ():
        if name not in tape.graph.variables:
            raise no_variable(name, tape.graph)
    found = tape_of(tape, output, output_ids(program, tape.graph), differentiated=True)
    for name, id in found.graph.variables.items():  # what the program did with the tape is no part of the graph
        if not found.graph.shape(id):
            found.graph.decisions[id] = found.bindings[name]
    return found


def outline(
    program: Program,
    wrt: Sequence[str] | None = None,
    *,
    retain_grad: Sequence[str] | None = (),
    max_nodes: int = DEFAULT_MAX_NODES,
    shapes: Mapping[str, Shape] | None = None,
    cotangent: Value | None = None,
    max_steps: int = DEFAULT_MAX_STEPS,
    optimize: int = DEFAULT_OPTIMIZE,
    note_removed: bool = False,
    steered: bool = False,
) -> Tape:
    """The tape of a program whose variables have no values: a static graph in which only exact constants fold.

    The values on it are those at some point in the domain of most functions, so that the steps of a derivation can be checked.

    Args:
        program: The program.
        wrt: The variables that require gradients; None for all.
        retain_grad: As for :func:`record`.
        max_nodes: The limit on the size of the graph.
        shapes: The shapes of the variables that are arrays.
        cotangent: As for :func:`record`; so are ``max_steps``, ``optimize`` and ``note_removed``.
        steered: As for :func:`build`.

    Raises:
        GradcliError: As :func:`record`.
    """
    removed: list[Removed] = []
    noted = removed if note_removed else None
    graph = build(program, (), shapes, optimize, noted, max_nodes, max_steps=max_steps, inexact=False, steered=steered)
    if is_steered(graph):
        chosen = chosen_variables(graph, wrt)
        needs = requires_grad(graph, [graph.variables[name] for name in chosen])
        unknown: list[Any] = [None] * len(graph)
        leads = graph.ancestors(graph.output)
        arrives: list[Any] = [math.nan if need and lead else None for need, lead in zip(needs, leads, strict=True)]
        bindings = dict.fromkeys(graph.variables, math.nan)
        tape = Tape(graph, "static", "float64", bindings, chosen, unknown, needs, arrives, frozenset(), symbolic=True)
    else:
        tape = run_graph(graph, None, wrt, mode="static", retain_grad=retain_grad, cotangent=cotangent)
    return replace(tape, removed=removed)


def run_graph(
    graph: Graph,
    bindings: Mapping[str, Value] | None,
    wrt: Sequence[str] | None = None,
    *,
    mode: str,
    dtype: str = "float64",
    retain_grad: Sequence[str] | None = (),
    cotangent: Value | None = None,
    needs_cotangent: bool = True,
) -> Tape:
    """Run a graph that exists already, forward and backward.

    Args:
        graph: The graph.
        bindings: The value of each of its variables; None where they have none: see :func:`outline`.
        wrt: The variables that require gradients; None for all.
        mode: How the graph came about: ``dynamic`` or ``static``.
        dtype: As for :func:`record`.
        retain_grad: As for :func:`record`.
        cotangent: As for :func:`record`.
        needs_cotangent: As for :func:`record`.

    Raises:
        GradcliError: A condition that chose what was recorded has another outcome at these values, a name is not used, or a
            value has not the shape of its variable.
    """
    cast = float32 if dtype == "float32" else None
    if bindings is None:
        golden = 0.6180339887498949
        numbers = {name: 0.3 + golden * (index + 1) % 1 / 2 for index, name in enumerate(graph.variables)}
        whole = whole_numbers(graph)
        numbers |= {name: 0.0 for name, id in graph.variables.items() if id in whole}
        point = {name: _filled(value, graph.shape(graph.variables[name])) for name, value in numbers.items()}
    else:
        point = {name: cast(value) if cast else value for name, value in bindings.items()}
        _check_shapes(graph, point)
    values = evaluate(graph, point, cast)
    for id, taken in graph.decisions.items():
        now = bool(values[id]) if isinstance(taken, bool) else values[id]
        if bindings is not None and now != taken:
            raise _not_recorded(graph, id, taken, now)
    seed = _seed(graph, cotangent, asked=bool(wrt) and needs_cotangent)
    return _tape(graph, mode, dtype, point, values, wrt, retain_grad, seed, symbolic=bindings is None)


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


def run_built(
    built: Graph,
    bindings: Mapping[str, Value],
    wrt: Sequence[str] | None = None,
    *,
    dtype: str = "float64",
    max_steps: int = DEFAULT_MAX_STEPS,
    cotangent: Value | None = None,
    on_print: Callable[[Shown], None] | None = None,
) -> Tape:
    """Run a static graph that :func:`build` made, which may have branches and loops, forward and backward.

    Args:
        built: The graph.
        bindings: The value of each of its variables; those of others are not looked at.
        wrt: The variables that require gradients; None for all.
        dtype: As for :func:`record`; so are the other arguments.

    Raises:
        GradcliError: A loop does not end, or a name is not used.
    """
    point = {name: bindings[name] for name in built.variables}
    if not is_steered(built):
        return run_graph(built, point, wrt, mode="static", dtype=dtype, cotangent=cotangent)
    cast = float32 if dtype == "float32" else None
    recorder = Recorder(Graph(built.max_nodes, built.max_elements), point, cast)
    printed: list[Shown] = []
    recorder.on_print = printed.append if on_print is None else on_print
    execute(built, recorder, max_steps=max_steps)
    seed = _seed(recorder.graph, cotangent, asked=bool(wrt))
    tape = _tape(recorder.graph, "static", dtype, point, recorder.values, wrt, (), seed)
    return replace(tape, printed=printed)


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


def _tape(
    graph: Graph,
    mode: str,
    dtype: str,
    bindings: Mapping[str, Value],
    values: list[Value],
    wrt: Sequence[str] | None,
    retain_grad: Sequence[str] | None,
    seed: Value | None,
    *,
    symbolic: bool = False,
) -> Tape:
    """The backward pass of a graph that has run, from the adjoint of its output."""
    chosen = chosen_variables(graph, wrt)
    needs = requires_grad(graph, [graph.variables[name] for name in chosen])
    cast = float32 if dtype == "float32" else None
    return Tape(
        graph=graph,
        mode=mode,
        dtype=dtype,
        bindings={name: bindings[name] for name in graph.variables},
        wrt=chosen,
        values=values,
        requires_grad=needs,
        adjoints=[None] * len(graph) if seed is None else backward(graph, values, needs, seed, cast),
        retained=retained_nodes(retain_grad, graph, needs),
        symbolic=symbolic,
    )


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
