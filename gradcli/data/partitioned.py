"""Feeds that are run part by part into a folder of results.

Each part is run alone, on any machine that sees the files, and twice does no harm: it writes the same bytes under the same names,
whole or not at all, and then a record of what it did into the folder's manifest. What has a record is done; so nothing but the
folder says where a run that ended early goes on.
"""

from __future__ import annotations

import contextlib
import fnmatch
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from urllib.parse import quote

from gradcli.autodiff.request import Request
from gradcli.data.row_runs import RowRuns
from gradcli.data.tables.feeds import NO_VALUE, pieces_of
from gradcli.data.tables.formats import TABLES, TableFile, open_table
from gradcli.data.tables.pieces import Partition, Reading, Wanted
from gradcli.data.tables.records import Layout, Records, Tally
from gradcli.errors import GradcliError, located
from gradcli.frozen import Frozen, replace
from gradcli.output.files import DRAFTS, draft, write_file
from gradcli.typing import Any

MANIFEST = "_gradcli"
"""The folder of the manifest; what begins with a low line is no data to whoever reads folders of tables."""

COMPLETE = "_SUCCESS"
"""The file that says that every part is there, as other tools have it."""

MOST_FOLDERS = 1000
"""Folders into which the rows of one part may go."""

RESUME = "what is done stays done: run the same call with --resume for the rest"


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
            return json.dumps(run_part(self, number))
        except GradcliError as error:
            return json.dumps({"part": number, "failed_by": error.message})

    def name(self, number: int) -> str:
        """What files of a part are called, but for their ends."""
        return f"part-{number:05d}"

    def record(self, number: int) -> str:
        """The record of a part in the manifest."""
        return os.path.join(self.folder, MANIFEST, f"{self.name(number)}.json")

    def failed(self, number: int) -> str:
        """The rows of a part that failed."""
        return os.path.join(self.folder, MANIFEST, f"{self.name(number)}.failed.jsonl")

    def mark(self) -> str:
        """What tells this job from any other, but for what its files hold."""
        state = hashlib.sha256()
        for name in self.__match_args__:
            if name != "folder":
                state.update(f"{name}={_spelled(getattr(self, name))};".encode())
        return state.hexdigest()

    def stamps(self) -> dict[str, list[int]]:
        """What tells each file from what it is when it is written again."""
        found = {path: os.stat(path) for path in dict.fromkeys(part.path for part in self.parts)}
        return {path: [stat.st_size, stat.st_mtime_ns] for path, stat in found.items()}


def _spelled(value: Any) -> str:
    if isinstance(value, Request):
        return _spelled({name: getattr(value, name) for name in value.__match_args__})
    if isinstance(value, dict):
        return str({name: _spelled(item) for name, item in value.items()})
    return str(value.tolist()) if hasattr(value, "tolist") else repr(value)


def run_part(job: Job, number: int, advance: Callable[[int], None] | None = None) -> dict[str, Any]:
    """Run a part of a feed: write its files, then its record.

    Args:
        job: What is done with it.
        number: The part, from 0.
        advance: Is called with the rows that have run.

    Returns:
        Its record.

    Raises:
        GradcliError: It cannot be read or written; nothing of it is there then.
    """
    part, tally = job.parts[number], Tally()
    with located(job.text, job.where), open_table(part, job.reading) as table, ExitStack() as stack:
        pieces = pieces_of(table, part, job.wanted)
        piece = next(pieces, None)
        runs = RowRuns(job.text, job.where, job.asked, piece, strict=job.strict, kernel=job.kernel)
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
    write_file(job.record(number), [json.dumps(record) + "\n"])
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
            name = os.path.join(*folders, self.job.name(self.number) + self.format.suffixes[0])
            self.names.append(name)
            self.open[key] = self._file(os.path.join(self.job.folder, name), self.job.format, self.layout)
        return self.open[key]

    def _file(self, path: str, format: str, layout: Layout) -> TableFile:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        file = TableFile(self.stack.enter_context(draft(path)), TABLES[format], layout)
        self.stack.push(lambda kind, error, trace: None if kind is None else file.abandon())
        return file

    def finish(self) -> None:
        """Write the ends of the files, all of them before the first takes its place."""
        if not self.job.by:
            self._at(())
        for file in [*self.open.values(), *([] if self.wrong is None else [self.wrong])]:
            file.close()


