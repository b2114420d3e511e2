"""The JSON Schemas (draft 2020-12) of the documents that the tool writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.algebra.equality_verdict import Method, Verdict
from gradcli.autodiff.graph_document import GRAPH_SCHEMA
from gradcli.output.derivatives import DIFF_SCHEMA
from gradcli.output.equality import EQUAL_SCHEMA
from gradcli.output.explanation_json import EXPLAIN_SCHEMA
from gradcli.output.json_view import EVAL_SCHEMA
from gradcli.output.modes_view import MODES_SCHEMA
from gradcli.output.operations import OPS_SCHEMA
from gradcli.output.run_json import RUN_SCHEMA
from gradcli.output.trace_view import KINDS, TRACE_SCHEMA

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEXT = {"type": "string"}
_SCALAR = {"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]}

_NUMBER = {"anyOf": [*_SCALAR["anyOf"], {"type": "array"}], "description": "A number; nested lists of numbers for an array."}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _map(values: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": values}


_OPTIONAL = ("settings", "blocks", "removed", "mismatch", "broken", "tangent", "jacobian", "hessian", "printed")
"""Keys that a document has only where there is something to say."""


def _object(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in _OPTIONAL],
        "additionalProperties": False,
        **more,
    }


def _says(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "description": text}


_ID = {"type": "integer", "minimum": 0}

_SETTINGS = {"type": "object", "description": "Of an operation on arrays, such as its axis; left out where it has none."}
_BARE_NODE = {
    "id": _says("Place in the order of evaluation, from 0.", _ID),
    "name": _says("Unique name.", _TEXT),
    "op": _says("variable, constant, or the name of the operation.", _TEXT),
    "expr": _says("What it computes, in the names of its inputs; of a constant its exact value.", _TEXT),
    "inputs": _says("Ids of the operands, all smaller than its own.", _list(_ID)),
    "shape": _says("Empty for a number; null where the operands do not fit.", _or_null(_list(_ID))),
}


def _node(number: dict[str, Any]) -> dict[str, Any]:
    """A node whose values are null where the variables of the graph may have none."""
    return _object(
        {
            **_BARE_NODE,
            "settings": _SETTINGS,
            "mismatch": _says("Why the operands do not fit; left out where they do.", _TEXT),
            "value": number,
            "is_leaf": {"type": "boolean"},
            "requires_grad": {"type": "boolean"},
            "grad_fn": _says("PyTorch's name of the operation; null for leaves.", _or_null(_TEXT)),
            "next_functions": _says("Where the backward pass goes from here; null for leaves.", _or_null(_list(_or_null(_TEXT)))),
            "grad": _says("What .grad holds after the backward pass; null on nodes that do not keep it.", _or_null(_NUMBER)),
            "adjoint": _says("The derivative of the output by this node; null where no gradient arrives.", _or_null(_NUMBER)),
            "tangent": _says(
                "With --tangent the derivative along the direction; null where it does not move.", _or_null(_NUMBER)
            ),
        }
    )


_EDGE = _object(
    {
        "source": _says("Id of the operand.", _ID),
        "target": _says("Id of the node that uses it.", _ID),
        "argument": _says("Which argument it is, from 0.", _ID),
        "local_derivative": _says(
            "Derivative of the target by this argument, in names of nodes; null without a gradient.", _or_null(_TEXT)
        ),
        "local_value": _says("The same as a number.", _or_null(_NUMBER)),
        "broken": _says("True where the shape of the operand does not fit; else left out.", {"type": "boolean"}),
    }
)

_FUNCTION = _object(
    {
        "id": _says("Place in the order in which the functions run, from 0.", _ID),
        "name": _says("PyTorch's name; AccumulateGrad fills .grad of a leaf.", _TEXT),
        "node": _says("Id of the node that it belongs to.", _ID),
        "next_functions": _says("Ids of the functions that the gradient goes to; null for none.", _list(_or_null(_ID))),
    }
)


def _run(values: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """What a document says of a run; ``values`` says whether they may be null."""
    return {
        "expression": _says("The source text.", _TEXT),
        "printed": _says("What the script printed; left out where there is none.", _TEXT),
        "mode": {"enum": ["dynamic", "static"]},
        "dtype": {"enum": ["float64", "float32"]},
        "bindings": _says("The value of each variable, in the order of first use.", values(_map(_NUMBER))),
        "wrt": _says("The variables that require gradients.", _list(_TEXT)),
        "retain_grad": _says("Names of intermediate nodes that keep .grad.", _list(_TEXT)),
        "decisions": _says(
            "Of a dynamic graph the conditions that chose what was recorded: by id whether each was true.",
            _map({"type": "boolean"}),
        ),
        "outputs": _says("Ids of all results: of each statement without a name, and of the last one.", _list(_ID)),
        "output": _says("Name of the result.", _TEXT),
        "value": values(_NUMBER),
        "grad": _says(
            "Derivative by each variable; null where the output does not depend on it.", values(_map(_or_null(_NUMBER)))
        ),
    }


_STEP = _object(
    {
        "rule": _says("What leads from the step before to this one.", _TEXT),
        "left": _says("What is derived.", _TEXT),
        "right": _says("What it equals.", _TEXT),
        "note": _says("The rule in words, for the case at hand.", _TEXT),
    }
)

_COUNT = {"type": "integer", "minimum": 0}

_BLOCKS = _says(
    "By what is differentiated, then by the variable; a block has the axes of the first, then those of the variable.",
    _map(_map(_NUMBER)),
)
_PASSES = _says("Passes through the graph.", _COUNT)
_REASON = _says("How it was found, and why so.", _TEXT)
_TANGENT = _object(
    {
        "direction": _says("The tangent of each variable that moves.", _map(_NUMBER)),
        "outputs": _says("The tangent of each output: the Jacobian-vector product.", _map(_NUMBER)),
        "derivation": _says(
            "The forward pass in the order of evaluation; empty where derivation is null.",
            _list(_object({"node": _TEXT, "steps": _list(_STEP)})),
        ),
    }
)
_JACOBIAN = _object(
    {"mode": {"enum": ["forward", "reverse"]}, "passes": _PASSES, "reason": _REASON, "blocks": _BLOCKS},
)
_HESSIAN = _object({"passes": _PASSES, "reason": _REASON, "blocks": _BLOCKS})

_WITNESS = _object(
    {
        "point": _says("The value of each variable.", _map(_NUMBER)),
        "text": _says("The same as text, exactly.", _TEXT),
        "first": _says("The value of the first expression; null where it is undefined.", _or_null(_NUMBER)),
        "second": _says("The value of the second one; null where it is undefined.", _or_null(_NUMBER)),
        "first_text": _says("The same with as many digits as the difference takes.", _TEXT),
        "second_text": _says("The same of the second one.", _TEXT),
    }
)

_EXPLAIN_STEP = _object(
    {
        **_STEP["properties"],
        "simplification": _says(
            "Whether the step only rewrites the one before; --steps brief leaves it out.", {"type": "boolean"}
        ),
    }
)
_LONG = _says(
    "A whole number; its digits as a string beyond 2^53.", {"anyOf": [_COUNT, {"type": "string", "pattern": "^[0-9]+$"}]}
)

_PATH = _object(
    {
        "nodes": _says("Names of the nodes, from the variable to the output.", _list(_TEXT)),
        "arguments": _says("For each edge which argument of its target it is, from 0.", _list(_COUNT)),
        "partials": _says("The product of the derivatives along it, as symbols; null where it is long.", _or_null(_TEXT)),
        "factors": _says("The same with the local derivatives put in.", _or_null(_TEXT)),
        "product": _says("The same without trivial factors.", _or_null(_TEXT)),
        "value": _says("The same as a number; null without values.", _or_null(_NUMBER)),
    }
)
_PATHS = _object(
    {
        "variable": _TEXT,
        "count": _says("How many paths there are, exactly; its digits as a string beyond 2^53.", _LONG),
        "listed": _says("How many of them are listed: all, or the largest.", _COUNT),
        "paths": _list(_PATH),
        "rest": _says("What the paths that are not listed add up to; null without values.", _or_null(_NUMBER)),
        "sum": _says("The sum, step by step; empty where there are many paths.", _list(_EXPLAIN_STEP)),
    }
)
_COST = _object(
    {
        "method": {"enum": ["path by path", "forward mode", "reverse mode"]},
        "passes": _says("Walks through the graph; null where paths are walked.", _or_null(_COUNT)),
        "multiplications": _says("For the variables of wrt; null where not counted.", _or_null(_LONG)),
        "passes_for_all": _says("The same for every variable of the expression.", _or_null(_COUNT)),
        "multiplications_for_all": _says("The same for every variable of the expression.", _or_null(_LONG)),
    }
)
_APPLICATION = _object(
    {
        "number": _says("Its place: 1, 1.1, 1.2.", {"type": "string", "pattern": "^[0-9]+([.][0-9]+)*$"}),
        "rule": _says("The name of the rule.", _TEXT),
        "statement": _says("The rule in letters; a prime is the derivative.", _TEXT),
        "with": _says("What the letters stand for.", _map(_TEXT)),
        "part": _says("The part of the expression that it is applied to.", _TEXT),
        "steps": _list(_EXPLAIN_STEP),
        "derivative": _says("The derivative of the part.", _TEXT),
    }
)
_LINE = _says("Of the source text, from 1.", _or_null({"type": "integer", "minimum": 1}))
_PRINTED = _says(
    "A line that the program prints: texts, and values with what they are of.",
    _list({"anyOf": [_TEXT, _object({"of": _TEXT, "value": {"anyOf": [_NUMBER, _TEXT]}})]}),
)

_REMOVED = _says(
    "What building a static graph left out; left out where that is nothing.",
    _list(
        _object(
            {
                "pass": {"enum": ["shared", "folded", "identity", "dead"]},
                "operation": _TEXT,
                "line": {"type": "integer", "minimum": 1},
                "text": _says("Its place in the source text.", _TEXT),
            }
        )
    ),
)

_WHERE_BY = "; null in the other views."

SCHEMAS: dict[str, dict[str, Any]] = {
    "eval": {
        "$schema": _DRAFT,
        "title": "gradcli eval --json",
        **_object(
            {
                "schema": {"const": EVAL_SCHEMA},
                **_run(lambda schema: schema),
                "derivative": _says(
                    "Derivative by each variable as an expression or program; null where it is left out, see warnings.",
                    _or_null(_map(_TEXT)),
                ),
                "tangent": _says("With --tangent.", _TANGENT),
                "jacobian": _says("With --jacobian: the derivatives of every output.", _JACOBIAN),
                "hessian": _says("With --hessian: the second derivatives of the output.", _HESSIAN),
                "nodes": _says("In the order of evaluation.", _list(_node(_NUMBER))),
                "edges": _says("By target, then by argument.", _list(_EDGE)),
                "derivation": _says("The chain rule for each variable; null where it is left out.", _or_null(_map(_list(_STEP)))),
                "warnings": _list(_TEXT),
            }
        ),
    },
    "graph": {
        "$schema": _DRAFT,
        "title": "gradcli graph --format json",
        **_object(
            {
                "schema": {"const": GRAPH_SCHEMA},
                **_run(_or_null),
                "nodes": _says("In the order of evaluation; values are null without bindings.", _list(_node(_or_null(_NUMBER)))),
                "edges": _says("By target, then by argument.", _list(_EDGE)),
                "blocks": _says(
                    "The graphs of branches and loops, each before those inside of it; left out where there are none.",
                    _list(
                        _object(
                            {
                                "inside": _says(
                                    "The block that its node stands in; null for the graph itself.", _or_null(_COUNT)
                                ),
                                "node": _says("Id of its node there.", _ID),
                                "kind": {"enum": ["then", "else", "test", "body"]},
                                "parameters": _says("Its variables, by the inputs of its node.", _list(_TEXT)),
                                "results": _says("What its outputs are called outside.", _list(_TEXT)),
                                "outputs": _list(_ID),
                                "nodes": _list(_object({**_BARE_NODE, "settings": _SETTINGS})),
                            }
                        )
                    ),
                ),
                "removed": _REMOVED,
                "backward": _says(
                    "The backward graphs, with --backward or --both.",
                    _or_null(
                        _object(
                            {
                                "functions": _says("PyTorch's backward graph, in the order in which it runs.", _list(_FUNCTION)),
                                "gradient": _says(
                                    "For each variable the id below of its derivative; null where there is none.",
                                    _map(_or_null(_ID)),
                                ),
                                "nodes": _says(
                                    "The gradient as a graph of its own.",
                                    _list(_object({**_BARE_NODE, "settings": _SETTINGS, "value": _or_null(_NUMBER)})),
                                ),
                            }
                        )
                    ),
                ),
                "warnings": _list(_TEXT),
            }
        ),
    },
    "explain": {
        "$schema": _DRAFT,
        "title": "gradcli explain --json",
        **_object(
            {
                "schema": {"const": EXPLAIN_SCHEMA},
                "expression": _says("The source text.", _TEXT),
                "printed": _says("What the script printed; left out where there is none.", _TEXT),
                "by": {"enum": ["nodes", "paths", "rules"]},
                "steps": {"enum": ["brief", "normal", "full"]},
                "mode": {"enum": ["dynamic", "static"]},
                "bindings": _says("The value of each variable; null in symbols alone.", _or_null(_map(_NUMBER))),
                "wrt": _says("The variables to differentiate by.", _list(_TEXT)),
                "output": _says("Name of the result.", _TEXT),
                "value": _or_null(_NUMBER),
                "grad": _says(
                    "Null in symbols alone, and where the output does not depend on it.", _or_null(_map(_or_null(_NUMBER)))
                ),
                "derivative": _says("As an expression or program; null for large graphs.", _or_null(_map(_TEXT))),
                "nodes": _says(
                    f"By nodes: the computed nodes in the order of evaluation{_WHERE_BY}",
                    _or_null(_list(_object({"name": _TEXT, "expr": _TEXT, "shape": _list(_COUNT), "value": _or_null(_NUMBER)}))),
                ),
                "equations": _says(
                    f"By nodes: the backward pass, then the variables{_WHERE_BY}",
                    _or_null(_list(_object({"node": _TEXT, "variable": {"type": "boolean"}, "steps": _list(_EXPLAIN_STEP)}))),
                ),
                "paths": _says(f"By paths: for each variable its paths{_WHERE_BY}", _or_null(_list(_PATHS))),
                "costs": _says(f"By paths: multiplications by local derivatives{_WHERE_BY}", _or_null(_list(_COST))),
                "definitions": _says(f"By rules: parts that go by a name{_WHERE_BY}", _or_null(_map(_TEXT))),
                "rules": _says(
                    f"By rules: for each variable the rules that lead to its derivative{_WHERE_BY}",
                    _or_null(
                        _list(
                            _object(
                                {
                                    "variable": _TEXT,
                                    "applications": _list(_APPLICATION),
                                    "result": _says("Put together and simplified.", _list(_EXPLAIN_STEP)),
                                }
                            )
                        )
                    ),
                ),
                "warnings": _list(_TEXT),
            }
        ),
    },
    "equal": {
        "$schema": _DRAFT,
        "title": "gradcli equal --json",
        **_object(
            {
                "schema": {"const": EQUAL_SCHEMA},
                "first": _says("The source text of the first expression.", _TEXT),
                "second": _says("The source text of the second one.", _TEXT),
                "equal": _says("Whether they are equal where both are defined.", {"type": "boolean"}),
                "verdict": {"enum": [verdict.value for verdict in Verdict]},
                "method": _says("How it is known.", {"enum": [method.value for method in Method]}),
                "proof": _says("Whether it is proved; a domain is never more than sampled.", {"type": "boolean"}),
                "same_domain": _says("No point was found at which only one is defined.", {"type": "boolean"}),
                "assume": {"enum": ["positive", None]},
                "variables": _says("Those that a value depends on.", _list(_TEXT)),
                "counterexample": _says("A point at which they differ.", _or_null(_WITNESS)),
                "points": _says("At how many points both are defined and were compared.", _COUNT),
                "only_first": _says("At how many only the first is defined.", _COUNT),
                "only_second": _says("At how many only the second is defined.", _COUNT),
                "neither": _says("At how many neither is.", _COUNT),
                "undecided": _says("At how many a value was too large, or not to be told apart from rounding.", _COUNT),
                "domain": _says("Some points at which only one is defined.", _list(_WITNESS)),
                "digits": _says("Digits in which rounded values agree.", _or_null(_COUNT)),
                "degree": _says("Bound of the degree of the difference of rational functions.", _or_null(_TEXT)),
                "trials": _says("How many of the points the proof or the error bound rests on.", _COUNT),
                "error_bound": _says("Bound of the probability that random points hide a difference.", _or_null(_NUMBER)),
                "prime": _says("What was computed modulo.", _or_null(_TEXT)),
                "agree_if_positive": _says(
                    "At how many positive points expressions agree that differ elsewhere; 0 if not at all.", _COUNT
                ),
                "shapes": _says("The shapes of both; empty for numbers.", _list(_list(_ID))),
                "sentences": _says("The answer for people.", _list(_TEXT)),
            }
        ),
    },
    "run": {
        "$schema": _DRAFT,
        "title": "gradcli run --json",
        **_object(
            {
                "schema": {"const": RUN_SCHEMA},
                "expression": _says("The source text.", _TEXT),
                "mode": {"enum": ["dynamic", "static"]},
                "dtype": {"enum": ["float64", "float32"]},
                "bindings": _says("The value of each variable, in the order of first use.", _map(_NUMBER)),
                "wrt": _says("The variables that require gradients.", _list(_TEXT)),
                "printed": _says("What the program printed; left out where that is nothing.", _TEXT),
                "output": _says("Name of the first output, which is differentiated.", _TEXT),
                "values": _says("The value of each output.", _map(_NUMBER)),
                "grad": _says(
                    "Derivative by each variable; null where the output does not depend on it.", _map(_or_null(_NUMBER))
                ),
                "warnings": _list(_TEXT),
            }
        ),
    },
    "record": {
        "$schema": _DRAFT,
        "title": "a line of gradcli run --feed FILE --format jsonl",
        "anyOf": [
            _object(
                {
                    "row": _says("The number of the row, from 1.", {"type": "integer", "minimum": 1}),
                    "values": _says("The value of each output.", _map(_NUMBER)),
                    "grad": _says(
                        "Derivative of the first output by each variable; null where it does not depend on it.",
                        _map(_or_null(_NUMBER)),
                    ),
                    "printed": _says("What the program printed in this row; left out where that is nothing.", _TEXT),
                }
            ),
            _object(
                {
                    "row": _says("The number of the row, from 1.", {"type": "integer", "minimum": 1}),
                    "error": _says("Why the row failed.", _TEXT),
                    "hint": _or_null(_TEXT),
                }
            ),
        ],
    },
    "ops": {
        "$schema": _DRAFT,
        "title": "gradcli ops --json",
        **_object(
            {
                "schema": {"const": OPS_SCHEMA},
                "operations": _list(
                    _object(
                        {
                            "name": _TEXT,
                            "usage": _says("How it is written, with defaults.", _TEXT),
                            "operator": _or_null(_TEXT),
                            "spellings": _says("Further names.", _list(_TEXT)),
                            "meaning": _TEXT,
                            "definition": _says(
                                "What it is in more primitive operations; null for a primitive one.", _or_null(_TEXT)
                            ),
                            "derivative": _says(
                                "By each parameter; y is the result; null where there is none.", _map(_or_null(_TEXT))
                            ),
                            "domain": _says("Where it is real and smooth.", _TEXT),
                            "grad_fn": _says("PyTorch's names of its backward function.", _list(_TEXT)),
                        }
                    )
                ),
                "array_operations": _says(
                    "Operations that are not elementwise.",
                    _list(_object({"name": _TEXT, "usage": _TEXT, "spellings": _list(_TEXT), "meaning": _TEXT})),
                ),
            }
        ),
    },
    "diff": {
        "$schema": _DRAFT,
        "title": "gradcli diff --json and gradcli simplify --json",
        **_object(
            {
                "schema": {"const": DIFF_SCHEMA},
                "expression": _says("The source text.", _TEXT),
                "printed": _says("What the script printed; left out where there is none.", _TEXT),
                "output": _says("What the function is called.", _TEXT),
                "bindings": _says("The value of each variable; null where none were given.", _or_null(_map(_NUMBER))),
                "definitions": _says(
                    "Lines t1 = ... that the expressions use, each in terms of those before it.",
                    _list(_object({"name": _TEXT, "expression": _TEXT})),
                ),
                "derivatives": _list(
                    _object(
                        {
                            "wrt": _says("Differentiated by these variables, one after the other.", _list(_TEXT)),
                            "expression": _TEXT,
                            "value": _says("At the point given, if any.", _or_null(_NUMBER)),
                        }
                    )
                ),
                "warnings": _list(_TEXT),
            }
        ),
    },
    "trace": {
        "$schema": _DRAFT,
        "title": "gradcli trace --json",
        **_object(
            {
                "schema": {"const": TRACE_SCHEMA},
                **_run(lambda values: values),
                "events": _says(
                    "What happened, in order.",
                    _list(
                        {
                            "anyOf": [
                                _object({"kind": {"const": "print"}, "line": _LINE, "printed": _PRINTED}),
                                _object(
                                    {
                                        "kind": {"enum": list(KINDS)},
                                        "line": _LINE,
                                        "name": _says("The node, the statement, or the part of the log.", _TEXT),
                                        "text": _TEXT,
                                        "value": _says("The value, adjoint or contribution.", _or_null(_NUMBER)),
                                        "depth": _says("Blocks of a static graph that it stands in.", _COUNT),
                                    }
                                ),
                            ]
                        }
                    ),
                ),
                "warnings": _list(_TEXT),
            }
        ),
    },
    "compare-modes": {
        "$schema": _DRAFT,
        "title": "gradcli compare-modes --json",
        **_object(
            {
                "schema": {"const": MODES_SCHEMA},
                "expression": _says("The source text.", _TEXT),
                "inputs": _says("The values of the variables, by run.", _list(_map(_NUMBER))),
                "recorded": _says("For each run which dynamic graph it recorded; equal numbers are equal graphs.", _list(_COUNT)),
                "values": _says("For each run the value in the dynamic and in the static mode.", _list(_list(_NUMBER))),
                "nodes": _list(
                    _object(
                        {
                            "line": {"type": "integer", "minimum": 1},
                            "name": _TEXT,
                            "expr": _says("What it computes; null for a variable.", _or_null(_TEXT)),
                            "block": _says("The block of the static graph that it stands in.", _or_null(_TEXT)),
                            "dynamic": _says("For each run how many nodes are recorded of it.", _list(_COUNT)),
                            "static": _says("How many nodes the static graph has of it.", _COUNT),
                            "executed": _says("For each run how often they execute.", _list(_COUNT)),
                        }
                    )
                ),
            }
        ),
    },
    "error": {
        "$schema": _DRAFT,
        "title": "an error of a command with --json, on standard error",
        **_object(
            {
                "schema": {"const": "gradcli/error/1"},
                "error": _TEXT,
                "hint": _or_null(_TEXT),
                "where": _says("What the text is called that line and column refer to.", _or_null(_TEXT)),
                "line": _says("From 1.", _or_null({"type": "integer", "minimum": 1})),
                "column": _says("From 1.", _or_null({"type": "integer", "minimum": 1})),
                "exit_code": {"enum": [1, 2, 3, 4, 70]},
            }
        ),
    },
}
