"""The page in another language, in a browser: nothing that is seen, or read aloud, is left in English at any step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from page.test_page import Open, opening, press, worked

from gradcli.errors import Speech, speak_as
from gradcli.output.translation.translator import translator

NAMES = re.compile(
    r"\w+Backward\d|is_leaf|requires_grad|grad_fn|True|False|None|true|false"
    r"|\b(?:add|mul|pow|pi|if|else)\b|Home|End|Space|gradcli|--mode static"
)
"""Names of PyTorch, of operations, of keys and of the command line, which are the same in every language."""
READ = """() => [...document.querySelectorAll("body *:not(script):not(style)")].flatMap((node) => [
  ...[...node.childNodes].filter((one) => one.nodeType === 3).map((one) => one.textContent),
  node.getAttribute("aria-label"), node.getAttribute("title"), node.getAttribute("aria-valuetext"),
]).filter((text) => text && text.trim())"""
"""All texts and labels of a page."""


@pytest.fixture
def chinese(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens pages that are made in Chinese."""
    speak_as(translator("zh"))
    try:
        with opening(browser, tmp_path) as open_page:
            yield open_page
    finally:
        speak_as(Speech())


def left(page: Any) -> list[str]:
    """What is still English."""
    return [text for text in page.evaluate(READ) if re.search("[A-Za-z]{2,}", NAMES.sub("", text))]


def test_every_step_is_said_in_chinese(chinese: Open) -> None:
    page = worked(chinese)
    assert page.get_attribute("html", "lang") == "zh"
    for _ in range(10):
        assert not left(page)
        press(page, "ArrowRight")
    assert page.text_content("#phase") == "反向传播"


def test_what_is_wrong_is_said_in_chinese(chinese: Open) -> None:
    page = worked(chinese)
    for text in ("", "1,5", "?"):
        page.fill("#input0", text)
        assert page.text_content("#error0")
        assert not left(page)
    turned = chinese("x^2 if x > 1 else x", {"x": 2.0})
    turned.fill("#input0", "0")
    assert "分支" in turned.text_content("#changed")


def test_questions_are_asked_in_chinese(chinese: Open) -> None:
    page = worked(chinese)
    page.click("#ask")
    press(page, "ArrowRight")
    page.fill("#guess", "3")
    press(page, "Enter")
    assert "正确" in page.text_content("#graded")
    assert not left(page)


def test_texts_stay_in_their_boxes(chinese: Open) -> None:
    """A Chinese sign is as wide as two others: boxes, and the places of the legend, have room for that."""
    page = worked(chinese)
    press(page, "End")
    outside = """() => [...document.querySelectorAll("#picture g.box")].flatMap((box) => {
      const around = box.querySelector(".shape").getBoundingClientRect();
      return [...box.querySelectorAll("text")].filter((text) => text.getBoundingClientRect().width > around.width)
        .map((text) => text.textContent);
    })"""
    assert page.evaluate(outside) == []
    legend = """() => [...document.querySelectorAll("#picture g.legend")].map((one) => one.getBoundingClientRect())
      .map(({ left, right, top }) => [left, right, top])"""
    places = sorted(page.evaluate(legend), key=lambda place: (place[2], place[0]))
    assert all(before[1] <= after[0] or before[2] < after[2] for before, after in pairwise(places))
