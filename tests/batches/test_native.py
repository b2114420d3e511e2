"""The compiled kernel has NumPy's numbers to a few units in the last place, and is kept where only the user can put it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy
import pytest

import gradcli
from gradcli.data.kernels import c_source, libraries, native, row_kernel
from gradcli.ops.catalogue import OPERATIONS

HERE = libraries.compiler() is not None
"""Whether there is a compiler; where there is none, NumPy computes and a note says so."""

UNITS = 8
"""Units in the last place, of the largest, by which functions of C and of NumPy may differ: libmvec's are within 4."""

TEXT = "exp(-(x-m)^2/(2*s^2))"


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder of libraries of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "gradcli" / "kernels"


def columns(count: int) -> dict[str, Any]:
    draw = numpy.random.default_rng(3)
    return {name: draw.uniform(0.5, 2, count) for name in "xms"}


def test_functions_of_the_registry_are_numpys_to_a_few_units() -> None:
    scalar = [one for one in OPERATIONS.values() if one.required == 1 and not one.variadic and one.derivable(0)]
    given: dict[str, Any] = {}
    draw = numpy.random.default_rng(3)
    for one in scalar:
        given[f"x_{one.name}"] = numpy.append(draw.uniform(*one.samples[0], 50), [numpy.inf, -numpy.inf, numpy.nan, 0.0])
    calls = [f"{one.name}(x_{one.name})" for one in scalar]
    text = f"y = {' + '.join(calls)}\noutput y, {', '.join(calls)}"
    found, expected = (gradcli.batch_function(text, kernel=kernel) for kernel in ("c", "numpy"))
    results, others = found(given), expected(given)
    assert bool(found.note) != HERE, found.note
    for name, column in others.columns().items():
        one = results.columns()[name]
        with numpy.errstate(all="ignore"):
            units = numpy.abs(one - column)[:50] / numpy.spacing(numpy.abs(column[:50]).max())  # near zeros sums cancel
        assert units.max() <= UNITS, name
    assert (results.odd == others.odd).all()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    "text", ["(x*m - s)/x + x^3", "where(x > m, x*s, s/m) + max(x, m) - min(s, 1)", "abs(x - m)*relu(s - 1)"]
)
def test_arithmetic_and_choices_are_the_same_to_the_bit(text: str, dtype: str) -> None:
    given = {**columns(1000), "x": numpy.append(columns(1000)["x"][:996], [numpy.inf, numpy.nan, 0, -0.0])}
    functions = [gradcli.batch_function(text, kernel=kernel, dtype=dtype) for kernel in ("c", "numpy")]
    found, expected = (function(given) for function in functions)
    assert bool(functions[0].note) != HERE, functions[0].note
    for name, column in expected.columns().items():
        assert numpy.array_equal(found.columns()[name], column, equal_nan=True), name
    assert (found.odd == expected.odd).all()


def test_strided_and_narrow_columns_are_read() -> None:
    wide = numpy.arange(60000.0).reshape(20000, 3) / 60000 + 0.5
    given = {name: wide[:, at] for at, name in enumerate("xms")}
    narrow = {**given, "x": given["x"].astype("float32")}
    for one in (given, narrow):
        found, expected = (gradcli.batch_function(TEXT, kernel=kernel, threads=2)(one) for kernel in ("c", "numpy"))
        assert found.values["y"] == pytest.approx(expected.values["y"], rel=1e-14)


def test_a_library_is_the_users_alone_and_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gradcli.batch_function(TEXT, kernel="c")(columns(10))
    files = list(cache.iterdir()) if HERE else []
    assert len(files) == HERE
    assert all(path.stat().st_mode & 0o777 == 0o700 for path in [*files, *([cache] if HERE else [])])
    compiled: list[int] = []
    monkeypatch.setattr(libraries, "_compiled", lambda *given: compiled.append(1) or "")
    monkeypatch.setattr(c_source, "sources_of", lambda *given: compiled.append(1) or [])
    again = gradcli.batch_function(TEXT, kernel="c")
    again(columns(10))
    assert not (compiled and HERE)


def test_what_others_may_write_is_not_used(cache: Path) -> None:
    cache.mkdir(parents=True)
    os.chmod(cache, 0o777)
    function = gradcli.batch_function(TEXT, kernel="c")
    found = function(columns(10))
    assert not list(cache.iterdir())
    assert bool(function.note) != HERE
    assert found.values["y"] == pytest.approx(gradcli.batch_function(TEXT)(columns(10)).values["y"], rel=1e-14)
    os.chmod(cache, 0o700)
    cache.rmdir()
    cache.symlink_to(cache.parent)
    gradcli.batch_function(TEXT, kernel="c")(columns(10))
    assert [path.name for path in cache.parent.iterdir()] == ["kernels"]


def test_a_library_that_is_cut_off_is_compiled_again(cache: Path) -> None:
    gradcli.batch_function(TEXT, kernel="c")(columns(10))
    for path in cache.iterdir() if HERE else []:
        path.unlink()  # the old one is loaded, and its bytes are not to be changed under it
        path.write_bytes(b"\x7fELF")
        path.chmod(0o700)
    function = gradcli.batch_function(TEXT, kernel="c")
    function(columns(10))
    assert bool(function.note) != HERE


@pytest.mark.parametrize(
    ("change", "text", "dtype", "note"),
    [
        (lambda patch: patch.setattr(libraries, "compiler", lambda: None), TEXT, "float64", "there is no C compiler"),
        (lambda patch: patch.setattr(c_source, "_LOOP", "what{parameters}"), TEXT, "float64", "gives no library"),
        (lambda patch: None, "if x > m { y = x } else { y = s }", "float64", "rows may go several ways"),
        (
            lambda patch: patch.setattr(row_kernel, "_close", lambda one, other, within: False),
            TEXT,
            "float64",
            "gives other results here",
        ),
    ],
)
def test_where_there_is_none_numpy_computes_and_a_note_says_so(
    monkeypatch: pytest.MonkeyPatch, change: Any, text: str, dtype: str, note: str
) -> None:
    expected = gradcli.batch_function(text, kernel="numpy", dtype=dtype)(columns(10))
    change(monkeypatch)
    function = gradcli.batch_function(text, kernel="c", dtype=dtype)
    found = function(columns(10))
    assert note in function.note or not HERE
    assert found.values["y"].tolist() == expected.values["y"].tolist()


def test_auto_compiles_where_there_is_work_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    built = []
    kernel = native.NativeKernel
    monkeypatch.setattr(native, "NativeKernel", lambda line: built.append(1) or kernel(line))
    gradcli.batch_function(TEXT)(columns(100))
    assert not built
    monkeypatch.setattr(row_kernel, "ENOUGH", 100)
    gradcli.batch_function(TEXT)(columns(100))
    assert built


def test_each_program_has_a_library_of_its_own() -> None:
    """What differs in a constant, its sign, an operand's place or a wrt alone is another program."""
    given = {"x": numpy.array([0.5, -2.0]), "m": numpy.array([3.0, 4.0])}
    for wrt in ("x", "m"):
        for text in ("x - 2*m", "m - 2*x", "2*m - x", "x - 3*m", "copysign(x, 0)*m", "copysign(x, -0.0)*m"):
            found, expected = (gradcli.batch_function(text, wrt, kernel=kernel)(given) for kernel in ("c", "numpy"))
            for name, column in expected.columns().items():
                assert found.columns()[name].tolist() == column.tolist(), text
