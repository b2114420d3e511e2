"""What several tests need: the data files, one run of an expression, and equality of IEEE 754 numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs import static_graphs
from gradcli.autodiff.runs.program_run import record
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph, Shape
from gradcli.language.ast import Program
from gradcli.language.parser import parse
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL

_DATA = Path(__file__).parent / "data"


def oracle(name: str, key: str = "rows") -> list[dict[str, Any]]:
    """The rows of a file that PyTorch was measured into."""
    rows: list[dict[str, Any]] = json.loads((_DATA / name).read_text("utf-8"))[key]
    return rows


def unmeasured() -> set[str]:
    """The operations that PyTorch was not measured on: what is known of them is their mathematics."""
    rows = oracle("torch_elementwise.json") + oracle("torch_structural.json")
    return {*OPERATIONS, *STRUCTURAL} - {row["operation"] for row in rows}


def json_lines(name: str) -> list[dict[str, Any]]:
    """The rows of a file with one JSON object a line."""
    return [json.loads(line) for line in (_DATA / name).read_text("utf-8").splitlines()]


def run(text: str, bindings: Mapping[str, float], wrt: Sequence[str] | None = None, mode: str = "dynamic") -> Tape:
    """A run of an expression, forward and backward."""
    return record(parse(text), bindings, wrt, mode=mode)


def build(program: Program, variables: Sequence[str], shapes: Mapping[str, Shape] | None = None, optimize: int = 1) -> Graph:
    """The static graph of a program, before any value is known; variables without a shape are numbers."""
    known = {**dict.fromkeys(variables, ()), **(shapes or {})}
    return static_graphs.build(program, Request(shapes=known, optimize=optimize))


def accepts(operation: str, count: int) -> bool:
    """Whether an operation exists and takes so many arguments, as the verifier asks."""
    known = OPERATIONS.get(operation) or STRUCTURAL.get(operation)
    return known is not None and known.accepts(count)


def operation_count(graph: Graph) -> int:
    """The nodes of a graph that an operation made."""
    return sum(operation not in (VARIABLE, CONSTANT) for operation in graph.operations)


def same(a: float | None, b: float | None, rel: float = 1e-12, tiny: float = 0.0) -> bool:
    """Whether two numbers agree: nan is nan, an infinity is that infinity, 0 and -0 are one number, None is None."""
    if a is None or b is None:
        return a is b
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return math.isclose(a, b, rel_tol=rel, abs_tol=tiny)
