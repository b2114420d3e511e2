"""The page of a plot in a browser: it draws without errors, computes as gradcli does, zooms, and moves the tangent."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from commandline import command


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Opens the page of a plot; nothing on it may fail or load."""
    pages: list[Any] = []
    errors: list[str] = []

    def open_page(*call: str, by: str = "plot") -> Any:
        file = tmp_path / "plot.html"
        assert command([by, *call, "-o", str(file)])[0] == 0
        page = browser.new_page(viewport={"width": 1000, "height": 900})
        pages.append(page)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text))
        page.on("request", lambda request: request.url.startswith("file:") or errors.append(request.url))
        page.goto(file.as_uri())
        return page

    yield open_page
    for page in pages:
        page.close()
    assert not errors


CALL = ["a*x^3 - 3x", "tan(x)", "7", "relu(x) + θ", "--a", "2", "--θ", "1", "--x", "-3:3", "--derivatives", "1"]


def test_its_functions_are_those_of_the_table(opened: Callable[..., Any]) -> None:
    page = opened(*CALL)
    document = json.loads(command(["plot", *CALL, "--json"])[1])
    places = document["places"][1::37]
    for number, curve in enumerate(document["curves"]):
        found = page.evaluate(f"({json.dumps(places)}).map((x) => FUNCTIONS[{number}](x)[0])")
        for mine, printed in zip(found, curve["values"][1::37], strict=True):
            assert math.isclose(mine, printed, rel_tol=1e-9, abs_tol=1e-9)


def test_the_tangent_follows_the_mouse_and_the_wheel_zooms(opened: Callable[..., Any]) -> None:
    page = opened("x^2", "--x", "-3:3")
    box = page.locator("#plot").bounding_box()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.5 * box["height"])
    x = page.evaluate("at.x")
    assert f"slope {2 * x:.3f}"[:9] in page.locator("#said").inner_text()
    assert page.locator("path.tangent").count() == 1
    page.mouse.wheel(0, -100)
    page.wait_for_function("view.x[1] - view.x[0] < 5")
    assert page.evaluate("view.x[0] < at.x && at.x < view.x[1]")
    page.locator("#back").click()
    assert page.evaluate("view.x") == [-3, 3]
    page.locator("#plot").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("at.x") > x


def test_no_line_crosses_a_pole_known_or_not(opened: Callable[..., Any]) -> None:
    page = opened("tan(x)", "--x", "-2:2")
    assert page.evaluate("pathOf(0).split('M').length - 1") == 3
    page.evaluate("(view = { x: [-8, 8], y: [-10, 10] }, draw())")
    assert page.evaluate("pathOf(0).split('M').length - 1") >= 6


def test_text_is_no_markup(opened: Callable[..., Any], tmp_path: Path) -> None:
    page = opened("(x < 1)*x # </script><b>bold</b>", "--x", "-2:2")
    assert page.locator("b").count() == 0
    assert "<b>bold</b>" in page.locator("h1").inner_text()


FIELD = ["x^2*w - a*w^3/3", "--a", "2", "--x", "-2:2", "--w", "-1:3"]


def test_contours_and_the_gradient_follow_the_mouse_and_the_wheel_zooms(opened: Callable[..., Any]) -> None:
    page = opened(*FIELD)
    box = page.locator("#plot").bounding_box()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.4 * box["height"])
    x, w = page.evaluate("at")
    value, right, up = page.evaluate("FUNCTIONS[0](...at)")
    assert (value, right, up) == pytest.approx((x * x * w - 2 * w**3 / 3, 2 * x * w, x * x - 2 * w * w))
    assert f"value {value:.6g}" in page.locator("#said").inner_text()
    assert page.locator("#plot path.here, #plot path.gradient, #plot path.arrow").count() == 3
    assert page.locator("#plot path.contour").count() == len(page.evaluate("DATA.levels"))
    page.mouse.wheel(0, -100)
    page.wait_for_function("view.x[1] - view.x[0] < 3.5")
    assert page.evaluate("view.x[0] < at[0] && at[0] < view.x[1] && view.y[0] < at[1] && at[1] < view.y[1]")
    page.locator("#plot").focus()
    page.keyboard.press("ArrowUp")
    assert page.evaluate("at[1]") > w
    page.locator("#back").click()
    assert page.evaluate("[view.x, view.y]") == [[-2, 2], [-1, 3]]


def test_the_function_has_on_a_contour_the_value_that_stands_there(opened: Callable[..., Any]) -> None:
    page = opened(*FIELD)
    for level in page.evaluate("DATA.levels"):
        for piece in page.evaluate(f"contour({level})"):
            for x, w in piece:
                assert x * x * w - 2 * w**3 / 3 == pytest.approx(level, abs=0.02)
    page.evaluate("(view = { x: [0, 1], y: [0, 1] }, draw())")
    assert len(page.evaluate("grid.levels")) > 5
    assert all(-2 / 3 <= level <= 1 for level in page.evaluate("grid.levels"))


def test_no_contour_crosses_a_pole_or_a_jump(opened: Callable[..., Any]) -> None:
    page = opened("1/(x - w)", "--x", "0:1", "--w", "0:1")
    pieces = [piece for level in (-40, -3, 3, 40) for piece in page.evaluate(f"contour({level})")]
    assert all((x > w) == (a > b) for (x, w), (a, b) in pieces)
    page = opened("floor(x) + w/4", "--x", "0:3", "--w", "0:1")
    pieces = [piece for level in page.evaluate("DATA.levels") for piece in page.evaluate(f"contour({level})")]
    assert pieces
    assert all(math.floor(x) == math.floor(a) for (x, _), (a, _) in pieces)


def test_a_function_that_does_not_depend_on_a_variable_has_a_page(opened: Callable[..., Any]) -> None:
    assert opened("x^2 + 0*w", "--x", "-1:1", "--w", "0:1").evaluate("FUNCTIONS[0](0.5, 0.3)") == [0.25, 1, 0]


DESCENTS = [
    (["(x-3)^2 + 2*y^2", "--x", "0", "--y", "1"], "x = {x[0]:.6g}, y = {x[1]:.6g}"),
    (["x^4 - 3x^2 + x", "--x", "2", "--lr", "0.01,0.02"], "x = {x[0]:.6g}, value = {value:.6g}"),
    (["(x-3)^2 + y^2 + (z-x)^2", "--x", "0", "--y", "1", "--z", "2"], "{value:.6g}"),
]


@pytest.mark.parametrize(("call", "said"), DESCENTS, ids=["contours", "curve", "values"])
def test_a_descent_goes_step_by_step(opened: Callable[..., Any], call: list[str], said: str) -> None:
    page = opened(*call, "--steps", "12", by="descend")
    runs = json.loads(command(["descend", *call, "--steps", "12", "--json"])[1])["runs"]
    assert page.locator("path.path").count() == 2 * len(runs)  # and its key
    for at in (12, 7, 0):
        page.evaluate(f"(chooser.value = {at}, draw())")
        steps = [run["steps"][at] for run in runs]
        told = "; ".join(said.format(x=step["point"], value=step["value"]) for step in steps)
        assert page.locator("#taken").inner_text() == f"step {at}: {told}"
        assert page.locator("#plot circle.filled, #plot circle.open").count() >= at + 1
    page.locator("#play").click()
    assert page.evaluate("playing !== null")
    page.locator("#play").click()
    assert page.evaluate("playing === null")
