"""Expressions as SymPy reads them: ``sympify`` and Python with ``from sympy import *`` take the text as it is."""

from __future__ import annotations

from fractions import Fraction

from gradcli.graph.graph import Graph
from gradcli.language.ast import Call, Comparison, Conditional, Expression, Group, Name, Number, Operator, children, postorder
from gradcli.language.numbers import number_text
from gradcli.language.rewrite import mapped
from gradcli.lowering.builders import StaticBuilder
from gradcli.lowering.raising import written_out
from gradcli.ops.operation import Operation, spelled
from gradcli.ops.symbol import Symbol

_FUNCTIONS = {
    "abs": "Abs",
    "acos": "acos",
    "acosh": "acosh",
    "asin": "asin",
    "asinh": "asinh",
    "atan": "atan",
    "atan2": "atan2",
    "atanh": "atanh",
    "cbrt": "real_root({0}, 3)",
    "ceil": "ceiling",
    "clamp": "Min(Max({0}, {1}), {2})",
    "cos": "cos",
    "cosh": "cosh",
    "digamma": "digamma",
    "erf": "erf",
    "erfc": "erfc",
    "erfinv": "erfinv",
    "exp": "exp",
    "floor": "floor",
    "i0": "besseli(0, {0})",
    "i1": "besseli(1, {0})",
    "lgamma": "log(Abs(gamma({0})))",
    "log": "log",
    "max": "Max",
    "maximum": "Max",
    "min": "Min",
    "minimum": "Min",
    "polygamma": "polygamma",
    "sign": "sign",
    "sin": "sin",
    "sinh": "sinh",
    "sqrt": "sqrt",
    "tan": "tan",
    "tanh": "tanh",
    "trunc": "sign({0})*floor(Abs({0}))",
    "where": "Piecewise(({1}, {0}), ({2}, True))",
}
"""SymPy's name of an operation, or a template; the others are written by their definitions."""

_CONSTANTS = {"e": "E", "inf": "oo", "tau": "(2*pi)"}
_INFIX = {"^": "**", "%": "Mod", "and": "And", "or": "Or"}
_RELATIONS = {"==": "Eq", "!=": "Ne"}


def to_sympy(expression: Expression) -> str:
    """Write an expression for SymPy.

    Args:
        expression: What to write; operations that SymPy has not are written out by their definitions.

    Raises:
        KeyError: An operation has neither a name in SymPy nor a definition.
    """
    pieces: list[str] = []
    for node in postorder(_defined(expression)):
        below = len(children(node))
        operands = pieces[len(pieces) - below :]
        del pieces[len(pieces) - below :]
        pieces.append(_write(node, operands))
    return pieces[0]


def _write(node: Expression, texts: list[str]) -> str:
    """The text of a node; every operation stands in parentheses or is a call, so that precedence needs no thought."""
    match node:
        case Number(value):
            return _number(value)
        case Name(name):
            return _CONSTANTS.get(name, name)
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
            template = _FUNCTIONS[spelled(function)[0].name]
            return template.format(*texts) if "{" in template else f"{template}({', '.join(texts)})"
    raise TypeError(f"{type(node).__name__} is not an expression")


def _relation(symbol: str, a: str, b: str) -> str:
    return f"{_RELATIONS[symbol]}({a}, {b})" if symbol in _RELATIONS else f"({a} {symbol} {b})"


def _number(value: int | Fraction | float) -> str:
    if isinstance(value, Fraction):
        return f"Rational({value.numerator}, {value.denominator})"
    text = str(value) if isinstance(value, int) else number_text(value)
    return text.replace("inf", "oo") if not text.startswith("-") else f"({text.replace('inf', 'oo')})"


def _defined(expression: Expression) -> Expression:
    """The expression with every operation that SymPy has not in terms of those that it has."""

    def define(node: Expression) -> Expression:
        if not isinstance(node, Call):
            return node
        operation = next((o for o in spelled(node.function) if o.accepts(len(node.arguments))), None)
        if operation is None or _FUNCTIONS.get(operation.name):
            return node
        return _defined(_definition(operation, node.arguments))

    return mapped(expression, define)


def _definition(operation: Operation, arguments: tuple[Expression, ...]) -> Expression:
    """What an operation is in more primitive ones, for the given arguments."""
    if operation.definition is None:
        raise KeyError(operation.name)
    builder = StaticBuilder(Graph(), identities=True)
    places = [f"{{{index}}}" for index in range(len(arguments))]
    symbols = tuple(Symbol(builder, builder.variable(place)) for place in places)
    id = builder.symbol(operation.definition(*operation.complete(symbols))).id
    names = {id: name for name, id in builder.graph.variables.items()}
    template = written_out(builder.graph, id, [names.get(at, "") for at in range(len(builder.graph))])
    values = dict(zip(places, arguments, strict=True))
    return mapped(template, lambda node: values.get(node.name, node) if isinstance(node, Name) else node)
