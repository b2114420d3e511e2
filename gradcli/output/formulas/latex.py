"""Expressions as LaTeX: what stands between dollar signs."""

from __future__ import annotations

import unicodedata
from fractions import Fraction

from gradcli.language.ast import (
    Array,
    Call,
    Comparison,
    Conditional,
    Ellipsis,
    Expression,
    Group,
    Index,
    Name,
    Number,
    Operator,
    Partial,
    Prime,
    Slice,
    Transposed,
    Tuple,
    children,
    postorder,
)
from gradcli.language.numbers import number_text
from gradcli.language.text import ATOM, LEVELS, POWER, PRODUCT, UNARY, NumberText, level
from gradcli.ops.catalogue import STRUCTURAL, spelled

_COMPARISONS = {"<=": r"\le", ">=": r"\ge", "!=": r"\ne", "==": "="}
_INFIX = {"*": r"\cdot", "%": r"\bmod", "@": r"\,", "⊙": r"\odot", "and": r"\land", "or": r"\lor"}
_CONSTANTS = {"pi": r"\pi", "tau": r"\tau", "inf": r"\infty", "nan": r"\mathrm{nan}", "…": r"\dots"}
GREEK = {
    letter: unicodedata.name(letter).split()[-1].lower().replace("lamda", "lambda") for letter in "αβγδεζηθικλμνξπρστυφχψω"
} | {letter: unicodedata.name(letter).split()[-1].title().replace("Lamda", "Lambda") for letter in "ΓΔΘΛΞΠΣΥΦΨΩ"}
"""The command of each Greek letter that LaTeX has."""

GREEK_NAMES = sorted(GREEK.values())
"""The Greek letters in words, capital ones with a capital."""

_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_MATRIX, _MATRIX_END = r"\begin{pmatrix} ", r" \end{pmatrix}"
_ESCAPES = {
    "_": r"\_",
    "\\": r"\backslash ",
    "{": r"\{",
    "}": r"\}",
    "#": r"\#",
    "$": r"\$",
    "%": r"\%",
    "&": r"\&",
    "~": r"\sim ",
}


def name_latex(name: str) -> str:
    """A name: one letter is italic, Greek is itself, ``x1`` and ``w_out`` have subscripts, words are upright."""
    if name in _CONSTANTS:
        return _CONSTANTS[name]
    stem, index = name_parts(name)
    base = _stem(stem)
    return _indexed(base, index) if index else base


def name_parts(name: str) -> tuple[str, str]:
    """The stem of a name and its index: ``x1`` is x with 1, ``w_out`` w with out, ``h₂`` h with 2."""
    plain = name.translate(_SUBSCRIPTS)
    head, _, rest = plain.partition("_")
    stem = head.rstrip("0123456789")
    if not stem:  # a name that begins with an underscore or a digit
        return plain, ""
    return stem, ", ".join(part for part in (head[len(stem) :], rest) if part)


def _indexed(base: str, index: str) -> str:
    shown = index if index.isdigit() or (len(index) == 1 and index.isalpha()) else _upright(index)
    return f"{base}_{{{shown}}}"


def _stem(stem: str) -> str:
    if stem in GREEK:
        return "\\" + GREEK[stem]
    if stem in GREEK.values():
        return "\\" + stem
    if len(stem) == 1 and stem.isascii():
        return _escaped(stem)
    return _upright(stem)


def _upright(text: str) -> str:
    """A word; letters that mathematics fonts lack are text."""
    return rf"\{'mathrm' if text.isascii() else 'text'}{{{_escaped(text)}}}"


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(character, character) for character in text)


def number_latex(value: int | Fraction | float, number: NumberText = number_text) -> str:
    """A number: fractions as such, powers of ten written out."""
    text = number(value)
    if isinstance(value, Fraction) and "/" in text:
        sign = "-" if value < 0 else ""
        return rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"
    if text in ("inf", "-inf", "nan"):
        return text.replace("inf", r"\infty").replace("nan", r"\mathrm{nan}")
    mantissa, e, exponent = text.partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if e else text


