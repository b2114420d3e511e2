"""Answers of several parts: vectors, matrices, and the parts that make up a formula."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from gradcli.errors import GradcliError
from gradcli.frozen import replace
from gradcli.language.ast import Expression
from gradcli.language.text import to_text
from gradcli.teaching.marking.marking import Marker
from gradcli.teaching.marking.verdicts import Marked, Verdict, read_otherwise, unreadable, with_note
from gradcli.teaching.marking.words import right_text
from gradcli.teaching.reading.grids import Given, Grid, grid_of, read_parts, size_of
from gradcli.teaching.wrong_answers.diagnosis import Reason, reason_of

_MOST_ORDERS = 5
_VALUE = "value.not_differentiated"


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
        return self.written([[right_text(marker.question) for marker in row] for row in self.markers])

    def written(self, parts: Sequence[Sequence[str]]) -> str:
        """Parts as an answer."""
        rows = [f"[{', '.join(row)}]" for row in parts]
        return rows[0] if self.vector else f"[{', '.join(rows)}]"

    def mark(self, answer: str) -> Marked:
        """The verdict on an answer.

        Args:
            answer: Text from outside, of any kind.
        """
        try:
            titles = [marker.question.wrt for marker in self.markers[0]]
            found = read_parts(answer, self.markers[0][0].names, titles, vector=self.vector)
        except GradcliError as error:
            return unreadable(answer, error)
        marked = self._judged(answer, found)
        marked = read_otherwise(marked, found.others, lambda other: self._judged(answer, self._parts_of(other)))
        return with_note(marked, "; ".join(found.notes))

    def _parts_of(self, value: Expression) -> Given:
        """The parts of another reading."""
        return Given(grid_of(value, vector=self.vector), "")

    def _judged(self, answer: str, found: Given) -> Marked:
        """The verdict on an answer that has been read."""
        given, read_as = found.parts, found.read_as
        size = f"{len(self.markers)} × {len(self.markers[0])}" if not self.vector else str(len(self.markers[0]))
        if given is None:
            form = "[a, b]" if self.vector else "[[a, b], [c, d]]"
            return Marked(answer, Verdict.UNREADABLE, note=f"{size} parts are asked for: write {form}")
        turned = list(zip(*given, strict=True)) if not self.vector else None
        if not self._fits(given):
            if turned is not None and self._fits(turned) and self._all_right(turned):
                return self._whole(answer, read_as, "array.transposed")
            if self.second and [len(row) for row in given] == [len(self.markers)] and self._are_first(given[0]):
                return self._whole(answer, read_as, "order.once")
            found_size = size_of(given)
            note = f"it has {found_size} part{'' if found_size == '1' else 's'}, and {size} are asked for"
            if self.vector and [len(row) for row in given] == [1]:
                (item,) = given[0]
                added = [r for r in self.markers[0][0].mark_read(answer, item).reasons if r.kind == "partial.all"]
                return Marked(answer, Verdict.WRONG, read_as, tuple(added), note=note, question=self.question)
            return Marked(answer, Verdict.WRONG, read_as, note=note)
        marked = self._each(given)
        if self.second and self._lacks_mixed(given, marked):
            return self._whole(answer, read_as, "partial.mixed")
        if not all(one.score for row in marked for one in row):
            if turned is not None and self._fits(turned) and self._all_right(turned):
                return self._whole(answer, read_as, "array.transposed")
            wrong = self.vector and len(given[0]) <= _MOST_ORDERS and any(one.verdict is Verdict.WRONG for one in marked[0])
            if wrong and any(self._all_right([order]) for order in itertools.permutations(given[0])):
                own = self._joined(answer, read_as, marked)
                others = [one.reasons for one in marked[0] if not one.score]
                same = [r for r in own.reasons if _family(r) != "partial" and all(r.kind in map(_kind, one) for one in others)]
                order = reason_of("array.order")
                return replace(own, reasons=(order, *same)) if same else self._whole(answer, read_as, "array.order")
        return self._joined(answer, read_as, marked)

    @property
    def second(self) -> bool:
        """Whether the parts are second derivatives."""
        return not self.vector and self.part_names[0][0].startswith("∂²")

    def _are_first(self, items: Sequence[Expression]) -> bool:
        """Whether these are the first derivatives, whose derivatives are asked for."""
        marked = [row[0].mark_read(to_text(item), item) for row, item in zip(self.markers, items, strict=True)]
        return all(any(reason.kind == _VALUE for reason in one.reasons) for one in marked)

    def _lacks_mixed(self, given: Grid, marked: Sequence[Sequence[Marked]]) -> bool:
        """Whether all is right but for 0 in the places of mixed derivatives."""
        wrong = [(row, at) for row, line in enumerate(marked) for at, one in enumerate(line) if not one.score]
        return bool(wrong) and all(row != at and to_text(given[row][at]) == "0" for row, at in wrong)

    def _fits(self, given: Grid) -> bool:
        return [len(row) for row in given] == [len(row) for row in self.markers]

    def _each(self, given: Grid) -> list[list[Marked]]:
        """Each part, marked."""
        return [
            [marker.mark_read(to_text(item), item) for marker, item in zip(row, items, strict=True)]
            for row, items in zip(self.markers, given, strict=True)
        ]

    def _all_right(self, given: Grid) -> bool:
        return all(one.score for row in self._each(given) for one in row)

    def _whole(self, answer: str, read_as: str, kind: str) -> Marked:
        return Marked(answer, Verdict.WRONG, read_as, (reason_of(kind),), question=self.question, right=self.right_text())

    def _joined(self, answer: str, read_as: str, marked: Sequence[Sequence[Marked]]) -> Marked:
        """The whole from its parts: the first part that is not right says why, one with a reason before others."""
        if all(one.score for row in marked for one in row):
            notes = dict.fromkeys(one.note for row in marked for one in row if one.note)
            other = any(one.verdict is Verdict.OTHER_FORM for row in marked for one in row)
            return Marked(answer, Verdict.OTHER_FORM if other else Verdict.RIGHT, read_as, note="; ".join(notes))
        parts = [
            replace(one, part=name, right="" if self.vector else f"{name} = {right_text(marker.question)}")
            for row, names, markers in zip(marked, self.part_names, self.markers, strict=True)
            for one, name, marker in zip(row, names, markers, strict=True)
            if not one.score
        ]
        if self.second:  # what is differentiated once more is a derivative
            first = reason_of("order.once")
            parts = [replace(one, reasons=tuple(first if r.kind == _VALUE else r for r in one.reasons)) for one in parts]
        order = (Verdict.UNREADABLE, Verdict.WRONG, Verdict.UNDECIDED)
        worst = min((one.verdict for one in parts), key=order.index)
        told = next((one for one in parts if one.verdict is worst and one.reasons), None)
        told = told or next(one for one in parts if one.verdict is worst)
        wrong = ", ".join(one.part for one in parts)
        note = f"not right: {wrong}" + (f"; {told.part}: {told.note}" if told.note else "")
        return replace(told, answer=answer, read_as=read_as, note=note)


def _kind(reason: Reason) -> str:
    return reason.kind


def _family(reason: Reason) -> str:
    return reason.kind.partition(".")[0]
