"""The tape of a program that breaks off: what ran until then, and the operation whose operands do not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradcli.autodiff.passes.forward import evaluate
from gradcli.autodiff.passes.reverse import requires_grad
from gradcli.autodiff.passes.tape import Tape
from gradcli.graph.graph import Broken
from gradcli.lowering.builders.builder import Value, float32
from gradcli.lowering.builders.compaction import compacted
from gradcli.lowering.builders.mismatch import MismatchError


def broken_tape(
    error: MismatchError, bindings: Mapping[str, Value] | None, wrt: Sequence[str] | None = None, *, mode: str, dtype: str
) -> Tape:
    """The tape until an error, for drawings: its output is the node that could not be, nothing has run backward.

    Args:
        error: The error; its graph is taken over.
        bindings: The value of each variable; None where they have none.
        wrt: The variables that require gradients; None for all. Names that the program has not come to are passed over.
        mode: ``dynamic`` or ``static``.
        dtype: ``float64`` or ``float32``.
    """
    graph, inputs = error.graph, error.inputs
    earlier = list(graph.outputs)
    if mode == "static" and inputs:  # without what folding has left behind
        graph.outputs = [*earlier, *inputs]
        graph.output = inputs[-1]
        graph = compacted(graph)
        earlier, inputs = graph.outputs[: -len(inputs)], tuple(graph.outputs[-len(inputs) :])
    cast = float32 if dtype == "float32" else None
    known = {} if bindings is None else {name: bindings[name] for name in graph.variables}
    point = {name: cast(value) if cast else value for name, value in known.items()}
    values: list[Value] = [None] * len(graph) if bindings is None else evaluate(graph, point, cast)
    chosen = tuple(name for name in (graph.variables if wrt is None else dict.fromkeys(wrt)) if name in graph.variables)
    needs = requires_grad(graph, [graph.variables[name] for name in chosen])
    id = graph.append(error.operation, inputs, error.span or (0, 0))
    if error.settings:
        graph.settings[id] = error.settings
    graph.output, graph.outputs = id, [*earlier, id]
    graph.broken = Broken(id, error.reason, error.breaking)
    return Tape(
        graph=graph,
        mode=mode,
        dtype=dtype,
        bindings=point,
        wrt=chosen,
        values=[*values, None],
        requires_grad=[*needs, False],
        adjoints=[None] * len(graph),
        retained=frozenset(),
        symbolic=bindings is None,
    )
