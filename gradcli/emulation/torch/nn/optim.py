"""``torch.optim`` of a script: SGD, Adam and RMSprop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from gradcli.autodiff import optimisers
from gradcli.autodiff.optimisers import Arithmetic
from gradcli.autodiff.optimisers import sgd as updated
from gradcli.autodiff.torch_tape.dtypes import WORDS, rounded
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Foreign, Native, Raised, type_name
from gradcli.emulation.torch.tensor.tensors import Session, Tensor
from gradcli.lowering.builders.builder import Value
from gradcli.typing import Any

Group = dict[str, Any]
"""The parameters of a group and the numbers of its rule, which a script may read and change."""

_NUMBERS = {"learning rate": "lr", "momentum value": "momentum", "weight_decay value": "weight_decay",
            "epsilon value": "eps", "alpha value": "alpha"}  # fmt: skip
"""What must not be negative, and what messages call it."""


class Sgd(Foreign):
    """The optimiser ``torch.optim.SGD``; its rule is :func:`gradcli.autodiff.optimisers.sgd`.

    Args:
        session: The session.
        defaults: The numbers of the rule, for groups that leave them out.
    """

    kind = "SGD"

    def __init__(self, session: Session, defaults: Group) -> None:
        self.session = session
        self.defaults = defaults
        self.groups: list[Group] = []
        self.velocities: dict[Tensor, Tensor] = {}

    def attribute(self, machine: Interpreter, name: str) -> Any:
        match name:
            case "param_groups":
                return self.groups
            case "defaults":
                return self.defaults
            case "state":
                return {one: found for one in self._parameters() if (found := self._state(machine, one))}
            case "step" | "zero_grad" | "add_param_group" | "state_dict" | "load_state_dict":
                return Native(name, getattr(self, f"_{name}"))
        return super().attribute(machine, name)

    def text(self, machine: Interpreter) -> str:
        lines = [f"{self.kind} ("]
        for index, group in enumerate(self.groups):
            lines += [""] * (index > 0) + [f"Parameter Group {index}"]
            lines += [f"    {key}: {machine.text(value)}" for key, value in sorted(_rule(group).items())]
        return "\n".join([*lines, ")"])

    def _add_param_group(self, machine: Interpreter, param_group: Any) -> None:
        if not isinstance(param_group, dict):
            found = getattr(param_group, "full_kind", type_name(param_group))
            raise Raised("TypeError", f"param_group must be a dict, but got <class '{found}'>")
        if "params" not in param_group:
            raise Raised("KeyError", "'params'")
        given = param_group["params"]
        parameters = [given] if isinstance(given, Tensor) else machine.listed(given)
        known = set(self._parameters())
        for parameter in parameters:
            if not isinstance(parameter, Tensor):
                found = type_name(parameter)
                raise Raised("TypeError", f"optimizer can only optimize Tensors, but one of the params is {found}")
            if not self.session.tape.is_leaf(parameter.node):
                raise Raised("ValueError", "can't optimize a non-leaf Tensor")
        if known.intersection(parameters):
            raise Raised("ValueError", "some parameters appear in more than one parameter group")
        self.groups.append({"params": parameters, **self.defaults, **_rule(param_group)})

    def _state_dict(self, machine: Interpreter) -> dict[str, Any]:
        places = {one: at for at, one in enumerate(self._parameters())}
        state = {at: found for one, at in places.items() if (found := self._state(machine, one))}
        groups = [
            {
                **{key: value for key, value in group.items() if key != "params"},
                "params": [places[one] for one in group["params"]],
            }
            for group in self.groups
        ]
        return {"state": state, "param_groups": groups}

    def _load_state_dict(self, machine: Interpreter, state_dict: dict[str, Any]) -> None:
        groups, parameters = state_dict["param_groups"], self._parameters()
        if len(groups) != len(self.groups):
            raise Raised("ValueError", "loaded state dict has a different number of parameter groups")
        if [len(group["params"]) for group in groups] != [len(group["params"]) for group in self.groups]:
            text = "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
            raise Raised("ValueError", text)
        for group, saved in zip(self.groups, groups, strict=True):
            group.update(_rule(saved))
        for at, kept in state_dict["state"].items():
            self._keep(machine, parameters[at], kept)

    def _parameters(self) -> list[Tensor]:
        return [one for group in self.groups for one in group["params"]]

    def _state(self, machine: Interpreter, parameter: Tensor) -> dict[str, Any]:
        """What is kept of a parameter between steps, by PyTorch's names."""
        return {"momentum_buffer": self.velocities[parameter]} if parameter in self.velocities else {}

    def _keep(self, machine: Interpreter, parameter: Tensor, kept: dict[str, Any]) -> None:
        """Keep what was kept of a parameter elsewhere."""
        if (velocity := kept.get("momentum_buffer")) is not None:
            self.velocities[parameter] = velocity

    def _step(self, machine: Interpreter, closure: Any = None) -> Any:
        loss = None if closure is None else machine.apply(closure, [])
        with self.session.tape.no_grad():
            for group in self.groups:
                for parameter in group["params"]:
                    self._change(machine, group, parameter)
        return loss

    def _change(self, machine: Interpreter, group: Group, parameter: Tensor) -> None:
        gradient = parameter.grad(machine)
        if gradient is None:
            return
        numbers = {key: self._number(machine, group, key) for key in ("weight_decay", "momentum", "lr", "dampening")}
        numbers |= {key: machine.truth(group[key]) for key in ("nesterov", "maximize")}
        arithmetic = Arithmetic(
            lambda a, b, factor: self._plus(machine, a, b, factor),
            lambda a, factor: machine.binary("*", a, factor),
            lambda a: self.session.tensor(self.session.tape.detach(a.node)),
        )
        changed, velocity = updated(parameter, gradient, self.velocities.get(parameter), numbers, arithmetic)
        if velocity is not None:
            self.velocities[parameter] = velocity
        parameter.become(machine, changed)

    def _number(self, machine: Interpreter, group: Group, key: str) -> float:
        value = group[key]
        number = value.number(machine) if isinstance(value, Foreign) else value
        if not isinstance(number, int | float):
            raise Raised("TypeError", f"{key} must be a number, not {type_name(number)}")
        return float(number)

    def _plus(self, machine: Interpreter, a: Tensor, b: Tensor, factor: float) -> Tensor:
        """a + factor·b, rounded once, as processors with a fused multiplication and addition do."""
        if a.dtype == "float32":
            factor = float(rounded(factor, "float32"))
        total = _double(a.value) + _double(b.value) * factor
        return self.session.leaf(machine, rounded(total, a.dtype), a.dtype)

    def _zero_grad(self, machine: Interpreter, set_to_none: Any = True) -> None:
        parameters = self._parameters()
        if machine.truth(set_to_none):
            self.session.tape.zero_grad([parameter.node for parameter in parameters])
            return
        for parameter in parameters:
            gradient = parameter.grad(machine)
            if gradient is not None:
                with self.session.tape.no_grad():
                    gradient.become(machine, machine.binary("*", gradient, 0.0))