def to_latex(expression: Expression, *, number: NumberText = number_text) -> str:
    """Write an expression in LaTeX's mathematics mode.

    Args:
        expression: What to write.
        number: How numbers are written.
    """
    pieces: list[str] = []
    for node in postorder(expression):
        below = children(node)
        operands = pieces[len(pieces) - len(below) :]
        del pieces[len(pieces) - len(below) :]
        pieces.append(_write(node, below, operands, number))
    return pieces[0]


def _write(node: Expression, below: tuple[Expression, ...], texts: list[str], number: NumberText) -> str:
    match node:
        case Number(value):
            return number_latex(value, number)
        case Name(name):
            return name_latex(name)
        case Partial(output, input, fixed):
            fraction = rf"\frac{{\partial {name_latex(output)}}}{{\partial {name_latex(input)}}}"
            held = ", ".join(map(name_latex, fixed))
            return rf"\left.{fraction}\right|_{{{held}}}" if fixed else fraction
        case Prime(Name() | Group()):
            return f"{texts[0]}'"
        case Prime():
            return f"{_parenthesised(texts[0])}'"
        case Group():
            return _parenthesised(texts[0])
        case Operator("not"):
            return rf"\lnot {_at_least(below[0], texts[0], UNARY)}"
        case Operator(symbol, (operand,)):
            return symbol + _at_least(operand, texts[0], UNARY + 1 if _signed(operand) else UNARY)
        case Operator("/"):
            return rf"\frac{{{texts[0]}}}{{{texts[1]}}}"
        case Operator("^", (base, _)):
            return f"{_raised(base, texts[0])}^{{{texts[1]}}}"
        case Operator("⊗", (left, right)) if is_vector(left) and is_vector(right):
            return rf"{_column(texts[0])} \, {texts[1]}"
        case Operator("@", (left, right)) if is_vector(right) and not is_vector(left):
            return rf"{_at_least(left, texts[0], PRODUCT)} \, {_column(texts[1])}"
        case Operator("⊗", (left, right)):
            return rf"{_at_least(left, texts[0], PRODUCT)} \, {_raised(right, texts[1])}^{{\top}}"
        case Operator(symbol, (left, right)):
            at = LEVELS[symbol]
            sign = _INFIX.get(symbol, symbol)
            if symbol == "*" and not isinstance(right, Number) and not _starts_with_number(right):
                apart = level(left) < PRODUCT or _is_fraction(left) or left == Number(1)
                sign = r"\cdot" if apart else "" if isinstance(left, Number) else r"\,"
            sign = f" {sign} " if sign else " "
            return f"{_at_least(left, texts[0], at)}{sign}{_at_least(right, texts[1], ATOM if _signed(right) else at + 1)}"
        case Comparison(symbols, _):
            parts = [texts[0]]
            for symbol, text in zip(symbols, texts[1:], strict=True):
                parts += [_COMPARISONS.get(symbol, symbol), text]
            return " ".join(parts)
        case Conditional():
            then, test, otherwise = texts
            return rf"\begin{{cases}} {then} & \text{{if }} {test} \\ {otherwise} & \text{{otherwise}} \end{{cases}}"
        case Call(function, arguments, keywords):
            return _call(function, arguments, keywords, texts)
        case Array(items):
            return _matrix(items, texts)
        case Index(target):
            return f"{_indexable(target, texts[0])}_{{{', '.join(texts[1:])}}}"
        case Slice(start, stop, step):
            present = iter(texts)
            bounds = ["" if bound is None else next(present) for bound in (start, stop, step)]
            return "{:}".join(bounds if step is not None else bounds[:2])
        case Ellipsis():
            return r"\dots"
        case Transposed(target):
            return rf"{_raised(target, texts[0])}^{{\top}}"
        case Tuple():
            return _parenthesised(", ".join(texts))
    raise TypeError(f"{type(node).__name__} is not an expression")


