"""C99."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gradcli.output.code.language import Language, Written
from gradcli.output.code.library import Statements
from gradcli.output.code.notation import ELEMENTARY, OPERATORS, calls, elementary, heading, words

_NAME = re.compile(r"\bt\d+\b")

_PART = 100
"""Lines of a function of C up to which it is one: compilers take long for one of many thousands."""


def _c(
    language: Language, written: Written, lines: Sequence[tuple[str, str]], results: Sequence[str], helpers: Sequence[str]
) -> Iterator[str]:
    yield from (f"{line}\n" for line in heading(language, written))
    yield "#include <math.h>\n\n"
    yield from (f"{helper}\n\n" for helper in helpers)
    size = "".join(f"[{length}]" for length in written.shape)
    variables = [f"double {name}" for name in written.routine.arguments]
    outputs = [f"derivatives{place} = {text};" for place, text in zip(_places(written.shape), results[1:], strict=True)]
    arguments = variables + ([f"double derivatives{size}"] if size else [])
    head = f"double {written.name}({', '.join(arguments) or 'void'}) {{\n"
    if len(lines) <= _PART:
        yield head
        yield from (f"  const double {name} = {text};\n" for name, text in lines)
        yield from (f"  {output}\n" for output in outputs)
        yield f"  return {results[0]};\n}}\n"
        return
    places = {name: f"line[{at}]" for at, (name, _) in enumerate(lines)}
    given = ", ".join([*written.routine.arguments, "line"])
    statements = [f"const double {name} = {places[name]} = {text};" for name, text in lines] + [
        *outputs,
        f"value = {results[0]};",
    ]
    calls = []
    for at in range(0, len(statements), _PART):
        own = {name for name, _ in lines[at : at + _PART]}
        part = statements[at : at + _PART]
        used = dict.fromkeys(
            word for statement in part for word in _NAME.findall(statement) if word in places and word not in own
        )
        last = at + _PART >= len(statements)
        after = len(lines) < at + _PART
        extra = f", double derivatives{size}" if after and size else ""
        calls.append(f"{written.name}_part{at // _PART}({given}{', derivatives' if extra else ''});\n")
        yield f"static double {written.name}_part{at // _PART}({', '.join([*variables, 'double *line'])}{extra}) {{\n"
        yield "  double value = 0;\n"
        yield from (f"  const double {name} = {places[name]};\n" for name in used)
        yield from (f"  {statement}\n" for statement in part)
        yield "  return value;\n}\n\n"
        assert not last or after
    yield f"{head}  double line[{len(lines)}];\n"
    yield from (f"  {call}" for call in calls[:-1])
    yield f"  return {calls[-1]}}}\n"


def _places(shape: tuple[int, ...]) -> list[str]:
    places = [""] if shape else []
    for length in shape:
        places = [f"{place}[{at}]" for place in places for at in range(length)]
    return places


def _c_main(written: Written, points: Sequence[Sequence[str]]) -> str:
    size = "".join(f"[{length}]" for length in written.shape)
    count = len(written.by)
    rows = []
    for point in points:
        arguments = ", ".join([*point, *(["derivatives"] if size else [])])
        rows.append(f'  printf("%.17g\\n", {written.name}({arguments}));\n')
        if size:
            rows.append(f'  for (int at = 0; at < {count}; at += 1) printf("%.17g\\n", ((double *)derivatives)[at]);\n')
    room = f"  double derivatives{size};\n" if size else ""
    return f"\n#include <stdio.h>\n\nint main(void) {{\n{room}{''.join(rows)}  return 0;\n}}\n"


LANGUAGE = Language(
    "c",
    "C",
    (".c",),
    {
        **elementary("{name}({operands})"),
        **calls(
            """
            Math.abs fabs({0})
            Math.max maximum({0}, {1})
            Math.min minimum({0}, {1})
            Math.PI  3.141592653589793
            """
        ),
        "Math.SQRT2": "1.4142135623730951",
        **calls(
            """
            %             fmod({0}, {1})
            power         pow({0}, {1})
            copySign      copysign({0}, {1})
            roundHalfEven nearbyint({0})
            logSumExp     log_add_exp({0}, {1})
            median        median_of({#}, (double[]){{*}})
            erf           erf({0})
            erfc          erfc({0})
            gamma         tgamma({0})
            lgamma        lgamma({0})
            """
        ),
    },
    OPERATORS,
    "gradcli.output.code:functions.c",
    words(
        "line value unix linux asm typeof NAN INFINITY _Bool _Complex _Imaginary inline M_E M_PI M_LN2 M_LN10 M_SQRT2 FP_NAN "
        "FP_INFINITE FP_ZERO FP_NORMAL FP_SUBNORMAL MATH_ERRNO MATH_ERREXCEPT HUGE_VAL HUGE_VALF HUGE_VALL math_errhandling "
        "auto break case char const continue default do double else enum extern float for goto if inline int long "
        "register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while "
        "main derivatives y0 y1 yn j0 j1 jn gamma signgam remainder fabs pow erf erfc tgamma lgamma nearbyint copysign fmod "
        "isnan isinf isfinite signbit"
    )
    | {*ELEMENTARY},
    "{}.0",
    "INFINITY",
    "NAN",
    "//",
    _c,
    _c_main,
    (("cc", "-O1", "-o", "{program}", "{file}", "-lm"), ("{program}",)),
    statements=Statements(
        head="static double {name}({parameters}) {{",
        parameter="double {name}",
        first="double {name} = {value};",
        then="{name} = {value};",
        test="if ({test}) {{",
        otherwise="} else {",
        loop="while ({test}) {{",
        result="return {value};",
        leave="break;",
        end="}",
        indent="  ",
    ),
)
