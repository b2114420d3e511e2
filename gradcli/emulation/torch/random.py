"""Random numbers as PyTorch's generator for the CPU gives them: a Mersenne twister of 32 bits.

Fewer than 16 normal numbers are made one by one in double precision, more sixteen at a time in their own.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable

from gradcli.autodiff.torch_tape.dtypes import rounded
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.values import Foreign, Native, Raised, address
from gradcli.emulation.torch.create import new_shape
from gradcli.emulation.torch.single_precision import fused, logarithm, sine_and_cosine
from gradcli.emulation.torch.tensor.members import METHODS, dtype_of
from gradcli.emulation.torch.tensor.tensors import Session, Tensor
from gradcli.graph.graph import Shape
from gradcli.typing import Any

_AT_ONCE = 16
"""So many normal numbers are made together."""


class Generator(Foreign):
    """The generator of a session; a script that sets no seed gets other numbers each time, as with PyTorch."""

    kind = "Generator"
    full_kind = "torch._C.Generator"

    def __init__(self, seed: int = 67280421310721) -> None:
        self.seed(seed)

    def attribute(self, machine: Interpreter, name: str) -> Any:
        return Native(name, self._manual_seed) if name == "manual_seed" else super().attribute(machine, name)

    def _manual_seed(self, machine: Interpreter, seed: int) -> Generator:
        self.seed(int(seed))
        return self

    def seed(self, seed: int) -> None:
        """Begin anew."""
        import numpy

        self.twister = numpy.random.MT19937()
        self.twister._legacy_seeding(seed & 0xFFFFFFFF)
        self.kept: float | None = None

    def whole(self, count: int) -> Any:
        """Whole numbers of 32 bits."""
        return self.twister.random_raw(count)

    def uniform(self, count: int, dtype: str) -> Any:
        """Numbers from 0 to 1 in a precision."""
        import numpy

        if dtype == "float32":
            return ((self.whole(count) & numpy.uint64(0xFFFFFF)) * 2.0**-24).astype("float32")
        high, low = self.whole(2 * count).reshape(count, 2).T
        return (((high << numpy.uint64(32)) | low) & numpy.uint64((1 << 53) - 1)) * 2.0**-53

    def normal(self, count: int, dtype: str, mean: float = 0.0, std: float = 1.0) -> Any:
        """Normal numbers in a precision, with a mean and a standard deviation."""
        import numpy

        if count < _AT_ONCE:
            return numpy.array([self._one() * std + mean for _ in range(count)]).astype(dtype)
        found = self.uniform(count, dtype)
        for start in range(0, count - _AT_ONCE + 1, _AT_ONCE):
            found[start : start + _AT_ONCE] = _turned(found[start : start + _AT_ONCE])
        if count % _AT_ONCE:
            found[-_AT_ONCE:] = _turned(self.uniform(_AT_ONCE, dtype))
        if dtype == "float32":
            return fused(found, numpy.float32(std), numpy.float32(mean))
        return found * std + mean

    def permutation(self, count: int) -> Any:
        """The numbers from 0 on in an order that is drawn."""
        import numpy

        places = numpy.arange(count, dtype="float64")
        for at, drawn in enumerate(self.whole(max(count - 1, 0)).tolist()):
            other = at + drawn % (count - at)
            places[[at, other]] = places[[other, at]]
        return places

    def _one(self) -> float:
        """A normal number; they come in pairs."""
        if self.kept is not None:
            found, self.kept = self.kept, None
            return found
        turn, size = self.uniform(2, "float64").tolist()
        radius, angle = math.sqrt(-2 * math.log1p(-size)), 2 * math.pi * turn
        self.kept = radius * math.sin(angle)
        return radius * math.cos(angle)

    def text(self, machine: Interpreter) -> str:
        return f"<torch._C.Generator object at {address(self)}>"


def _turned(uniform: Any) -> Any:
    """Normal numbers of sixteen uniform ones, which are radii and angles."""
    import numpy

    half = _AT_ONCE // 2
    sizes, angle = 1 - uniform[:half], uniform[half:] * uniform.dtype.type(2 * math.pi)
    if uniform.dtype == "float32":
        logarithms, (sine, cosine) = logarithm(sizes), sine_and_cosine(angle)
    else:
        logarithms, sine, cosine = numpy.log(sizes), numpy.sin(angle), numpy.cos(angle)
    radius = numpy.sqrt(-2 * logarithms)
    return numpy.concatenate([radius * cosine, radius * sine])


def generator(session: Session) -> Generator:
    """The generator of a session."""
    if session.generator is None:
        session.generator = Generator(int.from_bytes(os.urandom(4), "little"))
    found: Generator = session.generator
    return found


def between(session: Session, shape: Shape, low: float, high: float, dtype: str) -> Any:
    """Uniform numbers between two."""
    import numpy

    kind = numpy.dtype(dtype).type
    found = generator(session).uniform(math.prod(shape), dtype)
    if dtype == "float32":
        return fused(found, kind(high) - kind(low), kind(low)).reshape(shape)
    return (found * (high - low) + low).reshape(shape)


def _new(machine: Interpreter, session: Session, numbers: Any, shape: Shape, dtype: str, requires_grad: Any) -> Tensor:
    machine.charge(numbers.size // 64)
    value = numbers.astype("float64" if dtype != "float32" else dtype).reshape(shape)
    return session.leaf(machine, rounded(value, dtype), dtype, machine.truth(requires_grad))


def _made(draw: Callable[[Generator, int, str], Any]) -> Callable[..., Tensor]:
    def make(machine: Interpreter, session: Session, *size: Any, dtype: Any = None, requires_grad: Any = False,
             generator: Any = None) -> Tensor:  # fmt: skip
        shape, name = new_shape(machine, session, size), dtype_of(dtype) or session.tape.dtype
        numbers = draw(_given(session, generator), math.prod(shape), name)
        return _new(machine, session, numbers, shape, name, requires_grad)

    return make


def _alike(draw: Callable[[Generator, int, str], Any]) -> Callable[..., Tensor]:
    def make(machine: Interpreter, session: Session, input: Tensor, *, requires_grad: Any = False) -> Tensor:
        numbers = draw(generator(session), math.prod(input.shape), input.dtype)
        return _new(machine, session, numbers, input.shape, input.dtype, requires_grad)

    return make


def _given(session: Session, given: Any) -> Generator:
    return given if isinstance(given, Generator) else generator(session)


def _randint(machine: Interpreter, session: Session, *bounds: Any, low: Any = 0, high: Any = None, size: Any = None,
             dtype: Any = None, generator: Any = None, requires_grad: Any = False) -> Tensor:  # fmt: skip
    given = list(bounds)
    size = given.pop() if size is None and given else size
    high = given.pop() if high is None and given else high
    low = given.pop() if given else low
    if high is None or size is None or not isinstance(low, int) or not isinstance(high, int):
        raise Raised("TypeError", "randint() takes whole numbers low and high, and a size")
    if low >= high:
        raise Raised("RuntimeError", f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    shape = new_shape(machine, session, (size,))
    numbers = _given(session, generator).whole(math.prod(shape)) % (high - low) + float(low)
    return _new(machine, session, numbers, shape, dtype_of(dtype) or "int64", requires_grad)


def _randperm(machine: Interpreter, session: Session, n: int, *, generator: Any = None) -> Tensor:
    (count,) = new_shape(machine, session, (n,))
    return _new(machine, session, _given(session, generator).permutation(count), (count,), "int64", False)


def _normal(machine: Interpreter, session: Session, mean: Any = 0.0, std: Any = 1.0, size: Any = None, *,
            generator: Any = None, requires_grad: Any = False) -> Tensor:  # fmt: skip
    shape = new_shape(machine, session, (size,)) if size is not None else (mean if isinstance(mean, Tensor) else std).shape
    name = session.tape.dtype
    source = _given(session, generator)
    if isinstance(mean, int | float) and isinstance(std, int | float):
        return _new(machine, session, source.normal(math.prod(shape), name, mean, std), shape, name, requires_grad)
    drawn = _new(machine, session, source.normal(math.prod(shape), name), shape, name, requires_grad)
    return machine.binary("+", machine.binary("*", drawn, std), mean)  # type: ignore[no-any-return]


RANDOM: dict[str, Callable[..., Any]] = {
    "manual_seed": lambda machine, session, seed: generator(session)._manual_seed(machine, seed),
    "rand": _made(lambda source, count, dtype: source.uniform(count, dtype)),
    "randn": _made(lambda source, count, dtype: source.normal(count, dtype)),
    "rand_like": _alike(lambda source, count, dtype: source.uniform(count, dtype)),
    "randn_like": _alike(lambda source, count, dtype: source.normal(count, dtype)),
    "randint": _randint,
    "randperm": _randperm,
    "normal": _normal,
}
"""Functions of ``torch`` that draw random numbers."""


def _overwrite(machine: Interpreter, tensor: Tensor, numbers: Any) -> Tensor:
    session = tensor.session
    drawn = _new(machine, session, numbers, tensor.shape, tensor.dtype, False)
    found: Tensor = METHODS["copy_"](machine, tensor, drawn)
    return found


def uniform_(machine: Interpreter, tensor: Tensor, a: float = 0.0, b: float = 1.0) -> Tensor:
    """``uniform_`` of a tensor."""
    return _overwrite(machine, tensor, between(tensor.session, tensor.shape, a, b, tensor.dtype))


def normal_(machine: Interpreter, tensor: Tensor, mean: float = 0.0, std: float = 1.0) -> Tensor:
    """``normal_`` of a tensor."""
    return _overwrite(machine, tensor, generator(tensor.session).normal(math.prod(tensor.shape), tensor.dtype, mean, std))


METHODS |= {"uniform_": uniform_, "normal_": normal_}
