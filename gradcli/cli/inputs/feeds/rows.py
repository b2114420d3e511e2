"""The runs of `gradcli run --feed`: rows in, records out, piece by piece."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import partial

from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.names_asked import variables_among
from gradcli.autodiff.runs.prepared import free_variables
from gradcli.cli.framework.progress import doing
from gradcli.cli.framework.streams import can_print_signs, write_note, write_warning
from gradcli.cli.inputs.feeds.folder import check_file, is_folder, part_size, run_job
from gradcli.cli.inputs.feeds.options import FeedOptions, delimiter_of, kept_of, reading_of, separated
from gradcli.cli.inputs.feeds.output import check_targets, format_of_output, sink
from gradcli.data.partitioned import Job
from gradcli.data.row_runs import RowRuns
from gradcli.data.tables.feeds import Feed, files_of, partitions_of
from gradcli.data.tables.formats import TABLES, TableFormat
from gradcli.data.tables.pieces import Wanted
from gradcli.data.tables.records import Layout, Records, Tally
from gradcli.data.tables.stores import as_path
from gradcli.errors import ExitCode, GradcliError, nearest, no_value
from gradcli.frozen import replace
from gradcli.language.ast import Program
from gradcli.language.builder import identifier
from gradcli.language.parser import is_name


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
    reading = reading_of(options)
    files = files_of(feed)
    check_targets([file.path for file in files], options)
    with closing(Feed(files, reading)) as rows:
        wanted = _wanted(program, asked, rows, options)
        chosen = format_of_output(format, options.output, rows.table.format)
        if options.reduce or options.group_by:
            from gradcli.cli.inputs.feeds.sums import feed_sums

            if is_folder(options):
                raise GradcliError("--reduce writes a record for each group, into one file", hint="for example -o sums.csv")
            check_file(options, engine=True)
            return feed_sums(text, asked, feed, rows, wanted, reading, options, partial(_sink_of, chosen, options))
        pieces = rows.pieces(wanted)
        piece = next(pieces, None)
        expected = rows.table.size if isinstance(rows.table.size, int) and not TABLES[rows.table.format].text else 0
        runs = RowRuns(text, where, asked, piece, strict=strict, kernel=options.kernel or "auto", expected=expected)
        layout = Layout(
            tuple(runs.names),
            tuple(runs.wrt),
            wanted.kept,
            ascii=options.output is None and not can_print_signs(),
            delimiter=reading.delimiter,
            decimal=reading.decimal,
        )
        if is_folder(options):
            rows.close()
            parts = tuple(partitions_of(feed, reading, part_size(options)))
            asked = replace(asked, wrt=tuple(runs.wrt))
            job = Job(text, where, asked, strict, parts, reading, wanted, layout, chosen.name, as_path(options.output or ""))
            return said(run_job(replace(job, kernel=options.kernel or job.kernel), options))
        check_file(options)
        tally, put_on = Tally(), True
        with ExitStack() as stack:
            put = sink(stack, chosen, layout, options)
            first = 1
            while piece is not None and put_on:
                for records, odd in runs.of(piece, first):
                    tally.add(records, odd)
                    put_on = put(records)
                    if not put_on:
                        break
                first += piece.size
                doing("running rows", piece.done, rows.size, first - 1)
                piece = next(pieces, None) if put_on else None
    if not put_on:
        return ExitCode.NEGATIVE if tally.failed else None
    if tally.printing and chosen.name != "jsonl":
        write_warning(f"{chosen.name.upper()} has no place for what the program prints; --format jsonl has")
    if runs.function is not None and runs.function.note:
        write_note(runs.function.note)
    return said(tally)


def _sink_of(chosen: TableFormat, options: FeedOptions, stack: ExitStack, layout: Layout) -> Callable[[Records], bool]:
    return sink(stack, chosen, layout, options)


def said(tally: Tally) -> ExitCode | None:
    """Say what became of rows."""
    rows = "1 row" if tally.rows == 1 else f"{tally.rows:,} rows"
    if tally.odd:
        write_warning(f"values or derivatives are not finite in {tally.odd:,} of {rows}")
    if tally.failed:
        write_note(f"{tally.failed:,} of {rows} failed, the first is row {tally.first_failed:,}: {tally.why_failed}")
    return ExitCode.NEGATIVE if tally.failed else None


def _wanted(program: Program, asked: Request, feed: Feed, options: FeedOptions) -> Wanted:
    """What is taken of the rows, which together with the options give each variable one value.

    Raises:
        GradcliError: They do not.
    """
    free = free_variables(program, asked)
    values = asked.bindings or {}
    keeping = bool(options.keep or options.group_by or options.reduce)
    variables: dict[str, str] = {}
    what = "column" if feed.table.format != "jsonl" else "key"
    for column in feed.names:  # which may be a million: what is a variable is a name
        name = identifier(column)
        given = name in values or name in asked.feed
        if name in variables:
            raise GradcliError(f"{feed.where} has two columns {name}", hint="leave one out")
        if name in free and not given:
            variables[name] = column
        elif given and not (keeping and name not in free):
            option = f"--feed-node {name}" if name in asked.feed else "the options or the bindings"
            raise GradcliError(f"{name} is given twice, by {option} and in {feed.where}", hint="leave one out")
        elif not keeping:
            _check_names(feed, delimiter_of(options))
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


def _check_names(feed: Feed, delimiter: str) -> None:
    for name in feed.names:
        if not is_name(name):
            shown = f"{name[:40]!r}" if name else "an empty name"
            hint = "the first line names the variables, separated by commas: x,w; --keep passes other columns through"
            if feed.table.format == "csv":
                hint = separated(feed.names, delimiter) or hint
            raise GradcliError(f"{feed.where}: {shown} is no name of a variable", hint=hint)
