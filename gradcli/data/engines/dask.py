"""Dask: the parts are a bag, a partition each, over which ``map_partitions`` goes; one whose worker died goes to another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gradcli.data.engines import Work

RETRIES = 3
"""How often a task may fail."""


def run(job: Work, numbers: Sequence[int], address: str | None) -> Iterator[str]:
    """Run parts of a feed; see :mod:`gradcli.data.engines`."""
    from dask import bag
    from distributed import Client, as_completed

    def reports(parts: Iterable[int]) -> list[str]:
        return [job(number) for number in parts]

    client = Client(address) if address else Client(dashboard_address=None, silence_logs=50)
    with client:
        parts = bag.from_sequence(numbers, npartitions=len(numbers)).map_partitions(reports)
        for task in as_completed(client.compute(parts.to_delayed(), retries=RETRIES)):
            yield from task.result()
        if not address:
            client.shutdown()
