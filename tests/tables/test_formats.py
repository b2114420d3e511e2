"""Tables in and out, in every format: the same rows give the same records, and what is passed through arrives as it was."""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy
import pytest
from commandline import ENVIRONMENT, command
from table_files import HAS_EXTRAS, WITH_EXTRAS, WITHOUT_EXTRAS, read_table, write_table

from gradcli.cli.inputs.feeds.options import RECORDS
from gradcli.data.tables.csv_table import CsvWriter
from gradcli.data.tables.formats import TABLES, format_by_marks, format_of
from gradcli.data.tables.records import Layout

PROGRAM = "y = exp(-x*x)*w"
COUNT = 2500
FORMATS = (*WITHOUT_EXTRAS, *(WITH_EXTRAS if HAS_EXTRAS else ()))


def columns() -> dict[str, list[Any]]:
    """Rows with a text, a large whole number and two variables."""
    draw = numpy.random.default_rng(3)
    return {
        "id": [f"a;{at}, é" for at in range(COUNT)],
        "x": draw.uniform(-2, 2, COUNT).tolist(),
        "big": [2**60 + at for at in range(COUNT)],
        "w": draw.uniform(-2, 2, COUNT).tolist(),
    }


def test_the_formats_of_the_options_are_those_of_the_table() -> None:
    assert {*RECORDS} == {*TABLES} == {*WITHOUT_EXTRAS, *WITH_EXTRAS}
    for format in TABLES.values():
        assert all(format_of(f"a{suffix}") is format for suffix in format.suffixes)
        assert all(format_by_marks(b"\0" * place + mark) is format for place, mark in format.marks)


def test_a_name_that_contradicts_the_format_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("x\n1\n")
    for format in TABLES.values():
        for other in TABLES.values():
            path = tmp_path / f"results{other.suffixes[0]}"
            if other is not format:
                call = ["run", "-e", "x", "--feed", str(tmp_path / "rows.csv"), "--format", format.name, "-o", str(path)]
                code, _, err = command(call)
                assert (code, path.exists()) == (2, False)
                assert f"is {other.name}, and not --format {format.name}" in err


@pytest.mark.parametrize("format", FORMATS)
def test_rows_of_every_format_give_the_same_records_in_every_format(format: str, tmp_path: Path) -> None:
    given = columns()
    feed = tmp_path / "feed"  # its content tells what it is, not its name
    write_table(tmp_path / f"feed.{format}", format, given)
    (tmp_path / f"feed.{format}").rename(feed)
    expected = [math.exp(-x * x) * w for x, w in zip(given["x"], given["w"], strict=True)]
    slope = [-2 * x * y for x, y in zip(given["x"], expected, strict=True)]
    for other in FORMATS:
        path = tmp_path / f"results{TABLES[other].suffixes[0]}"
        code, out, err = command(["run", "-e", PROGRAM, "--feed", str(feed), "--keep", "*", "-o", str(path), "--wrt", "x"])
        assert (code, out, err) == (0, "", "")
        found = read_table(path, other)
        assert list(found) == ["row", "id", "big", "y", "grad_x", "error"]
        assert [int(row) for row in found["row"]] == list(range(1, COUNT + 1))
        assert found["id"] == given["id"]
        assert list(map(float, found["big"])) == list(map(float, given["big"]))
        if other != "csv":
            kind = str if format == "csv" else int  # CSV has no types
            assert list(map(type, found["big"])) == [kind] * COUNT
        assert found["y"] == pytest.approx(expected, rel=1e-14)
        assert found["grad_x"] == pytest.approx(slope, rel=1e-13)
        assert {*found["error"]} == {None}


@pytest.mark.parametrize("format", FORMATS)
def test_a_bad_row_is_an_error_and_the_others_run(format: str, tmp_path: Path) -> None:
    feed = tmp_path / "rows.csv"
    feed.write_text("id,x\na,1\nb,abc\nc,0\nd\n")
    path, failed = tmp_path / f"results{TABLES[format].suffixes[0]}", tmp_path / "failed.jsonl"
    call = ["run", "-e", "y = 1/x if x > 0 else log(x) + w*0", "--w", "1", "--feed", str(feed), "--keep", "id", "--wrt", "x"]
    code, _, err = command([*call, "-o", str(path)])
    assert code == 1
    assert err.splitlines()[-1] == "2 of 4 rows failed, the first is row 2: the value of x is no number: abc"
    found = read_table(path, format)
    assert found["id"] == ["a", "b", "c", "d"]
    assert [value is None for value in found["grad_x"]] == [False, True, False, True]
    assert found["error"] == [None, "the value of x is no number: abc", None, "the row has 1 cell, and there are 2 columns"]
    code, _, _ = command([*call, "-o", str(path), "--errors", str(failed)])
    assert code == 1
    assert read_table(path, format)["id"] == ["a", "c"]
    records = [json.loads(line) for line in failed.read_text().splitlines()]
    assert [(record["row"], record["kept"], record["given"]) for record in records] == [
        (2, {"id": "b"}, {"x": "abc"}),
        (4, {"id": "d"}, "d"),
    ]


