"""Measures what PyTorch hands back where a derivative is 0 and the incoming gradient is not finite; run it by hand.

``data/torch_masks.json`` has for each operation points at which a gradient is 0, and the gradients for the incoming gradients 1,
inf and nan. Zeros that stay zeros are masks: PyTorch chooses there, and does not multiply.
"""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812

from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.operation import Operation

DATA = Path(__file__).parent / "data" / "torch_masks.json"

NUMBERS = (-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 6.0)
"""The arguments that an operation of two or three is tried at; one of one argument also at its special points."""

POINTS = 10
"""How many points of an operation are kept."""

CALLS = {
    "neg": "-a", "pow": "a**b", "square": "a**2", "max": "torch.stack([a, b]).max()", "min": "torch.stack([a, b]).min()",
    **{name: f"torch.stack([a, b]).{name}()" for name in ("amax", "amin", "median", "sum", "mean", "prod", "var", "std", "norm")},
    "logsumexp": "torch.logsumexp(torch.stack([a, b]), 0)", "where": "torch.where(a != 0, b, c)",
    "masked_fill": "a.masked_fill(b != 0, c)", "prelu": "F.prelu(a.reshape(1), b.reshape(1)).sum()",
    "leaky_relu": "F.leaky_relu(a, 0.25)", "elu": "F.elu(a)", "celu": "F.celu(a)", "hardtanh": "F.hardtanh(a)",
    "softplus": "F.softplus(a)", "gelu_tanh": "F.gelu(a, approximate='tanh')", "softshrink": "F.softshrink(a)",
    "hardshrink": "F.hardshrink(a)", "threshold": "F.threshold(a, 1.0, 0.5)", "polygamma": "torch.polygamma(2, b)",
    "smooth_l1_loss": "F.smooth_l1_loss(a, b)", "huber_loss": "F.huber_loss(a, b)", "kl_div": "F.kl_div(a, b, reduction='sum')",
    "i1": "torch.special.i1(a)", "clamp": "torch.clamp(a, b, c)",
}  # fmt: skip
"""What PyTorch calls an operation where that is not its first spelling of all arguments."""

FIXED: dict[str, tuple[float, ...]] = {
    "leaky_relu": (0.25,), "elu": (1.0,), "celu": (1.0,), "hardtanh": (-1.0, 1.0), "softplus": (1.0, 20.0), "softshrink": (0.5,),
    "hardshrink": (0.5,), "threshold": (1.0, 0.5), "smooth_l1_loss": (1.0,), "huber_loss": (1.0,),
}  # fmt: skip
"""The last arguments, where the call has them as numbers."""


def called(operation: Operation) -> str:
    """The call of an operation on a, b and c; empty where PyTorch has none."""
    if operation.name in CALLS or not operation.facts.torch:
        return CALLS.get(operation.name, "")
    name, modules = operation.facts.torch_functions[0]
    module = next(word for word in ("torch", "F", "special", "linalg", "Tensor") if word in modules)
    place = {"special": "torch.special", "linalg": "torch.linalg", "Tensor": "torch.Tensor"}.get(module, module)
    return f"{place}.{name}({', '.join('abc'[: len(operation.parameters)])})"


def gradients(call: str, point: tuple[float, ...], incoming: float) -> list[float | None]:
    """What each argument is handed; None for one that the call does not use."""
    inputs = [torch.tensor(number, requires_grad=True) for number in point]
    y = eval(call, {"torch": torch, "F": F, **dict(zip("abc", inputs, strict=False))})
    found = torch.autograd.grad(y, inputs, torch.tensor(incoming).reshape(y.shape), allow_unused=True)
    return [None if one is None else one.item() for one in found]


def measured(operation: Operation) -> list[dict[str, Any]]:
    """The rows of an operation."""
    call = called(operation)
    if not call or not operation.differentiable:
        return []
    count = max(len(operation.parameters), 2 if operation.variadic else 1)
    fixed = FIXED.get(operation.name, ())
    points = [(*moved, *fixed) for moved in itertools.product(NUMBERS, repeat=count - len(fixed))]
    points += [special.at for special in operation.facts.specials if len(special.at) == count]
    rows: list[dict[str, Any]] = []
    for point in points:
        try:
            finite, infinite, missing = (gradients(call, point, incoming) for incoming in (1.0, math.inf, math.nan))
        except RuntimeError:  # no derivative, or no value there
            continue
        if 0 in finite:
            words = [[None if one is None else str(one) for one in row] for row in (finite, infinite, missing)]
            rows.append({"operation": operation.name, "call": call, "point": point, "gradient": words})
    step = max(1, math.ceil(len(rows) / POINTS))
    return rows[::step]


def silent(operation: Operation) -> list[dict[str, Any]]:
    """Rows of the incoming gradient 0, at points where a derivative is not finite; at poles inside the domain values differ."""
    call = called(operation)
    if not call or not operation.differentiable or operation.name in UNLIKE:
        return []
    count = max(len(operation.parameters), 2 if operation.variadic else 1)
    fixed = FIXED.get(operation.name, ())
    rows: list[dict[str, Any]] = []
    for moved in itertools.product(NUMBERS, repeat=count - len(fixed)):
        point = (*moved, *fixed)
        try:
            finite, nothing = gradients(call, point, 1.0), gradients(call, point, 0.0)
        except RuntimeError:
            continue
        if not all(one is None or math.isfinite(one) for one in finite):
            words = [None if one is None else str(one) for one in nothing]
            rows.append({"operation": operation.name, "call": call, "point": point, "gradient": words})
    return rows[:: max(1, math.ceil(len(rows) / 4))]


UNLIKE = {"logit", "polygamma"}
"""Operations whose derivative is that of the formula where they have no value, and one whose order is fixed in the call."""

ORDERS = ("-1", "0.5", "1", "1.5", "2", "3", "4", "inf", "-inf")
VECTORS = ((3.0, -4.0), (0.0, 0.0), (0.0, 2.0), (1.0, 1.0))


def norms() -> list[dict[str, Any]]:
    """The rows of the norms of some vectors."""
    rows = []
    for order, vector in itertools.product(ORDERS, VECTORS):
        gradient = []
        for incoming in (1.0, math.inf, math.nan):
            x = torch.tensor(vector, requires_grad=True)
            torch.linalg.vector_norm(x, float(order)).backward(torch.tensor(incoming))
            gradient.append([str(number) for number in x.grad.tolist()])
        rows.append({"ord": order, "point": vector, "gradient": gradient})
    return rows


def main() -> None:
    """Measure all operations."""
    torch.set_default_dtype(torch.float64)
    found = {"rows": [row for operation in OPERATIONS.values() for row in measured(operation)], "norms": norms()}
    found["silent"] = [row for operation in OPERATIONS.values() for row in silent(operation)]
    lists = [f'"{key}": [\n' + ",\n".join(map(json.dumps, rows)) + "\n]" for key, rows in found.items()]
    DATA.write_text(json.dumps({"torch": torch.__version__})[:-1] + ", " + ", ".join(lists) + "}\n", "utf-8")


if __name__ == "__main__":
    main()
