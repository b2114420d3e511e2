"""The names that a program takes from outside."""

from __future__ import annotations

from gradcli.errors import Span
from gradcli.language.ast import Assignment, Call, Definition, Expression, Index, Name, Operator, Program, Statement, postorder
from gradcli.language.statements import For, assigned_names, blocks, expressions

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
