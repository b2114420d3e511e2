"""Runs as scripts that assert with PyTorch what is printed: compiled everywhere, and run where a Python with PyTorch is named."""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
from commandline import command
from structural_cases import CASES
from support import json_lines, oracle

from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.runs.program_run import record
from gradcli.errors import GradcliError
from gradcli.frozen import replace
from gradcli.language.ast import Name
from gradcli.language.parser import parse
from gradcli.language.statements import free_names
from gradcli.language.text import to_text
from gradcli.lowering.node_expressions import applied_to_arrays
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.output.code.proof import INTERPRETER
from gradcli.output.code.torch_proof import torch_proof, verified

NEEDS_TORCH = pytest.mark.skipif(INTERPRETER not in os.environ, reason=f"{INTERPRETER} names no Python with PyTorch")
VERIFY = ("eval", "x*2", "--x", "3", "--verify-torch", "-q")
REFUSED = {"clamp": "PyTorch wants one bound at least", "prelu": "and a weight for each channel"}
"""What PyTorch does not take though it is taken here."""


def of_numbers() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation on numbers of which PyTorch has a function: with tensors alone, and with a number as its last argument."""
    source = random.Random(1)
    for operation in OPERATIONS.values():
        if (not operation.facts.torch and not operation.facts.torch_call) or operation.name in REFUSED:
            continue
        names = [f"x{at}" for at in range(3 if operation.variadic else operation.required)]
        values = [round(source.uniform(*interval), 3) for interval in (operation.samples * 3)[: len(names)]]
        point = dict(zip(names, values, strict=True))
        yield f"{operation.name}({', '.join(names)})", point
        if len(names) > 1:
            yield f"{operation.name}({', '.join([*names[:-1], repr(values[-1])])})", {name: point[name] for name in names[:-1]}


def of_arrays() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every measured call of an operation on arrays."""
    for name, operands, settings, _ in CASES:
        source = numpy.random.default_rng(2)
        drawn = [source.normal(size=one) if isinstance(one, tuple) else numpy.array(one, float) for one in operands]
        values = [array if array.ndim else float(array) for array in drawn]
        names = "abc"[: len(values)]
        text = to_text(applied_to_arrays(name, [Name(one) for one in names], STRUCTURAL[name].completed(settings)))
        yield text, dict(zip(names, values, strict=True))


def of_programs() -> Iterator[tuple[str, dict[str, Any]]]:
    """Published teaching examples, and programs on arrays."""
    for row in json_lines("teaching.jsonl"):
        yield row["expr"], {name: row["bindings"][name] for name in free_names(parse(row["expr"]))}
    for row in oracle("torch_programs.json"):
        yield row["program"], {name: numpy.array(value) for name, value in row["inputs"].items()}


def tape_of(text: str, point: dict[str, Any], **asked: Any) -> Tape:
    """A run, whose output has an adjoint even if it is an array."""
    shape = numpy.shape(record(parse(text), point, wrt=[], **asked).value)
    return record(parse(text), point, cotangent=numpy.ones(shape) if shape else None, **asked)


def proof_of(text: str, point: dict[str, Any], **asked: Any) -> str | None:
    """The script of a run; None where PyTorch has no such function, takes a number there, or has no node for it."""
    try:
        return "".join(torch_proof(tape_of(text, point, **asked), text))
    except GradcliError as error:
        if "PyTorch" in error.message or "has no derivative" in error.message:
            return None
        raise


def all_verified(scripts: list[str]) -> None:
    """Run scripts in one process, which takes its time to load PyTorch, and say which fail."""
    program = (
        "import contextlib, io\n"
        f"for at, script in enumerate({scripts!r}):\n"
        "    said = io.StringIO()\n"
        "    try:\n"
        "        with contextlib.redirect_stdout(said):\n"
        "            exec(script, {})\n"
        "    except SystemExit as end:\n"
        "        if end.code: print(script.splitlines()[0], said.getvalue())\n"
        "    except Exception as error:\n"
        "        print(script.splitlines()[0], error)\n"
        "print('PyTorch has run', at + 1)\n"
    )
    assert verified(program).lines == (f"PyTorch has run {len(scripts)}",)


