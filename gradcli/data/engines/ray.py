"""Ray: the parts are a data set of Ray Data, over which ``map_batches`` goes."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence

from gradcli.data.engines import Work
from gradcli.typing import Any


def run(job: Work, numbers: Sequence[int], address: str | None) -> Iterator[str]:
    """Run parts of a feed; see :mod:`gradcli.data.engines`."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if address:
        os.environ.setdefault("RAY_NUM_REDIS_GET_RETRIES", "1")  # of half a minute each, if it is no Ray that listens there
    import ray
    import ray.data

    started = not ray.is_initialized()
    if started:
        ray.init(address=address, include_dashboard=None if address else False, log_to_driver=False, logging_level=logging.ERROR)
    try:
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        logging.getLogger("ray.data").setLevel(logging.ERROR)

        def reports(batch: dict[str, Any]) -> dict[str, list[str]]:
            return {"report": [job(int(number)) for number in batch["part"]]}

        parts = ray.data.from_items([{"part": number} for number in numbers], override_num_blocks=len(numbers))
        for row in parts.map_batches(reports, batch_size=1).iter_rows():
            yield row["report"]
    finally:
        if started:
            ray.shutdown()
