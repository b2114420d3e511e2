"""`gradcli practice`: exercises one after the other, at what went wrong."""

from __future__ import annotations

import os
from functools import partial

from gradcli.cli.framework.choices import chosen_format
from gradcli.cli.framework.command import Command, some_whole, whole
from gradcli.cli.framework.options import VERDICT, ResultOptions
from gradcli.cli.framework.streams import write_fitted, write_json, write_lines, write_note
from gradcli.errors import ExitCode, GradcliError

HELP = """\
Practise differentiation, one exercise after the other. They become harder after two right answers, and turn to the kind of
mistake that was made.

\b
  gradcli practice
  gradcli practice --level 2 --seed 7 -n 5
  gradcli practice --seed 7 --json < answers.txt > transcript.json

An answer is read as people write it. A wrong one is answered by what went wrong, and may be given again; after the third the
right one is shown. An empty line shows it at once, ? gives a hint; a line that cannot be read counts for nothing. Answers come
from standard input, a line each; its end, or quit, is the end. The same seed and the same answers give the same exercises;
without one they are new each time, and the seed is said.

Exit codes: 0 all answers are right; 1 one is not, or there is none; 2 bad input.
"""


class PracticeOptions(ResultOptions):
    """What a call may ask for."""

    quiet = VERDICT

    level = whole("The level to begin with, from 1 to 5.", 1, maximum=5)
    seed = some_whole("The number that the exercises are made from; a new one where left out.", minimum=0)
    count = whole("How many exercises.", 10, short="-n", maximum=200)


def run(options: PracticeOptions) -> ExitCode:
    """Run the command."""
    if options.positional:
        raise GradcliError("gradcli practice takes no expression", hint="it makes its exercises itself; see gradcli predict")
    as_json = chosen_format(options) == "json"

    from gradcli.cli.inputs.typed import Typed
    from gradcli.output.reports.teaching import practice as report
    from gradcli.teaching.exercises.practice import Practice, Turn, score

    seed = int.from_bytes(os.urandom(2), "big") if options.seed is None else options.seed
    practice = Practice(seed, options.level)
    typed = Typed(aside=bool(options.given.keys() & {"json", "format", "quiet", "output"}))
    if options.seed is None and not as_json:
        write_note(f"--seed {seed} gives these exercises again")
    if typed.talks:
        write_note("Write each answer as on paper.")
        write_note(report.HOW)
    while len(practice.turns) < options.count and not typed.ended:
        posed = practice.posed()
        for found in practice.answered(posed, partial(typed.line, report.question(posed))):
            if isinstance(found, Turn) and typed.ended and found.marked is None:
                practice.turns.pop()  # nobody was there to be asked
            elif not as_json and not write_fitted(report.told(posed, found, typed=typed.talks).splitlines()):
                return ExitCode.NEGATIVE
    right, total = score(practice.turns)
    if as_json:
        write_json(report.practice_json(practice))
    else:
        write_lines([f"{right} of {total} right, level {practice.level}"])
    return ExitCode.SUCCESS if right == total > 0 else ExitCode.NEGATIVE


COMMAND = Command(HELP, ("", ""), PracticeOptions, run, work="")
