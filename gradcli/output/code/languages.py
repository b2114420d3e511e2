"""The languages that functions are written in."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from textwrap import indent

from gradcli.output.code.language import Language, Written

_FORMULA = 500
"""Characters of a formula that a comment has."""

_C_OPERATORS = {
    "?": (1, "{0} ? {1} : {2}"),
    "||": (2, "{0} || {1}"),
    "&&": (3, "{0} && {1}"),
    "===": (4, "{0} == {1}"),
    "!==": (4, "{0} != {1}"),
    **{sign: (5, f"{{0}} {sign} {{1}}") for sign in ("<", "<=", ">", ">=")},
    **{sign: (6, f"{{0}} {sign} {{1}}") for sign in "+-"},
    **{sign: (7, f"{{0}} {sign} {{1}}") for sign in "*/"},
    "-1": (8, "-{0}"),
}
_PYTHON_OPERATORS = {
    **_C_OPERATORS,
    "?": (1, "{1} if {0} else {2}"),
    "||": (2, "{0} or {1}"),
    "&&": (3, "{0} and {1}"),
}
_NAME = re.compile(r"\bt\d+\b")
_NUMPY_OPERATORS = {sign: entry for sign, entry in _C_OPERATORS.items() if sign not in ("?", "||", "&&")}


def _calls(text: str) -> dict[str, str]:
    """A table of functions of the notation, each with how it is called."""
    return dict(line.split(maxsplit=1) for line in text.strip().splitlines())


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ELEMENTARY = sorted(
    _words(
        "sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh exp expm1 log log2 log10 log1p sqrt cbrt "
        "hypot floor ceil trunc"
    )
)
_TWO = _words("atan2 hypot")

_SCIPY = _calls(
    """
        erf       special.erf({0})
        erfc      special.erfc({0})
        erfinv    special.erfinv({0})
        gamma     special.gamma({0})
        lgamma    special.gammaln({0})
        digamma   special.digamma({0})
        polygamma special.polygamma({0}, {1})
        beta      special.beta({0}, {1})
        binomial  special.binom({0}, {1})
        expint    special.exp1({0})
        ei        special.expi({0})
        besselI   special.iv({0}, {1})
    """
)


def _elementary(template: str, renamed: Mapping[str, str] = {}) -> dict[str, str]:
    """The functions that most languages have, by the template of a call: ``{name}`` and its operands."""
    found = {}
    for name in _ELEMENTARY:
        operands = "{0}, {1}" if name in _TWO else "{0}"
        found[f"Math.{name}"] = template.replace("{name}", renamed.get(name, name)).replace("{operands}", operands)
    return found


def _head(language: Language, written: Written) -> Iterator[str]:
    """What the function is, as comments."""
    formula = " ".join(written.formula.split())
    yield f"{language.comment} {formula if len(formula) <= _FORMULA else f'{formula[:_FORMULA]} ...'}"
    if written.shape:
        yield f"{language.comment} Its value, then the derivatives by {'; by '.join(', '.join(names) for names in written.by)}."
    for variable, name in written.routine.renamed.items():
        yield f"{language.comment} {name} is the variable {' '.join(variable.split())}."


def _nested(items: Sequence[str], shape: tuple[int, ...], opening: str, closing: str) -> str:
    """Results as an array of a shape."""
    if len(shape) == 1:
        return f"{opening}{', '.join(items)}{closing}"
    size = len(items) // shape[0]
    return (
        opening
        + ", ".join(_nested(items[at : at + size], shape[1:], opening, closing) for at in range(0, len(items), size))
        + closing
    )


# ---- C ----


_PART = 100
"""Lines of a function of C up to which it is one: compilers take long for one of many thousands."""


def _c(
    language: Language, written: Written, lines: Sequence[tuple[str, str]], results: Sequence[str], helpers: Sequence[str]
) -> Iterator[str]:
    yield from (f"{line}\n" for line in _head(language, written))
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


def _c_main(written: Written, points: Sequence[Sequence[float]]) -> str:
    size = "".join(f"[{length}]" for length in written.shape)
    count = len(written.by)
    rows = []
    for point in points:
        arguments = ", ".join([*map(repr, point), *(["derivatives"] if size else [])])
        rows.append(f'  printf("%.17g\\n", {written.name}({arguments}));\n')
        if size:
            rows.append(f'  for (int at = 0; at < {count}; at += 1) printf("%.17g\\n", ((double *)derivatives)[at]);\n')
    room = f"  double derivatives{size};\n" if size else ""
    return f"\n#include <stdio.h>\n\nint main(void) {{\n{room}{''.join(rows)}  return 0;\n}}\n"


C = Language(
    "c",
    "C",
    ".c",
    {
        **_elementary("{name}({operands})"),
        **_calls(
            """
            Math.abs fabs({0})
            Math.max maximum({0}, {1})
            Math.min minimum({0}, {1})
            Math.PI  3.141592653589793
            """
        ),
        "Math.SQRT2": "1.4142135623730951",
        **_calls(
            """
            %             fmod({0}, {1})
            power         pow({0}, {1})
            copySign      copysign({0}, {1})
            roundHalfEven nearbyint({0})
            remainder     remainder_of({0}, {1})
            floorDivide   floor_divide({0}, {1})
            logSigmoid    log_sigmoid({0})
            logAddExp     log_add_exp({0}, {1})
            logSumExp     log_add_exp({0}, {1})
            realRoot      real_root({0}, {1})
            erf           erf({0})
            erfc          erfc({0})
            gamma         tgamma({0})
            lgamma        lgamma({0})
            """
        ),
    },
    _C_OPERATORS,
    "gradcli.output.code:functions.c",
    _words(
        "line value unix linux asm typeof NAN INFINITY _Bool _Complex _Imaginary inline M_E M_PI M_LN2 M_LN10 M_SQRT2 FP_NAN "
        "FP_INFINITE FP_ZERO FP_NORMAL FP_SUBNORMAL MATH_ERRNO MATH_ERREXCEPT HUGE_VAL HUGE_VALF HUGE_VALL math_errhandling "
        "auto break case char const continue default do double else enum extern float for goto if inline int long "
        "register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while "
        "main derivatives y0 y1 yn j0 j1 jn gamma signgam maximum minimum sign sigmoid bounded softplus digamma "
        "remainder fabs pow erf erfc tgamma lgamma nearbyint copysign fmod remainder_of floor_divide log_sigmoid "
        "log_add_exp real_root isnan isinf isfinite signbit"
    )
    | {*_ELEMENTARY},
    "{}.0",
    "INFINITY",
    "NAN",
    "//",
    _c,
    _c_main,
    (("cc", "-O2", "-o", "{program}", "{file}", "-lm"), ("{program}",)),
)

# ---- JavaScript ----


def _javascript(
    language: Language, written: Written, lines: Sequence[tuple[str, str]], results: Sequence[str], helpers: Sequence[str]
) -> Iterator[str]:
    yield from (f"{line}\n" for line in _head(language, written))
    yield from (f"\n{helper}\n" for helper in helpers)
    yield f"\nexport function {written.name}({', '.join(written.routine.arguments)}) {{\n"
    yield from (f"  const {name} = {text};\n" for name, text in lines)
    derivatives = f"[{results[0]}, {_nested(results[1:], written.shape, '[', ']')}]" if written.shape else results[0]
    yield f"  return {derivatives};\n}}\n"


def _javascript_main(written: Written, points: Sequence[Sequence[float]]) -> str:
    calls = [f"{written.name}({', '.join(map(repr, point))})" for point in points]
    return "".join(f"for (const number of [{call}].flat(4)) console.log(String(number));\n" for call in calls)


JAVASCRIPT = Language(
    "javascript",
    "JavaScript",
    ".mjs",
    {"Math.max": "Math.max({*})", "Math.min": "Math.min({*})", "Math.hypot": "Math.hypot({*})"}
    | {f"Math.{name}": f"Math.{name}({{0}})" for name in _ELEMENTARY if name not in _TWO}
    | {"Math.atan2": "Math.atan2({0}, {1})", "Math.abs": "Math.abs({0})", "Math.PI": "Math.PI", "Math.SQRT2": "Math.SQRT2"},
    {**_C_OPERATORS, "===": (4, "{0} === {1}"), "!==": (4, "{0} !== {1}"), "%": (7, "{0} % {1}")},
    "gradcli.output:page/functions.js",
    _words(
        "arguments await break case catch class const continue debugger default delete do else enum eval export "
        "extends false finally for function if implements import in instanceof interface let new null package private "
        "protected public return static super switch this throw true try typeof undefined var void while with yield "
        "Math NaN Infinity Number Object power sign isNegative copySign roundHalfEven remainder floorDivide sigmoid "
        "bounded softplus logSigmoid logAddExp logSumExp median erf erfc erfinv lgamma digamma polygamma gamma "
        "hurwitz binomial beta realRoot expint ei besselI sincDerivative"
    ),
    "{}",
    "Infinity",
    "NaN",
    "//",
    _javascript,
    _javascript_main,
    (("node", "{file}"),),
)

# ---- Python, and arrays in Python ----


def _python(
    language: Language, written: Written, lines: Sequence[tuple[str, str]], results: Sequence[str], helpers: Sequence[str]
) -> Iterator[str]:
    yield from (f"{line}\n" for line in _head(language, written))
    body = "".join(f"    {name} = {text}\n" for name, text in lines)
    value = f"{results[0]}, {_nested(results[1:], written.shape, '[', ']')}" if written.shape else results[0]
    body += f"    return {value}\n"
    texts = "".join([body, *helpers])
    for module, line in (("math.", "import math"), ("np.", "import numpy as np"), ("jnp.", "import jax.numpy as jnp")):
        if f" {module}" in texts.replace("(", " ").replace("[", " ").replace("-", " "):
            yield f"{line}\n"
    if "special." in texts:
        yield "from jax.scipy import special\n" if language.name == "jax" else "from scipy import special\n"
    yield from (f"\n\n{helper}\n" for helper in helpers)
    yield f"\n\ndef {written.name}({', '.join(written.routine.arguments)}):\n{body}"


def _python_main(written: Written, points: Sequence[Sequence[float]]) -> str:
    rows = ", ".join(f"({', '.join(map(repr, point))},)" if point else "()" for point in points)
    program = (
        "def flat(found):\n    for one in found:\n"
        "        if isinstance(one, (list, tuple)):\n            yield from flat(one)\n        else:\n            yield one\n\n"
        f"for point in [{rows}]:\n    for number in flat([{written.name}(*point)]):\n        print(repr(float(number)))\n"
    )
    return f"\n\nif __name__ == '__main__':\n{indent(program, '    ')}"


_PYTHON_WORDS = _words("math np jnp special float min max abs round") | {*keyword.kwlist, *keyword.softkwlist}

PYTHON = Language(
    "python",
    "Python",
    ".py",
    {
        **_elementary("math.{name}({operands})"),
        **_SCIPY,
        **_calls(
            """
            Math.cbrt  cbrt({0})
            Math.abs   abs({0})
            Math.max   max({*})
            Math.min   min({*})
            Math.floor float(math.floor({0}))
            Math.ceil  float(math.ceil({0}))
            Math.trunc float(math.trunc({0}))
            Math.hypot math.hypot({*})
            Math.PI    math.pi
            """
        ),
        "Math.SQRT2": "math.sqrt(2)",
        **_calls(
            """
            %             math.fmod({0}, {1})
            power         math.pow({0}, {1})
            copySign      math.copysign({0}, {1})
            roundHalfEven float(round({0}))
            remainder     (({0}) % ({1}))
            floorDivide   (({0}) // ({1}))
            logSigmoid    log_sigmoid({0})
            logAddExp     log_add_exp({0}, {1})
            logSumExp     log_add_exp({0}, {1})
            realRoot      real_root({0}, {1})
            median        median({*})
            erf           math.erf({0})
            erfc          math.erfc({0})
            gamma         math.gamma({0})
            lgamma        math.lgamma({0})
            """
        ),
    },
    _PYTHON_OPERATORS,
    "gradcli.output.code:functions.python",
    _PYTHON_WORDS | _words("sign sigmoid bounded softplus log_sigmoid log_add_exp real_root median cbrt"),
    "{}",
    "math.inf",
    "math.nan",
    "#",
    _python,
    _python_main,
    ((sys.executable, "{file}"),),
)


_ARC = """
    asin  arcsin
    acos  arccos
    atan  arctan
    atan2 arctan2
    asinh arcsinh
    acosh arccosh
    atanh arctanh
"""
_ON_ARRAYS = """
    Math.abs      @abs({0})
    Math.max      @maximum({0}, {1})
    Math.min      @minimum({0}, {1})
    Math.PI       @pi
    Math.SQRT2    @sqrt(2)
    ?             @where({0}, {1}, {2})
    ||            @logical_or({0}, {1})
    &&            @logical_and({0}, {1})
    %             @fmod({0}, {1})
    power         @power({0}, {1})
    copySign      @copysign({0}, {1})
    roundHalfEven @round({0})
    remainder     @remainder({0}, {1})
    floorDivide   @floor_divide({0}, {1})
    sign          @sign({0})
    sigmoid       special.expit({0})
    bounded       @clip({0}, {1}, {2})
    logSigmoid    (-@logaddexp(0, -({0})))
    logAddExp     @logaddexp({0}, {1})
    logSumExp     @logaddexp({0}, {1})
    softplus      @where(({0})*({1}) > {2}, {0}, @log1p(@exp(({0})*({1})))/({1}))
"""


def _arrays(name: str, about: str, module: str, *, runs: bool) -> Language:
    """A library of Python with NumPy's functions: each argument is a number or an array, all of one shape."""
    at = f"{module}."
    lacking = _words("" if module == "np" else "besselI binomial polygamma")
    return Language(
        name,
        about,
        ".py",
        {
            **_elementary(f"{at}{{name}}({{operands}})", _calls(_ARC)),
            **{called: template for called, template in _SCIPY.items() if called not in lacking},
            **_calls(_ON_ARRAYS.replace("@", at)),
        },
        _NUMPY_OPERATORS,
        "",
        _PYTHON_WORDS,
        "{}.0",
        f"{module}.inf",
        f"{module}.nan",
        "#",
        _python,
        _python_main if runs else None,
        ((sys.executable, "{file}"),) if runs else (),
    )


NUMPY = _arrays("numpy", "NumPy, with SciPy's special functions", "np", runs=True)
JAX = _arrays("jax", "JAX, for numbers in double precision", "jnp", runs=False)

# ---- SQL ----


def _sql(
    language: Language, written: Written, lines: Sequence[tuple[str, str]], results: Sequence[str], helpers: Sequence[str]
) -> Iterator[str]:
    yield from (f"{line}\n" for line in _head(language, written))
    names = ["value", *("d_" + "_".join(labels) for labels in written.by)]
    columns = [*lines, *zip(names, results, strict=True)]
    yield "SELECT *,\n" + ",\n".join(f"  {text} AS {name}" for name, text in columns) + f"\nFROM {written.name};\n"


SQL = Language(
    "sql",
    "SQL (DuckDB)",
    ".sql",
    {
        **_elementary("{name}({operands})"),
        **_calls("Math.log ln({0})"),
        **_calls(
            """
            Math.abs   abs({0})
            Math.max   greatest({*})
            Math.min   least({*})
            Math.hypot sqrt(({0})*({0}) + ({1})*({1}))
            """
        ),
        "Math.expm1": "(exp({0}) - 1)",
        "Math.log1p": "ln(1 + ({0}))",
        "Math.PI": "pi()",
        "Math.SQRT2": "sqrt(2)",
        **_calls(
            """
            power         pow({0}, {1})
            sign          sign({0})
            roundHalfEven round_even({0}, 0)
            %             fmod({0}, {1})
            sigmoid       (1/(1 + exp(-({0}))))
            softplus      CASE WHEN ({0})*({1}) > {2} THEN {0} ELSE ln(1 + exp(({0})*({1})))/({1}) END
            bounded       least(greatest({0}, {1}), {2})
            logSigmoid    (-ln(1 + exp(-({0}))))
            logAddExp     (greatest({0}, {1}) + ln(1 + exp(-abs(({0}) - ({1})))))
            logSumExp     (greatest({0}, {1}) + ln(1 + exp(-abs(({0}) - ({1})))))
            gamma         gamma({0})
            lgamma        lgamma({0})
            """
        ),
    },
    {
        **_C_OPERATORS,
        "?": (99, "CASE WHEN {0} THEN {1} ELSE {2} END"),
        "||": (2, "{0} OR {1}"),
        "&&": (3, "{0} AND {1}"),
        "===": (4, "{0} = {1}"),
        "!==": (4, "{0} <> {1}"),
    },
    "",
    _words(
        "all and any as asc at between by case cast check collate column create cross default desc distinct else end "
        "except exists false fetch for foreign from full grant group having in inner intersect into is join left like "
        "limit natural not null on or order outer primary references right select set some table then to true union "
        "unique user using values view when where window with value"
    ),
    "{}.0",
    "'inf'::DOUBLE",
    "'nan'::DOUBLE",
    "--",
    _sql,
    folds_case=True,
)

LANGUAGES = {language.name: language for language in (PYTHON, NUMPY, JAX, C, JAVASCRIPT, SQL)}
