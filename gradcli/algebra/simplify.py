"""From graphs to normal forms: the form of each node, and what is known to be different from 0."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from fractions import Fraction

from gradcli.algebra.sums.forms import NOTATION, exponent_cost, literal_cost
from gradcli.algebra.sums.interned import ABS
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.rules import apply_operation
from gradcli.algebra.sums.spellings import shortest
from gradcli.algebra.sums.terms import LONG_NUMBER, number_length
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph, Settings, Shape
from gradcli.language.ast import NOWHERE
from gradcli.language.numbers import is_unwieldy, longer_than
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.ops.catalogue import CHOICE, OPERATIONS, STACK, STRUCTURAL, TURN
from gradcli.ops.declaration.facts import POLE
from gradcli.ops.elementwise.arithmetic import add, div, mul, pow, sub
from gradcli.ops.elementwise.logic import both, eq

_WITH_POLES = frozenset(
    name
    for name, declared in OPERATIONS.items()
    if len(declared.parameters) == 1 and any(one.kind == POLE for one in declared.facts.specials)
)
"""Functions that have no value at some points."""

_SUMS = (add.name, sub.name)

TOO_LONG = -1
"""Stands for the form of a node that would be longer than the limit."""


def normal_forms(
    graph: Graph,
    algebra: Algebra,
    needed: Sequence[bool] | None = None,
    *,
    ends: Sequence[int] | None = None,
    limit: int = 1_000_000,
    room: int | None = None,
    generic: bool = False,
) -> list[int]:
    """The normal form of each node.

    Args:
        graph: The graph.
        algebra: Where atoms and forms are interned.
        needed: For each node whether its form is needed; None for all, or all that lead to ``ends``.
        ends: The nodes whose forms are asked for; None for all.
        limit: The number of operations beyond which a form is not followed up.
        room: The number of operations of all forms together beyond which none is followed up; None for no end.
        generic: Whether the guards of derivative rules fall away that matter only at single points:
            ``where(b == 0, 0, u)`` is u.

    Returns:
        For each node its form; ``TOO_LONG`` where it would be longer than the limit, is not needed for any that is asked for,
        or is a part of a longer sum alone.
    """
    forms: list[int] = []
    left = math.inf if room is None else room
    if ends is not None:
        needed = graph.ancestors(*ends)
    sums = _Sums(graph, algebra, forms, set() if ends is None else _parts_of_sums(graph, ends))
    names = {id: name for name, id in graph.variables.items()}
    for id, (operation, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
        left -= algebra.size(forms[-1]) if forms and forms[-1] != TOO_LONG else 0
        if (needed is not None and not needed[id]) or left < 0:
            form = TOO_LONG
        elif operation == VARIABLE:
            form = algebra.of_atom(algebra.atom("variable", names[id], shape=graph.shape(id)))
        elif operation == CONSTANT:
            value = graph.constants[id]
            if isinstance(value, int | Fraction):
                form = algebra.number(value)
            elif isinstance(value, tuple):
                from gradcli.algebra.arrays.forms import array_constant_form

                form = array_constant_form(algebra, value)
            else:
                form = algebra.of_atom(algebra.atom("constant" if isinstance(value, str) else "number", value))
        elif operation in _SUMS:
            form = sums.form(id, limit)
        else:
            operands = [forms[input] for input in inputs]
            if operation in STRUCTURAL:
                forms.append(_array_form(graph, algebra, id, operands, limit))
                continue
            guard = generic and operation == CHOICE and graph.spans[inputs[0]] == NOWHERE  # no condition that the user wrote
            form = TOO_LONG if TOO_LONG in operands else apply_operation(algebra, operation, operands, generic=guard)
            if form != TOO_LONG and algebra.size(form) > limit:
                form = TOO_LONG
            if graph.shapes and form != TOO_LONG:
                from gradcli.algebra.arrays.literals import elementwise

                form = elementwise(algebra, form)
        forms.append(form)
    return forms


def shortest_spelling(algebra: Algebra, form: int) -> int:
    """The shortest of the shapes of a form; what is known of arrays alone is loaded where there are some."""
    if not algebra.shapes:
        return shortest(algebra, form)
    from gradcli.algebra.arrays.expanded import shortest_array

    return shortest_array(algebra, form)


def _array_form(graph: Graph, algebra: Algebra, id: int, operands: Sequence[int], limit: int) -> int:
    """The form of a node that is not elementwise."""
    from gradcli.algebra.arrays.forms import array_form, fitted

    if TOO_LONG in operands:
        return TOO_LONG
    shapes = [graph.shape(input) for input in graph.inputs[id]]
    whole = [fitted(algebra, form, shape) for form, shape in zip(operands, shapes, strict=True)]
    form = array_form(algebra, graph.operations[id], whole, graph.settings.get(id, ()), graph.shape(id))
    return TOO_LONG if algebra.size(form) > limit else form


def without_guards(graph: Graph, ids: Sequence[int]) -> tuple[Graph, list[int]]:
    """A graph of derivatives without the guards of derivative rules that matter at single points only.

    Args:
        graph: The graph.
        ids: The nodes that are asked for.

    Returns:
        The graph without what only guards need, and the nodes in it.
    """
    shapes = {name: graph.shape(id) for name, id in graph.variables.items()}
    builder = StaticBuilder(Graph(graph.max_nodes, graph.max_elements), identities=True, shapes=shapes)
    names = {id: name for name, id in graph.variables.items()}
    new: list[int] = []
    for id, (operation, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
        if operation == VARIABLE:
            new.append(builder.variable(names[id], graph.spans[id]))
        elif operation == CONSTANT:
            new.append(builder.constant(graph.constants[id], graph.spans[id]))
        elif operation == CHOICE and _guarded(graph, id) and _is_guard(graph, inputs[0]):
            new.append(new[inputs[2]])
        else:
            operands = tuple([new[input] for input in inputs])
            settings = graph.settings.get(id, ())
            if graph.shapes:
                operation, operands, settings = _plainer(builder.graph, operation, operands, settings)
            new.append(builder.operation(operation, operands, graph.spans[id], settings))
    return builder.graph, [new[id] for id in ids]


def _plainer(graph: Graph, operation: str, inputs: tuple[int, ...], settings: Settings) -> tuple[str, tuple[int, ...], Settings]:
    """An operation as people write it: A.T for transpose(A), 2*x for expand(2)*x."""
    if operation == "transpose" and len(graph.shape(inputs[0])) == 2:
        return TURN, inputs, (("axes", None),)
    if operation == mul.name:
        for at in (0, 1):
            spread, other = inputs[at], inputs[1 - at]
            same = graph.shape(spread) == graph.shape(other)
            if same and graph.operations[spread] == "expand" and not graph.shape(graph.inputs[spread][0]):
                return operation, (graph.inputs[spread][0], other), settings
    return operation, inputs, settings


def _guarded(graph: Graph, id: int) -> bool:
    """Whether a choice is 0 or something of its own shape."""
    _, then, otherwise = graph.inputs[id]
    return graph.constants.get(then) == 0 and graph.shape(otherwise) == graph.shape(id)


def _is_guard(graph: Graph, condition: int) -> bool:
    """Whether a condition holds at single points only, and is a derivative rule's, not the user's."""
    work = [condition]
    while work:
        id = work.pop()
        if graph.spans[id] != NOWHERE:
            return False
        if graph.operations[id] == eq.name:
            return True
        work.extend(graph.inputs[id] if graph.operations[id] == both.name else ())
    return False


def _parts_of_sums(graph: Graph, ends: Sequence[int]) -> set[int]:
    """Sums that are used once, by another sum, and not asked for: a + b in a + b + c."""
    parts: set[int] = set()
    seen = set(ends)
    for operation, inputs in zip(graph.operations, graph.inputs, strict=True):
        for input in inputs:
            if input in seen or operation not in _SUMS or graph.operations[input] not in _SUMS:
                parts.discard(input)
            else:
                parts.add(input)
            seen.add(input)
    return parts


class _Sums:
    """Sums of any number of terms, which are collected once and not after each addition.

    Args:
        graph: The graph.
        algebra: Where forms are interned.
        forms: The form of each node so far.
        parts: Sums whose terms wait for those of the sum that they are a part of.
    """

    def __init__(self, graph: Graph, algebra: Algebra, forms: Sequence[int], parts: Collection[int]) -> None:
        self.graph = graph
        self.algebra = algebra
        self.forms = forms
        self.parts = parts
        self.waiting: dict[int, tuple[int, list[tuple[int, int]]]] = {}  # a sign, and forms with their signs under it

    def form(self, id: int, limit: int) -> int:
        """The form of a sum or difference; ``TOO_LONG`` of one that is only a part."""
        left, right = self.graph.inputs[id]
        signs = 1, (-1 if self.graph.operations[id] == sub.name else 1)
        (sign, longer), (other, shorter) = sorted(map(self._terms, (left, right), signs), key=lambda found: -len(found[1]))
        longer.extend([(form, own * other * sign) for form, own in shorter])
        if id in self.parts:
            self.waiting[id] = sign, longer
            return TOO_LONG
        if any(form == TOO_LONG for form, _ in longer):
            return TOO_LONG
        values = [(self.algebra.limit(form), own * sign) for form, own in longer]
        if math.isnan(sum([value * own for value, own in values if value is not None])):  # inf - inf, log(-1) - log(-1)
            return self._as_it_stands(longer, sign)
        numbers = [self.algebra.rational(form) for form, _ in longer]
        if None not in numbers:  # 5e-324 - 1 is shorter than the fraction that it makes
            known = [number * own * sign for number, (_, own) in zip(numbers, longer, strict=True) if number is not None]
            if is_unwieldy(sum(known)) and not any(map(is_unwieldy, known)) and longer_than(sum(known), known):
                return self._as_it_stands(longer, sign)
        total = self.algebra.add([form if own == sign else self.algebra.scale(form, -1) for form, own in longer])
        if self.algebra.size(total) > limit:
            return TOO_LONG
        return shortest_spelling(self.algebra, total)

    def _as_it_stands(self, terms: Sequence[tuple[int, int]], sign: int) -> int:
        """The sum of terms as it stands."""
        total, own = terms[0]
        total = total if own == sign else self.algebra.scale(total, -1)
        for form, own in terms[1:]:
            total = self.algebra.of(add.name if own == sign else sub.name, total, form)
        return total

    def _terms(self, id: int, sign: int) -> tuple[int, list[tuple[int, int]]]:
        if id not in self.waiting:
            return sign, [(self.forms[id], 1)]
        own, terms = self.waiting.pop(id)
        return sign * own, terms


def assume_defined(graph: Graph, algebra: Algebra, forms: Sequence[int]) -> None:
    """Note what is different from 0 wherever all nodes of a graph are defined: divisors, and arguments of logarithms."""
    algebra.nonzero.update(divisors(graph, algebra, forms, range(len(graph))))
    for operation, inputs in zip(graph.operations, graph.inputs, strict=True) if algebra.identities else ():
        if len(inputs) == 1 and forms[inputs[0]] != TOO_LONG and operation in OPERATIONS:
            from gradcli.algebra.sums.identities import divisors_of

            for kind in divisors_of(operation):
                below = apply_operation(algebra, kind, [forms[inputs[0]]])
                algebra.nonzero.update(atom for atom, _ in algebra.as_term(below)[0])


def divisors(graph: Graph, algebra: Algebra, forms: Sequence[int], ids: Iterable[int]) -> Iterator[int]:
    """The atoms that are different from 0 wherever nodes are defined."""
    for id in ids:
        operation, inputs = graph.operations[id], graph.inputs[id]
        divisor = TOO_LONG
        if operation == div.name:
            divisor = forms[inputs[1]]
        elif operation == pow.name and _is_negative(algebra, forms[inputs[1]]):
            divisor = forms[inputs[0]]
        elif operation in _WITH_POLES and forms[inputs[0]] != TOO_LONG:
            yield from poles(algebra, operation, forms[inputs[0]])
        if divisor != TOO_LONG:
            found = [atom for atom, _ in algebra.as_term(divisor)[0]]
            sizes = [atom for atom in found if algebra.atoms[atom].kind == ABS]  # |u| is 0 where u is
            yield from [*found, *(atom for size in sizes for atom, _ in algebra.as_term(algebra.arguments(size)[0])[0])]


def poles(algebra: Algebra, operation: str, form: int) -> Iterator[int]:
    """The atoms that are different from 0 wherever a function of a form has a value: sin(x) of csc(x)."""
    if operation not in _WITH_POLES:
        return
    from gradcli.algebra.sums.declared import zeros_at_poles

    for zero in zeros_at_poles(algebra, operation, form, apply_operation):
        yield from [atom for atom, _ in algebra.as_term(zero)[0]]


def _is_negative(algebra: Algebra, form: int) -> bool:
    value = None if form == TOO_LONG else algebra.rational(form)
    return value is not None and value < 0


def all_poles(algebra: Algebra, form: int) -> Iterator[int]:
    """The atoms that are different from 0 wherever all functions in a form have a value."""
    work, seen = [form], {form}
    while work:
        at = work.pop()
        for monomial, _ in algebra.forms[at]:
            for atom, _ in algebra.factors(monomial):
                for argument in algebra.arguments(atom)[:1]:
                    yield from poles(algebra, algebra.atoms[atom].kind, argument)
        inner = [one for one in algebra.inner(at) if one not in seen]
        seen.update(inner)
        work += inner


def raw_sizes(graph: Graph) -> list[int]:
    """For each node how many operations its expression has as it stands."""
    sizes: list[int] = []
    literals: list[Shape | None] = []
    for id, (operation, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
        own = int(operation not in (VARIABLE, CONSTANT) and operation not in NOTATION)
        value = graph.constants.get(id)
        if isinstance(value, int | Fraction):  # a long number counts here as it does in a form
            own = number_length(value) // LONG_NUMBER
        exponent = graph.constants.get(inputs[1]) if operation == pow.name else None
        if isinstance(exponent, Fraction):
            own = exponent_cost(exponent)
        if graph.shapes:
            below = [literals[input] for input in inputs]
            own += literal_cost(operation, below) * own
            known = operation in (CONSTANT, STACK) or not (inputs or graph.shape(id))
            literals.append(graph.shape(id) if known or (operation in OPERATIONS and None not in below) else None)
        sizes.append(own + sum([sizes[input] for input in inputs]))
    return sizes
