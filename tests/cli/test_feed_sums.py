"""`gradcli run --feed --reduce`: sums and means over rows, of all and by group."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy
import pytest
from commandline import command


@pytest.fixture
def rows(tmp_path: Path) -> str:
    """A file of rows with groups."""
    path = tmp_path / "rows.csv"
    path.write_text("x,t,g\n1,2,a\n2,3,b\n3,4,a\n4,bad,b\n", "utf-8")
    return str(path)


def test_sums_by_group(rows: str) -> None:
    code, out, err = command(["run", "-e", "x*t", "--feed", rows, "--reduce", "mean,sum,grad-sum", "--group-by", "g"])
    found = list(csv.DictReader(out.splitlines()))
    assert code == 1
    assert [{key: line[key] for key in ("g", "rows", "mean_y", "sum_y", "grad_sum_x", "grad_sum_t")} for line in found] == [
        {"g": "a", "rows": "2", "mean_y": "7.0", "sum_y": "14.0", "grad_sum_x": "6.0", "grad_sum_t": "4.0"},
        {"g": "b", "rows": "1", "mean_y": "6.0", "sum_y": "6.0", "grad_sum_x": "3.0", "grad_sum_t": "2.0"},
    ]
    assert err == "warning: 1 of 4 rows failed, and are in no sum: row 4: the value of t is no number: bad\n"


def test_rows_that_fail_as_they_run_are_in_no_sum(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(f'{{"x": {x}}}\n' for x in (1, 200, 2, 300)), "utf-8")
    program = "s = 0; while s < x { s = s + 1 }; s"
    code, out, err = command(["run", "-e", program, "--feed", str(path), "--no-grad", "--max-steps", "100", "--reduce", "sum"])
    assert (code, json.loads(out)["values"]) == (1, {"rows": 2, "sum_s": 3.0})
    why = "the loops of the program take more than 100 turns"
    assert err == f"warning: 2 of 4 rows failed, and are in no sum: {why}\n"


def test_the_loss_and_the_gradient_of_many_rows(tmp_path: Path) -> None:
    draw = numpy.random.default_rng(1)
    x, t = draw.normal(size=30_000), draw.normal(size=30_000)
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(f'{{"x": {a!r}, "t": {b!r}}}\n' for a, b in zip(x.tolist(), t.tolist(), strict=True)), "utf-8")
    call = ["run", "-e", "(w*x + b - t)^2", "--w", "0.5", "--b", "0.25", "--wrt", "w,b", "--feed", str(path)]
    code, out, _ = command([*call, "--reduce", "mean,grad-mean", "--kernel", "numpy"])
    residual = 0.5 * x + 0.25 - t
    assert code == 0
    values = json.loads(out)["values"]
    assert values["rows"] == 30_000
    assert values["mean_y"] == pytest.approx((residual**2).mean(), rel=1e-12)
    assert values["grad_mean_w"] == pytest.approx((2 * residual * x).mean(), rel=1e-12)
    assert values["grad_mean_b"] == pytest.approx((2 * residual).mean(), rel=1e-12)


def test_arrays_and_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"x": [1, 2], "k": 1}\n{"x": [3, 4], "k": 2}\n{"x": [3, 4], "k": 1}\n', "utf-8")
    call = ["run", "-e", "sum(W@x)", "--W", "[[1,2],[3,4]]", "--wrt", "W", "--feed", str(path), "--reduce", "sum,grad-sum"]
    code, out, _ = command([*call, "--group-by", "k"])
    found = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [line["kept"]["k"] for line in found] == [1, 2]
    assert [line["values"]["sum_y"] for line in found] == [16 + 36, 36]
    assert [line["values"]["grad_sum_W"] for line in found] == [[[4, 6], [4, 6]], [[3, 4], [3, 4]]]
    empty = tmp_path / "empty.csv"
    empty.write_text("x,w\n", "utf-8")
    code, out, _ = command(["run", "-e", "x*w", "--feed", str(empty), "--reduce", "sum,mean"])
    assert out.splitlines()[1] == "1,0,0.0,nan,"
    code, out, _ = command(["run", "-e", "x*w", "--feed", str(empty), "--reduce", "sum", "--group-by", "x"])
    assert (code, len(out.splitlines())) == (0, 1)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--reduce", "men"], "--reduce men: the kinds are sum, mean, grad-sum, grad-mean"),
        (["--group-by", "g"], "--group-by is for --reduce"),
        (["--reduce", "sum", "--group-by", "k"], "no column k"),
        (["--reduce", "sum", "--keep", "g"], "--keep is of rows, and --reduce writes none"),
        (["--reduce", "sum", "--mode", "dynamic"], "--reduce sums up the runs of a static graph"),
    ],
)
def test_what_is_wrong(rows: str, more: list[str], message: str) -> None:
    code, out, err = command(["run", "-e", "x*t", "--feed", rows, *more])
    assert (code, out) == (2, "")
    assert message in err


def test_columns_of_arrays_run_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = numpy.random.default_rng(0)
    x, t = draw.normal(size=(50, 3)), draw.normal(size=50)
    numpy.savez(tmp_path / "rows.npz", x=x, t=t)
    monkeypatch.setattr("gradcli.data.row_runs.run_once", lambda *given: pytest.fail("a row ran by itself"))
    call = ["run", "-e", "softplus(-t*(x@w))", "--w", "[1,2,3]", "--feed", str(tmp_path / "rows.npz"), "--format", "jsonl"]
    code, out, _ = command(call)
    found = [json.loads(line) for line in out.splitlines()]
    margin = t * (x @ [1.0, 2.0, 3.0])
    assert code == 0
    assert [line["values"]["y"] for line in found] == pytest.approx(numpy.log1p(numpy.exp(-margin)), rel=1e-12)
    slope = -t / (1 + numpy.exp(margin))
    assert numpy.array([line["grad"]["w"] for line in found]) == pytest.approx(slope[:, None] * x, rel=1e-10)


@pytest.mark.parametrize("format", ["npz", "npy"])
def test_sums_into_files_of_numpy(format: str, rows: str, tmp_path: Path) -> None:
    out = tmp_path / f"sums.{format}"
    assert command(["run", "-e", "x*t", "--feed", rows, "--reduce", "sum", "--group-by", "g", "-o", str(out)])[0] == 1
    found = numpy.load(out)
    assert (found["rows"].tolist(), found["sum_y"].tolist()) == ([2, 1], [14.0, 6.0])
