"""Normal forms of operations on arrays.

The form of a node says its elements: a sum of products that are broadcast, as NumPy does it. Its shape is that of the node, which
may be larger: ``x - x`` is 0, whatever the shape of x. Operands of operations that are not elementwise are *fitted*: of the shape
of their node, by a factor ``ones`` where they are the same number everywhere.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from fractions import Fraction
from math import prod

from gradcli.algebra.arrays.elements import literal
from gradcli.algebra.arrays.literals import literal_or
from gradcli.algebra.arrays.products import (
    DEEP,
    identity,
    is_identity,
    least_rotation,
    numbers_apart,
    product,
    rank,
    single,
    transposed,
)
from gradcli.algebra.arrays.rules import by_operations, linear_operands, settings_key
from gradcli.algebra.arrays.settings import is_whole, joined_index, normal_settings, order_of
from gradcli.algebra.sums.interned import ABS
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.rules import apply_operation
from gradcli.algebra.sums.terms import Rational
from gradcli.graph.graph import CONSTANT, VARIABLE, Constant, Graph, Setting, Settings, Shape
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower
from gradcli.ops.arrays.axes import axes_of
from gradcli.ops.catalogue import STACK, STRUCTURAL, TURN
from gradcli.typing import Any

_MANY = 10_000
"""Elements up to which it is tried out where an operation moves them."""


def fitted(algebra: Algebra, form: int, shape: Shape) -> int:
    """A form in a shape to which it broadcasts."""
    own = algebra.shape(form)
    if own == shape:
        return form
    settings: Settings = (("shape", shape),)
    if own:
        atom = algebra.atom("expand", (form,), settings, shape)
        if algebra.is_literal(form):
            algebra.literals.add(atom)
        return algebra.of_atom(atom)
    if algebra.rational(form) == 0:
        return algebra.of_atom(algebra.atom("zeros", (), settings, shape))
    return algebra.multiply(form, algebra.of_atom(algebra.atom("ones", (), settings, shape)))


def array_constant_form(algebra: Algebra, value: Constant) -> int:
    """The form of a constant, element by element; as deep as it has axes."""
    if not isinstance(value, tuple):
        if isinstance(value, int | Fraction):
            return algebra.number(value)
        return algebra.of_atom(algebra.atom("constant" if isinstance(value, str) else "number", value))
    rows = [array_constant_form(algebra, item) for item in value]
    return literal(algebra, rows, (len(rows),)) if rows else algebra.number(0)


def array_form(algebra: Algebra, operation: str, operands: Sequence[int], settings: Settings, shape: Shape) -> int:
    """The normal form of an operation on arrays.

    Args:
        algebra: Where forms are interned.
        operation: Its name.
        operands: The forms of its operands, fitted.
        settings: Its settings.
        shape: The shape of its result.
    """
    match operation:
        case "zeros":
            return algebra.number(0)
        case "ones":
            return algebra.number(1)
        case "eye":
            return identity(algebra, *shape)
        case "expand":  # forms are broadcast
            return operands[0]
        case "dot":
            return array_form(algebra, "matmul", operands, (), shape)
        case "sum_to" if algebra.shape(operands[0]) == shape:
            return operands[0]
        case "sum_to":
            return _sum_to(algebra, operands[0], shape)
    if STRUCTURAL[operation].facts.reshapes:
        if shape == () and algebra.shape(operands[0]):
            return array_form(algebra, "reduce_sum", operands, (("axis", None), ("keepdims", False)), ())
        operation, settings = "reshape", (("shape", shape),)
    elif operation in (TURN, "transpose"):
        operation, settings = TURN, (("axes", order_of(algebra.shape(operands[0]), operation, dict(settings))),)
    elif operands:
        settings = normal_settings(algebra.shape(operands[0]), operation, settings)
        if operation.startswith("reduce_") and dict(settings)["axis"] is None:  # sizes of 1 that are kept are broadcast
            settings = tuple([(name, False if name == "keepdims" else value) for name, value in settings])
            shape = ()
    counts = operation == "reduce_norm" and dict(settings)["ord"] == 0  # how many elements are not 0
    if linear_operands(operation, settings) or (STRUCTURAL[operation].facts.degree is not None and not counts):
        return _numbers_out(algebra, operation, operands, settings, shape)
    return _of_operation(algebra, operation, operands, settings, shape)


def _numbers_out(algebra: Algebra, operation: str, operands: Sequence[int], settings: Settings, shape: Shape) -> int:
    """Numbers come out of an operation: op(k·A) = k·op(A), det(k·A) = k^n·det(A), norm(k·x) = abs(k)·norm(x)."""
    facts = STRUCTURAL[operation].facts
    rests = list(operands)
    outside = algebra.number(1)
    linear = linear_operands(operation, settings)
    for at in linear or (0,):
        number, rest = apart(algebra, rests[at])
        if algebra.rational(number) == 0 and linear:
            return algebra.number(0)
        rests[at] = rest
        if facts.degree is not None:
            number = apply_operation(algebra, ABS, [number]) if facts.nonnegative else number
            exponent = facts.degree(algebra.shape(rest))
            number = algebra.power(number, exponent) if exponent > 0 or algebra.rational(number) != 0 else number
        outside = algebra.multiply(outside, number)
    if not linear and (algebra.rational(apart(algebra, operands[0])[0]) == 0 or shape_rank(algebra, rests) > 2):
        return _of_operation(algebra, operation, operands, settings, shape)
    if linear and len(rests) == 1 and single(algebra, rests[0])[0] == "ones":
        uniform = _of_ones(operation, algebra.shape(rests[0]), settings)
        if uniform is not None:
            return algebra.scale(outside, uniform)
    found = _of_operation(algebra, operation, rests, settings, shape)
    return algebra.multiply(outside, found)


def shape_rank(algebra: Algebra, forms: Sequence[int]) -> int:
    """The largest number of axes."""
    return max((rank(algebra, form) for form in forms), default=0)


def apart(algebra: Algebra, form: int) -> tuple[int, int]:
    """A fitted form as a factor that is a number, and the rest, which is fitted."""
    if single(algebra, form)[0] == "zeros":
        return algebra.number(0), form
    if not algebra.shape(form):
        return algebra.number(1), form
    return numbers_apart(algebra, form)


def _of_ones(operation: str, operand: Shape, settings: Settings) -> Rational | None:
    """What a linear operation makes of ones, where all elements of its result are one whole number."""
    if not 0 < prod(operand) <= _MANY:
        return None
    import numpy

    found = numpy.asarray(STRUCTURAL[operation].forward(numpy, numpy.ones(operand), **dict(settings)))
    value = float(found.flat[0]) if found.size and (found == found.flat[0]).all() else math.nan
    return int(value) if value.is_integer() else None


def _order(algebra: Algebra, operand: int, operation: str, settings: Settings) -> tuple[int, Any] | None:
    """What an operation moves, and from where in it, counted from 1, each element of the result comes; of moves of moves as well.

    None where it does not only move elements, where places are operands, and of large arrays.
    """
    declared = STRUCTURAL[operation]
    if not declared.facts.moves or declared.variadic or len(declared.parameters) > 1 or not linear_operands(operation, settings):
        return None
    if not 0 < prod(algebra.shape(operand)) <= _MANY:
        return None
    import numpy

    chain = [(operation, settings)]
    while True:
        atom = algebra.single_atom(operand)
        kind, content = single(algebra, operand)
        inner = STRUCTURAL.get(kind)
        if atom is None or inner is None or not inner.facts.moves or inner.variadic or len(inner.parameters) > 1:
            break
        if kind == "expand" or not linear_operands(kind, algebra.settings.get(atom, ())):
            break
        chain.append((kind, algebra.settings.get(atom, ())))
        operand = content[0]
    shape = algebra.shape(operand)
    places = numpy.arange(1.0, prod(shape) + 1).reshape(shape)
    for one, given in chain[::-1]:
        places = STRUCTURAL[one].forward(numpy, places, **dict(given))
    return operand, places


def _is_order_kept(places: Any) -> bool:
    return bool((places.ravel() == range(1, places.size + 1)).all())


def _of_operation(algebra: Algebra, operation: str, operands: Sequence[int], settings: Settings, shape: Shape) -> int:
    if algebra.depth >= DEEP:
        return algebra.of_atom(algebra.atom(operation, tuple(operands), settings, shape))
    algebra.depth += 1
    try:
        return _simplified(algebra, operation, operands, settings, shape)
    finally:
        algebra.depth -= 1


def _simplified(algebra: Algebra, operation: str, operands: Sequence[int], settings: Settings, shape: Shape) -> int:
    operand = operands[0] if operands else -1
    kind, content = single(algebra, operand) if operands else ("", ())
    given = dict(settings)
    match operation:
        case "matmul":
            return literal_or(algebra, operation, operands, (), shape, product(algebra, operands))
        case "reshape" if algebra.shape(operand) == shape:
            return operand
        case "reshape" if kind == "reshape":
            return array_form(algebra, "reshape", content, settings, shape)
        case "reshape" if kind.startswith("reduce_") and (kept := _kept(algebra, operand, shape)) is not None:
            return kept
        case "permute" if given["axes"] is None and rank(algebra, operand) == 2:
            return literal_or(algebra, operation, operands, settings, shape, transposed(algebra, operand))
        case "permute" if given["axes"] == tuple(range(rank(algebra, operand))) or rank(algebra, operand) < 2:
            return operand
        case "index" | "index_put" if algebra.shape(operand) == shape and is_whole(given["index"]):  # A[:] = A
            return operand
        case "index" if kind == "index" and (place := joined_index(_index_of(algebra, operand), given["index"])) is not None:
            return array_form(algebra, "index", content, (("index", place),), shape)  # A[0][1] = A[0, 1]
        case "inv" if is_identity(algebra, operand):
            return operand
        case "det" if is_identity(algebra, operand):
            return algebra.number(1)
        case "trace" | "reduce_sum" if kind == "eye" and given.get("axis") is None:
            return algebra.number(min(algebra.shape(operand)))
        case "diag" if kind == "ones" and len(shape) == 2 and given["offset"] == 0:  # diag(ones(n)) = eye(n)
            return identity(algebra, *shape)
        case "reduce_sum" if kind == "expand" and given["axis"] is None:  # each element counts as often as it is repeated
            times = prod(algebra.shape(operand)) // prod(algebra.shape(content[0]))
            return algebra.scale(array_form(algebra, "reduce_sum", content, settings, ()), times)
        case "det" if (
            kind == "matmul" and rank(algebra, operand) == 2 and _all_square(algebra, content)
        ):  # det(A @ B) = det(A)*det(B)
            factors = [array_form(algebra, "det", [factor], (), ()) for factor in content]
            return functools.reduce(algebra.multiply, factors)
        case "trace" if kind == "matmul" and (least := least_rotation(algebra, operand)) != operand:
            return array_form(algebra, "trace", [least], (), ())
    if len(operands) == 1 and kind in STRUCTURAL and operation in STRUCTURAL:
        moved = _order(algebra, operand, operation, settings)
        if moved is not None and algebra.shape(moved[0]) == shape and _is_order_kept(moved[1]):  # flip(flip(A)) = A
            return moved[0]
    by_rule = _by_rule(algebra, operation, operands, settings)
    if by_rule is not None:
        return by_rule
    found = algebra.of_atom(algebra.atom(operation, tuple(operands), settings, shape))
    if operation == STACK and given["axis"] == 0 and all(map(algebra.is_literal, operands)):
        algebra.literals.add(algebra.forms[found][0][0][0][0])
        return found
    return literal_or(algebra, operation, operands, settings, shape, found)


def _index_of(algebra: Algebra, form: int) -> Setting:
    atom = algebra.single_atom(form)
    assert atom is not None
    return dict(algebra.settings[atom])["index"]


def _all_square(algebra: Algebra, forms: Sequence[int]) -> bool:
    return all(len(set(algebra.shape(form))) == 1 for form in forms)


def _by_rule(algebra: Algebra, operation: str, operands: Sequence[int], settings: Settings) -> int | None:
    """What the table makes of an operation on an operation."""
    if len(operands) != 1:
        return None
    atom = algebra.single_atom(operands[0])
    if atom is None or not isinstance(content := algebra.atoms[atom].content, tuple):
        return None
    inner = (algebra.atoms[atom].kind, settings_key(algebra.settings.get(atom, ())))
    ranks = tuple([rank(algebra, form) for form in content])
    program = by_operations().get(((operation, settings_key(settings), *inner), ranks))
    if program is None:
        return None
    names = ("A",) if ranks == (2,) else ("x", "z")
    values = dict(zip(names, content, strict=False))
    graph = lower(program, StaticBuilder(Graph(), shapes={name: algebra.shape(form) for name, form in values.items()}))
    return _instance(algebra, graph, values)


def _instance(algebra: Algebra, graph: Graph, values: dict[str, int]) -> int:
    """The form of a rule's result."""
    names = {id: name for name, id in graph.variables.items()}
    forms: list[int] = []
    for node in graph:
        if node.operation == VARIABLE:
            forms.append(values[names[node.id]])
        elif node.operation == CONSTANT:
            forms.append(array_constant_form(algebra, graph.constants[node.id]))
        elif node.operation in STRUCTURAL:
            operands = [fitted(algebra, forms[input], graph.shape(input)) for input in node.inputs]
            settings = graph.settings.get(node.id, ())
            forms.append(array_form(algebra, node.operation, operands, settings, graph.shape(node.id)))
        else:
            forms.append(apply_operation(algebra, node.operation, [forms[input] for input in node.inputs]))
    return forms[graph.output]


