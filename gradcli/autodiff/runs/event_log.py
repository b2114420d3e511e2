"""The event log of a run: which statement makes which node, and what the backward pass does in which order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.program_run import eager_tape, recorded, run_on_tape
from gradcli.autodiff.torch_tape.events import Accumulated, Begun, Called, Freed, Handed, Made, Replaced, Zeroed
from gradcli.autodiff.torch_tape.functions import function_name
from gradcli.autodiff.torch_tape.program_tape import ProgramTape
from gradcli.errors import GradcliError, Span
from gradcli.graph.graph import BLOCK_NAMES, CONSTANT, VARIABLE, Graph
from gradcli.graph.names import OneVariable, node_names
from gradcli.language.ast import Partial, Program, Statement
from gradcli.language.numbers import short_text
from gradcli.language.program_text import statement_text
from gradcli.language.text import to_text
from gradcli.lowering.builders.builder import Shown, Value
from gradcli.lowering.node_expressions import node_expression
from gradcli.ops.declaration.constants import VALUES
from gradcli.typing import Any, NamedTuple

Happening = Literal["phase", "statement", "built", "node", "backward", "call", "hand", "accumulate", "free", "zero", "adjoint"]
"""What a line of the log tells, where it is not what the program prints."""


class Entry(NamedTuple):
    """One line of the log.

    Attributes:
        kind: ``phase`` begins a part of the log; ``statement`` of the program; ``built`` and ``node``, made without and with a
            value; ``print``; ``backward`` begins at a node; ``call`` of a function; ``hand`` of a contribution to an input;
            ``accumulate`` into ``.grad``; ``free``; ``zero``; ``adjoint`` of a node.
        line: The line of the source text; None where it has none.
        name: The node, or the statement.
        text: What it is: its expression, or a sentence.
        value: The value, adjoint or contribution; None where there is none.
        depth: How many blocks of a static graph it stands in.
    """

    kind: Happening | Literal["print"]
    line: int | None
    name: str
    text: str
    value: Value | None = None
    depth: int = 0


class Trace(NamedTuple):
    """A run and its log.

    Attributes:
        entries: The log.
        tape: The run; None where it failed.
        warnings: What the program did that was hardly meant.
        error: What ended the run early.
    """

    entries: list[Entry]
    tape: Tape | None
    warnings: Sequence[str]
    error: GradcliError | None = None


def trace(program: Program, source: str, asked: Request) -> Trace:
    """Run a program and log what happens: in dynamic mode with the tape as PyTorch has it; a static graph is built, run, and run
    backward.

    Args:
        program: The program.
        source: Its text.
        asked: What is asked for.

    Raises:
        GradcliError: As :func:`~gradcli.autodiff.runs.program_run.recorded`.
    """
    if asked.mode == "static":
        tape = recorded(program, asked)
        return Trace(_static(tape, source), tape, tape.warnings)
    events: list[Any] = []
    warnings: list[str] = []
    eager = eager_tape(asked, events.append, warnings, notify=events.append)
    try:
        found: Tape | None = run_on_tape(program, eager, asked, on_statement=events.append)
    except GradcliError as error:
        if not any(isinstance(event, Made) for event in events):
            raise
        return Trace(_Log(eager, source).entries(events), None, warnings, error)
    return Trace(_Log(eager, source).entries(events), found, warnings)


def line_of(source: str, span: Span) -> int | None:
    """The line of a place in a text, from 1; None for a place of no text."""
    return None if span == (0, 0) and source else source.count("\n", 0, span[0]) + 1


class _Log:
    """The events of an eager tape in words."""

    def __init__(self, tape: ProgramTape, source: str) -> None:
        self.tape = tape
        self.source = source
        self.names = _names(tape)
        self.root = ""
        self.in_backward = False
        self.kinds: dict[type, Callable[[Any], Entry | None]] = {
            Made: self.made,
            Begun: self.begun,
            Called: self.called,
            Handed: self.handed,
            Accumulated: self.accumulated,
            Freed: self.freed,
            Replaced: lambda event: None,
            Zeroed: self.zeroed,
            list: self.printed,
        }

    def entries(self, events: Sequence[Any]) -> list[Entry]:
        found: list[Entry] = []
        for event in events:
            if isinstance(event, Statement):
                self.in_backward = False
                entry: Entry | None = Entry("statement", line_of(self.source, event.span), statement_text(event), "")
            else:
                entry = self.kinds[type(event)](event)
            if entry is not None:
                found.append(entry)
        return found

    def made(self, event: Made) -> Entry | None:
        name = self.names[event.id]
        if event.operation == CONSTANT or (event.operation == VARIABLE and event.id not in self.tape.names):
            return None  # numbers are no nodes to PyTorch, and what holds a gradient is told of where it is accumulated
        line = line_of(self.source, self.tape.graph.spans[event.id])
        if event.operation == VARIABLE:
            return Entry(
                "node", line, name, "leaf" + (", requires_grad" if self.tape.requires_grad[event.id] else ""), event.value
            )
        text = to_text(node_expression(self.tape.graph, event.id, self.names), pretty=True)
        return Entry("node", line, name, text, event.value)

    def begun(self, event: Begun) -> Entry:
        self.in_backward = True
        self.root = self.names[event.id]
        seed = Partial(self.root, self.root, total=event.id in OneVariable(self.tape.graph).total(event.id))
        return Entry("backward", None, self.root, to_text(seed, pretty=True), 1.0)

    def called(self, event: Called) -> Entry:
        return Entry("call", None, self.names[event.id], event.function, event.adjoint)

    def handed(self, event: Handed) -> Entry:
        return Entry("hand", None, self.names[event.input], f"from {self.names[event.id]}", event.contribution)

    def accumulated(self, event: Accumulated) -> Entry:
        before = "None" if event.before is None else short_text(event.before)
        return Entry("accumulate", None, self.names[event.id], before, event.after)

    def freed(self, event: Freed) -> Entry:
        return Entry("free", None, self.names[event.id], function_name(self.tape, event.id) or "")

    def zeroed(self, event: Zeroed) -> Entry:
        return Entry("zero", None, self.names[event.id], "")

    def printed(self, event: Shown) -> Entry:
        return Entry("print", None, "", "", event)


def _names(tape: ProgramTape) -> list[str]:
    """A name for each node of an eager tape; what merely holds a gradient has none."""
    graph = tape.graph
    copy = Graph(graph.max_nodes, graph.max_elements)
    kept = [id for id in range(len(graph)) if graph.operations[id] != VARIABLE or id in tape.names]
    new: dict[int, int] = {}
    for id in kept:
        if graph.operations[id] == VARIABLE and tape.names[id] not in copy.variables:
            new[id] = copy.variable(tape.names[id], graph.spans[id])
            continue
        new[id] = copy.append(graph.operations[id], (), graph.spans[id])
        if id in graph.constants:
            copy.constants[new[id]] = graph.constants[id]
        elif id in tape.names:
            copy.given_names[new[id]] = tape.names[id]
    copy.output = new.get(graph.output, -1)
    found = node_names(copy, frozenset(VALUES))
    return [found[new[id]] if id in new else "" for id in range(len(graph))]


def _static(tape: Tape, source: str) -> list[Entry]:
    """The log of a static graph: built before any value is known, run, and run backward."""
    entries = [Entry("phase", None, "build", "the graph, before any value is known")]
    entries += _built((tape.static or tape).graph, source)
    entries.append(Entry("phase", None, "run", "the values are fed, and what is needed executes"))
    for id, operation in enumerate(tape.graph.operations):
        if operation != CONSTANT:
            text = "fed" if operation == VARIABLE else to_text(node_expression(tape.graph, id, tape.names), pretty=True)
            entries.append(Entry("node", line_of(source, tape.graph.spans[id]), tape.names[id], text, tape.values[id]))
    entries += [Entry("print", None, "", "", shown) for shown in tape.printed]
    if tape.adjoints[tape.output] is not None:
        entries.append(
            Entry(
                "phase", None, "backward", f"from {tape.names[tape.output]}, newest node first; nothing is kept for a second time"
            )
        )
        for id in range(tape.output, -1, -1):
            if tape.adjoints[id] is not None and tape.requires_grad[id]:
                symbol = to_text(tape.derivative(id), pretty=True)
                entries.append(Entry("adjoint", None, tape.names[id], symbol, tape.adjoints[id]))
    return entries


def _built(graph: Graph, source: str) -> list[Entry]:
    """The nodes of a static graph, those of its blocks below the node that has them."""
    entries: list[Entry] = []
    names = {id(graph): node_names(graph, frozenset(VALUES))}
    work: list[tuple[Graph | str, int, int]] = [(graph, node, 0) for node in reversed(range(len(graph)))]
    while work:
        at, node, depth = work.pop()
        if isinstance(at, str):
            entries.append(Entry("built", None, at, "", depth=depth))
            continue
        operation = at.operations[node]
        if operation == CONSTANT or (depth and operation == VARIABLE):
            continue
        known = names.setdefault(id(at), node_names(at, frozenset(VALUES)))
        text = "placeholder" if operation == VARIABLE else to_text(node_expression(at, node, known), pretty=True)
        entries.append(Entry("built", line_of(source, at.spans[node]), known[node], text, depth=depth))
        if node in at.blocks:
            for label, inner in reversed(list(zip(BLOCK_NAMES[operation], at.blocks[node].graphs, strict=True))):
                work.extend((inner, below, depth + 2) for below in reversed(range(len(inner))))
                work.append((label, 0, depth + 1))
    return entries
