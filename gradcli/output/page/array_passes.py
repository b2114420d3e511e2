"""What the script of a page reads of a run with arrays: its values and both of its passes as they were recorded.

The script computes with numbers, not with arrays. So such a page has no inputs to change; it steps through what was recorded.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.autodiff.passes.contributions import contributions
from gradcli.autodiff.passes.tape import Tape
from gradcli.errors import said
from gradcli.graph.graph import CONSTANT, VARIABLE
from gradcli.graph.shapes import shape_text
from gradcli.language.numbers import brief_text, is_exact, number_text, short_text
from gradcli.output.diagrams.diagram import MARK
from gradcli.output.json import json_number
from gradcli.output.listing import FunctionListing
from gradcli.output.page.data import signs
from gradcli.typing import Any

WHOLE_ELEMENTS = 400
"""Elements of an array up to which the page has all of them."""

LINE_COLUMNS = 72
"""Characters up to which a line has an array as it is shown elsewhere."""

FORWARD, SEED, EDGE = 0, 1, 2
"""The kinds of events, as in ``page/engine.js``."""

_FIXED = "The inputs are fixed, since the graph has arrays: the page steps through the run as it was recorded."
_UNKNOWN = "The variables have no values, so the steps show shapes alone."


def recorded_data(tape: Tape, *, whole_labels: bool) -> dict[str, Any]:
    """What the script of a page reads, as :func:`~gradcli.output.page.data.page_data` has it, with a run in ``recorded``.

    Args:
        tape: The run; where its variables have no values, shapes stand for values.
        whole_labels: Whether an edge says of what its label is the derivative.
    """
    graph = tape.graph
    leaves = (VARIABLE, CONSTANT)
    listing = FunctionListing(tape)
    links = [listing.links(id) for id in range(len(graph))]
    broken = graph.broken
    return {
        "program": {
            "dtype": tape.dtype,
            "output": tape.output,
            "differentiable": tape.adjoints[tape.output] is not None,
            "variables": graph.variables,
            "constants": [],
            "decisions": [],
            "inputs": [list(inputs) for inputs in graph.inputs],
            "kind": [-1 if operation in leaves else 0 for operation in graph.operations],
            "kinds": [],
        },
        "names": tape.names,
        "expressions": [None if graph.operations[id] in leaves else listing.entry(id).expression for id in range(len(graph))],
        "derivatives": [[link.derivative for link in into] for into in links],
        "wrt": list(tape.wrt),
        "initial": {},
        "mode": tape.mode,
        "wholeLabels": whole_labels,
        "signs": signs(tape),
        "broken": None if broken is None else said(broken.reason),
        "recorded": {
            "values": [_shown_at(tape, id, value) for id, value in enumerate(_values(tape))],
            "adjoints": [_shown_at(tape, id, value) for id, value in enumerate(tape.adjoints)],
            "locals": [[None if link.value is None else shown(link.value) for link in into] for into in links],
            "terms": [listing.handed(id) for id in range(len(graph))],
            "events": _events(tape),
        },
    }


def about_recorded(tape: Tape) -> Iterator[str]:
    """What a page says of a run with arrays, or of one that breaks off."""
    broken = tape.graph.broken
    if broken is not None:
        yield f"{MARK} The graph breaks off at {tape.names[broken.id]}: {broken.reason}."
    yield _UNKNOWN if tape.symbolic else _FIXED


def _values(tape: Tape) -> list[Any]:
    """The values of all nodes; of a graph that breaks off and has none, something for each node that has a shape."""
    if tape.graph.broken is None or not tape.symbolic:
        return tape.values
    return [None if id == tape.graph.broken.id else 0.0 for id in range(len(tape.graph))]


def _shown_at(tape: Tape, id: int, value: Any) -> Any:
    """A value or an adjoint of a node; its shape where the variables have no values."""
    if value is None or not tape.symbolic:
        return None if value is None else shown(value)
    shape = tape.graph.shape(id)
    text = f"of shape {shape_text(shape)}" if shape else "a number"
    return {"brief": text, "short": text, "whole": text, "sign": ""}


def shown(value: Any) -> Any:
    """A value as the script shows it: a number, or texts of an array: for a box, for a line, and whole where it is small."""
    if isinstance(value, float):
        return json_number(value)
    short, brief = short_text(value), brief_text(value)
    whole = number_text(value) if value.size <= WHOLE_ELEMENTS else short
    line = short if len(short) <= LINE_COLUMNS else brief
    return {"brief": brief, "short": line, "whole": whole, "sign": "=" if is_exact(value) else "≈"}


def _events(tape: Tape) -> list[list[Any]]:
    """The events of both passes, in order; those of edges with what is handed back, and the sums before and after."""
    graph = tape.graph
    broken = -1 if graph.broken is None else graph.broken.id
    events: list[list[Any]] = [
        [FORWARD, id] for id in range(len(graph)) if graph.operations[id] not in (VARIABLE, CONSTANT) and id != broken
    ]
    if tape.adjoints[tape.output] is None:
        return events
    events.append([SEED, tape.output])
    for found in contributions(tape):
        numbers = [_shown_at(tape, found.source, value) for value in (found.value, found.before, found.after)]
        events.append([EDGE, found.source, found.target, found.argument, *numbers])
    return events
