"""What somebody gives from Python: values of variables and names of them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from numbers import Real

from gradcli.errors import GradcliError
from gradcli.lowering.builders.builder import Value
from gradcli.typing import Any

Names = str | Sequence[str]
Values = Mapping[str, Any]


def values_of(given: Values) -> dict[str, Value]:
    """What somebody gives as values by name, see :func:`value_of`."""
    return {name: value_of(name, value) for name, value in given.items()}


def value_of(name: str, given: object) -> Value:
    """What somebody gives as a value: a number is a float; a list, a tuple or an array of NumPy an array of float64.

    Raises:
        GradcliError: It is none of these.
    """
    if isinstance(given, Real) and not hasattr(given, "shape"):
        with contextlib.suppress(OverflowError):
            return float(given)
        raise GradcliError(f"the value of {name} is beyond the range of float64")
    import numpy

    hint = f"give {name} a number, a list of numbers, or an array of NumPy"
    try:
        array: Any = numpy.asarray(given)
    except (ValueError, TypeError, RuntimeError):
        raise GradcliError(f"the value of {name} is no array: its rows have not one length", hint=hint) from None
    if array.dtype.kind not in "buif":
        kind = type(given).__name__
        raise GradcliError(f"the value of {name} is a {kind}, and no number", hint=hint)
    return array.astype("float64") if array.ndim else float(array)


def names_of(wrt: Names | None) -> list[str] | None:
    """Names of variables; text has them behind commas.

    Raises:
        GradcliError: One is none.
    """
    if wrt is None:
        return None
    if isinstance(wrt, str):
        return [name.strip() for name in wrt.split(",") if name.strip()]
    names: list[object] = list(wrt) if isinstance(wrt, Iterable) else [wrt]
    for name in names:
        if not isinstance(name, str) or not name.strip():
            raise GradcliError(f"{name!r} is no name of a variable", hint='for example wrt="x,w" or wrt=["x", "w"]')
    return [name for name in names if isinstance(name, str)]
