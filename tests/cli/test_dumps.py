"""A dump reads back: what `graph --json` and `eval --json` write gives `eval --graph` the answer of `eval`."""

from __future__ import annotations

from pathlib import Path

import pytest
from commandline import command

CALLS = [
    ("cos(v)", "--v", "[1,2]"),
    ("cos(v)", "--v", "[1,2]", "--cotangent", "[1,-2]"),
    ("cos(v)", "--v", "2", "--cotangent", "3"),
    ("x*0.0 + x*(-0.0)", "--x", "1"),
    ("x*0 + x/(0*-1)", "--x", "1"),
    ("1/(-0.0) + 1/0.0*x", "--x", "-0"),
    ("a = [0, -0]; sum(x*a)", "--x", "[1,2]"),
    ("x*w; x + w; x/w", "--x", "2", "--w", "3"),
    ("a = x*v; y = sum(a); output y, a", "--x", "2", "--v", "[1,2]"),
    ("x*v; sum(v)", "--x", "2", "--v", "[[1,2],[3,4]]", "--wrt", "v"),
    ("[x, inf, nan]", "--x", "2", "--cotangent", "[1,2,3]"),
]


@pytest.mark.parametrize("mode", ["dynamic", "static"])
@pytest.mark.parametrize("writer", ["graph", "eval"])
@pytest.mark.parametrize("call", CALLS)
def test_a_dump_reads_back(tmp_path: Path, call: tuple[str, ...], writer: str, mode: str) -> None:
    code, expected, _ = command(["eval", *call, "--mode", mode, "-q"])
    written, dump, error = command([writer, *call, "--mode", mode, "--json"])
    assert (written, code) == (0, 0), error
    file = tmp_path / "dump.json"
    file.write_text(dump)
    assert command(["eval", "--graph", str(file), "-q"])[:2] == (0, expected)


def test_a_cotangent_of_another_shape_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "dump.json"
    _, dump, _ = command(["graph", "cos(v)", "--v", "[1,2]", "--cotangent", "[1,2]", "--json"])
    assert '"adjoint": [1.0, 2.0]' in dump
    file.write_text(dump.replace('"adjoint": [1.0, 2.0]', '"adjoint": [1.0]'))
    code, _, error = command(["eval", "--graph", str(file), "-q"])
    assert code == 2
    assert "node 1, adjoint has the shape [1], and the node [2]" in error


@pytest.mark.parametrize("text", ["x/(0*-1)", "x/(-1*0)", "x/(0/-3)", "atan2(0*-2, x)", "x*copysign(1, 0*-1)", "x/-0", "x/-(0)"])
def test_the_sign_of_zero_is_the_same_in_both_modes(text: str) -> None:
    dynamic = command(["eval", text, "--x", "-2", "-q"])
    static = command(["eval", text, "--x", "-2", "-q", "--mode", "static"])
    assert dynamic[:2] == static[:2]
