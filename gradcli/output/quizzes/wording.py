"""Exercises in words and formulas: what all formats say of a question, its answer and the wrong answers."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from gradcli.errors import GradcliError, label, said
from gradcli.language.ast import Assignment, Output
from gradcli.language.numbers import short_text
from gradcli.language.parser import parse
from gradcli.language.program_text import one_line
from gradcli.output.formulas.latex import name_latex, to_latex
from gradcli.teaching.exercises import Exercise
from gradcli.teaching.mistakes import MISTAKES
from gradcli.teaching.question import compile_question
from gradcli.teaching.tangent_exercises import tangent_lines
from gradcli.teaching.words import right_text
from gradcli.typing import NamedTuple

DERIVATIVE, NUMBER, GRADIENT, TANGENT = "derivative", "number", "gradient", "tangent"
"""What may be asked for: the derivative as an expression, its value at the point of the exercise, the derivatives by all
variables as a list of expressions, or the tangent at the point."""

_ORDER = "array.order"


class Wrong(NamedTuple):
    """A wrong answer: its text, what is wrong, and which kind of mistake that is."""

    answer: str
    says: str
    kind: str

    @property
    def feedback(self) -> str:
        """What is said to who gives it."""
        return f"{self.says} [{self.kind}]"


class Posed(NamedTuple):
    """A question as formats pose it.

    Attributes:
        ask: What is asked for.
        name: What it is called among its like.
        lead: What is to be done, in words, up to a colon.
        tex_lead: The same, with names and numbers in TeX's mathematics.
        expression: What it is to be done with.
        answer: The right answer.
        wrong: Wrong answers, all different.
        tolerance: How far off a number may be; 0 where an expression is asked for.
        exercise: The exercise.
    """

    ask: str
    name: str
    lead: str
    tex_lead: str
    expression: str
    answer: str
    wrong: Sequence[Wrong]
    tolerance: float
    exercise: Exercise

    @property
    def result(self) -> str:
        """The right answer as an expression, also where a number is asked for."""
        return self.exercise.answer if self.ask == NUMBER else self.answer

    @property
    def value(self) -> str:
        """The derivative at the point of the exercise; empty where a gradient or a tangent is asked for."""
        return "" if self.ask in (GRADIENT, TANGENT) else short_text(self.exercise.value)

    @property
    def told(self) -> list[tuple[str, str]]:
        """The wrong answers, each with what is said of it."""
        return [(wrong.answer, wrong.feedback) for wrong in self.wrong]

    @property
    def text(self) -> str:
        """The question as one line."""
        return f"{label(self.lead)}{one_line(self.expression)}"

    @property
    def html(self) -> str:
        """The question for pages with MathJax."""
        return f"<p>{_inline(self.tex_lead)}</p><p>\\[{escape(formula(self.expression), quote=False)}\\]</p>"

    def shown(self, answer: str) -> str:
        r"""An answer for pages with MathJax: a formula between \( and \), a number as it is."""
        return answer if self.ask == NUMBER else f"\\({escape(formula(answer), quote=False)}\\)"

    @property
    def solution(self) -> str:
        """The solution as a list in HTML."""
        return f"<ul>{''.join(f'<li>{escape(line, quote=False)}</li>' for line in self.exercise.solution)}</ul>"


def posed(found: Sequence[Exercise], ask: str = DERIVATIVE) -> Iterator[Posed]:
    """Exercises as questions.

    Args:
        found: The exercises.
        ask: ``derivative``, ``number``, ``gradient`` or ``tangent``.

    Raises:
        GradcliError: A gradient is asked for where there is one variable, or a tangent where there are several.
    """
    for number, one in enumerate(found, 1):
        by, tex_by = one.wrt, f"${name_latex(one.wrt)}$"
        lead, tex_lead = said(f"Differentiate by {by}:"), said(f"Differentiate by {tex_by}:")
        wrong = [Wrong(other.answer, said(other.says), other.kind) for other in one.distractors]
        answer, tolerance = one.answer, 0.0
        if ask == NUMBER:
            answer = short_text(one.value)
            numbers = [Wrong(short_text(other.value), said(other.says), other.kind) for other in one.distractors]
            first = {number.answer: number for number in reversed(numbers) if math.isfinite(float(number.answer))}
            wrong = [number for number in numbers if first.get(number.answer) is number and number.answer != answer]
            order = sorted([float(answer), *[float(number.answer) for number in wrong]])
            gap = min((b - a for a, b in itertools.pairwise(order)), default=1.0)
            tolerance = min(1e-3 * max(1.0, abs(one.value)), gap / 3)
            lead, tex_lead = (
                said(f"Differentiate by {name}, at {point}:") for name, point in ((by, at_point(one)), (tex_by, tex_point(one)))
            )
        elif ask == GRADIENT:
            answer, wrong = _gradient(one, wrong)
            lead, tex_lead = (
                said(f"The gradient by {', '.join(names)}:") for names in (one.point, [f"${name_latex(n)}$" for n in one.point])
            )
        elif ask == TANGENT:
            lines = tangent_lines(one)
            answer, wrong = lines.right, [Wrong(text, said(MISTAKES[kind].says), kind) for text, kind in lines.wrong]
            lead, tex_lead = (said(f"The tangent at {point}:") for point in (at_point(one), tex_point(one)))
        yield Posed(ask, said(f"exercise {number}"), lead, tex_lead, one.expression, answer, wrong, tolerance, one)


def _gradient(one: Exercise, wrong: Sequence[Wrong]) -> tuple[str, list[Wrong]]:
    """The gradient of an exercise, and wrong ones: with a wrong derivative among right ones, and in another order."""
    if len(one.point) < 2:
        raise GradcliError(
            f"{one_line(one.expression)} has one variable, and so no gradient",
            hint="leave out --ask gradient, or give several variables: --names x,w",
        )
    parts = {name: one.answer if name == one.wrt else right_text(compile_question(one.expression, name)) for name in one.point}
    if not all(parts.values()):
        raise GradcliError(
            f"a derivative of {one_line(one.expression)} is too long for a gradient", hint="leave out --ask gradient"
        )
    found = [wrong_one._replace(answer=_listed({**parts, one.wrt: wrong_one.answer}.values())) for wrong_one in wrong]
    right, turned = _listed(parts.values()), _listed(reversed(parts.values()))
    return right, [*found, *([Wrong(turned, said(MISTAKES[_ORDER].says), _ORDER)] if turned != right else [])]


def _listed(parts: Iterable[str]) -> str:
    return f"[{', '.join(parts)}]"


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
