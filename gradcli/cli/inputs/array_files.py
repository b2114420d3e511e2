"""Arrays that a user gives: as nested lists, and in files of JSON, CSV or NumPy's format."""

from __future__ import annotations

import os

from gradcli.autodiff.runs.given_values import array_of
from gradcli.cli.framework.streams import read_text
from gradcli.cli.inputs.json_file import read_json
from gradcli.errors import ExitCode, GradcliError
from gradcli.graph.graph import DEFAULT_MAX_ELEMENTS
from gradcli.output.files import write_file
from gradcli.typing import Any


def array_file(path: str, where: str) -> Any:
    """The array of a file: its name ends in .json, .csv or .npy.

    Args:
        path: The file.
        where: What messages call what the array is given to.

    Raises:
        GradcliError: It cannot be read, is not of its format, or holds no array of numbers.
    """
    suffix = os.path.splitext(path)[1].lower()
    readers = {".json": _from_json, ".csv": _from_csv, ".npy": _from_npy}
    if suffix not in readers:
        raise GradcliError(f"{where}: the name {path} does not tell its format", hint=f"end it in {', '.join(readers)}")
    return readers[suffix](path)


def write_npz(path: str, arrays: dict[str, Any]) -> None:
    """Write numbers and arrays into a file of NumPy, whole or not at all.

    Args:
        path: The file; its name ends in .npz.
        arrays: The numbers and arrays, by name.

    Raises:
        GradcliError: The name ends otherwise, or the file cannot be written.
    """
    if not path.lower().endswith(".npz"):
        raise GradcliError(f"--save writes a file of NumPy, and {path} is not named like one", hint="end it in .npz")
    import io

    import numpy

    content = io.BytesIO()
    numpy.savez(content, **arrays)
    write_file(path, content.getvalue())


def _from_json(path: str) -> Any:
    data, where = read_json(path, parse_int=float)
    return array_of(data, where)


def _from_csv(path: str) -> Any:
    """Rows of numbers, separated by commas; one row or one column is a vector."""
    text, where = read_text(path)
    rows: list[list[float]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            rows.append([float(cell) for cell in line.split(",")])
        except ValueError:
            raise GradcliError(f"{where}, line {number}: {line[:60]!r} is not numbers separated by commas") from None
    if not rows:
        raise GradcliError(f"{where} has no numbers")
    array = array_of(rows, where)
    return array.ravel() if 1 in array.shape else array


def csv_columns(path: str) -> dict[str, Any] | None:
    """The columns of rows of numbers below a line of names: numbers where there is one row; None where the first line has none.

    Raises:
        GradcliError: It cannot be read, a name stands twice, or a row has more or fewer numbers than there are names.
    """
    from gradcli.language.parser import is_name

    text, where = read_text(path)
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    names = [cell.strip().strip('"') for cell in lines[0][1].split(",")] if lines else []
    if not names or not all(map(is_name, names)):
        return None
    rows: list[list[float]] = []
    for number, line in lines[1:]:
        try:
            rows.append([float(cell) for cell in line.split(",")])
        except ValueError:
            raise GradcliError(f"{where}, line {number}: {line[:60]!r} is not numbers separated by commas") from None
        if len(rows[-1]) != len(names):
            raise GradcliError(f"{where}, line {number}: {len(rows[-1])} numbers stand below {len(names)} names")
    if len(set(names)) < len(names) or not rows:
        raise GradcliError(f"{where} has {'a name twice' if rows else 'no numbers'}")
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    return {name: array_of(list(column) if len(rows) > 1 else column[0], where) for name, column in columns.items()}


def _from_npy(path: str) -> Any:
    """An array in NumPy's format; one of Python objects is refused, since those could be anything.

    The file is mapped into memory, so that a header alone allocates nothing.
    """
    import numpy

    try:
        with open(path, "rb") as file:
            start = file.read(6)
    except (OSError, ValueError) as error:
        raise GradcliError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from None
    if start != b"\x93NUMPY":
        raise GradcliError(f"{path} is not a file of one array in NumPy's format", hint="numpy.save writes one")
    try:
        array = numpy.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError as error:
        if "Object" in str(error) or "object" in str(error):
            raise GradcliError(f"{path} holds Python objects, and an array of numbers is needed") from None
        array = _of_no_elements(path, numpy)
        if array is None:
            raise GradcliError(f"{path} does not hold the array that its header tells of") from None
    except (OSError, EOFError, OverflowError, MemoryError):
        raise GradcliError(f"{path} does not hold the array that its header tells of") from None
    if array.dtype.kind not in "biuf":
        raise GradcliError(f"{path} holds no array of real numbers")
    if array.ndim == 0:
        return float(array)
    if array.dtype != numpy.float64 and array.size > DEFAULT_MAX_ELEMENTS:
        raise GradcliError(
            f"{path} has {array.size:,} elements of {array.dtype}, too many to convert",
            hint="save it as float64",
            exit_code=ExitCode.LIMIT,
        )
    return numpy.asarray(array, dtype=float)


def _of_no_elements(path: str, numpy: Any) -> Any:
    """The array of a file that has no elements, which cannot be mapped; None where there should be some."""
    with open(path, "rb") as file:
        version = numpy.lib.format.read_magic(file)
        try:
            read = {(1, 0): "read_array_header_1_0", (2, 0): "read_array_header_2_0"}[version]
            shape, _, dtype = getattr(numpy.lib.format, read)(file)
        except (KeyError, ValueError):
            return None
    return numpy.zeros(shape, dtype) if 0 in shape and dtype.kind in "biuf" else None
