"""The abstract syntax tree: frozen, slotted records with their place in the text.

Operators keep the symbol that the user wrote in its canonical form (``*`` for ``·`` and ``×``); which operation it names is
known further down, by the registry of operations. ``Partial``, ``Prime`` and ``Group`` are never parsed: derivations make them,
and so they make the operators ``⊙``, the product of two arrays element by element, and ``⊗``, the outer product u·vᵀ of vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from gradcli.errors import Span
from gradcli.frozen import Frozen, shown

NOWHERE: Span = (0, 0)
"""The span of a node that no text stands for."""

Exact = int | Fraction | float
"""A literal: exact as an integer or fraction; a float only beyond the range of exact arithmetic."""


class Expression(Frozen):
    """Base of all expression nodes."""

    @property
    def span(self) -> Span:
        """The place in the text: a field of each."""
        raise NotImplementedError

    def __str__(self) -> str:
        return shown("text", self) or Frozen.__repr__(self)

    def __repr__(self) -> str:
        text = shown("text", self)
        return Frozen.__repr__(self) if text is None else f"{type(self).__name__}({text!r})"

    def _repr_latex_(self) -> str | None:
        return shown("latex", self)


class Number(Expression):
    """A literal."""

    value: Exact
    span: Span = NOWHERE


class Name(Expression):
    """A variable, an assigned name, or a named constant."""

    name: str
    span: Span = NOWHERE


class Operator(Expression):
    """A prefix operator on one operand or an infix operator on two.

    ``symbol`` is one of ``+ - * / % @ ^ and or not < <= > >= == !=``, in derivations also one of ``⊙ ⊗``.
    """

    symbol: str
    operands: tuple[Expression, ...]
    span: Span = NOWHERE


class Comparison(Expression):
    """A chain ``a < b <= c``: every neighbouring pair is compared, each operand is computed once."""

    symbols: tuple[str, ...]
    operands: tuple[Expression, ...]
    span: Span = NOWHERE


class Call(Expression, incidental=("keyword_spans",)):
    """``function(arguments, keyword=argument)``; ``keywords`` names the last arguments.

    ``keyword_spans`` are the places of the keywords in the text; empty in a tree that no text stands for.
    """

    function: str
    arguments: tuple[Expression, ...]
    keywords: tuple[str, ...] = ()
    span: Span = NOWHERE
    keyword_spans: tuple[Span, ...] = ()


class Conditional(Expression):
    """``then if test else otherwise``."""

    test: Expression
    then: Expression
    otherwise: Expression
    span: Span = NOWHERE


class Array(Expression):
    """``[1, 2, x]``; an array of two dimensions has arrays as its items, written ``[[1, 2], [3, 4]]`` or ``[1, 2; 3, 4]``."""

    items: tuple[Expression, ...]
    span: Span = NOWHERE


class Index(Expression):
    """``target[items]``: a part of an array. An item is an expression, a :class:`Slice` or an :class:`Ellipsis`."""

    target: Expression
    items: tuple[Expression, ...]
    span: Span = NOWHERE


class Slice(Expression):
    """``start:stop:step`` in an index, also in one that is the value of a keyword; None stands for what is left out."""

    start: Expression | None
    stop: Expression | None
    step: Expression | None = None
    span: Span = NOWHERE


class Ellipsis(Expression):
    """``...`` in an index: all of the dimensions that the other items leave."""

    span: Span = NOWHERE


class Transposed(Expression):
    """``target.T``."""

    target: Expression
    span: Span = NOWHERE


class Tuple(Expression):
    """``(0, 1)`` as the value of a keyword: ``sum(A, axis=(0, 1))``. It stands nowhere else."""

    items: tuple[Expression, ...]
    span: Span = NOWHERE


class Partial(Expression):
    """The symbol ∂output/∂input of a derivation; ``fixed`` names what is held constant, ``total`` makes it dy/dx.

    ``argument`` counts, from 1, the arguments of which the input is this one, where it is another one as well: ∂y/∂x⁽²⁾ of x^x.
    """

    output: str
    input: str
    fixed: tuple[str, ...] = ()
    total: bool = False
    argument: int = 0
    span: Span = NOWHERE


class Prime(Expression):
    """The derivative of an expression as a rule of calculus states it: (u·v)'."""

    content: Expression
    span: Span = NOWHERE


