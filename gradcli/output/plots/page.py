"""Curves and fields as a page that works by itself: it zooms, and a tangent, or the gradient, follows the mouse.

Values are computed in the browser, by the functions that ``gradcli export --to javascript`` writes. The page loads nothing, and
text of the user is data or escaped, never markup or script.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from gradcli.analysis.sampling.curves import Curves
from gradcli.analysis.sampling.fields import Field
from gradcli.analysis.sampling.functions import with_derivatives
from gradcli.errors import said, spoken
from gradcli.frozen import replace
from gradcli.graph.graph import Graph
from gradcli.language.numbers import number_text
from gradcli.ops.declaration.facts import KINK
from gradcli.output.code.catalogue import language_named
from gradcli.output.code.contents import GRADIENT
from gradcli.output.code.written import written
from gradcli.output.page.data import script_json
from gradcli.output.page.files import page_file
from gradcli.output.plots.chart import PATH, Chart, coloured
from gradcli.output.plots.of_curves import curve_name
from gradcli.output.plots.svg import DASHES, chart_style
from gradcli.output.visible import visible
from gradcli.typing import Any

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
_HEAD = """\
<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
<style>
body {{ margin: 1rem auto; max-width: 60rem; padding: 0 1rem; font-family: system-ui, sans-serif }}
svg {{ width: 100%; height: auto; touch-action: none; cursor: crosshair; font: 12px system-ui, sans-serif }}
#said {{ min-height: 1.5em }} ul {{ padding: 0; list-style: none }} .key {{ width: 3rem; height: .8rem; vertical-align: middle }}
{style}</style>
</head>
<body>
<h1>{title}</h1>
<p><button id="in">{closer}</button> <button id="out">{farther}</button> <button id="back">{back}</button>{steps}</p>
<svg id="plot" class="chart" viewBox="0 0 860 520" tabindex="0" role="img"
 aria-label="{about}"></svg>
