"""What is known of an operation beside its rules: the dtype of its result, its symmetry, its range, its special points.

Simplification, equality, lessons in PyTorch's words, exports and tests ask here; none of them keeps a list of operations.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from gradcli.frozen import Frozen
from gradcli.ops.declaration.symbol import Symbol
from gradcli.typing import TYPE_CHECKING, Any

FLOAT, SAME, COUNT, WHOLE, TRUTH = "float", "same", "count", "whole", "truth"
"""The dtype of a result: of floating point; as that of the operands; the same, but truth values counted as whole numbers;
whole numbers; truth values."""

EVEN, ODD = "even", "odd"

KINK, JUMP, REMOVABLE, END, POLE = "kink", "jump", "removable", "end", "pole"
"""Kinds of special points: the derivative jumps; the value jumps; smooth, though a formula of the rules is 0/0 there; the end of
the domain, where the value is finite; the value is infinite."""


VIEW, VIEW_OR_COPY = "view", "view or copy"
"""Whether a result shares the memory of the operand in PyTorch: always, or where its elements lie as the new shape needs them."""

INVERTING = " is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead."
NO_MEAN = "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: {}"
"""What PyTorch says of more than one operation."""

REDUCED = "(input_tensor, axis=None, keepdims=False, name=None, reduction_indices=None, keep_dims=None)"
"""The arguments of TensorFlow's reductions."""

DECIMALS, NUMBERS = "decimals", "numbers"
"""The dtypes of operands that PyTorch takes where it does not take all: those of floating point; all but truth values."""


class Special(Frozen, eq=False):
    """A set of points at which an operation is special.

    Attributes:
        kind: One of ``kink``, ``jump``, ``removable``, ``end``, ``pole``.
        zero: What is 0 there, a function of the arguments; with symbols it builds nodes. Of an operation on an array a function
            of the numbers along its axes.
        at: One of the points: a number for each argument; of an operation on an array its elements.
    """

    kind: str
    zero: Callable[..., Any]
    at: tuple[float, ...]


Cost = Callable[..., int]
Misfit = Callable[[Sequence[Any], Mapping[str, Any]], str | None]


def no_kernel(name: str) -> str:
    """What PyTorch says where its function of this name knows nothing of a dtype."""
    return f"\"{name}\" not implemented for '{{}}'"


def special(kind: str, zero: Callable[..., Any], *at: float) -> Special:
    """Declare special points, see :class:`Special`."""
    return Special(kind, zero, at)


def by_side(argument: tuple[float, float] | None, above: str, below: str = "", of: float = 0) -> str:
    """What holds where an argument that is fixed is larger than a number, or smaller; nothing where neither is known."""
    return "" if argument is None else above if argument[0] > of else below if argument[1] < of else ""


Mask = Callable[..., Any]
"""Where 0 is handed back, by (what comes in, the derivative, *arguments): in operations, of numbers, arrays and symbols."""


def level(incoming: Any, derivative: Any, *arguments: Any) -> Any:
    """Where the derivative is 0."""
    return derivative.builder.apply("eq", (derivative, 0)) if isinstance(derivative, Symbol) else derivative == 0


