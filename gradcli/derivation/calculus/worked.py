"""Derivations as they are worked on paper: equations one below the other, each checked in numbers before it is shown."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence

from gradcli.algebra.simplified import Simplified
from gradcli.derivation.nodes.chain import CHECK_STEPS, WrongStepError
from gradcli.derivation.notation.expressions import ExpressionValues, reads_alike, replaced_names
from gradcli.derivation.notation.prose import Equal, Piece, Words, listed
from gradcli.derivation.notation.stages import stages
from gradcli.derivation.notation.steps import Step
from gradcli.errors import ExitCode, GradcliError
from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph
from gradcli.language.ast import Call, Expression, Name, Number, Output, Partial, Program
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower

POINTS = 3
"""Points at which each step is compared with the derivatives."""

CLOSE = 1e-6


class Result(Frozen):
    """What a derivation leads to.

    Attributes:
        key: What it is called in data: the variable that is differentiated by.
        left: What is asked for.
        steps: The steps, equations with sides of their own.
        right: What it is.
        value: Its value at the point; None where there is none.
        heading: What is above the steps.
        remark: What is said before them; empty for nothing.
    """

    key: str
    left: Expression
    steps: tuple[Step, ...]
    right: Expression
    value: float | None
    heading: Words
    remark: Words = ()


class Worked(Frozen):
    """Derivations as they are worked on paper.

    Attributes:
        said: What is said first.
        output: What the expression is called.
        value: Its value at the point; None where there is none.
        results: What was asked for.
        conditions: Where it holds.
        bindings: The values of the variables; empty where there are none.
        warnings: Steps that were left out, which is a defect.
    """

    said: Words
    output: str
    value: float | None
    results: tuple[Result, ...]
    conditions: tuple[Expression, ...]
    bindings: Mapping[str, float]
    warnings: tuple[str, ...]


class Working:
    """A derivation in progress.

    Args:
        names: The variables.
        bindings: Their values; empty for symbols alone.
        warnings: Where it is said that a step was left out.
    """

    def __init__(self, names: Sequence[str], bindings: Mapping[str, float], warnings: list[str]) -> None:
        self.bindings, self.warnings = bindings, warnings
        self.steps: list[Step] = []
        self.known: dict[str, Expression] = {}  # what names, partials and calls of a derivation stand for
        self.samples = [_sample(names, number) for number in range(POINTS)]

    def say(self, rule: str, left: Expression, right: Expression, *words: Piece) -> None:
        """Add a step, which must hold wherever its sides have values; one that says what the last one says adds nothing."""
        if self.steps and (to_text(self.steps[-1].left), to_text(self.steps[-1].right)) == (to_text(left), to_text(right)):
            return
        for point in self.samples:
            one, other = self.value(left, point), self.value(right, point)
            sound = math.isfinite(one) and math.isfinite(other)
            if sound and not math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE):
                line = f"{to_text(left, pretty=True)} = {to_text(right, pretty=True)}"
                if CHECK_STEPS in os.environ:
                    raise WrongStepError(rule, line, one, other)
                self.warnings.append(f"a step of the derivation is left out, which is a defect of gradcli: {line}")
                return
        self.steps.append(Step(rule, left, right, tuple(words)))

    def simplified(self, left: Expression, right: Expression) -> None:
        """Add what the last step is when simplified."""
        last = self.steps[-1].right
        if not reads_alike(last, right):
            for line, done in stages(last, right):
                self.say(done[0], left, line, ", ".join(done))

    def numbers(self, left: Expression, right: Expression) -> float | None:
        """Add the steps that put the values of the variables in."""
        if not self.bindings:
            return None
        value = self.value(right, self.bindings)
        numbers = {name: Number(number) for name, number in self.bindings.items()}
        put_in = replaced_names(right, numbers, grouped=False)
        point = [Equal(Name(name), number) for name, number in numbers.items()]
        if not reads_alike(put_in, right):
            self.steps.append(Step("numbers put in", left, put_in, tuple(listed(list(point), ", "))))
        self.steps.append(Step("value", left, Number(value)))
        return value

    def value(self, expression: Expression, point: Mapping[str, float]) -> float:
        """The value of a side of a step at a point."""
        written, before = mapped(expression, self.plain), expression
        while to_text(written) != to_text(before):
            written, before = mapped(written, self.plain), written
        try:
            return float(ExpressionValues(point).of(written))
        except (OverflowError, ZeroDivisionError):
            return math.nan

    def plain(self, node: Expression) -> Expression:
        """What a symbol of the derivation stands for; any other node stays."""
        if isinstance(node, Name | Partial | Call) and self.known:
            return self.known.get(node.name if isinstance(node, Name) else to_text(node, pretty=True), node)
        return node


def _sample(names: Sequence[str], number: int) -> dict[str, float]:
    """A point without any special place in it."""
    return {
        name: 0.31 + math.modf((number + 1) * 0.7548776662 + (index + 1) * 0.5698402909)[0] for index, name in enumerate(names)
    }


def in_one_line(found: Simplified) -> Sequence[Expression]:
    """Derivatives that need no lines of their own for their parts.

    Raises:
        GradcliError: They do.
    """
    if found.definitions:
        raise GradcliError(
            "the derivative is too long for a line", hint="gradcli diff has it in named lines", exit_code=ExitCode.LIMIT
        )
    return found.expressions


def graph_of(expression: Expression, like: Graph) -> Graph:
    """The static graph of an expression in the variables of another graph, with its limit."""
    return lower(Program((Output(expression),)), StaticBuilder(Graph(like.max_nodes)), like.variables)
