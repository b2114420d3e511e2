"""Predictions: the numbers that are asked for are right ones (made by hand), guesses are read, and wrong ones are told apart."""

from __future__ import annotations

import json

import jsonschema
import pytest
from commandline import command

from gradcli.output.schemas import SCHEMAS

CALL = ["predict", "(x+w)*(w+1)", "--x", "2", "--w", "1"]


def test_all_right() -> None:
    code, out, err = command(CALL, b"3\n2\n6\n3\n4/2\n5.00\nsqrt(4)\n")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "a = x + w = 3   right"
    assert out.splitlines()[-1] == "7 of 7 right"


def test_the_transcript_is_a_document() -> None:
    code, out, _ = command([*CALL, "--json"], b"3\n2\n6\n3\n\n2\n")
    assert code == 1
    document = json.loads(out)
    jsonschema.validate(document, SCHEMAS["predict"])
    assert (document["right"], document["asked"]) == (4, 6)
    assert [guess["name"] for guess in document["guesses"]] == ["a", "b", "y", "∂y/∂b", "∂y/∂a", "∂y/∂w"]
    assert [guess["value"] for guess in document["guesses"]] == [3, 2, 6, 3, 2, 5]
    assert [guess["guess"] for guess in document["guesses"]][4:] == [None, "2"]


@pytest.mark.parametrize(
    ("guess", "said"),
    [
        ("2", "wrong: it is 5; a path from the variable to the result is missing"),
        ("6", "wrong: it is 5; the terms of the paths are multiplied, not added"),
        ("-1", "wrong: it is 5; the term of a path has the wrong sign"),
        ("-5", "wrong: it is 5; the whole answer has the wrong sign"),
        ("17", "wrong: it is 5"),
        ("q", "∂y/∂w = q   unreadable, once more: "),
        ("1+", "∂y/∂w = 1+   unreadable, once more: "),
        ("", "it is 5"),
        ("5.002", "right"),
    ],
)
def test_wrong_guesses_are_told_apart(guess: str, said: str) -> None:
    _, out, _ = command(CALL, f"3\n2\n6\n3\n2\n{guess}\n2\n".encode())
    assert said in out.splitlines()[5]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["predict", "x + [1, 2]", "--x", "2"], "arrays are not predicted"),
        (["predict", "-", "--x", "2"], "where the guesses come from"),
        (["predict", "x^2"], "no value for x"),
        (["predict", "x" + " + x" * 600, "--x", "1"], "are asked for at most"),
    ],
)
def test_wrong_calls_are_refused(arguments: list[str], message: str) -> None:
    code, out, err = command(arguments)
    assert (code, out) == (2, "")
    assert message in err


def test_lines_that_are_no_number_count_for_nothing_and_show_nothing() -> None:
    code, out, _ = command(CALL, b"3\n2+\n\xff\n2\n6\n3\n2\nfive\n5\n2\n")
    assert code == 0
    assert out.splitlines()[-1] == "7 of 7 right"
    _, out, _ = command([*CALL, "--json"], b"3\n2+\n2\n")
    document = json.loads(out)
    jsonschema.validate(document, SCHEMAS["predict"])
    assert [guess["unread"] for guess in document["guesses"]] == [[], ["2+"]]
    code, out, _ = command(CALL, b"\xff\n" * 7)
    assert (code, out.splitlines()[-1]) == (1, "0 of 1 right")

    _, out, _ = command(CALL, b"?\n3\n2\n6\n3\n?\n2\n")
    assert "a = x + w = ?   a number, at x = 2, w = 1\n" in out
    assert "an adjoint before it times a local derivative" in out
    assert out.endswith("5 of 5 right\n")

    code, out, _ = command(CALL, b"3\n2\nquit\n6\n")
    assert (code, out.splitlines()[-1]) == (0, "2 of 2 right")


@pytest.mark.parametrize(
    ("guesses", "said"),
    [
        ("6", "a = x^2 = 6   wrong: it is 9; that is x*2"),
        ("8", "a = x^2 = 8   wrong: it is 9; that is 2^x"),
        ("9 27", "b = a + 1 = 27   wrong: it is 10"),
        ("9 9", "b = a + 1 = 9   wrong: it is 10; that is a*1"),
        ("9 10 30", "y = b^3 = 30   wrong: it is 1,000; that is b*3"),
        ("9 10 1000 300 300 300", "dy/dx = 300   wrong: it is 1,800; the inner derivative is missing"),
        ("9 10 1000 300 300 6", "dy/dx = 6   wrong: it is 1,800; the factor that arrives from further up is missing"),
    ],
)
def test_a_wrong_guess_has_its_reason(guesses: str, said: str) -> None:
    _, out, _ = command(["predict", "(x^2+1)^3", "--x", "3"], "\n".join(guesses.split()).encode())
    assert out.splitlines()[-2].replace(",", "") == said.replace(",", "")
