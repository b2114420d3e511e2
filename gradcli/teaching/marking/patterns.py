"""Answers that differ in their numbers alone are read once: the pattern of an answer, with places for its numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from gradcli.errors import Span
from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph
from gradcli.language.ast import Expression, Number, Operator, postorder
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.teaching.numbers import Vector, node_values
from gradcli.teaching.reading.answers import Answer
from gradcli.typing import Any

_NUMBER = re.compile(r"(?<![\w.,'’])[0-9]{1,9}(?![0-9.,_'’!%°]|[eE][-+]?[0-9])")
"""A whole number that stands apart: none in a name, and none with a point, an exponent or a sign behind it."""

_RAISED = re.compile(r"(?:_|(?:[^\W\d_]{2,}|[^\w)])\s*(?:\^|\*\*))[\s({+-]*$")
"""What stands before an index, or the exponent of a function, which may decide how something is read: sin^-1 x."""

_FIRST = 900_000_000_001
"""Stands for the first number; no answer has numbers of so many digits."""

_FACTORS = {"*": 0, "/": 1, "^": 1}
"""From which operand on a 1 does nothing."""


class Skeleton(Frozen):
    """A text without its numbers.

    Attributes:
        text: It.
        numbers: The numbers.
        spans: Where they stood.
    """

    text: str
    numbers: tuple[str, ...]
    spans: tuple[Span, ...]


class Pattern(Frozen, eq=False):
    """What answers say that differ in their numbers alone.

    Attributes:
        graph: The graph of one of them.
        constants: The node of each number.
        read_as: The strict text, with places for the numbers.
        notes: What is to be said of the reading.
        idle: Those of the constants that stand where a 1 does nothing.
    """

    graph: Graph
    constants: tuple[int, ...]
    read_as: str
    notes: Sequence[str]
    idle: frozenset[int] = frozenset()

    def values(self, numbers: Sequence[Any], point: Mapping[str, Vector]) -> Vector:
        """The values of the answer with some numbers, at all points; of several answers where the numbers are columns."""
        return node_values(self.graph, point, self.given(numbers))[self.graph.output]

    def given(self, numbers: Sequence[Any]) -> dict[int, Any]:
        """The numbers by their nodes."""
        return dict(zip(self.constants, numbers, strict=True))


def skeleton_of(answer: str) -> Skeleton:
    """The text of an answer without its numbers."""
    found = [one for one in _NUMBER.finditer(answer) if not _RAISED.search(answer, max(0, one.start() - 12), one.start())]
    pieces, start = [], 0
    for one in found:
        pieces.append(answer[start : one.start()])
        start = one.end()
    return Skeleton("\0".join([*pieces, answer[start:]]), tuple(one[0] for one in found), tuple(one.span() for one in found))


def numbers_apart(value: Expression, place_of: Callable[[Number], int | None]) -> tuple[Expression, set[int]]:
    """An expression with a number of its own in each place, and the places where a 1 does nothing: as a factor, below a
    fraction or as an exponent.

    Args:
        value: The expression.
        place_of: Gives the place of a number; None of one that stays.
    """
    idle: set[int] = set()

    def change(node: Expression) -> Expression:
        if isinstance(node, Number):
            place = place_of(node)
            return node if place is None else Number(_FIRST + place)
        if isinstance(node, Operator) and node.symbol in _FACTORS:
            own = [one.value for one in node.operands[_FACTORS[node.symbol] :] if isinstance(one, Number)]
            idle.update(int(number) - _FIRST for number in own if number >= _FIRST)
        return node

    return mapped(value, change), idle


def nodes_of(graph: Graph) -> dict[int, tuple[int, int]]:
    """The constants of a graph that stand for numbers apart, by their places: each with 1, or -1 where it is negative."""
    whole = [(id, number) for id, number in graph.constants.items() if isinstance(number, int) and abs(number) >= _FIRST]
    return {abs(number) - _FIRST: (id, 1 if number > 0 else -1) for id, number in whole}


def with_places(found: Answer, skeleton: Skeleton) -> tuple[Expression, set[int]] | None:
    """What an answer says with numbers apart; None where its numbers are not all there just as they stand."""
    at = {span: (place, int(number)) for place, (span, number) in enumerate(zip(skeleton.spans, skeleton.numbers, strict=True))}
    numbers = [node for node in postorder(found.value) if isinstance(node, Number) and node.span in at]
    met = [at[node.span][0] for node in numbers if node.value == at[node.span][1]]
    told = any(character.isdigit() for note in found.notes for character in note)
    if sorted(met) != list(range(len(at))) or len(met) < len(numbers) or told or found.before or found.constant or found.others:
        return None
    return numbers_apart(found.value, lambda node: at[node.span][0] if node.span in at else None)


def pattern_of(found: Answer, places: tuple[Expression, set[int]], graph: Graph, count: int) -> Pattern | None:
    """The pattern of an answer.

    Args:
        found: The answer.
        places: The same with places for numbers, from :func:`with_places`.
        graph: The graph of that.
        count: How many numbers there are.
    """
    values = {value: id for id, value in graph.constants.items()}
    text = to_text(places[0]).replace("{", "{{").replace("}", "}}")
    constants = []
    for place in range(count):
        sign = str(_FIRST + place)
        if text.count(sign) != 1 or _FIRST + place not in values:
            return None
        text = text.replace(sign, f"{{{place}}}")
        constants.append(values[_FIRST + place])
    return Pattern(graph, tuple(constants), text, found.notes, frozenset(constants[place] for place in places[1]))
