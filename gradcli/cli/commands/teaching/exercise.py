"""`gradcli exercise`: exercises with keys, wrong answers and what they mean."""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Iterator, Sequence

from gradcli.cli.framework.choices import file_format, listed, refuse
from gradcli.cli.framework.command import Command, flag, some_whole, text, texts, whole
from gradcli.cli.framework.options import FileOptions, ReadOptions
from gradcli.cli.framework.progress import doing
from gradcli.cli.framework.streams import STDIN, can_print_signs, write_fitted, write_json, write_to, write_warning
from gradcli.errors import GradcliError, nearest
from gradcli.frozen import replace
from gradcli.output.formats import EXERCISES, QuizFormat, check_file
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.teaching.exercises.exercises import Exercise

_FORMATS = "\n".join(f"  {format.name:<13} {format.carries}" for format in EXERCISES.values())
_WHAT = {
    "derivative": "the derivative",
    "number": "the derivative at a point",
    "value": "the value",
    "gradient": "the gradient",
    "hessian": "the Hessian",
    "jacobian": "the Jacobian",
    "tangent": "the tangent",
    "adjoint": "an adjoint",
}

_OPERATIONS = "add,mul,div,pow,sin,cos,exp,log"

_RESULTS = 2
"""Expressions that are drawn for a Jacobian."""

HELP = f"""\
Make exercises in differentiation. Each has its key, wrong answers, and what each of these got wrong.

\b
  gradcli exercise --seed 7 -n 3
  gradcli exercise --seed 7 --paths 2 --depth 3 --ops add,mul,sin -n 20 --key key.txt > sheet.txt
  gradcli exercise --seed 7 -n 20 --to stack -o quiz.xml
  gradcli exercise "(a*x+w)*(w+1)" --wrt w --choose a=2..5 -n 4 --to jsonl
  gradcli exercise "x^2*sin(x)" "ln(x^2+1)" "e^x/x" --key key.txt       a sheet of your own

The same seed gives the same exercises everywhere. --paths is how many paths lead from the variable to the result, --depth how
many operations stand on the longest one; --band, from 1 to 5, chooses both. With an expression the exercises are that
expression, with numbers for the names of --choose. An exercise has four or five wrong answers, one as short as ln(x) fewer, and
gradcli grade says of each what it is exported with.

Formats, and what they carry; sheets are without answers, which --key writes to a file of their own:

\b
{_FORMATS}
"""


class ExerciseOptions(ReadOptions):
    """What a call may ask for."""

    seed = whole("The number that the exercises are made from.", 1, minimum=0)
    count = whole("How many.", 5, short="-n", maximum=1_000)
    paths = whole("How many paths lead from the variable to the result.", 2, maximum=8)
    depth = whole("How many operations stand on the longest path.", 3, maximum=8)
    band = some_whole("How difficult they are, from 1 to 5, in place of --paths and --depth.", maximum=5)
    ops = text(f"The operations, by the names of gradcli ops; {_OPERATIONS} where left out.", "NAMES")
    names = text("The variables; the first one is differentiated by.", "NAMES")
    wrt = text("The variable by which a template is differentiated.", "NAME")
    choose = texts("The numbers that a name of the template may be: a=2..5 or a=2,3,7.", "NAME=NUMBERS")
    ask = text(
        "What is asked for: derivative, number (the derivative at a point), value, gradient, hessian, jacobian (of a list of"
        " expressions), tangent, or adjoint:NAME (the derivative by a value within: adjoint:a).",
        "WHAT",
    )
    to = text(
        "How to write them; text where left out and no file tells it.", "FORMAT", other="--format", choices=tuple(EXERCISES)
    )
    output = FileOptions.output
    quiet = flag("The expressions alone, a line each, without numbers and questions.", short="-q")
    key = text("Write the key to a file; - is standard output.", "FILE")
    json = flag("Write one JSON document to standard output.")


