"""Practice: harder after two right answers, at the kind that went wrong; right answers are SymPy's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import jsonschema
import pytest
import sympy
from commandline import command

from gradcli.output.reports.teaching.practice import told
from gradcli.output.schemas import SCHEMAS
from gradcli.teaching.exercises.practice import LEVELS, Again, Posed, Practice, Turn


def _after(practice: Practice, answer: Callable[[Posed], str | None]) -> Turn:
    posed = practice.posed()
    *_, turn = practice.answered(posed, lambda: answer(posed))
    assert isinstance(turn, Turn)
    return turn


def _right(posed: Posed) -> str:
    found = sympy.diff(sympy.sympify(posed.exercise.expression.replace("^", "**")), sympy.Symbol(posed.exercise.wrt))
    return str(found)


def test_it_gets_harder_after_two_right_answers_in_a_row() -> None:
    practice = Practice(3, 1)
    turns = [_after(practice, _right) for _ in range(2 * LEVELS)]
    assert all(turn.right for turn in turns)
    assert [turn.posed.level for turn in turns] == [level for level in range(1, LEVELS + 1) for _ in range(2)]
    assert len({turn.posed.exercise.expression for turn in turns}) == len(turns)


def test_the_next_exercise_is_at_the_mistake_that_was_made() -> None:
    practice = Practice(5, 2)
    turn = _after(practice, lambda posed: posed.exercise.distractors[0].answer)
    assert turn.marked is not None
    kind = turn.posed.exercise.distractors[0].kind
    assert turn.marked.reasons[0].kind == kind
    assert any(slip.kind == kind for slips in practice.posed().marker.table.slips for slip in slips)
    assert practice.level == 2


def test_lines_that_cannot_be_read_count_for_nothing() -> None:
    lines = iter(["x^", "((", ""])
    turn = _after(Practice(1, 1), lambda posed: next(lines))
    assert (turn.unread, turn.marked, turn.right) == (("x^", "(("), None, False)


def test_a_wrong_answer_may_be_given_again_with_more_told_each_time() -> None:
    practice = Practice(7, 2)
    posed = practice.posed()
    wrong = posed.exercise.distractors[0].answer
    lines = iter([wrong, "hint", wrong, _right(posed)])
    first, hint, second, turn = practice.answered(posed, lambda: next(lines))
    assert isinstance(first, Again)
    assert isinstance(hint, Again)
    assert isinstance(second, Again)
    assert isinstance(turn, Turn)
    assert (first.level, hint.marked, second.level) == (1, None, 2)
    assert turn.right
    assert len(turn.tries) == 2
    assert all(f"it is {posed.exercise.answer}" not in told(posed, found, typed=False) for found in (first, hint, second))
    assert practice.posed().level == 2
    lines = iter([wrong] * 3)
    *_, last = practice.answered(posed, lambda: next(lines))
    assert isinstance(last, Turn)
    assert not last.right
    assert posed.exercise.answer in told(posed, last, typed=False)


def test_without_a_seed_exercises_are_new_and_the_seed_is_said() -> None:
    calls = [command(["practice", "-n", "1"], b"quit\n") for _ in range(4)]
    seeds = [re.search(r"--seed (\d+) gives", err) for _, _, err in calls]
    assert len({found[1] for found in seeds if found}) > 1
    assert command(["practice", "-n", "1", "--seed", "3"], b"?\n\n")[2] == ""
    out = command(["practice", "-n", "1", "--seed", "3"], b"help\n\n")[1]
    assert "An empty line shows the answer, ? gives a hint" in out
    assert "unreadable" not in out


def test_the_transcript_is_a_document() -> None:
    lines = f"{_right(Practice(7, 1).posed())}\nx^\n1000*x^9\n".encode()
    code, out, err = command(["practice", "--seed", "7", "-n", "3", "--json"], lines)
    assert (code, err) == (1, "")
    document = json.loads(out)
    jsonschema.validate(document, SCHEMAS["practice"])
    assert (document["right"], document["asked"]) == (1, 2)
    assert [turn["tries"] for turn in document["turns"]] == [[], []]
    assert [turn["unread"] for turn in document["turns"]] == [[], ["x^"]]
    assert command(["practice", "--seed", "7", "-n", "3", "--json"], lines)[1] == out


@pytest.mark.parametrize(("arguments", "message"), [(["x^2"], "takes no expression"), (["--level", "9"], "9")])
def test_wrong_calls_are_refused(arguments: list[str], message: str) -> None:
    code, out, err = command(["practice", *arguments])
    assert (code, out) == (2, "")
    assert message in err
