"""Modules of Python's own that a script may import: ``math``, ``random`` and ``time``, as far as a lesson uses them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from random import Random

from gradcli.emulation.python.builtin import charged, number_of, of_python
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.operators import check_length
from gradcli.emulation.python.values import Namespace, Native, Raised, type_name
from gradcli.ops.catalogue import OPERATIONS
from gradcli.typing import Any

_MATH = (
    *[name for name in OPERATIONS if callable(getattr(math, name, None))],
    "degrees", "fabs", "frexp", "gcd", "isclose", "isfinite", "isinf", "isnan", "ldexp", "radians",
)  # fmt: skip
"""The functions of ``math`` that are operations as well, and others that numbers are written with."""


def _of_math(name: str) -> Native:
    function = getattr(math, name)  # one of the names above

    def call(machine: Interpreter, *arguments: Any, **keywords: Any) -> Any:
        values = [number_of(machine, argument) for argument in arguments]
        if not all(isinstance(value, int | float) for value in values):
            wrong = next(value for value in values if not isinstance(value, int | float))
            raise Raised("TypeError", f"must be real number, not {type_name(wrong)}")
        return of_python(lambda: function(*values, **keywords))

    return Native(name, call)


def _factorial(machine: Interpreter, n: Any) -> int:
    if isinstance(n, int) and n > 1_500:
        check_length(machine, 10**9)
    return of_python(math.factorial, n)  # type: ignore[no-any-return]


def _fsum(machine: Interpreter, values: Any) -> float:
    return of_python(math.fsum, [number_of(machine, value) for value in machine.listed(values)])  # type: ignore[no-any-return]


def _prod(machine: Interpreter, values: Any) -> Any:
    total: Any = 1
    for value in charged(machine, values):
        total = machine.binary("*", total, value)
    return total


def math_module() -> Namespace:
    """The module ``math``."""
    names: dict[str, Any] = {name: _of_math(name) for name in _MATH}
    names |= {"factorial": Native("factorial", _factorial), "fsum": Native("fsum", _fsum), "prod": Native("prod", _prod)}
    return Namespace("math", {**names, "pi": math.pi, "e": math.e, "tau": math.tau, "inf": math.inf, "nan": math.nan})


_DRAWS = (
    "betavariate choice choices expovariate gauss normalvariate randint random randrange sample seed shuffle triangular uniform"
)


def random_module() -> Namespace:
    """The module ``random``: a generator of Python's own."""
    source = Random()

    def drawing(name: str) -> Callable[..., Any]:
        function = getattr(source, name)  # one of the names above

        def call(machine: Interpreter, *arguments: Any, **keywords: Any) -> Any:
            count = keywords.get("k", arguments[-1] if arguments and name == "sample" else 0)
            check_length(machine, count if isinstance(count, int) else 0)
            machine.charge(len(arguments[0]) // 8 if arguments and isinstance(arguments[0], list) else 0)
            return of_python(lambda: function(*arguments, **keywords))

        return call

    return Namespace("random", {name: Native(name, drawing(name)) for name in _DRAWS.split()})


def time_module() -> Namespace:
    """The module ``time``: what tells the time; nothing waits."""
    names = {name: Native(name, _clock(getattr(time, name))) for name in ("time", "perf_counter", "monotonic", "process_time")}
    return Namespace("time", {**names, "sleep": Native("sleep", lambda machine, seconds: None)})


def _clock(function: Callable[[], float]) -> Callable[[Interpreter], float]:
    return lambda machine: function()
