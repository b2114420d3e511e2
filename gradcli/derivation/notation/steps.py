"""A derivation as data: equations of steps, each with its rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradcli.algebra.simplified import Simplified
from gradcli.algebra.sums.squares import SQUARES
from gradcli.derivation.notation.prose import Words, words_text
from gradcli.frozen import Frozen, shown
from gradcli.language.ast import Expression
from gradcli.typing import NamedTuple

COMMON_DENOMINATOR = "common denominator"
ONE_FRACTION = "one fraction"
TERM_BY_TERM = "divided term by term"
CANCELLED = "factors cancelled"
LIKE_TERMS = "like terms collected"
MULTIPLIED_OUT = "multiplied out"
FACTORED = "factored"
POWERS = "powers combined"
TIMES_ZERO = "times 0 is 0"
CHOICES = "choices joined"
INTO_CHOICE = "factor taken into the choice"
NUMBERS = "numbers computed"
ROOTS = "roots taken"
IDENTITIES = "functions rewritten"
PARENTHESES = "parentheses dropped"
REWRITTEN = "rewritten"
REORDERED = "put in order"
SQUARES_ARE_ONE = {(a, b): f"{a}² {'+' if sign > 0 else '-'} {b}² = 1" for a, (b, sign) in SQUARES.items()}

DEEDS = (
    COMMON_DENOMINATOR,
    ONE_FRACTION,
    TERM_BY_TERM,
    CANCELLED,
    MULTIPLIED_OUT,
    FACTORED,
    LIKE_TERMS,
    TIMES_ZERO,
    POWERS,
    ROOTS,
    CHOICES,
    INTO_CHOICE,
    *SQUARES_ARE_ONE.values(),
    IDENTITIES,
    NUMBERS,
    PARENTHESES,
    REWRITTEN,
    REORDERED,
)
"""What can be done to an expression, in the order in which it is said."""

SIMPLIFICATIONS = frozenset({"trivial factors dropped", "terms computed", *DEEDS})
"""Rules that only rewrite: they can be folded away, and what is derived stays."""

PUTTING_IN = frozenset({"intermediates written out", "derivatives put in", "numbers put in"})
"""Rules that put something in for a name."""

VALUE = frozenset({"numbers put in", "terms computed", "value"})
"""Rules of the steps in numbers."""


class Step(Frozen):
    """One line of a derivation: ``left = right``.

    Attributes:
        rule: The rule that leads from the line before to this one.
        left: What is being derived.
        right: What it equals.
        words: What the rule does here.
    """

    rule: str
    left: Expression
    right: Expression
    words: Words = ()

    @property
    def note(self) -> str:
        """What the rule does here, as text."""
        return words_text(self.words)

    @property
    def simplification(self) -> bool:
        """Whether the step only rewrites the line before."""
        return self.rule in SIMPLIFICATIONS


def brief(steps: Sequence[Step]) -> list[Step]:
    """The steps without rewriting: what is derived, its last form in symbols, and its value."""
    symbols = [index for index, step in enumerate(steps) if step.rule not in VALUE]
    kept = {symbols[-1]} if symbols else set()
    return [step for index, step in enumerate(steps) if index in kept or not (step.simplification or step.rule in PUTTING_IN)]


class End(NamedTuple):
    """What a derivation ends in.

    Attributes:
        formula: The derivative in variables; None where it is long.
        value: Its value at the point of the run.
    """

    formula: Expression | None
    value: float


class Equation(Frozen):
    """The derivation of one adjoint, ∂output/∂node.

    Attributes:
        node: The id of the node.
        steps: From the chain rule to the value.
        edges: What it uses: local derivatives, each with what it follows from, where every step is asked for, and of arrays the
            parts that it uses several times, each under a name of its own.
    """

    node: int
    steps: tuple[Step, ...]
    edges: tuple[Step, ...] = ()


class Derivation(Frozen):
    """The equations of a backward pass.

    Attributes:
        equations: In the order of the backward pass: the intermediate nodes, then the variables.
        needed: For each variable the nodes whose equations lead to its own, in order, its own last.
        derivatives: For each variable its derivative, simplified, in variables.
        ends: For each of these variables what its derivation ends in.
        warnings: What is wrong with it.
    """

    equations: Mapping[int, Equation]
    needed: Mapping[str, tuple[int, ...]]
    derivatives: Mapping[str, Simplified]
    ends: Mapping[str, End]
    warnings: tuple[str, ...] = ()

    def of(self, variable: str) -> list[Equation]:
        """The equations that lead to the derivative by a variable, its own last."""
        return [self.equations[node] for node in self.needed[variable]]

    def __repr__(self) -> str:
        return f"Derivation(by {', '.join(self.needed)}: {len(self.equations)} equations)"

    def _repr_latex_(self) -> str | None:
        return shown("latex", self)
