"""Tables of many rows as whole processes: CSV to CSV and Parquet to Parquet, beside Polars and JAX by hand."""

from __future__ import annotations

import random
import shlex
from dataclasses import replace

from contest import Contest, Count, Entry, Setting

MANY = 1_000_000
SEED = 5
PROGRAM = "y = exp(-((x - m)/s)^2/2)/(s*sqrt(2*pi))"
"""The density of a normal distribution, with three partials."""

SUMS = (
    "import sys, math, pyarrow.parquet as p; t = p.read_table(sys.argv[1]);"
    "[print(math.fsum(t[n].to_pylist())) for n in sys.argv[2:]]"
)
COLUMNS = ("y", "grad_x", "grad_m", "grad_s")


def contests(setting: Setting) -> list[Contest | Count]:
    """The contests of this workload."""
    draw = random.Random(SEED)
    cells = [(draw.gauss(0, 1), draw.gauss(0, 1), draw.uniform(0.5, 2)) for _ in range(MANY)]
    feed = setting.write("columns.csv", "".join(["x,m,s\n", *[f"{x!r},{m!r},{s!r}\n" for x, m, s in cells]]))
    parquet = str(setting.folder / "columns.parquet")
    made = shlex.join(
        [setting.peers, "-c", "import sys, polars; polars.read_csv(sys.argv[1]).write_parquet(sys.argv[2])", feed, parquet]
    )
    return [
        Contest(
            f"columns: {MANY:,} rows of CSV, value and three partials, into CSV",
            [_into(setting, setting.ours("run --feed", "run", "-e", PROGRAM, "--feed", feed), "csv", "")],
            [replace(_into(setting, _peer(setting, feed, "csv"), "csv", ""), needs="polars")],
            runs=3,
        ),
        Contest(
            f"columns: {MANY:,} rows of Parquet, value and three partials, into Parquet",
            [
                _into(setting, setting.ours("run --feed", "run", "-e", PROGRAM, "--feed", parquet), "parquet", made),
                _into(
                    setting, setting.ours("--kernel c", "run", "-e", PROGRAM, "--kernel", "c", "--feed", parquet), "parquet", made
                ),
            ],
            [replace(_into(setting, _peer(setting, parquet, "parquet"), "parquet", made), needs="polars")],
            runs=3,
        ),
    ]


def _peer(setting: Setting, feed: str, format: str) -> Entry:
    return setting.script(f"polars and jax, {format}", "columns_polars_jax.py", feed, needs="polars")


def _into(setting: Setting, entry: Entry, format: str, first: str) -> Entry:
    """A program that writes a table and, by the same few lines for all of them, the sums of its columns."""
    results = str(setting.folder / f"results.{format}")
    added = (
        SUMS
        if format == "parquet"
        else SUMS.replace("pyarrow.parquet as p", "pyarrow.csv as p").replace("read_table", "read_csv")
    )
    sums = shlex.join([setting.peers, "-c", added, results, *COLUMNS])
    run = shlex.join([*entry.command, "-o", results])
    needed = f"test -e {shlex.quote(str(setting.folder / 'columns.parquet'))} || {first}; " if first else ""
    return replace(entry, command=["sh", "-c", f"{needed}{run} && {sums}"])
