"""What the expansions of statements and of expressions share: errors, names, targets of assignments, functions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Sequence

from gradcli.emulation.python.code import Code, Instruction, Label
from gradcli.emulation.python.source import Source, UnknownError
from gradcli.emulation.python.subset import MACHINERY, refusal

Item = ast.AST | Instruction | Label | Callable[[], None]
"""What an expansion is made of; a function is called when the work list comes to it."""


MODULE = "<module>"
"""The name of the code of a script."""


class Loop:
    """A loop, or a block inside one, that ``break`` and ``continue`` leave.

    Attributes:
        leave: The instructions that leave the block.
        start: Of a loop where ``continue`` goes.
        end: Of a loop where ``break`` goes.
    """

    def __init__(self, leave: Sequence[str], start: Label | None = None, end: Label | None = None) -> None:
        self.leave = leave
        self.start = start
        self.end = end


class Stores(ast.AST):
    """Work left for later: store the value on top of the stack in a target."""

    def __init__(self, target: ast.AST) -> None:
        self.target = target


class Expansion:
    """What is compiled, and where the work list stands.

    Args:
        source: The script.
        known: The names that the script assigns to, and those that every script has.

    Attributes:
        blocks: The loops and blocks around.
        target: The code that instructions are appended to.
        later: Codes that are still empty, with what they are compiled from.
    """

    def __init__(self, source: Source, known: Collection[str]) -> None:
        self.source = source
        self.known = known
        self.blocks: list[Loop] = []
        self.target = Code("")
        self.later: list[tuple[Code, Sequence[ast.stmt] | ast.expr]] = []

    def unknown(self, node: ast.AST, message: str = "", hint: str = "") -> UnknownError:
        """The error for a part of the script that the subset does not have."""
        if not message:
            message, hint = refusal(node)
        return UnknownError(message, self.source.span(node), hint, source=self.source.text, where=self.source.where)

    def check_name(self, node: ast.AST, name: str) -> None:
        """Check that a name or attribute is none of Python's own machinery."""
        if name.startswith("__") and name not in MACHINERY:
            raise self.unknown(node, f"{name} is not known here", "names that begin with __ are Python's own machinery")

    def store(self, target: ast.AST) -> list[Item]:
        """Store the value on top of the stack."""
        match target:
            case ast.Name(id=name):
                self.check_name(target, name)
                return [Instruction("store", name, target)]
            case ast.Attribute(value=value, attr=attribute):
                self.check_name(target, attribute)
                return [value, Instruction("store attribute", attribute, target)]
            case ast.Subscript(value=value, slice=index):
                return [value, index, Instruction("store item", None, target)]
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                stars = [index for index, part in enumerate(parts) if isinstance(part, ast.Starred)]
                star = stars[0] if stars else None
                items: list[Item] = [Instruction("unpack", (len(parts), star), target)]
                return [*items, *[Stores(part.value if isinstance(part, ast.Starred) else part) for part in parts]]
            case _:
                raise self.unknown(target)

    def stores(self, node: Stores) -> list[Item]:
        return self.store(node.target)

    def block(self, block: Loop) -> tuple[Callable[[], None], Callable[[], None]]:
        """What the work list does where a block begins and where it ends."""
        return lambda: self.blocks.append(block), lambda: self.blocks.__delitem__(-1)

    def qualified(self, name: str) -> str:
        """The name of what is defined here, with those of the functions and classes around it."""
        around = "" if self.target.name == MODULE else self.target.name + (".<locals>." if self.target.calls else ".")
        return around + name

    def function(self, name: str, arguments: ast.arguments, body: Sequence[ast.stmt] | ast.expr, node: ast.AST) -> list[Item]:
        positional = [*arguments.posonlyargs, *arguments.args]
        defaults: list[Item] = list(arguments.defaults)
        count = len(positional)
        for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            if default is None:
                raise self.unknown(parameter, "a keyword parameter needs a default here", f"write {parameter.arg}=None")
            positional.append(parameter)
            defaults.append(default)
        for parameter in positional:
            self.check_name(parameter, parameter.arg)
        rest, named = ["" if one is None else one.arg for one in (arguments.vararg, arguments.kwarg)]
        code = Code(self.qualified(name), [], tuple(parameter.arg for parameter in positional), len(defaults), count, rest, named)
        self.later.append((code, body))
        return [*defaults, Instruction("function", code, node)]
