"""Kernels give what rows give (which tests/autodiff/test_rows.py holds against runs alone): to the bit, in either precision."""

from __future__ import annotations

import itertools
import math
import random
from typing import Any

import numpy
import pytest

from gradcli.autodiff.request import Request
from gradcli.autodiff.runs import prepared as prepared_module
from gradcli.autodiff.runs.prepared import Prepared
from gradcli.autodiff.runs.rows import Rows, run_rows
from gradcli.data.kernels import blocks
from gradcli.data.kernels.row_kernel import RowKernel
from gradcli.language.parser import parse
from gradcli.ops.catalogue import OPERATIONS

DTYPES = ("float64", "float32")
SPECIAL = (0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 1e-300, 1e300)
NAMES = tuple("xwuvabcdefgh")


def prepared(text: str, names: tuple[str, ...]) -> Prepared:
    """The static graph of a program of numbers."""
    return prepared_module.prepare(parse(text), Request(shapes=dict.fromkeys(names, ())))


def assert_same(found: Rows, expected: Rows) -> None:
    """Hold that rows are the same, bit for bit; nan is the same as nan."""
    for one, other in zip(
        (*found.values, *found.gradient, *found.absent, found.odd),
        (*expected.values, *expected.gradient, *expected.absent, expected.odd),
        strict=True,
    ):
        assert numpy.array_equal(one, other, equal_nan=one.dtype.kind == "f")
        assert numpy.array_equal(numpy.signbit(one)[one == 0], numpy.signbit(other)[one == 0]) or one.dtype == bool


def samples(name: str) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The variables of an operation, and rows of them: where it is smooth, and special values in all combinations of two."""
    operation = OPERATIONS[name]
    count = 3 if operation.variadic else operation.required
    draw = numpy.random.default_rng(5)
    intervals = [operation.samples[min(at, len(operation.samples) - 1)] for at in range(count)]
    usual = numpy.array([draw.uniform(low, high, 40) for low, high in intervals])
    special = numpy.array([*itertools.product(SPECIAL, repeat=min(count, 2))]).T
    special = numpy.vstack([special, *[special[:1]] * (count - len(special))])
    names = NAMES[:count]
    return names, dict(zip(names, numpy.hstack([usual, special]), strict=True))


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_the_same_to_the_bit(name: str) -> None:
    names, columns = samples(name)
    wrt = [one for at, one in enumerate(names) if OPERATIONS[name].derivable(at)]
    graph = prepared(f"y = 3*{name}({', '.join(names)})*x", names)
    for dtype in DTYPES:
        kernel = RowKernel(graph, names, {}, wrt, dtype=dtype, threads=1)
        assert kernel.blocks is not None
        assert_same(kernel.run(columns), run_rows(graph, columns, {}, wrt, dtype=dtype))


def random_text(draw: random.Random) -> str:
    """A program of sums, products, quotients, choices and functions."""
    parts = ["x", "w", "2", "0.5", "pi"]
    lines = []
    for at in range(draw.randint(3, 9)):
        one, other, third = (draw.choice(parts) for _ in range(3))
        pattern = "{0} + {1}*{2}|{0}/{1} - {2}|where({0} > {1}, {2}, {0})|sin({0})*{1}|exp(-abs({0}))|({0} - {1})^2|max({0}, {1})"
        lines.append(f"v{at} = {draw.choice(pattern.split('|')).format(one, other, third)}")
        parts.append(f"v{at}")
    return "\n".join([*lines, f"y = {' + '.join(parts[-3:])}", "output y, v0"])


@pytest.mark.parametrize("seed", range(30))
def test_random_programs_are_the_same_to_the_bit(seed: int) -> None:
    graph = prepared(random_text(random.Random(seed)), ("x", "w"))
    draw = numpy.random.default_rng(seed)
    columns = {"x": draw.normal(size=300), "w": draw.normal(size=300).round()}
    for dtype in DTYPES:
        expected = run_rows(graph, columns, {}, ("x", "w"), dtype=dtype)
        assert_same(RowKernel(graph, ("x", "w"), {}, ("x", "w"), dtype=dtype).run(columns), expected)
    fixed = {"w": 0.0}
    expected = run_rows(graph, {"x": columns["x"]}, fixed, ("w",))
    assert_same(RowKernel(graph, ("x",), fixed, ("w",)).run({"x": columns["x"]}), expected)


def test_rows_depend_neither_on_blocks_nor_on_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = prepared("y = exp(-x^2)*sin(w) + tanh(x)/w", ("x", "w"))
    draw = numpy.random.default_rng(1)
    columns = {"x": draw.normal(size=5000), "w": draw.normal(size=5000)}
    expected = RowKernel(graph, ("x", "w"), {}, ("x", "w"), threads=1).run(columns)
    monkeypatch.setattr(blocks, "BLOCK", 300)
    assert_same(RowKernel(graph, ("x", "w"), {}, ("x", "w"), threads=4).run(columns), expected)
    part = {name: column[1234:1301] for name, column in columns.items()}
    found = RowKernel(graph, ("x", "w"), {}, ("x", "w")).run(part)
    assert found.values[0].tolist() == expected.values[0][1234:1301].tolist()


def test_a_long_chain_needs_few_buffers_and_shared_parts_run_once() -> None:
    text = "h = x; " + "h = sin(h)*w; " * 200 + "h"
    forward = RowKernel(prepared(text, ("x", "w")), ("x", "w"), {}, ())
    assert forward.blocks is not None
    assert len(forward.blocks.buffers) <= 4
    shared = RowKernel(prepared("a = exp(x*w); b = exp(x*w); y = a*b + exp(x*w)", ("x", "w")), ("x", "w"), {}, ("x", "w"))
    assert shared.blocks is not None
    assert sum(step.function is numpy.exp for step in shared.blocks.lanes.steps) == 1


def test_blocks_are_as_many_as_their_rows_need(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = []
    run = blocks._run
    monkeypatch.setattr(blocks, "_run", lambda steps, slots: (ran.append(len(steps)), run(steps, slots))[1])
    kernel = RowKernel(prepared("y = x*w", ("x", "w")), ("x", "w"), {}, ("x", "w"))
    kernel.run({"x": numpy.ones(3 * blocks.BLOCK + 1), "w": numpy.ones(3 * blocks.BLOCK + 1)})
    assert len(ran) == 4


def test_rows_that_go_several_ways_have_no_straight_line() -> None:
    graph = prepared("if x > w { y = x*w } else { y = 3*w }", ("x", "w"))
    kernel = RowKernel(graph, ("x", "w"), {}, ("x", "w"))
    assert kernel.blocks is None
    columns = {"x": numpy.arange(40000.0) % 7, "w": numpy.arange(40000.0) % 5}
    assert_same(kernel.run(columns), run_rows(graph, columns, {}, ("x", "w")))
    assert RowKernel(graph, ("w",), {"x": 1.0}, ("w",)).blocks is None
    assert RowKernel(graph, (), {"x": 1.0, "w": 0.0}, ("w",)).blocks is not None
