"""The outcomes as tables of plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from measure import Counted, Outcome, Result

SHORT = 0.05
"""Seconds below which times are shown to hundredths of a millisecond."""


def lines(outcome: Outcome | Counted) -> Iterator[str]:
    """The lines of an outcome: its title and a table."""
    yield outcome.title
    yield from _table(_count_rows(outcome) if isinstance(outcome, Counted) else _rows(outcome))
    yield ""


def _rows(outcome: Outcome) -> list[list[str]]:
    names = [own.name for own in outcome.ours]
    names = names if outcome.peers else []
    rows = [["", "seconds", "±", "CPU s", "MB", *[f"{name} /" for name in names], "memory /", "target", ""]]
    for index, own in enumerate(outcome.ours):
        target, verdict = _own_target(outcome, own) if index == 0 else ("", "")
        rows.append([own.name, *_figures(own), *[""] * len(names), "", target, verdict or _state(own)])
    for peer in outcome.peers:
        bound = "< " if peer.state == "timed out" else ""
        ratios = [f"{bound}{peer.ratios[name]:.2f}" if name in peer.ratios and _comparable(peer) else "" for name in names]
        memory = f"{peer.memory_ratio:.2f}" if peer.memory_ratio is not None and _comparable(peer) else ""
        target = "" if peer.target is None else f"≤ {peer.target:g}"
        rows.append([peer.name, *_figures(peer), *ratios, memory, target, _verdict(peer, names[0]) or _state(peer)])
    return rows


def _figures(result: Result) -> list[str]:
    if result.state == "timed out":
        return [f"> {result.seconds:.0f}", "", "", ""]
    figures = ((result.seconds, 3), (result.spread, 3), (result.cpu_seconds, 3), (result.megabytes, 0))
    shown = ["" if figure is None else f"{figure:.{digits}f}" for figure, digits in figures]
    if result.seconds is not None and result.seconds < SHORT:
        shown[:2] = [f"{result.seconds:.5f}", "" if result.spread is None else f"{result.spread:.5f}"]
    return shown


def _comparable(result: Result) -> bool:
    return result.state in ("ok", "timed out")


def _state(result: Result) -> str:
    return "" if result.state == "ok" else f"{result.state}{': ' if result.detail else ''}{result.detail}"


def _own_target(outcome: Outcome, own: Result) -> tuple[str, str]:
    if own.seconds is None or outcome.seconds_target is None:
        return "", ""
    met = own.state == "ok" and own.seconds <= outcome.seconds_target
    target = f"≤ {outcome.seconds_target:g} s"
    if outcome.megabytes_target is not None:
        target += f", {outcome.megabytes_target:g} MB"
        met = met and own.megabytes is not None and own.megabytes <= outcome.megabytes_target
    return target, _word(met)


def _verdict(peer: Result, own: str) -> str:
    if peer.target is None or own not in peer.ratios or not _comparable(peer):
        return ""
    return _word(peer.ratios[own] <= peer.target) + (f" ({peer.state})" if peer.state != "ok" else "")


def _word(met: bool) -> str:
    return "met" if met else "missed"


def _count_rows(counted: Counted) -> list[list[str]]:
    if not counted.rows:
        return [["nothing counted:", counted.detail]]
    rows = [["", "count", "bound", ""]]
    for label, value, bound in counted.rows:
        rows.append(
            [label, f"{value:,}", "" if bound is None else f"≤ {bound:,}", "" if bound is None else _word(value <= bound)]
        )
    return rows


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns aligned: the first and the last to the left, the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [
            row[0].ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:-1], strict=True)),
            row[-1],
        ]
        yield "  " + "  ".join(cells).rstrip()
