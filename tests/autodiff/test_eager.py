"""The eager tape: what is recorded, what a backward pass does in which order, and what it refuses, as measured of PyTorch."""

from __future__ import annotations

import json
from pathlib import Path

import numpy
import pytest
from support import accepts

from gradcli.autodiff.torch_tape.as_tape import as_numbers, tape_of
from gradcli.autodiff.torch_tape.dtypes import promoted
from gradcli.autodiff.torch_tape.eager import Eager
from gradcli.autodiff.torch_tape.engine import NOT_SCALAR, backward, gradients
from gradcli.autodiff.torch_tape.events import Accumulated, Begun, Called, Event, Freed, Handed, Made, Replaced, Zeroed
from gradcli.autodiff.torch_tape.functions import function_name, grad_fn, next_functions
from gradcli.autodiff.torch_tape.saved import RESULT, SECOND_TIME, reads
from gradcli.autodiff.torch_tape.storage import IN_PLACE_LEAF, NO_GRADIENT, TapeError
from gradcli.errors import GradcliError
from gradcli.graph.verifier import verify
from gradcli.language.parser import parse
from gradcli.lowering.programs.lower import lower
from gradcli.ops.catalogue import OPERATIONS


def worked_example() -> tuple[Eager, list[Event], dict[str, int]]:
    """y = (x + w)*(w + 1) at x = 2, w = 1, with the events and the nodes by name."""
    events: list[Event] = []
    tape = Eager(notify=events.append)
    x = tape.leaf(2.0, requires_grad=True, name="x")
    w = tape.leaf(1.0, requires_grad=True, name="w")
    a = tape.operation("add", (x, w))
    b = tape.operation("add", (w, tape.constant(1)))
    y = tape.operation("mul", (a, b))
    return tape, events, {"x": x, "w": w, "a": a, "b": b, "y": y}


def test_the_worked_example_event_by_event() -> None:
    tape, events, at = worked_example()
    assert [type(event) for event in events] == [Made] * 6
    events.clear()
    backward(tape, [at["y"]])
    x, w, a, b, y = at.values()
    assert events == [
        Begun(y),
        Called(y, 0, "MulBackward0", 1.0),
        Handed(y, a, 2.0),
        Handed(y, b, 3.0),
        Freed(y),
        Called(b, 1, "AddBackward0", 3.0),
        Handed(b, w, 3.0),
        Freed(b),
        Called(a, 2, "AddBackward0", 2.0),
        Handed(a, x, 2.0),
        Handed(a, w, 2.0),
        Freed(a),
        Accumulated(w, None, 5.0),
        Accumulated(x, None, 2.0),
    ]
    grad = tape.grad(w)
    assert grad is not None
    assert tape.values[grad] == 5.0
    assert tape.grad(a) is None
    tape.zero_grad([w, a])
    assert events[-1] == Zeroed(w)
    assert tape.grad(w) is None


def test_a_second_backward_is_refused_where_something_was_saved() -> None:
    tape, _, at = worked_example()
    backward(tape, [at["y"]])
    with pytest.raises(TapeError) as caught:
        backward(tape, [at["y"]])
    assert caught.value.message == SECOND_TIME
    total = tape.operation("add", (at["x"], at["w"]))
    backward(tape, [total])
    backward(tape, [total])
    grad = tape.grad(at["w"])
    assert grad is not None
    assert tape.values[grad] == 7.0


def test_retained_graphs_accumulate() -> None:
    tape, _, at = worked_example()
    for expected in (5.0, 10.0):
        backward(tape, [at["y"]], retain_graph=True)
        grad = tape.grad(at["w"])
        assert grad is not None
        assert tape.values[grad] == expected


def test_gradients_of_gradients() -> None:
    tape = Eager()
    x = tape.leaf(2.0, requires_grad=True)
    y = tape.operation("mul", (tape.operation("sin", (x,)), tape.operation("exp", (x,))))
    found = [tape.values[y]]
    node: int | None = y
    for _ in range(4):
        assert node is not None
        (node,) = gradients(tape, [node], [x], create_graph=True)
        assert node is not None
        found.append(tape.values[node])
    s, c, e = numpy.sin(2.0), numpy.cos(2.0), numpy.exp(2.0)
    assert found == pytest.approx([s * e, (s + c) * e, 2 * c * e, 2 * (c - s) * e, -4 * s * e], rel=1e-12)


def test_functions_are_those_of_pytorch() -> None:
    tape, _, at = worked_example()
    function = grad_fn(tape, at["y"])
    assert function is not None
    assert function.name == "MulBackward0"
    first, second = next_functions(tape, function)
    assert first is not None
    assert second is not None
    assert [one.name if one else None for one in next_functions(tape, second)] == ["AccumulateGrad", None]
    inverse = tape.operation("div", (tape.constant(1), at["x"]))
    outer = grad_fn(tape, inverse)
    assert outer is not None
    assert (outer.name, [one.name if one else None for one in next_functions(tape, outer)]) == (
        "MulBackward0",
        ["ReciprocalBackward0", None],
    )


def test_without_grad_mode_nothing_requires_a_gradient() -> None:
    tape, _, at = worked_example()
    with tape.no_grad():
        z = tape.operation("mul", (at["x"], at["w"]))
        with tape.mode(True):
            assert tape.requires_grad[tape.operation("mul", (at["x"], at["w"]))]
    assert (tape.requires_grad[z], tape.is_leaf(z), function_name(tape, z)) == (False, True, None)
    with pytest.raises(TapeError) as caught:
        backward(tape, [z])
    assert caught.value.message == NO_GRADIENT.format(0)
    assert not tape.requires_grad[tape.detach(at["y"])]


