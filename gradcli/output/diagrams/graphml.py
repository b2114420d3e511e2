"""Graphs as GraphML, which networkx, Gephi and yEd read: every fact of a node and of an edge under a key with a type."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from xml.sax.saxutils import escape

from gradcli.autodiff.passes.tape import ACCUMULATE_GRAD
from gradcli.output.diagrams.diagram import Diagram, Kind
from gradcli.output.diagrams.functions_part import FunctionsPart
from gradcli.output.diagrams.graph_part import GraphPart
from gradcli.output.json import json_number
from gradcli.output.listing import Entry, GradientListing, Link
from gradcli.output.visible import visible
from gradcli.typing import Any

_Data = str | bool | int | float | None

_NODE_KEYS = {
    "part": "string",
    "name": "string",
    "op": "string",
    "kind": "string",
    "expression": "string",
    "value": "double",
    "adjoint": "double",
    "grad": "double",
    "value_array": "string",
    "adjoint_array": "string",
    "grad_array": "string",
    "is_leaf": "boolean",
    "requires_grad": "boolean",
    "grad_fn": "string",
    "derivative_of": "string",
    "shape": "string",
    "error": "string",
    "order": "int",
    "node": "string",
    "omitted_inputs": "int",
}
_EDGE_KEYS = {
    "argument": "int",
    "local_derivative": "string",
    "local_value": "double",
    "local_value_array": "string",
    "shapes": "string",
    "broken": "boolean",
}
_TYPES = {"node": _NODE_KEYS, "edge": _EDGE_KEYS, "graph": {"title": "string"}}

_ROOT = (
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">'
)


def graphml(diagram: Diagram) -> Iterator[str]:
    """The pieces of the document, an element each.

    All parts are in one graph, since most readers take no more: the attribute ``part`` of a node says which it belongs to. What
    a node lacks is left out. Inputs that the diagram leaves out are counted at the node.

    Args:
        diagram: The graphs.
    """
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n{_ROOT}\n'
    for domain, keys in _TYPES.items():
        for name, type in keys.items():
            yield f'  <key id="{domain}_{name}" for="{domain}" attr.name="{name}" attr.type="{type}"/>\n'
    yield '  <graph id="graph" edgedefault="directed" parse.nodeids="free" parse.edgeids="free" parse.order="free">\n'
    yield f"    {_data('graph', 'title', diagram.title)}\n"
    for part in diagram.parts:
        if isinstance(part, GraphPart):
            yield from _graph(part)
        elif isinstance(part, FunctionsPart):
            yield from _functions(part)
    yield "  </graph>\n</graphml>\n"


def _graph(part: GraphPart) -> Iterator[str]:
    listing, prefix = part.listing, part.prefix
    for id in part.chosen:
        yield _element("node", f'id="{prefix}{id}"', _node(part, listing.entry(id)))
    for id in part.chosen:
        for link in listing.links(id):
            if link.source in part.drawn:
                yield _edge(f"{prefix}{link.source}", f"{prefix}{id}", _link(link))


def _node(part: GraphPart, entry: Entry) -> dict[str, _Data]:
    is_run = not isinstance(part.listing, GradientListing)
    return {
        "part": part.title or None,
        "name": entry.name,
        "op": entry.operation,
        "kind": part.box(entry).kind.value,
        "expression": entry.expression,
        **_number("value", entry.value),
        **_number("adjoint", entry.adjoint),
        **_number("grad", entry.grad),
        "is_leaf": entry.is_leaf if is_run else None,
        "requires_grad": entry.requires_grad if is_run else None,
        "grad_fn": entry.grad_fn,
        "derivative_of": ", ".join(entry.derivative_of) or None,
        "shape": None if entry.error else f"({', '.join(map(str, entry.shape))})",
        "error": entry.error or None,
        "omitted_inputs": len({input for input in entry.inputs if input not in part.drawn}) or None,
    }


def _link(link: Link) -> dict[str, _Data]:
    return {
        "argument": link.argument,
        "local_derivative": link.derivative,
        **_number("local_value", link.value),
        "shapes": link.shapes or None,
        "broken": link.broken or None,
    }


def _number(key: str, value: Any) -> dict[str, _Data]:
    """A number under a key, or an array as JSON under the key for arrays."""
    if value is None or isinstance(value, float):
        return {key: value}
    return {f"{key}_array": json.dumps(json_number(value))}


def _functions(part: FunctionsPart) -> Iterator[str]:
    for id in part.chosen:
        function = part.functions[id]
        missing = len({to for to in function.next if to is not None and to not in part.drawn})
        facts: dict[str, _Data] = {
            "part": part.title or None,
            "name": function.name,
            "kind": (Kind.ACCUMULATE if function.name == ACCUMULATE_GRAD else Kind.FUNCTION).value,
            "order": id,
            "node": part.tape.names[function.node],
            "omitted_inputs": missing or None,
        }
        yield _element("node", f'id="f{id}"', facts)
    for id in part.chosen:
        for argument, to in enumerate(part.functions[id].next):
            if to is not None and to in part.drawn:
                yield _edge(f"f{id}", f"f{to}", {"argument": argument})


def _edge(source: str, target: str, facts: dict[str, _Data]) -> str:
    # An id for each argument keeps both edges of x*x: readers take edges without ids for one.
    id = f"{source}-{target}-{facts['argument']}"
    return _element("edge", f'id="{id}" source="{source}" target="{target}"', facts)


def _element(domain: str, attributes: str, facts: dict[str, _Data]) -> str:
    data = "".join(_data(domain, name, value) for name, value in facts.items() if value is not None)
    return f"    <{domain} {attributes}>{data}</{domain}>\n"


def _data(domain: str, name: str, value: _Data) -> str:
    return f'<data key="{domain}_{name}">{escape(_text(value))}</data>'


def _text(value: _Data) -> str:
    """A value as XML Schema writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if value != value else "INF" if value > 0 else "-INF"
    return visible(str(value)) if isinstance(value, str) else repr(value)
