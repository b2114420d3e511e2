"""The runs of `gradcli run --feed -o FOLDER/`: part by part, here or on an engine."""

from __future__ import annotations

import os

from gradcli.cli.framework.choices import refuse, split_names
from gradcli.cli.framework.progress import doing
from gradcli.cli.framework.streams import write_to
from gradcli.cli.inputs.feeds.options import FeedOptions, memory_of, names_folder
from gradcli.data.engines import check_engine, reports_of
from gradcli.data.manifest import begin, failed_lines, finish
from gradcli.data.partitioned import Job, locally
from gradcli.data.tables.feeds import PART
from gradcli.data.tables.records import Tally
from gradcli.data.tables.stores import as_path, is_address, write
from gradcli.errors import GradcliError
from gradcli.frozen import replace


def is_folder(options: FeedOptions) -> bool:
    """Whether results go into a folder."""
    return names_folder(options.output)


def check_file(options: FeedOptions, *, engine: bool = False) -> None:
    """Check that a call whose results go into one file, or into a pipe, asks for nothing of a folder.

    Args:
        options: The options.
        engine: Whether an engine may run it all the same, as it may sum up.

    Raises:
        GradcliError: It does.
    """
    names = ["partition-by", "resume", *([] if engine else ["engine", "address"])]
    refuse(options, names, "is for a folder of results", "add -o results/")
    _check_engine(options)


def _check_engine(options: FeedOptions) -> None:
    if options.engine is not None:
        check_engine(options.engine, options.address)
    elif options.address is not None:
        raise GradcliError("--address is that of a cluster of --engine", hint="add --engine ray, dask or spark")


def part_size(options: FeedOptions) -> int:
    """The bytes of a part of a feed."""
    return max(2**20, min(PART, memory_of(options) // 8))


def run_job(job: Job, options: FeedOptions) -> Tally:
    """Run what is not done yet of a job.

    Args:
        job: The job, but for what the options say of the folder.
        options: The options.

    Raises:
        GradcliError: The folder is not that of this job, or a part could not be run.
    """
    by = tuple(split_names("--partition-by", options.partition_by))
    missing = [name for name in by if name not in job.layout.kept]
    if missing:
        raise GradcliError(f"--partition-by {missing[0]} is no column that is kept", hint=f"add --keep {missing[0]}")
    _check_engine(options)
    job = replace(job, by=by, errors=options.errors is not None)
    numbers = begin(job, resume=options.resume)
    whole = sum(part.rows or 0 for part in job.parts)
    left = set(numbers)
    done = sum(part.rows or 0 for number, part in enumerate(job.parts) if number not in left)

    def count(rows: int) -> None:
        nonlocal done
        done += rows
        doing("running rows", done, whole, done)

    if options.engine is None:
        reports = locally(job, numbers, count)
    else:
        away = job if is_address(job.folder) else replace(job, folder=os.path.abspath(job.folder))
        reports = reports_of(options.engine, away, numbers, options.address, count)
    tally = finish(job, reports)
    if options.errors is not None:
        if is_address(options.errors):
            write(as_path(options.errors), failed_lines(job))
        else:
            write_to(options.errors, failed_lines(job))
    return tally
