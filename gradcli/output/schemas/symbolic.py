"""The JSON Schemas of derivations, derivatives, comparisons and operations."""

from __future__ import annotations

from typing import Any

from gradcli.algebra.equality.verdict import Method, Verdict
from gradcli.output.records.explanation import EXPLAIN_SCHEMA
from gradcli.output.reports.derivatives import DIFF_SCHEMA
from gradcli.output.reports.equality import EQUAL_SCHEMA
from gradcli.output.reports.operations import OPS_SCHEMA
from gradcli.output.schemas.parts import (
    COUNT,
    DRAFT,
    ID,
    NUMBER,
    STEP,
    TEXT,
    list_of,
    map_of,
    object_of,
    or_null,
    says,
)

WITNESS = object_of(
    {
        "point": says("The value of each variable.", map_of(NUMBER)),
        "text": says("The same as text, exactly.", TEXT),
        "first": says("The value of the first expression; null where it is undefined.", or_null(NUMBER)),
        "second": says("The value of the second one; null where it is undefined.", or_null(NUMBER)),
        "first_text": says("The same with as many digits as the difference takes.", TEXT),
        "second_text": says("The same of the second one.", TEXT),
    }
)


EXPLAIN_STEP = object_of(
    {
        **STEP["properties"],
        "simplification": says(
            "Whether the step only rewrites the one before; --steps brief leaves it out.", {"type": "boolean"}
        ),
    }
)


LONG = says("A whole number; its digits as a string beyond 2^53.", {"anyOf": [COUNT, {"type": "string", "pattern": "^[0-9]+$"}]})


PATH = object_of(
    {
        "nodes": says("Names of the nodes, from the variable to the output.", list_of(TEXT)),
        "arguments": says("For each edge which argument of its target it is, from 0.", list_of(COUNT)),
        "partials": says("The product of the derivatives along it, as symbols; null where it is long.", or_null(TEXT)),
        "factors": says("The same with the local derivatives put in.", or_null(TEXT)),
        "product": says("The same without trivial factors.", or_null(TEXT)),
        "value": says("The same as a number; null without values.", or_null(NUMBER)),
    }
)


PATHS = object_of(
    {
        "variable": TEXT,
        "count": says("How many paths there are, exactly; its digits as a string beyond 2^53.", LONG),
        "listed": says("How many of them are listed: all, or the largest.", COUNT),
        "paths": list_of(PATH),
        "rest": says("What the paths that are not listed add up to; null without values.", or_null(NUMBER)),
        "sum": says("The sum, step by step; empty where there are many paths.", list_of(EXPLAIN_STEP)),
    }
)


COST = object_of(
    {
        "method": {"enum": ["path by path", "forward mode", "reverse mode"]},
        "passes": says("Walks through the graph; null where paths are walked.", or_null(COUNT)),
        "multiplications": says("For the variables of wrt; null where not counted.", or_null(LONG)),
        "passes_for_all": says("The same for every variable of the expression.", or_null(COUNT)),
        "multiplications_for_all": says("The same for every variable of the expression.", or_null(LONG)),
    }
)


APPLICATION = object_of(
    {
        "number": says("Its place: 1, 1.1, 1.2.", {"type": "string", "pattern": "^[0-9]+([.][0-9]+)*$"}),
        "rule": says("The name of the rule.", TEXT),
        "statement": says("The rule in letters; a prime is the derivative.", TEXT),
        "with": says("What the letters stand for.", map_of(TEXT)),
        "part": says("The part of the expression that it is applied to.", TEXT),
        "steps": list_of(EXPLAIN_STEP),
        "derivative": says("The derivative of the part.", TEXT),
    }
)


WHERE_BY = "; null in the other views."

