"""Arithmetic of truncated power series with exact coefficients.

A node of the graph is a series in x - a, whose coefficients are forms: rational numbers where they are rational, sin(1) where
not. Products and quotients have their recurrences; any other operation y = f(u, ...) follows from its derivative rule alone, as
y' = Σ ∂f/∂u·u' says for coefficients: k·y[k] = Σ (∂f/∂u)[j]·(k - j)·u[k - j] over j < k. The rule gives ∂f/∂u as a series again,
of which fewer coefficients are needed, so that each is computed on demand (Griewank and Walther, Evaluating Derivatives, 13).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from gradcli.algebra.sums.declared import number_form
from gradcli.algebra.sums.expressions import written
from gradcli.algebra.sums.generators import expanded
from gradcli.algebra.sums.interned import LOG
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.rules import apply_operation
from gradcli.algebra.sums.spellings import shortest
from gradcli.errors import ExitCode, GradcliError
from gradcli.graph.graph import CONSTANT, VARIABLE, Settings, Shape
from gradcli.language.text import to_text
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.facts import END, REMOVABLE, TRUTH
from gradcli.ops.declaration.operation import NotDifferentiableError
from gradcli.ops.declaration.symbol import Symbol
from gradcli.typing import Any

LARGEST = 20_000
"""Operations of a coefficient beyond which a polynomial is refused."""

MOST_WORK = 4_000_000
"""Products of coefficients beyond which a polynomial is refused; order 1000 of eight operations takes fewer."""

ROOM = 50_000
"""Terms that the products of a coefficient may be multiplied out to."""

MOST_PRODUCTS = 64
"""Whole exponents up to which a power is a product."""

ROUNDING = 1e-12
"""What a number that is not rational is less than where it is taken as 0."""


class Series:
    """A builder whose symbols are power series; coefficients are computed as they are needed, none of them twice."""

    def __init__(self, algebra: Algebra, variable: str, place: int) -> None:
        self.algebra = algebra
        self.name = variable
        self.zero = algebra.number(0)
        self.operations: list[str] = []
        self.inputs: list[tuple[int, ...]] = []
        self.known: list[list[int]] = []
        self.fixed: list[bool] = []
        self.partials: list[list[tuple[int, int]] | None] = []
        self.shifts: dict[int, int] = {}
        self.turning: set[int] = set()
        self.continued: dict[int, int] = {}
        self.guarding: set[int] = set()
        self.work = 0
        self._ids: dict[tuple[str, tuple[int, ...]], int] = {}
        self.x = self._node(VARIABLE, (), [place, algebra.number(1)])

    def _node(self, operation: str, inputs: tuple[int, ...], known: list[int]) -> int:
        self.operations.append(operation)
        self.inputs.append(inputs)
        self.known.append(known)
        self.fixed.append(operation == CONSTANT or (bool(inputs) and all(self.fixed[input] for input in inputs)))
        self.partials.append(None)
        return len(self.operations) - 1

    def variable(self, name: str) -> Symbol:
        """The series of a variable: x = a + (x - a), another one is a constant."""
        if name == self.name:
            return Symbol(self, self.x)
        return self.constant(self.algebra.of_atom(self.algebra.atom("variable", name)))

    def constant(self, form: int) -> Symbol:
        """The series of a constant."""
        key = (CONSTANT, (form,))
        if key not in self._ids:
            self._ids[key] = self._node(CONSTANT, (), [form])
        return Symbol(self, self._ids[key])

    def _of(self, value: Any) -> Symbol:
        return value if isinstance(value, Symbol) else self.constant(number_form(self.algebra, value, apply_operation))

    def apply(self, operation: str, operands: Sequence[Any], settings: Settings = ()) -> Symbol:
        """The series of an operation on series and numbers."""
        ids = tuple([self._of(operand).id for operand in operands])
        exponent = self._exponent(operation, ids)
        if isinstance(exponent, int) and 0 <= exponent <= MOST_PRODUCTS and not self.fixed[ids[0]]:
            return self._product(Symbol(self, ids[0]), exponent)
        if all(self.operations[id] == CONSTANT for id in ids):  # n + 1 of a rule is a number, and one node
            form = apply_operation(self.algebra, operation, [self.known[id][0] for id in ids])
            if self.algebra.rational(form) is not None:
                return self.constant(form)
        key = (operation, ids)
        if key not in self._ids:
            self._ids[key] = self._node(operation, ids, [])
        return Symbol(self, self._ids[key])

    def shape(self, id: int) -> Shape:
        """A series is a number."""
        return ()

    def _exponent(self, operation: str, ids: Sequence[int]) -> int | Fraction | None:
        """The exponent of a power that is a rational number."""
        if OPERATIONS[operation].symbol != "^" or self.operations[ids[1]] != CONSTANT:
            return None
        return self.algebra.rational(self.known[ids[1]][0])

    def _has_fixed_exponent(self, id: int) -> bool:
        """Whether a series is a power with an exponent that is a number, or has parameters alone."""
        return OPERATIONS[self.operations[id]].symbol == "^" and self.fixed[self.inputs[id][1]]

    def _product(self, base: Symbol, exponent: int) -> Symbol:
        result = self.constant(self.algebra.number(1)) if exponent == 0 else base
        for bit in bin(exponent)[3:]:
            result = result * result
            result = result * base if bit == "1" else result
        return result

    # ---- coefficients, on demand ----

    def coefficients(self, id: int, order: int) -> list[int]:
        """The coefficients of a series up to an order."""
        for k in range(order + 1):
            self._demand(id, k)
        return self.known[id][: order + 1]

    def _demand(self, id: int, k: int) -> None:
        """Compute a coefficient, and before it those that it needs; no recursion, however long the expression is."""
        work = [(id, k)]
        while work:
            at, order = work[-1]
            if len(self.known[at]) > order:
                work.pop()
                continue
            missing = [(node, upto) for node, upto in self._needs(at, len(self.known[at])) if len(self.known[node]) <= upto]
            if missing:
                work += missing
                continue
            form = self._next(at, len(self.known[at]))
            if self.algebra.size(form) > LARGEST:
                raise GradcliError(
                    f"a coefficient of order {order} takes more than {LARGEST:,} operations",
                    hint="ask for a lower order, or give values to the other variables",
                    exit_code=ExitCode.LIMIT,
                )
            self.known[at].append(form)

    def _needs(self, id: int, k: int) -> Iterator[tuple[int, int]]:
        """The coefficients that the k-th of a series is made of; each stands for those before it as well."""
        inputs = self.inputs[id]
        if self.fixed[id]:
            yield from [(input, 0) for input in inputs] if k == 0 else []
        elif OPERATIONS.get(self.operations[id]) is None:
            return
        elif OPERATIONS[self.operations[id]].symbol == "/":
            yield inputs[1], 0
            if len(self.known[inputs[1]]) > 0:
                shift = self.shifts.get(id, 0)
                yield from [(input, k + shift) for input in inputs]
        else:
            yield from [(input, k) for input in inputs]
            if k and id not in self.continued and not self._has_fixed_exponent(id):
                yield from [need for partial, by in self._rules(id) for need in ((by, k), (partial, k - 1))]

    def _next(self, id: int, k: int) -> int:
        algebra, inputs, operation = self.algebra, self.inputs[id], self.operations[id]
        declared = OPERATIONS.get(operation)
        if declared is None or (self.fixed[id] and k):  # a constant, a variable
            return self.zero
        if declared.symbol == "/" and not self.fixed[id]:
            return self._quotient(id, k)
        if k == 0:
            return self._value(id)
        if id in self.continued:
            return self.known[self.continued[id]][k]
        if self._has_fixed_exponent(id):  # y = a^r: a·y' = r·a'·y
            (a, r), y = [self.known[input] for input in inputs], self.known[id]
            if not algebra.forms[a[0]]:
                raise self._none(id, "has an end there")
            factors = [algebra.add([algebra.scale(r[0], j), algebra.number(j - k)]) for j in range(k + 1)]
            return self._over(self._sum([(a[j], y[k - j], factors[j]) for j in range(1, k + 1)], k), a[0])
        rules = [(self.known[partial], self.known[by]) for partial, by in self._rules(id)]
        return self._sum([(p[j], u[k - j], algebra.number(k - j)) for p, u in rules for j in range(k)], k)

    def _quotient(self, id: int, k: int) -> int:
        """a = y·b; where b begins with zeros, so must a, and both are divided by a power of x - a."""
        a, b = [self.known[input] for input in self.inputs[id]]
        shift = self.shifts.get(id, 0)
        while k == 0 and not self.algebra.forms[b[shift]]:
            if self.algebra.forms[a[shift]] or shift > 100:
                raise self._none(id, "divides by 0 there")
            shift = self.shifts[id] = shift + 1
            for input in self.inputs[id]:
                self._more(input, shift)
        if self._is_rounding(b[shift]):
            raise self._none(id, "divides by what is 0 but for rounding")
        y = self.known[id]
        one, minus = self.algebra.number(1), self.algebra.number(-1)
        terms = [(a[k + shift], one, one), *[(y[j], b[k + shift - j], minus) for j in range(k)]]
        return self._over(self._sum(terms), b[shift])

    def _more(self, id: int, k: int) -> None:
        self._demand(id, k)

    def _rules(self, id: int) -> list[tuple[int, int]]:
        """The partial derivatives of an operation, as series, each with the operand that it is by."""
        found = self.partials[id]
        if found is None:
            declared, inputs = OPERATIONS[self.operations[id]], self.inputs[id]
            wanted = tuple([declared.carries(at) and not self.fixed[input] for at, input in enumerate(inputs)])
            symbols = tuple([Symbol(self, input) for input in inputs])
            before = len(self.operations)
            base = self.known[inputs[0]][0]
            if declared.symbol == "^" and all(wanted) and self.algebra.forms[base]:
                logarithm = self.apply(LOG, symbols[:1])  # a^b is exp(b·log(a)) for a > 0: y' = y·(b·log(a))'
                self.algebra.nonzero.update(atom for atom, _ in self.algebra.as_term(base)[0])
                found = self.partials[id] = [(id, (symbols[1] * logarithm).id)]
                return found
            try:
                indices, partials = declared.derivatives(wanted)(Symbol(self, id), symbols) if any(wanted) else ((), ())
            except NotDifferentiableError as error:
                raise GradcliError(str(error)) from None
            found = [(self._of(partial).id, inputs[at]) for at, partial in zip(indices, partials, strict=True)]
            self.partials[id] = found
            self.guarding.update(range(before, len(self.operations)))  # its choices matter at single points of parameters only
        return found

    def _value(self, id: int) -> int:
        """The first coefficient, at a point where the operation is smooth."""
        algebra, operation = self.algebra, self.operations[id]
        operands = [self.known[input][0] for input in self.inputs[id]]
        form = apply_operation(algebra, operation, operands, generic=id in self.guarding)
        value = algebra.value(form)
        if value is not None and not math.isfinite(value):
            raise self._none(id, "has no finite value there")
        declared, numbers = OPERATIONS[operation], [algebra.value(operand) for operand in operands]
        if self.fixed[id] or value is None or None in numbers:
            return form
        exact = all(algebra.rational(operand) is not None for operand in operands)
        turning = [at for at, input in enumerate(self.inputs[id]) if input in self.turning]
        if declared.facts.result == TRUTH:
            if self._turns(operation, operands, turning, exact):
                self.turning.add(id)
            return form
        if turning:
            return self._continued(id, form)
        if declared.variadic and declared.facts.chooses:  # it is one of its operands, and special where two of these are the one
            near = 0 if exact else ROUNDING
            tied = [at for at, number in enumerate(numbers) if number is not None and abs(number - value) <= near]
            if len(tied) == 1:
                self.continued[id] = self.inputs[id][tied[0]]
            numbers = [numbers[at] for at in tied]
        for special, found in declared.special_values(numbers):
            zero = float(found)
            if special.kind != REMOVABLE and (zero == 0 if exact else abs(zero) < ROUNDING):
                raise self._none(id, f"has {'an' if special.kind == END else 'a'} {special.kind} there")
        return form

    def _continued(self, id: int, form: int) -> int:
        """The value of a choice by a condition that holds at this place alone, where its other operand goes on from it."""
        condition, *operands = self.inputs[id]
        if len(operands) != 2 or not self._at_this_place_alone(condition) or self.known[operands[1]][0] != form:
            raise self._none(id, "has a jump there")
        self.continued[id] = operands[1]
        return form

    def _at_this_place_alone(self, condition: int) -> bool:
        """Whether a condition is an equality that turns, or needs one."""
        operation, inputs = OPERATIONS.get(self.operations[condition]), self.inputs[condition]
        if operation is None or condition not in self.turning:
            return False
        equalities = [condition] if operation.symbol == "==" else inputs if operation.symbol == "and" else ()
        return any(self.operations[at] == EQUALITY and at in self.turning for at in equalities)

    def _turns(self, operation: str, operands: Sequence[int], turning: Sequence[int], exact: bool) -> bool:
        """Whether a truth value is another one beside the place: a comparison of equals, or what hangs on one."""
        if turning:
            truths = map(self.algebra.number, (0, 1))
            choices = [[truth if at in turning else operand for at, operand in enumerate(operands)] for truth in truths]
            return len({apply_operation(self.algebra, operation, choice) for choice in choices}) > 1
        if not OPERATIONS[operation].symbol or len(operands) != 2 or operation in LOGICAL:
            return False
        a, b = [self.algebra.value(operand) for operand in operands]
        return operands[0] == operands[1] or (not exact and a is not None and b is not None and abs(a - b) < ROUNDING)

    def _none(self, id: int, why: str) -> GradcliError:
        operation = self.operations[id]
        place = to_text(written(self.algebra, self.known[self.x][0]))
        said = OPERATIONS[operation].symbol or operation
        message = f"there is no Taylor polynomial about {self.name} = {place}: {said} {why}"
        return GradcliError(message, hint="choose another place with --about")

    # ---- forms ----

    def _is_rounding(self, form: int) -> bool:
        value = self.algebra.value(form)
        return value is not None and self.algebra.rational(form) is None and abs(value) < ROUNDING

    def _sum(self, products: Sequence[tuple[int, int, int]], below: int = 1) -> int:
        """A sum of products over a number; those of rational numbers over one denominator."""
        algebra, forms = self.algebra, self.algebra.forms
        numbers: list[list[int | Fraction]] = []
        others: list[int] = []
        for product in products:
            if not all(forms[factor] for factor in product):
                continue
            values = [value for factor in product if (value := algebra.rational(factor)) is not None]
            if len(values) == len(product):
                numbers.append(values)
            else:
                others.append(algebra.multiply(algebra.multiply(*product[:2]), product[2]))
        self.work += len(products)
        if self.work > MOST_WORK:
            message = f"the coefficients take more than {MOST_WORK:,} products"
            raise GradcliError(message, hint="ask for a lower order", exit_code=ExitCode.LIMIT)
        denominators = [math.prod([value.denominator for value in values]) for values in numbers]
        common = math.lcm(*denominators)
        total = sum(
            [math.prod([v.numerator for v in vs]) * (common // own) for vs, own in zip(numbers, denominators, strict=True)]
        )
        exact = algebra.number(Fraction(total, common * below))
        if not others:
            return exact
        algebra.room = ROOM
        form = algebra.add([exact, algebra.scale(algebra.add(others), Fraction(1, below))])
        return shortest(algebra, min(form, expanded(algebra, form), key=algebra.size))

    def _over(self, form: int, divisor: int) -> int:
        if not self.algebra.forms[form]:
            return form
        return apply_operation(self.algebra, OVER, [form, divisor])


LOGICAL = {name for name, operation in OPERATIONS.items() if operation.symbol.isalpha()}
"""The operations that connect truth values."""

EQUALITY = next(name for name, operation in OPERATIONS.items() if operation.symbol == "==")
OVER = next(name for name, operation in OPERATIONS.items() if operation.symbol == "/")
"""The operation of quotients."""
