"""What the strict language has a meaning for means the same to the lenient reading, where the names are known."""

from __future__ import annotations

from pathlib import Path

import pytest
from corpus import CORPUS
from fuzz_programs import Programs
from textcases import read_cases

from gradcli.errors import GradcliError
from gradcli.language.ast import Call, Definition, Output, postorder
from gradcli.language.parser import parse
from gradcli.language.program_text import program_text
from gradcli.language.statements import blocks, expressions, free_names
from gradcli.ops.words import read, vocabulary

CASES = Path(__file__).parents[1] / "language" / "cases"
WORDS = (
    "sine*exp1",
    "the + in - mod",
    "true and false",
    "for_^dt",
    "x10*var1 - PI",
    "E*cost if lg1 > kg else 2 (Ans)",
    "3!^at ÷ ln2",
)
"""Names that others read as words, functions or numbers: with a value each is one name."""
TEXTS = sorted(
    {"\n".join(case.lines(">.")) for case in read_cases(CASES, ">.?")}
    | {example.text for example in CORPUS}
    | {Programs(seed).program() for seed in range(100)}
    | set(WORDS)
)


def _strict(text: str) -> str | None:
    """The program in its canonical spelling; None where it calls what there is not, or computes nothing."""
    try:
        program = parse(text)
    except GradcliError:
        return None
    if not isinstance(program.statements[-1], Output) and len(program.statements) == 1:
        return None
    own = {statement.name for statement in program.statements if isinstance(statement, Definition)}
    work = list(program.statements)
    while work:
        statement = work.pop()
        body = statement.body if isinstance(statement, Definition) else None
        values = expressions(statement) if body is None else () if isinstance(body, tuple) else (body,)
        for value in values:
            for node in postorder(value):
                if isinstance(node, Call) and node.function not in own and node.function not in vocabulary().functions:
                    return None
        work += [inner for block in blocks(statement) for inner in block]
    return program_text(program, "; ")


@pytest.mark.parametrize("text", TEXTS)
def test_a_strict_text_means_the_same_to_the_lenient_reading(text: str) -> None:
    meaning = _strict(text)
    if meaning is not None:
        assert read(text, known=free_names(parse(text))).read_as == meaning


def test_there_are_many_of_them() -> None:
    assert sum(_strict(text) is not None for text in TEXTS[::2]) > 300
