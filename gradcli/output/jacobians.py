"""Tangents, Jacobian and Hessian of a run, as data; the views of them are loaded where there is something to show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.frozen import Frozen
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.autodiff.passes.jacobian import Blocks, Hessian, Jacobian
    from gradcli.autodiff.passes.tangent import Tangents
    from gradcli.derivation.notation.steps import Equation


class Jacobians(Frozen):
    """What a call asked for beyond value and gradient; None for what it did not.

    Attributes:
        tangents: The tangents along a direction.
        forward_pass: Their derivation; empty where it is left out.
        jacobian: The Jacobian of all outputs.
        hessian: The Hessian of the output.
    """

    tangents: Tangents | None = None
    forward_pass: Sequence[Equation] = ()
    jacobian: Jacobian | None = None
    hessian: Hessian | None = None

    @property
    def matrices(self) -> Iterator[tuple[str, Blocks]]:
        """The matrices of derivatives that were asked for, by their name."""
        if self.jacobian is not None:
            yield "jacobian", self.jacobian.blocks
        if self.hessian is not None:
            yield "hessian", self.hessian.blocks
