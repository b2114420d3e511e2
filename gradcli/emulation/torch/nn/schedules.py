"""``torch.optim.lr_scheduler`` and ``torch.nn.utils``: what changes learning rates and gradients between steps."""

from __future__ import annotations

import math
from collections.abc import Callable

from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.values import Foreign, Native, Raised, type_name
from gradcli.emulation.torch.nn.optim import Sgd, settled
from gradcli.emulation.torch.tensor.members import METHODS
from gradcli.emulation.torch.tensor.tensors import Session, Tensor
from gradcli.ops.arrays.reduce import reduce_norm
from gradcli.ops.catalogue import STACK
from gradcli.ops.elementwise.activations import leaky_relu, relu
from gradcli.ops.elementwise.trigonometric import tanh
from gradcli.typing import Any

Rule = Callable[["Schedule", float, float], Any]
"""The next learning rate, from the schedule, the present rate and the first one."""


class Schedule(Foreign):
    """A schedule of learning rates.

    Args:
        kind: What it is called.
        machine: The machine.
        optimizer: The optimiser whose rates it changes.
        rule: Its rule.
        settings: The numbers of the rule.
    """

    def __init__(self, kind: str, machine: Interpreter, optimizer: Any, rule: Rule, settings: dict[str, Any]) -> None:
        if not isinstance(optimizer, Sgd):
            raise Raised("TypeError", f"{type_name(optimizer)} is not an Optimizer")
        self.kind = kind
        self.machine = machine
        self.groups = optimizer.groups
        self.rule = rule
        self.settings = settings
        self.epoch = 0
        for group in self.groups:
            group.setdefault("initial_lr", group["lr"])
        if kind in ("LambdaLR", "LinearLR"):
            self._change()

    def attribute(self, machine: Interpreter, name: str) -> Any:
        if name == "last_epoch":
            return self.epoch
        if name == "get_last_lr":
            return Native(name, lambda machine: [group["lr"] for group in self.groups])
        if name == "step":
            return Native(name, self._step)
        return super().attribute(machine, name)

    def _step(self, machine: Interpreter) -> None:
        self.epoch += 1
        self._change()

    def _change(self) -> None:
        for group in self.groups:
            group["lr"] = self.rule(self, group["lr"], group["initial_lr"])


def _every(self: Schedule, rate: float, first: float) -> Any:
    return rate if self.epoch % self.settings["step_size"] else rate * self.settings["gamma"]


def _at(self: Schedule, rate: float, first: float) -> Any:
    return rate * self.settings["gamma"] ** self.machine.listed(self.settings["milestones"]).count(self.epoch)


def _cosine(self: Schedule, rate: float, first: float) -> Any:
    period, least = self.settings["T_max"], self.settings["eta_min"]
    if not (self.epoch - 1 - period) % (2 * period):
        return rate + (first - least) * (1 - math.cos(math.pi / period)) / 2
    turned = [1 + math.cos(math.pi * epoch / period) for epoch in (self.epoch, self.epoch - 1)]
    return turned[0] / turned[1] * (rate - least) + least


def _linear(self: Schedule, rate: float, first: float) -> Any:
    start, end, period = (self.settings[key] for key in ("start_factor", "end_factor", "total_iters"))
    if not self.epoch:
        return rate * start
    return rate if self.epoch > period else rate * (1 + (end - start) / (period * start + (self.epoch - 1) * (end - start)))


def _by_function(self: Schedule, rate: float, first: float) -> Any:
    return first * self.machine.apply(self.settings["lr_lambda"], [self.epoch])


def _reduced(self: Schedule, rate: float, first: float) -> Any:
    lower = max(rate * self.settings["factor"], self.settings["min_lr"])
    return lower if rate - lower > self.settings["eps"] else rate


_LEAST = 1e-4
"""The part by which a loss has to be better."""


class Plateau(Schedule):
    """A schedule that lowers the rates when a loss gets no better for some epochs."""

    best: float | None = None
    bad = 0

    def attribute(self, machine: Interpreter, name: str) -> Any:
        if name in ("best", "num_bad_epochs"):
            return self.bad if name != "best" else math.inf if self.best is None else self.best
        return super().attribute(machine, name)

    def _step(self, machine: Interpreter, metrics: Any = None) -> None:
        loss = metrics.number(machine) if isinstance(metrics, Tensor) else metrics
        if not isinstance(loss, int | float):
            raise Raised("TypeError", f"float() argument must be a string or a real number, not '{type_name(loss)}'")
        self.epoch += 1
        sign = -1 if self.settings["mode"] == "max" else 1
        if self.best is None or sign * loss < sign * self.best * (1 - sign * _LEAST):
            self.best, self.bad = float(loss), 0
        else:
            self.bad += 1
        if self.bad > self.settings["patience"]:
            self.bad = 0
            self._change()


_RULES: dict[str, tuple[Rule, dict[str, Any]]] = {
    "StepLR": (_every, {"step_size": None, "gamma": 0.1}),
    "MultiStepLR": (_at, {"milestones": None, "gamma": 0.1}),
    "ExponentialLR": (lambda self, rate, first: rate * self.settings["gamma"], {"gamma": None}),
    "CosineAnnealingLR": (_cosine, {"T_max": None, "eta_min": 0.0}),
    "LambdaLR": (_by_function, {"lr_lambda": None}),
    "LinearLR": (_linear, {"start_factor": 1.0 / 3, "end_factor": 1.0, "total_iters": 5}),
    "ReduceLROnPlateau": (_reduced, {"mode": "min", "factor": 0.1, "patience": 10, "min_lr": 0, "eps": 1e-8}),
}
"""The schedules: the rule of each, and its settings with their defaults; None for those that have to be given."""


