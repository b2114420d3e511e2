"""Random numbers as PyTorch's generator for the CPU gives them: a Mersenne twister of 32 bits.

Fewer than 16 normal numbers are made one by one in double precision, more sixteen at a time in their own.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable

from gradcli.autodiff.torch_tape.dtypes import FLOATS, WORDS, rounded
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.values import Foreign, Native, Raised, address
from gradcli.emulation.torch.create import new_shape, sizes_of
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
        machine.charge(8)
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
    machine.charge(numbers.size // 16)
    value = numbers.astype("float64" if dtype != "float32" else dtype).reshape(shape)
    return session.leaf(machine, rounded(value, dtype), dtype, machine.truth(requires_grad))


def _made(draw: Callable[[Generator, int, str], Any]) -> Callable[..., Tensor]:
    def make(machine: Interpreter, session: Session, *size: Any, dtype: Any = None, requires_grad: Any = False,
             generator: Any = None, **named: Any) -> Tensor:  # fmt: skip
        shape = new_shape(machine, session, sizes_of(size, named))
        name = dtype_of(dtype) or session.tape.dtype
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


def _bernoulli(machine: Interpreter, session: Session, input: Tensor, p: Any = None, *, generator: Any = None) -> Tensor:
    import numpy

    dtype, chances = (input.dtype, numpy.ravel(input.value)) if p is None else ("float64", p)
    numbers = _given(session, generator).uniform(math.prod(input.shape), dtype) < chances
    return _new(machine, session, numbers, input.shape, input.dtype, False)


def _multinomial(machine: Interpreter, session: Session, input: Tensor, num_samples: int, replacement: Any = False, *,
                 generator: Any = None) -> Tensor:  # fmt: skip
    import numpy

    chances = numpy.atleast_2d(numpy.asarray(input.value, input.dtype))
    count = chances.shape[1]
    if num_samples < 1 or (num_samples > count and not machine.truth(replacement)):
        few = "<= 0 samples" if num_samples < 1 else "> prob_dist.size(-1) samples without replacement"
        raise Raised("RuntimeError", f"cannot sample n_sample {few}")
    if not numpy.all((chances >= 0) & numpy.isfinite(chances)):
        raise Raised("RuntimeError", "probability tensor contains either `inf`, `nan` or element < 0")
    source = _given(session, generator)
    if num_samples == 1 or not machine.truth(replacement):  # the first to come of events that come at these rates
        waits = _exponential(source, chances.size, 1.0).astype(chances.dtype).reshape(chances.shape)
        with numpy.errstate(all="ignore"):
            found = numpy.argsort(-(chances / waits), axis=1, kind="stable")[:, :num_samples]
    else:
        below = numpy.cumsum(chances, axis=1)
        below = below / below[:, -1:]
        found = numpy.array([numpy.searchsorted(row, source.uniform(num_samples, "float64")) for row in below])
    shape = (*input.shape[:-1], num_samples)
    return _new(machine, session, found.astype("float64"), shape, "int64", False)


def _exponential(source: Generator, count: int, rate: float) -> Any:
    import numpy

    return -numpy.log1p(-source.uniform(count, "float64")) / rate


def dropout(machine: Interpreter, session: Session, input: Tensor, p: Any = 0.5, training: Any = True,
            inplace: Any = False) -> Tensor:  # fmt: skip
    """``torch.nn.functional.dropout``: elements are 0 with a probability, and the others enlarged.

    Raises:
        Raised: The probability is none.
    """
    import numpy

    if not 0 <= p <= 1:
        raise Raised("ValueError", f"dropout probability has to be between 0 and 1, but got {p}")
    if not p or not machine.truth(training):
        return input
    if input.dtype not in FLOATS:
        raise Raised("RuntimeError", f"result type Float can't be cast to the desired output type {WORDS[input.dtype]}")
    count, kind = math.prod(input.shape), numpy.dtype(input.dtype).type
    kept = generator(session).uniform(count, "float64") < 1 - p if p < 1 else numpy.zeros(count)
    noise = _new(machine, session, kept * (kind(1) / (kind(1 - p) or kind(1))), input.shape, input.dtype, False)
    return machine.binary("*", input, noise)  # type: ignore[no-any-return]


RANDOM: dict[str, Callable[..., Any]] = {
    "manual_seed": lambda machine, session, seed: generator(session)._manual_seed(machine, seed),
    "rand": _made(lambda source, count, dtype: source.uniform(count, dtype)),
    "randn": _made(lambda source, count, dtype: source.normal(count, dtype)),
    "rand_like": _alike(lambda source, count, dtype: source.uniform(count, dtype)),
    "randn_like": _alike(lambda source, count, dtype: source.normal(count, dtype)),
    "randint": _randint,
    "randperm": _randperm,
    "normal": _normal,
    "bernoulli": _bernoulli,
    "multinomial": _multinomial,
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


def _bernoulli_(machine: Interpreter, tensor: Tensor, p: float = 0.5, *, generator: Any = None) -> Tensor:
    return _overwrite(machine, tensor, _given(tensor.session, generator).uniform(math.prod(tensor.shape), "float64") < p)


def _exponential_(machine: Interpreter, tensor: Tensor, lambd: float = 1.0, *, generator: Any = None) -> Tensor:
    return _overwrite(machine, tensor, _exponential(_given(tensor.session, generator), math.prod(tensor.shape), lambd))


_DRAWN: dict[str, Callable[..., Any]] = {
    "uniform_": uniform_,
    "normal_": normal_,
    "bernoulli_": _bernoulli_,
    "exponential_": _exponential_,
    "multinomial": lambda machine, tensor, *given, **named: _multinomial(machine, tensor.session, tensor, *given, **named),
    "bernoulli": lambda machine, tensor, *given, **named: _bernoulli(machine, tensor.session, tensor, *given, **named),
}

METHODS |= _DRAWN
