"""Total derivatives: of expressions whose variables depend on others, by a rule or by an equation.

Where y depends on x, df/dx = ∂f/∂x + ∂f/∂y·y'. An equation F(x, y) = 0 makes y' = -(∂F/∂x)/(∂F/∂y) wherever ∂F/∂y is not 0 (the
theorem of implicit functions), and y'' is the total derivative of that. A dependence that is only declared, y(x), leaves y' as a
name, on which the next order depends in the same way.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence

from gradcli.algebra.derivatives import check_growth, differentiate
from gradcli.algebra.simplified import Simplified, Simplifier, simplified_outputs
from gradcli.algebra.simplify import normal_forms
from gradcli.algebra.sums.cancellation import difference_from_zero
from gradcli.algebra.sums.expressions import written
from gradcli.algebra.sums.normal import Algebra
from gradcli.errors import ExitCode, GradcliError
from gradcli.graph.graph import Graph
from gradcli.language.ast import Assignment, Comparison, Expression, Name, Number, Operator, Output, Program, postorder
from gradcli.language.rewrite import joined
from gradcli.lowering.builders.compaction import compacted, replay
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.algebra.assumptions.facts import Assumptions

Wrt = tuple[str, ...]
"""The variables to differentiate by, one after the other."""


class Dependences:
    """Which variables depend on which.

    Args:
        declared: For each dependent variable what it depends on: ``{"y": ("x",), "z": ("x", "t")}``.

    Raises:
        GradcliError: One depends on itself.
    """

    def __init__(self, declared: Mapping[str, Sequence[str]]) -> None:
        self.arguments = {name: tuple(arguments) for name, arguments in declared.items()}
        self._derived: dict[str, tuple[str, Wrt]] = {name: (name, ()) for name in declared}
        self.order = _in_order(self.arguments)

    @property
    def independent(self) -> list[str]:
        """What others depend on, and what depends on nothing itself."""
        every = [argument for arguments in self.arguments.values() for argument in arguments]
        return [name for name in dict.fromkeys(every) if name not in self.arguments]

    def rates(self, by: str, used: Sequence[str]) -> dict[str, Expression]:
        """The derivative of each variable by another one, along every way of dependence; those that are not 0.

        Args:
            by: The variable.
            used: The variables of an expression; derivatives of dependent ones, which earlier orders made, among them.
        """
        found: dict[str, Expression] = {by: Number(1)}
        derived = [name for name in self._derived if name not in self.arguments and name in used]
        for name in [*self.order, *derived]:
            base, wrt = self._derived[name]
            terms: list[Expression] = []
            for argument in self.arguments[base] if name != by else ():
                if argument in found:
                    own = Name(self._name(base, (*wrt, argument)))
                    terms.append(own if found[argument] == Number(1) else Operator("*", (own, found[argument])))
            if terms:
                found[name] = joined("+", terms)
        return found

    def _name(self, base: str, wrt: Wrt) -> str:
        """What a derivative is called: y', y'' where y has one argument, z_x, z_xt where it has several."""
        arguments = self.arguments[base]
        wrt = tuple(sorted(wrt, key=arguments.index))
        if len(arguments) == 1:
            name = base + "'" * len(wrt)
        else:
            name = f"{base}_{('' if all(len(one) == 1 for one in arguments) else '_').join(wrt)}"
        self._derived.setdefault(name, (base, wrt))
        return name

    def meaning(self, name: str) -> tuple[str, Wrt]:
        """Of what a name is the derivative, and by what; nothing for one that is none."""
        return self._derived.get(name, ("", ()))

    def names(self) -> list[str]:
        """The names of the derivatives that were made."""
        return [name for name in self._derived if name not in self.arguments]


def _in_order(arguments: Mapping[str, Sequence[str]]) -> list[str]:
    """Dependent variables, each behind those that it depends on."""
    order: list[str] = []
    waiting = list(arguments)
    while waiting:
        ready = [name for name in waiting if not any(one in waiting for one in arguments[name])]
        if not ready:
            raise GradcliError(f"{waiting[0]} depends on itself", hint="a variable depends on others: y(x), z(x, y)")
        order += ready
        waiting = [name for name in waiting if name not in ready]
    return order


