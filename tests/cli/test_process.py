"""What needs a process of its own: closed pipes, signals, bytes that are no text, the terminal, shells' completion."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from commandline import ENVIRONMENT, command, process

from gradcli.cli.framework.reader import read
from gradcli.cli.framework.table import command_named, command_names
from gradcli.cli.framework.watching import reading

GRADCLI = [sys.executable, "-m", "gradcli"]


def test_the_command_runs_as_a_process() -> None:
    done = process(["eval", "(x+w)*(w+1)", "--x", "2", "--w", "1", "--wrt", "w", "-q"])
    assert (done.returncode, done.stdout, done.stderr) == (0, b"6\n5\n", b"")


def test_a_pipe_that_closes_early_ends_quietly() -> None:
    program = "+".join(["x"] * 20_000)
    with subprocess.Popen(
        [*GRADCLI, "eval", program, "--x", "1", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline() == b'{"schema": "gradcli/eval/1",\n'
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(60) == 0


def test_an_interrupt_ends_with_130_and_no_traceback() -> None:
    arguments = [*GRADCLI, "eval", "-", "--x", "1"]
    with subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT
    ) as running:
        assert running.stdin is not None
        assert running.stderr is not None
        running.stdin.write(b"x + " * 100_000)  # more than a pipe holds: writing it all means that the child reads
        running.stdin.flush()
        running.send_signal(signal.SIGINT)
        running.stdin.close()
        assert running.wait(60) == 130
        assert running.stderr.read() == b"interrupted\n"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"x + \xff", "standard input is not UTF-8 text: byte 5, in line 1"),
        (b"x\n+\xc3", "standard input is not UTF-8 text: byte 4, in line 2"),
        (b"x\x00", "unexpected character 'U+0000'"),
        (b"(" * 200_000, "the expression ends after '(', where a value is missing"),
        (b")" * 200_000, "this ')' closes nothing"),
        (b"1 " * 100_000, "an operator is missing before '1'"),
        (b"x" * 200_000 + b"?", "unexpected character '?'"),
        (b"-" * 200_000, "the expression ends after '-', where a value is missing"),
    ],
    ids=["not UTF-8", "cut off", "NUL", "many (", "many )", "no operators", "a long name", "signs"],
)
def test_input_that_is_no_program_is_an_error_of_a_few_lines(data: bytes, message: str) -> None:
    code, out, err = command(["eval", "-", "--x", "1"], data)
    assert (code, out) == (2, "")
    assert err.startswith(f"error: {message}\n")
    assert len(err) < 500


def test_a_byte_order_mark_and_crlf_are_read_over(tmp_path: Path) -> None:
    path = tmp_path / "windows.grad"
    path.write_bytes(b"\xef\xbb\xbfa = x + 1\r\na^2\r\n")
    assert command(["eval", "-f", str(path), "--x", "2", "-q"]) == (0, "9\n6\n", "")


def test_values_may_be_larger_than_a_float_and_no_deeper_than_numbers(tmp_path: Path) -> None:
    path = tmp_path / "values.json"
    path.write_text('{"x": 1' + "0" * 400 + ', "w": -1' + "0" * 400 + "}")
    code, out, _ = command(["eval", "x - w", "--bindings", str(path), "-q"])
    assert (code, out) == (0, "inf\n1\n-1\n")
    path.write_text('{"x": 1' + "0" * 10_000 + "}")  # beyond what Python reads as an int
    assert command(["eval", "x", "--bindings", str(path), "-q"])[:2] == (0, "inf\n1\n")
    path.write_text('{"x": ' + "[" * 100_000)
    code, _, err = command(["eval", "x", "--bindings", str(path), "-q"])
    assert (code, err) == (2, f"error: {path} is nested too deeply\n")
    path.write_bytes(b'{"x": 2, "\xff": 3}')
    assert command(["eval", "x", "--bindings", str(path), "-q"])[0] == 2


# ---- the terminal ----


def terminal(arguments: list[str], **environment: str) -> str:
    """What a command writes to a terminal of 100 columns."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*GRADCLI, *arguments], stdout=theirs, stderr=theirs, stdin=theirs, env={**ENVIRONMENT, "COLUMNS": "100", **environment}
    ) as running:
        os.close(theirs)
        pieces: list[bytes] = []
        while select.select([ours], [], [], 60)[0]:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # Linux says so when the other end is closed
                break
            if not piece:
                break
            pieces.append(piece)
        assert running.wait(60) == 0
    os.close(ours)
    return b"".join(pieces).decode().replace("\r\n", "\n")


WORKED = ["eval", "(x+w)*(w+1)", "--x", "2", "--w", "1", "--wrt", "w"]


