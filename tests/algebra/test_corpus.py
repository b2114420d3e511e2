"""Derivatives of the corpus against SymPy's, and what holds for every result: text, LaTeX and SymPy text, and how long it is.

``python tests/algebra/test_corpus.py`` prints the figures and the results that are longest beside SymPy's.
"""

from __future__ import annotations

import keyword
import random
import re
import statistics
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import pytest
import sympy
import sympy_oracle as oracle
from corpus import ANYWHERE, CORPUS, INSIDE, POSITIVE, TEXTBOOK, Example

from gradcli.algebra.derivatives import differentiate
from gradcli.algebra.simplified import Simplifier
from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph
from gradcli.language.ast import Assignment, Call, Comparison, Conditional, Expression, Name, Operator, Output, Program, postorder
from gradcli.language.parser import parse
from gradcli.language.program_text import program_text
from gradcli.language.text import to_text
from gradcli.lowering.builders.compaction import compacted
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower
from gradcli.ops.declaration.constants import VALUES
from gradcli.output.formulas.latex import to_latex
from gradcli.output.formulas.sympy import to_sympy

LARGE = 1e12
"""Points where a number is larger than this are left out: near a pole nothing is compared."""

TINY = 1e-12
"""What counts as 0 beside numbers of ordinary size."""

UNDEFINED = {
    "sigmoid((x)/(w))*((w - w))^(-2)",
    "tanh(log((x*x - x*x)))",
    "((log((x - x)) + (w - 2)*(w + 1/2)) - (((x)/(2))*((1 + 3)))*((log(x) + (x + pi))))",
    "(cos((tan(pi))^w) + (tanh(sin(x)) + ((1)^(3/2))^x))",
    "(((1*w)^w)*(((x + x) + sigmoid(w))) + log(sin((2)*(3))))",
}
"""Random expressions that have no finite real value anywhere, or a derivative nowhere."""


class Result(NamedTuple):
    """A simplified expression: the example itself, or a derivative of it.

    Attributes:
        example: What it comes from.
        wrt: The variables it is differentiated by, one after the other; none for the example itself.
        program: Its lines.
        expected: What SymPy has for it.
        found: The program in SymPy.
    """

    example: Example
    wrt: tuple[str, ...]
    program: Program
    expected: Any
    found: Any

    @property
    def text(self) -> str:
        """The program as text."""
        return program_text(self.program)


def graph_of(text: str) -> Graph:
    """The static graph of a program."""
    return lower(parse(text), StaticBuilder(Graph()))


def simplified(text: str) -> Program:
    """A program, simplified."""
    graph = graph_of(text)
    return Simplifier(graph, [graph.output]).together([graph.output]).program()


@lru_cache
def results() -> list[Result]:
    """The examples and their derivatives of order 1 by all variables, and of a fifth of them of order 2 by the first and each.

    The textbooks' are all there, of the random ones every third.
    """
    found: list[Result] = []
    for at, example in enumerate([*CORPUS[: len(TEXTBOOK)], *CORPUS[len(TEXTBOOK) :: 3]]):
        if example.text in UNDEFINED:
            continue
        graph = graph_of(example.text)
        names = list(graph.variables)
        requests: list[tuple[str, ...]] = [*((name,) for name in names), *((names[0], name) for name in names if at % 5 == 0)]
        derivatives = differentiate(graph, [(graph.output, wrt) for wrt in requests])
        programs = [simplified(example.text), *(derivatives.program(index) for index in range(len(requests)))]
        plain = oracle.in_sympy(parse(example.text))
        for wrt, program in zip([(), *requests], programs, strict=True):
            expected = plain.diff(*map(oracle.variable, wrt)) if wrt else plain
            found.append(Result(example, wrt, program, expected, oracle.in_sympy(parse(program_text(program)))))
    return found


def by_example() -> Iterator[tuple[Example, list[Result]]]:
    """The results of each example."""
    groups: dict[Example, list[Result]] = {}
    for result in results():
        groups.setdefault(Example(result.example.text, ()), []).append(result)  # type: ignore[arg-type]
    for group in groups.values():
        yield group[0].example, group


def points(example: Example) -> list[Mapping[str, float]]:
    """Random points where an example could be defined: the same in every run."""
    source = random.Random(example.text)
    names = sorted(graph_of(example.text).variables)
    if example.intervals:
        return [{name: source.uniform(*example.intervals[name]) for name in names} for _ in range(2)]
    return [{name: source.uniform(*interval) for name in names} for interval in (ANYWHERE, POSITIVE, INSIDE) for _ in range(2)]


def operations(program: Program) -> int:
    """How many operations a program writes."""
    kinds = (Operator, Call, Comparison, Conditional)
    values = [statement.value for statement in program.statements if isinstance(statement, Assignment | Output)]
    return sum(isinstance(node, kinds) and not _is_number(node) for value in values for node in postorder(value))


def _is_number(node: Expression) -> bool:
    """Whether an operation only writes a number: -1, 2/3."""
    return isinstance(node, Operator) and all(re.fullmatch(r"[\d.]+|inf", to_text(operand)) for operand in node.operands)


# ---- values ----


def test_the_corpus_is_large() -> None:
    assert len(CORPUS) >= 500
    assert len({example.text for example in CORPUS}) == len(CORPUS)
    assert len(results()) > 900


def test_every_result_has_the_value_of_sympys_derivative() -> None:
    without: list[str] = []
    for example, group in by_example():
        expected, found = [result.expected for result in group], [result.found for result in group]
        compared = False
        for point, numbers in zip(points(example), oracle.values([*expected, *found], points(example)), strict=True):
            wanted = numbers[: len(group)]
            if any(number is None or abs(number) > LARGE for number in wanted):
                continue
            compared = True
            for result, right, number in zip(group, wanted, numbers[len(group) :], strict=True):
                assert number is not None, (result.text, point)
                assert abs(number - right) <= 1e-9 * abs(right) + TINY, (result.text, result.example.text, result.wrt, point)
        if not compared:
            without.append(example.text)
    assert len(without) <= 2, without


