"""`gradcli eval --save`: value and gradients in a file of NumPy."""

from __future__ import annotations

import os
from pathlib import Path

import numpy
from commandline import command

CALL = ["eval", "sum((A @ x)^2)", "--A", "[[1,2],[3,4]]", "--x", "[1,1]", "-q"]


def test_value_and_gradients_are_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    assert command([*CALL, "--save", str(path)]) == command(CALL)
    with numpy.load(path, allow_pickle=False) as saved:
        assert sorted(saved) == ["grad_A", "grad_x", "value"]
        assert saved["value"] == 58
        numpy.testing.assert_array_equal(saved["grad_A"], [[6, 6], [14, 14]])
        numpy.testing.assert_array_equal(saved["grad_x"], [48, 68])
    assert os.listdir(tmp_path) == ["run.npz"]


def test_what_has_no_gradient_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    assert command(["eval", "A @ A", "--A", "[[1,2],[3,4]]", "--save", str(path)])[0] == 0
    with numpy.load(path) as saved:
        assert sorted(saved) == ["value"]


def test_another_name_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    code, out, err = command([*CALL, "--save", str(tmp_path / "run.npy")])
    assert (code, out) == (2, "")
    assert "is not named like one" in err
    assert os.listdir(tmp_path) == []


def test_matrices_and_tangents_are_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    more = ["--tangent", "x=[1,0]", "--jacobian", "--hessian", "--wrt", "x"]
    assert command([*CALL, *more, "--save", str(path)])[0] == 0
    with numpy.load(path, allow_pickle=False) as saved:
        assert sorted(saved) == ["grad_x", "hessian_x_x", "jacobian_y_x", "tangent", "value"]
        assert saved["tangent"] == 48
        numpy.testing.assert_array_equal(saved["jacobian_y_x"], [48, 68])
        numpy.testing.assert_array_equal(saved["hessian_x_x"], [[20, 28], [28, 40]])
