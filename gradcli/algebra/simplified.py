"""Nodes of a graph as simplified expressions: written out, in named lines where that is long, or in a shape that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import count, product, zip_longest
from math import prod

from gradcli.algebra.simplify import (
    TOO_LONG,
    all_poles,
    assume_defined,
    divisors,
    normal_forms,
    raw_sizes,
    shortest_spelling,
    without_guards,
)
from gradcli.algebra.sums.expressions import as_fraction, written
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.rules import apply_operation
from gradcli.algebra.sums.spellings import shortest_fraction
from gradcli.errors import ExitCode, GradcliError
from gradcli.frozen import Frozen, shown
from gradcli.graph.graph import Graph
from gradcli.language.ast import (
    Assignment,
    Call,
    Comparison,
    Expression,
    Index,
    Name,
    Number,
    Operator,
    Output,
    Program,
    postorder,
)
from gradcli.language.numbers import number_text
from gradcli.language.text import to_text
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.node_expressions import in_named_lines, written_out
from gradcli.lowering.programs.lower import lower
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.constants import VALUES
from gradcli.ops.declaration.facts import POLE
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.algebra.assumptions.facts import Assumptions
FORM_LIMIT = 1_000
"""Operations of a normal form beyond which an expression is not simplified as a whole."""

ROOM, ROOM_FACTOR = 50_000, 30
"""Operations of all normal forms together, and those for each node of the graph, beyond which nothing is simplified as a whole:
each derivative of a product of n factors has n - 1, and all of them would have n^2."""

SHORTENED = 8
"""How many times shorter the search for a short spelling may make a form, at a guess; more of an excess is not searched."""

SHORT = 25
"""Operations of a graph that may be written out in any case."""

WRITTEN_FACTOR = 4
"""Written-out expressions may have so many times the operations of their graph; beyond that they are named lines."""

ELEMENT_FACTOR = 12
"""Operations up to which an element is written out, on the average of all; beyond that arrays are named lines."""

MANY_DIGITS = 17
"""Characters of a number beyond which an expression is compared with the original by its text as well."""


class Simplified(Frozen):
    """Simplified expressions that share their definitions.

    Attributes:
        definitions: Lines ``t1 = ...`` that the expressions use; empty where they are written out.
        expressions: One for each node asked for.
        conditions: For each where it has the value of the original, as comparisons, ``x != 1``; nothing where that is everywhere.
    """

    definitions: tuple[Assignment, ...]
    expressions: tuple[Expression, ...]
    conditions: tuple[tuple[Expression, ...], ...] = ()

    def program(self, index: int = 0) -> Program:
        """The definitions, and one of the expressions as the output."""
        return Program((*self.definitions, Output(self.expressions[index])))

    def __str__(self) -> str:
        lines = [f"{line.name} = {to_text(line.value)}" for line in self.definitions]
        return "\n".join([*lines, *map(to_text, self.expressions)])

    def __repr__(self) -> str:
        return f"Simplified({str(self)!r})"

    def _repr_latex_(self) -> str | None:
        return shown("latex", self)


_MOST_ROUNDS = 2
"""How often what is found is simplified again."""


def simplified_outputs(graph: Graph, *, assume: Assumptions | None = None, shape: str = "") -> Simplified:
    """The outputs of a graph, simplified; what is cancelled states its condition.

    Args:
        graph: The graph.
        assume: What is assumed of variables; None for nothing.
        shape: The shape that is asked for, be it longer: expanded, factored, together or apart; empty for the shortest.

    Raises:
        GradcliError: There is no such shape of an output.
    """
    if shape:
        cancel, domains = _may_cancel(graph), not graph.shapes and not _chooses(graph)
        simplifier = Simplifier(graph, graph.outputs, assume=assume, cancel=cancel, domains=domains, identities=False)
        return simplifier.arranged(graph.outputs, shape)
    found = _shortest(graph, assume)
    for _ in range(_MOST_ROUNDS):
        more = assume is not None or any(found.conditions) or any(map(_has_irrational, found.expressions))
        if graph.shapes or found.definitions or not more:
            break
        again = _shortest(lower(Program(tuple(map(Output, found.expressions))), StaticBuilder(Graph())), assume)
        if again.definitions or again.expressions == found.expressions:
            break
        pairs = zip_longest(found.conditions, again.conditions, fillvalue=())
        found = Simplified((), again.expressions, tuple([tuple(dict.fromkeys((*old, *new))) for old, new in pairs]))
    return found


def _has_irrational(expression: Expression) -> bool:
    """Whether a root or pi is in an expression, of which its normal form may find more once it is written."""
    return any(
        (isinstance(node, Name) and node.name in VALUES)
        or (isinstance(node, Call) and (one := OPERATIONS.get(node.function)) is not None and one.facts.power is not None)
        or (isinstance(node, Operator) and node.symbol == "^" and isinstance(node.operands[1], Operator | Name))
        for node in postorder(expression)
    )


def _shortest(graph: Graph, assume: Assumptions | None) -> Simplified:
    """The outputs of a graph in their shortest form that one pass finds."""
    domains = not graph.shapes and not _chooses(graph)
    simplifier = Simplifier(graph, graph.outputs, assume=assume, domains=domains)
    plain = simplifier.best(graph.outputs)
    if plain is None or not _may_cancel(graph):
        return simplifier.stated(graph.outputs, plain)
    before = simplifier.known()
    found = simplifier.best(graph.outputs) if simplifier.cancelling() else None
    if found is None:
        simplifier.forget(before)
        return simplifier.stated(graph.outputs, plain)
    shorter = simplifier.stated(graph.outputs, found)
    if found == plain and not graph.shapes:
        return shorter
    simplifier.forget(before)
    kept = simplifier.stated(graph.outputs, plain)
    pairs = [
        (new, more)
        if _operations(new) < _operations(old) + (_has_nested_fraction(old) or not graph.shapes)
        else (old, kept.conditions[at] if kept.conditions else ())
        for at, (old, new, more) in enumerate(zip(kept.expressions, shorter.expressions, shorter.conditions, strict=True))
    ]
    return Simplified((), tuple([one for one, _ in pairs]), tuple([more for _, more in pairs]))


def _chooses(graph: Graph) -> bool:
    """Whether a graph has branches, which need not be taken."""
    declared = [OPERATIONS.get(operation) for operation in graph.operations]
    return any(one is not None and one.partials[:1] == (None,) for one in declared)


def _may_cancel(graph: Graph) -> bool:
    """Whether a graph divides, and does so in no branch that need not be taken."""
    divides = False
    for operation, inputs in zip(graph.operations, graph.inputs, strict=True):
        declared = OPERATIONS.get(operation)
        exponent = graph.constants.get(inputs[1]) if len(inputs) == 2 else None
        negative = isinstance(exponent, int | Fraction) and exponent < 0
        divides |= declared is not None and (negative or any(one.kind == POLE for one in declared.facts.specials))
    return divides and not _chooses(graph)


def _operations(expression: Expression) -> int:
    return sum(isinstance(node, Operator | Call) for node in postorder(expression))


def _has_nested_fraction(expression: Expression) -> bool:
    """Whether an expression divides by what has a fraction in it, other than a number."""
    below = [node.operands[1] for node in postorder(expression) if isinstance(node, Operator) and node.symbol == "/"]
    inner = [node for divisor in below for node in postorder(divisor) if isinstance(node, Operator) and node.symbol == "/"]
    return any(not isinstance(node.operands[1], Number) for node in inner)


class Simplifier:
    """Nodes of a graph as simplified expressions.

    Args:
        graph: The graph.
        ids: The nodes.
        generic: Whether guards of derivative rules that matter at single points only fall away, and divisors may be cancelled,
            which are not 0 where the function is defined.
        assume: What is assumed of variables; None for nothing.
        cancel: Whether divisors may be cancelled; then the conditions of that are found as well.
        identities: Whether functions may be written by others, sin(x)/cos(x) by tan(x).
        domains: Whether it is found as well where the graph has a value, and the result has one elsewhere too.
    """

    def __init__(
        self,
        graph: Graph,
        ids: Sequence[int],
        *,
        generic: bool = False,
        assume: Assumptions | None = None,
        cancel: bool = False,
        domains: bool = False,
        identities: bool = True,
    ) -> None:
        self.domains = domains
        self.graph = graph
        self.generic = generic
        self.ids = ids
        self.algebra = Algebra(assume, invertible=generic, identities=identities and not generic)
        self.algebra.states_domains = domains
        self.cancel = cancel
        self.forms = self._forms()
        self.sizes = raw_sizes(graph)
        names = {id: name for name, id in graph.variables.items()}
        self.names = [names.get(id, "") for id in range(len(graph))]
        if generic or cancel:
            self._cancel()

    def cancelling(self) -> bool:
        """Let divisors be cancelled from now on; whether that changes a form, or has its conditions stated."""
        self.cancel = True
        return self._cancel() or bool(self.algebra.cancelled) or bool(self.algebra.nonzero)

    def _cancel(self) -> bool:
        """Cancel what is different from 0 where the graph is defined; whether there is something to cancel."""
        assume_defined(self.graph, self.algebra, self.forms)
        if not self.algebra.nonzero:
            return False
        from gradcli.algebra.sums.cancellation import may_cancel

        if not may_cancel(self.algebra):
            return False
        self.forms = self._forms()  # knowing beforehand what is not 0, the second walk can cancel it
        return True

    def _forms(self) -> list[int]:
        room = ROOM + ROOM_FACTOR * len(self.graph)
        return normal_forms(self.graph, self.algebra, ends=self.ids, limit=FORM_LIMIT, room=room, generic=self.generic)

    def known(self) -> tuple[list[int], set[int], set[int]]:
        """What is to be given to :meth:`forget` after cancelling."""
        return self.forms, set(self.algebra.cancelled), set(self.algebra.nonzero)

    def forget(self, before: tuple[list[int], set[int], set[int]]) -> None:
        """Let nothing be cancelled again."""
        self.cancel = False
        self.forms, self.algebra.cancelled, self.algebra.nonzero = before

    def together(self, ids: Sequence[int]) -> Simplified:
        """The expressions of nodes; where they would be much longer than the graph, in lines that they share."""
        return self.stated(ids, self.best(ids))

    def best(self, ids: Sequence[int]) -> list[int] | None:
        """The shortest forms of nodes; None where they are much longer than the graph."""
        operations = sum(1 for id, kept in enumerate(self.graph.ancestors(*ids)) if kept and self.sizes[id])
        most = WRITTEN_FACTOR * max(operations, SHORT)
        raw = [self.forms[id] for id in ids]
        if TOO_LONG in raw or sum(map(self.algebra.size, raw)) > SHORTENED * most:
            return None
        best = [shortest_spelling(self.algebra, form) for form in raw]
        if (self.generic or self.cancel) and not self.graph.shapes:
            best = [shortest_fraction(self.algebra, form) for form in best]
        return None if sum(map(self.algebra.size, best)) > most else best

    def stated(self, ids: Sequence[int], best: Sequence[int] | None) -> Simplified:
        """Forms of nodes as expressions, with conditions; in lines that nodes share where there are none."""
        if best is None:
            return self._in_named_lines(ids)
        expressions = tuple([self._expression(id, form) for id, form in zip(ids, best, strict=True)])
        return Simplified((), expressions, self._conditions(ids, best))

    def arranged(self, ids: Sequence[int], shape: str) -> Simplified:
        """The expressions of nodes in a shape that is asked for.

        Raises:
            GradcliError: An expression is an array, is too long, or has no such shape.
        """
        from gradcli.algebra.sums.arranged import arranged

        if any(map(self.graph.shape, ids)):
            raise GradcliError("--form is for numbers, and here is an array", hint="take an element, or leave --form out")
        if TOO_LONG in [self.forms[id] for id in ids]:
            raise GradcliError("this is too long for another form", hint="leave --form out", exit_code=ExitCode.LIMIT)
        found = [arranged(self.algebra, self.forms[id], shape) for id in ids]
        expressions = tuple([written(self.algebra, form) for form in found])
        return Simplified((), expressions, self._conditions(ids, found))

    def _conditions(self, ids: Sequence[int], forms: Sequence[int]) -> tuple[tuple[Expression, ...], ...]:
        """Where forms have the values of nodes; empty where that was not asked for."""
        if not (self.cancel or self.domains):
            return ()
        return tuple([self._where(id, form) for id, form in zip(ids, forms, strict=True)])

    def _where(self, id: int, form: int) -> tuple[Expression, ...]:
        from gradcli.algebra.sums.cancellation import difference_from_zero
        from gradcli.algebra.sums.domains import differences, is_between, lost, needed, of_sign, sides, square_root_of, stated

        algebra = self.algebra
        signs: dict[int, bool] = {}
        below: set[int] = set()
        if self.domains:
            ids = [at for at, leads in enumerate(self.graph.ancestors(id)) if leads]
            below = {atom for atom in divisors(self.graph, algebra, self.forms, ids) if not algebra.is_nonzero(atom)}
            wanted = needed(self.graph, algebra, self.forms, ids, form)
            wanted += [(of_sign(algebra, one), True) for one in algebra.positive]
            signs = dict(lost(algebra, wanted, form)) if wanted else {}
        found: list[Expression] = []
        if self.cancel or below:
            from gradcli.algebra.sums.cancellation import conditions

            own = {one for one, strict in stated(algebra, form) if strict}
            below.difference_update(atom for one in own for atom, _ in algebra.as_term(one)[0])  # x of log(x^2)
            below.difference_update(all_poles(algebra, form) if below else ())
            for left, right in conditions(algebra, form, below, own.union(one for one, strict in signs.items() if strict)):
                if is_between(algebra, left, right, signs):
                    continue
                apart = differences(algebra, left, right)
                both = signs.keys() & apart
                signs.update(dict.fromkeys(both, True))  # x >= 0 and x != 0
                found += [] if both or own.intersection(apart) else [self._compared("!=", left, right)]
        for one, strict in signs.items():
            root = square_root_of(algebra, one) if strict else None
            if root is not None:  # (x - 1)^2 > 0
                found += [self._compared("!=", left, right) for left, right in difference_from_zero(algebra, root)]
                continue
            left, right, more = sides(algebra, one)
            found.append(self._compared((">" if more else "<") + "=" * (not strict), left, right))
        return tuple(sorted(dict.fromkeys(found), key=to_text))

    def _compared(self, symbol: str, left: int, right: int) -> Comparison:
        return Comparison((symbol,), (written(self.algebra, left), written(self.algebra, right)))

    def element_by_element(self, ids: Sequence[int]) -> Simplified:
        """The expressions of the elements of nodes, one after the other.

        Where they would be long, nodes as wholes are in lines that they share, and the expressions are elements of these.
        """
        from gradcli.algebra.arrays.elements import Elements
        from gradcli.algebra.arrays.forms import fitted

        elements = Elements(self.algebra, apply_operation)
        expressions: list[Expression] = []
        entries = sum(prod(self.graph.shape(id)) for id in ids)
        room = ELEMENT_FACTOR * max(entries, WRITTEN_FACTOR * SHORT)
        for id in ids:
            if self.forms[id] == TOO_LONG:
                return self._elements_of_lines(ids)
            form = shortest_spelling(self.algebra, self.forms[id])
            for element in elements.forms(fitted(self.algebra, form, self.graph.shape(id))):
                found = shortest_spelling(self.algebra, element)
                room -= self.algebra.size(found)
                if room < 0:
                    return self._elements_of_lines(ids)
                expressions.append(written(self.algebra, found))
        return Simplified((), tuple(expressions))

    def _in_named_lines(self, ids: Sequence[int]) -> Simplified:
        graph, ids = without_guards(self.graph, ids) if self.generic else (self.graph, ids)
        lines, expressions = in_named_lines(graph, ids, graph.variables)
        return Simplified(tuple(lines), tuple(expressions))

    def _elements_of_lines(self, ids: Sequence[int]) -> Simplified:
        """The elements of nodes that have a named line each."""
        found = self._in_named_lines(ids)
        lines = list(found.definitions)
        taken = {*self.graph.variables, *[line.name for line in lines]}
        names = (name for number in count(len(lines) + 1) if (name := f"t{number}") not in taken)
        elements: list[Expression] = []
        for id, expression in zip(ids, found.expressions, strict=True):
            shape = self.graph.shape(id)
            if shape and not isinstance(expression, Name):
                lines.append(Assignment(next(names), expression))
                expression = Name(lines[-1].name)
            elements += [
                Index(expression, tuple(map(Number, place))) if place else expression for place in product(*map(range, shape))
            ]
        return Simplified(tuple(lines), tuple(elements))

    def _expression(self, id: int, form: int) -> Expression:
        """The simplified expression, or the original where that is not longer."""
        if self.graph.shape(id):
            from gradcli.algebra.arrays.forms import fitted
            from gradcli.algebra.arrays.literals import elementwise

            form = elementwise(self.algebra, fitted(self.algebra, form, self.graph.shape(id)))
            apart = self.algebra.form(dict([self.algebra.as_term(form)]))  # 2*(A @ x - b) for 2*A @ x - 2*b
            form = apart if self.algebra.size(apart) < self.algebra.size(form) else form
        form = as_fraction(self.algebra, form)
        more = self.algebra.size(form) - self.sizes[id]
        if not self.generic and more > 0 and not self._has_lost_functions(id, form):
            original = written_out(self.graph, id, self.names)
            from gradcli.algebra.sums.surds import ROOMIER, divides_by_root

            if more > ROOMIER or not divides_by_root(original):
                return original
        found = written(self.algebra, form)
        if not self.generic and any(
            isinstance(node, Number) and len(number_text(node.value)) > MANY_DIGITS for node in postorder(found)
        ):
            most = len(to_text(found))  # 1e-20 - 1 is an operation more than the fraction that it makes, and shorter
            if self.sizes[id] < most and len(to_text(original := written_out(self.graph, id, self.names))) < most:
                return original
        return found

    def _has_lost_functions(self, id: int, form: int) -> bool:
        """Whether a form has no functions where nodes have: sqrt(pi)/2 for gamma(3/2) is simpler, be it longer."""
        from gradcli.algebra.sums.declared import has_functions, is_function

        leading = [self.graph.operations[at] for at, leads in enumerate(self.graph.ancestors(id)) if leads]
        return any(map(is_function, leading)) and not has_functions(self.algebra, form)
