"""The text for Graphviz: what it says, that Graphviz accepts it, and that it shows every text as it is."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from itertools import islice
from xml.etree import ElementTree

import pytest
from diagrams import HOSTILE, hostile, of, worked

from gradcli.output.diagrams.diagram import Diagram, Kind
from gradcli.output.diagrams.dot import dot
from gradcli.output.diagrams.graph_part import GraphPart
from gradcli.output.diagrams.graphml import graphml
from gradcli.output.diagrams.listing_text import graph_list, graph_tree
from gradcli.output.diagrams.mermaid import mermaid
from gradcli.output.listing import Entry
from gradcli.output.visible import visible

needs_graphviz = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")


def node(text: str, id: str) -> str:
    """The statement of a node."""
    found = re.search(rf'^  "{id}" \[.*?\]$', text, re.DOTALL | re.MULTILINE)
    assert found
    return found[0]


def drawn(diagram: Diagram) -> ElementTree.Element:
    """The picture that Graphviz draws."""
    source = "".join(dot(diagram)).encode()
    done = subprocess.run(["dot", "-Tsvg"], input=source, capture_output=True, check=True, timeout=60)
    assert not [line for line in done.stderr.decode().splitlines() if "Warning" in line or "Error" in line]
    return ElementTree.fromstring(done.stdout.decode())


def texts(picture: ElementTree.Element) -> list[str]:
    """What is written in the picture."""
    return ["".join(text.itertext()).replace("\xa0", " ").strip() for text in picture.iter("{http://www.w3.org/2000/svg}text")]


def test_the_worked_example() -> None:
    text = "".join(dot(worked()))
    assert "rankdir=LR" in text
    assert "subgraph" not in text
    w, y = node(text, "n1"), node(text, "n5")
    assert "shape=ellipse" in w
    assert all(fact in w for fact in ("<b>w</b>", "value 1", "∂y/∂w = 5", "leaf, requires_grad", ".grad 5.0", "penwidth=2"))
    assert all(fact in y for fact in ("<b>y = a·b</b>", "value 6", "∂y/∂y = 1", "MulBackward0", "peripheries=2"))
    assert "shape=circle" in node(text, "n3")
    assert re.search(r'"n2" -> "n5" \[color="#\w+", penwidth=1.8, label=" ∂y/∂a = b = 2 "', text)
    assert re.search(r'"n0" -> "n2" \[color="#\w+", style=dashed, tooltip="argument 0"\]', text)


def test_each_kind_has_a_shape_of_its_own() -> None:
    text = "".join(dot(hostile("kinds")))
    shapes = [re.findall(r"shape=\w+|rounded|peripheries=2", node(text, f"a{at}")) for at, _ in enumerate(Kind)]
    assert len({tuple(shape) for shape in shapes}) == len(Kind)


def test_parts_are_clusters_with_titles() -> None:
    text = "".join(dot(worked("both")))
    titles = re.findall(r"subgraph cluster_(\d).*?label=\"(.*?)\"", text, re.DOTALL)
    assert titles == [  # Graphviz draws the last of them at the top
        ("1", "The gradient as a graph of its own"),
        ("2", "The backward pass: grad_fn and next_functions"),
        ("3", "y and its inputs, forward"),
    ]


def test_both_uses_of_an_operand_are_edges() -> None:
    assert "".join(dot(of("x*x", x=3.0))).count('"n0" -> "n1"') == 2


def test_what_is_left_out_is_said() -> None:
    text = "".join(dot(of("x*w + sin(x)", most=2, x=2.0, w=1.0)))
    assert "2 of 5 nodes are drawn." in text
    assert "shape=plaintext" in text


@needs_graphviz
@pytest.mark.parametrize("view", ["forward", "backward", "both"])
def test_graphviz_draws_the_worked_example(view: str) -> None:
    written = texts(drawn(worked(view)))
    expected = {"forward": ["y = a·b", "value 6", "∂y/∂w = 5"], "backward": ["MulBackward0", "w.grad = 5", "∂y/∂w = a + b"]}
    for part in ("forward", "backward") if view == "both" else (view,):
        assert set(expected[part]) <= set(written)


def shown(text: str) -> set[str]:
    """The lines in which a text is to be seen."""
    return {visible(line).strip() for line in text.split("\n")}


@needs_graphviz
@pytest.mark.parametrize("parts", [1, 2])
def test_graphviz_shows_every_text_as_it_is(parts: int) -> None:
    picture = drawn(hostile(HOSTILE[5], parts))
    written = set(texts(picture))
    for text in HOSTILE:
        assert shown(text) - {""} <= written
    tooltips = {value for element in picture.iter() for key, value in element.items() if key.endswith("title")}
    assert {visible(HOSTILE[5]).replace("\\", "\u29f5")} <= tooltips  # no escape sequence in any version of Graphviz


@needs_graphviz
@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_graphviz_accepts_every_title(title: str) -> None:
    source = "".join(dot(hostile(title, 2))).encode()
    done = subprocess.run(["dot", "-Tcanon"], input=source, capture_output=True, check=True, timeout=60)
    assert not done.stderr


WRITERS: list[Callable[[Diagram], Iterator[str]]] = [dot, mermaid, graphml, graph_list, graph_tree]


@pytest.mark.parametrize("writer", WRITERS)
def test_a_large_graph_is_a_stream(writer: Callable[[Diagram], Iterator[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    size = 8_000 if writer in (dot, graph_list) else 3_000
    large = of("sin(" * size + "x" + ")" * size, x=1.0)
    part = large.parts[0]
    assert isinstance(part, GraphPart)
    asked, entry = [0], part.listing.entry

    def counted(id: int) -> Entry:
        asked[0] += 1
        return entry(id)

    monkeypatch.setattr(part.listing, "entry", counted)
    pieces = writer(large)
    assert sum(map(len, islice(pieces, 50))) < 50_000
    assert asked[0] <= 50  # no more than what is written by then
    rest, longest = 0, 0
    for piece in pieces:
        rest += 1
        longest = max(longest, len(piece))
    assert size - 50 < rest < 2.1 * size + 100
    assert asked[0] == size + 1
    assert longest < 2_000