def test_a_leaf_that_is_changed_keeps_its_gradient() -> None:
    tape, events, at = worked_example()
    backward(tape, [at["y"]])
    cell = tape.cell(at["w"])
    new = tape.leaf(0.5)
    with pytest.raises(TapeError) as caught:
        tape.replace(cell, new)
    assert caught.value.message == IN_PLACE_LEAF
    with tape.no_grad():
        tape.replace(cell, new)
    assert isinstance(events[-1], Replaced)
    assert cell.version == 1
    assert cell.node not in (new, at["w"])
    assert (tape.values[cell.node], tape.requires_grad[cell.node], tape.grad(cell.node)) == (0.5, True, tape.grad(at["w"]))
    assert tape.variable("w") == cell.node


def test_outputs_that_are_arrays_need_a_gradient() -> None:
    tape = Eager()
    v = tape.leaf(numpy.array([1.0, 2.0]), requires_grad=True)
    y = tape.operation("mul", (v, v))
    with pytest.raises(TapeError) as caught:
        backward(tape, [y])
    assert caught.value.message == NOT_SCALAR
    backward(tape, [y], [tape.leaf(numpy.array([1.0, 10.0]))])
    grad = tape.grad(v)
    assert grad is not None
    assert tape.values[grad].tolist() == [2.0, 40.0]


def test_only_the_inputs_asked_for_are_filled() -> None:
    tape, _, at = worked_example()
    backward(tape, [at["y"]], inputs=[at["a"]])
    grad = tape.grad(at["a"])
    assert grad is not None
    assert tape.values[grad] == 2.0
    assert tape.grad(at["x"]) is None
    assert tape.grad(at["w"]) is None


def test_what_leads_to_a_node_is_a_tape_of_its_own() -> None:
    tape, _, at = worked_example()
    tape.operation("exp", (at["x"],))
    backward(tape, [at["y"]])
    part = tape_of(tape)
    verify(part.graph, accepts)
    assert (part.value, part.gradient) == (6.0, {"x": 2.0, "w": 5.0})
    assert [part.names[id] for id in range(len(part.graph))] == ["x", "w", "a", "1", "b", "y"]


def test_arrays_of_one_element_become_numbers() -> None:
    tape = Eager()
    w = tape.leaf(numpy.array([[3.0]]), requires_grad=True, name="w")
    y = tape.operation("matmul", (w, w))
    total = tape.operation("reduce_sum", (y,), (0, 0), (("axis", None), ("keepdims", False)))
    backward(tape, [total])
    part = as_numbers(tape_of(tape))
    verify(part.graph, accepts)
    assert (part.value, part.gradient, part.graph.shapes) == (9.0, {"w": 6.0}, {})


def test_programs_are_recorded_onto_it() -> None:
    tape = Eager()
    x = tape.leaf(3.0, requires_grad=True, name="x")
    graph = lower(parse("a = x + 1; b = a*a; b - x"), tape)
    backward(tape, [graph.output])
    grad = tape.grad(x)
    assert grad is not None
    assert (tape.values[graph.output], tape.values[grad]) == (13.0, 7.0)


def test_nothing_recorded_is_an_error() -> None:
    with pytest.raises(GradcliError, match="computed nothing"):
        tape_of(Eager())


SAVED = json.loads((Path(__file__).parents[1] / "data" / "torch_saved.json").read_text("utf-8"))


@pytest.mark.parametrize("name", SAVED)
def test_a_function_saves_something_where_pytorchs_does(name: str) -> None:
    operation = OPERATIONS[name]
    count = operation.required
    wanted = [operation.carries(index) for index in range(count)]
    assert bool(reads(name, wanted, [()] * count, (), ())) == SAVED[name]


def test_what_is_saved_follows_from_the_rule() -> None:
    assert reads("mul", (True, True), ((), ()), (), ()) == {0, 1}
    assert reads("mul", (True, False), ((), ()), (), ()) == {1}
    assert reads("exp", (True,), ((),), (), ()) == {RESULT}
    assert reads("add", (True, True), ((), ()), (), ()) == set()
    assert reads("matmul", (True, False), ((2, 3), (3, 4)), (2, 4), ()) == {1}
    assert reads("reduce_sum", (True,), ((2, 3),), (), (("axis", None), ("keepdims", False))) == set()


@pytest.mark.parametrize(
    ("operation", "operands", "dtype"),
    [
        ("add", [("float32", 1, False), ("number", 0, False)], "float32"),
        ("add", [("int64", 1, False), ("number", 0, True)], "int64"),
        ("add", [("int64", 1, False), ("number", 0, False)], "float32"),
        ("div", [("int64", 1, False), ("int64", 1, False)], "float32"),
        ("mul", [("float32", 1, False), ("float64", 0, False)], "float32"),
        ("mul", [("float32", 1, False), ("float64", 1, False)], "float64"),
        ("mul", [("int64", 1, False), ("float64", 0, False)], "float64"),
        ("lt", [("float64", 1, False), ("float64", 1, False)], "bool"),
        ("reduce_sum", [("bool", 1, False)], "int64"),
        ("exp", [("int64", 1, False)], "float32"),
        ("argmax", [("float32", 1, False)], "int64"),
    ],
)
def test_dtypes_are_promoted_as_pytorch_does(operation: str, operands: list[tuple[str, int, bool]], dtype: str) -> None:
    assert promoted(operation, operands, "float32") == dtype
