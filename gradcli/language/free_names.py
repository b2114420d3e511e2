"""The names that a program takes from outside."""

from __future__ import annotations

from gradcli.errors import Span
from gradcli.language.ast import Assignment, Definition, Expression, Name, Program, Statement, postorder
from gradcli.language.statements import For, assigned_names, blocks, expressions


def free_names(program: Program) -> dict[str, Span]:
    """The names that a program takes from outside, with the place of first use, in the order of the text.

    Named constants are among them; a caller that binds one makes it a variable.
    """
    found: dict[str, Span] = {}
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
            for node in postorder(value):
                if isinstance(node, Name) and node.name not in assigned and (scope is None or node.name not in scope):
                    found.setdefault(node.name, node.span)
        for block in reversed(blocks(statement)):
            work.extend((part, scope) for part in reversed(block))
        if isinstance(statement, Assignment | For) and scope is None:
            assigned.add(statement.name)
    return found
