"""The computation graph: a directed acyclic graph in columns.

Nodes are appended in topological order and refer to earlier nodes by their ids, which are 0, 1, 2, ... Each fact about the
nodes is one list with an entry for each node: a graph of a million nodes is a few lists, not a million objects.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import prod

from gradcli.errors import ExitCode, GradcliError, Span
from gradcli.typing import NamedTuple

VARIABLE = "variable"
CONSTANT = "constant"
COND = "cond"
WHILE_LOOP = "while_loop"
ITEM = "item"
PRINT = "print"
CONTROL = (COND, WHILE_LOOP, ITEM, PRINT)
"""What steers a static graph: branches and loops, which hold graphs, one of several results of such a node, and what prints."""

BLOCK_NAMES = {COND: ("then", "else"), WHILE_LOOP: ("test", "body")}
"""What the graphs of a branch and of a loop are called."""

Constant = int | Fraction | float | str | tuple["Constant", ...]
"""The value of a constant node: exact where it can be, a float beyond that; a string names a constant such as ``pi``; tuples,
nested where it has several axes, are an array."""

DEFAULT_MAX_NODES = 2_000_000
DEFAULT_MAX_ELEMENTS = 50_000_000

UNLIMITED = 10**18
"""The limit on elements of a graph that is a rule and is never run as it stands."""

MOST_AXES = 32
"""How many axes an array may have: what every NumPy allows."""

Shape = tuple[int, ...]
"""The shape of an array; empty for a number."""

Setting = int | bool | float | str | None | tuple["Setting", ...]
Settings = tuple[tuple[str, Setting], ...]
"""The settings of an operation on arrays, such as its axis, by name."""


class Broken(NamedTuple):
    """A node whose operands do not fit, so that it has neither shape nor value.

    Attributes:
        id: The node.
        reason: Why they do not fit.
        arguments: The places of the operands that do not.
    """

    id: int
    reason: str
    arguments: tuple[int, ...]


class Node(NamedTuple):
    """One row of the graph."""

    id: int
    operation: str
    inputs: tuple[int, ...]


class Block(NamedTuple):
    """What a branch or a loop of a static graph holds: graphs of their own, which take the inputs of its node.

    Attributes:
        parameters: The names of the inputs, in order, those of ``cond`` from the second one on: the variables of the graphs.
        graphs: Of ``cond`` those of the two branches, of ``while_loop`` the test and the body.
        names: What the results are called, in order: the outputs of either branch of ``cond``; of ``while_loop`` the outputs of
            the body, which are the first parameters of the next turn.
    """

    parameters: tuple[str, ...]
    graphs: tuple[Graph, Graph]
    names: tuple[str, ...]


class Graph:
    """Nodes in topological order.

    Attributes:
        operations: For each node ``variable``, ``constant``, or the name of the operation that made it.
        inputs: For each node the ids of its operands, in the order of the arguments; all are smaller than its own.
        spans: For each node its place in the source text.
        constants: The value of each constant node, by id.
        variables: The id of each variable, by name, in the order of first use.
        given_names: The name that a program gave to a node, by id; several nodes may have been given one name.
        output: The id of the result.
        outputs: The ids of all results: of each expression that stands as a statement, and of the last statement.
        decisions: Of a dynamic graph what chose that it was recorded so, by id: of a condition whether it was true, of the
            bound of a loop or an index its value.
        detached: The nodes that require no gradient although their inputs do: those of ``no_grad``.
        shapes: The shape of each node that is an array, by id; the others are numbers.
        settings: The settings of each node whose operation has some, by id.
        blocks: What the branches and loops of a static graph hold, by the id of their node.
        broken: Of a graph that is only to be drawn the node, its last, at which it breaks off; None where all is right.
        max_nodes: How many nodes the graph may have.
        elements: How many elements its arrays have together.
        max_elements: How many elements an array may have, and what an operation needs meanwhile.
        max_total: How many elements its arrays may have together; as many where it is left out.
    """

    __slots__ = (
        "blocks",
        "broken",
        "constants",
        "decisions",
        "detached",
        "elements",
        "given_names",
        "inputs",
        "max_elements",
        "max_nodes",
        "max_total",
        "operations",
        "output",
        "outputs",
        "settings",
        "shapes",
        "spans",
        "variables",
    )

    def __init__(
        self, max_nodes: int = DEFAULT_MAX_NODES, max_elements: int = DEFAULT_MAX_ELEMENTS, *, max_total: int | None = None
    ) -> None:
        self.operations: list[str] = []
        self.inputs: list[tuple[int, ...]] = []
        self.spans: list[Span] = []
        self.constants: dict[int, Constant] = {}
        self.variables: dict[str, int] = {}
        self.given_names: dict[int, str] = {}
        self.output = -1
        self.outputs: list[int] = []
        self.decisions: dict[int, bool | float] = {}
        self.detached: set[int] = set()
        self.shapes: dict[int, Shape] = {}
        self.settings: dict[int, Settings] = {}
        self.elements = 0
        self.blocks: dict[int, Block] = {}
        self.broken: Broken | None = None
        self.max_nodes = max_nodes
        self.max_elements = max_elements
        self.max_total = max_elements if max_total is None else max_total

    def __len__(self) -> int:
        return len(self.operations)

    def __iter__(self) -> Iterator[Node]:
        return map(Node, range(len(self.operations)), self.operations, self.inputs)

    def append(self, operation: str, inputs: tuple[int, ...], span: Span) -> int:
        """Append a node and return its id.

        Raises:
            GradcliError: The graph is at its limit (exit code 4).
        """
        id = len(self.operations)
        if id >= self.max_nodes:
            raise GradcliError(
                f"the graph would have more than {self.max_nodes:,} nodes",
                span,
                "raise the limit with --max-nodes N",
                exit_code=ExitCode.LIMIT,
            )
        self.operations.append(operation)
        self.inputs.append(inputs)
        self.spans.append(span)
        return id

    def variable(self, name: str, span: Span, shape: Shape = ()) -> int:
        """The node of a variable; the same node at every use."""
        id = self.variables.get(name)
        if id is None:
            id = self.variables[name] = self.append(VARIABLE, (), span)
            self.set_shape(id, shape)
        return id

    def shape(self, id: int) -> Shape:
        """The shape of a node."""
        return self.shapes.get(id, ())

    def set_shape(self, id: int, shape: Shape) -> None:
        """Say what shape a node has.

        Raises:
            GradcliError: It has too many axes, or the arrays have more elements than they may have (exit code 4).
        """
        if not shape:
            return
        if len(shape) > MOST_AXES:
            raise GradcliError(f"an array has at most {MOST_AXES} axes, and this one would have {len(shape)}", self.spans[id])
        size = prod([max(size, 1) for size in shape])  # an array of no elements is not limitless in its other axes
        self.allow(size, f"an array of shape {_short(shape)} has", self.spans[id])
        self.elements += size
        self.allow(self.elements, "with this one the arrays together have", self.spans[id], self.max_total)
        self.shapes[id] = shape

    def allow(self, elements: int, what: str, span: Span, most: int | None = None) -> None:
        """Check a number of elements against the limit.

        Args:
            elements: The number.
            what: What has so many elements, as the beginning of a sentence.
            span: The place in the text.
            most: The limit; ``max_elements`` where it is left out.

        Raises:
            GradcliError: There are more (exit code 4).
        """
        most = self.max_elements if most is None else most
        if elements > most:
            raise GradcliError(
                f"{what} more than {most:,} elements",
                span,
                "raise the limit with --max-elements N",
                exit_code=ExitCode.LIMIT,
            )

    def constant(self, value: Constant, span: Span) -> int:
        """Append a constant node."""
        id = self.append(CONSTANT, (), span)
        self.constants[id] = value
        if isinstance(value, tuple):
            self.set_shape(id, constant_shape(value))
        return id

    def consumers(self) -> list[list[int]]:
        """For each node the ids of the nodes that use it, ascending, each once."""
        users: list[list[int]] = [[] for _ in self.operations]
        for id, inputs in enumerate(self.inputs):
            for input in inputs:
                if not users[input] or users[input][-1] != id:
                    users[input].append(id)
        return users

    def ancestors(self, *ends: int) -> list[bool]:
        """For each node whether one of ``ends`` depends on it; a node depends on itself."""
        reached = [False] * len(self.operations)
        for end in ends:
            reached[end] = True
        for id in range(max(ends, default=-1), -1, -1):
            if reached[id]:
                for input in self.inputs[id]:
                    reached[input] = True
        return reached

    def dependents(self, *starts: int) -> list[bool]:
        """For each node whether it depends on one of ``starts``; a node depends on itself."""
        reached = [False] * len(self.operations)
        for start in starts:
            reached[start] = True
        for id, inputs in enumerate(self.inputs):
            if not reached[id]:
                for input in inputs:
                    if reached[input]:
                        reached[id] = True
                        break
        return reached


def _short(shape: Shape) -> str:
    """A shape as Python writes it; of sizes beyond all reason the magnitude."""
    sizes = [str(size) if size < 10**15 else f"1e{size.bit_length() * 0.30103:.0f}" for size in shape]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def constant_shape(value: Constant) -> Shape:
    """The shape of a constant: nested tuples, all of one length on each level, are an array."""
    sizes: list[int] = []
    while isinstance(value, tuple):
        sizes.append(len(value))
        value = value[0] if value else 0
    return tuple(sizes)
