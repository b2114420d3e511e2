"""The value that an expression of a derivation has at the point of its run, and how far rounding may have moved it."""

from __future__ import annotations

import math
import random

from gradcli.algebra.derivatives import Simplified
from gradcli.autodiff.passes.contributions import gradient_consumers
from gradcli.autodiff.passes.forward import evaluate
from gradcli.autodiff.passes.tape import Tape
from gradcli.graph.graph import Graph
from gradcli.language.ast import Expression, Name, Output, Partial, Program
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower

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
        self.ids = {name: id for id, name in enumerate(tape.names)}
        self.consumers = gradient_consumers(tape)
        self.tolerance = 1e-3 if tape.dtype == "float32" else 1e-6

    def of(self, expression: Expression) -> float:
        """The value of an expression in the names of nodes and in partial derivatives, those of a chain rule."""
        return self._evaluated(*self._lowered(expression))

    def of_formula(self, simplified: Simplified) -> float:
        """The value of a derivative in variables, of the side of each choice that is taken."""
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
        source = random.Random(0)
        digit = 2.0**-23 if self.tape.dtype == "float32" else 2.0**-52

        def moved(value: float) -> float:
            return value * (1 + digit * source.uniform(-1, 1))

        for expression in expressions:
            graph, environment = self._lowered(expression)
            exact = self._evaluated(graph, environment)
            for _ in range(NOISY_RUNS):
                spread = max(spread, abs(evaluate(graph, environment, moved)[graph.output] - exact))
        return abs(a - b) <= _NOISE * spread

    def _evaluated(self, graph: Graph, environment: dict[str, float]) -> float:
        value: float = evaluate(graph, environment)[graph.output]
        return value

    def _lowered(self, expression: Expression) -> tuple[Graph, dict[str, float]]:
        """The graph of an expression, and the values of its variables."""
        environment: dict[str, float] = {}

        def symbol(node: Expression) -> Expression:
            if isinstance(node, Partial):
                key = to_text(node, pretty=True)
                environment[key] = self.partial(node)
                return Name(key)
            if isinstance(node, Name) and node.name in self.ids:
                environment[node.name] = self.tape.values[self.ids[node.name]]
            return node

        replaced = mapped(expression, symbol)
        return lower(Program((Output(replaced),)), StaticBuilder(Graph()), environment), environment

    def partial(self, node: Partial) -> float:
        """The number that ∂output/∂input stands for in a chain rule."""
        output, input = self.ids[node.output], self.ids[node.input]
        if output == self.tape.output and not node.fixed and self.consumers[input] != [output]:
            adjoint: float | None = self.tape.adjoints[input]
            assert adjoint is not None
            return adjoint
        values = self.tape.local_values(output)
        edges = [v for at, v in zip(self.graph.inputs[output], values, strict=True) if at == input and v is not None]
        total = math.fsum(edges) if all(map(math.isfinite, edges)) else sum(edges)
        # One symbol stands for each of several edges between two nodes; it is their mean, for its terms are of all of them.
        return total / len(edges) if node.input in node.fixed else total
