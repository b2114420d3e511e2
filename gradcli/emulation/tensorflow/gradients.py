"""Gradients of a static graph, and steps along them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Foreign, Native, Raised
from gradcli.emulation.tensorflow.graph import Node, converted, group, leads, made
from gradcli.emulation.tensorflow.nodes import NODES
from gradcli.emulation.tensorflow.world import World
from gradcli.ops.catalogue import STACK
from gradcli.ops.elementwise.arithmetic import detach, mul
from gradcli.typing import Any


def gradients(machine: Interpreter, world: World, ys: Any, xs: Any, grad_ys: Any = None, name: Any = None,
              stop_gradients: Any = None) -> list[Node | None]:  # fmt: skip
    """``tf.gradients``: for each of ``xs`` the derivative of the sum of ``ys``; None where they do not depend on it."""
    outputs = list(ys) if isinstance(ys, list | tuple) else [ys]
    if not outputs:
        raise Raised("ValueError", "tf.gradients needs something to differentiate")
    weights = [None] * len(outputs) if grad_ys is None else grad_ys if isinstance(grad_ys, list | tuple) else [grad_ys]
    if len(weights) != len(outputs):
        raise Raised("ValueError", "Passed different number of grad_ys than ys")
    for at, weight in enumerate(weights):
        if weight is not None:
            held = made(machine, world.graph, detach.name, (weight,), "gradients/grad_ys")
            outputs[at] = made(machine, world.graph, mul.name, (outputs[at], held), "gradients/weighted")
    stops = [] if stop_gradients is None else stop_gradients if isinstance(stop_gradients, list | tuple) else [stop_gradients]
    y = converted(machine, world.graph, outputs[0], None, "ys")
    for other in outputs[1:]:
        y = made(machine, world.graph, "add", (y, other), "gradients/AddN")
    world.graph.last = y
    return [_gradient(machine, world, y, x, list(stops)) for x in (xs if isinstance(xs, list | tuple) else [xs])]


def hessians(machine: Interpreter, world: World, ys: Any, xs: Any, name: Any = None) -> list[Node]:
    """``tf.hessians``: for each of ``xs``, a number or a vector, the second derivatives of the sum of ``ys``.

    Raises:
        UnknownError: The size of one is not known, or it has several axes.
    """
    found = []
    for x in xs if isinstance(xs, list | tuple) else [xs]:
        (slope,) = gradients(machine, world, ys, x)
        if slope is None:
            raise Raised("ValueError", "None values not supported.")
        if slope.shape == () or (slope.shape is None and x.kind_of == "placeholder"):
            rows = gradients(machine, world, slope, x)
        elif slope.shape is None or len(slope.shape) != 1 or slope.shape[0] is None:
            raise UnknownError("tf.hessians by a tensor of this shape is not known here", hint="give a vector of a known size")
        else:
            parts = [gradients(machine, world, slope.item(machine, at), x)[0] for at in range(slope.shape[0])]
            rows = [made(machine, world.graph, STACK, parts, "hessians", (("axis", 0),))]
        found += rows
    return found  # type: ignore[return-value]


def _gradient(machine: Interpreter, world: World, y: Node, x: Any, stops: list[Node]) -> Node | None:
    if not isinstance(x, Node):
        raise Raised("TypeError", f"tf.gradients takes tensors, not {machine.representation(x)[:40]}")
    if not leads(x, y):
        return None
    world.asked.append(x)
    if x.kind_of == "constant" and not x.label:
        x.label = x.name
    return Node(world.graph, "gradient", f"gradients/{x.name}_grad", (y, x), shape=x.shape, dtype=x.dtype, span=machine.span,
                parts=stops)  # fmt: skip


Update = Callable[["Optimiser", Node, Node], Any]
"""What a variable becomes, from it and its gradient; other changes are noted beside."""


class Optimiser(Foreign):
    """An optimiser of ``tf.train``.

    Args:
        machine: The machine.
        world: The world of the script.
        kind: What it is called.
        update: Its rule.
        numbers: The numbers of the rule.
    """

    def __init__(self, machine: Interpreter, world: World, kind: str, update: Update, numbers: dict[str, Any]) -> None:
        self.machine = machine
        self.world = world
        self.kind = kind
        self.update = update
        self.numbers = numbers
        self.steps: list[tuple[Node, Node]] = []

    def attribute(self, machine: Interpreter, name: str) -> Any:
        title = self.kind.removesuffix("Optimizer")
        methods: dict[str, Callable[..., Any]] = {
            "minimize": lambda machine, loss, global_step=None, var_list=None, name=None: self.apply(
                machine, self.pairs(machine, loss, var_list), global_step, name or title
            ),
            "compute_gradients": self.pairs,
            "apply_gradients": lambda machine, grads_and_vars, global_step=None, name=None: self.apply(
                machine, machine.listed(grads_and_vars), global_step, name or title
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

    def apply(self, machine: Interpreter, pairs: Sequence[Any], count: Any, name: str) -> Node:
        """The operation that takes a step."""
        self.steps = []
        for gradient, variable in pairs:
            if gradient is not None:
                self.steps.append((variable, self.update(self, variable, gradient)))
        if not self.steps:
            raise Raised(
                "ValueError", "No gradients provided for any variable, check your graph for ops that do not support gradients"
            )
        if count is not None:
            self.steps.append((count, self.of("+", count, 1)))
        return group(machine, self.world.graph, name, self.steps)

    def of(self, symbol: str, a: Any, b: Any) -> Any:
        """The node of an operator."""
        return self.machine.binary(symbol, a, b)

    def kept(self, variable: Node, name: str, start: float, following: Callable[[Node], Any], *, alike: bool = True) -> Any:
        """What is kept of a variable between steps, as it is after this step."""
        shape = variable.shape if alike else ()
        value = NODES["constant"](self.machine, self.world, start, variable.dtype, shape)
        slot = NODES["Variable"](self.machine, self.world, value, False, f"{variable.name}/{name}", variable.dtype)
        after = following(slot)
        self.steps.append((slot, after))
        return after


def _descent(self: Optimiser, variable: Node, gradient: Node) -> Any:
    return self.of("-", variable, self.of("*", gradient, self.numbers["learning_rate"]))


def _momentum(self: Optimiser, variable: Node, gradient: Node) -> Any:
    factor = self.numbers["momentum"]
    velocity = self.kept(variable, "Momentum", 0.0, lambda slot: self.of("+", self.of("*", slot, factor), gradient))
    if self.numbers["use_nesterov"]:
        velocity = self.of("+", gradient, self.of("*", velocity, factor))
    return _descent(self, variable, velocity)


def _adam(self: Optimiser, variable: Node, gradient: Node) -> Any:
    """The rate of the step has the biases of both means: so TensorFlow adds epsilon to a root that is not corrected."""
    numbers, root = self.numbers, "**"
    powers, means = [], []
    for beta, wanted in ((numbers["beta1"], gradient), (numbers["beta2"], self.of("*", gradient, gradient))):

        def mean(slot: Node, beta: float = beta, wanted: Node = wanted) -> Any:
            return self.of("+", self.of("*", slot, beta), self.of("*", wanted, 1 - beta))

        means.append(self.kept(variable, "Adam", 0.0, mean))

        def power(slot: Node, beta: float = beta) -> Any:
            return self.of("*", slot, beta)

        powers.append(self.kept(variable, "beta_power", 1.0, power, alike=False))
    first, second = [self.of("-", 1.0, one) for one in powers]
    rate = self.of("*", self.of("/", self.of(root, second, 0.5), first), numbers["learning_rate"])
    size = self.of("+", self.of(root, means[1], 0.5), numbers["epsilon"])
    return self.of("-", variable, self.of("/", self.of("*", means[0], rate), size))


_RULES: dict[str, tuple[Update, dict[str, Any]]] = {
    "GradientDescentOptimizer": (_descent, {"learning_rate": None}),
    "MomentumOptimizer": (_momentum, {"learning_rate": None, "momentum": None, "use_locking": False, "name": "Momentum",
                                      "use_nesterov": False}),
    "AdamOptimizer": (_adam, {"learning_rate": 0.001, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-08}),
}  # fmt: skip
"""The optimisers: the rule of each, and its numbers with their defaults; None for those that have to be given."""


def _optimiser(kind: str) -> Callable[..., Optimiser]:
    update, defaults = _RULES[kind]

    def make(machine: Interpreter, world: World, *given: Any, use_locking: Any = False, name: Any = None, **named: Any) -> Any:
        numbers = {**defaults, **dict(zip(defaults, given, strict=False)), **named}
        for key, value in numbers.items():
            if key not in defaults or value is None:
                what = f"got an unexpected keyword argument '{key}'" if key not in defaults else f"missing argument: '{key}'"
                raise Raised("TypeError", f"__init__() {what}")
        return Optimiser(machine, world, kind, update, numbers)

    return make


OPTIMISERS = {kind: _optimiser(kind) for kind in _RULES}
"""Classes of ``tensorflow.train``."""


def trainable(world: World) -> list[Node]:
    """The variables that an optimiser changes."""
    return [node for node in world.graph.nodes if node.kind_of == "variable" and node.value]
