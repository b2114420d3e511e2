"""What is found of a gradient that was checked: each derivative with its verdict, and what else the run shows."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradcli.analysis.points import Met
from gradcli.analysis.verification.accumulation import Accumulated
from gradcli.analysis.verification.differences import Differences, Direction
from gradcli.analysis.verification.digits import NodeDigits
from gradcli.analysis.verification.judge import DIGITS
from gradcli.analysis.verification.rules import Fault
from gradcli.autodiff.passes.tape import Tape
from gradcli.frozen import Frozen
from gradcli.typing import Any

RIGHT, ROUNDED, UNCLEAR, LOST, WRONG = "right", "rounded", "unclear", "lost", "wrong"
"""What is said of a derivative: it is right; right, but for digits that were lost; no way tells; no digit is right, though every
rule is; wrong. Where there is none the kind of the special point is said: a kink, a jump, a pole, or the end of the domain."""


class Component(Frozen):
    """A derivative that was checked: by a variable, an element, or along a random direction.

    Attributes:
        name: What it is by.
        direction: How the variables move.
        own: The derivative that was checked.
        reference: The judge's; None where there is none.
        found: Differences over a ladder of steps.
        complex_step: By the complex step; None where not every operation is analytic.
        digits: Digits in which it agrees with the best of these.
        verdict: What is said of it.
        slopes: The slopes on the two sides, at a kink or a jump; None elsewhere.
    """

    name: str
    direction: Direction
    own: float
    reference: float | None
    found: Differences
    complex_step: float | None
    digits: float
    verdict: str
    slopes: tuple[float, float] | None

    @property
    def best(self) -> float:
        """The derivative that it was held against."""
        if self.reference is not None:
            return self.reference
        return self.found.value if self.complex_step is None else self.complex_step


class Verification(Frozen):
    """A checked gradient.

    Attributes:
        tape: The run.
        plain: The same on numbers, each element for itself; None where that would be large.
        components: The derivatives that were checked.
        faults: Nodes whose rules are wrong.
        sums: Adjoints of nodes that are used several times.
        met: Special points that the run is at or near.
        nodes: What each node does to digits; empty where there is no run on numbers.
        not_analytic: The operation for which there is no complex step; empty where there is one.
        notes: What else is to be said.
        arrays: Operations on arrays at equal elements or zeros, that other libraries differentiate otherwise.
        judge_digits: Digits with which the judge computed.
    """

    tape: Tape
    plain: Tape | None
    components: Sequence[Component]
    faults: Sequence[Fault]
    sums: Sequence[Accumulated]
    met: Sequence[Met]
    nodes: Sequence[NodeDigits]
    not_analytic: str
    notes: Sequence[str]
    arrays: Sequence[Met] = ()
    judge_digits: int = DIGITS

    @property
    def failed(self) -> bool:
        """Whether something is wrong."""
        wrong = bool(self.faults) or not all(one.agrees for one in self.sums)
        return wrong or any(one.verdict in (LOST, WRONG) for one in self.components)

    @property
    def exact_gradient(self) -> dict[str, Any]:
        """The gradient of the run, with what high precision gives where the run lost digits."""
        found = dict(self.tape.full_gradient)
        for one in self.components:
            if one.verdict in (LOST, ROUNDED, WRONG) and one.reference is not None and len(one.direction) == 1:
                [(name, step)] = one.direction.items()
                if type(step) is float:
                    found[name] = one.reference * step
                elif abs(step).sum() == 1:
                    found[name] = found[name] * (1 - step) + one.reference * step
        return found

    @property
    def slopes(self) -> dict[tuple[str, tuple[int, ...]], tuple[float, float]]:
        """The slopes on both sides by each variable or element, given by its place, where these are finite and differ."""
        found = {}
        for one in self.components:
            if one.slopes is not None and len(one.direction) == 1 and all(map(math.isfinite, one.slopes)):
                [(name, step)] = one.direction.items()
                places = [()] if type(step) is float else list(zip(*step.nonzero(), strict=True))
                if len(places) == 1:
                    found[name, tuple(map(int, places[0]))] = one.slopes
        return found
