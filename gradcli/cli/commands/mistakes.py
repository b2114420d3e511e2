"""`gradcli mistakes`: the kinds of mistakes that grading finds."""

from __future__ import annotations

from gradcli.cli.framework.choices import chosen_format
from gradcli.cli.framework.command import Command
from gradcli.cli.framework.options import OutputOptions
from gradcli.cli.framework.streams import write
from gradcli.errors import GradcliError

HELP = """\
The kinds of mistakes that gradcli grade finds.

\b
  gradcli mistakes
  gradcli mistakes --json
"""


def run(options: OutputOptions) -> None:
    """Run the command."""
    if options.positional:
        raise GradcliError("gradcli mistakes takes no expression", hint="gradcli grade finds the mistakes of an answer")
    format = chosen_format(options.format, json=options.json)

    from gradcli.output.reports.grading import mistakes_json, mistakes_report

    if format == "json":
        write(mistakes_json())
        return
    from gradcli.cli.views.show import show_blocks

    show_blocks(lambda style: mistakes_report(), format)


COMMAND = Command(HELP, ("", ""), OutputOptions, run)
