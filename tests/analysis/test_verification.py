"""Checked gradients: no false alarm anywhere, and every wrong rule is found and named with its node."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import mpmath
import numpy
import pytest
from corpus import CORPUS, FRAMES
from structural_cases import CASES

from gradcli.analysis.verification import judge, partials
from gradcli.analysis.verification.check import NotFiniteError, verify
from gradcli.analysis.verification.findings import LOST, RIGHT, ROUNDED, WRONG, Verification
from gradcli.analysis.verification.rules import faults
from gradcli.analysis.verification.stated import held_against
from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.names_asked import variables_among
from gradcli.autodiff.runs.program_run import graph_run, recorded
from gradcli.errors import GradcliError
from gradcli.frozen import replace
from gradcli.graph.graph import Graph
from gradcli.language.parser import parse
from gradcli.language.statements import free_names
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.ops import vjp
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.facts import END, JUMP, KINK, POLE
from gradcli.ops.declaration.operation import Operation, Undefined
from gradcli.ops.declaration.structural import DECLARED, shape_of

FINE = {RIGHT, ROUNDED, KINK, JUMP, POLE, END}


def checked(text: str, values: Mapping[str, Any], wrt: Sequence[str] | None = None) -> Verification:
    program = parse(text)

    def run(point: Mapping[str, Any]) -> Tape:
        return recorded(program, Request(point, wrt))

    return verify(run(values), run)


def verdicts(found: Verification) -> dict[str, str]:
    return {one.name: one.verdict for one in found.components}


def named(found: Verification) -> set[str]:
    return {found.tape.graph.operations[fault.id] for fault in found.faults}


# ---- no false alarm ----


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(-2)^x", -1e160),
        ("fmod(x, 3)", 1e160),
        ("remainder(x, 3)", 1e160),
        ("x - floor(x)", 1e18),
        ("softmax([x, x])[0]", 1e16),
        ("log_softmax([x, 2*x])[1]", 1e12),
        ("logsumexp([x, x])", 1e10),  # whose exponentials have exponents of ten digits
    ],
)
def test_no_false_alarm_at_large_numbers(text: str, value: float) -> None:
    found = checked(text, {"x": value})
    assert set(verdicts(found).values()) <= FINE
    assert not named(found)


def _found(text: str, intervals: Mapping[str, tuple[float, float]], source: random.Random) -> Verification | None:
    """The check of an expression at a random point at which it has a value."""
    for region in ((0.1, 0.9), (0.3, 2.5), (-2.0, 2.0), (1.2, 4.0)):
        names = variables_among(free_names(parse(text)), intervals)
        try:
            return checked(text, {name: source.uniform(*intervals.get(name, region)) for name in names})
        except NotFiniteError:
            continue
    return None


def test_no_false_alarm_over_the_corpus() -> None:
    source, reached, agreed, alarms = random.Random(11), 0, 0, []
    for example in CORPUS:
        found = _found(example.text, example.intervals, source)
        if found is None:
            continue
        reached += 1
        for one in found.components:
            agreed += one.complex_step is not None and one.reference is not None
            if one.complex_step is not None and one.reference is not None and one.verdict == RIGHT:
                assert math.isclose(one.complex_step, one.reference, rel_tol=1e-6, abs_tol=1e-9), example
        if found.faults or not set(verdicts(found).values()) <= {RIGHT, END, POLE}:
            alarms.append((example.text, found.tape.bindings, found.faults, verdicts(found)))
    assert not alarms
    assert reached > 0.97 * len(CORPUS)
    assert agreed > 0.5 * reached  # the complex step goes through most of it


def _specials() -> Iterator[tuple[str, tuple[float, ...]]]:
    for operation in OPERATIONS.values():
        for special in operation.facts.specials:
            yield operation.name, tuple(map(float, special.at))


def test_no_false_alarm_at_special_points() -> None:
    alarms = []
    for name, at in _specials():
        values = dict(zip("xwvu", at, strict=False))
        wrt = [letter for index, letter in enumerate(values) if OPERATIONS[name].derivable(index)] or None
        for frame in (*FRAMES, "2*{f} + {f}*{x}"):
            try:
                found = checked(frame.format(f=f"{name}({', '.join(values)})", x="x"), values, wrt)
            except NotFiniteError:
                continue
            if found.faults or not set(verdicts(found).values()) <= FINE:
                alarms.append((name, at, frame, found.faults, [(o.name, o.own, o.best, o.verdict) for o in found.components]))
    assert not alarms


ROUND = (0.0, 1.0, -1.0, 2.0, 0.5, 6.0, 700.0, 1e-9, -1e-160, 1e160, 1e10, math.pi / 2, 1 - 2.0**-53, 1 + 2.0**-52)
NOT_FINITE = {"gelu_tanh", "pow", "binomial"}
"""Gradients of these are nan at huge numbers where their values are finite, as PyTorch's: check says so."""


