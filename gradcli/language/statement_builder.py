"""What each rule of the grammar for statements builds; see :mod:`gradcli.language.builder`."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.errors import GradcliError, Span
from gradcli.language.ast import (
    Assignment,
    Attribute,
    Call,
    Definition,
    Expression,
    Index,
    Name,
    Operator,
    Output,
    Range,
    Statement,
)
from gradcli.language.builder import call, identifier, infix
from gradcli.language.statements import Action, Break, For, If, NoGrad, Outputs, Print, Repeat, While
from gradcli.typing import Any, cast


def only(values: Sequence[Any], span: Span) -> list[Statement]:
    return list(reversed(values[0]))  # a line is read from its end


def more(values: Sequence[Any], span: Span) -> list[Statement]:
    values[0].extend(reversed(values[2]))
    return cast("list[Statement]", values[0])


def nothing_more(values: Sequence[Any], span: Span) -> list[Statement]:
    return []


def before(values: Sequence[Any], span: Span) -> list[Statement]:
    values[1].append(values[0])
    return cast("list[Statement]", values[1])


def single(values: Sequence[Any], span: Span) -> list[Statement]:
    statement = values[0]
    return [Output(statement, statement.span) if isinstance(statement, Expression) else statement]


def definition(values: Sequence[Any], span: Span) -> Statement:
    target, _, value = values
    if isinstance(target, Name):
        if isinstance(value, tuple):
            hint = f"for a function write {target.name}(u, v) = {{ ... }}; a name gets the value of an expression"
            raise GradcliError("a block is no value", span, hint)
        return Assignment(target.name, value, span)
    if not isinstance(target, Call):
        raise GradcliError("only a name or a function can stand before '='", target.span, _assigned_instead(target))
    parameters: list[str] = []
    for argument in target.arguments:
        if not isinstance(argument, Name) or target.keywords:
            hint = f"write {target.function}(u, v) = ...; to compare, write =="
            raise GradcliError(f"the parameters of {target.function} must be names", argument.span, hint)
        if argument.name in parameters:
            raise GradcliError(f"the parameter {argument.name} is named twice", argument.span, "give each its own name")
        parameters.append(argument.name)
    if isinstance(value, tuple):
        _check_body(target.function, value, span)
    return Definition(target.function, tuple(parameters), value, span)


def change(values: Sequence[Any], span: Span) -> Statement:
    """``name += value``, which is name = name + value."""
    target, symbol, value = values
    if not isinstance(target, Name):
        raise GradcliError(f"only a name can stand before '{symbol}'", target.span, _assigned_instead(target))
    return Assignment(target.name, infix((target, symbol[:-1], value), span), span)


def _assigned_instead(target: Expression) -> str:
    """What to write in place of an assignment to what is no name."""
    if isinstance(target, Index):
        return "an array is not changed in place: build another, as [1, A[1]] or where(C, A, B)"
    if isinstance(target, Attribute):
        return "zero_grad NAME clears a gradient" if target.name == "grad" else "a program does not change it"
    if isinstance(target, Operator) and isinstance(target.operands[0], Call) and target.operands[0].function in ("while", "if"):
        return "write while C { ... }, with the block in braces"
    return "to compare, write ==; to assign, write name = value; an equation is what diff --implicit and equal --equations take"


def _check_body(function: str, body: tuple[Statement, ...], span: Span) -> None:
    work = [(body, span)]
    while work:
        block, around = work.pop()
        last = block[-1] if block else None
        if isinstance(last, If):  # each of its branches ends with the value
            work.extend(((last.then, last.span), (last.otherwise, last.span)))
        elif not isinstance(last, Output):
            place = last.span if last else around
            raise GradcliError(
                f"the last statement of {function} is its value, and this has none", place, "end it with an expression"
            )
    for statement in body:
        if isinstance(statement, Definition):
            hint = "define it before, outside"
            raise GradcliError("a function is not defined inside another", statement.span, hint)


def block(values: Sequence[Any], span: Span) -> tuple[Statement, ...]:
    return tuple(values[1])


def if_(values: Sequence[Any], span: Span) -> Statement:
    _, test, then = values
    return If(test, then, (), span)


def if_else(values: Sequence[Any], span: Span) -> Statement:
    _, test, _, then, _, otherwise = values
    return If(test, tuple(then), otherwise if isinstance(otherwise, tuple) else (otherwise,), span)


def for_(values: Sequence[Any], span: Span) -> Statement:
    words, source, body = values
    return For(identifier(words.split()[1]), source, body, span)


def range_(values: Sequence[Any], span: Span) -> Expression:
    return Range(values[0], values[2], span)


def while_(values: Sequence[Any], span: Span) -> Statement:
    return While(values[1], values[2], span)


def repeat(values: Sequence[Any], span: Span) -> Statement:
    return Repeat(values[1], values[2], span)


def no_grad(values: Sequence[Any], span: Span) -> Statement:
    return NoGrad(values[1], span)


def break_(values: Sequence[Any], span: Span) -> Statement:
    return Break(span)


def print_(values: Sequence[Any], span: Span) -> Statement:
    return Print(tuple(values[1]), span)


def prints(values: Sequence[Any], span: Span) -> Statement:
    return Print(tuple(values[2]), span)


def output(values: Sequence[Any], span: Span) -> Statement:
    return Outputs(tuple(values[1]), span)


def action(values: Sequence[Any], span: Span) -> Statement:
    called = call((values[0], "(", values[1], ")"), span)
    assert isinstance(called, Call)
    return Action(called.function, called.arguments, called.keywords, span)


def zero_grad(values: Sequence[Any], span: Span) -> Statement:
    return Action("zero_grad", (), (), span)
