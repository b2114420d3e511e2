"""Tensors as PyTorch prints them: four digits, columns aligned, long ones summarised.

After the documentation of ``torch.set_printoptions``, and measured: precision 4, threshold 1000, edge items 3, line width 80;
numbers are written with exponents where the largest is more than 1,000 times the smallest, above 10⁸, or the smallest below 10⁻⁴.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradcli.autodiff.torch_tape.dtypes import WHOLES
from gradcli.typing import Any, NamedTuple


class Options(NamedTuple):
    """How tensors are printed.

    Attributes:
        precision: Digits behind the point.
        threshold: The most elements that are printed without being summarised.
        edge: How many elements a summary shows at each end of an axis.
        width: The most characters of a line.
        scientific: Whether exponents are written; None where the numbers decide.
    """

    precision: int = 4
    threshold: int = 1000
    edge: int = 3
    width: int = 80
    scientific: bool | None = None


class _Format(NamedTuple):
    """How the numbers of one tensor are written.

    Attributes:
        kind: ``whole`` for those of integers and truth values, ``integral`` for whole decimal numbers, else ``fixed`` or
            ``scientific``.
        width: The characters that each takes.
        precision: Digits behind the point.
    """

    kind: str
    width: int
    precision: int

    def write(self, value: Any) -> str:
        """One number, padded."""
        if self.kind == "whole":
            text = str(value)
        elif self.kind == "scientific":
            text = f"{value:{self.width}.{self.precision}e}"
        elif self.kind == "integral":
            text = f"{value:.0f}" + ("." if math.isfinite(value) else "")
        else:
            text = f"{value:.{self.precision}f}"
        padded: str = text.rjust(self.width)
        return padded


def tensor_text(values: Any, dtype: str, default: str, suffix: str, options: Options) -> str:
    """A tensor as ``print`` writes it.

    Args:
        values: An array of NumPy, of whatever number of axes.
        dtype: Its dtype.
        default: The dtype that is not named.
        suffix: What stands behind the numbers: ``grad_fn=<AddBackward0>``, ``requires_grad=True``; empty for nothing.
        options: How to print.
    """
    prefix = "tensor("
    indent = len(prefix)
    suffixes = []
    if values.size == 0:
        if values.ndim != 1:
            suffixes.append(f"size={tuple(values.shape)}")
        if dtype != default:
            suffixes.append(f"dtype=torch.{dtype}")
        body = "[]"
    else:
        if dtype not in (default, "int64", "bool"):
            suffixes.append(f"dtype=torch.{dtype}")
        summarised = values.size > options.threshold
        shown = _summary(values, options.edge) if summarised else values
        form = _format(_numbers(shown, dtype), dtype, options)
        body = _write(values, dtype, indent, summarised, form, options)
    if suffix:
        suffixes.append(suffix)
    return _with_suffixes(prefix + body, suffixes, indent, options.width)


def _numbers(values: Any, dtype: str) -> list[Any]:
    flat = values.ravel().tolist()
    if dtype in WHOLES:
        return [int(value) for value in flat]
    return [bool(value) for value in flat] if dtype == "bool" else flat


def _format(numbers: Sequence[Any], dtype: str, options: Options) -> _Format:
    precision = options.precision
    if dtype in (*WHOLES, "bool"):
        return _Format("whole", max(len(str(number)) for number in numbers), precision)
    finite = [number for number in numbers if number and math.isfinite(number)]
    if not finite:
        return _Format("integral" if options.scientific is not True else "scientific", 1, precision)
    sizes = [abs(number) for number in finite]
    low, high = min(sizes), max(sizes)
    integral = all(number == math.ceil(number) for number in finite)
    wide = high / low > 1000 or high > 1e8
    scientific = (wide or (not integral and low < 1e-4)) if options.scientific is None else options.scientific
    kind = "scientific" if scientific else "integral" if integral else "fixed"
    form = _Format(kind, 0, precision)
    return form._replace(width=max(1, *[len(form.write(number)) for number in finite]))


def _summary(values: Any, edge: int) -> Any:
    """The elements that a summary shows."""
    import numpy

    for axis in range(values.ndim):
        if values.shape[axis] > 2 * edge:
            places = [*range(edge), *range(values.shape[axis] - edge, values.shape[axis])]
            values = numpy.take(values, places, axis)
    return values


def _write(values: Any, dtype: str, indent: int, summarised: bool, form: _Format, options: Options) -> str:
    """The nested lists; as deep as the tensor has axes."""
    if values.ndim == 0:
        return form.write(_numbers(values, dtype)[0])
    short = summarised and values.shape[0] > 2 * options.edge
    if values.ndim == 1:
        if short:
            head, tail = values[: options.edge], values[-options.edge :]
            words = [*map(form.write, _numbers(head, dtype)), " ...", *map(form.write, _numbers(tail, dtype))]
        else:
            words = [form.write(number) for number in _numbers(values, dtype)]
        count = max(1, (options.width - indent) // (form.width + 2))
        lines = [", ".join(words[at : at + count]) for at in range(0, len(words), count)]
        return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"
    size = values.shape[0]
    places: list[int | None] = list(range(size))
    if short:
        places = [*range(options.edge), None, *range(size - options.edge, size)]
    rows = ["..." if at is None else _write(values[at], dtype, indent + 1, summarised, form, options) for at in places]
    between: str = "," + "\n" * (values.ndim - 1) + " " * (indent + 1)
    return f"[{between.join(rows)}]"


def _with_suffixes(text: str, suffixes: Sequence[str], indent: int, width: int) -> str:
    pieces = [text]
    column = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        if column + len(suffix) + 2 > width:
            pieces.append(",\n" + " " * indent + suffix)
            column = indent + len(suffix)
        else:
            pieces.append(", " + suffix)
            column += len(suffix) + 2
    return "".join(pieces) + ")"
