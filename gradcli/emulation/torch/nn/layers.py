"""``torch.nn`` of a script: layers and losses.

A layer is a class whose ``__init__`` and ``forward`` are functions here; the classes of a script derive from them as from any.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable

from gradcli.emulation.python.classes import Class
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Raised, Type, checked
from gradcli.emulation.torch.calls import caller, functions
from gradcli.emulation.torch.create import new_shape
from gradcli.emulation.torch.nn.network import (
    MEMBERS,
    Container,
    Module,
    fill,
    module_list,
    parameter,
    run,
    sequence,
    start,
)
from gradcli.emulation.torch.random import dropout, generator
from gradcli.emulation.torch.tensor.members import METHODS
from gradcli.emulation.torch.tensor.tensors import Session, Tensor
from gradcli.ops.arrays.networks.nn import layer_norm
from gradcli.ops.arrays.select import embedding
from gradcli.ops.arrays.shape import reshape
from gradcli.ops.elementwise.exponential import rsqrt
from gradcli.typing import Any

_HOME = "torch.nn.modules"


def _weighted(machine: Interpreter, module: Module, shape: tuple[int, ...], bias: Any, dtype: Any, device: Any) -> None:
    """Give a module the weight and the bias that PyTorch's layers begin with."""
    import numpy

    if dtype is not None:
        raise UnknownError("the argument dtype of a layer is not known here", hint="torch.set_default_dtype(torch.float64)")
    start(machine, module)
    session, whole = module.session, new_shape(machine, module.session, shape)
    for name, size in (("weight", whole), ("bias", whole[:1] if machine.truth(bias) else None)):
        made = None if size is None else session.leaf(machine, numpy.zeros(size), session.tape.dtype)
        module.fields[name] = made and parameter(machine, session, made)
    _reset(machine, module)


def _reset(machine: Interpreter, module: Module) -> None:
    """Draw the weight and the bias of a layer."""
    weight, bias = module.fields["weight"], module.fields["bias"]
    inputs = math.prod(weight.shape[1:])
    bound = math.sqrt(3.0) * (math.sqrt(2.0 / (1 + math.sqrt(5) ** 2)) / math.sqrt(inputs))
    with module.session.tape.no_grad():
        METHODS["uniform_"](machine, weight, -bound, bound)
        if bias is not None:
            METHODS["uniform_"](machine, bias, -1 / math.sqrt(inputs), 1 / math.sqrt(inputs))


def _linear(machine: Interpreter, module: Module, in_features: int, out_features: int, bias: Any = True, device: Any = None,
            dtype: Any = None) -> None:  # fmt: skip
    _weighted(machine, module, (out_features, in_features), bias, dtype, device)
    module.fields |= {"in_features": in_features, "out_features": out_features}
    module.shown = f"in_features={in_features}, out_features={out_features}, bias={machine.truth(bias)}"


def _embedding(machine: Interpreter, module: Module, num_embeddings: int, embedding_dim: int) -> None:
    start(machine, module)
    session = module.session
    shape = new_shape(machine, session, (num_embeddings, embedding_dim))
    numbers = generator(session).normal(math.prod(shape), session.tape.dtype)
    drawn = session.leaf(machine, numbers.reshape(shape), session.tape.dtype)
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


def _norm(machine: Interpreter, module: Module, size: tuple[int, ...]) -> None:
    """Give a module the weight 1 and the bias 0."""
    import numpy

    start(machine, module)
    for name, number in (("weight", 1.0), ("bias", 0.0)):
        value = module.session.leaf(machine, numpy.full(size, number), module.session.tape.dtype)
        module.fields[name] = parameter(machine, module.session, value)


def _layer_norm(machine: Interpreter, module: Module, normalized_shape: Any, eps: float = 1e-05) -> None:
    sizes = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(machine.listed(normalized_shape))
    _norm(machine, module, sizes)
    module.fields |= {"normalized_shape": sizes, "eps": eps}
    module.shown = f"{sizes}, eps={eps}, elementwise_affine=True, bias=True"


def _batch_norm(machine: Interpreter, module: Module, num_features: int, eps: float = 1e-05, momentum: float = 0.1) -> None:
    import numpy

    _norm(machine, module, (num_features,))
    module.fields |= {"eps": eps, "momentum": momentum}
    leaf, dtype, size = module.session.leaf, module.session.tape.dtype, num_features
    module.fields |= {
        "running_mean": leaf(machine, numpy.zeros(size), dtype),
        "running_var": leaf(machine, numpy.ones(size), dtype),
        "num_batches_tracked": leaf(machine, 0.0, "int64"),
    }
    module.buffers += ["running_mean", "running_var", "num_batches_tracked"]
    module.shown = f"{num_features}, eps={eps}, momentum={momentum}, affine=True, bias=True, track_running_stats=True"


