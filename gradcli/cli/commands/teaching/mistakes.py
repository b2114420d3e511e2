"""`gradcli mistakes`: the kinds of mistakes that grading finds, and the answers that they make to a question."""

from __future__ import annotations

from gradcli.cli.framework.choices import chosen_format
from gradcli.cli.framework.command import Command, flag, text, texts, whole
from gradcli.cli.framework.options import ResultOptions, SourceOptions, WatchOptions
from gradcli.cli.framework.streams import write, write_json
from gradcli.errors import GradcliError, located

HELP = """\
The kinds of mistakes that gradcli grade finds. With an expression: the wrong answers that they make to its derivative.

\b
  gradcli mistakes
  gradcli mistakes "sin(x^3)" --wrt x
  gradcli mistakes "(2*x+1)^2" --at x=1         which cannot be told apart there
  gradcli mistakes "x^2*w" --wrt x --json

Mistakes that make the same answer stand in one row, the likeliest first. With --at, the answers are numbers at that point: those
that are equal there, and those that are right there, are named. Choose another point for such a question.
"""


class MistakesOptions(SourceOptions, ResultOptions, WatchOptions):
    """What a call may ask for."""

    quiet = flag("The wrong answers alone, or the kinds, a line each.", short="-q")
    wrt = text("The variable by which the derivative is asked for; may be left out where there is one.", "NAME")
    order = whole("Which derivative is asked for.", 1, maximum=20)
    at = texts("The point at which a number is asked for: x=2,w=1.", "NAME=VALUE,...")


def run(options: MistakesOptions) -> None:
    """Run the command."""
    format = chosen_format(options)

    from gradcli.output.reports.teaching import mistakes as report
    from gradcli.teaching.mistakes import MISTAKES

    if not options.positional and options.file is None:
        for name in ("read", "wrt", "order", "at"):
            if name in options.given:
                raise GradcliError(f"--{name} is for a question", hint='gradcli mistakes "sin(x^3)" --wrt x')
        blocks, lines, alone = report.kinds_report, report.kinds_json, list(MISTAKES)
    else:
        from gradcli.cli.inputs.source import expression_text
        from gradcli.cli.inputs.variables import bindings, given_at
        from gradcli.language.parser import parse
        from gradcli.teaching.marking.marking import Marker
        from gradcli.teaching.tasks import DERIVATIVE, is_missing, task
        from gradcli.teaching.written_mistakes import written_mistakes

        at = dict(bindings(given_at(options.at, options), (), None, options.command)[0]) or None
        question, where = expression_text(options)
        with located(question, where):
            names = [name.strip() for name in (options.wrt or "").split(",") if name.strip()]
            if names and is_missing(parse(question), names[0]):
                raise GradcliError(f"the expression has no variable {names[0]}")
            marker = task(question, DERIVATIVE, names, order=options.order, at=at)
        assert isinstance(marker, Marker)
        written = written_mistakes(marker)
        blocks, lines = (lambda: report.here_report(marker, written)), (lambda: report.here_json(marker, written))
        alone = [one.answer for one in written if one.answer]
    if format == "json":
        write_json(lines())
        return
    if options.quiet:
        write(f"{line}\n" for line in alone)
        return
    from gradcli.cli.views.show import show_blocks

    show_blocks(lambda style: blocks(), format)


POSITIONAL = ("[EXPRESSION]", "The question; without one the kinds are listed.")
COMMAND = Command(HELP, POSITIONAL, MistakesOptions, run, takes_expressions=True, work="making wrong answers")
