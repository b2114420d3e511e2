"""Names of nodes: those that the program gives, and letters in the order of evaluation for the rest; d or ∂."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator

from gradcli.graph.graph import CONSTANT, VARIABLE, Constant, Graph
from gradcli.language.numbers import number_text

RESULT, _OTHER_RESULT = "y", "f"
"""What a result without a name is called; the second one where y is something else."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def constant_text(value: Constant) -> str:
    """A constant as the language writes it: ``1``, ``0.5``, ``1/3``, ``pi``."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(constant_text, value))}]"  # as deep as the array has axes
    if isinstance(value, float) and not value and math.copysign(1, value) < 0:
        return "-0"  # a constant of its own: 1 divided by it is -inf
    return value if isinstance(value, str) else number_text(value)


def node_names(graph: Graph, reserved: frozenset[str] = frozenset()) -> list[str]:
    """A unique name for each node.

    Variables, constants and nodes that the program named keep theirs; a further node of one name is h₁, h₂, ... The others are
    a, b, c, ... in the order of evaluation, then v1, v2, ...; names in use are skipped. The output is y, or f, where one is free;
    a graph that breaks off has no output.

    Args:
        graph: The graph.
        reserved: Names that stand for something else, such as ``e``.
    """
    used = set(graph.variables) | set(graph.given_names.values()) | reserved
    names = [""] * len(graph)
    for name, id in graph.variables.items():
        names[id] = name
    for id, value in graph.constants.items():
        names[id] = constant_text(value)
    for id, name in _given(graph, used):
        names[id] = name
    result = result_name(used)
    if graph.output >= 0 and not names[graph.output] and result and graph.broken is None:
        names[graph.output] = result
        used.add(result)
    used.add(RESULT)
    fresh = fresh_names(used)
    for id, name in enumerate(names):
        if not name:
            names[id] = next(fresh)
    return names


def result_name(used: Collection[str]) -> str:
    """What a result without a name is called; empty where both names are in use."""
    return next((name for name in (RESULT, _OTHER_RESULT) if name not in used), "")


def result_of(graph: Graph) -> str:
    """What the output of a graph is called where a variable or a number is a result as well."""
    given = graph.given_names.values()
    named = graph.given_names.get(graph.output) or result_name({*graph.variables, *given})
    return named or node_names(graph)[graph.output]


def fresh_names(used: Collection[str]) -> Iterator[str]:
    """Names for nodes that the program did not name: letters, then v1, v2, ...; those in use are skipped."""
    for letter in _LETTERS:
        if letter not in used:
            yield letter
    number = 1
    while True:
        if f"v{number}" not in used:
            yield f"v{number}"
        number += 1


def _given(graph: Graph, used: set[str]) -> Iterator[tuple[int, str]]:
    """The nodes that the program named, each with a name of its own, which ``used`` has from then on."""
    numbers = dict.fromkeys(graph.variables, 1)
    for id, name in graph.given_names.items():
        number = numbers.get(name, 0)
        if number:
            while (candidate := name + str(number).translate(_SUBSCRIPTS)) in used:
                number += 1
            used.add(candidate)
            yield id, candidate
        else:
            yield id, name
        numbers[name] = number + 1


def is_operation(graph: Graph, id: int) -> bool:
    """Whether an operation made the node; variables and constants are made by the user."""
    return graph.operations[id] not in (VARIABLE, CONSTANT)


class OneVariable:
    """What depends on one number alone, in a graph of one variable that is a number; in any other graph nothing does.

    Args:
        graph: The graph.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        single = len(graph.variables) == 1 and not graph.shapes
        self.moving: list[bool] = graph.dependents(*graph.variables.values()) if single else []
        self._total: dict[int, frozenset[int]] = {}

    def total(self, output: int) -> frozenset[int]:
        """The nodes that every way from the variable to an output goes through: it is a function of each of these alone."""
        found = self._total.get(output)
        if found is None:
            found = self._total[output] = frozenset(self._passed(output) if self.moving else ())
        return found

    def _passed(self, output: int) -> list[int]:
        users, leads = self.graph.consumers(), self.graph.ancestors(output)
        passed: list[int] = []
        farthest = -1  # where the edges from earlier nodes end
        for id in range(output + 1):
            if self.moving[id] and leads[id]:
                if farthest <= id:
                    passed.append(id)
                farthest = max(farthest, *(user for user in users[id] if leads[user]), id)
        return passed

    def alone(self, user: int, *, edge: bool = False) -> bool:
        """Whether an operation has but one operand that moves, so that its local derivative is a total one.

        Args:
            user: The node of the operation.
            edge: Whether the derivative along one edge is meant, which is a part of it where the operand is used twice: x·x.
        """
        moving = [input for input in self.graph.inputs[user] if self.moving[input]] if self.moving else []
        return len(moving if edge else set(moving)) == 1


def further_in(way: tuple[str, ...], step: str) -> tuple[str, ...]:
    """The way to a block of a block, by their names; of a long one its ends, so that all together stay short."""
    longer = (*way, step)
    return longer if len(longer) <= 6 else (*longer[:3], "…", *longer[-3:])
