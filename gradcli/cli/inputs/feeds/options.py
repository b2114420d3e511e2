"""What a call says of the tables of --feed: how they are read, and what is written of them where."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from itertools import chain

from gradcli.cli.framework.choices import refuse, split_names
from gradcli.cli.framework.command import Option, flag, text, texts
from gradcli.cli.framework.options import FileOptions
from gradcli.errors import GradcliError
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.data.tables.pieces import Reading

RECORDS = ("jsonl", "csv", "parquet", "arrow", "npz", "npy", "sqlite", "duckdb")
"""The formats of the records of --feed; those of :data:`gradcli.data.tables.formats.TABLES`, which is not loaded for help."""


class FeedOptions(FileOptions):
    """The tables of --feed."""

    output = text(
        "With --feed: write the records to a file, whose name tells the format, or to a folder, whose name ends in /.",
        "FILE",
        short="-o",
    )
    keep = texts("Pass columns of the feed through that are no variables (id or repeated); * is all of them.", "NAMES")
    errors = text("Write the rows that fail into this file, as JSON Lines, and not among the records.", "FILE")
    delimiter = text("What stands between the cells of CSV: ';' or tab.", "SIGN")
    decimal = text("The decimal sign of the numbers of CSV.", "SIGN", choices=(".", ","))
    partition_by = texts("With a folder: columns that are kept (year,land), whose values name folders of it.", "NAMES")
    resume = flag("With a folder: go on with the results that an earlier call left there; what is done stays.")
    memory = text("About how much memory to use, 2GB: how many rows are in memory at once follows from it.", "BYTES")
    engine = text(
        "With a folder or --reduce: what runs the parts of the feed, Ray, Dask or Spark here or at --address, or DuckDB.",
        "NAME",
        choices=("ray", "dask", "spark", "duckdb"),
    )
    address = text(
        "The address of a running cluster for --engine: auto or ray://host:10001, tcp://host:8786, spark://host:7077.", "ADDRESS"
    )
    kernel = text(
        "What computes: auto compiles where there are many rows, numpy, or c.", "KERNEL", choices=("auto", "numpy", "c")
    )
    reduce = text("Write sums or means over all rows, not the rows: sum, mean, grad-sum, grad-mean.", "KINDS")
    group_by = text("With --reduce: sums for each value of a column of the feed.", "COLUMN")
    table = text("The table of a database of SQLite or DuckDB that has several.", "NAME")


def check_alone(options: FeedOptions) -> None:
    """Check that a call without --feed asks for nothing of its records.

    Raises:
        GradcliError: It does.
    """
    names = [name for name, own in vars(FeedOptions).items() if isinstance(own, Option) and name != "output"]
    refuse(options, names, "is for the rows of --feed", "leave it out, or add --feed rows.csv")


def delimiter_of(options: FeedOptions) -> str:
    """What stands between the cells of CSV.

    Raises:
        GradcliError: It is no single sign, or the decimal sign as well.
    """
    decimal = options.decimal or "."
    given = options.delimiter if options.delimiter is not None else ";" if decimal == "," else ","
    sign = "\t" if given in ("tab", "\\t") else given
    if len(sign) != 1 or sign in '"\r\n' or sign.isalnum():
        raise GradcliError(f"--delimiter takes one sign, not '{given}'", hint="for example --delimiter ';' or --delimiter tab")
    if sign == decimal:
        raise GradcliError(f"{sign} cannot be the decimal sign and stand between cells", hint="add --delimiter ';'")
    return sign


_BYTES = re.compile(r"([0-9]+(?:\.[0-9]+)?) *([kKMGT]?)(i?)B?")

LEAST_MEMORY = 300 * 10**6
"""What Python, NumPy and Arrow take by themselves, and some rows beside them."""


def memory_of(options: FeedOptions) -> int:
    """The bytes of ``--memory 2GB``; of a gigabyte where nothing is said.

    Raises:
        GradcliError: It is written otherwise, or too little.
    """
    given = options.memory or "1GB"
    found = _BYTES.fullmatch(given.strip())
    if found is None:
        raise GradcliError(f"--memory takes a number of bytes, not '{given}'", hint="for example --memory 2GB")
    number, prefix, binary = found.groups()
    size = int(float(number) * (1024 if binary else 1000) ** " KMGT".index(prefix.upper() or " "))
    if size < LEAST_MEMORY:
        raise GradcliError(f"--memory {given} is too little", hint=f"the smallest run needs {LEAST_MEMORY // 10**6}MB")
    return size


def reading_of(options: FeedOptions) -> Reading:
    """How tables are read.

    Raises:
        GradcliError: An option is wrong.
    """
    from gradcli.data.kernels.row_kernel import cores
    from gradcli.data.tables.pieces import ROW, Reading

    memory = memory_of(options)
    free = (memory - LEAST_MEMORY // 2) // (cores() if options.engine == "duckdb" else 1)  # which runs parts side by side
    return Reading(
        delimiter_of(options),
        options.decimal or ".",
        options.table or "",
        rows=max(2**10, min(2**17, free // (10 * ROW))),
        bytes=max(2**16, min(2**22, free // 100)),
        memory=0 if options.memory is None else free // 2,
    )


def separated(names: Sequence[str], delimiter: str) -> str:
    """A hint at what stands between the cells of CSV where it seems to be another sign; empty where it does not.

    Args:
        names: The columns that were found.
        delimiter: What they were separated by.
    """
    sign = next((sign for sign in ";\t|," if sign != delimiter and any(sign in name for name in names)), "")
    if not sign:
        return ""
    shown = "tab" if sign == "\t" else f"'{sign}'"
    return f"cells seem to be separated otherwise: add --delimiter {shown}, and --decimal , for decimal commas"


def names_folder(output: str | None) -> bool:
    """Whether the name of an output is that of a folder."""
    from gradcli.data.tables.stores import as_path

    return output is not None and (output.endswith("/") or os.path.isdir(as_path(output)))


def kept_of(options: FeedOptions, names: Sequence[str], variables: Sequence[str]) -> tuple[str, ...]:
    """The columns that are passed through.

    Args:
        options: The options of the call.
        names: The columns of the feed.
        variables: Those of them that are variables.

    Raises:
        GradcliError: The feed has no such column.
    """
    from gradcli.errors import nearest

    found: dict[str, None] = {}
    asked = [[given] if given in names else split_names("--keep", [given]) for given in options.keep]  # a name may have a comma
    for name in chain.from_iterable(asked):
        if name == "*":
            found |= dict.fromkeys(column for column in names if column not in variables)
        elif name in names:
            found[name] = None
        else:
            near = nearest(name, names)
            hint = f"did you mean {near}?" if near else f"its columns are {', '.join(names[:20])}"
            hint = separated(names, delimiter_of(options)) or hint
            raise GradcliError(f"the feed has no column {name} to keep", hint=hint)
    return tuple(found)
