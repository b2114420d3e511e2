"""Arithmetic on sums of products in a normal form: like terms and like factors stand together, coefficients are exact."""

from __future__ import annotations

from collections.abc import Container, Mapping
from fractions import Fraction

from gradcli.algebra.sums.forms import Forms
from gradcli.algebra.sums.interned import ABS, EXP, POW
from gradcli.algebra.sums.terms import ONE, Common, Monomial, Rational, common_monomial, content_of, divided, whole
from gradcli.ops.catalogue import CHOICE
from gradcli.ops.declaration.rational import power as exact_power
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.algebra.assumptions.facts import Assumptions


class Algebra(Forms):
    """Arithmetic on forms.

    Args:
        assume: What is assumed of variables; None for nothing.
        invertible: Whether matrices may be taken to have inverses, so that inv(A) @ A is eye(n).
        identities: Whether sin(x)/cos(x) may be written tan(x), and the like.

    Attributes:
        invertible: See above.
        identities: See above.
        cancelled: Those that a product was divided by and multiplied with, so that the result does not tell of them.
        states_domains: Whether it is said where forms have the value of what they are made of, so that log(x) + log(y) may be
            log(x·y).
        positive: Forms that are positive where what is simplified has the value of the result.
        spelled: The shortest shape that was found for a form while so many atoms were known to be nonzero.
        common: What two forms have in common as polynomials, as far as that was asked.
        room: Terms that the search for a shortest shape may look at still.
    """

    def __init__(self, assume: Assumptions | None = None, *, invertible: bool = False, identities: bool = False) -> None:
        super().__init__(assume)
        self.invertible = invertible
        self.identities = identities
        self.cancelled: set[int] = set()
        self.states_domains = False
        self.positive: set[int] = set()
        self.spelled: dict[tuple[int, int], int] = {}
        self.common: dict[tuple[int, int], Common | None] = {}
        self.room = 0
        self._terms: dict[int, tuple[Monomial, Rational]] = {}

    # ---- products ----

    def multiply(self, left: int, right: int) -> int:
        """The product. A sum of several terms stays one factor, unless the other factor is a number."""
        for a, b in ((left, right), (right, left)):
            value = self.rational(a)
            if value is not None:
                return self.scale(b, value)
        (left_monomial, left_factor), (right_monomial, right_factor) = self.as_factor(left), self.as_factor(right)
        product = self.joined(left_monomial, right_monomial)
        result = self.settled(product, left_factor * right_factor)
        return result if self._bare_sum(product) is None else self.add([result])  # what is left of x·(a + b)/x is a sum

    def as_term(self, form: int) -> tuple[Monomial, Rational]:
        """A form as one term; a sum of several terms becomes an atom, its rational content taken out."""
        terms = self.forms[form]
        if len(terms) < 2:
            return terms[0] if terms else (ONE, 0)
        known = self._terms.get(form)
        if known is not None:
            return known
        content = content_of(terms)
        primitive = self.scale(form, 1 / content)
        if not self.has_atom("form", (primitive,)) and self.has_atom("form", (opposite := self.scale(primitive, -1),)):
            primitive, content = opposite, -content  # b - a after a - b is -(a - b)
        found = self._terms[form] = ((self.atom("form", (primitive,)), 1),), content
        return found

    def as_factor(self, form: int) -> tuple[Monomial, Rational]:
        """A form as a factor of a product, which a common factor of its terms joins: x·a + x·b is x·(a + b)."""
        terms = self.forms[form]
        common = common_monomial(terms) if len(terms) > 1 else {}
        if common:
            rest, content = self.as_term(self.settled_sum({divided(monomial, common): c for monomial, c in terms}))
            monomial = self.joined(tuple(sorted(common.items())), rest)
            if self.size(self.form({monomial: content})) <= self.size(form):
                return monomial, content
        return self.as_term(form)

    def joined(self, left: Monomial, right: Monomial) -> Monomial:
        """The product of two monomials: x^a·x^b is x^(a + b), unless that would hide a division by 0."""
        powers = dict(left)
        for atom, exponent in right:
            before = powers.get(atom, 0)
            if before * exponent < 0 and not self.is_nonzero(atom):
                if atom in self.nonzero:
                    self.cancelled.add(atom)
                else:
                    atom = self.atom("power", (self.of_atom(atom, exponent),))  # x·(1/x) is left alone
                    before, exponent = powers.get(atom, 0), 1
            powers[atom] = whole(before + exponent)
        return tuple(sorted((atom, exponent) for atom, exponent in powers.items() if exponent))

    def settled(self, monomial: Monomial, factor: Rational) -> int:
        """A product whose factors have made of each other what they can; each case has its algebra beside it."""
        if not any(isinstance(self.atoms[atom].content, tuple) for atom, _ in monomial):
            return self.form({monomial: factor})
        powers = dict(monomial)
        others: list[int] = []
        for atom, exponent in monomial:
            kind, content = self.atoms[atom]
            if not isinstance(content, tuple) or not powers.get(atom):
                continue
            if kind == "form" and not 0 < exponent < 1 and self.rational(content[0]) is not None:  # 1/sqrt(2) = sqrt(2)/2
                others.append(self.power(content[0], powers.pop(atom)))
            elif kind == "form" and not -1 < exponent < 1 and self._opens(content[0], exponent, powers):
                others.append(self.power(content[0], int(exponent)))  # (c·m)^(n + r) = c^n·m^n·(c·m)^r
                powers[atom] = whole(exponent - int(exponent))
            elif kind == "form" and (apart := self._out_of_root(content[0], exponent, dict(monomial))) is not None:
                others.append(apart)
                del powers[atom]
            elif kind == ABS and exponent % 2 == 0:  # |u|^(2n) = u^(2n)
                others.append(self.power(content[0], powers.pop(atom)))
            elif kind == "sign" and isinstance(exponent, int):
                powers[atom] = (2 - exponent % 2) * (1 if exponent > 0 else -1)  # sign(u)^3 = sign(u)
                if powers[atom] == 1 and (found := self._with_sign(content[0], powers)) is not None:
                    beside, other = found
                    step = 1 if powers[beside] > 0 else -1
                    powers[beside] = whole(powers[beside] - step)
                    del powers[atom]
                    others.append(self.power(other, step))
            elif (degree := self.odd_root(atom)) and isinstance(exponent, int) and abs(exponent) >= degree:  # cbrt(u)^3 = u
                times = int(exponent / degree)
                powers[atom] = whole(exponent - degree * times)
                others.append(self.power(content[0], times))
        others += self._merged_powers(powers)
        result = self.form({tuple(sorted((atom, exponent) for atom, exponent in powers.items() if exponent)): factor})
        for form in others:
            (left, a), (right, b) = self.as_term(result), self.as_term(form)
            result = self.form({self.joined(left, right): a * b})
        return self._as_choice(result)

    def settled_sum(self, terms: Mapping[Monomial, Rational]) -> int:
        """A sum of products, each settled."""
        return self.add([self.settled(monomial, coefficient) for monomial, coefficient in terms.items()])

    def _with_sign(self, form: int, powers: Mapping[int, Rational]) -> tuple[int, int] | None:
        """A factor, or divisor, of a product that takes in the sign of a form k·u, and what it becomes: |u| ±u, and u ±|u|."""
        for size, turn in self._sizes_of(form):
            if not -1 < powers.get(size, 0) < 1:
                return size, self.scale(self.arguments(size)[0], turn)
        (base, scale) = self.as_term(form)
        if len(base) != 1 or base[0][1] != 1 or -1 < powers.get(base[0][0], 0) < 1:
            return None
        size_form = self.of(ABS, self.scale(form, Fraction(1) / scale))
        return base[0][0], self.scale(size_form, 1 if scale > 0 else -1)

    def _sizes_of(self, form: int) -> list[tuple[int, int]]:
        """The atoms |u| in use with the sign of k, for a form k·u."""
        terms = self.forms[form]
        if not terms:
            return []
        content = content_of(terms)
        primitives = [(self.scale(form, Fraction(sign) / abs(content)), sign) for sign in (1, -1)]
        return [(self.atom(ABS, (inner,)), sign) for inner, sign in primitives if self.has_atom(ABS, (inner,))]

    def _opens(self, inner: int, exponent: Rational, powers: dict[int, Rational]) -> bool:
        """Whether a power of a product is written factor by factor: where it is whole, or a factor stands beside it."""
        terms = self.forms[inner]
        if len(terms) != 1:
            return False
        return isinstance(exponent, int) or any(atom in powers for atom, _ in terms[0][0])

    def _out_of_root(self, inner: int, exponent: Rational, powers: Mapping[int, Rational]) -> int | None:
        """A root of a product by its factors, where one beside it makes a whole power of one: sqrt(x·y)/sqrt(x) is sqrt(y)."""
        terms = self.forms[inner]
        if isinstance(exponent, int) or len(terms) != 1:
            return None
        monomial, coefficient = terms[0]
        number = self.forms[self.power_of_number(coefficient if coefficient > 0 else -coefficient, exponent)][0][0]
        roots = {a: e for a, e in monomial if _is_root(powers.get(a, 0)) and isinstance(whole(powers[a] + e * exponent), int)}
        sure = {a for a, e in roots.items() if len(roots) == len(monomial) or e < 0 or powers[a] < 0 or self.is_positive(a)}
        beside = [self.forms[self.arguments(atom)[0]] for atom in powers if self.atoms[atom].kind == "form"]
        like = any(len(one) == 1 and one[0][0] == monomial and one[0][1] != coefficient for one in beside)
        return self._root(monomial, coefficient, exponent, sure) if sure or like or any(a in powers for a, _ in number) else None

    def _merged_powers(self, powers: dict[int, Rational]) -> list[int]:
        """Take powers of one base out of a product and give them as one: b^u·b^v is b^(u + v), exp(u)·exp(v) is exp(u + v)."""
        groups: dict[tuple[str, int], list[int]] = {}
        for atom in powers:
            kind, content = self.atoms[atom]
            if kind in (POW, EXP) and isinstance(content, tuple):
                groups.setdefault((kind, content[0] if kind == POW else -1), []).append(atom)
        merged: list[int] = []
        for (kind, base), members in groups.items():
            base_atom = self._atom_of_base(base) if kind == POW else None
            several = len(members) > 1 or base_atom in powers
            if not several and (kind == EXP or powers[members[0]] in (1, -1) or not isinstance(powers[members[0]], int)):
                continue
            total = self.number(powers.pop(base_atom, 0)) if base_atom is not None else self.number(0)
            for atom in members:
                total = self.add([total, self.scale(self.arguments(atom)[-1], powers.pop(atom))])
            whole_exponent = self.rational(total)
            if kind == EXP:
                merged.append(self.number(1) if whole_exponent == 0 else self.of(EXP, total))
            else:
                merged.append(self.raised(base, total) if whole_exponent is None else self.power(base, whole_exponent))
        return merged

    def _atom_of_base(self, form: int) -> int | None:
        """The atom that stands for a form in products."""
        return self.atom("form", (form,)) if self.has_atom("form", (form,)) else self.single_atom(form)

    # ---- choices ----

    def choice(self, condition: int, then: int, otherwise: int) -> int:
        """``then if condition else otherwise``, in which choices by the same condition are made already."""
        branches = self.under(then, condition, 1), self.under(otherwise, condition, 2)
        return branches[0] if branches[0] == branches[1] else self.of(CHOICE, condition, *branches)

    def under(self, form: int, condition: int, branch: int) -> int:
        """A form where a condition is known to be true (branch 1) or false (branch 2)."""
        total: list[int] = []
        for monomial, coefficient in self.forms[form]:
            chosen = {atom: e for atom, e in monomial if isinstance(e, int) and e > 0 and self.condition(atom) == condition}
            product, scale = divided(monomial, chosen), Fraction(coefficient)
            for atom, times in chosen.items():
                inside, number = self.as_term(self.arguments(atom)[branch])
                product = self.joined(product, tuple((a, e * times) for a, e in inside))
                scale *= Fraction(number) ** times
            total.append(self.form({product: scale}))
        return self.add(total)

    def condition(self, atom: int) -> int | None:
        """The condition of a choice; None for any other atom."""
        return self.arguments(atom)[0] if self.atoms[atom].kind == CHOICE else None

    def _as_choice(self, form: int) -> int:
        """A product with one choice that has a branch 0 as that choice: k·(a if c else 0) is (k·a if c else 0)."""
        if not self.choices_of_0:
            return form
        monomial, factor = self.as_term(form)
        conditions = {self.condition(atom) for atom, exponent in monomial if atom in self.choices_of_0 and exponent > 0}
        if len(conditions) != 1 or (len(monomial) == 1 and monomial[0][1] == 1):
            return form
        (condition,) = conditions
        assert condition is not None
        product = self.form({monomial: 1})
        return self.scale(self.choice(condition, product, product), factor)

    # ---- powers ----

    def power(self, form: int, exponent: Rational) -> int:
        """A rational power: (a·b)^n is a^n·b^n, and (a^m)^n is a^(m·n), for integers n only."""
        exponent = whole(exponent)
        if exponent in (0, 1):
            return form if exponent else self.number(1)
        value = self.rational(form)
        if value is not None:
            return self.power_of_number(value, exponent)
        monomial, coefficient = self.as_term(form)
        if isinstance(exponent, int):
            number = exact_power(coefficient, exponent)
            if number is None:  # too long to write
                return self.of_atom(self.atom("form", (form,)), exponent)
            if exponent < 0:  # 1/(1/x) is x where x is not 0
                self.cancelled.update(atom for atom, e in monomial if e < 0 and not self.is_nonzero(atom))
            found = self.settled(tuple([(atom, whole(e * exponent)) for atom, e in monomial]), number)
            return self.add([found]) if exponent < 0 else found  # 1/(1/(a + b)) is a sum
        if coefficient == 1 and len(monomial) == 1 and (monomial[0][1] == 1 or _is_root(monomial[0][1])):
            (atom, times), kind = monomial[0], self.atoms[monomial[0][0]].kind
            inside = self.of(EXP, self.scale(self.arguments(atom)[0], times * exponent)) if kind == EXP else None
            raised = self.of_atom(atom, times * exponent)  # sqrt(x)^r = x^(r/2)
            return raised if inside is None or self.size(inside) >= self.size(raised) else inside  # sqrt(exp(2·x)) = exp(x)
        together = self.of_atom(self.atom("form", (form,)), exponent)
        apart = self._root(monomial, coefficient, exponent)
        return together if self.size(apart) > self.size(together) else apart

    def raised(self, base: int, exponent: int) -> int:
        """A power whose exponent is no number: (b^u)^v is b^(u·v) for b > 0, or for an integer v, and (-1)^(2n) is 1."""
        terms = self.forms[base]
        whole_exponent = bool(self.assume) and self.is_integer_form(exponent)
        if self.rational(base) == -1 and whole_exponent:
            odd = self.form({monomial: c % 2 for monomial, c in self.forms[exponent]})
            number = dict(self.forms[odd]).get(ONE, 0)
            odd = self.add([odd, self.number(-number)])
            power = self.number(1) if self.rational(odd) == 0 else self.of(POW, base, odd)
            return self.scale(power, -1 if number else 1)
        if len(terms) == 1 and terms[0][1] == 1 and len(terms[0][0]) == 1:
            atom, times = terms[0][0][0]
            kind, content = self.atoms[atom]
            inside = content[0] if kind == POW and isinstance(content, tuple) else self.of_atom(atom)
            apart = whole_exponent or self.is_positive_form(inside)
            if kind == POW and isinstance(content, tuple) and apart:
                return self.raised(inside, self.multiply(self.scale(content[1], times), exponent))
            if kind == EXP and isinstance(content, tuple):
                return self.of(EXP, self.multiply(self.scale(content[0], times), exponent))
            if times != 1 and (apart or _is_root(times)):
                return self.raised(self.of_atom(atom), self.scale(exponent, times))
        of_e = (alone := self.single_atom(base)) is not None and self.atoms[alone] == ("constant", "e")
        return self.of(EXP, exponent) if of_e else self.of(POW, base, exponent)

    def magnitude(self, form: int) -> int:
        """|u|, which is u where that is known not to be negative: |2·x + 2| is 2·|x + 1|."""
        terms = self.forms[form]
        if self.is_not_negative(form):
            return form
        if self.is_not_negative(opposite := self.scale(form, -1)):  # |u| = -u for u <= 0
            return opposite
        content = content_of(terms)
        primitive = self.scale(form, 1 / content)
        return self.scale(primitive if self.is_not_negative(primitive) else self.of(ABS, primitive), abs(content))

    def _root(self, monomial: Monomial, coefficient: Rational, exponent: Fraction, positive: Container[int] = ()) -> int:
        """A fractional power of a product, factor by factor: (c·p^a·x^(2k))^r is c^r·p^(a·r)·|x|^(2k·r) for c, p > 0.

        What may be negative stays under the root, and beside it what may be 0: sqrt(p^2·y) is p·sqrt(y).

        Args:
            monomial: The product.
            coefficient: Its coefficient.
            exponent: The power.
            positive: Atoms that are positive here, beside those that always are.
        """
        apart = [(atom, power) for atom, power in monomial if _is_root(power) or power % 2 == 0 or self.is_positive(atom)]
        if len(apart) < len(monomial) or coefficient < 0:
            apart = [pair for pair in monomial if pair[0] in positive or (self.is_nonzero(pair[0]) and pair in apart)]
        left = tuple([factor for factor in monomial if factor not in apart])
        size, sign = (coefficient, 1) if coefficient > 0 else (-coefficient, -1)
        inside = self.form({left: sign})
        if not apart and size == 1:
            return self.of_atom(self.atom("form", (inside,)), exponent)
        result = self.multiply(self.power_of_number(size, exponent), self.power(inside, exponent))
        for atom, power in apart:
            raised = whole(power * exponent)
            known = atom in positive or self.is_positive(atom) or _is_root(power) or (isinstance(raised, int) and raised % 2 == 0)
            factor = self.of_atom(atom, raised) if known else self.power(self.magnitude(self.of_atom(atom)), raised)
            result = self.multiply(result, factor)
        return result


def _is_root(exponent: Rational) -> bool:
    """Whether a power has this exponent for no negative base: sqrt(x), x^(3/4)."""
    return isinstance(exponent, Fraction) and exponent.denominator % 2 == 0
