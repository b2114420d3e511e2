"""The derivation of a gradient of arrays: each step of the reverse pass in its own notation, with shapes.

The adjoint of a node is the sum of what its consumers hand back: for an elementwise operation the adjoint of the result times
the local derivative, summed over what was broadcast, for any other the vector-Jacobian product that it declares.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.autodiff.reverse import fitted
from gradcli.autodiff.tape import Tape
from gradcli.derivation.steps import Derivation, Equation, Step
from gradcli.derivation.words import Piece
from gradcli.graph.graph import CONSTANT, UNLIMITED, VARIABLE, Graph
from gradcli.language.ast import Expression, Name, Operator, Partial
from gradcli.language.numbers import short_text
from gradcli.lowering.builders import StaticBuilder
from gradcli.lowering.raising import written_out
from gradcli.ops.operation import OPERATIONS
from gradcli.ops.structural import STRUCTURAL, shape_text
from gradcli.ops.symbol import Symbol


def derive_arrays(tape: Tape) -> Derivation:
    """Derive the gradient of a run on arrays: an equation a node, in the order of the backward pass."""
    graph = tape.graph
    consumers = graph.consumers()
    equations: dict[int, Equation] = {}
    order = [id for id in range(tape.output - 1, -1, -1) if graph.operations[id] != VARIABLE]
    order += [graph.variables[name] for name in tape.wrt]
    for id in order:
        if tape.adjoints[id] is not None and tape.requires_grad[id] and id != tape.output:
            equations[id] = _equation(tape, id, consumers[id])
    needed: dict[str, tuple[int, ...]] = {}
    for name in tape.wrt:
        variable = graph.variables[name]
        depends = graph.dependents(variable)
        inner = [id for id in equations if depends[id] and id != variable]
        needed[name] = tuple(inner + [variable] * (variable in equations))
    return Derivation(equations, needed, {})


def _equation(tape: Tape, id: int, users: list[int]) -> Equation:
    output = tape.names[tape.output]
    left = Partial(output, tape.names[id])
    terms = [term for user in users if tape.adjoints[user] is not None for term in _terms(tape, id, user)]
    right: Expression = terms[0]
    for term in terms[1:]:
        right = Operator("+", (right, term))
    shape = tape.graph.shape(id)
    words: list[Piece] = [_rules(tape, users)]
    if shape:
        words.append(f", shape {shape_text(shape)}")
    steps = [Step("vector-Jacobian product", left, right, tuple(words))]
    if not tape.symbolic:
        steps.append(Step("value", left, Name(short_text(tape.adjoints[id]))))
    return Equation(id, tuple(steps))


def _rules(tape: Tape, users: list[int]) -> str:
    """Which operations hand the adjoint back."""
    names = dict.fromkeys(tape.graph.operations[user] for user in users if tape.adjoints[user] is not None)
    return f"backward through {', '.join(names)}"


def _terms(tape: Tape, id: int, user: int) -> Iterator[Expression]:
    """What a consumer hands back to a node, one term for each argument in which it takes it."""
    graph, names = tape.graph, tape.names
    output = names[tape.output]
    operation = graph.operations[user]
    places = [f"∂{output}/∂{names[user]}", names[user], *[names[input] for input in graph.inputs[user]]]
    ids = [user, user, *graph.inputs[user]]
    shapes = {place: graph.shape(at) for place, at in zip(places, ids, strict=True)}
    builder = StaticBuilder(Graph(max_elements=UNLIMITED), identities=True, shapes=shapes)

    def symbol(place: str, at: int) -> Symbol:
        if graph.operations[at] == CONSTANT:
            return Symbol(builder, builder.constant(graph.constants[at]))
        return Symbol(builder, builder.variable(place))

    at_output = user == tape.output and not graph.shape(user)
    incoming = builder.symbol(1) if at_output else symbol(places[0], user)
    result = symbol(places[1], user)
    arguments = tuple([symbol(place, at) for place, at in zip(places[2:], graph.inputs[user], strict=True)])
    if operation in STRUCTURAL:
        pullback = STRUCTURAL[operation].pullback
        assert pullback is not None
        found = pullback(incoming, result, *arguments, **dict(graph.settings.get(user, ())))
    else:
        wanted = [input == id and OPERATIONS[operation].carries(at) for at, input in enumerate(graph.inputs[user])]
        partials = OPERATIONS[operation].local_derivatives(result, arguments, wanted)
        shape = graph.shape(id)
        found = [None if partial is None else fitted(builder.symbol(incoming * partial), shape) for partial in partials]
    local = {at: name for name, at in builder.graph.variables.items()}
    for input, contribution in zip(graph.inputs[user], found, strict=True):
        if input == id and contribution is not None:
            at = builder.symbol(contribution).id
            shown = [local.get(number, "") for number in range(len(builder.graph))]
            yield written_out(builder.graph, at, shown)
