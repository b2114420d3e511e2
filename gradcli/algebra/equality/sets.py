"""Whether two sets are equal: each element of one has its equal in the other, in any order and however often."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gradcli.algebra.equality.verdict import Equality, Method, Verdict
from gradcli.errors import ExitCode, GradcliError
from gradcli.frozen import replace

MOST = 100
"""Elements of a set that is compared."""


def equal_sets(
    first: Sequence[str], second: Sequence[str], texts: tuple[str, str], compare: Callable[[str, str], Equality]
) -> Equality:
    """Compare two sets.

    Args:
        first: The texts of the elements of one of them.
        second: The same of the other one.
        texts: The two sets as they are written.
        compare: Compares an element of the first with one of the second.

    Raises:
        GradcliError: An element has an error, or there are too many.
    """
    if max(len(first), len(second)) > MOST:
        raise GradcliError(f"sets of up to {MOST} elements are compared", exit_code=ExitCode.LIMIT)
    members: list[Equality] = []
    only_first: list[str] = []
    matched: set[str] = set()
    for own in first:
        found = {other: one for other in second if (one := compare(own, other))}
        members += list(found.values())[:1]
        matched.update(found)
        if not found:
            only_first.append(own.strip())
    only_second = [other.strip() for other in second if other not in matched]
    proof = all(member.proof for member in members)
    same = not only_first and not only_second
    weakest = next((member for member in members if not member.proof), members[0] if members else None)
    start = weakest or Equality(*texts, Verdict.EQUAL, Method.IDENTICAL, proof=True)
    verdicts = [verdict for verdict in Verdict if any(member.verdict is verdict for member in members)]
    return replace(
        start,
        first=texts[0],
        second=texts[1],
        verdict=verdicts[-1] if same and verdicts else Verdict.EQUAL if same else Verdict.DIFFERENT,
        proof=proof and same,
        counterexample=None,
        members=tuple(members),
        unmatched=(tuple(only_first), tuple(only_second)),
        only_first=sum(member.only_first for member in members),
        only_second=sum(member.only_second for member in members),
    )
