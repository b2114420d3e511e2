"""A straight line in NumPy's own functions: each operation's value on arrays, taken apart by running it once on lanes.

A lane stands for the numbers of a block of rows. What an operation computes with arrays (``Operation.array``) is called with
lanes, and notes each function of NumPy that it calls as a step, so that each can write into a buffer that is used again. An
operation that does something else than calling such functions is a step of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy

from gradcli.data.kernels.straight_line import StraightLine
from gradcli.frozen import Frozen
from gradcli.graph.graph import CONSTANT, VARIABLE
from gradcli.lowering.builders.builder import ROUND
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.operation import Operation
from gradcli.typing import Any

DOUBLE, SINGLE, TRUTH = numpy.dtype("float64"), numpy.dtype("float32"), numpy.dtype("bool")

_ROUNDING = (numpy.add, numpy.subtract, numpy.multiply, numpy.divide, numpy.sqrt, numpy.square)
"""Functions whose result, computed from single precision in double precision and rounded then, is that of single precision
(Figueroa, When is double rounding innocuous?, SIGNUM Newsletter 30(3), 1995)."""

_SELECTING = (numpy.maximum, numpy.minimum, numpy.fmax, numpy.fmin, numpy.negative, numpy.absolute, numpy.copysign)
_ROUNDED = (numpy.rint, numpy.floor, numpy.ceil, numpy.trunc)
"""With comparisons functions whose result is exact in any precision."""


class Step(Frozen, eq=False):
    """A function of NumPy on lanes.

    Attributes:
        function: The function; ``numpy.copyto`` for a change of dtype, None for a choice, of (condition, a, b).
        operands: The lanes of its operands.
        result: The lane of its result.
        fills: Whether it writes into a buffer (``out=``); else it gives an array.
    """

    function: Callable[..., Any] | None
    operands: tuple[int, ...]
    result: int
    fills: bool


class Lanes(Frozen, eq=False):
    """A straight line as steps.

    Attributes:
        steps: The steps, in order.
        dtypes: The dtype of each lane.
        constants: The lanes that are one number, with it.
        columns: The lane of each column, by name.
        values: The lane of each value.
        adjoints: The lane of each derivative; None where there is none.
        finite: The lane that says where everything is finite; None where nothing tells.
    """

    steps: tuple[Step, ...]
    dtypes: tuple[Any, ...]
    constants: dict[int, Any]
    columns: dict[str, int]
    values: tuple[int, ...]
    adjoints: tuple[int | None, ...]
    finite: int | None


def _operator(function: Any, *, mirrored: bool = False) -> Any:
    """An operator as the function of NumPy that it calls."""

    def apply(self: Lane, *others: Any) -> Any:
        return self.tracer.call(function, (*others, self) if mirrored else (self, *others))

    return apply


class Lane:
    """The numbers of a block of rows, or truth values: what an operation on arrays is called with."""

    __slots__ = ("dtype", "id", "tracer")

    ndim = 1
    __array_ufunc__ = None

    def __init__(self, tracer: _Tracer, id: int, dtype: Any) -> None:
        self.tracer = tracer
        self.id = id
        self.dtype = dtype

    def __ne__(self, other: object) -> Any:
        if self.dtype == TRUTH and isinstance(other, int | float) and other == 0:
            return self
        return self.tracer.call(numpy.not_equal, (self, other))

    __hash__ = object.__hash__
    __add__, __radd__ = _operator(numpy.add), _operator(numpy.add, mirrored=True)
    __sub__, __rsub__ = _operator(numpy.subtract), _operator(numpy.subtract, mirrored=True)
    __mul__, __rmul__ = _operator(numpy.multiply), _operator(numpy.multiply, mirrored=True)
    __truediv__, __rtruediv__ = _operator(numpy.divide), _operator(numpy.divide, mirrored=True)
    __pow__, __rpow__ = _operator(numpy.power), _operator(numpy.power, mirrored=True)
    __mod__, __rmod__ = _operator(numpy.remainder), _operator(numpy.remainder, mirrored=True)
    __floordiv__, __rfloordiv__ = _operator(numpy.floor_divide), _operator(numpy.floor_divide, mirrored=True)
    __and__, __rand__ = _operator(numpy.logical_and), _operator(numpy.logical_and, mirrored=True)
    __or__, __ror__ = _operator(numpy.logical_or), _operator(numpy.logical_or, mirrored=True)
    __eq__ = _operator(numpy.equal)
    __lt__ = _operator(numpy.less)
    __le__ = _operator(numpy.less_equal)
    __gt__ = _operator(numpy.greater)
    __ge__ = _operator(numpy.greater_equal)
    __neg__ = _operator(numpy.negative)
    __abs__ = _operator(numpy.absolute)
    __invert__ = _operator(numpy.logical_not)


class _Functions:
    """The module numpy as an operation is handed it: its functions note what they are called with."""

    def __init__(self, tracer: _Tracer) -> None:
        self._tracer = tracer

    def __getattr__(self, name: str) -> Any:
        found = getattr(numpy, name)
        if not callable(found) or isinstance(found, type):
            return found
        function = None if found is numpy.where else found

        def called(*operands: Any, **named: Any) -> Any:
            if not any(isinstance(operand, Lane) for operand in operands):
                return found(*operands, **named)
            if named.keys() - {"dtype"}:
                raise TypeError(f"{name} is called with more than lanes")
            return self._tracer.call(function, operands)

        return called


class _Tracer:
    """Notes steps; the same function of the same lanes is one step."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.dtypes: list[Any] = []
        self.constants: dict[int, Any] = {}
        self.known: dict[Any, Lane] = {}
        self.functions = _Functions(self)

    def lane(self, dtype: Any) -> Lane:
        """A new lane."""
        self.dtypes.append(dtype)
        return Lane(self, len(self.dtypes) - 1, dtype)

    def constant(self, value: Any, dtype: Any) -> Lane:
        """The lane of a number."""
        number = dtype.type(value)
        key = (dtype, number.tobytes())
        if key not in self.known:
            self.known[key] = self.lane(dtype)
            self.constants[self.known[key].id] = number
        return self.known[key]

    def cast(self, lane: Lane, dtype: Any) -> Lane:
        """A lane in another dtype."""
        if lane.dtype == dtype:
            return lane
        if lane.id in self.constants:
            return self.constant(self.constants[lane.id], dtype)
        return self._step(numpy.copyto, (lane,), dtype, fills=True)

    def call(self, function: Any, operands: Sequence[Any]) -> Lane:
        """The lane of a function of NumPy on lanes and numbers; None for a choice."""
        truths = function in (numpy.logical_and, numpy.logical_or, numpy.logical_not)
        numbers = [one for one in operands[function is None :] if isinstance(one, Lane) and one.dtype != TRUTH]
        dtype = max([one.dtype for one in numbers], key=lambda one: one.itemsize, default=self.default)
        lanes = []
        for at, operand in enumerate(operands):
            lane = operand if isinstance(operand, Lane) else self.constant(operand, dtype)
            if function is None and at == 0:
                lane = lane if lane.dtype == TRUTH else self.call(numpy.not_equal, (lane, 0))
            elif lane.dtype != TRUTH or not truths:
                lane = self.cast(lane, dtype)
            lanes.append(lane)
        fills = function is None or isinstance(function, numpy.ufunc)
        says = isinstance(function, numpy.ufunc) and all(one.endswith("?") for one in function.types if "O" not in one)
        return self._step(function, tuple(lanes), TRUTH if says else dtype, fills=fills)

    default = DOUBLE

    def opaque(self, operation: Operation, operands: Sequence[Lane]) -> Lane:
        """The lane of an operation that cannot be taken apart."""
        return self._step(operation.array_value, tuple([self.cast(lane, DOUBLE) for lane in operands]), DOUBLE, fills=False)

    def _step(self, function: Any, operands: tuple[Lane, ...], dtype: Any, *, fills: bool) -> Lane:
        key = (function, dtype, *[operand.id for operand in operands])
        if key not in self.known:
            self.known[key] = self.lane(dtype)
            self.steps.append(Step(function, tuple([operand.id for operand in operands]), self.known[key].id, fills))
        return self.known[key]

    def attempt(
        self,
        operation: Operation,
        operands: Sequence[Lane],
        dtype: Any,
        fits: Callable[[Sequence[Step]], bool] = lambda steps: True,
    ) -> Lane | None:
        """The lane of an operation computed in a dtype; None where it cannot be taken apart, or its steps do not fit."""
        steps, dtypes, constants, known = len(self.steps), len(self.dtypes), dict(self.constants), dict(self.known)
        lane = self._attempt(operation, operands, dtype)
        if lane is None or not fits(self.steps[steps:]):
            del self.steps[steps:], self.dtypes[dtypes:]
            self.constants, self.known = constants, known
            return None
        return lane

    def _attempt(self, operation: Operation, operands: Sequence[Lane], dtype: Any) -> Lane | None:
        self.default = dtype
        given = [
            dtype.type(self.constants[lane.id])
            if lane.id in self.constants
            else lane
            if lane.dtype == TRUTH
            else self.cast(lane, dtype)
            for lane in operands
        ]
        completed = operation.complete(tuple(given))
        completed = tuple([one if isinstance(one, Lane) else dtype.type(one) for one in completed])
        try:
            if isinstance(operation.array, str):
                found = getattr(self.functions, operation.array)(*completed)
            else:
                found = operation.array(self.functions, *completed) if operation.array is not None else None
        except (TypeError, AttributeError, ValueError):
            return None
        finally:
            self.default = DOUBLE
        return found if isinstance(found, Lane) or found is None else self.constant(found, dtype)


