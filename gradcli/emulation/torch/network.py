"""``torch.nn`` of a script: modules, parameters, layers, losses.

A layer is a class whose ``__init__`` and ``forward`` are functions here; the classes of a script derive from them as from any.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from gradcli.emulation.python.classes import Class, Instance
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Entered, Function, Raised, Type, checked, type_name
from gradcli.emulation.torch.calls import caller, functions
from gradcli.emulation.torch.random import between, generator
from gradcli.emulation.torch.tensor_members import METHODS
from gradcli.emulation.torch.tensors import Session, Tensor
from gradcli.typing import Any

_HOME = "torch.nn.modules"


class Parameter(Tensor):
    """A tensor that a module trains."""

    kind = "Parameter"
    full_kind = "torch.nn.parameter.Parameter"

    def text(self, machine: Interpreter) -> str:
        return f"Parameter containing:\n{super().text(machine)}"


def parameter(machine: Interpreter, session: Session, data: Any, requires_grad: Any = True) -> Parameter:
    """``torch.nn.Parameter``: a leaf with the value of a tensor."""
    if not isinstance(data, Tensor):
        raise Raised("TypeError", f"'{type_name(data)}' object is not a tensor")
    tape = session.tape
    node = tape.leaf(data.value, requires_grad=machine.truth(requires_grad), span=machine.span, dtype=data.dtype)
    return session.own(Parameter(session, tape.cell(node)))


class Module(Instance):
    """An instance of ``torch.nn.Module``; its parameters and the modules in it are among its fields.

    Args:
        cls: Its class.
        session: The session.
    """

    def __init__(self, cls: Class, session: Session) -> None:
        super().__init__(cls)
        self.session = session
        self.started = False
        self.buffers: list[str] = []
        self.shown = ""

    def set_attribute(self, machine: Interpreter, name: str, value: Any) -> None:
        if not self.started and isinstance(value, Module | Parameter):
            what = "module" if isinstance(value, Module) else "parameters"
            raise Raised("AttributeError", f"cannot assign {what} before Module.__init__() call")
        if isinstance(self.fields.get(name), Parameter) and not isinstance(value, Parameter | None):
            found = getattr(value, "full_kind", type_name(value))
            text = f"cannot assign '{found}' as parameter '{name}' (torch.nn.Parameter or None expected)"
            raise Raised("TypeError", text.replace("'torch.Tensor'", "'torch.FloatTensor'"))
        super().set_attribute(machine, name, value)

    def enter_call(self, machine: Interpreter, arguments: list[Any]) -> Entered | None:
        found = self.cls.found("forward")
        return (found, [self, *arguments], None) if isinstance(found, Function) else None

    def call(self, machine: Interpreter, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        found = self.cls.found("forward")
        if found is None:
            raise Raised("NotImplementedError", f'Module [{self.kind}] is missing the required "forward" function')
        return checked("forward", found, self)(machine, *arguments, **keywords)

    def children(self) -> Iterator[tuple[str, Module]]:
        """The modules in it, by name."""
        return ((name, value) for name, value in self.fields.items() if isinstance(value, Module))

    def inner(self) -> list[tuple[str, Module]]:
        """It and all modules in it, each once, by name."""
        found: list[tuple[str, Module]] = []
        seen: set[Module] = set()
        work: list[tuple[str, Module]] = [("", self)]
        while work:
            name, module = work.pop()
            if module not in seen:
                seen.add(module)
                found.append((name, module))
                work += reversed([(f"{name}.{key}" if name else key, child) for key, child in module.children()])
        return found

    def named(self, kind: type = Parameter) -> list[tuple[str, Tensor]]:  # type: ignore[override]
        """The parameters of it and of all modules in it, each once, by name."""
        found: dict[Tensor, str] = {}
        for prefix, module in self.inner():
            for name, value in module.fields.items():
                if isinstance(value, Parameter) or (kind is Tensor and name in module.buffers):
                    found.setdefault(value, f"{prefix}.{name}" if prefix else name)
        return [(name, value) for value, name in found.items()]

    def representation(self, machine: Interpreter) -> str:
        texts: dict[Module, str] = {}
        for _, module in reversed(self.inner()):
            shown = module.special(machine, "extra_repr")
            shown = module.shown if shown is NotImplemented else shown
            lines = _grouped([(name, texts[child]) for name, child in module.children() if child in texts])
            lines = [line.replace("\n", "\n  ") for line in ([shown] if shown and lines else []) + lines]
            inside = "".join([f"\n  {line}" for line in lines]) + "\n" if lines else shown
            machine.charge(len(inside) // 16)
            texts[module] = f"{module.kind}({inside})"
        return texts[self]


def _grouped(texts: list[tuple[str, str]]) -> list[str]:
    return [f"({name}): {text}" for name, text in texts]


# ---- the methods of every module ----


def _start(machine: Interpreter, module: Module) -> None:
    module.started = True
    module.fields["training"] = True


def _zero_grad(machine: Interpreter, module: Module, set_to_none: Any = True) -> None:
    for _, one in module.named():
        if machine.truth(set_to_none):
            one.session.tape.zero_grad([one.node])
        elif (gradient := one.grad(machine)) is not None:
            with one.session.tape.no_grad():
                METHODS["zero_"](machine, gradient)


def _train(machine: Interpreter, module: Module, mode: Any = True) -> Module:
    for _, one in module.inner():
        one.fields["training"] = machine.truth(mode)
    return module


def _load(machine: Interpreter, module: Module, state_dict: dict[str, Any]) -> str:
    known = dict(module.named(Tensor))
    missing, extra = [key for key in known if key not in state_dict], [key for key in state_dict if key not in known]
    if missing or extra:
        lines = [f"Error(s) in loading state_dict for {module.kind}:"]
        for title, keys in (("Missing key(s) in", missing), ("Unexpected key(s) in", extra)):
            lines += [f"\t{title} state_dict: {', '.join([f'{chr(34)}{key}{chr(34)}' for key in keys])}. "] if keys else []
        raise Raised("RuntimeError", "\n".join(lines))
    with module.session.tape.no_grad():
        for key, tensor in known.items():
            METHODS["copy_"](machine, tensor, state_dict[key])
    return "<All keys matched successfully>"


def _apply(machine: Interpreter, module: Module, fn: Any) -> Module:
    for _, one in reversed(module.inner()):
        machine.apply(fn, [one])
    return module


def _buffer(machine: Interpreter, module: Module, name: str, tensor: Any, persistent: Any = True) -> None:
    module.fields[name] = tensor
    module.buffers.append(name)


def _require(machine: Interpreter, module: Module, requires_grad: Any = True) -> Module:
    for _, one in module.named():
        one.require_grad(machine, machine.truth(requires_grad))
    return module


def _state(machine: Interpreter, module: Module) -> dict[str, Any]:
    return {name: one.shared("detach") for name, one in module.named(Tensor)}


_MODULE: dict[str, Callable[..., Any]] = {
    "__init__": _start,
    "parameters": lambda machine, module: iter([one for _, one in module.named()]),
    "named_parameters": lambda machine, module: iter(module.named()),
    "children": lambda machine, module: iter([one for _, one in module.children()]),
    "named_children": lambda machine, module: iter(list(module.children())),
    "modules": lambda machine, module: iter([one for _, one in module.inner()]),
    "named_modules": lambda machine, module: iter(module.inner()),
    "zero_grad": _zero_grad,
    "train": _train,
    "eval": lambda machine, module: _train(machine, module, False),
    "state_dict": _state,
    "load_state_dict": _load,
    "apply": _apply,
    "register_buffer": _buffer,
    "register_parameter": lambda machine, module, name, param: module.set_attribute(machine, name, param),
    "add_module": lambda machine, module, name, child: module.set_attribute(machine, name, child),
    "requires_grad_": _require,
    "to": lambda machine, module, device=None: module,
    "cpu": lambda machine, module: module,
}


# ---- containers ----


def _fill(machine: Interpreter, module: Module, modules: list[Any]) -> None:
    for one in modules:
        if not isinstance(one, Module):
            raise Raised("TypeError", f"{getattr(one, 'full_kind', type_name(one))} is not a Module subclass")
        module.fields[str(len(list(module.children())))] = one


def _sequence(machine: Interpreter, module: Module, *modules: Any) -> None:
    _start(machine, module)
    if len(modules) == 1 and isinstance(modules[0], dict):
        module.fields |= modules[0]
    else:
        _fill(machine, module, list(modules))


def _run(machine: Interpreter, module: Module, input: Any) -> Any:
    for _, one in module.children():
        input = machine.apply(one, [input])
    return input


def _list(machine: Interpreter, module: Module, modules: Any = ()) -> None:
    _start(machine, module)
    _fill(machine, module, machine.listed(modules))


class Container(Module):
    """A module that is a list of modules."""

    def listed(self) -> list[Module]:
        """The modules."""
        return [one for _, one in self.children()]

    def item(self, machine: Interpreter, index: Any) -> Any:
        inside = self.listed()
        if isinstance(index, slice):
            part = Container(self.cls, self.session)
            _start(machine, part)
            _fill(machine, part, inside[index])
            return part
        if not -len(inside) <= index < len(inside):
            raise Raised("IndexError", f"index {index} is out of range")
        return inside[index]

    def iterate(self, machine: Interpreter) -> Iterator[Any]:
        return iter(self.listed())

    def length(self, machine: Interpreter) -> int:
        return len(self.listed())


# ---- layers ----


def _uniform(machine: Interpreter, module: Module, shape: tuple[int, ...], bound: float) -> Parameter:
    tape = module.session.tape
    numbers = between(module.session, shape, -bound, bound, tape.dtype)
    return parameter(machine, module.session, module.session.leaf(machine, numbers, tape.dtype))


def _weighted(
    machine: Interpreter, module: Module, shape: tuple[int, ...], bias: Any, dtype: Any, device: Any
) -> None:
    """Give a module the weight and the bias that PyTorch's layers begin with."""
    if dtype is not None:
        raise UnknownError("the argument dtype of a layer is not known here", hint="torch.set_default_dtype(torch.float64)")
    _start(machine, module)
    inputs = math.prod(shape[1:])
    bound = math.sqrt(3.0) * (math.sqrt(2.0 / (1 + math.sqrt(5) ** 2)) / math.sqrt(inputs))
    module.fields["weight"] = _uniform(machine, module, shape, bound)
    module.fields["bias"] = _uniform(machine, module, shape[:1], 1 / math.sqrt(inputs)) if machine.truth(bias) else None


