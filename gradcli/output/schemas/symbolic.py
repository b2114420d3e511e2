"""The records of derivations, derivatives, comparisons and operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypedDict

from gradcli.algebra.equality.verdict import Method, Verdict
from gradcli.output.schemas.runs import StepRecord
from gradcli.output.schemas.vocabulary import Also, Count, Id, Mode, Number

if TYPE_CHECKING:
    from typing_extensions import NotRequired


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
    conditions: NotRequired[Annotated[list[str], "Where an equation gives the variable; only with --implicit."]]


class DefinitionRecord(TypedDict):
    """A line that expressions use."""

    name: str
    expression: str


class DerivativeRecord(TypedDict):
    """A derivative."""

    wrt: Annotated[list[str], "Differentiated by these, one after the other; of a curl the coordinate of the component."]
    expression: str
    conditions: Annotated[list[str], "Where it has the value of the original, of simplify: x != 1; empty for everywhere."]
    value: Annotated[Number | None, "At the point given, if any."]
    note: Annotated[str | None, "What the value is where it is not simply that of the expression."]


class DiffDocument(TypedDict):
    """gradcli diff --json and gradcli simplify --json"""

    expression: Annotated[str, "The source text."]
    printed: NotRequired[Annotated[str, "What the script printed; left out where there is none."]]
    output: Annotated[str, "What the function is called."]
    bindings: Annotated[dict[str, Number] | None, "The value of each variable; null where none were given."]
    definitions: Annotated[list[DefinitionRecord], "Lines t1 = ... that the expressions use, each in terms of those before it."]
    derivatives: list[DerivativeRecord]


class TaylorTerm(TypedDict):
    """A term of a Taylor polynomial."""

    power: Annotated[Count, "The power of the variable minus the place."]
    coefficient: Annotated[str, "As an expression, exactly."]
    value: Annotated[Number | None, "The same as a number; null where it depends on other variables."]


TaylorRemainder = TypedDict(
    "TaylorRemainder",
    {
        "from": Annotated[Number, "Where the range begins."],
        "to": Annotated[Number, "Where it ends."],
        "derivative_order": Annotated[Count, "The order of the derivative that the bound follows from."],
        "derivative_bound": Annotated[Number | None, "What that derivative is there at most, in size."],
        "bound": Annotated[Number | None, "How far polynomial and function are apart there at most."],
    },
)


class TaylorDocument(TypedDict):
    """gradcli taylor --json"""

    expression: Annotated[str, "The source text."]
    variable: Annotated[str, "The variable."]
    about: Annotated[str, "The place, as an expression."]
    order: Annotated[Count, "The largest power that was asked for."]
    polynomial: Annotated[str, "The polynomial as an expression."]
    coefficients: Annotated[list[TaylorTerm], "Those of all powers, zeros as well."]
    remainder: Annotated[TaylorRemainder | None, "How far it is from the function on the range that was given; null without one."]


class TangentDocument(TypedDict):
    """gradcli tangent --json"""

    expression: Annotated[str, "The source text."]
    point: Annotated[dict[str, str], "The place of each variable, exactly."]
    value: Annotated[str | None, "The value of the function there; null of an equation."]
    gradient: Annotated[dict[str, str], "The derivative by each variable there."]
    tangent: Annotated[str, "The linear function; of an equation it is 0 on the tangent."]
    equation: Annotated[bool, "Whether an equation was given."]


class StationaryRecord(TypedDict):
    """A stationary point."""

    kind: Annotated[str, Also(enum=["local minimum", "local maximum", "inflection"])]
    place: Annotated[
        str | None, "Where it is, exactly; null where that is no rational number and no root of a quadratic equation."
    ]
    value: Annotated[str | None, "The value of the function there; null where it is not known exactly."]
    place_number: Annotated[Number, "The place as a number."]
    value_number: Annotated[Number, "The value as a number."]
    interval: Annotated[
        list[str], "Two fractions with this point and no other zero of its factor between them, or the place twice."
    ]


class StationaryDocument(TypedDict):
    """gradcli stationary --json"""

    expression: Annotated[str, "The source text."]
    variable: Annotated[str, "The variable."]
    points: Annotated[list[StationaryRecord], "In ascending order."]


class WitnessRecord(TypedDict):
    """A point at which two expressions were compared."""

    point: Annotated[dict[str, Number], "The value of each variable."]
    text: Annotated[str, "The same as text, exactly."]
    first: Annotated[Number | None, "The value of the first expression; null where it is undefined."]
    second: Annotated[Number | None, "The value of the second one; null where it is undefined."]
    first_text: Annotated[str, "The same with as many digits as the difference takes."]
    second_text: Annotated[str, "The same of the second one."]


class MemberRecord(TypedDict):
    """An element of a set and its equal in another."""

    first: str
    second: str
    verdict: Annotated[str, Verdict]
    proof: bool


class EqualDocument(TypedDict):
    """gradcli equal --json"""

    first: Annotated[str, "The source text of the first expression."]
    second: Annotated[str, "The source text of the second one."]
    equal: Annotated[bool, "Whether they are equal where both are defined."]
    verdict: Annotated[str, Verdict]
    method: Annotated[str, Method, "How it is known."]
    proof: Annotated[bool, "Whether it is proved; a domain is never more than sampled."]
    same_domain: Annotated[bool, "No point was found at which only one is defined."]
    assume: Annotated[str | None, "What is assumed of the variables: x > 0, n integer; of every one: positive."]
    up_to: Annotated[str | None, "constant or factor where the second is compared plus a number, or times one."]
    number: Annotated[str | None, "That number; of equations also an expression that is nowhere 0."]
    variables: Annotated[list[str], "Those that a value depends on."]
    counterexample: Annotated[WitnessRecord | None, "A point at which they differ, of those tried within a tolerance the most."]
    points: Annotated[Count, "At how many points both are defined and were compared."]
    only_first: Annotated[Count, "At how many only the first is defined."]
    only_second: Annotated[Count, "At how many only the second is defined."]
    neither: Annotated[Count, "At how many neither is."]
    undecided: Annotated[Count, "At how many a value was too large, or not to be told apart from rounding."]
    places: Annotated[Count, "How many points were chosen for the places at which one of them changes."]
    unsolved: Annotated[Count, "Of how many of these changes no inverse tells all places, so that they were sought along lines."]
    thresholds: Annotated[dict[str, Number], "Operations by whose own thresholds alone they differ, with these."]
    domain: Annotated[list[WitnessRecord], "Some points at which only one is defined."]
    digits: Annotated[Count | None, "Digits in which rounded values agree."]
    degree: Annotated[str | None, "Bound of the degree of the difference of rational functions."]
    trials: Annotated[Count, "How many of the points the proof or the error bound rests on."]
    error_bound: Annotated[Number | None, "Bound of the probability that random points hide a difference."]
    prime: Annotated[str | None, "What was computed modulo."]
    agree_if_positive: Annotated[Count, "At how many positive points expressions agree that differ elsewhere; 0 if not at all."]
    members: Annotated[list[MemberRecord], "Of two sets for each element of the first its equal in the second."]
    unmatched: Annotated[list[list[str]], "Of two sets the elements that only the first has, and only the second."]
    shapes: Annotated[list[list[Id]], "The shapes of both; empty for numbers."]
    sentences: Annotated[list[str], "The answer for people."]


class OperationRecord(TypedDict):
    """An elementwise operation."""

    name: str
    usage: Annotated[str, "How it is written, with defaults."]
    operator: str | None
    spellings: Annotated[list[str], "Further names."]
    meaning: str
    definition: Annotated[str | None, "What it is in more primitive operations; null for a primitive one."]
    derivative: Annotated[dict[str, str | None], "By each parameter; y is the result; null where there is none."]
    domain: Annotated[str, "Where it is real and smooth."]
    grad_fn: Annotated[list[str], "PyTorch's names of its backward function."]


class ArrayOperationRecord(TypedDict):
    """Another operation on arrays."""

    name: str
    usage: str
    spellings: list[str]
    meaning: str


class OpsDocument(TypedDict):
    """gradcli ops --json"""

    operations: list[OperationRecord]
    array_operations: Annotated[list[ArrayOperationRecord], "Operations that are not elementwise."]
