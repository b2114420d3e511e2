"""Memory does not grow with the number of rows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy
import pytest
from commandline import ENVIRONMENT
from table_files import HAS_EXTRAS, write_table

PEAK = (
    "import sys; from gradcli.cli.main import run; code = run(sys.argv[1:]);"
    "sys.stderr.write(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM'))); sys.exit(code)"
)
"""A call that tells the peak of its memory: that of the process since it became this program, not of those before."""

FEW, MANY = 300_000, 1_200_000
RECORD = 8 * 6  # bytes of a row: its number, two variables, a value and two derivatives


@pytest.mark.parametrize("format", ["npz", *(["parquet"] if HAS_EXTRAS else [])])
def test_the_peak_of_memory_does_not_grow_with_the_rows(format: str, tmp_path: Path) -> None:
    peaks: list[int] = []
    for count in (FEW, MANY):
        feed = tmp_path / f"rows-{count}"
        numbers = numpy.random.default_rng(1).normal(size=count)
        write_table(tmp_path / f"feed.{format}", format, {"x": numbers, "w": numbers})
        (tmp_path / f"feed.{format}").rename(feed)
        suffix = "npz" if format == "npz" else "parquet"
        call = ["run", "-e", "x*x*w", "--feed", str(feed), "-o", str(tmp_path / f"out.{suffix}"), "--memory", "300MB"]
        done = subprocess.run([sys.executable, "-c", PEAK, *call], env=ENVIRONMENT, capture_output=True, check=True)
        peaks.append(int(done.stderr) * 1024)
    assert peaks[1] - peaks[0] < (MANY - FEW) * RECORD / 2
    assert peaks[1] < 300 * 10**6


WIDE = [["--wrt", "x"], ["--reduce", "sum,grad-sum", "--wrt", "w"], ["--no-grad", "--keep", "z"]]


@pytest.mark.parametrize(
    ("further", "format"), [(WIDE[0], "npz"), *[(further, "parquet" if HAS_EXTRAS else "npz") for further in WIDE]]
)
def test_rows_of_wide_arrays_are_read_run_and_written_a_few_at_a_time(further: list[str], format: str, tmp_path: Path) -> None:
    """24,000 rows of 4 kB or 8 kB, whose columns, derivatives and lists would take several times as much together."""
    width = 500
    numbers = numpy.random.default_rng(1).normal(size=(24_000, width))
    feed = tmp_path / f"feed.{format}"
    columns = dict.fromkeys(["x", "z"] if "--keep" in further else ["x"], numbers)
    if format == "npz":
        numpy.savez(feed, **columns)
    else:
        import pyarrow
        from pyarrow import parquet

        flat = pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(numbers.ravel()), width)
        parquet.write_table(pyarrow.table(dict.fromkeys(columns, flat)), feed)
    call = ["run", "-e", "sum(x*w)", "--w", str([0.5] * width), "--feed", str(feed), "-o", str(tmp_path / f"out.{format}")]
    call += ["--memory", "300MB", *further]
    done = subprocess.run([sys.executable, "-c", PEAK, *call], env=ENVIRONMENT, capture_output=True, check=True)
    assert int(done.stderr) * 1024 < 440 * 10**6
