"""One run, one of each: how many graphs a call builds, how often it lowers, and how often it derives local derivatives."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from commandline import command

from gradcli.autodiff.passes import tape
from gradcli.derivation.nodes import local
from gradcli.graph.graph import Graph
from gradcli.lowering.programs.lower import lower

WORKED = ["eval", "(x+w)*(w+1)", "--x", "2", "--w", "1", "--wrt", "w"]


def counted(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """What a call does that is more than arithmetic."""
    command(arguments)  # what is loaded and kept for all calls is there
    local._template.cache_clear()
    count: Counter[str] = Counter()

    def counting(what: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def called(*given: Any, **named: Any) -> Any:
            count[what] += 1
            return function(*given, **named)

        return called

    monkeypatch.setattr(Graph, "__init__", counting("graphs", Graph.__init__))
    monkeypatch.setattr(tape, "local_derivatives", counting("numbers", tape.local_derivatives))
    original = lower
    for module in list(sys.modules.values()):
        if getattr(module, "lower", None) is original:
            monkeypatch.setattr(module, "lower", counting("lowerings", original))
    assert command(arguments)[0] == 0
    count["kinds"] = local._template.cache_info().misses
    return count


@pytest.mark.parametrize("format", ["--format=text", "--json"])
def test_a_full_view_builds_and_lowers_once(format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    count = counted([*WORKED, format], monkeypatch)
    # The text is lowered once; a sum of two that are followed, a sum of one, and a product are derived once each.
    assert (count["lowerings"], count["kinds"]) == (1, 3)
    assert count["numbers"] == 3  # once for each operation, although derivation and table both show them
    # The function, its gradient as built and as it is kept, one for each kind of node, and one for the values of all steps.
    assert count["graphs"] <= 1 + 2 + count["kinds"] + 1


@pytest.mark.parametrize("terms", [4, 40])
def test_the_work_does_not_grow_with_the_steps(terms: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = " + ".join(["sin(x)*w"] * terms)
    count = counted(["eval", text, "--x", "2", "--w", "1", "--format=text", "--all"], monkeypatch)
    assert count["lowerings"] <= 3
    assert count["kinds"] <= 4
    assert count["numbers"] == 3 * terms - 1  # each operation once: sin, product, sum
    assert count["graphs"] <= 12


def test_numbers_alone_build_one_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    assert counted([*WORKED, "-q"], monkeypatch) == Counter(graphs=1, lowerings=1, kinds=0)
