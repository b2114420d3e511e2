"""A graph to be drawn, as data: boxes with lines of text and arrows with labels, which each format draws in its own way.

Nodes are told apart by their kind, which formats show by shape as well as by colour, so that a drawing can be read in black and
white too.
"""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from gradcli.autodiff.backward_graph import Function, backward_graph
from gradcli.autodiff.gradient import gradient_of
from gradcli.autodiff.tape import ACCUMULATE_GRAD, Tape
from gradcli.errors import GradcliError
from gradcli.graph.graph import CONSTANT, VARIABLE
from gradcli.language.numbers import brief_text, number_text, short_text
from gradcli.ops.structural import shape_text
from gradcli.output.block_graphs import blocks_of
from gradcli.output.entries import BlockListing, Entry, FunctionListing, GradientListing, Link, Listing, nearest_first, selected

TITLE_COLUMNS = 48
"""Characters of a title that are drawn; the whole text stands in the tooltip, where a format has one."""


class Kind(enum.Enum):
    """What a box stands for, each with a shape of its own."""

    VARIABLE = "variable"
    CONSTANT = "constant"
    OPERATION = "operation"
    OUTPUT = "output"
    FUNCTION = "function"  # of the backward pass
    ACCUMULATE = "accumulate"  # fills .grad of a leaf
    BROKEN = "broken"  # an operation whose operands do not fit
    OMITTED = "omitted"  # nodes that are not drawn


MEANINGS = {
    Kind.VARIABLE: "variable",
    Kind.CONSTANT: "constant",
    Kind.OPERATION: "operation",
    Kind.OUTPUT: "output",
    Kind.FUNCTION: "backward function",
    Kind.ACCUMULATE: "fills .grad of a leaf",
    Kind.BROKEN: "shapes do not fit",
    Kind.OMITTED: "not drawn",
}
"""What a legend says of each kind."""

MARK = "✗"
"""Stands before an operation whose operands do not fit."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text in a box.

    Attributes:
        role: ``title``, ``value``, ``adjoint``, ``fact`` or ``error``.
        text: The text.
    """

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Box:
    """A node of a drawing.

    Attributes:
        id: Unique in the diagram; letters and digits alone.
        kind: What it stands for.
        lines: What is written into it, the title first.
        flows: Whether a gradient flows through it.
        tooltip: Everything that is known of it, a fact a line.
        node: The id in its graph, or of the node that it belongs to; -1 for what is not drawn.
    """

    id: str
    kind: Kind
    lines: tuple[Line, ...]
    flows: bool = False
    tooltip: tuple[str, ...] = ()
    node: int = -1


@dataclass(frozen=True, slots=True)
class Arrow:
    """An edge of a drawing.

    Attributes:
        source: The id of the box that it comes from.
        target: The id of the box that it goes to.
        label: What is written at it; empty for nothing.
        flows: Whether a gradient flows along it; None where that is not asked, as in a gradient graph.
        link: The edge of the graph that it stands for, if any.
        broken: Whether its source does not fit its target.
    """

    source: str
    target: str
    label: str = ""
    flows: bool | None = False
    link: Link | None = None
    broken: bool = False


class Part(ABC):
    """A graph of a diagram, made box by box and arrow by arrow, however large it is.

    Attributes:
        title: What it shows; empty where it is the only one.
        shown: How many of its nodes are drawn.
        total: How many it has.
    """

    title: str = ""
    shown: int = 0
    total: int = 0

    @abstractmethod
    def boxes(self) -> Iterator[Box]:
        """The boxes, in the order of evaluation."""

    @abstractmethod
    def arrows(self) -> Iterator[Arrow]:
        """The arrows, each after the boxes that it joins."""


@dataclass(frozen=True, slots=True)
class Diagram:
    """What is drawn.

    Attributes:
        title: The expression, or what else the drawing shows.
        parts: The graphs, from top to bottom.
        direction: ``LR`` from left to right, ``TB`` from top to bottom.
    """

    title: str
    parts: Sequence[Part]
    direction: str = "LR"

    @property
    def kinds(self) -> list[Kind]:
        """The kinds of boxes that occur, in the order of a legend."""
        found = {box.kind for part in self.parts for box in part.boxes()}
        return [kind for kind in Kind if kind in found]


