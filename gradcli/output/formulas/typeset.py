"""Expressions to boxes: where fractions, powers, roots and parentheses stand, for every format with formulas."""

from __future__ import annotations

import fractions
from collections.abc import Sequence

from gradcli.language import ast
from gradcli.language.numbers import number_text
from gradcli.language.text import ATOM, CONDITIONAL, LEVELS, POWER, PRODUCT, SUM, UNARY, NumberText, level
from gradcli.lowering.node_expressions import applied as by_operator
from gradcli.ops.catalogue import STRUCTURAL, spelled
from gradcli.ops.declaration.operation import Operation
from gradcli.ops.declaration.structural import Structural
from gradcli.output.formulas.boxes import (
    GREEK,
    NOTHING,
    THIN,
    Applied,
    Box,
    Cases,
    Digits,
    Fence,
    Fraction,
    Function,
    Matrix,
    Root,
    Row,
    Sign,
    Subscript,
    Superscript,
    Symbol,
    Word,
    applied,
    fenced,
    listed,
    row,
    subscript,
)
from gradcli.output.formulas.template import from_template

_TOP = Sign("⊤", "mark")
_CONSTANTS: dict[str, Box] = {
    "pi": Symbol("π"),
    "tau": Symbol("τ"),
    "inf": Sign("∞", "mark"),
    "nan": Word("nan", upright=True),
    "…": Sign("…", "mark"),
}
_LETTERS = {word: letter for letter, word in GREEK.items()}
_SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠", "==": "=", "%": "mod", "and": "∧", "or": "∨", "@": THIN}
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def typeset(expression: ast.Expression, *, number: NumberText = number_text) -> Box:
    """An expression as boxes.

    Args:
        expression: What to set.
        number: How numbers are written.
    """
    boxes: list[Box] = []
    for node in ast.postorder(expression):
        below = ast.children(node)
        operands = boxes[len(boxes) - len(below) :]
        del boxes[len(boxes) - len(below) :]
        boxes.append(_set(node, below, operands, number))
    return boxes[0]


def name_box(name: str) -> Box:
    """A name: one letter, Greek in words or not, or a word; ``x1``, ``w_out`` and ``h₂`` have subscripts, ``y'`` a prime."""
    if name in _CONSTANTS:
        return _CONSTANTS[name]
    if name.endswith("'"):  # y', the derivative of y
        bare = name.rstrip("'")
        return Superscript(name_box(bare), Sign("′" * (len(name) - len(bare)), "mark"))
    plain = name.translate(_SUBSCRIPTS)
    head, _, rest = plain.partition("_")
    stem = head.rstrip("0123456789")
    if not stem:  # a name that begins with an underscore or a digit
        return Symbol(plain)
    return Symbol(_LETTERS.get(stem, stem), ", ".join(part for part in (head[len(stem) :], rest) if part))


def number_box(value: int | fractions.Fraction | float, number: NumberText = number_text) -> Box:
    """A number: fractions as such, powers of ten written out."""
    text = number(value)
    if text.startswith("-"):
        return row(Sign("-", "prefix"), number_box(-value, lambda _: text[1:]))
    if isinstance(value, fractions.Fraction) and "/" in text:
        return Fraction(number_box(value.numerator), number_box(value.denominator))
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    mantissa, e, exponent = text.partition("e")
    return row(Digits(mantissa), Sign("⋅"), Superscript(Digits("10"), Digits(str(int(exponent))))) if e else Digits(text)


def _set(node: ast.Expression, below: tuple[ast.Expression, ...], boxes: list[Box], number: NumberText) -> Box:
    """The box of a node from those of its operands."""
    match node:
        case ast.Number(value):
            return number_box(value, number)
        case ast.Name(name):
            return name_box(name)
        case ast.Partial(output, input, fixed, total, argument):
            by = Superscript(name_box(input), fenced(Digits(str(argument)))) if argument else name_box(input)
            above, under = [row(Sign("d" if total else "∂", "prefix"), box) for box in (name_box(output), by)]
            fraction = Fraction(above, under)
            return subscript(fenced(fraction, "", "|"), listed(map(name_box, fixed))) if fixed else fraction
        case ast.Prime(content):
            return Superscript(boxes[0] if isinstance(content, ast.Name | ast.Group) else fenced(boxes[0]), Sign("′", "mark"))
        case ast.Group():
            return fenced(boxes[0])
        case ast.Operator("not"):
            return row(Sign("¬", "prefix"), _at_least(below[0], boxes[0], UNARY))
        case ast.Operator(symbol, (operand,)):
            return row(Sign(symbol, "prefix"), _at_least(operand, boxes[0], UNARY + _signed(operand)))
        case ast.Operator(symbol, (left, right)):
            return _infix(symbol, left, right, boxes)
        case ast.Comparison(symbols, _):
            parts = [_at_least(below[0], boxes[0], SUM)]
            for symbol, operand, box in zip(symbols, below[1:], boxes[1:], strict=True):
                parts += [Sign(_SIGNS.get(symbol, symbol)), _at_least(operand, box, SUM)]
            return row(*parts)
        case ast.Conditional():
            then, test, otherwise = boxes
            return Cases(((then, row(Word("if "), test)), (otherwise, Word("otherwise"))))
        case ast.Call():
            return _call(node, boxes, number)
        case ast.Array(items):
            rows = [_items(box) for box in boxes] if is_matrix(items) else []
            return Matrix(tuple(rows)) if rows else Matrix(tuple((box,) for box in boxes))
        case ast.Index(target):
            return subscript(_indexable(target, boxes[0]), listed(boxes[1:]))
        case ast.Slice(start, stop, step):
            present = iter(boxes)
            bounds = [Row((), False) if bound is None else next(present) for bound in (start, stop, step)]
            return listed(bounds if step is not None else bounds[:2], ":")
        case ast.Ellipsis():
            return _CONSTANTS["…"]
        case ast.Transposed(target):
            return Superscript(fenced(boxes[0]) if isinstance(target, ast.Number) else _raised(target, boxes[0]), _TOP)
        case ast.Tuple():
            return fenced(listed(boxes))
    raise TypeError(f"{type(node).__name__} is not an expression")


