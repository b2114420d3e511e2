"""Implicit differentiation as textbooks write it: both sides differentiated, y' collected, divided by its factor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradcli.algebra.derivatives import differentiate
from gradcli.algebra.simplified import simplified_outputs
from gradcli.algebra.total_derivative import conditions_of, implicit_derivatives, on_equation
from gradcli.derivation.calculus.worked import Result, Worked, Working, graph_of, in_one_line
from gradcli.derivation.notation.expressions import replaced_names, signed_terms, sum_of
from gradcli.derivation.notation.prose import Equal, Piece, about_primes, listed
from gradcli.derivation.notation.steps import Step
from gradcli.derivation.notation.tidy import ZERO, tidy
from gradcli.graph.graph import Graph
from gradcli.language.ast import Expression, Name, Number, Operator, Partial, Prime
from gradcli.language.equation import Equation
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.algebra.assumptions.facts import Assumptions


def explain_implicit(
    equation: Equation,
    graph: Graph,
    variable: str,
    wrt: Sequence[str],
    order: int,
    bindings: Mapping[str, float],
    assume: Assumptions | None = None,
) -> Worked:
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
    results: list[Result] = []
    for by in wrt:
        prime: Name | Partial = Partial(variable, by) if len(wrt) > 1 and order == 1 else Name(variable + "'" * order)
        deriving = _Deriving(equation, graph, variable, by, bindings, warnings, conditions)
        derivative, value = deriving.run(order)
        others = [name for name in graph.variables if name not in (variable, by)]
        remark = about_primes(by, others)
        heading = (prime, " by implicit differentiation")
        left = Name(variable + "'" * order)
        results.append(Result(by, left, tuple(deriving.steps), derivative, value, heading, remark))
    said: list[Piece] = [Equal(equation.left, equation.right), " makes ", Name(variable), " a function of "]
    said += listed([Name(name) for name in wrt])
    said += [" where ", *listed(list(conditions))] if conditions else []
    return Worked(tuple(said), variable, bindings.get(variable), tuple(results), conditions, bindings, tuple(warnings))


class _Deriving(Working):
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
        super().__init__(list(graph.variables), bindings, warnings)
        self.equation, self.graph, self.variable, self.by = equation, graph, variable, by
        self.conditions = conditions

    def run(self, order: int) -> tuple[Expression, float | None]:
        """The steps up to an order; the derivative, and its value at the point."""
        first = self._first()
        derivative, prime = first, Name(f"{self.variable}'")
        for times in range(2, order + 1):
            derivative, prime = self._next(derivative, prime, first, times)
        if order > 1 and (on := on_equation(self.graph, derivative)) != derivative:
            derivative = on  # it holds on the equation alone, so that no other point can check it
            self.steps.append(Step("equation put in", prime, on, (Equal(self.equation.left, self.equation.right), " put in")))
        return derivative, self.numbers(prime, derivative)

    def _first(self) -> Expression:
        """The first derivative: both sides, collected, divided."""
        prime = Name(f"{self.variable}'")
        [slope] = self._derivatives((self.by,))
        self.known[prime.name] = slope
        left, right = self._written(self.equation.left), self._written(self.equation.right)
        (left_by, left_own), (right_by, right_own) = self._partials(left), self._partials(right)
        self.say("both sides differentiated", Prime(left), Prime(right), "both sides differentiated by ", Name(self.by))
        sides = [_with_prime(by, own, prime) for by, own in ((left_by, left_own), (right_by, right_own))]
        words: list[Piece] = [Name(self.variable), " depends on ", Name(self.by), ": chain rule"]
        self.say("chain rule", *sides, *words)
        above = _simple(Operator("-", (right_by, left_by)), self.graph)
        below = _simple(Operator("-", (left_own, right_own)), self.graph)
        self.say("terms collected", tidy(Operator("*", (below, prime))), above, "what has ", prime, " on the left side")
        if below != Number(1):
            where = ", where it is not 0" if self.conditions else ", which is not 0"
            quotient = ZERO if above == ZERO else Operator("/", (above, below))
            self.say("divided", prime, quotient, "divided by ", below, where)
        self.simplified(prime, slope)
        return slope

    def _next(self, before: Expression, prime: Name, first: Expression, times: int) -> tuple[Expression, Name]:
        """The derivative of the next order from the one before."""
        higher, single = Name(prime.name + "'"), Name(f"{self.variable}'")
        [found] = self._derivatives((self.by,) * times)
        self.known[higher.name] = found
        by, own = self._partials(before)
        self.say("differentiated again", higher, Prime(before), prime, " differentiated by ", Name(self.by))
        line = _with_prime(by, own, single)
        words: list[Piece] = [Name(self.variable), " depends on ", Name(self.by), ": chain rule"]
        self.say("chain rule", higher, line, *words)
        put_in = replaced_names(line, {single.name: first})
        self.say("derivatives put in", higher, put_in, Equal(single, first), " put in")
        self.simplified(higher, found)
        return found, higher

    # ---- expressions ----

    def _derivatives(self, wrt: tuple[str, ...]) -> Sequence[Expression]:
        found, _, _ = implicit_derivatives(self.graph, self.variable, [wrt])
        return in_one_line(found)

    def _partials(self, expression: Expression) -> tuple[Expression, Expression]:
        """The derivatives of an expression by the variable in question and by the one that depends on it."""
        graph = graph_of(expression, self.graph)
        found = differentiate(graph, [(graph.output, (name,)) for name in (self.by, self.variable)])
        by, own = in_one_line(found)
        return by, own

    def _written(self, side: Expression) -> Expression:
        """A side with the names of parts written out."""
        parts: dict[str, Expression] = {}
        for statement in self.equation.before:
            value = replaced_names(statement.value, parts, grouped=False)  # type: ignore[attr-defined]
            parts[statement.name] = value  # type: ignore[attr-defined]
        return replaced_names(side, parts, grouped=False)

    def plain(self, node: Expression) -> Expression:
        """A prime is the derivative by the variable, on the equation or not: y' is what the equation makes it."""
        if not isinstance(node, Prime):
            return super().plain(node)
        by, own = self._partials(node.content)
        return _with_prime(by, own, Name(f"{self.variable}'"))


def _simple(expression: Expression, like: Graph) -> Expression:
    graph = graph_of(expression, like)
    return in_one_line(simplified_outputs(graph))[0]


def _with_prime(by: Expression, own: Expression, prime: Name) -> Expression:
    """∂f/∂x + ∂f/∂y·y', a sum before y' as single terms."""
    terms = [] if by == ZERO else [by]
    terms += [tidy(Operator("*", (part, prime))) for part in _terms(own) if part != ZERO]
    return sum_of(terms) if terms else ZERO


def _terms(expression: Expression) -> list[Expression]:
    """The terms of a sum, in order."""
    return [term if sign == "+" else tidy(Operator("-", (term,))) for sign, term in signed_terms(expression)]