def test_rows_without_errors_leave_an_empty_file_of_errors(tmp_path: Path) -> None:
    failed = tmp_path / "failed.jsonl"
    assert command(["run", "-e", "x", "--feed", "-", "--errors", str(failed)], b"x\n1\n")[0] == 0
    assert failed.read_text() == ""


# ---- CSV ----


def test_cells_may_be_quoted_and_go_over_lines_and_an_open_quote_takes_no_other_row_with_it() -> None:
    feed = b'name,x\n"one\n\ntwo, ""three""",1\nplain,2\n"open,3\nlast,4\n'
    code, out, _ = command(["run", "-e", "x", "--feed", "-", "--keep", "name", "--format", "jsonl", "--no-grad"], feed)
    records = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert records[0] == {"row": 1, "kept": {"name": 'one\n\ntwo, "three"'}, "values": {"x": 1.0}, "grad": {}}
    assert [record.get("values", {}).get("x") for record in records] == [1.0, 2.0, None, 4.0]


def test_the_signs_of_a_country_hold_for_what_is_read_and_written() -> None:
    call = ["run", "-e", "x^2", "--feed", "-", "--keep", "a"]
    expected = "row;a;y;grad_x;error\n1;u;2,25;3,0;\n"
    assert command([*call, "--decimal", ","], b"a;x\nu;1,5\n")[:2] == (0, expected)
    assert command([*call, "--decimal", ","], b'"a";"x"\n"u";"1,5"\n')[:2] == (0, expected)
    assert command([*call, "--delimiter", "tab"], b"a\tx\nu\t1.5\n")[1] == "row\ta\ty\tgrad_x\terror\n1\tu\t2.25\t3.0\t\n"
    code, out, _ = command([*call, "--decimal", ","], b"a;x\nu;1.5\n")
    assert (code, out.splitlines()[1]) == (1, "1;u;;;the value of x is no number with the decimal sign ,: 1.5")


@pytest.mark.parametrize(
    "feed", ["x,n\n1,\xe9\n2,b\n[3],c\n", '{"x": 1, "n": "\xe9"}\n{"x": 2, "n": "b"}\n{"x": [3], "n": "c"}\n']
)
def test_a_row_that_is_not_utf_8_is_an_error_and_no_text_is_changed_in_silence(feed: str) -> None:
    call = ["run", "-e", "2*x", "--feed", "-", "--keep", "n", "--no-grad", "--format", "csv"]
    code, out, _ = command(call, feed.encode("latin-1"))
    assert (code, out.splitlines()[1:]) == (1, ["1,\ufffd,,the row is not UTF-8", "2,b,4.0,", "3,c,[6.0],"])


def test_long_texts_pass_through() -> None:
    text = "a" * 200_000
    assert text in command(["run", "-e", "x", "--feed", "-", "--keep", "n"], f'x,n\n1,"{text}"\n'.encode())[1]


def test_compressed_text_is_read_and_written(tmp_path: Path) -> None:
    feed, results = tmp_path / "rows", tmp_path / "results.csv.gz"
    feed.write_bytes(gzip.compress(b"x\n1\n2\n") + gzip.compress(b"3\n"))
    assert command(["run", "-e", "x^2", "--feed", str(feed), "-o", str(results), "--no-grad"])[0] == 0
    assert gzip.decompress(results.read_bytes()) == b"row,y,error\n1,1.0,\n2,4.0,\n3,9.0,\n"
    feed.write_bytes(gzip.compress(b"x\n" + b"1\n" * 10_000)[:-8])
    code, _, err = command(["run", "-e", "x^2", "--feed", str(feed), "-o", str(results), "--no-grad"])
    assert (code, err.splitlines()[0].startswith(f"error: cannot read {feed}: ")) == (2, True)
    assert gzip.decompress(results.read_bytes()).count(b"\n") == 4  # what was there before stays whole
    for name in ("results.parquet.gz", "results.sqlite.zst"):
        assert command(["run", "-e", "x^2", "--feed", str(feed), "-o", str(tmp_path / name)])[0] == 2
        assert not (tmp_path / name).exists()


