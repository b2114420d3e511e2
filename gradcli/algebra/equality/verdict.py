"""What is found of two expressions: the verdict, how it is known, and the points that show it."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from decimal import Context, Decimal
from fractions import Fraction

from gradcli.algebra.assumptions.facts import NOTHING, Assumptions
from gradcli.algebra.equality.pair import Outcome
from gradcli.algebra.equality.points import Point
from gradcli.frozen import Frozen, replace
from gradcli.graph.graph import Shape
from gradcli.language.numbers import number_text
from gradcli.ops.declaration.ieee import as_float
from gradcli.typing import Any


class Verdict(str, enum.Enum):
    """What is true of two expressions."""

    EQUAL = "equal"
    WHERE_DEFINED = "equal where both are defined"
    BELOW_THRESHOLD = "equal but for the threshold of an operation"
    NEARLY = "equal within the tolerance"
    DIFFERENT = "different"
    ISOLATED = "defined together at single points only"
    NOWHERE = "defined at no common point"


class Method(str, enum.Enum):
    """How it is known."""

    IDENTICAL = "identical"
    VALUE = "exact value"
    ENOUGH_POINTS = "exact at enough points"
    NORMAL_FORM = "normal form"
    RANDOM_POINTS = "exact at random points"
    MODULAR = "modulo a prime at random points"
    EXACT_POINTS = "exact at points"
    NUMERIC = "high precision"
    SHAPES = "shapes"
    DOUBLE = "double precision"


class Witness(Frozen):
    """A point at which two expressions are not the same.

    Attributes:
        point: The value of each variable: a rational number, or an array of NumPy.
        first: The value of the first expression there, a float or an array; None where it is undefined.
        second: The value of the second one.
        first_text: The same with as many digits as the difference takes.
        second_text: The same of the second one.
        at: Of arrays the place of the element that differs most, in the order of the array.
    """

    point: Mapping[str, Any]
    first: Any
    second: Any
    first_text: str
    second_text: str
    at: int = 0


class Tolerance(Frozen):
    """How far apart values may be that count as equal.

    Attributes:
        digits: Digits after the point that have to agree; None where that is not asked for.
        relative: How far off a value may be, beside the size of the second one.
    """

    digits: int | None = None
    relative: float = 0.0

    def allows(self, first: Any, second: Any) -> bool:
        """Whether two values, rational numbers or those of mpmath, are so near."""
        rounding = 0.0 if self.digits is None else 0.5000001 * 10.0**-self.digits
        apart, size = value_float(abs(first - second)), value_float(abs(second))
        return apart is not None and size is not None and apart <= max(rounding, self.relative * size)


EXACT = Tolerance()


class Equality(Frozen):
    """What was found out about two expressions; it is true where they are equal.

    Attributes:
        first: The text of the first expression.
        second: The text of the second one.
        verdict: What is true of them.
        method: How it is known.
        proof: Whether it is proved: for every point, or by an exact counterexample.
        variables: The variables that a value depends on.
        assume: What is assumed of the variables.
        everywhere: Whether it is certain that they are defined at the same points.
        points: At how many points both are defined and were compared.
        counterexample: A point at which they differ.
        only_first: At how many sampled points only the first is defined.
        only_second: At how many only the second is.
        domain: Some of these points.
        neither: At how many neither is defined.
        places: How many of the points lie at, beside and between the places at which one of them changes.
        unsolved: Of how many such places no inverse tells all, so that they were looked for along lines.
        agreed_at: Some of the points at which they agree.
        thresholds: Operations that are another function beyond a threshold of their own, with that, where the two differ by it
            alone.
        undecided: At how many points rounding did not let either be decided, or a value was too large to compute.
        digits: In how many digits values agree where they were compared by rounded numbers.
        degree: A bound of the degree of the difference of rational functions.
        trials: Random points that the error bound rests on.
        error_bound: The probability that such points hide a difference is at most this.
        prime: The k of the prime 2^k - 1 that was computed with.
        shapes: The shapes of both.
        up_to: ``constant`` or ``factor`` where the second is compared plus a number, or times one; else empty.
        number: That number, or the expression that is nowhere 0 by which equations differ.
        tolerance: How far apart values may be.
        members: Of sets for each element of the first its equal in the second.
        unmatched: Elements of the first set that the second has not, and the other way round.
        agree_if_positive: At how many points with positive variables they agree; 0 where they differ at one of these as well.
    """

    first: str
    second: str
    verdict: Verdict
    method: Method
    proof: bool = False
    variables: tuple[str, ...] = ()
    assume: Assumptions = NOTHING
    everywhere: bool = False
    points: int = 0
    counterexample: Witness | None = None
    only_first: int = 0
    only_second: int = 0
    domain: tuple[Witness, ...] = ()
    neither: int = 0
    thresholds: tuple[tuple[str, float], ...] = ()
    undecided: int = 0
    places: int = 0
    unsolved: int = 0
    agreed_at: tuple[Point, ...] = ()
    digits: int | None = None
    degree: int | None = None
    trials: int = 0
    error_bound: float | None = None
    prime: int | None = None
    agree_if_positive: int = 0
    shapes: tuple[Shape, Shape] = ((), ())
    up_to: str = ""
    number: str = ""
    tolerance: Tolerance = EXACT
    members: tuple[Equality, ...] = ()
    unmatched: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    def __bool__(self) -> bool:
        return self.verdict in (Verdict.EQUAL, Verdict.WHERE_DEFINED, Verdict.BELOW_THRESHOLD, Verdict.NEARLY)

    def __repr__(self) -> str:
        found = self.counterexample
        at = [] if found is None else [f"{name} = {value}" for name, value in found.point.items()]
        seen = "" if found is None else f", at {', '.join(at)}: {found.first_text} and {found.second_text}"
        known = f"{'proved' if self.proof else 'not proved'}, {self.method.value}"
        return f"Equality({self.first!r}, {self.second!r}: {self.verdict.value}{seen}; {known})"

    @property
    def same_domain(self) -> bool:
        """Whether no point was found at which only one of them is defined."""
        return not self.only_first and not self.only_second


def witness_of(point: Point, outcome: Outcome) -> Witness:
    """What a point shows. Of arrays, whose values are the elements in a row, the texts are of the element that differs most."""
    first, second = outcome.first, outcome.second
    if isinstance(first, tuple) or isinstance(second, tuple):
        floats = [None if values is None else tuple(map(value_float, values)) for values in (first, second)]
        if first is None or second is None:
            return Witness(point, floats[0], floats[1], "undefined", "undefined")
        at = farthest(first, second)
        return replace(witness_of(point, Outcome(outcome.kind, first[at], second[at])), first=floats[0], second=floats[1], at=at)
    texts = [value_text(value, 15) for value in (first, second)]
    digits = 15
    while texts[0] == texts[1] and first is not None and digits < 60:
        digits *= 2
        texts = [value_text(value, digits) for value in (first, second)]
    if texts[0] == texts[1] and first is not None:  # 1 and 1 + 1e-615
        distance = second - first
        texts = [value_text(first, 15), f"{value_text(first, 15)} {'-' if distance < 0 else '+'} {value_text(abs(distance), 15)}"]
    return Witness(point, value_float(first), value_float(second), texts[0], texts[1])


def farthest(first: Sequence[Any], second: Sequence[Any]) -> int:
    """Where two rows of numbers differ most."""
    distances = [abs(a - b) for a, b in zip(first, second, strict=True)]
    return distances.index(max(distances))


def value_text(value: Any, digits: int) -> str:
    if value is None:
        return "undefined"
    if isinstance(value, int | Fraction):
        if value.numerator.bit_length() + value.denominator.bit_length() < 120:
            return number_text(value)
        context = Context(prec=digits)
        text = f"{context.divide(Decimal(value.numerator), Decimal(value.denominator)):.{digits}g}"
        return _without_zeros(text.lower())
    from mpmath import mp

    return _without_zeros(str(mp.nstr(value, digits)))


def _without_zeros(text: str) -> str:
    """Digits without zeros at the end of the fraction: 1 for 1.000."""
    digits, e, exponent = text.partition("e")
    return (digits.rstrip("0").removesuffix(".") if "." in digits else digits) + e + exponent


def value_float(value: Any) -> float | None:
    if value is None:
        return None
    return as_float(value)
