"""The dtype of a result from those of its operands, by PyTorch's rules of promotion."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.lowering.builders.builder import Value, float32
from gradcli.ops.catalogue import operation_named
from gradcli.ops.declaration.facts import COUNT, FLOAT, TRUTH, WHOLE

NUMBER = "number"
"""What a literal has in place of a dtype: it is no tensor, and adopts the dtype of the tensors that it meets."""

FLOATS = ("float32", "float64")
WHOLES = ("int32", "int64")
CATEGORIES = {"bool": 0, "int32": 1, "int64": 1, "float32": 2, "float64": 2}
_ORDER = tuple(CATEGORIES)
WORDS = {"float32": "Float", "float64": "Double", "int32": "Int", "int64": "Long", "bool": "Bool"}
"""What PyTorch calls the tensors of a dtype."""


def promoted(operation: str, operands: Sequence[tuple[str, int, bool]], default: str) -> str:
    """The dtype of the result of an operation.

    Args:
        operation: Its name.
        operands: For each operand whose dtype counts that dtype, how many axes it has, and, of a literal, whether it is a whole
            number.
        default: The dtype of tensors made from decimal numbers.
    """
    result = operation_named(operation).facts.result
    if result in (TRUTH, WHOLE):
        return "bool" if result == TRUTH else "int64"
    found = joined(operands, default)
    if found in FLOATS:
        return found
    if result == FLOAT:
        return default
    return "int64" if result == COUNT else found


def joined(operands: Sequence[tuple[str, int, bool]], default: str) -> str:
    """The dtype that operands have in common: a number of axes 0, or a literal, counts only where its kind is a wider one."""
    ranks: list[list[str]] = [[], [], []]
    for dtype, axes, whole in operands:
        if dtype == NUMBER:
            ranks[2].append("int64" if whole else default)
        else:
            ranks[0 if axes else 1].append(dtype)
    result = ""
    for dtypes in ranks:
        if dtypes:
            widest = max(dtypes, key=_ORDER.index)
            if not result or CATEGORIES[widest] > CATEGORIES[result]:
                result = widest
    return result or default


LARGEST = 3.4028234663852886e38
"""The largest number in single precision."""


def rounded(value: Value, dtype: str) -> Value:
    """A value in the precision of a dtype; whole numbers and truth values are kept as floats."""
    if dtype == "float32":
        if isinstance(value, float) or value.dtype == "float32":
            return float32(value)
        import numpy

        with numpy.errstate(over="ignore", invalid="ignore"):  # what is too large becomes infinite, as it should
            return float32(value)
    if dtype in ("float64", NUMBER):
        return value if isinstance(value, float) else value.astype("float64", copy=False)
    import numpy

    array = numpy.trunc(value) if dtype in WHOLES else numpy.not_equal(value, 0).astype("float64")
    return array if getattr(array, "ndim", 0) else float(array)
