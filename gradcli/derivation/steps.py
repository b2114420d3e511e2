"""A derivation as data: equations of steps, each with its rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gradcli.algebra.derivatives import Simplified
from gradcli.language.ast import Expression, Partial


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a derivation.

    Attributes:
        rule: The rule that leads from the line before to this one.
        left: What is being derived.
        right: What it equals.
        note: What the rule does here, in words.
    """

    rule: str
    left: Partial
    right: Expression
    note: str


@dataclass(frozen=True, slots=True)
class Equation:
    """The derivation of one adjoint, ∂output/∂node.

    Attributes:
        node: The id of the node.
        steps: From the chain rule to the value.
    """

    node: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Derivation:
    """The equations of a backward pass.

    Attributes:
        equations: In the order of the backward pass: the intermediate nodes, then the variables.
        needed: For each variable the nodes whose equations lead to its own, in order, its own last.
        derivatives: For each variable its derivative, simplified, in variables.
    """

    equations: Mapping[int, Equation]
    needed: Mapping[str, tuple[int, ...]]
    derivatives: Mapping[str, Simplified]

    def of(self, variable: str) -> list[Equation]:
        """The equations that lead to the derivative by a variable, its own last."""
        return [self.equations[node] for node in self.needed[variable]]
