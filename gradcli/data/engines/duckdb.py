"""DuckDB: the job is a function of Arrow in a database of this process, and queries call it, a cursor for each part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.data.engines import Work
from gradcli.typing import Any


def run(job: Work, numbers: Sequence[int], address: str | None) -> Iterator[str]:
    """Run parts of a feed; see :mod:`gradcli.data.engines`."""
    from concurrent.futures import ThreadPoolExecutor, as_completed

    import duckdb
    import pyarrow

    from gradcli.data.kernels.row_kernel import cores

    def reports(parts: Any) -> Any:
        return pyarrow.array([job(number) for number in parts.to_pylist()], "string")

    def report(number: int) -> str:
        with database.cursor() as cursor:
            ((found,),) = cursor.execute("select job(?)", [number]).fetchall()
            return str(found)

    pool = ThreadPoolExecutor(cores())
    with duckdb.connect() as database:
        database.create_function("job", reports, ["BIGINT"], "VARCHAR", type="arrow", side_effects=True)
        try:
            for done in as_completed([pool.submit(report, number) for number in numbers]):
                yield done.result()
        finally:
            pool.shutdown(cancel_futures=True)
