"""What a call says of the tables of --feed: how they are read, and what is written of them where."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gradcli.cli.framework.choices import refuse, split_names
from gradcli.cli.framework.command import text, texts
from gradcli.cli.framework.options import FileOptions
from gradcli.errors import GradcliError

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
    if "output" in options.given:
        raise GradcliError("-o is for the records of --feed", hint="write --json > FILE, or add --feed rows.csv")
    names = [option.name for option in FeedOptions.declared() if option.name != "output"]
    refuse(options, names, "is for the rows of --feed", "leave it out, or add --feed rows.csv")


def delimiter_of(options: FeedOptions) -> str:
    """What stands between the cells of CSV.

    Raises:
        GradcliError: It is no single sign, or the decimal sign as well.
    """
    decimal = options.decimal or "."
    given = options.delimiter or (";" if decimal == "," else ",")
    sign = "\t" if given in ("tab", "\\t") else given
    if len(sign) != 1 or sign in '"\r\n' or sign.isalnum():
        raise GradcliError(f"--delimiter takes one sign, not '{given}'", hint="for example --delimiter ';' or --delimiter tab")
    if sign == decimal:
        raise GradcliError(f"{sign} cannot be the decimal sign and stand between cells", hint="add --delimiter ';'")
    return sign


_BYTES = re.compile(r"([0-9]+(?:\.[0-9]+)?) *([kKMGT]?)(i?)B?")


def bytes_of(option: str, given: str, least: int) -> int:
    """The bytes of ``2GB``.

    Raises:
        GradcliError: It is written otherwise, or fewer than the least.
    """
    found = _BYTES.fullmatch(given.strip())
    if found is None:
        raise GradcliError(f"{option} takes a number of bytes, not '{given}'", hint=f"for example {option} 2GB")
    number, prefix, binary = found.groups()
    size = int(float(number) * (1024 if binary else 1000) ** " kMGT".index(prefix.replace("K", "k") or " "))
    if size < least:
        raise GradcliError(f"{option} {given} is less than the {least // 10**6} MB that the smallest run needs")
    return size


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
    for name in split_names("--keep", options.keep):
        if name == "*":
            found |= dict.fromkeys(column for column in names if column not in variables)
        elif name in names:
            found[name] = None
        else:
            near = nearest(name, names)
            hint = f"did you mean {near}?" if near else f"its columns are {', '.join(names[:20])}"
            raise GradcliError(f"the feed has no column {name} to keep", hint=hint)
    return tuple(found)
