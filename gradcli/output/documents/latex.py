"""A document as LaTeX that compiles as it is: article, amsmath, aligned equations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gradcli.derivation.notation.prose import Words
from gradcli.errors import spoken
from gradcli.output.documents.parts import Equations, Grid, Heading, Paragraph, Part, Row
from gradcli.output.formulas.worded import formula, worded

_CLASSES = {
    "en": "\\documentclass[a4paper,11pt]{article}\n\\usepackage[utf8]{inputenc}\n\\usepackage[T1]{fontenc}\n",
    "zh": "% XeLaTeX or LuaLaTeX\n\\documentclass[a4paper,11pt]{ctexart}\n",
}
"""How a document begins in a language: its class brings the fonts."""

_HEAD = r"""\usepackage[margin=2cm]{geometry}
\usepackage{amsmath,amssymb,longtable}
\setlength{\parindent}{0pt}
\setlength{\parskip}{6pt}
\allowdisplaybreaks
"""

_LONGEST_NOTE = 70
"""Characters of LaTeX up to which a note fits in one line."""

_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "#": r"\#",
        "$": r"\$",
        "%": r"\%",
        "&": r"\&",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "→": r"$\to$",
        "…": r"\dots{}",
        "∂": r"$\partial$",
        "²": "$^2$",
    }
)


def latex_document(parts: Iterable[Part]) -> Iterator[str]:
    """The pieces of a document that LaTeX compiles."""
    body = list(_body(parts))
    language = spoken().language
    yield _CLASSES[language]
    yield _HEAD
    if language == "en":
        yield from _missing(body)
    yield "\\begin{document}\n"
    yield from body
    yield "\\end{document}\n"


def _missing(body: Iterable[str]) -> Iterator[str]:
    """Signs that the fonts lack are declared by their numbers, so that a name in any script compiles."""
    signs = sorted({sign for piece in body if not piece.isascii() for sign in piece if ord(sign) > 0xFF})
    if signs:
        yield "\\ifdefined\\DeclareUnicodeCharacter\n"
        for sign in signs:
            yield f"\\DeclareUnicodeCharacter{{{ord(sign):04X}}}{{\\text{{U+{ord(sign):04X}}}}}\n"
        yield "\\fi\n"


def _body(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Heading):
            yield f"\n\\section*{{{_words(part.words, heading=True)}}}\n"
        elif isinstance(part, Paragraph):
            yield f"\n{_words(part.words)}\n"
        elif isinstance(part, Grid):
            yield from _grid(part)
        else:
            yield from _equations(part)


def _words(words: Words, *, heading: bool = False) -> str:
    return worded(
        words, lambda text: text.translate(_ESCAPES), lambda text: rf"\boldmath${text}$" if heading else f"${text}$"
    ).strip()


def _grid(grid: Grid) -> Iterator[str]:
    columns = "".join("r" if at in grid.numeric else "l" for at in range(len(grid.columns)))
    yield f"\n\\begin{{longtable}}[l]{{@{{}}{columns}@{{}}}}\n"
    yield " & ".join(_words(column) for column in grid.columns) + " \\\\ \\hline \\endhead\n"
    for row in grid.rows:
        yield " & ".join(_words(cell) for cell in row) + " \\\\\n"
    yield "\\end{longtable}\n"
    if grid.note:
        yield f"\n{_words(grid.note)}\n"


def _equations(part: Equations) -> Iterator[str]:
    if part.number:
        yield f"\n\\textbf{{{part.number}}}\\quad {_words(part.title)}\n"
    elif part.title:
        yield f"\n{_words(part.title)}\n"
    yield "\\begin{align*}\n"
    yield " \\\\\n".join(_row(row) for row in part.rows)
    yield "\n\\end{align*}\n"


def _row(row: Row) -> str:
    left = "" if row.left is None else formula(row.left)
    right, sign = formula(row.right), r"\approx" if row.rounded else "="
    line = f"{left} &{sign} {right}"
    if not row.note:
        return line
    note = _words(row.note)
    if len(note) > _LONGEST_NOTE:  # a tag does not break lines by itself
        note = rf"\parbox[t]{{0.9\linewidth}}{{\raggedleft {note}}}"
    return rf"{line} \tag*{{{note}}}"  # which LaTeX sets on the next line where it has no room
