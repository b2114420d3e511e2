"""Whether a rewritten program is the same function around a point, with the right derivative at it: by numbers of high precision.

Both programs are computed in arithmetic of 120 digits at points around the given one. There the values have to agree wherever
the original has one. The derivative is the quotient of differences of the original, from either side; at the point itself, where
the original may have no value, the rewritten one continues it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from mpmath import mp

from gradcli.algebra.equality.elements import PrimitiveElements
from gradcli.algebra.equality.high_precision import Numeric
from gradcli.algebra.equality.pair import pair_in
from gradcli.autodiff.passes.tape import Tape
from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph
from gradcli.lowering.elements.expansion import expanded_outputs
from gradcli.ops.declaration.ieee import as_float
from gradcli.typing import Any

DIGITS = 120

MANY_DIGITS = 1000
"""Digits where fewer show no value: 1 - sigmoid(1000) is 0 in less."""

MANY_OF_SPECIAL = 500
"""The same where a special function is computed, whose cost grows fast with the digits."""

FEW_NODES = 300
"""Nodes, in numbers, up to which they are computed in so many digits."""

MOST_NODES = 2_000
"""Nodes of both programs, in numbers, up to which they are compared."""

MOST_VARIABLES = 12
"""Numbers by which the derivative is checked."""

TOLERANCE = 1e-9
"""How far a value may be off, beside its size: what float64 leaves of it, and more."""

NEARBY = 1e-3
"""How far a function that is only close may be off at the point, beside its size."""

_STEPS = (Fraction(1, 10**16), Fraction(1, 10**24))
_SMALLEST = 1e-15
"""What is taken for 0 beside these steps."""

_DISTANCES = (Fraction(1, 7), Fraction(1, 90), Fraction(1, 1100), Fraction(1, 10**5))

UNDEFINED = "undefined"

DERIVATIVE, KINK, END, JUMP = "derivative", "kink", "end", "jump"
"""What the gradient of the rewritten program is at the point: the derivative; between those of the two sides; finite where that
of the original is infinite; of a function that jumps there."""

_GRADES = (DERIVATIVE, KINK, END, JUMP)


class Proof(Frozen):
    """What high precision says of a rewritten program.

    Attributes:
        near: At how many points around the given one both have a value, and agree.
        far: At how many others, where the original has no value near it.
        grade: ``derivative``, ``kink``, ``end`` or ``jump``, the worst of all variables.
        sides: For each variable, element by element, the derivative from the left and from the right; None where there is none.
        value: The value at the point, of the original where it has one.
    """

    near: int
    far: int
    grade: str
    sides: Mapping[str, tuple[float | None, float | None]]
    value: float


class Pairing:
    """Two programs as numbers of high precision.

    Args:
        first: The run of the original.
        second: The run of the other.

    Raises:
        GradcliError: They cannot be written in numbers, or are too large.
    """

    def __init__(self, first: Tape, second: Tape) -> None:
        builder = PrimitiveElements(Graph(8 * MOST_NODES))
        sizes = len(first.graph) + len(second.graph)
        if sizes > 2 * MOST_NODES:
            raise GradcliError("too large")
        (one,), names = expanded_outputs(first.graph, [first.output], builder)
        (other,), more = expanded_outputs(second.graph, [second.output], builder)
        self.names = {**more, **names}
        cotangent = first.adjoints[first.output] if first.graph.shape(first.output) else None
        self.weights = [1.0] * len(one) if cotangent is None else _flat(cotangent)
        pair = pair_in(builder.graph, list(zip(one, other, strict=True)))
        self.numeric = Numeric(pair.steps, pair.ends)
        self.ends = pair.ends
        self.digits = DIGITS
        self.point: dict[str, Fraction] = {}
        self.places: list[tuple[str, str, int]] = []  # each element: the variable, its own name, its place
        for name, elements in self.names.items():
            for place, (element, number) in enumerate(zip(elements, _flat(first.bindings[name]), strict=True)):
                if not math.isfinite(number):
                    raise GradcliError("not finite")
                self.point[element] = Fraction(number)
                self.places.append((name, element, place))

    def finer(self) -> bool:
        """Take more digits; gives whether that is possible."""
        if self.digits > DIGITS or len(self.numeric.steps) > FEW_NODES:
            return False
        self.digits = MANY_OF_SPECIAL if self.numeric.is_special else MANY_DIGITS
        return True

    def at(self, point: Mapping[str, Fraction]) -> tuple[Any, Any]:
        """Both values: numbers of mpmath, or None where they have none; of arrays the sum weighted by the cotangent."""
        found = self.numeric.values(point, self.digits)
        sums: list[Any] = [0, 0]
        for (first, second), weight in zip(self.ends, self.weights, strict=True):
            for side, end in enumerate((first, second)):
                value = found[end]
                sums[side] = None if sums[side] is None or type(value) is float else sums[side] + value * weight
        return sums[0], sums[1]


def _flat(value: Any) -> list[float]:
    return [float(one) for one in value.ravel().tolist()] if hasattr(value, "ravel") else [float(value)]


def exact_value(tape: Tape) -> tuple[float, str] | None:
    """The value of a run without rounding and overflow, as a float and in six digits; where it has none, its limit, or nan, and
    ``undefined``; None where that is not known, as of large programs and of no numbers at all."""
    if any(getattr(value, "size", 1) == 0 for value in tape.values):
        return None
    try:
        pairing = Pairing(tape, tape)
        with mp.workdps(MANY_DIGITS):
            found, _ = pairing.at(pairing.point)
            if found is None and pairing.finer():
                found, _ = pairing.at(pairing.point)
            if found is None:
                return None if pairing.numeric.is_special else (_limit(pairing), UNDEFINED)
            return as_float(found), str(mp.nstr(found, 6))
    except GradcliError:
        return None


def _limit(pairing: Pairing) -> float:
    """What the values around a point come to, however near they are; nan where they do not agree."""
    found: list[Any] = []
    for turn in range(4):
        for step in _STEPS:
            value, _ = pairing.at({
                element: number + step * _size(number) * _sign(0, turn, place)
                for place, (element, number) in enumerate(pairing.point.items())
            })  # fmt: skip
            if value is None:
                return math.nan
            found.append(value)
    near = found[1] if abs(found[1]) > _SMALLEST else 0
    return as_float(near) if max(found) - min(found) <= TOLERANCE * max(1, abs(near)) else math.nan


def proof_of(first: Tape, second: Tape, *, same: bool, alone: bool = False) -> Proof | None:
    """The proof that a rewritten program may stand for the original at its point; None where it is refuted.

    Args:
        first: The run of the original.
        second: The run of the rewritten one; its value and gradient are finite, or infinite as is right.
        same: Whether it is to be the same function; one that is close is only measured.
        alone: Whether that may have no value near which there is one of the original.

    Raises:
        GradcliError: The programs are too large, or cannot be written in numbers.
    """
    pairing = Pairing(first, second)
    with mp.workdps(DIGITS):
        found = _proved(pairing, second, same, alone)
    if (found is None or not found.near) and pairing.finer():
        with mp.workdps(MANY_DIGITS):
            found = _proved(pairing, second, same, alone)
    return found


def _proved(pairing: Pairing, second: Tape, same: bool, alone: bool) -> Proof | None:
    counted = _compared(pairing, same) or ((0, 0) if alone else None)
    if counted is None:
        return None
    here, mended = pairing.at(pairing.point)
    start = mended if here is None else here
    if start is None:
        return None
    own = sum(weight * one for weight, one in zip(pairing.weights, _flat(second.value), strict=True))
    if not same and here is not None and abs(as_float(here) - own) > NEARBY * max(1.0, abs(own)):
        return None
    rough = 1e-3 if second.dtype == "float32" else TOLERANCE
    if (same or alone) and (mended is None or abs(as_float(mended) - own) > rough * max(1.0, abs(own))):
        return None
    sides: dict[str, tuple[float | None, float | None]] = {}
    slopes: dict[str, float] = {}
    grade = DERIVATIVE if same else END
    wrt = second.wrt if second.adjoints[second.output] is not None else ()
    asked = [place for place in pairing.places if place[0] in wrt][:MOST_VARIABLES]
    for name, element, place in asked if same else ():
        adjoint = second.gradient[name]
        slope = 0.0 if adjoint is None else _flat(adjoint)[place]
        left, right = (_slope(pairing, {element: sign}, start) for sign in (-1, 1))
        sides[element] = left, right
        slopes[element] = slope
        found = _grade(slope, left, right, 1e-3 if second.dtype == "float32" else 1e-6)
        if found is None:
            return None
        grade = max(grade, found, key=_GRADES.index)
    if grade == DERIVATIVE and len(slopes) > 1:
        grade = _of_all(pairing, slopes, start)
    return Proof(counted[0], counted[1], grade, sides, as_float(start))


def _compared(pairing: Pairing, same: bool) -> tuple[int, int] | None:
    """At how many points near and farther off both agree; None where they differ, or the rewritten one lacks a value."""
    near = far = 0
    for at, distance in enumerate(_DISTANCES if same else _DISTANCES[1:]):
        for turn in range(4):
            shifted = {
                element: value + distance * (_size(value) if same else max(abs(value), Fraction(1))) * _sign(at, turn, place)
                for place, (element, value) in enumerate(pairing.point.items())
            }
            agree = _agree(*pairing.at(shifted))
            if agree is False and same:
                return None
            near += agree is not None
    if not near and same:  # such as a root of a negative number: where there is one, it has to be the same
        for turn in range(4):
            moved = {element: Fraction(3 + 2 * place + 5 * turn, 7) for place, element in enumerate(pairing.point)}
            agree = _agree(*pairing.at(moved))
            if agree is False:
                return None
            far += agree is not None
    return (near, far) if near or far or (same and not pairing.point) else None


def _size(value: Fraction) -> Fraction:
    """The scale of a number: its size; 1 for 0."""
    return abs(value) or Fraction(1)


def _sign(at: int, turn: int, place: int) -> Fraction:
    """A direction: both ways along the diagonal, then others, by a fixed rule."""
    if turn < 2:
        return Fraction(1 if turn else -1)
    return Fraction((place * 7 + turn * 5 + at * 3) % 11 - 5, 5)


def _agree(a: Any, b: Any) -> bool | None:
    """Whether two values agree; None where the original has none."""
    if a is None:
        return None
    return b is not None and bool(abs(a - b) <= 1e-12 * max(abs(a), abs(b)))


def _of_all(pairing: Pairing, slopes: Mapping[str, float], start: Any) -> str:
    """What a gradient that has all derivatives by single numbers is where these move together, as at 0 of a direction."""
    way = {element: (-1) ** at * (1 + at % 3) for at, element in enumerate(slopes)}
    expected = math.fsum(slopes[element] * moves * _size(pairing.point[element]) for element, moves in way.items())
    scale = math.fsum(abs(slopes[element] * moves) * _size(pairing.point[element]) for element, moves in way.items())
    for sign in (-1, 1):
        found = _slope(pairing, {element: sign * moves for element, moves in way.items()}, start)
        if found is None:  # the domain ends
            continue
        if not math.isfinite(found):
            return JUMP
        if abs(found - sign * expected) > 1e-3 * max(1.0, scale):
            return KINK
    return DERIVATIVE


def _slope(pairing: Pairing, way: Mapping[str, int], start: Any) -> float | None:
    """The derivative from one side, ±inf where it has no bound; None where nothing is defined there, nan for a jump.

    Of one element it is that by it; of several that along the way, in which each moves by so many times its size.
    """
    found: list[Any] = []
    point = pairing.point
    [sign, *more] = way.values()
    for step in _STEPS:
        moved = {element: point[element] + step * _size(point[element]) * moves for element, moves in way.items()}
        length = step * (1 if more else sign * _size(point[next(iter(way))]))
        first, second = pairing.at({**point, **moved})
        value = second if first is None else first
        if value is None:
            return None
        found.append(((value - start) * length.denominator / length.numerator, abs(value - start)))
    (rough, _), (fine, gap) = found
    if abs(fine - rough) <= 1e-7 * max(1, abs(fine)):
        return as_float(fine)
    if gap > 1e-6 * max(1, abs(start)):
        return math.nan
    return math.copysign(math.inf, fine) if abs(fine) > abs(rough) else as_float(fine)


def _grade(slope: float, left: float | None, right: float | None, tolerance: float) -> str | None:
    """What a gradient is beside the derivatives from both sides; None where it is none of that."""
    known = [side for side in (left, right) if side is not None]
    if slope != slope:
        return None
    if not known:  # it is defined in no direction
        return END if math.isfinite(slope) else None
    if any(side != side for side in known):
        return JUMP if math.isfinite(slope) else None
    low, high = min(known), max(known)
    if math.isinf(low) and low == high and math.isfinite(slope):
        return END
    if low == high or (math.isfinite(low) and math.isfinite(high) and high - low <= tolerance * max(1.0, abs(low))):
        if slope == low or abs(slope - low) <= tolerance * max(1.0, abs(low)):
            return DERIVATIVE
        return None
    return KINK if low - tolerance <= slope <= high + tolerance else None


def worse(one: Proof, other: Proof) -> Proof:
    """Two proofs as one: what both say."""
    grade = max(one.grade, other.grade, key=_GRADES.index)
    return Proof(min(one.near, other.near), max(one.far, other.far), grade, {}, one.value)
