"""The functions as a notebook calls them, and what it shows of what they return."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy
import pytest
from commandline import command

import gradcli

NOTEBOOK = Path(__file__).resolve().parents[2] / "examples" / "notebook.ipynb"


def test_values_by_name_as_numbers_lists_and_arrays() -> None:
    result = gradcli.grad("x^2*y", x=3, y=Fraction(2))
    assert (result.value, dict(result.gradient), result["y"]) == (18, {"x": 12, "y": 9}, 9)
    assert repr(result) == "Gradient(value=18.0, x=12.0, y=9.0)"
    matrix = numpy.array([[1, 2], [3, 4]])
    for given in (matrix, matrix.tolist(), matrix.astype("float32")):
        assert gradcli.grad("sum(A^2)", A=given)["A"].tolist() == (2 * matrix).tolist()  # type: ignore[union-attr]
    assert gradcli.grad("x^2", x=numpy.float32(3)).value == 9
    assert gradcli.grad("θ + mode", {"mode": 1}, θ=2, mode="static").tape.mode == "static"
    assert gradcli.grad("x*w", x=2, w=1, wrt="w").gradient == gradcli.grad("x*w", x=2, w=1, wrt=["w"]).gradient == {"w": 2}
    assert gradcli.grad("x + 0*w", x=2, w=1, dtype="float32")["w"] == 0


@pytest.mark.parametrize("take", [gradcli.grad, gradcli.record, gradcli.draw, gradcli.page, gradcli.derive, gradcli.explain])
def test_a_text_and_its_program_are_taken_alike(take: Callable[..., Any]) -> None:
    assert repr(take("x*w", x=2, w=1)).replace("x*w", "y") == repr(take(gradcli.parse("x*w"), {"x": 2.0, "w": 1.0})).replace(
        "x*w", "y"
    )


def test_products_and_matrices_take_a_run_or_a_text() -> None:
    tape = gradcli.record("x^2*w", x=2, w=3)
    assert gradcli.jvp(tape, {"x": 1}) == gradcli.jvp("x^2*w", {"x": 1}, x=2, w=3) == 12
    assert gradcli.vjp(tape, 1) == gradcli.vjp("x^2*w", 1, x=2, w=3) == {"x": 12, "w": 4}
    assert (
        gradcli.hessian(tape).blocks
        == gradcli.hessian("x^2*w", x=2, w=3).blocks
        == {"x": {"x": 6, "w": 4}, "w": {"x": 4, "w": 0}}
    )
    assert gradcli.jacobian(tape).blocks == gradcli.jacobian("x^2*w", x=2, w=3).blocks
    assert str(gradcli.diff("x^3")) == str(gradcli.diff(gradcli.parse("x^3"), "x")) == "3*x^2"


def test_plots_are_what_the_command_draws(tmp_path: Path) -> None:
    for sources, options, call in (
        (["x^3 - a*x", "sin(x)"], {"x": (-3, 3), "a": 3}, ["--x", "-3:3", "--a", "3"]),
        (["x^2 + w^2"], {"x": (-1, 1), "w": [0, 2]}, ["--x", "-1:1", "--w", "0:2"]),
        (["1/x"], {}, []),
    ):
        drawn = gradcli.plot(*sources, **options)  # type: ignore[arg-type]
        assert drawn._repr_svg_() == command(["plot", *sources, *call, "--format", "svg"])[1]
    drawn.save(tmp_path / "plot.svg")
    assert (tmp_path / "plot.svg").read_text("utf-8") == drawn._repr_svg_()


def test_a_descent_is_that_of_the_command() -> None:
    call = ["(x-3)^2 + 2*w^2", "--x", "0", "--w", "1"]
    down = gradcli.descend(call[0], x=0, w=1, optimizer="momentum", lr=0.05, steps=40)
    given = [*call, "--optimizer", "momentum", "--lr", "0.05", "--steps", "40"]
    [run] = json.loads(command(["descend", *given, "--json"])[1])["runs"]
    assert [step.value for step in down.steps] == [step["value"] for step in run["steps"]]
    assert (down.kind, down.reason, list(down.point.values())) == (run["verdict"], run["reason"], run["steps"][-1]["point"])
    assert down._repr_svg_() == command(["descend", *given, "--format", "svg"])[1]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: gradcli.plot("x*y*z"), "3 variables have ranges\nhint: give the others values: a=2"),
        (lambda: gradcli.plot("x", w=2), "plot: the expression has no variable w\nhint: its variables are x"),
        (lambda: gradcli.plot(), "there is no function to draw"),
        (lambda: gradcli.plot("[x, x]"), "a plot is of numbers, and here are arrays"),
        (lambda: gradcli.descend("x*w", x=1), "no value for w"),
        (lambda: gradcli.descend("x", x=1, optimizer="sgd"), "there is no optimizer sgd"),
    ],
)
def test_a_wrong_plot_says_what_to_write(make: Callable[[], object], message: str) -> None:
    with pytest.raises(gradcli.GradcliError) as error:
        make()
    assert str(error.value).startswith(message)


_KINDS = "hint: give x a number, a list of numbers, or an array of NumPy"
WRONG = {
    "no value for w\n  in expression, column 3:\n    x*w\n      ^\nhint: give each one a value: w=1.0": ("x*w", {"x": 1}),
    "there is no option mod\nhint: did you mean mode?": ("x", {"x": 1, "mod": "static"}),
    f"the value of x is a str, and no number\n{_KINDS}": ("x", {"x": "2"}),
    f"the value of x is a complex, and no number\n{_KINDS}": ("x", {"x": 1j}),
    "the value of x is beyond the range of float64": ("x", {"x": 10**400}),
    f"the value of x is no array: its rows have not one length\n{_KINDS}": ("x", {"x": [[1], [2, 3]]}),
    "int is no expression\nhint: give the text of an expression, \"x*w\", or what gradcli.parse returns": (3, {}),
    "the output has the shape (2,), and a gradient is of one number\n"
    "hint: take a sum(...) of it, give cotangent= of that shape, or call gradcli.jacobian": ("x*2", {"x": [1, 2]}),
}  # fmt: skip


@pytest.mark.parametrize("said", WRONG)
def test_an_error_says_where_and_what_to_write(said: str) -> None:
    program, values = WRONG[said]
    with pytest.raises(gradcli.GradcliError) as caught:
        gradcli.grad(program, **values)  # type: ignore[arg-type]
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: gradcli.grad("x^2", x=2, mode="fast"), "mode is dynamic or static, not 'fast'"),
        (lambda: gradcli.grad("x^2", x=2, dtype="float16"), "dtype is float64 or float32, not 'float16'"),
        (lambda: gradcli.grad("x^2", x=2, wrt=3), "3 is no name of a variable"),
        (lambda: gradcli.grad("x^2", {"x": 2, 3: 4}), "3 is no name of a variable"),
        (lambda: gradcli.diff("x^2", ""), "'' is no name of a variable"),
        (lambda: gradcli.diff("x^2", 3), "3 is no name of a variable"),
    ],
)
def test_what_is_no_choice_and_no_name_is_refused(call: Any, said: str) -> None:
    with pytest.raises(gradcli.GradcliError, match=said):
        call()


def test_all_names_are_listed_before_anything_is_loaded() -> None:
    program = (
        "import gradcli, sys; names = dir(gradcli); print([n for n in sys.modules if n.startswith('gradcli.')]); print(*names)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout.splitlines()
    assert done[0] == "[]"
    assert {*gradcli.__all__} <= {*done[1].split()}
    assert all(getattr(gradcli, name) is not None for name in gradcli.__all__)


def test_formulas_are_shown_as_latex() -> None:
    simplified = gradcli.diff("x^3")
    for shown in (simplified, simplified.expressions[0], simplified.program()):
        assert shown._repr_latex_() == r"$\displaystyle 3 x^{2}$"
    assert (repr(simplified), str(simplified.expressions[0])) == ("Simplified('3*x^2')", "3*x^2")
    assert repr(gradcli.parse("a = x/2; a*w")) == "Program('a = x/2\\na*w')"
    derivation = gradcli.derive("(x+w)*(w+1)", x=2, w=1)._repr_latex_() or ""
    assert derivation.startswith("$\\displaystyle \\begin{aligned}")
    assert derivation.count("{") == derivation.count("}")
    assert r"2 w + x + 1 && \text{like terms collected}" in derivation
    assert gradcli.parse("if x > 0 { y = x } else { y = 2*x }; y")._repr_latex_() is None
    assert "like terms collected" in (gradcli.explain("(x+w)*(w+1)", x=2, w=1)._repr_markdown_() or "")


def test_the_page_stands_in_a_frame_of_the_cell() -> None:
    page = gradcli.page("x*w", x=2, w=1, height=400)
    cell = page._repr_html_()
    frame = re.fullmatch(r'<iframe ([^>]*) srcdoc="([^"]*)"></iframe>', cell)
    assert frame is not None
    assert 'height="400"' in frame[1]
    assert html.unescape(frame[2]) == page.html
    assert page.html.startswith("<!")
    picture = gradcli.record("x*w", x=2, w=1)._repr_svg_()
    assert ElementTree.fromstring(picture or "").tag.endswith("svg")


def test_the_notebook_runs_and_shows_everything() -> None:
    import nbformat
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient import NotebookClient
    from nbclient.exceptions import DeadKernelError

    source = json.loads(NOTEBOOK.read_text("utf-8"))
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in source["cells"])
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    try:
        NotebookClient(notebook, timeout=60, startup_timeout=60, resources={"metadata": {"path": str(NOTEBOOK.parent)}}).execute()
    except (NoSuchKernel, DeadKernelError, OSError, RuntimeError) as error:
        pytest.fail(f"the kernel of the notebook does not start here (it needs ipykernel and sockets of this machine): {error}")
    kinds = {kind for cell in notebook.cells for out in cell.get("outputs", ()) for kind in out.get("data", {})}
    assert {"text/plain", "text/latex", "image/svg+xml", "text/html"} <= kinds
    assert sum("image/svg+xml" in out.get("data", {}) for cell in notebook.cells for out in cell.get("outputs", ())) >= 3
    said = [out["text"] for cell in notebook.cells for out in cell.get("outputs", ()) if out["output_type"] == "stream"]
    assert len(said) == 1
    assert "x is not a function" in said[0]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("2x sin 3x", "write 2*x*sin(3*x)"),
        ("sin²(x)", "write sin(x)^2"),
        ("xy", "xy is one variable: for a product write x*y; its variables are xy"),
        ("x*w", "give each one a value: w=1.0"),
        ("x**", "write a value after it"),
    ],
)
def test_hints_say_what_to_write_in_python(text: str, hint: str) -> None:
    with pytest.raises(gradcli.GradcliError) as caught:
        gradcli.grad(text, x=1.0)
    assert caught.value.hint == hint