def test_a_key_on_a_terminal_is_as_wide_as_this() -> None:
    call = ["exercise", "--seed", "7", "-n", "2", "--key", "-"]
    lines = terminal(call, COLUMNS="60").splitlines()
    assert max(map(len, lines)) <= 60
    whole = subprocess.run([*GRADCLI, *call], capture_output=True, text=True, check=True, env=ENVIRONMENT).stdout
    assert max(map(len, whole.splitlines())) > 100
    assert " ".join(" ".join(lines).split()) == " ".join(whole.split())


def test_a_terminal_gets_rich_and_the_same_content() -> None:
    shown = terminal(WORKED)
    assert "\x1b[" in shown
    for piece in ("AddBackward0", "∂y/∂a·∂a/∂w + ∂y/∂b·∂b/∂w", "2w + x + 1", "like terms collected"):
        assert piece in shown


def test_no_color_leaves_the_layout_without_colours() -> None:
    shown = terminal(WORKED, NO_COLOR="1")
    assert "AddBackward0" in shown
    assert "\x1b[3" not in shown
    assert "\x1b[1;3" not in shown


def test_a_dumb_terminal_gets_plain_text() -> None:
    assert terminal(WORKED, TERM="dumb") == command(WORKED)[1]


def test_force_color_brings_rich_into_a_pipe() -> None:
    code, out, err = command(WORKED, environment={"FORCE_COLOR": "1", "COLUMNS": "100"})
    assert (code, err) == (0, "")
    assert "\x1b[" in out
    assert command(WORKED, environment={"FORCE_COLOR": ""})[1] == command(WORKED)[1]


def test_rich_may_be_asked_for_and_uses_no_sign_beyond_ascii_where_told() -> None:
    code, out, _ = command([*WORKED, "--format", "rich", "--ascii"], environment={"COLUMNS": "100"})
    assert code == 0
    assert out.isascii()
    assert "dy/da*da/dw + dy/db*db/dw" in out


def test_a_narrow_terminal_folds_and_cuts_nothing() -> None:
    _, out, _ = command([*WORKED, "--format", "rich"], environment={"COLUMNS": "40", "NO_COLOR": "1"})
    assert "…" not in out
    assert "2w + x + 1" in out


# ---- help and completion ----


def test_help_leads_with_examples() -> None:
    for arguments in (["--help"], ["-h"], []):
        code, out, err = command(arguments, environment={"COLUMNS": "120"})
        assert (code, err) == (0, "")
        example = out.index('gradcli eval "(x+w)*(w+1)" --x 2 --w 1 --wrt w')
        assert not arguments or example < out.index("Options")
    for name in ("eval", "ops", "schema"):
        code, out, err = command([name, "--help"], environment={"COLUMNS": "120"})
        assert (code, err) == (0, "")
        assert out.index(f"gradcli {name} ") < out.index("Options")


