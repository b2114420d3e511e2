"""Where second derivatives hold: not at the points at which operations declare a kink or a jump."""

from __future__ import annotations

import pytest

from gradcli import derive
from gradcli.autodiff.runs.program_run import record
from gradcli.derivation.nodes.special_points import away_from_kinks
from gradcli.graph.graph import Graph
from gradcli.language.ast import Output, Program
from gradcli.language.parser import parse
from gradcli.language.statements import free_names
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.facts import JUMP, KINK, Special
from gradcli.ops.declaration.operation import Operation

ROWS = [
    (operation, special)
    for operation in OPERATIONS.values()
    for special in operation.facts.specials
    if special.kind in (KINK, JUMP)
]


@pytest.mark.parametrize(("operation", "special"), ROWS, ids=[f"{one.name}-{each.kind}" for one, each in ROWS])
def test_a_kink_is_left_out(operation: Operation, special: Special) -> None:
    names = [f"x_{number}" for number in range(len(special.at))]
    graph = lower(parse(f"{operation.name}({', '.join(names)})"), StaticBuilder(Graph()))
    [conditions] = away_from_kinks(graph, [names])
    point = dict(zip(names, special.at, strict=True))
    programs = [Program((Output(one),)) for one in conditions]
    holds = [record(one, {name: point[name] for name in free_names(one)}, wrt=[]).value for one in programs]
    assert not all(holds)


def test_what_is_smooth_holds_everywhere() -> None:
    graph = lower(parse("sin(x)*abs(y) + exp(z)"), StaticBuilder(Graph()))
    assert away_from_kinks(graph, [["x"], ["x", "z"]]) == [(), ()]


@pytest.mark.parametrize(
    ("text", "values", "said"),  # 0^t is 1 at t = 0 and 0 beyond; t·log(t) has no slope at 0, and t^2 has
    [
        ("x^x", {"x": 0.0}, True),
        ("x^y", {"x": 0.0, "y": 0.0}, True),
        ("xlogy(x, y)", {"x": 0.0, "y": 0.0}, True),
        ("x^y", {"x": 0.0, "y": 2.0}, False),
        ("x^1.5", {"x": 0.0}, False),
    ],
)
def test_a_finite_derivative_at_an_end_may_be_a_convention(text: str, values: dict[str, float], said: bool) -> None:
    tape = record(parse(text), values)
    notes = [step.note for equation in derive(tape).of("x") for step in equation.steps]
    assert any("convention" in str(note) for note in notes) == said
