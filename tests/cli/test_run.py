"""`gradcli run`: files, pipes and signals; documents follow their schemas; records do not depend on how rows are read."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import random
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from commandline import ENVIRONMENT, command, process
from jsonschema import Draft202012Validator

GRADCLI = [sys.executable, "-m", "gradcli"]
BRANCHES = "if x > w { y = sin(x)*w } else { h = x; while h < 3 { h = h*h + 1 }; y = h - exp(w) }"


def rows(count: int, seed: int = 1) -> list[tuple[float, float]]:
    """Rows of x and w."""
    draw = random.Random(seed)
    return [(draw.uniform(-2, 2), draw.uniform(-2, 2)) for _ in range(count)]


def as_csv(values: list[tuple[float, float]]) -> bytes:
    """Rows as CSV."""
    return "".join(["x,w\n", *(f"{x!r},{w!r}\n" for x, w in values)]).encode()


def as_json(values: list[tuple[float, float]]) -> bytes:
    """Rows as JSON Lines."""
    return "".join(json.dumps({"x": x, "w": w}) + "\n" for x, w in values).encode()


def validate(name: str, document: Any) -> None:
    """Check a document against its schema."""
    Draft202012Validator(json.loads(command(["schema", name])[1])).validate(document)


# ---- documents ----


@pytest.mark.parametrize(
    "call",
    [
        ["-e", "(x+w)*(w+1)", "--x", "2", "--w", "1"],
        ["-e", "print x; output x/w, w", "--x", "2", "--w", "0", "--mode", "static"],
        ["-e", "A @ x", "--A", "[[1,2],[3,4]]", "--x", "[1,1]"],
        ["-e", "x^2", "--x", "2", "--no-grad"],
    ],
)
def test_the_document_follows_its_schema(call: list[str]) -> None:
    code, out, _ = command(["run", *call, "--json"])
    assert code == 0
    validate("run", json.loads(out))


def test_each_record_follows_its_schema() -> None:
    feed = b'{"x": 1, "w": 2}\n{"x": 0, "w": 0}\n{"x": "a", "w": 1}\n{"x": [1, 2], "w": 1}\n'
    code, out, _ = command(["run", "-e", "print x; y = x/w; output y, w", "--feed", "-"], feed)
    assert code == 1
    records = [json.loads(line) for line in out.splitlines()]
    assert [record["row"] for record in records] == [1, 2, 3, 4]
    for record in records:
        validate("record", record)


def test_csv_and_json_lines_hold_the_same() -> None:
    feed = as_csv(rows(50))
    _, text, _ = command(["run", "-e", BRANCHES, "--feed", "-"], feed)
    _, lines, _ = command(["run", "-e", BRANCHES, "--feed", "-", "--format", "jsonl"], feed)
    for cells, line in zip(csv.DictReader(io.StringIO(text)), lines.splitlines(), strict=True):
        record = json.loads(line)
        found = {"y": record["values"]["y"], "grad_x": record["grad"]["x"], "grad_w": record["grad"]["w"]}
        assert {name: float(cells[name]) if cells[name] else None for name in found} == found
        assert int(cells["row"]) == record["row"]


# ---- rows ----


@pytest.mark.parametrize("mode", ["static", "dynamic"])
def test_a_row_gives_what_a_run_of_its_own_gives(mode: str) -> None:
    values = rows(12)
    _, out, _ = command(["run", "-e", BRANCHES, "--feed", "-", "--format", "jsonl", "--mode", mode], as_csv(values))
    for line, (x, w) in zip(out.splitlines(), values, strict=True):
        _, alone, _ = command(["run", "-e", BRANCHES, f"--x={x!r}", f"--w={w!r}", "--json", "--mode", mode])
        record, document = json.loads(line), json.loads(alone)
        assert record["values"] == pytest.approx(document["values"], rel=1e-13)
        expected = {name: document["grad"][name] for name in record["grad"]}
        assert {name: value is None for name, value in record["grad"].items()} == {n: v is None for n, v in expected.items()}
        pairs = [(value, expected[name]) for name, value in record["grad"].items() if value is not None]
        assert all(value == pytest.approx(other, rel=1e-12) for value, other in pairs)


@pytest.mark.parametrize("program", ["1/x if x >= 0 else log(x)", "where(x == 0, 1, sin(x)/x)", "sqrt(x)"])
def test_csv_of_both_modes_is_the_same(program: str) -> None:
    call, values = ["run", "-e", program, "--feed", "-", "--format", "csv"], b"x\n1\n0\n-1\n2.5\n"
    dynamic, static = [command([*call, "--mode", mode], values)[1] for mode in ("dynamic", "static")]
    assert dynamic == static
    assert '"' not in dynamic


def test_the_format_of_the_rows_does_not_matter() -> None:
    values = rows(3000)
    arguments = ["run", "-e", BRANCHES, "--feed", "-", "--format", "csv"]
    code, out, err = command(arguments, as_csv(values))
    assert (code, err) == (0, "")
    assert command(arguments, as_json(values)) == (code, out, err)
    # quotation marks, CRLF, a byte order mark, blank lines: read line by line
    windows = b"\xef\xbb\xbf" + as_csv(values).replace(b"\n", b"\r\n").replace(b"\r\n-", b"\r\n\r\n-")
    assert command(arguments, windows) == (code, out, err)
    with_quotes = b"\n".join(b'"' + line.replace(b",", b'","') + b'"' for line in as_csv(values).splitlines())
    assert command(arguments, with_quotes) == (code, out, err)


def test_a_bad_row_changes_no_other() -> None:
    lines = as_csv(rows(2000)).splitlines()
    _, expected, _ = command(["run", "-e", BRANCHES, "--feed", "-"], b"\n".join(lines))
    lines[1500] = b"1,abc"
    code, out, err = command(["run", "-e", BRANCHES, "--feed", "-"], b"\n".join(lines))
    assert code == 1
    assert err == "1 of 2,000 rows failed, the first is row 1,500: the value of w is no number: abc\n"
    differing = [(a, b) for a, b in zip(out.splitlines(), expected.splitlines(), strict=True) if a != b]
    assert [a for a, _ in differing] == ["1500,,,,the value of w is no number: abc"]


def test_a_file_is_read_as_a_pipe_is(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(as_csv(rows(20_000)))
    arguments = ["run", "-e", BRANCHES, "--feed"]
    from_file = command([*arguments, str(path)])
    piped = process([*arguments, "-"], path.read_bytes())
    assert from_file[0] == piped.returncode == 0
    assert from_file[1] == piped.stdout.decode()


def test_variables_of_all_rows_come_from_options_and_files(tmp_path: Path) -> None:
    values = tmp_path / "values.json"
    values.write_text('{"w": 3, "unused": 1}')
    program = tmp_path / "line.grad"
    program.write_text("y = w*x + b\n")
    code, out, err = command(["run", str(program), "--feed", "-", "--bindings", str(values), "--b", "1"], b"x\n1\n2\n")
    assert (code, err) == (0, "")
    assert out == "row,y,grad_w,grad_x,grad_b,error\n1,4.0,1.0,3.0,1.0,\n2,7.0,2.0,3.0,1.0,\n"


def test_many_ways_through_a_program_in_one_precision() -> None:
    values = rows(400)
    arguments = ["run", "-e", "y = x*w/3 if x > w else x/7 - w", "--feed", "-", "--dtype", "float32", "--format", "jsonl"]
    _, static, _ = command(arguments, as_csv(values))
    _, dynamic, _ = command([*arguments, "--mode", "dynamic"], as_csv(values))
    assert static == dynamic


# ---- pipes and signals ----


def test_results_come_out_while_rows_come_in() -> None:
    with subprocess.Popen(
        [*GRADCLI, "run", "-e", "x^2", "--feed", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(b"x\n2\n")
        running.stdin.flush()
        assert [running.stdout.readline() for _ in range(2)] == [b"row,y,grad_x,error\n", b"1,4.0,4.0,\n"]
        running.stdin.write(b"3\n")
        running.stdin.flush()
        assert running.stdout.readline() == b"2,9.0,6.0,\n"
        running.stdin.close()
        assert running.wait(60) == 0


def test_a_pipe_that_closes_early_ends_quietly(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(as_csv(rows(100_000)))
    with subprocess.Popen(
        [*GRADCLI, "run", "-e", BRANCHES, "--feed", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline() == b"row,y,grad_x,grad_w,error\n"
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(60) == 0


def test_an_interrupt_keeps_what_is_written() -> None:
    with subprocess.Popen(
        [*GRADCLI, "run", "-e", "while x > 0 { x = x }; x", "--max-steps", "1000000000", "--feed", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdin.write(b"x\n-1\n")
        running.stdin.flush()
        assert [running.stdout.readline() for _ in range(2)] == [b"row,x,grad_x,error\n", b"1,-1.0,1.0,\n"]
        running.stdin.write(b"1\n")
        running.stdin.flush()
        time.sleep(0.2)
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 130
        assert running.stderr.read() == b"interrupted\n"
        assert running.stdout.read() == b""


def test_progress_is_shown_on_a_terminal_and_results_go_where_they_should(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(as_csv(rows(60_000)))
    arguments = ["run", "-e", "x*w", "--feed", str(path)]
    program = f"import gradcli.cli.framework.progress as p; p.PATIENCE = 0; from gradcli.cli.main import run; run({arguments!r})"
    ours, theirs = pty.openpty()
    results = tmp_path / "results.csv"
    with (
        results.open("wb") as file,
        subprocess.Popen([sys.executable, "-c", program], stdout=file, stderr=theirs, env=ENVIRONMENT) as running,
    ):
        os.close(theirs)
        shown = b""
        while select.select([ours], [], [], 60)[0]:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # Linux says so when the other end is closed
                break
            shown += piece
        assert running.wait(60) == 0
    os.close(ours)
    assert b" rows" in shown
    assert b"," not in re.sub(rb"[0-9,]+ rows, [0-9,]+/s", b"", shown)
    assert results.read_text() == command(arguments)[1]


def test_a_line_that_does_not_end_is_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradcli.data.tables.text_table.MOST_BYTES", 2**20)
    code, out, err = command(["run", "-e", "x", "--feed", "-"], b"x\n" + b"1" * 2**21)
    assert (code, out) == (4, "")
    assert err == "error: standard input has a line of more than 1 MiB\n"


def test_bytes_that_are_no_text_are_the_error_of_their_row() -> None:
    code, out, _ = command(["run", "-e", "x", "--feed", "-"], b"x\n1\n\xff\n3\n")
    assert code == 1
    assert out.splitlines()[1:] == ["1,1.0,1.0,", "2,,,the row is not UTF-8", "3,3.0,1.0,"]


@pytest.mark.parametrize("text", ["1_000", "٣", "0x10", "1 2", "True"])
def test_what_is_a_number_to_python_alone_is_refused(text: str) -> None:
    code, out, _ = command(["run", "-e", "x", "--feed", "-"], f"x\n{text}\n1e3\n".encode())
    assert code == 1
    assert out.splitlines()[1:] == [f"1,,,the value of x is no number: {text}", "2,1000.0,1.0,"]
