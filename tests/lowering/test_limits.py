"""Programs that go on, and programs that go deep: loops stop at the limit, at an interrupt at once, and nothing recurses."""

from __future__ import annotations

import contextlib
import gc
import signal
import subprocess
import time
from collections.abc import Mapping

import pytest

from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.prepared import run_once
from gradcli.autodiff.runs.program_run import record
from gradcli.errors import ExitCode, GradcliError
from gradcli.language.parser import parse
from gradcli.language.program_text import program_text
from gradcli.lowering.programs.own_calls import NODES_PER_LEVEL

ENDLESS = (
    "while true { }; x",
    "while true { x = x + 1 }; x",
    "for i in 0..10^9 { }; x",
    "for i in 0..10^9 { x = x/2 }; x",
    "repeat 10^12 { x = x/2 }; x",
    "repeat 10^30 { repeat 10^30 { x = x/2 } }; x",
    "repeat n { repeat n { x = x/2 } }; x",
    "for i in 0..n { while x == x { x = x/2 } }; x",
)


@pytest.mark.parametrize("mode", ["dynamic", "static"])
@pytest.mark.parametrize("program", ENDLESS)
def test_loops_stop_at_the_limit(program: str, mode: str) -> None:
    names = {"x": 1.0, "n": 1e9} if "n " in program else {"x": 1.0}
    with pytest.raises(GradcliError, match="the loops of the program take more than 500 turns") as raised:
        record(parse(program), names, mode=mode, max_steps=500)
    assert raised.value.exit_code == ExitCode.LIMIT
    assert "--max-steps" in raised.value.hint


def test_calls_stop_at_the_limit_whatever_their_arguments() -> None:
    """With the limits of a call that names none a program that never ends is stopped within seconds: 100,000 turns or levels."""
    asked = Request({})
    assert (asked.max_steps, asked.max_nodes // NODES_PER_LEVEL) == (100_000, 100_000)
    for text in ("f(n) = n if n < 0 else f(n + 1) + x; f(1)", "f(n) = n if n < 0 else f(n + 1)*f(n + 2); f(x)"):
        with pytest.raises(GradcliError, match="own functions are called more than 100 times within each other") as raised:
            record(parse(text), {"x": 1.0}, max_nodes=2000)
        assert (raised.value.exit_code, raised.value.span is None) == (ExitCode.LIMIT, False)
    with pytest.raises(GradcliError, match="own functions are called more than 200 times"):
        record(parse("f(n) = n if n < 1 else f(n - 1) + f(n - 1); f(40)"), {}, max_nodes=2000)
    assert record(parse("f(n) = n if n < 1 else x + f(n - 1); f(90)"), {"x": 1.0}, max_nodes=2000).value == 90.0


@pytest.mark.parametrize("mode", ["dynamic", "static"])
def test_turns_up_to_the_limit_run(mode: str) -> None:
    program = parse("repeat 20 { repeat n { x = x + 1 } }; x")
    assert record(program, {"x": 0.0, "n": 4.0}, mode=mode, max_steps=100).value == 80.0
    with pytest.raises(GradcliError, match="79 turns" if mode == "static" else "99 turns"):  # unrolled turns are counted apart
        record(program, {"x": 0.0, "n": 4.0}, mode=mode, max_steps=79 if mode == "static" else 99)


def test_a_break_ends_a_loop_whose_bounds_are_far() -> None:
    program = parse("for i in 0..10^30 { x = x + i; if x > 5 { break } }; x")
    assert record(program, {"x": 0.0}).value == 6.0


@pytest.mark.parametrize("mode", ["dynamic", "static"])
def test_an_interrupt_ends_a_loop_at_once(shell_environment: Mapping[str, str], mode: str) -> None:
    limits = ("--max-steps", "1000000000", "--max-nodes", "1000000000")
    command = ("gradcli", "eval", "while true { y = x < 0 }; x", "--x", "1", "--mode", mode, *limits)
    process = subprocess.Popen(command, env=dict(shell_environment), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(1.5)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=10)
    assert process.returncode == 130
    assert output == b""
    assert b"Traceback" not in errors


@pytest.mark.parametrize("head", ["if x > 0", "repeat 1", "for i in 0..1", "while x > 0"])
def test_blocks_nest_as_deep_as_they_are_written(head: str) -> None:
    depth = 1_500
    end = "; break }" if head.startswith("while") else " }"
    text = f"{head} {{ " * depth + "x = x/2" + end * depth + "; x"
    program = parse(text)
    assert program_text(program, "; ") == program_text(parse(program_text(program)), "; ")
    assert record(program, {"x": 1.0}).value == 0.5


def test_chains_of_conditions_are_as_long_as_they_are_written() -> None:
    chain = " else ".join(f"if x < {at} {{ y = {at} }}" for at in range(2_000))
    program = parse(f"{chain} else {{ y = -1 }}; y")
    assert program_text(program).count("} else if ") == 1_999
    assert record(program, {"x": 1998.5}).value == 1999.0


@pytest.mark.parametrize("head", ["if x > 0", "repeat n", "while x > 0"])
def test_static_blocks_nest_too(head: str) -> None:
    depth = 300
    end = "; x = x - 9 }" if head.startswith("while") else " }"
    program = parse(f"{head} {{ " * depth + "x = x/2" + end * depth + "; x")
    names = {"x": 1.0, "n": 1.0} if head == "repeat n" else {"x": 1.0}
    dynamic, static = (record(program, names, mode=mode) for mode in ("dynamic", "static"))
    assert static.value == dynamic.value


@pytest.mark.parametrize("start", [float("inf"), -float("inf"), float("nan"), 1e300])
@pytest.mark.parametrize("body", ["f(u - 1)", "u*f(u/2 + u/2)", "f(g(u) + 1)"])
def test_a_call_with_the_same_values_has_no_end(body: str, start: float) -> None:
    text = f"g(u) = u; f(u) = {body} if u != 0 else 1; f(x)"
    with pytest.raises(GradcliError, match="calls itself with the same arguments, so it has no end"):
        record(parse(text), {"x": start}, max_nodes=1_000)


def test_calls_with_0_and_minus_0_are_two() -> None:
    assert record(parse("f(u) = f(-u) if 1/u > 0 else 5; f(x)"), {"x": 0.0}).value == 5.0


@pytest.mark.parametrize(
    "program",
    [
        "(x + w)*(w + 1)",
        "f(u) = u^2; y = f(x)*w; backward y; w.grad",
        "s = 0; for i in 0..5 { s = s + x*i }; if s > 1 { s = s + w }; s",
        "f(u) = f(u - 1) if u > 0 else 1/[1, 2] + [1, 2, w]; f(x)",
    ],
)
def test_a_run_leaves_no_cycles(program: str) -> None:
    """What has been run is freed at once: the runs of a feed are many, and nothing collects on the way."""
    parsed = parse(program)

    def run() -> None:
        with contextlib.suppress(GradcliError):
            run_once(parsed, Request({"x": 2.0, "w": 1.0}))

    run()  # what is loaded on first use
    gc.disable()
    gc.freeze()  # what there is already is not looked at
    try:
        run()
        assert gc.collect() == 0
    finally:
        gc.enable()
