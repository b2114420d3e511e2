"""The part of an eager tape that leads to one node, as a tape of its own, which the views of a run show."""

from __future__ import annotations

from gradcli.autodiff.eager import Eager
from gradcli.autodiff.tape import Tape
from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph
from gradcli.language.parser import is_name


def tape_of(tape: Eager, output: int | None = None) -> Tape:
    """What leads to a node, with the adjoints of the last backward pass where that began there.

    Args:
        tape: The eager tape.
        output: The node; None for the one from which the last backward pass began.

    Raises:
        GradcliError: There was no backward pass.
    """
    if output is None:
        output = tape.root
    if output < 0:
        raise GradcliError("nothing ran backward, so there is no graph to show", hint="call .backward() on a result")
    source = tape.graph
    graph = Graph(source.max_nodes, source.max_elements)
    new: dict[int, int] = {}
    for id in _leading_to(tape, output):
        if tape.is_made(id):
            new[id] = graph.variable(_unused(tape.names.get(id, "t"), graph), source.spans[id], source.shape(id))
            continue
        new[id] = graph.append(source.operations[id], tuple([new[input] for input in source.inputs[id]]), source.spans[id])
        graph.set_shape(new[id], source.shape(id))
        if id in source.settings:
            graph.settings[new[id]] = source.settings[id]
        if id in source.constants:
            graph.constants[new[id]] = source.constants[id]
        elif id in tape.names and is_name(tape.names[id]):
            graph.given_names[new[id]] = tape.names[id]
    graph.output = new[output]
    graph.outputs = [graph.output]
    adjoints = tape.adjoints if output == tape.root else {}
    kept = list(new)  # the id in the eager tape of each node of the graph
    return Tape(
        graph=graph,
        mode="dynamic",
        dtype="float32" if tape.dtypes[output] == "float32" else "float64",
        bindings={name: tape.values[kept[id]] for name, id in graph.variables.items()},
        wrt=tuple(name for name, id in graph.variables.items() if tape.requires_grad[kept[id]]),
        values=[tape.values[id] for id in kept],
        requires_grad=[tape.requires_grad[id] for id in kept],
        adjoints=[adjoints.get(id) for id in kept],
        retained=frozenset(new[id] for id in kept if id in tape.slots and not tape.is_made(id)),
    )


def _leading_to(tape: Eager, output: int) -> list[int]:
    """The nodes that lead to one, ascending."""
    seen = {output}
    work = [output]
    while work:
        id = work.pop()
        for input in () if tape.is_made(id) else tape.graph.inputs[id]:
            if input not in seen:
                seen.add(input)
                work.append(input)
    return sorted(seen)


def _unused(name: str, graph: Graph) -> str:
    """A name of a variable that no other has: the name itself, or with a number behind it."""
    stem = "".join([character if is_name(f"x{character}") else "_" for character in name])
    stem = stem if is_name(stem) else f"{stem}_"
    candidate, number = stem, 1
    while candidate in graph.variables:
        candidate, number = f"{stem}{number}", number + 1
    return candidate
