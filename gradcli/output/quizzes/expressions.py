"""Questions whose answers are expressions, which the platform compares itself: STACK, Numbas and WeBWorK.

Each wrong answer stands in the language of the platform, so that it is recognized in every form, with its reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape

from gradcli.errors import said
from gradcli.output.formulas.quiz_languages import JME, MATH_OBJECTS, MAXIMA, QuizLanguage
from gradcli.output.quizzes.wording import Posed, formula, posed
from gradcli.teaching.exercises.exercises import Exercise
from gradcli.teaching.tasks import DERIVATIVE
from gradcli.typing import NamedTuple


class _Answers(NamedTuple):
    """The answers of a question in a language: the right one, and the wrong ones with their reasons."""

    variables: Sequence[str]
    right: str
    wrong: Sequence[tuple[str, str]]


def _answers(one: Posed, language: QuizLanguage) -> _Answers:
    names = one.exercise.point
    wrong = [(language.text(wrong.answer, names), wrong.feedback) for wrong in one.wrong]
    return _Answers(list(map(language.variable, names)), language.text(one.answer, names), wrong)


# ---- STACK ----

_PENALTY = 0.1


def stack(found: Sequence[Exercise], *, ask: str = DERIVATIVE) -> Iterator[str]:
    """Moodle XML with questions of the type STACK; see its documentation, "STACK question XML".

    The first node of the tree compares with the right answer, each further one with a wrong answer; a test for each of them
    lets STACK check the import itself.
    """
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n'
    for one in posed(found, ask):
        answers = _answers(one, MAXIMA)
        cases = [("ta", ""), *((f"wrong{at}", feedback) for at, (_, feedback) in enumerate(answers.wrong, 1))]
        texts = [answers.right, *(text for text, _ in answers.wrong)]
        variables = "\n".join(f"{name}: {text};" for (name, _), text in zip(cases, texts, strict=True))
        yield f'  <question type="stack">\n    <name><text>{one.name}</text></name>\n'
        yield _html("questiontext", f"{one.html}<p>[[input:ans1]] [[validation:ans1]]</p>") + _html(
            "generalfeedback", one.solution
        )
        yield _fields(4, defaultgrade=1, penalty=_PENALTY, hidden=0)
        yield _fields(4, questionvariables=f"<text>{escape(variables, quote=False)}</text>", questionnote="<text></text>")
        yield _html("specificfeedback", "[[feedback:prt1]]")
        yield _fields(4, questionsimplify=1, assumepositive=0, assumereal=1)
        yield "".join(
            _html(f"prt{name}", said(text))
            for name, text in (("correct", "Right."), ("partiallycorrect", "Partly right."), ("incorrect", "Not right."))
        )
        yield "    <input>\n" + _fields(6, name="ans1", type="algebraic", tans="ta", boxsize=30, insertstars=1)
        long = ",".join(name for name in answers.variables if len(name) > 2)  # shorter names need no permission
        yield _fields(6, allowwords=long, forbidfloat=0, requirelowestterms=0, checkanswertype=0, mustverify=1, showvalidation=1)
        yield "    </input>\n    <prt>\n" + _fields(6, name="prt1", value=1, autosimplify=1, feedbackstyle=1)
        yield _fields(6, feedbackvariables="<text></text>")
        for at, (name, feedback) in enumerate(cases):
            yield _node(at, name, feedback, at + 1 if at + 1 < len(cases) else -1)
        yield "    </prt>\n"
        for at, (name, _) in enumerate(cases):
            yield _test(at, name)
        yield "  </question>\n"
    yield "</quiz>\n"


def _fields(indent: int, **fields: object) -> str:
    return "".join(f"{' ' * indent}<{name}>{value}</{name}>\n" for name, value in fields.items())


def _html(name: str, html: str, indent: int = 4) -> str:
    return f'{" " * indent}<{name} format="html"><text>{escape(html, quote=False)}</text></{name}>\n'


def _node(at: int, name: str, feedback: str, following: int) -> str:
    """A node of the tree: whether the answer is that of a name."""
    note = f"prt1-{at + 1}"
    return (
        "      <node>\n"
        + _fields(8, name=at, answertest="AlgEquiv", sans="ans1", tans=name, testoptions="", quiet=0)
        + _fields(
            8, truescoremode="=", truescore=int(at == 0), truepenalty="" if at else 0, truenextnode=-1, trueanswernote=f"{note}-T"
        )
        + _html("truefeedback", escape(feedback, quote=False), 8)
        + _fields(8, falsescoremode="=", falsescore=0, falsepenalty="", falsenextnode=following, falseanswernote=f"{note}-F")
        + _html("falsefeedback", "", 8)
        + "      </node>\n"
    )


def _test(at: int, name: str) -> str:
    """A test: that the answer of a name comes to its node."""
    expected = _fields(8, name="prt1", expectedscore=int(at == 0), expectedpenalty=_PENALTY if at else 0)
    return (
        f"    <qtest>\n      <testcase>{at + 1}</testcase>\n"
        f"      <testinput>\n{_fields(8, name='ans1', value=name)}      </testinput>\n"
        f"      <expected>\n{expected}{_fields(8, expectedanswernote=f'prt1-{at + 1}-T')}      </expected>\n    </qtest>\n"
    )


# ---- Numbas ----

_VERSION = "// Numbas version: exam_results_page_options\n"
"""The first line of files for the editor of Numbas, which reads no file without one."""


def numbas(found: Sequence[Exercise], *, ask: str = DERIVATIVE) -> Iterator[str]:
    """An exam for the editor of Numbas: a part a question, whose alternatives are the wrong answers."""
    questions = [_numbas_question(one) for one in posed(found, ask)]
    group = {"name": said("Exercises"), "pickingStrategy": "all-ordered", "pickQuestions": len(questions), "questions": questions}
    exam = {"name": said("Exercises"), "navigation": {"allowregen": True}, "question_groups": [group]}
    yield _VERSION + json.dumps(exam, ensure_ascii=False, indent=1) + "\n"


def _numbas_question(one: Posed) -> dict[str, object]:
    answers = _answers(one, JME)
    # answers are compared at random points beside that of the exercise, where all of them have values
    places = [
        {"name": name, "value": f"random({at + 0.1:g} .. {at + 0.6:g} # 0)"}
        for name, at in zip(answers.variables, one.exercise.point.values(), strict=True)
    ]
    checked = {
        "checkingType": "reldiff",
        "checkingAccuracy": 1e-6,
        "vsetRangePoints": 5,
        "failureRate": 1,
        "valuegenerators": places,
    }
    wrong = [
        {
            "type": "jme",
            "marks": 0,
            "answer": text,
            "alternativeFeedbackMessage": f"<p>{escape(feedback, quote=False)}</p>",
            "useAlternativeFeedback": False,
            **checked,
        }
        for text, feedback in answers.wrong
    ]
    part = {"type": "jme", "marks": 1, "prompt": "", "answer": answers.right, **checked, "alternatives": wrong}
    return {"name": one.name, "statement": one.html, "advice": one.solution, "parts": [part]}


# ---- WeBWorK ----


def webwork(found: Sequence[Exercise], *, ask: str = DERIVATIVE) -> Iterator[tuple[str, str]]:
    """Problems of WeBWorK in PGML, a file each, with AnswerHints for wrong answers."""
    for number, one in enumerate(posed(found, ask), 1):
        answers = _answers(one, MATH_OBJECTS)
        point = zip(answers.variables, one.exercise.point.values(), strict=True)
        limits = ", ".join(f"{name} => {{limits => [{at + 0.1:g}, {at + 0.6:g}]}}" for name, at in point)
        reals = ", ".join(f"{name} => 'Real'" for name in answers.variables)
        hints = "".join(f"  {_perl(text)} => {_perl(feedback)},\n" for text, feedback in answers.wrong)
        lead = "".join(f"[`{part}`]" if at % 2 else part for at, part in enumerate(one.tex_lead.split("$")))
        steps = "".join(f"[|{line}|]\n\n" for line in one.made.solution)
        yield (
            f"exercise-{number}.pg",
            "DOCUMENT();\nloadMacros('PGstandard.pl', 'PGML.pl', 'answerHints.pl', 'PGcourse.pl');\n\n"
            f"Context('Numeric');\nContext()->variables->are({reals});\nContext()->variables->set({limits});\n\n"
            f"$marked = Formula({_perl(answers.right)})->cmp->withPostFilter(AnswerHints(\n{hints}));\n\n"
            f"BEGIN_PGML\n{lead}\n\n[``{formula(one.expression)}``]\n\n[_]{{$marked}}{{40}}\nEND_PGML\n\n"
            f"BEGIN_PGML_SOLUTION\n{steps}END_PGML_SOLUTION\n\nENDDOCUMENT();\n",
        )


def _perl(text: str) -> str:
    """A text of Perl within PG, which reads ~~ where Perl has a backslash."""
    return "'" + text.replace("~~", "~ ~").replace("\\", "~~~~").replace("'", "~~'") + "'"
