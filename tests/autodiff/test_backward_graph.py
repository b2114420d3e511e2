"""The backward graph is PyTorch's: functions in the order in which they run, and what they lead to."""

from __future__ import annotations

import pytest
from support import operation_count, run, same

from gradcli.autodiff.backward_graph import Function, backward_graph
from gradcli.autodiff.passes.gradient import gradient_of
from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.program_run import recorded
from gradcli.graph.verifier import verify
from gradcli.language.parser import parse


def unrolled(functions: list[Function], id: int | None) -> str:
    """A function with everything it leads to, shared parts at every use, as the measured chains are written."""
    if id is None:
        return "None"
    inner = ", ".join(unrolled(functions, to) for to in functions[id].next)
    return f"{functions[id].name}({inner})" if inner else functions[id].name


def test_the_worked_example() -> None:
    """The order is the one measured: y, then b, then a, then the leaf, once."""
    tape = run("(x+w)*(w+1)", {"x": 2, "w": 1}, wrt=["w"])
    assert backward_graph(tape) == [
        Function(0, "MulBackward0", 5, (2, 1)),
        Function(1, "AddBackward0", 4, (3, None)),
        Function(2, "AddBackward0", 2, (None, 3)),
        Function(3, "AccumulateGrad", 1, ()),
    ]


def test_a_function_that_pytorch_composes_of_two() -> None:
    functions = backward_graph(run("1/x", {"x": 2}))
    assert [function.name for function in functions] == ["MulBackward0", "ReciprocalBackward0", "AccumulateGrad"]
    assert functions[0].next == (1, None)
    assert functions[1].next == (2,)


def test_both_edges_of_a_square_lead_to_one_leaf() -> None:
    functions = backward_graph(run("x*x", {"x": 3}))
    assert functions == [Function(0, "MulBackward0", 1, (1, 1)), Function(1, "AccumulateGrad", 0, ())]


@pytest.mark.parametrize("program", ["2*3", "x > 1", "floor(1.5)"])
def test_nothing_runs_where_no_gradient_flows(program: str) -> None:
    bindings = {"x": 2.0} if "x" in program else {}
    assert backward_graph(run(program, bindings)) == []


PROGRAMS = [
    "(x+w)*(w+1)", "1/x + 1/w", "sin(x*w)^2 - x^w", "max(x, w) + min(x, w, 2)", "x/w - w/x", "2 - x - (3 - w)*x",
    "f(u) = u*exp(-u); f(x)*f(w) + f(x*w)", "sqrt(x^2 + w^2) + 2^x", "where(x > w, x*w, x/w)", "sum(x, w, x*w)*mean(x, w)",
    "clamp(x, 0, 1) + lerp(x, w, 0.3)", "logsumexp(x, w) + norm(x, w)", "x", "x + floor(w)",
]  # fmt: skip
POINT = {"x": 0.7, "w": 1.3}


@pytest.mark.parametrize("mode", ["dynamic", "static"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_it_is_the_chain_of_the_output(program: str, mode: str) -> None:
    """``Tape.chain`` is compared with PyTorch's own in the oracle's tests."""
    tape = run(program, {name: POINT[name] for name in POINT if name in program}, mode=mode)
    functions = backward_graph(tape)
    assert unrolled(functions, 0) == tape.chain(tape.output)
    assert [function.id for function in functions] == list(range(len(functions)))
    assert all(to is None or to > function.id for function in functions for to in function.next)
    accumulating = [function.node for function in functions if function.name == "AccumulateGrad"]
    assert sorted(accumulating) == sorted({tape.graph.variables[name] for name in tape.wrt if tape.gradient[name] is not None})


# ---- the gradient as a graph ----


def gradient_values(tape: Tape) -> dict[str, float | None]:
    gradient = gradient_of(tape)
    assert gradient.values is not None
    verify(gradient.graph, lambda *_: True, gradient.names)
    return {name: None if id is None else gradient.values[id] for name, id in gradient.nodes.items()}


@pytest.mark.parametrize("mode", ["dynamic", "static"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_the_gradient_graph_computes_the_gradient(program: str, mode: str) -> None:
    tape = run(program, {name: POINT[name] for name in POINT if name in program}, mode=mode)
    for name, value in gradient_values(tape).items():
        assert same(value, tape.gradient[name], rel=1e-12)


def test_its_nodes_have_the_names_of_the_function() -> None:
    tape = run("(x+w)*(w+1)", {"x": 2, "w": 1})
    gradient = gradient_of(tape)
    assert gradient.names == ["x", "w", "a", "1", "b", "∂y/∂w"]
    assert gradient.nodes == {"x": 4, "w": 5}  # ∂y/∂x is b itself
    assert gradient.values == [2, 1, 3, 1, 2, 5]


def test_an_output_that_does_not_depend_on_a_variable() -> None:
    tape = run("x + 0*w", {"x": 2, "w": 1}, wrt=["w", "x"])
    assert gradient_values(tape) == {"w": 0, "x": 1}
    assert gradient_values(run("floor(x)", {"x": 2})) == {"x": 0}
    assert gradient_values(run("x > 1", {"x": 2})) == {"x": None}


def test_its_size_is_a_few_times_that_of_the_function() -> None:
    """Baur and Strassen's bound; a product of n variables and all its partials."""
    names = [f"x{i}" for i in range(200)]
    tape = run("*".join(names), dict.fromkeys(names, 1.5))
    assert operation_count(gradient_of(tape).graph) <= 3 * operation_count(tape.graph)


@pytest.mark.parametrize("cotangent", [5.0, -0.5, 0.1, float("inf")])
@pytest.mark.parametrize("program", ["(x+w)*(w+1)", "x", "sin(x)/w"])
def test_the_gradient_graph_begins_with_the_cotangent(program: str, cotangent: float) -> None:
    """That of a number too, where it is not 1."""
    tape = recorded(parse(program), Request({"x": 2.0, "w": 1.0} if "w" in program else {"x": 2.0}, cotangent=cotangent))
    for name, value in gradient_values(tape).items():
        assert same(value, tape.gradient[name], rel=1e-12)
