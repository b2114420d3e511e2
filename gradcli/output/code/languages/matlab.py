"""MATLAB and Octave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.output.code.language import Language, Single, Written
from gradcli.output.code.library import Statements
from gradcli.output.code.loops import Loops
from gradcli.output.code.notation import ELEMENTARY, OPERATORS, calls, elementary, heading, nested, parted, rows, words

_COMPLEX = words("asin acos acosh atanh log log2 log10 log1p sqrt")
"""Functions with complex values outside of their domains."""


def _matlab(
    language: Language, written: Written, lines: Sequence[tuple[str, str]], results: Sequence[str], helpers: Sequence[str]
) -> Iterator[str]:
    outputs = "[value, derivatives]" if written.shape else "value"
    yield f"function {outputs} = {written.name}({', '.join(written.routine.arguments)})\n"
    yield from (f"  {line}\n" for line in heading(language, written))
    if language.real:
        yield from (f"  {name} = {language.real}({name});\n" for name in written.routine.arguments)
    yield language.body(lines, "  ")
    values, derivatives = parted(results, written)
    yield f"  value = {nested(values, written.values)};\n"
    if written.shape:
        yield f"  derivatives = [{rows(derivatives, written.shape, ', ')}];\n"
    yield "end\n"
    yield from (f"\n{helper}\n" for helper in helpers)


def _main(language: Language, written: Written, points: Sequence[Sequence[str]]) -> str:
    outputs = "[value, derivatives]" if written.shape else "value"
    rest = "printf('%.17g\\n', derivatives.');" if written.shape else ""
    return "\n" + "".join(
        f"{outputs} = {written.name}({', '.join(point)});\nprintf('%.17g\\n', value);{rest}\n" for point in points
    )


LANGUAGE = Language(
    "matlab",
    "MATLAB and Octave",
    (".m",),
    {
        **elementary("{name}({operands})", calls("trunc fix")),
        **{f"Math.{name}": f"real_or_nan({name}({{0}}))" for name in _COMPLEX},
        **calls(
            """
            Math.cbrt     real_root({0}, 3)
            Math.abs      abs({0})
            Math.max      maximum({0}, {1})
            Math.min      minimum({0}, {1})
            Math.PI       pi
            Math.SQRT2    sqrt(2)
            ?             choose({0}, {1}, {2})
            %             rest({0}, {1})
            power         raised({0}, {1})
            logSumExp     log_add_exp({0}, {1})
            median        median_of([{*}])
            erf           erf({0})
            erfc          erfc({0})
            """
        ),
    },
    {
        **{sign: entry for sign, entry in OPERATORS.items() if sign != "?"},
        "!==": (5, "{0} ~= {1}"),
        "!": (8, "~{0}"),
    },
    "gradcli.output.code:functions.m",
    words(
        "break case catch classdef continue do else elseif end end_try_catch end_unwind_protect endfor endfunction endif "
        "endswitch endwhile enumeration events for function global if methods otherwise parfor persistent properties return "
        "spmd switch try until unwind_protect unwind_protect_cleanup while value derivatives ans pi e i j inf Inf nan NaN NA "
        "eps true false isreal isnan any sort numel abs sign rem mod gamma lgamma beta erf erfc fix log round size sum zeros"
    )
    | {*ELEMENTARY},
    "{}",
    "Inf",
    "NaN",
    "%",
    _matlab,
    _main,
    (("octave-cli", "--norc", "--quiet", "--eval", "cd('/'); source('{file}')"),),  # in its own folder code.m would be a function
    letters="[A-Za-z]\\w*",
    statements=Statements(
        head="function result = {name}({parameters})",
        parameter="{name}",
        first="{name} = {value};",
        then="{name} = {value};",
        test="if {test}",
        otherwise="else",
        loop="while {test}",
        result="result = {value}; return;",
        leave="break;",
        end="end",
        indent="  ",
    ),
    single=Single("single", {r"zeros\(1, \{size\}": "zeros(1, {size}, 'single'"}, whole="{}"),
    loops=Loops(
        line="{name} = {text};",
        store="{place} = {text};",
        array="{name} = zeros(1, {size});",
        table="{name} = [{items}];",
        loop="for {counter} = 0:{count} - 1",
        end="end",
        place="{array}({index})",
        first="1",
        indent="  ",
    ),
)
