"""Scripts of a lesson print what PyTorch 2.13.0 prints, character for character but for addresses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from support import unmeasured

from gradcli.emulation.torch.calls import functions
from gradcli.emulation.torch.run_torch import run_torch
from gradcli.errors import GradcliError

FOLDER = Path(__file__).parents[1] / "data" / "torch_scripts"
SCRIPTS = sorted(FOLDER.glob("*.py"))


def printed(text: str) -> str:
    """What a script prints; an exception that ends it follows behind ``!``, as in the measured files."""
    pieces: list[str] = []
    try:
        run_torch(text, "script.py", pieces.append, lambda warning: None)
    except GradcliError as error:
        pieces.append(f"!{error.message}\n")
    return re.sub(r"0x[0-9a-f]{12}", "0x...", "".join(pieces))


@pytest.mark.parametrize("path", SCRIPTS, ids=[path.stem for path in SCRIPTS])
def test_a_script_prints_what_pytorch_prints(path: Path) -> None:
    assert printed(path.read_text("utf-8")) == path.with_suffix(".out").read_text("utf-8")


def test_the_warning_of_grad_is_that_of_pytorch() -> None:
    warnings: list[str] = []
    text = "import torch\nx = torch.tensor(1., requires_grad=True)\ny = x * 2\ny.grad\nfor i in range(3):\n    y.grad\n"
    run_torch(text, "script.py", lambda piece: None, warnings.append)
    assert [warning.split(": ")[:2] for warning in warnings] == [["script.py:4", "UserWarning"], ["script.py:6", "UserWarning"]]
    assert warnings[0].endswith("See github.com/pytorch/pytorch/pull/30531 for more information.\n  y.grad")


def test_addresses_stay_the_same_through_a_run() -> None:
    text = "import torch\nx = torch.tensor(1., requires_grad=True)\ny = x * 2\nf = y.grad_fn\nprint(f)\nprint(f, f is y.grad_fn)"
    pieces: list[str] = []
    run_torch(text, "script.py", pieces.append, lambda warning: None)
    first, second = "".join(pieces).splitlines()
    assert second == f"{first} True"
    assert re.fullmatch(r"<MulBackward0 object at 0x[0-9a-f]{12}>", first)


NAMES = json.loads((FOLDER.parent / "torch_names.json").read_text("utf-8"))


@pytest.mark.parametrize("module", NAMES)
def test_every_function_is_one_that_pytorch_has(module: str) -> None:
    offered = functions(module)
    assert set(NAMES[module]) <= set(offered)
    assert {operation.name for name in set(offered).difference(NAMES[module]) for operation in offered[name]} <= unmeasured()


def test_arguments_by_the_names_that_pytorch_gives_them() -> None:
    assert printed("import torch\nprint(torch.diag(torch.tensor([2.]), diagonal=1).tolist())\n") == "[[0.0, 2.0], [0.0, 0.0]]\n"
    text = "import torch\nprint(torch.nn.functional.one_hot(torch.tensor([1]), num_classes=3).tolist())\n"
    assert printed(text) == "[[0, 1, 0]]\n"


@pytest.mark.parametrize("name", ["svd", "quantile", "diff", "sort_", "squeeze_"])
def test_what_pytorch_has_and_is_not_known_here_is_no_exception_of_the_script(name: str) -> None:
    text = f"import torch\nx = torch.tensor([3.0, 1.0])\ntry:\n    x.{name}\nexcept AttributeError:\n    print('none')\n"
    assert printed(text).removeprefix("!") in (f"{name} of tensors is not known here\n", f"the method {name} is not known here\n")


def test_what_pytorch_has_not_is_an_exception_of_the_script() -> None:
    text = "import torch\ntry:\n    torch.ones(2).sinn\nexcept AttributeError as error:\n    print(error)\n"
    assert printed(text) == "'Tensor' object has no attribute 'sinn'\n"
