"""Implicit differentiation as textbooks write it: both sides differentiated, y' collected, divided by its factor."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gradcli.algebra.derivatives import Simplified, differentiate, simplified_outputs
from gradcli.algebra.total_derivative import conditions_of, implicit_derivatives, on_equation
from gradcli.derivation.nodes.chain import CHECK_STEPS, WrongStepError
from gradcli.derivation.notation.deeds import deeds
from gradcli.derivation.notation.expressions import ExpressionValues, replaced_names, signed_terms, sum_of
from gradcli.derivation.notation.prose import Equal, Piece, listed
from gradcli.derivation.notation.steps import Step
from gradcli.derivation.notation.tidy import ZERO, tidy
from gradcli.errors import ExitCode, GradcliError
from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph
from gradcli.language.ast import Expression, Name, Number, Operator, Output, Prime, Program
from gradcli.language.equation import Equation
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower

if TYPE_CHECKING:
    from gradcli.algebra.assumptions.facts import Assumptions

POINTS = 3
"""Points at which each step is compared with the derivatives."""

CLOSE = 1e-6


class ImplicitDerivation(Frozen):
    """How the derivatives by one variable follow from an equation.

    Attributes:
        variable: What is differentiated by.
        steps: The steps, equations with sides of their own.
        derivative: The derivative that was asked for.
        value: Its value at the point; None where there is none.
    """

    variable: str
    steps: tuple[Step, ...]
    derivative: Expression
    value: float | None


class Implicit(Frozen):
    """How an equation gives the derivatives of a variable.

    Attributes:
        equation: The equation.
        variable: The variable that depends on the others.
        order: The order of the derivatives.
        conditions: Where it does.
        derivations: For each variable that is differentiated by.
        equation_names: The variables of the equation.
        bindings: The values of the variables; empty where there are none.
        warnings: Steps that were left out, which is a defect.
    """

    equation: Equation
    variable: str
    order: int
    conditions: tuple[Expression, ...]
    derivations: tuple[ImplicitDerivation, ...]
    equation_names: tuple[str, ...]
    bindings: Mapping[str, float]
    warnings: tuple[str, ...]


def explain_implicit(
    equation: Equation,
    graph: Graph,
    variable: str,
    wrt: Sequence[str],
    order: int,
    bindings: Mapping[str, float],
    assume: Assumptions | None = None,
) -> Implicit:
    """Derive the derivatives of a variable that an equation gives.

    Args:
        equation: The equation.
        graph: The graph of the difference of its sides.
        variable: The variable that depends on the others.
        wrt: What to differentiate by.
        order: How often.
        bindings: The values of all variables; empty for symbols alone.
        assume: What is assumed of variables, so that conditions that it has in it are not said; None for nothing.

    Raises:
        GradcliError: The equation does not depend on the variable, or a derivative takes lines of its own.
    """
    conditions = conditions_of(graph, variable, assume)
    warnings: list[str] = []
    derivations = [_Deriving(equation, graph, variable, by, bindings, warnings, conditions).run(order) for by in wrt]
    names = tuple(graph.variables)
    return Implicit(equation, variable, order, conditions, tuple(derivations), names, bindings, tuple(warnings))


class _Deriving:
    """The derivation by one variable."""

    def __init__(
        self,
        equation: Equation,
        graph: Graph,
        variable: str,
        by: str,
        bindings: Mapping[str, float],
        warnings: list[str],
        conditions: Sequence[Expression],
    ) -> None:
        self.equation, self.graph, self.variable, self.by = equation, graph, variable, by
        self.bindings, self.warnings = bindings, warnings
        self.steps: list[Step] = []
        self.samples = [_sample(list(graph.variables), number) for number in range(POINTS)]
        self.known: dict[str, Expression] = {}
        self.conditions = conditions

    def run(self, order: int) -> ImplicitDerivation:
        """The steps up to an order."""
        first = self._first()
        derivative, prime = first, Name(f"{self.variable}'")
        for times in range(2, order + 1):
            derivative, prime = self._next(derivative, prime, first, times)
        if order > 1 and (on := on_equation(self.graph, derivative)) != derivative:
            derivative = on  # it holds on the equation alone, so that no other point can check it
            self.steps.append(Step("equation put in", prime, on, (Equal(self.equation.left, self.equation.right), " put in")))
        value = self._numbers(prime, derivative)
        return ImplicitDerivation(self.by, tuple(self.steps), derivative, value)

    def _first(self) -> Expression:
        """The first derivative: both sides, collected, divided."""
        prime = Name(f"{self.variable}'")
        [slope] = self._derivatives((self.by,))
        self.known[prime.name] = slope
        left, right = self._written(self.equation.left), self._written(self.equation.right)
        (left_by, left_own), (right_by, right_own) = self._partials(left), self._partials(right)
        self._say("both sides differentiated", Prime(left), Prime(right), "both sides differentiated by ", Name(self.by))
        sides = [_with_prime(by, own, prime) for by, own in ((left_by, left_own), (right_by, right_own))]
        words: list[Piece] = [Name(self.variable), " depends on ", Name(self.by), ": chain rule"]
        self._say("chain rule", *sides, *words)
        above = _simple(Operator("-", (right_by, left_by)), self.graph)
        below = _simple(Operator("-", (left_own, right_own)), self.graph)
        self._say("terms collected", tidy(Operator("*", (below, prime))), above, "what has ", prime, " on the left side")
        if below != Number(1):
            where = ", where it is not 0" if self.conditions else ", which is not 0"
            self._say("divided", prime, tidy(Operator("/", (above, below))), "divided by ", below, where)
        self._simplified(prime, slope)
        return slope

    def _next(self, before: Expression, prime: Name, first: Expression, times: int) -> tuple[Expression, Name]:
        """The derivative of the next order from the one before."""
        higher, single = Name(prime.name + "'"), Name(f"{self.variable}'")
        [found] = self._derivatives((self.by,) * times)
        self.known[higher.name] = found
        by, own = self._partials(before)
        self._say("differentiated again", higher, Prime(before), prime, " differentiated by ", Name(self.by))
        line = _with_prime(by, own, single)
        words: list[Piece] = [Name(self.variable), " depends on ", Name(self.by), ": chain rule"]
        self._say("chain rule", higher, line, *words)
        put_in = replaced_names(line, {single.name: first})
        self._say("derivatives put in", higher, put_in, Equal(single, first), " put in")
        self._simplified(higher, found)
        return found, higher

    def _numbers(self, prime: Name, derivative: Expression) -> float | None:
        if not self.bindings:
            return None
        value = self._value(derivative, self.bindings)
        numbers = {name: Number(number) for name, number in self.bindings.items()}
        put_in = replaced_names(derivative, numbers, grouped=False)
        point = [Equal(Name(name), number) for name, number in numbers.items()]
        if to_text(put_in) != to_text(derivative):
            self.steps.append(Step("numbers put in", prime, put_in, tuple(listed(list(point), ", "))))
        self.steps.append(Step("value", prime, Number(value)))
        return value

    # ---- expressions ----

    def _derivatives(self, wrt: tuple[str, ...]) -> Sequence[Expression]:
        found, _, _ = implicit_derivatives(self.graph, self.variable, [wrt])
        return _one_line(found)

    def _partials(self, expression: Expression) -> tuple[Expression, Expression]:
        """The derivatives of an expression by the variable in question and by the one that depends on it."""
        graph = _graph(expression, self.graph)
        found = differentiate(graph, [(graph.output, (name,)) for name in (self.by, self.variable)])
        by, own = _one_line(found)
        return by, own

    def _written(self, side: Expression) -> Expression:
        """A side with the names of parts written out."""
        parts: dict[str, Expression] = {}
        for statement in self.equation.before:
            value = replaced_names(statement.value, parts, grouped=False)  # type: ignore[attr-defined]
            parts[statement.name] = value  # type: ignore[attr-defined]
        return replaced_names(side, parts, grouped=False)

    # ---- steps ----

    def _simplified(self, left: Expression, right: Expression) -> None:
        last = self.steps[-1].right
        if to_text(last) != to_text(right):
            found = deeds(last, right)
            self._say(found[0], left, right, ", ".join(found))

    def _say(self, rule: str, left: Expression, right: Expression, *words: Piece) -> None:
        """Add a step, which must hold wherever the equation gives the variable."""
        if self.steps and (to_text(self.steps[-1].left), to_text(self.steps[-1].right)) == (to_text(left), to_text(right)):
            return
        for point in self.samples:
            one, other = self._value(left, point), self._value(right, point)
            sound = math.isfinite(one) and math.isfinite(other)
            if sound and not math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE):
                line = f"{to_text(left, pretty=True)} = {to_text(right, pretty=True)}"
                if CHECK_STEPS in os.environ:
                    raise WrongStepError(rule, line, one, other)
                self.warnings.append(f"a step of the derivation is left out, which is a defect of gradcli: {line}")
                return
        self.steps.append(Step(rule, left, right, tuple(words)))

    def _value(self, expression: Expression, point: Mapping[str, float]) -> float:
        """The value of a side of a step at a point, on the equation or not: y' is what the equation makes it."""

        def plain(node: Expression) -> Expression:
            if isinstance(node, Prime):
                by, own = self._partials(node.content)
                return _with_prime(by, own, Name(f"{self.variable}'"))
            return node

        written = mapped(expression, plain)
        while any(name in to_text(written) for name in self.known):
            written = replaced_names(written, self.known, grouped=False)
        try:
            return float(ExpressionValues(point).of(written))
        except (OverflowError, ZeroDivisionError):
            return math.nan


