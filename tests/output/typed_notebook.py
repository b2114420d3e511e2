"""A program of a user, which the strictest check of types accepts; what is wrong in it is an error that must be seen."""

from __future__ import annotations

import numpy

import gradcli


def slope(expression: str, at: float) -> gradcli.Gradient:
    return gradcli.grad(expression, x=at)


found = slope("x^2", 3)
gradient: dict[str, object] = dict(found.gradient)
tape: gradcli.Tape = gradcli.record("sum(A @ x)", {"A": [[1, 2], [3, 4]]}, x=numpy.ones(2), wrt="x")
lines: list[str] = [step.note for equation in gradcli.derive(tape).of("x") for step in equation.steps]
text: str = str(gradcli.diff("x^2", "x").expressions[0])
same: bool = bool(gradcli.equal("x", "x"))
gradcli.draw(tape, view="both").save("graph.svg")
gradcli.plot("x^2", x=(-1.0, 1.0)).save("plot.png")
end: dict[str, float] = gradcli.descend("x^2", x=1, optimizer="adam").point
page: str = gradcli.page("x*w", x=2, w=1).html
wrong: int = gradcli.to_text(gradcli.parse("x"))  # type: ignore[arg-type, assignment]
