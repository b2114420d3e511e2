"""Tangents, Jacobian and Hessian for people: a label at each row and column, and the forward pass step by step."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import product
from math import prod

from gradcli.autodiff.passes.jacobian import Blocks
from gradcli.autodiff.passes.tangent import Tangents
from gradcli.autodiff.passes.tape import Tape
from gradcli.derivation.nodes.forward_pass import dotted
from gradcli.graph.graph import Shape
from gradcli.graph.shapes import shape_text
from gradcli.language.numbers import number_text, short_text
from gradcli.lowering.builders.builder import Value
from gradcli.output.jacobians import Jacobians
from gradcli.output.reports.blocks import Block, Equations, Lines, Style, Table
from gradcli.output.reports.equations import equation_rows
from gradcli.output.serialization.jacobians import output_tangents

MATRIX_COLUMNS = 9
MATRIX_ROWS = 40
"""Columns and rows up to which a matrix of derivatives is a table; a larger one is shown block by block."""

_DOTTED = re.compile("(\\w)\u0307(\\w*)")


def tangent_text(text: str, style: Style) -> str:
    """A text with names of tangents in the signs that may be used: ``ẋ``, or ``x'`` where there is no dot."""
    if not style.ascii or text.isascii():
        return style.text(text)
    primed = _DOTTED.sub(r"\1\2'", unicodedata.normalize("NFD", text))
    return style.text(unicodedata.normalize("NFC", primed))


def direction_text(tangents: Tangents, style: Style) -> str:
    """The direction: ``ẋ = 1, ẇ = 0``."""
    texts = [f"{dotted(name)} = {short_text(value)}" for name, value in tangents.direction.items()]
    return tangent_text(", ".join(texts), style)


def jacobian_blocks(tape: Tape, jacobians: Jacobians, style: Style, *, show_all: bool = False) -> Iterator[Block]:
    """What was asked for, the matrices with a label at each row and column.

    Args:
        tape: The run.
        jacobians: What was asked for.
        style: How signs are written.
        show_all: Whether large matrices are shown whole.
    """
    if jacobians.tangents is not None:
        outputs = output_tangents(tape, jacobians.tangents).items()
        along = f"   along {direction_text(jacobians.tangents, style)}"
        yield Lines(
            [f"{tangent_text(dotted(name), style)} = {number_text(value)}{along}" for name, value in outputs], important=True
        )
    d = "d" if tape.one_variable.moving else "∂"
    if jacobians.jacobian is not None:
        found = jacobians.jacobian
        title = f"Jacobian, by {found.reason}"
        yield from _matrix(title, found.blocks, found.outputs, found.inputs, (d, f"/{d}"), style, show_all)
    if jacobians.hessian is not None:
        second = jacobians.hessian
        signs = (f"{'d2' if style.ascii else d + '²'}{tape.names[tape.output]}/{d}", d)
        yield from _matrix(f"Hessian, by {second.reason}", second.blocks, second.inputs, second.inputs, signs, style, show_all)


def forward_pass(tape: Tape, jacobians: Jacobians, style: Style) -> Iterator[Equations]:
    """The derivation of the tangents, where there is one."""
    if jacobians.tangents is None or not jacobians.forward_pass:
        return
    rows: list[tuple[str, str, str, str]] = []
    for equation in jacobians.forward_pass:
        for texts in equation_rows(equation.steps, style):
            left, sign, right, note = [tangent_text(text, style) for text in texts]
            rows.append((left, sign, right, note))
    ends = frozenset({len(rows) - 1}) if jacobians.forward_pass[-1].node == tape.output else frozenset()
    title = f"Forward pass, from the variables to {tape.names[tape.output]}, along {direction_text(jacobians.tangents, style)}"
    yield Equations(title, rows, ends)


def _matrix(
    title: str,
    blocks: Blocks,
    rows: Mapping[str, Shape],
    columns: Mapping[str, Shape],
    signs: tuple[str, str],
    style: Style,
    show_all: bool,
) -> Iterator[Block]:
    """A matrix as a table, or a large one block by block; the signs stand before the label of a row and of a column."""
    left, over = map(style.text, signs)
    height, width = (sum(map(prod, shapes.values())) for shapes in (rows, columns))
    if 0 < width <= MATRIX_COLUMNS and height <= MATRIX_ROWS:
        heads = [f"{over}{label}" for name, shape in columns.items() for label in _labels(name, shape)]
        labels = [f"{left}{label}" for name, shape in rows.items() for label in _labels(name, shape)]
        cells = [
            [text for second in columns for text in _row(blocks[first][second], at)]
            for first, shape in rows.items()
            for at in _places(shape)
        ]
        lines = [[label, *row] for label, row in zip(labels, cells, strict=True)]
        yield Table(style.text(title), ["", *heads], lines, numeric=frozenset(heads), wide=frozenset())
        return
    write = number_text if show_all else short_text
    yield Lines(
        [style.text(title)]
        + [
            f"  {left}{first}{over}{second}, shape {shape_text(rows[first] + columns[second])}: {write(block)}"
            for first, row in blocks.items()
            for second, block in row.items()
        ]
    )


def _places(shape: Shape) -> Iterator[tuple[int, ...]]:
    """The places of the elements of an array; of a number the empty one."""
    return product(*map(range, shape))


def _labels(name: str, shape: Shape) -> Iterator[str]:
    """The name of each element: ``A[0, 1]``; a number's own name."""
    for place in _places(shape):
        yield f"{name}[{', '.join(map(str, place))}]" if place else name


def _row(block: Value, place: tuple[int, ...]) -> list[str]:
    """The part of a block that belongs to one element of what is differentiated, as texts."""
    if isinstance(block, float):
        return [short_text(block)]
    return [short_text(float(value)) for value in block[place].flat]
