"""Pages of graphs with arrays, which step through the run as it was recorded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from commandline import command

Open = Callable[..., Any]
PRODUCT = ["sum(tanh(A @ x) * b)", "--A", "[[1,2],[3,4]]", "--x", "[0.125,0.25]", "--b", "[1,2]", "--wrt", "x,b"]
LONG = ["sum(v^2)", "--v", str([number + 0.5 for number in range(40)])]


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens the page that a call of `gradcli graph` writes; at the end nothing may have been thrown or said by it."""
    said: list[str] = []
    contexts = []

    def open_page(arguments: Sequence[str], **options: Any) -> Any:
        path = tmp_path / "page.html"
        code, _, errors = command(["graph", *arguments, "-o", str(path)])
        assert (code == 0) == (errors == ""), errors
        context = browser.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="reduce", **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not said


def step(page: Any) -> str:
    """What is said of the step."""
    text: str = page.text_content("#equation")
    return text


def box(page: Any, id: int, role: str) -> str:
    text: str = page.text_content(f'#picture [data-node="{id}"] text.{role}')
    return text


def test_the_inputs_are_fixed_and_the_page_says_why(opened: Open) -> None:
    page = opened(PRODUCT)
    assert page.locator("#inputs input").count() == 0
    assert "The inputs are fixed, since the graph has arrays" in page.text_content("#notes")
    assert page.locator("#inputs .live").all_text_contents() == ["= [[1, 2], [3, 4]]", "= [0.125, 0.25]", "= [1, 2]"]
    cells = page.evaluate(
        "[...document.querySelectorAll('#inputs .matrix span')].map((one) => one.getBoundingClientRect().toJSON())"
    )
    assert len(cells) == 4
    assert cells[0]["bottom"] <= cells[2]["top"]  # the rows of a matrix stand below each other, and its columns too
    assert abs(cells[0]["right"] - cells[2]["right"]) < 1 < cells[1]["right"] - cells[0]["right"]


def test_it_steps_through_both_passes(opened: Open) -> None:
    page = opened(PRODUCT)
    assert "A = [[1, 2], [3, 4]]" in step(page)
    page.keyboard.press("ArrowRight")
    assert "a = A @ x = [0.625, 1.375]" in step(page)
    assert box(page, 2, "value") == "value [0.625, 1.375]"
    assert box(page, 3, "value") == ""
    page.keyboard.press("End")
    assert page.text_content("#count") == "step 10 of 10"
    assert "Aᵀ @ ∂y/∂a" in step(page)
    assert re.search(r"x receives \[[\d., ]+\]", step(page))
    page.keyboard.press("Home")
    assert box(page, 2, "value") == ""


def test_the_results_are_those_of_the_tool(opened: Open) -> None:
    page = opened(PRODUCT)
    expected = command(["eval", *PRODUCT, "-q"])[1].split("\n")
    shown = page.locator("#results .live").all_text_contents()
    numbers = [[float(word) for word in re.findall(r"-?\d[\d.e+-]*", text)] for text in (*shown, *expected[:3])]
    for seen, told in zip(numbers[:3], numbers[3:], strict=True):
        assert seen == pytest.approx(told, rel=1e-5)


def test_a_long_array_is_cut_and_a_press_shows_it_whole(opened: Open) -> None:
    page = opened(LONG)
    button = page.locator("#inputs button.array")
    assert "…" in button.text_content() or "..." in button.text_content()
    button.click()
    assert button.text_content().count(",") == 39
    assert button.get_attribute("aria-expanded") == "true"
    button.click()
    assert button.text_content().count(",") < 39


def test_without_values_it_shows_shapes(opened: Open) -> None:
    page = opened(["sum(tanh(A @ x))", "--shape", "A=2,3", "--shape", "x=3"])
    assert "the steps show shapes alone" in page.text_content("#notes")
    page.keyboard.press("End")
    assert "x receives of shape (3,)" in step(page)


def test_a_graph_that_breaks_off_has_the_steps_until_there(opened: Open) -> None:
    page = opened(["tanh(A) @ x", "--A", "[[1,2],[3,4]]", "--x", "[1,2,3]"])
    assert "✗ The graph breaks off at b: the first has rows of 2 elements" in page.text_content("#notes")
    page.keyboard.press("End")
    assert "Here the graph breaks off" in step(page)
    assert page.text_content("#count") == "step 1 of 1"


def test_a_cotangent_begins_the_backward_pass(opened: Open) -> None:
    page = opened(["2A", "--A", "[1,2]", "--cotangent", "[3,5]"])
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    assert "[3, 5]" in step(page)
    page.keyboard.press("End")
    assert "A receives [6, 10]" in step(page)


def test_each_use_of_a_node_has_a_term_of_its_own(opened: Open) -> None:
    page = opened(["sum(A @ A + A*A)", "--A", "[[1,2],[3,4]]"])
    page.keyboard.press("End")
    assert "= ∂y/∂b·A + ∂y/∂b·A + ∂y/∂a @ Aᵀ + Aᵀ @ ∂y/∂a" in step(page)


def test_the_backward_graphs_stay_in_their_panel(opened: Open) -> None:
    page = opened([*PRODUCT, "--both"])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert "transpose(A)" in page.text_content("#backward")
