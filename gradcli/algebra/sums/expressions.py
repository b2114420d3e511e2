"""Normal forms as expressions in the order that people write: by degree, then by name."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from gradcli.algebra.sums.interned import EXP, POW
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.terms import Monomial, Rational, coefficient_parts
from gradcli.language.ast import Call, Expression, Name, Number, Operator
from gradcli.language.rewrite import joined
from gradcli.language.text import to_text
from gradcli.lowering.node_expressions import applied, applied_to_arrays
from gradcli.ops.catalogue import STRUCTURAL
from gradcli.ops.elementwise.exponential import cbrt, sqrt
from gradcli.typing import Any

_HALF = Fraction(1, 2)

_LETTERS_FIRST = {ord(digit): 0xF0000 + int(digit) for digit in "0123456789"}
"""For an order of texts in which x + w comes before x + 1."""


def written(algebra: Algebra, form: int) -> Expression:
    """A form as an expression in the order that people write: by degree, then by name, ``2*w + x + 1``."""
    return _Writer(algebra).written(form)


def as_fraction(algebra: Algebra, form: int) -> int:
    """A number with roots as one fraction: (sqrt(3) + 1)/2; any other form as it is."""
    factors = [factor for monomial, _ in algebra.forms[form] for factor in monomial]
    if not all(algebra.is_root_of_number(*factor) for factor in factors):
        return form
    monomial, number = algebra.as_term(form)
    return algebra.form({monomial: number}) if number.denominator != 1 else form


class _Writer:
    """Forms as expressions, those inside first, so that nothing is written or put in order twice.

    Args:
        algebra: The algebra of the forms.
    """

    def __init__(self, algebra: Algebra) -> None:
        self.algebra = algebra
        self.terms: dict[int, list[tuple[Monomial, Rational]]] = {}
        self.expressions: dict[int, Expression] = {}
        self.keys: dict[int, tuple[int, str]] = {}

    def written(self, form: int) -> Expression:
        """The expression of a form."""
        for at in self.algebra.inside_out(form, self.expressions):
            terms = list(self.algebra.forms[at])
            self.terms[at] = sorted(terms, key=lambda term: self.term_key(term[0])) if len(terms) > 1 else terms
            self.expressions[at] = self.sum(self.terms[at])
        return self.expressions[form]

    # ---- order ----

    def term_key(self, monomial: Monomial) -> tuple[Any, ...]:
        """By degree, then by the factors; a number is last."""
        degree = sum(exponent for _, exponent in monomial)
        return (not monomial, -degree, sorted((self.atom_key(atom), -exponent) for atom, exponent in monomial))

    def atom_key(self, atom: int) -> tuple[int, str]:
        """Constants, variables, exponentials, other functions, sums; among equals by name, then by the arguments."""
        key = self.keys.get(atom)
        if key is None:
            kind, content = self.algebra.atoms[atom]
            if isinstance(content, tuple):
                turned = self.starts_negative(atom)  # 1 - x stands where x - 1 does
                inner = [self.negative(atom)] if turned else [self.expressions[form] for form in content]
                text = kind + ", ".join(map(to_text, inner)) + str(self.algebra.settings.get(atom, ""))
                number = kind == "form" and self.algebra.rational(content[0]) is not None
                key = 0 if number else {POW: 2, EXP: 2, "form": 4, "power": 5}.get(kind, 3), text.translate(_LETTERS_FIRST)
            else:
                key = int(kind == "variable"), str(content)
            self.keys[atom] = key
        return key

    def starts_negative(self, atom: int) -> bool:
        """Whether an atom is a sum whose first term has a minus."""
        kind, content = self.algebra.atoms[atom]
        if kind != "form" or not isinstance(content, tuple):
            return False
        terms = self.terms[content[0]]
        return bool(terms) and terms[0][1] < 0  # 1/0 divides by a sum without terms

    # ---- sums and products ----

    def sum(self, terms: Sequence[tuple[Monomial, Rational]]) -> Expression:
        """A sum of terms that are in order; a positive one is first: 1 - x rather than -x + 1."""
        first = next((index for index, term in enumerate(terms) if term[1] > 0), 0)
        total: Expression | None = None
        for monomial, coefficient in (*terms[first : first + 1], *terms[:first], *terms[first + 1 :]):
            if total is None:
                opposite = self.algebra.opposite_factor(monomial) if coefficient < 0 and len(terms) == 1 else None
                total = self.term(monomial, coefficient, opposite)
            else:
                sign, size = ("-", -coefficient) if coefficient < 0 else ("+", coefficient)
                total = Operator(sign, (total, self.term(monomial, size)))
        return Number(0) if total is None else total

    def term(self, monomial: Monomial, coefficient: Rational, opposite: tuple[int, Rational] | None = None) -> Expression:
        """A term; ``opposite`` is a factor that its minus goes into."""
        if not monomial:
            return Number(coefficient)
        above: list[Expression] = []
        below: list[Expression] = []
        negative = coefficient < 0
        factors = list(self.algebra.factors(monomial))
        if len(factors) > 1:
            factors.sort(key=lambda pair: self.atom_key(pair[0]))
        matrices = self.matrices_after_numbers(factors)
        roots = [(atom, e) for atom, e in factors if self.algebra.is_root_of_number(atom, e)]
        if roots:
            factors = [pair for pair in factors if pair not in roots]
            numbers = self.roots(roots)
            root = numbers.get(_HALF)
            if len(numbers) == 1 and root and not coefficient.denominator % root and any(e > 0 for _, e in factors):
                coefficient = coefficient * root  # x/sqrt(2) for x*sqrt(2)/2
                below.append(_power(Number(root), _HALF))
            else:
                above += [_power(Number(number), exponent) for exponent, number in numbers.items()]
        for atom, exponent in factors:
            if atom == matrices:
                continue
            turned = negative and (atom, exponent) == opposite
            negative = negative and not turned
            base = self.negative(atom) if turned else self.atom(atom)
            (above if exponent > 0 else below).append(_power(base, exponent if exponent > 0 else -exponent))
        others = [] if matrices is None else [self.expressions[form] for form in self.algebra.arguments(matrices)]
        above += others[:1]
        numerator, denominator = coefficient_parts(coefficient)
        if numerator != 1 or not above:
            above.insert(0, Number(numerator))
        if denominator != 1:
            below.insert(0, Number(denominator))
        if negative:
            head = above[0]
            above[0] = Number(-head.value) if isinstance(head, Number) else Operator("-", (head,))
        product = joined("@", [joined("*", above), *others[1:]])
        return Operator("/", (product, joined("*", below))) if below else product

    def roots(self, factors: Sequence[tuple[int, Rational]]) -> dict[Rational, int]:
        """Products of roots of whole numbers, by the exponent the number: 6 for sqrt(2)*sqrt(3)."""
        together: dict[Rational, int] = {}
        for atom, exponent in factors:
            number = self.algebra.rational(self.algebra.arguments(atom)[0]) or 1
            together[exponent] = together.get(exponent, 1) * int(number)
        return together

    def matrices_after_numbers(self, factors: Sequence[tuple[int, Rational]]) -> int | None:
        """The product of matrices in a term whose other factors are numbers, which stand before it: 2*A @ x for 2*(A @ x)."""
        arrays = [pair for pair in factors if self.algebra.shapes and pair[0] in self.algebra.shapes]
        products = [atom for atom, exponent in factors if self.algebra.atoms[atom].kind == "matmul" and exponent == 1]
        if len(arrays) > 1 or len(products) != 1 or (arrays and arrays[0] != (products[0], 1)):
            return None
        return products[0]

    def negative(self, atom: int) -> Expression:
        """The opposite of a sum: b - a for a - b."""
        return self.sum([(monomial, -coefficient) for monomial, coefficient in self.terms[self.algebra.arguments(atom)[0]]])

    def atom(self, atom: int) -> Expression:
        """An atom."""
        kind, content = self.algebra.atoms[atom]
        if kind in ("variable", "constant"):
            assert isinstance(content, str)
            return Name(content)
        if kind == "number":
            assert isinstance(content, float)
            return Number(content)
        assert isinstance(content, tuple)
        if kind in ("form", "power"):
            return self.expressions[content[0]]
        operands = [self.expressions[inner] for inner in content]
        if kind == "matmul":
            return joined("@", operands)
        if kind in STRUCTURAL:
            return applied_to_arrays(kind, operands, self.algebra.settings.get(atom, ()))
        return applied(kind, operands)


def _power(base: Expression, exponent: Rational) -> Expression:
    if exponent == 1:
        return base
    if exponent == _HALF:
        return Call(sqrt.name, (base,))
    if exponent == Fraction(1, 3) and isinstance(base, Number):  # that of a positive number
        return Call(cbrt.name, (base,))
    if isinstance(exponent, Fraction):
        return Operator("^", (base, Operator("/", (Number(exponent.numerator), Number(exponent.denominator)))))
    return Operator("^", (base, Number(exponent)))
