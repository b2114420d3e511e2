"""`gradcli explain`: how a gradient comes about, in three views and six formats."""

from __future__ import annotations

from gradcli.cli.framework.choices import check_stdin, chosen_format, file_format, refuse
from gradcli.cli.framework.command import Command, choice, flag, some_whole, text
from gradcli.cli.framework.options import (
    EXPRESSION,
    BackwardOptions,
    ElementLimit,
    ElementOptions,
    ExplainedOptions,
    FileOptions,
    Limits,
    ModeOptions,
    OutputOptions,
)
from gradcli.cli.framework.streams import STDIN, write_json, write_note, write_to, write_warning
from gradcli.cli.inputs.combined import COMBINED
from gradcli.cli.inputs.run import (
    NO_VALUES,
    check_no_shapes,
    not_finite_warnings,
    request_of,
    warn_of_others,
    written_in_elements,
)
from gradcli.cli.inputs.source import expression_text
from gradcli.cli.inputs.variables import bindings_of, shapes_of
from gradcli.errors import GradcliError, located, said, visible
from gradcli.frozen import replace
from gradcli.language.numbers import number_text
from gradcli.language.program_text import one_line
from gradcli.language.text import to_text
from gradcli.output.formats import EXPLANATIONS, Format
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gradcli.derivation.explain import Explanation
    from gradcli.output.documents.parts import Part

HELP = """\
How a gradient comes about, step by step. Node by node, path by path, or by the rules of calculus.

\b
  gradcli explain "(x+w)*(w+1)" --wrt w --x 2 --w 1     the backward pass, an equation a node
  gradcli explain "(x+w)*(w+1)" --wrt w                 in symbols alone
  gradcli explain "(x+w)*(w+1)" --by paths              every path with its product, and what that costs
  gradcli explain "x^x + sin(x)/x" --by rules           product rule, quotient rule, chain rule, numbered
  gradcli explain "x*exp(-x^2)" --steps full            every step; --steps brief folds the rewriting
  gradcli explain "x*w + sin(w)" -o lesson.html         also lesson.tex, lesson.md, lesson.json
  gradcli explain "sum((W @ x + b)^2)" --shape W=2,2 --shape x=2 --shape b=2     arrays, in matrix form
  gradcli explain "x^2 + y^2 = 25" --implicit y --order 2     an equation, differentiated on both sides
  gradcli explain "x*y^2" --depends "y(x)"              the total derivative, along every way of dependence
  gradcli explain "x^2" --tangent --x 3                 the tangent; --divergence, --curl, --laplacian, --direction x=3,w=4
  gradcli explain "exp(x)" --taylor 3 --x 0             the Taylor polynomial, from the derivatives there
  gradcli explain "x^3 - 3x" --stationary               where the derivative is 0, and of which kind
  gradcli explain "sum((W @ x)^2)" --shape W=2,2 --shape x=2 --elements --wrt "W[0,1]"     one element, in numbers

Either all variables have values or none has. Each is an option of its own: --x 2, --W "[[1,2],[3,4]]"; see gradcli eval --help.

Exit codes: 0 success, 2 bad input, 3 not finite under --strict, 4 a limit reached, 130 interrupted.
"""


class ExplainOptions(ExplainedOptions, ElementOptions, BackwardOptions, OutputOptions, FileOptions, ElementLimit):
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
    quiet = flag("The derivatives alone, by formulas, with values by numbers, a line each.", short="-q")
    mode = ModeOptions.mode
    format = text(OutputOptions.format.help, "FORMAT", choices=tuple(EXPLANATIONS))
    max_nodes = some_whole("The largest graph to explain; 2,000 nodes by nodes, 1,000 by rules, 2,000,000 by paths.")
    max_steps = Limits.max_steps
    order = some_whole("For --implicit and --depends: the order of the derivatives; 1 where left out.", maximum=8)
    tangent = flag("The tangent at the point of the values.")
    taylor = some_whole("The Taylor polynomial of this order about the point of the values.", maximum=8)
    stationary = flag("The stationary points of a rational function in one variable, and their kinds.")
    max_paths = some_whole("Paths up to which all are listed, 2,000 where left out; of more only the largest. For --by paths.")


def run(options: ExplainOptions) -> None:
    """Run the command."""
    asked = [f"--{name}" for name in _WORKED if name in options.given]
    if len(asked) > 1:
        raise GradcliError(f"{' and '.join(asked[:2])} do not go together", hint="leave one out")
    if options.order is not None and asked not in (["--implicit"], ["--depends"]):
        hint = "gradcli diff --order has derivatives of any order"
        raise GradcliError("--order is for --implicit and --depends", hint=hint)
    if asked:
        _on_paper(options, asked[0])
    elif options.assume:
        raise GradcliError(f"--assume is for --{', --'.join(_WORKED)}", hint="gradcli diff --assume simplifies under it")
    else:
        _run(options)


