"""Spark on this machine: a worker that is killed."""

from __future__ import annotations

from pathlib import Path

from commandline import command
from feed_folders import call, contents, descendants, killed, records, write_feed

ROWS = 6000


def test_a_worker_that_is_killed_changes_nothing(tmp_path: Path) -> None:
    feed, here, there = write_feed(tmp_path / "feed", rows=ROWS), tmp_path / "here", tmp_path / "there"
    assert command(call(feed, here))[0] == 1
    victims: list[int] = []

    def victim(own: int) -> list[int]:
        """The last of the processes of Python below the virtual machine: one that computes, not the one that makes them."""
        victims.extend([number for number, line in descendants(own).items() if "pyspark.daemon" in line][-1:])
        return victims

    assert killed(call(feed, there, "--engine", "spark"), lambda: records(there) >= 1, victim) == 1
    assert victims
    assert contents(there) == contents(here)
