"""The JSON Schemas of runs and graphs."""

from __future__ import annotations

from typing import Any

from gradcli.autodiff.runs.document import GRAPH_SCHEMA
from gradcli.output.records.run import EVAL_SCHEMA
from gradcli.output.schemas.parts import (
    BARE_NODE,
    COUNT,
    DRAFT,
    EDGE,
    ID,
    NUMBER,
    SETTINGS,
    STEP,
    TEXT,
    list_of,
    map_of,
    node,
    object_of,
    or_null,
    run,
    says,
)

FUNCTION = object_of(
    {
        "id": says("Place in the order in which the functions run, from 0.", ID),
        "name": says("PyTorch's name; AccumulateGrad fills .grad of a leaf.", TEXT),
        "node": says("Id of the node that it belongs to.", ID),
        "next_functions": says("Ids of the functions that the gradient goes to; null for none.", list_of(or_null(ID))),
    }
)


BLOCKS = says(
    "By what is differentiated, then by the variable; a block has the axes of the first, then those of the variable.",
    map_of(map_of(NUMBER)),
)


PASSES = says("Passes through the graph.", COUNT)


REASON = says("How it was found, and why so.", TEXT)


TANGENT = object_of(
    {
        "direction": says("The tangent of each variable that moves.", map_of(NUMBER)),
        "outputs": says("The tangent of each output: the Jacobian-vector product.", map_of(NUMBER)),
        "derivation": says(
            "The forward pass in the order of evaluation; empty where derivation is null.",
            list_of(object_of({"node": TEXT, "steps": list_of(STEP)})),
        ),
    }
)


JACOBIAN = object_of(
    {"mode": {"enum": ["forward", "reverse"]}, "passes": PASSES, "reason": REASON, "blocks": BLOCKS},
)


HESSIAN = object_of({"passes": PASSES, "reason": REASON, "blocks": BLOCKS})


REMOVED = says(
    "What building a static graph left out; left out where that is nothing.",
    list_of(
        object_of(
            {
                "pass": {"enum": ["shared", "folded", "identity", "dead"]},
                "operation": TEXT,
                "line": {"type": "integer", "minimum": 1},
                "text": says("Its place in the source text.", TEXT),
            }
        )
    ),
)

RUNS: dict[str, dict[str, Any]] = {
    "eval": {
        "$schema": DRAFT,
        "title": "gradcli eval --json",
        **object_of(
            {
                "schema": {"const": EVAL_SCHEMA},
                **run(lambda schema: schema),
                "derivative": says(
                    "Derivative by each variable as an expression or program; null where it is left out, see warnings.",
                    or_null(map_of(TEXT)),
                ),
                "tangent": says("With --tangent.", TANGENT),
                "jacobian": says("With --jacobian: the derivatives of every output.", JACOBIAN),
                "hessian": says("With --hessian: the second derivatives of the output.", HESSIAN),
                "nodes": says("In the order of evaluation.", list_of(node(NUMBER))),
                "edges": says("By target, then by argument.", list_of(EDGE)),
                "derivation": says(
                    "The chain rule for each variable; null where it is left out.", or_null(map_of(list_of(STEP)))
                ),
                "warnings": list_of(TEXT),
            }
        ),
    },
    "graph": {
        "$schema": DRAFT,
        "title": "gradcli graph --format json",
        **object_of(
            {
                "schema": {"const": GRAPH_SCHEMA},
                **run(or_null),
                "nodes": says("In the order of evaluation; values are null without bindings.", list_of(node(or_null(NUMBER)))),
                "edges": says("By target, then by argument.", list_of(EDGE)),
                "blocks": says(
                    "The graphs of branches and loops, each before those inside of it; left out where there are none.",
                    list_of(
                        object_of(
                            {
                                "inside": says("The block that its node stands in; null for the graph itself.", or_null(COUNT)),
                                "node": says("Id of its node there.", ID),
                                "kind": {"enum": ["then", "else", "test", "body"]},
                                "parameters": says("Its variables, by the inputs of its node.", list_of(TEXT)),
                                "results": says("What its outputs are called outside.", list_of(TEXT)),
                                "outputs": list_of(ID),
                                "nodes": list_of(object_of({**BARE_NODE, "settings": SETTINGS})),
                            }
                        )
                    ),
                ),
                "removed": REMOVED,
                "backward": says(
                    "The backward graphs, with --backward or --both.",
                    or_null(
                        object_of(
                            {
                                "functions": says("PyTorch's backward graph, in the order in which it runs.", list_of(FUNCTION)),
                                "gradient": says(
                                    "For each variable the id below of its derivative; null where there is none.",
                                    map_of(or_null(ID)),
                                ),
                                "nodes": says(
                                    "The gradient as a graph of its own.",
                                    list_of(object_of({**BARE_NODE, "settings": SETTINGS, "value": or_null(NUMBER)})),
                                ),
                            }
                        )
                    ),
                ),
                "warnings": list_of(TEXT),
            }
        ),
    },
}
"""The schemas, by the name of the command."""
