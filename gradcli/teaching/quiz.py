"""Questions of a quiz: what marks the answers to each, and how many points these get."""

from __future__ import annotations

from collections.abc import Mapping

from gradcli.errors import GradcliError, nearest
from gradcli.frozen import Frozen
from gradcli.teaching.marking.verdicts import Marked, Verdict
from gradcli.teaching.mistakes import MISTAKES
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.teaching.tasks import AnyMarker


FORM = "form"


class Asked(Frozen, eq=False):
    """A question as it was asked.

    Attributes:
        marker: What marks its answers.
        id: What it is called in a quiz; empty for a question alone.
        ask: What is asked for.
        points: How many a right answer gets.
        credit: For kinds of mistakes, or families of them, the share of the points that an answer with them gets; for ``form``
            that of a right one in another form than is asked for.
    """

    marker: AnyMarker
    id: str = ""
    ask: str = "derivative"
    points: float = 1
    credit: Mapping[str, float] = {}

    def score(self, marked: Marked) -> float:
        """How many points an answer gets: all for a right one, of a wrong one what its likeliest reason leaves."""
        if marked.verdict is Verdict.OTHER_FORM:
            return round(self.points * self.credit.get(FORM, 1.0), 9)
        if marked.score or not (self.credit and marked.reasons):
            return self.points * marked.score
        share = 1.0
        for kind in {slip.kind for slip in marked.reasons[0].slips}:
            share *= self.credit.get(kind, self.credit.get(kind.partition(".")[0], 0.0))
        return round(self.points * share, 9)


def credit_of(given: object, where: str) -> dict[str, float]:
    """Shares of the points by kinds of mistakes, from JSON.

    Args:
        given: What stands there.
        where: What messages call it.

    Raises:
        GradcliError: It is no object of shares from 0 to 1, or has a kind that does not exist.
    """
    if not isinstance(given, dict):
        raise GradcliError(f"{where} is no object", hint='write {"table.sign": 0.5, "chain": 0.25}')
    known = list(dict.fromkeys([FORM, *MISTAKES, *[kind.partition(".")[0] for kind in MISTAKES]]))
    for kind, share in given.items():
        if kind not in known:
            near = nearest(kind, known)
            raise GradcliError(
                f"{where}: there is no kind {kind}", hint=f"did you mean {near}?" if near else "gradcli mistakes lists them"
            )
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise GradcliError(f"{where}: the credit for {kind} is a number from 0 to 1")
    return {kind: float(share) for kind, share in given.items()}
