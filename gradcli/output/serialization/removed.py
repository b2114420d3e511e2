"""What building a static graph left out, as records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.lowering.builders.static import Removed
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.output.schemas.runs import RemovedRecord


def removed_records(removed: Sequence[Removed], source: str) -> list[RemovedRecord]:
    """What was left out, as data."""
    return [
        {"pass": item.kind, "operation": item.operation, "line": line, "text": source[item.span[0] : item.span[1]]}
        for line, item in placed(removed, source)
    ]


def placed(removed: Sequence[Removed], source: str) -> Iterator[tuple[int, Removed]]:
    """What was left out, each with its line in the source text."""
    return ((source.count("\n", 0, item.span[0]) + 1, item) for item in removed)
