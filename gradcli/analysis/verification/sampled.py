"""Gradients of a program checked at a point, or at random points of a domain, and those of second order."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Mapping, Sequence

from gradcli.algebra.assumptions.facts import Assumptions
from gradcli.analysis.points import random_points
from gradcli.analysis.verification.check import NotFiniteError, verify
from gradcli.analysis.verification.findings import RIGHT, Verification
from gradcli.autodiff.passes.reverse import gradient_graph
from gradcli.autodiff.passes.tape import Tape, all_finite
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.program_run import graph_run, recorded
from gradcli.errors import GradcliError
from gradcli.frozen import Frozen, replace
from gradcli.graph.graph import Graph, Shape
from gradcli.language.ast import Program
from gradcli.language.statements import uses_tape
from gradcli.lowering.builders.compaction import replay
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.ops.declaration.symbol import Symbol
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.analysis.verification.stated import Stated

_TRIES = 30
"""Random points that are tried for each that is asked for; programs need not be defined everywhere."""

_BESIDE, _HUNDREDTH = 3, 0.01


class Sampled(Frozen):
    """Checked gradients of a program.

    Attributes:
        points: What was found at each point, for each order.
        skipped: Points at which there is no value.
        order: How many orders were checked at each point, one after the other.
        stated: Derivatives that somebody gives, each at the first point where it parts, or else at the first.
    """

    points: Sequence[Verification]
    skipped: int
    order: int
    stated: Sequence[Stated] = ()

    @property
    def count(self) -> int:
        """How many points were checked."""
        return len(self.points) // self.order

    @property
    def worst(self) -> Verification:
        """Where something is wrong, or else the fewest digits are right."""
        return min(self.points, key=_rank)

    @property
    def failed(self) -> bool:
        """Whether something is wrong at a point."""
        return any(one.failed for one in self.points) or not all(one.agrees for one in self.stated)


def _rank(found: Verification) -> tuple[bool, bool, float]:
    all_right = all(one.verdict == RIGHT for one in found.components)
    return not found.failed, all_right, min([one.digits for one in found.components], default=0.0)


def check(
    program: Program, asked: Request, shapes: Mapping[str, Shape], *, points: int, seed: int, assume: Assumptions, order: int
) -> Sampled:
    """Check the gradient of a program.

    Args:
        program: The program.
        asked: What a run is asked for, with the values that are given.
        shapes: The shapes of the variables that have no value: they are random.
        points: How many points to check.
        seed: Chooses points and directions.
        assume: What is assumed of the variables without a value.
        order: 1 for the gradient, 2 for the product of the Hessian and a random direction as well.

    Raises:
        GradcliError: The program is wrong, acts on its tape, or has no value at any of the points.
    """
    if uses_tape(program):
        raise GradcliError("the program runs backward itself, and what it does then is no function of its variables",
                           hint="leave out backward(...) and what goes with it")  # fmt: skip
    given = dict(asked.bindings or {})
    found: list[Verification] = []
    skipped = 0
    draws = random_points(shapes, assume, seed) if shapes else iter([{}])
    for drawn in itertools.islice(draws, _TRIES * points):
        try:
            found += _at_point(program, replace(asked, bindings={**given, **drawn}), seed + len(found), order)
        except NotFiniteError:
            if not shapes:
                raise
            skipped += 1
        if len(found) >= points * order:
            break
    if not found:
        raise GradcliError(f"at none of {skipped} random points is there a value to check", hint="say where by --assume 0<x<1")
    return Sampled(found, skipped, order)


def _at_point(program: Program, asked: Request, seed: int, order: int) -> list[Verification]:
    """What is found at one point, of each order."""
    tape = recorded(program, asked)
    notes: list[str] = []
    shape = tape.graph.shape(tape.output)
    if tape.adjoints[tape.output] is None and shape and tape.requires_grad[tape.output]:
        asked = replace(asked, cotangent=_random(shape, seed))
        tape = recorded(program, asked)
        notes.append("the output is an array: its Jacobian is checked through a random cotangent")

    def rerun(values: Mapping[str, Any]) -> Tape:
        return recorded(program, replace(asked, bindings={**(asked.bindings or {}), **values}))

    first = verify(tape, rerun, seed=seed)
    found = [replace(first, notes=[*notes, *first.notes])]
    if order > 1:
        second = _directional(tape, seed)

        def again(values: Mapping[str, Any]) -> Tape:
            return graph_run(second.graph, Request({**second.bindings, **values}, second.wrt))

        found.append(replace(verify(second, again, seed=seed), notes=["the gradient of the derivative along a random direction:"
                     " the product of the Hessian and that direction"]))  # fmt: skip
    return found


def runs_beside(program: Program, asked: Request, tape: Tape) -> list[Tape]:
    """Runs at points within a hundredth of a run's, those on its side of every condition that have a value.

    Args:
        program: The program.
        asked: What a run is asked for.
        tape: The run.
    """
    found = []
    for seed in range(_BESIDE):
        moves = {name: 1 + _HUNDREDTH * random.Random(f"{seed} {name}").uniform(-1, 1) for name in tape.bindings}
        values = {name: value * moves[name] + (moves[name] - 1) * (value == 0) for name, value in tape.bindings.items()}
        run = recorded(program, replace(asked, bindings=values))
        if run.graph.operations == tape.graph.operations and all_finite(run.value):
            found.append(run)
    return found


def _directional(tape: Tape, seed: int) -> Tape:
    """The run of the derivative along a random direction, whose gradient is a product with the Hessian.

    Raises:
        GradcliError: The output is an array, or does not depend on the variables.
    """
    from gradcli.ops.arrays.reduce import reduce_sum

    if tape.graph.shape(tape.output):
        raise GradcliError("second derivatives are those of a number", hint="make it a number, for example by sum(...)")
    graph, ids = gradient_graph(tape.graph, [tape.graph.variables[name] for name in tape.wrt], choosing=True)
    builder = StaticBuilder(Graph(8 * len(graph) + 1000, graph.max_elements))
    symbols = replay(graph, builder)
    total: Any = None
    for name, id in zip(tape.wrt, ids, strict=True):
        if id is not None:
            shape = tape.graph.shape(tape.graph.variables[name])
            moves: Any = _random(shape, seed + len(name)) if shape else random.Random(f"{seed} {name}").choice((-1.0, 1.0))
            term = symbols[id] * (Symbol(builder, builder.constant(_nested(moves.tolist()))) if shape else moves)
            term = reduce_sum(term) if shape else term
            total = term if total is None else total + term
    if total is None:
        raise GradcliError("the derivative does not depend on any variable", hint="leave --order out")
    builder.graph.output = builder.symbol(total).id
    builder.graph.outputs = [builder.graph.output]
    return graph_run(builder.graph, Request({name: tape.bindings[name] for name in builder.graph.variables}, [
        name for name in tape.wrt if name in builder.graph.variables], "static"))  # fmt: skip


def _nested(value: Any) -> Any:
    return tuple([_nested(one) for one in value]) if isinstance(value, list) else int(value)


def _random(shape: Shape, seed: int) -> Any:
    import numpy

    source = random.Random(seed)
    return numpy.array([source.choice((-1.0, 1.0)) for _ in range(math.prod(shape))]).reshape(shape)