# ---- what is printed ----


def test_the_text_parses_back_to_the_same_graph() -> None:
    for result in results():
        if "inf" in result.text:  # a float that no literal writes
            continue
        written, read = compacted(lower(result.program, StaticBuilder(Graph()))), compacted(graph_of(result.text))
        assert (written.operations, written.inputs, written.constants) == (read.operations, read.inputs, read.constants)


def test_the_text_for_sympy_is_equal_and_sympify_reads_it() -> None:
    source = random.Random(1)
    known = [r for r in results() if len(r.program.statements) == 1 and not any(name in r.text for name in ("median", "detach"))]
    for result in source.sample(known, 200):
        [statement] = result.program.statements
        names = graph_of(result.text).variables
        text = to_sympy(statement.value)  # type: ignore[union-attr]
        read = sympy.sympify(text).subs({sympy.Symbol(name): oracle.variable(name) for name in names})
        for right, number in oracle.values([result.found, read], points(result.example)):
            if right is not None and abs(right) < LARGE and number is not None:
                assert abs(number - right) <= 1e-9 * abs(right) + TINY, text


def test_sympify_reads_every_name_as_that_name() -> None:
    for name in {*dir(sympy), *keyword.kwlist, "x1", "x_1", "w_out", "θ", "重量", "loss"} - set(VALUES):
        assert sympy.sympify(to_sympy(Name(name))) == sympy.Symbol(name)


def test_what_sympy_has_not_is_said() -> None:
    with pytest.raises(GradcliError, match="SymPy has no function for median"):
        to_sympy(parse("median(x, w, v)").statements[0].value)  # type: ignore[union-attr]


BRACES = re.compile(r"\\[{}]|[{}]")
FENCES = re.compile(r"\\(left|right)(?![a-z])\\?(.)")
ENVIRONMENTS = re.compile(r"\\(begin|end)\{(\w+)\}")


def balanced(latex: str) -> bool:
    """Whether braces, fences and environments of LaTeX open and close in order."""
    depth = 0
    for brace in BRACES.findall(latex):
        depth += {"{": 1, "}": -1}.get(brace, 0)
        if depth < 0:
            return False
    fences = [side for side, _ in FENCES.findall(latex)]
    open_environments: list[str] = []
    for what, name in ENVIRONMENTS.findall(latex):
        if what == "begin":
            open_environments.append(name)
        elif not open_environments or open_environments.pop() != name:
            return False
    inside = 0
    for side in fences:
        inside += 1 if side == "left" else -1
        if inside < 0:
            return False
    return depth == 0 and inside == 0 and not open_environments


def test_the_latex_is_balanced() -> None:
    for result in results():
        for statement in result.program.statements:
            assert balanced(to_latex(statement.value)), result.text  # type: ignore[union-attr]


@pytest.mark.parametrize("latex", ["{", "}{", r"\left(", r"\right)\left(", r"\begin{cases}", r"\begin{a}\end{b}", r"\{}"])
def test_what_is_not_balanced_is_found(latex: str) -> None:
    assert not balanced(latex)


# ---- how long it is ----


def ratios(order: int) -> list[float]:
    """For each derivative of an order its operations divided by those of SymPy's, counted by SymPy."""
    counts = [(sympy.count_ops(r.found), sympy.count_ops(r.expected)) for r in results() if len(r.wrt) == order]
    return [found / expected for found, expected in counts if expected]


@pytest.mark.parametrize("order", [1, 2])
def test_results_are_no_longer_than_those_of_sympys_diff(order: int) -> None:
    assert statistics.median(ratios(order)) <= 1


def test_simplification_never_makes_an_expression_longer() -> None:
    for result in results():
        if not result.wrt:
            assert operations(result.program) <= operations(parse(result.example.text)), result.text


def test_a_simplified_expression_stays_as_it_is() -> None:
    """A derivative keeps the functions that its rules give, so that simplification may change it, once.

    What is found later is shorter still; it may happen where terms were in reach of each other only after all else.
    """
    changed: list[str] = []
    for result in results():
        if result.program.statements[1:]:
            continue
        again = simplified(result.text)
        assert operations(again) <= operations(result.program), result.text
        text = program_text(again)
        if text != result.text and (not result.wrt or program_text(simplified(text)) != text):
            changed.append(result.text)
    assert len(changed) < len(results()) / 100, changed


def test_a_simplified_textbook_expression_stays_as_it_is() -> None:
    for text in TEXTBOOK:
        once = program_text(simplified(text))
        assert program_text(simplified(once)) == once


def _main() -> None:
    for order in (1, 2):
        found = ratios(order)
        longer = sum(ratio > 1 for ratio in found) / len(found)
        print(f"order {order}: {len(found)} derivatives, median ratio {statistics.median(found):.3f}, longer {longer:.1%}")
        counts = [(sympy.count_ops(r.found), sympy.count_ops(r.expected)) for r in results() if len(r.wrt) == order]
        ours, theirs = zip(*counts, strict=True)
        print(f"  median operations {statistics.median(ours)} and {statistics.median(theirs)}, sum {sum(ours)} and {sum(theirs)}")
    worst = sorted((r for r in results() if r.wrt), key=lambda r: sympy.count_ops(r.expected) - sympy.count_ops(r.found))
    for result in worst[:10]:
        print(sympy.count_ops(result.found), sympy.count_ops(result.expected), result.example.text, result.wrt, result.text[:200])


if __name__ == "__main__":
    _main()
