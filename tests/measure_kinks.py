"""Measures what other libraries give at kinks, jumps and ends and writes ``gradcli/ops/declaration/kinks.json``; run it by hand.

With ``python -P``, since a folder of tests is called as a package that PyTensor needs.

For each operation, at each point that it declares, the derivative by its first argument, in float64 and reverse mode. Libraries
that are not installed keep their rows.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.facts import END, JUMP, KINK

DATA = Path(__file__).parent.parent / "gradcli" / "ops" / "declaration" / "kinks.json"

OTHERWISE = {
    "PyTorch": {
        "clamp": "torch.clamp(x, b, c)", "max": "torch.stack([x, torch.tensor(b)]).amax(0)",
        "norm": "torch.linalg.vector_norm(torch.stack([x, torch.tensor(b)]))",
        "min": "torch.stack([x, torch.tensor(b)]).amin(0)", "amax": "torch.stack([x, torch.tensor(b)]).amax(0)",
        "amin": "torch.stack([x, torch.tensor(b)]).amin(0)", "median": "torch.stack([x, torch.tensor(b)]).median()",
        "std": "torch.stack([x, x.detach()]).std()", "pow": "x**b",
    },
    "JAX": {
        "clamp": "np.clip(x, b, c)", "max": "np.max(np.stack([x, b]))", "min": "np.min(np.stack([x, b]))",
        "amax": "np.max(np.stack([x, b]))", "amin": "np.min(np.stack([x, b]))", "median": "np.median(np.stack([x, b]))",
        "norm": "np.linalg.norm(np.stack([x, b]))", "std": "np.std(np.stack([x, b]), ddof=1)", "pow": "x**b",
        "asin": "np.arcsin(x)", "acos": "np.arccos(x)", "acosh": "np.arccosh(x)", "atan2": "np.arctan2(x, b)",
        "relu": "nn.relu(x)", "relu6": "nn.relu6(x)", "leaky_relu": "nn.leaky_relu(x, b)", "elu": "nn.elu(x, b)",
        "selu": "nn.selu(x)", "celu": "nn.celu(x, b)", "hardtanh": "nn.hard_tanh(x)", "hardswish": "nn.hard_swish(x)",
        "hardsigmoid": "nn.hard_sigmoid(x)", "xlogy": "special.xlogy(x, b)", "clamp_min": "np.clip(x, b, None)",
        "clamp_max": "np.clip(x, None, b)",
    },
    "autograd": {
        "clamp": "np.clip(x, b, c)", "max": "np.max(np.array([x, b]))", "min": "np.min(np.array([x, b]))",
        "amax": "np.max(np.array([x, b]))", "amin": "np.min(np.array([x, b]))", "norm": "np.linalg.norm(np.array([x, b]))",
        "std": "np.std(np.array([x, b]), ddof=1)", "pow": "x**b", "asin": "np.arcsin(x)", "acos": "np.arccos(x)",
        "acosh": "np.arccosh(x)", "atan2": "np.arctan2(x, b)", "relu": "np.maximum(x, 0)",
        "relu6": "np.minimum(np.maximum(x, 0), 6)", "clamp_min": "np.maximum(x, b)", "clamp_max": "np.minimum(x, b)",
        "hardtanh": "np.clip(x, b, c)", "leaky_relu": "np.where(x > 0, x, b*x)",
    },
    "CasADi": {
        "abs": "ca.fabs(x)", "maximum": "ca.fmax(x, b)", "minimum": "ca.fmin(x, b)", "max": "ca.mmax(ca.vertcat(x, b))",
        "min": "ca.mmin(ca.vertcat(x, b))", "clamp": "ca.fmin(ca.fmax(x, b), c)", "norm": "ca.norm_2(ca.vertcat(x, b))",
        "pow": "x**b", "remainder": "ca.remainder(x, b)", "clamp_min": "ca.fmax(x, b)", "clamp_max": "ca.fmin(x, b)",
        "amax": "ca.mmax(ca.vertcat(x, b))", "amin": "ca.mmin(ca.vertcat(x, b))", "relu": "ca.fmax(x, 0)",
        "relu6": "ca.fmin(ca.fmax(x, 0), 6)", "hardtanh": "ca.fmin(ca.fmax(x, b), c)",
        "leaky_relu": "ca.if_else(x > 0, x, b*x)", "std": "ca.norm_2(ca.vertcat(x - (x + b)/2, b - (x + b)/2))",
    },
}  # fmt: skip
_NUMPY = {
    "reduce_max": "np.max(x)", "reduce_amax": "np.max(x)", "reduce_min": "np.min(x)", "reduce_amin": "np.min(x)",
    "reduce_median": "np.median(x)", "reduce_nanmedian": "np.nanmedian(x)", "reduce_norm": "np.linalg.norm(x)",
    "reduce_std": "np.std(x, ddof=1)", "reduce_prod": "np.prod(x)", "sort": "np.sort(x)", "cumprod": "np.cumprod(x)",
}  # fmt: skip
ON_ARRAYS = {
    "PyTorch": {
        **{f"reduce_{name}": f"torch.{name}(x)" for name in ["max", "min", "amax", "amin", "median", "nanmedian", "std", "prod"]},
        "reduce_norm": "torch.linalg.vector_norm(x)", "sort": "torch.sort(x).values", "cumprod": "torch.cumprod(x, 0)",
        "cummax": "torch.cummax(x, 0).values", "cummin": "torch.cummin(x, 0).values",
    },
    "JAX": {**_NUMPY, "cummax": "lax.cummax(x)", "cummin": "lax.cummin(x)"},
    "TensorFlow": {
        "reduce_max": "tf.reduce_max(x)", "reduce_amax": "tf.reduce_max(x)", "reduce_min": "tf.reduce_min(x)",
        "reduce_amin": "tf.reduce_min(x)", "reduce_norm": "tf.norm(x)", "reduce_prod": "tf.reduce_prod(x)", "sort": "tf.sort(x)",
        "reduce_std": "tf.math.reduce_std(x) * (len(x) / (len(x) - 1))**0.5", "cumprod": "tf.math.cumprod(x)",
    },
    "autograd": _NUMPY,
    "PyTensor": {
        "reduce_max": "pt.max(x)", "reduce_amax": "pt.max(x)", "reduce_min": "pt.min(x)", "reduce_amin": "pt.min(x)",
        "reduce_norm": "pt.sqrt(pt.sum(x**2))", "reduce_prod": "pt.prod(x)", "sort": "pt.sort(x)", "cumprod": "pt.cumprod(x)",
        "reduce_std": "pt.std(x, ddof=1)", "reduce_median": "pt.median(x)",
    },
    "CasADi": {
        "reduce_max": "ca.mmax(x)", "reduce_amax": "ca.mmax(x)", "reduce_min": "ca.mmin(x)", "reduce_amin": "ca.mmin(x)",
        "reduce_norm": "ca.norm_2(x)",
    },
}  # fmt: skip
"""How libraries write an operation on an array x."""

OTHERWISE["TensorFlow"] = {
    "clamp": "tf.clip_by_value(x, b, c)", "norm": "tf.norm(tf.stack([x, b]))", "max": "tf.reduce_max(tf.stack([x, b]))",
    "min": "tf.reduce_min(tf.stack([x, b]))", "pow": "x**b", "xlogy": "tf.math.xlogy(x, b)", "remainder": "x % b",
    "leaky_relu": "tf.nn.leaky_relu(x, b)", "elu": "tf.nn.elu(x)", "relu6": "tf.nn.relu6(x)",
    "amax": "tf.reduce_max(tf.stack([x, b]))", "amin": "tf.reduce_min(tf.stack([x, b]))", "clamp_min": "tf.maximum(x, b)",
    "clamp_max": "tf.minimum(x, b)", "hardtanh": "tf.clip_by_value(x, b, c)", "fmod": "tf.truncatemod(x, b)",
    "celu": "tf.nn.celu(x, b)", "std": "tf.math.reduce_std(tf.stack([x, b]))*2**0.5",
}  # fmt: skip
OTHERWISE["PyTensor"] = {
    "clamp": "pt.clip(x, b, c)", "max": "pt.max(pt.stack([x, b]))", "min": "pt.min(pt.stack([x, b]))", "pow": "x**b",
    "amax": "pt.max(pt.stack([x, b]))", "amin": "pt.min(pt.stack([x, b]))", "norm": "pt.sqrt(pt.sum(pt.stack([x, b])**2))",
    "median": "pt.median(pt.stack([x, b]))", "asin": "pt.arcsin(x)", "acos": "pt.arccos(x)", "acosh": "pt.arccosh(x)",
    "atan2": "pt.arctan2(x, b)", "relu": "pt.maximum(x, 0)", "relu6": "pt.clip(x, 0, 6)", "clamp_min": "pt.maximum(x, b)",
    "clamp_max": "pt.minimum(x, b)", "hardtanh": "pt.clip(x, b, c)", "leaky_relu": "pt.switch(x > 0, x, b*x)",
    "remainder": "x % b",
}  # fmt: skip
"""What is called where an operation has another name, or other arguments: x is the first one, b and c are the others."""


REFUSED = (AttributeError, NotImplementedError, TypeError, ValueError, RuntimeError, ArithmeticError, LookupError)
"""How libraries say that they have no such function, or no derivative of it."""

ANOTHER = {("JAX", "kl_div")}
"""Functions of the same name that are others."""


def _plainly(modules: list[Any], name: str, x: Any, others: tuple[float, ...]) -> Any:
    function = next((getattr(module, name) for module in modules if hasattr(module, name)), None)
    if function is None:
        raise NotImplementedError
    return function(x, *others)


def _function(library: str, name: str, modules: list[Any], names: dict[str, Any]) -> Callable[..., Any]:
    text = OTHERWISE[library].get(name)
    if text is None:
        return lambda x, *others: _plainly(modules, name, x, others)
    return lambda x, *others: eval(text, {**names, "x": x, **dict(zip("bc", others, strict=False))})


def _weighted(y: Any) -> Any:
    """The number to differentiate: that of an operation, or of an array as the result its product with 1, 2, 3."""
    return sum(float(at + 1) * y[at] for at in range(3)) if tuple(y.shape) in ((3,), (3, 1)) else y


def _on_array(library: str, name: str, names: dict[str, Any]) -> Callable[[Any], Any]:
    if name not in ON_ARRAYS[library]:
        raise NotImplementedError
    return lambda x: _weighted(eval(ON_ARRAYS[library][name], {**names, "x": x}))


def _torch() -> tuple[str, Callable[..., float]]:
    import torch

    modules = [torch, torch.nn.functional, torch.special, torch.linalg]

    def derivative(name: str, at: tuple[float, ...]) -> float:
        if name in STRUCTURAL:
            a = torch.tensor(at, dtype=torch.float64, requires_grad=True)
            _on_array("PyTorch", name, {"torch": torch})(a).backward()
            return a.grad
        x = torch.tensor(float(at[0]), dtype=torch.float64, requires_grad=True)
        rest = tuple(float(one) for one in at[1:])
        call = _function("PyTorch", name, modules, {"torch": torch})
        try:
            y = call(x, *rest)
        except TypeError:
            y = call(x, *[torch.tensor(one, dtype=torch.float64) for one in rest])
        y.backward()
        return float(x.grad)

    return torch.__version__, derivative


def _jax() -> tuple[str, Callable[..., float]]:
    import jax

    jax.config.update("jax_enable_x64", True)
    from jax import nn, numpy
    from jax.scipy import special

    names = {"np": numpy, "nn": nn, "special": special}

    def derivative(name: str, at: tuple[float, ...]) -> float:
        if name in STRUCTURAL:
            return jax.grad(_on_array("JAX", name, {**names, "lax": jax.lax}))(numpy.array(at, float))
        call = _function("JAX", name, [numpy, nn, special], names)
        return float(jax.grad(call)(float(at[0]), *[float(one) for one in at[1:]]))

    return jax.__version__, derivative


def _autograd() -> tuple[str, Callable[..., float]]:
    from importlib.metadata import version

    import autograd
    from autograd import numpy

    def derivative(name: str, at: tuple[float, ...]) -> float:
        if name in STRUCTURAL:
            return autograd.grad(_on_array("autograd", name, {"np": numpy}))(numpy.array(at, float))
        call = _function("autograd", name, [numpy], {"np": numpy})
        return float(autograd.grad(call)(numpy.float64(at[0]), *[numpy.float64(one) for one in at[1:]]))

    return version("autograd"), derivative


def _casadi() -> tuple[str, Callable[..., float]]:
    import casadi

    def derivative(name: str, at: tuple[float, ...]) -> float:
        if name in STRUCTURAL:
            a = casadi.MX.sym("a", len(at))
            slope = casadi.gradient(_on_array("CasADi", name, {"ca": casadi})(a), a)
            return casadi.Function("f", [a], [slope])(at).full().ravel()
        x = casadi.MX.sym("x")
        y = _function("CasADi", name, [casadi], {"ca": casadi})(x, *[float(one) for one in at[1:]])
        return float(casadi.Function("f", [x], [casadi.gradient(y, x)])(float(at[0])))

    return casadi.__version__, derivative


def _tensorflow() -> tuple[str, Callable[..., float]]:
    import tensorflow as tf

    def derivative(name: str, at: tuple[float, ...]) -> float:
        x = tf.Variable(at if name in STRUCTURAL else at[0], dtype=tf.float64)
        rest = [tf.constant(one, tf.float64) for one in at[1:]]
        with tf.GradientTape() as tape:
            if name in STRUCTURAL:
                y = _on_array("TensorFlow", name, {"tf": tf})(x.read_value())
            else:
                y = _function("TensorFlow", name, [tf, tf.math, tf.nn], {"tf": tf})(x.read_value(), *rest)
        return tf.convert_to_tensor(tape.gradient(y, x)).numpy()

    return tf.__version__, derivative


def _pytensor() -> tuple[str, Callable[..., float]]:
    import pytensor
    from pytensor import tensor

    def derivative(name: str, at: tuple[float, ...]) -> float:
        x = tensor.dvector("x") if name in STRUCTURAL else tensor.dscalar("x")
        if name in STRUCTURAL:
            y = eval(ON_ARRAYS["PyTensor"][name], {"pt": tensor, "x": x})
            y = sum(float(place + 1) * y[place] for place in range(3)) if y.ndim else y
        else:
            y = _function("PyTensor", name, [tensor], {"pt": tensor})(x, *[float(one) for one in at[1:]])
        slope = pytensor.grad(y, x, disconnected_inputs="ignore")
        return pytensor.function([x], slope, mode="FAST_COMPILE")(at if name in STRUCTURAL else float(at[0]))

    return pytensor.__version__, derivative


LIBRARIES = {
    "PyTorch": _torch, "JAX": _jax, "TensorFlow": _tensorflow, "CasADi": _casadi, "autograd": _autograd, "PyTensor": _pytensor,
}  # fmt: skip


def points() -> Iterator[tuple[str, tuple[float, ...]]]:
    """Each operation with each of its points; an operation on an array with arrays."""
    yield from ((name, one.at) for name, operation in STRUCTURAL.items() for one in operation.facts.specials)
    for name, operation in OPERATIONS.items():
        if operation.derivable(0):
            yield from ((name, one.at) for one in operation.facts.specials if one.kind in (KINK, JUMP, END))


def main() -> None:
    """Measure what is installed, and keep the rest."""
    known = json.loads(DATA.read_text(encoding="utf-8")) if DATA.exists() else {"versions": {}, "derivatives": {}}
    versions, rows = known["versions"], known["derivatives"]
    for library, loaded in LIBRARIES.items():
        with contextlib.suppress(ImportError):
            versions[library], derivative = loaded()
            for name, at in points():
                row = rows.setdefault(name, {}).setdefault(", ".join(f"{one:g}" for one in at), {})
                row.pop(library, None)
                if (library, name) in ANOTHER:
                    continue
                with contextlib.suppress(*REFUSED):
                    found_there = derivative(name, at)
                    numbers = found_there if name in STRUCTURAL else [found_there]
                    row[library] = " ".join(f"{float(one):g}" for one in numbers)
    found = {name: {at: row for at, row in by_point.items() if row} for name, by_point in rows.items()}
    found = {name: by_point for name, by_point in sorted(found.items()) if by_point}
    DATA.write_text(json.dumps({"versions": versions, "derivatives": found}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