def _sample(names: Sequence[str], number: int) -> dict[str, float]:
    """A point without any special place in it."""
    return {
        name: 0.31 + math.modf((number + 1) * 0.7548776662 + (index + 1) * 0.5698402909)[0] for index, name in enumerate(names)
    }


def _graph(expression: Expression, like: Graph) -> Graph:
    return lower(Program((Output(expression),)), StaticBuilder(Graph(like.max_nodes)), like.variables)


def _simple(expression: Expression, like: Graph) -> Expression:
    graph = _graph(expression, like)
    return _one_line(simplified_outputs(graph))[0]


def _one_line(found: Simplified) -> Sequence[Expression]:
    if found.definitions:
        raise GradcliError(
            "the derivative is too long for a line", hint="gradcli diff has it in named lines", exit_code=ExitCode.LIMIT
        )
    return found.expressions


def _with_prime(by: Expression, own: Expression, prime: Name) -> Expression:
    """∂f/∂x + ∂f/∂y·y', a sum before y' as single terms."""
    terms = [] if by == ZERO else [by]
    terms += [tidy(Operator("*", (part, prime))) for part in _terms(own) if part != ZERO]
    return sum_of(terms) if terms else ZERO


def _terms(expression: Expression) -> list[Expression]:
    """The terms of a sum, in order."""
    return [term if sign == "+" else tidy(Operator("-", (term,))) for sign, term in signed_terms(expression)]
