"""The value of every step of an explanation, found without the rules that explanations use.

A derivative is found by moving a node a little and computing again.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping

from corpus import Example

from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.runs.program_run import outline
from gradcli.derivation.calculus.applications import Rules
from gradcli.derivation.explain import Explanation, explained
from gradcli.derivation.notation.steps import Derivation, Step
from gradcli.derivation.paths import Paths
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph
from gradcli.language.ast import Expression, Name, Number, Output, Partial, Prime, Program, children, postorder
from gradcli.language.parser import parse
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.lowering.builders.builder import forward_of
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower
from gradcli.ops.declaration.constants import constant_value


def run(graph: Graph, bindings: Mapping[str, float], moved: int = -1, by: float = 0.0) -> list[float]:
    """The value of each node; one of them moved away from what it would be."""
    names = {id: name for name, id in graph.variables.items()}
    values: list[float] = []
    for id, (operation, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
        if operation == VARIABLE:
            value = bindings[names[id]]
        elif operation == CONSTANT:
            value = constant_value(graph.constants[id])
        else:
            value = forward_of(operation, len(inputs))(*[values[input] for input in inputs])
        values.append(value + by if id == moved else value)
    return values


def slope(function: Callable[[float], float], at: float) -> float:
    """The derivative at 0 of a function of a small move, by central differences at two distances (Richardson)."""
    h = 1e-3 * max(abs(at), 0.1)
    wide, narrow = ((function(k * h) - function(-k * h)) / (2 * k * h) for k in (1.0, 0.5))
    return float((4 * narrow - wide) / 3)


class Point:
    """The values of everything that a step may name, at one point."""

    def __init__(self, tape: Tape, bindings: Mapping[str, float], variable: str) -> None:
        self.tape, self.graph, self.bindings, self.variable = tape, tape.graph, bindings, variable
        self.ids = {name: id for id, name in enumerate(tape.names)}
        self.values = run(self.graph, bindings)

    def of(self, expression: Expression, values: list[float] | None = None) -> float:
        """The value of a side of a step."""
        values = self.values if values is None else values
        environment: dict[str, float] = {}

        def replace(node: Expression) -> Expression:
            if isinstance(node, Partial):
                key = f"p{len(environment)}"
                environment[key] = self.partial(node)
                return Name(key)
            if isinstance(node, Name) and node.name in self.ids:
                key = f"n{self.ids[node.name]}"
                environment[key] = values[self.ids[node.name]]
                return Name(key)
            return node

        plain = mapped(without_primes(expression, self.prime), replace)
        graph = lower(Program((Output(plain),)), StaticBuilder(Graph()), environment)
        return run(graph, {name: environment[name] for name in graph.variables})[graph.output]

    def prime(self, content: Expression) -> float:
        """The derivative by the variable, which moves all that depends on it."""
        id = self.graph.variables[self.variable]
        return slope(lambda by: self.of(content, run(self.graph, self.bindings, id, by)), self.values[id])

    def partial(self, node: Partial) -> float:
        """∂output/∂node over all ways; of any other pair, or with what is held fixed, along the edges between the two."""
        target, source = self.ids[node.output], self.ids[node.input]
        if target == self.graph.output and not node.fixed:
            return slope(lambda by: run(self.graph, self.bindings, source, by)[target], self.values[source])
        inputs = self.graph.inputs[target]
        forward = forward_of(self.graph.operations[target], len(inputs))
        return slope(lambda by: forward(*[self.values[input] + by * (input == source) for input in inputs]), self.values[source])


def without_primes(expression: Expression, value: Callable[[Expression], float]) -> Expression:
    """The expression with the number of each derivative in its place."""

    def below(node: Expression) -> tuple[Expression, ...]:
        return () if isinstance(node, Prime) else children(node)

    if not any(isinstance(node, Prime) for node in postorder(expression)):
        return expression
    outer = [node for node in postorder(expression, below) if isinstance(node, Prime)]
    replaced = {to_text(node): Number(value(node.content)) for node in outer}

    def change(node: Expression) -> Expression:
        return replaced.get(to_text(node), node) if isinstance(node, Prime) else node

    return mapped(expression, change)


# ---- the steps of an explanation ----


def steps_of(explanation: Explanation) -> Iterator[tuple[str, Step]]:
    """All steps, each with the variable that a prime is the derivative by."""
    content = explanation.content
    if isinstance(content, Derivation):
        for equation in content.equations.values():
            for step in (*equation.edges, *explanation.shown(equation.steps)):
                yield explanation.tape.wrt[0], step
    elif isinstance(content, Paths):
        for found in content.sums:
            for step in explanation.shown(found.steps):
                yield found.variable, step
    else:
        assert isinstance(content, Rules)
        for derivation in content.derivations:
            for application in derivation.applications:
                for step in explanation.shown(application.steps):
                    yield derivation.variable, step
            for step in explanation.shown(derivation.steps):
                yield derivation.variable, step


def bindings_of(example: Example, tape: Tape, source: random.Random) -> dict[str, float]:
    """A random point."""
    return {name: source.uniform(*example.intervals.get(name, (0.3, 0.9))) for name in tape.graph.variables}


def sound(value: float) -> bool:
    """Whether a number is one that differences can be trusted with."""
    return math.isfinite(value) and abs(value) < 1e3


def parallel(tape: Tape) -> bool:
    """Whether a node is used twice by another one: the symbols of the two edges are then the same."""
    return any(len(set(inputs)) < len(inputs) for inputs in tape.graph.inputs)


def check_every_step(example: Example, by: str) -> int:
    """Compare both sides of every step at two random points; tells how many comparisons that were."""
    tape = outline(parse(example.text))
    if not tape.wrt:
        return 0
    source = random.Random(7)
    explanation = explained(tape, by=by, steps="full", expression=example.text)
    points = {name: [Point(tape, bindings_of(example, tape, source), name) for _ in range(2)] for name in tape.wrt}
    checked = 0
    for variable, step in steps_of(explanation):
        if by == "paths" and step.rule == "chain rule" and parallel(tape):
            continue
        for point in points[variable]:
            left, right = point.of(step.left), point.of(step.right)
            if sound(left) and sound(right):
                assert math.isclose(left, right, rel_tol=1e-5, abs_tol=1e-6), (
                    f"{step.rule}: {to_text(step.left)} = {left}, {to_text(step.right)} = {right} at {point.bindings}"
                )
                checked += 1
    return checked
