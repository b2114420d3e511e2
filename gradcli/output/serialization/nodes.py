"""The nodes and edges of graphs and the steps of derivations as records, and those of a run as lines of JSON.

Most nodes of a large graph are alike but for names, ids and numbers. So the line is made once for each kind of node, from its
record, with places for these, and filled in for each node; so are the lines of its edges.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter

from gradcli.autodiff.passes.tape import ACCUMULATE_GRAD
from gradcli.derivation.notation.steps import Step
from gradcli.frozen import replace
from gradcli.graph.graph import CONSTANT
from gradcli.language.text import to_text
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.elementwise.arithmetic import pow
from gradcli.output.json import Encode, json_number
from gradcli.output.listing import Entry, FunctionListing, Link
from gradcli.typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from gradcli.output.schemas.runs import BareNode, Edge, RunNode, StepRecord
    from gradcli.output.schemas.symbolic import ExplainStep

_PLACE = re.compile(r'"\{#(\d+)\}"|\{(\d+)\}')
"""A place in a template: quoted for a value, bare for a name in a text."""

_MOST_INPUTS = 4
"""Inputs up to which nodes are sorted into kinds."""

_SPECIAL = {"nan": '"NaN"', "inf": '"Infinity"', "-inf": '"-Infinity"', "None": "null"}
"""What JSON has for the texts of Python that it has not."""


def bare_node(entry: Entry) -> BareNode:
    """What is known of a node without values."""
    node: BareNode = {
        "id": entry.id,
        "name": entry.name,
        "op": entry.operation,
        "expr": entry.expression,
        "inputs": list(entry.inputs),
        "shape": None if entry.error else list(entry.shape),
    }
    if entry.settings:
        node["settings"] = dict(entry.settings)
    return node


def run_node(entry: Entry) -> RunNode:
    """A node of a run; what few nodes have stands last."""
    node: RunNode = {
        "id": entry.id,
        "name": entry.name,
        "op": entry.operation,
        "expr": entry.expression,
        "inputs": list(entry.inputs),
        "shape": None if entry.error else list(entry.shape),
        "value": json_number(entry.value),
        "is_leaf": entry.is_leaf,
        "requires_grad": entry.requires_grad,
        "grad_fn": entry.grad_fn,
        "next_functions": None if entry.next_functions is None else list(entry.next_functions),
        "grad": json_number(entry.grad),
        "adjoint": json_number(entry.adjoint),
    }
    if entry.settings:
        node["settings"] = dict(entry.settings)
    if entry.error:
        node["mismatch"] = entry.error
    if entry.detached:
        node["detached"] = True
    return node


def edge(link: Link) -> Edge:
    """An edge."""
    found: Edge = {
        "source": link.source,
        "target": link.target,
        "argument": link.argument,
        "local_derivative": link.derivative,
        "local_value": json_number(link.value),
    }
    if link.broken:
        found["broken"] = True
    return found


class _Lines:
    """Text with places, of which it is told by their numbers: ``{1}`` in a text, ``"{#1}"`` for a value."""

    __slots__ = ("pick", "text")

    def __init__(self, text: str) -> None:
        places = [int(value or name) for value, name in _PLACE.findall(text)]
        self.text = _PLACE.sub("%s", text.replace("%", "%%"))
        self.pick: Callable[[Sequence[Any]], tuple[Any, ...]] = itemgetter(*places)

    def filled(self, values: Sequence[Any]) -> str:
        """The text with a value in each place."""
        return self.text % self.pick(values)


class _Kind(NamedTuple):
    """A kind of node: its line, the lines of its edges, and the rule of its local derivatives.

    Attributes:
        node: Places: its name, the names of its inputs, its id, the ids of its inputs, its value, adjoint and tangent.
        edges: Places: as before up to the ids of the inputs, then for each input the local derivative.
        rule: The function of result and arguments that gives the local derivatives, with the arguments they are by; None where
            there are none.
        looks: What those that use the node see of it, as a number.
    """

    node: _Lines
    edges: _Lines
    rule: Callable[[Any, tuple[Any, ...]], tuple[Sequence[int], Sequence[Any]]] | None
    looks: int


class NodeLines:
    """Nodes and edges of a run.

    Args:
        listing: The run.
        encode: Writes a value as JSON.
        tangents: The tangent of each node; None where there are none.
    """

    def __init__(self, listing: FunctionListing, encode: Encode, tangents: Sequence[Any] | None = None) -> None:
        self.listing = listing
        self.tape = listing.tape
        self.encode = encode
        self.tangents = tangents
        self._looks: dict[Any, int] = {}

    @functools.cached_property
    def names(self) -> list[str]:
        """The name of each node as it stands between quotes."""
        return [self.encode(name)[1:-1] for name in self.listing.names]

    def nodes(self) -> Iterator[str]:
        """The line of each node, in order."""
        graph, values, adjoints, names = self.tape.graph, self.tape.values, self.tape.adjoints, self.names
        empty = [None] * len(graph)
        moved = empty if self.tangents is None else self.tangents
        if self.tape.symbolic:
            values = adjoints = empty
        text = self._number
        for id, kind in enumerate(self.kinds):
            if kind is None:
                yield self._node(id)
                continue
            inputs, numbers = graph.inputs[id], (text(values[id]), text(adjoints[id]), text(moved[id]))
            yield kind.node.filled((names[id], *[names[input] for input in inputs], id, *inputs, *numbers))

    def edges(self) -> Iterator[str]:
        """The lines of the edges into each node, by node; none for a node without inputs."""
        graph, values, names, symbolic = self.tape.graph, self.tape.values, self.names, self.tape.symbolic
        text = self._number
        for id, kind in enumerate(self.kinds):
            inputs = graph.inputs[id]
            if not inputs:
                continue
            if kind is None:
                yield ",\n  ".join([self.encode(edge(link)) for link in self.listing.links(id)])
                continue
            numbers = ["null"] * len(inputs)
            if kind.rule is not None and not symbolic:
                arguments, derivatives = kind.rule(values[id], tuple([values[input] for input in inputs]))
                for argument, derivative in zip(arguments, derivatives, strict=True):
                    numbers[argument] = text(float(derivative))
            yield kind.edges.filled((names[id], *[names[input] for input in inputs], id, *inputs, *numbers))

    def _number(self, value: Any) -> str:
        """A number as JSON."""
        if value is None or type(value) is float:
            text = repr(value)
            return _SPECIAL.get(text, text)
        return self.encode(json_number(value))

    def _node(self, id: int) -> str:
        """The line of a node by itself."""
        node = run_node(self.listing.entry(id))
        if self.tangents is not None:
            node["tangent"] = json_number(self.tangents[id])
        return self.encode(node)

    @functools.cached_property
    def kinds(self) -> list[_Kind | None]:
        """The kind of each node, in order; None for one that is written by itself: an array, a variable, a constant."""
        tape, graph = self.tape, self.tape.graph
        alone = graph.detached | tape.retained | graph.shapes.keys() | graph.settings.keys()
        if tape.accumulated is not None:
            alone = alone | tape.accumulated.keys()
        if graph.broken is not None:
            alone = alone | {graph.broken.id}
        kinds: dict[tuple[Any, ...], _Kind] = {}
        found: list[_Kind | None] = []
        looks: list[int] = []
        raised: list[int] = []  # the same below a power, where every constant is one of its own
        for id, (operation, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
            kind = None
            if not inputs or len(inputs) > _MOST_INPUTS or operation not in OPERATIONS or id in alone:
                looks.append(self._look(id, operation))
                raised.append(self._look(id, operation, raised=True) if operation == CONSTANT else looks[-1])
            else:
                below = raised if operation == pow.name else looks
                same = len(set(inputs)) < len(inputs) and tuple(map(inputs.index, inputs))
                key = (operation, tape.requires_grad[id], same, *[below[input] for input in inputs])
                kind = kinds.get(key)
                if kind is None:
                    kind = kinds[key] = self._kind(id)
                looks.append(kind.looks)
                raised.append(kind.looks)
            found.append(kind)
        return found

    def _look(self, id: int, operation: str, *, raised: bool = False) -> int:
        """What those that use a node see of it, as a number."""
        tape = self.tape
        shown = self.listing.labels.shown(pow.name if raised else "", id) if operation == CONSTANT else None
        needs = tape.requires_grad[id]
        function = (tape.grad_fn(id) or ACCUMULATE_GRAD) if needs else None
        return self._looks.setdefault((function, tape.numbers[id], repr(shown), id in tape.graph.shapes), len(self._looks))

    def _kind(self, id: int) -> _Kind:
        """The kind of a node."""
        listing, count = self.listing, len(self.tape.graph.inputs[id])
        template = listing.labels.template(id)
        places = [f"{{#{at}}}" for at in range(3 * count + 5)]
        own, first = places[count + 1], count + 2
        ids, numbers = places[first : first + count], places[first + count :]
        entry = listing.entry(id)
        node: dict[str, Any] = {
            **run_node(replace(entry, name="{0}", expression=template.text, value=None, adjoint=None)),
            "id": own,
            "inputs": ids,
            "value": numbers[0],
            "adjoint": numbers[1],
        }
        if self.tangents is not None:
            node["tangent"] = numbers[2]
        lines: list[dict[str, Any]] = [
            {
                **edge(link),
                "source": ids[argument],
                "target": own,
                "local_derivative": template.texts[argument] if link.derivative is not None else None,
                "local_value": numbers[argument],
            }
            for argument, link in enumerate(listing.links(id))
        ]
        wanted = tuple([line["local_derivative"] is not None for line in lines])
        rule = OPERATIONS[entry.operation].derivatives(wanted) if any(wanted) else None
        looks = self._look(id, entry.operation)
        return _Kind(_Lines(self.encode(node)), _Lines(",\n  ".join(map(self.encode, lines))), rule, looks)


def step_record(step: Step) -> StepRecord:
    """A step of a derivation."""
    left, right = to_text(step.left, pretty=True), to_text(step.right, pretty=True)
    return {"rule": step.rule, "left": left, "right": right, "note": step.note}


def explain_step(step: Step) -> ExplainStep:
    """The same with what a shorter derivation leaves out."""
    return {**step_record(step), "simplification": step.simplification}
