"""Graphs whose shapes do not fit: what is said of them, and that every format draws what is right and marks where it breaks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import networkx
import pytest
from commandline import command
from diagrams import HOSTILE, breaking_off

from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.failed_run import broken_tape
from gradcli.autodiff.runs.program_run import outline, record
from gradcli.graph.graph import Shape
from gradcli.language.parser import parse
from gradcli.lowering.builders.shape_mismatch import MismatchError
from gradcli.output.diagrams.diagram import MARK, Kind
from gradcli.output.diagrams.of_run import diagram
from gradcli.output.formats import GRAPHS

BREAKS = "h = tanh(A @ x + b); z = h @ W; sum(z)"
SHAPES = ["--shape", "A=2,3", "--shape", "x=3", "--shape", "b=2", "--shape", "W=3,2"]
VALUES = ["--A", "[[1,2,3],[4,5,6]]", "--x", "[1,2,3]", "--b", "[1,2]", "--W", "[[1,2],[3,4],[5,6]]"]
MESSAGE = "h of shape (2,) @ W of shape (3, 2): the first has rows of 2 elements, and the second columns of 3"


def mismatch(text: str, **shapes: Shape) -> MismatchError:
    """The error of a program."""
    with pytest.raises(MismatchError) as caught:
        outline(parse(text), shapes=shapes)
    return caught.value


def broken(text: str = BREAKS, **shapes: Shape) -> Tape:
    """The tape until the error of a program without values."""
    return broken_tape(mismatch(text, **shapes), Request(mode="static"))


# ---- what is said ----

MESSAGES: list[tuple[str, dict[str, Shape], str]] = [
    ("A @ x", {"A": (2, 3), "x": (4,)}, "A of shape (2, 3) @ x of shape (4,): the first has rows"),
    ("A - x", {"A": (2, 3), "x": (4,)}, "A of shape (2, 3) - x of shape (4,): the shapes (2, 3) and (4,) do not"),
    ("A < x", {"A": (2, 3), "x": (4,)}, "A of shape (2, 3) < x of shape (4,)"),
    ("atan2(A, x)", {"A": (2, 3), "x": (4,)}, "atan2(A, x) with A of shape (2, 3) and x of shape (4,)"),
    ("tanh(A)*x", {"A": (2, 3), "x": (4,)}, "tanh(A) of shape (2, 3) * x of shape (4,)"),
    ("h = tanh(A); x/h", {"A": (2, 3), "x": (4,)}, "x of shape (4,) / h of shape (2, 3)"),
    ("(A + 1) @ x", {"A": (2, 3), "x": (4,)}, "(A + 1) of shape (2, 3) @ x of shape (4,)"),
    ("A @ A", {"A": (2, 3)}, "A of shape (2, 3) @ A of shape (2, 3)"),
    ("where(A, A, x)", {"A": (2, 3), "x": (4,)}, "with A of shape (2, 3) and x of shape (4,)"),
    ("dot(u, v)", {"u": (2,), "v": (3,)}, "dot(u, v) with u of shape (2,) and v of shape (3,)"),
    ("outer(A, v)", {"A": (2, 2), "v": (3,)}, "outer(A, v) with A of shape (2, 2)"),
    ("cat([u, A])", {"u": (2,), "A": (2, 2)}, "cat(u, A) with u of shape (2,) and A of shape (2, 2)"),
    ("stack([u, v])", {"u": (2,), "v": (3,)}, "[u, v] with u of shape (2,) and v of shape (3,)"),
    ("[u, 1]", {"u": (2,)}, "[u, 1] with u of shape (2,) and 1 of shape ()"),
    ("u[5]", {"u": (2,)}, "u[5] with u of shape (2,): the index 5 is out of range"),
    ("A[0, 1, 2]", {"A": (2, 2)}, "A[0, 1, 2] with A of shape (2, 2)"),
    ("reshape(A, 3, 3)", {"A": (2, 3)}, "reshape(A, 3, 3) with A of shape (2, 3)"),
    ("sum(A, axis=2)", {"A": (2, 3)}, "sum(A, axis=2) with A of shape (2, 3)"),
    ("permute(A, [0, 0])", {"A": (2, 3)}, "with A of shape (2, 3)"),
    ("det(A)", {"A": (2, 3)}, "det(A) with A of shape (2, 3)"),
    ("solve(A, v)", {"A": (2, 2), "v": (3,)}, "solve(A, v) with A of shape (2, 2) and v of shape (3,)"),
    ("conv2d(X, K)", {"X": (1, 2, 4, 4), "K": (3, 1, 2, 2)}, "conv2d(X, K) with X of shape (1, 2, 4, 4) and K of shape"),
    ("conv1d(X, K, c)", {"X": (1, 1, 4), "K": (2, 1, 2), "c": (3,)}, "K of shape (2, 1, 2) and c of shape (3,)"),
    ("max_pool2d(X, 3)", {"X": (1, 2, 2)}, "with X of shape (1, 2, 2)"),
    ("cross_entropy(Z, [0, 1, 0])", {"Z": (2, 2)}, "with Z of shape (2, 2) and [0, 1, 0] of shape (3,)"),
    ("mse_loss(u, v)", {"u": (2,), "v": (3,)}, "u of shape (2,)"),
]


@pytest.mark.parametrize(("text", "shapes", "said"), MESSAGES, ids=[text for text, _, _ in MESSAGES])
def test_the_operands_are_named_with_their_shapes(text: str, shapes: dict[str, Shape], said: str) -> None:
    error = mismatch(text, **shapes)
    assert said in error.message
    assert error.span is not None
    tape = broken_tape(error, Request(mode="static"))
    assert "".join(GRAPHS["list"].written(diagram(tape, title=text))).count("broken, ") == 1


def test_many_operands_are_not_all_listed() -> None:
    names = [f"v{number}" for number in range(9)]
    error = mismatch(f"cat([{', '.join(names)}])", **{name: (2, 2 + (name == "v7")) for name in names})
    assert "v2 of shape (2, 2) and 6 more" in error.message
    assert error.breaking == (7,)


def test_a_long_operand_is_not_written_out() -> None:
    assert mismatch("(A + A*A - A/A + tanh(A)*A - A*2 + A) @ x", A=(2, 3), x=(4,)).message.startswith(
        "the first operand of shape (2, 3) @ x"
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--A", "[[1,2]]", "--x", "[1,2,3]"], "--A has shape (1, 2), --x has shape (3,)"),
        (["--A", "[[1,2]]", "--set", "x=[1,2,3]"], "--A has shape (1, 2), --set x has shape (3,)"),
        (["--shape", "A=1,2", "--shape", "x=3"], "A has shape (1, 2) by --shape, x has shape (3,) by --shape"),
    ],
)
def test_a_shape_is_named_at_its_binding(given: list[str], said: str) -> None:
    code, _, errors = command(["graph", "A @ x", *given])
    assert (code, errors.splitlines()[-1]) == (2, f"hint: {said}")


def test_a_shape_is_named_in_its_file(tmp_path: Path) -> None:
    file = tmp_path / "values.json"
    file.write_text('{"A": [[1, 2]], "x": [1, 2, 3]}', "utf-8")
    code, out, errors = command(["eval", "A @ x", "--bindings", str(file)])
    assert (code, out) == (2, "")
    assert errors.endswith(f"hint: A has shape (1, 2) in {file}, x has shape (3,) in {file}\n")


# ---- what is drawn ----


CHECKS: dict[str, Callable[[str], bool]] = {
    "table": lambda out: out.count(f"{MARK} does not fit") == 1 and out.count(") does not fit") == 2,
    "tree": lambda out: out.startswith(MARK) and out.count(") does not fit") == 2,
    "list": lambda out: "%7 d = matmul %5 %6 : broken, " in out,
    "draw": lambda out: "✗ d = h @ W" in out and "(3, 2)" in out and "┄✗ does not fit" in out,
    "dot": lambda out: "✗ d = h @ W" in out and out.count("arrowhead=tee") == 2,
    "mermaid": lambda out: out.count(" -.-x|") == 2 and "classDef broken" in out,
    "graphml": lambda out: out.count('key="edge_broken">true<') == 2 and out.count('key="node_error">the first') == 1,
    "json": lambda out: [edge.get("broken", False) for edge in json.loads(out)["edges"]] == [False] * 5 + [True] * 2,
    "svg": lambda out: out.count('class="edge still breaks"') == 3 and "✗ d = h @ W" in out,  # the third is in the legend
    "tikz": lambda out: out.count(r"\draw[broken edge]") == 2 and r"$\times$ d = h" in out,
    "html": lambda out: out.count('class="edge still breaks"') == 3 and "The graph breaks off at d: the first has rows" in out,
}


@pytest.mark.parametrize("format", CHECKS)
@pytest.mark.parametrize("given", [SHAPES, VALUES], ids=["shapes", "values"])
def test_every_format_draws_the_part_that_is_right(format: str, given: list[str]) -> None:
    code, out, errors = command(["graph", BREAKS, *given, "--format", format])
    assert code == 2
    assert MESSAGE in errors
    assert CHECKS[format](out)


@pytest.mark.parametrize("suffix", ["png", "pdf", "svg", "tex"])
def test_a_file_is_written_before_the_error(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"graph.{suffix}"
    code, _, errors = command(["graph", BREAKS, *VALUES, "-o", str(path), "--both"])
    assert (code, MESSAGE in errors, path.stat().st_size > 1000) == (2, True, True)


def test_the_part_that_is_right_has_its_values() -> None:
    nodes = {node["name"]: node for node in json.loads(command(["graph", BREAKS, *VALUES, "--json"])[1])["nodes"]}
    assert nodes["a"]["value"] == [14.0, 32.0]
    assert (nodes["c"]["grad_fn"], nodes["c"]["shape"]) == ("AddBackward0", [2])
    assert (nodes["d"]["value"], nodes["d"]["shape"], nodes["d"]["op"]) == (None, None, "matmul")
    assert nodes["d"]["mismatch"].startswith("the first has rows")


def test_a_static_graph_with_values_breaks_off_too() -> None:
    code, out, _ = command(["graph", f"k = 2*3; {BREAKS}", *VALUES, "--mode", "static", "--format", "list"])
    assert code == 2
    assert out.count("broken, ") == 1
    assert "const 2" not in out  # folded


def test_only_what_does_not_fit_is_marked() -> None:
    part = breaking_off("max(A, B, x, 2)", A=(2, 3), B=(2, 3), x=(2,)).parts[0]
    boxes = {box.id: box for box in part.boxes()}
    assert [boxes[arrow.source].lines[0].text for arrow in part.arrows() if arrow.broken] == ["x"]
    assert [box.kind for box in boxes.values()].count(Kind.BROKEN) == 1


def test_a_broken_graph_as_networkx_reads_it() -> None:
    graph = networkx.parse_graphml("".join(GRAPHS["graphml"].written(breaking_off())))
    assert graph.nodes["n2"]["error"].endswith("do not broadcast")
    assert [graph.edges[edge]["broken"] for edge in graph.edges] == [True, True]


def test_an_operation_without_operands_may_be_wrong_too() -> None:
    tape = broken("arange(0, 1, 0)")
    assert len(tape.graph) == 1
    assert MARK in "".join(GRAPHS["tree"].written(diagram(tape, title="")))


@pytest.mark.parametrize("name", HOSTILE[:6])
def test_hostile_names_stay_text(name: str) -> None:
    tape = broken("A + x", A=(2, 3), x=(2,))
    tape.__dict__["names"] = [name, "x", "y"]
    for format in ("svg", "graphml"):
        assert ElementTree.fromstring("".join(GRAPHS[format].written(diagram(tape, title=name)))) is not None
    assert "<script>alert" not in "".join(GRAPHS["html"].written(diagram(tape, title=name)))


def test_a_broken_graph_is_never_differentiated() -> None:
    tape = broken(A=(2, 3), x=(3,), b=(2,), W=(3, 2))
    assert not tape.requires_grad[tape.output]
    assert set(tape.adjoints) == {None}


def test_values_of_the_wrong_shape_raise_from_python() -> None:
    numpy = pytest.importorskip("numpy")
    with pytest.raises(MismatchError, match=r"A of shape \(2, 3\) @ x of shape \(2,\)"):
        record(parse("A @ x"), {"A": numpy.ones((2, 3)), "x": numpy.ones(2)})
