"""Applications of the rules of calculus as data, and how the parts that they are applied to are written."""

from __future__ import annotations

from collections.abc import Mapping

from gradcli.algebra.simplified import Simplified
from gradcli.derivation.nodes.workings import Workings
from gradcli.derivation.notation.prose import Equal
from gradcli.derivation.notation.steps import End, Step
from gradcli.frozen import Frozen
from gradcli.graph.graph import CONSTANT, VARIABLE
from gradcli.language.ast import Expression, Name
from gradcli.lowering.node_expressions import applied, node_expression

SHOWN = 32
"""Nodes of an expression up to which it is written out inside another one; a longer one goes by its name."""


class Application(Frozen):
    """A rule applied to a part of the expression.

    Attributes:
        number: Its place: ``1.2``.
        depth: How deep it is nested, from 0.
        rule: The name of the rule.
        statement: The rule in letters.
        letters: What the letters stand for here.
        node: The id of the part.
        part: The part; by its name where it has one of its own.
        steps: The derivative of the part, step by step.
        result: The derivative of the part.
    """

    number: str
    depth: int
    rule: str
    statement: Equal
    letters: tuple[Equal, ...]
    node: int
    part: Expression
    steps: tuple[Step, ...]
    result: Expression


class RuleDerivation(Frozen):
    """The derivative by one variable.

    Attributes:
        variable: The variable.
        applications: The rules that lead to it, in the order of their numbers.
        steps: The derivative put together, simplified, and its value.
        end: What they end in.
    """

    variable: str
    applications: tuple[Application, ...]
    steps: tuple[Step, ...]
    end: End


class Rules(Frozen):
    """The gradient by the rules of calculus.

    Attributes:
        definitions: The parts that go by a name.
        derivations: For each variable asked for its derivation.
        derivatives: For each variable its derivative, simplified.
        ends: For each variable asked for what its derivation ends in.
        warnings: What is wrong with it.
    """

    definitions: tuple[tuple[Name, Expression], ...]
    derivations: tuple[RuleDerivation, ...]
    derivatives: Mapping[str, Simplified]
    ends: Mapping[str, End]
    warnings: tuple[str, ...]


class Parts:
    """How the parts of the expression are written: by themselves, or by name where the program names them or they are long."""

    def __init__(self, workings: Workings) -> None:
        self.workings = workings
        self.graph = graph = workings.graph
        self.names = workings.names
        self.uses = [0] * len(graph)
        self.written: list[Expression] = []
        self.sizes: list[int] = []
        self.named = set(graph.given_names)
        for id, (operation, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
            if operation in (VARIABLE, CONSTANT):
                self.written.append(node_expression(graph, id, self.names))
                self.sizes.append(1)
            else:
                self.written.append(applied(operation, [self.shown(input) for input in inputs]))
                self.sizes.append(1 + sum([1 if input in self.named else self.sizes[input] for input in inputs]))
                if self.sizes[id] > SHOWN:
                    self.named.add(id)
            for input in inputs:
                self.uses[input] += 1

    def shown(self, id: int) -> Expression:
        """A part inside another one."""
        return Name(self.names[id]) if id in self.named else self.written[id]

    def definitions(self) -> tuple[tuple[Name, Expression], ...]:
        """The parts that go by a name, in the order of evaluation; none where that is the whole alone."""
        named = [id for id in sorted(self.named) if self.workings.on_the_way[id]]
        return tuple((Name(self.names[id]), self.written[id]) for id in named if named != [self.graph.output])
