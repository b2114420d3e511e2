"""What is made of derivatives as textbooks work it out: fields, total derivatives, tangents, polynomials, stationary points."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from gradcli.algebra.derivatives import differentiate
from gradcli.algebra.simplified import simplified_outputs
from gradcli.algebra.stationary import INFLECTION, MAXIMUM, MINIMUM, stationary_points
from gradcli.algebra.taylor import taylor
from gradcli.algebra.total_derivative import Dependences, total_derivatives
from gradcli.algebra.vector_fields import Term, combined, exact_at, tangent
from gradcli.derivation.calculus.worked import Result, Worked, Working, graph_of, in_one_line
from gradcli.derivation.nodes.special_points import away_from_kinks
from gradcli.derivation.notation.expressions import replaced_names, sum_of
from gradcli.derivation.notation.prose import Equal, Piece, Words, listed
from gradcli.derivation.notation.steps import Step
from gradcli.derivation.notation.tidy import ZERO, tidy
from gradcli.graph.graph import Graph
from gradcli.language.ast import Array, Call, Expression, Group, Name, Number, Operator, Output, Partial, Program
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.algebra.assumptions.facts import Assumptions


def explain_sums(
    field: Graph,
    rows: Sequence[Sequence[Term]],
    kind: str,
    names: Sequence[str],
    bindings: Mapping[str, float],
    assume: Assumptions | None = None,
) -> Worked:
    """Derive sums of derivatives of the outputs of a graph.

    Args:
        field: The graph, whose outputs are the components.
        rows: The terms of each sum.
        kind: What they are: ``direction``, ``divergence``, ``curl`` or ``laplacian``.
        names: The coordinates.
        bindings: The values of all variables; empty for symbols alone.
        assume: What is assumed of variables; None for nothing.

    Raises:
        GradcliError: A derivative takes lines of its own.
    """
    title, short = ("the derivative along u", "D_u") if kind == "direction" else (f"the {kind}", kind)
    whole = len(field.outputs) == 1
    labels = ["f"] if whole else [f"F_{number}" for number in range(1, len(field.outputs) + 1)]
    functions = in_one_line(differentiate(field, [(output, ()) for output in field.outputs]))
    warnings: list[str] = []
    results: list[Result] = []
    for number, row in enumerate(rows):
        working = Working(list(field.variables), bindings, warnings)
        found = in_one_line(differentiate(field, [(field.outputs[at], wrt) for _, at, wrt in row]))
        symbols = [_symbol(labels[at], wrt) for _, at, wrt in row]
        factors = [_one(simplified_outputs(graph_of(factor, field)).expressions) for factor, _, _ in row]
        left: Expression = Call(short, (Name("f" if whole else "F"),))
        left = left if len(rows) == 1 else Name(f"{short}_{names[number] if kind == 'curl' else number + 1}")
        result = _one(in_one_line(combined(field, [row], assume=assume)[0]))
        working.known |= {_key(symbol): value for symbol, value in zip(symbols, found, strict=True)} | {_key(left): result}
        words: tuple[Piece, ...] = (f"definition of {title}",)
        working.say("definition", left, _sum(factors, symbols), *words)
        equal = [Equal(symbol, value) for symbol, value in zip(symbols, found, strict=True)]
        working.say("derivatives put in", left, _sum(factors, found), *listed(list(dict.fromkeys(equal)), ", "))
        working.simplified(left, result)
        value = working.numbers(left, result)
        heading: tuple[Piece, ...] = (left, ", ", title) if len(rows) == 1 else (left, ", a component of ", title)
        results.append(Result(_key(left), left, tuple(working.steps), result, value, heading))
    said: list[Piece] = list(
        listed([Equal(Name(label), function) for label, function in zip(labels, functions, strict=True)], ", ")
    )
    if kind == "direction":
        said += [", u = ", Array(tuple(factors)), " of length 1 in ", *listed([Name(name) for name in names], ", ")]
    elif kind != "laplacian" or not whole:
        said += [" in the coordinates ", *listed([Name(name) for name in names], ", ")]
    conditions = away_from_kinks(field, [names], assume)[0] if kind == "laplacian" else ()
    said += [" where ", *listed(list(conditions))] if conditions else []
    return Worked(tuple(said), "f" if whole else "F", None, tuple(results), conditions, bindings, tuple(warnings))


def explain_totals(
    graph: Graph, wrt: Sequence[str], order: int, dependences: Dependences, assume: Assumptions | None = None
) -> Worked:
    """Derive total derivatives of a graph's output.

    Args:
        graph: A static graph of numbers.
        wrt: By what.
        order: How often.
        dependences: Which variables depend on which.
        assume: What is assumed of variables; None for nothing.

    Raises:
        GradcliError: A derivative takes lines of its own, or would be called like a variable.
    """
    label = graph.given_names.get(graph.output, "f")
    function = _one(in_one_line(differentiate(graph, [(graph.output, ())])))
    warnings: list[str] = []
    results: list[Result] = []
    for by in wrt:
        found = [
            _one(in_one_line(total_derivatives(graph, [(by,) * times], dependences, assume=assume)[0]))
            for times in range(1, order + 1)
        ]
        working = Working([*graph.variables, *dependences.names(), by], {}, warnings)
        at, name = graph, label
        for times, total in enumerate(found, 1):
            rates = dependences.rates(by, list(at.variables))
            moving = [variable for variable in at.variables if variable in rates]
            partials = in_one_line(differentiate(at, [(at.output, (variable,)) for variable in moving])) if moving else ()
            symbols = [Partial(name, variable) for variable in moving]
            left = Name(label + "'" * times if len(wrt) == 1 else f"{label}_{by * times}")
            working.known |= {_key(symbol): value for symbol, value in zip(symbols, partials, strict=True)} | {left.name: total}
            moved = [rates[variable] for variable in moving]
            through = ", ".join(variable for variable in moving if variable != by)
            words: Words = ("it does not depend on ", Name(by))
            if through and by in moving:
                words = (Name(by), " acts directly and through ", through, ": chain rule")
            elif through:
                words = (Name(by), " acts through ", through, ": chain rule")
            elif moving:
                words = (Name(by), " acts directly: chain rule")
            working.say("chain rule", left, _sum(moved, symbols), *words)
            equal = [Equal(symbol, value) for symbol, value in zip(symbols, partials, strict=True)]
            working.say("derivatives put in", left, _sum(moved, partials), *listed(list(equal), ", "))
            working.simplified(left, total)
            at, name = graph_of(total, graph), left.name
        heading: tuple[Piece, ...] = (left, ", the total derivative by ", Name(by))
        results.append(Result(by, left, tuple(working.steps), found[-1], None, heading))
    said = [Equal(Name(label), function), " with ", *listed(_dependent(dependences))]
    return Worked(tuple(said), label, None, tuple(results), (), {}, tuple(warnings))


def explain_tangent(graph: Graph, place: Mapping[str, Expression]) -> Worked:
    """Derive the tangent of a graph's output at a point.

    Args:
        graph: A static graph of numbers.
        place: The place of each variable.

    Raises:
        GradcliError: A derivative takes lines of its own.
    """
    names = list(graph.variables)
    function, *slopes = in_one_line(differentiate(graph, [(graph.output, wrt) for wrt in [(), *[(name,) for name in names]]]))
    found = tangent(graph, place)
    warnings: list[str] = []
    working = Working(names, {}, warnings)
    equal = [Equal(Name(name), place[name]) for name in names]
    f, left = "f", Name("y" if "y" not in names else "z" if "z" not in names else "tangent")
    height = _at_point(working, f, function, place, found.value)
    total: list[Expression] = [height]
    for name, formula, value in zip(names, slopes, found.slopes, strict=True):
        slope = Name(f"{f}'" if len(names) == 1 else f"{f}_{name}")
        working.known[slope.name] = formula
        working.say("derivative", slope, formula, "the derivative by ", Name(name))
        away = tidy(Operator("-", (Name(name), place[name])))
        height = _at_point(working, slope.name, formula, place, value)
        total.append(Operator("*", (height, away if isinstance(away, Name) else Group(away))))
    shown = "plane" if len(names) == 2 else "line" if len(names) == 1 else "function of first degree"
    working.known[left.name] = found.expression
    working.say("definition", left, sum_of(total), f"the {shown} of the same value and slope there")
    working.say("numbers put in", left, found.expression, "value and slope put in")
    expanded = _one(simplified_outputs(graph_of(found.expression, graph)).expressions)
    working.simplified(left, expanded)
    heading: tuple[Piece, ...] = ("The tangent at ", *listed(list(equal), ", "))
    result = Result(left.name, left, tuple(working.steps), expanded, None, heading)
    return Worked((Equal(Name(f), function),), f, None, (result,), (), {}, tuple(warnings))


def explain_taylor(graph: Graph, point: Mapping[str, Expression], order: int) -> Worked:
    """Derive the Taylor polynomial of a graph's output.

    Args:
        graph: A static graph of numbers in one variable.
        point: Where it is developed.
        order: The largest power.

    Raises:
        GradcliError: There is none.
    """
    [(variable, place)] = point.items()
    found = taylor(graph, variable, lower(Program((Output(place),)), StaticBuilder(Graph())), order)
    derivatives = in_one_line(differentiate(graph, [(graph.output, (variable,) * times) for times in range(order + 1)]))
    warnings: list[str] = []
    working = Working([variable], {}, warnings)
    away = tidy(Operator("-", (Name(variable), place)))
    step = away if isinstance(away, Name) else Group(away)
    terms: list[Expression] = []
    for times, formula in enumerate(derivatives):
        name = "f" + "'" * times
        if times:
            working.known[name] = formula
            working.say("derivative", Name(name), formula, "the derivative of ", Name(name[:-1]))
        value = exact_at(formula, point)
        term: Expression = _at_point(working, name, formula, point, value)
        if times:
            power = step if times == 1 else Operator("^", (step, Number(times)))
            divided = term if times == 1 else Operator("/", (term, Number(math.factorial(times))))
            term = Operator("*", (divided, power))
        terms.append(term)
    left = Name("T" if variable != "T" else "polynomial")
    working.known[left.name] = found.polynomial
    working.say("definition", left, sum_of(terms), "each derivative over the factorial of its order")
    working.say("numbers put in", left, found.polynomial, "values put in")
    heading: tuple[Piece, ...] = ("The Taylor polynomial about ", Equal(Name(variable), place))
    result = Result(left.name, left, tuple(working.steps), found.polynomial, None, heading)
    return Worked((Equal(Name("f"), derivatives[0]),), "f", None, (result,), (), {}, tuple(warnings))


_KINDS: dict[str, Words] = {
    MINIMUM: ("local minimum at ",), MAXIMUM: ("local maximum at ",), INFLECTION: ("inflection at ",),
}  # fmt: skip
_TURNS = {MINIMUM: "f' turns from - to +", MAXIMUM: "f' turns from + to -", INFLECTION: "f' keeps its sign"}


def explain_stationary(graph: Graph, variable: str) -> Worked:
    """Derive the stationary points of a graph's output, and their kinds.

    Args:
        graph: A static graph of numbers in one variable.
        variable: The variable.

    Raises:
        GradcliError: It is no rational function, or is constant.
    """
    points = stationary_points(graph, variable)
    function, first, second = in_one_line(differentiate(graph, [(graph.output, (variable,) * times) for times in range(3)]))
    warnings: list[str] = []
    working = Working([variable], {}, warnings)
    slope, bend = Name("f'"), Name("f''")
    working.known |= {slope.name: first, bend.name: second}
    working.say("derivative", slope, first, "the derivative by ", Name(variable))
    working.simplified(slope, _one(simplified_outputs(graph_of(first, graph), shape="factored").expressions))
    places = [point.place or Number(point.number) for point in points]
    at: list[Piece] = [Equal(Name(variable), place, point.place is None) for place, point in zip(places, points, strict=True)]
    nowhere: tuple[Piece, ...] = ("nowhere",)
    working.steps.append(Step("zero", slope, Number(0), (("at ", *listed(at, ", ")) if points else nowhere)))
    results = [Result(slope.name, slope, tuple(working.steps), first, None, ("Where ", slope, " is 0"))]
    for point, place, where in zip(points, places, at, strict=True):
        working.steps = []
        working.say("derivative", bend, second, "the derivative of ", slope)
        turn = (
            exact_at(second, {variable: place})
            if point.place is not None
            else Number(working.value(second, {variable: point.number}))
        )
        bends = _at_point(working, bend.name, second, {variable: place}, turn)
        size = working.value(turn, {})
        sign = "less than 0" if size < 0 else "greater than 0"
        level = abs(size) < 1e-12
        last = working.steps.pop()
        said: tuple[Piece, ...] = (*last.note, "; ") if last.note else ()
        working.steps.append(Step("value", bends, last.right, (*said, _TURNS[point.kind] if level else sign)))
        value = point.value or Number(point.height)
        height = _at_point(working, "f", function, {variable: place}, value)
        results.append(Result(to_text(height), height, tuple(working.steps), value, None, (*_KINDS[point.kind], where)))
    return Worked((Equal(Name("f"), function),), "f", None, tuple(results), (), {}, tuple(warnings))


def _at_point(working: Working, label: str, formula: Expression, place: Mapping[str, Expression], value: Expression) -> Call:
    """Add what a formula is at a point, which is known then; gives the call that stands for it."""
    call = Call(label, tuple(place.values()))
    working.known[_key(call)] = value
    equal = [Equal(Name(name), one) for name, one in place.items()]
    working.say("numbers put in", call, replaced_names(formula, place, grouped=False), *listed(list(equal), ", "), " put in")
    working.simplified(call, value)
    return call


def _sum(factors: Sequence[Expression], parts: Sequence[Expression]) -> Expression:
    """Products of factors and parts, added; what is 0 is left out."""
    terms = [tidy(Operator("*", (part, factor))) for factor, part in zip(factors, parts, strict=True)]
    left = [term for term in terms if term != ZERO]
    return sum_of(left) if left else ZERO


def _symbol(label: str, wrt: Sequence[str]) -> Expression:
    """The symbol of a derivative of a component: ∂F_1/∂x, and f_xx."""
    return Partial(label, wrt[0]) if len(wrt) == 1 else Name(f"{label}_{''.join(wrt)}")


def _key(symbol: Expression) -> str:
    """What a symbol is known by."""
    return symbol.name if isinstance(symbol, Name) else to_text(symbol, pretty=True)


def _dependent(dependences: Dependences) -> list[Piece]:
    """What depends on what: y(x), z(x, t)."""
    return [Call(name, tuple(map(Name, arguments))) for name, arguments in dependences.arguments.items()]


def _one(expressions: Sequence[Expression]) -> Expression:
    return expressions[0]