def _call(function: str, arguments: tuple[Expression, ...], keywords: tuple[str, ...], texts: list[str]) -> str:
    count = len(arguments)
    for operation in spelled(function):
        if operation.latex and operation.accepts(count) and len(operation.parameters) == count and not keywords:
            if operation.symbol or operation.latex.startswith("{{{0}}}^"):  # its arguments stand free, as those of an operator
                texts = [_at_least(argument, text, ATOM) for argument, text in zip(arguments, texts, strict=True)]
            written = operation.latex.format(*texts)
            return _parenthesised(written) if operation.symbol and operation.symbol != "^" else written
    structural = next((o for o in STRUCTURAL.values() if function in o.spellings and o.latex), None)
    if structural is not None and len(structural.parameters) == count and not keywords:
        fenced = structural.latex.startswith("{")  # its operands stand free, as those of an operator
        return structural.latex.format(*[_raised(a, text) if fenced else text for a, text in zip(arguments, texts, strict=True)])
    positional = count - len(keywords)
    words = texts[:positional]
    words += [rf"\mathrm{{{_escaped(k)}}} = {text}" for k, text in zip(keywords, texts[positional:], strict=True)]
    return rf"\operatorname{{{_escaped(function)}}}\left({', '.join(words)}\right)"


def _matrix(items: tuple[Expression, ...], texts: list[str]) -> str:
    """A row of items; rows one below the other where all items are rows of what are no arrays themselves."""
    if is_matrix(items):
        rows = (text.removeprefix(_MATRIX).removesuffix(_MATRIX_END) for text in texts)
        return _MATRIX + r" \\ ".join(rows) + _MATRIX_END
    return _MATRIX + " & ".join(texts) + _MATRIX_END


def _column(row: str) -> str:
    """A row of numbers as a column."""
    return row.replace(" & ", r" \\ ")


def is_vector(expression: Expression) -> bool:
    """Whether an expression is a vector of numbers; in a product of matrices it is a column, as textbooks have it."""
    return isinstance(expression, Array) and not any(isinstance(item, Array) or children(item) for item in expression.items)


def is_matrix(items: tuple[Expression, ...]) -> bool:
    """Whether the items of an array are rows of a matrix."""
    return all(isinstance(item, Array) and not any(isinstance(below, Array) for below in item.items) for item in items)


def _raised(base: Expression, text: str) -> str:
    """The base of a power or of a transposition."""
    text = _at_least(base, text, ATOM)
    closed = (
        not isinstance(base, Call | Partial) or text.startswith((r"\sqrt", r"\left|", r"\left\l")) or text.endswith(r"\right)")
    )
    return text if closed and not isinstance(base, Transposed) else _parenthesised(text)


def _indexable(target: Expression, text: str) -> str:
    """What has an index; braces keep its own index or the sign of its transposition apart."""
    if isinstance(target, Name | Index | Transposed):
        return f"{{{text}}}" if "_" in text or "^" in text else text
    return _parenthesised(text) if isinstance(target, Number | Partial) else _raised(target, text)


def _parenthesised(text: str) -> str:
    return rf"\left({text}\right)"


def _at_least(node: Expression, text: str, least: int) -> str:
    """The text of an operand, in parentheses where it binds less tightly than its place asks for."""
    at = POWER if isinstance(node, Operator) and node.symbol == "/" and least <= PRODUCT + 1 else level(node)
    if isinstance(node, Number) and _is_fraction(node) and least <= PRODUCT + 1 and node.value > 0:
        at = ATOM
    return text if at >= least else _parenthesised(text)


def _signed(node: Expression) -> bool:
    return (isinstance(node, Number) and node.value < 0) or (
        isinstance(node, Operator) and node.symbol == "-" and len(node.operands) == 1
    )


def _is_fraction(node: Expression) -> bool:
    return isinstance(node, Number) and "/" in number_text(node.value)


def _starts_with_number(node: Expression) -> bool:
    while isinstance(node, Operator) and len(node.operands) == 2 and node.symbol != "/":
        node = node.operands[0]
    return isinstance(node, Number)