def lanes_of(line: StraightLine) -> Lanes:
    """The steps of a straight line."""
    graph, tracer = line.graph, _Tracer()
    found: list[Lane] = []
    names = {id: name for name, id in graph.variables.items()}
    ends = [id for id in (*line.values, *line.adjoints, *line.watched) if id is not None]
    needed = graph.ancestors(*ends)
    watched = {*line.watched}
    finite: Lane | None = None
    rounded = [line.rounds] * len(graph)  # whether nothing but rounding takes a node
    for id, inputs in enumerate(graph.inputs):
        if needed[id] and graph.operations[id] != ROUND:
            for input in inputs:
                rounded[input] = False
    for id in ends:
        rounded[id] = False
    kind = SINGLE if line.rounds else DOUBLE
    for node in graph:
        operands = [found[input] for input in node.inputs]
        if node.operation == VARIABLE:
            lane = tracer.lane(kind)
        elif node.operation == CONSTANT:
            lane = tracer.constant(graph.constants[node.id], DOUBLE)
        elif not needed[node.id]:
            lane = operands[0]
        elif node.operation == ROUND:
            lane = tracer.cast(operands[0], SINGLE)
        else:
            lane = _computed(tracer, OPERATIONS[node.operation], operands, rounded=rounded[node.id], rounds=line.rounds)
        found.append(lane)
        if (
            node.id in watched and lane.dtype != TRUTH and lane.id not in tracer.constants
        ):  # here, so that its buffer is free then
            one = tracer.call(numpy.isfinite, (lane,))
            finite = one if finite is None else tracer.call(numpy.logical_and, (finite, one))
    values = tuple([tracer.cast(found[id], kind).id for id in line.values])
    adjoints = tuple([None if id is None else tracer.cast(found[id], kind).id for id in line.adjoints])
    columns = {name: found[id].id for id, name in names.items()}
    wanted = {*values, *adjoints, None if finite is None else finite.id}
    steps: list[Step] = []
    for step in reversed(tracer.steps):
        if step.result in wanted:
            steps.append(step)
            wanted.update(step.operands)
    return Lanes(
        tuple(steps[::-1]),
        tuple(tracer.dtypes),
        tracer.constants,
        columns,
        values,
        adjoints,
        None if finite is None else finite.id,
    )


