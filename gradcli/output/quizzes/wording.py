"""Exercises in words and formulas: what all formats say of a question, its answer and the wrong answers."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from html import escape

from gradcli.errors import label, said
from gradcli.language.ast import Assignment, Output
from gradcli.language.numbers import short_text
from gradcli.language.parser import parse
from gradcli.language.program_text import one_line
from gradcli.output.formulas.latex import name_latex, to_latex
from gradcli.teaching.exercises.asked_exercises import Answers, answers_to
from gradcli.teaching.exercises.exercises import Exercise
from gradcli.teaching.marking.comparison import DECIMALS
from gradcli.teaching.mistakes import MISTAKES
from gradcli.teaching.tasks import ADJOINT, DERIVATIVE, GRADIENT, HESSIAN, JACOBIAN, NUMBER, TANGENT, VALUE
from gradcli.typing import NamedTuple


class Wrong(NamedTuple):
    """A wrong answer: its text, what is said to who gives it, and which kind of mistake it is."""

    answer: str
    feedback: str
    kind: str


class Posed(NamedTuple):
    """A question as formats pose it.

    Attributes:
        ask: What is asked for.
        name: What it is called among its like.
        lead: What is to be done, in words, up to a colon.
        tex_lead: The same, with names and numbers in TeX's mathematics.
        made: What it is to be done with, and the answers as exact as they are.
        answer: The right answer as it is shown.
        wrong: Wrong answers, all different.
        tolerance: How far off a number may be; 0 where an expression is asked for.
        exercise: The exercise.
    """

    ask: str
    name: str
    lead: str
    tex_lead: str
    made: Answers
    answer: str
    wrong: Sequence[Wrong]
    tolerance: float
    exercise: Exercise

    @property
    def expression(self) -> str:
        """What it is to be done with."""
        return self.made.expression

    @property
    def result(self) -> str:
        """The right answer as an expression, also where a number is asked for."""
        return self.exercise.answer if self.ask == NUMBER else self.answer

    @property
    def value(self) -> str:
        """The derivative at the point of the exercise; empty where something else is asked for."""
        return short_text(self.exercise.value) if self.ask in (DERIVATIVE, NUMBER) else ""

    @property
    def told(self) -> list[tuple[str, str]]:
        """The wrong answers, each with what is said of it."""
        return [(wrong.answer, wrong.feedback) for wrong in self.wrong]

    @property
    def text(self) -> str:
        """The question as one line."""
        return f"{label(self.lead)}{one_line(self.expression)}"

    @property
    def title(self) -> str:
        """What it is called in a bank of questions, where others have the same number."""
        return f"{self.name}: {one_line(self.expression)}"

    @property
    def html(self) -> str:
        """The question for pages with MathJax."""
        return f"<p>{_inline(self.tex_lead)}</p><p>\\[{escape(formula(self.expression), quote=False)}\\]</p>"

    def shown(self, answer: str) -> str:
        r"""An answer for pages with MathJax: a formula between \( and \), a number as it is."""
        return answer if self.tolerance else f"\\({escape(formula(answer), quote=False)}\\)"

    @property
    def solution(self) -> str:
        """The solution as a list in HTML."""
        return f"<ul>{''.join(f'<li>{escape(line, quote=False)}</li>' for line in self.made.solution)}</ul>"


def posed(found: Sequence[Exercise], ask: str = DERIVATIVE) -> Iterator[Posed]:
    """Exercises as questions.

    Args:
        found: The exercises.
        ask: What they ask for: ``number``, or what :func:`gradcli.teaching.tasks.task` takes.

    Raises:
        GradcliError: One has no such answer.
    """
    for place, one in enumerate(found, 1):
        if ask == DERIVATIVE:
            told = Answers(one.expression, one.answer, [(own.answer, own.kind) for own in one.distractors], one.solution)
        elif ask == NUMBER:
            told = Answers(
                one.expression, repr(one.value), [(repr(own.value), own.kind) for own in one.distractors], one.solution
            )
        else:
            told = answers_to(one, ask)
        _, right, wrong, _ = told
        lead, tex_lead = (said(_lead(one, ask, names, point)) for names, point in _names(one))
        tolerance = 0.0
        if ask in (NUMBER, VALUE):
            right, wrong, tolerance = _as_numbers(told)
        wrong_ones = [Wrong(text, said(MISTAKES[kind].says), kind) for text, kind in wrong]
        yield Posed(ask, said(f"exercise {place}"), lead, tex_lead, told, right, wrong_ones, tolerance, one)


def _names(one: Exercise) -> Iterator[tuple[Callable[[str], str], str]]:
    """How names are written, and the point: as text, and in TeX."""
    yield str, at_point(one)
    yield lambda name: f"${name_latex(name)}$", tex_point(one)


def _lead(one: Exercise, ask: str, written: Callable[[str], str], point: str) -> str:
    """What is to be done."""
    names = ", ".join(map(written, one.point))
    what, _, node = ask.partition(":")
    by = written(node or one.wrt)
    leads = {
        DERIVATIVE: f"Differentiate by {by}:",
        ADJOINT: f"Differentiate by {by}:",
        NUMBER: f"Differentiate by {by}, at {point}:",
        VALUE: f"The value at {point}:",
        TANGENT: f"The tangent at {point}:",
        GRADIENT: f"The gradient by {names}:",
        HESSIAN: f"The Hessian by {names}:",
        JACOBIAN: f"The Jacobian by {names}:",
    }
    return leads[what]


def _as_numbers(told: Answers) -> tuple[str, list[tuple[str, str]], float]:
    """Right and wrong numbers as they are shown, and how far off one may be, so that they are told apart."""
    right = short_text(float(told.right))
    shown = {short_text(float(text)): kind for text, kind in reversed(told.wrong) if math.isfinite(float(text))}
    wrong = [(text, shown[text]) for text in dict.fromkeys(short_text(float(own)) for own, _ in told.wrong) if text in shown]
    wrong = [one for one in wrong if one[0] != right]
    order = sorted([float(right), *[float(text) for text, _ in wrong]])
    gap = min((b - a for a, b in itertools.pairwise(order)), default=1.0)
    return right, wrong, min(DECIMALS * max(1e-6, abs(float(told.right))), gap / 3)


def at_point(one: Exercise) -> str:
    """The point of an exercise."""
    return ", ".join(f"{name} = {value}" for name, value in one.point.items())


def tex_point(one: Exercise) -> str:
    """The point of an exercise in TeX."""
    return ", ".join(f"${name_latex(name)} = {value}$" for name, value in one.point.items())


def formula(text: str) -> str:
    """An expression, or a program, in LaTeX's mathematics mode."""
    parts = []
    for line in parse(text).statements:
        if isinstance(line, Assignment):
            parts.append(f"{name_latex(line.name)} = {to_latex(line.value)}")
        elif isinstance(line, Output):
            parts.append(to_latex(line.value))
    return ",\\quad ".join(parts)


def _inline(tex: str) -> str:
    r"""Formulas between dollars as pages have them, between \( and \)."""
    parts = escape(tex, quote=False).split("$")
    return "".join(f"\\({part}\\)" if at % 2 else part for at, part in enumerate(parts))