_RULES: dict[str, tuple[Callable[..., tuple[Any, Any]], tuple[str, ...]]] = {
    **dict.fromkeys(("Adam", "AdamW"), (optimisers.adam, ("exp_avg", "exp_avg_sq"))),
    "Adagrad": (optimisers.adagrad, ("sum",)),
    "RMSprop": (optimisers.rmsprop, ("square_avg",)),
}
"""The rule of each optimiser, and what PyTorch calls what it keeps."""


class Running(Sgd):
    """An optimiser that keeps running means; its rule gives the new parameter and the means, in double precision.

    Args:
        session: The session.
        defaults: The numbers of the rule.
        kind: ``Adam`` or ``RMSprop``.
    """

    def __init__(self, session: Session, defaults: Group, kind: str) -> None:
        super().__init__(session, defaults)
        self.kind = kind
        self.rule, self.kept = _RULES[kind]
        self.means: dict[Tensor, tuple[int, Any]] = {}

    def _state(self, machine: Interpreter, parameter: Tensor) -> dict[str, Any]:
        if parameter not in self.means:
            return {}
        count, kept = self.means[parameter]
        kept = kept[1:] if isinstance(kept, tuple) else (kept,)  # Adam counts its steps itself
        means = zip(self.kept, kept, strict=True)
        state = {name: self.session.leaf(machine, rounded(value, parameter.dtype), parameter.dtype) for name, value in means}
        return {"step": self.session.leaf(machine, float(count), "float32"), **state}

    def _keep(self, machine: Interpreter, parameter: Tensor, kept: dict[str, Any]) -> None:
        count, means = int(kept["step"].number(machine)), [_double(kept[name].value) for name in self.kept]
        self.means[parameter] = count, (count, *means) if len(means) > 1 else means[0]

    def _change(self, machine: Interpreter, group: Group, parameter: Tensor) -> None:
        import numpy as np

        gradient = parameter.grad(machine)
        if gradient is None:
            return
        used = [key for key in ("lr", "alpha", "eps") if key in group]
        numbers: dict[str, Any] = {key: self._number(machine, group, key) for key in used}
        if "betas" in group:
            numbers["betas"] = tuple(machine.listed(group["betas"]))
        decay = self._number(machine, group, "weight_decay")
        count, kept = self.means.get(parameter, (0, None))
        with np.errstate(all="ignore"):
            point = np.asarray(parameter.value, "float64")
            slope = np.asarray(gradient.value, "float64") * (-1.0 if machine.truth(group["maximize"]) else 1.0)
            if decay and group.get("decoupled_weight_decay"):
                point = (point * (1 - numbers["lr"] * decay)).astype(parameter.dtype).astype("float64")
            elif decay:
                slope = slope + decay * point
            changed, kept = self.rule(point, slope, kept, numbers)
        self.means[parameter] = count + 1, kept
        value = changed if point.ndim else float(changed)
        parameter.become(machine, self.session.leaf(machine, rounded(value, parameter.dtype), parameter.dtype))


