"""What stands at the nodes and edges of a graph: the expression of each node and the local derivative along each edge.

Most nodes of a large graph look alike but for the names of their inputs. So the text is made once for each kind of node, with
places for the names, and filled in for each node.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from fractions import Fraction

from gradcli.algebra.simplify import normal_forms
from gradcli.algebra.sums.expressions import written
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.spellings import shortest
from gradcli.autodiff.passes.tape import Tape
from gradcli.graph.graph import CONTROL, Constant, Graph
from gradcli.language.ast import Expression, Name
from gradcli.language.numbers import SPELLED, number_text
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.node_expressions import applied, constant_expression, node_expression
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.symbol import Symbol
from gradcli.ops.elementwise.arithmetic import pow
from gradcli.ops.elementwise.logic import where
from gradcli.typing import NamedTuple

_RESULT = "{0}"
"""The place of a node's own name in a template; those of its inputs are {1}, {2}, ..."""


class Template(NamedTuple):
    """A kind of node: what it computes and its derivatives, with places for names: plain, and as on a board.

    Guarded are derivatives whose rule chooses, which is left out where it matters at single points alone.
    """

    derivatives: tuple[Expression | None, ...]
    text: str = ""
    texts: tuple[str | None, ...] = ()
    board_text: str = ""
    board_texts: tuple[str | None, ...] = ()
    guarded: bool = False


class Labels:
    """The expressions of nodes and the local derivatives of edges of one run.

    Args:
        tape: The run.
    """

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self._special: dict[tuple[bool, int], Constant | None] = {}
        self._last = (-1, Template(()))

    def expression(self, id: int, *, board: bool = False) -> str:
        """What a node computes in the names of its inputs, as text: ``a*b``, and as on a board: ``a·b``."""
        graph = self.tape.graph
        if graph.operations[id] not in OPERATIONS or (board and self._has_numbers(id)):
            return to_text(node_expression(graph, id, self.tape.names), pretty=board)
        template = self.template(id)
        return (template.board_text if board else template.text).format(*self._names(id))

    def edges(self, id: int, *, board: bool = False) -> list[str | None]:
        """The local derivative along each edge into a node as text; None where no gradient flows."""
        operation = self.tape.graph.operations[id]
        if operation in STRUCTURAL or operation in CONTROL:
            return [None] * len(self.tape.graph.inputs[id])
        if board and self._has_numbers(id):
            return [None if derivative is None else to_text(derivative, pretty=True) for derivative in self.derivatives(id)]
        names = self._names(id)
        template = self.template(id)
        return [None if text is None else text.format(*names) for text in (template.board_texts if board else template.texts)]

    def _has_numbers(self, id: int) -> bool:
        """Whether an operand is a number, which cannot stand in every place of a name on a board: 2x, but 2·3."""
        constants = self.tape.graph.constants
        return any(input in constants for input in self.tape.graph.inputs[id])

    def derivatives(self, id: int) -> list[Expression | None]:
        """The local derivative along each edge into a node as an expression in names; None where no gradient flows."""
        places = dict(zip(_places(len(self.tape.graph.inputs[id])), self._names(id), strict=True))

        def fill(node: Expression) -> Expression:
            if isinstance(node, Name) and node.name in places:
                constant = self.tape.graph.constants.get(self._input_named(id, node.name))
                return Name(places[node.name]) if constant is None else constant_expression(constant)
            return node

        return [None if d is None else mapped(d, fill) for d in self.template(id).derivatives]

    def _input_named(self, id: int, place: str) -> int:
        index = int(place[1:-1])
        return id if index == 0 else self.tape.graph.inputs[id][index - 1]

    def _names(self, id: int) -> list[str]:
        names = self.tape.names
        return [names[id], *[names[input] for input in self.tape.graph.inputs[id]]]

    def template(self, id: int) -> Template:
        """The kind of a node that an elementwise operation made."""
        if self._last[0] == id:
            return self._last[1]
        graph, needs = self.tape.graph, self.tape.requires_grad
        operation, inputs = graph.operations[id], graph.inputs[id]
        constants = graph.constants
        # A constant that an algebraic rule could use stands in the template itself; the others are names like any other.
        operands = tuple([self.shown(operation, input) if input in constants else None for input in inputs])
        same = tuple(map(inputs.index, inputs)) if len(set(inputs)) < len(inputs) else tuple(range(len(inputs)))
        wanted = tuple([needs[input] and OPERATIONS[operation].derivable(at) for at, input in enumerate(inputs)])
        kind = (operation, operands, tuple(map(type, operands)), same, wanted)
        template = _template(*kind, spelled=tuple(SPELLED.items()))
        if template.guarded and self._is_special(id):
            template = _template(*kind, generic=False, spelled=tuple(SPELLED.items()))
        self._last = (id, template)
        return template

    def _is_special(self, id: int) -> bool:
        """Whether the operands are at a special point of the operation, where the rule itself must be shown."""
        graph, values = self.tape.graph, self.tape.values
        declared = OPERATIONS[graph.operations[id]]
        operands = () if self.tape.symbolic or declared.variadic else tuple([values[input] for input in graph.inputs[id]])
        if not operands or any(type(operand) is not float for operand in operands):
            return False
        return any(special.zero(*declared.complete(operands)) == 0 for special in declared.facts.specials)

    def shown(self, operation: str, id: int) -> Constant | None:
        """The value of a constant that stands in the template itself, None for one that is a name there."""
        key = (operation == pow.name, id)
        if key not in self._special:
            self._special[key] = _special(operation, self.tape.graph.constants[id])
        return self._special[key]


