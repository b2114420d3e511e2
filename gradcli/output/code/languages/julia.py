"""Julia and its own library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.output.code.language import ENCLOSED, Language, Single, Written
from gradcli.output.code.library import Statements
from gradcli.output.code.loops import Loops
from gradcli.output.code.notation import ELEMENTARY, OPERATORS, calls, elementary, heading, nested, parted, rows, words

_OUTSIDE = words("sin cos tan asin acos acosh atanh log log2 log10 log1p sqrt")
"""Functions that raise an error outside of their domains."""


def _julia(
    language: Language, written: Written, lines: Sequence[tuple[str, str]], results: Sequence[str], helpers: Sequence[str]
) -> Iterator[str]:
    yield from (f"{helper}\n\n" for helper in helpers)
    yield from (f"{line}\n" for line in heading(language, written))
    yield f"function {written.name}({', '.join([f'{name}{language.real}' for name in written.routine.arguments])})\n"
    yield language.body(lines, "    ")
    values, derivatives = parted(results, written)
    table = f", [{rows(derivatives, written.shape, ' ' if len(written.shape) > 1 else ', ')}]" if written.shape else ""
    yield f"    return {nested(values, written.values)}{table}\nend\n"


def _main(language: Language, written: Written, points: Sequence[Sequence[str]]) -> str:
    found = []
    for point in points:
        call = f"{written.name}({', '.join(point)})"
        found.append(f"value, derivatives = {call}\n" if written.shape else f"value = {call}\n")
        found.append("foreach(println, value)\n")
        if written.shape:
            found.append(f"foreach(println, {'permutedims(derivatives)' if len(written.shape) > 1 else 'derivatives'})\n")
    return "\n" + "".join(found)


LANGUAGE = Language(
    "julia",
    "Julia",
    (".jl",),
    {
        **elementary("{name}({operands})", calls("atan2 atan")),
        **{f"Math.{name}": f"inside({name}, {{0}})" for name in _OUTSIDE},
        **calls(
            """
            Math.abs      abs({0})
            Math.max      max({0}, {1})
            Math.min      min({0}, {1})
            Math.PI       float(pi)
            Math.SQRT2    sqrt(2.0)
            %             rem({0}, {1})
            power         inside(^, {0}, {1})
            copySign      copysign({0}, {1})
            sign          sign({0})
            roundHalfEven round({0})
            remainder     mod({0}, {1})
            logSumExp     log_add_exp({0}, {1})
            median        median_of({*})
            """
        ),
    },
    {**OPERATORS, "?": (ENCLOSED, "({0} ? {1} : {2})")},
    "gradcli.output.code:functions.jl",
    words(
        "abstract baremodule begin break catch const continue do else elseif end export false finally for function global if "
        "import in isa let local macro module mutable new outer primitive quote return struct true try type using where while "
        "abs max min mod rem round copysign sign float pi inside sort throw DomainError Inf NaN isnan any im println foreach "
        "permutedims zeros Float64 Float32 Inf32 NaN32"
    )
    | {*ELEMENTARY},
    "{}.0",
    "Inf",
    "NaN",
    "#",
    _julia,
    _main,
    (("julia", "--startup-file=no", "{file}"),),
    statements=Statements(
        head="function {name}({parameters})",
        parameter="{name}",
        first="{name} = {value}",
        then="{name} = {value}",
        test="if {test}",
        otherwise="else",
        loop="while {test}",
        result="return {value}",
        leave="break",
        end="end",
    ),
    loops=Loops(
        line="{name} = {text}",
        store="{place} = {text}",
        array="{name} = zeros(Float64, {size})",
        table="{name} = [{items}]",
        loop="for {counter} in 0:{count} - 1",
        end="end",
        number="Float64({index})",
        first="1",
    ),
    single=Single(
        "::Float32",
        {r"\bFloat64\b": "Float32", r"\bNaN\b": "NaN32", r"float\(pi\)": "Float32(pi)", r"sqrt\(2.0\)": "sqrt(2.0f0)"},
        "{}.0f0",
        "Float32({})",
        "Inf32",
        "NaN32",
    ),
)
