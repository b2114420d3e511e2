"""`gradcli run`: a whole program, once or for each row of a file."""

from __future__ import annotations

from gradcli.cli.framework.choices import check_stdin, chosen_format
from gradcli.cli.framework.command import Command, flag, text
from gradcli.cli.framework.options import FORMATS, PROGRAM, OutputOptions
from gradcli.cli.inputs.feeds.options import RECORDS, FeedOptions, check_alone
from gradcli.cli.inputs.program import ProgramRunOptions, asked_of
from gradcli.cli.inputs.source import program_text
from gradcli.errors import ExitCode, GradcliError, located
from gradcli.language.parser import parse

HELP = """\
Run a program, with --feed for each row of a table. It writes its outputs, the gradient of the first one, and what it prints.

\b
  gradcli run newton.grad --x 2
  gradcli run newton.grad --x 2 --json | jq .values
  gradcli run -e "a = x + w; y = a^2; output y, a" --x 2 --w 1 -q
  gradcli run neuron.grad --feed rows.csv > results.csv             a variable a column, a run a row
  gradcli run neuron.grad --feed rows.jsonl --w0 2 --wrt x0         w0 is the same in all rows
  generate | gradcli run neuron.grad --feed - --format jsonl | head -1
  gradcli run neuron.grad --feed rows.parquet --keep id -o results.parquet
  gradcli run neuron.grad --feed rows.csv --errors failed.jsonl     rows that fail go into a file of their own
  gradcli run loss.grad --feed rows.parquet --w 1 --wrt w --reduce mean,grad-mean     the loss of all rows, and its gradient
  gradcli run -e "(x+w)*(w+1)" --x 2 --w 1 --fetch a,b              any node of the graph
  gradcli run -e "(x+w)*(w+1)" --w 1 --feed-node a=10 --wrt a,w     a is given, so x is not needed

--feed builds the graph once (--mode static) and feeds it row by row; --mode dynamic records it anew for each, as it does where
the program acts on its tape (backward y). A row that fails is an error record and does not end the others; the exit code is 1
then. CSV gives CSV and JSON Lines give JSON Lines, unless --format or the name of -o says otherwise. A column that is no variable
is an error, unless --keep passes it through. `gradcli help data` tells of tables of all formats.

Exit codes: 0 success, 1 a row failed, 2 bad input, 3 not finite under --strict, 4 a limit reached, 130 interrupted.
"""


class RunOptions(ProgramRunOptions, FeedOptions, OutputOptions):
    """What a call may ask for."""

    format = text(
        "How to write it: rich, text, json or numbers; with --feed a format of tables, jsonl or csv where left out.",
        "FORMAT",
        choices=(*FORMATS, "numbers", *RECORDS),
    )
    quiet = flag("The outputs, then the gradient, a number a line: --format numbers.", short="-q")


def run(options: RunOptions) -> ExitCode | None:
    """Run the command."""
    format = chosen_format(options)
    if options.feed is None and format in RECORDS:
        raise GradcliError(f"--format {format} is for the records of --feed", hint="write --format json, or add --feed rows.csv")
    if options.feed is not None and format not in (None, *RECORDS):
        hint = "write --format jsonl or --format csv, or leave it out"
        raise GradcliError(f"--feed writes records, and {format} is one document", hint=hint)
    if options.feed is None:
        check_alone(options)
    check_stdin(program=next(iter(options.positional), None), bindings=options.bindings, rows=options.feed)
    source, where = program_text(options)
    with located(source, where):
        program = parse(source, where)
        asked = asked_of(options, program)
        if options.feed is not None:
            from gradcli.cli.inputs.feeds.rows import feed_rows

            return feed_rows(program, source, where, asked, options.feed, format, options, strict=options.strict)
        from gradcli.cli.views.show_run import show_run

        show_run(program, asked, source, format, strict=options.strict)
    return None


COMMAND = Command(HELP, PROGRAM, RunOptions, run, takes_variables=True, work="running the program")
