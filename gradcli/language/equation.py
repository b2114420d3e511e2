"""An equation, ``x^2 + y^2 = 25``, where one is asked for: elsewhere ``=`` gives a name a value."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.language.ast import Assignment, Expression, Operator, Output, Program, Statement
from gradcli.language.parser import ReadText, parse

OPENING, CLOSING = "([{", ")]}"
_EXAMPLE = "for example x^2 + y^2 = 25"


class Equation(Frozen):
    """Two sides that are equal.

    Attributes:
        text: What was typed.
        before: The statements before the equation, which give names to parts.
        left: Its left side.
        right: Its right side.
    """

    text: str
    before: tuple[Statement, ...]
    left: Expression
    right: Expression

    @property
    def difference(self) -> Program:
        """The program whose value is 0 where the equation holds."""
        return Program((*self.before, Output(Operator("-", (self.left, self.right), self.left.span), self.left.span)))

    def side(self, right: bool) -> Program:
        """The program of one side."""
        return Program((*self.before, Output(self.right if right else self.left)))


Read = Callable[[str], str]


def equation(text: str, where: str = "expression", read: Read = str) -> Equation:
    """Read an equation.

    Args:
        text: One equation; statements that give names to parts may come before it.
        where: What error messages call the text.
        read: Reads a side that is not written strictly.

    Raises:
        GradcliError: It is none, or a side is not an expression.
    """
    if len(parts := _sides(text)) != 2:
        several = "there are several equations" if len(parts) > 2 else "there is no equation"
        raise GradcliError(several, hint="write one, " + _EXAMPLE)
    sign = len(parts[0])
    sides = [read(part) for part in (parts[0], " " * (sign + 1) + parts[1])]
    programs: list[Program] = []
    for side in sides:
        try:
            programs.append(parse(side, where))
        except GradcliError as error:  # a side is shown in the whole
            error.source, error.where = text, where
            raise
    before, left = programs[0].statements[:-1], programs[0].statements[-1]
    right = programs[1].statements[-1]
    for name, statement in (("left", left), ("right", right)):
        if not isinstance(statement, Output):
            raise GradcliError(f"the {name} side is not an expression", statement.span, _EXAMPLE).located(text, where)
    if len(programs[1].statements) > 1 or not all(isinstance(one, Assignment) for one in before):
        raise GradcliError(
            "the equation is not the last statement", hint="write names for parts before it: a = x^2; a + y^2 = 25"
        )
    assert isinstance(left, Output)
    assert isinstance(right, Output)
    return Equation(_whole(text, sides), before, left.value, right.value)


def is_equation(text: str) -> bool:
    """Whether the last statement of a text has a sign of equality that does not give a plain name a value."""
    first, *rest = _sides(text)
    last = first.replace("\n", ";").rpartition(";")[2].strip()
    return bool(rest) and not (
        last.isidentifier() or last.replace(" ", "").rstrip(")").replace("(", "").replace(",", "").isidentifier()
    )


def _whole(text: str, sides: list[str]) -> str:
    """The text, with what both of its sides were read as where that is not strictly."""
    left, right = sides
    if not (isinstance(left, ReadText) and isinstance(right, ReadText)):
        return text
    whole = ReadText(text)
    whole.read_as = f"{left.read_as} = {right.read_as}"
    whole.notes = tuple(dict.fromkeys((*left.notes, *right.notes)))
    return whole


def _sides(text: str) -> list[str]:
    """The text at the signs of equality of its last statement; comparisons and keywords are none."""
    depth, signs = 0, [-1]
    comment = False
    for place, sign in enumerate(text):
        comment = sign != "\n" and (comment or sign == "#")
        if comment:
            continue
        depth += (sign in OPENING) - (sign in CLOSING)
        alone = sign == "=" and text[place + 1 : place + 2] != "=" and (place == 0 or text[place - 1] not in "=<>!:")
        if depth == 0 and sign in ";\n" and text[place + 1 :].strip("; \t\n"):
            signs = [-1]
        elif depth == 0 and alone:
            signs.append(place)
    places = [*signs[1:], len(text)]
    return [text[start:end] for start, end in zip([0, *[place + 1 for place in signs[1:]]], places, strict=True)]
