"""``torch.optim`` of a script: stochastic gradient descent."""

from __future__ import annotations

from typing import Any, NamedTuple

from gradcli.autodiff.torch_tape.dtypes import rounded
from gradcli.lowering.builders.builder import Value
from gradcli.scripts.python.interpreter import Interpreter
from gradcli.scripts.python.values import Foreign, Native, Raised, type_name
from gradcli.scripts.torch.dtypes import WORDS
from gradcli.scripts.torch.tensors import Session, Tensor


class _Rule(NamedTuple):
    """The numbers of the rule that changes a parameter."""

    rate: float
    momentum: float
    dampening: float
    weight_decay: float
    nesterov: bool
    maximize: bool


class Sgd(Foreign):
    """The optimiser ``torch.optim.SGD``: p becomes p - lr·g, where g is p.grad + weight_decay·p.

    With momentum μ the velocity v, at first g, becomes μ·v + (1 - dampening)·g, and stands in place of g; after Nesterov
    g + μ·v stands there (Sutskever and others, On the importance of initialization and momentum in deep learning, 2013).

    Args:
        session: The session.
        parameters: The tensors that it changes.
        rule: The numbers of the rule.
    """

    kind = "SGD"

    def __init__(self, session: Session, parameters: list[Tensor], rule: _Rule) -> None:
        self.session = session
        self.parameters = parameters
        self.rule = rule
        self.velocities: dict[int, Tensor] = {}

    def attribute(self, machine: Interpreter, name: str) -> Any:
        if name == "step":
            return Native("step", self._step)
        if name == "zero_grad":
            return Native("zero_grad", self._zero_grad)
        return super().attribute(machine, name)

    def _step(self, machine: Interpreter) -> None:
        rule = self.rule
        with self.session.tape.no_grad():
            for index, parameter in enumerate(self.parameters):
                gradient = parameter.grad(machine)
                if gradient is None:
                    continue
                if rule.weight_decay:
                    gradient = self._plus(machine, gradient, parameter, rule.weight_decay)
                if rule.momentum:
                    gradient = self._velocity(machine, index, gradient)
                rate = rule.rate if rule.maximize else -rule.rate
                parameter.become(machine, self._plus(machine, parameter, gradient, rate))

    def _plus(self, machine: Interpreter, a: Tensor, b: Tensor, factor: float) -> Tensor:
        """a + factor·b, rounded once, as processors with a fused multiplication and addition do."""
        if a.dtype == "float32":
            factor = float(rounded(factor, "float32"))
        total = _double(a.value) + _double(b.value) * factor
        return self.session.leaf(machine, rounded(total, a.dtype), a.dtype)

    def _velocity(self, machine: Interpreter, index: int, gradient: Tensor) -> Tensor:
        rule = self.rule
        velocity = self.session.tensor(self.session.tape.detach(gradient.node))
        if index in self.velocities:
            scaled = machine.binary("*", self.velocities[index], rule.momentum)
            velocity = self._plus(machine, scaled, gradient, 1 - rule.dampening)
        self.velocities[index] = velocity
        if not rule.nesterov:
            return velocity
        return self._plus(machine, gradient, velocity, rule.momentum)

    def _zero_grad(self, machine: Interpreter, set_to_none: Any = True) -> None:
        if machine.truth(set_to_none):
            self.session.tape.zero_grad([parameter.node for parameter in self.parameters])
            return
        for parameter in self.parameters:
            gradient = parameter.grad(machine)
            if gradient is not None:
                with self.session.tape.no_grad():
                    gradient.become(machine, machine.binary("*", gradient, 0.0))


def _double(value: Value) -> Any:
    return value if isinstance(value, float) else value.astype("float64")


def sgd(machine: Interpreter, session: Session, params: Any, lr: Any = 0.001, momentum: Any = 0.0, dampening: Any = 0.0,
        weight_decay: Any = 0.0, nesterov: Any = False, *, maximize: Any = False) -> Sgd:  # fmt: skip
    """``torch.optim.SGD``.

    Raises:
        Raised: A number is out of its range, or a parameter is no leaf.
    """
    if isinstance(params, Tensor):
        found = f"torch.{WORDS[params.dtype]}Tensor"
        raise Raised(
            "TypeError", f"params argument given to the optimizer should be an iterable of Tensors or dicts, but got {found}"
        )
    names = {"learning rate": lr, "momentum value": momentum, "weight_decay value": weight_decay}
    for name, value in names.items():
        if not isinstance(value, int | float):
            raise Raised("TypeError", f"'<' not supported between instances of '{type_name(value)}' and 'float'")
        if value < 0:
            raise Raised("ValueError", f"Invalid {name}: {value}")
    if machine.truth(nesterov) and (momentum <= 0 or dampening != 0):
        raise Raised("ValueError", "Nesterov momentum requires a momentum and zero dampening")
    parameters = machine.listed(params)
    if not parameters:
        raise Raised("ValueError", "optimizer got an empty parameter list")
    for parameter in parameters:
        if not isinstance(parameter, Tensor):
            raise Raised("TypeError", f"optimizer can only optimize Tensors, but one of the params is {type_name(parameter)}")
        if not session.tape.is_leaf(parameter.node):
            raise Raised("ValueError", "can't optimize a non-leaf Tensor")
    rule = _Rule(
        float(lr), float(momentum), float(dampening), float(weight_decay), machine.truth(nesterov), machine.truth(maximize)
    )
    return Sgd(session, parameters, rule)