def test_no_false_alarm_at_round_numbers() -> None:
    """Tiny and huge ones among them, and the same number for several arguments."""
    source, alarms = random.Random(3), []
    for name, operation in OPERATIONS.items():
        count = 2 if operation.variadic else max(operation.required, 1)
        letters = "xwvu"[:count]
        wrt = [letter for index, letter in enumerate(letters) if operation.derivable(index)] or None
        points = [dict.fromkeys(letters, number) for number in ROUND] if count == 1 else [
            {letter: source.choice(ROUND) for letter in letters} for _ in ROUND
        ]  # fmt: skip
        runs = [(f"{name}({', '.join(letters)})", point, wrt) for point in points]
        if count > 1 and wrt == list(letters):
            runs += [(f"{name}({', '.join('x' * count)})", {"x": number}, None) for number in ROUND[:8]]
        for text, point, by in runs:
            try:
                found = checked(text, point, by)
            except NotFiniteError:
                continue
            if found.faults or WRONG in verdicts(found).values():
                alarms.append((text, point, found.faults, [(o.name, o.own, o.best, o.verdict) for o in found.components]))
    assert not [alarm for alarm in alarms if alarm[0].partition("(")[0] not in NOT_FINITE]


def _array_run(name: str, operands: tuple[Any, ...], settings: Mapping[str, Any]) -> Tape:
    """The run of one operation on arrays, with a random cotangent."""
    source = numpy.random.default_rng(5)
    point = {}
    for letter, operand in zip("abcdefgh", operands, strict=False):
        is_shape = isinstance(operand, tuple) and all(isinstance(size, int) for size in operand)
        value = source.uniform(0.3, 1.7, operand) if is_shape else numpy.array(operand, float)
        point[letter] = value if value.ndim else float(value)
    builder = StaticBuilder(Graph())
    ids = tuple([builder.graph.variable(letter, (0, 0), shape_of(value)) for letter, value in point.items()])
    builder.graph.output = builder.operation(name, ids, settings=STRUCTURAL[name].completed(settings))
    builder.graph.outputs = [builder.graph.output]
    shape = builder.graph.shape(builder.graph.output)
    return graph_run(builder.graph, Request(point, cotangent=source.uniform(0.5, 1.5, shape) if shape else 1.0))


BESIDE_ITS_SLOPE = {"cosine_similarity"}
"""PyTorch's gradient of it is another than its slope where a length is below its smallest."""


@pytest.mark.parametrize("largest", [1e3, 1e9, 1e160])
@pytest.mark.parametrize("text", ["sum(sin(v*x))", "sum(x*v*cos(v))", "sum(tanh(v)*x)", "sum(log(v + 2 + x))"])
def test_no_false_alarm_at_large_elements_beside_small_ones(text: str, largest: float) -> None:
    found = checked(text, {"v": numpy.array([0.3, largest, -1.2]), "x": 0.7})
    assert not found.faults
    assert WRONG not in verdicts(found).values()


