"""What `gradcli eval` tells beyond value and gradient: tangents, the Jacobian, the Hessian; as blocks, as numbers, as JSON."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from gradcli.autodiff.jacobian import Blocks, Hessian, Jacobian
from gradcli.autodiff.tangent import Tangents, zeros
from gradcli.autodiff.tape import Tape
from gradcli.derivation.forward_pass import dotted
from gradcli.derivation.steps import Equation
from gradcli.graph.graph import Shape
from gradcli.language.numbers import number_text, short_text
from gradcli.language.text import to_text
from gradcli.lowering.builders import Value
from gradcli.ops.structural import shape_text
from gradcli.output.blocks import Block, Lines, Style, Table
from gradcli.output.numbers import json_number

MATRIX_COLUMNS = 9
MATRIX_ROWS = 40
"""Columns and rows up to which a matrix of derivatives is a table; a larger one is shown block by block."""

_DOTTED = re.compile("(\\w)\u0307(\\w*)")


@dataclass(frozen=True)
class Extra:
    """What a call asked for beyond value and gradient; None for what it did not.

    Attributes:
        tangents: The tangents along a direction.
        forward_pass: Their derivation; empty where it is left out.
        jacobian: The Jacobian of all outputs.
        hessian: The Hessian of the output.
    """

    tangents: Tangents | None = None
    forward_pass: Sequence[Equation] = ()
    jacobian: Jacobian | None = None
    hessian: Hessian | None = None

    @property
    def matrices(self) -> Iterator[tuple[str, Blocks]]:
        """The matrices of derivatives that were asked for, by their name."""
        if self.jacobian is not None:
            yield "jacobian", self.jacobian.blocks
        if self.hessian is not None:
            yield "hessian", self.hessian.blocks


NOTHING = Extra()


def output_tangents(tape: Tape, tangents: Tangents) -> dict[str, Value]:
    """The tangent of each output, by name; zeros where it does not move."""
    outputs = dict.fromkeys([*tape.graph.outputs, tape.output])
    return {tape.names[id]: zeros(tape.graph.shape(id)) if (found := tangents.nodes[id]) is None else found for id in outputs}


def extra_numbers(tape: Tape, extra: Extra) -> Iterator[Value]:
    """The numbers that were asked for: the tangent of the output, then the blocks of the Jacobian, then those of the Hessian."""
    if extra.tangents is not None:
        yield output_tangents(tape, extra.tangents)[tape.names[tape.output]]
    for _, blocks in extra.matrices:
        for row in blocks.values():
            yield from row.values()


def extra_arrays(tape: Tape, extra: Extra) -> dict[str, Value]:
    """The same by name, for a file: ``tangent``, ``jacobian_y_x``, ``hessian_x_w``."""
    arrays: dict[str, Value] = {}
    if extra.tangents is not None:
        arrays["tangent"] = output_tangents(tape, extra.tangents)[tape.names[tape.output]]
    for name, blocks in extra.matrices:
        arrays |= {f"{name}_{first}_{second}": block for first, row in blocks.items() for second, block in row.items()}
    return arrays


def extra_json(tape: Tape, extra: Extra) -> dict[str, Any]:
    """The same as keys of the document; keys that were not asked for are left out."""
    found: dict[str, Any] = {}
    if extra.tangents is not None:
        outputs = output_tangents(tape, extra.tangents)
        found["tangent"] = {
            "direction": {name: json_number(value) for name, value in extra.tangents.direction.items()},
            "outputs": {name: json_number(value) for name, value in outputs.items()},
            "derivation": [{"node": tape.names[equation.node], "steps": _steps(equation)} for equation in extra.forward_pass],
        }
    if extra.jacobian is not None:
        mode, passes = extra.jacobian.mode, extra.jacobian.passes
        found["jacobian"] = {"mode": mode, "passes": passes, "reason": extra.jacobian.reason, **_blocks(extra.jacobian.blocks)}
    if extra.hessian is not None:
        found["hessian"] = {"passes": extra.hessian.passes, "reason": extra.hessian.reason, **_blocks(extra.hessian.blocks)}
    return found


def _blocks(blocks: Blocks) -> dict[str, Any]:
    return {"blocks": {first: {second: json_number(block) for second, block in row.items()} for first, row in blocks.items()}}


def _steps(equation: Equation) -> list[dict[str, str]]:
    return [
        {
            "rule": step.rule,
            "left": to_text(step.left, pretty=True),
            "right": to_text(step.right, pretty=True),
            "note": step.note,
        }
        for step in equation.steps
    ]


# ---- for people ----


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


def extra_blocks(tape: Tape, extra: Extra, style: Style, *, show_all: bool = False) -> Iterator[Block]:
    """What was asked for, the matrices with a label at each row and column.

    Args:
        tape: The run.
        extra: What was asked for.
        style: How signs are written.
        show_all: Whether large matrices are shown whole.
    """
    if extra.tangents is not None:
        outputs = output_tangents(tape, extra.tangents).items()
        along = f"   along {direction_text(extra.tangents, style)}"
        yield Lines(
            [f"{tangent_text(dotted(name), style)} = {number_text(value)}{along}" for name, value in outputs], important=True
        )
    if extra.jacobian is not None:
        found = extra.jacobian
        title = f"Jacobian, by {found.reason}"
        yield from _matrix(title, found.blocks, found.outputs, found.inputs, ("∂", "/∂"), style, show_all)
    if extra.hessian is not None:
        second = extra.hessian
        signs = (f"{'d2' if style.ascii else '∂²'}{tape.names[tape.output]}/∂", "∂")
        yield from _matrix(f"Hessian, by {second.reason}", second.blocks, second.inputs, second.inputs, signs, style, show_all)


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
