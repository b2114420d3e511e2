"""Lines of JSON against the records that they are lines of, and schemas against the types of records."""

from __future__ import annotations

import json
from typing import Any

import numpy
import pytest

import gradcli
from gradcli.output.json import encoder, json_number
from gradcli.output.listing import FunctionListing
from gradcli.output.schemas import SCHEMAS
from gradcli.output.serialization.evaluation import eval_json
from gradcli.output.serialization.nodes import NodeLines, edge, run_node

PROGRAMS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("a = x*w; b = x*w; a*b - a/b + x^2 + x^2.5 + 2^x + x*x", {"x": 2.0, "w": -0.5}, {}),
    ("1/x + log(x) + sqrt(0*x)", {"x": 0.0}, {}),
    ("x % w + (x if x > w else -w) + where(x > 1, x, w)", {"x": 5.0, "w": 3.0}, {}),
    ("1/3*x + 0.25*x + 3*x + 30*x + pi*x + max(x, 1, x)", {"x": 1.5}, {}),
    ("数 + θ_1*数 + exp(-θ_1)", {"数": 1e300, "θ_1": 1e-300}, {}),
    ("x*w + w*3 + 2^3", {"x": 2.0, "w": 3.0}, {"wrt": ["x"]}),
    ("a = x*w; a*a", {"x": 2.0, "w": 3.0}, {"retain_grad": ["a"]}),
    ("x*0.1 + w/3", {"x": 0.1, "w": 0.7}, {"dtype": "float32"}),
    ("sum((A @ x)^2) + n*3 + n*x[0] + mean(A)", {"A": numpy.eye(2), "x": numpy.array([0.5, -1.0]), "n": 2.0}, {}),
    ("prelu(x, w) + polygamma(1, x) + erfinv(w) + hypot(x, 3)", {"x": 2.0, "w": 0.25}, {}),
    ("a = sin(x); b = a + a; b*a", {"x": 0.5}, {"mode": "static"}),
]


@pytest.mark.parametrize(("program", "values", "options"), PROGRAMS)
def test_lines_are_those_of_the_records(program: str, values: dict[str, Any], options: dict[str, Any]) -> None:
    tape = gradcli.record(gradcli.parse(program), values, **options)
    listing, encode = FunctionListing(tape, board=False), encoder()
    tangents = [None, *range(1, len(tape.graph))]
    entries = [run_node(listing.entry(id)) for id in range(len(tape.graph))]
    assert list(NodeLines(listing, encode).nodes()) == list(map(encode, entries))
    moved = [encode({**entry, "tangent": json_number(tangent)}) for entry, tangent in zip(entries, tangents, strict=True)]
    assert list(NodeLines(listing, encode, tangents).nodes()) == moved
    edges = [encode(edge(link)) for id in range(len(tape.graph)) for link in listing.links(id)]
    assert ",\n  ".join(NodeLines(listing, encode).edges()) == ",\n  ".join(edges)


def test_lines_of_a_graph_without_values() -> None:
    tape = gradcli.outline(gradcli.parse("x*w + sin(x)^2 - 1/w"))
    listing, encode = FunctionListing(tape, board=False), encoder()
    assert list(NodeLines(listing, encode).nodes()) == [encode(run_node(listing.entry(id))) for id in range(len(tape.graph))]
    assert all(json.loads(f"[{line}]")[0]["local_value"] is None for line in NodeLines(listing, encode).edges())


def test_a_large_graph_has_few_kinds_of_nodes() -> None:
    program = " + ".join(f"{at + 11}*x{at % 7}*sin(x{at % 5})" for at in range(300))
    tape = gradcli.record(gradcli.parse(program), {f"x{at}": 0.5 for at in range(7)})
    kinds = {id(kind) for kind in NodeLines(FunctionListing(tape, board=False), encoder()).kinds if kind is not None}
    assert len(tape.graph) > 1_000
    assert len(kinds) < 20


def test_what_is_not_selected_is_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    tape = gradcli.record(gradcli.parse("x*w"), {"x": 2.0, "w": 3.0})
    whole = json.loads("".join(eval_json(tape, None, "x*w", [])))
    for key in whole:
        assert json.loads("".join(eval_json(tape, None, "x*w", [], select=[key]))) == {key: whole[key]}
    monkeypatch.setattr(NodeLines, "kinds", property(lambda lines: pytest.fail("nodes and edges were asked for")))
    assert json.loads("".join(eval_json(tape, None, "x*w", [], select=["grad", "value"]))) == {
        "value": 6.0,
        "grad": {"x": 3.0, "w": 2.0},
    }


def test_every_schema_says_what_it_is_of() -> None:
    for name, schema in SCHEMAS.items():
        assert schema["title"], name
        if name != "record":
            assert schema["properties"]["schema"] == {"const": f"gradcli/{name}/1"}
            assert schema["required"][0] == next(iter(schema["properties"])) == "schema"
            assert not schema["additionalProperties"]
