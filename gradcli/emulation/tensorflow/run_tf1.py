"""Running a script for TensorFlow 1."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.emulation.python.interpret import MAX_STEPS, interpret
from gradcli.emulation.python.values import Namespace
from gradcli.emulation.tensorflow.module import modules
from gradcli.emulation.tensorflow.session import Limits
from gradcli.emulation.tensorflow.world import World
from gradcli.graph.graph import DEFAULT_MAX_ELEMENTS, DEFAULT_MAX_NODES


def known_modules() -> dict[str, Namespace]:
    """The modules that a script may import, by name."""
    return modules(World(Limits()))


def run_tf1(
    text: str,
    where: str,
    write: Callable[[str], None],
    warn: Callable[[str], None],
    *,
    max_steps: int = MAX_STEPS,
    max_nodes: int = DEFAULT_MAX_NODES,
    max_elements: int = DEFAULT_MAX_ELEMENTS,
) -> Limits:
    """Interpret a script for TensorFlow 1; none of it is executed.

    The arguments, and what it raises, are those of :func:`gradcli.emulation.torch.run_torch.run_torch`.

    Returns:
        What the last run recorded.
    """
    limits = Limits(max_nodes, max_elements)
    world = World(limits)
    interpret(text, where, modules(world), write, warn, max_steps)
    limits.asked = {node.label or node.name.replace("/", "_") for node in world.asked}
    return limits
