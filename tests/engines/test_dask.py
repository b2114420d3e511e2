"""Dask on this machine: workers that are killed, and a cluster that goes away."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from commandline import command
from feed_folders import call, contents, descendants, killed, records, write_feed

ROWS = 6000


def _workers(own: int) -> list[int]:
    return [number for number, line in descendants(own).items() if "spawn_main" in line][:1]


def test_a_worker_that_is_killed_changes_nothing(tmp_path: Path) -> None:
    feed, here, there = write_feed(tmp_path / "feed", rows=ROWS), tmp_path / "here", tmp_path / "there"
    assert command(call(feed, here))[0] == 1
    victims: list[int] = []

    def victim(own: int) -> list[int]:
        victims.extend(_workers(own))
        return victims

    assert killed(call(feed, there, "--engine", "dask"), lambda: records(there) >= 1, victim) == 1
    assert victims
    assert contents(there) == contents(here)


def test_sums_are_those_of_the_parts(tmp_path: Path) -> None:
    arguments = ["run", "-e", "y = sin(x)*w", "--feed", str(write_feed(tmp_path / "feed")), "--reduce", "sum,grad-mean"]
    _, expected, _ = command(arguments)
    code, found, _ = command([*arguments, "--engine", "dask"])
    assert code == 1
    pairs = zip(found.splitlines()[1].split(","), expected.splitlines()[1].split(","), strict=True)
    assert all(float(one) == pytest.approx(float(other), rel=1e-12) for one, other in pairs if other)


def test_a_cluster_that_goes_away_leaves_what_is_done(tmp_path: Path) -> None:
    feed, here, there = write_feed(tmp_path / "feed", rows=ROWS), tmp_path / "here", tmp_path / "there"
    assert command(call(feed, here))[0] == 1
    scheduler = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard", "--host", "127.0.0.1"]
    with subprocess.Popen(scheduler, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        address = next(found[0] for line in running.stderr if (found := re.search(r"tcp://127\.0\.0\.1:\d+", line)))
        worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard"]
        with subprocess.Popen([*worker, "--no-nanny"], stderr=subprocess.DEVNULL) as working:
            arguments = call(feed, there, "--engine", "dask", "--address", address)
            assert killed(arguments, lambda: records(there) >= 1, lambda own: [running.pid, working.pid]) == 2
    assert 1 <= records(there) < 8
    assert not (there / "_SUCCESS").exists()
    assert command(call(feed, there, "--resume"))[0] == 1
    assert contents(there) == contents(here)
