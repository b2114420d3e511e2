"""The statements of programs: blocks, branches, loops, what prints, and what acts on the tape; and the names in them."""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.errors import GradcliError, Span
from gradcli.language.ast import (
    NOWHERE,
    Assignment,
    Attribute,
    Call,
    Definition,
    Expression,
    Index,
    Name,
    Number,
    Operator,
    Output,
    Program,
    Statement,
    postorder,
)


class If(Statement):
    """``if test { then } else { otherwise }``."""

    test: Expression
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...] = ()
    span: Span = NOWHERE


class For(Statement):
    """``for name in source { body }``: over a :class:`~gradcli.language.ast.Range`, or over the rows of an array."""

    name: str
    source: Expression
    body: tuple[Statement, ...]
    span: Span = NOWHERE


class While(Statement):
    """``while test { body }``."""

    test: Expression
    body: tuple[Statement, ...]
    span: Span = NOWHERE


class Repeat(Statement):
    """``repeat count { body }``."""

    count: Expression
    body: tuple[Statement, ...]
    span: Span = NOWHERE


class Break(Statement):
    """``break``: leave the innermost loop."""

    span: Span = NOWHERE


class Print(Statement):
    """``print "h is", h``: show values while the program runs."""

    items: tuple[Expression, ...]
    span: Span = NOWHERE


class Outputs(Statement):
    """``output y, z``: the results of the program."""

    values: tuple[Expression, ...]
    span: Span = NOWHERE


class Action(Statement):
    """``backward y, retain_graph=True``: something done to the tape.

    ``kind`` is ``backward``, ``retain_grad``, ``requires_grad`` or ``zero_grad``; ``keywords`` names the last arguments.
    """

    kind: str
    arguments: tuple[Expression, ...]
    keywords: tuple[str, ...] = ()
    span: Span = NOWHERE


class NoGrad(Statement):
    """``no_grad { body }``: what it computes requires no gradient."""

    body: tuple[Statement, ...]
    span: Span = NOWHERE


def blocks(statement: Statement) -> tuple[tuple[Statement, ...], ...]:
    """The blocks of a statement, in the order of the text; those of a function are not among them."""
    if isinstance(statement, If):
        return (statement.then, statement.otherwise)
    if isinstance(statement, For | While | Repeat | NoGrad):
        return (statement.body,)
    return ()


def expressions(statement: Statement) -> tuple[Expression, ...]:
    """The expressions of a statement itself, in the order in which they are evaluated; those of its blocks are not among them."""
    if isinstance(statement, Assignment | Output):
        return (statement.value,)
    if isinstance(statement, If | While):
        return (statement.test,)
    if isinstance(statement, For):
        return (statement.source,)
    if isinstance(statement, Repeat):
        return (statement.count,)
    if isinstance(statement, Print):
        return statement.items
    if isinstance(statement, Outputs):
        return statement.values
    if isinstance(statement, Action):
        return statement.arguments
    return ()


def walk(statements: tuple[Statement, ...], *, functions: bool = False) -> Iterator[Statement]:
    """All statements, each before those of its blocks, in the order of the text.

    Args:
        statements: Where to start.
        functions: Whether the statements of own functions are among them.
    """
    stack = list(reversed(statements))
    while stack:
        statement = stack.pop()
        yield statement
        if functions and isinstance(statement, Definition) and isinstance(statement.body, tuple):
            stack.extend(reversed(statement.body))
        for block in reversed(blocks(statement)):
            stack.extend(reversed(block))


def assigned_names(statements: tuple[Statement, ...]) -> dict[str, Span]:
    """The names that statements assign, those in their blocks too, with the place of the first assignment."""
    names: dict[str, Span] = {}
    for statement in walk(statements):
        if isinstance(statement, Assignment | For):
            names.setdefault(statement.name, statement.span)
    return names


def check_exact(program: Program) -> None:
    """Check that all literals are exact, as symbolic work needs them: 0 or infinite, two different ones would be equal.

    Raises:
        GradcliError: One has an exponent beyond the range of exact literals; it names the place.
    """
    for statement in walk(program.statements, functions=True):
        own = expressions(statement)
        if isinstance(statement, Definition) and isinstance(statement.body, Expression):
            own = (statement.body,)
        for root in own:
            for node in postorder(root):
                if isinstance(node, Number) and isinstance(node.value, float):
                    raise GradcliError(
                        "in symbolic work a number has at most 4,000 digits before and behind the point", node.span
                    )


def uses_tape(program: Program) -> bool:
    """Whether a program acts on the tape, or asks what it knows."""
    if not program.may_use_tape:
        return False
    for statement in walk(program.statements, functions=True):
        if isinstance(statement, Action | NoGrad):
            return True
        for value in expressions(statement):
            if any(isinstance(node, Attribute) and node.name != "shape" for node in postorder(value)):
                return True
    return False


WORDS = frozenset(("True", "true", "False", "false", "None", "none", "same", "valid", "mean", "sum", "inf"))
"""Words that settings of functions take: ``padding=same``, ``keepdims=True``."""


def free_names(program: Program) -> dict[str, Span]:
    """The names that a program takes from outside, with the place of first use, in the order of the text.

    Named constants are among them; a caller that binds one makes it a variable.
    """
    found: dict[str, Span] = {}
    own = {statement.name for statement in program.statements if isinstance(statement, Definition)}
    assigned: set[str] = set()
    work: list[tuple[Statement, frozenset[str] | None]] = [(statement, None) for statement in reversed(program.statements)]
    while work:
        statement, scope = work.pop()
        values: tuple[Expression, ...]
        if isinstance(statement, Definition):
            inner = frozenset(statement.parameters)
            if isinstance(statement.body, tuple):
                inner |= assigned_names(statement.body).keys()
                work.extend((part, inner) for part in reversed(statement.body))
                continue
            values, scope = (statement.body,), inner
        else:
            values = expressions(statement)
        for value in values:
            nodes = list(postorder(value))
            words = {id(word) for node in nodes if isinstance(node, Call | Index) for word in _words(node, own)}
            for node in nodes:
                if not isinstance(node, Name) or node.name in assigned or (scope is not None and node.name in scope):
                    continue
                if id(node) not in words:
                    found.setdefault(node.name, node.span)
        for block in reversed(blocks(statement)):
            work.extend((part, scope) for part in reversed(block))
        if isinstance(statement, Assignment | For) and scope is None:
            assigned.add(statement.name)
    return found


def _words(node: Call | Index, own: set[str]) -> list[Name]:
    """The names in a node that are words of a setting, or the ``None`` of an index; the arguments of own functions are none."""
    if isinstance(node, Index):
        return [item for item in node.items if isinstance(item, Name) and item.name == "None"]
    if node.function in own or not node.keywords:
        return []
    given = node.arguments[len(node.arguments) - len(node.keywords) :]
    signed = [value.operands[0] if isinstance(value, Operator) and len(value.operands) == 1 else value for value in given]
    return [value for value in signed if isinstance(value, Name) and value.name in WORDS]
