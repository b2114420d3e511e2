"""Assumptions as people write them: ``x>0, 0 < p <= 1, n integer, a != 0``, and ``positive`` for every variable."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from fractions import Fraction

from gradcli.algebra.assumptions.facts import ANY, NOTHING, Assumptions, Fact, Rational
from gradcli.errors import GradcliError, UnknownVariableError
from gradcli.graph.graph import CONSTANT, Graph
from gradcli.language.ast import Comparison, Expression, Name, Output, Program
from gradcli.language.parser import parse
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower

WORDS = {
    "positive": Fact(0, open_low=True),
    "negative": Fact(high=0, open_high=True),
    "nonnegative": Fact(0),
    "nonzero": Fact(without=(0,)),
    "integer": Fact(integer=True),
    "real": ANY,
}
"""What may be said of a variable, or of every one, in a word."""

NO_ASSUMPTION = "nothing"

_IN_WORDS = re.compile(r"(?:(\w+)\s+(?:is\s+)?)?(\w+)")

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "!=": "!="}

_WHERE = "--assume"


def assumptions_of(assume: Assumptions | str, names: Collection[str]) -> Assumptions:
    """Assumptions as a record; text is read, which is empty where nothing is assumed."""
    return read_assumptions(assume or NO_ASSUMPTION, names) if isinstance(assume, str) else assume


def read_assumptions(text: str, names: Collection[str]) -> Assumptions:
    """What is assumed of variables.

    Args:
        text: Comparisons of a variable with numbers and words, separated by commas.
        names: The variables that there are.

    Raises:
        GradcliError: It cannot be read, names something that is no variable, or leaves a variable no number, or one alone.
    """
    every, each = ANY, dict[str, Fact]()
    said: list[str] = []
    for part in text.split(","):
        facts, written = _facts(part.strip())
        said += [written] if written else []
        for name, fact in facts:
            if not name:
                every = every.both(fact)
            elif name not in names:
                raise UnknownVariableError(name, list(names), f"{_WHERE}: ")
            else:
                each[name] = each.get(name, ANY).both(fact)
    found = {name: fact.both(every) for name, fact in each.items()}
    for name, fact in (*found.items(), ("a variable", every)):
        if fact.is_empty:
            raise GradcliError(f"{_WHERE} {', '.join(said)}: {name} cannot be all of that", hint="no number is left for it")
        if fact.low is not None and fact.low == fact.high:
            raise GradcliError(f"{_WHERE} {', '.join(said)}: {name} can be {fact.low} alone", hint=f"write {fact.low} for it")
    return Assumptions(every, tuple(found.items()), ", ".join(said)) if said else NOTHING


def _facts(part: str) -> tuple[list[tuple[str, Fact]], str]:
    """What a part says of which variable, an empty name for every one, and how it is written."""
    if words := _IN_WORDS.fullmatch(part):
        name, word = words[1] or "", words[2]
        if word in WORDS:
            return [(name, WORDS[word])], f"{name} {word}".strip()
        if not name and word == NO_ASSUMPTION:
            return [], ""
    if not part or words:
        what = f"not {part!r}" if part else "and here is nothing"
        raise GradcliError(
            f"{_WHERE} takes comparisons with numbers and words, {what}",
            hint=f'write as in "x>0, n integer"; words are {", ".join(WORDS)}, of every variable where no name stands before',
        )
    statements = parse(part, _WHERE).statements
    value = statements[0].value if len(statements) == 1 and isinstance(statements[0], Output) else None
    if not isinstance(value, Comparison):
        hint = "write a number for the variable itself" if "=" in part else "write as in x > 0"
        raise GradcliError(f"{_WHERE}: {part} is no comparison of a variable with a number", hint=hint)
    return list(_compared(part, value)), to_text(value)


def _compared(part: str, chain: Comparison) -> Iterator[tuple[str, Fact]]:
    """What a chain of comparisons says: 0 < x <= 1 is 0 < x and x <= 1."""
    for left, symbol, right in zip(chain.operands[:-1], chain.symbols, chain.operands[1:], strict=True):
        if not isinstance(left, Name) or _number(left) is not None:
            left, symbol, right = right, _MIRRORED.get(symbol, symbol), left
        number = _number(right)
        if not isinstance(left, Name) or number is None or symbol not in _MIRRORED:
            raise GradcliError(
                f"{_WHERE}: each comparison has a variable and a rational number",
                chain.span,
                "write as in x > 0, 0 < p < 1, a != 1/2",
                source=part,
                where=_WHERE,
            )
        yield left.name, _fact(symbol, number)


def _fact(symbol: str, number: Rational) -> Fact:
    match symbol:
        case ">" | ">=":
            return Fact(number, open_low=symbol == ">")
        case "<" | "<=":
            return Fact(high=number, open_high=symbol == "<")
        case _:
            return Fact(without=(number,))


def _number(expression: Expression) -> Rational | None:
    """The value of an expression that is a rational number; None of any other."""
    graph = lower(Program((Output(expression),)), StaticBuilder(Graph()))
    value = graph.constants.get(graph.output) if graph.operations[graph.output] == CONSTANT else None
    return value if isinstance(value, int | Fraction) else None
