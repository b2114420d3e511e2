"""DuckDB, in the process itself."""

from __future__ import annotations

from pathlib import Path

from commandline import command
from feed_folders import call, contents, killed, records, write_feed

ROWS = 3000


def test_a_process_that_is_killed_leaves_what_is_done(tmp_path: Path) -> None:
    feed, here, there = write_feed(tmp_path / "feed", rows=ROWS), tmp_path / "here", tmp_path / "there"
    assert command(call(feed, here))[0] == 1
    assert killed(call(feed, there, "--engine", "duckdb"), lambda: records(there) >= 1) < 0
    assert 1 <= records(there) < 8
    assert command(call(feed, there, "--engine", "duckdb", "--resume"))[0] == 1
    assert contents(there) == contents(here)


def test_sums_and_addresses(tmp_path: Path) -> None:
    arguments = ["run", "-e", "y = x*w", "--feed", str(write_feed(tmp_path / "feed")), "--reduce", "sum", "--engine", "duckdb"]
    code, out, err = command(arguments)
    assert err == "warning: 1 of 3,200 rows failed, and are in no sum: row 806: the value of x is no number: abc\n"
    expected = sum((at / 97) * (1 + at % 400 % 7) for at in range(3200) if at != 805)
    assert code == 1
    assert abs(float(out.splitlines()[1].split(",")[2]) / expected - 1) < 1e-12
    code, _, err = command([*arguments, "--address", "here"])
    assert (code, err.splitlines()[0]) == (2, "error: --engine duckdb runs in this process, and not at an address")
