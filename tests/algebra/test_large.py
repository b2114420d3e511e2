"""Large inputs of `gradcli diff` and `simplify`: right values, output as long as the graph, work that grows with the graph.

What is printed is fed back into `gradcli eval`, or evaluated line by line. Work is counted, in nodes and characters, never timed.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable

import pytest
from commandline import command

from gradcli.algebra.arrays import products
from gradcli.algebra.derivatives import derivative_graph
from gradcli.algebra.simplified import Simplifier
from gradcli.algebra.sums.normal import Algebra
from gradcli.graph.graph import Graph
from gradcli.language.parser import parse
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower

FORMATS = ("text", "unicode", "latex", "sympy", "json")

SIZE = 1_000

GROWING: dict[str, Callable[[int], str]] = {
    "a product": lambda n: "*".join(f"x{index}" for index in range(n)),
    "doubled": lambda n: "\n".join(["y = x", *["y = y + y"] * n]),
    "sines": lambda n: "\n".join(["y = x", *["y = y + sin(y)"] * n]),
    "nested": lambda n: "sin(" * n + "x" + ")" * n,
    "a sum": lambda n: " + ".join(f"{index % 7 + 1}*x{index % 50}^{index % 3 + 1}" for index in range(n)),
    "distinct terms": lambda n: " + ".join(f"sin({index}*x{index % 50})" for index in range(n)),
    "pieces": lambda n: " + ".join(f"relu(x - {index})" for index in range(n)),
    "choices": lambda n: "".join(f"where(x > {index}, " for index in range(n)) + "x" + ", 0)" * n,
    "gates": lambda n: "*".join(f"where(x > {index}, x, 0)" for index in range(n)),
    "fractions": lambda n: "x" + "/(1 + x" * n + ")" * n,
    "a tower": lambda n: "^".join(["x"] * n),
    "quadratic": lambda n: "((" * n + "x" + ")^2 + 1)/2" * n,
    "roots": lambda n: "sqrt(" * n + "x^2" + ")" * n,
}
"""Shapes of programs by their size."""

PRODUCT, NESTED, SUM, DISTINCT = (
    GROWING[what](size) for what, size in [("a product", SIZE), ("nested", 4_000), ("a sum", 10_000), ("distinct terms", 2_000)]
)
DOUBLED, SINES = GROWING["doubled"](40), GROWING["sines"](40)
PIECES, CHOICES, GATES, FRACTIONS, QUADRATIC, ROOTS = (
    GROWING[what](size)
    for what, size in [
        ("pieces", 300),
        ("choices", 300),
        ("gates", 150),
        ("fractions", 150),
        ("quadratic", 400),
        ("roots", 400),
    ]
)


@pytest.fixture(autouse=True)
def recursion_limit_is_the_default() -> None:
    """Nothing here may need a deeper stack than Python gives, and nothing may raise the limit."""
    assert sys.getrecursionlimit() <= 1100


def printed(program: str, *arguments: str, name: str = "diff") -> str:
    """What a command prints for a program on standard input."""
    code, out, err = command([name, "-", *arguments], program.encode())
    assert (code, err) == (0, "")
    return out


def values(program: str, point: dict[str, float], *arguments: str, name: str = "diff") -> list[float]:
    """The values of what a command prints: its definitions, and each other line as the output, put into `gradcli eval`."""
    lines = printed(program, *arguments, name=name).splitlines()
    definitions = [line for line in lines if " = " in line]
    results: list[float] = []
    for line in lines[len(definitions) :]:
        source = "\n".join([*definitions, line])
        names = lower(parse(source), StaticBuilder(Graph())).variables
        given = [f"--{name}={value!r}" for name, value in point.items() if name in names]
        code, out, err = command(
            ["eval", "-", "-q", "--wrt", next(iter(names)), *given] if names else ["eval", "-", "-q"], source.encode()
        )
        assert (code, err) == (0, "")
        results.append(float(out.split()[0]))
    return results


# ---- values ----


def test_a_product_by_each_of_1000_variables() -> None:
    """The lines are shared by all derivatives; they are evaluated as one program, whose sum has them all."""
    *definitions, last = [line.split(" = ") for line in printed(PRODUCT, "--gradient").splitlines()]
    point = {f"x{index}": 2.0 if index % 2 else 0.5 for index in range(SIZE)}
    environment: dict[str, float] = dict(point)
    for name, product in definitions:
        environment[name] = math.prod(environment[factor] for factor in product.split("*"))
    expressions = last[0].strip("[]").split(", ")
    assert len(expressions) == SIZE
    for name, expression in zip(point, expressions, strict=True):
        assert math.prod(environment[factor] for factor in expression.split("*")) == 1 / point[name]


def test_40_doublings() -> None:
    assert printed(DOUBLED) == f"{2**40}\n"
    assert printed(DOUBLED, name="simplify") == f"{2**40}*x\n"


def test_40_sines() -> None:
    y, slope = 0.001, 1.0
    for _ in range(40):
        y, slope = y + math.sin(y), slope * (1 + math.cos(y))
    assert values(SINES, {"x": 0.001}) == pytest.approx([slope], rel=1e-9)
    assert values(SINES, {"x": 0.001}, name="simplify") == pytest.approx([y], rel=1e-9)


def test_4000_nested_sines() -> None:
    y, slope = 1.0, 1.0
    for _ in range(4_000):
        y, slope = math.sin(y), slope * math.cos(y)
    assert values(NESTED, {"x": 1.0}) == pytest.approx([slope], rel=1e-9)
    assert printed(NESTED, name="simplify").strip() == NESTED


def test_long_numbers_are_not_written_out() -> None:
    assert printed("(3*x)^100000") == "300000*(3*x)^99999\n"
    assert printed("((x^2 + 1)^2/3 + 1)^2/3", name="simplify") == "((x^2 + 1)^2 + 3)^2/27\n"
    assert printed(QUADRATIC, name="simplify").strip() == QUADRATIC.replace("(x)", "x")


def test_a_sum_of_10000_terms() -> None:
    lines = printed(SUM).splitlines()
    assert len(lines) == 50
    for variable, line in enumerate(lines):
        terms = [(index % 7 + 1, index % 3 + 1) for index in range(10_000) if index % 50 == variable]
        slope = sum(factor * power * 2 ** (power - 1) for factor, power in terms)
        assert values(line, {f"x{variable}": 2.0}, name="simplify") == [slope]
    assert len(printed(SUM, name="simplify")) < 2_000


def test_2000_distinct_terms() -> None:
    point = {f"x{index}": 0.1 + index / 64 for index in range(50)}
    slopes = [0.0] * 50
    for index in range(2_000):
        slopes[index % 50] += index * math.cos(index * point[f"x{index % 50}"])
    assert values(DISTINCT, point) == pytest.approx(slopes, rel=1e-9, abs=1e-6)


def test_pieces() -> None:
    assert values(PIECES, {"x": 150.5}) == [151]
    assert values(PIECES, {"x": 150.5}, "--order", "2") == [0]
    assert values(CHOICES, {"x": 300.5}) == [1]
    assert values(CHOICES, {"x": 298.5}) == [0]
    assert values(GATES, {"x": 1.0}) == [0]


@pytest.mark.parametrize(("program", "at"), [(FRACTIONS, 2.0), (QUADRATIC, 0.5), (ROOTS, 1.5)])
def test_nested_quotients_powers_and_roots_against_reverse_mode(program: str, at: float) -> None:
    _, out, _ = command(["eval", "-", "-q", f"--x={at!r}"], program.encode())
    assert values(program, {"x": at}) == pytest.approx([float(out.split()[1])], rel=1e-9)


# ---- length and formats ----


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("what", GROWING)
def test_the_output_is_linear_in_the_graph_in_each_format(what: str, format: str) -> None:
    small, large = (printed(GROWING[what](size), "--format", format) for size in (30, 120))
    assert len(large) < 4.6 * len(small) + 1_000
    if format == "json":
        graph = lower(parse(GROWING[what](120)), StaticBuilder(Graph()))
        assert len(json.loads(large)["derivatives"]) == len(graph.variables)


@pytest.mark.parametrize("what", GROWING)
def test_the_simplified_output_is_linear_in_the_graph(what: str) -> None:
    small, large = (printed(GROWING[what](size), name="simplify") for size in (80, 320))
    assert len(large) < 4.6 * len(small) + 1_000


# ---- work ----


def forms_of(program: str) -> int:
    """How many forms the simplification of a program's derivatives makes."""
    graph = lower(parse(program), StaticBuilder(Graph()))
    derivatives, ids = derivative_graph(graph, [(graph.output, (name,)) for name in graph.variables])
    simplifier = Simplifier(derivatives, ids, generic=True)
    simplifier.together(ids)
    assert isinstance(simplifier.algebra, Algebra)
    return len(simplifier.algebra.forms)


WORKED = [what for what in GROWING if what not in ("gates", "a tower", "quadratic", "roots")]


@pytest.mark.parametrize("what", WORKED)
def test_the_work_grows_no_faster_than_the_graph(what: str) -> None:
    small, large = forms_of(GROWING[what](150)), forms_of(GROWING[what](600))
    assert large <= 4.5 * small + 100


@pytest.mark.parametrize("several", [False, True])
def test_the_work_on_a_chain_of_matrices_grows_as_its_derivatives(several: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The derivative of A @ A @ ... @ A has n terms of n factors; of n matrices there are n derivatives of n factors."""
    factors = []
    made = products._atom
    monkeypatch.setattr(
        products, "_atom", lambda algebra, name, operands: factors.append(len(operands)) or made(algebra, name, operands)
    )
    counts = []
    for length in (30, 60):
        factors.clear()
        names = [f"A{at}" if several else "A" for at in range(length)]
        shapes = [word for name in dict.fromkeys(names) for word in ("--shape", f"{name}=2,2")]
        assert command(["diff", f"sum({' @ '.join(names)})", *shapes])[0] == 0
        counts.append(sum(factors))
    assert counts[1] < 5 * counts[0]
