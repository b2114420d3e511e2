"""Programs in one line, for titles."""

from __future__ import annotations

from pathlib import Path

import pytest
from commandline import command

from gradcli.language.program_text import one_line

PROGRAM = "# A small network.\n\nh = tanh(W @ x)  # hidden\ny = sum(h^2)\n"
LINE = "h = tanh(W @ x); y = sum(h^2)"


@pytest.mark.parametrize(
    ("program", "line"),
    [
        (PROGRAM, LINE),
        ("x^2", "x^2"),
        ("# nothing", ""),
        ("a = x;; b = a;\n;b", "a = x; b = a; b"),
        ("if x > 0 {\n  y = x\n} else {\n  y = -x\n}\ny", "if x > 0 { y = x } else { y = -x }; y"),
        ("A = [1, 2; 3, 4]\nsum(\n  A,  # all\n  axis=0\n)", "A = [1, 2; 3, 4]; sum( A, axis=0 )"),
        ('print "a # b; c", x\nx', 'print "a # b; c", x; x'),
    ],
)
def test_a_program_in_one_line(program: str, line: str) -> None:
    assert one_line(program) == line


@pytest.mark.parametrize("name", ["explain", "graph"])
def test_pages_have_it_as_their_title(tmp_path: Path, name: str) -> None:
    file = tmp_path / "net.grad"
    file.write_text(PROGRAM, "utf-8")
    code, out, _ = command([name, "-f", str(file), "--W", "[[1,2],[3,4]]", "--x", "[1,2]", "--format", "html"])
    assert code == 0
    assert f"{LINE}</title>" in out
