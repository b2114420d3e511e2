"""The other readings of a text: where a factor, an exponent or an argument may take in what follows it."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.language.ast import Expression, Number
from gradcli.language.rewrite import mapped
from gradcli.typing import NamedTuple

_MOST = 8
"""Places that are read otherwise one by one."""


class Otherwise(NamedTuple):
    """A place of a text that may mean something else: what was read is then a part of it with another last factor.

    Attributes:
        read: What was read: e^2*x.
        part: The part that stays but for its last factor.
        last: That factor.
        instead: What stands in its place: e^(2*x).
    """

    read: Expression
    part: Expression
    last: Expression
    instead: Expression

    def meant(self) -> Expression:
        """What may have been meant."""
        return mapped(self.part, lambda node: self.instead if node is self.last else node)


def otherwise(value: Expression, places: Sequence[Otherwise]) -> list[Expression]:
    """The other readings of an expression: each place alone, and all together.

    Args:
        value: What was read.
        places: The places of its text that may mean something else.
    """
    choices = [[place] for place in places[:_MOST]] + ([list(places)] if len(places) > 1 else [])
    found = []
    for chosen in choices:
        meant = {id(place.read): place.meant() for place in chosen}
        other = mapped(value, lambda node, meant=meant: meant.get(id(node), node))  # type: ignore[misc]
        if other is not value:
            found.append(other)
    return found


def is_whole(above: Expression, below: Expression) -> bool:
    """Whether a fraction is a whole number, which nobody writes as one: x^2/2 is not x^(2/2)."""
    return isinstance(above, Number) and isinstance(below, Number) and below.value != 0 and above.value % below.value == 0
