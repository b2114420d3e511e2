"""`gradcli explain`: how a gradient comes about, in three views and six formats."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from gradcli.cli.framework.choices import chosen_format, file_format, split_names
from gradcli.cli.framework.command import (
    ASCII,
    COTANGENT,
    ELEMENTS,
    EXPRESSION,
    EXPRESSION_OPTIONS,
    FORMAT,
    JSON,
    MAX_ELEMENTS,
    MODE,
    SHAPE,
    STRICT,
    Arguments,
    Command,
    Option,
)
from gradcli.cli.framework.streams import STDIN, can_print_signs, write, write_note, write_warning
from gradcli.cli.inputs.finite import not_finite_warnings
from gradcli.cli.inputs.run import check_no_shapes, check_shaped, cotangent_of, written_in_elements
from gradcli.cli.inputs.variables import bindings, expression_text, option_like, shapes_of
from gradcli.errors import GradcliError, visible

if TYPE_CHECKING:
    from gradcli.derivation.explain import Explanation

HELP = """\
How a gradient comes about, step by step: node by node, path by path, or by the rules of calculus.

\b
  gradcli explain "(x+w)*(w+1)" --wrt w --x 2 --w 1     the backward pass, an equation a node
  gradcli explain "(x+w)*(w+1)" --wrt w                 in symbols alone
  gradcli explain "(x+w)*(w+1)" --by paths              every path with its product, and what that costs
  gradcli explain "x^x + sin(x)/x" --by rules           product rule, quotient rule, chain rule, numbered
  gradcli explain "x*exp(-x^2)" --steps full            every step; --steps brief folds the rewriting
  gradcli explain "x*w + sin(w)" -o lesson.html         also lesson.tex, lesson.md, lesson.json
  gradcli explain "sum((W @ x + b)^2)" --shape W=2,2 --shape x=2 --shape b=2     arrays, in matrix form
  gradcli explain "sum((W @ x)^2)" --shape W=2,2 --shape x=2 --elements --wrt "W[0,1]"     one element, in numbers

Either all variables have values or none has. Each is an option of its own: --x 2, --W "[[1,2],[3,4]]"; see gradcli eval --help.

