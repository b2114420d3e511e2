"""What may be asked for beside one derivative: the value, and answers of several parts, as vectors and matrices."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy

from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.static_graphs import build
from gradcli.errors import GradcliError, UnknownVariableError
from gradcli.graph.graph import Shape
from gradcli.graph.names import RESULT, node_names, result_name
from gradcli.language.ast import Array, Output, Program, Tuple
from gradcli.language.parser import parse
from gradcli.language.program_text import program_text
from gradcli.language.statements import expressions, free_names
from gradcli.language.text import to_text
from gradcli.lowering.node_expressions import written_out
from gradcli.lowering.programs.calls import function_without_argument, is_unary_function
from gradcli.ops.declaration.constants import is_constant
from gradcli.teaching.marking.marking import Marker
from gradcli.teaching.marking.parts import Parts
from gradcli.teaching.question import derivative_of, in_elements, named_lines, program_with_names
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.teaching.arrays.marking import ArrayMarker

    AnyMarker = Marker | Parts | ArrayMarker
    """What marks answers."""

DERIVATIVE, VALUE, TANGENT, GRADIENT = "derivative", "value", "tangent", "gradient"
NUMBER = "number"
"""What exercises call the derivative at their point."""
HESSIAN, JACOBIAN, ADJOINT = "hessian", "jacobian", "adjoint"
ASKED = (DERIVATIVE, VALUE, TANGENT, GRADIENT, HESSIAN, JACOBIAN)
"""What may be asked for; ``adjoint:NAME``, the derivative by an intermediate value, beside them."""

HIGHEST = 20
"""The highest order that a question asks for."""

_MOST_PARTS = 25


def variables_of(program: Program, wrt: Sequence[str]) -> list[str]:
    """The variables that are meant: those that are named, else all.

    Raises:
        GradcliError: There are none, or one is a function that lacks its argument.
    """
    named = {name: span for name, span in free_names(program).items() if not is_constant(name)}
    if function := next((name for name in named if not wrt and is_unary_function(name)), ""):
        raise function_without_argument(function, named[function])
    names = list(wrt) or list(named)
    if not names:
        raise GradcliError("the expression of the question has no variable")
    return names


def task(
    expression: str,
    ask: str,
    wrt: Sequence[str],
    *,
    order: int = 1,
    at: Mapping[str, Any] | None = None,
    digits: int | None = None,
    tolerance: float | None = None,
    shapes: Mapping[str, Shape] | None = None,
    form: str = "",
) -> AnyMarker:
    """What marks the answers to a question.

    Args:
        expression: The expression, or program, of the question; for a Jacobian its result is a list of expressions.
        ask: What is asked for: one of :data:`ASKED`, or ``adjoint:NAME``.
        wrt: The variables; all of them where there are none.
        order: Which derivative, where a derivative is asked for.
        at: The point at which numbers are asked for.
        digits: Digits after the point to which these have to be right.
        tolerance: How far off they may be, beside the size of the right ones.
        shapes: The shapes of variables that are arrays: answers are arrays then.
        form: The form that right answers have to have; empty for any.

    Raises:
        GradcliError: The question is wrong, or has no such answer.
    """

    def marker(text: str, name: str, order: int = 1, beside: Sequence[str] = ()) -> Marker:
        return Marker(text, name, order=order, at=at, digits=digits, tolerance=tolerance, form=form, beside=beside)

    program = parse(expression)
    names = variables_of(program, wrt)
    if form and (shapes or ask == TANGENT):
        raise GradcliError("a form is asked for of formulas in numbers, and of no tangent", hint="leave out --form")
    arrays = {name: numpy.shape(value) for name, value in (at or {}).items() if numpy.ndim(value)}
    if shapes or arrays:
        if ask not in (DERIVATIVE, GRADIENT, JACOBIAN) or order != 1 or digits is not None:
            raise GradcliError("of arrays a gradient or a Jacobian is asked for", hint="--ask gradient or jacobian")
        if len(names) > 1:
            raise GradcliError("by which variable is the derivative?", hint=f"add --wrt with one of {', '.join(names)}")
        from gradcli.teaching.arrays.marking import ArrayMarker

        sizes = {**(shapes or {}), **arrays}
        return ArrayMarker(expression, names[0], sizes, jacobian=ask == JACOBIAN, tolerance=tolerance, at=at)
    if not 0 < order <= HIGHEST or (digits is not None and digits < 1):
        raise GradcliError(f"the order is one from 1 to {HIGHEST}, and digits are one or more")
    for name, number in (at or {}).items():
        if name not in free_names(program):
            raise UnknownVariableError(name, list(free_names(program)), "the point: ")
        if not math.isfinite(number):
            raise GradcliError(f"the point has {name} = {number}, where there is no derivative", hint="choose another point")
    if ask.startswith(f"{ADJOINT}:"):
        name = ask.partition(":")[2]
        if name in free_names(program) or name in [line.name for line in named_lines(program)]:
            return marker(expression, name)
        return marker(program_with_names(expression), name)
    if ask == VALUE:
        return marker(expression, names[0], 0)
    if ask == TANGENT:
        if missing := [name for name in names if name not in (at or {})]:
            raise GradcliError(f"a tangent has a point, and {', '.join(missing)} has no value there", hint="add --at x=2")
        from gradcli.teaching.tangents import TangentParts

        slopes = {name: marker(expression, name) for name in names}
        return TangentParts(program, at or {}, marker(expression, names[0], 0), slopes)
    if ask == DERIVATIVE:
        if len(names) > 1:
            raise GradcliError("by which variable is the derivative?", hint=f"add --wrt with one of {', '.join(names)}")
        alien = is_missing(program, names[0])
        return marker(expression, names[0], 1 if alien else order, names if alien else ())
    own = result_name(free_names(program)) or RESULT
    if ask == JACOBIAN:
        *before, last = program.statements
        value = expressions(last)[0]
        items = value.items if isinstance(value, Array | Tuple) else (value,)
        rows = elements_of(program) or [program_text(Program((*before, Output(item)))) for item in items]
        outputs = [f"{own}{number}" for number in range(1, len(rows) + 1)]
        vector = False
    elif ask == HESSIAN:
        rows = [program_text(derivative_of(program, name)) for name in names]
        outputs = [f"∂{own}/∂{name}" for name in names]
        vector = False
    elif ask == GRADIENT:
        rows, outputs, vector = [expression], [own], True
    else:
        raise GradcliError(f"{ask} cannot be asked for", hint=f"--ask takes {', '.join(ASKED)} or adjoint:NAME")
    if len(rows) * len(names) > _MOST_PARTS:
        raise GradcliError(f"the answer has {len(rows) * len(names)} parts, and {_MOST_PARTS} are the most")
    second = "²" if ask == HESSIAN else ""
    parts = [
        [f"∂{second}{own}/{output.partition('/')[2]}∂{name}" if second else f"∂{output}/∂{name}" for name in names]
        for output in outputs
    ]
    markers = []
    for text in rows:
        beside = [name for name in names if name not in free_names(parse(text))]
        markers.append([marker(text, name, 1, beside) for name in names])
    return Parts(markers, parts, vector=vector)


def is_missing(program: Program, name: str) -> bool:
    """Whether an expression has no variable, and no value within, of a name, nor it in a name: its derivative by it is 0."""
    return not any(name in own for own in [*free_names(program), *[line.name for line in named_lines(program)]])


def elements_of(program: Program) -> list[str]:
    """The elements of a result that an operation on arrays gives, as expressions; none of a number, and of a list."""
    result = expressions(program.statements[-1])[0]
    if isinstance(result, Array | Tuple) and not any(isinstance(item, Array | Tuple) for item in result.items):
        return []
    graph = build(program, Request(mode="static", optimize=0, steered=False))
    if not graph.shape(graph.output):
        return []
    graph = in_elements(graph)
    names = node_names(graph, frozenset(graph.variables))
    return [to_text(written_out(graph, end, names)) for end in graph.outputs]