def _normalised(machine: Interpreter, module: Module, x: Tensor) -> Tensor:
    """Deviations from the mean over all axes but the second, in units of the standard deviation; running ones out of training."""
    binary, fields, session = machine.binary, module.fields, module.session
    axes, shape = [axis for axis in range(len(x.shape)) if axis != 1], [1, -1, *[1] * (len(x.shape) - 2)]

    def call(tensor: Tensor, name: str, *given: Any, **named: Any) -> Any:
        return machine.call(tensor.attribute(machine, name), list(given), named)

    mean, variance = fields["running_mean"], fields["running_var"]
    if fields["training"]:
        count = math.prod(x.shape) // x.shape[1]
        if count == 1:
            text = f"Expected more than 1 value per channel when training, got input size torch.Size({list(x.shape)})"
            raise Raised("ValueError", text)
        mean, variance = call(x, "mean", axes), call(x, "var", axes, correction=0)
        with session.tape.no_grad():
            for name, new, factor in (("running_mean", mean, 1.0), ("running_var", variance, count / (count - 1))):
                share = fields["momentum"]
                old = fields[name]
                changed = binary("+", binary("*", old, 1 - share), binary("*", binary("*", new, factor), share))
                old.become(machine, changed)
            fields["num_batches_tracked"].become(machine, binary("+", fields["num_batches_tracked"], 1))
    scale = call(binary("+", call(variance, reshape.name, shape), fields["eps"]), rsqrt.name)
    centred = binary("*", binary("-", x, call(mean, reshape.name, shape)), scale)
    weighted = binary("*", centred, call(fields["weight"], reshape.name, shape))
    result: Tensor = binary("+", weighted, call(fields["bias"], reshape.name, shape))
    if result.requires_grad:
        session.tape.functions[result.node] = "NativeBatchNormBackward0"
    return result


def _pool(machine: Interpreter, module: Module, kernel_size: Any, stride: Any = None, padding: Any = 0) -> None:
    start(machine, module)
    step = kernel_size if stride is None else stride
    module.fields |= {"kernel_size": kernel_size, "stride": step, "padding": padding}
    module.shown = f"kernel_size={kernel_size}, stride={step}, padding={padding}"
    if module.kind.startswith("Max"):
        module.shown += ", dilation=1, ceil_mode=False"


def _dropout(machine: Interpreter, module: Module, p: Any = 0.5, inplace: Any = False) -> None:
    start(machine, module)
    module.fields["p"] = p
    module.shown = f"p={p}, inplace={machine.truth(inplace)}"


def _drop(machine: Interpreter, module: Module, input: Tensor) -> Tensor:
    return dropout(machine, input.session, input, module.fields["p"], module.fields["training"])


def _functional(session: Session, name: str) -> Callable[..., Any]:
    return caller(session, name, functions("torch.nn.functional").get(name) or functions("torch")[name])


def _layer(session: Session, line: str, *, shows: bool) -> tuple[str, dict[str, Any]]:
    """The name and the members of a layer that calls a function of PyTorch with its settings.

    Args:
        session: The session.
        line: Its name with its settings and their defaults, and the name of the function.
        shows: Whether its text has the settings.
    """
    head, _, function = line.rpartition(" ")
    name, _, settings = head.rstrip(")").partition("(")
    pairs = [part.partition("=") for part in settings.split(", ") if part]
    defaults = {key: ast.literal_eval(value) for key, _, value in pairs}
    call = _functional(session, function)

    def begin(machine: Interpreter, module: Module, *settings: Any, **named: Any) -> None:
        start(machine, module)
        given = {**dict(zip(defaults, settings, strict=False)), **named}
        unknown = next((key for key in given if key not in (*defaults, "inplace")), "")
        if unknown or len(settings) > len(defaults):
            hint = f"it has {', '.join(defaults)} here" if defaults else ""
            raise UnknownError(f"the argument {unknown or settings[-1]} of {name} is not known here", hint=hint)
        own = {**defaults, **given}
        module.fields |= own
        module.shown = ", ".join(
            [f"{key}={machine.representation(value)}" for key, value in own.items() if shows or key == "inplace"]
        )

    def forward(machine: Interpreter, module: Module, *inputs: Any) -> Any:
        settings = {key: module.fields[key] for key in (*defaults, "inplace") if module.fields.get(key) is not None}
        return call(machine, *inputs, **settings)

    return name, {"__init__": begin, "forward": forward}


_ACTIVATIONS = """
ReLU() relu
Sigmoid() sigmoid
Tanh() tanh
SiLU() silu
Mish() mish
SELU() selu
ReLU6() relu6
Softsign() softsign
Tanhshrink() tanhshrink
LogSigmoid() logsigmoid
Hardsigmoid() hardsigmoid
Hardswish() hardswish
LeakyReLU(negative_slope=0.01) leaky_relu
ELU(alpha=1.0) elu
CELU(alpha=1.0) celu
Softplus(beta=1.0, threshold=20.0) softplus
GELU(approximate='none') gelu
Softmax(dim=None) softmax
LogSoftmax(dim=None) log_softmax
GLU(dim=-1) glu
Hardtanh(min_val=-1.0, max_val=1.0) hardtanh
"""
"""Layers without parameters: their settings, and the function that they call."""

