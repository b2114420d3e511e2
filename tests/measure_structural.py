"""Measures PyTorch on the cases of the operations on arrays and writes ``data/torch_structural.json``; run it by hand.

Calls that have a row keep it; the name of an operation as argument measures its calls again. Each call has a seed of its own.

Each row has the inputs, the value y, a cotangent c, the gradient of sum(y*c) by each input, and the chain of functions; where an
array is empty also the shapes of the inputs and the value.
"""

from __future__ import annotations

import json
import sys
import zlib
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from structural_cases import CASES

DATA = Path(__file__).parent / "data" / "torch_structural.json"


def nested(tensor: torch.Tensor) -> Any:
    """A tensor as lists; what JSON has no numbers for as words."""
    return _spelled(tensor.detach().tolist())


def _spelled(value: Any) -> Any:
    if isinstance(value, list):
        return [_spelled(item) for item in value]
    finite = value == value and abs(value) != float("inf")
    return float(f"{value:.13g}") if finite else str(float(value))


def random(shape: tuple[int, ...]) -> torch.Tensor:
    """Random numbers of three decimals."""
    return torch.round(torch.randn(shape) * 1000) / 1000


def chain(function: Any, names: dict[int, str]) -> str:
    """The functions of a result, each with its inputs; an operand by its number, None where no gradient goes on."""
    if function is None:
        return "None"
    if type(function).__name__ == "AccumulateGrad":
        return names.get(id(function.variable), "None")
    inner = [chain(next, names) for next, _ in function.next_functions]
    return f"{type(function).__name__}({', '.join(inner)})" if inner else type(function).__name__


def operand(given: Any) -> torch.Tensor:
    """An operand of random elements, or of those given."""
    tensor = random(given) if isinstance(given, tuple) else torch.tensor(given)
    return tensor.requires_grad_()


def measured(operation: str, operands: tuple[Any, ...], settings: dict[str, Any], call: str) -> dict[str, Any]:
    """One row."""
    torch.manual_seed(zlib.crc32(f"{operation} {call} {settings}".encode()))
    inputs = [operand(given) for given in operands]
    named = dict(zip("abc", inputs, strict=False))
    y = eval(call, {"torch": torch, "F": F, **named})
    row: dict[str, Any] = {"operation": operation, "settings": settings, "torch_call": call}
    row |= {
        "inputs": [nested(tensor) for tensor in inputs],
        "value": nested(y),
        "cotangent": None,
        "gradient": None,
        "chain": None,
    }
    if not all(tensor.numel() for tensor in (*inputs, y)):  # lists of nothing do not tell their shapes
        row["shapes"] = [list(tensor.shape) for tensor in (*inputs, y)]
    if y.requires_grad:
        cotangent = random(tuple(y.shape))
        found = torch.autograd.grad(y, inputs, cotangent, retain_graph=True, allow_unused=True)
        row["cotangent"] = nested(cotangent)
        row["gradient"] = [None if gradient is None else nested(gradient) for gradient in found]
        row["chain"] = chain(y.grad_fn, {id(tensor): str(at) for at, tensor in enumerate(inputs)})
    return row


def main() -> None:
    """Measure the cases that have no row, those of the operations that are named, and no other."""
    torch.set_default_dtype(torch.float64)
    known: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in json.loads(DATA.read_text("utf-8"))["rows"]:
        if row["operation"] not in sys.argv:
            known.setdefault((row["operation"], row["torch_call"]), []).append(row)
    kept = [known[case[0], case[3]].pop(0) if known.get((case[0], case[3])) else measured(*case) for case in CASES]
    rows = list(map(json.dumps, kept))
    head = json.dumps({"torch": torch.__version__, "dtype": "float64"})
    DATA.write_text(head[:-1] + ', "rows": [\n' + ",\n".join(rows) + "\n]}\n", "utf-8")


if __name__ == "__main__":
    main()
