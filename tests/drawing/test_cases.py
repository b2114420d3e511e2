"""Drawings of characters as text cases.

``>`` is the program, ``?`` the values of its variables, what to differentiate by (``wrt``), the direction, and what else there is
to choose.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from textcases import Case, read_cases

from gradcli.autodiff.runs.program_run import record
from gradcli.language.parser import parse
from gradcli.output.box_drawing.draw import drawn_text
from gradcli.output.diagrams.of_run import diagram

FOLDER = Path(__file__).parent / "cases"
MARKS = ">?"


def printed(case: Case) -> list[str]:
    """The drawing."""
    words = dict(word.split("=") for line in case.lines("?") for word in line.split())
    wrt, view, direction = words.pop("wrt", None), words.pop("view", "forward"), words.pop("direction", "TB")
    depth, ascii = words.pop("depth", None), words.pop("ascii", "no") == "yes"
    program = "\n".join(case.lines(">"))
    tape = record(parse(program), {name: float(value) for name, value in words.items()}, wrt.split(",") if wrt else None)
    found = diagram(tape, title=program, view=view, direction=direction, depth=int(depth) if depth else None, board=not ascii)
    return list(drawn_text(found, ascii=ascii))


@pytest.mark.parametrize("case", read_cases(FOLDER, MARKS), ids=lambda case: case.name)
def test_case(case: Case) -> None:
    assert printed(case) == list(case.printed)
