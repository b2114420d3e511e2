"""The records of runs and graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypedDict

from gradcli.output.schemas.vocabulary import SYMBOLIC, Also, Bindings, Count, Gradient, Id, Mode, Number, Row

if TYPE_CHECKING:
    from typing_extensions import NotRequired


class BareNode(TypedDict):
    """A node of a graph that has no values."""

    id: Annotated[Id, "Place in the order of evaluation, from 0."]
    name: Annotated[str, "Unique name."]
    op: Annotated[str, "variable, constant, or the name of the operation."]
    expr: Annotated[str, "What it computes, in the names of its inputs; of a constant its exact value."]
    inputs: Annotated[list[Id], "Ids of the operands, all smaller than its own."]
    shape: Annotated[list[Id] | None, "Empty for a number; null where the operands do not fit."]
    settings: NotRequired[Annotated[dict[str, Any], "Of an operation on arrays, such as its axis; left out where it has none."]]


class GradientNode(BareNode):
    """A node of a gradient graph."""

    value: Number | None


class RunNode(BareNode):
    """A node of a run."""

    detached: NotRequired[Annotated[Literal[True], "Whether it was computed under no_grad."]]
    mismatch: NotRequired[Annotated[str, "Why the operands do not fit; left out where they do."]]
    value: Annotated[Number, SYMBOLIC]
    is_leaf: bool
    requires_grad: bool
    grad_fn: Annotated[str | None, "PyTorch's name of the operation; null for leaves."]
    next_functions: Annotated[list[str | None] | None, "Where the backward pass goes from here; null for leaves."]
    grad: Annotated[Number | None, "What .grad holds after the backward pass; null on nodes that do not keep it."]
    adjoint: Annotated[Number | None, "The derivative of the output by this node; null where no gradient arrives."]
    tangent: NotRequired[
        Annotated[Number | None, "With --tangent the derivative along the direction; null where it does not move."]
    ]


class Edge(TypedDict):
    """An edge of a graph."""

    source: Annotated[Id, "Id of the operand."]
    target: Annotated[Id, "Id of the node that uses it."]
    argument: Annotated[Id, "Which argument it is, from 0."]
    local_derivative: Annotated[
        str | None, "Derivative of the target by this argument, in names of nodes; null without a gradient."
    ]
    local_value: Annotated[Number | None, "The same as a number."]
    broken: NotRequired[Annotated[bool, "True where the shape of the operand does not fit; else left out."]]


class RunFacts(TypedDict):
    """What a document says of a run as a whole."""

    expression: Annotated[str, "The source text."]
    printed: NotRequired[Annotated[str, "What the script printed; left out where there is none."]]
    mode: Mode
    dtype: Annotated[str, Also(enum=["float64", "float32"])]
    bindings: Annotated[Bindings, SYMBOLIC]
    wrt: Annotated[list[str], "The variables that require gradients."]
    retain_grad: Annotated[list[str], "Names of intermediate nodes that keep .grad."]
    decisions: Annotated[
        dict[str, bool | Number],
        "Of a dynamic graph what chose that it was recorded so, by id: of a condition whether it was true, else the value.",
    ]
    outputs: Annotated[list[Id], "Ids of all results: of each statement without a name, and of the last one."]
    output: Annotated[str, "Name of the result."]
    value: Annotated[Number, SYMBOLIC]
    grad: Annotated[Gradient, SYMBOLIC]


class StepRecord(TypedDict):
    """A step of a derivation."""

    rule: Annotated[str, "What leads from the step before to this one."]
    left: Annotated[str, "What is derived."]
    right: Annotated[str, "What it equals."]
    note: Annotated[str, "The rule in words, for the case at hand."]


_Passes = Annotated[Count, "Passes through the graph."]


_Reason = Annotated[str, "How it was found, and why so."]


_Blocks = Annotated[
    dict[str, dict[str, Number]],
    "By what is differentiated, then by the variable; a block has the axes of the first, then those of the variable.",
]


class TangentEquation(TypedDict):
    """The derivation of the tangent of a node."""

    node: str
    steps: list[StepRecord]


class TangentRecord(TypedDict):
    """The tangents along a direction."""

    direction: Annotated[dict[str, Number], "The tangent of each variable that moves."]
    outputs: Annotated[dict[str, Number], "The tangent of each output: the Jacobian-vector product."]
    derivation: Annotated[list[TangentEquation], "The forward pass in the order of evaluation; empty where derivation is null."]


class JacobianRecord(TypedDict):
    """The Jacobian."""

    mode: Annotated[str, Also(enum=["forward", "reverse"])]
    passes: _Passes
    reason: _Reason
    blocks: _Blocks


class HessianRecord(TypedDict):
    """The Hessian."""

    passes: _Passes
    reason: _Reason
    blocks: _Blocks


class EvalDocument(RunFacts):
    """gradcli eval --json"""

    derivative: Annotated[
        dict[str, str] | None,
        "Derivative by each variable as an expression or program; null where it is left out, see warnings.",
    ]
    tangent: NotRequired[Annotated[TangentRecord, "With --tangent."]]
    jacobian: NotRequired[Annotated[JacobianRecord, "With --jacobian: the derivatives of every output."]]
    hessian: NotRequired[Annotated[HessianRecord, "With --hessian: the second derivatives of the output."]]
    nodes: Annotated[list[RunNode], "In the order of evaluation."]
    edges: Annotated[list[Edge], "By target, then by argument."]
    derivation: Annotated[dict[str, list[StepRecord]] | None, "The chain rule for each variable; null where it is left out."]


RemovedRecord = TypedDict(
    "RemovedRecord",
    {
        "pass": Annotated[str, Also(enum=["shared", "folded", "identity", "dead"])],
        "operation": str,
        "line": Row,
        "text": Annotated[str, "Its place in the source text."],
    },
)
"""What building a static graph left out."""


class FunctionRecord(TypedDict):
    """A function of PyTorch's backward graph."""

    id: Annotated[Id, "Place in the order in which the functions run, from 0."]
    name: Annotated[str, "PyTorch's name; AccumulateGrad fills .grad of a leaf."]
    node: Annotated[Id, "Id of the node that it belongs to."]
    next_functions: Annotated[list[Id | None], "Ids of the functions that the gradient goes to; null for none."]


