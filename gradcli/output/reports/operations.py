"""The operations for people and as JSON, from their declarations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.algebra.simplify import normal_forms
from gradcli.algebra.sums.expressions import written
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.spellings import shortest
from gradcli.graph.graph import Graph
from gradcli.graph.names import node_names
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.node_expressions import written_out
from gradcli.ops.declaration.operation import Operation
from gradcli.ops.declaration.structural import Structural
from gradcli.ops.declaration.symbol import Symbol
from gradcli.output.json import document, encoder, list_json
from gradcli.output.reports.blocks import Block, Lines, Style, Table
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.output.schemas.symbolic import ArrayOperationRecord, OperationRecord


def _parameters(operation: Operation) -> tuple[str, ...]:
    """Names of the arguments; two for an operation that takes any number."""
    return operation.parameters if not operation.variadic else (operation.parameters[0], operation.parameters[0] + "2")


def derivative_texts(operation: Operation) -> dict[str, str | None]:
    """The derivative by each parameter as plain text, where ``y`` is the result; None where there is none."""
    parameters = _parameters(operation)
    texts: dict[str, str | None] = {}
    for index, parameter in enumerate(parameters):
        texts[parameter] = None
        if operation.derivable(index):
            builder = StaticBuilder(Graph(), identities=True)
            arguments = tuple(Symbol(builder, builder.variable(name)) for name in parameters)
            result = Symbol(builder, builder.variable("y"))
            wanted = [at == index for at in range(len(parameters))]
            rule = operation.local_derivatives(result, arguments, wanted)[index]
            id = builder.symbol(rule).id
            algebra = Algebra()
            form = shortest(algebra, normal_forms(builder.graph, algebra, generic=True)[id])
            texts[parameter] = to_text(written(algebra, form))
    return texts


def definition_text(operation: Operation) -> str | None:
    """What an operation is in more primitive ones; None for a primitive one."""
    if operation.definition is None:
        return None
    builder = StaticBuilder(Graph())
    arguments = [Symbol(builder, builder.variable(name)) for name in _parameters(operation)]
    id = builder.symbol(operation.definition(*arguments)).id
    return to_text(written_out(builder.graph, id, node_names(builder.graph)))


def operations_report(
    operations: Sequence[Operation], on_arrays: Sequence[Structural], style: Style, *, detailed: bool
) -> Iterator[Block]:
    """The blocks of `gradcli ops`."""
    if detailed:
        for operation in operations:
            yield Lines(list(_explained(operation, style)))
        for declared in on_arrays:
            also = [f"  also        {', '.join(declared.spellings[1:])}"] if declared.spellings[1:] else []
            if declared.backward:  # derivations call it by a name of its own
                operands = ", ".join(declared.parameters)
                rule = f"{declared.spellings[0]}_backward(g, {operands}): {declared.backward}; it stands in derivations alone"
                also.append(f"  backward    {style.text(rule)}")
            yield Lines([declared.usage, f"  {style.text(declared.doc)}", *also])
        return
    rows = [
        [
            operation.usage + (f"   {_operator(operation)}" if operation.symbol else ""),
            style.text(operation.doc),
        ]
        for operation in sorted(operations, key=lambda operation: not operation.differentiable)
    ]
    yield Table(
        "Operations",
        ["name", "meaning"],
        rows,
        wide=frozenset({"name", "meaning"}),
        note="gradcli ops NAME has derivative, domain and grad_fn of one, --json those of all",
    )
    yield Table(
        "Operations on arrays",
        ["name", "meaning"],
        [[declared.usage, style.text(declared.doc)] for declared in on_arrays],
        wide=frozenset({"name", "meaning"}),
    )


def _operator(operation: Operation) -> str:
    """How the operator is written between or before its arguments."""
    if len(operation.parameters) == 2:
        return f"a {operation.symbol} b"
    return f"{operation.symbol} a" if operation.symbol.isalpha() else f"{operation.symbol}a"


def _grad_fn(operation: Operation) -> str:
    names = dict.fromkeys(template.partition("(")[0] for template in operation.grad_fn.values() if template)
    return ", ".join(names) or "None"


def _explained(operation: Operation, style: Style) -> Iterator[str]:
    yield operation.usage
    yield f"  {style.text(operation.doc)}"
    if operation.symbol:
        yield f"  operator    {_operator(operation)}"
    if operation.spellings:
        yield f"  also        {', '.join(operation.spellings)}"
    definition = definition_text(operation)
    if definition is not None:
        yield f"  definition  {style.expression(definition)}"
    for parameter, text in derivative_texts(operation).items():
        shown = "none" if text is None else style.expression(text)
        yield f"  {style.text('∂y/∂' + parameter):<12}{shown}"
    yield f"  domain      {style.text(operation.domain)}"
    yield f"  grad_fn     {_grad_fn(operation)}"


def operations_json(operations: Sequence[Operation], on_arrays: Sequence[Structural]) -> Iterator[str]:
    """The document of `gradcli ops --json`."""
    encode = encoder()
    parts = {
        "operations": list_json(map(encode, map(_operation, operations))),
        "array_operations": list_json(map(encode, map(_array_operation, on_arrays))),
    }
    return document("ops", parts)


def _operation(operation: Operation) -> OperationRecord:
    return {
        "name": operation.name,
        "usage": operation.usage,
        "operator": operation.symbol or None,
        "spellings": list(operation.spellings),
        "meaning": operation.doc,
        "definition": definition_text(operation),
        "derivative": derivative_texts(operation),
        "domain": operation.domain,
        "grad_fn": list(dict.fromkeys(t.partition("(")[0] for t in operation.grad_fn.values() if t)),
    }


def _array_operation(declared: Structural) -> ArrayOperationRecord:
    return {"name": declared.name, "usage": declared.usage, "spellings": list(declared.spellings), "meaning": declared.doc}
