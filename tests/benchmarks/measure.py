"""Measuring a contest: a warm-up that checks the numbers, then all programs in turns, A B A B."""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from contest import Contest, Count, Entry, Setting, nothing

_LAUNCH = str(Path(__file__).with_name("launch.py"))
_AGREEMENT = 1e-9


@dataclass
class Result:
    """What a program of a contest did.

    Attributes:
        name: The name of the program.
        state: ``ok``, ``missing``, ``timed out``, ``failed`` or ``numbers differ``.
        detail: Why it is not ok.
        seconds: The median wall time of the whole process, or that which the program took itself; where it timed out, the time it
            had.
        spread: Half the distance between the quartiles of the wall times.
        cpu_seconds: The median of user and system time, which a busy machine disturbs less.
        megabytes: The median of the peak memory, in 10^6 bytes.
        ratios: For each of ours, by name, its time / this time; upper bounds where this one timed out.
        memory_ratio: The memory of the first of ours / this memory.
        target: What the first of the ratios should not exceed.
        times: All wall times.
    """

    name: str
    state: str = "ok"
    detail: str = ""
    seconds: float | None = None
    spread: float | None = None
    cpu_seconds: float | None = None
    megabytes: float | None = None
    ratios: dict[str, float] = field(default_factory=dict)
    memory_ratio: float | None = None
    target: float | None = None
    times: list[float] = field(default_factory=list)


@dataclass
class Outcome:
    """The results of a contest: ours, then the peers."""

    title: str
    runs: int
    ours: list[Result]
    peers: list[Result]
    seconds_target: float | None = None
    megabytes_target: float | None = None

    @property
    def broken(self) -> bool:
        """Whether a program failed or computed other numbers, so that there is nothing to compare."""
        return any(result.state in ("failed", "numbers differ") for result in [*self.ours, *self.peers])


@dataclass
class Counted:
    """The rows of a count: label, value, and the bound that it should not exceed, where there is one."""

    title: str
    rows: list[tuple[str, float, float | None]]
    detail: str = ""

    @property
    def broken(self) -> bool:
        """Whether nothing was counted."""
        return not self.rows


def count(what: Count) -> Counted:
    """Run a script that counts."""
    done = subprocess.run(what.command, capture_output=True, text=True, check=False)
    if done.returncode:
        return Counted(what.title, [], _last_line(done.stderr))
    return Counted(what.title, [(label, value, bound) for label, value, bound in json.loads(done.stdout)])


def measure(contest: Contest, setting: Setting, missing: Collection[str], timeout: float, runs: int | None) -> Outcome:
    """Run a contest.

    Args:
        contest: The contest.
        setting: Where output files go.
        missing: The modules that the peers' interpreter lacks; their programs do not run.
        timeout: Seconds after which a program is ended. One that is ended in the warm-up does not run again.
        runs: How often each runs; None for the contest's own number.
    """
    runs = runs or contest.runs
    entries = [*contest.ours, *contest.peers]
    results = [Result(entry.name, target=entry.target) for entry in entries]
    usage: list[list[tuple[float, float]]] = [[] for _ in entries]
    reference: list[float] = []
    for entry, result in zip(entries, results, strict=True):
        if entry.needs in missing:
            result.state, result.detail = "missing", f"{entry.needs} is not installed"
            continue
        _note(f"{contest.title}: {entry.name}")
        run, output, errors = _launch(entry, setting, timeout)
        _judge(result, run, errors)
        if result.state != "ok":
            continue
        try:
            found = entry.read(output)[int(entry.timed) :]
        except (ValueError, LookupError) as error:
            result.state, result.detail = "failed", f"its output has no numbers: {error}"
            continue
        if entry.read is not nothing:
            reference = reference or found
            result.detail = difference(reference, found)
            result.state = "numbers differ" if result.detail else "ok"
    for turn in range(runs):
        _note(f"{contest.title}: turn {turn + 1} of {runs}")
        for entry, result, used in zip(entries, results, usage, strict=True):
            if result.state == "ok":
                run, output, errors = _launch(entry, setting, timeout)
                _judge(result, run, errors)
                if result.state == "ok":
                    result.times.append(entry.read(output)[0] if entry.timed else run["seconds"])
                    used.append((run["cpu_seconds"], run["peak_bytes"] / 1e6))
    _note("")
    for result, used in zip(results, usage, strict=True):
        if result.times and result.state == "ok":
            result.seconds = statistics.median(result.times)
            result.cpu_seconds, result.megabytes = map(statistics.median, zip(*used, strict=True))
            quartiles = statistics.quantiles(result.times, n=4) if len(result.times) > 1 else [0.0, 0.0, 0.0]
            result.spread = (quartiles[2] - quartiles[0]) / 2
    ours, peers = results[: len(contest.ours)], results[len(contest.ours) :]
    _compare(ours, peers)
    return Outcome(contest.title, runs, ours, peers, contest.seconds, contest.megabytes)


def difference(reference: Sequence[float], found: Sequence[float]) -> str:
    """What differs between two lists of numbers; empty where they agree to 1e-9, relatively."""
    if len(reference) != len(found):
        return f"{len(found)} numbers instead of {len(reference)}"
    for index, (a, b) in enumerate(zip(reference, found, strict=True)):
        if not math.isclose(a, b, rel_tol=_AGREEMENT):
            return f"number {index + 1} is {b!r} instead of {a!r}"
    return ""


def as_json(outcome: Outcome | Counted) -> dict[str, Any]:
    """The outcome as data for JSON."""
    return asdict(outcome)


def _compare(ours: Sequence[Result], peers: Sequence[Result]) -> None:
    for peer in peers:
        if peer.seconds is None:
            continue
        peer.ratios = {own.name: own.seconds / peer.seconds for own in ours if own.seconds is not None and own.state == "ok"}
        if peer.megabytes is not None and ours[0].megabytes is not None:
            peer.memory_ratio = ours[0].megabytes / peer.megabytes


def _judge(result: Result, run: dict[str, Any], errors: str) -> None:
    """Note a run that did not end well; the program does not run again."""
    if run["timed_out"]:
        result.state, result.seconds = "timed out", run["seconds"]
    elif run["exit_code"]:
        result.state, result.detail = "failed", f"exit code {run['exit_code']}: {_last_line(errors)}"


def _launch(entry: Entry, setting: Setting, timeout: float) -> tuple[dict[str, Any], str, str]:
    """Run a program once: the launcher's report, standard output, standard error."""
    out, err = setting.folder / "out", setting.folder / "err"
    command = [sys.executable, "-I", "-S", _LAUNCH, str(out), str(err), str(timeout), *entry.command]
    # The warm-up may write compiled modules, as the first call of an installed tool does; else every call would compile them.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    report = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout)
    return report, out.read_text("utf-8"), err.read_text("utf-8", "replace")


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""


def _note(text: str) -> None:
    """Say on a terminal what is being done."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text[:100]}")
        sys.stderr.flush()
