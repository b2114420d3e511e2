"""Digits that a finite run loses where numbers cancel, and whether another program keeps them."""

from __future__ import annotations

import math
from collections.abc import Mapping

from gradcli.analysis.nonfinite.verified import exact_value
from gradcli.analysis.verification.check import verify
from gradcli.analysis.verification.digits import digits_of
from gradcli.analysis.verification.findings import LOST, Verification
from gradcli.autodiff.passes.tape import Tape, all_finite
from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.typing import Any

MOST_NODES = 300
"""Nodes of a run up to which digits are counted."""

FEW = 6.0
"""Digits from which on a number is good enough not to be spoken of."""

_LOST = 2.0
"""Digits that a node has to lose before it is where a rewrite begins."""


_ROUNDINGS = 8 * 2.0**-52
"""By how much the variables may be rounded."""


class Cancelled(Frozen, eq=False):
    """What a run has lost.

    Attributes:
        found: Its digits, node by node.
        value: How many digits of the value are right, where these are few, and the value at 50 digits; else None.
        slopes: For each variable whose derivative has few right digits how many, and the derivative at 50 digits.
        ends: For each variable whose finite derivative is a convention, since there is none, the slopes on both sides.
        lossy: For each node whether digits are lost at it.
    """

    found: Verification
    value: tuple[float, float] | None
    slopes: Mapping[str, tuple[float, float]]
    ends: Mapping[str, tuple[float, float]]
    lossy: list[bool]

    @property
    def is_lossy(self) -> bool:
        """Whether digits are lost."""
        return bool(self.slopes) or self.value is not None

    def digits_of(self, other: Tape) -> float:
        """The fewest right digits that another program has in what this one has lost."""
        pairs = [(other.full_gradient[name], exact) for name, (_, exact) in self.slopes.items()]
        pairs += [(other.value, self.value[1])] if self.value is not None else []
        return min(digits_of(abs(own - exact), abs(exact)) for own, exact in pairs)

    @property
    def fewest(self) -> float:
        """The fewest that this one has."""
        return min([digits for digits, _ in [*self.slopes.values(), *([self.value] if self.value is not None else [])]])


def cancellation(tape: Tape) -> Cancelled | None:
    """What a run of numbers has lost; None where nothing is to be told, or it is large, or has no value.

    A derivative that is right at a point within roundings of this one, as beside a minimum, has lost nothing.
    """
    if tape.graph.shapes or len(tape.graph) > MOST_NODES or not all_finite(tape.value):
        return None

    def elsewhere(_: Mapping[str, Any]) -> Tape:
        raise GradcliError("no other run is needed")

    try:
        found = verify(tape, elsewhere)
    except GradcliError:
        return None
    slopes = {
        one.name: (one.digits, one.reference)
        for one in found.components
        if one.verdict == LOST or (one.reference is not None and one.slopes is None and 1 <= one.digits < FEW)
        if one.reference is not None and one.name in tape.wrt
    }
    value = _value(found)
    ends = {
        one.name: one.slopes
        for one in found.components
        if one.slopes is not None and math.isfinite(one.own) and not all(map(math.isfinite, one.slopes)) and one.name in tape.wrt
    }
    if (not slopes and not ends and value is None) or found.faults or found.plain is not tape:
        return None
    lossy = [False] * len(tape.graph)
    for node in found.nodes:
        lossy[node.id] = node.lost >= _LOST
    sums = {one.id for one in found.sums if one.cancelled >= _LOST}
    for id, inputs in enumerate(tape.graph.inputs):
        lossy[id] = lossy[id] or any(input in sums for input in inputs)
    return Cancelled(found, value, slopes, ends, lossy)


def _value(found: Verification) -> tuple[float, float] | None:
    """Digits of the value and the exact one, where they are few and the variables are not to blame, as beside a root."""
    tape = found.tape
    digits = next((node.digits for node in found.nodes if node.id == tape.output), FEW)
    exact = exact_value(tape) if digits < FEW else None
    moved = sum(abs(tape.bindings[one.name] * one.best) for one in found.components if one.name in tape.bindings)
    if exact is None or not abs(tape.value - exact[0]) > _ROUNDINGS * moved:
        return None
    return digits, exact[0]