def total_derivatives(
    graph: Graph, requests: Sequence[Wrt], dependences: Dependences, *, assume: Assumptions | None = None
) -> tuple[Simplified, Graph, list[int]]:
    """Total derivatives of a graph's output.

    Args:
        graph: A static graph of numbers.
        requests: By what.
        dependences: Which variables depend on which.
        assume: What is assumed of variables; None for nothing.

    Returns:
        The derivatives, and a graph of them with the node of each.

    Raises:
        GradcliError: A derivative would be called like a variable, or is too large.
    """
    graphs: list[Graph] = []
    for wrt in requests:
        at = graph
        for by in wrt:
            at = _total(at, dependences.rates(by, list(at.variables)))
            taken = [name for name in dependences.names() if name in graph.variables]
            if taken:
                raise GradcliError(f"{taken[0]} is a variable, and a derivative would be called so", hint="rename the variable")
        graphs.append(at)
    return together(graphs, assume=assume)


def implicit_derivatives(
    graph: Graph, variable: str, requests: Sequence[Wrt], *, assume: Assumptions | None = None, shorter: bool = False
) -> tuple[Simplified, Graph, list[int]]:
    """Derivatives of a variable that an equation makes a function of the others.

    Args:
        graph: A static graph of numbers, whose output is 0 where the equation holds.
        variable: The variable.
        requests: By what it is differentiated.
        assume: What is assumed of variables; None for nothing.
        shorter: Whether higher derivatives may be written by means of the equation, so that they hold where it does alone.

    Returns:
        The derivatives, each with its condition, and a graph of them with the node of each.

    Raises:
        GradcliError: The equation does not depend on the variable, or a derivative is too large.
    """
    conditions = conditions_of(graph, variable, assume)
    graphs: list[Graph] = []
    slopes: dict[str, Graph] = {}
    for wrt in requests:
        for by in wrt:
            if by not in slopes:
                slopes[by] = slope(graph, variable, by)
        at = slopes[wrt[0]]
        for order, by in enumerate(wrt[1:], 2):
            check_growth(at, order)
            rate = Simplifier(slopes[by], [slopes[by].output], generic=True).together([slopes[by].output])
            if rate.definitions:
                raise GradcliError(
                    f"the derivative of order {order} is too large", hint="ask for order 1", exit_code=ExitCode.LIMIT
                )
            at = _total(at, {by: Number(1), variable: rate.expressions[0]})
        graphs.append(at)
    found, common, ids = together(graphs, assume=assume)
    expressions = found.expressions
    if shorter and not found.definitions:
        pairs = zip(requests, expressions, strict=True)
        expressions = tuple([one if len(wrt) == 1 else on_equation(graph, one, assume) for wrt, one in pairs])
    return Simplified(found.definitions, expressions, (conditions,) * len(requests)), common, ids


def on_equation(graph: Graph, expression: Expression, assume: Assumptions | None = None) -> Expression:
    """An expression where the output of a graph is 0, if that makes it shorter."""
    from gradcli.algebra.sums.arranged import where_zero

    algebra = Algebra(assume, invertible=True)
    given = _lowered((), expression, graph, ())
    form = normal_forms(given, algebra)[given.output]
    with contextlib.suppress(GradcliError):  # it is too long
        shorter = where_zero(algebra, form, normal_forms(graph, algebra)[graph.output])
        if algebra.size(shorter) < algebra.size(form):
            return written(algebra, shorter)
    return expression


