"""What holds for every expression, tried on random ones: the same in every run."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from searches import examples
from support import accepts, operation_count, run, same

from gradcli.algebra.derivatives import differentiate
from gradcli.autodiff.passes.forward import evaluate
from gradcli.autodiff.passes.reverse import gradient_graph
from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.runs.program_run import record
from gradcli.derivation.nodes.chain_rule import derive
from gradcli.derivation.nodes.local import Labels
from gradcli.frozen import replace
from gradcli.graph.graph import Graph
from gradcli.graph.verifier import verify
from gradcli.language.ast import (
    NOWHERE,
    Array,
    Call,
    Comparison,
    Conditional,
    Ellipsis,
    Expression,
    Group,
    Index,
    Name,
    Number,
    Operator,
    Output,
    Partial,
    Program,
    Slice,
    Transposed,
    Tuple,
    children,
    postorder,
)
from gradcli.language.parser import parse
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.lowering.builders.compaction import compacted
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.constants import VALUES
from gradcli.ops.declaration.symbol import divide

VARIABLES = ("x", "w", "θ")
LARGE = 1e4
"""Cases with larger numbers on the way are left out, since rounding could then be all that is compared."""

TOLERANCE = 1e-7

# ---- trees ----


def parsed(text: str) -> Expression:
    """The tree of a text that is one expression."""
    [statement] = parse(text).statements
    assert isinstance(statement, Output)
    return statement.value


def bare(expression: Expression) -> Expression:
    """The tree without its places in the text."""

    def without(node: Expression) -> Expression:
        fields = type(node).__match_args__
        places = {name: NOWHERE if name == "span" else (NOWHERE,) * len(getattr(node, name)) for name in fields if "span" in name}
        return replace(node, **places)

    return mapped(expression, without)


# ---- random expressions ----

NAMES = st.sampled_from([Name(name) for name in VARIABLES])
LITERALS = st.builds(lambda digits, places: Number(_whole(Fraction(digits, 10**places))), st.integers(0, 30), st.integers(0, 2))
WRITTEN = st.builds(lambda n, d: Number(_whole(Fraction(n, d))), st.integers(-9, 9), st.integers(1, 7))
"""Numbers as derivations have them: negative, and fractions that no decimal writes."""


AT_MOST = bare(parsed("clamp(x, max=w)"))


def at_most(value: Expression, bound: Expression) -> Expression:
    """A call with a keyword."""
    return replace(AT_MOST, arguments=(value, bound))


def _whole(value: Fraction) -> int | Fraction:
    return value.numerator if value.denominator == 1 else value


def operators(symbols: str, operand: st.SearchStrategy[Expression], count: int) -> st.SearchStrategy[Expression]:
    return st.builds(Operator, st.sampled_from(symbols.split()), st.tuples(*[operand] * count))


def calls(functions: str, operand: st.SearchStrategy[Expression], count: int) -> st.SearchStrategy[Expression]:
    return st.builds(Call, st.sampled_from(functions.split()), st.tuples(*[operand] * count))


def any_syntax(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """One operation of any kind that the language has, on inner expressions."""
    symbols = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
    return (
        operators("+ - * / % ^ and or", inner, 2)
        | operators("+ - not", inner, 1)
        | st.builds(lambda s, a, b: Comparison((s,), (a, b)), symbols, inner, inner)
        | st.builds(lambda s, t, a, b, c: Comparison((s, t), (a, b, c)), symbols, symbols, inner, inner, inner)
        | st.builds(Conditional, inner, inner, inner)
        | calls("sin exp relu", inner, 1)
        | calls("max where clamp", inner, 3)
        | st.builds(at_most, inner, inner)
    )


def smooth_operation(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """One operation that is defined and smooth everywhere."""
    one = Number(1)
    return (
        operators("+ - *", inner, 2)
        | operators("-", inner, 1)
        | calls("sin cos tanh sigmoid exp atan softplus square gelu", inner, 1)
        | st.builds(lambda u, n: Operator("^", (u, Number(n))), inner, st.integers(0, 4))
        | st.builds(lambda u, v: Operator("/", (u, Operator("+", (one, Call("square", (v,)))))), inner, inner)
        | st.builds(lambda f, v: Call(f, (Operator("+", (one, Call("square", (v,)))),)), st.sampled_from(["log", "sqrt"]), inner)
    )


def piecewise_operation(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """A choice between smooth expressions, with its edge away from random points."""
    edges = st.builds(lambda a, b: Comparison(("<",), (a, b)), NAMES, LITERALS)
    return calls("max min maximum", inner, 2) | calls("abs relu", inner, 1) | st.builds(Conditional, edges, inner, inner)


def positive_operation(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """One operation that is smooth and positive where its operands are positive: quotients, powers and roots."""
    return (
        operators("+ * / ^", inner, 2)
        | calls("sqrt rsqrt reciprocal square cbrt exp log1p tanh", inner, 1)
        | calls("hypot logaddexp", inner, 2)
        | calls("addcmul mean norm prod", inner, 3)
    )


AXES = bare(parsed("sum(x, axis=w)"))


def over_axes(value: Expression, *axes: Expression) -> Expression:
    """A call with a tuple."""
    return replace(AXES, arguments=(value, Tuple(axes)))


def array_syntax(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """Any syntax, with arrays, their parts, and transposition."""
    item = inner.filter(lambda node: not isinstance(node, Array))
    bound = st.none() | inner
    items = inner | st.builds(Slice, bound, bound, bound) | st.builds(Ellipsis)
    shapes = st.tuples(st.integers(1, 3), st.integers(1, 2))
    rows = shapes.flatmap(lambda shape: st.tuples(*[st.builds(Array, st.tuples(*[item] * shape[0]))] * shape[1]))
    return (
        any_syntax(inner)
        | operators("@", inner, 2)
        | st.builds(Array, st.lists(item, min_size=1, max_size=3).map(tuple) | rows)
        | st.builds(Index, inner, st.lists(items, min_size=1, max_size=3).map(tuple))
        | st.builds(Transposed, inner)
        | st.builds(over_axes, inner, inner)
        | st.builds(over_axes, inner, inner, inner)
    )


array_expressions = st.recursive(NAMES | LITERALS, array_syntax, max_leaves=10)
expressions = st.recursive(NAMES | LITERALS | st.just(Name("pi")), any_syntax, max_leaves=10)
written_expressions = st.recursive(NAMES | LITERALS | WRITTEN | st.just(Name("e")), any_syntax, max_leaves=10)
smooth = st.recursive(NAMES | LITERALS, smooth_operation, max_leaves=8)
piecewise = st.recursive(NAMES | LITERALS, lambda inner: smooth_operation(inner) | piecewise_operation(inner), max_leaves=8)
points = st.fixed_dictionaries({name: st.floats(-2, 2).map(lambda value: round(value, 3) + 0.0004) for name in VARIABLES})


def choosing_operation(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """An operation that tests an operand, or passes its value on without a gradient; its edges lie away from random points."""
    tests = st.builds(lambda s, a, b: Comparison((s,), (a, b)), st.sampled_from(["<", ">", "<=", "!="]), inner, inner)
    return (
        st.builds(lambda test, a: Operator("*", (a, test)), tests, inner)
        | st.builds(lambda test, a, b: Call("where", (test, a, b)), tests | inner, inner, inner)
        | st.builds(Conditional, inner, tests | inner, inner)
        | calls("floor ceil round sign detach", inner, 1)
    )


choosing = st.recursive(NAMES | LITERALS, lambda inner: smooth_operation(inner) | choosing_operation(inner), max_leaves=8)
positive = st.recursive(NAMES | LITERALS.filter(lambda number: number.value > 0), positive_operation, max_leaves=8)
positive_points = points.map(lambda point: {name: abs(value) + 0.3 for name, value in point.items()})
cases = st.tuples(piecewise, points) | st.tuples(positive, positive_points)
"""Expressions with points where they are smooth."""


# ---- an evaluator of our own ----

ARITHMETIC: Mapping[tuple[str, int], Callable[..., float]] = {
    ("+", 1): lambda a: a,
    ("-", 1): lambda a: -a,
    ("not", 1): lambda a: float(not a),
    ("+", 2): lambda a, b: a + b,
    ("-", 2): lambda a, b: a - b,
    ("*", 2): lambda a, b: a * b,
    ("/", 2): divide,
    ("%", 2): OPERATIONS["remainder"],
    ("^", 2): OPERATIONS["pow"],
    ("and", 2): lambda a, b: float(bool(a and b)),
    ("or", 2): lambda a, b: float(bool(a or b)),
}
TESTS: Mapping[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def value_of(expression: Expression, environment: Mapping[str, float]) -> float:
    """The value of a tree, straight from the tree; a partial stands in the environment under its text."""
    results: list[float] = []
    for node in postorder(expression):
        below = len(children(node))
        operands = results[len(results) - below :]
        del results[len(results) - below :]
        match node:
            case Number(value):
                results.append(float(value))
            case Name(name):
                results.append(environment.get(name, VALUES.get(name, math.nan)))
            case Partial():
                results.append(environment[to_text(node)])
            case Operator("-", (Number(0),)):  # a literal is exact: there is one 0
                results.append(0.0)
            case Operator(symbol):
                results.append(ARITHMETIC[symbol, below](*operands))
            case Comparison(symbols):
                pairs = zip(symbols, operands, operands[1:], strict=False)
                results.append(float(all(TESTS[symbol](a, b) for symbol, a, b in pairs)))
            case Conditional():
                then, test, otherwise = operands
                results.append(then if test else otherwise)
            case Group():
                results.append(operands[0])
            case Call("clamp", _, ("max",)):
                results.append(OPERATIONS["minimum"](*operands))
            case Call(function):
                name = {"max": "maximum", "min": "minimum"}.get(function, function) if below == 2 else function
                results.append(OPERATIONS[name](*operands))
            case _:
                raise TypeError(node)
    [result] = results
    return result


def tape_of(expression: Expression, point: Mapping[str, float], mode: str = "dynamic") -> Tape:
    """A run of an expression in which no number is large."""
    used = {node.name for node in postorder(expression) if isinstance(node, Name)}
    tape = record(Program((Output(expression),)), {name: v for name, v in point.items() if name in used}, mode=mode)
    numbers = [*tape.values, *(a for a in tape.adjoints if a is not None)]
    assume(all(abs(number) < LARGE for number in numbers))
    return tape


def static_graph(expression: Expression) -> Graph:
    return lower(Program((Output(expression),)), StaticBuilder(Graph()))


def gradient(tape: Tape) -> dict[str, float]:
    return {name: value or 0.0 for name, value in tape.gradient.items()}


# ---- text ----

CONSTRUCTS: list[Callable[..., Expression]] = [
    *(lambda a, b, c, s=symbol: Operator(s, (a, b)) for symbol in ("+", "-", "*", "/", "%", "^", "and", "or")),
    *(lambda a, b, c, s=symbol: Operator(s, (a,)) for symbol in ("+", "-", "not")),
    lambda a, b, c: Comparison(("<",), (a, b)),
    lambda a, b, c: Comparison(("<=", "!="), (a, b, c)),
    lambda a, b, c: Conditional(a, b, c),
    lambda a, b, c: Call("where", (a, b, c)),
    lambda a, b, c: at_most(a, b),
]
X, Y, Z = (Number(2), Name("x"), Name("w"))
UNWRITTEN = (Number(-2), Number(Fraction(2, 3)), Number(Fraction(-1, 3)), Number(1e-30), Number(-1e300))
"""Numbers that no single token stands for, or only one with an exponent."""


@pytest.mark.parametrize("outer", CONSTRUCTS, ids=lambda make: to_text(make(X, Y, Z)))
def test_each_construct_keeps_each_other_together_in_each_place(outer: Callable[..., Expression]) -> None:
    point = {"x": 1.5, "w": -0.75}
    for inner in (make(*operands) for make in CONSTRUCTS for operands in ((X, Y, Z), (Y, Z, X), (Z, X, Y))):
        for operands in ((inner, Y, X), (X, inner, Y), (Y, X, inner), (inner, inner, inner)):
            tree = outer(*operands)
            assert bare(parsed(to_text(tree))) == tree
            assert same(value_of(parsed(to_text(tree, pretty=True)), point), value_of(tree, point), 0), to_text(tree, pretty=True)
    for number in UNWRITTEN:
        for tree in (outer(number, Y, X), outer(X, number, Y), outer(Y, X, number), outer(number, number, number)):
            for pretty in (False, True):
                assert same(value_of(parsed(to_text(tree, pretty=pretty)), point), value_of(tree, point), 1e-15), to_text(tree)


@examples(130)
@given(expressions)
def test_plain_text_parses_back_to_the_same_tree(expression: Expression) -> None:
    assert bare(parsed(to_text(expression))) == expression


ARRAY_CONSTRUCTS: list[Callable[..., Expression]] = [
    lambda a, b, c: Operator("@", (a, b)),
    lambda a, b, c: Array((a,)),
    lambda a, b, c: Index(a, (b,)),
    lambda a, b, c: Index(a, (Slice(b, c), Ellipsis())),
    lambda a, b, c: Index(a, (Slice(None, b, c), Slice(None, None))),
    lambda a, b, c: Transposed(a),
    lambda a, b, c: over_axes(a, b),
    lambda a, b, c: over_axes(a, b, c),
    lambda a, b, c: Call("sqrt", (a,)),
]


@pytest.mark.parametrize("outer", [*CONSTRUCTS, *ARRAY_CONSTRUCTS], ids=lambda make: to_text(make(X, Y, Z)))
def test_arrays_and_their_parts_keep_together_in_each_place(outer: Callable[..., Expression]) -> None:
    for make in (*CONSTRUCTS, *ARRAY_CONSTRUCTS):
        for inner in (make(X, Y, Z), make(Y, Z, X), make(Z, X, Y)):
            for operands in ((inner, Y, X), (X, inner, Y), (Y, X, inner), (inner, inner, inner)):
                tree = outer(*operands)
                assert bare(parsed(to_text(tree))) == tree
                assert mapped(bare(parsed(to_text(tree, pretty=True))), chosen) == mapped(tree, chosen)


def chosen(node: Expression) -> Expression:
    """A choice as the text for people has it, and a minus before a product at its first factor."""
    if isinstance(node, Operator) and node.symbol == "-" and len(node.operands) == 1:
        [product] = node.operands
        if isinstance(product, Operator) and product.symbol in "*/":
            return Operator(product.symbol, (chosen(Operator("-", product.operands[:1])), product.operands[1]))
    return Conditional(*node.arguments) if isinstance(node, Call) and node.function == "where" else node


@examples(130)
@given(array_expressions)
def test_text_with_arrays_parses_back_to_the_same_tree(expression: Expression) -> None:
    assert bare(parsed(to_text(expression))) == expression
    assert mapped(bare(parsed(to_text(expression, pretty=True))), chosen) == mapped(expression, chosen)
    assert mapped(expression, lambda node: node) == expression


@examples(130)
@given(written_expressions, points)
def test_any_text_parses_back_to_the_same_value(expression: Expression, point: dict[str, float]) -> None:
    value = value_of(expression, point)
    for pretty in (False, True):
        text = to_text(expression, pretty=pretty)
        assert same(value_of(parsed(text), point), value, 0), text


# ---- graphs ----


@examples(90)
@given(expressions, points)
@example(parsed("log(e) + 1"), dict.fromkeys(VARIABLES, 1.0))
@example(parsed("(-2)^x + x/(-3)"), dict.fromkeys(VARIABLES, 1.0))
def test_graphs_are_valid_and_each_node_says_what_it_computes(expression: Expression, point: dict[str, float]) -> None:
    used = {node.name for node in postorder(expression) if isinstance(node, Name)}
    bindings = {name: value for name, value in point.items() if name in used}
    program = Program((Output(expression),))
    verify(lower(program, StaticBuilder(Graph())), accepts)
    verify(lower(program, StaticBuilder(Graph(), inexact=True, identities=True)), accepts)
    for mode in ("dynamic", "static"):
        tape = record(program, bindings, mode=mode)
        verify(tape.graph, accepts, tape.names)
        environment = dict(zip(tape.names, tape.values, strict=True))
        labels = Labels(tape)
        for id, value in enumerate(tape.values):
            assert same(value_of(parsed(labels.expression(id)), environment), value, 0), labels.expression(id)


@examples(90)
@given(expressions, points)
def test_recording_runs_the_expression(expression: Expression, point: dict[str, float]) -> None:
    used = {node.name for node in postorder(expression) if isinstance(node, Name)}
    tape = record(Program((Output(expression),)), {name: value for name, value in point.items() if name in used})
    assert same(tape.value, value_of(expression, point), 0)


@examples(60)
@given(cases)
def test_static_and_dynamic_graphs_agree(case: tuple[Expression, dict[str, float]]) -> None:
    expression, point = case
    dynamic, static = tape_of(expression, point), tape_of(expression, point, "static")
    assert len(static.graph) <= len(dynamic.graph) or any(isinstance(node, Conditional) for node in postorder(expression))
    assert same(dynamic.value, static.value, TOLERANCE, TOLERANCE)
    left, right = gradient(dynamic), gradient(static)
    assert left.keys() == right.keys()
    assert all(same(left[name], right[name], TOLERANCE, TOLERANCE) for name in left)


# ---- gradients ----


@examples(60)
@given(st.tuples(smooth, points) | st.tuples(positive, positive_points))
def test_gradients_are_the_limits_of_difference_quotients(case: tuple[Expression, dict[str, float]]) -> None:
    expression, point = case
    for name, derivative in gradient(tape_of(expression, point)).items():
        rough, fine = (_slope(expression, point, name, step) for step in (2e-3, 1e-3))
        assume(abs(rough - fine) < 1e-6)
        assert same(derivative, fine, 1e-5, 1e-5)


def _slope(expression: Expression, point: dict[str, float], name: str, step: float) -> float:
    """The derivative by a variable to fourth order in the step."""
    at = [value_of(expression, point | {name: point[name] + k * step}) for k in (-2, -1, 1, 2)]
    return (at[0] - 8 * at[1] + 8 * at[2] - at[3]) / (12 * step)


@examples(60)
@given(cases)
def test_gradient_graphs_and_simplified_derivatives_have_the_value_of_the_gradient(
    case: tuple[Expression, dict[str, float]],
) -> None:
    expression, point = case
    numeric = gradient(tape_of(expression, point, "static"))
    graph = static_graph(expression)
    names = list(graph.variables)
    symbolic, ids = gradient_graph(graph, [graph.variables[name] for name in names])
    values = evaluate(symbolic, point)
    simplified = differentiate(graph, [(graph.output, (name,)) for name in names])
    for name, id, written in zip(names, ids, simplified.expressions, strict=True):
        expected = numeric.get(name, 0.0)
        assert same(0.0 if id is None else values[id], expected, TOLERANCE, TOLERANCE)
        if id is not None:
            symbolic.output = id
            verify(compacted(symbolic), accepts)
        if not simplified.definitions:
            assert same(value_of(written, point), expected, TOLERANCE, TOLERANCE), to_text(written)


elementary = st.recursive(
    NAMES | LITERALS,
    lambda inner: operators("+ - *", inner, 2) | operators("-", inner, 1) | calls("sin cos exp tanh sigmoid sqrt", inner, 1),
    max_leaves=40,
)


@examples(60)
@given(elementary)
def test_a_gradient_costs_at_most_five_times_its_function(expression: Expression) -> None:
    """Baur and Strassen, The complexity of partial derivatives, 1983: however many variables there are."""
    graph = static_graph(expression)
    assume(graph.variables)
    symbolic, _ = gradient_graph(graph, list(graph.variables.values()))
    assert operation_count(symbolic) <= 5 * operation_count(graph)


# ---- derivations ----


def environment_of(tape: Tape, expression: Expression) -> dict[str, float]:
    """The values of all names of a run, and of the partials in an expression, from the edges of its graph."""
    environment = dict(zip(tape.names, tape.values, strict=True))
    ids = {name: id for id, name in enumerate(tape.names)}
    for node in postorder(expression):
        if isinstance(node, Partial):
            output, input = ids[node.output], ids[node.input]
            if output == tape.output and not node.fixed:
                total = tape.adjoints[input]
            else:
                edges = zip(tape.graph.inputs[output], tape.local_values(output), strict=True)
                total = sum(value or 0.0 for at, value in edges if at == input)
            assert total is not None
            environment[to_text(node)] = total
    return environment


@examples(90)
@given(cases | st.tuples(choosing, points), st.sampled_from(["dynamic", "static"]))
@example((parsed("x*(x + 1 > 0)"), {"x": 3.0}), "dynamic")
@example((parsed("where(x, 2x, 3) + x"), {"x": 3.0}), "dynamic")
@example((parsed("x*detach(x + 1)"), {"x": 3.0}), "static")
def test_every_step_of_a_derivation_has_the_value_of_the_gradient(case: tuple[Expression, dict[str, float]], mode: str) -> None:
    expression, point = case
    tape = tape_of(expression, point, mode)
    derivation = derive(tape)
    for name in tape.wrt:
        if tape.adjoints[tape.graph.variables[name]] is None or tape.graph.variables[name] == tape.output:
            continue
        equations = derivation.of(name)
        assert equations[-1].node == tape.graph.variables[name]
        for equation in equations:
            adjoint = tape.adjoints[equation.node]
            assert adjoint is not None
            assert to_text(equation.steps[-1].right) == to_text(Number(adjoint))
            for step in equation.steps:
                assert isinstance(step.left, Partial)
                assert (step.left.output, step.left.input) == (tape.names[tape.output], tape.names[equation.node])
                found = value_of(step.right, environment_of(tape, step.right))
                assert same(found, adjoint, TOLERANCE, TOLERANCE), (step.rule, to_text(step.right))
            assert len({to_text(step.right) for step in equation.steps}) == len(equation.steps), "a step changes nothing"


@pytest.mark.parametrize("text", ["x", "2*x", "x*x", "x + x", "sin(x)^2 + cos(x)^2", "(x+w)*(w+1)"])
def test_the_first_step_is_the_chain_rule_or_the_local_derivative(text: str) -> None:
    tape = run(text, {name: 0.5 for name in ("x", "w") if name in text})
    for equation in derive(tape).equations.values():
        assert equation.steps[0].rule in ("chain rule", "local derivatives")