def test_no_false_alarm_on_operations_on_arrays() -> None:
    alarms = []
    for name, operands, settings, _ in CASES:
        if name in STRUCTURAL and STRUCTURAL[name].pullback is not None:
            tape = _array_run(name, operands, settings)
            if numpy.isfinite(tape.value).all() and (found := list(faults(tape, set(), None))):
                alarms.append((name, operands, settings, found))
    assert {alarm[0] for alarm in alarms} <= BESIDE_ITS_SLOPE, alarms


# ---- a wrong rule ----


def _wrongly(source: random.Random) -> Any:
    """What makes a derivative wrong, by chance, whatever it is."""
    factor, more = source.choice((-1.3, 0.57, 1.001, 1.9)), source.choice((0.25, -0.75, 1.0))
    return lambda partial: partial * factor + more if source is not None else None


RULES = [
    (name, index)
    for name, operation in OPERATIONS.items()
    for index, rule in enumerate(operation.partials)
    if rule is not None and not isinstance(rule, Undefined)
]


def _spoilt(operation: Operation, index: int, wrong: Any) -> Operation:
    rules = list(operation.partials)
    rule: Any = rules[index]
    rules[index] = (lambda y, *a: [wrong(one) for one in rule(y, *a)]) if operation.variadic else lambda y, *a: wrong(rule(y, *a))
    return replace(operation, partials=tuple(rules))


def test_each_wrong_rule_of_an_elementwise_operation_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    missed = []
    for name, index in RULES:
        source = random.Random(f"{name} {index}")
        operation = OPERATIONS[name]
        samples = list(operation.samples) + [
            (value - 0.01, value + 0.01) for value in operation.defaults[len(operation.samples) - operation.required :]
        ]
        names = [f"x{at}" for at in range(len(samples))]
        values = {one: source.uniform(*interval) for one, interval in zip(names, samples, strict=True)}
        with monkeypatch.context() as patch:
            patch.setitem(OPERATIONS, name, _spoilt(operation, index, _wrongly(source)))
            vjp.product.cache_clear()
            found = checked(f"q = {name}({', '.join(names)}); 3*q + sin(q)", values, names[index : index + 1])
        vjp.product.cache_clear()
        if not found.failed or named(found) != {name}:
            missed.append((name, index, values, found.faults, verdicts(found)))
    assert len(RULES) > 150
    assert not missed


def test_each_wrong_rule_of_an_operation_on_arrays_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    tried, missed = set(), []
    for name, operands, settings, _ in CASES:
        declared: Any = STRUCTURAL.get(name) if name not in tried else None
        if declared is None or declared.pullback is None:
            continue
        tried.add(name)

        def wrong(g: Any, y: Any, *arguments: Any, rule: Any = declared.pullback, **given: Any) -> list[Any]:
            found = [one() if callable(one) else one for one in rule(g, y, *arguments, **given)]
            return [None if one is None else one * 1.25 + 0.1 for one in found]

        with monkeypatch.context() as patch:
            patch.setitem(DECLARED, name, replace(declared, pullback=wrong))
            vjp.product.cache_clear()
            tape = _array_run(name, operands, settings)
            found = list(faults(tape, set(), None))
        vjp.product.cache_clear()
        if numpy.isfinite(tape.value).all() and {tape.graph.operations[fault.id] for fault in found} != {name}:
            missed.append((name, operands, settings, found))
    assert len(tried) > 80
    assert not missed


def test_a_wrong_rule_is_named_where_other_elements_are_at_a_kink(monkeypatch: pytest.MonkeyPatch) -> None:
    """Among equal elements nothing is judged; those that are alone are."""
    values = {"A": numpy.array([[1.0, 3.0, 3.0], [3.0, 0.5, 3.0]])}
    right = checked("sum(cummin(A, axis=0)*A)", values)
    assert {one.name: one.slopes for one in right.components if one.slopes} == {
        "A[0, 2]": pytest.approx((9, 6)),
        "A[1, 2]": pytest.approx((6, 3)),
    }
    assert STRUCTURAL["cummin"].pullback is not None
    declared: Any = DECLARED["cummin"]

    def wrong(g: Any, y: Any, *arguments: Any, **given: Any) -> list[Any]:
        return [-1 * one for one in declared.pullback(g, y, *arguments, **given)]

    monkeypatch.setitem(DECLARED, "cummin", replace(declared, pullback=wrong))
    vjp.product.cache_clear()
    found = checked("sum(cummin(A, axis=0)*A)", values)
    vjp.product.cache_clear()
    assert named(found) == {"cummin"}
    assert found.failed


