"""`gradcli grade`: answers to a question about a derivative, marked, with the reason where one is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gradcli.cli.framework.choices import chosen_format, refuse, tolerance
from gradcli.cli.framework.command import Command, choice, some_whole, text, texts, whole
from gradcli.cli.framework.options import VERDICT, ReadOptions, ResultOptions, ShapeOptions, WatchOptions
from gradcli.cli.framework.streams import STDIN, read_text, write, write_json, write_note, write_to, write_warning
from gradcli.errors import ExitCode, GradcliError
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.output.reports.teaching.grading import Graded
    from gradcli.teaching.quiz import Asked
    from gradcli.teaching.tasks import AnyMarker

_LINES = (".jsonl", ".ndjson")

HELP = """\
Mark answers, and say why, from the graph, where one is wrong. The question is: what is the derivative of EXPRESSION by a
variable?

\b
  gradcli grade "sin(x^3)" --wrt x -- "cos(x^3)"       wrong: the inner derivative is missing
  gradcli grade "sin(x^3)" --wrt x --for student -- "$answer"
  gradcli grade "(x+w)*(w+1)" --wrt w --answers answers.csv --column answer --by student
  gradcli grade "x^2" --wrt x --answers - --format csv < answers.txt > grades.csv
  gradcli grade "(2*x+1)^2" --wrt x --at x=1 -- 6      a number at a point
  gradcli grade "cos(4*z)" --wrt z --order 2 -- "-16*cos(4*z)"
  gradcli grade "(x+w)*(w+1)" --wrt w --steps work.txt  lines such as ∂y/∂a = b; ∂y/∂w = ∂y/∂a·∂a/∂w + ...
  gradcli grade "x^2*w" --ask gradient -- "[2x*w, x^2]"
  gradcli grade "sum(W @ x)" --wrt W --shape W=2,3 --shape x=3 --ask gradient -- "outer(ones(2), x)"
  gradcli grade -f quiz.jsonl --answers answers.csv    {"id": "q1", "expression": "x^2", "wrt": "x", "points": 2} a line

An answer is one expression in the variables of the question, in any form that has the same value, read as people write it
(2x sin 3x, y' = ..., LaTeX). It stands behind --, where nothing is an option, or in a file: .csv (other columns pass through to
--format csv), .jsonl, or an answer a line; - is standard input. One that cannot be read is marked unreadable, and the others go
on. gradcli mistakes lists what is found.

A question of a quiz has an id, an expression, and what else the options say of a single one (wrt, ask, order, at, digits, tol,
form, read), points and credit; gradcli exercise --to jsonl writes such files. The answers have a column question with its id,
or a column for each question. --credit says what share of the points a mistake leaves: {"table.sign": 0.5, "chain": 0.25}.

--level says how much is told: 0 the verdict, 1 the kind of mistake, 2 its place, 3 the rule, 4 the right line, 5 the whole
derivative, and below the answers to one question its derivation. --for student is level 2, --for teacher, the default, level 5.

