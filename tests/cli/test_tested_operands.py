"""Every view of programs in which nodes are only tested, or pass their value on without a gradient."""

from __future__ import annotations

import json
from random import Random

import pytest
from commandline import command
from random_programs import RandomProgram

VIEWS = (
    ("eval",),
    ("eval", "--json"),
    ("eval", "--mode", "static", "--hessian"),
    ("explain", "--steps", "full"),
    ("graph", "--format", "html"),
    ("graph", "--backward"),
)
NUMBERS = (("explain", "--by", "paths"), ("explain", "--by", "rules"))


class TestingProgram(RandomProgram):
    """A random program that also multiplies by truth values, chooses by where, rounds and detaches."""

    __test__ = False

    def _scalar(self, depth: int) -> str:
        if depth == 0 or self.random.random() < 0.4:
            return super()._scalar(depth)
        one, other = super()._scalar(depth - 1), super()._scalar(depth - 1)
        return self.random.choice(
            (
                f"({one})*({other} + 1 > 0.3)",
                f"where({one} + {other} > 0, ({one})^2, tanh({other}))",
                f"(where({one}, 2*{one}, 3) + {one})",
                f"floor({one} + 0.5)*({other})",
                f"detach({one} + 1)*tanh({one})",
                f"sum(where([{one}, {other}] > 0.2, [{other}, 1], [2, {one}]*0.5))",
                f"one_hot(0, 3)[0]*({one})",
                f"argmax([{one} + 1, {other}])*({one})",
            )
        )


@pytest.mark.parametrize("seed", range(12))
def test_a_program_in_every_view(seed: int) -> None:
    text = TestingProgram(Random(seed)).text()
    bindings = {"x": 0.7, "w": -0.4, "n": 2, "v": [0.3, -0.8, 1.1]}
    for view in VIEWS:
        code, _, err = command([view[0], text, *view[1:], "--bindings", "-"], stdin=json.dumps(bindings).encode())
        assert code == 0 or (view[-1] == "--hessian" and code == 2), (view, text, err)
        assert "internal" not in err


@pytest.mark.parametrize("view", [*VIEWS, *NUMBERS])
@pytest.mark.parametrize(
    "text",
    [
        "a*(a + 1 > 0)",
        "where(a, 2a, 3) + a",
        "where(a + b > 0, a^2, b^2)",
        "detach(a + 1)*a*b",
        "floor(a*b)*a",
        "max(a, a + 1)*(a*2 == 6)*b",
        "if a + b > 0 { c = a + 2; c*a } else { b }",
        "while a + 1 < 8 { a = a*2 + (a > b) }; a*b",
    ],
)
def test_numbers_in_every_view(text: str, view: tuple[str, ...]) -> None:
    values = ["--a", "3"] + (["--b", "-1"] if "b" in text else [])
    code, _, err = command([view[0], text, *view[1:], *values])
    assert (code, "internal" in err) == (0, False), err
