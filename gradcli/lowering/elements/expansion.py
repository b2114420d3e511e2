"""A graph of arrays written out in numbers: each element is a node of its own, named W₀₁ after its place."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import prod

from gradcli.errors import ExitCode, GradcliError
from gradcli.frozen import Frozen
from gradcli.graph.graph import CONSTANT, VARIABLE, Constant, Graph, Settings, Shape
from gradcli.graph.names import fresh_names, is_operation
from gradcli.lowering.builders.builder import Value
from gradcli.lowering.builders.compaction import compacted
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.ops.arrays.costs import cubic_cost
from gradcli.ops.arrays.in_elements import elements_of
from gradcli.ops.catalogue import STRUCTURAL, operation_named, spelling
from gradcli.ops.declaration.constants import constant_value
from gradcli.ops.declaration.symbol import Symbol
from gradcli.ops.elementwise.exponential import exp, log, sqrt
from gradcli.typing import Any

ELEMENTS = 2_000
"""Elements of all nodes together up to which a graph is written out."""

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_LARGEST_MATRIX = 4
"""Rows of a matrix up to which its determinant is written out: that of n rows has n! terms."""


class Element(Symbol):
    """The symbol of an element. It is no truth, and equal to none, so that nothing is decided by it unawares."""

    __slots__ = ()

    def __bool__(self) -> bool:
        raise TypeError("an element has no value yet")

    def __eq__(self, other: object) -> bool:
        raise TypeError("an element has no value yet")

    __hash__ = Symbol.__hash__

    def exp(self) -> Symbol:
        """For ``numpy.exp``."""
        return self.builder.apply(exp.name, (self,))

    def log(self) -> Symbol:
        """For ``numpy.log``."""
        return self.builder.apply(log.name, (self,))

    def sqrt(self) -> Symbol:
        """For ``numpy.sqrt``."""
        return self.builder.apply(sqrt.name, (self,))


class ElementBuilder(StaticBuilder):
    """Builds elements; numbers of NumPy among the operands are constants."""

    def symbol(self, value: Any) -> Symbol:
        return value if isinstance(value, Symbol) else super().symbol(value.item() if hasattr(value, "item") else value)

    def apply(self, operation: str, operands: Sequence[Any], settings: Settings = ()) -> Symbol:
        return Element(self, super().apply(operation, operands, settings).id)


class Elements(Frozen):
    """A graph written out in numbers.

    Attributes:
        graph: The graph of numbers.
        names: For each variable of the graph of arrays the names of its elements, in the order of the array.
    """

    graph: Graph
    names: Mapping[str, Sequence[str]]

    def values(self, bindings: Mapping[str, Value]) -> dict[str, float]:
        """The value of each element."""
        values: dict[str, float] = {}
        for name, elements in self.names.items():
            given = bindings[name]
            flat = given.ravel().tolist() if hasattr(given, "ravel") else [given]
            values |= dict(zip(elements, flat, strict=True))
        return {name: values[name] for name in self.graph.variables}


def in_elements(graph: Graph, names: Sequence[str], bindings: Mapping[str, Value] | None, limit: int = ELEMENTS) -> Elements:
    """Write a graph of arrays out in numbers.

    Args:
        graph: The graph.
        names: The name of each node.
        bindings: The value of each variable, for those that choose elements, such as classes; None where there are none.
        limit: How many elements its nodes may have together, and nodes the graph of numbers.

    Raises:
        GradcliError: An operation cannot be written in numbers, or the output is an array; exit code 4 where there would be more
            elements than ``limit``.
    """
    needed = graph.ancestors(graph.output)
    total = sum(prod(graph.shape(id)) for id in range(len(graph)) if needed[id])
    if total > limit:
        raise too_many(total, limit)
    if prod(graph.shape(graph.output)) != 1:
        raise GradcliError(
            f"the output has the shape {graph.shape(graph.output)}: element by element one number is explained",
            graph.spans[graph.output],
            "take one of them, for example by y[0], or their sum",
        )
    return _Expanding(graph, names, bindings or {}, limit).run()


def expanded_outputs(
    graph: Graph, outputs: Sequence[int], builder: ElementBuilder, limit: int = ELEMENTS
) -> tuple[list[list[int]], dict[str, list[str]]]:
    """The elements of some nodes of a graph of arrays, and the names of the elements of each variable that these need.

    Args:
        graph: The graph.
        outputs: The nodes.
        builder: What builds the elements; its graph limits how many nodes they take.
        limit: How many elements there may be.

    Returns:
        For each output the nodes of its elements in the builder's graph, in the order of the array; the names.

    Raises:
        GradcliError: An operation cannot be written in numbers; exit code 4 where there would be too many.
    """
    needed = graph.ancestors(*outputs)
    total = sum(prod(graph.shape(id)) for id in range(len(graph)) if needed[id])
    if total > limit:
        raise too_many(total, limit)
    expanding = _Expanding(graph, list(graph.variables), {}, limit, builder)
    names = expanding.expand(needed)
    return [[builder.symbol(item).id for item in expanding.arrays[output].reshape(-1).tolist()] for output in outputs], names


def too_many(total: int, limit: int) -> GradcliError:
    """The error for a graph that would be too large in numbers."""
    return GradcliError(
        f"written in elements this has {total:,} numbers, and --elements ends at {limit:,}",
        hint=f"it is for small arrays; without it derivations are in matrix form; --max-nodes {total} raises the limit",
        exit_code=ExitCode.LIMIT,
    )


class _Expanding:
    def __init__(
        self, graph: Graph, names: Sequence[str], bindings: Mapping[str, Value], limit: int, builder: ElementBuilder | None = None
    ) -> None:
        self.graph = graph
        self.names = names
        self.bindings = bindings
        self.limit = limit
        self.variables = {id: name for name, id in graph.variables.items()}
        self.used = set(names)
        self.builder = builder or ElementBuilder(Graph(max(8 * limit, 1000)), identities=True)
        self.arrays: list[Any] = []
        """For each node an array of elements, or of numbers where it is known; a number has no axes."""

    def expand(self, needed: Sequence[bool]) -> dict[str, list[str]]:
        """Write the nodes that are needed out; gives the names of the elements of each variable."""
        import numpy

        elements: dict[str, list[str]] = {}
        for node in self.graph:
            if not needed[node.id]:
                self.arrays.append(None)
                continue
            try:
                self.arrays.append(numpy.asarray(self.node(node.id, elements), None if node.operation == CONSTANT else object))
            except (TypeError, AttributeError, ValueError, LookupError) as error:
                raise self.refused(node.id) from error
        return elements

    def run(self) -> Elements:
        graph = self.graph
        elements = self.expand(graph.ancestors(graph.output, *graph.variables.values()))
        result = self.builder.graph
        result.output = self.builder.symbol(self.arrays[graph.output].reshape(-1).tolist()[0]).id
        result.outputs = [result.output]
        self.name(elements)
        result = compacted(result, keep_named=False)
        if len(result) > 8 * self.limit:
            raise too_many(len(result), self.limit)
        return Elements(result, elements)

    def node(self, id: int, elements: dict[str, list[str]]) -> Any:
        operation, inputs = self.graph.operations[id], self.graph.inputs[id]
        if operation == CONSTANT:
            return constant_value(self.graph.constants[id])
        if operation == VARIABLE:
            name, shape = self.variables[id], self.graph.shape(id)
            elements[name] = self.element_names(name, shape)
            return self.shaped([Element(self.builder, self.builder.variable(one)) for one in elements[name]], shape)
        operands = [self.operand(input) for input in inputs]
        for index in self.whole(id):
            operands[index] = self.numbers(id, index)
        if operation_named(operation).facts.cost is cubic_cost and operands[0].shape[-1] > _LARGEST_MATRIX:
            raise GradcliError(
                f"{spelling(operation)} of {operands[0].shape[-1]} rows cannot be written in elements",
                self.graph.spans[id],
                f"it can up to {_LARGEST_MATRIX} rows; without --elements the derivation is in matrix form",
            )
        return elements_of(self.builder, operation, operands, self.graph.settings.get(id, ()))

    def operand(self, id: int) -> Any:
        """The elements of a node; those of a constant are exact, as 1/3 and π are no float64."""
        if self.graph.operations[id] != CONSTANT:
            return self.arrays[id]
        items: list[Constant] = [self.graph.constants[id]]
        for _ in self.graph.shape(id):
            items = [part for item in items if isinstance(item, tuple) for part in item]
        elements = [Element(self.builder, self.builder.constant(item)) for item in items]
        return self.shaped(elements, self.graph.shape(id))

    def whole(self, id: int) -> tuple[int, ...]:
        """The operands that hold classes or places."""
        declared = STRUCTURAL.get(self.graph.operations[id])
        shapes = [self.graph.shape(input) for input in self.graph.inputs[id]]
        return () if declared is None else declared.whole(*shapes)

    def numbers(self, id: int, index: int) -> Any:
        """An operand that holds classes or places, as numbers where they are known."""
        import numpy

        input = self.graph.inputs[id][index]
        known = self.variables.get(input) in self.bindings
        return numpy.asarray(self.bindings[self.variables[input]]) if known else self.arrays[input]

    def refused(self, id: int) -> GradcliError:
        operation = self.graph.operations[id]
        hint = "without --elements the derivation is in matrix form"
        if self.whole(id):
            hint = f"the classes or places must be known: write them as numbers, or give them a value; {hint}"
        return GradcliError(f"{spelling(operation)} cannot be written in elements", self.graph.spans[id], hint)

    def shaped(self, items: Sequence[Any], shape: Shape) -> Any:
        import numpy

        array = numpy.empty(len(items), object)
        array[:] = items
        return array.reshape(shape)

    # ---- names ----

    def element_names(self, name: str, shape: Shape) -> list[str]:
        """W₀₀, W₀₁, ...; where that could be misread W[10, 3]."""
        import numpy

        if not shape:
            return [name]
        clear = len(shape) == 1 or max(shape) <= 10
        names: list[str] = []
        for place in numpy.ndindex(shape):
            short = name + "".join(map(str, place)).translate(_SUBSCRIPTS)
            taken = short in self.used or not clear
            names.append(f"{name}[{', '.join(map(str, place))}]" if taken else short)
            self.used.add(names[-1])
        return names

    def name(self, elements: Mapping[str, Collection[str]]) -> None:
        """Name the elements of named arrays after them, and what lies between by letters that no array has."""
        result = self.builder.graph
        for id, array in enumerate(self.arrays):
            if not is_operation(self.graph, id) or array is None:
                continue
            shown = self.element_names(self.names[id], array.shape)
            for name, item in zip(shown, array.reshape(-1).tolist(), strict=True):
                if isinstance(item, Symbol) and is_operation(result, item.id):
                    result.given_names.setdefault(item.id, name)
        output = result.output
        if is_operation(result, output):
            result.given_names[output] = self.names[self.graph.output]
        fresh = fresh_names(self.used | {name for names in elements.values() for name in names})
        for id in range(len(result)):
            if is_operation(result, id) and id not in result.given_names:
                result.given_names[id] = next(fresh)


def element_named(text: str, elements: Elements) -> list[str]:
    """The elements that a name means: all of an array, or one, written ``W₀₁`` or ``W[0, 1]``; empty where there is none."""
    if text in elements.names:
        return list(elements.names[text])
    if text in elements.graph.variables:
        return [text]
    plain = text.replace(" ", "")
    name, bracket, rest = plain.partition("[")
    short = name + rest.rstrip("]").replace(",", "").translate(_SUBSCRIPTS)
    long = f"{name}[{', '.join(rest.rstrip(']').split(','))}]"
    return [one for one in (long, short) if bracket and one in elements.graph.variables][:1]
