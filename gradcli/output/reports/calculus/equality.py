"""What `gradcli equal` says: what is true of two expressions, how it is known, and where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from gradcli.algebra.equality.points import Irrational, rational
from gradcli.algebra.equality.verdict import Equality, Method, Verdict, Witness
from gradcli.language.numbers import number_text, short_text
from gradcli.language.program_text import one_line
from gradcli.ops.declaration.ieee import as_float
from gradcli.output.json import document, json_number
from gradcli.output.reports.blocks import Block, Lines
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.output.schemas.symbolic import EqualDocument, WitnessRecord


_SHORT = 40
"""Characters up to which an expression is called by its text."""

_ELEMENTS = 16
"""Elements up to which a sentence has an array whole."""

_VARIABLES = 8
"""Variables of a point that a sentence lists."""


def equality_report(found: Equality) -> Iterator[Block]:
    """The blocks of `gradcli equal`."""
    head, *rest = sentences(found)
    yield Lines([head], important=True)
    if rest:
        yield Lines(rest)


def sentences(found: Equality) -> list[str]:
    """The answer, then how it is known and what else is true, a sentence a line."""
    a, b = _names(found)
    both = "the two expressions" if len(a) + len(b) > _SHORT else f"{a} and {b}"
    given = f"For {found.assume.phrase}: " if found.assume else ""
    if found.method is Method.SHAPES:
        shapes = [f"has the shape {shape}" if shape else "is a number" for shape in found.shapes]
        return [f"different: {a} {shapes[0]}, and {b} {shapes[1]}"]
    if any(found.unmatched):
        without = [f"only {name} has {_elements(own)}" for name, own in zip((a, b), found.unmatched, strict=True) if own]
        return [f"{given}different: {', and '.join(without)}"]
    if found.verdict is Verdict.DIFFERENT:
        return [f"{given}different: {_difference(found.counterexample, a, b)}", *_difference_notes(found)]
    if found.verdict is Verdict.ISOLATED:
        shared = f" They agree {_at_point(found.agreed_at[0])}, and near it not both have a value." if found.agreed_at else ""
        lines = [f"{given}no verdict: {both} are defined together at single points only.{shared}"]
    elif found.verdict is Verdict.NOWHERE and found.undecided == _sampled(found):
        lines = [f"{given}no verdict: {both} could be compared at none of the points that were tried"]
    elif found.verdict is Verdict.NOWHERE:
        tried = f" at any of the {_points(_sampled(found))} that were tried" if found.variables else ""
        lines = [f"{given}not equal: {both} are not both defined{tried}"]
    else:
        number = f", with the {found.up_to} {found.number}" if found.up_to else ""
        lines = [f"{given}{found.verdict.value}{number}", _grounds(found)]
        if found.members:
            what = "Each element of one has its equal in the other."
            lines[1:] = [what, *(f"Of {_pair(one)}: {_grounds(one)}" for one in found.members[:_VARIABLES] if not one.proof)]
        if found.method is Method.NUMERIC and found.variables:
            lines.append(_sought(found))
        if found.thresholds and found.counterexample is not None:
            of = " and ".join(f"{name} is another function beyond its threshold, {value}" for name, value in found.thresholds)
            lines.insert(1, f"{_capital(of)}: {_difference(found.counterexample, a, b)}.")
    lines += _domain(found, a, b)
    if found.verdict is Verdict.EQUAL and found.variables and not found.everywhere:
        lines.append("No point was found at which only one of them is defined.")
    if found.undecided and not found.proof:
        lines.append(f"{_points(found.undecided)} left out: values too large to compute, or not to be told apart from rounding.")
    return lines


def _names(found: Equality) -> tuple[str, str]:
    """What sentences call the two: their texts where these are short lines."""
    texts = [one_line(found.first), one_line(found.second)]
    named = [len(text) <= _SHORT and text.isprintable() and ";" not in text for text in (found.first, found.second)]
    first, second = texts[0] if named[0] else "the first expression", texts[1] if named[1] else "the second expression"
    return (first, second) if first != second else ("the first expression", "the second expression")


def _elements(texts: Sequence[str]) -> str:
    """Elements of a set as a sentence has them."""
    shown = [one_line(text) for text in texts[:_VARIABLES]]
    return ", ".join(shown) + (f" and {len(texts) - len(shown)} more" if len(texts) > len(shown) else "")


def _pair(found: Equality) -> str:
    return " and ".join(one_line(text) for text in (found.first, found.second))


def _sampled(found: Equality) -> int:
    return found.points + found.only_first + found.only_second + found.undecided + found.neither


def _difference(witness: Witness | None, a: str, b: str) -> str:
    if witness is None:
        return f"{a} and {b} differ"
    place = f"{_at(witness)}, " if witness.point else ""
    if witness.first is None and witness.second is None:
        return f"{place}{a} and {b} have different values, which are too long to write"
    return f"{place}{a} is {witness.first_text} and {b} is {witness.second_text}"


def _at(witness: Witness) -> str:
    return f"at {point_text(witness)}" if witness.point else "there"


def _at_point(point: Mapping[str, Any]) -> str:
    return f"at {point_text(Witness(point, None, None, '', ''))}"


def point_text(witness: Witness) -> str:
    """A point as a reader writes it: ``x = 1, y = 1/3``. Of many variables those that are 0 are left out."""
    items = list(witness.point.items())
    if len(items) > _VARIABLES:
        items = [item for item in items if item[1] != 0]
    shown = ", ".join(f"{name} = {_number(value, brief=True)}" for name, value in items[:_VARIABLES])
    left = len(items) - _VARIABLES
    if left > 0:
        return f"{shown}, and {left:,} more variables as in --json"
    if len(items) < len(witness.point):
        return f"{shown}, and all other variables 0" if shown else "all variables 0"
    return shown


def _number(value: Any, *, brief: bool = False) -> str:
    if isinstance(value, Irrational):
        return str(value)
    if not isinstance(value, int | Fraction):
        return short_text(value) if brief and getattr(value, "size", 0) > _ELEMENTS else number_text(value)
    bits = value.numerator.bit_length() + value.denominator.bit_length()
    return number_text(value) if bits < 10_000 else "a long number"


def _difference_notes(found: Equality) -> Iterator[str]:
    if found.method is Method.MODULAR:
        yield f"The values are too long to write; modulo the prime 2^{found.prime} - 1 they differ, so they do."
    if found.agree_if_positive:
        what = "variable is" if len(found.variables) == 1 else "variables are"
        yield f"They agree at all {_points(found.agree_if_positive)} tried where the {what} positive; see --assume positive."


def _grounds(found: Equality) -> str:
    if found.verdict is Verdict.NEARLY:
        near = _difference(found.counterexample, *_names(found))
        if not found.variables:
            return f"{near}."
        return f"Farthest apart of {_points(found.points)}, {near}. That is evidence, not a proof."
    match found.method:
        case Method.IDENTICAL:
            return "Proof: they are one computation, once constants are computed and functions written out by their definitions."
        case Method.NORMAL_FORM:
            return "Proof: both have the same normal form."
        case Method.VALUE:
            return "Proof: both have the same exact value."
        case Method.ENOUGH_POINTS:
            return (
                f"Proof: over a common denominator their difference is a polynomial of degree at most {found.degree} "
                f"in {_list(found.variables)}, and exact arithmetic gives 0 at {_points(found.trials)}, "
                f"which is enough for every such polynomial to be 0."
            )
        case Method.RANDOM_POINTS:
            return (
                f"By exact arithmetic at {found.points:,} points. {found.trials} of them are random: if the expressions were "
                f"different, these would all agree with a probability of at most {_bound(found)} "
                f"(Schwartz-Zippel, degree at most {found.degree:,})."
            )
        case Method.MODULAR:
            return (
                f"By arithmetic modulo the prime 2^{found.prime} - 1 at {found.trials} random points: if the expressions were "
                f"different modulo this prime, these would all agree with a probability of at most {_bound(found)} "
                f"(Schwartz-Zippel, degree at most {_degree(found.degree or 0)})."
            )
        case Method.DOUBLE:
            where = f" at {_points(found.points)}" if found.variables else ""
            return (
                f"They agree{where} in {found.digits} digits, computed in double precision. That is evidence, not a proof: "
                f"a smaller difference would not show. Small arrays are compared more sharply, element by element."
            )
        case _ if not found.variables:
            return f"Their values agree in {found.digits} digits. That is evidence, not a proof."
        case _:
            return f"They agree at {_points(found.points)} in {found.digits} digits. That is evidence, not a proof."


def _sought(found: Equality) -> str:
    """How points were chosen."""
    beside = f"{_points(found.places)} at and between the places where one of them changes, " if found.places else ""
    unsolved = (
        f" Of {found.unsolved} of these changes not all places can be solved for; they were sought along lines of one variable."
        if found.unsolved
        else ""
    )
    if found.method is Method.NUMERIC and found.places and len(found.variables) > 1:
        unsolved += " Least values of several variables were sought by Newton's method."
    return f"Tried were simple numbers, {beside}and random numbers.{unsolved}"


def _domain(found: Equality, a: str, b: str) -> Iterator[str]:
    if found.verdict is Verdict.NOWHERE and not found.variables:
        nowhere = [name for name, only in ((a, found.only_second), (b, found.only_first)) if only] or [a, b]
        yield f"{_capital(' and '.join(nowhere))} {'is' if len(nowhere) == 1 else 'are'} undefined."
        return
    if found.verdict is Verdict.NOWHERE and found.neither == _sampled(found):
        yield "Neither is defined at any of them."
    for undefined, defined, count, first in ((a, b, found.only_second, True), (b, a, found.only_first, False)):
        witness = next((w for w in found.domain if (w.first is None) == first), None)
        if witness is None:
            continue
        value = witness.second_text if first else witness.first_text
        if found.verdict is Verdict.NOWHERE and count == _sampled(found):
            yield f"{_capital(undefined)} is undefined at all of them."
            continue
        is_so = "is defined" if value == defined else f"is {value}"
        others = f" The same holds at {count - 1:,} more of the points that were tried." if count > 1 else ""
        yield f"{_capital(undefined)} is undefined {_at(witness)}, where {defined} {is_so}.{others}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:] if text.startswith("the ") else text


def _points(count: int) -> str:
    return f"{count:,} point" + "s" * (count != 1)


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(names) if len(names) <= _VARIABLES else f"{len(names):,} variables"


def _bound(found: Equality) -> str:
    return f"{found.error_bound:.1g}"


def _degree(degree: int) -> str:
    return f"{degree:,}" if degree < 10**15 else f"2^{degree.bit_length()}"


def equality_json(found: Equality) -> Iterator[str]:
    """The document of `gradcli equal --json`."""
    parts: EqualDocument = {
        "first": found.first,
        "second": found.second,
        "equal": bool(found),
        "verdict": found.verdict.value,
        "method": found.method.value,
        "proof": found.proof,
        "same_domain": found.same_domain,
        "assume": found.assume.text or None,
        "up_to": found.up_to or None,
        "number": found.number or None,
        "variables": list(found.variables),
        "counterexample": None if found.counterexample is None else _witness(found.counterexample),
        "points": found.points,
        "only_first": found.only_first,
        "only_second": found.only_second,
        "neither": found.neither,
        "undecided": found.undecided,
        "places": found.places,
        "unsolved": found.unsolved,
        "thresholds": {name: json_number(value) for name, value in found.thresholds},
        "domain": [_witness(witness) for witness in found.domain],
        "digits": found.digits,
        "degree": None if found.degree is None else _degree(found.degree),
        "trials": found.trials,
        "error_bound": found.error_bound,
        "prime": None if found.prime is None else f"2^{found.prime} - 1",
        "agree_if_positive": found.agree_if_positive,
        "members": [
            {"first": one.first.strip(), "second": one.second.strip(), "verdict": one.verdict.value, "proof": one.proof}
            for one in found.members
        ],
        "unmatched": list(map(list, found.unmatched)),
        "shapes": list(map(list, found.shapes)),
        "sentences": sentences(found),
    }
    return document("equal", parts)


def _witness(witness: Witness) -> WitnessRecord:
    return {
        "point": {name: json_number(_float(value)) for name, value in witness.point.items()},
        "text": ", ".join(f"{name} = {_number(value)}" for name, value in witness.point.items()),
        "first": json_number(witness.first),
        "second": json_number(witness.second),
        "first_text": witness.first_text,
        "second_text": witness.second_text,
    }


def _float(value: Any) -> Any:
    if not isinstance(value, int | Fraction | Irrational):
        return value
    return as_float(rational(value))
