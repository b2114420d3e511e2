"""Ray on this machine: a worker that is killed."""

from __future__ import annotations

import time
from pathlib import Path

from commandline import command
from feed_folders import call, contents, descendants, killed, write_feed

ROWS = 6000


def test_a_worker_that_is_killed_changes_nothing(tmp_path: Path) -> None:
    feed, here, there = write_feed(tmp_path / "feed", rows=ROWS), tmp_path / "here", tmp_path / "there"
    assert command(call(feed, here))[0] == 1
    victims: list[int] = []

    def victim(own: int) -> list[int]:
        """The first worker that computes: its parts are done within moments, so that it cannot be waited for one of them."""
        for _ in range(3000):
            victims.extend([number for number, line in descendants(own).items() if line.startswith("ray::MapBatches")][:1])
            if victims:
                break
            time.sleep(0.01)
        return victims

    assert killed(call(feed, there, "--engine", "ray"), there.exists, victim) == 1
    assert victims
    assert contents(there) == contents(here)
