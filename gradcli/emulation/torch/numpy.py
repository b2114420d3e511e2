"""The part of ``numpy`` that lessons make and feed their data with."""

from __future__ import annotations

import math
from collections.abc import Callable

from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.operators import check_length
from gradcli.emulation.python.values import Namespace, Native, Word
from gradcli.emulation.torch.arrays import METHODS, Array, Size, called, of_elements, of_pairs, of_product, unwrapped
from gradcli.typing import Any

_ELEMENTWISE = (
    "abs absolute add arctan array_equal allclose ceil clip concatenate cos cosh cumsum diff divide equal exp expm1 floor "
    "greater hstack isclose isfinite isinf isnan less log log10 log1p log2 logical_and logical_not logical_or maximum median "
    "minimum multiply negative ones_like power sign sin sinh sort sqrt square stack subtract tan tanh unique vstack where "
    "zeros_like argsort expand_dims"
)
"""Functions whose result is as large as their operands, broadcast."""

_FILLED, _SOLVED = "zeros ones full empty", "norm inv det solve"
"""Functions that make an array of a size, and those of ``numpy.linalg``."""

_DRAWN = "seed rand randn randint uniform normal permutation"
"""Functions of ``numpy.random``."""

_PRODUCTS, _PAIRS = "dot matmul", "outer meshgrid"
"""Functions whose result may be larger than their operands."""


def _numpy() -> Any:
    import numpy

    return numpy


def _function(name: str, *, of: Callable[[], Any] = _numpy, size: Size | None = None) -> Native:
    def call(machine: Interpreter, *arguments: Any, out: Any = None, **keywords: Any) -> Any:
        result = called(machine, getattr(of(), name), arguments, keywords, size)
        if isinstance(out, Array):
            out.fill(machine, unwrapped(machine, result))
            return out
        return result

    return Native(name, call)


def _made(name: str, count: Callable[..., Any]) -> Native:
    """A function that makes an array of as many elements as its arguments say."""

    def call(machine: Interpreter, *arguments: Any, **keywords: Any) -> Any:
        plain = [unwrapped(machine, one) for one in arguments]
        check_length(machine, int(count(*plain, **{key: unwrapped(machine, value) for key, value in keywords.items()})))
        return called(machine, getattr(_numpy(), name), arguments, keywords)

    return Native(name, call)


def _sizes(shape: Any, *rest: Any, **named: Any) -> int:
    return math.prod(shape) if isinstance(shape, list | tuple) else int(shape)


def _steps(start: float, stop: float | None = None, step: float = 1, **named: Any) -> float:
    first, last = (0, start) if stop is None else (start, stop)
    return abs((last - first) / (step or 1)) + 1


_COUNTED = "eye arange linspace"
_COUNTS: tuple[Callable[..., Any], ...] = (
    lambda n, m=None, **named: n * (m or n),
    _steps,
    lambda start, stop, num=50, **named: num,
)
"""How many elements ``eye``, ``arange`` and ``linspace`` make."""


def _array(machine: Interpreter, data: Any, dtype: Any = None) -> Any:
    return called(machine, _numpy().array, [data], {} if dtype is None else {"dtype": dtype})


class _Random:
    """``numpy.random``: the generator that ``numpy.random.seed`` begins anew."""

    def __init__(self) -> None:
        self._state: Any = None

    @property
    def state(self) -> Any:
        if self._state is None:
            self._state = _numpy().random.RandomState()
        return self._state

    def drawn(self, name: str) -> Native:
        """A function that draws, whose last arguments are sizes."""

        def call(machine: Interpreter, *arguments: Any, **keywords: Any) -> Any:
            given = [unwrapped(machine, one) for one in arguments]
            size = keywords.get("size", given if name in ("rand", "randn") else given[-1:] if len(given) > 2 else ())
            check_length(machine, math.prod(size) if isinstance(size, list | tuple) and size and not isinstance(size[0], tuple)
                         else math.prod(size[0]) if isinstance(size, list | tuple) and size else int(size or 1))  # fmt: skip
            return called(machine, getattr(self.state, name), arguments, keywords)

        return Native(name, call)


def numpy_module() -> Namespace:
    """The module ``numpy``."""
    random = _Random()
    drawn = {name: random.drawn(name) for name in _DRAWN.split()}
    solved = {name: _function(name, of=lambda: _numpy().linalg) for name in _SOLVED.split()}
    shared = {name: _function(name) for name in METHODS if name not in ("astype", "copy", "flatten", "item", "tolist")}
    names: dict[str, Any] = {
        **shared,
        **{name: _function(name, size=of_elements) for name in _ELEMENTWISE.split()},
        **{name: _function(name, size=of_product) for name in _PRODUCTS.split()},
        **{name: _function(name, size=of_pairs) for name in _PAIRS.split()},
        **{name: _made(name, _sizes) for name in _FILLED.split()},
        **{name: _made(name, count) for name, count in zip(_COUNTED.split(), _COUNTS, strict=True)},
        "array": Native("array", _array),
        "asarray": Native("asarray", _array),
        "random": Namespace("numpy.random", drawn),
        "linalg": Namespace("numpy.linalg", solved),
        **{name: Word(name) for name in ("float32", "float64", "int32", "int64")},
        "bool_": Word("bool"),
        "pi": math.pi,
        "e": math.e,
        "inf": math.inf,
        "nan": math.nan,
        "newaxis": None,
    }
    return Namespace("numpy", names)