class Facts(Frozen, eq=False):
    """Facts of an operation, each with a default that claims nothing.

    Attributes:
        result: The dtype of its result, one of ``float``, ``same``, ``count``, ``whole``, ``truth``.
        moves: Whether each element of the result is an element of an operand, or a number that a setting gives, whatever the
            values of the operands that carry a gradient.
        linear: The sets of arguments in which it is linear, the others held fixed, by index: of ``mul`` that is in either one
            ({0}, {1}), of ``add`` in both together ({0, 1}). Of a variadic argument its index stands for all of them.
            One that fills places with a number (a setting ``value`` or ``fill``) is so where that is 0.
        masks: The arguments to which exactly 0 is handed back somewhere, whatever the product of what comes in and the
            derivative would be: PyTorch chooses there, and does not multiply. By index, as for ``linear``, with where that is
            so, as a function of (what comes in, the derivative, *arguments); of names alone wherever the derivative is 0.
        radial: Whether the derivative by each argument is the argument over the result, as of a length; see
            :mod:`gradcli.ops.declaration.cancellation`.
        power: The exponent of an operation that is a power of its argument: of the square root 1/2; None for others.
        odd_root: Of an operation that is the real root of its first argument, be that negative, the degree from the numbers that
            the other arguments are; 0 where that is not odd. None for others.
        base: The base of an operation that is a power with its argument as the exponent, ``e`` or ``2``; empty for others.
        half_turn: What the value is multiplied by where half a turn, pi, is added to the argument: 1 or -1; 0 for others.
        step: What the value is multiplied by where 1 is added to the argument, a function of that: of gamma x. It is not positive
            at or before a pole. None for others.
        multilinear: Whether it is linear in each element alone, as products of elements are.
        degree: Of an operation on a first array, from its shape, the d with op(k·A) = k^d·op(A), or |k|^d·op(A) where no value
            is negative; None for others.
        rational: Whether the elements of an array that settings alone make are exactly those that they say.
        total: Whether an operation on arrays has a value for all arrays that fit.
        steady: The rules of its derivatives once more, of the same values, in a form whose own derivatives are right where those
            of the plain form overflow or cancel: for gradients that are differentiated again. Empty where the plain form is.
        tails: Its rules once more, in a form that keeps its digits where the plain form rounds to 0 as PyTorch's does (of
            y·(1 - y) nothing is left where y rounds to 1): for second derivatives, but for those of a backward pass that is
            recorded, which are PyTorch's. Empty where the plain or the steady form does.
        parity: ``even`` or ``odd`` in its first argument; empty for neither.
        inverse: The operation that gives the argument back from the result, for all arguments of the domain; empty for none.
        range: Bounds of its values where they are real.
        specials: Where it is no smooth function, or a rule of it needs care.
        torch: PyTorch's spellings: ``"sigmoid: torch Tensor F; expit: special"``, names with the modules that have them, ``F``
            for torch.nn.functional. Where PyTorch calls arguments otherwise, or has no default for them, its names with ours:
            ``"rot90(k=times): torch"``. Empty where PyTorch has no such function.
        torch_call: How PyTorch writes it where that is not the first of ``torch`` with operands and settings: a template with
            {0}, {1} for the operands, {stacked} for all of them as one tensor, and the settings by name,
            ``"torch.sort({0}, {axis}).values"``, or what gives it from the shapes and the settings. Empty where the rule fits,
            and where PyTorch has no such function.
        tensorflow: TensorFlow 1's spellings, likewise, each with what it calls the node, and of an operation on arrays with its
            arguments in TensorFlow's words: ``"sigmoid Sigmoid: tf nn"``, ``"argmax(input, axis=0) ArgMax: top"``. ``tf`` is
            for functions of tensorflow that tensorflow.math has as well, ``top`` for the others.
        sympy: SymPy's function, or a template with {0}, {1}, ... for the arguments; empty where it is written by its definition.
        quizzes: What Maxima (of STACK), Numbas and WeBWorK call it: one word, or one for each; empty where it is written by its
            definition.
        squares: The operation whose square added to its own, or taken from it, is 1 for every argument: of sin ``"cos +"``, of
            cosh ``"sinh -"``; empty for none.
        closed: What it is for some rational arguments in more primitive operations, roots and constants: of gamma at 1/2 the
            root of pi. A function of numbers, and of symbols for arguments that are no rational numbers; None where it has no
            such value.
        reshapes: Whether it keeps the elements in their order, and only their shape is another.
        neutral: For each of two arguments the number that leaves the other one as it is; empty where there is none.
        absorbing: For each of two arguments the number that is the result, whatever the other one is; empty where there is none.
        view: Whether the result shares the memory of the operand in PyTorch: ``view`` or ``view or copy``; empty for neither.
        takes: The dtypes of a first operand that PyTorch takes, ``decimals`` or ``numbers``, and what it says of others: a
            template with ``{}`` for the dtype, and ``{last}`` for a word where the axis is the last. Empty where it takes all.
        promotes: Whether PyTorch brings operands of several dtypes to one.
        adds_axis: Whether its setting ``axis`` is a place among the axes of the result, which has one more.
        torch_message: What PyTorch says of operands that do not fit, from their shapes and the settings; or None.
        cost: How many products of elements it computes beside work on each element: a function of the shapes of the operands.
        course: How it runs, see :mod:`gradcli.ops.declaration.course`: ``"convex; falls to 0; rises from 0"``; where that is
            decided by arguments, a function of the interval of each, None for one that varies. Of an operation on arrays it is
            that of each element, as a function of its first operand; where settings decide, a function of these by name.
        corners: Whether its values on a box of arguments without poles lie between those at the corners of the box.
        chooses: The arguments one of which is its value, by index.
        skips_nan: Whether it is another argument where one is nan: then its course holds only where none can be.
        twice: What it is of two arguments that are the same: of mul ``square``; empty for none.
        written: What expressions call it, where that is the name of an operation with fewer arguments; empty for its own name.
    """

    result: str = FLOAT
    moves: bool = False
    linear: tuple[frozenset[int], ...] = ()
    masks: Mapping[int, Mask] = {}
    radial: bool = False
    power: float | None = None
    odd_root: Callable[..., int] | None = None
    base: str = ""
    half_turn: int = 0
    step: Callable[..., Any] | None = None
    multilinear: bool = False
    degree: Callable[..., int] | None = None
    rational: bool = False
    total: bool = True
    steady: tuple[Callable[..., Any], ...] = ()
    tails: tuple[Callable[..., Any], ...] = ()
    parity: str = ""
    inverse: str = ""
    range: tuple[float, float] = (-math.inf, math.inf)
    specials: tuple[Special, ...] = ()
    torch: str = ""
    torch_call: str | Callable[..., str] = ""
    tensorflow: str = ""
    sympy: str = ""
    quizzes: str = ""
    squares: str = ""
    closed: Callable[..., Any] | None = None
    reshapes: bool = False
    neutral: tuple[int | None, ...] = ()
    absorbing: tuple[int | None, ...] = ()
    view: str = ""
    takes: tuple[str, str] = ("", "")
    promotes: bool = True
    adds_axis: bool = False
    torch_message: Misfit | None = None
    cost: Cost | None = None
    course: str | Callable[..., str] = ""
    corners: bool = False
    chooses: frozenset[int] = frozenset()
    skips_nan: bool = False
    twice: str = ""
    written: str = ""

    @property
    def nonnegative(self) -> bool:
        """Whether its value is nowhere negative."""
        return self.range[0] >= 0

    @property
    def torch_functions(self) -> list[tuple[str, list[str]]]:
        """PyTorch's spellings, each with the modules that have it."""
        parts = [part.partition(":") for part in self.torch.split(";") if part]
        return [(name.partition("(")[0].strip(), modules.split()) for name, _, modules in parts]

    @property
    def tensorflow_functions(self) -> list[tuple[str, list[str], str, list[str]]]:
        """TensorFlow's spellings, each with its arguments, what it calls the node, and the modules that have it."""
        parts = [part.partition(":") for part in self.tensorflow.split(";") if part]
        found: list[tuple[str, list[str], str, list[str]]] = []
        for spelling, _, modules in parts:
            name, title = spelling.rsplit(None, 1)
            name, _, arguments = name.strip().rstrip(")").partition("(")
            found.append((name, list(filter(None, arguments.split(", "))), title, modules.split()))
        return found

    @property
    def torch_arguments(self) -> dict[str, str]:
        """PyTorch's names of arguments, each with ours, where the declaration says them."""
        lists = [part.partition("(")[2].partition(")")[0] for part in self.torch.split(";")]
        pairs = [pair.partition("=") for names in lists for pair in names.split(",") if pair]
        return {theirs.strip(): ours.strip() for theirs, _, ours in pairs}


