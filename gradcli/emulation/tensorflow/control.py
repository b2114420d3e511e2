"""Choices and loops of a static graph."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.values import Function, Native, Raised
from gradcli.emulation.tensorflow.graph import Node, converted
from gradcli.emulation.tensorflow.world import World
from gradcli.typing import Any


def _branch(machine: Interpreter, world: World, function: Any, like: Node | None = None) -> Node:
    if not isinstance(function, Function | Native):
        raise Raised("TypeError", "true_fn and false_fn must be callable")
    value = machine.apply(function, [])
    return converted(machine, world.graph, value, None if like is None else like.dtype, "cond/Const")


def cond(machine: Interpreter, world: World, pred: Any, true_fn: Any = None, false_fn: Any = None, name: Any = None) -> Node:
    """``tf.cond``: of two branches, both in the graph, a run computes the one that the condition chooses."""
    if not isinstance(pred, Node):
        raise Raised("TypeError", "pred must not be a Python bool")
    then = _branch(machine, world, true_fn)
    otherwise = _branch(machine, world, false_fn, then)
    shape = then.shape if then.shape == otherwise.shape else None
    return Node(
        world.graph, "cond", name or "cond/Merge", (pred, then, otherwise), shape=shape, dtype=then.dtype, span=machine.span
    )


def while_loop(machine: Interpreter, world: World, cond: Any, body: Any, loop_vars: Any, name: Any = None, **ignored: Any) -> Any:
    """``tf.while_loop``: a condition and a body, graphs of their own, that a run computes round after round."""
    start = [converted(machine, world.graph, value, None, "while/Const") for value in machine.listed(loop_vars)]
    graph = world.graph
    first = len(graph.nodes)
    inner = [Node(graph, "loop variable", "while/Identity", shape=one.shape, dtype=one.dtype, span=machine.span) for one in start]
    condition = machine.apply(cond, list(inner))
    result = machine.apply(body, list(inner))
    following = [
        converted(machine, graph, value, one.dtype, "while/Const")
        for value, one in zip(result if isinstance(result, list | tuple) else [result], inner, strict=False)
    ]
    if not isinstance(condition, Node) or len(following) != len(inner):
        raise Raised("ValueError", "The two structures don't have the same nested structure: loop_vars and the result of body")
    own = set(graph.nodes[first:])
    outer = _outside([condition, *following], own)
    ends = [
        Node(graph, "while", "while/Exit", (*start, *outer), shape=one.shape, dtype=one.dtype, span=machine.span,
             parts=(condition, following, inner, at, own))
        for at, one in enumerate(start)
    ]  # fmt: skip
    return ends[0] if len(ends) == 1 else tuple(ends) if isinstance(result, tuple) else ends


def _outside(ends: Sequence[Node], own: set[Node]) -> list[Node]:
    """The nodes outside a loop that its nodes use."""
    outer: dict[Node, None] = {}
    seen, work = set(ends), list(ends)
    while work:
        node = work.pop()
        if node not in own:
            outer[node] = None
            continue
        work += [one for one in node.inputs if one not in seen]
        seen.update(node.inputs)
    return list(outer)
