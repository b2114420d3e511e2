"""What stands for ``typing`` where code runs: its tuples are those of ``typing``."""

from __future__ import annotations

import pickle
import typing
from collections.abc import Callable
from typing import Any

import pytest

from gradcli import typing as light


class Light(light.NamedTuple):
    x: int
    count: int
    note: str = "none"


class Heavy(typing.NamedTuple):
    x: int
    count: int
    note: str = "none"


CALLS: list[Callable[[Any], object]] = [
    lambda kind: kind(1, 2),
    lambda kind: kind(1, 2, "three"),
    lambda kind: kind(1, count=2),
    lambda kind: kind(note="three", count=2, x=1),
    lambda kind: kind(1),
    lambda kind: kind(1, 2, "three", 4),
    lambda kind: kind(1, 2, x=3),
    lambda kind: kind(1, 2, other=3),
    lambda kind: kind(1, 2)._replace(count=3),
    lambda kind: kind(1, 2)._replace(other=3),
    lambda kind: kind(1, 2)._asdict(),
    lambda kind: kind(1, 2).count,
    lambda kind: repr(kind(1, 2)).partition("(")[2],
    lambda kind: [*kind(1, 2)],
    lambda kind: kind(1, 2) == (1, 2, "none"),
    lambda kind: hash(kind(1, 2)),
    lambda kind: pickle.loads(pickle.dumps(kind(1, 2))),
    lambda kind: type(pickle.loads(pickle.dumps(kind(1, 2)))) is kind,
    lambda kind: kind.__match_args__,
    lambda kind: setattr(kind(1, 2), "x", 3),
    lambda kind: setattr(kind(1, 2), "other", 3),
]


@pytest.mark.parametrize("call", CALLS)
def test_a_tuple_with_names_does_what_that_of_typing_does(call: Callable[[Any], object]) -> None:
    def outcome(kind: object) -> object:
        try:
            return call(kind)
        except (TypeError, ValueError, AttributeError) as error:
            return TypeError if isinstance(error, ValueError) else type(error)

    assert outcome(Light) == outcome(Heavy)
