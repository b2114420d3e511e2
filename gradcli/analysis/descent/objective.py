"""The function that is made small: its value, gradient and Hessian at a point, which is one vector of all parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from gradcli.autodiff.passes.jacobian import hessian
from gradcli.autodiff.passes.reverse import quiet
from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.program_run import recorded
from gradcli.errors import GradcliError
from gradcli.frozen import replace
from gradcli.language.ast import Program
from gradcli.ops.declaration.structural import shape_of
from gradcli.typing import Any

MOST_CURVED = 200
"""Elements of all parameters up to which the Hessian is looked at."""


class Objective:
    """A program as a function of one vector.

    Args:
        program: The program, whose output is a number.
        asked: What its runs are asked for, with the values to start from; ``wrt`` are the parameters.

    Attributes:
        names: The parameters.
        start: Their values, a vector.
        evaluations: How many times it was run.

    Raises:
        GradcliError: It does not run, its output is no number, or there is no parameter.
    """

    def __init__(self, program: Program, asked: Request) -> None:
        import numpy

        self.program = program
        self.asked = asked
        self.evaluations = 0
        tape = recorded(program, asked)
        if tape.graph.shape(tape.output):
            shape = tape.graph.shape(tape.output)
            raise GradcliError(
                f"a number is made small, and this has the shape {shape}", hint="take its sum, its mean or its norm"
            )
        self.names = tape.wrt
        if not self.names:
            raise GradcliError("there is no variable to change", hint="add one to the expression, or to --wrt")
        self.fixed = {name: value for name, value in (asked.bindings or {}).items() if name not in self.names}
        given = {name: (asked.bindings or {})[name] for name in self.names}
        self.shapes = {name: shape_of(value) for name, value in given.items()}
        self.start = numpy.concatenate([numpy.ravel(value) for value in given.values()]).astype(float)

    @property
    def labels(self) -> list[str]:
        """What each element of the vector is called: x, or A[0,1]."""
        import numpy

        found: list[str] = []
        for name, shape in self.shapes.items():
            found += [f"{name}[{','.join(map(str, at))}]" for at in numpy.ndindex(*shape)] if shape else [name]
        return found

    def named(self, vector: Any) -> dict[str, Any]:
        """The value of each parameter at a point."""
        found: dict[str, Any] = {}
        at = 0
        for name, shape in self.shapes.items():
            size = math.prod(shape)
            found[name] = vector[at : at + size].reshape(shape) if shape else float(vector[at])
            at += size
        return found

    def tape(self, vector: Any) -> Tape:
        """The run at a point."""
        self.evaluations += 1
        with quiet():
            return recorded(self.program, replace(self.asked, bindings={**self.fixed, **self.named(vector)}))

    def at(self, vector: Any) -> tuple[float, Any]:
        """The value and the gradient, a vector, at a point."""
        tape = self.tape(vector)
        return float(tape.value), self._flat(tape.full_gradient, self.names)

    def hessian(self, vector: Any) -> Any:
        """The Hessian at a point, a matrix.

        Raises:
            GradcliError: An operation has no second derivative.
        """
        import numpy

        with quiet():
            blocks = hessian(self.tape(vector), self.names).blocks
        sizes = {name: math.prod(shape) for name, shape in self.shapes.items()}
        rows = [[numpy.reshape(blocks[a][b], (sizes[a], sizes[b])) for b in self.names] for a in self.names]
        return numpy.block(rows)

    def curvatures(self, vector: Any) -> Any:
        """The eigenvalues of the Hessian at a point, ascending; None where it is large, or is not known there."""
        import numpy

        if len(vector) > MOST_CURVED:
            return None
        try:
            matrix = self.hessian(vector)
        except GradcliError:
            return None
        return numpy.linalg.eigvalsh((matrix + matrix.T) / 2) if numpy.isfinite(matrix).all() else None

    def _flat(self, values: Mapping[str, Any], names: Sequence[str]) -> Any:
        import numpy

        return numpy.concatenate([numpy.ravel(values[name]) for name in names]).astype(float)
