"""Programs on arrays in PyTorch: measures values, gradients and backward graphs into ``data/torch_programs.json``.

Run it where PyTorch 2.13.0 is installed: ``python tests/measure_programs.py``. The tests compare with the file.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812

PROGRAMS = {
    # gradcli's text: PyTorch's, and the shape of each variable
    "sum((A @ x)^2)": ("((A @ x)**2).sum()", {"A": (2, 3), "x": (3,)}),
    "mean(A*v)": ("(A*v).mean()", {"A": (2, 3), "v": (3,)}),
    "sum(A*c + v)": ("(A*c + v).sum()", {"A": (2, 3), "c": (2, 1), "v": (3,)}),
    "v[0]*v[1] + v[-1]^2": ("v[0]*v[1] + v[-1]**2", {"v": (4,)}),
    "sum(A[:, 1]*x) + sum(A[0, 1:])": ("(A[:, 1]*x).sum() + A[0, 1:].sum()", {"A": (2, 3), "x": (2,)}),
    "sum(A.T @ B)": ("(A.T @ B).sum()", {"A": (2, 3), "B": (2, 4)}),
    "sum([x, w, x*w]*u)": ("(torch.stack([x, w, x*w])*u).sum()", {"x": (), "w": (), "u": (3,)}),
    "sum(softmax(A, axis=1)*B)": ("(torch.softmax(A, 1)*B).sum()", {"A": (2, 3), "B": (2, 3)}),
    "logsumexp(v) + max(v) + norm(v)": ("torch.logsumexp(v, 0) + v.max() + torch.linalg.vector_norm(v)", {"v": (5,)}),
    "sum(var(A, axis=0)) + std(A)": ("A.var(0).sum() + A.std()", {"A": (4, 3)}),
    "sum(cumsum(v, axis=0)*u)": ("(torch.cumsum(v, 0)*u).sum()", {"v": (4,), "u": (4,)}),
    "dot(v, u)/(norm(v)*norm(u))": (
        "torch.dot(v, u)/(torch.linalg.vector_norm(v)*torch.linalg.vector_norm(u))",
        {"v": (4,), "u": (4,)},
    ),
    "sum(A @ B @ v)": ("(A @ B @ v).sum()", {"A": (2, 3), "B": (3, 4), "v": (4,)}),
    "mse_loss(tanh(X @ W + b), T)": ("F.mse_loss(torch.tanh(X @ W + b), T)", {"X": (5, 3), "W": (3, 2), "b": (2,), "T": (5, 2)}),
    "h = relu(X @ W1 + b1); z = h @ W2 + b2; cross_entropy(z, [0, 2, 1, 1])": (
        "F.cross_entropy(torch.relu(X @ W1 + b1) @ W2 + b2, torch.tensor([0, 2, 1, 1]))",
        {"X": (4, 5), "W1": (5, 6), "b1": (6,), "W2": (6, 3), "b2": (3,)},
    ),
    "c1 = relu(conv2d(X, K1, k1, padding=1)); p1 = max_pool2d(c1, 2); c2 = relu(conv2d(p1, K2, k2)); p2 = avg_pool2d(c2, 2);"
    " z = flatten(p2, 1) @ W + b; cross_entropy(z, [1, 0])": (
        "F.cross_entropy(torch.flatten(F.avg_pool2d(torch.relu(F.conv2d(F.max_pool2d(torch.relu("
        "F.conv2d(X, K1, k1, padding=1)), 2), K2, k2)), 2), 1) @ W + b, torch.tensor([1, 0]))",
        {"X": (2, 1, 8, 8), "K1": (3, 1, 3, 3), "k1": (3,), "K2": (4, 3, 3, 3), "k2": (4,), "W": (4, 2), "b": (2,)},
    ),
    "sum(layer_norm(X, g, b)*T)": ("(F.layer_norm(X, (4,), g, b)*T).sum()", {"X": (3, 4), "g": (4,), "b": (4,), "T": (3, 4)}),
    "sum(inv(A) @ b) + det(A)": ("(torch.inverse(A) @ b).sum() + torch.det(A)", {"A": (3, 3), "b": (3,)}),
    "sum(reshape(A, 3, 2)*B) + trace(A @ B)": ("(A.reshape(3, 2)*B).sum() + torch.trace(A @ B)", {"A": (2, 3), "B": (3, 2)}),
    "sum(exp(-(A - v)^2))": ("torch.exp(-(A - v)**2).sum()", {"A": (3, 2), "v": (2,)}),
}


def chain(function: object) -> str:
    """The backward graph below a function, as ``Tape.chain`` writes it."""
    if function is None:
        return "None"
    inner = ", ".join(chain(following) for following, _ in function.next_functions)  # type: ignore[attr-defined]
    return f"{type(function).__name__}({inner})" if inner else type(function).__name__


def main() -> None:
    generator = torch.Generator().manual_seed(7)
    rows = []
    for text, (code, shapes) in PROGRAMS.items():
        inputs = {
            name: torch.randn(shape, generator=generator, dtype=torch.float64).requires_grad_() for name, shape in shapes.items()
        }
        value = eval(code, {"torch": torch, "F": F, **inputs})
        value.backward()
        rows.append(
            {
                "program": text,
                "torch": code,
                "inputs": {name: tensor.tolist() for name, tensor in inputs.items()},
                "value": value.item(),
                "gradient": {name: tensor.grad.tolist() for name, tensor in inputs.items()},
                "chain": chain(value.grad_fn),
            }
        )
    path = Path(__file__).parent / "data" / "torch_programs.json"
    path.write_text(json.dumps({"torch": torch.__version__, "rows": rows}), "utf-8")


if __name__ == "__main__":
    main()
