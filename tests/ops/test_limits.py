"""What would need too much memory is refused before it is computed, with exit code 4; what nothing can hold is bad input."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy
import pytest

from gradcli.autodiff.passes.gradient import gradient_of
from gradcli.autodiff.runs.program_run import outline, record
from gradcli.cli.inputs.array_files import array_file
from gradcli.errors import ExitCode, GradcliError
from gradcli.graph.graph import DEFAULT_MAX_ELEMENTS
from gradcli.language.parser import parse
from gradcli.language.statements import free_names

modes = pytest.mark.parametrize("mode", ["dynamic", "static"])

VALUES: dict[str, Any] = {
    "x": 1.0,
    "v": numpy.ones(2),
    "A": numpy.ones((2, 2)),
    "w": numpy.ones(40_000),
    "L": numpy.ones((1, 1, 3)),
    "P": numpy.ones((1, 1, 1000, 1000)),
    "K": numpy.ones((1, 1, 1)),
}

TOO_LARGE = [
    "zeros(10^6, 10^6)", "ones(99999999999999999999999999)", "full([10^6, 10^6], 1)", "eye(10^6)", "linspace(0, 1, 10^12)",
    "arange(1e300)", "arange(0, 1, 1e-300)", "arange(0, 1e18, 1)", "unsqueeze(w, 1)*w", "outer(w, w)", "expand(x, 10^6, 10^6)",
    "repeat(v, 10^9)", "repeat_interleave(v, 10^9)", "kron(w, w)", "one_hot(v, 10^12)", "pad(v, [10^12, 0])",
    "unsqueeze(w, 1) @ w[None]",
    "index_put(x, [10^6, 10^6], [0, 0])", "scatter_add(v, v, 10^12)", "windows(v, 1, padding=10^11)",
    "reshape(zeros(0), 0, 10^15)",
    "conv1d(L, K, padding=10^9)", "conv1d(L, K, padding=10^9, stride=10^9)",
    "conv1d(L, ones(1, 1, 2), padding=10^9, dilation=10^9)",
    "conv2d(P, ones(1, 1, 100, 100))", "max_pool2d(P, 500, 1)", "avg_pool2d(P, 500, 1)", "windows(P, [500, 500], 1)",
    "; ".join(["a0 = zeros(10^6)", *[f"a{at + 1} = a{at} + 1" for at in range(60)]]),
]  # fmt: skip


@modes
@pytest.mark.parametrize("text", TOO_LARGE, ids=lambda text: text[:40])
def test_what_is_too_large_is_refused(text: str, mode: str) -> None:
    with pytest.raises(GradcliError, match=f"more than {DEFAULT_MAX_ELEMENTS:,} elements") as caught:
        run(text, mode)
    assert caught.value.exit_code == ExitCode.LIMIT
    assert caught.value.span is not None
    assert "--max-elements" in caught.value.hint
    assert len(str(caught.value)) < 200


def run(text: str, mode: str) -> None:
    record(parse(text), {name: VALUES[name] for name in used(text)}, mode=mode)


def used(text: str) -> set[str]:
    return set(free_names(parse(text)))


@modes
def test_all_arrays_are_counted_together(mode: str) -> None:
    program, values = parse("sum(v*v + v)"), {"v": numpy.ones(4)}
    assert record(program, values, mode=mode, max_elements=12).value == 8
    with pytest.raises(GradcliError, match="with this one the arrays together have more than 11 elements"):
        record(program, values, mode=mode, max_elements=11)


def test_a_raised_limit_holds_for_the_gradient_graph_too() -> None:
    tape = record(parse("sum(v*v*v)"), {"v": numpy.ones(4)}, max_elements=12)
    assert gradient_of(tape).nodes["v"] is not None


def test_without_values_shapes_are_limited_as_well() -> None:
    with pytest.raises(GradcliError) as caught:
        outline(parse("outer(v, w)"), shapes={"v": (10**5,), "w": (10**5,)})
    assert caught.value.exit_code == ExitCode.LIMIT


WITHOUT_SENSE = [
    ("arange(0, 1e308, 1e-308)", "more numbers than can be counted"),
    ("zeros(10^(10^9))", "a shape consists of whole numbers"),
    ("zeros(-1)", "has a negative size"),
    ("matrix_power(A, 10^9)", "the power of a matrix is a whole number up to 1,000"),
    ("unsqueeze(" * 40 + "v" + ")" * 40, "an array has at most 32 axes"),
    ("[" * 10_000 + "x" + "]" * 10_000, "an array has at most 32 axes"),
    ("reshape(x, " + "[" * 10_000 + "1" + "]" * 10_000 + ")", "an array has at most 32 axes"),
    ("v[" + "[" * 10_000 + "1" + "]" * 10_000 + "]", "an index is a whole number"),
]


@modes
@pytest.mark.parametrize(("text", "message"), WITHOUT_SENSE, ids=lambda text: text[:40])
def test_what_nothing_can_hold_is_bad_input(text: str, message: str, mode: str) -> None:
    with pytest.raises(GradcliError, match=message) as caught:
        run(text, mode)
    assert caught.value.exit_code == ExitCode.BAD_INPUT


@modes
def test_large_numbers_that_allocate_nothing(mode: str) -> None:
    assert (
        record(
            parse("sum(roll(v, 10^30) + v[0:1000000000000000000000000000000])"), {"v": numpy.array([1.0, 2.0])}, mode=mode
        ).value
        == 6
    )
    assert record(parse("cross_entropy(ones(1, 100000), [1])"), {}, mode=mode).value == pytest.approx(numpy.log(100_000))


# ---- files ----


def npy(shape: tuple[int, ...], kind: str = "<f8") -> bytes:
    """A file of NumPy that tells of a shape, and holds nothing."""
    file = io.BytesIO()
    numpy.lib.format.write_array_header_1_0(file, {"descr": kind, "fortran_order": False, "shape": shape})
    return file.getvalue()


def saved(array: Any) -> bytes:
    file = io.BytesIO()
    numpy.save(file, array, allow_pickle=True)
    return file.getvalue()


FILES = [
    ("a.npy", npy((10**6, 10**6)), "does not hold the array that its header tells of"),
    ("a.npy", npy((10**30,)), "does not hold the array that its header tells of"),
    ("a.npy", saved(numpy.ones(5))[:-3], "does not hold the array that its header tells of"),
    ("a.npy", saved(numpy.array([{}])), "holds Python objects"),
    ("a.npy", b"\x80\x04]q\x00.", "is not a file of one array in NumPy's format"),
    ("a.npy", b"", "is not a file of one array in NumPy's format"),
    ("a.npy", saved(numpy.array([1j])), "holds no array of real numbers"),
    ("a.npy", saved(numpy.array(["x"])), "holds no array of real numbers"),
    ("a.npy", saved(numpy.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")])), "holds no array of real numbers"),
    ("a.csv", b"1,2\n3\n", "the rows have different lengths: 1, 2"),
    ("a.csv", b"a,b\n1,2\n", "line 1: 'a,b' is not numbers separated by commas"),
    ("a.csv", b"1,2\n1,,2\n", "line 2: '1,,2' is not numbers"),
    ("a.csv", b"", "has no numbers"),
    ("a.csv", b"\xff\xfe", "is not UTF-8 text"),
    ("a.json", b"[[1,2],[3]]", "the rows have different lengths: 1, 2"),
    ("a.json", b'[1, "x"]', "'x' is not a number"),
    ("a.json", b"[1, null]", "None is not a number"),
    ("a.json", b"[1, [2]]", "numbers and lists stand side by side"),
    ("a.json", b"[" * 50 + b"]" * 50, "an array has at most 32 axes"),
    ("a.json", b"[" * 100_000 + b"]" * 100_000, "is nested too deeply"),
    ("a.txt", b"1", "does not tell its format"),
]


@pytest.mark.parametrize(("name", "content", "message"), FILES, ids=[f"{f[0]}-{f[2][:30]}" for f in FILES])
def test_files_that_hold_no_array(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(GradcliError, match=message) as caught:
        array_file(str(path), "--a")
    assert caught.value.exit_code == ExitCode.BAD_INPUT


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(GradcliError, match=r"cannot read nothing\.npy: No such file"):
        array_file("nothing.npy", "--a")


@pytest.mark.parametrize(
    "array", [numpy.zeros((0, 3)), numpy.arange(6).reshape(2, 3), numpy.ones((2, 2), "f4"), numpy.array(True)]
)
def test_files_that_hold_one(array: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    path.write_bytes(saved(array))
    found = array_file(str(path), "--a")
    assert numpy.shape(found) == array.shape
    assert numpy.array_equal(found, array)


def test_special_numbers_in_files(tmp_path: Path) -> None:
    for name, text in (("a.csv", "nan,inf\n1,-inf\n"), ("a.json", '[[NaN, "Infinity"], [1, -Infinity]]')):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        assert numpy.array_equal(array_file(str(path), "--a"), [[numpy.nan, numpy.inf], [1, -numpy.inf]], equal_nan=True)
