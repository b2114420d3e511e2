"""The JSON document of `gradcli diff` and `gradcli simplify`: it follows its schema, and says what the other formats say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from commandline import command
from jsonschema import Draft202012Validator

CALLS = [
    ["diff", "(x+w)*(w+1)"],
    ["diff", "(x+w)*(w+1)", "--wrt", "w", "--at", "x=2,w=1"],
    ["diff", "x^x", "--order", "3"],
    ["diff", "x^2*y^3", "--partial", "x,x,y"],
    ["diff", "x^2*y", "--gradient", "--at", "x=2,y=3"],
    ["diff", "x^2*y", "--hessian"],
    ["diff", "r*cos(t); r*sin(t)", "--jacobian", "--r", "2", "--t", "0"],
    ["diff", "1/x", "--at", "x=0"],
    ["diff", "log(x)", "--at", "x=-1"],
    ["diff", "x*inf", "--at", "x=1"],
    ["diff", "θ*重量", "--at", "θ=2,重量=1"],
    ["diff", "y = x; " + "; ".join(["y = y + sin(y)"] * 12)],
    ["diff", "y = x; " + "; ".join(["y = y + sin(y)"] * 12), "--order", "2", "--at", "x=1"],
    ["diff", "*".join(f"x{index}" for index in range(100)), "--gradient"],
    ["diff", "x - x"],
    ["simplify", "x + x"],
    ["simplify", "x + x; w", "--at", "x=1,w=2"],
    ["simplify", "2 + 3"],
    ["simplify", "y = x; " + "; ".join(["y = y + sin(y)"] * 12)],
]


def document(call: list[str]) -> dict[str, Any]:
    """The document of a call, which must be JSON without extensions and follow the schema."""

    def refuse(constant: str) -> float:
        raise ValueError(f"{constant} is not JSON")

    code, out, _ = command([*call, "--json"])
    assert code == 0
    found = json.loads(out, parse_constant=refuse)
    _, schema, _ = command(["schema", "diff"])
    Draft202012Validator(json.loads(schema)).validate(found)
    return dict(found)


def test_the_schema_is_one() -> None:
    code, out, err = command(["schema", "diff"])
    assert (code, err) == (0, "")
    Draft202012Validator.check_schema(json.loads(out))


@pytest.mark.parametrize("call", CALLS, ids=lambda call: " ".join(call)[:50])
def test_each_document_follows_its_schema_and_says_what_the_text_says(call: list[str]) -> None:
    found = document(call)
    _, text, _ = command(call)
    expressions = [derivative["expression"] for derivative in found["derivatives"]]
    definitions = [f"{line['name']} = {line['expression']}" for line in found["definitions"]]
    shown = [line.split("  # ")[0] for line in text.splitlines()]
    assert shown[: len(definitions)] == definitions
    listed = ", ".join(shown[len(definitions) :]).replace("[", "").replace("]", "")
    assert listed == ", ".join(expressions)
    assert command([*call, "--format", "json"])[1] == command([*call, "--json"])[1]


@pytest.mark.parametrize("call", [call for call in CALLS if {"--at", "--r"} & set(call)], ids=lambda call: " ".join(call)[:50])
def test_the_values_are_those_of_the_expressions(call: list[str]) -> None:
    found = document(call)
    definitions = "".join(f"{line['name']} = {line['expression']}\n" for line in found["definitions"])
    for derivative in found["derivatives"]:
        program = definitions + derivative["expression"]
        given = [f"--set={name}={value}" for name, value in found["bindings"].items() if name in program]
        _, out, _ = command(["eval", "-", "-q", *given], program.encode())
        assert float(out.split()[0]) == pytest.approx(float(derivative["value"]), nan_ok=True)


def test_what_json_lacks_is_a_string() -> None:
    assert document(["diff", "1/x", "--at", "x=0"])["derivatives"][0]["value"] == "-Infinity"
    assert document(["diff", "1/sqrt(x)", "--at", "x=-1"])["derivatives"][0]["value"] == "NaN"


@pytest.mark.parametrize(
    "call", [["diff", "x^2", "--wrt", "w"], ["diff", "x +"], ["simplify", "x", "--at", "w=1"], ["diff", "2"]]
)
def test_an_error_is_an_object(call: list[str]) -> None:
    code, out, err = command([*call, "--json"])
    assert (code, out) == (2, "")
    assert json.loads(err)["exit_code"] == 2
