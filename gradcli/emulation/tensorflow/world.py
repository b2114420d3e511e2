"""What the parts of a script for TensorFlow share."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.emulation.tensorflow.graph import Graph
from gradcli.emulation.tensorflow.session import Limits
from gradcli.typing import Any


class World:
    """What the parts of a script share.

    Args:
        limits: The limits of a run.
    """

    def __init__(self, limits: Limits) -> None:
        self.graph = Graph()
        self.limits = limits
        self.asked: list[Any] = []  # the nodes that gradients were asked for by


def with_world(world: World, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of the machine, the world and arguments as one of the machine and arguments."""
    return lambda machine, *arguments, **keywords: function(machine, world, *arguments, **keywords)
