"""Predict, then see: the next value of a run, then the next adjoint, each guessed before it is shown."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from gradcli.autodiff.passes.contributions import contributions
from gradcli.autodiff.passes.tape import Tape
from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.graph.graph import CONSTANT, VARIABLE
from gradcli.language.ast import Expression, Name, Operator, Output, Program
from gradcli.language.numbers import short_text
from gradcli.language.text import to_text
from gradcli.lowering.node_expressions import node_expression
from gradcli.teaching.marking.comparison import DECIMALS
from gradcli.teaching.mistakes import MISTAKES
from gradcli.teaching.reading.answers import read_answer
from gradcli.typing import NamedTuple

MOST = 500
"""Numbers that are asked for at most."""


class Prompt(Frozen):
    """A number that is asked for.

    Attributes:
        phase: ``value`` or ``adjoint``.
        name: What it is called: ``a`` or ``∂y/∂a``.
        hint: What it is made of, for values; empty for adjoints.
        value: It.
        parts: For an adjoint what each path adds.
        ahead: For an adjoint that of the node at the other end of each path.
        operands: For a value of two operands these, with their values.
    """

    phase: str
    name: str
    hint: str
    value: float
    parts: tuple[float, ...] = ()
    ahead: tuple[float, ...] = ()
    operands: tuple[tuple[Expression, float], ...] = ()


class Guess(Frozen):
    """A prompt, and what was answered.

    Attributes:
        prompt: The prompt.
        text: What was answered; None where nothing was.
        right: Whether it is right.
        note: What went wrong, where that can be told.
        unread: Lines before it that are no number: they count for nothing, and the number was asked for again.
    """

    prompt: Prompt
    text: str | None
    right: bool
    note: str = ""
    unread: tuple[str, ...] = ()


class Unread(NamedTuple):
    """A line that is no number.

    Attributes:
        text: It.
        note: Why not.
    """

    text: str
    note: str


def prompts(tape: Tape) -> Iterator[Prompt]:
    """What is asked for, in the order of the run and then of the backward pass.

    Args:
        tape: A run on numbers.

    Raises:
        GradcliError: It has arrays, or too many nodes.
    """
    graph, names = tape.graph, tape.names
    inner = [id for id, operation in enumerate(graph.operations) if operation not in (VARIABLE, CONSTANT)]
    if any(graph.shape(id) for id in range(len(graph))):
        raise GradcliError("arrays are not predicted yet", hint="take an expression of numbers")
    if len(inner) > MOST:
        raise GradcliError(f"the run has {len(inner):,} values, and {MOST} are asked for at most")
    for id in inner:
        formula, inputs = node_expression(graph, id, names), graph.inputs[id]
        operands: tuple[tuple[Expression, float], ...] = ()
        if isinstance(formula, Operator) and len(formula.operands) == len(inputs) == 2:
            operands = tuple((own, float(tape.values[input])) for own, input in zip(formula.operands, inputs, strict=True))
        yield Prompt("value", names[id], to_text(formula), float(tape.values[id]), operands=operands)
    parts: dict[int, list[float]] = {}
    ahead: dict[int, list[float]] = {}
    for one in contributions(tape):
        parts.setdefault(one.source, []).append(float(one.value))
        ahead.setdefault(one.source, []).append(float(tape.adjoints[one.target] or 0))
    for id in range(tape.output - 1, -1, -1):
        adjoint = tape.adjoints[id]
        if adjoint is not None and graph.operations[id] != CONSTANT and (tape.requires_grad[id]):
            name, own = to_text(tape.derivative(id), pretty=True), tuple(parts.get(id, ()))
            yield Prompt("adjoint", name, "", float(adjoint), own, tuple(ahead.get(id, ())))


HINT = "?"
"""A line that asks for a hint."""


def guessed(prompt: Prompt, lines: Callable[[], str | None]) -> Iterator[Unread | Guess]:
    """What is to be said of an answer: of each line that is no number that it is none, or a hint, and then of the
    first that is one.

    Args:
        prompt: What was asked for.
        lines: Gives the next line; None, or an empty one, for no answer.
    """
    unread: list[str] = []
    while (text := lines()) is not None and text.strip():
        if text.strip() == HINT:
            yield Unread(text, _hint(prompt))
            continue
        try:
            own = _number(text)
        except GradcliError:
            unread.append(text)
            yield Unread(text, "a number is asked for")
            continue
        right = _near(own, prompt.value)
        yield Guess(prompt, text, right, "" if right else _why(prompt, own), tuple(unread))
        return
    yield Guess(prompt, None, False, "", tuple(unread))


def score(guesses: Sequence[Guess]) -> tuple[int, int]:
    """How many guesses are right, and how many numbers were asked for."""
    return sum(guess.right for guess in guesses), len(guesses)


def _hint(prompt: Prompt) -> str:
    """How the number is found."""
    if prompt.phase == "value":
        known = ", ".join(f"{to_text(own)} = {short_text(value)}" for own, value in prompt.operands)
        return f"a number, at {known}" if known else "a number, from the values before it"
    if len(prompt.parts) > 1:
        return f"a sum of {len(prompt.parts)} terms, each an adjoint before it times a local derivative"
    return "an adjoint before it times a local derivative"


def _number(text: str) -> float:
    return _value(read_answer(text, ()).value, {})


def _value(expression: Expression, bindings: Mapping[str, float]) -> float:
    from gradcli.autodiff.request import Request
    from gradcli.autodiff.runs.program_run import recorded

    return float(recorded(Program((Output(expression),)), Request(bindings=dict(bindings))).value)


def _near(own: float, right: float) -> bool:
    if math.isnan(own) or math.isnan(right) or math.isinf(right):
        return own == right or (math.isnan(own) and math.isnan(right))
    return abs(own - right) <= DECIMALS * max(abs(right), 1e-9)


def _why(prompt: Prompt, own: float) -> str:
    """The mistake that gives just this number; empty where none is known."""
    if prompt.phase == "adjoint" and len(prompt.parts) > 1:
        if any(_near(own, prompt.value - part) for part in prompt.parts):
            return MISTAKES["graph.path_lost"].says
        if _near(own, math.prod(prompt.parts)):
            return MISTAKES["graph.paths_multiplied"].says
        if any(_near(own, prompt.value - 2 * part) for part in prompt.parts):
            return MISTAKES["graph.path_negated"].says
    if len(prompt.parts) == 1 and prompt.ahead[0] not in (0, 1):
        if _near(own, prompt.ahead[0]):
            return MISTAKES["chain.no_inner"].says
        if _near(own, prompt.value / prompt.ahead[0]):
            return MISTAKES["graph.upstream_lost"].says
    for (left, first), (right, second) in itertools.permutations(prompt.operands, 2):
        for symbol in "+-*/^":  # another operation on the same operands
            if _near(own, _value(Operator(symbol, (Name("u"), Name("v"))), {"u": first, "v": second})):
                return f"that is {to_text(Operator(symbol, (left, right)))}"
    if prompt.value and _near(own, -prompt.value):
        return MISTAKES["answer.negated"].says
    return ""
