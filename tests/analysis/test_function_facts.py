"""What is said of functions from their graphs, held against their values at random points: never a claim that is not true."""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from random import Random
from typing import Any

import numpy
import pytest
from corpus import CORPUS, Example
from random_programs import RandomProgram

from gradcli.algebra.assumptions.facts import NOTHING, Assumptions, Fact
from gradcli.algebra.assumptions.reader import read_assumptions
from gradcli.analysis.properties.composition import BOTH, DOWN, NEITHER, UNKNOWN, UP, Run
from gradcli.analysis.properties.function_facts import FunctionFacts, facts_of
from gradcli.analysis.properties.sparsity import bits
from gradcli.autodiff.passes.forward import evaluate
from gradcli.autodiff.passes.reverse import gradient_graph
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.static_graphs import build
from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph, Shape
from gradcli.language.parser import parse
from gradcli.ops.declaration.structural import plain

Point = dict[str, Any]
TURNS = 4


def graph_of(text: str, shapes: Mapping[str, Shape] | None = None) -> Graph:
    return build(parse(text), Request(shapes=shapes or {}, steered=False), inexact=False)


def intervals_of(example: Example, graph: Graph) -> dict[str, tuple[float, float]]:
    return {name: example.intervals.get(name, (0.3, 0.9)) for name in graph.variables}


def assumed(intervals: Mapping[str, tuple[float, float]]) -> Assumptions:
    """What intervals say."""
    facts = [(name, Fact(Fraction(low), Fraction(high))) for name, (low, high) in intervals.items()]
    return Assumptions(each=tuple(facts), text="its intervals")


def mixed(first: Point, second: Point, share: float) -> Point:
    return {name: (1 - share) * first[name] + share * second[name] for name in first}


def close(a: Any, b: Any, scale: Any) -> Any:
    """How far apart two values may be."""
    return 1e-7 * (1 + numpy.abs(a) + numpy.abs(b) + scale)


def check(found: FunctionFacts, points: Callable[[], Point]) -> int:
    """Hold all claims on all nodes against their values; gives how many were held.

    Args:
        found: The claims.
        points: Draws a point.
    """
    graph, held = found.graph, 0
    for _ in range(TURNS):
        first, second = points(), points()
        second = {name: second[name] if name in found.wrt else first[name] for name in second}
        upper = {name: plain(numpy.maximum(first[name], second[name])) for name in first}
        lower = {name: plain(numpy.minimum(first[name], second[name])) for name in first}
        with numpy.errstate(all="ignore"):
            values = [evaluate(graph, point) for point in (first, mixed(first, second, 0.5), second, lower, upper)]
        for id in range(len(graph)):
            if found.needed[id]:
                held += hold(found.together[id], [value[id] for value in values], f"{found.names[id]} at {first}, {second}")
                low, high = found.bounds[id]
                for value in values:
                    with numpy.errstate(over="ignore"):  # of the largest float
                        inside = (value[id] >= low - close(low, 0, 0)) & (value[id] <= high + close(high, 0, 0))
                    assert numpy.all(inside | ~numpy.isfinite(value[id])), (found.names[id], value[id], low, high)
    for name, run in found.each.items():
        for _ in range(TURNS):
            first = points()
            second = {**first, name: points()[name]}
            ends = [{**first, name: plain(choose(first[name], second[name]))} for choose in (numpy.minimum, numpy.maximum)]
            with numpy.errstate(all="ignore"):
                values = [evaluate(graph, point) for point in (first, mixed(first, second, 0.5), second, *ends)]
            held += hold(run, [value[graph.output] for value in values], f"in {name} at {first}, {second}")
    return held


def hold(run: Run, values: Sequence[Any], where: str) -> int:
    """Hold what is said of a node against its values at a point, a middle, another point, and below and above both."""
    if not all(numpy.all(numpy.isfinite(value)) for value in values[:3]):
        return 0
    first, middle, second, low, high = values
    scale = numpy.abs(middle)
    chord = (first + second) / 2
    if run.bend & UP:
        assert numpy.all(middle <= chord + close(first, second, scale)), f"not convex: {where} by {run.rule}"
    if run.bend & DOWN:
        assert numpy.all(middle >= chord - close(first, second, scale)), f"not concave: {where} by {run.rule}"
    if run.degree is not None and run.degree <= 1:
        assert run.bend == BOTH
    if numpy.all(numpy.isfinite(low)) and numpy.all(numpy.isfinite(high)):
        if run.trend & UP:
            assert numpy.all(low <= high + close(low, high, 0)), f"not rising: {where} by {run.rule}"
        if run.trend & DOWN:
            assert numpy.all(low >= high - close(low, high, 0)), f"not falling: {where} by {run.rule}"
    return bool(run.bend or run.trend)


