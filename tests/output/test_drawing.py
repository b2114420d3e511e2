"""Drawings from Python: pictures in notebooks, texts, files."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

import gradcli


@pytest.fixture
def tape() -> gradcli.Tape:
    return gradcli.record(gradcli.parse("(x+w)*(w+1)"), {"x": 2.0, "w": 1.0}, wrt=["w"])


def test_a_notebook_shows_a_tape_and_a_drawing_as_a_picture(tape: gradcli.Tape) -> None:
    for shown in (tape, gradcli.draw(tape, view="both", direction="TB")):
        picture = shown._repr_svg_()
        assert picture is not None
        assert ElementTree.fromstring(picture).tag.endswith("svg")
        assert "∂y/∂w = 5" in picture


def test_their_names_are_short(tape: gradcli.Tape) -> None:
    assert repr(tape) == "Tape(y = 6.0, 6 nodes, dynamic)"
    assert repr(gradcli.outline(gradcli.parse("x*w"))) == "Tape(y, 3 nodes, static)"
    assert repr(gradcli.batch_function("x*w", wrt=["w"])) == "BatchFunction(y of x, w, by w)"
    assert repr(gradcli.draw(tape, title="worked example")) == "Drawing of worked example"
    assert repr(gradcli.page(tape)) == "Page of (x + w)*(w + 1)"


@pytest.mark.parametrize("format", ["svg", "html", "tikz", "dot", "mermaid", "graphml", "list", "tree"])
def test_each_text_format(format: str, tape: gradcli.Tape) -> None:
    assert "AddBackward0" in gradcli.draw(tape).text(format) or format == "tree"


@pytest.mark.parametrize("name", ["g.svg", "g.PNG", "g.pdf", "g.html", "g.tex", "g.dot", "g.mmd", "g.graphml"])
def test_each_file_format(name: str, tape: gradcli.Tape, tmp_path: Path) -> None:
    gradcli.draw(tape).save(tmp_path / name)
    assert os.listdir(tmp_path) == [name]
    assert (tmp_path / name).stat().st_size > 500


def test_what_is_no_format_is_said(tape: gradcli.Tape, tmp_path: Path) -> None:
    with pytest.raises(gradcli.GradcliError, match="there is no text format png"):
        gradcli.draw(tape).text("png")
    for name in ("g", "g.json", "g.jpg"):
        with pytest.raises(gradcli.GradcliError, match="does not tell its format"):
            gradcli.draw(tape).save(tmp_path / name)
    assert os.listdir(tmp_path) == []


def test_a_large_graph_is_cut_unless_all_of_it_is_asked_for() -> None:
    program = gradcli.parse("\n".join(["a0 = x", *(f"a{i} = a{i - 1}*x" for i in range(1, 400))]))
    tape = gradcli.record(program, {"x": 1.0})
    assert [part.shown for part in gradcli.draw(tape).diagram.parts] == [120]
    assert [part.shown for part in gradcli.draw(tape, most=None).diagram.parts] == [400]
    assert [part.shown for part in gradcli.draw(tape, depth=1).diagram.parts] == [3]