def _places(count: int) -> list[str]:
    return [f"{{{index}}}" for index in range(count + 1)]


def _special(operation: str, value: Constant) -> Constant | None:
    """The constant, None where its text can stand for it anywhere and no rule is about its value."""
    if isinstance(value, tuple):  # an array
        return None
    if operation == pow.name or not isinstance(value, int | Fraction) or value <= 0:
        return value
    if isinstance(value, int):
        return value if value <= 10 else None
    return value if "/" in number_text(value) else None


def operation_derivatives(
    operation: str, letters: Sequence[str], wanted: Sequence[bool], result: Expression
) -> list[Expression | None]:
    """The local derivatives of an operation in letters, as its declaration has them; None where one is not wanted.

    Args:
        operation: The operation.
        letters: A letter for each argument.
        wanted: For each argument whether its derivative is.
        result: What stands for the result in the derivatives.
    """
    carried = tuple([want and OPERATIONS[operation].carries(at) for at, want in enumerate(wanted)])
    none = (None,) * len(letters)
    template = _template(operation, none, tuple(map(type, none)), tuple(range(len(letters))), carried)
    places = dict(zip(_places(len(letters)), [result, *map(Name, letters)], strict=True))
    return [
        None if d is None else mapped(d, lambda node: places.get(node.name, node) if isinstance(node, Name) else node)
        for d in template.derivatives
    ]


@functools.lru_cache(maxsize=4096)
def _template(
    operation: str,
    operands: tuple[Constant | None, ...],
    kinds: tuple[type, ...],
    same: tuple[int, ...],
    wanted: tuple[bool, ...],
    *,
    generic: bool = True,
    spelled: tuple[tuple[str, str], ...] = (),
) -> Template:
    """A kind of node, made once for all views of all runs.

    Args:
        operation: The operation.
        operands: For each operand the constant that it is; None for one with a place.
        kinds: Their types, since 1 and 1.0 are equal and do not read alike.
        same: For each operand the first one that is the same node.
        wanted: For each operand whether a gradient flows to it.
        generic: Whether choices that matter at single points alone are left out of the derivatives.
        spelled: How the texts call functions.
    """
    places = _places(len(operands))
    inputs = [Name(places[1 + same[at]]) if value is None else constant_expression(value) for at, value in enumerate(operands)]
    derivatives: list[Expression | None] = [None] * len(operands)
    guarded = False
    if any(wanted):
        builder = StaticBuilder(Graph(), identities=True)
        arguments = tuple(
            Symbol(builder, builder.variable(places[1 + same[at]]) if value is None else builder.constant(value))
            for at, value in enumerate(operands)
        )
        result = Symbol(builder, builder.variable(_RESULT))
        rules = OPERATIONS[operation].local_derivatives(result, arguments, wanted)
        ids = [None if rule is None else builder.symbol(rule).id for rule in rules]
        algebra = Algebra()
        forms = normal_forms(builder.graph, algebra, generic=generic)
        guarded = generic and where.name in builder.graph.operations
        derivatives = [None if id is None else written(algebra, shortest(algebra, forms[id])) for id in ids]
    expression = applied(operation, inputs)
    return Template(
        tuple(derivatives),
        to_text(expression),
        tuple(None if d is None else to_text(d) for d in derivatives),
        to_text(expression, pretty=True),
        tuple(None if d is None else to_text(d, pretty=True) for d in derivatives),
        guarded,
    )
