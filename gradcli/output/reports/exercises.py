"""Sheets of exercises and their keys, as text, Markdown, LaTeX and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gradcli.language.ast import Assignment, Output
from gradcli.language.numbers import short_text
from gradcli.language.parser import parse
from gradcli.language.program_text import one_line
from gradcli.output.formulas.latex import name_latex, to_latex
from gradcli.output.json import document, json_number
from gradcli.teaching.exercises import Exercise

if TYPE_CHECKING:
    from gradcli.output.schemas.teaching import ExerciseRecord, ExercisesDocument


def asked(one: Exercise) -> str:
    """The question in words."""
    return f"Differentiate by {one.wrt}: {one_line(one.expression)}"


def _at(one: Exercise) -> str:
    return ", ".join(f"{name} = {value}" for name, value in one.point.items())


def text_sheet(found: Sequence[Exercise]) -> Iterator[str]:
    """The exercises alone."""
    for number, one in enumerate(found, 1):
        yield f"{number}. {asked(one)}\n"


def text_key(found: Sequence[Exercise]) -> Iterator[str]:
    """The right answers, how they are found, and what wrong answers mean."""
    for number, one in enumerate(found, 1):
        how = one.difficulty
        yield f"{number}. {asked(one)}\n"
        yield f"   = {one.answer}\n"
        yield f"   at {_at(one)}: {short_text(one.value)}\n"
        yield f"   difficulty {how.band} of 5 (paths {how.paths}, depth {how.depth}, score {how.score:g})\n"
        yield "   solution:\n"
        yield from (f"     {line}\n" for line in one.solution)
        yield "   wrong answers:\n"
        width = max(len(wrong.answer) for wrong in one.distractors)
        for wrong in one.distractors:
            yield f"     {wrong.answer:<{width}}   {wrong.says} ({wrong.kind})\n"
        yield "\n" if number < len(found) else ""


def markdown_sheet(found: Sequence[Exercise]) -> Iterator[str]:
    """The exercises alone, as a numbered list."""
    for number, one in enumerate(found, 1):
        yield f"{number}. Differentiate by ${name_latex(one.wrt)}$: $${formula(one.expression)}$$\n"


def markdown_key(found: Sequence[Exercise]) -> Iterator[str]:
    """The key, an item for each exercise."""
    for number, one in enumerate(found, 1):
        yield f"{number}. $${formula(one.expression)}$$\n"
        yield f"   Answer: ${formula(one.answer)}$, at {_at(one)}: {short_text(one.value)}; "
        yield f"difficulty {one.difficulty.band} of 5\n\n"
        yield from (f"   - `{line}`\n" for line in one.solution)
        yield "\n   | wrong answer | what is wrong | kind |\n   |---|---|---|\n"
        for wrong in one.distractors:
            yield f"   | ${formula(wrong.answer)}$ | {wrong.says} | {wrong.kind} |\n"
        yield "\n" if number < len(found) else ""


def latex_sheet(found: Sequence[Exercise], *, key: bool = False) -> Iterator[str]:
    """The exercises for the class exam; with solutions for the key."""
    yield "\\documentclass{exam}\n\\usepackage{amsmath}\n"
    yield "\\printanswers\n" if key else ""
    yield "\\begin{document}\n\\begin{questions}\n"
    for one in found:
        yield f"\\question Differentiate by ${name_latex(one.wrt)}$: \\[{formula(one.expression)}\\]\n"
        if key:
            yield "\\begin{solution}\n"
            yield f"${formula(one.answer)}$, at {_tex_point(one)}: {short_text(one.value)}\n\\begin{{itemize}}\n"
            for wrong in one.distractors:
                yield f"\\item ${formula(wrong.answer)}$: {_tex(wrong.says)}\n"
            yield "\\end{itemize}\n\\end{solution}\n"
    yield "\\end{questions}\n\\end{document}\n"


def latex_key(found: Sequence[Exercise]) -> Iterator[str]:
    """The sheet with solutions."""
    return latex_sheet(found, key=True)


def _tex_point(one: Exercise) -> str:
    return ", ".join(f"${name_latex(name)} = {value}$" for name, value in one.point.items())


def _tex(text: str) -> str:
    return "".join(f"\\{sign}" if sign in "%&#_{}$" else r"\^{}" if sign == "^" else sign for sign in text)


def formula(text: str) -> str:
    """An expression, or a program, in LaTeX's mathematics mode."""
    parts = []
    for line in parse(text).statements:
        if isinstance(line, Assignment):
            parts.append(f"{name_latex(line.name)} = {to_latex(line.value)}")
        elif isinstance(line, Output):
            parts.append(to_latex(line.value))
    return ",\\quad ".join(parts)


def exercise_record(number: int, one: Exercise) -> ExerciseRecord:
    """An exercise as a record."""
    how = one.difficulty
    return {
        "number": number,
        "expression": one.expression,
        "wrt": one.wrt,
        "answer": one.answer,
        "at": dict(one.point),
        "value": json_number(one.value),
        "difficulty": {
            "band": how.band,
            "score": how.score,
            "paths": how.paths,
            "depth": how.depth,
            "operations": how.operations,
            "chains": how.chains,
        },
        "distractors": [
            {
                "answer": wrong.answer,
                "kind": wrong.kind,
                "says": wrong.says,
                "place": wrong.place,
                "value": json_number(wrong.value),
            }
            for wrong in one.distractors
        ],
        "solution": list(one.solution),
    }


def exercise_lines(found: Sequence[Exercise]) -> Iterator[str]:
    """An exercise a line."""
    for number, one in enumerate(found, 1):
        yield json.dumps(exercise_record(number, one), ensure_ascii=False, allow_nan=False) + "\n"


def exercises_json(seed: int, found: Sequence[Exercise]) -> Iterator[str]:
    """The document of `gradcli exercise --json`."""
    parts: ExercisesDocument = {
        "seed": seed,
        "exercises": [exercise_record(number, one) for number, one in enumerate(found, 1)],
    }
    return document("exercise", parts)
