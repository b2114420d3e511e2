"""Programs as text: a statement a line, blocks indented, or all on one line."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from gradcli.language.ast import Assignment, Definition, Expression, Name, Operator, Output, Program, Statement, postorder
from gradcli.language.statements import Action, Break, For, If, NoGrad, Outputs, Print, Repeat, While, walk
from gradcli.language.text import to_text

_INDENT = "    "

_PIECE = r'"[^"\n]*"|#[^\n]*|[\n;]|[()\[\]]|[^"#\n;()\[\]]+|"'


def program_text(program: Program, separator: str = "\n") -> str:
    """Write a program, one statement after the other; it parses back to the same program.

    Args:
        program: The program.
        separator: What stands between two statements: a newline, with blocks indented, or ``"; "`` for one line.
    """
    if separator == "\n":
        return separator.join(_INDENT * depth + line for depth, line in program_lines(program.statements))
    text = ""
    for _, line in program_lines(program.statements):
        between = " " if text.endswith("{") or line.startswith("}") else separator
        text += (between if text else "") + line
    return text


def beginning(text: str, most: int = 40) -> str:
    """A text in one line, as far as it has room there.

    Args:
        text: The text.
        most: Characters of the line.
    """
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def program_lines(statements: Sequence[Statement]) -> Iterator[tuple[int, str]]:
    """The lines of statements: for each the depth of its block, and its text."""
    work: list[tuple[int, Statement | str, str]] = [(0, statement, "") for statement in reversed(statements)]
    while work:
        depth, item, before = work.pop()
        if isinstance(item, str):
            yield depth, item
            continue
        head, block, rest = _parts(item)
        yield depth, before + head
        if block is None:
            continue
        if rest is not None and len(rest) == 1 and isinstance(rest[0], If):
            work.append((depth, rest[0], "} else "))
        else:
            work.append((depth, "}", ""))
            if rest is not None:
                work.extend((depth + 1, inner, "") for inner in reversed(rest))
                work.append((depth, "} else {", ""))
        work.extend((depth + 1, inner, "") for inner in reversed(block))


def statement_text(statement: Statement) -> str:
    """The first line of a statement: all of it, or what stands before its block."""
    return _parts(statement)[0]


_Block = tuple[Statement, ...] | None


def _parts(statement: Statement) -> tuple[str, _Block, _Block]:
    """The first line of a statement, its block, and what stands behind ``else``; None where there is none."""
    match statement:
        case Assignment(name, value):
            return f"{name} = {to_text(value)}", None, None
        case Output(value):
            return to_text(value), None, None
        case Definition(name, parameters, body):
            head = f"{name}({', '.join(parameters)}) ="
            return (f"{head} {{", body, None) if isinstance(body, tuple) else (f"{head} {to_text(body)}", None, None)
        case If(test, then, otherwise):
            return f"if {to_text(test)} {{", then, otherwise or None
        case For(name, source, body):
            return f"for {name} in {to_text(source)} {{", body, None
        case While(test, body):
            return f"while {to_text(test)} {{", body, None
        case Repeat(count, body):
            return f"repeat {to_text(count)} {{", body, None
        case NoGrad(body):
            return "no_grad {", body, None
        case Break():
            return "break", None, None
        case Print(items):
            listed = _listed(items)
            return f"print {listed}" if _BEGINS.match(listed) else f"print({listed})", None, None
        case Outputs(values):
            head, *rest = map(to_text, values)
            return f"output {', '.join([head if _BEGINS.match(head) else f'({head})', *rest])}", None, None
        case Action(kind, arguments, keywords):
            first = len(arguments) - len(keywords)
            named = [f"{name}={to_text(value)}" for name, value in zip(keywords, arguments[first:], strict=True)]
            return f"{kind} {', '.join([*map(to_text, arguments[:first]), *named])}".rstrip(), None, None
    raise TypeError(f"{type(statement).__name__} is not a statement")


_BEGINS = re.compile(r'-?[\w"√]')
"""What makes a statement of print or output of what follows the word: print -x is one, print - x is a difference."""


def _listed(items: Sequence[Expression]) -> str:
    return ", ".join(map(to_text, items))


def one_line(program: str) -> str:
    """A program in one line, without its comments: statements stand behind semicolons; empty where it has none."""
    statements = [" ".join(statement.split()) for statement in _statements(program)]
    line = ""
    for statement in filter(None, statements):
        blank = " " if line.endswith("{") or statement.startswith(("}", "else ")) else "; "
        line += (blank if line else "") + statement
    return line


def _statements(program: str) -> list[str]:
    """The text between the ends of statements; within parentheses and brackets a line end is none, nor is a semicolon."""
    found: list[list[str]] = [[]]
    depth = 0
    for piece in re.findall(_PIECE, program):
        if piece.startswith("#"):
            continue
        depth = max(0, depth + (piece in ("(", "[")) - (piece in (")", "]")))
        if piece in ("\n", ";") and depth == 0:
            found.append([])
        else:
            found[-1].append(piece)
    return list(map("".join, found))


def without_effect(program: Program, text: str) -> list[str]:
    """Warnings of lines that were hardly meant to end where they do: the next one begins with a sign, as if it went on.

    Args:
        program: The program.
        text: Its text.
    """
    warnings: list[str] = []
    for statement, after in itertools.pairwise(walk(program.statements, functions=True)):
        if not (isinstance(statement, Output | Assignment) and isinstance(after, Output)):
            continue
        first = after.value
        while isinstance(first, Operator) and len(first.operands) == 2:
            first = first.operands[0]
        if not (isinstance(first, Operator) and first.symbol in ("+", "-") and first.span[0] == after.span[0]):
            continue
        between = re.sub("#.*", "", text[statement.span[1] : after.span[0]])
        if "\n" not in between or re.search("[;}]", between):
            continue
        assigned = statement.name if isinstance(statement, Assignment) else ""
        if first.symbol == "-" and any(isinstance(node, Name) and node.name == assigned for node in postorder(after.value)):
            continue
        line = beginning(statement_text(statement))
        hint = f"the next begins with {first.symbol} and is a line of its own; parentheses around both make them one"
        warnings.append(f"{line} ends with its line: {hint}" if assigned else f"{line} has no effect: {hint}")
    return warnings
