"""The derivation of tangents: the forward pass, an equation a node, in the order of evaluation.

The tangent of a node is the sum over its inputs of the local derivative times the tangent of the input. An operation that
declares a vector-Jacobian product shows the transpose of that product, a term for each input that moves.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from gradcli.autodiff.passes.reverse import requires_grad
from gradcli.autodiff.passes.tangent import Tangents
from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.passes.transposition import RESULT, operand_name, tangent_name, transposed
from gradcli.derivation.nodes.local import Labels
from gradcli.derivation.notation.arrays import array_expression, placed, raised
from gradcli.derivation.notation.expressions import product_of, reads_alike, replaced_names, sum_of, without_trivial
from gradcli.derivation.notation.prose import Equal, Piece, listed
from gradcli.derivation.notation.short_products import facts, rewritten
from gradcli.derivation.notation.steps import Equation, Step
from gradcli.frozen import replace
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph
from gradcli.graph.shapes import shape_text
from gradcli.language.ast import Expression, Name, Number, Operator, postorder
from gradcli.lowering.node_expressions import constant_expression, node_expression, written_out, written_sizes
from gradcli.ops.catalogue import STRUCTURAL

WRITTEN_NODES = 40
"""Nodes up to which a Jacobian-vector product is written out."""

_DOT = "\u0307"


def dotted(name: str) -> str:
    """The name of a tangent: a dot over its first letter, ``ẋ`` of ``x``."""
    return unicodedata.normalize("NFC", f"{name[0]}{_DOT}{name[1:]}")


def derive_tangents(tape: Tape, tangents: Tangents) -> list[Equation]:
    """Derive the tangents of a run: an equation for each computed node that moves and leads to an output.

    Args:
        tape: The run.
        tangents: Its tangents along a direction.
    """
    graph = tape.graph
    needs = requires_grad(graph, [graph.variables[name] for name in tangents.direction])
    deriving = _Deriving(replace(tape, requires_grad=needs), tangents)
    leading = graph.ancestors(graph.output, *graph.outputs)
    return [
        Equation(id, tuple(deriving.steps(id)))
        for id in range(len(graph))
        if leading[id] and tangents.nodes[id] is not None and graph.operations[id] not in (VARIABLE, CONSTANT)
    ]


class _Deriving:
    def __init__(self, tape: Tape, tangents: Tangents) -> None:
        self.tape = tape
        self.graph = tape.graph
        self.names = tape.names
        self.tangents = tangents.nodes
        self.labels = Labels(tape)

    def steps(self, id: int) -> Iterator[Step]:
        left = Name(dotted(self.names[id]))
        whole = Equal(Name(self.names[id]), node_expression(self.graph, id, self.names, raised=raised))
        words: list[Piece] = ["since ", whole, *self.shape(id)]
        if self.graph.operations[id] in STRUCTURAL:
            yield Step("Jacobian-vector product", left, self.product(id), tuple(words))
            last = None
        else:
            factors = self.factors(id)
            chain = [Operator("*", (self.tape.local_derivative(id, input), self.dot(input))) for input, _ in factors]
            yield Step("chain rule", left, sum_of(chain), tuple(words))
            terms = [without_trivial([local, self.dot(input)]) for input, local in factors]
            last = sum_of([term for term in terms if term is not None])
            yield Step("local derivatives", left, last, ("local derivatives" if len(factors) > 1 else "local derivative",))
        value = self.tangents[id]
        assert value is not None
        if last is not None and not self.graph.shape(id):
            put_in, used = self.put_numbers(last)
            if used and not reads_alike(put_in, Number(value)):
                yield Step("numbers put in", left, put_in, tuple(listed(used, ", ")))
        yield Step("value", left, array_expression(value))

    def shape(self, id: int) -> list[Piece]:
        shape = self.graph.shape(id)
        return [f", shape {shape_text(shape)}"] if shape else []

    def dot(self, id: int) -> Name:
        return Name(dotted(self.names[id]))

    def factors(self, id: int) -> list[tuple[int, Expression]]:
        """Each input of an elementwise operation that moves, with the derivative by it, over all edges between the two."""
        edges: dict[int, list[Expression]] = {}
        for input, derivative in zip(self.graph.inputs[id], self.labels.derivatives(id), strict=True):
            if derivative is not None and self.tangents[input] is not None:
                edges.setdefault(input, []).append(derivative)
        return [(input, sum_of(parts)) for input, parts in edges.items()]

    def product(self, id: int) -> Expression:
        """The Jacobian-vector product of an operation on arrays, a term for each operand that moves."""
        inputs = self.graph.inputs[id]
        terms = [self.term(id, at) for at, input in enumerate(inputs) if self.tangents[input] is not None]
        return sum_of([term for term in terms if term is not None])

    def term(self, id: int, at: int) -> Expression | None:
        graph, inputs = self.graph, self.graph.inputs[id]
        shapes = tuple([graph.shape(input) for input in inputs])
        moving = tuple([index == at for index in range(len(inputs))])
        rule = transposed(graph.operations[id], shapes, graph.settings.get(id, ()), moving)
        if rule is None:
            return None
        if written_sizes(rule)[rule.output] > WRITTEN_NODES:
            return product_of([self.tape.local_derivative(id, inputs[at]), self.dot(inputs[at])])
        places = {RESULT: id} | {operand_name(index): input for index, input in enumerate(inputs)}
        rule, (output,) = rewritten(rule, [rule.output], facts(self.tape, places))
        names = {number: name for name, number in rule.variables.items()}

        def written(graph: Graph, at: int, operands: Sequence[Expression]) -> Expression:
            if graph.operations[at] == "index_put" and graph.shape(at) == self.graph.shape(id):
                return placed(graph, at, operands[0], RESULT)
            return raised(graph, at, operands)

        expression = written_out(rule, output, [names.get(number, "") for number in range(len(rule))], raised=written)
        meant: dict[str, Expression] = {RESULT: Name(self.names[id]), tangent_name(at): self.dot(inputs[at])}
        for index, input in enumerate(inputs):
            constant = graph.constants.get(input)
            operand = Name(self.names[input]) if constant is None else constant_expression(constant)
            meant[operand_name(index)] = operand
        return replaced_names(expression, meant)

    def put_numbers(self, expression: Expression) -> tuple[Expression, list[Piece]]:
        """The expression with every name replaced by its value, and what was put in."""
        known = {name: self.tape.values[id] for id, name in enumerate(self.names)}
        known |= {dotted(self.names[id]): tangent for id, tangent in enumerate(self.tangents) if tangent is not None}
        names = [node.name for node in postorder(expression) if isinstance(node, Name)]
        used = {name: Number(known[name]) for name in names if name in known}
        return replaced_names(expression, used, grouped=False), [Equal(Name(name), value) for name, value in used.items()]
