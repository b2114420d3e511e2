"""`gradcli repl`: scripts on standard input, and a session on a terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from commandline import ENVIRONMENT, command

from gradcli.cli.framework.table import command_named, command_names
from gradcli.cli.repl.prompt import is_open
from gradcli.cli.repl.session import Session
from gradcli.errors import GradcliError


def script(*lines: str) -> tuple[int, str, str]:
    """What a session says to lines from a pipe."""
    return command(["repl"], stdin="\n".join([*lines, ""]).encode())


def test_a_value_makes_a_variable_and_an_assignment_names_a_node() -> None:
    code, out, err = script("x = 2; w = 1", "a = x + w", "b = w + 1", "a*b")
    assert (code, err) == (0, "")
    assert out.splitlines()[-1].split("    ") == ["y = 6", "∂y/∂x = 2", "∂y/∂w = 5"]


def test_the_last_meaning_of_a_name_counts() -> None:
    assert script("x = 3", "a = x + 1", "a = a*2", "a")[1].splitlines()[-1].endswith(" = 8    da₁/dx = 2")
    assert script("w = 5", "x = w + 1", "x = 3", "x^2")[1].splitlines()[-1] == "y = 9    dy/dx = 6"
    assert script("x = 3", "x^2", "x = 4")[1].splitlines()[-1] == "y = 16    dy/dx = 8"


def test_brackets_go_on_in_the_next_line() -> None:
    assert script("x = 2", "x*(", "x + 1", ")")[1].splitlines()[-1] == "y = 6    dy/dx = 5"
    assert is_open("f(u) = {  # }")
    assert not is_open(":grade (")


def test_undo_and_reset() -> None:
    code, out, _ = script("x = 2", "x^2", "x^3", ":undo", ":eval -q", ":reset", ":eval")
    assert out.splitlines()[-3:] == ["x^2", "4", "4"]
    assert code == 2
    assert script(":undo")[2].startswith("error: there is nothing to undo")


@pytest.mark.parametrize("name", [name for name in command_names() if "--set" in command_named(name).by_flag])
def test_each_command_gets_the_program_and_the_values_of_its_variables(name: str) -> None:
    session = Session()
    with pytest.raises(GradcliError, match="there is no expression yet"):
        session.given(command_named(name))
    for line in ("x = 2", "z = 7", "a = x + w", "a*w"):
        session.enter(line)
    given = [part for part in session.given(command_named(name)) if part != "--expression"]
    values = ["--set=x=2"] if command_named(name).uses_values else []
    assert given == ["a = x + w\na*w", *values]


@pytest.mark.parametrize("line", [":export --to c", ":facts", ":taylor --x -1:1"])
def test_what_is_about_an_expression_alone_is_given_no_values(line: str) -> None:
    assert script("x = 2", "x^2", line)[0] == 0


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["x*)"], "this ')' closes nothing\n  in line, column 3"),
        ([":grap"], "there is no command :grap\nhint: did you mean :graph?"),
        (
            ["x*w", "x = 1", ":eval"],
            "no value for w\n  in expression, column 3:\n    x*w\n      ^\nhint: write w = 1, or any other value",
        ),
        ([":eval"], "there is no expression yet"),
        ([':grade "'], "the line cannot be taken apart: no closing quotation"),
        (["x = 2", "x^2", ":eval --jsn"], "--jsn needs a value\nhint: did you mean --json?"),
        (["x = sin(1, 2, 3)"], "sin takes"),
        ([":repl"], "there is no command :repl"),
    ],
)
def test_what_is_wrong_is_said_and_the_session_goes_on(lines: list[str], said: str) -> None:
    code, out, err = script(*lines, "t = 4", "t^2")
    assert code == 2
    assert f"error: {said}" in err, err
    assert out.splitlines()[-1] == "y = 16    dy/dt = 8"


def test_the_highest_exit_code_of_a_script_and_its_end() -> None:
    assert script("x", ":equal x", ":quit", ":nothing")[0] == 0
    assert script("x", ':equal "x + 1"')[0] == 1


def test_what_a_line_would_give_is_known_before_it_ends() -> None:
    session = Session()
    session.enter("x = 3")
    assert session.ahead("x^2") == "y = 9    dy/dx = 6"
    assert "missing" in session.ahead("x*")
    session.enter("x^2")
    assert session.ahead("x = 4") == "y = 16    dy/dx = 8"
    assert session.ahead("A = ones(9999, 9999)") == ""
    assert "limit" in session.ahead("sum(ones(9999, 9999))") or "elements" in session.ahead("sum(ones(9999, 9999))")
    assert session.state.values == {"x": "3"}


def test_names_functions_commands_and_options_are_completed() -> None:
    session = Session()
    session.enter("speed = 3")
    assert {"speed", "sin", "pi"} <= {*session.completions("s")}
    assert {f":{name}" for name in command_names() if name != "repl"} <= {*session.completions(":g")}
    assert {"--wrt", "--format"} <= {*session.completions(":graph --")}


def test_a_transcript_has_what_is_typed_and_answered(tmp_path: Path) -> None:
    file = tmp_path / "lesson.log"
    for _ in range(2):
        command(["repl", "--transcript", str(file)], stdin=b"x = 2\nx^2\n:nothing\n", environment={"FORCE_COLOR": "1"})
    lines = file.read_text("utf-8").splitlines()
    assert lines[:4] == ["> x = 2", "x = 2", "> x^2", "y = 4    dy/dx = 4"]
    assert lines[5] == "error: there is no command :nothing"
    assert lines.count("> x = 2") == 2


class Terminal:
    """A session on a pseudo-terminal."""

    def __init__(self, term: str, home: Path) -> None:
        self.leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        environment = {**ENVIRONMENT, "TERM": term, "COLUMNS": "100", "HOME": str(home)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gradcli", "repl"], stdin=follower, stdout=follower, stderr=follower, env=environment
        )
        os.close(follower)
        self.seen = ""

    def until(self, text: str) -> None:
        """Read until a text has been written, behind the one before."""
        end = time.monotonic() + 40
        while text not in self.seen:
            ready, _, _ = select.select([self.leader], [], [], max(0, end - time.monotonic()))
            assert ready, f"{text!r} is not written: {self.seen[-500:]!r}"
            data = os.read(self.leader, 65536).decode("utf-8", "replace")
            if "\x1b[6n" in data:  # asked where the cursor is, as a terminal is
                os.write(self.leader, b"\x1b[1;1R")
            self.seen += re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", data)
        self.seen = self.seen.partition(text)[2]

    def type(self, keys: str) -> None:
        self.seen = ""
        os.write(self.leader, keys.encode())


@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_a_session_on_a_terminal(term: str, tmp_path: Path) -> None:
    terminal = Terminal(term, tmp_path)
    try:
        terminal.until(">")  # a blank behind it may be a move of the cursor
        terminal.type("x = 3\r")
        terminal.until("x = 3\r\n")
        terminal.until(">")
        terminal.type("x^2 + (")
        if term == "xterm":  # below the line, while it is typed
            terminal.until(Session().ahead("x^2 + (").split()[-1])
        terminal.type("\r")
        terminal.type("x)\r")
        terminal.until("dy/dx = 7")
        terminal.until("\r\n")
        terminal.until(">")
        if term == "xterm":
            terminal.type(":eva\t")  # what is begun is completed
            terminal.until("l")
            terminal.type(" -q\r")
        else:
            terminal.type(":eval -q\r")
        terminal.until("12\r\n")
        terminal.until(">")
        terminal.type("\x04")
        assert terminal.process.wait(60) == 0
    finally:
        terminal.process.kill()
        terminal.process.wait()
        os.close(terminal.leader)
    kept = tmp_path / ".local" / "state" / "gradcli" / "history"
    assert kept.is_file() == (term == "xterm")


def test_lines_are_read_as_people_write_and_strict_ones_mean_the_same() -> None:
    lines = ["sin 2x", "x = 0", "y'", "dy/dx", ':diff "sin(3x)"', "d/dx(x^2 + x)", "ab = 3", "ab + x", "f(t) = t^2", "f(2)"]
    code, out, err = command(["repl"], "\n".join(lines).encode())
    assert code == 0
    assert "read as: sin(2*x)" in err
    assert "read as: :diff" in err
    assert "2*cos(2*x)  # 2 at x = 0" in out
    assert "3*cos(3*x)  # 3 at x = 0" in out
    assert out.count("2*cos(2*x)") == 2
    assert out.splitlines()[-1] == "y = 4"
    assert "ab = 3" in out
    assert "read as: a*b" not in err


def test_primes_ask_for_a_derivative_at_a_place() -> None:
    lines = ["x = 3", "f(u) = u^3", "f'(2)", "f''(1)", "f'(x)", "y = x^2", "y'(pi)", "h(a, b) = a*b", "h'(1)", "g'(1)"]
    code, out, err = script(*lines)
    assert code == 2
    places = [line.partition("# ")[2] for line in out.splitlines() if "# " in line]
    assert places == ["12 at u = 2", "6 at u = 1", "27 at u = 3", "6.283185307179586 at x = 3.14159"]
    assert "h is a function of a, b" in err
    assert "nothing is called g" in err


def test_a_command_may_give_variables_other_values_and_several_expressions() -> None:
    code, out, _ = script("x = 3", "f(u) = u^2", "f(x)", ":eval -q --x 5", ":plot f(x) x^2 --x 0:1 --format csv")
    assert code == 0
    assert out.splitlines()[1:6] == ["y = 9    dy/dx = 6", "25", "10", "x,f(x),x^2", "0.0,0.0,0.0"]


@pytest.mark.parametrize(
    ("lines", "last"),
    [
        (["x = 2", ":plot x^2 --format csv"], "5.0,25.0"),
        (["x = [1, 2]", ":plot x^2 --format csv"], "5.0,25.0"),
        (["softmax([1,2,3])", ":plot x^2 --x 0:1 --format csv"], "1.0,1.0"),
        (["diff x^2"], "2*x"),
        (["diff sin 3x --wrt x"], "3*cos(3*x)"),
        (["x^2", "x", "undo"], "x^2"),
        (["diff = 4; x = 3", "diff x"], "y = 12    ∂y/∂diff = 3    ∂y/∂x = 4"),
        (["x = 2.0; w = 1.0", "y = x*w", "backward y", "w.grad"], "w.grad = 2"),
        (["W = [[1,2],[3,4]]", "W.shape"], "W.shape = (2, 2)"),
        (["w = 3", "w^2", "print w"], "w = 3"),
    ],
)
def test_what_people_type_as_elsewhere(lines: list[str], last: str) -> None:
    code, out, err = script(*lines)
    assert (code, out.splitlines()[-1]) == (0, last), err


def test_values_may_be_separated_as_options_take_them() -> None:
    _, out, err = script("x=2, w = pi/2", "x*w")
    assert err.splitlines()[0] == "read as: x=2; w = pi/2"
    assert out.splitlines()[:2] == ["x = 2", "w = pi/2"]


def test_hints_say_what_to_write_here_and_not_in_a_shell() -> None:
    err = script("x^2", "x = 3", ":repl", ":grade --wrt x", ":equal", ":help nosuch")[2]
    assert "did you mean :repl" not in err
    assert "gradcli" not in err


def test_what_has_ranges_or_finds_its_points_is_given_no_values() -> None:
    out = script("x^2*w + w^2 - w", "x = 2; w = 1", ":plot --points 2", ":plot --x 0:1 --points 2", "x^2 - 4x", ":stationary")[1]
    assert "  -5  -5 " in out
    assert "points\n         x " in out
    assert out.splitlines()[-1] == "local minimum at x = 2: -4"
