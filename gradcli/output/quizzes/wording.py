"""Exercises in words and formulas: what all formats say of a question, its answer and the wrong answers."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from gradcli.language.ast import Assignment, Output
from gradcli.language.numbers import short_text
from gradcli.language.parser import parse
from gradcli.language.program_text import one_line
from gradcli.output.formulas.latex import name_latex, to_latex
from gradcli.teaching.exercises import Exercise

RIGHT = "right"
DERIVATIVE, NUMBER = "derivative", "number"
"""What may be asked for: the derivative as an expression, or its value at the point of the exercise."""


class Wrong(NamedTuple):
    """A wrong answer: its text, and what is said to who gives it."""

    answer: str
    feedback: str


class Posed(NamedTuple):
    """A question as formats pose it.

    Attributes:
        name: What it is called among its like.
        lead: What is to be done, in words.
        tex_lead: The same, with names and numbers in TeX's mathematics.
        expression: What it is to be done with.
        answer: The right answer.
        wrong: Wrong answers, all different.
        tolerance: How far off a number may be; 0 where an expression is asked for.
        exercise: The exercise.
    """

    name: str
    lead: str
    tex_lead: str
    expression: str
    answer: str
    wrong: Sequence[Wrong]
    tolerance: float
    exercise: Exercise

    @property
    def text(self) -> str:
        """The question as one line."""
        return f"{self.lead}: {one_line(self.expression)}"

    @property
    def html(self) -> str:
        """The question for pages with MathJax."""
        return f"<p>{_inline(self.tex_lead)}:</p><p>\\[{escape(formula(self.expression), quote=False)}\\]</p>"

    @property
    def solution(self) -> str:
        """The solution as a list in HTML."""
        return f"<ul>{''.join(f'<li>{escape(line, quote=False)}</li>' for line in self.exercise.solution)}</ul>"


def posed(found: Sequence[Exercise], ask: str = DERIVATIVE) -> Iterator[Posed]:
    """Exercises as questions for an expression, or for a number.

    Args:
        found: The exercises.
        ask: ``derivative`` or ``number``.
    """
    for number, one in enumerate(found, 1):
        lead, tex_lead = f"Differentiate by {one.wrt}", f"Differentiate by ${name_latex(one.wrt)}$"
        told = [Wrong(wrong.answer, f"{wrong.says} [{wrong.kind}]") for wrong in one.distractors]
        answer, tolerance = one.answer, 0.0
        if ask == NUMBER:
            values = {short_text(one.value): ""}
            for wrong, said in zip(one.distractors, told, strict=True):
                if math.isfinite(wrong.value):
                    values.setdefault(short_text(wrong.value), said.feedback)
            answer, *others = values
            told = [Wrong(text, values[text]) for text in others]
            order = sorted(map(float, values))
            gap = min((b - a for a, b in itertools.pairwise(order)), default=1.0)
            tolerance = min(1e-3 * max(1.0, abs(one.value)), gap / 3)
            lead, tex_lead = f"{lead}, at {at_point(one)}", f"{tex_lead}, at {tex_point(one)}"
        yield Posed(f"exercise {number}", lead, tex_lead, one.expression, answer, told, tolerance, one)


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
