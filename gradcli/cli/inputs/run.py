"""The run of a call: its expression, or a graph from a file, at the values of the call."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from gradcli.autodiff.request import Request
from gradcli.cli.framework.choices import check_stdin, refuse, split_names
from gradcli.cli.framework.command import Options
from gradcli.cli.framework.options import (
    BackwardOptions,
    ModeOptions,
    OptimizeOptions,
    RunOptions,
    ValueOptions,
    WrtOptions,
    limits_of,
)
from gradcli.cli.framework.streams import write_warning
from gradcli.cli.inputs.source import expression_text
from gradcli.cli.inputs.variables import bindings_of, number
from gradcli.errors import ExitCode, GradcliError, UnknownVariableError, located, no_value
from gradcli.frozen import replace
from gradcli.graph.graph import DEFAULT_MAX_NODES, Graph, Shape
from gradcli.graph.shapes import shape_text
from gradcli.typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from gradcli.autodiff.passes.tape import Tape
    from gradcli.autodiff.runs.graph_document import GraphDocument


NO_VALUES = "give every variable a value, or leave it out"

MOST_GRAPH_BYTES = 2**30
"""The largest graph that is read: what the largest graph that is built takes as JSON."""

_SHOWN = 5
"""Values that are not finite which are named."""


def request_of(options: Options, **further: Any) -> Request:
    """What the options of a call ask of a run.

    Args:
        options: The options, of whatever groups.
        further: Fields of the request that they do not tell, or tell otherwise.
    """
    fields: dict[str, Any] = {}
    if isinstance(options, WrtOptions):
        fields["wrt"] = split_names("--wrt", options.wrt) or None
    if isinstance(options, ModeOptions):
        fields |= {"mode": options.mode or "dynamic", "dtype": options.dtype or "float64"}
    if isinstance(options, BackwardOptions) and options.cotangent is not None:
        fields["cotangent"] = number(options.cotangent, "--cotangent", options)
    return Request(**limits_of(options) | fields | further)


class Run(NamedTuple):
    """A run.

    Attributes:
        tape: Forward and backward pass.
        text: The source text.
        warnings: What a document should warn of; it is already on standard error.
        where: What messages call the text.
        error: What the program breaks off with, where that is drawn; to be raised when the drawing is written.
    """

    tape: Tape
    text: str
    warnings: list[str]
    where: str
    error: GradcliError | None = None


def warn_of_others(graph: Graph, options: Options) -> None:
    """Say that a program has further outputs, where a call is about one of them."""
    count = len(graph.outputs)
    if count < 2:
        return
    is_last = graph.output == graph.outputs[-1]
    said = (
        f"the program has {count} outputs, and this is about the last one"
        if is_last
        else f"the program has {count} outputs, and this is about the first one"
    )
    write_warning(said + "; --jacobian has the derivatives of all" * ("--jacobian" in options.command.by_flag))


def run_of(
    options: RunOptions,
    *,
    shapes: Mapping[str, Shape] | None = None,
    elements: bool = False,
    needs_cotangent: bool = True,
    draws: bool = False,
    warns: bool = True,
) -> Run:
    """Run what a call gives, forward and backward.

    Args:
        options: The options of the call.
        shapes: The shapes of variables without values.
        elements: Whether to write the run out in elements.
        needs_cotangent: Whether an output that is an array has no gradient without a cotangent.
        draws: Whether the graph is what is asked for: all variables may be without values, and a program whose shapes do not fit
            gives the run until there, with the error, instead of raising it.
        warns: Whether to warn of what is not finite.

    Raises:
        GradcliError: Something is wrong with the expression, a value, a name or a file.
    """
    check_stdin(expression=options.file or options.graph or next(iter(options.positional), None), bindings=options.bindings)
    retained = split_names("--retain-grad", options.retain_grad)
    asked = request_of(
        options,
        retain_grad=None if retained == ["all"] else retained,
        needs_cotangent=needs_cotangent,
        shapes=shapes or {},
        optimize=_optimize(options, draws),
        note_removed=draws,
    )
    wrt = asked.wrt
    if elements:  # they are named after the run is written out
        asked = replace(asked, wrt=None)
    if options.graph is None:
        text, where = expression_text(options)
    else:
        given = options.file or next(iter(options.positional), None)
        if given is not None:
            raise GradcliError(f"there is an expression, '{given}', and also a graph, {options.graph}", hint="leave one out")
        text, where = "", options.graph
    values, from_file = bindings_of(options)
    asked = replace(asked, bindings=values, spare=from_file)  # one file of values may serve several expressions

    from gradcli.cli.framework.progress import doing

    notes: list[str] = []
    with located("" if options.graph else text, where):
        try:
            if options.graph is None:
                doing("reading the expression")
                tape = _from_text(text, where, asked, options, draws=draws)
            else:
                tape, text = _from_document(options.graph, asked, options, notes, draws=draws)
        except GradcliError as mismatch:
            from gradcli.lowering.builders.shape_mismatch import MismatchError

            if not isinstance(mismatch, MismatchError):
                raise
            from gradcli.autodiff.runs.failed_run import broken_tape

            mismatch.hint = given_shapes(mismatch.variables, options, from_file, asked.shapes) or mismatch.hint
            mismatch.located(text, where)
            if not draws:
                raise
            if not values:
                asked = replace(asked, bindings=None, mode=options.mode or "static")
            return Run(broken_tape(mismatch, asked), text, [mismatch.message], where, mismatch)
        if elements:
            tape = written_in_elements(tape, wrt, options, options.max_nodes)
        doing("checking the values")
        notes += tape.warnings
        if tape.symbolic:
            refuse(options, ("strict", "dtype"), "is for values, and there are none", NO_VALUES)
        else:
            notes += not_finite_warnings(tape, options.strict) if warns or options.strict else []
        notes += without_gradient(tape, tape.names[tape.output]) if needs_cotangent else []
    for note in notes:
        write_warning(note)
    unused = [name for name in values if name in from_file and name not in tape.bindings]
    doing()
    left_over = [f"{options.bindings} has values that the expression does not use: {', '.join(unused)}"] if unused else []
    return Run(tape, text, [*left_over, *notes], where)


def written_in_elements(tape: Tape, wrt: Sequence[str] | None, options: BackwardOptions, limit: int | None) -> Tape:
    """The run written out in elements, as ``--elements`` asks for; only there ``--wrt`` may name one.

    Raises:
        GradcliError: It cannot be, or it would be long.
    """
    from gradcli.autodiff.runs.element_run import element_tape
    from gradcli.lowering.elements.expansion import ELEMENTS

    if options.cotangent is not None:
        raise GradcliError("--elements explains one number, which has no cotangent", hint="leave --cotangent out")
    return element_tape(tape, wrt, limit=ELEMENTS if limit in (None, DEFAULT_MAX_NODES) else limit)


def not_finite_warnings(tape: Tape, strict: bool) -> list[str]:
    """Warnings for what is not finite.

    Raises:
        GradcliError: There is such a value, and ``strict`` is asked for (exit code 3).
    """
    found = tape.not_finite()
    if strict and found:
        message, id = found[0]
        span = None if id is None or tape.graph.spans[id] == (0, 0) else tape.graph.spans[id]
        raise GradcliError(message, span, exit_code=ExitCode.NOT_FINITE)
    more = [f"and {len(found) - _SHOWN} more values that are not finite"] if len(found) > _SHOWN else []
    return [message for message, _ in found[:_SHOWN]] + more


def without_gradient(tape: Tape, name: str) -> list[str]:
    """What is said where an output is an array and nothing says by what its gradient is multiplied."""
    shape = tape.graph.shape(tape.output)
    if not shape or tape.adjoints[tape.output] is not None or not tape.requires_grad[tape.output]:
        return []
    return [f"{name} has the shape {shape}, so it has no gradient without --cotangent"]


def level(options: OptimizeOptions, *, static: bool) -> int:
    """What building a static graph leaves out.

    Raises:
        GradcliError: It is said, and the graph is not static.
    """
    if options.optimize is not None and not static:
        raise GradcliError("--optimize is for a static graph", hint="add --mode static")
    return int(options.optimize or 1)


def _optimize(options: RunOptions, draws: bool) -> int:
    valued = bool(options.variables or options.set or options.bindings)
    return level(options, static=options.mode == "static" or (draws and not valued))


def check_no_shapes(shapes: Mapping[str, Shape]) -> None:
    """Check that there are no shapes, where variables have values.

    Raises:
        GradcliError: There is one.
    """
    if shapes:
        name = next(iter(shapes))
        raise GradcliError(f"--shape {name}: it is for variables without values", hint="leave it out, or leave the values out")


def _from_text(text: str, where: str, asked: Request, options: ModeOptions, *, draws: bool) -> Tape:
    from gradcli.autodiff.runs.program_run import outlined, recorded
    from gradcli.language.parser import parse

    program = parse(text, where)
    if draws and not asked.bindings:
        tape = outlined(program, replace(asked, cotangent=None))
        if tape.graph.variables:
            if options.mode == "dynamic":
                name = next(iter(tape.graph.variables))
                hint = f"add --{name} VALUE, or use --mode static"
                raise GradcliError(f"a dynamic graph is recorded while the program runs, and {name} has no value", hint=hint)
            return tape
    check_no_shapes(asked.shapes)
    return recorded(program, asked)


def _from_document(path: str, asked: Request, options: ModeOptions, notes: list[str], *, draws: bool) -> tuple[Tape, str]:
    """The run of a graph from a file, and its source text; adds to the notes what is odd about the file."""
    from gradcli.autodiff.runs.graph_document import graph_document
    from gradcli.autodiff.runs.program_run import graph_run
    from gradcli.cli.inputs.json_file import read_json

    data, where = read_json(path, most=MOST_GRAPH_BYTES)
    found = graph_document(data, where, max_nodes=asked.max_nodes)
    variables, values = found.graph.variables, asked.bindings or {}
    for name in values:
        if name not in variables and name not in asked.spare:
            raise UnknownVariableError(name, list(variables))
    if options.mode not in (None, found.mode):
        raise GradcliError(f"{where} is a {found.mode} graph", hint=f"leave out --mode {options.mode}, or give the expression")
    bound = {**(found.bindings or {}), **{name: value for name, value in values.items() if name in variables}}
    missing = [name for name in variables if name not in bound]
    if missing and (bound or not draws):
        raise no_value(missing)
    asked = replace(
        asked,
        bindings=None if missing else {name: bound[name] for name in variables},
        wrt=asked.wrt or found.wrt,
        cotangent=found.cotangent if asked.cotangent is None else asked.cotangent,
        needs_cotangent=asked.needs_cotangent and bool(asked.wrt),
        mode=found.mode,
        dtype=options.dtype or found.dtype,
        retain_grad=found.retain_grad if asked.retain_grad == [] else asked.retain_grad,
    )
    tape = graph_run(found.graph, asked)
    unchanged = not any(name in variables for name in values) and tape.dtype == found.dtype
    if unchanged and not tape.symbolic:
        notes += _differing(found, tape, where)
    return tape, found.expression


def _differing(found: GraphDocument, tape: Tape, where: str) -> list[str]:
    """What is said where a document has another value than the one that is computed."""
    id = found.differing(tape.values)
    if id is None:
        return []
    told, value = found.values[id], tape.values[id]
    by = {"constant": "expr gives", "variable": "binding gives"}.get(found.graph.operations[id], "inputs give")
    return [f"{where} gives {tape.names[id]} the value {told!r}, and its {by} {value!r}: what is computed counts"]


MOST_SHAPES = 4
"""Variables up to which a hint says where each got its shape from."""


def given_shapes(
    variables: Mapping[str, Shape], options: ValueOptions, from_file: Collection[str], shapes: Collection[str]
) -> str:
    """Where the variables get their shapes from: ``--A has shape (2, 3)``; empty where they are many."""
    by_option = {given.name: given.option for given in options.variables}
    found: list[str] = []
    for name, shape in variables.items():
        if name in shapes:
            found.append(f"{name} has shape {shape_text(shape)} by --shape")
        elif name in from_file:
            found.append(f"{name} has shape {shape_text(shape)} in {options.bindings}")
        else:
            found.append(f"{by_option.get(name, f'--set {name}')} has shape {shape_text(shape)}")
    return ", ".join(found) if len(found) <= MOST_SHAPES else ""