def _schedule(name: str) -> Callable[..., Schedule]:
    rule, defaults = _RULES[name]

    def make(machine: Interpreter, session: Session, optimizer: Any, *settings: Any, **named: Any) -> Schedule:
        given = settled(name, defaults, defaults, settings, named)
        for key, value in given.items():
            if value is None:
                raise Raised("TypeError", f"{name}.__init__() missing 1 required positional argument: '{key}'")
        return (Plateau if rule is _reduced else Schedule)(name, machine, optimizer, rule, given)

    return make


SCHEDULES = {name: _schedule(name) for name in _RULES}
"""Classes of ``torch.optim.lr_scheduler``."""


def _gradients(machine: Interpreter, parameters: Any) -> list[Tensor]:
    given = [parameters] if isinstance(parameters, Tensor) else machine.listed(parameters)
    return [gradient for gradient in [one.grad(machine) for one in given] if gradient is not None]


def _clip_norm(machine: Interpreter, session: Session, parameters: Any, max_norm: float, norm_type: float = 2.0,
               error_if_nonfinite: Any = False) -> Tensor:  # fmt: skip
    gradients = _gradients(machine, parameters)
    with session.tape.no_grad():
        settings = (("axis", None), ("keepdims", False), ("ord", float(norm_type)))
        norms = [session.operate(machine, reduce_norm.name, (one,), settings) for one in gradients]
        if not norms:
            return session.leaf(machine, 0.0, session.tape.dtype)
        total = session.operate(machine, reduce_norm.name, (session.operate(machine, STACK, norms, (("axis", 0),)),), settings)
        factor = machine.binary("/", float(max_norm), machine.binary("+", total, 1e-6))
        if factor.number(machine) < 1:
            for one in gradients:
                one.become(machine, machine.binary("*", one, factor))
    return total


def _clip_value(machine: Interpreter, session: Session, parameters: Any, clip_value: float) -> None:
    with session.tape.no_grad():
        for one in _gradients(machine, parameters):
            low, high = -float(clip_value), float(clip_value)
            one.become(machine, machine.call(one.attribute(machine, "clamp"), [low, high], {}))


UTILS: dict[str, Callable[..., Any]] = {"clip_grad_norm_": _clip_norm, "clip_grad_value_": _clip_value}
"""Functions of ``torch.nn.utils``."""


def _filled(value: float) -> Callable[..., Tensor]:
    return lambda machine, session, tensor: _changed(machine, tensor, "fill_", value)


def _changed(machine: Interpreter, tensor: Tensor, method: str, *arguments: Any) -> Tensor:
    with tensor.tape.no_grad():
        found: Tensor = METHODS[method](machine, tensor, *arguments)
    return found


def _drawn(machine: Interpreter, tensor: Tensor, method: str, deviation: float) -> Tensor:
    bound = math.sqrt(3.0) * deviation
    return _changed(machine, tensor, method, *((-bound, bound) if method == "uniform_" else (0.0, deviation)))


def _fans(tensor: Tensor) -> tuple[float, float]:
    """How many numbers come into one of the results of a layer with such weights, and to how many results one number goes."""
    if len(tensor.shape) < 2:
        raise Raised("ValueError", "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    field = math.prod(tensor.shape[2:])
    return float(tensor.shape[1] * field), float(tensor.shape[0] * field)


def _xavier(method: str) -> Callable[..., Tensor]:
    return lambda machine, session, tensor, gain=1.0: _drawn(machine, tensor, method, gain * math.sqrt(2.0 / sum(_fans(tensor))))


def _kaiming(method: str) -> Callable[..., Tensor]:
    def change(machine: Interpreter, session: Session, tensor: Tensor, a: float = 0, mode: str = "fan_in",
               nonlinearity: str = leaky_relu.name) -> Tensor:  # fmt: skip
        gains = {relu.name: math.sqrt(2.0), leaky_relu.name: math.sqrt(2.0 / (1 + a**2)), tanh.name: 5.0 / 3}
        return _drawn(machine, tensor, method, gains.get(nonlinearity, 1.0) / math.sqrt(_fans(tensor)[mode == "fan_out"]))

    return change


INIT: dict[str, Callable[..., Any]] = {
    "zeros_": _filled(0.0),
    "ones_": _filled(1.0),
    "constant_": lambda machine, session, tensor, val: _changed(machine, tensor, "fill_", val),
    "normal_": lambda machine, session, tensor, mean=0.0, std=1.0: _changed(machine, tensor, "normal_", mean, std),
    "uniform_": lambda machine, session, tensor, a=0.0, b=1.0: _changed(machine, tensor, "uniform_", a, b),
    "xavier_uniform_": _xavier("uniform_"),
    "xavier_normal_": _xavier("normal_"),
    "kaiming_uniform_": _kaiming("uniform_"),
    "kaiming_normal_": _kaiming("normal_"),
}
"""Functions of ``torch.nn.init``."""
