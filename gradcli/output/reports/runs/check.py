"""What `gradcli check` says: the verdict, each derivative beside other ways to it, the V of errors, and where digits go."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from gradcli.analysis.points import Met
from gradcli.analysis.verification.findings import LOST, RIGHT, ROUNDED, UNCLEAR, WRONG, Verification
from gradcli.analysis.verification.sampled import Sampled
from gradcli.autodiff.passes.tape import Tape
from gradcli.language.numbers import short_text
from gradcli.language.text import to_text
from gradcli.lowering.node_expressions import node_expression
from gradcli.ops.declaration.elsewhere import elsewhere, elsewhere_at
from gradcli.ops.declaration.facts import END, JUMP, KINK, POLE
from gradcli.output.diagrams.error_curve import Curve
from gradcli.output.reports.blocks import Block, Lines, Style, Table, left_out

_ROWS = 12
_DIGITS = 7
_WIDTH = 80
_BAR = 32
_SAID = 5
"""Faults and special points that are told one by one."""

_LOST = 2.0
"""Digits that a node has to lose before it is told."""

MEANINGS = {
    RIGHT: "",
    ROUNDED: "right, but digits are lost to rounding",
    KINK: "at a kink: there is no derivative, and what is given is a convention",
    JUMP: "at a jump: there is no derivative",
    END: "at the end of the domain: there is no derivative on both sides",
    LOST: "not a digit is right, though each rule is: all are lost to rounding",
    POLE: "within a rounding of a pole: no digit of a derivative is certain, or there is none",
    UNCLEAR: "no other way to the derivative tells",
    WRONG: "",
}


def check_report(found: Sampled, style: Style, *, show_all: bool = False, kinks: bool = False) -> Iterator[Block]:
    """The blocks of `gradcli check`.

    Args:
        found: What was checked.
        style: How expressions and signs are written.
        show_all: Leave no row out.
        kinks: Whether to tell what other libraries give at the special points.
    """
    worst = found.worst
    yield Lines(list(_headline(found, worst, style)), important=True)
    if worst.components:
        yield _derivatives(worst, style, show_all)
    if found.stated:
        rows = [
            [style.text(one.name), _number(one.value), _number(one.right), "right" if one.agrees else "wrong"]
            for one in found.stated
        ]
        columns = ["by", "given", "right", "verdict"]
        yield Table("The gradient that is given", columns, rows, numeric=frozenset(columns[1:3]))
        if parted := [style.text(f"by {one.name}: {reason}") for one in found.stated for reason in one.reasons]:
            yield Lines(parted)
    if said := list(reasons(worst, style)):
        yield Lines(said)
    if kinks:
        yield from _elsewhere(worst, style)
    if (shown := curve_of(worst)) is not None:
        yield _curve(shown, style)
    if worst.nodes:
        yield _nodes(worst, style, show_all)


def _headline(found: Sampled, worst: Verification, style: Style) -> Iterator[str]:
    tape = worst.tape
    where = ", ".join(f"{name} = {short_text(value)}" for name, value in list(tape.bindings.items())[:6])
    components = [one for point in found.points for one in point.components]
    verdicts = {verdict: sum(one.verdict == verdict for one in components) for verdict in MEANINGS}
    told = "; ".join(f"{number:,} {verdict}" for verdict, number in verdicts.items() if number)
    parted = sum(not one.agrees for one in found.stated)
    told += f"; {parted} of {len(found.stated)} that are given wrong" if parted else ""
    yield f"{'wrong' if found.failed else 'passed'}: {told or 'nothing depends on a variable'}"
    yield from (f"{verdict}: {MEANINGS[verdict]}" for verdict, number in verdicts.items() if number and MEANINGS[verdict])
    if len(found.points) > 1 or found.skipped:
        skipped = f", and {found.skipped} without a value left out" if found.skipped else ""
        orders = ", first and second derivatives" if found.order > 1 else ""
        points = "1 point" if found.count == 1 else f"{found.count:,} points"
        yield f"{points}{orders}{skipped}; the worst is shown"
    yield style.text(f"{tape.names[tape.output]} = {short_text(tape.value)}" + (f" at {where}" if where else ""))
    yield from worst.notes


def _derivatives(found: Verification, style: Style, show_all: bool) -> Table:
    order = sorted(found.components, key=lambda one: (one.verdict == RIGHT, one.digits))
    kept = {one.name for one in (order if show_all else order[:_ROWS])}
    shown = [one for one in found.components if one.name in kept]
    columns = ["by", "gradcli", "difference", "complex step", f"{found.judge_digits} digits", "digits", "verdict"]
    for precision in range(_DIGITS, 1, -1):  # as many digits as fit
        rows = [[
            style.text(one.name),
            *("" if value is None else f"{value:.{precision}g}"
              for value in (one.own, one.found.value, one.complex_step, one.reference)),
            "" if one.slopes else f"{one.digits:.0f}",
            one.verdict,
        ] for one in shown]  # fmt: skip
        if sum([2 + max(map(len, column)) for column in zip(columns, *rows, strict=True)]) <= _WIDTH:
            break
    notes = [f"no complex step: {found.not_analytic} is not analytic"] if found.not_analytic else []
    if len(shown) < len(found.components):
        notes.append(left_out(len(found.components) - len(shown), "right"))
    return Table("Derivatives", columns, rows, numeric=frozenset(columns[1:-1]), note="; ".join(notes))


def reasons(found: Verification, style: Style) -> Iterator[str]:
    """Where rules are wrong, what is special at the point, and what loses digits, a sentence a line."""
    tape = found.tape
    for fault in found.faults[:_SAID]:
        operand = tape.names[tape.graph.inputs[fault.id][fault.argument]]
        node = node_text(tape, fault.id, style)
        derivative = f"its derivative by {operand}" if not tape.graph.shape(fault.id) else f"what it hands back to {operand}"
        yield f"wrong at {node}: {derivative} is given as {_number(fault.found)}, and its values have {_number(fault.right)}"
    for sum in [sum for sum in found.sums if not sum.agrees][:_SAID]:
        yield (f"wrong at {style.text(tape.names[sum.id])}: what its {sum.uses:,} uses hand back sums to {_number(sum.total)},"
               f" and its adjoint is {_number(sum.adjoint)}")  # fmt: skip
    at = [one for one in found.components if one.slopes is not None]
    epsilon = _epsilon(tape)
    if at:
        for met in [one for one in found.met if one.is_at(epsilon)][:_SAID]:
            yield f"{node_text(met.tape, met.id, style)} is at a {_KINDS.get(met.kind, met.kind)}"
    for one in at[:_SAID]:
        left, right = one.slopes or (0.0, 0.0)
        alike = math.isfinite(left) and abs(left - right) <= 1e-4 * max(abs(left), abs(right), 1e-5)
        more = ": the function is smooth there, and the conventions of its nodes do not add up to its slope" if alike else ""
        yield f"by {one.name}: {_number(one.own)} given{more}, {sides_text(left, right)}"
    for met in [one for one in found.met if one.distance and not (at and one.is_at(epsilon))][:_SAID]:
        yield f"{node_text(met.tape, met.id, style)} is {met.distance:.0e} from a {_KINDS.get(met.kind, met.kind)}"
    if not found.faults:  # what a wrong rule hands back has no right digits either
        yield from losses(found, style)
    if any(one.verdict == LOST or not math.isfinite(one.own) for one in found.components):
        yield "gradcli why tells where it begins, and what mends it"


def _epsilon(tape: Tape) -> float:
    return 2.0**-23 if tape.dtype == "float32" else 2.0**-52


def losses(found: Verification, style: Style) -> Iterator[str]:
    """Where digits are lost, a sentence a line."""
    tape = found.tape
    if found.plain is not None:
        losing = max(found.nodes, key=lambda one: one.lost, default=None)
        special = {met.id for met in found.met if met.tape is found.plain and met.is_at(_epsilon(tape))}
        handing = max([one for one in found.nodes if one.id not in special], key=lambda one: one.lost_back, default=None)
        if losing is not None and losing.lost >= _LOST:
            condition = "" if losing.condition is None else f", of condition {losing.condition:.0e}"
            rest = f"{losing.digits:.0f} are left"
            yield f"{node_text(found.plain, losing.id, style)}{condition}, loses {losing.lost:.0f} digits: {rest}"
        elif handing is not None and handing.lost_back >= _LOST:
            node = node_text(found.plain, handing.id, style)
            yield f"{node}: what it hands back, or the sum that this is a term of, loses {handing.lost_back:.0f} digits"
    if any(one.verdict in (LOST, ROUNDED) for one in found.components):
        cancels = max(found.sums, key=lambda one: one.cancelled, default=None)
        if cancels is not None and cancels.cancelled >= _LOST:
            yield (f"{style.text(tape.names[cancels.id])}: what its {cancels.uses:,} uses hand back cancels:"
                   f" {cancels.size:.2g} in absolute values, {cancels.total:.2g} as a sum")  # fmt: skip


def _elsewhere(found: Verification, style: Style) -> Iterator[Block]:
    """What other libraries give for the operations that are at, or near, a special point."""
    measured = elsewhere()
    libraries = list(measured["versions"])

    def rows(met: Sequence[Met], first: Callable[[Met], str]) -> list[list[str]]:
        return [
            [node_text(one.tape, one.id, style), first(one), *[derivatives.get(library, "") for library in libraries]]
            for one in met
            if (derivatives := elsewhere_at(one.tape.graph.operations[one.id], one.at))
        ]

    numbers = rows(found.met, lambda one: one.kind)
    arrays = rows(found.arrays, lambda one: " ".join(map(short_text, one.at)))
    if not numbers and not arrays:
        yield Lines(["no kink is met whose derivative in other libraries was measured"])
        return
    versions = ", ".join(f"{library} {version}" for library, version in measured["versions"].items())
    for title, columns, shown in (
        ("The derivative of the node by its operand, at that point, elsewhere", ["node", "at"], numbers),
        ("The gradient of the operation at an array with such elements, elsewhere", ["node", "array"], arrays),
    ):
        if shown:
            yield Table(title, [*columns, *libraries], shown, numeric=frozenset(libraries), note=f"measured: {versions}")
    if arrays:
        yield Lines(["where the result is an array, the gradient is that of its product with 1, 2, 3"])


_KINDS = {"end": "point where its domain ends", "pole": "pole"}


def node_text(tape: Tape, id: int, style: Style) -> str:
    """A node by its name and what it is."""
    text = style.expression(to_text(node_expression(tape.graph, id, tape.names)))
    return style.text(f"{tape.names[id]} = {text if len(text) <= 60 else text[:57] + '...'}")


def curve_of(found: Verification) -> Curve | None:
    """The errors of the differences that are worth a look; None where there is nothing to show."""
    known = [one for one in found.components if one.found.best is not None and one.slopes is None and math.isfinite(one.best)]
    if not known:
        return None
    one = min(known, key=lambda one: (one.verdict == RIGHT, one.digits))
    scale = abs(one.best) or 1.0

    def errors(values: Sequence[float]) -> list[float]:
        return [abs(value - one.best) / scale for value in values]

    title = f"Error of differences by {one.name}, beside the derivative"
    return Curve(title, one.found.steps, errors(one.found.values), errors(one.found.extrapolated), one.found.best)


def _curve(shown: Curve, style: Style) -> Table:
    rows: list[list[str]] = []
    for at, (step, error) in enumerate(zip(shown.steps, shown.errors, strict=True)):
        height = min(16.0, max(0.0, 16 + math.log10(error))) if 0 < error < math.inf else 0.0
        better = shown.extrapolated[at] if at < len(shown.extrapolated) else math.nan
        bar = ("#" if style.ascii else "■") * round(height * _BAR / 16) + (" best" if at == shown.best else "")
        rows.append([f"{step:.0e}", _error(error), _error(better), bar.strip()])
    columns = ["step", "central", "Richardson", "from 1e-16 to 1"]
    note = "large steps: the function bends; small ones: rounding"
    return Table(style.text(shown.title), columns, rows, numeric=frozenset(columns[:3]), note=note)


def _error(value: float) -> str:
    return f"{value:.0e}" if math.isfinite(value) else ""


def _nodes(found: Verification, style: Style, show_all: bool) -> Table:
    tape = found.plain
    assert tape is not None
    order = sorted(found.nodes, key=lambda one: (-one.lost, -(one.condition or 0.0)))
    kept = {one.id for one in (order if show_all else order[:_ROWS])}
    rows = [[
        style.text(tape.names[one.id]),
        style.expression(to_text(node_expression(tape.graph, one.id, tape.names))),
        "" if one.condition is None else f"{one.condition:.2g}",
        f"{one.digits:.0f}",
        f"{one.lost:.0f}",
        "" if one.adjoint_digits is None else f"{one.adjoint_digits:.0f}",
    ] for one in found.nodes if one.id in kept]  # fmt: skip
    columns = ["node", "is", "condition", "digits", "lost", "digits of adjoint"]
    note = left_out(len(found.nodes) - len(rows), "nodes") if len(rows) < len(found.nodes) else ""
    return Table("Digits that are right, of 16", columns, rows, numeric=frozenset(columns[2:]), note=note)


def _number(value: float) -> str:
    return f"{value:.10g}"


def sides_text(left: float, right: float) -> str:
    """The slopes on both sides of a point."""
    before, behind = _number(left), _number(right)
    if math.isnan(left):
        return f"no slope on the left, slope {behind} on the right" if right == right else "no slope on either side"
    if math.isnan(right):
        return f"slope {before} on the left, no slope on the right"
    return f"slope {before} on the left, slope {behind} on the right"