class GraphPart(Part):
    """The boxes of a graph.

    Args:
        listing: The graph.
        title: What it shows.
        prefix: A letter that its ids begin with.
        chosen: The ids of the nodes to draw, ascending.
        whole_labels: Whether an edge says ``∂y/∂a = b = 2``, or ``b = 2`` alone.
    """

    def __init__(self, listing: Listing, title: str, prefix: str, chosen: Sequence[int], *, whole_labels: bool) -> None:
        self.listing = listing
        self.title = title
        self.prefix = prefix
        self.chosen = chosen
        self.whole_labels = whole_labels
        self.shown = len(chosen)
        self.total = len(listing.graph)
        self.drawn: Collection[int] = range(self.total) if self.shown == self.total else frozenset(chosen)
        self.outputs = frozenset(listing.graph.outputs or [listing.graph.output])

    def boxes(self) -> Iterator[Box]:
        for id in self.chosen:
            missing = [input for input in self.listing.graph.inputs[id] if input not in self.drawn]
            if missing:
                count = len(set(missing))
                yield Box(f"{self.prefix}m{id}", Kind.OMITTED, (Line("title", f"… {count:,} more" if count > 1 else "…"),))
            yield self.box(self.listing.entry(id))

    def arrows(self) -> Iterator[Arrow]:
        asked = isinstance(self.listing, FunctionListing)
        for id in self.chosen:
            target = f"{self.prefix}{id}"
            links = self.listing.links(id)
            missing = False
            for link in links:
                if link.source in self.drawn:
                    flows = link.flows if asked else None
                    yield Arrow(f"{self.prefix}{link.source}", target, self.label(link), flows, link, link.broken)
                elif not missing:
                    missing = True
                    flows = any(link.flows for link in links if link.source not in self.drawn) if asked else None
                    yield Arrow(f"{self.prefix}m{id}", target, flows=flows)

    def mark(self, id: int) -> str:
        """How a text refers to a node: ``%5``, and ``%g5`` in a gradient graph."""
        return f"%{self.prefix.removeprefix('n')}{id}"

    def box(self, entry: Entry) -> Box:
        """The box of a node."""
        kind = {VARIABLE: Kind.VARIABLE, CONSTANT: Kind.CONSTANT}.get(entry.operation, Kind.OPERATION)
        if entry.error:
            kind = Kind.BROKEN
        elif kind is Kind.OPERATION and entry.id in self.outputs:
            kind = Kind.OUTPUT
        flows = entry.flows or bool(entry.derivative_of)
        return Box(f"{self.prefix}{entry.id}", kind, tuple(self.lines(entry, kind)), flows, tuple(self.facts(entry)), entry.id)

    def lines(self, entry: Entry, kind: Kind) -> Iterator[Line]:
        output = self.listing.output_name
        title = entry.name if kind in (Kind.VARIABLE, Kind.CONSTANT) else f"{entry.name} = {entry.expression}"
        if kind is Kind.BROKEN:
            yield Line("title", f"{MARK} {shortened(title, TITLE_COLUMNS - 2)}")
            yield Line("error", "the shapes do not fit")
            return
        yield Line("title", shortened(title, TITLE_COLUMNS))
        if kind is not Kind.OUTPUT and entry.id in self.outputs:
            yield Line("fact", "output")
        if kind is Kind.CONSTANT:
            return
        if entry.shape:
            yield Line("fact", f"shape {shape_text(entry.shape)}")
        if entry.value is not None:
            yield Line("value", shortened(f"value {brief_text(entry.value)}", TITLE_COLUMNS))
        if entry.adjoint is not None:
            number = shortened(brief_text(entry.adjoint), TITLE_COLUMNS)
            yield Line("adjoint", f"{shortened(derivative(output, entry.name), TITLE_COLUMNS)} = {number}")
        for variable in entry.derivative_of:
            if entry.name != derivative(output, variable):
                yield Line("adjoint", shortened(derivative(output, variable), TITLE_COLUMNS))
        if entry.grad_fn:
            yield Line("fact", entry.grad_fn)
        elif entry.is_leaf:
            yield Line("fact", "leaf, requires_grad" if entry.requires_grad else "leaf")

    def facts(self, entry: Entry) -> Iterator[str]:
        """Everything that is known of a node."""
        yield f"{entry.name} = {entry.expression}" if entry.inputs else entry.name
        yield f"node {entry.id}: {entry.operation}"
        if entry.error:
            yield entry.error
            return
        yield f"shape {shape_text(entry.shape)}"
        if entry.value is not None:
            yield f"value {number_text(entry.value) if entry.shape else repr(entry.value)}"
        if isinstance(self.listing, FunctionListing):
            yield f"is_leaf {entry.is_leaf}, requires_grad {entry.requires_grad}, grad_fn {entry.grad_fn}"
            if entry.value is not None:
                yield f".grad {number_text(entry.grad) if entry.shape and entry.grad is not None else repr(entry.grad)}"
            if entry.adjoint is not None:
                adjoint = number_text(entry.adjoint) if entry.shape else repr(entry.adjoint)
                yield f"{derivative(self.listing.output_name, entry.name)} = {adjoint}"

    def label(self, link: Link) -> str:
        """What is written at an edge."""
        if link.derivative is None:
            return link.shapes
        names = self.listing.names
        pieces = [derivative(names[link.target], names[link.source])] if self.whole_labels else []
        pieces.append(link.derivative)
        if isinstance(link.value, float):  # an array would be long, and stands in the tables
            number = short_text(link.value)
            if number != link.derivative:
                pieces.append(number)
        return ", ".join(filter(None, [shortened(" = ".join(pieces), TITLE_COLUMNS), link.shapes]))


