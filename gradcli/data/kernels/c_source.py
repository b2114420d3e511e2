"""The C of a straight line: the function that ``gradcli export --to c`` writes, called in a loop over rows."""

from __future__ import annotations

from gradcli.data.kernels.libraries import VECTOR
from gradcli.data.kernels.straight_line import StraightLine
from gradcli.errors import Span
from gradcli.frozen import replace
from gradcli.graph.graph import Graph, Settings
from gradcli.language.ast import NOWHERE
from gradcli.lowering.builders.builder import ROUND
from gradcli.lowering.builders.compaction import replay
from gradcli.ops.elementwise.arithmetic import add, sub
from gradcli.output.code.catalogue import language_named
from gradcli.output.code.language import Written
from gradcli.output.code.routine import CodeBuilder, functions_in, routine

_LOOP = """
__attribute__((noinline)) static void each({parameters}, unsigned char *restrict finite, long count) {{
  for (long row = 0; row < count; row += 1) {{
    double found[{size}];
    result0[row] = f({arguments}found);
{stores}    finite[row] = found[{last}] == 0;
  }}
}}

__attribute__((visibility("default")))
void rows(long count, const {real} *const *column, {real} *const *result, unsigned char *finite) {{
  each({pointers}, finite, count);
}}
"""
"""A loop over rows: what is ``restrict`` is so as a parameter, or compilers do not make vectors of it."""

_EVERYWHERE = "exp log pow sin cos"
"""Functions of which every glibc has vectors."""

_VECTORS = f"{_EVERYWHERE} tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh expm1 log2 log10 log1p cbrt hypot erf erfc"
"""Functions of which glibc has vectors from 2.35 on."""

_TWO = "pow atan2 hypot"
"""Those of two numbers."""


class _PlainBuilder(CodeBuilder):
    """A graph of operations that have a formula, each as it is: nothing is chosen that rows multiply."""

    def operation(self, name: str, inputs: tuple[int, ...], span: Span = NOWHERE, settings: Settings = ()) -> int:
        return self.graph.append(name, inputs, span) if name == ROUND else self._written(name, inputs, span, settings)


def sources_of(line: StraightLine) -> list[str]:
    """A straight line as C, in several ways: first the one for the newest libraries of vectors.

    Raises:
        GradcliError: There is no code for an operation.
    """
    language = language_named("c")
    language = replace(language, calls={**language.calls, "Math.fround": "(double)(float)({0})"})
    real = "float" if line.rounds else language.real
    builder = _PlainBuilder(Graph(64 * line.graph.max_nodes))
    symbols = [symbol.id for symbol in replay(line.graph, builder)]
    results = [symbols[id] for id in (*line.values, *line.adjoints) if id is not None]
    tells = builder.constant(0.0)
    for id in line.watched:  # x - x is 0 where x is finite
        none = builder.operation(sub.name, (symbols[id], symbols[id]))
        tells = builder.operation(add.name, (tells, none))
    variables = tuple(line.graph.variables)
    functions = functions_in(builder.graph)
    names = language.names(variables, functions)
    taken = {*language.words, *language.needed(functions), "f", "each", "rows"}
    found = routine(builder.graph, [*results, tells], variables, names, taken)
    size = len(results)
    written = Written("f", "a kernel", found, (), (size,), (variables,) * size, "", builder.graph, (), variables)
    columns = range(len(variables))
    parameters = [
        *(f"const {real} *restrict column{at}" for at in columns),
        *(f"{real} *restrict result{at}" for at in range(size)),
    ]
    loop = _LOOP.format(
        real=real,
        parameters=", ".join(parameters),
        size=size,
        arguments="".join(f"column{at}[row], " for at in columns),
        stores="".join(f"    result{at + 1}[row] = found[{at}];\n" for at in range(size - 1)),
        last=size - 1,
        pointers=", ".join([*(f"column[{at}]" for at in columns), *(f"result[{at}]" for at in range(size))]),
    )
    source = "".join(language.source(written)) + loop
    return [_declared(_VECTORS) + source, _declared(_EVERYWHERE) + source, source]


def _declared(functions: str) -> str:
    """Functions of C that are also there for several numbers at once, declared."""
    two = _TWO.split()
    return "".join(f"{VECTOR} double {name}({'double, double' if name in two else 'double'});\n" for name in functions.split())
