"""Sheets of exercises and their keys: text, Markdown, and LaTeX for the class exam."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.errors import label, said, spoken
from gradcli.output.quizzes.wording import Posed, at_point, formula, posed, tex_point
from gradcli.teaching.exercises.exercises import Exercise
from gradcli.teaching.tasks import DERIVATIVE, JACOBIAN


def text_sheet(found: Sequence[Exercise], *, ask: str = DERIVATIVE) -> Iterator[str]:
    """The exercises alone."""
    for number, one in enumerate(posed(found, ask), 1):
        yield f"{number}. {one.text}\n"


def text_key(found: Sequence[Exercise], *, ask: str = DERIVATIVE) -> Iterator[str]:
    """The right answers, how they are found, and what wrong answers mean."""
    for number, asked in enumerate(posed(found, ask), 1):
        one, how = asked.exercise, asked.exercise.difficulty
        yield f"{number}. {asked.text}\n"
        yield f"   = {asked.result}\n"
        yield f"   {said(f'which at {at_point(one)} is {asked.value}')}\n" if asked.value else ""
        difficulty = said(f"difficulty {how.band} of 5 (paths {how.paths}, depth {how.depth}, score {how.score:g})")
        yield f"   {difficulty}\n   {said('solution:')}\n"
        yield from (f"     {line}\n" for line in asked.made.solution)
        yield f"   {said('wrong answers:')}\n"
        width = max((len(wrong.answer) for wrong in asked.wrong), default=0)
        for wrong in asked.wrong:
            yield f"     {wrong.answer:<{width}}   {wrong.feedback} ({wrong.kind})\n"
        yield "\n" if number < len(found) else ""


def markdown_sheet(found: Sequence[Exercise], *, ask: str = DERIVATIVE) -> Iterator[str]:
    """The exercises alone, as a numbered list."""
    for number, one in enumerate(posed(found, ask), 1):
        yield f"{number}. {label(one.tex_lead)}$${formula(one.expression)}$$\n"


def markdown_key(found: Sequence[Exercise], *, ask: str = DERIVATIVE) -> Iterator[str]:
    """The key, an item for each exercise."""
    for number, asked in enumerate(posed(found, ask), 1):
        one = asked.exercise
        yield f"{number}. {label(asked.tex_lead)}$${formula(one.expression)}$$\n"
        answer, band = f"${formula(asked.result)}$", one.difficulty.band
        at = f"Answer: {answer}, at {at_point(one)}: {asked.value}; difficulty {band} of 5"
        yield f"   {said(at if asked.value else f'Answer: {answer}; difficulty {band} of 5')}\n\n"
        yield from (f"   - `{line}`\n" for line in asked.made.solution)
        yield f"\n   | {said('wrong answer')} | {said('what is wrong')} | {said('kind')} |\n   |---|---|---|\n"
        for wrong in asked.wrong:
            yield f"   | ${formula(wrong.answer)}$ | {wrong.feedback} | {wrong.kind} |\n"
        yield "\n" if number < len(found) else ""


def latex_sheet(found: Sequence[Exercise], *, ask: str = DERIVATIVE) -> Iterator[str]:
    """The exercises for the class exam."""
    return _latex(found, ask, key=False)


def latex_key(found: Sequence[Exercise], *, ask: str = DERIVATIVE) -> Iterator[str]:
    """The sheet with solutions, each with the graph of its expression."""
    return _latex(found, ask, key=True)


def _latex(found: Sequence[Exercise], ask: str, *, key: bool) -> Iterator[str]:
    from gradcli.output.diagrams.tikz import PACKAGES

    yield "\\documentclass{exam}\n\\usepackage{amsmath}\n"
    yield "\\usepackage{ctex}\n" if spoken().language == "zh" else ""
    yield f"{PACKAGES}\\printanswers\n" if key else ""
    yield "\\begin{document}\n\\begin{questions}\n"
    for asked in posed(found, ask):
        yield f"\\question {label(asked.tex_lead)}\\[{formula(asked.expression)}\\]\n"
        yield from _latex_solution(asked) if key else ()
    yield "\\end{questions}\n\\end{document}\n"


def _latex_solution(asked: Posed) -> Iterator[str]:
    from gradcli.autodiff.runs.program_run import outline
    from gradcli.language.parser import parse
    from gradcli.output.diagrams.of_run import diagram
    from gradcli.output.diagrams.tikz import escaped, tikz_picture

    one = asked.exercise
    answer = f"${formula(asked.result)}$"
    value = said(f"{answer}, which at {tex_point(one)} is {escaped(asked.value)}") if asked.value else answer
    yield f"\\begin{{solution}}\n{value}\n\n"
    if asked.ask != JACOBIAN:  # a graph of one result is drawn
        drawn = diagram(outline(parse(one.expression), [one.wrt]), title="")
        picture = "".join(tikz_picture(drawn)).rstrip()
        yield "\\begin{center}\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%\n"
        yield f"{picture}}}\\end{{center}}\n"
    yield "\\begin{itemize}\\raggedright\n"
    yield from (f"\\item[] \\texttt{{{escaped(line)}}}\n" for line in asked.made.solution)
    for wrong in asked.wrong:
        yield f"\\item ${formula(wrong.answer)}$: {escaped(wrong.feedback)}\n"
    yield "\\end{itemize}\n\\end{solution}\n"
