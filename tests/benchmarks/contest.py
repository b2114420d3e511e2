"""What is measured: contests between programs that compute the same numbers."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_HERE = Path(__file__).parent
_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
_LAST_NUMBER = re.compile(r"= (\S+)(?: +at .*)?$")


def numbers(output: str) -> list[float]:
    """The numbers of an output that consists of nothing else."""
    return [float(word) for word in output.split()]


def nothing(output: str) -> list[float]:
    """The numbers of a program that computes none."""
    return []


def json_numbers(output: str) -> list[float]:
    """Value and gradient of the document of `gradcli eval --json`."""
    document = json.loads(output)
    return [document["value"], *document["grad"].values()]


def text_numbers(output: str) -> list[float]:
    """Value and gradient of the text of `gradcli eval`, from the lines above the first empty one."""
    head = _ESCAPE.sub("", output).split("\n\n")[0]
    return [float(found[1]) for line in head.splitlines() if (found := _LAST_NUMBER.search(line))]


@dataclass(frozen=True)
class Entry:
    """A program of a contest.

    Attributes:
        name: What the table calls it.
        command: The program and its arguments.
        read: Reads the numbers that it computed from its standard output.
        needs: The module that its interpreter must have; empty for none.
        target: The largest ratio gradcli/this that is aimed at; None where no aim was set.
        timed: Whether its first number is a time in seconds that it took itself; that one counts, not the time of the process.
    """

    name: str
    command: Sequence[str]
    read: Callable[[str], list[float]] = numbers
    needs: str = ""
    target: float | None = None
    timed: bool = False


@dataclass(frozen=True)
class Contest:
    """Programs that compute the same, run in turns.

    Attributes:
        title: What they compute.
        ours: The calls of gradcli. The first one's numbers are the reference.
        peers: The others.
        runs: How often each runs, besides a warm-up.
        seconds: What the first of ours may take; None where no aim was set.
        megabytes: The memory that the first of ours may take.
    """

    title: str
    ours: Sequence[Entry]
    peers: Sequence[Entry] = ()
    runs: int = 5
    seconds: float | None = None
    megabytes: float | None = None


@dataclass(frozen=True)
class Count:
    """Work that is counted, not timed: a script of ``counts/`` that prints JSON, a list of ``[label, value, bound or null]``."""

    title: str
    script: str

    @property
    def command(self) -> list[str]:
        """The script, run by the interpreter that runs this one."""
        return [sys.executable, str(_HERE / "counts" / self.script)]


@dataclass(frozen=True)
class Setting:
    """Where things are.

    Attributes:
        gradcli: The command that gradcli is called by.
        peers: The interpreter that has the peers.
        folder: A folder for input files, which the runner removes.
    """

    gradcli: Sequence[str]
    peers: str
    folder: Path = field(default_factory=Path)

    def ours(self, name: str, *arguments: str, read: Callable[[str], list[float]] = numbers) -> Entry:
        """A call of gradcli."""
        return Entry(f"gradcli {name}", [*self.gradcli, *arguments], read)

    def one_liner(self, name: str, program: str, needs: str = "", target: float | None = None) -> Entry:
        """A peer's program as an argument of ``python -c``."""
        return Entry(name, [self.peers, "-c", program], numbers if needs else nothing, needs, target)

    def script(
        self, name: str, file: str, *arguments: str, needs: str, target: float | None = None, timed: bool = False
    ) -> Entry:
        """A peer's program as a file of ``peers/``."""
        return Entry(name, [self.peers, str(_HERE / "peers" / file), *arguments], numbers, needs, target, timed)

    def write(self, name: str, content: str) -> str:
        """Write an input file; returns its path."""
        path = self.folder / name
        path.write_text(content, "utf-8")
        return str(path)
