"""What `gradcli run` is asked to do: a program, the values of its variables, and what to fetch."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.runs.names_asked import UnknownVariableError
from gradcli.autodiff.runs.prepared import Limits, Prepared, prepare
from gradcli.autodiff.runs.record import record
from gradcli.cli.framework.choices import split_names
from gradcli.cli.framework.command import Arguments, Command
from gradcli.cli.framework.streams import STDIN, read_text
from gradcli.cli.inputs.variables import bindings, number
from gradcli.errors import GradcliError, Span
from gradcli.language.ast import Program
from gradcli.language.builder import identifier
from gradcli.language.free_names import free_names
from gradcli.language.parser import is_name, parse
from gradcli.language.statements import uses_tape
from gradcli.lowering.builders.builder import Shown
from gradcli.lowering.programs.outputs import output_ids, output_names, without_assignments
from gradcli.ops.declaration.constants import SPELLINGS, VALUES
from gradcli.ops.declaration.structural import shape_of


class Job(NamedTuple):
    """A program to run.

    Attributes:
        program: The program.
        text: Its source text.
        where: What messages call it.
        values: The values of variables that the options and the file of values give.
        spare: The names among them that the program need not use.
        nodes: The values of computed nodes that are fed, by name.
        fetch: The nodes to give instead of the program's outputs; empty for those.
        wrt: The variables to differentiate by; None for all, empty for no gradient.
        mode: ``dynamic`` or ``static``.
        dtype: ``float64`` or ``float32``.
        optimize: What building a static graph leaves out.
        limits: How large it may become.
        cotangent: The adjoint of the first output; None for 1.
        strict: Whether what is not finite is an error.
    """

    program: Program
    text: str
    where: str
    values: Mapping[str, Any]
    spare: Collection[str]
    nodes: Mapping[str, Any]
    fetch: Sequence[str]
    wrt: Sequence[str] | None
    mode: str
    dtype: str
    optimize: int
    limits: Limits
    cotangent: Any
    strict: bool

    @property
    def names(self) -> list[str]:
        """What the outputs are called."""
        return list(dict.fromkeys(self.fetch or output_names(without_assignments(self.program, self.nodes)[0])))

    def free(self) -> dict[str, Span]:
        """The names that the program takes from outside, those too that it does not need where nodes are fed."""
        found = free_names(self.program)
        return {**found, **free_names(without_assignments(self.program, self.nodes)[0])} if self.nodes else found

    def missing(self, given: Collection[str]) -> list[str]:
        """The variables without a value, where the whole program runs."""
        return [name for name in self.free() if name not in given and SPELLINGS.get(name, name) not in VALUES]

    def prepared(self, values: Mapping[str, Any]) -> Prepared:
        """The static graph for values of some shapes.

        Raises:
            GradcliError: The program is wrong, or one of its variables has no value.
        """
        everything = {**values, **self.nodes}
        free = self.free()
        for name in values:
            if name not in free and name not in self.spare:
                raise UnknownVariableError(name, [n for n in free if SPELLINGS.get(n, n) not in VALUES or n in values])
        prepared = prepare(
            self.program,
            everything.keys(),
            {name: shape_of(value) for name, value in everything.items()},
            fetch=self.fetch,
            feed=self.nodes,
            optimize=self.optimize,
            limits=self.limits,
        )
        graph = prepared.graph
        missing = [name for name in graph.variables if name not in everything]
        if missing:
            raise _missing(missing, free)
        for name in self.wrt or ():  # what nothing of it needs has a leaf all the same
            if name not in graph.variables and name in free and name in values:
                graph.variable(name, (0, 0), shape_of(values[name]))
        return prepared

    def run(
        self, values: Mapping[str, Any], prepared: Prepared | None = None, on_print: Callable[[Shown], None] | None = None
    ) -> tuple[Tape, list[int]]:
        """Run the program once; gives the run and the ids of the outputs, by :attr:`names`.

        Args:
            values: The value of each variable.
            prepared: The static graph, where there is one already.
            on_print: Gets what the program prints.

        Raises:
            GradcliError: The program or a value is wrong, or a limit is reached.
        """
        if self.mode == "static":
            prepared = prepared or self.prepared(values)
            point = {**values, **self.nodes}
            tape = prepared.run(point, self.wrt, dtype=self.dtype, cotangent=self.cotangent, on_print=on_print)
            return tape, tape.graph.outputs
        tape = record(
            self.program,
            values,
            self.wrt,
            dtype=self.dtype,
            max_nodes=self.limits.max_nodes,
            max_elements=self.limits.max_elements,
            max_steps=self.limits.max_steps,
            cotangent=self.cotangent,
            spare=self.spare,
            on_print=on_print,
            fetch=self.fetch,
        )
        if self.fetch:
            return tape, _unique(self.fetch, tape.graph.outputs)
        return tape, _unique(output_names(self.program), output_ids(self.program, tape.graph))


def _unique(names: Sequence[str], ids: Sequence[int]) -> list[int]:
    return list(dict(zip(names, ids, strict=True)).values())


def _missing(missing: Sequence[str], free: Mapping[str, Any]) -> GradcliError:
    options = " ".join(f"--{name} VALUE" for name in missing[:8]) + (" ..." if len(missing) > 8 else "")
    return GradcliError(f"no value for {', '.join(missing[:8])}", free.get(missing[0]), f"add {options}")


def job_of(arguments: Arguments, command: Command, feed: str | None) -> Job:
    """What a call asks for.

    Args:
        arguments: The arguments of the call.
        command: Its command.
        feed: The file of rows; None where there is none.

    Raises:
        GradcliError: The program cannot be read or is not one, or an option is wrong.
    """
    _check_stdin(arguments, feed)
    nodes = _nodes(arguments.texts("feed-node"))
    text, where = _program_text(arguments, command)
    program = parse(text, where)
    feeds = bool(nodes) or (feed is not None and not uses_tape(program))
    mode = arguments.text("mode") or ("static" if feeds else "dynamic")
    if nodes and mode == "dynamic":
        hint = "a dynamic graph is recorded while the program runs: nothing in it can be replaced; add --mode static"
        raise GradcliError("--feed-node is for a static graph", hint=hint)
    level = arguments.text("optimize")
    if level is not None and mode != "static":
        raise GradcliError("--optimize is for a static graph", hint="add --mode static")
    wrt: list[str] | None = split_names("--wrt", arguments.texts("wrt")) or None
    if arguments.flag("no-grad"):
        if wrt is not None:
            raise GradcliError("--no-grad and --wrt ask for different things", hint="leave one out")
        wrt = []
    _check_options(arguments, command, program)
    values, spare = bindings(arguments.variables, arguments.texts("set"), arguments.text("bindings"))
    cotangent = arguments.text("cotangent")
    return Job(
        program=program,
        text=text,
        where=where,
        values=values,
        spare=spare,
        nodes=nodes,
        fetch=list(dict.fromkeys(split_names("--fetch", arguments.texts("fetch")))),
        wrt=wrt,
        mode=mode,
        dtype=arguments.text("dtype") or "float64",
        optimize=int(level or 1),
        limits=Limits(arguments.integer("max-nodes"), arguments.integer("max-elements"), arguments.integer("max-steps")),
        cotangent=None if cotangent is None else number(cotangent, "--cotangent"),
        strict=arguments.flag("strict"),
    )


def _check_options(arguments: Arguments, command: Command, program: Program) -> None:
    """Refuse what looks like a variable and is a misspelt option."""
    free = free_names(program)
    for given in arguments.variables:
        near = command.near(given.option)
        if near is not None and identifier(given.name) not in free:
            raise GradcliError(f"there is no option {given.option}, and no variable {given.name}", hint=f"did you mean {near}?")


def _program_text(arguments: Arguments, command: Command) -> tuple[str, str]:
    text, files = arguments.text("expression"), arguments.positional
    if text is not None:
        if files:
            raise GradcliError(f"there is an expression, '{text}', and also a file, {files[0]}", hint="leave one out")
        return text, "expression"
    if len(files) > 1:
        raise GradcliError(f"one file at a time: {' '.join(files)}", hint="leave out all but one")
    if not files:
        raise GradcliError("there is no program", hint=f'gradcli {command.name} FILE.grad, or gradcli {command.name} -e "x^2"')
    try:
        return read_text(files[0])
    except GradcliError as error:
        if not is_name(files[0]) and any(sign in files[0] for sign in "=+*^(;"):
            error.hint = f'for an expression: gradcli {command.name} -e "{files[0]}"'
        raise


def _check_stdin(arguments: Arguments, feed: str | None) -> None:
    users = {"the program": next(iter(arguments.positional), None), "the bindings": arguments.text("bindings"), "the rows": feed}
    reading = [what for what, path in users.items() if path == STDIN]
    if len(reading) > 1:
        raise GradcliError(f"{' and '.join(reading)} cannot both come from standard input", hint="keep one in a file")


def _nodes(given: Sequence[str]) -> dict[str, Any]:
    """The values of ``a=10``.

    Raises:
        GradcliError: One is written otherwise, or a node is given twice.
    """
    nodes: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise GradcliError(f"--feed-node takes NODE=VALUE, not '{text}'", hint="for example --feed-node a=10")
        name = identifier(name.strip())
        if name in nodes:
            raise GradcliError(f"--feed-node {name} is given twice", hint="leave one out")
        nodes[name] = number(value, f"--feed-node {name}")
    return nodes