class Group(Expression):
    """Parentheses that are kept although precedence does not ask for them."""

    content: Expression
    span: Span = NOWHERE


class Attribute(Expression):
    """``target.grad``: what the tape knows of a node. ``name`` is grad, grad_fn, is_leaf, requires_grad or shape."""

    target: Expression
    name: str
    span: Span = NOWHERE


class Range(Expression):
    """``start..stop``: the whole numbers from start up to, but not with, stop. It stands only behind ``for name in``."""

    start: Expression
    stop: Expression
    span: Span = NOWHERE


class Text(Expression):
    """``"text"`` in what is printed. It stands nowhere else."""

    text: str
    span: Span = NOWHERE


class Statement(Frozen):
    """Base of all statements; those with blocks stand in :mod:`gradcli.language.statements`."""

    @property
    def span(self) -> Span:
        """The place in the text: a field of each."""
        raise NotImplementedError


class Assignment(Statement):
    """``name = value``."""

    name: str
    value: Expression
    span: Span = NOWHERE


class Definition(Statement):
    """``name(parameters) = body``, or with statements for a body, of which the last is the value."""

    name: str
    parameters: tuple[str, ...]
    body: Expression | tuple[Statement, ...]
    span: Span = NOWHERE


class Output(Statement):
    """An expression that stands as a statement of its own."""

    value: Expression
    span: Span = NOWHERE


class Program(Frozen, incidental=("may_use_tape", "may_differentiate")):
    """Statements in the order of the text; the last one is the output.

    ``may_use_tape`` is False where the text has no word that acts on the tape or asks what it knows, ``may_differentiate`` where
    it has no derivative: none need be looked for.
    """

    statements: tuple[Statement, ...]
    may_use_tape: bool = True
    may_differentiate: bool = True

    def __str__(self) -> str:
        return shown("text", self) or Frozen.__repr__(self)

    def __repr__(self) -> str:
        text = shown("text", self)
        return Frozen.__repr__(self) if text is None else f"Program({text!r})"

    def _repr_latex_(self) -> str | None:
        return shown("latex", self)


def children(expression: Expression) -> tuple[Expression, ...]:
    """The direct subexpressions, from left to right."""
    kind = type(expression)
    if kind is Name or kind is Number:
        return ()
    if kind is Operator or kind is Comparison:
        return expression.operands  # type: ignore[attr-defined, no-any-return]
    if kind is Call:
        return expression.arguments  # type: ignore[attr-defined, no-any-return]
    if isinstance(expression, Conditional):
        return (expression.then, expression.test, expression.otherwise)
    if isinstance(expression, Group | Prime):
        return (expression.content,)
    if isinstance(expression, Array | Tuple):
        return expression.items
    if isinstance(expression, Range):
        return (expression.start, expression.stop)
    if isinstance(expression, Index):
        return (expression.target, *expression.items)
    if isinstance(expression, Slice):
        return tuple(bound for bound in (expression.start, expression.stop, expression.step) if bound is not None)
    if isinstance(expression, Transposed | Attribute):
        return (expression.target,)
    return ()


def postorder(root: Expression, below: Callable[[Expression], tuple[Expression, ...]] = children) -> Iterator[Expression]:
    """All nodes of the tree, operands before what uses them, without recursion.

    Args:
        root: Where to start; it comes last.
        below: Gives the subexpressions of a node that the walk descends to.
    """
    stack: list[tuple[Expression, bool]] = [(root, False)]
    while stack:
        node, expanded = stack.pop()
        if expanded:
            yield node
            continue
        operands = below(node)
        if not operands:
            yield node
            continue
        stack.append((node, True))
        stack.extend([(operand, False) for operand in operands[::-1]])