def _rule(group: Group) -> Group:
    """The numbers of a group's rule."""
    return {key: value for key, value in group.items() if key != "params"}


def _double(value: Value) -> Any:
    return value if isinstance(value, float) else value.astype("float64")


_DEFAULTS: dict[str, Group] = {
    "SGD": {
        "lr": 0.001, "momentum": 0, "dampening": 0, "weight_decay": 0, "nesterov": False, "maximize": False, "foreach": None,
        "differentiable": False, "fused": None,
    },
    "Adam": {
        "lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-08, "weight_decay": 0, "amsgrad": False, "maximize": False,
        "foreach": None, "capturable": False, "differentiable": False, "fused": None, "decoupled_weight_decay": False,
    },
    "RMSprop": {
        "lr": 0.01, "momentum": 0, "alpha": 0.99, "eps": 1e-08, "centered": False, "weight_decay": 0, "capturable": False,
        "foreach": None, "maximize": False, "differentiable": False,
    },
    "Adagrad": {
        "lr": 0.01, "lr_decay": 0, "eps": 1e-10, "weight_decay": 0, "initial_accumulator_value": 0, "maximize": False,
        "foreach": None, "differentiable": False, "fused": None,
    },
}  # fmt: skip
_DEFAULTS["AdamW"] = {**_DEFAULTS["Adam"], "weight_decay": 0.01, "decoupled_weight_decay": True}
"""The numbers of each rule, with PyTorch's defaults, in the order in which it shows them."""

_ORDER = {
    "RMSprop": "lr alpha eps weight_decay momentum centered",
    "Adagrad": "lr lr_decay weight_decay initial_accumulator_value eps",
}
"""The numbers in the order of a call, where that is another one."""

_REFUSED = {
    "Adam": "amsgrad",
    "AdamW": "amsgrad",
    "RMSprop": "momentum centered",
    "Adagrad": "lr_decay initial_accumulator_value",
}
"""What a rule is not known to do."""


def settled(name: str, defaults: Group, order: Iterable[str], settings: Sequence[Any], named: Group) -> Group:
    """The settings of a call, with the defaults of those that are left out.

    Raises:
        UnknownError: There is another one among them.
    """
    given = {**defaults, **dict(zip(order, settings, strict=False)), **named}
    for key in given:
        if key not in defaults:
            raise UnknownError(f"the argument {key} of {name} is not known here", hint=f"it has {', '.join(defaults)} here")
    return given


def _optimiser(name: str) -> Callable[..., Sgd]:
    """The class of ``torch.optim`` of a name.

    Called, it raises Raised where a number is out of its range, or a parameter is no leaf, and UnknownError where it is asked
    for what its rule is not known to do.
    """

    def make(machine: Interpreter, session: Session, params: Any, *settings: Any, **named: Any) -> Sgd:
        defaults = _DEFAULTS[name]
        given = settled(name, defaults, _ORDER[name].split() if name in _ORDER else defaults, settings, named)
        _check(machine, params, given)
        refused = (*_REFUSED, "momentum") if name == "RMSprop" else _REFUSED
        _plain(machine, **{key: given[key] for key in refused if key in given})
        for at, beta in enumerate(machine.listed(given.get("betas", ()))):
            if not 0 <= beta < 1:
                raise Raised("ValueError", f"Invalid beta parameter at index {at}: {beta}")
        if machine.truth(given.get("nesterov", False)) and (given["momentum"] <= 0 or given["dampening"] != 0):
            raise Raised("ValueError", "Nesterov momentum requires a momentum and zero dampening")
        return _started(machine, Running(session, given, name) if name in _RULES else Sgd(session, given), params)

    return make


OPTIMISERS = {name: _optimiser(name) for name in _DEFAULTS}
"""Classes of ``torch.optim``."""


def _plain(machine: Interpreter, **asked: Any) -> None:
    """Refuse what a rule is not known to do."""
    for name, value in asked.items():
        if machine.truth(value):
            raise UnknownError(f"{name} is not known here", hint="leave it out")


def _check(machine: Interpreter, params: Any, defaults: Group) -> None:
    if isinstance(params, Tensor):
        found = f"torch.{WORDS[params.dtype]}Tensor"
        raise Raised(
            "TypeError", f"params argument given to the optimizer should be an iterable of Tensors or dicts, but got {found}"
        )
    for name, key in _NUMBERS.items():
        if key not in defaults:
            continue
        if not isinstance(defaults[key], int | float):
            raise Raised("TypeError", f"'<' not supported between instances of '{type_name(defaults[key])}' and 'float'")
        if defaults[key] < 0:
            raise Raised("ValueError", f"Invalid {name}: {defaults[key]}")


def _started(machine: Interpreter, optimiser: Sgd, params: Any) -> Sgd:
    """The optimiser, with its groups."""
    given = machine.listed(params)
    if not given:
        raise Raised("ValueError", "optimizer got an empty parameter list")
    for group in given if isinstance(given[0], dict) else [{"params": given}]:
        optimiser.attribute(machine, "add_param_group").call(machine, [group], {})
    return optimiser
