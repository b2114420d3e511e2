"""The variables of a call of which some have a range, ``--x -3:3``, and the others a value."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from gradcli.cli.framework.command import Given
from gradcli.cli.framework.options import DerivativeOptions, ValueOptions
from gradcli.cli.inputs.variables import assignment, bindings, number
from gradcli.errors import GradcliError, UnknownVariableError, no_value
from gradcli.language.builder import identifier
from gradcli.typing import Any

MOST = 2
"""Variables that may have a range."""

_LIKE_A_RANGE = r"[\[(]?([^.,;:\[\]()]+(?:\.[0-9]+)?)(?:\.\.\.?|[,;] ?| to )([^,;\[\]()]+)[\])]?"
"""What is meant as a range: 0..3, -3,3, [-3, 3]."""

_FARTHEST = 1e150
"""How far from 0 a range may reach: squares of its width are numbers, too."""

_NARROWEST = 1e-9
"""The width of a range at least, beside its numbers."""


def range_of(text: str, where: str) -> tuple[float, float]:
    """The ends of ``-3:3`` or ``0:2*pi``.

    Raises:
        GradcliError: It is no range.
    """
    first, colon, last = text.partition(":")
    if not colon:
        raise GradcliError(f"{where} takes LOW:HIGH, not '{text}'", hint=f"for example {where} -3:3")
    ends = number(first, where), number(last, where)
    if not all(isinstance(end, float) and math.isfinite(end) for end in ends):
        raise GradcliError(f"{where}: the ends of a range are numbers, not '{text}'", hint=f"for example {where} -3:3")
    if max(map(abs, ends)) > _FARTHEST:
        raise GradcliError(f"{where} {text} reaches too far", hint=f"the ends of a range are at most {_FARTHEST:g} from 0")
    if not ends[0] < ends[1]:
        raise GradcliError(f"{where} {text} has nothing in it", hint="write the smaller number first")
    if ends[1] - ends[0] < _NARROWEST * max(map(abs, ends)):
        raise GradcliError(f"{where} {text} is too narrow for numbers of 16 digits", hint="write a wider one")
    return ends


def range_and_name(options: DerivativeOptions) -> tuple[str, tuple[float, float]]:
    """The one variable that is given a range, and nothing else.

    Raises:
        GradcliError: Something else is given.
    """
    given = options.variables
    if len(given) > 1 or options.set or options.bindings or options.at:
        raise GradcliError("one variable may have a range here, and no other a value", hint="for example --x -1:1")
    return identifier(given[0].name), range_of(given[0].text, given[0].option)


def ranges_and_values(options: ValueOptions, names: Sequence[str]) -> tuple[dict[str, tuple[float, float]], dict[str, float]]:
    """The range of one or two variables, and the value of each other one.

    Args:
        options: The options of the call.
        names: The variables of the expressions.

    Raises:
        GradcliError: Others are named, one has neither, or too many have ranges.
    """
    given = [*options.variables]
    for text in options.set:
        name, value = assignment("--set", text, "x=2")
        given.append(Given(name, value, f"--set {name}"))
    for one in given:
        if (found := re.fullmatch(_LIKE_A_RANGE, one.text)) is not None:
            raise GradcliError(
                f"{one.option} takes a value or LOW:HIGH, not '{one.text}'", hint=f"write {one.option} {found[1]}:{found[2]}"
            )
    ranges = {identifier(one.name): range_of(one.text, one.option) for one in given if ":" in one.text}
    if len(ranges) < len([one for one in given if ":" in one.text]):
        raise GradcliError("a range is given twice", hint="leave one out")
    values: dict[str, Any] = bindings([one for one in given if ":" not in one.text], (), options.bindings, options.command)[0]
    for name in (*ranges, *values):
        if name not in names and (names or name not in ranges):
            raise UnknownVariableError(name, list(names))
        if name in ranges and name in values:
            raise GradcliError(f"{name} has a range and a value", hint="leave one out")
    for name, value in values.items():
        if not isinstance(value, float) or not math.isfinite(value):
            raise GradcliError(f"{name} must be a finite number here")
    left = [name for name in names if name not in ranges and name not in values]
    if not ranges and 0 < len(left) <= MOST:
        from gradcli.analysis.sampling.ranges import DEFAULT

        ranges, left = dict.fromkeys(left, DEFAULT), []
    if left and ranges:
        raise no_value(left, hint=f"add --{left[0]} VALUE, or a range, --{left[0]} -3:3")
    if len(left) > MOST:
        raise GradcliError(
            f"{len(left)} variables have no value: {', '.join(left)}", hint="give one or two of them a range: --x -3:3"
        )
    if len(ranges) > MOST:
        raise GradcliError(f"{len(ranges)} variables have ranges", hint="give ranges to one or two, and values to the others")
    if not ranges:
        raise GradcliError("no variable has a range", hint=f"add --{next(iter(names), 'x')} -3:3")
    return {name: ranges[name] for name in (names or ranges) if name in ranges}, values
