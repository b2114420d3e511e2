"""The boxes and arrows of a graph."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Mapping, Sequence

from gradcli.errors import said
from gradcli.frozen import replace
from gradcli.graph.graph import CONSTANT, VARIABLE
from gradcli.graph.shapes import shape_text
from gradcli.language.numbers import brief_text, number_text, short_text
from gradcli.language.text import to_text
from gradcli.lowering.node_expressions import expression_from
from gradcli.ops.catalogue import spelling
from gradcli.output.diagrams.diagram import MARK, TITLE_COLUMNS, Arrow, Box, Kind, Line, Part, shortened
from gradcli.output.listing import Entry, FunctionListing, Link, Listing

LABEL_COLUMNS = 30
"""Characters up to which a local derivative is written at an edge that has a number, and what is handed back along it."""

LAYER_NODES = 60
"""The size up to which the expression of a layer is written out."""


class GraphPart(Part):
    """The boxes of a graph.

    Args:
        listing: The graph.
        title: What it shows.
        prefix: A letter that its ids begin with.
        chosen: The ids of the nodes to draw, ascending.
        whole_labels: Whether an edge says ``∂y/∂a = b = 2``, or ``b = 2`` alone.
        notes: What else stands in the boxes of some nodes.
    """

    def __init__(
        self,
        listing: Listing,
        title: str,
        prefix: str,
        chosen: Sequence[int],
        *,
        whole_labels: bool,
        notes: Mapping[int, str] = {},
    ) -> None:
        self.notes = notes
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
                yield Box(f"{self.prefix}m{id}", Kind.OMITTED, (Line("title", said(f"… {count:,} more") if count > 1 else "…"),))
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
        title = entry.name if kind in (Kind.VARIABLE, Kind.CONSTANT) else f"{entry.name} = {entry.expression}"
        if kind is Kind.BROKEN:
            yield Line("title", f"{MARK} {shortened(title, TITLE_COLUMNS - 2)}")
            yield Line("error", said("the shapes do not fit"))
            return
        yield Line("title", shortened(title, TITLE_COLUMNS))
        if kind is not Kind.OUTPUT and entry.id in self.outputs:
            yield Line("fact", said("output"))
        if kind is Kind.CONSTANT:
            return
        if entry.shape:
            yield Line("fact", said(f"shape {shape_text(entry.shape)}"))
        if entry.value is not None:
            yield Line("value", shortened(said(f"value {brief_text(entry.value)}"), TITLE_COLUMNS))
        if entry.adjoint is not None and isinstance(self.listing, FunctionListing):
            number = shortened(brief_text(entry.adjoint), TITLE_COLUMNS)
            yield Line("adjoint", f"{shortened(self.listing.derivative(entry.id), TITLE_COLUMNS)} = {number}")
        for symbol in entry.symbols:
            if entry.name != symbol:
                yield Line("adjoint", shortened(symbol, TITLE_COLUMNS))
        if entry.grad_fn:
            yield Line("fact", entry.grad_fn)
        elif entry.is_leaf:
            yield Line("fact", said("leaf, requires_grad" if entry.requires_grad else "leaf"))
        if entry.id in self.notes:
            yield Line("fact", said(self.notes[entry.id]))

    def facts(self, entry: Entry) -> Iterator[str]:
        """Everything that is known of a node."""
        yield f"{entry.name} = {entry.expression}" if entry.inputs else entry.name
        yield said(f"node {entry.id}: {spelling(entry.operation)}")
        if entry.error:
            yield said(entry.error)
            return
        yield said(f"shape {shape_text(entry.shape)}")
        if entry.value is not None:
            yield said(f"value {number_text(entry.value) if entry.shape else repr(entry.value)}")
        if isinstance(self.listing, FunctionListing):
            yield f"is_leaf {entry.is_leaf}, requires_grad {entry.requires_grad}, grad_fn {entry.grad_fn}"
            if entry.value is not None:
                yield f".grad {number_text(entry.grad) if entry.shape and entry.grad is not None else repr(entry.grad)}"
            if entry.adjoint is not None:
                adjoint = number_text(entry.adjoint) if entry.shape else repr(entry.adjoint)
                yield f"{self.listing.derivative(entry.id)} = {adjoint}"

    def label(self, link: Link) -> str:
        """What is written at an edge."""
        if link.derivative is None:
            whole = len(link.handed) <= LABEL_COLUMNS
            handed = link.handed if whole else said(f"backward of {spelling(self.listing.graph.operations[link.target])}")
            return ", ".join(filter(None, [handed and f"← {handed}", link.shapes]))
        number = (
            short_text(link.value) if isinstance(link.value, float) else ""
        )  # an array would be long, and stands in the tables
        pieces = [link.derivative] if not number or len(link.derivative) <= LABEL_COLUMNS else []
        if self.whole_labels and isinstance(self.listing, FunctionListing):
            pieces.insert(0, self.listing.local_derivative(link))
        if number and number != link.derivative:
            pieces.append(number)
        return ", ".join(filter(None, [shortened(" = ".join(pieces), TITLE_COLUMNS), link.shapes]))


class Layers(Part):
    """A graph with a box for each assignment of the program: what is computed on the way to it stands in its expression.

    Args:
        part: All nodes of the graph.
    """

    def __init__(self, part: GraphPart) -> None:
        graph = part.listing.graph
        kept = {*graph.variables.values(), *graph.given_names, *part.outputs}
        self.part = part
        self.title = part.title
        self.kept = dict.fromkeys(id for id in part.chosen if id in kept)
        self.layers = {id: self._merged(id) for id in self.kept}
        self.shown = self.total = len(self.kept)

    def boxes(self) -> Iterator[Box]:
        for id, (merged, _) in self.layers.items():
            entry = self.part.listing.entry(id)
            if len(merged) > 1:
                names = self.part.listing.names
                expression = expression_from(self.part.listing.graph, merged, names, LAYER_NODES)
                text = said(f"{len(merged)} operations") if expression is None else to_text(expression, pretty=True)
                entry = replace(entry, expression=text, grad_fn=None)
            yield self.part.box(entry)

    def arrows(self) -> Iterator[Arrow]:
        for id, (merged, sources) in self.layers.items():
            for source, link in sources.items():
                label = self.part.label(link) if len(merged) == 1 else ""
                flows = link.flows if isinstance(self.part.listing, FunctionListing) else None
                yield Arrow(f"{self.part.prefix}{source}", f"{self.part.prefix}{id}", label, flows, link, link.broken)

    def layer_of(self) -> dict[int, int]:
        """For each node without a box of its own the box in whose expression it stands, the first of several."""
        inner = [(node, id) for id, (merged, _) in self.layers.items() for node in merged if node not in self.kept]
        return dict(reversed(inner))

    def _merged(self, id: int) -> tuple[list[int], dict[int, Link]]:
        """The nodes of the layer that ends in a node, ascending, and how each box before it comes into it."""
        graph = self.part.listing.graph
        flows: dict[int, bool] = {id: True}
        merged: list[int] = []
        sources: dict[int, Link] = {}
        heap = [-id]
        while heap:
            at = -heapq.heappop(heap)
            merged.append(at)
            for link in self.part.listing.links(at):
                source, carried = link.source, flows[at] and link.flows
                if graph.operations[source] == CONSTANT:
                    continue
                if source in self.kept:
                    if source not in sources or carried:
                        sources[source] = replace(link, flows=carried)
                elif source not in flows:
                    heapq.heappush(heap, -source)
                flows[source] = flows.get(source, False) or carried
        return merged[::-1], dict(sorted(sources.items()))
