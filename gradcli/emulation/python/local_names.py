"""Which names of a function are its own, by Python's rule: those that its body assigns to, wherever in it that is."""

from __future__ import annotations

import ast
from collections.abc import Sequence


def local_names(body: Sequence[ast.stmt]) -> frozenset[str]:
    """The names that statements assign to, without those declared ``global`` or ``nonlocal``.

    Args:
        body: The statements of a function; functions and lists that are built inside have names of their own.
    """
    found: set[str] = set()
    elsewhere: set[str] = set()
    work: list[ast.AST] = list(body)
    while work:
        node = work.pop()
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                found.add(name)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                elsewhere.update(names)
            case ast.FunctionDef(name=name, args=arguments):
                found.add(name)
                work += [default for default in (*arguments.defaults, *arguments.kw_defaults) if default is not None]
            case ast.ClassDef(name=name, bases=bases):
                found.add(name)
                work += bases
            case ast.Lambda(args=arguments):
                work += [default for default in (*arguments.defaults, *arguments.kw_defaults) if default is not None]
            case ast.comprehension(iter=source, ifs=tests):
                work += [source, *tests]
            case ast.alias(name=name, asname=bound):
                found.add(bound or name.partition(".")[0])
            case ast.ExceptHandler(name=str(name)):
                found.add(name)
                work += ast.iter_child_nodes(node)
            case _:
                work += ast.iter_child_nodes(node)
    return frozenset(found - elsewhere)
