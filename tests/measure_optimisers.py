"""Measure what torch.optim and scipy.optimize make of some functions: ``python tests/measure_optimisers.py``.

For each optimiser, function and learning rate the points of each step, float64; of scipy the minimum that BFGS finds.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FUNCTIONS = {
    "(x - 3)^2 + 10*(w + 1)^2": ("(x - 3)**2 + 10*(w + 1)**2", (0.0, 0.0)),
    "(1 - x)^2 + 100*(w - x^2)^2": ("(1 - x)**2 + 100*(w - x**2)**2", (-1.2, 1.0)),
    "log(exp(x) + exp(-x)) + w^4 + x*w": ("torch.log(torch.exp(x) + torch.exp(-x)) + w**4 + x*w", (2.0, -1.5)),
    "sin(x)*cos(w) + 0.1*(x^2 + w^2)": ("torch.sin(x)*torch.cos(w) + 0.1*(x**2 + w**2)", (1.0, 2.0)),
}
OPTIMISERS: dict[str, Any] = {
    "gd": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.9}),
    "nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
    "adam": ("Adam", {}),
    "rmsprop": ("RMSprop", {}),
}
RATES = (0.001, 0.02)
STEPS = 40


def main() -> None:
    import scipy.optimize
    import torch

    rows: list[dict[str, Any]] = []
    minima: list[dict[str, Any]] = []
    for text, (python, start) in FUNCTIONS.items():

        def function(x: Any, w: Any, python: str = python) -> Any:
            return eval(python, {"torch": torch, "x": x, "w": w})

        def run(point: Any) -> tuple[float, Any]:
            x, w = (torch.tensor(float(part), dtype=torch.float64, requires_grad=True) for part in point)
            value = function(x, w)
            return value.item(), [part.item() for part in torch.autograd.grad(value, (x, w))]

        for name, (kind, numbers) in OPTIMISERS.items():
            for lr in RATES:
                parameters = [torch.tensor(part, dtype=torch.float64, requires_grad=True) for part in start]
                optimizer = getattr(torch.optim, kind)(parameters, lr=lr, **numbers)
                points = [[part.item() for part in parameters]]
                for _ in range(STEPS):
                    optimizer.zero_grad()
                    function(*parameters).backward()
                    optimizer.step()
                    points.append([part.item() for part in parameters])
                shown = [point if all(abs(part) < 1e6 for part in point) else None for point in points]
                rows.append({"function": text, "start": start, "optimizer": name, "lr": lr, "points": shown[:4] + shown[4::6]})
        found = scipy.optimize.minimize(run, start, jac=True, method="BFGS", options={"gtol": 1e-9})
        minima.append({"function": text, "start": start, "point": list(found.x), "value": found.fun, "evaluations": found.nfev})
    path = Path(__file__).parent / "data" / "torch_optimisers.json"
    path.write_text(
        json.dumps({"torch": torch.__version__, "scipy": scipy.__version__, "rows": rows, "minima": minima}, indent=0) + "\n"
    )


if __name__ == "__main__":
    main()