def _linear(machine: Interpreter, module: Module, in_features: int, out_features: int, bias: Any = True, device: Any = None,
            dtype: Any = None) -> None:  # fmt: skip
    _weighted(machine, module, (out_features, in_features), bias, dtype, device)
    module.fields |= {"in_features": in_features, "out_features": out_features}
    module.shown = f"in_features={in_features}, out_features={out_features}, bias={machine.truth(bias)}"


def _embedding(machine: Interpreter, module: Module, num_embeddings: int, embedding_dim: int) -> None:
    _start(machine, module)
    session = module.session
    numbers = generator(session).normal(num_embeddings * embedding_dim, session.tape.dtype)
    drawn = session.leaf(machine, numbers.reshape(num_embeddings, embedding_dim), session.tape.dtype)
    module.fields["weight"] = parameter(machine, session, drawn)
    module.shown = f"{num_embeddings}, {embedding_dim}"


def _convolution(machine: Interpreter, module: Module, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1,
                 padding: Any = 0, bias: Any = True) -> None:  # fmt: skip
    axes = int(module.cls.name[-2])
    sizes = {"kernel_size": kernel_size, "stride": stride, "padding": padding}
    given = {name: (one,) * axes if isinstance(one, int) else tuple(machine.listed(one)) for name, one in sizes.items()}
    _weighted(machine, module, (out_channels, in_channels, *given["kernel_size"]), bias, None, None)
    module.fields |= {"in_channels": in_channels, "out_channels": out_channels, **given}
    shown = [f"{name}={one}" for name, one in given.items() if name != "padding" or any(one)]
    module.shown = ", ".join([str(in_channels), str(out_channels), *shown, *([] if machine.truth(bias) else ["bias=False"])])


