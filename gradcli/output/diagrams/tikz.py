"""A diagram as a TikZ picture in a LaTeX document of its own; its places are in it, so TeX lays out nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.errors import ExitCode, GradcliError, columns, said, spoken
from gradcli.output.diagrams.diagram import Arrow, Box, Diagram, Kind
from gradcli.output.diagrams.layout import extent, lay_out
from gradcli.output.diagrams.places import Measures, Placed, Routed, Sheet
from gradcli.output.formulas.boxes import GREEK
from gradcli.output.visible import visible_lines

MOST_POINTS = 16_000
MARGIN = 8.0
LINE_HEIGHT = 13.0
CHARACTER = 5.4
"""Width of a character of the typewriter type, in points."""

_STYLES = {
    Kind.VARIABLE: "ellipse, fill=green!12",
    Kind.CONSTANT: "rounded corners=9pt, fill=black!6",
    Kind.OPERATION: "rounded corners=3pt, fill=blue!8",
    Kind.OUTPUT: "double, double distance=1.5pt, fill=orange!18",
    Kind.FUNCTION: "chamfered rectangle, chamfered rectangle xsep=8pt, fill=violet!12",
    Kind.ACCUMULATE: "signal, signal from=west, signal to=east, fill=green!12",
    Kind.BROKEN: "dashed, draw=red!80!black, line width=1.4pt, fill=red!10",
    Kind.OMITTED: "dashed",
}

PACKAGES = r"""\usepackage{iftex}
\ifPDFTeX
  \usepackage[T1]{fontenc}
  \usepackage[utf8]{inputenc}
  \usepackage{textcomp}
\else
  \usepackage{fontspec}
  \setmonofont{DejaVu Sans Mono}[Scale=0.84]
