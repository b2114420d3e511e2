"""Sums over a feed that is run part by part: those of the parts are added in a tree, by the numbers of the parts."""

from __future__ import annotations

import json
from collections.abc import Iterable

from gradcli.data.batches import BatchFunction
from gradcli.data.kernels.sums import Group, Sums
from gradcli.data.tables.feeds import pieces_of
from gradcli.data.tables.formats import open_table
from gradcli.data.tables.pieces import Partition, Piece, Reading, Wanted
from gradcli.errors import GradcliError
from gradcli.frozen import Frozen, replace
from gradcli.typing import Any


class SumJob(Frozen, eq=False):
    """What is summed up in each part of a feed; it can be pickled and sent to where the part is run.

    Attributes:
        function: The program.
        parts: The parts.
        reading: How tables are read.
        wanted: What is taken of them.
        by: The column whose values are groups; None for one group.
    """

    function: BatchFunction
    parts: tuple[Partition, ...]
    reading: Reading
    wanted: Wanted
    by: str | None

    def __call__(self, number: int) -> str:
        """The sums of a part as JSON, whose numbers have all of their digits; or its number and ``failed_by``, an error."""
        part = self.parts[number]
        try:
            reducer, failed = self.function.reducer(), 0
            with open_table(part, self.reading) as table:
                for piece in pieces_of(table, part, self.wanted):
                    columns, keys, bad = readable_columns(piece, self.by)
                    failed += bad
                    reducer.add(columns, keys)
            sums = reducer.sums().partition(number)
        except GradcliError as error:
            return json.dumps({"part": number, "failed_by": error.message})
        nodes = [[*place, _plain(group.keys), group.numbers.tolist()] for place, group in sums.nodes.items()]
        plain = [list(sums.names), sums.outputs, [list(shape) for shape in sums.shapes], nodes, sums.failed + failed]
        return json.dumps({"part": number, "sums": plain})


def total(job: SumJob, reports: Iterable[str]) -> Sums:
    """The sums of all parts, whatever the order in which they come.

    Args:
        job: The job.
        reports: What it gives for each part.

    Raises:
        GradcliError: A part could not be summed up.
    """
    found: dict[int, dict[str, Any]] = {report["part"]: report for report in map(json.loads, reports)}
    missing = [number for number in range(len(job.parts)) if "sums" not in found.get(number, ())]
    if missing:
        why = found.get(missing[0], {}).get("failed_by", "nothing is known of why")
        message = f"{len(missing):,} of {len(job.parts):,} parts are not done; part {missing[0]}: {why}"
        raise GradcliError(message, hint="nothing is written: run the same call again")
    parts = [_sums(found[number]["sums"]) for number in range(len(job.parts))]
    sums, *others = [part for part in parts if part.nodes] or parts[:1]
    for part in others:
        sums = sums.merge(part)
    return replace(sums, failed=sum(part.failed for part in parts))


def _plain(keys: Any) -> Any:
    return None if keys is None else keys.tolist()


def _sums(plain: list[Any]) -> Sums:
    import numpy

    names, outputs, shapes, nodes, failed = plain
    groups = {
        (level, at): Group(None if keys is None else numpy.array(keys), numpy.array(numbers))
        for level, at, keys, numbers in nodes
    }
    return Sums(tuple(names), outputs, tuple(map(tuple, shapes)), groups, failed)


def readable_columns(piece: Piece, by: str | None) -> tuple[Any, Any, int]:
    """The variables of the rows of a piece that can be read, their groups, and how many rows cannot.

    Raises:
        GradcliError: Rows have arrays of several shapes.
    """
    import numpy

    keys = None if by is None else numpy.asarray(piece.kept[by])
    if piece.columns is not None:
        if not piece.faults:
            return piece.columns, keys, 0
        good = numpy.setdiff1d(numpy.arange(piece.size), list(piece.faults))
        columns = {name: column[good] for name, column in piece.columns.items()}
        return columns, None if keys is None else keys[good], len(piece.faults)
    places = [at for at, row in enumerate(piece.rows) if not isinstance(row, GradcliError)]
    read = [row for row in piece.rows if not isinstance(row, GradcliError)]
    try:
        columns = {name: numpy.array([row[name] for row in read], "float64") for name in (read[0] if read else ())}
    except ValueError:
        raise GradcliError("rows of several shapes have no sum", hint="give each row arrays of the same shape") from None
    return columns, None if keys is None else keys[places], len(piece.rows) - len(read)
