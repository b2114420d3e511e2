"""Colourings of patterns: what has one colour is found in one pass."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.analysis.properties.sparsity import bits, transposed


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