def drawn(intervals: Mapping[str, tuple[float, float]], source: Random) -> Point:
    return {name: source.uniform(*interval) for name, interval in intervals.items()}


@pytest.mark.parametrize("example", CORPUS[::2], ids=lambda example: example.text)
def test_claims_on_the_corpus(example: Example) -> None:
    """Without assumptions anywhere, with the intervals as assumptions inside them."""
    graph, source = graph_of(example.text), Random(example.text)
    intervals = intervals_of(example, graph)
    check(facts_of(graph), lambda: drawn(dict.fromkeys(intervals, (-4, 4)), source))
    check(facts_of(graph, assumptions=assumed(intervals)), lambda: drawn(intervals, source))


@pytest.mark.parametrize("example", CORPUS[1::4], ids=lambda example: example.text)
def test_degrees_and_patterns_on_the_corpus(example: Example) -> None:
    """Differences of one order more than the degree are 0, and so is what is outside of the patterns."""
    graph, source = graph_of(example.text), Random(example.text)
    intervals = intervals_of(example, graph)
    found = facts_of(graph, assumptions=assumed(intervals))
    run = found.run
    if run.degree is not None and run.degree <= 8:
        first, second = drawn(intervals, source), drawn(intervals, source)
        count = run.degree + 1
        values = [evaluate(graph, mixed(first, second, at / count))[graph.output] for at in range(count + 1)]
        if all(map(math.isfinite, values)):
            difference = sum((-1) ** at * math.comb(count, at) * value for at, value in enumerate(values))
            assert abs(difference) <= 1e-8 * 2**count * (1 + max(map(abs, values)))
        origin = evaluate(graph, dict.fromkeys(first, 0.0))[graph.output]
        assert run.least == 0 or abs(origin) < 1e-12
    assert found.jacobian is not None
    assert found.hessian is not None
    gradient, rows = gradient_graph(graph, [graph.variables[name] for name in found.inputs])
    point = drawn(intervals, source)
    values = evaluate(gradient, {name: point[name] for name in gradient.variables})
    step = 1e-6
    for at, name in enumerate(found.inputs):
        slope = 0.0 if rows[at] is None else values[rows[at]]
        assert slope == 0 or not math.isfinite(slope) or found.jacobian.rows[0] >> at & 1, name
        moved = evaluate(gradient, {other: point[other] + step * (other == name) for other in gradient.variables})
        for row, id in enumerate(rows):
            if not found.hessian.rows[row] >> at & 1 and id is not None and math.isfinite(values[id]):
                assert moved[id] == values[id], (name, found.inputs[row])


def test_what_is_claimed_is_not_little() -> None:
    """Of functions that are known to be convex and so on it is said."""
    cases = {
        "x^2 + exp(w)": UP, "max(x, w, 0) + abs(x - w)": UP, "logaddexp(x, 2w + 1)": UP, "-log(x) - log(w)": UP, "1/x": 0,
        "sqrt(x) + log(w)": DOWN, "min(x, -exp(w))": DOWN, "3x - w/2 + 1": BOTH, "x*w": 0, "(x + w)*(x + w)": UP,
        "hypot(x, w)": UP, "exp(x^2)": UP, "exp(-x)": UP, "relu(x)^2": UP, "x^3": 0, "huber_loss(x, w)": UP, "2^x": UP,
        "log(exp(x))": 0, "x if w > 0 else 2x": 0, "-logsigmoid(x)": UP, "leaky_relu(x) + elu(x)": UP, "x^1.5": UP, "x^-1": 0,
        "x^(10^30 + 1)": 0, "x^(10^400)": 0,
    }  # fmt: skip
    assert {text: facts_of(graph_of(text)).run.bend for text in cases} == cases
    positive = Assumptions(Fact(0, open_low=True))
    cases = {"1/x": UP, "x^3": UP, "-1/x": DOWN, "sinh(x)": UP, "tanh(x)": DOWN, "x^-0.5": UP, "1/sqrt(x)": UP, "1/(x + 1)": UP}
    assert {text: facts_of(graph_of(text), assumptions=positive).run.bend for text in cases} == cases


