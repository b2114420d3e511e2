"""The JSON document of `gradcli explain`: the same steps as in every other format, an entry a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, TypedDict

from gradcli.derivation.calculus.applied import Rules
from gradcli.derivation.explain import Explanation
from gradcli.derivation.notation.prose import words_text
from gradcli.derivation.notation.steps import Derivation, Step
from gradcli.derivation.paths import Cost, Paths, PathSum
from gradcli.graph.names import is_operation
from gradcli.language.program_text import program_text
from gradcli.language.text import to_text
from gradcli.lowering.node_expressions import node_expression
from gradcli.output.documents.document import count_digits
from gradcli.output.numbers import json_number, json_numbers
from gradcli.output.records.run import StepRecord, step_record
from gradcli.output.records.stream import document, encoder, list_json
from gradcli.output.records.types import Also, Count, Mode, Number

if TYPE_CHECKING:
    from typing_extensions import NotRequired

_EXACT = 2**53
"""Whole numbers that every reader of JSON knows exactly."""

_Long = Annotated[Count | Annotated[str, Also(pattern="^[0-9]+$")], "A whole number; its digits as a string beyond 2^53."]


class ExplainStep(StepRecord):
    """A step of a derivation."""

    simplification: Annotated[bool, "Whether the step only rewrites the one before; --steps brief leaves it out."]


class ComputedNode(TypedDict):
    """A computed node."""

    name: str
    expr: str
    shape: list[Count]
    value: Number | None


class EquationRecord(TypedDict):
    """The derivation of the adjoint of a node."""

    node: str
    variable: bool
    steps: list[ExplainStep]


class PathRecord(TypedDict):
    """A path from a variable to the output."""

    nodes: Annotated[list[str], "Names of the nodes, from the variable to the output."]
    arguments: Annotated[list[Count], "For each edge which argument of its target it is, from 0."]
    partials: Annotated[str | None, "The product of the derivatives along it, as symbols; null where it is long."]
    factors: Annotated[str | None, "The same with the local derivatives put in."]
    product: Annotated[str | None, "The same without trivial factors."]
    value: Annotated[Number | None, "The same as a number; null without values."]


class PathsRecord(TypedDict):
    """The paths of a variable."""

    variable: str
    count: Annotated[_Long, "How many paths there are, exactly; its digits as a string beyond 2^53."]
    listed: Annotated[Count, "How many of them are listed: all, or the largest."]
    paths: list[PathRecord]
    rest: Annotated[Number | None, "What the paths that are not listed add up to; null without values."]
    sum: Annotated[list[ExplainStep], "The sum, step by step; empty where there are many paths."]


class CostRecord(TypedDict):
    """What a way to the gradient costs."""

    method: Annotated[str, Also(enum=["path by path", "forward mode", "reverse mode"])]
    passes: Annotated[Count | None, "Walks through the graph; null where paths are walked."]
    multiplications: Annotated[_Long | None, "For the variables of wrt; null where not counted."]
    passes_for_all: Annotated[Count | None, "The same for every variable of the expression."]
    multiplications_for_all: Annotated[_Long | None, "The same for every variable of the expression."]


ApplicationRecord = TypedDict(
    "ApplicationRecord",
    {
        "number": Annotated[str, Also(pattern="^[0-9]+([.][0-9]+)*$"), "Its place: 1, 1.1, 1.2."],
        "rule": Annotated[str, "The name of the rule."],
        "statement": Annotated[str, "The rule in letters; a prime is the derivative."],
        "with": Annotated[dict[str, str], "What the letters stand for."],
        "part": Annotated[str, "The part of the expression that it is applied to."],
        "steps": list[ExplainStep],
        "derivative": Annotated[str, "The derivative of the part."],
    },
)
"""An application of a rule of calculus."""


class RulesRecord(TypedDict):
    """The rules that lead to the derivative by a variable."""

    variable: str
    applications: list[ApplicationRecord]
    result: Annotated[list[ExplainStep], "Put together and simplified."]


class ExplainDocument(TypedDict):
    """gradcli explain --json"""

    expression: Annotated[str, "The source text."]
    printed: NotRequired[Annotated[str, "What the script printed; left out where there is none."]]
    by: Annotated[str, Also(enum=["nodes", "paths", "rules"])]
    steps: Annotated[str, Also(enum=["brief", "normal", "full"])]
    mode: Mode
    bindings: Annotated[dict[str, Number] | None, "The value of each variable; null in symbols alone."]
    wrt: Annotated[list[str], "The variables to differentiate by."]
    output: Annotated[str, "Name of the result."]
    value: Number | None
    grad: Annotated[dict[str, Number | None] | None, "Null in symbols alone, and where the output does not depend on it."]
    derivative: Annotated[dict[str, str] | None, "As an expression or program; null for large graphs."]
    nodes: Annotated[
        list[ComputedNode] | None, "By nodes: the computed nodes in the order of evaluation; null in the other views."
    ]
    equations: Annotated[list[EquationRecord] | None, "By nodes: the backward pass, then the variables; null in the other views."]
    paths: Annotated[list[PathsRecord] | None, "By paths: for each variable its paths; null in the other views."]
    costs: Annotated[list[CostRecord] | None, "By paths: multiplications by local derivatives; null in the other views."]
    definitions: Annotated[dict[str, str] | None, "By rules: parts that go by a name; null in the other views."]
    rules: Annotated[
        list[RulesRecord] | None,
        "By rules: for each variable the rules that lead to its derivative; null in the other views.",
    ]
    warnings: list[str]


def explanation_json(explanation: Explanation, warnings: Sequence[str], *, ascii: bool = False) -> Iterator[str]:
    """The pieces of the document of `gradcli explain --json`; joined they are one JSON object.

    Args:
        explanation: The explanation.
        warnings: What the user should know.
        ascii: With escapes for characters beyond ASCII.
    """
    tape, content = explanation.tape, explanation.content
    parts: ExplainDocument = {
        "expression": explanation.expression,
        "by": explanation.by,
        "steps": explanation.detail,
        "mode": tape.mode,
        "bindings": None if tape.symbolic else json_numbers(tape.bindings),
        "wrt": list(tape.wrt),
        "output": tape.names[tape.output],
        "value": None if tape.symbolic else json_number(tape.value),
        "grad": None if tape.symbolic else json_numbers(tape.gradient),
        "derivative": {name: program_text(found.program(), "; ") for name, found in explanation.derivatives.items()} or None,
        "nodes": _nodes(explanation) if isinstance(content, Derivation) else None,
        "equations": _equations(explanation, content) if isinstance(content, Derivation) else None,
        "paths": [_paths(explanation, found) for found in content.sums] if isinstance(content, Paths) else None,
        "costs": list(map(_cost, content.costs)) if isinstance(content, Paths) else None,
        "definitions": {name.name: to_text(expression) for name, expression in content.definitions}
        if isinstance(content, Rules)
        else None,
        "rules": _rules(explanation, content) if isinstance(content, Rules) else None,
        "warnings": list(warnings),
    }
    encode = encoder(ascii)
    lined = {  # an entry a line
        key: list_json(map(encode, value))
        for key, value in parts.items()
        if isinstance(value, list) and value and isinstance(value[0], dict)
    }
    return document("explain", {**parts, **lined}, ascii=ascii)


def _step(step: Step) -> ExplainStep:
    return {**step_record(step), "simplification": step.simplification}


def _nodes(explanation: Explanation) -> list[ComputedNode]:
    tape = explanation.tape
    return [
        {
            "name": tape.names[id],
            "expr": to_text(node_expression(tape.graph, id, tape.names)),
            "shape": list(tape.graph.shape(id)),
            "value": None if tape.symbolic else json_number(tape.values[id]),
        }
        for id in range(len(tape.graph))
        if is_operation(tape.graph, id)
    ]


def _equations(explanation: Explanation, derivation: Derivation) -> list[EquationRecord]:
    names = explanation.tape.names
    return [
        {
            "node": names[equation.node],
            "variable": equation.node in explanation.tape.graph.variables.values(),
            "steps": [*map(_step, equation.edges), *map(_step, explanation.shown(equation.steps))],
        }
        for equation in derivation.equations.values()
    ]


def _paths(explanation: Explanation, found: PathSum) -> PathsRecord:
    names, symbolic = explanation.tape.names, explanation.tape.symbolic
    return {
        "variable": found.variable,
        "count": _long(found.count),
        "listed": len(found.paths),
        "paths": [
            {
                "nodes": [names[node] for node in path.nodes],
                "arguments": list(path.arguments),
                "partials": None if path.partials is None else to_text(path.partials, pretty=True),
                "factors": None if path.factors is None else to_text(path.factors, pretty=True),
                "product": None if path.product is None else to_text(path.product),
                "value": None if symbolic else json_number(path.value),
            }
            for path in found.paths
        ],
        "rest": None if symbolic else json_number(found.rest),
        "sum": list(map(_step, explanation.shown(found.steps))),
    }


def _cost(cost: Cost) -> CostRecord:
    return {
        "method": cost.method,
        "passes": cost.passes,
        "multiplications": None if cost.multiplications is None else _long(cost.multiplications),
        "passes_for_all": cost.passes_for_all,
        "multiplications_for_all": None if cost.for_all is None else _long(cost.for_all),
    }


def _long(count: int) -> int | str:
    return count if count <= _EXACT else count_digits(count)


def _rules(explanation: Explanation, rules: Rules) -> list[RulesRecord]:
    return [
        {
            "variable": derivation.variable,
            "applications": [
                {
                    "number": application.number,
                    "rule": application.rule,
                    "statement": words_text([application.statement]),
                    "with": {words_text([equal.left]): to_text(equal.right) for equal in application.letters},
                    "part": to_text(application.part),
                    "steps": list(map(_step, explanation.shown(application.steps))),
                    "derivative": to_text(application.result),
                }
                for application in derivation.applications
            ],
            "result": list(map(_step, explanation.shown(derivation.steps))),
        }
        for derivation in rules.derivations
    ]
