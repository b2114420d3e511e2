"""Expressions in the languages of learning platforms: Maxima for STACK, JME for Numbas, MathObjects for WeBWorK.

They are text as gradcli writes it, with their own names of functions and constants, and with parentheses where precedence could
differ.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.language.ast import Call, Expression, Group, Name, Number, Operator, Output, postorder
from gradcli.language.parser import parse
from gradcli.language.rewrite import mapped
from gradcli.language.text import ATOM, UNARY, level, to_text
from gradcli.ops.catalogue import spelled
from gradcli.ops.declaration.constants import SPELLINGS, is_constant
from gradcli.ops.declaration.operation import Operation
from gradcli.output.formulas.boxes import GREEK
from gradcli.output.formulas.defined import defined

_NODES = Number | Name | Call | Group | Operator


class QuizLanguage(Frozen):
    """A language.

    Attributes:
        name: What messages call it.
        place: Which of the words that operations declare for quizzes is its own.
        constants: What it calls constants.
        taken: Names that mean something to it, in small letters, which no variable may have.
        names: The form of its names.
    """

    name: str
    place: int
    constants: Mapping[str, str]
    taken: Collection[str]
    names: str = r"[A-Za-z][A-Za-z0-9_]*"

    def word(self, operation: Operation) -> str:
        """What it calls an operation; empty where it has no word for it."""
        words = operation.facts.quizzes.split()
        return words[self.place % len(words)] if words else ""

    def variable(self, name: str) -> str:
        """What it calls a variable: Greek letters are words.

        Raises:
            GradcliError: It can have no variable of this name.
        """
        word = "".join(GREEK.get(letter, letter) for letter in name)
        if not re.fullmatch(self.names, word) or word.lower() in self.taken:
            raise GradcliError(
                f"{self.name} has no variable {name}", hint="give the variable another name, or choose another format"
            )
        return word

    def text(self, expression: str, variables: Collection[str]) -> str:
        """An expression as it writes it.

        Args:
            expression: One expression, in gradcli's language.
            variables: The names in it that are variables, and no constants.

        Raises:
            GradcliError: It has no word for an operation, or no such names.
        """
        output = parse(expression).statements[-1]
        assert isinstance(output, Output)

        def change(node: Expression) -> Expression:
            match node:
                case Name(name):
                    if is_constant(name) and name not in variables:
                        constant = SPELLINGS.get(name, name)
                        return Name(self.constants.get(constant, constant))
                    return Name(self.variable(name))
                case Call(function, arguments):
                    found = next((o for o in spelled(function) if o.accepts(len(arguments))), None)
                    if found is None:
                        raise GradcliError(f"{self.name} has no function for {function}", hint="choose another format")
                    return Call(self.word(found), arguments)
                case Operator(symbol, (*before, last)):
                    least = ATOM if symbol == "^" else UNARY + 1
                    return Operator(symbol, (*before, Group(last) if UNARY <= level(last) < least else last))
            return node

        value = defined(output.value, lambda operation: bool(self.word(operation)), self.name)
        for node in postorder(value):
            if not isinstance(node, _NODES) or (isinstance(node, Operator) and node.symbol not in "+-*/^"):
                raise GradcliError(f"{self.name} has no such expression: {to_text(node)}", hint="choose another format")
        return to_text(mapped(value, change))


_WORDS = "e i pi and or not"
MAXIMA = QuizLanguage(
    "STACK",
    0,
    {"e": "%e", "pi": "%pi", "tau": "(2*%pi)"},
    f"{_WORDS} j do for if in then else ta ans1 wrong1 wrong2 wrong3 wrong4 wrong5".split(),
)
JME = QuizLanguage("Numbas", 1, {"tau": "(2*pi)"}, f"{_WORDS} infinity nan xor implies in isa except".split())
MATH_OBJECTS = QuizLanguage("WeBWorK", 2, {"tau": "(2*pi)"}, f"{_WORDS} inf".split(), "[A-Za-z][A-Za-z0-9]*")
