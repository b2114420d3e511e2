"""Published teaching examples: values and gradients to full precision, and the digits that their authors printed."""

from __future__ import annotations

from typing import Any

import pytest
from support import json_lines, run, same

from gradcli.language.parser import parse
from gradcli.language.statements import free_names

ROWS = json_lines("teaching.jsonl")

UNLIKE_PRINT = {
    "teach/karpathy/neuron-torch-print": "PyTorch computed it from a float32 bias; the row after it has that bias",
    "teach/mazur/E_total-after-one-step": "the published weights do not give the published error: the row has another too",
}


def agrees_with_print(value: float, printed: str) -> bool:
    """Whether a value is the printed one within one unit of its last digit (authors round and cut off)."""
    digits = printed.partition(".")[2]
    return abs(value - float(printed)) <= max(10.0 ** -len(digits), 1e-15 * abs(value))


@pytest.mark.parametrize("mode", ["dynamic", "static"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"].removeprefix("teach/"))
def test_value_and_gradient(row: dict[str, Any], mode: str) -> None:
    used = free_names(parse(row["expr"]))
    assert all(row["grad"][name] == 0 for name in row["bindings"].keys() - used)
    tape = run(row["expr"], {name: row["bindings"][name] for name in used}, mode=mode)
    assert same(tape.value, row["value"])
    assert tape.gradient.keys() == used.keys()
    assert all(same(derivative, row["grad"][name], 1e-9, 1e-12) for name, derivative in tape.gradient.items())


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row["id"] not in UNLIKE_PRINT], ids=lambda row: row["id"].removeprefix("teach/")
)
def test_the_printed_digits(row: dict[str, Any]) -> None:
    tape = run(row["expr"], {name: row["bindings"][name] for name in free_names(parse(row["expr"]))})
    printed = row["published"]
    assert agrees_with_print(tape.value, printed.get("value", str(tape.value)))
    for name, text in printed.get("grad", {}).items():
        derivative = tape.gradient[name]
        assert derivative is not None
        assert agrees_with_print(derivative, text)


def test_there_are_as_many_as_were_collected() -> None:
    assert len(ROWS) == 51
