"""The run of a program on arrays as a run on their elements, for everything that is said of numbers alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.program_run import graph_run
from gradcli.errors import GradcliError, UnknownVariableError
from gradcli.lowering.elements.expansion import ELEMENTS, Elements, element_named, in_elements
from gradcli.typing import Any


def element_tape(tape: Tape, wrt: Sequence[str] | None = None, *, limit: int = ELEMENTS) -> Tape:
    """Write a run out in elements: a static graph of numbers, in which ``W₀₁`` is the element ``W[0, 1]``.

    Args:
        tape: The run.
        wrt: What to differentiate by: names of arrays, which mean all their elements, or of elements, ``W[0, 1]``; None for what
            the run differentiates by.
        limit: How many elements all nodes may have together.

    Raises:
        GradcliError: An operation cannot be written in elements, a name is none of an element, the output is an array, or equal
            elements share a gradient in another way than the operation on the array has it; exit code 4 beyond the limit.
    """
    elements = in_elements(tape.graph, tape.names, None if tape.symbolic else tape.bindings, limit)
    chosen: list[str] = []
    for name in tape.wrt if wrt is None else wrt:
        found = element_named(name, elements)
        if not found:
            raise UnknownVariableError(name, list(elements.graph.variables), f"--wrt {name}: ")
        chosen += found
    chosen = list(dict.fromkeys(chosen))
    values = None if tape.symbolic else elements.values(tape.bindings)
    run = graph_run(elements.graph, Request(values, chosen, "static", tape.dtype))
    if not tape.symbolic:
        _check(tape, run, elements)
    return run


def _check(tape: Tape, run: Tape, elements: Elements) -> None:
    """The gradient of the elements is that of the arrays, but for points at which these choose one of several: the first of
    equal elements for a maximum, 0 for the length of a vector of zeros."""
    tolerance = 1e-3 if tape.dtype == "float32" else 1e-8
    for name in tape.wrt:
        whole: Any = tape.gradient[name]
        flat = [] if whole is None else whole.ravel().tolist() if hasattr(whole, "ravel") else [whole]
        for one, expected in zip(elements.names[name], flat, strict=False):
            found = run.gradient.get(one, expected) or 0.0
            both_nan = found != found and expected != expected
            if not both_nan and not math.isclose(found, expected, rel_tol=tolerance, abs_tol=tolerance):
                raise GradcliError(
                    f"∂{run.names[run.output]}/∂{one} is {expected:g} for the array, and {found:g} element by element",
                    hint="it is so where elements of a maximum are equal, a length is 0, or an exponential overflows:"
                    " move the point, or leave out --elements",
                )
