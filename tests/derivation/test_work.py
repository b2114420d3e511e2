"""The work of an explanation, counted in calls: it grows as the graph does, and no search for a short spelling runs away."""

from __future__ import annotations

import cProfile
from collections.abc import Callable

import pytest

from gradcli.algebra.derivatives import diff
from gradcli.algebra.sums import spellings
from gradcli.algebra.sums.normal import Algebra
from gradcli.derivation.calculus.table import letters_for
from gradcli.derivation.explain import VIEWS, explain
from gradcli.language.parser import parse
from gradcli.language.text import to_text

SHARED = "sin(w)*acos(w/4)/((silu(w)/((w/(w^2 + 1))^2 + 1)*(w*(w/(w^2 + 1)))*((w^4 + 1)^1.5 + expm1(w/(w^2 + 1))))^2 + 1)"
"""An expression of 60 nodes, most of whose sums have several factors in common with each other."""


def calls(run: Callable[[], object]) -> int:
    """How many functions a run calls."""
    profile = cProfile.Profile(builtins=False)
    profile.runcall(run)
    return sum(entry.callcount for entry in profile.getstats())


def test_a_shared_subexpression_is_spelled_once() -> None:
    """The search tried 44,000 shapes of this derivative; the forms among them are 250."""
    tried = 0
    expanded = spellings.expanded

    def counted(algebra: Algebra, form: int) -> int:
        nonlocal tried
        tried += 1
        return expanded(algebra, form)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spellings, "expanded", counted)
        explain(SHARED, {"w": 1.765})
    assert tried < 1_000


def test_a_search_ends_where_its_room_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever room there is, the result has the same value; with none it is as long as it comes."""
    lengths = []
    for room in (0, 100, spellings.SEARCHED):
        monkeypatch.setattr(spellings, "SEARCHED", room)
        (found,) = diff(parse("(x+w)^2*(x-w)^3*sin(x)/(x^2+w)"), "x").expressions
        lengths.append(len(to_text(found)))
        value = explain(f"{to_text(found)} + 0*x", {"x": 0.7, "w": 0.4}).tape.value
        assert value == pytest.approx(explain("(x+w)^2*(x-w)^3*sin(x)/(x^2+w)", {"x": 0.7, "w": 0.4}).tape.gradient["x"])
    assert lengths[0] >= lengths[1] >= lengths[2]


SHAPES = {
    "a sum": lambda size: " + ".join(f"{k + 2}*x^{k % 3 + 1}" for k in range(size)),
    "a sum of functions": lambda size: " + ".join(f"sin({k + 2}*x)" for k in range(size)),
    "quotients": lambda size: "x" + "/(1 + x" * size + ")" * size,
    "a chain": lambda size: "y = x; " + "y = y*w + sin(y); " * size + "y",
    "powers": lambda size: "(" * size + "x" + "^2 + 1)" * size,
}
"""Inputs of which an explanation by one variable is as long as they are."""


@pytest.mark.parametrize("by", VIEWS)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_work_of_an_explanation_grows_as_the_graph_does(shape: str, by: str) -> None:
    sizes = [calls(lambda size=size: explain(SHAPES[shape](size), wrt=["x"], by=by)) for size in (14, 28, 56)]  # type: ignore[misc]
    assert sizes[2] - sizes[1] < 2.3 * (sizes[1] - sizes[0]) + sizes[0]


def test_the_letters_of_a_rule_cost_what_they_are() -> None:
    """A sum of many terms by a rule in letters made a thousand names for each term."""
    assert calls(lambda: letters_for([f"u{k}" for k in range(100)], set())) < 2_000
