"""A graph as a routine: lines in an order, each of a bounded length, where what is used twice stands once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from itertools import count

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
from gradcli.output.code.formula import Applied, Formula, Known, Literal, filled, functions_of, places, size, template
from gradcli.typing import Any

LONGEST = 12
"""Functions and operators that a line has before its formula is divided."""

_LINEAR = frozenset({add.name, mul.name, div.name, neg.name})
"""Operations that an adjoint goes through on its way."""

_BRANCHES = 8
"""Branches within each other through which products are chosen."""

_PRODUCTS = (2, 3, 4)
"""Powers that are written as products."""


class Routine(Frozen):
    """What code computes.

    Attributes:
        arguments: The variables, by their names in the language.
        lines: The name of each line and its formula, in terms of the arguments and of lines before.
        results: The formula of each result.
        renamed: The variables whose names the language does not take, with those that they got.
    """

    arguments: tuple[str, ...]
    lines: tuple[tuple[str, Formula], ...]
    results: tuple[Formula, ...]
    renamed: Mapping[str, str]

    @property
    def functions(self) -> set[str]:
        """The functions and operators that it uses."""
        return functions_of([*self.results, *[formula for _, formula in self.lines]])


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
    graph: Graph, results: Sequence[int], arguments: Sequence[str], names: Mapping[str, str], taken: Collection[str]
) -> Routine:
    """The routine of a graph of numbers.

    Args:
        graph: The graph, built by a :class:`CodeBuilder`.
        results: The nodes that it computes.
        arguments: The variables, in the order in which the function takes them.
        names: Their names in the language.
        taken: Names that no line may have.
    """
    needed = graph.ancestors(*results)
    uses = [0] * len(graph)
    for id, inputs in enumerate(graph.inputs):
        if needed[id]:
            for at, input in enumerate(inputs):
                uses[input] += _repeats(graph, id, at)
    for id in results:
        uses[id] += 1
    variables = {id: name for name, id in graph.variables.items()}
    used = {*taken, *names.values()}
    free = (name for number in count(1) if (name := f"t{number}") not in used)
    lines: list[tuple[str, Formula]] = []
    formulas: dict[int, Formula] = {}
    for node in graph:
        if not needed[node.id]:
            continue
        if node.operation == VARIABLE:
            formulas[node.id] = Known(names[variables[node.id]])
        elif node.operation == CONSTANT:
            formulas[node.id] = _constant(graph.constants[node.id])
        else:
            formula = _formula(graph, node.id, [formulas[input] for input in node.inputs])
            if size(formula) > LONGEST or (uses[node.id] > 1 and size(formula)):
                lines.append((next(free), formula))
                formula = Known(lines[-1][0])
            formulas[node.id] = formula
    found = tuple([formulas[id] for id in results])
    return Routine(tuple([names[name] for name in arguments]), tuple(lines), found, {a: b for a, b in names.items() if a != b})


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
    formulas = [one if isinstance(one, Literal | Known | Applied) else Literal(one) for one in completed]
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
    if isinstance(value, Fraction) and "/" in number_text(value) and max(abs(value.numerator), value.denominator) < 2**53:
        return Applied("/", (Literal(value.numerator), Literal(value.denominator)))
    return Literal(value)
