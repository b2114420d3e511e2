"""Folders of results: parts, what is done when a run ends early, and how it goes on."""

from __future__ import annotations

import gzip
import json
import signal
from pathlib import Path

import numpy
import pytest
from commandline import command
from feed_folders import PARTS, call, contents, killed, records, write_feed
from table_files import HAS_EXTRAS, read_table


@pytest.fixture
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names without a folder are those of an empty one."""
    monkeypatch.chdir(tmp_path)


FORMATS = ("csv", "jsonl", *(("parquet", "arrow") if HAS_EXTRAS else ()))


@pytest.mark.parametrize("format", FORMATS)
def test_the_parts_together_are_what_one_file_would_be(format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = tmp_path / "rows.csv"
    lines = [f"{at},{at / 7}\n" for at in range(20_000)]
    feed.write_text("id,x\n" + "".join(lines[:100]) + "\n\n" + "".join(lines[100:]))
    arguments = ["run", "-e", "y = x*sin(x)", "--feed", str(feed), "--keep", "id"]
    whole, folder = tmp_path / f"whole.{format}", tmp_path / "folder"
    assert command([*arguments, "-o", str(whole)]) == (0, "", "")
    monkeypatch.setattr("gradcli.cli.inputs.feeds.rows.part_size", lambda options: 2**15)
    assert command([*arguments, "-o", f"{folder}/", "--format", format]) == (0, "", "")
    parts = [read_table(path, format) for path in sorted(folder.glob(f"part-*.{format}"))]
    assert len(parts) > 4
    expected = read_table(whole, format)
    assert {name: [value for part in parts for value in part[name]] for name in expected} == expected
    assert (folder / "_SUCCESS").exists()


def test_columns_name_folders_and_the_folders_are_a_feed_again(tmp_path: Path) -> None:
    feed, results = write_feed(tmp_path / "feed"), tmp_path / "results"
    code, out, err = command(call(feed, results, "--partition-by", "kind", "--errors", str(tmp_path / "failed.jsonl")))
    assert (code, out, err) == (1, "", "1 of 3,200 rows failed, the first is row 806: the value of x is no number: abc\n")
    assert sorted(path.name for path in results.iterdir()) == ["_SUCCESS", "_gradcli", "kind=even", "kind=odd"]
    assert [json.loads(line)["row"] for line in (tmp_path / "failed.jsonl").read_text().splitlines()] == [806]
    code, out, _ = command(["run", "-e", "2*y", "--feed", str(results), "--keep", "id,kind", "--no-grad"])
    assert code == 0
    cells = [line.split(",") for line in out.splitlines()[1:]]
    assert len(cells) == 3199
    assert all((int(id.split("-")[1]) % 2 == 0) == (kind == "even") for _, id, kind, *_ in cells)


# ---- runs that end early ----


def test_a_run_that_was_killed_goes_on_and_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    feed, results, whole = write_feed(tmp_path / "feed", rows=3000), tmp_path / "results", tmp_path / "whole"
    assert command(call(feed, whole))[0] == 1
    code = killed(call(feed, results), lambda: records(results) >= 2)
    assert code == -signal.SIGKILL
    done = records(results)
    assert 2 <= done < PARTS
    before = {path: path.stat().st_mtime_ns for path in results.glob("part-*.csv")}
    assert command(call(feed, results))[2].startswith(f"error: {results}/ has results\n")
    assert command(call(feed, results, "--resume"))[0] == 1
    assert contents(results) == contents(whole)
    again = {path: path.stat().st_mtime_ns for path in before}
    assert sum(again[path] == before[path] for path in before) >= done  # what was done was not done again
    assert command(call(feed, results, "--resume"))[:2] == (1, "")
    next(results.glob("part-*.csv")).unlink()  # what a record tells of, and is gone, is made again
    assert command(call(feed, results, "--resume"))[0] == 1
    assert contents(results) == contents(whole)


def test_the_results_of_another_call_are_left_alone(tmp_path: Path) -> None:
    feed, results = write_feed(tmp_path / "feed"), tmp_path / "results"
    command(call(feed, results))
    before = contents(results)
    said = f"the results in {results}/ are not those of this call"
    for further in (["--wrt", "x"], ["--dtype", "float32"], ["--format", "jsonl"], ["--errors", "failed.jsonl"]):
        code, _, err = command(call(feed, results, "--resume", *further))
        assert (code, said in err) == (2, True)
    (feed / "rows-01.csv").write_text("id,x,w,kind\na,1,2,odd\n")
    assert said in command(call(feed, results, "--resume"))[2]
    assert contents(results) == before
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    assert "is not empty, and not the folder of an earlier run" in command(call(feed, other, "--resume"))[2]


def test_a_part_that_cannot_be_read_ends_no_other_and_is_run_again(tmp_path: Path) -> None:
    feed, results = tmp_path / "feed", tmp_path / "results"
    feed.mkdir()
    for part in range(4):
        numpy.savez(feed / f"{part}.npz", x=numpy.arange(50_000.0) + part, w=numpy.ones(50_000))
    broken = feed / "2.npz"
    content = bytearray(broken.read_bytes())
    content[300] ^= 255  # in an array, where the archive's check sum finds it
    broken.write_bytes(bytes(content))
    arguments = ["run", "-e", "x*w", "--feed", str(feed), "-o", f"{results}/", "--format", "csv"]
    code, _, err = command(arguments)
    assert code == 2
    assert err.splitlines() == [
        f"error: 1 of 4 parts are not done; part 2: {broken} does not hold the arrays that it tells of",
        "hint: what is done stays done: run the same call with --resume for the rest",
    ]
    assert sorted(path.name for path in results.glob("part-*")) == [f"part-0000{part}.csv" for part in (0, 1, 3)]
    assert not (results / "_SUCCESS").exists()
    assert not list(results.rglob("*.part"))
    assert command([*arguments, "--resume"])[:1] == (2,)
    content[300] ^= 255
    broken.write_bytes(bytes(content))
    done = {path: path.stat().st_mtime_ns for path in results.glob("part-*")}
    assert command([*arguments, "--resume"]) == (0, "", "")
    assert all(path.stat().st_mtime_ns == time for path, time in done.items())
    numbers = [int(line.split(",")[0]) for path in sorted(results.glob("part-*")) for line in path.read_text().splitlines()[1:]]
    assert numbers == list(range(1, 200_001))
    (feed / "0.npz").write_bytes((feed / "1.npz").read_bytes())
    assert "are not those of this call" in command([*arguments, "--resume"])[2]  # its part was done, and not by what it holds now


def test_an_archive_that_is_cut_off_is_named_before_anything_is_run(tmp_path: Path) -> None:
    feed, results = tmp_path / "feed", tmp_path / "results"
    feed.mkdir()
    packed = gzip.compress(b"x\n" + b"1\n2.5\n" * 999)
    (feed / "1.csv.gz").write_bytes(packed)
    (feed / "2.csv.gz").write_bytes(packed[:-9])
    code, _, err = command(["run", "-e", "x^2", "--feed", str(feed), "-o", f"{results}/"])
    assert (code, results.exists()) == (2, False)
    assert err.startswith(f"error: cannot read {feed}/2.csv.gz: ")
    assert err.endswith("hint: nothing is run: write the file again, or leave it out of the feed\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--resume"], "--resume is for a folder of results"),
        (["--engine", "dask"], "--engine is for a folder of results"),
        (["-o", "results/", "--partition-by", "id"], "--partition-by id is no column that is kept"),
        (["-o", "results/", "--address", "tcp://a:1"], "--address is that of a cluster of --engine"),
        (["-o", "results/", "--memory", "1MB"], "--memory 1MB is too little"),
        (["--memory", "much"], "--memory takes a number of bytes, not 'much'"),
    ],
)
def test_what_is_wrong_with_a_call_is_said(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rows.csv").write_text("x\n1\n")
    code, out, err = command(["run", "-e", "x", "--feed", "rows.csv", *arguments])
    assert (code, out) == (2, "")
    assert said in err
    assert not Path("results").exists()