def test_a_pole_at_the_end_of_an_interval_lies_on_its_side() -> None:
    """Left of 0 a reciprocal goes to minus infinity there, and what is made of it runs as it does."""
    negative = Assumptions(Fact(high=0, open_high=True))
    for text, bounds, trend in (
        ("1/x", (-math.inf, 0), DOWN), ("reciprocal(x)", (-math.inf, 0), DOWN), ("x^-1", (-math.inf, 0), DOWN),
        ("coth(x)", (-math.inf, -1), DOWN), ("(x^-1)^2", (0, math.inf), UP), ("abs(x^-1)", (0, math.inf), UP),
        ("(x^-1)^3", (-math.inf, 0), DOWN), ("sqrt(-x^-1)", (0, math.inf), UP),
    ):  # fmt: skip
        found = facts_of(graph_of(text), assumptions=negative)
        assert (found.bounds[found.graph.output], found.each["x"].trend) == (bounds, trend), text


def test_linear_quadratic_and_homogeneous() -> None:
    for text, degree, least in (
        ("2x - w", 1, 1), ("2x - w + 1", 1, 0), ("x*w + x^2", 2, 2), ("(x + 1)*w", 2, 1), ("x^2*(w^3 + 1)", 5, 2), ("x/2", 1, 1),
        ("square(x - w)", 2, 2), ("prod(x, w, x)", 3, 3), ("mse_loss(x, w)", 2, 2), ("7 + 0w", 1, 0),
    ):  # fmt: skip
        run = facts_of(graph_of(text)).run
        assert (run.degree, run.least) == (degree, least), text


def test_a_quadratic_is_what_the_eigenvalues_of_its_hessian_say() -> None:
    """Random symmetric matrices of small whole numbers, some of them singular, as NumPy finds their eigenvalues."""
    source, seen = Random(3), set()
    for turn in range(30):
        rows = [[source.randint(-2, 2) for _ in range(3)] for _ in range(1 + turn % 3)]
        signs = [source.choice((1, -1)) for _ in rows] if turn % 2 else [1 - turn % 4] * len(rows)
        matrix = numpy.array(rows).T @ numpy.diag(signs) @ rows
        text = " + ".join(f"({matrix[i][j]})*{a}*{b}/2" for i, a in enumerate("xyz") for j, b in enumerate("xyz"))
        values = numpy.linalg.eigvalsh(matrix)
        upwards, downwards = values.min() > -1e-9, values.max() < 1e-9
        run = facts_of(graph_of(f"{text} + x - 3")).run
        seen.add((upwards, downwards))
        if not (upwards and downwards):
            assert (run.bend, run.neither) == (UP * upwards or DOWN * downwards, not upwards and not downwards), text
    assert seen >= {(True, False), (False, True), (False, False)}
    for text, kind in (
        ("x^2 + x*w + w^2", "convex"),
        ("x*w", "neither convex nor concave"),
        ("sqrt(2)*x*w", "neither convex nor concave"),
    ):
        assert facts_of(graph_of(text)).run.kind == kind
    whole = Assumptions(each=(("x", Fact(1, 1)),))
    assert facts_of(graph_of("x*w"), assumptions=whole).run.kind == "unknown"


def test_what_skips_nan_is_bounded_and_runs_as_it_does_with_nan() -> None:
    for text, bounds, trend in (
        ("fmax(-sqrt(x), -5)", (-math.inf, 0), 0), ("fmin(sqrt(x) + 5, 1)", (1, math.inf), 0), ("fmax(x, 0)", (0, math.inf), UP),
    ):  # fmt: skip
        found = facts_of(graph_of(text))
        assert (found.bounds[found.graph.output], found.run.trend) == (bounds, trend), text


