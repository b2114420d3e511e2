"""`gradcli why`: where nan, infinity, 0 or a missing gradient comes from, and what mends it."""

from __future__ import annotations

from gradcli.cli.framework.choices import chosen_format
from gradcli.cli.framework.command import Command, flag
from gradcli.cli.framework.options import EXPRESSION, ResultOptions, RunOptions
from gradcli.cli.framework.streams import can_print_signs, write, write_json
from gradcli.cli.inputs.run import run_of

HELP = """\
Why a value or a derivative is nan, infinite, 0 or missing. The node or edge where it begins, the way from there, and a rewrite
that mends it.

\b
  gradcli why "x*log(x)" --x 0                   the logarithm is -inf, and 0 times that is nan
  gradcli why "where(x > 0, sqrt(x), 0)" --x 0   the value is right, and the derivative is 0·inf
  gradcli why "log(1 + exp(x))" --x 1000         exp overflows; logaddexp(0, x) does not
  gradcli why "floor(x)*relu(w)" --x 2 --w=-1    why both derivatives are 0
  gradcli why -f deep.grad --x 1                 where the gradient vanishes or explodes, layer by layer

A rewrite is offered only where high precision confirms it: the same value around the point wherever the original has one, a
finite value at it, and the right gradient. For a script of PyTorch: gradcli torch lesson.py --why.
"""


class WhyOptions(RunOptions, ResultOptions):
    """What a call may ask for."""

    quiet = flag("The nodes at which numbers stop being finite, a = log(x), a line each; nothing where all are.", short="-q")


def run(options: WhyOptions) -> None:
    """Run the command."""
    format = chosen_format(options)
    found = run_of(options, warns=False)

    from gradcli.analysis.nonfinite.why import why_of

    why = why_of(found.tape)
    if format == "json":
        from gradcli.output.reports.blocks import Style
        from gradcli.output.reports.runs.why import sentences
        from gradcli.output.serialization.why import why_json

        write_json(why_json(why, found.text, sentences(why, Style(not can_print_signs())), found.warnings))
        return
    if options.quiet:
        from gradcli.output.reports.blocks import Style
        from gradcli.output.reports.runs.why import origin_lines

        write(f"{line}\n" for line in origin_lines(why, Style(ascii=True)))
        return
    from gradcli.cli.views.show import show_blocks
    from gradcli.output.reports.runs.why import why_report

    show_blocks(lambda style: why_report(why, style), format)


COMMAND = Command(HELP, EXPRESSION, WhyOptions, run, takes_variables=True, work="looking for the cause")
