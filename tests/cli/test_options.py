"""Options as typed fields, and commands that are known by their files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from commandline import command

from gradcli.cli import commands
from gradcli.cli.commands.values.eval import EvalOptions
from gradcli.cli.framework.command import Options
from gradcli.cli.framework.reader import read
from gradcli.cli.framework.table import command_named, command_names

FILES = sorted(path.stem.replace("_", "-") for path in Path(commands.__path__[0]).glob("*/[a-z]*.py"))


def options(*arguments: str) -> EvalOptions:
    """The record of a call of eval."""
    found = read(command_named("eval"), arguments)
    assert isinstance(found, EvalOptions)
    return found


def test_a_command_is_a_file() -> None:
    assert sorted(command_names()) == FILES
    for name in FILES:
        assert command_named(name).name == name


def test_options_have_the_values_of_the_call_or_their_defaults() -> None:
    found = options("x^2", "--json", "--max-nodes", "7", "--wrt", "x", "--wrt=w", "--x", "3")
    assert (found.json, found.quiet, found.max_nodes, found.max_steps, found.mode) == (True, False, 7, 100_000, None)
    assert (list(found.wrt), list(found.set), found.positional) == (["x", "w"], [], ["x^2"])
    assert [(given.name, given.text) for given in found.variables] == [("x", "3")]


@pytest.mark.parametrize("name", FILES)
def test_commands_have_the_same_options_or_say_why_not(name: str) -> None:
    own = command_named(name)
    assert {"--ascii", "--lang"} <= own.by_flag.keys()
    common = {"-q", "-o", "--json", "--format"} | ({"-f"} if own.takes_variables else set())
    assert common - own.by_flag.keys() == own.lacks.keys()
    for flag, why in own.lacks.items():
        assert f"there is no {flag} for {name}, as {why}" in command([name, flag, "x"])[2]


@pytest.mark.parametrize(
    ("call", "written", "code"),
    [
        ("diff x^2*w --at x=3,w=2", ["12", "9"], 0),
        ("diff x^2*w --hessian --at x=3,w=2", ["[4, 6]", "[6, 0]"], 0),
        ("diff x^2*w", ["2*w*x", "x^2"], 0),
        ("simplify (x^2-1)/(x-1)", ["x + 1"], 0),
        ("stationary x^3-3x", ["-1", "1"], 0),
        ("taylor sin(x) --x -1:1 --order 3", ["x - x^3/6"], 0),
        ("tangent x^2 --at x=3 --format latex", [r"9 + 6 \left(x - 3\right)"], 0),
        ("descend (x-1)^2 --x 3 --optimizer newton", ["1", "0"], 0),
        ("facts x^2+exp(w)", ["convex"], 0),
        ("why log(x) --x 0", ["y = log(x)"], 0),
        ("why x --x 1", [], 0),
        ("explain x*sin(w)", ["sin(w)", "x*cos(w)"], 0),
        ("explain x^2*w --x 3 --w 2", ["12", "9"], 0),
        ("explain x^3 --by rules", ["3*x^2"], 0),
        ("graph x*w+1", ["a = x*w", "y = a + 1"], 0),
        ("plot 3*x --x 0:2 --points 2 --derivatives 1", ["0.0,0.0,3.0", "1.0,3.0,3.0", "2.0,6.0,3.0"], 0),
        ("trace -e x*w --x 3 --w 2", ["3", "2", "6"], 0),
        ("compare-modes -e x*w --x 2 --w 3", ["3", "3"], 0),
        ("exercise 3*x^2", ["3*x^2"], 0),
        ("ops sin", ["sin"], 0),
        ("check x^2 --x 2", [], 0),
        ("check x^2 --x 2 --gradient x:5", [], 1),
        ("grade x^2 --wrt x -- 2*x", [], 0),
        ("grade x^2 --wrt x -- x", [], 1),
        ("equal x x+1", [], 1),
    ],
)
def test_quiet_is_the_answer_alone(call: str, written: list[str], code: int) -> None:
    name, *rest = call.split()
    assert command([name, "-q", *rest])[:2] == (code, "".join(f"{line}\n" for line in written))


def test_an_option_that_is_none_is_an_error() -> None:
    with pytest.raises(AttributeError):
        assert options("x").jsn  # type: ignore[attr-defined]


def test_a_record_of_options_does_not_change() -> None:
    found = options("x")
    with pytest.raises(AttributeError, match="what is given as --json does not change"):
        found.json = True  # type: ignore[assignment]
    assert not found.json


@pytest.mark.parametrize("name", FILES)
def test_the_declarations_of_a_command_do_not_contradict_each_other(name: str) -> None:
    found = command_named(name)
    assert issubclass(found.record, Options)
    flags = [flag for option in found.options for flag in option.flags]
    assert len(flags) == len(set(flags))
    for option in found.options:
        assert option.name == option.name.lower().replace("_", "-")
        assert option.help.endswith(".")
        assert not option.choices or option.default in (None, *option.choices)


@pytest.mark.parametrize("name", FILES)
def test_the_page_of_a_command_has_each_of_its_options(name: str) -> None:
    _, page, _ = command([name, "--help"], environment={"COLUMNS": "120"})
    assert all(flag in page for option in command_named(name).options for flag in option.flags)


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (
            ["graph", "x^2", "--to", "dot"],
            "there is no option --to here, and 'dot' is no value of a variable to",
            "write --format dot",
        ),
        (["eval", "x^2", "x=3"], "there are 2 expressions: 'x^2' and 'x=3'", "a variable is given by two dashes: --x 3"),
        (["eval", "here.grad", "--x", "1"], "here.grad is a file, and an expression is needed", "write -f here.grad"),
        (["eval", "./here.g", "--x", "1"], "./here.g is a file, and an expression is needed", "write -f ./here.g"),
        (
            ["eval", "x", "--x", "1", "--order=2"],
            "the expression has no variable order",
            "explain, diff, taylor, check, grade and mistakes have --order, eval has not",
        ),
        (["simplify", "x", "--hessian"], "there is no option --hessian", "eval and diff have --hessian, simplify has not"),
        (["trace", "x/w"], "cannot read x/w: No such file or directory", 'for an expression: gradcli trace -e "x/w"'),
        (["export", "x", "-q"], "there is no option -q", "there is no -q for export, as it writes code alone as it is"),
    ],
)
def test_a_mistake_is_met_with_what_to_write(
    arguments: list[str], message: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("here.grad", "here.g"):
        Path(name).write_text("x^2")
    code, out, err = command(arguments)
    assert (code, out) == (2, "")
    assert f"error: {message}" in err
    assert f"hint: {hint}" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["eval", "x*w", "--x", "1"],
        ["eval", "x*w", "--x", "1", "--mode", "static"],
        ["eval", "y = x*w; backward y", "--x", "1"],
        ["graph", "x*w", "--x", "1"],
        ["run", "-e", "x*w", "--x", "1"],
        ["run", "-e", "x*w", "--x", "1", "--mode", "static"],
        ["run", "-e", "x*w", "--x", "1", "--fetch", "y", "--mode", "static"],
        ["run", "-e", "y = x*w; backward y", "--x", "1"],
        ["trace", "-e", "x*w", "--x", "1"],
        ["trace", "-e", "x*w", "--x", "1", "--mode", "static"],
        ["explain", "x*w", "--x", "1"],
        ["compare-modes", "-e", "x*w", "--x", "1"],
    ],
    ids=lambda arguments: " ".join(arguments),
)
def test_a_missing_value_is_told_in_the_same_words(arguments: list[str]) -> None:
    code, _, err = command(arguments)
    assert code == 2
    first, *_, last = err.splitlines()
    assert (first, last) == ("error: no value for w", "hint: add --w VALUE")


DEPENDENT = (  # a call with an option that does nothing there, and the option that the message must name
    (["explain", "x*w", "--max-paths", "3"], "--by paths"),
    (["explain", "x*w", "--by", "rules", "--max-paths", "3"], "--by paths"),
    (["trace", "-e", "x", "--x", "1", "--delay", "0"], "--follow"),
    (["run", "-e", "x*w", "--x", "1", "--w", "2", "--no-grad", "--cotangent", "2"], "--no-grad"),
    (["run", "-e", "x", "--x", "1", "--no-grad", "--wrt", "x"], "--no-grad"),
    (["run", "-e", "x", "--x", "1", "--format", "csv"], "--feed"),
    (["eval", "x", "--x", "1", "--optimize", "2"], "--mode static"),
    (["graph", "x*w", "--strict"], "give every variable a value"),
    (["graph", "x*w", "--dtype", "float32"], "give every variable a value"),
    (["explain", "x*w", "--strict"], "give every variable a value"),
    (["grade", "x^2", "--wrt", "x", "--column", "a", "--", "2*x"], "--answers FILE"),
    (["grade", "x^2", "--wrt", "x", "--by", "a", "--", "2*x"], "--answers FILE"),
    (["grade", "x^2", "--wrt", "x", "--digits", "2", "--", "2*x"], "--at"),
    (["grade", "x^2", "--wrt", "x", "--tol", "1e-2", "--", "2*x"], "--at"),
    (["grade", "x^2", "--wrt", "x", "--steps", "-", "--order", "2"], "is not for lines of work"),
    (["diff", "x^2 + w^2 = 25", "--implicit", "w", "--depends", "w(x)"], "--implicit"),
    (["diff", "x^2 + w^2 = 25", "--implicit", "w", "--divergence"], "--implicit"),
    (["diff", "x*w", "--depends", "w(x)", "--direction", "x=1"], "--depends"),
    (["tangent", "x^2", "--at", "x=1", "--assume", "x>0"], "there is no option --assume here"),
    (["stationary", "x^2", "--assume", "x>0"], "there is no option --assume here"),
)


@pytest.mark.parametrize(("call", "needed"), DEPENDENT, ids=lambda part: part if isinstance(part, str) else " ".join(part))
def test_an_option_that_would_do_nothing_is_refused(call: list[str], needed: str) -> None:
    code, output, errors = command(call)
    assert (code, output) == (2, "")
    assert needed in errors


@pytest.mark.parametrize("name", [name for name in command_names() if command_named(name).takes_variables])
def test_commands_that_run_loops_have_their_limit(name: str) -> None:
    declared = {option.name for option in command_named(name).record.declared()}
    assert "max-steps" in declared or "mode" not in declared


@pytest.mark.parametrize("text", ["while 1 {}; 3", "f(u) = f(u + 1); f(1)", "a = 3", "2; 3", "output 3", "repeat 2 { }"])
@pytest.mark.parametrize("call", [["eval", "x", "--x"], ["eval", "x", "--x", "1", "--cotangent"], ["explain", "x", "--x"]])
def test_a_value_is_one_expression(call: list[str], text: str) -> None:
    """A program there would run outside of the limits of the call."""
    code, output, errors = command([*call, text])
    assert (code, output) == (2, "")
    assert "the value must be one expression, not a program" in errors


POINT = ["--x", "2"]
LENIENT: dict[str, list[str]] = {
    "check": POINT, "compare-modes": POINT, "descend": [*POINT, "--steps", "1"], "diff": [], "equal": ["sin(x)"], "eval": POINT,
    "exercise": ["-n", "1"], "explain": POINT, "export": [], "facts": [], "grade": ["--", "cos(x)"], "graph": POINT,
    "mistakes": [], "plot": ["--x", "0:1"], "predict": POINT, "run": POINT, "simplify": [], "stationary": [],
    "tangent": POINT, "taylor": [], "trace": POINT, "why": POINT,
}  # fmt: skip
"""What else a call of each command with an expression takes."""


def test_every_command_with_an_expression_reads_it_as_people_write() -> None:
    for name in command_names():
        own = command_named(name)
        takes = own.takes_expressions or own.takes_variables or re.search("EXPRESSION|TEMPLATE", own.positional[0])
        assert bool(takes) == (name in LENIENT) == ("--read" in own.by_flag), name
    for name, more in LENIENT.items():
        text = ["-e", "x sin x"] if "-e" in command_named(name).by_flag else ["x sin x"]
        said = command([name, *text, "--read", "lenient", *more])[2]
        assert "read as: x*sin(x)" in said, (name, said)
