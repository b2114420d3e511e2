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
    assert (document["right"], document["asked"]) == (4, 7)
    assert [guess["name"] for guess in document["guesses"]] == ["a", "b", "y", "∂y/∂b", "∂y/∂a", "∂y/∂w", "∂y/∂x"]
    assert [guess["value"] for guess in document["guesses"]] == [3, 2, 6, 3, 2, 5, 2]
    assert [guess["guess"] for guess in document["guesses"]][4:] == [None, "2", None]


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
    assert [guess["unread"] for guess in document["guesses"]][:3] == [[], ["2+"], []]
    code, out, _ = command(CALL, b"\xff\n" * 7)
    assert (code, out.splitlines()[-1]) == (1, "0 of 7 right")
