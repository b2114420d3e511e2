"""The JSON Schemas of programs: their runs, rows, traces, and both modes side by side."""

from __future__ import annotations

from typing import Any

from gradcli.output.records.outputs import RUN_SCHEMA
from gradcli.output.reports.modes import MODES_SCHEMA
from gradcli.output.reports.trace import KINDS, TRACE_SCHEMA
from gradcli.output.schemas.parts import (
    COUNT,
    DRAFT,
    LINE,
    NUMBER,
    PRINTED,
    TEXT,
    list_of,
    map_of,
    object_of,
    or_null,
    run,
    says,
)

PROGRAMS: dict[str, dict[str, Any]] = {
    "run": {
        "$schema": DRAFT,
        "title": "gradcli run --json",
        **object_of(
            {
                "schema": {"const": RUN_SCHEMA},
                "expression": says("The source text.", TEXT),
                "mode": {"enum": ["dynamic", "static"]},
                "dtype": {"enum": ["float64", "float32"]},
                "bindings": says("The value of each variable, in the order of first use.", map_of(NUMBER)),
                "wrt": says("The variables that require gradients.", list_of(TEXT)),
                "printed": says("What the program printed; left out where that is nothing.", TEXT),
                "output": says("Name of the first output, which is differentiated.", TEXT),
                "values": says("The value of each output.", map_of(NUMBER)),
                "grad": says(
                    "Derivative by each variable; null where the output does not depend on it.", map_of(or_null(NUMBER))
                ),
                "warnings": list_of(TEXT),
            }
        ),
    },
    "record": {
        "$schema": DRAFT,
        "title": "a line of gradcli run --feed FILE --format jsonl",
        "anyOf": [
            object_of(
                {
                    "row": says("The number of the row, from 1.", {"type": "integer", "minimum": 1}),
                    "values": says("The value of each output.", map_of(NUMBER)),
                    "grad": says(
                        "Derivative of the first output by each variable; null where it does not depend on it.",
                        map_of(or_null(NUMBER)),
                    ),
                    "printed": says("What the program printed in this row; left out where that is nothing.", TEXT),
                }
            ),
            object_of(
                {
                    "row": says("The number of the row, from 1.", {"type": "integer", "minimum": 1}),
                    "error": says("Why the row failed.", TEXT),
                    "hint": or_null(TEXT),
                }
            ),
        ],
    },
    "trace": {
        "$schema": DRAFT,
        "title": "gradcli trace --json",
        **object_of(
            {
                "schema": {"const": TRACE_SCHEMA},
                **run(lambda values: values),
                "events": says(
                    "What happened, in order.",
                    list_of(
                        {
                            "anyOf": [
                                object_of({"kind": {"const": "print"}, "line": LINE, "printed": PRINTED}),
                                object_of(
                                    {
                                        "kind": {"enum": list(KINDS)},
                                        "line": LINE,
                                        "name": says("The node, the statement, or the part of the log.", TEXT),
                                        "text": TEXT,
                                        "value": says("The value, adjoint or contribution.", or_null(NUMBER)),
                                        "depth": says("Blocks of a static graph that it stands in.", COUNT),
                                    }
                                ),
                            ]
                        }
                    ),
                ),
                "warnings": list_of(TEXT),
            }
        ),
    },
    "compare-modes": {
        "$schema": DRAFT,
        "title": "gradcli compare-modes --json",
        **object_of(
            {
                "schema": {"const": MODES_SCHEMA},
                "expression": says("The source text.", TEXT),
                "inputs": says("The values of the variables, by run.", list_of(map_of(NUMBER))),
                "recorded": says("For each run which dynamic graph it recorded; equal numbers are equal graphs.", list_of(COUNT)),
                "values": says("For each run the value in the dynamic and in the static mode.", list_of(list_of(NUMBER))),
                "nodes": list_of(
                    object_of(
                        {
                            "line": {"type": "integer", "minimum": 1},
                            "name": TEXT,
                            "expr": says("What it computes; null for a variable.", or_null(TEXT)),
                            "block": says("The block of the static graph that it stands in.", or_null(TEXT)),
                            "dynamic": says("For each run how many nodes are recorded of it.", list_of(COUNT)),
                            "static": says("How many nodes the static graph has of it.", COUNT),
                            "executed": says("For each run how often they execute.", list_of(COUNT)),
                        }
                    )
                ),
            }
        ),
    },
}
"""The schemas, by the name of the document."""
