"""The terms of which a derivation on arrays consists: what one node hands back to another, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.autodiff.passes.tape import Tape
from gradcli.derivation.notation.arrays import BACKWARD, PLACED, free_letters, raised, with_shared_parts
from gradcli.derivation.notation.prose import Equal, Piece
from gradcli.derivation.notation.short_products import Facts, rewritten
from gradcli.derivation.notation.steps import Step
from gradcli.graph.graph import UNLIMITED, Graph, Shape
from gradcli.language.ast import Call, Expression, Name, Number, Operator, Partial, postorder
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.node_expressions import node_expression
from gradcli.ops import vjp
from gradcli.ops.catalogue import STRUCTURAL, spelling
from gradcli.ops.declaration.symbol import Symbol


def in_words(operation: str) -> bool:
    """Whether an operation describes its vector-Jacobian product in words."""
    return operation in STRUCTURAL and bool(STRUCTURAL[operation].backward)


def pulled_back(
    graph: Graph, user: int, id: int, builder: StaticBuilder, incoming: Symbol, result: Symbol, operands: Sequence[Symbol]
) -> Iterator[int]:
    """What a consumer hands back to a node: an id of the builder's graph for each argument in which it takes it.

    Args:
        graph: The graph.
        user: The consumer.
        id: The node.
        builder: What builds it.
        incoming: The adjoint of the consumer.
        result: The consumer itself.
        operands: Its inputs.
    """
    inputs = graph.inputs[user]
    product = vjp.product(graph.operations[user], tuple([input == id for input in inputs]))
    shapes = [graph.shape(input) for input in inputs]
    for _, contribution in product(incoming, result, operands, shapes, graph.settings.get(user, ())):
        yield builder.symbol(contribution).id


def doubled(terms: Sequence[Expression]) -> list[Expression]:
    """The terms of a sum with 2·a in place of a and a, as x·x has them."""
    if len(terms) != 2 or terms[0] != terms[1]:
        return list(terms)
    term = terms[0]
    if isinstance(term, Operator) and term.symbol == "⊙":
        return [Operator("⊙", (Operator("*", (Number(2), term.operands[0])), term.operands[1]))]
    return [Operator("*", (Number(2), term))]


def in_letters(tape: Tape, user: int, at: int) -> Iterator[Step]:
    """The rule of an operation in letters that no node has, where it is short: C = A @ B gives ∂L/∂A = ∂L/∂C @ Bᵀ."""
    graph, output = tape.graph, tape.names[tape.output]
    operation = STRUCTURAL[graph.operations[user]]
    inputs = graph.inputs[user]
    capitals = [letter for letter in "ABCDEFGHKMNPQRSTUVWXYZ" if letter not in tape.names]
    if len(capitals) <= len(inputs):
        return
    *letters, result = capitals[: len(inputs) + 1]
    copy = Graph(max_elements=UNLIMITED)
    shapes: dict[str, Shape] = {letter: graph.shape(input) for letter, input in zip(letters, inputs, strict=True)}
    shapes |= {result: graph.shape(user), "∂": graph.shape(user)}
    builder = StaticBuilder(copy, identities=True, shapes=shapes)
    symbols = [Symbol(builder, builder.variable(letter)) for letter in letters]
    settings = graph.settings.get(user, ())
    incoming = Symbol(builder, builder.variable("∂"))
    handed = vjp.product(operation.name, tuple([place == at for place in range(len(inputs))]))
    found = dict(handed(incoming, Symbol(builder, builder.variable(result)), symbols, None, settings))
    if at not in found:  # it holds classes
        return
    short, (id,) = rewritten(copy, [builder.symbol(found[at]).id], Facts(frozenset(shapes), True))
    places: dict[str, Expression] = {name: Name(name) for name in shapes}
    places["∂"] = Partial(output, result)
    parts, (right,) = with_shared_parts(short, [id], places, free_letters(shapes), letters[at])
    if parts:
        return
    applied = builder.operation(operation.name, tuple([symbol.id for symbol in symbols]), settings=settings)
    shown = node_expression(copy, applied, [*_names(copy)], raised=raised)
    words: tuple[Piece, ...] = (f"rule of {spelling(operation.name)}, for ", Equal(Name(result), shown))
    yield Step("rule in letters", Partial(output, letters[at]), right, words)


def _names(graph: Graph) -> Iterator[str]:
    names = {id: name for name, id in graph.variables.items()}
    return (names.get(id, "") for id in range(len(graph)))


def explained(term: Expression) -> Iterator[str]:
    """Words for what a line calls by a name that is seldom met."""
    for node in postorder(term):
        if not isinstance(node, Call):
            continue
        if node.function == PLACED:
            yield f"{PLACED}: zeros elsewhere"
        elif node.function.endswith(BACKWARD):
            name = node.function.removesuffix(BACKWARD)
            operation = next(o for o in STRUCTURAL.values() if name in o.spellings)
            yield f"{node.function}: {operation.backward}"
        elif node.function in ("conv_input_gradient", "conv_weight_gradient"):
            yield f"{node.function}: {STRUCTURAL[node.function].doc.partition(': ')[2].rstrip('.')}"