_LOSSES = """
MSELoss(reduction='mean') mse_loss
L1Loss(reduction='mean') l1_loss
SmoothL1Loss(reduction='mean', beta=1.0) smooth_l1_loss
HuberLoss(reduction='mean', delta=1.0) huber_loss
BCELoss(weight=None, reduction='mean') binary_cross_entropy
BCEWithLogitsLoss(weight=None, reduction='mean') binary_cross_entropy_with_logits
CrossEntropyLoss(weight=None, reduction='mean') cross_entropy
NLLLoss(weight=None, reduction='mean') nll_loss
KLDivLoss(reduction='mean') kl_div
"""
"""Losses: their settings, and the function that they call."""


def network(session: Session, linear: Callable[..., Any]) -> dict[str, Any]:
    """The names of ``torch.nn``.

    Args:
        session: The session.
        linear: ``torch.nn.functional.linear``.
    """

    def derived(home: str, name: str, members: dict[str, Any], make: type[Module] = Module) -> Class:
        return Class(f"{_HOME}.{home}.{name}", base, members, lambda cls: make(cls, session))

    def weighted(begin: Callable[..., Any], function: str) -> dict[str, Any]:
        call = _functional(session, function)

        def forward(machine: Interpreter, module: Module, input: Any) -> Any:
            given = {name: module.fields[name] for name in ("stride", "padding") if name in module.fields}
            return call(machine, input, module.fields["weight"], *[one for one in (module.fields.get("bias"),) if one], **given)

        return {"__init__": begin, "forward": forward, "reset_parameters": _reset}

    base = Class(f"{_HOME}.module.Module", None, dict(MEMBERS), lambda cls: Module(cls, session))
    lines: dict[str, Any] = {
        "__init__": _linear,
        "reset_parameters": _reset,
        "forward": lambda machine, module, x: linear(machine, session, x, module.fields["weight"], module.fields["bias"]),
    }
    embedded: dict[str, Any] = {
        "__init__": _embedding,
        "forward": lambda machine, module, x: _functional(session, embedding.name)(machine, x, module.fields["weight"]),
    }

    def pooled(function: str) -> dict[str, Any]:
        call = _functional(session, function)
        names = ("kernel_size", "stride", "padding")
        return {
            "__init__": _pool,
            "forward": lambda machine, module, x: call(machine, x, **{name: module.fields[name] for name in names}),
        }

    normed: dict[str, Any] = {
        "__init__": _layer_norm,
        "forward": lambda machine, module, x: _functional(session, layer_norm.name)(
            machine, x, module.fields["normalized_shape"], *[module.fields[name] for name in ("weight", "bias")],
            eps=module.fields["eps"],
        ),
    }  # fmt: skip
    itself: dict[str, Any] = {
        "__init__": lambda machine, module, *settings, **named: start(machine, module),
        "forward": lambda m, module, x: x,
    }
    more = {"__init__": module_list, "append": lambda machine, module, one: fill(machine, module, [one])}
    classes = [
        base,
        derived("container", "Sequential", {"__init__": sequence, "forward": run}, Container),
        derived("container", "ModuleList", more, Container),
        derived("linear", "Linear", lines),
        derived("linear", "Identity", itself),
        derived("sparse", "Embedding", embedded),
        derived("flatten", *_layer(session, "Flatten(start_dim=1, end_dim=-1) flatten", shows=True)),
        derived("normalization", "LayerNorm", normed),
        *[derived("batchnorm", f"BatchNorm{axes}d", {"__init__": _batch_norm, "forward": _normalised}) for axes in (1, 2)],
        *[derived("pooling", f"MaxPool{axes}d", pooled(f"max_pool{axes}d")) for axes in (1, 2)],
        *[derived("pooling", f"AvgPool{axes}d", pooled(f"avg_pool{axes}d")) for axes in (1, 2)],
        derived("dropout", "Dropout", {"__init__": _dropout, "forward": _drop}),
        *[derived("conv", f"Conv{axes}d", weighted(_convolution, f"conv{axes}d")) for axes in (1, 2)],
        *[derived("activation", *_layer(session, line, shows=True)) for line in _ACTIVATIONS.strip().splitlines()],
        *[derived("loss", *_layer(session, line, shows=False)) for line in _LOSSES.strip().splitlines()],
    ]
    made = checked("Parameter", parameter, session)
    return {
        **{one.short: one for one in classes},
        "Parameter": Type("torch.nn.parameter.Parameter", made, ("Parameter",)),
    }
