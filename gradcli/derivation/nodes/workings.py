"""What every derivation of a run does with expressions: write intermediates out, put numbers in, and check each step's value."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from gradcli.algebra.derivatives import Simplified, Simplifier, derivative_graph
from gradcli.autodiff.passes.contributions import gradient_consumers
from gradcli.autodiff.passes.forward import evaluate
from gradcli.autodiff.passes.tape import Tape
from gradcli.derivation.nodes.local import Labels
from gradcli.derivation.notation.expressions import replaced_names, weight
from gradcli.derivation.notation.prose import Equal, Piece, listed
from gradcli.derivation.notation.steps import Step
from gradcli.graph.graph import Graph
from gradcli.graph.names import is_operation
from gradcli.language.ast import Expression, Group, Name, Number, Operator, Output, Partial, Program, children, postorder
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.node_expressions import node_expression, written_out, written_sizes
from gradcli.lowering.programs.lower import lower

WRITTEN_LIMIT = 60
"""Operations up to which intermediates are written out in variables."""


class Workings:
    """The nodes of one run, by name, and what follows for expressions in them.

    Args:
        tape: The run.
        every_step: Whether steps are shown one by one that usually are one.
    """

    def __init__(self, tape: Tape, *, every_step: bool = False) -> None:
        self.tape = tape
        self.graph = tape.graph
        self.names = tape.names
        self.every_step = every_step
        self.output = tape.names[tape.output]
        self.sizes = written_sizes(self.graph)
        self.on_the_way = self.graph.ancestors(tape.output)
        self.consumers = gradient_consumers(tape)
        self.labels = Labels(tape)
        self.ids = {name: id for id, name in enumerate(self.names)}
        self.tolerance = 1e-3 if tape.dtype == "float32" else 1e-6

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

    # ---- values ----

    def value(self, expression: Expression, partials: Mapping[str, float] | None = None) -> float:
        """The value of a step at the point of the run.

        Args:
            expression: What the step says.
            partials: The values of its partial derivatives by their text; None for those of a chain rule.
        """
        environment: dict[str, float] = {}

        def symbol(node: Expression) -> Expression:
            if isinstance(node, Partial):
                key = to_text(node, pretty=True)
                environment[key] = self.partial_value(node) if partials is None else partials[key]
                return Name(key)
            if isinstance(node, Name) and node.name in self.ids:
                environment[node.name] = self.tape.values[self.ids[node.name]]
            return node

        replaced = mapped(expression, symbol)
        graph = lower(Program((Output(replaced),)), StaticBuilder(Graph()), environment)
        value: float = evaluate(graph, environment)[graph.output]
        return value

    def close(self, a: float, b: float) -> bool:
        """Whether two values of one quantity agree up to rounding."""
        if a == b or (a != a and b != b):
            return True
        return math.isclose(a, b, rel_tol=self.tolerance, abs_tol=1e-9)

    def partial_value(self, node: Partial) -> float:
        """The number that ∂output/∂input stands for in a chain rule."""
        output, input = self.ids[node.output], self.ids[node.input]
        if output == self.tape.output and not node.fixed and self.consumers[input] != [output]:
            adjoint: float | None = self.tape.adjoints[input]
            assert adjoint is not None
            return adjoint
        values = self.tape.local_values(output)
        edges = [v for at, v in zip(self.graph.inputs[output], values, strict=True) if at == input and v is not None]
        return math.fsum(edges) if all(map(math.isfinite, edges)) else sum(edges)


class Chain:
    """A chain of equalities under construction. A line that has not the value of the left side is not shown.

    Args:
        workings: The run.
        left: What is derived.
        value: Its value.
    """

    def __init__(self, workings: Workings, left: Expression, value: float) -> None:
        self.workings = workings
        self.left = left
        self.value = value
        self.steps: list[Step] = []

    def say(self, rule: str, right: Expression, *words: Piece, checked: bool = False) -> bool:
        """Add a line; tells whether it is shown. A line that reads like the one before is not."""
        if self.steps and to_text(self.steps[-1].right) == to_text(right):
            return True
        if checked or self.workings.close(self.workings.value(right), self.value):
            self.steps.append(Step(rule, self.left, right, tuple(words)))
            return True
        return False

    def finish(self, last: Expression, simplified: Simplified | None) -> None:
        """The last lines for a variable: intermediates written out, like terms collected, numbers put in.

        Args:
            last: The last line so far.
            simplified: The derivative, simplified.
        """
        workings = self.workings
        written, replaced = workings.write_out(last)
        if written is not None:
            if replaced:
                if workings.every_step and len(replaced) > 1:
                    for inner, name in workings.write_out_stepwise(last):
                        self.say("intermediates written out", inner, Name(name), " written out")
                note: list[Piece] = listed([Name(name) for name in replaced])
                self.say("intermediates written out", written, *note, " written out")
            last = written
            collected = simplified.expressions[0] if simplified is not None and not simplified.definitions else None
            if collected is not None and weight(collected) < weight(written):
                if workings.every_step:
                    self.say("parentheses dropped", without_groups(written), "parentheses dropped")
                if self.say("like terms collected", collected, "like terms collected"):
                    last = collected
        self.numbers(last)

    def numbers(self, last: Expression) -> None:
        """The lines in numbers; none where no variable has a value."""
        workings = self.workings
        if workings.tape.symbolic:
            return
        put_in, used = workings.put_numbers(last)
        if used:
            self.say("numbers put in", put_in, *listed(used, ", "))
            if workings.every_step:
                self.say("terms computed", self._computed(put_in), "each term computed")
        self.say("value", Number(self.value), checked=True)

    def _computed(self, expression: Expression) -> Expression:
        """The expression with each of its terms as a number."""

        def below(node: Expression) -> tuple[Expression, ...]:
            return children(node) if _is_sum(node) or isinstance(node, Group) else ()

        results: list[Expression] = []
        for node in postorder(expression, below):
            count = len(below(node))
            operands = tuple(results[len(results) - count :])
            del results[len(results) - count :]
            if isinstance(node, Operator) and operands:
                results.append(Operator(node.symbol, operands))
            elif operands:
                results.append(operands[0])
            else:
                results.append(Number(self.workings.value(node)))
        return results[0]


def _is_sum(node: Expression) -> bool:
    return isinstance(node, Operator) and node.symbol in "+-" and len(node.operands) == 2


def without_groups(expression: Expression) -> Expression:
    """The sum of sums as one sum: (w + 1) - (x - w) is w + 1 - x + w."""
    terms: list[tuple[str, Expression]] = []
    work: list[tuple[str, Expression]] = [("+", expression)]
    while work:
        sign, node = work.pop()
        if isinstance(node, Group):
            work.append((sign, node.content))
        elif isinstance(node, Operator) and _is_sum(node):
            left, right = node.operands
            work += [("+" if sign == node.symbol else "-", right), (sign, left)]
        else:
            terms.append((sign, node))
    total = terms[0][1]
    for sign, term in terms[1:]:
        total = Operator(sign, (total, term))
    return total
