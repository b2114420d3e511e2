"""Code, run where its compiler or interpreter is installed, beside the values that its graph has here."""

from __future__ import annotations

import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import prod
from pathlib import Path

from gradcli.autodiff.passes.forward import evaluate
from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.lowering.builders.builder import Value, float32, shortest_single
from gradcli.output.code.language import DOUBLE, SINGLE, Language, Written

_SECONDS = 120
_POINTS = 20
_TRIES = 400

TOLERANCES = {DOUBLE: 1e-9, SINGLE: 1e-4}
"""How far numbers may be apart in a precision, relative to the largest of their point."""
_RANGES = ((0.5, 2.0), (-2.0, 2.0), (0.0, 1.0), (1.0, 4.0))


class Proof(Frozen):
    """What a check found.

    Attributes:
        points: At how many points numbers were compared.
        numbers: How many numbers.
        error: The largest relative difference.
        worst: The point of it, and both numbers; empty where all are the same.
    """

    points: int
    numbers: int
    error: float
    worst: str

    @property
    def text(self) -> str:
        """It in words."""
        return f"{self.numbers} numbers at {self.points} points, the largest relative difference {self.error:.2g}"


INTERPRETER = "GRADCLI_PYTHON"
"""The variable of the environment that names a Python with libraries such as PyTorch; this one where it is not set."""


def interpreter() -> str:
    """The Python that runs what is checked."""
    return os.environ.get(INTERPRETER) or sys.executable


def missing_program(language: Language) -> str:
    """The program, or the module of Python, that runs a language and is not installed; empty where it is."""
    programs = [command[0] for command in language.command if not command[0].startswith("{")]
    missing = [program for program in programs if shutil.which(program) is None]
    missing += [module for module in language.modules if not missing and module not in _modules(interpreter())]
    return missing[0] if missing else ""


_ASKED = ("duckdb", "jax", "numpy", "onnx", "onnxruntime", "pyspark", "scipy", "sympy", "tensorflow", "torch")
"""Modules that run some language."""


@cache
def _modules(python: str) -> frozenset[str]:
    """Which of them a Python has."""
    program = f"import importlib.util as u; print(*[name for name in {_ASKED} if u.find_spec(name)])"
    try:
        done = subprocess.run([python, "-c", program], capture_output=True, text=True, timeout=_SECONDS, check=False)
    except OSError:
        return frozenset()
    return frozenset(done.stdout.split())


def check_runs(language: Language) -> None:
    """Check that code of a language can be run here.

    Raises:
        GradcliError: It cannot.
    """
    if language.main is None:
        raise GradcliError(f"--check does not run {language.about}", hint="leave --check out")
    program = missing_program(language)
    if program:
        of_python = program in language.modules
        raise GradcliError(
            f"{program} is not installed, so {language.about} cannot be checked",
            hint=f"pip install {program}, or name a Python that has it by {INTERPRETER}" if of_python else "leave --check out",
        )


def computed(language: Language, written: Written, points: Sequence[Sequence[float]]) -> list[list[float]]:
    """The results of code at points: the value, then the derivatives.

    Raises:
        GradcliError: Nothing here runs the language, or its program fails.
    """
    check_runs(language)
    assert language.main is not None
    literals = [list(map(language.number, point)) for point in points]
    with tempfile.TemporaryDirectory() as folder:
        places = {
            "file": str(Path(folder, f"exported{language.endings[0]}")),
            "program": str(Path(folder, "program")),
            "python": interpreter(),
        }
        Path(places["file"]).write_text("".join(language.source(written)) + language.main(language, written, literals), "utf-8")
        output = ""
        for command in language.command:
            words = [word.format(**places) for word in command]
            try:
                done = subprocess.run(words, capture_output=True, text=True, timeout=_SECONDS, check=False, cwd=folder)
            except subprocess.TimeoutExpired:
                raise GradcliError(f"{command[0].format(**places)} takes more than {_SECONDS} seconds") from None
            if done.returncode:
                said = (done.stderr or done.stdout).strip().splitlines()
                raise GradcliError(f"{command[0].format(**places)} fails: {said[-1] if said else done.returncode}")
            output = done.stdout
    numbers = [float(line.replace("Infinity", "inf").replace("NaN", "nan")) for line in output.split()]
    size = sum([prod(written.graph.shape(node)) for node in written.nodes])
    return [numbers[at : at + size] for at in range(0, len(numbers), size)]