def _dropout(machine: Interpreter, module: Module, p: Any = 0.5, inplace: Any = False) -> None:
    _start(machine, module)
    module.fields["p"] = p
    module.shown = f"p={p}, inplace={machine.truth(inplace)}"


def _drop(machine: Interpreter, module: Module, input: Tensor) -> Tensor:
    if module.fields["training"] and module.fields["p"]:
        raise UnknownError(
            "which elements a Dropout drops in training is not known here, since PyTorch's generator is not asked for them",
            hint="call model.eval() first, or set p to 0",
        )
    return input


def _functional(session: Session, name: str) -> Callable[..., Any]:
    return caller(session, name, functions("torch.nn.functional").get(name) or functions("torch")[name])


def _layer(session: Session, text: str, function: str, *, shows: bool = True) -> dict[str, Any]:
    """The members of a layer that calls a function of ``torch.nn.functional`` with its settings.

    Args:
        session: The session.
        text: Its settings with their defaults.
        function: The function.
        shows: Whether its text has the settings.
    """
    pairs = [part.partition("=") for part in text.split(", ") if part]
    defaults = {name: _VALUES[value] if value in _VALUES else float(value) for name, _, value in pairs}
    function_ = _functional(session, function)

    def start(machine: Interpreter, module: Module, *settings: Any, **named: Any) -> None:
        _start(machine, module)
        given = {**dict(zip(defaults, settings, strict=False)), **named}
        unknown = next((name for name in given if name not in (*defaults, "inplace")), "")
        if unknown or len(settings) > len(defaults):
            hint = f"it has {', '.join(defaults)} here" if defaults else ""
            raise UnknownError(f"the argument {unknown or len(settings)} of {module.kind} is not known here", hint=hint)
        own = {**defaults, **given}
        module.fields |= own
        shown = [f"{name}={machine.representation(value)}" for name, value in own.items() if shows or name == "inplace"]
        module.shown = ", ".join(shown)

    def forward(machine: Interpreter, module: Module, *inputs: Any) -> Any:
        names = (*defaults, "inplace")
        settings = {name: module.fields[name] for name in names if module.fields.get(name) is not None}
        return function_(machine, *inputs, **settings)

    return {"__init__": start, "forward": forward}