def test_others_are_held_fixed() -> None:
    found = facts_of(graph_of("a*x^2 + b*x"), ["x"])
    assert found.run.degree == 2
    assert facts_of(graph_of("exp(a)*x + b"), ["x"]).run.bend == BOTH
    assert facts_of(graph_of("x*a"), ["x"], assumptions=Assumptions(each=(("a", Fact(0)),))).run.trend == UP


ARRAYS = (
    ("sum((A@x - b)^2)", {"A": (3, 2), "x": (2,), "b": (3,)}),
    ("norm(A@x) + sum(abs(x))", {"A": (3, 2), "x": (2,)}),
    ("logsumexp(x) - x[0]", {"x": (4,)}),
    ("cumsum(exp(x))", {"x": (4,)}),
    ("sort(x)*2 + max(x)", {"x": (4,)}),
    ("mean(relu(x)) + sum(w*x)", {"x": (2, 3), "w": (3,)}),
    ("stack([x, y]).T @ [1, 2]", {"x": (3,), "y": (3,)}),
    ("log_softmax(x)", {"x": (4,)}),
    ("var(x) + min(x)", {"x": (5,)}),
    ("softmax(x)*x", {"x": (3,)}),
    ("cross_entropy(x, [1, 0])", {"x": (2, 3)}),
    ("pad(x, (1, 1), value=2) + 1", {"x": (3,)}),
    ("x.T", {"x": (2, 3)}),
    ("sum(x*x[0])", {"x": (3,)}),
)


@pytest.mark.parametrize(("text", "shapes"), ARRAYS, ids=[text for text, _ in ARRAYS])
def test_claims_on_arrays(text: str, shapes: dict[str, Shape]) -> None:
    graph = graph_of(text, shapes)
    for assumptions, low in ((NOTHING, -3), (Assumptions(Fact(0)), 0)):
        source = numpy.random.default_rng(3)
        check(
            facts_of(graph, assumptions=assumptions),
            lambda low=low, source=source: {name: source.uniform(low, 3, size=shape) for name, shape in shapes.items()},
        )


def test_claims_on_random_programs() -> None:
    held = 0
    for seed in range(14):
        random = Random(seed)
        try:
            graph = graph_of(RandomProgram(random).text(), {"v": (3,)})
        except GradcliError:
            continue
        source = numpy.random.default_rng(seed)

        def point(graph: Graph = graph, source: Any = source) -> Point:
            return {name: source.uniform(-2, 2, size=graph.shape(id) or None) for name, id in graph.variables.items()}

        held += check(facts_of(graph), point)
    assert held > 300


# ---- patterns and colours ----


def pattern_cases() -> list[Graph]:
    names = [f"x{at}" for at in range(12)]
    chain = " + ".join(f"exp({a}*{b})" for a, b in itertools.pairwise(names))
    star = " + ".join(f"sin(x0*{name})" for name in names[1:])
    grid = " + ".join(f"({names[at]} - {names[(at * 5 + 3) % 12]})^4" for at in range(12))
    return [graph_of(text) for text in (chain, star, grid, "*".join(names), "+".join(f"{name}^2" for name in names), "2x + w")]


@pytest.mark.parametrize("number", range(6))
def test_hessian_is_found_by_as_many_products_as_colours(number: int) -> None:
    """Each entry stands alone in its row of the product of one of the two colours."""
    graph = pattern_cases()[number]
    pattern = facts_of(graph).hessian
    assert pattern is not None
    for row, entries in enumerate(pattern.rows):
        for column in bits(entries):
            pair = ((row, column), (column, row))
            assert any(
                [other for other in bits(pattern.rows[a]) if pattern.colours[other] == pattern.colours[b]] == [b] for a, b in pair
            ), (row, column)
    assert pattern.passes <= (3, 2, 12, 12, 1, 0)[number]


def test_jacobian_colours_do_not_meet() -> None:
    names = [f"x{at}" for at in range(9)]
    graph = graph_of("\n".join(f"{a}*{b}" for a, b in itertools.pairwise(names)))
    pattern = facts_of(graph).jacobian
    assert pattern is not None
    assert (len(pattern.rows), pattern.columns, pattern.entries, pattern.passes) == (8, 9, 16, 2)
    lines = (
        pattern.rows
        if pattern.by == "columns"
        else [sum((row >> column & 1) << at for at, row in enumerate(pattern.rows)) for column in range(9)]
    )
    for line in lines:
        colours = [pattern.colours[place] for place in bits(line)]
        assert len(set(colours)) == len(colours)


