"""The run of a call: its expression, or a graph from a file, at the values of the call."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from gradcli.cli.framework.choices import split_names
from gradcli.cli.framework.command import Arguments, Command
from gradcli.cli.framework.streams import STDIN, write_warning
from gradcli.cli.inputs.variables import bindings, expression_text, number, option_like, shapes_of
from gradcli.errors import GradcliError
from gradcli.graph.graph import DEFAULT_MAX_NODES

if TYPE_CHECKING:
    from gradcli.autodiff.passes.tape import Tape
    from gradcli.lowering.builders.mismatch import MismatchError


MOST_GRAPH_BYTES = 2**30
"""The largest graph that is read: what the largest graph that is built takes as JSON."""


WHOLE = ("tangent", "jacobian", "jacobian-by", "hessian")
"""Options that ask for derivatives which an output that is an array has without a cotangent."""


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


def run_of(arguments: Arguments, command: Command, *, without_values: bool = False, draws: bool = False) -> Run:
    """Run what a call gives, forward and backward.

    Args:
        arguments: The arguments of the call.
        command: Its command, with the options of ``eval``.
        without_values: Whether all variables may be without values; the tape is symbolic then.
        draws: Whether a program whose shapes do not fit gives the run until there, with the error, instead of raising it.

    Raises:
        GradcliError: Something is wrong with the expression, a value, a name or a file.
    """
    values_file = arguments.text("bindings")
    _check_stdin(arguments)
    elements = arguments.flag("elements")
    wrt = split_names("--wrt", arguments.texts("wrt")) or None
    asked = _Asked(
        wrt=None if elements else wrt,
        mode=arguments.text("mode"),
        dtype=arguments.text("dtype"),
        retain_grad=split_names("--retain-grad", arguments.texts("retain-grad")),
        max_nodes=arguments.integer("max-nodes"),
        max_elements=arguments.integer("max-elements"),
        max_steps=arguments.integer("max-steps"),
        optimize=_optimize(arguments, without_values),
        cotangent=cotangent_of(arguments),
        needs_cotangent=not any(arguments.flag(name) for name in WHOLE),
        shapes=shapes_of(arguments.texts("shape")),
        without_values=without_values,
    )
    graph_file = arguments.text("graph")
    if graph_file is None:
        text, where = expression_text(arguments, command)
        values, from_file = bindings(arguments.variables, arguments.texts("set"), values_file)
    else:
        _check_alone(arguments, graph_file)
        values, from_file = bindings(arguments.variables, arguments.texts("set"), values_file)
        text, where = "", graph_file

    from gradcli.autodiff.runs.names_asked import UnknownVariableError
    from gradcli.cli.framework.progress import progress
    from gradcli.cli.inputs.finite import not_finite_warnings
    from gradcli.lowering.builders.mismatch import MismatchError

    with progress(len(text)) as step:
        try:
            notes: list[str] = []
            if graph_file is None:
                step("reading the expression")
                tape = _from_text(text, where, values, from_file, asked)
            else:
                tape, text = _from_document(graph_file, values, from_file, asked, notes)
            if elements:
                tape = written_in_elements(tape, wrt, arguments)
            step("checking the values")
            notes += tape.warnings
            notes += [] if tape.symbolic else not_finite_warnings(tape, arguments.flag("strict"))
            notes += _no_gradient(tape) if asked.needs_cotangent else []
        except MismatchError as mismatch:
            from gradcli.cli.inputs.given_shapes import given_shapes

            mismatch.hint = given_shapes(mismatch.variables, arguments, from_file, asked.shapes) or mismatch.hint
            mismatch.located(text, where)
            if not draws:
                raise
            return _until(mismatch, text, where, values or None, asked)
        except UnknownVariableError as error:
            raise option_like(error, arguments, command).located("" if graph_file else text, where) from None
        except GradcliError as error:
            raise error.located("" if graph_file else text, where) from None
    for note in notes:
        write_warning(note)
    unused = [name for name in values if name in from_file and name not in tape.bindings]
    left_over = [f"{values_file} has values that the expression does not use: {', '.join(unused)}"] if unused else []
    return Run(tape, text, [*left_over, *notes], where)


def _until(error: MismatchError, text: str, where: str, values: Mapping[str, Any] | None, asked: _Asked) -> Run:
    """The run until an error."""
    from gradcli.autodiff.runs.broken import broken_tape

    mode = asked.mode or ("static" if values is None else "dynamic")
    tape = broken_tape(error, values, asked.wrt, mode=mode, dtype=asked.dtype or "float64")
    return Run(tape, text, [error.message], where, error)


def written_in_elements(tape: Tape, wrt: Sequence[str] | None, arguments: Arguments) -> Tape:
    """The run written out in elements, as ``--elements`` asks for; only there ``--wrt`` may name one.

    Raises:
        GradcliError: It cannot be, or it would be long.
    """
    from gradcli.autodiff.runs.element_run import element_tape
    from gradcli.lowering.elements.expansion import ELEMENTS

    if arguments.text("cotangent") is not None:
        raise GradcliError("--elements explains one number, which has no cotangent", hint="leave --cotangent out")
    limit: int = arguments.options.get("max-nodes", ELEMENTS)
    return element_tape(tape, wrt, limit=ELEMENTS if limit == DEFAULT_MAX_NODES else limit)


def _no_gradient(tape: Tape) -> list[str]:
    """What is said where an output is an array and nothing says by what its gradient is multiplied."""
    shape = tape.graph.shape(tape.output)
    if not shape or tape.adjoints[tape.output] is not None or not tape.requires_grad[tape.output]:
        return []
    return [f"{tape.names[tape.output]} has the shape {shape}, so it has no gradient without --cotangent"]


class _Asked(NamedTuple):
    """What the options of a call ask of a run; None where they leave it open."""

    wrt: Sequence[str] | None
    mode: str | None
    dtype: str | None
    retain_grad: Sequence[str]
    max_nodes: int
    max_elements: int
    max_steps: int
    optimize: int
    cotangent: Any
    needs_cotangent: bool
    shapes: Mapping[str, tuple[int, ...]]
    without_values: bool

    @property
    def retained(self) -> Sequence[str] | None:
        """As :func:`record` takes it: None for all."""
        return None if self.retain_grad == ["all"] else self.retain_grad


def _optimize(arguments: Arguments, without_values: bool) -> int:
    level = arguments.text("optimize")
    valued = bool(arguments.variables or arguments.texts("set") or arguments.text("bindings"))
    static = arguments.text("mode") == "static" or (without_values and not valued)
    if level is not None and not static:
        raise GradcliError("--optimize is for a static graph", hint="add --mode static")
    return int(level or 1)


def cotangent_of(arguments: Arguments) -> Any:
    """The value of ``--cotangent``; None where it is left out."""
    text = arguments.text("cotangent")
    return None if text is None else number(text, "--cotangent")


def check_shaped(tape: Tape, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Check that every shape is one of a variable.

    Raises:
        GradcliError: A name is none of a variable.
    """
    from gradcli.autodiff.runs.names_asked import UnknownVariableError

    for name in shapes:
        if name not in tape.graph.variables:
            raise UnknownVariableError(name, list(tape.graph.variables), "--shape: ")


