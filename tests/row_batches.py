"""Many rows of one test as one item: pytest and xdist need milliseconds an item, most rows need microseconds."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

ROWS = 40
"""How many rows make an item at most."""


class Batch(pytest.Item):
    """Rows of one parametrized test. All run, whatever the others do; each that fails is shown by itself."""

    def __init__(self, *, rows: list[pytest.Function], **arguments: Any) -> None:
        super().__init__(**arguments)
        self.rows = rows

    def runtest(self) -> None:
        """Run every row."""
        failed: list[tuple[pytest.Function, pytest.ExceptionInfo[BaseException]]] = []
        skipped: list[str] = []
        for row in self.rows:
            try:
                row.obj(**row.callspec.params)
            except pytest.skip.Exception as error:
                skipped.append(str(error))
            except (Exception, pytest.fail.Exception):
                failed.append((row, pytest.ExceptionInfo.from_current()))
        if failed:
            raise RowsError(failed)
        if skipped:
            pytest.skip(f"{len(skipped)} of {len(self.rows)} rows: {skipped[0]}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Every row that failed, as pytest shows one."""
        if isinstance(excinfo.value, RowsError):
            return "\n".join(f"{row.nodeid}\n{row.repr_failure(why)}" for row, why in excinfo.value.failed)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> Any:
        """Where the test stands."""
        file, line, _ = self.rows[0].reportinfo()
        return file, line, self.name


class RowsError(Exception):
    """Rows failed.

    Args:
        failed: Each with what it raised.
    """

    def __init__(self, failed: list[tuple[pytest.Function, pytest.ExceptionInfo[BaseException]]]) -> None:
        super().__init__(", ".join(row.nodeid for row, _ in failed))
        self.failed = failed


def batched(items: Iterable[pytest.Item]) -> Iterator[pytest.Item]:
    """The tests of a run, with the rows of each parametrized test that takes no fixture as few items."""
    for test, group in itertools.groupby(items, _test):
        found = list(group)
        if test is None or len(found) == 1:
            yield from found
            continue
        for start in range(0, len(found), ROWS):
            rows: Any = found[start : start + ROWS]
            name = f"{rows[0].originalname}[{rows[0].callspec.id} and {len(rows) - 1} more]"
            yield Batch.from_parent(rows[0].parent, name=name, rows=rows)


def _test(item: pytest.Item) -> object:
    """What makes rows one item: the function. None for what stands alone."""
    if not isinstance(item, pytest.Function) or not hasattr(item, "callspec") or item.cls is not None:
        return None
    if set(item.fixturenames) != set(item.callspec.params):
        return None
    marks = {mark.name for mark in item.iter_markers()} - {"parametrize", "quick"}
    return None if marks else item.function