def _run(options: ExplainOptions) -> None:
    """Explain the gradient of a run."""
    if options.quiet:
        refuse(options, ("format", "json"), "is for the way there, and --quiet writes its end alone")
    format = None if options.quiet else file_format(chosen_format(options), options.output, EXPLANATIONS)
    check_stdin(expression=options.file or next(iter(options.positional), None), bindings=options.bindings)
    text, where = expression_text(options)
    if options.max_paths is not None and options.by != "paths":
        raise GradcliError("--max-paths is for --by paths", hint="add --by paths, or leave it out")
    values, from_file = bindings_of(options)
    shapes = shapes_of(options.shape)

    from gradcli.autodiff.runs.program_run import outlined, recorded
    from gradcli.cli.framework.progress import doing
    from gradcli.derivation.explain import MAX_NODES, explained
    from gradcli.graph.graph import DEFAULT_MAX_NODES
    from gradcli.language.parser import parse
    from gradcli.language.statements import check_exact
    from gradcli.output.reports.runs.printed import printed_line

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
    with located(text, where):
        doing("reading the expression")
        program = parse(text, where)
        doing("running it forward and backward")
        if values:
            check_no_shapes(shapes)
        else:
            check_exact(program)
        tape = recorded(program, asked) if values else outlined(program, asked)
        if options.elements:
            tape = written_in_elements(tape, wrt, options, options.max_nodes)
        warn_of_others(tape.graph, options)
        if not tape.wrt:
            raise GradcliError("the expression has no variable to differentiate by")
        if tape.symbolic:
            refuse(options, ("strict",), "is for values, and there are none", NO_VALUES)
        warnings = [] if tape.symbolic else not_finite_warnings(tape, options.strict)
        doing("explaining it")
        explanation = explained(
            tape, by=options.by, steps=options.steps, expression=text, limit=limit, max_paths=options.max_paths or 2_000
        )
        warnings += explanation.warnings
    for shown in tape.printed:
        write_note(visible(printed_line(shown)), own=False)
    for warning in [*tape.warnings, *warnings]:
        write_warning(warning)
    if options.quiet:
        write_to(options.output, _ends(explanation))
        return
    _show(explanation, format, options.output, warnings, ascii=options.ascii)


def _ends(explanation: Explanation) -> Iterator[str]:
    """The derivatives alone, a line each."""
    for name in explanation.tape.wrt:
        value, formula = explanation.value(name), explanation.formula(name)
        if not explanation.tape.symbolic:
            yield f"{0.0 if value is None else number_text(value)}\n"
        elif formula is None:
            raise GradcliError(f"the derivative by {name} is too large for a line", hint="gradcli diff writes it in steps")
        else:
            yield f"{to_text(formula)}\n"


def _on_paper(options: ExplainOptions, asked: str) -> None:
    """Explain what is made of derivatives, as it is worked on paper."""
    if options.quiet:
        own = asked.removeprefix("--")
        alone = f"gradcli {own}" if own in ("tangent", "taylor", "stationary") else f"gradcli diff {asked}"
        raise GradcliError(f"--quiet and {asked} do not go together", hint=f"{alone} -q writes the end alone")
    other = [f"--{name}" for name in _OF_RUNS if name in options.given and options.given[name] != "rules"]
    if other:
        raise GradcliError(f"{other[0]} and {asked} do not go together", hint="it is worked by the rules of calculus")
    format = file_format(chosen_format(options), options.output, EXPLANATIONS)
    from gradcli.cli.inputs.on_paper import worked
    from gradcli.output.documents.worked import worked_document

    found, text = worked(options, asked.removeprefix("--"), options.taylor or options.order or 1)
    for warning in found.warnings:
        write_warning(warning)
    if format is not None and format.name == "json":
        from gradcli.output.serialization.explanation import worked_json

        write_json(worked_json(found, text, options.steps), options.output, ascii=options.ascii)
        return
    title = f"{found.output} of {one_line(text)}"
    _show_parts(lambda: worked_document(found, options.steps), title, format, options.output, ascii=options.ascii)


_WORKED = ("implicit", "depends", *COMBINED, "tangent", "taylor", "stationary")
"""Options that ask for what is made of derivatives."""

_OF_RUNS = ("by", "mode", "elements", "cotangent", "strict", "max-steps", "max-paths", "shape")
"""Options that are about a run, which there is not of these; of views they have one, by the rules."""


def _show(explanation: Explanation, format: Format | None, output: str | None, warnings: list[str], *, ascii: bool) -> None:
    from gradcli.output.documents.document import document

    if format is not None and format.name == "json":
        from gradcli.output.serialization.explanation import explanation_json

        write_json(explanation_json(explanation, warnings), output, ascii=ascii)
    else:
        _show_parts(lambda: document(explanation), explanation.title, format, output, ascii=ascii)


def _show_parts(
    parts: Callable[[], Iterable[Part]], title: str, format: Format | None, output: str | None, *, ascii: bool
) -> None:
    """Write the parts of a document to a file, or to standard output."""
    to_file = output not in (None, STDIN)
    if format is not None and (to_file or format.name not in ("text", "rich")):
        from gradcli.cli.views.show import parts_said

        written = format.written(parts_said(parts()), title=said(title), ascii=ascii)
        write_to(output, written, ascii=ascii, html=format.name == "html")
        return
    from gradcli.cli.views.show import show_blocks
    from gradcli.output.reports.calculus.explanation import explanation_blocks

    show_blocks(lambda style: explanation_blocks(parts(), style), None if format is None else format.name)


COMMAND = Command(HELP, EXPRESSION, ExplainOptions, run, takes_variables=True)
