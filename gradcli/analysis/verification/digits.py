"""Digits that are right: of a derivative, and of what each node of a run computes and hands back."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gradcli.analysis.verification.judge import Judged
from gradcli.autodiff.passes.tape import Tape
from gradcli.frozen import Frozen
from gradcli.ops.declaration.ieee import as_float
from gradcli.typing import Any

ROUNDINGS = 64
"""Roundings of what a derivative is a sum of, that it may be off where it is 0."""

_OFF = 0.1
"""How far off a slope is that is lost, beside its size."""


class NodeDigits(Frozen):
    """What a node does to digits.

    Attributes:
        id: The node, of the run in elements.
        condition: By what it multiplies relative errors of its operands.
        digits: Digits of its value that are right.
        lost: How many fewer than of its operands.
        adjoint_digits: Digits of its adjoint that are right; None where it has none.
        lost_back: How many fewer those of the adjoints of its operands have.
    """

    id: int
    condition: float | None
    digits: float
    lost: float
    adjoint_digits: float | None
    lost_back: float


def digits_of(off: float, size: float) -> float:
    """Decimal digits in which two numbers agree, that are so far apart beside their size."""
    if off != off or size != size or math.isinf(off):
        return 0.0
    if off == 0 or size == 0:
        return 16.0 if off == 0 else 0.0
    return min(16.0, max(0.0, -math.log10(off / size))) if math.isfinite(size) else 0.0


def node_digits(plain: Tape, judge: Judged, epsilon: float) -> Iterator[NodeDigits]:
    """What each node of a run on numbers does to digits."""
    most = -math.log10(epsilon / 2)
    right = [min(most, _agreed(own, exact)) for own, exact in zip(plain.values, judge.values, strict=True)]
    back = [
        None if own is None or exact is None or type(exact) is float else min(most, _agreed(own, exact, epsilon * size))
        for own, exact, size in zip(plain.adjoints, judge.adjoints, judge.sizes, strict=True)
    ]
    for id, inputs in enumerate(plain.graph.inputs):
        if inputs and judge.adjoints[id] is not None:
            lost = max(0.0, min(right[input] for input in inputs) - right[id])
            own, after = back[id], [known for input in inputs if (known := back[input]) is not None]
            lost_back = 0.0 if own is None or not after else max(0.0, own - min(after))
            yield NodeDigits(id, judge.conditions[id], right[id], lost, own, lost_back)


def _agreed(own: Any, exact: Any, rounding: Any = 0.0) -> float:
    """Digits in which a number agrees with the exact one, which rounding may leave beside 0."""
    right = as_float(exact)
    if own == right or (right == 0 and abs(own) <= ROUNDINGS * rounding) or (own != own and right != right):
        return 16.0
    return digits_of(abs(own - right), abs(right))


def is_saturated(tape: Tape, judge: Judged, epsilon: float) -> bool:
    """Whether a node stays, but for roundings, however its operand moves, so that floats have lost its slope: tanh(40)."""
    for id, partials in enumerate(judge.partials):
        for at, partial in partials if tape.adjoints[id] is not None else ():
            moved = abs(partial * tape.values[tape.graph.inputs[id][at]])
            if 0 < moved <= ROUNDINGS * epsilon * abs(tape.values[id]):
                own = tape.local_values(id)[at]
                if own is None or abs(own - partial) > _OFF * abs(partial):
                    return True
    return False
