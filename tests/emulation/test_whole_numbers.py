"""Functions of whole numbers and truth values print what PyTorch 2.13.0 prints: every operation of the registry that it has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from whole_numbers import cases, script

from gradcli.emulation.torch.run_torch import run_torch

OTHER_DIGITS = {"sinc", "i1"}
"""What PyTorch computes in single precision with an error that is seen in four digits."""

ROWS = json.loads((Path(__file__).parents[1] / "data" / "torch_whole_numbers.json").read_text("utf-8"))["rows"]


@pytest.mark.parametrize("name", sorted({row["operation"] for row in ROWS} - OTHER_DIGITS))
def test_whole_numbers_stay_what_pytorch_makes_of_them(name: str) -> None:
    wrong = []
    for row in ROWS:
        if row["operation"] == name and not row["printed"].endswith("Error\n"):
            pieces: list[str] = []
            run_torch(script([(row["operands"], row["call"])]), "script.py", pieces.append, lambda warning: None)
            if "".join(pieces) != row["printed"]:
                wrong.append((row["dtype"], row["call"], row["operands"], "".join(pieces), row["printed"]))
    assert not wrong


def test_every_operation_is_measured() -> None:
    assert {row["operation"] for row in ROWS} == {name for name, _, _ in cases()}
