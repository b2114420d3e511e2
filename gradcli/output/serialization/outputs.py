"""The JSON document of `gradcli run --json`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gradcli.autodiff.passes.tape import Tape
from gradcli.output.json import document, json_numbers
from gradcli.typing import Any


def run_json(
    tape: Tape,
    values: Mapping[str, Any],
    program: str,
    printed: str,
    warnings: Sequence[str],
) -> Iterator[str]:
    """The pieces of the document; joined they are one JSON object.

    Args:
        tape: The run.
        values: The value of each output, by name; the first is the one that is differentiated.
        program: The source text.
        printed: What the program printed; empty for nothing.
        warnings: What the user should know.
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
    }
    return document("run", parts, warnings)
