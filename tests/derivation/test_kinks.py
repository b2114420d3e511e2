"""Where second derivatives hold: not at the points at which operations declare a kink or a jump."""

from __future__ import annotations

import pytest

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
