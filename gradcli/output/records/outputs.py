"""The JSON document of `gradcli run --json`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gradcli.autodiff.passes.tape import Tape
from gradcli.output.numbers import json_number
from gradcli.output.records.run import head_json

RUN_SCHEMA = "gradcli/run/1"


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
    encode = json.JSONEncoder(ensure_ascii=ascii, allow_nan=False, check_circular=False).encode
    document = {
        "schema": RUN_SCHEMA,
        "expression": program,
        "mode": tape.mode,
        "dtype": tape.dtype,
        "bindings": {name: json_number(value) for name, value in tape.bindings.items()},
        "wrt": list(tape.wrt),
        **({"printed": printed} if printed else {}),
        "output": next(iter(values)),
        "values": {name: json_number(value) for name, value in values.items()},
        "grad": {name: json_number(value) for name, value in tape.gradient.items()},
        "warnings": list(warnings),
    }
    yield from head_json(document, encode)
    yield "}\n"
