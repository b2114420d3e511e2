"""DuckDB: the job is a function of Arrow in a database of this process, and a query calls it for each part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.data.engines import Work
from gradcli.errors import GradcliError
from gradcli.typing import Any


def run(job: Work, numbers: Sequence[int], address: str | None) -> Iterator[str]:
    """Run parts of a feed; see :mod:`gradcli.data.engines`."""
    if address is not None:
        raise GradcliError("DuckDB runs in this process, and not at an address", hint="leave --address out")
    import duckdb
    import pyarrow

    def reports(parts: Any) -> Any:
        return pyarrow.array([job(number) for number in parts.to_pylist()], "string")

    with duckdb.connect() as database:
        database.create_function("job", reports, ["BIGINT"], "VARCHAR", type="arrow", side_effects=True)
        for number in numbers:
            ((report,),) = database.execute("select job(?)", [number]).fetchall()
            yield report