# ---- costs ----


def test_counts_of_the_worked_example() -> None:
    found = facts_of(graph_of("(x+w)*(w+1)"))
    assert found.forward == 3
    assert (found.form.depth, found.form.width, found.form.paths) == (2, 2, 3)
    assert found.saved == 2
    assert found.both == 4  # b and a are the partial derivatives, b + a the sum


def test_paths_are_counted_and_not_walked() -> None:
    text = "y0 = x\n" + "\n".join(f"y{at + 1} = y{at} + y{at}" for at in range(200))
    assert facts_of(graph_of(text)).form.paths == 2**200


def test_checkpoints_of_a_chain_need_two_roots() -> None:
    found = facts_of(graph_of("sin(" * 400 + "x" + ")" * 400))
    table = {one.segments: (one.kept, one.again) for one in found.segments}
    assert table[1] == (400, 0)
    assert table[20] == (20 - 1 + 20, 380)


def run_in_segments(graph: Graph, segments: int) -> tuple[int, int]:
    """The most numbers held at once and those computed again, by walking: a segment reads what earlier ones kept for later."""
    needed = graph.ancestors(graph.output)
    order = [id for id in range(len(graph)) if needed[id] and graph.inputs[id]]
    length = -(-len(order) // segments)
    parts = [order[at : at + length] for at in range(0, len(order), length)]
    part_of = {id: at for at, part in enumerate(parts) for id in part}
    kept: set[int] = set()
    held, again = [], 0
    for at, part in enumerate(parts):
        for id in part:
            assert all(part_of.get(input, at) == at or input in kept for input in graph.inputs[id])
        kept |= {input for id in order for input in graph.inputs[id] if part_of.get(input) == at < part_of[id]}
    for at, part in enumerate(parts):
        held.append(sum(math.prod(graph.shape(id)) for id in kept | {*part}))
        again += sum(math.prod(graph.shape(id)) for id in part) if at < len(parts) - 1 else 0
    return max(held), again


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("h = x; for i in 0..40 { h = sin(w*h) + h }; h", {}),
        ("h = x; for i in 0..12 { h = tanh(W @ h) }; sum(h)", {"W": (5, 5), "x": (5,)}),
        ("a = sin(x*w); b = exp(a)*x; c = a*b + w; d = c*c*a + b; e = d*x; e*c + a", {}),
    ],
)
def test_checkpoints_are_those_of_a_walk_through_the_segments(text: str, shapes: Mapping[str, Shape]) -> None:
    graph = graph_of(text, shapes)
    table = facts_of(graph).segments
    assert len(table) > 3
    assert [(one.kept, one.again) for one in table] == [run_in_segments(graph, one.segments) for one in table]


def test_work_grows_with_the_graph() -> None:
    """A long sum of few variables, and many variables whose Hessian is too large to be looked at."""
    text = " + ".join(f"sin(x{at % 20}*{at})" for at in range(1000))
    found = facts_of(graph_of(text))
    assert found.hessian is not None
    assert found.hessian.passes == 1
    found = facts_of(graph_of("*".join(f"x{at}" for at in range(1100))))
    assert found.hessian is None
    assert found.jacobian is not None
    assert found.jacobian.passes == 1
    assert any("Hessian" in note for note in found.notes)


def test_what_is_unknown_has_a_reason() -> None:
    for example in CORPUS[::7]:
        graph = graph_of(example.text)
        found = facts_of(graph)
        for id, run in enumerate(found.together):
            if found.needed[id] and run.kind == "unknown" and graph.inputs[id]:
                assert run.rule, (example.text, id)


