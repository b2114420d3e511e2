"""The manual in a pipe, on a terminal, in a browser and for man; help pages that fit."""

from __future__ import annotations

import re
import shlex
import sys
from html.parser import HTMLParser

import pytest
from commandline import command

from gradcli.cli.framework.table import command_named, command_names
from gradcli.cli.main import run
from gradcli.errors import columns
from gradcli.output.manual.pages import page, reader, summaries

MACROS = {".TH", ".SH", ".SS", ".PP", ".TP", ".IP", ".RS", ".RE", ".nf", ".fi", ".nh", ".ad"}
HELP_PAGES = [[name, "--help"] for name in command_names()] + [["--help"]]


class Text(HTMLParser):
    """The text of a page of HTML, and where its links lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids += filter(None, [found.get("id")])
        self.links += filter(None, [found.get("href"), found.get("src")])
        if tag not in ("meta", "br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)


def words(text: str) -> list[str]:
    """What stands in a text, without blanks and lines between its parts."""
    return re.findall(r"[^\W_]+", text)


def said(topic: str) -> list[str]:
    """The words of a page, by Markdown's own reading."""
    return words("".join(Text(reader().render(page(topic))).pieces))


def test_the_topics_and_the_commands_are_listed() -> None:
    code, out, err = command(["help"])
    assert (code, err) == (0, "")
    assert all(re.search(rf"^  {topic} +\S", out, re.MULTILINE) for topic in summaries())
    assert all(re.search(rf"^  {name} +\S", out, re.MULTILINE) for name in command_names())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_tool_alone_shows_examples_and_all_commands_on_a_small_screen(language: str) -> None:
    code, out, err = command(["--lang", language], environment={"FORCE_COLOR": "1", "COLUMNS": "80"})
    assert (code, err) == (0, "")
    shown = re.sub(r"\x1b\[[\d;]*m", "", out).splitlines()
    assert len(shown) < 24
    assert all(columns(line) <= 80 for line in shown)
    assert set(command_names()) <= set(out.split())


@pytest.mark.parametrize("topic", summaries())
def test_a_page_loses_nothing_on_its_way(topic: str) -> None:
    assert command(["help", topic]) == (0, page(topic), "")
    code, rich, err = command(["help", topic], environment={"FORCE_COLOR": "1", "COLUMNS": "110"})
    assert (code, err) == (0, "")
    assert "\x1b[" in rich
    plain = re.sub(r"\x1b\[[\d;]*m", "", rich)
    assert all(len(line) <= 110 for line in plain.splitlines())
    assert sorted("".join(words(plain))) == sorted("".join(said(topic)))
    _, roff, _ = command(["help", topic, "--man"])
    lines = roff.splitlines()
    assert {line.split()[0] for line in lines if line[:1] in (".", "'")} <= MACROS
    text = "\n".join(line.removeprefix(r"\&") for line in lines[5:] if line[:1] != ".")
    assert words(re.sub(r"\\f[BIR]", "", text).replace(r"\-", "-").replace(r"\e", "\\")) == said(topic)


def test_the_page_of_html_has_all_topics_and_needs_no_network() -> None:
    code, out, err = command(["help", "--html"])
    assert (code, err) == (0, "")
    found = Text(out)
    assert found.open == []
    assert found.ids == list(summaries())
    assert set(found.links) == {f"#{topic}" for topic in summaries()}
    pages = [word for topic in summaries() for word in said(topic)]
    assert words("".join(found.pieces))[-len(pages) :] == pages


def test_references_of_pages_lead_somewhere() -> None:
    topics = {name for topic in summaries() for name in re.findall(r"`gradcli help (\w+)`", page(topic))}
    assert topics <= {*summaries(), *command_names()}


@pytest.mark.parametrize("name", ["eval", "compare-modes", "help"])
def test_a_command_as_a_topic_is_its_help_page(name: str) -> None:
    assert command(["help", name]) == command([name, "--help"])


@pytest.mark.parametrize("call", HELP_PAGES, ids=lambda call: call[0])
def test_help_pages_fit_eighty_columns_and_cut_nothing(call: list[str]) -> None:
    _, out, _ = command(call, environment={"COLUMNS": "80"})
    assert [line for line in out.splitlines() if len(line) > 80] == []
    shown = out.replace("\\\n", " ").split()
    for name in command_names() if call == ["--help"] else call[:1]:
        help = command_named(name).summary if call == ["--help"] else command_named(name).help.replace("\b", "")
        assert " ".join(help.split()) in " ".join(shown)


def test_an_example_that_is_too_long_is_broken_between_words() -> None:
    _, out, _ = command(["eval", "--help"], environment={"COLUMNS": "60"})
    assert '    gradcli eval "sum((A @ x)^2)" --A "[[1,2],[3,4]]" \\\n        --x @x.csv\n' in out


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["strat"], "there is no topic strat", "did you mean start?"),
        (["xyzzy"], "there is no topic xyzzy", "`gradcli help` lists the topics"),
        (["--html", "--man"], "--html and --man ask for different formats", "leave one out"),
        (["eval", "--html"], "--html is for pages of the manual, and eval is a command", "leave it out"),
    ],
)
def test_what_there_is_no_page_for(arguments: list[str], message: str, hint: str) -> None:
    assert command(["help", *arguments]) == (2, "", f"error: {message}\nhint: {hint}\n")


