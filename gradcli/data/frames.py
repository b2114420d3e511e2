"""Columns of data frames and tables, and frames and tables of columns, by what their library can do; none is loaded here.

A frame that somebody gives has loaded its library already.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from gradcli.errors import GradcliError
from gradcli.typing import Any

KINDS = ("pandas", "polars", "pyarrow")
"""The libraries whose frames and tables are read and made."""


def library_of(table: object) -> str:
    """The library of a frame or a table.

    Raises:
        GradcliError: It is none.
    """
    library = type(table).__module__.partition(".")[0]
    if library not in KINDS or not hasattr(table, "shape" if library != "pyarrow" else "column"):
        kind = type(table).__name__
        raise GradcliError(
            f"{kind} is no table of columns", hint="give a mapping of arrays, or a frame of pandas, Polars or Arrow"
        )
    return library


def columns_of(table: Any, names: Sequence[str]) -> dict[str, Any]:
    """Some columns of a frame or table as arrays, the rows along the first axis; those that it has not are left out.

    Raises:
        GradcliError: It is no frame or table, or a column has lists of several lengths.
    """
    library = library_of(table)
    known = table.column_names if library == "pyarrow" else list(table.columns)
    return {
        name: _array(name, table.column(name) if library == "pyarrow" else table[name], library)
        for name in names
        if name in known
    }


def keys_of(table: Any, name: str) -> Any:
    """A column of any kind, as an array; None where there is none of the name."""
    import numpy

    library = library_of(table)
    if name not in (table.column_names if library == "pyarrow" else list(table.columns)):
        return None
    if library == "pyarrow":
        return plain_keys(table.column(name))
    column = table[name]
    if library == "pandas" and column.hasnans:
        return numpy.array([None if bad else one for one, bad in zip(column.tolist(), column.isna(), strict=True)], object)
    if library == "polars" and column.null_count():
        return numpy.array(column.to_list(), object)
    return column.to_numpy()


def plain_keys(column: Any) -> Any:
    """A column of Arrow, or a list, as an array; of objects where a value is missing, since whole numbers would become floats."""
    import numpy

    if getattr(column, "null_count", 0):
        return numpy.array(column.to_pylist(), object)
    return numpy.asarray(column)


def _array(name: str, column: Any, library: str) -> Any:
    """A column as an array of numbers, nan for what is missing; of lists an array with an axis more."""
    import numpy

    if library == "pyarrow":
        found = column.to_numpy() if hasattr(column, "chunks") else column.to_numpy(zero_copy_only=False)
    else:
        found = column.to_numpy()
    if found.dtype != object:
        return found
    lists = [row for row in found if hasattr(row, "__len__") and not isinstance(row, str)]
    lengths = {len(row) for row in lists}
    if not lists or len(lengths) > 1:
        what = "lists of several lengths" if lists else "no numbers"
        raise GradcliError(f"the column {name} has {what}", hint="each row needs a number, or a list of the same length")
    missing = numpy.full(lengths.pop(), numpy.nan)
    try:
        return numpy.array([row if hasattr(row, "__len__") else missing for row in found], "float64")
    except (TypeError, ValueError):
        raise GradcliError(f"the column {name} has lists of something else than numbers") from None


def frame_like(table: Any, columns: Mapping[str, Any]) -> Any:
    """Columns as a frame or table of the kind of another one, with the same rows."""
    library = library_of(table)
    if library == "pandas":
        listed = {name: list(column) if getattr(column, "ndim", 1) > 1 else column for name, column in columns.items()}
        return sys.modules["pandas"].DataFrame(listed, index=table.index)
    if library == "polars":
        return sys.modules["polars"].DataFrame(dict(columns))
    arrow = sys.modules["pyarrow"]
    arrays = [_arrow(arrow, column) for column in columns.values()]
    return (arrow.Table if hasattr(table, "combine_chunks") else arrow.RecordBatch).from_arrays(arrays, names=list(columns))


def _arrow(arrow: Any, column: Any) -> Any:
    """A column of Arrow; of an array with more axes nested lists of fixed sizes."""
    if not hasattr(column, "ndim"):
        return arrow.array(column)
    found = arrow.array(column.ravel())
    for size in reversed(column.shape[1:]):
        found = arrow.FixedSizeListArray.from_arrays(found, size)
    return found
