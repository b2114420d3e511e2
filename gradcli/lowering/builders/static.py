"""Define then run: static graphs, interned and folded, before any value is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from gradcli.errors import Span
from gradcli.graph.graph import ITEM, PRINT, Block, Constant, Graph, Settings, Shape
from gradcli.graph.names import constant_text
from gradcli.language.ast import NOWHERE
from gradcli.language.numbers import is_unwieldy, longer_than
from gradcli.lowering.builders.builder import Part, WithoutTape, WithSymbols, forward_of, inferred_shape
from gradcli.ops.catalogue import CHOICE, OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.constants import constant_value, exact
from gradcli.ops.declaration.facts import TRUTH
from gradcli.ops.declaration.symbol import Exact, Symbol
from gradcli.ops.elementwise.arithmetic import add, div, mul, neg, sub
from gradcli.typing import Any, NamedTuple


class Removed(NamedTuple):
    """An operation of the program that is no node of a static graph.

    Attributes:
        kind: ``shared`` with an equal one before, ``folded`` to a constant, an ``identity`` such as x·1, or ``dead``: no output
            needs it.
        operation: The operation.
        span: Its place in the source text.
    """

    kind: str
    operation: str
    span: Span


class StaticBuilder(WithSymbols, WithoutTape):
    """Define then run: the same operation on the same inputs is the same node, and operations on constants fold.

    Args:
        graph: The graph to build.
        inexact: Whether constants also fold where the result is not rational: log(2) becomes 0.693...
        identities: Whether x·1, x + 0 and their like are x. Gradient graphs want it; the graph of a user's expression shows
            what the user wrote.
        shapes: The shapes of the variables that are arrays.
        plain: Whether nothing is shared or folded: each operation of the program is a node.
        steered: Whether branches and loops are nodes, and what prints is. Else the graph is one expression: of a branch both ways
            are built, an operation chooses, and a loop that is not unrolled is an error.
        removed: Where what is shared or folded is noted; None to note nothing.
    """

    knows_values = False
    absorbing = True
    """Whether 0*x is 0 among identities; in values it is no number where x is none."""

    def __init__(
        self,
        graph: Graph,
        *,
        inexact: bool = False,
        identities: bool = False,
        shapes: Mapping[str, Shape] | None = None,
        plain: bool = False,
        steered: bool = False,
        removed: list[Removed] | None = None,
    ) -> None:
        self.graph = graph
        self.inexact = inexact
        self.identities = identities
        self.shapes = shapes or {}
        self.plain = plain
        self.steered = steered
        self.removed = removed
        self._nodes: dict[tuple[str, tuple[int, ...], Settings], int] = {}
        self._constants: dict[tuple[type, Constant] | str, int] = {}
        self._texts: dict[str, int] = {}  # constants that read the same are one node: 1, and a 1.0 that folding gave

    def variable(self, name: str, span: Span = NOWHERE) -> int:
        return self.graph.variable(name, span, self.shapes.get(name, ()))

    def constant(self, value: Constant, span: Span = NOWHERE) -> int:
        if isinstance(value, Fraction) and value.denominator == 1:
            value = value.numerator
        key = repr(value) if isinstance(value, float) else (type(value), value)
        id = self._constants.get(key)
        if id is None:
            text = constant_text(value)
            id = self._texts.get(text)
            if id is None:
                id = self._texts[text] = self.graph.constant(value, span)
            self._constants[key] = id
        return id

    def operation(self, name: str, inputs: tuple[int, ...], span: Span = NOWHERE, settings: Settings = ()) -> int:
        id = None if self.plain else self._nodes.get((name, inputs, settings))
        if id is not None and self.removed is not None:
            self.removed.append(Removed("shared", name, span))
        if id is None:
            arrays = bool(settings or self.graph.shapes or name not in OPERATIONS)
            shape = inferred_shape(self.graph, name, inputs, settings, span) if arrays else ()
            if name not in STRUCTURAL and not self.plain:
                id = self._folded(name, inputs, span)
                kind = "folded"
                if id is None and self.identities:
                    id = self._identity(name, inputs)
                    kind = "identity"
                    if id is not None and self.graph.shape(id) != shape:  # 0*x is 0 for a number alone
                        id = None
                if id is not None and self.removed is not None:
                    self.removed.append(Removed(kind, name, span))
            elif self.identities:
                id = self._undone(name, inputs, settings, shape)
            if id is None:
                id = self.graph.append(name, inputs, span)
                self.graph.set_shape(id, shape)
                if settings:
                    self.graph.settings[id] = settings
            self._nodes[name, inputs, settings] = id
        return id

    def truth(self, id: int) -> bool:
        raise ValueError("a static graph has no values")

    def known(self, id: int) -> Constant | None:
        return self.graph.constants.get(id)

    def show(self, parts: Sequence[Part], span: Span) -> None:
        """What is printed whenever the graph runs is a node; an expression prints nothing."""
        if not self.steered:
            return
        ids = tuple([part[1] for part in parts if not isinstance(part, str)])
        texts = tuple([part if isinstance(part, str) else (part[0], part[2]) for part in parts])
        self.graph.settings[self.graph.append(PRINT, ids, span)] = (("parts", texts),)

    # ---- branches and loops ----

    def inner(self) -> StaticBuilder:
        """A builder for the graph of a block."""
        graph = Graph(self.graph.max_nodes, self.graph.max_elements)
        return StaticBuilder(
            graph,
            inexact=self.inexact,
            identities=self.identities,
            shapes={},
            plain=self.plain,
            steered=True,
            removed=self.removed,
        )

    def parameter(self, name: str, shape: Shape) -> int:
        """A variable of the graph of a block."""
        self.shapes = {**self.shapes, name: shape}
        return self.graph.variable(name, NOWHERE, shape)

    def block(self, operation: str, inputs: tuple[int, ...], block: Block, span: Span) -> int:
        """The node of a branch or a loop."""
        id = self.graph.append(operation, inputs, span)
        self.graph.blocks[id] = block
        return id

    def item(self, node: int, index: int, shape: Shape, span: Span) -> int:
        """One of several results of a branch or a loop."""
        id = self.graph.append(ITEM, (node,), span)
        self.graph.settings[id] = (("index", index),)
        self.graph.set_shape(id, shape)
        return id

    def has_shape(self, name: str) -> bool:
        return name in self.shapes

    def _folded(self, name: str, inputs: tuple[int, ...], span: Span) -> int | None:
        constants = self.graph.constants
        if any(input not in constants for input in inputs):
            return None
        values = [constants[input] for input in inputs]
        if any(isinstance(value, tuple) for value in values):  # arrays are shown as the operations that make them
            return None
        operation = OPERATIONS[name]
        rational = len(values) >= len(operation.parameters) and all(isinstance(value, int | Fraction) for value in values)
        if operation.exact is not None and rational:
            folded = operation.exact(*values)
            if is_unwieldy(folded) and not any(map(is_unwieldy, values)) and longer_than(folded, values):
                folded = None  # 1e-20 - 1 is shorter than what it makes; a quotient is how the fraction itself is written
            if folded is not None and not self.inexact:
                return self.constant(folded, span)
        else:
            folded = None
        if span == NOWHERE and operation.facts.result == TRUTH and not any(value == "nan" for value in values):
            return self.constant(int(forward_of(name, len(inputs))(*map(constant_value, values))), span)  # a rule asks: e == 0
        if self.inexact:  # the value that the operation has in floating point: 0.1 + 0.2 is not 0.3
            value = forward_of(name, len(inputs))(*map(constant_value, values))
            same = folded is not None and repr(constant_value(folded)) == repr(value)  # 0*-1 is -0, which no fraction is
            return self.constant(folded if same and folded is not None else value, span)
        return None

    def _identity(self, name: str, inputs: tuple[int, ...]) -> int | None:
        """The node that an operation on partly constant inputs equals; None where there is none.

        A factor 0 comes from an argument that the function does not depend on, so 0·x is 0. In a graph that runs with numbers it
        is nan where x is infinite, and no identity changes a value there.
        """
        facts = OPERATIONS[name].facts
        truth = facts.result == TRUTH
        for at, input in enumerate(inputs if facts.neutral else ()):
            value = self.graph.constants.get(input)
            if value is None:
                continue
            other = inputs[1 - at]
            if value == facts.neutral[at] and (self._is_truth(other) if truth else self._keeps_zeros(name, at, value)):
                return other  # 0 + x, 1*x, x/1, x and True
            absorbing = facts.absorbing if self.absorbing and (truth or not self.inexact) else ()
            if absorbing and value == absorbing[at]:  # 0*x, 0/x, x and False
                return input
        rule = _RULES.get(name)
        return None if rule is None else rule(self, *inputs)

    def _sum(self, a: int, b: int) -> int | None:
        if self._is_negative(b):  # x + (-z) -> x - z
            return self.operation(sub.name, (a, self._opposite(b)))
        return self.operation(sub.name, (b, self._opposite(a))) if self._is_negative(a) else None  # -x + z -> z - x

    def _difference(self, a: int, b: int) -> int | None:
        if self.graph.constants.get(a) == 0 and not self.inexact:  # 0 - x -> -x
            return self.operation(neg.name, (b,))
        return self.operation(add.name, (a, self._opposite(b))) if self._is_negative(b) else None  # x - (-z) -> x + z

    def _negative(self, a: int) -> int | None:
        return self._opposite(a) if self._is_negative(a) else None  # -(-x) -> x

    def _product(self, a: int, b: int) -> int | None:
        for one, other in ((a, b), (b, a)):
            if self.graph.constants.get(one) == -1:  # -1*x -> -x
                return self.operation(neg.name, (other,))
        if self._is_negative(a):  # (-x)*z -> -(x*z)
            return self.operation(neg.name, (self.operation(mul.name, (self._opposite(a), b)),))
        if self._is_negative(b):  # x*(-z) -> -(x*z)
            return self.operation(neg.name, (self.operation(mul.name, (a, self._opposite(b))),))
        if self._is_inverse(b) and not self.inexact:  # x*(1/z) -> x/z
            return self.operation(div.name, (a, self.graph.inputs[b][1]))
        return None

    def _quotient(self, a: int, b: int) -> int | None:
        if self._is_negative(a):  # (-x)/z -> -(x/z)
            return self.operation(neg.name, (self.operation(div.name, (self._opposite(a), b)),))
        return None

    def _choice(self, test: int, then: int, otherwise: int) -> int | None:
        known = self.graph.constants.get(test)
        if isinstance(known, int | Fraction) and not self.inexact:  # what is left out may have no derivative
            return then if known else otherwise
        return then if then == otherwise else None  # a if c else a -> a

    def _undone(self, name: str, inputs: tuple[int, ...], settings: Settings, shape: Shape) -> int | None:
        """The node that an operation gives back by undoing what made its input: (Mᵀ)ᵀ is M; None where it does not."""
        if not inputs or self.graph.operations[inputs[0]] != name:
            return None
        facts, before = STRUCTURAL[name].facts, self.graph.inputs[inputs[0]][0]
        twice = facts.inverse == name and settings == self.graph.settings[inputs[0]]
        back = facts.reshapes and shape == self.graph.shape(before)  # the elements stay in their order
        return before if twice or back else None

    def _keeps_zeros(self, name: str, at: int, value: Constant) -> bool:
        """Whether a constant operand leaves -0 as it is, where a graph runs with numbers: 0 added to it makes 0."""
        operands = [-0.0, -0.0]
        operands[at] = constant_value(value)
        return not self.inexact or repr(forward_of(name, 2)(*operands)) == repr(-0.0)

    def _is_truth(self, id: int) -> bool:
        operation = OPERATIONS.get(self.graph.operations[id])
        return operation is not None and operation.facts.result == TRUTH

    def _is_negative(self, id: int) -> bool:
        return self.graph.operations[id] == neg.name

    def _is_inverse(self, id: int) -> bool:
        return self.graph.operations[id] == div.name and self.graph.constants.get(self.graph.inputs[id][0]) == 1

    def _opposite(self, id: int) -> int:
        """x of a node -x."""
        return self.graph.inputs[id][0]

    # ---- symbols, for derivative rules ----

    def symbol(self, value: Any) -> Symbol:
        """The symbol of a number, a constant of a rule, or a symbol."""
        if isinstance(value, Symbol):
            return value
        if isinstance(value, Exact):
            if not value.operation:
                return Symbol(self, self.constant(value.arguments[0]))
            return self.apply(value.operation, value.arguments)
        return Symbol(self, self.constant(exact(value)))


_RULES: dict[str, Callable[..., int | None]] = {
    add.name: StaticBuilder._sum,
    sub.name: StaticBuilder._difference,
    neg.name: StaticBuilder._negative,
    mul.name: StaticBuilder._product,
    div.name: StaticBuilder._quotient,
    CHOICE: StaticBuilder._choice,
}
"""What else operations on partly constant inputs equal: signs are drawn out, choices are made."""
