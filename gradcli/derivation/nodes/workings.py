"""What every derivation of a run does with expressions: write intermediates out, and put numbers in."""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.algebra.derivatives import Simplified, Simplifier, derivative_graph
from gradcli.autodiff.passes.tape import Tape
from gradcli.derivation.nodes.local import Labels
from gradcli.derivation.nodes.special_points import SpecialPoints
from gradcli.derivation.nodes.values import Values
from gradcli.derivation.notation.expressions import replaced_names
from gradcli.derivation.notation.prose import Equal, Piece
from gradcli.graph.names import is_operation
from gradcli.language.ast import Expression, Name, Number, Partial, postorder
from gradcli.language.text import to_text
from gradcli.lowering.node_expressions import node_expression, written_out, written_sizes

WRITTEN_LIMIT = 60
"""Operations up to which intermediates are written out in variables."""


class Workings:
    """The nodes of one run, by name, and what follows for expressions in them.

    Args:
        tape: The run.
        every_step: Whether steps are shown one by one that usually are one.

    Attributes:
        left_out: What was not shown although it should have been: a warning for each line that is wrong.
    """

    def __init__(self, tape: Tape, *, every_step: bool = False) -> None:
        self.tape = tape
        self.graph = tape.graph
        self.names = tape.names
        self.every_step = every_step
        self.output = tape.names[tape.output]
        self.sizes = written_sizes(self.graph)
        self.on_the_way = self.graph.ancestors(tape.output)
        self.labels = Labels(tape)
        self.values = Values(tape)
        self.consumers = self.values.consumers
        self.ids = self.values.ids
        self.special = SpecialPoints(tape)
        self.left_out: list[str] = []

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
