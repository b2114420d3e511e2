"""What a dump says of the nodes and edges of a graph, one after the other, so that every format says the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gradcli.autodiff.passes.reverse import carries
from gradcli.autodiff.passes.tape import Tape
from gradcli.derivation.nodes.local import Labels
from gradcli.frozen import Frozen
from gradcli.graph.graph import CONSTANT, Graph, Settings
from gradcli.graph.names import node_names
from gradcli.graph.shapes import shape_text
from gradcli.language.ast import Expression, Partial
from gradcli.language.text import to_text
from gradcli.lowering.node_expressions import node_expression
from gradcli.ops.catalogue import STRUCTURAL, spelling
from gradcli.ops.declaration.constants import VALUES
from gradcli.typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from gradcli.autodiff.passes.gradient import Gradient

WRITTEN_NODES = 300
"""Nodes of a graph up to which is written out what they hand back."""


class Entry(Frozen):
    """A node of a graph.

    Attributes:
        id: Its place in the order of evaluation.
        name: Its unique name.
        operation: ``variable``, ``constant``, or the name of the operation that made it.
        inputs: The ids of its operands.
        expression: What it computes in the names of its inputs.
        value: None where the variables have no values.
        is_leaf: As PyTorch has it.
        requires_grad: Whether a gradient flows through it.
        grad_fn: PyTorch's name of the function of its backward pass; None for leaves.
        next_functions: The names in ``.grad_fn.next_functions``; None for leaves.
        grad: What ``.grad`` holds after the backward pass.
        adjoint: The derivative of the output by it; None where none arrives, and where the variables have no values.
        flows: Whether a gradient arrives at it.
        derivative_of: Of a gradient graph the variables by which it is the derivative; so are its symbols.
        shape: Empty for a number.
        settings: Of an operation on arrays, such as its axis, by name.
        error: Why its operands do not fit; empty where they do.
        detached: Whether it was computed under ``no_grad``.
    """

    id: int
    name: str
    operation: str
    inputs: tuple[int, ...]
    expression: str
    value: Any = None
    is_leaf: bool = False
    requires_grad: bool = False
    grad_fn: str | None = None
    next_functions: tuple[str | None, ...] | None = None
    grad: Any = None
    adjoint: Any = None
    flows: bool = False
    derivative_of: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()
    settings: Settings = ()
    error: str = ""
    detached: bool = False


class Link(Frozen):
    """An edge of a graph: an argument of a node.

    Attributes:
        source: The id of the operand.
        target: The id of the node that uses it.
        argument: Which argument it is, from 0.
        derivative: The local derivative along it; None where no gradient flows, and in a gradient graph.
        value: The same as a number.
        flows: Whether a gradient flows along it.
        handed: What the target hands back along it, where it has no local derivative of numbers: ``∂y/∂a @ xᵀ``; else empty.
        shapes: What becomes of the shape along it: ``(2,) → (3, 2)`` where it is broadcast, ``(3, 2) → (2,)`` where that is
            summed; the shape of the operand where it does not fit; else empty.
        broken: Whether the operand does not fit.
    """

    source: int
    target: int
    argument: int
    derivative: str | None = None
    value: Any = None
    flows: bool = False
    shapes: str = ""
    broken: bool = False
    handed: str = ""


class Listing(Protocol):
    """A graph that can be dumped.

    Attributes:
        graph: The graph.
        names: The unique name of each node.
        output_name: The name of the output of the function.
    """

    @property
    def graph(self) -> Graph:
        """The graph."""

    @property
    def names(self) -> list[str]:
        """The unique name of each node."""

    @property
    def output_name(self) -> str:
        """The name of the output of the function."""

    def entry(self, id: int) -> Entry:
        """What is known of a node."""

    def links(self, id: int) -> list[Link]:
        """The edges into a node, in the order of the arguments."""


class FunctionListing:
    """The graph of a run.

    Args:
        tape: The run.
        board: Whether expressions are written as on a board, ``a·b``, or plain, ``a*b``.
    """

    def __init__(self, tape: Tape, *, board: bool = True) -> None:
        self.tape = tape
        self.board = board
        self.labels = Labels(tape)
        self._terms: Callable[[int], list[Expression | None]] | None = None

    @property
    def graph(self) -> Graph:
        return self.tape.graph

    @property
    def names(self) -> list[str]:
        return self.tape.names

    @property
    def output_name(self) -> str:
        return self.tape.names[self.tape.output]

    def entry(self, id: int) -> Entry:
        tape = self.tape
        known = not tape.symbolic
        broken = tape.graph.broken
        error = broken.reason if broken is not None and broken.id == id else ""
        return Entry(
            id,
            tape.names[id],
            tape.graph.operations[id],
            tape.graph.inputs[id],
            self.labels.expression(id, board=self.board),
            tape.values[id] if known else None,
            tape.is_leaf(id) and not error,
            tape.requires_grad[id],
            tape.grad_fn(id),
            None if (following := tape.next_functions(id)) is None else tuple(following),
            tape.grad(id) if known else None,
            tape.adjoints[id] if known else None,
            tape.adjoints[id] is not None,
            shape=tape.graph.shape(id),
            settings=tape.graph.settings.get(id, ()),
            error=error,
            detached=id in tape.graph.detached,
        )

    def derivative(self, id: int) -> str:
        """The symbol of the derivative of the output by a node: ``∂y/∂a``."""
        return to_text(self.tape.derivative(id), pretty=True)

    def local_derivative(self, link: Link) -> str:
        """The symbol of the derivative along an edge."""
        tape = self.tape
        total = tape.one_variable.alone(link.target, edge=True)
        return to_text(Partial(tape.names[link.target], tape.names[link.source], total=total), pretty=True)

    def handed(self, id: int) -> list[str]:
        """What a node hands back to each of its inputs, in names; where that is long, which operation it is of."""
        graph, count = self.tape.graph, len(self.tape.graph.inputs[id])
        terms: list[Expression | None] = [None] * count
        if self.tape.adjoints[id] is not None and len(graph) <= WRITTEN_NODES:
            if self._terms is None:
                from gradcli.derivation.nodes.arrays import edge_terms

                self._terms = edge_terms(self.tape)
            terms = self._terms(id)
        backward = f"backward of {spelling(graph.operations[id])}"
        return [backward if term is None else to_text(term, pretty=self.board) for term in terms]

    def links(self, id: int) -> list[Link]:
        inputs = self.tape.graph.inputs[id]
        if not inputs or not self.tape.requires_grad[id]:
            return bare_links(self.tape.graph, id)
        flows, graph = self.tape.adjoints[id] is not None, self.tape.graph
        texts = self.labels.edges(id, board=self.board)
        values: list[Any] = [None] * len(inputs) if self.tape.symbolic else self.tape.local_values(id)
        flowing = [flows and self.tape.requires_grad[input] and carries(graph, id, at) for at, input in enumerate(inputs)]
        handed = self.handed(id) if graph.operations[id] in STRUCTURAL and any(flowing) else [""] * len(inputs)
        return [
            Link(
                input,
                id,
                argument,
                text,
                value,
                flowing[argument],
                reshaping(graph, input, id),
                handed=handed[argument] if flowing[argument] else "",
            )
            for argument, (input, text, value) in enumerate(zip(inputs, texts, values, strict=True))
        ]


class BlockListing:
    """The graph of a branch or a loop, which has no values of its own: it may execute never, or many times.

    Args:
        graph: The graph.
        output_name: The name of the output of the function.
        results: What its outputs are called outside.
        board: Whether expressions are written as on a board.
    """

    def __init__(self, graph: Graph, output_name: str, results: Sequence[str] = (), *, board: bool = True) -> None:
        self.graph = graph
        self.output_name = output_name
        self.results = results
        self.board = board
        self.names = node_names(graph, frozenset(VALUES))

    def entry(self, id: int) -> Entry:
        graph = self.graph
        return Entry(
            id,
            self.names[id],
            graph.operations[id],
            graph.inputs[id],
            to_text(node_expression(graph, id, self.names), pretty=self.board),
            shape=graph.shape(id),
            settings=graph.settings.get(id, ()),
        )

    def links(self, id: int) -> list[Link]:
        return bare_links(self.graph, id)


class GradientListing:
    """The gradient graph of a run.

    Args:
        gradient: The graph.
        output_name: The name of the output of the function.
        board: Whether expressions are written as on a board.
    """

    def __init__(self, gradient: Gradient, output_name: str, *, board: bool = True) -> None:
        self.gradient = gradient
        self.output_name = output_name
        self.board = board
        self.derivatives: dict[int, list[str]] = {}
        for variable, id in gradient.nodes.items():
            if id is not None:
                self.derivatives.setdefault(id, []).append(variable)

    @property
    def graph(self) -> Graph:
        return self.gradient.graph

    @property
    def names(self) -> list[str]:
        return self.gradient.names

    def entry(self, id: int) -> Entry:
        graph, names, values = self.gradient.graph, self.gradient.names, self.gradient.values
        return Entry(
            id,
            names[id],
            graph.operations[id],
            graph.inputs[id],
            to_text(node_expression(graph, id, names), pretty=self.board),
            None if values is None else values[id],
            derivative_of=(variables := tuple(self.derivatives.get(id, ()))),
            symbols=tuple([self.gradient.symbols[name] for name in variables]),
            shape=graph.shape(id),
            settings=graph.settings.get(id, ()),
        )

    def links(self, id: int) -> list[Link]:
        return bare_links(self.gradient.graph, id)


def bare_links(graph: Graph, id: int) -> list[Link]:
    """The edges into a node without derivatives."""
    broken = graph.broken if graph.broken is not None and graph.broken.id == id else None
    links: list[Link] = []
    for argument, input in enumerate(graph.inputs[id]):
        if broken is None:
            links.append(Link(input, id, argument, shapes=reshaping(graph, input, id)))
        else:
            links.append(Link(input, id, argument, shapes=shape_text(graph.shape(input)), broken=argument in broken.arguments))
    return links


def reshaping(graph: Graph, source: int, target: int) -> str:
    """What becomes of the shape of an operand where it is broadcast, or where what was broadcast is summed; else empty."""
    if not graph.shapes or graph.operations[source] == CONSTANT:
        return ""
    before, after = graph.shape(source), graph.shape(target)
    operation = graph.operations[target]
    if before == after or (operation in STRUCTURAL and operation not in ("expand", "sum_to")):
        return ""
    return f"{shape_text(before)} → {shape_text(after)}"
