"""Where the records of `gradcli run --feed` go: standard output, or files that are whole or not there."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from gradcli.cli.framework.streams import write
from gradcli.cli.inputs.feeds.options import FeedOptions, names_folder
from gradcli.data.tables.compression import SUFFIXES
from gradcli.data.tables.formats import TABLES, TableFile, TableFormat, format_of
from gradcli.data.tables.pieces import STDIN
from gradcli.data.tables.records import Layout, Records
from gradcli.data.tables.stores import as_path, drafted, is_address
from gradcli.errors import GradcliError
from gradcli.frozen import replace
from gradcli.typing import Any

_STDOUT = (STDIN, "/dev/stdout")


def format_of_output(asked: str | None, output: str | None, of_rows: str) -> TableFormat:
    """The format of the records.

    Args:
        asked: What the options ask for; None for nothing.
        output: The file or folder that is written; None or ``-`` for standard output.
        of_rows: The format of the rows.

    Raises:
        GradcliError: The name of the file does not tell it, or tells another one.
    """
    if asked is not None:
        own, other = TABLES[asked], format_of(output or "")
        if other not in (None, own):
            message = f"a file that ends in {other.suffixes[0]} is {other.name}, and not --format {asked}"
            raise GradcliError(message, hint=f"end it in {own.suffixes[0]}")
        return own
    if output in (None, STDIN):
        return TABLES[of_rows if TABLES[of_rows].text else "csv"]
    if names_folder(output):
        return TABLES[of_rows if TABLES[of_rows].text or of_rows == "arrow" else "parquet"]
    format = format_of(output or "")
    if format is None:
        ends = ", ".join(suffix for format in TABLES.values() for suffix in format.suffixes[:1])
        raise GradcliError(f"the name {output} does not tell its format", hint=f"end it in {ends}, or add --format")
    return format


def check_targets(paths: Sequence[str], options: FeedOptions) -> None:
    """Check that no two tables are one file, of those that are read and written: rows would be lost.

    Args:
        paths: The files of the feed.
        options: The options of the call.

    Raises:
        GradcliError: Two are.
    """
    output, errors = [None if path is None else as_path(path) for path in (options.output, options.errors)]
    plain = [path for path in (output, errors) if path and path != STDIN and (os.path.isfile(path) or not os.path.exists(path))]
    if len(plain) == 2 and os.path.realpath(plain[0]) == os.path.realpath(plain[1]):
        raise GradcliError(f"-o and --errors are both {errors}", hint="write the rows that fail into another file")
    for target in (output, errors):
        if target is not None and target in paths and is_address(target):
            raise GradcliError(f"{target} is the table that is read", hint="write into another object")
        if target is not None and os.path.isfile(target):
            for path in paths:
                if os.path.isfile(path) and os.path.samefile(path, target):
                    raise GradcliError(f"{target} is the table that is read", hint="write into another file")


def sink(stack: ExitStack, format: TableFormat, layout: Layout, options: FeedOptions) -> Callable[[Records], bool]:
    """What takes records, and tells whether somebody still reads them; files are in place when the stack is left."""
    output = options.output or STDIN
    if options.errors == STDIN and output in _STDOUT:
        raise GradcliError(
            "rows that fail and records would both go to standard output", hint="add -o FILE, or name one by --errors"
        )
    failed = None if options.errors is None else _target(stack, options.errors, TABLES["jsonl"], replace(layout, given=True))
    good = _target(stack, output, format, layout)
    if failed is None:
        return good

    def parted(records: Records) -> bool:
        fine, wrong = records.parted()
        failed(wrong)
        return good(fine)

    return parted


def _target(stack: ExitStack, path: str, format: TableFormat, layout: Layout) -> Callable[[Records], bool]:
    """What takes records to standard output, or to a file that takes its place when the stack is left."""
    if path in _STDOUT:
        return _standard_output(stack, format, layout)
    compression = next((kind for suffix, kind in SUFFIXES.items() if path.lower().endswith(suffix)), None)
    if compression and not format.text:
        raise GradcliError(
            f"{format.name} is not packed by {compression} as a whole", hint=f"end the name in {format.suffixes[0]}"
        )
    file = TableFile(stack.enter_context(drafted(as_path(path))), format, layout, compression)
    stack.push(lambda kind, error, trace: file.close() if kind is None else file.abandon())

    def put(records: Records) -> bool:
        file.add(records)
        return True

    return put


def _standard_output(stack: ExitStack, format: TableFormat, layout: Layout) -> Callable[[Records], bool]:
    if format.text:
        lines = format.part(format.writer)(layout)
        reading = write([lines.head()])
        return lambda records: reading and write(["".join(lines.lines(records))])
    if format.by_path or (sys.stdout is not None and sys.stdout.isatty()):
        raise GradcliError(f"{format.name} is written into a file", hint=f"add -o results{format.suffixes[0]}")
    pipe = _Pipe()
    writer = format.part(format.writer)(pipe, layout)
    stack.push(lambda kind, error, trace: writer.close() if kind is None else None)

    def put(records: Records) -> bool:
        if len(records.rows):
            writer.add(records)
        return pipe.reading

    return put


class _Pipe:
    """Standard output as a file of bytes that cannot go back."""

    closed = False

    def __init__(self) -> None:
        self.reading, self.place = True, 0

    def write(self, data: Any) -> int:
        """Write some bytes."""
        data = bytes(data)
        self.reading = self.reading and write(data)
        self.place += len(data)
        return len(data)

    def tell(self) -> int:
        """How many bytes have been written."""
        return self.place

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """It stays open."""

    def readable(self) -> bool:
        """It is not."""
        return False

    def seekable(self) -> bool:
        """It is not."""
        return False

    def writable(self) -> bool:
        """It is."""
        return True
