"""The readings as text cases: what a text is read as, what of it could have meant something else, and what is refused.

``>`` is the text, in the reading that the file is named after, ``?`` the names that have a value. Printed are the strict text
and the notes.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from textcases import Case, read_cases

from gradcli.errors import GradcliError
from gradcli.language.parser import parse
from gradcli.language.program_text import program_text
from gradcli.ops.words import read

FOLDER = Path(__file__).parent / "cases"
MARKS = ">.?"


def printed(case: Case) -> list[str]:
    """What a case prints."""
    text = "\n".join(case.lines(">."))
    known = " ".join(case.lines("?")).split()
    try:
        found = read(text, how=case.name.partition(":")[0], known=known)
    except GradcliError as error:
        return error.render().splitlines()
    assert program_text(parse(found.read_as), "; ") == found.read_as
    return [found.read_as, *(f"note: {note}" for note in found.notes)]


@pytest.mark.parametrize("case", read_cases(FOLDER, MARKS), ids=lambda case: case.name)
def test_case(case: Case) -> None:
    assert printed(case) == list(case.printed)
