"""Records: how they are made, compared and kept from changes."""

from __future__ import annotations

import copy
import pickle
from functools import cached_property

import pytest

from gradcli.frozen import Frozen, replace


class Point(Frozen):
    """A record with a default."""

    x: float
    y: float = 0.0

    def length(self) -> float:
        """A method, as any class has."""
        return abs(self.x) + abs(self.y)


class Placed(Point, incidental=("place",)):
    """A record with a base, and a field by which records are not compared."""

    label: str = ""
    place: int = 0


class Single(Frozen, eq=False):
    """A record that is equal to itself alone."""

    content: object


class Lazy(Frozen):
    """A record that computes something once."""

    text: str

    @cached_property
    def words(self) -> list[str]:
        """The words."""
        return self.text.split()


def test_fields_are_given_by_place_by_name_or_by_default() -> None:
    assert (Point(1.0).y, Point(x=1.0, y=2.0).y, Point(1.0, y=3.0).y) == (0.0, 2.0, 3.0)
    assert repr(Placed(1.0, place=7)) == "Placed(x=1.0, y=0.0, label='', place=7)"
    assert Point(3.0, -4.0).length() == 7
    match Point(1.0, 2.0):
        case Point(x, y):
            assert (x, y) == (1.0, 2.0)


@pytest.mark.parametrize(
    ("values", "named", "message"),
    [
        ((), {}, "Point lacks x: its fields are x, y"),
        ((1.0, 2.0, 3.0), {}, "Point does not take 3 values: its fields are x, y"),
        ((1.0,), {"x": 2.0}, "Point does not take x: its fields are x, y"),
        ((1.0,), {"z": 2.0}, "Point does not take z: its fields are x, y"),
    ],
)
def test_wrong_fields_are_refused(values: tuple[float, ...], named: dict[str, float], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        Point(*values, **named)


def test_nothing_changes_a_record() -> None:
    point = Point(1.0)
    with pytest.raises(AttributeError, match="a Point is frozen: x cannot be set"):
        point.x = 2.0  # type: ignore[misc]
    with pytest.raises(AttributeError, match="a Point is frozen: y cannot be deleted"):
        del point.y  # type: ignore[misc]
    with pytest.raises(AttributeError):
        point.other = 1  # type: ignore[attr-defined]
    assert replace(point, y=5.0) == Point(1.0, 5.0)
    assert point == Point(1.0)
    with pytest.raises(TypeError, match="does not take z"):
        replace(point, z=1)


def test_records_are_equal_by_their_class_and_fields() -> None:
    assert Point(1.0) == Point(1.0, 0.0)
    assert Point(1.0) != Point(1.0, 1.0)
    assert Point(1.0) != (1.0, 0.0)
    assert Point(1.0) != Placed(1.0)
    assert Placed(1.0, place=1) == Placed(1.0, place=2)
    assert hash(Placed(1.0, place=1)) == hash(Placed(1.0, place=2))
    assert len({Point(1.0), Point(1.0), Point(2.0)}) == 2
    one = Single(1)
    assert one == one
    assert one != Single(1)
    assert Single(one) != Single(one)
    assert len({one, one, Single(1)}) == 2
    with pytest.raises(TypeError, match="unhashable"):
        hash(Point([]))  # type: ignore[arg-type]


def test_deep_records_are_compared_without_recursion() -> None:
    def deep(innermost: object) -> Placed:
        item = innermost
        for _ in range(100_000):
            item = Placed(1.0, 2.0, (item,))  # type: ignore[arg-type]
        return item  # type: ignore[return-value]

    one, other = deep("inner"), deep("inner")
    assert one == other
    assert hash(one) == hash(other)
    assert one != deep("another")


def test_records_are_copied_and_pickled() -> None:
    placed = Placed(1.0, 2.0, "a", 3)
    assert copy.copy(placed) == copy.deepcopy(placed) == pickle.loads(pickle.dumps(placed)) == placed


def test_a_property_of_a_record_is_computed_once() -> None:
    lazy = Lazy("a b")
    assert lazy.words is lazy.words
    assert lazy == Lazy("a b")


def test_defaults_are_those_of_the_last_fields() -> None:
    class Mixed(Point):
        """A field without a default behind one that has it."""

        w: float
        v: float = 3.0

    assert (Mixed(1.0, 2.0, 4.0).v, Mixed(1.0, w=4.0).y, Mixed(1.0, 2.0, 4.0, 5.0).v) == (3.0, 0.0, 5.0)
    with pytest.raises(TypeError, match="w"):
        Mixed(1.0, 2.0)
