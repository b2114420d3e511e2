"""A run as a script that asserts with PyTorch itself what is printed of it: values, flags, functions, gradients."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

from gradcli.autodiff.passes.tape import Tape
from gradcli.errors import GradcliError
from gradcli.frozen import Frozen, replace
from gradcli.output.code.catalogue import language_named
from gradcli.output.code.notation import in_comment, words
from gradcli.output.code.proof import INTERPRETER, interpreter
from gradcli.output.code.torch_lines import literal, tensor_text, torch_lines
from gradcli.typing import Any

_SECONDS = 600
_CLOSE = {"float64": (1e-7, 1e-12), "float32": (1e-4, 1e-6)}
"""How far numbers may be apart, relative to their size and in any case: PyTorch keeps some constants in single precision."""

_WORDS = words(
    "torch F sys inf nan FACTS WORDS same name asking cotangent kept grads found derivatives wrong asked title tensor printed "
    "function following word here there given list dict zip len print isinstance map all str bool type"
)
"""Names of the script itself."""

_HEAD = """\
# {formula}
#
# What gradcli prints of this run, asserted with PyTorch node by node: run it with a Python that has PyTorch.
import math
import sys

import torch
import torch.nn.functional as F

inf, nan = math.inf, math.nan
torch.set_default_dtype(torch.{dtype})

