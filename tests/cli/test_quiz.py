"""`gradcli grade -f quiz.jsonl`: answers find their question, points and credit are counted."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import jsonschema
import pytest
from commandline import command

from gradcli.output.schemas import SCHEMAS

QUIZ = [
    {"id": "q1", "expression": "x^2*sin(x)", "wrt": "x", "points": 2, "credit": {"product": 0.5}},
    {"id": "q2", "expression": "(2*x+1)^2", "at": {"x": 1}},
    {"id": 3, "expression": "x^2*w", "ask": "gradient", "wrt": ["x", "w"], "points": 3},
]
LONG = """student,question,answer
Ada,q1,2x sin x + x^2 cos x
Ada,q2,12
Ada,3,"[2x*w, x^2]"
Bob,q1,2x sin x
Bob,q2,6
Bob,3,"[x^2, 2xw]"
Cyd,q9,3
"""
WIDE = """student,q1,q2,3
Ada,2x sin x + x^2 cos x,12,"[2x*w, x^2]"
Bob,2x sin x,6,"[x^2, 2xw]"
"""


@pytest.fixture
def quiz(tmp_path: Path) -> str:
    path = tmp_path / "quiz.jsonl"
    path.write_text("".join(json.dumps(question) + "\n" for question in QUIZ))
    return str(path)


def _answers(tmp_path: Path, text: str, ending: str) -> str:
    path = tmp_path / f"answers.{ending}"
    if ending == "jsonl":
        text = "".join(json.dumps(row) + "\n" for row in csv.DictReader(io.StringIO(text)))
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
@pytest.mark.parametrize("text", [LONG, WIDE], ids=["long", "wide"])
def test_answers_find_their_questions(text: str, ending: str, quiz: str, tmp_path: Path) -> None:
    code, out, err = command(["grade", "-f", quiz, "--answers", _answers(tmp_path, text, ending), "--json"])
    assert (code, err) == (0, "")
    document = json.loads(out)
    jsonschema.validate(document, SCHEMAS["quiz"])
    assert [question["id"] for question in document["questions"]] == ["q1", "q2", "3"]
    verdicts = [[answer["verdict"] for answer in question["grades"]["answers"]] for question in document["questions"]]
    assert verdicts == [["right", "wrong"]] * 3
    assert document["scores"][:2] == [{"by": "Ada", "score": 6}, {"by": "Bob", "score": 1}]
    assert [answer["question"] for answer in document["unmatched"]] == (["q9"] if text == LONG else [])


def test_rows_of_a_wide_table_become_a_row_for_each_answer(quiz: str, tmp_path: Path) -> None:
    code, out, _ = command(["grade", "-f", quiz, "--answers", _answers(tmp_path, WIDE, "csv"), "--format", "csv"])
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(row["student"], row["question"], row["score"]) for row in rows] == [
        *[("Ada", "q1", "2"), ("Ada", "q2", "1"), ("Ada", "3", "3")],
        *[("Bob", "q1", "1"), ("Bob", "q2", "0"), ("Bob", "3", "0")],
    ]


def test_the_page_and_the_text_have_the_points(quiz: str, tmp_path: Path) -> None:
    call = ["grade", "-f", quiz, "--answers", _answers(tmp_path, LONG, "csv"), "--level", "1"]
    out = command([*call, "--format", "html"])[1]
    assert "A quiz of 3 questions" in out
    assert "Points of 6" in out
    out = command(call)[1]
    assert "Bob, q1: 2x sin x   wrong, 1 of 2\n" in out
    assert [line.split() for line in out.splitlines() if line.startswith("  Bob ")] == [["Bob", "1", "6"]]


def test_exercises_are_a_quiz(tmp_path: Path) -> None:
    path = tmp_path / "exercises.jsonl"
    path.write_text(command(["exercise", "--seed", "5", "-n", "3", "--to", "jsonl"])[1])
    made = [json.loads(line) for line in path.read_text().splitlines()]
    answers = [{"question": one["number"], "student": "Ada", "answer": one["answer"]} for one in made]
    answers += [{"question": one["number"], "student": "Bob", "answer": one["distractors"][0]["answer"]} for one in made]
    file = tmp_path / "answers.jsonl"
    file.write_text("".join(json.dumps(answer) + "\n" for answer in answers))
    document = json.loads(command(["grade", "-f", str(path), "--answers", str(file), "--json"])[1])
    assert document["scores"] == [{"by": "Ada", "score": 3}, {"by": "Bob", "score": 0}]
    for one, question in zip(made, document["questions"], strict=True):
        assert question["grades"]["answers"][1]["kind"] == one["distractors"][0]["kind"]


def test_credit_is_given_by_kind_or_family(tmp_path: Path) -> None:
    path = tmp_path / "credit.json"
    for credit, score in (({"table.sign": 0.5}, 0.5), ({"table": 0.25}, 0.25), ({"chain": 0.5}, 0)):
        path.write_text(json.dumps(credit))
        _, out, _ = command(["grade", "cos(x)", "--credit", str(path), "--json", "--", "sin(x)", "-sin(x)"])
        assert [answer["score"] for answer in json.loads(out)["answers"]] == [score, 1]


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({"expresion": "x"}, "line 1: a question has no key expresion"),
        ({"id": "a"}, "line 1: the question has no expression"),
        ({"expression": "x*("}, "line 1: the expression ends"),
        ({"expression": "x*w"}, "line 1: by which variable"),
        ({"expression": "x", "points": "two"}, "line 1: points cannot be"),
        ({"expression": "x", "points": -1}, "line 1: points are a number"),
        ({"expression": "x", "at": 3}, "line 1: at is a point"),
        ({"expression": "x", "credit": {"chain.inner": 1}}, "credit: there is no kind chain.inner"),
        ({"expression": "x", "credit": {"chain": 2}}, "credit: the credit for chain is a number from 0 to 1"),
        ({"expression": "x", "ask": "slope"}, "slope cannot be asked for"),
        ([1], "line 1 is no JSON object"),
        ("", "has no questions"),
    ],
)
def test_wrong_questions_are_refused_with_their_line(question: object, message: str, tmp_path: Path) -> None:
    path = tmp_path / "quiz.jsonl"
    path.write_text(json.dumps(question) if question else "")
    code, out, err = command(["grade", "-f", str(path), "--answers", _answers(tmp_path, WIDE, "csv")])
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--wrt", "x", "--answers", "a.csv"], "--wrt is for a single question"),
        (["--", "2x"], "answers to a quiz come from a file"),
        ([], "add --answers answers.csv"),
        (["--answers", "a.txt"], "does not say which question is answered"),
    ],
)
def test_wrong_calls_are_refused(arguments: list[str], message: str, quiz: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("2x\n")
    arguments = [str(tmp_path / name) if name.startswith("a.") else name for name in arguments]
    code, out, err = command(["grade", "-f", quiz, *arguments])
    assert (code, out) == (2, "")
    assert message in err


def test_two_questions_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "quiz.jsonl"
    path.write_text('{"id": "a", "expression": "x"}\n{"id": "a", "expression": "x^2"}\n')
    assert "line 2: there are two questions a" in command(["grade", "-f", str(path), "--answers", "x.csv"])[2]


def test_a_summary_says_who_made_which_mistake(quiz: str, tmp_path: Path) -> None:
    call = ["grade", "-f", quiz, "--answers", _answers(tmp_path, LONG, "csv"), "--format", "csv", "--summary"]
    table, lines = tmp_path / "mistakes.csv", tmp_path / "mistakes.jsonl"
    assert command([*call, str(table)])[0] == command([*call, str(lines)])[0] == 0
    rows = list(csv.DictReader(io.StringIO(table.read_text())))
    records = [json.loads(line) for line in lines.read_text().splitlines()]
    assert [(row["kind"], row["answers"], row["by"]) for row in rows] == [
        (own["kind"], str(own["count"]), "; ".join(own["by"])) for own in records
    ]
    assert {"kind": "array.order", "count": 1, "by": ["Bob"], "says": rows[0]["says"]} in records
    code, out, err = command([*call, "mistakes.txt"])
    assert (code, out, "end it in .csv or .jsonl" in err) == (2, "", True)
