"""Whether two expressions are equal: a counterexample where they are not, and else how far the answer is certain.

What is computed the same way is equal. Rational functions are compared by exact arithmetic: so many points that a polynomial of
their degree cannot be 0 at all of them, or random points with the bound of Schwartz and Zippel. A common normal form is a proof
as well. What remains is compared at high precision, which is evidence and no proof.

An expression is undefined where it divides by 0, takes the logarithm of a number that is not positive, or where any part that
its value hangs on has no finite real value.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from gradcli.algebra.assumptions.facts import NOTHING, Assumptions
from gradcli.algebra.assumptions.reader import assumptions_of
from gradcli.algebra.equality.numbers import decided
from gradcli.algebra.equality.pair import Pair, Step, pair_of
from gradcli.algebra.equality.verdict import EXACT, Equality, Method, Tolerance, Verdict
from gradcli.algebra.simplify import TOO_LONG, normal_forms
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.spellings import shortest
from gradcli.errors import GradcliError, UnknownVariableError
from gradcli.frozen import replace
from gradcli.graph.graph import CONSTANT, DEFAULT_MAX_ELEMENTS, DEFAULT_MAX_NODES, VARIABLE, Graph, Shape
from gradcli.language.ast import Program
from gradcli.language.parser import parse
from gradcli.language.program_text import program_text
from gradcli.lowering.builders.builder import has_arrays
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.operation import EVERYWHERE
from gradcli.ops.elementwise.arithmetic import pow

SOURCES = ("first expression", "second expression")

_PROOF_NODES = 3000
"""Nodes up to which normal forms are tried."""


def equal(
    first: str | Program,
    second: str | Program,
    *,
    assume: Assumptions | str = NOTHING,
    tolerance: Tolerance = EXACT,
    max_nodes: int = DEFAULT_MAX_NODES,
    max_elements: int = DEFAULT_MAX_ELEMENTS,
    shapes: Mapping[str, Shape] | None = None,
) -> Equality:
    """Compare two expressions or programs.

    Args:
        first: One of them.
        second: The other one; it may have other variables.
        assume: What is assumed of the variables, as a record or as text: ``x>0, n integer``; only such values count.
        tolerance: How far apart values may be that count as equal; left out not at all.
        max_nodes: The largest graph of both.
        max_elements: The largest array.
        shapes: The shapes of the variables that are arrays: ``{"A": (3, 4)}``; the others are numbers.

    Returns:
        The verdict, how it is known, and a counterexample or the differences of domain.

    Raises:
        GradcliError: One of them has an error, or both are too large to compare.
    """
    texts = [text if isinstance(text, str) else program_text(text, "; ") for text in (first, second)]
    first = parse(first, SOURCES[0]) if isinstance(first, str) else first
    second = parse(second, SOURCES[1]) if isinstance(second, str) else second
    if first.may_differentiate or second.may_differentiate:
        from gradcli.autodiff.inner_derivatives import with_derivatives

        first, second = with_derivatives(first), with_derivatives(second)
    shapes = shapes or {}
    sources = tuple(zip(texts, SOURCES, strict=True))
    pair = pair_of((first, second), sources, Graph(max_nodes, max_elements), shapes)
    for name in shapes:
        if name not in pair.graph.variables:
            raise UnknownVariableError(name, list(pair.graph.variables), "--shape: ")
    assume = assumptions_of(assume, pair.graph.variables)
    for name in pair.variables:
        if assume.of(name).is_finite:
            raise GradcliError(
                f"only finitely many values of {name} are left by what is assumed", hint=f"compare with a number for {name}"
            )
    start = Equality(texts[0], texts[1], Verdict.EQUAL, Method.IDENTICAL, True, tuple(pair.variables), assume)
    start = replace(start, tolerance=tolerance)
    if has_arrays(pair.graph):
        from gradcli.algebra.equality.arrays import equal_arrays

        builder = StaticBuilder(Graph(max_nodes, max_elements), shapes=shapes)
        plain = [lower(program, builder, shapes).output for program in (first, second)]
        return equal_arrays(pair, builder.graph, (plain[0], plain[1]), start)
    if pair.outputs[0] == pair.outputs[1]:
        return replace(start, everywhere=True)
    start = replace(start, everywhere=all(map(_is_total, pair.steps, itertools.repeat(pair.steps))))
    found = decided(pair, start, lambda: _same_normal_form(pair, (first, second), assume))
    if found.verdict is not Verdict.DIFFERENT:
        return found
    smooth = pair_of((first, second), sources, Graph(max_nodes, max_elements), shapes, thresholds=False)
    if not smooth.left_out:
        return found
    below = decided(smooth, start, lambda: _same_normal_form(smooth, (first, second), assume))
    if not below:
        return found
    return replace(
        below, verdict=Verdict.BELOW_THRESHOLD, proof=False, thresholds=smooth.left_out, counterexample=found.counterexample
    )


def _is_total(step: Step, steps: Sequence[Step]) -> bool:
    """Whether an operation is defined for all operands."""
    if step.operation == CONSTANT:
        return not isinstance(step.constant, float) and step.constant not in ("inf", "nan")
    if step.operation == pow.name:
        exponent = steps[step.inputs[1]].constant
        return steps[step.inputs[1]].operation == CONSTANT and isinstance(exponent, int) and exponent >= 0
    return step.operation == VARIABLE or OPERATIONS[step.operation].domain == EVERYWHERE


def _same_normal_form(pair: Pair, programs: tuple[Program, Program], assume: Assumptions) -> bool:
    """Whether both have one normal form: as they are, or with operations written out by their definitions."""
    if len(pair.steps) > _PROOF_NODES:
        return False
    builder = StaticBuilder(Graph())
    plain = [lower(program, builder).output for program in programs]
    for graph, outputs in ((builder.graph, plain), (pair.graph, pair.outputs)):
        algebra = Algebra(assume, identities=True)
        forms = normal_forms(graph, algebra, graph.ancestors(*outputs), limit=1000)
        first, second = (forms[output] for output in outputs)
        if TOO_LONG in (first, second):
            continue
        difference = algebra.add([first, algebra.scale(second, -1)])
        if first == second or algebra.rational(shortest(algebra, difference)) == 0:
            return True
    return False
