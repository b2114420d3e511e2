"""What a run is asked for, beside its program: one record, from the command line to the builder."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from gradcli.frozen import Frozen
from gradcli.graph.graph import DEFAULT_MAX_ELEMENTS, DEFAULT_MAX_NODES, Shape
from gradcli.lowering.builders.builder import DEFAULT_MAX_STEPS, Shown, Value, float32
from gradcli.ops.declaration.structural import shape_of
from gradcli.typing import Any

NOTHING: Mapping[str, Any] = {}


class Request(Frozen, eq=False):
    """What a run is asked for.

    Attributes:
        bindings: The value of each variable: a float, or an array of float64; None where they have none.
        wrt: The variables that require gradients; None for all, empty for no gradient.
        mode: ``dynamic`` records each operation as it runs; ``static`` builds the graph first, shared and folded.
        dtype: ``float64``, or ``float32``, to which every value is rounded.
        retain_grad: Names of nodes that keep ``.grad``; None for all.
        cotangent: The adjoint of the output, of its shape; None for 1, for an output that is a number.
        needs_cotangent: Whether an output that is an array must have one where ``wrt`` is given; else it has no gradient.
        shapes: The shapes of variables without values.
        spare: Names among the bindings that the program need not use.
        fetch: The nodes to take as outputs instead of the program's own, by name; the first is differentiated.
        feed: The values of computed nodes that are given instead of being computed, by name; for a static graph.
        optimize: What building a static graph leaves out: 0 nothing; 1 shares common subexpressions, folds constants and drops
            nodes without a name that no output needs; 2 also drops those that have one, and x·1, x + 0 and their like.
        steered: Whether branches and loops of a static graph are nodes; else the program is one expression, in which operations
            choose.
        note_removed: Whether the tape tells what building a static graph left out.
        on_print: Gets what the program prints while it runs; None to keep it on the tape alone.
        max_nodes: The limit on the size of the graph.
        max_elements: The limit on the number of elements of all arrays together.
        max_steps: The limit on the turns of loops.
    """

    bindings: Mapping[str, Value] | None = None
    wrt: Sequence[str] | None = None
    mode: str = "dynamic"
    dtype: str = "float64"
    retain_grad: Sequence[str] | None = ()
    cotangent: Value | None = None
    needs_cotangent: bool = True
    shapes: Mapping[str, Shape] = NOTHING
    spare: Collection[str] = ()
    fetch: Sequence[str] = ()
    feed: Mapping[str, Value] = NOTHING
    optimize: int = 1
    steered: bool = True
    note_removed: bool = False
    on_print: Callable[[Shown], None] | None = None
    max_nodes: int = DEFAULT_MAX_NODES
    max_elements: int = DEFAULT_MAX_ELEMENTS
    max_steps: int = DEFAULT_MAX_STEPS

    @property
    def cast(self) -> Callable[[Value], Value] | None:
        """Rounds a value to the precision of the run; None for float64."""
        return float32 if self.dtype == "float32" else None

    def point(self) -> dict[str, Value]:
        """The value of each variable and of each node that is fed, rounded."""
        given = {**(self.bindings or {}), **self.feed}
        return {name: float32(value) for name, value in given.items()} if self.dtype == "float32" else given

    def known_shapes(self) -> dict[str, Shape]:
        """The shape of each variable and of each node that is fed, as far as anything tells it."""
        given = {**(self.bindings or {}), **self.feed}
        return {**self.shapes, **{name: shape_of(value) for name, value in given.items()}}