class BackwardRecord(TypedDict):
    """The backward graphs."""

    functions: Annotated[list[FunctionRecord], "PyTorch's backward graph, in the order in which it runs."]
    gradient: Annotated[dict[str, Id | None], "For each variable the id below of its derivative; null where there is none."]
    nodes: Annotated[list[GradientNode], "The gradient as a graph of its own."]


class BlockRecord(TypedDict):
    """The graph of a branch or a loop."""

    inside: Annotated[Count | None, "The block that its node stands in; null for the graph itself."]
    node: Annotated[Id, "Id of its node there."]
    kind: Annotated[str, Also(enum=["then", "else", "test", "body"])]
    parameters: Annotated[list[str], "Its variables, by the inputs of its node."]
    results: Annotated[list[str], "What its outputs are called outside."]
    outputs: list[Id]
    nodes: list[BareNode]


class GraphDocument(RunFacts):
    """gradcli graph --format json"""

    nodes: Annotated[list[RunNode], "In the order of evaluation; values are null without bindings."]
    edges: Annotated[list[Edge], "By target, then by argument."]
    blocks: NotRequired[
        Annotated[
            list[BlockRecord],
            "The graphs of branches and loops, each before those inside of it; left out where there are none.",
        ]
    ]
    removed: NotRequired[Annotated[list[RemovedRecord], "What building a static graph left out; left out where that is nothing."]]
    backward: Annotated[BackwardRecord | None, "The backward graphs, with --backward or --both."]
