"""Runs of a static graph: what is asked for is computed from what is fed, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from gradcli.autodiff.torch_tape.dtypes import FLOATS, rounded
from gradcli.autodiff.torch_tape.eager import Eager
from gradcli.autodiff.torch_tape.engine import gradients
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Foreign, Native, Raised
from gradcli.emulation.tensorflow.graph import DTYPES, Graph, Node, constant, leads, shape_text
from gradcli.emulation.torch.arrays import Array
from gradcli.emulation.torch.tensor.tensors import literal
from gradcli.graph.graph import DEFAULT_MAX_ELEMENTS, DEFAULT_MAX_NODES
from gradcli.lowering.builders.builder import Value
from gradcli.ops.declaration.structural import shape_of
from gradcli.typing import Any

MOST_NESTED = 16
"""How deeply loops may lie in each other."""


class Limits:
    """The limits of each run, and what the last one recorded.

    Args:
        max_nodes: The limit on the size of its graph.
        max_elements: The limit on the size of an array.

    Attributes:
        tape: The tape of the last run that computed something.
        output: The node on it that views show.
        asked: The names of what gradients were asked for by.
    """

    def __init__(self, max_nodes: int = DEFAULT_MAX_NODES, max_elements: int = DEFAULT_MAX_ELEMENTS) -> None:
        self.max_nodes = max_nodes
        self.max_elements = max_elements
        self.tape: Eager | None = None
        self.output = -1
        self.asked: set[str] = set()


class Session(Foreign):
    """A session: the values of the variables.

    Args:
        graph: The graph that it runs.
        limits: The limits of a run.
    """

    kind = "Session"

    def __init__(self, graph: Graph, limits: Limits) -> None:
        self.graph = graph
        self.limits = limits
        self.variables: dict[Node, Value] = {}
        self.closed = False
        self.before: list[Any] = []

    def attribute(self, machine: Interpreter, name: str) -> Any:
        if name == "run":
            return Native("run", lambda machine, fetches, feed_dict=None: self.run(machine, fetches, feed_dict))
        if name == "close":
            return Native("close", lambda machine: setattr(self, "closed", True))
        if name == "as_default":
            return Native("as_default", lambda machine: self)
        return super().attribute(machine, name)

    def enter(self, machine: Interpreter) -> Session:
        self.before.append(self.graph.session)
        self.graph.session = self
        return self

    def leave(self, machine: Interpreter) -> None:
        self.graph.session = self.before.pop()

    def run(self, machine: Interpreter, fetches: Any, feed: Any = None) -> Any:
        """The values of what is fetched, in the structure in which it is asked for.

        Raises:
            Raised: A placeholder is not fed, a variable has no value, or what is fed does not fit.
        """
        if self.closed:
            raise Raised("RuntimeError", "Attempted to use a closed Session.")
        wanted = _flat(fetches)
        for node in wanted:
            if not isinstance(node, Node):
                told = machine.representation(node)[:40]
                raise Raised("TypeError", f"Fetch argument {told} has invalid type, must be a string or Tensor.")
        run = _Run(machine, self, _fed(machine, feed))
        nodes = run.compute(wanted)
        values = {node: run.result(node) for node in wanted}
        for variable, value in run.changes.items():
            self.variables[variable] = value
        found = [run.found.get(self.graph.last) if self.graph.last is not None else None, *map(nodes.get, reversed(wanted))]
        shown = next((id for id in found if id is not None), None)
        if shown is not None and (run.tape.graph.inputs[shown] or self.limits.tape is None):
            self.limits.tape, self.limits.output = run.tape, shown
        return _structured(fetches, values)


class _Run:
    """One run: nodes are recorded on an eager tape as they are needed."""

    def __init__(self, machine: Interpreter, session: Session, fed: dict[Node, Node]) -> None:
        self.machine = machine
        self.session = session
        self.fed = fed
        self.tape = Eager(dtype="float32", max_nodes=session.limits.max_nodes, max_elements=session.limits.max_elements)
        self.found: dict[Node, int | None] = {}
        self.changes: dict[Node, Value] = {}

    def compute(self, wanted: Sequence[Node]) -> dict[Node, int | None]:
        """The node on the tape of each node that is wanted; None for operations, which have no value."""
        self._settle(wanted, self.found, 0)
        return {node: self.found[node] for node in wanted}

    def result(self, node: Node) -> Any:
        """The value of a node for the script."""
        import numpy

        id = self.found[node]
        if node.kind_of == "group" or id is None:
            return None
        return Array(numpy.asarray(self.tape.values[id], node.dtype)[()])

    def _settle(self, wanted: Sequence[Node], found: dict[Node, int | None], depth: int) -> None:
        """Compute what is wanted, operands first."""
        work = list(reversed(wanted))
        while work:
            node = work[-1]
            if node in found:
                work.pop()
                continue
            self.machine.charge(1)
            missing = [input for input in self._needs(node, found) if input not in found]
            if missing:
                work += reversed(missing)
                continue
            work.pop()
            found[node] = self._made(node, found, depth)

    def _needs(self, node: Node, found: dict[Node, int | None]) -> Sequence[Node]:
        """What must be computed before a node: of a choice the condition, and then the branch that it chooses."""
        if node in self.fed:
            return (self.fed[node],)
        if node.after and any(one not in found for one in node.after):
            return node.after
        if node.kind_of != "cond":
            return node.inputs
        condition, then, otherwise = node.inputs
        if condition not in found:
            return (condition,)
        id = found[condition]
        assert id is not None
        return (then if self.tape.truth(id) else otherwise,)

    def _made(self, node: Node, found: dict[Node, int | None], depth: int) -> int | None:
        tape, dtype = self.tape, DTYPES[node.dtype]
        if node in self.fed:
            value = self.fed[node].value
            assert value is not None
            return self._leaf(node, value)
        match node.kind_of:
            case "placeholder":
                raise Raised(
                    "InvalidArgumentError",
                    f"You must feed a value for placeholder tensor '{node.name}' with dtype {_plain(node.dtype)}"
                    + ("" if not node.shape else f" and shape [{','.join('?' if s is None else str(s) for s in node.shape)}]"),
                    f"sess.run(..., feed_dict={{{node.label or node.name}: VALUE}})",
                )
            case "variable":
                if node not in self.session.variables:
                    raise Raised(
                        "FailedPreconditionError",
                        f"Attempting to use uninitialized value {node.name}",
                        "run tf.global_variables_initializer() first",
                    )
                return self._leaf(node, self.session.variables[node])
            case "constant":
                assert node.value is not None
                if not node.label and not node.shape and "/" in node.name:  # a number of the script
                    return tape.constant(literal(node.value if dtype in FLOATS else int(node.value)), node.span)
                return self._leaf(node, node.value, trained=node.label != "")
            case "operation":
                inputs = tuple([self._present(found, node, input) for input in node.inputs])
                id = tape.operation(node.operation, inputs, node.span, node.settings)
                if tape.dtypes[id] == "number":
                    id = tape.leaf(tape.values[id], dtype=dtype)
                if node.label:
                    tape.names.setdefault(id, node.label)
                return tape.cast(id, dtype)
            case "cond":
                _, then, otherwise = node.inputs
                return found[then] if then in found and tape.truth(self._id(found, node.inputs[0])) else found[otherwise]
            case "gradient":
                return self._gradient(node, found, depth)
            case "while":
                return self._loop(node, found, depth)
            case _:
                last = None
                for variable, value in node.parts:
                    last = self._id(found, value)
                    self.changes[variable] = rounded(tape.values[last], DTYPES[variable.dtype])
                return None if node.kind_of == "group" else last

    def _id(self, found: dict[Node, int | None], node: Node) -> int:
        id = found[node]
        if id is None:
            raise Raised("TypeError", f"{node.name} has no value")
        return id

    def _present(self, found: dict[Node, int | None], node: Node, input: Node) -> int:
        """An operand of a node; a variable that the node runs after a change of has its new value."""
        if node.after and input in self.changes:
            return self._leaf(input, self.changes[input])
        return self._id(found, input)

    def _leaf(self, node: Node, value: Value, trained: bool = True) -> int:
        dtype = DTYPES[node.dtype]
        return self.tape.leaf(
            rounded(value, dtype),
            requires_grad=trained and dtype in FLOATS,
            name=node.label or node.name.replace("/", "_"),
            span=node.span,
            dtype=dtype,
        )

    def _gradient(self, node: Node, found: dict[Node, int | None], depth: int) -> int:
        """The derivative of the first input by the second, recorded, so that it can be differentiated again.

        What gradients stop at is a leaf: what depends on it is computed anew.
        """
        if node.parts:
            names = {one: id for one, id in found.items() if not any(leads(stop, one) for stop in node.parts)}
            names |= {stop: self._leaf(stop, self.tape.values[self._id(found, stop)]) for stop in node.parts}
            self._settle(node.inputs, names, depth)
            found = names
        y, x = [self._id(found, input) for input in node.inputs]
        tape = self.tape
        seed = None
        if prod(tape.graph.shape(y)) != 1:  # TensorFlow adds up the gradients of all elements
            import numpy

            seed = tape.leaf(rounded(numpy.ones(tape.graph.shape(y)), tape.dtypes[y]), dtype=tape.dtypes[y])
        if tape.requires_grad[y] and tape.requires_grad[x]:
            (id,) = gradients(tape, [y], [x], [seed], create_graph=True, retain_graph=True, allow_unused=True)
            if id is not None:
                return id
        value = tape.values[x]
        return tape.leaf(value * 0.0, dtype=tape.dtypes[x])

    def _loop(self, node: Node, found: dict[Node, int | None], depth: int) -> int | None:
        """A while loop: its condition and its body are graphs of their own, computed anew in each round."""
        condition, body, inner, at, own = node.parts
        if depth >= MOST_NESTED:
            raise UnknownError(f"loops lie more than {MOST_NESTED} deep in each other")
        state = [self._id(found, input) for input in node.inputs[: len(inner)]]
        while True:
            round_ = dict(zip(inner, state, strict=True))
            names: dict[Node, int | None] = {**{n: i for n, i in found.items() if n not in own}, **round_}
            self._settle([condition], names, depth + 1)
            if not self.tape.truth(self._id(names, condition)):
                last: int = state[at]
                return last
            self._settle(body, names, depth + 1)
            state = [self._id(names, one) for one in body]


def _flat(fetches: Any) -> list[Any]:
    """The nodes of nested lists, tuples and dictionaries."""
    work, flat = [fetches], []
    while work:
        item = work.pop()
        if isinstance(item, list | tuple):
            work += reversed(item)
        elif isinstance(item, dict):
            work += reversed(item.values())
        else:
            flat.append(item)
    return flat


def _structured(fetches: Any, values: dict[Node, Any]) -> Any:
    """The values in the structure of what was fetched, which has two levels at most."""
    if isinstance(fetches, Node):
        return values[fetches]
    if isinstance(fetches, dict):
        return {key: _structured(item, values) for key, item in fetches.items()}
    items = [values[item] if isinstance(item, Node) else _structured(item, values) for item in fetches]
    return items if isinstance(fetches, list) else tuple(items)


def _fed(machine: Interpreter, feed: Any) -> dict[Node, Node]:
    """What is fed, as constants outside the graph.

    Raises:
        Raised: It does not fit what it is fed for.
    """
    if feed is None:
        return {}
    if not isinstance(feed, dict):
        raise Raised("TypeError", "`feed_dict` must be a dictionary")
    fed: dict[Node, Node] = {}
    for key, value in feed.items():
        if not isinstance(key, Node):
            raise Raised("TypeError", f"Cannot interpret feed_dict key as Tensor: {machine.representation(key)[:40]}")
        if isinstance(value, Node):
            raise Raised(
                "TypeError",
                "The value of a feed cannot be a tf.Tensor object. Acceptable feed values include Python scalars, strings, "
                "lists, numpy ndarrays, or TensorHandles.",
            )
        node = constant(machine, Graph(), value)
        shape = shape_of(node.value)
        if key.shape is not None and (
            len(shape) != len(key.shape) or any(b is not None and a != b for a, b in zip(shape, key.shape, strict=True))
        ):
            raise Raised(
                "ValueError",
                f"Cannot feed value of shape {shape} for Tensor '{key.name}:0', which has shape '{shape_text(key.shape)}'",
            )
        fed[key] = node
    return fed


def _plain(dtype: str) -> str:
    return {"float32": "float", "float64": "double"}.get(dtype, dtype)
