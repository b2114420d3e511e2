"""Files of answers as teachers have them: whatever is broken in a row, it is a row of the result, and the others are marked."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from commandline import command
from hypothesis import given
from hypothesis import strategies as st

from gradcli.cli.inputs.tables import lines_of, records_of

GRADE = ["grade", "x^2", "--wrt", "x", "--level", "1", "--answers"]


def _graded(path: Path, data: str | bytes, *options: str) -> tuple[list[dict[str, str]], str]:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    code, out, err = command([*GRADE, str(path), "--format", "csv", *options])
    assert code == 0, err
    return list(csv.DictReader(io.StringIO(out))), err


def _verdicts(rows: list[dict[str, str]]) -> list[str]:
    return [row["verdict"] for row in rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_files_of_any_encoding_are_read(encoding: str, end: str, tmp_path: Path) -> None:
    text = end.join(["student,answer", "José,2x", "Zoë,x"])
    rows, err = _graded(tmp_path / "a.csv", text.encode(encoding))
    assert [row["student"] for row in rows] == ["José", "Zoë"]
    assert _verdicts(rows) == ["right", "wrong"]
    assert ("line 2: its bytes are no UTF-8, and are read as Windows-1252" in err) == (encoding == "cp1252")


@pytest.mark.parametrize("packed", [gzip.compress, bytes])
@pytest.mark.parametrize("name", ["a.csv", "-", "a.txt"])
def test_a_table_is_known_by_its_first_line_packed_or_not(name: str, packed: Callable[[bytes], bytes], tmp_path: Path) -> None:
    data = packed(b"student;answer\nAda;2x\nBob;x\n")
    path = name if name == "-" else str(tmp_path / f"{name}{'' if packed is bytes else '.gz'}")
    if name != "-":
        Path(path).write_bytes(data)
    code, out, _ = command([*GRADE, path, "--format", "csv"], data)
    assert code == 0
    assert [row["student"] + " " + row["verdict"] for row in csv.DictReader(io.StringIO(out))] == ["Ada right", "Bob wrong"]


@pytest.mark.parametrize("data", [b"2x\nx, x\n", b"answer\n2x\n", b"the answer, 2x\nx\n"])
def test_answers_a_line_are_no_table(data: bytes) -> None:
    code, out, _ = command([*GRADE, "-", "--json"], data)
    assert code == 0
    assert len(json.loads(out)["answers"]) == data.count(b"\n")


@pytest.mark.parametrize(
    "data",
    [b"PK\3\4" + b"\0" * 26 + b"[Content_Types].xml", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1\0", b"\x1f\x8b\x08damaged"],
)
@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "-"])
def test_what_is_no_text_is_refused_by_grade_and_run(data: bytes, name: str, tmp_path: Path) -> None:
    path = name if name == "-" else str(tmp_path / name)
    if name != "-":
        Path(path).write_bytes(data)
    for call in ([*GRADE, path], ["run", "-e", "x", "--feed", path]):
        code, out, err = command(call, data)
        assert (code, out) == (2, ""), call
        assert err.startswith("error: ")


def test_a_table_of_a_chinese_spreadsheet_is_read_in_its_language(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("姓名,答案\n张三,2x\n".encode("gb18030"))
    code, out, err = command([*GRADE, str(path), "--column", "答案", "--by", "姓名", "--lang", "zh"])
    assert code == 0
    assert "张三: 2x   正确" in out
    assert "GB18030" in err


def test_a_line_that_is_not_utf8_is_one_line() -> None:
    found = lines_of("a,é\n".encode() + b"b,\xe9\n" + b"c,\x81\n")
    assert [line.text for line in found] == ["a,é", "b,é", "c,\x81"]
    assert [bool(line.fault) for line in found] == [False, True, True]


@pytest.mark.parametrize(
    ("body", "verdicts"),
    [
        ('A,"2x\nB,2x\nC,"2x"\n', ["unreadable", "right", "right"]),
        ('A,"2x\nB,2x\nC,2x', ["unreadable", "right", "right"]),
        ('A,"2x"y\nB,2x', ["unreadable", "right"]),
        ('A,"2x" \nB,2x', ["right", "right"]),
        ('A,"2x\n"\nB,2x', ["right", "right"]),
        ("A,max(x,x)\nB,2x", ["unreadable", "right"]),
        ("A,2x,,,\nB,2x", ["right", "right"]),
        ("A\nB,2x", ["unreadable", "right"]),
        ("\n\nA,2x\n\nB,2x\n", ["right", "right"]),
    ],
)
def test_a_broken_row_is_one_row(body: str, verdicts: list[str], tmp_path: Path) -> None:
    rows, _ = _graded(tmp_path / "a.csv", f"student,answer\n{body}")
    assert _verdicts(rows) == verdicts
    assert all(row["feedback"] for row in rows if row["verdict"] == "unreadable")


def test_a_row_that_ends_before_the_answer_says_so(tmp_path: Path) -> None:
    rows, _ = _graded(tmp_path / "a.csv", "student,answer\nA\nB,\n")
    said = ["its row has 1 of 2 cells, and none for the column answer", "the answer is empty"]
    assert [row["feedback"] for row in rows] == said
    quiz, wide = tmp_path / "q.jsonl", tmp_path / "b.csv"
    quiz.write_text('{"id": "p", "expression": "x^2"}\n{"id": "q", "expression": "x^3"}\n')
    wide.write_text("student,p,q\nA,2x\n")
    _, out, _ = command(["grade", "-f", str(quiz), "--answers", str(wide), "--format", "jsonl"])
    assert [json.loads(line)["note"] for line in out.splitlines()] == ["", "its row has 2 of 3 cells, and none for the column q"]


def test_no_cell_is_lost(tmp_path: Path) -> None:
    rows, err = _graded(tmp_path / "a.csv", "student,answer,answer,\nA,2x,x,q\nB,max(x,y,z),1\n")
    assert list(rows[0])[:5] == ["student", "answer", "answer_2", "column 4", "further cells"]
    assert [rows[0][name] for name in ("answer", "answer_2", "column 4", "further cells")] == ["2x", "x", "q", ""]
    assert rows[1]["further cells"] == "1"
    assert "5 cells for 4 columns" in rows[1]["feedback"]
    assert "several columns answer" in err
    rows, _ = _graded(tmp_path / "a.csv", "student,answer,answer\nA,x,2x\n", "--column", "answer_2")
    assert _verdicts(rows) == ["right"]


@pytest.mark.parametrize(
    "text", ["student;answer\nA;1,5x + 0,5x\n", "sep=;\nstudent;answer\nA;2,0x\n", "student\tanswer\nA\t2x\n"]
)
def test_what_stands_between_cells_is_found(text: str, tmp_path: Path) -> None:
    rows, _ = _graded(tmp_path / "a.csv", text)
    assert _verdicts(rows) == ["right"]


ODD = ["=1+1", "+2x", "-2x", "@SUM(1)", "\t2x", "=HYPERLINK(1)", "'=1", "\x00", "-5", "＝1", "2x\n=1+1", "x;=1"]


def test_no_cell_is_a_formula_of_a_spreadsheet(tmp_path: Path) -> None:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([["student", "answer"], *[["=cmd()", text] for text in ODD]])
    rows, _ = _graded(tmp_path / "a.csv", file.getvalue())
    assert len(rows) == len(ODD)
    for row in rows:
        for cell in row.values():
            assert cell[:1] not in set("=+-@\t\r\x00＝") or cell == "-5"
    again, _ = _graded(tmp_path / "b.csv", "\n".join(["answer", *[f'"{row["answer"]}"' for row in rows]]))
    assert _verdicts(again) == _verdicts(rows)


def test_lines_of_json_that_are_none_say_so(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"answer":"2x"}\n{bad\n[1]\n{"other":"2x"}\n{"answer":"\\ud800"}\n' + "[" * 50_000 + "\n")
    code, out, err = command([*GRADE, str(path), "--format", "jsonl"])
    assert (code, err) == (0, "")
    records = [json.loads(line) for line in out.splitlines()]
    notes = [record["note"] for record in records]
    assert notes[:4] == ["", "its line is no JSON", "its line is no JSON object", "its line has no key answer"]
    assert [record["verdict"] for record in records] == ["right", *["unreadable"] * 5]


def test_options_as_answers_and_questions_without_variables() -> None:
    _, out, _ = command(["grade", "x^2", "--", "--help"])
    assert "--help is an option of a command, no expression" in out
    code, _, err = command(["grade", "3^2", "--", "5"])
    assert (code, "the expression of the question has no variable" in err) == (2, True)


_cells = st.text(alphabet=st.sampled_from('ab,"\n ;'), max_size=6)


@given(st.lists(st.lists(_cells, min_size=2, max_size=3), min_size=1, max_size=5))
def test_what_a_writer_of_csv_wrote_is_read_as_it_was(rows: list[list[str]]) -> None:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    assert [record.cells for record in records_of(lines_of(file.getvalue().encode()), ",")] == rows


@given(st.binary(max_size=60))
def test_no_bytes_stop_the_reading(data: bytes) -> None:
    lines = lines_of(data)
    assert sum(1 for _ in records_of(lines, ",")) <= len(lines)
