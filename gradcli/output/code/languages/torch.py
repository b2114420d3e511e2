"""PyTorch in its own words: a value that autograd differentiates, with arrays; or derivatives written out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from textwrap import indent

from gradcli.graph.names import node_names
from gradcli.ops.declaration.constants import VALUES
from gradcli.output.code.contents import VALUE
from gradcli.output.code.language import SINGLE, Language, Single, Written
from gradcli.output.code.languages.python import WORDS
from gradcli.output.code.notation import heading, returned, words
from gradcli.output.code.torch_lines import constants_of, torch_lines


def _torch(
    language: Language, written: Written, lines: Sequence[tuple[str, str]], results: Sequence[str], helpers: Sequence[str]
) -> Iterator[str]:
    graph, arguments = written.graph, written.routine.arguments
    own = {graph.variables[variable]: name for variable, name in zip(written.variables, arguments, strict=True)}
    titles = [f"{title}_node" if title in (*arguments, written.name) else title for title in node_names(graph, frozenset(VALUES))]
    known = language.names([*arguments, *[title for id, title in enumerate(titles) if id not in own]])
    names = [own.get(id) or known[title] for id, title in enumerate(titles)]
    like = arguments[0] if arguments else f"torch.tensor(0.0, dtype={language.real})"
    found, operands = torch_lines(graph, names, constants_of(graph), like, graph.ancestors(*written.nodes))
    values = [operands[node].text for node in written.nodes]
    body = "".join(f"    {line.name} = {line.text}\n" for line in found)
    yield from (f"{line}\n" for line in heading(language, written))
    given = ", ".join(arguments)
    autograd = "" if written.shape or not given else f"; derivatives: torch.autograd.grad({written.name}({given}), [{given}])"
    yield f"# Arguments are tensors{' of float32' if language.dtype == SINGLE else ''}{autograd}.\n"
    yield "import torch\n"
    if "F." in body:
        yield "import torch.nn.functional as F\n"
    value = returned(values, written)
    yield f"\n\ndef {written.name}({', '.join(arguments)}):\n{body}    return {value}\n"


def _main(language: Language, written: Written, points: Sequence[Sequence[str]]) -> str:
    shapes = [written.graph.shape(written.graph.variables[name]) for name in written.variables]
    calls = []
    for point in points:
        given = []
        for shape in shapes:
            part, point = point[: prod(shape)], point[prod(shape) :]
            given.append(f"torch.tensor([{', '.join(part)}], dtype={language.real}).reshape({shape})")
        calls.append(f"{written.name}({', '.join(given)})")
    program = (
        "def flat(found):\n    for one in found:\n"
        "        if isinstance(one, (list, tuple)):\n            yield from flat(one)\n        else:\n            yield one\n\n"
        f"for found in [{', '.join(calls)}]:\n    for number in flat([found]):\n        print(repr(float(number)))\n"
    )
    return f"\n\nif __name__ == '__main__':\n{indent(program, '    ')}"


LANGUAGE = Language(
    "torch",
    "PyTorch",
    (".py",),
    {},
    {},
    "",
    WORDS | words("torch F"),
    "{}",
    "float('inf')",
    "float('nan')",
    "#",
    _torch,
    _main,
    (("{python}", "{file}"),),
    own_words=True,
    keeps_arrays=True,
    content=VALUE,
    modules=("torch",),
    real="torch.float64",
    single=Single("torch.float32", whole="{}"),
)
