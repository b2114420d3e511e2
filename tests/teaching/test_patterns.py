"""Answers that differ in numbers alone are read once; each has the verdict that a reading of its own gives it."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from gradcli.teaching.marking import marking
from gradcli.teaching.marking.marking import Marker
from gradcli.teaching.marking.patterns import skeleton_of
from gradcli.teaching.marking.verdicts import Marked

FORMS = [
    "{}x^{}*cos(x) - {}sin x", "{}/({}x)", "{} sin^{} x + {}", "y' = ({} + x)^{} - {}x", "{}e^({}x) + {}.5", "{}x, {}x",
    "3x^2*cos(x^3) + {} - {}", "({}*3x^2*cos(x^3))/{}", "{}*3x^2*cos(x^3)", "abs({}x) + {}", "{}x^{}/{} + {},5", "{}e{}x", "{}!x",
    "log_{} x + {}", "x{}",
    "cos(x^3)*{}", "2^-{} x", "sqrt({}x)", "3x^2*cos(x^3) + x - x*{}/{}", "{}x = {}x", "{}x (rule {})",
]  # fmt: skip


def _told(marked: Marked) -> tuple[Any, ...]:
    kinds = [(reason.kind, reason.amount) for reason in marked.reasons]
    return marked.answer, marked.verdict, marked.read_as, kinds, marked.point, marked.note


@pytest.mark.parametrize(("question", "at"), [("sin(x^3)", None), ("sin(x^3)", {"x": 2.0}), ("a = x^3; sin(a)", None)])
def test_answers_are_marked_as_each_alone(question: str, at: dict[str, float] | None) -> None:
    source = random.Random(4)
    answers = [re.sub(r"\{\}", lambda _: str(source.choice([1, 2, 3, 7, 12])), form) for form in FORMS for _ in range(12)]
    together, alone = Marker(question, "x", at=at), Marker(question, "x", at=at)
    alone._patterns = _Never()
    for start in range(0, len(answers), 60):
        together.foresee(answers[start : start + 60])
    for answer in answers:
        together.mark(answer)
    together._marked.clear()
    together.foresee(answers)
    for answer in answers:
        assert _told(together.mark(answer)) == _told(alone.mark(answer)), answer


class _Never(dict[str, Any]):
    """Takes no patterns."""

    def __setitem__(self, name: str, value: Any) -> None:
        """Take nothing."""


def test_patterns_save_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    monkeypatch.setattr(marking, "read_answer", lambda *of, original=marking.read_answer: read.append(of) or original(*of))
    marker = Marker("sin(x^3)", "x")
    answers = [f"{first}x^2*cos(x^3) + {second}" for first in range(1, 40) for second in range(1, 40)]
    for start in range(0, len(answers), 100):
        marker.foresee(answers[start : start + 100])
        for answer in answers[start : start + 100]:
            marker.mark(answer)
    assert len(read) <= 3


def test_numbers_that_decide_how_something_is_read_stay() -> None:
    assert skeleton_of("12x + 7sin(3x)").numbers == ("12", "7", "3")
    assert skeleton_of("sin^2 x + x2 + 0.5 + 3e5 + log_10 x").numbers == ()
    assert skeleton_of("x^12 + (x + 1)^3").numbers == ("12", "1", "3")
