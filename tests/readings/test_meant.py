"""What people type, with what they mean by it, which was written down before any reading of it was seen.

Each row of ``meant.tsv`` has the text, a strict text of what is meant, and ``note`` where it may mean something else, which
has to be said, or ``refused``. The values are compared at random points.
"""

from __future__ import annotations

import math
import random
from pathlib import Path

import pytest

from gradcli.autodiff.inner_derivatives import with_derivatives
from gradcli.autodiff.runs.program_run import record
from gradcli.errors import GradcliError
from gradcli.language.ast import Assignment, Output, Program
from gradcli.language.parser import parse
from gradcli.language.statements import free_names
from gradcli.ops.declaration.constants import VALUES
from gradcli.ops.words import read

ROWS = [line.split("\t") for line in (Path(__file__).parent / "meant.tsv").read_text("utf-8").splitlines()]
INTERVALS = ((0.3, 0.9), (0.3, 0.9), (1.2, 2.5))


def _values(program: Program, point: dict[str, float]) -> list[float]:
    last = program.statements[-1]
    assert isinstance(last, Output | Assignment)
    program = with_derivatives(Program((*program.statements[:-1], Output(last.value))))
    value = record(program, {name: point[name] for name in free_names(program) if name in point}, wrt=[]).value
    return [float(item) for item in getattr(value, "flat", [value])]


@pytest.mark.parametrize(("text", "meant", "how"), ROWS, ids=[row[0] for row in ROWS])
def test_a_text_is_read_as_it_is_meant(text: str, meant: str, how: str) -> None:
    if how == "refused":
        with pytest.raises(GradcliError) as error:
            read(text)
        assert error.value.message
        return
    found, expected = read(text), parse(meant)
    assert found.notes or how != "note"
    names = {name for program in (found.program, expected) for name in free_names(program)} - {*VALUES, "π", "τ"}
    source = random.Random(text)
    compared = 0
    for interval in INTERVALS:
        point = {name: source.uniform(*interval) for name in sorted(names)}
        for values in zip(_values(found.program, point), _values(expected, point), strict=True):
            assert math.isclose(*values, rel_tol=1e-12) or all(map(math.isnan, values))
            compared += not math.isnan(values[0])
    assert compared
