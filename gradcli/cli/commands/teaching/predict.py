"""`gradcli predict`: guess the next number of a run before it is shown."""

from __future__ import annotations

from functools import partial

from gradcli.cli.framework.choices import chosen_format
from gradcli.cli.framework.command import Command
from gradcli.cli.framework.options import EXPRESSION, VERDICT, ExpressionOptions, ResultOptions, WrtOptions
from gradcli.cli.framework.streams import STDIN, write_fitted, write_json, write_lines, write_note
from gradcli.errors import ExitCode, GradcliError, located, visible

HELP = """\
Predict the values and adjoints of a run, and see. First the next value, then the next adjoint: each is shown after the answer.

\b
  gradcli predict "(x+w)*(w+1)" --x 2 --w 1
  printf '3\\n2\\n6\\n3\\n2\\n5\\n2\\n' | gradcli predict "(x+w)*(w+1)" --x 2 --w 1 --json

A guess is a number, or an expression of numbers such as 1/3 or exp(2); three digits are enough. An empty line shows the number
and goes on, ? gives a hint; a line that is no number counts for nothing, and the number is asked for again. Guesses come from
standard input, a line each; its end, or quit, is the end, and what was not asked does not count. With --json the transcript and
the score are one document.

Exit codes: 0 all guesses are right; 1 one is not, or there is none; 2 bad input.
"""


class PredictOptions(ExpressionOptions, WrtOptions, ResultOptions):
    """What a call may ask for."""

    quiet = VERDICT


def run(options: PredictOptions) -> ExitCode:
    """Run the command."""
    from gradcli.cli.inputs.run import request_of
    from gradcli.cli.inputs.source import expression_text
    from gradcli.cli.inputs.typed import Typed
    from gradcli.cli.inputs.variables import bindings_of

    as_json = chosen_format(options) == "json"
    if STDIN in (options.file, options.bindings, *options.positional):
        raise GradcliError("standard input is where the guesses come from", hint="give the expression as an argument, or -f FILE")
    text, where = expression_text(options)
    values, from_file = bindings_of(options)

    from gradcli.autodiff.runs.program_run import recorded
    from gradcli.language.numbers import short_text
    from gradcli.language.parser import parse
    from gradcli.output.reports.teaching import predictions as report
    from gradcli.teaching.exercises.predictions import Guess, guessed, prompts, score

    asked = request_of(options, bindings=values, spare=from_file)
    with located(text, where):
        tape = recorded(parse(text, where), asked)
        waiting = list(prompts(tape))
    guesses: list[Guess] = []
    typed = Typed(aside=bool(options.given.keys() & {"json", "format", "quiet", "output"}))
    if typed.talks:
        at = ", ".join(f"{name} = {short_text(float(value))}" for name, value in tape.bindings.items())
        write_note(f"{visible(text)} at {at}: guess each number before it is shown.")
        write_note("An empty line shows it, ? gives a hint, quit or Ctrl-D ends.")
    for prompt in waiting:
        if typed.ended:
            break
        for found in guessed(prompt, partial(typed.line, report.question(prompt))):
            if isinstance(found, Guess) and found.text is None and typed.ended and not found.unread:
                break  # nobody was there to be asked
            if isinstance(found, Guess):
                guesses.append(found)
            if not as_json and not write_fitted([report.told(prompt, found, typed=typed.talks)]):
                return ExitCode.NEGATIVE
    right, total = score(guesses)
    if as_json:
        write_json(report.predictions_json(text, tape, guesses))
    else:
        write_lines([f"{right} of {total} right"])
    return ExitCode.SUCCESS if right == total > 0 else ExitCode.NEGATIVE


COMMAND = Command(HELP, EXPRESSION, PredictOptions, run, takes_variables=True, work="")
