"""The chain-rule derivation of a gradient as data: the backward pass, an equation a node, each equation a list of steps.

It reads the tape of one run: its terms are the edges of the graph that ran, its last step is the gradient of that run. A step
that would not have the value of that gradient is not shown.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence

from gradcli.algebra.derivatives import Simplified, Simplifier, derivative_graph
from gradcli.autodiff.forward import evaluate
from gradcli.autodiff.tape import Tape
from gradcli.derivation.expressions import (
    exact_value,
    listed,
    operations_in,
    product_of,
    replaced_names,
    sum_of,
    weight,
    without_trivial,
)
from gradcli.derivation.local import Labels
from gradcli.derivation.steps import Derivation, Equation, Step
from gradcli.graph.graph import VARIABLE, Graph
from gradcli.graph.names import is_operation
from gradcli.language.ast import (
    Expression,
    Name,
    Number,
    Operator,
    Output,
    Partial,
    Program,
    postorder,
)
from gradcli.language.numbers import short_text
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.lowering.builders import StaticBuilder
from gradcli.lowering.lower import lower
from gradcli.lowering.raising import written_out, written_sizes

NAMED_LIMIT = 8
"""Operations in the derivative of a node up to which a later equation writes it out instead of naming it."""

WRITTEN_LIMIT = 60
"""Operations up to which intermediates are written out in variables."""


def derive(tape: Tape) -> Derivation:
    """Derive the gradient of a run.

    Args:
        tape: The run.
    """
    return _Deriving(tape).run()


class _Deriving:
    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.graph = tape.graph
        self.names = tape.names
        self.output = tape.names[tape.output]
        self.sizes = written_sizes(self.graph)
        on_the_way = self.graph.ancestors(tape.output)
        self.consumers = [
            [user for user in users if on_the_way[user] and tape.requires_grad[user]] for users in self.graph.consumers()
        ]
        self.labels = Labels(tape)
        self.locals: dict[int, dict[int, Expression]] = {}
        self.short: dict[int, Expression] = {}
        self.ids = {name: id for id, name in enumerate(self.names)}
        self.tolerance = 1e-3 if tape.dtype == "float32" else 1e-6

    def run(self) -> Derivation:
        tape, graph = self.tape, self.graph
        wrt = [graph.variables[name] for name in tape.wrt]
        derivatives, ids = derivative_graph(graph, [(tape.output, (name,)) for name in tape.wrt])
        simplifier = Simplifier(derivatives, ids, generic=True)
        simplified = {id: simplifier.together([found]) for id, found in zip(wrt, ids, strict=True)}
        equations: dict[int, Equation] = {}
        for id in range(tape.output - 1, -1, -1):
            if tape.adjoints[id] is not None and tape.requires_grad[id] and graph.operations[id] != VARIABLE:
                if self.consumers[id] == [tape.output]:
                    self.short[id] = self.local(tape.output, id)
                else:
                    equations[id] = self.equation(id, None, equations)
        for name in tape.wrt:
            id = graph.variables[name]
            if tape.adjoints[id] is not None and id != tape.output:
                equations[id] = self.equation(id, simplified[id], equations)
        return Derivation(
            equations,
            {name: self.needed(graph.variables[name], equations) for name in tape.wrt},
            {name: simplified[graph.variables[name]] for name in tape.wrt},
        )

    def needed(self, variable: int, equations: Mapping[int, Equation]) -> tuple[int, ...]:
        """The nodes between a variable and the output that have equations, in the order of the backward pass."""
        depends = self.graph.dependents(variable)
        inner = [id for id in equations if depends[id] and id != variable and self.graph.operations[id] != VARIABLE]
        return tuple(inner + [variable] * (variable in equations))

    # ---- one equation ----

    def equation(self, id: int, simplified: Simplified | None, earlier: Collection[int]) -> Equation:
        left = Partial(self.output, self.names[id])
        adjoint = self.tape.adjoints[id]
        assert adjoint is not None
        users = self.consumers[id]
        steps: list[Step] = []

        def say(rule: str, right: Expression, note: str) -> None:
            if steps and to_text(steps[-1].right) == to_text(right):
                return
            if rule == "value" or self.close(self.value(right), adjoint):
                steps.append(Step(rule, left, right, note))

        if users != [self.tape.output]:
            say("chain rule", sum_of([self.product(id, user) for user in users]), self.paths(id, users))
        factors = [self.factors(id, user) for user in users]
        say("local derivatives", sum_of([product_of(pair) for pair in factors]), self.locals_note(users, earlier))
        bare = sum_of(list(filter(None, (without_trivial(pair) for pair in factors))))
        say("trivial factors dropped", bare, "factors 1 dropped")
        number = exact_value(bare)
        if number is not None:
            bare = number
            say("numbers computed", bare, "numbers computed")
        if operations_in(bare) <= NAMED_LIMIT:
            self.short[id] = bare
        if self.graph.operations[id] == VARIABLE:
            self.finish(bare, simplified, say)
        else:
            self.numbers(bare, say)
        if not self.tape.symbolic:
            say("value", Number(adjoint), "")
        return Equation(id, tuple(steps))

    def finish(self, bare: Expression, simplified: Simplified | None, say: Callable[[str, Expression, str], None]) -> None:
        """The last steps for a variable: intermediates written out, like terms collected, numbers put in."""
        written_form, replaced = self.write_out(bare)
        last = bare
        if written_form is not None:
            if replaced:
                say("intermediates written out", written_form, f"{listed(replaced)} written out")
            last = written_form
            collected = simplified.expressions[0] if simplified is not None and not simplified.definitions else None
            if collected is not None and weight(collected) < weight(written_form):
                say("like terms collected", collected, "like terms collected")
                last = collected if self.close(self.value(collected), self.value(written_form)) else written_form
        self.numbers(last, say)

    def numbers(self, last: Expression, say: Callable[[str, Expression, str], None]) -> None:
        if self.tape.symbolic:
            return
        put_in, used = self.put_numbers(last)
        if used:
            say("numbers put in", put_in, ", ".join(used))

    def paths(self, id: int, users: Sequence[int]) -> str:
        name = self.names[id]
        ways = [f"{name}→{self.names[user]}" + (f"→{self.output}" if user != self.tape.output else "") for user in users]
        if all(user == self.tape.output or self.consumers[user] == [self.tape.output] for user in users):
            return f"one term for each path: {', '.join(ways)}" if len(ways) > 1 else f"along the path {ways[0]}"
        through = ", ".join(self.names[user] for user in users)
        return f"one term for each node that uses {name}: {through}" if len(users) > 1 else f"only {through} uses {name}"

    def locals_note(self, users: Sequence[int], earlier: Collection[int]) -> str:
        """What is put in for the partials: derivatives of single operations, and what earlier equations found."""
        found = [Partial(self.output, self.names[user]) for user in users if user in earlier and user in self.short]
        what = "local derivative" if len(users) == 1 else "local derivatives"
        return what + (f", {listed([to_text(partial, pretty=True) for partial in found])} from above" if found else "")

    def product(self, id: int, user: int) -> Expression:
        """∂y/∂user·∂user/∂node, or the local derivative alone where the user is the output."""
        if user == self.tape.output:
            held = [
                self.names[input]
                for input in dict.fromkeys(self.graph.inputs[user])
                if input != id and self.tape.requires_grad[input]
            ]
            return Partial(self.output, self.names[id], tuple(held))
        return Operator("*", (Partial(self.output, self.names[user]), Partial(self.names[user], self.names[id])))

    def factors(self, id: int, user: int) -> list[Expression]:
        local = self.local(user, id)
        if user == self.tape.output:
            return [local]
        return [self.short.get(user, Partial(self.output, self.names[user])), local]

    def local(self, user: int, id: int) -> Expression:
        """∂user/∂node in the names of the nodes, over all edges between the two."""
        found = self.locals.get(user)
        if found is None:
            edges: dict[int, list[Expression]] = {}
            for input, derivative in zip(self.graph.inputs[user], self.labels.derivatives(user), strict=True):
                if derivative is not None:
                    edges.setdefault(input, []).append(derivative)
            found = self.locals[user] = {input: sum_of(parts) for input, parts in edges.items()}
        return found[id]

    # ---- expressions and their values ----

    def write_out(self, expression: Expression) -> tuple[Expression | None, list[str]]:
        """The expression with the names of intermediates replaced by what they stand for in variables."""
        size = 0
        replaced: dict[str, Expression] = {}
        for node in postorder(expression):
            size += 1
            if isinstance(node, Partial):
                return None, []
            if isinstance(node, Name) and node.name in self.ids and is_operation(self.graph, self.ids[node.name]):
                size += self.sizes[self.ids[node.name]]
                if size > WRITTEN_LIMIT:
                    return None, []
                if node.name not in replaced:
                    replaced[node.name] = written_out(self.graph, self.ids[node.name], self.names)
        return replaced_names(expression, replaced), sorted(replaced, key=self.ids.__getitem__)

    def put_numbers(self, expression: Expression) -> tuple[Expression, list[str]]:
        """The expression with every name replaced by its value, and what was put in: ``w = 1``."""
        replaced: dict[str, Expression] = {}
        said: dict[str, None] = {}
        for node in postorder(expression):
            if isinstance(node, Name) and node.name in self.ids:
                value = self.tape.values[self.ids[node.name]]
                replaced[node.name] = Number(value)
                said[f"{node.name} = {short_text(value)}"] = None
            elif isinstance(node, Partial):
                adjoint = self.tape.adjoints[self.ids[node.input]]
                key = to_text(node, pretty=True)
                if adjoint is not None:
                    replaced[key] = Number(adjoint)
                    said[f"{key} = {short_text(adjoint)}"] = None
        return replaced_names(expression, replaced, grouped=False), list(said)

    def value(self, expression: Expression) -> float:
        """The value of a step at the point of the run."""
        environment: dict[str, float] = {}

        def symbol(node: Expression) -> Expression:
            if isinstance(node, Partial):
                key = to_text(node, pretty=True)
                environment[key] = self.partial_value(node)
                return Name(key)
            if isinstance(node, Name) and node.name in self.ids:
                environment[node.name] = self.tape.values[self.ids[node.name]]
            return node

        replaced = mapped(expression, symbol)
        graph = lower(Program((Output(replaced),)), StaticBuilder(Graph()), environment)
        return evaluate(graph, environment)[graph.output]

    def close(self, a: float, b: float) -> bool:
        """Whether two values of one quantity agree up to rounding."""
        if a == b or (a != a and b != b):
            return True
        return math.isclose(a, b, rel_tol=self.tolerance, abs_tol=1e-9)

    def partial_value(self, node: Partial) -> float:
        """The number that ∂output/∂input stands for in a chain rule."""
        output, input = self.ids[node.output], self.ids[node.input]
        if output == self.tape.output and not node.fixed and self.consumers[input] != [output]:
            adjoint = self.tape.adjoints[input]
            assert adjoint is not None
            return adjoint
        values = self.tape.local_values(output)
        edges = [v for at, v in zip(self.graph.inputs[output], values, strict=True) if at == input and v is not None]
        return math.fsum(edges) if all(map(math.isfinite, edges)) else sum(edges)
