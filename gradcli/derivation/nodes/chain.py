"""A chain of equalities under construction, and the guard that no line of it is wrong or missing without a word."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence

from gradcli.algebra.simplified import Simplified
from gradcli.derivation.nodes.workings import Workings, convention
from gradcli.derivation.notation.expressions import is_sum, reads_alike, signed_terms, weight
from gradcli.derivation.notation.prose import Piece, joined, listed
from gradcli.derivation.notation.stages import stages
from gradcli.derivation.notation.steps import REORDERED, End, Step
from gradcli.frozen import replace
from gradcli.language.ast import Expression, Group, Name, Number, Operator, Partial, children, postorder
from gradcli.language.numbers import short_text
from gradcli.language.text import to_text

CHECK_STEPS = "GRADCLI_DEBUG"
"""The environment variable with which a wrong step is an error, for tests and developers; it is set to anything."""


class WrongStepError(AssertionError):
    """A line of a derivation has not the value of what it derives: a rewriting step is wrong.

    Args:
        rule: The rule of the step.
        line: The line.
        expected: The value of the left side.
        found: The value of the right side.
    """

    def __init__(self, rule: str, line: str, expected: float, found: float) -> None:
        super().__init__(f"a step of a derivation is wrong, '{rule}': {line} has the value {found!r}, expected {expected!r}")
        self.rule, self.line, self.expected, self.found = rule, line, expected, found


class Chain:
    """A chain of equalities under construction.

    A line has the value of the derivative, or it has none at this point, as 0/0. Any other is wrong: it is left out with a
    warning, or an error where steps are checked.

    Args:
        workings: The run.
        left: What is derived.
        adjoint: Its value in the backward pass.
        simplified: The derivative of a variable, simplified.

    Attributes:
        value: The value of the derivative: that of the backward pass, unless the formula says something else.
        said: What is to be said of the value where floats make nan of it.
        formula: The last line in variables; None before it is known.
    """

    def __init__(self, workings: Workings, left: Expression, adjoint: float, simplified: Simplified | None = None) -> None:
        self.workings = workings
        self.left = left
        self.adjoint = adjoint
        self.simplified = simplified
        self.value = adjoint if simplified is None else value_of(workings, simplified, adjoint)
        self.said = ""
        if self.value != self.value and simplified is not None and not workings.tape.symbolic:
            self.value, self.said = self._exact(simplified)
        self.formula: Expression | None = None
        self.steps: list[Step] = []

    @property
    def end(self) -> End:
        """What it ends in."""
        return End(self.formula, self.value)

    def say(self, rule: str, right: Expression, *words: Piece) -> bool:
        """Add a line; tells whether it is shown. A line that reads like the one before is not."""
        if self.steps and reads_alike(self.steps[-1].right, right):
            return True
        found = self.workings.values.of(right)
        if self._holds(found, right):
            self.steps.append(Step(rule, self.left, right, tuple(words)))
            return True
        line = f"{to_text(self.left, pretty=True)} = {to_text(right, pretty=True)}"
        if CHECK_STEPS in os.environ:
            raise WrongStepError(rule, line, self.value, found)
        self.workings.left_out.append(f"a step of the derivation is left out, which is a defect of gradcli: {line}")
        return False

    def _holds(self, found: float, right: Expression) -> bool:
        """Whether a line may stand: it has the right value, or none, or rounding is too large to tell."""
        values = self.workings.values
        if not math.isfinite(found) or values.close(found, self.value) or values.close(found, self.adjoint):
            return True
        if not math.isfinite(self.value):
            return True
        lines = [step.right for step in self.steps]
        return values.differ_by_rounding(found, self.value, right, *lines, *_formulas(self.simplified))

    def finish(self, last: Expression) -> None:
        """The last lines for a variable: intermediates written out, the derivative simplified, numbers put in.

        Args:
            last: The last line so far.
        """
        workings = self.workings
        written, replaced = workings.write_out(last)
        if written is not None:
            if replaced:
                if workings.every_step and len(replaced) > 1:
                    for inner, name in workings.write_out_stepwise(last):
                        self.say("intermediates written out", inner, Name(name), " written out")
                note: list[Piece] = listed([Name(name) for name in replaced])
                self.say("intermediates written out", written, *note, " written out")
            last = self.formula = written if self._chooses_here(written) else self.simplify(written)
        self.numbers(last)

    def _chooses_here(self, last: Expression) -> bool:
        """Whether a choice matters at this very point that the simplified derivative leaves out."""
        formulas, of = _formulas(self.simplified), self.workings.values.of
        return bool(formulas) and not math.isfinite(of(formulas[0])) and math.isfinite(of(last)) and math.isfinite(self.value)

    def simplify(self, last: Expression) -> Expression:
        """The line of the derivative as the headline has it, unless the last one is as short; gives the last line."""
        formulas = _formulas(self.simplified)
        if not formulas or reads_alike(formulas[0], last):
            return last
        (simple,) = formulas
        if self.workings.every_step and weight(simple) < weight(last):
            self.say("parentheses dropped", without_groups(last), "parentheses dropped")
        lines = stages(last, simple)
        if lines == [(simple, [REORDERED])] and parentheses(simple) >= parentheses(last):
            return last
        shown = [self.say(done[0], line, ", ".join(done)) for line, done in lines]
        return simple if all(shown) else last

    def numbers(self, last: Expression | None) -> None:
        """The lines in numbers after a last line, None for one in symbols of derivatives; none where no variable has a value."""
        workings = self.workings
        if workings.tape.symbolic:
            return
        found, nowhere = self.value, False
        if last is not None:
            put_in, used = workings.put_numbers(last)
            found = workings.values.of(last)
            nowhere = _has_no_value(workings) and found == found and self.value != self.value  # factors that are 0 here cancelled
            if isinstance(put_in, Operator) and [*map(type, put_in.operands)] == [Number]:  # -0
                put_in = Number(found or 0.0)
            if used and not nowhere and (math.isfinite(found) or self.said or not math.isfinite(self.value)):
                self.say("numbers put in", put_in, *listed(used, ", "))
                if workings.every_step:
                    self.say("terms computed", self._computed(put_in), "each term computed")
        number = Number(self.value)
        words = (self._convention() if math.isfinite(self.adjoint) else []) or self._at_this_point(found)
        words = [_NOWHERE] if nowhere and not words else words
        exact = bool(self.steps) and isinstance(self.steps[-1].right, Number) and found != self.value
        if exact and not words and math.isfinite(found) and short_text(found) != short_text(self.value):
            words = ["what rounding makes of it in the backward pass"]
        said_already = self.steps and (reads_alike(self.steps[-1].right, number) or (exact and not words))
        if not said_already:
            self.steps.append(Step("value", self.left, number, tuple(words)))
        elif words:  # the line has this number already
            said = self.steps[-1]
            self.steps[-1] = replace(said, words=tuple(joined(said.words, words)))

    def _at_this_point(self, found: float) -> list[Piece]:
        """Why the value is not that of the line before, or not that of the backward pass."""
        values = self.workings.values
        if self.said:
            rest: list[Piece] = (
                ["; the backward pass, as PyTorch's, gives ", Number(self.adjoint)] if self.value == self.value else []
            )
            return [self.said, *rest]
        if not math.isfinite(found) and math.isfinite(self.value) and math.isfinite(self.adjoint):
            return ["has no value here as it stands; this is what the backward pass takes"]
        if not values.close(self.value, self.adjoint) and not math.isfinite(self.adjoint):
            return ["the value of the formula; the backward pass, as PyTorch's, gives ", Number(self.adjoint)]
        return []

    def _exact(self, simplified: Simplified) -> tuple[float, str]:
        """The value of a derivative of which floats make nan, and what is to be said of it: a limit, or why there is none."""
        from gradcli.algebra.at_point import values_at

        assert isinstance(self.left, Partial)
        tape = self.workings.tape
        found = values_at(self.workings.graph, simplified, [(self.left.input,)], tape.bindings)
        return tuple(found[0]) if found else (self.adjoint, "")

    def _convention(self) -> list[Piece]:
        workings = self.workings
        id = workings.graph.variables.get(self.left.input) if isinstance(self.left, Partial) else None
        return [] if id is None else convention(workings.tape, id)

    def _computed(self, expression: Expression) -> Expression:
        """The expression with each of its terms as a number."""

        def below(node: Expression) -> tuple[Expression, ...]:
            return children(node) if is_sum(node) or isinstance(node, Group) else ()

        results: list[Expression] = []
        for node in postorder(expression, below):
            count = len(below(node))
            operands = tuple(results[len(results) - count :])
            del results[len(results) - count :]
            if isinstance(node, Operator) and operands:
                results.append(Operator(node.symbol, operands))
            elif operands:
                results.append(operands[0])
            else:
                results.append(Number(self.workings.values.of(node)))
        return results[0]


_NOWHERE = "the function has no value here, and so no derivative"


def _has_no_value(workings: Workings) -> bool:
    """Whether the output of the run is nan."""
    value = workings.tape.value
    return type(value) is float and value != value


def value_of(workings: Workings, simplified: Simplified, adjoint: float) -> float:
    """The value of a derivative at the point of a run.

    That of the backward pass, unless the formula has another one: what is nan or infinite on the way, in a branch not taken or
    in factors that cancel, makes the backward pass nan.
    """
    values = workings.values
    formula = values.of_formula(simplified)
    if (
        _has_no_value(workings)
        or math.isnan(formula)
        or (math.isinf(formula) and not math.isnan(adjoint))
        or values.close(formula, adjoint)
    ):
        return adjoint
    if math.isfinite(adjoint) and values.differ_by_rounding(formula, adjoint, *_formulas(simplified)):
        return adjoint
    return formula


def _formulas(simplified: Simplified | None) -> Sequence[Expression]:
    """The derivative where it is one line."""
    return () if simplified is None or simplified.definitions else simplified.expressions


def parentheses(expression: Expression) -> int:
    """How many parentheses an expression is written with."""
    return to_text(expression, pretty=True).count("(")


def without_groups(expression: Expression) -> Expression:
    """The sum of sums as one sum: (w + 1) - (x - w) is w + 1 - x + w."""
    terms = signed_terms(expression)
    first, total = next(terms)
    total = Operator("-", (total,)) if first == "-" else total
    for sign, term in terms:
        total = Operator(sign, (total, term))
    return total
