"""Running a program: forward and backward, onto a tape."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any

from gradcli.autodiff.forward import evaluate
from gradcli.autodiff.reverse import backward, requires_grad, whole_numbers
from gradcli.autodiff.tape import Tape
from gradcli.errors import GradcliError, nearest
from gradcli.graph.graph import CONSTANT, DEFAULT_MAX_ELEMENTS, DEFAULT_MAX_NODES, PRINT, VARIABLE, Graph, Shape
from gradcli.graph.names import constant_text, node_names
from gradcli.language.ast import Program, Statement
from gradcli.language.free_names import free_names
from gradcli.language.numbers import number_text
from gradcli.language.statements import uses_tape
from gradcli.language.text import to_text
from gradcli.lowering.builders import Recorder, Removed, Shown, StaticBuilder, Value, compacted, float32
from gradcli.lowering.calls import run_together
from gradcli.lowering.execute import execute
from gradcli.lowering.expressions import TRUTHS, UnboundVariableError
from gradcli.lowering.lower import lower
from gradcli.lowering.outputs import output_ids, select_outputs
from gradcli.lowering.raising import node_expression
from gradcli.lowering.statements import DEFAULT_MAX_STEPS
from gradcli.ops.constants import SPELLINGS, VALUES
from gradcli.ops.structural import shape_of, shape_text

if TYPE_CHECKING:
    from gradcli.autodiff.program_tape import ProgramTape

DEFAULT_OPTIMIZE = 1


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
        from gradcli.autodiff.program_tape import ProgramTape

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
                    raise _missing(program, bindings, spare)
                static = built, execute(built, recorder, max_steps=max_steps)
            else:
                graph, values = built, None
        else:
            assigned: dict[str, int] = {}
            lower(program, recorder, bindings, max_steps=max_steps, assigned=assigned)
            if fetch:
                select_outputs(graph, fetch, assigned)
    except UnboundVariableError:
        raise _missing(program, bindings, spare) from None
    if graph.variables.keys() != bindings.keys():
        for name in _unrecorded(program, graph, bindings, spare):
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
    from gradcli.autodiff.excerpt import tape_of
    from gradcli.autodiff.program_tape import run_program

    _check_used(free_names(program), tape.bindings, spare)
    try:
        output = run_program(program, tape, max_steps=max_steps, on_statement=on_statement)
    except UnboundVariableError:
        raise _missing(program, tape.bindings, spare) from None
    for name in tape.wrt or ():
        if name not in tape.graph.variables:
            raise _no_variable(name, tape.graph)
    found = tape_of(tape, output, output_ids(program, tape.graph), differentiated=True)
    for name, id in found.graph.variables.items():  # what the program did with the tape is no part of the graph
        if not found.graph.shape(id):
            found.graph.decisions[id] = found.bindings[name]
    return found


def build(
    program: Program,
    bound: Collection[str] = (),
    shapes: Mapping[str, Shape] | None = None,
    optimize: int = DEFAULT_OPTIMIZE,
    removed: list[Removed] | None = None,
    max_nodes: int = DEFAULT_MAX_NODES,
    max_elements: int = DEFAULT_MAX_ELEMENTS,
    max_steps: int = DEFAULT_MAX_STEPS,
    *,
    inexact: bool = True,
    steered: bool = True,
) -> Graph:
    """Build the static graph of a program, before any value is known.

    Args:
        program: The program.
        bound: Names that will have a value: they are variables even where they also name a constant, such as ``e``.
        shapes: The shapes of the variables that are arrays.
        optimize: As for :func:`record`; so are the limits.
        removed: Where what is shared, folded or left out is noted; None to note nothing.
        inexact: Whether constants also fold where the result is not rational.
        steered: Whether branches and loops are nodes; else the program is one expression, in which operations choose.

    Raises:
        GradcliError: The program is wrong, or too large (exit code 4).
    """
    builder = StaticBuilder(
        Graph(max_nodes, max_elements),
        inexact=inexact,
        steered=steered,
        identities=optimize > 1,
        shapes=shapes,
        plain=optimize < 1,
        removed=removed,
    )
    graph = lower(program, builder, bound, max_steps=max_steps)
    return graph if optimize < 1 else compacted(graph, keep_named=optimize < 2, removed=removed)


def is_steered(graph: Graph) -> bool:
    """Whether a static graph has branches or loops, or prints: it is executed, not evaluated node by node."""
    return bool(graph.blocks) or PRINT in graph.operations


def static_tape(graph: Graph, recorded: Mapping[int, int], run: Tape) -> Tape:
    """What is known of the nodes of a static graph after a run.

    Args:
        graph: The graph.
        recorded: For each node outside of its blocks the node that was recorded, but for those with several results.
        run: What was recorded, forward and backward.
    """
    ids = [recorded.get(id) for id in range(len(graph))]
    needs = requires_grad(graph, [graph.variables[name] for name in run.wrt if name in graph.variables])
    return Tape(
        graph=graph,
        mode="static",
        dtype=run.dtype,
        bindings=run.bindings,
        wrt=run.wrt,
        values=[None if id is None else run.values[id] for id in ids],
        requires_grad=needs,
        adjoints=[None if id is None or not need else run.adjoints[id] for id, need in zip(ids, needs, strict=True)],
        retained=frozenset(id for id, at in enumerate(ids) if at in run.retained),
    )


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
        chosen = _chosen(graph, wrt)
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
    chosen = _chosen(graph, wrt)
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
        retained=_retained(retain_grad, graph, needs),
        symbolic=symbolic,
    )


def _chosen(graph: Graph, wrt: Sequence[str] | None) -> tuple[str, ...]:
    """The variables to differentiate by."""
    whole = whole_numbers(graph)
    chosen = tuple(n for n, id in graph.variables.items() if id not in whole) if wrt is None else tuple(dict.fromkeys(wrt))
    for name in chosen:
        if name not in graph.variables:
            raise _no_variable(name, graph)
        if graph.variables[name] in whole:
            raise _no_gradient_of_whole(name, graph)
    return chosen


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


def _missing(program: Program, bindings: Mapping[str, float], spare: Collection[str]) -> GradcliError:
    """The error for variables without a value; a value of an unknown name, which may be meant for one of them, comes first."""
    free = free_names(program)
    _check_used(free, bindings, spare)
    from gradcli.language.foreign import ALONE

    known = {*bindings, *TRUTHS}
    missing = [name for name in free if name not in known and SPELLINGS.get(name, name) not in VALUES]
    listed = ", ".join(missing[:8]) + (f" and {len(missing) - 8} more" if len(missing) > 8 else "")
    options = " ".join(f"--{name} VALUE" for name in missing[:8]) + (" ..." if len(missing) > 8 else "")
    meant = [call for name in missing if (call := run_together(name, free))]
    hint = f"add {options}" + (f"; for the function write {meant[0]}" if meant else "")
    words = [ALONE[name] for name in missing if name in ALONE]
    if words:
        hint = f"{words[0]}; {hint}"
    return GradcliError(f"no value for {listed}", free[missing[0]], hint)


def _unrecorded(program: Program, graph: Graph, bindings: Mapping[str, float], spare: Collection[str]) -> list[str]:
    """The bound variables that stand only in a branch that was not taken; their leaves exist all the same.

    Raises:
        GradcliError: A variable has no value, or a binding is of no variable of the program.
    """
    if not graph.variables.keys() <= bindings.keys():
        raise _missing(program, bindings, spare)
    free = free_names(program)
    _check_used(free, bindings, spare)
    return [name for name in free if name in bindings and name not in graph.variables]


def _check_used(free: Collection[str], bindings: Mapping[str, float], spare: Collection[str]) -> None:
    for name in bindings:
        if name not in free and name not in spare:
            raise UnknownVariableError(name, [n for n in free if SPELLINGS.get(n, n) not in VALUES or n in bindings])


class UnknownVariableError(GradcliError):
    """A value or a derivative is asked for by the name of a variable that the program does not have.

    Args:
        name: The name.
        variables: The program's variables.
        asked_by: The option that names it, followed by a colon; empty for a value.
    """

    def __init__(self, name: str, variables: Sequence[str], asked_by: str = "") -> None:
        near = nearest(name, variables)
        array = name.partition("[")[0].strip() if name.endswith("]") else ""
        listed = ", ".join(variables[:20]) + (", ..." if len(variables) > 20 else "")
        hint = f"did you mean {near}? " if near else ""
        if array in variables:
            hint = f"--elements, of eval and explain, makes each element of {array} a variable of its own; "
        hint += f"its variables are {listed}" if variables else "it has no variables"
        super().__init__(f"{asked_by}the expression has no variable {name}", hint=hint)
        self.name = name
        self.near = near


def _no_variable(name: str, graph: Graph) -> GradcliError:
    names = node_names(graph, frozenset(VALUES))
    if SPELLINGS.get(name, name) in VALUES:
        return GradcliError(f"--wrt takes variables, and {name} is a constant", hint=f"--{name} VALUE makes it a variable")
    if name in names and name not in map(constant_text, graph.constants.values()):
        hint = f"--retain-grad {name} shows the gradient of an intermediate node"
        return GradcliError(f"--wrt takes variables, and {name} is computed", hint=hint)
    return UnknownVariableError(name, list(graph.variables), f"--wrt {name}: ")


def _no_gradient_of_whole(name: str, graph: Graph) -> GradcliError:
    user = next(id for id, inputs in enumerate(graph.inputs) if graph.variables[name] in inputs)
    return GradcliError(
        f"--wrt {name}: {graph.operations[user]} takes whole numbers there, classes or places, which have no gradient",
        graph.spans[user],
        f"leave {name} out of --wrt",
    )


def _retained(asked: Sequence[str] | None, graph: Graph, needs: Sequence[bool]) -> frozenset[int]:
    """The nodes to keep ``.grad`` of: those asked for by name, or all that are computed and require a gradient."""
    if asked is not None and not asked:
        return frozenset()
    names = node_names(graph, frozenset(VALUES))
    computed = {names[id]: id for id in range(len(graph)) if graph.operations[id] not in (VARIABLE, CONSTANT)}
    if asked is None:
        return frozenset(id for id in computed.values() if needs[id])
    for name in asked:
        if name in graph.variables:  # retain_grad on a leaf does nothing, as in PyTorch
            continue
        if name not in computed:
            near = nearest(name, computed)
            hint = f"did you mean {near}?" if near else f"the nodes are {', '.join(list(computed)[:20])}"
            raise GradcliError(f"--retain-grad {name}: there is no node {name}", hint=hint)
        if not needs[computed[name]]:
            raise GradcliError(f"--retain-grad {name}: {name} does not require a gradient", hint="add its variables to --wrt")
    return frozenset(computed[name] for name in asked if name in computed)