if TYPE_CHECKING:
    from typing import TypedDict

    class Known(TypedDict, total=False):
        """The facts that a declaration may give, by their names in :class:`Facts`."""

        result: str
        moves: bool
        linear: str
        masks: str | Mapping[str, Mask]
        radial: bool
        power: float | None
        base: str
        half_turn: int
        odd_root: Callable[..., int]
        step: Callable[..., Any]
        multilinear: bool
        degree: Callable[..., int] | None
        rational: bool
        total: bool
        steady: tuple[Callable[..., Any], ...]
        tails: tuple[Callable[..., Any], ...]
        parity: str
        inverse: str
        range: tuple[float, float]
        specials: tuple[Special, ...]
        torch: str
        torch_call: str | Callable[..., str]
        tensorflow: str
        sympy: str
        quizzes: str
        squares: str
        closed: Callable[..., Any] | None
        reshapes: bool
        neutral: tuple[int | None, ...]
        absorbing: tuple[int | None, ...]
        view: str
        takes: tuple[str, str]
        promotes: bool
        adds_axis: bool
        torch_message: Misfit | None
        cost: Cost | None
        course: str | Callable[..., str]
        corners: bool
        chooses: str
        skips_nan: bool
        twice: str
        written: str


def facts(
    parameters: Sequence[str], *, linear: str = "", masks: str | Mapping[str, Mask] = "", chooses: str = "", **known: Any
) -> Facts:
    """The facts of an operation with these parameters, see :class:`Facts`.

    What only moves elements has their dtype, and is linear in its first operand, unless said otherwise.

    Args:
        linear: Names of parameters: ``"a b"`` for linear in both together, ``"a, b"`` for linear in either one.
        masks: Names of parameters, or where each is masked.
        chooses: Names of parameters.
        known: The others.
    """
    if known.get("moves"):
        known.setdefault("result", SAME)
        linear = linear or parameters[0]
    groups = [frozenset(map(parameters.index, group.split())) for group in linear.split(",") if group]

    def places(names: str) -> frozenset[int]:
        return frozenset(map(parameters.index, names.split()))

    given = dict.fromkeys(masks.split(), level) if isinstance(masks, str) else masks
    masked = {parameters.index(name): where for name, where in given.items()}
    return Facts(linear=tuple(groups), masks=masked, chooses=places(chooses), **known)
