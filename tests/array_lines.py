"""The value of a line of a derivation on arrays, in NumPy: what is written in words there is computed by its definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy

from gradcli.autodiff.passes.tape import Tape
from gradcli.derivation.notation.steps import Derivation, Equation
from gradcli.graph.graph import Graph
from gradcli.language.ast import Call, Expression, Index, Name, Operator, Output, Partial, Program
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.lowering.builders.dynamic import DynamicBuilder
from gradcli.lowering.programs.array_calls import index_entry, setting_of
from gradcli.lowering.programs.lower import lower
from gradcli.ops.catalogue import STRUCTURAL
from gradcli.ops.vjp import product


def line_value(expression: Expression, environment: Mapping[str, Any], shape: tuple[int, ...]) -> Any:
    """The value of a line.

    Args:
        expression: Its right side.
        environment: The values of nodes, of shared parts, and of adjoints by their text.
        shape: The shape of its left side.
    """
    known = dict(environment)

    def bound(value: Any) -> Name:
        known[f"line{len(known)}"] = value
        return Name(f"line{len(known) - 1}")

    def change(node: Expression) -> Expression:
        if isinstance(node, Partial):
            return Name(to_text(node, pretty=True))
        if isinstance(node, Operator) and node.symbol == "⊙":
            return Operator("*", node.operands)
        if isinstance(node, Operator) and node.symbol == "⊗":
            return Call("outer", node.operands)
        if not isinstance(node, Call):
            return node
        settings = {name: setting_of(node.arguments[at - len(node.keywords)], node) for at, name in enumerate(node.keywords)}
        operands = node.arguments[: len(node.arguments) - len(node.keywords)]
        if node.function == "placed":
            assert isinstance(node.arguments[1], Index)
            return bound(_placed(_run(operands[0], known), node.arguments[1], shape))
        if node.function.endswith("_backward"):
            name = node.function.removesuffix("_backward")
            operation = next(o for o in STRUCTURAL.values() if name in o.spellings)
            adjoint, *values = [_run(operand, known) for operand in operands]
            result = operation(*values, **settings)
            handed = product(operation.name, (True,) + (False,) * (len(values) - 1))
            return bound(dict(handed(adjoint, result, values, None, operation.completed(settings)))[0])
        return node

    return numpy.broadcast_to(_run(mapped(expression, change), known), shape)


def _run(expression: Expression, environment: Mapping[str, Any]) -> Any:
    builder = DynamicBuilder(Graph(), environment)
    graph = lower(Program((Output(expression),)), builder, environment)
    return builder.values[graph.output]


def _placed(part: Any, index: Index, shape: tuple[int, ...]) -> Any:
    return STRUCTURAL["index_put"](part, shape=shape, index=tuple(map(index_entry, index.items)))


def check_lines(tape: Tape, derivation: Derivation) -> None:
    """Every line of every equation has the value of the adjoint that it derives, and parts are known before they are used."""
    output = tape.names[tape.output]
    environment: dict[str, Any] = {}
    for id, name in enumerate(tape.names):
        environment[name] = tape.values[id]
        if tape.adjoints[id] is not None:
            environment[f"∂{output}/∂{name}"] = tape.adjoints[id]
    assert set(derivation.needed) == set(tape.wrt)
    for id, equation in derivation.equations.items():
        _check(equation, {**environment}, tape.graph.shape(id), tape.adjoints[id])


def _check(equation: Equation, environment: dict[str, Any], shape: tuple[int, ...], adjoint: Any) -> None:
    for part in equation.edges:
        if isinstance(part.left, Name):
            assert part.left.name not in environment
            environment[part.left.name] = _run(part_in_language(part.right), environment)
    for step in equation.steps:
        if "..." in to_text(step.right):  # an abbreviated value
            continue
        found = line_value(step.right, environment, shape)
        numpy.testing.assert_allclose(found, adjoint, rtol=1e-9, atol=1e-12, err_msg=to_text(step.right, pretty=True))


def part_in_language(expression: Expression) -> Expression:
    """The expression of a shared part in the operators of the language."""

    def change(node: Expression) -> Expression:
        if isinstance(node, Partial):
            return Name(to_text(node, pretty=True))
        if isinstance(node, Operator) and node.symbol == "⊙":
            return Operator("*", node.operands)
        return Call("outer", node.operands) if isinstance(node, Operator) and node.symbol == "⊗" else node

    return mapped(expression, change)
