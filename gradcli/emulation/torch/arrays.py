"""Arrays of NumPy as values of a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod

from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.operators import ERRORS, check_length, formatted, raised
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Foreign, Native, Raised, Type, Word
from gradcli.typing import Any

_WORDS = (
    "+ add - subtract * multiply / divide // floor_divide % remainder ** power @ matmul < less <= less_equal > greater "
    ">= greater_equal == equal != not_equal & bitwise_and | bitwise_or"
)
_OPERATORS = dict(zip(_WORDS.split()[::2], _WORDS.split()[1::2], strict=True))
"""What NumPy calls the operators."""

DTYPES = ("float32", "float64", "int32", "int64", "bool", "float", "int")
"""The dtypes that a script may name."""

_METHODS = (
    "all any argmax argmin astype clip copy cumsum dot flatten item max mean min prod ravel reshape round squeeze std sum tolist "
    "transpose var"
)
METHODS = frozenset(_METHODS.split())
"""The methods that an array has here."""


class Array(Foreign):
    """An array of NumPy, or a number of it.

    Args:
        array: The array; None for one in the memory of a tensor.
        get: Gives the array of the tensor; asked at each use, since the memory may have changed.
        put: Changes the tensor.
    """

    kind = "ndarray"
    full_kind = "numpy.ndarray"

    def __init__(
        self, array: Any, get: Callable[[], Any] | None = None, put: Callable[[Interpreter, Any], None] | None = None
    ) -> None:
        self._array = array
        self._get = get
        self._put = put

    @property
    def array(self) -> Any:
        """The array as it is now."""
        return self._array if self._get is None else self._get()

    def share(self, get: Callable[[], Any], put: Callable[[Interpreter, Any], None]) -> None:
        """Stand for the memory of a tensor from now on."""
        self._get, self._put = get, put

    def attribute(self, machine: Interpreter, name: str) -> Any:
        array = self.array
        if name in ("shape", "ndim", "size"):
            return getattr(array, name)
        if name == "dtype":
            return str(array.dtype)
        if name == "T":
            return Array(array.T)
        if name in METHODS:
            function = getattr(type(array), name)
            return Native(name, lambda machine, *given, **named: called(machine, function, (array, *given), named))
        raise UnknownError(f"the attribute {name} of an array is not known here", hint="compute with tensors")

    def item(self, machine: Interpreter, index: Any) -> Any:
        place = unwrapped(machine, index)
        try:
            found = self.array[place]
        except (IndexError, TypeError) as error:
            raise Raised("IndexError", str(error)) from None
        basic = self._get is not None and not isinstance(index, list | Array) and getattr(found, "ndim", False)
        return Array(None, lambda: self.array[place]) if basic else wrapped(found)

    def set_item(self, machine: Interpreter, index: Any, value: Any) -> None:
        self._change(machine, lambda array: array.__setitem__(unwrapped(machine, index), unwrapped(machine, value)))

    def change(self, machine: Interpreter, operator: str, other: Any) -> Any:
        if not self.array.ndim:
            return NotImplemented
        result = self.binary(machine, operator, other, reflected=False)
        if result is not NotImplemented:
            self._change(machine, lambda array: array.__setitem__(..., result.array))
            return self
        return result

    def fill(self, machine: Interpreter, value: Any) -> None:
        """Take other numbers, as the result of a function with ``out=``."""
        self._change(machine, lambda array: array.__setitem__(..., value))

    def _change(self, machine: Interpreter, function: Callable[[Any], None]) -> None:
        if self._get is not None and self._put is None:
            raise UnknownError("a part of a tensor's array cannot be assigned to here", hint="assign to a part of the tensor")
        array = self.array
        try:
            function(array)
        except ERRORS as error:
            raise raised(error) from None
        if self._put is not None:
            self._put(machine, array)

    def iterate(self, machine: Interpreter) -> Iterator[Any]:
        if not self.array.ndim:
            raise Raised("TypeError", "iteration over a 0-d array")
        return (self.item(machine, at) for at in range(len(self.array)))

    def length(self, machine: Interpreter) -> int:
        if not self.array.ndim:
            raise Raised("TypeError", "len() of unsized object")
        return len(self.array)

    def number(self, machine: Interpreter) -> Any:
        if self.array.size != 1:
            raise Raised("TypeError", "only length-1 arrays can be converted to Python scalars")
        return self.array.item()

    def truth(self, machine: Interpreter) -> bool:
        try:
            return bool(self.array)
        except ValueError as error:
            raise raised(error) from None

    def binary(self, machine: Interpreter, operator: str, other: Any, *, reflected: bool) -> Any:
        import numpy

        if operator not in _OPERATORS or not isinstance(other, int | float | list | Array):
            return NotImplemented
        pair = (other, self) if reflected else (self, other)
        return called(machine, getattr(numpy, _OPERATORS[operator]), pair, {}, of_product if operator == "@" else of_elements)

    def unary(self, machine: Interpreter, operator: str) -> Any:
        return self.binary(machine, "*", -1, reflected=True) if operator == "-" else super().unary(machine, operator)

    def text(self, machine: Interpreter) -> str:
        machine.charge(64)
        return str(self.array)

    def representation(self, machine: Interpreter) -> str:
        machine.charge(64)
        return repr(self.array) if self.array.ndim else str(self.array)

    def format(self, machine: Interpreter, spec: str) -> str:
        if spec and self.array.ndim == 0:
            return formatted(machine, self.array.item(), spec)
        return super().format(machine, spec)


Size = Callable[[list[tuple[int, ...]]], int]
"""How many elements a result has, from the shapes of its operands."""


def of_elements(shapes: list[tuple[int, ...]]) -> int:
    """Of an operation on elements; 0 where they do not fit, of which NumPy speaks."""
    import numpy

    try:
        return prod(numpy.broadcast_shapes(*shapes))
    except ValueError:
        return 0


def of_product(shapes: list[tuple[int, ...]]) -> int:
    """Of a product of matrices, at most."""
    return of_pairs(shapes) // max(*shapes[0][-1:], 1) ** 2


def of_pairs(shapes: list[tuple[int, ...]]) -> int:
    """Of what joins every element with every other one."""
    return prod(map(prod, shapes))


def wrapped(value: Any) -> Any:
    """A value of NumPy as one of the script.

    Raises:
        Raised: It holds what is no number.
    """
    if isinstance(value, tuple):
        return tuple([wrapped(one) for one in value])
    if not hasattr(value, "ndim"):
        return value
    if value.dtype.kind not in "biuf":
        raise Raised("TypeError", "arrays hold numbers here")
    return Array(value)


def unwrapped(machine: Interpreter, value: Any) -> Any:
    """A value of the script as NumPy has it; the lists in it are gone through one by one.

    Raises:
        Raised: It is none of numbers, arrays, and lists of them.
    """
    if isinstance(value, list | tuple):
        work: list[Any] = [value]
        while work:
            inner = work.pop()
            machine.charge(1 + len(inner) // 8)
            if any(not isinstance(one, int | float | list | tuple | slice | Array | None | type(...)) for one in inner):
                raise Raised("TypeError", "arrays hold numbers here")
            work += [one for one in inner if isinstance(one, list | tuple)]
        return _listed(machine, value)
    if isinstance(value, Array):
        return value.array
    if isinstance(value, Type) and value.name in ("int", "float", "bool"):
        return value.name
    if isinstance(value, str | Word):
        name = value if isinstance(value, str) else value.name
        if name not in DTYPES:
            raise Raised("TypeError", f"data type '{name}' not understood")
        return name
    return value.number(machine) if isinstance(value, Foreign) else value


def _listed(machine: Interpreter, value: Any) -> Any:
    """A list with the arrays in it; what lies deeper holds numbers alone."""
    found = [one.array if isinstance(one, Array) else one for one in value]
    check_length(machine, sum([one.size for one in found if hasattr(one, "ndim")]))
    return type(value)(found)


def called(
    machine: Interpreter, function: Callable[..., Any], arguments: Any, keywords: dict[str, Any], size: Size | None = None
) -> Any:
    """The result of a function of NumPy on values of the script.

    Args:
        machine: The machine.
        function: The function.
        arguments: Its arguments.
        keywords: Its keyword arguments.
        size: How many elements the result has, from the shapes of the operands, where it may be larger than they are.

    Raises:
        Raised: As NumPy, or the result holds what is no number.
        GradcliError: It would be too large (exit code 4).
    """
    import numpy

    given = [unwrapped(machine, one) for one in arguments]
    named = {key: unwrapped(machine, value) for key, value in keywords.items()}
    sizes = [numpy.size(one) for one in given if isinstance(one, list | tuple) or hasattr(one, "ndim")]
    machine.charge(sum(sizes) // 64)
    if size is not None:
        check_length(machine, size([one.shape for one in given if hasattr(one, "ndim")] or [()]))
    try:
        with numpy.errstate(all="ignore"):
            return wrapped(function(*given, **named))
    except ERRORS as error:
        raise raised(error) from None
