"""Right answers in another form than is asked for, told apart by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commandline import command

from gradcli.cli.commands.teaching.grade import GradeOptions
from gradcli.teaching.marking.asked_forms import FORMS, lacks_form
from gradcli.teaching.reading.answers import read_answer

HAVE = {
    "expanded": ["x^2+2x+1", "5x", "x*sin(x)+cos(x)", "-(x+1)", "sin((x+1)^2)", "1/(x+1)", "x/(x+1)^2", "x e^x + e^x"],
    "factored": ["(x+1)^2", "2(x+1)", "x^2+1", "e^x(x+1)", "x(x-1)(x+1)", "-2x", "3"],
    "together": ["(3x+2)/6", "x^2+1", "(2x+1)/(x+3)^2", "sin(1/x)", "sin(x/2)/x", "x^(1/2)", "-1/x^2", "2/3*x"],
    "exact": ["x/2", "1/3", "sqrt(2)x"],
}
LACK = {
    "expanded": ["(x+1)^2", "2x+3x", "x(x+1)", "x(x+1)+x", "(x+1)/2", "e^x (x+1)"],
    "factored": ["x^2+2x+1", "2x+2", "x e^x+e^x", "x(x^2-1)", "(x^2-1)/x", "x^2*(2x+4)"],
    "together": ["x/2+1/3", "1/(1/x)", "x^-1+2", "2 - 1/x", "x^(-2)"],
    "exact": ["0.5x", "1e-3", "x^1.5"],
}


@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_told(form: str) -> None:
    assert [text for text in HAVE[form] if lacks_form(read_answer(text, ["x"]).value, form)] == []
    assert [text for text in LACK[form] if not lacks_form(read_answer(text, ["x"]).value, form)] == []
    assert GradeOptions.form.choices == tuple(FORMS)


def test_what_is_right_in_another_form_is_said_and_gets_its_credit(tmp_path: Path) -> None:
    call = ["grade", "(x+1)^3", "--wrt", "x", "--form", "expanded"]
    code, out, _ = command([*call, "--json", "--", "3x^2+6x+3", "3(x+1)^2", "3x^2"])
    found = json.loads(out)["answers"]
    assert [one["verdict"] for one in found] == ["right", "right in another form", "wrong"]
    assert [one["score"] for one in found] == [1, 1, 0]
    assert found[1]["feedback"] == ["it is not multiplied out, with like terms collected"]
    assert code == 1
    credit = tmp_path / "credit.json"
    credit.write_text('{"form": 0.5}')
    _, out, _ = command([*call, "--credit", str(credit), "--json", "--", "3(x+1)^2"])
    assert json.loads(out)["answers"][0]["score"] == 0.5
    _, out, _ = command(
        ["grade", "x^2*w", "--ask", "gradient", "--form", "exact", "--json", "--", "[2x*w, x^2]", "[2.0x*w, 1.5x^2-0.5x^2]"]
    )
    assert [one["verdict"] for one in json.loads(out)["answers"]] == ["right", "right in another form"]


def test_questions_of_a_quiz_have_a_form_and_a_reading(tmp_path: Path) -> None:
    quiz, answers = tmp_path / "quiz.jsonl", tmp_path / "answers.csv"
    answers.write_text("question,answer\n1,2x\n2,2x\n")
    rows = [{"id": 1, "expression": "2x^2/2", "read": "lenient"}, {"id": 2, "expression": r"\frac{2x^2}{2}", "form": "factored"}]
    quiz.write_text("".join(json.dumps(row) + "\n" for row in rows))
    code, out, err = command(["grade", "-f", str(quiz), "--answers", str(answers), "--json"])
    assert (code, err) == (0, "")
    assert [one["grades"]["answers"][0]["verdict"] for one in json.loads(out)["questions"]] == ["right", "right"]
    quiz.write_text(json.dumps({"id": 1, "expression": "xy", "wrt": "x"}) + "\n")
    answers.write_text("question,answer\n1,y\n")
    call = ["grade", "-f", str(quiz), "--answers", str(answers), "--json"]
    assert json.loads(command([*call, "--read", "lenient"])[1])["questions"][0]["grades"]["answers"][0]["verdict"] == "right"
    assert command(call)[0] == 2
    for wrong in ({"read": "loud"}, {"form": "short"}):
        quiz.write_text(json.dumps({"expression": "x^2", **wrong}) + "\n")
        code, _, err = command(call)
        assert (code, "it is one of" in err) == (2, True)
