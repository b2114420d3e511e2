"""The tape of a program that breaks off: what ran until then, and the operation whose operands do not fit."""

from __future__ import annotations

from gradcli.autodiff.passes.forward import evaluate
from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.program_run import forward_tape
from gradcli.autodiff.runs.static_graphs import is_steered
from gradcli.frozen import replace
from gradcli.graph.graph import Broken
from gradcli.lowering.builders.builder import Value
from gradcli.lowering.builders.compaction import compacted
from gradcli.lowering.builders.shape_mismatch import MismatchError


def broken_tape(error: MismatchError, asked: Request) -> Tape:
    """The tape until an error, for drawings: its output is the node that could not be, nothing has run backward.

    Args:
        error: The error; its graph is taken over.
        asked: What was asked for; variables to differentiate by that the program has not come to are passed over.
    """
    graph, inputs = error.graph, error.inputs
    earlier = list(graph.outputs)
    if asked.mode == "static" and inputs:  # without what folding has left behind
        graph.outputs = [*earlier, *inputs]
        graph.output = inputs[-1]
        graph = compacted(graph)
        earlier, inputs = graph.outputs[: -len(inputs)], tuple(graph.outputs[-len(inputs) :])
    chosen = None if asked.wrt is None else [name for name in asked.wrt if name in graph.variables]
    known = None
    if asked.bindings is not None and not is_steered(graph):  # what branches, loops or prints is executed, not evaluated
        known = {name: asked.bindings[name] for name in graph.variables}
    asked = replace(asked, bindings=known, wrt=chosen, retain_grad=())
    point = asked.point()
    unknown: list[Value] = [None] * len(graph)
    tape = forward_tape(graph, asked, point, unknown if known is None else evaluate(graph, point, asked.cast))
    id = graph.append(error.operation, inputs, error.span or (0, 0))
    if error.settings:
        graph.settings[id] = error.settings
    graph.output, graph.outputs = id, [*earlier, id]
    graph.broken = Broken(id, error.reason, error.breaking)
    return replace(
        tape,
        values=[*tape.values, None],
        requires_grad=[*tape.requires_grad, False],
        adjoints=[*tape.adjoints, None],
    )
