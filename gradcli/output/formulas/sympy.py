"""Expressions as SymPy reads them: ``sympify`` and Python with ``from sympy import *`` take the text as it is."""

from __future__ import annotations

import re
from fractions import Fraction

from gradcli.errors import GradcliError
from gradcli.language.ast import (
    Call,
    Comparison,
    Conditional,
    Expression,
    Group,
    Index,
    Name,
    Number,
    Operator,
    children,
    postorder,
)
from gradcli.language.numbers import number_text
from gradcli.language.text import to_text
from gradcli.ops.catalogue import OPERATIONS, spelled
from gradcli.output.formulas.boxes import GREEK
from gradcli.output.formulas.defined import defined

_CONSTANTS = {"e": "E", "inf": "oo", "tau": "(2*pi)"}
_BARE = re.compile(r"[^\W\d_](_?\d+|_\w+)?|" + "|".join(sorted(GREEK.values())))
"""Names that SymPy leaves alone: a letter, with an index where it has one, or a Greek letter in words."""

_TAKEN = frozenset(
    {"E", "E1", "I", "N", "O", "Q", "S", "lambda", "zeta", "Chi", "Lambda", "n_order"}
    | {operation.facts.sympy for operation in OPERATIONS.values()}
)
"""Those of them that mean something else to SymPy or to Python."""

_INFIX = {"^": "**", "%": "Mod", "and": "And", "or": "Or"}
_RELATIONS = {"==": "Eq", "!=": "Ne"}


def to_sympy(expression: Expression) -> str:
    """Write an expression for SymPy.

    Args:
        expression: What to write; operations that SymPy has not are written out by their definitions.

    Raises:
        GradcliError: An operation has neither a name in SymPy nor a definition.
    """
    pieces: list[str] = []
    for node in postorder(defined(expression, lambda operation: bool(operation.facts.sympy), "SymPy")):
        below = children(node)
        operands = pieces[len(pieces) - len(below) :]
        del pieces[len(pieces) - len(below) :]
        tests = _tests(node)
        for index, operand in enumerate(below):
            if _is_truth(operand) and index not in tests:  # SymPy has truth values apart from numbers
                operands[index] = f"Piecewise((1, {operands[index]}), (0, True))"
            elif not _is_truth(operand) and index in tests:
                operands[index] = f"Ne({operands[index]}, 0)"
        pieces.append(_write(node, operands))
    return pieces[0]


def _is_truth(node: Expression) -> bool:
    """Whether SymPy has a truth value for a node."""
    return isinstance(node, Comparison) or (isinstance(node, Operator) and node.symbol in ("and", "or", "not"))


def _tests(node: Expression) -> tuple[int, ...]:
    """Which operands of a node must be truth values to SymPy."""
    match node:
        case Operator("and" | "or" | "not", operands):
            return tuple(range(len(operands)))
        case Conditional():
            return (1,)
        case Call(function, arguments):
            operation = next((o for o in spelled(function) if o.accepts(len(arguments))), None)
            parameters = () if operation is None else operation.parameters
            return tuple(at for at, parameter in enumerate(parameters) if parameter == "condition")
    return ()


def name_sympy(name: str) -> str:
    """A name as SymPy reads it: bare where it means nothing else to Python or to SymPy."""
    return name if _BARE.fullmatch(name) and name not in _TAKEN else f"Symbol({name!r})"


def _write(node: Expression, texts: list[str]) -> str:
    """The text of a node; every operation stands in parentheses or is a call, so that precedence needs no thought."""
    match node:
        case Number(value):
            return _number(value)
        case Index(Name()):  # an element is a symbol of its own
            return f"Symbol({to_text(node)!r})"
        case Name(name):
            return _CONSTANTS.get(name) or name_sympy(name)
        case Group():
            return texts[0]
        case Operator("not", _):
            return f"Not({texts[0]})"
        case Operator(symbol, (_,)):
            return f"({symbol}{texts[0]})"
        case Operator(("%" | "and" | "or") as symbol, _):
            return f"{_INFIX[symbol]}({texts[0]}, {texts[1]})"
        case Operator(symbol, _):
            return f"({texts[0]} {_INFIX.get(symbol, symbol)} {texts[1]})"
        case Comparison(symbols, _):
            pairs = [_relation(symbol, a, b) for symbol, a, b in zip(symbols, texts, texts[1:], strict=False)]
            return pairs[0] if len(pairs) == 1 else f"And({', '.join(pairs)})"
        case Conditional():
            then, test, otherwise = texts
            return f"Piecewise(({then}, {test}), ({otherwise}, True))"
        case Call(function, _):
            template = next((o.facts.sympy for o in spelled(function) if o.accepts(len(texts))), "")
            if not template:
                raise GradcliError(f"SymPy's format has no arrays, and so no {function}", hint="choose another format")
            return template.format(*texts) if "{" in template else f"{template}({', '.join(texts)})"
    raise TypeError(f"{type(node).__name__} is not an expression")


def _relation(symbol: str, a: str, b: str) -> str:
    return f"{_RELATIONS[symbol]}({a}, {b})" if symbol in _RELATIONS else f"({a} {symbol} {b})"


def _number(value: int | Fraction | float) -> str:
    if isinstance(value, Fraction):
        return f"Rational({value.numerator}, {value.denominator})"
    text = str(value) if isinstance(value, int) else number_text(value)
    return text.replace("inf", "oo") if not text.startswith("-") else f"({text.replace('inf', 'oo')})"