def check_no_shapes(shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Check that there are no shapes, where variables have values.

    Raises:
        GradcliError: There is one.
    """
    if shapes:
        name = next(iter(shapes))
        raise GradcliError(f"--shape {name}: it is for variables without values", hint="leave it out, or leave the values out")


def _check_stdin(arguments: Arguments) -> None:
    expression = STDIN in (arguments.text("file"), arguments.text("graph"), *arguments.positional)
    if arguments.text("bindings") == STDIN and expression:
        raise GradcliError("the expression and the bindings cannot both come from standard input", hint="keep one in a file")


def _check_alone(arguments: Arguments, graph_file: str) -> None:
    given = arguments.text("file") or next(iter(arguments.positional), None)
    if given is not None:
        raise GradcliError(f"there is an expression, '{given}', and also a graph, {graph_file}", hint="leave one out")


def _from_text(text: str, where: str, values: Mapping[str, float], from_file: Collection[str], asked: _Asked) -> Tape:
    from gradcli.autodiff.runs.record import outline, record
    from gradcli.language.parser import parse

    program = parse(text, where)
    if asked.without_values and not values:
        tape = outline(
            program,
            asked.wrt,
            retain_grad=asked.retained,
            max_nodes=asked.max_nodes,
            shapes=asked.shapes,
            max_steps=asked.max_steps,
            optimize=asked.optimize,
            note_removed=True,
            steered=True,
        )
        check_shaped(tape, asked.shapes)
        if tape.graph.variables:
            if asked.mode == "dynamic":
                name = next(iter(tape.graph.variables))
                hint = f"add --{name} VALUE, or use --mode static"
                raise GradcliError(f"a dynamic graph is recorded while the program runs, and {name} has no value", hint=hint)
            return tape
    check_no_shapes(asked.shapes)
    return record(
        program,
        values,
        asked.wrt,
        mode=asked.mode or "dynamic",
        dtype=asked.dtype or "float64",
        retain_grad=asked.retained,
        max_nodes=asked.max_nodes,
        max_elements=asked.max_elements,
        max_steps=asked.max_steps,
        optimize=asked.optimize,
        note_removed=asked.without_values,  # the graph is what is asked for
        cotangent=asked.cotangent,
        needs_cotangent=asked.needs_cotangent,
        spare=from_file,  # one file of values may serve several expressions
    )


def _from_document(
    path: str, values: Mapping[str, float], from_file: Collection[str], asked: _Asked, notes: list[str]
) -> tuple[Tape, str]:
    """The run of a graph from a file, and its source text; adds to the notes what is odd about the file."""
    from gradcli.autodiff.runs.document import graph_document
    from gradcli.autodiff.runs.names_asked import UnknownVariableError
    from gradcli.autodiff.runs.record import run_graph
    from gradcli.cli.inputs.json_file import read_json

    data, where = read_json(path, most=MOST_GRAPH_BYTES)
    found = graph_document(data, where, max_nodes=asked.max_nodes)
    variables = found.graph.variables
    for name in values:
        if name not in variables and name not in from_file:
            raise UnknownVariableError(name, list(variables))
    if asked.mode not in (None, found.mode):
        raise GradcliError(f"{where} is a {found.mode} graph", hint=f"leave out --mode {asked.mode}, or give the expression")
    bound = {**(found.bindings or {}), **{name: value for name, value in values.items() if name in variables}}
    missing = [name for name in variables if name not in bound]
    if missing and (bound or not asked.without_values):
        options = " ".join(f"--{name} VALUE" for name in missing[:8]) + (" ..." if len(missing) > 8 else "")
        raise GradcliError(f"no value for {', '.join(missing[:8])}", hint=f"add {options}")
    tape = run_graph(
        found.graph,
        None if missing else {name: bound[name] for name in variables},
        asked.wrt or found.wrt,
        mode=found.mode,
        dtype=asked.dtype or found.dtype,
        retain_grad=asked.retained if asked.retain_grad else found.retain_grad,
        cotangent=asked.cotangent,
        needs_cotangent=asked.needs_cotangent,
    )
    unchanged = not any(name in variables for name in values) and tape.dtype == found.dtype
    differing = found.differing(tape.values) if unchanged and not tape.symbolic else None
    if differing is not None:
        name, told, value = tape.names[differing], found.values[differing], tape.values[differing]
        by = {"constant": "expr gives", "variable": "binding gives"}.get(found.graph.operations[differing], "inputs give")
        notes.append(f"{where} gives {name} the value {told!r}, and its {by} {value!r}: what is computed counts")
    return tape, found.expression