def test_a_word_that_is_no_topic_is_looked_up_in_the_headings() -> None:
    code, out, err = command(["help", "jacobian"])
    assert (code, out) == (2, "")
    topics = re.findall(r"gradcli help (\w+) \(([^)]*)\)", err)
    assert topics
    assert all(re.search(rf"^#+ {re.escape(heading)}", page(topic), re.MULTILINE) for topic, heading in topics)
    assert "did you mean derivatives?" in command(["help", "derivativ"])[2]


@pytest.mark.parametrize(
    ("call", "hint"),
    [
        (["sin", "x"], 'write gradcli eval "sin(x)" --x 1, or gradcli diff "sin(x)"'),
        (["exp", "--x", "1"], 'write gradcli eval "exp(x)" --x 1'),
        (["derive", "x^2"], "write gradcli diff"),
        (["differentiate", "x^2"], "write gradcli diff"),
        (["gradient", "x^2"], "write gradcli eval"),
        (["minimize", "x^2"], "write gradcli descend"),
    ],
)
def test_what_people_call_commands_leads_to_them(call: list[str], hint: str) -> None:
    code, out, err = command(call)
    assert (code, out) == (2, "")
    assert f"hint: {hint}" in err


def test_each_word_for_a_command_is_none_and_its_example_runs() -> None:
    from gradcli.cli.framework.table import command_names
    from gradcli.cli.main import _MEANT

    words = [word for key in _MEANT for word in key.split("|")]
    assert len(words) == len(set(words))
    assert not set(words) & set(command_names())
    for call in _MEANT.values():
        assert command(shlex.split(call)[1:])[0] in (0, 1), call


@pytest.mark.parametrize("text", ["2 x sin x", "sin^2 x", "|x|", "x(x+1)", "x°", "ln x", "1,5*x"])
def test_what_a_lenient_reader_reads_is_said_where_the_strict_one_refuses(text: str) -> None:
    """And what is said to be read is what is read."""
    code, _, err = command(["diff", text])
    if code == 0:
        return
    known = r"--read lenient, which reads (?!it so)(.*)\n", "write (.*), or add --read lenient"
    read_as = next(filter(None, (re.search(one, err) for one in known)), None)
    assert read_as is not None, err
    assert f"read as: {read_as[1]}\n" in command(["diff", text, "--read", "lenient"])[2]


@pytest.mark.parametrize(
    ("text", "name", "meant"),
    [
        ("2xlnx", "xlnx", "x*ln(x)"),
        ("sinxcosx", "sinxcosx", "sin(x)*cos(x)"),
        ("xe^x", "xe", "x*e"),
        ("x^2 + xy + y^2", "xy", "x*y"),
        ("cosa + a", "cosa", "cos(a)"),
        ("2xy", "xy", "x*y"),
        ("x^2sin3x", "sin3x", "sin(3*x)"),
    ],
)
def test_functions_and_letters_that_run_together_are_refused(text: str, name: str, meant: str) -> None:
    code, out, err = command(["diff", text])
    assert (code, out) == (2, "")
    assert f"{name} is one name" in err
    assert f"hint: write {meant}" in err
    assert command(["diff", text, "--wrt", name])[0] == 0
    assert command(["diff", text, "--read", "strict"])[0] == 0


def test_the_environment_says_how_texts_are_read() -> None:
    lenient = {"GRADCLI_READ": "lenient"}
    assert command(["diff", "2xlnx"], environment=lenient) == (0, "2*ln(x) + 2\n", "read as: 2*x*ln(x)\n")
    assert command(["diff", "x(x + 1)", "--read", "strict"], environment=lenient)[0] == 2
    code, out, err = command(["eval", "x^2", "--x", "1,5", "-q"], environment=lenient)
    assert (code, out) == (0, "2.25\n3\n")
    assert "note: 1,5 is read as the decimal 1.5" in err
    assert command(["diff", "x^2"], environment={"GRADCLI_READ": "loose"})[0] == 2


@pytest.mark.parametrize("text", ["cost^2", "loss + bias", "w1*x + b1", "alpha*x", "sinx = 2; sinx*x", "single*x"])
def test_what_may_be_a_name_is_one(text: str) -> None:
    assert command(["diff", text])[0] == 0


@pytest.mark.parametrize("text", ["x+", "(x", "x + ) 2", "f(x) = "])
def test_what_nobody_reads_gets_no_such_hint(text: str) -> None:
    code, _, err = command(["diff", text])
    assert code == 2
    assert "--read" not in err


def test_a_function_alone_is_what_is_meant() -> None:
    assert command(["diff", "f(x) = x^2"])[1] == "2*x\n"
    assert command(["eval", "g(u, v) = u^2*v", "--u", "2", "--v", "3", "-q"])[1] == "12\n12\n4\n"
    assert command(["eval", "f(x) = x^2; f(3)", "-q"])[1] == "9\n"
    assert command(["plot", "f(x) = x^2", "--x=-1:1", "--format", "csv"])[0] == 0


def test_a_package_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It is no defect of gradcli, and numbers need none."""
    for name in [name for name in sys.modules if name.startswith("gradcli.cli.framework.help")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "typer", None)
    assert run(["--help"]) == 2
    assert capsys.readouterr().err.startswith("error: the package typer is not installed\nhint: ")
    assert run(["eval", "x^2", "--x", "3", "-q"]) == 0
