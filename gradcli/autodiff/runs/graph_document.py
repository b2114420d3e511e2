"""A graph from a JSON document, checked: nothing in the document is trusted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

from gradcli.autodiff.passes.tape import DTYPES, MODES
from gradcli.errors import ExitCode, GradcliError, nearest
from gradcli.frozen import Frozen
from gradcli.graph.graph import CONSTANT, CONTROL, VARIABLE, Constant, Graph, Setting, Settings, Shape
from gradcli.graph.names import constant_text
from gradcli.language.ast import NOWHERE, Array, Expression, Name, Number, Operator
from gradcli.language.parser import is_name, parse
from gradcli.lowering.builders.builder import inferred_shape
from gradcli.ops.catalogue import OPERATIONS, declared
from gradcli.ops.declaration.constants import VALUES
from gradcli.ops.declaration.structural import shape_of
from gradcli.typing import Any

GRAPH_SCHEMA = "gradcli/graph/1"
EVAL_SCHEMA = "gradcli/eval/1"
_SCHEMAS = (GRAPH_SCHEMA, EVAL_SCHEMA)

_SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_SAME = 1e-9
"""How far, relatively, a value of a document may lie from the one that is computed, since mathematics libraries differ."""


class GraphDocument(Frozen):
    """What a document holds.

    Attributes:
        graph: The graph; its nodes have the names of the document.
        expression: The source text.
        bindings: The value of each variable; None where they have none.
        values: The value of each node as the document has it; None for one that it does not tell.
        wrt: The variables that require gradients.
        mode: ``dynamic`` or ``static``.
        dtype: ``float64`` or ``float32``.
        retain_grad: Names of nodes that keep ``.grad``.
        cotangent: The adjoint of the output; None for one that had none.
    """

    graph: Graph
    expression: str
    bindings: dict[str, Any] | None
    values: list[Any]
    wrt: list[str]
    mode: str
    dtype: str
    retain_grad: list[str]
    cotangent: Any

    def differing(self, values: Sequence[Any]) -> int | None:
        """The first node whose value in the document is not the one that is computed; None where all agree."""
        for id, (told, value) in enumerate(zip(self.values, values, strict=False)):
            if told is not None and not _same(told, value):
                return id
        return None


def graph_document(document: object, where: str, *, max_nodes: int) -> GraphDocument:
    """The graph of a document of `gradcli graph --json` or `gradcli eval --json`.

    Args:
        document: The JSON value.
        where: What messages call it.
        max_nodes: The limit on the size of the graph.

    Raises:
        GradcliError: It is not such a document: a key is missing or has the wrong type, an operation is unknown or has too many
            or too few operands, an operand does not come before its node, a name is not unique; exit code 4 beyond the limit.
    """
    return _Reading(where).read(document, max_nodes)


def _same(told: Any, value: Any) -> bool:
    """Whether two numbers, or two arrays, agree but for rounding."""
    if not isinstance(told, float) or not isinstance(value, float):
        import numpy

        if numpy.size(told) == numpy.size(value) == 0:
            return True
        return numpy.shape(told) == numpy.shape(value) and bool(numpy.allclose(told, value, _SAME, 1e-300, equal_nan=True))
    return told == value or (told != told and value != value) or math.isclose(told, value, rel_tol=_SAME, abs_tol=1e-300)


def _shaped(value: Any, shape: Shape) -> Any:
    """A value in its shape, which lists without elements do not tell."""
    return value.reshape(shape) if not isinstance(value, float) and value.size == 0 and 0 in shape else value


class _Reading:
    def __init__(self, where: str) -> None:
        self.where = where

    def read(self, document: object, max_nodes: int) -> GraphDocument:
        root = self.mapping(document, "the document")
        if root.get("schema") not in _SCHEMAS:
            raise self.error(
                f"its schema is not {GRAPH_SCHEMA}", "gradcli graph EXPRESSION --format json -o graph.json writes such a file"
            )
        nodes = self.items(root.get("nodes"), "nodes")
        if not nodes:
            raise self.error("it has no nodes")
        if len(nodes) > max_nodes:
            raise GradcliError(
                f"{self.where} has {len(nodes):,} nodes, more than {max_nodes:,}",
                hint="raise the limit with --max-nodes N",
                exit_code=ExitCode.LIMIT,
            )
        graph = Graph(max_nodes)
        names: dict[str, int] = {}
        values = [self.node(graph, names, index, node) for index, node in enumerate(nodes)]
        self.outputs(graph, names, root)
        bindings = self.bindings(graph, root.get("bindings"))
        wrt = self.names(root.get("wrt", list(graph.variables)), "wrt", graph.variables)
        retained = self.names(root.get("retain_grad", []), "retain_grad", names)
        for id, taken in self.mapping(root.get("decisions", {}), "decisions").items():
            known = isinstance(taken, bool | int | float) or (isinstance(taken, str) and taken in _SPECIAL)
            if not id.isdecimal() or not known or int(id[:12]) >= len(graph):
                raise self.error(f"decisions: {_shown(id)} is not a node with true, false or a number")
            graph.decisions[int(id)] = taken if isinstance(taken, bool) else self.number(taken, "decisions")
        return GraphDocument(
            graph=graph,
            expression=self.text(root.get("expression", ""), "expression"),
            bindings=bindings,
            values=values,
            wrt=wrt,
            mode=self.choice(root.get("mode", MODES[0]), "mode", MODES),
            dtype=self.choice(root.get("dtype", DTYPES[0]), "dtype", DTYPES),
            retain_grad=retained,
            cotangent=self.cotangent(graph, nodes[graph.output]),
        )

    def node(self, graph: Graph, names: dict[str, int], index: int, given: object) -> Any:
        """Append a node to the graph; gives its value in the document."""
        node = self.mapping(given, f"node {index}")
        place = f"node {index}"
        if node.get("id") != index or isinstance(node.get("id"), bool):
            raise self.error(f"{place} has the id {_shown(node.get('id'))}", "ids count from 0 in the order of the nodes")
        operation = self.text(node.get("op"), f"{place}, op")
        inputs = self.inputs(node.get("inputs"), place, index)
        name = self.text(node.get("name"), f"{place}, name")
        if operation in CONTROL:
            raise self.error(f"{place} is a {operation}: a graph with branches or loops is built from its program")
        if operation == CONSTANT:
            value = self.constant(node.get("expr", name), place)
            if constant_text(value) in names:
                raise self.error(f"{place} is the constant {constant_text(value)} once more")
            name = constant_text(value)
            graph.constant(value, NOWHERE)
        elif not is_name(name):
            raise self.error(f"{place} has the name {_shown(name)}, which is not one")
        elif operation == VARIABLE:
            graph.variable(name, NOWHERE, self.shape(node.get("shape", []), place))
        else:
            self.operation(graph, operation, inputs, node, place)
            graph.given_names[index] = name
        if node.get("detached") is True:
            graph.detached.add(index)
        if operation in (CONSTANT, VARIABLE) and inputs:
            raise self.error(f"{place} is a {operation} and has inputs")
        if "shape" in node and self.shape(node["shape"], place) != graph.shape(index):
            raise self.error(f"{place} has the shape {node['shape']}, and what it computes {list(graph.shape(index))}")
        if name in names:
            raise self.error(f"{place} has the name of node {names[name]}, {_shown(name)}")
        names[name] = index
        told = node.get("value")
        return None if told is None else self.value(told, f"{place}, value")

    def inputs(self, given: object, place: str, index: int) -> tuple[int, ...]:
        inputs = self.items(given, f"{place}, inputs")
        for input in inputs:
            if not isinstance(input, int) or isinstance(input, bool) or input < 0:
                raise self.error(f"{place} has the input {_shown(input)}, which is not the id of a node")
            if input >= index:
                what = "itself" if input == index else f"node {_shown(input)}, which does not come before it"
                raise self.error(f"{place} has the input {what}", "a graph has no cycles: inputs are earlier nodes")
        return tuple(inputs)

    def shape(self, given: object, place: str) -> Shape:
        sizes = self.items(given, f"{place}, shape")
        if not all(isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 10**12 for size in sizes):
            raise self.error(f"{place} has a shape that is not a list of sizes")
        return tuple(sizes)

    def operation(self, graph: Graph, operation: str, inputs: tuple[int, ...], node: Mapping[str, Any], place: str) -> None:
        """Append the node of an operation; its shape follows from its inputs and settings."""
        settings = self.settings(node.get("settings", {}), operation, place)
        self.check_operation(operation, len(inputs), place)
        try:
            shape = inferred_shape(graph, operation, inputs, settings, NOWHERE)
        except GradcliError as error:
            raise self.error(f"{place}: {error.message}") from None
        except (TypeError, ValueError, IndexError):  # a setting of a wrong kind
            raise self.error(f"{place}: its settings do not fit {operation}") from None
        id = graph.append(operation, inputs, NOWHERE)
        graph.set_shape(id, shape)
        if settings:
            graph.settings[id] = settings

    def settings(self, given: object, operation: str, place: str) -> Settings:
        settings = {name: _setting(value) for name, value in self.mapping(given, f"{place}, settings").items()}
        known = declared(operation)
        if known is None or not known.settings:
            if settings:
                raise self.error(f"{place} has settings, and {_shown(operation)} takes none")
            return ()
        names = [name for name, _ in known.settings]
        unknown = [name for name in settings if name not in names]
        if unknown:
            raise self.error(f"{place} has the setting {_shown(unknown[0])}, which {operation} does not have")
        return known.completed(settings)

    def check_operation(self, operation: str, count: int, place: str) -> None:
        known = declared(operation)
        if known is None:
            near = nearest(operation[:60], OPERATIONS)
            raise self.error(
                f"{place} has the unknown operation {_shown(operation)}",
                f"did you mean {near}?" if near else "gradcli ops lists the operations",
            )
        if not known.accepts(count):
            raise self.error(f"{place} has {count} inputs, and {operation} takes others", f"it is written {known.usage}")

    def constant(self, given: object, place: str) -> Constant:
        """The value of a constant, exactly as the language writes it."""
        text = self.text(given, f"{place}, expr")
        try:
            statement = parse(text, self.where).statements[0]
        except GradcliError as error:
            raise self.error(f"{place} has the value {_shown(text)}: {error.message}") from None
        value = _constant_value(getattr(statement, "value", None))
        if value is None:
            raise self.error(f"{place} has the value {_shown(text)}, which is not a number")
        return value

    def outputs(self, graph: Graph, names: Mapping[str, int], root: Mapping[str, Any]) -> None:
        output = self.text(root.get("output"), "output")
        if output not in names:
            raise self.error(f"the output {_shown(output)} is not a node")
        graph.output = names[output]
        listed = self.items(root.get("outputs", [graph.output]), "outputs")
        for id in listed:
            if not isinstance(id, int) or isinstance(id, bool) or not 0 <= id < len(graph):
                raise self.error(f"outputs has {_shown(id)}, which is not the id of a node")
        if graph.output not in listed:
            raise self.error(f"outputs does not have the output, node {graph.output}")
        graph.outputs = list(listed)

    def cotangent(self, graph: Graph, node: Mapping[str, Any]) -> Any:
        """The adjoint of the output, with which the backward pass began."""
        told = node.get("adjoint")
        if told is None:
            return None
        what, shape = f"node {graph.output}, adjoint", graph.shape(graph.output)
        value = _shaped(self.value(told, what), shape)
        if shape_of(value) != shape:
            raise self.error(f"{what} has the shape {list(shape_of(value))}, and the node {list(shape)}")
        return value

    def bindings(self, graph: Graph, given: object) -> dict[str, Any] | None:
        if given is None:
            return None
        bindings = self.mapping(given, "bindings")
        for name in bindings:
            if name not in graph.variables:
                raise self.error(f"bindings has {_shown(name)}, which is not a variable of the graph")
        for name in graph.variables:
            if name not in bindings:
                raise self.error(f"bindings has no value of {_shown(name)}")
        values = {name: self.value(bindings[name], f"bindings, {_shown(name)}") for name in graph.variables}
        return {name: _shaped(value, graph.shape(graph.variables[name])) for name, value in values.items()}

    # ---- values of JSON ----

    def mapping(self, given: object, what: str) -> dict[str, Any]:
        if not isinstance(given, dict):
            raise self.error(f"{what} must be an object, not {_shown(given)}")
        return given

    def items(self, given: object, what: str) -> list[Any]:
        if not isinstance(given, list):
            raise self.error(f"{what} must be a list, not {_shown(given)}")
        return given

    def text(self, given: object, what: str) -> str:
        if not isinstance(given, str):
            raise self.error(f"{what} must be a text, not {_shown(given)}")
        return given

    def value(self, given: object, what: str) -> Any:
        """A number, or an array of nested lists."""
        if not isinstance(given, list):
            return self.number(given, what)
        import numpy

        work: list[Any] = [given]
        depth = 0
        while work and all(isinstance(item, list) for item in work) and depth < 33:
            work = [inner for item in work for inner in item]
            depth += 1
        flat = [self.number(item, what) for item in work]
        try:
            return numpy.array(flat).reshape(numpy.shape(given))
        except ValueError:
            raise self.error(f"{what} has rows of different lengths") from None

    def number(self, given: object, what: str) -> float:
        if isinstance(given, str) and given in _SPECIAL:
            return _SPECIAL[given]
        if isinstance(given, bool) or not isinstance(given, int | float):
            raise self.error(f"{what} must be a number, not {_shown(given)}")
        try:
            return float(given)
        except OverflowError:
            raise self.error(f"{what} is beyond the range of numbers") from None

    def choice(self, given: object, what: str, choices: Sequence[str]) -> str:
        if given not in choices:
            raise self.error(f"{what} must be {' or '.join(choices)}, not {_shown(given)}")
        return str(given)

    def names(self, given: object, what: str, known: Mapping[str, int]) -> list[str]:
        listed = [self.text(name, what) for name in self.items(given, what)]
        for name in listed:
            if name not in known:
                raise self.error(f"{what} has {_shown(name)}, which the graph does not have")
        return listed

    def error(self, message: str, hint: str = "") -> GradcliError:
        return GradcliError(f"{self.where} is no graph that can be read: {message}", hint=hint)


def _constant_value(expression: Expression | None) -> Constant | None:
    """The value of ``2``, ``-0.5``, ``-0``, ``1/3``, ``pi`` or ``-inf``; None for any other expression."""
    if isinstance(expression, Array):
        items = [_constant_value(item) for item in expression.items]
        known = [item for item in items if item is not None]
        return tuple(known) if len(known) == len(items) else None
    if isinstance(expression, Number):
        return expression.value
    if isinstance(expression, Name) and expression.name in VALUES:
        return expression.name
    if isinstance(expression, Operator) and expression.symbol == "-" and len(expression.operands) == 1:
        operand = expression.operands[0]
        if isinstance(operand, Number):
            return -operand.value or -0.0
        return -VALUES[operand.name] if isinstance(operand, Name) and operand.name in VALUES else None
    if isinstance(expression, Operator) and expression.symbol == "/":
        above, below = expression.operands
        if not isinstance(above, Operator | Number) or not isinstance(below, Number) or not below.value:
            return None
        if isinstance(above, Operator):
            inner = _constant_value(above) if above.symbol == "-" else None
            return Fraction(inner) / Fraction(below.value) if isinstance(inner, int | Fraction) else None
        return Fraction(above.value) / Fraction(below.value)
    return None


def _setting(value: object) -> Setting:
    """A setting from JSON, whose lists are tuples here."""
    if isinstance(value, list):
        return tuple([_setting(item) for item in value])  # as deep as read_json allows
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _shown(value: object) -> str:
    """A value of JSON in a message, short."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    text = f"'{value}'" if isinstance(value, str) else str(value) if abs(value) < 10**18 else "a huge number"  # type: ignore[arg-type]
    return text if len(text) <= 60 else f"{text[:57]}..."
