"""Functions of ``torch`` that are methods of tensors as well: parts, questions, and sums of products."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import prod

from gradcli.autodiff.torch_tape.dtypes import WORDS
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Raised
from gradcli.emulation.torch.create import new_shape
from gradcli.emulation.torch.tensor.index import of_places
from gradcli.emulation.torch.tensor.members import METHODS
from gradcli.emulation.torch.tensor.memory_layout import layout
from gradcli.emulation.torch.tensor.tensors import Session, Tensor
from gradcli.ops.arrays.matrices.matmul import matmul
from gradcli.ops.arrays.reduce import reduce_sum
from gradcli.ops.arrays.shape import expand, permute, reshape
from gradcli.ops.declaration.structural import Structural
from gradcli.ops.elementwise.arithmetic import clone
from gradcli.typing import Any


def _axis(tensor: Tensor, dim: int) -> int:
    rank = len(tensor.shape)
    if not -rank <= dim < rank:
        raise Raised("IndexError", f"Dimension out of range (expected to be in range of [{-rank}, {rank - 1}], but got {dim})")
    return dim % rank


def _between(machine: Interpreter, tensor: Tensor, axis: int, bounds: Sequence[int], function: str) -> tuple[Tensor, ...]:
    """The parts of a tensor between places of an axis."""
    whole = ("slice", None, None, None)
    places = [(*(whole,) * axis, ("slice", start, stop, None)) for start, stop in pairwise(bounds)]
    return tuple([tensor.part(machine, place, function) for place in places])


def _split(machine: Interpreter, tensor: Tensor, split_size_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    axis = _axis(tensor, dim)
    size, sections = tensor.shape[axis], split_size_or_sections
    if isinstance(sections, int):
        if sections < 1:
            raise Raised("RuntimeError", f"split expects split_size be non-negative, but got split_size={sections}")
        return _between(machine, tensor, axis, [*range(0, size, sections), size], "SplitBackward0")
    bounds = [sum(sections[:at]) for at in range(len(sections) + 1)]
    if bounds[-1] != size:
        raise Raised(
            "RuntimeError",
            f"split_with_sizes expects split_sizes to sum exactly to {size} (input tensor's size at dimension {dim}), "
            f"but got split_sizes={list(sections)}",
        )
    return _between(machine, tensor, axis, bounds, "SplitWithSizesBackward0")


def _chunk(machine: Interpreter, tensor: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    if chunks < 1:
        raise Raised("RuntimeError", f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    return _split(machine, tensor, max(-(-tensor.shape[_axis(tensor, dim)] // chunks), 1), dim)


def _unbind(machine: Interpreter, tensor: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    axis = _axis(tensor, dim)
    whole = (("slice", None, None, None),) * axis
    return tuple([tensor.part(machine, (*whole, at), "UnbindBackward0") for at in range(tensor.shape[axis])])


def _narrow(machine: Interpreter, tensor: Tensor, dim: int, start: int, length: int) -> Tensor:
    size = tensor.shape[_axis(tensor, dim)]
    if not 0 <= start <= start + length <= size:
        raise Raised("RuntimeError", f"start ({start}) + length ({length}) exceeds dimension size ({size}).")
    return _between(machine, tensor, _axis(tensor, dim), [start, start + length], "SliceBackward0")[0]


def _select(machine: Interpreter, tensor: Tensor, dim: int, index: int) -> Tensor:
    axis = _axis(tensor, dim)
    return tensor.item(machine, (*(slice(None),) * axis, index))


def _masked_select(machine: Interpreter, tensor: Tensor, mask: Tensor) -> Tensor:
    result = tensor.item(machine, mask)
    if result.requires_grad:
        tensor.tape.functions[result.node] = "MaskedSelectBackward0(0)"
    return result


def _nonzero(machine: Interpreter, tensor: Tensor, as_tuple: Any = False) -> Any:
    import numpy

    found = numpy.argwhere(numpy.asarray(tensor.value)).astype("float64")
    leaf = tensor.session.leaf
    if machine.truth(as_tuple):
        return tuple([leaf(machine, column, "int64") for column in found.T])
    return leaf(machine, found, "int64")


def _scatter(machine: Interpreter, tensor: Tensor, dim: int, index: Tensor, src: Any = None, value: Any = None) -> Tensor:
    copy = tensor.session.operate(machine, clone.name, (tensor,))
    return scatter_(machine, copy, dim, index, src, value)


def scatter_(machine: Interpreter, tensor: Tensor, dim: int, index: Tensor, src: Any = None, value: Any = None) -> Tensor:
    """``scatter_``: values put at places along an axis.

    Raises:
        Raised: A place is out of range.
    """
    import numpy

    axis, given = _axis(tensor, dim), src if value is None else value
    places: list[Any] = list(numpy.indices(index.shape, sparse=True))
    places[axis] = numpy.asarray(index.value, int)
    size = tensor.shape[axis]
    wrong = places[axis][(places[axis] < 0) | (places[axis] >= size)]
    if wrong.size:
        raise Raised("RuntimeError", f"index {wrong.flat[0]} is out of bounds for dimension {axis} with size {size}")
    if isinstance(given, Tensor) and given.shape != index.shape:
        given = given.item(machine, tuple([slice(0, length) for length in index.shape]))
    tensor.set_item(
        machine, tuple([_whole(machine, tensor.session, numpy.broadcast_to(one, index.shape)) for one in places]), given
    )
    return tensor


def _whole(machine: Interpreter, session: Session, numbers: Any) -> Tensor:
    return session.leaf(machine, numbers.astype("float64"), "int64")


def _stride(machine: Interpreter, tensor: Tensor, dim: Any = None) -> Any:
    found = tuple(layout(tensor).strides)
    return found if dim is None else found[dim]


def _unique(machine: Interpreter, tensor: Tensor) -> Tensor:
    import numpy

    machine.charge(prod(tensor.shape) // 8)
    return tensor.session.leaf(machine, numpy.unique(tensor.value), tensor.dtype)


def _bincount(machine: Interpreter, tensor: Tensor, minlength: int = 0) -> Tensor:
    import numpy

    machine.charge(prod(tensor.shape) // 64)
    places = numpy.asarray(tensor.value, int)
    new_shape(machine, tensor.session, (max(int(places.max(initial=-1)) + 1, minlength),))
    return _whole(machine, tensor.session, numpy.bincount(places, minlength=minlength))


def _count_nonzero(machine: Interpreter, tensor: Tensor) -> Tensor:
    import numpy

    machine.charge(prod(tensor.shape) // 64)
    return tensor.session.leaf(machine, float(numpy.count_nonzero(tensor.value)), "int64")


def _equal(machine: Interpreter, a: Tensor, b: Tensor) -> bool:
    import numpy

    machine.charge(prod(a.shape) // 64)
    return a.shape == b.shape and bool(numpy.array_equal(a.value, b.value))


def _close(machine: Interpreter, input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08,
           equal_nan: Any = False) -> Tensor:  # fmt: skip
    import numpy

    if input.dtype != other.dtype:
        raise Raised("RuntimeError", f"{WORDS[input.dtype]} did not match {WORDS[other.dtype]}")
    found = numpy.isclose(input.value, other.value, rtol, atol, equal_nan=machine.truth(equal_nan)).astype("float64")
    return input.session.leaf(machine, found if found.ndim else float(found), "bool")


def _allclose(machine: Interpreter, input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08,
              equal_nan: Any = False) -> bool:  # fmt: skip
    import numpy

    return bool(numpy.all(_close(machine, input, other, rtol, atol, equal_nan).value))


def _where_true(name: str) -> Callable[..., Any]:
    def decide(machine: Interpreter, tensor: Tensor) -> Tensor:
        import numpy

        found = numpy.asarray(getattr(numpy, name)(tensor.value), "float64")  # isnan, isinf or isfinite
        return tensor.session.leaf(machine, found if found.ndim else float(found), "bool")

    return decide


PARTS: dict[str, Callable[..., Any]] = {
    "split": _split,
    "chunk": _chunk,
    "unbind": _unbind,
    "narrow": _narrow,
    "select": _select,
    "masked_select": _masked_select,
    "nonzero": _nonzero,
    "scatter": _scatter,
    "unique": _unique,
    "bincount": _bincount,
    "count_nonzero": _count_nonzero,
    "equal": _equal,
    "allclose": _allclose,
    "isclose": _close,
    "isnan": _where_true("isnan"),
    "isinf": _where_true("isinf"),
    "isfinite": _where_true("isfinite"),
    **{name: METHODS[name] for name in ("numel", "t", "all", "any", "is_floating_point")},
}
"""Functions of a tensor that ``torch`` has as well."""


METHODS |= {
    **PARTS,
    "scatter_": scatter_,
    "stride": _stride,
    "expand_as": lambda machine, tensor, other: tensor.session.operate(
        machine, expand.name, (tensor,), (("shape", other.shape),)
    ),
    "type_as": lambda machine, tensor, other: tensor.cast(machine, other.dtype),
}


# ---- einsum ----


def einsum(machine: Interpreter, session: Session, equation: str, *operands: Any) -> Tensor:
    """``torch.einsum``: two operands at a time, from left to right, each a matrix product.

    Raises:
        Raised: The equation does not fit the operands.
        UnknownError: It has an ellipsis.
    """
    if len(operands) == 1 and isinstance(operands[0], list | tuple):
        operands = tuple(operands[0])
    left, arrow, output = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if "." in equation:
        raise UnknownError("an ellipsis in einsum is not known here", hint="name the axes")
    if len(terms) != len(operands):
        what = "more" if len(terms) < len(operands) else "fewer"
        raise Raised("RuntimeError", f"einsum(): {what} operands were provided than specified in the equation")
    if not arrow:
        output = "".join(sorted(letter for letter in set(left) - {","} if left.count(letter) == 1))
    sizes: dict[str, int] = {}
    for at, (term, operand) in enumerate(zip(terms, operands, strict=True)):
        if len(term) != len(operand.shape):
            raise Raised(
                "RuntimeError",
                f"einsum(): the number of subscripts in the equation ({len(term)}) does not match the number of dimensions "
                f"({len(operand.shape)}) for operand {at} and no ellipsis was given",
            )
        for letter, size in zip(term, operand.shape, strict=True):
            if sizes.setdefault(letter, size) != size:
                raise Raised(
                    "RuntimeError",
                    f"einsum(): subscript {letter} has size {size} for operand {at} which does not broadcast with previously "
                    f"seen size {sizes[letter]}",
                )
    call = _Einsum(machine, session, sizes)
    parts = [call.diagonal(operand, term) for operand, term in zip(operands, terms, strict=True)]
    total = parts[0]
    for at, part in enumerate(parts[1:], 2):
        total = call.product(total, part, output + "".join([term for _, term in parts[at:]]))
    return call.ordered(*total, output)


_Term = tuple[Tensor, str]
"""A tensor, and a letter for each of its axes."""


class _Einsum:
    def __init__(self, machine: Interpreter, session: Session, sizes: dict[str, int]) -> None:
        self.machine = machine
        self.session = session
        self.sizes = sizes

    def _call(self, operation: Structural, *tensors: Tensor, **settings: Any) -> Tensor:
        return self.session.operate(self.machine, operation.name, tensors, tuple(operation.complete(settings).items()))

    def diagonal(self, tensor: Tensor, letters: str) -> _Term:
        """An operand with every letter once."""
        import numpy

        single = "".join(dict.fromkeys(letters))
        if single == letters:
            return tensor, letters
        places = numpy.arange(numpy.size(tensor.value)).reshape(tensor.shape)
        return of_places(self.machine, tensor, numpy.einsum(f"{letters}->{single}", places)), single

    def summed(self, tensor: Tensor, letters: str, kept: str) -> _Term:
        """A tensor summed over the letters that nothing asks for."""
        axes = [axis for axis, letter in enumerate(letters) if letter not in kept]
        if axes:
            tensor = self._call(reduce_sum, tensor, axis=tuple(axes))
        return tensor, "".join([letter for letter in letters if letter in kept])

    def turned(self, tensor: Tensor, letters: str, wanted: str) -> Tensor:
        """A tensor with its axes in another order."""
        if letters == wanted:
            return tensor
        return self._call(permute, tensor, axes=tuple([letters.index(letter) for letter in wanted]))

    def ordered(self, tensor: Tensor, letters: str, output: str) -> Tensor:
        """The result: what is left, summed and in the order asked for."""
        return self.turned(*self.summed(tensor, letters, output), output)

    def product(self, a: _Term, b: _Term, kept: str) -> _Term:
        """The product of two terms, summed over the letters that neither the result nor a later term has."""
        first, m = self.summed(*a, kept + b[1])
        second, n = self.summed(*b, kept + m)
        both = "".join([letter for letter in m if letter in n and letter in kept])
        inner = "".join([letter for letter in m if letter in n and letter not in kept])
        rows = "".join([letter for letter in m if letter not in n])
        columns = "".join([letter for letter in n if letter not in m])

        def shape(letters: str, *groups: str) -> tuple[int, ...]:
            joined = [prod([self.sizes[letter] for letter in group]) for group in groups]
            return (*[self.sizes[letter] for letter in letters], *joined)

        left = self._call(reshape, self.turned(first, m, both + rows + inner), shape=shape(both, rows, inner))
        right = self._call(reshape, self.turned(second, n, both + inner + columns), shape=shape(both, inner, columns))
        result = self._call(matmul, left, right)
        return self._call(reshape, result, shape=shape(both + rows + columns)), both + rows + columns
