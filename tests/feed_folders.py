"""Folders of tables, and folders of results, as the tests of parts and engines need them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from commandline import ENVIRONMENT

PROGRAM = "s = x; repeat 40 { s = sin(s) + w }; y = s*x"
PARTS = 8


def write_feed(folder: Path, parts: int = PARTS, rows: int = 400) -> Path:
    """A folder of files of CSV, one of whose rows cannot be read."""
    folder.mkdir()
    for part in range(parts):
        lines = [
            f"r{part}-{at},{(part * rows + at) / 97},{1 + at % 7},{'even' if at % 2 == 0 else 'odd'}\n" for at in range(rows)
        ]
        if part == 2:
            lines[5] = "bad,abc,1,odd\n"
        (folder / f"rows-{part:02d}.csv").write_text("id,x,w,kind\n" + "".join(lines))
    return folder


def call(feed: Path | str, results: Path, *further: str) -> list[str]:
    """The arguments of a run into a folder."""
    return ["run", "-e", PROGRAM, "--feed", str(feed), "--keep", "id,kind", "-o", f"{results}/", *further]


def contents(results: Path) -> dict[str, bytes]:
    """Every file of a folder of results, but for the mark of the job, which tells of times."""
    files = [path for path in sorted(results.rglob("*")) if path.is_file() and path.name != "job.json"]
    return {str(path.relative_to(results)): path.read_bytes() for path in files}


def records(results: Path) -> int:
    """How many parts are done."""
    return len(list((results / "_gradcli").glob("part-*.json")))


def killed(arguments: Sequence[str], when: Callable[[], bool], victim: Callable[[int], Sequence[int]] = lambda own: [own]) -> int:
    """Run a command line and kill processes in the middle of it; gives the exit code.

    Args:
        arguments: The command line.
        when: Says that it is time.
        victim: Whom to kill, from the number of the process.
    """
    environment = {**ENVIRONMENT, "PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/tmp")}
    with subprocess.Popen([sys.executable, "-m", "gradcli", *arguments], env=environment, stderr=subprocess.PIPE) as running:
        while not when() and running.poll() is None:
            time.sleep(0.01)
        for number in victim(running.pid) if running.poll() is None else ():
            os.kill(number, signal.SIGKILL)
        running.communicate(timeout=200)
        return running.returncode


def descendants(number: int) -> dict[int, str]:
    """The processes below one, each with its command line."""
    below: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        below.setdefault(parent, []).append(int(folder.name))
    found: dict[int, str] = {}
    work = [number]
    while work:
        for child in below.get(work.pop(), []):
            try:
                found[child] = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue
            work.append(child)
    return found
