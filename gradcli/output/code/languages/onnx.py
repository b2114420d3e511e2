"""ONNX: a model with the value and the derivatives as outputs, in the text that the package onnx reads and packs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from importlib import import_module
from itertools import count

from gradcli.errors import GradcliError
from gradcli.output.code.formula import Applied, Formula, Known, Literal, template
from gradcli.output.code.language import ATOM, Language, Single, Written
from gradcli.output.code.notation import calls, heading, parted, words

_RUN = """
import json, sys
import numpy, onnx, onnx.checker, onnx.parser, onnx.reference
text, _, points = open(sys.argv[1]).read().partition("// points ")
text = "".join(line for line in text.splitlines(True) if not line.startswith("//"))
model = onnx.parser.parse_model(text)
onnx.checker.check_model(model, full_check=True)
try:
    import onnxruntime
    run = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"]).run
except Exception:  # not installed, or without a function in double precision
    run = onnx.reference.ReferenceEvaluator(model).run
for point in json.loads(points):
    given = numpy.array(point, numpy.float32 if " float " in text else numpy.float64)
    found = run(None, dict(zip([one.name for one in model.graph.input], map(numpy.asarray, given))))
    for number in numpy.concatenate([numpy.ravel(one) for one in found]):
        print(repr(float(number)))
