"""Choices and truth values: 1 is true, 0 is false. A truth value carries no gradient."""

from __future__ import annotations

import operator
from collections.abc import Callable

from gradcli.ops.declaration.facts import JUMP, SAME, TRUTH, special
from gradcli.ops.declaration.operation import Operation, operation
from gradcli.typing import Any

ANYWHERE = (-2.0, 2.0)

Pair = tuple[int | None, ...]


def _compare(
    name: str, symbol: str, array: str, test: Callable[[float, float], bool], script: str, doc: str, *runs: str
) -> Operation:
    return operation(
        f"{name}(a, b)",
        lambda a, b: 1.0 if test(a, b) else 0.0,
        (),
        exact=lambda a, b: int(test(a, b)),
        precise=test,
        symbol=symbol,
        javascript=f"{{0}} {script} {{1}} ? 1 : 0",
        array=array,
        result=TRUTH,
        range=(0, 1),
        specials=(special(JUMP, lambda a, b: a - b, 1, 1),),
        torch=f"{name}: torch Tensor" + (f"; {array}: torch Tensor" if array != "equal" else ""),
        tensorflow=f"{array} {array.title().replace('_', '')}: tf",
        course=lambda a, b: (runs[0] if b else runs[1] if a else "") if runs else "",
        doc=doc,
    )


lt = _compare("lt", "<", "less", operator.lt, "<", "Whether a is less than b.", "falls", "rises")
le = _compare("le", "<=", "less_equal", operator.le, "<=", "Whether a is less than b or equal.", "falls", "rises")
gt = _compare("gt", ">", "greater", operator.gt, ">", "Whether a is greater than b.", "rises", "falls")
ge = _compare("ge", ">=", "greater_equal", operator.ge, ">=", "Whether a is greater than b or equal.", "rises", "falls")
eq = _compare("eq", "==", "equal", operator.eq, "===", "Whether a equals b.")
ne = _compare("ne", "!=", "not_equal", operator.ne, "!==", "Whether a differs from b.")


def _logical(
    parameters: str, word: str, value: Callable[..., Any], javascript: str, doc: str, neutral: Pair = (), absorbing: Pair = ()
) -> Operation:
    return operation(
        f"logical_{word}({parameters})",
        lambda *xs: 1.0 if value(*xs) else 0.0,
        (),
        exact=lambda *xs: int(bool(value(*xs))),
        symbol=word,
        javascript=f"{javascript} ? 1 : 0",
        array=f"logical_{word}",
        precise=lambda *xs: bool(value(*xs)),
        result=TRUTH,
        range=(0, 1),
        torch=f"logical_{word}: torch Tensor",
        tensorflow=f"logical_{word} Logical{word.title()}: tf",
        neutral=neutral,
        absorbing=absorbing,
        doc=doc,
    )


_AND, _OR = "{0} !== 0 && {1} !== 0", "{0} !== 0 || {1} !== 0"

both = _logical("a, b", "and", lambda a, b: a and b, _AND, "Whether both are true, that is, not 0.", (1, 1), (0, 0))
either = _logical("a, b", "or", lambda a, b: a or b, _OR, "Whether one of them is true, that is, not 0.", (0, 0), (1, 1))
negation = _logical("a", "not", operator.not_, "{0} === 0", "Whether it is false, that is, 0.")
where: Operation = operation(
    "where(condition, a, b)",
    lambda condition, a, b: a if condition else b,
    (None, lambda y, condition, a, b: where(condition, 1, 0), lambda y, condition, a, b: where(condition, 0, 1)),
    exact=lambda condition, a, b: a if condition else b,
    grad_fn="WhereBackward0(1, 2)",
    latex=r"\begin{{cases}} {1} & \text{{if }} {0} \\ {2} & \text{{otherwise}} \end{{cases}}",
    javascript="{0} !== 0 ? {1} : {2}",
    array=lambda numpy, condition, a, b: numpy.where(condition != 0, a, b),
    domain="where the condition does not change",
    samples=((1.0, 2.0), ANYWHERE, ANYWHERE),
    precise=lambda condition, a, b: a if condition else b,
    result=SAME,
    linear="a b",
    masks="a b",
    torch="where: torch Tensor",
    tensorflow="where(condition, x, y) Select: tf",
    sympy="Piecewise(({1}, {0}), ({2}, True))",
    chooses="a b",
    doc="a where the condition is true, else b; the condition carries no gradient.",
)
masked_fill = operation(
    "masked_fill(x, mask, value)",
    lambda x, mask, value: value if mask else x,
    (
        lambda y, x, mask, value: where(mask, 0, 1),
        None,
        lambda y, x, mask, value: where(mask, 1, 0),
    ),
    exact=lambda x, mask, value: value if mask else x,
    grad_fn={"": "MaskedFillBackward0(0)", **dict.fromkeys(("ttt", "ntt", "tnt", "nnt"), "MaskedFillBackward1(0, 2)")},
    domain="where the mask does not change",
    samples=(ANYWHERE, (1.0, 2.0), ANYWHERE),
    definition=lambda x, mask, value: where(mask, value, x),
    result=SAME,
    linear="x value",
    masks="x value",
    torch="masked_fill: torch Tensor",
    chooses="x value",
    doc="x, or a value where the mask is true; the mask carries no gradient.",
)