def begin(job: Job, *, resume: bool) -> list[int]:
    """Make the folder of a job, or go on with one.

    Args:
        job: The job.
        resume: Whether what is done already stays.

    Returns:
        The parts that are to be run.

    Raises:
        GradcliError: The folder has something else, or results while nothing is to be gone on with.
    """
    path, mark, stamps = os.path.join(job.folder, MANIFEST, "job.json"), job.mark(), job.stamps()
    if os.path.isdir(job.folder) and os.listdir(job.folder):
        try:
            with open(path, encoding="utf-8") as file:
                found = json.load(file)
            changed = {name for name, stamp in stamps.items() if found["files"].get(name) != stamp}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            hint = "write into another folder"
            raise GradcliError(f"{job.folder} is not empty, and not the folder of an earlier run", hint=hint) from None
        if not resume:
            raise GradcliError(f"{job.folder} has results", hint="go on with them by --resume, or write into another folder")
        if found.get("mark") != mark or not _again(job, changed):
            hint = "the program, its values, the files or the options are others; write into another folder"
            raise GradcliError(f"the results in {job.folder} are not those of this call", hint=hint)
        _sweep(job)
    else:
        try:
            os.makedirs(os.path.join(job.folder, MANIFEST), exist_ok=True)
        except OSError as error:
            raise GradcliError(f"cannot write {job.folder}: {error.strerror}") from None
    write_file(path, [json.dumps({"mark": mark, "parts": len(job.parts), "files": stamps}) + "\n"])
    return [number for number in range(len(job.parts)) if _record(job, number) is None]


def _again(job: Job, changed: set[str]) -> bool:
    """Whether files that were written again are those that could not be read, so that all of their parts are to be run."""
    records = {number: _record(job, number) for number, part in enumerate(job.parts) if part.path in changed}
    if changed - {job.parts[number].path for number, record in records.items() if record is None}:
        return False
    for number, record in records.items():
        if record is not None:  # it goes first, so that what is left of the part is not taken for done
            for place in (job.record(number), *[os.path.join(job.folder, name) for name in record["files"]]):
                with contextlib.suppress(FileNotFoundError):
                    os.remove(place)
    return True


def _sweep(job: Job) -> None:
    """Take drafts away that a kill left behind."""
    for place, _, names in os.walk(job.folder):
        for name in fnmatch.filter(names, DRAFTS):
            with contextlib.suppress(OSError):
                os.remove(os.path.join(place, name))


def _record(job: Job, number: int) -> dict[str, Any] | None:
    """The record of a part; None where it is not done."""
    try:
        with open(job.record(number), encoding="utf-8") as file:
            found: dict[str, Any] = json.load(file)
            return found
    except (OSError, ValueError):
        return None


def locally(job: Job, numbers: Sequence[int], advance: Callable[[int], None]) -> Iterator[str]:
    """Run parts one after the other, here."""
    for number in numbers:
        try:
            yield json.dumps(run_part(job, number, advance))
        except GradcliError as error:
            yield json.dumps({"part": number, "failed_by": error.message})


def finish(job: Job, reports: Iterable[str]) -> Tally:
    """Take the reports of parts as they are done; then say that all of them are there.

    Args:
        job: The job.
        reports: What :meth:`Job.__call__` gives for the parts that are to be run.

    Returns:
        What became of the rows of all parts, those of earlier runs included.

    Raises:
        GradcliError: A part could not be run.
    """
    wrong: dict[int, str] = {}
    for report in map(json.loads, reports):
        if "failed_by" in report:
            wrong[report["part"]] = report["failed_by"]
    count = len(job.parts)
    records = [_record(job, number) for number in range(count)]
    missing = [number for number, record in enumerate(records) if record is None]
    if missing:
        number = min(wrong, default=missing[0])
        why = wrong.get(number, "nothing is known of why")
        raise GradcliError(f"{len(missing):,} of {count:,} parts are not done; part {number}: {why}", hint=RESUME)
    _sweep(job)
    tally = Tally()
    for record in records:
        tally.merge(record or {})
    write_file(os.path.join(job.folder, COMPLETE), [""])
    return tally


def failed_lines(job: Job) -> Iterator[str]:
    """The rows that failed, of all parts, as JSON Lines."""
    for number in range(len(job.parts)):
        with open(job.failed(number), encoding="utf-8") as file:
            yield from file
