"""The JSON document of `gradcli run --json`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

from gradcli.autodiff.passes.tape import Tape
from gradcli.output.numbers import json_numbers
from gradcli.output.records.stream import document
from gradcli.output.records.types import Also, Bindings, Gradient, Mode, Number

if TYPE_CHECKING:
    from typing_extensions import NotRequired


class RunDocument(TypedDict):
    """gradcli run --json"""

    expression: Annotated[str, "The source text."]
    mode: Mode
    dtype: Annotated[str, Also(enum=["float64", "float32"])]
    bindings: Bindings
    wrt: Annotated[list[str], "The variables that require gradients."]
    printed: NotRequired[Annotated[str, "What the program printed; left out where that is nothing."]]
    output: Annotated[str, "Name of the first output, which is differentiated."]
    values: Annotated[dict[str, Number], "The value of each output."]
    grad: Gradient
    warnings: list[str]


def run_json(
    tape: Tape,
    values: Mapping[str, Any],
    program: str,
    printed: str,
    warnings: Sequence[str],
    *,
    ascii: bool = False,
) -> Iterator[str]:
    """The pieces of the document; joined they are one JSON object.

    Args:
        tape: The run.
        values: The value of each output, by name; the first is the one that is differentiated.
        program: The source text.
        printed: What the program printed; empty for nothing.
        warnings: What the user should know.
        ascii: With escapes for characters beyond ASCII.
    """
    parts = {
        "expression": program,
        "mode": tape.mode,
        "dtype": tape.dtype,
        "bindings": json_numbers(tape.bindings),
        "wrt": list(tape.wrt),
        **({"printed": printed} if printed else {}),
        "output": next(iter(values)),
        "values": json_numbers(values),
        "grad": json_numbers(tape.gradient),
        "warnings": list(warnings),
    }
    return document("run", parts, ascii=ascii)
