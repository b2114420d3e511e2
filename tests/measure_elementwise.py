"""Measures PyTorch on every elementwise operation with broadcasting and writes ``data/torch_elementwise.json``; run it by hand.

Operations that have a row keep it; a name as argument measures that one again. Each has a seed of its own.

Each row has inputs x0, x1, ... of different shapes, a cotangent c and directions d0, d1, ...; the value y, the gradient of
sum(y*c) by each input, the gradient of what these give in the directions, and value and gradient in single precision.
"""

from __future__ import annotations

import json
import sys
import zlib
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812

from gradcli.ops.catalogue import OPERATIONS

DATA = Path(__file__).parent / "data" / "torch_elementwise.json"

SHAPES = [(2, 3), (3,), (2, 1), ()]
"""The shapes of the first, the second, ... argument, which are broadcast."""

STACKED = "torch.stack(torch.broadcast_tensors({}))"
CALLS = {
    "neg": "-a", "pow": "a**b", "square": "a**2", "remainder": "torch.remainder(a, b)",
    "floor_divide": "torch.floor_divide(a, b)",
    "addcmul": "torch.addcmul(a, b, c)", "cbrt": "torch.sign(a)*torch.abs(a)**(1/3)", "max": STACKED + ".amax(0)",
    "min": STACKED + ".amin(0)", "clamp": "torch.clamp(a, b, c)", "clamp_min": "torch.clamp(a, min=b)",
    "clamp_max": "torch.clamp(a, max=b)", "where": "torch.where(a != 0, b, c)", "masked_fill": "torch.where(b != 0, c, a)",
    "leaky_relu": "torch.where(a > 0, a, b*a)", "prelu": "torch.where(a > 0, a, b*a)",
    "elu": "torch.where(a > 0, a, b*torch.expm1(a))",
    "celu": "torch.where(a > 0, a, b*torch.expm1(a/b))", "hardtanh": "torch.clamp(a, b, c)",
    "softplus": "torch.log1p(torch.exp(a*b))/b",
    "gelu_tanh": "F.gelu(a, approximate='tanh')", "swish": "F.silu(a)", "polygamma": "torch.polygamma(2, b)",
    "i0": "torch.special.i0(a)",
    "i1": "torch.special.i1(a)", "threshold": "torch.where(a > b, a, c)", "softshrink": "torch.where(a > b, a - b, a + b)",
    "hardshrink": "torch.where(abs(a) > b, a, 0*a)",
    "smooth_l1_loss": "torch.where(abs(a - b) < c, (a - b)**2/(2*c), abs(a - b) - c/2)",
    "huber_loss": "torch.where(abs(a - b) < c, (a - b)**2/2, c*(abs(a - b) - c/2))", "kl_div": "torch.xlogy(b, b) - b*a",
    "mse_loss": "(a - b)**2", "l1_loss": "abs(a - b)", "hardsigmoid": "torch.clamp(a + 3, 0, 6)/6",
    "binary_cross_entropy": "F.binary_cross_entropy(*torch.broadcast_tensors(a, b), reduction='none')",
    "binary_cross_entropy_with_logits": "F.binary_cross_entropy_with_logits(*torch.broadcast_tensors(a, b), reduction='none')",
    **{name: STACKED + f".{name}(0)" for name in ("sum", "mean", "prod", "var", "std", "amax", "amin")},
    "norm": "torch.linalg.vector_norm(" + STACKED + ", dim=0)", "logsumexp": "torch.logsumexp(" + STACKED + ", 0)",
    "median": "torch.median(" + STACKED + ", 0).values",
    **{name: f"F.{name}({{}})" for name in (
        "relu", "selu", "relu6", "softsign", "logsigmoid", "silu", "gelu", "hardswish", "mish", "tanhshrink",
    )},
}  # fmt: skip
"""What PyTorch calls an operation whose name it does not have for arrays that are broadcast; {} stands for all arguments."""

FIXED = {"polygamma": (0, 2.0)}
"""Arguments that are not measured but given."""


def draw(interval: tuple[float, float], shape: tuple[int, ...]) -> torch.Tensor:
    """Numbers of an interval that single precision holds exactly."""
    low, high = interval
    return (low + (high - low) * torch.rand(shape)).float().double()


def gradients(y: torch.Tensor, inputs: list[torch.Tensor], cotangent: torch.Tensor, *, create: bool) -> list[Any]:
    """The gradient of sum(y*cotangent); None where there is none."""
    if not y.requires_grad:
        return [None for _ in inputs]
    return list(torch.autograd.grad(y, inputs, cotangent, create_graph=create, allow_unused=True))


def lists(tensors: list[Any]) -> list[Any]:
    """Tensors as nested lists."""
    return [None if tensor is None else (tensor.detach() + torch.zeros_like(tensor)).tolist() for tensor in tensors]


def measured(name: str) -> dict[str, Any]:
    """The row of an operation."""
    torch.manual_seed(zlib.crc32(name.encode()))
    operation = OPERATIONS[name]
    drawn = [draw(interval, SHAPES[at % 4]) for at, interval in enumerate(operation.samples)]
    if name in FIXED:
        drawn[FIXED[name][0]] = torch.tensor(FIXED[name][1])
    inputs = [tensor.requires_grad_() for tensor in drawn]
    names = list("abcd"[: len(inputs)])
    call = CALLS.get(name, f"torch.{name}({{}})").format(", ".join(names))

    def run(values: list[torch.Tensor]) -> torch.Tensor:
        result = eval(call, {"torch": torch, "F": F, **dict(zip(names, values, strict=True))})
        assert isinstance(result, torch.Tensor)
        return result.to(values[0].dtype) if not result.dtype.is_floating_point else result

    y = run(inputs)
    cotangent = draw((-1, 1), tuple(y.shape))
    directions = [draw((-1, 1), tuple(tensor.shape)) for tensor in inputs]
    try:
        first = gradients(y, inputs, cotangent, create=True)
    except RuntimeError:  # PyTorch has no derivative
        first = [None for _ in inputs]
    along = [(g * d).sum() for g, d in zip(first, directions, strict=True) if g is not None and g.requires_grad]
    second = gradients(sum(along, torch.tensor(0.0)), inputs, torch.tensor(1.0), create=False)
    single = [tensor.detach().float().requires_grad_() for tensor in inputs]
    y32 = run(single)
    first32 = gradients(y32, single, cotangent.float(), create=False) if any(g is not None for g in first) else []
    return {
        "operation": name,
        "torch_call": call,
        "inputs": lists(list(inputs)),
        "cotangent": cotangent.tolist(),
        "directions": lists(directions),
        "value": y.tolist(),
        "gradient": lists(first),
        "second": lists(second),
        "value32": y32.tolist(),
        "gradient32": lists(first32),
    }


def main() -> None:
    """Measure the operations that have no row, those that are named, and no other."""
    torch.set_default_dtype(torch.float64)
    known = {row["operation"]: row for row in json.loads(DATA.read_text("utf-8"))["rows"] if row["operation"] not in sys.argv}
    found: list[dict[str, Any]] = []
    for name in OPERATIONS:
        try:
            found.append(known.get(name) or measured(name))
        except (AttributeError, NotImplementedError) as error:  # PyTorch has no such function
            print(f"{name} is not measured: {error}")
    rows = list(map(json.dumps, found))
    head = json.dumps({"torch": torch.__version__})
    DATA.write_text(head[:-1] + ', "rows": [\n' + ",\n".join(rows) + "\n]}\n", "utf-8")


if __name__ == "__main__":
    main()