def test_help_names_every_option_of_a_call() -> None:
    from gradcli.cli.commands.values.eval import COMMAND

    _, out, _ = command(["eval", "--help"], environment={"COLUMNS": "120"})
    for option in COMMAND.options:
        assert all(flag in out for flag in option.flags)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_is_printed_for_each_shell(shell: str) -> None:
    done = process([], environment={"_GRADCLI_COMPLETE": f"source_{shell}"})
    assert done.returncode == 0
    assert b"_GRADCLI_COMPLETE" in done.stdout
    assert b"gradcli" in done.stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [("gradcli ev", "eval"), ("gradcli eval --max-n", "--max-nodes"), ("gradcli eval --mode st", "static")],
)
def test_commands_options_and_choices_are_completed(words: str, expected: str) -> None:
    count = str(len(words.split()) - 1)
    environment = {"_GRADCLI_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": count}
    done = process([], environment=environment)
    assert (done.returncode, done.stdout.decode().split()) == (0, [expected])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ('eval "x*w + pi" --wrt ', "x w"),
        ('eval "x*w" --x 2 --wrt x,', "x,w"),
        ("diff 'θ*w' --at θ", "θ="),
        ("eval 'θ*w' --w 2 --θ", "--θ"),
        ('grade "x*w" --wrt ', "x w"),
        ("run examples/root.grad --x", "--x"),
        ("taylor 'sin x' --read lenient --about ", "x="),
        ('explain "x*w" --by ', "nodes paths rules"),
        ("eval 'x*arcs", "x*arcsch( x*arcsec( x*arcsech( x*arcsen( x*arcsin( x*arcsinh("),
        ("ops tanhs", "tanhshrink"),
        ("exercise --ops add,cosh", "add,cosh"),
        ("help teach", "teaching teachers"),
        ("schema compare", "compare-modes"),
        ("eval 'x*(' --wrt ", ""),
        ("run - --wrt ", ""),
    ],
)
@pytest.mark.parametrize("shell", ["bash", "fish"])
def test_names_of_the_expression_operations_and_topics_are_completed(
    words: str, expected: str, shell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    line = f"gradcli {words}"
    if shell == "bash":
        at = len(line.replace("x*w + pi", "x*w").replace("sin x", "sinx").split(" ")) - 1
        environment = {"COMP_WORDS": line, "COMP_CWORD": str(at)}
    else:
        environment = {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    code, out, err = command([], environment={"_GRADCLI_COMPLETE": f"complete_{shell}", **environment})
    found = [entry.partition("\t")[0] for entry in out.split("\n") if entry]
    assert (code, found, err) == (0, expected.split(), "")


def test_an_error_object_is_the_only_thing_on_standard_error() -> None:
    done = process(["eval", "x^2/0*", "--x", "2", "--json"])
    assert (done.returncode, done.stdout) == (2, b"")
    assert json.loads(done.stderr)["column"] == 7


@pytest.mark.parametrize(
    "script", [b"while True: pass\n", b"print('begun')\nx = list(range(10))\nwhile True:\n    x[0] = sum(x)\n"]
)
def test_an_interrupt_ends_a_script_at_once(script: bytes, tmp_path: Path) -> None:
    path = tmp_path / "endless.py"
    path.write_bytes(b"print('on')\n" + script)
    arguments = [*GRADCLI, "torch", str(path), "--max-steps", "1000000000"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline() == b"on\n"
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 130
        assert running.stderr.read() == b"interrupted\n"


def test_an_interrupt_while_a_class_is_made_is_no_defect() -> None:
    """Python raises a RuntimeError of it, where it came in ``__set_name__``."""
    interrupted = "def interrupted(*given): raise RuntimeError from KeyboardInterrupt()"
    program = (
        f"import gradcli.cli.main, gradcli.__main__\n{interrupted}\ngradcli.cli.main._run = interrupted\ngradcli.__main__.main()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, env=ENVIRONMENT, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"interrupted\n")


def test_what_a_script_printed_before_it_failed_stands_on_standard_output(tmp_path: Path) -> None:
    path = tmp_path / "fails.py"
    path.write_text("print('one')\nprint(1 / 0)\n", "utf-8")
    done = process(["torch", str(path)])
    assert (done.returncode, done.stdout) == (2, b"one\n")
    assert done.stderr.startswith(b"error: ZeroDivisionError: division by zero\n")


def test_a_watched_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    """Also after a mistake in it, and where an editor puts another file in its place."""
    path, other = tmp_path / "f.grad", tmp_path / "new.grad"
    path.write_text("x^2", "utf-8")
    arguments = [*GRADCLI, "eval", "--x", "3", "--watch", str(path), "-q"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert [running.stdout.readline() for _ in range(2)] == [b"9\n", b"6\n"]
        path.write_text("x^", "utf-8")
        assert running.stderr.readline().startswith(b"error: ")
        other.write_text("x^3", "utf-8")
        other.replace(path)
        assert [running.stdout.readline() for _ in range(2)] == [b"27\n", b"27\n"]
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 130


def test_every_command_that_reads_a_file_watches_it() -> None:
    written = {"output", "save", "key", "transcript"}
    for name in command_names():
        options = command_named(name).options
        files = [option.name for option in options if option.metavar == "FILE" and option.name not in {*written, "watch"}]
        if files or command_named(name).positional[0] == "FILE":
            assert "watch" in {option.name for option in options}, (name, files)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("eval --watch f.grad --x 2", ["-f", "f.grad"]),
        ("eval x^2 --bindings v.json --watch v.json", []),
        ("run --watch p.grad", ["-f", "p.grad"]),
        ("run p.grad --watch p.grad", []),
        ("run -e x^2 --feed rows.csv --watch rows.csv", []),
        ("torch --watch lesson.py", ["lesson.py"]),
        ("grade x^2 --answers a.csv --watch a.csv", []),
        ("grade -f quiz.jsonl --answers a.csv --watch quiz.jsonl", []),
    ],
)
def test_what_is_watched_is_what_the_call_reads(call: str, words: list[str]) -> None:
    name, *rest = call.split()
    assert reading(read(command_named(name), rest)) == words


def test_what_cannot_be_watched_is_refused(tmp_path: Path) -> None:
    assert command(["eval", "--watch", str(tmp_path / "none"), "--x", "1"])[0] == 2
    assert command(["eval", "--watch", "-", "--x", "1"])[0] == 2
    assert "another expression" in command(["eval", "x", "--watch", str(tmp_path / "none"), "--x", "1"])[2]
