"""What `gradcli why` says: where numbers stop being finite or a gradient ends, the way from there, and what mends it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gradcli.analysis.nonfinite import missing, origins, verified
from gradcli.analysis.nonfinite.origins import Way
from gradcli.analysis.nonfinite.paths import Course
from gradcli.analysis.nonfinite.verified import UNDEFINED
from gradcli.analysis.nonfinite.why import Why
from gradcli.autodiff.passes.tape import all_finite
from gradcli.derivation.nodes.special_points import said_of
from gradcli.derivation.notation.prose import words_text
from gradcli.graph.graph import VARIABLE
from gradcli.language.numbers import short_text
from gradcli.output.reports.blocks import Block, Lines, Style, Table
from gradcli.output.reports.runs.check import losses, sides_text
from gradcli.output.reports.runs.why_sentences import Sentences, in_text
from gradcli.typing import Any

_ROWS = 12
"""Rows of a way that are shown: its two ends."""

_ORIGINS = 3
"""Places at which derivatives stop being finite that are shown."""

_UNITS = 8

_SLOPES = 6
"""Derivatives that a line has."""

_NAMES = 3
"""Nodes whose ``.grad`` is spoken of."""

_BAR = 32
"""Columns of the longest bar."""

_WIDE = 400
"""Characters of a program that is shown whole."""


class Account(Sentences):
    """What is said of a run: sentences, and tables."""

    # ---- parts ----

    def headline(self) -> str:
        """Value and gradient in one line."""
        tape = self.tape
        parts = [f"{self.output} = {short_text(tape.value)}"]
        parts += [f"{self.slope(name)} = {_or_none(tape.adjoints[tape.graph.variables[name]])}" for name in tape.wrt[:_SLOPES]]
        more = [f"and {len(tape.wrt) - _SLOPES:,} more"] if len(tape.wrt) > _SLOPES else []
        return ", ".join([*parts, *more])

    def other_lines(self) -> list[str]:
        """What is said beside numbers that are not finite."""
        found = [*self.lost_lines(), *self.missing_lines(), *self.kink_lines(), *self.unit_lines()]
        calm = self.why.finite and not found and not self.why.courses
        return ["Value and gradient are finite, and every gradient arrives."] * calm + [*found, *self.grad_lines()]

    def lost_lines(self) -> Iterator[str]:
        """Where digits are lost although everything is finite."""
        lost = self.why.lost
        if lost is None:
            return
        for name, (left, right) in lost.ends.items():
            slope = short_text(self.tape.full_gradient[name])
            yield f"{self.slope(name)} has no value there, and {slope} is a convention: {sides_text(left, right)}."
        told = {self.output: (self.tape.value, *lost.value)} if lost.value is not None else {}
        told |= {self.slope(name): (self.tape.full_gradient[name], *known) for name, known in lost.slopes.items()}
        for name, (own, digits, exact) in told.items():
            how = (
                f"{digits:.0f} of its digits are"
                if digits >= 1.5
                else "1 of its digits is"
                if digits >= 1
                else "no digit of it is"
            )
            yield f"{name} is {short_text(own)}, and {how} right: it is {short_text(exact)}."
        yield from (f"{line}." for line in losses(lost.found, self.style) if told)

    def kink_lines(self) -> list[str]:
        """What is said of kinks at which the gradient is a convention."""
        graph = self.tape.graph
        found: dict[str, None] = {}
        for name in () if graph.shapes else self.tape.wrt[:_SLOPES]:
            adjoint = self.tape.adjoints[graph.variables[name]]
            if adjoint is not None and all_finite(adjoint) and (said := said_of(self.tape, graph.variables[name])):
                found[f"{words_text(said, pretty=not self.style.ascii)}."] = None
        return list(found)[:2]

    def value_lines(self) -> list[str]:
        """Where the value stops being finite."""
        way = self.why.forward
        if way is None:
            return []
        number = way.numbers[-1]
        begins = (
            f"it begins at {self.node(way.origin.node)}" if len(way.nodes) > 1 else f"it is {self.expression(way.origin.node)}"
        )
        if way.origin.kind == origins.INPUT and len(way.nodes) == 1:
            return [f"{self.output} {self.origin(way.origin)}."]
        lines = [f"{self.output} is {in_text(number)}: {begins}, which {self.origin(way.origin)}."]
        turn = next((at for at in range(1, len(way.nodes)) if way.numbers[at] != way.numbers[at]), None)
        if turn is not None and way.numbers[0] == way.numbers[0]:
            lines.append(f"From there it is {self.at_operands(way.nodes[turn])}, which is nan.")
        if self.why.exact is not None and self.why.exact[1] != UNDEFINED:
            exact, text = self.why.exact
            lost = "it is lost on the way" if math.isfinite(exact) else f"beyond the range of {self.tape.dtype}"
            lines.append(f"In exact arithmetic {self.output} is {short_text(exact) if math.isfinite(exact) else text}: {lost}.")
        return lines

    def slope_lines(self) -> Iterator[tuple[list[str], Way]]:
        """Where derivatives of a finite value stop being finite: the sentences for each origin, and a way from it."""
        groups: dict[tuple[int, int | None], list[str]] = {}
        for name, way in self.why.backward.items() if self.why.forward is None else ():
            groups.setdefault((way.origin.node, way.origin.source), []).append(name)
        for names in list(groups.values())[:_ORIGINS]:
            way = self.why.backward[names[0]]
            slopes = [f"{self.slope(name)} is {in_text(self.why.backward[name].numbers[-1])}" for name in names[:3]]
            more = f", and {len(names) - 3} more" if len(names) > 3 else ""
            lines = [f"{', '.join(slopes)}{more}: {self.handed(way.origin)}."]
            behind = self.why.behind.get(way.origin.node)
            if behind is not None:
                lines.append(f"Behind it stands {self.node(behind.origin.node)}, which {self.origin(behind.origin)}.")
            if names is list(groups.values())[:_ORIGINS][-1] and len(groups) > _ORIGINS:
                lines.append(
                    f"Derivatives by more variables begin at {len(groups) - _ORIGINS:,} more places likewise; --json has them."
                )
            yield lines, way

    def missing_lines(self) -> Iterator[str]:
        """Why variables get no gradient, or 0."""
        unasked = [name for name, found in self.why.missing.items() if found.kind == missing.NOT_ASKED]
        if len(unasked) > 1:
            reason = "their requires_grad is False" if self.script else "they are none of --wrt"
            yield f"No gradient goes to {', '.join(unasked[:_SLOPES])}{', ...' * (len(unasked) > _SLOPES)}: {reason}."
        told = self.why.lost.ends if self.why.lost is not None else {}  # that there is no derivative is said already
        shown = [name for name in self.why.missing if (len(unasked) < 2 or name not in unasked) and name not in told]
        for name in shown[:_SLOPES]:
            found = self.why.missing[name]
            zero = self.tape.adjoints[self.tape.graph.variables[name]] is not None
            if zero and self.why.forward is not None:  # nothing is to be learned from a derivative of what is not finite
                continue
            yield f"{self.slope(name)} is {'0' if zero else 'None'}: {self.reason(name, found)}."
        if len(shown) > _SLOPES:
            yield "Other variables get none likewise; --json has more of them."

    def unit_lines(self) -> Iterator[str]:
        """Functions that let hardly any gradient through."""
        for unit in self.why.units[:_UNITS]:
            yield self.unit(unit)
        if len(self.why.units) > _UNITS:
            yield f"So are {len(self.why.units) - _UNITS:,} more nodes."

    def mend_lines(self) -> list[str]:
        """The rewrite, and how it is known to be right."""
        mend = self.why.mend
        if mend is None:
            if self.why.lost is not None and self.why.lost.is_lossy:
                return ["No rewrite of the table keeps the digits."]
            return [] if self.why.finite else [self.unmended()]
        lines: list[str] = []
        for before, after, reason in mend.steps:
            lines += [f"{before}  {self.style.text('→')}  {after}", f"  {reason}"]
        if len(mend.text) <= _WIDE and (len(mend.steps) > 1 or mend.text != mend.steps[0][1]):
            lines.append(f"The whole: {mend.text}")
        gradient = [f"{self.slope(name)} = {_or_none(mend.gradient[name])}" for name in list(mend.gradient)[:_SLOPES]]
        lines.append(f"Then {self.output} = {short_text(mend.value)}{''.join(f', {one}' for one in gradient)}.")
        lines.append(self.proof())
        return lines

    def grad_lines(self) -> Iterator[str]:
        """Why ``.grad`` of nodes with a name is None."""
        names = [self.tape.names[id] for id in self.why.unretained]
        if names:
            listed = ", ".join(names[:_NAMES]) + (", ..." if len(names) > _NAMES else "")
            they = "it is no leaf" if len(names) == 1 else "they are no leaves"
            keep = f"{names[0]}.retain_grad() before the backward pass keeps it" if self.script else "--retain-grad keeps it"
            yield f".grad of {listed} is None: {they}; {keep}."

    def proof(self) -> str:
        """How the rewrite is known to be right."""
        mend = self.why.mend
        assert mend is not None
        proof = mend.proof
        of = "" if mend.whole else " of what is replaced, taken alone"
        if not mend.same and not proof.near:
            return "It is another function, computed in high precision as well: the first has no value near there to compare."
        if not mend.same:
            return f"It is another function, close to the first: compared{of} in high precision at {proof.near} points."
        if not proof.near and not proof.far:
            return "Its value is that in high precision; without a variable there is no other point to compare at."
        around = f"equal at {proof.near} points around" if proof.near else f"equal at {proof.far} points where both have a value"
        slopes = {
            verified.DERIVATIVE: "its gradient is the derivative there",
            verified.KINK: "there is a kink, and its gradient lies between the derivatives from both sides",
            verified.END: "the derivative has no finite value there, so its gradient is a choice",
            verified.JUMP: "the function jumps there, so that no gradient is its derivative",
        }[proof.grade]
        return f"Verified in high precision{of}: {around}; {slopes}."

    def unmended(self) -> str:
        """What is said where no rewrite was found."""
        if self.why.forward is not None and self.why.forward.origin.kind == origins.INPUT:
            return "No rewrite mends that: what is given has to be a number."
        if self.why.forward is not None and (self.why.exact is None or self.why.exact[1] != UNDEFINED):
            return "No rewrite of the table mends it."
        if self.why.forward is not None and self.why.exact is not None and math.isfinite(limit := self.why.exact[0]):
            return f"The expression itself has no value there, but a limit, {short_text(limit)}: no rewrite of the table has it."
        if self.why.forward is not None:
            return "No rewrite mends it: the expression itself has no finite value there."
        return "No rewrite mends it: the expression itself has no finite derivative there."

    # ---- tables ----

    def way_table(self, way: Way, title: str, heading: str) -> Table:
        """The nodes of a way with their numbers."""
        rows = [
            (
                self.tape.names[id],
                "" if self.tape.graph.operations[id] == VARIABLE else self.expression(id),
                in_text(number),
            )
            for id, number in zip(way.nodes, way.numbers, strict=True)
        ]
        left = len(rows) - _ROWS
        note = f"... {left:,} more nodes between them" if left > 0 else ""
        shown = rows if left <= 0 else [*rows[: _ROWS // 2], *rows[-_ROWS // 2 :]]
        return Table(title, ("node", "is", heading), shown, frozenset((heading,)), note=note)

    def course_table(self, course: Course) -> Table:
        """The course of the gradient along a path as bars: each the logarithm of the product so far."""
        names = self.tape.names
        longest = max([abs(layer.product) for layer in course.layers])
        mark = "#" if self.style.ascii else "█"
        dot = self.style.text("→")
        rows = [
            (
                f"{names[layer.start]} {dot} {names[layer.end]}",
                _power_of_ten(layer.factor),
                _power_of_ten(layer.product),
                mark * round(_BAR * abs(layer.product) / longest),
            )
            for layer in course.layers
        ]
        sign = "smaller" if course.kind == "vanishes" else "larger"
        title = f"{self.slope(course.variable)} {course.kind}: its largest path, {course.count:,} edges from {self.output} on"
        return Table(title, ("from", "factor", "product", f"how much {sign}"), rows, frozenset(("factor", "product")))


def why_report(why: Why, style: Style, *, script: bool = False) -> Iterator[Block]:
    """The blocks of `gradcli why`, or of ``--why`` for a script of PyTorch."""
    account = Account(why, style, script=script)
    yield Lines([account.headline()], important=True)
    if why.forward is not None:
        yield Lines(account.value_lines())
        if len(why.forward.nodes) > 1:
            yield account.way_table(why.forward, f"From there to {account.output}", "value")
    for lines, way in account.slope_lines():
        yield Lines(lines)
        if len(way.nodes) > 1:
            yield account.way_table(way, "The way back from there", style.text(f"∂{account.output}/∂node"))
    other = account.other_lines()
    if other:
        yield Lines(other)
    for course in why.courses:
        yield account.course_table(course)
    mended = account.mend_lines()
    if mended:
        yield Lines(["What mends it", *mended] if why.mend else mended, headings=frozenset((0,) if why.mend else ()))
    if why.lost is not None and why.lost.is_lossy and not script:
        yield Lines(["gradcli check shows how many digits of each node are right."])


def sentences(why: Why, style: Style) -> list[str]:
    """All that is said, a sentence a line, without tables."""
    account = Account(why, style)
    slopes = [line for lines, _ in account.slope_lines() for line in lines]
    return [account.headline(), *account.value_lines(), *slopes, *account.other_lines(), *account.mend_lines()]


def origin_lines(why: Why, style: Style) -> list[str]:
    """The nodes at which numbers stop being finite, each with what it computes."""
    ways = filter(None, (why.forward, *why.backward.values()))
    return [Account(why, style).node(node) for node in dict.fromkeys(way.origin.node for way in ways)]


def _or_none(value: Any) -> str:
    return "None" if value is None else short_text(value)


def _power_of_ten(exponent: float) -> str:
    """A number by its decimal logarithm, be it beyond the range of floats."""
    if -300 < exponent < 300:
        return f"{10**exponent:.3g}"
    whole = math.floor(exponent)
    return f"{10 ** (exponent - whole):.2f}e{whole:+d}"
