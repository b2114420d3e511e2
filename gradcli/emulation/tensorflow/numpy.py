"""The part of ``numpy`` that scripts for TensorFlow feed their graphs with."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.values import Namespace, Native, Raised, Word
from gradcli.emulation.tensorflow.graph import Graph, constant
from gradcli.emulation.tensorflow.nodes import check_count, dtype_name, partial_shape
from gradcli.emulation.tensorflow.world import World, with_world
from gradcli.emulation.torch.results import Array
from gradcli.typing import Any


def _array(machine: Interpreter, world: World, data: Any, dtype: Any = None) -> Array:
    import numpy

    if isinstance(data, Array):
        return Array(numpy.array(data.array, dtype_name(dtype, str(data.array.dtype))))
    node = constant(machine, Graph(), data)
    kind = {"float32": "float64", "int32": "int64"}.get(node.dtype, node.dtype)
    return Array(numpy.array(node.value, dtype_name(dtype, kind)))


def _numpy_filled(value: float) -> Callable[..., Any]:
    def make(machine: Interpreter, world: World, shape: Any, dtype: Any = None) -> Array:
        import numpy

        sizes = tuple(size or 0 for size in partial_shape(machine, shape) or ())
        check_count(world, prod(sizes))
        return Array(numpy.full(sizes, value, dtype_name(dtype, "float64")))

    return make


def _numpy_linspace(machine: Interpreter, world: World, start: Any, stop: Any, num: int = 50) -> Array:
    import numpy

    check_count(world, num)
    return Array(numpy.linspace(float(start), float(stop), num))


def _numpy_arange(machine: Interpreter, world: World, *bounds: Any) -> Array:
    import numpy

    if not all(isinstance(bound, int | float) for bound in bounds) or not 1 <= len(bounds) <= 3:
        raise Raised("TypeError", "arange() takes numbers")
    start, stop, step = (0, bounds[0], 1) if len(bounds) == 1 else (*bounds, 1)[:3]
    check_count(world, int(abs((stop - start) / (step or 1))) + 1)
    return Array(numpy.arange(start, stop, step or 1))


def numpy_module(world: World) -> Namespace:
    """The module ``numpy``."""
    table: dict[str, Callable[..., Any]] = {
        "array": _array,
        "asarray": _array,
        "zeros": _numpy_filled(0.0),
        "ones": _numpy_filled(1.0),
        "linspace": _numpy_linspace,
        "arange": _numpy_arange,
    }
    names: dict[str, Any] = {name: Native(name, with_world(world, function)) for name, function in table.items()}
    return Namespace("numpy", {**names, **{name: Word(name) for name in ("float32", "float64", "int32", "int64")}})