class FunctionsPart(Part):
    """PyTorch's backward graph: arrows go where the gradient goes.

    Args:
        tape: The run.
        functions: The functions of its backward pass.
        title: What it shows.
        chosen: The ids of those that are drawn, ascending.
    """

    def __init__(self, tape: Tape, functions: Sequence[Function], title: str, chosen: Sequence[int]) -> None:
        self.tape = tape
        self.functions = functions
        self.title = title
        self.chosen = chosen
        self.shown = len(chosen)
        self.total = len(functions)
        self.drawn: Collection[int] = range(self.total) if self.shown == self.total else frozenset(chosen)

    def boxes(self) -> Iterator[Box]:
        for id in self.chosen:
            function = self.functions[id]
            kind = Kind.ACCUMULATE if function.name == ACCUMULATE_GRAD else Kind.FUNCTION
            tooltip = (function.name, f"runs as number {id + 1}", f"next_functions ({', '.join(self.following(function))})")
            yield Box(f"f{id}", kind, tuple(self.lines(function)), True, tooltip, function.node)
            if any(to is not None and to not in self.drawn for to in function.next):
                yield Box(f"fm{id}", Kind.OMITTED, (Line("title", "…"),))

    def arrows(self) -> Iterator[Arrow]:
        for id in self.chosen:
            missing = False
            following = self.functions[id].next
            for argument, to in enumerate(following):
                if to is not None and to in self.drawn:
                    label = f"next_functions[{argument}]" if len(following) > 1 and self.shown <= WHOLE_NAMES else ""
                    yield Arrow(f"f{id}", f"f{to}", label, True)
                elif to is not None and not missing:
                    missing = True
                    yield Arrow(f"f{id}", f"fm{id}", flows=True)

    def following(self, function: Function) -> list[str]:
        """The names of the next functions, as PyTorch lists them."""
        return ["None" if to is None else self.functions[to].name for to in function.next]

    def role(self, function: Function) -> str:
        """What a function is to its node, of whose function it may be a part: 1/x has two."""
        return "grad_fn of" if function.name == self.tape.grad_fn(function.node) else "on the way from"

    def lines(self, function: Function) -> Iterator[Line]:
        name = self.tape.names[function.node]
        adjoint = self.tape.adjoints[function.node]
        yield Line("title", function.name)
        if function.name != ACCUMULATE_GRAD:
            yield Line("fact", shortened(f"{self.role(function)} {name}", TITLE_COLUMNS))
        elif self.tape.symbolic or adjoint is None:
            yield Line("fact", shortened(f"{name}.grad", TITLE_COLUMNS))
        else:
            yield Line("adjoint", shortened(f"{name}.grad = {brief_text(adjoint)}", TITLE_COLUMNS))


VIEWS = ("forward", "backward", "both")
"""What can be drawn: the graph of the function, its two backward graphs, or all three."""

WHOLE_NAMES = 12
"""Functions up to which arrows say which of the next functions they lead to."""

WHOLE_LABELS = 16
"""Edges up to which each names its derivative."""


