"""The verdict on two results in numbers: by exact arithmetic where they are rational functions, else at high precision."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from gradcli.algebra.assumptions.facts import POSITIVE, Assumptions
from gradcli.algebra.equality.pair import Kind, Outcome, Pair, together
from gradcli.algebra.equality.points import Coordinate, Point, Rational, large_points, points, rational
from gradcli.algebra.equality.rational import (
    MERSENNE_EXPONENTS,
    TooLongError,
    critical_points,
    degree_of_difference,
    exact,
    is_rational,
    modular,
    values,
)
from gradcli.algebra.equality.thresholds import Places, with_switches
from gradcli.algebra.equality.verdict import EXACT, Equality, Method, Verdict, Witness, value_float, witness_of
from gradcli.errors import ExitCode, GradcliError
from gradcli.frozen import replace
from gradcli.graph.graph import CONSTANT, VARIABLE

Compare = Callable[[Mapping[str, Coordinate]], Outcome]
Special = Callable[[], Sequence[Point]]

ERROR_BITS = 67
"""The probability of an error of random points is below 2^-67, which is less than 1e-20."""

_SAMPLED = 100
"""Points at which expressions are compared."""

_POSITIVE = 20
"""Positive points at which expressions are compared that differ elsewhere."""

_WORK = 3_000_000
"""Operations on 50 digits that a comparison may take, about five seconds."""

_EXACT_WORK = 600_000
"""Exact operations on short numbers that a comparison may take."""

_MOST_EXACT = 100
"""Places at which something changes that exact arithmetic finds."""

_KEPT = 60
"""Points of agreement around which it is seen whether both are defined near them as well."""

_NEAR = Fraction(1, 2**24)

_FEW = Fraction(1, 4)
"""A share of points of agreement so small that both may be defined together at single points only."""

_SHOWN_DIFFERENCES = 3
"""Points of each kind that are kept of a difference of domains."""


_COUNTED = {
    "points": Kind.AGREE, "only_first": Kind.ONLY_FIRST, "only_second": Kind.ONLY_SECOND, "neither": Kind.NEITHER,
    "undecided": Kind.UNDECIDED,
}  # fmt: skip
"""What of points is counted, by the fields of the verdict."""


def decided(pair: Pair, start: Equality, same_form: Callable[[], bool]) -> Equality:
    """Compare two results.

    Args:
        pair: Both of them.
        start: What is known already.
        same_form: Tells whether both have one normal form, which is a proof; asked only where nothing cheaper decides.

    Raises:
        GradcliError: They are too large to compare.
    """
    if is_rational(pair.steps):
        found = _rational(pair, replace(start, method=Method.EXACT_POINTS), same_form)
    else:
        found = _numeric(pair, replace(start, method=Method.NUMERIC, proof=False), same_form)
    return _nearly(pair, found) if found.verdict is Verdict.DIFFERENT and start.tolerance != EXACT else found


def _nearly(pair: Pair, different: Equality) -> Equality:
    """What is found of values that may be some distance apart; the point that is shown is where they are farthest."""
    from gradcli.algebra.equality.high_precision import Numeric

    exactly = _exact_comparison(pair) if is_rational(pair.steps) else Numeric(pair.steps, pair.ends).compare
    farthest: list[tuple[float, Point, Outcome]] = []

    def compare(point: Mapping[str, Coordinate]) -> Outcome:
        found = exactly(point)
        if found.kind is not Kind.DIFFER:
            return found
        rows = [value if isinstance(value, tuple) else (value,) for value in (found.first, found.second)]
        if not all(map(different.tolerance.allows, *rows)):
            return found
        farthest.append((max(value_float(abs(a - b)) or 0.0 for a, b in zip(*rows, strict=True)), dict(point), found))
        return found._replace(kind=Kind.AGREE)

    start = replace(different, verdict=Verdict.NEARLY, counterexample=None, agree_if_positive=0)
    found = _sampled(pair, start, compare, _SAMPLED)
    if not found or not farthest:
        return found if farthest else different
    _, point, outcome = max(farthest, key=lambda one: one[0])
    return replace(found, verdict=Verdict.NEARLY, proof=False, counterexample=witness_of(point, outcome))


# ---- rational functions ----


def _rational(pair: Pair, start: Equality, same_form: Callable[[], bool]) -> Equality:
    compare = _exact_comparison(pair)
    count = max(3, min(_SAMPLED, _EXACT_WORK // len(pair.steps)))
    found = _sampled(pair, start, compare, count)
    if found.verdict is Verdict.DIFFERENT:
        return found
    degree = degree_of_difference(pair.steps, pair.ends)
    found = replace(found, degree=degree)
    if not pair.variables:
        return replace(found, method=Method.VALUE) if found.points else replace(found, verdict=Verdict.NOWHERE, proof=False)
    if degree is not None and (certain := _at_enough_points(pair, found, degree, compare)):
        return certain
    if found.points and same_form():
        return replace(found, method=Method.NORMAL_FORM)
    return _at_random_points(pair, found, degree)


def _exact_comparison(pair: Pair) -> Compare:
    limit = 200_000 + 20 * len(pair.steps)

    def compare(point: Mapping[str, Coordinate]) -> Outcome:
        try:
            found = values(pair.steps, point, exact(limit))
        except TooLongError:
            return Outcome(Kind.UNDECIDED)
        return together([_outcome(found[first], found[second]) for first, second in pair.ends])

    return compare


def _outcome(a: Rational | None, b: Rational | None) -> Outcome:
    if a is None or b is None:
        kind = Kind.NEITHER if a is b else Kind.ONLY_SECOND if a is None else Kind.ONLY_FIRST
    else:
        kind = Kind.AGREE if a == b else Kind.DIFFER
    return Outcome(kind, a, b)


def _at_enough_points(pair: Pair, found: Equality, degree: int, compare: Compare) -> Equality | None:
    """A polynomial of degree d that is 0 on a grid of d + 1 values for each variable is 0 (Alon 1999, lemma 2.1)."""
    count = len(pair.variables)
    facts = [found.assume.of(name) for name in pair.variables]
    if count > 9 or (size := (degree + 1) ** count) > 1000 or size * len(pair.steps) > 300_000:
        return None
    for shift in (1, 8, 24):
        candidates: Iterable[tuple[int, ...]]
        if count == 1:  # poles may be passed over
            candidates = ((value,) for value in range(shift, shift + 3 * size + 10))
        else:
            candidates = itertools.product(range(shift, shift + degree + 1), repeat=count)
        agreed = 0
        for candidate in candidates:
            numbers = [fact.nth(number) for fact, number in zip(facts, candidate, strict=True)]
            point: Point = dict(zip(pair.variables, numbers, strict=True))
            outcome = compare(point)
            if outcome.kind is Kind.DIFFER:
                return _different(found, point, outcome)
            agreed += outcome.kind is Kind.AGREE
            if agreed == size:
                return replace(found, method=Method.ENOUGH_POINTS, points=max(found.points, size), trials=size)
            if outcome.kind is not Kind.AGREE and count > 1:
                break
    return None


def _at_random_points(pair: Pair, found: Equality, degree: int | None) -> Equality:
    """The bound of Schwartz and Zippel, by exact numbers where they are short enough, else modulo a prime."""
    if degree is None:
        raise _too_large(pair)
    degree_bits = max(degree, 1).bit_length()
    if degree_bits < 40:
        bits = 64
        trials = max(2, math.ceil(ERROR_BITS / (bits - degree_bits)))
        try:
            outcomes = list(_trials(pair, bits, trials, None, assume=found.assume))
            return _from_trials(found, Method.RANDOM_POINTS, outcomes, trials * (math.log2(max(degree, 1)) - bits))
        except TooLongError:
            pass
    prime = next((k for k in MERSENNE_EXPONENTS if k >= degree_bits + ERROR_BITS), None)
    if prime is None or prime * len(pair.steps) > 100_000_000:
        raise _too_large(pair)
    outcomes = list(_trials(pair, prime - 1, 2, prime, assume=found.assume))
    return _from_trials(replace(found, prime=prime), Method.MODULAR, outcomes, 2 * (degree_bits - prime + 1))


def _trials(pair: Pair, bits: int, count: int, prime: int | None, *, assume: Assumptions) -> Iterator[tuple[Point, Outcome]]:
    for chosen in itertools.islice(large_points([assume.of(name) for name in pair.variables], bits), count):
        point: Point = dict(zip(pair.variables, chosen, strict=True))
        field = exact(30_000_000) if prime is None else modular(2**prime - 1)
        result = values(pair.steps, point, field)
        yield point, together([_outcome(result[first], result[second]) for first, second in pair.ends])


def _from_trials(found: Equality, method: Method, outcomes: Sequence[tuple[Point, Outcome]], log_bound: float) -> Equality:
    kinds = [outcome.kind for _, outcome in outcomes]
    for point, outcome in outcomes:
        if outcome.kind is Kind.DIFFER:
            if method is Method.MODULAR:  # the residues differ, so the values do; they are too long to show
                outcome = Outcome(Kind.DIFFER)
            return _different(found, point, outcome)
    agreed = kinds.count(Kind.AGREE)
    if not agreed:
        return replace(found, verdict=Verdict.NOWHERE, proof=False)
    if agreed < len(kinds):
        log_bound = log_bound * agreed / len(kinds) + len(kinds)
    return replace(
        found, method=method, proof=False, points=found.points + agreed, trials=agreed, error_bound=2.0 ** max(log_bound, -1000.0)
    )


# ---- everything else ----


def _numeric(pair: Pair, start: Equality, same_form: Callable[[], bool]) -> Equality:
    from gradcli.algebra.equality.high_precision import SPARE_DIGITS, Numeric
    from gradcli.algebra.equality.precise import cost

    numeric = Numeric(pair.steps, pair.ends)
    budget = _WORK / sum(cost(step.operation) for step in pair.steps)
    if budget < 3:
        raise _too_large(pair)
    places = functools.cache(lambda: Places(pair, _named(pair), _known(pair), budget / 2))
    special = functools.cache(lambda: list(places().points()))
    found = _sampled(pair, start, numeric.compare, min(_SAMPLED, int(budget)), lambda: numeric.evaluations > budget, special)
    if found.verdict is not Verdict.DIFFERENT:
        found = replace(found, unsolved=places().unsolved)
    too_large = found.verdict is Verdict.NOWHERE and found.undecided > 0 == found.only_first + found.only_second
    if (found or too_large) and same_form():
        return replace(found, verdict=found.verdict if found else Verdict.EQUAL, method=Method.NORMAL_FORM, proof=True)
    if found:
        found = replace(found, digits=numeric.digits - SPARE_DIGITS)
        return found if _share_more_than_points(pair, found, numeric.compare) else replace(found, verdict=Verdict.ISOLATED)
    return found


def _known(pair: Pair) -> list[Point]:
    """Places at which something changes, of those that exact arithmetic finds."""
    steps, found = with_switches(pair)
    return list(itertools.islice(critical_points(steps, found, pair.variables), _MOST_EXACT))


def _share_more_than_points(pair: Pair, found: Equality, compare: Compare) -> bool:
    """Whether both are defined in a neighbourhood of some point, and not at single points only."""
    if not pair.variables or found.points > _FEW * (found.only_first + found.only_second + found.neither):
        return True
    return any(
        compare({name: rational(value) + sign * _NEAR * (at + 1) for at, (name, value) in enumerate(point.items())}).kind
        is Kind.AGREE
        for point in found.agreed_at
        for sign in (1, -1)
    )


def _sampled(
    pair: Pair,
    start: Equality,
    compare: Compare,
    count: int,
    exhausted: Callable[[], bool] = lambda: False,
    special: Special | None = None,
) -> Equality:
    """Compare at points until one shows a difference; special ones are found when the simple ones show none."""
    tally: dict[Kind, int] = dict.fromkeys(Kind, 0)
    domain: dict[Kind, list[Witness]] = {Kind.ONLY_FIRST: [], Kind.ONLY_SECOND: []}
    agreed: list[Point] = []
    if special is None:
        special = functools.cache(lambda: list(_exact_places(pair)) if len(pair.steps) < 20_000 else [])
    sample = points(pair.variables, _named(pair), _when_asked(special), assume=start.assume)
    for at, point in enumerate(sample):
        if at >= count and at >= count + len(special()):
            break
        outcome = compare(point)
        if outcome.kind is Kind.DIFFER:
            found = _different(replace(start, points=tally[Kind.AGREE] + 1), point, outcome)
            return _with_positive(pair, found, compare, special, exhausted)
        tally[outcome.kind] += 1
        if outcome.kind is Kind.AGREE and len(agreed) < _KEPT:
            agreed.append(point)
        if outcome.kind in domain and len(domain[outcome.kind]) < _SHOWN_DIFFERENCES:
            domain[outcome.kind].append(witness_of(point, outcome))
        if exhausted():
            break
    counts = {name: tally[kind] for name, kind in _COUNTED.items()}
    shown = (*domain[Kind.ONLY_FIRST], *domain[Kind.ONLY_SECOND])
    found = replace(start, **counts, domain=shown, places=len(special()), agreed_at=tuple(agreed))
    if not found.points and start.method is Method.NUMERIC:
        return replace(found, verdict=Verdict.NOWHERE, proof=False)
    return found if found.same_domain else replace(found, verdict=Verdict.WHERE_DEFINED)


def _when_asked(special: Special) -> Iterator[Point]:
    yield from special()  # which are not found before the first of them is asked for


def _named(pair: Pair) -> list[Rational]:
    """Numbers that the expressions name, and their opposites."""
    constants = [c for step in pair.steps if step.operation == CONSTANT and isinstance(c := step.constant, int | Fraction)]
    return [sign * c for c in dict.fromkeys(constants) if -(10**6) <= c <= 10**6 for sign in (1, -1)][:16]


def _exact_places(pair: Pair) -> Iterator[Point]:
    known = _known(pair)
    others = Places(pair, (), known, 0, most_lines=_EXACT_WORK // (40 * len(pair.steps))).points()
    return itertools.islice(itertools.chain(known, others), 2 * _MOST_EXACT)


def _different(found: Equality, point: Point, outcome: Outcome) -> Equality:
    exactly = found.method is not Method.NUMERIC
    return replace(found, verdict=Verdict.DIFFERENT, proof=exactly, counterexample=witness_of(point, outcome))


def _with_positive(pair: Pair, found: Equality, compare: Compare, special: Special, exhausted: Callable[[], bool]) -> Equality:
    """What differs may still agree where all variables are positive, as sqrt(x^2) and x do."""
    witness = found.counterexample
    if witness is None or not pair.variables or found.assume or all(rational(value) > 0 for value in witness.point.values()):
        return found
    agreed = 0
    ordinary = itertools.islice(points(pair.variables, assume=POSITIVE), _POSITIVE)
    beside = (point for point in _when_asked(special) if all(rational(value) > 0 for value in point.values()))
    for point in itertools.chain(ordinary, beside):
        kind = compare(point).kind
        if kind is Kind.DIFFER or exhausted():
            return found
        agreed += kind is Kind.AGREE
    return replace(found, agree_if_positive=agreed) if agreed >= _POSITIVE // 2 else found


def _too_large(pair: Pair) -> GradcliError:
    size = sum(step.operation not in (CONSTANT, VARIABLE) for step in pair.steps)
    return GradcliError(
        f"the expressions are too large to compare: together they have {size:,} operations, or too high a degree",
        hint="compare parts of them",
        exit_code=ExitCode.LIMIT,
    )
