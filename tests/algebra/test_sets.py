"""Equality of sets, and within a tolerance."""

from __future__ import annotations

from functools import partial

import pytest

from gradcli.algebra.equality.equal import equal
from gradcli.algebra.equality.sets import MOST, equal_sets
from gradcli.algebra.equality.verdict import Tolerance, Verdict
from gradcli.errors import GradcliError
from gradcli.language.set_text import elements_of


def test_commas_and_semicolons_part_elements() -> None:
    assert elements_of("{}") == []
    assert [elements_of(text) for text in ("x", "{x} + {y}", r"{x}\cdot{y}", r"{\frac{1}{2}}")] == [None] * 4
    assert elements_of("{1,}") == [" 1"]
    assert [one.strip() for one in elements_of(" {1, f(x, y), [2, 3]} ") or []] == ["1", "f(x, y)", "[2, 3]"]
    assert [one.strip() for one in elements_of(r"\left\{0,5; 1\right\}") or []] == ["0,5", "1"]


def test_an_element_stands_where_it_stands_in_the_whole() -> None:
    text = "{x, y + 1,  z}"
    assert all(text[len(one) - len(one.lstrip()) :].startswith(one.strip()) for one in elements_of(text) or [])


@pytest.mark.parametrize(
    ("first", "second", "only_first", "only_second"),
    [
        ("{1, 2}", "{2, 1}", (), ()),
        ("{1, sqrt(2)/2}", "{1/sqrt(2), 1, 1}", (), ()),
        ("{x + 1, x^2}", "{x*x, 1 + x}", (), ()),
        ("{1, 2, 3}", "{3, 4}", ("1", "2"), ("4",)),
        ("{}", "{x}", (), ("x",)),
        ("{[1, 2]}", "{[2, 1]}", ("[1, 2]",), ("[2, 1]",)),
    ],
)
def test_sets_have_each_others_elements(
    first: str, second: str, only_first: tuple[str, ...], only_second: tuple[str, ...]
) -> None:
    found = equal_sets(elements_of(first) or [], elements_of(second) or [], (first, second), equal)
    assert found.unmatched == (only_first, only_second)
    assert bool(found) == (not only_first and not only_second)


def test_a_set_is_proved_where_each_of_its_elements_is() -> None:
    assert equal_sets(["x", "1"], ["1", "2x/2"], ("", ""), equal).proof
    near = partial(equal, tolerance=Tolerance(digits=2))
    found = equal_sets(["3.14", "1"], ["1", "pi"], ("", ""), near)
    assert (found.verdict, found.proof) == (Verdict.NEARLY, False)


def test_the_elements_of_a_set_are_counted() -> None:
    with pytest.raises(GradcliError, match=f"up to {MOST}"):
        equal_sets(["1"] * (MOST + 1), [], ("", ""), equal)


@pytest.mark.parametrize(
    ("first", "second", "digits", "relative", "verdict"),
    [
        ("3.14", "pi", 2, 0.0, Verdict.NEARLY),  # pi is 3.14159...
        ("3.14", "pi", 3, 0.0, Verdict.DIFFERENT),
        ("1.41421", "sqrt(2)", 5, 0.0, Verdict.NEARLY),  # sqrt(2) is 1.414213562...
        ("1.41420", "sqrt(2)", 5, 0.0, Verdict.DIFFERENT),
        ("314", "100pi", None, 1e-3, Verdict.NEARLY),
        ("314", "100pi", None, 1e-4, Verdict.DIFFERENT),
        ("0.333x", "x/3", None, 2e-3, Verdict.NEARLY),
        ("0.333x", "x/3", None, 1e-4, Verdict.DIFFERENT),
        ("[3.14, 2]", "[pi, 2]", 2, 0.0, Verdict.NEARLY),
        ("[3.14, 2]", "[pi, 3]", 2, 0.0, Verdict.DIFFERENT),
        ("(x + 1)^2", "x^2 + 2x + 1", 2, 0.0, Verdict.EQUAL),
        ("1e400", "1e400 + 1e300", None, 1e-9, Verdict.NEARLY),
    ],
)
def test_values_may_be_as_far_apart_as_is_said(
    first: str, second: str, digits: int | None, relative: float, verdict: Verdict
) -> None:
    found = equal(first, second, tolerance=Tolerance(digits, relative))
    assert found.verdict is verdict
    assert found.counterexample is not None or verdict is Verdict.EQUAL