# ---- what is said ----


@pytest.mark.parametrize(
    ("text", "x", "verdict"),
    [
        ("tanh(x)", 30.0, ROUNDED),
        ("sigmoid(x)*2", 37.1, ROUNDED),
        ("sin(tanh(x)) + 3", -25.0, ROUNDED),
        ("1 - tanh(x)^2", 30.0, LOST),  # what is left of it is all that it is
        ("log(1 + x)/x", 1e-30, LOST),
    ],
)
def test_a_slope_below_the_roundings_of_a_saturated_value_is_rounded(text: str, x: float, verdict: str) -> None:
    assert verdicts(checked(text, {"x": x})) == {"x": verdict}


def test_slopes_are_told_at_a_kink() -> None:
    found = checked("3*abs(x) + w", {"x": 0.0, "w": 2.0})
    assert verdicts(found) == {"x": KINK, "w": RIGHT}
    assert found.components[0].slopes == (-3.0, 3.0)
    assert not found.failed


@pytest.mark.parametrize(
    ("text", "x", "slopes"),
    [
        ("if x > 1 { y = x^2 } else { y = x }; y", 1.0, (1.0, 2.0)),
        ("s = 0; while s < x { s = s + x }; s*x", 0.0, (0.0, 0.0)),
        ("x if x < 0 else 3*x", 0.0, (1.0, 3.0)),
        ("relu(x) - relu(-x)", 0.0, (1.0, 1.0)),  # smooth, where conventions give 0
    ],
)
def test_branches_meet_at_a_kink(text: str, x: float, slopes: tuple[float, float]) -> None:
    found = checked(text, {"x": x}).components[0]
    assert found.verdict == (KINK if found.own not in slopes or slopes[0] != slopes[1] else RIGHT)
    assert found.slopes is None or numpy.allclose(found.slopes, slopes, atol=1e-6)


def test_a_jump_and_an_end_are_told() -> None:
    assert verdicts(checked("floor(x)*2", {"x": 1.0})) == {"x": JUMP}
    assert verdicts(checked("sqrt(x)", {"x": 0.0})) == {"x": END}
    assert verdicts(checked("sqrt(x)^2 + x", {"x": 0.5})) == {"x": RIGHT}


def test_the_node_that_loses_digits_is_told() -> None:
    found = checked("(1 - cos(x))/x^2", {"x": 1e-4})  # 1 - cos(x) has lost the 8 digits of x^2 at 1e-8
    losing = max(found.nodes, key=lambda one: one.lost)
    assert found.plain is not None
    assert found.plain.graph.operations[losing.id] == "sub"
    assert 6 < losing.lost < 10
    assert losing.condition == pytest.approx(2e8, rel=1e-3)
    assert found.components[0].verdict in (ROUNDED, LOST)
    assert found.components[0].reference == pytest.approx(-1e-4 / 12, rel=1e-6)  # -x/12, by the series


@pytest.mark.parametrize(
    "text", ["sin(x)/x", "(1 - cos(x))/x^2", "log(1 + x)/x", "(exp(x) - 1)/x", "tan(x)/x", "atan(x)/x", "(x - sin(x))/x^3"]
)
def test_a_gradient_that_is_rounding_is_not_right(text: str) -> None:
    """However near 0, where the judge needs hundreds of digits, and whether what cancels is a value or the sum over uses of x."""
    compiled, names = (
        text.replace("^", "**"),
        {name: getattr(mpmath, name) for name in ("sin", "cos", "tan", "atan", "log", "exp")},
    )
    for exponent in (*range(-1, -11, -1), -30, -95):
        x = 3 * 10.0**exponent
        with mpmath.workdps(1000):
            right = float(mpmath.diff(lambda x: eval(compiled, {**names, "x": x}), mpmath.mpf(x), h=mpmath.mpf(10) ** -300))
        one = checked(text, {"x": x}).components[0]
        digits = 16 if one.own == right else -math.log10(abs(one.own - right) / abs(right))
        assert one.reference == pytest.approx(right, rel=1e-9, abs=0), x
        assert one.verdict == (RIGHT if digits >= 6 else ROUNDED if digits >= 1 else LOST), (x, digits)


