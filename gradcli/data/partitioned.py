"""Feeds that are run part by part into a folder of results.

Each part is run alone, on any machine that sees the files, and twice does no harm: it writes the same bytes under the same names,
whole or not at all, and then a record of what it did into the folder's manifest (:mod:`gradcli.data.manifest`).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from urllib.parse import quote

from gradcli.autodiff.request import Request
from gradcli.data.row_runs import RowRuns
from gradcli.data.tables.feeds import NO_VALUE, pieces_of
from gradcli.data.tables.formats import TABLES, TableFile, open_table
from gradcli.data.tables.pieces import SQL, Partition, Reading, Wanted
from gradcli.data.tables.records import Layout, Records, Tally
from gradcli.data.tables.stores import drafted, joined, make_folder, stamp, write
from gradcli.errors import GradcliError, located
from gradcli.frozen import Frozen, replace
from gradcli.typing import Any

MANIFEST = "_gradcli"
"""The folder of the manifest; what begins with a low line is no data to whoever reads folders of tables."""

MOST_FOLDERS = 1000
"""Folders into which the rows of one part may go."""


class Job(Frozen, eq=False):
    """What is done with each part of a feed; it can be pickled and sent to where the part is run.

    Attributes:
        text: The program.
        where: What messages call it.
        asked: What its runs are asked for, the variables of the gradient included.
        strict: Whether what is not finite is an error.
        parts: The parts.
        reading: How tables are read.
        wanted: What is taken of them.
        layout: What is written.
        format: The format that is written.
        folder: Where to.
        by: Columns that are passed through, whose values name folders.
        errors: Whether rows that fail are kept apart.
        kernel: What computes; one that gives the same bits wherever a part is run.
    """

    text: str
    where: str
    asked: Request
    strict: bool
    parts: tuple[Partition, ...]
    reading: Reading
    wanted: Wanted
    layout: Layout
    format: str
    folder: str
    by: tuple[str, ...] = ()
    errors: bool = False
    kernel: str = "numpy"

    def __call__(self, number: int) -> str:
        """Run a part, and tell how that went, as JSON: its record in the manifest, or its number and ``failed_by``, an error."""
        try:
            return json.dumps(run_part(self, number, threads=1))  # engines run as many parts side by side as there are cores
        except GradcliError as error:
            return json.dumps({"part": number, "failed_by": error.message})

    def name(self, number: int) -> str:
        """What files of a part are called, but for their ends."""
        return f"part-{number:05d}"

    def record(self, number: int) -> str:
        """The record of a part in the manifest."""
        return joined(self.folder, MANIFEST, f"{self.name(number)}.json")

    def failed(self, number: int) -> str:
        """The rows of a part that failed."""
        return joined(self.folder, MANIFEST, f"{self.name(number)}.failed.jsonl")

    def mark(self) -> str:
        """What tells this job from any other, but for what its files hold."""
        state = hashlib.sha256()
        for name in self.__match_args__:
            if name != "folder":
                state.update(f"{name}={_spelled(getattr(self, name))};".encode())
        return state.hexdigest()

    def stamps(self) -> dict[str, list[int]]:
        """What tells each file from what it is when it is written again."""
        return {path: stamp(path) for path in dict.fromkeys(part.path for part in self.parts) if not path.startswith(SQL)}


def _spelled(value: Any) -> str:
    if isinstance(value, Request):
        return _spelled({name: getattr(value, name) for name in value.__match_args__})
    if isinstance(value, dict):
        return str({name: _spelled(item) for name, item in value.items()})
    return str(value.tolist()) if hasattr(value, "tolist") else repr(value)


def run_part(job: Job, number: int, advance: Callable[[int], None] | None = None, threads: int | None = None) -> dict[str, Any]:
    """Run a part of a feed: write its files, then its record.

    Args:
        job: What is done with it.
        number: The part, from 0.
        advance: Is called with the rows that have run.
        threads: How many threads compute; None for one a core.

    Returns:
        Its record.

    Raises:
        GradcliError: It cannot be read or written; nothing of it is there then.
    """
    part, tally = job.parts[number], Tally()
    with located(job.text, job.where), open_table(part, job.reading) as table, ExitStack() as stack:
        pieces = pieces_of(table, part, job.wanted)
        piece = next(pieces, None)
        runs = RowRuns(job.text, job.where, job.asked, piece, strict=job.strict, kernel=job.kernel, threads=threads)
        files = _Files(job, number, stack)
        while piece is not None:
            size = piece.size
            for records, odd in runs.of(piece, part.first + tally.rows + 1):
                tally.add(records, odd)
                files.add(records)
            if advance is not None:
                advance(size)
            piece = next(pieces, None)
        if part.rows is not None and tally.rows != part.rows:
            raise GradcliError(f"{part.path} has {tally.rows:,} rows in part {number}, and had {part.rows:,} when the run began")
        files.finish()
    record = {"part": number, **tally.record(), "files": sorted(files.names)}
    write(job.record(number), [json.dumps(record) + "\n"])
    return record


class _Files:
    """The files of a part, which take their places together when the stack is left."""

    def __init__(self, job: Job, number: int, stack: ExitStack) -> None:
        self.job, self.number, self.stack = job, number, stack
        kept = tuple([name for name in job.layout.kept if name not in job.by])
        self.layout = replace(job.layout, kept=kept)
        self.format = TABLES[job.format]
        self.open: dict[tuple[Any, ...], TableFile] = {}
        self.names: list[str] = []
        self.wrong = self._file(job.failed(number), "jsonl", replace(job.layout, given=True)) if job.errors else None

    def add(self, records: Records) -> None:
        """Write some records."""
        if self.wrong is not None:
            records, wrong = records.parted()
            self.wrong.add(wrong)
        groups = records.groups(self.job.by) if self.job.by else {(): records}
        for key, group in groups.items():
            self._at(key).add(group)

    def _at(self, key: tuple[Any, ...]) -> TableFile:
        if key not in self.open:
            if len(self.open) >= MOST_FOLDERS:
                raise GradcliError(f"part {self.number} has more than {MOST_FOLDERS:,} values of {', '.join(self.job.by)}")
            folders = [
                f"{quote(name)}={NO_VALUE if v is None else quote(str(v), '')}" for name, v in zip(self.job.by, key, strict=True)
            ]
            name = "/".join([*folders, self.job.name(self.number) + self.format.suffixes[0]])
            self.names.append(name)
            self.open[key] = self._file(joined(self.job.folder, name), self.job.format, self.layout)
        return self.open[key]

    def _file(self, path: str, format: str, layout: Layout) -> TableFile:
        make_folder(os.path.dirname(path))
        file = TableFile(self.stack.enter_context(drafted(path)), TABLES[format], layout)
        self.stack.push(lambda kind, error, trace: None if kind is None else file.abandon())
        return file

    def finish(self) -> None:
        """Write the ends of the files, all of them before the first takes its place."""
        if not self.job.by:
            self._at(())
        for file in [*self.open.values(), *([] if self.wrong is None else [self.wrong])]:
            file.close()


def locally(job: Job, numbers: Sequence[int], advance: Callable[[int], None]) -> Iterator[str]:
    """Run parts one after the other, here."""
    for number in numbers:
        try:
            yield json.dumps(run_part(job, number, advance))
        except GradcliError as error:
            yield json.dumps({"part": number, "failed_by": error.message})