def _infix(symbol: str, left: ast.Expression, right: ast.Expression, boxes: list[Box]) -> Box:
    """An operator between its operands."""
    first, second = boxes
    match symbol:
        case "/":
            return Fraction(first, second)
        case "^":
            return Superscript(_raised(left, first), second)
        case "@" if isinstance(left, ast.Array) and isinstance(first, Matrix) and len(first.rows[0]) == 1:
            return row(Superscript(first, _TOP), Sign(THIN), _at_least(right, second, PRODUCT + 1))
        case "⊗" if is_vector(left) and is_vector(right):
            return row(first, Sign(THIN), Matrix((_items(second),)))
        case "⊗":
            return row(_at_least(left, first, PRODUCT), Sign(THIN), Superscript(_raised(right, second), _TOP))
    at = LEVELS[symbol]
    sign = _product_sign(left, right) if symbol == "*" else _SIGNS.get(symbol, symbol)
    return row(_at_least(left, first, at), Sign(sign), _at_least(right, second, ATOM if _signed(right) else at + 1))


def _product_sign(left: ast.Expression, right: ast.Expression) -> str:
    """The sign of a product: none behind a number, a dot where two would run together, else what suits the format."""
    while isinstance(right, ast.Operator) and len(right.operands) == 2 and right.symbol != "/":
        right = right.operands[0]
    if isinstance(right, ast.Number) or level(left) < PRODUCT or _is_fraction(left) or left == ast.Number(1):
        return "⋅"
    return NOTHING if isinstance(left, ast.Number) else "·"


def _call(node: ast.Call, boxes: list[Box], number: NumberText) -> Box:
    """A call: by the template of its operation where all of its arguments stand in it, else by its name."""
    count = len(boxes)
    if not node.keywords:
        for operation in _declared(node.function):
            if operation.accepts(count) and len(operation.parameters) == count:
                if isinstance(operation, Operation) and operation.symbol:
                    shown = by_operator(operation.name, node.arguments)
                    return fenced(_set(shown, node.arguments, boxes, number))
                if operation.latex:
                    operands = list(zip(node.arguments, boxes, strict=True))
                    return from_template(operation.latex, boxes, [_raised(argument, box) for argument, box in operands])
    positional = count - len(node.keywords)
    words = [row(Word(k, upright=True), Sign("="), box) for k, box in zip(node.keywords, boxes[positional:], strict=True)]
    return applied(Function(node.function), fenced(listed([*boxes[:positional], *words])))


def _declared(function: str) -> Sequence[Operation | Structural]:
    """The operations that a function may mean."""
    return [*spelled(function), *[o for o in STRUCTURAL.values() if function in o.spellings]]


def is_vector(expression: ast.Expression) -> bool:
    """Whether an expression is a vector of numbers; in a product of matrices it is a column, as textbooks have it."""
    return isinstance(expression, ast.Array) and not any(
        isinstance(item, ast.Array) or ast.children(item) for item in expression.items
    )


def is_matrix(items: tuple[ast.Expression, ...]) -> bool:
    """Whether the items of an array are rows of a matrix."""
    return all(isinstance(item, ast.Array) and not any(isinstance(below, ast.Array) for below in item.items) for item in items)


def _items(column: Box) -> tuple[Box, ...]:
    """What stands in a column."""
    assert isinstance(column, Matrix)
    return tuple(item for item, *_ in column.rows)


def _raised(base: ast.Expression, box: Box) -> Box:
    """The base of a power or of a transposition, and what stands free in a template."""
    box = _at_least(base, box, ATOM)
    closed = Symbol | Digits | Sign | Word | Subscript | Fence | Root | Applied | Matrix
    return box if isinstance(box, closed) and not isinstance(base, ast.Partial | ast.Transposed) else fenced(box)


def _indexable(target: ast.Expression, box: Box) -> Box:
    """What has an index."""
    if isinstance(target, ast.Transposed):
        return box
    return fenced(box) if isinstance(target, ast.Number | ast.Partial) else _raised(target, box)


def _at_least(node: ast.Expression, box: Box, least: int) -> Box:
    """The box of an operand, in parentheses where it binds less tightly than its place asks for."""
    at = CONDITIONAL if isinstance(box, Cases) else level(node)
    if isinstance(box, Fraction) and least <= PRODUCT + 1:
        at = POWER
    return box if at >= least else fenced(box)


def _signed(node: ast.Expression) -> bool:
    return (isinstance(node, ast.Number) and node.value < 0) or (
        isinstance(node, ast.Operator) and node.symbol == "-" and len(node.operands) == 1
    )


def _is_fraction(node: ast.Expression) -> bool:
    return isinstance(node, ast.Number) and "/" in number_text(node.value)