@pytest.mark.parametrize("text", ["x^3/3 - 2*x", "(x^2 - 2)^2", "cosh(x - sqrt(2))", "x - 2*log(x)*x/sqrt(2)/log(2)"])
def test_a_gradient_beside_a_minimum_is_right_for_a_neighbour(text: str) -> None:
    for steps in range(-3, 4):
        assert checked(text, {"x": math.sqrt(2) + steps * 2.0**-52}).components[0].verdict in (RIGHT, ROUNDED)


@pytest.mark.parametrize(
    "text", ["x^3", "x*x", "cos(x)", "x^5 + x^4", "cosh(x)", "sin(x)^2", "x*sin(x)", "log(1 + x^2)", "atan2(x, 1e40)"]
)
@pytest.mark.parametrize("x", [0.0, 1e-30, -1e-150])
def test_what_is_0_or_tiny_at_and_beside_0_is_exactly_so(text: str, x: float) -> None:
    found = checked(text, {"x": x})
    one = found.components[0]
    assert one.verdict == RIGHT
    assert one.reference == pytest.approx(one.own, rel=1e-12, abs=1e-300)
    lost = 1 + x**2 == 1 and "log" in text and x != 0  # its value is 0 there, and not x^2
    assert any(node.lost > 1 for node in found.nodes) == lost
    assert not any(node.lost_back > 1 for node in found.nodes)


def test_a_sum_that_is_wrong_is_found_though_each_rule_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """An adjoint that leaves out one of its uses: of a number, and of one element of an array."""
    from gradcli.analysis.verification import check

    for text, values in (("sin(x)*x + x^2", {"x": 0.7}), ("sum(tanh(A)*A)", {"A": numpy.array([0.4, 0.9])})):
        program = parse(text)

        def run(point: Mapping[str, Any], program: Any = program) -> Tape:
            return recorded(program, Request(point))

        tape = run(values)
        assert [one.agrees for one in verify(tape, run).sums] == [True]
        id = next(iter(tape.graph.variables.values()))
        adjoints: list[Any] = [*tape.adjoints]
        adjoints[id] = adjoints[id] * (0.5 if type(adjoints[id]) is float else numpy.array([1.0, 0.5]))
        found = check.verify(replace(tape, adjoints=adjoints), run)
        assert [one.agrees for one in found.sums] == [False]
        assert found.failed
        assert not found.faults


@pytest.mark.parametrize(
    ("text", "values", "kind"),
    [
        ("cbrt(x)", {"x": 0.0}, KINK),
        ("sqrt(abs(x))", {"x": 0.0}, KINK),
        ("x^x", {"x": 0.0}, END),
        ("tan(x)", {"x": math.pi / 2}, RIGHT),
        ("tan(x*w)", {"x": math.pi / 6, "w": 3.0}, POLE),
        ("1/x", {"x": 1e-200}, RIGHT),
        ("1/x", {"x": 1e-20}, RIGHT),
        ("1/(1/x)", {"x": 0.0}, POLE),
    ],
)
def test_what_is_special_is_named(text: str, values: Mapping[str, float], kind: str) -> None:
    assert set(verdicts(checked(text, values)).values()) == {kind}