def run(options: ExerciseOptions) -> None:
    """Run the command."""
    named = file_format(options.to, options.output, EXERCISES, "--to")
    format = EXERCISES[named.name] if named else EXERCISES["text"]
    ask = options.ask or format.asks[0]
    if ask == "adjoint":
        ask = "adjoint:a"
    _check(options, format, ask)
    keyed = format if format.key else EXERCISES["text"]
    if options.key not in (None, STDIN):
        check_file(keyed, options.key, f"a key in {keyed.name}")
    found = []
    templates = (one for given in options.positional for one in _from_template(given, options, ask))
    for exercise in templates if options.positional else _drawn(options, ask):
        found.append(exercise)
        doing("making exercises", len(found), options.count)
    if options.quiet:
        write_to(options.output, [f"{exercise.expression}\n" for exercise in found])
    elif options.json:
        from gradcli.output.quizzes.records import exercises_json

        write_json(exercises_json(options.seed, found, ask))
    else:
        from gradcli.output.quizzes.content import content

        made = content(format, found, ask)
        if isinstance(made, list) and format.name != "text" and not can_print_signs():
            made = "".join(made).encode()  # a document is UTF-8, whatever the stream would have text be
        write_to(options.output, made)
    if options.key is not None:
        key = replace(keyed, writer=keyed.key).written(found, ask=ask)
        if options.key == STDIN and keyed is EXERCISES["text"]:
            write_fitted("".join(map(str, key)).splitlines())
        else:
            write_to(options.key, key)


def _check(options: ExerciseOptions, format: QuizFormat, ask: str) -> None:
    """Check what does not go together."""
    if options.quiet:
        refuse(options, ("to", "json"), "is for questions, and --quiet writes the expressions alone")
    if options.json:
        other = next((name for name in ("to", "output") if name in options.given), None)
        if other is not None:
            raise GradcliError(f"--json is a form of its own, without --{other}", hint=f"leave out --{other}, or --json")
    if options.key is not None and options.key == options.output != STDIN:
        raise GradcliError(f"--key and -o are both {options.key}", hint="write the key to another file")
    ask = ask.partition(":")[0]
    if ask not in _WHAT:
        near = nearest(ask, _WHAT)
        raise GradcliError(
            f"{ask} cannot be asked for", hint=f"did you mean {near}?" if near else f"--ask takes {', '.join(_WHAT)}"
        )
    if ask not in format.asks:
        others = listed([other.name for other in EXERCISES.values() if ask in other.asks])
        can = listed([_WHAT[own] for own in format.asks])
        raise GradcliError(
            f"questions in {format.name} can ask for {can}, and not for {_WHAT[ask]}",
            hint=f"choose --to {others}, or leave out --ask",
        )
    if format.archive and options.output in (None, STDIN):
        hint = f"add -o {format.name}.zip"
        if sys.stdout is not None and sys.stdout.isatty():
            raise GradcliError(f"{format.name} is an archive, and not for a terminal", hint=hint)
        if options.key == STDIN:
            raise GradcliError(f"{format.name} is an archive, and the key would stand behind it", hint=hint)


def _names(given: str | None, default: str) -> list[str]:
    return [name.strip() for name in (default if given is None else given).split(",") if name.strip()]


def _drawn(options: ExerciseOptions, ask: str) -> Iterator[Exercise]:
    from gradcli.language.parser import is_name
    from gradcli.teaching.exercises.asked_exercises import is_fit
    from gradcli.teaching.exercises.exercise_sets import Wanted, exercises
    from gradcli.teaching.exercises.exercises import joined
    from gradcli.teaching.tasks import GRADIENT, JACOBIAN

    if options.choose or options.wrt is not None or options.read is not None:
        raise GradcliError("--choose, --wrt and --read are for a template", hint='gradcli exercise "a*x^2" --choose a=2..5')
    variables = _names(options.names, "x")
    if not variables or not all(map(is_name, variables)):
        raise GradcliError(f"--names are names of variables, not {options.names}", hint="--names x,w")
    operations = _names(options.ops, _OPERATIONS)
    if not operations:
        raise GradcliError("--ops names no operation", hint="--ops add,mul,sin")
    if options.band and options.given.keys() & {"paths", "depth"}:
        raise GradcliError("--band stands in place of --paths and --depth", hint="leave out --band, or the others")
    if ask == GRADIENT and len(variables) < 2:
        raise GradcliError("a gradient is by several variables", hint="leave out --ask gradient, or give several: --names x,w")
    wanted = Wanted(
        options.paths, options.depth, operations, variables, options.band or 0, lambda one: is_fit(one, ask, variables)
    )
    if ask != JACOBIAN:
        yield from exercises(options.seed, options.count, wanted)
        return
    drawn = exercises(options.seed, _RESULTS * options.count, wanted)
    while parts := list(itertools.islice(drawn, _RESULTS)):
        yield joined(parts)


