"""The formats of graphs and explanations: one record each, from which options, names of files, hints and writers follow.

To add a format, add its record here and write its writer, which takes what is shown and, by name, the options that the record
lists, and gives pieces of text.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping

from gradcli.errors import GradcliError, nearest
from gradcli.frozen import Frozen
from gradcli.typing import Any

MOST_SHOWN = 120
"""Nodes up to which a picture shows a whole graph without being asked."""


class Format(Frozen):
    """A format.

    Attributes:
        name: What ``--format`` calls it.
        suffixes: The ends of the names of its files.
        writer: Its function, as ``module:name``; the module is loaded where it is used. Empty for what the command itself shows.
        options: The options that it is about.
        most: Nodes up to which it shows a whole graph without being asked; None for any number.
        lays_out: Whether it lays out graphs, which can take long.
        binary: Whether it is no text: it is converted from svg.
        terminal: Whether it is for terminals alone.
    """

    name: str
    suffixes: tuple[str, ...] = ()
    writer: str = ""
    options: tuple[str, ...] = ()
    most: int | None = None
    lays_out: bool = False
    binary: bool = False
    terminal: bool = False

    @property
    def is_document(self) -> bool:
        """Whether it is a text for files, which are UTF-8, rather than one for terminals."""
        return bool(self.writer and self.suffixes)

    @property
    def packed(self) -> bool:
        """Whether it is no text."""
        return self.binary

    @property
    def is_picture(self) -> bool:
        """Whether a browser shows it."""
        return "theme" in self.options

    def written(self, shown: object, **options: object) -> Iterable[Any]:
        """The pieces of its text; of an archive its files, each a name and a text.

        Args:
            shown: What is written.
            options: Values of options; those that it is not about do not matter.
        """
        from importlib import import_module

        module, _, name = self.writer.partition(":")
        write: Callable[..., Iterable[Any]] = getattr(import_module(module), name)
        return write(shown, **{option: value for option, value in options.items() if option in self.options})


def _by_name(*formats: Format) -> dict[str, Format]:
    return {format.name: format for format in formats}


_DIAGRAMS = "gradcli.output.diagrams"
_DRAWN = ("layout", "direction", "facts", "show", "hide", "layers")
_PICTURE = ("theme", *_DRAWN, "legend", "scale", "size")

GRAPHS = _by_name(
    Format("table", (".txt",), options=("ascii",)),
    Format("tree", (), f"{_DIAGRAMS}.listing_text:graph_tree", ("ascii",), 2_000),
    Format("list", (), f"{_DIAGRAMS}.listing_text:graph_list", ("ascii",)),
    Format("draw", options=("ascii", *_DRAWN[1:]), most=60, lays_out=True),
    Format("svg", (".svg",), f"{_DIAGRAMS}.svg:svg", _PICTURE, MOST_SHOWN, lays_out=True),
    Format("png", (".png",), options=_PICTURE, most=MOST_SHOWN, lays_out=True, binary=True),
    Format("pdf", (".pdf",), options=_PICTURE, most=MOST_SHOWN, lays_out=True, binary=True),
    Format(
        "html",
        (".html", ".htm"),
        "gradcli.output.page.page:graph_page",
        ("theme", "layout", "direction", "layers"),
        MOST_SHOWN,
        lays_out=True,
    ),
    Format("tikz", (".tex", ".tikz"), f"{_DIAGRAMS}.tikz:tikz", _DRAWN, MOST_SHOWN, lays_out=True),
    Format("dot", (".dot", ".gv"), f"{_DIAGRAMS}.dot:dot", _DRAWN[1:]),
    Format("mermaid", (".mmd", ".mermaid"), f"{_DIAGRAMS}.mermaid:mermaid", _DRAWN[1:]),
    Format("graphml", (".graphml",), f"{_DIAGRAMS}.graphml:graphml"),
    Format("json", (".json",), options=("ascii",)),
)
"""The formats of graphs, by name; what is written is a diagram, which has its direction."""

_DOCUMENTS = "gradcli.output.documents"

EXPLANATIONS = _by_name(
    Format("rich", terminal=True),
    Format("text", (".txt",), "gradcli.output.reports.calculus.explanation:explanation_text", ("ascii",)),
    Format("markdown", (".md", ".markdown"), f"{_DOCUMENTS}.markdown:markdown"),
    Format("latex", (".tex",), f"{_DOCUMENTS}.latex:latex_document"),
    Format("html", (".html", ".htm"), f"{_DOCUMENTS}.html:html_page", ("title",)),
    Format("json", (".json",), options=("ascii",)),
)
"""The formats of explanations, by name; what is written is a document."""

_PLOTS = "gradcli.output.plots"

PLOTS = _by_name(
    Format("draw", (".txt",), f"{_PLOTS}.terminal:chart_text", ("ascii", "width")),
    Format("table"),
    Format("csv", (".csv",)),
    Format("svg", (".svg",), f"{_PLOTS}.svg:chart_svg", ("theme",)),
    Format("png", (".png",), options=("theme",), binary=True),
    Format("pdf", (".pdf",), options=("theme",), binary=True),
    Format("html", (".html", ".htm"), options=("theme",)),
    Format("json", (".json",), options=("ascii",)),
)
"""The formats of plots, by name; what is drawn is a chart."""


CHECKS = _by_name(
    Format("rich", terminal=True),
    Format("text", (".txt",)),
    Format("json", (".json",)),
    Format("svg", (".svg",), f"{_DIAGRAMS}.error_curve:error_curve"),
)
"""The formats of checked gradients, by name; a picture is one of the error against the step."""


class QuizFormat(Format):
    """A format of exercises.

    Attributes:
        carries: What it can carry, in a few words.
        asks: What it can ask for; the first where nothing is said.
        key: The writer of its key; empty for that of text.
        archive: Whether it is several files, which become one archive.
    """

    carries: str = ""
    asks: tuple[str, ...] = ("derivative", "number", "value", "gradient", "hessian", "jacobian", "tangent", "adjoint")
    key: str = ""
    archive: bool = False

    @property
    def packed(self) -> bool:
        """Whether it is no text."""
        return self.archive


_QUIZZES = "gradcli.output.quizzes"
_ASK = ("ask",)
_EXPRESSION, _NUMBER = ("derivative", "tangent"), ("number", "value")

EXERCISES: dict[str, QuizFormat] = {
    format.name: format
    for format in (
        QuizFormat(
            "text", (".txt",), f"{_QUIZZES}.sheets:text_sheet", _ASK, carries="a sheet", key=f"{_QUIZZES}.sheets:text_key"
        ),
        QuizFormat(
            "markdown",
            (".md", ".markdown"),
            f"{_QUIZZES}.sheets:markdown_sheet",
            _ASK,
            carries="a sheet",
            key=f"{_QUIZZES}.sheets:markdown_key",
        ),
        QuizFormat(
            "latex",
            (".tex",),
            f"{_QUIZZES}.sheets:latex_sheet",
            _ASK,
            carries="a sheet of class exam; the key has the graph",
            key=f"{_QUIZZES}.sheets:latex_key",
        ),
        QuizFormat(
            "jsonl",
            (".jsonl",),
            f"{_QUIZZES}.records:exercise_lines",
            _ASK,
            carries="everything, an exercise a line, for gradcli grade -f",
        ),
        QuizFormat(
            "stack",
            (".xml",),
            f"{_QUIZZES}.expressions:stack",
            _ASK,
            carries="of Moodle: expressions, a node and a test for each mistake",
            asks=_EXPRESSION,
        ),
        QuizFormat(
            "numbas", (".exam",), f"{_QUIZZES}.expressions:numbas", _ASK, carries="expressions, alternatives", asks=_EXPRESSION
        ),
        QuizFormat(
            "webwork",
            (".zip",),
            f"{_QUIZZES}.expressions:webwork",
            _ASK,
            carries="PG: expressions, AnswerHints",
            asks=_EXPRESSION,
            archive=True,
        ),
        QuizFormat("moodle", (".xml",), f"{_QUIZZES}.choices:moodle", _ASK, carries="choices, numbers, feedback"),
        QuizFormat("gift", (".gift",), f"{_QUIZZES}.choices:gift", _ASK, carries="Moodle's: choices, numbers, feedback"),
        QuizFormat("qti", (".zip",), f"{_QUIZZES}.qti:qti3", _ASK, carries="QTI 3: choices, numbers, feedback", archive=True),
        QuizFormat(
            "canvas",
            (".zip",),
            f"{_QUIZZES}.qti:canvas",
            _ASK,
            carries="QTI 1.2, for Classic and New Quizzes: choices, feedback",
            archive=True,
        ),
        QuizFormat(
            "prairielearn",
            (".zip",),
            f"{_QUIZZES}.programs:prairielearn",
            _ASK,
            carries="numbers, feedback",
            asks=_NUMBER,
            archive=True,
        ),
        QuizFormat("nbgrader", (".ipynb",), f"{_QUIZZES}.programs:nbgrader", _ASK, carries="expressions, marked by gradcli"),
        QuizFormat(
            "anki", (".tsv",), f"{_QUIZZES}.programs:anki", _ASK, carries="cards with the answer, the solution and mistakes"
        ),
    )
}
"""The formats of exercises, by name; what is written are exercises."""


ALL = (GRAPHS, EXPLANATIONS, PLOTS, CHECKS, EXERCISES)


def suffixes(formats: Mapping[str, Format]) -> dict[str, list[Format]]:
    """Formats by the ends of the names of their files."""
    found: dict[str, list[Format]] = {}
    for format in formats.values():
        for suffix in format.suffixes:
            found.setdefault(suffix, []).append(format)
    return found


def format_of_file(path: str, formats: Mapping[str, Format], option: str = "--format") -> Format:
    """The format of a file, by the end of its name.

    Args:
        path: The name of the file.
        formats: Which formats there are.
        option: The option that says it as well.

    Raises:
        GradcliError: The name does not tell it.
    """
    known = suffixes(formats)
    suffix = os.path.splitext(path)[1].lower()
    if suffix not in known:
        near = nearest(suffix, known)
        ends = f"end it in {', '.join(known)}, or add {option}"
        raise GradcliError(f"the name {path} does not tell its format", hint=f"did you mean {near}? {ends}" if near else ends)
    if len(known[suffix]) > 1:
        names = [format.name for format in known[suffix]]
        raise GradcliError(
            f"files of several formats end in {suffix}: {', '.join(names)}",
            hint=f"add {' or '.join(f'{option} {name}' for name in names)}",
        )
    return known[suffix][0]


def check_file(format: Format, path: str, asked: str) -> None:
    """Check that the end of a file's name is not that of other formats.

    Args:
        format: What is written.
        path: The name of the file.
        asked: What it was asked for by: ``--format svg``.

    Raises:
        GradcliError: It is.
    """
    own = format.suffixes or (".txt",)
    suffix = os.path.splitext(path)[1].lower()
    others = [other.name for formats in ALL for other in suffixes(formats).get(suffix, ())]
    if not others or suffix in own or (suffix == ".txt" and not format.packed):
        return
    listed = ", ".join(dict.fromkeys(others))
    raise GradcliError(f"a file that ends in {suffix} is {listed}, and not {asked}", hint=f"end it in {own[0]}")