@pytest.mark.parametrize(
    ("text", "x", "given", "agrees"),
    [
        ("abs(x)", 0.0, 0.5, True),
        ("abs(x)", 0.0, -1.0, True),
        ("abs(x)", 0.0, 1.5, False),
        ("-relu(x)", 0.0, -0.25, True),
        ("-relu(x)", 0.0, 0.25, False),
        ("relu(x) - relu(-x)", 0.0, 1.0, True),  # its slope, though conventions give 0
        ("cbrt(x)", 0.0, 1.0, False),  # no slope is finite
        ("sum(relu(x))", numpy.array([0.0, 1.0]), numpy.array([0.5, 1.0]), True),
        ("sum(relu(x))", numpy.array([0.0, 1.0]), numpy.array([0.5, 0.5]), False),
    ],
)
def test_what_is_between_the_slopes_at_a_kink_is_a_subgradient(text: str, x: Any, given: Any, agrees: bool) -> None:
    found = checked(text, {"x": x})
    [stated] = held_against([found.tape], {"x": given}, text, 1e-6, slopes=[found.slopes])
    assert stated.agrees == agrees


def test_a_gradient_that_ends_stays_where_it_is() -> None:
    found = checked("detach(x)*x", {"x": 3.0})
    assert found.components[0].own == found.components[0].reference == 3.0
    assert found.components[0].found.value == pytest.approx(3.0)


class Passes(list[Any]):
    """A list that counts how often somebody goes through the whole of it."""

    count = 0

    def __iter__(self) -> Iterator[Any]:
        type(self).count += 1
        return super().__iter__()


def work(text: str, values: Mapping[str, float]) -> tuple[int, int, Verification]:
    """How often a check goes through the graph, and how many operands it computes with at high precision."""
    program = parse(text)
    operands = 0
    compute = judge.at_high_precision

    def counted(name: str, count: int) -> Any:
        function = compute(name, count)

        def call(values: Any) -> Any:
            nonlocal operands
            operands += len(values)
            return function(values)

        return call

    def run(point: Mapping[str, Any]) -> Tape:
        tape = recorded(program, Request(point))
        tape.graph.operations, tape.graph.inputs = Passes(tape.graph.operations), Passes(tape.graph.inputs)
        return tape

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judge, "at_high_precision", counted)
        patch.setattr(partials, "at_high_precision", counted)
        tape = run(values)
        Passes.count = 0
        found = verify(tape, run)
    return Passes.count, operands, found


@pytest.mark.parametrize(
    ("term", "joined", "values", "verdict"),
    [
        ("sin(x{0})", "*", {}, RIGHT),  # each in a variable of its own: along directions, whatever their number
        ("sin({0}*x)*y/{0} + x^3*y*{0} + exp(-x*y/{0})", " + ", {"x": 0.5, "y": 1.5}, RIGHT),
        ("abs({0}*x)*y", " + ", {"x": 0.0, "y": 1.5}, KINK),
        ("(1 - cos(x/{0}))*y", " + ", {"x": 1e-7, "y": 1.5}, ROUNDED),
        *[
            ("sin({0}*x)*y", f"{name}(", {"x": 0.5, "y": 1.5}, RIGHT)
            for name, one in OPERATIONS.items()
            if one.variadic and one.definition
        ],
    ],
)
def test_the_work_of_a_check_is_linear(term: str, joined: str, values: dict[str, float], verdict: str) -> None:
    """Twice the terms, or operands, are twice the operations, and not one more pass through the graph."""
    found = []
    for count in (60, 120):
        point = values or {f"x{at + 1}": 1.0 for at in range(count)}
        terms = [term.format(at + 1) for at in range(count)]
        found.append(work(joined + ", ".join(terms) + ")" if joined.endswith("(") else joined.join(terms), point))
    (passes, operands, first), (more_passes, more_operands, second) = found
    assert len(first.components) == len(second.components) == (2 if values else 3)
    assert verdicts(first) == verdicts(second)
    assert verdict in verdicts(first).values()
    assert more_passes <= passes
    assert 1.9 * operands < more_operands < 2.2 * operands


def test_a_run_without_a_value_is_refused() -> None:
    with pytest.raises(GradcliError, match="not finite"):
        checked("log(x)", {"x": -1.0})


assert WRONG not in FINE
