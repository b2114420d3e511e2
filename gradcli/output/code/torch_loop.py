"""A descent as the loop of PyTorch that does the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gradcli.autodiff.passes.tape import Tape
from gradcli.errors import GradcliError
from gradcli.frozen import replace
from gradcli.output.code.catalogue import language_named
from gradcli.output.code.notation import words
from gradcli.output.code.torch_lines import tensor_text, torch_lines
from gradcli.typing import Any

_WORDS = words("torch F math inf nan optimizer step")


def torch_loop(tape: Tape, text: str, optimizer: str, numbers: Mapping[str, Any], steps: int) -> Iterator[str]:
    """The script.

    Args:
        tape: The run at the start.
        text: The program as it was typed.
        optimizer: The class of torch.optim.
        numbers: The numbers of its rule; those that are 0 or False are left out.
        steps: How many steps it takes.

    Raises:
        GradcliError: The program branches, or PyTorch lacks an operation.
    """
    graph = tape.graph
    if graph.decisions:
        raise GradcliError(
            "a loop of PyTorch is written of one way through the program, and this one branches", hint="write it without branches"
        )
    python = language_named("python")
    known = replace(python, words=python.words | _WORDS).names(tape.names, ())
    names = [known[name] for name in tape.names]
    parameters = [graph.variables[name] for name in tape.wrt]
    constants = {id: tape.values[id] for id, plain in enumerate(tape.numbers) if plain}
    lines, _ = torch_lines(graph, names, constants, names[parameters[0]])
    yield f"# {' '.join(text.split())}\nimport math\n\nimport torch\nimport torch.nn.functional as F\n\n"
    yield "inf, nan = math.inf, math.nan\ntorch.set_default_dtype(torch.float64)\n\n"
    for id in graph.variables.values():
        yield f"{names[id]} = {tensor_text(tape.values[id], ', requires_grad=True' if id in parameters else '')}\n"
    given = "".join(f", {key}={value!r}" for key, value in numbers.items() if value)
    yield f"optimizer = torch.optim.{optimizer}([{', '.join(names[id] for id in parameters)}]{given})\n\n"
    yield f"for step in range({steps}):\n    optimizer.zero_grad()\n"
    for line in lines:
        yield f"    {line.name} = {line.text}\n"
    output = names[tape.output]
    shown = ", ".join(f"{names[id]}.tolist()" for id in parameters)
    yield f"    print(step, {shown}, {output}.item())\n    {output}.backward()\n    optimizer.step()\n"
