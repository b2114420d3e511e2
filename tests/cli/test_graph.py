"""`gradcli graph`: its document, its files, what it says of large graphs, and that a graph read back is the same."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from commandline import ENVIRONMENT, command, process
from jsonschema import Draft202012Validator

from gradcli.output.diagrams import layout

WORKED = ["(x+w)*(w+1)", "--x", "2", "--w", "1", "--wrt", "w"]


def document(text: str) -> dict[str, Any]:
    """A document that follows the schema of graphs."""
    schema = json.loads(command(["schema", "graph"])[1])
    Draft202012Validator.check_schema(schema)
    found: dict[str, Any] = json.loads(text)
    Draft202012Validator(schema).validate(found)
    return found


CALLS = [
    WORKED,
    [*WORKED, "--both", "--mode", "static"],
    ["(x+w)*(w+1)", "--backward"],
    ["x", "--x", "nan", "--both"],
    ["2*3", "--both"],
    ["x if x > 0 else -x", "--x", "1", "--retain-grad", "all"],
    ["1/x", "--x", "0", "--both"],
    ["h = x; h = h*h; h = h*h", "--x", "2", "--dtype", "float32", "--both"],
]


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_each_document_follows_its_schema(call: list[str]) -> None:
    code, out, _ = command(["graph", *call, "--json"])
    assert code == 0
    found = document(out)
    views = {"--both", "--backward"} & set(call)
    assert (found["backward"] is not None) == bool(views)
    if found["backward"]:
        ids = [function["id"] for function in found["backward"]["functions"]]
        assert ids == list(range(len(ids)))
        nodes = found["backward"]["nodes"]
        for variable, id in found["backward"]["gradient"].items():
            if found["grad"] is not None and id is not None:
                assert nodes[id]["value"] == found["grad"][variable]


def test_without_values_no_number_is_made_up() -> None:
    found = document(command(["graph", "(x+w)*(w+1)", "--json", "--both"])[1])
    assert (found["bindings"], found["value"], found["grad"]) == (None, None, None)
    assert all(node["value"] is node["grad"] is node["adjoint"] is None for node in found["nodes"])
    assert [edge["local_value"] for edge in found["edges"]] == [None] * 6
    assert [edge["local_derivative"] for edge in found["edges"]] == ["1", "1", "1", None, "b", "a"]
    assert all(node["value"] is None for node in found["backward"]["nodes"])


@pytest.mark.parametrize("format", ["list", "tree", "dot", "mermaid", "graphml", "svg", "tikz", "draw", "table", "json", "html"])
@pytest.mark.parametrize("written_by", ["graph", "eval"])
def test_a_graph_read_back_prints_the_same(format: str, written_by: str, tmp_path: Path) -> None:
    path = tmp_path / "graph.json"
    path.write_text(command([written_by, *WORKED, "--json"])[1], "utf-8")
    assert command(["graph", *WORKED, "--format", format]) == command(["graph", "--graph", str(path), "--format", format])


def test_a_graph_read_back_is_evaluated_the_same_and_elsewhere(tmp_path: Path) -> None:
    path = str(tmp_path / "graph.json")
    assert command(["graph", *WORKED, "-o", path]) == (0, "", "")
    assert command(["eval", "--graph", path]) == command(["eval", *WORKED])
    assert command(["eval", "--graph", path, "-q", "--x", "3", "--w=2"]) == (0, "15\n8\n", "")
    assert command(["eval", "--graph", path, "-q", "--wrt", "x,w"]) == (0, "6\n2\n5\n", "")


# ---- files ----


@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("graph.svg", b"<svg "),
        ("graph.png", b"\x89PNG"),
        ("graph.pdf", b"%PDF"),
        ("graph.html", b"<!DOCTYPE html>"),
        ("graph.tex", b"% (x+w)*(w+1)\n% "),
        ("graph.dot", b"digraph"),
        ("graph.GV", b"digraph"),
        ("graph.mmd", b""),
        ("graph.graphml", b"<?xml"),
        ("graph.json", b'{"schema": "gradcli/graph/1"'),
        ("graph.txt", b"Nodes, in the order"),
    ],
)
def test_the_name_of_a_file_says_its_format(name: str, beginning: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    assert command(["graph", *WORKED, "-o", str(path)]) == (0, "", "")
    assert path.read_bytes().startswith(beginning)
    assert path.stat().st_size > 100
    assert os.listdir(tmp_path) == [name]


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "graph.svg"
    path.write_text("before")
    with mock.patch.object(layout, "_sheet", side_effect=RuntimeError("fails")):
        assert command(["graph", *WORKED, "-o", str(path)])[0] == 70
    assert path.read_text() == "before"
    assert os.listdir(tmp_path) == ["graph.svg"]


def test_a_picture_goes_into_a_pipe_and_not_onto_a_terminal() -> None:
    done = process(["graph", *WORKED, "--format", "png"])
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"\x89PNG")
    inner, outer = os.openpty()
    call = [sys.executable, "-m", "gradcli", "graph", *WORKED, "--format", "png"]
    refused = subprocess.run(call, stdout=outer, stderr=subprocess.PIPE, env=ENVIRONMENT, check=False)
    os.close(outer)
    os.close(inner)
    assert refused.returncode == 2
    assert refused.stderr == b"error: png is not for a terminal\nhint: add -o graph.png, or --open\n"


def test_the_page_is_opened_in_the_browser(tmp_path: Path) -> None:
    path = tmp_path / "graph.html"
    with mock.patch("webbrowser.open", return_value=True) as browser:
        code, out, err = command(["graph", *WORKED, "--open", "-o", str(path)])
    assert (code, out, err) == (0, "", f"written to {path}\n")
    browser.assert_called_once_with(f"file://{path}")
    assert path.read_text("utf-8").startswith("<!DOCTYPE html>")


def test_where_there_is_no_browser_the_file_stays(tmp_path: Path) -> None:
    with mock.patch("webbrowser.open", return_value=False), mock.patch("tempfile.tempdir", str(tmp_path)):
        code, _, err = command(["graph", *WORKED, "--open"])
    (page,) = tmp_path.glob("gradcli-*/graph.html")
    assert (code, err) == (0, f"written to {page}\nwarning: no browser was found: open {page} yourself\n")


# ---- large graphs ----


@pytest.fixture(scope="module")
def long_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("long") / "long.grad"
    path.write_text("\n".join(["a0 = x*w", *(f"a{i} = tanh(a{i - 1})" for i in range(1, 3_000))]))
    return str(path)


@pytest.mark.parametrize(("format", "shown"), [("svg", 120), ("draw", 60), ("tree", 2000), ("html", 120)])
def test_what_is_cut_of_a_large_graph_is_said_with_the_way_to_the_rest(format: str, shown: int, long_file: str) -> None:
    code, out, err = command(["graph", "-f", long_file, "--x", "1", "--w", "1", "--format", format])
    assert code == 0
    assert out
    assert err == (
        f"warning: {shown:,} of 3,002 nodes are shown, those nearest to the output; --all shows every one, --max-shown N so "
        "many, --format list or dot writes them quickly\n"
    )


@pytest.mark.parametrize(("format", "mark"), [("list", "%"), ("dot", '"n'), ("json", '  {"id"'), ("graphml", "<node")])
def test_data_formats_are_whole(format: str, mark: str, long_file: str) -> None:
    code, out, err = command(["graph", "-f", long_file, "--x", "1", "--w", "1", "--format", format])
    assert (code, err) == (0, "")
    assert sum(line.strip().startswith(mark.strip()) and "->" not in line for line in out.splitlines()) == 3_002


def test_a_large_graph_reads_back(long_file: str, tmp_path: Path) -> None:
    path = str(tmp_path / "graph.json")
    values = ["--x", "1.001", "--w", "1"]
    assert command(["graph", "-f", long_file, *values, "-o", path])[0] == 0
    assert command(["eval", "--graph", path, "-q"]) == command(["eval", "-f", long_file, *values, "-q"])
    code, _, err = command(["eval", "--graph", path, "-q", "--max-nodes", "3000"])
    assert (code, err) == (
        4,
        f"error: {path} has 3,002 nodes, more than 3,000\nhint: raise the limit with --max-nodes N\n",
    )


def test_a_reader_that_goes_away_ends_it_quietly(long_file: str) -> None:
    script = f"{sys.executable} -m gradcli graph -f {long_file} --x 1 --w 1 --format dot | head -1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {script}"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "digraph gradcli {\n", "")


def test_a_page_has_the_backward_graphs_without_numbers_that_would_go_stale() -> None:
    for option in ("--backward", "--both"):
        code, out, err = command(["graph", *WORKED, option, "--format", "html"])
        assert (code, err) == (0, "")
        section = out.partition('<section id="backward"')[2].partition("</section>")[0]
        assert "MulBackward0" in section
        assert "AccumulateGrad" in section
        assert "∂y/∂w = a + b" in section
        assert "value" not in section.partition("</style>")[2].replace('class="value"', "")
    assert '<section id="backward"' not in command(["graph", *WORKED, "--format", "html"])[1]


@pytest.mark.parametrize("format", ["svg", "dot", "mermaid", "graphml", "tikz", "html"])
def test_a_document_is_utf_8_whatever_the_stream_is(format: str) -> None:
    arguments = ["graph", "θ^2", "--θ", "3", "--format", format]
    plain, ascii = (process(arguments, environment={"PYTHONIOENCODING": encoding}) for encoding in ("utf-8", "ascii"))
    assert (ascii.returncode, ascii.stderr) == (0, b"")
    assert ascii.stdout == plain.stdout
    assert "θ" in ascii.stdout.decode() or format == "tikz"


def test_what_is_not_drawn_still_says_that_a_gradient_flows() -> None:
    code, out, _ = command(["graph", *WORKED, "--depth", "1", "--format", "svg"])
    assert code == 0
    assert "3 of 6 nodes, those nearest to the output" in out
    assert out.count('<g class="edge flows"') >= 4


def test_facts_stand_in_the_boxes_of_every_drawn_format() -> None:
    """By disciplined convex programming x^2 is convex and exp(w) rises; of their product nothing follows but its sign."""
    call = ["graph", "x^2*exp(w)", "--facts", "--format"]
    for format in ("draw", "svg", "dot", "mermaid", "tikz"):
        code, out, err = command([*call, format])
        assert (code, err) == (0, "")
        for text in ("convex, from 0", "convex, increasing, from 0"):
            assert text in out
    code, out, err = command([*call, "list"])
    assert (code, out) == (2, "")
    assert err == "error: --facts is for draw, svg, png, pdf, tikz, dot, mermaid, not for list\nhint: leave out --facts\n"
    assert (
        "constant, from 0"
        in command(["graph", "x^2*exp(w)", "--facts", "--format", "draw", "--wrt", "x", "--x", "1", "--w", "2"])[1]
    )


def size_of(document: str) -> tuple[int, int]:
    found = re.search(r'<svg [^>]*width="(\d+)" height="(\d+)"', document)
    assert found is not None
    return int(found[1]), int(found[2])


@pytest.mark.parametrize(
    ("options", "shown", "left_out"),
    [
        ([], ["value 3", "∂y/∂a = 2", "AddBackward0", "∂y/∂a = b = 2", ">1</text>", "a gradient flows"], []),
        (["--show", "values"], ["value 3", ">a = x + w</text>"], ["∂y/∂a", "AddBackward0", "leaf"]),
        (["--show", "values,derivatives"], ["value 3", "∂y/∂a = b = 2"], ["∂y/∂a = 2<", "AddBackward0"]),
        (["--hide", "constants"], ["value 3", "AddBackward0"], ['class="box constant"', 'data-source="3"']),
        (["--hide", "values,adjoints", "--hide", "derivatives"], ["AddBackward0"], ["value 3", "∂y/∂a"]),
        (["--legend", "no"], ["value 3"], ["a gradient flows", 'class="legend"']),
    ],
)
def test_a_picture_shows_what_is_asked_for(options: list[str], shown: list[str], left_out: list[str]) -> None:
    picture = re.sub("<title>.*?</title>", "", command(["graph", *WORKED, "--format", "svg", *options])[1], flags=re.DOTALL)
    assert [text for text in shown if text not in picture] == []
    assert [text for text in left_out if text in picture] == []


def test_a_picture_has_the_size_that_is_asked_for(tmp_path: Path) -> None:
    def size(*options: str) -> tuple[int, int]:
        return size_of(command(["graph", *WORKED, "--format", "svg", *options])[1])

    width, height = size()
    assert size("--scale", "2.5") == (pytest.approx(2.5 * width, abs=1), pytest.approx(2.5 * height, abs=1))
    assert size("--font-size", "24") == (pytest.approx(2 * width, abs=1), pytest.approx(2 * height, abs=1))
    assert size("--size", "1280x720") == (1280, 720)
    wide, high = size("--size", "16:9")
    assert wide / high == pytest.approx(16 / 9, rel=0.01)
    assert wide >= width
    assert high >= height
    document = command(["graph", *WORKED, "--format", "svg", "--size", "1:2", "--direction", "LR"])[1]
    x, y, across, down = map(float, re.findall(r'viewBox="([^"]*)"', document)[0].split())
    assert x <= 0 <= width <= x + across
    assert y <= 0 <= height <= y + down
    png = tmp_path / "slide.png"
    assert command(["graph", *WORKED, "--size", "320x180", "-o", str(png)])[0] == 0
    assert [int.from_bytes(png.read_bytes()[at : at + 4], "big") for at in (16, 20)] == [640, 360]  # two pixels for each


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--size", "wide"], "--size 16:9, or --size 1280x720"),
        (["--size", "0:9"], "--size takes"),
        (["--scale", "-1"], "a number above 0"),
        (["--scale", "2", "--font-size", "20"], "leave one out"),
        (["--scale", "2", "--size", "100x100"], "in pixels already"),
        (["--show", "vales"], "did you mean values?"),
        (["--show", "constants"], "--show takes"),
    ],
)
def test_what_a_picture_cannot_be_is_said(options: list[str], says: str) -> None:
    code, _, err = command(["graph", *WORKED, "--format", "svg", *options])
    assert code == 2
    assert says in err
