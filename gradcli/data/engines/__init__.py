"""Engines that run the parts of a feed elsewhere: a thin module each, which hands the parts over and gives their reports back.

What schedules, retries and moves work is the engine. A module has one function, ``run(job, numbers, address)``, which yields the
report of each part as it is done; the job is a function of the number of a part, which can be pickled.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec

from gradcli.data.manifest import RESUME
from gradcli.data.tables.pieces import Partition
from gradcli.errors import GradcliError
from gradcli.typing import Protocol


class Work(Protocol):
    """What is done with each part of a feed: a function of its number that gives a report, JSON whose ``part`` is that number."""

    @property
    def parts(self) -> Sequence[Partition]:
        """The parts."""

    def __call__(self, number: int) -> str:
        """Do it with a part."""


HERE = ("duckdb",)
"""Engines that run in this process, and not at an address."""

LIBRARIES = {"ray": "ray", "dask": "distributed", "spark": "pyspark", "duckdb": "duckdb"}
"""The engines, each with the library that it needs; ``gradcli[NAME]`` installs it."""


SECONDS = 10
"""How long a cluster is waited for; engines by themselves wait for minutes."""

_ADDRESS = re.compile(r"(?:(?:ray|tcp|tls|spark|sc)://)?\[?([\w.:-]+?)\]?:(\d+)(?:/.*)?")


def check_engine(engine: str, address: str | None) -> None:
    """Check that an engine is installed, and that something listens where its cluster shall be.

    Args:
        engine: The engine.
        address: That of a running cluster; what is no host with a port is left to the engine.

    Raises:
        GradcliError: It is not, or nothing does.
    """
    library = LIBRARIES[engine]
    if find_spec(library) is None:
        raise GradcliError(f"--engine {engine} needs {library}, which is not installed", hint=f"pip install 'gradcli[{engine}]'")
    if address is not None and engine in HERE:
        raise GradcliError(f"--engine {engine} runs in this process, and not at an address", hint="leave --address out")
    found = _ADDRESS.fullmatch(address or "")
    if found is None:
        return
    try:
        socket.create_connection((found[1], int(found[2])), SECONDS).close()
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        hint = "start the cluster, or leave --address out for one on this machine"
        raise GradcliError(f"no cluster answers at {address}: {why}", hint=hint) from None


def reports_of(
    engine: str, job: Work, numbers: Sequence[int], address: str | None, advance: Callable[[int], None]
) -> Iterator[str]:
    """Run parts of a feed on an engine; gives their reports as they come.

    Args:
        engine: The engine, see :func:`check_engine`.
        job: What is done with each part.
        numbers: The parts.
        address: That of a running cluster; None for one on this machine, which ends with the run.
        advance: Is called with the rows that have run.

    Raises:
        GradcliError: The engine ends early.
    """
    if not numbers:
        return
    try:
        for report in import_module(f"gradcli.data.engines.{engine}").run(job, numbers, address):
            advance(job.parts[json.loads(report)["part"]].rows or 0)
            yield report
    except GradcliError:
        raise
    except Exception as error:  # whatever an engine raises when workers, or the cluster, are gone
        raise GradcliError(f"{engine} ended early: {_in_a_line(error)}", hint=RESUME) from None


def _in_a_line(error: Exception) -> str:
    """What an error says first; and, where that is only that another one stands below, that one."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    causes = [line for line in lines[1:] if re.match(r"[\w.]*(Error|Exception)\b", line)]
    return " ".join([lines[0], *causes[-1:]] if lines[0].endswith(":") else lines[:1])[:300]
