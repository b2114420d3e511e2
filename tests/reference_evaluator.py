"""A second reading of programs, for tests: statements and expressions as Python's own floats and lists compute them.

It shares the syntax tree with gradcli, and nothing else: no graph, no operation, no derivative.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from gradcli.language.ast import (
    Array,
    Assignment,
    Call,
    Comparison,
    Conditional,
    Definition,
    Expression,
    Index,
    Name,
    Number,
    Operator,
    Output,
    Program,
    Range,
    Statement,
)
from gradcli.language.statements import Break, For, If, Outputs, Print, Repeat, While

Value = Any  # a float, or a list of values

_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "sin": math.sin,
    "cos": math.cos,
    "tanh": math.tanh,
    "exp": math.exp,
    "sqrt": math.sqrt,
    "abs": abs,
    "max": max,
    "min": min,
}
_NUMBERS: dict[str, Callable[..., float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": math.pow,
    "and": lambda a, b: float(bool(a) and bool(b)),
    "or": lambda a, b: float(bool(a) or bool(b)),
}
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}
_WORDS = {"true": 1.0, "false": 0.0, "pi": math.pi, "e": math.e}


class _LeftError(Exception):
    """A ``break`` on its way to its loop."""


class _Run:
    def __init__(self, bindings: Mapping[str, Value]) -> None:
        self.globals: dict[str, Value] = dict(bindings)
        self.locals: dict[str, Value] | None = None
        self.functions: dict[str, Definition] = {}
        self.results: list[Value] = []

    # ---- statements ----

    def block(self, statements: tuple[Statement, ...]) -> Value:
        value: Value = None
        for statement in statements:
            found = self.statement(statement)
            value = value if found is None else found
        return value

    def statement(self, item: Statement) -> Value:
        names = self.globals if self.locals is None else self.locals
        match item:
            case Assignment(name, value):
                names[name] = self.value(value)
                return names[name]
            case Output(value):
                return self.value(value)
            case Outputs(values):
                self.results = [self.value(value) for value in values]
            case Definition(name):
                self.functions[name] = item
            case Print():
                pass
            case Break():
                raise _LeftError
            case If(test, then, otherwise):
                return self.block(then if self.value(test) else otherwise)
            case While(test, body):
                return self.loop(iter(lambda: bool(self.value(test)), False), "", body)
            case Repeat(count, body):
                return self.loop(iter(range(math.ceil(self.value(count)))), "", body)
            case For(name, Range(start, stop), body):
                first, last = self.value(start), self.value(stop)
                return self.loop((first + turn for turn in range(math.ceil(last - first))), name, body)
            case For(name, source, body):
                return self.loop(iter(self.value(source)), name, body)
            case _:
                raise TypeError(item)
        return None

    def loop(self, items: Any, name: str, body: tuple[Statement, ...]) -> Value:
        value: Value = None
        for item in items:
            if name:
                (self.globals if self.locals is None else self.locals)[name] = item
            try:
                found = self.block(body)
            except _LeftError:
                break
            value = value if found is None else found
        return value

    # ---- expressions ----

    def value(self, item: Expression) -> Value:
        match item:
            case Number(value):
                return float(value)
            case Name(name):
                for names in (self.locals or {}, self.globals, _WORDS):
                    if name in names:
                        return names[name]
                raise KeyError(name)
            case Operator("-", (operand,)):
                return _each(lambda a: -a, self.value(operand))
            case Operator("+", (operand,)):
                return self.value(operand)
            case Operator("not", (operand,)):
                return float(not self.value(operand))
            case Operator("@", (left, right)):
                return _matmul(self.value(left), self.value(right))
            case Operator(symbol, (left, right)):
                return _each(_NUMBERS[symbol], self.value(left), self.value(right))
            case Comparison(symbols, operands):
                values = [self.value(operand) for operand in operands]
                pairs = zip(symbols, values, values[1:], strict=False)
                return float(all(_COMPARISONS[symbol](left, right) for symbol, left, right in pairs))
            case Conditional(test, then, otherwise):
                return self.value(then if self.value(test) else otherwise)
            case Array(items):
                return [self.value(part) for part in items]
            case Index(target, (Number(at),)):
                return self.value(target)[int(at)]
            case Call(function, arguments):
                return self.call(function, [self.value(argument) for argument in arguments])
        raise TypeError(item)

    def call(self, function: str, arguments: list[Value]) -> Value:
        definition = self.functions.get(function)
        if definition is None:
            if function == "sum":
                return _total(arguments[0])
            return _each(_FUNCTIONS[function], *arguments)
        outer, self.locals = self.locals, dict(zip(definition.parameters, arguments, strict=True))
        try:
            return self.block(definition.body) if isinstance(definition.body, tuple) else self.value(definition.body)
        finally:
            self.locals = outer


def _each(function: Callable[..., float], *values: Value) -> Value:
    """A function of numbers, item by item, with numbers taken at every item."""
    lists = [value for value in values if isinstance(value, list)]
    if not lists:
        return function(*values)
    length = max(map(len, lists))
    return [_each(function, *[value[at] if isinstance(value, list) else value for value in values]) for at in range(length)]


def _total(value: Value) -> float:
    return sum(map(_total, value), 0.0) if isinstance(value, list) else value


def _matmul(left: Value, right: Value) -> Value:
    if isinstance(left[0], list):
        return [_matmul(row, right) for row in left]
    if isinstance(right[0], list):
        return [_matmul(left, list(column)) for column in zip(*right, strict=True)]
    return sum((a * b for a, b in zip(left, right, strict=True)), 0.0)


def reference(program: Program, bindings: Mapping[str, Value]) -> Value:
    """The value of a program's first output.

    Args:
        program: The program, of the statements, and of the functions sin, cos, tanh, exp, sqrt, abs, max, min and sum.
        bindings: The value of each variable: a float, or nested lists of floats.
    """
    run = _Run(bindings)
    value = run.block(program.statements)
    return run.results[0] if run.results else value