_VALUES = {"None": None, "none": "none", "mean": "mean", "1": 1, "-1": -1}

_ACTIVATIONS = {
    "ReLU": ("", "relu"), "Sigmoid": ("", "sigmoid"), "Tanh": ("", "tanh"), "SiLU": ("", "silu"), "Mish": ("", "mish"),
    "SELU": ("", "selu"), "ReLU6": ("", "relu6"), "Softsign": ("", "softsign"), "Tanhshrink": ("", "tanhshrink"),
    "LogSigmoid": ("", "logsigmoid"), "Hardsigmoid": ("", "hardsigmoid"), "Hardswish": ("", "hardswish"),
    "LeakyReLU": ("negative_slope=0.01", "leaky_relu"), "ELU": ("alpha=1.0", "elu"), "CELU": ("alpha=1.0", "celu"),
    "Softplus": ("beta=1.0, threshold=20.0", "softplus"), "GELU": ("approximate=none", "gelu"),
    "Softmax": ("dim=None", "softmax"), "LogSoftmax": ("dim=None", "log_softmax"), "GLU": ("dim=-1", "glu"),
    "Hardtanh": ("min_val=-1.0, max_val=1.0", "hardtanh"),
}  # fmt: skip
"""Layers without parameters: their settings, and the function that they call."""

