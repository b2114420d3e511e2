"""TensorFlow 2: a function that becomes a graph."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gradcli.frozen import replace
from gradcli.output.code.language import Language, Single, Written
from gradcli.output.code.languages.python import LOOPS, WORDS, main
from gradcli.output.code.notation import OPERATORS, calls, elementary, heading, returned, words

_OPERATORS = {sign: entry for sign, entry in OPERATORS.items() if sign not in ("?", "||", "&&", "===", "!==")}

_FIRST = re.compile(r"(tf\.[\w.]+\()([-\d][-\d.e+*/ ]*)(?=[,)])")
"""Numbers alone as the first argument of a function, which no tensor before tells their precision."""

_CONSTANT = re.compile(r"( = )(\[[-\d].*\]|[-\d][-\d.e+*/ ]*)$", re.MULTILINE)
"""Lines that are a number, or a table of numbers, alone."""

_NUMBER = '''

def number(value):
    """A number as a tensor; TensorFlow would take it as one of its own precision."""
    return tf.convert_to_tensor(value, {real})
'''


def _tensorflow(
    language: Language, written: Written, lines: Sequence[tuple[str, str]], results: Sequence[str], helpers: Sequence[str]
) -> Iterator[str]:
    value = returned(results, written)
    body = _CONSTANT.sub(r"\1number(\2)", language.body(lines, "    "))
    body = _FIRST.sub(r"\1number(\2)", f"{body}    return {value}\n")
    yield from (f"{line}\n" for line in heading(language, written))
    yield f"# Arguments are tensors of {language.dtype}.\nimport tensorflow as tf\n"
    if "number(" in body:
        yield _NUMBER.format(real=language.real)
    yield f"\n\n@tf.function\ndef {written.name}({', '.join(written.routine.arguments)}):\n{body}"


def _main(language: Language, written: Written, points: Sequence[Sequence[str]]) -> str:
    program = main(language, written, points)
    return program.replace(f"{written.name}(*point)", f"{written.name}(*map(_given, point))").replace(
        "    def flat(", f"    def _given(number):\n        return tf.constant(number, {language.real})\n\n    def flat(", 1
    )


LANGUAGE = Language(
    "tensorflow",
    "TensorFlow",
    (".py",),
    {
        **elementary("tf.math.{name}({operands})"),
        **calls(
            """
            Math.abs      tf.math.abs({0})
            Math.max      tf.math.maximum({0}, {1})
            Math.min      tf.math.minimum({0}, {1})
            Math.PI       3.141592653589793
            Math.SQRT2    1.4142135623730951
            Math.log2     (tf.math.log({0})/0.6931471805599453)
            Math.log10    (tf.math.log({0})/2.302585092994046)
            Math.cbrt     (tf.math.sign({0})*tf.math.pow(tf.math.abs({0}), 0.3333333333333333))
            Math.hypot    tf.math.sqrt(({0})**2 + ({1})**2)
            Math.trunc    (tf.math.sign({0})*tf.math.floor(tf.math.abs({0})))
            Math.atan2    tf.math.atan2({0}, {1})
            ?             tf.where({0}, number({1}), number({2}))
            ||            tf.math.logical_or({0}, {1})
            &&            tf.math.logical_and({0}, {1})
            ===           tf.math.equal({0}, {1})
            !==           tf.math.not_equal({0}, {1})
            power         tf.math.pow({0}, {1})
            copySign      (tf.math.abs({0})*tf.where({1} < 0, number(-1.0), number(1.0)))
            sign          tf.math.sign({0})
            roundHalfEven tf.math.round({0})
            remainder     tf.math.floormod({0}, {1})
            %             tf.truncatemod({0}, {1})
            floorDivide   tf.math.floordiv({0}, {1})
            sigmoid       tf.math.sigmoid({0})
            logSigmoid    tf.math.log_sigmoid({0})
            logAddExp     tf.math.reduce_logsumexp(tf.stack([number({0}), number({1})]), 0)
            logSumExp     tf.math.reduce_logsumexp(tf.stack([number({0}), number({1})]), 0)
            bounded       tf.math.minimum(tf.math.maximum({0}, {1}), {2})
            softplus      tf.where(({0})*({1}) > {2}, number({0}), tf.math.log1p(tf.math.exp(({0})*({1})))/({1}))
            erf           tf.math.erf({0})
            erfc          tf.math.erfc({0})
            erfinv        tf.math.erfinv({0})
            lgamma        tf.math.lgamma({0})
            digamma       tf.math.digamma({0})
            polygamma     tf.math.polygamma({0}, {1})
            """
        ),
    },
    _OPERATORS,
    "",
    WORDS | words("tf number"),
    "{}.0",
    "float('inf')",
    "float('nan')",
    "#",
    _tensorflow,
    _main,
    (("{python}", "{file}"),),
    modules=("tensorflow",),
    real="tf.float64",
    single=Single("tf.float32"),
    loops=replace(LOOPS, number="number(float({index}))"),
)
