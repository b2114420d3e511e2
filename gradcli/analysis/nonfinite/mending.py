"""Rewritten programs whose value and gradient are finite at the point where those of the original are not."""

from __future__ import annotations

import math
from collections.abc import Mapping

from gradcli.analysis.nonfinite.cancellation import Cancelled, cancellation
from gradcli.analysis.nonfinite.candidates import Candidate, Step, candidates
from gradcli.analysis.nonfinite.verified import END, Proof, proof_of, worse
from gradcli.analysis.nonfinite.writing import rewritten
from gradcli.autodiff.passes.tape import Tape, all_finite, has_nan
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.program_run import recorded
from gradcli.errors import GradcliError
from gradcli.frozen import Frozen, replace
from gradcli.language.parser import parse
from gradcli.language.program_text import program_text
from gradcli.lowering.builders.builder import Value

ROUNDS = 3
"""How many rewrites are made one after the other."""

TRIES = 60
"""Rewritten programs that are run; of large ones fewer."""

FEW_TRIES = 6

LARGE = 3_000
"""Nodes from which a graph is large."""

_GOOD = 12.0
"""Right digits of a program that is offered without a look at others."""

_BETTER = 4.0
"""Digits that one has to gain else."""

_ELEMENTS = 24
"""Elements of an array at which a part is compared."""


class Mend(Frozen):
    """A rewrite that mends a program.

    Attributes:
        steps: What is replaced by what, and why, one after the other.
        text: The whole program, as it can be pasted.
        value: Its value at the point.
        gradient: Its gradient there.
        same: Whether it is the same function; else one near by.
        proof: What high precision says of it.
        whole: Whether that is said of the whole program, and not of what was replaced alone.
    """

    steps: tuple[Step, ...]
    text: str
    value: Value
    gradient: Mapping[str, Value | None]
    same: bool
    proof: Proof
    whole: bool


def mend_of(tape: Tape, lost: Cancelled | None = None) -> Mend | None:
    """A program that is finite where a run is not, verified: the same function where one is found, else one near by.

    Args:
        tape: The run.
        lost: What it has lost where it is finite: then a program that keeps the digits is sought, of the same function.
    """
    best: tuple[float, Mend | None] = (0.0 if lost is None else lost.fewest + _BETTER, None)
    room = TRIES if len(tape.graph) < LARGE else FEW_TRIES
    tried: set[str] = set()
    for same in (True, False) if lost is None else (True,):
        states: list[tuple[Tape, tuple[Step, ...], tuple[Part, ...]]] = [(tape, (), ())]
        for _ in range(ROUNDS if same else 1):
            onwards: list[tuple[Tape, tuple[Step, ...], tuple[Part, ...]]] = []
            for state, steps, parts in states:
                known = lost if state is tape or lost is None else cancellation(state)
                for candidate in candidates(
                    state, same, None if lost is None else known.lossy if known else [False] * len(state.graph)
                ):
                    program = rewritten(state, candidate.replaced)
                    text = "" if program is None else program_text(program, "; ")
                    if not text or text in tried:
                        continue
                    if room <= 0:
                        return best[1]
                    tried.add(text)
                    room -= 1
                    run = _run(text, tape.bindings, tape)
                    if run is None:
                        continue
                    made, replaced = (*steps, candidate.step), (*parts, _part(state, candidate))
                    mend = _accepted(tape, run, made, replaced, text, same, candidate.alone)
                    digits = math.inf if lost is None or mend is None else lost.digits_of(run)
                    if mend is not None and digits >= _GOOD:
                        return mend
                    best = max(best, (digits, mend), key=lambda one: one[0]) if mend is not None else best
                    if same:
                        onwards.append((run, made, replaced))
            states = onwards
    return best[1]


Part = tuple[str, str, Mapping[str, Value]]
"""What is replaced by what, in letters, and the value of each letter."""


def _part(tape: Tape, candidate: Candidate) -> Part:
    """What a rewrite replaces, alone, with its letters at their values; of large arrays at a few elements."""
    values = {letter: tape.values[node] for letter, node in candidate.letters.items()}
    return (*candidate.part, {letter: _few(value) for letter, value in values.items()})


def _few(value: Value) -> Value:
    """An array, or of a large one the elements that matter: those that are not finite, or largest, first."""
    if isinstance(value, float) or value.size <= _ELEMENTS:
        return value
    import numpy

    order = numpy.argsort(-numpy.abs(numpy.nan_to_num(value.ravel())), kind="stable")
    return value.ravel()[numpy.sort(numpy.concatenate([order[: _ELEMENTS // 2], order[-_ELEMENTS // 2 :]]))]


def _run(text: str, bindings: Mapping[str, Value], like: Tape | None) -> Tape | None:
    """The run of a program at a point, asked for what another run was; None where it cannot be run."""
    asked = Request(bindings=dict(bindings), needs_cotangent=False, spare=tuple(bindings))
    if like is not None:
        shaped = bool(like.graph.shape(like.output))
        asked = replace(asked, wrt=like.wrt, dtype=like.dtype, cotangent=like.adjoints[like.output] if shaped else None)
    try:
        return recorded(parse(text), asked)
    except (GradcliError, ArithmeticError):
        return None


def _accepted(
    first: Tape, second: Tape, steps: tuple[Step, ...], parts: tuple[Part, ...], text: str, same: bool, alone: bool
) -> Mend | None:
    """The rewritten program where it mends what is wrong, and high precision confirms it."""
    if not all_finite(second.value):
        return None
    slopes = [adjoint for adjoint in second.gradient.values() if adjoint is not None]
    if any(map(has_nan, slopes)):
        return None
    if not all(map(all_finite, slopes)) and (not same or all_finite(first.value)):
        return None
    whole = True
    try:
        if all(map(all_finite, first.bindings.values())):
            proof = proof_of(first, second, same=same, alone=alone)
        else:
            proof = _proof_of_finite(first, text) if same else None
    except GradcliError:
        whole, proof = False, _proof_of_parts(parts, same)
    return None if proof is None else Mend(steps, text, second.value, second.gradient, same, proof, whole)


def _proof_of_finite(first: Tape, text: str) -> Proof | None:
    """The proof that a program is a run's where finite numbers stand for those that are not; None where it is refuted."""
    import numpy

    point: dict[str, Value] = {}
    for name, value in first.bindings.items():
        if all_finite(value):
            point[name] = value
        elif isinstance(value, float):
            point[name] = 1.0 + len(point)
        else:
            point[name] = numpy.where(numpy.isfinite(value), value, 1 + numpy.arange(value.size).reshape(value.shape) / 8)
    program = rewritten(first, {})
    runs = [None if program is None else _run(program_text(program, "; "), point, first), _run(text, point, first)]
    if runs[0] is None or runs[1] is None:
        return None
    proof = proof_of(runs[0], runs[1], same=True)
    return None if proof is None else replace(proof, near=0, far=proof.near + proof.far, grade=END)


def _proof_of_parts(parts: tuple[Part, ...], same: bool) -> Proof | None:
    """The proofs of what was replaced, together; None where one is missing."""
    found: Proof | None = None
    for pattern, result, values in parts:
        runs = [_run(text, values, None) for text in (f"sum({pattern})", f"sum({result})")]
        if runs[0] is None or runs[1] is None:
            return None
        try:
            proof = proof_of(runs[0], runs[1], same=same)
        except GradcliError:
            return None
        if proof is None:
            return None
        found = proof if found is None else worse(found, proof)
    return found
