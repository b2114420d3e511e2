"""Marks arrays as answers: formulas in vectors and matrices, or their elements."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy

from gradcli.algebra.derivatives import differentiate
from gradcli.algebra.jacobian import jacobian
from gradcli.autodiff.passes.forward import evaluate
from gradcli.autodiff.passes.reverse import quiet
from gradcli.errors import GradcliError
from gradcli.frozen import replace
from gradcli.graph.graph import Shape
from gradcli.graph.shapes import shape_text
from gradcli.language.ast import Expression, Operator, Output, Program
from gradcli.language.rewrite import mapped
from gradcli.language.statements import free_names
from gradcli.language.text import to_text
from gradcli.lowering.builders.shape_mismatch import MismatchError
from gradcli.teaching.arrays.mistakes import WrongArray, same, wrong_arrays
from gradcli.teaching.arrays.question import ArrayQuestion, array_graph, compile_array_question, symmetric
from gradcli.teaching.marking.verdicts import Marked, Verdict, read_otherwise, unreadable, with_note
from gradcli.teaching.mistakes import Slip
from gradcli.teaching.question import with_lines
from gradcli.teaching.reading.answers import read_answer
from gradcli.teaching.wrong_answers.diagnosis import FACTORS, Reason, likeliest, reason_of
from gradcli.typing import Any

_TRANSPOSE = re.compile(r"(?<=[\w)\]])\s*(?:\^\s*(?:\{\s*)?(?:T\b|\\top|⊤|\\intercal)(?:\s*\})?|ᵀ|⊤|'(?!\w))")
_LENGTH = re.compile(r"(?:\|\||‖|\\\|)([^|‖]+?)(?:\|\||‖|\\\|)")
_LIBRARY = re.compile(r"\b(?:np|numpy|torch)\.")
_EXACT = 1e-8


class ArrayMarker:
    """Marks the answers to a question about arrays.

    Args:
        expression: The expression, or program, of the question.
        wrt: The variable by which it is differentiated.
        shapes: The shapes of the variables that are arrays.
        jacobian: Whether the derivatives of each element of the result are asked for.
        tolerance: How far off a number may be, beside the size of the largest one.

    Raises:
        GradcliError: See :func:`gradcli.teaching.arrays.question.compile_array_question`.
    """

    def __init__(
        self,
        expression: str,
        wrt: str,
        shapes: Mapping[str, Shape],
        *,
        jacobian: bool = False,
        tolerance: float | None = None,
        at: Mapping[str, Any] | None = None,
    ) -> None:
        self.at = at
        self.arrays = compile_array_question(expression, wrt, shapes, jacobian=jacobian, at=at)
        self.question = self.arrays.told
        self.jacobian = jacobian
        self.tolerance = max(_EXACT, tolerance or 0.0)
        self._marked: dict[str, Marked] = {}

    @cached_property
    def table(self) -> Sequence[WrongArray]:
        """The wrong answers that are known."""
        return wrong_arrays(self.arrays)

    def unread(self, answer: str, why: str) -> Marked:
        """An answer that is not marked, since it may not be what was answered."""
        return Marked(answer, Verdict.UNREADABLE, note=why)

    def hidden_at_the_point(self) -> list[Reason]:
        """Nothing: arrays are compared at several points."""
        return []

    @cached_property
    def _right_text(self) -> str:
        graph, wrt = self.arrays.graph, self.question.wrt
        try:
            if self.jacobian:
                table = jacobian(graph, [graph.output], [wrt])
                texts = [to_text(one) for one in table.simplified.expressions]
                if table.simplified.definitions:
                    return ""
                width = len(table.names)
                rows = [", ".join(texts[start : start + width]) for start in range(0, len(texts), width)]
                return f"[{', '.join(f'[{row}]' for row in rows)}]"
            found = differentiate(graph, [(graph.output, (wrt,))])
        except GradcliError:
            return ""
        return "" if found.definitions else to_text(found.expressions[0])

    def right_text(self) -> str:
        """The right answer, in one line; empty where it has no text."""
        return self._right_text

    def mark(self, answer: str) -> Marked:
        """The verdict on an answer. Equal texts are marked once.

        Args:
            answer: Text from outside, of any kind.
        """
        if answer not in self._marked:
            try:
                names = [*self.question.point, *[line.name for line in self.question.named]]
                found = read_answer(_LIBRARY.sub("", _TRANSPOSE.sub(".T", _LENGTH.sub(r"norm(\1)", answer))), names)
                marked = self._judged(answer, found.value, found.read_as)
                marked = read_otherwise(marked, found.others, lambda other: self._judged(answer, other, ""))
                marked = with_note(marked, "; ".join(found.notes))
            except GradcliError as error:
                marked = unreadable(answer, error)
            own, text = self.question, self._right_text
            right = f"{own.d}{own.names[own.graph.output]}/{own.d}{own.wrt} = {text}" if text else ""
            self._marked[answer] = replace(marked, right=right, at_one_point=self.at is not None)
        return self._marked[answer]

    @cached_property
    def _symmetric(self) -> ArrayQuestion | None:
        return symmetric(self.arrays)

    def _judged(self, answer: str, value: Expression, read_as: str) -> Marked:
        """The verdict on an answer that has been read.

        Raises:
            GradcliError: Its shapes do not fit, in whatever way it is read.
        """
        readings, fault, symmetric_only = [], None, False
        for meant_as, columns, note in _READINGS:
            try:
                own = self._values(meant_as(value), self.arrays, columns=columns)
            except GradcliError as error:
                fault = fault or error
                continue
            if same(own, self.arrays.right, self.tolerance):
                return Marked(answer, Verdict.RIGHT, read_as, note=note)
            if self._symmetric is not None:
                there = self._values(meant_as(value), self._symmetric, columns=columns)
                symmetric_only |= same(there, self._symmetric.right, self.tolerance)
            readings.append((own, note))
        if not readings:
            assert fault is not None
            if isinstance(fault, MismatchError):
                return Marked(answer, Verdict.WRONG, read_as, question=self.question, note=fault.message)
            raise fault
        if not any(numpy.all(numpy.isfinite(one)) for own, _ in readings for one in own):
            return Marked(answer, Verdict.UNDECIDED, read_as, note="it has no value at the points that were tried")
        fitting = [one for one in readings if numpy.shape(one[0][0]) == self.arrays.shape]
        for own, note in fitting[:1] or readings:
            if reasons := self._reasons(own):
                return Marked(answer, Verdict.WRONG, read_as, tuple(reasons), question=self.question, note=note)
        if symmetric_only:
            return Marked(answer, Verdict.WRONG, read_as, (reason_of("array.assumed_symmetric"),), question=self.question)
        own = (fitting or readings)[0][0]
        return Marked(answer, Verdict.WRONG, read_as, question=self.question, note=self._difference(own))

    def _values(self, value: Expression, arrays: ArrayQuestion, *, columns: bool) -> list[Any]:
        """The values of an answer at the points of a question, with vectors as columns or not."""
        shapes = {name: self.arrays.graph.shape(id) for name, id in self.arrays.graph.variables.items()}
        as_column = {name for name, shape in shapes.items() if columns and len(shape) == 1}
        own_shapes = {name: (*shape, 1) if name in as_column else shape for name, shape in shapes.items()}
        graph = array_graph(with_lines(value, self.question.named), own_shapes)
        for name in graph.variables:
            if name not in shapes:
                raise GradcliError(f"{name} is no variable of the question", hint=f"its variables: {', '.join(shapes)}")
        found = []
        for point in arrays.points:
            given = {name: point[name][:, None] if name in as_column else point[name] for name in graph.variables}
            with quiet():
                own = numpy.asarray(evaluate(graph, given)[graph.output], float)
            alike = columns and numpy.squeeze(own).shape == tuple(size for size in self.arrays.shape if size > 1)
            found.append(own.reshape(self.arrays.shape) if alike else own)
        return found

    def _reasons(self, own: Sequence[Any]) -> list[Reason]:
        """The mistakes that make these values, the likeliest first."""
        kinds = {one.slip.kind: one.slip for one in reversed(self.table) if same(own, one.values)}
        found = [reason_of(slip) for slip in kinds.values()]
        for factor in FACTORS if not found else ():
            if same(own, [factor * one for one in self.arrays.right]):
                found.append(reason_of(Slip("answer.factor"), amount=factor))
        return likeliest(found)

    def _difference(self, own: Sequence[Any]) -> str:
        """Where an answer differs for which there is no reason."""
        shape, right = numpy.shape(own[0]), self.arrays.right
        if shape != self.arrays.shape:
            return f"it has the shape {shape_text(shape)}, and {shape_text(self.arrays.shape)} is asked for"
        for mine, true in zip(own, right, strict=True):
            off = numpy.abs(mine - true) > self.tolerance * numpy.max(numpy.abs(true), initial=1e-300)
            if off.any() and shape:
                place = ", ".join(str(int(axis[0])) for axis in numpy.nonzero(off))
                return f"the first element that differs is [{place}]"
        return ""


def _as_matrices(value: Expression) -> Expression:
    """An expression in which each product but those with numbers is one of matrices."""

    def change(node: Expression) -> Expression:
        if not (isinstance(node, Operator) and node.symbol == "*" and len(node.operands) == 2):
            return node
        return Operator("@", node.operands) if not any(_is_number(one) for one in node.operands) else node

    return mapped(value, change)


def _is_number(value: Expression) -> bool:
    return not free_names(Program((Output(value),), may_differentiate=False))


_COLUMNS = "vectors are read as columns"
_MATRICES = "products are read as those of matrices"


def _as_it_is(value: Expression) -> Expression:
    return value


_READINGS = (
    (_as_it_is, False, ""),
    (_as_it_is, True, _COLUMNS),
    (_as_matrices, False, _MATRICES),
    (_as_matrices, True, f"{_COLUMNS}, and {_MATRICES}"),
)
"""How an answer may be meant, the first way first: with vectors and products as everywhere here, or as in linear algebra."""
