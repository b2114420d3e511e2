"""The modules ``tensorflow`` (version 1) and ``numpy`` of a script."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.library import math_module
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Foreign, Namespace, Native, Type, Word
from gradcli.emulation.tensorflow.control import cond, while_loop
from gradcli.emulation.tensorflow.gradients import OPTIMISERS, gradients, hessians, trainable
from gradcli.emulation.tensorflow.graph import group
from gradcli.emulation.tensorflow.nodes import NODES, binary_loss, class_loss, l2_loss, operation_maker
from gradcli.emulation.tensorflow.session import Session
from gradcli.emulation.tensorflow.variables import AUTO_REUSE, VARIABLES
from gradcli.emulation.tensorflow.world import World, with_world
from gradcli.emulation.torch.numpy import numpy_module
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.operation import Operation
from gradcli.ops.declaration.structural import Structural
from gradcli.typing import Any

VERSION = "1.15.0"
"""The version of TensorFlow whose documentation is followed."""


def operations(world: World, module: str) -> dict[str, Any]:
    """The functions of ``tf``, ``top`` or ``nn`` that are operations on their arguments, as their declarations name them."""
    found: dict[str, Any] = {}
    every: list[Operation | Structural] = [*STRUCTURAL.values(), *OPERATIONS.values()]
    for operation in every:
        for name, parameters, title, modules in operation.facts.tensorflow_functions:
            if module in modules:
                found[name] = Native(name, with_world(world, operation_maker(operation, title, parameters)))
    return found


def modules(world: World) -> dict[str, Namespace]:
    """The modules that a script for TensorFlow 1 may import, by name."""

    def bound(table: dict[str, Callable[..., Any]]) -> dict[str, Any]:
        return {name: Native(name, with_world(world, function)) for name, function in table.items()}

    declared = operations(world, "tf")
    train = _Train("tensorflow.train", bound(OPTIMISERS))
    network = Namespace("tensorflow.nn", {**operations(world, "nn"), **bound(_NETWORK)})
    names: dict[str, Any] = {
        **declared,
        **operations(world, "top"),
        **bound(_TENSORFLOW),
        "math": Namespace("tensorflow.math", declared),
        "train": train,
        "nn": network,
        "linalg": Namespace("tensorflow.linalg", {"matmul": declared["matmul"]}),
        "errors": Namespace("tensorflow.errors", {name: Type(name, _random, (name,)) for name in _ERRORS}),
        "AUTO_REUSE": AUTO_REUSE,
        "random_normal": Native("random_normal", _random),
        "random_uniform": Native("random_uniform", _random),
        "truncated_normal": Native("truncated_normal", _random),
        "set_random_seed": Native("set_random_seed", _random),
        "__version__": VERSION,
        "Tensor": Type("tensorflow.Tensor", _random, ("Tensor",)),
        **{name: Word(name) for name in ("float32", "float64", "int32", "int64", "bool")},
    }
    tensorflow = Namespace("tensorflow", names)
    compat = Namespace("tensorflow.compat", {"v1": tensorflow})
    names["compat"] = compat
    return {
        "tensorflow": tensorflow,
        "tensorflow.compat.v1": tensorflow,
        "tensorflow.compat": compat,
        "numpy": numpy_module(),
        "math": math_module(),
    }


def _random(machine: Interpreter, *arguments: Any, **keywords: Any) -> Any:
    raise UnknownError(
        "random numbers are not known here, since TensorFlow's generator cannot be followed", hint="write the numbers"
    )


class _Train(Namespace):
    """``tf.train``."""

    def attribute(self, machine: Interpreter, name: str) -> Any:
        if name not in self.names and name.endswith("Optimizer"):
            raise UnknownError(
                f"tensorflow.train.{name} is not known here",
                hint="GradientDescentOptimizer, MomentumOptimizer and AdamOptimizer are; or write tf.gradients and tf.assign",
            )
        return super().attribute(machine, name)


class _AsDefault(Foreign):
    """``tf.Graph()`` and ``tf.get_default_graph()``: there is one graph."""

    kind = "Graph"

    def __init__(self, world: World) -> None:
        self.world = world

    def attribute(self, machine: Interpreter, name: str) -> Any:
        if name in ("as_default", "finalize"):
            return Native(name, lambda machine: self)
        if name == "get_operations":
            return Native(name, lambda machine: list(self.world.graph.nodes))
        return super().attribute(machine, name)

    def enter(self, machine: Interpreter) -> Any:
        return self


class _Scope(Foreign):
    """``tf.name_scope``: names of nodes inside begin with its name.

    Args:
        world: The world of the script.
        name: The name; empty or None for the names of the outermost level.
    """

    kind = "name_scope"

    def __init__(self, world: World, name: Any) -> None:
        self.world = world
        self.name = name
        self.before: list[str] = []

    def enter(self, machine: Interpreter) -> Any:
        graph = self.world.graph
        self.before.append(graph.scope)
        graph.scope = f"{graph.name(self.name)}/" if self.name else ""
        return graph.scope

    def leave(self, machine: Interpreter) -> None:
        self.world.graph.scope = self.before.pop()


def _nothing(machine: Interpreter, world: World, *arguments: Any, **keywords: Any) -> None:
    """What a script says to TensorFlow, and that needs nothing here."""


def _session(machine: Interpreter, world: World, target: Any = None, graph: Any = None, config: Any = None) -> Session:
    return Session(world.graph, world.limits)


def _interactive(machine: Interpreter, world: World) -> Session:
    session = Session(world.graph, world.limits)
    session.enter(machine)
    return session


_ERRORS = ("InvalidArgumentError", "FailedPreconditionError")
"""What a run raises."""

_NETWORK: dict[str, Callable[..., Any]] = {
    "l2_loss": l2_loss,
    "sigmoid_cross_entropy_with_logits": binary_loss,
    **dict.fromkeys(
        [f"{kind}softmax_cross_entropy_with_logits{version}" for kind, version in (("", ""), ("", "_v2"), ("sparse_", ""))],
        class_loss,
    ),
}
"""Functions of ``tensorflow.nn`` that are more than one operation on their arguments."""

_TENSORFLOW: dict[str, Callable[..., Any]] = {
    **NODES,
    **VARIABLES,
    "trainable_variables": lambda machine, world: trainable(world),
    "global_variables": lambda machine, world: [node for node in world.graph.nodes if node.kind_of == "variable"],
    "group": lambda machine, world, *inputs, name=None: group(
        machine, world.graph, name or "group_deps", [pair for one in inputs for pair in one.parts or ()]
    ),
    "gradients": gradients,
    "hessians": hessians,
    "cond": cond,
    "while_loop": while_loop,
    "Session": _session,
    "InteractiveSession": _interactive,
    "Graph": lambda machine, world: _AsDefault(world),
    "get_default_graph": lambda machine, world: _AsDefault(world),
    "reset_default_graph": lambda machine, world: world.graph.clear(),
    "name_scope": lambda machine, world, name=None, default_name=None, values=None: _Scope(world, name or default_name),
    "disable_eager_execution": _nothing,
    "disable_v2_behavior": _nothing,
}  # fmt: skip
"""Functions of ``tensorflow`` that are no operations."""
