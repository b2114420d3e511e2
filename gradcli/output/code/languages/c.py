"""C99."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from math import prod

from gradcli.output.code.formula import Known
from gradcli.output.code.language import Language, Single, Written
from gradcli.output.code.library import Statements
from gradcli.output.code.loops import Loops
from gradcli.output.code.notation import ELEMENTARY, OPERATORS, calls, elementary, heading, words

_WORD = re.compile(r"\b([A-Za-z_]\w*)")

_STACK = 100_000
"""Numbers that a function keeps on the stack."""

_PART = 100
"""Lines of a function of C up to which it is one: compilers take long for one of many thousands."""


def _c(
    language: Language, written: Written, lines: Sequence[tuple[str, str]], results: Sequence[str], helpers: Sequence[str]
) -> Iterator[str]:
    yield from (f"{line}\n" for line in heading(language, written))
    yield "#include <math.h>\n"
    yield "#include <stdlib.h>\n\n" if written.routine.size + (len(lines) > _PART) * len(lines) > _STACK else "\n"
    yield from (f"{helper}\n\n" for helper in helpers)
    real = language.real
    arguments = [f"{real} {name}" for name in written.routine.arguments]
    arguments += [f"{real} {name}{_size(shape)}" for name, shape in _tables(written)]
    places = [place for name, shape in _tables(written) for place in _places(name, shape)]
    first = 0 if written.values else 1  # a value alone is returned
    outputs = [f"{place} = {text};" for place, text in zip(places, results[first:], strict=True)]
    head = f"{language.prefix}{'void' if written.values else real} {written.name}({', '.join(arguments) or 'void'}) {{\n"
    arrays = len(written.routine.tables) + (written.routine.size > 0)
    if len(lines) <= _PART:
        array, size = written.routine.array, written.routine.size
        yield head
        yield language.body(
            [*lines[: len(written.routine.tables)], *[("", _array(real, array, size))] * (size > 0), *lines[arrays:]], "  "
        )
        yield from (f"  {output}\n" for output in outputs)
        yield _ending(real, array, size, "" if written.values else results[0])
        return
    given = [name for name, items in written.routine.tables.items() if isinstance(items[0], Known)]  # the arguments
    tables, lines = lines[: len(written.routine.tables)], lines[arrays:]
    yield from (f"static {text}\n\n" for name, (_, text) in zip(written.routine.tables, tables, strict=True) if name not in given)
    own = {name: f"const {real} *{name} = given;" for name in given}
    own[written.routine.array] = f"{real} *{written.routine.array} = line + {len(lines)};"
    yield from _in_parts(real, written, lines, own, [f"results[{at}] = {text};" for at, text in enumerate(results)])
    yield f"{head}  const {real} given[] = {{{', '.join(written.routine.arguments)}}};\n"
    size = len(lines) + written.routine.size
    yield f"  {_array(real, 'line', size)}\n  {real} results[{len(results)}];\n"
    yield f"  for (unsigned at = 0; at < sizeof {written.name}_parts / sizeof *{written.name}_parts; at += 1)"
    yield f" {written.name}_parts[at](given, line, results);\n"
    yield from (f"  {place} = results[{at}];\n" for at, place in enumerate(places, first))
    yield _ending(real, "line", size, "" if written.values else "results[0]")


def _array(real: str, name: str, size: int) -> str:
    """What keeps values: on the stack where they fit."""
    return f"{real} {name}[{size}];" if size <= _STACK else f"{real} *{name} = malloc({size} * sizeof({real}));"


def _ending(real: str, array: str, size: int, result: str) -> str:
    """The end of a function, with its result where it has one."""
    if size <= _STACK:
        return f"  return {result};\n}}\n" if result else "}\n"
    kept = f"  const {real} value = {result};\n" if result else ""
    return f"{kept}  free({array});\n{'  return value;' * bool(result)}\n}}\n"


def _in_parts(
    real: str, written: Written, lines: Sequence[tuple[str, str]], arrays: Mapping[str, str], outputs: Sequence[str]
) -> Iterator[str]:
    """Many lines as functions of some each, and a table of these, so that compilers do not make one function of them again.

    A part that uses one of ``arrays`` begins with what stands there.
    """
    places = {name: f"line[{at}]" for at, (name, _) in enumerate(lines) if name}
    elsewhere = places | {name: f"given[{at}]" for at, name in enumerate(written.routine.arguments)}
    statements = [*(text for _, text in lines), *outputs]
    words = [_WORD.split(text)[1::2] for text in statements]
    part_of = {name: at // _PART for at, (name, _) in enumerate(lines)}
    kept = {word for at, found in enumerate(words) for word in found if part_of.get(word, at // _PART) != at // _PART}
    for start in range(0, len(statements), _PART):
        part = start // _PART
        own = {name for name, _ in lines[start : start + _PART]}
        used = {word for found in words[start : start + _PART] for word in found}
        yield f"static void {written.name}_part{part}(const {real} *given, {real} *line, {real} *results) {{\n"
        yield from (f"  {text}\n" for name, text in arrays.items() if name in used)
        for at in range(start, min(start + _PART, len(statements))):
            text = "".join(word if word in own else elsewhere.get(word, word) for word in _WORD.split(statements[at]))
            if at < len(lines) and (name := lines[at][0]):
                heads = [f"const {real} {name} ="] * (name in used or name not in kept) + [f"{places[name]} ="] * (name in kept)
                text = f"{' '.join(heads)} {text};"
            yield "  " + text.replace("\n", "\n  ") + "\n"
        yield "}\n\n"
    names = ", ".join(f"{written.name}_part{part}" for part in range((len(statements) + _PART - 1) // _PART))
    yield f"static void (*const {written.name}_parts[])(const {real} *, {real} *, {real} *) = {{{names}}};\n\n"


def _tables(written: Written) -> list[tuple[str, tuple[int, ...]]]:
    """The arrays that the function fills."""
    return [(name, shape) for name, shape in (("values", written.values), ("derivatives", written.shape)) if shape]


def _size(shape: tuple[int, ...]) -> str:
    return "".join(f"[{length}]" for length in shape)


def _places(name: str, shape: tuple[int, ...]) -> list[str]:
    places = [name]
    for length in shape:
        places = [f"{place}[{at}]" for place in places for at in range(length)]
    return places


def _c_main(language: Language, written: Written, points: Sequence[Sequence[str]]) -> str:
    tables = _tables(written)
    rows = []
    for point in points:
        call = f"{written.name}({', '.join([*point, *[name for name, _ in tables]])})"
        rows.append(f"  {call};\n" if written.values else f'  printf("%.17g\\n", {call});\n')
        for name, shape in tables:
            rows.append(f'  for (int at = 0; at < {prod(shape)}; at += 1) printf("%.17g\\n", (({language.real} *){name})[at]);\n')
    room = "".join(f"  {language.real} {name}{_size(shape)};\n" for name, shape in tables)
    return f"\n#include <stdio.h>\n\nint main(void) {{\n{room}{''.join(rows)}  return 0;\n}}\n"


_OWN = {*ELEMENTARY, *words("fabs pow erf erfc tgamma lgamma nearbyint copysign fmod")}
"""Functions of its library; those of single precision have an f behind."""

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
        "line given results value malloc free calloc realloc abort exit atexit system getenv abs labs div ldiv rand srand "
        "qsort bsearch atof atoi atol strtod strtol "
        "unix linux asm typeof NAN INFINITY _Bool _Complex _Imaginary inline M_E M_PI M_LN2 M_LN10 M_SQRT2 FP_NAN "
        "FP_INFINITE FP_ZERO FP_NORMAL FP_SUBNORMAL MATH_ERRNO MATH_ERREXCEPT HUGE_VAL HUGE_VALF HUGE_VALL math_errhandling "
        "auto break case char const continue default do double else enum extern float for goto if inline int long "
        "register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while "
        "main values derivatives y0 y1 yn j0 j1 jn gamma signgam remainder "
        "isnan isinf isfinite signbit"
    )
    | _OWN
    | {f"{name}f" for name in _OWN},
    "{}.0",
    "INFINITY",
    "NAN",
    "//",
    _c,
    _c_main,
    (("cc", "-o", "{program}", "{file}", "-lm"), ("{program}",)),
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
    real="double",
    single=Single("float", {r"\bdouble\b": "float", rf"\b({'|'.join(sorted(_OWN))})\(": r"\1f("}, "{}.0f", "{}f"),
    linkage=("", "static "),
    loops=Loops(
        line="const double {name} = {text};",
        store="{place} = {text};",
        array="double {name}[{size}];",
        table="const double {name}[] = {{{items}}};",
        loop="for (int {counter} = 0; {counter} < {count}; {counter} += 1) {{",
        end="}",
        number="(double)({index})",
        indent="  ",
    ),
)