\fi
\usepackage{amssymb}
\usepackage{tikz}
\usetikzlibrary{arrows.meta, shapes.geometric, shapes.misc, shapes.symbols}
"""
"""What a document with such pictures loads."""

_DOCUMENT = r"""\pagestyle{empty}
\setlength{\parindent}{0pt}
\begin{document}
"""

_PICTURE = r"""\begin{tikzpicture}[
  x=1pt, y=-1pt, every node/.style={inner sep=0pt, outer sep=0pt},
  graph box/.style={draw, align=center, font=\ttfamily\footnotesize},
  flowing box/.style={draw=red!65!black, line width=1.4pt},
  plain edge/.style={-{Stealth[length=5pt]}, draw=black!55, rounded corners=4pt},
  still edge/.style={plain edge, dashed},
  flowing edge/.style={-{Stealth[length=6pt]}, draw=red!65!black, line width=1.2pt, rounded corners=4pt},
  broken edge/.style={-{Rays[length=7pt]}, draw=red!80!black, dashed, line width=1.2pt, rounded corners=4pt},
  edge label/.style={font=\ttfamily\scriptsize, text=red!65!black, fill=white, inner sep=1pt},
  part heading/.style={anchor=base west, font=\bfseries},
"""


def tikz(diagram: Diagram, *, layout: str = "auto") -> Iterator[str]:
    """The pieces of a LaTeX document with one picture; pdflatex, xelatex and lualatex take it.

    Args:
        diagram: What to draw.
        layout: What lays it out, see :func:`~gradcli.output.diagrams.layout.lay_out`.
    """
    sheets = lay_out(diagram, _MEASURES, layout)
    width, height = extent(sheets, _MEASURES)
    width = max([width, *(columns(sheet.title) * CHARACTER * 1.2 for sheet in sheets)])
    if max(width, height) > MOST_POINTS:
        raise GradcliError(
            f"the drawing is {width:,.0f} by {height:,.0f} points, and TeX knows no length beyond {MOST_POINTS:,}",
            hint="show less, by --max-shown N or --depth N; svg and pdf have no such bound",
            exit_code=ExitCode.LIMIT,
        )
    yield "".join(f"% {line}\n" for line in visible_lines(diagram.title))
    yield f"% {said('A document of its own; in another one, load the same libraries of TikZ and take the tikzpicture.')}\n"
    yield "\\documentclass{article}\n"
    yield "\\usepackage{ctex}\n" if spoken().language == "zh" else ""
    page = f"paperwidth={width + 2 * MARGIN:.0f}pt, paperheight={height + 3 * MARGIN:.0f}pt, margin={MARGIN:g}pt"
    yield f"\\usepackage[{page}]{{geometry}}\n"
    yield PACKAGES + _DOCUMENT
    yield from _picture(sheets)
    yield "\\end{document}\n"


def tikz_picture(diagram: Diagram) -> Iterator[str]:
    """The pieces of a picture for a document that has :data:`PACKAGES`; the same on every machine."""
    return _picture(lay_out(diagram, _MEASURES, "graphlay"))


def _picture(sheets: Sequence[Sheet]) -> Iterator[str]:
    yield _PICTURE
    for kind, style in _STYLES.items():
        yield f"  {kind.value} box/.style={{{style}}},\n"
    yield "]\n"
    for sheet in sheets:
        yield from _sheet(sheet)
    yield "\\end{tikzpicture}\n"


def _box_size(box: Box) -> tuple[float, float]:
    if box.kind is Kind.CONSTANT:
        return max(20.0, columns(box.lines[0].text) * CHARACTER + 12), 20.0
    wide = max(columns(line.text) for line in box.lines) * CHARACTER
    high = len(box.lines) * LINE_HEIGHT
    if box.kind is Kind.VARIABLE:
        return wide * 1.25 + 16, high * 1.3 + 8
    return wide + (44 if box.kind in (Kind.FUNCTION, Kind.ACCUMULATE) else 16), high + 10


def _label_size(arrow: Arrow) -> tuple[float, float]:
    return columns(arrow.label) * CHARACTER * 0.85 + 6, 10.0


_MEASURES = Measures(
    box=_box_size,
    label=_label_size,
    layer_gap=44,
    node_gap=20,
    lane=9,
    title=26,
    part_gap=24,
    round=frozenset({Kind.VARIABLE}),
)


def _sheet(sheet: Sheet) -> Iterator[str]:
    if sheet.title:
        yield f"\\node[part heading] at (0,{sheet.y + 12:.1f}) {{{escaped(sheet.title)}}};\n"
    for routed in sheet.arrows:
        style = {True: "flowing edge", False: "still edge", None: "plain edge"}[routed.arrow.flows]
        if routed.arrow.broken:
            style = "broken edge"
        yield f"\\draw[{style}] {' -- '.join(f'({x:.1f},{y:.1f})' for x, y in routed.points)};\n"
    yield from map(_box, sheet.boxes)
    for routed in sheet.arrows:
        yield from _label(routed)


def _box(placed: Placed) -> str:
    box = placed.box
    flows = ", flowing box" if box.flows else ""
    size = f"minimum width={placed.width:.1f}pt, minimum height={placed.height:.1f}pt"
    lines = [escaped(line.text) for line in box.lines]
    lines[0] = f"\\textbf{{{lines[0]}}}"
    text = r"\\".join(lines)
    return f"\\node[graph box, {box.kind.value} box{flows}, {size}] ({box.id}) at ({placed.x:.1f},{placed.y:.1f}) {{{text}}};\n"


def _label(routed: Routed) -> Iterator[str]:
    if routed.label is not None:
        x, y = routed.label
        yield f"\\node[edge label] at ({x:.1f},{y:.1f}) {{{escaped(routed.arrow.label)}}};\n"


_COMMANDS = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "-": r"{-}",
    "∂": r"$\partial$",
    "·": r"$\cdot$",
    "…": r"\dots{}",
    "→": r"$\rightarrow$",
    "−": r"$-$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "≠": r"$\neq$",
    "√": r"$\surd$",
    "∞": r"$\infty$",
    "≈": r"$\approx$",
    "✗": r"$\times$",
}
_COMMANDS |= {character: rf"$^{{{power}}}$" for power, character in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")} | {"⁻": r"$^{-}$"}
_COMMANDS |= {character: rf"$_{{{digit}}}$" for digit, character in enumerate("₀₁₂₃₄₅₆₇₈₉")}
_COMMANDS |= {letter: f"$\\{name}$" for letter, name in GREEK.items()}


def escaped(text: str) -> str:
    """Text for TeX; what pdfTeX has no sign for is written by its number, other engines take it as it is."""
    return "".join(_escaped(character) for line in visible_lines(text) for character in line)


def _escaped(character: str) -> str:
    if character in _COMMANDS:
        return _COMMANDS[character]
    if character.isascii() or 0xA0 < ord(character) < 0x180 or (spoken().language != "en" and columns(character) > 1):
        return character
    return rf"\ifPDFTeX(U+{ord(character):04X})\else {character}\fi{{}}"
