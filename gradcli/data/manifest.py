"""What is done of a feed that is run part by part: the folder of results says it, and nothing else does.

A part that has a record in the manifest is done, whoever ran it; so a run that ended early goes on from the folder alone.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Set

from gradcli.data.partitioned import MANIFEST, Job
from gradcli.data.tables.records import Tally
from gradcli.data.tables.stores import contents, joined, make_folder, open_file, remove, remove_drafts, write
from gradcli.errors import GradcliError
from gradcli.typing import Any

COMPLETE = "_SUCCESS"
"""The file that says that every part is there, as other tools have it."""

RESUME = "what is done stays done: run the same call with --resume for the rest"


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
    path, mark, stamps = joined(job.folder, MANIFEST, "job.json"), job.mark(), job.stamps()
    there = set(contents(job.folder))
    if there:
        try:
            with open_file(path) as file:
                found = json.load(file)
            changed = {name for name, stamp in stamps.items() if found["files"].get(name) != stamp}
        except (GradcliError, OSError, ValueError, KeyError, TypeError, AttributeError):
            hint = "write into another folder"
            raise GradcliError(f"{job.folder} is not empty, and not the folder of an earlier run", hint=hint) from None
        if not resume:
            raise GradcliError(f"{job.folder} has results", hint="go on with them by --resume, or write into another folder")
        if found.get("mark") != mark or not _again(job, changed):
            hint = "the program, its values, the files or the options are others; write into another folder"
            raise GradcliError(f"the results in {job.folder} are not those of this call", hint=hint)
        remove_drafts(job.folder)
    else:
        make_folder(joined(job.folder, MANIFEST))
    write(path, [json.dumps({"mark": mark, "parts": len(job.parts), "files": stamps}) + "\n"])
    return [number for number in range(len(job.parts)) if _record(job, number, there) is None]


def _again(job: Job, changed: set[str]) -> bool:
    """Whether files that were written again are those that could not be read, so that all of their parts are to be run."""
    records = {number: _record(job, number) for number, part in enumerate(job.parts) if part.path in changed}
    if changed - {job.parts[number].path for number, record in records.items() if record is None}:
        return False
    for number, record in records.items():
        if record is not None:  # it goes first, so that what is left of the part is not taken for done
            for place in (job.record(number), *[joined(job.folder, name) for name in record["files"]]):
                remove(place)
    return True


def _record(job: Job, number: int, there: Set[str] | None = None) -> dict[str, Any] | None:
    """The record of a part; None where it is not done, or one of its files is not among those that are there."""
    try:
        with open_file(job.record(number)) as file:
            found: dict[str, Any] = json.load(file)
            return found if there is None or there >= set(found["files"]) else None
    except (GradcliError, OSError, ValueError):
        return None


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
    there = set(contents(job.folder))
    records = [_record(job, number, there) for number in range(count)]
    missing = [number for number, record in enumerate(records) if record is None]
    if missing:
        number = min(wrong, default=missing[0])
        why = wrong.get(number, "nothing is known of why")
        raise GradcliError(f"{len(missing):,} of {count:,} parts are not done; part {number}: {why}", hint=RESUME)
    remove_drafts(job.folder)
    tally = Tally()
    for record in records:
        tally.merge(record or {})
    write(joined(job.folder, COMPLETE), [""])
    return tally


def failed_lines(job: Job) -> Iterator[str]:
    """The rows that failed, of all parts, as JSON Lines."""
    for number in range(len(job.parts)):
        with io.TextIOWrapper(open_file(job.failed(number)), "utf-8") as file:
            yield from file