"""

_CHECK = '''
# name, tensor, value, is_leaf, requires_grad, grad_fn, next_functions, .grad, derivative of the output by it; ... is not asked
FACTS = [
{rows}
]
WORDS = ("value", "is_leaf", "requires_grad", "grad_fn", "next_functions", ".grad", "derivative")


def same(found, printed):
    """Whether a number, a tensor, a name or a list of names is what was printed; ... stands for what is not asked."""
    if printed is ... or found is None or printed is None or isinstance(printed, (bool, str)):
        return printed is ... or found == printed
    if isinstance(found, list):
        return len(found) == len(printed) and all(map(same, found, printed))
    given = torch.tensor(printed, dtype=torch.float64)
    found = found.detach().to(torch.float64)
    if found.numel() == given.numel() == 0:
        return True
    return found.shape == given.shape and torch.allclose(found, given, {relative}, {absolute}, equal_nan=True)


def name(function):
    return None if function is None else type(function).__name__


{backward}
wrong = asked = 0
for title, tensor, *printed in FACTS:
    function = tensor.grad_fn
    following = None if function is None else [name(one) for one, _ in function.next_functions]
    found = [tensor, tensor.is_leaf, tensor.requires_grad, name(function), following]
    found += [grads.get(title), derivatives.get(title)]
    for word, here, there in zip(WORDS, found, printed):
        asked += there is not ...
        if not same(here, there):
            wrong += 1
            print(f"{{title}}: {{word}} is {{there!r}} here, and in PyTorch {{here!r}}")
print(f"PyTorch {{torch.__version__}}: {{asked}} facts of {{len(FACTS)}} nodes, {{wrong or 'none'}} of them otherwise")
sys.exit(1 if wrong else 0)
'''

_BACKWARD = """\
asking = {{title: tensor for title, tensor, *_ in FACTS if tensor.requires_grad}}
cotangent = {cotangent}
{output}.backward(cotangent, retain_graph=True)
kept = {{title: tensor for title, tensor in asking.items() if tensor.is_leaf or tensor.retains_grad}}
grads = {{title: None if tensor.grad is None else tensor.grad.clone() for title, tensor in kept.items()}}
found = torch.autograd.grad({output}, list(asking.values()), cotangent, allow_unused=True)
derivatives = dict(zip(asking, found))
"""


class Verdict(Frozen):
    """What PyTorch said.

    Attributes:
        right: Whether everything is as printed.
        lines: What it said, a line for each fact that is otherwise, and a sentence.
    """

    right: bool
    lines: tuple[str, ...]


def torch_proof(tape: Tape, text: str) -> Iterator[str]:
    """The script.

    Args:
        tape: The run.
        text: The program as it was typed.

    Raises:
        GradcliError: PyTorch lacks an operation, or no variable is there that it could record.
    """
    graph = tape.graph
    if not graph.variables:
        raise GradcliError("there is no variable, and PyTorch records none of these numbers")
    python = language_named("python")
    titles = tape.names
    known = replace(python, words=python.words | _WORDS).names(titles, ())
    names = [known[title] for title in titles]
    constants = {id: tape.values[id] for id, plain in enumerate(tape.numbers) if plain}
    like = names[next(iter(graph.variables.values()))]
    lines, _ = torch_lines(graph, names, constants, like)
    strangers = {line.node for line in lines if not line.own}
    unsure = graph.ancestors(*[line.node for line in lines if line.chooses])
    yield _HEAD.format(formula=in_comment(text), dtype=tape.dtype)
    for id in graph.variables.values():
        flag = ", requires_grad=True" if tape.requires_grad[id] else ""
        yield f"{names[id]} = {tensor_text(tape.values[id], flag)}\n"
    for line in lines:
        lacking = "" if line.own else "  # PyTorch has no such function: written by its definition"
        yield f"{line.name} = {line.text}{lacking}\n"
    for id in sorted(tape.retained):
        if not tape.is_leaf(id):
            yield f"{names[id]}.retain_grad()\n"
    asked = [id for id in range(len(graph)) if not tape.numbers[id]]
    rows = [f"    ({titles[id]!r}, {names[id]}, {', '.join(_facts(tape, id, strangers, unsure[id]))})," for id in asked]
    relative, absolute = _CLOSE[tape.dtype]
    backward = "grads = derivatives = {}\n"
    if tape.requires_grad[graph.output] and any(adjoint is not None for adjoint in tape.adjoints):
        cotangent = tape.adjoints[graph.output]
        backward = _BACKWARD.format(output=names[graph.output], cotangent=tensor_text(cotangent))
    yield _CHECK.format(rows="\n".join(rows), backward=backward, relative=relative, absolute=absolute)


def _facts(tape: Tape, id: int, strangers: set[int], unsure: bool) -> list[str]:
    """What is printed of a node, as Python; derivatives only where PyTorch's are its own."""
    following = tape.next_functions(id)
    expected = "None"
    if id in strangers:
        expected = "..."
    elif following is not None:
        parts = tape.graph.inputs[id]
        lacking = {tape.grad_fn(input) for input in parts if input in strangers} - {None}
        expected = f"[{', '.join('...' if one in lacking else repr(one) for one in following)}]"
    grad, adjoint = tape.grad(id), tape.adjoints[id]
    return [
        literal(tape.values[id]),
        repr(tape.is_leaf(id)),
        repr(tape.requires_grad[id]),
        "..." if id in strangers and not tape.is_leaf(id) else repr(tape.grad_fn(id)),
        expected,
        _number(grad, unsure),
        _number(adjoint if tape.requires_grad[id] else None, unsure),
    ]


def _number(value: Any, unsure: bool) -> str:
    return "None" if value is None else "..." if unsure else literal(value)


def verified(script: str) -> Verdict:
    """A script, run by a Python with PyTorch: that of the environment, or this one.

    Raises:
        GradcliError: It has no PyTorch, or it fails.
    """
    program = interpreter()
    try:
        done = subprocess.run([program, "-"], input=script, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GradcliError(f"{program} cannot be run: {error}", hint=f"{INTERPRETER} names a Python with PyTorch") from None
    said = tuple(done.stdout.strip().splitlines())
    if done.returncode not in (0, 1) or not said or not said[-1].startswith("PyTorch "):
        last = (done.stderr.strip().splitlines() or ["nothing was said"])[-1]
        if "No module named 'torch'" in last:
            raise GradcliError(f"{program} has no PyTorch", hint=f"pip install torch, or name a Python with it by {INTERPRETER}")
        raise GradcliError(f"PyTorch fails: {last}")
    return Verdict(done.returncode == 0, said)
