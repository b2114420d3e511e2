"""Files of tables, written and read by other libraries than gradcli."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy

WITHOUT_EXTRAS = ("csv", "jsonl", "npz", "npy", "sqlite")
WITH_EXTRAS = ("parquet", "arrow", "duckdb")

HAS_EXTRAS = find_spec("pyarrow") is not None and find_spec("duckdb") is not None


def write_table(path: Path, format: str, columns: Mapping[str, Sequence[Any]]) -> None:
    """Write a table of numbers and texts."""
    rows = list(zip(*columns.values(), strict=True))
    if format == "csv":
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([list(columns), *rows])
    elif format == "jsonl":
        path.write_text("".join(json.dumps(dict(zip(columns, row, strict=True))) + "\n" for row in rows))
    elif format == "npz":
        numpy.savez(path, **{name: numpy.array(column) for name, column in columns.items()})
    elif format == "npy":
        kinds = [(name, numpy.array(column).dtype) for name, column in columns.items()]
        numpy.save(path, numpy.array(rows, dtype=kinds))
    elif format == "sqlite":
        path.unlink(missing_ok=True)
        database = sqlite3.connect(path)
        database.execute(f"create table t ({', '.join(columns)})")
        database.executemany(f"insert into t values ({', '.join('?' * len(columns))})", rows)
        database.commit()
        database.close()
    else:
        _write_arrow(path, format, columns)


def _write_arrow(path: Path, format: str, columns: Mapping[str, Any]) -> None:
    import duckdb
    import pyarrow
    from pyarrow import feather, parquet

    table = pyarrow.table(dict(columns))
    if format == "parquet":
        parquet.write_table(table, path, row_group_size=1000)
    elif format == "arrow":
        feather.write_feather(table, str(path), compression="uncompressed", chunksize=1000)
    else:
        path.unlink(missing_ok=True)
        with duckdb.connect(str(path)) as database:
            database.register("given", table)
            database.execute("create table t as select * from given")


def read_table(path: Path, format: str) -> dict[str, list[Any]]:
    """The columns of a table; what is nan or missing is None."""
    if format == "csv":
        rows = list(csv.reader(path.read_text().splitlines()))
        found = dict(zip(rows[0], [list(map(_cell, column)) for column in zip(*rows[1:], strict=True)], strict=True))
    elif format == "jsonl":
        found = {}
        for number, record in enumerate(map(json.loads, path.read_text().splitlines())):
            flat = {"row": record["row"], **record.get("kept", {}), **record.get("values", {})}
            flat |= {f"grad_{name}": value for name, value in record.get("grad", {}).items()} | {"error": record.get("error")}
            for name in dict.fromkeys([*found, *flat]):
                found.setdefault(name, [None] * number).append(flat.get(name))
    elif format == "npz":
        found = {name: column.tolist() for name, column in numpy.load(path).items()}
    elif format == "npy":
        array = numpy.load(path)
        found = {name: array[name].tolist() for name in array.dtype.names}
    elif format == "sqlite":
        database = sqlite3.connect(path)
        cursor = database.execute("select * from results")
        names = [column[0] for column in cursor.description]
        found = dict(zip(names, map(list, zip(*cursor, strict=True)), strict=True))
        database.close()
    else:
        found = _read_arrow(path, format)
    return {name: [None if value != value or value == "" else value for value in column] for name, column in found.items()}


def _read_arrow(path: Path, format: str) -> dict[str, list[Any]]:
    import duckdb
    from pyarrow import feather, parquet

    if format == "parquet":
        return dict(parquet.read_table(path).to_pydict())
    if format == "arrow":
        return dict(feather.read_table(str(path)).to_pydict())
    with duckdb.connect(str(path), read_only=True) as database:
        rows = database.execute("select * from results").fetchall()
        names = [name for name, *_ in database.execute("describe results").fetchall()]
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def _cell(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text
