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

    def open_page(*call: str) -> Any:
        file = tmp_path / "plot.html"
        assert command(["plot", *call, "-o", str(file)])[0] == 0
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


def test_there_is_none_of_two_variables() -> None:
    code, _, err = command(["plot", "x*w", "--x", "0:1", "--w", "0:1", "--format", "html"])
    assert code == 2
    assert "of one variable" in err