def _from_template(given: str, options: ExerciseOptions, ask: str) -> Iterator[Exercise]:
    from gradcli.cli.inputs.source import as_read
    from gradcli.language.ast import Output
    from gradcli.language.parser import parse
    from gradcli.language.statements import free_names
    from gradcli.teaching.exercises.exercise_sets import from_template
    from gradcli.teaching.tasks import DERIVATIVE, JACOBIAN, NUMBER, variables_of

    template = as_read(given, "template", options)
    for name in ("paths", "depth", "band", "ops", "names"):
        if name in options.given:
            raise GradcliError(f"--{name} is for exercises without a template", hint=f"leave out --{name}, or the template")
    choices = dict(map(_choice, options.choose))
    try:
        program = parse(template)
        if sum(isinstance(statement, Output) for statement in program.statements) > 1:
            raise GradcliError("there are several templates", hint="put each in quotation marks of its own")
        names = variables_of(program, [options.wrt] if options.wrt else [])
        names = [name for name in names if name not in choices] or names
        if len(names) > 1 and ask in (DERIVATIVE, NUMBER):
            raise GradcliError("by which variable is it to be differentiated?", hint=f"add --wrt with one of {', '.join(names)}")
        if len(options.positional) > 1:  # numbers are for those that have the name
            elsewhere = [name for name in choices if any(name in text for text in options.positional if text != given)]
            choices = {name: numbers for name, numbers in choices.items() if name in free_names(program) or name not in elsewhere}
        made = 0
        for one in from_template(template, names[0], choices, options.seed, options.count):
            if not one.answer and ask != JACOBIAN:
                raise GradcliError("the template is a list of expressions", hint="add --ask jacobian")
            made += 1
            yield one
    except GradcliError as error:
        raise error.located(template, "template") from None
    if made < options.count and "count" in options.given and len(options.positional) == 1:
        write_warning(f"the template has {made} exercise{'s' if made > 1 else ''}, and {options.count} were asked for")


def _choice(text: str) -> tuple[str, Sequence[int]]:
    """A name and its numbers: a=2..5, a=2,3,7."""
    found = re.fullmatch(r"\s*([^\W\d]\w*)\s*=\s*(?:(-?\d{1,6})\.\.(-?\d{1,6})|(-?\d{1,6}(?:\s*,\s*-?\d{1,6})*))\s*", text)
    if found is None:
        each = re.split(r"\s*,\s*(?=[^\W\d]\w*\s*=)", text)
        hint = " ".join(f"--choose {one}" for one in each) if len(each) > 1 else "--choose a=2..5 or --choose a=2,3,7"
        raise GradcliError(f"--choose {text} is no name with numbers", hint=hint)
    name, low, high, listed = found.groups()
    numbers: Sequence[int] = range(int(low), int(high) + 1) if listed is None else [int(one) for one in listed.split(",")]
    if not 0 < len(numbers) <= 1_000:
        raise GradcliError(f"--choose {text} is {len(numbers)} numbers", hint="--choose a=2..5 is four")
    return name, numbers


POSITIONAL = ("TEMPLATES", "Expressions with names for numbers, or without; left out, expressions are made.")
COMMAND = Command(HELP, POSITIONAL, ExerciseOptions, run, work="making exercises")