def _sum_to(algebra: Algebra, operand: int, shape: Shape) -> int:
    """The sum over the axes that were broadcast, as a sum along axes."""
    own = algebra.shape(operand)
    lead = len(own) - len(shape)
    kept = tuple([lead + at for at, size in enumerate(shape) if own[lead + at] != size])
    if kept:
        sizes = tuple([1 if at in kept else size for at, size in enumerate(own)])
        operand = fitted(algebra, _total(algebra, operand, kept, sizes, keepdims=True), sizes)
    return _total(algebra, operand, tuple(range(lead)), shape, keepdims=False) if lead else operand


def _total(algebra: Algebra, operand: int, axes: Shape, shape: Shape, *, keepdims: bool) -> int:
    return array_form(algebra, "reduce_sum", [operand], (("axis", axes), ("keepdims", keepdims)), shape)


def _kept(algebra: Algebra, operand: int, shape: Shape) -> int | None:
    """A reduction along axes, reshaped to keep these axes with the size 1; None where it is reshaped to something else."""
    atom = algebra.single_atom(operand)
    assert atom is not None
    settings = algebra.settings[atom]
    given = dict(settings)
    (inner,) = algebra.arguments(atom)
    own = algebra.shape(inner)
    if given["axis"] is None or given["keepdims"]:
        return None
    axes = axes_of(given["axis"], own)
    if shape != tuple([1 if at in axes else size for at, size in enumerate(own)]):
        return None
    kept = tuple((name, True if name == "keepdims" else value) for name, value in settings)
    return array_form(algebra, algebra.atoms[atom].kind, [inner], kept, shape)