Exit codes: 0 all answers are right, or they came from a file, or all lines of work are, down to what is asked for; 1 else;
2 bad input.
"""


_FILE = re.compile(r"\S*[\w-]\.(csv|tsv|jsonl|ndjson|txt)", re.IGNORECASE)
"""What looks like a file of answers, and like no answer."""


class GradeOptions(ReadOptions, ResultOptions, ShapeOptions, WatchOptions):
    """What a call may ask for."""

    file = text("Read the question from a file, or from .jsonl those of a quiz; - is standard input.", "FILE", short="-f")
    quiet = VERDICT
    wrt = text("The variable by which the derivative is asked for; may be left out where there is one.", "NAME,...")
    ask = text(
        "What is asked for: derivative, value, tangent, gradient, hessian, jacobian, or adjoint:NAME (by a value within).",
        "WHAT",
    )
    order = whole("Which derivative is asked for.", 1, maximum=20)
    at = texts("The point at which a number is asked for: x=2,w=1.", "NAME=VALUE,...")
    digits = some_whole("Digits after the point to which a number has to be right.")
    tol = text("How far off a number may be, beside the size of the right one: 1e-3.", "NUMBER")
    form = text(
        "The form that a right answer has to have, else it is right in another form: multiplied out, in factors, one fraction,"
        " or without decimals.",
        "FORM",
        choices=("expanded", "factored", "together", "exact"),
    )
    answers = text("Read the answers from a file; - is standard input.", "FILE")
    steps = text("Read lines of work from a file, and say which is the first wrong one; - is standard input.", "FILE")
    column = text("The column, or key, of the answers in the file.", "NAME")
    by = text("The column, or key, of who gave them.", "NAME")
    question = text("The column, or key, of the question's id in the answers to a quiz.", "NAME")
    credit = text('A JSON file of the share of the points for kinds of mistakes: {"table.sign": 0.5}.', "FILE")
    summary = text("Write which mistakes were made, how often and by whom, to a .csv or .jsonl file as well.", "FILE")
    level = some_whole("How much is told, from 0 to 5.", minimum=0)
    for_ = choice("Whom it is told: student is --level 2, teacher 5.", "WHO", ("student", "teacher"), "teacher")
    format = text(
        "How to write it; where left out as the name of -o says (.csv, .html a page of a class, .jsonl, .json), else rich on a"
        " terminal and text in a pipe.",
        "FORMAT",
        choices=("rich", "text", "json", "jsonl", "csv", "html"),
    )


def run(options: GradeOptions) -> ExitCode:
    """Run the command."""
    format = chosen_format(options)
    quiz = _quiz(options)
    question, given = ("", list(options.positional)) if quiz else _question(options)
    if options.answers is None:
        refuse(options, ("column", "by"), "names what stands in a file of answers", "add --answers FILE")
    if not quiz and not options.at:
        refuse(options, ("digits", "tol"), "is for numbers at a point", "add --at x=2")
    if options.steps is not None:
        refuse(options, ("ask", "order", "digits", "credit", "shape", "form", "summary"), "is not for lines of work")
        return _steps(options, question, given, format)
    if options.summary is not None and not options.summary.lower().endswith((".csv", *_LINES)):
        raise GradcliError(f"the name {options.summary} does not tell its format", hint="end it in .csv or .jsonl")
    if quiz and options.answers is None:
        raise GradcliError("the answers to the quiz are missing", hint="add --answers answers.csv")
    if options.answers is None and len(given) == 1 and _FILE.fullmatch(given[0]):
        raise GradcliError(f"{given[0]} is the name of a file, and no answer", hint=f"answers are read by --answers {given[0]}")
    own = [text for text in given if text.partition("=")[0] in options.command.by_flag] if len(given) > 1 else []
    if own:
        raise GradcliError(f"{own[0]} stands behind --, where nothing is an option", hint=f"write {own[0]} before --")
    if bool(given) == (options.answers is not None):
        what = "both as arguments and as a file" if given else "neither as arguments nor as a file"
        raise GradcliError(f"answers are given {what}", hint='write them behind --: gradcli grade "x^2" --wrt x -- "2*x"')

    from gradcli.output.reports.teaching import grading
    from gradcli.teaching.marking.verdicts import Verdict

    level = _level(options)
    quiz = quiz or {"": _single(options, question)}
    questions = list(quiz.values())
    graded: Iterable[Graded] = _graded(options, quiz, given)
    if options.summary is not None:
        graded = list(graded)
        write_to(options.summary, grading.summary(graded, options.summary.lower().endswith(_LINES)))
    if format in ("csv", "jsonl"):
        write((grading.grade_csv if format == "csv" else grading.grade_lines)(graded, level))
        return ExitCode.SUCCESS
    found = [one._replace(columns={}) for one in graded]  # only CSV passes other columns on
    if format == "html":
        from gradcli.output.reports.teaching.class_page import class_page

        write(class_page(questions, found, level))
    elif format == "json":
        alone = "" in quiz
        write_json(grading.grade_json(questions[0], found, level) if alone else grading.quiz_json(questions, found, level))
    else:
        from gradcli.cli.views.show import show_blocks

        show_blocks(lambda style: grading.grade_report(questions, found, level), format)
    if options.answers is None and not all(one.marked.verdict is Verdict.RIGHT for one in found):
        return ExitCode.NEGATIVE
    return ExitCode.SUCCESS


def _level(options: GradeOptions) -> int:
    from gradcli.teaching.marking.words import LEVELS, STUDENT, TEACHER

    level = options.level if options.level is not None else STUDENT if options.for_ == "student" else TEACHER
    if level > LEVELS:
        raise GradcliError(f"--level goes from 0 to {LEVELS}, not {level}")
    return level


def _steps(options: GradeOptions, question: str, given: list[str], format: str | None) -> ExitCode:
    """Lines of work instead of answers."""
    if given or options.answers is not None:
        raise GradcliError("--steps stands beside answers", hint="give one of them")
    if format in ("csv", "jsonl", "html"):
        raise GradcliError(f"lines of work are not written as {format}", hint="--format text or json")
    assert options.steps is not None
    try:
        text, where = read_text(options.steps)
    except GradcliError as error:
        error.hint = error.hint or "--steps takes a file, with a line for each step; - is standard input"
        raise

    from gradcli.language.parser import parse
    from gradcli.output.reports.teaching.steps import steps_json, steps_report
    from gradcli.teaching.marking.verdicts import Status
    from gradcli.teaching.steps import Work
    from gradcli.teaching.tasks import variables_of

    level = _level(options)
    try:
        names = variables_of(parse(question), _wrt(options))
        if len(names) != 1:
            raise GradcliError("by which variable is the derivative?", hint=f"add --wrt with one of {', '.join(names)}")
        work = Work(question, names[0], at=_at(options), tolerance=None if options.tol is None else tolerance(options.tol))
    except GradcliError as error:
        raise error.located(question, "question") from None
    lines = work.judge(text)
    if not lines:
        write_warning(f"{where} has no lines")
    elif not work.answered:
        write_warning(f"no line says what {work.answer} is")
    if format == "json":
        write_json(steps_json(work, lines, level))
    else:
        from gradcli.cli.views.show import show_blocks

        show_blocks(lambda style: steps_report(work, lines, level), format)
    right = work.answered and all(line.status is Status.RIGHT for line in lines)
    return ExitCode.SUCCESS if right else ExitCode.NEGATIVE


def _wrt(options: GradeOptions) -> list[str]:
    return [name.strip() for name in (options.wrt or "").split(",") if name.strip()]


def _at(options: GradeOptions) -> dict[str, float] | None:
    from gradcli.cli.inputs.variables import bindings, given_at

    return dict(bindings(given_at(options.at, options), (), None, options.command)[0]) or None


def _question(options: GradeOptions) -> tuple[str, list[str]]:
    """The text of the question, read as the call says, and the answers among the arguments."""
    from gradcli.cli.inputs.source import question_as_read

    if options.file is not None:
        return question_as_read(*read_text(options.file), options), list(options.positional)
    if not options.positional:
        raise GradcliError("there is no question", hint='for example gradcli grade "x^2" --wrt x -- "2*x"')
    return question_as_read(options.positional[0], "question", options), list(options.positional[1:])


def _quiz(options: GradeOptions) -> dict[str, Asked] | None:
    """The questions of a quiz; None where there is a single one."""
    from gradcli.cli.inputs.quiz import is_quiz, quiz_of

    if options.file is None or not is_quiz(options.file):
        if options.question is not None:
            raise GradcliError("--question names a column for the questions of a quiz", hint="-f quiz.jsonl")
        return None
    for name in ("wrt", "ask", "order", "at", "digits", "tol", "steps", "shape", "form"):
        if name in options.given:
            raise GradcliError(f"--{name} is for a single question", hint="the questions of a quiz say it themselves")
    if options.positional:
        raise GradcliError("answers to a quiz come from a file", hint="gradcli grade -f quiz.jsonl --answers answers.csv")
    return quiz_of(options.file, _credit(options), options)


def _credit(options: GradeOptions) -> dict[str, float]:
    if options.credit is None:
        return {}
    from gradcli.cli.inputs.json_file import read_json
    from gradcli.teaching.quiz import credit_of

    return credit_of(*read_json(options.credit))


def _single(options: GradeOptions, question: str) -> Asked:
    from gradcli.teaching.quiz import Asked
    from gradcli.teaching.tasks import DERIVATIVE

    return Asked(_marker(options, question), "", options.ask or DERIVATIVE, 1, _credit(options))


def _marker(options: GradeOptions, question: str) -> AnyMarker:
    from gradcli.cli.inputs.variables import shapes_of
    from gradcli.language.parser import parse
    from gradcli.teaching.tasks import DERIVATIVE, is_missing, task

    try:
        allowed = None if options.tol is None else tolerance(options.tol)
        ask = options.ask or DERIVATIVE
        at, digits, shapes = _at(options), options.digits, shapes_of(options.shape)
        form = options.form or ""
        for name in _wrt(options) if ask == DERIVATIVE and not shapes else ():
            if is_missing(parse(question), name):
                write_note(f"note: the expression has no {name}, and its derivative by {name} is 0")
        return task(
            question, ask, _wrt(options), order=options.order, at=at, digits=digits, tolerance=allowed, shapes=shapes, form=form
        )
    except GradcliError as error:
        raise error.located(question, "question") from None


def _graded(options: GradeOptions, quiz: dict[str, Asked], given: list[str]) -> Iterator[Graded]:
    from gradcli.output.reports.teaching.grading import Graded

    first = next(iter(quiz.values()))
    if options.answers is None:
        for row, answer in enumerate(given, 1):
            answer = read_text(STDIN)[0] if answer == STDIN else answer
            yield Graded(row, "", first.marker.mark(answer), {"answer": answer}, first)
        return
    from gradcli.cli.inputs.answers import Ids, answers_of
    from gradcli.cli.inputs.quiz import foreseen
    from gradcli.frozen import replace
    from gradcli.teaching.marking.verdicts import with_note

    none = True
    given_rows = answers_of(options.answers, options.column, options.by, None if "" in quiz else Ids(quiz, options.question))
    for one in foreseen(given_rows, quiz):
        none = False
        asked, fault = quiz.get(one.question), one.fault
        if asked is None:
            asked = replace(first, id=one.question, points=0)
            fault = fault or f"the quiz has no question {one.question or 'of that name'}"
        marked = asked.marker.unread(one.answer, fault) if fault else asked.marker.mark(one.answer)
        yield Graded(one.row, one.by, with_note(marked, one.note), dict(one.columns), asked)
    if none:
        write_warning(f"{options.answers} has no answers")


POSITIONAL = ("EXPRESSION ANSWER ...", "The question, then the answers behind --.")
COMMAND = Command(HELP, POSITIONAL, GradeOptions, run, takes_expressions=True, work="marking answers")