_LOSSES = {
    "MSELoss": ("reduction=mean", "mse_loss"), "L1Loss": ("reduction=mean", "l1_loss"),
    "SmoothL1Loss": ("reduction=mean, beta=1.0", "smooth_l1_loss"), "HuberLoss": ("reduction=mean, delta=1.0", "huber_loss"),
    "BCELoss": ("weight=None, reduction=mean", "binary_cross_entropy"),
    "BCEWithLogitsLoss": ("weight=None, reduction=mean", "binary_cross_entropy_with_logits"),
    "CrossEntropyLoss": ("weight=None, reduction=mean", "cross_entropy"), "NLLLoss": ("weight=None, reduction=mean", "nll_loss"),
    "KLDivLoss": ("reduction=mean", "kl_div"),
}  # fmt: skip
"""Losses: their settings, and the function that they call."""


def network(session: Session, linear: Callable[..., Any]) -> dict[str, Any]:
    """The names of ``torch.nn``.

    Args:
        session: The session.
        linear: ``torch.nn.functional.linear``.
    """

    def derived(home: str, name: str, members: dict[str, Any], make: type[Module] = Module) -> Class:
        return Class(f"{_HOME}.{home}.{name}", base, members, lambda cls: make(cls, session))

    def weighted(start: Callable[..., Any], function: str) -> dict[str, Any]:
        call = _functional(session, function)

        def forward(machine: Interpreter, module: Module, input: Any) -> Any:
            given = {name: module.fields[name] for name in ("stride", "padding") if name in module.fields}
            return call(machine, input, module.fields["weight"], *[one for one in (module.fields.get("bias"),) if one], **given)

        return {"__init__": start, "forward": forward}

    base = Class(f"{_HOME}.module.Module", None, dict(_MODULE), lambda cls: Module(cls, session))
    flatten = _layer(session, "start_dim=1, end_dim=-1", "flatten")
    lines: dict[str, Any] = {
        "__init__": _linear,
        "forward": lambda machine, module, input: linear(machine, session, input, module.fields["weight"], module.fields["bias"]),
    }
    embedded: dict[str, Any] = {
        "__init__": _embedding,
        "forward": lambda machine, module, input: _functional(session, "embedding")(machine, input, module.fields["weight"]),
    }
    itself = {"__init__": lambda machine, module, *settings, **named: _start(machine, module), "forward": lambda m, module, x: x}
    more = {"__init__": _list, "append": lambda machine, module, one: _fill(machine, module, [one])}
    classes = [
        base,
        derived("container", "Sequential", {"__init__": _sequence, "forward": _run}, Container),
        derived("container", "ModuleList", more, Container),
        derived("linear", "Linear", lines),
        derived("linear", "Identity", itself),
        derived("sparse", "Embedding", embedded),
        derived("flatten", "Flatten", flatten),
        derived("dropout", "Dropout", {"__init__": _dropout, "forward": _drop}),
        *[derived("conv", f"Conv{axes}d", weighted(_convolution, f"conv{axes}d")) for axes in (1, 2)],
        *[derived("activation", name, _layer(session, *one)) for name, one in _ACTIVATIONS.items()],
        *[derived("loss", name, _layer(session, *one, shows=False)) for name, one in _LOSSES.items()],
    ]
    made = checked("Parameter", parameter, session)
    return {
        **{one.short: one for one in classes},
        "Parameter": Type("torch.nn.parameter.Parameter", made, ("Parameter",)),
    }
