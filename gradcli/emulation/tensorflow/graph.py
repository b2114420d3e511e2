"""The static graph of a script for TensorFlow 1: placeholders, variables, operations, gradients; none has a value before a run.

Names and texts follow TensorFlow's public documentation (``tf.Tensor``, ``tf.Graph``, ``tf.placeholder``, ``tf.Variable``).
"""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Foreign, Native, Raised, Word
from gradcli.emulation.torch.arrays import Array
from gradcli.emulation.torch.shapes import OPERATORS
from gradcli.emulation.torch.tensor.data import numbers_of
from gradcli.graph.graph import Settings
from gradcli.graph.shapes import ShapeError
from gradcli.lowering.builders.builder import Value
from gradcli.ops.catalogue import INDEX, OPERATIONS, STRUCTURAL, operation_named
from gradcli.ops.declaration.facts import TRUTH, WHOLE
from gradcli.ops.declaration.structural import shape_of
from gradcli.ops.elementwise.arithmetic import neg
from gradcli.typing import Any

PartialShape = tuple[int | None, ...] | None
"""A shape some of whose sizes are known at the run only; None where not even their number is known."""

DTYPES = {"float32": "float32", "float64": "float64", "int32": "int64", "int64": "int64", "bool": "bool"}
"""TensorFlow's dtypes, and those that values are computed in."""

_TITLES = {
    "/": "truediv", "%": "mod", "//": "floordiv", "<": "Less", "<=": "LessEqual", ">": "Greater", ">=": "GreaterEqual",
}  # fmt: skip
"""What TensorFlow calls the nodes of operators, where that is not the name of the operation."""


