"""Sums over a feed that is run part by part: those of the parts are added in a tree, by the numbers of the parts."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence

from gradcli.data.batches import BatchFunction
from gradcli.data.frames import plain_keys
from gradcli.data.kernels.sums import Group, Sums
from gradcli.data.tables.feeds import pieces_of
from gradcli.data.tables.formats import open_table
from gradcli.data.tables.pieces import Partition, Piece, Reading, Row, Wanted
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
            reducer, unread = self.function.reducer(), Unread(part.first)
            with open_table(part, self.reading) as table:
                for piece in pieces_of(table, part, self.wanted):
                    reducer.add(*unread.readable(piece, self.by))
            sums = unread.counted(reducer.sums().partition(number))
        except GradcliError as error:
            return json.dumps({"part": number, "failed_by": error.message})
        nodes = [[*place, *map(_plain, (group.keys, group.numbers, group.missing))] for place, group in sums.nodes.items()]
        plain = [list(sums.names), sums.outputs, [list(shape) for shape in sums.shapes], nodes, sums.failed, sums.why_failed]
        return json.dumps({"part": number, "sums": plain})


def total(job: SumJob, reports: Iterable[str]) -> Sums:
    """The sums of all parts, whatever the order in which they come.

    Args:
        job: The job.
        reports: What it gives for each part.

    Raises:
        GradcliError: A part could not be summed up.
    """
    sums: Sums | None = None
    why: dict[int, str] = {}  # of the parts that are there why rows of them failed, empty where none did
    wrong: dict[int, str] = {}
    for report in map(json.loads, reports):  # each is added when it comes: the tree does not depend on the order
        number = report["part"]
        if "sums" not in report:
            wrong[number] = report["failed_by"]
        elif number not in why:
            part = _sums(report["sums"])
            why[number] = part.why_failed
            whole, other = (part, sums) if sums is None or not sums.nodes else (sums, part)
            failed = part.failed + (0 if sums is None else sums.failed)
            sums = replace(whole.merge(other) if other is not None and other.nodes else whole, failed=failed)
    missing = [number for number in range(len(job.parts)) if number not in why]
    if missing or sums is None:
        first = wrong.get(missing[0], "nothing is known of why")
        message = f"{len(missing):,} of {len(job.parts):,} parts are not done; part {missing[0]}: {first}"
        raise GradcliError(message, hint="nothing is written: run the same call again")
    return replace(sums, why_failed=next((why[number] for number in sorted(why) if why[number]), ""))


def _plain(array: Any) -> Any:
    return None if array is None else array.tolist()


def _sums(plain: list[Any]) -> Sums:
    import numpy

    names, outputs, shapes, nodes, *failed = plain
    size = 1 + sum(map(math.prod, shapes))

    def group(keys: list[Any] | None, *numbers: list[Any] | None) -> Group:
        own = None if keys is None else numpy.array(keys, None if keys else bool)
        return Group(own, *[None if lines is None else numpy.reshape(lines, (len(lines), size)) for lines in numbers])

    groups = {(level, at): group(*given) for level, at, *given in nodes}
    return Sums(tuple(names), outputs, tuple(map(tuple, shapes)), groups, *failed)


class Unread:
    """The rows of a feed that cannot be read, which are in no sum.

    Args:
        first: How many rows stand before the first piece.

    Attributes:
        rows: How many rows there were, with those before them.
    """

    def __init__(self, first: int = 0) -> None:
        self.rows = first
        self._failed, self._why = 0, ""

    def readable(self, piece: Piece, by: str | None) -> tuple[Any, Any]:
        """The variables of the rows of the next piece that can be read, and their groups.

        Raises:
            GradcliError: Rows have arrays of several shapes.
        """
        import numpy

        faults = piece.faults if piece.columns is not None else _faults(piece.rows)
        if faults and not self._failed:
            at = min(faults)
            self._why = f"row {self.rows + at + 1:,}: {faults[at].message}"
        self.rows += piece.size
        self._failed += len(faults)
        keys = None if by is None else plain_keys(piece.kept[by])
        good = numpy.setdiff1d(numpy.arange(piece.size), list(faults)) if faults else slice(None)
        if piece.columns is not None:
            columns = {name: column[good] for name, column in piece.columns.items()}
        else:
            read = [row for row in piece.rows if not isinstance(row, GradcliError)]
            try:
                columns = {name: numpy.array([row[name] for row in read], "float64") for name in (read[0] if read else ())}
            except ValueError:
                raise GradcliError("rows of several shapes have no sum", hint="give each row arrays of the same shape") from None
        return columns, None if keys is None else keys[good]

    def counted(self, sums: Sums) -> Sums:
        """Sums, with these rows among those that failed."""
        return replace(sums, failed=sums.failed + self._failed, why_failed=self._why or sums.why_failed)


def _faults(rows: Sequence[Row]) -> dict[int, GradcliError]:
    return {at: row for at, row in enumerate(rows) if isinstance(row, GradcliError)}
