"""`gradcli explain`: how a gradient comes about, in three views and six formats."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gradcli.cli.framework.choices import check_stdin, chosen_format, file_format
from gradcli.cli.framework.command import Command, choice, some_whole, text
from gradcli.cli.framework.options import (
    EXPRESSION,
    BackwardOptions,
    ElementLimit,
    ElementOptions,
    ExpressionOptions,
    FileOptions,
    Limits,
    ModeOptions,
    OutputOptions,
    ShapeOptions,
    WrtOptions,
)
from gradcli.cli.framework.streams import STDIN, can_print_signs, write_note, write_to, write_warning
from gradcli.cli.inputs.run import check_no_shapes, not_finite_warnings, request_of, written_in_elements
from gradcli.cli.inputs.source import expression_text
from gradcli.cli.inputs.variables import bindings_of, shapes_of
from gradcli.errors import GradcliError, located, visible
from gradcli.frozen import replace
from gradcli.output.formats import EXPLANATIONS, Format

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


class ExplainOptions(
    ExpressionOptions, WrtOptions, ShapeOptions, ElementOptions, BackwardOptions, OutputOptions, FileOptions, ElementLimit
):
    """What a call may ask for."""

    by = choice(
        "nodes: the backward pass; paths: every path and its product; rules: the rules of calculus.",
        "VIEW",
        ("nodes", "paths", "rules"),
        "nodes",
    )
    steps = choice(
        "brief folds steps that only rewrite; full shows one by one what usually is one step.",
        "DETAIL",
        ("brief", "normal", "full"),
        "normal",
    )
    mode = ModeOptions.mode
    format = text(OutputOptions.format.help, "FORMAT", choices=tuple(EXPLANATIONS))
    max_nodes = some_whole("The largest graph to explain; 2,000 nodes by nodes, 1,000 by rules, 2,000,000 by paths.")
    max_steps = Limits.max_steps
    max_paths = some_whole("Paths up to which all are listed, 2,000 where left out; of more only the largest. For --by paths.")


def run(options: ExplainOptions) -> None:
    """Run the command."""
    format = file_format(chosen_format(options.format, json=options.json), options.output, EXPLANATIONS)
    check_stdin(expression=options.file or next(iter(options.positional), None), bindings=options.bindings)
    text, where = expression_text(options)
    if options.max_paths is not None and options.by != "paths":
        raise GradcliError("--max-paths is for --by paths", hint="add --by paths, or leave it out")
    values, from_file = bindings_of(options)
    shapes = shapes_of(options.shape)

    from gradcli.autodiff.runs.record import outlined, recorded
    from gradcli.cli.framework.progress import progress
    from gradcli.derivation.explain import MAX_NODES, explained
    from gradcli.graph.graph import DEFAULT_MAX_NODES
    from gradcli.language.parser import parse
    from gradcli.language.statements import check_exact
    from gradcli.output.reports.printed import printed_line

    limit = options.max_nodes or MAX_NODES[options.by]
    asked = request_of(
        options,
        bindings=values or None,
        mode=options.mode or "dynamic",
        shapes=shapes,
        spare=from_file,
        steered=bool(values),
        max_nodes=max(limit, DEFAULT_MAX_NODES),
        max_steps=options.max_steps,
    )
    wrt = asked.wrt
    if options.elements:  # they are named after the run is written out
        asked = replace(asked, wrt=None)
    with progress(len(text)) as step, located(text, where):
        step("reading the expression")
        program = parse(text, where)
        step("running it forward and backward")
        if values:
            check_no_shapes(shapes)
        else:
            check_exact(program)
        tape = recorded(program, asked) if values else outlined(program, asked)
        if options.elements:
            tape = written_in_elements(tape, wrt, options, options.max_nodes)
        if not tape.wrt:
            raise GradcliError("the expression has no variable to differentiate by")
        warnings = [] if tape.symbolic else not_finite_warnings(tape, options.strict)
        step("explaining it")
        explanation = explained(
            tape, by=options.by, steps=options.steps, expression=text, limit=limit, max_paths=options.max_paths or 2_000
        )
        warnings += explanation.warnings
    for shown in tape.printed:
        write_note(visible(printed_line(shown)))
    for warning in [*tape.warnings, *warnings]:
        write_warning(warning)
    _show(explanation, format, options.output, warnings, ascii=options.ascii)


def _show(explanation: Explanation, format: Format | None, output: str | None, warnings: list[str], *, ascii: bool) -> None:
    from gradcli.output.documents.document import document

    to_file = output not in (None, STDIN)
    if format is not None and format.name == "json":
        from gradcli.output.records.explanation import explanation_json

        escaped = ascii or (not to_file and not can_print_signs(sys.stdout))
        write_to(output, explanation_json(explanation, warnings, ascii=escaped))
    elif format is not None and (to_file or format.name not in ("text", "rich")):
        written = format.written(document(explanation), title=explanation.title, ascii=ascii)
        write_to(output, written, ascii=ascii, html=format.name == "html")
    else:
        from gradcli.cli.views.show import show_blocks
        from gradcli.output.reports.explanation import explanation_blocks

        shown = None if format is None else format.name
        show_blocks(lambda style: explanation_blocks(document(explanation), style), shown)


COMMAND = Command(HELP, EXPRESSION, ExplainOptions, run, takes_variables=True)
