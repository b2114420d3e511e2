"""Where Jacobians and Hessians can be other than 0, from the graph alone.

Each node has the set of what it depends on, as bits of one number; a node has the sets of the operands that a gradient flows to
(Griewank and Walther, Evaluating Derivatives, 2nd ed., section 7.1). The pattern of a Hessian is that of the Jacobian of the
graph of the gradient. What has one colour in a colouring of a pattern is found in one pass.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.autodiff.passes.reverse import carries, gradient_graph
from gradcli.graph.graph import Graph


def jacobian_pattern(graph: Graph, outputs: Sequence[int | None], inputs: Sequence[int]) -> list[int]:
    """The entries of a Jacobian that may be other than 0.

    It takes a pass with sets of the outputs or of the inputs, whichever are fewer, and forgets a set after its last use.

    Args:
        graph: A graph of numbers.
        outputs: The nodes that are differentiated; None for 0.
        inputs: The nodes that they are differentiated by.

    Returns:
        For each output a number whose bits are the places of these inputs.
    """
    if len(outputs) < len(inputs):
        return _by_outputs(graph, outputs, inputs)
    last = list(range(len(graph)))
    for id, operands in enumerate(graph.inputs):
        for operand in operands:
            last[operand] = id
    kept = {id: 0 for id in outputs if id is not None}
    sets: dict[int, int] = {id: 1 << place for place, id in enumerate(inputs)}
    for id, operands in enumerate(graph.inputs):
        found = sets.get(id, 0)
        if id not in graph.detached:
            for index, operand in enumerate(operands):
                if sets.get(operand) and carries(graph, id, index):
                    found |= sets[operand]
        if found:
            sets[id] = found
        if id in kept:
            kept[id] = found
        for operand in operands:
            if last[operand] == id:
                sets.pop(operand, None)
    return [0 if id is None else kept[id] for id in outputs]


def _by_outputs(graph: Graph, outputs: Sequence[int | None], inputs: Sequence[int]) -> list[int]:
    """The same by a pass from the outputs to the inputs."""
    sets: dict[int, int] = {}
    for place, output in enumerate(outputs):
        if output is not None:
            sets[output] = sets.get(output, 0) | 1 << place
    rows, places = [0] * len(outputs), {id: place for place, id in enumerate(inputs)}
    for id in range(len(graph) - 1, -1, -1):
        found = sets.pop(id, 0)
        if not found:
            continue
        if id in places:
            for row in bits(found):
                rows[row] |= 1 << places[id]
        if id not in graph.detached:
            for index, operand in enumerate(graph.inputs[id]):
                if carries(graph, id, index):
                    sets[operand] = sets.get(operand, 0) | found
    return rows


def hessian_pattern(graph: Graph, inputs: Sequence[int]) -> list[int]:
    """The entries of the Hessian of the output that may be other than 0, a row for each input as above.

    Args:
        graph: A graph of numbers.
        inputs: The variables.
    """
    gradient, rows = gradient_graph(graph, inputs)
    names = {id: name for name, id in graph.variables.items()}
    variables = [gradient.variables.get(names[id], -1) for id in inputs]
    found = jacobian_pattern(gradient, rows, variables)
    for row, entries in enumerate(found):
        for column in bits(entries):
            found[column] |= 1 << row
    return found


def bits(number: int) -> list[int]:
    """The places of the bits of a number that are 1, ascending."""
    digits = bin(number)[:1:-1]
    found, at = [], digits.find("1")
    while at >= 0:
        found.append(at)
        at = digits.find("1", at + 1)
    return found


def transposed(rows: Sequence[int], columns: int) -> list[int]:
    """The pattern of the transposed matrix.

    Args:
        rows: The pattern.
        columns: How many columns it has.
    """
    found = [0] * columns
    for row, entries in enumerate(rows):
        for column in bits(entries):
            found[column] |= 1 << row
    return found


def distance_2_colouring(rows: Sequence[int], columns: int) -> list[int]:
    """Colours of the columns of a Jacobian, of which no two with one colour share a row: a pass of forward mode for each colour.

    Greedy, columns with many neighbours first (Curtis, Powell and Reid, On the estimation of sparse Jacobian matrices, 1974; as a
    partial distance-2 colouring in Gebremedhin, Manne and Pothen, What color is your Jacobian?, 2005, algorithm 3.2).

    Args:
        rows: The pattern, a number of bits for each row.
        columns: How many columns it has.

    Returns:
        The colour of each column, from 0 on; -1 of an empty one, which needs no pass.
    """
    by_column = transposed(rows, columns)
    meets = [0] * columns
    for column, places in enumerate(by_column):
        for row in bits(places):
            meets[column] |= rows[row]
    colours, classes = [-1] * columns, list[int]()
    for column in sorted(range(columns), key=lambda column: -meets[column].bit_count()):
        if not by_column[column]:
            continue
        colour = next((colour for colour, members in enumerate(classes) if not members & meets[column]), len(classes))
        if colour == len(classes):
            classes.append(0)
        classes[colour] |= 1 << column
        colours[column] = colour
    return colours


def star_colouring(rows: Sequence[int]) -> list[int]:
    """Colours of the variables of a Hessian with which each entry stands alone in a product: a pass for each colour.

    Neighbours have two colours, and a path of four has three (Coleman and Moré, Estimation of sparse Hessian matrices, 1984;
    Gebremedhin, Manne and Pothen, 2005, section 4.2). Greedy, variables with many neighbours first.

    Args:
        rows: The pattern, symmetric.

    Returns:
        The colour of each variable, from 0 on; -1 of one that has no entry.
    """
    near = [entries & ~(1 << at) for at, entries in enumerate(rows)]
    colours, classes = [-1] * len(rows), list[int]()
    for at in sorted(range(len(rows)), key=lambda at: -near[at].bit_count()):
        if not rows[at]:
            continue
        coloured = [(other, colours[other]) for other in bits(near[at]) if colours[other] >= 0]
        seen: set[int] = set()
        twice = {colour for _, colour in coloured if colour in seen or seen.add(colour)}  # type: ignore[func-returns-value]
        colour = next(
            (
                colour
                for colour, members in enumerate(classes)
                if not members & near[at] and not _makes_path(members, coloured, twice, near, classes)
            ),
            len(classes),
        )
        if colour == len(classes):
            classes.append(0)
        classes[colour] |= 1 << at
        colours[at] = colour
    return colours


def _makes_path(
    members: int, coloured: Sequence[tuple[int, int]], twice: set[int], near: Sequence[int], classes: Sequence[int]
) -> bool:
    """Whether a variable of this colour would lie on a path of four with two colours, at its end or within."""
    for other, colour in coloured:
        beyond = near[other] & members
        if beyond and (colour in twice or any(near[end] & classes[colour] & ~(1 << other) for end in bits(beyond))):
            return True
    return False
