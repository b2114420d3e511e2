"""Expressions of gradcli in SymPy, as an oracle for derivatives that shares no rule with gradcli.

Primitive operations have SymPy's function here; every other operation is what its definition says, on SymPy's expressions. The
derivatives are then SymPy's. Piecewise functions are classes of their own with a derivative, since SymPy's Piecewise is slow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from gradcli.graph.graph import CONSTANT, Graph
from gradcli.language.ast import Program
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.constants import exact
from gradcli.ops.declaration.symbol import Exact, Symbol

DIGITS = 30

NUMERIC: dict[str, Callable[..., Any]] = {"DiracDelta": lambda x, order=0: mpmath.mpf(0)}
"""What mpmath computes for the functions of this module."""


def _numeric(name: str, value: Callable[..., Any], slopes: Sequence[Callable[..., Any]] = ()) -> Any:
    """A function that SymPy differentiates by the given slopes, 0 where there are none, and mpmath computes."""

    def fdiff(self: Any, argindex: int = 1) -> Any:
        return slopes[argindex - 1](*self.args) if slopes else sympy.Integer(0)

    function = type(name, (sympy.Function,), {"fdiff": fdiff})
    NUMERIC[name] = value
    return function


_Less = _numeric("Less", lambda a, b: mpmath.mpf(a < b))
_AtMost = _numeric("AtMost", lambda a, b: mpmath.mpf(a <= b))
_Equal = _numeric("Equal", lambda a, b: mpmath.mpf(a == b))
_And = _numeric("Both", lambda a, b: mpmath.mpf(bool(a and b)))
_Not = _numeric("Negation", lambda a: mpmath.mpf(not a))
_Where = _numeric(
    "Where",
    lambda c, a, b: a if c else b,
    (lambda c, a, b: 0, lambda c, a, b: _Where(c, 1, 0), lambda c, a, b: _Where(c, 0, 1)),
)
_Sign = _numeric("Sign", mpmath.sign)
_Size = _numeric("Size", abs, (_Sign,))
_Floor = _numeric("Floor", mpmath.floor)
_Nearest = _numeric("Nearest", mpmath.nint)
_Root = _numeric("Root", lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)), (lambda x: 1 / (3 * _Root(x) ** 2),))
_OddRoot = _numeric(
    "OddRoot",
    lambda x, n: mpmath.sign(x) * mpmath.root(abs(x), int(n)),
    (lambda x, n: _OddRoot(x, n) / (n * x), lambda x, n: -_OddRoot(x, n) * sympy.log(x) / n**2),
)
_Gammaln = _numeric("Gammaln", lambda x: mpmath.re(mpmath.loggamma(x)), (lambda x: sympy.polygamma(0, x),))


_T = sympy.Dummy("t", real=True)


def _or(a: Any, b: Any) -> Any:
    return _Not(_And(_Not(a), _Not(b)))


def _maximum(a: Any, b: Any) -> Any:
    return _Where(_Less(a, b), b, a)


def _minimum(a: Any, b: Any) -> Any:
    return _Where(_Less(a, b), a, b)


def _folded(function: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def many(*arguments: Any) -> Any:
        result = arguments[0]
        for argument in arguments[1:]:
            result = function(result, argument)
        return result

    return many


def _median(*arguments: Any) -> Any:
    """The middle one of at most three."""
    if len(arguments) < 3:
        return _folded(_minimum)(*arguments)
    a, b, c = arguments
    return _maximum(_minimum(a, b), _minimum(_maximum(a, b), c))


PRIMITIVES: Mapping[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "pow": lambda a, b: a**b,
    "exp": sympy.exp,
    "log": sympy.log,
    "sqrt": sympy.sqrt,
    "cbrt": _Root,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "asin": sympy.asin,
    "acos": sympy.acos,
    "atan": sympy.atan,
    "atan2": sympy.atan2,
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "tanh": sympy.tanh,
    "asinh": sympy.asinh,
    "acosh": sympy.acosh,
    "atanh": sympy.atanh,
    "clone": lambda a: a,
    "detach": lambda a: a,
    "abs": _Size,
    "sign": _Sign,
    "floor": _Floor,
    "ceil": lambda x: -_Floor(-x),
    "round": _Nearest,
    "erf": sympy.erf,
    "erfc": sympy.erfc,
    "erfinv": sympy.erfinv,
    "lgamma": _Gammaln,
    "digamma": lambda x: sympy.polygamma(0, x),
    "polygamma": sympy.polygamma,
    "i0": lambda x: sympy.besseli(0, x),
    "i1": lambda x: sympy.besseli(1, x),
    "iv": sympy.besseli,
    "sinc_derivative": lambda n, x: sympy.diff(sympy.sin(sympy.pi * _T) / (sympy.pi * _T), _T, n).subs(_T, x),
    "gamma": sympy.gamma,
    "binomial": sympy.binomial,
    "beta": sympy.beta,
    "polygamma_growth": lambda n, x, d: sympy.polygamma(n, x + d) - sympy.polygamma(n, x),
    "root": lambda x, n: _OddRoot(x, n) if n.is_odd else x ** (1 / n),
    "ei": sympy.Ei,
    "expint": sympy.E1,
    "maximum": _maximum,
    "minimum": _minimum,
    **dict.fromkeys(("max", "amax"), _folded(_maximum)),
    **dict.fromkeys(("min", "amin"), _folded(_minimum)),
    "median": _median,
    "lt": _Less,
    "le": _AtMost,
    "gt": lambda a, b: _Less(b, a),
    "ge": lambda a, b: _AtMost(b, a),
    "eq": _Equal,
    "ne": lambda a, b: _Not(_Equal(a, b)),
    "logical_and": _And,
    "logical_or": _or,
    "logical_not": _Not,
    "where": _Where,
}
"""SymPy's function of each operation that has no definition, or a slow one."""