def without_powers(graph: Graph, variable: str) -> Expression | None:
    """What is 0 where the output of a graph is, with a slope there: y - x for (y - x)^2; None where no factor is a power.

    Args:
        graph: A static graph of numbers.
        variable: The variable that the factors are about.
    """
    (whole,) = simplified_outputs(graph, shape="factored").expressions
    work, factors, fewer = [whole], [], False
    while work:
        one = work.pop()
        if isinstance(one, Operator) and one.symbol == "*":
            work += reversed(one.operands)
        elif isinstance(one, Operator) and len(one.operands) == 1:
            work.append(one.operands[0])
        elif any(isinstance(node, Name) and node.name == variable for node in postorder(one)):
            if isinstance(one, Operator) and one.symbol == "^" and isinstance(power := one.operands[1], Number):
                fewer |= (repeated := power.value > 1 and power.value % 1 == 0)
                one = one.operands[0] if repeated else one
            factors.append(one)
        elif not isinstance(one, Number):
            factors.append(one)
    return joined("*", factors) if fewer else None


def slope(graph: Graph, variable: str, by: str) -> Graph:
    """The graph of -(∂F/∂x)/(∂F/∂y), for the output F of a graph."""
    found = differentiate(graph, [(graph.output, (by,)), (graph.output, (variable,))])
    above, below = found.expressions
    return _lowered(found.definitions, Operator("/", (Operator("-", (above,)), below)), graph, ())


def conditions_of(graph: Graph, variable: str, assume: Assumptions | None = None) -> tuple[Expression, ...]:
    """Where an equation gives a variable as a function of the others: ∂F/∂y != 0, for each factor that may be 0.

    Raises:
        GradcliError: Nowhere: ∂F/∂y is 0.
    """
    found = differentiate(graph, [(graph.output, (variable,))])
    derivative = _lowered(found.definitions, found.expressions[0], graph, ())
    algebra = Algebra(assume)
    form = normal_forms(derivative, algebra)[derivative.output]
    if not algebra.forms[form]:
        raise GradcliError(f"the equation does not depend on {variable}", hint="--implicit names the variable that it gives")
    if found.definitions:
        return (Comparison(("!=",), (found.expressions[0], Number(0))),)
    sides = [pair for pair in difference_from_zero(algebra, form) if not _differ(algebra, *pair)]
    pairs = [[written(algebra, side) for side in pair] for pair in sides]
    return tuple([Comparison(("!=",), tuple(pair)) for pair in pairs])


def _differ(algebra: Algebra, left: int, right: int) -> bool:
    """Whether two forms are known to be different by what is assumed."""
    return algebra.is_nonzero_form(algebra.add([left, algebra.scale(right, -1)]))


def _total(graph: Graph, rates: Mapping[str, Expression]) -> Graph:
    """The graph of the sum of ∂f/∂v·(rate of v) over the variables that move."""
    names = [name for name in graph.variables if name in rates]
    if not names:
        return _lowered((), Number(0), graph, ())
    found = differentiate(graph, [(graph.output, (name,)) for name in names])
    terms: list[Expression] = []
    for name, partial in zip(names, found.expressions, strict=True):
        terms.append(partial if rates[name] == Number(1) else Operator("*", (partial, rates[name])))
    return _lowered(found.definitions, joined("+", terms), graph, names)


def _lowered(definitions: Sequence[Assignment], value: Expression, graph: Graph, names: Sequence[str]) -> Graph:
    builder = StaticBuilder(Graph(graph.max_nodes, graph.max_elements), identities=True)
    return compacted(lower(Program((*definitions, Output(value))), builder, graph.variables), keep_variables=False)


def together(graphs: Sequence[Graph], *, assume: Assumptions | None = None) -> tuple[Simplified, Graph, list[int]]:
    """The outputs of graphs in one graph, simplified.

    Args:
        graphs: The graphs.
        assume: What is assumed of variables; None for nothing.
    """
    builder = StaticBuilder(Graph(sum([graph.max_nodes for graph in graphs])), identities=True)
    ids = [replay(graph, builder)[graph.output].id for graph in graphs]
    found = Simplifier(builder.graph, ids, generic=True, assume=assume).together(ids)
    return found, builder.graph, ids
