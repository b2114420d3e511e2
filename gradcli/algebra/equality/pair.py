"""Two programs as one graph of primitive operations, in which what they share is one node."""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping, Sequence

from gradcli.errors import GradcliError, Span
from gradcli.graph.graph import Constant, Graph, Settings, Shape
from gradcli.language.ast import NOWHERE, Program
from gradcli.language.statements import check_exact
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.symbol import Symbol
from gradcli.typing import Any, NamedTuple


class Kind(enum.Enum):
    """How two values compare at a point."""

    AGREE = enum.auto()
    DIFFER = enum.auto()
    ONLY_FIRST = enum.auto()
    ONLY_SECOND = enum.auto()
    NEITHER = enum.auto()
    UNDECIDED = enum.auto()


class Outcome(NamedTuple):
    """How two values compare, and the values; None where one is undefined, or nothing is known of it."""

    kind: Kind
    first: Any = None
    second: Any = None


def together(outcomes: Sequence[Outcome]) -> Outcome:
    """How two arrays compare, from how their elements do. An array is defined where all its elements are."""
    if len(outcomes) == 1:
        return outcomes[0]
    kinds = {outcome.kind for outcome in outcomes}
    without_first = not kinds.isdisjoint((Kind.ONLY_SECOND, Kind.NEITHER))
    without_second = not kinds.isdisjoint((Kind.ONLY_FIRST, Kind.NEITHER))
    first = None if without_first else tuple([outcome.first for outcome in outcomes])
    second = None if without_second else tuple([outcome.second for outcome in outcomes])
    if without_first and without_second:
        return Outcome(Kind.NEITHER)
    if Kind.UNDECIDED in kinds and (without_first or without_second or Kind.DIFFER not in kinds):
        return Outcome(Kind.UNDECIDED)
    if without_first or without_second:
        return Outcome(Kind.ONLY_SECOND if without_first else Kind.ONLY_FIRST, first, second)
    return Outcome(Kind.DIFFER if Kind.DIFFER in kinds else Kind.AGREE, first, second)


class Step(NamedTuple):
    """A node of a :class:`Pair`; inputs refer to earlier steps.

    ``operation`` is ``variable``, ``constant``, or the name of a primitive operation.
    """

    operation: str
    inputs: tuple[int, ...]
    constant: Constant = 0
    variable: str = ""


class Pair(NamedTuple):
    """What two programs compute, without anything that neither needs.

    Attributes:
        graph: The whole graph, for passes over graphs.
        outputs: The two results in it.
        steps: The nodes that a result depends on, in the order of evaluation.
        ends: The steps of the first result and of the second one: one pair for numbers, and for arrays one for each element.
        variables: The variables that a result depends on, by name.
        roots: The nodes of the ends.
        left_out: Operations whose thresholds were left out, with these.
    """

    graph: Graph
    outputs: tuple[int, int]
    steps: list[Step]
    ends: Sequence[tuple[int, int]]
    variables: list[str]
    roots: Sequence[tuple[int, int]] = ()
    left_out: tuple[tuple[str, float], ...] = ()


class PrimitiveBuilder(StaticBuilder):
    """A static graph in which an operation that has a definition is written out as that.

    Args:
        thresholds: Whether operations keep the thresholds beyond which they are computed as another function by default; without
            them softplus is log(1 + exp(x)) everywhere.

    Attributes:
        left_out: The thresholds that were left out, by operation.
    """

    def __init__(self, graph: Graph, *, thresholds: bool = True, shapes: Mapping[str, Shape] | None = None) -> None:
        super().__init__(graph, shapes=shapes)
        self.thresholds = thresholds
        self.left_out: dict[str, float] = {}

    def operation(self, name: str, inputs: tuple[int, ...], span: Span = NOWHERE, settings: Settings = ()) -> int:
        operation = OPERATIONS.get(name)
        on_arrays = STRUCTURAL.get(name)
        if on_arrays is not None and on_arrays.definition is not None:
            return self.symbol(on_arrays.definition(*[Symbol(self, input) for input in inputs], **dict(settings))).id
        if operation is None or operation.definition is None:
            return super().operation(name, inputs, span, settings)
        id = self._nodes.get((name, inputs, settings))
        if id is None:
            defaults = operation.complete((None,) * len(inputs))[len(inputs) :]
            if not self.thresholds and operation.parameters[-1] == "threshold" and defaults:
                self.left_out[name] = defaults[-1]
                defaults = (*defaults[:-1], math.inf)
            arguments = [Symbol(self, input) for input in inputs]
            id = self.symbol(operation.definition(*arguments, *map(self.symbol, defaults))).id
            self._nodes[name, inputs, settings] = id
        return id


def pair_of(
    programs: tuple[Program, Program],
    sources: tuple[tuple[str, str], ...],
    empty: Graph,
    shapes: Mapping[str, Shape],
    *,
    thresholds: bool = True,
) -> Pair:
    """Lower two programs into one graph.

    Args:
        programs: The programs.
        sources: For each its text and what messages call it.
        empty: The graph to build both in.
        shapes: The shapes of the variables that are arrays.
        thresholds: Whether operations keep the thresholds that they have by default; see :class:`PrimitiveBuilder`.

    Raises:
        GradcliError: One of them has an error, or both are too large; it names the program and the place.
    """
    builder = PrimitiveBuilder(empty, shapes=shapes, thresholds=thresholds)
    graph = builder.graph
    outputs: list[int] = []
    for program, (text, where) in zip(programs, sources, strict=True):
        try:
            check_exact(program)
            outputs.append(lower(program, builder, shapes).output)
        except GradcliError as error:
            raise error.located(text, where) from None
    return pair_in(graph, [(outputs[0], outputs[1])])._replace(left_out=tuple(builder.left_out.items()))


def pair_in(graph: Graph, ends: Sequence[tuple[int, int]]) -> Pair:
    """Two results in one graph, as the nodes of their elements, of which there may be none, without what neither needs."""
    needed = graph.ancestors(*[id for end in ends for id in end])
    names = {id: name for name, id in graph.variables.items()}
    steps: list[Step] = []
    new: dict[int, int] = {}
    for node in graph:
        if needed[node.id]:
            new[node.id] = len(steps)
            inputs = tuple([new[input] for input in node.inputs])
            steps.append(Step(node.operation, inputs, graph.constants.get(node.id, 0), names.get(node.id, "")))
    variables = sorted([name for name, id in graph.variables.items() if needed[id]])
    return Pair(graph, ends[0] if ends else (0, 0), steps, [(new[first], new[second]) for first, second in ends], variables, ends)
