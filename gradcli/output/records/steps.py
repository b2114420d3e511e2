"""The record of a step of a derivation, which documents of several kinds have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradcli.derivation.notation.steps import Step
from gradcli.language.text import to_text

if TYPE_CHECKING:
    from gradcli.output.schemas.runs import StepRecord


def step_record(step: Step) -> StepRecord:
    """A step of a derivation."""
    left, right = to_text(step.left, pretty=True), to_text(step.right, pretty=True)
    return {"rule": step.rule, "left": left, "right": right, "note": step.note}
