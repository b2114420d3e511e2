"""The names of nodes: given ones are kept, the others are a, b, c, ... in the order of evaluation, and the result is y, or f."""

from __future__ import annotations

import pytest
from support import run

from gradcli.language.parser import parse
from gradcli.language.statements import free_names
from gradcli.ops.declaration.constants import VALUES

CASES = {
    # The worked example: x 0, w 1, a 2, the constant 3, b 4, y 5.
    "(x+w)*(w+1)": "x w a 1 b y",
    "a = x + w; b = w + 1; y = a*b": "x w a 1 b y",
    "b = x + w; a = w + 1; a*b": "x w b 1 a y",
    # Letters in use are skipped, and so are y and e.
    "(a+c)*sin(b)": "a c d b f y",
    "y*x + sin(x)": "y x a b f",
    "y*x + sin(f)": "y x a f b c",
    "sin(cos(tan(e)))": "e a b y",
    "y = x*2; sin(y)": "x 2 y f",
    "x": "x",
    "y": "y",
    "2*3": "2 3 y",
    # An assigned name that is given again, or that a variable has already.
    "h = x; h = h*2; h = h*2; h": "x 2 h h₁",
    "h = x + 1; g = h; g*2": "x 1 h 2 y",
    "z = x*x; z = z*z; z*z": "x z z₁ y",
    # Constants keep their text, and number one node each.
    "x + 0.5 + 1/2 + pi": "x 0.5 a 1 2 b c pi y",
    "x*2 + 2*x": "x 2 a b y",
}


@pytest.mark.parametrize("text", CASES)
def test_names_in_the_order_of_evaluation(text: str) -> None:
    values = {name: 0.5 for name in free_names(parse(text)) if name not in VALUES}
    assert " ".join(run(text, values).names) == CASES[text]


def test_after_the_letters_come_numbered_names() -> None:
    text = "x" + "".join(f" + {n}" for n in range(2, 34))
    names = [name for name in run(text, {"x": 1.0}).names if not name.isdigit()]
    assert names == ["x", *"abcdfghijklmnopqrstuvwz", *(f"v{n}" for n in range(1, 9)), "y"]


def test_numbered_names_skip_those_in_use() -> None:
    text = "v1*x" + "".join(f" + {n}" for n in range(2, 34))
    names = run(text, {"x": 1.0, "v1": 1.0}).names
    assert names.index("v2") > names.index("z")
    assert names.count("v1") == 1
