"""What makes a vector-Jacobian product short to read: rewriting of its graph, by rules that keep its value.

The rules leave out what broadcasting does by itself and guards that matter at single points only, where these are not met.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from fractions import Fraction

from gradcli.autodiff.passes.tape import Tape
from gradcli.graph.graph import CONSTANT, UNLIMITED, VARIABLE, Graph, Settings
from gradcli.graph.shapes import ShapeError, broadcast
from gradcli.language.ast import NOWHERE
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.ops.catalogue import CHOICE, OPERATIONS, STRUCTURAL, TURN
from gradcli.ops.declaration.structural import shape_of
from gradcli.ops.elementwise.arithmetic import div, mul, pow
from gradcli.ops.elementwise.logic import eq, ne
from gradcli.typing import Any, NamedTuple

_LARGEST_DENOMINATOR, _LARGEST_FRACTION = 1_000, 1e6
"""Up to which a float is shown as the fraction that it is nearest to."""


class Facts(NamedTuple):
    """What is known of the values at hand.

    Attributes:
        nonzero: The names of which no element is 0.
        no_nan: Whether no value is nan.
    """

    nonzero: Collection[str]
    no_nan: bool


def facts(tape: Tape, places: Mapping[str, int]) -> Facts:
    """What is known of the values of a run; without values, what holds at almost all points.

    Args:
        tape: The run.
        places: The nodes by the names that they have in what is rewritten.
    """
    if tape.symbolic:
        return Facts(frozenset(places), True)
    nonzero = {name for name, id in places.items() if _all_nonzero(tape.values[id])}
    return Facts(nonzero, not any(_has_nan(tape.values[id]) for id in places.values()))


def _all_nonzero(value: Any) -> bool:
    return bool((value != 0).all()) if shape_of(value) else value != 0


def _has_nan(value: Any) -> bool:
    return bool((value != value).any()) if shape_of(value) else value != value


def rewritten(graph: Graph, ids: list[int], facts: Facts) -> tuple[Graph, list[int]]:
    """The graph with every rule applied to every node, operands first.

    Args:
        graph: The graph.
        ids: Nodes of it.
        facts: What is known of values.

    Returns:
        The new graph, and the nodes in it.
    """
    names = {id: name for name, id in graph.variables.items()}
    shapes = {name: graph.shape(id) for name, id in graph.variables.items()}
    rewriting = _Rewriting(StaticBuilder(Graph(max_elements=UNLIMITED), identities=True, shapes=shapes), facts)
    needed = graph.ancestors(*ids)
    new: dict[int, int] = {}
    for node in graph:
        if not needed[node.id]:
            continue
        if node.operation == VARIABLE:
            new[node.id] = rewriting.builder.variable(names[node.id])
        elif node.operation == CONSTANT:
            value = graph.constants[node.id]
            new[node.id] = rewriting.builder.constant(_fraction(value) if isinstance(value, float | Fraction) else value)
        else:
            inputs = tuple([new[input] for input in node.inputs])
            new[node.id] = rewriting.apply(node.operation, inputs, graph.settings.get(node.id, ()))
    return rewriting.builder.graph, [new[id] for id in ids]


def _fraction(value: float | Fraction) -> float | Fraction:
    """1/3 for the float nearest to it."""
    if not abs(float(value)) < _LARGEST_FRACTION:
        return value
    fraction = Fraction(value).limit_denominator(_LARGEST_DENOMINATOR)
    return fraction if float(fraction) == float(value) else value


class _Rewriting:
    def __init__(self, builder: StaticBuilder, facts: Facts) -> None:
        self.builder = builder
        self.graph = builder.graph
        self.facts = facts
        self.rules: dict[str, Callable[[tuple[int, ...], Settings], int | None]] = {
            mul.name: self.product,
            div.name: self.quotient,
            ne.name: self.unequal,
            eq.name: self.equal,
            CHOICE: self.choice,
            "index_put": self.put,
            "transpose": self.transposed,
            TURN: self.transposed,
            "diag": self.diagonal,
            "reshape": self.reshaped,
            "expand": self.expanded,
        }

    def apply(self, operation: str, inputs: tuple[int, ...], settings: Settings = ()) -> int:
        """The node of an operation, or of what it is by a rule."""
        if operation in OPERATIONS:
            inputs = self.broadcast(inputs)
        rule = self.rules.get(operation)
        found = None if rule is None else rule(inputs, settings)
        return self.builder.operation(operation, inputs, NOWHERE, settings) if found is None else found

    def broadcast(self, inputs: tuple[int, ...]) -> tuple[int, ...]:
        """The operands without the repetitions that broadcasting makes by itself: A·expand(v, 3, 2) is A·v."""
        shape = broadcast(*map(self.graph.shape, inputs))
        for at, input in enumerate(inputs):
            bare = self.bare(input)
            shorter = (*inputs[:at], bare, *inputs[at + 1 :])
            if bare != input and broadcast(*map(self.graph.shape, shorter)) == shape:
                inputs = shorter
        return inputs

    def bare(self, id: int) -> int:
        """What a node is before it was repeated along axes."""
        while self.graph.operations[id] == "expand" or self.leads(id):
            id = self.graph.inputs[id][0]
        return id

    def reshapes(self, id: int) -> bool:
        """Whether a node has the elements of its operand in their order."""
        declared = STRUCTURAL.get(self.graph.operations[id])
        return declared is not None and declared.facts.reshapes

    def leads(self, id: int) -> bool:
        """Whether a node only has axes of size 1 before those of its operand, as broadcasting adds them."""
        if not self.reshapes(id):
            return False
        own, shape = self.graph.shape(id), self.graph.shape(self.graph.inputs[id][0])
        return own == (1,) * (len(own) - len(shape)) + shape

    def product(self, inputs: tuple[int, ...], settings: Settings) -> int | None:
        if inputs[0] == inputs[1] and inputs[0] not in self.graph.constants:  # x·x = x²
            return self.builder.operation(pow.name, (inputs[0], self.builder.constant(2)))
        for left, right in (inputs, inputs[::-1]):
            if self.is_column(left) and len(self.graph.shape(right)) == 1:  # a column times a row
                return self.builder.operation("outer", (self.graph.inputs[left][0], right))
        for left, right in (inputs, inputs[::-1]):  # 1/6·(2·x) = 1/3·x
            factor, inner = self.rational(left), self.graph.inputs[right]
            if factor is not None and self.graph.operations[right] == mul.name:
                other = self.rational(inner[0])
                if other is not None:
                    return self.apply(mul.name, (self.builder.constant(factor * other), inner[1]))
        return None

    def is_column(self, id: int) -> bool:
        """Whether a node is a vector as a matrix of one column."""
        if not self.reshapes(id):
            return False
        size = self.graph.shape(self.graph.inputs[id][0])
        return len(size) == 1 and self.graph.shape(id) == (*size, 1)

    def rational(self, id: int) -> int | Fraction | None:
        """The value of a constant that is a whole number or a fraction."""
        value = self.graph.constants.get(id)
        return value if isinstance(value, int | Fraction) else None

    def quotient(self, inputs: tuple[int, ...], settings: Settings) -> int | None:
        above, below = inputs
        if self.graph.operations[above] == div.name and self.graph.inputs[above][1] == below:  # a/d/d = a/d²
            return self.apply(div.name, (self.graph.inputs[above][0], self.product((below, below), ()) or below))
        return None

    def unequal(self, inputs: tuple[int, ...], settings: Settings) -> int | None:
        if inputs[0] == inputs[1] and self.facts.no_nan:  # only nan differs from itself
            return self.builder.constant(0)
        return None

    def equal(self, inputs: tuple[int, ...], settings: Settings) -> int | None:
        if inputs[0] == inputs[1] and self.facts.no_nan and not self.graph.shape(inputs[0]):
            return self.builder.constant(1)
        return None

    def choice(self, inputs: tuple[int, ...], settings: Settings) -> int | None:
        """What is chosen where something is not 0."""
        test = inputs[0]
        if self.graph.operations[test] != eq.name:
            return None
        name, zero = self.graph.inputs[test]
        names = {id: name for name, id in self.graph.variables.items()}
        known = names.get(name) in self.facts.nonzero and self.graph.constants.get(zero) == 0
        return inputs[2] if known and self.graph.shape(inputs[2]) == broadcast(*map(self.graph.shape, inputs)) else None

    def put(self, inputs: tuple[int, ...], settings: Settings) -> int | None:
        return inputs[0] if self.graph.shape(inputs[0]) == dict(settings)["shape"] else None  # all of it

    def transposed(self, inputs: tuple[int, ...], settings: Settings) -> int | None:
        """The transpose of a matrix, however it came about; that of a vector is the vector."""
        shape = self.graph.shape(inputs[0])
        if len(shape) < 2:
            return inputs[0]
        if len(shape) != 2 or dict(settings).get("axes") == (0, 1):
            return None
        if self.graph.operations[inputs[0]] == TURN:
            return self.graph.inputs[inputs[0]][0]
        return self.builder.operation(TURN, inputs, NOWHERE, (("axes", None),))

    def diagonal(self, inputs: tuple[int, ...], settings: Settings) -> int | None:
        """A diagonal of equal elements is that number times the identity matrix."""
        shape, number = self.graph.shape(inputs[0]), self.bare(inputs[0])
        if len(shape) != 1 or self.graph.shape(number) or dict(settings)["offset"] != 0:
            return None
        identity = self.builder.operation("eye", (), NOWHERE, (("rows", shape[0]), ("columns", None)))
        return self.apply(mul.name, (number, identity))

    def reshaped(self, inputs: tuple[int, ...], settings: Settings) -> int | None:
        """Of several reshapes only the last counts; one number in all places is that number in the new shape."""
        target = dict(settings)["shape"]
        while self.reshapes(inputs[0]):
            inputs = self.graph.inputs[inputs[0]]
        if self.graph.shape(inputs[0]) == target:
            return inputs[0]
        if self.graph.operations[inputs[0]] == "expand" and not self.graph.shape(self.bare(inputs[0])):
            return self.builder.operation("expand", (self.bare(inputs[0]),), NOWHERE, settings)
        return self.builder.operation("reshape", inputs, NOWHERE, settings)

    def expanded(self, inputs: tuple[int, ...], settings: Settings) -> int | None:
        """What is repeated twice is repeated once."""
        bare = self.bare(inputs[0])
        target = dict(settings)["shape"]
        assert isinstance(target, tuple)
        try:
            fits = broadcast(self.graph.shape(bare), tuple(size for size in target if isinstance(size, int))) == target
        except ShapeError:
            return None
        return self.builder.operation("expand", (bare,), NOWHERE, settings) if fits and bare != inputs[0] else None
