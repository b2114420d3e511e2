"""Rows without end: Parquet to Parquet and to sums in bounded memory, rows a second, where the time goes, and growth with cores.

    python tests/benchmarks/large.py 100_000_000 --memory 2GB

Beside them stands what memory allows: how many rows a second a copy of as many bytes would be. Stages are told in what processors
worked for them, which other programs on the machine change little; the longest stage is what more cores cannot shorten, and
"at most" is how many times faster they could be. What no stage has is start-up, and threads of Arrow, which
unpack columns. The results of all runs have to be the same to the byte.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy

PROGRAM = "y = exp(-((x - m)/s)^2/2)/(s*sqrt(2*pi))"
NUMBERS = 8
"""Columns of a row, in and out: three variables, its number, a value and three partials."""

GROUP = 1_000_000
STAGES = ("reading", "kernel", "writing")


def write_rows(path: Path, rows: int) -> None:
    """Write random rows as Parquet."""
    import pyarrow
    from pyarrow import parquet

    draw = numpy.random.default_rng(5)
    writer: Any = None
    for start in range(0, rows, GROUP):
        size = min(GROUP, rows - start)
        columns = {"x": draw.normal(size=size), "m": draw.normal(size=size), "s": draw.uniform(0.5, 2, size)}
        table = pyarrow.table(columns)
        writer = writer or parquet.ParquetWriter(path, table.schema, use_dictionary=False)
        writer.write_table(table)
    writer.close()


def run(arguments: list[str]) -> None:
    """Run a command line in this process; prints what it took, stage by stage, in seconds of processors, as JSON.

    Stages run side by side, in threads of their own: what one took is what its threads worked, not how long it was waited for.
    """
    from gradcli.cli import main
    from gradcli.data.kernels import blocks, native, reducer
    from gradcli.data.row_runs import RowRuns
    from gradcli.data.tables import arrow_columns, parquet

    spent = dict.fromkeys(STAGES, 0.0)
    lock, inside = threading.Lock(), threading.local()

    def timed(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            if getattr(inside, "stage", None):
                return function(*given)
            inside.stage, start = stage, time.thread_time()
            try:
                return function(*given)
            finally:
                with lock:
                    spent[stage] += time.thread_time() - start
                inside.stage = None

        return call

    def steps(stage: str, function: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
        def call(*given: Any) -> Iterator[Any]:
            step = timed(stage, lambda items: next(items, None))
            items = function(*given)
            while (item := step(items)) is not None:
                yield item

        return call

    ahead = parquet._ahead
    patches = [
        mock.patch.object(parquet, "_ahead", lambda items: ahead(steps("reading", iter)(items))),
        mock.patch.object(parquet, "piece_of", timed("reading", parquet.piece_of)),
        mock.patch.object(RowRuns, "of", steps("kernel", RowRuns.of)),
        *[mock.patch.object(one, "run", timed("kernel", one.run)) for one in (blocks.BlockKernel, native.NativeKernel)],
        mock.patch.object(reducer.Reducer, "add", timed("kernel", reducer.Reducer.add)),
        mock.patch.object(parquet.ParquetWriter, "write", timed("writing", parquet.ParquetWriter.write)),
        mock.patch.object(arrow_columns.ArrowRecords, "add", timed("writing", arrow_columns.ArrowRecords.add)),
    ]
    before, start = time.process_time(), time.perf_counter()
    for patch in patches:
        patch.start()
    code = main.run(arguments)
    found = {"code": int(code), "seconds": time.perf_counter() - start, "worked": time.process_time() - before, **spent}
    print(json.dumps({**found, "memory": _most_memory()}))


def _most_memory() -> float:
    """The most megabytes that this process had; those of its parent, from before it became this program, do not count."""
    found = re.search(r"VmHWM:\s*([0-9]+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1000 if found else float("nan")


def bandwidth() -> float:
    """The bytes a second that memory reads and writes in a copy."""
    source, target = numpy.ones(2**26), numpy.empty(2**26)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        target[:] = source
        times.append(time.perf_counter() - start)
    return 2 * source.nbytes / sorted(times)[1]


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=int, nargs="?", default=10_000_000)
    parser.add_argument("--memory", default="2GB")
    parser.add_argument("--kernel", default="auto")
    asked = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    counts = [2**at for at in range(len(cores).bit_length()) if 2**at <= len(cores)]
    limit = bandwidth() / (8 * NUMBERS)
    with tempfile.TemporaryDirectory() as folder:
        rows, results = Path(folder) / "rows.parquet", Path(folder) / "results"
        write_rows(rows, asked.rows)
        print(f"{asked.rows:,} rows; memory would copy {limit:,.0f} rows a second")
        print(
            "into      cores   seconds   worked      rows/s of memory   MB  "
            + "  ".join(f"{stage:>7}" for stage in STAGES)
            + "  at most"
        )
        for into, further in (("parquet", ["-o", str(results)]), ("sums", ["--reduce", "sum,grad-sum"])):
            seen: set[bytes] = set()
            for count in counts:
                call = ["run", "-e", PROGRAM, "--feed", str(rows), "--memory", asked.memory, "--kernel", asked.kernel, *further]
                call += ["--format", "parquet" if into == "parquet" else "csv"]
                child = [sys.executable, __file__, "--one", json.dumps([cores[:count], call])]
                done = subprocess.run(child, capture_output=True, text=True, check=True)
                *others, last = done.stdout.splitlines()
                found = json.loads(last)
                seen.add(hashlib.sha256(results.read_bytes() if into == "parquet" else "".join(others).encode()).digest())
                rate = asked.rows / found["seconds"]
                shares = "  ".join(f"{found[stage] / found['worked']:7.0%}" for stage in STAGES)
                head = f"{into:8} {count:6} {found['seconds']:9.1f} {found['worked']:8.1f} {rate:11,.0f} {rate / limit:9.1%}"
                most = found["worked"] / max(found[stage] / (count if stage == "kernel" else 1) for stage in STAGES)
                print(f"{head} {found['memory']:5.0f}  {shares} {most:8.1f}", flush=True)
            assert len(seen) == 1, "results differ"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        own, line = json.loads(sys.argv[2])
        os.sched_setaffinity(0, own)
        run(line)
    else:
        main()
