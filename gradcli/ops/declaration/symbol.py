"""What a derivative rule computes with: floats, floats that follow IEEE 754 where Python raises, and symbols.

A rule such as ``lambda y, x: 1 - y * y`` is written once. Called with floats it computes, called with symbols it builds nodes.
"""

from __future__ import annotations

from gradcli.typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Builder(Protocol):
    """What makes the nodes that symbols stand for."""

    def apply(self, operation: str, operands: Sequence[Any], settings: tuple[tuple[str, Any], ...] = ()) -> Symbol:
        """The symbol of an operation on symbols and numbers."""

    def shape(self, id: int) -> tuple[int, ...]:
        """The shape of a node."""


class Symbol:
    """A node under construction; operators on it make further nodes.

    Attributes:
        builder: What makes nodes.
        id: The id of the node in the builder's graph.
    """

    __slots__ = ("builder", "id")

    def __init__(self, builder: Builder, id: int) -> None:
        self.builder = builder
        self.id = id

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the node; empty for a number."""
        return self.builder.shape(self.id)

    def masked(self, zero: Callable[[], Any]) -> Symbol:
        """What is handed back where an operation masks, see :func:`masked`, as formulas say it: the product alone."""
        return self

    def __add__(self, other: Any) -> Symbol:
        return self.builder.apply("add", (self, other))

    def __radd__(self, other: Any) -> Symbol:
        return self.builder.apply("add", (other, self))

    def __sub__(self, other: Any) -> Symbol:
        return self.builder.apply("sub", (self, other))

    def __rsub__(self, other: Any) -> Symbol:
        return self.builder.apply("sub", (other, self))

    def __mul__(self, other: Any) -> Symbol:
        return self.builder.apply("mul", (self, other))

    def __rmul__(self, other: Any) -> Symbol:
        return self.builder.apply("mul", (other, self))

    def __truediv__(self, other: Any) -> Symbol:
        return self.builder.apply("div", (self, other))

    def __rtruediv__(self, other: Any) -> Symbol:
        return self.builder.apply("div", (other, self))

    def __pow__(self, other: Any) -> Symbol:
        return self.builder.apply("pow", (self, other))

    def __rpow__(self, other: Any) -> Symbol:
        return self.builder.apply("pow", (other, self))

    def __neg__(self) -> Symbol:
        return self.builder.apply("neg", (self,))

    def __lt__(self, other: Any) -> Symbol:
        return self.builder.apply("lt", (self, other))

    def __le__(self, other: Any) -> Symbol:
        return self.builder.apply("le", (self, other))

    def __gt__(self, other: Any) -> Symbol:
        return self.builder.apply("gt", (self, other))

    def __ge__(self, other: Any) -> Symbol:
        return self.builder.apply("ge", (self, other))


class Ieee(float):
    """A float whose division follows IEEE 754: 1/0 is inf and 0/0 is nan, where Python raises.

    Rules run on plain floats, which is fast; where one of them raises, it runs again on these.
    """

    __slots__ = ()

    def __add__(self, other: float) -> Ieee:
        return _careful(float.__add__(self, other))

    def __sub__(self, other: float) -> Ieee:
        return _careful(float.__sub__(self, other))

    def __rsub__(self, other: float) -> Ieee:
        return _careful(float.__rsub__(self, other))

    def __mul__(self, other: float) -> Ieee:
        return _careful(float.__mul__(self, other))

    def __truediv__(self, other: float) -> Ieee:
        return NotImplemented if hasattr(other, "ndim") else Ieee(divide(self, other))

    def __rtruediv__(self, other: float) -> Ieee:
        return NotImplemented if hasattr(other, "ndim") else Ieee(divide(other, self))

    def __neg__(self) -> Ieee:
        return Ieee(float.__neg__(self))

    __radd__ = __add__
    __rmul__ = __mul__


def _careful(found: float) -> Ieee:
    """A result as one of these; an array as the other operand computes with this one itself."""
    return found if found is NotImplemented else Ieee(found)


def divide(a: float, b: float) -> float:
    """The quotient as IEEE 754 has it: signed infinity for a/0, nan for 0/0."""
    try:
        return float.__truediv__(float(a), float(b))
    except ZeroDivisionError:
        if a == 0 or a != a:
            return float("nan")
        return float("inf") if (a > 0) == (str(float(b))[0] != "-") else float("-inf")


class Exact(float):
    """A constant of a rule that has a symbolic form: a float to numbers, ``operation(*arguments)`` to symbols.

    Attributes:
        operation: The name of the operation; empty where the constant has a name of its own.
        arguments: Its arguments; for a named constant the name alone.
    """

    operation: str
    arguments: tuple[Any, ...]

    def __new__(cls, value: float, operation: str, *arguments: Any) -> Exact:
        self = super().__new__(cls, value)
        self.operation = operation
        self.arguments = arguments
        return self


def masked(handed: Any, zero: Callable[[], Any]) -> Any:
    """What is handed back where an operation masks: 0 in place of a product that is nan.

    Args:
        handed: An adjoint times a derivative: a number, an array, or a symbol.
        zero: Where 0 is handed, a truth value or an array of them; asked where a product is nan.
    """
    if isinstance(handed, Symbol):
        return handed.masked(zero)
    if isinstance(handed, float | int):
        return 0.0 if handed != handed and zero() else handed
    missing = handed != handed
    if not missing.any():
        return handed
    import numpy

    return numpy.where(missing & (zero() != 0), handed.dtype.type(0), handed)
