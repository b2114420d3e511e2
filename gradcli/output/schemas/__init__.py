"""The JSON Schemas (draft 2020-12) of the documents that the tool writes."""

from __future__ import annotations

from typing import Any

from gradcli.output.schemas.parts import DRAFT, TEXT, object_of, or_null, says
from gradcli.output.schemas.programs import PROGRAMS
from gradcli.output.schemas.runs import RUNS
from gradcli.output.schemas.symbolic import SYMBOLIC

SCHEMAS: dict[str, dict[str, Any]] = {
    **RUNS,
    **PROGRAMS,
    **SYMBOLIC,
    "error": {
        "$schema": DRAFT,
        "title": "an error of a command with --json, on standard error",
        **object_of(
            {
                "schema": {"const": "gradcli/error/1"},
                "error": TEXT,
                "hint": or_null(TEXT),
                "where": says("What the text is called that line and column refer to.", or_null(TEXT)),
                "line": says("From 1.", or_null({"type": "integer", "minimum": 1})),
                "column": says("From 1.", or_null({"type": "integer", "minimum": 1})),
                "exit_code": {"enum": [1, 2, 3, 4, 70]},
                "printed": says("What a script had printed until then; left out for what is no script.", TEXT),
            }
        ),
    },
}
"""Each schema, by the name of its command or document."""
