"""Calls of every function of scripts with senseless arguments: they give a value, an error or a refusal, never a defect."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from commandline import command

STRANGE = (
    *("x", "A", "i", "b", "e", "1", "0", "-1", "2.5", "'a'", "None", "True", "[1, 2]", "(2,)", "[]", "10**30", "float('nan')"),
    *("float('inf')", "[[1, 2], [3]]", "{'a': 1}", "print", "-10**9", "3000000000"),
)
NAMED = ("dim=0", "dim=5", "keepdim=True", "dtype=1", "foo=3", "dim=None", "dim='a'", "input=x", "axis=-9", "p=-1", "min=1")

TORCH = """\
import math
import torch
import torch.nn.functional as F
x = torch.tensor([1., 2., 3.], requires_grad=True)
A = torch.tensor([[1., 2.], [3., 4.]], requires_grad=True)
i = torch.tensor([0, 2])
b = torch.tensor([True, False, True])
e = torch.zeros(0)
"""
TENSORFLOW = """\
import tensorflow as tf
x = tf.constant([1., 2., 3.])
A = tf.constant([[1., 2.], [3., 4.]])
i = tf.constant([0, 2])
b = tf.constant([True, False, True])
e = tf.zeros([0])
s = tf.Session()
"""
BEFORE = {
    "torch": {
        "torch": "torch.",
        "torch.nn.functional": "F.",
        "torch.autograd": "torch.autograd.",
        "torch.optim": "torch.optim.",
        "math": "math.",
        "methods of tensors": "A.",
        "functions of Python": "",
        "methods of str": "'abc'.",
        "methods of list": "[1, 2].",
        "methods of dict": "{'a': 1}.",
    },
    "tf1": {"tensorflow": "tf."},
}


def functions(name: str) -> list[str]:
    """The functions of a kind of script, as scripts write them."""
    found: list[str] = []
    before = ""
    for line in command([name, "--list"])[1].splitlines():
        if line.startswith(" "):
            found += [before + word for word in line.split()] if before is not None else []
        else:
            before = BEFORE[name].get(line.rstrip(":"))
    return found


@pytest.mark.parametrize(("name", "begin"), [("torch", TORCH), ("tf1", TENSORFLOW)])
@pytest.mark.parametrize("part", range(4))
def test_no_call_is_a_defect(name: str, begin: str, part: int, tmp_path: Path) -> None:
    source = random.Random(part)
    path = tmp_path / "script.py"
    names = functions(name)
    assert len(names) > 50
    for function in names[part::4]:
        lines = [begin]
        for _ in range(4):
            arguments = source.choices(STRANGE, k=source.choice((0, 1, 1, 2, 2, 3))) + source.choices(
                NAMED, k=source.choice((0, 0, 1))
            )
            lines.append(f"try:\n    print({function}({', '.join(arguments)}))\nexcept Exception as error:\n    print(error)\n")
        path.write_text("".join(lines))
        code, _, err = command([name, str(path)])
        assert code in (0, 2, 4), (lines, err)
        assert "Traceback" not in err
