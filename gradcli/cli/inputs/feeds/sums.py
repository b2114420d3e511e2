"""The sums of `gradcli run --feed --reduce`: all rows in, a record for each group out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from gradcli.autodiff.request import Request
from gradcli.cli.framework.choices import split_names
from gradcli.cli.framework.progress import doing
from gradcli.cli.framework.streams import can_print_signs, write_note, write_warning
from gradcli.cli.inputs.feeds.folder import part_size
from gradcli.cli.inputs.feeds.options import FeedOptions
from gradcli.data.batches import BatchFunction
from gradcli.data.engines import reports_of
from gradcli.data.kernels.sums import KINDS, Reduced, Sums
from gradcli.data.part_sums import SumJob, Unread, total
from gradcli.data.tables.feeds import Feed, partitions_of
from gradcli.data.tables.pieces import Reading, Wanted
from gradcli.data.tables.records import Layout, Records
from gradcli.errors import ExitCode, GradcliError, nearest
from gradcli.frozen import replace
from gradcli.typing import Any

Sink = Callable[[ExitStack, Layout], Callable[[Records], bool]]


def feed_sums(
    text: str, asked: Request, feed: str, rows: Feed, wanted: Wanted, reading: Reading, options: FeedOptions, sink: Sink
) -> ExitCode | None:
    """Sum up what a program gives for the rows of a feed.

    Args:
        text: The program's text.
        asked: What its runs are asked for, with the values that all rows have in common.
        feed: The feed.
        rows: The same, open.
        wanted: What is taken of it.
        reading: How it is read.
        options: What the call says of tables.
        sink: What writes records.

    Returns:
        1 where a row failed; its error is in no sum.

    Raises:
        GradcliError: The rows do not fit the program, or a kind of sum is none.
    """
    kinds = _kinds(options)
    if asked.mode != "static":
        raise GradcliError("--reduce sums up the runs of a static graph", hint="leave --mode dynamic out")
    gradient = any(kind.startswith("grad") for kind in kinds)
    own = asked if gradient else replace(asked, wrt=())
    threads = None if options.engine is None else 1  # engines run as many parts side by side as there are cores
    function = BatchFunction(text, own, threads, options.kernel or "auto", list(wanted.variables))
    if options.engine is None:
        sums, read = _here(function, rows, wanted, options.group_by)
    else:
        rows.close()
        sums, read = _on_engine(function, feed, wanted, reading, options)
    found = sums.result()
    names = [f"{kind.replace('-', '_')}_{name}" for kind in kinds for name in _of(found, kind)]
    layout = Layout(
        ("rows", *names),
        (),
        (options.group_by,) if options.group_by else (),
        ascii=options.output is None and not can_print_signs(),
        delimiter=reading.delimiter,
        decimal=reading.decimal,
    )
    with ExitStack() as stack:
        sink(stack, layout)(_records(found, kinds, options.group_by))
    if function.note:
        write_note(function.note)
    if found.failed:
        write_warning(f"{found.failed:,} of {read:,} rows failed, and are in no sum: {found.why_failed}")
    return ExitCode.NEGATIVE if found.failed else None


def _here(function: BatchFunction, rows: Feed, wanted: Wanted, by: str | None) -> tuple[Sums, int]:
    """The sums of a feed, and how many rows it has."""
    reducer, unread = function.reducer(), Unread()
    for piece in rows.pieces(wanted):
        reducer.add(*unread.readable(piece, by))
        doing("adding up rows", piece.done, rows.size, unread.rows)
    return unread.counted(reducer.sums()), unread.rows


def _on_engine(function: BatchFunction, feed: str, wanted: Wanted, reading: Reading, options: FeedOptions) -> tuple[Sums, int]:
    """The same, by an engine."""
    parts = tuple(partitions_of(feed, reading, part_size(options)))
    rows, done = sum(part.rows or 0 for part in parts), 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        doing("adding up rows", done, rows, done)

    job = SumJob(function, parts, reading, wanted, options.group_by)
    found = total(job, reports_of(options.engine or "", job, range(len(parts)), options.address, count))
    return found, rows


def _kinds(options: FeedOptions) -> list[str]:
    """The kinds of sums that are asked for."""
    kinds = split_names("--reduce", [options.reduce] if options.reduce else [])
    if not kinds:
        raise GradcliError("--group-by is for --reduce", hint="add --reduce mean")
    for kind in kinds:
        if kind not in KINDS:
            near = nearest(kind, KINDS)
            raise GradcliError(f"--reduce {kind}: the kinds are {', '.join(KINDS)}", hint=f"did you mean {near}?" if near else "")
    if options.keep or options.errors:
        option = "--keep" if options.keep else "--errors"
        raise GradcliError(f"{option} is of rows, and --reduce writes none", hint="leave one out")
    return kinds


def _of(found: Reduced, kind: str) -> dict[str, Any]:
    """Sums of a kind, by name."""
    of_kind: dict[str, Any] = getattr(found, kind.replace("-", "_"))
    return of_kind


def _records(found: Reduced, kinds: list[str], by: str | None) -> Records:
    """Sums as records, one for each group."""
    import numpy

    lines = 1 if found.keys is None else len(found.keys)
    columns = [found.rows, *[column for kind in kinds for column in _of(found, kind).values()]]
    stacked = [numpy.asarray(column)[None] if found.keys is None else column for column in columns]
    if by is not None and found.keys is None:  # no rows, no groups
        lines, stacked = 0, [column[:0] for column in stacked]
    values = [column if column.ndim == 1 else list(column) for column in stacked]
    kept = {} if by is None else {by: [] if found.keys is None else found.keys.tolist()}
    return Records(range(1, lines + 1), values, [], kept=kept)