Exit codes: 0 success, 2 bad input, 3 not finite under --strict, 4 a limit reached, 130 interrupted.
"""

SUFFIXES = {
    ".txt": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".tex": "latex",
    ".html": "html",
    ".htm": "html",
    ".json": "json",
}
"""The format of a file by the end of its name."""

OPTIONS = (
    *EXPRESSION_OPTIONS,
    Option(
        "by",
        "nodes: the backward pass; paths: every path and its product; rules: the rules of calculus.",
        "VIEW",
        choices=("nodes", "paths", "rules"),
        default="nodes",
    ),
    Option(
        "steps",
        "brief folds steps that only rewrite; full shows one by one what usually is one step.",
        "DETAIL",
        choices=("brief", "normal", "full"),
        default="normal",
    ),
    SHAPE,
    ELEMENTS,
    COTANGENT,
    MODE,
    FORMAT._replace(choices=("rich", "text", "markdown", "latex", "html", "json")),
    JSON,
    Option("output", "Write to a file; the end of its name decides the format where --format is left out.", "FILE", short="-o"),
    ASCII,
    STRICT,
    Option(
        "max-nodes", "The largest graph to explain; 2,000 nodes by nodes, 1,000 by rules, 2,000,000 by paths.", "N", minimum=1
    ),
    MAX_ELEMENTS,
    Option("max-paths", "Paths up to which all are listed; of more only the largest.", "N", default=2_000, minimum=1),
)


def run(arguments: Arguments, command: Command) -> None:
    """Run the command."""
    output = arguments.text("output")
    format = file_format(chosen_format(arguments), output, SUFFIXES, terminal=("rich",))
    values_file = arguments.text("bindings")
    if values_file == STDIN and STDIN in (arguments.text("file"), *arguments.positional):
        raise GradcliError("the expression and the bindings cannot both come from standard input", hint="keep one in a file")
    text, where = expression_text(arguments, command)
    values, from_file = bindings(arguments.variables, arguments.texts("set"), values_file)
    cotangent, shapes = cotangent_of(arguments), shapes_of(arguments.texts("shape"))
    elements = arguments.flag("elements")

    from gradcli.autodiff.runs.names_asked import UnknownVariableError
    from gradcli.autodiff.runs.record import outline, record
    from gradcli.cli.framework.progress import progress
    from gradcli.derivation.explain import MAX_NODES, explained
    from gradcli.graph.graph import DEFAULT_MAX_NODES
    from gradcli.language.parser import parse

    by = arguments.text("by") or ""
    limit: int = arguments.options.get("max-nodes", MAX_NODES[by])
    asked = split_names("--wrt", arguments.texts("wrt")) or None
    wrt = None if elements else asked
    with progress(len(text)) as step:
        try:
            step("reading the expression")
            program = parse(text, where)
            step("running it forward and backward")
            build = max(limit, DEFAULT_MAX_NODES)
            if values:
                check_no_shapes(shapes)
                tape = record(
                    program,
                    values,
                    wrt,
                    mode=arguments.text("mode") or "dynamic",
                    max_nodes=build,
                    max_elements=arguments.integer("max-elements"),
                    cotangent=cotangent,
                    spare=from_file,
                )
            else:
                tape = outline(program, wrt, max_nodes=build, shapes=shapes, cotangent=cotangent)
                check_shaped(tape, shapes)
            if elements:
                tape = written_in_elements(tape, asked, arguments)
            if not tape.wrt:
                raise GradcliError("the expression has no variable to differentiate by")
            warnings = [] if tape.symbolic else not_finite_warnings(tape, arguments.flag("strict"))
            step("explaining it")
            explanation = explained(
                tape,
                by=by,
                steps=arguments.text("steps") or "",
                expression=text,
                limit=limit,
                max_paths=arguments.integer("max-paths"),
            )
            warnings += explanation.warnings
        except UnknownVariableError as error:
            raise option_like(error, arguments, command).located(text, where) from None
        except GradcliError as error:
            raise error.located(text, where) from None
    from gradcli.output.reports.printed import printed_line

    for shown in tape.printed:
        write_note(visible(printed_line(shown)))
    for warning in [*tape.warnings, *warnings]:
        write_warning(warning)
    _show(explanation, format, output, warnings, ascii=arguments.flag("ascii"))


def _show(explanation: Explanation, format: str | None, output: str | None, warnings: list[str], *, ascii: bool) -> None:
    to_file = output not in (None, STDIN)
    pieces = _pieces(explanation, format or ("text" if to_file else None), warnings, ascii=ascii, to_file=to_file)
    if pieces is not None:
        if output is None or output == STDIN:
            write(pieces)
        else:
            from gradcli.output.files import write_file

            write_file(output, pieces)
        return
    from gradcli.cli.views.show import show_blocks
    from gradcli.output.documents.document import document
    from gradcli.output.reports.explanation import explanation_blocks

    show_blocks(lambda style: explanation_blocks(document(explanation), style), format, ascii=ascii)


def _pieces(
    explanation: Explanation, format: str | None, warnings: list[str], *, ascii: bool, to_file: bool
) -> Iterable[str] | None:
    """The text of a format that does not depend on the terminal; None for the others."""
    from gradcli.output.documents.document import document

    if format == "json":
        from gradcli.output.records.explanation import explanation_json

        return explanation_json(explanation, warnings, ascii=not to_file and not can_print_signs(sys.stdout))
    writers: dict[str, Callable[[], Iterable[str]]] = {
        "markdown": lambda: _markdown(explanation),
        "latex": lambda: _latex(explanation),
        "html": lambda: _html(explanation),
    }
    if format in writers:
        return writers[format]()
    if format == "text" and to_file:
        from gradcli.output.reports.blocks import Style
        from gradcli.output.reports.explanation import explanation_blocks
        from gradcli.output.reports.plain import plain_lines

        return (f"{line}\n" for line in plain_lines(explanation_blocks(document(explanation), Style(ascii))))
    return None


def _markdown(explanation: Explanation) -> Iterable[str]:
    from gradcli.output.documents.document import document
    from gradcli.output.documents.markdown import markdown

    return markdown(document(explanation))


def _latex(explanation: Explanation) -> Iterable[str]:
    from gradcli.output.documents.document import document
    from gradcli.output.documents.latex import latex_document

    return latex_document(document(explanation))


def _html(explanation: Explanation) -> Iterable[str]:
    from gradcli.output.documents.document import document
    from gradcli.output.documents.html import html_page

    return html_page(document(explanation), title=explanation.title)


COMMAND = Command("explain", HELP, EXPRESSION, OPTIONS, run, takes_variables=True)