<p id="said" role="status">{mouse}</p>
<ul>
"""
_STEPS = """
 <button id="play">{play}</button>
 <input id="step" type="range" min="0" max="{last}" value="{last}" aria-label="{step}"> <output id="taken"></output>"""


def curves_page(
    found: Curves, graph: Graph, names: Sequence[str], fixed: Mapping[str, float], chart: Chart, *, theme: str = "auto"
) -> Iterator[str]:
    """The pieces of the page.

    Args:
        found: The curves.
        graph: The graph of the functions, its outputs.
        names: The functions as they were typed.
        fixed: The value of each other variable.
        chart: The chart of the curves, of which the page has the marks.
        theme: ``light``, ``dark``, or ``auto``, which follows the viewer.

    Raises:
        GradcliError: A function has no code in JavaScript.
    """
    functions = [_function(found, at, graph, fixed) for at in range(len(found.curves))]
    labels = [curve_name(names, curve, found.variable) for curve in found.curves]
    dashes = [DASHES[coloured(number)[1]] for number in range(len(found.curves))]
    stepped = {tuple(place) for way in _paths(chart) for place in way["steps"]}
    dots = [dot for dot in chart.dots if dot.y == dot.y and (dot.x, dot.y) not in stepped]
    data = {
        "names": [found.variable, ""],
        "x": list(chart.x),
        "y": list(chart.y),
        "curves": [
            {
                "name": label,
                "colour": coloured(at)[0],
                "dash": dash,
                "breaks": [mark.place for mark in curve.marks if mark.kind != KINK],
            }
            for at, (curve, label, dash) in enumerate(zip(found.curves, labels, dashes, strict=True))
        ],
        "dots": [{"x": dot.x, "y": dot.y, "colour": dot.colour, "filled": dot.filled, "label": dot.label} for dot in dots],
    }
    keys = [("curve", coloured(at)[0], dash, label) for at, (label, dash) in enumerate(zip(labels, dashes, strict=True))]
    keys += [(PATH, way["colour"], way["dash"], way["name"]) for way in _paths(chart)]
    about = said("arrows move the tangent, + and - zoom")
    mouse = said("The tangent follows the mouse; the wheel zooms, dragging moves, a double click goes back.")
    yield from _page(chart, "curves.js", data, functions, keys, (about, mouse), theme)


def field_page(
    found: Field, graph: Graph, name: str, fixed: Mapping[str, float], chart: Chart, *, theme: str = "auto"
) -> Iterator[str]:
    """The pieces of a page of contours and the gradient; see :func:`curves_page`.

    Args:
        found: The field.
        graph: The graph of the function.
        name: The function as it was typed.
        fixed: The value of each other variable.
        chart: The chart of the field.
        theme: ``light``, ``dark``, or ``auto``.

    Raises:
        GradcliError: The function has no code in JavaScript.
    """
    data = {"name": name, "names": list(chart.names), "x": list(chart.x), "y": list(chart.y), "levels": list(found.levels)}
    keys = [(stroke.kind, stroke.colour, "", stroke.label) for stroke in chart.legend]
    own = with_derivatives(graph, [(0, ())])
    value = _literal(float(found.values.flat[0]))
    function = _computing(own, found.variables, fixed) if own.variables else f"() => [{value}, 0, 0],\n"
    about = said("arrows move the place, + and - zoom")
    mouse = said("Contour and gradient follow the mouse; the wheel zooms, dragging moves, a double click goes back.")
    yield from _page(chart, "contours.js", data, [function], keys, (about, mouse), theme)


def descent_page(
    chart: Chart, over: Curves | Field | None, graph: Graph, name: str, fixed: Mapping[str, float], *, theme: str = "auto"
) -> Iterator[str]:
    """The pieces of a page of descents, which go step by step over a curve or contours; see :func:`curves_page`.

    Args:
        chart: The chart of their paths, or of their values.
        over: What they go over; None for values alone.
        graph: The graph of the function.
        name: The function as it was typed.
        fixed: The value of each variable that does not move.
        theme: ``light``, ``dark``, or ``auto``.

    Raises:
        GradcliError: The function has no code in JavaScript.
    """
    if isinstance(over, Field):
        return field_page(over, graph, name, fixed, chart, theme=theme)
    if over is not None:
        return curves_page(over, graph, [name], fixed, chart, theme=theme)
    strokes = [replace(stroke, kind=PATH) for stroke in chart.strokes]
    data = {"names": list(chart.names), "x": list(chart.x), "y": list(chart.y), "curves": [], "dots": []}
    about = said("+ and - zoom")
    mouse = said("The wheel zooms, dragging moves, a double click goes back.")
    return _page(replace(chart, strokes=strokes), "curves.js", data, [], [], (about, mouse), theme)


def _paths(chart: Chart) -> list[dict[str, Any]]:
    """The ways of descents: the places of their steps, and what is said of each."""
    labels = {(dot.x, dot.y): dot.label for dot in chart.dots}
    found = []
    for stroke in chart.strokes:
        if stroke.kind == PATH:
            steps = [pair for xs, ys in stroke.pieces for pair in zip(xs.tolist(), ys.tolist(), strict=True)]
            told = [labels.get(pair, "") for pair in steps]
            found.append(
                {"name": stroke.label, "colour": stroke.colour, "dash": DASHES[stroke.dash], "steps": steps, "told": told}
            )
    return found


def _page(
    chart: Chart,
    script: str,
    data: Mapping[str, Any],
    functions: Sequence[str],
    keys: Sequence[tuple[str, int, str, str]],
    words: tuple[str, str],
    theme: str,
) -> Iterator[str]:
    """The pieces of a page.

    Args:
        chart: What it shows.
        script: The file that draws it.
        data: What that reads.
        functions: What it computes with, in JavaScript.
        keys: The legend: what each line is, its colour, its dashes, and what is said of it.
        words: What is said of the keyboard, and of the mouse.
        theme: How it is coloured.
    """
    title = escape(visible(chart.title))
    paths = _paths(chart)
    steps = max((len(way["steps"]) for way in paths), default=0)
    data = {**data, "paths": paths, "logarithmic": chart.logarithmic}
    data["axes"] = [chart.names[0] if keys else "", chart.names[1] or said("value")]
    if not keys:
        keys = [(PATH, way["colour"], way["dash"], way["name"]) for way in paths]
    style = f":root {{ color-scheme: {'light dark' if theme == 'auto' else theme} }}\n{chart_style(theme)}"
    yield _HEAD.format(
        policy=_POLICY,
        language=spoken().language,
        title=title,
        style=style,
        closer=said("Closer"),
        farther=said("Farther"),
        back=said("Back"),
        about=f"{title}; {words[0]}",
        mouse=words[1],
        steps=_STEPS.format(last=steps - 1, play=said("Play"), step=said("step")) if steps else "",
    )
    for kind, colour, dash, label in keys:
        key = f'<path class="{kind} colour{colour}" stroke-dasharray="{dash}" d="M0 5H40"/>'
        yield f'<li><svg class="chart key" viewBox="0 0 40 10">{key}</svg> {escape(visible(label))}</li>\n'
    yield from (f"<li>{escape(said(visible(note)))}</li>\n" for note in chart.notes)
    yield "</ul>\n<script>\n"
    yield f"const DATA = {script_json(data)};\nconst FUNCTIONS = [\n"
    yield from functions
    yield "];\n"
    yield page_file("frame.js", "plots")
    yield page_file(script, "plots")
    yield "</script>\n</body>\n</html>\n"


def _function(found: Curves, at: int, graph: Graph, fixed: Mapping[str, float]) -> str:
    """The function of a curve, which gives its value and its slope."""
    curve = found.curves[at]
    own = with_derivatives(graph, [(curve.function, (found.variable,) * curve.order)])
    if found.variable not in own.variables:
        return f"() => [{_literal(float(curve.values[0]))}, 0],\n"
    return _computing(own, (found.variable,), fixed)


def _computing(graph: Graph, variables: Sequence[str], fixed: Mapping[str, float]) -> str:
    """A function of some variables, which gives its value and its derivative by each."""
    moving = [name for name in variables if name in graph.variables]
    code = written(graph, GRADIENT, moving, language_named("javascript"), "curve", "")
    text = "".join(language_named("javascript").source(code)).replace("\nexport function", "\nfunction")
    names = dict(zip(variables, "xy", strict=False))
    given = ", ".join(names[name] if name in names else _literal(fixed[name]) for name in graph.variables)
    found = f"curve({given}).flat()"
    if len(moving) < len(variables):  # a slope of 0 in the place of each that it does not depend on
        slopes = ", ".join(f"f[{1 + moving.index(name)}]" if name in moving else "0" for name in variables)
        found = f"((f) => [f[0], {slopes}])({found})"
    return f"(() => {{\n{text}\nreturn ({', '.join(names.values())}) => {found};\n}})(),\n"


def _literal(value: float) -> str:
    """A number of JavaScript."""
    return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(number_text(value), number_text(value))
