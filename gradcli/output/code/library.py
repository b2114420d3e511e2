"""Functions that languages lack, written once: read in the notation of formulas, and written in any language.

The page runs the same functions (``page/functions.js``). Those of numbers, in statements as simple as the ones below, are read
here; the others, of any number of operands, each language has itself.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

from gradcli.frozen import Frozen
from gradcli.output.code.formula import TOKEN, Applied, Formula, Known, Literal, Reader
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TypeAlias

_FILES = ("page/functions.js", "code/functions.js")
_COMMENT = re.compile(r"/\*\*.*?\*/|//[^\n]*", re.DOTALL)
_FUNCTION = re.compile(r"/\*\* (.*) \*/\nfunction (\w+)\(([\w, ]*)\) (\{\n(?:.*\n)*?\})\n")
_CONSTANT = re.compile(r"^const (\w+) = (.*);$", re.MULTILINE)
_BEYOND = ("...", "[", "=>")
"""What functions have that are beyond the notation."""


class Set(Frozen):
    """A variable gets a value; the first time it is declared by that."""

    name: str
    value: Formula
    first: bool


class If(Frozen):
    """Statements of a case and, where it is not so, others."""

    test: Formula
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]


class While(Frozen):
    """Statements as long as something holds."""

    test: Formula
    body: tuple[Statement, ...]


class Return(Frozen):
    """The result."""

    value: Formula


class Break(Frozen):
    """The end of a loop."""


Statement: TypeAlias = Set | If | While | Return | Break


class Function(Frozen):
    """A function of the library.

    Attributes:
        name: Its name in the notation.
        about: What it is.
        parameters: Its parameters.
        body: Its statements.
        calls: The functions and operators that it uses.
        changed: Parameters and variables that get a value more than once.
    """

    name: str
    about: str
    parameters: tuple[str, ...]
    body: tuple[Statement, ...]
    calls: frozenset[str]
    changed: frozenset[str]


class Statements(Frozen):
    """How a language writes functions of its own.

    Attributes:
        head: The line that begins one, with ``{name}`` and ``{parameters}``.
        parameter: A parameter, with ``{name}``.
        first: A variable's declaration, with ``{name}`` and ``{value}``.
        then: Its change.
        test: The beginning of a case, with ``{test}``.
        otherwise: What stands between a case and the other.
        loop: The beginning of a loop, with ``{test}``.
        result: The return, with ``{value}``.
        leave: The end of a loop from within.
        end: What closes a case, a loop, or a function; empty where indentation does.
        changing: What stands before the name of a variable, or parameter, that changes.
        indent: What stands before what is inside.
    """

    head: str
    parameter: str
    first: str
    then: str
    test: str
    otherwise: str
    loop: str
    result: str
    leave: str
    end: str
    changing: str = ""
    indent: str = "    "


@cache
def library() -> Mapping[str, Function]:
    """The functions, by their names in the notation."""
    found: dict[str, Function] = {}
    constants: dict[str, Formula] = {"Infinity": Literal(math.inf), "NaN": Literal(math.nan), "Math.E": Literal(math.e)}
    for file in _FILES:
        text = files("gradcli.output").joinpath(file).read_text("utf-8")
        constants |= {name: _Body(_tokens(value), {}).formula() for name, value in _CONSTANT.findall(text)}
        for about, name, parameters, body in _FUNCTION.findall(text):
            plain = _COMMENT.sub("", body)
            if not any(sign in plain + parameters for sign in _BEYOND):
                reader = _Body(_tokens(plain), constants)
                reader.declared = {*parameters.split(", ")}
                statements = reader.block()
                found[name] = Function(
                    name, about, tuple(parameters.split(", ")), statements, frozenset(reader.calls), frozenset(reader.changed)
                )
    return found


def _tokens(text: str) -> list[tuple[str, str, str, str]]:
    return TOKEN.findall(text)


class _Body(Reader):
    """Reads the statements of a function."""

    def __init__(self, tokens: Sequence[tuple[str, str, str, str]], constants: Mapping[str, Formula]) -> None:
        super().__init__(tokens)
        self.constants = constants
        self.declared: set[str] = set()
        self.changed: set[str] = set()
        self.calls: set[str] = set()

    def formula(self) -> Formula:
        """A formula, without what only JavaScript calls by its name."""
        return self._plain(self.choice())

    def _plain(self, formula: Formula) -> Formula:
        if isinstance(formula, Known):
            return self.constants.get(formula.name, formula)
        if not isinstance(formula, Applied):
            return formula
        operands = tuple(map(self._plain, formula.operands))
        function = {"Math.pow": "power", "Math.round": "roundHalfEven"}.get(formula.function, formula.function)
        if function in _TESTS:
            return self._plain(_TESTS[function](operands[0]))
        self.calls.add("-1" if function == "-" and len(operands) == 1 else function)
        return Applied(function, operands)

    def word(self) -> str:
        """The next token where it is a word; empty where not."""
        return self.tokens[self.at][2] if self.at < len(self.tokens) else ""

    def block(self) -> tuple[Statement, ...]:
        """Statements in braces, or one without."""
        if not self.took("{"):
            return self.statement()
        found: list[Statement] = []
        outside = set(self.declared)
        while not self.took("}"):
            found += self.statement()
        self.declared = outside
        return tuple(found)

    def statement(self) -> tuple[Statement, ...]:
        """A statement; a loop with a counter is several."""
        word = self.word()
        self.at += 1
        if word == "return":
            return _returned(self._ended(self.formula()))
        if word == "break":
            self.took(";")
            return (Break(),)
        if word == "if":
            test = self._test()
            then = self.block()
            other = self.word() == "else"
            self.at += other
            return (If(test, then, self.block() if other else ()),)
        if word == "while":
            return (While(self._test(), self.block()),)
        if word == "for":
            self.took("(")
            start = () if self.took(";") else self.statement()
            test = self._ended(self.formula())
            step = self.statement()
            self.took(")")
            return (*start, While(test, (*self.block(), *step)))
        name = self.word() if word in ("const", "let") else word
        self.at += word in ("const", "let")
        sign = self.sign()
        self.at += 1
        value = self._ended(self.formula())
        first = name not in self.declared
        self.declared.add(name)
        if not first:
            self.changed.add(name)
        if sign != "=":
            self.calls.add(sign[0])
            value = Applied(sign[0], (Known(name), value))
        return (Set(name, value, first),)

    def _test(self) -> Formula:
        self.took("(")
        test = self.formula()
        self.took(")")
        return test

    def _ended(self, formula: Formula) -> Formula:
        self.took(";")
        return formula


def _returned(value: Formula) -> tuple[Statement, ...]:
    """A result; that of a choice is a case."""
    if isinstance(value, Applied) and value.function == "?":
        test, then, other = value.operands
        return (If(test, _returned(then), ()), *_returned(other))
    return (Return(value),)


_TESTS: Mapping[str, Callable[[Formula], Formula]] = {
    "Number.isNaN": lambda x: Applied("!==", (x, x)),
    "Number.isFinite": lambda x: Applied("===", (Applied("-", (x, x)), Literal(0))),
    "Number.isInteger": lambda x: Applied(
        "&&", (Applied("===", (Applied("Math.floor", (x,)), x)), Applied("===", (Applied("-", (x, x)), Literal(0))))
    ),
    "isNegative": lambda x: Applied("<", (Applied("copySign", (Literal(1), x)), Literal(0))),
}


def lines(
    function: Function, name: str, words: Statements, text: Callable[[Formula], str], local: Callable[[str], str]
) -> Iterator[str]:
    """A function in a language.

    Args:
        function: The function.
        name: Its name there.
        words: How the language writes statements.
        text: Writes a formula of it.
        local: The names of variables there.
    """

    def written(formula: Formula) -> str:
        return text(_renamed(formula, local))

    def named(variable: str) -> str:
        return (words.changing if variable in function.changed else "") + local(variable)

    def body(statements: Sequence[Statement], indent: str) -> Iterator[str]:
        for statement in statements:
            match statement:
                case Set(variable, value, first):
                    yield indent + (
                        words.first.format(name=named(variable), value=written(value))
                        if first
                        else words.then.format(name=local(variable), value=written(value))
                    )
                case If(test, then, otherwise):
                    yield indent + words.test.format(test=written(test))
                    yield from body(then, indent + words.indent)
                    if otherwise:
                        yield indent + words.otherwise
                        yield from body(otherwise, indent + words.indent)
                    yield from [indent + words.end] * bool(words.end)
                case While(test, inner):
                    yield indent + words.loop.format(test=written(test))
                    yield from body(inner, indent + words.indent)
                    yield from [indent + words.end] * bool(words.end)
                case Return(value):
                    yield indent + words.result.format(value=written(value))
                case Break():
                    yield indent + words.leave

    parameters = ", ".join(words.parameter.format(name=named(parameter)) for parameter in function.parameters)
    yield words.head.format(name=name, parameters=parameters)
    yield from body(function.body, words.indent)
    if words.end:
        yield words.end


def _renamed(formula: Formula, local: Callable[[str], str]) -> Formula:
    if isinstance(formula, Known):
        return formula if "." in formula.name else Known(local(formula.name))
    if isinstance(formula, Applied):
        return Applied(formula.function, tuple([_renamed(operand, local) for operand in formula.operands]))
    return formula