class Graph:
    """The graph.

    Attributes:
        nodes: Its nodes, in the order in which they were made.
        last: The node of which gradients were last asked for; None before.
        session: The session of the innermost ``with`` statement; None outside.
        scope: What the name scopes around put before names.
        variable_scope: What the variable scopes around put before names of variables.
        variables: The variables that were asked for by name.
        reuse: Whether a variable that is asked for by name has to be there.
        after: What the nodes that are made run after.
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.last: Node | None = None
        self.session: Any = None
        self.scope = self.variable_scope = ""
        self.variables: dict[str, Node] = {}
        self.reuse: Any = None
        self.after: tuple[Node, ...] = ()
        self._used: dict[str, int] = {}

    def name(self, wanted: str) -> str:
        """A unique name: ``add``, ``add_1``, ``add_2``; inside of name scopes with theirs before it."""
        return self._unique(self.scope + wanted)

    def _unique(self, wanted: str) -> str:
        count = self._used.get(wanted, 0)
        self._used[wanted] = count + 1
        if not count:
            return wanted
        candidate = f"{wanted}_{count}"
        return self._unique(wanted) if candidate in self._used else self._claimed(candidate)

    def _claimed(self, name: str) -> str:
        self._used[name] = 1
        return name

    def release(self, name: str) -> None:
        """Let the next node have a name that was found for it."""
        self._used[name] -= 1

    def clear(self) -> None:
        """Begin anew."""
        self.nodes.clear()
        self.variables.clear()
        self._used.clear()
        self.last = None


class Node(Foreign):
    """A tensor, a variable or an operation of the graph.

    Args:
        graph: The graph.
        kind_of: ``placeholder``, ``constant``, ``variable``, ``operation``, ``gradient``, ``cond``, ``while``, ``loop variable``,
            ``assign``, ``group``.
        name: What it is called, without the number of the output.
        inputs: The nodes that it needs.
        shape: Its shape, as far as it is known.
        dtype: Its dtype, in TensorFlow's words.
        operation: Of an operation its name.
        settings: Of an operation its settings.
        value: Of a constant its value.
        place: The place in the script.
        parts: Of other kinds what they are made of.
    """

    kind = "Tensor"

    def __init__(
        self,
        graph: Graph,
        kind_of: str,
        name: str,
        inputs: Sequence[Node] = (),
        *,
        shape: PartialShape = None,
        dtype: str = "float32",
        operation: str = "",
        settings: Settings = (),
        value: Value | None = None,
        span: tuple[int, int] = (0, 0),
        parts: Any = None,
    ) -> None:
        self.graph = graph
        self.kind_of = kind_of
        self.name = graph.name(name)
        self.inputs = tuple(inputs)
        self.shape = shape
        self.dtype = dtype
        self.operation = operation
        self.settings = settings
        self.value = value
        self.span = span
        self.parts = parts
        self.label = ""
        self.after = graph.after if kind_of in ("operation", "assign", "group") else ()
        graph.nodes.append(self)
        if kind_of == "variable":
            self.kind = self.full_kind = "RefVariable"
        elif kind_of in ("assign", "group"):
            self.kind = self.full_kind = "Operation"

    def named(self, name: str) -> None:
        self.label = self.label or name

    def text(self, machine: Interpreter) -> str:
        if self.kind_of == "group":
            return f'name: "{self.name}"\nop: "NoOp"\n'
        shape = "<unknown>" if self.shape is None else shape_text(self.shape)
        if self.kind_of == "variable":
            return f"<tf.Variable '{self.name}:0' shape={shape} dtype={self.dtype}_ref>"
        return f'Tensor("{self.name}:0", shape={shape}, dtype={self.dtype})'

    def representation(self, machine: Interpreter) -> str:
        if self.kind_of == "group":
            return f"<tf.Operation '{self.name}' type=NoOp>"
        shape = "<unknown>" if self.shape is None else shape_text(self.shape)
        if self.kind_of == "variable":
            return self.text(machine)
        return f"<tf.Tensor '{self.name}:0' shape={shape} dtype={self.dtype}>"

    def binary(self, machine: Interpreter, operator: str, other: Any, *, reflected: bool) -> Any:
        if operator in ("==", "!="):  # of the objects, in TensorFlow 1
            return (self is other) == (operator == "==")
        operation = OPERATORS.get(operator)
        if operation is None or operator in ("&", "|") or not isinstance(other, Node | int | float | list):
            return NotImplemented
        title = _TITLES.get(operator, operation)
        return made(machine, self.graph, operation, (other, self) if reflected else (self, other), title)

    def unary(self, machine: Interpreter, operator: str) -> Any:
        return self if operator == "+" else made(machine, self.graph, neg.name, (self,), "Neg")

    def truth(self, machine: Interpreter) -> bool:
        raise Raised(
            "TypeError",
            "Using a `tf.Tensor` as a Python `bool` is not allowed. Use `if t is not None:` instead of `if t:` to test if a "
            "tensor is defined, and use TensorFlow ops such as tf.cond to execute subgraphs conditioned on the value of a "
            "tensor.",
        )

    def iterate(self, machine: Interpreter) -> Any:
        raise Raised("TypeError", "Tensor objects are only iterable when eager execution is enabled.")

    def number(self, machine: Interpreter) -> Any:
        raise Raised("TypeError", f"float() argument must be a string or a real number, not '{self.kind}'")

    def item(self, machine: Interpreter, index: Any) -> Any:
        entries = index if isinstance(index, tuple) else (index,)
        found = tuple([("slice", e.start, e.stop, e.step) if isinstance(e, slice) else "..." if e is ... else e for e in entries])
        if not all(isinstance(entry, int | tuple | str) or entry is None for entry in found):
            raise UnknownError("an index by a tensor is not known here", hint="index by numbers and slices")
        return made(machine, self.graph, INDEX, (self,), "strided_slice", (("index", found),))

    def attribute(self, machine: Interpreter, name: str) -> Any:
        match name:
            case "name":
                return self.name if self.kind_of == "group" else f"{self.name}:0"
            case "op":
                return self if self.kind_of == "group" else Operation(self)
            case "dtype":
                return Word(f"<dtype: '{self.dtype}{'_ref' if self.kind_of == 'variable' else ''}'>")
            case "shape" | "get_shape":
                shape = Dimensions(self.shape)
                return shape if name == "shape" else Native(name, lambda machine: shape)
            case "run" if self.kind_of in ("group", "assign"):
                return Native(name, lambda machine, feed_dict=None, session=None: _evaluated(machine, self, feed_dict, session))
            case "initializer" if self.kind_of == "variable":
                return self.parts
            case "eval":
                return Native(name, lambda machine, feed_dict=None, session=None: _evaluated(machine, self, feed_dict, session))
            case "assign" | "assign_add" | "assign_sub" if self.kind_of == "variable":
                return Native(name, lambda machine, value: assignment(machine, self, value, name.partition("_")[2]))
            case "read_value" | "value" | "initialized_value" if self.kind_of == "variable":
                return Native(name, lambda machine: self)
        return super().attribute(machine, name)

    def set_attribute(self, machine: Interpreter, name: str, value: Any) -> None:
        raise Raised("AttributeError", "can't set attribute")


class Dimensions(Foreign):
    """A shape as TensorFlow 1 prints it: ``(?, 2)``.

    Args:
        sizes: The sizes, None for one that is not known.
    """

    kind = "TensorShape"

    def __init__(self, sizes: PartialShape) -> None:
        self.sizes = sizes

    def text(self, machine: Interpreter) -> str:
        return "<unknown>" if self.sizes is None else shape_text(self.sizes)

    def attribute(self, machine: Interpreter, name: str) -> Any:
        if name == "as_list":
            return Native(name, lambda machine: list(self.sizes or ()))
        if name in ("ndims", "rank"):
            return None if self.sizes is None else len(self.sizes)
        return super().attribute(machine, name)

    def item(self, machine: Interpreter, index: Any) -> Any:
        if self.sizes is None or not isinstance(index, int) or not -len(self.sizes) <= index < len(self.sizes):
            raise Raised("IndexError", "list index out of range")
        return self.sizes[index]


class Operation(Foreign):
    """``x.op``: the operation that makes a tensor.

    Args:
        node: The tensor.
    """

    kind = full_kind = "Operation"

    def __init__(self, node: Node) -> None:
        self.node = node

    def attribute(self, machine: Interpreter, name: str) -> Any:
        match name:
            case "name":
                return self.node.name
            case "outputs":
                return [self.node]
            case "inputs":
                return list(self.node.inputs)
            case "run":
                return self.node.attribute(machine, "eval")
        return super().attribute(machine, name)

    def text(self, machine: Interpreter) -> str:
        return f'name: "{self.node.name}"\n'

    def representation(self, machine: Interpreter) -> str:
        return f"<tf.Operation '{self.node.name}'>"


def shape_text(shape: tuple[int | None, ...]) -> str:
    """A shape as TensorFlow 1 writes it: ``(?, 2)``, ``(1,)``, ``()``."""
    words = ["?" if size is None else str(size) for size in shape]
    return f"({words[0]},)" if len(words) == 1 else f"({', '.join(words)})"


def _evaluated(machine: Interpreter, node: Node, feed: Any, session: Any) -> Any:
    current = session or node.graph.session
    if current is None:
        raise Raised(
            "ValueError",
            "Cannot evaluate tensor using `eval()`: No default session is registered. Use `with sess.as_default()` or pass an "
            "explicit session to `eval(session=sess)`",
        )
    return current.run(machine, node, feed)


def constant(machine: Interpreter, graph: Graph, value: Any, dtype: str | None = None, name: str = "Const") -> Node:
    """A constant of numbers or nested lists."""
    if _has_text(value):
        raise UnknownError("texts as tensors are not known here", hint="print the text itself; tensors hold numbers")
    if isinstance(value, Array):
        found = {"float64": "float64", "float32": "float32", "bool": "bool"}.get(str(value.array.dtype), "int64")
        array = value.array.astype("float64")
        return Node(graph, "constant", name, shape=tuple(array.shape), dtype=dtype or found,
                    value=array if array.ndim else float(array), span=machine.span)  # fmt: skip
    exact, found = numbers_of(machine, value, "float32")
    found = "int32" if found == "int64" else found
    return Node(graph, "constant", name, shape=shape_of(exact), dtype=dtype or found, value=exact, span=machine.span)


def _has_text(value: Any) -> bool:
    """Whether a value is a text, or a list that has one, at whatever depth its first elements go."""
    for _ in range(32):
        if not isinstance(value, list | tuple) or any(isinstance(item, str) for item in value):
            break
        value = next(iter(value), None)
    return isinstance(value, str) or (isinstance(value, list | tuple) and any(isinstance(item, str) for item in value))


def converted(machine: Interpreter, graph: Graph, value: Any, dtype: str | None, name: str) -> Node:
    """A value as a node; numbers take the dtype of the other operand."""
    if isinstance(value, Node):
        if value.kind_of in ("group", "assign") and value.kind_of == "group":
            raise Raised("TypeError", f"Can't convert Operation '{value.name}' to Tensor")
        return value
    node = constant(machine, graph, value, None, name)
    if dtype is not None:
        if dtype.startswith("int") and node.dtype.startswith("float"):
            raise Raised("TypeError", f"Expected {dtype}, but got {machine.representation(value)[:20]} of type 'float'.")
        node.dtype = dtype
    return node


def made(machine: Interpreter, graph: Graph, operation: str, operands: Sequence[Any], name: str, settings: Settings = ()) -> Node:
    """The node of an operation on nodes and numbers.

    Raises:
        Raised: Shapes or dtypes do not fit.
    """
    dtypes = [operand.dtype for operand in operands if isinstance(operand, Node)]
    name = graph.name(name)
    graph.release(name)
    name = name.removeprefix(graph.scope)
    letters = "xyz"
    elementwise = OPERATIONS.get(operation)
    nodes: list[Node] = []
    for at, operand in enumerate(operands):
        nodes.append(converted(machine, graph, operand, dtypes[0] if dtypes else None, f"{name}/{letters[min(at, 2)]}"))
        if elementwise is None or elementwise.carries(at):  # numbers follow the first of them
            dtypes = dtypes or [nodes[-1].dtype]
    counted = [node for index, node in enumerate(nodes) if elementwise is None or elementwise.carries(index)]
    kinds = {node.dtype for node in counted or nodes}
    if len(kinds) > 1:
        first, second = nodes[-2].dtype, nodes[-1].dtype
        raise Raised("TypeError", f"Input 'y' of '{name}' Op has type {second} that does not match type {first} of argument 'x'.")
    shape = _shape(machine, operation, [node.shape for node in nodes], settings)
    result = operation_named(operation).facts.result
    dtype = {TRUTH: "bool", WHOLE: "int64"}.get(result, nodes[-1].dtype)
    return Node(graph, "operation", name, nodes, shape=shape, dtype=dtype, operation=operation, settings=settings,
                span=machine.span)  # fmt: skip


def _shape(machine: Interpreter, operation: str, shapes: Sequence[PartialShape], settings: Settings) -> PartialShape:
    """The shape of a result, as far as those of the operands tell it.

    A size that is not known is tried as two different ones: where the results differ, the size of the result is not known.
    """
    if any(shape is None for shape in shapes):
        return None
    known = [tuple(shape or ()) for shape in shapes]
    if operation not in STRUCTURAL and any(None in shape for shape in known):
        known = _alike(known)
    found = []
    for stand_in in (7919, 7927) if any(None in shape for shape in known) else (0,):
        sizes = [tuple(stand_in if size is None else size for size in shape) for shape in known]
        try:
            found.append(operation_named(operation).shape(*sizes, **dict(settings)))
        except ShapeError as error:
            if stand_in:
                return None
            raise Raised("ValueError", f"{operation}: {error}") from None
    first, second = found[0], found[-1]
    return tuple([a if a == b else None for a, b in zip(first, second, strict=True)])


def _alike(shapes: Sequence[tuple[int | None, ...]]) -> list[tuple[int | None, ...]]:
    """Shapes that are broadcast, with 1 for a size that is not known where another says what the result has."""
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    settled = [any(shape[at] not in (None, 1) for shape in padded) for at in range(rank)]
    return [tuple([1 if size is None and settled[at] else size for at, size in enumerate(shape)]) for shape in padded]


def assignment(machine: Interpreter, variable: Node, value: Any, change: str = "") -> Node:
    """The operation that gives a variable a new value; ``add`` or ``sub`` where the value is a change."""
    node = converted(machine, variable.graph, value, variable.dtype, "value")
    if change:
        node = made(machine, variable.graph, change, (variable, node), f"Assign{change.capitalize()}/value")
    found = Node(variable.graph, "assign", f"Assign{change.capitalize()}", (node,), shape=variable.shape, dtype=variable.dtype,
                 span=machine.span, parts=[(variable, node)])  # fmt: skip
    found.kind = "Tensor"
    return found


def group(machine: Interpreter, graph: Graph, name: str, assignments: Sequence[tuple[Node, Node]]) -> Node:
    """An operation that makes several assignments, all from the values before it."""
    inputs = [value for _, value in assignments]
    return Node(graph, "group", name, inputs, span=machine.span, parts=list(assignments))


def leads(x: Node, y: Node) -> bool:
    """Whether a node depends on another."""
    seen, work = {y}, [y]
    while work:
        node = work.pop()
        if node is x:
            return True
        more = [*node.inputs, *(node.parts[1] if node.kind_of == "while" else ())]
        work += [one for one in more if one not in seen]
        seen.update(more)
    return False
