"""The runs of `gradcli run --feed`: rows in, records out, piece by piece."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import Any

from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.names_asked import variables_among
from gradcli.autodiff.runs.prepared import free_variables
from gradcli.cli.framework.progress import rows_progress
from gradcli.cli.framework.streams import can_print_signs, write, write_note, write_warning
from gradcli.cli.inputs.feed_options import FeedOptions, delimiter_of, kept_of
from gradcli.data.row_runs import RowRuns
from gradcli.data.tables.compression import SUFFIXES
from gradcli.data.tables.feeds import Feed, files_of
from gradcli.data.tables.formats import TABLES, TableFile, TableFormat, format_of
from gradcli.data.tables.pieces import STDIN, Reading, Wanted
from gradcli.data.tables.records import Layout, Records
from gradcli.errors import ExitCode, GradcliError, nearest, no_value
from gradcli.language.ast import Program
from gradcli.language.builder import identifier
from gradcli.language.parser import is_name
from gradcli.output.files import draft


def feed_rows(
    program: Program, text: str, where: str, asked: Request, feed: str, format: str | None, options: FeedOptions, *, strict: bool
) -> ExitCode | None:
    """Run a program for each row of a feed, and write a record for each.

    Args:
        program: The program.
        text: Its text.
        where: What messages call it.
        asked: What its runs are asked for, with the values that all rows have in common.
        feed: The rows.
        format: The format of the records; None for what the name of the output tells, or that of the rows.
        options: What else is said of tables.
        strict: Whether what is not finite is an error.

    Returns:
        1 where a row failed.

    Raises:
        GradcliError: The rows do not fit the program, or nothing can run.
    """
    reading = Reading(delimiter_of(options), options.decimal or ".", options.table or "")
    with closing(Feed(files_of(feed), reading)) as rows:
        wanted = _wanted(program, asked, rows, options)
        chosen = _format(format, options.output, rows.table.format)
        if options.reduce or options.group_by:
            from gradcli.cli.inputs.feed_sums import feed_sums

            return feed_sums(
                text, asked, rows, wanted, reading, options, lambda stack, layout: _sink(stack, chosen, layout, options)
            )
        with rows_progress(rows.size) as advance:
            pieces = rows.pieces(wanted)
            piece = next(pieces, None)
            runs = RowRuns(text, where, asked, piece, strict=strict, kernel=options.kernel or "auto")
            layout = Layout(
                tuple(runs.names),
                tuple(runs.wrt),
                wanted.kept,
                ascii=options.output is None and not can_print_signs(sys.stdout),
                delimiter=reading.delimiter,
                decimal=reading.decimal,
            )
            tally = Tally()
            with ExitStack() as stack:
                put = _sink(stack, chosen, layout, options)
                first = 1
                while piece is not None and tally.reading:
                    for records, odd in runs.of(piece, first):
                        tally.add(records, odd)
                        tally.reading = put(records)
                        if not tally.reading:
                            break
                    first += piece.size
                    advance(piece.done, first - 1)
                    piece = next(pieces, None) if tally.reading else None
            if runs.function is not None and runs.function.note:
                write_note(runs.function.note)
    if tally.printing and tally.reading and chosen.name != "jsonl":
        write_warning(f"{chosen.name.upper()} has no place for what the program prints; --format jsonl has")
    return tally.said()


class Tally:
    """What became of the rows, as far as they have run.

    Attributes:
        rows: How many there were.
        failed: How many of them failed.
        first_failed: The number of the first that did.
        odd: How many have something that is not finite.
        printing: Whether one printed something.
        reading: Whether somebody still reads what is written.
    """

    def __init__(self) -> None:
        self.rows = self.failed = self.first_failed = self.odd = 0
        self.printing, self.reading = False, True

    def add(self, records: Records, odd: int) -> None:
        """Count some records."""
        if records.errors and not self.failed:
            self.first_failed = int(records.rows[min(records.errors)])
        self.rows += len(records.rows)
        self.failed += len(records.errors)
        self.odd += odd
        self.printing = self.printing or bool(records.printed)

    def said(self) -> ExitCode | None:
        """Say what became of them."""
        rows = "1 row" if self.rows == 1 else f"{self.rows:,} rows"
        if self.odd and self.reading:
            write_warning(f"values or derivatives are not finite in {self.odd:,} of {rows}")
        if self.failed and self.reading:
            write_note(f"{self.failed:,} of {rows} failed, the first is row {self.first_failed:,}")
        return ExitCode.NEGATIVE if self.failed else None


def _format(asked: str | None, output: str | None, of_rows: str) -> TableFormat:
    """The format of the records."""
    if asked is not None:
        return TABLES[asked]
    if output in (None, STDIN):
        return TABLES[of_rows if TABLES.get(of_rows, TABLES["parquet"]).text else "csv"]
    format = format_of(output or "")
    if format is None:
        ends = ", ".join(suffix for format in TABLES.values() for suffix in format.suffixes[:1])
        raise GradcliError(f"the name {output} does not tell its format", hint=f"end it in {ends}, or add --format")
    return format


def _sink(stack: ExitStack, format: TableFormat, layout: Layout, options: FeedOptions) -> Callable[[Records], bool]:
    """What takes records, and tells whether somebody still reads them; files are in place when the stack is left."""
    failed = None if options.errors is None else _file(stack, options.errors, TABLES["jsonl"], layout)
    if options.output in (None, STDIN, "/dev/stdout"):
        good = _standard_output(stack, format, layout)
    else:
        file = _file(stack, options.output or "", format, layout)

        def good(records: Records) -> bool:
            file.add(records)
            return True

    if failed is None:
        return good

    def parted(records: Records) -> bool:
        fine, wrong = records.parted()
        failed.add(wrong)
        return good(fine)

    return parted


def _file(stack: ExitStack, path: str, format: TableFormat, layout: Layout) -> TableFile:
    """A file of records that takes its place when the stack is left."""
    compression = next((kind for suffix, kind in SUFFIXES.items() if path.lower().endswith(suffix)), None)
    file = TableFile(stack.enter_context(draft(path)), format, layout, compression)
    stack.push(lambda kind, error, trace: file.close() if kind is None else file.abandon())
    return file


def _standard_output(stack: ExitStack, format: TableFormat, layout: Layout) -> Callable[[Records], bool]:
    if format.text:
        lines = format.part(format.writer)(layout)
        reading = write([lines.head()])
        return lambda records: reading and write(["".join(lines.lines(records))])
    if format.by_path or (sys.stdout is not None and sys.stdout.isatty()):
        raise GradcliError(f"{format.name} is written into a file", hint=f"add -o results{format.suffixes[0]}")
    pipe = _Pipe()
    writer = format.part(format.writer)(pipe, layout)
    stack.push(lambda kind, error, trace: writer.close() if kind is None else None)

    def put(records: Records) -> bool:
        if len(records.rows):
            writer.add(records)
        return pipe.reading

    return put


class _Pipe:
    """Standard output as a file of bytes that cannot go back."""

    closed = False

    def __init__(self) -> None:
        self.reading, self.place = True, 0

    def write(self, data: Any) -> int:
        """Write some bytes."""
        data = bytes(data)
        self.reading = self.reading and write(data)
        self.place += len(data)
        return len(data)

    def tell(self) -> int:
        """How many bytes have been written."""
        return self.place

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """It stays open."""

    def readable(self) -> bool:
        """It is not."""
        return False

    def seekable(self) -> bool:
        """It is not."""
        return False

    def writable(self) -> bool:
        """It is."""
        return True


def _wanted(program: Program, asked: Request, feed: Feed, options: FeedOptions) -> Wanted:
    """What is taken of the rows, which together with the options give each variable one value.

    Raises:
        GradcliError: They do not.
    """
    free = free_variables(program, asked)
    values = asked.bindings or {}
    keeping = bool(options.keep or options.group_by or options.reduce)
    called = {identifier(name): name for name in feed.names if is_name(name)}
    variables: dict[str, str] = {}
    what = "column" if feed.table.format != "jsonl" else "key"
    if not keeping:
        _check_names(feed, called)
    for name, column in called.items():
        given = name in values or name in asked.feed
        if name in free and not given:
            variables[name] = column
        elif given and not (keeping and name not in free):
            option = f"--feed-node {name}" if name in asked.feed else "the options or the bindings"
            raise GradcliError(f"{name} is given twice, by {option} and in {feed.where}", hint="leave one out")
        elif not keeping:
            near = nearest(name, free)
            hint = f"did you mean {near}? " if near else ""
            others = variables_among(free, values)
            hint += f"its variables are {', '.join(others[:20])}" if others else "it has no variables"
            hint += f"; --keep {column} passes the column through"
            raise GradcliError(f"{feed.where} has a {what} {name}, and the program has no variable {name}", hint=hint)
    kept = kept_of(options, feed.names, [*variables.values()])
    if options.group_by and options.group_by not in kept:
        kept = (*kept, options.group_by)
    if asked.fetch or asked.feed:  # only what is fetched needs its variables
        return Wanted(variables, kept)
    known = {*variables, *values}
    missing = [name for name in variables_among(free, known) if name not in known]
    if missing:
        hint = f"add a {what} {missing[0]} to {feed.where}, or --{missing[0]} VALUE for all rows"
        raise no_value(missing, free[missing[0]], hint)
    return Wanted(variables, kept)


def _check_names(feed: Feed, called: dict[str, str]) -> None:
    for name in feed.names:
        if not is_name(name):
            shown = f"{name[:40]!r}" if name else "an empty name"
            hint = "the first line names the variables, separated by commas: x,w; --keep passes other columns through"
            raise GradcliError(f"{feed.where}: {shown} is no name of a variable", hint=hint)
    if len(called) < len(feed.names):
        twice = next(name for name in feed.names if called[identifier(name)] != name)
        raise GradcliError(f"{feed.where} has two columns {identifier(twice)}", hint="leave one out")
