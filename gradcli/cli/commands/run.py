"""`gradcli run`: a whole program, once or for each row of a file."""

from __future__ import annotations

from gradcli.cli.framework.choices import chosen_format
from gradcli.cli.framework.command import (
    ASCII,
    COTANGENT,
    DTYPE,
    EXPRESSION_OPTIONS,
    FORMAT,
    JSON,
    MAX_ELEMENTS,
    MAX_NODES,
    MAX_STEPS,
    MODE,
    OPTIMIZE,
    STRICT,
    Arguments,
    Command,
    Option,
)
from gradcli.errors import ExitCode, GradcliError

HELP = """\
Run a program: its outputs, the gradient of the first one, and what it prints. With --feed for each row of a file.

\b
  gradcli run newton.grad --x 2
  gradcli run newton.grad --x 2 --json | jq .values
  gradcli run -e "a = x + w; y = a^2; output y, a" --x 2 --w 1 -q
  gradcli run neuron.grad --feed rows.csv > results.csv             a variable a column, a run a row
  gradcli run neuron.grad --feed rows.jsonl --w0 2 --wrt x0         w0 is the same in all rows
  generate | gradcli run neuron.grad --feed - --format jsonl | head -1
  gradcli run -e "(x+w)*(w+1)" --x 2 --w 1 --fetch a,b              any node of the graph
  gradcli run -e "(x+w)*(w+1)" --w 1 --feed-node a=10 --wrt a,w     a is given, so x is not needed

--feed builds the graph once (--mode static) and feeds it row by row; --mode dynamic records it anew for each, as it does where
the program acts on its tape (backward y). A row that fails is an error record and does not end the others; the exit code is 1
then. CSV gives CSV and JSON Lines give JSON Lines, unless --format says otherwise.

Exit codes: 0 success, 1 a row failed, 2 bad input, 3 not finite under --strict, 4 a limit reached, 130 interrupted.
"""

_FILE, _SET, _BINDINGS, _WRT = EXPRESSION_OPTIONS

OPTIONS = (
    Option("expression", "The program itself, instead of a file.", "TEXT", short="-e"),
    _SET,
    _BINDINGS,
    _WRT._replace(help="Differentiate the first output by these variables (w,x or repeated); by all where left out."),
    Option("no-grad", "No gradient."),
    Option(
        "fetch",
        "Give these nodes (a,b) instead of the outputs; a static graph computes only what they need.",
        "NAMES",
        repeated=True,
    ),
    Option("feed-node", "Give a computed node a value, instead of computing it; for static graphs.", "NODE=VALUE", repeated=True),
    Option("feed", "Run for each row of a file of CSV or JSON Lines; - is standard input.", "FILE"),
    MODE._replace(
        help="dynamic records each operation as it runs; static builds the graph first. With --feed static where left out."
    ),
    OPTIMIZE,
    DTYPE,
    COTANGENT,
    FORMAT._replace(
        help="How to write it: rich, text, json or numbers; with --feed jsonl or csv.",
        choices=(*FORMAT.choices, "numbers", "jsonl", "csv"),
    ),
    JSON,
    Option("quiet", "The outputs, then the gradient, a number a line: --format numbers.", short="-q"),
    ASCII,
    STRICT,
    MAX_NODES,
    MAX_ELEMENTS,
    MAX_STEPS,
)
RECORDS = ("jsonl", "csv")


def run(arguments: Arguments, command: Command) -> ExitCode | None:
    """Run the command."""
    format = chosen_format(arguments)
    feed = arguments.text("feed")
    if feed is None and format in RECORDS:
        raise GradcliError(f"--format {format} is for the records of --feed", hint="write --format json, or add --feed rows.csv")
    if feed is not None and format not in (None, *RECORDS):
        hint = "write --format jsonl or --format csv, or leave it out"
        raise GradcliError(f"--feed writes records, and {format} is one document", hint=hint)

    from gradcli.autodiff.runs.names_asked import UnknownVariableError
    from gradcli.cli.inputs.job import job_of
    from gradcli.cli.inputs.variables import option_like

    job = job_of(arguments, command, feed)
    try:
        if feed is not None:
            from gradcli.cli.inputs.feed import feed_rows

            return feed_rows(job, feed, format)
        from gradcli.cli.views.show_run import show_run

        show_run(job, format, ascii=arguments.flag("ascii"))
    except UnknownVariableError as error:
        raise option_like(error, arguments, command).located(job.text, job.where) from None
    except GradcliError as error:
        raise error.located(job.text, job.where) from None
    return None


COMMAND = Command("run", HELP, ("FILE", "The program; - is standard input."), OPTIONS, run, takes_variables=True)
