"""The event log of a run, for people and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from gradcli.autodiff.runs.event_log import Entry, Trace
from gradcli.output.json import document, encoder, json_number, list_json
from gradcli.output.reports.blocks import Lines, Style
from gradcli.output.reports.runs.printed import printed_line, printed_records, value_text
from gradcli.output.serialization.evaluation import run_facts
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.output.schemas.programs import Event, PrintEvent


def trace_blocks(entries: Sequence[Entry], style: Style) -> Iterator[Lines]:
    """The log, a line an event; statements and phases stand out.

    Args:
        entries: The log, or a part of it.
        style: How expressions and signs are written.
    """
    lines = [style.text(_LINES[entry.kind](entry)) for entry in entries]
    yield Lines(lines, headings=frozenset(at for at, entry in enumerate(entries) if entry.kind in ("statement", "phase")))


def _valued(entry: Entry) -> str:
    return f"{entry.name} = {entry.text} = {value_text(entry.value)}"


def _node(entry: Entry) -> str:
    kind, _, rest = entry.text.partition(", ")
    if kind in ("leaf", "fed"):
        return f"     {kind:10} {entry.name} = {value_text(entry.value)}" + (f", {rest}" if rest else "")
    return f"     {'node':10} {_valued(entry)}"


_LINES: dict[str, Callable[[Entry], str]] = {
    "phase": lambda e: f"---- {e.name}: {e.text}",
    "statement": lambda e: f"{e.line or '':>3}  {e.name}",
    "built": lambda e: f"     {'  ' * e.depth}{e.name} = {e.text}" if e.text else f"     {'  ' * e.depth}{e.name}:",
    "node": _node,
    "print": lambda e: f"     {'prints':10} {printed_line(e.value or [])}",
    "backward": lambda e: f"     {'backward':10} begins at {e.name}: {e.text} = 1",
    "call": lambda e: f"     {'call':10} {e.text} of {e.name}, whose adjoint is {value_text(e.value)}",
    "hand": lambda e: f"     {'':10} hands {value_text(e.value)} to {e.name}",
    "accumulate": lambda e: f"     {'accumulate':10} {e.name}.grad = {value_text(e.value)}" + _before(e),
    "free": lambda e: f"     {'free':10} what {e.text} of {e.name} had saved",
    "zero": lambda e: f"     {'zero':10} {e.name}.grad = None",
    "adjoint": lambda e: f"     {e.text} = {value_text(e.value)}",
}


def _before(entry: Entry) -> str:
    return ", was None" if entry.text == "None" else f", was {entry.text}"


def trace_json(trace: Trace, source: str) -> Iterator[str]:
    """The pieces of the document of `gradcli trace --json`; joined they are one JSON object."""
    assert trace.tape is not None
    events = list_json(map(encoder(), map(_event, trace.entries)))
    parts = {**run_facts(trace.tape, source), "events": events}
    return document("trace", parts, trace.warnings)


def _event(entry: Entry) -> PrintEvent | Event:
    if entry.kind == "print":
        return {"kind": "print", "line": entry.line, "printed": printed_records(entry.value or [])}
    value = None if entry.value is None else json_number(entry.value)
    return {"kind": entry.kind, "line": entry.line, "name": entry.name, "text": entry.text, "value": value, "depth": entry.depth}
