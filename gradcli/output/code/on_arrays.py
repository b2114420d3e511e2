"""Libraries of Python with NumPy's functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gradcli.frozen import replace
from gradcli.output.code.language import Language, Single, Written
from gradcli.output.code.languages.python import LOOPS, WORDS, layout, main
from gradcli.output.code.notation import OPERATORS, calls, elementary, words

_OPERATORS = {sign: entry for sign, entry in OPERATORS.items() if sign not in ("?", "||", "&&")}


_SCIPY = calls(
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


def on_arrays(
    name: str, about: str, module: str, run: Callable[[Language, Written, Sequence[Sequence[str]]], str] = main
) -> Language:
    """A library of Python with NumPy's functions: each argument is a number or an array, all of one shape."""
    at = f"{module}."
    lacking = words("" if module == "np" else "besselI binomial polygamma")
    return Language(
        name,
        about,
        (".py",),
        {
            **elementary(f"{at}{{name}}({{operands}})", calls(_ARC)),
            **{called: template for called, template in _SCIPY.items() if called not in lacking},
            **calls(_ON_ARRAYS.replace("@", at)),
        },
        _OPERATORS,
        "",
        WORDS,
        "{}.0",
        f"{module}.inf",
        f"{module}.nan",
        "#",
        layout,
        run,
        (("{python}", "{file}"),),
        modules=(name,),
        single=Single(
            real := f"{module}.float32",
            {r"^float\(\{": f"{real}({{", rf"^{module}\.pi$": f"{real}({module}.pi)", r"sqrt\(2\)": f"sqrt({real}(2))"},
            f"{real}({{}})",
            f"{real}({{}})",
            f"{real}({module}.inf)",
            f"{real}({module}.nan)",
        ),
        loops=replace(LOOPS, number="float({index})"),
    )
