"""The dtype of a result from those of its operands, by PyTorch's rules of promotion."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.lowering.builders.builder import Value, float32

NUMBER = "number"
"""What a literal has in place of a dtype: it is no tensor, and adopts the dtype of the tensors that it meets."""

FLOATS = ("float32", "float64")
CATEGORIES = {"bool": 0, "int64": 1, "float32": 2, "float64": 2}
_ORDER = ("bool", "int64", "float32", "float64")

TRUTHS = frozenset(("lt", "le", "gt", "ge", "eq", "ne", "logical_and", "logical_or", "logical_not"))
"""Operations whose results are truth values."""

PLACES = frozenset(("argmax", "argmin", "one_hot"))
"""Operations whose results are whole numbers, whatever their operands."""

_WHOLE = frozenset((
    "add", "sub", "mul", "neg", "abs", "sign", "floor", "ceil", "round", "trunc", "remainder", "fmod", "floor_divide",
    "pow", "square", "maximum", "minimum", "max", "min", "clamp", "clamp_min", "clamp_max", "where", "clone",
    "detach", "copysign", "relu", "amax", "amin", "median", "sum", "prod", "reduce_sum", "reduce_prod", "reduce_max",
    "reduce_min", "reduce_amax", "reduce_amin", "cumsum", "cumprod", "index", "index_put", "stack", "cat", "expand",
    "sum_to", "reshape", "flatten", "squeeze", "unsqueeze", "permute", "transpose", "dot", "outer", "matmul", "diag",
    "trace", "tril", "triu", "zeros", "ones", "eye", "arange",
))  # fmt: skip
"""Operations whose results are whole numbers where their operands are."""

_COUNTS = frozenset(("reduce_sum", "reduce_prod", "cumsum", "cumprod", "sum", "prod"))
"""Operations that count truth values as whole numbers."""


def promoted(operation: str, operands: Sequence[tuple[str, int, bool]], default: str) -> str:
    """The dtype of the result of an operation.

    Args:
        operation: Its name.
        operands: For each operand its dtype, how many axes it has, and, of a literal, whether it is a whole number.
        default: The dtype of tensors made from decimal numbers.
    """
    if operation in TRUTHS:
        return "bool"
    if operation in PLACES:
        return "int64"
    if operation == "where":
        operands = operands[1:]
    found = joined(operands, default)
    if found in FLOATS:
        return found
    if operation not in _WHOLE:
        return default
    return "int64" if operation in _COUNTS else found


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

    array = numpy.trunc(value) if dtype == "int64" else numpy.not_equal(value, 0).astype("float64")
    return array if getattr(array, "ndim", 0) else float(array)
