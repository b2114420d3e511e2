"""Which functions of PyTorch save something for the backward pass: writes ``data/torch_saved.json``.

Run it where PyTorch 2.13.0 is installed: ``python tests/measure_saved.py``. A function has saved something where a second
backward pass is refused. Keys are gradcli's names of elementwise operations.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812

ONE = (
    "exp exp2 expm1 log log2 log10 log1p sqrt rsqrt neg square reciprocal abs erf erfc erfinv lgamma digamma sin cos tan asin "
    "acos atan sinh cosh tanh asinh atanh relu elu selu leaky_relu softplus sigmoid logsigmoid silu gelu sinc clone deg2rad "
    "rad2deg"
)
TWO = "add sub mul div pow maximum minimum atan2 hypot fmax fmin logaddexp"


def main() -> None:
    found = {}
    for name in (*ONE.split(), *TWO.split()):
        function = getattr(torch, name, None) or getattr(F, name)
        operands = [torch.tensor(0.3, requires_grad=True), torch.tensor(0.4, requires_grad=True)][: 1 + (name in TWO.split())]
        y = function(*operands)
        y.backward()
        try:
            y.backward()
            found[name] = False
        except RuntimeError:
            found[name] = True
    path = Path(__file__).parent / "data" / "torch_saved.json"
    path.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
