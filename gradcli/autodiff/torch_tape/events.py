"""What happens on an eager tape, one event at a time: for logs and traces."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.lowering.builders.builder import Value
from gradcli.typing import NamedTuple


class Made(NamedTuple):
    """A node was recorded."""

    id: int
    operation: str
    inputs: tuple[int, ...]
    value: Value


class Begun(NamedTuple):
    """A backward pass begins at a node."""

    id: int


class Called(NamedTuple):
    """The function of a node is called in a backward pass, the ``order``-th one, with the adjoint of the node."""

    id: int
    order: int
    function: str
    adjoint: Value


class Handed(NamedTuple):
    """The function of a node handed a contribution to the adjoint of one of its inputs."""

    id: int
    input: int
    contribution: Value


class Accumulated(NamedTuple):
    """The adjoint of a leaf, or of a node that retains it, was added to ``.grad``."""

    id: int
    before: Value | None
    after: Value


class Freed(NamedTuple):
    """What the function of a node had saved for the backward pass is gone."""

    id: int


class Replaced(NamedTuple):
    """A tensor was changed in place: a new node holds its value."""

    id: int
    by: int


class Zeroed(NamedTuple):
    """The ``.grad`` of a node was set to None."""

    id: int


Event = Made | Begun | Called | Handed | Accumulated | Freed | Replaced | Zeroed
Notify = Callable[[Event], None]
