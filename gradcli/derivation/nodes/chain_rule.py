"""The chain-rule derivation of a gradient as data: the backward pass, an equation a node, each equation a list of steps.

It reads the tape of one run: its terms are the edges of the graph that ran, its last step is the gradient of that run.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from gradcli.algebra.simplified import Simplified
from gradcli.autodiff.passes.tape import Tape
from gradcli.derivation.nodes.chain import Chain
from gradcli.derivation.nodes.workings import Workings
from gradcli.derivation.notation.expressions import (
    computes,
    exact_value,
    is_quotient,
    operations_in,
    product_of,
    sum_of,
    without_trivial,
)
from gradcli.derivation.notation.prose import Equal, Piece, Way, listed
from gradcli.derivation.notation.steps import TIMES_ZERO, Derivation, End, Equation, Step
from gradcli.graph.graph import VARIABLE
from gradcli.language.ast import Expression, Name, Number, Operator, Partial
from gradcli.lowering.builders.builder import has_arrays
from gradcli.lowering.node_expressions import node_expression

NAMED_LIMIT = 8
"""Operations in the derivative of a node up to which a later equation writes it out instead of naming it."""


def derive(tape: Tape, *, every_step: bool = False) -> Derivation:
    """Derive the gradient of a run.

    Args:
        tape: The run.
        every_step: Whether steps are shown one by one that usually are one, and each local derivative with its reason.
    """
    if has_arrays(tape.graph):
        from gradcli.derivation.nodes.arrays import derive_arrays

        return derive_arrays(tape, every_step=every_step)
    return _Deriving(Workings(tape, every_step=every_step)).run()


def rewriting(products: Collection[Sequence[Expression]]) -> str:
    """What is done to the products of a sum where their trivial factors are dropped."""
    factors = [factor for factors in products for factor in factors]
    if any(map(computes, products)):
        cancelled = any(is_quotient(factor) for factor in factors)
        return "factors cancelled" if cancelled else "numbers computed"
    ones, zeros = (any(isinstance(factor, Number) and abs(factor.value) == size for factor in factors) for size in (1, 0))
    beside = [
        [factor for factor in product if not (isinstance(factor, Number) and abs(factor.value) == 1)] for product in products
    ]
    fraction = any(len(product) > 1 and any(map(is_quotient, product)) for product in beside)
    fraction = fraction or (not ones and not zeros and any(map(is_quotient, factors)))
    done = ["factors 1 dropped"] * ones + [TIMES_ZERO] * zeros + ["as one fraction"] * fraction
    return ", ".join(done) or "signs in front"


class _Deriving:
    def __init__(self, workings: Workings) -> None:
        self.workings = workings
        self.tape = workings.tape
        self.graph = workings.graph
        self.names = workings.names
        self.output = workings.output
        self.consumers = workings.consumers
        self.locals: dict[int, dict[int, Expression]] = {}
        self.short: dict[int, Expression] = {}
        self.ends: dict[str, End] = {}

    def run(self) -> Derivation:
        tape, graph = self.tape, self.graph
        simplified = self.workings.simplified()
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
                equations[id] = self.equation(id, simplified[name], equations)
        needed = {name: self.needed(graph.variables[name], equations) for name in tape.wrt}
        return Derivation(equations, needed, simplified, self.ends, tuple(self.workings.left_out))

    def needed(self, variable: int, equations: Mapping[int, Equation]) -> tuple[int, ...]:
        """The nodes between a variable and the output that have equations, in the order of the backward pass."""
        depends = self.graph.dependents(variable)
        inner = [id for id in equations if depends[id] and id != variable and self.graph.operations[id] != VARIABLE]
        return tuple(inner + [variable] * (variable in equations))

    # ---- one equation ----

    def equation(self, id: int, simplified: Simplified | None, earlier: Collection[int]) -> Equation:
        adjoint = self.tape.adjoints[id]
        assert adjoint is not None
        users = self.consumers[id]
        chain = Chain(self.workings, self.tape.derivative(id), adjoint, simplified)
        if users != [self.tape.output]:
            chain.say("chain rule", sum_of([self.product(id, user) for user in users]), *self.paths(id, users))
        factors = [self.factors(id, user) for user in users]
        chain.say("local derivatives", sum_of([product_of(pair) for pair in factors]), *self.locals_note(users, earlier))
        bare = sum_of(list(filter(None, (without_trivial(pair) for pair in factors))))
        chain.say("trivial factors dropped", bare, rewriting(factors))
        number = exact_value(bare)
        if number is not None:
            bare = number
            chain.say("numbers computed", bare, "numbers computed")
        if operations_in(bare) <= NAMED_LIMIT:
            self.short[id] = bare
        if self.graph.operations[id] == VARIABLE:
            chain.finish(bare)
            self.ends[self.names[id]] = chain.end
        else:
            chain.numbers(bare)
        edges = tuple(self.reasons(id, users)) if self.workings.every_step else ()
        return Equation(id, tuple(chain.steps), edges)

    def paths(self, id: int, users: Sequence[int]) -> list[Piece]:
        name = self.names[id]
        direct = self.tape.output
        ways: list[Piece] = [
            Way((name, self.names[user]) if user == direct else (name, self.names[user], self.output)) for user in users
        ]
        if all(user == direct or self.consumers[user] == [direct] for user in users):
            return ["one term for each path: ", *listed(ways, ", ")] if len(ways) > 1 else ["along the path ", ways[0]]
        through = listed([Name(self.names[user]) for user in users], ", ")
        if len(users) > 1:
            return ["one term for each node that uses ", Name(name), ": ", *through]
        return ["only ", *through, " uses ", Name(name)]

    def locals_note(self, users: Sequence[int], earlier: Collection[int]) -> list[Piece]:
        """What is put in for the partials: derivatives of single operations, and what earlier equations found."""
        found: list[Piece] = [self.tape.derivative(user) for user in users if user in earlier and user in self.short]
        what = "local derivative" if len(users) == 1 else "local derivatives"
        return [what, ", ", *listed(found), " from above"] if found else [what]

    def reasons(self, id: int, users: Sequence[int]) -> list[Step]:
        """The local derivatives of an equation, each with what it follows from."""
        edges = dict.fromkeys((user, id) for user in users)
        edges |= dict.fromkeys((self.tape.output, user) for user in users if self.consumers[user] == [self.tape.output])
        return [
            Step(
                "local derivative",
                self.local_partial(user, input),
                self.local(user, input),
                ("since ", Equal(Name(self.names[user]), node_expression(self.graph, user, self.names))),
            )
            for user, input in sorted(edges, reverse=True)
        ]

    def product(self, id: int, user: int) -> Expression:
        """∂y/∂user·∂user/∂node, or the local derivative alone where the user is the output."""
        if user == self.tape.output:
            return self.local_partial(user, id)
        return Operator("*", (self.tape.derivative(user), self.tape.local_derivative(user, id)))

    def local_partial(self, user: int, id: int) -> Partial:
        """The symbol of a local derivative; that of the output says what is held fixed where there are other ways to it."""
        if user != self.tape.output or self.consumers[id] == [user]:
            return self.tape.local_derivative(user, id)
        held = [
            self.names[input]
            for input in dict.fromkeys(self.graph.inputs[user])
            if input != id and self.tape.requires_grad[input]
        ]
        return self.tape.local_derivative(user, id, tuple(held))

    def factors(self, id: int, user: int) -> list[Expression]:
        local = self.local(user, id)
        if user == self.tape.output:
            return [local]
        return [self.short.get(user, self.tape.derivative(user)), local]

    def local(self, user: int, id: int) -> Expression:
        """∂user/∂node in the names of the nodes, over all edges between the two."""
        found = self.locals.get(user)
        if found is None:
            edges: dict[int, list[Expression]] = {}
            for input, derivative in zip(self.graph.inputs[user], self.workings.labels.derivatives(user), strict=True):
                if derivative is not None:
                    edges.setdefault(input, []).append(derivative)
            found = self.locals[user] = {input: sum_of(parts) for input, parts in edges.items()}
        return found[id]