# ---- folders ----


def test_folders_and_patterns_are_one_feed_and_folders_give_columns(tmp_path: Path) -> None:
    for year, rows in ((2024, "x\n1\n2\n"), (2025, "x\n3\n")):
        folder = tmp_path / "data" / f"year={year}" / "land=de%20at"
        folder.mkdir(parents=True)
        (folder / "a.csv").write_text(rows)
    (tmp_path / "data" / "_log").write_text("no table")
    expected = [(1, 2024, 1.0), (2, 2024, 2.0), (3, 2025, 3.0)]
    for feed in (tmp_path / "data", tmp_path / "data/*", tmp_path / "data/**/*.csv"):
        call = ["run", "-e", "x*1", "--feed", str(feed), "--keep", "year,land", "--format", "jsonl", "--no-grad"]
        code, out, err = command(call)
        records = [json.loads(line) for line in out.splitlines()]
        assert (code, err) == (0, "")
        assert [(record["row"], record["kept"]["year"], record["values"]["y"]) for record in records] == expected
        assert {record["kept"]["land"] for record in records} == {"de at"}
    code, out, _ = command(["run", "-e", "x*year", "--feed", str(tmp_path / "data"), "--keep", "land", "--no-grad"])
    assert [line.split(",")[2] for line in out.splitlines()[1:]] == ["2024.0", "4048.0", "6075.0"]


def test_a_later_table_with_other_columns_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    (tmp_path / "b.csv").write_text("w\n1\n")
    code, _, err = command(["run", "-e", "x", "--feed", str(tmp_path / "*.csv")])
    assert (code, err.splitlines()[0]) == (2, f"error: {tmp_path / 'b.csv'} has no column x")


# ---- files are whole ----