_CONSTANTS = {"e": sympy.E, "pi": sympy.pi, "tau": 2 * sympy.pi, "inf": sympy.oo, "nan": sympy.nan}


class SympyBuilder:
    """A builder of symbols whose ids are expressions of SymPy."""

    def apply(self, operation: str, operands: Sequence[Any]) -> Symbol:
        """The symbol of an operation on symbols and numbers."""
        values = [self.expression(operand) for operand in operands]
        if operation in PRIMITIVES:
            return Symbol(self, PRIMITIVES[operation](*values))  # type: ignore[arg-type]
        declared = OPERATIONS[operation]
        assert declared.definition is not None, f"{operation} needs an entry in PRIMITIVES"
        arguments = declared.complete(tuple(Symbol(self, value) for value in values))
        symbols = [Symbol(self, self.expression(argument)) for argument in arguments]
        return Symbol(self, self.expression(declared.definition(*symbols)))

    def expression(self, value: Any) -> Any:
        """The expression of SymPy that a symbol, a number or a constant of a rule stands for."""
        if isinstance(value, Symbol):
            return value.id
        if isinstance(value, Exact):
            return self.apply(value.operation, value.arguments).id if value.operation else _CONSTANTS[value.arguments[0]]
        if isinstance(value, str):
            return _CONSTANTS[value]
        number = exact(value)
        if isinstance(number, float):
            return sympy.oo if number > 0 else -sympy.oo if number < 0 else sympy.nan
        return sympy.Rational(number.numerator, number.denominator)


def variable(name: str) -> Any:
    """The variable in SymPy: a real number."""
    return sympy.Symbol(name, real=True)


def in_sympy(program: Program) -> Any:
    """The output of a program as an expression of SymPy."""
    graph = lower(program, StaticBuilder(Graph()))
    builder = SympyBuilder()
    names = {id: name for name, id in graph.variables.items()}
    symbols: list[Symbol] = []
    for node in graph:
        if node.id in names:
            value = variable(names[node.id])
        elif node.operation == CONSTANT:
            value = builder.expression(graph.constants[node.id])
        else:
            value = builder.apply(node.operation, [symbols[input] for input in node.inputs]).id
        symbols.append(Symbol(builder, value))
    return symbols[graph.output].id


def values(expressions: Sequence[Any], points: Sequence[Mapping[str, Fraction | float]]) -> list[list[Any]]:
    """The value of each expression at each point with 30 digits; None where it has no finite real value."""
    names = sorted({symbol.name for expression in expressions for symbol in expression.free_symbols})
    expressions = [sympy.nan if expression.has(sympy.zoo) else expression for expression in expressions]  # no real value anywhere
    # SymPy prints 2*Mod(x, w) as 2*x % w
    expressions = [expression.replace(sympy.Mod, lambda a, b: a - b * sympy.floor(a / b)) for expression in expressions]
    bound = any(expression.has(sympy.Integral) for expression in expressions)  # what is under an integral has no name outside it
    function = sympy.lambdify([variable(name) for name in names], list(expressions), [NUMERIC, "mpmath"], cse=not bound)
    found: list[list[Any]] = []
    with mpmath.workdps(DIGITS):
        for point in points:
            try:
                found.append([_real(value) for value in function(*[mpmath.mpf(point[name]) for name in names])])
            except (ArithmeticError, ValueError, TypeError):
                found.append([None] * len(expressions))
    return found


def _real(value: Any) -> Any:
    number = mpmath.mpmathify(value)
    if abs(mpmath.im(number)) > mpmath.mpf(10) ** -20 * (1 + abs(number)) or not mpmath.isfinite(number):
        return None
    return mpmath.re(number)
