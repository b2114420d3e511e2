"""Spark: the parts are a data frame, a partition each, over which ``mapInArrow`` goes."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence

from gradcli.data.engines import Work
from gradcli.typing import Any

RETRIES = 4
"""How often a task may fail; on one machine Spark tries none again unless it is asked to."""


def run(job: Work, numbers: Sequence[int], address: str | None) -> Iterator[str]:
    """Run parts of a feed; see :mod:`gradcli.data.engines`."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    from pyspark.sql import SparkSession

    warnings.simplefilter("ignore", FutureWarning)  # of pyspark, about libraries that it meets
    builder = SparkSession.builder.appName("gradcli")
    if address is not None and address.startswith("sc://"):
        session = builder.remote(address).getOrCreate()
    else:
        master = address or f"local[*,{RETRIES}]"
        for name, value in (("ui.enabled", "false"), ("ui.showConsoleProgress", "false"), ("log.level", "OFF")):
            builder = builder.config(f"spark.{name}", value)
        session = builder.master(master).getOrCreate()
    wanted = list(numbers)

    def reports(batches: Iterable[Any]) -> Iterator[Any]:
        import pyarrow

        for batch in batches:
            found = [job(wanted[at]) for at in batch.column("id").to_pylist()]
            yield pyarrow.record_batch([pyarrow.array(found, "string")], names=["report"])

    try:
        parts = session.range(0, len(wanted), 1, numPartitions=len(wanted))
        for row in parts.mapInArrow(reports, "report string").collect():
            yield row["report"]
    finally:
        session.stop()
