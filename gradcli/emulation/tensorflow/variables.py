"""Variables that are found by their names, the scopes that these begin with, and the order of operations."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Foreign, Raised
from gradcli.emulation.tensorflow.graph import Node
from gradcli.emulation.tensorflow.nodes import NODES
from gradcli.emulation.tensorflow.world import World
from gradcli.typing import Any

AUTO_REUSE = "AUTO_REUSE"
"""``tf.AUTO_REUSE``: a variable that is there is taken, another one made."""


class VariableScope(Foreign):
    """``tf.variable_scope``: names of variables inside begin with its name.

    Args:
        world: The world of the script.
        name: Its name.
        reuse: Whether variables inside are those that are there.
    """

    kind = "VariableScope"

    def __init__(self, world: World, name: str, reuse: Any) -> None:
        self.world = world
        self.name = name
        self.reuse = reuse
        self.before: list[tuple[str, str, Any]] = []

    def attribute(self, machine: Interpreter, name: str) -> Any:
        return self.name if name == "name" else super().attribute(machine, name)

    def enter(self, machine: Interpreter) -> VariableScope:
        graph = self.world.graph
        self.before.append((graph.scope, graph.variable_scope, graph.reuse))
        graph.scope = f"{graph.name(self.name)}/"
        graph.variable_scope += f"{self.name}/"
        graph.reuse = self.reuse or graph.reuse
        return self

    def leave(self, machine: Interpreter) -> None:
        graph = self.world.graph
        graph.scope, graph.variable_scope, graph.reuse = self.before.pop()


def variable_scope(machine: Interpreter, world: World, name_or_scope: Any, default_name: Any = None, reuse: Any = None) -> Any:
    """``tf.variable_scope``."""
    name = name_or_scope.name if isinstance(name_or_scope, VariableScope) else name_or_scope or default_name
    return VariableScope(world, name, reuse)


def get_variable(machine: Interpreter, world: World, name: str, shape: Any = None, dtype: Any = None, initializer: Any = None,
                 trainable: Any = True) -> Node:  # fmt: skip
    """``tf.get_variable``.

    Raises:
        Raised: It is there and must not be, or the other way round, or nothing says its shape.
        UnknownError: Its first value would be random.
    """
    graph = world.graph
    full = graph.variable_scope + name
    found = graph.variables.get(full)
    if found is not None and graph.reuse:
        return found
    if found is not None:
        text = "already exists, disallowed. Did you mean to set reuse=True or reuse=tf.AUTO_REUSE in VarScope?"
        raise Raised("ValueError", f"Variable {full} {text}")
    if graph.reuse and graph.reuse != AUTO_REUSE:
        text = "does not exist, or was not created with tf.get_variable(). Did you mean to set reuse=tf.AUTO_REUSE in VarScope?"
        raise Raised("ValueError", f"Variable {full} {text}")
    if initializer is None:
        raise UnknownError("a variable without an initializer begins with random numbers, which are not known here",
                           hint="give initializer=tf.zeros_initializer(), or a constant")  # fmt: skip
    if isinstance(initializer, Initializer):
        if shape is None:
            text = "must be fully defined, but instead was <unknown>."
            raise Raised("ValueError", f"Shape of a new variable ({full}) {text}")
        initializer = NODES["constant"](machine, world, initializer.value, dtype or initializer.dtype, shape)
    before, graph.scope = graph.scope, graph.variable_scope
    try:
        found = NODES["Variable"](machine, world, initializer, trainable, name, dtype)
    finally:
        graph.scope = before
    graph.variables[full] = found
    return found  # type: ignore[no-any-return]


class Initializer(Foreign):
    """``tf.constant_initializer`` and its like.

    Args:
        value: The number, or numbers, that a variable begins with.
        dtype: The dtype that it gives.
    """

    kind = "Initializer"

    def __init__(self, value: Any, dtype: Any) -> None:
        self.value = value
        self.dtype = dtype


def _initializer(value: float) -> Callable[..., Initializer]:
    return lambda machine, world, dtype="float32": Initializer(value, dtype)


class _After(Foreign):
    """``tf.control_dependencies``: what is made inside runs after other operations.

    Args:
        world: The world of the script.
        inputs: The operations.
    """

    kind = "control_dependencies"

    def __init__(self, world: World, inputs: list[Node]) -> None:
        self.world = world
        self.inputs = inputs
        self.before: list[tuple[Node, ...]] = []

    def enter(self, machine: Interpreter) -> None:
        self.before.append(self.world.graph.after)
        self.world.graph.after = (*self.world.graph.after, *self.inputs)

    def leave(self, machine: Interpreter) -> None:
        self.world.graph.after = self.before.pop()


VARIABLES: dict[str, Callable[..., Any]] = {
    "variable_scope": variable_scope,
    "get_variable": get_variable,
    "constant_initializer": lambda machine, world, value=0, dtype="float32": Initializer(value, dtype),
    "zeros_initializer": _initializer(0.0),
    "ones_initializer": _initializer(1.0),
    "control_dependencies": lambda machine, world, control_inputs: _After(world, machine.listed(control_inputs)),
}
"""Functions of ``tensorflow`` for variables by their names, and for the order of operations."""
