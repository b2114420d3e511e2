"""What each operation is in more primitive ones, or to mpmath, against its value from floats."""

from __future__ import annotations

import itertools
import math
import random
from fractions import Fraction

import pytest
from support import same

from gradcli.algebra.equality.high_precision import DIGITS, Numeric
from gradcli.algebra.equality.pair import pair_of
from gradcli.graph.graph import Graph
from gradcli.language.parser import parse
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.operation import Operation

every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.name)


def call(operation: Operation, count: int) -> str:
    """The operation on variables, by its name."""
    return f"{operation.name}({', '.join(f'x{at}' for at in range(count))})"


@every_operation
def test_it_has_a_definition_or_is_primitive(operation: Operation) -> None:
    assert (operation.definition is None) != (operation.precise is None)


@every_operation
def test_a_definition_leads_to_primitive_operations(operation: Operation) -> None:
    text = call(operation, len(operation.samples))
    pair = pair_of((parse(text), parse("0")), ((text, ""), ("0", "")), Graph(), {})
    assert all(step.operation not in OPERATIONS or OPERATIONS[step.operation].definition is None for step in pair.steps)


@every_operation
def test_the_definition_has_the_value_of_the_operation(operation: Operation) -> None:
    counts = [operation.required, len(operation.samples)] if operation.defaults else [len(operation.samples)]
    source = random.Random(operation.name)
    for count in counts * 5:
        text = call(operation, count)
        pair = pair_of((parse(text), parse("0")), ((text, ""), ("0", "")), Graph(), {})
        point = [source.uniform(low, high) for low, high in operation.samples[:count]]
        exact = {f"x{at}": Fraction(value) for at, value in enumerate(point)}
        value = Numeric(pair.steps, pair.ends).values(exact, DIGITS)[pair.ends[0][0]]
        assert same(float(value), operation(*point)), point


@every_operation
def test_the_definition_has_the_value_of_the_operation_everywhere(operation: Operation) -> None:
    count = len(operation.samples)
    text = call(operation, count)
    pair = pair_of((parse(text), parse("0")), ((text, ""), ("0", "")), Graph(), {})
    numeric = Numeric(pair.steps, pair.ends)
    for point in itertools.product((0, -2, 1, Fraction(5, 2), Fraction(-1, 4), 25), repeat=count):
        value = float(numeric.values({f"x{at}": number for at, number in enumerate(point)}, DIGITS)[pair.ends[0][0]])
        expected = operation(*map(float, point))
        if math.isfinite(value):
            assert same(value, expected, 1e-11, 1e-12), point
        else:  # celu(-1, 0) divides by 0 on its way to 0
            assert not math.isfinite(expected) or (operation.name, point[-1]) == ("celu", 0), point


def test_polygamma_of_high_order_takes_no_longer() -> None:
    """mpmath would compute the factorial of the order. The values are mpmath's."""
    polygamma = OPERATIONS["polygamma"]
    assert same(polygamma(1001.0, 300.0), 3.51031372172e88, 1e-9)
    assert same(polygamma(1500.0, 600.0), -5.18235029061e-56, 1e-9)
    assert (polygamma(1e9, 3.0), polygamma(1e9 + 1, 3.0), polygamma(1e300, 1e301)) == (-math.inf, math.inf, 0.0)
    assert polygamma(1002.0, -300.2) == math.inf
