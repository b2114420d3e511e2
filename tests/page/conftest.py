"""A headless Chromium for the tests of pages; where there is none they are skipped and say what to install."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from gradcli.ops.catalogue import OPERATIONS
from gradcli.output.page.files import page_file
from gradcli.output.page.program import operations_script

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One browser for all tests."""
    driver = pytest.importorskip("playwright.sync_api", reason="pip install playwright, to test pages in a browser")
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        pytest.skip("apt-get install chromium, to test pages in a browser")
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def engine(browser: Any) -> Iterator[Any]:
    """A page with nothing but the engine and every operation."""
    names = [name for name, operation in OPERATIONS.items() if operation.javascript]
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    source = "\n".join([page_file("functions.js"), operations_script(names), page_file("engine.js")])
    page.set_content(f"<script>{source}</script>")
    assert not errors
    yield page
    page.close()
