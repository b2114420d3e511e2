"""Jacobians, Jacobian-vector products and Hessians in PyTorch: measures them into ``data/torch_matrices.json``.

Run it where PyTorch 2.13.0 is installed: ``python tests/measure_matrices.py``. The tests compare with the file.
"""

from __future__ import annotations

import json
from math import prod
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from measure_programs import PROGRAMS

MOST = 30
"""Elements of the variables up to which the Hessian of a program is kept."""

VECTORS: dict[str, tuple[str, dict[str, tuple[int, ...]]]] = {
    # gradcli's text: PyTorch's, and the shape of each variable
    "A @ x": ("A @ x", {"A": (2, 3), "x": (3,)}),
    "tanh(W @ x + b)": ("torch.tanh(W @ x + b)", {"W": (2, 3), "x": (3,), "b": (2,)}),
    "[x*w, x + w, sin(x)]": ("torch.stack([x*w, x + w, torch.sin(x)])", {"x": (), "w": ()}),
    "v*c": ("v*c", {"v": (4,), "c": ()}),
    "A/sum(A, axis=0) - v": ("A/A.sum(0) - v", {"A": (3, 2), "v": (2,)}),
    "softmax(v)": ("torch.softmax(v, 0)", {"v": (4,)}),
    "log_softmax(A*c, axis=1)": ("torch.log_softmax(A*c, 1)", {"A": (2, 3), "c": (2, 1)}),
    "outer(v, u) @ w": ("torch.outer(v, u) @ w", {"v": (3,), "u": (2,), "w": (2,)}),
    "cumprod(v, axis=0)": ("torch.cumprod(v, 0)", {"v": (4,)}),
    "inv(A) @ b": ("torch.inverse(A) @ b", {"A": (3, 3), "b": (3,)}),
    "solve(A, b)": ("torch.linalg.solve(A, b)", {"A": (3, 3), "b": (3,)}),
    "cat(v, u*v[0])": ("torch.cat([v, u*v[0]])", {"v": (2,), "u": (3,)}),
    "max(A, axis=1) + v[1:]": ("A.amax(1) + v[1:]", {"A": (2, 3), "v": (3,)}),
    "conv1d(x, k, stride=2, padding=1)": ("F.conv1d(x, k, stride=2, padding=1)", {"x": (1, 2, 5), "k": (2, 2, 3)}),
    "max_pool2d(x, 2)*s": ("F.max_pool2d(x, 2)*s", {"x": (1, 4, 4), "s": ()}),
    "layer_norm(X, g, b)": ("F.layer_norm(X, (3,), g, b)", {"X": (2, 3), "g": (3,), "b": (3,)}),
    "where(v > 0, v^2, u)": ("torch.where(v > 0, v**2, u)", {"v": (4,), "u": (1,)}),
    "hypot(v, c)": ("torch.hypot(v, c)", {"v": (3,), "c": ()}),
}

SCALARS: dict[str, tuple[str, dict[str, tuple[int, ...]]]] = {
    "x^2*w + exp(x*w)": ("x**2*w + torch.exp(x*w)", {"x": (), "w": ()}),
    "norm(v)*x": ("torch.linalg.vector_norm(v)*x", {"v": (3,), "x": ()}),
    "prod(v) + sum(v^3)": ("v.prod() + (v**3).sum()", {"v": (4,)}),
    "det(A)": ("torch.det(A)", {"A": (3, 3)}),
}


def nested(tensor: torch.Tensor) -> Any:
    """A tensor as lists of numbers of 13 digits."""

    def rounded(value: Any) -> Any:
        return [rounded(item) for item in value] if isinstance(value, list) else float(f"{value:.13g}")

    return rounded(tensor.detach().tolist())


def main() -> None:
    """Measure all programs."""
    generator = torch.Generator().manual_seed(9)

    def random(shape: tuple[int, ...]) -> torch.Tensor:
        return torch.round(torch.randn(shape, generator=generator, dtype=torch.float64) * 1000) / 1000

    rows = []
    small = {text: row for text, row in PROGRAMS.items() if sum(map(prod, row[1].values())) <= MOST}
    for text, (code, shapes) in {**VECTORS, **SCALARS, **small}.items():
        names, inputs = list(shapes), tuple(random(shape) for shape in shapes.values())
        direction = tuple(random(shape) for shape in shapes.values())

        def function(*values: torch.Tensor, code: str = code, names: list[str] = names) -> torch.Tensor:
            return eval(code, {"torch": torch, "F": F, **dict(zip(names, values, strict=True))})

        value, moved = torch.autograd.functional.jvp(function, inputs, direction)
        jacobian = torch.autograd.functional.jacobian(function, inputs)
        row = {
            "program": text,
            "inputs": dict(zip(names, map(nested, inputs), strict=True)),
            "value": nested(value),
            "direction": dict(zip(names, map(nested, direction), strict=True)),
            "tangent": nested(moved),
            "jacobian": dict(zip(names, map(nested, jacobian), strict=True)),
            "hessian": None,
        }
        if text not in VECTORS:
            hessian = torch.autograd.functional.hessian(function, inputs)
            row["hessian"] = {
                first: dict(zip(names, map(nested, parts), strict=True)) for first, parts in zip(names, hessian, strict=True)
            }
        rows.append(json.dumps(row))
    path = Path(__file__).parent / "data" / "torch_matrices.json"
    path.write_text(f'{{"torch": "{torch.__version__}", "rows": [\n' + ",\n".join(rows) + "\n]}\n", "utf-8")


if __name__ == "__main__":
    main()
