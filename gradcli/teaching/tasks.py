"""What may be asked for beside one derivative: the value, and answers of several parts, as vectors and matrices."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence

from gradcli.errors import GradcliError, UnknownVariableError
from gradcli.frozen import replace
from gradcli.language.ast import Array, Expression, Output, Program, Tuple
from gradcli.language.free_names import free_names
from gradcli.language.parser import parse
from gradcli.language.program_text import program_text
from gradcli.language.statements import expressions
from gradcli.language.text import to_text
from gradcli.ops.declaration.constants import VALUES
from gradcli.teaching.diagnosis import Reason
from gradcli.teaching.marking import Marked, Marker, Verdict, read_answer, unreadable
from gradcli.teaching.question import derivative_of, named_lines, program_with_names
from gradcli.teaching.variants import Slip, cost_of
from gradcli.teaching.words import right_text

DERIVATIVE, VALUE, GRADIENT, HESSIAN, JACOBIAN, ADJOINT = "derivative", "value", "gradient", "hessian", "jacobian", "adjoint"
ASKED = (DERIVATIVE, VALUE, GRADIENT, HESSIAN, JACOBIAN)
"""What may be asked for; ``adjoint:NAME``, the derivative by an intermediate value, beside them."""

HIGHEST = 20
"""The highest order that a question asks for."""

_MOST_PARTS = 25
_MOST_ORDERS = 5

Grid = Sequence[Sequence[Expression]]


class Parts:
    """Marks answers to a question for several numbers or formulas: a vector, or a matrix.

    Args:
        markers: A marker for each part, by rows; a vector is one row.
        names: What each part is called.
        vector: Whether it is a vector.
    """

    def __init__(self, markers: Sequence[Sequence[Marker]], names: Sequence[Sequence[str]], *, vector: bool) -> None:
        self.markers = markers
        self.part_names = names
        self.vector = vector
        self.question = markers[0][0].question
        self.at = markers[0][0].at

    def unread(self, answer: str, why: str) -> Marked:
        """An answer that is not marked, since it may not be what was answered."""
        return self.markers[0][0].unread(answer, why)

    def hidden_at_the_point(self) -> list[Reason]:
        """The mistakes that give the right numbers at the point of the question."""
        return [reason for row in self.markers for marker in row for reason in marker.hidden_at_the_point()]

    def right_text(self) -> str:
        """The right answer."""
        rows = [", ".join(right_text(marker.question) for marker in row) for row in self.markers]
        return f"[{rows[0]}]" if self.vector else f"[{', '.join(f'[{row}]' for row in rows)}]"

    def mark(self, answer: str) -> Marked:
        """The verdict on an answer.

        Args:
            answer: Text from outside, of any kind.
        """
        try:
            value, _, _ = read_answer(_bracketed(answer), self.markers[0][0].names)
        except GradcliError as error:
            return unreadable(answer, error)
        given = _grid(value, vector=self.vector)
        size = f"{len(self.markers)} × {len(self.markers[0])}" if not self.vector else str(len(self.markers[0]))
        if given is None:
            form = "[a, b]" if self.vector else "[[a, b], [c, d]]"
            return Marked(answer, Verdict.UNREADABLE, note=f"{size} parts are asked for: write {form}")
        read_as = to_text(value)
        turned = list(zip(*given, strict=True)) if not self.vector else None
        if not self._fits(given):
            if turned is not None and self._fits(turned) and self._all_right(turned):
                return self._whole(answer, read_as, "array.transposed")
            return Marked(answer, Verdict.WRONG, read_as, note=f"it has {_size(given)} parts, and {size} are asked for")
        marked = [
            [marker.mark_read(to_text(item), item) for marker, item in zip(row, items, strict=True)]
            for row, items in zip(self.markers, given, strict=True)
        ]
        verdicts = {one.verdict for row in marked for one in row}
        if verdicts == {Verdict.RIGHT}:
            notes = dict.fromkeys(one.note for row in marked for one in row if one.note)
            return Marked(answer, Verdict.RIGHT, read_as, note="; ".join(notes))
        if turned is not None and self._fits(turned) and self._all_right(turned):
            return self._whole(answer, read_as, "array.transposed")
        if self.vector and len(given[0]) <= _MOST_ORDERS:
            orders = itertools.permutations(given[0])
            if Verdict.WRONG in verdicts and any(self._all_right([order]) for order in orders):
                return self._whole(answer, read_as, "array.order")
        return self._first(answer, read_as, marked)

    def _fits(self, given: Grid) -> bool:
        return [len(row) for row in given] == [len(row) for row in self.markers]

    def _all_right(self, given: Grid) -> bool:
        pairs = [pair for row, items in zip(self.markers, given, strict=True) for pair in zip(row, items, strict=True)]
        return all(marker.mark_read("", item).verdict is Verdict.RIGHT for marker, item in pairs)

    def _whole(self, answer: str, read_as: str, kind: str) -> Marked:
        slips = (Slip(kind),)
        return Marked(answer, Verdict.WRONG, read_as, (Reason(slips, cost_of(slips)),), question=self.question)

    def _first(self, answer: str, read_as: str, marked: Sequence[Sequence[Marked]]) -> Marked:
        """The whole from its parts: the first part that is not right says why, one with a reason before others."""
        parts = [
            replace(one, part=name)
            for row, names in zip(marked, self.part_names, strict=True)
            for one, name in zip(row, names, strict=True)
            if one.verdict is not Verdict.RIGHT
        ]
        order = (Verdict.UNREADABLE, Verdict.WRONG, Verdict.UNDECIDED)
        worst = min((one.verdict for one in parts), key=order.index)
        first = next((one for one in parts if one.verdict is worst and one.reasons), None)
        first = first or next(one for one in parts if one.verdict is worst)
        wrong = ", ".join(one.part for one in parts)
        note = f"not right: {wrong}" + (f"; {first.part}: {first.note}" if first.note else "")
        return replace(first, answer=answer, read_as=read_as, note=note)


def variables_of(program: Program, wrt: Sequence[str]) -> list[str]:
    """The variables that are meant: those that are named, else all.

    Raises:
        GradcliError: There are none.
    """
    names = list(wrt) or [name for name in free_names(program) if name not in VALUES]
    if not names:
        raise GradcliError("the expression of the question has no variable")
    return names


def task(
    expression: str,
    ask: str,
    wrt: Sequence[str],
    *,
    order: int = 1,
    at: Mapping[str, float] | None = None,
    digits: int | None = None,
    tolerance: float | None = None,
) -> Marker | Parts:
    """What marks the answers to a question.

    Args:
        expression: The expression, or program, of the question; for a Jacobian its result is a list of expressions.
        ask: What is asked for: one of :data:`ASKED`, or ``adjoint:NAME``.
        wrt: The variables; all of them where there are none.
        order: Which derivative, where a derivative is asked for.
        at: The point at which numbers are asked for.
        digits: Digits after the point to which these have to be right.
        tolerance: How far off they may be, beside the size of the right ones.

    Raises:
        GradcliError: The question is wrong, or has no such answer.
    """

    def marker(text: str, name: str, order: int = 1) -> Marker:
        return Marker(text, name, order=order, at=at, digits=digits, tolerance=tolerance)

    program = parse(expression)
    names = variables_of(program, wrt)
    if not 0 < order <= HIGHEST or (digits is not None and digits < 1):
        raise GradcliError(f"the order is one from 1 to {HIGHEST}, and digits are one or more")
    for name, number in (at or {}).items():
        if name not in free_names(program):
            raise UnknownVariableError(name, list(free_names(program)), "the point: ")
        if not math.isfinite(number):
            raise GradcliError(f"the point has {name} = {number}, where there is no derivative", hint="choose another point")
    if ask.startswith(f"{ADJOINT}:"):
        name = ask.partition(":")[2]
        if name in free_names(program) or name in [line.name for line in named_lines(program)]:
            return marker(expression, name)
        return marker(program_with_names(expression), name)
    if ask == VALUE:
        return marker(expression, names[0], 0)
    if ask == DERIVATIVE:
        if len(names) > 1:
            raise GradcliError("by which variable is the derivative?", hint=f"add --wrt with one of {', '.join(names)}")
        return marker(expression, names[0], order)
    if ask == JACOBIAN:
        *before, last = program.statements
        value = expressions(last)[0]
        items = value.items if isinstance(value, Array | Tuple) else (value,)
        rows = [program_text(Program((*before, Output(item)))) for item in items]
        outputs = [f"y{number}" for number in range(1, len(rows) + 1)]
        vector = False
    elif ask == HESSIAN:
        rows = [program_text(derivative_of(program, name)) for name in names]
        outputs = [f"∂y/∂{name}" for name in names]
        vector = False
    elif ask == GRADIENT:
        rows, outputs, vector = [expression], ["y"], True
    else:
        raise GradcliError(f"{ask} cannot be asked for", hint=f"--ask takes {', '.join(ASKED)} or adjoint:NAME")
    if len(rows) * len(names) > _MOST_PARTS:
        raise GradcliError(f"the answer has {len(rows) * len(names)} parts, and {_MOST_PARTS} are the most")
    second = "²" if ask == HESSIAN else ""
    parts = [
        [f"∂{second}y/{output.partition('/')[2]}∂{name}" if second else f"∂{output}/∂{name}" for name in names]
        for output in outputs
    ]
    return Parts([[_constant_too(marker, text, name, names) for name in names] for text in rows], parts, vector=vector)


def _constant_too(marker: Callable[[str, str], Marker], text: str, name: str, names: Sequence[str]) -> Marker:
    """A marker of a derivative, also where it is 0 since the variable is not there: then all variables are, times 0."""
    missing = [other for other in names if other not in free_names(parse(text))]
    if not missing:
        return marker(text, name)
    *before, last = parse(text).statements
    zeros = "".join(f" + 0*{other}" for other in missing)
    lines = program_text(Program((*before,))) if before else ""
    return marker("\n".join(filter(None, [lines, f"{to_text(expressions(last)[0])}{zeros}"])), name)


def _grid(value: Expression, *, vector: bool) -> list[list[Expression]] | None:
    """The parts of an answer, by rows; None where it has none. A vector may be written as a column."""
    if not isinstance(value, Array | Tuple):
        return [[value]]
    rows = [list(item.items) if isinstance(item, Array | Tuple) else None for item in value.items]
    if all(row is None for row in rows):
        return [list(value.items)]
    found = [row for row in rows if row is not None]
    if len(found) < len(rows) or len({len(row) for row in found}) != 1:
        return None
    if vector and len(found[0]) == 1:
        return [[row[0] for row in found]]
    return found


def _bracketed(answer: str) -> str:
    """An answer of several parts in parentheses, or in none, in brackets."""
    text = answer.strip()
    depth, least = 0, [0, 0]  # how often commas stand outside of all brackets, and within one pair
    closed = False
    for at, sign in enumerate(text):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and 0 <= depth <= 1:
            least[depth] += 1
        closed = closed or (depth == 0 and at < len(text) - 1)
    if least[0]:
        return f"[{text}]"
    if text[:1] == "(" and text[-1:] == ")" and least[1] and not closed:
        return f"[{text[1:-1]}]"
    return answer


def _size(given: Grid) -> str:
    return f"{len(given)} × {len(given[0])}" if len(given) > 1 else str(len(given[0]))