def sampled(written: Written, dtype: str = DOUBLE) -> tuple[list[list[float]], list[list[float]]]:
    """Random points at which all results are finite, the same in every run, and the results.

    For single precision the points are numbers of it, and such that rounding after each operation costs a tenth of the
    tolerance at most: where digits cancel, code and double precision differ and are both right.

    Raises:
        GradcliError: None was found.
    """
    single = dtype == SINGLE
    source = random.Random(written.formula)
    points: list[list[float]] = []
    expected: list[list[float]] = []
    sizes = [prod(written.graph.shape(written.graph.variables[name])) for name in written.variables]
    for at in range(_TRIES):
        low, high = _RANGES[at % len(_RANGES)]
        point = [source.uniform(low, high) for _ in range(sum(sizes))]
        point = list(map(shortest_single, point)) if single else point
        bindings = _bindings(written, sizes, point)
        results = _results(written, bindings)
        fits = all(map(math.isfinite, results))
        if fits and single:
            fits = compared([point], [_results(written, bindings, float32)], [results]).error <= TOLERANCES[SINGLE] / 10
        if fits:
            points.append(point)
            expected.append(results)
        if len(points) == _POINTS:
            break
    if not points:
        digits = " and keep their digits in single precision" if single else ""
        raise GradcliError(f"no point was found at which the function and its derivatives are finite{digits}")
    return points, expected


def _results(written: Written, bindings: Mapping[str, Value], cast: Callable[[Value], Value] | None = None) -> list[float]:
    values = evaluate(written.graph, bindings, cast)
    return [number for node in written.nodes for number in _numbers(values[node])]


def _bindings(written: Written, sizes: Sequence[int], point: Sequence[float]) -> dict[str, Value]:
    """The variables at a point, which has the elements of arrays one after the other."""
    found: dict[str, Value] = {}
    for name, size in zip(written.variables, sizes, strict=True):
        part, point = point[:size], point[size:]
        shape = written.graph.shape(written.graph.variables[name])
        if shape:
            import numpy

            found[name] = numpy.reshape(part, shape)
        else:
            found[name] = part[0]
    return found


def _numbers(value: Value) -> list[float]:
    """A number, or the elements of an array."""
    if isinstance(value, float | int):
        return [float(value)]
    import numpy

    return [float(one) for one in numpy.ravel(value)]


def proved(language: Language, written: Written) -> Proof:
    """Code beside its graph, at random points.

    Raises:
        GradcliError: The code cannot be run, or no points were found.
    """
    points, expected = sampled(written, language.dtype)
    return compared(points, computed(language, written, points), expected)


def compared(points: Sequence[Sequence[float]], found: Sequence[Sequence[float]], expected: Sequence[Sequence[float]]) -> Proof:
    """Both sides of a check; numbers are compared relative to the largest of their point."""
    error, worst, numbers = 0.0, "", 0
    for point, here, there in zip(points, expected, found, strict=True):
        scale = max([abs(one) for one in here if math.isfinite(one)], default=1.0) or 1.0
        for mine, theirs in zip(here, there, strict=True):
            numbers += 1
            same = mine == theirs or (math.isnan(mine) and math.isnan(theirs))
            difference = 0.0 if same else abs(mine - theirs) / max(abs(mine), 1e-3 * scale)
            if not difference <= error:
                error, worst = difference, f"at {', '.join(map(repr, point))}: {theirs!r}, and here {mine!r}"
    return Proof(len(points), numbers, error, worst)