"""


class _Nodes:
    """Formulas as nodes, each number once."""

    def __init__(self, real: str, taken: Collection[str]) -> None:
        self.real = real
        self.lines: list[str] = []
        self.numbers: dict[str, str] = {}
        self.free = (name for number in count(1) if (name := f"n{number}") not in taken)

    def add(self, text: str, name: str = "") -> str:
        """A node; gives its name."""
        name = name or next(self.free)
        self.lines.append(f"  {name} = {text}\n")
        return name

    def number(self, text: str) -> str:
        """The node of a number."""
        if text not in self.numbers:
            self.numbers[text] = self.add(f"Constant <value = {self.real} {{{text}}}> ()")
        return self.numbers[text]

    def place(self, formula: Formula, name: str = "") -> str:
        """The node of a formula, which is of a bounded depth."""
        match formula:
            case Known(known):
                return known if not name else self.add(f"Identity({known})", name)
            case Literal(value):
                return self.number(repr(float(str(value)))) if not name else self.place(Known(self.place(formula)), name)
            case Applied("-", (Literal(value),)):
                return self.place(Literal(-float(str(value))), name)
            case Applied(function, operands):
                inputs = ", ".join([self.place(operand) for operand in operands])
                return self.add(f"{function.replace('Fmod', 'Mod <fmod = 1>')}({inputs})", name)
        raise TypeError(f"{formula!r} is no formula")

    def table(self, items: Sequence[str], shape: tuple[int, ...], name: str) -> str:
        """An output of a shape, of nodes one after the other."""
        if not shape:
            self.add(f"Identity({items[0]})", name)
            return f"{self.real} {name}"
        numbers = ", ".join(map(str, shape))
        axis = self.add("Constant <value = int64[1] {0}> ()")
        flat = self.add(f"Concat <axis = 0> ({', '.join([self.add(f'Unsqueeze({one}, {axis})') for one in items])})")
        size = self.add(f"Constant <value = int64[{len(shape)}] {{{numbers}}}> ()")
        self.add(f"Reshape({flat}, {size})", name)
        return f"{self.real}[{numbers}] {name}"


def _onnx(
    language: Language, written: Written, lines: Sequence[tuple[str, str]], results: Sequence[str], helpers: Sequence[str]
) -> Iterator[str]:
    nodes = _Nodes(language.real, {*written.routine.arguments, *[name for name, _ in lines]})
    for name, text in lines:
        nodes.place(template(text), name)
    values, derivatives = parted([nodes.place(template(text)) for text in results], written)
    outputs = [
        nodes.table(values, written.values, "value"),
        *([nodes.table(derivatives, written.shape, "derivatives")] if derivatives else []),
    ]
    yield from (f"{line}\n" for line in heading(language, written))
    own = ', "gradcli" : 1' * bool(helpers)
    yield f'<ir_version: 9, opset_import: ["" : 20{own}]>\n'
    inputs = ", ".join(f"{language.real} {name}" for name in written.routine.arguments)
    yield f"{written.name} ({inputs}) => ({', '.join(outputs)}) {{\n"
    yield from nodes.lines
    yield "}\n"
    yield from (f"\n{helper}\n" for helper in helpers)


def _packed(text: str) -> bytes:
    try:
        parser = import_module("onnx.parser")
    except ImportError:
        raise GradcliError(
            "the package onnx is not installed", hint="pip install 'gradcli[onnx]', or leave -o out for text"
        ) from None
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith("//")]
    model: bytes = parser.parse_model("".join(lines)).SerializeToString()
    return model


def _main(language: Language, written: Written, points: Sequence[Sequence[str]]) -> str:
    rows = ", ".join(["[" + ", ".join(point) + "]" for point in points])
    return f"// points [{rows}]\n"


_FUNCTIONS = calls(
    """
    +             Add({0}, {1})
    -             Sub({0}, {1})
    *             Mul({0}, {1})
    /             Div({0}, {1})
    -1            Neg({0})
    ?             Where({0}, {1}, {2})
    ||            Or({0}, {1})
    &&            And({0}, {1})
    <             Less({0}, {1})
    <=            LessOrEqual({0}, {1})
    >             Greater({0}, {1})
    >=            GreaterOrEqual({0}, {1})
    ===           Equal({0}, {1})
    !==           Not(Equal({0}, {1}))
    %             Fmod({0}, {1})
    """
)
"""Operators, which are functions here."""

_HALF = "Tanh(Div({0}, 2.0))"
_SQUARE = f"Mul(Sub(1.0, {_HALF}), Add(1.0, {_HALF}))"
_CORRECTED = "Div(Mul(Log(Add({0}, 1.0)), {0}), Sub(Add({0}, 1.0), 1.0))"
_LOG1P = f"Where(Less(Abs({{0}}), 1e-15), {{0}}, Where(Less(Abs({{0}}), 0.5), {_CORRECTED}, Log(Add({{0}}, 1.0))))"


def _log1p_of_exp(exponent: str) -> str:
    """log(1 + e^x) of an x up to 0, also where the exponential is small beside 1."""
    return _LOG1P.replace("{0}", f"Exp({exponent})")


_SUM = f"Add(Max({{0}}, {{1}}), {_log1p_of_exp('Neg(Abs(Sub({0}, {1})))')})"
_SOFTPLUS = f"Add(Max(Mul({{0}}, {{1}}), 0.0), {_log1p_of_exp('Neg(Abs(Mul({0}, {1})))')})"
_NEAR_0 = f"""
        Math.expm1    Where(Less(Abs({{0}}), 1.0), Div(Mul(2.0, {_HALF}), Sub(1.0, {_HALF})), Sub(Exp({{0}}), 1.0))
        Math.sinh     Where(Less(Abs({{0}}), 1.0), Div(Mul(2.0, {_HALF}), {_SQUARE}), Div(Sub(Exp({{0}}), Exp(Neg({{0}}))), 2.0))
        Math.log1p    {_LOG1P}
        softplus      Where(Greater(Mul({{0}}, {{1}}), {{2}}), {{0}}, Div({_SOFTPLUS}, {{1}}))
        logSigmoid    Sub(Min({{0}}, 0.0), {_log1p_of_exp("Neg(Abs({0}))")})
        logAddExp     {_SUM}
        logSumExp     {_SUM}"""
"""Functions that are 0 at 0, which ONNX has not: by the hyperbolic tangent of half the argument; the logarithm of the rounded
1 + x, times x over what is left of it, and what is made of that."""

_REST = "Fmod({0}, {1})"
_BELOW = f"Less(Mul({_REST}, {{1}}), 0.0)"
_DIVISION = f"""
        remainder     Where({_BELOW}, Add({_REST}, {{1}}), {_REST})
        floorDivide   Sub(Round(Div(Sub({{0}}, {_REST}), {{1}})), Where({_BELOW}, 1.0, 0.0))"""

LANGUAGE = Language(
    "onnx",
    "ONNX",
    (".onnx", ".onnxtxt"),
    calls(
        """
        Math.sin      Sin({0})
        Math.cos      Cos({0})
        Math.tan      Div(Sin({0}), Cos({0}))
        Math.asin     Asin({0})
        Math.acos     Acos({0})
        Math.atan     Atan({0})
        Math.cosh     Div(Add(Exp({0}), Exp(Neg({0}))), 2.0)
        Math.tanh     Tanh({0})
        Math.asinh    Asinh({0})
        Math.acosh    Acosh({0})
        Math.atanh    Atanh({0})
        Math.exp      Exp({0})
        Math.log      Log({0})
        Math.log2     Div(Log({0}), 0.6931471805599453)
        Math.log10    Div(Log({0}), 2.302585092994046)
        Math.sqrt     Sqrt({0})
        Math.cbrt     Mul(Sign({0}), Pow(Abs({0}), 0.3333333333333333))
        Math.hypot    Sqrt(Add(Mul({0}, {0}), Mul({1}, {1})))
        Math.floor    Floor({0})
        Math.ceil     Ceil({0})
        Math.trunc    Mul(Sign({0}), Floor(Abs({0})))
        Math.abs      Abs({0})
        Math.max      Max({*})
        Math.min      Min({*})
        Math.PI       3.141592653589793
        Math.SQRT2    1.4142135623730951
        power         Pow({0}, {1})
        sign          Sign({0})
        roundHalfEven Round({0})
        sigmoid       Sigmoid({0})
        bounded       Min(Max({0}, {1}), {2})
        copySign      Where(Less({1}, 0.0), Neg(Abs({0})), Abs({0}))
        erf           gradcli.Erf({0})
        erfc          gradcli.Erfc({0})"""
        + _DIVISION
        + _NEAR_0
    ),
    {sign: (ATOM, call) for sign, call in _FUNCTIONS.items()},
    "gradcli.output.code:functions.onnx",
    words("value derivatives double float int64 int32 bool string tensor seq map optional"),
    "{}.0",
    "1e999",
    "Div(0.0, 0.0)",
    "//",
    _onnx,
    _main,
    (("{python}", "-c", _RUN, "{file}"),),
    modules=("onnx",),
    packed=_packed,
    real="double",
    single=Single("float", {r"gradcli\.Erf\(": "Erf(", r"\bdouble\b": "float"}),
)
