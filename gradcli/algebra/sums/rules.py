"""The rules of simplification, each with its algebra beside it and the domain on which it holds.

None of them changes a value where the original is defined. What is not a rule here is arithmetic of the normal form: like terms
and like factors are collected there.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from gradcli.algebra.sums.interned import EXP, LOG, POW, lie_apart, value_of
from gradcli.algebra.sums.normal import Algebra
from gradcli.algebra.sums.spellings import cancelled, shortest
from gradcli.algebra.sums.terms import Rational, common_monomial, content_of, divided, whole
from gradcli.language.ast import Call, Name, Number, Operator, children, postorder
from gradcli.language.parser import parse_expression
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.facts import END, ODD, POLE, TRUTH
from gradcli.ops.declaration.rational import square_root
from gradcli.ops.elementwise.arithmetic import add, div, mul, neg, sub
from gradcli.ops.elementwise.logic import both, eq, ne
from gradcli.typing import NamedTuple

_POWERS: dict[str, Rational] = {
    name: whole(Fraction(declared.facts.power)) for name, declared in OPERATIONS.items() if declared.facts.power is not None
}
"""Operations that are powers: sqrt(x) is x^(1/2)."""

_BY_SYMBOL = {one.symbol: one.name for one in OPERATIONS.values() if one.symbol and len(one.parameters) == 2}

_TRUTHS = frozenset(name for name, declared in OPERATIONS.items() if declared.facts.result == TRUTH)
"""Operations whose value is 1 or 0."""
_COMPARISONS = frozenset(name for name in _TRUTHS if OPERATIONS[name].symbol and not OPERATIONS[name].symbol.isalpha())
_ALWAYS = frozenset((add.name, sub.name, mul.name, neg.name))
"""Operations that have a value for all rational numbers."""
_PRODUCTS = frozenset((mul.name, div.name))


def _of_equals() -> Iterator[tuple[str, bool | None]]:
    """What operations make of equal arguments: a truth value, or None for the argument itself."""
    for name, declared in OPERATIONS.items():
        if declared.exact is None or not declared.accepts(2):
            continue
        values = [declared.exact(number, number) for number in _NUMBERS]
        if name in _TRUTHS:
            if declared.facts.specials:  # a <= a, a < a
                yield name, bool(values[0])
        elif values == list(_NUMBERS):  # max(a, a) = a
            yield name, None


_NUMBERS = (2, -3, Fraction(1, 2))
_ON_EQUALS = dict(_of_equals())


class Rule(NamedTuple):
    """A function of a function, or of a negative, that is something simpler.

    Attributes:
        pattern: What it applies to, in the variable x.
        result: What that equals.
        holds: Where both are defined and equal.
    """

    pattern: str
    result: str
    holds: str = "every x"


def _declared_rules() -> Iterator[Rule]:
    """The rules that follow from what operations declare: inverses, and even and odd functions."""
    for name, declared in OPERATIONS.items():
        facts = declared.facts
        ends = any(special.kind in (END, POLE) for special in facts.specials)
        holds = declared.domain if ends else "every x"
        if name in _POWERS or name == neg.name or len(declared.parameters) != 1:
            continue
        if facts.inverse:  # a function undoes its inverse
            yield Rule(f"{facts.inverse}({name}(x))", "x", holds)
        if facts.parity:
            yield Rule(f"{name}(-x)", f"-{name}(x)" if facts.parity == ODD else f"{name}(x)", holds)


RULES = (
    *_declared_rules(),
    Rule("acosh(cosh(x))", "abs(x)"),
    # a function that has nothing left to do
    Rule("abs(abs(x))", "abs(x)"), Rule("sign(sign(x))", "sign(x)"), Rule("relu(relu(x))", "relu(x)"),
    Rule("floor(floor(x))", "floor(x)"), Rule("ceil(ceil(x))", "ceil(x)"), Rule("round(round(x))", "round(x)"),
    Rule("trunc(trunc(x))", "trunc(x)"),
)  # fmt: skip


TRIANGLES = tuple(
    Rule(*row.split(": "))
    for row in (
        "sin(acos(x)): sqrt(1 - x^2): -1 < x < 1", "cos(asin(x)): sqrt(1 - x^2): -1 < x < 1", "cos(atan(x)): 1/sqrt(x^2 + 1)",
        "sinh(acosh(x)): sqrt(x^2 - 1): x > 1", "cosh(asinh(x)): sqrt(x^2 + 1)", "sin(atan(x)): x/sqrt(x^2 + 1)",
        "tan(asin(x)): x/sqrt(1 - x^2): -1 < x < 1", "tan(acos(x)): sqrt(1 - x^2)/x: -1 < x < 1",
        "sinh(atanh(x)): x/sqrt(1 - x^2): -1 < x < 1", "cosh(atanh(x)): 1/sqrt(1 - x^2): -1 < x < 1",
        "tanh(asinh(x)): x/sqrt(x^2 + 1)", "tanh(acosh(x)): sqrt(x^2 - 1)/x: x > 1", "sinh(log(x)): x/2 - 1/(2*x): x > 0",
        "cosh(log(x)): x/2 + 1/(2*x): x > 0", "tanh(log(x)): (x^2 - 1)/(x^2 + 1): x > 0",
    )
)  # fmt: skip
"""What is left of a function is algebraic, be it longer."""


@functools.lru_cache(maxsize=1)
def _by_functions() -> dict[tuple[str, str], str]:
    """The result of each rule by the outer function and the inner one, or the minus, of its pattern: f(g(x)), f(-x)."""
    parts = [(*rule.pattern.split("(")[:2], rule.result) for rule in (*RULES, *TRIANGLES)]
    return {(outer, "-" if inner[0] == "-" else inner): result for outer, inner, result in parts}


_expression = functools.cache(parse_expression)


def apply_operation(algebra: Algebra, operation: str, operands: Sequence[int], *, generic: bool = False) -> int:
    """The normal form of an operation on forms. Each case has its algebra beside it."""
    values = [algebra.rational(operand) for operand in operands]
    value = None if None not in values and operation in _ALWAYS else value_of(operation, [algebra.value(o) for o in operands])
    if value is None and algebra.endless and operation in _PRODUCTS:
        limit = value_of(operation, list(map(algebra.limit, operands)))
        value = limit if limit != limit else None
    if value is not None and value != value:  # what has no value gets none: cos(acos(-20)) and 0·(x/0) are left alone
        return algebra.of_atom(algebra.atom(operation, tuple(operands)))
    if value is not None and (None in values or len(values) > 1):
        from gradcli.algebra.sums.declared import chosen

        if (number := chosen(algebra, operation, operands)) is not None:
            return number
    if algebra.assume:
        from gradcli.algebra.sums.assumed import assumed_form

        found = assumed_form(algebra, operation, operands, apply_operation)
        if found is not None:
            return found
    match operation:
        case "add":
            return shortest(algebra, algebra.add(operands))
        case "sub":  # a - b = a + (-1)·b
            return shortest(algebra, algebra.add([operands[0], algebra.scale(operands[1], -1)]))
        case "neg":  # -a = (-1)·a
            return algebra.scale(operands[0], -1)
        case "mul":
            return algebra.multiply(*operands)
        case "div" if values[1] != 0:  # a/b = a·b^-1
            quotient = algebra.multiply(operands[0], algebra.power(operands[1], -1))
            shorter = cancelled(algebra, quotient)
            return shorter if algebra.size(shorter) <= algebra.size(quotient) else quotient
        case "pow" if values[1] is not None and not (values[0] == 0 and values[1] < 0):  # a^n for a number n
            return _power(algebra, operands[0], values[1])
        case "pow" if algebra.single_atom(operands[0]) == algebra.atom("constant", "e"):  # e^u = exp(u)
            return apply_operation(algebra, EXP, operands[1:])
        case "pow" if values[0] == 1:  # 1^u = 1
            return operands[0]
        case "pow":  # b^u beside other powers of b
            if values[0] is not None:
                from gradcli.algebra.sums.logarithms import power_of_logarithm

                simpler = power_of_logarithm(algebra, operands[0], operands[1], apply_operation)
                if simpler is not None:
                    return simpler
            raised = algebra.raised(*operands)
            atom = algebra.single_atom(raised)
            return raised if atom is None or algebra.atoms[atom].kind != POW else algebra.settled(((atom, 1),), 1)
        case _ if operation in _POWERS and _POWERS[operation] < 0 and values[0] == 0:
            pass
        case _ if operation in _POWERS:
            return _power(algebra, operands[0], _POWERS[operation])
        case "where" if values[0] is not None:  # a if 1 else b = a
            return operands[1] if values[0] else operands[2]
        case "where" if generic and values[1] == 0 and _at_single_points(algebra, operands[0]):
            return operands[2]
        case "where" if generic and values[1] == 1 and operands[0] == algebra.of(eq.name, operands[2], algebra.number(0)):
            return operands[2]  # u if u != 0 else 1
        case "where":  # a if c else a = a
            return algebra.choice(*operands)
        case _ if operation in _COMPARISONS and lie_apart(*map(algebra.value, operands)):  # pi > 3 = 1
            return algebra.number(int(value or 0))
        case "le" if _is_infinite(algebra, operands[1], 1) or _is_infinite(algebra, operands[0], -1):  # a <= inf
            return algebra.number(1)
        case "ge" if _is_infinite(algebra, operands[0], 1) or _is_infinite(algebra, operands[1], -1):  # a >= -inf
            return algebra.number(1)
        case "logical_and" if 1 in values:  # a and 1 = a, as a truth value
            return _truth(algebra, operands[1 - values.index(1)])
        case "logical_or" if 0 in values:  # a or 0 = a, as a truth value
            return _truth(algebra, operands[1 - values.index(0)])
        case _ if operation in _ON_EQUALS and len(set(operands)) == 1:
            return operands[0] if _ON_EQUALS[operation] is None else algebra.number(int(bool(_ON_EQUALS[operation])))
        case _ if degree := algebra.degree_of_root(operation, operands):
            from gradcli.algebra.sums.surds import odd_root

            root = odd_root(algebra, operation, operands, degree)
            if root is not None and values[0] is None:  # of a number it is 3·2^(1/3), by definition
                return root
        case _ if len(operands) == 1:
            simpler = _simpler(algebra, operation, operands[0])
            if simpler is not None:
                return simpler
    exact = OPERATIONS[operation].exact
    if exact is not None and None not in values and len(values) >= len(OPERATIONS[operation].parameters):
        folded = exact(*values)
        if folded is not None:
            return algebra.number(folded)
    if OPERATIONS[operation].definition is not None or OPERATIONS[operation].facts.closed is not None:
        from gradcli.algebra.sums.declared import declared_form

        found = declared_form(algebra, operation, operands, apply_operation)
        if found is not None:
            return found
    return algebra.of_atom(algebra.atom(operation, tuple(operands)))


def _power(algebra: Algebra, form: int, exponent: Rational) -> int:
    """A rational power, of a square (p^2)^r = |p|^(2r) as well."""
    found = algebra.power(form, exponent)
    if exponent.denominator % 2 or len(algebra.forms[form]) < 2:
        return found
    from gradcli.algebra.sums.generators import expanded, polynomial_root
    from gradcli.algebra.sums.surds import denested

    number = denested(algebra, expanded(algebra, form))
    if number is not None:
        return algebra.power(number, 2 * exponent)
    wide = expanded(algebra, form)
    root = polynomial_root(algebra, wide)
    apart = (
        _even_powers_outside(algebra, wide, exponent) if root is None else algebra.power(algebra.magnitude(root), 2 * exponent)
    )
    return found if apart is None or algebra.size(apart) > algebra.size(found) else apart


def _even_powers_outside(algebra: Algebra, form: int, exponent: Rational) -> int | None:
    """A power of a sum with even powers in common taken out: sqrt(x^2 - x^4) is |x|·sqrt(1 - x^2); None where it has none.

    Where these are 0 the rest has to have a root as well.
    """
    terms = algebra.forms[form]
    common = {atom: 2 * (int(e) // 2) for atom, e in common_monomial(terms).items() if e >= 2 and isinstance(e, int)}
    rest = {divided(monomial, common): c for monomial, c in terms}
    for atom in common:
        at_0 = algebra.form({monomial: c for monomial, c in rest.items() if all(own != atom for own, _ in monomial)})
        if atom not in algebra.nonzero and not algebra.is_not_negative(at_0):
            return None
    number = abs(content_of(tuple(rest.items())))
    if square_root(number) is None:
        number = Fraction(1)
    if not common and number == 1:
        return None
    outside = algebra.power(algebra.form({tuple(sorted(common.items())): number}), exponent)
    return algebra.multiply(outside, algebra.power(algebra.scale(algebra.form(rest), 1 / number), exponent))


def _simpler(algebra: Algebra, operation: str, operand: int) -> int | None:
    """What a function of one form is where that is something simpler; None where nothing is known."""
    rules = _by_functions()
    terms = algebra.forms[operand]
    if (operation, "-") in rules and terms and all(coefficient < 0 for _, coefficient in terms):
        return _instance(algebra, rules[operation, "-"], algebra.scale(operand, -1))
    match operation:
        case "sign" if algebra.is_positive_form(operand) or algebra.is_not_0_nor_negative(operand):  # sign(u) = 1 for u > 0
            return None if math.isnan(algebra.value(operand) or 0) else algebra.number(1)  # sign(nan) is 0
        case "sign" if terms and (size := abs(content_of(terms))) != 1:  # sign(k·u) = sign(u)
            return apply_operation(algebra, operation, [algebra.scale(operand, 1 / size)])
        case "abs" if algebra.assume or (terms and abs(content_of(terms)) != 1) or algebra.has_a_sign(operand):
            return algebra.magnitude(operand)
        case _ if operation != EXP and (operation, LOG) in rules and algebra.is_multiple_of_logarithm(operand):
            return _instance(algebra, rules[operation, LOG], apply_operation(algebra, EXP, [operand]))  # sinh(2·log(3))
        case "exp" if terms:
            from gradcli.algebra.sums.logarithms import exponential

            return exponential(algebra, operand, apply_operation)
        case "log" if len(terms) == 1:
            from gradcli.algebra.sums.logarithms import logarithm

            simpler = logarithm(algebra, *terms[0], apply_operation)
            if simpler is not None:
                return simpler
        case "sin" | "cos" | "tan" if len(terms) == 1 and terms[0][0] == ((algebra.atom("constant", "pi"), 1),):
            from gradcli.algebra.sums.surds import at_angle

            return at_angle(algebra, operation, terms[0][1])
        case _ if len(terms) > 1 and OPERATIONS[operation].facts.half_turn:
            from gradcli.algebra.sums.surds import without_turns

            sign, function, left = without_turns(algebra, operation, operand)
            if left != operand:  # sin(x + 2*pi), cos(pi/2 - x)
                return algebra.scale(apply_operation(algebra, function, [left]), sign)
        case "asin" | "acos" | "atan" if len(terms) <= 2 and algebra.value(operand) is not None:
            from gradcli.algebra.sums.surds import angle_of

            angle = angle_of(algebra, operation, operand)
            if angle is not None:
                return angle
    atom = algebra.single_atom(operand)
    return None if atom is None else _undone(algebra, operation, atom)


def _undone(algebra: Algebra, operation: str, atom: int) -> int | None:
    """What a rule of the table makes of a function of a function."""
    kind, content = algebra.atoms[atom]
    result = _by_functions().get((operation, kind))
    return None if result is None or not isinstance(content, tuple) else _instance(algebra, result, content[0])


def _instance(algebra: Algebra, result: str, x: int) -> int:
    """The form of a rule's result for a form in the place of x."""
    forms: list[int] = []
    for node in postorder(_expression(result)):
        count = len(children(node))
        operands = forms[len(forms) - count :]
        del forms[len(forms) - count :]
        if isinstance(node, Name):
            forms.append(x)
        elif isinstance(node, Number):
            forms.append(algebra.number(Fraction(node.value)))
        elif isinstance(node, Operator):
            operation = neg.name if count == 1 else _BY_SYMBOL[node.symbol]
            forms.append(apply_operation(algebra, operation, operands))
        elif isinstance(node, Call):
            forms.append(apply_operation(algebra, node.function, operands))
    return forms[0]


def _is_infinite(algebra: Algebra, form: int, sign: int) -> bool:
    """Whether a form is the constant inf, or -inf."""
    terms = algebra.forms[form]
    return terms in (((((algebra.atom("constant", "inf"), 1),), sign),), ((((algebra.atom("number", sign * math.inf), 1),), 1),))


def _truth(algebra: Algebra, form: int) -> int:
    """A form as a truth value: itself where it is one, else whether it is not 0."""
    atom = algebra.single_atom(form)
    is_truth = algebra.rational(form) in (0, 1) or (atom is not None and algebra.atoms[atom].kind in _TRUTHS)
    return form if is_truth else apply_operation(algebra, ne.name, [form, algebra.number(0)])


def _at_single_points(algebra: Algebra, condition: int) -> bool:
    """Whether a condition asks for an equality, so that it holds at single points only."""
    terms = algebra.forms[condition]
    if len(terms) != 1 or len(terms[0][0]) != 1:
        return False
    kind, content = algebra.atoms[terms[0][0][0][0]]
    if kind == both.name and isinstance(content, tuple):
        return any(_at_single_points(algebra, part) for part in content)
    return kind == eq.name
