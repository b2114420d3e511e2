"""The kinds of mistakes: what each is called, what is said of it, which rule it breaks, how often it is made; and where.

A kind says nothing of an operation; :mod:`gradcli.teaching.wrong_answers.rules` has which formulas a kind makes of
which operation.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.frozen import Frozen
from gradcli.typing import NamedTuple


class Mistake(Frozen):
    """A kind of mistake.

    Attributes:
        says: What is wrong, without a name of the question: level 1.
        rule: The rule that it breaks, in general form; ``{y}`` is the node, ``{u}`` and ``{v}`` its operands, ``{x}`` the
            variable: level 3.
        cost: How seldom it is made: about minus the logarithm of its share among wrong answers, less where it is frequent.
        stays: Whether it leaves a number in the answer as it stands in the question.
    """

    says: str
    rule: str
    cost: float = 3.0
    stays: bool = False


_CHAIN = "chain rule: for {y} = f({u}), {dy} = f'({u})·{du}"
_PRODUCT = "product rule: (u·v)' = u'·v + u·v'"
_PRODUCT_TWICE = "product rule, twice: (u·v)'' = u''·v + 2·u'·v' + u·v''"
_QUOTIENT = "quotient rule: (u/v)' = (u'·v - u·v')/v²"
_POWER = "power rule: (u^n)' = n·u^(n-1)·u'"
_EXPONENTIAL = "exponentials: (a^u)' = a^u·log(a)·u', and the power rule is for constant exponents only"
_SUM = "sums: (u ± v)' = u' ± v', term by term"
_FORMULAS = "the table of derivatives of the elementary functions"
_FACTOR = "constant factors stay: (c·u)' = c·u'"
_CONSTANT = "the derivative of a constant is 0"
_NUMBERS = "numbers: check the terms without a variable one by one"
_POWERS_OF_PRODUCTS = "powers of products: (c·u)^n = c^n·u^n"
_POWERS_OF_SUMS = "functions of sums: (u + v)^n is not u^n + v^n, and f(u + v) not f(u) + f(v)"
_CANCELLED = "fractions: what is cancelled divides each term of the numerator, (u·v + w)/v is not u + w"
_PARENTHESES = "products of sums: c·(u + v) = c·u + c·v, and -(u + v) = -u - v"
_INVERSES = "an inverse function undoes a function; its reciprocal is 1 divided by it"
_PATHS = "each path from {x} to the result adds a term: {dy} is the sum over all of them"
_CHOICES = "where a function chooses, its derivative is that of what is chosen"
_PARTIAL = "partial derivatives hold all other variables constant"
_ARRAYS = "a gradient has a place for each variable, a Jacobian a row for each result and a column for each variable"
_MIXED = "a Hessian has the mixed second derivatives beside its diagonal"
_MATRICES = "matrix products: for {y} = {u} @ {v}, {u} gets G @ {v}.T and {v} gets {u}.T @ G, where G arrives at {y}"
_BROADCAST = "what was broadcast is summed over the axes along which it was, and over no other"
_MEAN = "a mean of n elements hands 1/n of what arrives to each of them, a sum all of it"
_TANGENT = "tangent: at the point a it is f(a) + f'(a)·(x - a)"
_SIGNS = "signs: check them term by term"
_ASKED = "what is asked for is the derivative"

MISTAKES = {
    "chain.no_inner": Mistake("the inner derivative is missing", _CHAIN, 1.0),
    "chain.inner_only": Mistake("the outer derivative is missing", _CHAIN, 3.0),
    "chain.outer_at_x": Mistake("the outer derivative is taken at the variable, not at the inner function", _CHAIN, 2.0),
    "chain.inner_ignored": Mistake("the inner function is taken for the variable", _CHAIN, 2.6),
    "chain.inner_not_differentiated": Mistake("the inner function stands in the place of its derivative", _CHAIN, 2.4),
    "chain.outer_kept": Mistake("the outer function is still there beside its derivative", _CHAIN, 3.2),
    "chain.outer_at_inner_derivative": Mistake("the outer derivative is taken at the inner derivative", _CHAIN, 2.6),
    "chain.function_of_derivative": Mistake("the function is applied to the inner derivative", _CHAIN, 3.0),
    "chain.outer_not_differentiated": Mistake("the outer function is not differentiated", _CHAIN, 2.5),
    "chain.inner_divided": Mistake("the inner derivative divides instead of multiplying", _CHAIN, 3.0),
    "chain.inner_twice": Mistake("the inner derivative stands there twice", _CHAIN, 3.5),
    "chain.inner_added": Mistake("the inner derivative is added instead of multiplied", _CHAIN, 3.5),
    "chain.misread": Mistake("outer and inner function are mixed up", _CHAIN, 3.5),
    "product.product_of_derivatives": Mistake("the derivatives of the factors are multiplied", _PRODUCT, 1.5),
    "product.only_first": Mistake(
        "one term of the product rule is missing: that with the derivative of the second factor", _PRODUCT, 2.0
    ),
    "product.only_second": Mistake(
        "one term of the product rule is missing: that with the derivative of the first factor", _PRODUCT, 2.2
    ),
    "product.swapped": Mistake("each factor is multiplied by its own derivative", _PRODUCT, 2.5),
    "product.sum_of_derivatives": Mistake("the derivatives of the factors are added", _PRODUCT, 2.5),
    "product.factor_lost": Mistake("a term of the product rule lacks the factor that is not differentiated", _PRODUCT, 3.0),
    "product.not_differentiated": Mistake("a factor is not differentiated in the product rule", _PRODUCT, 2.8),
    "product.derivative_lost": Mistake("a term of the product rule lacks the derivative of its factor", _PRODUCT, 2.7),
    "product.both_or_none": Mistake(
        "in one term of the product rule both factors are differentiated, in the other none", _PRODUCT, 3.2
    ),
    "product.mixed_lost": Mistake("the term with both first derivatives is missing, or its factor 2", _PRODUCT_TWICE, 2.0),
    "product.minus": Mistake("the terms of the product rule have a wrong sign between them", _PRODUCT, 1.95),
    "quotient.no_square": Mistake("the denominator is not squared", _QUOTIENT, 1.5),
    "quotient.no_denominator": Mistake("the denominator of the quotient rule is missing", _QUOTIENT, 2.5),
    "quotient.quotient_of_derivatives": Mistake(
        "the derivative of the numerator is divided by that of the denominator", _QUOTIENT, 1.5
    ),
    "quotient.square_of_numerator": Mistake("the numerator is squared below, not the denominator", _QUOTIENT, 2.0),
    "quotient.plus": Mistake("the terms of the quotient rule are added, not subtracted", _QUOTIENT, 1.8),
    "quotient.reversed": Mistake("the terms of the quotient rule are subtracted the wrong way round", _QUOTIENT, 1.8),
    "quotient.upside_down": Mistake("numerator and denominator are swapped in the quotient rule", _QUOTIENT, 3.0),
    "quotient.only_first": Mistake(
        "one term of the quotient rule is missing: that with the derivative of the denominator", _QUOTIENT, 2.5
    ),
    "quotient.only_second": Mistake(
        "one term of the quotient rule is missing: that with the derivative of the numerator", _QUOTIENT, 2.7
    ),
    "quotient.swapped": Mistake("each function is multiplied by its own derivative in the quotient rule", _QUOTIENT, 3.0),
    "quotient.factor_lost": Mistake("a term of the quotient rule lacks the function that is not differentiated", _QUOTIENT, 3.0),
    "quotient.derivative_lost": Mistake("a term of the quotient rule lacks the derivative of its function", _QUOTIENT, 3.0),
    "quotient.product": Mistake("the product rule is used for a quotient", _QUOTIENT, 3.0),
    "power.no_factor": Mistake("the exponent is not there as a factor", _POWER, 2.0),
    "power.no_lower": Mistake("the exponent is not lowered", _POWER, 2.0),
    "power.lower_twice": Mistake("the exponent is lowered by two", _POWER, 2.8),
    "power.raised": Mistake("the exponent is raised, not lowered", _POWER, 2.5),
    "power.factor_lowered": Mistake("the lowered exponent stands as the factor", _POWER, 2.8),
    "power.divided": Mistake("the exponent divides instead of multiplying", _POWER, 2.9),
    "power.subtracted": Mistake("the exponent is subtracted from 1, not 1 from it", _POWER, 2.8),
    "power.sign": Mistake("the sign of the exponent is lost", _POWER, 2.5),
    "power.on_exponential": Mistake("the power rule is used where the exponent varies", _EXPONENTIAL, 2.0),
    "power.as_exponential": Mistake("the rule of exponentials is used although the base varies", _EXPONENTIAL, 2.5),
    "table.exp_no_log": Mistake("the logarithm of the base is missing", _EXPONENTIAL, 1.9),
    "table.exp_divided": Mistake("the logarithm of the base divides instead of multiplying", _EXPONENTIAL, 2.8),
    "table.exp_of_exponent": Mistake("the logarithm is of the exponent, not of the base", _EXPONENTIAL, 3.0),
    "table.sign": Mistake("the derivative of the function has the wrong sign", _FORMULAS, 1.8),
    "table.swap": Mistake("the derivative is that of a related function", _FORMULAS, 2.5),
    "table.function": Mistake("the function in the place of the derivative is a related one with a wrong factor", _FORMULAS, 3.2),
    "table.formula": Mistake("in the formula of the derivative a sign, a square or an argument is another one", _FORMULAS, 2.9),
    "table.reciprocal": Mistake("the inverse function is taken for the reciprocal", _INVERSES, 2.8),
    "table.log": Mistake("the derivative of the logarithm is a reciprocal", _FORMULAS, 3.0),
    "table.log_base": Mistake("the logarithm of the base is missing", _FORMULAS, 2.8),
    "table.root": Mistake("the derivative of the root is not as in the power rule with exponent 1/2", _POWER, 3.0),
    "const.factor_lost": Mistake("a constant factor is lost", _FACTOR, 2.0),
    "const.factor_zero": Mistake("a constant factor is differentiated to 0, and its term with it", _FACTOR, 2.8),
    "const.factor_inverted": Mistake("a constant factor stands upside down", _FACTOR, 3.2),
    "const.factor_not_raised": Mistake("a constant factor is not raised to the power", _POWERS_OF_PRODUCTS, 2.5),
    "const.differentiated": Mistake("a constant is differentiated as if it were a variable", _CONSTANT, 2.7),
    "const.kept": Mistake("a constant term is still there", _CONSTANT, 2.5, stays=True),
    "sum.sign": Mistake("a term has the wrong sign", _SUM, 2.0),
    "sum.term_lost": Mistake("the derivative of a term is missing", _SUM, 2.3),
    "sum.term_degree": Mistake("a term is differentiated twice", _SUM, 2.8),
    "value.term_not_differentiated": Mistake("a term is not differentiated", _SUM, 2.5),
    "value.integrated": Mistake("this is integrated, not differentiated", _ASKED, 3.0),
    "value.not_differentiated": Mistake("this is the value, not the derivative", _ASKED, 2.0),
    "value.differentiated": Mistake("this is a derivative, not the value", "what is asked for is the value", 2.0),
    "value.sign": Mistake("a term of the value has the wrong sign", _SIGNS, 2.2),
    "value.power_as_product": Mistake(
        "the power is taken for a product with the exponent", "powers: u^n is the product of n factors u", 2.3
    ),
    "value.factor_in_power": Mistake(
        "a factor, or a sign, before a power is drawn into it", "powers come first: c·u^n is c·(u^n)", 2.4
    ),
    "value.degrees": Mistake("the angle is taken in degrees", "angles are in radians: 180 degrees are pi", 2.2),
    "algebra.parentheses": Mistake(
        "parentheses around a sum are left out, or a factor reaches only one of its terms", _PARENTHESES, 2.8, stays=True
    ),
    "algebra.power_of_sum": Mistake("a power or another function of a sum is taken term by term", _POWERS_OF_SUMS, 3.0),
    "algebra.cancelled": Mistake("one term of the numerator alone is cancelled with the denominator", _CANCELLED, 3.0),
    "answer.negated": Mistake("the whole answer has the wrong sign", _SIGNS, 2.15),
    "answer.inverted": Mistake("the answer is the reciprocal of the right one", _ASKED, 3.5),
    "answer.factor": Mistake("the answer is a constant multiple of the right one", _FACTOR, 6.0),
    "answer.constant": Mistake("the answer differs from the right one by a constant", _NUMBERS, 6.0),
    "answer.single_point": Mistake("the answer is right but for single points", _ASKED, 2.0),
    "order.once": Mistake("this is a derivative of lower order than was asked for", _ASKED, 0.9),
    "order.twice": Mistake("this is a derivative of higher order than was asked for", _ASKED, 2.4),
    "array.assumed_symmetric": Mistake(
        "this is right for symmetric matrices only", "a matrix is its own transpose where it is symmetric, and else not", 1.5
    ),
    "array.operand_missing": Mistake("a factor of the matrix product is missing", _MATRICES, 2.0),
    "array.transposed": Mistake("rows and columns are swapped", _ARRAYS, 2.0),
    "partial.mixed": Mistake("the mixed second derivatives are missing", _MIXED, 2.0),
    "array.order": Mistake("the parts stand in another order than the variables", _ARRAYS, 2.0),
    "array.axis": Mistake("the sum is over the wrong axis", _BROADCAST, 2.2),
    "array.not_summed": Mistake("the sum over the axis along which it was broadcast is missing", _BROADCAST, 2.4),
    "array.operand_transposed": Mistake("a factor of a matrix product is transposed or on the wrong side", _MATRICES, 2.2),
    "array.count": Mistake("the number of elements is missing as a factor, or stands there once too often", _MEAN, 2.3),
    "graph.upstream_lost": Mistake("the factor that arrives from further up is missing", _CHAIN, 2.4),
    "tangent.slope_only": Mistake("this is the slope, not the line", _TANGENT, 2.0),
    "tangent.derivative": Mistake("this is the derivative, not the tangent", _TANGENT, 2.2),
    "tangent.no_value": Mistake("the value at the point is missing", _TANGENT, 2.5),
    "tangent.not_shifted": Mistake("the slope is multiplied by the variable, not by its distance from the point", _TANGENT, 2.5),
    "partial.wrong_variable": Mistake("this is the derivative by another variable", _PARTIAL, 2.2),
    "partial.wrong_variable_in_term": Mistake("a term is differentiated by another variable", _PARTIAL, 2.8),
    "partial.all": Mistake("the derivatives by all variables are added", _PARTIAL, 2.8),
    "partial.other_not_constant": Mistake("another variable is differentiated as if it were the one asked for", _PARTIAL, 2.4),
    "choice.other_branch": Mistake("this is the derivative of the other branch", _CHOICES, 1.6),
    "graph.path_lost": Mistake("a path from the variable to the result is missing", _PATHS, 2.9),
    "graph.overwritten": Mistake("only one path to the variable counts: = where += belongs", _PATHS, 3.0),
    "graph.paths_multiplied": Mistake("the terms of the paths are multiplied, not added", _PATHS, 3.1),
    "graph.path_negated": Mistake("the term of a path has the wrong sign", _PATHS, 3.2),
    "graph.path_scaled": Mistake("the term of a path has a wrong factor", _PATHS, 5.0),
}
"""Every kind of mistake, by its name."""

PAIR = 1.6
"""What two mistakes at once cost beyond both."""

IN_PROGRAMS = -1.0
"""What mistakes of paths cost beyond that where a question names its intermediate values: there paths are what is taught."""

EVERYWHERE = 0.6
"""What one mistake made at every node of its kind costs beyond it."""

EARLIER = -2
"""Stands for the nodes of a derivative before the one that is asked for."""


class Slip(NamedTuple):
    """A mistake at a place.

    Attributes:
        kind: Which one.
        node: The node at which it was made; None for the whole answer, -1 for all nodes where it can be made, -2 for those of
            a derivative before the one that is asked for.
        other: Another node that it concerns: the consumer of a path that was lost.
        variable: Another variable that it concerns.
    """

    kind: str
    node: int | None = None
    other: int | None = None
    variable: str = ""


def cost_of(slips: Sequence[Slip]) -> float:
    """How seldom some mistakes are made together."""
    kinds = {slip.kind: MISTAKES[slip.kind].cost for slip in slips}
    again = len(slips) > len(kinds) or (slips[0].node is not None and slips[0].node < 0)
    return sum(kinds.values()) + PAIR * (len(kinds) - 1) + EVERYWHERE * again
