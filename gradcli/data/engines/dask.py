"""Dask: each part is a task of its own, which the scheduler gives to another worker where one dies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.data.engines import Work


def run(job: Work, numbers: Sequence[int], address: str | None) -> Iterator[str]:
    """Run parts of a feed; see :mod:`gradcli.data.engines`."""
    from distributed import Client, as_completed

    client = Client(address) if address else Client(dashboard_address=None, silence_logs=50)
    with client:
        tasks = client.map(job, numbers, key=[f"gradcli-{number}" for number in numbers], pure=False, retries=3)
        for task in as_completed(tasks):
            yield task.result()
        if not address:
            client.shutdown()