def diagram(
    tape: Tape,
    *,
    title: str,
    view: str = "forward",
    direction: str = "LR",
    depth: int | None = None,
    most: int | None = None,
    collapsed: bool = False,
    board: bool = True,
) -> Diagram:
    """The diagram of a run.

    Args:
        tape: The run; one whose variables have no values is drawn without numbers.
        title: What stands above it.
        view: ``forward``: the graph; ``backward``: PyTorch's backward graph and the gradient graph; ``both``: all of them.
        direction: ``LR`` or ``TB``.
        depth: How far from the output nodes may be, in edges; None for any distance.
        most: How many nodes a part may have; None for all.
        collapsed: Whether the blocks of branches and loops are not drawn.
        board: Whether expressions are written as on a board.

    Raises:
        GradcliError: An operation on the way has no derivative by the argument that is asked for.
    """
    if view != "forward" and tape.graph.blocks:
        raise GradcliError(
            "the backward pass of a graph with branches or loops is that of a run of it",
            hint="leave out --backward and --both, or use --mode dynamic, with values",
        )
    parts: list[Part] = []
    output = tape.names[tape.output]
    if view != "backward":
        chosen = selected(tape.graph, depth=depth, most=most)
        whole = sum(len(tape.graph.inputs[id]) for id in chosen[: WHOLE_LABELS + 1]) <= WHOLE_LABELS
        inner = [] if collapsed else list(block_parts(tape, depth=depth, most=most, board=board))
        heading = "The static graph" if inner else f"{output} and its inputs, forward" if view == "both" else ""
        parts += [GraphPart(FunctionListing(tape, board=board), heading, "n", chosen, whole_labels=whole), *inner]
    if view != "forward":
        functions = backward_graph(tape)
        chosen = nearest_first([[to for to in f.next if to is not None] for f in functions], [0], depth=depth, most=most)
        parts.append(FunctionsPart(tape, functions, "The backward pass: grad_fn and next_functions", chosen))
        gradient = gradient_of(tape)
    if view != "forward" and any(node is not None for node in gradient.nodes.values()):
        chosen = selected(gradient.graph, depth=depth, most=most)
        listing = GradientListing(gradient, output, board=board)
        parts.append(GraphPart(listing, "The gradient as a graph of its own", "g", chosen, whole_labels=False))
    return Diagram(shortened(one_line(title), WHOLE_TITLE), parts, direction)


def block_parts(tape: Tape, *, depth: int | None = None, most: int | None = None, board: bool = True) -> Iterator[GraphPart]:
    """The graphs of the branches and loops of a static graph, each below the one that its node stands in.

    Args:
        tape: The static graph.
        depth: As for :func:`diagram`; so is ``most``.
        board: Whether expressions are written as on a board.
    """
    output = tape.names[tape.output]
    for number, block in enumerate(blocks_of(tape.graph), 1):
        results = block.results if block.kind != "test" else ()
        listing = BlockListing(block.graph, output, results, board=board)
        chosen = selected(block.graph, depth=depth, most=most)
        yield GraphPart(listing, block.title, f"b{number}x", chosen, whole_labels=False)


def static_parts(
    tape: Tape, *, depth: int | None = None, most: int | None = None, collapsed: bool = False
) -> Iterator[GraphPart]:
    """A static graph with its blocks, without numbers.

    Args:
        tape: The static graph.
        depth: As for :func:`diagram`; so are ``most`` and ``collapsed``.
    """
    listing = BlockListing(tape.graph, tape.names[tape.output])
    chosen = selected(tape.graph, depth=depth, most=most)
    yield GraphPart(listing, "The static graph, as it was built", "s", chosen, whole_labels=False)
    if not collapsed:
        yield from block_parts(tape, depth=depth, most=most)


WHOLE_TITLE = 400
"""Characters of the title of a diagram."""


def derivative(of: str, by: str) -> str:
    """The symbol of a derivative."""
    return f"∂{of}/∂{by}"


def one_line(program: str) -> str:
    """A program in one line, without its comments."""
    lines = [line.partition("#")[0].strip() for line in program.splitlines()]
    return "; ".join(line.rstrip("; ") for line in lines if line) or program.strip()


def shortened(text: str, columns: int) -> str:
    """The text, cut in the middle where it is long."""
    if len(text) <= columns:
        return text
    half = (columns - 1) // 2
    return f"{text[: columns - 1 - half]}…{text[-half:]}"
