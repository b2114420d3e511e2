"""A graph as a routine: lines in an order, each of a bounded length, where what is used twice stands once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from itertools import count
from math import lcm, prod

from gradcli.errors import GradcliError, Span
from gradcli.frozen import Frozen
from gradcli.graph.graph import CONSTANT, VARIABLE, Constant, Graph, Settings
from gradcli.language.ast import NOWHERE
from gradcli.language.numbers import number_text
from gradcli.lowering.builders.builder import ROUND
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.ops.catalogue import CHOICE, OPERATIONS
from gradcli.ops.declaration.symbol import Symbol
from gradcli.ops.elementwise.arithmetic import add, div, mul, neg, pow
from gradcli.output.code.formula import (
    Applied,
    Formula,
    Known,
    Literal,
    Looped,
    Place,
    Step,
    Turns,
    filled,
    functions_of,
    places,
    size,
    template,
)
from gradcli.output.code.repeats import Item, Loop, Plan, evenly, with_loops
from gradcli.typing import Any

LONGEST = 12
"""Functions and operators that a line has before its formula is divided."""

_LINEAR = frozenset({add.name, mul.name, div.name, neg.name})
"""Operations that an adjoint goes through on its way."""

_BRANCHES = 8
"""Branches within each other through which products are chosen."""

_EXACT = 2**53
"""Below it quotients of whole numbers are rounded once."""

_PRODUCTS = (2, 3, 4)
"""Powers that are written as products."""


class Routine(Frozen):
    """What code computes.

    Attributes:
        arguments: The variables, by their names in the language.
        lines: Lines and loops, in terms of the arguments and of lines before.
        results: The formula of each result.
        renamed: The variables whose names the language does not take, with those that they got.
        tables: Arrays of numbers, and of the arguments, that loops go through.
        array: The name of the array of what loops keep.
        size: Its length; 0 for none.
    """

    arguments: tuple[str, ...]
    lines: tuple[Step, ...]
    results: tuple[Formula, ...]
    renamed: Mapping[str, str]
    tables: Mapping[str, tuple[Formula, ...]]
    array: str
    size: int

    @property
    def functions(self) -> set[str]:
        """The functions and operators that it uses."""
        formulas = [*self.results, *[formula for table in self.tables.values() for formula in table]]
        work = [*self.lines]
        while work:
            step = work.pop()
            if isinstance(step, Looped):
                work += step.steps
            else:
                formulas.append(step[1])
        return functions_of(formulas)


class CodeBuilder(StaticBuilder):
    """A graph of operations that have a formula: the others are written out by their definitions.

    What the adjoint of a way of a branch is multiplied by is chosen together with it: the product is 0 where the way is not
    taken, even if the local derivative has no value there. So it is through a few branches within each other.
    """

    within = 0

    def operation(self, name: str, inputs: tuple[int, ...], span: Span = NOWHERE, settings: Settings = ()) -> int:
        return self._chosen(name, inputs, span) if name in _LINEAR else self._written(name, inputs, span, settings)

    def _chosen(self, name: str, inputs: tuple[int, ...], span: Span) -> int:
        ways = {at: self.graph.inputs[id] for at, id in enumerate(inputs) if self._has_zero(id)}
        if name == add.name:
            tests = {way[0] for way in ways.values()} if len(ways) == 2 else ()
            if len(tests) != 1:
                return self._written(name, inputs, span, ())
        elif name == div.name:
            ways.pop(1, None)
        if not ways or self.within == _BRANCHES:
            return self._written(name, inputs, span, ())
        at = min(ways)
        test = ways[at][0]
        parts = []
        self.within += 1
        for place in (1, 2):
            own = tuple(ways[i][place] if i == at or (i in ways and name == add.name) else id for i, id in enumerate(inputs))
            zero = name != add.name and self.graph.constants.get(ways[at][place]) == 0
            parts.append(ways[at][place] if zero else self.operation(name, own, span))
        self.within -= 1
        return self._written(CHOICE, (test, *parts), span, ())

    def _has_zero(self, id: int) -> bool:
        """Whether a node is a choice between 0 and something else."""
        return self.graph.operations[id] == CHOICE and any(
            self.graph.constants.get(way) == 0 for way in self.graph.inputs[id][1:]
        )

    def _written(self, name: str, inputs: tuple[int, ...], span: Span, settings: Settings) -> int:
        operation = OPERATIONS.get(name)
        if operation is None:
            raise GradcliError(f"there is no code for {name} here", span, "code is of numbers: write arrays in elements")
        if operation.javascript or operation.definition is None:
            return super().operation(name, inputs, span, settings)
        arguments = operation.complete(tuple([Symbol(self, input) for input in inputs]))
        folds, self.identities = self.identities, False  # x*0 of a definition is no number where x is none
        found = self.symbol(operation.definition(*arguments)).id
        self.identities = folds
        return found


class ChoosingBuilder(CodeBuilder):
    """A graph of any operations, whose branches are chosen in the same way."""

    def _written(self, name: str, inputs: tuple[int, ...], span: Span, settings: Settings) -> int:
        return StaticBuilder.operation(self, name, inputs, span, settings)


def routine(
    graph: Graph,
    results: Sequence[int],
    arguments: Sequence[str],
    names: Mapping[str, str],
    taken: Collection[str],
    *,
    loops: bool = False,
) -> Routine:
    """The routine of a graph of numbers.

    Args:
        graph: The graph, built by a :class:`CodeBuilder`.
        results: The nodes that it computes.
        arguments: The variables, in the order in which the function takes them.
        names: Their names in the language.
        taken: Names that no line may have.
        loops: Whether what repeats is written as loops.
    """
    own = {id: names[name] for name, id in graph.variables.items()}
    renamed = {name: other for name, other in names.items() if name != other}
    return _Writer(graph, results, [names[name] for name in arguments], own).routine(
        {*taken, *own.values()}, renamed, loops=loops
    )


class _Writer:
    """Writes the lines of a graph: of loops those of the first turn, in which other turns differ by their counters alone."""

    def __init__(self, graph: Graph, results: Sequence[int], arguments: Sequence[str], variables: Mapping[int, str]) -> None:
        self.graph = graph
        self.results, self.arguments, self.variables = results, arguments, variables
        needed = graph.ancestors(*results)
        self.nodes = [id for id, name in enumerate(graph.operations) if needed[id] and name not in (VARIABLE, CONSTANT)]
        self.places = {name: at for at, name in enumerate(arguments)}
        self.steps = {id: step for step, id in enumerate(self.nodes)}
        self.tables: dict[str, tuple[Formula, ...]] = {}

    def routine(self, used: set[str], renamed: Mapping[str, str], *, loops: bool) -> Routine:
        """The routine, with names that are not used yet."""
        graph, steps, self.used = self.graph, self.steps, used
        self.names = (name for number in count(1) if (name := f"t{number}") not in used)
        self.counters = [name for name in ("i", "j", "k", *[f"i{number}" for number in range(2, 99)]) if name not in used]
        self.array, self.given = self._free("line"), self._free("given")
        found = [*range(len(self.nodes))] if not loops else with_loops([self._key(id) for id in self.nodes])
        operands = [[steps[input] for input in graph.inputs[id] if input in steps] for id in self.nodes]
        self.plan = Plan(operands, found, [steps[id] for id in self.results if id in steps])
        self.uses = [0] * len(self.nodes)
        for step, around in self.plan.loops.items():
            for at, input in enumerate(graph.inputs[self.nodes[step]]):
                if input in steps:
                    outer = around != self.plan.loops.get(steps[input], around)  # would be computed in every turn
                    self.uses[steps[input]] += _repeats(graph, self.nodes[step], at) * (1 + outer)
        for id in self.results:
            if id in steps:
                self.uses[steps[id]] += 1
        self.formulas: dict[int, Formula] = {}
        lines = self._lines(found, 0)
        results = tuple([self._result(id) for id in self.results])
        return Routine(tuple(self.arguments), lines, results, renamed, self.tables, self.array, self.plan.size)

    def _free(self, word: str) -> str:
        """A name for an array."""
        return next(name for number in count() if (name := f"{word}{number or ''}") not in {*self.used, *self.tables})

    def _key(self, id: int) -> tuple[tuple[Constant, ...], tuple[int, ...]]:
        """What a node does, and its operands as far as they may go on from turn to turn."""
        exponent = _product(self.graph, id)
        kinds, places = [], []
        for input in self.graph.inputs[id][: 1 if exponent else None]:
            if input in self.steps:
                kinds.append("step")
                places.append(self.steps[input])
            elif input in self.variables:
                kinds.append("argument")
                places.append(self.places[self.variables[input]])
            else:
                kinds.append("constant")
        return (self.graph.operations[id], exponent, *kinds), tuple(places)

    def _lines(self, items: Sequence[Item], depth: int) -> tuple[Step, ...]:
        lines: list[Step] = []
        for item in items:
            if isinstance(item, Loop):
                lines.append(Looped(self.counters[depth], item.count, self._lines(item.body, depth + 1)))
                continue
            id = self.nodes[item]
            formula = _formula(self.graph, id, [self._operand(item, at) for at in range(len(self.graph.inputs[id]))])
            if item in self.plan.kept:
                place = Place(self.array, self._turns(self.plan.place(item)))
                lines.append((place, formula))
                formula = place
            elif size(formula) > LONGEST or (self.uses[item] > 1 and size(formula)):
                name = next(self.names)
                lines.append((name, formula))
                formula = Known(name)
            self.formulas[item] = formula
        return tuple(lines)

    def _operand(self, step: int, at: int) -> Formula:
        inputs = self.graph.inputs
        first = inputs[self.nodes[step]][at]
        if first in self.steps:
            among = sum([input in self.steps for input in inputs[self.nodes[step]][:at]])
            if self.plan.in_turn(step, among):
                return self.formulas[self.steps[first]]
            return Place(self.array, self._turns(self.plan.place(step, among)))
        ids = [inputs[self.nodes[turn]][at] for turn in self.plan.turns(step)]
        if len({*ids}) == 1:
            return Known(self.variables[first]) if first in self.variables else _constant(self.graph.constants[first])
        counts = self.plan.counts(step)
        if first in self.variables:
            self.tables[self.given] = tuple(map(Known, self.arguments))
            found = evenly([self.places[self.variables[id]] for id in ids], counts)
            assert found is not None
            return Place(self.given, self._turns(found))
        return self._number([self.graph.constants[id] for id in ids], counts)

    def _number(self, values: Sequence[Constant], counts: Sequence[int]) -> Formula:
        """Numbers of all turns: of the counters where they go on evenly, or their reciprocals do; else from a table."""
        exact = [Fraction(value) for value in values if isinstance(value, int | Fraction)]
        for turned in (False, True) if len(exact) == len(values) and all(exact) else (False,) * (len(exact) == len(values)):
            found = evenly([1 / value for value in exact] if turned else exact, counts)
            if found is not None and max(abs(number) for value in exact for number in value.as_integer_ratio()) < _EXACT:
                below = lcm(found[0].denominator, *[step.denominator for step in found[1]])
                whole = self._turns((int(found[0] * below), [int(step * below) for step in found[1]]))
                pair = (Literal(below), whole) if turned else (whole, Literal(below))
                return Applied("/", pair) if turned or below > 1 else whole
        numbers = tuple(map(_constant, values))
        name = next((name for name, items in self.tables.items() if items == numbers), "") or self._free("table")
        self.tables[name] = numbers
        return Place(name, self._turns((0, [prod(counts[at + 1 :]) for at in range(len(counts))])))

    def _turns(self, found: tuple[int, Sequence[int]]) -> Turns:
        start, steps = found
        return Turns(start, tuple([(counter, step) for counter, step in zip(self.counters, steps, strict=False) if step]))

    def _result(self, id: int) -> Formula:
        if id in self.variables:
            return Known(self.variables[id])
        if id not in self.steps:
            return _constant(self.graph.constants[id])
        step = self.steps[id]
        return Place(self.array, self._turns(self.plan.result(step))) if self.plan.loops.get(step, (0,)) else self.formulas[step]


def functions_in(graph: Graph) -> set[str]:
    """The functions and operators that the code of a graph may use."""
    return functions_of([_template(name) for name in {*graph.operations} - {VARIABLE, CONSTANT}])


def _template(name: str) -> Formula:
    return template("Math.fround({0})" if name == ROUND else OPERATIONS[name].javascript)


def _formula(graph: Graph, id: int, operands: Sequence[Formula]) -> Formula:
    exponent = _product(graph, id)
    if exponent:
        formula = operands[0]
        for _ in range(exponent - 1):
            formula = Applied("*", (formula, operands[0]))
        return formula
    name = graph.operations[id]
    completed: tuple[Any, ...] = tuple(operands) if name == ROUND else OPERATIONS[name].complete(tuple(operands))
    formulas = [one if isinstance(one, Literal | Known | Turns | Place | Applied) else Literal(one) for one in completed]
    return filled(_template(name), formulas)


def _repeats(graph: Graph, id: int, at: int) -> int:
    """How often the formula of a node has an operand."""
    exponent = _product(graph, id)
    if exponent:
        return exponent if at == 0 else 0
    found = places(_template(graph.operations[id]))
    return found.count(str(at)) + found.count("*")


def _product(graph: Graph, id: int) -> int:
    """The exponent of a power that is written as a product; 0 for everything else."""
    if graph.operations[id] != pow.name:
        return 0
    exponent = graph.constants.get(graph.inputs[id][1])
    return exponent if isinstance(exponent, int) and exponent in _PRODUCTS else 0


def _constant(value: Constant) -> Formula:
    if isinstance(value, Fraction) and "/" in number_text(value) and max(abs(value.numerator), value.denominator) < _EXACT:
        return Applied("/", (Literal(value.numerator), Literal(value.denominator)))
    return Literal(value)
