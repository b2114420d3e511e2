"""Expressions as MathML: what browsers show as formulas without any script."""

from __future__ import annotations

from fractions import Fraction
from html import escape

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
from gradcli.language.text import ATOM, LEVELS, PRODUCT, SUM, UNARY, NumberText, level
from gradcli.output.formulas.latex import is_matrix, is_vector, name_parts

_SIGNS = {"*": "⋅", "@": "\u2062", "-": "−", "<=": "≤", ">=": "≥", "!=": "≠", "==": "=", "%": "mod", "and": "∧", "or": "∨"}
_CONSTANTS = {"pi": "π", "tau": "τ", "inf": "∞"}
_TABLE, _TABLE_END = "<mtable>", "</mtable>"
_FENCES = {"abs": ("|", "|"), "floor": ("⌊", "⌋"), "ceil": ("⌈", "⌉")}
_GREEK = {"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eta": "η", "theta": "θ", "kappa": "κ",
          "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "rho": "ρ", "sigma": "σ", "phi": "φ", "chi": "χ", "psi": "ψ",
          "omega": "ω"}  # fmt: skip


def to_mathml(expression: Expression, *, number: NumberText = number_text) -> str:
    """Write an expression as what stands inside a ``math`` element. All text of the user is escaped.

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


def name_mathml(name: str) -> str:
    """A name: ``x1`` and ``w_out`` have subscripts."""
    if name in _CONSTANTS:
        return f"<mi>{_CONSTANTS[name]}</mi>"
    stem, index = name_parts(name)
    base = f"<mi>{escape(_GREEK.get(stem, stem))}</mi>"
    if not index:
        return base
    kind = "mn" if index.isdigit() else "mi"
    return f"<msub>{base}<{kind}>{escape(index)}</{kind}></msub>"


def _operator(sign: str) -> str:
    return f"<mo>{escape(_SIGNS.get(sign, sign))}</mo>"


def _row(*parts: str) -> str:
    return f"<mrow>{''.join(parts)}</mrow>"


def _fenced(text: str, left: str = "(", right: str = ")") -> str:
    tall = any(element in text for element in ("<mfrac", "<msup", "<msqrt", "<mroot", "<mtable"))
    tight = f'fence="true" stretchy="{str(tall).lower()}" lspace="0" rspace="0"'
    return _row(f'<mo form="prefix" {tight}>{left}</mo>', text, f'<mo form="postfix" {tight}>{right}</mo>')


def _write(node: Expression, below: tuple[Expression, ...], texts: list[str], number: NumberText) -> str:
    match node:
        case Number(value):
            return _number(value, number)
        case Name(name):
            return name_mathml(name)
        case Partial(output, input, fixed):
            fraction = f"<mfrac><mrow><mo>∂</mo>{name_mathml(output)}</mrow><mrow><mo>∂</mo>{name_mathml(input)}</mrow></mfrac>"
            held = "<mo>,</mo>".join(map(name_mathml, fixed))
            return f"<msub>{_row(fraction, '<mo>|</mo>')}{_row(held)}</msub>" if fixed else fraction
        case Prime(content):
            bare = isinstance(content, Name | Group)
            return f"<msup>{texts[0] if bare else _fenced(texts[0])}<mo>′</mo></msup>"
        case Group():
            return _fenced(texts[0])
        case Operator("not"):
            return _row("<mo>¬</mo>", _at_least(below[0], texts[0], UNARY))
        case Operator(symbol, (operand,)):
            return _row(_operator(symbol), _at_least(operand, texts[0], UNARY + 1 if _signed(operand) else UNARY))
        case Operator("/"):
            return f"<mfrac>{texts[0]}{texts[1]}</mfrac>"
        case Operator("^", (base, _)):
            return f"<msup>{_at_least(base, texts[0], ATOM, power=True)}{texts[1]}</msup>"
        case Operator("⊗", (left, right)) if is_vector(left) and is_vector(right):
            return _row(_column(texts[0]), texts[1])
        case Operator("@", (left, right)) if is_vector(right) and not is_vector(left):
            return _row(_at_least(left, texts[0], PRODUCT), _operator("@"), _column(texts[1]))
        case Operator("⊗", (left, right)):
            return _row(_at_least(left, texts[0], PRODUCT), f"<msup>{_target(right, texts[1])}<mo>⊤</mo></msup>")
        case Operator(symbol, (left, right)):
            at = LEVELS[symbol]
            sign = _operator(symbol)
            if symbol == "*" and isinstance(left, Number) and left.value != 1 and not _starts_with_number(right):
                sign = "<mo>&#x2062;</mo>"
            left_text = _at_least(left, texts[0], at)
            return _row(left_text, sign, _at_least(right, texts[1], ATOM if _signed(right) else at + 1))
        case Comparison(symbols, operands):
            parts = [_at_least(operands[0], texts[0], SUM)]
            for symbol, operand, text in zip(symbols, operands[1:], texts[1:], strict=True):
                parts += [_operator(symbol), _at_least(operand, text, SUM)]
            return _row(*parts)
        case Conditional():
            return _cases(*texts)
        case Call("where", (_, _, _)):
            return _cases(texts[1], texts[0], texts[2])
        case Call(function, arguments, keywords):
            return _call(function, arguments, keywords, texts)
        case Array(items):
            return _matrix(items, texts)
        case Index(target):
            return f"<msub>{_target(target, texts[0])}{_row('<mo>,</mo>'.join(texts[1:]))}</msub>"
        case Slice(start, stop, step):
            present = iter(texts)
            bounds = ["" if bound is None else next(present) for bound in (start, stop, step)]
            return _row("<mo>:</mo>".join(bounds if step is not None else bounds[:2]))
        case Ellipsis():
            return "<mo>…</mo>"
        case Transposed(target):
            return f"<msup>{_target(target, texts[0])}<mo>⊤</mo></msup>"
        case Tuple():
            return _fenced("<mo>,</mo>".join(texts))
    raise TypeError(f"{type(node).__name__} is not an expression")


def _matrix(items: tuple[Expression, ...], texts: list[str]) -> str:
    """A row of items; rows one below the other where the items are the rows of a matrix."""
    if is_matrix(items):
        rows = "".join(text[text.index(_TABLE) + len(_TABLE) : text.rindex(_TABLE_END)] for text in texts)
    else:
        rows = f"<mtr>{''.join(f'<mtd>{text}</mtd>' for text in texts)}</mtr>"
    return _fenced(f"{_TABLE}{rows}{_TABLE_END}")


def _column(row: str) -> str:
    """A row of numbers as a column."""
    return row.replace("</mtd><mtd>", "</mtd></mtr><mtr><mtd>")


def _target(node: Expression, text: str) -> str:
    """What is indexed or transposed, in parentheses where it is no name, part or array."""
    return _fenced(text) if isinstance(node, Number | Partial) else _at_least(node, text, ATOM, power=True)


def _number(value: int | Fraction | float, number: NumberText) -> str:
    text = number(value)
    negative, text = text.startswith("-"), text.lstrip("-")
    mantissa, e, exponent = text.partition("e")
    above, slash, below = text.partition("/")
    if slash:
        shown = f"<mfrac><mn>{above}</mn><mn>{below}</mn></mfrac>"
    elif text in ("inf", "nan"):
        shown = "<mi>∞</mi>" if text == "inf" else "<mi>nan</mi>"
    elif e:
        shown = _row(f"<mn>{mantissa}</mn><mo>⋅</mo><msup><mn>10</mn><mn>{exponent.lstrip('+').replace('-', '−')}</mn></msup>")
    else:
        shown = f"<mn>{text}</mn>"
    return _row("<mo>−</mo>", shown) if negative else shown


def _cases(then: str, test: str, otherwise: str) -> str:
    rows = (
        f"<mtr><mtd>{then}</mtd><mtd><mtext>if </mtext>{test}</mtd></mtr>"
        f"<mtr><mtd>{otherwise}</mtd><mtd><mtext>otherwise</mtext></mtd></mtr>"
    )
    return _row('<mo fence="true">{</mo>', f'<mtable columnalign="left left">{rows}</mtable>')


def _call(function: str, arguments: tuple[Expression, ...], keywords: tuple[str, ...], texts: list[str]) -> str:
    if len(arguments) == 1 and not keywords:
        argument, text = arguments[0], texts[0]
        if function == "sqrt":
            return f"<msqrt>{text}</msqrt>"
        if function == "cbrt":
            return f"<mroot>{text}<mn>3</mn></mroot>"
        if function == "exp":
            return f"<msup><mi>e</mi>{text}</msup>"
        if function == "square":
            return f"<msup>{_at_least(argument, text, ATOM, power=True)}<mn>2</mn></msup>"
        if function in _FENCES:
            return _fenced(text, *_FENCES[function])
    shown = {"log": "ln"}.get(function, function)
    positional = len(arguments) - len(keywords)
    words = [
        text if at < positional else f"<mi>{escape(keywords[at - positional])}</mi><mo>=</mo>{text}"
        for at, text in enumerate(texts)
    ]
    return _row(f"<mi>{escape(shown)}</mi><mo>&#x2061;</mo>", _fenced("<mo>,</mo>".join(words)))


def _at_least(node: Expression, text: str, least: int, *, power: bool = False) -> str:
    """The text of an operand, in parentheses where it binds less tightly than its place asks for."""
    if isinstance(node, Operator) and node.symbol == "/" and least <= PRODUCT + 1:
        return text
    if isinstance(node, Number) and node.value >= 0 and "/" in number_text(node.value) and least <= PRODUCT + 1:
        return text
    raised = power and (isinstance(node, Transposed) or (isinstance(node, Call) and node.function in ("exp", "square")))
    piecewise = isinstance(node, Call) and node.function == "where"
    return _fenced(text) if level(node) < least or raised or piecewise else text


def _signed(node: Expression) -> bool:
    return (isinstance(node, Number) and node.value < 0) or (
        isinstance(node, Operator) and node.symbol == "-" and len(node.operands) == 1
    )


def _starts_with_number(node: Expression) -> bool:
    while isinstance(node, Operator) and len(node.operands) == 2 and node.symbol != "/":
        node = node.operands[0]
    return isinstance(node, Number)
