"""What every derivation of a run does with expressions: write intermediates out, put numbers in, and find their values."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gradcli.algebra.derivatives import derivative_graph
from gradcli.algebra.simplified import Simplified, Simplifier
from gradcli.autodiff.passes.contributions import gradient_consumers
from gradcli.autodiff.passes.forward import evaluate
from gradcli.autodiff.passes.tape import Tape
from gradcli.derivation.nodes.local import Labels
from gradcli.derivation.notation.expressions import ExpressionValues, replaced_names
from gradcli.derivation.notation.prose import Equal, Piece
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph
from gradcli.graph.names import is_operation
from gradcli.language.ast import Expression, Name, Number, Output, Partial, Program, postorder
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.node_expressions import node_expression, written_out, written_sizes
from gradcli.lowering.programs.lower import lower
from gradcli.ops.catalogue import CHOICE, OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.ieee import exact_sum

WRITTEN_LIMIT = 60
"""Operations up to which intermediates are written out in variables."""

NOISY_RUNS = 4
"""Evaluations with every result moved by its last digit, which show what rounding does to a value."""

_NOISE = 64.0
"""So many times what the noisy evaluations moved may be rounding."""


class Values:
    """The values of the expressions of one run.

    Args:
        tape: The run.

    Attributes:
        ids: The nodes by name.
        consumers: For each node those that hand a gradient back to it.
    """

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.graph = tape.graph
        self.ids = {**tape.graph.variables, **{name: id for id, name in enumerate(tape.names)}}
        self.consumers = gradient_consumers(tape)
        self.tolerance = 1e-3 if tape.dtype == "float32" else 1e-6
        self._known: dict[str, float] = {}
        self._values = ExpressionValues(self._known)

    def of(self, expression: Expression) -> float:
        """The value of an expression in the names of nodes and in partial derivatives, those of a chain rule."""
        replaced, known = self._in_names(expression)
        self._known |= known
        return self._values.of(replaced)

    def of_formula(self, simplified: Simplified) -> float:
        """The value of a derivative in variables, of the side of each choice that is taken."""
        if not simplified.definitions:
            return self.of(simplified.expressions[0])
        environment = {name: self.tape.values[id] for name, id in self.graph.variables.items()}
        return self._evaluated(lower(simplified.program(), StaticBuilder(Graph()), environment), environment)

    def close(self, a: float, b: float) -> bool:
        """Whether two values of one quantity agree up to rounding."""
        if a == b or (a != a and b != b):
            return True
        return math.isclose(a, b, rel_tol=self.tolerance, abs_tol=1e-9)

    def differ_by_rounding(self, a: float, b: float, *expressions: Expression) -> bool:
        """Whether expressions that two finite values come from lose so many digits that the values need not agree.

        Monte Carlo arithmetic (Parker, 1997): every result is moved by its last digit, and what comes out is compared.
        """
        spread = 0.0
        state = 1
        digit = 2.0**-23 if self.tape.dtype == "float32" else 2.0**-52

        def moved(value: float) -> float:
            nonlocal state
            state = state * 48271 % 0x7FFFFFFF  # Park and Miller, 1988: enough here, and loads nothing
            return value * (1 + digit * (state / 0x3FFFFFFF - 1))

        for expression in expressions:
            replaced, environment = self._in_names(expression)
            graph = lower(Program((Output(replaced),)), StaticBuilder(Graph()), environment)
            exact = self._evaluated(graph, environment)
            for _ in range(NOISY_RUNS):
                spread = max(spread, abs(evaluate(graph, environment, moved)[graph.output] - exact))
        return abs(a - b) <= _NOISE * spread

    def _evaluated(self, graph: Graph, environment: dict[str, float]) -> float:
        value: float = evaluate(graph, environment)[graph.output]
        return value

    def _in_names(self, expression: Expression) -> tuple[Expression, dict[str, float]]:
        """An expression with names for its partial derivatives, and the values of all names in it."""
        environment: dict[str, float] = {}

        def symbol(node: Expression) -> Expression:
            if isinstance(node, Partial):
                key = " ".join([to_text(node, pretty=True), *node.fixed])
                environment[key] = self.partial(node)
                return Name(key)
            if isinstance(node, Name) and node.name in self.ids:
                environment[node.name] = self.tape.values[self.ids[node.name]]
            return node

        return mapped(expression, symbol), environment

    def partial(self, node: Partial) -> float:
        """The number that ∂output/∂input stands for in a chain rule."""
        output, input = self.ids[node.output], self.ids[node.input]
        if node.argument:
            return self.tape.local_values(output)[node.argument - 1] or 0.0
        if output == self.tape.output and not node.fixed and self.consumers[input] != [output]:
            adjoint: float | None = self.tape.adjoints[input]
            assert adjoint is not None
            return adjoint
        values = self.tape.local_values(output)
        edges = [v for at, v in zip(self.graph.inputs[output], values, strict=True) if at == input and v is not None]
        return exact_sum(edges)


def convention(tape: Tape, variable: int) -> list[Piece]:
    """What is to be said of the derivative by a variable at a kink or a jump; nothing elsewhere, and of other nodes."""
    if tape.symbolic or tape.graph.operations[variable] != VARIABLE:
        return []
    known = [OPERATIONS.get(name) or STRUCTURAL.get(name) for name in {*tape.graph.operations} - {VARIABLE, CONSTANT}]
    if not any(one and (one.facts.specials or one.name == CHOICE) for one in known):
        return []
    from gradcli.derivation.nodes.special_points import said_of

    return said_of(tape, variable)


class Workings:
    """The nodes of one run, by name, and what follows for expressions in them.

    Args:
        tape: The run.
        every_step: Whether steps are shown one by one that usually are one.

    Attributes:
        left_out: What was not shown although it should have been: a warning for each line that is wrong.
    """

    def __init__(self, tape: Tape, *, every_step: bool = False) -> None:
        self.tape = tape
        self.graph = tape.graph
        self.names = tape.names
        self.every_step = every_step
        self.output = tape.names[tape.output]
        self.sizes = written_sizes(self.graph)
        self.on_the_way = self.graph.ancestors(tape.output)
        self.labels = Labels(tape)
        self.values = Values(tape)
        self.consumers = self.values.consumers
        self.ids = self.values.ids
        self.left_out: list[str] = []

    def simplified(self) -> dict[str, Simplified]:
        """The derivative by each variable, simplified."""
        wrt = self.tape.wrt
        derivatives, ids = derivative_graph(self.graph, [(self.tape.output, (name,)) for name in wrt])
        simplifier = Simplifier(derivatives, ids, generic=True)
        return {name: simplifier.together([id]) for name, id in zip(wrt, ids, strict=True)}

    def write_out(self, expression: Expression) -> tuple[Expression | None, list[str]]:
        """The expression with the names of intermediates replaced by what they stand for in variables, and these names.

        None where that would be long.
        """
        size = 0
        replaced: dict[str, Expression] = {}
        for node in postorder(expression):
            size += 1
            if isinstance(node, Partial):
                return None, []
            if isinstance(node, Name) and self.is_computed(node.name):
                size += self.sizes[self.ids[node.name]]
                if size > WRITTEN_LIMIT:
                    return None, []
                if node.name not in replaced:
                    replaced[node.name] = written_out(self.graph, self.ids[node.name], self.names)
        return replaced_names(expression, replaced), sorted(replaced, key=self.ids.__getitem__)

    def write_out_stepwise(self, expression: Expression) -> Iterator[tuple[Expression, str]]:
        """The same, one intermediate after the other, the last computed first; each with its name."""
        while True:
            found = {node.name for node in postorder(expression) if isinstance(node, Name) and self.is_computed(node.name)}
            if not found:
                return
            name = max(found, key=self.ids.__getitem__)
            expression = replaced_names(expression, {name: node_expression(self.graph, self.ids[name], self.names)})
            yield expression, name

    def is_computed(self, name: str) -> bool:
        """Whether a name is that of an intermediate."""
        return name in self.ids and is_operation(self.graph, self.ids[name])

    def put_numbers(self, expression: Expression) -> tuple[Expression, list[Piece]]:
        """The expression with every name replaced by its value, and what was put in: ``w = 1``."""
        replaced: dict[str, Expression] = {}
        said: dict[str, Piece] = {}
        for node in postorder(expression):
            if isinstance(node, Name) and node.name in self.ids:
                value = Number(self.tape.values[self.ids[node.name]])
                replaced[node.name] = value
                said[node.name] = Equal(node, value)
            elif isinstance(node, Partial):
                adjoint = self.tape.adjoints[self.ids[node.input]]
                key = to_text(node, pretty=True)
                if adjoint is not None:
                    replaced[key] = Number(adjoint)
                    said[key] = Equal(node, Number(adjoint))
        return replaced_names(expression, replaced, grouped=False), list(said.values())
