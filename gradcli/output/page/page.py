"""A run as one page that works by itself: the graph, its forward and backward pass step by step, and inputs to change.

The page holds the run as a program (``page_program``) and computes values and gradients again in the browser, so nothing on it
goes stale: numbers in the derivation and the drawing are filled in by the script. It loads nothing, and text of the user is
data or escaped, never markup or script.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from html import escape

from gradcli.autodiff.passes.tape import Tape
from gradcli.derivation.nodes.chain_rule import derive
from gradcli.derivation.notation.prose import Equal, Words, words_said
from gradcli.derivation.notation.steps import VALUE, Derivation, Equation
from gradcli.errors import ExitCode, GradcliError, said, spoken
from gradcli.frozen import replace
from gradcli.graph.graph import CONSTANT, VARIABLE
from gradcli.graph.shapes import shape_text
from gradcli.language.ast import Name, Partial, postorder
from gradcli.lowering.builders.builder import has_arrays
from gradcli.ops.catalogue import spelling
from gradcli.output.diagrams.diagram import Diagram, Kind, Line, Part, shortened
from gradcli.output.diagrams.functions_part import FunctionsPart
from gradcli.output.diagrams.graph_part import GraphPart, Layers
from gradcli.output.diagrams.of_run import WHOLE_LABELS, selected
from gradcli.output.diagrams.svg import Size, svg
from gradcli.output.diagrams.theme import DARK, LIGHT, Theme
from gradcli.output.documents.html import row_html, words_html
from gradcli.output.documents.parts import Row
from gradcli.output.listing import BlockListing, Entry, FunctionListing, GradientListing
from gradcli.output.page.array_passes import about_recorded, recorded_data
from gradcli.output.page.data import page_data, script_json
from gradcli.output.page.files import page_file
from gradcli.output.page.program import engine_script
from gradcli.output.visible import visible, visible_lines

PAGE_NODES = 20_000
"""Nodes of a graph that a page holds."""

DERIVATION_NODES = 300
"""Nodes of a graph up to which its page has the derivation."""

DRAWN_NODES = 250
"""Nodes that are drawn unless more are asked for: those nearest to the output."""

FOLDED = 12
"""Inputs, and derivatives, that stand above the drawing; where there are many more the rest is folded."""

ROOM = 16
"""Characters that numbers have room for in the drawing, whatever the inputs are changed to."""

DERIVATIVE_NODES = 24
"""Nodes of a derivative up to which the results have it."""

LONG_TITLE = 160
"""Characters from which on a title is set in smaller type, and those of it that name the window."""

LONG_NAME = 80
"""Characters of the name of a node, which of a constant is its value, that the table shows."""

MOST_TITLE = 10_000
"""Characters of a title that the page shows."""

_SCRIPTS = ("numbers.js", "words.js", "drawing.js", "run.js", "steps.js", "elements.js", "asking.js", "controls.js")
_PANEL = Size(21, 9, exact=False, turns=True, filled=False)
"""The shape of the panel with a large graph, which takes the whole width of a page."""

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "form-action 'none'; base-uri 'none'"
)
_FIRST_THEME = """\
document.documentElement.dataset.theme =
  "{0}" !== "auto" ? "{0}" : matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