def test_a_killed_run_leaves_the_earlier_file(tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    results.write_text("earlier\n")
    call = [sys.executable, "-m", "gradcli", "run", "-e", "x", "--feed", "-", "-o", str(results)]
    for number in (signal.SIGTERM, signal.SIGKILL):
        with subprocess.Popen(call, stdin=subprocess.PIPE, env=ENVIRONMENT, cwd=tmp_path) as running:
            assert running.stdin is not None
            running.stdin.write(b"x\n1\n")
            running.stdin.flush()
            while running.poll() is None and not list(tmp_path.glob(".gradcli-*.part")):
                time.sleep(0.01)
            running.send_signal(number)
            running.stdin.close()  # Python sees a signal that comes just as a read begins when the read ends
            assert running.wait(60) == -number
        assert results.read_text() == "earlier\n"
        left = list(tmp_path.glob(".gradcli-*.part"))
        assert len(left) == (number == signal.SIGKILL)
        for path in left:
            path.unlink()


def test_a_full_disk_is_an_error_of_one_line(tmp_path: Path) -> None:
    if not os.path.exists("/dev/full"):
        return
    code, _, err = command(["run", "-e", "x", "--feed", "-", "-o", "/dev/full", "--format", "csv"], b"x\n1\n")
    assert code == 2
    assert err == "error: cannot write /dev/full: No space left on device\n"


@pytest.mark.parametrize("format", FORMATS)
def test_a_disk_that_fills_in_the_middle_leaves_nothing(format: str, tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: writing fails behind it with an error as it does on a full disk."""
    numpy.savez(tmp_path / "rows.npz", x=numpy.random.default_rng(1).normal(size=20_000))
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (2**16, 2**16));"
    limited += "from gradcli.cli.main import run; sys.exit(run(sys.argv[1:]))"
    path = tmp_path / f"results{TABLES[format].suffixes[0]}"
    for output in (str(path), *([f"{tmp_path}/folder/"] if format in ("csv", "parquet") else [])):
        call = ["run", "-e", "x^2", "--feed", str(tmp_path / "rows.npz"), "-o", output, "--format", format]
        done = subprocess.run(
            [sys.executable, "-c", limited, *call], env=ENVIRONMENT, cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 2
        assert "cannot write " in done.stderr
        assert done.stderr.count("\n") <= 2
        assert not path.exists()
        assert not [name for name in tmp_path.rglob("*") if name.name.endswith(".part") or name.name.startswith("part-")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--keep", "nam"], "the feed has no column nam to keep"),
        (["--delimiter", ";;"], "--delimiter takes one sign, not ';;'"),
        (["--delimiter", ",", "--decimal", ","], ", cannot be the decimal sign and stand between cells"),
        (["-o", "results.xls"], "the name results.xls does not tell its format"),
        (["--format", "sqlite"], "sqlite is written into a file"),
        (["--keep", "x"], "two columns would be called x"),
        (["--keep", "x"], "leave it out of --keep"),
        (["--delimiter", ""], "--delimiter takes one sign, not ''"),
        (["--delimiter", ";"], "add --delimiter ','"),
        (["--errors", "-"], "would both go to standard output"),
    ],
)
def test_what_is_wrong_with_a_call_is_said(arguments: list[str], said: str) -> None:
    code, out, err = command(
        ["run", "-e", "x = x*2; output x", "--feed", "-", *([] if "--keep" in arguments else ["--keep", "name"]), *arguments],
        b"name,x\na,1\n",
    )
    assert (code, out) == (2, "")
    assert said in err


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"x;w\n1;2\n", "add --delimiter ';'"),
        (b"x\tw\n1\t2\n", "add --delimiter tab"),
        ("x,w\n1,2\n".encode("utf-16"), "is UTF-16"),
        (b'[{"x": 1, "w": 2}]', "is one array of JSON"),
    ],
)
def test_a_table_of_another_kind_is_said_to_be_one(data: bytes, said: str) -> None:
    code, out, err = command(["run", "-e", "x*w", "--feed", "-"], data)
    assert (code, out) == (2, "")
    assert said in err


@pytest.mark.parametrize("target", ["rows.csv", "link.csv", "./rows.csv"])
@pytest.mark.parametrize("option", ["-o", "--errors"])
def test_records_and_rows_that_fail_are_not_one_file(option: str, target: str, tmp_path: Path) -> None:
    table = tmp_path / "in.csv"
    table.write_bytes(b"x\n1\na\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "rows.csv")
    other = "--errors" if option == "-o" else "-o"
    call = ["run", "-e", "x^2", "--feed", str(table), option, f"{tmp_path}/{target}", other, f"{tmp_path}/rows.csv"]
    code, out, err = command(call)
    assert (code, out) == (2, "")
    assert "-o and --errors are both" in err


@pytest.mark.parametrize("target", ["rows.csv", "link.csv", "./rows.csv"])
@pytest.mark.parametrize("option", ["-o", "--errors"])
def test_a_table_that_is_read_is_not_written(option: str, target: str, tmp_path: Path) -> None:
    table = tmp_path / "rows.csv"
    table.write_bytes(b"x\n1\n")
    (tmp_path / "link.csv").symlink_to(table)
    for feed in (str(table), f"{tmp_path}/*.csv"):
        code, out, err = command(["run", "-e", "x^2", "--feed", feed, option, f"{tmp_path}/{target}"])
        assert (code, out) == (2, "")
        assert "is the table that is read" in err
        assert table.read_bytes() == b"x\n1\n"


@pytest.mark.parametrize("output", ["rows.csv", "folder/"])
def test_rows_that_fail_go_to_standard_output_where_records_do_not(output: str, tmp_path: Path) -> None:
    table = tmp_path / "in.csv"
    table.write_bytes(b"x\n1\n1,5\n2\n")
    code, out, _ = command(["run", "-e", "x^2", "--feed", str(table), "-o", f"{tmp_path}/{output}", "--errors", "-"])
    assert code == 1
    assert [json.loads(line)["row"] for line in out.splitlines()] == [2]
    assert not Path("-").exists()


@pytest.mark.parametrize("delimiter", [*",;\t|]^-\\ .", "é"])
def test_cells_are_quoted_where_csv_quotes_them(delimiter: str) -> None:
    lines = CsvWriter(Layout((), (), ("text",), delimiter=delimiter))
    for text in [
        "",
        "a",
        " a ",
        "a,b",
        "a;b",
        "a\tb",
        "a\nb",
        "a\r",
        'a"b',
        "]",
        "^",
        "-",
        "\\",
        ".",
        "é",
        "'",
        "\0",
        "%s",
        "\u2028",
    ]:
        stream = io.StringIO()
        csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerow([text, "x"])
        assert f"{lines._cell(text)}{delimiter}x\n" == stream.getvalue()
