"""Gradients of a static graph, and steps along them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Foreign, Native, Raised
from gradcli.emulation.tensorflow.graph import Node, converted, group, made
from gradcli.emulation.tensorflow.world import World
from gradcli.ops.elementwise.arithmetic import mul, sub
from gradcli.typing import Any


def gradients(machine: Interpreter, world: World, ys: Any, xs: Any, grad_ys: Any = None, name: Any = None) -> list[Node | None]:
    """``tf.gradients``: for each of ``xs`` the derivative of the sum of ``ys``; None where they do not depend on it."""
    if grad_ys is not None:
        raise UnknownError("tf.gradients with grad_ys is not known here", hint="multiply ys by it")
    outputs = ys if isinstance(ys, list | tuple) else [ys]
    if not outputs:
        raise Raised("ValueError", "tf.gradients needs something to differentiate")
    y = converted(machine, world.graph, outputs[0], None, "ys")
    for other in outputs[1:]:
        y = made(machine, world.graph, "add", (y, other), "gradients/AddN")
    world.graph.last = y
    return [_gradient(machine, world, y, x) for x in (xs if isinstance(xs, list | tuple) else [xs])]


def _gradient(machine: Interpreter, world: World, y: Node, x: Any) -> Node | None:
    if not isinstance(x, Node):
        raise Raised("TypeError", f"tf.gradients takes tensors, not {machine.representation(x)[:40]}")
    if not _leads(x, y):
        return None
    world.asked.append(x)
    if x.kind_of == "constant" and not x.label:
        x.label = x.name
    return Node(world.graph, "gradient", f"gradients/{x.name}_grad", (y, x), shape=x.shape, dtype=x.dtype, span=machine.span)


def _leads(x: Node, y: Node) -> bool:
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


class Optimiser(Foreign):
    """``tf.train.GradientDescentOptimizer``.

    Args:
        world: The world of the script.
        rate: The learning rate.
    """

    kind = "GradientDescentOptimizer"

    def __init__(self, world: World, rate: Any) -> None:
        self.world = world
        self.rate = rate

    def attribute(self, machine: Interpreter, name: str) -> Any:
        methods: dict[str, Callable[..., Any]] = {
            "minimize": lambda machine, loss, var_list=None, name=None: self.apply(
                machine, self.pairs(machine, loss, var_list), name or "GradientDescent"
            ),
            "compute_gradients": self.pairs,
            "apply_gradients": lambda machine, grads_and_vars, name=None: self.apply(
                machine, machine.listed(grads_and_vars), name or "GradientDescent"
            ),
        }
        return Native(name, methods[name]) if name in methods else super().attribute(machine, name)

    def pairs(self, machine: Interpreter, loss: Any, var_list: Any = None) -> list[tuple[Any, Node]]:
        """The gradients of a loss, each with its variable."""
        variables = trainable(self.world) if var_list is None else machine.listed(var_list)
        if not variables:
            raise Raised("ValueError", "No variables to optimize.")
        found = gradients(machine, self.world, loss, variables)
        return list(zip(found, variables, strict=True))

    def apply(self, machine: Interpreter, pairs: Sequence[Any], name: str) -> Node:
        """The operation that takes a step."""
        graph = self.world.graph
        steps = []
        for gradient, variable in pairs:
            if gradient is not None:
                change = made(machine, graph, mul.name, (gradient, self.rate), f"{name}/step")
                steps.append((variable, made(machine, graph, sub.name, (variable, change), f"{name}/update")))
        if not steps:
            raise Raised(
                "ValueError", "No gradients provided for any variable, check your graph for ops that do not support gradients"
            )
        return group(machine, graph, name, steps)


def optimiser(machine: Interpreter, world: World, learning_rate: Any, use_locking: Any = False, name: Any = None) -> Optimiser:
    """``tf.train.GradientDescentOptimizer``."""
    return Optimiser(world, learning_rate)


def trainable(world: World) -> list[Node]:
    """The variables that an optimiser changes."""
    return [node for node in world.graph.nodes if node.kind_of == "variable" and node.value]
