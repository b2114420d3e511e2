"""The sums of `gradcli run --feed --reduce`: all rows in, a record for each group out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

from gradcli.autodiff.request import Request
from gradcli.cli.framework.choices import split_names
from gradcli.cli.framework.progress import rows_progress
from gradcli.cli.framework.streams import can_print_signs, write_note, write_warning
from gradcli.cli.inputs.feed_options import FeedOptions
from gradcli.data.batches import BatchFunction
from gradcli.data.kernels.sums import KINDS, Reduced
from gradcli.data.tables.feeds import Feed
from gradcli.data.tables.pieces import Piece, Reading, Wanted
from gradcli.data.tables.records import Layout, Records
from gradcli.errors import ExitCode, GradcliError, nearest
from gradcli.frozen import replace

Sink = Callable[[ExitStack, Layout], Callable[[Records], bool]]


def feed_sums(
    text: str, asked: Request, rows: Feed, wanted: Wanted, reading: Reading, options: FeedOptions, sink: Sink
) -> ExitCode | None:
    """Sum up what a program gives for the rows of a feed.

    Args:
        text: The program's text.
        asked: What its runs are asked for, with the values that all rows have in common.
        rows: The feed.
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
    function = BatchFunction(text, own, None, options.kernel or "auto", list(wanted.variables))
    reducer = function.reducer()
    failed = read = 0
    with rows_progress(rows.size) as advance:
        for piece in rows.pieces(wanted):
            columns, keys, bad = _columns(piece, options.group_by)
            failed += bad
            read += piece.size
            reducer.add(columns, keys)
            advance(piece.done, read)
    found = reducer.sums().result()
    failed += found.failed
    names = [f"{kind.replace('-', '_')}_{name}" for kind in kinds for name in _of(found, kind)]
    layout = Layout(
        ("rows", *names),
        (),
        (options.group_by,) if options.group_by else (),
        ascii=options.output is None and not can_print_signs(sys.stdout),
        delimiter=reading.delimiter,
        decimal=reading.decimal,
    )
    with ExitStack() as stack:
        sink(stack, layout)(_records(found, kinds, options.group_by))
    if function.note:
        write_note(function.note)
    if failed:
        write_warning(f"{failed:,} of {read:,} rows failed, and are in no sum")
    return ExitCode.NEGATIVE if failed else None


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


def _columns(piece: Piece, by: str | None) -> tuple[Mapping[str, Any], Any, int]:
    """The variables of the rows of a piece that can be read, their groups, and how many rows cannot."""
    import numpy

    keys = None if by is None else numpy.asarray(piece.kept[by])
    if piece.columns is not None:
        if not piece.faults:
            return piece.columns, keys, 0
        good = numpy.setdiff1d(numpy.arange(piece.size), list(piece.faults))
        columns = {name: column[good] for name, column in piece.columns.items()}
        return columns, None if keys is None else keys[good], len(piece.faults)
    places = [at for at, row in enumerate(piece.rows) if not isinstance(row, GradcliError)]
    read = [row for row in piece.rows if not isinstance(row, GradcliError)]
    try:
        columns = {name: numpy.array([row[name] for row in read], "float64") for name in (read[0] if read else ())}
    except ValueError:
        raise GradcliError("rows of several shapes have no sum", hint="give each row arrays of the same shape") from None
    return columns, None if keys is None else keys[places], len(piece.rows) - len(read)


def _of(found: Reduced, kind: str) -> dict[str, Any]:
    """Sums of a kind, by name."""
    of_kind: dict[str, Any] = getattr(found, kind.replace("-", "_"))
    return of_kind


def _records(found: Reduced, kinds: list[str], by: str | None) -> Records:
    """Sums as records, one for each group."""
    lines = 1 if found.keys is None else len(found.keys)
    columns = [column for kind in kinds for column in _of(found, kind).values()]
    values: list[list[Any]] = [[found.rows] if found.keys is None else found.rows.tolist()]
    values += [[column] if found.keys is None else list(column) for column in columns]
    kept = {} if by is None else {by: [] if found.keys is None else found.keys.tolist()}
    if by is not None and found.keys is None:
        lines, values = 0, [[] for _ in values]
    return Records(range(1, lines + 1), values, [], kept=kept)
