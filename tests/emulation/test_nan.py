"""A script says on standard error where nan arose, once for each place; what it prints stays PyTorch's."""

from __future__ import annotations

import pytest

from gradcli.emulation.torch.run_torch import run_torch

CASES = {
    "value": (
        "x = torch.tensor(-4.)\ny = x * 2\nz = torch.sqrt(y)",
        ["script.py:4: warning: sqrt gives nan at y = -8\n  z = torch.sqrt(y)"],
    ),
    "of nan": ("x = torch.tensor(float('nan'))\ny = x * 2", []),
    "infinite": ("x = torch.tensor(0.)\ny = 1 / x", []),
    "array": (
        "x = torch.tensor([-4., 1.])\ny = x.log()",
        ["script.py:3: warning: log gives nan at x of shape (2,)\n  y = x.log()"],
    ),
    "loop": (
        "for i in range(3):\n    x = torch.tensor(-1. - i)\n    y = torch.sqrt(x)",
        ["script.py:4: warning: sqrt gives nan at x = -1\n  y = torch.sqrt(x)"],
    ),
    "gradient": (
        "x = torch.tensor(0., requires_grad=True)\ny = torch.sqrt(x)\nz = y * 0\nz.backward()",
        ["script.py:3: warning: the backward pass through SqrtBackward0 gives nan at x = 0\n  y = torch.sqrt(x)"],
    ),
    "gradient of several": (
        "x = torch.tensor([0., 1.], requires_grad=True)\ny = x / x\ntorch.autograd.grad(torch.sqrt(x * 0).sum() * 0, x)",
        [
            "script.py:3: warning: div gives nan at x of shape (2,), x of shape (2,)\n  y = x / x",
            "script.py:4: warning: the backward pass through SqrtBackward0 gives nan at a tensor of shape (2,)\n"
            "  torch.autograd.grad(torch.sqrt(x * 0).sum() * 0, x)",
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_script_says_where_nan_arose(name: str) -> None:
    text, wanted = CASES[name]
    warnings: list[str] = []
    run_torch(f"import torch\n{text}\n", "script.py", lambda piece: None, warnings.append)
    assert warnings == wanted
