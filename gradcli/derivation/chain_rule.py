"""The chain-rule derivation of a gradient as data: the backward pass, an equation a node, each equation a list of steps.

It reads the tape of one run: its terms are the edges of the graph that ran, its last step is the gradient of that run. A step
that would not have the value of that gradient is not shown.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gradcli.algebra.simplify import derivatives
from gradcli.autodiff.forward import evaluate
from gradcli.autodiff.tape import Tape
from gradcli.derivation.local import Labels
from gradcli.graph.graph import VARIABLE, Graph
from gradcli.graph.names import is_operation
from gradcli.language.ast import (
    Expression,
    Group,
    Name,
    Number,
    Operator,
    Output,
    Partial,
    Program,
    children,
    postorder,
)
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.lowering.builders import StaticBuilder
from gradcli.lowering.lower import lower
from gradcli.lowering.raising import written_out, written_sizes

NAMED_LIMIT = 8
"""Operations in the derivative of a node up to which a later equation writes it out instead of naming it."""

WRITTEN_LIMIT = 60
"""Operations up to which intermediates are written out in variables."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a derivation.

    Attributes:
        rule: The rule that leads from the line before to this one.
        left: What is being derived.
        right: What it equals.
        note: What the rule does here, in words.
    """

    rule: str
    left: Partial
    right: Expression
    note: str


@dataclass(frozen=True, slots=True)
class Equation:
    """The derivation of one adjoint, ∂output/∂node.

    Attributes:
        node: The id of the node.
        steps: From the chain rule to the value.
    """

    node: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Derivation:
    """The equations of a backward pass.

    Attributes:
        equations: In the order of the backward pass: the intermediate nodes, then the variables.
        needed: For each variable the nodes whose equations lead to its own, in order, its own last.
        derivatives: For each variable its derivative as a simplified expression in variables; None where it is too long.
    """

    equations: Mapping[int, Equation]
    needed: Mapping[str, tuple[int, ...]]
    derivatives: Mapping[str, Expression | None]

    def of(self, variable: str) -> list[Equation]:
        """The equations that lead to the derivative by a variable, its own last."""
        return [self.equations[node] for node in self.needed[variable]]


def derive(tape: Tape, limit: int = 200) -> Derivation:
    """Derive the gradient of a run.

    Args:
        tape: The run.
        limit: Operations up to which a derivative is written out in variables.
    """
    return _Deriving(tape).run(limit)


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

    def run(self, limit: int) -> Derivation:
        tape, graph = self.tape, self.graph
        wrt = [graph.variables[name] for name in tape.wrt]
        simplified = dict(zip(wrt, derivatives(graph, wrt, limit), strict=True)) if wrt else {}
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

    def equation(self, id: int, simplified: Expression | None, earlier: Collection[int]) -> Equation:
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
            say("chain rule", _sum([self.product(id, user) for user in users]), self.paths(id, users))
        factors = [self.factors(id, user) for user in users]
        say("local derivatives", _sum([_product(pair) for pair in factors]), self.locals_note(users, earlier))
        bare = _sum(list(filter(None, (_without_trivial(pair) for pair in factors))))
        say("trivial factors dropped", bare, "factors 1 dropped")
        number = _constant(bare)
        if number is not None:
            bare = number
            say("numbers computed", bare, "numbers computed")
        if _count(bare) <= NAMED_LIMIT:
            self.short[id] = bare
        if self.graph.operations[id] == VARIABLE:
            self.finish(bare, simplified, say)
        else:
            self.numbers(bare, say)
        say("value", Number(adjoint), "")
        return Equation(id, tuple(steps))

    def finish(self, bare: Expression, simplified: Expression | None, say: Callable[[str, Expression, str], None]) -> None:
        """The last steps for a variable: intermediates written out, like terms collected, numbers put in."""
        written_form, replaced = self.write_out(bare)
        last = bare
        if written_form is not None:
            if replaced:
                say("intermediates written out", written_form, f"{_listed(replaced)} written out")
            last = written_form
            if simplified is not None and _weight(simplified) < _weight(written_form):
                say("like terms collected", simplified, "like terms collected")
                last = simplified if self.close(self.value(simplified), self.value(written_form)) else written_form
        self.numbers(last, say)

    def numbers(self, last: Expression, say: Callable[[str, Expression, str], None]) -> None:
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
        return what + (f", {_listed([to_text(partial, pretty=True) for partial in found])} from above" if found else "")

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
            found = self.locals[user] = {input: _sum(parts) for input, parts in edges.items()}
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
        return _replace(expression, replaced), sorted(replaced, key=self.ids.__getitem__)

    def put_numbers(self, expression: Expression) -> tuple[Expression, list[str]]:
        """The expression with every name replaced by its value, and what was put in: ``w = 1``."""
        replaced: dict[str, Expression] = {}
        said: dict[str, None] = {}
        for node in postorder(expression):
            if isinstance(node, Name) and node.name in self.ids:
                value = self.tape.values[self.ids[node.name]]
                replaced[node.name] = Number(value)
                said[f"{node.name} = {_rounded(value)}"] = None
            elif isinstance(node, Partial):
                adjoint = self.tape.adjoints[self.ids[node.input]]
                key = to_text(node, pretty=True)
                if adjoint is not None:
                    replaced[key] = Number(adjoint)
                    said[f"{key} = {_rounded(adjoint)}"] = None
        return _replace(expression, replaced, grouped=False), list(said)

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


# ---- expressions ----


def _sum(terms: Sequence[Expression]) -> Expression:
    """The sum of the terms; the minus of a later term is the sign before it."""
    total = terms[0] if terms else Number(0)
    for term in terms[1:]:
        if isinstance(term, Operator) and term.symbol == "-" and len(term.operands) == 1:
            total = Operator("-", (total, term.operands[0]))
        else:
            total = Operator("+", (total, term))
    return total


def _product(factors: Sequence[Expression]) -> Expression:
    product = factors[0]
    for factor in factors[1:]:
        product = Operator("*", (product, factor))
    return product


def _without_trivial(factors: Sequence[Expression]) -> Expression | None:
    """The product without factors 1; None where a factor is 0; a factor -1 becomes the sign."""
    kept: list[Expression] = []
    negative = False
    for factor in factors:
        if isinstance(factor, Number) and factor.value in (0, 1, -1):
            if factor.value == 0:
                return None
            negative ^= factor.value < 0
        else:
            kept.append(factor)
    if not kept:
        return Number(-1 if negative else 1)
    product = _product(kept)
    return Operator("-", (product,)) if negative else product


def _constant(expression: Expression) -> Number | None:
    """The exact value of an expression of whole numbers and fractions; None for any other."""
    if any(isinstance(node, Name | Partial) for node in postorder(expression)):
        return None
    graph = lower(Program((Output(expression),)), StaticBuilder(Graph()))
    value = graph.constants.get(graph.output)
    return Number(value) if isinstance(value, int | Fraction) else None


def _count(expression: Expression) -> int:
    return sum(1 for node in postorder(expression) if children(node) and not isinstance(node, Group))


def _weight(expression: Expression) -> int:
    """Operations and names: what makes an expression long to read."""
    return _count(expression) + sum(1 for node in postorder(expression) if isinstance(node, Name))


def _replace(expression: Expression, replaced: Mapping[str, Expression], *, grouped: bool = True) -> Expression:
    """The tree with names and partials replaced; a sum that takes the place of a name keeps parentheses around it."""

    def change(node: Expression) -> Expression:
        if isinstance(node, Name | Partial):
            key = node.name if isinstance(node, Name) else to_text(node, pretty=True)
            return replaced.get(key, node)
        if grouped and isinstance(node, Operator) and node.symbol in "+-" and len(node.operands) == 2:
            return Operator(node.symbol, tuple(_group(operand) for operand in node.operands))
        return node

    substituted = {id(value) for value in replaced.values()}

    def _group(operand: Expression) -> Expression:
        is_sum = isinstance(operand, Operator) and operand.symbol in "+-"
        return Group(operand) if is_sum and id(operand) in substituted else operand

    return mapped(expression, change)


def _rounded(value: float) -> str:
    return f"{value:.6g}" if not value.is_integer() or abs(value) >= 1e15 else f"{value:.0f}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
