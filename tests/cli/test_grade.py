"""`gradcli grade` and `gradcli mistakes` as they are called."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from unittest import mock

import jsonschema
import pytest
from commandline import command

from gradcli.algebra.derivatives import differentiate
from gradcli.output.schemas import SCHEMAS

QUESTION = ["grade", "(x+w)*(w+1)", "--wrt", "w"]
ODD = [
    "2w + x + 1",
    "",
    "--help",
    "-",
    "=1+1",
    "x" * 10_000,
    "🙂",
    "(x + w) + (w + 1)",
    "w + 1",
    "-h",
    '"; rm -rf /',
    "nan",
    "1e999",
]


def test_answers_as_arguments() -> None:
    code, out, err = command([*QUESTION, "--", "2w + x + 1"])
    assert (code, err) == (0, "")
    assert out == "2w + x + 1   right\n"
    code, out, _ = command([*QUESTION, "--", "w + 1", "--help"])
    assert code == 1
    assert "wrong" in out
    assert "--help   unreadable" in out


def test_the_variable_may_be_left_out_where_there_is_one() -> None:
    assert command(["grade", "x^2", "--", "2x"])[0] == 0
    code, _, err = command(["grade", "x*w", "--", "2x"])
    assert (code, "add --wrt with one of x, w" in err) == (2, True)


@pytest.mark.parametrize("ending", ["csv", "jsonl", "txt"])
def test_every_row_of_a_file_is_marked_whatever_it_says(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"answers.{ending}"
    if ending == "csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(
                [["student", "answer", "group"], *([f"s{row}", text, "A"] for row, text in enumerate(ODD))]
            )
    elif ending == "jsonl":
        path.write_text("".join(json.dumps({"student": f"s{row}", "answer": text}) + "\n" for row, text in enumerate(ODD)))
    else:
        path.write_text("\n".join(ODD))
    code, out, err = command([*QUESTION, "--answers", str(path), "--json"])
    assert (code, err) == (0, "")
    document = json.loads(out)
    jsonschema.validate(document, SCHEMAS["grade"])
    expected = [text for text in ODD if text or ending != "txt"]
    assert [answer["answer"] for answer in document["answers"]] == expected
    verdicts = dict(zip(expected, [answer["verdict"] for answer in document["answers"]], strict=True))
    assert [text for text, verdict in verdicts.items() if verdict == "right"] == ["2w + x + 1", "(x + w) + (w + 1)"]
    assert verdicts["w + 1"] == verdicts["=1+1"] == "wrong"  # an equals sign before an answer is none of a spreadsheet's here
    assert verdicts["--help"] == verdicts["-"] == "unreadable"
    assert sum(document["verdicts"].values()) == len(expected)


def test_columns_pass_through(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text('student,answer,verdict\nAda,"2w + x + 1",old\nBob,w+1,\n')
    code, out, err = command([*QUESTION, "--answers", str(path), "--format", "csv", "--for", "student"])
    assert (code, err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["student"] for row in rows] == ["Ada", "Bob"]
    assert [row["verdict"] for row in rows] == ["old", ""]
    assert [row["verdict_gradcli"] for row in rows] == ["right", "wrong"]
    assert rows[1]["kind"]
    assert [row["score"] for row in rows] == ["1", "0"]


def test_lines_of_json_follow_the_schema(tmp_path: Path) -> None:
    path = tmp_path / "answers.txt"
    path.write_text("2w\nw+1\n2w+x+1\n")
    _, out, _ = command([*QUESTION, "--answers", str(path), "--format", "jsonl"])
    schema = SCHEMAS["grade"]["properties"]["answers"]["items"]
    for line in out.splitlines():
        jsonschema.validate(json.loads(line), schema)


def test_a_student_is_not_told_the_answer() -> None:
    _, out, _ = command([*QUESTION, "--for", "student", "--json", "--", "w + 1"])
    document = json.loads(out)
    assert document["right"] is None
    assert document["answers"][0]["point"]["right"] is None
    assert "2w" not in out
    assert "2*w" not in out


def test_no_derivation_of_a_large_function_is_written() -> None:
    """Each line of it would need a derivative of its own: work that grows as the square of the function."""
    with mock.patch("gradcli.teaching.marking.words.differentiate", wraps=differentiate) as counted:
        out = command(["grade", "*".join(["x"] * 150), "--wrt", "x", "--", "1"])[1]
    assert counted.call_count <= 2
    assert "\nThe derivation is left out, since the function has 150 nodes; `gradcli explain` has it.\n" in out


def test_a_point_warns_of_what_it_hides() -> None:
    code, out, _ = command(["grade", "x^2*sin(x)", "--at", "x=1", "--digits", "2", "--", "2.22"])
    assert code == 0
    assert "power.no_lower" in out


def test_what_is_written_with_decimals_may_be_rounded_whatever_fraction_it_is() -> None:
    out = command(["grade", "x^2*sin(3*x)", "--wrt", "x", "--at", "x=1", "--json", "--", "-2.688", "-2.69", "-2.7"])[1]
    found = [(answer["read_as"], answer["verdict"]) for answer in json.loads(out)["answers"]]
    assert found == [("-2.688", "right"), ("-2.69", "right"), ("-2.7", "wrong")]  # -2.68774


def test_an_infinite_answer_is_right_at_no_point() -> None:
    code, out, err = command(["mistakes", "x^2", "--wrt", "x", "--at", "x=0", "--json"])
    document = json.loads(out)
    hidden = [document["answers"][place]["value"] for place in document["hidden"]]
    assert (code, err) == (0, "")
    assert "Infinity" in [answer["value"] for answer in document["answers"]]
    assert set(hidden) == {0}


def test_by_a_variable_that_is_not_there_0_is_right() -> None:
    code, out, err = command(["grade", "x^2", "--wrt", "q", "--", "0", "2x"])
    assert code == 1
    assert out.startswith("0   right\n\n2x   wrong\n")
    assert err == "note: the expression has no q, and its derivative by q is 0\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["grade"], "there is no question"),
        (["grade", "x^2"], "answers are given neither"),
        (["grade", "x^2", "2x", "--answers", "-"], "answers are given both"),
        (["grade", "x^2", "--", "2x", "--level", "0"], "write --level before --"),
        (["grade", "x^2 +", "--wrt", "x", "--", "2x"], "a value is missing"),
        (["grade", "x^2", "--level", "9", "--", "2x"], "--level goes from 0 to 5"),
        (["grade", "sum(x)*[1,2]", "--wrt", "x", "--", "2x"], "no arrays"),
        (["grade", "floor(x)", "--wrt", "x", "--answers", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_wrong_calls_are_refused(arguments: list[str], message: str) -> None:
    code, out, err = command(arguments)
    assert (code, out) == (2, "")
    assert message in err


def test_the_kinds_are_listed() -> None:
    code, out, _ = command(["mistakes"])
    assert code == 0
    assert "chain.no_inner" in out
    _, out, _ = command(["mistakes", "--json"])
    jsonschema.validate(json.loads(out), SCHEMAS["mistakes"])


def test_the_page_of_a_class_shows_answers_as_text(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    odd = "<script>alert(1)</script>"
    path.write_text(f'student,answer\nAda,2w + x + 1\n"<b>Bob</b>",w + 1\nEve,{odd}\nZoë,w + 1\n', encoding="utf-8")
    code, out, err = command([*QUESTION, "--answers", str(path), "--format", "html", "--level", "2"])
    assert (code, err) == (0, "")
    assert "<script" not in out
    assert "<b>" not in out
    assert "&lt;b&gt;Bob&lt;/b&gt;, Zoë" in out
    assert out.count('class="bar"') == 4
    assert "2*w" not in out
    assert "http" not in out
    assert out.count("<tr>") == out.count("</tr>") == 9


def test_the_derivation_stands_once_below_wrong_answers_at_the_highest_level() -> None:
    """∂y/∂w by hand: a = x + w and b = w + 1 have the derivative 1, and y = a*b."""
    call = ["grade", "(x + w)*(w + 1)", "--wrt", "w"]
    _, out, _ = command([*call, "--", "w + 1", "7*w"])
    assert out.count("Derivation\n") == 1
    assert "  ∂y/∂w = ∂y/∂a·∂a/∂w + ∂y/∂b·∂b/∂w = 2*w + x + 1\n" in out
    for quiet in (["--level", "4", "--", "w + 1"], ["--", "2w + x + 1"]):
        assert "Derivation" not in command([*call, *quiet])[1]


def test_a_long_reason_is_said_once() -> None:
    _, out, _ = command([*QUESTION, "--", "w + 1", "(w + 1)", "x + w"])
    assert out.count("\n  the same is to be said as of answer 1\n") == 1


def test_a_file_among_the_answers_is_none(tmp_path: Path) -> None:
    code, out, err = command(["grade", "x^2", str(tmp_path / "a.csv")])
    assert (code, out) == (2, "")
    assert "is the name of a file, and no answer" in err
    assert f"--answers {tmp_path / 'a.csv'}" in err


def test_the_summary_names_whose_answers_were_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("student,answer\nAda,2x\nAlan,2x+\nEmmy,\n")
    for format in ("text", "html"):
        _, out, _ = command(["grade", "x^2", "--answers", str(path), "--format", format])
        assert "Alan, Emmy" in out


def test_the_right_tangent_is_shown_as_a_line() -> None:
    _, out, _ = command(["grade", "x^2", "--ask", "tangent", "--at", "x=3", "--", "6", "2x", "6x - 8"])
    assert out.count("y = 9 + 6*(x - 3)") == 3
    assert "x^2" not in out


def test_columns_are_found_in_any_case(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Student,Answer\nAda,2x\nAlan,2x+\n")
    code, out, err = command(["grade", "x^2", "--answers", str(path)])
    assert (code, err, "Not read: Alan" in out) == (0, "", True)


def test_a_question_that_a_lenient_reader_would_doubt_is_said_as_it_is_read() -> None:
    _, _, said = command(["grade", "e^2x", "--level", "0", "--", "e^2"])
    assert "read as: e^2*x" in said
    assert "e^(2*x)" in said
    found = json.loads(command(["grade", "e^2x", "--json", "--", "e^2"])[1])
    assert found["read_as"] == "e^2*x"
    assert "e^(2*x)" in found["notes"][0]
    assert command(["grade", "x^2/4", "--level", "0", "--", "x/2"])[2] == ""
    assert command(["grade", "e^(2*x)", "--level", "0", "--", "2e^(2x)"])[2] == ""
    assert "write x*ln(x)" in command(["grade", "xlnx", "ln x + 1"])[2]


@pytest.mark.parametrize(
    ("ending", "begins"), [("csv", "answer,"), ("html", "<!DOCTYPE"), ("json", "{"), ("jsonl", "{"), ("txt", "2x ")]
)
def test_the_ending_of_a_file_says_the_format(ending: str, begins: str, tmp_path: Path) -> None:
    path = tmp_path / f"grades.{ending}"
    assert command(["grade", "x^2", "2x", "-o", str(path)])[0] == 0
    assert path.read_text("utf-8").startswith(begins)


def test_a_class_is_told_whose_answers_no_mistake_explains_and_how_many_points_there_are(tmp_path: Path) -> None:
    file, credit = tmp_path / "class.csv", tmp_path / "credit.json"
    file.write_text("by,answer\nann,cos(x^2)\nbob,2x*cos(x^2)\ncy,5x^7\ndi,cos(x^2)\n", "utf-8")
    credit.write_text('{"chain.no_inner": 0.25}', "utf-8")
    call = ["grade", "sin(x^2)", "--wrt", "x", "--answers", str(file), "--column", "answer", "--by", "by"]
    _, out, _ = command([*call, "--credit", str(credit)])
    assert "\nPoints: 1.5 of 4\n" in out
    assert re.search(r"\n +1 +cy +no known mistake gives it\n", out)
    _, page, _ = command([*call, "--format", "html", "--summary", str(tmp_path / "s.csv")])
    assert "no known mistake gives it<br><small>cy</small>" in page
    assert (tmp_path / "s.csv").read_text("utf-8").endswith("\n,1,cy,no known mistake gives it\n")
    assert "the same is to be said" not in command([*call, "--for", "student"])[1]


@pytest.mark.parametrize(
    ("question", "answer", "meant"),
    [
        ("ln(x^2+1)", "2x/x^2+1", "2*x/(x^2 + 1)"),
        ("(x^2+1)/(x-1)", "x^2-2x-1/(x-1)^2", "(x^2 - 2*x - 1)/(x - 1)^2"),
        ("(x+1)/(x^2+1)", "1-2x-x^2/(x^2+1)^2", "(1 - 2*x - x^2)/(x^2 + 1)^2"),
        ("x + ln(x^2+1)", "1+2x/x^2+1", "1 + 2*x/(x^2 + 1)"),
    ],
)
def test_parentheses_that_a_fraction_lacks_are_told(question: str, answer: str, meant: str) -> None:
    _, out, _ = command(["grade", question, "--wrt", "x", "--", answer])
    assert f"as it was read it is wrong; {meant} would be right" in out
    assert "term by term" not in out
