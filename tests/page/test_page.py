"""The page of a graph in a browser: steps, changed inputs, hostile texts, keys, themes, narrow screens. Nothing may leave it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support import same

from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.runs.program_run import outline, record
from gradcli.derivation.nodes.chain_rule import derive
from gradcli.errors import ExitCode, GradcliError
from gradcli.language.numbers import short_text
from gradcli.language.parser import parse
from gradcli.output.page.files import page_file
from gradcli.output.page.page import PAGE_NODES, html_page_of_graph

WORKED = "(x+w)*(w+1)"
Open = Callable[..., Any]


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens the page of an expression from disk; at the end nothing may have been asked for, said or thrown by it."""
    with opening(browser, tmp_path) as open_page:
        yield open_page


@pytest.fixture(scope="module")
def fields(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Pages at the end of their steps, for the tests that only type into their first field."""
    with opening(browser, tmp_path_factory.mktemp("page")) as open_page:
        pages = {text: open_page(text, point) for text, point in (("x + 0", {"x": 7.0}), (WORKED, {"x": 2.0, "w": 1.0}))}
        for page in pages.values():
            press(page, "End")
        yield pages


@contextmanager
def opening(browser: Any, folder: Path) -> Iterator[Open]:
    """What opens pages of this browser from a folder, and closes and checks them."""
    asked: list[str] = []
    said: list[str] = []
    contexts = []

    def open_page(
        text: str,
        bindings: Mapping[str, float] | None,
        title: str = "",
        tape: Tape | None = None,
        layers: bool = False,
        **options: Any,
    ) -> Any:
        if tape is None:
            tape = record(parse(text), bindings) if bindings is not None else outline(parse(text))
        derivation = derive(tape) if len(tape.graph) < 300 else None
        path = folder / "page.html"
        path.write_text("".join(html_page_of_graph(tape, derivation, title=title or text, layers=layers)), "utf-8")
        context = browser.new_context(**{"viewport": {"width": 1400, "height": 900}, "reduced_motion": "reduce", **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not said
    assert [url for url in asked if not re.match(r"file://.*/page\.html$|data:,", url)] == []


def worked(opened: Open, **options: Any) -> Any:
    return opened(WORKED, {"x": 2.0, "w": 1.0}, **options)


def box(page: Any, id: int, role: str) -> str:
    """A line of a box of the drawing."""
    text: str = page.text_content(f'#picture [data-node="{id}"] text.{role}')
    return text


def results(page: Any) -> list[str]:
    """The numbers of the results."""
    found: list[str] = page.locator("#results .live").all_text_contents()
    return found


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def spoken(page: Any) -> str:
    """What screen readers are told of the step."""
    text: str = page.text_content("#announce")
    return text


# ---- steps ----


def test_forward_and_backward_step_by_step(opened: Open) -> None:
    page = worked(opened)
    told = []
    assert (box(page, 0, "value"), box(page, 2, "value"), box(page, 1, "adjoint")) == ("value 2", "", "")
    for _ in range(9):
        press(page, "ArrowRight")
        told.append(spoken(page))
    assert told == [
        "Step 1 of 9, forward: a = x + w = 2 + 1 = 3",
        "Step 2 of 9, forward: b = w + 1 = 1 + 1 = 2",
        "Step 3 of 9, forward: y = a·b = 3·2 = 6",
        "Step 4 of 9, backward begins: ∂y/∂y = 1",
        "Step 5 of 9, backward, from y: a receives 1·2 = 2",
        "Step 6 of 9, backward, from y: b receives 1·3 = 3",
        "Step 7 of 9, backward, from b: w receives 3·1 = 3; sum so far: 3 (1 more to come)",
        "Step 8 of 9, backward, from a: x receives 2·1 = 2",
        "Step 9 of 9, backward, from a: w receives 2·1 = 2; sum: ∂y/∂w = 3 + 2 = 5",
    ]


def test_an_adjoint_is_blank_until_the_step_that_makes_it(opened: Open) -> None:
    page = worked(opened)
    seen = []
    for _ in range(10):
        seen.append([box(page, id, "adjoint") for id in (5, 2, 4, 1, 0)])
        press(page, "ArrowRight")
    blank = [""] * 5
    assert seen == [
        blank, blank, blank, blank,
        ["∂y/∂y = 1", "", "", "", ""],
        ["∂y/∂y = 1", "∂y/∂a = 2", "", "", ""],
        ["∂y/∂y = 1", "∂y/∂a = 2", "∂y/∂b = 3", "", ""],
        ["∂y/∂y = 1", "∂y/∂a = 2", "∂y/∂b = 3", "∂y/∂w = 3 + …", ""],
        ["∂y/∂y = 1", "∂y/∂a = 2", "∂y/∂b = 3", "∂y/∂w = 3 + …", "∂y/∂x = 2"],
        ["∂y/∂y = 1", "∂y/∂a = 2", "∂y/∂b = 3", "∂y/∂w = 5", "∂y/∂x = 2"],
    ]  # fmt: skip


def test_going_back_undoes_every_step(opened: Open) -> None:
    page = worked(opened)
    look = """[...document.querySelectorAll('#picture svg *, #nodes *')].map((item) =>
        [[...item.classList].sort().join(), item.children.length > 0 || item.textContent].join())"""
    seen = []
    for _ in range(10):
        seen.append(page.evaluate(look))
        press(page, "ArrowRight")
    for before in reversed(seen[:-1]):
        press(page, "ArrowLeft")
        assert page.evaluate(look) == before
    press(page, "End", "Home")
    assert page.evaluate(look) == seen[0]


def test_what_is_marked(opened: Open) -> None:
    page = worked(opened)
    marked = "[...document.querySelectorAll('#picture g.box.{0}')].map((box) => Number(box.dataset.node))".format
    press(page, "ArrowRight")
    assert (page.evaluate(marked("current")), page.evaluate(marked("feeds"))) == ([2], [0, 1])
    assert page.evaluate(marked("waiting")) == [4, 5]
    press(page, "End")
    assert (page.evaluate(marked("current")), page.evaluate(marked("feeds"))) == ([1], [2])
    assert page.locator("tr.current th").all_inner_texts() == ["w"]
    assert page.get_attribute("section.equation.current", "data-equation") == "1"
    assert page.text_content("#picture g.edge.current text.label") == "∂a/∂w = 1"
    assert page.text_content('#picture g.edge[data-target="5"][data-argument="0"] text.label') == "∂y/∂a = b = 2"


def test_the_chain_rule_of_a_shared_node(opened: Open) -> None:
    page = opened("x*x", {"x": 3.0})
    press(page, "End")
    assert "dy/dx = 3 + 3 = 6" in spoken(page)
    assert page.locator("#equation .now, #equation .past").all_text_contents() == ["x", "x"]


def test_playing_goes_to_the_end_and_stops(opened: Open) -> None:
    page = worked(opened)
    page.select_option("#speed", "150")
    page.click("#play")
    assert page.get_attribute("#play", "aria-label") == "Pause"
    page.wait_for_selector("#next:disabled")
    assert page.get_attribute("#play", "aria-label") == "Play"


# ---- inputs ----


def test_a_changed_input_changes_every_number(opened: Open) -> None:
    page = worked(opened)
    press(page, "End")
    assert results(page) == ["= 6", "= 2", "= 5"]
    page.fill("#input1", "3")
    assert results(page) == ["= 20", "= 4", "= 9"]
    assert (box(page, 5, "value"), box(page, 1, "adjoint"), box(page, 0, "adjoint")) == ("value 20", "∂y/∂w = 9", "∂y/∂x = 4")
    assert spoken(page) == "y = 20, ∂y/∂x = 4, ∂y/∂w = 9"
    assert page.locator("#derivation section .live").all_text_contents() == ["= 4", "= 9"]
    assert [page.inner_text(f'tr[data-row="{id}"] td:nth-child(4)') for id in range(6)] == ["4", "9", "4", "", "5", "1"]
    page.click("#reset")
    assert results(page) == ["= 6", "= 2", "= 5"]
    assert page.is_hidden("#reset")


@pytest.mark.parametrize(
    ("text", "value"),
    [("2", "= 2"), ("-1e-3", "= -0.001"), ("1/3", "≈ 0.333333"), ("pi", "≈ 3.14159"), ("-π/2", "≈ -1.5708"),
     ("2*pi", "≈ 6.28319"),
     (" 2 ", "= 2"), ("−.5", "= -0.5"), ("inf", "= inf"), ("1/0", "= inf"), ("nan", "= nan"), ("1e300", "= 1e+300"),
     ("12345678", "= 12345678"), ("1e-7", "= 1e-07"), ("0.0001", "= 0.0001"), ("1/-3", "≈ -0.333333"), ("+4", "= 4")],
)  # fmt: skip
def test_what_a_field_takes(fields: dict[str, Any], text: str, value: str) -> None:
    page = fields["x + 0"]
    page.fill("#input0", text)
    assert page.text_content("#error0") == ""
    assert results(page)[0] == value


@pytest.mark.parametrize("text", ["", "abc", "1,5", "1/", "*2", "2 3", "--2", "1e", "x", "0x10", "<b>", "1_000", "constructor"])
def test_what_a_field_does_not_take(fields: dict[str, Any], text: str) -> None:
    page = fields[WORKED]
    page.fill("#input0", "2")
    page.fill("#input0", text)
    assert "Write" in page.text_content("#error0")
    assert page.get_attribute("#input0", "aria-invalid") == "true"
    assert spoken(page).startswith("x: ")
    assert results(page) == ["= 6", "= 2", "= 5"], "the last good state stays"
    page.fill("#input0", "3")
    assert (page.text_content("#error0"), results(page)) == ("", ["= 8", "= 2", "= 6"])


def test_numbers_read_as_the_tool_writes_them(opened: Open) -> None:
    page = opened("x + 0", {"x": 7.0})
    numbers = [
        0.1,
        1 / 3,
        1e15,
        123456789012345.0,
        1e16,
        1.5e17,
        -2.5e-5,
        1e-4,
        123456.25,
        1234567.75,
        5e-324,
        1.7e308,
        -0.0,
        2e-6,
    ]
    page.evaluate(f"window.shortText = (() => {{ {page_file('numbers.js')}; return shortText; }})()")
    assert page.evaluate("(all) => all.map(shortText)", numbers) == [short_text(number) for number in numbers]


def test_without_values_the_page_asks_for_them(opened: Open) -> None:
    page = opened(WORKED, None)
    assert results(page) == ["", "", ""]
    assert page.is_disabled("#next")
    page.fill("#input0", "2")
    assert page.is_disabled("#next")
    assert page.text_content("#error1") == ""
    page.fill("#input1", "1")
    assert results(page) == ["= 6", "= 2", "= 5"]
    press(page, "Tab")
    page.click("#next")
    assert box(page, 2, "value") == "value 3"


def test_a_decision_that_is_turned_round(opened: Open) -> None:
    page = opened("x^2 if x > w else -w", {"x": 2.0, "w": 1.0})
    press(page, "End")
    assert page.is_hidden("#changed")
    page.fill("#input0", "0")
    said = page.text_content("#changed")
    for part in ("does not hold", "x > w was true", "x = 0, w = 1 it is false", "--mode static", "Run gradcli again"):
        assert part in said
    assert results(page) == [""] * 3
    assert not page.is_visible("#results")
    numbers = page.locator("#picture text.value, #picture text.adjoint, #nodes td.number, .live").all_text_contents()
    assert not "".join(numbers).strip()
    assert page.is_disabled("#next")
    page.fill("#input0", "3")
    assert page.is_hidden("#changed")
    assert results(page)[0] == "= 9"


def test_a_graph_in_which_operations_choose_has_both_branches(opened: Open) -> None:
    text = "x^2 if x > w else -w"
    page = opened(text, {}, tape=record(parse(text), {"x": 2.0, "w": 1.0}, mode="static", steered=False))
    page.fill("#input0", "0")
    assert results(page)[0] == "= -1"


def test_single_precision(opened: Open) -> None:
    page = opened("x + w", {}, tape=record(parse("x + w"), {"x": 0.1, "w": 1 / 3}, dtype="float32"))
    assert (page.input_value("#input0"), page.input_value("#input1"), results(page)[0]) == ("0.1", "0.33333334", "≈ 0.433333")
    page = opened("x + w", {}, tape=record(parse("x + w"), {"x": 1.0, "w": 1.0}, dtype="float32"))
    page.fill("#input0", "16777216")
    assert results(page)[0] == "= 16777216"


@pytest.mark.parametrize(
    "text", ["2", "x", "1/x", "x^3*sin(x)", "x if x > 0 else -x", "max(x, 2x, x^2)", "f(u) = u*u; f(x) + f(2x)"]
)
def test_any_graph_can_be_stepped_through(opened: Open, text: str) -> None:
    page = opened(text, {"x": 0.5} if "x" in text.replace("max", "") else {})
    last = int(page.get_attribute("#slider", "max"))
    for _ in range(last + 1):
        assert page.text_content("#equation") != ""
        press(page, "ArrowRight")
    tape = record(parse(text), {"x": 0.5} if "x" in text.replace("max", "") else {})
    assert results(page)[0].endswith(short_text(tape.value))


# ---- hostile texts ----

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<b onclick='alert(1)'>x</b> \"quoted\" & --> <!--",
    "<!--<script>",
    "\u2028\u2029\x00\x1b]0;title\x07\u202e",
    "</title></style></textarea>${alert(1)}`{{0}}",
    "<!-- filled in -->\n<!-- results --><!-- notes --><!-- title -->",
    "\udcff\ud800",
)


@pytest.mark.parametrize("title", ["".join(HOSTILE[:2]), "".join(HOSTILE[2:4]), *HOSTILE[4:6], HOSTILE[6]])
def test_a_title_is_only_text(opened: Open, title: str) -> None:
    page = worked(opened, title=title)
    shown = page.text_content("h1")
    assert re.sub(r"\s|[\ufffd␀-␡␤]", "", shown) == re.sub("[\\s\x00-\x1f\u2028-\u202e\ud800-\udfff]", "", title)
    assert page.locator("script").count() == 3
    assert page.locator("b").count() == 0
    assert results(page) == ["= 6", "= 2", "= 5"]


def test_any_name(opened: Open) -> None:
    names = ["__proto__", "constructor", "toString", "data", "π", "变量", "ﷺ", "x_1", "I", "value"]
    page = opened(" + ".join(f"({name} + 1)*{name}" for name in names), dict.fromkeys(names, 2.0))
    press(page, "End")
    for at, name in enumerate(names):
        page.fill(f"#input{at}", "3")
        found = results(page)
        assert (found[0], found[1 + at]) == (f"= {6 * len(names) + 6 * (at + 1)}", "= 7")
        assert page.text_content(f"label[for=input{at}]") == name


def test_names_from_elsewhere_are_only_text(opened: Open) -> None:
    """A graph that is read from a file may bring names that no expression could have."""
    tape = record(parse("x*w"), {"x": 2.0, "w": 1.0})
    tape.names[0] = "</script><script>alert(1)</script>"
    tape.names[2] = '"><img src=x onerror=alert(1)>{1}'
    page = opened("", {}, title="names", tape=tape)
    for _ in range(6):
        press(page, "ArrowRight")
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 3


def test_the_page_is_one_file_without_addresses() -> None:
    text = "".join(html_page_of_graph(record(parse(WORKED), {"x": 2.0, "w": 1.0}), None, title=HOSTILE[0]))
    assert "default-src 'none'" in text
    assert not re.search(r"""(src|href)\s*=\s*["']?(?!["'#]|data:)""", text)
    assert set(re.findall(r"https?://[^\s\"')]+", text)) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML"}
    assert "innerHTML" not in text
    start = text.index('id="data">') + len('id="data">')
    data = json.loads(text[start : text.index("</script>", start)])
    assert data["program"]["output"] == 5


# ---- keyboard, screen readers ----


def test_keys_are_not_taken_from_fields(opened: Open) -> None:
    page = worked(opened)
    page.focus("#input0")
    press(page, "End", "ArrowLeft", "ArrowRight", "Home", " ", "-", "End")
    assert page.input_value("#input0") == " -2"
    assert page.text_content("#count") == "step 0 of 9"


def test_everything_by_keyboard(opened: Open) -> None:
    page = worked(opened)
    reached = []
    for _ in range(40):
        press(page, "Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.className"))
        if reached[-1] == "slider":
            break
    for id in ("input0", "input1", "theme", "fit", "picture", "play", "next", "slider"):
        assert id in reached
    press(page, "ArrowRight", "ArrowRight")
    assert page.text_content("#count") == "step 2 of 9"
    assert "forward: b = w + 1" in page.get_attribute("#slider", "aria-valuetext")
    press(page, "End")
    assert page.text_content("#count") == "step 9 of 9"
    page.focus("#picture")
    press(page, "Home", " ")
    assert page.get_attribute("#play", "aria-label") == "Pause"
    page.focus("#play")
    press(page, " ")
    assert page.get_attribute("#play", "aria-label") == "Play"
    page.focus('tr[data-row="4"] button')
    press(page, "Enter")
    assert box(page, 4, "value") == "value 2"


def test_everything_has_a_name(opened: Open) -> None:
    page = worked(opened)
    nameless = """[...document.querySelectorAll('button, input, select, section, [role]')].filter((item) =>
        !item.getAttribute('aria-label') && !item.textContent.trim() && !item.labels?.length &&
        !['announce', 'changed'].includes(item.id)).map((item) => item.outerHTML)"""
    assert page.evaluate(nameless) == []
    assert page.get_attribute("html", "lang") == "en"
    assert page.locator("[role=alert]").count() == 1


CONTRAST = """() => {
    const light = (text) => {
        const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map((c) => c / 255)
            .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const bad = [];
    const check = (item, front, back) => {
        const [low, high] = [light(front), light(back)].sort((a, b) => a - b);
        if ((high + 0.05) / (low + 0.05) < 4.5) bad.push(`${item.outerHTML.slice(0, 120)} ${front} ${back}`);
    };
    for (const item of document.querySelectorAll('body *:not(svg *):not(option)')) {
        if (![...item.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())) continue;
        if (!item.checkVisibility() || item.closest(':disabled, script, math, .hidden')) continue;
        let around = item;
        while (around && getComputedStyle(around).backgroundColor === 'rgba(0, 0, 0, 0)') around = around.parentElement;
        check(item, getComputedStyle(item).color, getComputedStyle(around || document.body).backgroundColor);
    }
    for (const line of document.querySelectorAll('#picture g.box text')) {
        check(line, getComputedStyle(line).fill, getComputedStyle(line.parentElement.querySelector('.shape')).fill);
    }
    return bad;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(opened: Open, scheme: str) -> None:
    page = worked(opened, color_scheme=scheme)
    assert page.get_attribute("html", "data-theme") == scheme
    for keys in ([], ["ArrowRight"] * 7, ["End"]):
        press(page, *keys)
        assert page.evaluate(CONTRAST) == []
    page.fill("#input0", "?")
    assert page.evaluate(CONTRAST) == []


def test_the_button_for_light_and_dark(opened: Open) -> None:
    page = worked(opened, color_scheme="light")
    page.click("#theme")
    assert (page.get_attribute("html", "data-theme"), page.get_attribute("#theme", "aria-pressed")) == ("dark", "true")
    page.click("#theme")
    assert (page.get_attribute("html", "data-theme"), page.get_attribute("#theme", "aria-pressed")) == ("light", "false")


# ---- sizes ----


@pytest.mark.parametrize("width", [360, 700, 1400])
def test_no_screen_is_too_narrow(opened: Open, width: int) -> None:
    page = worked(opened, viewport={"width": width, "height": 780})
    press(page, "End")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.fill("#input0", "1e-300/7")
    page.fill("#input1", "wrong, and long enough to say so in several lines")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_numbers_stay_in_their_boxes(opened: Open) -> None:
    page = worked(opened)
    page.fill("#input0", "-1.23456789e-123")
    page.fill("#input1", "-9.87654321e+99")
    press(page, "End")
    outside = """[...document.querySelectorAll('#picture g.box text')].filter((line) => {
        if (line.textContent === '') return false;
        const [inner, outer] = [line.getBBox(), line.parentElement.querySelector('.shape').getBBox()];
        return inner.x < outer.x || inner.x + inner.width > outer.x + outer.width;
    }).map((line) => line.textContent)"""
    assert page.evaluate(outside) == []


def test_a_large_graph(opened: Open) -> None:
    lines = ["h0 = x*w", *[f"h{at} = sin(h{at - 1})*w + h{at - 1}" for at in range(1, 500)]]
    text = "; ".join(lines)
    page = opened(text, {"x": 0.5, "w": 0.01})
    assert "250 of 1,500 nodes are drawn" in page.text_content("#notes")
    press(page, "End")
    tape = record(parse(text), {"x": 0.5, "w": 0.02})
    page.fill("#input1", "0.02")
    assert same(float(results(page)[2].split()[1]), tape.gradient["w"], 1e-5)
    changed = """() => {
        let count = 0;
        new MutationObserver((found) => { count += found.length; })
            .observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
        document.getElementById('previous').click();
        return new Promise((done) => setTimeout(() => done(count), 50));
    }"""
    assert page.evaluate(changed) < 120, "a step changes what it touches and no more"


def test_a_graph_that_is_too_large_is_refused() -> None:
    text = "; ".join(["y0 = x", *[f"y{at} = y{at - 1} + x" for at in range(1, PAGE_NODES + 1)]])
    with pytest.raises(GradcliError, match="a page holds 20,000") as error:
        list(html_page_of_graph(record(parse(text), {"x": 1.0}), None, title="large"))
    assert error.value.exit_code == ExitCode.LIMIT


def test_printing_shows_the_whole_run(opened: Open) -> None:
    page = worked(opened, color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert (box(page, 1, "adjoint"), page.get_attribute("html", "data-theme")) == ("∂y/∂w = 5", "light")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert (box(page, 1, "adjoint"), page.get_attribute("html", "data-theme")) == ("", "dark")


def test_asked_first_a_number_is_shown_when_it_was_answered(opened: Open) -> None:
    page = worked(opened)
    press(page, "End")
    assert page.locator("#question").is_hidden()
    page.click("#ask")
    assert page.locator("#count").inner_text().startswith("step 0 ")
    assert page.locator("#results").is_hidden()
    answers = {"a = x + w": "3", "b = w + 1": "2.0", "y = a·b": "7", "∂y/∂a": "2", "∂y/∂b": "3", "∂y/∂w": "1/3", "∂y/∂x": "2"}
    met = []
    for _ in range(40):
        page.click("#next") if page.locator("#next").is_enabled() else None
        if page.locator("#question").is_visible():
            question = page.locator("#asked").inner_text().removesuffix(" = ?")
            before = page.locator("#count").inner_text()
            page.fill("#guess", "nonsense")
            page.press("#guess", "Enter")
            assert page.locator("#count").inner_text() == before
            page.fill("#guess", answers[question])
            page.press("#guess", "Enter")
            assert page.locator("#count").inner_text() != before
            met.append((question, page.locator("#graded").inner_text()))
    assert {question for question, _ in met} == set(answers)
    assert dict(met)["a = x + w"].startswith("a = x + w = 3: right")
    assert dict(met)["y = a·b"].startswith("y = a·b = 6: not what was answered")
    assert met[-1][1].endswith("5 of 7 right")
    page.click("#ask")
    assert page.locator("#results").is_visible()


def test_many_inputs_and_derivatives_fold(opened: Open) -> None:
    count = 25
    page = opened("+".join(f"x{at}*x{at}" for at in range(count)), {f"x{at}": float(at) for at in range(count)})
    assert page.locator("#top summary").all_inner_texts() == ["13 more inputs to show", "14 more derivatives to show"]
    assert page.locator("#inputs input:visible").count() == 12
    page.locator("#inputs summary").click()
    assert page.locator("#inputs input:visible").count() == count
    page.locator("#inputs input").last.fill("1")
    assert results(page)[0] == f"= {sum(at * at for at in range(24)) + 1}"
    page.locator("#inputs summary").click()
    changed = "(field) => { field.value = '1 +'; field.dispatchEvent(new Event('input', { bubbles: true })); }"
    page.locator("#inputs input").last.evaluate(changed)
    assert page.locator("#inputs input:visible").count() == count  # what is wrong is seen
    assert opened("x*w", {"x": 1.0, "w": 2.0}).locator("details").count() == 0


NETWORK = "h1 = tanh(w1*x + b1); h2 = tanh(w2*x + b2); v1*h1 + v2*h2 + c"
NUMBERS = {"w1": 1.0, "x": 2.0, "b1": 0.5, "w2": -1.0, "b2": 1.0, "v1": 1.0, "v2": 2.0, "c": 0.0}


def test_what_is_merged_into_a_layer_is_seen_at_its_box(opened: Open) -> None:
    page = opened(NETWORK, NUMBERS, layers=True)
    titles = page.locator("#picture .box .title").all_text_contents()
    assert set(titles) == {*NUMBERS, "h1 = tanh(w1·x + b1)", "h2 = tanh(w2·x + b2)", "y = v1·h1 + v2·h2 + c"}
    for _ in range(2):  # w1·x, then + b1
        page.keyboard.press("ArrowRight")
        assert page.locator("#picture .box.current .title").all_text_contents() == ["h1 = tanh(w1·x + b1)"]
    page.keyboard.press("End")
    assert page.locator("#picture .box.done .value").count() == len(titles)


def test_a_network_fits_the_screen_of_a_laptop(opened: Open) -> None:
    page = opened(NETWORK, NUMBERS, viewport={"width": 1366, "height": 768})
    panel = page.locator("#picture").evaluate("e => [e.clientWidth, e.scrollWidth, e.clientHeight, e.scrollHeight]")
    assert panel[0] == panel[1]
    assert panel[2] == panel[3]
    assert page.evaluate("document.querySelector('#picture svg').getBoundingClientRect().width") <= 1366