@pytest.mark.parametrize("source", [of_numbers, of_arrays, of_programs], ids=lambda source: str(source.__name__))
def test_every_script_compiles(source: Any) -> None:
    some = itertools.islice(source(), 0, None, 6)
    scripts = [script for text, point in some if (script := proof_of(text, point)) is not None]
    assert len(scripts) > 10
    for script in scripts:
        compile(script, "proof.py", "exec")


@NEEDS_TORCH
@pytest.mark.parametrize("source", [of_numbers, of_arrays, of_programs], ids=lambda source: str(source.__name__))
def test_pytorch_says_the_same(source: Any) -> None:
    all_verified([script for text, point in source() if (script := proof_of(text, point)) is not None])


@NEEDS_TORCH
@pytest.mark.parametrize("asked", [{"mode": "static"}, {"dtype": "float32"}, {"retain_grad": None}], ids=str)
def test_pytorch_says_the_same_of_runs_of_other_kinds(asked: dict[str, Any]) -> None:
    all_verified([script for text, point in of_programs() if (script := proof_of(text, point, **asked)) is not None])


@NEEDS_TORCH
@pytest.mark.parametrize("fact", ["values", "adjoints", "requires_grad"])
def test_a_fact_that_is_none_is_found(fact: str) -> None:
    tape = tape_of("(x + w)*(w + 1)", {"x": 2.0, "w": 1.0})
    wrong: list[Any] = list(getattr(tape, fact))
    wrong[1] = not wrong[1] if fact == "requires_grad" else wrong[1] + 1e-5
    verdict = verified("".join(torch_proof(replace(tape, **{fact: wrong}), "")))
    assert not verdict.right


def test_names_of_the_script_are_no_names_of_nodes() -> None:
    script = proof_of(
        "torch = found*FACTS; same = torch + math; name = same*θ", dict.fromkeys(("found", "FACTS", "math", "θ"), 2.0)
    )
    assert script is not None
    made = [line.partition(" = ")[0] for line in script.partition("import torch\n")[2].splitlines() if " = torch.tensor(" in line]
    assert made[:4] == ["found_1", "FACTS_1", "math_1", "theta"]
    assert "('found', found_1, 2.0, True, True, None, None, " in script


def test_text_of_users_is_no_code() -> None:
    script = "".join(torch_proof(tape_of("x*2", {"x": 2.0}), "x*2\nimport os\u2028import os '''"))
    assert len([line for line in script.splitlines() if "import os" in line]) == 1


@pytest.mark.parametrize(
    ("python", "code", "said"),
    [
        ("echo 'PyTorch 0: 5 facts of 1 nodes, none of them otherwise'", 0, "5 facts"),
        ("echo 'x: .grad is 1'; echo 'PyTorch 0: 5 facts of 1 nodes, 1 of them otherwise'; exit 1", 1, "x: .grad is 1"),
        ("echo 'ModuleNotFoundError: No module named '\"'torch'\" >&2; exit 1", 2, "has no PyTorch"),
        ("exit 7", 2, "PyTorch fails"),
    ],
    ids=["right", "otherwise", "missing", "failing"],
)
def test_what_pytorch_says_decides(tmp_path: Path, python: str, code: int, said: str) -> None:
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\ncat > /dev/null\n{python}\n")
    program.chmod(0o755)
    found, out, err = command(VERIFY, environment={INTERPRETER: str(program)})
    assert (found, out) == (code, "6\n2\n")
    assert said in err


def test_a_python_that_is_none_is_named() -> None:
    code, _, err = command(VERIFY, environment={INTERPRETER: "/nowhere"})
    assert (code, "/nowhere cannot be run" in err) == (2, True)