"""


def graph_page(diagram: Diagram, *, theme: str = "auto", layout: str = "auto") -> Iterator[str]:
    """The pieces of the page of a diagram; see :func:`html_page_of_graph`.

    Args:
        diagram: The diagram. The page steps through both passes of its run; below stand its backward graphs, without numbers,
            since those would not follow the inputs.
        theme: ``light``, ``dark``, or ``auto``.
        layout: What lays the drawings out.

    Raises:
        GradcliError: The graph is too large.
    """
    backward: list[Part] = []
    built: list[GraphPart] = []
    chosen: Sequence[int] | None = None
    tape: Tape | None = None
    layers = any(isinstance(part, Layers) for part in diagram.parts)
    for part in [part.part if isinstance(part, Layers) else part for part in diagram.parts]:
        if isinstance(part, FunctionsPart):
            tape = part.tape
            backward.append(FunctionsPart(replace(tape, symbolic=True), part.functions, part.title, part.chosen))
        elif isinstance(part, GraphPart) and isinstance(part.listing, FunctionListing):
            tape, chosen = part.listing.tape, part.chosen
        elif isinstance(part, GraphPart) and isinstance(part.listing, BlockListing):
            built.append(part)
        elif isinstance(part, GraphPart) and isinstance(part.listing, GradientListing):
            bare = GradientListing(replace(part.listing.gradient, values=None), part.listing.output_name)
            shown = GraphPart(bare, part.title, part.prefix, part.chosen, whole_labels=False)
            backward.append(Layers(shown) if layers else shown)
    assert tape is not None
    derivation = derive(tape) if len(tape.graph) <= DERIVATION_NODES and tape.graph.broken is None else None
    yield from html_page_of_graph(
        tape,
        derivation,
        title=diagram.title,
        chosen=chosen,
        direction=diagram.direction,
        backward=backward,
        built=built,
        layers=layers,
        theme=theme,
        layout=layout,
    )


def html_page_of_graph(
    tape: Tape,
    derivation: Derivation | None,
    *,
    title: str,
    chosen: Sequence[int] | None = None,
    direction: str = "LR",
    backward: Sequence[Part] = (),
    built: Sequence[GraphPart] = (),
    layers: bool = False,
    theme: str = "auto",
    layout: str = "auto",
    notes: Sequence[str] = (),
) -> Iterator[str]:
    """The pieces of a page.

    Args:
        tape: The run; where its variables have no values, the page asks for them.
        derivation: Its derivation; None where it is left out.
        title: What stands above it: the expression.
        chosen: The ids of the nodes that are drawn, ascending; None for the ``DRAWN_NODES`` that are nearest to the output. Those
            that are not drawn are computed all the same.
        direction: ``LR`` draws from left to right, ``TB`` from top to bottom.
        backward: Further graphs, drawn below.
        built: The static graph that ran, and its blocks, each of which can be folded away.
        layers: Whether each assignment of the program is one box.
        theme: ``light``, ``dark``, or ``auto``, which follows the viewer; the page has a button for it.
        layout: What lays the drawing out, see :func:`~gradcli.output.diagrams.layout.lay_out`.
        notes: Sentences to the reader, such as warnings of the run.

    Raises:
        GradcliError: The graph has more than ``PAGE_NODES`` nodes (exit code 4).
    """
    if len(tape.graph) > PAGE_NODES:
        raise GradcliError(
            f"the graph has {len(tape.graph):,} nodes, and a page holds {PAGE_NODES:,}",
            hint="other formats draw a part of it",
            exit_code=ExitCode.LIMIT,
        )
    if chosen is None:
        chosen = selected(tape.graph, most=DRAWN_NODES)
    whole_labels = sum(len(tape.graph.inputs[id]) for id in chosen) <= WHOLE_LABELS
    recorded = has_arrays(tape.graph) or tape.graph.broken is not None
    data = (recorded_data if recorded else page_data)(tape, whole_labels=whole_labels)
    text = "\n".join(visible_lines(shortened(title, MOST_TITLE)))
    head = (
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<link rel="icon" href="data:,">\n'
        f"<title>{escape(visible(shortened(title, LONG_TITLE)))}</title>\n<script>{_FIRST_THEME.format(theme)}</script>\n"
        f"<style>\n{_palette('light', LIGHT)}{_palette('dark', DARK)}{page_file('page.css')}</style>\n"
    )
    yield f'<!DOCTYPE html>\n<html lang="{spoken().language}">\n<head>\n{head}</head>\n<body>\n'
    before, picture, steps, derived, after = page_file("page.html").split("<!-- filled in -->\n")
    yield before.replace("<!-- long -->", " class=long" if len(text) > LONG_TITLE else "").replace("<!-- title -->", escape(text))
    yield from _folded(list(_fixed_inputs(tape) if recorded else _inputs(tape)), lambda more: f"{more:,} more inputs to show")
    results = _folded(list(_results(tape, derivation)), lambda more: f"{more:,} more derivatives to show")
    picture = picture.replace("<!-- results -->", "".join(results))
    about = [*notes, *about_recorded(tape)] if recorded else notes
    yield picture.replace("<!-- notes -->", _notes(tape, chosen, about))
    live = _LivePart(FunctionListing(tape), "", "n", chosen, whole_labels=whole_labels)
    part = Layers(live) if layers else live
    drawn = Diagram(shortened(title, LONG_TITLE), (part,), direction)
    yield from svg(drawn, theme="light", layout=layout, room=ROOM, size=_PANEL)
    yield steps
    yield from _derivation(derivation)
    yield derived
    yield from _table(tape, chosen)
    graphs, after = after.split("<!-- backward -->\n")
    yield graphs
    if backward:
        heading, drawing = said("Backward graphs"), said("Drawing of the backward graphs")
        yield f'<section id="backward" aria-label="{heading}">\n<h2>{heading}</h2>\n'
        yield f'<div class="picture scroll" tabindex="0" role="region" aria-label="{drawing}">\n'
        yield from svg(Diagram(heading, backward, direction), theme="light", layout=layout)
        yield "</div>\n</section>\n"
    yield from _built(built, direction, layout)
    yield after
    data["layers"] = part.layer_of() if isinstance(part, Layers) else {}
    yield f'<script type="application/json" id="data">{script_json(data)}</script>\n'
    script = "\n".join([engine_script(data["program"]), *map(page_file, _SCRIPTS)])
    yield f'<script>\n"use strict";\n(() => {{\n{script}}})();\n</script>\n'
    yield "</body>\n</html>\n"


class _LivePart(GraphPart):
    """The boxes of a run whose inputs may change: with a place for each number to come, and tooltips without numbers."""

    def lines(self, entry: Entry, kind: Kind) -> Iterator[Line]:
        for line in super().lines(entry, kind):
            yield line
            if line.role == "title" and kind is not Kind.CONSTANT and entry.value is None:
                yield Line("value", "")
                if entry.requires_grad:
                    yield Line("adjoint", "")

    def facts(self, entry: Entry) -> Iterator[str]:
        yield f"{entry.name} = {entry.expression}" if entry.inputs else entry.name
        yield said(f"node {entry.id}: {spelling(entry.operation)}")
        yield f"is_leaf {entry.is_leaf}, requires_grad {entry.requires_grad}, grad_fn {entry.grad_fn}"


def _palette(name: str, theme: Theme) -> str:
    """The colours of the drawing as variables of CSS."""
    colours = {"paper": theme.paper, "ink": theme.ink, "faint": theme.faint, "flow": theme.flow}
    colours |= {f"fill-{kind.value}": fill for kind, fill in theme.fills.items()}
    shapes = "".join(f".picture .{kind.value} .shape {{ fill: var(--fill-{kind.value}); }}\n" for kind in Kind)
    rules = " ".join(f"--{key}: {value};" for key, value in colours.items())
    return f':root[data-theme="{name}"] {{ {rules} }}\n' + (shapes if name == "light" else "")


# ---- parts of the page ----


def _built(parts: Sequence[GraphPart], direction: str, layout: str) -> Iterator[str]:
    """The static graph that ran: the graph itself, and what its branches and loops hold."""
    if not parts:
        return
    heading = said("The static graph")
    about = said("It was built before any value was known. What executed of it, turn by turn, stands above.")
    yield f'<section id="built" aria-label="{heading}">\n<h2>{heading}</h2>\n<p>{about}</p>\n'
    for part in parts:
        title = escape(said(part.title))
        yield f"<details open>\n<summary>{title}</summary>\n"
        yield f'<div class="picture scroll" tabindex="0" role="region" aria-label="{title}">\n'
        untitled = copy(part)
        untitled.title = ""
        yield from svg(Diagram(said(part.title), (untitled,), direction), theme="light", layout=layout)
        yield "</div>\n</details>\n"
    yield "</section>\n"


def _folded(pieces: Sequence[str], says: Callable[[int], str]) -> Iterator[str]:
    """What stands above the drawing: where it is much, the rest is shown when somebody asks for it."""
    kept = len(pieces) if len(pieces) <= FOLDED + FOLDED // 2 else FOLDED
    yield from pieces[:kept]
    if kept < len(pieces):
        summary = said(says(len(pieces) - kept))
        yield f"<details><summary>{summary}</summary>\n"
        yield from pieces[kept:]
        yield "</details>\n"


def _inputs(tape: Tape) -> Iterator[str]:
    for at, name in enumerate(tape.bindings):
        shown = escape(visible(name))
        yield (
            f'<div class="field"><label for="input{at}">{shown}</label> <span aria-hidden="true">=</span> '
            f'<input id="input{at}" data-variable="{tape.graph.variables[name]}" type="text" inputmode="decimal" size="9" '
            f'autocomplete="off" autocapitalize="off" spellcheck="false" aria-describedby="error{at}">'
            f'<p class="error" id="error{at}"></p></div>\n'
        )


def _fixed_inputs(tape: Tape) -> Iterator[str]:
    """The inputs of a run that is shown as it was recorded."""
    for name in tape.bindings if not tape.symbolic else tape.graph.variables:
        id = tape.graph.variables[name]
        yield f'<p class="field">{escape(visible(name))} {_live(id, "value")}</p>\n'


def _live(id: int, what: str) -> str:
    """A number that the script fills in: the value of a node, or the derivative of the output by it."""
    return f'<span class="live" data-{what}="{id}"></span>'


def _results(tape: Tape, derivation: Derivation | None) -> Iterator[str]:
    output = Name(tape.names[tape.output])
    if tape.graph.broken is not None:
        return
    yield f"<p>{words_html([output])} {_live(tape.output, 'value')}</p>\n"
    for name in tape.wrt:
        partial: Partial | Equal = tape.derivative(name)
        simplified = None if derivation is None else derivation.derivatives.get(name)
        if simplified is not None and not simplified.definitions:
            expression = simplified.expressions[0]
            if sum(1 for _ in postorder(expression)) <= DERIVATIVE_NODES:
                partial = Equal(partial, expression)
        yield f"<p>{words_html([partial])} {_live(tape.graph.variables[name], 'adjoint')}</p>\n"


def _notes(tape: Tape, chosen: Sequence[int], notes: Sequence[str]) -> str:
    sentences = list(notes)
    if len(chosen) < len(tape.graph):
        sentences.append(
            f"{len(chosen):,} of {len(tape.graph):,} nodes are drawn, those nearest to the output; all of them are computed."
        )
    return "".join(f"<p>{escape(said(visible(sentence)))}</p>" for sentence in sentences)


def _derivation(derivation: Derivation | None) -> Iterator[str]:
    equations = [] if derivation is None else list(derivation.equations.values())
    if not equations:
        none = said("No derivation: the graph is large, or nothing in it is differentiated step by step.")
        yield f'<p class="faint">{none}</p>\n'
    for equation in equations:
        yield f'<section class="equation" data-equation="{equation.node}"><table class="equations">\n'
        yield from map(row_html, _rows(equation))
        yield f"<tr><td></td><td colspan=3>{_live(equation.node, 'adjoint')}</td></tr>\n</table></section>\n"


def _rows(equation: Equation) -> Iterator[Row]:
    """What the steps use, and the steps in symbols; those in numbers would go stale."""
    left = None
    for step in (*equation.edges, *equation.steps):
        if step.rule not in VALUE:
            note: Words = tuple(words_said(step.words, said))
            yield Row(None if step.left == left else step.left, step.right, note, False, step.simplification)
            left = step.left


def _table(tape: Tape, chosen: Sequence[int]) -> Iterator[str]:
    listing = FunctionListing(tape)
    for id in chosen:
        entry = listing.entry(id)
        what = spoken().word(entry.operation) if entry.operation in (VARIABLE, CONSTANT) else entry.expression
        name = escape(visible(shortened(entry.name, LONG_NAME)))
        shape = f' <span class="fact">{said(f"shape {shape_text(entry.shape)}")}</span>' if entry.shape else ""
        yield (
            f'<tr data-row="{id}"><th scope="row"><button type="button" class="name">{name}</button></th>'
            f'<td>{escape(visible(what))}{shape}</td><td class="number"></td><td class="number"></td>'
            f'<td class="fact">{escape(entry.grad_fn or (said("leaf") if entry.is_leaf else ""))}</td></tr>\n'
        )