def _computed(tracer: _Tracer, operation: Operation, operands: Sequence[Lane], *, rounded: bool, rounds: bool) -> Lane:
    """The lane of an operation; in single precision where the result is the same as if it were rounded then."""
    if rounds and all(_is_single(tracer, lane) for lane in operands):

        def fits(steps: Sequence[Step]) -> bool:
            inexact = [at for at, step in enumerate(steps) if not _is_exact(tracer, step)]
            last = [len(steps) - 1] if rounded and steps and steps[-1].function in _ROUNDING else []
            return inexact in ([], last)

        single = tracer.attempt(operation, operands, SINGLE, fits)
        if single is not None:
            return single
    lane = tracer.attempt(operation, operands, DOUBLE)
    return tracer.opaque(operation, operands) if lane is None else lane


def _is_single(tracer: _Tracer, lane: Lane) -> bool:
    if lane.id in tracer.constants:
        number = tracer.constants[lane.id]
        with numpy.errstate(all="ignore"):
            return bool(number != number or SINGLE.type(number) == number)
    return bool(lane.dtype != DOUBLE)


def _is_exact(tracer: _Tracer, step: Step) -> bool:
    return step.function in (None, numpy.copyto, *_SELECTING, *_ROUNDED) or bool(tracer.dtypes[step.result] == TRUTH)
