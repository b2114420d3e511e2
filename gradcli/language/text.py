"""AST to text, in two styles: plain text that parses back to the same tree, and text as one writes it on a board."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from gradcli.language.ast import (
    Array,
    Attribute,
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
    Range,
    Slice,
    Text,
    Transposed,
    Tuple,
)
from gradcli.language.numbers import POWER_OF_E, SPELLED, number_text

CONDITIONAL, OR, AND, NOT, COMPARISON, SUM, PRODUCT, UNARY, POWER, ATOM = range(10)
"""Levels of precedence, from the loosest."""

LEVELS = {
    "or": OR, "and": AND, "+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "%": PRODUCT, "@": PRODUCT, "⊙": PRODUCT, "⊗": PRODUCT,
    "^": POWER,
}  # fmt: skip
"""The level of each infix operator."""

_SUPERSCRIPTS = str.maketrans("-0123456789()", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾")
_PRETTY_NAMES = {"pi": "π", "tau": "τ", "inf": "∞"}

NumberText = Callable[[int | Fraction | float], str]


def level(expression: Expression) -> int:
    """How tightly the outermost operator of an expression binds."""
    if isinstance(expression, Operator):
        if len(expression.operands) == 1:
            return NOT if expression.symbol == "not" else UNARY
        return LEVELS[expression.symbol]
    if isinstance(expression, Number):
        text = number_text(expression.value)
        return PRODUCT if "/" in text else UNARY if text[0] == "-" else ATOM
    if isinstance(expression, Comparison):
        return COMPARISON
    if isinstance(expression, Conditional):
        return CONDITIONAL
    return ATOM


def to_text(expression: Expression, *, pretty: bool = False, number: NumberText = number_text) -> str:
    """Write an expression.

    Args:
        expression: What to write.
        pretty: As on a board: ``2w + x² + ∂y/∂a·b``, a choice as ``1 if x > 0 else 0``. Plain text is ASCII but for the
            user's own names.
        number: How numbers are written.
    """
    pieces: list[str] = []
    work: list[tuple[Expression, int] | str] = [(expression, CONDITIONAL)]
    while work:
        item = work.pop()
        if isinstance(item, str):
            pieces.append(item)
            continue
        node, least = item
        if type(node) is Name:
            pieces.append(_PRETTY_NAMES.get(node.name, node.name) if pretty else node.name)
            continue
        if type(node) is Number:
            text = number(node.value)
            pieces.append(text if least < UNARY or level(node) >= least else f"({text})")
            continue
        if isinstance(node, Call) and SPELLED.get(node.function) == POWER_OF_E:
            [power] = node.arguments
            if power == Number(1):
                pieces.append("e")
                continue
            node = Operator("^", (Name("e"), power if level(power) == ATOM else Group(power)))
        enclosed = (PRODUCT if pretty and _leads_product(node) else level(node)) < least
        begins = enclosed or not pieces or pieces[-1].endswith(("(", ", "))
        parts = _parts(node, pretty, number, begins)
        if enclosed:
            parts = ["(", *parts, ")"]
        work.extend(reversed(parts))
    return "".join(pieces)


def _parts(node: Expression, pretty: bool, number: NumberText, begins: bool = False) -> list[tuple[Expression, int] | str]:
    """The text of a node in order: strings, and operands with the level that they need to stand without parentheses.

    Args:
        node: The node.
        pretty: As for :func:`to_text`; so is ``number``.
        begins: Whether it begins the text, or what stands in parentheses, so that its minus may stand alone.
    """
    match node:
        case Operator("not", (operand,)):
            return ["not ", (operand, NOT)]
        case Operator(symbol, (operand,)):
            least = PRODUCT if pretty and _leads_product(node) else UNARY + _is_negative(operand)
            return [symbol, (operand, least)]
        case Operator("^", (base, exponent)):
            if pretty and isinstance(exponent, Number) and isinstance(exponent.value, int) and abs(exponent.value) < 100:
                return [(base, ATOM), number(exponent.value).translate(_SUPERSCRIPTS)]
            return [(base, ATOM), "^", (exponent, ATOM if pretty and _is_raised(exponent) else UNARY)]
        case Operator("⊗", (left, right)):
            if not pretty:
                return ["outer(", (left, CONDITIONAL), ", ", (right, CONDITIONAL), ")"]
            return [(left, PRODUCT), " @ ", *_target(right, pretty), "ᵀ"]
        case Operator("⊙", operands):
            return _parts(Operator("*", operands), pretty, number)
        case Operator(symbol, (left, right)):
            at = LEVELS[symbol]
            sign = f" {symbol} " if at < PRODUCT or symbol in "%@" else symbol
            if pretty and symbol == "*":
                sign = "" if _runs_together(left, right) else "·"
            last = (right, ATOM if _is_negative(right) or (pretty and _is_minus(_first_factor(right))) else at + 1)
            if pretty and at == PRODUCT and _is_negative(left) and not begins:
                return ["(", (left, at), ")", sign or "·", last]
            return [(left, at), sign, last]
        case Partial(output, input, fixed, total, by):
            d = "∂" if pretty and not total else "d"
            place = f"({by})" if by else ""
            held = "|" + ",".join(fixed) if fixed else ""
            return [f"{d}{output}/{d}{input}{place.translate(_SUPERSCRIPTS) if pretty else place}{held}"]
        case Prime(Name() | Number() | Group() as content):
            return [(content, ATOM), "'"]
        case Prime(content):
            return ["(", (content, CONDITIONAL), ")'"]
        case Group(content):
            return ["(", (content, CONDITIONAL), ")"]
        case Comparison(symbols, operands):
            parts: list[tuple[Expression, int] | str] = [(operands[0], SUM)]
            for symbol, operand in zip(symbols, operands[1:], strict=True):
                parts += [f" {symbol} ", (operand, SUM)]
            return parts
        case Conditional(test, then, otherwise):
            return [(then, OR), " if ", (test, OR), " else ", (otherwise, CONDITIONAL)]
        case Call("where", (test, then, otherwise)) if pretty:
            return ["(", (then, OR), " if ", (test, OR), " else ", (otherwise, CONDITIONAL), ")"]
        case Call(function, arguments, keywords):
            parts = [SPELLED.get(function, function), "("]
            positional = len(arguments) - len(keywords)
            for index, argument in enumerate(arguments):
                named = f"{keywords[index - positional]}=" if index >= positional else ""
                parts += [*filter(None, [", " if index else "", named]), (argument, CONDITIONAL)]
            return [*parts, ")"]
        case Array(items):
            return ["[", *_listed(items), "]"]
        case Index(target, items):
            return [*_target(target), "[", *_listed(items), "]"]
        case Slice(start, stop, step):
            parts = []
            for bound in (start, stop) if step is None else (start, stop, step):
                parts += [":", "" if bound is None else (bound, CONDITIONAL)]
            return parts[1:]
        case Ellipsis():
            return ["..."]
        case Transposed(target):
            return [*_target(target, pretty), "ᵀ" if pretty else ".T"]
        case Attribute(target, name):
            return [*_target(target, pretty), f".{name}"]
        case Range(start, stop):
            return [(start, CONDITIONAL), "..", (stop, CONDITIONAL)]
        case Text(text):
            return [f'"{text}"']
        case Tuple(items):
            return ["(", *_listed(items), ",)" if len(items) == 1 else ")"]
    raise TypeError(f"{type(node).__name__} is not an expression")


def _listed(items: Sequence[Expression]) -> list[tuple[Expression, int] | str]:
    """Items with a comma between them."""
    parts: list[tuple[Expression, int] | str] = []
    for item in items:
        parts += [", ", (item, CONDITIONAL)]
    return parts[1:]


def _target(node: Expression, raised: bool = False) -> list[tuple[Expression, int] | str]:
    """What an index or a transposition stands behind: a number is closed off from it, and from a raised T another one."""
    if raised and isinstance(node, Transposed):
        return ["(", (node, CONDITIONAL), ")"]
    return ["(", (node, CONDITIONAL), ")"] if isinstance(node, Number | Partial) else [(node, ATOM)]


def _leads_product(node: Expression) -> bool:
    """Whether it is a minus that stands before a product or quotient without parentheses: -a·b."""
    if not isinstance(node, Operator) or node.symbol != "-" or len(node.operands) > 1 or level(node.operands[0]) != PRODUCT:
        return False
    first = _first_factor(node.operands[0])
    return not (_is_negative(first) or _is_minus(first) or level(first) == PRODUCT)


def _first_factor(node: Expression) -> Expression:
    while isinstance(node, Operator) and node.symbol in "*/":
        node = node.operands[0]
    return node


def _is_negative(node: Expression) -> bool:
    return isinstance(node, Number) and node.value < 0


def _is_minus(node: Expression) -> bool:
    return isinstance(node, Operator) and node.symbol == "-" and len(node.operands) == 1


def _is_raised(node: Expression) -> bool:
    """Whether a node is a power, or begins with a minus: e^(x²), since e^x² may be read as (e^x)², and e^(-x)."""
    return _is_minus(node) or (isinstance(node, Operator) and node.symbol == "^")


def _runs_together(left: Expression, right: Expression) -> bool:
    """Whether a product needs no sign: a number before a name or a power of one, as in 2w and -3x²."""
    while isinstance(right, Operator) and right.symbol == "^":
        right = right.operands[0]
    while isinstance(right, Index | Transposed):
        right = right.target
    if isinstance(left, Operator) and _is_minus(left):
        left = left.operands[0]
    if not (isinstance(left, Number) and isinstance(right, Name)) or abs(left.value) == 1:
        return False
    text = number_text(abs(left.value))
    if text.strip("0123456789."):  # 1/3, 1e20, inf
        return False
    return right.name[0] not in "eE"
