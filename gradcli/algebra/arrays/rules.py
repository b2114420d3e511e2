"""The rules of simplification for arrays, each with its algebra beside it.

None of them changes a value or a shape where the original is defined. Products of matrices are in ``array_products``; elementwise
sums and products are those of numbers, since arrays of one shape form a commutative ring under them.
"""

from __future__ import annotations

import functools

from gradcli.graph.graph import VARIABLE, Graph, Settings
from gradcli.language.ast import Program
from gradcli.language.parser import parse
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower
from gradcli.ops.catalogue import STRUCTURAL
from gradcli.typing import NamedTuple


class Rule(NamedTuple):
    """An operation on an operation on an array that is something simpler.

    Attributes:
        pattern: What it applies to: in A, a square matrix, or in x, a vector.
        result: What that equals.
        holds: Where both are defined and equal.
    """

    pattern: str
    result: str
    holds: str = "every array"


RULES = (
    # inverses and transposes
    Rule("inv(inv(A))", "A", "A has an inverse"),
    Rule("inv(A.T)", "inv(A).T", "A has an inverse"),
    Rule("inv(diag(x))", "diag(1/x)", "x != 0"),
    # determinants
    Rule("det(A.T)", "det(A)"),
    Rule("det(inv(A))", "1/det(A)", "A has an inverse"),
    Rule("det(diag(x))", "prod(x)"),
    Rule("cofactor(A.T)", "cofactor(A).T"),
    # traces and diagonals
    Rule("trace(A.T)", "trace(A)"),
    Rule("trace(diag(x))", "sum(x)"),
    Rule("trace(outer(x, z))", "x @ z"),
    Rule("diag(diag(x))", "x"),
    Rule("diag(A.T)", "diag(A)"),
    Rule("diag(outer(x, z))", "x*z"),
    # sums over all elements do not depend on their places
    Rule("sum(A.T)", "sum(A)"),
    Rule("sum(flatten(A))", "sum(A)"),
    Rule("sum(diag(x))", "sum(x)"),
    Rule("sum(diag(A))", "trace(A)"),
    Rule("sum(sum(A, axis=0))", "sum(A)"),
    Rule("sum(sum(A, axis=1))", "sum(A)"),
    Rule("mean(A.T)", "mean(A)"),
    Rule("mean(flatten(A))", "mean(A)"),
    Rule("prod(A.T)", "prod(A)"),
    Rule("prod(flatten(A))", "prod(A)"),
    Rule("norm(A.T)", "norm(A)"),
    Rule("norm(flatten(A))", "norm(A)"),
    Rule("norm(diag(x))", "norm(x)"),
    # triangles
    Rule("tril(tril(A))", "tril(A)"),
    Rule("triu(triu(A))", "triu(A)"),
    Rule("tril(triu(A))", "diag(diag(A))"),
    Rule("triu(tril(A))", "diag(diag(A))"),
    Rule("tril(diag(x))", "diag(x)"),
    Rule("triu(diag(x))", "diag(x)"),
)


def linear_operands(operation: str, settings: Settings = ()) -> tuple[int, ...]:
    """The operands in each of which alone an operation is linear: numbers come out of them, op(k·A) = k·op(A)."""
    declared = STRUCTURAL.get(operation)
    filled = any(value != 0 for name, value in settings if name in ("value", "fill"))  # numbers around the array are not scaled
    if declared is None or declared.variadic or filled:
        return ()
    return tuple(sorted(at for group in declared.facts.linear if len(group) == 1 for at in group))


_SIZE = 2
"""The size of the arrays by which patterns are read; the rules hold for every size."""

Key = tuple[str, Settings, str, Settings]
"""An operation with its settings, and that of its operand; settings that name a shape are left out."""


def settings_key(settings: Settings) -> Settings:
    """The settings without shapes, which differ from array to array."""
    return tuple([pair for pair in settings if pair[0] != "shape"])


@functools.lru_cache(maxsize=1)
def by_operations() -> dict[tuple[Key, tuple[int, ...]], Program]:
    """The result of each rule by the two operations of its pattern and the ranks of the arrays in it."""
    table: dict[tuple[Key, tuple[int, ...]], Program] = {}
    for rule in RULES:
        graph = lower(parse(rule.pattern), StaticBuilder(Graph(), shapes={"A": (_SIZE, _SIZE), "x": (_SIZE,), "z": (_SIZE,)}))
        (inner,) = graph.inputs[graph.output]
        ranks = tuple([len(graph.shape(id)) for id in graph.inputs[inner]])
        assert all(graph.operations[id] == VARIABLE for id in graph.inputs[inner])
        operations = [(_canonical(graph.operations[id]), settings_key(_without_axes(graph, id))) for id in (graph.output, inner)]
        table[(*operations[0], *operations[1]), ranks] = parse(rule.result)
    return table


def _canonical(operation: str) -> str:
    return "reshape" if STRUCTURAL[operation].facts.reshapes else operation


def _without_axes(graph: Graph, id: int) -> Settings:
    return () if STRUCTURAL[graph.operations[id]].facts.reshapes else graph.settings.get(id, ())
