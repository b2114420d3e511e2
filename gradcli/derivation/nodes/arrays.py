"""The derivation of a gradient of arrays: each step of the reverse pass in matrix form, with shapes.

The adjoint of a node is the sum of what its consumers hand back: for an elementwise operation the adjoint of the result times
the local derivative, summed over what was broadcast, for any other the vector-Jacobian product that it declares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from gradcli.autodiff.passes.contributions import gradient_consumers
from gradcli.autodiff.passes.reverse import carries
from gradcli.autodiff.passes.tape import Tape
from gradcli.derivation.nodes.array_terms import doubled, explained, in_letters, in_words, pulled_back
from gradcli.derivation.nodes.local import Labels
from gradcli.derivation.nodes.workings import convention
from gradcli.derivation.notation.arrays import (
    BACKWARD,
    array_expression,
    broadcast_axes,
    free_letters,
    gathered,
    raised,
    setting_expression,
    with_shared_parts,
)
from gradcli.derivation.notation.expressions import sum_of
from gradcli.derivation.notation.prose import Equal, Piece, joined, listed
from gradcli.derivation.notation.short_products import facts, rewritten
from gradcli.derivation.notation.steps import Derivation, Equation, Step
from gradcli.frozen import replace
from gradcli.graph.graph import CONSTANT, UNLIMITED, VARIABLE, Graph
from gradcli.graph.shapes import shape_text
from gradcli.language.ast import Call, Expression, Index, Name, Number, Partial, Transposed, postorder
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.node_expressions import node_expression
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL, spelling
from gradcli.ops.declaration.symbol import Symbol

PUT_IN_ELEMENTS = 9
"""Elements of an array up to which its numbers are put in for its name."""

PUT_IN_LENGTH = 70
"""Characters of a line up to which it is shown with numbers put in."""


def derive_arrays(tape: Tape, *, every_step: bool = False) -> Derivation:
    """Derive the gradient of a run on arrays: an equation a node, in the order of the backward pass.

    Args:
        tape: The run.
        every_step: Whether each rule is also shown in letters, as its operation declares it.
    """
    return _Deriving(tape, every_step).run()


def edge_terms(tape: Tape) -> Callable[[int], list[Expression | None]]:
    """What a node hands back to each of its inputs, as a term of the chain rule: a function of its id.

    None stands where no gradient flows, and where the term would be in parts with names of their own.
    """
    deriving = _Deriving(tape, False)

    def terms(user: int) -> list[Expression | None]:
        inputs = tape.graph.inputs[user]
        found: list[Expression | None] = [None] * len(inputs)
        for input in dict.fromkeys(inputs):
            if tape.adjoints[user] is None or tape.adjoints[input] is None or not tape.requires_grad[input]:
                continue
            parts, written = deriving.single_terms(input, [user])
            places = [at for at, other in enumerate(inputs) if other == input and carries(tape.graph, user, at)]
            if not parts and len(places) == len(written):
                for at, term in zip(places, written, strict=True):
                    found[at] = term
        return found

    return terms


class _Deriving:
    def __init__(self, tape: Tape, every_step: bool) -> None:
        self.tape = tape
        self.graph = tape.graph
        self.names = tape.names
        self.every_step = every_step
        self.output = tape.names[tape.output]
        self.ids = {name: id for id, name in enumerate(tape.names)}
        self.consumers = gradient_consumers(tape)
        self.facts = facts(tape, self.ids)
        self.labels = Labels(tape)

    def run(self) -> Derivation:
        tape, graph = self.tape, self.graph
        equations: dict[int, Equation] = {}
        order = [id for id in range(tape.output - 1, -1, -1) if graph.operations[id] != VARIABLE]
        order += [graph.variables[name] for name in tape.wrt]
        for id in order:
            if tape.adjoints[id] is not None and tape.requires_grad[id] and id != tape.output:
                equations[id] = self.equation(id)
        needed: dict[str, tuple[int, ...]] = {}
        for name in tape.wrt:
            variable = graph.variables[name]
            depends = graph.dependents(variable)
            inner = [id for id in equations if depends[id] and graph.operations[id] != VARIABLE]
            needed[name] = tuple(inner + [variable] * (variable in equations))
        return Derivation(equations, needed, {}, {})

    # ---- one equation ----

    def equation(self, id: int) -> Equation:
        left = Partial(self.output, self.names[id])
        users = self.consumers[id]
        parts, terms = self.terms(id, users)
        together = gathered(terms, self.graph.shape(id))
        right = sum_of(terms) if together is None else together
        rule = "chain rule" if len(users) > 1 else self.rule(users[0])
        steps = [Step(rule, left, right, tuple(self.note(id, users, right)))]
        if not self.tape.symbolic:
            put_in = None if parts else self.put_in(right)
            value = array_expression(self.tape.adjoints[id])
            if put_in is not None and put_in != value:
                steps.append(Step("numbers put in", left, put_in, ("numbers put in",)))
            said = convention(self.tape, id)
            if right != value:
                steps.append(Step("value", left, value, tuple(said)))
            elif said:
                steps[-1] = replace(steps[-1], words=tuple(joined(steps[-1].words, said)))
        shared = tuple([Step("shared part", Name(name), expression, ("used below",)) for name, expression in parts])
        edges = tuple(self.rules_in_letters(id, users)) if self.every_step else ()
        return Equation(id, tuple(steps), (*edges, *shared))

    def rule(self, user: int) -> str:
        """The name of the rule by which a node hands its adjoint back."""
        operation = self.graph.operations[user]
        if operation not in STRUCTURAL:
            return "local derivative"
        is_transpose = isinstance(self.node(user), Transposed)
        return f"backward of {'transpose' if is_transpose else spelling(operation)}"

    def note(self, id: int, users: Sequence[int], right: Expression) -> Iterator[Piece]:
        shape = self.graph.shape(id)
        if shape:
            yield f"shape {shape_text(shape)}; "
        nodes = [Equal(Name(self.names[user]), self.node(user)) for user in users]
        if len(users) > 1:
            yield "one term for each node that uses "
            yield Name(self.names[id])
            yield ": "
            yield from listed(nodes, ", ")
        elif self.graph.operations[users[0]] in STRUCTURAL:
            yield f"{self.rule(users[0])} in "
            yield nodes[0]
        else:
            yield nodes[0]
            yield " has the local derivative "
            yield self.local_derivative(users[0], id)
        for user in users:
            yield from self.broadcasting(id, user)
        if self.tape.output in users and not self.begins(self.tape.output):
            yield "; "
            yield Partial(self.output, self.output)
            yield " is the cotangent"
        for words in dict.fromkeys(explained(right)):
            yield f"; {words}"

    def local_derivative(self, user: int, id: int) -> Expression:
        """∂user/∂node in the names of the nodes, over all edges between the two."""
        edges = zip(self.graph.inputs[user], self.labels.derivatives(user), strict=True)
        return sum_of(doubled([derivative for input, derivative in edges if input == id and derivative is not None]))

    def node(self, id: int) -> Expression:
        return node_expression(self.graph, id, self.names, raised=raised)

    def broadcasting(self, id: int, user: int) -> Iterator[Piece]:
        """What is said of a sum over axes along which an operand was broadcast."""
        shape, target = self.graph.shape(user), self.graph.shape(id)
        if self.graph.operations[user] not in OPERATIONS or shape == target:
            return
        axes = sum(broadcast_axes(shape, target), ())
        if axes:
            yield "; "
            yield Name(self.names[id])
            was = f"of shape {shape_text(target)}" if target else "a number"
            over = "all elements" if not target else f"ax{'e' if len(axes) > 1 else 'i'}s {', '.join(map(str, axes))}"
            yield f", {was}, was broadcast to {shape_text(shape)}: summed over {over}"

    # ---- terms ----

    def terms(self, id: int, users: Sequence[int]) -> tuple[list[tuple[str, Expression]], list[Expression]]:
        """What the consumers of a node hand back to it, equal terms as one; before that the parts that they use several times."""
        parts, found = self.single_terms(id, users)
        return parts, doubled(found)

    def single_terms(self, id: int, users: Sequence[int]) -> tuple[list[tuple[str, Expression]], list[Expression]]:
        """The same with a term for each argument in which a consumer takes the node."""
        shapes = {name: self.graph.shape(at) for at, name in enumerate(self.names)}
        shapes |= {self.adjoint(user): self.graph.shape(user) for user in users}
        builder = StaticBuilder(Graph(max_elements=UNLIMITED), identities=True, shapes=shapes)
        found: list[int | Expression] = []
        for user in users:
            incoming = self.incoming(user, builder)
            operands = [self.place(input, builder) for input in self.graph.inputs[user]]
            result = Symbol(builder, builder.variable(self.names[user]))
            if in_words(self.graph.operations[user]):
                found.append(self.in_words(user))
            else:
                found += pulled_back(self.graph, user, id, builder, incoming, result, operands)
        wanted = [term for term in found if isinstance(term, int)]
        graph, ids = rewritten(builder.graph, wanted, self.facts)
        places: dict[str, Expression] = {name: Name(name) for name in graph.variables}
        places |= {self.adjoint(user): Partial(self.output, self.names[user]) for user in users}
        parts, expressions = with_shared_parts(graph, ids, places, free_letters(self.names), self.names[id])
        rest = iter(expressions)
        return parts, [next(rest) if isinstance(term, int) else term for term in found]

    def adjoint(self, id: int) -> str:
        return to_text(Partial(self.output, self.names[id]), pretty=True)

    def incoming(self, user: int, builder: StaticBuilder) -> Symbol:
        """The adjoint of a consumer; that of an output that is a number is 1."""
        if self.begins(user):
            return builder.symbol(1)
        return Symbol(builder, builder.variable(self.adjoint(user)))

    def begins(self, id: int) -> bool:
        """Whether a node is the output, and a number, so that the backward pass begins with 1."""
        return id == self.tape.output and not self.graph.shape(id) and self.tape.adjoints[id] == 1

    def place(self, id: int, builder: StaticBuilder) -> Symbol:
        if self.graph.operations[id] == CONSTANT:
            return Symbol(builder, builder.constant(self.graph.constants[id]))
        return Symbol(builder, builder.variable(self.names[id]))

    def in_words(self, user: int) -> Expression:
        """A vector-Jacobian product that its operation describes in words."""
        operation = STRUCTURAL[self.graph.operations[user]]
        given = dict(self.graph.settings.get(user, ()))
        named = {name: given[name] for name, default in operation.settings if given[name] != default}
        adjoint: Expression = Number(1) if self.begins(user) else Partial(self.output, self.names[user])
        operands = [Name(self.names[input]) for input in self.graph.inputs[user]]
        arguments = (adjoint, *operands, *map(setting_expression, named.values()))
        return Call(f"{spelling(operation.name)}{BACKWARD}", arguments, tuple(named))

    def rules_in_letters(self, id: int, users: Sequence[int]) -> Iterator[Step]:
        """The rule of each consumer in the letters of its declaration."""
        for user in users:
            operation = STRUCTURAL.get(self.graph.operations[user])
            if operation is None or in_words(operation.name) or operation.variadic:
                continue
            for at, input in enumerate(self.graph.inputs[user]):
                if input == id:
                    yield from in_letters(self.tape, user, at)

    # ---- numbers ----

    def put_in(self, right: Expression) -> Expression | None:
        """The line with small arrays in place of their names; None where there is none, or it would be long."""
        if isinstance(right, Name | Partial) or any(isinstance(node, Index) for node in postorder(right)):
            return None
        small = True

        def value(node: Expression) -> Expression:
            nonlocal small
            if isinstance(node, Partial):
                found = self.tape.adjoints[self.ids[node.input]]
            elif isinstance(node, Name) and node.name in self.ids:
                found = self.tape.values[self.ids[node.name]]
            else:
                return node
            small = small and getattr(found, "size", 1) <= PUT_IN_ELEMENTS
            return array_expression(found)

        put_in = mapped(right, value)
        return put_in if small and put_in != right and len(to_text(put_in, pretty=True)) <= PUT_IN_LENGTH else None