SYMBOLIC: dict[str, dict[str, Any]] = {
    "explain": {
        "$schema": DRAFT,
        "title": "gradcli explain --json",
        **object_of(
            {
                "schema": {"const": EXPLAIN_SCHEMA},
                "expression": says("The source text.", TEXT),
                "printed": says("What the script printed; left out where there is none.", TEXT),
                "by": {"enum": ["nodes", "paths", "rules"]},
                "steps": {"enum": ["brief", "normal", "full"]},
                "mode": {"enum": ["dynamic", "static"]},
                "bindings": says("The value of each variable; null in symbols alone.", or_null(map_of(NUMBER))),
                "wrt": says("The variables to differentiate by.", list_of(TEXT)),
                "output": says("Name of the result.", TEXT),
                "value": or_null(NUMBER),
                "grad": says(
                    "Null in symbols alone, and where the output does not depend on it.", or_null(map_of(or_null(NUMBER)))
                ),
                "derivative": says("As an expression or program; null for large graphs.", or_null(map_of(TEXT))),
                "nodes": says(
                    f"By nodes: the computed nodes in the order of evaluation{WHERE_BY}",
                    or_null(list_of(object_of({"name": TEXT, "expr": TEXT, "shape": list_of(COUNT), "value": or_null(NUMBER)}))),
                ),
                "equations": says(
                    f"By nodes: the backward pass, then the variables{WHERE_BY}",
                    or_null(list_of(object_of({"node": TEXT, "variable": {"type": "boolean"}, "steps": list_of(EXPLAIN_STEP)}))),
                ),
                "paths": says(f"By paths: for each variable its paths{WHERE_BY}", or_null(list_of(PATHS))),
                "costs": says(f"By paths: multiplications by local derivatives{WHERE_BY}", or_null(list_of(COST))),
                "definitions": says(f"By rules: parts that go by a name{WHERE_BY}", or_null(map_of(TEXT))),
                "rules": says(
                    f"By rules: for each variable the rules that lead to its derivative{WHERE_BY}",
                    or_null(
                        list_of(
                            object_of(
                                {
                                    "variable": TEXT,
                                    "applications": list_of(APPLICATION),
                                    "result": says("Put together and simplified.", list_of(EXPLAIN_STEP)),
                                }
                            )
                        )
                    ),
                ),
                "warnings": list_of(TEXT),
            }
        ),
    },
    "equal": {
        "$schema": DRAFT,
        "title": "gradcli equal --json",
        **object_of(
            {
                "schema": {"const": EQUAL_SCHEMA},
                "first": says("The source text of the first expression.", TEXT),
                "second": says("The source text of the second one.", TEXT),
                "equal": says("Whether they are equal where both are defined.", {"type": "boolean"}),
                "verdict": {"enum": [verdict.value for verdict in Verdict]},
                "method": says("How it is known.", {"enum": [method.value for method in Method]}),
                "proof": says("Whether it is proved; a domain is never more than sampled.", {"type": "boolean"}),
                "same_domain": says("No point was found at which only one is defined.", {"type": "boolean"}),
                "assume": {"enum": ["positive", None]},
                "variables": says("Those that a value depends on.", list_of(TEXT)),
                "counterexample": says("A point at which they differ.", or_null(WITNESS)),
                "points": says("At how many points both are defined and were compared.", COUNT),
                "only_first": says("At how many only the first is defined.", COUNT),
                "only_second": says("At how many only the second is defined.", COUNT),
                "neither": says("At how many neither is.", COUNT),
                "undecided": says("At how many a value was too large, or not to be told apart from rounding.", COUNT),
                "places": says("How many points were chosen for the places at which one of them changes.", COUNT),
                "thresholds": says("Operations by whose own thresholds alone they differ, with these.", map_of(NUMBER)),
                "domain": says("Some points at which only one is defined.", list_of(WITNESS)),
                "digits": says("Digits in which rounded values agree.", or_null(COUNT)),
                "degree": says("Bound of the degree of the difference of rational functions.", or_null(TEXT)),
                "trials": says("How many of the points the proof or the error bound rests on.", COUNT),
                "error_bound": says("Bound of the probability that random points hide a difference.", or_null(NUMBER)),
                "prime": says("What was computed modulo.", or_null(TEXT)),
                "agree_if_positive": says(
                    "At how many positive points expressions agree that differ elsewhere; 0 if not at all.", COUNT
                ),
                "shapes": says("The shapes of both; empty for numbers.", list_of(list_of(ID))),
                "sentences": says("The answer for people.", list_of(TEXT)),
            }
        ),
    },
    "ops": {
        "$schema": DRAFT,
        "title": "gradcli ops --json",
        **object_of(
            {
                "schema": {"const": OPS_SCHEMA},
                "operations": list_of(
                    object_of(
                        {
                            "name": TEXT,
                            "usage": says("How it is written, with defaults.", TEXT),
                            "operator": or_null(TEXT),
                            "spellings": says("Further names.", list_of(TEXT)),
                            "meaning": TEXT,
                            "definition": says(
                                "What it is in more primitive operations; null for a primitive one.", or_null(TEXT)
                            ),
                            "derivative": says(
                                "By each parameter; y is the result; null where there is none.", map_of(or_null(TEXT))
                            ),
                            "domain": says("Where it is real and smooth.", TEXT),
                            "grad_fn": says("PyTorch's names of its backward function.", list_of(TEXT)),
                        }
                    )
                ),
                "array_operations": says(
                    "Operations that are not elementwise.",
                    list_of(object_of({"name": TEXT, "usage": TEXT, "spellings": list_of(TEXT), "meaning": TEXT})),
                ),
            }
        ),
    },
    "diff": {
        "$schema": DRAFT,
        "title": "gradcli diff --json and gradcli simplify --json",
        **object_of(
            {
                "schema": {"const": DIFF_SCHEMA},
                "expression": says("The source text.", TEXT),
                "printed": says("What the script printed; left out where there is none.", TEXT),
                "output": says("What the function is called.", TEXT),
                "bindings": says("The value of each variable; null where none were given.", or_null(map_of(NUMBER))),
                "definitions": says(
                    "Lines t1 = ... that the expressions use, each in terms of those before it.",
                    list_of(object_of({"name": TEXT, "expression": TEXT})),
                ),
                "derivatives": list_of(
                    object_of(
                        {
                            "wrt": says("Differentiated by these variables, one after the other.", list_of(TEXT)),
                            "expression": TEXT,
                            "value": says("At the point given, if any.", or_null(NUMBER)),
                            "note": says("What the value is where it is no plain value of the expression.", or_null(TEXT)),
                        }
                    )
                ),
                "warnings": list_of(TEXT),
            }
        ),
    },
}
"""The schemas, by the name of the command."""
