"""SymPy: an expression, and its derivatives as SymPy finds them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import count
from textwrap import indent

from gradcli.graph.graph import CONSTANT, VARIABLE
from gradcli.lowering.node_expressions import node_expression
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.facts import TRUTH
from gradcli.output.code.language import Language, Written
from gradcli.output.code.languages.python import WORDS
from gradcli.output.code.notation import heading, nested, words
from gradcli.output.formulas.sympy import to_sympy

_SYMPY = {word for operation in OPERATIONS.values() for word in re.findall(r"[A-Za-z_]\w*", operation.facts.sympy)}
"""SymPy's names of functions, by which operations are written."""
_BOUND = {word for word in _SYMPY if word.endswith("_")}
"""Variables that a template binds itself."""


def _sympy(
    language: Language, written: Written, lines: Sequence[tuple[str, str]], results: Sequence[str], helpers: Sequence[str]
) -> Iterator[str]:
    graph, result = written.graph, written.nodes[0]
    symbols = dict(zip(written.variables, written.routine.arguments, strict=True))
    own = {graph.variables[title]: name for title, name in symbols.items()}
    taken = {*symbols.values(), written.name}
    free = (name for number in count(1) if (name := f"t{number}") not in taken)
    needed = graph.ancestors(result)
    names = [own.get(node.id) or (next(free) if needed[node.id] else "") for node in graph]

    def text(id: int) -> str:
        found = to_sympy(node_expression(graph, id, names))
        for name in names:
            found = found.replace(f"Symbol({name!r})", name) if f"Symbol({name!r})" in found else found
        operation = OPERATIONS.get(graph.operations[id])
        truth = operation is not None and operation.facts.result == TRUTH
        return f"Piecewise((1, {found}), (0, True))" if truth else found  # in lines of their own truth values are numbers

    yield from (f"{line}\n" for line in heading(language, written))
    yield "from sympy import *\n\n"
    yield from (f"{name} = Symbol({title!r}, real=True)\n" for title, name in symbols.items())
    body = [
        f"{names[node.id]} = {text(node.id)}\n"
        for node in graph
        if needed[node.id] and node.id != result and node.operation not in (VARIABLE, CONSTANT)
    ]
    body.append(f"{written.name} = {text(result)}\n")
    yield from (f"{name} = Symbol({name!r})\n" for name in sorted(_BOUND) if any(name in line for line in body))
    yield from body
    if written.shape:
        derivatives = [f"diff({written.name}, {', '.join(by)})" for by in written.by]
        yield f"derivatives = {nested(derivatives, written.shape)}\n"


_PROGRAM = """\
def flat(found):
    for one in found:
        if isinstance(one, (list, tuple)):
            yield from flat(one)
        else:
            yield sympify(one)

for point in [{rows}]:
    given = dict(zip([{arguments}], [Float(number, 30) for number in point]))
    for one in flat({results}):
        here = {{symbol: number for symbol, number in given.items() if symbol in one.free_symbols}}
        print(repr(float(one.doit().subs(here).evalf(30))))
"""


def _main(language: Language, written: Written, points: Sequence[Sequence[str]]) -> str:
    rows = ", ".join([f"[{', '.join(map(repr, point))}]" for point in points])
    results = f"[{written.name}{', derivatives' if written.shape else ''}]"
    program = _PROGRAM.format(rows=rows, arguments=", ".join(written.routine.arguments), results=results)
    return f"\n\nif __name__ == '__main__':\n{indent(program, '    ')}"


LANGUAGE = Language(
    "sympy",
    "SymPy",
    (".py",),
    {},
    {},
    "",
    WORDS
    | _SYMPY
    | words(
        "derivatives diff Symbol Piecewise Eq Ne And Or Not Mod Rational Float sympify oo nan E I N O Q S e pi inf tau flat "
        "given here point"
    ),
    "{}",
    "oo",
    "nan",
    "#",
    _sympy,
    _main,
    (("{python}", "{file}"),),
    own_words=True,
    derives=True,
    modules=("sympy",),
)