@pytest.mark.parametrize(
    "text",
    [
        "sigmoid(x)",
        "gelu(x)",
        "x*exp(w)",
        "sin(x)",
        "x > w",
        "atan2(x, w)",
        "gamma(x)",
        "x^2/w",
        "sum(tanh([x, w]))",
        "prod([x, w, x])",
    ],
)
def test_what_has_values_on_both_sides_of_chords_is_neither(text: str) -> None:
    """So says the second difference of values, which has both signs."""
    graph, names = graph_of(text), sorted({"x", "w"} & set(text))
    assert facts_of(graph).run.kind == NEITHER
    source, signs = Random(5), set[float]()
    while signs != {-1, 1}:
        first, last = [{name: source.uniform(-3, 3) for name in names} for _ in range(2)]
        low, middle, high = [float(evaluate(graph, point)[graph.output]) for point in (first, mixed(first, last, 0.5), last)]
        signs |= {math.copysign(1, middle - (low + high) / 2)} if abs(middle - (low + high) / 2) > 1e-6 else set()


@pytest.mark.parametrize(
    "text", ["log(1 + exp(x))", "sqrt(x^2 + 1)", "x*log(x)", "exp(x)*exp(x)", "log(exp(x) + exp(w))", "hypot(x, 1)^1"]
)
def test_what_is_convex_is_not_called_neither(text: str) -> None:
    found = facts_of(graph_of(text))
    assert {found.run.kind, *[run.kind for run in found.each.values()]} <= {"convex", "unknown"}


@pytest.mark.parametrize(
    ("text", "assume", "low", "high"),
    [
        ("exp(x)", "x>1000", sys.float_info.max, math.inf),
        ("-exp(x)", "x>1000", -math.inf, -sys.float_info.max),
        ("exp(x)", "x<-1000", 0, 5e-324),
        ("-exp(x)", "x<-1000", -5e-324, 0),
        ("relu(x)", "x<-1", 0, 0),
        ("x*w", "x>0, w>0", 0, math.inf),
        ("lerp(x, 2, 0.5)", "x>0", 1, math.inf),
        ("softplus(x)", "", 0, math.inf),
        ("silu(x)", "", -0.278464542761074, math.inf),
    ],
)
def test_bounds_hold_where_floats_overflow_or_vanish(text: str, assume: str, low: float, high: float) -> None:
    found = facts_of(graph_of(text), assumptions=read_assumptions(assume, {"x", "w"} & set(text)) if assume else NOTHING)
    assert found.bounds[found.graph.output] == (low, high)


@pytest.mark.parametrize(
    ("text", "assume", "kind", "places"),
    [
        ("x^4 - x^2", "", NEITHER, (-math.sqrt(1 / 6), math.sqrt(1 / 6))),
        ("x^3", "", NEITHER, (0.0,)),
        ("(x - 1)^3 + w^2", "", NEITHER, (1.0,)),
        ("x^4 - 4x^3 + 6x^2 - 4x", "", "convex", ()),  # (x - 1)^4 - 1
        ("x^4 - x^3 + x^2", "", "convex", ()),  # 12x^2 - 6x + 2 has no zero
        ("x^5/100 - x^6 - x^2", "", "concave", ()),
        ("x^3 - x^2", "x>1/3", "convex", ()),
        ("x^3 - x^2", "x<1/3", "concave", ()),
        ("x^4 - x^2", "0<x<2/5", "concave", ()),
        ("x^4 - x^2", "0<x<1/2", NEITHER, (math.sqrt(1 / 6),)),
        ("x^5 - x^3 + x", "", NEITHER, (-math.sqrt(0.3), 0.0, math.sqrt(0.3))),
    ],
)
def test_polynomials_in_one_variable_are_decided(text: str, assume: str, kind: str, places: tuple[float, ...]) -> None:
    names = {"x", "w"} & set(text)
    found = facts_of(graph_of(text), assumptions=read_assumptions(assume, names) if assume else NOTHING)
    run = found.each["x"]
    assert run.kind == kind
    told = run.rule.partition(" = ")[2]
    assert [float(one) for one in told.split(", ") if one] == pytest.approx(places, rel=1e-5, abs=1e-12)


@pytest.mark.parametrize("text", ["x^2/0", "1/0 + x", "x/0", "inf*x", "log(0) + x^2"])
def test_of_what_is_nowhere_finite_nothing_is_said(text: str) -> None:
    run = facts_of(graph_of(text)).run
    assert run.kind == UNKNOWN
    assert run.degree is None
