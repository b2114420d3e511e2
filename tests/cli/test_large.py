"""Large inputs: nesting without recursion, sums and products in linear work, sharing that is never written out.

Values are checked against sums and products computed here. Work is counted, in nodes and calls, never timed.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable

import pytest
from commandline import command

from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.runs.program_run import record
from gradcli.language.parser import parse
from gradcli.output.serialization.evaluation import eval_json

MANY = 20_000
DEEP = 5_000
FORMATS = ("text", "rich", "json", "numbers")


def numbers(program: str, *variables: str) -> list[float]:
    """What `gradcli eval -q` prints of a program on standard input."""
    code, out, err = command(["eval", "-", "-q", *variables], program.encode())
    assert (code, err) == (0, "")
    return [float(line) for line in out.split()]


@pytest.fixture(autouse=True)
def recursion_limit_is_the_default() -> None:
    """Nothing here may need a deeper stack than Python gives, and nothing may raise the limit."""
    assert sys.getrecursionlimit() <= 1100


# ---- nesting ----


def test_nested_calls() -> None:
    value, slope = numbers("sin(" * DEEP + "x" + ")" * DEEP, "--x", "1")
    expected, product = 1.0, 1.0
    for _ in range(DEEP):
        product *= math.cos(expected)
        expected = math.sin(expected)
    assert value == expected
    assert slope == pytest.approx(product, rel=1e-9)


NESTED = {
    "parentheses": ("(" * DEEP + "x" + ")" * DEEP, 3, 1),
    "signs": ("-" * DEEP + "x", 3, 1),
    "roots": ("√" * DEEP + "x^0", 1, 0),
    "powers": ("x^" + "1^" * DEEP + "1", 3, 1),
    "powers to the left": ("(" * DEEP + "x" + "^1)" * DEEP, 3, 1),
    "sums to the right": ("1+(" * DEEP + "x" + ")" * DEEP, DEEP + 3, 1),
    "quotients": ("x" + "/1" * DEEP, 3, 1),
    "choices": ("x if x > 0 else " * DEEP + "0", 3, 1),
    "choices that are not made": ("0 if x < 0 else " * DEEP + "x", 3, 1),
    "choices in the condition": ("2 if (" * DEEP + "x" + ") else 1" * DEEP, 2, 0),
    "not": ("not " * DEEP + "x", 1, 0),
    "comparisons": ("0 < x" + " < 9" * DEEP, 0, 0),
    "or": ("0 or " * DEEP + "x", 1, 0),
    "statements": ("y = x\n" + "y = y*1\n" * DEEP, 3, 1),
    "own functions": ("f(u) = u*1\n" + "f(" * DEEP + "x" + ")" * DEEP, 3, 1),
    "functions of functions": ("f0(u) = u*1\n" + "".join(f"f{i + 1}(u) = f{i}(u)\n" for i in range(2_000)) + "f2000(x)", 3, 1),
    "a function that calls itself": (f"f(u, n) = u if n <= 0 else f(u*1, n - 1)\nf(x, {DEEP})", 3, 1),
    "a large call": ("max(" + "0, " * DEEP + "x)", 3, 1),
}


@pytest.mark.parametrize("what", NESTED)
def test_nesting_has_no_limit(what: str) -> None:
    program, *expected = NESTED[what]
    assert numbers(program, "--x", "3") == expected


# ---- many terms ----


def test_a_long_sum() -> None:
    terms = [f"{index % 7}*x{index % 50}^{index % 3}" for index in range(DEEP)]
    at = {f"x{index}": 1 + index / 64 for index in range(50)}
    result = numbers(" + ".join(terms), *(f"--{name}={value!r}" for name, value in at.items()))
    value = math.fsum(index % 7 * at[f"x{index % 50}"] ** (index % 3) for index in range(DEEP))
    slopes = dict.fromkeys(at, 0.0)
    for index in range(DEEP):
        power = index % 3
        slopes[f"x{index % 50}"] += index % 7 * power * at[f"x{index % 50}"] ** max(0, power - 1)
    assert result == pytest.approx([value, *slopes.values()], rel=1e-9)


def test_a_long_product_and_all_its_partials() -> None:
    values = {f"x{index}": 2.0 if index % 2 else 0.5 for index in range(DEEP)}
    tape = record(parse("*".join(values)), values)
    assert tape.value == 1.0
    assert tape.gradient == {name: 1 / value for name, value in values.items()}
    assert len(tape.graph) == 2 * DEEP - 1


@pytest.mark.parametrize("format", FORMATS)
def test_a_sum_of_twenty_thousand_terms_in_each_format(format: str) -> None:
    code, out, _ = command(["eval", "-", "--x", "1", "--format", format], " + ".join(["x"] * MANY).encode())
    assert code == 0
    if format == "json":
        document = json.loads(out)
        assert (document["value"], document["grad"], len(document["nodes"])) == (MANY, {"x": MANY}, MANY)
    else:
        assert str(MANY) in out
        assert out.count("\n") < 200


# ---- shared parts ----


@pytest.mark.parametrize("mode", ["dynamic", "static"])
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("more", [(), ("--all",)], ids=["", "all"])
def test_doubling_forty_times_is_forty_one_nodes_in_each_format(mode: str, format: str, more: tuple[str, ...]) -> None:
    program = "y = x;" + "y = y + y;" * 40
    code, out, _ = command(["eval", program, "--x", "1", "--mode", mode, "--format", format, *more])
    assert code == 0
    assert len(out) < 60_000
    if format == "json":
        document = json.loads(out)
        assert len(document["nodes"]) == 41
        assert (document["value"], document["grad"]["x"]) == (2.0**40, 2.0**40)
    else:
        assert str(2**40) in out


def test_squaring_forty_times_is_forty_one_nodes() -> None:
    program = "y = x;" + "y = y*y;" * 40
    document = json.loads(command(["eval", program, "--x", "1", "--json", "--all"])[1])
    assert (len(document["nodes"]), document["value"], document["grad"]["x"]) == (41, 1.0, 2.0**40)


# ---- everything of a graph of hundreds of nodes ----

HUNDREDS = {
    "a sum": " + ".join(f"{index}*x" for index in range(1, 250)),
    "a product": "*".join(["(x+1)"] * 200),
    "nested calls": "sin(" * 250 + "x" + ")" * 250,
    "a continued fraction": "1/(1+" * 200 + "x" + ")" * 200,
    "powers": "(" * 150 + "x" + ")^1.001" * 150,
    "choices": "x if x < 0 else " * 200 + "x^2",
    "own functions": "f(u) = u + x\n" + "f(" * 400 + "x" + ")" * 400,
}


@pytest.mark.parametrize(("format", "mode"), [("text", "dynamic"), ("json", "static")])
@pytest.mark.parametrize("what", HUNDREDS)
def test_all_brings_everything_of_a_larger_graph(what: str, format: str, mode: str) -> None:
    arguments = ["eval", "-", "--x", "0.5", "--all", "--format", format, "--mode", mode]
    code, out, _ = command(arguments, HUNDREDS[what].encode())
    assert code == 0
    if format == "json":
        document = json.loads(out)
        assert document["derivation"] is not None
        assert document["warnings"] == []
        assert document["derivative"]["x"] is not None
    else:
        assert "Why dy/dx" in out


def test_a_derivative_that_would_be_long_when_written_out_comes_in_named_lines() -> None:
    code, out, _ = command(["eval", "-", "--x", "0.5", "--all", "--json"], ("sin(" * 600 + "x" + ")" * 600).encode())
    document = json.loads(out)
    assert (code, document["warnings"]) == (0, [])
    assert document["derivative"]["x"].startswith("t1 = sin(x); t2 = sin(t1); ")
    code, out, _ = command(["eval", "-", "--x", "0.5", "--quiet"], document["derivative"]["x"].encode())
    assert math.isclose(float(out.splitlines()[0]), document["grad"]["x"], rel_tol=1e-9)


# ---- work ----


def operations_called(program: str) -> int:
    """How many Python calls a run takes, forward and backward."""
    count = 0

    def profile(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    parsed = parse(program)
    sys.setprofile(profile)
    try:
        record(parsed, {"x": 1.0})
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "make",
    [
        lambda n: " + ".join(["x"] * n),
        lambda n: "sin(" * n + "x" + ")" * n,
        lambda n: "y = x;" + "y = y*y + 1;" * n,
        lambda n: "f(u) = u*x;" + "f(" * n + "x" + ")" * n,
        lambda n: f"f(u, n) = u if n <= 0 else f(u*x, n - 1); f(x, {n})",
        lambda n: "max(" + "x, " * n + "x)",
    ],
    ids=["sum", "nested", "shared", "own", "recursive", "call"],
)
def test_work_grows_with_the_graph_and_not_faster(make: Callable[[int], str]) -> None:
    once, twice = operations_called(make(1_000)), operations_called(make(2_000))
    assert twice < 2.1 * once + 1_000


def test_the_json_document_is_a_stream() -> None:
    tape: Tape = record(parse(" + ".join(["x"] * 5_000)), {"x": 1.0})
    pieces = list(eval_json(tape, None, "", []))
    assert len(pieces) > 10_000
    assert max(map(len, pieces)) < 1_000
