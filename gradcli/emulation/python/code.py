"""The instructions that a script is compiled to, for a machine with a stack of values."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from gradcli.typing import Any, NamedTuple

MAX_CALLS = 990
"""How many calls may lie in each other, as in Python."""


class Instruction(NamedTuple):
    """One step of the machine.

    Attributes:
        name: What to do; the machine has a table.
        argument: A constant, a name, a number of operands, a label.
        node: The part of the script that it belongs to.
    """

    name: str
    argument: Any
    node: ast.AST


class Label:
    """A place that instructions jump to.

    Attributes:
        index: The index of the instruction there, known at the end of compilation.
    """

    __slots__ = ("index",)

    def __init__(self) -> None:
        self.index = -1


@dataclass
class Code:
    """The instructions of a script, or of a function of it.

    Attributes:
        name: The name of the function; ``<module>`` for the script.
        instructions: What to do.
        parameters: The names of positional parameters, of which the last ``defaults`` have defaults.
        defaults: How many defaults there are.
        positional: How many of them may be given by their places.
        rest: The name of ``*rest``; empty where there is none.
        named: The name of ``**named``; empty where there is none.
        outer: Names that are declared ``global`` or ``nonlocal``.
        own: Of a function the names that it assigns to.
        calls: Whether it is run by calls, and not once as the body of a class is.
        yields: Whether a call gives a generator.
    """

    name: str
    instructions: list[Instruction] = field(default_factory=list)
    parameters: tuple[str, ...] = ()
    defaults: int = 0
    positional: int = 0
    rest: str = ""
    named: str = ""
    outer: set[str] = field(default_factory=set)
    own: frozenset[str] = frozenset()
    calls: bool = True
    yields: bool = False


class Arity(NamedTuple):
    """How a call is made: the argument of a ``call``.

    Attributes:
        positional: For each positional argument whether it is ``*unpacked``.
        keywords: The names of keyword arguments, whose values lie above them; empty for a ``**dictionary``.
    """

    positional: tuple[bool, ...]
    keywords: tuple[str, ...]
